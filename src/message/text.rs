//! A short piece of bytes that a message owns and lends to C: an address, a subject, a user id.
//!
//! Unset and empty differ. The bytes may contain NUL and are always followed by one, so that a lent pointer is a C
//! string; the buffer outlives clearing, so that a reused message allocates only while its texts still grow.

/// Bytes that may be unset.
#[derive(Default)]
pub(crate) struct Text {
    /// The bytes and their terminator; meaningless while unset.
    terminated: Vec<u8>,
    is_set: bool,
}

impl Text {
    #[inline]
    pub(crate) fn set(&mut self, bytes: &[u8]) {
        self.terminated.clear();
        self.terminated.reserve(bytes.len() + 1);
        self.terminated.extend_from_slice(bytes);
        self.terminated.push(0);
        self.is_set = true;
    }

    #[inline]
    pub(crate) fn unset(&mut self) {
        self.is_set = false;
    }

    #[inline]
    pub(crate) const fn is_set(&self) -> bool {
        self.is_set
    }

    /// The bytes without their terminator.
    #[inline]
    pub(crate) fn get(&self) -> Option<&[u8]> {
        match self.terminated.split_last() {
            Some((_, bytes)) if self.is_set => Some(bytes),
            _ => None,
        }
    }

    /// Whether the memory at `address` is this text's own, as when an application sets a text to itself.
    pub(crate) fn owns(&self, address: usize) -> bool {
        let start = self.terminated.as_ptr().addr();
        (start..start + self.terminated.len()).contains(&address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unset_and_empty_differ() {
        let mut text = Text::default();
        assert_eq!(text.get(), None);
        text.set(b"");
        assert_eq!(text.get(), Some(&b""[..]));
        text.unset();
        assert_eq!(text.get(), None);
    }

    #[test]
    fn a_text_knows_its_own_memory() {
        let mut text = Text::default();
        text.set(b"abc");
        let inside = text.get().map(|bytes| bytes.as_ptr().addr() + 1).unwrap();
        assert!(text.owns(inside));
        assert!(!text.owns(b"abc".as_ptr().addr()));
    }
}
