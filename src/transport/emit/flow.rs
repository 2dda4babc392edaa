//! Flow: credit, drains that are complete, and windows.

use super::super::Transport;
use crate::engine::{Connection, Half, Link, LinkKey, SessionKey, Violation};
use crate::framing::FrameType;
use crate::performative::{Flow, Role};

impl Transport {
    /// Tells senders of credit that has changed.
    pub(super) fn emit_credit(&mut self, connection: &mut Connection) -> Result<(), Violation> {
        for index in 0..connection.changed.links.len() {
            let Some(key) = connection.changed.links.get(index) else { break };
            let Some(link) = connection.links.get(key) else { continue };
            let open = link.state.local == Half::Active && link.wire.local_handle.is_some();
            if !open || link.role != Role::Receiver {
                continue;
            }
            let credit = link.credit.saturating_sub(link.queued);
            if link.drain || link.drain_changed || link.flow_due || link.flow.credit != credit {
                let link = &mut connection.links[key];
                link.flow.credit = credit;
                link.drain_changed = false;
                link.flow_due = false;
                let session = link.session;
                self.emit_flow(connection, session, Some(key))?;
            }
        }
        Ok(())
    }

    /// Tells receivers of credit that was given back, once everything advanced has been sent, and answers echoes.
    pub(super) fn emit_drained(&mut self, connection: &mut Connection) -> Result<(), Violation> {
        for index in 0..connection.changed.links.len() {
            let Some(key) = connection.changed.links.get(index) else { break };
            let Some(link) = connection.links.get_mut(key) else { continue };
            if link.role != Role::Sender || link.wire.local_handle.is_none() {
                continue;
            }
            let drained = link.drain && link.drained > 0 && link.queued == 0;
            if drained {
                let left = std::mem::take(&mut link.flow.credit).max(0).cast_unsigned();
                link.flow.delivery_count = link.flow.delivery_count.plus(left);
                link.drained = 0;
            }
            if drained | std::mem::take(&mut link.flow_due) {
                let session = link.session;
                self.emit_flow(connection, session, Some(key))?;
            }
        }
        Ok(())
    }

    /// Writes a flow for the session and, where one is given, for a link; the window told is the one kept.
    pub(super) fn emit_flow(
        &mut self,
        connection: &mut Connection,
        session: SessionKey,
        link: Option<LinkKey>,
    ) -> Result<(), Violation> {
        let slot = &mut connection.sessions[session];
        let Some(channel) = slot.wire.local_channel else { return Ok(()) };
        slot.wire.incoming_window = slot.advertised_window()?;
        let mut flow = Flow {
            next_incoming_id: slot.wire.remote_channel.map(|_| slot.wire.next_incoming_id),
            incoming_window: slot.wire.incoming_window,
            next_outgoing_id: slot.wire.next_outgoing_id,
            outgoing_window: slot.outgoing_window,
            ..Flow::default()
        };
        if let Some(link) = link {
            put_link_state(&mut flow, &connection.links[link]);
        }
        self.write_frame(FrameType::Amqp, channel.0, |out| flow.encode(out));
        Ok(())
    }
}

fn put_link_state(flow: &mut Flow<'_>, link: &Link) {
    flow.handle = link.wire.local_handle;
    flow.delivery_count = Some(link.flow.delivery_count);
    flow.link_credit = Some(link.flow.credit.max(0).cast_unsigned());
    flow.available = link.tells_available.then(|| link.available.max(0).cast_unsigned());
    flow.drain = Some(link.drain);
}
