//! Who a certificate is made out to (RFC 6125), and what the log says of it.

use std::net::IpAddr;

use openssl::nid::Nid;
use openssl::x509::X509Ref;

use crate::tls::{LogLine, Urgency};

/// Whether `certificate` is made out to `name`, a host name or an address in digits.
pub(super) fn is_made_out_to(certificate: &X509Ref, name: &str, log: &mut Vec<LogLine>) -> bool {
    trace(log, format!("Checking identifying name in peer cert against '{name}'"));
    let matched = match name.parse::<IpAddr>() {
        Ok(address) => has_address(certificate, address),
        Err(_) => has_name(certificate, name, log),
    };
    if matched {
        trace(log, "Name from peer cert matched - peer is valid.".to_owned());
    } else {
        let text = format!("Error: no name matching {name} found in peer cert - rejecting handshake.");
        log.push(LogLine { urgency: Urgency::Error, text });
    }
    matched
}

fn has_address(certificate: &X509Ref, address: IpAddr) -> bool {
    let names = certificate.subject_alt_names();
    names.into_iter().flatten().filter_map(|name| name.ipaddress().map(<[u8]>::to_vec)).any(|found| {
        match address {
            IpAddr::V4(address) => found == address.octets(),
            IpAddr::V6(address) => found == address.octets(),
        }
    })
}

fn has_name(certificate: &X509Ref, wanted: &str, log: &mut Vec<LogLine>) -> bool {
    let mut any = false;
    for name in certificate.subject_alt_names().into_iter().flatten() {
        let Some(name) = name.dnsname() else { continue };
        any = true;
        trace(log, format!("SubjectAltName (dns) from peer cert = '{name}'"));
        if matches(name, wanted) {
            return true;
        }
    }
    if any {
        return false;
    }
    let mut common = certificate.subject_name().entries_by_nid(Nid::COMMONNAME);
    common.any(|entry| {
        entry.data().to_string().is_ok_and(|name| {
            trace(log, format!("commonName from peer cert = '{name}'"));
            matches(&name, wanted)
        })
    })
}

/// Compares with a name that may have `*` for its left-most label.
fn matches(pattern: &str, name: &str) -> bool {
    if pattern.eq_ignore_ascii_case(name) {
        return true;
    }
    let (Some(parent), Some((_, rest))) = (pattern.strip_prefix("*."), name.split_once('.')) else {
        return false;
    };
    parent.contains('.') && parent.eq_ignore_ascii_case(rest)
}

fn trace(log: &mut Vec<LogLine>, text: String) {
    log.push(LogLine { urgency: Urgency::Trace, text });
}
