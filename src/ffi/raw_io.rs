//! A raw connection at work: how it finds its peer, its socket, and the program's memory.
//!
//! The state machine says what to do; this file does it, with the socket and with buffers at addresses that the
//! program vouches for. All of it runs in the thread that has the batch. An event leaves the machine only when it is
//! asked for, so what a program does in a batch is acted on in the same batch. `raw_task` is the proactor's side.

use std::io::{self, ErrorKind};
use std::ptr::null_mut;

use super::netaddr::pn_netaddr_t;
use crate::engine::Condition;
use crate::proactor::dial::{Dial, Fault, Progress};
use crate::proactor::lookup::Found;
use crate::proactor::raw::{RawConnection, Ready};
use crate::proactor::task::Signals;
use crate::sys::address::SocketAddress;
use crate::sys::socket::{MOST_PARTS, Socket};

/// The state of a raw connection, its socket, and where both ends are.
pub(super) struct RawIo {
    pub(super) machine: RawConnection,
    stage: Stage,
    pub(super) local: pn_netaddr_t,
    /// While connecting, the address that is tried.
    pub(super) remote: pn_netaddr_t,
}

enum Stage {
    /// Nobody has asked for a peer, or there is none.
    Nowhere,
    /// A socket was accepted, which nobody watches yet.
    Accepted(Socket),
    /// Under way to what the program called so.
    Dialling(Box<Dial>, String),
    Open(Socket),
}

/// What the end of a batch leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Rest {
    /// Nothing, until something happens.
    Nothing,
    /// There is more to do at once.
    More,
    /// The program has had the last event.
    End,
}

/// Has a socket watched: what it is ready for comes by [`RawIo::note`].
pub(super) type Watch<'a> = &'a dyn Fn(&Socket) -> io::Result<()>;

impl RawIo {
    pub(super) fn new() -> Self {
        let (local, remote) = (pn_netaddr_t::empty(), pn_netaddr_t::empty());
        Self { machine: RawConnection::new(), stage: Stage::Nowhere, local, remote }
    }

    /// Begins with what a listener gave.
    pub(super) fn accept(&mut self, claimed: io::Result<(Socket, SocketAddress)>) {
        self.machine.connecting();
        match claimed {
            Ok((socket, peer)) => {
                self.remote.learn(peer);
                self.stage = Stage::Accepted(socket);
            }
            Err(error) => self.cannot_connect(&Fault::new(&error, "pn_listener_accept"), ""),
        }
    }

    /// Begins to connect to `name`, whose addresses are still to be found.
    pub(super) fn connect(&mut self, name: String) {
        self.machine.connecting();
        self.stage = Stage::Dialling(Box::default(), name);
    }

    /// The peer's addresses have been found, or not.
    pub(super) fn found(&mut self, answer: Found) {
        if let Stage::Dialling(dial, _) = &mut self.stage {
            dial.found(answer);
        }
    }

    /// Acts on what the task was signalled for about its socket.
    pub(super) fn note(&mut self, signals: Signals, watch: Watch<'_>) {
        match std::mem::replace(&mut self.stage, Stage::Nowhere) {
            Stage::Accepted(socket) => match watch(&socket) {
                Ok(()) => self.open(socket),
                Err(error) => self.cannot_connect(&Fault::new(&error, "on connect"), ""),
            },
            Stage::Dialling(dial, name) => self.go_on_dialling(dial, name, signals, watch),
            other => self.stage = other,
        }
        if let Stage::Open(_) = self.stage {
            self.machine.ready(Ready {
                read: signals.any(Signals::READ),
                write: signals.any(Signals::WRITE),
                hangup: signals.any(Signals::HANGUP),
                error: signals.any(Signals::ERROR),
            });
        }
    }

    fn go_on_dialling(&mut self, mut dial: Box<Dial>, name: String, signals: Signals, watch: Watch<'_>) {
        let progress = dial.advance(signals, watch);
        self.remote.learn(dial.tried().clone());
        match progress {
            Progress::Waits => {
                if let Some(socket) = dial.socket() {
                    self.local.learn(socket.local_address());
                }
                self.stage = Stage::Dialling(dial, name);
            }
            Progress::Reached(socket, _) => self.open(socket),
            Progress::Failed(fault) => self.cannot_connect(&fault, &name),
        }
    }

    fn open(&mut self, socket: Socket) {
        self.local.learn(socket.local_address());
        self.stage = Stage::Open(socket);
        self.machine.connected();
    }

    /// The proactor ends it, with a reason or without. An attempt to connect is given up.
    pub(super) fn disconnect(&mut self, reason: Option<&Condition>) {
        self.machine.disconnect(reason);
        if !matches!(self.stage, Stage::Open(_)) {
            self.stage = Stage::Nowhere;
        }
    }

    /// Does what is to be done with the socket.
    pub(super) fn advance(&mut self) {
        if self.machine.wants_socket() {
            self.receive();
            self.send();
            self.shut_down_writing();
            self.look_for_error();
        }
    }

    fn receive(&mut self) {
        while self.machine.may_receive() {
            let Stage::Open(socket) = &self.stage else { return };
            let mut parts = [(null_mut(), 0); MOST_PARTS];
            let count = list(&mut parts, self.machine.receive_parts(), std::ptr::with_exposed_provenance_mut);
            // SAFETY: the program lends these buffers until it takes them back, which it does in this thread only.
            match unsafe { socket.recv_at(&parts[..count]) } {
                Ok(bytes) => self.machine.received(bytes),
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.machine.receive_blocked(),
                Err(error) => self.break_off(&error, "recv error"),
            }
        }
    }

    fn send(&mut self) {
        while self.machine.may_send() {
            let Stage::Open(socket) = &self.stage else { return };
            let mut parts = [(std::ptr::null(), 0); MOST_PARTS];
            let count = list(&mut parts, self.machine.send_parts(), std::ptr::with_exposed_provenance);
            let more = self.machine.has_more_than(count);
            // SAFETY: as above, for buffers to be written.
            match unsafe { socket.send_from(&parts[..count], more) } {
                Ok(bytes) => self.machine.sent(bytes),
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.machine.send_blocked(),
                Err(error) => self.break_off(&error, "send error"),
            }
        }
    }

    fn shut_down_writing(&mut self) {
        if self.machine.take_write_shutdown()
            && let Stage::Open(socket) = &self.stage
        {
            // A socket that is no longer connected has nothing to shut.
            let _ = socket.shutdown_write();
        }
    }

    /// A connection that neither reads nor writes does not notice that its socket has died.
    fn look_for_error(&mut self) {
        if self.machine.take_error()
            && let Stage::Open(socket) = &self.stage
            && let Ok(Some(error)) = socket.take_error()
        {
            self.break_off(&error, "async disconnect");
        }
    }

    fn break_off(&mut self, error: &io::Error, phrase: &'static str) {
        let address = self.peer().unwrap_or_default();
        self.machine.failed(&Fault::new(error, phrase).describe(&address));
    }

    /// An address that was tried is told in numbers, a name as the program gave it.
    fn cannot_connect(&mut self, fault: &Fault, name: &str) {
        let description = match self.peer() {
            Some(address) => Fault { phrase: "on connect", ..fault.clone() }.describe(&address),
            None => fault.describe(name),
        };
        self.machine.connect_failed(&description);
    }

    /// The peer's address in numbers.
    fn peer(&self) -> Option<String> {
        self.remote.address().numeric().map(|(host, port)| format!("{host}:{port}"))
    }

    /// The program is done with a batch.
    pub(super) fn batch_done(&mut self) -> Rest {
        self.advance();
        if self.machine.take_read_shutdown()
            && let Stage::Open(socket) = &self.stage
        {
            // As for writing.
            let _ = socket.shutdown_read();
        }
        let more = self.machine.batch_done();
        match self.machine.is_finished() {
            true => Rest::End,
            false if more => Rest::More,
            false => Rest::Nothing,
        }
    }
}

/// Fills `parts` with places of the program's, and tells how many there are.
fn list<P>(
    parts: &mut [(P, usize)],
    places: impl Iterator<Item = (usize, usize)>,
    pointer: fn(usize) -> P,
) -> usize {
    let put =
        |(part, (address, length)): (&mut (P, usize), (usize, usize))| *part = (pointer(address), length);
    parts.iter_mut().zip(places).map(put).count()
}

#[cfg(test)]
mod tests {
    use RawEvent::{
        ClosedRead, ClosedWrite, Connected, Disconnected, DrainBuffers, NeedReadBuffers, NeedWriteBuffers,
        Read, Wake, Written,
    };

    use super::*;
    use crate::engine::Text;
    use crate::proactor::raw::{RawBuffer, RawEvent};

    const UNWATCHED: Watch<'static> = &|_| Ok(());

    /// One end, with the memory it lends.
    struct End {
        io: RawIo,
        memory: Vec<Box<[u8]>>,
    }

    impl End {
        fn over(socket: Socket) -> Self {
            let peer = socket.peer_address();
            let mut io = RawIo::new();
            io.accept(Ok((socket, peer)));
            io.note(Signals::MORE, UNWATCHED);
            Self { io, memory: Vec::new() }
        }

        fn lend(&mut self, bytes: &[u8], room: usize) -> RawBuffer {
            let mut memory = bytes.to_vec();
            memory.resize(room, 0);
            self.memory.push(memory.into_boxed_slice());
            let place = self.memory.last_mut().unwrap().as_mut_ptr();
            let (capacity, size) = (u32::try_from(room).unwrap(), u32::try_from(bytes.len()).unwrap());
            RawBuffer {
                context: self.memory.len(),
                address: place.expose_provenance(),
                capacity,
                size,
                offset: 0,
            }
        }

        fn write(&mut self, bytes: &[u8]) {
            let buffer = self.lend(bytes, bytes.len());
            assert_eq!(self.io.machine.give_written(std::iter::once(buffer)), 1);
        }

        fn give(&mut self, room: usize) {
            let buffer = self.lend(&[], room);
            assert_eq!(self.io.machine.give_read(std::iter::once(buffer)), 1);
        }

        /// What was read, buffer by buffer.
        fn taken(&mut self) -> Vec<Vec<u8>> {
            let taken = std::iter::from_fn(|| self.io.machine.take_read());
            taken.map(|buffer| self.memory[buffer.context - 1][..buffer.size as usize].to_vec()).collect()
        }

        fn written(&mut self) -> usize {
            std::iter::from_fn(|| self.io.machine.take_written()).count()
        }

        /// The next event, the socket being ready for everything.
        fn next(&mut self) -> Option<RawEvent> {
            if !self.io.machine.has_event() && self.io.machine.begin_round() {
                self.io.note(Signals::READ | Signals::WRITE | Signals::ERROR, UNWATCHED);
                self.io.advance();
            }
            self.io.machine.next_event()
        }

        fn batch(&mut self) -> (Vec<RawEvent>, Rest) {
            let events = std::iter::from_fn(|| self.next()).collect();
            (events, self.io.batch_done())
        }

        /// Runs batches until there are events.
        fn events(&mut self) -> Vec<RawEvent> {
            loop {
                let (events, _) = self.batch();
                if !events.is_empty() {
                    return events;
                }
            }
        }

        fn socket(&self) -> &Socket {
            match &self.io.stage {
                Stage::Open(socket) => socket,
                _ => panic!("it is not open"),
            }
        }

        fn reason(&self) -> String {
            let description = self.io.machine.condition.description.as_ref().map(Text::bytes);
            String::from_utf8(description.unwrap().to_vec()).unwrap()
        }

        /// Closes the socket with something in it that was not read, which resets it.
        fn reset(self) {
            let mut waiting = [0; 1];
            while self.socket().recv(&mut waiting).is_err() {}
        }
    }

    fn listener() -> Socket {
        Socket::listener(&SocketAddress::from_std("127.0.0.1:0".parse().unwrap()), 1).unwrap()
    }

    fn accepted(listener: &Socket) -> Socket {
        loop {
            match listener.accept() {
                Ok((socket, _)) => return socket,
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
        }
    }

    /// Two ends that have told that they are connected, and what they need.
    fn pair() -> (End, End) {
        let listener = listener();
        let address = listener.local_address();
        let client = Socket::stream(&address).unwrap();
        client.connect(&address).unwrap();
        let mut ends = (End::over(client), End::over(accepted(&listener)));
        for end in [&mut ends.0, &mut ends.1] {
            assert_eq!(end.batch().0, [Connected, NeedWriteBuffers, NeedReadBuffers]);
        }
        ends
    }

    #[test]
    #[cfg_attr(miri, ignore = "needs sockets")]
    fn bytes_cross_in_order_over_several_buffers() {
        let (mut client, mut server) = pair();
        [4, 3, 100].into_iter().for_each(|room| server.give(room));
        [&b"Hello"[..], b", ", b"world"].into_iter().for_each(|bytes| client.write(bytes));
        assert_eq!(client.batch().0, [Written, NeedWriteBuffers]);
        assert_eq!((client.written(), server.events()[0]), (3, Read));
        assert_eq!(server.taken(), [&b"Hell"[..], b"o, ", b"world"]);
    }

    #[test]
    #[cfg_attr(miri, ignore = "needs sockets")]
    fn what_a_handler_does_is_acted_on_in_its_batch() {
        let (mut client, mut server) = pair();
        server.give(10);
        client.io.machine.wake();
        assert_eq!(client.next(), Some(Wake));
        client.write(b"x");
        assert_eq!(client.next(), Some(Written));
        client.write(b"y");
        assert_eq!(client.io.batch_done(), Rest::More, "the batch was left early, but the bytes went out");
        assert_eq!(client.batch(), (vec![Written, NeedWriteBuffers], Rest::Nothing));
        let mut arrived = Vec::new();
        while arrived != b"xy" {
            server.events();
            arrived.extend(server.taken().concat());
            server.give(10);
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "needs sockets")]
    fn closing_sends_what_is_queued_and_the_peer_sees_the_end() {
        let (mut client, mut server) = pair();
        client.write(b"last words");
        client.io.machine.read_close();
        client.io.machine.write_close();
        assert_eq!((client.next(), client.next()), (Some(ClosedRead), Some(ClosedWrite)));
        assert_eq!((client.next(), client.written()), (Some(Written), 1));
        assert_eq!(client.batch(), (vec![Disconnected], Rest::End));
        (0..3).for_each(|_| server.give(20));
        while !server.io.machine.is_read_closed() {
            server.batch();
        }
        assert_eq!(server.taken(), [&b"last words"[..], b""]);
    }

    #[test]
    #[cfg_attr(miri, ignore = "needs sockets")]
    fn a_peer_that_resets_is_told_with_its_address() {
        let (mut client, server) = pair();
        client.write(b"not read");
        client.batch();
        let (host, port) = server.socket().local_address().numeric().unwrap();
        server.reset();
        client.give(10);
        assert_eq!(client.events(), [ClosedRead, ClosedWrite, DrainBuffers, Disconnected]);
        assert_eq!(client.reason(), format!("Connection reset by peer - recv error {host}:{port}"));
    }

    #[test]
    #[cfg_attr(miri, ignore = "needs sockets")]
    fn a_reset_is_noticed_without_reading_or_writing() {
        let (mut client, server) = pair();
        client.write(b"not read");
        client.batch();
        client.written();
        server.reset();
        while !client.io.machine.has_event() {
            client.io.note(Signals::ERROR | Signals::HANGUP, UNWATCHED);
            client.io.advance();
        }
        assert_eq!(client.events(), [ClosedRead, ClosedWrite, Disconnected]);
        assert!(client.reason().starts_with("Connection reset by peer - async disconnect 127.0.0.1:"));
    }

    #[test]
    #[cfg_attr(miri, ignore = "needs sockets")]
    fn memory_that_cannot_be_read_is_a_failure_and_no_crash() {
        let (mut client, _server) = pair();
        let nowhere = RawBuffer { capacity: 8, size: 8, ..RawBuffer::default() };
        client.io.machine.give_written(std::iter::once(nowhere));
        assert_eq!(client.batch().0, [ClosedRead, ClosedWrite, DrainBuffers, Disconnected]);
        assert!(client.reason().starts_with("Bad address - send error"));
    }

    #[test]
    #[cfg_attr(miri, ignore = "needs sockets")]
    fn more_than_the_socket_takes_goes_out_bit_by_bit() {
        let (mut client, mut server) = pair();
        let large: Vec<u8> = (0..20_000_000_u32).map(|n| n.to_le_bytes()[1]).collect();
        client.write(&large);
        client.io.machine.write_close();
        let mut arrived = Vec::new();
        while !server.io.machine.is_read_closed() {
            client.batch();
            server.give(1_000_000);
            server.batch();
            arrived.extend(server.taken().concat());
        }
        assert!(arrived == large);
    }

    #[test]
    #[cfg_attr(miri, ignore = "needs sockets")]
    fn the_address_that_answers_is_the_peers() {
        let (open, mut end) = (listener(), End { io: RawIo::new(), memory: Vec::new() });
        let closed = listener().local_address();
        end.io.connect("name".to_owned());
        end.io.found(Ok(vec![closed, open.local_address()]));
        assert_eq!(end.events()[0], Connected);
        let peer = accepted(&open);
        assert_eq!(end.io.remote.address().numeric(), open.local_address().numeric());
        assert_eq!(end.io.local.address().numeric(), peer.peer_address().numeric());
    }

    #[test]
    #[cfg_attr(miri, ignore = "needs sockets")]
    fn nobody_at_any_address_is_one_event_with_the_last_address() {
        let mut end = End { io: RawIo::new(), memory: Vec::new() };
        let closed = [listener().local_address(), listener().local_address()];
        let (host, port) = closed[1].numeric().unwrap();
        end.io.connect("name".to_owned());
        end.io.found(Ok(closed.to_vec()));
        assert_eq!(end.events(), [Disconnected]);
        assert_eq!(end.reason(), format!("Connection refused - on connect {host}:{port}"));
    }

    #[test]
    fn what_cannot_be_begun_is_told_in_one_event() {
        let mut unknown = End { io: RawIo::new(), memory: Vec::new() };
        unknown.io.connect("nowhere:1".to_owned());
        let text = "Name or service not known".to_owned();
        unknown.io.found(Err(crate::proactor::lookup::LookupError { text }));
        assert_eq!(unknown.batch(), (vec![Disconnected], Rest::End));
        assert_eq!(unknown.reason(), "Name or service not known - connect to  nowhere:1");
        let mut unclaimed = End { io: RawIo::new(), memory: Vec::new() };
        unclaimed.io.accept(Err(io::Error::from_raw_os_error(libc::EAGAIN)));
        assert_eq!(unclaimed.batch(), (vec![Disconnected], Rest::End));
        assert!(unclaimed.reason().starts_with("Resource temporarily unavailable"));
        assert!(unclaimed.reason().ends_with(" - pn_listener_accept "));
    }

    #[test]
    #[cfg_attr(miri, ignore = "needs sockets")]
    fn disconnecting_gives_up_an_attempt() {
        let (open, mut end) = (listener(), End { io: RawIo::new(), memory: Vec::new() });
        end.io.connect("name".to_owned());
        end.io.found(Ok(vec![open.local_address()]));
        end.io.note(Signals::LOOKUP, UNWATCHED);
        end.io.disconnect(None);
        end.io.found(Ok(vec![open.local_address()]));
        assert_eq!(end.batch(), (vec![Disconnected], Rest::End));
    }
}
