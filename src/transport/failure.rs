//! Fatal errors: the condition, the farewell and the end of both directions (spec/transport.md section 5).

use super::Transport;
use super::output::OutputLayer;
use super::trace::{Level, Subsystem};
use crate::engine::{Connection, Event, INTERNAL_ERROR, Text, Violation};

/// Whether a failing transport says good-bye in AMQP although it has not spoken AMQP yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Farewell {
    /// A client does; a server does once it has read the client's AMQP header.
    #[default]
    ByRole,
    /// The peer's header was of no use, and is told so in AMQP.
    Amqp,
    /// Nothing is said to a peer that policy keeps out.
    Silent,
}

impl Transport {
    /// Ends the stream because of `violation`: the peer hears of it if it speaks AMQP, and nothing more is read.
    pub(super) fn fail(&mut self, mut connection: Option<&mut Connection>, violation: &Violation) {
        self.note(violation);
        self.announce_failure(connection.as_deref_mut(), Some(violation));
        self.close_tail_now(connection);
    }

    /// Ends the stream after a fault that was met while the tail was being closed.
    pub(super) fn fail_at_end(&mut self, connection: Option<&mut Connection>, violation: Option<&Violation>) {
        if let Some(violation) = violation {
            self.note(violation);
        }
        self.announce_failure(connection, violation);
    }

    /// Sets the condition; an earlier one keeps its name and gets the new description, in brackets behind its own.
    fn note(&mut self, violation: &Violation) {
        if self.condition.is_set() {
            let text = self.condition.description.as_ref().map_or_else(
                || violation.description().as_bytes().to_vec(),
                |earlier| [earlier.bytes(), b" (", violation.description().as_bytes(), b")"].concat(),
            );
            self.condition.description = Some(Text::new(&text));
        } else {
            self.condition.set_violation(violation);
        }
    }

    /// The log hears of this fault alone, or without one, of the condition that was set before.
    fn announce_failure(&mut self, connection: Option<&mut Connection>, violation: Option<&Violation>) {
        self.failed = true;
        self.post(connection, Event::TransportError);
        let show = |text: &Option<Text>| {
            text.as_ref().map_or_else(String::new, |t| String::from_utf8_lossy(t.bytes()).into_owned())
        };
        let line = match violation {
            Some(violation) => format!("{} {}", violation.condition(), violation.description()),
            None => format!("{} {}", show(&self.condition.name), show(&self.condition.description)),
        };
        self.log(Subsystem::Amqp, Level::Error, line);
        self.say_farewell();
        self.output_ends = true;
    }

    /// Tells a peer that speaks AMQP why, unless the stream's end was announced already.
    pub(super) fn say_farewell(&mut self) {
        let speaks_amqp = match (self.output_layer, self.farewell) {
            (OutputLayer::Amqp, _) => true,
            (_, Farewell::Silent) | (OutputLayer::Sasl, _) => false,
            (_, Farewell::Amqp) => true,
            (OutputLayer::AmqpHeader | OutputLayer::Start, Farewell::ByRole) => {
                self.may_speak_amqp() && self.first_output_layer() != OutputLayer::Sasl
            }
        };
        if !speaks_amqp || self.close_sent || self.head_closed || self.is_cover_broken() {
            return;
        }
        self.write_amqp_header();
        if !self.open_sent {
            self.emit_minimal_open();
        }
        let condition = std::mem::take(&mut self.condition);
        self.emit_close(&condition);
        self.condition = condition;
    }

    /// A fault of our own was caught on the way of wire bytes: this transport ends.
    pub(crate) fn fail_internally(&mut self, connection: Option<&mut Connection>) {
        let fault = Violation::new(INTERNAL_ERROR, "the transport met an internal error");
        self.fail(connection, &fault);
    }
}
