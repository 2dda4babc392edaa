//! Addresses as text, taken apart.

use std::ffi::{CStr, c_char, c_int};
use std::ptr::null;

use super::data_object::text;
use super::error::{PN_ARG_ERR, PN_OVERFLOW};
use super::netaddr::write_text;
use crate::proactor::address::{known_port, split};

/// Takes an address apart in a copy of it. No public header has this; it is exported because Proton exports it.
///
/// @param[in] addr an address
/// @param[out] buf room for a copy, in which the parts end in NUL
/// @param[in] len the size of `buf`
/// @param[out] host the host in the copy, NULL if there is none
/// @param[out] port the port, in the copy or one that AMQP has by default
/// @return 0, PN_OVERFLOW if the copy does not fit
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pni_parse_addr(
    addr: *const c_char,
    buf: *mut c_char,
    len: usize,
    host: *mut *const c_char,
    port: *mut *const c_char,
) -> c_int {
    if buf.is_null() || host.is_null() || port.is_null() {
        return PN_ARG_ERR;
    }
    // SAFETY: the caller passes null or a string.
    let whole = unsafe { text(addr) }.unwrap_or_default();
    if whole.len() >= len {
        return PN_OVERFLOW;
    }
    // SAFETY: the caller passes a buffer with its size.
    unsafe { write_text(whole, buf, len) };
    let (host_part, port_part) = split(whole);
    let place = |part: &[u8]| buf.wrapping_add(part.as_ptr().addr() - whole.as_ptr().addr());
    for part in [host_part, port_part] {
        // SAFETY: a part of the text has a byte or the NUL behind it in the copy.
        unsafe { place(part).wrapping_add(part.len()).write(0) };
    }
    let found = if host_part.is_empty() { null() } else { place(host_part).cast_const() };
    // SAFETY: the caller passes a place for a pointer.
    unsafe { host.write(found) };
    let found = known_port(port_part).map_or_else(|| place(port_part).cast_const(), CStr::as_ptr);
    // SAFETY: as above.
    unsafe { port.write(found) };
    0
}

#[cfg(test)]
mod tests {
    use std::ptr::null_mut;

    use super::*;
    use crate::ffi::proactor::pn_proactor_addr;

    fn joined(host: Option<&CStr>, port: Option<&CStr>, size: usize) -> (c_int, String) {
        let mut buffer = [c_char::MAX; 64];
        let [host, port] = [host, port].map(|text| text.map_or(null(), CStr::as_ptr));
        // SAFETY: strings, and a buffer that is larger than the size.
        let length = unsafe { pn_proactor_addr(buffer.as_mut_ptr(), size, host, port) };
        // SAFETY: the text ends in NUL.
        let text = unsafe { CStr::from_ptr(buffer.as_ptr()) };
        (length, text.to_str().expect("plain text").to_owned())
    }

    /// Host and port of an address, in a copy with room for `len` bytes.
    fn parts(address: &CStr, len: usize) -> Result<(Option<String>, String), c_int> {
        let mut buffer = [c_char::MAX; 64];
        let (mut host, mut port) = (null(), null());
        let (at, to) = (&raw mut host, &raw mut port);
        // SAFETY: a string, a buffer that is larger than the size, and places for two pointers.
        let code = unsafe { pni_parse_addr(address.as_ptr(), buffer.as_mut_ptr(), len, at, to) };
        if code != 0 {
            return Err(code);
        }
        // SAFETY: both point into the buffer or to a constant, and null is tolerated.
        let [host, port] = [host, port].map(|part| unsafe { text(part) }.map(<[u8]>::to_vec));
        let string = |part| String::from_utf8(part).expect("plain text");
        Ok((host.map(string), string(port.expect("there is always a port"))))
    }

    #[test]
    fn an_address_has_a_colon_whatever_it_lacks() {
        assert_eq!(joined(Some(c"host"), Some(c"99"), 64), (7, "host:99".to_owned()));
        assert_eq!(joined(None, Some(c"99"), 64), (3, ":99".to_owned()));
        assert_eq!(joined(Some(c"host"), None, 64), (5, "host:".to_owned()));
        assert_eq!(joined(None, None, 64), (1, ":".to_owned()));
    }

    #[test]
    fn an_address_without_room_is_cut_off_and_tells_its_length() {
        assert_eq!(joined(Some(c"host"), Some(c"99"), 6), (7, "host:".to_owned()));
        assert_eq!(joined(Some(c"host"), Some(c"99"), 1), (7, String::new()));
        // SAFETY: no room is tolerated.
        assert_eq!(unsafe { pn_proactor_addr(null_mut(), 0, null(), null()) }, 1);
    }

    #[test]
    fn an_address_comes_apart_in_its_copy() {
        let pair = |host: &str, port: &str| Ok((Some(host.to_owned()), port.to_owned()));
        assert_eq!(parts(c"host:99", 8), pair("host", "99"));
        assert_eq!(parts(c"host:99", 7), Err(PN_OVERFLOW));
        assert_eq!(parts(c"host", 5), pair("host", "5672"));
        assert_eq!(parts(c"host:amqps", 64), pair("host", "5671"));
        assert_eq!(parts(c"::1:80", 64), pair("::1", "80"));
        assert_eq!(parts(c"[::1]:80", 64), pair("::1", "80"));
        assert_eq!(parts(c"[::1]", 64), pair("::1", "5672"));
        assert_eq!(parts(c":99", 64), Ok((None, "99".to_owned())));
        assert_eq!(parts(c"", 64), Ok((None, "5672".to_owned())));
    }
}
