//! PLAIN (RFC 4616): the password itself, so only over an encrypted stream unless insecure words are allowed.

use super::{
    Begun, Credentials, Fault, Mechanism, Move, Obstacle, Question, Secret, ServerExchange, Told, prepare,
};
use crate::engine::{Password, Text};

pub(super) struct Plain;

const NAME: &str = "PLAIN";

impl Mechanism for Plain {
    fn name(&self) -> &'static str {
        NAME
    }

    fn offered(&self, credentials: &Credentials) -> Result<(), Obstacle> {
        if !credentials.looks_up && !credentials.judges {
            return Err("needs protium_sasl_set_lookup() or protium_sasl_set_judge()");
        }
        credentials.may_say_secrets()
    }

    fn usable(&self, credentials: &Credentials) -> Result<(), Obstacle> {
        credentials.has_password()?;
        credentials.may_say_secrets()
    }

    fn begin(&'static self, credentials: &mut Credentials) -> Result<Begun, Fault> {
        let authorization = credentials.authorization.as_ref().map_or(&[][..], Text::bytes);
        let user = credentials.user.as_ref().map_or(&[][..], Text::bytes);
        let password = credentials.password.take();
        let password = password.as_ref().map_or(&[][..], |password| password.bytes());
        let words = Password::from([authorization, b"\0", user, b"\0", password].concat());
        Ok(Begun::said(words.bytes()))
    }

    fn serve(&'static self) -> Box<dyn ServerExchange> {
        Box::new(Server::default())
    }
}

/// A server that has heard the password and may wait for what the program says of it.
#[derive(Default)]
struct Server {
    claim: Option<Claim>,
}

/// Who the client says it is.
struct Claim {
    user: Text,
    authorization: Option<Text>,
    password: Password,
}

impl ServerExchange for Server {
    fn hear(&mut self, words: Option<&[u8]>, credentials: &Credentials) -> Move {
        if self.claim.is_some() {
            return Move::refuse(super::OUT_OF_TURN);
        }
        let Some(claim) = words.and_then(parse) else {
            return Move::refuse("the client's words are not those of PLAIN");
        };
        let question = Question {
            mechanism: NAME,
            user: claim.user.clone(),
            authorization: claim.authorization.clone(),
            secret: credentials.judges.then(|| Password::new(claim.password.bytes())),
        };
        self.claim = Some(claim);
        Move::Ask(question)
    }

    fn told(&mut self, told: Told) -> Move {
        let Some(claim) = &self.claim else { return Move::refuse(super::OUT_OF_TURN) };
        let user = match told {
            Told::Judged(user) => user,
            Told::Kept(secret) => fits(&secret, &claim.password).then(|| claim.user.clone()),
        };
        match user {
            Some(user) => Move::accept(user.bytes(), claim.authorization.as_ref().map(Text::bytes)),
            None => Move::refuse("user or password is wrong"),
        }
    }
}

/// Passwords are compared as SASLprep has them, where it has them at all.
fn fits(secret: &Secret, password: &Password) -> bool {
    match prepare::prepared(password.bytes()) {
        Some(prepared) => secret.fits(&prepared),
        None => secret.fits(password),
    }
}

/// `[authorization] NUL user NUL password`, where neither user nor password is empty.
fn parse(words: &[u8]) -> Option<Claim> {
    let mut parts = words.split(|&byte| byte == 0);
    let (authorization, user, password) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || user.is_empty() || password.is_empty() {
        return None;
    }
    Some(Claim {
        user: Text::new(user),
        authorization: Some(authorization).filter(|name| !name.is_empty()).map(Text::new),
        password: Password::new(password),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_has_exactly_three_parts_and_a_user_and_a_password() {
        let claim = parse(b"boss\0fred\0secret").unwrap();
        assert_eq!((claim.user.bytes(), claim.password.bytes()), (&b"fred"[..], &b"secret"[..]));
        assert_eq!(claim.authorization, Some(Text::new(b"boss")));
        for wrong in [&b""[..], b"fred", b"\0fred", b"\0\0pw", b"\0fred\0", b"\0fred\0pw\0", b"\0fred\0pw\0x"]
        {
            assert!(parse(wrong).is_none(), "{wrong:?}");
        }
    }
}
