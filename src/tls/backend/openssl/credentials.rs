//! Certificates and keys, read from PEM files or from tokens.
//!
//! OpenSSL's own ways to read a key may ask at the terminal for a password; here the password is what the program gave,
//! or the key is not read.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Private};
use openssl::ssl::{SslContextBuilder, SslMethod};
use openssl::x509::{X509, X509NameRef};

use super::super::CredentialFault;
use super::fault;
use crate::engine::Password;
use crate::tls::Fault;

/// A certificate with its chain and key.
#[derive(Clone)]
pub(crate) struct Credentials(Arc<Parts>);

struct Parts {
    leaf: X509,
    /// The authorities between the leaf and one that the peer trusts.
    chain: Vec<X509>,
    key: PKey<Private>,
}

impl Credentials {
    /// Reads them; without `key` it is in the file of the certificate.
    pub(super) fn load(
        certificate: &str,
        key: Option<&str>,
        password: Option<&Password>,
    ) -> Result<Self, CredentialFault> {
        let (leaf, chain) = load_chain(certificate, password).map_err(CredentialFault::Certificate)?;
        let key = load_key(key.unwrap_or(certificate), password).map_err(CredentialFault::Key)?;
        let found = Self(Arc::new(Parts { leaf, chain, key }));
        let mut context = bare_context().map_err(CredentialFault::Certificate)?;
        // Whether they are strong enough depends on what is asked of the peer.
        context.set_security_level(0);
        context.set_certificate(&found.0.leaf).map_err(|stack| CredentialFault::Certificate(stack.into()))?;
        context.set_private_key(&found.0.key).map_err(|stack| CredentialFault::Key(stack.into()))?;
        // A key of another kind than the certificate's was set without complaint.
        context.check_private_key().map_err(|stack| CredentialFault::Mismatch(stack.into()))?;
        Ok(found)
    }

    /// Has sessions show them.
    pub(super) fn show(&self, context: &mut SslContextBuilder) -> Result<(), ErrorStack> {
        context.set_certificate(&self.0.leaf)?;
        for authority in &self.0.chain {
            context.add_extra_chain_cert(authority.clone())?;
        }
        context.set_private_key(&self.0.key)
    }
}

/// Reads all certificates of a PEM file.
pub(super) fn load_certificates(path: &Path) -> Result<Vec<X509>, Fault> {
    let pem = read(path)?;
    let found = X509::stack_from_pem(&pem)?;
    if found.is_empty() {
        // OpenSSL has a text for that, which is to be had by asking for a single one.
        X509::from_pem(&pem)?;
    }
    Ok(found)
}

/// Reads the names of the certificates in a PEM file, each once.
pub(super) fn load_names(path: &Path) -> Result<Vec<X509>, Fault> {
    let mut found: Vec<X509> = Vec::new();
    for certificate in load_certificates(path)? {
        if !found.iter().any(|known| is_same(known.subject_name(), certificate.subject_name())) {
            found.push(certificate);
        }
    }
    Ok(found)
}

fn is_same(one: &X509NameRef, other: &X509NameRef) -> bool {
    one.try_cmp(other).is_ok_and(std::cmp::Ordering::is_eq)
}

fn load_chain(path: &str, password: Option<&Password>) -> Result<(X509, Vec<X509>), Fault> {
    if is_uri(path) {
        return Ok((token::certificate(path, password)?, Vec::new()));
    }
    let mut certificates = load_certificates(Path::new(path))?.into_iter();
    let leaf = certificates.next().ok_or_else(|| Fault::new(fault::UNKNOWN))?;
    Ok((leaf, certificates.collect()))
}

fn load_key(path: &str, password: Option<&Password>) -> Result<PKey<Private>, Fault> {
    if is_uri(path) {
        return token::key(path, password);
    }
    let pem = Password::from(read(Path::new(path))?);
    let key = PKey::private_key_from_pem_callback(pem.bytes(), |room| {
        let secret = password.map(Password::bytes).unwrap_or_default();
        let Some(room) = room.get_mut(..secret.len()).filter(|room| !room.is_empty()) else {
            return Err(ErrorStack::get());
        };
        room.copy_from_slice(secret);
        Ok(secret.len())
    })?;
    Ok(key)
}

/// A context that serves to judge with OpenSSL's rules, and makes no sessions.
pub(super) fn bare_context() -> Result<SslContextBuilder, Fault> {
    Ok(SslContextBuilder::new(SslMethod::tls())?)
}

fn read(path: &Path) -> Result<Vec<u8>, Fault> {
    fs::read(path).map_err(|error| fault::of_system(&error))
}

/// Whether something is not in a file but in a token, such as a smart card.
fn is_uri(path: &str) -> bool {
    path.starts_with("pkcs11:")
}

/// What tokens hold, which a provider of OpenSSL 3 reads.
#[cfg(ossl300)]
mod token {
    use std::ffi::{CStr, CString};

    use super::{Fault, PKey, Password, Private, X509};
    use crate::sys::openssl::{stored_certificate, stored_key};

    pub(super) fn certificate(uri: &str, pin: Option<&Password>) -> Result<X509, Fault> {
        let found = stored_certificate(&string(uri)?, Some(PROVIDER), pin.map(Password::bytes))?;
        found.ok_or_else(|| Fault::new("the token has no such certificate"))
    }

    pub(super) fn key(uri: &str, pin: Option<&Password>) -> Result<PKey<Private>, Fault> {
        let found = stored_key(&string(uri)?, Some(PROVIDER), pin.map(Password::bytes))?;
        found.ok_or_else(|| Fault::new("the token has no such key"))
    }

    fn string(uri: &str) -> Result<CString, Fault> {
        CString::new(uri).map_err(|_| Fault::new("no URI"))
    }

    const PROVIDER: &CStr = c"provider=pkcs11";
}

/// Older releases have no providers.
#[cfg(not(ossl300))]
mod token {
    use super::{Fault, PKey, Password, Private, X509};

    pub(super) fn certificate(_: &str, _: Option<&Password>) -> Result<X509, Fault> {
        Err(unsupported())
    }

    pub(super) fn key(_: &str, _: Option<&Password>) -> Result<PKey<Private>, Fault> {
        Err(unsupported())
    }

    fn unsupported() -> Fault {
        Fault::new("pkcs11: URIs need OpenSSL 3")
    }
}
