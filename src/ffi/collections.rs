//! The collections that the headers up to 0.37 declared: lists, maps, hashes, strings and iterators.
//!
//! Nothing in the library needs them, but programs and language bindings of that time do. They are exported for
//! them and declared nowhere now. The code is in the `object` room.

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
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list(clazz: *const pn_class_t, capacity: usize) -> *mut pn_list_t {
    // SAFETY: the caller passes a class in either form.
    let real = unsafe { class_argument(clazz) };
    list::new(real, capacity)
}

/// Tells how many elements a list has.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_size(list: *mut pn_list_t) -> usize {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(list, 0, |list| list.size()) }
}

/// Gives the element at an index modulo the size.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_get(list: *mut pn_list_t, index: c_int) -> *mut c_void {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(list, null_mut(), |list| list.get(index)) }
}

/// Replaces the element at an index modulo the size.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_set(list: *mut pn_list_t, index: c_int, value: *mut c_void) {
    if !list.is_null() {
        // SAFETY: the caller passes live objects of the right classes.
        unsafe { list::set(list, index, value) };
    }
}

/// Adds a value, and a reference to it, at the end.
///
/// cbindgen:ignore
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
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_pop(list: *mut pn_list_t) -> *mut c_void {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(list, null_mut(), |list| list.pop()) }
}

/// Gives the position of the first element equal to a value, -1 if there is none.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_index(list: *mut pn_list_t, value: *mut c_void) -> isize {
    if list.is_null() {
        return -1;
    }
    // SAFETY: the caller passes a live list and a value of its class.
    unsafe { list::index(list, value) }.map_or(-1, usize::cast_signed)
}

/// Deletes the first element equal to a value, and tells whether there was one.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_remove(list: *mut pn_list_t, value: *mut c_void) -> bool {
    if list.is_null() {
        return false;
    }
    // SAFETY: the caller passes live objects of the right classes.
    unsafe { list::remove(list, value) }
}

/// Deletes elements from an index modulo the size on.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_del(list: *mut pn_list_t, index: c_int, n: c_int) {
    if !list.is_null() {
        // SAFETY: the caller passes live objects of the right classes.
        unsafe { list::delete(list, index, n) };
    }
}

/// Deletes all elements.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_clear(list: *mut pn_list_t) {
    if !list.is_null() {
        // SAFETY: the caller passes live objects of the right classes.
        unsafe { list::clear(list) };
    }
}

/// Adds a value to a list kept as a heap.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_minpush(list: *mut pn_list_t, value: *mut c_void) {
    if !list.is_null() {
        // SAFETY: the caller passes live objects of the right classes.
        unsafe { list::minpush(list, value) };
    }
}

/// Takes the smallest element out of a heap; its reference passes to the caller.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_list_minpop(list: *mut pn_list_t) -> *mut c_void {
    if list.is_null() {
        return null_mut();
    }
    // SAFETY: the caller passes live objects of the right classes.
    unsafe { list::minpop(list) }
}

/// Starts an iterator over a list, which must outlive the iteration.
///
/// cbindgen:ignore
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
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn pn_iterator() -> *mut pn_iterator_t {
    iterator::new()
}

/// Starts an iterator and gives its state, zeroed, for filling in.
///
/// cbindgen:ignore
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
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_iterator_next(iterator: *mut pn_iterator_t) -> *mut c_void {
    if iterator.is_null() {
        return null_mut();
    }
    // SAFETY: the caller passes live objects of the right classes.
    unsafe { iterator::next(iterator) }
}

/// Makes an empty map; it grows as it needs, whatever the hints.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_map(
    key: *const pn_class_t,
    value: *const pn_class_t,
    _capacity: usize,
    _load_factor: f32,
) -> *mut pn_map_t {
    // SAFETY: the caller passes a class in either form.
    let key = unsafe { class_argument(key) };
    // SAFETY: as above.
    let value = unsafe { class_argument(value) };
    map::new(key, value)
}

/// Tells how many keys there are.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_map_size(map: *mut pn_map_t) -> usize {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(map, 0, |map| map.size()) }
}

/// Sets the value of a key.
///
/// cbindgen:ignore
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
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_map_get(map: *mut pn_map_t, key: *mut c_void) -> *mut c_void {
    if map.is_null() {
        return null_mut();
    }
    // SAFETY: the caller passes live objects of the right classes.
    unsafe { map::get(map, key) }
}

/// Deletes a key, if it is there.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_map_del(map: *mut pn_map_t, key: *mut c_void) {
    if !map.is_null() {
        // SAFETY: the caller passes live objects of the right classes.
        unsafe { map::delete(map, key) };
    }
}

/// Begins an iteration: the first entry, NULL if there is none.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_map_head(map: *mut pn_map_t) -> pn_handle_t {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(map, null(), |map| without_provenance(map.next(0))) }
}

/// Goes on with an iteration: the entry after this one, NULL at the end.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_map_next(map: *mut pn_map_t, entry: pn_handle_t) -> pn_handle_t {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(map, null(), |map| without_provenance(map.next(entry.addr()))) }
}

/// Gives the key of an entry.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_map_key(map: *mut pn_map_t, entry: pn_handle_t) -> *mut c_void {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(map, null_mut(), |map| map.key(entry.addr())) }
}

/// Gives the value of an entry.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_map_value(map: *mut pn_map_t, entry: pn_handle_t) -> *mut c_void {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(map, null_mut(), |map| map.value(entry.addr())) }
}

/// Makes an empty map with numbers for keys.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_hash(
    clazz: *const pn_class_t,
    _capacity: usize,
    _load_factor: f32,
) -> *mut pn_hash_t {
    // SAFETY: the caller passes a class in either form.
    let value = unsafe { class_argument(clazz) };
    map::new(&raw const map::NUMBER.0, value)
}

/// Tells how many keys there are.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_hash_size(hash: *mut pn_hash_t) -> usize {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(hash, 0, |hash| hash.size()) }
}

/// Sets the value of a key.
///
/// cbindgen:ignore
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
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_hash_get(hash: *mut pn_hash_t, key: usize) -> *mut c_void {
    if hash.is_null() {
        return null_mut();
    }
    // SAFETY: the caller passes live objects of the right classes.
    unsafe { map::get(hash, without_provenance_mut(key)) }
}

/// Deletes a key, if it is there.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_hash_del(hash: *mut pn_hash_t, key: usize) {
    if !hash.is_null() {
        // SAFETY: the caller passes live objects of the right classes.
        unsafe { map::delete(hash, without_provenance_mut(key)) };
    }
}

/// Begins an iteration: the first entry, NULL if there is none.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_hash_head(hash: *mut pn_hash_t) -> pn_handle_t {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(hash, null(), |hash| without_provenance(hash.next(0))) }
}

/// Goes on with an iteration: the entry after this one, NULL at the end.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_hash_next(hash: *mut pn_hash_t, entry: pn_handle_t) -> pn_handle_t {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(hash, null(), |hash| without_provenance(hash.next(entry.addr()))) }
}

/// Gives the key of an entry.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_hash_key(hash: *mut pn_hash_t, entry: pn_handle_t) -> usize {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(hash, 0, |hash| hash.key(entry.addr()).addr()) }
}

/// Gives the value of an entry.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_hash_value(hash: *mut pn_hash_t, entry: pn_handle_t) -> *mut c_void {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(hash, null_mut(), |hash| hash.value(entry.addr())) }
}

/// Makes a string object; NULL gives the null string.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_string(bytes: *const c_char) -> *mut pn_string_t {
    // SAFETY: the caller passes null or a C string.
    pn_string_t::new(unsafe { c_text(bytes) }).into_object()
}

/// Makes a string object from n bytes; NULL gives the null string.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_stringn(bytes: *const c_char, n: usize) -> *mut pn_string_t {
    // SAFETY: the caller passes null or n readable bytes.
    pn_string_t::new(unsafe { n_bytes(bytes, n) }).into_object()
}

/// Gives the text, valid until the string changes; NULL for the null string.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_string_get(string: *mut pn_string_t) -> *const c_char {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(string, null(), |string| string.as_c()) }
}

/// Gives the length of the text.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_string_size(string: *mut pn_string_t) -> usize {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(string, 0, |string| string.text().map_or(0, <[u8]>::len)) }
}

/// Replaces the text; NULL gives the null string.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_string_set(string: *mut pn_string_t, bytes: *const c_char) -> c_int {
    // The text may lie in this very string, so it is copied first.
    // SAFETY: the caller passes null or a C string.
    let text = unsafe { c_text(bytes) }.map(<[u8]>::to_vec);
    // SAFETY: the caller passes null or a live object.
    unsafe { on(string, PN_ARG_ERR, |string| replace(string, text.as_deref())) }
}

/// Replaces the text by n bytes; NULL gives the null string.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_string_setn(string: *mut pn_string_t, bytes: *const c_char, n: usize) -> c_int {
    // SAFETY: the caller passes null or n readable bytes; they may lie in this very string.
    let text = unsafe { n_bytes(bytes, n) }.map(<[u8]>::to_vec);
    // SAFETY: the caller passes null or a live object.
    unsafe { on(string, PN_ARG_ERR, |string| replace(string, text.as_deref())) }
}

/// Copies text and NUL to a buffer, and gives the length; -1 for the null string.
///
/// cbindgen:ignore
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
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_string_clear(string: *mut pn_string_t) {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(string, (), pn_string_t::clear) }
}

/// Makes room for a text of this length.
///
/// cbindgen:ignore
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
///
/// cbindgen:ignore
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
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_string_buffer(string: *mut pn_string_t) -> *mut c_char {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(string, null_mut(), pn_string_t::buffer) }
}

/// Tells how long a text fits without growing.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_string_capacity(string: *mut pn_string_t) -> usize {
    // SAFETY: the caller passes null or a live object.
    unsafe { on(string, 0, |string| string.capacity()) }
}

/// Copies the text of another string.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_string_copy(string: *mut pn_string_t, src: *mut pn_string_t) -> c_int {
    // SAFETY: the caller passes null or a live object; the text is copied first, for it may be the same string.
    let text = unsafe { src.as_ref() }.and_then(pn_string_t::text).map(<[u8]>::to_vec);
    // SAFETY: the caller passes null or a live object.
    unsafe { on(string, PN_ARG_ERR, |string| replace(string, text.as_deref())) }
}

/// What the variadic shim calls to add text; the null string takes none.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_string_append(string: *mut pn_string_t, text: *const c_char) -> c_int {
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
