//! Certificates and keys, read from PEM files.
//!
//! A key may be encrypted as PKCS#8 has it. The older way, with headers inside the PEM, hardly protects anything and is
//! not read, nor is there anybody to ask about `pkcs11:`.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use pkcs5::EncryptionScheme;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::{CertifiedKey, SigningKey};
use rustls::{Error, InconsistentKeys};
use zeroize::Zeroize;

use super::super::CredentialFault;
use super::fault;
use crate::engine::Password;
use crate::tls::Fault;
use crate::tls::der::{Reader, tag};

/// Reads a chain and its key; without `key` it is in the file of the certificate.
pub(super) fn credentials(
    certificate: &str,
    key: Option<&str>,
    password: Option<&Password>,
) -> Result<CertifiedKey, CredentialFault> {
    let chain = certificates(Path::new(certificate)).map_err(CredentialFault::Certificate)?;
    let key = load_key(Path::new(key.unwrap_or(certificate)), password).map_err(CredentialFault::Key)?;
    let found = CertifiedKey::new(chain, key);
    match found.keys_match() {
        Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => Ok(found),
        Err(Error::InconsistentKeys(_)) => Err(CredentialFault::Key(Fault::new("key values mismatch"))),
        Err(error) => Err(CredentialFault::Certificate(fault::of(&error))),
    }
}

/// Reads all certificates of a PEM file.
pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let text = read(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if found.is_empty() => Err(Fault::new(format!("{}: no certificate", path.display()))),
        Ok(found) => Ok(found),
        Err(error) => Err(bad_pem(path, &error)),
    }
}

/// Reads the certificates in the files of a folder. What is none is passed over, as OpenSSL never looks at it.
pub(super) fn certificates_in(folder: &Path) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    // Of a pipe nobody writes to, reading would never end.
    paths.retain(|path| path.is_file());
    paths.sort();
    Ok(paths.iter().filter_map(|path| certificates(path).ok()).flatten().collect())
}

/// The authorities that the system trusts, where OpenSSL would look for them.
pub(super) fn certificates_of_system() -> Vec<CertificateDer<'static>> {
    rustls_native_certs::load_native_certs().certs
}

fn load_key(path: &Path, password: Option<&Password>) -> Result<Arc<dyn SigningKey>, Fault> {
    let text = Password::from(read(path)?);
    let text = text.bytes();
    let mut key = if let Some(section) = section(text, LOCKED) {
        unlock(section, password)?
    } else if contains(text, b"Proc-Type:") && contains(text, b"ENCRYPTED") {
        return Err(Fault::new(OLD_ENCRYPTION));
    } else {
        PrivateKeyDer::from_pem_slice(text).map_err(|error| match error {
            pem::Error::NoItemsFound => Fault::new(format!("{}: no private key", path.display())),
            error => bad_pem(path, &error),
        })?
    };
    let loaded = any_supported_type(&key);
    key.zeroize();
    loaded.map_err(|error| fault::of(&error))
}

/// Decrypts a key in an EncryptedPrivateKeyInfo (RFC 5958).
fn unlock(section: &[u8], password: Option<&Password>) -> Result<PrivateKeyDer<'static>, Fault> {
    let malformed = || Fault::new("the encrypted private key is malformed");
    // The reader of PEM does not know the kind, but what is inside has the same form.
    let renamed = [b"-----BEGIN PRIVATE KEY-----", section, b"-----END PRIVATE KEY-----\n"].concat();
    let info = PrivatePkcs8KeyDer::from_pem_slice(&renamed).map_err(|_| malformed())?;
    let mut parts = Reader::new(info.secret_pkcs8_der()).one(tag::SEQUENCE).ok_or_else(malformed)?.inside();
    let (Some(scheme), Some(data)) = (parts.one(tag::SEQUENCE), parts.one(tag::OCTET_STRING)) else {
        return Err(malformed());
    };
    let scheme = EncryptionScheme::try_from(scheme.whole)
        .map_err(|_| Fault::new("the private key is encrypted in a way that is not known"))?;
    let password =
        password.ok_or_else(|| Fault::new("the private key is encrypted and there is no password"))?;
    let plain = scheme.decrypt(password.bytes(), data.content).map_err(|error| match error {
        pkcs5::Error::DecryptFailed => Fault::new("bad decrypt: the password is wrong"),
        error => Fault::new(error.to_string()),
    })?;
    Ok(PrivatePkcs8KeyDer::from(plain).into())
}

/// What stands between the lines around a section of PEM.
fn section<'a>(text: &'a [u8], kind: &str) -> Option<&'a [u8]> {
    let (begin, end) = (format!("-----BEGIN {kind}-----"), format!("-----END {kind}-----"));
    let rest = text.get(find(text, begin.as_bytes())? + begin.len()..)?;
    rest.get(..find(rest, end.as_bytes())?)
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    find(text, part).is_some()
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn read(path: &Path) -> Result<Vec<u8>, Fault> {
    if path.as_os_str().as_encoded_bytes().starts_with(b"pkcs11:") {
        return Err(Fault::new(NO_TOKENS));
    }
    let mut text = Vec::new();
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    file.take(LARGEST_FILE).read_to_end(&mut text).map_err(|error| unreadable(path, &error))?;
    Ok(text)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Fault {
    Fault::new(format!("{}: {error}", path.display()))
}

fn bad_pem(path: &Path, error: &pem::Error) -> Fault {
    Fault::new(format!("{}: {error}", path.display()))
}

const LOCKED: &str = "ENCRYPTED PRIVATE KEY";

/// What is behind is not read: the largest collections of authorities have less than half a megabyte.
const LARGEST_FILE: u64 = 16 << 20;

const OLD_ENCRYPTION: &str = "the private key is encrypted in the old way of PEM, which rustls does not read: \
                              `openssl pkcs8 -topk8` writes it anew";
const NO_TOKENS: &str = "keys and certificates in tokens (pkcs11:) need a library that is built with OpenSSL";
