//! Transfer arrives: a delivery, or the next part of one (part 2.7.5).

use super::super::Transport;
use super::link_at;
use crate::engine::{
    Connection, DeliveryKey, Disposition, LinkKey, NOT_ALLOWED, Partial, RESOURCE_LIMIT_EXCEEDED, SessionKey,
    TRANSFER_LIMIT_EXCEEDED, Violation, WINDOW_VIOLATION,
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
    #[inline(never)]
    pub(super) fn receive_transfer(
        &mut self,
        connection: &mut Connection,
        channel: u16,
        transfer: &Part<'_>,
        payload: &[u8],
    ) -> Result<(), Violation> {
        let session = self.session_on(channel)?;
        let wire = &mut connection.sessions[session].wire;
        if wire.incoming_window == 0 {
            return Err(Violation::new(WINDOW_VIOLATION, "incoming session window exceeded"));
        }
        wire.incoming_window -= 1;
        wire.next_incoming_id = wire.next_incoming_id.next();
        let link = link_at(wire, transfer.handle)?;
        let slot = &mut connection.links[link];
        if slot.role == Role::Sender {
            return Err(Violation::new(NOT_ALLOWED, "transfer on a link that the peer receives from"));
        }
        let continues = slot.wire.partial.is_some();
        let key = match &mut slot.wire.partial {
            Some(partial) => {
                *partial = continued(*partial, transfer)?;
                partial.delivery
            }
            None => begin_delivery(connection, session, link, transfer)?,
        };
        let wanted = connection.deliveries.get(key).is_some_and(|delivery| !delivery.local_settled);
        if wanted {
            self.store(connection, session, key, transfer, payload)?;
        }
        if transfer.aborted || (continues && !transfer.more) {
            connection.links[link].wire.partial = None;
        }
        if wanted {
            connection.post_delivery(key);
            let session = &connection.sessions[session];
            if session.limits_window() && session.window_update_due() {
                connection.delivery_changed(key);
            }
        }
        Ok(())
    }

    /// Keeps the payload and what the transfer says of its delivery.
    #[inline]
    fn store(
        &self,
        connection: &mut Connection,
        session: SessionKey,
        key: DeliveryKey,
        transfer: &Part<'_>,
        payload: &[u8],
    ) -> Result<(), Violation> {
        let delivery = &mut connection.deliveries[key];
        if !delivery.advanced && !payload.is_empty() {
            let (held, limit) = (connection.buffered_bytes as u64, self.max_buffered_bytes);
            if limit > 0 && held + payload.len() as u64 > limit {
                return Err(over_limit(held, limit));
            }
            let size = payload.len();
            let expected = if transfer.more { more_to_come(size) } else { size };
            delivery.payload.push_part(&mut connection.buffers, payload, expected);
            connection.buffered_bytes += payload.len();
            connection.sessions[session].incoming_bytes += payload.len();
        }
        delivery.complete = !transfer.more || transfer.aborted;
        delivery.aborted |= transfer.aborted;
        if transfer.aborted || transfer.settled == Some(true) {
            delivery.remote_settled = true;
            connection.note_update(key);
        }
        Ok(())
    }
}

#[cold]
fn over_limit(held: u64, limit: u64) -> Violation {
    let text = format!("connection delivery buffer limit exceeded: {held} bytes buffered, limit {limit}");
    Violation::new(RESOURCE_LIMIT_EXCEEDED, text)
}

/// Checks the next transfer of a delivery that has begun.
fn continued(partial: Partial, transfer: &Part<'_>) -> Result<Partial, Violation> {
    if transfer.id.is_some_and(|id| id != partial.id) {
        return Err(Violation::invalid_field("invalid delivery-id for a continuation transfer"));
    }
    if partial.settled && transfer.settled == Some(false) {
        return Err(Violation::invalid_field("invalid transition from settled to unsettled"));
    }
    Ok(Partial { settled: partial.settled || transfer.settled == Some(true), ..partial })
}

/// Checks the first transfer of a delivery and makes the delivery.
#[inline]
fn begin_delivery(
    connection: &mut Connection,
    session: SessionKey,
    link: LinkKey,
    transfer: &Part<'_>,
) -> Result<DeliveryKey, Violation> {
    let incoming = &mut connection.sessions[session].wire.incoming;
    let id = delivery_id(incoming.next(), transfer)?;
    let slot = &mut connection.links[link];
    let uncredited = slot.flow.credit <= 0;
    if uncredited {
        if connection.uncredited >= MOST_UNCREDITED {
            let text = format!("more than {MOST_UNCREDITED} deliveries beyond the credit of their links");
            return Err(Violation::new(TRANSFER_LIMIT_EXCEEDED, text));
        }
        connection.uncredited += 1;
    }
    slot.queued += 1;
    slot.flow.credit = slot.flow.credit.saturating_sub(1);
    slot.flow.delivery_count = slot.flow.delivery_count.next();
    let key = connection.add_delivery(link, transfer.tag, |delivery| {
        delivery.id = Some(id);
        delivery.uncredited = uncredited;
        if let Some(state) = transfer.state {
            delivery.remote.replace(Disposition::from_wire(state));
        }
    });
    connection.sessions[session].wire.incoming.insert(id, key);
    if transfer.more {
        let settled = transfer.settled == Some(true);
        connection.links[link].wire.partial = Some(Partial { id, delivery: key, settled });
    }
    Ok(key)
}

/// The id of a new delivery: the next of the session.
#[inline]
fn delivery_id(expected: Option<SequenceNo>, transfer: &Part<'_>) -> Result<SequenceNo, Violation> {
    match (expected, transfer.id) {
        (None, None) => Err(Violation::invalid_field("delivery-id required on initial transfer of session")),
        (None, Some(id)) => Ok(id),
        (Some(_), None) if transfer.more => {
            Err(Violation::invalid_field("delivery-id required for transfer"))
        }
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
