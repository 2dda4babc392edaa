//! `urls`: any text as a URL, and as the rules of a messenger that turn one address into another.
//!
//! An input is up to three lines: a URL, a pattern, and what is made of the addresses that it fits. The parts of a URL
//! put together again and taken apart again are the same parts.

use std::ffi::{CStr, CString, c_char};
use std::ptr::null;

use crate::abi::*;

/// The target.
pub fn urls(input: &[u8]) {
    let mut lines = input.splitn(3, |byte| *byte == b'\n');
    let [address, pattern, substitution] = std::array::from_fn(|_| lines.next().unwrap_or_default());
    #[cfg(feature = "protium")]
    {
        let rewritten = protium::rewritten(pattern, substitution, address);
        // A dollar and a digit can stand for the whole address, and for nothing longer.
        let most = substitution.len().saturating_mul(address.len() + 1);
        assert!(rewritten.is_none_or(|address| address.len() <= most), "an address grew from nothing");
    }
    let end = address.iter().position(|byte| *byte == 0).unwrap_or(address.len());
    let text = CString::new(&address[..end]).expect("it ends there");
    // SAFETY: the objects are made and freed here, and texts are C strings.
    unsafe {
        let url = pn_url_parse(text.as_ptr());
        assert_eq!(url.is_null(), text.is_empty(), "only an empty text is no URL");
        if url.is_null() {
            return;
        }
        let parts = parts(url);
        let whole = owned(pn_url_str(url)).expect("a URL has a text");
        if round_trips(&parts) {
            let again = pn_url_parse(whole.as_ptr());
            if again.is_null() {
                assert!(parts.iter().all(|part| part.as_deref().is_none_or(CStr::is_empty)));
            } else {
                assert_eq!(self::parts(again), parts, "{whole:?}");
                pn_url_free(again);
            }
        }
        rearrange(url, &parts);
        pn_url_free(url);
    }
}

/// Whether the parts can be told from each other in the text: it escapes no percent sign in the user and password, and
/// no bracket in the host.
fn round_trips(parts: &Parts) -> bool {
    let lacks = |part: &CString, marks: &[u8]| !part.to_bytes().iter().any(|byte| marks.contains(byte));
    parts[1..3].iter().flatten().all(|part| lacks(part, b"%"))
        && parts[3].iter().all(|host| lacks(host, b"[]"))
}

/// Gives each part the text of the next one, its own object's text among them, and takes them away.
unsafe fn rearrange(url: Object, parts: &Parts) {
    for (number, set) in SETTERS.iter().enumerate() {
        let part = parts[(number + 1) % parts.len()].as_ref();
        // SAFETY: the caller has the URL.
        unsafe {
            set(url, part.map_or(null(), |part| part.as_ptr()));
            std::hint::black_box(owned(pn_url_str(url)));
            set(url, pn_url_get_path(url));
            set(url, pn_url_str(url));
            std::hint::black_box(self::parts(url));
        }
    }
    for set in SETTERS {
        // SAFETY: as above.
        unsafe { set(url, null()) };
    }
    // SAFETY: as above.
    assert_eq!(unsafe { owned(pn_url_str(url)) }.as_deref(), Some(c""), "nothing is left");
}

type Parts = [Option<CString>; 6];

const SETTERS: [unsafe extern "C" fn(Object, *const c_char); 6] = [
    pn_url_set_scheme,
    pn_url_set_username,
    pn_url_set_password,
    pn_url_set_host,
    pn_url_set_port,
    pn_url_set_path,
];

/// # Safety
/// `url` is live.
unsafe fn parts(url: Object) -> Parts {
    [
        pn_url_get_scheme,
        pn_url_get_username,
        pn_url_get_password,
        pn_url_get_host,
        pn_url_get_port,
        pn_url_get_path,
    ]
    // SAFETY: passed on from the caller.
    .map(|get| unsafe { owned(get(url)) })
}

/// # Safety
/// `text` is null or a C string.
unsafe fn owned(text: *const c_char) -> Option<CString> {
    // SAFETY: passed on from the caller.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_owned())
}
