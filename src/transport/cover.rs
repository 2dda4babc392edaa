//! TLS under everything else: what is read and written passes through a session first (spec/security.md sections 1
//! and 3.7 to 3.10).
//!
//! The layers above keep their buffers: bytes from the peer are decrypted into the input that they parse, and what
//! they write is encrypted before anybody can take it. A client's session begins with its first input or output, a
//! server's when the peer's first bytes turn out to be TLS. Our stream ends with a close_notify behind the last byte,
//! whatever ended it, unless the session itself is what broke; after a close of ours not before the peer's has come.

use super::Transport;
use super::failure::Farewell;
use super::input::InputLayer;
use super::input_buffer::InputBuffer;
use super::output::OutputLayer;
use super::trace::{Level, Subsystem};
use crate::engine::{Connection, Text, Violation};
use crate::tls::certificate::{self, Certificate, Fingerprint, Subfield};
use crate::tls::{Fault, Opener, Read, Session, Urgency};

/// What a transport has of TLS from the moment that a program asks for it.
#[derive(Default)]
pub(crate) struct Cover {
    peer_name: Option<Text>,
    opener: Option<Box<dyn Opener>>,
    pub(super) session: Option<Box<dyn Session>>,
    /// Bytes of the peer for which the session has no room, because what it holds cannot be read yet.
    pub(super) wire: InputBuffer,
    /// Who the peer's certificate says it is.
    subject: Option<Text>,
    /// Parts of it that a program has asked for.
    subfields: Vec<(Subfield, Text)>,
    established: bool,
    /// The session has failed.
    broken: bool,
    closed: bool,
}

impl Cover {
    /// Sets what the session will be made from. It counts once; a second time has no effect.
    pub(crate) fn init(&mut self, opener: Box<dyn Opener>) {
        self.opener.get_or_insert(opener);
    }

    pub(crate) const fn is_initialised(&self) -> bool {
        self.opener.is_some()
    }

    /// Whom a client means to talk to, or what a server expects its peer to be called. It counts until the session
    /// begins.
    pub(crate) fn set_peer_name(&mut self, name: Option<&[u8]>) {
        self.peer_name = Text::from_option(name);
    }

    pub(crate) const fn peer_name(&self) -> Option<&Text> {
        self.peer_name.as_ref()
    }

    /// The session, once there is one.
    pub(crate) fn session(&self) -> Option<&dyn Session> {
        self.session.as_deref()
    }

    /// Who the peer's certificate says it is, in the form of RFC 2253, once its certificate is known.
    pub(crate) const fn subject(&self) -> Option<&Text> {
        self.subject.as_ref()
    }

    /// A part of the subject of the peer's certificate. The text stays where it is as long as the transport.
    pub(crate) fn subfield(&mut self, which: Subfield) -> Option<&Text> {
        if !self.subfields.iter().any(|(kind, _)| *kind == which) {
            let text = Text::new(self.certificate()?.subfield(which)?);
            self.subfields.push((which, text));
        }
        self.subfields.iter().find(|(kind, _)| *kind == which).map(|(_, text)| text)
    }

    /// A digest of the peer's certificate in hexadecimal.
    pub(crate) fn fingerprint(&self, kind: Fingerprint) -> Option<String> {
        Some(self.certificate()?.fingerprint(kind))
    }

    /// The peer's certificate, once the peer was found to be who it should be.
    fn certificate(&self) -> Option<Certificate> {
        let session = self.session.as_ref().filter(|_| self.established)?;
        Certificate::from_der(&session.peer_certificate()?)
    }

    fn open(&mut self) -> Result<(), Fault> {
        let Some(opener) = &self.opener else { return Err(Fault::new(NOT_SET_UP)) };
        let name = self.peer_name.as_ref().map(|name| String::from_utf8_lossy(name.bytes()).into_owned());
        self.session = Some(opener.open(name.as_deref())?);
        Ok(())
    }
}

impl Transport {
    /// What there is of TLS, made on the first call. The name of a connection that is bound already is the peer's.
    pub(crate) fn cover_mut(&mut self, connection: Option<&Connection>) -> &mut Cover {
        self.cover.get_or_insert_with(|| {
            let mut cover = Box::<Cover>::default();
            cover.peer_name = connection.and_then(|connection| connection.hostname.clone());
            cover
        })
    }

    pub(crate) fn cover(&self) -> Option<&Cover> {
        self.cover.as_deref()
    }

    /// What there is of TLS, if somebody has asked for it.
    pub(crate) fn existing_cover(&mut self) -> Option<&mut Cover> {
        self.cover.as_deref_mut()
    }

    /// Whether bytes go through TLS.
    #[inline]
    pub(super) fn is_covered(&self) -> bool {
        self.cover.as_ref().is_some_and(|cover| cover.session.is_some())
    }

    /// The session has failed, and nothing can be said through it any more.
    pub(super) fn is_cover_broken(&self) -> bool {
        self.cover.as_ref().is_some_and(|cover| cover.broken)
    }

    /// The strength in bits of the encryption, once the peer is known to be who it should be; 0 for none.
    pub(crate) fn encryption_strength(&self) -> u16 {
        let session = self.cover.as_ref().and_then(|cover| cover.session.as_ref());
        let agreed = session.filter(|session| session.is_established()).and_then(|session| session.agreed());
        agreed.map_or(0, |agreed| agreed.strength)
    }

    /// Tells the authentication what TLS has found out about the peer.
    pub(super) fn inform_sasl(&mut self) {
        let strength = self.encryption_strength();
        let subject = self.cover.as_ref().and_then(|cover| cover.subject.clone());
        if let Some(sasl) = self.sasl.as_mut().filter(|_| strength > 0) {
            sasl.set_external(strength, subject);
        }
    }

    /// A client that was asked for TLS begins with it.
    #[inline]
    pub(super) fn begin_cover(&mut self, connection: Option<&mut Connection>) {
        if self.cover.is_some() && !self.server {
            self.begin_client_cover(connection);
        }
    }

    #[cold]
    fn begin_client_cover(&mut self, connection: Option<&mut Connection>) {
        let fresh = self.input_layer == InputLayer::Start && self.output_layer == OutputLayer::Start;
        if fresh && !self.is_covered() && !self.failed {
            self.open_cover(connection);
        }
    }

    fn open_cover(&mut self, connection: Option<&mut Connection>) {
        let Some(cover) = &mut self.cover else { return };
        match cover.open() {
            Ok(()) => self.started = true,
            Err(fault) => self.break_cover(connection, &fault),
        }
    }

    /// A server has seen that the peer speaks TLS: its bytes belong to a session from here on.
    ///
    /// # Errors
    /// Nobody has set TLS up. The peer is told by an alert, in plain bytes because there is no session.
    pub(super) fn meet_tls(&mut self, connection: Option<&mut Connection>) -> Result<(), Violation> {
        if self.cover.as_ref().is_some_and(|cover| cover.is_initialised()) {
            self.open_cover(connection);
            return Ok(());
        }
        self.farewell = Farewell::Silent;
        self.output.bytes.extend_from_slice(&NO_TLS_HERE);
        Err(Violation::framing(format!("{FAILURE}{NOT_SET_UP}")))
    }

    /// Reads what the session has not taken yet.
    pub(super) fn read_covered(&mut self, connection: Option<&mut Connection>) {
        let Some(cover) = &mut self.cover else { return };
        let mut wire = std::mem::take(&mut cover.wire);
        let used = self.pass_in(connection, wire.filled());
        if self.tail_closed {
            wire.release();
        } else {
            wire.consume(used);
        }
        if let Some(cover) = &mut self.cover {
            cover.wire = wire;
        }
    }

    /// Takes in bytes from memory of the reader's own. What the session has no room for is kept.
    pub(super) fn take_in_covered(&mut self, connection: Option<&mut Connection>, bytes: &[u8]) {
        let Some(cover) = &mut self.cover else { return };
        if !cover.wire.filled().is_empty() {
            cover.wire.append(bytes);
            return self.read_covered(connection);
        }
        let used = self.pass_in(connection, bytes);
        let rest = bytes.get(used..).unwrap_or_default();
        if let Some(cover) = self.cover.as_mut().filter(|_| !self.tail_closed && !rest.is_empty()) {
            cover.wire.append(rest);
        }
    }

    /// Bytes that were taken for plain ones turn out to be the session's.
    pub(super) fn adopt_input(&mut self, input: InputBuffer) {
        if let Some(cover) = &mut self.cover {
            cover.wire = input;
        }
    }

    /// Feeds the session and reads what it decrypts; tells how many bytes are done with.
    fn pass_in(&mut self, mut connection: Option<&mut Connection>, bytes: &[u8]) -> usize {
        let mut used = 0;
        while !self.tail_closed {
            let rest = bytes.get(used..).unwrap_or_default();
            let Some(session) = self.session_mut() else { break };
            let taken = session.feed(rest);
            used += taken;
            if let Err(fault) = self.decrypt(connection.as_deref_mut()) {
                self.break_cover(connection.as_deref_mut(), &fault);
            }
            if taken == 0 || used >= bytes.len() {
                break;
            }
        }
        used
    }

    /// Reads what the session has decrypted, as far as the layers above can take it.
    fn decrypt(&mut self, mut connection: Option<&mut Connection>) -> Result<(), Fault> {
        self.input.grow(PLAIN_ROOM, self.local_max_frame);
        while !self.tail_closed && self.input.room(self.local_max_frame) > 0 {
            let Some(session) = self.cover.as_mut().and_then(|cover| cover.session.as_mut()) else { break };
            let read = session.read(self.input.spare());
            self.note_session();
            match read? {
                Read::Bytes(n) => {
                    self.input.fill(n);
                    self.read_plain(connection.as_deref_mut());
                }
                Read::Nothing => break,
                Read::Closed => {
                    self.close_plain_tail(connection, None);
                    return Ok(());
                }
            }
        }
        // Nobody needs the room while there is nothing in it.
        self.input.consume(0);
        Ok(())
    }

    /// Takes over what a step of the session has brought: lines for the log, and who the peer is.
    fn note_session(&mut self) {
        let Some(cover) = self.cover.as_mut().filter(|cover| !cover.established) else { return };
        let Some(session) = &mut cover.session else { return };
        let lines = session.take_log();
        cover.established = session.is_established();
        if cover.established {
            let certificate = session.peer_certificate();
            cover.subject =
                certificate.as_deref().and_then(certificate::subject).map(|s| Text::new(s.as_bytes()));
        }
        for line in lines {
            let level = match line.urgency {
                Urgency::Error => Level::Error,
                Urgency::Trace => Level::Trace,
            };
            self.log(Subsystem::Ssl, level, line.text);
        }
    }

    /// The peer's bytes have ended. Gives what that means if its stream had not.
    pub(super) fn end_covered(&mut self, connection: Option<&mut Connection>) -> Option<Violation> {
        self.session_mut()?.feed_end();
        let fault = self.decrypt(connection).err()?;
        self.retire_session(&fault);
        Some(violation(&fault))
    }

    fn break_cover(&mut self, connection: Option<&mut Connection>, fault: &Fault) {
        self.retire_session(fault);
        self.fail(connection, &violation(fault));
    }

    /// Nothing goes through the session any more; what it has for the peer still goes out.
    fn retire_session(&mut self, fault: &Fault) {
        for line in &fault.details {
            self.log(Subsystem::Ssl, Level::Error, line.clone());
        }
        self.output.release();
        self.protection = None;
        if let Some(cover) = &mut self.cover {
            cover.broken = true;
        }
    }

    fn session_mut(&mut self) -> Option<&mut Box<dyn Session>> {
        self.cover.as_mut()?.session.as_mut()
    }

    /// Whether our stream stays open after our close: who reads a close_notify may not answer any more (RFC 5246 section
    /// 7.2.1), and the distribution's library does not, so that its close would never come.
    pub(super) fn end_waits(&self) -> bool {
        let over = self.close_received || self.tail_closed || self.failed;
        !over && self.is_covered() && !self.is_cover_broken()
    }

    /// Encrypts what has been written, and ends our stream behind the last of it.
    pub(super) fn encrypt(&mut self, connection: Option<&mut Connection>) {
        let ends = self.output_ends && !self.output_waits && !self.end_waits();
        let Some(cover) = &mut self.cover else { return };
        let Some(session) = &mut cover.session else { return };
        let counted = self.protection.is_some();
        let plain = match &mut self.protection {
            Some(protection) => &mut protection.encoded,
            None => &mut self.output,
        };
        if cover.broken || (self.tail_closed && !cover.established) {
            plain.release();
            return;
        }
        let mut fault = None;
        while !plain.is_empty() && session.wire().len() < ENOUGH_WIRE {
            let bytes = plain.pending();
            match session.write(bytes.get(..ENOUGH_WIRE).unwrap_or(bytes)) {
                Ok(0) => break,
                Ok(n) => {
                    plain.take(n);
                    // A security layer above has counted its bytes.
                    if !counted {
                        self.idle.note_spoken(n);
                    }
                }
                Err(problem) => {
                    fault = Some(problem);
                    break;
                }
            }
        }
        plain.rest();
        if plain.is_empty() && ends && !cover.closed {
            cover.closed = true;
            session.close();
        }
        if let Some(fault) = fault {
            self.break_cover(connection, &fault);
        }
    }
}

fn violation(fault: &Fault) -> Violation {
    Violation::framing(format!("{FAILURE}{fault}"))
}

/// How the condition of a failed session starts.
const FAILURE: &str = "SSL Failure: ";

/// What the condition says where a program has asked for TLS, or a peer speaks it, and no domain was given.
const NOT_SET_UP: &str = "TLS has not been set up with a domain";

/// The fatal alert handshake_failure, as a peer reads it before anything was agreed on (RFC 5246 section 7.2).
const NO_TLS_HERE: [u8; 7] = [21, 3, 1, 0, 2, 2, 40];

/// Encrypted bytes that may wait to be taken before more are made: four full records.
const ENOUGH_WIRE: usize = 64 * 1024;

/// Room for decrypted bytes: two full records.
const PLAIN_ROOM: usize = 32 * 1024;
