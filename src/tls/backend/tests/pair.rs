//! Two sessions joined in memory, of any two backends, with certificates made on the spot.

use std::path::Path;
use std::sync::Arc;

use crate::tls::backend::openssl::mint::{Folder, Identity};
use crate::tls::backend::{Backend, Protocols, Role, Settings, Verify};
use crate::tls::joined::Pair;

/// A client that looks for `peer` under a name for the session, and a server.
pub(super) fn pair<C: Backend, S: Backend>(
    client: &Arc<C::Context>,
    server: &Arc<S::Context>,
    peer: Option<&str>,
    name: Option<&str>,
) -> Pair {
    Pair::new(C::session(client, peer, name).unwrap(), S::session(server, None, None).unwrap())
}

pub(super) fn settings<B: Backend>(role: Role, verify: Verify) -> Settings<B> {
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

pub(super) fn context<B: Backend>(settings: &Settings<B>) -> Arc<B::Context> {
    Arc::new(B::context(settings).unwrap())
}

/// A version alone.
pub(super) fn only(version: &str) -> Option<Protocols> {
    Some(Protocols { tls_1_2: version == "TLSv1.2", tls_1_3: version == "TLSv1.3", ..Protocols::default() })
}

/// What a server with a certificate for "host.example" needs, and a client that trusts its authority.
pub(super) struct World<C: Backend, S: Backend> {
    pub(super) folder: Folder,
    pub(super) root: Identity,
    pub(super) server: Settings<S>,
    pub(super) client: Settings<C>,
}

impl<C: Backend, S: Backend> World<C, S> {
    pub(super) fn new() -> Self {
        let (folder, root) = (Folder::new(), Identity::root("root"));
        let mut server = settings(Role::Server, Verify::Anonymous);
        let mut client = settings(Role::Client, Verify::PeerName);
        server.credentials = Some(credentials::<S>(&folder, &[&root.issue_host("host.example")]));
        client.roots = Some(roots::<C>(&folder, &[&root]));
        Self { folder, root, server, client }
    }

    /// Has the server ask for certificates of clients that lead to our root.
    pub(super) fn ask_clients(&mut self, verify: Verify) {
        let authority = self.folder.file("announced.pem", &[&self.root.certificate_pem()]);
        self.server.verify = verify;
        self.server.roots = Some(roots::<S>(&self.folder, &[&self.root]));
        self.server.announced = Some(S::announced(Path::new(&authority)).unwrap());
    }

    pub(super) fn pair(&self, peer: Option<&str>) -> Pair {
        pair::<C, S>(&context(&self.client), &context(&self.server), peer, None)
    }

    /// A pair that is past its handshake.
    pub(super) fn open(&self) -> Pair {
        let mut pair = self.pair(Some("host.example"));
        assert!(pair.settle().is_established());
        pair
    }
}

/// The first of a chain, with its key.
pub(super) fn credentials<B: Backend>(folder: &Folder, chain: &[&Identity]) -> B::Credentials {
    let certificates: Vec<u8> = chain.iter().flat_map(|one| one.certificate_pem()).collect();
    let path = folder.file("own.pem", &[&certificates, &chain[0].key_pem()]);
    B::credentials(&path, None, None).unwrap()
}

pub(super) fn roots<B: Backend>(folder: &Folder, trusted: &[&Identity]) -> B::Roots {
    let certificates: Vec<u8> = trusted.iter().flat_map(|one| one.certificate_pem()).collect();
    B::roots(Path::new(&folder.file("roots.pem", &[&certificates]))).unwrap()
}
