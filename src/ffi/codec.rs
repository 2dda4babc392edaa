//! `proton/codec.h`: AMQP values as a tree with a cursor, and their encoding.
//!
//! A pn_data_t holds a forest of values. The cursor stands on a value, or before the first one, at the top level or
//! inside a compound; pn_data_next() and pn_data_put_int() and their like go on from there. Every function accepts
//! NULL for the data object, does nothing then and returns zero, false or PN_ARG_ERR. What a pn_bytes_t from here
//! points to stays valid until the object is changed or freed, and a NUL follows it. Neighbours: `data_object`
//! (the object), `data_arguments` (fill and scan), `codec::data` (the tree).

use std::ffi::{c_char, c_int};

use super::data_object::{
    INVALID, NO_ATOM, Source, atom_value, clear, cloned, current_atom, error_of, from_chars, give_text, lent,
    on_data, own_data, print, put_bytes, size_or_code, slice, status, text, text_of, to_chars, type_name,
};
use super::error::{PN_ARG_ERR, pn_error_t};
use super::types::{
    pn_bytes_t, pn_char_t, pn_decimal32_t, pn_decimal64_t, pn_decimal128_t, pn_handle_t, pn_timestamp_t,
    pn_uuid_t, va_list,
};
use crate::codec::{Data, data::Bookmark, data::Type};
use crate::object::decref;

/// The type of a value, one of the PN_ type constants; PN_INVALID for no value.
/// cbindgen:ignore
pub type pn_type_t = c_int;

/// The constants of the enumerations, as C sees them.
pub mod names {
    /// The types of AMQP values.
    #[repr(C)]
    pub enum pn_type_t {
        /// No value.
        PN_INVALID = -1,
        /// Null.
        PN_NULL = 1,
        /// A boolean.
        PN_BOOL = 2,
        /// An unsigned 8-bit integer.
        PN_UBYTE = 3,
        /// A signed 8-bit integer.
        PN_BYTE = 4,
        /// An unsigned 16-bit integer.
        PN_USHORT = 5,
        /// A signed 16-bit integer.
        PN_SHORT = 6,
        /// An unsigned 32-bit integer.
        PN_UINT = 7,
        /// A signed 32-bit integer.
        PN_INT = 8,
        /// A Unicode character.
        PN_CHAR = 9,
        /// An unsigned 64-bit integer.
        PN_ULONG = 10,
        /// A signed 64-bit integer.
        PN_LONG = 11,
        /// Milliseconds since 1970.
        PN_TIMESTAMP = 12,
        /// A 32-bit floating-point number.
        PN_FLOAT = 13,
        /// A 64-bit floating-point number.
        PN_DOUBLE = 14,
        /// A 32-bit decimal number.
        PN_DECIMAL32 = 15,
        /// A 64-bit decimal number.
        PN_DECIMAL64 = 16,
        /// A 128-bit decimal number.
        PN_DECIMAL128 = 17,
        /// A universally unique identifier.
        PN_UUID = 18,
        /// Bytes.
        PN_BINARY = 19,
        /// UTF-8 text.
        PN_STRING = 20,
        /// An ASCII name from a limited set.
        PN_SYMBOL = 21,
        /// A descriptor and the value it describes.
        PN_DESCRIBED = 22,
        /// Values of one type.
        PN_ARRAY = 23,
        /// Values of any type.
        PN_LIST = 24,
        /// Pairs of key and value.
        PN_MAP = 25,
    }
}

/// The content of an atom; the atom's type says which member counts.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(missing_docs, reason = "each member is named after its type")]
pub union pn_atom_value_t {
    pub as_bool: bool,
    pub as_ubyte: u8,
    pub as_byte: i8,
    pub as_ushort: u16,
    pub as_short: i16,
    pub as_uint: u32,
    pub as_int: i32,
    pub as_char: pn_char_t,
    pub as_ulong: u64,
    pub as_long: i64,
    pub as_timestamp: pn_timestamp_t,
    pub as_float: f32,
    pub as_double: f64,
    pub as_decimal32: pn_decimal32_t,
    pub as_decimal64: pn_decimal64_t,
    pub as_decimal128: pn_decimal128_t,
    pub as_uuid: pn_uuid_t,
    pub as_bytes: pn_bytes_t,
}

/// One value that is not a compound.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pn_atom_t {
    /// The type of the value.
    pub r#type: pn_type_t,
    /// The value.
    pub u: pn_atom_value_t,
}

/// A message identifier: an atom of type PN_NULL, PN_ULONG, PN_UUID, PN_BINARY or PN_STRING.
pub type pn_msgid_t = pn_atom_t;

/// AMQP values in a tree, with a cursor.
/// The cursor stands on a value or before the first one, at the top level or inside a compound. A value that is put
/// goes behind the current one, in place of what is there, and becomes current. Every function takes NULL for the
/// object and then does nothing. Bytes that a function returns stay valid until the object is changed or freed.
pub struct pn_data_t {
    pub(super) tree: *mut Data,
    pub(super) source: Source,
    pub(super) error: pn_error_t,
}

unsafe extern "C" {
    /// Puts the values that a format names, beginning at the cursor.
    /// Letters: n null, o bool (int), B b H h I i L l the integers from ubyte to long, t timestamp, f d float and
    /// double, Z z binary (size_t and char*; z takes NULL as null), S s string and symbol (char*, NULL is null),
    /// a atom (pn_atom_t*), C a value of another pn_data_t* (NULL or empty is null), M like C with an array of one
    /// put as its element, D a described value made of the next two values, [ ] list, { } map, @T[ ] array of the
    /// type T (int), *s symbols (int and char**), ? (int) makes the next value null if the int is 0.
    /// @param[in] data the object to put into
    /// @param[in] fmt the letters, without blanks
    /// @return 0, PN_ARG_ERR for an unknown letter, or another error number
    pub fn pn_data_fill(data: *mut pn_data_t, fmt: *const c_char, ...) -> c_int;

    /// Puts the values that a format names, like pn_data_fill().
    /// @param[in] data the object to put into
    /// @param[in] fmt the letters, see pn_data_fill()
    /// @param[in] ap the values
    /// @return as pn_data_fill()
    pub fn pn_data_vfill(data: *mut pn_data_t, fmt: *const c_char, ap: va_list) -> c_int;

    /// Reads the values that a format names, from the beginning.
    /// Letters: n null, o B b H h I i c L l t f d the scalars (pointers to their C types), z S s binary, string,
    /// symbol (pn_bytes_t*, valid as long as the object is unchanged), a any scalar (pn_atom_t*), C any value
    /// (pn_data_t*, appended to it), . any value, D a described value (its descriptor and value follow), @ an array,
    /// [ ] list, { } map, ? (bool*) whether the next letter matched. A value of another type reads as zero.
    /// @param[in] data the object to read
    /// @param[in] fmt the letters, without blanks
    /// @return 0 even if nothing matched, PN_ARG_ERR for an unknown letter, PN_ERR for a bracket without a compound
    pub fn pn_data_scan(data: *mut pn_data_t, fmt: *const c_char, ...) -> c_int;

    /// Reads the values that a format names, like pn_data_scan().
    /// @param[in] data the object to read
    /// @param[in] fmt the letters, see pn_data_scan()
    /// @param[in] ap the places for the values
    /// @return as pn_data_scan()
    pub fn pn_data_vscan(data: *mut pn_data_t, fmt: *const c_char, ap: va_list) -> c_int;
}

/// Gives the name of a type.
/// @param[in] type a type
/// @return constant text such as "PN_INT"; "<UNKNOWN>" for a number that is no type
#[unsafe(no_mangle)]
pub extern "C" fn pn_type_name(r#type: pn_type_t) -> *const c_char {
    type_name(r#type).as_ptr()
}

/// Makes an empty data object.
/// @param[in] capacity how many values are expected; only a hint
/// @return a new object that the caller releases with pn_data_free()
#[unsafe(no_mangle)]
pub extern "C" fn pn_data(capacity: usize) -> *mut pn_data_t {
    let _ = capacity;
    own_data()
}

/// Releases a data object that pn_data() made.
/// @param[in] data the object, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_free(data: *mut pn_data_t) {
    // SAFETY: the caller gives up its reference, or passes null.
    unsafe { decref(data) };
}

/// Gives the number of the last error of a data object.
/// @return the error number, 0 if there was no error
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_errno(data: *mut pn_data_t) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    let error = unsafe { error_of(data) };
    // SAFETY: null, or inside the live object.
    unsafe { error.as_ref() }.map_or(0, pn_error_t::code)
}

/// Gives the error object of a data object; later successes do not clear it, pn_data_clear() does.
/// @return the error object, which belongs to data and lives as long; NULL only for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_error(data: *mut pn_data_t) -> *mut pn_error_t {
    // SAFETY: the caller passes null or a live data object.
    unsafe { error_of(data) }
}

/// Removes all values and the error, and puts the cursor to the beginning.
/// @param[in] data the object, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_clear(data: *mut pn_data_t) {
    // SAFETY: the caller passes null or a live data object.
    unsafe { clear(data) };
}

/// Counts the values made since the object was last cleared, overwritten compounds' content included.
/// @return the number of values at all levels
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_size(data: *mut pn_data_t) -> usize {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, 0, |tree| tree.size()) }
}

/// Puts the cursor to the beginning, or to where pn_data_narrow() put the beginning.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_rewind(data: *mut pn_data_t) {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, (), Data::rewind) }
}

/// Moves the cursor to the next value at its level, or to the first one.
/// @return true if there is one; otherwise the cursor stays
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_next(data: *mut pn_data_t) -> bool {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, false, Data::next) }
}

/// Moves the cursor to the value before at its level.
/// @return true if there is one; otherwise the cursor stays
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_prev(data: *mut pn_data_t) -> bool {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, false, Data::prev) }
}

/// Moves the cursor into the current value, before its first child.
/// @return true if there is a current value
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_enter(data: *mut pn_data_t) -> bool {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, false, Data::enter) }
}

/// Moves the cursor out to the value it was moved into.
/// @return true unless the cursor is at the top level
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_exit(data: *mut pn_data_t) -> bool {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, false, Data::exit) }
}

/// Searches the keys of an entered map, from the cursor on, and moves to the value of the one found.
/// @param[in] name the key: a string or a symbol with these characters
/// @return true if the key was found; otherwise the cursor is on the last value
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_lookup(data: *mut pn_data_t, name: *const c_char) -> bool {
    // SAFETY: the caller passes null or a string.
    let Some(name) = (unsafe { text(name) }) else { return false };
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, false, |tree| tree.lookup(name)) }
}

/// Makes the present position the beginning, to which pn_data_rewind() goes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_narrow(data: *mut pn_data_t) {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, (), Data::narrow) }
}

/// Undoes pn_data_narrow(), without moving the cursor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_widen(data: *mut pn_data_t) {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, (), Data::widen) }
}

/// Gives the type of the current value.
/// @return the type; PN_INVALID if there is no current value
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_type(data: *mut pn_data_t) -> pn_type_t {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, INVALID, |tree| tree.type_number().unwrap_or(INVALID)) }
}

/// Gives a bookmark of the cursor's position, for pn_data_restore().
/// @return the bookmark, valid until the object is cleared
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_point(data: *mut pn_data_t) -> pn_handle_t {
    // SAFETY: the caller passes null or a live data object.
    let point = unsafe { on_data(data, 0, |tree| tree.point()) };
    point as usize as pn_handle_t
}

/// Moves the cursor back to a bookmark.
/// @param[in] point a bookmark from pn_data_point()
/// @return true if the bookmark means a position in this object
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_restore(data: *mut pn_data_t, point: pn_handle_t) -> bool {
    let point = point as usize as Bookmark;
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, false, |tree| tree.restore(point)) }
}

/// Limits what later puts and decodings may add to a data object; beyond, they give PN_OUT_OF_MEMORY.
/// The limits stay when the object is cleared. By default there are none.
/// @param[in] data the object, or NULL
/// @param[in] max_nodes the most values, 0 for any number
/// @param[in] max_buf the most bytes of strings, symbols, binaries, uuids and decimal128s, each with one more byte;
///            0 for any number
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_set_decode_limits(data: *mut pn_data_t, max_nodes: usize, max_buf: usize) {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, (), |tree| tree.set_limits(max_nodes, max_buf)) }
}

/// Writes all values of a data object in AMQP's encoding, wherever the cursor is.
/// @param[out] bytes the buffer
/// @param[in] size its size
/// @return the number of bytes written; PN_OVERFLOW if the buffer is smaller than pn_data_encoded_size(), PN_ERR if a
///         value cannot be encoded
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_encode(data: *mut pn_data_t, bytes: *mut c_char, size: usize) -> isize {
    let buffer = if bytes.is_null() || size == 0 {
        &mut []
    } else {
        // SAFETY: the caller lends a buffer of this size, of which only written bytes are ever read.
        unsafe { std::slice::from_raw_parts_mut(bytes.cast::<u8>(), size) }
    };
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR as isize, |tree| size_or_code(tree.encode_into(buffer))) }
}

/// Computes how many bytes pn_data_encode() writes.
/// @return the number of bytes, or PN_ERR if a value cannot be encoded
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_encoded_size(data: *mut pn_data_t) -> isize {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR as isize, |tree| size_or_code(tree.checked_len())) }
}

/// Decodes one value and puts it at the cursor.
/// @param[in] bytes the encoded value; more may follow it
/// @param[in] size how many bytes there are
/// @return the number of bytes that the value took; PN_UNDERFLOW if it is not complete, PN_ARG_ERR if it is malformed,
///         PN_OUT_OF_MEMORY if it exceeds a limit. After an error part of the value may have been put
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_decode(data: *mut pn_data_t, bytes: *const c_char, size: usize) -> isize {
    // SAFETY: the caller lends this many bytes.
    let bytes = unsafe { slice(bytes, size) };
    // SAFETY: the caller passes null or a live data object.
    unsafe {
        on_data(data, PN_ARG_ERR as isize, |tree| {
            if tree.lends(bytes.as_ptr()) {
                let copy = bytes.to_vec();
                return size_or_code(tree.decode(&copy));
            }
            size_or_code(tree.decode(bytes))
        })
    }
}

/// Puts an empty list; enter it to put its values.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_list(data: *mut pn_data_t) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_list())) }
}

/// Puts an empty map; enter it to put keys and values in turn.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_map(data: *mut pn_data_t) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_map())) }
}

/// Puts a described value; enter it to put the descriptor and then the value.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_described(data: *mut pn_data_t) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_described())) }
}

/// Puts null.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_null(data: *mut pn_data_t) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_null())) }
}

/// Puts an empty array; enter it to put its elements, after the descriptor if it is described.
/// @param[in] described whether the first value put into it is a descriptor
/// @param[in] type the type of the elements
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_array(
    data: *mut pn_data_t,
    described: bool,
    r#type: pn_type_t,
) -> c_int {
    let element = Type::from_number(r#type);
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_array(described, element))) }
}

/// Puts a boolean.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_bool(data: *mut pn_data_t, b: bool) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_bool(b))) }
}

/// Puts an unsigned 8-bit integer.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_ubyte(data: *mut pn_data_t, ub: u8) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_ubyte(ub))) }
}

/// Puts a signed 8-bit integer.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_byte(data: *mut pn_data_t, b: i8) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_byte(b))) }
}

/// Puts an unsigned 16-bit integer.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_ushort(data: *mut pn_data_t, us: u16) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_ushort(us))) }
}

/// Puts a signed 16-bit integer.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_short(data: *mut pn_data_t, s: i16) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_short(s))) }
}

/// Puts an unsigned 32-bit integer.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_uint(data: *mut pn_data_t, ui: u32) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_uint(ui))) }
}

/// Puts a signed 32-bit integer.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_int(data: *mut pn_data_t, i: i32) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_int(i))) }
}

/// Puts a Unicode character.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_char(data: *mut pn_data_t, c: pn_char_t) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_char(c))) }
}

/// Puts an unsigned 64-bit integer.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_ulong(data: *mut pn_data_t, ul: u64) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_ulong(ul))) }
}

/// Puts a signed 64-bit integer.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_long(data: *mut pn_data_t, l: i64) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_long(l))) }
}

/// Puts a timestamp.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_timestamp(data: *mut pn_data_t, t: pn_timestamp_t) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_timestamp(t))) }
}

/// Puts a 32-bit floating-point number.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_float(data: *mut pn_data_t, f: f32) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_float(f))) }
}

/// Puts a 64-bit floating-point number.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_double(data: *mut pn_data_t, d: f64) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_double(d))) }
}

/// Puts a 32-bit decimal number.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_decimal32(data: *mut pn_data_t, d: pn_decimal32_t) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_decimal32(d))) }
}

/// Puts a 64-bit decimal number.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_decimal64(data: *mut pn_data_t, d: pn_decimal64_t) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_decimal64(d))) }
}

/// Puts a 128-bit decimal number.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_decimal128(data: *mut pn_data_t, d: pn_decimal128_t) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_decimal128(from_chars(d.bytes)))) }
}

/// Puts a UUID.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_uuid(data: *mut pn_data_t, u: pn_uuid_t) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put_uuid(from_chars(u.bytes)))) }
}

/// Puts bytes; the bytes are copied, and may be bytes of the same object.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_binary(data: *mut pn_data_t, bytes: pn_bytes_t) -> c_int {
    // SAFETY: the caller passes null or a live data object, and readable bytes.
    unsafe { put_bytes(data, bytes, Data::put_binary) }
}

/// Puts a string; the bytes are copied, and may be bytes of the same object.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_string(data: *mut pn_data_t, string: pn_bytes_t) -> c_int {
    // SAFETY: the caller passes null or a live data object, and readable bytes.
    unsafe { put_bytes(data, string, Data::put_string) }
}

/// Puts a symbol; the bytes are copied, and may be bytes of the same object.
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_symbol(data: *mut pn_data_t, symbol: pn_bytes_t) -> c_int {
    // SAFETY: the caller passes null or a live data object, and readable bytes.
    unsafe { put_bytes(data, symbol, Data::put_symbol) }
}

/// Puts a value whose type the atom tells; of a compound, an empty one.
/// @param[in] atom the value; bytes are copied
/// @return 0, or PN_OUT_OF_MEMORY if a limit is reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_put_atom(data: *mut pn_data_t, atom: pn_atom_t) -> c_int {
    // SAFETY: the caller filled the atom as its type says.
    let value = unsafe { atom_value(&atom) };
    if let Some(bytes) = value.bytes() {
        let bytes = lent(Some(bytes));
        // SAFETY: the caller passes null or a live data object; the atom's bytes are readable.
        return unsafe { put_bytes(data, bytes, |tree, copied| tree.put(value.with_bytes(copied))) };
    }
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.put(value))) }
}

/// Counts the values in the current list.
/// @return the number; 0 if the current value is no list
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_list(data: *mut pn_data_t) -> usize {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, 0, |tree| tree.get_list()) }
}

/// Counts the keys and values, together, in the current map.
/// @return the number; 0 if the current value is no map
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_map(data: *mut pn_data_t) -> usize {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, 0, |tree| tree.get_map()) }
}

/// Counts the elements in the current array, without its descriptor.
/// @return the number; 0 if the current value is no array
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_array(data: *mut pn_data_t) -> usize {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, 0, |tree| tree.get_array()) }
}

/// Tells whether the current value is an array with a descriptor.
/// @return true if it is
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_is_array_described(data: *mut pn_data_t) -> bool {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, false, |tree| tree.is_array_described()) }
}

/// Gives the type of the current array's elements.
/// @return the type; PN_INVALID if the current value is no array
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_array_type(data: *mut pn_data_t) -> pn_type_t {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, INVALID, |tree| tree.get_array_type().map_or(INVALID, Type::number)) }
}

/// Tells whether the current value is a described value.
/// @return true if it is
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_is_described(data: *mut pn_data_t) -> bool {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, false, |tree| tree.is_described()) }
}

/// Tells whether the current value is null.
/// @return true if it is; false if there is no current value
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_is_null(data: *mut pn_data_t) -> bool {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, false, |tree| tree.is_null()) }
}

/// Gets a boolean.
/// @return the current value; false if it has another type
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_bool(data: *mut pn_data_t) -> bool {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, false, |tree| tree.get_bool()) }
}

/// Gets an unsigned 8-bit integer.
/// @return the current value; 0 if it has another type
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_ubyte(data: *mut pn_data_t) -> u8 {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, 0, |tree| tree.get_ubyte()) }
}

/// Gets a signed 8-bit integer.
/// @return the current value; 0 if it has another type
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_byte(data: *mut pn_data_t) -> i8 {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, 0, |tree| tree.get_byte()) }
}

/// Gets an unsigned 16-bit integer.
/// @return the current value; 0 if it has another type
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_ushort(data: *mut pn_data_t) -> u16 {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, 0, |tree| tree.get_ushort()) }
}

/// Gets a signed 16-bit integer.
/// @return the current value; 0 if it has another type
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_short(data: *mut pn_data_t) -> i16 {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, 0, |tree| tree.get_short()) }
}

/// Gets an unsigned 32-bit integer.
/// @return the current value; 0 if it has another type
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_uint(data: *mut pn_data_t) -> u32 {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, 0, |tree| tree.get_uint()) }
}

/// Gets a signed 32-bit integer.
/// @return the current value; 0 if it has another type
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_int(data: *mut pn_data_t) -> i32 {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, 0, |tree| tree.get_int()) }
}

/// Gets a Unicode character.
/// @return the current value; 0 if it has another type
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_char(data: *mut pn_data_t) -> pn_char_t {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, 0, |tree| tree.get_char()) }
}

/// Gets an unsigned 64-bit integer.
/// @return the current value; 0 if it has another type
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_ulong(data: *mut pn_data_t) -> u64 {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, 0, |tree| tree.get_ulong()) }
}

/// Gets a signed 64-bit integer.
/// @return the current value; 0 if it has another type
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_long(data: *mut pn_data_t) -> i64 {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, 0, |tree| tree.get_long()) }
}

/// Gets a timestamp.
/// @return the current value; 0 if it has another type
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_timestamp(data: *mut pn_data_t) -> pn_timestamp_t {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, 0, |tree| tree.get_timestamp()) }
}

/// Gets a 32-bit floating-point number.
/// @return the current value; 0.0 if it has another type
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_float(data: *mut pn_data_t) -> f32 {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, 0.0, |tree| tree.get_float()) }
}

/// Gets a 64-bit floating-point number.
/// @return the current value; 0.0 if it has another type
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_double(data: *mut pn_data_t) -> f64 {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, 0.0, |tree| tree.get_double()) }
}

/// Gets a 32-bit decimal number.
/// @return the current value; 0 if it has another type
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_decimal32(data: *mut pn_data_t) -> pn_decimal32_t {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, 0, |tree| tree.get_decimal32()) }
}

/// Gets a 64-bit decimal number.
/// @return the current value; 0 if it has another type
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_decimal64(data: *mut pn_data_t) -> pn_decimal64_t {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, 0, |tree| tree.get_decimal64()) }
}

/// Gets a 128-bit decimal number.
/// @return the current value; zeros if it has another type
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_decimal128(data: *mut pn_data_t) -> pn_decimal128_t {
    // SAFETY: the caller passes null or a live data object.
    let bytes = unsafe { on_data(data, [0; 16], |tree| tree.get_decimal128()) };
    pn_decimal128_t { bytes: to_chars(bytes) }
}

/// Gets a UUID.
/// @return the current value; zeros if it has another type
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_uuid(data: *mut pn_data_t) -> pn_uuid_t {
    // SAFETY: the caller passes null or a live data object.
    let bytes = unsafe { on_data(data, [0; 16], |tree| tree.get_uuid()) };
    pn_uuid_t { bytes: to_chars(bytes) }
}

/// Gets a binary.
/// @return the current value's bytes, valid until data changes; none if it is not a binary
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_binary(data: *mut pn_data_t) -> pn_bytes_t {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, lent(None), |tree| lent(tree.get_binary())) }
}

/// Gets a string.
/// @return the current value's bytes, valid until data changes; none if it is not a string
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_string(data: *mut pn_data_t) -> pn_bytes_t {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, lent(None), |tree| lent(tree.get_string())) }
}

/// Gets a symbol.
/// @return the current value's bytes, valid until data changes; none if it is not a symbol
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_symbol(data: *mut pn_data_t) -> pn_bytes_t {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, lent(None), |tree| lent(tree.get_symbol())) }
}

/// Gets the bytes of a binary, string or symbol.
/// @return the current value's bytes, valid until data changes; none if it is not one of these
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_bytes(data: *mut pn_data_t) -> pn_bytes_t {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, lent(None), |tree| lent(tree.get_bytes())) }
}

/// Gets the current value with its type.
/// @return the value, its bytes valid until data changes; of a compound only the type; PN_NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_get_atom(data: *mut pn_data_t) -> pn_atom_t {
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, NO_ATOM, |tree| current_atom(tree)) }
}

/// Makes a data object a copy of another one, rewound.
/// @param[in] data the object to overwrite
/// @param[in] src the object to copy, which stays as it is
/// @return 0 or an error number
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_copy(data: *mut pn_data_t, src: *mut pn_data_t) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    let Some(source) = (unsafe { cloned(src) }) else { return PN_ARG_ERR };
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.copy(&source))) }
}

/// Puts copies of all top-level values of another data object.
/// @param[in] data the object to put into, at its cursor
/// @param[in] src the object to copy from, from where it rewinds to; it stays as it is
/// @return 0 or an error number
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_append(data: *mut pn_data_t, src: *mut pn_data_t) -> c_int {
    // SAFETY: passed on from the caller.
    unsafe { pn_data_appendn(data, src, -1) }
}

/// Puts copies of top-level values of another data object.
/// @param[in] data the object to put into, at its cursor
/// @param[in] src the object to copy from, from where it rewinds to; it stays as it is
/// @param[in] limit the most values to copy; negative for all
/// @return 0 or an error number
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_appendn(data: *mut pn_data_t, src: *mut pn_data_t, limit: c_int) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    let Some(source) = (unsafe { cloned(src) }) else { return PN_ARG_ERR };
    let limit = usize::try_from(limit).ok();
    // SAFETY: the caller passes null or a live data object.
    unsafe { on_data(data, PN_ARG_ERR, |tree| status(tree.append(&source, limit))) }
}

/// Writes the text form of all values, such as `[1, "a"]`, with a NUL at the end.
/// @param[out] bytes the buffer
/// @param[in,out] size its size; on success the length of the text without the NUL
/// @return 0, or PN_OVERFLOW if text and NUL do not fit, with buffer and size untouched
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_format(data: *mut pn_data_t, bytes: *mut c_char, size: *mut usize) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    let text = unsafe { text_of(data, Data::write_text) };
    // SAFETY: the caller lends a buffer and its size, or null.
    unsafe { give_text(&text, bytes, size) }
}

/// Prints the text form of all values to the standard output, without a line end.
/// @return 0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_print(data: *mut pn_data_t) -> c_int {
    // SAFETY: the caller passes null or a live data object.
    print(&unsafe { text_of(data, Data::write_text) });
    0
}

/// Prints the cursor and every value with its links to the standard output, for debugging.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_data_dump(data: *mut pn_data_t) {
    // SAFETY: the caller passes null or a live data object.
    print(&unsafe { text_of(data, Data::write_listing) });
}
