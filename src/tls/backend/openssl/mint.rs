//! Certificates and keys for tests, made where they are needed and gone with them.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::symm::Cipher;
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509Builder, X509NameBuilder};

/// A certificate with its key.
pub(crate) struct Identity {
    pub(crate) certificate: X509,
    pub(crate) key: PKey<Private>,
}

/// What a certificate should say.
#[derive(Clone, Default)]
pub(crate) struct Wanted<'a> {
    pub(crate) common_name: &'a str,
    pub(crate) hosts: &'a [&'a str],
    pub(crate) addresses: &'a [IpAddr],
    pub(crate) authority: bool,
    pub(crate) expired: bool,
}

impl Identity {
    /// An authority that nobody has signed.
    pub(crate) fn root(name: &str) -> Self {
        make(&Wanted { common_name: name, authority: true, ..Wanted::default() }, None)
    }

    /// A certificate that is signed by itself.
    pub(crate) fn alone(wanted: &Wanted<'_>) -> Self {
        make(wanted, None)
    }

    /// A certificate signed by this one.
    pub(crate) fn issue(&self, wanted: &Wanted<'_>) -> Self {
        make(wanted, Some(self))
    }

    /// A certificate for one host.
    pub(crate) fn issue_host(&self, host: &str) -> Self {
        self.issue(&Wanted { common_name: host, hosts: &[host], ..Wanted::default() })
    }

    pub(crate) fn certificate_pem(&self) -> Vec<u8> {
        self.certificate.to_pem().unwrap()
    }

    pub(crate) fn key_pem(&self) -> Vec<u8> {
        self.key.private_key_to_pem_pkcs8().unwrap()
    }

    /// The key under a password, as PKCS#8 has it.
    pub(crate) fn locked_key_pem(&self, password: &str) -> Vec<u8> {
        self.key.private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), password.as_bytes()).unwrap()
    }
}

fn make(wanted: &Wanted<'_>, issuer: Option<&Identity>) -> Identity {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_nid(Nid::COMMONNAME, wanted.common_name).unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    let mut serial = BigNum::new().unwrap();
    serial.rand(120, MsbOption::MAYBE_ZERO, false).unwrap();
    builder.set_serial_number(&serial.to_asn1_integer().unwrap()).unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(issuer.map_or(&name, |issuer| issuer.certificate.subject_name())).unwrap();
    builder.set_pubkey(&key).unwrap();
    let end = if wanted.expired { "20200102000000Z" } else { "20990101000000Z" };
    builder.set_not_before(&Asn1Time::from_str("20200101000000Z").unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_str(end).unwrap()).unwrap();
    add_extensions(&mut builder, wanted, issuer);
    builder.sign(issuer.map_or(&key, |issuer| &issuer.key), MessageDigest::sha256()).unwrap();
    Identity { certificate: builder.build(), key }
}

fn add_extensions(builder: &mut X509Builder, wanted: &Wanted<'_>, issuer: Option<&Identity>) {
    if wanted.authority {
        builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
    }
    if wanted.hosts.is_empty() && wanted.addresses.is_empty() {
        return;
    }
    let mut names = SubjectAlternativeName::new();
    wanted.hosts.iter().for_each(|host| _ = names.dns(host));
    wanted.addresses.iter().for_each(|address| _ = names.ip(&address.to_string()));
    let issuer = issuer.map(|issuer| &*issuer.certificate);
    let names = names.build(&builder.x509v3_context(issuer, None)).unwrap();
    builder.append_extension(names).unwrap();
}

/// A folder of files for one test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("protium-tls-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Writes a file and gives its path.
    pub(crate) fn file(&self, name: &str, parts: &[&[u8]]) -> String {
        let path = self.0.join(name);
        fs::write(&path, parts.concat()).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
