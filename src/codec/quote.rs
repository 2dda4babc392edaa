//! How bytes appear in text forms, traces and error descriptions: printable ASCII as it is, the rest as `\xhh`.

use std::fmt::{self, Write};

/// Appends `bytes`, escaping what is not printable ASCII and the three characters `\`, `"` and `'`.
pub(crate) fn quoted(out: &mut impl Write, bytes: &[u8]) -> fmt::Result {
    for &byte in bytes {
        match byte {
            b'\\' | b'"' | b'\'' => write!(out, "\\x{byte:02x}")?,
            0x20..=0x7e => out.write_char(char::from(byte))?,
            _ => write!(out, "\\x{byte:02x}")?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_unprintable_bytes_are_escaped() {
        let mut text = String::new();
        quoted(&mut text, b"a \"b'\\\x00\xff").unwrap();
        assert_eq!(text, r"a \x22b\x27\x5c\x00\xff");
    }
}
