//! `proton/transport.h`: a transport, bytes in and bytes out.
use std::ffi::{c_char, c_uint};

use super::shell::pn_transport_t;

/// A program's own function for trace lines.
pub type pn_tracer_t = Option<unsafe extern "C" fn(transport: *mut pn_transport_t, message: *const c_char)>;

/// Gives a line to the transport's tracer or log sink.
///
/// # Safety
/// `transport` is live.
pub(super) unsafe fn write_log(
    _transport: *mut pn_transport_t,
    _subsystem: c_uint,
    _level: c_uint,
    _text: &str,
) {
}
pub(super) unsafe fn remote_data(_t: *mut pn_transport_t, _p: u32) -> *mut super::codec::pn_data_t {
    std::ptr::null_mut()
}
pub(super) unsafe fn remote_condition(_t: *mut pn_transport_t) -> *mut super::condition::pn_condition_t {
    std::ptr::null_mut()
}
