//! The same streams through sessions of the TLS libraries themselves, with each other where both are built in.

use std::path::Path;
use std::sync::Arc;

use super::streams::{End, Pair, a_stream_that_is_cut_has_no_end, both_streams_arrive, damage_is_found};
use super::{FailureKind, RawTls, Side};
use crate::tls::backend::openssl::OpenSsl;
use crate::tls::backend::openssl::mint::{Folder, Identity};
#[cfg(feature = "rustls")]
use crate::tls::backend::rustls::Rustls;
use crate::tls::backend::{Backend, Protocols, Role, Settings, Verify};

use Side::{Decrypt, Encrypt};

const HOST: &str = "host.example";

/// Files of an authority and of a server it has signed for [`HOST`].
struct World {
    roots: String,
    own: String,
    _folder: Folder,
}

impl World {
    fn new() -> Self {
        let (folder, root) = (Folder::new(), Identity::root("root"));
        let server = root.issue_host(HOST);
        Self {
            roots: folder.file("roots.pem", &[&root.certificate_pem()]),
            own: folder.file("own.pem", &[&server.certificate_pem(), &server.key_pem()]),
            _folder: folder,
        }
    }

    fn context<B: Backend>(&self, role: Role, protocols: Option<Protocols>) -> Arc<B::Context> {
        let server = role == Role::Server;
        let settings = Settings::<B> {
            role,
            verify: if server { Verify::Anonymous } else { Verify::PeerName },
            credentials: server.then(|| B::credentials(&self.own, None, None).ok().unwrap()),
            roots: (!server).then(|| B::roots(Path::new(&self.roots)).ok().unwrap()),
            announced: None,
            protocols,
            ciphers: None,
            anonymous_ciphers: false,
            applications: Vec::new(),
        };
        Arc::new(B::context(&settings).unwrap())
    }

    fn pairs<C: Backend, S: Backend>(&self, protocols: Option<Protocols>) -> impl Fn() -> Pair {
        let client = self.context::<C>(Role::Client, protocols);
        let server = self.context::<S>(Role::Server, protocols);
        move || (C::session(&client, Some(HOST), None).unwrap(), S::session(&server, None, None).unwrap())
    }
}

const NEWEST: Option<Protocols> =
    Some(Protocols { tls_1_0: false, tls_1_1: false, tls_1_2: false, tls_1_3: true });
const BEFORE: Option<Protocols> =
    Some(Protocols { tls_1_0: false, tls_1_1: false, tls_1_2: true, tls_1_3: false });

fn everything_holds<C: Backend, S: Backend>() {
    let world = World::new();
    for protocols in [NEWEST, BEFORE] {
        let pairs = world.pairs::<C, S>(protocols);
        both_streams_arrive(&pairs, 25, 60_000);
        a_stream_that_is_cut_has_no_end(&pairs, 10);
        damage_is_found(&pairs, 15);
    }
}

#[test]
fn openssl_gives_the_same_streams_in_any_pieces() {
    everything_holds::<OpenSsl, OpenSsl>();
}

#[cfg(feature = "rustls")]
#[test]
fn rustls_gives_the_same_streams_in_any_pieces() {
    everything_holds::<Rustls, Rustls>();
}

#[cfg(feature = "rustls")]
#[test]
fn a_client_of_rustls_and_a_server_of_openssl_give_the_same_streams() {
    everything_holds::<Rustls, OpenSsl>();
}

#[cfg(feature = "rustls")]
#[test]
fn a_client_of_openssl_and_a_server_of_rustls_give_the_same_streams() {
    everything_holds::<OpenSsl, Rustls>();
}

/// A client that expects another name: both ends fail, each for its own reason.
fn a_wrong_name_is_told_apart<C: Backend, S: Backend>() {
    let world = World::new();
    let client = world.context::<C>(Role::Client, None);
    let server = world.context::<S>(Role::Server, None);
    let client = C::session(&client, Some("other.example"), None).unwrap();
    let mut client = End::new(client, b"not for everybody".to_vec());
    let mut server = End::new(S::session(&server, None, None).unwrap(), Vec::new());
    super::streams::exchange(&mut client, &mut server);
    let kind = |raw: &RawTls| raw.failure().map(|failure| failure.kind);
    assert_eq!(kind(&client.raw), Some(FailureKind::Authentication));
    assert_eq!(kind(&server.raw), Some(FailureKind::Protocol), "the alert has arrived");
    assert!(!client.raw.is_pending(Encrypt) && !server.raw.is_pending(Decrypt));
    assert_eq!(client.raw.agreed(), None);
}

#[test]
fn openssl_tells_a_wrong_name_from_other_failures() {
    a_wrong_name_is_told_apart::<OpenSsl, OpenSsl>();
}

#[cfg(feature = "rustls")]
#[test]
fn rustls_tells_a_wrong_name_from_other_failures() {
    a_wrong_name_is_told_apart::<Rustls, Rustls>();
}
