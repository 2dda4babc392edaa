//! Transfer arrives: a delivery, or the next part of one (part 2.7.5).

use super::super::Transport;
use super::link_at;
use crate::engine::pool::AtHand;
use crate::engine::{
    Connection, Delivery, DeliveryKey, Disposition, LinkKey, NOT_ALLOWED, Partial, RESOURCE_LIMIT_EXCEEDED,
    SessionKey, TRANSFER_LIMIT_EXCEEDED, Violation, WINDOW_VIOLATION,
};
use crate::performative::{DeliveryState, Handle, Role, SequenceNo, Transfer};

/// What a transfer says of the delivery that its payload is a part of.
pub(super) struct Part<'a> {
    pub(super) handle: Handle,
    pub(super) id: Option<SequenceNo>,
    pub(super) tag: &'a [u8],
    pub(super) settled: Option<bool>,
    pub(super) more: bool,
    pub(super) aborted: bool,
    pub(super) state: Option<&'a DeliveryState<'a>>,
}

impl<'a> Part<'a> {
    pub(super) fn of(transfer: &'a Transfer<'a>) -> Self {
        Self {
            handle: transfer.handle,
            id: transfer.delivery_id,
            tag: transfer.delivery_tag.map_or(&[], |tag| tag.0),
            settled: transfer.settled,
            more: transfer.more,
            aborted: transfer.aborted,
            state: transfer.state.as_ref(),
        }
    }
}

impl Transport {
    #[inline(always)]
    pub(super) fn receive_transfer(
        &mut self,
        connection: &mut Connection,
        channel: u16,
        part: &Part<'_>,
        payload: &[u8],
    ) -> Result<(), Violation> {
        let at = self.session_on(channel)?;
        let session = &mut connection.sessions[at];
        let wire = &mut session.wire;
        if wire.incoming_window == 0 {
            return Err(Violation::new(WINDOW_VIOLATION, "incoming session window exceeded"));
        }
        wire.incoming_window -= 1;
        wire.next_incoming_id = wire.next_incoming_id.next();
        let link = link_at(wire, part.handle)?;
        let slot = &connection.links[link];
        if slot.role == Role::Sender {
            return Err(Violation::new(NOT_ALLOWED, "transfer on a link that the peer receives from"));
        }
        let key = match slot.wire.partial {
            Some(partial) => self.go_on(connection, link, partial, part, payload)?,
            None => Some(self.begin(connection, at, link, part, payload)?),
        };
        if let Some(key) = key {
            connection.post_delivery(key);
            let session = &connection.sessions[at];
            if session.limits_window() && session.window_update_due() {
                connection.delivery_changed(key);
            }
        }
        Ok(())
    }

    /// A delivery begins, and most of them end with the same transfer.
    #[inline(always)]
    fn begin(
        &self,
        connection: &mut Connection,
        session: SessionKey,
        at: LinkKey,
        part: &Part<'_>,
        payload: &[u8],
    ) -> Result<DeliveryKey, Violation> {
        let session = &mut connection.sessions[session];
        let id = delivery_id(session.wire.incoming.next(), part)?;
        let link = &mut connection.links[at];
        let uncredited = link.flow.credit <= 0;
        if uncredited {
            count_uncredited(&mut connection.uncredited)?;
        }
        link.queued += 1;
        link.flow.credit = link.flow.credit.saturating_sub(1);
        link.flow.delivery_count = link.flow.delivery_count.next();
        let fits = self.check_limit(connection.buffered_bytes, payload);
        let kept = if fits.is_ok() { payload.len() } else { 0 };
        let stays = kept > 0 && connection.arrived.is_worth_keeping(payload);
        let stored = if stays { &[] } else { payload };
        let (deliveries, work) = (&mut connection.deliveries, &mut connection.work);
        let key = link.add_delivery(at, deliveries, work, part.tag, |delivery| {
            delivery.id = Some(id);
            delivery.uncredited = uncredited;
            if let Some(state) = part.state {
                delivery.remote.replace(Disposition::from_wire(state));
            }
            if fits.is_ok() {
                store(&mut connection.buffers, delivery, part, stored);
            }
        });
        connection.buffered_bytes += kept;
        session.incoming_bytes += kept;
        session.wire.incoming.insert(id, key);
        if part.more && !part.aborted {
            link.wire.partial = Some(Partial { id, delivery: key, settled: part.settled == Some(true) });
        }
        if stays {
            connection.keep_arrived(key, payload);
        }
        fits.map(|()| key)
    }

    /// The next transfer of a delivery that has begun; nothing if the application does not want it any more.
    #[inline(never)]
    fn go_on(
        &self,
        connection: &mut Connection,
        at: LinkKey,
        partial: Partial,
        part: &Part<'_>,
        payload: &[u8],
    ) -> Result<Option<DeliveryKey>, Violation> {
        let link = &mut connection.links[at];
        let partial = continued(partial, part)?;
        link.wire.partial = Some(partial).filter(|_| part.more && !part.aborted);
        let key = partial.delivery;
        let Some(delivery) = connection.deliveries.get_mut(key).filter(|delivery| !delivery.local_settled)
        else {
            return Ok(None);
        };
        let payload = if delivery.advanced { &[] } else { payload };
        self.check_limit(connection.buffered_bytes, payload)?;
        let stays = delivery.payload.waits_elsewhere() || connection.arrived.is_worth_keeping(payload);
        store(&mut connection.buffers, delivery, part, if stays { &[] } else { payload });
        connection.buffered_bytes += payload.len();
        connection.sessions[link.session].incoming_bytes += payload.len();
        if delivery.updated {
            connection.note_update(key);
        }
        if stays && !payload.is_empty() {
            connection.keep_arrived(key, payload);
        }
        Ok(Some(key))
    }

    /// Whether the payload may be kept, besides what the application has not read yet.
    #[inline]
    fn check_limit(&self, held: usize, payload: &[u8]) -> Result<(), Violation> {
        let (held, limit) = (held as u64, self.max_buffered_bytes);
        if limit > 0 && !payload.is_empty() && held + payload.len() as u64 > limit {
            return Err(over_limit(held, limit));
        }
        Ok(())
    }
}

/// Keeps the payload and what the transfer says of its delivery.
#[inline(always)]
fn store(buffers: &mut AtHand, delivery: &mut Delivery, part: &Part<'_>, payload: &[u8]) {
    if !payload.is_empty() {
        let size = payload.len();
        let expected = if part.more { more_to_come(size) } else { size };
        delivery.payload.push_part(buffers, payload, expected);
    }
    delivery.complete = !part.more || part.aborted;
    delivery.aborted |= part.aborted;
    if part.aborted || part.settled == Some(true) {
        delivery.remote_settled = true;
        delivery.updated = true;
    }
}

/// Counts a delivery that begins without credit, unless there are too many.
#[cold]
fn count_uncredited(uncredited: &mut u32) -> Result<(), Violation> {
    if *uncredited >= MOST_UNCREDITED {
        let text = format!("more than {MOST_UNCREDITED} deliveries beyond the credit of their links");
        return Err(Violation::new(TRANSFER_LIMIT_EXCEEDED, text));
    }
    *uncredited += 1;
    Ok(())
}

#[cold]
fn over_limit(held: u64, limit: u64) -> Violation {
    let text = format!("connection delivery buffer limit exceeded: {held} bytes buffered, limit {limit}");
    Violation::new(RESOURCE_LIMIT_EXCEEDED, text)
}

/// Checks the next transfer of a delivery that has begun.
fn continued(partial: Partial, part: &Part<'_>) -> Result<Partial, Violation> {
    if part.id.is_some_and(|id| id != partial.id) {
        return Err(Violation::invalid_field("invalid delivery-id for a continuation transfer"));
    }
    if partial.settled && part.settled == Some(false) {
        return Err(Violation::invalid_field("invalid transition from settled to unsettled"));
    }
    Ok(Partial { settled: partial.settled || part.settled == Some(true), ..partial })
}

/// The id of a new delivery: the next of the session.
#[inline]
fn delivery_id(expected: Option<SequenceNo>, part: &Part<'_>) -> Result<SequenceNo, Violation> {
    match (expected, part.id) {
        (None, None) => Err(Violation::invalid_field("delivery-id required on initial transfer of session")),
        (None, Some(id)) => Ok(id),
        (Some(_), None) if part.more => Err(Violation::invalid_field("delivery-id required for transfer")),
        (Some(expected), None) => Ok(expected),
        (Some(expected), Some(id)) if id == expected => Ok(id),
        (Some(expected), Some(id)) => Err(out_of_sequence(expected, id)),
    }
}

#[cold]
fn out_of_sequence(expected: SequenceNo, id: SequenceNo) -> Violation {
    let (expected, id) = (expected.0, id.0);
    Violation::invalid_field(format!("sequencing error, expected delivery-id {expected}, got {id}"))
}

/// How many deliveries that began without credit a connection keeps. Peers are forgiven for sending ahead, which grants
/// on their way make likely, but what nobody asked for must not fill the memory.
const MOST_UNCREDITED: u32 = 4096;

/// The room made for a delivery whose first transfer of `size` bytes is not its last: that of a few small transfers,
/// or of two large ones and the little that their frames did not hold. It goes by the size, so that deliveries left
/// open hold little more than the bytes that count against the limit.
fn more_to_come(size: usize) -> usize {
    const FEW_SMALL: usize = 16 * 1024;
    let two = size.saturating_mul(2).saturating_add(size / 16);
    size.saturating_mul(4).min(FEW_SMALL).max(two)
}
