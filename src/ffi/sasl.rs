//! `proton/sasl.h`: the SASL layer of a transport.
//!
//! The layer is part of its transport, and its handle is the transport's own address.

use std::ffi::{c_char, c_int};
use std::ptr::null;

use super::boundary::on_transport;
use super::data_object::text;
use super::shell::pn_transport_t;
use crate::engine::Text;
use crate::sasl::Sasl;

/// The SASL layer of a transport: a transport, seen from its SASL side.
pub struct pn_sasl_t {
    _transport: pn_transport_t,
}

/// cbindgen:ignore
pub type pn_sasl_outcome_t = c_int;

/// The enumerations as C sees them.
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
        /// The system that decides failed.
        PN_SASL_SYS = 2,
        /// It failed for a reason that will not go away.
        PN_SASL_PERM = 3,
        /// It failed for a reason that may go away.
        PN_SASL_TEMP = 4,
    }
}

/// Runs `f` on the SASL layer of a transport.
///
/// # Safety
/// `sasl` is null or came from `pn_sasl` on a live transport.
unsafe fn on_sasl<R>(sasl: *mut pn_sasl_t, neutral: R, f: impl FnOnce(&mut Sasl) -> R) -> R {
    // SAFETY: passed on from the caller; the handle is the transport's address.
    unsafe { on_transport(sasl.cast::<pn_transport_t>(), neutral, |wire| f(wire.sasl_mut())) }
}

fn lend(text: Option<&Text>) -> *const c_char {
    text.map_or(null(), |text| text.as_c_str().as_ptr())
}

/// Returns the SASL layer of a transport. The first call adds it, as client or server, whichever the transport is by
/// then, and has to precede the first bytes.
///
/// @param[in] transport a transport, or NULL
/// @return the layer, owned by the transport and valid as long as it; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl(transport: *mut pn_transport_t) -> *mut pn_sasl_t {
    let sasl = transport.cast::<pn_sasl_t>();
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_sasl(sasl, (), |_| ()) };
    sasl
}

/// Tells whether mechanisms beyond EXTERNAL, PLAIN and ANONYMOUS may be available.
///
/// @return false
#[unsafe(no_mangle)]
pub extern "C" fn pn_sasl_extended() -> bool {
    false
}

/// Records an outcome. Nothing is sent, and the exchange itself does not change by it.
///
/// @param[in] sasl a SASL layer, or NULL
/// @param[in] outcome the outcome to record
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl_done(sasl: *mut pn_sasl_t, outcome: pn_sasl_outcome_t) {
    // SAFETY: the caller passes null or a live layer.
    unsafe { on_sasl(sasl, (), |sasl| sasl.set_outcome(outcome)) }
}

/// Tells how the authentication ended.
///
/// @param[in] sasl a SASL layer, or NULL
/// @return the outcome, PN_SASL_NONE as long as it is open and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl_outcome(sasl: *mut pn_sasl_t) -> pn_sasl_outcome_t {
    let none = names::pn_sasl_outcome_t::PN_SASL_NONE as pn_sasl_outcome_t;
    // SAFETY: the caller passes null or a live layer.
    unsafe { on_sasl(sasl, none, |sasl| sasl.outcome().0) }
}

/// Returns who has been authenticated; on a client, who it authenticates as.
///
/// @param[in] sasl a SASL layer, or NULL
/// @return the name, valid as long as the transport; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl_get_user(sasl: *mut pn_sasl_t) -> *const c_char {
    // SAFETY: the caller passes null or a live layer.
    unsafe { on_sasl(sasl, null(), |sasl| lend(sasl.user())) }
}

/// Returns for whom the authenticated user acts.
///
/// @param[in] sasl a SASL layer, or NULL
/// @return the name, valid as long as the transport; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl_get_authorization(sasl: *mut pn_sasl_t) -> *const c_char {
    // SAFETY: the caller passes null or a live layer.
    unsafe { on_sasl(sasl, null(), |sasl| lend(sasl.authorization())) }
}

/// Returns the mechanism that was chosen.
///
/// @param[in] sasl a SASL layer, or NULL
/// @return the name of the mechanism, valid as long as the transport; NULL as long as there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl_get_mech(sasl: *mut pn_sasl_t) -> *const c_char {
    // SAFETY: the caller passes null or a live layer.
    unsafe { on_sasl(sasl, null(), |sasl| lend(sasl.mechanism())) }
}

/// Restricts the mechanisms that are offered or chosen.
///
/// @param[in] sasl a SASL layer, or NULL
/// @param[in] mechs the names of the mechanisms that may be used, separated by blanks; NULL lifts the restriction
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl_allowed_mechs(sasl: *mut pn_sasl_t, mechs: *const c_char) {
    // SAFETY: the caller passes null or a string.
    let mechs = unsafe { text(mechs) };
    // SAFETY: the caller passes null or a live layer.
    unsafe { on_sasl(sasl, (), |sasl| sasl.set_allowed(mechs)) }
}

/// Says whether mechanisms that show a password may be used on a connection that is not encrypted.
///
/// @param[in] sasl a SASL layer, or NULL
/// @param[in] insecure true if they may; they may not unless this is called
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl_set_allow_insecure_mechs(sasl: *mut pn_sasl_t, insecure: bool) {
    // SAFETY: the caller passes null or a live layer.
    unsafe { on_sasl(sasl, (), |sasl| sasl.set_allow_insecure(insecure)) }
}

/// Tells whether mechanisms that show a password may be used on a connection that is not encrypted.
///
/// @param[in] sasl a SASL layer, or NULL
/// @return true if they may; false for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl_get_allow_insecure_mechs(sasl: *mut pn_sasl_t) -> bool {
    // SAFETY: the caller passes null or a live layer.
    unsafe { on_sasl(sasl, false, |sasl| sasl.allows_insecure()) }
}

/// Names the configuration of a SASL library. Without effect: the mechanisms here need none.
///
/// @param[in] sasl a SASL layer, or NULL
/// @param[in] name the name
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl_config_name(sasl: *mut pn_sasl_t, name: *const c_char) {
    let _ = (sasl, name);
}

/// Names the directory of a SASL library's configuration. Without effect: the mechanisms here need none.
///
/// @param[in] sasl a SASL layer, or NULL
/// @param[in] path the directory
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sasl_config_path(sasl: *mut pn_sasl_t, path: *const c_char) {
    let _ = (sasl, path);
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::multiple_unsafe_ops_per_block,
        clippy::undocumented_unsafe_blocks,
        reason = "a test owns every object it uses"
    )]

    use std::ffi::CStr;
    use std::ptr::null_mut;

    use super::*;
    use crate::ffi::transport::{pn_transport, pn_transport_free, pn_transport_get_user};

    #[test]
    fn the_layer_has_the_address_of_its_transport() {
        unsafe {
            let transport = pn_transport();
            assert_eq!(CStr::from_ptr(pn_transport_get_user(transport)), c"anonymous");
            let sasl = pn_sasl(transport);
            assert!(std::ptr::addr_eq(sasl, transport));
            assert!(pn_transport_get_user(transport).is_null(), "the user of the layer, which has none");
            assert!(pn_sasl_get_mech(sasl).is_null() && pn_sasl_get_authorization(sasl).is_null());
            assert!(!pn_sasl_get_allow_insecure_mechs(sasl));
            pn_sasl_set_allow_insecure_mechs(sasl, true);
            assert!(pn_sasl_get_allow_insecure_mechs(sasl));
            pn_transport_free(transport);
        }
    }

    #[test]
    fn an_outcome_may_be_recorded() {
        unsafe {
            let transport = pn_transport();
            let sasl = pn_sasl(transport);
            assert_eq!(pn_sasl_outcome(sasl), -1);
            pn_sasl_done(sasl, 4);
            assert_eq!(pn_sasl_outcome(sasl), 4);
            pn_transport_free(transport);
        }
    }

    #[test]
    fn null_has_no_sasl() {
        unsafe {
            assert!(pn_sasl(null_mut()).is_null());
            assert_eq!(pn_sasl_outcome(null_mut()), -1);
            assert!(pn_sasl_get_user(null_mut()).is_null());
            pn_sasl_done(null_mut(), 0);
            pn_sasl_allowed_mechs(null_mut(), c"PLAIN".as_ptr());
        }
    }
}
