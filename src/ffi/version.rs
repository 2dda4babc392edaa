//! `proton/version.h`: the release of Proton whose interface this library offers.

use std::ffi::c_int;

/// The major part of the version.
pub const PN_VERSION_MAJOR: c_int = 0;

/// The minor part of the version.
pub const PN_VERSION_MINOR: c_int = 41;

/// The point release.
pub const PN_VERSION_POINT: c_int = 0;
