//! FINAL events and the end of slots (spec/engine.md section 3, spec/object-model.md section 3.3).

use super::pair::{Pair, Peer};
use crate::engine::Event::*;
use crate::performative::Role;

#[test]
fn a_never_bound_tree_is_final_in_the_order_of_creation() {
    let mut peer = Peer::new(false);
    peer.transport.unbind(&mut peer.connection);
    for name in [b"1", b"2"] {
        let session = peer.connection.create_session();
        peer.connection.create_link(session, Role::Sender, Some(name));
    }
    peer.events();
    peer.connection.release();
    assert_eq!(peer.events(), [LinkFinal, SessionFinal, LinkFinal, SessionFinal, ConnectionFinal]);
    assert_eq!((peer.connection.links.len(), peer.connection.sessions.len()), (0, 0));
}

#[test]
fn a_link_freed_before_its_detach_is_final_when_the_peer_detaches() {
    let mut pair = Pair::attached();
    let link = pair.client.link();
    pair.client.connection.close_link(link);
    pair.client.connection.free_link(link);
    pair.pump();
    assert!(pair.client.connection.links.get(link).is_some(), "the peer's handle is still mapped");
    let peers = pair.server.link();
    pair.server.connection.close_link(peers);
    pair.pump();
    let events = pair.client.events();
    assert!(events.ends_with(&[LinkRemoteClose, LinkFinal]), "{events:?}");
    assert!(pair.client.connection.links.get(link).is_none());
}

#[test]
fn a_session_freed_with_an_open_link_is_final_when_the_peer_ends() {
    let mut pair = Pair::attached();
    let session = pair.client.session();
    pair.client.connection.close_session(session);
    pair.client.connection.free_session(session);
    pair.pump();
    pair.client.events();
    let peers = pair.server.session();
    pair.server.connection.close_session(peers);
    pair.pump();
    assert_eq!(pair.client.events(), [SessionRemoteClose, LinkFinal, SessionFinal]);
    assert_eq!((pair.client.connection.links.len(), pair.client.connection.sessions.len()), (0, 0));
}

#[test]
fn a_connection_freed_while_bound_is_final_after_unbind() {
    let mut pair = Pair::attached();
    let Pair { client, .. } = &mut pair;
    client.connection.release();
    assert_eq!(client.events(), []);
    client.transport.unbind(&mut client.connection);
    assert_eq!(client.events(), [ConnectionUnbound, LinkFinal, SessionFinal, ConnectionFinal]);
}

#[test]
fn unbinding_a_live_connection_posts_one_transport_event() {
    let mut pair = Pair::attached();
    let Pair { client, .. } = &mut pair;
    client.transport.unbind(&mut client.connection);
    assert_eq!(client.events(), [ConnectionUnbound, Transport]);
    client.connection.release();
    assert_eq!(client.events(), [LinkFinal, SessionFinal, ConnectionFinal]);
}

#[test]
fn thousands_of_links_come_and_go_without_leaving_slots() {
    let mut pair = Pair::opened();
    let session = pair.client.session();
    for round in 0..3 {
        let names: Vec<_> = (0..500).map(|n| format!("link-{round}-{n}")).collect();
        for name in &names {
            let link = pair.client.connection.create_link(session, Role::Sender, Some(name.as_bytes()));
            pair.client.connection.open_link(link);
        }
        pair.pump();
        let mut next = pair.server.connection.link_head();
        while let Some(link) = next {
            pair.server.connection.open_link(link);
            next = pair.server.connection.next_link(link);
        }
        pair.pump();
        for peer in [&mut pair.client, &mut pair.server] {
            while let Some(link) = peer.connection.link_head() {
                peer.connection.close_link(link);
                peer.connection.free_link(link);
            }
        }
        pair.pump();
        assert_eq!((pair.client.connection.links.len(), pair.server.connection.links.len()), (0, 0));
    }
}

#[test]
fn deliveries_that_can_no_longer_be_sent_go_with_their_link() {
    let mut pair = Pair::attached();
    pair.send(b"early", b"never sent");
    let settled = pair.send(b"settled", b"never sent");
    pair.client.connection.settle_delivery(settled);
    pair.pump();
    let (ours, peers) = (pair.client.link(), pair.server.link());
    pair.server.connection.close_link(peers);
    pair.server.connection.free_link(peers);
    pair.pump();
    pair.client.connection.close_link(ours);
    pair.client.connection.free_link(ours);
    pair.pump();
    assert_eq!((pair.client.connection.deliveries.len(), pair.client.connection.links.len()), (0, 0));
    let session = pair.client.session();
    assert_eq!(pair.client.connection.sessions[session].outgoing_bytes, 0);
}

#[test]
fn the_peers_attach_for_a_link_freed_meanwhile_makes_a_new_link() {
    let mut pair = Pair::opened();
    let session = pair.client.session();
    let link = pair.client.connection.create_link(session, Role::Sender, Some(b"l"));
    pair.client.connection.open_link(link);
    pair.pump();
    pair.client.connection.free_link(link);
    pair.forget_events();
    let peers = pair.server.link();
    pair.server.connection.open_link(peers);
    pair.pump();
    assert_eq!(pair.client.events(), [LinkInit, LinkRemoteOpen]);
    assert_ne!(pair.client.link(), link);
}

#[test]
fn links_that_the_peer_attached_to_a_freed_session_go_with_the_connection() {
    let mut pair = Pair::opened();
    let (ours, theirs) = (pair.client.session(), pair.server.session());
    pair.server.connection.free_session(theirs);
    let link = pair.client.connection.create_link(ours, Role::Sender, Some(b"late"));
    pair.client.connection.open_link(link);
    pair.pump();
    pair.server.events();
    pair.server.connection.release();
    pair.server.transport.unbind(&mut pair.server.connection);
    let events = pair.server.events();
    assert!(events.contains(&LinkFinal) && events.contains(&SessionFinal), "{events:?}");
    assert_eq!((pair.server.connection.links.len(), pair.server.connection.sessions.len()), (0, 0));
}
