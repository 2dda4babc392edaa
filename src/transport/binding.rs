//! Attaching a connection to the transport, and taking it off again (spec/engine.md section 4).

use super::Transport;
use crate::engine::{Connection, Event, Half, Identity, Misuse, NumberMap, Password, Subject, Text};

impl Transport {
    /// Binds `connection`: its endpoints go out with the next output, and input that was held back is read.
    ///
    /// # Errors
    /// `Misuse::State` if either side is bound already.
    pub(crate) fn bind(&mut self, connection: &mut Connection) -> Result<(), Misuse> {
        if self.bound || connection.bound {
            return Err(Misuse::State);
        }
        self.bound = true;
        connection.bound = true;
        connection.set_max_frame_size(self.local_max_frame);
        connection.post(Event::ConnectionBound, Subject::Connection);
        self.take_over_credentials(connection);
        if self.open_received {
            self.announce_remote_open(connection);
            self.read(Some(connection));
        }
        Ok(())
    }

    /// User, password and host name are read now; a user or authorization calls for SASL.
    fn take_over_credentials(&mut self, connection: &Connection) {
        let given = |text: &Option<Text>| text.as_ref().is_some_and(|t| !t.bytes().is_empty());
        let Identity { user, authorization, password } = &*connection.identity;
        if given(user) || given(authorization) {
            let password = password.as_ref().map(|password| Password::new(password.bytes()));
            self.sasl_mut().set_credentials(user.clone(), authorization.clone(), password);
        }
        if let Some(cover) = self.cover.as_mut().filter(|cover| cover.peer_name().is_none()) {
            cover.set_peer_name(connection.hostname.as_ref().map(Text::bytes));
        }
        if let Some(sasl) = &mut self.sasl {
            sasl.set_remote_host(connection.hostname.clone());
        }
    }

    /// The peer's open has arrived and somebody is there to hear of it.
    pub(super) fn announce_remote_open(&mut self, connection: &mut Connection) {
        connection.state.remote = Half::Active;
        connection.peer_max_frame_size = match self.remote_max_frame {
            0 => u32::MAX,
            size => size,
        };
        connection.post(Event::ConnectionRemoteOpen, Subject::Connection);
        if self.remote.idle_timeout > 0 {
            connection.post(Event::Transport, Subject::Transport);
        }
    }

    /// Takes the connection off; channels, handles and ids are forgotten.
    pub(crate) fn unbind(&mut self, connection: &mut Connection) {
        if !std::mem::take(&mut self.bound) {
            return;
        }
        connection.bound = false;
        connection.post(Event::ConnectionUnbound, Subject::Connection);
        if !connection.freed {
            connection.post(Event::Transport, Subject::Transport);
        }
        connection.unmap_everything();
        connection.settle_arrived();
        connection.set_max_frame_size(0);
        connection.peer_max_frame_size = 0;
        connection.settle_connection_lifetime();
        self.local_sessions = NumberMap::default();
        self.remote_sessions = NumberMap::default();
        self.local_channels = crate::engine::LowestFree::default();
        self.batched.clear();
        if let Some(condition) = self.remote_condition.written() {
            condition.clear();
        }
    }
}
