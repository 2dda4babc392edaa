//! A link: a named, one-way path for deliveries between two termini (part 2.6).

use std::collections::VecDeque;

use super::chain::{Chain, Chained, List};
use super::condition::Condition;
use super::connection::Connection;
use super::credit::{DrainMode, LinkFlow};
use super::delivery::Delivery;
use super::event::{Event, Subject};
use super::extras::BothExtras;
use super::session::Side;
use super::state::{EndpointState, Half};
use super::terminus::{Terminus, TerminusKind};
use super::text::Text;
use super::{DeliveryKey, LinkKey, Object, SessionKey};
use crate::performative::{Handle, ReceiverSettleMode, Role, SenderSettleMode, SequenceNo};

/// One end of a link, as its owner sees it.
#[derive(Default)]
pub(crate) struct Link {
    pub(crate) object: Object,
    pub(crate) session: SessionKey,
    /// What this end does: send or receive.
    pub(crate) role: Role,
    pub(crate) name: Option<Text>,
    pub(crate) state: EndpointState,
    /// The application asked to detach; the link then ends without `closed`.
    pub(crate) detached: bool,
    /// The peer detached without closing; the link is never matched by name again.
    pub(crate) remote_detached: bool,
    pub(crate) credit: i32,
    pub(crate) queued: i32,
    /// Deliveries that a sender could send with more credit: ours, or as the peer says.
    pub(crate) available: i32,
    /// The application has said how many; the peer hears of it.
    pub(crate) tells_available: bool,
    pub(crate) drained: i32,
    pub(crate) drain: bool,
    pub(crate) drain_mode: DrainMode,
    /// The drain flag differs from what the peer was told.
    pub(crate) drain_changed: bool,
    /// Deliveries not settled locally.
    pub(crate) unsettled: i32,
    pub(crate) flow: LinkFlow,
    pub(crate) wire: LinkWire,
    /// The first delivery not advanced past.
    pub(crate) current: Option<DeliveryKey>,
    pub(super) deliveries: List<Delivery>,
    /// Deliveries that wait for credit or window, in order.
    pub(crate) parked: VecDeque<Parked>,
    /// The parked deliveries are to be looked at in the next output.
    pub(crate) resumed: bool,
    pub(crate) settle_modes: SettleModes,
    pub(crate) remote_settle_modes: SettleModes,
    pub(crate) max_message_size: u64,
    pub(crate) remote_max_message_size: u64,
    pub(crate) source: Option<Box<Terminus>>,
    pub(crate) target: Option<Box<Terminus>>,
    pub(crate) remote_source: Option<Box<Terminus>>,
    pub(crate) remote_target: Option<Box<Terminus>>,
    pub(crate) extras: BothExtras,
    pub(crate) condition: Option<Box<Condition>>,
    pub(crate) remote_condition: Option<Box<Condition>>,
    pub(crate) freed: bool,
    pub(crate) finalized: bool,
    pub(crate) held: bool,
    pub(crate) changed: bool,
    /// The peer asked for our view of the link's flow state.
    pub(crate) flow_due: bool,
    /// Where the name is indexed, and the next younger link there.
    pub(super) name_hash: u64,
    pub(super) same_name: Option<LinkKey>,
    pub(super) in_connection: Chain<Self>,
    pub(super) in_session: Chain<Self>,
}

/// How both kinds of settlement are promised to work; advice only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct SettleModes {
    pub(crate) sender: SenderSettleMode,
    pub(crate) receiver: ReceiverSettleMode,
}

impl Default for SettleModes {
    fn default() -> Self {
        Self { sender: SenderSettleMode::Mixed, receiver: ReceiverSettleMode::First }
    }
}

/// What the link is on the wire; reset when the transport goes.
#[derive(Clone, Copy, Default)]
pub(crate) struct LinkWire {
    /// Our handle, while attach has been and detach has not been sent.
    pub(crate) local_handle: Option<Handle>,
    /// The peer's handle, while its attach has and its detach has not arrived.
    pub(crate) remote_handle: Option<Handle>,
    pub(crate) attach_sent: bool,
    pub(crate) detach_sent: bool,
    /// The delivery of which more transfers are to come.
    pub(crate) partial: Option<Partial>,
}

/// A delivery that waits for credit or window.
#[derive(Clone, Copy)]
pub(crate) struct Parked {
    pub(crate) delivery: DeliveryKey,
    /// When it began to wait, among all deliveries of the connection.
    pub(crate) since: u64,
}

/// An incoming delivery whose last transfer has not arrived.
#[derive(Clone, Copy)]
pub(crate) struct Partial {
    pub(crate) id: SequenceNo,
    /// Stale once the application has settled the delivery; the rest of it is then swallowed.
    pub(crate) delivery: DeliveryKey,
    /// A transfer of it said that it is settled.
    pub(crate) settled: bool,
}

/// The connection's links in the order of their creation.
pub(crate) struct InConnection;
/// A session's links in the order of their creation.
pub(crate) struct InSession;

impl Chained<InConnection> for Link {
    fn chain_mut(&mut self) -> &mut Chain<Self> {
        &mut self.in_connection
    }
}

impl Chained<InSession> for Link {
    fn chain_mut(&mut self) -> &mut Chain<Self> {
        &mut self.in_session
    }
}

/// Which of a link's four termini is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Source,
    Target,
    RemoteSource,
    RemoteTarget,
}

impl Link {
    pub(super) fn new(session: SessionKey, role: Role, name: Option<&[u8]>) -> Self {
        Self { session, role, name: Text::from_option(name), ..Self::default() }
    }

    /// Whether the current delivery, if there is one, is something to work on (spec/engine.md section 7.1).
    pub(super) fn current_is_work(&self) -> bool {
        self.role == Role::Receiver || self.credit > 0
    }

    /// Whether a handle in either direction is in use.
    pub(crate) const fn mapped(&self) -> bool {
        self.wire.local_handle.is_some() || self.wire.remote_handle.is_some()
    }

    /// Whether attach or detach still has to be sent.
    pub(crate) fn outstanding(&self) -> bool {
        let attach = self.state.local != Half::Uninit && !self.wire.attach_sent;
        let detach = (self.state.local == Half::Closed || self.detached) && !self.wire.detach_sent;
        attach || (detach && self.state.local != Half::Uninit)
    }

    /// Whether the peer has ended the link.
    fn ended_by_peer(&self) -> bool {
        self.remote_detached || self.state.remote == Half::Closed
    }

    /// Whether an attach from the peer may still be meant for this link.
    pub(super) fn awaits_attach(&self) -> bool {
        !self.freed && !self.ended_by_peer()
    }

    /// A terminus, made on the first look: local ends are a source and a target, the peer's are unspecified.
    pub(crate) fn terminus_mut(&mut self, end: End) -> &mut Terminus {
        let (place, kind) = match end {
            End::Source => (&mut self.source, TerminusKind::Source),
            End::Target => (&mut self.target, TerminusKind::Target),
            End::RemoteSource => (&mut self.remote_source, TerminusKind::Unspecified),
            End::RemoteTarget => (&mut self.remote_target, TerminusKind::Unspecified),
        };
        place.get_or_insert_with(|| Box::new(Terminus::new(kind)))
    }
}

impl Connection {
    /// Makes a link; names need not be unique.
    pub(crate) fn create_link(&mut self, session: SessionKey, role: Role, name: Option<&[u8]>) -> LinkKey {
        let key = self.links.insert(Link::new(session, role, name));
        self.link_order.push_back::<InConnection>(&mut self.links, key);
        self.sessions[session].links.push_back::<InSession>(&mut self.links, key);
        self.sessions[session].unfreed_links += 1;
        self.index_name(key);
        self.post(Event::LinkInit, Subject::Link(key));
        key
    }

    pub(crate) fn open_link(&mut self, key: LinkKey) {
        if self.links[key].state.set_local(Half::Active) {
            self.post(Event::LinkLocalOpen, Subject::Link(key));
            self.link_changed(key);
            self.modified();
        }
    }

    pub(crate) fn close_link(&mut self, key: LinkKey) {
        if self.links[key].state.set_local(Half::Closed) {
            self.post(Event::LinkLocalClose, Subject::Link(key));
            self.link_changed(key);
            self.modified();
        }
    }

    /// Asks for a detach without closing; the state does not change.
    pub(crate) fn detach_link(&mut self, key: LinkKey) {
        if !std::mem::replace(&mut self.links[key].detached, true) {
            self.post(Event::LinkLocalDetach, Subject::Link(key));
            self.link_changed(key);
            self.modified();
        }
    }

    /// Queues the link for the next output.
    pub(crate) fn link_changed(&mut self, key: LinkKey) {
        let link = &mut self.links[key];
        if !link.changed {
            link.changed = true;
            self.changed.links.push_back(key);
        }
    }

    pub(crate) const fn link_head(&self) -> Option<LinkKey> {
        self.link_order.head()
    }

    /// The link made after `key` and not freed, of any session.
    pub(crate) fn next_link(&self, key: LinkKey) -> Option<LinkKey> {
        self.links.get(key)?.in_connection.next()
    }

    /// Our handle or the peer's is free again.
    pub(crate) fn unmap_link(&mut self, key: LinkKey, side: Side) {
        let Some(link) = self.links.get_mut(key) else { return };
        let session = link.session;
        match side {
            Side::Local => {
                if let Some(handle) = link.wire.local_handle.take() {
                    self.sessions[session].wire.local_handles.release(handle.0);
                }
            }
            Side::Remote => {
                if let Some(handle) = link.wire.remote_handle.take() {
                    self.sessions[session].wire.remote_handles.remove(handle.0);
                }
            }
        }
        // What waits at a link that has just lost a handle is looked at again: part of it may never be sent.
        self.resume(key);
        self.settle_link_lifetime(key);
    }

    /// Whether deliveries of the link may still go out, now or when credit, window or the attach come.
    pub(crate) fn may_still_send(&self, key: LinkKey) -> bool {
        let link = &self.links[key];
        let session = &self.sessions[link.session];
        let link_over = link.wire.detach_sent || link.ended_by_peer();
        let session_over = session.wire.end_sent || session.state.remote == Half::Closed;
        !link_over && !session_over
    }

    /// Whether advanced deliveries wait to be sent and the peer can still take them: a detach or end waits for them.
    pub(crate) fn has_queued(&self, key: LinkKey) -> bool {
        let link = &self.links[key];
        let waiting = link.role == Role::Sender && link.queued > 0 && link.wire.local_handle.is_some();
        waiting && self.may_still_send(key)
    }

    /// A link that is leaving may have been held back by what has just been sent.
    pub(crate) fn link_changed_if_leaving(&mut self, key: LinkKey) {
        let link = &self.links[key];
        if link.outstanding() || (link.drain && link.drained > 0) {
            self.link_changed(key);
        }
    }
}
