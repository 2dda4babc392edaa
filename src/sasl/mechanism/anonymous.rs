//! ANONYMOUS (RFC 4505): anybody may come in; the client's word is a trace, not a claim.

use super::{Credentials, Mechanism, Verdict};
use crate::engine::Text;

pub(super) struct Anonymous;

const NAME: &[u8] = b"anonymous";

impl Mechanism for Anonymous {
    fn name(&self) -> &'static str {
        "ANONYMOUS"
    }

    fn offered(&self, _credentials: &Credentials) -> bool {
        true
    }

    fn usable(&self, _credentials: &Credentials) -> bool {
        true
    }

    fn initial_response(&self, credentials: &mut Credentials) -> Vec<u8> {
        credentials.user.as_ref().map_or(NAME, Text::bytes).to_vec()
    }

    fn judge(&self, _credentials: &Credentials, _response: Option<&[u8]>) -> Verdict {
        Verdict::Accepted { user: Text::new(NAME), authorization: Text::new(NAME) }
    }
}
