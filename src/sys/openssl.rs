//! What OpenSSL offers and the crate `openssl` has no safe call for.
//!
//! One thing for each need of the TLS backend, and nothing decided here: the sessions that a client may continue.

use foreign_types::ForeignTypeRef;
use openssl::error::ErrorStack;
use openssl::ssl::{SslRef, SslSession};

/// A session of a client that a later connection of the same context may continue.
#[derive(Clone)]
pub(crate) struct KeptSession {
    session: SslSession,
    /// Where the context is that the session came from; only compared.
    context: usize,
}

impl KeptSession {
    /// Keeps `session`, which `ssl` has agreed on with its peer.
    pub(crate) fn new(ssl: &SslRef, session: SslSession) -> Self {
        Self { session, context: context_of(ssl) }
    }

    /// Has `ssl` offer this session to its peer. A session of another context is not offered.
    pub(crate) fn offer(&self, ssl: &mut SslRef) -> Result<(), ErrorStack> {
        if self.context != context_of(ssl) {
            return Ok(());
        }
        // SAFETY: the session was made by this context, as was just seen; OpenSSL counts the reference it takes.
        unsafe { ssl.set_session(&self.session) }
    }
}

fn context_of(ssl: &SslRef) -> usize {
    ssl.ssl_context().as_ptr() as usize
}
