//! The bytes of one AMQP connection: it finds its peer, reads what arrives, writes what is to be said.
//!
//! This runs when the connection's events have all been handled, in the thread that runs its task, and goes on until
//! there are events again or nothing more can be done. What is read goes to the transport from the thread's own buffer,
//! so a connection that is idle has none. Sockets are watched edge-triggered: a direction counts as ready until a call
//! has shown that it is not.

use std::cell::Cell;
use std::io::{self, ErrorKind, IoSlice};

use super::dial::{Dial, Fault, Progress};
use super::lookup::Found;
use super::task::Signals;
use crate::engine::pool;
use crate::sys::address::{KeptAddress, SocketAddress};
use crate::sys::socket::Socket;

/// The transport and connection behind a socket.
pub(crate) trait Wire {
    /// Whether the program has events to handle.
    fn has_events(&mut self) -> bool;
    /// Whether bytes would be taken now.
    fn wants_input(&mut self) -> bool;
    /// Takes in the first `n` bytes of `memory`, which it may take over.
    fn take_in(&mut self, memory: &mut Vec<u8>, n: usize);
    /// The peer will send nothing more.
    fn end_input(&mut self);
    /// Hands the bytes to be written to `write`, in their pieces; it tells how many it has taken. Does not call it if
    /// there are none.
    fn give_out(&mut self, write: &mut dyn FnMut(&[IoSlice<'_>]) -> usize);
    /// Puts what was read and not taken where it needs no more memory than it has bytes, as output would.
    fn store_unread(&mut self);
    /// Whether nothing will be written any more.
    fn output_ended(&mut self) -> bool;
    /// Whether neither direction is open.
    fn closed(&mut self) -> bool;
    /// Input and output have failed; an earlier condition stays.
    fn fail(&mut self, description: &str);
    /// The program disconnects the proactor.
    fn disconnect(&mut self);
    /// The program wakes the connection.
    fn wake(&mut self);
    /// There is a peer: time-outs begin.
    fn established(&mut self);
    /// Acts on the time, in milliseconds, and tells when to do so again.
    fn tick(&mut self) -> Option<u64>;
}

/// What a connection needs of the proactor.
pub(crate) trait Site {
    fn watch(&self, socket: &Socket) -> io::Result<()>;
    fn wake_at(&self, time: u64);
}

enum Stage {
    /// The peer is looked for.
    Reaching(Box<Dial>),
    Open(Socket),
    /// There never was a peer, or the socket is gone.
    Over,
}

/// One connection's input and output.
pub(crate) struct ConnectionIo {
    stage: Stage,
    /// The address as the program gave it, with its defaults; empty for an accepted connection.
    name: Box<str>,
    /// The peer's address, empty until it is known.
    peer: KeptAddress,
    fault: Option<Box<Fault>>,
    pending: Signals,
    readable: bool,
    writable: bool,
    /// The peer has ended its direction, so reading has to go on to its end.
    hung_up: bool,
    shut: bool,
    established: bool,
    /// How often this run may still read.
    reads: u8,
    /// This run has told of a wake; another waits for the next, or a program that wakes in answer would never end.
    woken: bool,
}

/// How much is read at a time.
const CHUNK: usize = 256 * 1024;

/// How often a batch reads before others have their turn: when somebody waits for the thread, and when nobody does.
const READS: [u8; 2] = [1, 4];

thread_local! {
    static CHUNKS: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl ConnectionIo {
    fn new(stage: Stage, name: String, peer: &SocketAddress) -> Self {
        let (name, peer) = (name.into_boxed_str(), KeptAddress::from(peer));
        let (readable, writable, hung_up, shut, established) = (false, false, false, false, false);
        let (fault, pending, reads, woken) = (None, Signals::NONE, 0, false);
        Self {
            stage,
            name,
            peer,
            fault,
            pending,
            readable,
            writable,
            hung_up,
            shut,
            established,
            reads,
            woken,
        }
    }

    /// A connection to `name`, "HOST:PORT", whose addresses are not known yet.
    pub(crate) fn looking(name: String) -> Self {
        Self::new(Stage::Reaching(Box::default()), name, &SocketAddress::empty())
    }

    /// A connection whose socket is there already; it is watched from here on.
    pub(crate) fn over(socket: Socket, peer: SocketAddress) -> Self {
        let mut this = Self::new(Stage::Open(socket), String::new(), &peer);
        this.writable = true;
        this
    }

    /// A connection that has failed before it began.
    pub(crate) fn failed(fault: Fault) -> Self {
        let mut this = Self::new(Stage::Over, String::new(), &SocketAddress::empty());
        this.fault = Some(Box::new(fault));
        this
    }

    /// The addresses of the peer have been found, or not.
    pub(crate) fn found(&mut self, answer: Found) {
        if let Stage::Reaching(dial) = &mut self.stage {
            dial.found(answer);
        }
    }

    /// Begins: a socket that is there is watched, an address that is known is tried. True: there is something to run
    /// for, which the socket will not tell.
    pub(crate) fn begin(&mut self, site: &impl Site) -> bool {
        if let Stage::Open(socket) = &self.stage
            && let Err(error) = site.watch(socket)
        {
            self.give_up(Fault::new(&error, "on connect"));
        }
        self.dial(site);
        self.fault.is_some()
    }

    /// A batch begins, while other tasks wait for the thread or not.
    pub(crate) fn begin_run(&mut self, busy: bool) {
        self.reads = READS[usize::from(!busy)];
        self.woken = false;
    }

    /// Keeps what the task was signalled for.
    pub(crate) fn note(&mut self, signals: Signals) {
        let ended = signals.any(Signals::HANGUP | Signals::ERROR);
        self.readable |= signals.any(Signals::READ) || ended;
        self.writable |= signals.any(Signals::WRITE) || ended;
        self.hung_up |= ended;
        self.pending |= signals;
    }

    /// Goes on reaching for the peer.
    pub(crate) fn dial(&mut self, site: &impl Site) {
        let Stage::Reaching(dial) = &mut self.stage else { return };
        match dial.advance(self.pending, |socket| site.watch(socket)) {
            Progress::Waits => {
                // What was said is of a socket that was refused; the next one begins anew.
                (self.readable, self.hung_up) = (false, false);
                self.pending.remove(Signals::OF_SOCKETS);
            }
            Progress::Reached(socket, peer) => {
                self.peer = KeptAddress::from(&peer);
                (self.stage, self.writable) = (Stage::Open(socket), true);
            }
            Progress::Failed(fault) => self.give_up(fault),
        }
    }

    /// Whether nothing can be done before the peer is reached. The first events wait until then, so that one batch
    /// has them together with what came of it.
    pub(crate) fn waits_for_peer(&self) -> bool {
        matches!(self.stage, Stage::Reaching(_)) && !self.pending.any(Signals::WAKE | Signals::CLOSE)
    }

    /// Whether something has come that brings the peer nearer.
    pub(crate) fn can_dial(&self) -> bool {
        let Stage::Reaching(dial) = &self.stage else { return false };
        dial.has_answer() || self.pending.any(Signals::OF_SOCKETS)
    }

    /// Does all that can be done until there are events.
    pub(crate) fn advance(&mut self, wire: &mut impl Wire, site: &impl Site) {
        self.dial(site);
        let mut pending = std::mem::take(&mut self.pending);
        if self.woken && pending.any(Signals::WAKE) && !wire.closed() {
            pending.remove(Signals::WAKE);
            self.pending = Signals::WAKE;
        }
        if let Some(fault) = self.fault.take() {
            wire.fail(&fault.describe(&self.address()));
        }
        if pending.any(Signals::CLOSE) {
            wire.disconnect();
        }
        if pending.any(Signals::WAKE) && !wire.closed() {
            self.woken = true;
            wire.wake();
        }
        if !self.established && matches!(self.stage, Stage::Open(_)) {
            self.established = true;
            wire.established();
        }
        // What the program has made of the last events; it does not wait until no more come.
        self.send(wire);
        self.receive(wire);
        if let Some(time) = wire.tick() {
            site.wake_at(time);
        }
        // What the program makes of events goes out together with the answer to them.
        if !wire.has_events() {
            self.send(wire);
            if !self.writable {
                wire.store_unread();
            }
        }
        if pending.any(Signals::ERROR) {
            self.find_dead_socket(wire);
        }
    }

    /// What the peer is called in conditions.
    fn address(&self) -> String {
        if self.name.is_empty()
            && let Some((host, port)) = self.peer.get().numeric()
        {
            return format!("{host}:{port}");
        }
        if self.name.is_empty() { ":5672".to_owned() } else { self.name.to_string() }
    }

    fn give_up(&mut self, fault: Fault) {
        self.stage = Stage::Over;
        self.fault = Some(Box::new(fault));
    }

    fn receive(&mut self, wire: &mut impl Wire) {
        while self.readable && self.reads > 0 && !wire.has_events() && wire.wants_input() {
            let Stage::Open(socket) = &self.stage else { return };
            self.reads -= 1;
            // Taken out, as what the bytes lead to may run the program's code.
            let mut chunk = CHUNKS.take();
            if chunk.is_empty() {
                chunk = pool::take(CHUNK);
            }
            chunk.resize(CHUNK, 0);
            match socket.recv(&mut chunk) {
                Ok(0) => {
                    self.readable = false;
                    wire.end_input();
                }
                Ok(n) => {
                    self.readable = n == CHUNK || self.hung_up;
                    wire.take_in(&mut chunk, n);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.readable = false,
                Err(error) => self.break_off(wire, &error, "on read from"),
            }
            CHUNKS.set(chunk);
        }
    }

    /// Writes what there is to be said, and what a flush by the program asks for.
    pub(crate) fn send(&mut self, wire: &mut impl Wire) {
        let Stage::Open(socket) = &self.stage else { return };
        let mut broken = None;
        while self.writable {
            let mut wrote = false;
            wire.give_out(&mut |pieces| {
                wrote = true;
                match socket.send_pieces(pieces) {
                    Ok(n) => {
                        self.writable = n == pieces.iter().map(|piece| piece.len()).sum();
                        n
                    }
                    Err(error) => {
                        self.writable = false;
                        broken = Some(error).filter(|error| error.kind() != ErrorKind::WouldBlock);
                        0
                    }
                }
            });
            if !wrote {
                break;
            }
        }
        if let Some(error) = broken {
            self.break_off(wire, &error, "on write to");
        } else if !self.shut && wire.output_ended() {
            self.shut = true;
            // A socket that is no longer connected has nothing to shut.
            let _ = socket.shutdown_write();
        }
    }

    /// A connection that neither reads nor writes any more does not notice a socket that has died.
    fn find_dead_socket(&self, wire: &mut impl Wire) {
        if let Stage::Open(socket) = &self.stage
            && !wire.closed()
            && !wire.has_events()
            && !wire.wants_input()
            && let Ok(Some(error)) = socket.take_error()
        {
            self.break_off(wire, &error, "disconnected");
        }
    }

    fn break_off(&self, wire: &mut impl Wire, error: &io::Error, phrase: &'static str) {
        wire.fail(&Fault::new(error, phrase).describe(&self.address()));
    }

    /// Whether there is something to do even if nothing happens.
    pub(crate) fn has_more(&self, wire: &mut impl Wire) -> bool {
        let open = matches!(self.stage, Stage::Open(_));
        !self.pending.is_none() || self.fault.is_some() || (open && self.readable && wire.wants_input())
    }

    /// Where this end is; empty when there is no socket.
    pub(crate) fn local_address(&self) -> SocketAddress {
        match &self.stage {
            Stage::Reaching(dial) => dial.socket().map_or_else(SocketAddress::empty, Socket::local_address),
            Stage::Open(socket) => socket.local_address(),
            Stage::Over => SocketAddress::empty(),
        }
    }

    /// Where the peer is; empty until it has answered.
    pub(crate) fn peer_address(&self) -> SocketAddress {
        self.peer.get()
    }

    /// Closes the socket. True: there was one, so a descriptor is free.
    pub(crate) fn close(&mut self) -> bool {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Reaching(dial) => dial.socket().is_some(),
            Stage::Open(_) => true,
            Stage::Over => false,
        }
    }
}

#[cfg(test)]
mod tests;
