//! Functions on classes and objects that the headers up to 0.37 declared and programs of that time import.
//!
//! `pn_object_*` and `pn_void_*` are also the contents of the class structs those programs carry: called with
//! nothing but a payload, they find everything in its header. They are exported for them and declared nowhere now.

use std::ffi::{c_int, c_void};

use super::object::{pn_class_t, pn_string_t};
use crate::object::{call, class, class_argument};

const OBJECT: *const pn_class_t = &raw const class::OBJECT.0;

/// Adds a reference through a class and returns the object.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class_incref(clazz: *const pn_class_t, object: *mut c_void) -> *mut c_void {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    // SAFETY: the caller passes null or a live object of the class.
    unsafe { call::incref(real, object) }
}

/// Takes a reference through a class and returns how many are left.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class_decref(clazz: *const pn_class_t, object: *mut c_void) -> c_int {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    // SAFETY: the caller passes null or a live object of the class.
    unsafe { call::decref(real, object) }
}

/// Tells how many references there are, through a class.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class_refcount(clazz: *const pn_class_t, object: *mut c_void) -> c_int {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    // SAFETY: the caller passes null or a live object of the class.
    unsafe { call::refcount(real, object) }
}

/// Ends an object with one reference, or one that is not counted, through a class.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class_free(clazz: *const pn_class_t, object: *mut c_void) {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    // SAFETY: the caller passes null or a live object of the class.
    unsafe { call::free(real, object) }
}

/// Gives the class that is really responsible for an object.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class_reify(clazz: *const pn_class_t, object: *mut c_void) -> *const pn_class_t {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    // SAFETY: the caller passes null or a live object of the class.
    unsafe { call::reify(real, object) }
}

/// Hashes an object through a class.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class_hashcode(clazz: *const pn_class_t, object: *mut c_void) -> usize {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    // SAFETY: the caller passes null or a live object of the class.
    unsafe { call::hashcode(real, object) }
}

/// Orders two objects through a class.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class_compare(clazz: *const pn_class_t, a: *mut c_void, b: *mut c_void) -> isize {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    // SAFETY: the caller passes null or live objects of the class.
    unsafe { call::compare(real, a, b) }
}

/// Tells whether two objects are equal, through a class.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class_equals(clazz: *const pn_class_t, a: *mut c_void, b: *mut c_void) -> bool {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    // SAFETY: the caller passes null or live objects of the class.
    unsafe { call::compare(real, a, b) == 0 }
}

/// Appends text for an object to a string, through a class.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class_inspect(
    clazz: *const pn_class_t,
    object: *mut c_void,
    dst: *mut pn_string_t,
) -> c_int {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    // SAFETY: the caller passes null or a live object of the class, and null or a live string.
    unsafe { call::inspect(real, object, dst) }
}

/// Hashes a counted object.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_hashcode(object: *mut c_void) -> usize {
    // SAFETY: the caller passes null or live counted objects.
    unsafe { call::hashcode(OBJECT, object) }
}

/// Orders two counted objects.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_compare(a: *mut c_void, b: *mut c_void) -> isize {
    // SAFETY: the caller passes null or live counted objects.
    unsafe { call::compare(OBJECT, a, b) }
}

/// Tells whether two counted objects are equal.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_equals(a: *mut c_void, b: *mut c_void) -> bool {
    // SAFETY: the caller passes null or live counted objects.
    unsafe { call::compare(OBJECT, a, b) == 0 }
}

/// Appends text for a counted object to a string.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_inspect(object: *mut c_void, dst: *mut pn_string_t) -> c_int {
    // SAFETY: the caller passes null or a live counted object, and null or a live string.
    unsafe { call::inspect(OBJECT, object, dst) }
}

/// Makes a zeroed counted object that remembers its class.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_object_new(clazz: *const pn_class_t, size: usize) -> *mut c_void {
    // SAFETY: the caller passes a class in either form.
    unsafe { class::object_new(clazz, size) }
}

/// Adds one to the count of an object, and does nothing else.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_object_incref(object: *mut c_void) {
    // SAFETY: the caller passes null or live counted objects.
    unsafe { class::object_incref(object) }
}

/// Takes one from the count of an object, and does nothing else.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_object_decref(object: *mut c_void) {
    // SAFETY: the caller passes null or live counted objects.
    unsafe { class::object_decref(object) }
}

/// Reads the count of an object.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_object_refcount(object: *mut c_void) -> c_int {
    // SAFETY: the caller passes null or live counted objects.
    unsafe { class::object_refcount(object) }
}

/// Gives the class an object was made with.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_object_reify(object: *mut c_void) -> *const pn_class_t {
    // SAFETY: the caller passes null or live counted objects.
    unsafe { class::object_reify(object) }
}

/// Gives the memory of an object back without finalizing it.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_object_free(object: *mut c_void) {
    // SAFETY: the caller passes null or an object nobody uses any more.
    unsafe { class::object_free(object) }
}

/// Gives plain memory, as malloc does.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_void_new(clazz: *const pn_class_t, size: usize) -> *mut c_void {
    // SAFETY: any pointer will do.
    unsafe { class::void_new(clazz, size) }
}

/// Does nothing: plain pointers are not counted.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_void_incref(object: *mut c_void) {
    // SAFETY: any pointer will do.
    unsafe { class::void_ignore(object) }
}

/// Does nothing: plain pointers are not counted.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_void_decref(object: *mut c_void) {
    // SAFETY: any pointer will do.
    unsafe { class::void_ignore(object) }
}

/// Gives -1: plain pointers are not counted.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_void_refcount(object: *mut c_void) -> c_int {
    // SAFETY: any pointer will do.
    unsafe { class::void_refcount(object) }
}

/// Gives the address.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_void_hashcode(object: *mut c_void) -> usize {
    // SAFETY: any pointer will do.
    unsafe { class::void_hashcode(object) }
}

/// Gives the distance of two addresses.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_void_compare(a: *mut c_void, b: *mut c_void) -> isize {
    // SAFETY: any pointer will do.
    unsafe { class::void_compare(a, b) }
}

/// Appends an address to a string.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_void_inspect(object: *mut c_void, dst: *mut pn_string_t) -> c_int {
    // SAFETY: the caller passes null or a live string.
    unsafe { class::void_inspect(object, dst) }
}
