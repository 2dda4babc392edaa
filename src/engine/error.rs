//! Errors by audience: [`Violation`] is the peer's breach of the protocol, [`Misuse`] the caller's mistake.

use std::borrow::Cow;

/// What the peer did wrong, as the condition that answers it. It is small, because results that could hold one are
/// handed on with every message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation(Box<(&'static str, Cow<'static, str>)>);

impl Violation {
    #[cold]
    pub(crate) fn new(condition: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new((condition, description.into())))
    }

    /// The AMQP error condition.
    pub(crate) fn condition(&self) -> &'static str {
        self.0.0
    }

    /// What happened, for people.
    pub(crate) fn description(&self) -> &str {
        &self.0.1
    }

    pub(crate) fn framing(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(FRAMING_ERROR, description)
    }

    pub(crate) fn invalid_field(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(INVALID_FIELD, description)
    }
}

pub(crate) const FRAMING_ERROR: &str = "amqp:connection:framing-error";
pub(crate) const INVALID_FIELD: &str = "amqp:invalid-field";
pub(crate) const NOT_ALLOWED: &str = "amqp:not-allowed";
pub(crate) const INTERNAL_ERROR: &str = "amqp:internal-error";
pub(crate) const RESOURCE_LIMIT_EXCEEDED: &str = "amqp:resource-limit-exceeded";
pub(crate) const TRANSFER_LIMIT_EXCEEDED: &str = "amqp:link:transfer-limit-exceeded";
pub(crate) const WINDOW_VIOLATION: &str = "amqp:session:window-violation";
pub(crate) const POLICY_ERROR: &str = "amqp:connection:policy-error";
pub(crate) const UNAUTHORIZED_ACCESS: &str = "amqp:unauthorized-access";

/// What the caller did wrong; the C boundary turns it into a `PN_*` code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misuse {
    /// Nothing there to work on (`PN_EOS`).
    EndOfStream,
    /// Not in this state (`PN_STATE_ERR`).
    State,
    /// Not with this argument (`PN_ARG_ERR`).
    Argument,
    /// The delivery was aborted (`PN_ABORTED`).
    Aborted,
}
