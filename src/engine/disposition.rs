//! What one side says happened to a delivery (part 3.4, 4.5 for transactions): one variant at a time.
//!
//! Whether the delivery is settled is no part of it. Reading a field of another variant gives a neutral value;
//! writing one turns the disposition into that variant (spec/engine.md section 8).

use super::condition::Condition;
use crate::codec::{Content, Data, Field};
use crate::performative::DeliveryState;

/// The delivery states by descriptor code.
pub(crate) const RECEIVED: u64 = 0x23;
pub(crate) const ACCEPTED: u64 = 0x24;
pub(crate) const REJECTED: u64 = 0x25;
pub(crate) const RELEASED: u64 = 0x26;
pub(crate) const MODIFIED: u64 = 0x27;
pub(crate) const DECLARED: u64 = 0x33;
pub(crate) const TRANSACTIONAL: u64 = 0x34;

/// A delivery state with the fields that go with it. It is small, as there are two for each delivery; what is rarely
/// there lies elsewhere.
#[derive(Default)]
pub(crate) enum Disposition {
    #[default]
    None,
    Received(Box<Received>),
    Accepted,
    Rejected(Box<Condition>),
    Released,
    Modified(Box<Modified>),
    Declared(Box<Declared>),
    Transactional(Box<Transactional>),
    /// Any other state, or one of the above whose list the application wants to see raw.
    Custom(Box<Custom>),
}

#[derive(Default)]
pub(crate) struct Received {
    pub(crate) section_number: u32,
    pub(crate) section_offset: u64,
}

#[derive(Default)]
pub(crate) struct Modified {
    pub(crate) failed: bool,
    pub(crate) undeliverable: bool,
    pub(crate) annotations: Field,
}

#[derive(Default)]
pub(crate) struct Declared {
    /// The transaction that has begun.
    pub(crate) id: Vec<u8>,
}

#[derive(Default)]
pub(crate) struct Transactional {
    pub(crate) id: Box<[u8]>,
    pub(crate) outcome: Field,
}

#[derive(Default)]
pub(crate) struct Custom {
    pub(crate) kind: u64,
    pub(crate) body: Field,
}

impl Disposition {
    /// The descriptor code; 0 for none.
    pub(crate) fn kind(&self) -> u64 {
        match self {
            Self::None => 0,
            Self::Received(_) => RECEIVED,
            Self::Accepted => ACCEPTED,
            Self::Rejected(_) => REJECTED,
            Self::Released => RELEASED,
            Self::Modified(_) => MODIFIED,
            Self::Declared(_) => DECLARED,
            Self::Transactional(_) => TRANSACTIONAL,
            Self::Custom(custom) => custom.kind,
        }
    }

    /// An empty disposition of this kind.
    pub(crate) fn of_kind(kind: u64) -> Self {
        match kind {
            0 => Self::None,
            RECEIVED => Self::Received(Box::default()),
            ACCEPTED => Self::Accepted,
            REJECTED => Self::Rejected(Box::default()),
            RELEASED => Self::Released,
            MODIFIED => Self::Modified(Box::default()),
            DECLARED => Self::Declared(Box::default()),
            TRANSACTIONAL => Self::Transactional(Box::default()),
            kind => Self::Custom(Box::new(Custom { kind, body: Field::Empty })),
        }
    }

    /// Forgets everything.
    #[inline]
    pub(crate) fn reset(&mut self) {
        self.replace(Self::None);
    }

    /// Becomes `new`. What has no parts, as most have not, is overwritten without looking for any.
    #[inline]
    pub(crate) fn replace(&mut self, new: Self) {
        let old = std::mem::replace(self, new);
        match old {
            Self::None | Self::Accepted | Self::Released => std::mem::forget(old),
            _ => drop(old),
        }
    }

    /// Sets the kind; fields set beforehand for the same kind are kept.
    pub(crate) fn set_kind(&mut self, kind: u64) {
        if self.kind() == kind {
            return;
        }
        if matches!(self, Self::None) {
            return self.replace(Self::of_kind(kind));
        }
        *self = match (std::mem::take(self), Self::of_kind(kind)) {
            (Self::Custom(old), Self::Custom(mut new)) => {
                new.body = old.body;
                Self::Custom(new)
            }
            (_, new) => new,
        };
    }

    /// The modification, turning the disposition into one first.
    pub(crate) fn modified_mut(&mut self) -> &mut Modified {
        if !matches!(self, Self::Modified(_)) {
            *self = Self::Modified(Box::default());
        }
        match self {
            Self::Modified(modified) => modified,
            _ => unreachable!("made a modification above"),
        }
    }

    /// The transactional state, turning the disposition into one first.
    pub(crate) fn transactional_mut(&mut self) -> &mut Transactional {
        if !matches!(self, Self::Transactional(_)) {
            *self = Self::Transactional(Box::default());
        }
        match self {
            Self::Transactional(state) => state,
            _ => unreachable!("made transactional above"),
        }
    }

    /// The state's list as raw data, keeping the numeric kind.
    pub(crate) fn custom_mut(&mut self) -> &mut Custom {
        if !matches!(self, Self::Custom(_)) {
            let kind = self.kind();
            let body = self.raw_list();
            *self = Self::Custom(Box::new(Custom { kind, body }));
        }
        match self {
            Self::Custom(custom) => custom,
            _ => unreachable!("made custom above"),
        }
    }

    /// The fields as an encoded list, for [`Self::custom_mut`].
    fn raw_list(&self) -> Field {
        let mut encoded = Vec::new();
        self.to_wire().encode(&mut encoded);
        let mut reader = crate::codec::Reader::new(&encoded);
        let list = reader.descriptor().and_then(|_| reader.value());
        match (self, list) {
            (Self::None | Self::Accepted | Self::Released, _) => Field::Empty,
            (_, Ok(Some(bytes))) => Field::Encoded(bytes.into()),
            _ => Field::Empty,
        }
    }

    /// Takes over the state a peer sent.
    pub(crate) fn from_wire(state: &DeliveryState<'_>) -> Self {
        match *state {
            DeliveryState::Received { section_number, section_offset } => {
                Self::Received(Box::new(Received { section_number, section_offset }))
            }
            DeliveryState::Accepted => Self::Accepted,
            DeliveryState::Rejected { ref error } => {
                let mut condition = Box::<Condition>::default();
                condition.set_from_wire(error.as_ref());
                Self::Rejected(condition)
            }
            DeliveryState::Released => Self::Released,
            DeliveryState::Modified { delivery_failed, undeliverable_here, message_annotations } => {
                Self::Modified(Box::new(Modified {
                    failed: delivery_failed,
                    undeliverable: undeliverable_here,
                    annotations: Field::from_content(message_annotations),
                }))
            }
            DeliveryState::Declared { transaction_id } => {
                Self::Declared(Box::new(Declared { id: transaction_id.to_vec() }))
            }
            DeliveryState::Transactional { transaction_id, outcome } => {
                Self::Transactional(Box::new(Transactional {
                    id: transaction_id.into(),
                    outcome: Field::from_content(outcome),
                }))
            }
            DeliveryState::Custom { descriptor, body } => {
                Self::Custom(Box::new(Custom { kind: descriptor, body: Field::from_content(body) }))
            }
        }
    }

    /// The state to send. `None` has no wire form of its own: callers leave the field out.
    pub(crate) fn to_wire(&self) -> DeliveryState<'_> {
        match self {
            Self::None => DeliveryState::Custom { descriptor: 0, body: Content::Absent },
            Self::Received(received) => DeliveryState::Received {
                section_number: received.section_number,
                section_offset: received.section_offset,
            },
            Self::Accepted => DeliveryState::Accepted,
            Self::Rejected(condition) => DeliveryState::Rejected { error: condition.to_wire() },
            Self::Released => DeliveryState::Released,
            Self::Modified(modified) => DeliveryState::Modified {
                delivery_failed: modified.failed,
                undeliverable_here: modified.undeliverable,
                message_annotations: modified.annotations.content(),
            },
            Self::Declared(declared) => DeliveryState::Declared { transaction_id: &declared.id },
            Self::Transactional(state) => {
                DeliveryState::Transactional { transaction_id: &state.id, outcome: state.outcome.content() }
            }
            Self::Custom(custom) => {
                DeliveryState::Custom { descriptor: custom.kind, body: custom.body.content() }
            }
        }
    }

    /// The wire form for a field that may be left out.
    pub(crate) fn to_wire_option(&self) -> Option<DeliveryState<'_>> {
        match self {
            Self::None => None,
            Self::Custom(custom) if custom.kind == 0 && custom.body.is_empty() => None,
            state => Some(state.to_wire()),
        }
    }
}

impl Transactional {
    /// The descriptor code of the outcome; 0 where there is none.
    pub(crate) fn outcome_kind(&mut self) -> u64 {
        let data: &mut Data = match &mut self.outcome {
            Field::Empty => return 0,
            field => field.open(),
        };
        let mut encoded = Vec::new();
        if data.encode(&mut encoded).is_err() {
            return 0;
        }
        crate::codec::Reader::new(&encoded).descriptor().unwrap_or(0)
    }

    /// Stores an outcome without fields; a modification says that the delivery failed.
    pub(crate) fn set_outcome_kind(&mut self, kind: u64) {
        let state = match Disposition::of_kind(kind) {
            Disposition::None => {
                self.outcome = Field::Empty;
                return;
            }
            Disposition::Modified(mut modified) => {
                modified.failed = true;
                Disposition::Modified(modified)
            }
            state => state,
        };
        let mut encoded = Vec::new();
        state.to_wire().encode(&mut encoded);
        self.outcome = Field::Encoded(encoded.into_boxed_slice());
    }
}
