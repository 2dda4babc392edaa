//! Session windows in both directions (spec/engine.md section 5).

use super::pair::Pair;
use crate::engine::WindowLimit;

/// A pair whose server takes at most `frames` frames of 512 bytes before it reads.
fn limited(limit: WindowLimit) -> Pair {
    let mut pair = Pair::new();
    pair.server.transport.set_max_frame(512, Some(&mut pair.server.connection));
    pair.prepared(1000, |connection, session| connection.set_window_limit(session, limit))
}

#[test]
fn a_sender_stops_at_the_window_and_goes_on_when_the_receiver_reads() {
    for limit in [WindowLimit::Bytes(2048), WindowLimit::Frames { window: 4, low_water_mark: 0 }] {
        let mut pair = limited(limit);
        let body = vec![7u8; 50_000];
        pair.send(b"t", &body);
        pair.pump();
        let session = pair.server.session();
        assert!(pair.server.connection.sessions[session].incoming_bytes <= 2048);
        let mut read = Vec::new();
        while read.len() < body.len() {
            let chunk = pair.receive();
            assert!(!chunk.is_empty(), "stalled after {}", read.len());
            read.extend(chunk);
            pair.pump();
        }
        assert_eq!(read, body);
    }
}

#[test]
fn a_sender_stopped_at_the_window_goes_on_when_its_limit_is_lifted() {
    let mut pair = limited(WindowLimit::Bytes(1024));
    pair.send(b"t", &[7; 5000]);
    pair.pump();
    let session = pair.server.session();
    assert!(pair.server.connection.sessions[session].incoming_bytes <= 1024);
    pair.server.connection.set_window_limit(session, WindowLimit::None);
    pair.pump();
    assert_eq!(pair.server.connection.sessions[session].incoming_bytes, 5000);
}

#[test]
fn many_small_messages_pass_a_small_window() {
    let mut pair = limited(WindowLimit::Frames { window: 3, low_water_mark: 2 });
    for n in 0..50u8 {
        pair.send(&[n], &[n]);
    }
    pair.pump();
    let link = pair.server.link();
    for n in 0..50u8 {
        assert_eq!(pair.receive(), [n]);
        let current = pair.server.current();
        pair.server.connection.settle_delivery(current);
        pair.pump();
    }
    assert!(pair.server.connection.links[link].current.is_none());
}

#[test]
fn a_capacity_below_one_frame_fails_the_connection() {
    let mut pair = Pair::new();
    pair.client.connection.open();
    let session = pair.client.connection.create_session();
    pair.client.connection.set_window_limit(session, WindowLimit::Bytes(100));
    pair.client.connection.open_session(session);
    pair.pump();
    let expected = "amqp:internal-error: session capacity 100 is less than frame size 32768";
    assert_eq!(pair.client.failure().as_deref(), Some(expected));
}

#[test]
fn a_sender_that_ignores_the_window_is_cut_off() {
    let mut pair = limited(WindowLimit::Bytes(1024));
    let session = pair.client.session();
    pair.client.connection.sessions[session].wire.remote_incoming_window = 100;
    pair.send(b"t", &[0; 5000]);
    pair.pump();
    let expected = "amqp:session:window-violation: incoming session window exceeded";
    assert_eq!(pair.server.failure().as_deref(), Some(expected));
}

#[test]
fn more_than_the_buffer_limit_is_refused() {
    let mut pair = Pair::with_credit(10);
    pair.server.transport.set_max_buffered_bytes(10);
    pair.send(b"t", &[0; 10]);
    pair.pump();
    assert_eq!(pair.server.failure(), None);
    pair.send(b"u", &[0; 1]);
    pair.pump();
    let expected = "amqp:resource-limit-exceeded: connection delivery buffer limit exceeded: 10 bytes buffered, limit 10";
    assert_eq!(pair.server.failure().as_deref(), Some(expected));
}

/// The limit on frames that a server which prefers large ones has told.
fn told_limit(prepare: impl FnOnce(&mut Pair)) -> u32 {
    let mut pair = Pair::new();
    prepare(&mut pair);
    pair.server.transport.prefer_large_frames();
    pair.prepared(1, |_, _| ()).client.transport.remote_max_frame()
}

#[test]
fn frames_may_be_as_large_as_what_may_wait_where_that_is_preferred() {
    assert_eq!(told_limit(|_| ()), 4 * 1024 * 1024);
    assert_eq!(told_limit(|pair| pair.server.transport.set_max_buffered_bytes(10)), 32 * 1024);
    assert_eq!(told_limit(|pair| pair.server.transport.set_max_buffered_bytes(0)), u32::MAX);
}

#[test]
fn a_limit_that_the_application_chose_stands_where_large_frames_are_preferred() {
    assert_eq!(told_limit(|pair| pair.server.transport.set_max_frame(32 * 1024, None)), 32 * 1024);
}

#[test]
fn frames_stay_ordinary_where_a_window_counts_them() {
    let limit = |pair: &mut Pair| {
        let session = pair.server.connection.create_session();
        pair.server.connection.set_window_limit(session, WindowLimit::Bytes(100_000));
    };
    assert_eq!(told_limit(limit), 32 * 1024);
}
