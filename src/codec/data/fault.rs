//! What goes wrong in a value tree, as its application sees it: a kind (a `PN_*` code at the edge) and a text.

use std::borrow::Cow;
use std::ops::Deref;

/// The kinds of fault; the C boundary maps each to one `PN_*` code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// The caller's buffer is too small.
    Overflow,
    /// The bytes end inside the value.
    Underflow,
    /// A general failure: the tree cannot be encoded, a format does not fit its data.
    Failed,
    /// Malformed bytes or a malformed format.
    Argument,
    /// A limit of the tree is reached.
    Limit,
}

/// A fault with its text. It is boxed because results travel on paths where there hardly ever is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault(Box<Detail>);

/// What a fault is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Detail {
    pub(crate) kind: FaultKind,
    pub(crate) text: Cow<'static, str>,
}

impl Deref for Fault {
    type Target = Detail;

    fn deref(&self) -> &Detail {
        &self.0
    }
}

impl Fault {
    #[cold]
    pub(crate) fn new(kind: FaultKind, text: &'static str) -> Self {
        Self(Box::new(Detail { kind, text: Cow::Borrowed(text) }))
    }

    #[cold]
    pub(super) fn with_text(kind: FaultKind, text: String) -> Self {
        Self(Box::new(Detail { kind, text: Cow::Owned(text) }))
    }

    #[cold]
    pub(super) fn node_limit() -> Self {
        Self::new(FaultKind::Limit, "pn_data node limit exceeded")
    }

    #[cold]
    pub(super) fn buffer_limit() -> Self {
        Self::new(FaultKind::Limit, "pn_data string buffer limit exceeded")
    }

    #[cold]
    pub(super) fn truncated() -> Self {
        Self::new(FaultKind::Underflow, "not enough data to decode")
    }

    #[cold]
    pub(super) fn malformed(text: &'static str) -> Self {
        Self::new(FaultKind::Argument, text)
    }

    #[cold]
    pub(super) fn unencodable() -> Self {
        Self::new(FaultKind::Failed, "unrecognized encoding: 254")
    }

    #[cold]
    pub(crate) fn no_space() -> Self {
        Self::new(FaultKind::Overflow, "not enough space to encode")
    }

    #[cold]
    pub(super) fn exit() -> Self {
        Self::new(FaultKind::Failed, "exit failed")
    }
}
