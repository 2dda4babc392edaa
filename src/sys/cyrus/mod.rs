//! libsasl2, the library of Cyrus SASL, taken into use at run time where a system has it.
//!
//! Nothing of it is needed to build or to start: `library` finds it when it is first asked for. Its interface is declared
//! here, as its public header has it, and nowhere else. An [`Exchange`] is one of its connections with what answers its
//! questions (`callbacks`); everything it says is copied before the next call. What an exchange is for, and what its
//! failure means, belongs to the room `sasl`.

mod callbacks;
mod configuration;
mod library;
mod locks;
mod secret;

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::path::Path;
use std::ptr::{self, NonNull, null, null_mut};

pub(crate) use callbacks::Identity;
use callbacks::{Callback, Desk};
pub(crate) use configuration::{Options, environment, is_usual};
use library::{Handle, Library};

/// Why libsasl2 does not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Its code; 0 where it was not even there.
    code: c_int,
    /// Its words, which never have a password in them.
    pub(crate) text: String,
}

impl Fault {
    fn absent() -> Self {
        Self { code: OK, text: "libsasl2 is not there, or lacks functions".to_owned() }
    }

    fn in_file(file: &Path) -> Self {
        let file = shown(file.as_os_str().as_encoded_bytes());
        Self { code: CONFIGURATION, text: format!("SASL(-100): error when reading {file}") }
    }

    /// Whether none of the mechanisms will do.
    pub(crate) const fn is_no_mechanism(&self) -> bool {
        self.code == NO_MECHANISM
    }
}

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Error,
    Warning,
    Info,
    Debug,
    Trace,
}

/// A line for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) level: Level,
    pub(crate) text: String,
}

/// What the layer below offers, and what a mechanism may be.
pub(crate) struct Policy<'a> {
    /// Mechanisms that show the password to whoever can read the bytes may be used.
    pub(crate) plain_text: bool,
    /// So may those that do not say who the client is.
    pub(crate) anonymous: bool,
    /// The strength of the encryption below, in bits.
    pub(crate) external_strength: u32,
    /// Who the peer is according to the layer below.
    pub(crate) external_identity: Option<&'a CStr>,
}

/// What comes of a step.
pub(crate) struct Step {
    /// This side has nothing left to do but to say this.
    pub(crate) done: bool,
    /// What to say; `None` if nothing, which is not the same as nothing in particular.
    pub(crate) words: Option<Vec<u8>>,
}

/// A server's configuration.
pub(crate) struct Configuration<'a> {
    /// What the process's first server is started with: the name, and the folders it may lie in.
    pub(crate) name: &'a CStr,
    pub(crate) folders: Option<&'a CStr>,
    /// What this server's own says, where it is another.
    pub(crate) options: Options,
}

/// One exchange, of a client or a server. The memory that libsasl2 was given is at addresses that stay.
pub(crate) struct Exchange {
    library: &'static Library,
    handle: NonNull<Handle>,
    /// Made from a box, only shared from then on, and ended with the exchange.
    desk: NonNull<Desk>,
    /// libsasl2 reads it whenever it has a question.
    _questions: Vec<Callback>,
}

/// Whether this system has libsasl2.
pub(crate) fn is_there() -> bool {
    Library::get().is_some()
}

impl Exchange {
    /// A client's part of an exchange with `host`.
    pub(crate) fn client(host: Option<&CStr>, identity: &Identity<'_>) -> Result<Self, Fault> {
        let library = Library::client()?;
        let new = |questions: *const Callback, handle: &mut *mut Handle| {
            let host = host.map_or(null(), CStr::as_ptr);
            // SAFETY: strings that are copied, and a list of questions that outlives the connection.
            unsafe {
                (library.client_new)(SERVICE.as_ptr(), host, null(), null(), questions, NO_FLAGS, handle)
            }
        };
        Self::begin(library, Desk::of_client(identity), Desk::client_questions, new)
    }

    /// A server's part of an exchange.
    pub(crate) fn server(configuration: Configuration<'_>) -> Result<Self, Fault> {
        let library = Library::server(configuration.name, configuration.folders)?;
        let new = |questions: *const Callback, handle: &mut *mut Handle| {
            let (nothing, service) = (null(), SERVICE.as_ptr());
            // SAFETY: a string that is copied, and a list of questions that outlives the connection.
            unsafe {
                (library.server_new)(service, nothing, nothing, nothing, nothing, questions, NO_FLAGS, handle)
            }
        };
        Self::begin(library, Desk::of_server(configuration.options), Desk::server_questions, new)
    }

    fn begin(
        library: &'static Library,
        desk: Desk,
        questions: fn(*const Desk) -> Vec<Callback>,
        new: impl FnOnce(*const Callback, &mut *mut Handle) -> c_int,
    ) -> Result<Self, Fault> {
        let desk = Box::into_raw(Box::new(desk));
        let questions = questions(desk);
        let mut handle = null_mut();
        let code = new(questions.as_ptr(), &mut handle);
        match (NonNull::new(handle), NonNull::new(desk)) {
            (Some(handle), Some(desk)) if code == OK => {
                Ok(Self { library, handle, desk, _questions: questions })
            }
            _ => {
                // SAFETY: it was a box above, and no connection knows it.
                drop(unsafe { Box::from_raw(desk) });
                Err(library.fault(code))
            }
        }
    }

    /// Sets what mechanisms have to keep to.
    pub(crate) fn set_policy(&mut self, policy: &Policy<'_>) -> Result<(), Fault> {
        let strength: c_uint = policy.external_strength;
        self.set(STRENGTH_BELOW, ptr::from_ref(&strength).cast())?;
        if let Some(identity) = policy.external_identity {
            self.set(IDENTITY_BELOW, identity.as_ptr().cast())?;
        }
        let plain_text = if policy.plain_text { 0 } else { NO_PLAIN_TEXT };
        let anonymous = if policy.anonymous { 0 } else { NO_ANONYMOUS };
        let properties = SecurityProperties {
            least_strength: 0,
            most_strength: 2048,
            buffer: RECEIVE_BUFFER,
            flags: plain_text | anonymous,
            names: null(),
            values: null(),
        };
        self.set(SECURITY, ptr::from_ref(&properties).cast())
    }

    fn set(&mut self, property: c_int, value: *const c_void) -> Result<(), Fault> {
        // SAFETY: the connection is ours; the callers pass what the property takes, which is copied.
        let code = unsafe { (self.library.setprop)(self.handle.as_ptr(), property, value) };
        self.checked(code)
    }

    /// The mechanisms that a server can offer, separated by blanks.
    pub(crate) fn mechanisms(&mut self) -> Result<Vec<u8>, Fault> {
        let (mut names, mut length) = (null(), 0);
        let (handle, between) = (self.handle.as_ptr(), c" ".as_ptr());
        // SAFETY: the connection is ours, strings are read, and the results are ours to write; the number is not asked for.
        let code = unsafe {
            (self.library.listmech)(
                handle,
                null(),
                null(),
                between,
                null(),
                &raw mut names,
                &raw mut length,
                null_mut(),
            )
        };
        self.checked(code)?;
        // SAFETY: libsasl2 has said where its bytes are, and they stay until the next call.
        Ok(unsafe { bytes(names, length) }.unwrap_or_default())
    }

    /// A client's choice among what is offered, separated by blanks, and its first step.
    pub(crate) fn choose(&mut self, offered: &CStr) -> Result<(Vec<u8>, Step), Fault> {
        let (mut prompts, mut words, mut length, mut name) = (null_mut(), null(), 0, null());
        // SAFETY: the connection is ours, the string is read, and the results are ours to write.
        let code = unsafe {
            (self.library.client_start)(
                self.handle.as_ptr(),
                offered.as_ptr(),
                &raw mut prompts,
                &raw mut words,
                &raw mut length,
                &raw mut name,
            )
        };
        let step = self.step(code, words, length)?;
        if name.is_null() {
            return Err(Fault { code: NO_MECHANISM, text: "SASL: no mechanism was chosen".to_owned() });
        }
        // SAFETY: it is not null, so libsasl2 has put a string there.
        let name = unsafe { CStr::from_ptr(name) };
        Ok((name.to_bytes().to_vec(), step))
    }

    /// A client's answer to a challenge.
    pub(crate) fn respond(&mut self, challenge: &[u8]) -> Result<Step, Fault> {
        let (challenge, size) = terminated(challenge)?;
        let (mut prompts, mut words, mut length) = (null_mut(), null(), 0);
        // SAFETY: the connection is ours, the bytes are read, with a NUL behind them, and the results are ours to write.
        let code = unsafe {
            (self.library.client_step)(
                self.handle.as_ptr(),
                challenge.as_ptr(),
                size,
                &raw mut prompts,
                &raw mut words,
                &raw mut length,
            )
        };
        self.step(code, words, length)
    }

    /// A server's reaction to the client's choice and to what it says at once, if anything.
    pub(crate) fn accept(&mut self, mechanism: &CStr, response: Option<&[u8]>) -> Result<Step, Fault> {
        let (kept, size) = terminated(response.unwrap_or_default())?;
        let response = response.map_or(null(), |_| kept.as_ptr());
        let (mut words, mut length) = (null(), 0);
        let (handle, mechanism) = (self.handle.as_ptr(), mechanism.as_ptr());
        let (to_words, to_length) = (&raw mut words, &raw mut length);
        // SAFETY: the connection is ours, the bytes are read, with a NUL behind them, and the results are ours to write.
        let code =
            unsafe { (self.library.server_start)(handle, mechanism, response, size, to_words, to_length) };
        self.step(code, words, length)
    }

    /// A server's reaction to a response.
    pub(crate) fn judge(&mut self, response: &[u8]) -> Result<Step, Fault> {
        let (response, size) = terminated(response)?;
        let (mut words, mut length) = (null(), 0);
        let (handle, to_words, to_length) = (self.handle.as_ptr(), &raw mut words, &raw mut length);
        // SAFETY: as for `accept`.
        let code =
            unsafe { (self.library.server_step)(handle, response.as_ptr(), size, to_words, to_length) };
        self.step(code, words, length)
    }

    fn step(&mut self, code: c_int, words: *const c_char, length: c_uint) -> Result<Step, Fault> {
        if code == NEEDS_ANSWERS {
            return Err(Fault { code, text: "SASL(2): the mechanism asks for what nobody knows".to_owned() });
        }
        if code != CONTINUE {
            self.checked(code)?;
        }
        // SAFETY: libsasl2 has said where its bytes are, if anywhere, and they stay until the next call.
        let words = unsafe { bytes(words, length) };
        Ok(Step { done: code == OK, words })
    }

    /// Who was authenticated, once the exchange has succeeded.
    pub(crate) fn user(&mut self) -> Option<Vec<u8>> {
        self.text(AUTHENTICATED_USER)
    }

    /// For whom to act, once the exchange has succeeded.
    pub(crate) fn authorization(&mut self) -> Option<Vec<u8>> {
        self.text(USER)
    }

    /// The strength of the layer that was agreed on, in bits, 0 for none.
    pub(crate) fn strength(&mut self) -> u32 {
        self.number(STRENGTH)
    }

    /// How many bytes at a time the layer takes.
    pub(crate) fn most_at_once(&mut self) -> u32 {
        self.number(MOST_AT_ONCE)
    }

    fn text(&mut self, property: c_int) -> Option<Vec<u8>> {
        let value = self.property(property)?;
        // SAFETY: the callers name properties that are strings, and the string stays until the next call.
        let text = unsafe { CStr::from_ptr(value.as_ptr().cast()) };
        Some(text.to_bytes().to_vec())
    }

    fn number(&mut self, property: c_int) -> u32 {
        let Some(value) = self.property(property) else { return 0 };
        // SAFETY: the callers name properties that are unsigned numbers.
        unsafe { value.as_ptr().cast::<c_uint>().read() }
    }

    fn property(&mut self, property: c_int) -> Option<NonNull<c_void>> {
        let mut value = null();
        // SAFETY: the connection is ours, and so is the place for the result.
        let code = unsafe { (self.library.getprop)(self.handle.as_ptr(), property, &raw mut value) };
        if code == OK { NonNull::new(value.cast_mut()) } else { None }
    }

    /// Bytes as they go over the wire.
    pub(crate) fn encode(&mut self, plain: &[u8]) -> Result<Vec<u8>, Fault> {
        self.pass(plain, self.library.encode)
    }

    /// Bytes as they were before; none as long as a piece is not whole.
    pub(crate) fn decode(&mut self, encoded: &[u8]) -> Result<Vec<u8>, Fault> {
        self.pass(encoded, self.library.decode)
    }

    fn pass(&mut self, from: &[u8], through: Layer) -> Result<Vec<u8>, Fault> {
        let size = c_uint::try_from(from.len()).map_err(|_| too_long())?;
        let (mut to, mut length) = (null(), 0);
        // SAFETY: the connection is ours, the bytes are read, and the results are ours to write.
        let code = unsafe {
            through(self.handle.as_ptr(), from.as_ptr().cast(), size, &raw mut to, &raw mut length)
        };
        self.checked(code)?;
        if length == 0 {
            // Where the bytes would be is not said then.
            return Ok(Vec::new());
        }
        // SAFETY: libsasl2 has said where its bytes are, and they stay until the next call.
        Ok(unsafe { bytes(to, length) }.unwrap_or_default())
    }

    /// What has been said for the log since the last time.
    pub(crate) fn take_lines(&mut self) -> Vec<Line> {
        // SAFETY: the desk lives as long as the exchange and is only ever shared.
        unsafe { self.desk.as_ref() }.take_lines()
    }

    fn checked(&mut self, code: c_int) -> Result<(), Fault> {
        if code == OK {
            return Ok(());
        }
        // SAFETY: the connection is ours.
        let text = unsafe { (self.library.errdetail)(self.handle.as_ptr()) };
        // SAFETY: it is null or a string that stays until the next call.
        let text = unsafe { text_at(text) };
        Err(Fault { code, text: text.unwrap_or_else(|| self.library.fault(code).text) })
    }
}

// SAFETY: libsasl2 ties connections to no thread, only wants one thread at a time in each, and the exchange with all it
// gave to libsasl2 goes from thread to thread as a whole.
unsafe impl Send for Exchange {}

impl Drop for Exchange {
    fn drop(&mut self) {
        let mut handle = self.handle.as_ptr();
        // SAFETY: the connection is ours and not used again; what it was given is still there.
        unsafe { (self.library.dispose)(&raw mut handle) };
        // SAFETY: it was made from a box, and nobody else knows it any more.
        drop(unsafe { Box::from_raw(self.desk.as_ptr()) });
    }
}

/// A function of a security layer.
type Layer =
    unsafe extern "C" fn(*mut Handle, *const c_char, c_uint, *mut *const c_char, *mut c_uint) -> c_int;

/// `sasl_security_properties_t`.
#[repr(C)]
struct SecurityProperties {
    least_strength: c_uint,
    most_strength: c_uint,
    buffer: c_uint,
    flags: c_uint,
    names: *const *const c_char,
    values: *const *const c_char,
}

/// Bytes from the peer, with the NUL behind them that mechanisms rely on. They may be secret.
struct Terminated(Vec<u8>);

impl Terminated {
    fn as_ptr(&self) -> *const c_char {
        self.0.as_ptr().cast()
    }
}

impl Drop for Terminated {
    fn drop(&mut self) {
        self.0.fill(0);
        std::hint::black_box(&mut self.0);
    }
}

fn terminated(bytes: &[u8]) -> Result<(Terminated, c_uint), Fault> {
    let size = c_uint::try_from(bytes.len()).map_err(|_| too_long())?;
    // Room for all at once: a vector that grows leaves a copy behind.
    let mut whole = Vec::with_capacity(bytes.len() + 1);
    whole.extend_from_slice(bytes);
    whole.push(0);
    Ok((Terminated(whole), size))
}

fn too_long() -> Fault {
    Fault { code: BAD_PARAMETER, text: "SASL(-7): more bytes than libsasl2 can count".to_owned() }
}

/// Copies bytes that libsasl2 tells of; `None` if it does not.
///
/// # Safety
/// `start` is null, or so many bytes can be read there.
unsafe fn bytes(start: *const c_char, length: c_uint) -> Option<Vec<u8>> {
    if start.is_null() {
        return None;
    }
    // SAFETY: passed on from the caller.
    Some(unsafe { std::slice::from_raw_parts(start.cast::<u8>(), length as usize) }.to_vec())
}

/// Copies a string, if there is one.
///
/// # Safety
/// `start` is null or a string.
unsafe fn text_at(start: *const c_char) -> Option<String> {
    if start.is_null() {
        return None;
    }
    // SAFETY: passed on from the caller.
    let text = unsafe { CStr::from_ptr(start) };
    Some(shown(text.to_bytes()))
}

/// Copies a text of a known length, empty if there is none.
///
/// # Safety
/// As for [`bytes`].
unsafe fn counted_text(start: *const c_char, length: c_uint) -> String {
    // SAFETY: passed on from the caller.
    shown(&unsafe { bytes(start, length) }.unwrap_or_default())
}

/// A text as it may stand in a log: what the peer has put into it cannot begin a line of its own.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.trim_end().chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// What AMQP is called where services are told apart.
const SERVICE: &CStr = c"amqp";

/// No data with the success: the last words of a mechanism go into a challenge.
const NO_FLAGS: c_uint = 0;

/// What is asked to hold what the peer has encoded.
pub(crate) const RECEIVE_BUFFER: c_uint = 32768;

const OK: c_int = 0;
const CONTINUE: c_int = 1;
const NEEDS_ANSWERS: c_int = 2;
const NO_MECHANISM: c_int = -4;
const BAD_PARAMETER: c_int = -7;
const CONFIGURATION: c_int = -100;

/// Properties.
const USER: c_int = 0;
const STRENGTH: c_int = 1;
const MOST_AT_ONCE: c_int = 2;
const AUTHENTICATED_USER: c_int = 16;
const STRENGTH_BELOW: c_int = 100;
const SECURITY: c_int = 101;
const IDENTITY_BELOW: c_int = 102;

/// Flags of `sasl_security_properties_t`.
const NO_PLAIN_TEXT: c_uint = 0x0001;
const NO_ANONYMOUS: c_uint = 0x0010;
