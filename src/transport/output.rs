//! The output side: protocol headers and SASL frames, then what the engine has to say, then the end of the stream.

use super::Transport;
use super::trace::Subsystem;
use crate::engine::{Connection, Event, Half, UNAUTHORIZED_ACCESS, Violation};
use crate::framing::{FrameType, Protocol, write_frame};

/// What the next output bytes belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OutputLayer {
    /// Nothing has been written.
    Start,
    Sasl,
    /// The AMQP header comes next.
    AmqpHeader,
    Amqp,
}

/// Transfers are not added to more output than this; the rest follows when it has been taken.
pub(super) const ENOUGH_OUTPUT: usize = 128 * 1024;
/// As [`ENOUGH_OUTPUT`], for sockets. Each write wakes the peer, which soon has taken it all and sleeps again; the fewer
/// there are, the less time goes into that.
const ENOUGH_FOR_SOCKET: usize = 512 * 1024;
/// Nothing is added while more than this waits, so that little has to be moved when it is.
const LITTLE_OUTPUT: usize = 16 * 1024;

impl Transport {
    /// Generates output and tells how many bytes wait; `None` when there will be no more. Once there are none left
    /// of an ended stream, the head closes.
    pub(crate) fn pending(&mut self, mut connection: Option<&mut Connection>) -> Option<usize> {
        if self.head_closed {
            return None;
        }
        if let Some(connection) = connection.as_deref_mut() {
            connection.settle_arrived();
        }
        if self.is_quiet(connection.as_deref()) {
            return Some(0);
        }
        self.begin_cover(connection.as_deref_mut());
        if self.unsent() < LITTLE_OUTPUT {
            self.generate(connection.as_deref_mut());
        }
        if self.lay() {
            self.output_waits = false;
            self.read_plain(connection.as_deref_mut());
            self.generate(connection.as_deref_mut());
        }
        self.seal(connection.as_deref_mut());
        if self.is_covered() {
            self.encrypt(connection.as_deref_mut());
        }
        if self.output_ends && self.unsent() == 0 && !self.output_waits && !self.end_waits() {
            self.end_output(connection);
            return None;
        }
        Some(self.head().len())
    }

    /// The most frequent case: nothing waits, there are no layers around AMQP, and nothing has changed.
    #[inline]
    fn is_quiet(&self, connection: Option<&Connection>) -> bool {
        let bare = self.cover.is_none() && self.sasl.is_none() && self.protection.is_none();
        bare && !self.output_ends && self.output.is_empty() && self.has_nothing_to_say(connection)
    }

    /// What [`Self::pending`] last came to, where answers from outside may have added something since.
    pub(crate) fn waiting(&self) -> Option<usize> {
        (!self.head_closed).then(|| self.head().len())
    }

    /// The first bytes that wait, as far as generated: all of them, unless there are large messages.
    pub(crate) fn head(&self) -> &[u8] {
        match self.wire() {
            Some(wire) => wire,
            None => self.outgoing().pending(),
        }
    }

    /// All bytes that wait, in pieces.
    pub(crate) fn head_pieces(&self) -> impl Iterator<Item = &[u8]> {
        let wire = self.wire();
        let plain = wire.is_none().then(|| self.outgoing().pieces());
        wire.filter(|wire| !wire.is_empty()).into_iter().chain(plain.into_iter().flatten())
    }

    /// What waits behind a cover.
    fn wire(&self) -> Option<&[u8]> {
        Some(self.cover.as_ref()?.session.as_ref()?.wire())
    }

    /// Has larger pieces of output made, for who writes all there is in one call.
    pub(crate) const fn prefer_large_writes(&mut self) {
        self.burst = ENOUGH_FOR_SOCKET;
    }

    /// `n` bytes have been taken. An emptied buffer is filled again at once.
    pub(crate) fn pop(&mut self, mut connection: Option<&mut Connection>, n: usize) {
        self.drop_head(n);
        if self.head().is_empty() {
            self.pending(connection.as_deref_mut());
            if let Some(connection) = connection.filter(|_| self.head().is_empty()) {
                connection.buffers.rest();
            }
        }
    }

    /// What goes through a layer of ours counted as speech when it was put in.
    #[inline]
    fn drop_head(&mut self, n: usize) {
        if let Some(session) = self.cover.as_mut().and_then(|cover| cover.session.as_mut()) {
            return session.sent(n.min(session.wire().len()));
        }
        let protected = self.protection.is_some();
        let outgoing = self.outgoing_mut();
        let taken = outgoing.take(n);
        outgoing.rest();
        if !protected {
            self.idle.note_spoken(taken);
        }
    }

    /// Nothing more can be written; what waits is dropped.
    pub(crate) fn close_head(&mut self, mut connection: Option<&mut Connection>) {
        if self.head_closed {
            return;
        }
        self.generate(connection.as_deref_mut());
        self.end_output(connection);
    }

    /// Whether nothing waits to be written and nothing will without cause.
    pub(crate) fn quiesced(&mut self, connection: Option<&mut Connection>) -> bool {
        self.pending(connection).is_none_or(|n| n == 0)
    }

    fn end_output(&mut self, mut connection: Option<&mut Connection>) {
        self.output.release();
        self.outgoing_mut().release();
        self.drop_head(usize::MAX);
        self.output_ends = true;
        self.head_closed = true;
        self.trace_mark(Subsystem::Io, "  -> EOS");
        self.post(connection.as_deref_mut(), Event::TransportHeadClosed);
        if self.tail_closed {
            self.post(connection, Event::TransportClosed);
        }
    }

    fn generate(&mut self, connection: Option<&mut Connection>) {
        if self.has_nothing_to_say(connection.as_deref()) {
            return;
        }
        self.output.prepare();
        self.generate_layers(connection);
        self.output.rest();
    }

    /// The layers are set up, and nothing has changed.
    #[inline]
    fn has_nothing_to_say(&self, connection: Option<&Connection>) -> bool {
        let quiet = |connection: &Connection| self.close_sent || connection.changed.is_empty();
        self.output_ends || (self.output_layer == OutputLayer::Amqp && connection.is_none_or(quiet))
    }

    fn generate_layers(&mut self, mut connection: Option<&mut Connection>) {
        if self.output_layer == OutputLayer::Start && !self.output_ends {
            self.begin_output();
        }
        if self.output_layer == OutputLayer::Sasl && !self.output_ends {
            self.generate_sasl(connection.as_deref_mut());
        }
        if self.output_layer == OutputLayer::AmqpHeader && !self.output_ends && self.may_speak_amqp() {
            self.write_amqp_header();
            // The program may have set a condition before there was anybody to tell.
            if self.condition.is_set() {
                self.say_farewell();
                self.output_ends = true;
            }
        }
        if self.output_layer == OutputLayer::Amqp
            && !self.output_ends
            && let Some(connection) = connection
            && let Err(violation) = self.emit(connection)
        {
            self.fail(Some(connection), &violation);
        }
    }

    /// Chooses the first layer: a client by what was asked for, a server once the peer has chosen.
    fn begin_output(&mut self) {
        if self.server && !self.sasl_header_received && !self.amqp_header_received {
            return;
        }
        self.output_layer = self.first_output_layer();
        if self.output_layer == OutputLayer::Sasl {
            self.write_header(Protocol::Sasl);
        }
    }

    /// A server answers a header with its own, never before.
    pub(super) const fn may_speak_amqp(&self) -> bool {
        !self.server || self.amqp_header_received
    }

    fn generate_sasl(&mut self, mut connection: Option<&mut Connection>) {
        if !self.sasl_mut().begin_pass() {
            self.output_waits = true;
            return;
        }
        while let Some(sasl) = self.sasl.as_mut()
            && sasl.has_frame()
        {
            self.started = true;
            let start = self.output.bytes.len();
            write_frame(&mut self.output.bytes, FrameType::Sasl, 0, |out| sasl.write_frame(out));
            self.trace_out(start);
            self.post(connection.as_deref_mut(), Event::Transport);
        }
        self.hear_sasl();
        let Some(sasl) = self.sasl.as_mut() else { return };
        if sasl.waits() || (sasl.is_over() && !sasl.layer_settled()) {
            self.output_waits = true;
            return;
        }
        sasl.pass_over();
        if sasl.is_over() {
            self.output_layer = OutputLayer::AmqpHeader;
        } else if let Some(description) = sasl.failure() {
            let refusal = Violation::new(UNAUTHORIZED_ACCESS, description);
            self.fail(connection, &refusal);
        }
    }

    /// Writes the AMQP header, once.
    pub(super) fn write_amqp_header(&mut self) {
        if self.output_layer != OutputLayer::Amqp {
            self.write_header(Protocol::Amqp);
            self.output_layer = OutputLayer::Amqp;
        }
    }

    fn write_header(&mut self, protocol: Protocol) {
        self.started = true;
        self.output.bytes.extend_from_slice(&protocol.header());
        match protocol {
            Protocol::Sasl => self.trace_mark(Subsystem::Sasl, "  -> SASL"),
            _ => self.trace_mark(Subsystem::Amqp, "  -> AMQP"),
        }
    }

    /// Writes one frame and traces it.
    pub(super) fn write_frame(&mut self, kind: FrameType, channel: u16, body: impl FnOnce(&mut Vec<u8>)) {
        let start = self.output.bytes.len();
        write_frame(&mut self.output.bytes, kind, channel, body);
        self.trace_out(start);
    }

    /// Whether the connection was opened, so that something may be said at all.
    pub(super) fn may_open(connection: &Connection) -> bool {
        connection.state.local != Half::Uninit
    }
}
