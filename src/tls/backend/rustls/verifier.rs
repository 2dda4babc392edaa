//! What rustls calls in the middle of a handshake to have a peer judged.
//!
//! One verifier serves all sessions of a context, because rustls continues sessions only under the verifier that has
//! judged the peer. So whom a session looks for, and what was seen meanwhile, goes by a desk that each thread has: a
//! session lays the name on it before it lets rustls work, and takes everything off behind ([`at_desk`]).

use std::cell::RefCell;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, OtherError, SignatureScheme,
};

use super::trust::{Authorities, Distrust};
use crate::tls::backend::Role;
use crate::tls::certificate::Certificate;
use crate::tls::{LogLine, names};

/// Judges peers.
#[derive(Debug)]
pub(super) struct Verifier {
    /// `None` trusts anybody.
    pub(super) authorities: Option<Arc<Authorities>>,
    /// The peer has to be the one that the session looks for.
    pub(super) by_name: bool,
    /// The authorities that a server tells its clients.
    pub(super) announced: Arc<Vec<DistinguishedName>>,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
}

/// What lies on the desk of a thread.
#[derive(Default)]
pub(super) struct Desk {
    /// Whom the session looks for.
    wanted: Option<String>,
    /// The certificate that was judged.
    pub(super) certificate: Option<Vec<u8>>,
    pub(super) log: Vec<LogLine>,
}

thread_local! {
    static DESK: RefCell<Desk> = RefCell::default();
}

/// Lets rustls work for a session that looks for `wanted`.
pub(super) fn at_desk<R>(wanted: Option<&str>, work: impl FnOnce() -> R) -> (R, Desk) {
    DESK.set(Desk { wanted: wanted.map(str::to_owned), ..Desk::default() });
    let result = work();
    (result, DESK.take())
}

impl Verifier {
    fn judge(
        &self,
        shown: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        peer: Role,
        now: UnixTime,
    ) -> Result<(), Error> {
        DESK.with_borrow_mut(|desk| desk.certificate = Some(shown.to_vec()));
        let Some(authorities) = &self.authorities else { return Ok(()) };
        authorities.judge(shown, others, peer, now, self.algorithms.all).map_err(refusal)?;
        if self.by_name && !DESK.with_borrow_mut(|desk| desk.compare(shown)) {
            return Err(CertificateError::NotValidForName.into());
        }
        Ok(())
    }
}

impl Desk {
    fn compare(&mut self, shown: &[u8]) -> bool {
        let Some(certificate) = Certificate::from_der(shown) else { return false };
        let verdict = names::compare(&certificate, self.wanted.as_deref());
        self.log.extend(verdict.log);
        verdict.is_made_out
    }
}

/// The reason in the terms of rustls, which chooses the alert by it.
fn refusal(distrust: Distrust) -> Error {
    let reason = match distrust {
        Distrust::Early | Distrust::Chain(webpki::Error::CertNotValidYet { .. }) => {
            CertificateError::NotValidYet
        }
        Distrust::Late | Distrust::Chain(webpki::Error::CertExpired { .. }) => CertificateError::Expired,
        Distrust::Purpose => CertificateError::InvalidPurpose,
        Distrust::Chain(webpki::Error::UnknownIssuer) => CertificateError::UnknownIssuer,
        Distrust::Chain(webpki::Error::BadDer | webpki::Error::BadDerTime) => CertificateError::BadEncoding,
        Distrust::Chain(webpki::Error::InvalidSignatureForPublicKey) => CertificateError::BadSignature,
        Distrust::Chain(webpki::Error::RequiredEkuNotFoundContext(_)) => CertificateError::InvalidPurpose,
        Distrust::Chain(error) => CertificateError::Other(OtherError(Arc::new(error))),
    };
    reason.into()
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.judge(end_entity, intermediates, Role::Server, now)?;
        Ok(ServerCertVerified::assertion())
    }

    // Signatures count even where nobody is trusted: programs compare fingerprints afterwards.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl ClientCertVerifier for Verifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.announced
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.judge(end_entity, intermediates, Role::Client, now)?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
