//! `proton/tls.h`: TLS between buffers of the program's own, for raw connections or any other way to move bytes.
//!
//! The object is a state machine (`tls::raw`) with the name of the peer and what C has been told of it. One thread at a
//! time may use it. `tls_session` has the memory: that of the buffers, and that of the texts that C gets.

use std::ffi::{CStr, c_char, c_int, c_uint};
use std::ptr::{null, null_mut};

use super::error::PN_ARG_ERR;
use super::netaddr::write_text;
use super::raw_connection::{give_out, pn_raw_buffer_t, taken_in};
use super::tls_config::Config;
use super::tls_session::{Peer, run, write_fingerprint};
use crate::tls::raw::{Failure, FailureKind, RawTls, Refusal, Side};

/// Success.
pub const PN_TLS_OK: c_int = 0;
/// The session could not be made.
pub const PN_TLS_INIT_ERR: c_int = -1;
/// The session failed: a rule of TLS was broken, or the peer refused to go on.
pub const PN_TLS_PROTOCOL_ERR: c_int = -2;
/// The session failed because the peer is not who it should be.
pub const PN_TLS_AUTHENTICATION_ERR: c_int = -3;
/// The call does not fit the state of the session.
pub const PN_TLS_STATE_ERR: c_int = -4;

/// What several sessions have in common: credentials, trust and rules.
///
/// cbindgen:ignore
pub struct pn_tls_config_t {
    config: Config,
}

/// A session.
///
/// cbindgen:ignore
pub struct pn_tls_t {
    raw: RawTls,
    peer: Peer,
    config: Config,
}

/// cbindgen:ignore
pub type pn_tls_mode_t = c_uint;
/// cbindgen:ignore
pub type pn_tls_verify_mode_t = c_uint;
/// cbindgen:ignore
pub type pn_tls_cert_subject_subfield = c_uint;
/// cbindgen:ignore
pub type pn_tls_hash_alg = c_uint;

/// The enumerations as C sees them.
pub mod names {
    /// Which side of a session a configuration is for.
    #[repr(C)]
    pub enum pn_tls_mode_t {
        /// The side that begins.
        PN_TLS_MODE_CLIENT = 1,
        /// The side that answers.
        PN_TLS_MODE_SERVER,
    }

    /// How much is asked of the peer.
    #[repr(C)]
    pub enum pn_tls_verify_mode_t {
        /// Not a mode.
        PN_TLS_VERIFY_NULL,
        /// The peer's certificate has to lead to a trusted authority.
        PN_TLS_VERIFY_PEER,
        /// The peer needs no certificate.
        PN_TLS_ANONYMOUS_PEER,
        /// The peer's certificate has to lead to a trusted authority and be made out to the name of the peer.
        PN_TLS_VERIFY_PEER_NAME,
    }

    /// A part of a certificate's subject.
    #[repr(C)]
    pub enum pn_tls_cert_subject_subfield {
        /// The country.
        PN_TLS_CERT_SUBJECT_COUNTRY_NAME,
        /// The state or province.
        PN_TLS_CERT_SUBJECT_STATE_OR_PROVINCE,
        /// The city or locality.
        PN_TLS_CERT_SUBJECT_CITY_OR_LOCALITY,
        /// The organization.
        PN_TLS_CERT_SUBJECT_ORGANIZATION_NAME,
        /// The unit of the organization.
        PN_TLS_CERT_SUBJECT_ORGANIZATION_UNIT,
        /// The common name.
        PN_TLS_CERT_SUBJECT_COMMON_NAME,
    }

    /// A hash for fingerprints.
    #[repr(C)]
    pub enum pn_tls_hash_alg {
        /// SHA-1.
        PN_TLS_SHA1,
        /// SHA-256.
        PN_TLS_SHA256,
        /// SHA-512.
        PN_TLS_SHA512,
        /// MD5.
        PN_TLS_MD5,
    }
}

/// Makes a configuration for one side of sessions.
///
/// A client verifies the certificate and the name of its peer, a server asks for none; both trust the authorities of the
/// system.
///
/// @param[in] mode the side
/// @return the configuration, to be freed with pn_tls_config_free(); NULL for another mode, and in a build without TLS
#[unsafe(no_mangle)]
pub extern "C" fn pn_tls_config(mode: pn_tls_mode_t) -> *mut pn_tls_config_t {
    let config = Config::new(mode);
    config.map_or(null_mut(), |config| Box::into_raw(Box::new(pn_tls_config_t { config })))
}

/// Frees a configuration. Sessions made from it go on.
///
/// @param[in] domain a configuration, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_config_free(domain: *mut pn_tls_config_t) {
    if !domain.is_null() {
        // SAFETY: the caller gives up what `pn_tls_config` made.
        drop(unsafe { Box::from_raw(domain) });
    }
}

/// Sets the certificate that this side shows, and its key.
///
/// @param[in] domain a configuration
/// @param[in] credential_1 a PEM file with the certificate and those that lead from it to its authority
/// @param[in] credential_2 a PEM file with the key; NULL if it is in the other file
/// @param[in] password the password of the key, NULL for none
/// @return 0; -1 for NULL, -3 if there is no such certificate, -4 if there is no such key, it needs another password or
///         belongs to another certificate
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_config_set_credentials(
    domain: *mut pn_tls_config_t,
    credential_1: *const c_char,
    credential_2: *const c_char,
    password: *const c_char,
) -> c_int {
    // SAFETY: the caller passes null or a live configuration.
    let Some(this) = (unsafe { domain.as_mut() }) else { return -1 };
    // SAFETY: the caller passes null or a string.
    let certificate = unsafe { text(credential_1) };
    // SAFETY: as above.
    let key = unsafe { text(credential_2) };
    // SAFETY: as above.
    let password = unsafe { text(password) };
    this.config.set_credentials(certificate, key, password)
}

/// Sets whom this side trusts, in the place of the system's authorities.
///
/// @param[in] domain a configuration
/// @param[in] certificate_db a PEM file of authorities, or a folder of such files named as OpenSSL wants them
/// @return 0, or -1 if there is no such file
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_config_set_trusted_certs(
    domain: *mut pn_tls_config_t,
    certificate_db: *const c_char,
) -> c_int {
    // SAFETY: the caller passes null or a live configuration.
    let Some(this) = (unsafe { domain.as_mut() }) else { return -1 };
    // SAFETY: the caller passes null or a string.
    this.config.set_trusted(unsafe { text(certificate_db) })
}

/// Sets how much is asked of the peer.
///
/// A server that verifies its clients needs credentials of its own first, and a list of authorities to tell them.
///
/// @param[in] domain a configuration
/// @param[in] mode how much
/// @param[in] trusted_CAs a PEM file of the authorities that a server tells its clients; NULL for a client
/// @return 0, or -1 if the mode cannot be had
#[unsafe(no_mangle)]
#[allow(non_snake_case, reason = "the name of the parameter in the C header")]
pub unsafe extern "C" fn pn_tls_config_set_peer_authentication(
    domain: *mut pn_tls_config_t,
    mode: pn_tls_verify_mode_t,
    trusted_CAs: *const c_char,
) -> c_int {
    // SAFETY: the caller passes null or a live configuration.
    let Some(this) = (unsafe { domain.as_mut() }) else { return -1 };
    // SAFETY: the caller passes null or a string.
    this.config.set_peer_authentication(mode, unsafe { text(trusted_CAs) })
}

/// Sets which ciphers may be used, in the words of the TLS library.
///
/// @param[in] domain a configuration
/// @param[in] ciphers a list of ciphers as OpenSSL has them, for versions up to TLS 1.2
/// @return 0, or PN_ARG_ERR if the list means nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_config_set_impl_ciphers(
    domain: *mut pn_tls_config_t,
    ciphers: *const c_char,
) -> c_int {
    // SAFETY: the caller passes null or a live configuration.
    let Some(this) = (unsafe { domain.as_mut() }) else { return PN_ARG_ERR };
    // SAFETY: the caller passes null or a string.
    this.config.set_ciphers(unsafe { text(ciphers) })
}

/// Sets the protocols of the application that sessions made from now on offer or accept (ALPN).
///
/// A client offers them. A server takes its own first one that the client offers too, and refuses the client if there is
/// none; a server without protocols takes no notice of what is offered.
///
/// @param[in] domain a configuration
/// @param[in] protocols names of 1 to 255 bytes, the best first; NULL for none
/// @param[in] protocol_count how many there are
/// @return 0, or PN_ARG_ERR if a name or their number is not acceptable
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_config_set_alpn_protocols(
    domain: *mut pn_tls_config_t,
    protocols: *mut *const c_char,
    protocol_count: usize,
) -> c_int {
    // SAFETY: the caller passes null or a live configuration.
    let Some(this) = (unsafe { domain.as_mut() }) else { return PN_ARG_ERR };
    // SAFETY: the caller passes so many strings.
    let names = unsafe { list(protocols, protocol_count) };
    names.map_or(PN_ARG_ERR, |names| this.config.set_applications(&names))
}

/// Makes a session, which pn_tls_start() then starts.
///
/// @param[in] domain a configuration; it may be freed before the session
/// @return the session, to be freed with pn_tls_free(); NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls(domain: *mut pn_tls_config_t) -> *mut pn_tls_t {
    // SAFETY: the caller passes null or a live configuration.
    let Some(this) = (unsafe { domain.as_ref() }) else { return null_mut() };
    let (raw, peer, config) = (RawTls::default(), Peer::default(), this.config.clone());
    Box::into_raw(Box::new(pn_tls_t { raw, peer, config }))
}

/// Frees a session. Buffers that were not taken back are the application's again.
///
/// @param[in] tls a session, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_free(tls: *mut pn_tls_t) {
    if !tls.is_null() {
        // SAFETY: the caller gives up what `pn_tls` made.
        drop(unsafe { Box::from_raw(tls) });
    }
}

/// Starts a session: from now on it takes buffers. A client has bytes for its peer right away.
///
/// @param[in] tls a session
/// @return 0; PN_ARG_ERR if it was started before, or NULL; PN_TLS_INIT_ERR if it cannot be made of its configuration
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_start(tls: *mut pn_tls_t) -> c_int {
    // SAFETY: the caller passes null or a live session of its thread.
    let Some(this) = (unsafe { tls.as_mut() }) else { return PN_ARG_ERR };
    let (config, peer) = (&this.config, &this.peer);
    match this.raw.start(|| config.open(peer.name().as_deref())) {
        Ok(()) => PN_TLS_OK,
        Err(Refusal::NoSession) => PN_TLS_INIT_ERR,
        Err(Refusal::Twice | Refusal::NotStarted) => PN_ARG_ERR,
    }
}

/// Stops a session as it is. All buffers can be taken back, those not used last and with a size of 0 if they were given
/// for output. No more are taken.
///
/// @param[in] tls a session
/// @return 0; PN_ARG_ERR if it was stopped before, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_stop(tls: *mut pn_tls_t) -> c_int {
    // SAFETY: the caller passes null or a live session of its thread.
    let stopped = unsafe { tls.as_mut() }.map(|this| this.raw.stop());
    if stopped == Some(Ok(())) { PN_TLS_OK } else { PN_ARG_ERR }
}

/// Moves bytes as far as there are buffers: what has come from the peer is decrypted, what is to go to it is encrypted.
/// Goes on with the handshake, and reports what has failed, now or before.
///
/// @param[in] tls a session
/// @return 0; PN_TLS_STATE_ERR if the session is not started or was stopped; otherwise as pn_tls_get_session_error()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_process(tls: *mut pn_tls_t) -> c_int {
    // SAFETY: the caller passes null or a live session of its thread.
    let Some(this) = (unsafe { tls.as_mut() }) else { return PN_TLS_STATE_ERR };
    if this.raw.begin_pass().is_err() {
        return PN_TLS_STATE_ERR;
    }
    // SAFETY: the program lends its buffers until it takes them back, which it does in this thread.
    unsafe { run(&mut this.raw) };
    session_error(&this.raw)
}

/// Ends this side's stream: no more is taken to be encrypted. Behind what was given before, once the handshake is over,
/// the peer is told so. What it sends is still decrypted.
///
/// @param[in] tls a session
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_close_output(tls: *mut pn_tls_t) {
    // SAFETY: the caller passes null or a live session of its thread.
    if let Some(this) = unsafe { tls.as_mut() } {
        this.raw.close_output();
    }
}

/// Tells whether the handshake is complete and nothing has failed.
///
/// @param[in] tls a session
/// @return true if so; false also once the session was stopped
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_is_secure(tls: *mut pn_tls_t) -> bool {
    // SAFETY: the caller passes null or a live session of its thread.
    unsafe { tls.as_ref() }.is_some_and(|this| this.raw.is_secure())
}

/// Tells whether the peer has ended its stream as it should. If its bytes end without that, somebody has cut them off.
///
/// @param[in] tls a session
/// @return true if all that it sent was decrypted, and no more will come
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_is_input_closed(tls: *mut pn_tls_t) -> bool {
    // SAFETY: the caller passes null or a live session of its thread.
    unsafe { tls.as_ref() }.is_some_and(|this| this.raw.is_input_closed())
}

/// Tells whether a session has failed. It stays so. What it has for its peer should still be sent, until there is no
/// more of it; then the way to the peer should be closed.
///
/// @param[in] tls a session
/// @return 0; PN_TLS_AUTHENTICATION_ERR if the peer is not who it should be, PN_TLS_PROTOCOL_ERR if anything else is wrong,
///         PN_TLS_INIT_ERR if the session could not be started
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_get_session_error(tls: *mut pn_tls_t) -> c_int {
    // SAFETY: the caller passes null or a live session of its thread.
    unsafe { tls.as_ref() }.map_or(PN_TLS_OK, |this| session_error(&this.raw))
}

/// Writes why a session has failed.
///
/// @param[in] tls a session
/// @param[out] buf room for the text, cut off where it does not fit; ends in NUL
/// @param[in] buf_len the size of `buf`
/// @return the length of the whole text without NUL; 0 and no text if nothing has failed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_get_session_error_string(
    tls: *mut pn_tls_t,
    buf: *mut c_char,
    buf_len: usize,
) -> usize {
    // SAFETY: the caller passes null or a live session of its thread.
    let text = unsafe { tls.as_ref() }.and_then(|this| this.raw.failure()).map_or("", failure_text);
    // SAFETY: the caller passes a buffer with its size.
    let length = unsafe { write_text(text.as_bytes(), buf, buf_len) };
    usize::try_from(length).unwrap_or_default()
}

/// Sets the name of the peer: whom a client means to talk to, and what the peer's certificate has to be made out to.
///
/// @param[in] tls a session that was not started
/// @param[in] hostname the name or the address in digits, NULL to unset it
/// @return 0, or -1 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_set_peer_hostname(tls: *mut pn_tls_t, hostname: *const c_char) -> c_int {
    // SAFETY: the caller passes null or a live session of its thread.
    let Some(this) = (unsafe { tls.as_mut() }) else { return -1 };
    // SAFETY: the caller passes null or a string.
    this.peer.set_name(unsafe { text(hostname) });
    PN_TLS_OK
}

/// Gives the name of the peer that was set.
///
/// @param[in] tls a session
/// @param[out] hostname room for the name and a NUL; NULL to ask for its length
/// @param[in,out] bufsize the size of `hostname`; receives the length of the name, 0 if there is none
/// @return 0, or -1 for NULL or if the name does not fit
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_get_peer_hostname(
    tls: *mut pn_tls_t,
    hostname: *mut c_char,
    bufsize: *mut usize,
) -> c_int {
    // SAFETY: the caller passes null or a live session of its thread.
    let Some(this) = (unsafe { tls.as_ref() }) else { return -1 };
    // SAFETY: the caller passes null or room for a size.
    let Some(size) = (unsafe { bufsize.as_mut() }) else { return -1 };
    // SAFETY: the caller passes null or room for so many bytes.
    unsafe { this.peer.write_name(hostname, size) }
}

/// Tells how strong the cipher in use is.
///
/// @param[in] tls a session
/// @return the bits of its key; 0 before the handshake
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_get_ssf(tls: *mut pn_tls_t) -> c_int {
    // SAFETY: the caller passes null or a live session of its thread.
    let agreed = unsafe { tls.as_mut() }.and_then(|this| this.raw.agreed());
    agreed.map_or(0, |agreed| c_int::from(agreed.strength))
}

/// Gives the name of the cipher in use.
///
/// @param[in] tls a session
/// @param[out] cipher receives the name, valid as long as the session; NULL if there is none
/// @param[out] size receives its length
/// @return true if there is one
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_get_cipher(
    tls: *mut pn_tls_t,
    cipher: *mut *const c_char,
    size: *mut usize,
) -> bool {
    // SAFETY: the caller passes null or a live session of its thread.
    let agreed = unsafe { tls.as_mut() }.and_then(|this| this.peer.agreed(&mut this.raw));
    let name = agreed.and_then(|agreed| agreed.cipher.as_deref());
    // SAFETY: the caller passes null or room for the results.
    unsafe { hand_out(name, cipher, size) }
}

/// Gives the version of TLS in use, as in "TLSv1.3".
///
/// @param[in] tls a session
/// @param[out] version receives the name, valid as long as the session; NULL if there is none
/// @param[out] size receives its length
/// @return true if there is one
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_get_protocol_version(
    tls: *mut pn_tls_t,
    version: *mut *const c_char,
    size: *mut usize,
) -> bool {
    // SAFETY: the caller passes null or a live session of its thread.
    let agreed = unsafe { tls.as_mut() }.and_then(|this| this.peer.agreed(&mut this.raw));
    let name = agreed.and_then(|agreed| agreed.protocol.as_deref());
    // SAFETY: the caller passes null or room for the results.
    unsafe { hand_out(name, version, size) }
}

/// Gives the application's protocol that was agreed on (ALPN).
///
/// @param[in] tls a session
/// @param[out] protocol_name receives the name, valid as long as the session; NULL if there is none
/// @param[out] size receives its length
/// @return true if there is one
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_get_alpn_protocol(
    tls: *mut pn_tls_t,
    protocol_name: *mut *const c_char,
    size: *mut usize,
) -> bool {
    // SAFETY: the caller passes null or a live session of its thread.
    let agreed = unsafe { tls.as_mut() }.and_then(|this| this.peer.agreed(&mut this.raw));
    let name = agreed.and_then(|agreed| agreed.application.as_deref());
    // SAFETY: the caller passes null or room for the results.
    unsafe { hand_out(name, protocol_name, size) }
}

/// Returns the subject of the peer's certificate, in the form of RFC 2253.
///
/// @param[in] tls a session
/// @return the subject, valid as long as the session; NULL without a certificate
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_get_remote_subject(tls: *mut pn_tls_t) -> *const c_char {
    // SAFETY: the caller passes null or a live session of its thread.
    let subject = unsafe { tls.as_mut() }.and_then(|this| this.peer.subject(&mut this.raw));
    subject.map_or(null(), CStr::as_ptr)
}

/// Returns a part of the subject of the peer's certificate, the first one if there are several.
///
/// @param[in] tls a session
/// @param[in] field the part
/// @return the text, valid as long as the session; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_get_remote_subject_subfield(
    tls: *mut pn_tls_t,
    field: pn_tls_cert_subject_subfield,
) -> *const c_char {
    // SAFETY: the caller passes null or a live session of its thread.
    let text = unsafe { tls.as_mut() }.and_then(|this| this.peer.subfield(&mut this.raw, field));
    text.map_or(null(), CStr::as_ptr)
}

/// Writes a fingerprint of the peer's certificate, in hexadecimal.
///
/// @param[in] tls0 a session
/// @param[out] fingerprint room for it and a NUL: 33 bytes for MD5, 41 for SHA-1, 65 for SHA-256, 129 for SHA-512
/// @param[in] fingerprint_length how many there are
/// @param[in] hash_alg the hash
/// @return 0; PN_ERR without a certificate, with too little room or for another hash
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_get_cert_fingerprint(
    tls0: *mut pn_tls_t,
    fingerprint: *mut c_char,
    fingerprint_length: usize,
    hash_alg: pn_tls_hash_alg,
) -> c_int {
    // SAFETY: the caller passes null or a live session of its thread.
    let certificate = unsafe { tls0.as_mut() }.and_then(|this| this.peer.certificate(&mut this.raw));
    // SAFETY: the caller passes so many bytes.
    unsafe { write_fingerprint(certificate, fingerprint, fingerprint_length, hash_alg) }
}

/// Sets how many buffers with bytes to encrypt a session holds, 4 if nobody says so. Has no effect once it has started.
///
/// @param[in] tls a session
/// @param[in] s how many, 0 for 4
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_set_encrypt_input_buffer_max_capacity(tls: *mut pn_tls_t, s: usize) {
    // SAFETY: the caller passes null or a live session of its thread.
    if let Some(this) = unsafe { tls.as_mut() } {
        this.raw.set_input_limit(Side::Encrypt, s);
    }
}

/// Sets how many buffers with bytes from the peer a session holds, 4 if nobody says so. Has no effect once it has started.
///
/// @param[in] tls a session
/// @param[in] s how many, 0 for 4
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_set_decrypt_input_buffer_max_capacity(tls: *mut pn_tls_t, s: usize) {
    // SAFETY: the caller passes null or a live session of its thread.
    if let Some(this) = unsafe { tls.as_mut() } {
        this.raw.set_input_limit(Side::Decrypt, s);
    }
}

/// Sets how many buffers with room for bytes to the peer a session holds, 4 if nobody says so. Has no effect once it has started.
///
/// @param[in] tls a session
/// @param[in] s how many, 0 for 4
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_set_encrypt_output_buffer_max_capacity(tls: *mut pn_tls_t, s: usize) {
    // SAFETY: the caller passes null or a live session of its thread.
    if let Some(this) = unsafe { tls.as_mut() } {
        this.raw.set_output_limit(Side::Encrypt, s);
    }
}

/// Sets how many buffers with room for decrypted bytes a session holds, 4 if nobody says so. Has no effect once it has started.
///
/// @param[in] tls a session
/// @param[in] s how many, 0 for 4
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_set_decrypt_output_buffer_max_capacity(tls: *mut pn_tls_t, s: usize) {
    // SAFETY: the caller passes null or a live session of its thread.
    if let Some(this) = unsafe { tls.as_mut() } {
        this.raw.set_output_limit(Side::Decrypt, s);
    }
}

/// Tells how many buffers pn_tls_give_encrypt_input_buffers() would take.
///
/// @param[in] tls a session
/// @return how many; 0 before the session starts, once it was stopped or has failed, and behind pn_tls_close_output()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_get_encrypt_input_buffer_capacity(tls: *mut pn_tls_t) -> usize {
    // SAFETY: the caller passes null or a live session of its thread.
    unsafe { tls.as_ref() }.map_or(0, |this| this.raw.input_capacity(Side::Encrypt))
}

/// Tells how many buffers pn_tls_give_decrypt_input_buffers() would take.
///
/// @param[in] tls a session
/// @return how many; 0 before the session starts, once it was stopped or has failed, and once the peer has ended its stream
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_get_decrypt_input_buffer_capacity(tls: *mut pn_tls_t) -> usize {
    // SAFETY: the caller passes null or a live session of its thread.
    unsafe { tls.as_ref() }.map_or(0, |this| this.raw.input_capacity(Side::Decrypt))
}

/// Tells how many buffers pn_tls_give_encrypt_output_buffers() would take.
///
/// @param[in] tls a session
/// @return how many; 0 before the session starts and once it was stopped
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_get_encrypt_output_buffer_capacity(tls: *mut pn_tls_t) -> usize {
    // SAFETY: the caller passes null or a live session of its thread.
    unsafe { tls.as_ref() }.map_or(0, |this| this.raw.output_capacity(Side::Encrypt))
}

/// Tells how many buffers pn_tls_give_decrypt_output_buffers() would take.
///
/// @param[in] tls a session
/// @return how many; 0 before the session starts and once it was stopped
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_get_decrypt_output_buffer_capacity(tls: *mut pn_tls_t) -> usize {
    // SAFETY: the caller passes null or a live session of its thread.
    unsafe { tls.as_ref() }.map_or(0, |this| this.raw.output_capacity(Side::Decrypt))
}

/// Lends buffers with bytes to encrypt: as many as their size, from their offset on. They must not be changed before they
/// have been taken back. They may be given before the handshake is over, and are encrypted when it is.
///
/// @param[in] tls a session
/// @param[in] bufs the buffers, copied
/// @param[in] count how many there are
/// @return how many were taken, from the front: as many as there is capacity for
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_give_encrypt_input_buffers(
    tls: *mut pn_tls_t,
    bufs: *const pn_raw_buffer_t,
    count: usize,
) -> usize {
    // SAFETY: the caller passes so many buffers.
    let given = unsafe { taken_in(bufs, count) };
    // SAFETY: the caller passes null or a live session of its thread.
    unsafe { tls.as_mut() }.map_or(0, |this| this.raw.give_input(Side::Encrypt, given))
}

/// Lends buffers with bytes from the peer, in the order in which they came: as many as their size, from their offset on.
/// They must not be changed before they have been taken back.
///
/// @param[in] tls a session
/// @param[in] bufs the buffers, copied
/// @param[in] count how many there are
/// @return how many were taken, from the front: as many as there is capacity for
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_give_decrypt_input_buffers(
    tls: *mut pn_tls_t,
    bufs: *const pn_raw_buffer_t,
    count: usize,
) -> usize {
    // SAFETY: the caller passes so many buffers.
    let given = unsafe { taken_in(bufs, count) };
    // SAFETY: the caller passes null or a live session of its thread.
    unsafe { tls.as_mut() }.map_or(0, |this| this.raw.give_input(Side::Decrypt, given))
}

/// Lends buffers for bytes to the peer, which go behind their offset. They must not be touched before they have been taken
/// back. One without room can be taken back at once.
///
/// @param[in] tls a session
/// @param[in] bufs the buffers, copied
/// @param[in] count how many there are
/// @return how many were taken, from the front: as many as there is capacity for
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_give_encrypt_output_buffers(
    tls: *mut pn_tls_t,
    bufs: *const pn_raw_buffer_t,
    count: usize,
) -> usize {
    // SAFETY: the caller passes so many buffers.
    let given = unsafe { taken_in(bufs, count) };
    // SAFETY: the caller passes null or a live session of its thread.
    unsafe { tls.as_mut() }.map_or(0, |this| this.raw.give_output(Side::Encrypt, given))
}

/// Lends buffers for decrypted bytes, which go behind their offset. They must not be touched before they have been taken
/// back. One without room can be taken back at once.
///
/// @param[in] tls a session
/// @param[in] bufs the buffers, copied
/// @param[in] count how many there are
/// @return how many were taken, from the front: as many as there is capacity for
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_give_decrypt_output_buffers(
    tls: *mut pn_tls_t,
    bufs: *const pn_raw_buffer_t,
    count: usize,
) -> usize {
    // SAFETY: the caller passes so many buffers.
    let given = unsafe { taken_in(bufs, count) };
    // SAFETY: the caller passes null or a live session of its thread.
    unsafe { tls.as_mut() }.map_or(0, |this| this.raw.give_output(Side::Decrypt, given))
}

/// Takes back buffers all of whose bytes were encrypted, in the order in which they were given and as they were.
///
/// @param[in] tls a session
/// @param[out] bufs room for the buffers
/// @param[in] count how many there is room for
/// @return how many were put there, 0 when there are no more at the moment
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_take_encrypt_input_buffers(
    tls: *mut pn_tls_t,
    bufs: *mut pn_raw_buffer_t,
    count: usize,
) -> usize {
    // SAFETY: the caller passes null or a live session of its thread.
    let Some(this) = (unsafe { tls.as_mut() }) else { return 0 };
    // SAFETY: the caller passes room for so many buffers.
    unsafe { give_out(bufs, count, || this.raw.take_input(Side::Encrypt)) }
}

/// Takes back buffers all of whose bytes were taken in, in the order in which they were given and as they were.
///
/// @param[in] tls a session
/// @param[out] bufs room for the buffers
/// @param[in] count how many there is room for
/// @return how many were put there, 0 when there are no more at the moment
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_take_decrypt_input_buffers(
    tls: *mut pn_tls_t,
    bufs: *mut pn_raw_buffer_t,
    count: usize,
) -> usize {
    // SAFETY: the caller passes null or a live session of its thread.
    let Some(this) = (unsafe { tls.as_mut() }) else { return 0 };
    // SAFETY: the caller passes room for so many buffers.
    unsafe { give_out(bufs, count, || this.raw.take_input(Side::Decrypt)) }
}

/// Takes back buffers with bytes to be sent to the peer, the oldest bytes first. Their size tells how many there are.
///
/// @param[in] tls a session
/// @param[out] bufs room for the buffers
/// @param[in] count how many there is room for
/// @return how many were put there, 0 when there are no more at the moment
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_take_encrypt_output_buffers(
    tls: *mut pn_tls_t,
    bufs: *mut pn_raw_buffer_t,
    count: usize,
) -> usize {
    // SAFETY: the caller passes null or a live session of its thread.
    let Some(this) = (unsafe { tls.as_mut() }) else { return 0 };
    // SAFETY: the caller passes room for so many buffers.
    unsafe { give_out(bufs, count, || this.raw.take_output(Side::Encrypt)) }
}

/// Takes back buffers with decrypted bytes, the oldest first. Their size tells how many there are.
///
/// @param[in] tls a session
/// @param[out] bufs room for the buffers
/// @param[in] count how many there is room for
/// @return how many were put there, 0 when there are no more at the moment
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_take_decrypt_output_buffers(
    tls: *mut pn_tls_t,
    bufs: *mut pn_raw_buffer_t,
    count: usize,
) -> usize {
    // SAFETY: the caller passes null or a live session of its thread.
    let Some(this) = (unsafe { tls.as_mut() }) else { return 0 };
    // SAFETY: the caller passes room for so many buffers.
    unsafe { give_out(bufs, count, || this.raw.take_output(Side::Decrypt)) }
}

/// Tells how many buffers with bytes for the peer pn_tls_take_encrypt_output_buffers() would give.
///
/// @param[in] tls a session
/// @return how many have bytes
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_get_encrypt_output_buffer_count(tls: *mut pn_tls_t) -> usize {
    // SAFETY: the caller passes null or a live session of its thread.
    unsafe { tls.as_ref() }.map_or(0, |this| this.raw.filled(Side::Encrypt))
}

/// Tells how many bytes the newest buffer with bytes for the peer has, which may get more.
///
/// @param[in] tls a session
/// @return how many, 0 if there is no such buffer
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_get_last_encrypt_output_buffer_size(tls: *mut pn_tls_t) -> u32 {
    // SAFETY: the caller passes null or a live session of its thread.
    unsafe { tls.as_ref() }.map_or(0, |this| this.raw.newest_size(Side::Encrypt))
}

/// Tells whether bytes for the peer wait that no buffer given so far has room for, and another one would be taken.
///
/// @param[in] tls a session
/// @return true if so
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_need_encrypt_output_buffers(tls: *mut pn_tls_t) -> bool {
    // SAFETY: the caller passes null or a live session of its thread.
    unsafe { tls.as_ref() }.is_some_and(|this| this.raw.needs_output(Side::Encrypt))
}

/// Tells whether bytes for the peer can be taken, or could be with more buffers.
///
/// @param[in] tls a session
/// @return true if so
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_is_encrypt_output_pending(tls: *mut pn_tls_t) -> bool {
    // SAFETY: the caller passes null or a live session of its thread.
    unsafe { tls.as_ref() }.is_some_and(|this| this.raw.is_pending(Side::Encrypt))
}

/// Tells how many buffers with decrypted bytes pn_tls_take_decrypt_output_buffers() would give.
///
/// @param[in] tls a session
/// @return how many have bytes
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_get_decrypt_output_buffer_count(tls: *mut pn_tls_t) -> usize {
    // SAFETY: the caller passes null or a live session of its thread.
    unsafe { tls.as_ref() }.map_or(0, |this| this.raw.filled(Side::Decrypt))
}

/// Tells how many bytes the newest buffer with decrypted bytes has, which may get more.
///
/// @param[in] tls a session
/// @return how many, 0 if there is no such buffer
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_get_last_decrypt_output_buffer_size(tls: *mut pn_tls_t) -> u32 {
    // SAFETY: the caller passes null or a live session of its thread.
    unsafe { tls.as_ref() }.map_or(0, |this| this.raw.newest_size(Side::Decrypt))
}

/// Tells whether decrypted bytes wait that no buffer given so far has room for, and another one would be taken.
///
/// @param[in] tls a session
/// @return true if so
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_need_decrypt_output_buffers(tls: *mut pn_tls_t) -> bool {
    // SAFETY: the caller passes null or a live session of its thread.
    unsafe { tls.as_ref() }.is_some_and(|this| this.raw.needs_output(Side::Decrypt))
}

/// Tells whether decrypted bytes can be taken, or could be with more buffers.
///
/// @param[in] tls a session
/// @return true if so
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tls_is_decrypt_output_pending(tls: *mut pn_tls_t) -> bool {
    // SAFETY: the caller passes null or a live session of its thread.
    unsafe { tls.as_ref() }.is_some_and(|this| this.raw.is_pending(Side::Decrypt))
}

fn session_error(raw: &RawTls) -> c_int {
    raw.failure().map_or(PN_TLS_OK, |failure| match failure.kind {
        FailureKind::Start => PN_TLS_INIT_ERR,
        FailureKind::Authentication => PN_TLS_AUTHENTICATION_ERR,
        FailureKind::Protocol => PN_TLS_PROTOCOL_ERR,
    })
}

/// What is said where the TLS library has no words.
fn failure_text(failure: &Failure) -> &str {
    match failure.fault.text.as_str() {
        "" | "Unknown error" => "external error: bad TLS stream data",
        text => text,
    }
}

/// A string that C passes.
///
/// # Safety
/// `text` is null, or a string that stays as long as what is returned is used.
unsafe fn text<'a>(text: *const c_char) -> Option<&'a CStr> {
    // SAFETY: passed on from the caller.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) })
}

/// A list of strings that C passes. No list has no length, and a list has at least one string.
///
/// # Safety
/// `strings` is null, or so many pointers that are null or strings.
unsafe fn list<'a>(strings: *mut *const c_char, count: usize) -> Option<Vec<&'a CStr>> {
    if strings.is_null() || count == 0 {
        return (strings.is_null() && count == 0).then(Vec::new);
    }
    let strings = (0..count).map(|position| {
        // SAFETY: the caller promises so many.
        let place = unsafe { strings.add(position) };
        // SAFETY: as above.
        let string = unsafe { place.read() };
        // SAFETY: as above.
        unsafe { text(string) }
    });
    strings.collect()
}

/// Gives C a text with its length.
///
/// # Safety
/// `place` and `size` are each null, or room for a result.
unsafe fn hand_out(text: Option<&CStr>, place: *mut *const c_char, size: *mut usize) -> bool {
    if !place.is_null() {
        // SAFETY: the caller promises room.
        unsafe { place.write(text.map_or(null(), CStr::as_ptr)) };
    }
    if !size.is_null() {
        // SAFETY: as above.
        unsafe { size.write(text.map_or(0, CStr::count_bytes)) };
    }
    text.is_some()
}
