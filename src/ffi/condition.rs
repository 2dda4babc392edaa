//! `proton/condition.h`: error conditions, which say why an endpoint, a transport or a delivery failed.
//!
//! A condition object owns its condition or is lent by an endpoint, transport or disposition; a lent one is looked
//! up on every call.

use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;

use super::codec::pn_data_t;
use super::data_object::{Home, lent_data, on_data, retire_data, text};
use super::error::PN_ARG_ERR;
use super::types::va_list;
use crate::codec::Data;
use crate::codec::data::Value;
use crate::engine::{Condition, Text};

/// An AMQP error condition: a name, a description and a map of information.
pub struct pn_condition_t {
    place: Place,
    info: *mut pn_data_t,
}

/// Finds the condition that `owner` lends as its `part`; null if it has none any more.
pub(super) type OpenCondition = unsafe fn(owner: *mut c_void, part: u32) -> *mut Condition;

enum Place {
    Own(Box<Condition>),
    Lent { owner: *mut c_void, part: u32, open: OpenCondition },
}

impl pn_condition_t {
    /// The condition that `owner` has as its `part`.
    pub(super) fn lent(owner: *mut c_void, part: u32, open: OpenCondition) -> Box<Self> {
        Box::new(Self { place: Place::Lent { owner, part, open }, info: null_mut() })
    }
}

impl Drop for pn_condition_t {
    fn drop(&mut self) {
        // SAFETY: the condition held the one reference since it lent the data; null is tolerated.
        unsafe { retire_data(self.info) };
    }
}

/// Runs `f` on a condition.
///
/// # Safety
/// `condition` is null or live, and no other thread uses it or its owner.
pub(super) unsafe fn on_condition<R>(
    condition: *mut pn_condition_t,
    neutral: R,
    f: impl FnOnce(&mut Condition) -> R,
) -> R {
    // SAFETY: the caller passes null or a live object.
    let Some(object) = (unsafe { condition.as_mut() }) else { return neutral };
    let found: *mut Condition = match &mut object.place {
        Place::Own(condition) => &raw mut **condition,
        Place::Lent { owner, part, open } => {
            let (owner, part, open) = (*owner, *part, *open);
            // SAFETY: an owner lives at least as long as what it lends.
            unsafe { open(owner, part) }
        }
    };
    // SAFETY: the owner gave null or a condition that stays where it is during this call.
    match unsafe { found.as_mut() } {
        Some(found) => f(found),
        None => neutral,
    }
}

/// The tree of a condition's info map.
unsafe fn open_info(condition: *mut c_void, _part: u32) -> *mut Data {
    // SAFETY: the condition retires the data before it goes.
    unsafe { on_condition(condition.cast(), null_mut(), |c| std::ptr::from_mut(c.info.open())) }
}

/// Makes a condition of the program's own.
///
/// @return a new condition that is not set, to be freed with pn_condition_free()
#[unsafe(no_mangle)]
pub extern "C" fn pn_condition() -> *mut pn_condition_t {
    Box::into_raw(Box::new(pn_condition_t { place: Place::Own(Box::default()), info: null_mut() }))
}

/// Frees a condition made by pn_condition(). Conditions of endpoints and transports go with their owners.
///
/// @param[in] c a condition of the program's own, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_condition_free(c: *mut pn_condition_t) {
    // SAFETY: the caller passes null or a live condition.
    if unsafe { c.as_ref() }.is_some_and(|object| matches!(object.place, Place::Own(_))) {
        // SAFETY: an own condition came from `pn_condition`, and the caller gives it up.
        drop(unsafe { Box::from_raw(c) });
    }
}

/// Tells whether a condition is set, which it is as soon as it has a name, even an empty one.
///
/// @param[in] condition a condition, or NULL
/// @return true if it is set; false for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_condition_is_set(condition: *mut pn_condition_t) -> bool {
    // SAFETY: the caller passes null or a live condition.
    unsafe { on_condition(condition, false, |c| c.is_set()) }
}

/// Empties a condition: no name, no description, no information.
///
/// @param[in] condition a condition, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_condition_clear(condition: *mut pn_condition_t) {
    // SAFETY: the caller passes null or a live condition.
    unsafe { on_condition(condition, (), Condition::clear) }
}

/// Returns the name of a condition, such as `amqp:not-found`.
///
/// @param[in] condition a condition, or NULL
/// @return the name, valid until the condition changes or goes; NULL if none is set
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_condition_get_name(condition: *mut pn_condition_t) -> *const c_char {
    // SAFETY: the caller passes null or a live condition.
    unsafe { on_condition(condition, std::ptr::null(), |c| lend(&c.name)) }
}

/// Sets the name of a condition.
///
/// @param[in] condition a condition
/// @param[in] name the name, copied; NULL unsets the condition
/// @return 0, or PN_ARG_ERR for a NULL condition
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_condition_set_name(condition: *mut pn_condition_t, name: *const c_char) -> c_int {
    // SAFETY: the caller passes null or a string.
    let name = unsafe { text(name) };
    // SAFETY: the caller passes null or a live condition.
    unsafe { on_condition(condition, PN_ARG_ERR, |c| put(&mut c.name, name)) }
}

/// Returns the description of a condition.
///
/// @param[in] condition a condition, or NULL
/// @return the description, valid until the condition changes or goes; NULL if none is set
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_condition_get_description(condition: *mut pn_condition_t) -> *const c_char {
    // SAFETY: the caller passes null or a live condition.
    unsafe { on_condition(condition, std::ptr::null(), |c| lend(&c.description)) }
}

/// Sets the description of a condition.
///
/// @param[in] condition a condition
/// @param[in] description the description, copied; NULL removes it
/// @return 0, or PN_ARG_ERR for a NULL condition
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_condition_set_description(
    condition: *mut pn_condition_t,
    description: *const c_char,
) -> c_int {
    // SAFETY: the caller passes null or a string.
    let description = unsafe { text(description) };
    // SAFETY: the caller passes null or a live condition.
    unsafe { on_condition(condition, PN_ARG_ERR, |c| put(&mut c.description, description)) }
}

/// Returns the information that goes with a condition, a map, to be read or filled.
///
/// @param[in] condition a condition, or NULL
/// @return the data, owned by the condition and valid as long as it; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_condition_info(condition: *mut pn_condition_t) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live condition.
    let Some(object) = (unsafe { condition.as_mut() }) else { return null_mut() };
    if object.info.is_null() {
        object.info = lent_data(condition.cast(), 0, open_info, Home::Varying);
    }
    object.info
}

unsafe extern "C" {
    /// Sets name and description at once, the description by a format as for printf.
    ///
    /// @param[in] condition a condition
    /// @param[in] name the name, copied
    /// @param[in] fmt the format, followed by its arguments; the text is cut at 1023 bytes
    /// @return 0, or an error code
    pub fn pn_condition_format(
        condition: *mut pn_condition_t,
        name: *const c_char,
        fmt: *const c_char,
        ...
    ) -> c_int;

    /// As pn_condition_format(), with the arguments as a va_list.
    ///
    /// @param[in] condition a condition
    /// @param[in] name the name, copied
    /// @param[in] fmt the format
    /// @param[in] ap its arguments
    /// @return 0, or an error code
    pub fn pn_condition_vformat(
        condition: *mut pn_condition_t,
        name: *const c_char,
        fmt: *const c_char,
        ap: va_list,
    ) -> c_int;
}

/// Sets both texts of a condition, for the formatting functions.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_shim_condition_set(
    condition: *mut pn_condition_t,
    name: *const c_char,
    description: *const c_char,
) -> c_int {
    // SAFETY: passed on from the caller.
    let named = unsafe { pn_condition_set_name(condition, name) };
    if named != 0 {
        return named;
    }
    // SAFETY: passed on from the caller.
    unsafe { pn_condition_set_description(condition, description) }
}

/// Tells whether a condition sends its reader to another host.
///
/// @param[in] condition a condition, or NULL
/// @return true if the name is `amqp:connection:redirect` or `amqp:link:redirect`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_condition_is_redirect(condition: *mut pn_condition_t) -> bool {
    let redirects = |c: &mut Condition| {
        let name = c.name.as_ref().map(Text::bytes);
        matches!(name, Some(b"amqp:connection:redirect" | b"amqp:link:redirect"))
    };
    // SAFETY: the caller passes null or a live condition.
    unsafe { on_condition(condition, false, redirects) }
}

/// Returns the host that a redirect leads to, the value of `network-host` in the information.
///
/// @param[in] condition a condition, or NULL
/// @return the host, valid until the information changes; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_condition_redirect_host(condition: *mut pn_condition_t) -> *const c_char {
    let host = |value: Value<'_>| match value {
        Value::String(host) | Value::Symbol(host) | Value::Binary(host) => host.as_ptr().cast(),
        _ => std::ptr::null(),
    };
    // SAFETY: the caller passes null or a live condition.
    unsafe { on_info_value(condition, b"network-host", std::ptr::null(), host) }
}

/// Returns the port that a redirect leads to, the value of `port` in the information.
///
/// @param[in] condition a condition, or NULL
/// @return the port, 0 if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_condition_redirect_port(condition: *mut pn_condition_t) -> c_int {
    let port = |value: Value<'_>| match value {
        Value::Int(port) => port,
        Value::Uint(port) => c_int::try_from(port).unwrap_or(0),
        Value::Ushort(port) => c_int::from(port),
        _ => 0,
    };
    // SAFETY: the caller passes null or a live condition.
    unsafe { on_info_value(condition, b"port", 0, port) }
}

/// Copies a condition with all that is in it.
///
/// @param[in] dest the condition to change
/// @param[in] src the condition to copy
/// @return 0, or PN_ARG_ERR if either is NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_condition_copy(dest: *mut pn_condition_t, src: *mut pn_condition_t) -> c_int {
    if std::ptr::eq(dest, src) {
        return if dest.is_null() { PN_ARG_ERR } else { 0 };
    }
    let taken = |source: &mut Condition| {
        let mut copy = Condition::default();
        copy.copy_from(source);
        Some(copy)
    };
    // SAFETY: the caller passes null or a live condition.
    let Some(copy) = (unsafe { on_condition(src, None, taken) }) else { return PN_ARG_ERR };
    let store = |place: &mut Condition| {
        *place = copy;
        0
    };
    // SAFETY: the caller passes null or a live condition.
    unsafe { on_condition(dest, PN_ARG_ERR, store) }
}

fn lend(text: &Option<Text>) -> *const c_char {
    text.as_ref().map_or(std::ptr::null(), Text::as_ptr)
}

fn put(place: &mut Option<Text>, text: Option<&[u8]>) -> c_int {
    *place = Text::from_option(text);
    0
}

/// Runs `f` on the value of `key` in the information.
///
/// # Safety
/// As for [`on_condition`].
unsafe fn on_info_value<R>(
    condition: *mut pn_condition_t,
    key: &[u8],
    neutral: R,
    f: impl FnOnce(Value<'_>) -> R,
) -> R
where
    R: Copy,
{
    // SAFETY: passed on from the caller.
    let info = unsafe { pn_condition_info(condition) };
    let look_up = |info: &mut Data| {
        info.rewind();
        let found = info.next() && info.enter() && info.lookup(key);
        let result = if found { f(info.value()) } else { neutral };
        info.rewind();
        result
    };
    // SAFETY: the information belongs to the live condition; null is tolerated.
    unsafe { on_data(info, neutral, look_up) }
}
