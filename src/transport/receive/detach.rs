//! Detach arrives: the peer closes a link, or lets go of it for a while (part 2.7.7).

use super::super::Transport;
use super::link_at;
use crate::engine::{Connection, Event, Half, Side, Subject, Violation};
use crate::performative::Detach;

impl Transport {
    pub(super) fn receive_detach(
        &mut self,
        connection: &mut Connection,
        channel: u16,
        detach: &Detach<'_>,
    ) -> Result<(), Violation> {
        let session = self.session_on(channel)?;
        let link = link_at(&connection.sessions[session].wire, detach.handle)?;
        connection.forget_name(link);
        let slot = &mut connection.links[link];
        slot.wire.partial = None;
        if detach.error.is_some() || slot.remote_condition.is_some() {
            slot.remote_condition.get_or_insert_default().set_from_wire(detach.error.as_ref());
        }
        let event = if detach.closed {
            slot.state.remote = Half::Closed;
            Event::LinkRemoteClose
        } else {
            slot.remote_detached = true;
            Event::LinkRemoteDetach
        };
        connection.post(event, Subject::Link(link));
        connection.unmap_link(link, Side::Remote);
        Ok(())
    }
}
