//! Whether a certificate is made out to the host we mean to talk to (spec/security.md section 3.8, amended by defect 14).
//!
//! The rules are those of RFC 6125. A host's name is compared with the dNSNames of the certificate, and with the common
//! names only if there are none. A `*` stands in the left-most label alone, once, for any run of letters of that label,
//! but never for all of a name, for an empty label, or for a piece of an internationalised label (`xn--`). An address
//! in digits is compared with the iPAddresses, and with the common names, letter by letter, only if the certificate has
//! neither kind. Case and a dot at the end make no difference. A name with a zero byte, an empty label or one of more
//! than 63 bytes matches nothing.
//!
//! Neighbours: [`super::certificate`], which reads the names; the backends, which ask.

use std::net::IpAddr;

use super::LogLine;
use super::certificate::Certificate;

/// What came out, and what the log should say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) is_made_out: bool,
    pub(crate) log: Vec<LogLine>,
}

/// Compares the names in a certificate with the name of the peer that was asked for.
pub(crate) fn compare(certificate: &Certificate, peer_name: Option<&str>) -> Verdict {
    let Some(wanted) = peer_name.filter(|name| !name.is_empty()) else {
        let text =
            "Error: configuration error: PN_SSL_VERIFY_PEER_NAME configured, but no peer hostname set!";
        return Verdict { is_made_out: false, log: vec![LogLine::error(text.into())] };
    };
    let mut log =
        vec![LogLine::trace(format!("Checking identifying name in peer cert against '{}'", shown(wanted)))];
    let is_made_out = match address(wanted) {
        Some(address) => has_address(certificate, address, &mut log),
        None => has_host(certificate, wanted, &mut log),
    };
    log.push(if is_made_out {
        LogLine::trace("Name from peer cert matched - peer is valid.".into())
    } else {
        let wanted = shown(wanted);
        LogLine::error(format!("Error: no name matching {wanted} found in peer cert - rejecting handshake."))
    });
    Verdict { is_made_out, log }
}

/// An address in digits: of version 4 or 6, in brackets or not, with a zone or not.
pub(super) fn address(name: &str) -> Option<IpAddr> {
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    let without_zone = bare.split_once('%').map_or(bare, |(address, _)| address);
    match without_zone.parse() {
        Ok(IpAddr::V4(_)) if without_zone.len() != name.len() => None,
        parsed => parsed.ok(),
    }
}

fn has_address(certificate: &Certificate, wanted: IpAddr, log: &mut Vec<LogLine>) -> bool {
    let names = certificate.alternative_names();
    for found in &names.addresses {
        log.push(LogLine::trace(format!("SubjectAltName (ip) from peer cert = '{found}'")));
        if *found == wanted {
            return true;
        }
    }
    let only_common = names.addresses.is_empty() && names.hosts.is_empty();
    only_common && has_common_name(certificate, log, |name| address(name) == Some(wanted))
}

fn has_host(certificate: &Certificate, wanted: &str, log: &mut Vec<LogLine>) -> bool {
    let names = certificate.alternative_names();
    for found in &names.hosts {
        let text = shown(&String::from_utf8_lossy(found));
        log.push(LogLine::trace(format!("SubjectAltName (dns) from peer cert = '{text}'")));
        if matches(found, wanted.as_bytes()) {
            return true;
        }
    }
    let only_common = names.hosts.is_empty();
    only_common && has_common_name(certificate, log, |name| matches(name.as_bytes(), wanted.as_bytes()))
}

fn has_common_name(
    certificate: &Certificate,
    log: &mut Vec<LogLine>,
    is_right: impl Fn(&str) -> bool,
) -> bool {
    certificate.common_names().iter().any(|name| {
        log.push(LogLine::trace(format!("commonName from peer cert = '{}'", shown(name))));
        is_right(name)
    })
}

/// Whether `pattern`, from a certificate, stands for the host `wanted`, which is not an address.
pub(super) fn matches(pattern: &[u8], wanted: &[u8]) -> bool {
    let (Some(pattern), Some(wanted)) = (Labels::of(pattern), Labels::of(wanted)) else { return false };
    pattern.rest.eq_ignore_ascii_case(wanted.rest)
        && !pattern.rest.contains(&b'*')
        && matches_first(&pattern, wanted.first)
}

/// The labels of a name, in two parts.
struct Labels<'a> {
    first: &'a [u8],
    /// All others, with the dots between them.
    rest: &'a [u8],
}

impl<'a> Labels<'a> {
    /// `None` if a name like this never matches.
    fn of(name: &'a [u8]) -> Option<Self> {
        let name = name.strip_suffix(b".").unwrap_or(name);
        let may_be = |label: &[u8]| (1..=63).contains(&label.len()) && !label.contains(&0);
        if !name.split(|byte| *byte == b'.').all(may_be) {
            return None;
        }
        let dot = name.iter().position(|byte| *byte == b'.').unwrap_or(name.len());
        let (first, rest) = name.split_at_checked(dot)?;
        Some(Self { first, rest })
    }
}

fn matches_first(pattern: &Labels<'_>, wanted: &[u8]) -> bool {
    let mut parts = pattern.first.split(|byte| *byte == b'*');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(whole), None, _) => whole.eq_ignore_ascii_case(wanted),
        (Some(before), Some(after), None) => {
            let is_whole = before.is_empty() && after.is_empty();
            let start = wanted.get(..before.len());
            let end = wanted.len().checked_sub(after.len()).and_then(|at| wanted.get(at..));
            !pattern.rest.is_empty()
                && (is_whole || !(is_international(pattern.first) || is_international(wanted)))
                && wanted.len() >= before.len() + after.len()
                && start.is_some_and(|start| start.eq_ignore_ascii_case(before))
                && end.is_some_and(|end| end.eq_ignore_ascii_case(after))
        }
        _ => false,
    }
}

fn is_international(label: &[u8]) -> bool {
    label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"xn--"))
}

/// A name for the log, which nobody should be able to write lines into.
fn shown(name: &str) -> String {
    name.chars().flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::certificate::sample::{self, DNS, IP};

    fn log_of(certificate: &[u8], wanted: Option<&str>) -> (bool, Vec<String>) {
        let verdict = compare(&Certificate::from_der(certificate).unwrap(), wanted);
        (verdict.is_made_out, verdict.log.into_iter().map(|line| line.text).collect())
    }

    fn is_made_out(certificate: &[u8], wanted: &str) -> bool {
        log_of(certificate, Some(wanted)).0
    }

    fn by_host(pattern: &str, wanted: &str) -> bool {
        is_made_out(&sample::named(&["other"], &[(DNS, pattern.as_bytes())]), wanted)
    }

    #[test]
    fn names_are_equal_whatever_their_case_and_a_dot_at_the_end() {
        for (name, wanted) in [
            ("host.example.com", "host.example.com"),
            ("HOST.example.Com", "host.EXAMPLE.com"),
            ("host.example.com.", "host.example.com"),
            ("host.example.com", "host.example.com."),
            ("localhost", "localhost"),
            ("xn--bcher-kva.example", "XN--bcher-kva.example"),
        ] {
            assert!(by_host(name, wanted), "{name} {wanted}");
        }
        for (name, wanted) in [
            ("host.example.com", "host.example.co"),
            ("host.example.com", "ost.example.com"),
            ("example.com", "host.example.com"),
            ("host..example.com", "host..example.com"),
            ("host.example.com..", "host.example.com"),
            (".example.com", ".example.com"),
            ("", "."),
            ("host\0.example.com", "host"),
            ("host\0.example.com", "host\0.example.com"),
        ] {
            assert!(!by_host(name, wanted), "{name} {wanted}");
        }
    }

    #[test]
    fn a_wildcard_stands_for_letters_of_the_first_label_alone() {
        for (pattern, wanted) in [
            ("*.example.com", "host.example.com"),
            ("*.EXAMPLE.com", "HOST.example.com"),
            ("*.local", "host.local"),
            ("h*.example.com", "host.example.com"),
            ("*t.example.com", "host.example.com"),
            ("h*t.example.com", "host.example.com"),
            ("ho*st.example.com", "host.example.com"),
            ("*.example.com", "xn--bcher-kva.example.com"),
            ("*.xn--bcher-kva.com", "host.xn--bcher-kva.com"),
        ] {
            assert!(by_host(pattern, wanted), "{pattern} {wanted}");
        }
        for (pattern, wanted) in [
            ("*.example.com", "example.com"),
            ("*.example.com", ".example.com"),
            ("*.example.com", "a.host.example.com"),
            ("host.*.com", "host.example.com"),
            ("*.*.com", "host.example.com"),
            ("**.example.com", "host.example.com"),
            ("h*s*.example.com", "host.example.com"),
            ("*", "localhost"),
            ("*.", "localhost"),
            ("hos*ost.example.com", "host.example.com"),
            ("*longer-than-it.example.com", "host.example.com"),
            ("x*.example.com", "xn--bcher-kva.example.com"),
            ("xn--*.example.com", "xn--bcher-kva.example.com"),
            ("xn--b*r-kva.example.com", "xn--bar-kva.example.com"),
        ] {
            assert!(!by_host(pattern, wanted), "{pattern} {wanted}");
        }
    }

    #[test]
    fn labels_that_are_too_long_match_nothing() {
        let (long, longest) = ("a".repeat(64), "a".repeat(63));
        assert!(by_host(&longest, &longest));
        assert!(!by_host(&long, &long));
        assert!(!by_host("*.example.com", &format!("{long}.example.com")));
        assert!(!by_host(&format!("*.{long}.com"), &format!("host.{long}.com")));
    }

    #[test]
    fn common_names_count_only_where_no_host_is_named() {
        let two = ["first.example.com", "*.second.com"];
        let bare = sample::named(&two, &[]);
        assert!(is_made_out(&bare, "first.example.com"));
        assert!(is_made_out(&bare, "host.second.com"));
        assert!(!is_made_out(&bare, "third.example.com"));
        assert!(!is_made_out(&sample::named(&two, &[(DNS, b"else.com")]), "first.example.com"));
        assert!(is_made_out(&sample::named(&two, &[(IP, &[127, 0, 0, 1])]), "first.example.com"));
        assert!(!is_made_out(&sample::named(&["first\0.example.com"], &[]), "first"));
    }

    #[test]
    fn addresses_are_compared_as_addresses() {
        let mut six = [0; 16];
        six[15] = 1;
        let both = sample::named(&["10.0.0.9"], &[(IP, &[127, 0, 0, 1]), (IP, &six), (DNS, b"*.0.0.2")]);
        for wanted in ["127.0.0.1", "::1", "[::1]", "0:0:0:0:0:0:0:1", "::1%lo"] {
            assert!(is_made_out(&both, wanted), "{wanted}");
        }
        for wanted in ["127.0.0.2", "10.0.0.9", "::2", "::127.0.0.1", "::ffff:127.0.0.1"] {
            assert!(!is_made_out(&both, wanted), "{wanted}");
        }
        assert!(is_made_out(&sample::named(&["127.0.0.1"], &[]), "127.0.0.1"));
        assert!(!is_made_out(&sample::named(&["127.0.0.1"], &[(DNS, b"host")]), "127.0.0.1"));
        assert!(!is_made_out(&sample::named(&["*.0.0.1"], &[]), "127.0.0.1"));
    }

    #[test]
    fn what_is_compared_is_told() {
        let certificate = sample::named(&["common"], &[(DNS, b"first\n"), (DNS, b"host"), (DNS, b"later")]);
        let (made_out, log) = log_of(&certificate, Some("Host"));
        assert!(made_out);
        assert_eq!(
            log,
            [
                "Checking identifying name in peer cert against 'Host'",
                r"SubjectAltName (dns) from peer cert = 'first\n'",
                "SubjectAltName (dns) from peer cert = 'host'",
                "Name from peer cert matched - peer is valid.",
            ]
        );
        let (made_out, log) = log_of(&sample::named(&["common"], &[]), Some("host"));
        assert!(!made_out);
        assert_eq!(
            log,
            [
                "Checking identifying name in peer cert against 'host'",
                "commonName from peer cert = 'common'",
                "Error: no name matching host found in peer cert - rejecting handshake.",
            ]
        );
    }

    #[test]
    fn without_a_name_to_compare_with_nothing_matches() {
        let text =
            "Error: configuration error: PN_SSL_VERIFY_PEER_NAME configured, but no peer hostname set!";
        for nobody in [None, Some("")] {
            assert_eq!(
                log_of(&sample::named(&["common"], &[]), nobody),
                (false, vec![text.to_owned()]),
                "{nobody:?}"
            );
        }
    }
}
