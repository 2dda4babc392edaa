//! What the engine tells the application: events, queued as notices until the engine borrow has ended.

use super::{DeliveryKey, LinkKey, SessionKey};

/// The event types of the engine; the C names without their prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    ConnectionInit,
    ConnectionBound,
    ConnectionUnbound,
    ConnectionLocalOpen,
    ConnectionRemoteOpen,
    ConnectionLocalClose,
    ConnectionRemoteClose,
    ConnectionFinal,
    SessionInit,
    SessionLocalOpen,
    SessionRemoteOpen,
    SessionLocalClose,
    SessionRemoteClose,
    SessionFinal,
    LinkInit,
    LinkLocalOpen,
    LinkRemoteOpen,
    LinkLocalClose,
    LinkRemoteClose,
    LinkLocalDetach,
    LinkRemoteDetach,
    LinkFlow,
    LinkFinal,
    Delivery,
    Transport,
    TransportError,
    TransportHeadClosed,
    TransportTailClosed,
    TransportClosed,
}

/// Whom an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Connection,
    Session(SessionKey),
    Link(LinkKey),
    Delivery(DeliveryKey),
    /// The transport that is bound, or was until the event before.
    Transport,
}

/// An event on its way to the collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) event: Event,
    pub(crate) subject: Subject,
}
