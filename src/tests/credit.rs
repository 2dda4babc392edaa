//! Credit arithmetic and drains (spec/engine.md sections 6.2 and 6.3).

use super::pair::Pair;
use crate::engine::Event::*;
use crate::performative::{Flow, Role, SequenceNo};

fn counts(peer: &super::pair::Peer) -> (i32, i32) {
    let link = &peer.connection.links[peer.link()];
    (link.credit, link.queued)
}

#[test]
fn the_worked_sequence_of_the_specification() {
    let mut pair = Pair::with_credit(5);
    assert_eq!((counts(&pair.client), counts(&pair.server)), ((5, 0), (5, 0)));
    pair.send(b"1", b"x");
    pair.send(b"2", b"x");
    assert_eq!(counts(&pair.client), (3, 2));
    pair.pump();
    assert_eq!((counts(&pair.client), counts(&pair.server)), ((3, 0), (5, 2)));
    let link = pair.server.link();
    pair.server.connection.advance(link);
    assert_eq!(counts(&pair.server), (4, 1));
    for tag in [b"3", b"4", b"5", b"6", b"7"] {
        pair.send(tag, b"x");
    }
    assert_eq!(counts(&pair.client), (-2, 5));
    pair.pump();
    assert_eq!((counts(&pair.client), counts(&pair.server)), ((-2, 2), (4, 4)));
    pair.server.connection.grant(link, 3);
    assert_eq!(counts(&pair.server), (7, 4));
    pair.pump();
    assert_eq!((counts(&pair.client), counts(&pair.server)), ((1, 0), (7, 6)));
}

#[test]
fn a_grant_of_nothing_sends_nothing() {
    let mut pair = Pair::with_credit(5);
    let link = pair.server.link();
    pair.server.connection.grant(link, 0);
    assert!(pair.server.write().is_empty());
}

#[test]
fn a_drain_gives_unused_credit_back() {
    let mut pair = Pair::with_credit(5);
    let (sender, receiver) = (pair.client.link(), pair.server.link());
    pair.server.connection.set_drain(receiver, true);
    pair.pump();
    assert_eq!(pair.client.events(), [LinkFlow]);
    pair.send(b"1", b"x");
    assert_eq!(pair.client.connection.drained(sender), 4);
    pair.pump();
    assert_eq!(counts(&pair.client), (0, 0));
    assert_eq!(pair.server.connection.drained(receiver), 4);
    assert_eq!(counts(&pair.server), (1, 1));
}

#[test]
fn a_drain_with_credit_ends_with_the_next_grant() {
    let mut pair = Pair::attached();
    let receiver = pair.server.link();
    pair.server.connection.drain(receiver, 5);
    pair.pump();
    assert!(pair.client.connection.links[pair.client.link()].drain);
    pair.server.connection.grant(receiver, 2);
    pair.pump();
    let sender = &pair.client.connection.links[pair.client.link()];
    assert_eq!((sender.credit, sender.drain), (7, false));
}

#[test]
fn ending_a_drain_without_new_credit_is_told_to_the_sender() {
    let mut pair = Pair::with_credit(5);
    let receiver = pair.server.link();
    pair.server.connection.set_drain(receiver, true);
    pair.pump();
    pair.server.connection.set_drain(receiver, false);
    pair.pump();
    assert!(!pair.client.connection.links[pair.client.link()].drain);
}

#[test]
fn deliveries_beyond_credit_wait_in_order() {
    let mut pair = Pair::attached();
    for tag in [b"1", b"2", b"3"] {
        pair.send(tag, tag);
    }
    pair.pump();
    assert!(pair.server.connection.deliveries.len() == 0);
    let link = pair.server.link();
    for expected in [b"1", b"2", b"3"] {
        pair.server.connection.grant(link, 1);
        pair.pump();
        assert_eq!(pair.receive(), expected);
        pair.server.connection.advance(link);
    }
}

#[test]
fn a_link_with_deliveries_waiting_detaches_after_them() {
    let mut pair = Pair::attached();
    pair.send(b"1", b"x");
    let link = pair.client.link();
    pair.client.connection.close_link(link);
    pair.pump();
    assert!(!pair.server.events().contains(&LinkRemoteClose));
    let receiver = pair.server.link();
    pair.server.connection.grant(receiver, 1);
    pair.pump();
    assert_eq!(pair.server.events(), [Transport, Delivery, LinkRemoteClose]);
}

#[test]
fn credit_that_comes_before_the_attach_is_answered_is_used_after_it() {
    let mut pair = Pair::opened();
    let session = pair.client.session();
    let receiver = pair.client.connection.create_link(session, Role::Receiver, Some(b"l"));
    pair.client.connection.open_link(receiver);
    pair.client.connection.grant(receiver, 5);
    pair.pump();
    let sender = pair.server.link();
    pair.server.connection.create_delivery(sender, b"t");
    pair.server.connection.send(sender, b"early").unwrap();
    pair.server.connection.advance(sender);
    pair.pump();
    pair.server.connection.open_link(sender);
    pair.pump();
    assert_eq!(pair.client.connection.links[receiver].queued, 1);
}

#[test]
fn a_flow_with_echo_is_answered() {
    let mut pair = Pair::with_credit(5);
    // A flow for the link with echo: next-incoming-id 0, windows, handle 0, count 0, credit 5.
    let flow = [
        0, 0, 0, 0x1c, 2, 0, 0, 0, 0, 0x53, 0x13, 0xc0, 0x0f, 0x0a, 0x43, 0x52, 0x64, 0x43, 0x52, 0x64, 0x43,
        0x43, 0x52, 0x05, 0x40, 0x42, 0x41, 0x40,
    ];
    let mut frame = flow.to_vec();
    frame[3] = 0x1b;
    frame[12] = 0x0e;
    frame.truncate(27);
    pair.client.read(&frame);
    assert_eq!(pair.client.failure(), None);
    let answer = pair.client.write();
    assert!(answer.windows(3).any(|w| w == [0x00, 0x53, 0x13]));
}

#[test]
fn a_flow_that_takes_the_delivery_count_back_changes_no_credit() {
    let mut pair = Pair::with_credit(5);
    pair.send(b"1", b"x");
    pair.send(b"2", b"x");
    pair.pump();
    let link = pair.server.link();
    let backwards = Flow { delivery_count: Some(SequenceNo(0)), ..Flow::default() };
    pair.server.connection.receive_link_flow(link, &backwards);
    assert_eq!(counts(&pair.server), (5, 2));
    assert_eq!(pair.server.connection.drained(link), 0);
}
