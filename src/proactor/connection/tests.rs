//! A connection's socket against a wire that only records what it is told.

use std::cell::RefCell;

use super::*;
use crate::sys::address::{Purpose, lookup};

/// Says what it was told, and does what a test wants.
#[derive(Default)]
struct Record {
    told: Vec<String>,
    input: Vec<u8>,
    output: Vec<u8>,
    events: bool,
    refuses_input: bool,
    ended: bool,
    failed: bool,
    /// Input makes events.
    answers: bool,
    stored: bool,
}

impl Wire for Record {
    fn has_events(&mut self) -> bool {
        self.events
    }

    fn wants_input(&mut self) -> bool {
        !self.refuses_input && !self.failed
    }

    fn take_in(&mut self, memory: &mut Vec<u8>, n: usize) {
        self.input.extend_from_slice(&memory[..n]);
        self.events = self.answers;
    }

    fn end_input(&mut self) {
        self.told.push("end".into());
        self.refuses_input = true;
    }

    fn give_out(&mut self, write: &mut dyn FnMut(&[IoSlice<'_>]) -> usize) {
        if !self.output.is_empty() {
            let (first, rest) = self.output.split_at(self.output.len() / 3);
            let n = write(&[IoSlice::new(first), IoSlice::new(rest)]);
            self.output.drain(..n);
        }
    }

    fn store_unread(&mut self) {
        self.stored = true;
    }

    fn output_ended(&mut self) -> bool {
        self.ended
    }

    fn closed(&mut self) -> bool {
        self.failed
    }

    fn fail(&mut self, description: &str) {
        self.told.push(description.into());
        self.failed = true;
    }

    fn disconnect(&mut self) {
        self.told.push("disconnected".into());
        self.failed = true;
    }

    fn wake(&mut self) {
        self.told.push("woken".into());
        self.events = true;
    }

    fn established(&mut self) {
        self.told.push("established".into());
    }

    fn tick(&mut self) -> Option<u64> {
        None
    }
}

/// Counts the sockets that are watched.
#[derive(Default)]
struct Watched(RefCell<usize>);

impl Site for Watched {
    fn watch(&self, _: &Socket) -> io::Result<()> {
        *self.0.borrow_mut() += 1;
        Ok(())
    }

    fn wake_at(&self, _: u64) {}
}

fn loopback() -> SocketAddress {
    lookup(Some("127.0.0.1"), "0", Purpose::Listen).unwrap().remove(0)
}

/// A connection that is open, its wire, and the socket of its peer.
fn open() -> (ConnectionIo, Record, Socket) {
    let listener = Socket::listener(&loopback(), 1).unwrap();
    let address = listener.local_address();
    let peer = Socket::stream(&address).unwrap();
    peer.connect(&address).unwrap();
    let (socket, from) = loop {
        match listener.accept() {
            Ok(accepted) => break accepted,
            Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
        }
    };
    let mut connection = ConnectionIo::over(socket, from);
    assert!(!connection.begin(&Watched::default()));
    (connection, Record::default(), peer)
}

/// Runs the connection for signals, as often as it takes until `enough`.
fn run(connection: &mut ConnectionIo, wire: &mut Record, signals: Signals, enough: impl Fn(&Record) -> bool) {
    loop {
        connection.begin_run(false);
        connection.note(signals);
        connection.advance(wire, &Watched::default());
        if enough(wire) {
            return;
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "needs sockets")]
fn bytes_go_both_ways_and_time_begins_once() {
    let (mut connection, mut wire, peer) = open();
    peer.send(b"question", false).unwrap();
    wire.output = b"answer".to_vec();
    run(&mut connection, &mut wire, Signals::READ, |wire| wire.input == b"question");
    assert_eq!(wire.told, ["established"]);
    let mut room = [0; 16];
    let n = loop {
        match peer.recv(&mut room) {
            Ok(n) => break n,
            Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
        }
    };
    assert_eq!(&room[..n], b"answer");
}

#[test]
#[cfg_attr(miri, ignore = "needs sockets")]
fn what_has_arrived_is_read_to_its_end_once_the_peer_has_ended() {
    let (mut connection, mut wire, peer) = open();
    peer.send(b"last", false).unwrap();
    peer.shutdown_write().unwrap();
    run(&mut connection, &mut wire, Signals::READ | Signals::HANGUP, |wire| {
        wire.told.contains(&"end".to_owned())
    });
    assert_eq!(wire.input, b"last");
}

#[test]
#[cfg_attr(miri, ignore = "needs sockets")]
fn nothing_is_read_while_there_are_events_and_the_rest_is_not_forgotten() {
    let (mut connection, mut wire, peer) = open();
    wire.answers = true;
    let (mut sent, all) = (0, vec![7; 3 * CHUNK]);
    while wire.input.len() < all.len() {
        sent += peer.send(&all[sent..], false).unwrap_or(0);
        wire.events = false;
        let before = wire.input.len();
        run(&mut connection, &mut wire, Signals::READ, |_| true);
        assert!(wire.input.len() - before <= CHUNK, "one read makes events, which come first");
    }
    wire.events = false;
    run(&mut connection, &mut wire, Signals::NONE, |_| true);
    assert!(!connection.has_more(&mut wire));
}

#[test]
#[cfg_attr(miri, ignore = "needs sockets")]
fn a_socket_that_takes_no_more_is_written_to_when_it_does() {
    let (mut connection, mut wire, peer) = open();
    wire.output = vec![1; 30_000_000];
    run(&mut connection, &mut wire, Signals::NONE, |_| true);
    let left = wire.output.len();
    assert!(left > 0, "more than any socket holds");
    run(&mut connection, &mut wire, Signals::NONE, |_| true);
    assert_eq!(wire.output.len(), left, "it is known to be full");
    assert!(wire.stored);
    let mut room = vec![0; 1_000_000];
    while !wire.output.is_empty() {
        let _ = peer.recv(&mut room);
        run(&mut connection, &mut wire, Signals::WRITE, |_| true);
    }
}

#[test]
#[cfg_attr(miri, ignore = "needs sockets")]
fn the_peer_sees_the_end_when_nothing_more_is_written() {
    let (mut connection, mut wire, peer) = open();
    wire.output = b"bye".to_vec();
    wire.ended = true;
    run(&mut connection, &mut wire, Signals::NONE, |_| true);
    let (mut room, mut got) = ([0; 8], Vec::new());
    loop {
        match peer.recv(&mut room) {
            Ok(0) => break,
            Ok(n) => got.extend_from_slice(&room[..n]),
            Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
        }
    }
    assert_eq!(got, b"bye");
}

#[test]
#[cfg_attr(miri, ignore = "needs sockets")]
fn a_wake_in_answer_to_a_wake_waits_for_the_next_run() {
    let (mut connection, mut wire, _peer) = open();
    connection.begin_run(false);
    for _ in 0..2 {
        connection.note(Signals::WAKE);
        wire.events = false;
        connection.advance(&mut wire, &Watched::default());
    }
    assert_eq!(wire.told, ["woken", "established"]);
    wire.events = false;
    assert!(connection.has_more(&mut wire));
    run(&mut connection, &mut wire, Signals::NONE, |_| true);
    assert_eq!(wire.told, ["woken", "established", "woken"]);
}

#[test]
#[cfg_attr(miri, ignore = "needs sockets")]
fn a_reset_is_told_with_the_peers_address() {
    let (mut connection, mut wire, peer) = open();
    wire.output = b"unread".to_vec();
    run(&mut connection, &mut wire, Signals::NONE, |_| true);
    let (host, port) = peer.local_address().numeric().unwrap();
    let mut room = [0; 1];
    while peer.recv(&mut room).is_err() {}
    drop(peer);
    run(&mut connection, &mut wire, Signals::READ | Signals::HANGUP | Signals::ERROR, |wire| wire.failed);
    let reason = wire.told.last().unwrap();
    assert!(
        reason.starts_with("Connection reset by peer - ") && reason.ends_with(&format!(" {host}:{port}"))
    );
}

#[test]
#[cfg_attr(miri, ignore = "needs sockets")]
fn the_next_address_is_tried_when_one_is_refused() {
    let listener = Socket::listener(&loopback(), 1).unwrap();
    let taken = Socket::listener(&loopback(), 1).unwrap();
    let refused = taken.local_address();
    drop(taken);
    let (mut connection, mut wire) = (ConnectionIo::looking("name:1".into()), Record::default());
    connection.found(Ok(vec![refused, listener.local_address()]));
    let site = Watched::default();
    assert!(!connection.begin(&site) && connection.waits_for_peer());
    while *site.0.borrow() < 2 {
        connection.note(Signals::WRITE | Signals::ERROR | Signals::HANGUP);
        connection.dial(&site);
    }
    while connection.waits_for_peer() {
        connection.note(Signals::WRITE);
        connection.dial(&site);
    }
    assert!(!connection.hung_up, "it was the refused one that hung up");
    connection.advance(&mut wire, &site);
    assert_eq!((wire.told, *site.0.borrow()), (vec!["established".to_owned()], 2));
    assert_eq!(connection.peer_address().port(), listener.local_address().port());
}

#[test]
#[cfg_attr(miri, ignore = "needs sockets")]
fn only_the_last_refusal_is_told_with_the_name_that_was_asked_for() {
    let taken = Socket::listener(&loopback(), 1).unwrap();
    let refused = taken.local_address();
    drop(taken);
    let (mut connection, mut wire) = (ConnectionIo::looking("name:1".into()), Record::default());
    connection.found(Ok(vec![refused.clone(), refused]));
    let site = Watched::default();
    connection.begin(&site);
    while connection.waits_for_peer() {
        connection.note(Signals::ERROR);
        connection.dial(&site);
    }
    connection.advance(&mut wire, &site);
    assert_eq!(wire.told, ["Connection refused - disconnected name:1"]);
}

#[test]
fn a_name_that_is_not_found_is_told_in_the_words_of_the_system() {
    let (mut connection, mut wire) = (ConnectionIo::looking("name:1".into()), Record::default());
    let text = "Name or service not known".to_owned();
    connection.found(Err(crate::sys::address::LookupError { text }));
    assert!(connection.begin(&Watched::default()));
    connection.advance(&mut wire, &Watched::default());
    assert_eq!(wire.told, ["Name or service not known - connect to  name:1"]);
}

#[test]
fn no_address_at_all_is_a_failure_too() {
    let (mut connection, mut wire) = (ConnectionIo::looking("name:1".into()), Record::default());
    connection.found(Ok(Vec::new()));
    assert!(connection.begin(&Watched::default()));
    connection.advance(&mut wire, &Watched::default());
    assert_eq!(wire.told, ["Transport endpoint is not connected - on connect name:1"]);
}
