//! A raw connection at work: its socket, the program's memory and its events, for the proactor that runs it.
//!
//! The state machine says what to do; this file does it, with the socket and with buffers at addresses that the
//! program vouches for. All of it runs in the thread that holds the batch. The proactor reports what it learns
//! (`connecting`, `connected`, `connect_failed`, `ready`, `wake`, `disconnect`), asks for events until there are none,
//! and frees the object when a batch was the last. An event leaves the machine only when it is asked for, so what a
//! program does in a batch is acted on in the same batch.

use std::ffi::c_uint;
use std::io::{self, ErrorKind};
use std::ptr::null_mut;

use super::event::names::pn_event_type_t as Events;
use super::event::pn_event_t;
use super::logger;
use super::logger::names::{pn_log_level_t as Level, pn_log_subsystem_t as Subsystem};
use super::raw_connection::{CLASS, pn_raw_connection_t};
use crate::object::collector;
use crate::proactor::raw::{RawConnection, RawEvent, Ready};
use crate::sys::address::{SocketAddress, error_text};
use crate::sys::socket::{MOST_PARTS, Socket};

/// The state of a raw connection, and its socket.
pub(super) struct RawIo {
    pub(super) machine: RawConnection,
    /// There from being connected until the end.
    socket: Option<Socket>,
    remote: SocketAddress,
}

/// What the end of a batch leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Left {
    /// Nothing, until something happens.
    Nothing,
    /// There is more to do at once.
    More,
    /// The program has had the last event.
    End,
}

impl RawIo {
    pub(super) fn new() -> Self {
        Self { machine: RawConnection::new(), socket: None, remote: SocketAddress::empty() }
    }

    /// Where this end is; empty without a socket.
    pub(super) fn local(&self) -> SocketAddress {
        self.socket.as_ref().map_or_else(SocketAddress::empty, Socket::local_address)
    }

    /// Where the peer is, or is looked for.
    pub(super) fn remote(&self) -> SocketAddress {
        self.remote.clone()
    }

    /// An address is tried, or was accepted from.
    pub(super) fn set_remote(&mut self, address: SocketAddress) {
        self.remote = address;
    }

    /// The peer is there. The socket is watched: what it is ready for comes by [`Self::ready`], writing apart.
    pub(super) fn connected(&mut self, socket: Socket) {
        self.socket = Some(socket);
        self.machine.connected();
    }

    /// The poller saw something.
    pub(super) fn ready(&mut self, ready: Ready) {
        self.machine.ready(ready);
    }

    /// Turns to the socket, unless there is nothing to do or the batch has had its share.
    fn advance(&mut self) -> bool {
        let work = self.machine.wants_socket() && self.machine.begin_round();
        if work {
            self.receive();
            self.send();
            self.shut_down_writing();
            self.look_for_error();
        }
        work
    }

    fn receive(&mut self) {
        while self.machine.may_receive() {
            let Some(socket) = &self.socket else { return };
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
            let Some(socket) = &self.socket else { return };
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
            && let Some(socket) = &self.socket
        {
            // A socket that is no longer connected has nothing to shut.
            let _ = socket.shutdown_write();
        }
    }

    /// A connection that neither reads nor writes does not notice that its socket has died.
    fn look_for_error(&mut self) {
        if self.machine.take_error()
            && let Some(socket) = &self.socket
            && let Ok(Some(error)) = socket.take_error()
        {
            self.break_off(&error, "async disconnect");
        }
    }

    fn break_off(&mut self, error: &io::Error, phrase: &str) {
        let address = self.remote.numeric().map(|(host, port)| format!("{host}:{port}")).unwrap_or_default();
        self.machine.failed(&format!("{} - {phrase} {address}", error_text(error)));
    }

    /// The program is done with a batch.
    pub(super) fn batch_done(&mut self) -> Left {
        if self.machine.take_read_shutdown()
            && let Some(socket) = &self.socket
        {
            // As for writing.
            let _ = socket.shutdown_read();
        }
        let more = self.machine.batch_done();
        match self.machine.is_finished() {
            true => Left::End,
            false if more => Left::More,
            false => Left::Nothing,
        }
    }

    /// Closes the socket. True: there was one, so a descriptor is free.
    pub(super) fn close(&mut self) -> bool {
        self.socket.take().is_some()
    }
}

/// Gives the next event, turning to the socket when there is none.
///
/// # Safety
/// `connection` is live, and this thread holds its batch.
pub(super) unsafe fn next_event(connection: *mut pn_raw_connection_t) -> *mut pn_event_t {
    // SAFETY: passed on from the caller; the borrow ends before the event is handed out.
    let io = unsafe { &mut (*connection).io };
    let event = loop {
        match io.machine.next_event() {
            Some(event) => break event,
            None if io.advance() => {}
            None => return null_mut(),
        }
    };
    // SAFETY: passed on from the caller.
    let events = unsafe { (*connection).events };
    let kind = number_of(event);
    // SAFETY: the object holds its collector; the class is its own.
    unsafe { collector::put(events, &raw const CLASS.0, connection.cast(), kind) };
    log_event(connection, kind);
    // SAFETY: as above; the event before goes now.
    unsafe { collector::next(events) }
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

/// Logs an event that is given out, if anybody wants to hear of events.
fn log_event(connection: *mut pn_raw_connection_t, kind: c_uint) {
    let (subsystem, level) = (Subsystem::PN_SUBSYSTEM_EVENT as c_uint, Level::PN_LEVEL_DEBUG as c_uint);
    // SAFETY: null is the default logger.
    if unsafe { logger::wants(null_mut(), subsystem, level) } {
        let name = crate::object::event_name::event_name(kind).to_string_lossy();
        // SAFETY: as above.
        unsafe { logger::log(null_mut(), subsystem, level, &format!("[{connection:p}]:({name})")) };
    }
}

fn number_of(event: RawEvent) -> c_uint {
    (match event {
        RawEvent::Connected => Events::PN_RAW_CONNECTION_CONNECTED,
        RawEvent::Wake => Events::PN_RAW_CONNECTION_WAKE,
        RawEvent::Read => Events::PN_RAW_CONNECTION_READ,
        RawEvent::Written => Events::PN_RAW_CONNECTION_WRITTEN,
        RawEvent::ClosedRead => Events::PN_RAW_CONNECTION_CLOSED_READ,
        RawEvent::ClosedWrite => Events::PN_RAW_CONNECTION_CLOSED_WRITE,
        RawEvent::DrainBuffers => Events::PN_RAW_CONNECTION_DRAIN_BUFFERS,
        RawEvent::Disconnected => Events::PN_RAW_CONNECTION_DISCONNECTED,
        RawEvent::NeedWriteBuffers => Events::PN_RAW_CONNECTION_NEED_WRITE_BUFFERS,
        RawEvent::NeedReadBuffers => Events::PN_RAW_CONNECTION_NEED_READ_BUFFERS,
    }) as c_uint
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::multiple_unsafe_ops_per_block,
        clippy::undocumented_unsafe_blocks,
        reason = "a test owns every object it uses"
    )]

    use std::ffi::CStr;

    use super::*;
    use crate::ffi::condition::pn_condition_get_description;
    use crate::ffi::event::{pn_event_context, pn_event_type, pn_event_type_name};
    use crate::ffi::raw_connection::*;

    const ALL: Ready = Ready { read: true, write: true, hangup: false, error: false };

    /// One end, with the memory it lends.
    struct End {
        raw: *mut pn_raw_connection_t,
        memory: Vec<Box<[u8]>>,
    }

    impl End {
        fn over(socket: Socket) -> Self {
            let raw = pn_raw_connection();
            let io = unsafe { &mut (*raw).io };
            io.machine.connecting();
            io.set_remote(socket.peer_address());
            io.connected(socket);
            Self { raw, memory: Vec::new() }
        }

        fn io(&mut self) -> &mut RawIo {
            unsafe { &mut (*self.raw).io }
        }

        fn lend(&mut self, bytes: &[u8], room: usize) -> pn_raw_buffer_t {
            let mut memory = bytes.to_vec();
            memory.resize(room, 0);
            self.memory.push(memory.into_boxed_slice());
            let last = self.memory.last_mut().unwrap();
            let (capacity, size) = (u32::try_from(room).unwrap(), u32::try_from(bytes.len()).unwrap());
            pn_raw_buffer_t { context: 0, bytes: last.as_mut_ptr().cast(), capacity, size, offset: 0 }
        }

        fn write(&mut self, bytes: &[u8]) {
            let buffer = self.lend(bytes, bytes.len());
            assert_eq!(unsafe { pn_raw_connection_write_buffers(self.raw, &raw const buffer, 1) }, 1);
        }

        fn give(&mut self, room: usize) {
            let buffer = self.lend(&[], room);
            assert_eq!(unsafe { pn_raw_connection_give_read_buffers(self.raw, &raw const buffer, 1) }, 1);
        }

        /// What was read, buffer by buffer.
        fn taken(&mut self) -> Vec<Vec<u8>> {
            let mut taken = Vec::new();
            let mut buffer = self.lend(&[], 1);
            while unsafe { pn_raw_connection_take_read_buffers(self.raw, &raw mut buffer, 1) } == 1 {
                let bytes = unsafe { std::slice::from_raw_parts(buffer.bytes.cast(), buffer.size as usize) };
                taken.push(bytes.to_vec());
            }
            taken
        }

        fn written(&mut self) -> usize {
            let mut room = [self.lend(&[], 1); 16];
            unsafe { pn_raw_connection_take_written_buffers(self.raw, room.as_mut_ptr(), 16) }
        }

        /// The next event as a name without its beginning.
        fn next(&mut self) -> Option<String> {
            let event = unsafe { next_event(self.raw) };
            if event.is_null() {
                return None;
            }
            assert_eq!(unsafe { pn_event_context(event) }, self.raw.cast());
            assert_eq!(unsafe { pn_event_raw_connection(event) }, self.raw);
            let name = unsafe { CStr::from_ptr(pn_event_type_name(pn_event_type(event))) };
            Some(name.to_str().unwrap().trim_start_matches("PN_RAW_CONNECTION_").to_owned())
        }

        /// A whole batch, the socket being ready for everything.
        fn batch(&mut self) -> (Vec<String>, Left) {
            self.io().ready(ALL);
            let events = std::iter::from_fn(|| self.next()).collect();
            (events, self.io().batch_done())
        }

        fn events(&mut self) -> Vec<String> {
            self.batch().0
        }

        fn reason(&self) -> String {
            let condition = unsafe { pn_raw_connection_condition(self.raw) };
            let text = unsafe { CStr::from_ptr(pn_condition_get_description(condition)) };
            text.to_str().unwrap().to_owned()
        }
    }

    impl Drop for End {
        fn drop(&mut self) {
            unsafe { free(self.raw) };
        }
    }

    /// Two ends that have told that they are connected, and what they need.
    fn pair() -> (End, End) {
        let listener = Socket::listener(&SocketAddress::from_std("127.0.0.1:0".parse().unwrap()), 1).unwrap();
        let address = listener.local_address();
        let client = Socket::stream(&address).unwrap();
        client.connect(&address).unwrap();
        let server = loop {
            match listener.accept() {
                Ok((socket, _)) => break socket,
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
        };
        let mut ends = (End::over(client), End::over(server));
        for end in [&mut ends.0, &mut ends.1] {
            assert_eq!(end.events(), ["CONNECTED", "NEED_WRITE_BUFFERS", "NEED_READ_BUFFERS"]);
        }
        ends
    }

    /// Runs batches until there are events.
    fn until_events(end: &mut End) -> Vec<String> {
        loop {
            let events = end.events();
            if !events.is_empty() {
                return events;
            }
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "needs sockets")]
    fn bytes_cross_in_order_over_several_buffers() {
        let (mut client, mut server) = pair();
        [4, 3, 100].into_iter().for_each(|room| server.give(room));
        client.write(b"Hello");
        client.write(b", ");
        client.write(b"world");
        assert_eq!(client.events(), ["WRITTEN", "NEED_WRITE_BUFFERS"]);
        assert_eq!(client.written(), 3);
        assert_eq!(until_events(&mut server)[0], "READ");
        assert_eq!(server.taken(), [&b"Hell"[..], b"o, ", b"world"]);
    }

    #[test]
    #[cfg_attr(miri, ignore = "needs sockets")]
    fn what_a_handler_does_is_acted_on_in_its_batch() {
        let (mut client, mut server) = pair();
        server.give(10);
        client.io().machine.wake();
        client.io().ready(ALL);
        assert_eq!(client.next().as_deref(), Some("WAKE"));
        client.write(b"x");
        assert_eq!(client.next().as_deref(), Some("WRITTEN"));
        client.write(b"y");
        assert_eq!(client.io().batch_done(), Left::More, "the batch was left early");
        assert_eq!(
            client.batch(),
            (vec!["WRITTEN".to_owned(), "NEED_WRITE_BUFFERS".to_owned()], Left::Nothing)
        );
        assert_eq!(until_events(&mut server)[0], "READ");
    }

    #[test]
    #[cfg_attr(miri, ignore = "needs sockets")]
    fn closing_sends_what_is_queued_and_the_peer_sees_the_end() {
        let (mut client, mut server) = pair();
        client.write(b"last words");
        unsafe { pn_raw_connection_close(client.raw) };
        client.io().ready(ALL);
        assert_eq!(
            (client.next().as_deref(), client.next().as_deref()),
            (Some("CLOSED_READ"), Some("CLOSED_WRITE"))
        );
        assert_eq!((client.next().as_deref(), client.written()), (Some("WRITTEN"), 1));
        assert_eq!(client.batch(), (vec!["DISCONNECTED".to_owned()], Left::End));
        assert!(client.io().close() && !client.io().close());
        (0..3).for_each(|_| server.give(20));
        assert_eq!(until_events(&mut server)[0], "READ");
        while !server.io().machine.is_read_closed() {
            server.events();
        }
        assert_eq!(server.taken(), [&b"last words"[..], b""]);
    }

    #[test]
    #[cfg_attr(miri, ignore = "needs sockets")]
    fn a_peer_that_resets_is_told_with_its_address() {
        let (mut client, mut server) = pair();
        client.write(b"not read");
        client.events();
        let mut waiting = [0; 1];
        while server.io().socket.as_ref().unwrap().recv(&mut waiting).is_err() {}
        let address = server.io().socket.as_ref().unwrap().local_address().numeric().unwrap();
        server.io().close();
        client.give(10);
        let events = until_events(&mut client);
        assert_eq!(events, ["CLOSED_READ", "CLOSED_WRITE", "DRAIN_BUFFERS", "DISCONNECTED"]);
        let told = format!("Connection reset by peer - recv error {}:{}", address.0, address.1);
        assert_eq!(client.reason(), told);
    }

    #[test]
    #[cfg_attr(miri, ignore = "needs sockets")]
    fn a_reset_is_noticed_without_reading_or_writing() {
        let (mut client, mut server) = pair();
        client.write(b"not read");
        client.events();
        client.written();
        let mut waiting = [0; 1];
        while server.io().socket.as_ref().unwrap().recv(&mut waiting).is_err() {}
        server.io().close();
        let error = Ready { error: true, hangup: true, ..Ready::default() };
        let events = loop {
            client.io().ready(error);
            let events = client.events();
            if !events.is_empty() {
                break events;
            }
        };
        assert_eq!(events, ["CLOSED_READ", "CLOSED_WRITE", "DISCONNECTED"]);
        assert!(client.reason().starts_with("Connection reset by peer - async disconnect 127.0.0.1:"));
    }

    #[test]
    #[cfg_attr(miri, ignore = "needs sockets")]
    fn memory_that_cannot_be_read_is_a_failure_and_no_crash() {
        let (mut client, _server) = pair();
        let nowhere = pn_raw_buffer_t { context: 0, bytes: null_mut(), capacity: 8, size: 8, offset: 0 };
        unsafe { pn_raw_connection_write_buffers(client.raw, &raw const nowhere, 1) };
        assert_eq!(client.events(), ["CLOSED_READ", "CLOSED_WRITE", "DRAIN_BUFFERS", "DISCONNECTED"]);
        assert!(client.reason().starts_with("Bad address - send error"));
    }

    #[test]
    #[cfg_attr(miri, ignore = "needs sockets")]
    fn more_than_the_socket_takes_goes_out_bit_by_bit() {
        let (mut client, mut server) = pair();
        let large: Vec<u8> = (0..20_000_000_u32).map(|n| n.to_le_bytes()[1]).collect();
        client.write(&large);
        unsafe { pn_raw_connection_write_close(client.raw) };
        let mut arrived = Vec::new();
        while !server.io().machine.is_read_closed() {
            client.events();
            server.give(1_000_000);
            server.events();
            arrived.extend(server.taken().concat());
        }
        assert!(arrived == large);
    }
}
