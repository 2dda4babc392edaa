//! `proton/object.h`: reference counting, classes, and the records that objects keep their attachments in.
//!
//! Everything of the engine that C holds is a counted object; these calls work on any of them. The functions that
//! older headers declared as well (the `pn_class_*` and `pn_object_*` families) are in `object_legacy`, the
//! collections of those headers in `collections`.

use std::ffi::{c_char, c_int, c_void};

use super::cid::pn_cid_t;
use super::types::pn_handle_t;
use crate::object::class::{self, create_class};
use crate::object::{call, class_argument, record};

pub use crate::object::class::{ClassCell, ClassName, pn_class_t};
pub use crate::object::record::pn_record_t;
pub use crate::object::string::pn_string_t;

/// The key under which the get_context and set_context functions of an object keep their value.
pub const PN_LEGCTX: pn_handle_t = std::ptr::null();

/// The class of any counted object: with it, every operation finds the real class of the object by itself.
// A variable, as C declares it: programs read the value, older ones pass its address. Nothing ever writes it.
#[unsafe(no_mangle)]
pub static mut PN_OBJECT: *const pn_class_t = &raw const class::OBJECT.0;

/// The class of plain pointers: nothing is counted, and freeing means free().
#[unsafe(no_mangle)]
pub static mut PN_VOID: *const pn_class_t = &raw const class::VOID.0;

/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static PN_WEAKREF: ClassCell = class::exported(&class::WEAKREF);

/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static PN_DEFAULT: ClassName = ClassName::of(&class::DEFAULT);

const OBJECT: *const pn_class_t = &raw const class::OBJECT.0;

/// Makes a class for objects of the program.
///
/// Every function may be NULL, which gives the ordinary behaviour: zeroed memory, a reference count kept by the
/// library, and nothing done at the end but freeing the memory. Classes live until the process ends.
///
/// @param[in] name the name of the class; it is not copied and must stay
/// @param[in] initialize called with each new object
/// @param[in] finalize called with an object whose last reference is gone, before its memory is freed
/// @param[in] incref adds a reference
/// @param[in] decref takes a reference
/// @param[in] refcount tells how many references there are
/// @return the class
#[unsafe(no_mangle)]
pub extern "C" fn pn_class_create(
    name: *const c_char,
    initialize: Option<unsafe extern "C" fn(*mut c_void)>,
    finalize: Option<unsafe extern "C" fn(*mut c_void)>,
    incref: Option<unsafe extern "C" fn(*mut c_void)>,
    decref: Option<unsafe extern "C" fn(*mut c_void)>,
    refcount: Option<unsafe extern "C" fn(*mut c_void) -> c_int>,
) -> *mut pn_class_t {
    create_class(name, initialize, finalize, incref, decref, refcount)
}

/// Gives the name of a class.
///
/// @param[in] clazz a class
/// @return the name, as long as the class lives
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class_name(clazz: *const pn_class_t) -> *const c_char {
    // Proton: PN_OBJECT changed its name in 0.38. A program that passes the value rather than the address of the
    // symbol is that new; pinned by `the_object_class_has_the_name_of_each_generation`.
    if clazz == OBJECT {
        return c"pn_strongref".as_ptr();
    }
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    // SAFETY: as above.
    unsafe { (*real).name }
}

/// Gives the number of a class.
///
/// @param[in] clazz a class
/// @return the number, see pn_cid_t
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class_id(clazz: *const pn_class_t) -> pn_cid_t {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    // SAFETY: as above.
    unsafe { (*real).cid }
}

/// Makes an object of a class.
///
/// @param[in] clazz the class
/// @param[in] size how many bytes the object has
/// @return the object, zeroed before the initializer of the class runs, aligned to 16 bytes, with one reference;
/// NULL when there is no memory or the class does not let programs make its objects
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class_new(clazz: *const pn_class_t, size: usize) -> *mut c_void {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    // SAFETY: as above.
    unsafe { call::new_instance(real, size) }
}

/// Gives the class of an object.
///
/// @param[in] object a counted object, or NULL
/// @return the class the object was made with; PN_OBJECT for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class(object: *mut c_void) -> *const pn_class_t {
    // SAFETY: the caller passes null or a live counted object.
    unsafe { class::object_reify(object) }
}

/// Adds a reference to an object.
///
/// @param[in] object a counted object, or NULL
/// @return the object
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_incref(object: *mut c_void) -> *mut c_void {
    // SAFETY: the caller passes null or a live counted object.
    unsafe { call::incref(OBJECT, object) }
}

/// Takes a reference from an object. The last one ends it.
///
/// @param[in] object a counted object to which the caller holds a reference, or NULL
/// @return how many references are left; 0 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_decref(object: *mut c_void) -> c_int {
    // SAFETY: the caller passes null or a live counted object, and gives up a reference to it.
    unsafe { call::decref(OBJECT, object) }
}

/// Tells how many references to an object there are.
///
/// @param[in] object a counted object, or NULL
/// @return the number of references; -1 if the object is not counted, 0 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_refcount(object: *mut c_void) -> c_int {
    // SAFETY: the caller passes null or a live counted object.
    unsafe { call::refcount(OBJECT, object) }
}

/// Ends an object that nobody else holds; while others do, it only takes the caller's reference.
///
/// @param[in] object a counted object to which the caller holds a reference, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_free(object: *mut c_void) {
    // SAFETY: the caller passes null or a live counted object, and gives up a reference to it.
    unsafe { call::free(OBJECT, object) }
}

/// Shows an object as text, for people to read. The form of the text is not fixed.
///
/// @param[in] object a counted object, or NULL
/// @return the text, to be released with free(); NULL when there is no memory
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_tostring(object: *mut c_void) -> *mut c_char {
    let mut text = pn_string_t::new(Some(b""));
    // SAFETY: the caller passes null or a live counted object; the string is ours for the call.
    unsafe { call::inspect(OBJECT, object, &raw mut text) };
    let text = text.text_with_nul().unwrap_or(b"\0");
    // SAFETY: any size may be asked for.
    let copy = unsafe { libc::malloc(text.len()) }.cast::<u8>();
    if !copy.is_null() {
        // SAFETY: the room is as large as the text and nobody else's.
        unsafe { copy.copy_from_nonoverlapping(text.as_ptr(), text.len()) };
    }
    copy.cast()
}

/// Makes a record: a store of values under keys, each value counted through the class of its key.
///
/// @return a new counted object, in which only PN_LEGCTX is defined
#[unsafe(no_mangle)]
pub extern "C" fn pn_record() -> *mut pn_record_t {
    record::new()
}

/// Defines a key. A key that is defined already keeps its class and its value.
///
/// @param[in] record a record, or NULL
/// @param[in] key a unique address, see PN_HANDLE
/// @param[in] clazz the class of the values
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_record_def(record: *mut pn_record_t, key: pn_handle_t, clazz: *const pn_class_t) {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    // SAFETY: the caller passes null or a live record.
    if let Some(record) = unsafe { record.as_mut() } {
        record.define(key, real);
    }
}

/// Tells whether a key is defined.
///
/// @param[in] record a record, or NULL
/// @param[in] key the key
/// @return true if it is; false for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_record_has(record: *mut pn_record_t, key: pn_handle_t) -> bool {
    // SAFETY: the caller passes null or a live record.
    unsafe { record.as_ref() }.is_some_and(|record| record.has(key))
}

/// Gives the value of a key. The record keeps its reference.
///
/// @param[in] record a record, or NULL
/// @param[in] key the key
/// @return the value; NULL if it was not set or the key is not defined
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_record_get(record: *mut pn_record_t, key: pn_handle_t) -> *mut c_void {
    // SAFETY: the caller passes null or a live record.
    unsafe { record.as_ref() }.map_or(std::ptr::null_mut(), |record| record.get(key))
}

/// Sets the value of a defined key; nothing happens if the key is not defined.
///
/// The record takes a reference to the new value, then gives up the one to the old value.
///
/// @param[in] record a record, or NULL
/// @param[in] key the key
/// @param[in] value an object of the class of the key, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_record_set(record: *mut pn_record_t, key: pn_handle_t, value: *mut c_void) {
    if !record.is_null() {
        // SAFETY: the caller passes a live record, and a value that fits the key.
        unsafe { record::set(record, key, value) };
    }
}

/// Forgets all keys but PN_LEGCTX, and all values.
///
/// @param[in] record a record, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_record_clear(record: *mut pn_record_t) {
    if !record.is_null() {
        // SAFETY: the caller passes a live record.
        unsafe { record::clear(record) };
    }
}
