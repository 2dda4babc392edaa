//! `proton/terminus.h`: the ends of a link, where its messages come from and where they go.
//!
//! A terminus object is a facet of its link: it names one of the link's four ends, and every call looks that up.

use std::ffi::{c_char, c_int, c_uint, c_void};
use std::ptr::null_mut;

use super::boundary::on_link;
use super::codec::pn_data_t;
use super::data_object::{Home, lent_data, retire_data, text};
use super::error::PN_ARG_ERR;
use super::shell::pn_link_t;
use super::types::pn_seconds_t;
use crate::codec::{Data, Field};
use crate::engine::{End, Part, Terminus, TerminusKind, Text};
use crate::performative::{DistributionMode, ExpiryPolicy};

/// cbindgen:ignore
pub type pn_terminus_type_t = c_uint;
/// cbindgen:ignore
pub type pn_durability_t = c_uint;
/// cbindgen:ignore
pub type pn_expiry_policy_t = c_uint;
/// cbindgen:ignore
pub type pn_distribution_mode_t = c_uint;

/// The enumerations as C sees them.
pub mod names {
    /// What kind of end a terminus is.
    #[repr(C)]
    pub enum pn_terminus_type_t {
        /// None: the link has no such end.
        PN_UNSPECIFIED = 0,
        /// Messages come from it.
        PN_SOURCE = 1,
        /// Messages go to it.
        PN_TARGET = 2,
        /// A target that coordinates transactions.
        PN_COORDINATOR = 3,
    }

    /// How much of a terminus survives when its peer fails.
    #[repr(C)]
    pub enum pn_durability_t {
        /// Nothing.
        PN_NONDURABLE = 0,
        /// The terminus itself, not the state of its deliveries.
        PN_CONFIGURATION = 1,
        /// The terminus and the state of its deliveries.
        PN_DELIVERIES = 2,
    }

    /// What ends the life of a terminus, once its timeout has passed as well.
    #[repr(C)]
    pub enum pn_expiry_policy_t {
        /// The link is detached.
        PN_EXPIRE_WITH_LINK = 0,
        /// The session ends.
        PN_EXPIRE_WITH_SESSION = 1,
        /// The connection is closed.
        PN_EXPIRE_WITH_CONNECTION = 2,
        /// Nothing does.
        PN_EXPIRE_NEVER = 3,
    }

    /// What becomes of a message at its source when a receiver gets it.
    #[repr(C)]
    pub enum pn_distribution_mode_t {
        /// The node decides.
        PN_DIST_MODE_UNSPECIFIED = 0,
        /// The message stays for other receivers.
        PN_DIST_MODE_COPY = 1,
        /// The message goes to one receiver only.
        PN_DIST_MODE_MOVE = 2,
    }
}

use names::{
    pn_distribution_mode_t as Distribution, pn_expiry_policy_t as Expiry, pn_terminus_type_t as Kind,
};

/// One end of a link, as one side describes it.
pub struct pn_terminus_t {
    link: *mut pn_link_t,
    end: End,
    /// Properties, capabilities, outcomes and filter, once looked at.
    data: Option<Box<[*mut pn_data_t; 4]>>,
}

impl pn_terminus_t {
    /// The objects for the ends of `link`, which owns them.
    pub(super) fn all_of(link: *mut pn_link_t) -> Box<[Self; 4]> {
        let all = [End::Source, End::Target, End::RemoteSource, End::RemoteTarget];
        Box::new(all.map(|end| Self { link, end, data: None }))
    }
}

impl Drop for pn_terminus_t {
    fn drop(&mut self) {
        for &data in self.data.iter().flat_map(|data| data.iter()) {
            // SAFETY: the terminus held the one reference since it lent the data; null is tolerated.
            unsafe { retire_data(data) };
        }
    }
}

/// Runs `f` on a terminus.
///
/// # Safety
/// `terminus` is null or live, and no other thread uses its connection.
unsafe fn on_terminus<R>(
    terminus: *const pn_terminus_t,
    neutral: R,
    f: impl FnOnce(&mut Terminus) -> R,
) -> R {
    // SAFETY: the caller passes null or a live terminus.
    let Some(this) = (unsafe { terminus.as_ref() }) else { return neutral };
    let (link, end) = (this.link, this.end);
    // SAFETY: a terminus lives no longer than its link.
    unsafe { on_link(link, neutral, |engine, key| f(engine.links[key].terminus_mut(end))) }
}

/// Changes a terminus, if `value` is one that C may give it.
///
/// # Safety
/// As for [`on_terminus`].
unsafe fn put<V>(
    terminus: *const pn_terminus_t,
    value: Option<V>,
    store: impl FnOnce(&mut Terminus, V),
) -> c_int {
    let Some(value) = value else { return PN_ARG_ERR };
    let stored = |terminus: &mut Terminus| {
        store(terminus, value);
        0
    };
    // SAFETY: passed on from the caller.
    unsafe { on_terminus(terminus, PN_ARG_ERR, stored) }
}

fn field(terminus: &mut Terminus, part: u32) -> &mut Field {
    terminus.part_mut(match part {
        PROPERTIES => Part::Properties,
        CAPABILITIES => Part::Capabilities,
        OUTCOMES => Part::Outcomes,
        _ => Part::Filter,
    })
}

const PROPERTIES: u32 = 0;
const CAPABILITIES: u32 = 1;
const OUTCOMES: u32 = 2;
const FILTER: u32 = 3;

unsafe fn open_field(terminus: *mut c_void, part: u32) -> *mut Data {
    let open = |terminus: &mut Terminus| std::ptr::from_mut(field(terminus, part).open());
    // SAFETY: a terminus retires its data before it goes.
    unsafe { on_terminus(terminus.cast(), null_mut(), open) }
}

/// # Safety
/// `terminus` is null or live.
unsafe fn lend_field(terminus: *mut pn_terminus_t, part: u32) -> *mut pn_data_t {
    // SAFETY: passed on from the caller.
    let Some(this) = (unsafe { terminus.as_mut() }) else { return null_mut() };
    let data = this.data.get_or_insert_with(|| Box::new([null_mut(); 4]));
    let place = &mut data[part as usize];
    if place.is_null() {
        *place = lent_data(terminus.cast(), part, open_field, Home::Varying);
    }
    *place
}

/// Returns what kind of end a terminus is.
///
/// @param[in] terminus a terminus, or NULL
/// @return the kind; PN_UNSPECIFIED for NULL and for an end that the peer has not described
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_terminus_get_type(terminus: *mut pn_terminus_t) -> pn_terminus_type_t {
    let number = |terminus: &mut Terminus| match terminus.kind {
        TerminusKind::Unspecified => Kind::PN_UNSPECIFIED as _,
        TerminusKind::Source => Kind::PN_SOURCE as _,
        TerminusKind::Target => Kind::PN_TARGET as _,
        TerminusKind::Coordinator => Kind::PN_COORDINATOR as _,
    };
    // SAFETY: the caller passes null or a live terminus.
    unsafe { on_terminus(terminus, Kind::PN_UNSPECIFIED as _, number) }
}

/// Sets what kind of end a terminus is. An unspecified one is left out when the link attaches.
///
/// @param[in] terminus a terminus
/// @param[in] type the kind
/// @return 0, or PN_ARG_ERR for NULL or a number that is no kind
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_terminus_set_type(
    terminus: *mut pn_terminus_t,
    r#type: pn_terminus_type_t,
) -> c_int {
    const KINDS: [TerminusKind; 4] =
        [TerminusKind::Unspecified, TerminusKind::Source, TerminusKind::Target, TerminusKind::Coordinator];
    let kind = KINDS.get(r#type as usize).copied();
    // SAFETY: the caller passes null or a live terminus.
    unsafe { put(terminus, kind, |terminus, kind| terminus.kind = kind) }
}

/// Returns the address of the node at a terminus.
///
/// @param[in] terminus a terminus, or NULL
/// @return the address, valid until it is set again or the link goes; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_terminus_get_address(terminus: *mut pn_terminus_t) -> *const c_char {
    let lend = |terminus: &mut Terminus| terminus.address.as_ref().map_or(std::ptr::null(), Text::as_ptr);
    // SAFETY: the caller passes null or a live terminus.
    unsafe { on_terminus(terminus, std::ptr::null(), lend) }
}

/// Sets the address of the node at a terminus.
///
/// @param[in] terminus a terminus
/// @param[in] address the address, copied; NULL removes it
/// @return 0, or PN_ARG_ERR for a NULL terminus
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_terminus_set_address(
    terminus: *mut pn_terminus_t,
    address: *const c_char,
) -> c_int {
    // SAFETY: the caller passes null or a string.
    let address = Text::from_option(unsafe { text(address) });
    // SAFETY: the caller passes null or a live terminus.
    unsafe { put(terminus, Some(address), |terminus, address| terminus.address = address) }
}

/// Returns how a source hands out its messages.
///
/// @param[in] terminus a terminus, or NULL
/// @return the mode; PN_DIST_MODE_UNSPECIFIED for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_terminus_get_distribution_mode(
    terminus: *const pn_terminus_t,
) -> pn_distribution_mode_t {
    let number = |terminus: &mut Terminus| match terminus.distribution_mode {
        None => Distribution::PN_DIST_MODE_UNSPECIFIED as _,
        Some(DistributionMode::Copy) => Distribution::PN_DIST_MODE_COPY as _,
        Some(DistributionMode::Move) => Distribution::PN_DIST_MODE_MOVE as _,
    };
    // SAFETY: the caller passes null or a live terminus.
    unsafe { on_terminus(terminus, Distribution::PN_DIST_MODE_UNSPECIFIED as _, number) }
}

/// Sets how a source hands out its messages. A target has no place for it.
///
/// @param[in] terminus a terminus
/// @param[in] mode the mode
/// @return 0, or PN_ARG_ERR for NULL or a number that is no mode
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_terminus_set_distribution_mode(
    terminus: *mut pn_terminus_t,
    mode: pn_distribution_mode_t,
) -> c_int {
    const MODES: [Option<DistributionMode>; 3] =
        [None, Some(DistributionMode::Copy), Some(DistributionMode::Move)];
    let mode = MODES.get(mode as usize).copied();
    // SAFETY: the caller passes null or a live terminus.
    unsafe { put(terminus, mode, |terminus, mode| terminus.distribution_mode = mode) }
}

/// Returns how much of a terminus survives a failure.
///
/// @param[in] terminus a terminus, or NULL
/// @return the durability; PN_NONDURABLE for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_terminus_get_durability(terminus: *mut pn_terminus_t) -> pn_durability_t {
    // SAFETY: the caller passes null or a live terminus.
    unsafe { on_terminus(terminus, 0, |terminus| terminus.durability) }
}

/// Sets how much of a terminus is to survive a failure.
///
/// @param[in] terminus a terminus
/// @param[in] durability the durability
/// @return 0, or PN_ARG_ERR for a NULL terminus
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_terminus_set_durability(
    terminus: *mut pn_terminus_t,
    durability: pn_durability_t,
) -> c_int {
    // SAFETY: the caller passes null or a live terminus.
    unsafe { put(terminus, Some(durability), |terminus, durability| terminus.durability = durability) }
}

/// Tells whether an expiry policy was set or sent; only then does an attach carry one.
///
/// @param[in] terminus a terminus, or NULL
/// @return true if there is one; false for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_terminus_has_expiry_policy(terminus: *const pn_terminus_t) -> bool {
    // SAFETY: the caller passes null or a live terminus.
    unsafe { on_terminus(terminus, false, |terminus| terminus.expiry_policy.is_some()) }
}

/// Returns what ends the life of a terminus.
///
/// @param[in] terminus a terminus, or NULL
/// @return the policy; PN_EXPIRE_WITH_SESSION, the default of AMQP, if there is none, and PN_EXPIRE_WITH_LINK for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_terminus_get_expiry_policy(terminus: *mut pn_terminus_t) -> pn_expiry_policy_t {
    let number = |terminus: &mut Terminus| match terminus.expiry_policy {
        Some(ExpiryPolicy::LinkDetach) => Expiry::PN_EXPIRE_WITH_LINK as _,
        None | Some(ExpiryPolicy::SessionEnd) => Expiry::PN_EXPIRE_WITH_SESSION as _,
        Some(ExpiryPolicy::ConnectionClose) => Expiry::PN_EXPIRE_WITH_CONNECTION as _,
        Some(ExpiryPolicy::Never) => Expiry::PN_EXPIRE_NEVER as _,
    };
    // SAFETY: the caller passes null or a live terminus.
    unsafe { on_terminus(terminus, Expiry::PN_EXPIRE_WITH_LINK as _, number) }
}

/// Sets what ends the life of a terminus.
///
/// @param[in] terminus a terminus
/// @param[in] policy the policy
/// @return 0, or PN_ARG_ERR for NULL or a number that is no policy
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_terminus_set_expiry_policy(
    terminus: *mut pn_terminus_t,
    policy: pn_expiry_policy_t,
) -> c_int {
    const POLICIES: [ExpiryPolicy; 4] = [
        ExpiryPolicy::LinkDetach,
        ExpiryPolicy::SessionEnd,
        ExpiryPolicy::ConnectionClose,
        ExpiryPolicy::Never,
    ];
    let policy = POLICIES.get(policy as usize).copied();
    // SAFETY: the caller passes null or a live terminus.
    unsafe { put(terminus, policy, |terminus, policy| terminus.expiry_policy = Some(policy)) }
}

/// Returns how long a terminus lives on after it could expire.
///
/// @param[in] terminus a terminus, or NULL
/// @return the time in seconds; 0 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_terminus_get_timeout(terminus: *mut pn_terminus_t) -> pn_seconds_t {
    // SAFETY: the caller passes null or a live terminus.
    unsafe { on_terminus(terminus, 0, |terminus| terminus.timeout) }
}

/// Sets how long a terminus lives on after it could expire.
///
/// @param[in] terminus a terminus
/// @param[in] timeout the time in seconds
/// @return 0, or PN_ARG_ERR for a NULL terminus
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_terminus_set_timeout(
    terminus: *mut pn_terminus_t,
    timeout: pn_seconds_t,
) -> c_int {
    // SAFETY: the caller passes null or a live terminus.
    unsafe { put(terminus, Some(timeout), |terminus, timeout| terminus.timeout = timeout) }
}

/// Tells whether the peer is asked to make the node, or has made it, under an address of its choice.
///
/// @param[in] terminus a terminus, or NULL
/// @return true if the node is dynamic; false for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_terminus_is_dynamic(terminus: *mut pn_terminus_t) -> bool {
    // SAFETY: the caller passes null or a live terminus.
    unsafe { on_terminus(terminus, false, |terminus| terminus.dynamic) }
}

/// Sets whether the peer is asked to make the node.
///
/// @param[in] terminus a terminus
/// @param[in] dynamic true to ask for it
/// @return 0, or PN_ARG_ERR for a NULL terminus
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_terminus_set_dynamic(terminus: *mut pn_terminus_t, dynamic: bool) -> c_int {
    // SAFETY: the caller passes null or a live terminus.
    unsafe { put(terminus, Some(dynamic), |terminus, dynamic| terminus.dynamic = dynamic) }
}

/// Returns the properties of a dynamic node, a map, to be read or filled.
///
/// @param[in] terminus a terminus, or NULL
/// @return the data, owned by the terminus and valid as long as its link; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_terminus_properties(terminus: *mut pn_terminus_t) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live terminus.
    unsafe { lend_field(terminus, PROPERTIES) }
}

/// Returns the capabilities of a terminus, a symbol or an array of symbols, to be read or filled.
///
/// @param[in] terminus a terminus, or NULL
/// @return the data, owned by the terminus and valid as long as its link; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_terminus_capabilities(terminus: *mut pn_terminus_t) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live terminus.
    unsafe { lend_field(terminus, CAPABILITIES) }
}

/// Returns the outcomes that a source supports, a symbol or an array of symbols, to be read or filled.
///
/// @param[in] terminus a terminus, or NULL
/// @return the data, owned by the terminus and valid as long as its link; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_terminus_outcomes(terminus: *mut pn_terminus_t) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live terminus.
    unsafe { lend_field(terminus, OUTCOMES) }
}

/// Returns the filters of a source, a map of symbols to described values, to be read or filled.
///
/// @param[in] terminus a terminus, or NULL
/// @return the data, owned by the terminus and valid as long as its link; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_terminus_filter(terminus: *mut pn_terminus_t) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live terminus.
    unsafe { lend_field(terminus, FILTER) }
}

/// Copies everything that one terminus says into another, of the same link or a different one.
///
/// @param[in] terminus the terminus to change
/// @param[in] src the terminus to copy
/// @return 0, or PN_ARG_ERR if either is NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_terminus_copy(terminus: *mut pn_terminus_t, src: *mut pn_terminus_t) -> c_int {
    let taken = |source: &mut Terminus| {
        let mut copy = Terminus::new(source.kind);
        copy.copy_from(source);
        Some(copy)
    };
    // SAFETY: the caller passes null or a live terminus.
    let copy = unsafe { on_terminus(src, None, taken) };
    // SAFETY: as above.
    unsafe { put(terminus, copy, |terminus, copy| *terminus = copy) }
}
