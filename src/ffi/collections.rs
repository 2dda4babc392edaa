//! The collections that the headers up to 0.37 declared: lists, maps, hashes, strings and iterators.
//!
//! Nothing in the library needs them, but programs and language bindings of that time do. Their header comes with
//! `object.h`, as it did then. The code is in the `object` room.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::{copy_nonoverlapping, null, null_mut, without_provenance, without_provenance_mut};

use super::error::{PN_ARG_ERR, PN_ERR};
use super::object::pn_class_t;
use super::types::{pn_handle_t, va_list};
use crate::object::list::{self, Position};
use crate::object::{class_argument, iterator, map};

pub use crate::object::iterator::{pn_iterator_next_t, pn_iterator_t};
pub use crate::object::list::pn_list_t;
pub use crate::object::map::pn_map_t;
pub use crate::object::string::pn_string_t;

/// A map with numbers for keys.
pub type pn_hash_t = pn_map_t;

/// Runs `f` on an object, and gives `neutral` for null.
///
/// # Safety
/// `object` is null or live, and nothing else uses it while `f` runs.
unsafe fn on<T, R>(object: *mut T, neutral: R, f: impl FnOnce(&mut T) -> R) -> R {
    // SAFETY: passed on from the caller.
    unsafe { object.as_mut() }.map_or(neutral, f)
}

/// Makes an empty list for values of a class.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list(clazz: *const pn_class_t, capacity: usize) -> *mut pn_list_t {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    list::new(real, capacity)
}

/// Tells how many elements a list has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_size(list: *mut pn_list_t) -> usize {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(list, 0, |list| list.size()) }
}

/// Gives the element at an index modulo the size.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_get(list: *mut pn_list_t, index: c_int) -> *mut c_void {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(list, null_mut(), |list| list.get(index)) }
}

/// Replaces the element at an index modulo the size.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_set(list: *mut pn_list_t, index: c_int, value: *mut c_void) {
    if !list.is_null() {
        // SAFETY: the caller passes live objects of the right classes.
        unsafe { list::set(list, index, value) };
    }
}

/// Adds a value, and a reference to it, at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_add(list: *mut pn_list_t, value: *mut c_void) -> c_int {
    if list.is_null() {
        return PN_ARG_ERR;
    }
    // SAFETY: the caller passes a live list and a value of its class.
    unsafe { list::add(list, value) };
    0
}

/// Takes the last element out; its reference passes to the caller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_pop(list: *mut pn_list_t) -> *mut c_void {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(list, null_mut(), |list| list.pop()) }
}

/// Gives the position of the first element equal to a value, -1 if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_index(list: *mut pn_list_t, value: *mut c_void) -> isize {
    if list.is_null() {
        return -1;
    }
    // SAFETY: the caller passes a live list and a value of its class.
    unsafe { list::index(list, value) }.map_or(-1, usize::cast_signed)
}

/// Deletes the first element equal to a value, and tells whether there was one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_remove(list: *mut pn_list_t, value: *mut c_void) -> bool {
    if list.is_null() {
        return false;
    }
    // SAFETY: the caller passes live objects of the right classes.
    unsafe { list::remove(list, value) }
}

/// Deletes elements from an index modulo the size on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_del(list: *mut pn_list_t, index: c_int, n: c_int) {
    if !list.is_null() {
        // SAFETY: the caller passes live objects of the right classes.
        unsafe { list::delete(list, index, n) };
    }
}

/// Deletes all elements.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_clear(list: *mut pn_list_t) {
    if !list.is_null() {
        // SAFETY: the caller passes live objects of the right classes.
        unsafe { list::clear(list) };
    }
}

/// Adds a value to a list kept as a heap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_minpush(list: *mut pn_list_t, value: *mut c_void) {
    if !list.is_null() {
        // SAFETY: the caller passes live objects of the right classes.
        unsafe { list::minpush(list, value) };
    }
}

/// Takes the smallest element out of a heap; its reference passes to the caller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_minpop(list: *mut pn_list_t) -> *mut c_void {
    if list.is_null() {
        return null_mut();
    }
    // SAFETY: the caller passes live objects of the right classes.
    unsafe { list::minpop(list) }
}

/// Starts an iterator over a list, which must outlive the iteration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_iterator(list: *mut pn_list_t, iter: *mut pn_iterator_t) {
    if list.is_null() {
        return;
    }
    // SAFETY: the caller passes null or a live iterator.
    let state = unsafe { on(iter, null_mut(), |iter| iter.start(Some(list::next), size_of::<Position>())) };
    if !state.is_null() {
        // SAFETY: the state was just made, large and aligned enough.
        unsafe { state.cast::<Position>().write(Position { list, next: 0 }) };
    }
}

/// Makes an iterator over nothing.
#[unsafe(no_mangle)]
pub extern "C" fn pn_iterator() -> *mut pn_iterator_t {
    iterator::new()
}

/// Starts an iterator and gives its state, zeroed, for filling in.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_iterator_start(
    iterator: *mut pn_iterator_t,
    next: pn_iterator_next_t,
    size: usize,
) -> *mut c_void {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(iterator, null_mut(), |iterator| iterator.start(next, size)) }
}

/// Gives the next element, NULL at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_iterator_next(iterator: *mut pn_iterator_t) -> *mut c_void {
    if iterator.is_null() {
        return null_mut();
    }
    // SAFETY: the caller passes live objects of the right classes.
    unsafe { iterator::next(iterator) }
}

/// Makes an empty map; it grows as it needs, whatever the hints.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_map(
    key: *const pn_class_t,
    value: *const pn_class_t,
    capacity: usize,
    load_factor: f32,
) -> *mut pn_map_t {
    // Hints for a table that grows by itself.
    let _ = (capacity, load_factor);
    // SAFETY: the caller passes a class in either form.
    let key = unsafe { class_argument(key) };
    // SAFETY: as above.
    let value = unsafe { class_argument(value) };
    map::new(key, value)
}

/// Tells how many keys there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_map_size(map: *mut pn_map_t) -> usize {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(map, 0, |map| map.size()) }
}

/// Sets the value of a key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_map_put(map: *mut pn_map_t, key: *mut c_void, value: *mut c_void) -> c_int {
    if map.is_null() {
        return PN_ARG_ERR;
    }
    // SAFETY: the caller passes a live map, and key and value of its classes.
    unsafe { map::put(map, key, value) };
    0
}

/// Gives the value of a key, NULL if it has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_map_get(map: *mut pn_map_t, key: *mut c_void) -> *mut c_void {
    if map.is_null() {
        return null_mut();
    }
    // SAFETY: the caller passes live objects of the right classes.
    unsafe { map::get(map, key) }
}

/// Deletes a key, if it is there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_map_del(map: *mut pn_map_t, key: *mut c_void) {
    if !map.is_null() {
        // SAFETY: the caller passes live objects of the right classes.
        unsafe { map::delete(map, key) };
    }
}

/// Begins an iteration: the first entry, NULL if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_map_head(map: *mut pn_map_t) -> pn_handle_t {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(map, null(), |map| without_provenance(map.next(0))) }
}

/// Goes on with an iteration: the entry after this one, NULL at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_map_next(map: *mut pn_map_t, entry: pn_handle_t) -> pn_handle_t {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(map, null(), |map| without_provenance(map.next(entry.addr()))) }
}

/// Gives the key of an entry.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_map_key(map: *mut pn_map_t, entry: pn_handle_t) -> *mut c_void {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(map, null_mut(), |map| map.key(entry.addr())) }
}

/// Gives the value of an entry.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_map_value(map: *mut pn_map_t, entry: pn_handle_t) -> *mut c_void {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(map, null_mut(), |map| map.value(entry.addr())) }
}

/// Makes an empty map with numbers for keys.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_hash(
    clazz: *const pn_class_t,
    capacity: usize,
    load_factor: f32,
) -> *mut pn_hash_t {
    // Hints for a table that grows by itself.
    let _ = (capacity, load_factor);
    // SAFETY: the caller passes a class in either form.
    let value = unsafe { class_argument(clazz) };
    map::new(&raw const map::NUMBER.0, value)
}

/// Tells how many keys there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_hash_size(hash: *mut pn_hash_t) -> usize {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(hash, 0, |hash| hash.size()) }
}

/// Sets the value of a key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_hash_put(hash: *mut pn_hash_t, key: usize, value: *mut c_void) -> c_int {
    if hash.is_null() {
        return PN_ARG_ERR;
    }
    // SAFETY: the caller passes a live map, and key and value of its classes.
    unsafe { map::put(hash, without_provenance_mut(key), value) };
    0
}

/// Gives the value of a key, NULL if it has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_hash_get(hash: *mut pn_hash_t, key: usize) -> *mut c_void {
    if hash.is_null() {
        return null_mut();
    }
    // SAFETY: the caller passes live objects of the right classes.
    unsafe { map::get(hash, without_provenance_mut(key)) }
}

/// Deletes a key, if it is there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_hash_del(hash: *mut pn_hash_t, key: usize) {
    if !hash.is_null() {
        // SAFETY: the caller passes live objects of the right classes.
        unsafe { map::delete(hash, without_provenance_mut(key)) };
    }
}

/// Begins an iteration: the first entry, NULL if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_hash_head(hash: *mut pn_hash_t) -> pn_handle_t {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(hash, null(), |hash| without_provenance(hash.next(0))) }
}

/// Goes on with an iteration: the entry after this one, NULL at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_hash_next(hash: *mut pn_hash_t, entry: pn_handle_t) -> pn_handle_t {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(hash, null(), |hash| without_provenance(hash.next(entry.addr()))) }
}

/// Gives the key of an entry.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_hash_key(hash: *mut pn_hash_t, entry: pn_handle_t) -> usize {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(hash, 0, |hash| hash.key(entry.addr()).addr()) }
}

/// Gives the value of an entry.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_hash_value(hash: *mut pn_hash_t, entry: pn_handle_t) -> *mut c_void {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(hash, null_mut(), |hash| hash.value(entry.addr())) }
}

/// Makes a string object; NULL gives the null string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_string(bytes: *const c_char) -> *mut pn_string_t {
    // SAFETY: the caller passes null or a C string.
    pn_string_t::new(unsafe { c_text(bytes) }).into_object()
}

/// Makes a string object from n bytes; NULL gives the null string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_stringn(bytes: *const c_char, n: usize) -> *mut pn_string_t {
    // SAFETY: the caller passes null or n readable bytes.
    pn_string_t::new(unsafe { n_bytes(bytes, n) }).into_object()
}

/// Gives the text, valid until the string changes; NULL for the null string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_string_get(string: *mut pn_string_t) -> *const c_char {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(string, null(), |string| string.as_c()) }
}

/// Gives the length of the text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_string_size(string: *mut pn_string_t) -> usize {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(string, 0, |string| string.text().map_or(0, <[u8]>::len)) }
}

/// Replaces the text; NULL gives the null string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_string_set(string: *mut pn_string_t, bytes: *const c_char) -> c_int {
    // The text may lie in this very string, so it is copied first.
    // SAFETY: the caller passes null or a C string.
    let text = unsafe { c_text(bytes) }.map(<[u8]>::to_vec);
    // SAFETY: the caller passes null or a live object.
    unsafe { on(string, PN_ARG_ERR, |string| replace(string, text.as_deref())) }
}

/// Replaces the text by n bytes; NULL gives the null string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_string_setn(string: *mut pn_string_t, bytes: *const c_char, n: usize) -> c_int {
    // SAFETY: the caller passes null or n readable bytes; they may lie in this very string.
    let text = unsafe { n_bytes(bytes, n) }.map(<[u8]>::to_vec);
    // SAFETY: the caller passes null or a live object.
    unsafe { on(string, PN_ARG_ERR, |string| replace(string, text.as_deref())) }
}

/// Copies text and NUL to a buffer, and gives the length; -1 for the null string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_string_put(string: *mut pn_string_t, dst: *mut c_char) -> isize {
    // SAFETY: the caller passes null or a live object, not used by anybody else meanwhile.
    let text = unsafe { string.as_ref() }.and_then(pn_string_t::text_with_nul);
    let (Some(text), false) = (text, dst.is_null()) else { return -1 };
    // SAFETY: the caller's buffer is large enough for the text and its NUL.
    unsafe { copy_nonoverlapping(text.as_ptr(), dst.cast(), text.len()) };
    text.len().cast_signed() - 1
}

/// Makes it the null string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_string_clear(string: *mut pn_string_t) {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(string, (), pn_string_t::clear) }
}

/// Makes room for a text of this length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_string_grow(string: *mut pn_string_t, capacity: usize) -> c_int {
    if capacity > isize::MAX as usize {
        return PN_ERR;
    }
    // SAFETY: the caller passes null or a live object.
    unsafe { on(string, (), |string| string.grow(capacity)) };
    0
}

/// Sets the length of the text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_string_resize(string: *mut pn_string_t, size: usize) -> c_int {
    if size > isize::MAX as usize {
        return PN_ERR;
    }
    // SAFETY: the caller passes null or a live object.
    unsafe { on(string, (), |string| string.resize(size)) };
    0
}

/// Gives the buffer, writable up to the capacity, valid until the string grows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_string_buffer(string: *mut pn_string_t) -> *mut c_char {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(string, null_mut(), pn_string_t::buffer) }
}

/// Tells how long a text fits without growing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_string_capacity(string: *mut pn_string_t) -> usize {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(string, 0, |string| string.capacity()) }
}

/// Copies the text of another string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_string_copy(string: *mut pn_string_t, src: *mut pn_string_t) -> c_int {
    // SAFETY: the caller passes null or a live object; the text is copied first, for it may be the same string.
    let text = unsafe { src.as_ref() }.and_then(pn_string_t::text).map(<[u8]>::to_vec);
    // SAFETY: the caller passes null or a live object.
    unsafe { on(string, PN_ARG_ERR, |string| replace(string, text.as_deref())) }
}

/// What the variadic shim calls to add text; the null string takes none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_shim_string_append(string: *mut pn_string_t, text: *const c_char) -> c_int {
    // SAFETY: the shim passes a C string of its own.
    let text = unsafe { c_text(text) }.unwrap_or_default();
    // SAFETY: the caller passes null or a live object.
    unsafe {
        on(string, PN_ARG_ERR, |string| {
            if string.text().is_none() {
                return PN_ERR;
            }
            string.append(text);
            0
        })
    }
}

unsafe extern "C" {
    /// Replaces the text of a string by one made as by printf.
    pub fn pn_string_format(string: *mut pn_string_t, format: *const c_char, ...) -> c_int;
    /// Replaces the text of a string by one made as by vprintf.
    pub fn pn_string_vformat(string: *mut pn_string_t, format: *const c_char, ap: va_list) -> c_int;
    /// Adds text made as by printf to a string that is not the null string.
    pub fn pn_string_addf(string: *mut pn_string_t, format: *const c_char, ...) -> c_int;
    /// Adds text made as by vprintf to a string that is not the null string.
    pub fn pn_string_vaddf(string: *mut pn_string_t, format: *const c_char, ap: va_list) -> c_int;
}

fn replace(string: &mut pn_string_t, text: Option<&[u8]>) -> c_int {
    string.set(text);
    0
}

/// The bytes of a C string, none for null.
unsafe fn c_text<'a>(text: *const c_char) -> Option<&'a [u8]> {
    // SAFETY: callers pass null or a C string.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_bytes())
}

/// `n` bytes, none for null.
unsafe fn n_bytes<'a>(start: *const c_char, n: usize) -> Option<&'a [u8]> {
    // SAFETY: callers pass null or n readable bytes.
    (!start.is_null()).then(|| unsafe { std::slice::from_raw_parts(start.cast(), n) })
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::multiple_unsafe_ops_per_block,
        clippy::undocumented_unsafe_blocks,
        reason = "a test owns every object it uses"
    )]

    use super::*;
    use crate::ffi::object::{PN_OBJECT, PN_VOID, pn_decref, pn_free, pn_refcount};
    use crate::ffi::object_legacy::{pn_compare, pn_equals, pn_hashcode, pn_inspect};

    fn object_class() -> *const pn_class_t {
        unsafe { PN_OBJECT }
    }

    fn string(text: &CStr) -> *mut c_void {
        unsafe { pn_string(text.as_ptr()) }.cast()
    }

    fn text(object: *mut c_void) -> String {
        unsafe {
            let dst = pn_string(null());
            assert_eq!(pn_inspect(object, dst), 0);
            let text = CStr::from_ptr(pn_string_get(dst)).to_str().unwrap().to_owned();
            pn_free(dst.cast());
            text
        }
    }

    fn numbers(list: *mut pn_list_t) -> Vec<usize> {
        unsafe { (0..pn_list_size(list)).map(|i| pn_list_get(list, i as c_int).addr()).collect() }
    }

    fn list_of(values: &[usize]) -> *mut pn_list_t {
        unsafe {
            let list = pn_list(PN_VOID, 0);
            for &value in values {
                pn_list_add(list, without_provenance_mut(value));
            }
            list
        }
    }

    #[test]
    fn list_indices_wrap_as_unsigned_numbers() {
        let list = list_of(&[10, 20, 30]);
        unsafe {
            assert_eq!(pn_list_get(list, -1).addr(), 10, "2^64 - 1 is a multiple of 3");
            assert_eq!(pn_list_get(list, 4).addr(), 20);
            pn_list_set(list, 5, without_provenance_mut(33));
            pn_list_del(list, 1, 100);
            assert_eq!(numbers(list), [10]);
            pn_list_clear(list);
            assert!(pn_list_get(list, 0).is_null() && pn_list_pop(list).is_null());
            assert!(pn_list_minpop(list).is_null());
            pn_list_del(list, 0, 1);
            pn_free(list.cast());
        }
    }

    #[test]
    fn a_list_holds_references_and_finds_by_equality() {
        unsafe {
            let list = pn_list(object_class(), 0);
            let (one, two, other) = (string(c"one"), string(c"two"), string(c"two"));
            pn_list_add(list, one);
            pn_list_add(list, two);
            assert_eq!((pn_refcount(two), pn_list_index(list, other)), (2, 1));
            assert_eq!(text(list.cast()), "[\"one\", \"two\"]");
            assert!(pn_list_remove(list, other) && !pn_list_remove(list, other));
            assert_eq!((pn_refcount(two), pn_refcount(other)), (1, 1));
            pn_decref(one);
            pn_list_set(list, 0, one);
            assert_eq!(pn_refcount(one), 1, "the list's own last reference is safe");
            assert_eq!(pn_list_pop(list), one);
            assert_eq!(pn_refcount(one), 1, "popping passes the reference on");
            pn_list_add(list, null_mut());
            assert_eq!(text(list.cast()), "[pn_object<(nil)>]");
            for object in [one, two, other, list.cast()] {
                pn_free(object);
            }
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "takes an interpreter too long")]
    fn a_heap_gives_its_smallest_first() {
        let list = list_of(&[]);
        let mut random = 7usize;
        let mut expected = Vec::new();
        unsafe {
            for _ in 0..200 {
                random = random.wrapping_mul(1103515245).wrapping_add(12345) % 1000 + 1;
                pn_list_minpush(list, without_provenance_mut(random));
                expected.push(random);
            }
            expected.sort_unstable();
            let popped: Vec<_> = (0..200).map(|_| pn_list_minpop(list).addr()).collect();
            assert_eq!(popped, expected);
            pn_free(list.cast());
        }
    }

    #[test]
    fn lists_compare_by_length_and_then_by_their_elements() {
        let (a, b, c) = (list_of(&[1, 2]), list_of(&[1, 2]), list_of(&[1, 2, 3]));
        unsafe {
            assert!(pn_equals(a.cast(), b.cast()));
            assert_eq!(pn_hashcode(a.cast()), (31 + 1) * 31 + 2);
            assert_eq!(pn_compare(a.cast(), c.cast()), 1, "the shorter list is the greater");
            let s = string(c"not a list");
            assert!(!pn_equals(a.cast(), s));
            for object in [a.cast(), b.cast(), c.cast(), s] {
                pn_free(object);
            }
        }
    }

    #[test]
    fn an_iterator_that_reached_the_end_stays_there() {
        let list = list_of(&[1, 2]);
        unsafe {
            let iterator = pn_iterator();
            assert!(pn_iterator_next(iterator).is_null());
            pn_list_iterator(list, iterator);
            let seen = [(); 3].map(|()| pn_iterator_next(iterator).addr());
            pn_list_add(list, without_provenance_mut(3));
            assert_eq!((seen, pn_iterator_next(iterator)), ([1, 2, 0], null_mut()));
            pn_free(iterator.cast());
            pn_free(list.cast());
        }
    }

    #[test]
    fn a_map_keeps_the_first_key_and_the_last_value() {
        unsafe {
            let map = pn_map(object_class(), object_class(), 0, 0.75);
            let (key, same, value) = (string(c"k"), string(c"k"), string(c"v"));
            pn_map_put(map, key, key);
            pn_map_put(map, same, value);
            assert_eq!((pn_map_size(map), pn_map_get(map, same)), (1, value));
            assert_eq!((pn_refcount(key), pn_refcount(same), pn_refcount(value)), (2, 1, 2));
            assert_eq!(text(map.cast()), "{\"k\": \"v\"}");
            let entry = pn_map_head(map);
            assert_eq!((pn_map_key(map, entry), pn_map_value(map, entry)), (key, value));
            assert!(pn_map_next(map, entry).is_null());
            pn_map_del(map, value);
            pn_map_del(map, same);
            assert_eq!((pn_refcount(key), pn_refcount(value), pn_map_size(map)), (1, 1, 0));
            assert!(pn_map_get(map, key).is_null() && pn_map_head(map).is_null());
            for object in [key, same, value, map.cast()] {
                pn_free(object);
            }
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "takes an interpreter too long")]
    fn a_hash_finds_every_number_again() {
        unsafe {
            let hash = pn_hash(PN_VOID, 4, 0.75);
            for key in 0..500usize {
                pn_hash_put(hash, key, without_provenance_mut(key + 1));
            }
            (0..500).step_by(2).for_each(|key| pn_hash_del(hash, key));
            let mut left = Vec::new();
            let mut entry = pn_hash_head(hash);
            while !entry.is_null() {
                left.push((pn_hash_key(hash, entry), pn_hash_value(hash, entry).addr()));
                entry = pn_hash_next(hash, entry);
            }
            left.sort_unstable();
            assert!(left.into_iter().eq((1..500).step_by(2).map(|key| (key, key + 1))));
            assert_eq!((pn_hash_size(hash), pn_hash_get(hash, 0)), (250, null_mut()));
            pn_hash_put(hash, 0, null_mut());
            assert_eq!(pn_hash_size(hash), 251);
            pn_free(hash.cast());
        }
    }

    #[test]
    fn a_null_string_is_not_an_empty_one() {
        unsafe {
            let (null_string, empty) = (pn_string(null()), pn_string(c"".as_ptr()));
            assert!(pn_string_get(null_string).is_null() && !pn_string_get(empty).is_null());
            assert_eq!((pn_hashcode(null_string.cast()), pn_hashcode(empty.cast())), (0, 1));
            assert!(!pn_equals(null_string.cast(), empty.cast()));
            assert_eq!(text(null_string.cast()), "null");
            assert_eq!(pn_string_put(null_string, null_mut()), -1);
            assert_eq!(protium_shim_string_append(null_string, c"x".as_ptr()), PN_ERR);
            assert!(pn_string_get(null_string).is_null());
            pn_string_copy(empty, null_string);
            assert!(pn_string_get(empty).is_null());
            assert!(pn_string_get(null_mut()).is_null());
            assert_eq!((pn_string_size(null_mut()), pn_string_setn(null_mut(), null(), 0)), (0, PN_ARG_ERR));
            pn_free(null_string.cast());
            pn_free(empty.cast());
        }
    }

    #[test]
    fn string_capacity_grows_in_doublings() {
        unsafe {
            let (abc, empty) = (pn_string(c"abc".as_ptr()), pn_string(c"".as_ptr()));
            assert_eq!((pn_string_capacity(abc), pn_string_capacity(empty)), (5, 15));
            pn_string_grow(abc, 6);
            assert_eq!(pn_string_capacity(abc), 11);
            pn_string_buffer(abc).add(3).write(b'd' as c_char);
            pn_string_resize(abc, 4);
            assert_eq!(CStr::from_ptr(pn_string_get(abc)), c"abcd");
            let mut out = [1 as c_char; 6];
            assert_eq!(pn_string_put(abc, out.as_mut_ptr()), 4);
            assert_eq!(out[4..], [0, 1]);
            pn_free(abc.cast());
            pn_free(empty.cast());
        }
    }

    #[test]
    fn strings_order_by_length_first() {
        unsafe {
            let (short, long, same) = (string(c"b"), string(c"aa"), string(c"b"));
            assert!(pn_compare(short, long) > 0 && pn_compare(long, short) < 0);
            assert!(pn_equals(short, same));
            assert_eq!(pn_hashcode(short), 31 + usize::from(b'b'));
            for object in [short, long, same] {
                pn_free(object);
            }
        }
    }

    #[test]
    fn a_string_shows_itself_in_quotes() {
        unsafe {
            let s = pn_stringn(c"a\"\\\n\x7f\xff".as_ptr(), 7);
            assert_eq!(text(s.cast()), "\"a\"\\\\x0a\\x7f\\xff\\x00\"");
            assert_eq!(pn_inspect(s.cast(), s), 0);
            assert!(pn_string_size(s) > 7, "also when it is appended to itself");
            pn_string_setn(s, pn_string_get(s).add(1), 2);
            assert_eq!(CStr::from_ptr(pn_string_get(s)), c"\"\\");
            pn_free(s.cast());
        }
    }

    #[test]
    #[cfg(not(miri))]
    fn formatted_text_is_never_cut_in_strings_and_cut_at_1023_bytes_in_errors() {
        use crate::ffi::error::*;
        let long = std::ffi::CString::new(vec![b'x'; 5000]).unwrap();
        unsafe {
            let s = pn_string(null());
            assert_eq!(pn_string_addf(s, c"%d".as_ptr(), 1), PN_ERR);
            assert_eq!(pn_string_format(s, c"%s".as_ptr(), long.as_ptr()), 0);
            assert_eq!(pn_string_addf(s, c"-%d".as_ptr(), 42), 0);
            assert_eq!(pn_string_size(s), 5003);
            let error = pn_error();
            assert_eq!(pn_error_format(error, PN_ERR, c"%s".as_ptr(), long.as_ptr()), PN_ERR);
            assert_eq!(CStr::from_ptr(pn_error_text(error)).count_bytes(), 1023);
            pn_error_free(error);
            pn_free(s.cast());
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "takes an interpreter too long")]
    fn nesting_without_end_ends() {
        unsafe {
            let outer = pn_list(object_class(), 0);
            let mut inner = outer;
            for _ in 0..if cfg!(miri) { 300 } else { 200_000 } {
                let list = pn_list(object_class(), 1);
                pn_list_add(inner, list.cast());
                pn_decref(list.cast());
                inner = list;
            }
            assert!(text(outer.cast()).len() < 1000);
            pn_hashcode(outer.cast());
            pn_free(outer.cast());

            let circle = pn_list(object_class(), 0);
            pn_list_add(circle, circle.cast());
            assert!(text(circle.cast()).starts_with("[[["));
            pn_list_clear(circle);
            pn_free(circle.cast());
        }
    }
}
