//! The frames of the SASL layer (part 5.3.3).

use std::borrow::Cow;

use super::composite::{WireField, composite};
use super::types::{Binary, Str, Symbol};
use super::{DispatchError, SaslFrame};
use crate::codec::constructor::{self as code, Width};
use crate::codec::{Content, Decoded, Reader};

composite! {
    /// What the server offers.
    pub(crate) struct Mechanisms = 0x40 {
        sasl_server_mechanisms: MechanismList<'a>,
    }
}

composite! {
    /// What the client has chosen, with its first word where the mechanism has one.
    pub(crate) struct Init = 0x41 {
        mechanism: Symbol<'a>,
        initial_response: Option<Binary<'a>>,
        hostname: Option<Str<'a>>,
    }
}

composite! {
    pub(crate) struct Challenge = 0x42 {
        challenge: Binary<'a>,
    }
}

composite! {
    pub(crate) struct Response = 0x43 {
        response: Binary<'a>,
    }
}

composite! {
    /// How the exchange ended. The code is mandatory, and its absence must not read as 0, which is a success.
    pub(crate) struct Outcome = 0x44 {
        code: Option<u8>,
        additional_data: Option<Binary<'a>>,
    }
}

/// The body of a SASL frame as a trace may show it: what a client says to prove who it is has stars in its place. So
/// has all of a body that cannot be read.
pub(crate) fn without_secrets(body: &[u8]) -> Cow<'_, [u8]> {
    let secret = match SaslFrame::decode(body) {
        Ok(SaslFrame::Init(init)) if !PROVE_NOTHING.contains(&init.mechanism.0) => init.initial_response,
        Ok(SaslFrame::Response(response)) => Some(response.response),
        Ok(_) | Err(DispatchError::Unknown(_)) => None,
        Err(DispatchError::Malformed(_)) => body.get(DESCRIPTOR_BYTES..).map(Binary),
    };
    let Some(secret) = secret.filter(|secret| !secret.0.is_empty()) else { return Cow::Borrowed(body) };
    // The words lie within the body that they were read from.
    let start = secret.0.as_ptr().addr().wrapping_sub(body.as_ptr().addr());
    let mut shown = body.to_vec();
    let place = shown.get_mut(start..).and_then(|rest| rest.get_mut(..secret.0.len()));
    place.unwrap_or_default().fill(b'*');
    Cow::Owned(shown)
}

/// Mechanisms in which a client claims and does not prove.
const PROVE_NOTHING: [&[u8]; 2] = [b"ANONYMOUS", b"EXTERNAL"];

/// The usual length of a descriptor.
const DESCRIPTOR_BYTES: usize = 3;

/// Mechanism names: to be written from a slice, or read from an array of symbols or a single one.
#[derive(Clone, Copy, Default)]
pub(crate) enum MechanismList<'a> {
    #[default]
    Empty,
    Names(&'a [&'a [u8]]),
    Encoded(&'a [u8]),
}

impl<'a> MechanismList<'a> {
    /// The names in the order of the list; what is no symbol is left out.
    pub(crate) fn names(&self) -> Vec<&'a [u8]> {
        match *self {
            Self::Empty => Vec::new(),
            Self::Names(names) => names.to_vec(),
            Self::Encoded(bytes) => encoded_names(bytes).unwrap_or_default(),
        }
    }
}

fn encoded_names(bytes: &[u8]) -> Decoded<Vec<&[u8]>> {
    let mut reader = Reader::new(bytes);
    if !matches!(reader.peek(), Some(code::ARRAY8 | code::ARRAY32)) {
        return Ok(reader.symbol()?.into_iter().collect());
    }
    let mut names = Vec::new();
    let array = reader.compound()?;
    let mut elements = array.body;
    let width = match elements.byte()? {
        code::SYMBOL8 => Width::Sized8,
        code::SYMBOL32 => Width::Sized32,
        _ => return Ok(names),
    };
    for _ in 0..array.count {
        if elements.is_empty() {
            break;
        }
        let size = match width {
            Width::Sized8 => usize::from(elements.byte()?),
            _ => elements.be_u32()? as usize,
        };
        names.push(elements.take(size)?);
    }
    Ok(names)
}

impl<'a> WireField<'a> for MechanismList<'a> {
    fn read(reader: &mut Reader<'a>) -> Decoded<Self> {
        Ok(match Content::read(reader)? {
            Content::Encoded(bytes) => Self::Encoded(bytes),
            _ => Self::Empty,
        })
    }

    fn is_null(&self) -> bool {
        false
    }

    /// An array of symbols even for a single name or none; the names are short, as SASL names are.
    fn write(&self, out: &mut Vec<u8>) {
        let names = self.names();
        let content: usize = names.iter().map(|name| name.len() + 1).sum();
        let count = u8::try_from(names.len());
        match (u8::try_from(content + 2), count) {
            (Ok(size), Ok(count)) => out.extend_from_slice(&[code::ARRAY8, size, count, code::SYMBOL8]),
            _ => {
                out.push(code::ARRAY32);
                out.extend_from_slice(&u32::try_from(content + 5).unwrap_or(u32::MAX).to_be_bytes());
                out.extend_from_slice(&u32::try_from(names.len()).unwrap_or(u32::MAX).to_be_bytes());
                out.push(code::SYMBOL8);
            }
        }
        for name in names {
            let len = u8::try_from(name.len()).unwrap_or(u8::MAX);
            out.push(len);
            out.extend_from_slice(name.get(..usize::from(len)).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(frame: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut body = Vec::new();
        frame(&mut body);
        String::from_utf8_lossy(&without_secrets(&body)).into_owned()
    }

    #[test]
    fn what_a_client_proves_itself_with_is_not_shown() {
        let init = |name, words| {
            let initial_response = Some(Binary(words));
            Init { mechanism: Symbol(name), initial_response, hostname: None }
        };
        assert!(
            shown(|out| init(b"PLAIN", b"\0fred\0pw").encode(out)).ends_with("PLAIN\u{fffd}\u{8}********")
        );
        assert!(shown(|out| init(b"ANONYMOUS", b"fred").encode(out)).ends_with("fred"), "this is no secret");
        assert!(shown(|out| Response { response: Binary(b"secret") }.encode(out)).ends_with("******"));
        assert!(shown(|out| Challenge { challenge: Binary(b"asked") }.encode(out)).ends_with("asked"));
        let torn = b"\x00\x53\x41\xc0\xff\x02secret".to_vec();
        assert!(!shown(|out| *out = torn).contains("secret"), "nobody knows where the words are");
    }
}
