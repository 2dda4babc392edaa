//! What a transport says to its log. Lines are queued and written by the boundary once its borrow has ended; frames
//! are put into words only while somebody listens.

use std::borrow::Cow;

use super::Transport;
use super::input::InputLayer;
use super::output::OutputLayer;
use crate::performative::Channel;
use crate::performative::trace::{Direction, frame_text, raw_lines};
use crate::performative::without_secrets;

/// The parts of the library that log, with the bits of `pn_log_subsystem_t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subsystem {
    Io = 2,
    Amqp = 8,
    Ssl = 16,
    Sasl = 32,
}

/// How urgent a line is, with the bits of `pn_log_level_t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Error = 2,
    Warning = 4,
    Info = 8,
    Debug = 16,
    Trace = 32,
    Frame = 64,
    Raw = 128,
}

/// A line for the log.
pub(crate) struct TraceLine {
    pub(crate) subsystem: Subsystem,
    pub(crate) level: Level,
    pub(crate) text: String,
}

/// What the log wants to hear beyond errors and warnings.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tracing {
    pub(crate) frames: bool,
    /// Headers and ends of streams, which belong to a subsystem each.
    pub(crate) marks: bool,
    pub(crate) raw: bool,
    pub(crate) debug: bool,
}

impl Transport {
    /// Says what the log wants to hear from now on.
    pub(crate) fn set_tracing(&mut self, tracing: Tracing) {
        self.tracing = tracing;
    }

    /// The lines that wait to be written.
    pub(crate) fn take_trace(&mut self) -> Vec<TraceLine> {
        std::mem::take(&mut self.trace)
    }

    pub(crate) fn has_trace(&self) -> bool {
        !self.trace.is_empty()
    }

    pub(super) fn log(&mut self, subsystem: Subsystem, level: Level, text: impl Into<String>) {
        self.trace.push(TraceLine { subsystem, level, text: text.into() });
    }

    /// Traces a frame body that arrived.
    #[inline]
    pub(super) fn trace_in(&mut self, channel: u16, body: &[u8]) {
        if self.tracing.frames {
            self.trace_frame_in(channel, body);
        }
    }

    #[cold]
    fn trace_frame_in(&mut self, channel: u16, body: &[u8]) {
        let text = frame_text(Channel(channel), Direction::In, body);
        self.log(Subsystem::Amqp, Level::Frame, text);
    }

    /// Traces the body of a SASL frame that arrived, without what the peer proves itself with.
    pub(super) fn trace_sasl_in(&mut self, channel: u16, body: &[u8]) {
        if self.tracing.frames {
            self.trace_frame_in(channel, &without_secrets(body));
        }
    }

    /// Traces the bytes of a frame that arrived, of which the body has so many.
    #[cold]
    pub(super) fn trace_raw_in(&mut self, frame: &[u8], body: usize) {
        let frame = match self.input_layer {
            InputLayer::Sasl => shown_frame(frame, frame.len().saturating_sub(body)),
            _ => Cow::Borrowed(frame),
        };
        self.trace_raw(raw_lines(Direction::In, &frame));
    }

    /// Traces the frame that was just written from `start` on.
    #[inline]
    pub(super) fn trace_out(&mut self, start: usize) {
        self.frames_out += 1;
        if self.tracing.frames || self.tracing.raw {
            let written = std::mem::take(&mut self.output.bytes);
            self.trace_frame_out(written.get(start..).unwrap_or_default());
            self.output.bytes = written;
        }
    }

    /// Traces the frame, which has just been written.
    #[inline]
    pub(super) fn trace_frame(&mut self, frame: &[u8]) {
        self.frames_out += 1;
        if self.tracing.frames || self.tracing.raw {
            self.trace_frame_out(frame);
        }
    }

    #[cold]
    fn trace_frame_out(&mut self, frame: &[u8]) {
        let channel = match frame {
            [_, _, _, _, _, _, high, low, ..] => u16::from_be_bytes([*high, *low]),
            _ => 0,
        };
        let frame = match self.output_layer {
            OutputLayer::Sasl => shown_frame(frame, HEADER),
            _ => Cow::Borrowed(frame),
        };
        let text = frame_text(Channel(channel), Direction::Out, frame.get(HEADER..).unwrap_or_default());
        let raw: Vec<_> =
            if self.tracing.raw { raw_lines(Direction::Out, &frame).collect() } else { Vec::new() };
        if self.tracing.frames {
            self.log(Subsystem::Amqp, Level::Frame, text);
        }
        self.trace_raw(raw);
    }

    pub(super) fn trace_raw(&mut self, lines: impl IntoIterator<Item = String>) {
        for line in lines {
            self.log(Subsystem::Io, Level::Raw, line);
        }
    }

    /// Traces a protocol header or the end of the stream.
    pub(super) fn trace_mark(&mut self, subsystem: Subsystem, text: &str) {
        if self.tracing.marks {
            self.log(subsystem, Level::Frame, text);
        }
    }
}

/// A SASL frame as a trace may show it; the body starts at `start`.
fn shown_frame(frame: &[u8], start: usize) -> Cow<'_, [u8]> {
    let Some((header, body)) = frame.split_at_checked(start) else { return Cow::Borrowed(frame) };
    match without_secrets(body) {
        Cow::Borrowed(_) => Cow::Borrowed(frame),
        Cow::Owned(shown) => Cow::Owned([header, &shown].concat()),
    }
}

/// The size of the header of a frame that we write.
const HEADER: usize = 8;
