//! SASL mechanisms: one trait, one file each, both sides of the exchange.

mod anonymous;
mod external;
mod plain;

use crate::engine::{Password, Text};

/// What a side has to authenticate with, or to judge by.
#[derive(Default)]
pub(super) struct Credentials {
    pub(super) user: Option<Text>,
    pub(super) authorization: Option<Text>,
    pub(super) password: Option<Password>,
    /// Words that can be read on the wire may be said without encryption.
    pub(super) allow_insecure: bool,
    /// The strength in bits of the encryption that the stream already has, 0 for none.
    pub(super) external_strength: u16,
    /// Who the layer below says the peer is.
    pub(super) external_identity: Option<Text>,
}

/// What a server thinks of a client's first word.
pub(super) enum Verdict {
    Accepted { user: Text, authorization: Text },
    Refused,
}

/// A way to authenticate.
pub(super) trait Mechanism: Sync {
    /// The registered name.
    fn name(&self) -> &'static str;

    /// Whether a server offers it.
    fn offered(&self, credentials: &Credentials) -> bool;

    /// Whether a client can take part with what it has.
    fn usable(&self, credentials: &Credentials) -> bool;

    /// A client's first word. Secrets are used up.
    fn initial_response(&self, credentials: &mut Credentials) -> Vec<u8>;

    /// A server's judgement of a client's first word.
    fn judge(&self, credentials: &Credentials, response: Option<&[u8]>) -> Verdict;
}

/// Every built-in mechanism, in a client's order of preference.
pub(super) static ALL: [&dyn Mechanism; 3] = [&external::External, &plain::Plain, &anonymous::Anonymous];
