//! The errors of rustls as texts, in the words that OpenSSL has for the same where it has any: "certificate verify
//! failed", "alert unknown ca".

use rustls::{AlertDescription, CertificateError, Error, InvalidMessage, PeerIncompatible};

use crate::tls::Fault;

/// What happened.
pub(super) fn of(error: &Error) -> Fault {
    match error {
        Error::InvalidCertificate(reason) => {
            Fault::new(format!("certificate verify failed: {}", distrust(reason)))
        }
        Error::NoCertificatesPresented => Fault::new("peer did not return a certificate"),
        Error::AlertReceived(alert) => Fault::new(format!("alert {}", alert_name(*alert))),
        Error::NoApplicationProtocol => Fault::new("no application protocol"),
        Error::DecryptError => Fault::new("decryption failed or bad record mac"),
        Error::PeerSentOversizedRecord => Fault::new("packet length too long"),
        Error::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
        ) => Fault { text: "wrong version number".into(), details: vec![error.to_string()] },
        Error::PeerIncompatible(reason) => {
            Fault { text: lack(reason).into(), details: vec![error.to_string()] }
        }
        other => Fault::new(other.to_string()),
    }
}

/// A certificate in a file makes no sense.
pub(super) fn unreadable(error: &webpki::Error) -> Fault {
    Fault::new(format!("bad certificate: {error}"))
}

/// The peer's stream was cut off.
pub(super) fn cut_off() -> Fault {
    Fault::new("unexpected eof while reading")
}

fn distrust(reason: &CertificateError) -> String {
    match reason {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "certificate has expired".into()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "certificate is not yet valid".into()
        }
        CertificateError::UnknownIssuer => "unable to get local issuer certificate".into(),
        CertificateError::BadSignature => "certificate signature failure".into(),
        CertificateError::NotValidForName => "hostname mismatch".into(),
        CertificateError::InvalidPurpose => "unsuitable certificate purpose".into(),
        CertificateError::Other(other) => other.to_string(),
        other => other.to_string(),
    }
}

fn lack(reason: &PeerIncompatible) -> &'static str {
    match reason {
        PeerIncompatible::NoCipherSuitesInCommon => "no shared cipher",
        PeerIncompatible::NoKxGroupsInCommon => "no suitable key share",
        PeerIncompatible::NoSignatureSchemesInCommon
        | PeerIncompatible::NoCertificateRequestSignatureSchemesInCommon => "no shared signature algorithms",
        PeerIncompatible::ServerDoesNotSupportTls12Or13
        | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
        | PeerIncompatible::SupportedVersionsExtensionRequired
        | PeerIncompatible::Tls12NotOffered
        | PeerIncompatible::Tls12NotOfferedOrEnabled => "unsupported protocol",
        _ => "the peer lacks what we need",
    }
}

/// `UnknownCA` reads "unknown ca".
fn alert_name(alert: AlertDescription) -> String {
    let name = alert.as_str().map_or_else(|| format!("{alert:?}"), str::to_owned);
    let mut words = String::new();
    let mut last = ' ';
    for letter in name.chars() {
        if letter.is_uppercase() && last.is_lowercase() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
        last = letter;
    }
    words
}

pub(super) const OLD_VERSIONS: &str =
    "unsupported protocol: the library is built with rustls, which has TLS 1.2 and 1.3 alone";
pub(super) const NO_CERTIFICATE: &str = "no certificate: the library is built with rustls, which has no cipher suites \
                                         without certificates, so the server needs one";
