//! End arrives: the peer ends a session (part 2.7.8).

use super::super::Transport;
use crate::engine::{Connection, Event, Half, Side, Subject, Violation};
use crate::performative::End;

impl Transport {
    pub(super) fn receive_end(
        &mut self,
        connection: &mut Connection,
        channel: u16,
        end: &End<'_>,
    ) -> Result<(), Violation> {
        let session = self.session_on(channel)?;
        self.remote_sessions.remove(u32::from(channel));
        let slot = &mut connection.sessions[session];
        if end.error.is_some() || slot.remote_condition.is_some() {
            slot.remote_condition.get_or_insert_default().set_from_wire(end.error.as_ref());
        }
        slot.state.remote = Half::Closed;
        connection.post(Event::SessionRemoteClose, Subject::Session(session));
        connection.unmap_session(session, Side::Remote);
        Ok(())
    }
}
