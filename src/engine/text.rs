//! Strings that C may be lent: owned bytes with a NUL behind them, never moved once made.

/// An immutable string of any bytes, followed by NUL.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Text(Box<[u8]>);

impl Text {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let mut text = Vec::with_capacity(bytes.len() + 1);
        text.extend_from_slice(bytes);
        text.push(0);
        Self(text.into_boxed_slice())
    }

    /// The bytes without the NUL.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.split_last().map_or(&[], |(_, bytes)| bytes)
    }

    /// The start of the bytes and the NUL, valid while this `Text` lives.
    pub(crate) fn as_ptr(&self) -> *const std::ffi::c_char {
        self.0.as_ptr().cast()
    }

    /// The text as C reads it: up to the first NUL.
    pub(crate) fn as_c_str(&self) -> &std::ffi::CStr {
        std::ffi::CStr::from_bytes_until_nul(&self.0).unwrap_or_default()
    }

    pub(crate) fn from_option(bytes: Option<&[u8]>) -> Option<Self> {
        bytes.map(Self::new)
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(self.bytes()))
    }
}
