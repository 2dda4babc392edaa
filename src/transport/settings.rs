//! What applications set and read on a transport; defaults and rules of spec/transport.md section 1.

use std::ffi::CStr;

use super::trace::{Level, Subsystem};
use super::{Cover, Transport};
use crate::engine::{Condition, Connection, Extras, Misuse, Rare, Text};
use crate::sasl::Sasl;

/// What the peer's open said.
#[derive(Default)]
pub(crate) struct RemoteOpen {
    pub(crate) container: Option<Text>,
    pub(crate) hostname: Option<Text>,
    pub(crate) extras: Rare<Extras>,
    /// `None` until the open arrives, or if it had none.
    pub(crate) channel_max: Option<u16>,
    /// Milliseconds; 0 for none.
    pub(crate) idle_timeout: u32,
}

/// Who says how large the frames may be that we take.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FrameSize {
    /// Nobody.
    Ordinary,
    /// Whoever does input and output: large, if nothing speaks against it when the open goes.
    Large,
    /// The application.
    Chosen,
}

/// Bytes of a frame we take unless told otherwise.
pub(super) const DEFAULT_MAX_FRAME: u32 = 32 * 1024;
/// No frame size limit may be below this (part 2.4.1).
pub(super) const LEAST_MAX_FRAME: u32 = 512;
/// The highest channel number this implementation uses.
pub(super) const CHANNEL_LIMIT: u16 = 32767;
/// Bytes of deliveries held for the application unless told otherwise.
pub(super) const DEFAULT_BUFFERED_BYTES: u64 = 4 * 1024 * 1024;

impl Transport {
    pub(crate) fn set_server(&mut self) {
        self.server = true;
        if let Some(sasl) = self.sasl.as_mut().filter(|_| !self.started) {
            sasl.become_server();
        }
    }

    pub(crate) const fn is_server(&self) -> bool {
        self.server
    }

    pub(crate) const fn max_frame(&self) -> u32 {
        self.local_max_frame
    }

    /// Limits the frames we take; 0 is no limit, and no limit is below 512. Without effect once open was sent.
    pub(crate) fn set_max_frame(&mut self, size: u32, connection: Option<&mut Connection>) {
        if self.open_sent {
            self.log(Subsystem::Amqp, Level::Warning, "Cannot change local max-frame after OPEN frame sent.");
            return;
        }
        self.frame_size = FrameSize::Chosen;
        self.local_max_frame = if size == 0 { 0 } else { size.max(LEAST_MAX_FRAME) };
        if let Some(connection) = connection {
            connection.set_max_frame_size(self.local_max_frame);
        }
    }

    /// Lets frames be as large as what may wait to be read, so that messages come whole, unless the application says
    /// otherwise: by a limit on frames, or by a window on a session, which counts frames. Before the open the limit is
    /// the ordinary one, so that strangers cannot make us hold much.
    pub(crate) fn prefer_large_frames(&mut self) {
        if self.frame_size == FrameSize::Ordinary {
            self.frame_size = FrameSize::Large;
        }
    }

    /// The open is about to go: the size of frames is settled.
    pub(super) fn settle_max_frame(&mut self, connection: &mut Connection) {
        if self.frame_size != FrameSize::Large || connection.limits_windows() {
            return;
        }
        self.local_max_frame = match u32::try_from(self.max_buffered_bytes) {
            Ok(0) | Err(_) => 0,
            Ok(size) => size.max(DEFAULT_MAX_FRAME),
        };
        // Windows stay open: no session has a limit, and one that comes later was not made for frames of this size.
        connection.set_max_frame_size(0);
    }

    pub(crate) const fn remote_max_frame(&self) -> u32 {
        self.remote_max_frame
    }

    /// The highest channel number both sides allow.
    pub(crate) fn channel_max(&self) -> u16 {
        self.local_channel_max.min(self.remote_channel_max())
    }

    pub(crate) fn remote_channel_max(&self) -> u16 {
        self.remote.channel_max.unwrap_or(u16::MAX)
    }

    /// Limits the channel numbers we use and accept, up to 32767.
    ///
    /// # Errors
    /// `Misuse::State` once open was sent.
    pub(crate) fn set_channel_max(&mut self, max: u16) -> Result<(), Misuse> {
        if self.open_sent {
            self.log(
                Subsystem::Amqp,
                Level::Warning,
                "Cannot change local channel-max after OPEN frame sent.",
            );
            return Err(Misuse::State);
        }
        self.local_channel_max = max.min(CHANNEL_LIMIT);
        Ok(())
    }

    pub(crate) const fn idle_timeout(&self) -> u32 {
        self.idle.local_timeout
    }

    pub(crate) fn set_idle_timeout(&mut self, milliseconds: u32) {
        self.idle.local_timeout = milliseconds;
    }

    pub(crate) const fn max_buffered_bytes(&self) -> u64 {
        self.max_buffered_bytes
    }

    /// Limits the bytes of deliveries that wait to be read, over all links; 0 is no limit.
    pub(crate) fn set_max_buffered_bytes(&mut self, bytes: u64) {
        self.max_buffered_bytes = bytes;
    }

    pub(crate) fn set_require_auth(&mut self, required: bool) {
        self.require_auth = required;
        if let Some(sasl) = &mut self.sasl {
            sasl.set_required(required);
        }
    }

    pub(crate) fn set_require_encryption(&mut self, required: bool) {
        self.require_encryption = required;
    }

    /// Whether SASL has succeeded.
    pub(crate) fn is_authenticated(&self) -> bool {
        self.sasl.as_ref().is_some_and(|sasl| sasl.is_authenticated())
    }

    /// Whether the bytes are protected on their way.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.encryption_strength() > 0
    }

    /// Who the other side is, or for a client who we are (spec/transport.md section 1).
    pub(crate) fn user(&self) -> Option<&CStr> {
        match &self.sasl {
            Some(sasl) if !self.server => sasl.user().map(Text::as_c_str),
            None if !self.server => Some(ANONYMOUS),
            _ if !self.amqp_header_received => None,
            Some(sasl) if self.sasl_header_received => sasl.user().map(Text::as_c_str),
            _ if self.is_covered() => self.cover().and_then(Cover::subject).map(Text::as_c_str),
            _ => Some(ANONYMOUS),
        }
    }

    /// The SASL exchange, made on the first call.
    pub(crate) fn sasl_mut(&mut self) -> &mut Sasl {
        let (server, required) = (self.server, self.require_auth);
        self.sasl.get_or_insert_with(|| {
            let mut sasl = Sasl::new(server);
            sasl.set_required(required);
            Box::new(sasl)
        })
    }

    /// The SASL exchange, if there is one.
    pub(crate) fn sasl(&self) -> Option<&Sasl> {
        self.sasl.as_deref()
    }

    /// Tells the log who was authenticated.
    pub(crate) fn log_success(&mut self) {
        if let Some(sasl) = &self.sasl {
            let text = sasl.success_text();
            self.log(Subsystem::Sasl, Level::Info, text);
        }
    }

    pub(crate) const fn requires_auth(&self) -> bool {
        self.require_auth
    }

    pub(crate) fn condition(&self) -> &Condition {
        &self.condition
    }

    pub(crate) fn condition_mut(&mut self) -> &mut Condition {
        &mut self.condition
    }

    pub(crate) fn remote_condition_mut(&mut self) -> &mut Condition {
        &mut self.remote_condition
    }

    pub(crate) const fn remote(&self) -> &RemoteOpen {
        &self.remote
    }

    pub(crate) const fn remote_mut(&mut self) -> &mut RemoteOpen {
        &mut self.remote
    }

    pub(crate) const fn frames_in(&self) -> u64 {
        self.frames_in
    }

    pub(crate) const fn frames_out(&self) -> u64 {
        self.frames_out
    }
}

/// The user name of a peer that did not say who it is.
const ANONYMOUS: &CStr = c"anonymous";
