//! TLS: sessions that know no sockets, what programs set up for them, and the certificates that peers show
//! (spec/security.md sections 3 and 4).
//!
//! A [`Session`] turns plain bytes into protected ones and back; the transport lays one under everything else it does,
//! and `raw` hands one to programs that move bytes themselves. Sessions come from a `backend`: OpenSSL or rustls, chosen
//! when the library is built, and both present in its unit tests, where they talk to each other. What a program sets up
//! is a [`domain`] of any backend. Neighbours: `transport`.
#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)]
#![cfg_attr(
    test,
    allow(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::panic,
        reason = "a test may fail by panicking"
    )
)]

pub(crate) mod backend;
pub(crate) mod certificate;
mod der;
pub(crate) mod domain;
#[cfg(feature = "fuzz")]
pub(crate) mod fuzz;
#[cfg(test)]
pub(crate) mod joined;
pub(crate) mod names;
pub(crate) mod raw;

use std::fmt;

/// The TLS library of this build.
#[cfg(feature = "openssl")]
pub(crate) type Chosen = backend::openssl::OpenSsl;
/// The TLS library of this build.
#[cfg(all(feature = "rustls", not(feature = "openssl")))]
pub(crate) type Chosen = backend::rustls::Rustls;
/// The TLS library of this build.
#[cfg(not(any(feature = "openssl", feature = "rustls")))]
pub(crate) type Chosen = backend::absent::Absent;

/// Whether this build has a TLS library.
pub(crate) const PRESENT: bool = cfg!(any(feature = "openssl", feature = "rustls"));

/// What a read came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// This many bytes were decrypted; there may be more. Never zero.
    Bytes(usize),
    /// Nothing without more bytes from the peer, or without room for what there is.
    Nothing,
    /// The peer has ended its stream as it should (close_notify), and everything before was read.
    Closed,
}

/// One TLS session. It knows no socket: bytes from the peer are fed in, bytes for the peer are taken out of [`wire`],
/// and plain bytes are read and written on the other side.
///
/// A session that has failed stays failed; what it has to tell the peer (an alert) is in its wire, and nothing else
/// can be done with it.
///
/// [`wire`]: Session::wire
pub(crate) trait Session: Send {
    /// Takes in bytes from the peer, as many as there is room for, and tells how many. They are acted on by the next
    /// [`Self::read`]. A session whose last read gave nothing, or that has just been made, has room for at least one
    /// whole record.
    fn feed(&mut self, wire: &[u8]) -> usize;

    /// The peer will send nothing more. Where it did not end its stream first, the next read fails.
    fn feed_end(&mut self);

    /// Goes on with the handshake and decrypts into the front of `plain`. Without room nothing is decrypted, but the
    /// handshake goes on, alerts are acted on, and [`Self::holds_plain`] tells the truth behind it.
    ///
    /// # Errors
    /// The session has failed: a rule of TLS was broken, the peer is not who it should be, or its stream was cut off.
    fn read(&mut self, plain: &mut [u8]) -> Result<Read, Fault>;

    /// Encrypts from the front of `plain` and tells how many bytes are done with: none while the handshake goes on,
    /// and all of them afterwards.
    ///
    /// # Errors
    /// As [`Self::read`].
    fn write(&mut self, plain: &[u8]) -> Result<usize, Fault>;

    /// Ends our stream as it should be (close_notify), once the handshake is over; at once if it is. Nothing may be
    /// written behind it, and reading goes on. Has no effect a second time.
    fn close(&mut self);

    /// Bytes for the peer.
    fn wire(&self) -> &[u8];

    /// `n` bytes of [`Self::wire`] have been taken. Memory is given back when nothing is left.
    fn sent(&mut self, n: usize);

    /// The handshake is complete, the peer is who it should be, and nothing has failed.
    fn is_established(&self) -> bool;

    /// Decrypted bytes wait to be read.
    fn holds_plain(&self) -> bool;

    /// What the handshake has agreed on; `None` before it is over, and after it failed.
    fn agreed(&self) -> Option<Agreed>;

    /// The certificate that the peer has shown, encoded in DER, as soon as it is known; it may not have been verified.
    fn peer_certificate(&self) -> Option<Vec<u8>>;

    /// Whether an earlier session goes on.
    fn is_resumed(&self) -> bool;

    /// Whether it has failed because the peer is not who it should be.
    fn has_refused_peer(&self) -> bool {
        false
    }

    /// Lines for the log, in order, and none of them twice.
    fn take_log(&mut self) -> Vec<LogLine>;
}

/// What a handshake has agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Agreed {
    /// The name that OpenSSL has for the cipher suite.
    pub(crate) cipher: String,
    /// The bits of its key.
    pub(crate) strength: u16,
    /// The version: "TLSv1.2", "TLSv1.3".
    pub(crate) protocol: String,
    /// The application's protocol (ALPN), if one was agreed on.
    pub(crate) application: Option<Vec<u8>>,
}

/// Why a session has failed, or something could not be set up: a text as OpenSSL gives it where OpenSSL is used, and
/// what else there is to say, a line each. Never contains a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) text: String,
    pub(crate) details: Vec<String>,
}

impl Fault {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), details: Vec::new() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A line for the log, in the subsystem of TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogLine {
    pub(crate) urgency: Urgency,
    pub(crate) text: String,
}

impl LogLine {
    pub(crate) fn trace(text: String) -> Self {
        Self { urgency: Urgency::Trace, text }
    }

    pub(crate) fn error(text: String) -> Self {
        Self { urgency: Urgency::Error, text }
    }
}

/// How urgent a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    Error,
    Trace,
}

/// Makes the one session of a transport, when its first bytes are due: until then the name of the peer may change.
pub(crate) trait Opener: Send {
    /// A client's session has its first bytes ready. `peer_name` is whom we mean to talk to, a host name or an address
    /// in digits.
    ///
    /// # Errors
    /// The session could not be made.
    fn open(&self, peer_name: Option<&str>) -> Result<Box<dyn Session>, Fault>;

    /// A server that also takes clients which do not encrypt.
    fn allows_unsecured(&self) -> bool;
}
