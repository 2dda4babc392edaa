//! Bytes that no peer should send: always a condition, never a panic (spec/transport.md sections 3 to 6).

use super::pair::{Pair, Peer};

const HEADER: &[u8] = b"AMQP\x00\x01\x00\x00";

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// A frame from `CODE COUNT FIELDS`, a performative's code, its number of fields and their bytes, or `raw BYTES`.
fn frame(channel: u16, text: &str) -> Vec<u8> {
    let (first, rest) = text.split_once(' ').unwrap();
    let mut body = Vec::new();
    if first == "raw" {
        body = hex(rest);
    } else {
        let (count, fields) = rest.split_once(' ').unwrap();
        let fields = hex(fields);
        body.extend([
            0,
            0x53,
            hex(first)[0],
            0xc0,
            u8::try_from(fields.len() + 1).unwrap(),
            count.parse().unwrap(),
        ]);
        body.extend(fields);
    }
    let mut bytes = u32::try_from(body.len() + 8).unwrap().to_be_bytes().to_vec();
    bytes.extend([2, 0]);
    bytes.extend(channel.to_be_bytes());
    bytes.extend(body);
    bytes
}

const OPEN: &str = "10 1 a100";
const BEGIN: &str = "11 5 40 43 5264 5264 52ff";
const ATTACH: &str = "12 4 a10178 43 42 5002";

fn server_after(frames: &[(u16, &str)]) -> Peer {
    let mut server = Peer::new(true);
    server.connection.open();
    server.read(HEADER);
    for &(channel, body) in frames {
        server.read(&frame(channel, body));
        server.write();
        if let Some(session) = server.connection.session_head() {
            server.connection.open_session(session);
        }
        server.write();
    }
    server
}

#[test]
fn violations_end_in_their_conditions() {
    let framing = "amqp:connection:framing-error";
    let cases: &[(&[(u16, &str)], &str)] = &[
        (
            &[(0, OPEN), (40000, BEGIN)],
            "amqp:connection:framing-error: remote channel 40000 is above negotiated channel_max 32767.",
        ),
        (&[(0, OPEN), (7, ATTACH)], "amqp:not-allowed: no such channel: 7"),
        (
            &[(0, OPEN), (0, "11 5 600003 43 5264 5264 52ff")],
            "amqp:invalid-field: begin reply to unknown channel 3.",
        ),
        (&[(0, OPEN), (0, BEGIN), (0, "14 3 43 43 a000")], "amqp:invalid-field: no such handle: 0"),
        (
            &[(0, OPEN), (0, BEGIN), (0, "12 4 a10178 7080000000 42 5002")],
            "amqp:connection:framing-error: remote handle 2147483648 is above handle_max 2147483647",
        ),
        (
            &[(0, OPEN), (0, BEGIN), (0, ATTACH), (0, "12 4 a10178 5201 42 5002")],
            "amqp:invalid-field: link name already attached: x",
        ),
        (
            &[(0, OPEN), (0, BEGIN), (0, ATTACH), (0, "14 1 43")],
            "amqp:invalid-field: delivery-id required on initial transfer of session",
        ),
        (&[(0, OPEN), (0, BEGIN), (0, "15 3 41 5205 5203")], "amqp:not-allowed: illegal delivery range: 5-3"),
        (&[(0, OPEN), (0, BEGIN), (0, BEGIN)], "amqp:not-allowed: channel 0 is already in use"),
        (
            &[(0, OPEN), (0, BEGIN), (0, ATTACH), (0, "12 4 a10179 43 42 5002")],
            "amqp:invalid-field: handle 0 is already attached",
        ),
        (
            &[(0, OPEN), (0, BEGIN), (0, "12 4 a10178 43 41 5002"), (0, "14 3 43 43 a000")],
            "amqp:not-allowed: transfer on a link that the peer receives from",
        ),
        (
            &[(0, OPEN), (0, "raw 00531945")],
            "amqp:connection:framing-error: Error dispatching frame: type: 0: Unknown performative",
        ),
        (&[(0, OPEN), (0, "raw a10178")], "amqp:connection:framing-error: Error dispatching frame"),
        (
            &[(0, OPEN), (0, "raw 00534145")],
            "amqp:connection:framing-error: Error dispatching frame: type: 0: Unknown performative",
        ),
    ];
    for (frames, expected) in cases {
        let server = server_after(frames);
        assert_eq!(server.failure().as_deref(), Some(*expected));
        assert!(server.written.windows(3).any(|w| w == [0x00, 0x53, 0x18]), "the peer is told: {expected}");
    }
    let mut server = server_after(&[(0, OPEN)]);
    server.read(&[0x7f, 0xff, 0xff, 0xff, 2, 0, 0, 0]);
    assert_eq!(server.failure(), Some(format!("{framing}: malformed frame")));
}

#[test]
fn headers_of_other_protocols_are_refused_in_amqp() {
    for (bytes, expected) in [
        (&b"HTTP/1.1"[..], "Unknown protocol detected: 'HTTP/1.1'"),
        (b"AMQP\x00\x01\x00\x0a", r"Incompatible AMQP connection detected: 'AMQP\x00\x01\x00\x0a'"),
    ] {
        let mut server = Peer::new(true);
        server.read(bytes);
        assert_eq!(server.failure().unwrap(), format!("amqp:connection:framing-error: {expected}"));
        let answer = server.write();
        assert!(answer.starts_with(HEADER));
        assert!(answer.windows(3).any(|w| w == [0x00, 0x53, 0x18]));
    }
}

#[test]
fn a_server_that_has_said_nothing_yet_tells_what_was_wrong() {
    let mut server = Peer::new(true);
    let transfer = frame(0, "14 3 43 43 a00161");
    server.read(&[HEADER, &frame(0, OPEN), &frame(0, BEGIN), &frame(0, ATTACH), &transfer].concat());
    assert!(server.failure().unwrap().contains("incoming session window exceeded"));
    let answer = server.write();
    assert!(answer.starts_with(HEADER));
    assert!(answer.windows(3).any(|w| w == [0x00, 0x53, 0x18]));
}

#[test]
fn a_client_tells_what_it_expected() {
    let mut client = Peer::new(false);
    client.write();
    client.read(b"HTTP/1.1");
    let expected =
        "amqp:connection:framing-error: Expected AMQP protocol header got: Unknown protocol ['HTTP/1.1']";
    assert_eq!(client.failure().as_deref(), Some(expected));
}

#[test]
fn a_server_that_requires_authentication_says_nothing_to_those_who_skip_it() {
    let mut server = Peer::new(true);
    server.transport.set_require_auth(true);
    server.read(HEADER);
    let expected = "amqp:connection:policy-error: Client skipped authentication - forbidden";
    assert_eq!(server.failure().as_deref(), Some(expected));
    assert!(server.write().is_empty());
}

#[test]
fn frames_after_close_are_not_read() {
    let mut server = server_after(&[(0, OPEN)]);
    let bytes = [frame(0, "raw 00531845"), frame(0, BEGIN)].concat();
    server.read(&bytes);
    assert!(server.connection.session_head().is_none());
    assert_eq!(server.failure(), None);
    assert!(server.transport.capacity().is_none());
}

#[test]
fn a_stream_cut_or_changed_anywhere_ends_without_a_panic() {
    let mut pair = Pair::with_credit(10);
    pair.send(b"a", &[1; 300]);
    pair.send(b"b", b"two");
    let link = pair.client.link();
    pair.pump();
    pair.client.connection.close_link(link);
    pair.client.connection.close();
    pair.pump();
    let stream = pair.client.written.clone();
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for cut in 0..stream.len() {
        let mut server = Peer::new(true);
        oblige(&mut server, &stream[..cut]);
        server.transport.close_tail(Some(&mut server.connection));
        server.write();
        assert!(server.transport.closed());
    }
    for _ in 0..5_000 {
        let mut changed = stream.clone();
        for _ in 0..=random() % 4 {
            let place = random() as usize % changed.len();
            changed[place] = random() as u8;
        }
        let mut server = Peer::new(true);
        oblige(&mut server, &changed);
        server.transport.close_tail(Some(&mut server.connection));
        server.write();
    }
}

#[test]
fn delivery_counts_that_leap_ahead_leave_the_credit_at_its_lowest() {
    let transfer = "14 4 43 43 a00174 43";
    let leap = |count: &str| format!("13 7 43 5264 43 5264 43 70{count} 43");
    let (first, second) = (leap("7fffffff"), leap("fffffffe"));
    let mut server =
        server_after(&[(0, OPEN), (0, BEGIN), (0, ATTACH), (0, &first), (0, &second), (0, transfer)]);
    assert_eq!(server.failure(), None);
    let link = server.link();
    assert_eq!(server.connection.links[link].credit, i32::MIN);
    assert!(server.connection.advance(link), "the delivery is still there");
    assert_eq!(server.connection.links[link].credit, i32::MIN, "and costs what there is no more of");
}

#[test]
fn a_delivery_that_arrives_is_not_counted_as_sent_when_it_is_aborted() {
    let mut server = server_after(&[(0, OPEN), (0, BEGIN), (0, ATTACH)]);
    let mut transfer = frame(0, "14 6 43 43 a00174 43 42 41");
    transfer.extend(b"part");
    transfer[3] += 4;
    server.read(&transfer);
    let (session, delivery) = (server.session(), server.current());
    assert_eq!(server.connection.sessions[session].incoming_bytes, 4);
    server.connection.abort_delivery(delivery);
    let session = &server.connection.sessions[session];
    assert_eq!((session.incoming_bytes, session.outgoing_bytes), (0, 0));
}

#[test]
fn deliveries_that_nobody_asked_for_come_to_an_end() {
    let mut server = server_after(&[(0, OPEN), (0, BEGIN), (0, ATTACH)]);
    let transfer = |id: u32| frame(0, &format!("14 4 43 70{id:08x} a00174 43"));
    for id in 0..4096 {
        server.read(&transfer(id));
    }
    assert_eq!(server.failure(), None, "a peer may be ahead of its credit");
    let settled = server.current();
    server.connection.settle_delivery(settled);
    server.write();
    server.read(&frame(0, "15 4 42 43 43 41"));
    server.read(&transfer(4096));
    assert_eq!(server.failure(), None, "one that was settled counts no more");
    server.read(&transfer(4097));
    let expected =
        "amqp:link:transfer-limit-exceeded: more than 4096 deliveries beyond the credit of their links";
    assert_eq!(server.failure().as_deref(), Some(expected));
}

#[test]
fn a_partial_delivery_holds_hardly_more_than_it_was_sent() {
    let mut server = server_after(&[(0, OPEN), (0, BEGIN), (0, ATTACH)]);
    let mut transfer = frame(0, "14 6 43 43 a00174 43 42 41");
    transfer.push(b'x');
    transfer[3] += 1;
    server.read(&transfer);
    let delivery = server.current();
    assert!(server.connection.deliveries[delivery].payload.room() <= 256);
}

/// Reads `bytes` in two halves as a server that opens everything and grants credit.
fn oblige(server: &mut Peer, bytes: &[u8]) {
    server.connection.open();
    for half in bytes.chunks(bytes.len().div_ceil(2).max(1)) {
        server.read(half);
        if let Some(session) = server.connection.session_head() {
            server.connection.open_session(session);
        }
        if let Some(link) = server.connection.link_head() {
            server.connection.open_link(link);
            server.connection.grant(link, 1);
            server.connection.advance(link);
        }
        server.write();
    }
}
