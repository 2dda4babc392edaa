//! EXTERNAL (RFC 4422 appendix A): the layer below has told who the peer is.

use super::{Credentials, Mechanism, Verdict};
use crate::engine::Text;

pub(super) struct External;

impl Mechanism for External {
    fn name(&self) -> &'static str {
        "EXTERNAL"
    }

    fn offered(&self, credentials: &Credentials) -> bool {
        credentials.external_identity.is_some()
    }

    /// A server that offers it has a reason to; whether we sent a certificate is for it to judge.
    fn usable(&self, _credentials: &Credentials) -> bool {
        true
    }

    fn initial_response(&self, credentials: &mut Credentials) -> Vec<u8> {
        credentials.authorization.as_ref().map_or(&[][..], Text::bytes).to_vec()
    }

    fn judge(&self, credentials: &Credentials, response: Option<&[u8]>) -> Verdict {
        match &credentials.external_identity {
            Some(identity) => Verdict::Accepted {
                user: identity.clone(),
                authorization: response.filter(|r| !r.is_empty()).map_or_else(|| identity.clone(), Text::new),
            },
            None => Verdict::Refused,
        }
    }
}
