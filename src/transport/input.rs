//! The input side: protocol headers, then the frames of the layer in use, then the end of the stream.
//!
//! A server recognises what the peer speaks from its first bytes (spec/transport.md section 3); a client insists on
//! the layer it has chosen. What cannot be handled yet, because nothing is bound, stays in the buffer.

use super::Transport;
use super::failure::Farewell;
use super::input_buffer::InputBuffer;
use super::output::OutputLayer;
use super::trace::{Level, Subsystem};
use crate::codec::quote::quoted;
use crate::engine::{Connection, Event, POLICY_ERROR, Violation};
use crate::framing::{Detected, Frame, Protocol, detect, next_frame};
use crate::performative::{Channel, DispatchError, SaslFrame};

/// What the next input bytes belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InputLayer {
    /// Nothing has been read; on a server, any header may come.
    Start,
    /// The peer has announced TLS by AMQP's header for it.
    TlsHello,
    /// A client waits for the server's SASL header.
    SaslHeader,
    Sasl,
    /// SASL has succeeded; on a server only AMQP may follow.
    AfterSasl,
    /// A client waits for the server's AMQP header.
    AmqpHeader,
    Amqp,
}

/// What one step of reading came to.
enum Step {
    /// This many bytes are done with.
    Consumed(usize),
    /// More bytes are needed, or a connection.
    Waiting,
}

type Outcome = Result<Step, Violation>;

impl Transport {
    /// How much may be written at [`Self::tail`]; `None` once the tail is closed.
    pub(crate) fn capacity(&mut self) -> Option<usize> {
        if self.tail_closed {
            return None;
        }
        let limit = self.local_max_frame;
        Some(self.arriving().room(limit))
    }

    /// Enlarges the input buffer towards `size`, within the frame limit.
    pub(crate) fn grow_input(&mut self, size: usize) {
        if !self.tail_closed {
            let limit = self.local_max_frame;
            self.arriving().grow(size, limit);
        }
    }

    /// The room for input, valid until the next call.
    pub(crate) fn tail(&mut self) -> &mut [u8] {
        if self.tail_closed { &mut [] } else { self.arriving().spare() }
    }

    /// Takes in the first `n` bytes of [`Self::tail`].
    pub(crate) fn process(&mut self, mut connection: Option<&mut Connection>, n: usize) {
        self.begin_input(connection.as_deref_mut());
        if self.tail_closed {
            return;
        }
        self.arriving().fill(n);
        self.idle.heard |= n > 0;
        self.started |= n > 0;
        self.read(connection);
    }

    fn begin_input(&mut self, mut connection: Option<&mut Connection>) {
        if let Some(connection) = connection.as_deref_mut() {
            connection.settle_arrived();
        }
        self.begin_cover(connection);
    }

    /// Takes in the first `n` bytes of memory of the reader's own, which it may take over. They are parsed where they are;
    /// what is left of a frame that is not whole is kept, and made whole first when more arrives.
    pub(crate) fn take_in(
        &mut self,
        mut connection: Option<&mut Connection>,
        memory: &mut Vec<u8>,
        n: usize,
    ) {
        self.begin_input(connection.as_deref_mut());
        if self.tail_closed {
            return;
        }
        let bytes = memory.get(..n).unwrap_or_default();
        self.idle.heard |= !bytes.is_empty();
        self.started |= !bytes.is_empty();
        let mut rest = bytes;
        if self.is_covered() {
            return self.take_in_covered(connection, bytes);
        }
        if self.protection.is_some() {
            self.input.append(rest);
            return self.read(connection);
        }
        while !self.input.filled().is_empty() {
            let missing = self.input.missing();
            let Some((now, later)) = rest.split_at_checked(missing).filter(|_| missing > 0) else {
                self.input.append(rest);
                return self.read(connection);
            };
            self.input.append(now);
            rest = later;
            self.read(connection.as_deref_mut());
            if self.is_covered() {
                return self.take_in_covered(connection, rest);
            }
        }
        let used = self.parse_lent(connection.as_deref_mut(), memory, rest);
        let kept = connection.as_deref_mut().and_then(|connection| connection.arrived.return_lent());
        let rest = rest.get(used..).unwrap_or_default();
        if self.is_covered() {
            self.take_in_covered(connection.as_deref_mut(), rest);
        } else if !self.tail_closed && !rest.is_empty() {
            self.input.append(rest);
        }
        if let (Some(connection), Some(place)) = (connection, kept) {
            connection.arrived.adopt(place, std::mem::take(memory));
        }
    }

    /// Where bytes of the peer go.
    fn arriving(&mut self) -> &mut InputBuffer {
        match &mut self.cover {
            Some(cover) if cover.session.is_some() => &mut cover.wire,
            _ => &mut self.input,
        }
    }

    /// Whether more bytes lead anywhere, or too many wait already for something else than bytes.
    pub(crate) fn wants_input(&self) -> bool {
        match &self.cover {
            Some(cover) if cover.session.is_some() => !self.tail_closed && cover.wire.filled().is_empty(),
            _ => {
                let held = self.input.filled().len();
                !self.tail_closed && (held < MOST_WAITING || self.input.missing() > 0)
            }
        }
    }

    /// Bytes that have arrived and wait to be read.
    pub(crate) fn held_input(&self) -> usize {
        let covered = self.cover.as_ref().map_or(0, |cover| cover.wire.filled().len());
        self.input.filled().len() + covered
    }

    /// There is a peer, from which something is to be heard from now on.
    pub(crate) fn establish(&mut self) {
        self.started = true;
    }

    /// Reads as many whole units as there are.
    pub(super) fn read(&mut self, mut connection: Option<&mut Connection>) {
        let covered = self.is_covered();
        self.read_plain(connection.as_deref_mut());
        if self.is_covered() {
            if !covered {
                let input = std::mem::take(&mut self.input);
                self.adopt_input(input);
            }
            self.read_covered(connection);
        }
    }

    /// Reads what has arrived in plain bytes.
    pub(super) fn read_plain(&mut self, mut connection: Option<&mut Connection>) {
        if self.protection.is_some() {
            return self.read_protected(connection);
        }
        let mut input = std::mem::take(&mut self.input);
        let used = self.parse_lent(connection.as_deref_mut(), input.memory(), input.filled());
        match connection.map(|connection| (connection.arrived.return_lent(), connection)) {
            Some((Some(place), connection)) => connection.arrived.adopt(place, input.part_with(used)),
            _ => input.consume(used),
        }
        if self.tail_closed {
            input.release();
        }
        self.input = input;
    }

    /// Reads from `bytes` and tells how many are done with. Whatever of messages is left in `memory`, where they are, has
    /// to be asked for.
    fn parse_lent(&mut self, mut connection: Option<&mut Connection>, memory: &[u8], bytes: &[u8]) -> usize {
        if let Some(connection) = connection.as_deref_mut() {
            connection.arrived.lend(memory);
        }
        self.parse(connection, bytes)
    }

    /// Reads from `bytes` and tells how many are done with.
    pub(super) fn parse(&mut self, mut connection: Option<&mut Connection>, bytes: &[u8]) -> usize {
        let mut used = 0;
        while !self.tail_closed {
            let rest = bytes.get(used..).unwrap_or_default();
            if rest.is_empty() || self.waits() {
                break;
            }
            match self.step(connection.as_deref_mut(), rest) {
                Ok(Step::Consumed(n)) => used += n,
                Ok(Step::Waiting) => break,
                Err(violation) => self.fail(connection.as_deref_mut(), &violation),
            }
            if self.tail_closed {
                self.trace_mark(Subsystem::Io, END_OF_INPUT);
            }
        }
        used
    }

    /// The exchange has succeeded: what follows is AMQP.
    pub(super) fn leave_sasl(&mut self) {
        let succeeded = || self.sasl.as_ref().is_some_and(|sasl| sasl.has_succeeded());
        if self.input_layer == InputLayer::Sasl && succeeded() {
            self.input_layer = if self.server { InputLayer::AfterSasl } else { InputLayer::AmqpHeader };
        }
    }

    /// Whether bytes behind the exchange may be read: an implementation outside has said what they look like.
    fn after_sasl_is_readable(&self) -> bool {
        self.sasl.as_ref().is_none_or(|sasl| sasl.layer_known())
    }

    fn step(&mut self, connection: Option<&mut Connection>, bytes: &[u8]) -> Outcome {
        match self.input_layer {
            InputLayer::Amqp => self.read_amqp(connection, bytes),
            _ => self.step_before_amqp(connection, bytes),
        }
    }

    #[inline(never)]
    fn step_before_amqp(&mut self, connection: Option<&mut Connection>, bytes: &[u8]) -> Outcome {
        match self.input_layer {
            InputLayer::Amqp => Ok(Step::Waiting),
            InputLayer::Sasl => self.read_sasl(connection, bytes),
            InputLayer::Start if !self.server => {
                self.input_layer =
                    if self.sasl.is_some() { InputLayer::SaslHeader } else { InputLayer::AmqpHeader };
                Ok(Step::Consumed(0))
            }
            InputLayer::AfterSasl | InputLayer::AmqpHeader if !self.after_sasl_is_readable() => {
                Ok(Step::Waiting)
            }
            InputLayer::Start | InputLayer::AfterSasl => self.recognise(connection, bytes),
            InputLayer::TlsHello => self.expect_tls(connection, bytes),
            InputLayer::SaslHeader => self.expect(Protocol::Sasl, bytes),
            InputLayer::AmqpHeader => self.expect(Protocol::Amqp, bytes),
        }
    }

    /// A server's look at what the peer speaks.
    fn recognise(&mut self, connection: Option<&mut Connection>, bytes: &[u8]) -> Outcome {
        let detected = detect(bytes);
        if self.tracing.debug {
            self.log(Subsystem::Io, Level::Debug, format!("{} detected", detected.name()));
        }
        let first = self.input_layer == InputLayer::Start;
        match detected {
            Detected::Insufficient => Ok(Step::Waiting),
            Detected::Tls if first && !self.is_covered() => {
                self.meet_tls(connection)?;
                Ok(Step::Waiting)
            }
            Detected::Protocol(Protocol::Tls) if first && !self.is_covered() => {
                self.input_layer = InputLayer::TlsHello;
                Ok(Step::Consumed(HEADER))
            }
            Detected::Protocol(Protocol::Sasl) if first => {
                self.trace_mark(Subsystem::Sasl, "  <- SASL");
                self.sasl_header_received = true;
                self.sasl_mut().header_received();
                self.inform_sasl();
                self.input_layer = InputLayer::Sasl;
                Ok(Step::Consumed(HEADER))
            }
            Detected::Protocol(Protocol::Amqp) => {
                self.trace_mark(Subsystem::Amqp, "  <- AMQP");
                self.amqp_header_received = true;
                self.check_policy()?;
                self.input_layer = InputLayer::Amqp;
                Ok(Step::Consumed(HEADER))
            }
            refused => Err(self.refuse(refused, bytes, "")),
        }
    }

    /// A server's look at what follows the header that announces TLS.
    fn expect_tls(&mut self, connection: Option<&mut Connection>, bytes: &[u8]) -> Outcome {
        match detect(bytes) {
            Detected::Insufficient => Ok(Step::Waiting),
            Detected::Tls => {
                self.meet_tls(connection)?;
                self.input_layer = InputLayer::Start;
                Ok(Step::Waiting)
            }
            refused => Err(self.refuse(refused, bytes, "")),
        }
    }

    /// The fault of a header that may not stand here; `suffix` tells of an ended stream.
    fn refuse(&mut self, detected: Detected, bytes: &[u8], suffix: &str) -> Violation {
        let what = match detected {
            Detected::Tls => "SSL protocol header not allowed (maybe detected twice)",
            Detected::Protocol(Protocol::Tls) => {
                "AMQP SSL protocol header not allowed (maybe detected twice)"
            }
            Detected::Protocol(Protocol::Sasl) => {
                "AMQP SASL protocol header not allowed (maybe detected twice)"
            }
            Detected::Protocol(Protocol::Amqp) => {
                "AMQP1.0 protocol header not allowed (maybe detected twice)"
            }
            Detected::PreStandard => "Incompatible AMQP connection detected",
            Detected::Insufficient => "End of input stream before protocol detection",
            Detected::Unknown => "Unknown protocol detected",
        };
        self.farewell = Farewell::Amqp;
        Violation::framing(format!("{what}: '{}'{suffix}", quote(bytes)))
    }

    /// Whether a server may talk to this client at all; authentication is asked first.
    fn check_policy(&mut self) -> Result<(), Violation> {
        let complaint = if self.require_auth && !self.is_authenticated() {
            "Client skipped authentication - forbidden"
        } else if self.require_encryption && !self.is_encrypted() {
            "Client connection unencrypted - forbidden"
        } else {
            return Ok(());
        };
        self.farewell = Farewell::Silent;
        Err(Violation::new(POLICY_ERROR, complaint))
    }

    /// A client's check of the header it has to get.
    fn expect(&mut self, protocol: Protocol, bytes: &[u8]) -> Outcome {
        match detect(bytes) {
            Detected::Insufficient => Ok(Step::Waiting),
            Detected::Protocol(got) if got == protocol => {
                match protocol {
                    Protocol::Sasl => {
                        self.trace_mark(Subsystem::Sasl, "  <- SASL");
                        self.sasl_header_received = true;
                        self.inform_sasl();
                        self.input_layer = InputLayer::Sasl;
                    }
                    _ => {
                        self.trace_mark(Subsystem::Amqp, "  <- AMQP");
                        self.amqp_header_received = true;
                        self.input_layer = InputLayer::Amqp;
                    }
                }
                Ok(Step::Consumed(HEADER))
            }
            other => Err(Violation::framing(unexpected_header(protocol, other, bytes, ""))),
        }
    }

    #[inline]
    fn next_frame<'a>(&mut self, bytes: &'a [u8]) -> Result<Option<Frame<'a>>, Violation> {
        let frame =
            next_frame(bytes, self.local_max_frame).map_err(|_| Violation::framing("malformed frame"))?;
        if let Some(frame) = &frame {
            self.frames_in += 1;
            if self.tracing.raw {
                self.trace_raw_in(bytes.get(..frame.size).unwrap_or_default(), frame.body.len());
            }
        }
        Ok(frame)
    }

    fn read_sasl(&mut self, connection: Option<&mut Connection>, bytes: &[u8]) -> Outcome {
        let Some(frame) = self.next_frame(bytes)? else { return Ok(Step::Waiting) };
        self.trace_sasl_in(frame.channel, frame.body);
        if !frame.body.is_empty() {
            let sasl_frame = SaslFrame::decode(frame.body).map_err(|error| self.undispatched(1, &error))?;
            let changed = self.sasl_mut().receive(&sasl_frame);
            self.hear_sasl();
            if changed? {
                self.post(connection, Event::Transport);
            }
            self.leave_sasl();
            if self.input_layer == InputLayer::AfterSasl {
                self.log_success();
            }
        }
        Ok(Step::Consumed(frame.size))
    }

    #[inline]
    fn read_amqp(&mut self, connection: Option<&mut Connection>, bytes: &[u8]) -> Outcome {
        if connection.is_none() && self.open_received {
            return Ok(Step::Waiting);
        }
        let Some(frame) = self.next_frame(bytes)? else { return Ok(Step::Waiting) };
        if frame.body.is_empty() {
            self.trace_in(frame.channel, frame.body);
        } else if let Some(connection) = connection {
            self.receive(connection, Channel(frame.channel), frame.body)?;
        } else if !self.receive_unbound(frame.channel, frame.body)? {
            // It is looked at again once there is a connection.
            self.frames_in -= 1;
            return Ok(Step::Waiting);
        }
        Ok(Step::Consumed(frame.size))
    }

    /// The fault of a frame whose body is no performative of its layer; the log hears what exactly is wrong.
    #[cold]
    pub(super) fn undispatched(&mut self, frame_type: u8, error: &DispatchError) -> Violation {
        if self.tracing.debug {
            self.log(Subsystem::Amqp, Level::Debug, error.to_string());
        }
        Violation::framing(match error {
            DispatchError::Unknown(_) => {
                format!("Error dispatching frame: type: {frame_type}: Unknown performative")
            }
            DispatchError::Malformed(_) => "Error dispatching frame".to_owned(),
        })
    }

    /// The peer will send nothing more.
    pub(crate) fn close_tail(&mut self, mut connection: Option<&mut Connection>) {
        if self.tail_closed {
            return;
        }
        // Even a stream that is over before it began is one of TLS: nothing may go out in clear.
        self.begin_cover(connection.as_deref_mut());
        let cut = if self.is_covered() { self.end_covered(connection.as_deref_mut()) } else { None };
        if !self.tail_closed {
            self.close_plain_tail(connection, cut);
        }
    }

    /// Nothing more will come for the layers above TLS; `cut` is what is wrong with that end, where TLS knows.
    pub(super) fn close_plain_tail(
        &mut self,
        mut connection: Option<&mut Connection>,
        cut: Option<Violation>,
    ) {
        self.tail_closed = true;
        self.started = true;
        self.post(connection.as_deref_mut(), Event::TransportTailClosed);
        if !self.close_received && !self.failed {
            let given = self.condition.is_set() && !self.amqp_header_received;
            let violation = (!given).then(|| cut.unwrap_or_else(|| self.end_of_stream()));
            self.fail_at_end(connection.as_deref_mut(), violation.as_ref());
        }
        self.trace_mark(Subsystem::Io, END_OF_INPUT);
        self.input.release();
        if self.head_closed {
            self.post(connection, Event::TransportClosed);
        }
    }

    /// What an end of the stream at this point means.
    fn end_of_stream(&mut self) -> Violation {
        const ABORTED: &str = " (connection aborted)";
        let held = self.input.filled().to_vec();
        match self.input_layer {
            InputLayer::Amqp | InputLayer::Sasl => Violation::framing("connection aborted"),
            InputLayer::Start if !self.server => {
                let protocol = if self.sasl.is_some() { Protocol::Sasl } else { Protocol::Amqp };
                Violation::framing(unexpected_header(protocol, Detected::Insufficient, &held, ABORTED))
            }
            InputLayer::SaslHeader => {
                Violation::framing(unexpected_header(Protocol::Sasl, detect(&held), &held, ABORTED))
            }
            InputLayer::AmqpHeader => {
                Violation::framing(unexpected_header(Protocol::Amqp, detect(&held), &held, ABORTED))
            }
            InputLayer::Start | InputLayer::AfterSasl | InputLayer::TlsHello if held.is_empty() => {
                Violation::framing("No protocol header found (connection aborted)")
            }
            InputLayer::Start | InputLayer::AfterSasl | InputLayer::TlsHello => {
                self.refuse(detect(&held), &held, ABORTED)
            }
        }
    }

    /// Stops reading because of something on our side of the wire.
    pub(super) fn close_tail_now(&mut self, connection: Option<&mut Connection>) {
        if std::mem::replace(&mut self.tail_closed, true) {
            return;
        }
        if let Some(connection) = connection {
            self.post(Some(&mut *connection), Event::TransportTailClosed);
            if self.head_closed {
                self.post(Some(connection), Event::TransportClosed);
            }
        }
    }

    /// Whether a client's output may start with AMQP, or has to wait for SASL.
    pub(super) fn first_output_layer(&self) -> OutputLayer {
        if self.sasl.is_some() && (!self.server || self.sasl_header_received) {
            OutputLayer::Sasl
        } else {
            OutputLayer::AmqpHeader
        }
    }
}

/// How the log tells that nothing more is read.
const END_OF_INPUT: &str = "  <- EOS";

/// Bytes that wait for something else than bytes, a connection or an answer, before no more are read.
const MOST_WAITING: usize = 64 * 1024;

/// The length of a protocol header.
const HEADER: usize = 8;

fn quote(bytes: &[u8]) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = quoted(&mut text, bytes);
    text
}

fn unexpected_header(protocol: Protocol, got: Detected, bytes: &[u8], suffix: &str) -> String {
    let expected = match protocol {
        Protocol::Sasl => "SASL",
        _ => "AMQP",
    };
    if bytes.is_empty() {
        format!("Expected {expected} protocol header: no protocol header found{suffix}")
    } else {
        format!("Expected {expected} protocol header got: {} ['{}']{suffix}", got.name(), quote(bytes))
    }
}
