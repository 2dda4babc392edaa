//! `proton/ssl.h`: transport security, as a build without TLS answers.
//!
//! Every function exists and says plainly that there is nothing: no domain can be made, no transport encrypted.

use std::ffi::{c_char, c_int, c_uint};
use std::ptr::{null, null_mut};

use super::shell::pn_transport_t;

/// What several sessions have in common: credentials, trust and policy.
///
/// cbindgen:ignore
pub struct pn_ssl_domain_t {
    _never: (),
}

/// The security of one transport.
///
/// cbindgen:ignore
pub struct pn_ssl_t {
    _never: (),
}

/// cbindgen:ignore
pub type pn_ssl_mode_t = c_uint;
/// cbindgen:ignore
pub type pn_ssl_resume_status_t = c_uint;
/// cbindgen:ignore
pub type pn_ssl_verify_mode_t = c_uint;
/// cbindgen:ignore
pub type pn_ssl_cert_subject_subfield = c_uint;
/// cbindgen:ignore
pub type pn_ssl_hash_alg = c_uint;

/// The enumerations as C sees them.
pub mod names {
    /// Which side of a session a domain is for.
    #[repr(C)]
    pub enum pn_ssl_mode_t {
        /// The side that connects.
        PN_SSL_MODE_CLIENT = 1,
        /// The side that accepts.
        PN_SSL_MODE_SERVER,
    }

    /// Whether a session was continued from an earlier one.
    #[repr(C)]
    pub enum pn_ssl_resume_status_t {
        /// Not known.
        PN_SSL_RESUME_UNKNOWN,
        /// A new session.
        PN_SSL_RESUME_NEW,
        /// An earlier session went on.
        PN_SSL_RESUME_REUSED,
    }

    /// How much is asked of the peer.
    #[repr(C)]
    pub enum pn_ssl_verify_mode_t {
        /// Internal use only.
        PN_SSL_VERIFY_NULL,
        /// The peer's certificate has to be valid.
        PN_SSL_VERIFY_PEER,
        /// The peer needs no certificate.
        PN_SSL_ANONYMOUS_PEER,
        /// The peer's certificate has to be valid and made out to the expected name.
        PN_SSL_VERIFY_PEER_NAME,
    }

    /// A part of a certificate's subject.
    #[repr(C)]
    pub enum pn_ssl_cert_subject_subfield {
        /// The country.
        PN_SSL_CERT_SUBJECT_COUNTRY_NAME,
        /// The state or province.
        PN_SSL_CERT_SUBJECT_STATE_OR_PROVINCE,
        /// The city or locality.
        PN_SSL_CERT_SUBJECT_CITY_OR_LOCALITY,
        /// The organization.
        PN_SSL_CERT_SUBJECT_ORGANIZATION_NAME,
        /// The unit of the organization.
        PN_SSL_CERT_SUBJECT_ORGANIZATION_UNIT,
        /// The common name.
        PN_SSL_CERT_SUBJECT_COMMON_NAME,
    }

    /// A hash for fingerprints.
    #[repr(C)]
    pub enum pn_ssl_hash_alg {
        /// SHA-1.
        PN_SSL_SHA1,
        /// SHA-256.
        PN_SSL_SHA256,
        /// SHA-512.
        PN_SSL_SHA512,
        /// MD5.
        PN_SSL_MD5,
    }
}

/// What setting up security answers where there is none.
const UNAVAILABLE: c_int = -1;

/// Tells whether the library can encrypt transports.
///
/// @return true if it was built with TLS
#[unsafe(no_mangle)]
pub extern "C" fn pn_ssl_present() -> bool {
    false
}

/// Makes a domain for one side of sessions.
///
/// @param[in] mode the side
/// @return the domain; NULL in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_domain(mode: pn_ssl_mode_t) -> *mut pn_ssl_domain_t {
    let _ = (mode,);
    null_mut()
}

/// Frees a domain; transports that use it go on.
///
/// @param[in] domain a domain, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_domain_free(domain: *mut pn_ssl_domain_t) {
    let _ = (domain,);
}

/// Sets the certificate that this side shows, and its key.
///
/// @param[in] domain a domain
/// @param[in] credential_1 the file of the certificate
/// @param[in] credential_2 the file of the key
/// @param[in] password the password of the key, NULL for none
/// @return 0, or a negative code; in a build without TLS always that
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_domain_set_credentials(
    domain: *mut pn_ssl_domain_t,
    credential_1: *const c_char,
    credential_2: *const c_char,
    password: *const c_char,
) -> c_int {
    let _ = (domain, credential_1, credential_2, password);
    UNAVAILABLE
}

/// Sets whose certificates this side trusts.
///
/// @param[in] domain a domain
/// @param[in] certificate_db a file or folder of certificates
/// @return 0, or a negative code; in a build without TLS always that
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_domain_set_trusted_ca_db(
    domain: *mut pn_ssl_domain_t,
    certificate_db: *const c_char,
) -> c_int {
    let _ = (domain, certificate_db);
    UNAVAILABLE
}

/// Sets how much is asked of the peer.
///
/// @param[in] domain a domain
/// @param[in] mode how much
/// @param[in] trusted_CAs a file of certificate authorities that a server names to its clients, or NULL
/// @return 0, or a negative code; in a build without TLS always that
#[unsafe(no_mangle)]
#[allow(non_snake_case, reason = "the name of the parameter in the C header")]
pub unsafe extern "C" fn pn_ssl_domain_set_peer_authentication(
    domain: *mut pn_ssl_domain_t,
    mode: pn_ssl_verify_mode_t,
    trusted_CAs: *const c_char,
) -> c_int {
    let _ = (domain, mode, trusted_CAs);
    UNAVAILABLE
}

/// Sets which versions of TLS may be used.
///
/// @param[in] domain a domain
/// @param[in] protocols names such as "TLSv1.2 TLSv1.3"
/// @return 0, or a negative code; in a build without TLS always that
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_domain_set_protocols(
    domain: *mut pn_ssl_domain_t,
    protocols: *const c_char,
) -> c_int {
    let _ = (domain, protocols);
    UNAVAILABLE
}

/// Sets which ciphers may be used.
///
/// @param[in] domain a domain
/// @param[in] ciphers a list of ciphers
/// @return 0, or a negative code; in a build without TLS always that
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_domain_set_ciphers(
    domain: *mut pn_ssl_domain_t,
    ciphers: *const c_char,
) -> c_int {
    let _ = (domain, ciphers);
    UNAVAILABLE
}

/// Lets a server also take clients that do not encrypt.
///
/// @deprecated use pn_transport_require_encryption()
///
/// @param[in] domain a domain
/// @return 0, or a negative code; in a build without TLS always that
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_domain_allow_unsecured_client(domain: *mut pn_ssl_domain_t) -> c_int {
    let _ = (domain,);
    UNAVAILABLE
}

/// Asks for security on a transport.
///
/// @param[in] transport a transport, or NULL
/// @return its security, owned by the transport; NULL in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl(transport: *mut pn_transport_t) -> *mut pn_ssl_t {
    let _ = (transport,);
    null_mut()
}

/// Sets up the security of a transport from a domain.
///
/// @param[in] ssl the security of a transport
/// @param[in] domain the domain, or NULL for defaults
/// @param[in] session_id names the session to continue, or NULL
/// @return 0, or a negative code; in a build without TLS always that
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_init(
    ssl: *mut pn_ssl_t,
    domain: *mut pn_ssl_domain_t,
    session_id: *const c_char,
) -> c_int {
    let _ = (ssl, domain, session_id);
    UNAVAILABLE
}

/// Gives the name of the cipher in use.
///
/// @param[in] ssl the security of a transport
/// @param[in] buffer where to put the name
/// @param[in] size bytes there
/// @return true if there is one; in a build without TLS false
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_get_cipher_name(
    ssl: *mut pn_ssl_t,
    buffer: *mut c_char,
    size: usize,
) -> bool {
    let _ = (ssl, buffer, size);
    false
}

/// Tells how strong the cipher in use is.
///
/// @param[in] ssl the security of a transport
/// @return bits; 0 in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_get_ssf(ssl: *mut pn_ssl_t) -> c_int {
    let _ = (ssl,);
    0
}

/// Gives the name of the protocol in use.
///
/// @param[in] ssl the security of a transport
/// @param[in] buffer where to put the name
/// @param[in] size bytes there
/// @return true if there is one; in a build without TLS false
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_get_protocol_name(
    ssl: *mut pn_ssl_t,
    buffer: *mut c_char,
    size: usize,
) -> bool {
    let _ = (ssl, buffer, size);
    false
}

/// Tells whether an earlier session was continued.
///
/// @param[in] ssl the security of a transport
/// @return PN_SSL_RESUME_UNKNOWN in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_resume_status(ssl: *mut pn_ssl_t) -> pn_ssl_resume_status_t {
    let _ = (ssl,);
    names::pn_ssl_resume_status_t::PN_SSL_RESUME_UNKNOWN as pn_ssl_resume_status_t
}

/// Sets the name that the peer has to have.
///
/// @param[in] ssl the security of a transport
/// @param[in] hostname the name, NULL to unset it
/// @return 0, or a negative code; in a build without TLS always that
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_set_peer_hostname(ssl: *mut pn_ssl_t, hostname: *const c_char) -> c_int {
    let _ = (ssl, hostname);
    UNAVAILABLE
}

/// Gives the name that the peer has to have.
///
/// @param[in] ssl the security of a transport
/// @param[in] hostname where to put the name, NULL to ask for its size
/// @param[in] bufsize bytes there; receives the size of the name
/// @return 0, or a negative code; in a build without TLS always that
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_get_peer_hostname(
    ssl: *mut pn_ssl_t,
    hostname: *mut c_char,
    bufsize: *mut usize,
) -> c_int {
    let _ = (ssl, hostname, bufsize);
    UNAVAILABLE
}

/// Returns the subject of the peer's certificate.
///
/// @param[in] ssl the security of a transport
/// @return the subject; NULL in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_get_remote_subject(ssl: *mut pn_ssl_t) -> *const c_char {
    let _ = (ssl,);
    null()
}

/// Returns a part of the subject of the peer's certificate.
///
/// @param[in] ssl0 the security of a transport
/// @param[in] field the part
/// @return the text; NULL in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_get_remote_subject_subfield(
    ssl0: *mut pn_ssl_t,
    field: pn_ssl_cert_subject_subfield,
) -> *const c_char {
    let _ = (ssl0, field);
    null()
}

/// Gives a fingerprint of the peer's certificate.
///
/// @param[in] ssl0 the security of a transport
/// @param[in] fingerprint where to put it, in hexadecimal
/// @param[in] fingerprint_length bytes there
/// @param[in] hash_alg the hash
/// @return 0, or a negative code; in a build without TLS always that
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_get_cert_fingerprint(
    ssl0: *mut pn_ssl_t,
    fingerprint: *mut c_char,
    fingerprint_length: usize,
    hash_alg: pn_ssl_hash_alg,
) -> c_int {
    let _ = (ssl0, fingerprint, fingerprint_length, hash_alg);
    UNAVAILABLE
}
