//! What attach, begin and flow may say beyond what Proton has functions for.

use super::pair::Pair;
use crate::engine::Event::*;
use crate::engine::Side;
use crate::performative::Role;

#[test]
fn capabilities_of_a_session_and_a_link_cross_the_wire_both_ways() {
    let mut pair = Pair::new();
    pair.client.connection.open();
    pair.server.connection.open();
    let session = pair.client.connection.create_session();
    let ours = pair.client.connection.sessions[session].extras.open(Side::Local);
    ours.offered_capabilities.open().put_symbol(b"fast").unwrap();
    ours.properties.open().put_string(b"told").unwrap();
    pair.client.connection.open_session(session);
    let link = pair.client.connection.create_link(session, Role::Sender, Some(b"l"));
    let ours = pair.client.connection.links[link].extras.open(Side::Local);
    ours.desired_capabilities.open().put_symbol(b"delayed").unwrap();
    pair.client.connection.open_link(link);
    pair.pump();
    let (session, link) = (pair.server.session(), pair.server.link());
    let told = pair.server.connection.sessions[session].extras.open(Side::Remote);
    told.offered_capabilities.open().next();
    assert_eq!(told.offered_capabilities.open().get_symbol(), Some(&b"fast"[..]));
    told.properties.open().next();
    assert_eq!(told.properties.open().get_string(), Some(&b"told"[..]));
    assert!(told.desired_capabilities.is_empty());
    let told = pair.server.connection.links[link].extras.open(Side::Remote);
    told.desired_capabilities.open().next();
    assert_eq!(told.desired_capabilities.open().get_symbol(), Some(&b"delayed"[..]));
    assert!(told.offered_capabilities.is_empty());
}

#[test]
fn an_end_that_says_nothing_costs_nothing() {
    let pair = Pair::attached();
    for peer in [&pair.client, &pair.server] {
        assert!(peer.connection.sessions[peer.session()].extras.get(Side::Remote).is_none());
        assert!(peer.connection.links[peer.link()].extras.get(Side::Local).is_none());
    }
}

#[test]
fn what_a_sender_could_send_is_told_to_the_receiver() {
    let mut pair = Pair::attached();
    let (tx, rx) = (pair.client.link(), pair.server.link());
    assert_eq!(pair.server.connection.links[rx].available, 0);
    pair.client.connection.offer(tx, 7);
    pair.pump();
    assert_eq!(pair.server.connection.links[rx].available, 7);
    assert_eq!(pair.server.events(), [LinkFlow]);
    pair.client.connection.offer(tx, 7);
    pair.client.connection.offer(tx, -1);
    pair.pump();
    assert_eq!(pair.server.events(), [], "no news, and nothing that could be told");
}

#[test]
fn an_offer_made_before_the_link_opens_follows_the_attach() {
    let mut pair = Pair::opened();
    let session = pair.client.session();
    let link = pair.client.connection.create_link(session, Role::Sender, Some(b"l"));
    pair.client.connection.offer(link, 3);
    pair.pump();
    pair.client.connection.open_link(link);
    pair.pump();
    assert_eq!(pair.server.connection.links[pair.server.link()].available, 3);
}
