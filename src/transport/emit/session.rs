//! Begin, end, and the flow that tells of a changed window.

use super::super::Transport;
use crate::engine::{
    Condition, Connection, Event, Half, RESOURCE_LIMIT_EXCEEDED, SessionKey, Side, Subject, Violation,
};
use crate::framing::FrameType;
use crate::performative::{Begin, Channel, End, Multiple};

impl Transport {
    pub(super) fn emit_begins(&mut self, connection: &mut Connection) -> Result<(), Violation> {
        for index in 0..connection.changed.sessions.len() {
            let Some(key) = connection.changed.sessions.get(index) else { break };
            let Some(session) = connection.sessions.get(key) else { continue };
            if session.state.local == Half::Uninit || session.wire.begin_sent {
                continue;
            }
            let window = session.advertised_window()?;
            match self.local_channels.take(u32::from(self.channel_max())).and_then(|n| u16::try_from(n).ok())
            {
                Some(channel) => self.emit_begin(connection, key, Channel(channel), window),
                None => self.refuse_session(connection, key),
            }
        }
        Ok(())
    }

    fn emit_begin(&mut self, connection: &mut Connection, key: SessionKey, channel: Channel, window: u32) {
        self.local_sessions.insert(u32::from(channel.0), key);
        let session = &mut connection.sessions[key];
        session.wire.begin_sent = true;
        session.wire.local_channel = Some(channel);
        session.wire.incoming_window = window;
        session.flow_due = false;
        let extras = session.extras.own();
        let begin = Begin {
            remote_channel: session.wire.remote_channel.map(|channel| channel.0),
            next_outgoing_id: session.wire.next_outgoing_id,
            incoming_window: window,
            outgoing_window: session.outgoing_window,
            handle_max: Some(super::HANDLE_MAX),
            offered_capabilities: Multiple(extras.offered_capabilities),
            desired_capabilities: Multiple(extras.desired_capabilities),
            properties: extras.properties,
        };
        self.write_frame(FrameType::Amqp, channel.0, |out| begin.encode(out));
    }

    /// All channels are taken: the session is refused as if by the peer, and the connection lives on.
    fn refuse_session(&mut self, connection: &mut Connection, key: SessionKey) {
        let limit = self.channel_max();
        let session = &mut connection.sessions[key];
        session.wire.begin_sent = true;
        session.wire.end_sent = true;
        session.state.remote = Half::Closed;
        let text = format!("unable to find an open available channel within limit of {limit}");
        let refusal = Violation::new(RESOURCE_LIMIT_EXCEEDED, text);
        session.remote_condition.get_or_insert_with(Box::<Condition>::default).set_violation(&refusal);
        connection.post(Event::SessionRemoteClose, Subject::Session(key));
    }

    /// Tells of windows that the application has changed.
    pub(super) fn emit_session_flows(&mut self, connection: &mut Connection) -> Result<(), Violation> {
        for index in 0..connection.changed.sessions.len() {
            let Some(key) = connection.changed.sessions.get(index) else { break };
            let Some(session) = connection.sessions.get_mut(key) else { continue };
            if std::mem::take(&mut session.flow_due) && session.wire.local_channel.is_some() {
                self.emit_flow(connection, key, None)?;
            }
        }
        Ok(())
    }

    /// Ends sessions, unless something of theirs still has to go out first or the peer has not opened yet.
    pub(super) fn emit_ends(&mut self, connection: &mut Connection) {
        // A pass that stopped because there is enough output may have left deliveries to be told of.
        let enough = self.output.len() >= self.burst;
        let rest = enough && !connection.changed.deliveries.is_empty();
        for _ in 0..connection.changed.sessions.len() {
            let Some(key) = connection.changed.sessions.pop_front() else { break };
            let Some(session) = connection.sessions.get_mut(key) else { continue };
            session.changed = false;
            let closing = session.state.local == Half::Closed && session.wire.begin_sent;
            let due = closing && !session.wire.end_sent && self.open_received;
            if due && !rest && (self.close_received || !connection.session_has_queued(key)) {
                self.emit_end(connection, key);
            }
            if connection.sessions[key].outstanding() {
                connection.session_changed(key);
            } else {
                connection.session_candidate(key);
            }
        }
    }

    fn emit_end(&mut self, connection: &mut Connection, key: SessionKey) {
        let session = &mut connection.sessions[key];
        session.wire.end_sent = true;
        let Some(channel) = session.wire.local_channel else { return };
        let end = End { error: session.condition.as_ref().and_then(|condition| condition.to_wire()) };
        self.write_frame(FrameType::Amqp, channel.0, |out| end.encode(out));
        self.local_sessions.remove(u32::from(channel.0));
        self.local_channels.release(u32::from(channel.0));
        connection.unmap_session(key, Side::Local);
    }
}
