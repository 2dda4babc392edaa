//! What can be wrong with encoded bytes. The application sees the kind as a `PN_*` code, a peer as an AMQP condition.

/// Why bytes could not be decoded, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DecodeError {
    /// Offset in the decoded slice at which the fault was noticed.
    pub(crate) offset: usize,
    /// What was wrong there.
    pub(crate) kind: DecodeErrorKind,
}

/// The kinds of fault that a decoder tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DecodeErrorKind {
    /// The bytes end inside the value.
    Truncated,
    /// A constructor that AMQP does not define, or one that may not stand here.
    Constructor(u8),
    /// A compound's size and its content disagree.
    Size,
    /// Well-formed, but not the value that has to stand here.
    Unexpected,
    /// More nested, more numerous or larger than the reader is willing to hold.
    Limit,
}

/// The result of a decoding step.
pub(crate) type Decoded<T> = Result<T, DecodeError>;

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind {
            DecodeErrorKind::Truncated => f.write_str("not enough data to decode"),
            DecodeErrorKind::Constructor(code) => write!(f, "unexpected constructor 0x{code:02x}"),
            DecodeErrorKind::Size => f.write_str("compound size does not fit its content"),
            DecodeErrorKind::Unexpected => f.write_str("unexpected value"),
            DecodeErrorKind::Limit => f.write_str("value exceeds the decode limits"),
        }?;
        write!(f, " at offset {}", self.offset)
    }
}
