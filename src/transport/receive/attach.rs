//! Attach arrives: the peer offers a link, or answers ours (part 2.7.3).

use super::super::Transport;
use super::super::emit::HANDLE_MAX;
use crate::engine::{
    Connection, Event, ExtraContents, Half, LinkKey, SessionKey, SettleModes, Subject, Terminus, Text,
    Violation,
};
use crate::performative::{Attach, Role};

impl Transport {
    pub(super) fn receive_attach(
        &mut self,
        connection: &mut Connection,
        channel: u16,
        attach: &Attach<'_>,
    ) -> Result<(), Violation> {
        let session = self.session_on(channel)?;
        let handle = attach.handle;
        if handle.0 > HANDLE_MAX {
            let text = format!("remote handle {} is above handle_max {HANDLE_MAX}", handle.0);
            return Err(Violation::framing(text));
        }
        if connection.sessions[session].wire.remote_handles.get(handle.0).is_some() {
            return Err(Violation::invalid_field(format!("handle {} is already attached", handle.0)));
        }
        let link = attached_link(connection, session, attach)?;
        connection.sessions[session].wire.remote_handles.insert(handle.0, link);
        let slot = &mut connection.links[link];
        slot.wire.remote_handle = Some(handle);
        slot.state.remote = Half::Active;
        slot.remote_settle_modes = SettleModes {
            sender: attach.snd_settle_mode.unwrap_or(slot.remote_settle_modes.sender),
            receiver: attach.rcv_settle_mode.unwrap_or(slot.remote_settle_modes.receiver),
        };
        slot.remote_source = attach.source.as_ref().map(|source| Box::new(Terminus::from_source(source)));
        slot.remote_target = attach.target.as_ref().map(|target| Box::new(Terminus::from_target(target)));
        if let Some(size) = attach.max_message_size.filter(|&size| size > 0) {
            slot.remote_max_message_size = size;
        }
        slot.extras.receive(ExtraContents {
            offered_capabilities: attach.offered_capabilities.0,
            desired_capabilities: attach.desired_capabilities.0,
            properties: attach.properties,
        });
        if slot.role == Role::Receiver {
            slot.flow.delivery_count = attach.initial_delivery_count.unwrap_or_default();
        }
        connection.post(Event::LinkRemoteOpen, Subject::Link(link));
        Ok(())
    }
}

/// The link an attach is meant for: one of ours that waits for it, or a new one.
fn attached_link(
    connection: &mut Connection,
    session: SessionKey,
    attach: &Attach<'_>,
) -> Result<LinkKey, Violation> {
    let ours = match attach.role {
        Role::Sender => Role::Receiver,
        Role::Receiver => Role::Sender,
    };
    let name = attach.name.map(|name| name.0);
    let Some(link) = connection.link_for_attach(session, ours, name) else {
        return Ok(connection.create_link(session, ours, name));
    };
    if connection.links[link].wire.remote_handle.is_some() {
        let name = Text::new(name.unwrap_or_default());
        let text = format!("link name already attached: {}", String::from_utf8_lossy(name.bytes()));
        return Err(Violation::invalid_field(text));
    }
    Ok(link)
}
