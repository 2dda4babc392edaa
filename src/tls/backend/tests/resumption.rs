//! Sessions that go on with an earlier one.

use std::sync::Arc;

use super::for_every_pair;
use super::pair::{World, context, credentials, only, pair};
use crate::tls::backend::{Backend, Verify};

for_every_pair! {
    a_named_session_goes_on
    only_the_same_name_and_peer_go_on
    four_names_are_kept
    a_client_with_a_certificate_keeps_it
    a_server_that_looks_for_a_name_judges_every_time
}

/// A world's contexts, which sessions go on within.
struct Contexts<C: Backend, S: Backend> {
    client: Arc<C::Context>,
    server: Arc<S::Context>,
}

impl<C: Backend, S: Backend> Contexts<C, S> {
    fn of(world: &World<C, S>) -> Self {
        Self { client: context(&world.client), server: context(&world.server) }
    }

    /// Whether a session from beginning to end went on with an earlier one; both ends have to agree about that.
    fn meet(&self, peer: &str, name: Option<&str>) -> bool {
        let mut pair = pair::<C, S>(&self.client, &self.server, Some(peer), name);
        assert!(pair.settle().is_established());
        pair.client.session.write(b"x").unwrap();
        pair.server.session.write(b"y").unwrap();
        pair.settle();
        let resumed = pair.client.session.is_resumed();
        assert_eq!(pair.server.session.is_resumed(), resumed);
        assert!(pair.client.session.peer_certificate().is_some());
        pair.close();
        resumed
    }
}

fn a_named_session_goes_on<C: Backend, S: Backend>() {
    for version in ["TLSv1.2", "TLSv1.3"] {
        let mut world = World::<C, S>::new();
        world.client.protocols = only(version);
        let contexts = Contexts::of(&world);
        assert!(!contexts.meet("host.example", Some("one")), "{version}");
        for _ in 0..3 {
            assert!(contexts.meet("host.example", Some("one")), "{version}");
        }
        assert!(!contexts.meet("host.example", None), "{version}");
        assert!(!Contexts::of(&world).meet("host.example", Some("one")), "{version}");
    }
}

fn only_the_same_name_and_peer_go_on<C: Backend, S: Backend>() {
    let mut world = World::<C, S>::new();
    world.client.verify = Verify::Peer;
    let contexts = Contexts::of(&world);
    assert!(!contexts.meet("host.example", Some("one")));
    assert!(!contexts.meet("host.example", Some("two")));
    assert!(!contexts.meet("other.example", Some("one")));
    assert!(contexts.meet("host.example", Some("two")));
    assert!(contexts.meet("other.example", Some("one")));
}

fn four_names_are_kept<C: Backend, S: Backend>() {
    let contexts = Contexts::of(&World::<C, S>::new());
    for name in ["a", "b", "c", "d", "e"] {
        assert!(!contexts.meet("host.example", Some(name)));
    }
    assert!(contexts.meet("host.example", Some("b")));
    assert!(contexts.meet("host.example", Some("e")));
    assert!(!contexts.meet("host.example", Some("a")), "the oldest went when a fifth came");
}

fn a_client_with_a_certificate_keeps_it<C: Backend, S: Backend>() {
    for version in ["TLSv1.2", "TLSv1.3"] {
        let mut world = World::<C, S>::new();
        world.client.protocols = only(version);
        world.ask_clients(Verify::Peer);
        let own = world.root.issue_host("client.example");
        world.client.credentials = Some(credentials::<C>(&world.folder, &[&own]));
        let contexts = Contexts::of(&world);
        assert!(!contexts.meet("host.example", Some("one")));
        let mut pair = pair::<C, S>(&contexts.client, &contexts.server, Some("host.example"), Some("one"));
        assert!(pair.settle().is_established());
        assert!(pair.server.session.is_resumed(), "{version}");
        assert_eq!(pair.server.session.peer_certificate(), Some(own.certificate.to_der().unwrap()));
    }
}

fn a_server_that_looks_for_a_name_judges_every_time<C: Backend, S: Backend>() {
    for version in ["TLSv1.2", "TLSv1.3"] {
        let mut world = World::<C, S>::new();
        world.client.protocols = only(version);
        world.ask_clients(Verify::PeerName);
        let own = world.root.issue_host("client.example");
        world.client.credentials = Some(credentials::<C>(&world.folder, &[&own]));
        let contexts = Contexts::of(&world);
        for (name, expected) in [("client.example", true), ("other.example", false)] {
            let mut pair =
                pair::<C, S>(&contexts.client, &contexts.server, Some("host.example"), Some("one"));
            pair.server.session = S::session(&contexts.server, Some(name), None).unwrap();
            assert_eq!(pair.settle().is_established(), expected, "{version} {name}");
            pair.close();
        }
    }
}
