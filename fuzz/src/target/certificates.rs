//! `certificates`: certificates that somebody has damaged, and names to compare with them.
//!
//! An input is a line and a certificate. The line is the peer's name, and behind a slash a name from a certificate, as
//! it is. A name that is compared with itself is the same one, or none that may ever match.

use protium::{names_match, read_certificate};

/// The target.
pub fn certificates(input: &[u8]) {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let (line, rest) = input.split_at(end);
    let slash = line.iter().position(|byte| *byte == b'/').unwrap_or(line.len());
    let (peer, pattern) = line.split_at(slash);
    let pattern = pattern.strip_prefix(b"/").unwrap_or(pattern);
    let encoded = rest.strip_prefix(b"\n").unwrap_or(rest);
    std::hint::black_box(read_certificate(encoded, &String::from_utf8_lossy(peer)));
    std::hint::black_box(names_match(pattern, peer));
    if names_match(peer, peer) {
        assert!(names_match(&peer.to_ascii_uppercase(), &peer.to_ascii_lowercase()), "case matters");
    }
}
