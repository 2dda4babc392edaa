//! Writes AMQP values, each in the shortest form that AMQP part 1.6 offers for it.
//!
//! The target is a [`Sink`]: a growing vector on the wire path, or a caller's fixed buffer that remembers that it
//! was too small and goes on counting, so that the length needed is known at the end. Neighbours: `reader`.

use std::mem;
use std::ops::Range;

use super::constructor as code;

/// Where encoded bytes go. Nothing fails on the way; a bounded sink says at the end whether all of it fitted.
pub(crate) trait Append {
    /// Appends `bytes`.
    fn put(&mut self, bytes: &[u8]);

    /// Appends one byte.
    #[inline]
    fn put_byte(&mut self, byte: u8) {
        self.put(&[byte]);
    }

    /// Appends a constructor and what follows it.
    fn put_coded<const N: usize>(&mut self, constructor: u8, value: [u8; N]);

    /// Appends a constructor, a short size, and that many bytes.
    #[inline]
    fn put_sized(&mut self, constructor: u8, len: u8, bytes: &[u8]) {
        self.put_coded(constructor, [len]);
        self.put(bytes);
    }
}

/// Where encoded bytes go and can still be changed: the size of a value is known only behind its content.
pub(crate) trait Sink: Append {
    /// The way to append many values.
    type Tail<'a>: Append
    where
        Self: 'a;

    /// Lends the sink to somebody who only appends, which is faster this way. What is appended is part of the sink once
    /// the tail is gone.
    fn tail(&mut self) -> Self::Tail<'_>;

    /// Bytes put so far, counting those that did not fit.
    fn position(&self) -> usize;

    /// Overwrites what was put at `at`; bytes that did not fit are ignored, as in what follows.
    fn patch(&mut self, at: usize, bytes: &[u8]);

    /// Appends `n` bytes of any content.
    fn grow(&mut self, n: usize);

    /// Moves what was put at `range` behind by `by` bytes, over what is there.
    fn shift(&mut self, range: Range<usize>, by: usize);

    /// Forgets everything behind `position`.
    fn rewind(&mut self, position: usize);
}

impl<A: Append> Append for &mut A {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        (**self).put(bytes);
    }

    #[inline]
    fn put_byte(&mut self, byte: u8) {
        (**self).put_byte(byte);
    }

    #[inline]
    fn put_coded<const N: usize>(&mut self, constructor: u8, value: [u8; N]) {
        (**self).put_coded(constructor, value);
    }

    #[inline]
    fn put_sized(&mut self, constructor: u8, len: u8, bytes: &[u8]) {
        (**self).put_sized(constructor, len, bytes);
    }
}

impl Append for Vec<u8> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }

    #[inline]
    fn put_byte(&mut self, byte: u8) {
        self.push(byte);
    }

    #[inline]
    fn put_coded<const N: usize>(&mut self, constructor: u8, value: [u8; N]) {
        self.reserve(1 + N);
        self.push(constructor);
        self.extend_from_slice(&value);
    }
}

impl Sink for Vec<u8> {
    type Tail<'a> = &'a mut Self;

    #[inline]
    fn tail(&mut self) -> &mut Self {
        self
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

    fn grow(&mut self, n: usize) {
        self.resize(self.len() + n, 0);
    }

    fn shift(&mut self, range: Range<usize>, by: usize) {
        if range.start <= range.end && range.end + by <= self.len() {
            let to = range.start + by;
            self.copy_within(range, to);
        }
    }

    fn rewind(&mut self, position: usize) {
        self.truncate(position);
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

impl Append for FixedBuffer<'_> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        let end = self.position + bytes.len();
        if let Some(place) = self.bytes.get_mut(self.position..end) {
            place.copy_from_slice(bytes);
        }
        self.position = end;
    }

    #[inline]
    fn put_byte(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.position) {
            *place = byte;
        }
        self.position += 1;
    }

    /// The parts go to their places one by one: put together first, they would have to be waited for.
    #[inline]
    fn put_coded<const N: usize>(&mut self, constructor: u8, value: [u8; N]) {
        let end = self.position + 1 + N;
        if let Some([first, place @ ..]) = self.bytes.get_mut(self.position..end) {
            *first = constructor;
            place.copy_from_slice(&value);
        }
        self.position = end;
    }

    #[inline]
    fn put_sized(&mut self, constructor: u8, len: u8, bytes: &[u8]) {
        let end = self.position + 2 + bytes.len();
        if let Some([first, second, place @ ..]) = self.bytes.get_mut(self.position..end) {
            *first = constructor;
            *second = len;
            place.copy_from_slice(bytes);
        }
        self.position = end;
    }
}

impl Sink for FixedBuffer<'_> {
    type Tail<'a>
        = Tail<'a>
    where
        Self: 'a;

    #[inline]
    fn tail(&mut self) -> Tail<'_> {
        let room = self.bytes.get_mut(self.position..).unwrap_or_default();
        Tail { most: room.len(), room, position: &mut self.position }
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

    fn grow(&mut self, n: usize) {
        self.position += n;
    }

    fn shift(&mut self, range: Range<usize>, by: usize) {
        if range.start <= range.end && range.end + by <= self.bytes.len() {
            let to = range.start + by;
            self.bytes.copy_within(range, to);
        }
    }

    fn rewind(&mut self, position: usize) {
        self.position = position;
    }
}

/// What is left of a buffer of fixed size.
pub(crate) struct Tail<'a> {
    /// Nothing, once something did not fit.
    room: &'a mut [u8],
    /// How much room there was.
    most: usize,
    /// The position in the buffer; it moves on when the tail goes, or at once for bytes that do not fit.
    position: &'a mut usize,
}

impl Tail<'_> {
    /// The place for the next `n` bytes, if they fit.
    #[inline(always)]
    fn place(&mut self, n: usize) -> Option<&mut [u8]> {
        let room = mem::take(&mut self.room);
        if n > room.len() {
            *self.position += n - room.len();
            return None;
        }
        let (place, rest) = room.split_at_mut_checked(n)?;
        self.room = rest;
        Some(place)
    }
}

impl Drop for Tail<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        *self.position += self.most - self.room.len();
    }
}

impl Append for Tail<'_> {
    #[inline(always)]
    fn put(&mut self, bytes: &[u8]) {
        if let Some(place) = self.place(bytes.len()) {
            copy(place, bytes);
        }
    }

    #[inline(always)]
    fn put_byte(&mut self, byte: u8) {
        if let Some([place]) = self.place(1) {
            *place = byte;
        }
    }

    #[inline(always)]
    fn put_coded<const N: usize>(&mut self, constructor: u8, value: [u8; N]) {
        if let Some([first, place @ ..]) = self.place(1 + N) {
            *first = constructor;
            place.copy_from_slice(&value);
        }
    }

    #[inline(always)]
    fn put_sized(&mut self, constructor: u8, len: u8, bytes: &[u8]) {
        if let Some([first, second, place @ ..]) = self.place(2 + bytes.len()) {
            *first = constructor;
            *second = len;
            copy(place, bytes);
        }
    }
}

/// Copies all of `from`; a few bytes without a call.
#[inline(always)]
fn copy(to: &mut [u8], from: &[u8]) {
    match from.len() {
        0..4 => to.iter_mut().zip(from).for_each(|(to, from)| *to = *from),
        4..8 => copy_ends::<4>(to, from),
        8..16 => copy_ends::<8>(to, from),
        16..33 => copy_ends::<16>(to, from),
        _ => to.copy_from_slice(from),
    }
}

/// Copies the first and the last `N` bytes of at most twice as many.
#[inline(always)]
fn copy_ends<const N: usize>(to: &mut [u8], from: &[u8]) {
    if let (Some(first), Some(last)) = (from.first_chunk::<N>(), from.last_chunk::<N>()) {
        if let Some(to) = to.first_chunk_mut() {
            *to = *first;
        }
        if let Some(to) = to.last_chunk_mut() {
            *to = *last;
        }
    }
}

/// Counts what would be written and keeps none of it.
#[derive(Default)]
pub(crate) struct Counter(usize);

impl Append for Counter {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.0 += bytes.len();
    }

    #[inline]
    fn put_coded<const N: usize>(&mut self, _constructor: u8, _value: [u8; N]) {
        self.0 += 1 + N;
    }
}

impl Sink for Counter {
    type Tail<'a> = &'a mut Self;

    #[inline]
    fn tail(&mut self) -> &mut Self {
        self
    }

    #[inline]
    fn position(&self) -> usize {
        self.0
    }

    fn patch(&mut self, _at: usize, _bytes: &[u8]) {}

    fn grow(&mut self, n: usize) {
        self.0 += n;
    }

    fn shift(&mut self, _range: Range<usize>, _by: usize) {}

    fn rewind(&mut self, position: usize) {
        self.0 = position;
    }
}

#[inline]
pub(crate) fn null(sink: &mut impl Append) {
    sink.put_byte(code::NULL);
}

#[inline]
pub(crate) fn boolean(sink: &mut impl Append, value: bool) {
    sink.put_byte(if value { code::TRUE } else { code::FALSE });
}

#[inline]
pub(crate) fn ubyte(sink: &mut impl Append, value: u8) {
    sink.put_coded(code::UBYTE, [value]);
}

#[inline]
pub(crate) fn ushort(sink: &mut impl Append, value: u16) {
    sink.put_coded(code::USHORT, value.to_be_bytes());
}

#[inline]
pub(crate) fn uint(sink: &mut impl Append, value: u32) {
    match u8::try_from(value) {
        Ok(0) => sink.put_byte(code::UINT0),
        Ok(small) => sink.put_coded(code::SMALL_UINT, [small]),
        Err(_) => sink.put_coded(code::UINT, value.to_be_bytes()),
    }
}

#[inline]
pub(crate) fn ulong(sink: &mut impl Append, value: u64) {
    match u8::try_from(value) {
        Ok(0) => sink.put_byte(code::ULONG0),
        Ok(small) => sink.put_coded(code::SMALL_ULONG, [small]),
        Err(_) => sink.put_coded(code::ULONG, value.to_be_bytes()),
    }
}

pub(crate) fn timestamp(sink: &mut impl Append, value: i64) {
    sink.put_coded(code::TIMESTAMP, value.to_be_bytes());
}

/// Writes a binary, string or symbol, which `short` tells apart: its constructor for less than 256 bytes. Values of
/// 4 GiB and more do not exist on the wire; callers hold slices that came from a `u32` size or were bounded on entry.
#[inline]
pub(crate) fn variable(sink: &mut impl Append, short: u8, bytes: &[u8]) {
    match u8::try_from(bytes.len()) {
        Ok(len) => sink.put_sized(short, len, bytes),
        Err(_) => {
            let long = short + (code::BINARY32 - code::BINARY8);
            sink.put_coded(long, u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
            sink.put(bytes);
        }
    }
}

#[inline]
pub(crate) fn binary(sink: &mut impl Append, bytes: &[u8]) {
    variable(sink, code::BINARY8, bytes);
}

#[inline]
pub(crate) fn string(sink: &mut impl Append, bytes: &[u8]) {
    variable(sink, code::STRING8, bytes);
}

#[inline]
pub(crate) fn symbol(sink: &mut impl Append, bytes: &[u8]) {
    variable(sink, code::SYMBOL8, bytes);
}

/// Opens a described value with a numeric descriptor; the value itself follows.
#[inline]
pub(crate) fn descriptor(sink: &mut impl Append, descriptor: u64) {
    sink.put_byte(code::DESCRIBED);
    ulong(sink, descriptor);
}

/// Writes a list head for `count` elements that take `content` bytes: `45`, `c0` or `d0`.
#[inline]
pub(crate) fn list_head(sink: &mut impl Append, count: u32, content: usize) {
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
