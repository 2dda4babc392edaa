//! The list of the old headers: values of one class, counted, which also serves as a heap.
//!
//! Indices are taken modulo the size, as unsigned numbers, so that -1 on three elements is element 0. Where the
//! original crashes (an empty list, a range past the end) nothing happens here. Class functions may run a client's
//! code that uses the same list: elements are read one by one, never under a borrow.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use super::call;
use super::class::{ClassCell, OBJECT, WEAKREF, is_a, number, ordinary_class, pn_class_t};
use super::header::new_object;
use super::string::pn_string_t;

/// A list of objects.
pub struct pn_list_t {
    class: *const pn_class_t,
    elements: Vec<*mut c_void>,
}

/// The class of lists.
pub(crate) static CLASS: ClassCell = ClassCell(pn_class_t {
    hashcode: Some(hashcode),
    compare: Some(compare),
    inspect: Some(inspect),
    ..ordinary_class::<pn_list_t>(c"pn_list", number::LIST)
});

/// Makes an empty list for values of a class.
pub(crate) fn new(class: *const pn_class_t, capacity: usize) -> *mut pn_list_t {
    let capacity = if capacity == 0 { 16 } else { capacity.min(1 << 16) };
    new_object(&raw const CLASS.0, pn_list_t { class, elements: Vec::with_capacity(capacity) })
}

impl pn_list_t {
    /// How many elements there are.
    pub(crate) fn size(&self) -> usize {
        self.elements.len()
    }

    /// The element at an index modulo the size; null if the list is empty.
    pub(crate) fn get(&self, index: c_int) -> *mut c_void {
        self.position(index).map_or(null_mut(), |i| self.elements[i])
    }

    /// Takes the last element out, with its reference; null if the list is empty.
    pub(crate) fn pop(&mut self) -> *mut c_void {
        self.elements.pop().unwrap_or(null_mut())
    }

    fn position(&self, index: c_int) -> Option<usize> {
        // Proton: a negative index counts as the huge unsigned number it converts to.
        (index as isize as usize).checked_rem(self.elements.len())
    }

    fn at(&self, index: usize) -> *mut c_void {
        self.elements.get(index).copied().unwrap_or(null_mut())
    }
}

impl Drop for pn_list_t {
    fn drop(&mut self) {
        release(self.class, std::mem::take(&mut self.elements));
    }
}

fn release(class: *const pn_class_t, elements: impl IntoIterator<Item = *mut c_void>) {
    for element in elements {
        // SAFETY: the list took this reference through the same class.
        unsafe { call::decref(class, element) };
    }
}

/// The class of a list's values.
unsafe fn class_of(list: *mut pn_list_t) -> *const pn_class_t {
    // SAFETY: callers pass a live list.
    unsafe { (*list).class }
}

/// Element `index`, null past the end.
unsafe fn at(list: *mut pn_list_t, index: usize) -> *mut c_void {
    // SAFETY: callers pass a live list, borrowed for this one step.
    unsafe { (*list).at(index) }
}

unsafe fn size(list: *mut pn_list_t) -> usize {
    // SAFETY: callers pass a live list, borrowed for this one step.
    unsafe { (*list).size() }
}

/// Adds a value at the end, and a reference to it.
///
/// # Safety
/// `list` is live, `value` null or an object of its class; the same goes for the functions below.
pub(crate) unsafe fn add(list: *mut pn_list_t, value: *mut c_void) {
    // SAFETY: passed on from the caller.
    unsafe { (*list).elements.push(value) };
    // SAFETY: passed on from the caller.
    let class = unsafe { class_of(list) };
    // SAFETY: as above.
    unsafe { call::incref(class, value) };
}

/// Replaces the element at an index modulo the size.
///
/// # Safety
/// See [`add`].
pub(crate) unsafe fn set(list: *mut pn_list_t, index: c_int, value: *mut c_void) {
    // SAFETY: passed on from the caller.
    let this = unsafe { &mut *list };
    let Some(position) = this.position(index) else { return };
    let class = this.class;
    let old = std::mem::replace(&mut this.elements[position], value);
    // The new reference comes first: it may be the same object.
    // SAFETY: passed on from the caller.
    unsafe { call::incref(class, value) };
    release(class, [old]);
}

/// The position of the first element equal to `value`.
///
/// # Safety
/// See [`add`].
pub(crate) unsafe fn index(list: *mut pn_list_t, value: *mut c_void) -> Option<usize> {
    // SAFETY: passed on from the caller.
    let class = unsafe { class_of(list) };
    let mut position = 0;
    // SAFETY: passed on from the caller.
    while position < unsafe { size(list) } {
        // SAFETY: passed on from the caller.
        let element = unsafe { at(list, position) };
        // SAFETY: both are objects of the list's class.
        if unsafe { call::compare(class, element, value) } == 0 {
            return Some(position);
        }
        position += 1;
    }
    None
}

/// Takes the first element equal to `value` out, and tells whether there was one.
///
/// # Safety
/// See [`add`].
pub(crate) unsafe fn remove(list: *mut pn_list_t, value: *mut c_void) -> bool {
    // SAFETY: passed on from the caller.
    let Some(position) = (unsafe { index(list, value) }) else { return false };
    // SAFETY: passed on from the caller.
    unsafe { delete_range(list, position, 1) };
    true
}

/// Deletes `n` elements from an index modulo the size on, as far as there are any.
///
/// # Safety
/// See [`add`].
pub(crate) unsafe fn delete(list: *mut pn_list_t, index: c_int, n: c_int) {
    // SAFETY: passed on from the caller.
    let position = unsafe { (*list).position(index) };
    if let (Some(position), Ok(n)) = (position, usize::try_from(n)) {
        // SAFETY: passed on from the caller.
        unsafe { delete_range(list, position, n) };
    }
}

unsafe fn delete_range(list: *mut pn_list_t, position: usize, n: usize) {
    // SAFETY: callers pass a live list.
    let this = unsafe { &mut *list };
    let end = position.saturating_add(n).min(this.elements.len());
    let class = this.class;
    let gone: Vec<_> = this.elements.drain(position.min(end)..end).collect();
    release(class, gone);
}

/// Deletes everything.
///
/// # Safety
/// See [`add`].
pub(crate) unsafe fn clear(list: *mut pn_list_t) {
    // SAFETY: passed on from the caller.
    unsafe { delete_range(list, 0, usize::MAX) };
}

/// Adds a value to a list that is kept as a heap, smallest first.
///
/// # Safety
/// See [`add`].
pub(crate) unsafe fn minpush(list: *mut pn_list_t, value: *mut c_void) {
    // SAFETY: passed on from the caller.
    unsafe { add(list, value) };
    // SAFETY: passed on from the caller.
    let mut child = unsafe { size(list) } - 1;
    while child > 0 {
        let parent = (child - 1) / 2;
        // SAFETY: passed on from the caller.
        if !unsafe { less(list, child, parent) } {
            break;
        }
        // SAFETY: passed on from the caller.
        unsafe { swap(list, child, parent) };
        child = parent;
    }
}

/// Takes the smallest value out of a heap, with its reference; null if it is empty.
///
/// # Safety
/// See [`add`].
pub(crate) unsafe fn minpop(list: *mut pn_list_t) -> *mut c_void {
    // SAFETY: passed on from the caller.
    let last = unsafe { size(list) }.saturating_sub(1);
    // SAFETY: passed on from the caller.
    unsafe { swap(list, 0, last) };
    // SAFETY: passed on from the caller.
    let smallest = unsafe { (*list).pop() };
    let mut parent = 0;
    loop {
        let mut least = parent;
        for child in [2 * parent + 1, 2 * parent + 2] {
            // SAFETY: passed on from the caller.
            if child < unsafe { size(list) } && unsafe { less(list, child, least) } {
                least = child;
            }
        }
        if least == parent {
            return smallest;
        }
        // SAFETY: passed on from the caller.
        unsafe { swap(list, least, parent) };
        parent = least;
    }
}

unsafe fn less(list: *mut pn_list_t, a: usize, b: usize) -> bool {
    // SAFETY: callers pass a live list.
    let (class, a, b) = unsafe { (&*list).pair(a, b) };
    // SAFETY: both are objects of the list's class.
    unsafe { call::compare(class, a, b) < 0 }
}

unsafe fn swap(list: *mut pn_list_t, a: usize, b: usize) {
    // SAFETY: callers pass a live list.
    let elements = unsafe { &mut (*list).elements };
    if a < elements.len() && b < elements.len() {
        elements.swap(a, b);
    }
}

impl pn_list_t {
    fn pair(&self, a: usize, b: usize) -> (*const pn_class_t, *mut c_void, *mut c_void) {
        (self.class, self.at(a), self.at(b))
    }
}

/// Where an iterator over a list stands.
#[repr(C)]
pub(crate) struct Position {
    /// The list, which must outlive the iteration.
    pub(crate) list: *mut pn_list_t,
    /// The next element.
    pub(crate) next: usize,
}

/// The next element for an iterator, null at the end.
///
/// # Safety
/// `state` is a [`Position`] whose list is live.
pub(crate) unsafe extern "C" fn next(state: *mut c_void) -> *mut c_void {
    // SAFETY: the iterator keeps the state it was started with.
    let position = unsafe { &mut *state.cast::<Position>() };
    // SAFETY: the program keeps the list while it iterates.
    let element = unsafe { at(position.list, position.next) };
    position.next += 1;
    element
}

unsafe extern "C" fn hashcode(object: *mut c_void) -> usize {
    let list = object.cast::<pn_list_t>();
    // SAFETY: the slot belongs to lists.
    let class = unsafe { class_of(list) };
    let mut hash = 1usize;
    let mut position = 0;
    // SAFETY: as above.
    while position < unsafe { size(list) } {
        // SAFETY: as above.
        let element = unsafe { at(list, position) };
        // SAFETY: the element is of the list's class.
        let part = unsafe { call::hashcode(class, element) };
        hash = hash.wrapping_mul(31).wrapping_add(part);
        position += 1;
    }
    hash
}

unsafe extern "C" fn compare(a: *mut c_void, b: *mut c_void) -> isize {
    // SAFETY: what is compared to a counted object is counted as well.
    if !unsafe { is_a(b, &CLASS) } {
        return distance(a, b);
    }
    let (a, b) = (a.cast::<pn_list_t>(), b.cast::<pn_list_t>());
    // SAFETY: the slot belongs to lists.
    let (here, there) = (unsafe { size(a) }, unsafe { size(b) });
    if here != there {
        return there.wrapping_sub(here).cast_signed();
    }
    // SAFETY: as above.
    let class = unsafe { class_of(a) };
    // Values of different classes only compare as addresses, unless both lists hold counted objects, of which each
    // knows how it is compared.
    // SAFETY: as above.
    let other = unsafe { class_of(b) };
    let comparable = class == other || (holds_objects(class) && holds_objects(other));
    for position in 0..here {
        // SAFETY: as above.
        let (x, y) = (unsafe { at(a, position) }, unsafe { at(b, position) });
        // SAFETY: both elements are of the class.
        let order = if comparable { unsafe { call::compare(class, x, y) } } else { distance(x, y) };
        if order != 0 {
            return order;
        }
    }
    0
}

/// Whether values of a class are counted objects, held with a reference or without.
fn holds_objects(class: *const pn_class_t) -> bool {
    class == &raw const OBJECT.0 || class == &raw const WEAKREF.0
}

fn distance(a: *mut c_void, b: *mut c_void) -> isize {
    a.addr().wrapping_sub(b.addr()).cast_signed()
}

unsafe extern "C" fn inspect(object: *mut c_void, dst: *mut pn_string_t) -> c_int {
    let list = object.cast::<pn_list_t>();
    // SAFETY: the slot belongs to lists.
    let class = unsafe { class_of(list) };
    // SAFETY: the caller lends the string.
    unsafe { (*dst).append(b"[") };
    let mut position = 0;
    // SAFETY: the slot belongs to lists.
    while position < unsafe { size(list) } {
        if position > 0 {
            // SAFETY: the caller lends the string.
            unsafe { (*dst).append(b", ") };
        }
        // SAFETY: the slot belongs to lists.
        let element = unsafe { at(list, position) };
        // SAFETY: the element is of the list's class; the string is passed on.
        let result = unsafe { call::inspect(class, element, dst) };
        if result != 0 {
            return result;
        }
        position += 1;
    }
    // SAFETY: the caller lends the string.
    unsafe { (*dst).append(b"]") };
    0
}
