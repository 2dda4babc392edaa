//! What a `pn_tls_config_t` has set up: a domain, as transports have them.
//!
//! The domain is shared with the sessions made from it and read when they start, but for the application's protocols:
//! those are a session's from the beginning, so a configuration that is given others goes on with a domain of its own.
//! Nothing is logged; codes say what was wrong.

use std::ffi::{CStr, c_int, c_uint};

use super::error::PN_ARG_ERR;
use super::tls::names::{pn_tls_mode_t as Mode, pn_tls_verify_mode_t as VerifyMode};
use crate::engine::Password;
use crate::tls::backend::{Role, Verify};
use crate::tls::domain::{Domain, Refusal};
use crate::tls::{Chosen, Fault, PRESENT, Session};

/// What sessions are made from.
#[derive(Clone)]
pub(super) struct Config(Domain<Chosen>);

impl Config {
    /// The configuration of one side; none for what is not a side.
    pub(super) fn new(mode: c_uint) -> Option<Self> {
        const CLIENT: c_uint = Mode::PN_TLS_MODE_CLIENT as c_uint;
        const SERVER: c_uint = Mode::PN_TLS_MODE_SERVER as c_uint;
        let role = match mode {
            CLIENT => Role::Client,
            SERVER => Role::Server,
            _ => return None,
        };
        PRESENT.then(|| Self(Domain::new(role)))
    }

    pub(super) fn set_credentials(
        &self,
        certificate: Option<&CStr>,
        key: Option<&CStr>,
        password: Option<&CStr>,
    ) -> c_int {
        let (certificate, key) = (certificate.map(path), key.map(path));
        let password = password.map(|password| Password::from(password.to_bytes().to_vec()));
        code(self.0.set_credentials(certificate.as_deref(), key.as_deref(), password.as_ref()))
    }

    pub(super) fn set_trusted(&self, file: Option<&CStr>) -> c_int {
        code(self.0.set_trusted(file.map(path).as_deref()))
    }

    pub(super) fn set_peer_authentication(&self, mode: c_uint, announced: Option<&CStr>) -> c_int {
        const PEER: c_uint = VerifyMode::PN_TLS_VERIFY_PEER as c_uint;
        const ANONYMOUS: c_uint = VerifyMode::PN_TLS_ANONYMOUS_PEER as c_uint;
        const PEER_NAME: c_uint = VerifyMode::PN_TLS_VERIFY_PEER_NAME as c_uint;
        let verify = match mode {
            PEER => Some(Verify::Peer),
            ANONYMOUS => Some(Verify::Anonymous),
            PEER_NAME => Some(Verify::PeerName),
            _ => None,
        };
        code(self.0.set_verify(verify, announced.map(path).as_deref()))
    }

    pub(super) fn set_ciphers(&self, list: Option<&CStr>) -> c_int {
        code(self.0.set_ciphers(list.map(path).as_deref()))
    }

    /// Each name has a length of one byte on the wire, and all of them together one of two.
    pub(super) fn set_applications(&mut self, names: &[&CStr]) -> c_int {
        let fits = |name: &&CStr| (1..=255).contains(&name.count_bytes());
        let size: usize = names.iter().map(|name| 1 + name.count_bytes()).sum();
        if !names.iter().all(fits) || size > usize::from(u16::MAX) {
            return PN_ARG_ERR;
        }
        self.0 = self.0.with_applications(names.iter().map(|name| name.to_bytes().to_vec()).collect());
        0
    }

    /// Makes a session.
    pub(super) fn open(&self, peer_name: Option<&str>) -> Result<Box<dyn Session>, Fault> {
        let opener = self.0.opener(None).map_err(|refusal| Fault::new(refusal.lines.join(": ")))?;
        opener.open(peer_name)
    }
}

/// A name that is no text is no file's or list's either, as all that is looked up is text.
fn path(text: &CStr) -> String {
    text.to_string_lossy().into_owned()
}

fn code(result: Result<(), Refusal>) -> c_int {
    result.map_or_else(|refusal| refusal.code, |()| 0)
}
