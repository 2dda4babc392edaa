//! The AMQP engine: connection, sessions, links and deliveries, and the rules that move them (parts 2.4 to 2.7).
//!
//! A [`Connection`] owns everything in arenas; keys name it. The application's calls change it, the transport turns
//! changes into frames and frames into changes, and neither is ever called from here: events are queued as notices.
#![forbid(unsafe_code)]

mod arena;
mod arrived;
mod chain;
mod condition;
mod connection;
pub(crate) mod copy;
mod credit;
mod delivery;
mod delivery_map;
pub(crate) mod disposition;
mod error;
mod event;
mod extras;
mod few;
mod fifo;
mod lifetime;
mod link;
mod names;
mod numbers;
mod payload;
pub(crate) mod pool;
mod rare;
mod session;
mod state;
mod terminus;
mod text;
mod window;
mod work;

use std::ffi::c_void;
use std::ptr::NonNull;

pub(crate) use arena::Key;
pub(crate) use condition::Condition;
pub(crate) use connection::{Connection, Identity, Password};
pub(crate) use delivery::Delivery;
pub(crate) use disposition::Disposition;
pub(crate) use error::{
    INTERNAL_ERROR, Misuse, NOT_ALLOWED, POLICY_ERROR, RESOURCE_LIMIT_EXCEEDED, TRANSFER_LIMIT_EXCEEDED,
    UNAUTHORIZED_ACCESS, Violation, WINDOW_VIOLATION,
};
pub(crate) use event::{Event, Notice, Subject};
pub(crate) use extras::{BothExtras, ExtraContents, Extras};
pub(crate) use link::{End, Link, Parked, Partial, SettleModes};
pub(crate) use numbers::{LowestFree, NumberMap};
pub(crate) use payload::Spacing;
pub(crate) use rare::Rare;
pub(crate) use session::{DispositionBatch, Session, SessionWire, Side};
pub(crate) use state::{EndpointState, Half};
pub(crate) use terminus::{Part, Terminus, TerminusKind};
pub(crate) use text::Text;
pub(crate) use window::WindowLimit;

pub(crate) type SessionKey = Key<Session>;
pub(crate) type LinkKey = Key<Link>;
pub(crate) type DeliveryKey = Key<Delivery>;

/// What stands for a slot outside the engine. The engine keeps it and hands it back, and never looks inside.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Object(pub(crate) Option<NonNull<c_void>>);

impl Object {
    pub(crate) const NONE: Self = Self(None);
}
