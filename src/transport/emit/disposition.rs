//! Disposition: telling the peer what became of deliveries, neighbours with the same fate in one frame.
//!
//! Only accepted and released deliveries are merged; everything else is written at once, even before an earlier run.

use super::super::Transport;
use crate::engine::{Connection, Delivery, DispositionBatch, Half, Link, Session};
use crate::framing::FrameType;
use crate::performative::{Channel, DeliveryState, Disposition, Role, SequenceNo};

impl Transport {
    /// Tells the peer the local state of a delivery.
    #[inline(always)]
    pub(super) fn emit_disposition(
        &mut self,
        link: &Link,
        session: &mut Session,
        delivery: &Delivery,
        id: SequenceNo,
    ) {
        use crate::engine::disposition::{ACCEPTED, RELEASED};
        let role = link.role;
        if role == Role::Receiver && session.state.remote == Half::Closed {
            return; // The peer has ended the session and knows the id no more.
        }
        let settled = delivery.local_settled;
        let kind = match &delivery.local {
            crate::engine::Disposition::Accepted => ACCEPTED,
            crate::engine::Disposition::Released => RELEASED,
            _ => return self.write_disposition(role, session.wire.local_channel, delivery, id),
        };
        let one = DispositionBatch { role, first: id, last: id, settled, kind };
        match &mut session.wire.batch {
            Some(run) if run.takes(&one) => run.extend(&one),
            slot => {
                let before = slot.replace(one);
                match before {
                    Some(run) => self.write_batch(session.wire.local_channel, run),
                    None => self.batched.push(link.session),
                }
            }
        }
    }

    #[inline(never)]
    fn write_disposition(
        &mut self,
        role: Role,
        channel: Option<Channel>,
        delivery: &Delivery,
        id: SequenceNo,
    ) {
        let Some(channel) = channel else { return };
        let (settled, state) = (delivery.local_settled, delivery.local.to_wire_option());
        let disposition =
            Disposition { role, first: id, last: None, settled, state, ..Disposition::default() };
        self.write_frame(FrameType::Amqp, channel.0, |out| disposition.encode(out));
    }

    /// Writes the runs that were held back during the pass.
    pub(super) fn emit_batches(&mut self, connection: &mut Connection) {
        let mut batched = std::mem::take(&mut self.batched);
        for session in batched.drain(..) {
            let Some(slot) = connection.sessions.get_mut(session) else { continue };
            if let Some(run) = slot.wire.batch.take() {
                self.write_batch(slot.wire.local_channel, run);
            }
        }
        self.batched = batched;
    }

    #[inline(never)]
    fn write_batch(&mut self, channel: Option<Channel>, run: DispositionBatch) {
        let Some(channel) = channel else { return };
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

    fn extend(&mut self, one: &Self) {
        if one.first == self.last.next() {
            self.last = one.last;
        } else {
            self.first = one.first;
        }
    }
}
