//! One output pass: everything that has changed since the last one, in the order that peers rely on.
//!
//! Open, begins, attaches, credit, deliveries, batched dispositions, completed drains, detaches, ends, close
//! (spec/transport.md section 7). Within a step the order is that of first change. A pass costs what has changed;
//! what has to wait for the peer stays listed.

#![allow(
    clippy::indexing_slicing,
    reason = "arenas are indexed with keys that the engine itself keeps; bytes are only read through `codec`"
)]

mod delivery;
mod disposition;
mod flow;
mod link;
mod session;
mod spaced;

pub(super) use delivery::Turn;
pub(super) use link::HANDLE_MAX;

use super::Transport;
use crate::engine::{Condition, Connection, Half, Violation};
use crate::framing::FrameType;
use crate::performative::{Close, Multiple, Open, Str};

impl Transport {
    /// Writes what the engine has to say.
    pub(super) fn emit(&mut self, connection: &mut Connection) -> Result<(), Violation> {
        if self.close_sent || connection.changed.is_empty() || !Self::may_open(connection) {
            return Ok(());
        }
        if !self.open_sent {
            self.settle_max_frame(connection);
            self.emit_open(connection);
        }
        self.emit_begins(connection)?;
        self.emit_attaches(connection);
        self.emit_credit(connection)?;
        self.emit_deliveries(connection)?;
        self.emit_batches(connection);
        self.emit_session_flows(connection)?;
        self.emit_drained(connection)?;
        self.emit_detaches(connection);
        self.emit_ends(connection);
        let closing = connection.state.local == Half::Closed;
        if closing && self.open_received && self.output.len() < self.burst {
            self.emit_close(&connection.condition);
        }
        connection.changed.connection = closing && !self.close_sent;
        Ok(())
    }

    fn emit_open(&mut self, connection: &Connection) {
        let max_frame = self.local_max_frame;
        let channel_max = self.channel_max();
        let idle = self.idle.local_timeout / 2;
        let extras = connection.extras.contents();
        self.open_sent = true;
        self.write_frame(FrameType::Amqp, 0, |out| {
            Open {
                container_id: Some(Str(connection.container.as_ref().map_or(&[], |id| id.bytes()))),
                hostname: connection.hostname.as_ref().map(|name| Str(name.bytes())),
                max_frame_size: (max_frame != 0 && max_frame != u32::MAX).then_some(max_frame),
                channel_max: (channel_max != u16::MAX).then_some(channel_max),
                idle_time_out: (idle != 0).then_some(idle),
                offered_capabilities: Multiple(extras.offered_capabilities),
                desired_capabilities: Multiple(extras.desired_capabilities),
                properties: extras.properties,
                ..Open::default()
            }
            .encode(out);
        });
    }

    /// The open that goes before a close when there was no other: an empty container-id and nothing else.
    pub(super) fn emit_minimal_open(&mut self) {
        self.open_sent = true;
        self.write_frame(FrameType::Amqp, 0, |out| {
            Open { container_id: Some(Str(b"")), ..Open::default() }.encode(out);
        });
    }

    /// Says good-bye: nothing follows a close.
    pub(super) fn emit_close(&mut self, condition: &Condition) {
        self.write_frame(FrameType::Amqp, 0, |out| Close { error: condition.to_wire() }.encode(out));
        self.close_sent = true;
        self.output_ends = true;
    }
}
