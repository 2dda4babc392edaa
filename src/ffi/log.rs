//! `proton/log.h`: the oldest log facility, from before loggers had masks.
//!
//! It is either on or off for the whole process: on when the environment variable `PN_TRACE_LOG` says so or the
//! program asks for it. Its messages go to the default logger.

use std::ffi::{CStr, c_char};
use std::sync::atomic::{AtomicU8, Ordering};

use super::logger::{default_logger, environment_switch, log_text, names};
use super::types::va_list;

const UNDECIDED: u8 = 2;

/// 0 off, 1 on, [`UNDECIDED`] as long as only the environment speaks.
static ENABLED: AtomicU8 = AtomicU8::new(UNDECIDED);

/// Turns the process-wide log on or off, whatever PN_TRACE_LOG says.
///
/// @param[in] enabled true for on
#[unsafe(no_mangle)]
pub extern "C" fn pn_log_enable(enabled: bool) {
    ENABLED.store(u8::from(enabled), Ordering::Relaxed);
}

/// Turns the process-wide log off when given NULL. Any function is accepted and ignored: messages go to the
/// default logger, see pn_default_logger().
///
/// @param[in] logger a function, or NULL
#[unsafe(no_mangle)]
pub extern "C" fn pn_log_logger(logger: Option<unsafe extern "C" fn(message: *const c_char)>) {
    if logger.is_none() {
        pn_log_enable(false);
    }
}

/// Tells whether the process-wide log is on.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn pni_log_enabled() -> bool {
    match ENABLED.load(Ordering::Relaxed) {
        UNDECIDED => environment_switch(c"PN_TRACE_LOG"),
        decided => decided == 1,
    }
}

/// What the variadic shim calls with the text of a message.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_shim_log(text: *const c_char) {
    if text.is_null() {
        return;
    }
    // SAFETY: the shim passes a C string of its own.
    let text = unsafe { CStr::from_ptr(text) };
    let (all, trace) = (names::pn_log_subsystem_t::PN_SUBSYSTEM_ALL, names::pn_log_level_t::PN_LEVEL_TRACE);
    // SAFETY: the default logger lives for ever.
    unsafe { log_text(default_logger(), all as _, trace as _, text) };
}

unsafe extern "C" {
    /// Logs a message made as by printf, whether the log is on or not.
    ///
    /// cbindgen:ignore
    pub fn pni_logf_impl(fmt: *const c_char, ...);
    /// Logs a message made as by vprintf, whether the log is on or not.
    ///
    /// cbindgen:ignore
    pub fn pni_vlogf_impl(fmt: *const c_char, ap: va_list);
}
