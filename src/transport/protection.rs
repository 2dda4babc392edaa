//! A security layer that SASL has negotiated: every byte after the exchange passes through it (spec/security.md sections
//! 2.7 and 2.8).
//!
//! The layers above write and read plain bytes as ever. What they write is handed out in pieces to be encoded before
//! anybody can take it, and what arrives is handed out to be decoded before it is parsed. Where an implementation outside
//! the library does that, both are questions that the transport waits for, as in `sasl`; Cyrus does it in place.

use super::Transport;
use super::input::InputLayer;
use super::output_buffer::OutputBuffer;
use super::trace::{Level, Subsystem};
use crate::engine::{Connection, Event, Password, Violation};
use crate::sasl::{self, Answer, Ask, Layer, Stage};

/// A layer in use.
pub(super) struct Protection {
    /// How many bytes it takes at a time.
    most: usize,
    /// Who encodes and decodes, where no answer has to be awaited.
    layer: Option<Box<Layer>>,
    /// Encoded, and ready to be taken.
    pub(super) encoded: OutputBuffer,
    /// Decoded, and not parsed yet.
    decoded: Vec<u8>,
}

/// Bytes decoded for nobody, while no connection is bound, are not more than this or a frame.
const UNHEARD: usize = 64 * 1024;

impl Transport {
    /// Whether an answer is awaited, so that nothing can be read or written.
    pub(super) fn waits(&self) -> bool {
        self.sasl.as_ref().is_some_and(|sasl| sasl.waits())
    }

    /// The next question to an implementation of SASL outside the library.
    pub(crate) fn take_ask(&mut self) -> Option<Ask> {
        self.sasl.as_mut()?.take_ask()
    }

    pub(crate) fn has_ask(&self) -> bool {
        self.sasl.as_ref().is_some_and(|sasl| sasl.has_ask())
    }

    /// Whether answers from outside lead or may have led this transport's SASL: then output may be made after the
    /// call that asked for it.
    pub(crate) fn is_led_outside(&self) -> bool {
        self.sasl.as_ref().is_some_and(|sasl| sasl.implementation().is_some() || sasl.is_askable())
    }

    /// Goes on with what waited for an answer.
    pub(crate) fn answered(&mut self, mut connection: Option<&mut Connection>, mut answer: Answer) {
        let Some(sasl) = self.sasl.as_mut() else { return };
        if sasl.answered(&mut answer) {
            self.leave_sasl();
            self.post(connection.as_deref_mut(), Event::Transport);
        }
        if matches!(answer, Answer::Told(_)) && self.input_layer == InputLayer::AfterSasl {
            self.log_success();
        }
        let intact = match answer {
            Answer::Layer(Some(most)) => {
                self.protect(most, None);
                true
            }
            Answer::Encoded(bytes) => bytes.map(|bytes| self.take_encoded(&bytes)).is_some(),
            Answer::Decoded(bytes) => bytes.map(|bytes| self.take_decoded(&bytes)).is_some(),
            _ => true,
        };
        if !intact {
            self.fail(
                connection.as_deref_mut(),
                &Violation::new(SASL_ERROR, "the SASL security layer failed"),
            );
            self.output.release();
        }
        self.read(connection.as_deref_mut());
        if std::mem::take(&mut self.output_waits) {
            self.pending(connection);
        }
    }

    /// What an implementation outside wants to be sent next. What may not be is told to the log.
    pub(crate) fn set_sasl_stage(&mut self, connection: Option<&mut Connection>, stage: Stage) {
        let Some(sasl) = self.sasl.as_mut() else { return };
        match sasl.set_desired(stage) {
            Ok(true) => {
                self.leave_sasl();
                self.post(connection, Event::Transport);
            }
            Ok(false) => {}
            Err(objection) => self.log(Subsystem::Sasl, Level::Error, objection),
        }
    }

    /// From here on bytes pass through the layer. What was written before goes out as it is.
    fn protect(&mut self, most: usize, layer: Option<Box<Layer>>) {
        self.log(Subsystem::Sasl, Level::Info, format!("Encryption enabled: buffer={most}"));
        let encoded = std::mem::take(&mut self.output);
        self.protection =
            Some(Box::new(Protection { most: most.max(1), layer, encoded, decoded: Vec::new() }));
    }

    /// Lays a layer that answers in place, once everything was said before it; tells whether there was one.
    #[inline]
    pub(super) fn lay(&mut self) -> bool {
        let layer = self.sasl.as_mut().and_then(|sasl| sasl.take_layer());
        layer.map(|layer| self.protect(layer.most(), Some(layer))).is_some()
    }

    /// Has what was written encoded, a piece at a time. Where that is a question, the next piece waits for the answer.
    pub(super) fn seal(&mut self, connection: Option<&mut Connection>) {
        while !self.output.is_empty() && !self.waits() {
            let Some(protection) = &mut self.protection else { return };
            let plain = self.output.pending();
            let n = plain.len().min(protection.most);
            let piece = plain.get(..n).unwrap_or_default();
            let encoded = match &mut protection.layer {
                Some(layer) => layer.encode(piece),
                None => {
                    let piece = Password::new(piece);
                    self.spoken(n);
                    self.output_waits = true;
                    return self.sasl_mut().ask(Ask::Encode(piece));
                }
            };
            match encoded {
                Ok(bytes) => {
                    self.spoken(n);
                    self.take_encoded(&bytes);
                }
                Err(fault) => {
                    self.fail(connection, &Violation::new(SASL_ERROR, fault));
                    return self.output.release();
                }
            }
        }
    }

    /// So much of the output is on its way.
    fn spoken(&mut self, n: usize) {
        self.output.take(n);
        self.idle.note_spoken(n);
        self.output.rest();
    }

    fn take_encoded(&mut self, bytes: &[u8]) {
        if let Some(protection) = &mut self.protection {
            protection.encoded.prepare();
            protection.encoded.bytes.extend_from_slice(bytes);
            protection.encoded.rest();
        }
    }

    fn take_decoded(&mut self, bytes: &[u8]) {
        if let Some(protection) = &mut self.protection {
            protection.decoded.extend_from_slice(bytes);
        }
    }

    /// Reads what was decoded, and has more decoded while that is not enough.
    pub(super) fn read_protected(&mut self, mut connection: Option<&mut Connection>) {
        while let Some(piece) = self.next_to_decode(connection.as_deref_mut()) {
            let Some(protection) = &mut self.protection else { return };
            let Some(layer) = &mut protection.layer else {
                return self.sasl_mut().ask(Ask::Decode(piece));
            };
            match layer.decode(piece.bytes()) {
                Ok(bytes) => protection.decoded.extend_from_slice(&bytes),
                Err(fault) => return self.fail(connection, &Violation::new(SASL_ERROR, fault)),
            }
        }
    }

    /// Reads what was decoded; gives what has to be decoded next, if there is any and it is wanted.
    fn next_to_decode(&mut self, mut connection: Option<&mut Connection>) -> Option<Password> {
        if let Some(connection) = connection.as_deref_mut() {
            connection.settle_arrived();
        }
        let mut decoded = std::mem::take(&mut self.protection.as_mut()?.decoded);
        let used = self.parse(connection.as_deref_mut(), &decoded);
        decoded.drain(..used.min(decoded.len()));
        let enough = connection.is_none() && decoded.len() > UNHEARD.max(self.local_max_frame as usize);
        let waits = self.waits();
        let protection = self.protection.as_mut()?;
        protection.decoded = decoded;
        let arrived = self.input.filled();
        if self.tail_closed || enough || arrived.is_empty() || waits {
            return None;
        }
        let n = arrived.len().min(protection.most);
        let piece = Password::new(arrived.get(..n).unwrap_or_default());
        self.input.consume(n);
        Some(piece)
    }

    /// Writes to the log what the exchange has to say.
    pub(super) fn hear_sasl(&mut self) {
        let Some(sasl) = &mut self.sasl else { return };
        for sasl::Line { level, text } in sasl.take_lines() {
            let level = match level {
                sasl::Level::Error => Level::Error,
                sasl::Level::Warning => Level::Warning,
                sasl::Level::Info => Level::Info,
                sasl::Level::Debug => Level::Debug,
                sasl::Level::Trace => Level::Trace,
            };
            self.log(Subsystem::Sasl, level, text);
        }
    }

    /// What is ready for the wire, or for TLS.
    pub(super) fn outgoing(&self) -> &OutputBuffer {
        self.protection.as_ref().map_or(&self.output, |protection| &protection.encoded)
    }

    pub(super) fn outgoing_mut(&mut self) -> &mut OutputBuffer {
        match &mut self.protection {
            Some(protection) => &mut protection.encoded,
            None => &mut self.output,
        }
    }

    /// How much was written and not been taken.
    pub(super) fn unsent(&self) -> usize {
        let sealed = self.protection.as_ref().map_or(0, |protection| protection.encoded.len());
        let covered = self.cover.as_ref().and_then(|cover| cover.session.as_ref());
        self.output.len() + sealed + covered.map_or(0, |session| session.wire().len())
    }
}

/// The condition of a layer that broke.
const SASL_ERROR: &str = "proton:io:sasl_error";
