//! What is asked of a certificate among those a program trusts: when it is valid, whether it may issue others, and what
//! it may be used for (RFC 5280). The verifier of certificates in rustls asks none of this of them.

use rustls::pki_types::UnixTime;

use crate::tls::der::{Element, Reader, tag};

/// What a certificate says about its use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    /// The first and the last second at which it is valid.
    valid: (i64, i64),
    /// It may issue other certificates, by the rules that OpenSSL has for those it trusts.
    pub(super) may_issue: bool,
    pub(super) for_servers: bool,
    pub(super) for_clients: bool,
}

/// Where a moment stands to the validity of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Early,
    Valid,
    Late,
}

impl Facts {
    /// Reads a certificate; `None` where it makes no sense.
    pub(super) fn of(encoded: &[u8]) -> Option<Self> {
        let mut parts = Reader::new(encoded).one(tag::SEQUENCE)?.inside().one(tag::SEQUENCE)?.inside();
        let has_version = parts.maybe(0xa0).is_some();
        parts.one(tag::INTEGER)?;
        let _algorithm = parts.one(tag::SEQUENCE)?;
        let issuer = parts.one(tag::SEQUENCE)?;
        let mut validity = parts.one(tag::SEQUENCE)?.inside();
        let valid = (moment(&validity.any()?)?, moment(&validity.any()?)?);
        let subject = parts.one(tag::SEQUENCE)?;
        let _key = parts.one(tag::SEQUENCE)?;
        let extensions = Extensions::read(parts)?;
        let signs = extensions.signs_certificates;
        let may_issue = match extensions.is_authority {
            Some(is_authority) => is_authority && signs != Some(false),
            None => signs == Some(true) || (!has_version && issuer == subject),
        };
        let (for_servers, for_clients) = extensions.purposes.unwrap_or((true, true));
        Some(Self { valid, may_issue, for_servers, for_clients })
    }

    pub(super) fn standing(&self, now: UnixTime) -> Standing {
        let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        match self.valid {
            (first, _) if now < first => Standing::Early,
            (_, last) if now > last => Standing::Late,
            _ => Standing::Valid,
        }
    }
}

/// What is looked at of the extensions.
#[derive(Default)]
struct Extensions {
    /// basicConstraints.
    is_authority: Option<bool>,
    /// keyUsage.
    signs_certificates: Option<bool>,
    /// extendedKeyUsage: for servers, for clients.
    purposes: Option<(bool, bool)>,
}

impl Extensions {
    fn read(mut rest: Reader<'_>) -> Option<Self> {
        let mut found = Self::default();
        while !rest.is_empty() {
            let part = rest.any()?;
            if part.tag != 0xa3 {
                continue;
            }
            let mut all = part.inside().one(tag::SEQUENCE)?.inside();
            while !all.is_empty() {
                let mut extension = all.one(tag::SEQUENCE)?.inside();
                let kind = extension.one(tag::OBJECT_IDENTIFIER)?.content;
                extension.maybe(tag::BOOLEAN);
                found.take(kind, extension.one(tag::OCTET_STRING)?.inside())?;
            }
        }
        Some(found)
    }

    /// Takes in one extension of those in the arc 2.5.29.
    fn take(&mut self, kind: &[u8], mut value: Reader<'_>) -> Option<()> {
        match kind {
            [0x55, 0x1d, 19] => {
                let mut constraints = value.one(tag::SEQUENCE)?.inside();
                let flag = constraints.maybe(tag::BOOLEAN);
                self.is_authority = Some(flag.is_some_and(|flag| flag.content != [0]));
            }
            [0x55, 0x1d, 15] => {
                const SIGNS_CERTIFICATES: u8 = 0x04;
                let bits = value.one(tag::BIT_STRING)?.content.get(1).copied().unwrap_or_default();
                self.signs_certificates = Some(bits & SIGNS_CERTIFICATES != 0);
            }
            [0x55, 0x1d, 37] => {
                let mut purposes = value.one(tag::SEQUENCE)?.inside();
                let (mut servers, mut clients) = (false, false);
                while !purposes.is_empty() {
                    let purpose = purposes.one(tag::OBJECT_IDENTIFIER)?.content;
                    servers |= [SERVERS, ANY_PURPOSE].contains(&purpose);
                    clients |= [CLIENTS, ANY_PURPOSE].contains(&purpose);
                }
                self.purposes = Some((servers, clients));
            }
            _ => {}
        }
        Some(())
    }
}

/// 1.3.6.1.5.5.7.3.1
const SERVERS: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
/// 1.3.6.1.5.5.7.3.2
const CLIENTS: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 2];
/// 2.5.29.37.0
const ANY_PURPOSE: &[u8] = &[0x55, 0x1d, 37, 0];

/// The seconds since 1970 of a UTCTime or GeneralizedTime.
fn moment(value: &Element<'_>) -> Option<i64> {
    const UTC_TIME: u8 = 0x17;
    const GENERALIZED_TIME: u8 = 0x18;
    let mut numbers = value.content.strip_suffix(b"Z")?.as_chunks::<2>().0.iter().map(|pair| match pair {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(i64::from((tens - b'0') * 10 + (ones - b'0'))),
        _ => None,
    });
    let mut next = || numbers.next().flatten();
    let year = match (value.tag, value.content.len()) {
        (UTC_TIME, 13) => next().map(|year| if year < 50 { 2000 + year } else { 1900 + year })?,
        (GENERALIZED_TIME, 15) => next()? * 100 + next()?,
        _ => return None,
    };
    let (month, day) = (next().filter(|month| (1..=12).contains(month))?, next()?);
    let (hour, minute, second) = (next()?, next()?, next()?);
    Some(((days(year, month) + day - 1) * 24 + hour) * 3600 + minute * 60 + second)
}

/// The days from 1970 to the first of a month; the year is taken to begin in March, so that the odd day comes last.
const fn days(year: i64, month: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * month + 2) / 5
        - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::certificate::sample::element;

    fn read(kind: u8, text: &str) -> Option<i64> {
        moment(&Reader::new(&element(kind, text.as_bytes())).any().unwrap())
    }

    #[test]
    fn moments_are_seconds_since_1970() {
        assert_eq!(read(0x17, "700101000000Z"), Some(0));
        assert_eq!(read(0x17, "000301000000Z"), Some(951_868_800));
        assert_eq!(read(0x17, "491231235959Z"), Some(2_524_607_999));
        assert_eq!(read(0x18, "20500101000000Z"), Some(2_524_608_000));
        assert_eq!(read(0x18, "20240229123456Z"), Some(1_709_210_096));
        assert_eq!(read(0x18, "19500101000000Z"), Some(-631_152_000));
        assert_eq!(read(0x18, "99991231235959Z"), Some(253_402_300_799));
        for wrong in ["", "Z", "7001010000Z", "7013010000000", "701301000000Z", "70010a000000Z"] {
            assert_eq!(read(0x17, wrong), None, "{wrong}");
        }
    }
}
