//! The hidden 16 bytes in front of every counted object, and the memory they live in.
//!
//! C holds pointers to payloads. Class and reference count are found from the payload alone, because programs of
//! the 0.28 to 0.37 generation call `pn_object_incref` and its siblings with nothing else in hand. Memory comes
//! from `calloc`, so a payload starts zeroed and aligned to 16, which the C++ binding relies on when it builds its
//! own objects there. Every header pointer is derived from the payload pointer that came out of the allocation;
//! no reference to a payload is ever turned back into one. Counts are plain: one connection tree, one thread.

use std::ffi::{c_int, c_void};
use std::mem::{align_of, size_of};

use super::class::pn_class_t;

/// What stands right before every payload.
#[repr(C, align(16))]
pub(crate) struct Header {
    /// The class the object was made with.
    pub(crate) class: *const pn_class_t,
    /// References held; 0 while the object is being finalized.
    pub(crate) count: c_int,
}

const HEADER_SIZE: usize = size_of::<Header>();

/// The header of an object.
///
/// # Safety
/// `object` is a payload from this file, not null.
#[inline]
pub(crate) unsafe fn header(object: *mut c_void) -> *mut Header {
    // SAFETY: the caller passes a payload, and every payload has a header right before it.
    unsafe { object.byte_sub(HEADER_SIZE) }.cast()
}

/// Zeroed memory behind a header with count 1, or null when there is none left.
pub(crate) fn allocate(class: *const pn_class_t, size: usize) -> *mut c_void {
    let Some(total) = size.checked_add(HEADER_SIZE) else { return std::ptr::null_mut() };
    // SAFETY: calloc takes any size.
    let start = unsafe { libc::calloc(1, total) }.cast::<Header>();
    if start.is_null() {
        return std::ptr::null_mut();
    }
    // SAFETY: calloc gave at least a header, aligned to 16.
    unsafe { start.write(Header { class, count: 1 }) };
    // SAFETY: the allocation is at least HEADER_SIZE long.
    unsafe { start.byte_add(HEADER_SIZE) }.cast()
}

/// Gives the memory of an object back, without finalizing it.
///
/// # Safety
/// `object` is a payload from [`allocate`] or [`new_object`] that nobody uses any more, or null.
pub(crate) unsafe fn release(object: *mut c_void) {
    if object.is_null() {
        return;
    }
    // SAFETY: the caller passes a payload.
    let start = unsafe { header(object) };
    // SAFETY: the header is where the allocation begins, and the caller gives the memory up.
    unsafe { libc::free(start.cast()) };
}

/// Makes a counted object of one of our own classes, holding `value`.
///
/// The value is dropped by the finalizer of [`super::ordinary_class`].
pub(crate) fn new_object<T>(class: *const pn_class_t, value: T) -> *mut T {
    const { assert!(align_of::<T>() <= align_of::<Header>()) };
    let object = allocate(class, size_of::<T>()).cast::<T>();
    if object.is_null() {
        std::alloc::handle_alloc_error(std::alloc::Layout::new::<T>());
    }
    // SAFETY: the payload is fresh, large enough and aligned to 16.
    unsafe { object.write(value) };
    object
}
