//! How the subject of a certificate reads in the form of RFC 2253, letter for letter as OpenSSL prints it.
//!
//! The most specific part comes first, so everything stands in the reverse order of the encoding. Types have the short
//! names that OpenSSL has for them; one without a name is shown as its numbers, and its value in hexadecimal, as is a
//! value that is no text. Bytes outside ASCII are escaped as UTF-8 would have them, whatever the value was encoded in.

use std::fmt::Write;

use super::super::der::{Element, tag};

/// A value and its type, which is still encoded.
pub(super) struct Attribute<'a> {
    pub(super) kind: &'a [u8],
    pub(super) value: Element<'a>,
}

/// The sets of attributes in the order of the encoding; none of them is empty.
pub(super) type Name<'a> = Vec<Vec<Attribute<'a>>>;

/// The whole name.
pub(super) fn show(name: &Name<'_>) -> String {
    let mut out = String::new();
    for (at, set) in name.iter().rev().enumerate() {
        for (within, attribute) in set.iter().rev().enumerate() {
            match (at, within) {
                (0, 0) => {}
                (_, 0) => out.push(','),
                _ => out.push('+'),
            }
            show_attribute(&mut out, attribute);
        }
    }
    out
}

fn show_attribute(out: &mut String, attribute: &Attribute<'_>) {
    let numbers = dotted(attribute.kind);
    let known = short_name(&numbers);
    out.push_str(known.unwrap_or_else(|| numbers.get(..LONGEST_NUMBERS).unwrap_or(&numbers)));
    out.push('=');
    match known.and_then(|_| text(&attribute.value)) {
        Some(text) => escape(out, &text),
        None => show_encoded(out, &attribute.value),
    }
}

/// How much OpenSSL shows of a type without a name.
const LONGEST_NUMBERS: usize = 79;

/// What a value says, if it is of a type that texts have.
pub(super) fn text(value: &Element<'_>) -> Option<String> {
    let content = value.content;
    match value.tag {
        tag::UTF8_STRING => std::str::from_utf8(content).ok().map(str::to_owned),
        // Outside ASCII these are not what they should be; OpenSSL takes them for Latin-1.
        tag::PRINTABLE_STRING | tag::IA5_STRING | tag::NUMERIC_STRING | tag::TELETEX_STRING => {
            Some(content.iter().copied().map(char::from).collect())
        }
        tag::BMP_STRING => {
            let (units, rest) = content.as_chunks::<2>();
            let letters = units.iter().map(|unit| char::from_u32(u16::from_be_bytes(*unit).into()));
            letters.collect::<Option<String>>().filter(|_| rest.is_empty())
        }
        tag::UNIVERSAL_STRING => {
            let (units, rest) = content.as_chunks::<4>();
            let letters = units.iter().map(|unit| char::from_u32(u32::from_be_bytes(*unit)));
            letters.collect::<Option<String>>().filter(|_| rest.is_empty())
        }
        _ => None,
    }
}

fn escape(out: &mut String, text: &str) {
    let last = text.len().saturating_sub(1);
    for (at, letter) in text.char_indices() {
        match letter {
            ',' | '+' | '"' | '\\' | '<' | '>' | ';' => out.extend(['\\', letter]),
            '#' if at == 0 => out.push_str("\\#"),
            ' ' if at == 0 || at == last => out.push_str("\\ "),
            ' '..='~' => out.push(letter),
            _ => {
                for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(out, "\\{byte:02X}");
                }
            }
        }
    }
}

fn show_encoded(out: &mut String, value: &Element<'_>) {
    out.push('#');
    let unused = match (value.tag, value.content) {
        (tag::BIT_STRING, [unused @ 1..8, _, ..]) => *unused,
        _ => 0,
    };
    let last = value.whole.len().saturating_sub(1);
    for (at, &byte) in value.whole.iter().enumerate() {
        // Bits that do not count may be set in what was sent, and OpenSSL does not keep them.
        let kept = if at == last { byte & (0xff << unused) } else { byte };
        let _ = write!(out, "{kept:02X}");
    }
}

/// The numbers of an object identifier with dots between them. Ends early where there is more than anybody is shown.
pub(super) fn dotted(identifier: &[u8]) -> String {
    let mut out = String::new();
    for arc in identifier.split_inclusive(|byte| byte & 0x80 == 0) {
        if out.len() > LONGEST_NUMBERS || arc.len() > LONGEST_ARC {
            break;
        }
        let small = arc
            .iter()
            .try_fold(0u64, |value, byte| value.checked_mul(128).map(|value| value | u64::from(byte & 0x7f)));
        let _ = match (small, out.is_empty()) {
            (Some(value @ 0..80), true) => write!(out, "{}.{}", value / 40, value % 40),
            (Some(value), true) => write!(out, "2.{}", value - 80),
            (Some(value), false) => write!(out, ".{value}"),
            (None, true) => write!(out, "2.{}", decimal(arc, 80)),
            (None, false) => write!(out, ".{}", decimal(arc, 0)),
        };
    }
    out
}

/// The bytes of the longest number that is shown: beyond, an identifier ends there.
const LONGEST_ARC: usize = 1024;

/// A number of any size, written with seven bits a byte, less what the first number of an identifier has too much.
fn decimal(arc: &[u8], less: u32) -> String {
    const NINE_DIGITS: u64 = 1_000_000_000;
    let mut limbs: Vec<u64> = vec![0];
    for byte in arc {
        let mut carry = u64::from(byte & 0x7f);
        for limb in &mut limbs {
            let value = *limb * 128 + carry;
            (*limb, carry) = (value % NINE_DIGITS, value / NINE_DIGITS);
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let mut borrow = u64::from(less);
    for limb in &mut limbs {
        let short = *limb < borrow;
        *limb = *limb + if short { NINE_DIGITS } else { 0 } - borrow;
        borrow = short.into();
    }
    let mut out = String::new();
    for limb in limbs.iter().rev().skip_while(|limb| **limb == 0) {
        let _ = if out.is_empty() { write!(out, "{limb}") } else { write!(out, "{limb:09}") };
    }
    out
}

/// OpenSSL's short name of a type that names are made of.
fn short_name(numbers: &str) -> Option<&'static str> {
    FAMILIES.iter().find_map(|(family, members)| {
        let number = numbers.strip_prefix(family)?.strip_prefix('.')?;
        members.iter().find(|(own, _)| *own == number).map(|(_, name)| *name)
    })
}

/// Names, by what stands behind the numbers of their family.
type Family = (&'static str, &'static [(&'static str, &'static str)]);

const FAMILIES: [Family; 6] = [
    ("2.5.4", &DIRECTORY),
    ("0.9.2342.19200300.100.1", &PILOT),
    ("1.2.840.113549.1.9", &PKCS_9),
    ("1.3.6.1.4.1.311.60.2.1", &[("1", "jurisdictionL"), ("2", "jurisdictionST"), ("3", "jurisdictionC")]),
    ("1.2.643.100", &RUSSIAN),
    ("1.2.643.3.131.1", &[("1", "INN")]),
];

/// X.520.
const DIRECTORY: [(&str, &str); 58] = [
    ("3", "CN"),
    ("4", "SN"),
    ("5", "serialNumber"),
    ("6", "C"),
    ("7", "L"),
    ("8", "ST"),
    ("9", "street"),
    ("10", "O"),
    ("11", "OU"),
    ("12", "title"),
    ("13", "description"),
    ("14", "searchGuide"),
    ("15", "businessCategory"),
    ("16", "postalAddress"),
    ("17", "postalCode"),
    ("18", "postOfficeBox"),
    ("19", "physicalDeliveryOfficeName"),
    ("20", "telephoneNumber"),
    ("21", "telexNumber"),
    ("22", "teletexTerminalIdentifier"),
    ("23", "facsimileTelephoneNumber"),
    ("24", "x121Address"),
    ("25", "internationaliSDNNumber"),
    ("26", "registeredAddress"),
    ("27", "destinationIndicator"),
    ("28", "preferredDeliveryMethod"),
    ("29", "presentationAddress"),
    ("30", "supportedApplicationContext"),
    ("31", "member"),
    ("32", "owner"),
    ("33", "roleOccupant"),
    ("34", "seeAlso"),
    ("35", "userPassword"),
    ("36", "userCertificate"),
    ("37", "cACertificate"),
    ("38", "authorityRevocationList"),
    ("39", "certificateRevocationList"),
    ("40", "crossCertificatePair"),
    ("41", "name"),
    ("42", "GN"),
    ("43", "initials"),
    ("44", "generationQualifier"),
    ("45", "x500UniqueIdentifier"),
    ("46", "dnQualifier"),
    ("47", "enhancedSearchGuide"),
    ("48", "protocolInformation"),
    ("49", "distinguishedName"),
    ("50", "uniqueMember"),
    ("51", "houseIdentifier"),
    ("52", "supportedAlgorithms"),
    ("53", "deltaRevocationList"),
    ("54", "dmdName"),
    ("65", "pseudonym"),
    ("72", "role"),
    ("97", "organizationIdentifier"),
    ("98", "c3"),
    ("99", "n3"),
    ("100", "dnsName"),
];

/// RFC 4524, and what was there before it.
const PILOT: [(&str, &str); 47] = [
    ("1", "UID"),
    ("2", "textEncodedORAddress"),
    ("3", "mail"),
    ("4", "info"),
    ("5", "favouriteDrink"),
    ("6", "roomNumber"),
    ("7", "photo"),
    ("8", "userClass"),
    ("9", "host"),
    ("10", "manager"),
    ("11", "documentIdentifier"),
    ("12", "documentTitle"),
    ("13", "documentVersion"),
    ("14", "documentAuthor"),
    ("15", "documentLocation"),
    ("20", "homeTelephoneNumber"),
    ("21", "secretary"),
    ("22", "otherMailbox"),
    ("23", "lastModifiedTime"),
    ("24", "lastModifiedBy"),
    ("25", "DC"),
    ("26", "aRecord"),
    ("27", "pilotAttributeType27"),
    ("28", "mXRecord"),
    ("29", "nSRecord"),
    ("30", "sOARecord"),
    ("31", "cNAMERecord"),
    ("37", "associatedDomain"),
    ("38", "associatedName"),
    ("39", "homePostalAddress"),
    ("40", "personalTitle"),
    ("41", "mobileTelephoneNumber"),
    ("42", "pagerTelephoneNumber"),
    ("43", "friendlyCountryName"),
    ("44", "uid"),
    ("45", "organizationalStatus"),
    ("46", "janetMailbox"),
    ("47", "mailPreferenceOption"),
    ("48", "buildingName"),
    ("49", "dSAQuality"),
    ("50", "singleLevelQuality"),
    ("51", "subtreeMinimumQuality"),
    ("52", "subtreeMaximumQuality"),
    ("53", "personalSignature"),
    ("54", "dITRedirect"),
    ("55", "audio"),
    ("56", "documentPublisher"),
];

/// RFC 2985.
const PKCS_9: [(&str, &str); 14] = [
    ("1", "emailAddress"),
    ("2", "unstructuredName"),
    ("3", "contentType"),
    ("4", "messageDigest"),
    ("5", "signingTime"),
    ("6", "countersignature"),
    ("7", "challengePassword"),
    ("8", "unstructuredAddress"),
    ("9", "extendedCertificateAttributes"),
    ("14", "extReq"),
    ("15", "SMIME-CAPS"),
    ("16", "SMIME"),
    ("20", "friendlyName"),
    ("21", "localKeyID"),
];

/// Of the Russian profile.
const RUSSIAN: [(&str, &str); 12] = [
    ("1", "OGRN"),
    ("3", "SNILS"),
    ("5", "OGRNIP"),
    ("111", "subjectSignTool"),
    ("112", "issuerSignTool"),
    ("113", "classSignTool"),
    ("113.1", "classSignToolKC1"),
    ("113.2", "classSignToolKC2"),
    ("113.3", "classSignToolKC3"),
    ("113.4", "classSignToolKB1"),
    ("113.5", "classSignToolKB2"),
    ("113.6", "classSignToolKA1"),
];
