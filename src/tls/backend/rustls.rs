//! TLS by rustls, for builds that need nothing of the system's (spec/security.md section 3, `docs/security.md`).
//!
//! It has TLS 1.2 and 1.3, and suites with certificates alone; what OpenSSL has besides is refused in words. Whom
//! programs trust is judged as OpenSSL would: an intermediate authority is enough, and a certificate that is itself
//! among the trusted ones is good.
//!
//! A context is built once from what a program has set and then only read. `session` has the sessions, `files` what is
//! read from files, `trust` the authorities, `facts` what is asked of a certificate there, `verifier` what rustls calls
//! to have a peer judged, `ciphers` OpenSSL's words for suites, `resume` the sessions that a client may continue,
//! `fault` the texts of errors.

mod ciphers;
mod facts;
mod fault;
mod files;
mod resume;
mod session;
mod trust;
mod verifier;

use std::path::Path;
use std::sync::Arc;

use rustls::client::{ClientConfig, ResolvesClientCert, Resumption};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::TrustAnchor;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{ClientHello, NoClientAuth, NoServerSessionStorage, ResolvesServerCert, ServerConfig};
use rustls::sign::CertifiedKey;
use rustls::{DistinguishedName, SignatureScheme, SupportedProtocolVersion, version};

use self::resume::Kept;
use self::trust::Authorities;
use self::verifier::Verifier;
use super::{Backend, CredentialFault, Protocols, Role, SessionName, Settings, Verify};
use crate::engine::Password;
use crate::tls::certificate::Certificate;
use crate::tls::{Fault, Session};

/// rustls, with the cryptography of `ring`.
pub(crate) struct Rustls;

/// Settings, ready for sessions.
pub(crate) struct Context {
    side: Side,
    /// OpenSSL would use suites without certificates, so a failure may be for want of one.
    without_certificate: bool,
    kept: Arc<Kept>,
}

/// What rustls makes sessions from.
enum Side {
    Client(Arc<ClientConfig>),
    Server(Arc<ServerConfig>),
}

/// A certificate with its chain and key, if there is one.
#[derive(Debug)]
struct Shown(Option<Arc<CertifiedKey>>);

impl Backend for Rustls {
    type Credentials = Arc<CertifiedKey>;
    type Roots = Arc<Authorities>;
    type Announced = Arc<Vec<DistinguishedName>>;
    type Context = Context;

    fn credentials(
        certificate: &str,
        key: Option<&str>,
        password: Option<&Password>,
    ) -> Result<Self::Credentials, CredentialFault> {
        files::credentials(certificate, key, password).map(Arc::new)
    }

    fn roots(path: &Path) -> Result<Self::Roots, Fault> {
        if path.is_dir() {
            return Ok(Arc::new(Authorities::new(files::certificates_in(path)?)));
        }
        let found = files::certificates(path)?;
        if found.iter().any(|one| Certificate::from_der(one).is_none()) {
            return Err(Fault::new(format!("{}: a damaged certificate", path.display())));
        }
        Ok(Arc::new(Authorities::new(found)))
    }

    fn announced(path: &Path) -> Result<Self::Announced, Fault> {
        let mut names: Vec<DistinguishedName> = Vec::new();
        for certificate in files::certificates(path)? {
            let anchor: TrustAnchor<'_> =
                webpki::anchor_from_trusted_cert(&certificate).map_err(|error| fault::unreadable(&error))?;
            let name = DistinguishedName::in_sequence(&anchor.subject);
            if !names.iter().any(|known| known.as_ref() == name.as_ref()) {
                names.push(name);
            }
        }
        Ok(Arc::new(names))
    }

    fn check_ciphers(list: &str) -> Result<(), Fault> {
        ciphers::choose(list).map(drop)
    }

    fn context(settings: &Settings<Self>) -> Result<Context, Fault> {
        let provider = Arc::new(provider(settings)?);
        let versions = versions(settings.protocols)?;
        let side = match settings.role {
            Role::Client => Side::Client(Arc::new(client(settings, provider, &versions)?)),
            Role::Server => Side::Server(Arc::new(server(settings, provider, &versions)?)),
        };
        let without_certificate = match settings.role {
            Role::Client => settings.anonymous_ciphers,
            Role::Server => settings.credentials.is_none(),
        };
        Ok(Context { side, without_certificate, kept: Arc::default() })
    }

    fn session(
        context: &Arc<Context>,
        peer_name: Option<&str>,
        name: SessionName<'_>,
    ) -> Result<Box<dyn Session>, Fault> {
        Ok(Box::new(session::RustlsSession::new(Arc::clone(context), peer_name, name)?))
    }
}

fn provider(settings: &Settings<Rustls>) -> Result<CryptoProvider, Fault> {
    let mut provider = ring::default_provider();
    if let Some(list) = &settings.ciphers {
        let chosen = ciphers::choose(list)?;
        provider.cipher_suites.retain(|suite| suite.tls13().is_some());
        provider.cipher_suites.extend(chosen);
    }
    Ok(provider)
}

fn versions(wanted: Option<Protocols>) -> Result<Vec<&'static SupportedProtocolVersion>, Fault> {
    let wanted = wanted.unwrap_or_else(|| Protocols { tls_1_2: true, tls_1_3: true, ..Protocols::default() });
    let known = [(wanted.tls_1_3, &version::TLS13), (wanted.tls_1_2, &version::TLS12)];
    let found: Vec<_> =
        known.into_iter().filter_map(|(is_wanted, version)| is_wanted.then_some(version)).collect();
    if found.is_empty() { Err(Fault::new(fault::OLD_VERSIONS)) } else { Ok(found) }
}

fn client(
    settings: &Settings<Rustls>,
    provider: Arc<CryptoProvider>,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<ClientConfig, Fault> {
    let verifier = Arc::new(verifier(settings, &provider)?);
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .map_err(|error| fault::of(&error))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_cert_resolver(Arc::new(Shown(settings.credentials.clone())));
    config.alpn_protocols.clone_from(&settings.applications);
    config.resumption = Resumption::disabled();
    Ok(config)
}

fn server(
    settings: &Settings<Rustls>,
    provider: Arc<CryptoProvider>,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<ServerConfig, Fault> {
    let verifier: Arc<dyn ClientCertVerifier> = match settings.verify {
        Verify::Anonymous => Arc::new(NoClientAuth),
        Verify::Peer | Verify::PeerName => Arc::new(verifier(settings, &provider)?),
    };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .map_err(|error| fault::of(&error))?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(Arc::new(Shown(settings.credentials.clone())));
    config.alpn_protocols.clone_from(&settings.applications);
    config.session_storage = Arc::new(NoServerSessionStorage {});
    if settings.verify == Verify::PeerName {
        // A session that goes on is not judged again, and its client may by now have to have another name.
        config.send_tls13_tickets = 0;
    } else {
        config.ticketer = ring::Ticketer::new().map_err(|error| fault::of(&error))?;
    }
    Ok(config)
}

fn verifier(settings: &Settings<Rustls>, provider: &CryptoProvider) -> Result<Verifier, Fault> {
    let authorities = match (settings.verify, &settings.roots) {
        (Verify::Anonymous, _) => None,
        (_, Some(roots)) => Some(Arc::clone(roots)),
        (_, None) => Some(Arc::new(Authorities::new(files::certificates_of_system()))),
    };
    Ok(Verifier {
        authorities,
        by_name: settings.verify == Verify::PeerName,
        announced: settings.announced.clone().unwrap_or_default(),
        algorithms: provider.signature_verification_algorithms,
    })
}

/// A client shows what it has whatever authorities the server names, as OpenSSL does.
impl ResolvesClientCert for Shown {
    fn resolve(&self, _authorities: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.clone().filter(|shown| shown.key.choose_scheme(schemes).is_some())
    }

    fn has_certs(&self) -> bool {
        self.0.is_some()
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.0.clone()
    }
}
