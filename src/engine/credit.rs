//! Link credit: how many deliveries may still cross a link, and who may change that (part 2.6.7).
//!
//! The receiver grants, the sender spends. `credit` and `queued` are the application's view; [`LinkFlow`] holds what
//! was last agreed on the wire. `delivery_count + credit` only moves when the receiver moves it, so frames in
//! flight do not count twice. Worked sequences: spec/engine.md section 6.2.

use super::connection::Connection;
use super::delivery::Delivery;
use super::event::{Event, Subject};
use super::link::Link;
use super::{DeliveryKey, LinkKey};
use crate::performative::{Flow, Role, SequenceNo};

/// The link's flow state as both peers know it.
#[derive(Clone, Copy, Default)]
pub(crate) struct LinkFlow {
    pub(crate) delivery_count: SequenceNo,
    /// Credit last exchanged, less what was consumed since. Negative when a peer sends beyond its credit.
    pub(crate) credit: i32,
}

/// How a receiver's drain flag is taken back.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum DrainMode {
    /// Only by the application.
    #[default]
    Manual,
    /// By the next grant of credit.
    Auto,
}

impl Link {
    /// A sender moves past its current delivery, which is complete with that.
    fn advance_sender(&mut self, current: &mut Delivery) {
        current.complete = true;
        let never_sent = current.aborted && current.id.is_none();
        current.counts_as_queued = !never_sent;
        if !never_sent {
            self.credit = self.credit.saturating_sub(1);
            self.queued += 1;
        }
    }

    /// A receiver moves past a delivery; what it has not read of it is to be dropped.
    pub(super) fn advance_receiver(&mut self, delivery: &mut Delivery) {
        self.credit = self.credit.saturating_sub(1);
        self.queued -= 1;
        delivery.advanced = true;
    }
}

impl Connection {
    /// Grants `credit` more deliveries.
    pub(crate) fn grant(&mut self, link: LinkKey, credit: i32) {
        let slot = &mut self.links[link];
        if slot.role != Role::Receiver {
            return;
        }
        if slot.drain_mode == DrainMode::Auto {
            slot.drain_mode = DrainMode::Manual;
            self.put_drain(link, false);
        }
        let slot = &mut self.links[link];
        slot.credit = slot.credit.saturating_add(credit);
        self.link_changed(link);
        self.modified();
    }

    /// Says how many deliveries a sender could send with more credit. A number below 0 is told to nobody.
    pub(crate) fn offer(&mut self, link: LinkKey, available: i32) {
        let slot = &mut self.links[link];
        let news = slot.available != available;
        slot.available = available;
        if slot.role != Role::Sender {
            return;
        }
        slot.tells_available = available >= 0;
        if news && slot.tells_available {
            slot.flow_due = true;
            self.link_changed(link);
            self.modified();
        }
    }

    /// Asks the sender to use up its credit or give it back.
    pub(crate) fn set_drain(&mut self, link: LinkKey, drain: bool) {
        if self.links[link].role != Role::Receiver {
            return;
        }
        self.links[link].drain_mode = DrainMode::Manual;
        self.put_drain(link, drain);
        self.link_changed(link);
        self.modified();
    }

    /// A change of the flag alone is told to the peer as well.
    fn put_drain(&mut self, link: LinkKey, drain: bool) {
        let slot = &mut self.links[link];
        slot.drain_changed |= slot.drain != drain;
        slot.drain = drain;
    }

    /// Grants `credit` for draining: the next plain grant ends the drain.
    pub(crate) fn drain(&mut self, link: LinkKey, credit: i32) {
        if self.links[link].role != Role::Receiver {
            return;
        }
        self.set_drain(link, true);
        self.grant(link, credit);
        self.links[link].drain_mode = DrainMode::Auto;
    }

    /// Sender: gives unused credit back if the receiver drains, and tells how much. Receiver: how much the sender
    /// has given back since the last call.
    pub(crate) fn drained(&mut self, link: LinkKey) -> i32 {
        let slot = &mut self.links[link];
        match slot.role {
            Role::Receiver => std::mem::take(&mut slot.drained),
            Role::Sender if slot.drain && slot.credit > 0 => {
                slot.drained = slot.credit;
                slot.credit = 0;
                let drained = slot.drained;
                self.link_changed(link);
                self.modified();
                drained
            }
            Role::Sender => 0,
        }
    }

    /// Moves past the current delivery; false if there is none.
    #[inline(always)]
    pub(crate) fn advance(&mut self, link: LinkKey) -> bool {
        let slot = &mut self.links[link];
        let Some(current) = slot.current else { return false };
        let delivery = &mut self.deliveries[current];
        let mut sends = false;
        match slot.role {
            Role::Sender => {
                slot.advance_sender(delivery);
                self.changed.add_delivery(current, delivery);
                sends = true;
            }
            Role::Receiver => {
                slot.advance_receiver(delivery);
                let session = &mut self.sessions[slot.session];
                let dropped = delivery.payload.clear(&mut self.buffers);
                session.incoming_bytes -= dropped;
                self.buffered_bytes -= dropped;
                if session.limits_window() && session.window_update_due() {
                    self.changed.add_delivery(current, delivery);
                    sends = true;
                }
            }
        }
        if !delivery.updated || delivery.local_settled {
            self.work.remove(&mut delivery.work);
        }
        let behind = delivery.in_link.next();
        slot.current = None;
        if behind.is_some() {
            self.make_current(link, behind);
        }
        if sends {
            self.modified();
        }
        true
    }

    /// The first delivery from `key` on that is not settled is the link's current one.
    #[inline(always)]
    fn make_current(&mut self, link: LinkKey, key: Option<DeliveryKey>) {
        let next = self.first_unsettled_from(key);
        self.links[link].current = next;
        if let Some(next) = next {
            self.refresh_work(next);
        }
    }

    /// Applies the link part of a flow that arrived (spec/engine.md section 6.2).
    pub(crate) fn receive_link_flow(&mut self, link: LinkKey, flow: &Flow<'_>) {
        let slot = &mut self.links[link];
        match slot.role {
            Role::Sender => {
                let count = flow.delivery_count.unwrap_or_default();
                let granted = flow.link_credit.unwrap_or(0);
                let ahead = count.0.wrapping_add(granted).wrapping_sub(slot.flow.delivery_count.0);
                let credit = ahead.cast_signed();
                slot.credit = slot.credit.saturating_add(credit.wrapping_sub(slot.flow.credit));
                slot.flow.credit = credit;
                slot.drain = flow.drain == Some(true);
                self.refresh_current(link);
                if credit > 0 {
                    self.resume(link);
                }
            }
            Role::Receiver => {
                if let Some(available) = flow.available {
                    slot.available = i32::try_from(available).unwrap_or(i32::MAX);
                }
                let delta =
                    flow.delivery_count.map_or(0, |count| count.distance_from(slot.flow.delivery_count));
                if delta > 0 {
                    slot.flow.delivery_count = slot.flow.delivery_count.plus(delta.cast_unsigned());
                    slot.flow.credit = slot.flow.credit.saturating_sub(delta);
                    slot.credit = slot.credit.saturating_sub(delta);
                    slot.drained = slot.drained.saturating_add(delta);
                }
            }
        }
        self.post(Event::LinkFlow, Subject::Link(link));
    }

    /// Deliveries held back for lack of credit or window get another chance at the next output.
    pub(crate) fn resume(&mut self, link: LinkKey) {
        let slot = &mut self.links[link];
        if !slot.parked.is_empty() && !slot.resumed {
            slot.resumed = true;
            self.changed.resumed.push_back(link);
        }
    }

    /// Credit decides whether a sender's current delivery is work.
    fn refresh_current(&mut self, link: LinkKey) {
        if let Some(current) = self.links[link].current {
            self.refresh_work(current);
        }
    }

    /// The link's first delivery, settled ones skipped.
    pub(crate) fn unsettled_head(&self, link: LinkKey) -> Option<DeliveryKey> {
        self.first_unsettled_from(self.links.get(link)?.deliveries.head())
    }

    /// Settles everything still open on the link.
    pub(super) fn settle_all(&mut self, link: LinkKey) {
        let mut next = self.unsettled_head(link);
        while let Some(key) = next {
            next = self.next_unsettled(key);
            self.settle_delivery(key);
        }
        debug_assert!(self.links[link].unsettled == 0, "every delivery on the list was settled");
    }
}
