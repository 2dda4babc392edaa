//! Disposition: telling the peer what became of deliveries, neighbours with the same fate in one frame.
//!
//! Only accepted and released deliveries are merged; everything else is written at once, even before an earlier run.

use super::super::Transport;
use crate::engine::{Connection, DeliveryKey, DispositionBatch, Half, SessionKey};
use crate::framing::FrameType;
use crate::performative::{DeliveryState, Disposition, Role};

impl Transport {
    /// Tells the peer the local state of a delivery.
    pub(super) fn emit_disposition(&mut self, connection: &mut Connection, key: DeliveryKey) {
        let delivery = &connection.deliveries[key];
        let Some(id) = delivery.id else { return };
        let link = &connection.links[delivery.link];
        let (session, role) = (link.session, link.role);
        if role == Role::Receiver && connection.sessions[session].state.remote == Half::Closed {
            return; // The peer has ended the session and knows the id no more.
        }
        let settled = delivery.local_settled;
        use crate::engine::disposition::{ACCEPTED, RELEASED};
        match &delivery.local {
            crate::engine::Disposition::Accepted => {
                self.batch(
                    connection,
                    session,
                    DispositionBatch { role, first: id, last: id, settled, kind: ACCEPTED },
                );
            }
            crate::engine::Disposition::Released => {
                self.batch(
                    connection,
                    session,
                    DispositionBatch { role, first: id, last: id, settled, kind: RELEASED },
                );
            }
            local => {
                let state = local.to_wire_option();
                let Some(channel) = connection.sessions[session].wire.local_channel else { return };
                let disposition =
                    Disposition { role, first: id, last: None, settled, state, ..Disposition::default() };
                self.write_frame(FrameType::Amqp, channel.0, |out| disposition.encode(out));
            }
        }
    }

    /// Adds one delivery to the session's run, or starts a new run after writing the old one.
    fn batch(&mut self, connection: &mut Connection, session: SessionKey, one: DispositionBatch) {
        let slot = &mut connection.sessions[session].wire.batch;
        match slot {
            Some(run) if run.takes(&one) => {
                if one.first == run.last.next() {
                    run.last = one.last;
                } else {
                    run.first = one.first;
                }
            }
            Some(_) => {
                self.flush_batch(connection, session);
                connection.sessions[session].wire.batch = Some(one);
            }
            None => {
                *slot = Some(one);
                self.batched.push(session);
            }
        }
    }

    /// Writes the runs that were held back during the pass.
    pub(super) fn emit_batches(&mut self, connection: &mut Connection) {
        let mut batched = std::mem::take(&mut self.batched);
        for session in batched.drain(..) {
            if connection.sessions.get(session).is_some() {
                self.flush_batch(connection, session);
            }
        }
        self.batched = batched;
    }

    fn flush_batch(&mut self, connection: &mut Connection, session: SessionKey) {
        let wire = &mut connection.sessions[session].wire;
        let Some(run) = wire.batch.take() else { return };
        let Some(channel) = wire.local_channel else { return };
        let state = if run.kind == crate::engine::disposition::ACCEPTED {
            DeliveryState::Accepted
        } else {
            DeliveryState::Released
        };
        let disposition = Disposition {
            role: run.role,
            first: run.first,
            last: (run.last != run.first).then_some(run.last),
            settled: run.settled,
            state: Some(state),
            ..Disposition::default()
        };
        self.write_frame(FrameType::Amqp, channel.0, |out| disposition.encode(out));
    }
}

impl DispositionBatch {
    /// Whether `one` has the same fate and lies next to the run.
    fn takes(&self, one: &Self) -> bool {
        let same = self.role == one.role && self.settled == one.settled && self.kind == one.kind;
        same && (one.first == self.last.next() || one.first.next() == self.first)
    }
}
