//! The messages of SCRAM (RFC 5802 section 7): attributes, one letter and a value each, with commas between them.

use base64ct::{Base64, Encoding};

use crate::engine::Password;

/// Takes the attribute of this letter off the front, with the comma behind it.
pub(super) fn take<'a>(rest: &mut &'a [u8], letter: u8) -> Option<&'a [u8]> {
    let value = rest.strip_prefix(&[letter, b'='])?;
    let (value, behind) = match value.iter().position(|&byte| byte == b',') {
        Some(comma) => (value.get(..comma)?, value.get(comma + 1..)?),
        None => (value, &[][..]),
    };
    *rest = behind;
    Some(value)
}

/// A name as it stands in a message: a comma would end it.
pub(in crate::sasl::mechanism) fn escaped(name: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len());
    for &byte in name {
        match byte {
            b',' => out.extend_from_slice(b"=2C"),
            b'=' => out.extend_from_slice(b"=3D"),
            _ => out.push(byte),
        }
    }
    out
}

/// The name that stands in a message; `None` for what no name looks like.
pub(in crate::sasl::mechanism) fn unescaped(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        out.push(match byte {
            b'=' => {
                let (code, behind) = rest.split_at_checked(2)?;
                rest = behind;
                match code {
                    b"2C" => b',',
                    b"3D" => b'=',
                    _ => return None,
                }
            }
            0 => return None,
            other => other,
        });
    }
    Some(out).filter(|name| !name.is_empty())
}

/// The start of a client's first message: `n,,` or `n,a=NAME,`. Takes it off the front and gives the name.
pub(in crate::sasl::mechanism) fn take_header(rest: &mut &[u8]) -> Result<Option<Vec<u8>>, &'static str> {
    const MALFORMED: &str = "the client's first words are malformed";
    if rest.starts_with(b"p=") {
        return Err("the client wants channel binding, which was not offered");
    }
    // A client that could bind and believes that we cannot is right.
    let flagless = rest.strip_prefix(b"n,").or_else(|| rest.strip_prefix(b"y,")).ok_or(MALFORMED)?;
    *rest = flagless;
    if let Some(behind) = rest.strip_prefix(b",") {
        *rest = behind;
        return Ok(None);
    }
    let name = take(rest, b'a').and_then(unescaped).ok_or(MALFORMED)?;
    Ok(Some(name))
}

pub(super) fn encoded(bytes: &[u8]) -> Vec<u8> {
    Base64::encode_string(bytes).into_bytes()
}

/// The bytes that a value of base64 stands for.
pub(super) fn decoded(value: &[u8]) -> Option<Password> {
    Some(Base64::decode_vec(std::str::from_utf8(value).ok()?).ok()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_come_off_the_front_in_order() {
        let mut rest = &b"r=abc,s=,i=1"[..];
        assert_eq!(take(&mut rest, b's'), None);
        assert_eq!(take(&mut rest, b'r'), Some(&b"abc"[..]));
        assert_eq!(take(&mut rest, b's'), Some(&b""[..]));
        assert_eq!(take(&mut rest, b'i'), Some(&b"1"[..]));
        assert_eq!((rest, take(&mut rest, b'x')), (&b""[..], None));
    }

    #[test]
    fn a_name_survives_its_escapes_and_no_others_are_taken() {
        let name = b"a,b=c";
        assert_eq!(escaped(name), b"a=2Cb=3Dc");
        assert_eq!(unescaped(&escaped(name)).as_deref(), Some(&name[..]));
        for wrong in [&b"a=2"[..], b"a=", b"a=2c", b"=00", b"", b"a\0b"] {
            assert_eq!(unescaped(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_header_has_a_flag_and_may_name_whom_to_act_for() {
        let header = |mut text: &[u8]| take_header(&mut text).map(|name| (name, text.to_vec()));
        assert_eq!(header(b"n,,n=u"), Ok((None, b"n=u".to_vec())));
        assert_eq!(header(b"y,a=b=2C,n=u"), Ok((Some(b"b,".to_vec()), b"n=u".to_vec())));
        assert!(header(b"p=tls-unique,,n=u").is_err_and(|why| why.contains("channel binding")));
        for wrong in [&b""[..], b"n", b"n,", b"n,x=1,", b"n,a=,", b"x,,"] {
            assert!(header(wrong).is_err(), "{wrong:?}");
        }
    }
}
