//! The performatives of AMQP part 2 and the SASL frames of part 5: one table each, and which of them a frame holds.
//!
//! Structs borrow from the input they were read from, or from the engine state they are written from; nothing here
//! allocates on the way in. Neighbours: `framing` around them, `transport` behind them.
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

mod composite;
mod connection;
mod delivery;
mod delivery_state;
mod link;
mod sasl;
mod session;
mod terminus;
#[cfg(test)]
mod tests;
pub(crate) mod trace;
mod types;

pub(crate) use connection::{Close, Error, Open};
pub(crate) use delivery::{Disposition, Flow, Transfer};
pub(crate) use delivery_state::DeliveryState;
pub(crate) use link::{Attach, Detach};
pub(crate) use sasl::{Challenge, Init, MechanismList, Mechanisms, Outcome, Response};
pub(crate) use session::{Begin, End};
pub(crate) use terminus::{Coordinator, Source, Target, TargetArchetype};
pub(crate) use types::{
    Binary, Channel, DistributionMode, ExpiryPolicy, Handle, Multiple, ReceiverSettleMode, Role,
    SenderSettleMode, SequenceNo, Str, Symbol,
};

use crate::codec::{Compound, DecodeError, DecodeErrorKind, Reader};

/// What an AMQP frame may hold.
pub(crate) enum Performative<'a> {
    Open(Open<'a>),
    Begin(Begin<'a>),
    Attach(Attach<'a>),
    Flow(Flow<'a>),
    Transfer(Transfer<'a>),
    Disposition(Disposition<'a>),
    Detach(Detach<'a>),
    End(End<'a>),
    Close(Close<'a>),
}

/// What a SASL frame may hold.
pub(crate) enum SaslFrame<'a> {
    Mechanisms(Mechanisms<'a>),
    Init(Init<'a>),
    Challenge(Challenge<'a>),
    Response(Response<'a>),
    Outcome(Outcome<'a>),
}

/// Why a frame body is no performative of its layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DispatchError {
    /// A well-formed described list that this layer does not know.
    Unknown(u64),
    /// Not a described list, or one whose content is malformed.
    Malformed(DecodeError),
}

impl std::fmt::Display for DispatchError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown(descriptor) => {
                write!(f, "no performative of this layer has the descriptor 0x{descriptor:x}")
            }
            Self::Malformed(error) => error.fmt(f),
        }
    }
}

impl From<DecodeError> for DispatchError {
    fn from(error: DecodeError) -> Self {
        Self::Malformed(error)
    }
}

impl<'a> Performative<'a> {
    /// Reads the performative at the start of a frame body and gives it with the payload that follows.
    #[inline]
    pub(crate) fn decode(body: &'a [u8]) -> Result<(Self, &'a [u8]), DispatchError> {
        let (descriptor, list, payload) = described_list(body)?;
        let fields = list.body;
        let performative = match descriptor {
            0x10 => Self::Open(Open::decode(fields)?),
            0x11 => Self::Begin(Begin::decode(fields)?),
            0x12 => Self::Attach(Attach::decode(fields)?),
            0x13 => Self::Flow(Flow::decode(fields)?),
            0x14 => Self::Transfer(Transfer::decode(fields)?),
            0x15 => Self::Disposition(Disposition::decode(fields)?),
            0x16 => Self::Detach(Detach::decode(fields)?),
            0x17 => Self::End(End::decode(fields)?),
            0x18 => Self::Close(Close::decode(fields)?),
            other => return Err(DispatchError::Unknown(other)),
        };
        Ok((performative, payload))
    }
}

impl<'a> SaslFrame<'a> {
    /// Reads the body of a SASL frame.
    pub(crate) fn decode(body: &'a [u8]) -> Result<Self, DispatchError> {
        let (descriptor, list, _) = described_list(body)?;
        let fields = list.body;
        Ok(match descriptor {
            0x40 => Self::Mechanisms(Mechanisms::decode(fields)?),
            0x41 => Self::Init(Init::decode(fields)?),
            0x42 => Self::Challenge(Challenge::decode(fields)?),
            0x43 => Self::Response(Response::decode(fields)?),
            0x44 => Self::Outcome(Outcome::decode(fields)?),
            other => return Err(DispatchError::Unknown(other)),
        })
    }
}

/// A ulong descriptor, the list behind it, and what follows.
#[inline]
fn described_list(body: &[u8]) -> Result<(u64, Compound<'_>, &[u8]), DecodeError> {
    let mut reader = Reader::new(body);
    let descriptor = reader.descriptor()?;
    let list = reader.list()?.ok_or_else(|| reader.error(DecodeErrorKind::Unexpected))?;
    Ok((descriptor, list, reader.rest()))
}
