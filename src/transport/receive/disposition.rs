//! Disposition arrives: what the peer says of a range of deliveries (part 2.7.6).

use super::super::Transport;
use crate::engine::{Connection, DeliveryKey, NOT_ALLOWED, SessionKey, Violation};
use crate::performative::{Disposition, Role};

impl Transport {
    #[inline(never)]
    pub(super) fn receive_disposition(
        &mut self,
        connection: &mut Connection,
        channel: u16,
        disposition: &Disposition<'_>,
    ) -> Result<(), Violation> {
        let session = self.session_on(channel)?;
        let first = disposition.first;
        let last = disposition.last.unwrap_or(first);
        if last.precedes(first) {
            let text = format!("illegal delivery range: {:x}-{:x}", first.0, last.0);
            return Err(Violation::new(NOT_ALLOWED, text));
        }
        let mut found = std::mem::take(&mut self.scratch);
        addressed(connection, session, disposition, &mut found);
        for &key in &found {
            apply(connection, key, disposition);
        }
        found.clear();
        self.scratch = found;
        Ok(())
    }
}

/// The deliveries of the range that are still open. A receiver speaks of what we send, a sender of what we receive.
fn addressed(
    connection: &mut Connection,
    session: SessionKey,
    disposition: &Disposition<'_>,
    found: &mut Vec<DeliveryKey>,
) {
    let ours = match disposition.role {
        Role::Receiver => Role::Sender,
        Role::Sender => Role::Receiver,
    };
    if ours == Role::Sender && connection.sessions[session].wire.end_sent {
        return; // What we sent was forgotten with our end.
    }
    let deliveries = connection.sessions[session].deliveries_mut(ours);
    match disposition.last.filter(|&last| last != disposition.first) {
        None => found.extend(deliveries.get(disposition.first)),
        Some(last) => deliveries.range_into(disposition.first, last, found),
    }
}

fn apply(connection: &mut Connection, key: DeliveryKey, disposition: &Disposition<'_>) {
    let Some(delivery) = connection.deliveries.get_mut(key) else { return };
    if let Some(state) = &disposition.state {
        delivery.remote.replace(crate::engine::Disposition::from_wire(state));
    }
    delivery.remote_settled |= disposition.settled;
    connection.note_update(key);
    connection.post_delivery(key);
}
