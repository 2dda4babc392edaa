//! `proton/sasl.h`: authentication before the connection opens.
//!
//! A `pn_sasl_t` is a facet of its transport: the same address under another type.

use std::ffi::{CStr, c_char, c_int};
use std::ptr::null;

use super::boundary::on_transport;
use super::data_object::text;
use super::shell::pn_transport_t;
use crate::engine::Text;
use crate::sasl::{Place, Sasl, has_cyrus};

/// The authentication of a transport.
///
/// cbindgen:ignore
pub struct pn_sasl_t {
    _facet: (),
}

/// cbindgen:ignore
pub type pn_sasl_outcome_t = c_int;

/// The enumeration as C sees it.
pub mod names {
    /// How an authentication ended.
    #[repr(C)]
    pub enum pn_sasl_outcome_t {
        /// It has not ended.
        PN_SASL_NONE = -1,
        /// It succeeded.
        PN_SASL_OK = 0,
        /// The credentials were not accepted.
        PN_SASL_AUTH = 1,
        /// The peer met an error of its own.
        PN_SASL_SYS = 2,
        /// The peer met an error that will stay.
        PN_SASL_PERM = 3,
        /// The peer met an error that may pass.
        PN_SASL_TEMP = 4,
    }
}

/// Asks for authentication on a transport. A client then insists on it; on a server it only opens the settings.
///
/// @param[in] transport a transport, or NULL
/// @return its authentication, the same on every call, owned by the transport; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl(transport: *mut pn_transport_t) -> *mut pn_sasl_t {
    // SAFETY: the caller passes null or a live transport.
    unsafe {
        on_transport(transport, (), |wire| {
            wire.sasl_mut();
        })
    };
    transport.cast()
}

/// Tells whether the library has mechanisms beyond the ones built in, from Cyrus SASL, which it takes into use where
/// the system has libsasl2.
///
/// @return true if it has
#[unsafe(no_mangle)]
pub extern "C" fn pn_sasl_extended() -> bool {
    has_cyrus()
}

/// Overwrites the stored outcome. Nothing is sent, and an exchange that runs sets its own.
///
/// @param[in] sasl the authentication, or NULL
/// @param[in] outcome the outcome
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl_done(sasl: *mut pn_sasl_t, outcome: pn_sasl_outcome_t) {
    // SAFETY: the caller passes null or the authentication of a live transport.
    unsafe { on_sasl(sasl, (), |exchange| exchange.set_outcome(outcome)) }
}

/// Returns how the authentication ended.
///
/// @param[in] sasl the authentication, or NULL
/// @return the outcome, PN_SASL_NONE until it has ended
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl_outcome(sasl: *mut pn_sasl_t) -> pn_sasl_outcome_t {
    // SAFETY: the caller passes null or the authentication of a live transport.
    unsafe { on_sasl(sasl, -1, |exchange| exchange.outcome().0) }
}

/// Returns who was authenticated: on a server the client, on a client the user it was given.
///
/// @param[in] sasl the authentication, or NULL
/// @return the user, valid as long as the transport; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl_get_user(sasl: *mut pn_sasl_t) -> *const c_char {
    // SAFETY: the caller passes null or the authentication of a live transport.
    unsafe { on_sasl(sasl, null(), |exchange| lend(exchange.user())) }
}

/// Returns for whom the authenticated user acts.
///
/// @param[in] sasl the authentication, or NULL
/// @return the authorization identity, valid as long as the transport; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl_get_authorization(sasl: *mut pn_sasl_t) -> *const c_char {
    // SAFETY: the caller passes null or the authentication of a live transport.
    unsafe { on_sasl(sasl, null(), |exchange| lend(exchange.authorization())) }
}

/// Returns the mechanism in use.
///
/// @param[in] sasl the authentication, or NULL
/// @return the name, valid as long as the transport; NULL before one was chosen
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl_get_mech(sasl: *mut pn_sasl_t) -> *const c_char {
    // SAFETY: the caller passes null or the authentication of a live transport.
    unsafe { on_sasl(sasl, null(), |exchange| lend(exchange.mechanism())) }
}

/// Restricts the mechanisms that may be used.
///
/// @param[in] sasl the authentication
/// @param[in] mechs names separated by blanks, in any case, copied; "" allows none, NULL lifts the restriction
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl_allowed_mechs(sasl: *mut pn_sasl_t, mechs: *const c_char) {
    // SAFETY: the caller passes null or a string.
    let mechs = unsafe { text(mechs) };
    // SAFETY: the caller passes null or the authentication of a live transport.
    unsafe { on_sasl(sasl, (), |exchange| exchange.set_allowed(mechs)) }
}

/// Allows mechanisms that show the password to whoever can read the bytes, such as PLAIN without encryption.
///
/// @param[in] sasl the authentication
/// @param[in] insecure true to allow them; the default is false
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl_set_allow_insecure_mechs(sasl: *mut pn_sasl_t, insecure: bool) {
    // SAFETY: the caller passes null or the authentication of a live transport.
    unsafe { on_sasl(sasl, (), |exchange| exchange.set_allow_insecure(insecure)) }
}

/// Tells whether insecure mechanisms are allowed.
///
/// @param[in] sasl the authentication, or NULL
/// @return what pn_sasl_set_allow_insecure_mechs() set
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl_get_allow_insecure_mechs(sasl: *mut pn_sasl_t) -> bool {
    // SAFETY: the caller passes null or the authentication of a live transport.
    unsafe { on_sasl(sasl, false, |exchange| exchange.allows_insecure()) }
}

/// Names the configuration of Cyrus SASL that a server has, and by that makes Cyrus lead the server's exchange. It
/// counts for this server, before it offers mechanisms; the first name that a process gives also counts for all its
/// servers of which it says nothing.
///
/// @param[in] sasl the authentication, or NULL to say it of those servers alone
/// @param[in] name the name of the configuration, which is in a file NAME.conf, copied; without one it is proton-server
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl_config_name(sasl: *mut pn_sasl_t, name: *const c_char) {
    // SAFETY: the caller passes null or a string.
    let Some(name) = (unsafe { said(name) }) else { return };
    Place::first(|first| first.name_if_unnamed(name));
    // SAFETY: the caller passes null or the authentication of a live transport.
    unsafe { on_sasl(sasl, (), |exchange| exchange.place().set_name(name)) }
}

/// Says in which folders the configuration of Cyrus SASL is that a server has, and by that makes Cyrus lead the server's
/// exchange. Otherwise as pn_sasl_config_name().
///
/// @param[in] sasl the authentication, or NULL
/// @param[in] path folders, separated by colons, copied; without any it is the environment's PN_SASL_CONFIG_PATH, or the
/// usual ones
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl_config_path(sasl: *mut pn_sasl_t, path: *const c_char) {
    // SAFETY: the caller passes null or a string.
    let Some(folders) = (unsafe { said(path) }) else { return };
    Place::first(|first| first.lie_in_if_nowhere(folders));
    // SAFETY: the caller passes null or the authentication of a live transport.
    unsafe { on_sasl(sasl, (), |exchange| exchange.place().set_folders(folders)) }
}

/// A string that says something.
///
/// # Safety
/// `text` is null or a string that lives as long as it is used.
unsafe fn said<'a>(text: *const c_char) -> Option<&'a CStr> {
    if text.is_null() {
        return None;
    }
    // SAFETY: passed on from the caller.
    Some(unsafe { CStr::from_ptr(text) }).filter(|text| !text.is_empty())
}

fn lend(text: Option<&Text>) -> *const c_char {
    text.map_or(null(), Text::as_ptr)
}

/// Runs `f` on the exchange of a transport, known by its facet.
///
/// # Safety
/// `sasl` is null or the authentication of a live transport.
unsafe fn on_sasl<R>(sasl: *mut pn_sasl_t, neutral: R, f: impl FnOnce(&mut Sasl) -> R) -> R {
    // SAFETY: passed on from the caller; both are the same address.
    unsafe { on_transport(sasl.cast::<pn_transport_t>(), neutral, |wire| f(wire.sasl_mut())) }
}
