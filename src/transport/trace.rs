//! What a transport says to its log. Lines are queued and written by the boundary once its borrow has ended; frames
//! are put into words only while somebody listens.

use super::Transport;
use crate::performative::Channel;
use crate::performative::trace::{Direction, frame_text, raw_lines};

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

    /// Traces the frame that was just written from `start` on.
    #[inline]
    pub(super) fn trace_out(&mut self, start: usize) {
        self.frames_out += 1;
        if self.tracing.frames || self.tracing.raw {
            self.trace_frame_out(start);
        }
    }

    #[cold]
    fn trace_frame_out(&mut self, start: usize) {
        let frame = self.output.bytes.get(start..).unwrap_or_default();
        let channel = match frame {
            [_, _, _, _, _, _, high, low, ..] => u16::from_be_bytes([*high, *low]),
            _ => 0,
        };
        let text = frame_text(Channel(channel), Direction::Out, frame.get(8..).unwrap_or_default());
        let raw: Vec<_> =
            if self.tracing.raw { raw_lines(Direction::Out, frame).collect() } else { Vec::new() };
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
