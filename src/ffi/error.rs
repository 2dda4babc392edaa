//! `proton/error.h`: error numbers, their names, and the error object that some older calls report through.
//!
//! `pn_error_t` is a code with a text. It is not counted: `pn_error` makes one that the caller frees, and other
//! objects may have one embedded that lives as long as they do.

use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr::null;

use super::types::va_list;

/// Success.
pub const PN_OK: c_int = 0;
/// End of a stream or of the data.
pub const PN_EOS: c_int = -1;
/// An error without a better code.
pub const PN_ERR: c_int = -2;
/// A buffer was too small.
pub const PN_OVERFLOW: c_int = -3;
/// There were fewer bytes than needed.
pub const PN_UNDERFLOW: c_int = -4;
/// The call does not fit the state of the object.
pub const PN_STATE_ERR: c_int = -5;
/// An argument is not acceptable.
pub const PN_ARG_ERR: c_int = -6;
/// The time is up.
pub const PN_TIMEOUT: c_int = -7;
/// The wait was interrupted.
pub const PN_INTR: c_int = -8;
/// The operation has begun but not finished.
pub const PN_INPROGRESS: c_int = -9;
/// There is no memory left.
pub const PN_OUT_OF_MEMORY: c_int = -10;
/// The operation was given up.
pub const PN_ABORTED: c_int = -11;

/// An error: a code with a text.
pub struct pn_error_t {
    code: c_int,
    text: Option<CString>,
}

impl pn_error_t {
    /// No error.
    pub(crate) const fn new() -> Self {
        Self { code: 0, text: None }
    }

    /// Records an error, and returns its code; code 0 clears.
    pub(crate) fn set(&mut self, code: c_int, text: &str) -> c_int {
        self.put(code, Some(copy(text.as_bytes())))
    }

    /// Back to no error.
    pub(crate) fn clear(&mut self) {
        *self = Self::new();
    }

    /// The code, 0 for no error.
    pub(crate) fn code(&self) -> c_int {
        self.code
    }

    /// The text, if there is any.
    pub(crate) fn text(&self) -> Option<&CStr> {
        self.text.as_deref()
    }

    fn put(&mut self, code: c_int, text: Option<CString>) -> c_int {
        *self = Self { code, text: text.filter(|_| code != 0) };
        code
    }
}

/// The text up to its first NUL.
fn copy(text: &[u8]) -> CString {
    let end = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
    CString::new(&text[..end]).unwrap_or_default()
}

/// Gives the name of an error code.
///
/// @param[in] code an error code
/// @return constant text such as "PN_EOS"; "<ok>" for 0 and "<unknown>" for any other number
#[unsafe(no_mangle)]
pub extern "C" fn pn_code(code: c_int) -> *const c_char {
    let name = match code {
        PN_OK => c"<ok>",
        PN_EOS => c"PN_EOS",
        PN_ERR => c"PN_ERR",
        PN_OVERFLOW => c"PN_OVERFLOW",
        PN_UNDERFLOW => c"PN_UNDERFLOW",
        PN_STATE_ERR => c"PN_STATE_ERR",
        PN_ARG_ERR => c"PN_ARG_ERR",
        PN_TIMEOUT => c"PN_TIMEOUT",
        PN_INTR => c"PN_INTR",
        PN_INPROGRESS => c"PN_INPROGRESS",
        PN_OUT_OF_MEMORY => c"PN_OUT_OF_MEMORY",
        PN_ABORTED => c"PN_ABORTED",
        _ => c"<unknown>",
    };
    name.as_ptr()
}

/// Makes an error object that says "no error".
///
/// @return a new object that the caller releases with pn_error_free()
#[unsafe(no_mangle)]
pub extern "C" fn pn_error() -> *mut pn_error_t {
    Box::into_raw(Box::new(pn_error_t::new()))
}

/// Releases an error object.
///
/// @param[in] error an object from pn_error(), or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_error_free(error: *mut pn_error_t) {
    if !error.is_null() {
        // SAFETY: the caller passes what pn_error() made, once.
        drop(unsafe { Box::from_raw(error) });
    }
}

/// Forgets code and text, so that the object says "no error" again.
///
/// @param[in] error an error object, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_error_clear(error: *mut pn_error_t) {
    // SAFETY: the caller passes null or a live error.
    if let Some(error) = unsafe { error.as_mut() } {
        error.clear();
    }
}

/// Records an error. Code 0 clears the object, whatever the text.
///
/// @param[in] error an error object, or NULL
/// @param[in] code the error code
/// @param[in] text a description that is copied, or NULL for none
/// @return the code
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_error_set(error: *mut pn_error_t, code: c_int, text: *const c_char) -> c_int {
    // The text may be the one this very error holds, so it is copied before the error is touched.
    // SAFETY: the caller passes null or a C string.
    let text = (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_owned());
    // SAFETY: the caller passes null or a live error.
    unsafe { error.as_mut() }.map_or(code, |error| error.put(code, text))
}

/// Gives the code of an error.
///
/// @param[in] error an error object, or NULL
/// @return the code; 0 for no error and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_error_code(error: *mut pn_error_t) -> c_int {
    // SAFETY: the caller passes null or a live error.
    unsafe { error.as_ref() }.map_or(0, pn_error_t::code)
}

/// Gives the text of an error.
///
/// @param[in] error an error object, or NULL
/// @return the text, valid until the error changes; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_error_text(error: *mut pn_error_t) -> *const c_char {
    // SAFETY: the caller passes null or a live error.
    unsafe { error.as_ref() }.and_then(pn_error_t::text).map_or(null(), CStr::as_ptr)
}

/// Copies one error into another.
///
/// @param[in] error the object to overwrite, or NULL
/// @param[in] src the error to copy; NULL clears
/// @return the code copied, 0 for a NULL source
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_error_copy(error: *mut pn_error_t, src: *mut pn_error_t) -> c_int {
    // SAFETY: the caller passes null or a live error; what is needed of it is copied here.
    let (code, text) = match unsafe { src.as_ref() } {
        Some(src) => (src.code, src.text.clone()),
        None => (0, None),
    };
    // SAFETY: as above.
    if let Some(error) = unsafe { error.as_mut() } {
        *error = pn_error_t { code, text };
    }
    code
}

unsafe extern "C" {
    /// Records an error with a text made as by printf. The text is cut at 1023 bytes.
    ///
    /// @param[in] error an error object, or NULL
    /// @param[in] code the error code; 0 clears
    /// @param[in] fmt a printf format, followed by its arguments
    /// @return the code
    pub fn pn_error_format(error: *mut pn_error_t, code: c_int, fmt: *const c_char, ...) -> c_int;

    /// Records an error with a text made as by vprintf. The text is cut at 1023 bytes.
    ///
    /// @param[in] error an error object, or NULL
    /// @param[in] code the error code; 0 clears
    /// @param[in] fmt a printf format
    /// @param[in] ap its arguments
    /// @return the code
    pub fn pn_error_vformat(error: *mut pn_error_t, code: c_int, fmt: *const c_char, ap: va_list) -> c_int;
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::multiple_unsafe_ops_per_block,
        clippy::undocumented_unsafe_blocks,
        reason = "a test owns every object it uses"
    )]

    use super::*;
    use std::ptr::null_mut;

    fn name(code: c_int) -> &'static str {
        // SAFETY: pn_code returns constant C strings.
        unsafe { CStr::from_ptr(pn_code(code)) }.to_str().unwrap()
    }

    #[test]
    fn codes_have_the_names_of_their_constants() {
        assert_eq!((name(0), name(-1), name(-11)), ("<ok>", "PN_EOS", "PN_ABORTED"));
        assert_eq!((name(1), name(-12)), ("<unknown>", "<unknown>"));
    }

    #[test]
    fn setting_code_0_clears_whatever_the_text() {
        let mut error = pn_error_t::new();
        assert_eq!(error.set(PN_ARG_ERR, "bad"), PN_ARG_ERR);
        assert_eq!(error.text(), Some(c"bad"));
        assert_eq!(error.set(0, "ignored"), 0);
        assert_eq!((error.code(), error.text()), (0, None));
    }

    #[test]
    fn an_error_may_be_set_to_its_own_text_and_copied_onto_itself() {
        let error = pn_error();
        // SAFETY: the error is live until it is freed below.
        unsafe {
            pn_error_set(error, PN_ERR, c"text".as_ptr());
            pn_error_set(error, PN_EOS, pn_error_text(error));
            assert_eq!(pn_error_copy(error, error), PN_EOS);
            assert_eq!(CStr::from_ptr(pn_error_text(error)), c"text");
            assert_eq!(pn_error_copy(error, null_mut()), 0);
            assert!(pn_error_text(error).is_null());
            pn_error_free(error);
        }
    }
}
