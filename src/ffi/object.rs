//! `proton/object.h`: reference counting, classes, and the records that objects keep their attachments in.
//!
//! Everything of the engine that C holds is a counted object; these calls work on any of them. The functions that
//! older headers declared as well (the `pn_class_*` and `pn_object_*` families) are in `object_legacy`, the
//! collections of those headers in `collections`.

use std::ffi::{c_char, c_int, c_uint, c_void};

use crate::object::class::{self, create_class};
use crate::object::{call, class_argument};

pub use crate::object::class::ClassCell;
pub use crate::object::class::pn_class_t;
pub use crate::object::string::pn_string_t;

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
pub static PN_DEFAULT: ClassCell = class::exported(&class::DEFAULT);

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
pub unsafe extern "C" fn pn_class_id(clazz: *const pn_class_t) -> c_uint {
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
    // SAFETY: a non-null string gives a C string, which strdup copies with malloc.
    unsafe { libc::strdup(text.as_c()) }
}

/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_inspect(object: *mut c_void, dst: *mut pn_string_t) -> c_int {
    // SAFETY: the caller passes null or a live counted object, and null or a live string.
    unsafe { call::inspect(OBJECT, object, dst) }
}
