//! Begin arrives: the peer opens a session, or answers ours (part 2.7.2).

use super::super::Transport;
use crate::engine::{Connection, Event, ExtraContents, Half, NOT_ALLOWED, Subject, Violation};
use crate::performative::{Begin, Channel};

impl Transport {
    pub(super) fn receive_begin(
        &mut self,
        connection: &mut Connection,
        channel: u16,
        begin: &Begin<'_>,
    ) -> Result<(), Violation> {
        let max = self.channel_max();
        if channel > max {
            let text = format!("remote channel {channel} is above negotiated channel_max {max}.");
            return Err(Violation::framing(text));
        }
        if self.remote_sessions.get(u32::from(channel)).is_some() {
            return Err(Violation::new(NOT_ALLOWED, format!("channel {channel} is already in use")));
        }
        let session = match begin.remote_channel {
            None => connection.create_session(),
            Some(ours) => {
                let session = self.local_sessions.get(u32::from(ours));
                session.filter(|&key| connection.sessions[key].wire.remote_channel.is_none()).ok_or_else(
                    || Violation::invalid_field(format!("begin reply to unknown channel {ours}.")),
                )?
            }
        };
        self.remote_sessions.insert(u32::from(channel), session);
        let slot = &mut connection.sessions[session];
        slot.wire.remote_channel = Some(Channel(channel));
        slot.wire.begin_received = true;
        slot.wire.next_incoming_id = begin.next_outgoing_id;
        slot.wire.remote_incoming_window = begin.incoming_window;
        slot.wire.remote_handle_max = begin.handle_max.unwrap_or(u32::MAX);
        slot.extras.receive(ExtraContents {
            offered_capabilities: begin.offered_capabilities.0,
            desired_capabilities: begin.desired_capabilities.0,
            properties: begin.properties,
        });
        slot.state.remote = Half::Active;
        connection.post(Event::SessionRemoteOpen, Subject::Session(session));
        Ok(())
    }
}
