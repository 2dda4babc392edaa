//! Close arrives: the peer is done, and nothing that follows is read (part 2.7.9).

use super::super::Transport;
use crate::engine::{Connection, Event, Half, Subject};
use crate::performative::Close;

impl Transport {
    pub(super) fn receive_close(&mut self, connection: &mut Connection, close: &Close<'_>) {
        if close.error.is_some() || self.remote_condition.is_set() {
            self.remote_condition.set_from_wire(close.error.as_ref());
        }
        self.close_received = true;
        connection.state.remote = Half::Closed;
        connection.post(Event::ConnectionRemoteClose, Subject::Connection);
        self.close_tail_now(Some(connection));
    }
}
