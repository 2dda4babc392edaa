//! What a TLS library has to do for us: read files of certificates and keys, judge lists of ciphers, and make sessions.
//!
//! Everything that can be decided without it is decided in `domain`, once for all backends. A value of a backend is
//! parsed, checked and cheap to share; no password outlives the call it was given to.

#[cfg(not(any(feature = "openssl", feature = "rustls")))]
pub(crate) mod absent;
#[cfg(feature = "openssl")]
pub(crate) mod openssl;
// Where both are asked for, the other one wins, and only tests use this one.
#[cfg(all(feature = "rustls", any(test, not(feature = "openssl"))))]
pub(crate) mod rustls;
#[cfg(all(test, feature = "openssl", feature = "rustls"))]
mod tests;

use std::path::Path;
use std::sync::Arc;

use super::{Fault, Session};
use crate::engine::Password;

/// The side of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Client,
    Server,
}

/// How much is asked of the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verify {
    /// Nothing: no certificate is asked for, or none is looked at.
    Anonymous,
    /// A certificate that leads to an authority we trust.
    Peer,
    /// The same, made out to the name of the peer.
    PeerName,
}

/// Versions of TLS, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Protocols {
    pub(crate) tls_1_0: bool,
    pub(crate) tls_1_1: bool,
    pub(crate) tls_1_2: bool,
    pub(crate) tls_1_3: bool,
}

/// Why credentials were not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CredentialFault {
    /// The certificate, or one of its chain.
    Certificate(Fault),
    /// The key: not there, not readable, the wrong password, or not the certificate's.
    Key(Fault),
    /// Both are good, and of different kinds.
    Mismatch(Fault),
}

/// What sessions are made from.
pub(crate) struct Settings<B: Backend> {
    pub(crate) role: Role,
    pub(crate) verify: Verify,
    pub(crate) credentials: Option<B::Credentials>,
    /// Whom we trust; the system's authorities if nothing was set.
    pub(crate) roots: Option<B::Roots>,
    /// The authorities that a server tells its clients.
    pub(crate) announced: Option<B::Announced>,
    /// The versions that may be used; those the library offers by itself if nothing was set.
    pub(crate) protocols: Option<Protocols>,
    /// The cipher suites of TLS up to 1.2, in OpenSSL's words; the backend's own choice if nothing was set.
    pub(crate) ciphers: Option<String>,
    /// Suites without certificates may be used (spec/security.md section 3.2).
    pub(crate) anonymous_ciphers: bool,
    /// The application's protocols, the best first; none where the list is empty.
    pub(crate) applications: Vec<Vec<u8>>,
}

impl<B: Backend> Clone for Settings<B> {
    fn clone(&self) -> Self {
        Self {
            credentials: self.credentials.clone(),
            roots: self.roots.clone(),
            announced: self.announced.clone(),
            ciphers: self.ciphers.clone(),
            applications: self.applications.clone(),
            ..*self
        }
    }
}

/// What a client calls a session that it may want to continue later. Sessions are kept with the context.
pub(crate) type SessionName<'a> = Option<&'a str>;

/// A TLS library.
pub(crate) trait Backend: Sized + 'static {
    /// A certificate with its chain and key.
    type Credentials: Clone + Send + Sync;
    /// A set of trusted authorities.
    type Roots: Clone + Send + Sync;
    /// The names of authorities.
    type Announced: Clone + Send + Sync;
    /// Settings, ready for any number of sessions at once from any thread.
    type Context: Send + Sync;

    /// Reads a chain of certificates, the leaf first, and the leaf's key, each from a PEM file or a `pkcs11:` URI.
    /// Without `key` it is in the certificate's file.
    fn credentials(
        certificate: &str,
        key: Option<&str>,
        password: Option<&Password>,
    ) -> Result<Self::Credentials, CredentialFault>;

    /// Whether they are strong enough to be shown to peers of which something is asked.
    fn check_credentials(_: &Self::Credentials) -> Result<(), Fault> {
        Ok(())
    }

    /// Reads authorities from a PEM file, or from a folder of files as OpenSSL has them.
    fn roots(path: &Path) -> Result<Self::Roots, Fault>;

    /// Reads the names of the authorities in a PEM file.
    fn announced(path: &Path) -> Result<Self::Announced, Fault>;

    /// Whether a list of ciphers means something.
    fn check_ciphers(list: &str) -> Result<(), Fault>;

    /// Whether these versions can be had.
    fn check_protocols(_: Protocols) -> Result<(), Fault> {
        Ok(())
    }

    /// Prepares for sessions.
    fn context(settings: &Settings<Self>) -> Result<Self::Context, Fault>;

    /// Makes a session. A client's has its first bytes ready.
    fn session(
        context: &Arc<Self::Context>,
        peer_name: Option<&str>,
        name: SessionName<'_>,
    ) -> Result<Box<dyn Session>, Fault>;
}
