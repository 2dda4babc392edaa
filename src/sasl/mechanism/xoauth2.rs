//! XOAUTH2: the form in which some brokers took bearer tokens before OAUTHBEARER was agreed on.

use super::token::{self, Claim, Manner, Server, bearer, fields};
use super::{Begun, Credentials, Fault, Mechanism, Obstacle, ServerExchange};
use crate::engine::{Password, Text};

pub(super) struct Xoauth2;

static MANNER: Manner = Manner { mechanism: "XOAUTH2", resignation: b"", parse };

impl Mechanism for Xoauth2 {
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
        match credentials.user {
            Some(_) => token::usable(credentials),
            None => Err("needs a user and a token as the password"),
        }
    }

    fn begin(&'static self, credentials: &mut Credentials) -> Result<Begun, Fault> {
        let token = credentials.password.take().ok_or("there is no token")?;
        let user = credentials.user.as_ref().map_or(&[][..], Text::bytes);
        Ok(token::begun(&MANNER, &[b"user=", user, b"\x01auth=Bearer ", token.bytes(), b"\x01\x01"]))
    }

    fn serve(&'static self) -> Box<dyn ServerExchange> {
        Box::new(Server::new(&MANNER))
    }
}

fn parse(words: &[u8]) -> Option<Claim> {
    let mut fields = fields(words)?;
    let user = fields.next()?.strip_prefix(b"user=").filter(|name| !name.is_empty() && !name.contains(&0))?;
    let token: Password = bearer(fields.next()?)?;
    let whole = fields.next().is_none();
    whole.then(|| Claim { user: Some(user.to_vec()), authorization: None, token })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_names_itself_and_the_token_and_a_server_reads_both() {
        let mut credentials = Credentials {
            user: Some(Text::new(b"someuser@example.com")),
            password: Some(Password::new(b"ya29.vF9dft4")),
            ..Credentials::default()
        };
        let words = Xoauth2.begin(&mut credentials).unwrap().words.unwrap();
        assert_eq!(words.bytes(), b"user=someuser@example.com\x01auth=Bearer ya29.vF9dft4\x01\x01");
        let claim = parse(words.bytes()).unwrap();
        assert_eq!(claim.user.as_deref(), Some(&b"someuser@example.com"[..]));
        assert_eq!(claim.token.bytes(), b"ya29.vF9dft4");
        for wrong in [
            &b""[..],
            b"user=\x01auth=Bearer t\x01\x01",
            b"user=u\x01\x01",
            b"user=u\x01auth=Bearer t\x01x\x01\x01",
        ] {
            assert!(parse(wrong).is_none(), "{wrong:?}");
        }
    }
}
