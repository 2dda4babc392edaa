//! `pn_value_dump`: the text of an encoded value as frame traces show it. No public header declares it; Proton's own
//! tools use it. Its form is that of 0.38 and later, which writes to a buffer.

use std::ffi::c_char;

use super::types::pn_bytes_t;
use crate::codec::dump::dump_within;

/// Writes the text of the value that `frame` starts with, cut to what the buffer has room for, and a NUL. Returns the
/// bytes the value takes.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_value_dump(frame: pn_bytes_t, output: *mut c_char, size: u32) -> usize {
    // SAFETY: the caller passes as many bytes as stated.
    let bytes = unsafe { frame.as_slice() };
    let room = (size as usize).saturating_sub(1);
    let mut text = String::new();
    let taken = if bytes.is_empty() { 0 } else { dump_within(&mut text, bytes, room) };
    if size > 0 && !output.is_null() {
        // SAFETY: the text is not longer than the caller's buffer has room for before the NUL.
        unsafe { std::ptr::copy_nonoverlapping(text.as_ptr().cast(), output, text.len()) };
        // SAFETY: as above.
        let end = unsafe { output.add(text.len()) };
        // SAFETY: as above.
        unsafe { *end = 0 };
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_cut_to_the_buffer_and_the_value_is_measured_whole() {
        let frame = pn_bytes_t::lend(b"\xc0\x05\x02\x54\x01\x54\x02zz");
        for (size, expected) in [(20, "[1, 2]"), (4, "[1,"), (1, "")] {
            let mut room = [b'x' as c_char; 20];
            // SAFETY: the buffer has at least as many bytes as stated.
            assert_eq!(unsafe { pn_value_dump(frame, room.as_mut_ptr(), size) }, 7);
            // SAFETY: the text ends with NUL.
            let text = unsafe { std::ffi::CStr::from_ptr(room.as_ptr()) };
            assert_eq!(text.to_str(), Ok(expected));
        }
        // SAFETY: nothing is written without a buffer.
        assert_eq!(unsafe { pn_value_dump(frame, std::ptr::null_mut(), 0) }, 7);
    }
}
