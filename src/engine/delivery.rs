//! A delivery: one message on its way over a link, and what both sides say of it (part 2.6.12).
//!
//! The application's calls on deliveries are here; what they cause on the wire happens at the next output, which
//! visits the connection's list of changed deliveries. Neighbours: `credit` (advance), `lifetime` (reclaim).

use super::arena::Arena;
use super::chain::{Chain, Chained};
use super::connection::Connection;
use super::copy;
use super::disposition::Disposition;
use super::error::Misuse;
use super::event::{Event, Subject};
use super::link::Link;
use super::payload::{Payload, Spacing};
use super::pool::AtHand;
use super::session::Session;
use super::work::{Work, WorkSince};
use super::{DeliveryKey, LinkKey, Object};
use crate::performative::{Channel, Plain, Role, SequenceNo};

/// A message between being offered and being settled by both sides.
#[derive(Default)]
pub(crate) struct Delivery {
    pub(crate) link: LinkKey,
    /// What stands for the delivery outside, or stood for the one before in the same slot.
    pub(crate) object: Object,
    pub(crate) tag: Vec<u8>,
    pub(crate) payload: Payload,
    pub(crate) local: Disposition,
    pub(crate) remote: Disposition,
    /// The delivery-id, from the first transfer on.
    pub(crate) id: Option<SequenceNo>,
    pub(crate) local_settled: bool,
    pub(crate) remote_settled: bool,
    /// The peer said something new since the application last cleared this.
    pub(crate) updated: bool,
    pub(crate) aborted: bool,
    /// Sender: advanced past. Receiver: the last transfer has arrived.
    pub(crate) complete: bool,
    /// Sender: the last transfer has been written.
    pub(crate) sent: bool,
    /// The local state is to be told to the peer.
    pub(crate) state_changed: bool,
    /// Advanced past, so it counts in the link's `queued` until it is sent.
    pub(crate) counts_as_queued: bool,
    /// Receiver: the application has advanced past it; what still arrives of it is dropped.
    pub(crate) advanced: bool,
    /// Receiver: it began without credit.
    pub(crate) uncredited: bool,
    /// Somebody outside the engine holds it.
    pub(crate) held: bool,
    /// Waits in the connection's list of changed deliveries.
    pub(crate) changed: bool,
    /// Waits in its link's queue for credit or session window.
    pub(crate) parked: bool,
    /// Something outside the engine is attached to the object and has to go with the delivery.
    pub(crate) attached: bool,
    pub(super) in_link: Chain<Self>,
    pub(super) work: WorkSince,
}

/// The list of a link's deliveries.
pub(crate) struct InLink;

impl Chained<InLink> for Delivery {
    fn chain_mut(&mut self) -> &mut Chain<Self> {
        &mut self.in_link
    }
}

impl Delivery {
    #[cfg(test)]
    pub(crate) fn for_tests() -> Self {
        Self::default()
    }

    /// Whether all of it waits to be sent, as it is, and does not wait for credit or window.
    #[inline]
    pub(crate) const fn is_whole(&self) -> bool {
        self.complete && self.id.is_none() && !self.parked && self.payload.spacing().is_none()
    }

    /// Whether its transfers say no more than [`Plain`] ones can.
    #[inline]
    pub(crate) const fn is_plain(&self) -> bool {
        !self.aborted && matches!(self.local, Disposition::None) && self.tag.len() <= Plain::LONGEST_TAG
    }

    /// Whether nothing keeps the delivery from making room for another one.
    #[inline]
    pub(super) const fn released(&self) -> bool {
        self.local_settled && !self.held && !self.changed && !self.parked
    }

    /// Makes the slot, which is in no list, ready for another delivery. The room of a usual tag is kept, and so is the
    /// object; true if something is attached to that.
    #[inline(always)]
    fn clear_for_next(&mut self, buffers: &mut AtHand) -> bool {
        // Every field is named, so that none can be forgotten.
        #[rustfmt::skip]
        let Self {
            link: _, object: _, tag, payload, local, remote, id, in_link: _, work: _,
            local_settled, remote_settled, updated, aborted, complete, sent, state_changed, counts_as_queued,
            advanced, uncredited, held, changed, parked, attached,
        } = self;
        #[rustfmt::skip]
        let marks = [
            local_settled, remote_settled, updated, aborted, complete, sent, state_changed, counts_as_queued,
            advanced, uncredited, held, changed, parked,
        ];
        for mark in marks {
            *mark = false;
        }
        if tag.capacity() > USUAL_TAG {
            *tag = Vec::new();
        }
        tag.clear();
        payload.clear(buffers);
        local.reset();
        remote.reset();
        *id = None;
        std::mem::take(attached)
    }
}

impl Link {
    /// Starts a delivery on this link, which is `at`, with what `fill` puts into it.
    #[inline(always)]
    pub(crate) fn add_delivery(
        &mut self,
        at: LinkKey,
        deliveries: &mut Arena<Delivery>,
        work: &mut Work,
        tag: &[u8],
        fill: impl FnOnce(&mut Delivery),
    ) -> DeliveryKey {
        let (key, delivery) = deliveries.claim();
        put_tag(&mut delivery.tag, tag);
        delivery.link = at;
        delivery.in_link = self.deliveries.last_place();
        fill(delivery);
        self.unsettled += 1;
        let mut is_work = delivery.updated;
        if self.current.is_none() {
            self.current = Some(key);
            is_work |= self.current_is_work();
        }
        if is_work {
            work.add(key, &mut delivery.work);
        }
        self.deliveries.append::<InLink>(deliveries, key);
        key
    }
}

impl Connection {
    /// Starts a delivery on `link`; it becomes the current one if there was none.
    pub(crate) fn create_delivery(&mut self, link: LinkKey, tag: &[u8]) -> DeliveryKey {
        self.links[link].add_delivery(link, &mut self.deliveries, &mut self.work, tag, |_| {})
    }

    /// Takes a delivery's slot back for another one if it is released, and tells whether it is.
    #[inline(always)]
    pub(super) fn recycle_delivery(&mut self, key: DeliveryKey) -> bool {
        let Some(delivery) = self.deliveries.vacate_if(key, Delivery::released) else { return false };
        let link = delivery.link;
        let slot = &mut self.links[link];
        if let Some(id) = delivery.id {
            self.sessions[slot.session].deliveries_mut(slot.role).remove(id);
        }
        self.work.remove(&mut delivery.work);
        self.uncredited -= u32::from(delivery.uncredited);
        let place = std::mem::take(&mut delivery.in_link);
        if delivery.clear_for_next(&mut self.buffers) {
            self.attached.push(delivery.object);
            self.business = true;
        }
        slot.deliveries.close_gap::<InLink>(&mut self.deliveries, &place);
        if slot.finalized {
            self.candidate(Subject::Link(link));
        }
        true
    }

    /// Sets the local state and schedules telling the peer, even if nothing changed.
    pub(crate) fn update_delivery(&mut self, key: DeliveryKey, kind: u64) {
        let delivery = &mut self.deliveries[key];
        delivery.local.set_kind(kind);
        delivery.state_changed = true;
        self.changed.add_delivery(key, delivery);
        self.modified();
    }

    /// Settles locally, advancing past the delivery if it is the current one.
    #[inline(always)]
    pub(crate) fn settle_delivery(&mut self, key: DeliveryKey) {
        let delivery = &mut self.deliveries[key];
        if delivery.local_settled {
            return;
        }
        delivery.local_settled = true;
        delivery.state_changed = true;
        self.work.remove(&mut delivery.work);
        self.changed.add_delivery(key, delivery);
        let link = delivery.link;
        let slot = &mut self.links[link];
        slot.unsettled -= 1;
        if slot.current == Some(key) {
            self.advance(link);
        } else if slot.role == Role::Receiver {
            self.pass_over(link, key);
        }
        self.modified();
        if !self.bound {
            self.forget_unsent(key);
            self.candidate(Subject::Delivery(key));
        }
    }

    /// A delivery that is settled before its turn came stops counting as one that waits to be read.
    fn pass_over(&mut self, link: LinkKey, key: DeliveryKey) {
        let delivery = &mut self.deliveries[key];
        if delivery.advanced || delivery.id.is_none() {
            return self.drop_unread(key);
        }
        let slot = &mut self.links[link];
        slot.advance_receiver(delivery);
        let session = slot.session;
        self.drop_unread(key);
        self.window_may_open(session, key);
    }

    /// Without a transport nothing of a settled delivery will ever be sent.
    fn forget_unsent(&mut self, key: DeliveryKey) {
        let link = self.deliveries[key].link;
        if self.links[link].role == Role::Sender && !self.deliveries[key].sent {
            self.withdraw(key);
        }
        self.deliveries[key].changed = false;
    }

    /// Takes an unsent delivery out of the link's and session's counts.
    pub(crate) fn withdraw(&mut self, key: DeliveryKey) {
        self.drop_unsent(key);
        let delivery = &mut self.deliveries[key];
        let link = delivery.link;
        if std::mem::take(&mut delivery.counts_as_queued) {
            let slot = &mut self.links[link];
            slot.queued -= 1;
            slot.credit = slot.credit.saturating_add(1);
        }
    }

    /// Gives up on sending what is left of a delivery, for a link that is over: its credit no longer matters.
    pub(crate) fn drop_unsent(&mut self, key: DeliveryKey) {
        let delivery = &mut self.deliveries[key];
        delivery.sent = true;
        delivery.state_changed = false;
        let unsent = delivery.payload.clear(&mut self.buffers);
        let session = self.links[delivery.link].session;
        self.sessions[session].outgoing_bytes -= unsent;
    }

    /// Gives up on an outgoing delivery: nothing more of it is sent than the notice that it was aborted. An incoming one
    /// is just settled, unread.
    pub(crate) fn abort_delivery(&mut self, key: DeliveryKey) {
        let delivery = &mut self.deliveries[key];
        if delivery.local_settled {
            return;
        }
        delivery.aborted = !delivery.sent;
        let link = &self.links[delivery.link];
        match link.role {
            Role::Sender => {
                let dropped = delivery.payload.clear(&mut self.buffers);
                self.sessions[link.session].outgoing_bytes -= dropped;
            }
            Role::Receiver => self.drop_unread(key),
        }
        self.settle_delivery(key);
    }

    /// The application has seen what the peer said.
    pub(crate) fn clear_delivery(&mut self, key: DeliveryKey) {
        self.deliveries[key].updated = false;
        self.refresh_work(key);
    }

    /// Appends message bytes to the link's current delivery.
    pub(crate) fn send(&mut self, link: LinkKey, bytes: &[u8]) -> Result<usize, Misuse> {
        let slot = &self.links[link];
        let current = slot.current.ok_or(Misuse::EndOfStream)?;
        if slot.role != Role::Sender {
            return Err(Misuse::State);
        }
        if bytes.is_empty() {
            return Ok(0);
        }
        let delivery = &mut self.deliveries[current];
        let session = &mut self.sessions[slot.session];
        let large = bytes.len() >= LARGE && delivery.payload.is_empty();
        match delivery.payload.spacing() {
            None if large => match spacing_for(self.peer_max_frame_size, session, slot, delivery) {
                Some(spacing) => delivery.payload.push_spaced(&mut self.buffers, bytes, spacing),
                None => delivery.payload.push(&mut self.buffers, bytes),
            },
            None => delivery.payload.push(&mut self.buffers, bytes),
            Some(spacing) => delivery.payload.push_spaced(&mut self.buffers, bytes, spacing),
        }
        session.outgoing_bytes += bytes.len();
        self.changed.add_delivery(current, delivery);
        self.modified();
        Ok(bytes.len())
    }

    /// Copies unread message bytes of the link's current delivery into `buffer`. Zero bytes are possible only while
    /// more is expected; the end of the message is `Misuse::EndOfStream`.
    pub(crate) fn receive(&mut self, link: LinkKey, buffer: &mut [u8]) -> Result<usize, Misuse> {
        let slot = &self.links[link];
        let current = slot.current.ok_or(Misuse::State)?;
        if slot.role != Role::Receiver {
            return Err(Misuse::Argument);
        }
        let delivery = &mut self.deliveries[current];
        if delivery.aborted {
            return Err(Misuse::Aborted);
        }
        let unread = delivery.payload.bytes();
        let n = unread.len().min(buffer.len());
        if n == 0 && (buffer.is_empty() || !delivery.payload.waits_elsewhere()) {
            return if delivery.complete { Err(Misuse::EndOfStream) } else { Ok(0) };
        }
        copy::fill(buffer, unread);
        let mut n = delivery.payload.consume(&mut self.buffers, n);
        if delivery.payload.waits_elsewhere() && n < buffer.len() {
            let late = self.arrived.read(current, &mut buffer[n..]);
            delivery.payload.read_late(late);
            n += late;
        }
        self.buffered_bytes -= n;
        let session = &mut self.sessions[slot.session];
        session.incoming_bytes -= n;
        if session.limits_window() && session.window_update_due() {
            self.changed.add_delivery(current, delivery);
            self.modified();
        }
        Ok(n)
    }

    /// Throws away what the application did not read.
    pub(crate) fn drop_unread(&mut self, key: DeliveryKey) {
        let delivery = &mut self.deliveries[key];
        if !delivery.payload.is_empty() {
            let dropped = delivery.payload.clear(&mut self.buffers);
            let session = self.links[delivery.link].session;
            self.sessions[session].incoming_bytes -= dropped;
            self.buffered_bytes -= dropped;
        }
    }

    /// Reading made room: if that is enough to tell the peer, the next output does.
    pub(super) fn window_may_open(&mut self, session: super::SessionKey, key: DeliveryKey) {
        if self.sessions[session].limits_window() && self.sessions[session].window_update_due() {
            self.delivery_changed(key);
            self.modified();
        }
    }

    /// Queues the delivery for the next output.
    pub(crate) fn delivery_changed(&mut self, key: DeliveryKey) {
        self.changed.add_delivery(key, &mut self.deliveries[key]);
    }

    /// The peer said something new about a delivery.
    #[inline]
    pub(crate) fn note_update(&mut self, key: DeliveryKey) {
        let delivery = &mut self.deliveries[key];
        delivery.updated = true;
        if !delivery.local_settled {
            self.work.add(key, &mut delivery.work);
        }
    }

    /// Puts the delivery into the work queue or takes it out, as its state demands (spec/engine.md section 7.1).
    pub(crate) fn refresh_work(&mut self, key: DeliveryKey) {
        let delivery = &mut self.deliveries[key];
        let link = &self.links[delivery.link];
        let ready = link.current == Some(key) && link.current_is_work();
        if (delivery.updated && !delivery.local_settled) || ready {
            self.work.add(key, &mut delivery.work);
        } else {
            self.work.remove(&mut delivery.work);
        }
    }

    /// Tells the application about news on a delivery.
    #[inline]
    pub(crate) fn post_delivery(&mut self, key: DeliveryKey) {
        self.post_often(Event::Delivery, Subject::Delivery(key));
        self.tells_of_deliveries = true;
    }

    /// The first delivery from `key` on that is not settled locally.
    pub(crate) fn first_unsettled_from(&self, mut key: Option<DeliveryKey>) -> Option<DeliveryKey> {
        while let Some(candidate) = key {
            let delivery = self.deliveries.get(candidate)?;
            if !delivery.local_settled {
                return Some(candidate);
            }
            key = delivery.in_link.next();
        }
        None
    }

    /// The next delivery of the same link that is not settled locally.
    pub(crate) fn next_unsettled(&self, key: DeliveryKey) -> Option<DeliveryKey> {
        self.first_unsettled_from(self.deliveries.get(key)?.in_link.next())
    }

    /// The first delivery in the work queue.
    pub(crate) fn work_head(&mut self) -> Option<DeliveryKey> {
        self.work.next(&self.deliveries, WorkSince::default())
    }

    /// The delivery after `key` in the work queue, or its head if `key` is no longer queued.
    pub(crate) fn work_next(&mut self, key: DeliveryKey) -> Option<DeliveryKey> {
        let since = self.deliveries.get(key)?.work;
        self.work.next(&self.deliveries, since)
    }
}

/// How the bytes of a delivery are to be spaced for the frames that will probably carry them; none if that cannot be
/// told yet.
fn spacing_for(max_frame_size: u32, session: &Session, link: &Link, delivery: &Delivery) -> Option<Spacing> {
    let ahead = u32::try_from(link.queued).unwrap_or(0);
    let id = delivery.id.unwrap_or_else(|| session.wire.outgoing.next_or_first().plus(ahead));
    let handle = link.wire.local_handle?;
    let plain = Plain { channel: Channel(0), handle, id, tag: &delivery.tag, settled: None, more: true };
    Spacing::new(plain.head().len(), max_frame_size).filter(|_| delivery.is_plain())
}

/// A message of this many bytes is worth to be written where it will be sent from.
const LARGE: usize = 32 * 1024;

/// Puts a tag into an empty place; one of usual length goes in as two halves that may overlap, without a call.
#[inline(always)]
fn put_tag(place: &mut Vec<u8>, tag: &[u8]) {
    match (tag.first_chunk::<8>(), tag.last_chunk::<8>()) {
        (Some(head), Some(tail)) if tag.len() <= 16 => {
            let mut whole = [0; 16];
            whole[..8].copy_from_slice(head);
            whole[tag.len() - 8..tag.len()].copy_from_slice(tail);
            if place.capacity() < whole.len() {
                place.reserve(whole.len());
            }
            place.extend_from_slice(&whole);
            place.truncate(tag.len());
        }
        _ => place.extend_from_slice(tag),
    }
}

/// The longest tag the standard allows.
const USUAL_TAG: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_that_waits_to_be_settled_takes_little_room() {
        assert!(size_of::<Delivery>() <= 168, "{}", size_of::<Delivery>());
    }
}
