//! Reads encoded AMQP values straight from a buffer, without building anything.
//!
//! The cursor never passes the end of its slice and nothing here recurses, whatever the bytes say. Typed
//! getters are lenient the way peers rely on: a null or a value of another type is stepped over and reads as
//! `None` (spec/transport.md section 4). AMQP part 1.6. Neighbours: `writer`, `performative`, `message`.

use super::constructor::{self as code, Width};
use super::error::{DecodeError, DecodeErrorKind, Decoded};

/// A cursor over encoded bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

/// The head of a list, map or array and a reader confined to its content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compound<'a> {
    /// Elements as stated by the peer (a map counts keys and values); not to be trusted for reserving memory.
    pub(crate) count: u32,
    /// The elements; for an array the element constructor comes first.
    pub(crate) body: Reader<'a>,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0 }
    }

    /// Bytes consumed so far.
    pub(crate) const fn offset(&self) -> usize {
        self.offset
    }

    /// What has not been consumed yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.offset..).unwrap_or_default()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.offset >= self.bytes.len()
    }

    /// The next constructor, without consuming it.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.offset).copied()
    }

    /// A fault at the present position.
    pub(crate) const fn error(&self, kind: DecodeErrorKind) -> DecodeError {
        DecodeError { offset: self.offset, kind }
    }

    /// Consumes exactly `n` bytes.
    #[inline]
    pub(crate) fn take(&mut self, n: usize) -> Decoded<&'a [u8]> {
        let end = self.offset.checked_add(n).ok_or_else(|| self.error(DecodeErrorKind::Truncated))?;
        let taken = self.bytes.get(self.offset..end).ok_or_else(|| self.error(DecodeErrorKind::Truncated))?;
        self.offset = end;
        Ok(taken)
    }

    #[inline]
    fn fixed<const N: usize>(&mut self) -> Decoded<[u8; N]> {
        let taken = self.take(N)?;
        <[u8; N]>::try_from(taken).map_err(|_| self.error(DecodeErrorKind::Truncated))
    }

    #[inline]
    pub(crate) fn byte(&mut self) -> Decoded<u8> {
        self.fixed::<1>().map(|[b]| b)
    }

    #[inline]
    pub(crate) fn be_u16(&mut self) -> Decoded<u16> {
        self.fixed().map(u16::from_be_bytes)
    }

    #[inline]
    pub(crate) fn be_u32(&mut self) -> Decoded<u32> {
        self.fixed().map(u32::from_be_bytes)
    }

    #[inline]
    pub(crate) fn be_u64(&mut self) -> Decoded<u64> {
        self.fixed().map(u64::from_be_bytes)
    }

    /// Consumes 16 bytes as they stand (uuid, decimal128).
    pub(crate) fn sixteen(&mut self) -> Decoded<[u8; 16]> {
        self.fixed()
    }

    /// Consumes what follows a constructor of the given width.
    #[inline]
    fn content(&mut self, width: Width) -> Decoded<&'a [u8]> {
        let n = match width {
            Width::Fixed(n) => n,
            Width::Sized8 => usize::from(self.byte()?),
            Width::Sized32 => self.be_u32()? as usize,
        };
        self.take(n)
    }

    /// Steps over one whole value, described or not.
    pub(crate) fn skip(&mut self) -> Decoded<()> {
        let mut values = 1usize;
        while values > 0 {
            let code = self.byte()?;
            if code == code::DESCRIBED {
                values += 1;
                continue;
            }
            let Some(width) = Width::of(code) else {
                self.offset -= 1;
                return Err(self.error(DecodeErrorKind::Constructor(code)));
            };
            self.content(width)?;
            values -= 1;
        }
        Ok(())
    }

    /// The encoded bytes of one whole value; `None` for null.
    pub(crate) fn value(&mut self) -> Decoded<Option<&'a [u8]>> {
        let start = self.offset;
        let null = self.peek() == Some(code::NULL);
        self.skip()?;
        let bytes = self.bytes.get(start..self.offset).unwrap_or_default();
        Ok(if null { None } else { Some(bytes) })
    }

    /// Steps over a value of the wrong type, which reads as absent.
    #[cold]
    fn absent<T>(&mut self) -> Decoded<Option<T>> {
        self.skip()?;
        Ok(None)
    }

    #[inline]
    fn enter(&mut self) {
        self.offset += 1;
    }

    #[inline]
    pub(crate) fn boolean(&mut self) -> Decoded<Option<bool>> {
        match self.peek() {
            Some(code::TRUE) => self.enter_as(true),
            Some(code::FALSE) => self.enter_as(false),
            Some(code::BOOLEAN) => {
                self.enter();
                self.byte().map(|b| Some(b != 0))
            }
            _ => self.absent(),
        }
    }

    #[inline]
    #[expect(clippy::unnecessary_wraps, reason = "keeps the arms of the typed getters one expression each")]
    fn enter_as<T>(&mut self, value: T) -> Decoded<Option<T>> {
        self.enter();
        Ok(Some(value))
    }

    #[inline]
    pub(crate) fn ubyte(&mut self) -> Decoded<Option<u8>> {
        match self.peek() {
            Some(code::UBYTE) => {
                self.enter();
                self.byte().map(Some)
            }
            _ => self.absent(),
        }
    }

    #[inline]
    pub(crate) fn ushort(&mut self) -> Decoded<Option<u16>> {
        match self.peek() {
            Some(code::USHORT) => {
                self.enter();
                self.be_u16().map(Some)
            }
            _ => self.absent(),
        }
    }

    #[inline]
    pub(crate) fn uint(&mut self) -> Decoded<Option<u32>> {
        match self.peek() {
            Some(code::UINT0) => self.enter_as(0),
            Some(code::SMALL_UINT) => {
                self.enter();
                self.byte().map(|b| Some(u32::from(b)))
            }
            Some(code::UINT) => {
                self.enter();
                self.be_u32().map(Some)
            }
            _ => self.absent(),
        }
    }

    #[inline]
    pub(crate) fn ulong(&mut self) -> Decoded<Option<u64>> {
        match self.peek() {
            Some(code::ULONG0) => self.enter_as(0),
            Some(code::SMALL_ULONG) => {
                self.enter();
                self.byte().map(|b| Some(u64::from(b)))
            }
            Some(code::ULONG) => {
                self.enter();
                self.be_u64().map(Some)
            }
            _ => self.absent(),
        }
    }

    pub(crate) fn timestamp(&mut self) -> Decoded<Option<i64>> {
        match self.peek() {
            Some(code::TIMESTAMP) => {
                self.enter();
                self.be_u64().map(|t| Some(t.cast_signed()))
            }
            _ => self.absent(),
        }
    }

    #[inline]
    fn variable(&mut self, short: u8, long: u8) -> Decoded<Option<&'a [u8]>> {
        match self.peek() {
            Some(c) if c == short => {
                self.enter();
                self.content(Width::Sized8).map(Some)
            }
            Some(c) if c == long => {
                self.enter();
                self.content(Width::Sized32).map(Some)
            }
            _ => self.absent(),
        }
    }

    #[inline]
    pub(crate) fn binary(&mut self) -> Decoded<Option<&'a [u8]>> {
        self.variable(code::BINARY8, code::BINARY32)
    }

    /// The bytes of a string; UTF-8 is not checked, Proton hands on what the peer sent.
    #[inline]
    pub(crate) fn string(&mut self) -> Decoded<Option<&'a [u8]>> {
        self.variable(code::STRING8, code::STRING32)
    }

    #[inline]
    pub(crate) fn symbol(&mut self) -> Decoded<Option<&'a [u8]>> {
        self.variable(code::SYMBOL8, code::SYMBOL32)
    }

    /// Enters a list; `None` (stepped over) for anything else.
    #[inline]
    pub(crate) fn list(&mut self) -> Decoded<Option<Compound<'a>>> {
        match self.peek() {
            Some(code::LIST0) => self.enter_as(Compound { count: 0, body: Reader::new(&[]) }),
            Some(code::LIST8 | code::LIST32) => self.compound().map(Some),
            _ => self.absent(),
        }
    }

    /// Enters the list, map or array that comes next, whichever it is; the caller has looked at its constructor.
    /// The content is confined to the declared size, and the cursor goes behind it.
    #[inline]
    pub(crate) fn compound(&mut self) -> Decoded<Compound<'a>> {
        let code = self.byte()?;
        let wide = match Width::of(code) {
            Some(Width::Sized32) => true,
            Some(Width::Sized8) => false,
            _ => return Err(self.error(DecodeErrorKind::Constructor(code))),
        };
        let content = self.content(if wide { Width::Sized32 } else { Width::Sized8 })?;
        let mut body = Reader::new(content);
        let count = if wide { body.be_u32() } else { body.byte().map(u32::from) };
        let count = count.map_err(|_| self.error(DecodeErrorKind::Size))?;
        Ok(Compound { count, body: Reader::new(body.rest()) })
    }

    /// Enters a described value whose descriptor is a ulong and gives that descriptor; the cursor then stands on
    /// the value. Anything else is an error and leaves the cursor where it was.
    #[inline]
    pub(crate) fn descriptor(&mut self) -> Decoded<u64> {
        let mut ahead = *self;
        if ahead.byte()? != code::DESCRIBED {
            return Err(self.error(DecodeErrorKind::Unexpected));
        }
        let is_ulong = matches!(ahead.peek(), Some(code::ULONG0 | code::SMALL_ULONG | code::ULONG));
        match ahead.ulong() {
            Ok(Some(descriptor)) if is_ulong => {
                *self = ahead;
                Ok(descriptor)
            }
            Ok(_) => Err(self.error(DecodeErrorKind::Unexpected)),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_another_type_is_stepped_over_and_reads_as_absent() {
        let mut r = Reader::new(&[0xa1, 0x02, b'h', b'i', 0x52, 0x07]);
        assert_eq!(r.uint(), Ok(None));
        assert_eq!(r.uint(), Ok(Some(7)));
        assert!(r.is_empty());
    }

    #[test]
    #[cfg_attr(miri, ignore = "takes an interpreter too long")]
    fn skipping_steps_over_nested_descriptors_without_recursion() {
        let mut bytes = vec![0u8; 100_000];
        bytes.extend([0x40; 100_001]);
        let mut r = Reader::new(&bytes);
        r.skip().expect("every descriptor has its value");
        assert!(r.is_empty());
    }

    #[test]
    fn a_compound_never_reads_past_its_declared_size() {
        let mut r = Reader::new(&[0xc0, 0x02, 0x05, 0x43, 0x52, 0x09]);
        let mut list = r.list().unwrap().unwrap();
        assert_eq!(list.count, 5);
        assert_eq!(list.body.uint(), Ok(Some(0)));
        assert_eq!(list.body.uint().unwrap_err().kind, DecodeErrorKind::Truncated);
        assert_eq!(r.uint(), Ok(Some(9)));
    }

    #[test]
    fn a_size_too_small_for_the_count_is_an_error() {
        let mut r = Reader::new(&[0xc0, 0x00, 0x00]);
        assert_eq!(r.list().unwrap_err().kind, DecodeErrorKind::Size);
    }

    #[test]
    fn only_a_numeric_descriptor_is_a_descriptor() {
        assert_eq!(Reader::new(&[0x00, 0x53, 0x10, 0x45]).descriptor(), Ok(0x10));
        let mut symbolic = Reader::new(&[0x00, 0xa3, 0x01, b'x', 0x45]);
        assert_eq!(symbolic.descriptor().unwrap_err().kind, DecodeErrorKind::Unexpected);
        assert_eq!(symbolic.offset(), 0);
    }
}
