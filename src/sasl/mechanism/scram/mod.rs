//! SCRAM (RFC 5802, RFC 7677): each side proves to the other that it knows the password, and nobody says it.
//!
//! One mechanism for each hash function. Channel binding (the mechanisms whose names end in -PLUS) is not offered, and
//! a client says so with the flag `n`. A client is authenticated only when the server has proven itself in turn.

mod client;
mod hash;
mod message;
mod server;
#[cfg(test)]
mod tests;

pub(super) use hash::{Hash, SHA_1, SHA_256, SHA_512};
pub(super) use message::{escaped, take_header};

use super::prepare::prepared;
use super::{Begun, Credentials, Fault, Mechanism, Obstacle, ServerExchange};
use crate::engine::{Password, Text};

impl Mechanism for Hash {
    fn name(&self) -> &'static str {
        self.mechanism
    }

    fn offered(&self, credentials: &Credentials) -> Result<(), Obstacle> {
        match credentials.looks_up {
            true => Ok(()),
            false => Err("needs protium_sasl_set_lookup()"),
        }
    }

    fn usable(&self, credentials: &Credentials) -> Result<(), Obstacle> {
        credentials.has_password()?;
        let fits = |bytes: &[u8]| prepared(bytes).is_some();
        let user = credentials.user.as_ref().is_none_or(|user| fits(user.bytes()));
        let password = credentials.password.as_ref().is_none_or(|password| fits(password.bytes()));
        match user && password {
            true => Ok(()),
            false => Err("needs a user and a password without characters that SASLprep forbids"),
        }
    }

    fn begin(&'static self, credentials: &mut Credentials) -> Result<Begun, Fault> {
        let nonce = fresh_nonce().ok_or("there are no random numbers")?;
        client::begin(self, credentials, &nonce)
    }

    fn serve(&'static self) -> Box<dyn ServerExchange> {
        Box::new(server::Server::new(self))
    }
}

/// Letters that nobody can foresee.
fn fresh_nonce() -> Option<Vec<u8>> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes).ok()?;
    Some(message::encoded(&bytes))
}
