//! A domain: what the sessions of a program have in common, and the rules for setting it (spec/security.md sections 3.1
//! to 3.6). `pn_ssl_domain_t` and `pn_tls_config_t` are handles of one.
//!
//! Any thread may change a domain, have it read its files anew, and begin sessions with it. A change counts for sessions
//! that are begun later; those that live keep what they have. What is read from files is read and judged before anything
//! of the domain changes, so a change that is refused leaves no trace. No password is kept.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::backend::{Backend, CredentialFault, Protocols, Role, Settings, Verify};
use super::{Chosen, Fault, Opener, Session};
use crate::engine::Password;

/// A domain; clones are the same one.
pub(crate) struct Domain<B: Backend>(Arc<Shared<B>>);

struct Shared<B: Backend> {
    role: Role,
    /// Held while files are read, so that changes come one after the other and sessions can begin meanwhile.
    change: Mutex<()>,
    state: Mutex<State<B>>,
}

struct State<B: Backend> {
    settings: Settings<B>,
    files: Files,
    allows_unsecured: bool,
    /// The settings as they are, made ready when the first session needs them.
    context: Option<Arc<B::Context>>,
}

/// Where things were read from.
#[derive(Clone, Default)]
struct Files {
    credentials: Option<(String, Option<String>)>,
    roots: Option<String>,
    announced: Option<String>,
}

/// What was read anew.
struct Fresh<B: Backend> {
    credentials: Option<B::Credentials>,
    roots: Option<B::Roots>,
    announced: Option<B::Announced>,
}

/// Why a change was not made: the number that C gets, and lines for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: i32,
    pub(crate) lines: Vec<String>,
}

impl Refusal {
    fn new(code: i32, line: impl Into<String>) -> Self {
        Self { code, lines: vec![line.into()] }
    }

    fn because(mut self, fault: Fault) -> Self {
        self.lines.push(fault.text);
        self.lines.extend(fault.details);
        self
    }
}

impl<B: Backend> Clone for Domain<B> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<B: Backend> Domain<B> {
    /// A client's trusts the system's authorities and verifies the name of its peer; a server's asks for nothing.
    pub(crate) fn new(role: Role) -> Self {
        let verify = match role {
            Role::Client => Verify::PeerName,
            Role::Server => Verify::Anonymous,
        };
        let settings = Settings {
            role,
            verify,
            credentials: None,
            roots: None,
            announced: None,
            protocols: None,
            ciphers: None,
            anonymous_ciphers: verify == Verify::Anonymous,
            applications: Vec::new(),
        };
        let state = State { settings, files: Files::default(), allows_unsecured: false, context: None };
        Self(Arc::new(Shared { role, change: Mutex::default(), state: Mutex::new(state) }))
    }

    /// Sets the certificate, with its chain, that sessions show, and its key.
    pub(crate) fn set_credentials(
        &self,
        certificate: Option<&str>,
        key: Option<&str>,
        password: Option<&Password>,
    ) -> Result<(), Refusal> {
        let _turn = self.turn();
        let Some(certificate) = certificate else {
            return Err(Refusal::new(CERTIFICATE_ERROR, "Failed to load certificate: no file is named"));
        };
        let found = read_credentials::<B>(certificate, key, password, self.verify())?;
        self.change(|state| {
            state.settings.credentials = Some(found);
            state.settings.anonymous_ciphers = false;
            state.files.credentials = Some((certificate.to_owned(), key.map(str::to_owned)));
        });
        Ok(())
    }

    /// Sets whom sessions trust, in place of whoever was trusted before: a file of authorities, or a folder of such.
    pub(crate) fn set_trusted(&self, path: Option<&str>) -> Result<(), Refusal> {
        let _turn = self.turn();
        let Some(path) = path else {
            return Err(Refusal::new(ERROR, "Failed to load trusted CAs: no file is named"));
        };
        let found = read_roots::<B>(path)?;
        self.change(|state| {
            state.settings.roots = Some(found);
            state.files.roots = Some(path.to_owned());
        });
        Ok(())
    }

    /// Sets how much is asked of the peer, `None` for a mode that does not exist. A server that asks for something
    /// tells its clients the names of the authorities in the file `announced`.
    pub(crate) fn set_verify(&self, verify: Option<Verify>, announced: Option<&str>) -> Result<(), Refusal> {
        let _turn = self.turn();
        let Some(verify) = verify else {
            return Err(Refusal::new(ERROR, "Invalid peer authentication mode given."));
        };
        let mut names = None;
        if self.0.role == Role::Server && verify != Verify::Anonymous {
            let Some(file) = announced else { return Err(Refusal::new(ERROR, NO_TRUSTED)) };
            if self.state().settings.credentials.is_none() {
                return Err(Refusal::new(ERROR, NO_CREDENTIALS));
            }
            names = Some((read_announced::<B>(file)?, file.to_owned()));
        }
        self.change(|state| {
            state.settings.verify = verify;
            state.settings.anonymous_ciphers = verify == Verify::Anonymous;
            if let Some((names, file)) = names {
                state.settings.announced = Some(names);
                state.files.announced = Some(file);
            }
        });
        Ok(())
    }

    /// Allows the versions that `list` names, and no others.
    pub(crate) fn set_protocols(&self, list: Option<&str>) -> Result<(), Refusal> {
        let _turn = self.turn();
        let protocols =
            list.and_then(protocols).ok_or_else(|| Refusal { code: ARGUMENT_ERROR, lines: Vec::new() })?;
        if let Err(fault) = B::check_protocols(protocols) {
            let list = list.unwrap_or_default();
            return Err(
                Refusal::new(ARGUMENT_ERROR, format!("Failed to set protocols to {list}")).because(fault)
            );
        }
        self.change(|state| state.settings.protocols = Some(protocols));
        Ok(())
    }

    /// Sets the cipher suites of TLS up to 1.2, in OpenSSL's words. What is asked of the peer no longer changes them.
    pub(crate) fn set_ciphers(&self, list: Option<&str>) -> Result<(), Refusal> {
        let _turn = self.turn();
        let list = list.unwrap_or_default();
        B::check_ciphers(list).map_err(|fault| {
            Refusal::new(ARGUMENT_ERROR, format!("Failed to set cipher list to {list}")).because(fault)
        })?;
        self.change(|state| state.settings.ciphers = Some(list.to_owned()));
        Ok(())
    }

    /// Another domain that is set up the same but for the application's protocols (ALPN), the best first.
    pub(crate) fn with_applications(&self, applications: Vec<Vec<u8>>) -> Self {
        let state = self.state();
        let settings = Settings { applications, ..state.settings.clone() };
        let (files, allows_unsecured) = (state.files.clone(), state.allows_unsecured);
        let state = State { settings, files, allows_unsecured, context: None };
        Self(Arc::new(Shared { role: self.0.role, change: Mutex::default(), state: Mutex::new(state) }))
    }

    /// A server's transports also take clients that do not encrypt.
    pub(crate) fn allow_unsecured(&self) -> Result<(), Refusal> {
        if self.0.role == Role::Client {
            return Err(Refusal::new(ERROR, "Cannot permit unsecured clients - not a server."));
        }
        self.state().allows_unsecured = true;
        Ok(())
    }

    /// Reads all files again that the domain was set up from, for the sessions that begin from now on. Nothing changes
    /// unless all of them are good. A key under a password needs the password again.
    pub(crate) fn reload(&self, password: Option<&Password>) -> Result<(), Refusal> {
        let _turn = self.turn();
        let files = self.state().files.clone();
        let verify = self.verify();
        let fresh = Fresh::<B> {
            credentials: files
                .credentials
                .as_ref()
                .map(|(certificate, key)| {
                    read_credentials::<B>(certificate, key.as_deref(), password, verify)
                })
                .transpose()?,
            roots: files.roots.as_deref().map(read_roots::<B>).transpose()?,
            announced: files.announced.as_deref().map(read_announced::<B>).transpose()?,
        };
        self.change(|state| {
            let settings = &mut state.settings;
            settings.credentials = fresh.credentials;
            settings.roots = fresh.roots;
            settings.announced = fresh.announced;
        });
        Ok(())
    }

    /// What one transport begins its session with. A client continues an earlier session of the name `session`, if
    /// there is one.
    ///
    /// # Errors
    /// The settings do not fit together, or the backend cannot do what they say.
    pub(crate) fn opener(&self, session: Option<&str>) -> Result<Box<dyn Opener>, Refusal> {
        let mut state = self.state();
        let context = match &state.context {
            Some(context) => Arc::clone(context),
            None => {
                let context = B::context(&state.settings);
                let made = context.map_err(|fault| Refusal::new(ERROR, SET_UP_FAILED).because(fault))?;
                Arc::clone(state.context.insert(Arc::new(made)))
            }
        };
        let session = session.filter(|_| self.0.role == Role::Client).map(str::to_owned);
        Ok(Box::new(Ready::<B> { context, session, allows_unsecured: state.allows_unsecured }))
    }

    /// Changes the settings. Sessions that begin from now on are made from the new ones.
    fn change(&self, change: impl FnOnce(&mut State<B>)) {
        let mut state = self.state();
        change(&mut state);
        state.context = None;
    }

    fn verify(&self) -> Verify {
        self.state().settings.verify
    }

    fn turn(&self) -> MutexGuard<'_, ()> {
        self.0.change.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State<B>> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The domain of transports that were given none.
pub(crate) fn implicit(role: Role) -> Domain<Chosen> {
    static CLIENT: OnceLock<Domain<Chosen>> = OnceLock::new();
    static SERVER: OnceLock<Domain<Chosen>> = OnceLock::new();
    let place = match role {
        Role::Client => &CLIENT,
        Role::Server => &SERVER,
    };
    place.get_or_init(|| Domain::new(role)).clone()
}

/// A domain as it was when a transport was told to use it.
struct Ready<B: Backend> {
    context: Arc<B::Context>,
    session: Option<String>,
    allows_unsecured: bool,
}

impl<B: Backend> Opener for Ready<B> {
    fn open(&self, peer_name: Option<&str>) -> Result<Box<dyn Session>, Fault> {
        B::session(&self.context, peer_name, self.session.as_deref())
    }

    fn allows_unsecured(&self) -> bool {
        self.allows_unsecured
    }
}

fn read_credentials<B: Backend>(
    certificate: &str,
    key: Option<&str>,
    password: Option<&Password>,
    verify: Verify,
) -> Result<B::Credentials, Refusal> {
    let file = key.unwrap_or(certificate);
    let found = B::credentials(certificate, key, password).and_then(|found| match verify {
        Verify::Anonymous => Ok(found),
        _ => B::check_credentials(&found).map(|()| found).map_err(CredentialFault::Certificate),
    });
    found.map_err(|problem| match problem {
        CredentialFault::Certificate(fault) => {
            let line = format!("Failed to load certificate {certificate}");
            Refusal::new(CERTIFICATE_ERROR, line).because(fault)
        }
        CredentialFault::Key(fault) => {
            Refusal::new(KEY_ERROR, format!("Failed to load private key {file}")).because(fault)
        }
        CredentialFault::Mismatch(fault) => {
            let line = format!("The key file {file} is not consistent with the certificate {certificate}");
            Refusal::new(MISMATCH_ERROR, line).because(fault)
        }
    })
}

fn read_roots<B: Backend>(path: &str) -> Result<B::Roots, Refusal> {
    if let Err(error) = std::fs::metadata(path) {
        let text = error.to_string();
        let reason = text.split(" (os error").next().unwrap_or_default();
        return Err(Refusal::new(ERROR, format!("stat({path}) failed: {reason}")));
    }
    B::roots(Path::new(path)).map_err(|fault| {
        Refusal::new(ERROR, format!("SSL_CTX_load_verify_locations( {path} ) failed")).because(fault)
    })
}

fn read_announced<B: Backend>(path: &str) -> Result<B::Announced, Refusal> {
    B::announced(Path::new(path))
        .map_err(|_| Refusal::new(ERROR, format!("Error: Unable to process file of trusted CAs: {path}")))
}

/// The versions in a list; `None` if a word of it is no version, or there is none.
fn protocols(list: &str) -> Option<Protocols> {
    let mut found = Protocols::default();
    for word in list.split([' ', ',', ';']).filter(|word| !word.is_empty()) {
        match word {
            "TLSv1" => found.tls_1_0 = true,
            "TLSv1.1" => found.tls_1_1 = true,
            "TLSv1.2" => found.tls_1_2 = true,
            "TLSv1.3" => found.tls_1_3 = true,
            _ => return None,
        }
    }
    (found != Protocols::default()).then_some(found)
}

/// What C gets: something went wrong.
pub(crate) const ERROR: i32 = -1;
/// The certificate was not taken.
const CERTIFICATE_ERROR: i32 = -3;
/// The key was not taken.
const KEY_ERROR: i32 = -4;
/// The key is of another kind than the certificate's.
const MISMATCH_ERROR: i32 = -5;
/// A list means nothing.
const ARGUMENT_ERROR: i32 = -6;

const NO_TRUSTED: &str = "Error: a list of trusted CAs must be provided.";
const NO_CREDENTIALS: &str =
    "Error: Server cannot verify peer without configuring a certificate, use pn_ssl_domain_set_credentials()";
const SET_UP_FAILED: &str = "The domain cannot be used.";

#[cfg(all(test, feature = "openssl"))]
mod tests;
