//! OAUTHBEARER (RFC 7628): an OAuth 2.0 bearer token.

use super::scram::{escaped, take_header};
use super::token::{self, Claim, Manner, Server, bearer, fields};
use super::{Begun, Credentials, Fault, Mechanism, Obstacle, ServerExchange};
use crate::engine::{Password, Text};

pub(super) struct OauthBearer;

static MANNER: Manner = Manner { mechanism: "OAUTHBEARER", resignation: b"\x01", parse };

impl Mechanism for OauthBearer {
    fn name(&self) -> &'static str {
        MANNER.mechanism
    }

    fn is_by_name_only(&self) -> bool {
        true
    }

    fn offered(&self, credentials: &Credentials) -> Result<(), Obstacle> {
        token::offered(credentials)
    }

    fn usable(&self, credentials: &Credentials) -> Result<(), Obstacle> {
        token::usable(credentials)
    }

    fn begin(&'static self, credentials: &mut Credentials) -> Result<Begun, Fault> {
        let token = credentials.password.take().ok_or("there is no token")?;
        let whom = [&credentials.authorization, &credentials.user].into_iter().flatten();
        let header = match whom.map(Text::bytes).find(|name| !name.is_empty()) {
            Some(name) => [b"n,a=", &*escaped(name), b","].concat(),
            None => b"n,,".to_vec(),
        };
        let host = match &credentials.remote_host {
            Some(host) if host.bytes().iter().all(u8::is_ascii_graphic) => {
                [b"host=", host.bytes(), b"\x01"].concat()
            }
            _ => Vec::new(),
        };
        Ok(token::begun(&MANNER, &[&header, b"\x01", &host, b"auth=Bearer ", token.bytes(), b"\x01\x01"]))
    }

    fn serve(&'static self) -> Box<dyn ServerExchange> {
        Box::new(Server::new(&MANNER))
    }
}

fn parse(words: &[u8]) -> Option<Claim> {
    let mut rest = words;
    let user = take_header(&mut rest).ok()?;
    let tokens: Vec<Password> = fields(rest.strip_prefix(b"\x01")?)?.filter_map(bearer).collect();
    let [token] = <[Password; 1]>::try_from(tokens).ok()?;
    Some(Claim { authorization: user.clone(), user, token })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_of_the_rfc_is_read() {
        let words = b"n,a=user@example.com,\x01host=server.example.com\x01port=143\x01\
            auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01";
        let claim = parse(words).unwrap();
        assert_eq!(claim.user.as_deref(), Some(&b"user@example.com"[..]));
        assert_eq!(claim.token.bytes(), b"vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==");
        for wrong in [
            &b""[..],
            b"n,,",
            b"n,,\x01\x01",
            b"n,,\x01auth=Bearer a\x01auth=Bearer b\x01\x01",
            b"n,,\x01auth=Bearer \x01\x01",
            b"n,,\x01auth=Basic abc\x01\x01",
            b"n,,\x01auth=Bearer abc\x01",
        ] {
            assert!(parse(wrong).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn a_client_names_itself_the_host_and_the_token() {
        let mut credentials = Credentials {
            user: Some(Text::new(b"a,b")),
            password: Some(Password::new(b"t0ken")),
            remote_host: Some(Text::new(b"example.com")),
            ..Credentials::default()
        };
        let begun = OauthBearer.begin(&mut credentials).unwrap();
        let words = begun.words.unwrap();
        assert_eq!(words.bytes(), b"n,a=a=2Cb,\x01host=example.com\x01auth=Bearer t0ken\x01\x01");
        assert_eq!(parse(words.bytes()).unwrap().user.as_deref(), Some(&b"a,b"[..]));
        assert!(credentials.password.is_none(), "the token was used up");
    }
}
