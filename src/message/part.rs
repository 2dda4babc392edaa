//! One part of a message that has no fixed type: body, annotations, application properties.
//!
//! It is either as the peer encoded it, already checked, or a tree: the application's, or opened because somebody
//! looked. Looking at it, and encoding it, keeps the content; buffer and tree are kept for the next message.

use crate::codec::data::{Fault, Type};
use crate::codec::{Data, Reader, Sink, constructor};

/// Content in one of its two forms.
#[derive(Default)]
pub(crate) struct Part {
    tree: Data,
    encoded: Vec<u8>,
    /// Which of the two holds the content.
    is_encoded: bool,
}

/// What the choice of a body section depends on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Binary,
    List,
    Other,
}

impl Part {
    pub(crate) fn clear(&mut self) {
        self.is_encoded = false;
        self.encoded.clear();
        self.tree.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.is_encoded && self.tree.is_empty()
    }

    /// Keeps a copy of one encoded value that is whole; null is no content.
    pub(super) fn store(&mut self, value: &[u8]) {
        self.clear();
        match value.first() {
            None | Some(&constructor::NULL) => {}
            Some(&constructor::BINARY8 | &constructor::BINARY32) => self.put_binary(value),
            Some(&first) if is_scalar(first) => self.tree.open_encoded(value),
            Some(_) => {
                self.encoded.extend_from_slice(value);
                self.is_encoded = true;
            }
        }
    }

    /// The emptied buffer of the encoded form, in which the caller leaves one whole value.
    pub(super) fn encoded_mut(&mut self) -> &mut Vec<u8> {
        self.clear();
        self.is_encoded = true;
        &mut self.encoded
    }

    /// The content as a tree, before its first value if it has not been opened earlier.
    #[inline]
    pub(crate) fn open(&mut self) -> &mut Data {
        if self.is_encoded {
            self.open_encoded();
        }
        &mut self.tree
    }

    #[cold]
    fn open_encoded(&mut self) {
        self.tree.open_encoded(&self.encoded);
        self.encoded.clear();
        self.is_encoded = false;
    }

    /// Puts the cursor of an open tree before its first value; one that is not open begins there anyway.
    pub(super) fn rewind(&mut self) {
        self.tree.rewind();
    }

    /// The commonest body of all, without the detour over the decoder.
    fn put_binary(&mut self, value: &[u8]) {
        if let Ok(Some(bytes)) = Reader::new(value).binary() {
            drop(self.tree.put_binary(bytes));
            self.tree.rewind();
        }
    }

    /// Whether the first value is a binary or a list, which sections other than amqp-value can carry.
    pub(super) fn shape(&self) -> Shape {
        let encoded = self.encoded.first().copied().filter(|_| self.is_encoded);
        match (encoded, self.tree.first_type()) {
            (Some(constructor::LIST0 | constructor::LIST8 | constructor::LIST32), _) => Shape::List,
            (Some(constructor::BINARY8 | constructor::BINARY32), _) => Shape::Binary,
            (None, Some(Type::Binary)) => Shape::Binary,
            (None, Some(Type::List)) => Shape::List,
            _ => Shape::Other,
        }
    }

    /// What went wrong with the tree, if it is one.
    #[cfg(test)]
    pub(super) fn fault(&self) -> Option<&Fault> {
        if self.is_encoded { None } else { self.tree.fault() }
    }

    pub(super) fn write(&self, sink: &mut impl Sink) -> Result<(), Fault> {
        if self.is_encoded {
            sink.put(&self.encoded);
            return Ok(());
        }
        self.tree.encode(sink)
    }
}

/// Scalars go straight into the tree, which copies a large binary once where keeping it encoded would do so twice.
fn is_scalar(first: u8) -> bool {
    matches!(first, constructor::NULL..=0xbf) && first != constructor::LIST0
}
