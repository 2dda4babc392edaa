//! ANONYMOUS (RFC 4505): anybody may come in; the client's word is a trace, not a claim.

use super::{Begun, Credentials, Fault, Mechanism, Move, Obstacle, OneWord, ServerExchange};
use crate::engine::Text;

pub(super) struct Anonymous;

const NAME: &[u8] = b"anonymous";

impl Mechanism for Anonymous {
    fn name(&self) -> &'static str {
        "ANONYMOUS"
    }

    /// Requiring authentication does not keep it out: programs of Proton rely on that. A program that can tell users
    /// apart and requires them to say who they are means it.
    fn offered(&self, credentials: &Credentials) -> Result<(), Obstacle> {
        match credentials.required && (credentials.looks_up || credentials.judges) {
            true => Err("authenticates nobody, and authentication is required"),
            false => Ok(()),
        }
    }

    fn usable(&self, _credentials: &Credentials) -> Result<(), Obstacle> {
        Ok(())
    }

    fn begin(&'static self, credentials: &mut Credentials) -> Result<Begun, Fault> {
        Ok(Begun::said(credentials.user.as_ref().map_or(NAME, Text::bytes)))
    }

    fn serve(&'static self) -> Box<dyn ServerExchange> {
        Box::new(OneWord(|_, _| Move::accept(NAME, None)))
    }
}
