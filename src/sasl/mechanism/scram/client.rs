//! A client's side of SCRAM: three messages out, two in, and no trust in the server before its signature was checked.

use ctutils::CtEq;

use super::super::secret::MOST_ITERATIONS;
use super::message::{decoded, encoded, escaped, take};
use super::{Begun, Credentials, Fault, Hash, Password, Text, prepared};
use crate::sasl::mechanism::{ClientExchange, OUT_OF_TURN};
use crate::sasl::text::shown;

/// Begins an exchange with a nonce that nobody else has.
pub(super) fn begin(
    hash: &'static Hash,
    credentials: &mut Credentials,
    nonce: &[u8],
) -> Result<Begun, Fault> {
    const UNFIT: &str = "the user or the password has characters that SASLprep forbids";
    let user = credentials.user.as_ref().and_then(|user| prepared(user.bytes())).ok_or(UNFIT)?;
    let password = credentials.password.take().and_then(|it| prepared(it.bytes())).ok_or(UNFIT)?;
    let header = match credentials.authorization.as_ref().map(Text::bytes).filter(|name| !name.is_empty()) {
        Some(name) => [b"n,a=", &*escaped(name), b","].concat(),
        None => b"n,,".to_vec(),
    };
    let bare = [b"n=", &*escaped(user.bytes()), b",r=", nonce].concat();
    let words = Some(Password::new(&[&*header, &*bare].concat()));
    let nonce = nonce.to_vec();
    let state = State::Greeted { password, header, bare, nonce };
    Ok(Begun { exchange: Box::new(Client { hash, state }), words })
}

struct Client {
    hash: &'static Hash,
    state: State,
}

enum State {
    /// The first message is out.
    Greeted {
        password: Password,
        header: Vec<u8>,
        bare: Vec<u8>,
        nonce: Vec<u8>,
    },
    /// We have proven ourselves, and the server has to show this signature.
    Proven {
        signature: Password,
    },
    /// So has the server.
    Verified,
    Failed,
}

/// What a server says first.
struct Challenge<'a> {
    nonce: &'a [u8],
    salt: Password,
    iterations: u32,
}

impl ClientExchange for Client {
    fn answer(&mut self, challenge: &[u8]) -> Result<Password, Fault> {
        match std::mem::replace(&mut self.state, State::Failed) {
            State::Greeted { password, header, bare, nonce } => {
                let asked = parse(challenge, &nonce)?;
                let hash = self.hash;
                let keys = hash.keys(&hash.stretch(password.bytes(), asked.salt.bytes(), asked.iterations));
                let reply = [b"c=", &*encoded(&header), b",r=", asked.nonce].concat();
                let message = [&*bare, b",", challenge, b",", &*reply].concat();
                let proof = encoded(hash.proof(&keys, &message).bytes());
                self.state = State::Proven { signature: hash.hmac(keys.server.bytes(), &message) };
                Ok([&*reply, b",p=", &*proof].concat().into())
            }
            State::Proven { signature } => {
                verify(&signature, challenge)?;
                self.state = State::Verified;
                Ok(Password::new(b""))
            }
            State::Verified | State::Failed => Err(OUT_OF_TURN.into()),
        }
    }

    fn conclude(&mut self, data: Option<&[u8]>) -> Result<(), Fault> {
        match (&self.state, data) {
            (State::Verified, _) => Ok(()),
            (State::Proven { signature }, Some(data)) => verify(signature, data),
            _ => Err("the server accepts without proof that it knows the password".into()),
        }
    }
}

fn parse<'a>(challenge: &'a [u8], own_nonce: &[u8]) -> Result<Challenge<'a>, Fault> {
    const MALFORMED: &str = "the server's first words are malformed";
    let mut rest = challenge;
    if let Some(error) = take(&mut rest, b'e') {
        return Err(said(error));
    }
    if rest.starts_with(b"m=") {
        return Err("the server wants an extension that is not known".into());
    }
    let nonce = take(&mut rest, b'r').ok_or(MALFORMED)?;
    if !nonce.starts_with(own_nonce) || nonce.len() == own_nonce.len() {
        return Err("the server's nonce does not go on from ours".into());
    }
    let salt =
        take(&mut rest, b's').and_then(decoded).filter(|salt| !salt.bytes().is_empty()).ok_or(MALFORMED)?;
    let iterations = take(&mut rest, b'i').ok_or(MALFORMED)?;
    if iterations.is_empty() || !iterations.iter().all(u8::is_ascii_digit) {
        return Err(MALFORMED.into());
    }
    // Digits that are too many for the type are too many for us.
    let number =
        std::str::from_utf8(iterations).ok().and_then(|digits| digits.parse().ok()).unwrap_or(u32::MAX);
    match number {
        FEWEST_ITERATIONS..=MOST_ITERATIONS => Ok(Challenge { nonce, salt, iterations: number }),
        _ => Err(format!(
            "the server asks for {} iterations, and from {FEWEST_ITERATIONS} to {MOST_ITERATIONS} are done",
            shown(iterations)
        )
        .into()),
    }
}

/// Whether the server's last words have the signature that only somebody who knows the password can make.
fn verify(signature: &Password, words: &[u8]) -> Result<(), Fault> {
    let mut rest = words;
    if let Some(error) = take(&mut rest, b'e') {
        return Err(said(error));
    }
    let given = take(&mut rest, b'v').and_then(decoded).ok_or("the server's last words are malformed")?;
    match given.bytes().ct_eq(signature.bytes()).to_bool() {
        true => Ok(()),
        false => Err("the server has not proven that it knows the password".into()),
    }
}

fn said(error: &[u8]) -> Fault {
    format!("the server says {}", shown(error)).into()
}

/// Fewer iterations would let whoever reads the exchange guess passwords cheaply (RFC 2898 section 4.2).
const FEWEST_ITERATIONS: u32 = 1000;
