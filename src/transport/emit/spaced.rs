//! Large messages, written where they are.
//!
//! The engine stores a large message with room for the heads of the frames that will probably carry it
//! ([`Payload`](crate::engine::Payload)). If they are the right ones when its turn comes, their heads are filled in and
//! the memory joins the output; otherwise the message goes the usual way. What the peer reads is the same.

use super::super::Transport;
use super::delivery::{count_frame, id_of};
use crate::engine::{Delivery, DeliveryKey, Session, Spacing};
use crate::performative::{Channel, Handle, Plain, SequenceNo};

impl Transport {
    /// Writes all transfers of a delivery whose payload is spaced. False, with nothing done, if the spaces are not where
    /// the heads of its frames have to be, or not all frames may go now.
    pub(super) fn send_spaced(
        &mut self,
        (channel, handle): (Channel, Handle),
        session: &mut Session,
        delivery: &mut Delivery,
        key: DeliveryKey,
        spacing: Spacing,
    ) -> bool {
        let frames = delivery.payload.frames(spacing);
        let window = session.wire.remote_incoming_window as usize;
        let id = delivery.id.unwrap_or_else(|| session.wire.outgoing.next_or_first());
        let plan = Plan { channel, handle, id, spacing, frames };
        if frames == 0 || frames > window || !self.is_right(delivery, &plan) {
            return false;
        }
        id_of(session, delivery, key);
        session.outgoing_bytes -= delivery.payload.len();
        let mut bytes = delivery.payload.take_spaced();
        let start = self.fill_in(delivery, &plan, &mut bytes);
        for _ in 0..frames {
            count_frame(session, delivery);
        }
        self.output.append(bytes, start);
        true
    }

    /// Whether the frames would be cut as they are spaced: by size, by the length of their heads, and with no bytes left
    /// over that the first frame alone could carry, where it can do without `more`.
    fn is_right(&self, delivery: &Delivery, plan: &Plan) -> bool {
        let &Plan { spacing, frames, .. } = plan;
        let fits = match self.remote_max_frame as usize {
            0 => true,
            most if frames == 1 => delivery.payload.len() + spacing.head() <= most,
            most => most == spacing.frame(),
        };
        let alone = delivery.complete && frames > 1 && {
            let last = plan.transfer(delivery, false).head().len();
            delivery.payload.len() <= spacing.frame() - last
        };
        delivery.is_plain() && fits && !alone && plan.transfer(delivery, true).head().len() == spacing.head()
    }

    /// Writes the heads of the frames; tells where the first one starts. The last head may be shorter than its space: a
    /// single frame starts later then, and of several the last is moved up.
    fn fill_in(&mut self, delivery: &Delivery, plan: &Plan, bytes: &mut Vec<u8>) -> usize {
        let (space, size) = (plan.spacing.head(), plan.spacing.frame());
        let (before, last) =
            (plan.transfer(delivery, true).head(), plan.transfer(delivery, !delivery.complete).head());
        let unused = space - last.len();
        let start = bytes.len().min((plan.frames - 1) * size);
        let (whole, rest) = bytes.split_at_mut(start);
        for frame in whole.chunks_exact_mut(size) {
            before.put_before(frame);
            self.trace_frame(frame);
        }
        if plan.frames == 1 {
            let frame = rest.get_mut(unused..).unwrap_or_default();
            last.put_before(frame);
            self.trace_frame(frame);
            return unused;
        }
        if unused > 0 {
            rest.copy_within(space.., last.len());
            bytes.truncate(bytes.len() - unused);
        }
        let frame = bytes.get_mut(start..).unwrap_or_default();
        last.put_before(frame);
        self.trace_frame(frame);
        0
    }
}

/// What a delivery is to be sent as.
struct Plan {
    channel: Channel,
    handle: Handle,
    id: SequenceNo,
    spacing: Spacing,
    frames: usize,
}

impl Plan {
    fn transfer<'a>(&self, delivery: &'a Delivery, more: bool) -> Plain<'a> {
        let settled = delivery.local_settled.then_some(true);
        let &Self { channel, handle, id, .. } = self;
        Plain { channel, handle, id, tag: &delivery.tag, settled, more }
    }
}
