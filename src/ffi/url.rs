//! `proton/url.h`: URLs and their parts.
//!
//! A URL may hold a password, so every part and every text that was put together is overwritten when it goes.

use std::borrow::Cow;
use std::ffi::{c_char, c_int};
use std::ptr::{null, null_mut};

use super::cid::names::pn_cid_t as cid;
use super::data_object::text;
use crate::engine::Password;
use crate::legacy::url::Url;
use crate::object::{ClassCell, decref, new_object, ordinary_class};

/// A URL.
#[derive(Default)]
pub struct pn_url_t {
    scheme: Option<Password>,
    username: Option<Password>,
    password: Option<Password>,
    host: Option<Password>,
    port: Option<Password>,
    path: Option<Password>,
    /// The text of all parts, from the last time it was asked for.
    whole: Option<Password>,
}

static CLASS: ClassCell = ClassCell(ordinary_class::<pn_url_t>(c"pn_url", cid::CID_pn_url as c_int));

impl pn_url_t {
    fn parse(text: &[u8]) -> Self {
        let Url { scheme, user, password, host, port, path } = Url::parse(text);
        let keep = |part: Option<Cow<'_, [u8]>>| part.map(|part| Password::from(part.into_owned()));
        Self {
            scheme: keep(scheme),
            username: keep(user),
            password: keep(password),
            host: keep(host),
            port: keep(port),
            path: keep(path),
            whole: None,
        }
    }

    fn whole(&mut self) -> *const c_char {
        fn view(part: &Option<Password>) -> Option<Cow<'_, [u8]>> {
            part.as_ref().map(|part| Cow::Borrowed(part.bytes()))
        }
        let url = Url {
            scheme: view(&self.scheme),
            user: view(&self.username),
            password: view(&self.password),
            host: view(&self.host),
            port: view(&self.port),
            path: view(&self.path),
        };
        let text = Password::from(url.text());
        self.whole.insert(text).as_ptr()
    }
}

/// Makes a URL without any part.
///
/// @return the URL, to be freed with pn_url_free()
#[unsafe(no_mangle)]
pub extern "C" fn pn_url() -> *mut pn_url_t {
    new_object(&raw const CLASS.0, pn_url_t::default())
}

/// Takes a text apart: `[scheme://][user[:password]@]host[:port][/path]`. User and password are decoded, an IPv6
/// address may stand in brackets, and what fits nowhere is part of the host.
///
/// @param[in] url the text
/// @return the URL, to be freed with pn_url_free(); NULL for an empty text or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_url_parse(url: *const c_char) -> *mut pn_url_t {
    // SAFETY: the caller passes null or a string.
    match unsafe { text(url) } {
        Some(text) if !text.is_empty() => new_object(&raw const CLASS.0, pn_url_t::parse(text)),
        _ => null_mut(),
    }
}

/// Frees a URL.
///
/// @param[in] url a URL, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_url_free(url: *mut pn_url_t) {
    if !url.is_null() {
        // SAFETY: the caller gives up its reference to a live URL.
        unsafe { decref(url) };
    }
}

/// Removes all parts of a URL.
///
/// @param[in] url a URL, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_url_clear(url: *mut pn_url_t) {
    // SAFETY: the caller passes null or a live URL.
    unsafe { on(url, (), |url| *url = pn_url_t::default()) }
}

/// Puts a URL together. In user and password, '@', ':' and '/' are escaped, and '%' where it would be read as an
/// escape; a host with a colon is put into brackets.
///
/// @param[in] url a URL, or NULL
/// @return the text, owned by the URL and valid until it is asked for again; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_url_str(url: *mut pn_url_t) -> *const c_char {
    // SAFETY: the caller passes null or a live URL.
    unsafe { on(url, null(), pn_url_t::whole) }
}

/// Returns the scheme.
///
/// @param[in] url a URL, or NULL
/// @return the text, owned by the URL and valid until the part is set; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_url_get_scheme(url: *mut pn_url_t) -> *const c_char {
    // SAFETY: the caller passes null or a live URL.
    unsafe { on(url, null(), |url| lend(&url.scheme)) }
}

/// Returns the name of the user.
///
/// @param[in] url a URL, or NULL
/// @return the text, owned by the URL and valid until the part is set; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_url_get_username(url: *mut pn_url_t) -> *const c_char {
    // SAFETY: the caller passes null or a live URL.
    unsafe { on(url, null(), |url| lend(&url.username)) }
}

/// Returns the password.
///
/// @param[in] url a URL, or NULL
/// @return the text, owned by the URL and valid until the part is set; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_url_get_password(url: *mut pn_url_t) -> *const c_char {
    // SAFETY: the caller passes null or a live URL.
    unsafe { on(url, null(), |url| lend(&url.password)) }
}

/// Returns the host.
///
/// @param[in] url a URL, or NULL
/// @return the text, owned by the URL and valid until the part is set; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_url_get_host(url: *mut pn_url_t) -> *const c_char {
    // SAFETY: the caller passes null or a live URL.
    unsafe { on(url, null(), |url| lend(&url.host)) }
}

/// Returns the port.
///
/// @param[in] url a URL, or NULL
/// @return the text, owned by the URL and valid until the part is set; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_url_get_port(url: *mut pn_url_t) -> *const c_char {
    // SAFETY: the caller passes null or a live URL.
    unsafe { on(url, null(), |url| lend(&url.port)) }
}

/// Returns the path, without the slash in front.
///
/// @param[in] url a URL, or NULL
/// @return the text, owned by the URL and valid until the part is set; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_url_get_path(url: *mut pn_url_t) -> *const c_char {
    // SAFETY: the caller passes null or a live URL.
    unsafe { on(url, null(), |url| lend(&url.path)) }
}

/// Sets the scheme.
///
/// @param[in] url a URL, or NULL
/// @param[in] scheme the text, copied; NULL removes the part
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_url_set_scheme(url: *mut pn_url_t, scheme: *const c_char) {
    // SAFETY: the caller passes null or a live URL, and null or a string.
    unsafe { set(url, |url| &mut url.scheme, scheme) }
}

/// Sets the name of the user.
///
/// @param[in] url a URL, or NULL
/// @param[in] username the text, copied; NULL removes the part
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_url_set_username(url: *mut pn_url_t, username: *const c_char) {
    // SAFETY: the caller passes null or a live URL, and null or a string.
    unsafe { set(url, |url| &mut url.username, username) }
}

/// Sets the password.
///
/// @param[in] url a URL, or NULL
/// @param[in] password the text, copied; NULL removes the part
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_url_set_password(url: *mut pn_url_t, password: *const c_char) {
    // SAFETY: the caller passes null or a live URL, and null or a string.
    unsafe { set(url, |url| &mut url.password, password) }
}

/// Sets the host.
///
/// @param[in] url a URL, or NULL
/// @param[in] host the text, copied; NULL removes the part
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_url_set_host(url: *mut pn_url_t, host: *const c_char) {
    // SAFETY: the caller passes null or a live URL, and null or a string.
    unsafe { set(url, |url| &mut url.host, host) }
}

/// Sets the port.
///
/// @param[in] url a URL, or NULL
/// @param[in] port the text, copied; NULL removes the part
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_url_set_port(url: *mut pn_url_t, port: *const c_char) {
    // SAFETY: the caller passes null or a live URL, and null or a string.
    unsafe { set(url, |url| &mut url.port, port) }
}

/// Sets the path, without the slash in front.
///
/// @param[in] url a URL, or NULL
/// @param[in] path the text, copied; NULL removes the part
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_url_set_path(url: *mut pn_url_t, path: *const c_char) {
    // SAFETY: the caller passes null or a live URL, and null or a string.
    unsafe { set(url, |url| &mut url.path, path) }
}

/// The URL of a host and a port.
pub(super) fn of_place(host: &str, port: &str) -> *mut pn_url_t {
    let url = pn_url_t {
        host: Some(Password::new(host.as_bytes())),
        port: Some(Password::new(port.as_bytes())),
        ..pn_url_t::default()
    };
    new_object(&raw const CLASS.0, url)
}

fn lend(part: &Option<Password>) -> *const c_char {
    part.as_ref().map_or(null(), Password::as_ptr)
}

/// Runs `f` on a URL, and gives `neutral` for null.
///
/// # Safety
/// `url` is null or live.
unsafe fn on<R>(url: *mut pn_url_t, neutral: R, f: impl FnOnce(&mut pn_url_t) -> R) -> R {
    // SAFETY: passed on from the caller.
    unsafe { url.as_mut() }.map_or(neutral, f)
}

/// Sets the part that `place` gives. The new text may be the old one.
///
/// # Safety
/// `url` is null or live, `value` is null or a string.
unsafe fn set(
    url: *mut pn_url_t,
    place: impl FnOnce(&mut pn_url_t) -> &mut Option<Password>,
    value: *const c_char,
) {
    // SAFETY: passed on from the caller.
    let copy = unsafe { text(value) }.map(Password::new);
    // SAFETY: passed on from the caller.
    unsafe { on(url, (), |url| *place(url) = copy) }
}
