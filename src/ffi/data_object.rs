//! The object behind `pn_data_t`: a value tree of its own, or one that another object lends.
//!
//! A lent tree is asked for on every call, so that nothing ever points into a tree that has moved. Faults of the
//! tree wait in it until somebody asks for the error object, and then move there. Neighbour: `codec`, which gives
//! all this its C names; `codec::data` has the tree.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::{mem, ptr};

use super::codec::{pn_atom_t, pn_atom_value_t, pn_data_t};
use super::error::{PN_ARG_ERR, PN_ERR, PN_OUT_OF_MEMORY, PN_OVERFLOW, PN_UNDERFLOW, pn_error_t};
use super::types::{pn_bytes_t, pn_decimal128_t, pn_uuid_t};
use crate::codec::Data;
use crate::codec::data::{Fault, FaultKind, Raw, Type, Value};
use crate::object::string::pn_string_t;
use crate::object::{ClassCell, decref, new_object, ordinary_class, pn_class_t};

/// Finds the tree that `owner` lends as its `part`; null if it has none any more. The pointer to a tree with a fixed
/// home has to come from `owner`, so that it stays good while the owner is used otherwise.
pub(crate) type OpenData = unsafe fn(owner: *mut c_void, part: u32) -> *mut Data;

/// Where a data object has its tree.
pub(super) enum Source {
    Own(Data),
    Lent { owner: *mut c_void, part: u32, open: OpenData, home: Home },
}

/// Where a lent tree is found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Home {
    /// Where it was before, until the owner calls [`ask_again`].
    Fixed,
    /// Possibly elsewhere, whenever the owner was used.
    Varying,
}

/// PN_INVALID.
pub(super) const INVALID: c_int = -1;

/// The number of the data class in `cid.h`.
const CID_PN_DATA: c_int = 13;

static CLASS: ClassCell =
    ClassCell(pn_class_t { inspect: Some(inspect), ..ordinary_class::<pn_data_t>(c"pn_data", CID_PN_DATA) });

fn new_data(source: Source) -> *mut pn_data_t {
    new_object(&raw const CLASS.0, pn_data_t { tree: ptr::null_mut(), source, error: pn_error_t::new() })
}

/// Makes a data object with an empty tree.
pub(super) fn own_data() -> *mut pn_data_t {
    new_data(Source::Own(Data::new()))
}

/// Makes a data object for a tree of `owner`, which holds the one reference until it calls [`retire_data`].
pub(crate) fn lent_data(owner: *mut c_void, part: u32, open: OpenData, home: Home) -> *mut pn_data_t {
    new_data(Source::Lent { owner, part, open, home })
}

/// The tree of `data` may not be where it was; the next use asks its owner.
///
/// # Safety
/// `data` is null or a live data object.
pub(crate) unsafe fn ask_again(data: *mut pn_data_t) {
    // SAFETY: the caller passes null or a live object.
    if let Some(object) = unsafe { data.as_mut() } {
        object.tree = ptr::null_mut();
    }
}

/// The owner of a lent tree goes: the object becomes an empty tree of its own and loses the owner's reference.
///
/// # Safety
/// `data` is null or came from [`lent_data`], and its owner gives up its reference.
pub(crate) unsafe fn retire_data(data: *mut pn_data_t) {
    // SAFETY: the owner's reference has kept the object alive.
    if let Some(object) = unsafe { data.as_mut() } {
        object.source = Source::Own(Data::new());
        object.tree = ptr::null_mut();
    }
    // SAFETY: the owner gives up its reference.
    unsafe { decref(data) };
}

/// Runs `f` on the tree of `data`; `neutral` if there is none.
///
/// # Safety
/// `data` is null or a live data object that no other thread uses, and `f` uses neither it nor its owner.
#[inline]
pub(crate) unsafe fn on_data<R>(data: *mut pn_data_t, neutral: R, f: impl FnOnce(&mut Data) -> R) -> R {
    if data.is_null() {
        return neutral;
    }
    // SAFETY: the caller passes null or a live object.
    let tree = unsafe { (*data).tree };
    // SAFETY: null, or the object's or its owner's tree, which stays where it is during this call.
    match unsafe { tree.as_mut() } {
        Some(tree) => f(tree),
        // SAFETY: passed on from the caller.
        None => unsafe { on_found(data, neutral, f) },
    }
}

/// The rest of [`on_data`], apart from the path that has to be fast and shaped to leave no trace in it.
#[cold]
#[inline(never)]
#[allow(improper_ctypes_definitions, reason = "never called from C: the convention promises not to unwind")]
unsafe extern "C" fn on_found<R>(data: *mut pn_data_t, neutral: R, f: impl FnOnce(&mut Data) -> R) -> R {
    // SAFETY: the caller passes a live object.
    let tree = unsafe { find_tree(data) };
    // SAFETY: null, or the object's or its owner's tree, which stays where it is during this call.
    match unsafe { tree.as_mut() } {
        Some(tree) => f(tree),
        None => neutral,
    }
}

/// Finds the tree of `data`, and keeps its address if it will stay the same; null if there is no tree any more.
///
/// # Safety
/// `data` is a live data object, and its owner is not in use.
unsafe fn find_tree(data: *mut pn_data_t) -> *mut Data {
    // SAFETY: the caller passes a live object.
    let (owner, part, open, home) = match unsafe { &mut (*data).source } {
        Source::Own(tree) => {
            // Through the object's own pointer, which stays good while the object is used otherwise.
            let tree = data.cast::<Data>().with_addr(ptr::from_mut(tree).addr());
            // SAFETY: the object is live; its own tree moves no more than it does.
            unsafe { (*data).tree = tree };
            return tree;
        }
        Source::Lent { owner, part, open, home } => (*owner, *part, *open, *home),
    };
    // SAFETY: the owner is alive: it retires the object before it goes.
    let tree = unsafe { open(owner, part) };
    if home == Home::Fixed {
        // SAFETY: the object is live.
        unsafe { (*data).tree = tree };
    }
    tree
}

/// Takes the tree out of `data`, so that `f` may use other data objects, this one included; puts it back afterwards.
///
/// # Safety
/// As for [`on_data`], but `f` may use any object.
pub(super) unsafe fn with_data_out<R>(data: *mut pn_data_t, neutral: R, f: impl FnOnce(&mut Data) -> R) -> R {
    // SAFETY: passed on from the caller.
    let Some(mut tree) = (unsafe { on_data(data, None, |tree| Some(mem::take(tree))) }) else {
        return neutral;
    };
    let result = f(&mut tree);
    // SAFETY: passed on from the caller.
    unsafe { on_data(data, (), |place| *place = tree) };
    result
}

/// A copy of the tree of `data`; `None` for null.
///
/// # Safety
/// As for [`on_data`].
pub(super) unsafe fn cloned(data: *mut pn_data_t) -> Option<Data> {
    // SAFETY: passed on from the caller.
    unsafe { on_data(data, None, |tree| Some(tree.clone())) }
}

/// The error object of `data`, with the latest fault of the tree in it; null for null.
///
/// # Safety
/// As for [`on_data`].
pub(super) unsafe fn error_of(data: *mut pn_data_t) -> *mut pn_error_t {
    // SAFETY: passed on from the caller.
    let fault = unsafe { on_data(data, None, Data::take_fault) };
    // SAFETY: the caller passes null or a live object.
    let Some(object) = (unsafe { data.as_mut() }) else { return ptr::null_mut() };
    if let Some(fault) = fault {
        object.error.set(fault_code(&fault), &fault.text);
    }
    &raw mut object.error
}

/// The error number for a fault.
pub(crate) fn fault_code(fault: &Fault) -> c_int {
    match fault.kind {
        FaultKind::Overflow => PN_OVERFLOW,
        FaultKind::Underflow => PN_UNDERFLOW,
        FaultKind::Failed => PN_ERR,
        FaultKind::Argument => PN_ARG_ERR,
        FaultKind::Limit => PN_OUT_OF_MEMORY,
    }
}

/// 0 or the error number.
#[inline]
pub(super) fn status(result: Result<(), Fault>) -> c_int {
    match result {
        Ok(()) => 0,
        Err(fault) => code_of(fault),
    }
}

/// The error number for a fault that goes.
#[cold]
#[inline(never)]
#[allow(improper_ctypes_definitions, reason = "never called from C: the convention promises not to unwind")]
extern "C" fn code_of(fault: Fault) -> c_int {
    fault_code(&fault)
}

/// A size, or the error number.
pub(super) fn size_or_code(result: Result<usize, Fault>) -> isize {
    match result {
        Ok(size) => isize::try_from(size).unwrap_or(isize::MAX),
        Err(fault) => fault_code(&fault) as isize,
    }
}

/// Puts bytes that C names, which may be bytes of the tree itself.
///
/// # Safety
/// As for [`on_data`], and `bytes` is readable.
#[inline]
pub(super) unsafe fn put_bytes(
    data: *mut pn_data_t,
    bytes: pn_bytes_t,
    put: impl FnOnce(&mut Data, &[u8]) -> Result<(), Fault>,
) -> c_int {
    let put = |tree: &mut Data| {
        // SAFETY: the caller's bytes are readable.
        let value = unsafe { slice(bytes.start, bytes.size) };
        if tree.lends(value.as_ptr()) {
            // No reference to the bytes may live on while the tree moves them.
            let copy = value.to_vec();
            return status(put(tree, &copy));
        }
        status(put(tree, value))
    };
    // SAFETY: passed on from the caller.
    unsafe { on_data(data, PN_ARG_ERR, put) }
}

/// The bytes at `start`; none for null.
///
/// # Safety
/// `start` is null, or `size` bytes there are readable for `'a`.
#[inline]
pub(crate) unsafe fn slice<'a>(start: *const c_char, size: usize) -> &'a [u8] {
    if start.is_null() || size == 0 {
        return &[];
    }
    // SAFETY: the caller says they are readable.
    unsafe { std::slice::from_raw_parts(start.cast(), size) }
}

/// The bytes of a C string without its NUL; `None` for null.
///
/// # Safety
/// `text` is null or a string that is valid for `'a`.
pub(crate) unsafe fn text<'a>(text: *const c_char) -> Option<&'a [u8]> {
    if text.is_null() {
        return None;
    }
    // SAFETY: the caller passes a string.
    Some(unsafe { CStr::from_ptr(text) }.to_bytes())
}

/// How C sees bytes that a tree lends.
#[inline]
pub(crate) fn lent(bytes: Option<&[u8]>) -> pn_bytes_t {
    bytes.map_or(pn_bytes_t { size: 0, start: ptr::null() }, |b| pn_bytes_t {
        size: b.len(),
        start: b.as_ptr().cast(),
    })
}

/// Sixteen bytes as C has them.
pub(crate) fn to_chars(bytes: [u8; 16]) -> [c_char; 16] {
    bytes.map(|b| c_char::from_ne_bytes([b]))
}

/// Sixteen bytes from C.
pub(crate) fn from_chars(chars: [c_char; 16]) -> [u8; 16] {
    chars.map(|c| u8::from_ne_bytes(c.to_ne_bytes()))
}

/// The value that an atom holds.
///
/// # Safety
/// The atom's union holds what its type says, and its bytes are readable for `'a`.
pub(crate) unsafe fn atom_value<'a>(atom: &pn_atom_t) -> Value<'a> {
    macro_rules! take {
        ($variant:ident, $field:ident) => {
            // SAFETY: the caller says that the union holds this type.
            Value::$variant(unsafe { atom.u.$field })
        };
    }
    macro_rules! bytes {
        ($variant:ident) => {{
            // SAFETY: the caller says that the union holds bytes.
            let bytes = unsafe { atom.u.as_bytes };
            // SAFETY: the caller says that they are readable.
            Value::$variant(unsafe { slice(bytes.start, bytes.size) })
        }};
    }
    let Some(kind) = Type::from_number(atom.r#type) else { return Value::Unknown(atom.r#type) };
    match kind {
        Type::Null => Value::Null,
        // SAFETY: the byte of a C bool is initialized; any of its values is taken.
        Type::Bool => Value::Bool(unsafe { atom.u.as_ubyte } != 0),
        Type::Ubyte => take!(Ubyte, as_ubyte),
        Type::Byte => take!(Byte, as_byte),
        Type::Ushort => take!(Ushort, as_ushort),
        Type::Short => take!(Short, as_short),
        Type::Uint => take!(Uint, as_uint),
        Type::Int => take!(Int, as_int),
        Type::Char => take!(Char, as_char),
        Type::Ulong => take!(Ulong, as_ulong),
        Type::Long => take!(Long, as_long),
        Type::Timestamp => take!(Timestamp, as_timestamp),
        Type::Float => take!(Float, as_float),
        Type::Double => take!(Double, as_double),
        Type::Decimal32 => take!(Decimal32, as_decimal32),
        Type::Decimal64 => take!(Decimal64, as_decimal64),
        // SAFETY: the caller says that the union holds this type.
        Type::Decimal128 => Value::Decimal128(from_chars(unsafe { atom.u.as_decimal128 }.bytes)),
        // SAFETY: the caller says that the union holds this type.
        Type::Uuid => Value::Uuid(from_chars(unsafe { atom.u.as_uuid }.bytes)),
        Type::Binary => bytes!(Binary),
        Type::String => bytes!(String),
        Type::Symbol => bytes!(Symbol),
        Type::Described => Value::Described,
        Type::Array => Value::Array,
        Type::List => Value::List,
        Type::Map => Value::Map,
    }
}

/// The atom that holds a value; bytes in it stay where the value has them.
pub(crate) fn value_atom(value: Value<'_>) -> pn_atom_t {
    let mut u = pn_atom_value_t { as_decimal128: pn_decimal128_t { bytes: [0; 16] } };
    match value {
        Value::Bool(v) => u.as_bool = v,
        Value::Ubyte(v) => u.as_ubyte = v,
        Value::Byte(v) => u.as_byte = v,
        Value::Ushort(v) => u.as_ushort = v,
        Value::Short(v) => u.as_short = v,
        Value::Uint(v) => u.as_uint = v,
        Value::Int(v) => u.as_int = v,
        Value::Char(v) => u.as_char = v,
        Value::Ulong(v) => u.as_ulong = v,
        Value::Long(v) => u.as_long = v,
        Value::Timestamp(v) => u.as_timestamp = v,
        Value::Float(v) => u.as_float = v,
        Value::Double(v) => u.as_double = v,
        Value::Decimal32(v) => u.as_decimal32 = v,
        Value::Decimal64(v) => u.as_decimal64 = v,
        Value::Decimal128(v) => u.as_decimal128 = pn_decimal128_t { bytes: to_chars(v) },
        Value::Uuid(v) => u.as_uuid = pn_uuid_t { bytes: to_chars(v) },
        Value::Binary(v) | Value::String(v) | Value::Symbol(v) => u.as_bytes = lent(Some(v)),
        Value::Null | Value::Described | Value::Array | Value::List | Value::Map | Value::Unknown(_) => {}
    }
    pn_atom_t { r#type: value.type_number(), u }
}

/// The atom of no value.
pub(super) const NO_ATOM: pn_atom_t = pn_atom_t {
    r#type: Type::Null.number(),
    u: pn_atom_value_t { as_decimal128: pn_decimal128_t { bytes: [0; 16] } },
};

/// The atom of the current value; PN_NULL if there is none.
#[inline]
pub(super) fn current_atom(tree: &Data) -> pn_atom_t {
    if cfg!(target_endian = "big") {
        return value_atom(tree.value());
    }
    // Bits that begin with the lowest are those of the narrower members, too.
    let mut u = NO_ATOM.u;
    match tree.raw() {
        Raw::Nothing => {}
        Raw::Bits(bits) => u.as_ulong = bits,
        Raw::Sixteen(bytes) => u.as_uuid = pn_uuid_t { bytes: to_chars(bytes) },
        Raw::Bytes(bytes) => u.as_bytes = lent(Some(bytes)),
    }
    pn_atom_t { r#type: tree.type_number().unwrap_or(NO_ATOM.r#type), u }
}

/// The name of a type, for C.
pub(super) fn type_name(number: c_int) -> &'static CStr {
    match Type::from_number(number) {
        Some(Type::Null) => c"PN_NULL",
        Some(Type::Bool) => c"PN_BOOL",
        Some(Type::Ubyte) => c"PN_UBYTE",
        Some(Type::Byte) => c"PN_BYTE",
        Some(Type::Ushort) => c"PN_USHORT",
        Some(Type::Short) => c"PN_SHORT",
        Some(Type::Uint) => c"PN_UINT",
        Some(Type::Int) => c"PN_INT",
        Some(Type::Char) => c"PN_CHAR",
        Some(Type::Ulong) => c"PN_ULONG",
        Some(Type::Long) => c"PN_LONG",
        Some(Type::Timestamp) => c"PN_TIMESTAMP",
        Some(Type::Float) => c"PN_FLOAT",
        Some(Type::Double) => c"PN_DOUBLE",
        Some(Type::Decimal32) => c"PN_DECIMAL32",
        Some(Type::Decimal64) => c"PN_DECIMAL64",
        Some(Type::Decimal128) => c"PN_DECIMAL128",
        Some(Type::Uuid) => c"PN_UUID",
        Some(Type::Binary) => c"PN_BINARY",
        Some(Type::String) => c"PN_STRING",
        Some(Type::Symbol) => c"PN_SYMBOL",
        Some(Type::Described) => c"PN_DESCRIBED",
        Some(Type::Array) => c"PN_ARRAY",
        Some(Type::List) => c"PN_LIST",
        Some(Type::Map) => c"PN_MAP",
        None => c"<UNKNOWN>",
    }
}

/// Collects text about the tree of `data`.
/// # Safety
/// As for [`on_data`].
pub(super) unsafe fn text_of(data: *mut pn_data_t, write: fn(&Data, &mut Vec<u8>)) -> Vec<u8> {
    let mut text = Vec::new();
    // SAFETY: passed on from the caller.
    unsafe { on_data(data, (), |tree| write(tree, &mut text)) };
    text
}

/// Copies `text` with a NUL to a buffer of `*size` bytes, if it fits, and tells its length.
///
/// # Safety
/// `bytes` is null or a buffer of `*size` bytes, `size` is null or writable.
pub(super) unsafe fn give_text(text: &[u8], bytes: *mut c_char, size: *mut usize) -> c_int {
    // SAFETY: the caller passes null or its size.
    let Some(size) = (unsafe { size.as_mut() }) else { return PN_ARG_ERR };
    if bytes.is_null() || text.len() >= *size {
        return PN_OVERFLOW;
    }
    // SAFETY: the caller lends a buffer of that size, which is more than the text.
    unsafe { bytes.cast::<u8>().copy_from_nonoverlapping(text.as_ptr(), text.len()) };
    // SAFETY: the text is shorter than the buffer, so this place is inside it too.
    let end = unsafe { bytes.add(text.len()) };
    // SAFETY: as above.
    unsafe { end.write(0) };
    *size = text.len();
    0
}

/// Empties the tree and the error object of `data`.
///
/// # Safety
/// As for [`on_data`].
pub(super) unsafe fn clear(data: *mut pn_data_t) {
    // SAFETY: passed on from the caller.
    unsafe { on_data(data, (), Data::clear) };
    // SAFETY: the caller passes null or a live object.
    if let Some(object) = unsafe { data.as_mut() } {
        object.error.clear();
    }
}

/// Writes to C's standard output, in order with what the program writes there.
pub(super) fn print(text: &[u8]) {
    // SAFETY: C's `stdout` is set before main and only replaced by the program itself.
    let out = unsafe { stdout };
    // SAFETY: the text is readable, and `out` is an open stream.
    unsafe { libc::fwrite(text.as_ptr().cast(), 1, text.len(), out) };
}

unsafe extern "C" {
    static stdout: *mut libc::FILE;
}

unsafe extern "C" fn inspect(object: *mut c_void, out: *mut pn_string_t) -> c_int {
    let mut text = Vec::new();
    // SAFETY: the class belongs to data objects.
    unsafe { on_data(object.cast(), (), |tree| tree.write_text(&mut text)) };
    // SAFETY: the caller passes a live string object.
    if let Some(out) = unsafe { out.as_mut() } {
        out.append(&text);
    }
    0
}

#[cfg(test)]
mod tests {
    use super::super::codec::*;
    use super::super::error::pn_error_code;
    use super::*;

    fn printed(data: *mut pn_data_t) -> String {
        // SAFETY: the tests pass live objects.
        String::from_utf8(unsafe { text_of(data, Data::write_text) }).expect("the tests print ASCII")
    }

    #[test]
    fn bytes_of_the_same_object_can_be_put() {
        let data = own_data();
        for _ in 0..100 {
            let bytes = lent(Some(b"some text"));
            // SAFETY: the object is live and the bytes are constant.
            assert_eq!(unsafe { pn_data_put_string(data, bytes) }, 0);
            // SAFETY: the object is live.
            let own = unsafe { pn_data_get_string(data) };
            // SAFETY: the bytes are the object's and it is unchanged.
            assert_eq!(unsafe { pn_data_put_symbol(data, own) }, 0);
        }
        assert!(printed(data).ends_with("\"some text\", :\"some text\""));
        // SAFETY: this was the only reference.
        unsafe { pn_data_free(data) };
    }

    #[test]
    fn a_retired_object_outlives_its_owner_as_an_empty_one() {
        unsafe fn open(owner: *mut c_void, part: u32) -> *mut Data {
            assert_eq!(part, 7);
            owner.cast()
        }
        let mut owner = Data::new();
        let data = lent_data((&raw mut owner).cast(), 7, open, Home::Varying);
        // SAFETY: the owner is live.
        assert_eq!(unsafe { pn_data_put_int(data, 5) }, 0);
        assert_eq!(printed(data), "5");
        // SAFETY: the object is live; the test takes a reference of its own.
        unsafe { crate::object::incref(data) };
        // SAFETY: the owner gives up its reference.
        unsafe { retire_data(data) };
        drop(owner);
        assert_eq!(printed(data), "");
        // SAFETY: the test's own reference.
        unsafe { pn_data_free(data) };
    }

    #[test]
    fn faults_move_to_the_error_object_and_clearing_forgets_them() {
        let data = own_data();
        // SAFETY: the object is live and the bytes are constant.
        let result = unsafe { pn_data_decode(data, c"\x71".as_ptr(), 1) };
        assert_eq!(result, PN_UNDERFLOW as isize);
        // SAFETY: the object is live.
        let error = unsafe { pn_data_error(data) };
        // SAFETY: the error object belongs to the live object.
        assert_eq!(unsafe { pn_error_code(error) }, PN_UNDERFLOW);
        // SAFETY: the object is live.
        unsafe { pn_data_clear(data) };
        // SAFETY: the object is live.
        assert_eq!(unsafe { pn_data_errno(data) }, 0);
        // SAFETY: this was the only reference.
        unsafe { pn_data_free(data) };
    }

    #[test]
    fn text_that_does_not_fit_leaves_buffer_and_size_alone() {
        let data = own_data();
        // SAFETY: the object is live.
        unsafe { pn_data_put_int(data, 1234) };
        let mut buffer = [c_char::MAX; 8];
        for (mut size, result, after) in [(0, PN_OVERFLOW, 0), (4, PN_OVERFLOW, 4), (5, 0, 4)] {
            // SAFETY: the object is live and the buffer is larger than the size.
            assert_eq!(unsafe { pn_data_format(data, buffer.as_mut_ptr(), &raw mut size) }, result);
            assert_eq!((size, buffer[0] == c_char::MAX), (after, result != 0));
        }
        // SAFETY: the text ends with a NUL.
        assert_eq!(unsafe { CStr::from_ptr(buffer.as_ptr()) }, c"1234");
        // SAFETY: this was the only reference.
        unsafe { pn_data_free(data) };
    }

    #[test]
    fn atoms_go_in_and_come_out_whole() {
        for value in
            [Value::Bool(true), Value::Long(-5), Value::Uuid([3; 16]), Value::String(b"x"), Value::List]
        {
            let data = own_data();
            // SAFETY: the object is live and the atom is well made.
            assert_eq!(unsafe { pn_data_put_atom(data, value_atom(value)) }, 0);
            // SAFETY: the object is live.
            let atom = unsafe { pn_data_get_atom(data) };
            // SAFETY: the atom is well made and its bytes are the live object's.
            assert_eq!(unsafe { atom_value(&atom) }, value);
            // SAFETY: this was the only reference.
            unsafe { pn_data_free(data) };
        }
    }
}
