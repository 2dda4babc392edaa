//! Whom a client takes for the server it looks for, and whom a server takes for a client.

use std::net::Ipv4Addr;
use std::path::Path;

use super::for_every_pair;
use super::pair::{World, context, credentials, only, pair, roots};
use crate::engine::Password;
use crate::tls::backend::openssl::mint::{Identity, Wanted};
use crate::tls::backend::{Backend, CredentialFault, Verify};

for_every_pair! {
    servers_are_judged_by_chain_and_name
    names_count_only_where_they_are_asked_for
    the_time_of_certificates_counts
    a_trusted_certificate_is_good_by_itself
    chains_end_at_any_trusted_authority
    a_trusted_certificate_that_is_no_authority_issues_nothing
    who_verifies_nothing_takes_anybody
    servers_in_a_verify_mode_insist_on_a_certificate
    clients_are_judged_by_name_where_the_session_has_one
    the_verdict_about_a_name_is_told
    a_refusal_reaches_the_peer
    keys_may_be_encrypted_and_stand_in_any_file
    folders_of_authorities_are_searched
    a_file_with_a_damaged_authority_is_refused
}

/// What a client with the settings of a world makes of a server with this chain.
fn judge<C: Backend, S: Backend>(world: &mut World<C, S>, chain: &[&Identity], peer: Option<&str>) -> bool {
    world.server.credentials = Some(credentials::<S>(&world.folder, chain));
    let mut pair = world.pair(peer);
    let is_good = pair.settle().is_established();
    if !is_good {
        let text = &pair.client.fault().text;
        assert!(text.contains("certificate verify failed"), "{text}");
        assert!(
            !pair.server.session.is_established() || pair.server.ended.is_some(),
            "the server learns of it"
        );
    }
    is_good
}

fn servers_are_judged_by_chain_and_name<C: Backend, S: Backend>() {
    let mut world = World::<C, S>::new();
    let hosts =
        Wanted { common_name: "else", hosts: &["*.host.example", "second.example"], ..Wanted::default() };
    let loopback = [Ipv4Addr::LOCALHOST.into()];
    let many = world.root.issue(&hosts);
    let addressed = world.root.issue(&Wanted { common_name: "x", addresses: &loopback, ..Wanted::default() });
    let common = world.root.issue(&Wanted { common_name: "common.example", ..Wanted::default() });
    let other = Identity::root("other").issue_host("host.example");
    let host = world.root.issue_host("host.example");
    for (shown, peer, expected) in [
        (&host, Some("host.example"), true),
        (&host, Some("HOST.example"), true),
        (&host, Some("ghost.example"), false),
        (&host, Some("127.0.0.1"), false),
        (&host, None, false),
        (&many, Some("a.host.example"), true),
        (&many, Some("second.example"), true),
        (&many, Some("host.example"), false),
        (&many, Some("a.b.host.example"), false),
        (&many, Some("else"), false),
        (&addressed, Some("127.0.0.1"), true),
        (&addressed, Some("127.0.0.2"), false),
        (&common, Some("common.example"), true),
        (&other, Some("host.example"), false),
    ] {
        assert_eq!(judge(&mut world, &[shown], peer), expected, "{peer:?}");
    }
}

fn names_count_only_where_they_are_asked_for<C: Backend, S: Backend>() {
    let mut world = World::<C, S>::new();
    world.client.verify = Verify::Peer;
    let host = world.root.issue_host("host.example");
    assert!(judge(&mut world, &[&host], Some("ghost.example")));
    assert!(judge(&mut world, &[&host], None));
    assert!(!judge(&mut world, &[&Identity::root("other").issue_host("host.example")], Some("host.example")));
}

fn the_time_of_certificates_counts<C: Backend, S: Backend>() {
    let mut world = World::<C, S>::new();
    let host = Some("host.example");
    let wanted =
        Wanted { common_name: "host.example", hosts: &["host.example"], expired: true, ..Wanted::default() };
    let expired = world.root.issue(&wanted);
    assert!(!judge(&mut world, &[&expired], host));
    let alone = Identity::alone(&wanted);
    world.client.roots = Some(roots::<C>(&world.folder, &[&alone]));
    assert!(!judge(&mut world, &[&alone], host));
    let old =
        Identity::alone(&Wanted { common_name: "old", authority: true, expired: true, ..Wanted::default() });
    world.client.roots = Some(roots::<C>(&world.folder, &[&old]));
    assert!(!judge(&mut world, &[&old.issue_host("host.example")], host));
}

fn a_trusted_certificate_is_good_by_itself<C: Backend, S: Backend>() {
    let mut world = World::<C, S>::new();
    let wanted = Wanted { common_name: "host.example", ..Wanted::default() };
    let (alone, same_name) = (Identity::alone(&wanted), Identity::alone(&wanted));
    assert!(!judge(&mut world, &[&alone], Some("host.example")), "signed by itself, and nobody trusts it");
    let issued = world.root.issue(&wanted);
    world.client.roots = Some(roots::<C>(&world.folder, &[&alone, &issued]));
    assert!(judge(&mut world, &[&alone], Some("host.example")));
    assert!(judge(&mut world, &[&issued], Some("host.example")));
    assert!(!judge(&mut world, &[&issued], Some("ghost.example")));
    assert!(!judge(&mut world, &[&same_name], Some("host.example")));
}

fn chains_end_at_any_trusted_authority<C: Backend, S: Backend>() {
    let mut world = World::<C, S>::new();
    let host = Some("host.example");
    let middle = world.root.issue(&Wanted { common_name: "middle", authority: true, ..Wanted::default() });
    let leaf = middle.issue_host("host.example");
    assert!(judge(&mut world, &[&leaf, &middle], host));
    assert!(!judge(&mut world, &[&leaf], host), "a link is missing");
    world.client.roots = Some(roots::<C>(&world.folder, &[&middle]));
    assert!(judge(&mut world, &[&leaf], host), "an intermediate authority is enough");
    assert!(judge(&mut world, &[&leaf, &middle], host));
    let sibling = world.root.issue_host("host.example");
    assert!(!judge(&mut world, &[&sibling, &middle], host), "its parent is not trusted by that");
}

fn a_trusted_certificate_that_is_no_authority_issues_nothing<C: Backend, S: Backend>() {
    let mut world = World::<C, S>::new();
    let plain = Identity::alone(&Wanted { common_name: "plain", ..Wanted::default() });
    world.client.roots = Some(roots::<C>(&world.folder, &[&plain]));
    assert!(!judge(&mut world, &[&plain.issue_host("host.example")], Some("host.example")));
    let leaf = world.root.issue_host("leaf.example");
    let forged = leaf.issue_host("host.example");
    world.client.roots = Some(roots::<C>(&world.folder, &[&world.root]));
    assert!(!judge(&mut world, &[&forged, &leaf], Some("host.example")));
}

fn who_verifies_nothing_takes_anybody<C: Backend, S: Backend>() {
    let mut world = World::<C, S>::new();
    world.client.verify = Verify::Anonymous;
    world.client.roots = None;
    let wanted = Wanted { common_name: "whoever", expired: true, ..Wanted::default() };
    let alone = Identity::alone(&wanted);
    assert!(judge(&mut world, &[&alone], Some("host.example")));
    let mut pair = world.pair(None);
    assert!(pair.settle().is_established());
    assert_eq!(pair.client.session.peer_certificate(), Some(alone.certificate.to_der().unwrap()));
    assert_eq!(pair.client.log(), [""; 0]);
}

fn servers_in_a_verify_mode_insist_on_a_certificate<C: Backend, S: Backend>() {
    for version in ["TLSv1.2", "TLSv1.3"] {
        let mut world = World::<C, S>::new();
        world.client.protocols = only(version);
        world.ask_clients(Verify::Peer);
        let mut pair = world.pair(Some("host.example"));
        pair.settle();
        let text = &pair.server.fault().text;
        assert!(text.contains("peer did not return a certificate"), "{text}");
        assert!(pair.server.session.has_refused_peer());
        assert!(pair.client.fault().text.contains("alert"), "{:?}", pair.client.fault());
        let middle = world.root.issue(&Wanted { common_name: "m", authority: true, ..Wanted::default() });
        for (chain, expected) in [
            (vec![&world.root.issue_host("client")], true),
            (vec![&middle.issue_host("client"), &middle], true),
            (vec![&Identity::root("else").issue_host("client")], false),
        ] {
            world.client.credentials = Some(credentials::<C>(&world.folder, &chain));
            let mut pair = world.pair(Some("host.example"));
            assert_eq!(pair.settle().is_established(), expected, "{version}");
            if expected {
                let shown = chain[0].certificate.to_der().unwrap();
                assert_eq!(pair.server.session.peer_certificate(), Some(shown));
            } else {
                let text = &pair.server.fault().text;
                assert!(text.contains("certificate verify failed"), "{text}");
            }
        }
    }
}

fn clients_are_judged_by_name_where_the_session_has_one<C: Backend, S: Backend>() {
    let mut world = World::<C, S>::new();
    world.ask_clients(Verify::PeerName);
    let own = world.root.issue_host("client.example");
    world.client.credentials = Some(credentials::<C>(&world.folder, &[&own]));
    let (client, server) = (context(&world.client), context(&world.server));
    for (name, expected) in [(Some("client.example"), true), (Some("else.example"), false), (None, false)] {
        let mut pair = pair::<C, S>(&client, &server, Some("host.example"), Some("kept"));
        pair.server.session = S::session(&server, name, None).unwrap();
        assert_eq!(pair.settle().is_established(), expected, "{name:?}");
    }
}

fn the_verdict_about_a_name_is_told<C: Backend, S: Backend>() {
    let world = World::<C, S>::new();
    let mut pair = world.pair(Some("ghost.example"));
    pair.settle();
    assert_eq!(
        pair.client.log(),
        [
            "Checking identifying name in peer cert against 'ghost.example'",
            "SubjectAltName (dns) from peer cert = 'host.example'",
            "Error: no name matching ghost.example found in peer cert - rejecting handshake.",
        ]
    );
    assert_eq!(pair.client.log(), [""; 0], "no line twice");
}

fn a_refusal_reaches_the_peer<C: Backend, S: Backend>() {
    let mut world = World::<C, S>::new();
    world.client.roots = Some(roots::<C>(&world.folder, &[&Identity::root("else")]));
    let mut pair = world.pair(Some("host.example"));
    pair.settle();
    assert!(pair.client.session.has_refused_peer() && !pair.server.session.has_refused_peer());
    assert!(pair.client.session.agreed().is_none() && !pair.client.session.is_established());
    assert!(pair.server.fault().text.ends_with("alert unknown ca"), "{:?}", pair.server.fault());
    assert_eq!(pair.client.session.write(b"x").unwrap_err(), *pair.client.fault(), "it stays failed");
}

fn keys_may_be_encrypted_and_stand_in_any_file<C: Backend, S: Backend>() {
    let mut world = World::<C, S>::new();
    let own = world.root.issue_host("host.example");
    let certificate = world.folder.file("certificate.pem", &[&own.certificate_pem()]);
    let locked = world.folder.file("locked.pem", &[&own.locked_key_pem("secret")]);
    let other = world.folder.file("other.pem", &[&Identity::root("other").key_pem()]);
    let both =
        world.folder.file("both.pem", &[b"text\n", &own.locked_key_pem("secret"), &own.certificate_pem()]);
    let password = Password::new(b"secret");
    let found =
        S::credentials(&certificate, Some(&locked), Some(&password)).unwrap_or_else(|_| panic!("the key"));
    world.server.credentials = Some(found);
    assert!(world.pair(Some("host.example")).settle().is_established());
    assert!(S::credentials(&both, None, Some(&password)).is_ok());
    for (key, password) in [
        (locked.as_str(), None),
        (locked.as_str(), Some(Password::new(b"wrong"))),
        (other.as_str(), None),
        (certificate.as_str(), None),
        ("/nowhere", None),
    ] {
        let fault = S::credentials(&certificate, Some(key), password.as_ref()).err();
        assert!(matches!(fault, Some(CredentialFault::Key(_))), "{key}: {fault:?}");
        assert!(!format!("{fault:?}").contains("secret"));
    }
    for certificate in [locked.as_str(), "/nowhere", "/"] {
        let fault = S::credentials(certificate, Some(&other), None).err();
        assert!(matches!(fault, Some(CredentialFault::Certificate(_))), "{certificate}");
    }
}

fn folders_of_authorities_are_searched<C: Backend, S: Backend>() {
    let mut world = World::<C, S>::new();
    let hash = world.root.certificate.subject_name_hash();
    world.folder.file(&format!("{hash:08x}.0"), &[&world.root.certificate_pem()]);
    // Nobody writes to it, so whoever reads it waits for ever.
    let pipe = world.folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
    world.client.roots = Some(C::roots(world.folder.path()).unwrap());
    let host = world.root.issue_host("host.example");
    assert!(judge(&mut world, &[&host], Some("host.example")));
    assert!(!judge(&mut world, &[&Identity::root("x").issue_host("host.example")], Some("host.example")));
}

fn a_file_with_a_damaged_authority_is_refused<C: Backend, S: Backend>() {
    let world = World::<C, S>::new();
    let damaged = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec();
    let file = world.folder.file("damaged.pem", &[&world.root.certificate_pem(), &damaged]);
    assert!(C::roots(Path::new(&file)).is_err());
}
