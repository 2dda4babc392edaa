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
mod transfer;
mod types;

pub(crate) use connection::{Close, Error, Open};
pub(crate) use delivery::{Disposition, Flow, Transfer};
pub(crate) use delivery_state::DeliveryState;
pub(crate) use link::{Attach, Detach};
pub(crate) use sasl::{Challenge, Init, MechanismList, Mechanisms, Outcome, Response, without_secrets};
pub(crate) use session::{Begin, End};
pub(crate) use terminus::{Coordinator, Source, Target, TargetArchetype};
pub(crate) use transfer::Plain;
pub(crate) use types::{
    Binary, Channel, DistributionMode, ExpiryPolicy, Handle, Multiple, ReceiverSettleMode, Role,
    SenderSettleMode, SequenceNo, Str, Symbol,
};

use crate::codec::{Compound, DecodeError, DecodeErrorKind, Reader, constructor as code};

/// The body of an AMQP frame taken apart. What it holds is read by the type with this descriptor.
pub(crate) struct Performative<'a> {
    /// The descriptor code, one of the nine.
    pub(crate) code: u8,
    pub(crate) fields: Reader<'a>,
    /// What follows the performative.
    pub(crate) payload: &'a [u8],
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
    /// Reads the head of the performative at the start of a frame body.
    #[inline]
    pub(crate) fn read(body: &'a [u8]) -> Result<Self, DispatchError> {
        // The form that nearly all frames have: a small descriptor and a small list.
        if let [code::DESCRIBED, code::SMALL_ULONG, code, code::LIST8, size, _count, content @ ..] = body
            && let Some(size) = usize::from(*size).checked_sub(1)
            && let Some((fields, payload)) = content.split_at_checked(size)
            && is_performative(u64::from(*code))
        {
            return Ok(Self { code: *code, fields: Reader::new(fields), payload });
        }
        let (descriptor, list, payload) = described_list(body)?;
        match u8::try_from(descriptor) {
            Ok(code) if is_performative(descriptor) => Ok(Self { code, fields: list.body, payload }),
            _ => Err(DispatchError::Unknown(descriptor)),
        }
    }
}

fn is_performative(descriptor: u64) -> bool {
    (u64::from(Open::DESCRIPTOR)..=u64::from(Close::DESCRIPTOR)).contains(&descriptor)
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
fn described_list(body: &[u8]) -> Result<(u64, Compound<'_>, &[u8]), DecodeError> {
    let mut reader = Reader::new(body);
    let descriptor = reader.descriptor()?;
    let list = reader.list()?.ok_or_else(|| reader.error(DecodeErrorKind::Unexpected))?;
    Ok((descriptor, list, reader.rest()))
}
