//! Messages from one end to the other, and what both say of them (spec/engine.md sections 7 and 8).

use super::pair::Pair;
use crate::engine::Event::*;
use crate::engine::Misuse;
use crate::engine::disposition::{ACCEPTED, REJECTED, RELEASED};

#[test]
fn a_message_arrives_and_its_acceptance_comes_back() {
    let mut pair = Pair::with_credit(10);
    let sent = pair.send(b"t1", b"hello");
    pair.pump();
    assert_eq!(pair.client.events(), [Transport, LinkFlow]);
    assert_eq!(pair.server.events(), [Delivery]);
    assert_eq!(pair.receive(), b"hello");
    let link = pair.server.link();
    let mut end = [0; 1];
    assert_eq!(pair.server.connection.receive(link, &mut end), Err(Misuse::EndOfStream));
    let received = pair.server.current();
    pair.server.connection.update_delivery(received, ACCEPTED);
    pair.server.connection.settle_delivery(received);
    pair.pump();
    assert_eq!(pair.client.events(), [Delivery]);
    let delivery = &pair.client.connection.deliveries[sent];
    assert_eq!((delivery.remote.kind(), delivery.remote_settled), (ACCEPTED, true));
    pair.client.connection.settle_delivery(sent);
    let wire = pair.client.write();
    assert!(wire.is_empty(), "the peer has settled already");
    assert_eq!(pair.client.connection.deliveries.len(), 0);
    assert_eq!(pair.server.connection.deliveries.len(), 0);
}

#[test]
fn a_settled_message_is_gone_once_written() {
    let mut pair = Pair::with_credit(1);
    let sent = pair.send(b"t", b"x");
    pair.client.connection.settle_delivery(sent);
    pair.pump();
    assert!(pair.client.connection.deliveries.get(sent).is_none());
    let received = pair.server.current();
    assert!(pair.server.connection.deliveries[received].remote_settled);
}

#[test]
fn equal_neighbouring_dispositions_share_a_frame() {
    let mut pair = Pair::with_credit(10);
    for tag in [b"0", b"1", b"2", b"3", b"4", b"5"] {
        pair.send(tag, b"x");
    }
    pair.pump();
    let link = pair.server.link();
    for kind in [ACCEPTED, ACCEPTED, RELEASED, RELEASED, REJECTED, ACCEPTED] {
        let key = pair.server.connection.links[link].current.unwrap();
        pair.server.connection.update_delivery(key, kind);
        pair.server.connection.advance(link);
    }
    let wire = pair.server.write();
    let frames = wire.windows(3).filter(|w| *w == [0x00, 0x53, 0x15]).count();
    assert_eq!(frames, 4, "0-1 accepted, 4 rejected, 2-3 released, 5 accepted");
}

#[test]
fn a_long_message_is_split_at_the_peers_frame_size() {
    let mut pair = Pair::new();
    pair.server.transport.set_max_frame(512, Some(&mut pair.server.connection));
    let mut pair = pair.prepared(100, |_, _| {});
    let body: Vec<u8> = (0..5000u32).map(|n| n as u8).collect();
    pair.send(b"t", &body);
    pair.pump();
    assert_eq!(pair.receive(), body);
    assert!(pair.server.transport.frames_in() > 10);
}

#[test]
fn an_unfinished_message_is_sent_as_far_as_it_goes() {
    let mut pair = Pair::with_credit(1);
    let link = pair.client.link();
    pair.client.connection.create_delivery(link, b"t");
    pair.client.connection.send(link, b"first ").unwrap();
    pair.pump();
    assert_eq!(pair.receive(), b"first ");
    let received = pair.server.current();
    assert!(!pair.server.connection.deliveries[received].complete);
    pair.client.connection.send(link, b"second").unwrap();
    pair.client.connection.advance(link);
    pair.pump();
    assert_eq!(pair.receive(), b"second");
    assert!(pair.server.connection.deliveries[received].complete);
}

#[test]
fn an_abort_before_anything_was_sent_leaves_no_trace() {
    let mut pair = Pair::with_credit(5);
    let link = pair.client.link();
    let key = pair.client.connection.create_delivery(link, b"t");
    pair.client.connection.send(link, b"x").unwrap();
    pair.client.connection.abort_delivery(key);
    let wire = pair.client.write();
    assert!(wire.is_empty());
    assert_eq!(pair.client.events(), [Transport, LinkFlow]);
    let link = &pair.client.connection.links[link];
    assert_eq!((link.credit, link.queued, link.unsettled), (5, 0, 0));
}

#[test]
fn an_abort_of_an_advanced_delivery_gives_the_credit_back_and_the_link_can_close() {
    let mut pair = Pair::attached();
    let link = pair.client.link();
    let key = pair.send(b"t", b"x");
    pair.pump();
    pair.client.connection.abort_delivery(key);
    pair.pump();
    assert_eq!(pair.client.connection.links[link].queued, 0);
    assert_eq!(pair.client.connection.links[link].credit, 0);
    pair.client.connection.close_link(link);
    pair.pump();
    assert!(pair.server.events().contains(&LinkRemoteClose));
}

#[test]
fn an_abort_halfway_is_told_to_the_peer() {
    let mut pair = Pair::with_credit(5);
    let link = pair.client.link();
    let key = pair.client.connection.create_delivery(link, b"t");
    pair.client.connection.send(link, b"part").unwrap();
    pair.pump();
    pair.client.connection.abort_delivery(key);
    pair.pump();
    let received = pair.server.current();
    let delivery = &pair.server.connection.deliveries[received];
    assert!(delivery.aborted && delivery.complete && delivery.remote_settled && delivery.updated);
    let server_link = pair.server.link();
    assert_eq!(pair.server.connection.receive(server_link, &mut [0; 9]), Err(Misuse::Aborted));
}

#[test]
fn the_rest_of_a_delivery_settled_early_is_swallowed() {
    let mut pair = Pair::with_credit(5);
    let link = pair.client.link();
    pair.client.connection.create_delivery(link, b"t");
    pair.client.connection.send(link, b"part").unwrap();
    pair.pump();
    let received = pair.server.current();
    pair.server.connection.settle_delivery(received);
    pair.pump();
    pair.forget_events();
    pair.client.connection.send(link, b"rest").unwrap();
    pair.client.connection.advance(link);
    pair.send(b"next", b"whole");
    pair.pump();
    assert_eq!(pair.server.events(), [Delivery]);
    assert_eq!(pair.receive(), b"whole");
    assert_eq!(pair.server.connection.sessions[pair.server.session()].incoming_bytes, 0);
}

#[test]
fn what_was_not_read_no_longer_counts_once_advanced_past_or_settled() {
    let mut pair = Pair::with_credit(5);
    pair.send(b"a", b"12345");
    pair.send(b"b", b"67890");
    pair.pump();
    let (session, link) = (pair.server.session(), pair.server.link());
    assert_eq!(pair.server.connection.sessions[session].incoming_bytes, 10);
    pair.server.connection.advance(link);
    assert_eq!(pair.server.connection.sessions[session].incoming_bytes, 5);
    let current = pair.server.current();
    pair.server.connection.settle_delivery(current);
    assert_eq!(pair.server.connection.sessions[session].incoming_bytes, 0);
    assert_eq!(pair.server.connection.buffered_bytes, 0);
}

#[test]
fn a_delivery_settled_before_its_turn_uses_its_credit_and_no_longer_waits() {
    let mut pair = Pair::with_credit(5);
    for body in [b"1", b"2", b"3"] {
        pair.send(body, body);
    }
    pair.pump();
    let (current, link) = (pair.server.current(), pair.server.link());
    let second = pair.server.connection.next_unsettled(current).unwrap();
    pair.server.connection.settle_delivery(second);
    while pair.server.connection.advance(link) {}
    let link = &pair.server.connection.links[link];
    assert_eq!((link.credit, link.queued), (2, 0));
}

#[test]
fn a_later_unsettled_disposition_does_not_unsettle() {
    let mut pair = Pair::with_credit(5);
    let sent = pair.send(b"a", b"1");
    pair.pump();
    let received = pair.server.current();
    pair.server.connection.update_delivery(received, ACCEPTED);
    pair.server.connection.settle_delivery(received);
    pair.pump();
    let frame = [0, 0, 0, 0x12, 2, 0, 0, 0, 0, 0x53, 0x15, 0xc0, 0x05, 0x03, 0x41, 0x43, 0x40, 0x42];
    pair.client.read(&frame);
    assert!(pair.client.connection.deliveries[sent].remote_settled);
}

#[test]
fn a_transfer_that_does_not_fit_the_peers_frames_fails_the_connection() {
    let mut pair = Pair::new();
    pair.server.transport.set_max_frame(512, Some(&mut pair.server.connection));
    let mut pair = pair.prepared(5, |_, _| {});
    pair.send(&[b't'; 600], b"x");
    pair.pump();
    let expected = "amqp:internal-error: transfer does not fit into the peer's max-frame-size";
    assert_eq!(pair.client.failure().as_deref(), Some(expected));
    assert!(pair.client.transport.closed());
}

#[test]
fn changing_the_state_of_a_settled_delivery_does_not_unsettle_it() {
    let mut pair = Pair::with_credit(5);
    pair.send(b"a", b"1");
    pair.pump();
    let received = pair.server.current();
    pair.server.connection.set_held(crate::engine::Subject::Delivery(received), true);
    pair.server.connection.settle_delivery(received);
    pair.server.connection.update_delivery(received, REJECTED);
    let link = pair.server.link();
    assert_eq!(pair.server.connection.links[link].unsettled, 0);
    assert!(pair.server.connection.deliveries[received].local_settled);
}
