//! Writes AMQP values, each in the shortest form that AMQP part 1.6 offers for it.
//!
//! The target is a [`Sink`]: a growing vector on the wire path, or a caller's fixed buffer that remembers that it
//! was too small and goes on counting, so that the length needed is known at the end. Neighbours: `reader`.

use super::constructor as code;

/// Where encoded bytes go. Nothing fails on the way; a bounded sink says at the end whether all of it fitted.
pub(crate) trait Sink {
    /// Appends `bytes`.
    fn put(&mut self, bytes: &[u8]);

    /// Appends one byte.
    #[inline]
    fn put_byte(&mut self, byte: u8) {
        self.put(&[byte]);
    }

    /// Bytes put so far, counting those that did not fit.
    fn position(&self) -> usize;

    /// Overwrites what was put at `at`; bytes that did not fit are ignored.
    fn patch(&mut self, at: usize, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }

    #[inline]
    fn put_byte(&mut self, byte: u8) {
        self.push(byte);
    }

    #[inline]
    fn position(&self) -> usize {
        self.len()
    }

    fn patch(&mut self, at: usize, bytes: &[u8]) {
        if let Some(place) = self.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }
}

/// A caller's buffer of fixed size.
pub(crate) struct FixedBuffer<'a> {
    bytes: &'a mut [u8],
    position: usize,
}

impl<'a> FixedBuffer<'a> {
    pub(crate) fn new(bytes: &'a mut [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    /// The number of bytes written, or how many would have been needed.
    pub(crate) fn finish(self) -> Result<usize, Overflow> {
        if self.position <= self.bytes.len() {
            Ok(self.position)
        } else {
            Err(Overflow { needed: self.position })
        }
    }
}

/// The buffer was too small; nothing in it is meaningful.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overflow {
    /// The size that would have sufficed.
    pub(crate) needed: usize,
}

impl Sink for FixedBuffer<'_> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        let end = self.position + bytes.len();
        if let Some(place) = self.bytes.get_mut(self.position..end) {
            place.copy_from_slice(bytes);
        }
        self.position = end;
    }

    #[inline]
    fn position(&self) -> usize {
        self.position
    }

    fn patch(&mut self, at: usize, bytes: &[u8]) {
        if let Some(place) = self.bytes.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }
}

/// Counts what would be written and keeps none of it.
#[derive(Default)]
pub(crate) struct Counter(usize);

impl Sink for Counter {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.0 += bytes.len();
    }

    #[inline]
    fn position(&self) -> usize {
        self.0
    }

    fn patch(&mut self, _at: usize, _bytes: &[u8]) {}
}

#[inline]
pub(crate) fn null(sink: &mut impl Sink) {
    sink.put_byte(code::NULL);
}

#[inline]
pub(crate) fn boolean(sink: &mut impl Sink, value: bool) {
    sink.put_byte(if value { code::TRUE } else { code::FALSE });
}

#[inline]
pub(crate) fn ubyte(sink: &mut impl Sink, value: u8) {
    sink.put(&[code::UBYTE, value]);
}

#[inline]
pub(crate) fn ushort(sink: &mut impl Sink, value: u16) {
    let [a, b] = value.to_be_bytes();
    sink.put(&[code::USHORT, a, b]);
}

#[inline]
pub(crate) fn uint(sink: &mut impl Sink, value: u32) {
    match value.to_be_bytes() {
        [0, 0, 0, 0] => sink.put_byte(code::UINT0),
        [0, 0, 0, small] => sink.put(&[code::SMALL_UINT, small]),
        [a, b, c, d] => sink.put(&[code::UINT, a, b, c, d]),
    }
}

#[inline]
pub(crate) fn ulong(sink: &mut impl Sink, value: u64) {
    match value.to_be_bytes() {
        [0, 0, 0, 0, 0, 0, 0, 0] => sink.put_byte(code::ULONG0),
        [0, 0, 0, 0, 0, 0, 0, small] => sink.put(&[code::SMALL_ULONG, small]),
        [a, b, c, d, e, f, g, h] => sink.put(&[code::ULONG, a, b, c, d, e, f, g, h]),
    }
}

pub(crate) fn timestamp(sink: &mut impl Sink, value: i64) {
    let [a, b, c, d, e, f, g, h] = value.to_be_bytes();
    sink.put(&[code::TIMESTAMP, a, b, c, d, e, f, g, h]);
}

/// Writes `short len8 bytes` or `long len32 bytes`. Values of 4 GiB and more do not exist on the wire; callers
/// hold slices that came from a `u32` size or were bounded on entry.
#[inline]
fn variable(sink: &mut impl Sink, short: u8, long: u8, bytes: &[u8]) {
    if let Ok(len) = u8::try_from(bytes.len()) {
        sink.put(&[short, len]);
    } else {
        let [a, b, c, d] = u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes();
        sink.put(&[long, a, b, c, d]);
    }
    sink.put(bytes);
}

#[inline]
pub(crate) fn binary(sink: &mut impl Sink, bytes: &[u8]) {
    variable(sink, code::BINARY8, code::BINARY32, bytes);
}

#[inline]
pub(crate) fn string(sink: &mut impl Sink, bytes: &[u8]) {
    variable(sink, code::STRING8, code::STRING32, bytes);
}

#[inline]
pub(crate) fn symbol(sink: &mut impl Sink, bytes: &[u8]) {
    variable(sink, code::SYMBOL8, code::SYMBOL32, bytes);
}

/// Opens a described value with a numeric descriptor; the value itself follows.
#[inline]
pub(crate) fn descriptor(sink: &mut impl Sink, descriptor: u64) {
    sink.put_byte(code::DESCRIBED);
    ulong(sink, descriptor);
}

/// Writes a list head for `count` elements that take `content` bytes: `45`, `c0` or `d0`.
#[inline]
pub(crate) fn list_head(sink: &mut impl Sink, count: u32, content: usize) {
    if count == 0 {
        return sink.put_byte(code::LIST0);
    }
    match (u8::try_from(content + 1), u8::try_from(count)) {
        (Ok(size), Ok(count)) => sink.put(&[code::LIST8, size, count]),
        _ => {
            sink.put_byte(code::LIST32);
            sink.put(&u32::try_from(content + 4).unwrap_or(u32::MAX).to_be_bytes());
            sink.put(&count.to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(f: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut v = Vec::new();
        f(&mut v);
        v
    }

    #[test]
    fn integers_take_their_shortest_form() {
        assert_eq!(written(|v| uint(v, 0)), [0x43]);
        assert_eq!(written(|v| uint(v, 255)), [0x52, 0xff]);
        assert_eq!(written(|v| uint(v, 256)), [0x70, 0, 0, 1, 0]);
        assert_eq!(written(|v| ulong(v, 0)), [0x44]);
        assert_eq!(written(|v| ulong(v, 1)), [0x53, 1]);
    }

    #[test]
    fn a_list_of_255_bytes_with_its_count_is_still_small() {
        assert_eq!(written(|v| list_head(v, 4, 254)), [0xc0, 0xff, 4]);
        assert_eq!(written(|v| list_head(v, 4, 255)), [0xd0, 0, 0, 1, 3, 0, 0, 0, 4]);
        assert_eq!(written(|v| list_head(v, 0, 0)), [0x45]);
    }

    #[test]
    fn a_fixed_buffer_that_is_too_small_tells_what_it_needed() {
        let mut space = [0u8; 3];
        let mut fixed = FixedBuffer::new(&mut space);
        binary(&mut fixed, b"abc");
        assert_eq!(fixed.finish(), Err(Overflow { needed: 5 }));
    }
}
