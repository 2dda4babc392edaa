//! The rules of domains, and domains that are read anew while connections live.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::{Domain, Refusal, implicit};
use crate::engine::Password;
use crate::tls::backend::openssl::OpenSsl;
use crate::tls::backend::openssl::mint::{Folder, Identity};
use crate::tls::backend::{Role, Verify};
use crate::tls::joined::Pair;

/// Files for a server "host.example" and who trusts it.
struct World {
    folder: Folder,
    root: Identity,
    own: String,
    roots: String,
}

impl World {
    fn new() -> Self {
        let (folder, root) = (Folder::new(), Identity::root("root"));
        let identity = root.issue_host("host.example");
        let own = folder.file("own.pem", &[&identity.certificate_pem(), &identity.key_pem()]);
        let roots = folder.file("roots.pem", &[&root.certificate_pem()]);
        Self { folder, root, own, roots }
    }

    /// Gives the server another certificate of the same authority, and tells how it is encoded.
    fn rotate(&self) -> Vec<u8> {
        let identity = self.root.issue_host("host.example");
        self.folder.file("own.pem", &[&identity.certificate_pem(), &identity.key_pem()]);
        identity.certificate.to_der().unwrap()
    }

    fn server(&self) -> Domain<OpenSsl> {
        let server = Domain::new(Role::Server);
        server.set_credentials(Some(&self.own), None, None).unwrap();
        server
    }

    fn client(&self) -> Domain<OpenSsl> {
        let client = Domain::new(Role::Client);
        client.set_trusted(Some(&self.roots)).unwrap();
        client
    }
}

fn join(client: &Domain<OpenSsl>, server: &Domain<OpenSsl>) -> Pair {
    join_named(client, server, None)
}

fn join_named(client: &Domain<OpenSsl>, server: &Domain<OpenSsl>, name: Option<&str>) -> Pair {
    let client = client.opener(name).unwrap().open(Some("host.example")).unwrap();
    let mut pair = Pair::new(client, server.opener(None).unwrap().open(None).unwrap());
    pair.settle();
    pair
}

fn code(result: Result<(), Refusal>) -> i32 {
    result.map_or_else(|refusal| refusal.code, |()| 0)
}

fn first_line(result: Result<(), Refusal>) -> String {
    result.unwrap_err().lines.remove(0)
}

#[test]
fn domains_without_settings_are_careful_clients_and_anonymous_servers() {
    let (client, server) = (Domain::<OpenSsl>::new(Role::Client), Domain::new(Role::Server));
    assert!(!join(&client, &server).is_established(), "nobody trusts a server without a certificate");
    client.set_verify(Some(Verify::Anonymous), None).unwrap();
    let pair = join(&client, &server);
    assert_eq!(pair.client.session.agreed().unwrap().cipher, "ADH-AES256-GCM-SHA384");
}

#[test]
fn credentials_end_anonymous_suites_until_they_are_asked_for_again() {
    let world = World::new();
    let (client, server) = (Domain::new(Role::Client), Domain::new(Role::Server));
    client.set_verify(Some(Verify::Anonymous), None).unwrap();
    for domain in [&client, &server] {
        domain.set_protocols(Some("TLSv1.2")).unwrap();
    }
    let cipher = || join(&client, &server).client.session.agreed().unwrap().cipher;
    assert_eq!(cipher(), "ADH-AES256-GCM-SHA384");
    server.set_credentials(Some(&world.own), None, None).unwrap();
    assert_eq!(cipher(), "ECDHE-ECDSA-AES256-GCM-SHA384");
    server.set_ciphers(Some("ECDHE-ECDSA-AES128-GCM-SHA256")).unwrap();
    server.set_verify(Some(Verify::Anonymous), None).unwrap();
    assert_eq!(cipher(), "ECDHE-ECDSA-AES128-GCM-SHA256", "a list that was set stays");
}

#[test]
fn credentials_are_refused_with_the_number_of_what_is_wrong() {
    let world = World::new();
    let server = Domain::<OpenSsl>::new(Role::Server);
    let key = world.folder.file("key", &[&world.root.key_pem()]);
    let set = |certificate, key| server.set_credentials(certificate, key, None);
    assert_eq!(code(set(Some("/nowhere"), Some(&key))), -3);
    assert_eq!(code(set(None, Some(&key))), -3);
    assert_eq!(code(set(Some(&world.own), Some("/nowhere"))), -4);
    assert_eq!(code(set(Some(&world.own), Some(&key))), -4, "another's key");
    assert_eq!(code(set(Some(&world.roots), None)), -4, "no key in the file");
    let rsa = openssl::rsa::Rsa::generate(1024).unwrap().private_key_to_pem().unwrap();
    let rsa = world.folder.file("rsa", &[&rsa]);
    assert_eq!(code(set(Some(&world.own), Some(&rsa))), -5, "a key of another kind");
    assert_eq!(first_line(set(Some("/nowhere"), None)), "Failed to load certificate /nowhere");
    assert_eq!(first_line(set(Some(&world.own), Some("/no"))), "Failed to load private key /no");
    assert_eq!(code(set(Some(&world.own), None)), 0);
}

#[test]
fn trust_is_replaced_and_never_by_what_cannot_be_read() {
    let world = World::new();
    let (client, server) = (world.client(), world.server());
    assert_eq!(
        first_line(client.set_trusted(Some("/nowhere"))),
        "stat(/nowhere) failed: No such file or directory"
    );
    let empty = world.folder.file("empty", &[]);
    let expected = format!("SSL_CTX_load_verify_locations( {empty} ) failed");
    assert_eq!(first_line(client.set_trusted(Some(&empty))), expected);
    assert_eq!(code(client.set_trusted(None)), -1);
    assert!(join(&client, &server).is_established(), "what was set before still holds");
    let other = world.folder.file("other", &[&Identity::root("other").certificate_pem()]);
    client.set_trusted(Some(&other)).unwrap();
    assert!(!join(&client, &server).is_established());
    client.set_trusted(world.folder.path().to_str()).unwrap();
    assert!(!join(&client, &server).is_established(), "a folder that is no use");
}

#[test]
fn a_server_that_verifies_needs_authorities_and_a_certificate() {
    let world = World::new();
    let server = Domain::<OpenSsl>::new(Role::Server);
    let verify = |file| server.set_verify(Some(Verify::Peer), file);
    assert_eq!(first_line(verify(None)), "Error: a list of trusted CAs must be provided.");
    assert_eq!(
        first_line(verify(Some(&world.roots))),
        "Error: Server cannot verify peer without configuring a certificate, use pn_ssl_domain_set_credentials()"
    );
    server.set_credentials(Some(&world.own), None, None).unwrap();
    for file in ["/nowhere", "/"] {
        let expected = format!("Error: Unable to process file of trusted CAs: {file}");
        assert_eq!(first_line(verify(Some(file))), expected);
    }
    assert!(join(&world.client(), &server).is_established(), "nothing has changed so far");
    verify(Some(&world.roots)).unwrap();
    assert!(!join(&world.client(), &server).is_established());
    server.set_trusted(Some(&world.roots)).unwrap();
    let client = world.client();
    client.set_credentials(Some(&world.own), None, None).unwrap();
    assert!(join(&client, &server).is_established());
    let expected = "Invalid peer authentication mode given.";
    assert_eq!(first_line(server.set_verify(None, None)), expected);
    assert_eq!(code(client.set_verify(Some(Verify::Peer), Some("/nowhere"))), 0, "clients announce none");
}

#[test]
fn versions_are_named_exactly() {
    let client = Domain::<OpenSsl>::new(Role::Client);
    for list in ["TLSv1", "TLSv1.1;TLSv1.3", " TLSv1.2, TLSv1.3 ;"] {
        assert_eq!(code(client.set_protocols(Some(list))), 0, "{list}");
    }
    for list in ["", " ", "T", "TLSv1.", "tlsv1.2", "TLSv1.2 SSLv3", "TLSv1.22"] {
        assert_eq!(code(client.set_protocols(Some(list))), -6, "{list}");
    }
    assert_eq!(code(client.set_protocols(None)), -6);
}

#[test]
fn ciphers_that_do_not_exist_are_refused() {
    let client = Domain::<OpenSsl>::new(Role::Client);
    let refusal = client.set_ciphers(Some("nonsense")).unwrap_err();
    assert_eq!(refusal.code, -6);
    let expected = ["Failed to set cipher list to nonsense", "error:0A0000B9:SSL routines::no cipher match"];
    assert_eq!(refusal.lines, expected);
    assert_eq!(code(client.set_ciphers(None)), -6);
}

#[test]
fn only_servers_take_unsecured_clients() {
    let (client, server) = (Domain::<OpenSsl>::new(Role::Client), Domain::<OpenSsl>::new(Role::Server));
    let expected = "Cannot permit unsecured clients - not a server.";
    assert_eq!(first_line(client.allow_unsecured()), expected);
    assert!(!server.opener(None).unwrap().allows_unsecured());
    server.allow_unsecured().unwrap();
    assert!(server.opener(None).unwrap().allows_unsecured());
}

#[test]
fn a_session_keeps_what_it_was_begun_with() {
    let world = World::new();
    let (client, server) = (world.client(), world.server());
    let (before, peer) = (client.opener(None).unwrap(), server.opener(None).unwrap());
    let other = world.folder.file("other", &[&Identity::root("other").certificate_pem()]);
    client.set_trusted(Some(&other)).unwrap();
    drop((client, server));
    let mut pair = Pair::new(before.open(Some("host.example")).unwrap(), peer.open(None).unwrap());
    assert!(pair.settle().is_established());
}

#[test]
fn sessions_go_on_within_a_domain_until_it_changes() {
    let world = World::new();
    let (client, server) = (world.client(), world.server());
    let talk = |client: &Domain<OpenSsl>| {
        let mut pair = join_named(client, &server, Some("name"));
        assert!(pair.is_established());
        pair.close();
        pair.client.session.is_resumed()
    };
    assert!(!talk(&client) && talk(&client));
    assert!(!talk(&world.client()), "another domain");
    client.reload(None).unwrap();
    assert!(!talk(&client), "what was verified by old files is verified again");
}

#[test]
fn transports_without_a_domain_share_one() {
    let client = implicit(Role::Client).opener(None).unwrap().open(Some("host.example")).unwrap();
    let server = implicit(Role::Server).opener(None).unwrap().open(None).unwrap();
    assert!(!Pair::new(client, server).settle().is_established());
}

#[test]
fn files_are_read_anew_all_or_none() {
    let world = World::new();
    let (client, server) = (world.client(), world.server());
    let mut old = join(&client, &server);
    let certificate = world.rotate();
    assert_ne!(join(&client, &server).client.session.peer_certificate().unwrap(), certificate);
    server.reload(None).unwrap();
    assert_eq!(join(&client, &server).client.session.peer_certificate().unwrap(), certificate);
    old.server.write_all(b"still here", &mut old.client);
    assert_eq!(old.client.heard, b"still here");
    client.set_credentials(Some(&world.own), None, None).unwrap();
    std::fs::remove_file(&world.own).unwrap();
    let other = Identity::root("other");
    world.folder.file("roots.pem", &[&other.certificate_pem()]);
    assert_eq!(code(client.reload(None)), -3);
    assert!(join(&client, &server).is_established(), "neither part was read anew");
}

#[test]
fn a_key_under_a_password_needs_it_again() {
    let world = World::new();
    let identity = world.root.issue_host("host.example");
    world.folder.file("own.pem", &[&identity.certificate_pem(), &identity.locked_key_pem("secret")]);
    let password = Password::new(b"secret");
    let server = Domain::<OpenSsl>::new(Role::Server);
    server.set_credentials(Some(&world.own), None, Some(&password)).unwrap();
    assert_eq!(code(server.reload(None)), -4);
    assert_eq!(code(server.reload(Some(&Password::new(b"wrong")))), -4);
    server.reload(Some(&password)).unwrap();
    assert!(join(&world.client(), &server).is_established());
}

#[test]
fn connections_begin_and_live_while_the_files_are_read_anew() {
    let world = World::new();
    let (client, server) = (world.client(), world.server());
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut living = join(&client, &server);
                let mut said = 0;
                while !done.load(Ordering::Relaxed) || said == 0 {
                    let mut pair = join_named(&client, &server, Some("name"));
                    assert!(pair.is_established());
                    pair.close();
                    living.server.write_all(b"more", &mut living.client);
                    said += 4;
                    assert_eq!(living.client.heard.len(), said);
                }
            });
        }
        for _ in 0..20 {
            world.rotate();
            server.reload(None).unwrap();
            client.reload(None).unwrap();
        }
        done.store(true, Ordering::Relaxed);
    });
}
