//! `proton/disposition.h`: what became of a delivery.
use std::ffi::CStr;

use super::shell::pn_delivery_t;

/// One side's view of what became of a delivery.
pub struct pn_disposition_t {
    pub(super) delivery: *mut pn_delivery_t,
    pub(super) remote: bool,
}

/// The name of a disposition type.
pub(super) fn type_name(_kind: u64) -> &'static CStr {
    c"unknown"
}
