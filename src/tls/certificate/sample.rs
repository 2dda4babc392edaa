//! Certificates for tests, put together byte by byte, so that their names may be as odd as they like. Their signature
//! is none.

use super::super::der::tag;

/// A dNSName.
pub(in crate::tls) const DNS: u8 = 0x82;
/// An iPAddress.
pub(in crate::tls) const IP: u8 = 0x87;

/// A certificate with these common names in its subject, and these subjectAltNames.
pub(in crate::tls) fn named(common_names: &[&str], alternative: &[(u8, &[u8])]) -> Vec<u8> {
    let subject: Vec<u8> = common_names
        .iter()
        .flat_map(|name| set(&[attribute(&COMMON_NAME, tag::UTF8_STRING, name.as_bytes())]))
        .collect();
    let extensions = if alternative.is_empty() { Vec::new() } else { alternative_names(alternative) };
    certificate(&element(tag::SEQUENCE, &subject), &extensions)
}

/// 2.5.4.3, encoded.
pub(in crate::tls) const COMMON_NAME: [u8; 3] = [0x55, 4, 3];

/// The extension with subjectAltNames.
pub(in crate::tls) fn alternative_names(names: &[(u8, &[u8])]) -> Vec<u8> {
    let names: Vec<u8> = names.iter().flat_map(|(kind, name)| element(*kind, name)).collect();
    let value = element(tag::OCTET_STRING, &element(tag::SEQUENCE, &names));
    let kind = element(tag::OBJECT_IDENTIFIER, &[0x55, 0x1d, 17]);
    element(tag::SEQUENCE, &[kind, value].concat())
}

/// A certificate around an encoded subject and encoded extensions.
pub(in crate::tls) fn certificate(subject: &[u8], extensions: &[u8]) -> Vec<u8> {
    let nothing = element(tag::SEQUENCE, &[]);
    let mut parts = vec![
        element(0xa0, &element(tag::INTEGER, &[2])),
        element(tag::INTEGER, &[1]),
        nothing.clone(),
        nothing.clone(),
        nothing.clone(),
        subject.to_vec(),
        nothing.clone(),
    ];
    if !extensions.is_empty() {
        parts.push(element(0xa3, &element(tag::SEQUENCE, extensions)));
    }
    let signature = element(tag::BIT_STRING, &[0]);
    element(tag::SEQUENCE, &[element(tag::SEQUENCE, &parts.concat()), nothing, signature].concat())
}

/// A set of encoded attributes, in the order given.
pub(in crate::tls) fn set(attributes: &[Vec<u8>]) -> Vec<u8> {
    element(tag::SET, &attributes.concat())
}

/// An attribute of an encoded type.
pub(in crate::tls) fn attribute(kind: &[u8], value_tag: u8, value: &[u8]) -> Vec<u8> {
    let kind = element(tag::OBJECT_IDENTIFIER, kind);
    element(tag::SEQUENCE, &[kind, element(value_tag, value)].concat())
}

/// An element, with a length of two bytes where one does not do.
pub(in crate::tls) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap();
    let [high, low] = length.to_be_bytes();
    match length {
        0..128 => [&[tag, low], content].concat(),
        128..256 => [&[tag, 0x81, low], content].concat(),
        _ => [&[tag, 0x82, high, low], content].concat(),
    }
}
