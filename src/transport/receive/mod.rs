//! What each performative does on arrival: one file each, all checks before any effect.
//!
//! Checks and their conditions: spec/transport.md section 6. A violation ends the connection.

#![allow(
    clippy::indexing_slicing,
    reason = "arenas are indexed with keys that the engine itself keeps; bytes are only read through `codec`"
)]

mod attach;
mod begin;
mod close;
mod detach;
mod disposition;
mod end;
mod flow;
mod open;
mod transfer;

use super::Transport;
use crate::engine::{Connection, LinkKey, NOT_ALLOWED, SessionKey, Violation};
use crate::performative::{Handle, Performative};

impl Transport {
    /// Applies a performative. Only open may arrive without a connection; the caller holds everything else back.
    pub(super) fn receive(
        &mut self,
        connection: Option<&mut Connection>,
        channel: u16,
        performative: &Performative<'_>,
        payload: &[u8],
    ) -> Result<(), Violation> {
        if let Performative::Open(open) = performative {
            self.receive_open(connection, open);
            return Ok(());
        }
        let Some(connection) = connection else { return Ok(()) };
        match performative {
            Performative::Open(_) => Ok(()),
            Performative::Begin(begin) => self.receive_begin(connection, channel, begin),
            Performative::Attach(attach) => self.receive_attach(connection, channel, attach),
            Performative::Flow(flow) => self.receive_flow(connection, channel, flow),
            Performative::Transfer(transfer) => self.receive_transfer(connection, channel, transfer, payload),
            Performative::Disposition(disposition) => {
                self.receive_disposition(connection, channel, disposition)
            }
            Performative::Detach(detach) => self.receive_detach(connection, channel, detach),
            Performative::End(end) => self.receive_end(connection, channel, end),
            Performative::Close(close) => {
                self.receive_close(connection, close);
                Ok(())
            }
        }
    }

    /// The session that the peer's channel is mapped to.
    #[inline]
    fn session_on(&self, channel: u16) -> Result<SessionKey, Violation> {
        self.remote_sessions
            .get(u32::from(channel))
            .ok_or_else(|| Violation::new(NOT_ALLOWED, format!("no such channel: {channel}")))
    }
}

/// The link that the peer's handle is attached to.
#[inline]
fn link_at(connection: &Connection, session: SessionKey, handle: Handle) -> Result<LinkKey, Violation> {
    connection.sessions[session]
        .wire
        .remote_handles
        .get(handle.0)
        .ok_or_else(|| Violation::invalid_field(format!("no such handle: {}", handle.0)))
}
