//! TLS by the system's OpenSSL: its policy, its cipher strings, its trusted authorities and its error texts, as programs
//! of libqpid-proton know them (spec/security.md section 3).
//!
//! A context is built once from what a program has set and then only read, by any number of sessions in any thread.
//! `session` has the sessions, `pipe` the memory they work on in place of a socket, `credentials` what is read from
//! files, `resume` the sessions that a client may continue, `fault` the texts of errors.

mod credentials;
mod fault;
mod pipe;
mod resume;
mod session;

#[cfg(test)]
pub(crate) mod mint;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use openssl::bn::BigNum;
use openssl::dh::Dh;
use openssl::ex_data::Index;
use openssl::ssl::{
    AlpnError, Ssl, SslContext, SslContextBuilder, SslFiletype, SslMode, SslOptions, SslSessionCacheMode,
    SslVerifyMode, SslVersion, select_next_proto,
};
use openssl::stack::Stack;
use openssl::x509::store::X509Lookup;
use openssl::x509::verify::X509VerifyFlags;
use openssl::x509::{X509, X509Name};

use self::credentials::{Credentials, bare_context, load_certificates, load_names};
use self::resume::{Kept, Name};
use super::{Backend, CredentialFault, Protocols, Role, SessionName, Settings, Verify};
use crate::engine::Password;
use crate::sys::openssl::KeptSession;
use crate::tls::{Fault, Session};

/// The system's OpenSSL.
pub(crate) struct OpenSsl;

/// Whom we trust.
#[derive(Clone)]
pub(crate) enum Roots {
    /// The certificates of a file.
    File(Arc<Vec<X509>>),
    /// A folder whose files are named after the hash of the authority's name, read as they are needed.
    Folder(PathBuf),
}

/// Settings, ready for sessions.
pub(crate) struct Context {
    ssl: SslContext,
    role: Role,
    verify: Verify,
    kept: Arc<Kept>,
}

impl Backend for OpenSsl {
    type Credentials = Credentials;
    type Roots = Roots;
    type Announced = Arc<Vec<X509>>;
    type Context = Context;

    fn credentials(
        certificate: &str,
        key: Option<&str>,
        password: Option<&Password>,
    ) -> Result<Credentials, CredentialFault> {
        fault::clear();
        Credentials::load(certificate, key, password)
    }

    fn check_credentials(credentials: &Credentials) -> Result<(), Fault> {
        fault::clear();
        Ok(credentials.show(&mut bare_context()?)?)
    }

    fn roots(path: &Path) -> Result<Roots, Fault> {
        fault::clear();
        if path.is_dir() {
            return Ok(Roots::Folder(path.to_owned()));
        }
        Ok(Roots::File(Arc::new(load_certificates(path)?)))
    }

    fn announced(path: &Path) -> Result<Self::Announced, Fault> {
        fault::clear();
        Ok(Arc::new(load_names(path)?))
    }

    fn check_ciphers(list: &str) -> Result<(), Fault> {
        fault::clear();
        if list.contains('\0') {
            return Err(Fault::new(NO_CIPHERS));
        }
        Ok(bare_context()?.set_cipher_list(list)?)
    }

    fn context(settings: &Settings<Self>) -> Result<Context, Fault> {
        fault::clear();
        let kept = Arc::new(Kept::default());
        let mut context = bare_context()?;
        set_ground_rules(&mut context)?;
        set_strength(&mut context, settings)?;
        set_trust(&mut context, settings)?;
        set_applications(&mut context, settings)?;
        set_resumption(&mut context, settings, &kept)?;
        if let Some(credentials) = &settings.credentials {
            credentials.show(&mut context)?;
        }
        Ok(Context { ssl: context.build(), role: settings.role, verify: settings.verify, kept })
    }

    fn session(
        context: &Arc<Context>,
        peer_name: Option<&str>,
        name: SessionName<'_>,
    ) -> Result<Box<dyn Session>, Fault> {
        fault::clear();
        let session = session::OpenSslSession::new(Arc::clone(context), peer_name, name)?;
        Ok(Box::new(session))
    }
}

/// What holds whatever a program sets.
fn set_ground_rules(context: &mut SslContextBuilder) -> Result<(), Fault> {
    context.set_mode(SslMode::RELEASE_BUFFERS);
    context.set_options(
        SslOptions::NO_SSLV2
            | SslOptions::NO_SSLV3
            | SslOptions::NO_COMPRESSION
            | SslOptions::NO_RENEGOTIATION
            | SslOptions::SINGLE_DH_USE
            | SslOptions::SINGLE_ECDH_USE,
    );
    let group = Dh::from_pqg(BigNum::get_rfc3526_prime_2048()?, None, BigNum::from_u32(2)?)?;
    Ok(context.set_tmp_dh(&group)?)
}

fn set_strength(context: &mut SslContextBuilder, settings: &Settings<OpenSsl>) -> Result<(), Fault> {
    if settings.verify == Verify::Anonymous {
        // Proton: who does not ask for identities takes old versions and short keys as well, and the suites without
        // certificates are below every other level.
        context.set_security_level(0);
    }
    context.set_cipher_list(match &settings.ciphers {
        Some(list) => list,
        None if settings.anonymous_ciphers => ANONYMOUS_CIPHERS,
        None => AUTHENTICATED_CIPHERS,
    })?;
    let Some(protocols) = settings.protocols else { return Ok(()) };
    let mut wanted = versions(protocols).into_iter().filter(|(wanted, ..)| *wanted);
    context.set_min_proto_version(wanted.clone().next().map(|(_, version, _)| version))?;
    context.set_max_proto_version(wanted.next_back().map(|(_, version, _)| version))?;
    for (wanted, _, never) in versions(protocols) {
        if !wanted {
            context.set_options(never);
        }
    }
    Ok(())
}

/// The versions from the oldest on: whether it is wanted, its number, and what forbids it.
const fn versions(protocols: Protocols) -> [(bool, SslVersion, SslOptions); 4] {
    [
        (protocols.tls_1_0, SslVersion::TLS1, SslOptions::NO_TLSV1),
        (protocols.tls_1_1, SslVersion::TLS1_1, SslOptions::NO_TLSV1_1),
        (protocols.tls_1_2, SslVersion::TLS1_2, SslOptions::NO_TLSV1_2),
        (protocols.tls_1_3, SslVersion::TLS1_3, SslOptions::NO_TLSV1_3),
    ]
}

fn set_trust(context: &mut SslContextBuilder, settings: &Settings<OpenSsl>) -> Result<(), Fault> {
    match &settings.roots {
        None => context.set_default_verify_paths()?,
        Some(Roots::File(authorities)) => {
            for authority in authorities.iter() {
                context.cert_store_mut().add_cert(authority.clone())?;
            }
        }
        Some(Roots::Folder(path)) => {
            let path = path.to_str().ok_or_else(|| Fault::new(NOT_TEXT))?;
            let folder = context.cert_store_mut().add_lookup(X509Lookup::hash_dir())?;
            folder.add_dir(path, SslFiletype::PEM)?;
        }
    }
    context.verify_param_mut().set_flags(X509VerifyFlags::PARTIAL_CHAIN)?;
    context.set_verify(match (settings.verify, settings.role) {
        (Verify::Anonymous, _) => SslVerifyMode::NONE,
        (_, Role::Client) => SslVerifyMode::PEER,
        (_, Role::Server) => SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT,
    });
    if let Some(announced) = &settings.announced {
        let mut names: Stack<X509Name> = Stack::new()?;
        for authority in announced.iter() {
            names.push(authority.subject_name().to_owned()?)?;
        }
        context.set_client_ca_list(names);
    }
    Ok(())
}

/// The application's protocols: a client offers them, a server takes the first of its own that the client offers.
fn set_applications(context: &mut SslContextBuilder, settings: &Settings<OpenSsl>) -> Result<(), Fault> {
    if settings.applications.is_empty() {
        return Ok(());
    }
    let mut wire = Vec::new();
    for application in &settings.applications {
        wire.push(u8::try_from(application.len()).map_err(|_| Fault::new(LONG_NAME))?);
        wire.extend_from_slice(application);
    }
    match settings.role {
        Role::Client => context.set_alpn_protos(&wire)?,
        Role::Server => context.set_alpn_select_callback(move |_, offered| {
            let chosen = select_next_proto(&wire, offered).ok_or(AlpnError::ALERT_FATAL)?;
            // The answer has to be a part of what was offered.
            offered.windows(chosen.len()).find(|part| *part == chosen).ok_or(AlpnError::ALERT_FATAL)
        }),
    }
    Ok(())
}

/// Clients keep their sessions with us. Servers keep none: what a client needs to continue is in its ticket.
fn set_resumption(
    context: &mut SslContextBuilder,
    settings: &Settings<OpenSsl>,
    kept: &Arc<Kept>,
) -> Result<(), Fault> {
    if settings.role == Role::Server {
        if settings.verify == Verify::PeerName {
            // A session that goes on is not judged again, and its client may by now have to have another name.
            context.set_options(SslOptions::NO_TICKET);
            context.set_num_tickets(0)?;
        }
        context.set_session_cache_mode(SslSessionCacheMode::OFF);
        return Ok(context.set_session_id_context(SESSIONS_OF)?);
    }
    let Some(named) = *NAMED else { return Ok(()) };
    let kept = Arc::downgrade(kept);
    context.set_session_cache_mode(SslSessionCacheMode::CLIENT | SslSessionCacheMode::NO_INTERNAL);
    context.set_new_session_callback(move |ssl, session| {
        if let (Some(name), Some(kept)) = (ssl.ex_data(named), kept.upgrade()) {
            kept.save(name, KeptSession::new(ssl, session));
        }
    });
    Ok(())
}

/// Where a session of OpenSSL has the name by which it is kept; `None` if OpenSSL has no room left for such things.
static NAMED: LazyLock<Option<Index<Ssl, Name>>> = LazyLock::new(|| Ssl::new_ex_index().ok());

/// Who trusts certificates gets the strongest suites that have one, who does not gets those without one as well.
const AUTHENTICATED_CIPHERS: &str = "ALL:!aNULL:!eNULL:@STRENGTH";
const ANONYMOUS_CIPHERS: &str = "ALL:aNULL:!eNULL:@STRENGTH";

/// OpenSSL wants to know whose sessions may be continued where certificates of clients were verified.
const SESSIONS_OF: &[u8] = b"protium";

const NO_CIPHERS: &str = "no list of ciphers";
const LONG_NAME: &str = "the name of an application protocol is too long";
const NOT_TEXT: &str = "the name of the folder is not UTF-8";
