//! What is read from certificates. The subjects are what `openssl x509 -subject -nameopt RFC2253` prints for the same.

use super::sample::{self, COMMON_NAME, DNS, IP, attribute, element, set};
use super::*;

const ORGANIZATION: [u8; 3] = [0x55, 4, 10];
const UNIT: [u8; 3] = [0x55, 4, 11];
const COUNTRY: [u8; 3] = [0x55, 4, 6];
const EMAIL: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1];
const USER: [u8; 10] = [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1];
const DOMAIN: [u8; 10] = [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25];
const UNKNOWN: [u8; 3] = [0x2a, 3, 4];

fn read(sets: &[Vec<u8>]) -> Option<Certificate> {
    Certificate::from_der(&sample::certificate(&element(tag::SEQUENCE, &sets.concat()), &[]))
}

fn subject(sets: &[Vec<u8>]) -> String {
    read(sets).unwrap().subject().to_owned()
}

fn common_name(value_tag: u8, value: &[u8]) -> String {
    subject(&[set(&[attribute(&COMMON_NAME, value_tag, value)])])
}

fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

fn utf_32(text: &str) -> Vec<u8> {
    text.chars().flat_map(|letter| u32::from(letter).to_be_bytes()).collect()
}

#[test]
fn a_subject_reads_from_the_most_specific_part() {
    let utf8 = |kind: &[u8], value: &str| attribute(kind, tag::UTF8_STRING, value.as_bytes());
    let sets = [
        set(&[attribute(&COUNTRY, tag::PRINTABLE_STRING, b"US")]),
        set(&[utf8(&[0x55, 4, 8], "CA")]),
        set(&[utf8(&[0x55, 4, 7], "SF")]),
        set(&[utf8(&ORGANIZATION, "Acme, Inc.")]),
        set(&[utf8(&UNIT, "Dev"), utf8(&UNIT, "Eng")]),
        set(&[]),
        set(&[utf8(&COMMON_NAME, "client")]),
        set(&[utf8(&COMMON_NAME, "second")]),
        set(&[attribute(&EMAIL, tag::IA5_STRING, b"a@b.c")]),
    ];
    let certificate = read(&sets).unwrap();
    assert_eq!(
        certificate.subject(),
        r"emailAddress=a@b.c,CN=second,CN=client,OU=Eng+OU=Dev,O=Acme\, Inc.,L=SF,ST=CA,C=US"
    );
    for (which, value) in [
        (Subfield::Country, "US"),
        (Subfield::State, "CA"),
        (Subfield::Locality, "SF"),
        (Subfield::Organization, "Acme, Inc."),
        (Subfield::OrganizationalUnit, "Dev"),
        (Subfield::CommonName, "client"),
    ] {
        assert_eq!(certificate.subfield(which), Some(value.as_bytes()));
    }
    assert_eq!(certificate.common_names(), ["client", "second"]);
}

#[test]
fn what_has_a_meaning_in_the_form_is_escaped() {
    for (value, expected) in [
        ("", "CN="),
        (" ", r"CN=\ "),
        ("  two  ", r"CN=\  two \ "),
        ("#x", r"CN=\#x"),
        ("a#b", "CN=a#b"),
        (r#" #a,b+c"d\e<f>g;h=i/j "#, r#"CN=\ #a\,b\+c\"d\\e\<f\>g\;h=i/j\ "#),
        ("a\0b\nc\x7fd\x1f", r"CN=a\00b\0Ac\7Fd\1F"),
        ("\u{85}\u{a0}x", r"CN=\C2\85\C2\A0x"),
        ("Grüße €😀", r"CN=Gr\C3\BC\C3\9Fe \E2\82\AC\F0\9F\98\80"),
    ] {
        assert_eq!(common_name(tag::UTF8_STRING, value.as_bytes()), expected);
    }
}

#[test]
fn every_encoding_of_text_reads_the_same() {
    let expected = r"CN=Gr\C3\BC\C3\9Fe\,";
    for latin in [tag::TELETEX_STRING, tag::PRINTABLE_STRING, tag::IA5_STRING, tag::NUMERIC_STRING] {
        assert_eq!(common_name(latin, b"Gr\xfc\xdfe,"), expected);
    }
    assert_eq!(common_name(tag::BMP_STRING, &utf_16("Grüße,")), expected);
    assert_eq!(common_name(tag::UNIVERSAL_STRING, &utf_32("Grüße,")), expected);
    assert_eq!(common_name(tag::BMP_STRING, &utf_16(" a ")), r"CN=\ a\ ");
}

#[test]
fn what_is_no_text_is_shown_encoded() {
    assert_eq!(common_name(tag::BIT_STRING, b"\x00\x05"), "CN=#03020005");
    assert_eq!(common_name(tag::BIT_STRING, b"\x03\xff"), "CN=#030203F8");
    assert_eq!(common_name(tag::SEQUENCE, &element(tag::UTF8_STRING, b"x")), "CN=#30030C0178");
    assert_eq!(common_name(0x07, b"vid"), "CN=#0703766964");
    // OpenSSL does not take certificates with these at all.
    assert_eq!(common_name(tag::UTF8_STRING, b"a\xff"), "CN=#0C0261FF");
    assert_eq!(common_name(tag::BMP_STRING, b"\0a\0"), "CN=#1E03006100");
    assert_eq!(common_name(tag::BMP_STRING, &utf_16("😀")), "CN=#1E04D83DDE00");
    assert_eq!(common_name(tag::UNIVERSAL_STRING, b"\x00\x11\x00\x00"), "CN=#1C0400110000");
    assert_eq!(common_name(tag::BIT_STRING, b""), "CN=#0300");
}

#[test]
fn types_have_their_short_names_or_numbers() {
    let utf8 = |kind: &[u8], value: &str| attribute(kind, tag::UTF8_STRING, value.as_bytes());
    let sets = [
        set(&[utf8(&USER, "u"), utf8(&DOMAIN, "d")]),
        set(&[utf8(&[0x55, 4, 4], "Sure"), utf8(&UNKNOWN, "x"), utf8(&[0x55, 4, 5], "7")]),
        set(&[utf8(&[0x2b, 6, 1, 4, 1, 0x82, 0x37, 60, 2, 1, 3], "DE")]),
        set(&[utf8(&[0x2a, 0x85, 3, 100, 113, 1], "k")]),
        set(&[utf8(&[0x55, 4, 109], "y"), utf8(&[0x88, 0x37, 1], "z")]),
    ];
    assert_eq!(
        subject(&sets),
        "2.999.1=#0C017A+2.5.4.109=#0C0179,classSignToolKC1=k,jurisdictionC=DE,\
         serialNumber=7+1.2.3.4=#0C0178+SN=Sure,DC=d+UID=u"
    );
}

#[test]
fn numbers_of_types_may_be_huge_and_are_cut_where_openssl_cuts_them() {
    let largest = [&[0x69, 0x83][..], &[0xff; 17], &[0x7f]].concat();
    assert_eq!(dotted(&largest), "2.25.340282366920938463463374607431768211455");
    // 2 ^ 200: 28 groups of seven bits, and four bits more.
    let power = [&[0x2a, 0x90][..], &[0x80; 27], &[0]].concat();
    assert_eq!(dotted(&power), "1.2.1606938044258990275541962092341162602522202993782792835301376");
    let first = [&[0x90][..], &[0x80; 27], &[0]].concat();
    assert_eq!(dotted(&first), "2.1606938044258990275541962092341162602522202993782792835301296");
    let group = [0x84, 0xcc, 0xd8, 0x85, 0x52];
    let long = [&[0x2b, 6, 1, 4, 1, 0xaf, 0xd7, 0xc1, 0x7f][..], &group.repeat(12)].concat();
    let shown = subject(&[set(&[attribute(&long, tag::UTF8_STRING, b"hi")])]);
    assert_eq!(
        shown,
        "1.3.6.1.4.1.99999999.1234567890.1234567890.1234567890.1234567890.1234567890.123=#0C026869"
    );
    let endless = [&[0x2a][..], &[0xff; 5000], &[0x7f]].concat();
    assert_eq!(dotted(&endless), "1.2");
}

#[test]
fn the_value_of_a_subfield_is_what_the_certificate_has() {
    let value = utf_16("Ü");
    let certificate = read(&[set(&[attribute(&ORGANIZATION, tag::BMP_STRING, &value)])]).unwrap();
    assert_eq!(certificate.subfield(Subfield::Organization), Some(b"\0\xdc".as_slice()));
    assert_eq!(certificate.subfield(Subfield::CommonName), None);
    assert_eq!(certificate.subject(), r"O=\C3\9C");
}

#[test]
fn fingerprints_are_those_of_the_whole_certificate() {
    let certificate = Certificate::from_der(include_bytes!("acme.der")).unwrap();
    assert_eq!(certificate.subject(), r"CN=acme,O=Acme\, Inc.,C=DE");
    for (kind, expected) in [
        (Fingerprint::Md5, "f4fabd364921a61b76185b2237f84d80"),
        (Fingerprint::Sha1, "bce6abf2b59263f45f6dfbdf470b1b7ce522055c"),
        (Fingerprint::Sha256, "63b7bbeca85792e2e20ea8dbdedbea40b0464d92f94097437ca3056b109e74a1"),
        (
            Fingerprint::Sha512,
            "1619d74b84b593b404e10f994b7535cdb4bd851863b105d6e6051fab7d50a82a\
             1fc45f54712ef0eecc8451e40f4d6cf6ec5482661ff0f1a149965b5276b70c00",
        ),
    ] {
        assert_eq!(certificate.fingerprint(kind), expected);
    }
    let names = certificate.alternative_names();
    assert_eq!(names.hosts, [b"acme.example".to_vec(), b"*.acme.example".to_vec()]);
    assert_eq!(names.addresses, ["127.0.0.1".parse::<IpAddr>().unwrap(), "::1".parse().unwrap()]);
}

#[test]
fn a_certificate_with_its_names_in_doubt_is_not_read() {
    let names = sample::alternative_names(&[(DNS, b"host"), (IP, &[1, 2, 3])]);
    let empty = element(tag::SEQUENCE, &[]);
    let once = Certificate::from_der(&sample::certificate(&empty, &names)).unwrap();
    assert_eq!(once.alternative_names().hosts, [b"host".to_vec()]);
    assert!(once.alternative_names().addresses.is_empty());
    assert_eq!(once.subject(), "");
    let twice = sample::certificate(&empty, &[names.clone(), names.clone()].concat());
    assert_eq!(Certificate::from_der(&twice), None);
    let cut = names.get(..names.len() - 1).unwrap();
    assert_eq!(Certificate::from_der(&sample::certificate(&empty, cut)), None);
}

#[test]
fn a_certificate_that_is_cut_off_is_not_read() {
    let whole = include_bytes!("acme.der");
    for end in 0..whole.len() {
        assert_eq!(Certificate::from_der(&whole[..end]), None, "{end}");
    }
}
