//! What the fuzz harness calls that no C function takes: certificates, and names to compare them with.

use super::certificate::{Certificate, Fingerprint};
use super::names;

/// Reads a certificate and compares its names with a peer's, and tells whether it is made out to it.
///
/// # Panics
/// Something came out that nobody should be shown.
#[must_use]
pub fn read_certificate(encoded: &[u8], peer_name: &str) -> bool {
    let Some(certificate) = Certificate::from_der(encoded) else { return false };
    let is_plain = |text: &str| text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    assert!(is_plain(certificate.subject()), "the subject has letters that should be escaped");
    assert_eq!(certificate.fingerprint(Fingerprint::Sha256).len(), 64, "the fingerprint");
    let verdict = names::compare(&certificate, Some(peer_name));
    for line in verdict.log {
        assert!(!line.text.contains(['\n', '\r', '\0']), "a line of the log in two parts");
    }
    verdict.is_made_out
}

/// Whether a name from a certificate stands for a host.
///
/// # Panics
/// It does, and has another number of labels, a zero byte, or a `*` that is not in its first label.
#[must_use]
pub fn names_match(pattern: &[u8], host: &[u8]) -> bool {
    let is_match = names::matches(pattern, host);
    if is_match {
        let labels = |name: &[u8]| {
            let name = name.strip_suffix(b".").unwrap_or(name);
            name.split(|byte| *byte == b'.').map(<[u8]>::to_vec).collect::<Vec<_>>()
        };
        let (pattern_labels, host_labels) = (labels(pattern), labels(host));
        assert_eq!(pattern_labels.len(), host_labels.len(), "labels");
        assert!(!pattern.contains(&0) && !host.contains(&0), "a zero byte");
        let same = pattern_labels.iter().zip(&host_labels).skip(1);
        assert!(
            same.into_iter().all(|(one, other)| one.eq_ignore_ascii_case(other)),
            "behind the first label"
        );
    }
    is_match
}
