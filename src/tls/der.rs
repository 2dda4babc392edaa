//! DER, as far as certificates need it: elements with a tag of one byte and a definite length, one after the other.
//!
//! Nothing here goes deeper by itself, copies, or allocates. Lengths written with more bytes than they need are taken,
//! because OpenSSL takes them, so that a certificate which one backend has accepted can be looked at. Neighbours:
//! [`super::certificate`].

/// A tag that is asked for.
pub(super) mod tag {
    pub(in crate::tls) const BIT_STRING: u8 = 0x03;
    pub(in crate::tls) const OCTET_STRING: u8 = 0x04;
    pub(in crate::tls) const OBJECT_IDENTIFIER: u8 = 0x06;
    pub(in crate::tls) const UTF8_STRING: u8 = 0x0c;
    pub(in crate::tls) const NUMERIC_STRING: u8 = 0x12;
    pub(in crate::tls) const PRINTABLE_STRING: u8 = 0x13;
    pub(in crate::tls) const TELETEX_STRING: u8 = 0x14;
    pub(in crate::tls) const IA5_STRING: u8 = 0x16;
    pub(in crate::tls) const UNIVERSAL_STRING: u8 = 0x1c;
    pub(in crate::tls) const BMP_STRING: u8 = 0x1e;
    pub(in crate::tls) const SEQUENCE: u8 = 0x30;
    pub(in crate::tls) const SET: u8 = 0x31;
    pub(in crate::tls) const BOOLEAN: u8 = 0x01;
    pub(in crate::tls) const INTEGER: u8 = 0x02;
}

/// One element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
    /// With its tag and length.
    pub(super) whole: &'a [u8],
}

impl<'a> Element<'a> {
    /// What is inside.
    pub(super) fn inside(&self) -> Reader<'a> {
        Reader(self.content)
    }
}

/// Elements in a row.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next element; `None` at the end, and where the bytes make none.
    pub(super) fn any(&mut self) -> Option<Element<'a>> {
        let all = self.0;
        let (&tag, rest) = all.split_first()?;
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (length, rest) = length(rest)?;
        let content = rest.get(..length)?;
        self.0 = rest.get(length..)?;
        let whole = all.get(..all.len() - self.0.len())?;
        Some(Element { tag, content, whole })
    }

    /// The next element, which has to have this tag.
    pub(super) fn one(&mut self, tag: u8) -> Option<Element<'a>> {
        self.any().filter(|element| element.tag == tag)
    }

    /// The next element if it has this tag.
    pub(super) fn maybe(&mut self, tag: u8) -> Option<Element<'a>> {
        if self.0.first() == Some(&tag) { self.any() } else { None }
    }
}

/// Reads a length and tells what stands behind it.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    if first < 0x80 {
        return Some((first.into(), rest));
    }
    let count = usize::from(first & 0x7f);
    if count == 0 {
        return None;
    }
    let value = rest
        .get(..count)?
        .iter()
        .try_fold(0usize, |value, &byte| value.checked_mul(256)?.checked_add(byte.into()))?;
    Some((value, rest.get(count..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_come_one_after_the_other() {
        let mut reader = Reader::new(b"\x02\x01\x05\x30\x02\x05\x00");
        assert_eq!(reader.maybe(tag::SET), None);
        assert_eq!(reader.one(tag::INTEGER).unwrap().content, b"\x05");
        let sequence = reader.one(tag::SEQUENCE).unwrap();
        assert_eq!(sequence.whole, b"\x30\x02\x05\x00");
        assert_eq!(sequence.inside().any().unwrap().tag, 5);
        assert!(reader.is_empty());
        assert_eq!(reader.any(), None);
    }

    #[test]
    fn a_length_may_be_longer_than_it_needs_but_not_than_the_bytes() {
        assert_eq!(Reader::new(b"\x0c\x83\x00\x00\x01x").any().unwrap().content, b"x");
        for wrong in [
            &b"\x0c"[..],
            b"\x0c\x02x",
            b"\x0c\x80",
            b"\x0c\x81",
            b"\x0c\xff\xff",
            b"\x1f\x01x",
            b"\x0c\x84\xff",
        ] {
            assert_eq!(Reader::new(wrong).any(), None, "{wrong:x?}");
        }
        let huge = [&b"\x0c\x89"[..], &[0xff; 9], b"x"].concat();
        assert_eq!(Reader::new(&huge).any(), None);
    }
}
