//! Transfers, and what else is to be said of single deliveries.
//!
//! A delivery that lacks credit or window is parked at its link, in order, and looked at again only when one of them
//! has come: an output pass never walks what cannot move.

use std::cmp::Ordering;

use super::super::Transport;
use crate::engine::copy;
use crate::engine::pool::AtHand;
use crate::engine::{
    Connection, Delivery, DeliveryKey, Event, INTERNAL_ERROR, Link, LinkKey, Parked, Session, Subject,
    Violation,
};
use crate::framing::patch_frame_size;
use crate::performative::{Binary, Channel, Handle, Plain, Role, SequenceNo, Transfer};

/// How sending a delivery came out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sent {
    /// All that there was.
    All,
    /// Credit or window ran out.
    Blocked,
}

/// A link whose first waiting delivery may go, and when that began to wait.
pub(in crate::transport) struct Turn {
    since: u64,
    link: LinkKey,
}

/// The one that has waited longest is the greatest.
impl Ord for Turn {
    fn cmp(&self, other: &Self) -> Ordering {
        other.since.cmp(&self.since)
    }
}

impl PartialOrd for Turn {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Turn {
    fn eq(&self, other: &Self) -> bool {
        self.since == other.since
    }
}

impl Eq for Turn {}

impl Transport {
    pub(super) fn emit_deliveries(&mut self, connection: &mut Connection) -> Result<(), Violation> {
        if !connection.changed.resumed.is_empty() {
            self.emit_resumed(connection)?;
            if self.output.len() >= self.burst {
                return Ok(());
            }
        }
        while let Some(key) = connection.changed.deliveries.pop_front() {
            self.emit_delivery(connection, key)?;
            if self.output.len() >= self.burst {
                break;
            }
        }
        Ok(())
    }

    /// Says what there is to say of one delivery.
    #[inline]
    fn emit_delivery(&mut self, connection: &mut Connection, key: DeliveryKey) -> Result<(), Violation> {
        let Some(delivery) = connection.deliveries.get_mut(key) else { return Ok(()) };
        delivery.changed = false;
        let settled = delivery.local_settled;
        let at = delivery.link;
        let link = &mut connection.links[at];
        let session = &mut connection.sessions[link.session];
        let mut window_due = false;
        if link.role == Role::Sender && !delivery.sent {
            if !self.send_whole(&mut connection.buffers, session, link, delivery, key) {
                return self.emit_outgoing(connection, at, key);
            }
            connection.post_often(Event::LinkFlow, Subject::Link(at));
        } else {
            self.emit_news(link, session, delivery);
            let may_flow = link.role == Role::Receiver && session.wire.local_channel.is_some();
            window_due = may_flow && session.limits_window() && session.window_update_due();
        }
        if settled {
            connection.delivery_done(key);
        }
        if window_due {
            let link = &connection.links[at];
            let (session, attached) = (link.session, link.wire.local_handle.is_some());
            self.emit_flow(connection, session, attached.then_some(at))?;
        }
        Ok(())
    }

    /// Sends what waited at links that may go on, in the order in which it began to wait.
    fn emit_resumed(&mut self, connection: &mut Connection) -> Result<(), Violation> {
        let mut turns = std::mem::take(&mut self.turns);
        while let Some(link) = connection.changed.resumed.pop_front() {
            if let Some(slot) = connection.links.get_mut(link) {
                slot.resumed = false;
                turns.extend(next_turn(connection, link));
            }
        }
        while let Some(Turn { link, .. }) = turns.pop() {
            if self.emit_parked(connection, link)? {
                turns.extend(next_turn(connection, link));
            }
            if self.output.len() >= self.burst {
                for Turn { link, .. } in turns.drain() {
                    connection.resume(link);
                }
            }
        }
        self.turns = turns;
        Ok(())
    }

    /// Sends the first delivery that waits at the link; false if it still has to.
    fn emit_parked(&mut self, connection: &mut Connection, link: LinkKey) -> Result<bool, Violation> {
        let Some(&Parked { delivery: key, .. }) = connection.links[link].parked.front() else {
            return Ok(true);
        };
        if !withdraw_aborted(connection, link, key) {
            if self.send(connection, link, key)? == Sent::Blocked {
                if !connection.may_still_send(link) {
                    self.drop_settled(connection, link);
                }
                wait_for_window(connection, link);
                return Ok(false);
            }
            connection.deliveries[key].parked = false;
        }
        self.after_transfer(connection, key);
        connection.links[link].parked.pop_front();
        Ok(true)
    }

    /// Gives up what a link that can send no more still has of settled deliveries.
    fn drop_settled(&mut self, connection: &mut Connection, link: LinkKey) {
        for waiting in std::mem::take(&mut connection.links[link].parked) {
            let key = waiting.delivery;
            let Some(delivery) = connection.deliveries.get_mut(key).filter(|delivery| delivery.parked) else {
                continue;
            };
            if delivery.local_settled {
                delivery.parked = false;
                connection.drop_unsent(key);
                self.after_transfer(connection, key);
            } else {
                connection.links[link].parked.push_back(waiting);
            }
        }
    }

    /// Sends what there is of a delivery whose last transfer is not out, or keeps it for later.
    #[inline(never)]
    fn emit_outgoing(
        &mut self,
        connection: &mut Connection,
        link: LinkKey,
        key: DeliveryKey,
    ) -> Result<(), Violation> {
        if withdraw_aborted(connection, link, key) {
            self.after_transfer(connection, key);
            return Ok(());
        }
        let delivery = &connection.deliveries[key];
        let something = delivery.complete || delivery.aborted || !delivery.payload.is_empty();
        if delivery.parked {
            if delivery.local_settled && !connection.may_still_send(link) {
                connection.deliveries[key].parked = false;
                connection.drop_unsent(key);
            }
        } else if something {
            let behind = !connection.links[link].parked.is_empty();
            if behind || self.send(connection, link, key)? == Sent::Blocked {
                if !connection.deliveries[key].local_settled || connection.may_still_send(link) {
                    park(connection, link, key);
                    return Ok(());
                }
                connection.drop_unsent(key);
            }
        }
        self.after_transfer(connection, key);
        Ok(())
    }

    /// What is left to say of an outgoing delivery once its transfers are out.
    #[inline(never)]
    fn after_transfer(&mut self, connection: &mut Connection, key: DeliveryKey) {
        let delivery = &mut connection.deliveries[key];
        if !delivery.sent {
            return;
        }
        let settled = delivery.local_settled;
        let link = &connection.links[delivery.link];
        self.emit_news(link, &mut connection.sessions[link.session], delivery);
        if settled {
            connection.delivery_done(key);
        }
    }

    /// Tells the peer a changed local state.
    #[inline(always)]
    fn emit_news(&mut self, link: &Link, session: &mut Session, delivery: &mut Delivery) {
        if std::mem::take(&mut delivery.state_changed)
            && !delivery.remote_settled
            && let Some(id) = delivery.id
        {
            self.emit_disposition(link, session, delivery, id);
        }
    }

    /// Writes what nearly all deliveries are: one plain transfer with all of the message. False, with nothing done, if
    /// it takes more than that or has to wait.
    #[inline]
    fn send_whole(
        &mut self,
        buffers: &mut AtHand,
        session: &mut Session,
        link: &mut Link,
        delivery: &mut Delivery,
        key: DeliveryKey,
    ) -> bool {
        let (Some(handle), Some(channel)) = (link.wire.local_handle, session.wire.local_channel) else {
            return false;
        };
        let may_go =
            link.flow.credit > 0 && session.wire.remote_incoming_window > 0 && link.parked.is_empty();
        if !may_go || !delivery.is_whole() || !delivery.is_plain() {
            return false;
        }
        let id = session.wire.outgoing.next_or_first();
        let settled = delivery.local_settled.then_some(true);
        let head = Plain { channel, handle, id, tag: &delivery.tag, settled, more: false }.head();
        let payload = delivery.payload.bytes();
        let max = if self.remote_max_frame == 0 { u32::MAX } else { self.remote_max_frame };
        let size = match u32::try_from(head.len() + payload.len()) {
            Ok(size) if size <= max => size,
            _ => return false,
        };
        let start = self.output.bytes.len();
        head.append(size, &mut self.output.bytes);
        copy::append(&mut self.output.bytes, payload);
        self.trace_out(start);
        session.wire.outgoing.insert(id, key);
        session.outgoing_bytes -= delivery.payload.clear(buffers);
        delivery.id = Some(id);
        count_frame(session, delivery);
        finish(link, delivery);
        true
    }

    /// Writes transfers for what the delivery holds.
    #[inline(never)]
    fn send(
        &mut self,
        connection: &mut Connection,
        link: LinkKey,
        key: DeliveryKey,
    ) -> Result<Sent, Violation> {
        let mut begun = false;
        let sent = self.send_frames(connection, link, key, &mut begun);
        if begun {
            connection.post(Event::LinkFlow, Subject::Link(link));
        }
        sent
    }

    fn send_frames(
        &mut self,
        connection: &mut Connection,
        link: LinkKey,
        key: DeliveryKey,
        begun: &mut bool,
    ) -> Result<Sent, Violation> {
        let slot = &mut connection.links[link];
        let session = &mut connection.sessions[slot.session];
        let (Some(handle), Some(channel)) = (slot.wire.local_handle, session.wire.local_channel) else {
            return Ok(Sent::Blocked);
        };
        if slot.flow.credit <= 0 {
            return Ok(Sent::Blocked);
        }
        let delivery = &mut connection.deliveries[key];
        if let Some(spacing) = delivery.payload.spacing() {
            if self.send_spaced((channel, handle), session, delivery, key, spacing) {
                *begun = true;
                if delivery.complete {
                    finish(slot, delivery);
                }
                return Ok(Sent::All);
            }
            delivery.payload.close_up();
        }
        loop {
            if session.wire.remote_incoming_window == 0 {
                return Ok(Sent::Blocked);
            }
            let id = id_of(session, delivery, key);
            let at = (channel, handle, id);
            let last = self.send_frame(&mut connection.buffers, session, delivery, at, *begun)?;
            *begun = true;
            if last {
                finish(slot, delivery);
                return Ok(Sent::All);
            }
            if delivery.payload.is_empty() && !delivery.complete {
                return Ok(Sent::All);
            }
        }
    }

    /// Writes one transfer with as much payload as the peer's frame size allows; true if it was the last. The last of
    /// several in one go (`begun`) is one whose payload would also have fit behind `more`, as with Proton.
    fn send_frame(
        &mut self,
        buffers: &mut AtHand,
        session: &mut Session,
        delivery: &mut Delivery,
        (channel, handle, id): (Channel, Handle, SequenceNo),
        begun: bool,
    ) -> Result<bool, Violation> {
        let start = self.output.bytes.len();
        let waiting = delivery.payload.len();
        let more = if delivery.is_plain() {
            self.begin_plain(delivery, (channel, handle, id), waiting, begun)?
        } else {
            self.begin_transfer(delivery, (channel, handle, id), waiting, begun)?
        };
        let max = if self.remote_max_frame == 0 { usize::MAX } else { self.remote_max_frame as usize };
        let n = waiting.min(max.saturating_sub(self.output.bytes.len() - start));
        copy::append(&mut self.output.bytes, delivery.payload.bytes().get(..n).unwrap_or_default());
        patch_frame_size(&mut self.output.bytes, start);
        delivery.payload.consume(buffers, n);
        session.outgoing_bytes -= n;
        count_frame(session, delivery);
        self.trace_out(start);
        Ok(!more)
    }

    /// Writes frame header and performative of a transfer that says no more than a plain one can; true if `more` has
    /// to be set because the `waiting` bytes do not all fit.
    #[inline]
    fn begin_plain(
        &mut self,
        delivery: &Delivery,
        (channel, handle, id): (Channel, Handle, SequenceNo),
        waiting: usize,
        begun: bool,
    ) -> Result<bool, Violation> {
        let settled = delivery.local_settled.then_some(true);
        let mut plain = Plain { channel, handle, id, tag: &delivery.tag, settled, more: !delivery.complete };
        let mut head = plain.head();
        if !plain.more && !self.fits(head.len(), waiting, if begun { behind_more(settled) } else { 0 }) {
            plain.more = true;
            head = plain.head();
        }
        self.check_room(head.len(), waiting)?;
        head.append(0, &mut self.output.bytes);
        Ok(plain.more)
    }

    /// As [`Self::begin_plain`], for any transfer.
    fn begin_transfer(
        &mut self,
        delivery: &Delivery,
        (channel, handle, id): (Channel, Handle, SequenceNo),
        waiting: usize,
        begun: bool,
    ) -> Result<bool, Violation> {
        let mut transfer = Transfer {
            handle,
            delivery_id: Some(id),
            delivery_tag: Some(Binary(&delivery.tag)),
            message_format: Some(0),
            settled: delivery.local_settled.then_some(true),
            more: !delivery.complete,
            state: delivery.local.to_wire_option(),
            aborted: delivery.aborted,
            ..Transfer::default()
        };
        // With a field behind it `more` is written in any case.
        let last = transfer.state.is_none() && !transfer.aborted;
        let kept = if begun && last { behind_more(transfer.settled) } else { 0 };
        let [high, low] = channel.0.to_be_bytes();
        let start = self.output.bytes.len();
        self.output.bytes.extend_from_slice(&[0, 0, 0, 0, 2, 0, high, low]);
        let fields = self.output.bytes.len();
        transfer.encode(&mut self.output.bytes);
        if !transfer.more && !self.fits(self.output.bytes.len() - start, waiting, kept) {
            transfer.more = true;
            self.output.bytes.truncate(fields);
            transfer.encode(&mut self.output.bytes);
        }
        let room = self.check_room(self.output.bytes.len() - start, waiting);
        if room.is_err() {
            self.output.bytes.truncate(start);
        }
        room.map(|()| transfer.more)
    }

    /// Whether `waiting` bytes fit into the peer's frames behind `head` others with `kept` to spare.
    #[inline]
    const fn fits(&self, head: usize, waiting: usize, kept: usize) -> bool {
        let max = self.remote_max_frame as usize;
        max == 0 || waiting <= max.saturating_sub(head).saturating_sub(kept)
    }

    /// Whether at least one byte of those that wait fits behind `head` others.
    #[inline]
    fn check_room(&self, head: usize, waiting: usize) -> Result<(), Violation> {
        let max = self.remote_max_frame as usize;
        if max != 0 && (head > max || (waiting > 0 && head == max)) {
            let text = "transfer does not fit into the peer's max-frame-size";
            return Err(Violation::new(INTERNAL_ERROR, text));
        }
        Ok(())
    }
}

/// The delivery's id, from its first transfer on.
#[inline]
pub(super) fn id_of(session: &mut Session, delivery: &mut Delivery, key: DeliveryKey) -> SequenceNo {
    *delivery.id.get_or_insert_with(|| {
        let id = session.wire.outgoing.next_or_first();
        session.wire.outgoing.insert(id, key);
        id
    })
}

/// A transfer of the delivery is out; it has told the local state.
#[inline]
pub(super) fn count_frame(session: &mut Session, delivery: &mut Delivery) {
    delivery.state_changed = false;
    session.wire.next_outgoing_id = session.wire.next_outgoing_id.next();
    session.wire.remote_incoming_window -= 1;
}

/// The last transfer of the delivery is out.
#[inline]
fn finish(link: &mut Link, delivery: &mut Delivery) {
    delivery.sent = true;
    link.queued -= i32::from(std::mem::take(&mut delivery.counts_as_queued));
    link.flow.credit = link.flow.credit.saturating_sub(1);
    link.flow.delivery_count = link.flow.delivery_count.next();
}

/// How many bytes longer the performative would be with `more` set, where nothing else follows `settled`.
const fn behind_more(settled: Option<bool>) -> usize {
    if settled.is_some() { 1 } else { 2 }
}

/// Takes back a delivery that was aborted before anything of it was framed: nothing is said of it.
#[inline]
fn withdraw_aborted(connection: &mut Connection, link: LinkKey, key: DeliveryKey) -> bool {
    let delivery = &mut connection.deliveries[key];
    let withdrawn = !delivery.sent && delivery.aborted && delivery.id.is_none();
    if withdrawn {
        delivery.parked = false;
        connection.withdraw(key);
        connection.post(Event::LinkFlow, Subject::Link(link));
    }
    withdrawn
}

/// The turn of what waits at the link, once what no longer does is out of the way.
fn next_turn(connection: &mut Connection, link: LinkKey) -> Option<Turn> {
    while let Some(&Parked { delivery, since }) = connection.links[link].parked.front() {
        if connection.deliveries.get(delivery).is_some_and(|delivery| delivery.parked) {
            return Some(Turn { since, link });
        }
        connection.links[link].parked.pop_front();
    }
    connection.link_changed_if_leaving(link);
    None
}

/// Keeps a delivery for when credit or window comes.
fn park(connection: &mut Connection, link: LinkKey, key: DeliveryKey) {
    connection.parked_so_far += 1;
    connection.deliveries[key].parked = true;
    let waiting = Parked { delivery: key, since: connection.parked_so_far };
    connection.links[link].parked.push_back(waiting);
    wait_for_window(connection, link);
}

/// A link that is held back by the session's window is looked at when it opens; lack of credit ends with a flow for
/// the link itself.
fn wait_for_window(connection: &mut Connection, link: LinkKey) {
    let wire = &mut connection.sessions[connection.links[link].session].wire;
    if wire.remote_incoming_window == 0 && wire.waiting.back() != Some(link) {
        wire.waiting.push_back(link);
    }
}
