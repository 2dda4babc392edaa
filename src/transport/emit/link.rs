//! Attach and detach.

use super::super::Transport;
use crate::engine::{
    Condition, Connection, Event, Half, LinkKey, RESOURCE_LIMIT_EXCEEDED, Side, Subject, Terminus,
    TerminusKind, Violation,
};
use crate::framing::FrameType;
use crate::performative::{Attach, Detach, Handle, Multiple, SequenceNo, Str};

/// The highest handle we accept, as our begins say.
pub(in crate::transport) const HANDLE_MAX: u32 = 0x7fff_ffff;

impl Transport {
    pub(super) fn emit_attaches(&mut self, connection: &mut Connection) {
        let leaving: Vec<LinkKey> =
            connection.changed.links.iter().filter(|&key| self.may_detach(connection, key)).collect();
        for index in 0..connection.changed.links.len() {
            let Some(key) = connection.changed.links.get(index) else { break };
            let Some(link) = connection.links.get(key) else { continue };
            let wanted = link.state.local != Half::Uninit && !link.wire.attach_sent;
            let session = link.session;
            if !wanted || connection.sessions[session].wire.local_channel.is_none() {
                continue;
            }
            self.make_way(connection, key, &leaving);
            let wire = &mut connection.sessions[session].wire;
            let max = if wire.begin_received { wire.remote_handle_max } else { u32::MAX };
            match wire.local_handles.take(max) {
                Some(handle) => self.emit_attach(connection, key, Handle(handle)),
                None => refuse_link(connection, key, max),
            }
        }
    }

    /// Detaches the links whose name the new one takes over: a peer has to hear of that in this order.
    fn make_way(&mut self, connection: &mut Connection, new: LinkKey, leaving: &[LinkKey]) {
        for &old in leaving {
            let (old_link, link) = (&connection.links[old], &connection.links[new]);
            let same = old_link.session == link.session && old_link.role == link.role;
            if same && old_link.name == link.name && !old_link.wire.detach_sent {
                self.emit_detach(connection, old);
            }
        }
    }

    fn emit_attach(&mut self, connection: &mut Connection, key: LinkKey, handle: Handle) {
        let link = &mut connection.links[key];
        link.wire.attach_sent = true;
        link.wire.local_handle = Some(handle);
        let link = &connection.links[key];
        let Some(channel) = connection.sessions[link.session].wire.local_channel else { return };
        let plain_source = Terminus::new(TerminusKind::Source);
        let plain_target = Terminus::new(TerminusKind::Target);
        let source = link.source.as_deref().unwrap_or(&plain_source);
        let target = link.target.as_deref().unwrap_or(&plain_target);
        let extras = link.extras.own();
        let coordinator = target.kind == TerminusKind::Coordinator;
        let mut attach = Attach {
            name: link.name.as_ref().map(|name| Str(name.bytes())),
            handle,
            role: link.role,
            snd_settle_mode: Some(link.settle_modes.sender),
            rcv_settle_mode: Some(link.settle_modes.receiver),
            source: source.to_source(),
            target: target.to_target(),
            initial_delivery_count: Some(SequenceNo(0)),
            offered_capabilities: Multiple(extras.offered_capabilities),
            desired_capabilities: Multiple(extras.desired_capabilities),
            ..Attach::default()
        };
        if !coordinator {
            attach.max_message_size = Some(link.max_message_size);
            attach.properties = extras.properties;
        }
        self.write_frame(FrameType::Amqp, channel.0, |out| attach.encode(out));
        connection.resume(key);
    }

    /// Detaches links, unless advanced deliveries of theirs still have to go out.
    pub(super) fn emit_detaches(&mut self, connection: &mut Connection) {
        for _ in 0..connection.changed.links.len() {
            let Some(key) = connection.changed.links.pop_front() else { break };
            let Some(link) = connection.links.get_mut(key) else { continue };
            link.changed = false;
            if self.may_detach(connection, key) {
                self.emit_detach(connection, key);
            }
            let session = &connection.sessions[connection.links[key].session];
            let over = session.wire.end_sent;
            if connection.links[key].outstanding() && !over {
                connection.link_changed(key);
            } else {
                connection.link_candidate(key);
            }
        }
    }

    /// Whether the link is on its way out and nothing of its has to go out before.
    fn may_detach(&self, connection: &Connection, key: LinkKey) -> bool {
        let Some(link) = connection.links.get(key) else { return false };
        let leaving = link.state.local == Half::Closed || link.detached;
        leaving
            && link.wire.local_handle.is_some()
            && !link.wire.detach_sent
            && (self.close_received || !connection.has_queued(key))
    }

    fn emit_detach(&mut self, connection: &mut Connection, key: LinkKey) {
        let link = &mut connection.links[key];
        link.wire.detach_sent = true;
        let session = &connection.sessions[link.session];
        let (Some(handle), Some(channel)) = (link.wire.local_handle, session.wire.local_channel) else {
            return;
        };
        let detach = Detach {
            handle,
            closed: !link.detached,
            error: link.condition.as_ref().and_then(|condition| condition.to_wire()),
        };
        self.write_frame(FrameType::Amqp, channel.0, |out| detach.encode(out));
        connection.unmap_link(key, Side::Local);
    }
}

/// All handles are taken: the link is refused as if by the peer, and the session lives on.
fn refuse_link(connection: &mut Connection, key: LinkKey, limit: u32) {
    let link = &mut connection.links[key];
    link.wire.attach_sent = true;
    link.wire.detach_sent = true;
    link.state.remote = Half::Closed;
    let text = format!("unable to find an open available handle within limit of {limit}");
    let refusal = Violation::new(RESOURCE_LIMIT_EXCEEDED, text);
    link.remote_condition.get_or_insert_with(Box::<Condition>::default).set_violation(&refusal);
    connection.post(Event::LinkRemoteClose, Subject::Link(key));
}
