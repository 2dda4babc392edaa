//! A session: a pair of numbered channels that links live on, with a window of transfers each way (part 2.5).

use super::chain::{Chain, Chained, List};
use super::condition::Condition;
use super::connection::Connection;
use super::delivery_map::DeliveryMap;
use super::event::{Event, Subject};
use super::extras::BothExtras;
use super::few::Few;
use super::link::Link;
use super::numbers::{LowestFree, NumberMap};
use super::state::{EndpointState, Half};
use super::window::{UNLIMITED, WindowLimit};
use super::{LinkKey, Object, SessionKey};
use crate::performative::{Channel, Role, SequenceNo};

/// A session of the connection.
pub(crate) struct Session {
    pub(crate) object: Object,
    pub(crate) state: EndpointState,
    pub(crate) condition: Option<Box<Condition>>,
    pub(crate) remote_condition: Option<Box<Condition>>,
    pub(crate) extras: BothExtras,
    pub(crate) window_limit: WindowLimit,
    pub(crate) outgoing_window: u32,
    /// Bytes received and not read yet.
    pub(crate) incoming_bytes: usize,
    /// Bytes sent and not framed yet.
    pub(crate) outgoing_bytes: usize,
    /// The transport's own max-frame-size, which turns byte limits into windows; 0 while unbound or unlimited.
    pub(crate) max_frame_size: u32,
    pub(crate) wire: SessionWire,
    pub(crate) freed: bool,
    pub(crate) finalized: bool,
    pub(crate) held: bool,
    pub(crate) changed: bool,
    /// The application changed the window limit: a session flow is due.
    pub(crate) flow_due: bool,
    pub(super) links: List<Link>,
    pub(super) unfreed_links: usize,
    pub(super) in_connection: Chain<Self>,
}

/// What the session is on the wire; reset when the transport goes.
#[derive(Default)]
pub(crate) struct SessionWire {
    /// Our channel, while begin has been and end has not been sent.
    pub(crate) local_channel: Option<Channel>,
    /// The peer's channel, while its begin has and its end has not arrived.
    pub(crate) remote_channel: Option<Channel>,
    pub(crate) begin_sent: bool,
    pub(crate) end_sent: bool,
    pub(crate) begin_received: bool,
    /// Transfers the peer may still send before we tell it of more room.
    pub(crate) incoming_window: u32,
    pub(crate) next_incoming_id: SequenceNo,
    pub(crate) next_outgoing_id: SequenceNo,
    /// Transfers we may still send.
    pub(crate) remote_incoming_window: u32,
    pub(crate) remote_handle_max: u32,
    pub(crate) incoming: DeliveryMap,
    pub(crate) outgoing: DeliveryMap,
    pub(crate) local_handles: LowestFree,
    pub(crate) remote_handles: NumberMap<LinkKey>,
    /// Links with deliveries that wait for the peer's window to open.
    pub(crate) waiting: Few<LinkKey>,
    /// A run of equal dispositions not written yet.
    pub(crate) batch: Option<DispositionBatch>,
}

/// Equal states of neighbouring deliveries, to be sent as one range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DispositionBatch {
    pub(crate) role: Role,
    pub(crate) first: SequenceNo,
    pub(crate) last: SequenceNo,
    pub(crate) settled: bool,
    /// Descriptor code of the state: accepted or released.
    pub(crate) kind: u64,
}

/// The connection's sessions in the order of their creation.
pub(crate) struct InConnection;

impl Chained<InConnection> for Session {
    fn chain_mut(&mut self) -> &mut Chain<Self> {
        &mut self.in_connection
    }
}

impl Default for Session {
    fn default() -> Self {
        Self {
            object: Object::NONE,
            state: EndpointState::default(),
            condition: None,
            remote_condition: None,
            extras: BothExtras::default(),
            window_limit: WindowLimit::None,
            outgoing_window: UNLIMITED,
            incoming_bytes: 0,
            outgoing_bytes: 0,
            max_frame_size: 0,
            wire: SessionWire::default(),
            freed: false,
            finalized: false,
            held: false,
            changed: false,
            flow_due: false,
            links: List::default(),
            unfreed_links: 0,
            in_connection: Chain::default(),
        }
    }
}

impl Session {
    /// Whether a channel in either direction is in use.
    pub(crate) const fn mapped(&self) -> bool {
        self.wire.local_channel.is_some() || self.wire.remote_channel.is_some()
    }

    /// Whether the wire still has to hear of the session.
    pub(crate) fn outstanding(&self) -> bool {
        let begin = self.state.local != Half::Uninit && !self.wire.begin_sent;
        let end = self.state.local == Half::Closed && !self.wire.end_sent;
        begin || end || (self.flow_due && self.wire.local_channel.is_some())
    }

    /// The delivery map of one direction: `Role::Sender` for what we send.
    pub(crate) const fn deliveries_mut(&mut self, role: Role) -> &mut DeliveryMap {
        match role {
            Role::Sender => &mut self.wire.outgoing,
            Role::Receiver => &mut self.wire.incoming,
        }
    }
}

impl Connection {
    pub(crate) fn create_session(&mut self) -> SessionKey {
        let session = Session { max_frame_size: self.max_frame_size, ..Session::default() };
        let key = self.sessions.insert(session);
        self.session_order.push_back::<InConnection>(&mut self.sessions, key);
        self.unfreed_sessions += 1;
        self.post(Event::SessionInit, Subject::Session(key));
        key
    }

    pub(crate) fn open_session(&mut self, key: SessionKey) {
        if self.sessions[key].state.set_local(Half::Active) {
            self.post(Event::SessionLocalOpen, Subject::Session(key));
            self.session_changed(key);
            self.modified();
        }
    }

    pub(crate) fn close_session(&mut self, key: SessionKey) {
        if self.sessions[key].state.set_local(Half::Closed) {
            self.post(Event::SessionLocalClose, Subject::Session(key));
            self.session_changed(key);
            self.modified();
        }
    }

    /// Changes the limit of the window; the peer hears of it at the next output, without an event.
    pub(crate) fn set_window_limit(&mut self, key: SessionKey, limit: WindowLimit) {
        let session = &mut self.sessions[key];
        session.window_limit = limit;
        if !matches!(limit, WindowLimit::Frames { .. }) && session.wire.begin_sent {
            session.flow_due = true;
            self.session_changed(key);
        }
    }

    /// Queues the session for the next output.
    pub(crate) fn session_changed(&mut self, key: SessionKey) {
        let session = &mut self.sessions[key];
        if !session.changed {
            session.changed = true;
            self.changed.sessions.push_back(key);
        }
    }

    /// The peer's window has opened: what waited for it goes on at the next output.
    pub(crate) fn resume_session(&mut self, key: SessionKey) {
        let waiting = std::mem::take(&mut self.sessions[key].wire.waiting);
        for link in waiting.iter() {
            if self.links.get(link).is_some() {
                self.resume(link);
            }
        }
    }

    /// Whether a sender of the session that is not freed still has advanced deliveries that its peer can take.
    pub(crate) fn session_has_queued(&self, key: SessionKey) -> bool {
        let mut next = self.sessions[key].links.head();
        while let Some(link) = next {
            if !self.links[link].freed && self.has_queued(link) {
                return true;
            }
            next = self.links[link].in_session.next();
        }
        false
    }

    /// The session made after `key` and not freed.
    pub(crate) fn next_session(&self, key: SessionKey) -> Option<SessionKey> {
        self.sessions.get(key)?.in_connection.next()
    }

    pub(crate) const fn session_head(&self) -> Option<SessionKey> {
        self.session_order.head()
    }

    /// Our channel or the peer's is free again.
    pub(crate) fn unmap_session(&mut self, key: SessionKey, side: Side) {
        let wire = &mut self.sessions[key].wire;
        match side {
            Side::Local => {
                wire.local_channel = None;
                let mut next = self.sessions[key].links.head();
                while let Some(link) = next {
                    next = self.links[link].in_session.next();
                    self.unmap_link(link, Side::Local);
                }
            }
            Side::Remote => {
                wire.remote_channel = None;
                let links: Vec<_> = wire.remote_handles.values().collect();
                for link in links {
                    self.unmap_link(link, Side::Remote);
                }
            }
        }
        self.settle_session_lifetime(key);
    }
}

/// Whose end of a channel or handle is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Local,
    Remote,
}
