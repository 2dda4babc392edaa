//! What libsasl2 asks while it works: who the user is, what the configuration says, and where to write its log.
//!
//! Every exchange has a [`Desk`], which answers for it. libsasl2 gets a list of the questions that may be asked at all,
//! which is how it learns what mechanisms are possible, and passes the desk's address back with each question.

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_ulong, c_void};
use std::ptr;

use super::configuration::Options;
use super::library::Handle;
use super::secret::Secret;
use super::{Level, Line};

/// A question that may be asked: which, who answers, and what the answerer gets to know.
#[repr(C)]
pub(super) struct Callback {
    id: c_ulong,
    answer: *const c_void,
    desk: *mut c_void,
}

const LIST_END: c_ulong = 0;
const GETOPT: c_ulong = 1;
const LOG: c_ulong = 2;
const USER: c_ulong = 0x4001;
const AUTHNAME: c_ulong = 0x4002;
const PASS: c_ulong = 0x4004;
const PROXY_POLICY: c_ulong = 0x8001;

const OK: c_int = 0;
const FAIL: c_int = -1;

/// Who a client is.
#[derive(Default)]
pub(crate) struct Identity<'a> {
    /// Who to authenticate as.
    pub(crate) user: Option<&'a CStr>,
    /// For whom to act, if not for oneself.
    pub(crate) authorization: Option<&'a CStr>,
    pub(crate) password: Option<&'a [u8]>,
}

/// What answers for one exchange.
#[derive(Default)]
pub(super) struct Desk {
    user: Option<CString>,
    authorization: Option<CString>,
    password: Option<Secret>,
    /// A configuration of the exchange's own, if it has one.
    options: Options,
    lines: RefCell<Vec<Line>>,
}

/// What is kept of the log while nobody takes it.
const MOST_LINES: usize = 64;

impl Desk {
    pub(super) fn of_client(identity: &Identity<'_>) -> Self {
        let known = identity.user.is_some();
        Self {
            user: identity.user.map(CStr::to_owned),
            authorization: identity.authorization.map(CStr::to_owned),
            password: identity.password.filter(|_| known).map(Secret::new),
            ..Self::default()
        }
    }

    pub(super) fn of_server(options: Options) -> Self {
        Self { options, ..Self::default() }
    }

    /// The questions that it answers for a client: those alone whose answer it knows.
    pub(super) fn client_questions(desk: *const Self) -> Vec<Callback> {
        // SAFETY: the caller has just made the desk.
        let Some(this) = (unsafe { desk.as_ref() }) else { return Vec::new() };
        let mut questions = vec![question(LOG, log as *const c_void, desk)];
        if this.user.is_some() || this.authorization.is_some() {
            questions.push(question(USER, name as *const c_void, desk));
        }
        if this.user.is_some() {
            questions.push(question(AUTHNAME, name as *const c_void, desk));
        }
        if this.password.is_some() {
            questions.push(question(PASS, password as *const c_void, desk));
        }
        questions.push(question(LIST_END, ptr::null(), ptr::null()));
        questions
    }

    pub(super) fn server_questions(desk: *const Self) -> Vec<Callback> {
        vec![
            question(LOG, log as *const c_void, desk),
            question(GETOPT, option as *const c_void, desk),
            question(PROXY_POLICY, authorize as *const c_void, desk),
            question(LIST_END, ptr::null(), ptr::null()),
        ]
    }

    pub(super) fn take_lines(&self) -> Vec<Line> {
        self.lines.try_borrow_mut().map(|mut lines| std::mem::take(&mut *lines)).unwrap_or_default()
    }

    fn say(&self, level: Level, text: String) {
        if let Ok(mut lines) = self.lines.try_borrow_mut()
            && lines.len() < MOST_LINES
        {
            lines.push(Line { level, text });
        }
    }
}

fn question(id: c_ulong, answer: *const c_void, desk: *const Desk) -> Callback {
    Callback { id, answer, desk: desk.cast_mut().cast() }
}

/// The desk of an exchange, from the pointer that libsasl2 hands back.
///
/// # Safety
/// `context` is null or a desk that lives during the call, as every exchange keeps its own until its end.
unsafe fn desk<'a>(context: *mut c_void) -> Option<&'a Desk> {
    // SAFETY: passed on from the caller; a desk is only ever shared.
    unsafe { context.cast::<Desk>().as_ref() }
}

/// Stores an answer where libsasl2 asked for it.
///
/// # Safety
/// `place` is null or may be written.
unsafe fn store<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: passed on from the caller.
        unsafe { place.write(value) };
    }
}

/// Stores a string and its length.
///
/// # Safety
/// As for [`store`], both.
unsafe fn store_text(result: *mut *const c_char, length: *mut c_uint, text: &CStr) {
    // SAFETY: passed on from the caller.
    unsafe { store(result, text.as_ptr()) };
    // SAFETY: as above.
    unsafe { store(length, c_uint::try_from(text.count_bytes()).unwrap_or_default()) };
}

/// `sasl_getsimple_t`: the client's name, or the one it acts for, which is empty where it acts for itself.
unsafe extern "C" fn name(
    context: *mut c_void,
    id: c_int,
    result: *mut *const c_char,
    length: *mut c_uint,
) -> c_int {
    // SAFETY: libsasl2 passes the desk of the exchange it works for.
    let Some(desk) = (unsafe { desk(context) }) else { return FAIL };
    let text = match c_ulong::try_from(id) {
        Ok(USER) => desk.authorization.as_deref().unwrap_or_default(),
        Ok(AUTHNAME) => desk.user.as_deref().unwrap_or_default(),
        _ => return FAIL,
    };
    // SAFETY: libsasl2 says where it wants the answer; the string stays until the exchange ends.
    unsafe { store_text(result, length, text) };
    OK
}

/// `sasl_getsecret_t`: the client's password.
unsafe extern "C" fn password(
    _handle: *mut Handle,
    context: *mut c_void,
    id: c_int,
    result: *mut *mut c_void,
) -> c_int {
    // SAFETY: libsasl2 passes the desk of the exchange it works for.
    let Some(desk) = (unsafe { desk(context) }) else { return FAIL };
    let Some(secret) = desk.password.as_ref().filter(|_| c_ulong::try_from(id) == Ok(PASS)) else {
        return FAIL;
    };
    // SAFETY: libsasl2 says where it wants the answer, only reads it, and the secret stays until the exchange ends.
    unsafe { store(result, secret.as_ptr()) };
    OK
}

/// `sasl_getopt_t`: what the exchange's own configuration says.
unsafe extern "C" fn option(
    context: *mut c_void,
    _plugin: *const c_char,
    option: *const c_char,
    result: *mut *const c_char,
    length: *mut c_uint,
) -> c_int {
    // SAFETY: libsasl2 passes the desk of the exchange it works for.
    let Some(desk) = (unsafe { desk(context) }) else { return FAIL };
    if option.is_null() {
        return FAIL;
    }
    // SAFETY: it is not null, so libsasl2 passes a string.
    let option = unsafe { CStr::from_ptr(option) };
    let Some(value) = desk.options.get(option) else { return FAIL };
    // SAFETY: libsasl2 says where it wants the answer; the string stays until the exchange ends.
    unsafe { store_text(result, length, value) };
    OK
}

/// `sasl_log_t`: what is worth telling, but for what would show passwords.
unsafe extern "C" fn log(context: *mut c_void, level: c_int, message: *const c_char) -> c_int {
    // SAFETY: libsasl2 passes the desk of the exchange it works for.
    let Some(desk) = (unsafe { desk(context) }) else { return FAIL };
    let level = match level {
        1 => Level::Error,
        2 | 3 => Level::Warning,
        4 => Level::Info,
        5 => Level::Debug,
        6 => Level::Trace,
        // None, and 7: traces with passwords in them.
        _ => return OK,
    };
    // SAFETY: libsasl2 passes null or a string.
    if let Some(text) = unsafe { super::text_at(message) } {
        desk.say(level, text);
    }
    OK
}

/// `sasl_authorize_t`: whoever is authenticated may act for anybody; the application decides what that is worth.
unsafe extern "C" fn authorize(
    _handle: *mut Handle,
    context: *mut c_void,
    user: *const c_char,
    user_length: c_uint,
    authenticated: *const c_char,
    authenticated_length: c_uint,
    realm: *const c_char,
    realm_length: c_uint,
    _properties: *mut c_void,
) -> c_int {
    // SAFETY: libsasl2 passes the desk of the exchange it works for.
    let Some(desk) = (unsafe { desk(context) }) else { return FAIL };
    // SAFETY: libsasl2 passes three strings with their lengths; so below.
    let user = unsafe { super::counted_text(user, user_length) };
    // SAFETY: as above.
    let authenticated = unsafe { super::counted_text(authenticated, authenticated_length) };
    // SAFETY: as above.
    let realm = unsafe { super::counted_text(realm, realm_length) };
    desk.say(Level::Trace, format!("Authorized: userid={user} by authuser={authenticated} @ {realm}"));
    OK
}
