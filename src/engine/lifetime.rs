//! When an endpoint is final, and when a slot may go (spec/object-model.md sections 3.2 and 3.3).
//!
//! *Final* is what the application hears, once: it freed the endpoint, its numbers are free in both directions, and
//! no child of its is left unfreed. *Released* is one predicate a kind of slot: final, held by nobody outside, and
//! in no list. Slots are looked at again when one of these facts has changed, after the application has heard of it.

use super::connection::Connection;
use super::event::{Event, Subject};
use super::link::{InConnection, InSession};
use super::session::{self, SessionWire, Side};
use super::state::Half;
use super::{DeliveryKey, LinkKey, Object, SessionKey};
use crate::performative::Role;

impl Connection {
    /// Gives up the application's claim on `key`. Open deliveries are settled; the slot goes when the wire and
    /// everybody outside are done with it too.
    pub(crate) fn free_link(&mut self, key: LinkKey) {
        if self.links[key].freed {
            return;
        }
        self.settle_all(key);
        self.links[key].freed = true;
        self.link_order.remove::<InConnection>(&mut self.links, key);
        let session = self.links[key].session;
        self.sessions[session].unfreed_links -= 1;
        self.settle_link_lifetime(key);
        self.settle_session_lifetime(session);
    }

    pub(crate) fn free_session(&mut self, key: SessionKey) {
        if self.sessions[key].freed {
            return;
        }
        let mut next = self.sessions[key].links.head();
        while let Some(link) = next {
            next = self.links[link].in_session.next();
            self.free_link(link);
        }
        self.sessions[key].freed = true;
        self.session_order.remove::<session::InConnection>(&mut self.sessions, key);
        self.unfreed_sessions -= 1;
        self.settle_session_lifetime(key);
        self.settle_connection_lifetime();
    }

    /// Frees the connection and all that is in it, in the order of creation; the peer may have attached links to
    /// sessions that are freed already.
    pub(crate) fn release(&mut self) {
        if self.freed {
            return;
        }
        while let Some(session) = self.session_head() {
            self.free_session(session);
        }
        while let Some(link) = self.link_order.head() {
            self.free_link(link);
        }
        self.freed = true;
        self.settle_connection_lifetime();
    }

    pub(crate) fn settle_link_lifetime(&mut self, key: LinkKey) {
        let Some(link) = self.links.get_mut(key) else { return };
        if link.freed && !link.mapped() && !link.finalized {
            link.finalized = true;
            self.post(Event::LinkFinal, Subject::Link(key));
        }
        self.link_candidate(key);
    }

    pub(crate) fn settle_session_lifetime(&mut self, key: SessionKey) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        if session.freed && !session.mapped() && session.unfreed_links == 0 && !session.finalized {
            session.finalized = true;
            self.post(Event::SessionFinal, Subject::Session(key));
        }
        self.session_candidate(key);
    }

    /// Notes that a link may be free to go, which it never is before it is final.
    pub(crate) fn link_candidate(&mut self, key: LinkKey) {
        if self.links.get(key).is_some_and(|link| link.finalized) {
            self.candidate(Subject::Link(key));
        }
    }

    /// As [`Self::link_candidate`].
    pub(crate) fn session_candidate(&mut self, key: SessionKey) {
        if self.sessions.get(key).is_some_and(|session| session.finalized) {
            self.candidate(Subject::Session(key));
        }
    }

    pub(crate) fn settle_connection_lifetime(&mut self) {
        if self.freed && !self.bound && self.unfreed_sessions == 0 && !self.finalized {
            self.finalized = true;
            self.post(Event::ConnectionFinal, Subject::Connection);
        }
    }

    /// Says whether somebody outside the engine holds the slot. Letting go may release it.
    #[inline(always)]
    pub(crate) fn set_held(&mut self, subject: Subject, held: bool) {
        let slot = match subject {
            Subject::Session(key) => self.sessions.get_mut(key).map(|slot| (&mut slot.held, slot.finalized)),
            Subject::Link(key) => self.links.get_mut(key).map(|slot| (&mut slot.held, slot.finalized)),
            Subject::Delivery(key) => {
                self.deliveries.get_mut(key).map(|slot| (&mut slot.held, slot.local_settled && !slot.changed))
            }
            Subject::Connection | Subject::Transport => None,
        };
        if let Some((place, otherwise_done)) = slot {
            *place = held;
            if !held && otherwise_done {
                self.candidate(subject);
            }
        }
    }

    /// Removes the slot if it is released, and hands back the outside object that stood for it.
    pub(crate) fn reclaim(&mut self, subject: Subject) -> Option<Object> {
        match subject {
            Subject::Delivery(key) => {
                self.reclaim_delivery(key);
                None
            }
            Subject::Link(key) => self.reclaim_link(key),
            Subject::Session(key) => self.reclaim_session(key),
            Subject::Connection | Subject::Transport => None,
        }
    }

    /// The wire has nothing more to say of a settled delivery.
    #[inline(always)]
    pub(crate) fn delivery_done(&mut self, key: DeliveryKey) {
        if self.tells_of_deliveries {
            self.unregister(key);
            self.candidate(Subject::Delivery(key));
        } else {
            self.reclaim_delivery(key);
        }
    }

    /// Takes a delivery's slot back if it is released; one that is held gives up its id.
    #[inline(always)]
    fn reclaim_delivery(&mut self, key: DeliveryKey) {
        if !self.recycle_delivery(key) {
            self.unregister(key);
        }
    }

    /// The delivery's id names nothing from now on.
    pub(crate) fn unregister(&mut self, key: DeliveryKey) {
        let Some(delivery) = self.deliveries.get_mut(key) else { return };
        if let Some(id) = delivery.id.take() {
            let link = &self.links[delivery.link];
            self.sessions[link.session].deliveries_mut(link.role).remove(id);
        }
    }

    fn reclaim_link(&mut self, key: LinkKey) -> Option<Object> {
        let link = self.links.get(key)?;
        let queued = link.changed || link.resumed || !link.deliveries.is_empty();
        let released = link.finalized && !link.mapped() && !link.held && !queued;
        if !released {
            return None;
        }
        let session = link.session;
        self.forget_name(key);
        self.sessions[session].links.remove::<InSession>(&mut self.links, key);
        let link = self.links.remove(key)?;
        self.candidate(Subject::Session(session));
        Some(link.object)
    }

    fn reclaim_session(&mut self, key: SessionKey) -> Option<Object> {
        let session = self.sessions.get(key)?;
        let queued = session.changed || !session.links.is_empty();
        let released = session.finalized && !session.mapped() && !session.held && !queued;
        if !released {
            return None;
        }
        Some(self.sessions.remove(key)?.object)
    }

    /// Forgets everything the wire knew, when the transport goes: channels, handles, ids, windows, wire credit.
    /// Byte counts stay true to what is still held, so a later transport starts from the right ones, and a delivery
    /// that had begun to be sent is not sent again in part.
    pub(crate) fn unmap_everything(&mut self) {
        // Another transport has to open even if it is bound to nothing but the connection.
        self.changed.connection = self.state.local != Half::Uninit;
        self.changed.sessions.clear();
        self.changed.links.clear();
        self.changed.resumed.clear();
        self.forget_changed_deliveries();
        let links: Vec<_> = self.links.keys().collect();
        for key in links {
            self.reset_link(key);
        }
        let sessions: Vec<_> = self.sessions.keys().collect();
        for key in sessions {
            self.reset_session(key);
        }
    }

    /// What was settled or fully sent over the old transport is not told to another one.
    fn forget_changed_deliveries(&mut self) {
        while let Some(key) = self.changed.deliveries.pop_front() {
            let Some(delivery) = self.deliveries.get_mut(key) else { continue };
            delivery.changed = false;
        }
    }

    fn reset_link(&mut self, key: LinkKey) {
        let link = &mut self.links[key];
        link.changed = false;
        link.resumed = false;
        link.remote_condition = None;
        if link.role == Role::Sender {
            link.credit = link.credit.saturating_sub(link.flow.credit);
        }
        link.flow = super::credit::LinkFlow::default();
        let mut next = link.deliveries.head();
        link.parked.clear();
        while let Some(delivery) = next {
            next = self.deliveries[delivery].in_link.next();
            self.reset_delivery(delivery);
        }
        // What both sides had detached stays detached.
        let over = self.links[key].wire.detach_sent && self.links[key].wire.remote_handle.is_none();
        self.unmap_link(key, Side::Local);
        self.unmap_link(key, Side::Remote);
        let Some(link) = self.links.get_mut(key) else { return };
        link.wire = super::link::LinkWire { attach_sent: over, detach_sent: over, ..Default::default() };
        if !link.freed {
            self.link_changed(key);
        }
    }

    fn reset_delivery(&mut self, key: DeliveryKey) {
        let delivery = &mut self.deliveries[key];
        delivery.parked = false;
        let link = delivery.link;
        let role = self.links[link].role;
        let started = self.deliveries[key].id.is_some();
        self.unregister(key);
        let delivery = &mut self.deliveries[key];
        let unsent = role == Role::Sender && !delivery.sent;
        let settled = delivery.local_settled;
        if unsent && (settled || started) {
            self.withdraw(key);
        } else if unsent {
            self.delivery_changed(key);
        }
        if settled {
            self.candidate(Subject::Delivery(key));
        }
    }

    fn reset_session(&mut self, key: SessionKey) {
        let session = &mut self.sessions[key];
        session.changed = false;
        session.flow_due = false;
        session.remote_condition = None;
        session.max_frame_size = 0;
        // What both sides had ended stays ended.
        let over = session.wire.end_sent && session.wire.remote_channel.is_none();
        session.wire.local_channel = None;
        session.wire.remote_channel = None;
        self.settle_session_lifetime(key);
        let session = &mut self.sessions[key];
        session.wire = SessionWire { begin_sent: over, end_sent: over, ..SessionWire::default() };
        if !session.freed {
            self.session_changed(key);
        }
    }
}
