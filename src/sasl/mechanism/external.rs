//! EXTERNAL (RFC 4422 appendix A): the layer below has told who the peer is.

use super::{Begun, Credentials, Fault, Mechanism, Move, Obstacle, OneWord, ServerExchange};
use crate::engine::Text;

pub(super) struct External;

impl Mechanism for External {
    fn name(&self) -> &'static str {
        "EXTERNAL"
    }

    fn offered(&self, credentials: &Credentials) -> Result<(), Obstacle> {
        match credentials.external_identity {
            Some(_) => Ok(()),
            None => Err("needs a client certificate that was verified"),
        }
    }

    /// A server that offers it has a reason to; whether we sent a certificate is for it to judge.
    fn usable(&self, _credentials: &Credentials) -> Result<(), Obstacle> {
        Ok(())
    }

    fn begin(&'static self, credentials: &mut Credentials) -> Result<Begun, Fault> {
        Ok(Begun::said(credentials.authorization.as_ref().map_or(&[][..], Text::bytes)))
    }

    fn serve(&'static self) -> Box<dyn ServerExchange> {
        Box::new(OneWord(judge))
    }
}

fn judge(words: Option<&[u8]>, credentials: &Credentials) -> Move {
    let Some(identity) = &credentials.external_identity else {
        return Move::refuse("the client has no certificate that was verified");
    };
    let authorization = words.filter(|words| !words.is_empty());
    if authorization.is_some_and(|name| name.contains(&0)) {
        return Move::refuse("the authorization has a NUL");
    }
    Move::accept(identity.bytes(), authorization)
}
