//! A TLS session whose bytes go into and come from buffers of the program's own, on both of its sides.
//!
//! Four queues of buffers stand around one [`Session`]: bytes to decrypt and decrypted ones, bytes to encrypt and
//! encrypted ones. Nothing moves but in a *pass*, which goes on as far as bytes and room allow: first everything that
//! has come from the peer, then everything that goes to it. The memory of the buffers is lent for the time of a *step*:
//! [`RawTls::step`] says which bytes it needs and what for, and whoever knows how to get at them hands them in. So a
//! pass never holds two of the program's buffers at a time, and the program may use the same memory for both sides.
//!
//! What fails, fails for good: nothing more is taken in, but what the session has to tell its peer still comes out
//! (spec/security.md section 4). Neighbours: `queue` has the queues, `domain` what sessions are made from.

mod queue;
#[cfg(all(test, feature = "openssl", not(miri)))]
mod real;
#[cfg(test)]
mod streams;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod toy;

pub(crate) use queue::{Buffer, Place};
use queue::{Inputs, Outputs};

use super::{Agreed, Fault, Read, Session};

/// A session with its four queues.
#[derive(Default)]
pub(crate) struct RawTls {
    stage: Stage,
    encrypt: Lane,
    decrypt: Lane,
    failure: Option<Failure>,
    /// The peer has ended its stream as it should.
    input_closed: bool,
    /// The program has said that it encrypts no more.
    output_closed: bool,
    pass: Pass,
    facts: Facts,
}

/// The life of a session. It only ever moves down this list.
#[derive(Default)]
enum Stage {
    #[default]
    Made,
    Started(Box<dyn Session>),
    Stopped,
}

/// Which way bytes go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    /// To the peer.
    Encrypt,
    /// From the peer.
    Decrypt,
}

/// The two queues of a side.
#[derive(Default)]
struct Lane {
    input: Inputs,
    output: Outputs,
}

/// Why a session cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    pub(crate) fault: Fault,
}

/// What went wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FailureKind {
    /// The session could not be made.
    Start,
    /// The peer is not who it should be.
    Authentication,
    /// Anything else.
    Protocol,
}

/// Why a call was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refusal {
    /// It may be made once.
    Twice,
    /// The session is not at work.
    NotStarted,
    /// The session could not be made.
    NoSession,
}

/// Which bytes of the program's a pass needs, and what for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// Bytes from the peer, for [`RawTls::feed`].
    Feed(Place),
    /// Room for decrypted bytes, for [`RawTls::read`]; its length may be zero.
    Read(Place),
    /// Bytes to encrypt, for [`RawTls::write`].
    Write(Place),
    /// Room for bytes to the peer, for [`RawTls::emit`].
    Emit(Place),
}

/// Where a pass stands.
#[derive(Default)]
struct Pass {
    way: Way,
    /// The session takes no more bytes before it has been read from.
    full: bool,
    /// It took some since a read gave nothing.
    fed: bool,
    /// There may be something to read.
    unread: bool,
    /// Nothing can be encrypted before the handshake is over.
    refused: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Way {
    In,
    Out,
    #[default]
    Over,
}

/// What is known of the handshake and the peer, kept when the session has gone.
#[derive(Default)]
struct Facts {
    agreed: Option<Agreed>,
    certificate: Option<Vec<u8>>,
    /// Nothing will be added.
    complete: bool,
}

/// The most that is encrypted at a time: what one record of TLS has room for.
const RECORD: usize = 1 << 14;

/// No more is encrypted while so much waits for buffers.
const ENOUGH_TO_SEND: usize = 4 * RECORD;

impl RawTls {
    /// Says how many buffers a queue of input keeps, 0 for the usual number. Has no effect once the session has
    /// started.
    pub(crate) fn set_input_limit(&mut self, side: Side, buffers: usize) {
        if self.is_made() {
            self.lane_mut(side).input.limit.set(buffers);
        }
    }

    /// As [`Self::set_input_limit`], for output.
    pub(crate) fn set_output_limit(&mut self, side: Side, buffers: usize) {
        if self.is_made() {
            self.lane_mut(side).output.limit.set(buffers);
        }
    }

    /// Starts with a session that `open` makes. If it cannot be made, another attempt may follow.
    pub(crate) fn start(
        &mut self,
        open: impl FnOnce() -> Result<Box<dyn Session>, Fault>,
    ) -> Result<(), Refusal> {
        if !self.is_made() {
            return Err(Refusal::Twice);
        }
        let session = open().map_err(|fault| {
            self.failure = Some(Failure { kind: FailureKind::Start, fault });
            Refusal::NoSession
        })?;
        self.stage = Stage::Started(session);
        self.failure = None;
        self.close_when_written();
        Ok(())
    }

    /// Ends the session as it is. All buffers are the program's to take.
    pub(crate) fn stop(&mut self) -> Result<(), Refusal> {
        if matches!(self.stage, Stage::Stopped) {
            return Err(Refusal::Twice);
        }
        self.learn();
        self.stage = Stage::Stopped;
        for lane in [&mut self.encrypt, &mut self.decrypt] {
            lane.input.release();
            lane.output.release();
        }
        Ok(())
    }

    /// The program encrypts no more than it has given.
    pub(crate) fn close_output(&mut self) {
        self.output_closed = true;
        self.close_when_written();
    }

    /// Takes buffers with bytes to take in, as many as there is capacity for; gives how many.
    pub(crate) fn give_input(&mut self, side: Side, buffers: impl Iterator<Item = Buffer>) -> usize {
        let buffers = buffers.take(self.input_capacity(side));
        let lane = self.lane_mut(side);
        buffers.map(|buffer| lane.input.give(buffer)).count()
    }

    /// Takes buffers to put bytes into, as many as there is capacity for; gives how many.
    pub(crate) fn give_output(&mut self, side: Side, buffers: impl Iterator<Item = Buffer>) -> usize {
        let buffers = buffers.take(self.output_capacity(side));
        let lane = self.lane_mut(side);
        buffers.map(|buffer| lane.output.give(buffer)).count()
    }

    /// Gives back a buffer all of whose bytes were taken in; once the session was stopped, any.
    pub(crate) fn take_input(&mut self, side: Side) -> Option<Buffer> {
        self.lane_mut(side).input.take()
    }

    /// Gives back a buffer with bytes; once the session was stopped, any.
    pub(crate) fn take_output(&mut self, side: Side) -> Option<Buffer> {
        self.lane_mut(side).output.take()
    }

    /// How many buffers [`Self::give_input`] would take.
    pub(crate) fn input_capacity(&self, side: Side) -> usize {
        let closed = match side {
            Side::Encrypt => self.output_closed,
            Side::Decrypt => self.input_closed,
        };
        let open = self.session().is_some() && self.failure.is_none() && !closed;
        if open { self.lane(side).input.free() } else { 0 }
    }

    /// How many buffers [`Self::give_output`] would take: also after a failure, of which the peer is still told.
    pub(crate) fn output_capacity(&self, side: Side) -> usize {
        if self.session().is_some() { self.lane(side).output.free() } else { 0 }
    }

    /// How many buffers of output have bytes.
    pub(crate) fn filled(&self, side: Side) -> usize {
        self.lane(side).output.filled()
    }

    /// How many bytes the newest of them has.
    pub(crate) fn newest_size(&self, side: Side) -> u32 {
        self.lane(side).output.newest()
    }

    /// Whether bytes wait that no buffer has room for, and one more would be taken.
    pub(crate) fn needs_output(&self, side: Side) -> bool {
        let output = &self.lane(side).output;
        self.holds(side) && output.next().is_none() && output.free() > 0
    }

    /// Whether there is output to take, or will be with more room.
    pub(crate) fn is_pending(&self, side: Side) -> bool {
        self.holds(side) || self.filled(side) > 0
    }

    /// The handshake is complete, and nothing has failed or been stopped.
    pub(crate) fn is_secure(&self) -> bool {
        self.failure.is_none() && self.session().is_some_and(|session| session.is_established())
    }

    /// The peer has ended its stream as it should, and all of it has been decrypted.
    pub(crate) fn is_input_closed(&self) -> bool {
        self.input_closed
    }

    /// Why it cannot go on, if so.
    pub(crate) fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// What the handshake agreed on. Does not change once it is known.
    pub(crate) fn agreed(&mut self) -> Option<&Agreed> {
        self.learn();
        self.facts.agreed.as_ref()
    }

    /// The peer's certificate, encoded in DER. Does not change once it is known.
    pub(crate) fn peer_certificate(&mut self) -> Option<&[u8]> {
        self.learn();
        self.facts.certificate.as_deref()
    }

    /// Begins a pass, of which [`Self::step`] then gives the steps.
    pub(crate) fn begin_pass(&mut self) -> Result<(), Refusal> {
        self.session().ok_or(Refusal::NotStarted)?;
        self.pass = Pass { way: Way::In, unread: true, ..Pass::default() };
        Ok(())
    }

    /// What the pass needs next; `None` at its end.
    pub(crate) fn step(&mut self) -> Option<Step> {
        if self.pass.way == Way::In {
            let step = self.step_in();
            if step.is_some() {
                return step;
            }
            self.pass.way = Way::Out;
        }
        if self.pass.way == Way::Out {
            let step = self.step_out();
            if step.is_some() {
                return step;
            }
            self.pass.way = Way::Over;
            self.learn();
        }
        None
    }

    /// Takes in bytes from the peer.
    pub(crate) fn feed(&mut self, wire: &[u8]) {
        let Stage::Started(session) = &mut self.stage else { return };
        let taken = session.feed(wire).min(wire.len());
        self.decrypt.input.consume(taken);
        self.pass.full = taken < wire.len();
        self.pass.fed |= taken > 0;
        self.pass.unread = true;
    }

    /// Decrypts into `plain`.
    pub(crate) fn read(&mut self, plain: &mut [u8]) {
        let Stage::Started(session) = &mut self.stage else { return };
        match session.read(plain) {
            Ok(Read::Bytes(bytes)) => self.decrypt.output.fill(bytes.min(plain.len())),
            Ok(Read::Nothing) => {
                self.pass.unread = false;
                // Only a session that took something since may take more now. That ends the pass.
                self.pass.full = !std::mem::take(&mut self.pass.fed);
            }
            Ok(Read::Closed) => self.input_closed = true,
            Err(fault) => self.fail(fault),
        }
        self.forget_log();
    }

    /// Encrypts `plain`.
    pub(crate) fn write(&mut self, plain: &[u8]) {
        let Stage::Started(session) = &mut self.stage else { return };
        match session.write(plain) {
            Ok(bytes) => {
                self.encrypt.input.consume(bytes.min(plain.len()));
                self.pass.refused = bytes == 0;
            }
            Err(fault) => self.fail(fault),
        }
        self.forget_log();
    }

    /// Hands out bytes for the peer.
    pub(crate) fn emit(&mut self, room: &mut [u8]) {
        let Stage::Started(session) = &mut self.stage else { return };
        let wire = session.wire();
        let bytes = wire.len().min(room.len());
        if let (Some(to), Some(from)) = (room.get_mut(..bytes), wire.get(..bytes)) {
            to.copy_from_slice(from);
        }
        session.sent(bytes);
        self.encrypt.output.fill(bytes);
    }

    /// Bytes from the peer first, as many as the session takes; then all that comes of them.
    fn step_in(&mut self) -> Option<Step> {
        if self.failure.is_some() || self.input_closed {
            return None;
        }
        if !self.pass.full
            && let Some(place) = self.decrypt.input.next()
        {
            return Some(Step::Feed(place));
        }
        self.pass.unread.then(|| Step::Read(self.decrypt.output.next().unwrap_or_default()))
    }

    /// Encrypts while little waits for buffers, and fills buffers.
    fn step_out(&mut self) -> Option<Step> {
        let waiting = self.session().map_or(0, |session| session.wire().len());
        if self.failure.is_none() && !self.pass.refused && waiting < ENOUGH_TO_SEND {
            if let Some(place) = self.encrypt.input.next() {
                return Some(Step::Write(Place { length: place.length.min(RECORD), ..place }));
            }
            self.close_when_written();
        }
        let room = self.encrypt.output.next()?;
        self.holds(Side::Encrypt).then_some(Step::Emit(room))
    }

    /// Ends our stream behind what was given to be encrypted.
    fn close_when_written(&mut self) {
        let due = self.output_closed && self.failure.is_none() && self.encrypt.input.next().is_none();
        if due && let Stage::Started(session) = &mut self.stage {
            session.close();
        }
    }

    fn fail(&mut self, fault: Fault) {
        let refused = self.session().is_some_and(|session| session.has_refused_peer());
        let kind = if refused { FailureKind::Authentication } else { FailureKind::Protocol };
        self.failure.get_or_insert(Failure { kind, fault });
    }

    /// Nobody asks for these lines, and they must not pile up.
    fn forget_log(&mut self) {
        if let Stage::Started(session) = &mut self.stage {
            drop(session.take_log());
        }
    }

    /// Keeps what is known by now: a session that fails, or goes, tells no more.
    fn learn(&mut self) {
        let Stage::Started(session) = &self.stage else { return };
        if self.facts.complete {
            return;
        }
        self.facts.complete = session.is_established();
        self.facts.agreed = self.facts.agreed.take().or_else(|| session.agreed());
        self.facts.certificate = self.facts.certificate.take().or_else(|| session.peer_certificate());
    }

    /// Whether the session has bytes for a queue of output.
    fn holds(&self, side: Side) -> bool {
        self.session().is_some_and(|session| match side {
            Side::Encrypt => !session.wire().is_empty(),
            Side::Decrypt => self.failure.is_none() && session.holds_plain(),
        })
    }

    fn is_made(&self) -> bool {
        matches!(self.stage, Stage::Made)
    }

    fn session(&self) -> Option<&dyn Session> {
        match &self.stage {
            Stage::Started(session) => Some(session.as_ref()),
            Stage::Made | Stage::Stopped => None,
        }
    }

    fn lane(&self, side: Side) -> &Lane {
        match side {
            Side::Encrypt => &self.encrypt,
            Side::Decrypt => &self.decrypt,
        }
    }

    fn lane_mut(&mut self, side: Side) -> &mut Lane {
        match side {
            Side::Encrypt => &mut self.encrypt,
            Side::Decrypt => &mut self.decrypt,
        }
    }
}
