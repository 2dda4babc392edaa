//! Two sessions joined in memory, with certificates made on the spot.

use std::path::Path;
use std::sync::Arc;

use super::mint::{Folder, Identity, Wanted};
use super::{OpenSsl, fault};
use crate::engine::Password;
use crate::tls::backend::{Backend, CredentialFault, Protocols, Role, Settings, Verify};
use crate::tls::joined::Pair;
use crate::tls::{Read, Urgency};

type Context = Arc<<OpenSsl as Backend>::Context>;

fn join(client: &Context, server: &Context, peer: Option<&str>, name: Option<&str>) -> Pair {
    let client = OpenSsl::session(client, peer, name).unwrap();
    Pair::new(client, OpenSsl::session(server, None, None).unwrap())
}

fn settings(role: Role, verify: Verify) -> Settings<OpenSsl> {
    Settings {
        role,
        verify,
        credentials: None,
        roots: None,
        announced: None,
        protocols: None,
        ciphers: None,
        anonymous_ciphers: verify == Verify::Anonymous,
        applications: Vec::new(),
    }
}

fn context(settings: &Settings<OpenSsl>) -> Context {
    Arc::new(OpenSsl::context(settings).unwrap())
}

/// What a server with a certificate for "host.example" needs, and a client that trusts its authority.
struct World {
    folder: Folder,
    root: Identity,
    server: Settings<OpenSsl>,
    client: Settings<OpenSsl>,
}

impl World {
    fn new() -> Self {
        let (folder, root) = (Folder::new(), Identity::root("root"));
        let mut world = Self {
            server: settings(Role::Server, Verify::Anonymous),
            client: settings(Role::Client, Verify::PeerName),
            folder,
            root,
        };
        world.server.credentials = Some(world.credentials(&world.root.issue_host("host.example")));
        world.client.roots = Some(world.roots(&world.root));
        world
    }

    fn credentials(&self, identity: &Identity) -> <OpenSsl as Backend>::Credentials {
        let path = self.folder.file("own.pem", &[&identity.certificate_pem(), &identity.key_pem()]);
        OpenSsl::credentials(&path, None, None).unwrap()
    }

    fn roots(&self, identity: &Identity) -> <OpenSsl as Backend>::Roots {
        let path = self.folder.file("roots.pem", &[&identity.certificate_pem()]);
        OpenSsl::roots(Path::new(&path)).unwrap()
    }

    fn pair(&self, peer: Option<&str>) -> Pair {
        join(&context(&self.client), &context(&self.server), peer, None)
    }
}

fn only(version: &str) -> Option<Protocols> {
    Some(Protocols {
        tls_1_0: version == "TLSv1",
        tls_1_1: version == "TLSv1.1",
        tls_1_2: version == "TLSv1.2",
        tls_1_3: version == "TLSv1.3",
    })
}

#[test]
fn two_ends_agree_and_say_what_on() {
    let world = World::new();
    let mut pair = world.pair(Some("host.example"));
    assert_eq!((pair.client.session.agreed(), pair.client.session.is_established()), (None, false));
    assert!(!pair.client.session.wire().is_empty(), "a client has its hello ready");
    assert!(pair.settle().is_established());
    let agreed = pair.client.session.agreed().unwrap();
    assert_eq!((agreed.cipher.as_str(), agreed.strength), ("TLS_AES_256_GCM_SHA384", 256));
    assert_eq!((agreed.protocol.as_str(), agreed.application.clone()), ("TLSv1.3", None));
    assert_eq!(pair.server.session.agreed().unwrap(), agreed);
    assert!(pair.client.session.peer_certificate().is_some());
    assert!(pair.server.session.peer_certificate().is_none());
    assert_eq!(
        pair.client.log(),
        [
            "Checking identifying name in peer cert against 'host.example'",
            "SubjectAltName (dns) from peer cert = 'host.example'",
            "Name from peer cert matched - peer is valid."
        ]
    );
    assert!(pair.client.log().is_empty(), "no line twice");
}

#[test]
fn every_version_works_that_is_asked_for() {
    for version in ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] {
        let mut world = World::new();
        world.client.verify = Verify::Anonymous;
        world.server.protocols = only(version);
        let mut pair = world.pair(None);
        assert!(pair.settle().is_established(), "{version}");
        assert_eq!(pair.client.session.agreed().unwrap().protocol, version);
    }
}

#[test]
fn ends_without_a_common_version_fail() {
    let mut world = World::new();
    world.server.protocols = only("TLSv1.3");
    world.client.protocols = only("TLSv1.2");
    let mut pair = world.pair(Some("host.example"));
    pair.settle();
    assert_eq!(pair.server.fault().text, "error:0A000102:SSL routines::unsupported protocol");
    assert_eq!(pair.client.fault().text, "error:0A00042E:SSL routines::tlsv1 alert protocol version");
}

#[test]
fn a_version_between_two_others_can_be_left_out() {
    let mut world = World::new();
    world.client.verify = Verify::Anonymous;
    world.server.protocols = Some(Protocols { tls_1_1: true, tls_1_3: true, ..Protocols::default() });
    world.client.protocols = Some(Protocols { tls_1_1: true, tls_1_2: true, ..Protocols::default() });
    let mut pair = world.pair(None);
    assert!(pair.settle().is_established());
    assert_eq!(pair.client.session.agreed().unwrap().protocol, "TLSv1.1");
}

#[test]
fn ends_without_certificates_meet_with_an_anonymous_suite() {
    let client = context(&settings(Role::Client, Verify::Anonymous));
    let server = context(&settings(Role::Server, Verify::Anonymous));
    let mut pair = join(&client, &server, None, None);
    assert!(pair.settle().is_established());
    let agreed = pair.client.session.agreed().unwrap();
    assert_eq!((agreed.cipher.as_str(), agreed.protocol.as_str()), ("ADH-AES256-GCM-SHA384", "TLSv1.2"));
    assert!(pair.client.session.peer_certificate().is_none());
}

#[test]
fn bytes_arrive_whatever_the_pieces() {
    let world = World::new();
    let text: Vec<u8> = (0..100_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    for (most, room) in [(1, 1), (7, 3), (1000, 16_384), (16_401, 20_000), (usize::MAX, 1 << 20)] {
        let mut pair = world.pair(Some("host.example"));
        assert!(pair.settle_in(most, room).is_established(), "{most}");
        assert_eq!(pair.client.session.write(&text).unwrap(), text.len(), "all of it at once");
        assert_eq!(pair.server.session.write(&text[..5000]).unwrap(), 5000);
        pair.settle_in(most, room);
        assert!(pair.server.heard == text && pair.client.heard == text[..5000], "{most} and {room}");
    }
}

#[test]
fn nothing_is_written_before_the_handshake_is_over() {
    let world = World::new();
    let mut pair = world.pair(Some("host.example"));
    assert_eq!((pair.client.session.write(b"x"), pair.server.session.write(b"x")), (Ok(0), Ok(0)));
    assert!(pair.settle().is_established());
    assert_eq!(pair.client.session.write(b""), Ok(0));
    assert!(pair.client.session.wire().is_empty());
}

#[test]
fn a_reader_without_room_learns_what_there_is() {
    let world = World::new();
    let mut pair = world.pair(Some("host.example"));
    pair.settle();
    pair.client.session.write(b"abc").unwrap();
    pair.client.session.close();
    let wire = pair.client.session.wire().to_vec();
    assert_eq!(pair.server.session.feed(&wire), wire.len());
    let server = &mut pair.server.session;
    assert!(!server.holds_plain());
    assert_eq!((server.read(&mut []), server.holds_plain()), (Ok(Read::Nothing), true));
    let mut plain = [0; 2];
    assert_eq!((server.read(&mut plain), server.holds_plain()), (Ok(Read::Bytes(2)), true));
    assert_eq!((server.read(&mut plain), server.holds_plain()), (Ok(Read::Bytes(1)), false));
    assert_eq!(server.read(&mut []), Ok(Read::Closed));
    assert_eq!(server.read(&mut plain), Ok(Read::Closed));
}

#[test]
fn each_direction_ends_by_itself() {
    let world = World::new();
    for early in [true, false] {
        let mut pair = world.pair(Some("host.example"));
        if !early {
            pair.settle();
        }
        pair.client.session.close();
        pair.settle();
        pair.client.session.close();
        assert!(pair.client.session.wire().is_empty(), "said once");
        assert_eq!(pair.server.ended, Some(Ok(())), "an end that is due waits for the handshake");
        assert_eq!(pair.client.session.write(b"late"), Ok(0));
        pair.server.write_all(b"still here", &mut pair.client);
        assert_eq!((pair.client.heard.as_slice(), &pair.client.ended), (&b"still here"[..], &None));
        pair.server.session.close();
        assert_eq!(pair.settle().client.ended, Some(Ok(())));
    }
}

#[test]
fn a_stream_that_is_cut_off_is_a_failure() {
    let world = World::new();
    for moment in 0..3 {
        let mut pair = world.pair(Some("host.example"));
        if moment > 0 {
            pair.settle();
        }
        if moment == 2 {
            pair.client.session.write(b"abcdef").unwrap();
            let wire = pair.client.session.wire()[..10].to_vec();
            pair.server.session.feed(&wire);
        }
        pair.server.session.feed_end();
        pair.server.read_all(100);
        assert_eq!(*pair.server.fault(), fault::cut_off());
        assert_eq!(pair.server.session.write(b"x"), Err(fault::cut_off()), "it stays failed");
    }
}

#[test]
fn garbage_is_answered_with_an_alert() {
    let world = World::new();
    let mut pair = world.pair(Some("host.example"));
    assert_eq!(pair.server.session.feed(b"GET / HTTP/1.0\r\n\r\n"), 18);
    pair.server.read_all(100);
    assert_eq!(pair.server.fault().text, "error:0A00009C:SSL routines::http request");
    let mut pair = world.pair(Some("host.example"));
    pair.settle();
    pair.client.session.write(b"abcdef").unwrap();
    let mut wire = pair.client.session.wire().to_vec();
    wire[8] ^= 1;
    pair.server.session.feed(&wire);
    pair.server.read_all(100);
    assert_eq!(pair.server.fault().text, "error:0A000119:SSL routines::decryption failed or bad record mac");
    assert!(!pair.server.session.wire().is_empty(), "the alert waits");
    assert!(!pair.server.session.is_established());
    assert_eq!(pair.server.session.agreed(), None);
    pair.settle();
    assert_eq!(pair.client.fault().text, "error:0A0003FC:SSL routines::sslv3 alert bad record mac");
}

#[test]
fn a_certificate_that_leads_nowhere_is_refused() {
    let mut world = World::new();
    world.client.roots = Some(world.roots(&Identity::root("another")));
    let mut pair = world.pair(Some("host.example"));
    pair.settle();
    let fault = pair.client.fault();
    assert_eq!(fault.text, "error:0A000086:SSL routines::certificate verify failed");
    assert_eq!(fault.details, ["The peer's certificate: unable to get local issuer certificate"]);
    assert!(!pair.client.session.is_established() && pair.client.session.agreed().is_none());
    assert_eq!(pair.server.fault().text, "error:0A000418:SSL routines::tlsv1 alert unknown ca");
}

#[test]
fn an_expired_certificate_is_refused() {
    let mut world = World::new();
    let wanted = Wanted { common_name: "x", hosts: &["host.example"], expired: true, ..Wanted::default() };
    world.server.credentials = Some(world.credentials(&world.root.issue(&wanted)));
    let mut pair = world.pair(Some("host.example"));
    pair.settle();
    assert_eq!(pair.client.fault().details, ["The peer's certificate: certificate has expired"]);
    assert_eq!(pair.server.fault().text, "error:0A000415:SSL routines::sslv3 alert certificate expired");
}

#[test]
fn a_certificate_for_somebody_else_is_refused() {
    let world = World::new();
    let mut pair = world.pair(Some("other.example"));
    pair.settle();
    assert_eq!(pair.client.fault().text, "error:0A000086:SSL routines::certificate verify failed");
    assert_eq!(pair.server.fault().text, "error:0A000410:SSL routines::sslv3 alert handshake failure");
    let log = pair.client.session.take_log();
    let last = log.last().unwrap();
    assert_eq!(last.urgency, Urgency::Error);
    assert_eq!(last.text, "Error: no name matching other.example found in peer cert - rejecting handshake.");
}

#[test]
fn a_client_that_wants_a_name_and_has_none_fails() {
    let world = World::new();
    let mut pair = world.pair(None);
    pair.settle();
    assert_eq!(pair.client.fault().text, "error:0A000086:SSL routines::certificate verify failed");
    let expected =
        "Error: configuration error: PN_SSL_VERIFY_PEER_NAME configured, but no peer hostname set!";
    assert_eq!(pair.client.log(), [expected]);
}

#[test]
fn an_address_is_found_in_the_certificate_and_not_told_the_server() {
    let mut world = World::new();
    let address = "192.0.2.7".parse().unwrap();
    let wanted = Wanted { common_name: "x", addresses: &[address], ..Wanted::default() };
    world.server.credentials = Some(world.credentials(&world.root.issue(&wanted)));
    let mut pair = world.pair(Some("192.0.2.7"));
    assert!(!find(pair.client.session.wire(), b"192.0.2.7"));
    assert!(pair.settle().is_established());
    let mut pair = world.pair(Some("192.0.2.8"));
    assert!(!pair.settle().is_established());
    assert!(find(world.pair(Some("host.example.")).client.session.wire(), b"host.example"));
}

fn find(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn an_authority_in_between_may_come_with_the_chain_or_be_trusted_itself() {
    let mut world = World::new();
    let between = world.root.issue(&Wanted { common_name: "between", authority: true, ..Wanted::default() });
    let leaf = between.issue_host("host.example");
    let parts: [&[u8]; 3] = [&leaf.certificate_pem(), &between.certificate_pem(), &leaf.key_pem()];
    let whole = world.folder.file("chain.pem", &parts);
    world.server.credentials = Some(OpenSsl::credentials(&whole, None, None).unwrap());
    assert!(world.pair(Some("host.example")).settle().is_established());
    world.server.credentials = Some(world.credentials(&leaf));
    assert!(!world.pair(Some("host.example")).settle().is_established());
    world.client.roots = Some(world.roots(&between));
    assert!(world.pair(Some("host.example")).settle().is_established());
}

#[test]
fn a_folder_of_authorities_is_searched_by_hash() {
    let mut world = World::new();
    let hash = world.root.certificate.subject_name_hash();
    let certificate = world.root.certificate_pem();
    world.client.roots = Some(OpenSsl::roots(world.folder.path()).unwrap());
    assert!(!world.pair(Some("host.example")).settle().is_established());
    world.folder.file(&format!("{hash:08x}.0"), &[&certificate]);
    assert!(world.pair(Some("host.example")).settle().is_established());
}

#[test]
fn a_server_may_demand_a_certificate_too() {
    let mut world = World::new();
    world.server.verify = Verify::Peer;
    world.server.roots = Some(world.roots(&world.root));
    let path =
        world.folder.file("names.pem", &[&world.root.certificate_pem(), &world.root.certificate_pem()]);
    let announced = OpenSsl::announced(Path::new(&path)).unwrap();
    assert_eq!(announced.len(), 1, "each name once");
    world.server.announced = Some(announced);
    let mut pair = world.pair(Some("host.example"));
    pair.settle();
    let expected = "error:0A0000C7:SSL routines::peer did not return a certificate";
    assert_eq!(pair.server.fault().text, expected);
    assert_eq!(pair.client.fault().text, "error:0A00045C:SSL routines::tlsv13 alert certificate required");
    world.client.credentials = Some(world.credentials(&world.root.issue_host("client.example")));
    let mut pair = world.pair(Some("host.example"));
    assert!(pair.settle().is_established());
    assert!(pair.server.session.peer_certificate().is_some());
    world.server.verify = Verify::PeerName;
    for (name, accepted) in [("client.example", true), ("other", false)] {
        let server = OpenSsl::session(&context(&world.server), Some(name), None).unwrap();
        let client = OpenSsl::session(&context(&world.client), Some("host.example"), None).unwrap();
        let mut pair = Pair::new(client, server);
        pair.settle();
        assert_eq!(pair.server.session.is_established(), accepted);
    }
}

#[test]
fn a_client_continues_its_sessions_and_no_others() {
    for version in ["TLSv1.2", "TLSv1.3"] {
        let mut world = World::new();
        world.server.protocols = only(version);
        let wanted = Wanted { common_name: "x", hosts: &["host.example", "b.example"], ..Wanted::default() };
        world.server.credentials = Some(world.credentials(&world.root.issue(&wanted)));
        let (client, server) = (context(&world.client), context(&world.server));
        let talk = |peer, name| {
            let mut pair = join(&client, &server, Some(peer), name);
            assert!(pair.settle().is_established());
            let resumed = pair.client.session.is_resumed();
            assert_eq!(pair.server.session.is_resumed(), resumed);
            assert!(pair.client.session.peer_certificate().is_some());
            pair.close();
            resumed
        };
        assert!(!talk("host.example", Some("one")) && talk("host.example", Some("one")), "{version}");
        assert!(!talk("b.example", Some("one")), "{version}: another peer");
        assert!(!talk("host.example", None) && !talk("host.example", None), "{version}: no name");
        for name in ["two", "three"] {
            assert!(!talk("host.example", Some(name)));
        }
        assert!(talk("host.example", Some("one")), "{version}");
        for name in ["four", "five", "six"] {
            assert!(!talk("host.example", Some(name)));
        }
        assert!(!talk("host.example", Some("two")), "{version}: the last four are kept");
        assert!(talk("host.example", Some("six")), "{version}");
    }
}

#[test]
fn a_session_that_was_cut_off_is_not_continued() {
    let mut world = World::new();
    world.server.protocols = only("TLSv1.2");
    let (client, server) = (context(&world.client), context(&world.server));
    let mut pair = join(&client, &server, Some("host.example"), Some("one"));
    assert!(pair.settle().is_established());
    pair.client.session.feed_end();
    pair.client.read_all(10);
    drop(pair);
    let mut pair = join(&client, &server, Some("host.example"), Some("one"));
    assert!(pair.settle().is_established() && !pair.client.session.is_resumed());
}

#[test]
fn the_application_protocol_is_the_servers_choice() {
    let mut world = World::new();
    let names = |names: &[&str]| names.iter().map(|name| name.as_bytes().to_vec()).collect();
    world.client.applications = names(&["a", "http/1.1", "amqp"]);
    let application = |pair: &Pair| pair.client.session.agreed().unwrap().application;
    let mut pair = world.pair(Some("host.example"));
    assert!(pair.settle().is_established());
    assert_eq!(application(&pair), None);
    world.server.applications = names(&["amqp", "a"]);
    let mut pair = world.pair(Some("host.example"));
    assert!(pair.settle().is_established());
    assert_eq!(application(&pair).unwrap(), b"amqp");
    world.server.applications = names(&["b"]);
    let mut pair = world.pair(Some("host.example"));
    pair.settle();
    assert_eq!(pair.client.fault().text, "error:0A000460:SSL routines::tlsv1 alert no application protocol");
}

#[test]
fn credentials_are_taken_with_the_right_key_and_password_only() {
    let world = World::new();
    let identity = world.root.issue_host("x");
    let certificate = world.folder.file("certificate", &[&identity.certificate_pem()]);
    let key = world.folder.file("key", &[&identity.key_pem()]);
    let locked = world.folder.file("locked", &[&identity.locked_key_pem("secret")]);
    let other = world.folder.file("other", &[&world.root.key_pem()]);
    let kind = openssl::pkey::PKey::generate_ed25519().unwrap().private_key_to_pem_pkcs8().unwrap();
    let kind = world.folder.file("kind", &[&kind]);
    let load = |key: Option<&str>, password: Option<&str>| {
        let password = password.map(|password| Password::new(password.as_bytes()));
        OpenSsl::credentials(&certificate, key, password.as_ref()).map(drop)
    };
    assert_eq!((load(Some(&key), None), load(Some(&key), Some("unused"))), (Ok(()), Ok(())));
    assert_eq!(load(Some(&locked), Some("secret")), Ok(()));
    for (key, password) in [
        (Some(locked.as_str()), None),
        (Some(&locked), Some("")),
        (Some(&locked), Some("wrong")),
        (Some(&other), None),
        (Some("/nowhere"), None),
        (None, None),
    ] {
        let result = load(key, password);
        let Err(CredentialFault::Key(fault)) = result else { panic!("{key:?}: {result:?}") };
        assert!(!fault.text.is_empty() && !format!("{fault:?}").contains("wrong"));
    }
    assert!(matches!(load(Some(&kind), None), Err(CredentialFault::Mismatch(_))));
    for path in ["/nowhere", &key, "/"] {
        let result = OpenSsl::credentials(path, Some(&key), None).map(drop);
        assert!(matches!(result, Err(CredentialFault::Certificate(_))), "{path}: {result:?}");
    }
}

#[test]
fn a_key_under_a_password_of_the_old_form_is_read() {
    let world = World::new();
    let identity = world.root.issue_host("x");
    let key = identity.key.ec_key().unwrap();
    let cipher = openssl::symm::Cipher::aes_128_cbc();
    let key = key.private_key_to_pem_passphrase(cipher, b"secret").unwrap();
    let whole = world.folder.file("whole", &[&identity.certificate_pem(), &key]);
    let load = |password: &[u8]| OpenSsl::credentials(&whole, None, Some(&Password::new(password)));
    assert!(load(b"secret").is_ok() && load(b"other").is_err());
}

#[test]
fn lists_of_ciphers_are_judged() {
    assert_eq!(OpenSsl::check_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256:HIGH"), Ok(()));
    for list in ["", "nonsense", "TLS_AES_128_GCM_SHA256", "ALL\0"] {
        assert!(OpenSsl::check_ciphers(list).is_err(), "{list:?}");
    }
    let mut world = World::new();
    world.client.ciphers = Some("ECDHE-ECDSA-AES128-SHA".to_owned());
    world.client.protocols = only("TLSv1.2");
    let mut pair = world.pair(Some("host.example"));
    assert!(pair.settle().is_established());
    assert_eq!(pair.server.session.agreed().unwrap().cipher, "ECDHE-ECDSA-AES128-SHA");
}

#[test]
fn memory_goes_back_when_a_session_has_nothing_to_do() {
    let world = World::new();
    let mut pair = world.pair(Some("host.example"));
    pair.settle();
    pair.client.session.write(&[1; 50_000]).unwrap();
    pair.settle();
    assert!(pair.client.session.wire().is_empty() && pair.server.heard.len() == 50_000);
    let mut server = OpenSsl::session(&context(&world.server), None, None).unwrap();
    let fed = server.feed(&[22; 1 << 20]);
    assert!((20_000..100_000).contains(&fed), "a peer cannot fill the memory: {fed}");
    assert_eq!(server.feed(&[22; 10]), 0);
}
