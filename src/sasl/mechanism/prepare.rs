//! SASLprep (RFC 4013): names and passwords in the one form in which they are compared and hashed.

use std::borrow::Cow;

use crate::engine::Password;

/// The prepared form; `None` for bytes that are not UTF-8 or have characters that may not be in names and passwords.
pub(super) fn prepared(bytes: &[u8]) -> Option<Password> {
    match stringprep::saslprep(std::str::from_utf8(bytes).ok()?).ok()? {
        Cow::Borrowed(text) => Some(Password::new(text.as_bytes())),
        Cow::Owned(text) => Some(text.into_bytes().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_rfc() {
        let shown = |text: &str| prepared(text.as_bytes()).map(|it| it.bytes().to_vec());
        assert_eq!(shown("I\u{ad}X").as_deref(), Some(&b"IX"[..]), "a soft hyphen goes");
        assert_eq!(shown("user").as_deref(), Some(&b"user"[..]));
        assert_eq!(shown("USER").as_deref(), Some(&b"USER"[..]), "case stays");
        assert_eq!(shown("\u{aa}").as_deref(), Some(&b"a"[..]));
        assert_eq!(shown("\u{2168}").as_deref(), Some(&b"IX"[..]));
        assert_eq!(shown("\u{7}"), None, "a control character");
        assert_eq!(shown("\u{627}1"), None, "left and right mixed");
        assert!(prepared(b"\xff").is_none());
    }
}
