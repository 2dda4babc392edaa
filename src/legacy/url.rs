//! URLs as Proton reads them (spec/legacy.md section 4): `[scheme://][user[:password]@]host[:port][/path]`.
//!
//! Every part may be missing, and nothing is refused: what does not fit becomes part of the host. The rules are older
//! than most of what they are used for and are kept to the letter, because addresses are compared by their parts.

use std::borrow::Cow;

/// A part of a URL. One that is missing is not the same as one that is empty.
type Part<'a> = Option<Cow<'a, [u8]>>;

/// The parts of a URL.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Url<'a> {
    pub(crate) scheme: Part<'a>,
    pub(crate) user: Part<'a>,
    pub(crate) password: Part<'a>,
    pub(crate) host: Part<'a>,
    pub(crate) port: Part<'a>,
    pub(crate) path: Part<'a>,
}

impl<'a> Url<'a> {
    /// Takes `text` apart. User and password are decoded, the rest stays as it is.
    pub(crate) fn parse(text: &'a [u8]) -> Self {
        let mut url = Self::default();
        let mut rest = text;
        let slash = rest.iter().position(|&byte| byte == b'/').unwrap_or(rest.len());
        if let Some(mark) = find(rest, b"://").filter(|&mark| mark < slash) {
            let (scheme, behind) = rest.split_at(mark);
            url.scheme = Some(scheme.into());
            rest = behind.get(3..).unwrap_or_default();
        }
        if let Some((before, path)) = cut(rest, b'/') {
            url.path = Some(path.into());
            rest = before;
        }
        if let Some((credentials, behind)) = cut(rest, b'@') {
            let (user, password) = match cut(credentials, b':') {
                Some((user, password)) => (user, Some(password)),
                None => (credentials, None),
            };
            url.user = Some(decode(user).into());
            url.password = password.map(|password| decode(password).into());
            rest = behind;
        }
        let host = url.take_port(rest);
        url.host = Some(host.into()).filter(|host: &Cow<'_, [u8]>| !host.is_empty());
        url
    }

    /// Keeps the port of `authority`, if there is one, and gives the host. Whatever stands between the bracket of an
    /// address and the colon of its port is lost.
    fn take_port(&mut self, authority: &'a [u8]) -> &'a [u8] {
        let bracketed = authority.strip_prefix(b"[").and_then(|inner| cut(inner, b']'));
        let (host, behind) = bracketed.unwrap_or((authority, authority));
        let colon = behind.iter().rposition(|&byte| byte == b':');
        let Some((before, port)) = colon.and_then(|colon| behind.split_at_checked(colon)) else {
            return host;
        };
        self.port = Some(port.get(1..).unwrap_or_default().into());
        if bracketed.is_some() { host } else { before }
    }

    /// Puts the parts together again; parsing the result gives the same parts, but for an empty host.
    pub(crate) fn text(&self) -> Vec<u8> {
        let mut text = Vec::new();
        if let Some(scheme) = &self.scheme {
            text.extend_from_slice(scheme);
            text.extend_from_slice(b"://");
        }
        if self.user.is_some() || self.password.is_some() {
            encode(&mut text, self.user.as_deref().unwrap_or_default());
            if let Some(password) = &self.password {
                text.push(b':');
                encode(&mut text, password);
            }
            text.push(b'@');
        }
        match &self.host {
            Some(host) if host.contains(&b':') => {
                text.push(b'[');
                text.extend_from_slice(host);
                text.push(b']');
            }
            Some(host) => text.extend_from_slice(host),
            None => {}
        }
        for (mark, part) in [(b':', &self.port), (b'/', &self.path)] {
            if let Some(part) = part {
                text.push(mark);
                text.extend_from_slice(part);
            }
        }
        text
    }
}

/// What stands before and behind the first `mark`.
fn cut(text: &[u8], mark: u8) -> Option<(&[u8], &[u8])> {
    let place = text.iter().position(|&byte| byte == mark)?;
    let (before, behind) = text.split_at_checked(place)?;
    Some((before, behind.get(1..)?))
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

/// Resolves `%XX`. What is no such thing stays, and so does `%00`, because the parts are C strings.
fn decode(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, behind)) = rest.split_first() {
        match escaped(rest) {
            Some(0) | None => {
                plain.push(byte);
                rest = behind;
            }
            Some(byte) => {
                plain.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
        }
    }
    plain
}

/// The byte that an escape at the front of `text` stands for.
fn escaped(text: &[u8]) -> Option<u8> {
    let &[b'%', high, low] = text.first_chunk()? else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// Escapes what would end a user's name or a password, and what would be taken for an escape.
fn encode(text: &mut Vec<u8>, part: &[u8]) {
    for (place, &byte) in part.iter().enumerate() {
        let escape = part.get(place..).and_then(escaped).is_some_and(|byte| byte != 0);
        if matches!(byte, b'@' | b':' | b'/') || escape {
            text.extend_from_slice(format!("%{byte:02X}").as_bytes());
        } else {
            text.push(byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> [Option<String>; 6] {
        let Url { scheme, user, password, host, port, path } = Url::parse(text.as_bytes());
        [scheme, user, password, host, port, path]
            .map(|part| part.map(|part| String::from_utf8(part.into_owned()).unwrap()))
    }

    #[test]
    fn every_part_is_found() {
        let expected = ["amqps", "u", "p", "fe80::1%25eth0", "77", "q?x#y"].map(|part| Some(part.to_owned()));
        assert_eq!(parts("amqps://u:p@[fe80::1%25eth0]:77/q?x#y"), expected);
    }

    #[test]
    fn a_text_without_marks_is_a_host() {
        let [scheme, user, password, host, port, path] = parts(" h ");
        assert_eq!((host.as_deref(), port, path), (Some(" h "), None, None));
        assert_eq!((scheme, user, password), (None, None, None));
    }

    #[test]
    fn parts_come_back_from_the_text_they_make() {
        let texts = [
            "host:5672",
            "/path",
            "//host/path",
            "amqp:///path",
            "[::1]:5672",
            "::1",
            "u:p:q@h",
            "u@v@h",
            "h:",
            "a/b://c",
            "h/p@q:1",
            ":@h",
            ":p@h",
            "[::1",
            "]:5",
            "x://",
            "%zz@h",
            "%@h",
            "%4@h",
            "u%00x@h",
            "u@",
            "u%2540@h",
            "u%25zz@h",
        ];
        for text in texts {
            let url = Url::parse(text.as_bytes());
            assert_eq!(Url::parse(&url.text()), url, "{text}");
        }
    }

    #[test]
    fn escapes_that_are_none_stay_as_they_are() {
        let user = |text: &'static str| Url::parse(text.as_bytes()).user.unwrap().into_owned();
        assert_eq!(user("%zz@h"), b"%zz");
        assert_eq!(user("u%00x@h"), b"u%00x");
        assert_eq!(user("%41%4a@h"), b"AJ");
    }
}
