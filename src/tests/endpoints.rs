//! Opening, closing and detaching, and the events of both sides in order (spec/engine.md sections 10 and 11).

use super::pair::Pair;
use crate::engine::Event::*;
use crate::engine::{Half, Text};
use crate::performative::Role;

#[test]
fn a_connection_opens_on_both_sides() {
    let mut pair = Pair::new();
    assert_eq!(pair.client.events(), [ConnectionInit, ConnectionBound]);
    pair.client.connection.open();
    assert_eq!(pair.client.events(), [ConnectionLocalOpen, Transport]);
    pair.pump();
    assert_eq!(pair.server.events(), [ConnectionInit, ConnectionBound, ConnectionRemoteOpen]);
    pair.server.connection.open();
    pair.pump();
    assert_eq!(pair.client.events(), [ConnectionRemoteOpen]);
}

#[test]
fn everything_opened_at_once_goes_out_in_one_write() {
    let mut pair = Pair::new();
    pair.client.connection.open();
    let session = pair.client.connection.create_session();
    pair.client.connection.open_session(session);
    let link = pair.client.connection.create_link(session, Role::Sender, Some(b"l"));
    pair.client.connection.open_link(link);
    let bytes = pair.client.write();
    pair.server.events();
    pair.server.read(&bytes);
    assert_eq!(
        pair.server.events(),
        [ConnectionRemoteOpen, SessionInit, SessionRemoteOpen, LinkInit, LinkRemoteOpen]
    );
}

#[test]
fn closing_goes_the_same_way_back() {
    let mut pair = Pair::attached();
    let (session, link) = (pair.client.session(), pair.client.link());
    pair.client.connection.close_link(link);
    pair.client.connection.close_session(session);
    pair.client.connection.close();
    pair.pump();
    assert_eq!(
        pair.server.events(),
        [LinkRemoteClose, SessionRemoteClose, ConnectionRemoteClose, TransportTailClosed]
    );
    pair.server.connection.close();
    pair.pump();
    assert_eq!(pair.server.events(), [ConnectionLocalClose, Transport, TransportHeadClosed, TransportClosed]);
    assert!(pair.client.transport.closed() && pair.server.transport.closed());
    assert_eq!(pair.client.failure(), None);
}

#[test]
fn a_detach_leaves_the_states_active() {
    let mut pair = Pair::attached();
    let link = pair.client.link();
    pair.client.connection.detach_link(link);
    assert_eq!(pair.client.events(), [LinkLocalDetach, Transport]);
    pair.pump();
    assert_eq!(pair.server.events(), [LinkRemoteDetach]);
    let state = pair.server.connection.links[pair.server.link()].state;
    assert_eq!((state.local, state.remote), (Half::Active, Half::Active));
}

#[test]
fn a_link_whose_name_is_taken_over_is_detached_before_the_new_one_attaches() {
    let mut pair = Pair::attached();
    let (old, session) = (pair.client.link(), pair.client.session());
    let (role, name) =
        (pair.client.connection.links[old].role, pair.client.connection.links[old].name.clone());
    pair.client.connection.close_link(old);
    let new = pair.client.connection.create_link(session, role, name.as_ref().map(Text::bytes));
    pair.client.connection.open_link(new);
    pair.forget_events();
    pair.pump();
    assert_eq!(pair.server.failure(), None);
    assert_eq!(pair.server.events(), [LinkRemoteClose, LinkInit, LinkRemoteOpen]);
}

#[test]
fn an_end_waits_for_the_peers_open_and_an_unopened_link_is_still_attached_first() {
    let mut pair = Pair::new();
    pair.client.connection.open();
    let session = pair.client.connection.create_session();
    pair.client.connection.open_session(session);
    pair.client.connection.close_session(session);
    pair.client.connection.close();
    pair.pump();
    assert!(!pair.client.written.windows(3).any(|w| w == [0x00, 0x53, 0x17]), "no end before the open");
    pair.server.connection.open();
    pair.pump();
    assert!(pair.client.written.windows(3).any(|w| w == [0x00, 0x53, 0x17]));
    assert!(pair.client.written.windows(3).any(|w| w == [0x00, 0x53, 0x18]));
}

#[test]
fn endpoints_opened_before_their_parents_are_not_forgotten() {
    let mut pair = Pair::new();
    let session = pair.client.connection.create_session();
    let link = pair.client.connection.create_link(session, Role::Sender, Some(b"l"));
    pair.client.connection.open_link(link);
    pair.pump();
    pair.client.connection.open_session(session);
    pair.pump();
    pair.client.connection.open();
    pair.pump();
    assert!(pair.server.connection.link_head().is_some());
}

#[test]
fn a_stream_that_ends_without_close_is_aborted() {
    let mut pair = Pair::opened();
    pair.server.transport.close_tail(Some(&mut pair.server.connection));
    pair.server.write();
    assert_eq!(
        pair.server.events(),
        [TransportTailClosed, TransportError, TransportHeadClosed, TransportClosed]
    );
    assert_eq!(pair.server.failure().as_deref(), Some("amqp:connection:framing-error: connection aborted"));
}

#[test]
fn an_error_keeps_the_name_that_the_application_set_and_adds_its_own_text() {
    for (set, told) in
        [(None, "app:mine: connection aborted"), (Some("no"), "app:mine: no (connection aborted)")]
    {
        let mut pair = Pair::opened();
        let condition = pair.server.transport.condition_mut();
        condition.name = Some(Text::new(b"app:mine"));
        condition.description = set.map(|text: &str| Text::new(text.as_bytes()));
        pair.server.transport.close_tail(Some(&mut pair.server.connection));
        assert_eq!(pair.server.failure().as_deref(), Some(told));
    }
}

#[test]
fn running_out_of_channels_refuses_the_session_and_spares_the_connection() {
    let mut pair = Pair::new();
    pair.client.transport.set_channel_max(1).unwrap();
    pair.client.connection.open();
    pair.server.connection.open();
    let sessions: Vec<_> = (0..3).map(|_| pair.client.connection.create_session()).collect();
    for &session in &sessions {
        pair.client.connection.open_session(session);
    }
    pair.pump();
    assert_eq!(pair.client.connection.sessions[sessions[2]].state.remote, Half::Closed);
    assert!(pair.client.connection.sessions[sessions[2]].remote_condition.as_ref().unwrap().is_set());
    pair.client.connection.close();
    pair.server.connection.close();
    pair.pump();
    assert!(pair.client.transport.closed());
}

#[test]
fn rebinding_attaches_open_links_again_without_old_credit() {
    let mut pair = Pair::with_credit(10);
    let Pair { client, .. } = &mut pair;
    client.transport.unbind(&mut client.connection);
    client.connection.reset();
    client.connection.open();
    assert_eq!(client.connection.links[client.link()].credit, 0);
    let mut fresh = Pair::new();
    client.transport = crate::transport::Transport::new();
    client.transport.bind(&mut client.connection).unwrap();
    std::mem::swap(&mut fresh.client, client);
    fresh.pump();
    fresh.server.connection.open();
    let session = fresh.server.session();
    fresh.server.connection.open_session(session);
    let link = fresh.server.link();
    fresh.server.connection.open_link(link);
    fresh.server.connection.grant(link, 3);
    fresh.pump();
    assert_eq!(fresh.client.connection.links[fresh.client.link()].credit, 3);
}

#[test]
fn a_connection_without_sessions_is_opened_again_on_another_transport() {
    let mut pair = Pair::new();
    pair.client.connection.open();
    pair.pump();
    let Pair { client, .. } = &mut pair;
    client.transport.unbind(&mut client.connection);
    client.transport = crate::transport::Transport::new();
    client.transport.bind(&mut client.connection).unwrap();
    let mut fresh = Pair::new();
    std::mem::swap(&mut fresh.client, client);
    fresh.pump();
    assert!(fresh.server.events().contains(&ConnectionRemoteOpen));
}
