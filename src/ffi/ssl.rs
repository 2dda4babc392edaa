//! `proton/ssl.h`: the TLS layer of a transport, as a build without TLS has it.
//!
//! There is no domain and no layer, so every function answers what is true of none.

use std::ffi::{c_char, c_int, c_uint};
use std::ptr::{null, null_mut};

use super::error::{PN_EOS, PN_ERR};
use super::shell::pn_transport_t;

/// Certificates, keys and rules for many TLS sessions. No build without TLS has any.
pub struct pn_ssl_domain_t {
    _none: (),
}

/// The TLS layer of a transport. No build without TLS has any.
pub struct pn_ssl_t {
    _none: (),
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
    /// The role in a TLS handshake.
    #[repr(C)]
    pub enum pn_ssl_mode_t {
        /// The side that begins.
        PN_SSL_MODE_CLIENT = 1,
        /// The side that answers.
        PN_SSL_MODE_SERVER = 2,
    }

    /// Whether a TLS session continued an earlier one.
    #[repr(C)]
    pub enum pn_ssl_resume_status_t {
        /// Not known, or not yet.
        PN_SSL_RESUME_UNKNOWN = 0,
        /// It is a new session.
        PN_SSL_RESUME_NEW = 1,
        /// It continues an earlier session.
        PN_SSL_RESUME_REUSED = 2,
    }

    /// How much a peer has to prove.
    #[repr(C)]
    pub enum pn_ssl_verify_mode_t {
        /// Nothing said.
        PN_SSL_VERIFY_NULL = 0,
        /// A certificate that is trusted.
        PN_SSL_VERIFY_PEER = 1,
        /// Nothing.
        PN_SSL_ANONYMOUS_PEER = 2,
        /// A certificate that is trusted and has the name of the peer.
        PN_SSL_VERIFY_PEER_NAME = 3,
    }

    /// A part of the name of a certificate's owner.
    #[repr(C)]
    pub enum pn_ssl_cert_subject_subfield {
        /// The country.
        PN_SSL_CERT_SUBJECT_COUNTRY_NAME = 0,
        /// The state or province.
        PN_SSL_CERT_SUBJECT_STATE_OR_PROVINCE = 1,
        /// The city or other place.
        PN_SSL_CERT_SUBJECT_CITY_OR_LOCALITY = 2,
        /// The organization.
        PN_SSL_CERT_SUBJECT_ORGANIZATION_NAME = 3,
        /// The unit of the organization.
        PN_SSL_CERT_SUBJECT_ORGANIZATION_UNIT = 4,
        /// The common name.
        PN_SSL_CERT_SUBJECT_COMMON_NAME = 5,
    }

    /// The hash that a fingerprint is made with.
    #[repr(C)]
    pub enum pn_ssl_hash_alg {
        /// SHA-1.
        PN_SSL_SHA1 = 0,
        /// SHA-256.
        PN_SSL_SHA256 = 1,
        /// SHA-512.
        PN_SSL_SHA512 = 2,
        /// MD5.
        PN_SSL_MD5 = 3,
    }
}

/// What most functions that could not do their work return.
const FAILED: c_int = PN_EOS;

/// Empties a text buffer that has nothing to hold.
///
/// # Safety
/// `buffer` is null or a buffer of `size` bytes.
unsafe fn empty(buffer: *mut c_char, size: usize) {
    if !buffer.is_null() && size > 0 {
        // SAFETY: the caller passes a buffer of at least one byte.
        unsafe { buffer.write(0) };
    }
}

/// Tells whether TLS is available.
///
/// @return false in a build without TLS
#[unsafe(no_mangle)]
pub extern "C" fn pn_ssl_present() -> bool {
    false
}

/// Makes a TLS domain for clients or servers.
///
/// @param[in] mode the role of the transports that will use it
/// @return a new domain, to be freed with pn_ssl_domain_free(); NULL in a build without TLS
#[unsafe(no_mangle)]
pub extern "C" fn pn_ssl_domain(mode: pn_ssl_mode_t) -> *mut pn_ssl_domain_t {
    let _ = mode;
    null_mut()
}

/// Frees a TLS domain. Layers that were initialized from it keep working.
///
/// @param[in] domain a domain, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_domain_free(domain: *mut pn_ssl_domain_t) {
    let _ = domain;
}

/// Sets the certificate that this side shows, and its private key.
///
/// @param[in] domain a domain
/// @param[in] credential_1 the file with the certificate
/// @param[in] credential_2 the file with the private key, NULL if it is in the first
/// @param[in] password what the key is locked with, NULL if it is not
/// @return 0; -1 in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_domain_set_credentials(
    domain: *mut pn_ssl_domain_t,
    credential_1: *const c_char,
    credential_2: *const c_char,
    password: *const c_char,
) -> c_int {
    let _ = (domain, credential_1, credential_2, password);
    FAILED
}

/// Sets which certificate authorities are trusted.
///
/// @param[in] domain a domain
/// @param[in] certificate_db a file or directory with their certificates
/// @return 0; -1 in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_domain_set_trusted_ca_db(
    domain: *mut pn_ssl_domain_t,
    certificate_db: *const c_char,
) -> c_int {
    let _ = (domain, certificate_db);
    FAILED
}

/// Sets how much the peer has to prove.
///
/// @param[in] domain a domain
/// @param[in] mode how much
/// @param[in] trusted_CAs for servers, the file of the authorities that clients are told of
/// @return 0; -1 in a build without TLS
#[unsafe(no_mangle)]
#[allow(non_snake_case, reason = "C name")]
pub unsafe extern "C" fn pn_ssl_domain_set_peer_authentication(
    domain: *mut pn_ssl_domain_t,
    mode: pn_ssl_verify_mode_t,
    trusted_CAs: *const c_char,
) -> c_int {
    let _ = (domain, mode, trusted_CAs);
    FAILED
}

/// Sets which versions of TLS may be used.
///
/// @param[in] domain a domain
/// @param[in] protocols their names, separated by blanks, commas or semicolons
/// @return 0; -1 in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_domain_set_protocols(
    domain: *mut pn_ssl_domain_t,
    protocols: *const c_char,
) -> c_int {
    let _ = (domain, protocols);
    FAILED
}

/// Sets which ciphers may be used.
///
/// @param[in] domain a domain
/// @param[in] ciphers a list in the form that the TLS library knows
/// @return 0; -1 in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_domain_set_ciphers(
    domain: *mut pn_ssl_domain_t,
    ciphers: *const c_char,
) -> c_int {
    let _ = (domain, ciphers);
    FAILED
}

/// Lets a server take clients that do not use TLS.
///
/// @deprecated use pn_transport_require_encryption()
/// @param[in] domain a domain for servers
/// @return 0; -1 in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_domain_allow_unsecured_client(domain: *mut pn_ssl_domain_t) -> c_int {
    let _ = domain;
    FAILED
}

/// Returns the TLS layer of a transport, which the first call adds.
///
/// @param[in] transport a transport
/// @return the layer, owned by the transport and valid as long as it; NULL in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl(transport: *mut pn_transport_t) -> *mut pn_ssl_t {
    let _ = transport;
    null_mut()
}

/// Initializes a TLS layer by the rules of a domain.
///
/// @param[in] ssl a TLS layer
/// @param[in] domain the domain, NULL for rules that suit the role
/// @param[in] session_id on a client, the name to continue an earlier session by, or NULL
/// @return 0; -1 in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_init(
    ssl: *mut pn_ssl_t,
    domain: *mut pn_ssl_domain_t,
    session_id: *const c_char,
) -> c_int {
    let _ = (ssl, domain, session_id);
    FAILED
}

/// Writes the name of the cipher in use to a buffer.
///
/// @param[in] ssl a TLS layer, or NULL
/// @param[out] buffer the buffer
/// @param[in] size its size
/// @return true if there is a cipher; false with an empty text in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_get_cipher_name(
    ssl: *mut pn_ssl_t,
    buffer: *mut c_char,
    size: usize,
) -> bool {
    let _ = ssl;
    // SAFETY: the caller passes null or a buffer of that size.
    unsafe { empty(buffer, size) };
    false
}

/// Returns how many bits the key of the cipher in use has.
///
/// @param[in] ssl a TLS layer, or NULL
/// @return the bits, 0 without a cipher, as in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_get_ssf(ssl: *mut pn_ssl_t) -> c_int {
    let _ = ssl;
    0
}

/// Writes the name of the TLS version in use to a buffer.
///
/// @param[in] ssl a TLS layer, or NULL
/// @param[out] buffer the buffer
/// @param[in] size its size
/// @return true if there is one; false with an empty text in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_get_protocol_name(
    ssl: *mut pn_ssl_t,
    buffer: *mut c_char,
    size: usize,
) -> bool {
    let _ = ssl;
    // SAFETY: the caller passes null or a buffer of that size.
    unsafe { empty(buffer, size) };
    false
}

/// Tells whether the session continued an earlier one.
///
/// @param[in] ssl a TLS layer, or NULL
/// @return the status, PN_SSL_RESUME_UNKNOWN in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_resume_status(ssl: *mut pn_ssl_t) -> pn_ssl_resume_status_t {
    let _ = ssl;
    names::pn_ssl_resume_status_t::PN_SSL_RESUME_UNKNOWN as pn_ssl_resume_status_t
}

/// Sets the host name that the peer's certificate has to have.
///
/// @param[in] ssl a TLS layer
/// @param[in] hostname the name, copied; NULL for none
/// @return 0; -1 in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_set_peer_hostname(ssl: *mut pn_ssl_t, hostname: *const c_char) -> c_int {
    let _ = (ssl, hostname);
    FAILED
}

/// Writes the host name that the peer's certificate has to have to a buffer.
///
/// @param[in] ssl a TLS layer
/// @param[out] hostname the buffer, or NULL to learn the length only
/// @param[in,out] bufsize the size of the buffer, then the length of the name
/// @return 0; -1 if the buffer is too small, and in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_get_peer_hostname(
    ssl: *mut pn_ssl_t,
    hostname: *mut c_char,
    bufsize: *mut usize,
) -> c_int {
    let _ = (ssl, hostname, bufsize);
    FAILED
}

/// Returns the name of the owner of the peer's certificate.
///
/// @param[in] ssl a TLS layer, or NULL
/// @return the name, valid as long as the layer; NULL without a certificate, as in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_get_remote_subject(ssl: *mut pn_ssl_t) -> *const c_char {
    let _ = ssl;
    null()
}

/// Returns one part of the name of the owner of the peer's certificate.
///
/// @param[in] ssl0 a TLS layer, or NULL
/// @param[in] field which part
/// @return the part, valid as long as the layer; NULL if there is none, as in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_get_remote_subject_subfield(
    ssl0: *mut pn_ssl_t,
    field: pn_ssl_cert_subject_subfield,
) -> *const c_char {
    let _ = (ssl0, field);
    null()
}

/// Writes the fingerprint of the peer's certificate to a buffer, in hexadecimal.
///
/// @param[in] ssl0 a TLS layer, or NULL
/// @param[out] fingerprint the buffer
/// @param[in] fingerprint_length its size
/// @param[in] hash_alg the hash to use
/// @return 0; PN_ERR with an empty text without a certificate, as in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_get_cert_fingerprint(
    ssl0: *mut pn_ssl_t,
    fingerprint: *mut c_char,
    fingerprint_length: usize,
    hash_alg: pn_ssl_hash_alg,
) -> c_int {
    let _ = (ssl0, hash_alg);
    // SAFETY: the caller passes null or a buffer of that size.
    unsafe { empty(fingerprint, fingerprint_length) };
    PN_ERR
}
