//! Classes: what a counted object does when it is counted, finalized, compared or shown.
//!
//! The struct has the 13 words of the 0.28 to 0.37 headers, because programs of that time carry their own static
//! instances. Programs of 0.38 and later only hold pointers, so the same struct serves them too. The two
//! generations also differ in what they pass for the built-in classes: the address of the exported symbol, or the
//! value stored in it. Each exported symbol therefore begins with a pointer to the private class object behind it,
//! and [`class_argument`] looks at that first word. A program's own class begins with a name, which is never the
//! address of one of ours.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};

use super::call;
use super::header::{Header, allocate, header, release};
use super::string::pn_string_t;

type Make = unsafe extern "C" fn(*const pn_class_t, usize) -> *mut c_void;
type Act = unsafe extern "C" fn(*mut c_void);
type Count = unsafe extern "C" fn(*mut c_void) -> c_int;
type Reify = unsafe extern "C" fn(*mut c_void) -> *const pn_class_t;
type Hash = unsafe extern "C" fn(*mut c_void) -> usize;
type Compare = unsafe extern "C" fn(*mut c_void, *mut c_void) -> isize;
type Inspect = unsafe extern "C" fn(*mut c_void, *mut pn_string_t) -> c_int;

/// A class of objects.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pn_class_t {
    /// The name, which bindings dispatch on.
    pub name: *const c_char,
    /// The number from `cid.h`, which other bindings dispatch on.
    pub cid: c_uint,
    /// Makes an instance; `None`: an ordinary object.
    pub newinst: Option<Make>,
    /// Runs right after `newinst`.
    pub initialize: Option<Act>,
    /// Adds a reference; `None`: in the header.
    pub incref: Option<Act>,
    /// Takes a reference; `None`: in the header.
    pub decref: Option<Act>,
    /// Tells the references, -1 for objects that are not counted; `None`: from the header.
    pub refcount: Option<Count>,
    /// Runs when the last reference is gone.
    pub finalize: Option<Act>,
    /// Gives the memory back.
    pub free: Option<Act>,
    /// Tells which class really is responsible for an object; `None`: this one.
    pub reify: Option<Reify>,
    /// Hashes an object; `None`: its address.
    pub hashcode: Option<Hash>,
    /// Orders two objects; `None`: by address.
    pub compare: Option<Compare>,
    /// Appends text for an object; `None`: name and address.
    pub inspect: Option<Inspect>,
}

/// Numbers of the built-in classes that this room itself makes, as in `cid.h`.
pub(crate) mod number {
    use std::ffi::c_int;
    pub(crate) const OBJECT: c_int = 1;
    pub(crate) const VOID: c_int = 2;
    pub(crate) const WEAKREF: c_int = 3;
    pub(crate) const STRING: c_int = 4;
    pub(crate) const LIST: c_int = 5;
    pub(crate) const MAP: c_int = 6;
    pub(crate) const RECORD: c_int = 8;
    pub(crate) const COLLECTOR: c_int = 9;
    pub(crate) const EVENT: c_int = 10;
}

/// A class in a `static`.
#[repr(transparent)]
pub struct ClassCell(pub(crate) pn_class_t);

// SAFETY: a class is never written after it was made; its name points at constant text, or at a class of ours.
unsafe impl Sync for ClassCell {}

/// The class behind `PN_OBJECT`: every operation goes to the class the object was made with.
pub(crate) static OBJECT: ClassCell = ClassCell(pn_class_t {
    newinst: Some(object_new),
    finalize: None,
    reify: Some(object_reify),
    ..counted(c"pn_object", number::OBJECT)
});

/// The class behind `PN_VOID`: pointers nobody counts.
pub(crate) static VOID: ClassCell = ClassCell(pn_class_t {
    name: c"pn_void".as_ptr(),
    cid: number::VOID as c_uint,
    newinst: Some(void_new),
    initialize: None,
    incref: Some(void_ignore),
    decref: Some(void_ignore),
    refcount: Some(void_refcount),
    finalize: None,
    free: Some(void_free),
    reify: Some(void_reify),
    hashcode: Some(void_hashcode),
    compare: Some(void_compare),
    inspect: Some(void_inspect),
});

/// A class of things that nobody counts, and that programs cannot make or free through it.
pub(crate) const fn uncounted_class(name: &'static CStr, cid: c_int) -> pn_class_t {
    let (name, cid) = (name.as_ptr(), cid as c_uint);
    pn_class_t { name, cid, newinst: Some(refuse), free: Some(void_ignore), reify: None, ..VOID.0 }
}

/// The class behind `PN_WEAKREF`: counted objects, held without a reference.
pub(crate) static WEAKREF: ClassCell = ClassCell(pn_class_t {
    name: c"pn_weakref".as_ptr(),
    cid: number::WEAKREF as c_uint,
    newinst: Some(refuse),
    free: Some(void_ignore),
    reify: Some(weakref_reify),
    hashcode: Some(weakref_hashcode),
    compare: Some(weakref_compare),
    inspect: Some(weakref_inspect),
    ..VOID.0
});

/// The class behind `PN_DEFAULT`: an object with nothing of its own.
pub(crate) static DEFAULT: ClassCell =
    ClassCell(pn_class_t { newinst: Some(object_new), ..counted(c"pn_default", number::OBJECT) });

/// What a built-in class looks like under its exported name: the first word leads to the class itself.
pub(crate) const fn exported(class: &'static ClassCell) -> ClassCell {
    ClassCell(pn_class_t { name: (&raw const class.0).cast(), ..class.0 })
}

/// A built-in class under the name that only programs of 0.38 and later know: they pass the address and look at
/// nothing. The size is theirs, so that the loader finds no difference.
#[repr(C)]
pub struct ClassName {
    class: *const pn_class_t,
    rest: [usize; 11],
}

// SAFETY: it is never written, and points at a class of ours.
unsafe impl Sync for ClassName {}

impl ClassName {
    pub(crate) const fn of(class: &'static ClassCell) -> Self {
        Self { class: &raw const class.0, rest: [0; 11] }
    }

    /// What programs pass.
    #[cfg(test)]
    pub(crate) const fn as_class(&'static self) -> *const pn_class_t {
        (&raw const *self).cast()
    }
}

/// The class meant by an argument, in either generation's form; null means `PN_OBJECT`.
///
/// # Safety
/// `class` is null, a class, or the address of one of the exported class symbols.
#[inline]
pub(crate) unsafe fn class_argument(class: *const pn_class_t) -> *const pn_class_t {
    if class.is_null() {
        return &raw const OBJECT.0;
    }
    // SAFETY: the caller passes a class; the shortest form, the 8-byte symbol, still has its first word.
    let word = unsafe { class.cast::<*const pn_class_t>().read() };
    for own in [&OBJECT, &VOID, &WEAKREF, &DEFAULT] {
        if std::ptr::eq(word, &raw const own.0) {
            return word;
        }
    }
    class
}

impl pn_class_t {
    /// Whether this is one of our own classes whose objects programs cannot make.
    pub(crate) fn is_built_in(&self) -> bool {
        self.newinst.is_some_and(|make| std::ptr::fn_addr_eq(make, refuse as Make))
    }
}

/// A class whose objects are counted in their header and freed as memory only.
const fn counted(name: &'static CStr, cid: c_int) -> pn_class_t {
    pn_class_t {
        name: name.as_ptr(),
        cid: cid as c_uint,
        newinst: Some(refuse),
        initialize: None,
        incref: Some(object_incref),
        decref: Some(object_decref),
        refcount: Some(object_refcount),
        finalize: None,
        free: Some(object_free),
        reify: None,
        hashcode: None,
        compare: None,
        inspect: None,
    }
}

/// A class for objects from [`super::new_object`]: counted in the header, their `T` dropped at the end.
///
/// Other slots are set with struct update syntax. Instances are not made through `pn_class_new`, which would
/// give a zeroed `T`: that returns null.
pub(crate) const fn ordinary_class<T>(name: &'static CStr, cid: c_int) -> pn_class_t {
    pn_class_t { finalize: Some(drop_value::<T>), reify: Some(object_reify), ..counted(name, cid) }
}

/// A class made at run time by `pn_class_create`; it stays for ever, and so does its name.
pub(crate) fn create_class(
    name: *const c_char,
    initialize: Option<Act>,
    finalize: Option<Act>,
    incref: Option<Act>,
    decref: Option<Act>,
    refcount: Option<Count>,
) -> *mut pn_class_t {
    let ordinary = counted(c"", number::VOID);
    Box::into_raw(Box::new(pn_class_t {
        name,
        newinst: Some(object_new),
        initialize,
        finalize,
        incref: incref.or(ordinary.incref),
        decref: decref.or(ordinary.decref),
        refcount: refcount.or(ordinary.refcount),
        ..ordinary
    }))
}

unsafe extern "C" fn drop_value<T>(object: *mut c_void) {
    // SAFETY: the class belongs to objects that hold a `T`, and this is their end.
    unsafe { object.cast::<T>().drop_in_place() };
}

/// The constructor of classes whose objects programs cannot make. Its address tells them from others, so there has to be
/// just one of it, which is why it is never inlined.
#[inline(never)]
unsafe extern "C" fn refuse(_class: *const pn_class_t, _size: usize) -> *mut c_void {
    std::ptr::null_mut()
}

/// Zeroed memory for an object of any class, count 1.
///
/// # Safety
/// `class` is a class in either form, or null.
pub(crate) unsafe extern "C" fn object_new(class: *const pn_class_t, size: usize) -> *mut c_void {
    // SAFETY: passed on from the caller.
    let class = unsafe { class_argument(class) };
    allocate(class, size)
}

/// Runs `f` on the header of an object, and gives `neutral` for null.
///
/// # Safety
/// `object` is null or a live payload.
#[inline]
unsafe fn on_header<R>(object: *mut c_void, neutral: R, f: impl FnOnce(&mut Header) -> R) -> R {
    if object.is_null() {
        return neutral;
    }
    // SAFETY: the caller passes a live payload.
    let found = unsafe { header(object) };
    // SAFETY: the header is live and nobody else looks at it while this runs.
    f(unsafe { &mut *found })
}

/// Adds one to the count in the header.
///
/// # Safety
/// `object` is null or a live payload.
pub(crate) unsafe extern "C" fn object_incref(object: *mut c_void) {
    // SAFETY: passed on from the caller.
    unsafe { on_header(object, (), |h| h.count = h.count.saturating_add(1)) }
}

/// Takes one from the count in the header, and does nothing else; a count of 0 stays, and so does one that was too high
/// to go on counting: its object is never freed.
///
/// # Safety
/// `object` is null or a live payload.
// Not inlined, so that it has one address, which tells counting in the header from other ways.
#[inline(never)]
pub(crate) unsafe extern "C" fn object_decref(object: *mut c_void) {
    // SAFETY: passed on from the caller.
    unsafe { on_header(object, (), |h| h.count -= c_int::from(h.count > 0 && h.count < c_int::MAX)) }
}

/// The count in the header, 0 for null.
///
/// # Safety
/// `object` is null or a live payload.
pub(crate) unsafe extern "C" fn object_refcount(object: *mut c_void) -> c_int {
    // SAFETY: passed on from the caller.
    unsafe { on_header(object, 0, |h| h.count) }
}

/// Gives the memory back, without finalizing.
///
/// # Safety
/// `object` is null or a payload nobody uses any more.
pub(crate) unsafe extern "C" fn object_free(object: *mut c_void) {
    // SAFETY: passed on from the caller.
    unsafe { release(object) };
}

/// The class an object was made with; `PN_OBJECT` for null.
///
/// # Safety
/// `object` is null or a live payload.
pub(crate) unsafe extern "C" fn object_reify(object: *mut c_void) -> *const pn_class_t {
    // SAFETY: passed on from the caller.
    unsafe { on_header(object, &raw const OBJECT.0, |h| h.class) }
}

/// Whether a counted object was made with one of our own classes: what is compared to it may be anything.
///
/// # Safety
/// `object` is null or a live payload.
pub(crate) unsafe fn is_a(object: *mut c_void, class: &'static ClassCell) -> bool {
    // SAFETY: passed on from the caller.
    std::ptr::eq(unsafe { object_reify(object) }, &raw const class.0)
}

/// Plain memory for a class that does not count.
///
/// # Safety
/// None beyond the C signature.
pub(crate) unsafe extern "C" fn void_new(_class: *const pn_class_t, size: usize) -> *mut c_void {
    // SAFETY: malloc takes any size.
    unsafe { libc::malloc(size) }
}

/// The reference counting of a class that does not count.
///
/// # Safety
/// None beyond the C signature.
pub(crate) unsafe extern "C" fn void_ignore(_object: *mut c_void) {}

/// Always -1: not counted.
///
/// # Safety
/// None beyond the C signature.
pub(crate) unsafe extern "C" fn void_refcount(_object: *mut c_void) -> c_int {
    -1
}

unsafe extern "C" fn void_free(object: *mut c_void) {
    // SAFETY: what has the class PN_VOID and is freed came from malloc, by that class's contract.
    unsafe { libc::free(object) };
}

unsafe extern "C" fn void_reify(_object: *mut c_void) -> *const pn_class_t {
    &raw const VOID.0
}

/// The address.
///
/// # Safety
/// None beyond the C signature.
pub(crate) unsafe extern "C" fn void_hashcode(object: *mut c_void) -> usize {
    object.addr()
}

/// The distance of the addresses.
///
/// # Safety
/// None beyond the C signature.
pub(crate) unsafe extern "C" fn void_compare(a: *mut c_void, b: *mut c_void) -> isize {
    (a.addr() as isize).wrapping_sub(b.addr() as isize)
}

/// Appends the address.
///
/// # Safety
/// `dst` is null or a live string.
pub(crate) unsafe extern "C" fn void_inspect(object: *mut c_void, dst: *mut pn_string_t) -> c_int {
    // SAFETY: the caller lends the string for this call.
    let Some(dst) = (unsafe { dst.as_mut() }) else { return -6 };
    dst.append_address(object);
    0
}

unsafe extern "C" fn weakref_reify(_object: *mut c_void) -> *const pn_class_t {
    &raw const WEAKREF.0
}

unsafe extern "C" fn weakref_hashcode(object: *mut c_void) -> usize {
    // SAFETY: a weak reference names a live counted object, by that class's contract.
    unsafe { call::hashcode(&raw const OBJECT.0, object) }
}

unsafe extern "C" fn weakref_compare(a: *mut c_void, b: *mut c_void) -> isize {
    // SAFETY: as above.
    unsafe { call::compare(&raw const OBJECT.0, a, b) }
}

unsafe extern "C" fn weakref_inspect(object: *mut c_void, dst: *mut pn_string_t) -> c_int {
    // SAFETY: as above; the string is passed on.
    unsafe { call::inspect(&raw const OBJECT.0, object, dst) }
}
