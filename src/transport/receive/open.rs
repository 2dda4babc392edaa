//! Open arrives: what the peer calls itself and what it can take (part 2.7.1).

use super::super::Transport;
use super::super::settings::{LEAST_MAX_FRAME, RemoteOpen};
use super::super::trace::{Level, Subsystem};
use crate::engine::{Connection, ExtraContents, Text};
use crate::performative::Open;

impl Transport {
    pub(super) fn receive_open(&mut self, connection: Option<&mut Connection>, open: &Open<'_>) {
        self.open_received = true;
        let extras = ExtraContents {
            offered_capabilities: open.offered_capabilities.0,
            desired_capabilities: open.desired_capabilities.0,
            properties: open.properties,
        };
        self.remote = RemoteOpen {
            container: open.container_id.map(|id| Text::new(id.0)),
            hostname: open.hostname.map(|name| Text::new(name.0)),
            extras: extras.keep(),
            channel_max: open.channel_max,
            idle_timeout: open.idle_time_out.unwrap_or(0),
        };
        self.remote_max_frame = match open.max_frame_size {
            None => u32::MAX,
            Some(small @ 1..LEAST_MAX_FRAME) => {
                let warning =
                    format!("Peer advertised bad max-frame ({small}), forcing to {LEAST_MAX_FRAME}");
                self.log(Subsystem::Amqp, Level::Warning, warning);
                LEAST_MAX_FRAME
            }
            Some(size) => size,
        };
        if let Some(connection) = connection {
            self.announce_remote_open(connection);
        }
    }
}
