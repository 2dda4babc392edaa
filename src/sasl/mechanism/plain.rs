//! PLAIN (RFC 4616): the password itself, so only over an encrypted stream unless insecure words are allowed.

use super::{Credentials, Mechanism, Verdict};
use crate::engine::Text;

pub(super) struct Plain;

impl Mechanism for Plain {
    fn name(&self) -> &'static str {
        "PLAIN"
    }

    /// There is nobody to ask about passwords on the server side.
    fn offered(&self, _credentials: &Credentials) -> bool {
        false
    }

    fn usable(&self, credentials: &Credentials) -> bool {
        let complete = credentials.user.is_some() && credentials.password.is_some();
        complete && (credentials.external_strength > 0 || credentials.allow_insecure)
    }

    fn initial_response(&self, credentials: &mut Credentials) -> Vec<u8> {
        let authorization = credentials.authorization.as_ref().map_or(&[][..], Text::bytes);
        let user = credentials.user.as_ref().map_or(&[][..], Text::bytes);
        let password = credentials.password.take();
        let password = password.as_ref().map_or(&[][..], |password| password.bytes());
        [authorization, b"\0", user, b"\0", password].concat()
    }

    fn judge(&self, _credentials: &Credentials, _response: Option<&[u8]>) -> Verdict {
        Verdict::Refused
    }
}
