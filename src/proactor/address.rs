//! The text by which a program names a place in the network: "host:port", either part of which may be missing.
//!
//! The port is what follows the last colon. The addresses of IPv6 are full of colons, so those may stand in brackets,
//! as they do everywhere else; without brackets their last group is taken for the port. The port's name is the system's
//! to know, except for the two that AMQP has by its own right.

use std::ffi::CStr;

/// A place to connect to or to listen on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Address {
    /// As the program wrote it.
    pub(crate) text: String,
    /// Empty for this host, or for every network it is on. Never in brackets.
    pub(crate) host: String,
    /// Never empty; a number or the name of a service.
    pub(crate) port: String,
}

impl Address {
    pub(crate) fn parse(text: &str) -> Self {
        let (host, port) = split(text.as_bytes());
        let (host, port) = (String::from_utf8_lossy(host), String::from_utf8_lossy(port));
        let port = known_port(port.as_bytes()).and_then(|known| known.to_str().ok()).unwrap_or(&port);
        Self { text: text.to_owned(), host: host.into_owned(), port: port.to_owned() }
    }
}

/// Host and port as they stand in a text; where there is no port it is empty and stands at the end.
pub(crate) fn split(text: &[u8]) -> (&[u8], &[u8]) {
    if let Some(parts) = bracketed(text) {
        return parts;
    }
    match text.iter().rposition(|&byte| byte == b':') {
        Some(colon) => (&text[..colon], &text[colon + 1..]),
        None => text.split_at(text.len()),
    }
}

/// The number of a port that AMQP has a name for, or that was left out.
pub(crate) fn known_port(port: &[u8]) -> Option<&'static CStr> {
    match port {
        b"" | b"amqp" => Some(c"5672"),
        b"amqps" => Some(c"5671"),
        _ => None,
    }
}

/// `PN_MAX_ADDR`: room for the longest address with its NUL.
pub(crate) const MOST: usize = 1060;

/// Host and port of a text that begins with a host in brackets. What stands in them has to have a colon.
fn bracketed(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = text.strip_prefix(b"[")?;
    let (host, rest) = inside.split_at(inside.iter().position(|&byte| byte == b']')?);
    let port = match rest {
        [_] => &rest[1..],
        [_, b':', port @ ..] => port,
        _ => return None,
    };
    host.contains(&b':').then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, String) {
        let address = Address::parse(text);
        assert_eq!(address.text, text);
        (address.host, address.port)
    }

    fn pair(host: &str, port: &str) -> (String, String) {
        (host.to_owned(), port.to_owned())
    }

    #[test]
    fn either_part_may_be_missing() {
        assert_eq!(parts("host:99"), pair("host", "99"));
        assert_eq!(parts("host"), pair("host", "5672"));
        assert_eq!(parts("host:"), pair("host", "5672"));
        assert_eq!(parts(":99"), pair("", "99"));
        assert_eq!(parts(":"), pair("", "5672"));
        assert_eq!(parts(""), pair("", "5672"));
    }

    #[test]
    fn amqp_s_own_ports_need_no_list_of_services() {
        assert_eq!(parts("host:amqp"), pair("host", "5672"));
        assert_eq!(parts("host:amqps"), pair("host", "5671"));
        assert_eq!(parts(":AMQP"), pair("", "AMQP"), "their names are written in one way");
        assert_eq!(parts("host:http"), pair("host", "http"));
    }

    #[test]
    fn the_last_colon_counts_where_there_are_no_brackets() {
        assert_eq!(parts("::1:5672"), pair("::1", "5672"));
        assert_eq!(parts("::1"), pair(":", "1"));
        assert_eq!(parts("a:b:c"), pair("a:b", "c"));
    }

    #[test]
    fn brackets_hold_an_address_with_colons() {
        assert_eq!(parts("[::1]:5672"), pair("::1", "5672"));
        assert_eq!(parts("[::1]:amqps"), pair("::1", "5671"));
        assert_eq!(parts("[::1]:"), pair("::1", "5672"));
        assert_eq!(parts("[::1]"), pair("::1", "5672"));
        assert_eq!(parts("[fe80::1%eth0]:80"), pair("fe80::1%eth0", "80"));
    }

    #[test]
    fn brackets_around_anything_else_are_part_of_the_name() {
        assert_eq!(parts("[]:80"), pair("[]", "80"));
        assert_eq!(parts("[host]:80"), pair("[host]", "80"));
        assert_eq!(parts("[::1]x:80"), pair("[::1]x", "80"));
        assert_eq!(parts("[::1:80"), pair("[::1", "80"));
    }
}
