//! The counted string of the old headers, which class inspectors still append to.
//!
//! A null string (no text at all) is not an empty one. The text may hold any byte and is always followed by a NUL.
//! Programs may write into the buffer up to the capacity, so the storage is initialised to its full length and
//! grows as programs saw it grow: from the first length, doubling, one byte kept for the NUL.

use std::ffi::{c_char, c_int, c_void};
use std::ptr::null;

use super::class::{ClassCell, is_a, number, ordinary_class, pn_class_t, void_compare};
use super::header::new_object;

/// A string object.
pub struct pn_string_t {
    /// Storage, initialised to the end; at least one byte longer than the text.
    storage: Vec<u8>,
    /// Length of the text; none for the null string.
    size: Option<usize>,
}

/// The class of strings.
pub(crate) static CLASS: ClassCell = ClassCell(pn_class_t {
    hashcode: Some(hashcode),
    compare: Some(compare),
    inspect: Some(inspect),
    ..ordinary_class::<pn_string_t>(c"pn_string", number::STRING)
});

const SMALLEST: usize = 16;

impl pn_string_t {
    /// A string with the given text, or the null string.
    pub(crate) fn new(text: Option<&[u8]>) -> Self {
        let first = match text.map(<[u8]>::len) {
            None | Some(0) => SMALLEST,
            Some(size) => size,
        };
        let mut string = Self { storage: vec![0; first], size: None };
        string.set(text);
        string
    }

    /// Puts it on the heap, as C sees it.
    pub(crate) fn into_object(self) -> *mut Self {
        new_object(&raw const CLASS.0, self)
    }

    /// Replaces the text.
    pub(crate) fn set(&mut self, text: Option<&[u8]>) {
        match text {
            None => self.clear(),
            Some(text) => {
                self.size = Some(0);
                self.append(text);
            }
        }
    }

    /// Makes it the null string; storage stays.
    pub(crate) fn clear(&mut self) {
        self.size = None;
        self.storage[0] = 0;
    }

    /// Adds bytes at the end; the null string counts as empty.
    pub(crate) fn append(&mut self, text: &[u8]) {
        let start = self.size.unwrap_or(0);
        let end = start + text.len();
        self.grow(end);
        self.storage[start..end].copy_from_slice(text);
        self.storage[end] = 0;
        self.size = Some(end);
    }

    /// Adds an address the way C's `%p` writes it.
    pub(crate) fn append_address<T>(&mut self, address: *const T) {
        if address.is_null() {
            self.append(b"(nil)");
        } else {
            self.append(format!("{:#x}", address.addr()).as_bytes());
        }
    }

    /// Makes room for `capacity` bytes of text.
    pub(crate) fn grow(&mut self, capacity: usize) {
        let mut length = self.storage.len();
        while length <= capacity {
            length = length.saturating_mul(2);
        }
        self.storage.resize(length, 0);
    }

    /// Sets the length; bytes that were no part of the text are whatever the buffer holds.
    pub(crate) fn resize(&mut self, size: usize) {
        self.grow(size);
        self.storage[size] = 0;
        self.size = Some(size);
    }

    /// The buffer, for the program to write into up to the capacity.
    pub(crate) fn buffer(&mut self) -> *mut c_char {
        self.storage.as_mut_ptr().cast()
    }

    /// The text as a C string, null for the null string; valid until the string changes.
    pub(crate) fn as_c(&self) -> *const c_char {
        if self.size.is_none() { null() } else { self.storage.as_ptr().cast() }
    }

    /// How long a text fits without growing.
    pub(crate) fn capacity(&self) -> usize {
        self.storage.len() - 1
    }

    /// The text, none for the null string.
    pub(crate) fn text(&self) -> Option<&[u8]> {
        self.size.map(|size| &self.storage[..size])
    }

    /// The text with its NUL, none for the null string.
    pub(crate) fn text_with_nul(&self) -> Option<&[u8]> {
        self.size.map(|size| &self.storage[..=size])
    }
}

/// Appends text in double quotes, bytes outside printable ASCII as `\xNN`.
// Proton: quotes and backslashes are not escaped; pinned by `a_string_shows_itself_in_quotes`.
fn write_quoted(out: &mut pn_string_t, text: &[u8]) {
    out.append(b"\"");
    for &byte in text {
        if (0x20..0x7f).contains(&byte) {
            out.append(&[byte]);
        } else {
            out.append(format!("\\x{byte:02x}").as_bytes());
        }
    }
    out.append(b"\"");
}

unsafe extern "C" fn hashcode(object: *mut c_void) -> usize {
    // SAFETY: the class belongs to strings.
    let string = unsafe { &*object.cast::<pn_string_t>() };
    let step = |hash: usize, &byte: &u8| hash.wrapping_mul(31).wrapping_add(byte.cast_signed() as usize);
    string.text().map_or(0, |text| text.iter().fold(1, step))
}

unsafe extern "C" fn compare(a: *mut c_void, b: *mut c_void) -> isize {
    // SAFETY: what is compared to a counted object is counted as well.
    if !unsafe { is_a(b, &CLASS) } {
        // SAFETY: this only looks at the addresses.
        return unsafe { void_compare(a, b) };
    }
    // SAFETY: the slot belongs to strings.
    let a = unsafe { &*a.cast::<pn_string_t>() };
    // SAFETY: seen above.
    let b = unsafe { &*b.cast::<pn_string_t>() };
    let length = |s: &pn_string_t| s.size.map_or(-1, |size| size as isize);
    match length(b) - length(a) {
        0 => a.text().cmp(&b.text()) as isize,
        longer_is_smaller => longer_is_smaller,
    }
}

unsafe extern "C" fn inspect(object: *mut c_void, dst: *mut pn_string_t) -> c_int {
    // A string may be asked to append itself to itself, so the text is copied first.
    // SAFETY: the class belongs to strings.
    let text = unsafe { (*object.cast::<pn_string_t>()).text().map(<[u8]>::to_vec) };
    // SAFETY: `call::inspect` checked the string and lends it for this call.
    let dst = unsafe { &mut *dst };
    match text {
        None => dst.append(b"null"),
        Some(text) => write_quoted(dst, &text),
    }
    0
}
