//! A session under a transport: when it begins, what passes through it, and how it ends. The session here is a toy:
//! its records have a type and a length, its handshake is one record each way, and it hides nothing.

use super::pair::{Pair, Peer};
use crate::engine::{Event, Half};
use crate::tls::{Agreed, Fault, LogLine, Opener, Read, Session};

const HELLO: u8 = 22;
const DATA: u8 = 23;
const END: u8 = 21;

#[derive(Default)]
struct Toy {
    server: bool,
    arrived: Vec<u8>,
    plain: Vec<u8>,
    wire: Vec<u8>,
    greeted: bool,
    cut: bool,
    ended: bool,
    closing: bool,
    failed: bool,
}

impl Toy {
    fn record(&mut self, kind: u8, bytes: &[u8]) {
        let [high, low] = u16::try_from(bytes.len()).unwrap().to_be_bytes();
        self.wire.extend_from_slice(&[kind, 3, 1, high, low]);
        self.wire.extend(bytes.iter().map(|byte| byte ^ 0x55));
    }

    fn fail(&mut self, text: &str) -> Fault {
        self.failed = true;
        self.record(END, b"bad");
        Fault::new(text)
    }

    fn take_record(&mut self) -> Option<(u8, Vec<u8>)> {
        let &[kind, _, _, high, low] = self.arrived.first_chunk()?;
        let end = 5 + usize::from(u16::from_be_bytes([high, low]));
        let body = self.arrived.get(5..end)?.iter().map(|byte| byte ^ 0x55).collect();
        self.arrived.drain(..end);
        Some((kind, body))
    }
}

impl Session for Toy {
    fn feed(&mut self, wire: &[u8]) -> usize {
        let n = wire.len().min(40_000usize.saturating_sub(self.arrived.len()));
        self.arrived.extend_from_slice(&wire[..n]);
        n
    }

    fn feed_end(&mut self) {
        self.cut = true;
    }

    fn read(&mut self, plain: &mut [u8]) -> Result<Read, Fault> {
        while self.plain.is_empty() {
            match self.take_record() {
                Some((HELLO, _)) if !self.greeted => {
                    self.greeted = true;
                    if self.server {
                        self.record(HELLO, b"hello");
                    }
                    if self.closing {
                        self.record(END, b"");
                    }
                }
                Some((DATA, body)) if self.greeted => self.plain = body,
                Some((END, body)) if body.is_empty() => self.ended = true,
                Some(_) => return Err(self.fail("toy: unexpected record")),
                None if self.ended => return Ok(Read::Closed),
                None if self.cut => return Err(self.fail("toy: cut off")),
                None => return Ok(Read::Nothing),
            }
        }
        let n = plain.len().min(self.plain.len());
        plain[..n].copy_from_slice(&self.plain[..n]);
        self.plain.drain(..n);
        Ok(if n == 0 { Read::Nothing } else { Read::Bytes(n) })
    }

    fn write(&mut self, plain: &[u8]) -> Result<usize, Fault> {
        if !self.greeted {
            return Ok(0);
        }
        for piece in plain.chunks(16_000) {
            self.record(DATA, piece);
        }
        Ok(plain.len())
    }

    fn close(&mut self) {
        self.closing = true;
        if self.greeted {
            self.record(END, b"");
        }
    }

    fn wire(&self) -> &[u8] {
        &self.wire
    }

    fn sent(&mut self, n: usize) {
        self.wire.drain(..n);
    }

    fn is_established(&self) -> bool {
        self.greeted && !self.failed
    }

    fn holds_plain(&self) -> bool {
        !self.plain.is_empty()
    }

    fn agreed(&self) -> Option<Agreed> {
        let agreed =
            |_| Agreed { cipher: "TOY".into(), strength: 8, protocol: "Toyv1".into(), application: None };
        self.is_established().then_some(()).map(agreed)
    }

    fn peer_certificate(&self) -> Option<Vec<u8>> {
        None
    }

    fn is_resumed(&self) -> bool {
        false
    }

    fn take_log(&mut self) -> Vec<LogLine> {
        Vec::new()
    }
}

/// Makes a toy, or does not.
struct ToyOpener {
    server: bool,
    works: bool,
}

impl Opener for ToyOpener {
    fn open(&self, _peer_name: Option<&str>) -> Result<Box<dyn Session>, Fault> {
        if !self.works {
            return Err(Fault::new("toy: broken"));
        }
        let mut toy = Toy { server: self.server, ..Toy::default() };
        if !self.server {
            toy.record(HELLO, b"hello");
        }
        Ok(Box::new(toy))
    }

    fn allows_unsecured(&self) -> bool {
        false
    }
}

fn cover(peer: &mut Peer, server: bool) {
    let opener = ToyOpener { server, works: true };
    peer.transport.cover_mut(Some(&peer.connection)).init(Box::new(opener));
}

fn covered() -> Pair {
    let mut pair = Pair::new();
    cover(&mut pair.client, false);
    cover(&mut pair.server, true);
    pair
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

#[test]
fn connections_open_through_a_session_and_nothing_goes_past_it() {
    let mut pair = covered();
    pair.client.connection.open();
    pair.server.connection.open();
    pair.pump();
    for peer in [&pair.client, &pair.server] {
        assert_eq!(peer.connection.state.remote, Half::Active);
        assert!(peer.transport.is_encrypted());
        assert!(!contains(&peer.written, b"AMQP"));
        assert_eq!(peer.failure(), None);
    }
}

#[test]
fn a_client_says_nothing_in_amqp_before_the_session_stands() {
    let mut pair = covered();
    pair.client.connection.open();
    assert_eq!(pair.client.write()[0], HELLO);
    assert!(!pair.client.transport.is_encrypted());
    assert!(pair.server.write().is_empty(), "a server waits for its client");
}

#[test]
fn bytes_may_come_one_at_a_time() {
    let mut pair = covered();
    pair.client.connection.open();
    pair.server.connection.open();
    for _ in 0..10 {
        for byte in pair.client.write() {
            pair.server.transport.take_in(Some(&mut pair.server.connection), &mut vec![byte], 1);
        }
        for byte in pair.server.write() {
            pair.client.read(&[byte]);
        }
    }
    assert_eq!(pair.client.connection.state.remote, Half::Active);
    assert_eq!(pair.server.connection.state.remote, Half::Active);
}

#[test]
fn a_stream_ends_with_a_notice_behind_the_close() {
    let mut pair = covered();
    pair.client.connection.open();
    pair.server.connection.open();
    pair.pump();
    pair.client.connection.close();
    pair.server.connection.close();
    pair.pump();
    for peer in [&mut pair.client, &mut pair.server] {
        assert!(peer.written.ends_with(&[END, 3, 1, 0, 0]));
        assert!(peer.transport.closed());
        assert_eq!(peer.failure(), None);
    }
}

#[test]
fn a_stream_stays_open_behind_our_close_until_the_peer_has_closed() {
    let mut pair = covered();
    pair.client.connection.open();
    pair.server.connection.open();
    pair.pump();
    pair.client.connection.close();
    let close = pair.client.write();
    assert_eq!(close.first(), Some(&DATA));
    assert!(!close.ends_with(&[END, 3, 1, 0, 0]), "who reads it might not answer any more");
    assert!(pair.client.write().is_empty());
    pair.server.read(&close);
    pair.server.connection.close();
    let answer = pair.server.write();
    assert!(answer.ends_with(&[END, 3, 1, 0, 0]), "the server has nothing to wait for");
    pair.client.read(&answer);
    assert_eq!(pair.client.write(), [END, 3, 1, 0, 0]);
    assert!(pair.client.transport.closed());
}

#[test]
fn a_stream_ends_when_the_peer_has_ended_its_own_without_a_close() {
    let mut pair = covered();
    pair.client.connection.open();
    pair.server.connection.open();
    pair.pump();
    pair.client.connection.close();
    pair.client.write();
    pair.client.read(&[END, 3, 1, 0, 0]);
    assert_eq!(pair.client.write(), [END, 3, 1, 0, 0]);
    assert!(pair.client.transport.closed());
}

#[test]
fn a_stream_that_is_cut_off_is_told_from_one_that_ends() {
    let mut pair = covered();
    pair.client.connection.open();
    pair.server.connection.open();
    pair.pump();
    pair.server.transport.close_tail(Some(&mut pair.server.connection));
    let failure = pair.server.failure().unwrap();
    assert_eq!(failure, "amqp:connection:framing-error: SSL Failure: toy: cut off");
    pair.client.read(&[END, 3, 1, 0, 0]);
    assert_eq!(pair.client.failure().unwrap(), "amqp:connection:framing-error: connection aborted");
}

#[test]
fn the_end_of_a_stream_that_was_closed_in_amqp_need_not_be_announced() {
    let mut pair = covered();
    pair.client.connection.open();
    pair.server.connection.open();
    pair.pump();
    pair.client.connection.close();
    let bytes = pair.client.write();
    pair.server.read(&bytes);
    pair.server.transport.close_tail(Some(&mut pair.server.connection));
    assert_eq!(pair.server.failure(), None);
}

#[test]
fn an_error_of_amqp_is_told_through_the_session_and_its_stream_is_ended() {
    let mut pair = covered();
    pair.client.connection.open();
    pair.server.connection.open();
    pair.pump();
    let mut forged = Toy { greeted: true, ..Toy::default() };
    forged.write(b"\0\0\0\x01garbage").unwrap();
    pair.server.read(forged.wire());
    let last = pair.server.write();
    assert!(last.ends_with(&[END, 3, 1, 0, 0]));
    pair.client.read(&last);
    assert_eq!(pair.client.connection.state.remote, Half::Closed);
    assert_eq!(pair.client.failure(), None);
}

#[test]
fn a_broken_session_says_only_why_it_broke() {
    let mut pair = covered();
    pair.client.connection.open();
    pair.server.connection.open();
    pair.pump();
    pair.server.events();
    pair.server.read(&[HELLO, 3, 1, 0, 0]);
    assert_eq!(
        pair.server.failure().unwrap(),
        "amqp:connection:framing-error: SSL Failure: toy: unexpected record"
    );
    assert_eq!(pair.server.write(), [END, 3, 1, 0, 3, b'b' ^ 0x55, b'a' ^ 0x55, b'd' ^ 0x55]);
    let events = pair.server.events();
    let closing = [
        Event::TransportError,
        Event::TransportTailClosed,
        Event::TransportHeadClosed,
        Event::TransportClosed,
    ];
    assert!(events.ends_with(&closing), "{events:?}");
}

#[test]
fn a_transport_without_a_domain_says_so_and_ends() {
    let mut client = Peer::new(false);
    client.transport.cover_mut(None);
    client.connection.open();
    assert!(client.write().is_empty());
    assert!(client.transport.closed());
    assert!(client.failure().unwrap().contains("TLS has not been set up"));

    let mut server = Peer::new(true);
    server.read(&[HELLO, 3, 1, 0, 0]);
    assert!(server.failure().unwrap().contains("TLS has not been set up"));
    assert_eq!(server.write(), [21, 3, 1, 0, 2, 2, 40], "the client is told in an alert");
    assert!(server.transport.closed());
}

#[test]
fn a_session_that_cannot_be_made_fails_the_transport() {
    let mut client = Peer::new(false);
    let opener = ToyOpener { server: false, works: false };
    client.transport.cover_mut(None).init(Box::new(opener));
    assert!(client.write().is_empty());
    assert_eq!(client.failure().unwrap(), "amqp:connection:framing-error: SSL Failure: toy: broken");
}

#[test]
fn a_server_takes_tls_behind_the_header_that_announces_it() {
    let mut pair = covered();
    pair.client.connection.open();
    pair.server.connection.open();
    pair.server.read(b"AMQP\x02\x01\x00\x00");
    pair.pump();
    assert_eq!(pair.server.connection.state.remote, Half::Active);

    let mut server = Peer::new(true);
    cover(&mut server, true);
    server.read(b"AMQP\x02\x01\x00\x00AMQP\x00\x01\x00\x00");
    assert!(server.failure().unwrap().contains("not allowed"));
}

#[test]
fn plain_clients_of_a_server_with_tls_are_a_question_of_policy() {
    for required in [false, true] {
        let mut pair = Pair::new();
        cover(&mut pair.server, true);
        pair.server.transport.set_require_encryption(required);
        pair.client.connection.open();
        pair.server.connection.open();
        pair.pump();
        let refused = pair.server.failure().is_some_and(|text| text.contains("unencrypted - forbidden"));
        assert_eq!(refused, required);
        assert_eq!(pair.server.connection.state.remote == Half::Active, !required);
    }
}

#[test]
fn tls_within_tls_is_refused() {
    let mut pair = covered();
    let hello = pair.client.write();
    pair.server.read(&hello);
    let mut forged = Toy { greeted: true, ..Toy::default() };
    forged.write(&hello).unwrap();
    pair.server.read(forged.wire());
    let failure = pair.server.failure().unwrap();
    assert!(failure.contains("SSL protocol header not allowed (maybe detected twice)"), "{failure}");
}

#[test]
fn silence_is_told_through_the_session() {
    let mut pair = covered();
    pair.client.connection.open();
    pair.server.connection.open();
    pair.server.transport.set_idle_timeout(1000);
    pair.pump();
    for now in [1, 500, 1001, 2500] {
        pair.server.transport.tick(Some(&mut pair.server.connection), now);
    }
    let last = pair.server.write();
    pair.client.read(&last);
    assert_eq!(pair.client.connection.state.remote, Half::Closed);
    assert!(last.ends_with(&[END, 3, 1, 0, 0]));
}

#[test]
fn bytes_that_nobody_can_read_yet_are_held_and_bounded() {
    let mut pair = covered();
    pair.client.connection.open();
    pair.pump();
    pair.server.connection.open();
    let unbound = pair.server.connection;
    let mut transport = pair.server.transport;
    drop(unbound);
    let mut forged = Toy { greeted: true, ..Toy::default() };
    // A begin: it has to wait for a connection.
    let begin = b"\0\0\0\x18\x02\0\0\0\0\x53\x11\xc0\x0b\x04\x40\x52\0\x70\0\0\0\xff\x52\xff";
    for _ in 0..10_000 {
        forged.write(begin).unwrap();
    }
    let mut taken = 0;
    for piece in forged.wire().chunks(10_000) {
        if !transport.wants_input() {
            break;
        }
        transport.take_in(None, &mut piece.to_vec(), piece.len());
        taken += piece.len();
    }
    assert!((30_000..150_000).contains(&taken), "took {taken} bytes that it could not read");
    assert!(!transport.condition().is_set());
}
