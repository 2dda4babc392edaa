//! The call sequences of `pn_class_*`: which slots of a class run, in which order.
//!
//! Clients put their own functions into classes, so the order is visible and kept as it always was: the class is
//! first replaced by what its `reify` names, the count goes down, and at 0 the finalizer runs and may resurrect.
//! All functions take a real class (see [`class_argument`]). Objects that hold objects may be nested as deep as a
//! caller likes, or even in circles: past [`DEEPEST`] levels, text falls back to the address, hash and order to it
//! as well, and destruction is put off until the levels above have returned.

use std::cell::{Cell, RefCell};
use std::ffi::{CStr, c_int, c_void};
use std::ptr::fn_addr_eq;

use super::class::{
    class_argument, object_decref, object_incref, object_new, object_refcount, pn_class_t, void_compare,
};
use super::string::pn_string_t;

const DEEPEST: u32 = 64;

thread_local! {
    /// How many calls into objects are under way on this thread.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    /// How many objects without references wait for their end.
    static WAITING: Cell<usize> = const { Cell::new(0) };
    /// Those objects.
    static PUT_OFF: RefCell<Vec<(*const pn_class_t, *mut c_void)>> = const { RefCell::new(Vec::new()) };
}

/// Runs `f` one level further down, or gives `None` at the deepest level.
fn deeper<R>(f: impl FnOnce() -> R) -> Option<R> {
    let depth = DEPTH.get();
    if depth >= DEEPEST {
        return None;
    }
    DEPTH.set(depth + 1);
    let result = f();
    DEPTH.set(depth);
    Some(result)
}

/// The slots of the class that is really responsible for an object.
///
/// # Safety
/// `class` is a class, and `object` an object it may be asked about, or null.
#[inline]
pub(crate) unsafe fn reify(class: *const pn_class_t, object: *mut c_void) -> *const pn_class_t {
    // SAFETY: the caller passes a class.
    let Some(reify) = (unsafe { (*class).reify }) else { return class };
    // SAFETY: the slot of a class may be called with that class's objects.
    let real = unsafe { reify(object) };
    if real.is_null() {
        return class;
    }
    // SAFETY: a reify slot returns a class, in either form.
    unsafe { class_argument(real) }
}

/// The responsible class and its slots.
///
/// # Safety
/// As for [`reify`]; classes live for ever.
unsafe fn slots(class: *const pn_class_t, object: *mut c_void) -> (*const pn_class_t, pn_class_t) {
    // SAFETY: passed on from the caller.
    let real = unsafe { reify(class, object) };
    // SAFETY: a class is always readable.
    (real, unsafe { real.read() })
}

/// Makes an instance with `size` bytes; null when the class cannot.
///
/// # Safety
/// `class` is a class.
pub(crate) unsafe fn new_instance(class: *const pn_class_t, size: usize) -> *mut c_void {
    // SAFETY: the caller passes a class.
    let real = unsafe { class.read() };
    // SAFETY: a class's own constructor takes the class.
    let object = unsafe { real.newinst.unwrap_or(object_new)(class, size) };
    if let (false, Some(initialize)) = (object.is_null(), real.initialize) {
        // SAFETY: the instance is fresh and of this class.
        unsafe { initialize(object) };
    }
    object
}

/// Adds a reference and returns the object; null is returned as it is.
///
/// # Safety
/// `object` is null or an object of `class`.
pub(crate) unsafe fn incref(class: *const pn_class_t, object: *mut c_void) -> *mut c_void {
    if object.is_null() {
        return object;
    }
    // SAFETY: passed on from the caller.
    let (_, real) = unsafe { slots(class, object) };
    // SAFETY: the slot belongs to the object's class.
    unsafe { real.incref.unwrap_or(object_incref)(object) };
    object
}

/// Takes a reference, ends the object if it was the last, and returns how many are left.
///
/// 0 also when a finalizer resurrected the object.
///
/// # Safety
/// `object` is null or an object of `class`, and the caller gives up one reference to it.
pub(crate) unsafe fn decref(class: *const pn_class_t, object: *mut c_void) -> c_int {
    if object.is_null() {
        return 0;
    }
    // SAFETY: passed on from the caller.
    let (class, real) = unsafe { slots(class, object) };
    let down = real.decref.unwrap_or(object_decref);
    let count = real.refcount.unwrap_or(object_refcount);
    // An object that is being finalized has no references: one decref too many must not end it twice.
    // SAFETY: objects with the header's own counting have a header.
    if fn_addr_eq(down, object_decref as unsafe extern "C" fn(_)) && unsafe { object_refcount(object) } == 0 {
        return 0;
    }
    if real.is_built_in() && real.finalize.is_none() && real.free.is_none() {
        // The class ends its objects itself, so this one may be gone once the reference is.
        // SAFETY: the slot belongs to the object's class, and the object is still there.
        let before = unsafe { count(object) };
        // SAFETY: as above; the caller gives up a reference.
        unsafe { down(object) };
        return (before - 1).max(0);
    }
    // SAFETY: the slot belongs to the object's class, and the caller gives up a reference.
    unsafe { down(object) };
    // SAFETY: as above.
    let left = unsafe { count(object) };
    if left == 0 {
        // SAFETY: nobody holds the object any more.
        unsafe { end(class, object) };
    }
    left
}

/// Takes a reference, as [`decref`], for those who do not ask how many are left.
///
/// # Safety
/// As for [`decref`].
#[inline]
pub(crate) unsafe fn let_go(class: *const pn_class_t, object: *mut c_void) {
    if object.is_null() {
        return;
    }
    // SAFETY: passed on from the caller.
    let real = unsafe { reify(class, object) };
    // SAFETY: a class is always readable.
    let slots = unsafe { &*real };
    match slots.decref {
        // The class ends its objects itself.
        Some(down) if slots.finalize.is_none() && slots.free.is_none() && slots.is_built_in() => {
            // SAFETY: the slot belongs to the object's class, and the caller gives up a reference.
            unsafe { down(object) };
        }
        _ => {
            // SAFETY: passed on from the caller.
            unsafe { decref(real, object) };
        }
    }
}

/// Finalizes an object without references, and frees it unless the finalizer resurrected it.
///
/// # Safety
/// `object` has the class `class` and no references.
unsafe fn end(class: *const pn_class_t, object: *mut c_void) {
    // SAFETY: passed on from the caller.
    if deeper(|| unsafe { end_now(class, object) }).is_none() {
        // While a thread ends, its list is gone: what is nested this deep then stays.
        if PUT_OFF.try_with(|waiting| waiting.borrow_mut().push((class, object))).is_ok() {
            WAITING.set(WAITING.get() + 1);
        }
    }
    while WAITING.get() > 0 && DEPTH.get() == 0 {
        let Ok(Some((class, object))) = PUT_OFF.try_with(|waiting| waiting.borrow_mut().pop()) else { break };
        WAITING.set(WAITING.get() - 1);
        // SAFETY: the object has been without references since it was put off.
        let _ = deeper(|| unsafe { end_now(class, object) });
    }
}

unsafe fn end_now(class: *const pn_class_t, object: *mut c_void) {
    // SAFETY: `end` passes a class.
    let real = unsafe { class.read() };
    if let Some(finalize) = real.finalize {
        // SAFETY: the slot belongs to the object's class; this is the object's end.
        unsafe { finalize(object) };
        // SAFETY: the finalizer leaves the header alone, so that counting still works.
        if unsafe { real.refcount.unwrap_or(object_refcount)(object) } != 0 {
            return;
        }
    }
    if let Some(free) = real.free {
        // SAFETY: nobody holds the object, and it is finalized.
        unsafe { free(object) };
    }
}

/// Ends an object that has one reference, or that is not counted; otherwise only takes a reference.
///
/// # Safety
/// As for [`decref`].
pub(crate) unsafe fn free(class: *const pn_class_t, object: *mut c_void) {
    if object.is_null() {
        return;
    }
    // SAFETY: passed on from the caller.
    let (real_class, real) = unsafe { slots(class, object) };
    // SAFETY: the slot belongs to the object's class.
    if unsafe { real.refcount.unwrap_or(object_refcount)(object) } != -1 {
        // SAFETY: passed on from the caller.
        unsafe { decref(real_class, object) };
        return;
    }
    if let Some(finalize) = real.finalize {
        // SAFETY: nobody counts the object; its owner ends it here.
        unsafe { finalize(object) };
    }
    if let Some(free) = real.free {
        // SAFETY: as above.
        unsafe { free(object) };
    }
}

/// How many references there are; 0 for null.
///
/// # Safety
/// `object` is null or an object of `class`.
pub(crate) unsafe fn refcount(class: *const pn_class_t, object: *mut c_void) -> c_int {
    if object.is_null() {
        return 0;
    }
    // SAFETY: passed on from the caller.
    let (_, real) = unsafe { slots(class, object) };
    // SAFETY: the slot belongs to the object's class.
    unsafe { real.refcount.unwrap_or(object_refcount)(object) }
}

/// The hash of an object; 0 for null.
///
/// # Safety
/// `object` is null or an object of `class`.
pub(crate) unsafe fn hashcode(class: *const pn_class_t, object: *mut c_void) -> usize {
    if object.is_null() {
        return 0;
    }
    // SAFETY: passed on from the caller.
    let (_, real) = unsafe { slots(class, object) };
    let hash = real.hashcode;
    // SAFETY: the slot belongs to the object's class.
    hash.and_then(|hash| deeper(|| unsafe { hash(object) })).unwrap_or_else(|| object.addr())
}

/// The order of two objects: 0 if they are equal.
///
/// # Safety
/// Both are null or objects of `class`.
pub(crate) unsafe fn compare(class: *const pn_class_t, a: *mut c_void, b: *mut c_void) -> isize {
    if a == b {
        return 0;
    }
    // SAFETY: this only looks at the addresses.
    let distance = unsafe { void_compare(a, b) };
    if a.is_null() || b.is_null() {
        return distance;
    }
    // SAFETY: passed on from the caller.
    let (_, real) = unsafe { slots(class, a) };
    let Some(order) = real.compare else { return distance };
    // SAFETY: `a` is of the class whose slot this is, and so is `b`, or the slot sees that it is not.
    deeper(|| unsafe { order(a, b) }).unwrap_or(distance)
}

/// Appends text for an object to `dst`; a null string becomes an empty one first.
///
/// # Safety
/// `object` is null or an object of `class`; `dst` is null or a live string.
pub(crate) unsafe fn inspect(class: *const pn_class_t, object: *mut c_void, dst: *mut pn_string_t) -> c_int {
    if dst.is_null() {
        return -6;
    }
    // SAFETY: the caller lends the string for this call.
    unsafe { (*dst).append(b"") };
    // SAFETY: passed on from the caller; null has a class too.
    let (_, real) = unsafe { slots(class, object) };
    if let (false, Some(inspect)) = (object.is_null(), real.inspect) {
        // SAFETY: the slot belongs to the object's class.
        if let Some(result) = deeper(|| unsafe { inspect(object, dst) }) {
            return result;
        }
    }
    // SAFETY: as above.
    unsafe { append_plain(real, object, dst) };
    0
}

/// Appends `name<address>`.
unsafe fn append_plain(class: pn_class_t, object: *mut c_void, dst: *mut pn_string_t) {
    // SAFETY: `inspect` passes the string its caller lends.
    let dst = unsafe { &mut *dst };
    if class.name.is_null() {
        dst.append(b"<anon>");
    } else {
        // SAFETY: a class keeps its name, a C string, as long as it lives.
        dst.append(unsafe { CStr::from_ptr(class.name) }.to_bytes());
    }
    dst.append(b"<");
    dst.append_address(object);
    dst.append(b">");
}
