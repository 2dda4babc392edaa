//! Flow arrives: room in the peer's session window, and credit where it names a link (part 2.7.4).

use super::super::Transport;
use super::link_at;
use crate::engine::{Connection, Violation};
use crate::performative::Flow;

impl Transport {
    pub(super) fn receive_flow(
        &mut self,
        connection: &mut Connection,
        channel: u16,
        flow: &Flow<'_>,
    ) -> Result<(), Violation> {
        let session = self.session_on(channel)?;
        let slot = &mut connection.sessions[session];
        let link = flow.handle.map(|handle| link_at(&slot.wire, handle)).transpose()?;
        let in_flight = flow
            .next_incoming_id
            .map_or(0, |next| slot.wire.next_outgoing_id.distance_from(next).max(0).cast_unsigned());
        slot.wire.remote_incoming_window = flow.incoming_window.saturating_sub(in_flight);
        if slot.wire.remote_incoming_window > 0 {
            connection.resume_session(session);
        }
        match link {
            Some(link) => {
                connection.receive_link_flow(link, flow);
                if flow.echo {
                    connection.links[link].flow_due = true;
                    connection.link_changed(link);
                    connection.modified();
                }
            }
            None if flow.echo => {
                connection.sessions[session].flow_due = true;
                connection.session_changed(session);
                connection.modified();
            }
            None => {}
        }
        Ok(())
    }
}
