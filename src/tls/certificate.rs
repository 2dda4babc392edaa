//! What programs may learn from a certificate that a peer has shown: its subject, the names it is made out to, and its
//! fingerprints (spec/security.md section 3.9).
//!
//! A certificate is read here after a TLS library has accepted it, so this is no judge of certificates: it reads what
//! it needs, the same for every backend, and takes encodings that OpenSSL takes. Only where the names are in doubt is
//! nothing read at all. Neighbours: [`super::names`], which compares.

#[cfg(test)]
pub(super) mod sample;
mod subject;
#[cfg(test)]
mod tests;

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use md5::Md5;
use sha1::Sha1;
use sha2::digest::Digest as _;
use sha2::{Sha256, Sha512};

use self::subject::{Attribute, Name, dotted};
use super::der::{Element, Reader, tag};

/// A certificate of X.509, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Certificate {
    encoded: Vec<u8>,
    subject: String,
    subfields: Vec<(Subfield, Vec<u8>)>,
    common_names: Vec<String>,
    alternative: AlternativeNames,
}

/// A part of the subject that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subfield {
    Country,
    State,
    Locality,
    Organization,
    OrganizationalUnit,
    CommonName,
}

/// A way to boil a certificate down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fingerprint {
    Md5,
    Sha1,
    Sha256,
    Sha512,
}

/// The subjectAltNames that names of hosts are compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AlternativeNames {
    /// dNSName, as it is.
    pub(super) hosts: Vec<Vec<u8>>,
    /// iPAddress.
    pub(super) addresses: Vec<IpAddr>,
}

impl Certificate {
    /// Reads a certificate; `None` where it makes no sense.
    pub(crate) fn from_der(encoded: &[u8]) -> Option<Self> {
        let mut certificate = Reader::new(encoded);
        let mut to_be_signed = certificate.one(tag::SEQUENCE)?.inside().one(tag::SEQUENCE)?.inside();
        let _version = to_be_signed.maybe(context(0));
        to_be_signed.one(tag::INTEGER)?;
        let _algorithm = to_be_signed.one(tag::SEQUENCE)?;
        let _issuer = to_be_signed.one(tag::SEQUENCE)?;
        let _validity = to_be_signed.one(tag::SEQUENCE)?;
        let name = read_name(to_be_signed.one(tag::SEQUENCE)?)?;
        let _key = to_be_signed.one(tag::SEQUENCE)?;
        let alternative = read_extensions(to_be_signed)?;
        let of_kind = |kind: Subfield| {
            let all = name.iter().flatten();
            all.filter(move |attribute| attribute.kind == kind.identifier())
        };
        let subfields = Subfield::ALL.iter().filter_map(|kind| {
            let first = of_kind(*kind).next()?;
            Some((*kind, first.value.content.to_vec()))
        });
        Some(Self {
            encoded: encoded.to_vec(),
            subject: subject::show(&name),
            subfields: subfields.collect(),
            common_names: of_kind(Subfield::CommonName)
                .filter_map(|attribute| subject::text(&attribute.value))
                .collect(),
            alternative,
        })
    }

    /// The subject in the form of RFC 2253.
    pub(crate) fn subject(&self) -> &str {
        &self.subject
    }

    /// A part of the subject: the bytes of the first one in the order of the encoding, encoded as they are there.
    pub(crate) fn subfield(&self, which: Subfield) -> Option<&[u8]> {
        self.subfields.iter().find(|(kind, _)| *kind == which).map(|(_, value)| value.as_slice())
    }

    /// A digest of the whole certificate in lower-case hexadecimal.
    pub(crate) fn fingerprint(&self, kind: Fingerprint) -> String {
        let der = self.encoded.as_slice();
        match kind {
            Fingerprint::Md5 => hexadecimal(&Md5::digest(der)),
            Fingerprint::Sha1 => hexadecimal(&Sha1::digest(der)),
            Fingerprint::Sha256 => hexadecimal(&Sha256::digest(der)),
            Fingerprint::Sha512 => hexadecimal(&Sha512::digest(der)),
        }
    }

    /// Every commonName in the order of the encoding.
    pub(super) fn common_names(&self) -> &[String] {
        &self.common_names
    }

    pub(super) fn alternative_names(&self) -> &AlternativeNames {
        &self.alternative
    }
}

impl Subfield {
    const ALL: [Self; 6] = [
        Self::Country,
        Self::State,
        Self::Locality,
        Self::Organization,
        Self::OrganizationalUnit,
        Self::CommonName,
    ];

    /// Its object identifier, encoded: 2.5.4 and a number.
    fn identifier(self) -> &'static [u8] {
        match self {
            Self::CommonName => &[0x55, 4, 3],
            Self::Country => &[0x55, 4, 6],
            Self::Locality => &[0x55, 4, 7],
            Self::State => &[0x55, 4, 8],
            Self::Organization => &[0x55, 4, 10],
            Self::OrganizationalUnit => &[0x55, 4, 11],
        }
    }
}

/// The subject of an encoded certificate in the form of RFC 2253.
pub(crate) fn subject(encoded: &[u8]) -> Option<String> {
    Certificate::from_der(encoded).map(|certificate| certificate.subject)
}

/// The tag of a part with a number, which has elements inside.
const fn context(number: u8) -> u8 {
    0xa0 | number
}

fn read_name(sequence: Element<'_>) -> Option<Name<'_>> {
    let mut name = Name::new();
    let mut sets = sequence.inside();
    while !sets.is_empty() {
        let mut set = Vec::new();
        let mut attributes = sets.one(tag::SET)?.inside();
        while !attributes.is_empty() {
            let mut attribute = attributes.one(tag::SEQUENCE)?.inside();
            let kind = attribute.one(tag::OBJECT_IDENTIFIER)?.content;
            set.push(Attribute { kind, value: attribute.any()? });
        }
        if !set.is_empty() {
            name.push(set);
        }
    }
    Some(name)
}

/// Finds the subjectAltNames behind the key of a certificate. Two of them leave in doubt which counts.
fn read_extensions(mut rest: Reader<'_>) -> Option<AlternativeNames> {
    let mut names = None;
    while !rest.is_empty() {
        let part = rest.any()?;
        if part.tag != context(3) {
            continue;
        }
        let mut extensions = part.inside().one(tag::SEQUENCE)?.inside();
        while !extensions.is_empty() {
            let mut extension = extensions.one(tag::SEQUENCE)?.inside();
            let kind = extension.one(tag::OBJECT_IDENTIFIER)?;
            if dotted(kind.content) != "2.5.29.17" {
                continue;
            }
            extension.maybe(tag::BOOLEAN);
            let read = read_alternative_names(extension.one(tag::OCTET_STRING)?)?;
            if names.replace(read).is_some() {
                return None;
            }
        }
    }
    Some(names.unwrap_or_default())
}

fn read_alternative_names(value: Element<'_>) -> Option<AlternativeNames> {
    const DNS_NAME: u8 = 0x82;
    const IP_ADDRESS: u8 = 0x87;
    let mut names = AlternativeNames::default();
    let mut all = value.inside().one(tag::SEQUENCE)?.inside();
    while !all.is_empty() {
        let name = all.any()?;
        match name.tag {
            DNS_NAME => names.hosts.push(name.content.to_vec()),
            IP_ADDRESS => names.addresses.extend(read_address(name.content)),
            _ => {}
        }
    }
    Some(names)
}

fn read_address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(four).into());
    }
    <[u8; 16]>::try_from(bytes).ok().map(|sixteen| Ipv6Addr::from(sixteen).into())
}

fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().fold(String::with_capacity(digest.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
