//! `proton/types.h`: the plain values that travel between C and the library.
//!
//! `pn_bytes_t` lends bytes, it owns nothing. The shared opaque types (connection, session, link and so on) are
//! declared in this header too, but defined where their code is.

use std::ffi::{c_char, c_int, c_void};
use std::ptr::{null, null_mut};

/// An argument list as C's `va_list` is passed on x86-64: by address.
/// cbindgen:ignore
pub type va_list = *mut c_void;

/// A handle: the address of something unique, used as a key. See PN_HANDLE.
pub type pn_handle_t = *const c_void;

/// A wrapping 32-bit number, as the sequence numbers of AMQP are.
pub type pn_sequence_t = u32;

/// A span of time in milliseconds.
pub type pn_millis_t = u32;

/// The longest span a pn_millis_t can hold.
pub const PN_MILLIS_MAX: u32 = u32::MAX;

/// A span of time in seconds.
pub type pn_seconds_t = u32;

/// A point in time: milliseconds since 1970-01-01 00:00 UTC.
pub type pn_timestamp_t = i64;

/// A number of frames.
pub type pn_frame_count_t = u32;

/// The state of an endpoint: one PN_LOCAL_ bit and one PN_REMOTE_ bit.
pub type pn_state_t = c_int;

/// A Unicode character, UTF-32.
pub type pn_char_t = u32;

/// An IEEE 754 decimal32, as its bits.
pub type pn_decimal32_t = u32;

/// An IEEE 754 decimal64, as its bits.
pub type pn_decimal64_t = u64;

/// An IEEE 754 decimal128, as its bytes in network order.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pn_decimal128_t {
    /// The bytes.
    pub bytes: [c_char; 16],
}

/// A universally unique identifier.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pn_uuid_t {
    /// The bytes, in the order they are written.
    pub bytes: [c_char; 16],
}

/// Bytes that belong to somebody else and are only read.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pn_bytes_t {
    /// How many.
    pub size: usize,
    /// Where; may be NULL if there are none.
    pub start: *const c_char,
}

/// Bytes that belong to somebody else and may be written.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pn_rwbytes_t {
    /// How many.
    pub size: usize,
    /// Where; may be NULL if there are none.
    pub start: *mut c_char,
}

// SAFETY: a pair of plain values; who follows the pointer answers for it.
unsafe impl Sync for pn_bytes_t {}
// SAFETY: as above.
unsafe impl Sync for pn_rwbytes_t {}

/// No bytes at a null address.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals, reason = "C name")]
pub static pn_bytes_null: pn_bytes_t = pn_bytes_t::NULL;

/// No writable bytes at a null address.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals, reason = "C name")]
pub static pn_rwbytes_null: pn_rwbytes_t = pn_rwbytes_t::NULL;

impl pn_bytes_t {
    /// No bytes at a null address.
    pub(crate) const NULL: Self = Self { size: 0, start: null() };

    /// Lends bytes to C, for as long as the caller documents.
    pub(crate) fn lend(bytes: &[u8]) -> Self {
        Self { size: bytes.len(), start: bytes.as_ptr().cast() }
    }

    /// The bytes C lends; a null address has none, whatever the size.
    ///
    /// # Safety
    /// The bytes are readable and stay unchanged for `'a`.
    pub(crate) unsafe fn as_slice<'a>(self) -> &'a [u8] {
        if self.start.is_null() {
            return &[];
        }
        // SAFETY: passed on from the caller.
        unsafe { std::slice::from_raw_parts(self.start.cast(), self.size) }
    }
}

impl pn_rwbytes_t {
    /// No bytes at a null address.
    pub(crate) const NULL: Self = Self { size: 0, start: null_mut() };
}

/// Puts a size and an address together. Nothing is copied.
///
/// @param[in] size how many bytes
/// @param[in] start where they are
/// @return the pair, good for as long as the bytes are
#[unsafe(no_mangle)]
pub extern "C" fn pn_bytes(size: usize, start: *const c_char) -> pn_bytes_t {
    pn_bytes_t { size, start }
}

/// Puts a size and an address of writable bytes together. Nothing is copied.
///
/// @param[in] size how many bytes
/// @param[in] start where they are
/// @return the pair, good for as long as the bytes are
#[unsafe(no_mangle)]
pub extern "C" fn pn_rwbytes(size: usize, start: *mut c_char) -> pn_rwbytes_t {
    pn_rwbytes_t { size, start }
}
