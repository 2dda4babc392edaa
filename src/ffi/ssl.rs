//! `proton/ssl.h`: transport security.
//!
//! A `pn_ssl_domain_t` is a handle of a domain of `tls`, which any thread may use. A `pn_ssl_t` is a facet of its
//! transport: the same address under another type. In a build without TLS every function exists and says plainly that
//! there is nothing: no domain can be made, no transport encrypted.

use std::ffi::{c_char, c_int, c_uint};
use std::ptr::{null, null_mut};

use super::boundary::{on_transport, on_wire};
use super::data_object::text;
use super::error::{PN_ARG_ERR, PN_ERR};
use super::logger::names::{pn_log_level_t as Level, pn_log_subsystem_t as Subsystem};
use super::logger::{log, wants};
use super::shell::pn_transport_t;
use crate::engine::{Password, Text};
use crate::tls::backend::{Role, Verify};
use crate::tls::certificate::{Fingerprint, Subfield};
use crate::tls::domain::{Domain, ERROR, Refusal, implicit};
use crate::tls::{Agreed, Chosen, PRESENT};
use crate::transport::{Cover, Transport};

/// What several sessions have in common: credentials, trust and policy.
///
/// cbindgen:ignore
pub struct pn_ssl_domain_t {
    domain: Domain<Chosen>,
}

/// The security of one transport.
///
/// cbindgen:ignore
pub struct pn_ssl_t {
    _facet: (),
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

/// Tells whether the library can encrypt transports.
///
/// @return true if it was built with TLS; without it no domain can be made, and no transport has security
#[unsafe(no_mangle)]
pub extern "C" fn pn_ssl_present() -> bool {
    PRESENT
}

/// Makes a domain for one side of sessions.
///
/// Until something else is set, sessions trust the authorities that the system trusts. A client's verify the peer's
/// certificate and that it is made out to the peer's name; a server's show no certificate and ask for none. Any thread
/// may use a domain.
///
/// @param[in] mode the side
/// @return the domain, for pn_ssl_domain_free(); NULL for a side that does not exist, and in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_domain(mode: pn_ssl_mode_t) -> *mut pn_ssl_domain_t {
    let role = match mode {
        CLIENT => Role::Client,
        SERVER => Role::Server,
        _ => {
            report(&[format!("Invalid value for pn_ssl_mode_t: {}", mode.cast_signed())]);
            return null_mut();
        }
    };
    if !PRESENT {
        return null_mut();
    }
    Box::into_raw(Box::new(pn_ssl_domain_t { domain: Domain::new(role) }))
}

/// Frees a domain; transports that use it go on.
///
/// @param[in] domain a domain, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_domain_free(domain: *mut pn_ssl_domain_t) {
    if !domain.is_null() {
        // SAFETY: the caller passes a domain that `pn_ssl_domain` made and nobody has freed.
        drop(unsafe { Box::from_raw(domain) });
    }
}

/// Sets the certificate that this side shows, and its key. Sessions begun before keep what they have, as with every
/// change of a domain.
///
/// The files are in PEM form; the certificate's may have more certificates behind the first, up to an authority that
/// peers trust. Where the library was built with OpenSSL 3, each of the two may also be a URI that begins with
/// "pkcs11:", and the password is then the PIN. The password is not kept.
///
/// @param[in] domain a domain
/// @param[in] credential_1 the file of the certificate
/// @param[in] credential_2 the file of the key, NULL if it is in the file of the certificate
/// @param[in] password the password of the key, NULL for none
/// @return 0; -3 if the certificate cannot be used, -4 if the key cannot, needs another password or belongs to
///         another certificate, -5 if it is of another kind than the certificate's; -1 for a NULL domain. The log says why
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_domain_set_credentials(
    domain: *mut pn_ssl_domain_t,
    credential_1: *const c_char,
    credential_2: *const c_char,
    password: *const c_char,
) -> c_int {
    // SAFETY: the caller passes null or a string.
    let certificate = unsafe { string(credential_1) };
    // SAFETY: as above.
    let key = unsafe { string(credential_2) };
    // SAFETY: as above.
    let password = unsafe { text(password) }.map(Password::new);
    // SAFETY: the caller passes null or a live domain.
    unsafe {
        on_domain(domain, ERROR, |domain| {
            domain.set_credentials(certificate.as_deref(), key.as_deref(), password.as_ref())
        })
    }
}

/// Sets whose certificates this side trusts. They replace those that were trusted before, the system's included.
///
/// @param[in] domain a domain
/// @param[in] certificate_db a file of certificates in PEM form, or a folder of such files, named by the hashes of
///            their subjects as OpenSSL's `rehash` does
/// @return 0; -1 if nothing can be read there, which changes nothing, or for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_domain_set_trusted_ca_db(
    domain: *mut pn_ssl_domain_t,
    certificate_db: *const c_char,
) -> c_int {
    // SAFETY: the caller passes null or a string.
    let path = unsafe { string(certificate_db) };
    // SAFETY: the caller passes null or a live domain.
    unsafe { on_domain(domain, ERROR, |domain| domain.set_trusted(path.as_deref())) }
}

/// Sets how much is asked of the peer.
///
/// A server that verifies needs a certificate of its own, set before, and asks every client for one. The file
/// `trusted_CAs` tells clients which authorities it would take; whom it does take is what
/// pn_ssl_domain_set_trusted_ca_db() says.
///
/// @param[in] domain a domain
/// @param[in] mode how much. PN_SSL_ANONYMOUS_PEER, which asks for nothing, also allows ciphers without certificates
///            until credentials are set
/// @param[in] trusted_CAs a file of certificate authorities that a server names to its clients; clients ignore it
/// @return 0, or -1
#[unsafe(no_mangle)]
#[allow(non_snake_case, reason = "the name of the parameter in the C header")]
pub unsafe extern "C" fn pn_ssl_domain_set_peer_authentication(
    domain: *mut pn_ssl_domain_t,
    mode: pn_ssl_verify_mode_t,
    trusted_CAs: *const c_char,
) -> c_int {
    let verify = match mode {
        VERIFY_PEER => Some(Verify::Peer),
        ANONYMOUS_PEER => Some(Verify::Anonymous),
        VERIFY_PEER_NAME => Some(Verify::PeerName),
        _ => None,
    };
    // SAFETY: the caller passes null or a string.
    let announced = unsafe { string(trusted_CAs) };
    // SAFETY: the caller passes null or a live domain.
    unsafe { on_domain(domain, ERROR, |domain| domain.set_verify(verify, announced.as_deref())) }
}

/// Sets which versions of TLS may be used: exactly those that are named.
///
/// @param[in] domain a domain
/// @param[in] protocols "TLSv1", "TLSv1.1", "TLSv1.2" and "TLSv1.3", separated by blanks, commas or semicolons
/// @return 0; PN_ARG_ERR for anything else, which changes nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_domain_set_protocols(
    domain: *mut pn_ssl_domain_t,
    protocols: *const c_char,
) -> c_int {
    // SAFETY: the caller passes null or a string.
    let protocols = unsafe { string(protocols) };
    // SAFETY: the caller passes null or a live domain.
    unsafe { on_domain(domain, PN_ARG_ERR, |domain| domain.set_protocols(protocols.as_deref())) }
}

/// Sets which ciphers may be used with TLS up to 1.2. Later changes to credentials and peer authentication leave them.
///
/// @param[in] domain a domain
/// @param[in] ciphers a list in OpenSSL's words
/// @return 0; PN_ARG_ERR if no cipher fits, which changes nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_domain_set_ciphers(
    domain: *mut pn_ssl_domain_t,
    ciphers: *const c_char,
) -> c_int {
    // SAFETY: the caller passes null or a string.
    let ciphers = unsafe { string(ciphers) };
    // SAFETY: the caller passes null or a live domain.
    unsafe { on_domain(domain, PN_ARG_ERR, |domain| domain.set_ciphers(ciphers.as_deref())) }
}

/// Lets a server also take clients that do not encrypt.
///
/// @deprecated use pn_transport_require_encryption()
///
/// @param[in] domain a domain
/// @return 0; -1 for NULL and for the domain of a client
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_domain_allow_unsecured_client(domain: *mut pn_ssl_domain_t) -> c_int {
    // SAFETY: the caller passes null or a live domain.
    unsafe { on_domain(domain, ERROR, Domain::allow_unsecured) }
}

/// Asks for security on a transport. A client then has to be given a domain with pn_ssl_init(), before its first bytes.
/// The hostname of a connection that is bound to the transport becomes the name that the peer has to have.
///
/// @param[in] transport a transport, or NULL
/// @return its security, the same on every call, owned by the transport; NULL for NULL, and in a build without TLS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl(transport: *mut pn_transport_t) -> *mut pn_ssl_t {
    if !PRESENT {
        return null_mut();
    }
    // SAFETY: the caller passes null or a live transport.
    unsafe {
        on_wire(transport, (), |wire, connection| {
            wire.cover_mut(connection.as_deref());
        })
    };
    transport.cast()
}

/// Sets up the security of a transport from a domain, once: a second time changes nothing. The domain may be changed or
/// freed afterwards. The transport then requires encryption, unless the domain allows unsecured clients.
///
/// @param[in] ssl the security of a transport
/// @param[in] domain the domain, or NULL for what pn_ssl_domain() makes
/// @param[in] session_id a client continues the last session of this name with the same domain and peer, if the server
///            agrees; NULL begins a new one. The last four sessions are kept
/// @return 0; -1 if the domain cannot be used, for which the log has the reason, and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_init(
    ssl: *mut pn_ssl_t,
    domain: *mut pn_ssl_domain_t,
    session_id: *const c_char,
) -> c_int {
    // SAFETY: the caller passes null or a string.
    let session = unsafe { string(session_id) };
    // SAFETY: the caller passes null or a live domain, which nobody frees during the call.
    let domain = unsafe { domain.as_ref() }.map(|this| this.domain.clone());
    let init = |wire: &mut Transport| {
        if wire.cover().is_some_and(Cover::is_initialised) {
            return Ok(());
        }
        let role = if wire.is_server() { Role::Server } else { Role::Client };
        let opener = domain.unwrap_or_else(|| implicit(role)).opener(session.as_deref())?;
        if !opener.allows_unsecured() {
            wire.set_require_encryption(true);
        }
        wire.cover_mut(None).init(opener);
        Ok(())
    };
    // SAFETY: the caller passes null or the security of a live transport.
    let result = unsafe { on_transport(ssl.cast(), None, |wire| Some(init(wire))) };
    result.map_or(ERROR, code)
}

/// Gives the name of the cipher in use, as OpenSSL calls it.
///
/// @param[in] ssl the security of a transport
/// @param[in] buffer where to put the name, which is cut short where it does not fit
/// @param[in] size bytes there
/// @return true if there is one; else the buffer is empty
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_get_cipher_name(
    ssl: *mut pn_ssl_t,
    buffer: *mut c_char,
    size: usize,
) -> bool {
    // SAFETY: the caller passes null or the security of a live transport.
    let name = unsafe { agreed(ssl) }.map(|agreed| agreed.cipher);
    // SAFETY: the caller passes null or a buffer of `size` bytes.
    unsafe { put(name.as_deref(), buffer, size) }
}

/// Tells how strong the cipher in use is.
///
/// @param[in] ssl the security of a transport
/// @return the bits of its key; 0 before the peer was found to be who it should be, and without security
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_get_ssf(ssl: *mut pn_ssl_t) -> c_int {
    // SAFETY: the caller passes null or the security of a live transport.
    unsafe { on_transport(ssl.cast(), 0, |wire| c_int::from(wire.encryption_strength())) }
}

/// Gives the name of the version of TLS in use, such as "TLSv1.3".
///
/// @param[in] ssl the security of a transport
/// @param[in] buffer where to put the name, which is cut short where it does not fit
/// @param[in] size bytes there
/// @return true if there is one; else the buffer is empty
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_get_protocol_name(
    ssl: *mut pn_ssl_t,
    buffer: *mut c_char,
    size: usize,
) -> bool {
    // SAFETY: the caller passes null or the security of a live transport.
    let name = unsafe { agreed(ssl) }.map(|agreed| agreed.protocol);
    // SAFETY: the caller passes null or a buffer of `size` bytes.
    unsafe { put(name.as_deref(), buffer, size) }
}

/// Tells whether an earlier session was continued.
///
/// @param[in] ssl the security of a transport
/// @return PN_SSL_RESUME_UNKNOWN before pn_ssl_init()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_resume_status(ssl: *mut pn_ssl_t) -> pn_ssl_resume_status_t {
    use names::pn_ssl_resume_status_t as Status;
    let status = |cover: &mut Cover| match cover.session() {
        Some(session) if session.is_resumed() => Status::PN_SSL_RESUME_REUSED,
        _ if cover.is_initialised() => Status::PN_SSL_RESUME_NEW,
        _ => Status::PN_SSL_RESUME_UNKNOWN,
    };
    // SAFETY: the caller passes null or the security of a live transport.
    unsafe { on_cover(ssl, Status::PN_SSL_RESUME_UNKNOWN, status) as pn_ssl_resume_status_t }
}

/// Sets the name that the peer has to have: a host name, or an address in digits. A client also tells the server which
/// host it looks for. It counts until the first bytes of the session.
///
/// @param[in] ssl the security of a transport
/// @param[in] hostname the name, copied; NULL to unset it
/// @return 0; -1 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_set_peer_hostname(ssl: *mut pn_ssl_t, hostname: *const c_char) -> c_int {
    // SAFETY: the caller passes null or a string.
    let name = unsafe { text(hostname) };
    // SAFETY: the caller passes null or the security of a live transport.
    unsafe {
        on_cover(ssl, ERROR, |cover| {
            cover.set_peer_name(name);
            0
        })
    }
}

/// Gives the name that the peer has to have.
///
/// @param[in] ssl the security of a transport
/// @param[in] hostname where to put the name, with NUL; NULL to ask for its size
/// @param[in] bufsize bytes there; receives the size of the name without NUL, 0 if there is none
/// @return 0; -1 for NULL, and if the name does not fit
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_get_peer_hostname(
    ssl: *mut pn_ssl_t,
    hostname: *mut c_char,
    bufsize: *mut usize,
) -> c_int {
    // SAFETY: the caller passes null or a number of theirs, which is not part of the transport.
    let Some(size) = (unsafe { bufsize.as_mut() }) else { return ERROR };
    let give = |cover: &mut Cover| {
        let found = cover.peer_name().map(Text::bytes);
        let name = found.unwrap_or_default();
        if found.is_some() && !hostname.is_null() && *size <= name.len() {
            return ERROR;
        }
        // SAFETY: the caller passes null or a buffer of `*size` bytes, which is more than the name if there is one.
        unsafe { put_bytes(name, hostname, *size) };
        *size = name.len();
        0
    };
    // SAFETY: the caller passes null or the security of a live transport.
    unsafe { on_cover(ssl, ERROR, give) }
}

/// Returns the subject of the peer's certificate in the form of RFC 2253, the most specific part first.
///
/// @param[in] ssl the security of a transport
/// @return the subject, valid as long as the transport; NULL if the peer has shown no certificate, or not yet
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_get_remote_subject(ssl: *mut pn_ssl_t) -> *const c_char {
    // SAFETY: the caller passes null or the security of a live transport.
    unsafe { on_cover(ssl, null(), |cover| cover.subject().map_or(null(), Text::as_ptr)) }
}

/// Returns a part of the subject of the peer's certificate.
///
/// @param[in] ssl0 the security of a transport
/// @param[in] field the part
/// @return the first text of that kind, valid as long as the transport; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_get_remote_subject_subfield(
    ssl0: *mut pn_ssl_t,
    field: pn_ssl_cert_subject_subfield,
) -> *const c_char {
    let Some((_, which)) = SUBFIELDS.iter().find(|(number, _)| *number == field) else {
        report(&[format!("Unknown or unhandled certificate subject subfield {}", field.cast_signed())]);
        return null();
    };
    // SAFETY: the caller passes null or the security of a live transport.
    unsafe { on_cover(ssl0, null(), |cover| cover.subfield(*which).map_or(null(), Text::as_ptr)) }
}

/// Gives a fingerprint of the peer's certificate.
///
/// @param[in] ssl0 the security of a transport
/// @param[in] fingerprint where to put it, in small hexadecimal digits with NUL; emptied first
/// @param[in] fingerprint_length bytes there: 33 for MD5, 41 for SHA-1, 65 for SHA-256, 129 for SHA-512, or more
/// @param[in] hash_alg the hash
/// @return 0; PN_ERR if there is no certificate, no such hash, or too little room
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_ssl_get_cert_fingerprint(
    ssl0: *mut pn_ssl_t,
    fingerprint: *mut c_char,
    fingerprint_length: usize,
    hash_alg: pn_ssl_hash_alg,
) -> c_int {
    if fingerprint.is_null() {
        return PN_ERR;
    }
    // SAFETY: the caller passes a buffer of that many bytes.
    unsafe { fingerprint.write_bytes(0, fingerprint_length) };
    let Some((_, kind, name, least)) = HASHES.iter().find(|(number, ..)| *number == hash_alg) else {
        report(&[format!("Unknown or unhandled hash algorithm {}", hash_alg.cast_signed())]);
        return PN_ERR;
    };
    if fingerprint_length < *least {
        report(&[format!(
            "Insufficient fingerprint_length {fingerprint_length}. \
             fingerprint_length must be {least} or above for {name} digest"
        )]);
        return PN_ERR;
    }
    // SAFETY: the caller passes null or the security of a live transport.
    let Some(found) = (unsafe { on_cover(ssl0, None, |cover| cover.fingerprint(*kind)) }) else {
        report(&["No certificate is available yet".to_owned()]);
        return PN_ERR;
    };
    // SAFETY: as above.
    unsafe { put_bytes(found.as_bytes(), fingerprint, fingerprint_length) };
    0
}

/// Runs `change` on a domain and logs why it is refused.
///
/// # Safety
/// `domain` is null or live, and nobody frees it during the call.
pub(super) unsafe fn on_domain(
    domain: *mut pn_ssl_domain_t,
    neutral: c_int,
    change: impl FnOnce(&Domain<Chosen>) -> Result<(), Refusal>,
) -> c_int {
    // SAFETY: passed on from the caller; a domain is only ever shared.
    unsafe { domain.as_ref() }.map_or(neutral, |this| code(change(&this.domain)))
}

fn code(result: Result<(), Refusal>) -> c_int {
    match result {
        Ok(()) => 0,
        Err(refusal) => {
            report(&refusal.lines);
            refusal.code
        }
    }
}

/// Logs errors that belong to no transport.
fn report(lines: &[String]) {
    const FROM: c_uint = Subsystem::PN_SUBSYSTEM_SSL as c_uint;
    const LEVEL: c_uint = Level::PN_LEVEL_ERROR as c_uint;
    // SAFETY: null is the default logger.
    if !unsafe { wants(null_mut(), FROM, LEVEL) } {
        return;
    }
    for line in lines {
        // SAFETY: as above.
        unsafe { log(null_mut(), FROM, LEVEL, line) };
    }
}

/// Runs `f` on the security of a transport, if it was asked for.
///
/// # Safety
/// `ssl` is null or the security of a live transport, and no other thread uses its tree.
unsafe fn on_cover<R>(ssl: *mut pn_ssl_t, neutral: R, f: impl FnOnce(&mut Cover) -> R) -> R {
    let on = |wire: &mut Transport| wire.existing_cover().map(f);
    // SAFETY: passed on from the caller; both are the same address.
    unsafe { on_transport(ssl.cast::<pn_transport_t>(), None, on) }.unwrap_or(neutral)
}

/// What the handshake of a transport has agreed on.
///
/// # Safety
/// As for [`on_cover`].
unsafe fn agreed(ssl: *mut pn_ssl_t) -> Option<Agreed> {
    // SAFETY: passed on from the caller.
    unsafe { on_cover(ssl, None, |cover| cover.session()?.agreed()) }
}

/// Copies as much of `text` as fits, with a NUL, and tells whether there was one.
///
/// # Safety
/// `buffer` is null or has `size` bytes.
unsafe fn put(text: Option<&str>, buffer: *mut c_char, size: usize) -> bool {
    // SAFETY: passed on from the caller.
    unsafe { put_bytes(text.unwrap_or_default().as_bytes(), buffer, size) };
    text.is_some()
}

/// As [`put`], with bytes.
///
/// # Safety
/// As for [`put`].
unsafe fn put_bytes(text: &[u8], buffer: *mut c_char, size: usize) {
    if buffer.is_null() || size == 0 {
        return;
    }
    let n = text.len().min(size - 1);
    // SAFETY: the buffer has more than `n` bytes and is the caller's, the text has at least as many and is ours.
    unsafe { buffer.cast::<u8>().copy_from_nonoverlapping(text.as_ptr(), n) };
    // SAFETY: as above.
    let end = unsafe { buffer.add(n) };
    // SAFETY: as above.
    unsafe { end.write(0) };
}

/// Copies a string from C.
///
/// # Safety
/// `from` is null or a string.
unsafe fn string(from: *const c_char) -> Option<String> {
    // SAFETY: passed on from the caller.
    unsafe { text(from) }.map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

const CLIENT: c_uint = names::pn_ssl_mode_t::PN_SSL_MODE_CLIENT as c_uint;
const SERVER: c_uint = names::pn_ssl_mode_t::PN_SSL_MODE_SERVER as c_uint;
const VERIFY_PEER: c_uint = names::pn_ssl_verify_mode_t::PN_SSL_VERIFY_PEER as c_uint;
const ANONYMOUS_PEER: c_uint = names::pn_ssl_verify_mode_t::PN_SSL_ANONYMOUS_PEER as c_uint;
const VERIFY_PEER_NAME: c_uint = names::pn_ssl_verify_mode_t::PN_SSL_VERIFY_PEER_NAME as c_uint;

/// What C calls the parts of a subject.
const SUBFIELDS: [(c_uint, Subfield); 6] = {
    use names::pn_ssl_cert_subject_subfield as Field;
    [
        (Field::PN_SSL_CERT_SUBJECT_COUNTRY_NAME as c_uint, Subfield::Country),
        (Field::PN_SSL_CERT_SUBJECT_STATE_OR_PROVINCE as c_uint, Subfield::State),
        (Field::PN_SSL_CERT_SUBJECT_CITY_OR_LOCALITY as c_uint, Subfield::Locality),
        (Field::PN_SSL_CERT_SUBJECT_ORGANIZATION_NAME as c_uint, Subfield::Organization),
        (Field::PN_SSL_CERT_SUBJECT_ORGANIZATION_UNIT as c_uint, Subfield::OrganizationalUnit),
        (Field::PN_SSL_CERT_SUBJECT_COMMON_NAME as c_uint, Subfield::CommonName),
    ]
};

/// What C calls the hashes, what the log calls them, and the room that their fingerprints need.
const HASHES: [(c_uint, Fingerprint, &str, usize); 4] = {
    use names::pn_ssl_hash_alg as Hash;
    [
        (Hash::PN_SSL_SHA1 as c_uint, Fingerprint::Sha1, "sha1", 41),
        (Hash::PN_SSL_SHA256 as c_uint, Fingerprint::Sha256, "sha256", 65),
        (Hash::PN_SSL_SHA512 as c_uint, Fingerprint::Sha512, "sha512", 129),
        (Hash::PN_SSL_MD5 as c_uint, Fingerprint::Md5, "md5", 33),
    ]
};
