//! Whom a program trusts, and whether a certificate leads there: the rules of OpenSSL with partial chains.
//!
//! Any trusted certificate that may issue others is the end of a chain, an intermediate one as well, while it is valid.
//! A peer may also show a certificate that is itself among the trusted ones. The chain is built and its signatures are
//! checked by `webpki`.

use std::fmt;

use rustls::pki_types::{CertificateDer, SignatureVerificationAlgorithm, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage, VerifiedPath};

use super::facts::{Facts, Standing};
use crate::tls::backend::Role;

/// The certificates that a program trusts.
pub(crate) struct Authorities {
    all: Vec<(CertificateDer<'static>, Facts)>,
    /// Those that may issue others, and what is known of each.
    anchors: Vec<TrustAnchor<'static>>,
    of_anchors: Vec<Facts>,
}

/// Why a certificate is not trusted.
#[derive(Debug)]
pub(super) enum Distrust {
    /// It is among the trusted ones, but not good now or for this.
    Early,
    Late,
    Purpose,
    /// No chain leads to an authority.
    Chain(webpki::Error),
}

impl Authorities {
    /// Takes over certificates; what cannot be read is left out.
    pub(super) fn new(certificates: Vec<CertificateDer<'static>>) -> Self {
        let mut found = Self { all: Vec::new(), anchors: Vec::new(), of_anchors: Vec::new() };
        for certificate in certificates {
            let Some(facts) = Facts::of(&certificate) else { continue };
            if let (true, Ok(anchor)) = (facts.may_issue, webpki::anchor_from_trusted_cert(&certificate)) {
                found.anchors.push(anchor.to_owned());
                found.of_anchors.push(facts);
            }
            found.all.push((certificate, facts));
        }
        found
    }

    /// Whether we trust the peer, which has this role.
    pub(super) fn judge(
        &self,
        shown: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        peer: Role,
        now: UnixTime,
        algorithms: &[&dyn SignatureVerificationAlgorithm],
    ) -> Result<(), Distrust> {
        if let Some((_, facts)) = self.all.iter().find(|(known, _)| known == shown) {
            return judge_known(facts, peer, now);
        }
        let parsed = EndEntityCert::try_from(shown).map_err(Distrust::Chain)?;
        let usage = match peer {
            Role::Server => KeyUsage::server_auth(),
            Role::Client => KeyUsage::client_auth(),
        };
        let is_good = |path: &VerifiedPath<'_>| self.judge_anchor(path.anchor(), now);
        parsed
            .verify_for_usage(algorithms, &self.anchors, others, now, usage, None, Some(&is_good))
            .map(drop)
            .map_err(Distrust::Chain)
    }

    /// A chain that ends at an authority whose time is over, or has not come, is none.
    fn judge_anchor(&self, anchor: &TrustAnchor<'_>, now: UnixTime) -> Result<(), webpki::Error> {
        let mut known = self.anchors.iter().zip(&self.of_anchors);
        let standing = known.find(|(known, _)| *known == anchor).map(|(_, facts)| facts.standing(now));
        match standing {
            Some(Standing::Valid) => Ok(()),
            Some(Standing::Late) => Err(webpki::Error::CertExpired { time: now, not_after: now }),
            Some(Standing::Early) => Err(webpki::Error::CertNotValidYet { time: now, not_before: now }),
            None => Err(webpki::Error::UnknownIssuer),
        }
    }
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} certificates", self.all.len())
    }
}

fn judge_known(facts: &Facts, peer: Role, now: UnixTime) -> Result<(), Distrust> {
    let is_meant = match peer {
        Role::Server => facts.for_servers,
        Role::Client => facts.for_clients,
    };
    match facts.standing(now) {
        Standing::Early => Err(Distrust::Early),
        Standing::Late => Err(Distrust::Late),
        Standing::Valid if !is_meant => Err(Distrust::Purpose),
        Standing::Valid => Ok(()),
    }
}
