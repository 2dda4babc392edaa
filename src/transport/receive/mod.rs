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
use crate::codec::{Decoded, Reader};
use crate::engine::{Connection, LinkKey, NOT_ALLOWED, SessionKey, SessionWire, Violation};
use crate::performative::{
    Attach, Begin, Channel, Close, Detach, Disposition, End, Flow, Handle, Open, Performative, Plain,
    Transfer,
};
use transfer::Part;

impl Transport {
    /// Applies the performative in a frame.
    #[inline]
    pub(super) fn receive(
        &mut self,
        connection: &mut Connection,
        channel: Channel,
        body: &[u8],
    ) -> Result<(), Violation> {
        if let Some((transfer, payload)) = Plain::read(channel, body) {
            self.trace_in(channel.0, body);
            let Plain { handle, id, tag, settled, more, .. } = transfer;
            let part = Part { handle, id: Some(id), tag, settled, more, aborted: false, state: None };
            return self.receive_transfer(connection, channel.0, &part, payload);
        }
        self.receive_any(connection, channel.0, body)
    }

    #[inline(never)]
    fn receive_any(
        &mut self,
        connection: &mut Connection,
        channel: u16,
        body: &[u8],
    ) -> Result<(), Violation> {
        let Performative { code, fields, payload } =
            Performative::read(body).map_err(|error| self.undispatched(0, &error))?;
        match code {
            Transfer::DESCRIPTOR => {
                let transfer = self.decoded(Transfer::decode(fields), channel, body)?;
                self.receive_any_transfer(connection, channel, &Part::of(&transfer), payload)
            }
            Disposition::DESCRIPTOR => {
                let disposition = self.decoded(Disposition::decode(fields), channel, body)?;
                self.receive_disposition(connection, channel, &disposition)
            }
            Flow::DESCRIPTOR => {
                let flow = self.decoded(Flow::decode(fields), channel, body)?;
                self.receive_flow(connection, channel, &flow)
            }
            _ => self.receive_endpoint(connection, channel, code, fields, body),
        }
    }

    #[inline(never)]
    fn receive_any_transfer(
        &mut self,
        connection: &mut Connection,
        channel: u16,
        part: &Part<'_>,
        payload: &[u8],
    ) -> Result<(), Violation> {
        self.receive_transfer(connection, channel, part, payload)
    }

    /// Applies a performative that opens or closes something.
    #[inline(never)]
    fn receive_endpoint(
        &mut self,
        connection: &mut Connection,
        channel: u16,
        code: u8,
        fields: Reader<'_>,
        body: &[u8],
    ) -> Result<(), Violation> {
        match code {
            Begin::DESCRIPTOR => {
                let begin = self.decoded(Begin::decode(fields), channel, body)?;
                self.receive_begin(connection, channel, &begin)
            }
            Attach::DESCRIPTOR => {
                let attach = self.decoded(Attach::decode(fields), channel, body)?;
                self.receive_attach(connection, channel, &attach)
            }
            Detach::DESCRIPTOR => {
                let detach = self.decoded(Detach::decode(fields), channel, body)?;
                self.receive_detach(connection, channel, &detach)
            }
            End::DESCRIPTOR => {
                let end = self.decoded(End::decode(fields), channel, body)?;
                self.receive_end(connection, channel, &end)
            }
            Close::DESCRIPTOR => {
                let close = self.decoded(Close::decode(fields), channel, body)?;
                self.receive_close(connection, &close);
                Ok(())
            }
            _ => {
                let open = self.decoded(Open::decode(fields), channel, body)?;
                self.receive_open(Some(connection), &open);
                Ok(())
            }
        }
    }

    /// Applies an open that arrives while nothing is bound; false for anything else, which has to wait.
    pub(super) fn receive_unbound(&mut self, channel: u16, body: &[u8]) -> Result<bool, Violation> {
        let performative = Performative::read(body).map_err(|error| self.undispatched(0, &error))?;
        if performative.code != Open::DESCRIPTOR {
            return Ok(false);
        }
        let open = self.decoded(Open::decode(performative.fields), channel, body)?;
        self.receive_open(None, &open);
        Ok(true)
    }

    /// The fields of a performative; only one that can be read is traced.
    #[inline]
    fn decoded<T>(&mut self, read: Decoded<T>, channel: u16, body: &[u8]) -> Result<T, Violation> {
        let fields = read.map_err(|error| self.undispatched(0, &error.into()))?;
        self.trace_in(channel, body);
        Ok(fields)
    }

    /// The session that the peer's channel is mapped to.
    #[inline(always)]
    fn session_on(&self, channel: u16) -> Result<SessionKey, Violation> {
        let number = u32::from(channel);
        self.remote_sessions.get(number).ok_or_else(|| no_such("channel", number))
    }
}

/// The link that the peer's handle is attached to.
#[inline(always)]
fn link_at(session: &SessionWire, handle: Handle) -> Result<LinkKey, Violation> {
    session.remote_handles.get(handle.0).ok_or_else(|| no_such("handle", handle.0))
}

#[cold]
fn no_such(what: &str, number: u32) -> Violation {
    let text = format!("no such {what}: {number}");
    if what == "channel" { Violation::new(NOT_ALLOWED, text) } else { Violation::invalid_field(text) }
}
