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
mod tests;
