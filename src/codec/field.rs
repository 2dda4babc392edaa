//! Content of no fixed type inside a performative: properties, capabilities, filters, an error's info.
//!
//! It stays as the peer encoded it until somebody looks, and is then opened as a tree. Either form can be sent.

use super::data::Data;
use super::writer::{self, Sink};

/// Content that an endpoint owns.
#[derive(Default)]
pub(crate) enum Field {
    /// Nothing there.
    #[default]
    Empty,
    /// As it came off the wire: exactly one encoded value, already checked to be whole.
    Encoded(Box<[u8]>),
    /// Opened, or made by the application.
    Open(Box<Data>),
}

/// The same content, borrowed by a performative on its way in or out.
#[derive(Clone, Copy, Default)]
pub(crate) enum Content<'a> {
    /// The field is null or missing.
    #[default]
    Absent,
    /// One encoded value.
    Encoded(&'a [u8]),
    /// The application's tree, which may be empty and is then absent.
    Open(&'a Data),
}

impl Field {
    /// Keeps a copy of the content. The cursor of a copied tree stands before it, wherever the original's was.
    pub(crate) fn from_content(content: Content<'_>) -> Self {
        match content {
            Content::Absent => Self::Empty,
            Content::Encoded(bytes) => Self::Encoded(bytes.into()),
            Content::Open(data) => {
                let mut copy = data.clone();
                copy.rewind();
                Self::Open(Box::new(copy))
            }
        }
    }

    pub(crate) fn content(&self) -> Content<'_> {
        match self {
            Self::Empty => Content::Absent,
            Self::Encoded(bytes) => Content::Encoded(bytes),
            Self::Open(data) => Content::Open(data),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.content().is_absent()
    }

    /// Forgets the content; a tree somebody may still look at stays and is emptied.
    pub(crate) fn clear(&mut self) {
        match self {
            Self::Open(data) => data.clear(),
            _ => *self = Self::Empty,
        }
    }

    /// The content as a tree, decoding it on the first look. What cannot be decoded leaves the part decoded so far
    /// and its fault in the tree.
    pub(crate) fn open(&mut self) -> &mut Data {
        if !matches!(self, Self::Open(_)) {
            let data = match self {
                Self::Encoded(bytes) => Data::from_peer(bytes),
                _ => Data::new(),
            };
            *self = Self::Open(Box::new(data));
        }
        match self {
            Self::Open(data) => data,
            _ => unreachable!("made open above"),
        }
    }
}

impl Content<'_> {
    pub(crate) fn is_absent(&self) -> bool {
        match self {
            Self::Absent => true,
            Self::Encoded(bytes) => bytes.is_empty(),
            Self::Open(data) => data.is_empty(),
        }
    }

    /// Writes the content, or null.
    pub(crate) fn write(&self, sink: &mut impl Sink) {
        match self {
            _ if self.is_absent() => writer::null(sink),
            Self::Absent => writer::null(sink),
            Self::Encoded(bytes) => sink.put(bytes),
            Self::Open(data) => {
                // A tree that cannot be encoded must not leave a hole in the list around it.
                if data.encode_first(sink).is_err() {
                    writer::null(sink);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_into_a_copied_tree_replaces_its_content() {
        let mut original = Field::default();
        original.open().put_null().unwrap();
        let mut copy = Field::from_content(original.content());
        copy.open().put_null().unwrap();
        assert_eq!(copy.open().size(), 1);
        assert_eq!(original.open().size(), 1);
    }
}
