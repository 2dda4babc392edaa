//! What a peer has said, for people to read: bounded, and without characters that could pass for something else.

/// The words as text, cut where they go on for long.
pub(super) fn shown(words: &[u8]) -> String {
    let mut text: String =
        words.iter().take(MOST).map(|&byte| if is_plain(byte) { char::from(byte) } else { '?' }).collect();
    if words.len() > MOST {
        text.push_str("...");
    }
    text
}

fn is_plain(byte: u8) -> bool {
    byte == b' ' || byte.is_ascii_graphic()
}

const MOST: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_short_and_plain() {
        assert_eq!(shown(b"invalid-proof\n\xff"), "invalid-proof??");
        assert_eq!(shown(&[b'a'; 300]).len(), MOST + 3);
    }
}
