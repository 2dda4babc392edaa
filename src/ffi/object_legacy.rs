//! Functions on classes and objects that the headers up to 0.37 declared and programs of that time import.
//!
//! `pn_object_*` and `pn_void_*` are also the contents of the class structs those programs carry: called with
//! nothing but a payload, they find everything in its header. Their header comes with `object.h`, as it did then.

use std::ffi::{c_int, c_void};

use super::object::{pn_class_t, pn_string_t};
use crate::object::{call, class, class_argument};

const OBJECT: *const pn_class_t = &raw const class::OBJECT.0;

/// Adds a reference through a class and returns the object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class_incref(clazz: *const pn_class_t, object: *mut c_void) -> *mut c_void {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    // SAFETY: the caller passes null or a live object of the class.
    unsafe { call::incref(real, object) }
}

/// Takes a reference through a class and returns how many are left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class_decref(clazz: *const pn_class_t, object: *mut c_void) -> c_int {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    // SAFETY: the caller passes null or a live object of the class.
    unsafe { call::decref(real, object) }
}

/// Tells how many references there are, through a class.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class_refcount(clazz: *const pn_class_t, object: *mut c_void) -> c_int {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    // SAFETY: the caller passes null or a live object of the class.
    unsafe { call::refcount(real, object) }
}

/// Ends an object with one reference, or one that is not counted, through a class.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class_free(clazz: *const pn_class_t, object: *mut c_void) {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    // SAFETY: the caller passes null or a live object of the class.
    unsafe { call::free(real, object) }
}

/// Gives the class that is really responsible for an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class_reify(clazz: *const pn_class_t, object: *mut c_void) -> *const pn_class_t {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    // SAFETY: the caller passes null or a live object of the class.
    unsafe { call::reify(real, object) }
}

/// Hashes an object through a class.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class_hashcode(clazz: *const pn_class_t, object: *mut c_void) -> usize {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    // SAFETY: the caller passes null or a live object of the class.
    unsafe { call::hashcode(real, object) }
}

/// Orders two objects through a class.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class_compare(clazz: *const pn_class_t, a: *mut c_void, b: *mut c_void) -> isize {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    // SAFETY: the caller passes null or live objects of the class.
    unsafe { call::compare(real, a, b) }
}

/// Tells whether two objects are equal, through a class.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class_equals(clazz: *const pn_class_t, a: *mut c_void, b: *mut c_void) -> bool {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    // SAFETY: the caller passes null or live objects of the class.
    unsafe { call::compare(real, a, b) == 0 }
}

/// Appends text for an object to a string, through a class.
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
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_hashcode(object: *mut c_void) -> usize {
    // SAFETY: the caller passes null or live counted objects.
    unsafe { call::hashcode(OBJECT, object) }
}

/// Orders two counted objects.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_compare(a: *mut c_void, b: *mut c_void) -> isize {
    // SAFETY: the caller passes null or live counted objects.
    unsafe { call::compare(OBJECT, a, b) }
}

/// Tells whether two counted objects are equal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_equals(a: *mut c_void, b: *mut c_void) -> bool {
    // SAFETY: the caller passes null or live counted objects.
    unsafe { call::compare(OBJECT, a, b) == 0 }
}

/// Appends text for a counted object to a string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_inspect(object: *mut c_void, dst: *mut pn_string_t) -> c_int {
    // SAFETY: the caller passes null or a live counted object, and null or a live string.
    unsafe { call::inspect(OBJECT, object, dst) }
}

/// Makes a zeroed counted object that remembers its class.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_object_new(clazz: *const pn_class_t, size: usize) -> *mut c_void {
    // SAFETY: the caller passes a class in either form.
    unsafe { class::object_new(clazz, size) }
}

/// Adds one to the count of an object, and does nothing else.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_object_incref(object: *mut c_void) {
    // SAFETY: the caller passes null or live counted objects.
    unsafe { class::object_incref(object) }
}

/// Takes one from the count of an object, and does nothing else.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_object_decref(object: *mut c_void) {
    // SAFETY: the caller passes null or live counted objects.
    unsafe { class::object_decref(object) }
}

/// Reads the count of an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_object_refcount(object: *mut c_void) -> c_int {
    // SAFETY: the caller passes null or live counted objects.
    unsafe { class::object_refcount(object) }
}

/// Gives the class an object was made with.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_object_reify(object: *mut c_void) -> *const pn_class_t {
    // SAFETY: the caller passes null or live counted objects.
    unsafe { class::object_reify(object) }
}

/// Gives the memory of an object back without finalizing it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_object_free(object: *mut c_void) {
    // SAFETY: the caller passes null or an object nobody uses any more.
    unsafe { class::object_free(object) }
}

/// Gives plain memory, as malloc does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_void_new(clazz: *const pn_class_t, size: usize) -> *mut c_void {
    // SAFETY: any pointer will do.
    unsafe { class::void_new(clazz, size) }
}

/// Does nothing: plain pointers are not counted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_void_incref(object: *mut c_void) {
    // SAFETY: any pointer will do.
    unsafe { class::void_ignore(object) }
}

/// Does nothing: plain pointers are not counted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_void_decref(object: *mut c_void) {
    // SAFETY: any pointer will do.
    unsafe { class::void_ignore(object) }
}

/// Gives -1: plain pointers are not counted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_void_refcount(object: *mut c_void) -> c_int {
    // SAFETY: any pointer will do.
    unsafe { class::void_refcount(object) }
}

/// Gives the address.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_void_hashcode(object: *mut c_void) -> usize {
    // SAFETY: any pointer will do.
    unsafe { class::void_hashcode(object) }
}

/// Gives the distance of two addresses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_void_compare(a: *mut c_void, b: *mut c_void) -> isize {
    // SAFETY: any pointer will do.
    unsafe { class::void_compare(a, b) }
}

/// Appends an address to a string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_void_inspect(object: *mut c_void, dst: *mut pn_string_t) -> c_int {
    // SAFETY: the caller passes null or a live string.
    unsafe { class::void_inspect(object, dst) }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::multiple_unsafe_ops_per_block,
        clippy::undocumented_unsafe_blocks,
        reason = "a test owns every object it uses"
    )]

    use std::cell::RefCell;
    use std::ffi::c_char;

    use super::*;
    use crate::ffi::object::*;
    use crate::object::ClassCell;

    thread_local! {
        static CALLS: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
    }

    fn note(what: &'static str) {
        CALLS.with_borrow_mut(|calls| calls.push(what));
    }

    fn calls() -> String {
        CALLS.take().join(" ")
    }

    unsafe extern "C" fn newinst(class: *const pn_class_t, size: usize) -> *mut c_void {
        note("newinst");
        unsafe { pn_object_new(class, size) }
    }
    unsafe extern "C" fn initialize(_: *mut c_void) {
        note("initialize");
    }
    unsafe extern "C" fn incref(object: *mut c_void) {
        note("incref");
        unsafe { pn_object_incref(object) }
    }
    unsafe extern "C" fn decref(object: *mut c_void) {
        note("decref");
        unsafe { pn_object_decref(object) }
    }
    unsafe extern "C" fn refcount(object: *mut c_void) -> c_int {
        note("refcount");
        unsafe { pn_object_refcount(object) }
    }
    unsafe extern "C" fn finalize(object: *mut c_void) {
        note("finalize");
        if unsafe { object.cast::<u8>().read() } == 1 {
            note("(resurrected)");
            unsafe { object.cast::<u8>().write(0) };
            unsafe { pn_incref(object) };
        }
    }
    unsafe extern "C" fn free(object: *mut c_void) {
        note("free");
        unsafe { pn_object_free(object) }
    }
    unsafe extern "C" fn reify(object: *mut c_void) -> *const pn_class_t {
        note("reify");
        unsafe { pn_object_reify(object) }
    }

    /// What a program built with the 0.37 headers has in its own image.
    static THING: ClassCell = ClassCell(pn_class_t {
        name: c"thing".as_ptr(),
        cid: 1,
        newinst: Some(newinst),
        initialize: Some(initialize),
        incref: Some(incref),
        decref: Some(decref),
        refcount: Some(refcount),
        finalize: Some(finalize),
        free: Some(free),
        reify: Some(reify),
        hashcode: None,
        compare: None,
        inspect: None,
    });

    fn thing() -> *mut c_void {
        let object = unsafe { pn_class_new(&raw const THING.0, 8) };
        assert_eq!(calls(), "newinst initialize");
        object
    }

    fn text(object: *mut c_void) -> String {
        let text = unsafe { pn_tostring(object) };
        let copy = unsafe { std::ffi::CStr::from_ptr(text) }.to_str().unwrap().to_owned();
        unsafe { libc::free(text.cast()) };
        copy
    }

    #[test]
    fn an_old_programs_class_is_called_in_the_old_order() {
        let object = thing();
        assert!(std::ptr::eq(unsafe { pn_class(object) }, &raw const THING.0));
        assert_eq!(object.addr() % 16, 0);
        assert_eq!(unsafe { pn_incref(object) }, object);
        assert_eq!(calls(), "incref", "PN_OBJECT finds the class in the header");
        unsafe { pn_class_incref(&raw const THING.0, object) };
        assert_eq!(calls(), "reify incref");
        assert_eq!(unsafe { pn_decref(object) }, 2);
        assert_eq!(calls(), "decref refcount");
        assert_eq!(unsafe { pn_class_decref(&raw const THING.0, object) }, 1);
        assert_eq!(calls(), "reify decref refcount");
        assert_eq!(unsafe { pn_decref(object) }, 0);
        assert_eq!(calls(), "decref refcount finalize refcount free");
    }

    #[test]
    fn a_finalizer_may_resurrect_its_object() {
        let object = thing();
        unsafe { object.cast::<u8>().write(1) };
        assert_eq!(unsafe { pn_decref(object) }, 0, "0 also when it was resurrected");
        assert_eq!(calls(), "decref refcount finalize (resurrected) incref refcount");
        assert_eq!(unsafe { pn_object_refcount(object) }, 1);
        unsafe { pn_free(object) };
        assert_eq!(calls(), "refcount reify decref refcount finalize refcount free");
    }

    #[test]
    #[cfg_attr(miri, ignore = "classes live for ever, which counts as lost")]
    fn classes_made_at_run_time_fill_in_the_ordinary_behaviour() {
        unsafe extern "C" fn always_one(_: *mut c_void) -> c_int {
            1
        }
        unsafe extern "C" fn ignore(_: *mut c_void) {}
        let plain = pn_class_create(c"plain".as_ptr(), None, None, None, None, None);
        let object = unsafe { pn_class_new(plain, 3) };
        assert_eq!(unsafe { (pn_class_id(plain), pn_refcount(object)) }, (2, 1));
        assert_eq!(text(object), format!("plain<{object:?}>"));
        unsafe { pn_incref(object) };
        assert_eq!(unsafe { (pn_decref(object), pn_decref(object)) }, (1, 0));

        let foreign =
            pn_class_create(c"pn_pyref".as_ptr(), None, None, Some(ignore), Some(ignore), Some(always_one));
        let nothing_of_ours = std::ptr::without_provenance_mut(0x1234);
        assert_eq!(unsafe { pn_class_decref(foreign, nothing_of_ours) }, 1);
        unsafe { pn_class_free(foreign, nothing_of_ours) };
    }

    #[test]
    fn a_bindings_class_without_an_end_of_its_own_is_counted_in_the_old_order() {
        unsafe extern "C" fn always_one(_: *mut c_void) -> c_int {
            note("refcount");
            1
        }
        unsafe extern "C" fn ignore(_: *mut c_void) {
            note("decref");
        }
        let class = pn_class_t {
            newinst: None,
            decref: Some(ignore),
            refcount: Some(always_one),
            finalize: None,
            free: None,
            reify: None,
            ..THING.0
        };
        let foreign = std::ptr::without_provenance_mut(0x1234);
        assert_eq!(unsafe { pn_class_decref(&raw const class, foreign) }, 1);
        assert_eq!(calls(), "decref refcount");
    }

    #[test]
    fn both_forms_of_a_class_symbol_mean_the_same_class() {
        let address: *const pn_class_t = (&raw const PN_OBJECT).cast();
        let value = unsafe { PN_OBJECT };
        for form in [address, value] {
            assert_eq!(unsafe { class_argument(form) }, OBJECT);
            let object = unsafe { pn_class_new(form, 4) };
            assert_eq!(unsafe { (pn_class(object), pn_class_refcount(form, object)) }, (OBJECT, 1));
            unsafe { pn_class_free(form, object) };
        }
        let copied_by_the_loader = [value, std::ptr::null()];
        assert_eq!(unsafe { class_argument(copied_by_the_loader.as_ptr().cast()) }, OBJECT);
        assert_eq!(unsafe { (pn_class_id((&raw const PN_VOID).cast()), pn_class_id(PN_VOID)) }, (2, 2));
        assert_eq!(
            unsafe { (pn_class_id(&raw const PN_WEAKREF.0), pn_class_id(PN_DEFAULT.as_class())) },
            (3, 1)
        );
        assert!(std::ptr::eq(unsafe { class_argument(&raw const THING.0) }, &raw const THING.0));
    }

    #[test]
    fn the_object_class_has_the_name_of_each_generation() {
        let name = |class| {
            let name: *const c_char = unsafe { pn_class_name(class) };
            unsafe { std::ffi::CStr::from_ptr(name) }
        };
        assert_eq!(name((&raw const PN_OBJECT).cast()), c"pn_object");
        assert_eq!(name(unsafe { PN_OBJECT }), c"pn_strongref");
        assert_eq!(name((&raw const PN_VOID).cast()), c"pn_void");
        assert_eq!(name(unsafe { PN_VOID }), c"pn_void");
        assert_eq!(name(&raw const PN_WEAKREF.0), c"pn_weakref");
        assert_eq!(name(PN_DEFAULT.as_class()), c"pn_default");
    }

    #[test]
    fn null_is_an_object_to_be_ignored() {
        let null = std::ptr::null_mut();
        unsafe {
            assert!(pn_incref(null).is_null());
            assert_eq!((pn_decref(null), pn_refcount(null), pn_hashcode(null)), (0, 0, 0));
            pn_free(null);
            pn_object_free(null);
            pn_object_decref(null);
            assert_eq!((pn_class(null), pn_object_reify(null)), (OBJECT, OBJECT));
            assert_eq!(pn_inspect(null, std::ptr::null_mut()), -6);
        }
        assert_eq!(text(null), "pn_object<(nil)>");
    }

    #[test]
    fn plain_pointers_are_not_counted_and_freed_with_free() {
        let class = unsafe { PN_VOID };
        let memory = unsafe { pn_class_new(class, 5) };
        unsafe {
            assert_eq!(pn_class_incref(class, memory), memory);
            assert_eq!((pn_class_refcount(class, memory), pn_class_decref(class, memory)), (-1, -1));
            assert_eq!(pn_class_hashcode(class, memory), memory.addr());
            let dst = pn_string_t::new(None).into_object();
            pn_class_inspect(class, std::ptr::without_provenance_mut(0x10), dst);
            assert_eq!((*dst).text(), Some(&b"0x10"[..]));
            pn_free(dst.cast());
            pn_class_free(class, memory);
        }
    }

    #[test]
    fn a_weak_reference_leaves_the_count_alone_and_shows_its_target() {
        let (weak, target) = (&raw const PN_WEAKREF.0, pn_string_t::new(Some(b"x")).into_object());
        unsafe {
            pn_class_incref(weak, target.cast());
            assert_eq!((pn_class_refcount(weak, target.cast()), pn_refcount(target.cast())), (-1, 1));
            assert_eq!(pn_class_hashcode(weak, target.cast()), pn_hashcode(target.cast()));
            pn_class_free(weak, target.cast());
            assert_eq!(text(target.cast()), "\"x\"");
            assert!(pn_class_new(weak, 8).is_null());
            pn_free(target.cast());
        }
    }
}
