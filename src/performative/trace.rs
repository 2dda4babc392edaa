//! What frame traces and raw traces show of a frame (spec/transport.md section 11).
//!
//! A trace is for reading: its length is bounded whatever the frame's, and no more of the frame is looked at than
//! that takes. Whether anybody wants it is the logger's to know.

use std::fmt::Write;

use super::types::Channel;
use crate::codec::dump::dump_within;
use crate::codec::quote::quoted;

/// Which way a frame goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// From the peer.
    In,
    /// To the peer.
    Out,
}

impl Direction {
    /// The arrow of trace lines.
    pub(crate) const fn arrow(self) -> &'static str {
        match self {
            Self::In => "<-",
            Self::Out => "->",
        }
    }
}

/// The line of a frame trace: `0 -> @transfer(20) [handle=0x0] (5) hello`.
pub(crate) fn frame_text(channel: Channel, direction: Direction, body: &[u8]) -> String {
    let mut text = format!("{} {} ", channel.0, direction.arrow());
    if body.is_empty() {
        text.push_str("(EMPTY FRAME)");
        return text;
    }
    // One more than is shown, so that it is known that something was cut.
    let performative = dump_within(&mut text, body, MAX_TEXT + 1);
    let payload = body.get(performative..).unwrap_or_default();
    if !payload.is_empty() && text.len() <= MAX_TEXT {
        let shown = payload.get(..MAX_TEXT).unwrap_or(payload);
        // Writing to a string does not fail.
        let _ = write!(text, " ({}) ", payload.len()).and_then(|()| quoted(&mut text, shown));
    }
    if text.len() > MAX_TEXT {
        text.truncate(MAX_TEXT - CUT.len());
        text.push_str(CUT);
    }
    text
}

/// The lines of a raw trace, 16 bytes each: `->0010/001a: 63 40 70 ... c@p`.
pub(crate) fn raw_lines(direction: Direction, bytes: &[u8]) -> impl Iterator<Item = String> + '_ {
    let total = bytes.len();
    bytes.chunks(RAW_COLUMNS).enumerate().map(move |(index, chunk)| {
        let mut line = format!("{}{:04x}/{total:04x}: ", direction.arrow(), index * RAW_COLUMNS);
        for column in 0..RAW_COLUMNS {
            // Writing to a string does not fail.
            let _ = match chunk.get(column) {
                Some(byte) => write!(line, "{byte:02x} "),
                None => write!(line, "   "),
            };
        }
        line.extend(
            chunk.iter().map(|&byte| if matches!(byte, 0x21..=0x7f) { char::from(byte) } else { '.' }),
        );
        line
    })
}

/// The longest line of a frame trace, and what stands at the end of one that was cut.
const MAX_TEXT: usize = 1023;
const CUT: &str = " ... (truncated)";

/// Bytes on a line of a raw trace.
const RAW_COLUMNS: usize = 16;

#[cfg(test)]
mod tests {
    use super::super::tests::{Noise, hex};
    use super::*;

    fn sent(frame_body: &str) -> String {
        frame_text(Channel(0), Direction::Out, &hex(frame_body))
    }

    #[test]
    fn frames_show_as_the_spec_prints_them() {
        assert_eq!(sent("00 53 18 45"), "0 -> @close(24) []");
        assert_eq!(
            sent("00 53 11 c0 12 05 40 43 70 7f ff ff ff 70 7f ff ff ff 70 7f ff ff ff"),
            "0 -> @begin(17) [next-outgoing-id=0x0, incoming-window=0x7fffffff, outgoing-window=0x7fffffff, \
             handle-max=0x7fffffff]"
        );
        assert_eq!(
            sent("00 53 14 c0 0a 06 43 43 a0 02 74 31 43 40 41 68 65 6c 6c 6f"),
            "0 -> @transfer(20) [handle=0x0, delivery-id=0x0, delivery-tag=b\"t1\", message-format=0x0, \
             more=true] (5) hello"
        );
        assert_eq!(
            sent("00 53 15 c0 0a 05 41 43 52 05 41 00 53 24 45"),
            "0 -> @disposition(21) [role=true, first=0x0, last=0x5, settled=true, state=@accepted(36) []]"
        );
        assert_eq!(
            sent("00 53 40 c0 0f 01 e0 0c 01 a3 09 41 4e 4f 4e 59 4d 4f 55 53"),
            "0 -> @sasl-mechanisms(64) [sasl-server-mechanisms=@<symbol>[:ANONYMOUS]]"
        );
    }

    #[test]
    fn received_and_empty_frames_are_marked() {
        assert_eq!(frame_text(Channel(7), Direction::In, &hex("00 53 17 45")), "7 <- @end(23) []");
        assert_eq!(frame_text(Channel(0), Direction::In, b""), "0 <- (EMPTY FRAME)");
    }

    #[test]
    fn a_long_frame_is_cut_and_says_so() {
        let mut body = hex("00 53 14 45");
        body.resize(70_000, 0);
        let text = frame_text(Channel(0), Direction::Out, &body);
        assert_eq!(text.len(), 1023);
        assert!(text.starts_with("0 -> @transfer(20) [] (69996) \\x00\\x00"));
        assert!(text.ends_with(" ... (truncated)"));
        let mut name = hex("00 53 10 d0 00 01 00 09 00 00 00 01 b1 00 01 00 00");
        name.resize(name.len() + 65536, b'x');
        let text = frame_text(Channel(0), Direction::Out, &name);
        assert_eq!(text.len(), 1023);
        assert!(text.ends_with("xxx ... (truncated)"));
    }

    #[test]
    fn raw_lines_hold_sixteen_bytes_and_their_characters() {
        let bytes = hex("00 00 00 1a 02 00 00 00 00 53 10 c0 0d 04 a1 02 63 40 70 20 7f 80");
        let lines: Vec<_> = raw_lines(Direction::Out, &bytes).collect();
        assert_eq!(
            lines,
            [
                "->0000/0016: 00 00 00 1a 02 00 00 00 00 53 10 c0 0d 04 a1 02 .........S......",
                "->0010/0016: 63 40 70 20 7f 80                               c@p.\x7f.",
            ]
        );
        assert!(raw_lines(Direction::In, &bytes).all(|line| line.starts_with("<-")));
        assert_eq!(raw_lines(Direction::In, b"").count(), 0);
    }

    #[test]
    fn no_bytes_make_a_trace_longer_than_its_bound() {
        let mut noise = Noise::new();
        for _ in 0..20_000 {
            let mut body = noise.bytes();
            body.resize(body.len() * 8, 0x00);
            assert!(frame_text(Channel(u16::MAX), Direction::In, &body).len() <= MAX_TEXT);
        }
    }
}
