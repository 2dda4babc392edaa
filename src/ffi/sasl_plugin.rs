//! `proton/sasl_plugin.h`: authentication by an implementation of the program's own.
//!
//! The exchange asks and waits (`crate::sasl`). After a call on a transport its questions are taken out here and put
//! to the functions of the program, with no part of the transport borrowed, so they may call anything; what they say
//! goes back in, and the transport goes on from there.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr::{NonNull, null, null_mut};

use libc::ssize_t;

use super::boundary::{on_transport, on_wire, write_trace};
use super::data_object::text;
use super::logger;
use super::logger::names::{pn_log_level_t as Level, pn_log_subsystem_t as Subsystem};
use super::logger::pn_log_level_t;
use super::shell::{pn_transport_t, set_count};
use super::types::pn_bytes_t;
use crate::engine::{Password, Text};
use crate::sasl::{Answer, Ask, Implementation, Sasl, Stage, Told};
use crate::transport::Transport;

/// cbindgen:ignore
pub type pnx_sasl_state = c_uint;

/// The enumeration as C sees it.
pub mod names {
    /// What is sent next in an exchange, in the order of rank: an exchange does not go back.
    #[repr(C)]
    pub enum pnx_sasl_state {
        /// Nothing was decided yet.
        SASL_NONE = 0,
        /// A client has chosen a mechanism.
        SASL_POSTED_INIT = 1,
        /// A server offers its mechanisms.
        SASL_POSTED_MECHANISMS = 2,
        /// A client answers. Setting it again sends another answer.
        SASL_POSTED_RESPONSE = 3,
        /// A server asks. Setting it again sends another question.
        SASL_POSTED_CHALLENGE = 4,
        /// A client was accepted.
        SASL_RECVED_SUCCESS = 5,
        /// A client was not accepted.
        SASL_RECVED_FAILURE = 6,
        /// A server has decided.
        SASL_POSTED_OUTCOME = 7,
        /// The exchange cannot go on.
        SASL_ERROR = 8,
    }
}

/// The functions of an implementation. Any of them may be NULL, which stands for one that does and has nothing.
/// The table has to stay where it is for as long as a transport uses it.
#[repr(C)]
pub struct pnx_sasl_implementation {
    /// The transport ends; called if there is a context.
    pub free: Option<unsafe extern "C" fn(transport: *mut pn_transport_t)>,
    /// What a server offers: names separated by blanks.
    pub list_mechanisms: Option<unsafe extern "C" fn(transport: *mut pn_transport_t) -> *const c_char>,
    /// A server's exchange begins. Called until it sets a state; the result is not used.
    pub init_server: Option<unsafe extern "C" fn(transport: *mut pn_transport_t) -> bool>,
    /// A client's exchange begins; false if it cannot.
    pub init_client: Option<unsafe extern "C" fn(transport: *mut pn_transport_t) -> bool>,
    /// A frame may be written next: the last chance to say which.
    pub prepare_write: Option<unsafe extern "C" fn(transport: *mut pn_transport_t)>,
    /// A client has chosen a mechanism.
    pub process_init: Option<
        unsafe extern "C" fn(
            transport: *mut pn_transport_t,
            mechanism: *const c_char,
            recv: *const pn_bytes_t,
        ),
    >,
    /// A client has answered.
    pub process_response:
        Option<unsafe extern "C" fn(transport: *mut pn_transport_t, recv: *const pn_bytes_t)>,
    /// A server offers mechanisms, of which those that are allowed are given; false if none will do.
    pub process_mechanisms:
        Option<unsafe extern "C" fn(transport: *mut pn_transport_t, mechs: *const c_char) -> bool>,
    /// A server asks.
    pub process_challenge:
        Option<unsafe extern "C" fn(transport: *mut pn_transport_t, recv: *const pn_bytes_t)>,
    /// A server has decided. The outcome is set already and may be changed.
    pub process_outcome:
        Option<unsafe extern "C" fn(transport: *mut pn_transport_t, recv: *const pn_bytes_t)>,
    /// Whether everything after the exchange passes through encode and decode.
    pub can_encrypt: Option<unsafe extern "C" fn(transport: *mut pn_transport_t) -> bool>,
    /// How many bytes these take at a time.
    pub max_encrypt_size: Option<unsafe extern "C" fn(transport: *mut pn_transport_t) -> ssize_t>,
    /// Protects bytes. The result is negative for a failure, 0 for no bytes yet, else the bytes are in out, valid
    /// until the next call.
    pub encode: Option<
        unsafe extern "C" fn(
            transport: *mut pn_transport_t,
            bytes: pn_bytes_t,
            out: *mut pn_bytes_t,
        ) -> ssize_t,
    >,
    /// Undoes what the peer's encode did; as encode.
    pub decode: Option<
        unsafe extern "C" fn(
            transport: *mut pn_transport_t,
            bytes: pn_bytes_t,
            out: *mut pn_bytes_t,
        ) -> ssize_t,
    >,
}

/// Lets an implementation lead the authentication of a transport, which pn_sasl() has asked for.
///
/// @param[in] transport a transport
/// @param[in] implementation the implementation, NULL for the built-in mechanisms
/// @param[in] context what pnx_sasl_get_context() returns to it
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_set_implementation(
    transport: *mut pn_transport_t,
    implementation: *const pnx_sasl_implementation,
    context: *mut c_void,
) {
    let table = NonNull::new(implementation.cast_mut().cast()).map(Implementation);
    let set = |exchange: &mut Sasl| {
        exchange.set_implementation(table);
        exchange.set_context(NonNull::new(context));
    };
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_exchange(transport, (), set) }
}

/// Lets an implementation lead the authentications that begin from now on, in the whole process.
///
/// @param[in] implementation the implementation, NULL for the built-in mechanisms
#[unsafe(no_mangle)]
pub extern "C" fn pnx_sasl_set_default_implementation(implementation: *const pnx_sasl_implementation) {
    Implementation::set_default(NonNull::new(implementation.cast_mut().cast()).map(Implementation));
}

/// Returns the implementation's own pointer.
///
/// @param[in] transport a transport, or NULL
/// @return what was set with the implementation or by pnx_sasl_set_context(), NULL if nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_get_context(transport: *mut pn_transport_t) -> *mut c_void {
    let context = |exchange: &mut Sasl| exchange.context().map_or(null_mut(), NonNull::as_ptr);
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_exchange(transport, null_mut(), context) }
}

/// Sets the implementation's own pointer.
///
/// @param[in] transport a transport
/// @param[in] context any pointer; it is never followed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_set_context(transport: *mut pn_transport_t, context: *mut c_void) {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_exchange(transport, (), |exchange| exchange.set_context(NonNull::new(context))) }
}

unsafe extern "C" {
    /// Writes a line to the transport's log, made by a format as for printf.
    ///
    /// Programs built with the headers of 0.32 and older pass the format in the place of the level, and are understood.
    ///
    /// @param[in] transport a transport
    /// @param[in] level how urgent it is
    /// @param[in] format the format, followed by its arguments
    pub fn pnx_sasl_logf(transport: *mut pn_transport_t, level: pn_log_level_t, format: *const c_char, ...);
}

/// Sets the condition that the transport ends with, and logs it. The exchange goes on until it is told otherwise.
///
/// @param[in] transport a transport
/// @param[in] err what happened, for people
/// @param[in] condition_name the name of the condition
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_error(
    transport: *mut pn_transport_t,
    err: *const c_char,
    condition_name: *const c_char,
) {
    // SAFETY: the caller passes null or a string; so below.
    let err = unsafe { text(err) };
    // SAFETY: as above.
    let name = unsafe { text(condition_name) };
    let set = |wire: &mut Transport| {
        let condition = wire.condition_mut();
        condition.clear();
        condition.name = Text::from_option(name);
        condition.description = Text::from_option(err);
    };
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, (), set) };
    let line = format!("sasl error: {}", String::from_utf8_lossy(err.unwrap_or_default()));
    // SAFETY: as above.
    unsafe { log(transport, Level::PN_LEVEL_ERROR as c_uint, &line) };
}

/// Tells which side of the exchange this is.
///
/// @param[in] transport a transport, or NULL
/// @return true for the client
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_is_client(transport: *mut pn_transport_t) -> bool {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_exchange(transport, false, |exchange| !exchange.is_server()) }
}

/// Tells whether a server may use a mechanism.
///
/// @param[in] transport a transport, or NULL
/// @param[in] s the name of the mechanism
/// @return true if pn_sasl_allowed_mechs() lists it or was not called
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_is_mechanism_included(
    transport: *mut pn_transport_t,
    s: pn_bytes_t,
) -> bool {
    // SAFETY: the caller passes as many bytes as stated.
    let name = unsafe { s.as_slice() };
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_exchange(transport, false, |exchange| exchange.allows(name)) }
}

/// Tells whether the bytes of the exchange are protected by the layer below.
///
/// @param[in] transport a transport, or NULL
/// @return true if they are
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_is_transport_encrypted(transport: *mut pn_transport_t) -> bool {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_exchange(transport, false, |exchange| exchange.external_strength() > 0) }
}

/// Tells whether passwords may be said in the clear.
///
/// @param[in] transport a transport, or NULL
/// @return what pn_sasl_set_allow_insecure_mechs() set
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_get_allow_insecure_mechanisms(transport: *mut pn_transport_t) -> bool {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_exchange(transport, false, |exchange| exchange.allows_insecure()) }
}

/// Tells whether peers have to authenticate.
///
/// @param[in] transport a transport, or NULL
/// @return what pn_transport_require_auth() set
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_get_authentication_required(transport: *mut pn_transport_t) -> bool {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, false, |wire| wire.requires_auth()) }
}

/// Returns who the peer is by what the layer below says.
///
/// @param[in] transport a transport, or NULL
/// @return the name, valid as long as the transport; NULL if not known
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_get_external_username(transport: *mut pn_transport_t) -> *const c_char {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_exchange(transport, null(), |exchange| lend(exchange.external_identity())) }
}

/// Returns the strength of the encryption of the layer below.
///
/// @param[in] transport a transport, or NULL
/// @return the strength in bits, 0 for none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_get_external_ssf(transport: *mut pn_transport_t) -> c_int {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_exchange(transport, 0, |exchange| c_int::from(exchange.external_strength())) }
}

/// Returns the user to authenticate as.
///
/// @param[in] transport a transport, or NULL
/// @return what the connection had when it was bound, valid as long as the transport; NULL if nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_get_username(transport: *mut pn_transport_t) -> *const c_char {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_exchange(transport, null(), |exchange| lend(exchange.given_user())) }
}

/// Returns the password to authenticate with.
///
/// @param[in] transport a transport, or NULL
/// @return what the connection had when it was bound, valid until pnx_sasl_clear_password(); NULL if nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_get_password(transport: *mut pn_transport_t) -> *const c_char {
    let password = |exchange: &mut Sasl| exchange.password().map_or(null(), Password::as_ptr);
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_exchange(transport, null(), password) }
}

/// Forgets the password: its bytes are overwritten.
///
/// @param[in] transport a transport
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_clear_password(transport: *mut pn_transport_t) {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_exchange(transport, (), Sasl::forget_password) }
}

/// Returns for whom to act.
///
/// @param[in] transport a transport, or NULL
/// @return what the connection had when it was bound, valid as long as the transport; NULL if nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_get_authorization(transport: *mut pn_transport_t) -> *const c_char {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_exchange(transport, null(), |exchange| lend(exchange.given_authorization())) }
}

/// Returns the host that the connection is meant for.
///
/// @param[in] transport a transport, or NULL
/// @return the connection's host name when it was bound, valid as long as the transport; NULL if it had none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_get_remote_fqdn(transport: *mut pn_transport_t) -> *const c_char {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_exchange(transport, null(), |exchange| lend(exchange.remote_host())) }
}

/// Returns the mechanism in use.
///
/// @param[in] transport a transport, or NULL
/// @return the name, valid until another one is chosen; NULL before one was
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_get_selected_mechanism(transport: *mut pn_transport_t) -> *const c_char {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_exchange(transport, null(), |exchange| lend(exchange.mechanism())) }
}

/// Sets the words of the next frames that have room for some: init, challenge, response, outcome.
///
/// @param[in] transport a transport
/// @param[in] bytes the words, copied
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_set_bytes_out(transport: *mut pn_transport_t, bytes: pn_bytes_t) {
    // SAFETY: the caller passes as many bytes as stated.
    let words = (!bytes.start.is_null()).then(|| unsafe { bytes.as_slice() });
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_exchange(transport, (), |exchange| exchange.set_words(words)) }
}

/// Says what is sent next. A state that the side cannot have, or that lies behind, is refused with a line in the log.
///
/// @param[in] transport a transport
/// @param[in] desired_state the state
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_set_desired_state(
    transport: *mut pn_transport_t,
    desired_state: pnx_sasl_state,
) {
    let Some(stage) = Stage::from_number(desired_state) else { return };
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_wire(transport, (), |wire, engine| wire.set_sasl_stage(engine, stage)) }
}

/// Says which mechanism is used.
///
/// @param[in] transport a transport
/// @param[in] mechanism the name, copied
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_set_selected_mechanism(
    transport: *mut pn_transport_t,
    mechanism: *const c_char,
) {
    // SAFETY: the caller passes null or a string.
    let name = unsafe { text(mechanism) };
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_exchange(transport, (), |exchange| exchange.set_mechanism(name)) }
}

/// Says what a client calls the host it talks to, in its first words.
///
/// @param[in] transport a transport
/// @param[in] fqdn the name, copied; NULL for none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_set_local_hostname(transport: *mut pn_transport_t, fqdn: *const c_char) {
    // SAFETY: the caller passes null or a string.
    let name = unsafe { text(fqdn) };
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_exchange(transport, (), |exchange| exchange.set_local_hostname(name)) }
}

/// Says that the peer was authenticated. Nothing is sent by this alone.
///
/// @param[in] transport a transport
/// @param[in] username who it is, copied
/// @param[in] authzid for whom it acts, copied; NULL for itself
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_set_succeeded(
    transport: *mut pn_transport_t,
    username: *const c_char,
    authzid: *const c_char,
) {
    // SAFETY: the caller passes null or a string; so below.
    let user = unsafe { text(username) };
    // SAFETY: as above.
    let authorization = unsafe { text(authzid) };
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_exchange(transport, (), |exchange| exchange.set_succeeded(user, authorization)) };
    // SAFETY: as above.
    unsafe { on_transport(transport, (), |wire| wire.log_success()) };
}

/// Says that the peer was not authenticated. Nothing is sent by this alone.
///
/// @param[in] transport a transport
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_set_failed(transport: *mut pn_transport_t) {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_exchange(transport, (), Sasl::set_failed) }
}

/// As pnx_sasl_is_mechanism_included(), by its name up to 0.32.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_is_included_mech(transport: *mut pn_transport_t, s: pn_bytes_t) -> bool {
    // SAFETY: passed on from the caller.
    unsafe { pnx_sasl_is_mechanism_included(transport, s) }
}

/// As pnx_sasl_get_allow_insecure_mechanisms(), by its name up to 0.32.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_get_allow_insecure_mechs(transport: *mut pn_transport_t) -> bool {
    // SAFETY: passed on from the caller.
    unsafe { pnx_sasl_get_allow_insecure_mechanisms(transport) }
}

/// As pnx_sasl_get_authentication_required(), by its name up to 0.32.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_get_auth_required(transport: *mut pn_transport_t) -> bool {
    // SAFETY: passed on from the caller.
    unsafe { pnx_sasl_get_authentication_required(transport) }
}

/// As pnx_sasl_set_succeeded() without an authorization, by its name up to 0.32.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_succeed_authentication(
    transport: *mut pn_transport_t,
    username: *const c_char,
) {
    // SAFETY: passed on from the caller.
    unsafe { pnx_sasl_set_succeeded(transport, username, null()) };
}

/// As pnx_sasl_set_failed(), by its name up to 0.32.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pnx_sasl_fail_authentication(transport: *mut pn_transport_t) {
    // SAFETY: passed on from the caller.
    unsafe { pnx_sasl_set_failed(transport) };
}

/// Writes a line of an implementation to the log.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_shim_sasl_log(
    transport: *mut pn_transport_t,
    level: c_uint,
    line: *const c_char,
) {
    if !line.is_null() {
        // SAFETY: the C shim passes a string.
        let line = unsafe { CStr::from_ptr(line) }.to_string_lossy();
        // SAFETY: the caller passes null or a live transport.
        unsafe { log(transport, level, &line) };
    }
}

/// # Safety
/// `transport` is null or live.
unsafe fn log(transport: *mut pn_transport_t, level: c_uint, line: &str) {
    let subsystem = Subsystem::PN_SUBSYSTEM_SASL as c_uint;
    // SAFETY: passed on from the caller.
    let Some(this) = (unsafe { transport.as_mut() }) else { return };
    let logger = &raw mut this.logger;
    // SAFETY: a logger lives as long as its transport.
    if unsafe { logger::wants(logger, subsystem, level) } {
        // SAFETY: passed on from the caller.
        unsafe { super::transport::write_log(transport, subsystem, level, line) };
    }
}

fn lend(text: Option<&Text>) -> *const c_char {
    text.map_or(null(), Text::as_ptr)
}

/// Runs `f` on the exchange of a transport that has one.
///
/// # Safety
/// `transport` is null or live.
unsafe fn on_exchange<R>(transport: *mut pn_transport_t, neutral: R, f: impl FnOnce(&mut Sasl) -> R) -> R {
    let on = |wire: &mut Transport| match wire.sasl().is_some() {
        true => Some(f(wire.sasl_mut())),
        false => None,
    };
    // SAFETY: passed on from the caller.
    unsafe { on_transport(transport, None, on) }.unwrap_or(neutral)
}

/// Puts the questions of a transport to its implementation until there are no more. A call made by the
/// implementation leaves its questions to the outer one.
///
/// # Safety
/// `transport` is live, held, and not borrowed.
pub(super) unsafe fn answer(transport: *mut pn_transport_t) {
    // SAFETY: passed on from the caller.
    if std::mem::replace(unsafe { &mut (*transport).answering }, true) {
        return;
    }
    loop {
        // SAFETY: passed on from the caller; what was logged before comes before what is logged meanwhile.
        unsafe { write_trace(transport) };
        // SAFETY: passed on from the caller.
        let Some(ask) = (unsafe { (*transport).engine.take_ask() }) else { break };
        // SAFETY: passed on from the caller.
        let answer = unsafe { consult(transport, ask) };
        // SAFETY: passed on from the caller.
        unsafe { on_wire(transport, (), |wire, engine| wire.answered(engine, answer)) };
    }
    // SAFETY: passed on from the caller.
    unsafe { (*transport).answering = false };
}

/// The implementation of a transport, if it has one.
///
/// # Safety
/// `transport` is live.
unsafe fn implementation<'a>(transport: *mut pn_transport_t) -> Option<&'a pnx_sasl_implementation> {
    // SAFETY: passed on from the caller.
    let table = unsafe { (*transport).engine.sasl() }?.implementation()?;
    // SAFETY: the program keeps the table for as long as a transport uses it; only `set` functions make such a pointer.
    Some(unsafe { table.0.cast().as_ref() })
}

/// Puts one question.
///
/// # Safety
/// `transport` is live, held, and not borrowed.
unsafe fn consult(transport: *mut pn_transport_t, ask: Ask) -> Answer {
    if let Ask::About(question) = &ask {
        // SAFETY: passed on from the caller.
        return Answer::Told(unsafe { super::protium_sasl::consult(transport, question) });
    }
    // SAFETY: passed on from the caller.
    let Some(table) = (unsafe { implementation(transport) }) else { return refuse(&ask) };
    // SAFETY: here and below, the program keeps its functions callable, and they get a transport that is not borrowed
    // and values that live during the call.
    let say = |f: Option<unsafe extern "C" fn(_)>| f.inspect(|f| unsafe { f(transport) });
    // SAFETY: as above.
    let decide = |f: Option<unsafe extern "C" fn(_) -> bool>| f.is_some_and(|f| unsafe { f(transport) });
    let hear = |f: Option<unsafe extern "C" fn(_, _)>, words: Option<&Password>| {
        let words = lend_words(words);
        // SAFETY: as above.
        f.inspect(|f| unsafe { f(transport, &raw const words) });
    };
    match &ask {
        Ask::InitServer => {
            decide(table.init_server);
        }
        Ask::PrepareWrite => {
            say(table.prepare_write);
        }
        Ask::InitClient => return Answer::Ready(decide(table.init_client)),
        Ask::Mechanisms(offer) => {
            // SAFETY: as above.
            let choose = |f: unsafe extern "C" fn(_, _) -> bool| unsafe { f(transport, offer.as_ptr()) };
            return Answer::Ready(table.process_mechanisms.is_some_and(choose));
        }
        Ask::ListMechanisms => {
            // SAFETY: as above.
            let list = table.list_mechanisms.map_or(null(), |f| unsafe { f(transport) });
            // SAFETY: the program gives null or a string that lives until its next call.
            return Answer::Offer(unsafe { text(list) }.map(<[u8]>::to_vec));
        }
        Ask::Init(mechanism, words) => {
            let words = lend_words(words.as_ref());
            // SAFETY: as above.
            table.process_init.inspect(|f| unsafe { f(transport, mechanism.as_ptr(), &raw const words) });
        }
        Ask::Response(words) => hear(table.process_response, Some(words)),
        Ask::Challenge(words) => hear(table.process_challenge, Some(words)),
        Ask::Outcome(words) => {
            hear(table.process_outcome, words.as_ref());
            return Answer::Seen;
        }
        Ask::CanEncrypt => {
            let layer = decide(table.can_encrypt).then_some(table.max_encrypt_size).flatten();
            // SAFETY: as above.
            return Answer::Layer(layer.and_then(|f| usize::try_from(unsafe { f(transport) }).ok()));
        }
        // SAFETY: as above.
        Ask::Encode(bytes) => return Answer::Encoded(unsafe { convert(transport, table.encode, bytes) }),
        // SAFETY: as above.
        Ask::Decode(bytes) => return Answer::Decoded(unsafe { convert(transport, table.decode, bytes) }),
        Ask::About(_) => return refuse(&ask),
    }
    Answer::Done
}

/// What follows when there is nobody to ask any more.
fn refuse(ask: &Ask) -> Answer {
    match ask {
        Ask::InitClient | Ask::Mechanisms(_) => Answer::Ready(false),
        Ask::ListMechanisms => Answer::Offer(None),
        Ask::Outcome(_) => Answer::Seen,
        Ask::CanEncrypt => Answer::Layer(None),
        Ask::Encode(_) => Answer::Encoded(None),
        Ask::Decode(_) => Answer::Decoded(None),
        Ask::About(_) => Answer::Told(Told::Judged(None)),
        Ask::InitServer | Ask::PrepareWrite | Ask::Init(..) | Ask::Response(_) | Ask::Challenge(_) => {
            Answer::Done
        }
    }
}

/// Passes bytes through one direction of a security layer.
///
/// # Safety
/// As for [`consult`].
unsafe fn convert(
    transport: *mut pn_transport_t,
    f: Option<unsafe extern "C" fn(*mut pn_transport_t, pn_bytes_t, *mut pn_bytes_t) -> ssize_t>,
    bytes: &Password,
) -> Option<Vec<u8>> {
    let mut out = pn_bytes_t::NULL;
    // SAFETY: as for `consult`.
    let result = unsafe { f?(transport, pn_bytes_t::lend(bytes.bytes()), &raw mut out) };
    match result {
        ..0 => None,
        0 => Some(Vec::new()),
        // SAFETY: the program gives bytes that live until its next call.
        _ => Some(unsafe { out.as_slice() }.to_vec()),
    }
}

fn lend_words(words: Option<&Password>) -> pn_bytes_t {
    words.map_or(pn_bytes_t::NULL, |words| pn_bytes_t::lend(words.bytes()))
}

/// The transport ends: its implementation lets go of what it kept for it.
///
/// # Safety
/// `transport` is live, unbound, and nobody holds it.
pub(super) unsafe fn end(transport: *mut pn_transport_t) {
    // SAFETY: passed on from the caller.
    let Some(free) = (unsafe { implementation(transport) }).and_then(|table| table.free) else { return };
    // SAFETY: passed on from the caller.
    if unsafe { pnx_sasl_get_context(transport) }.is_null() {
        return;
    }
    // SAFETY: passed on from the caller; references that come and go meanwhile do not end it again.
    unsafe { set_count(transport, c_int::MAX / 2) };
    // SAFETY: the program keeps its functions callable.
    unsafe { free(transport) };
}

#[cfg(test)]
mod tests {
    use std::ptr::null_mut;

    use super::super::boundary::on_transport;
    use super::super::transport::{
        pn_transport, pn_transport_free, pn_transport_head, pn_transport_pending, pn_transport_pop,
        pn_transport_push, pn_transport_set_server,
    };
    use super::*;

    /// What the two ends below have in common: how often they were asked, as their context.
    ///
    /// # Safety
    /// `transport` is live.
    unsafe fn count(transport: *mut pn_transport_t) {
        // SAFETY: passed on from the caller.
        let calls = unsafe { pnx_sasl_get_context(transport) }.cast::<u32>();
        // SAFETY: the tests set a counter as context and keep it.
        unsafe { *calls += 1 };
    }

    unsafe extern "C" fn init_server(transport: *mut pn_transport_t) -> bool {
        // SAFETY: a live transport with a counter; so below.
        unsafe { count(transport) };
        // SAFETY: as above.
        unsafe { pnx_sasl_set_desired_state(transport, Stage::Mechanisms as c_uint) };
        true
    }

    unsafe extern "C" fn init_client(transport: *mut pn_transport_t) -> bool {
        // SAFETY: as above. Asking for output from inside is allowed, and finds none.
        unsafe { pn_transport_pending(transport) };
        true
    }

    unsafe extern "C" fn list(_: *mut pn_transport_t) -> *const c_char {
        c"MINE".as_ptr()
    }

    unsafe extern "C" fn choose(transport: *mut pn_transport_t, offer: *const c_char) -> bool {
        // SAFETY: as above.
        unsafe { pnx_sasl_set_selected_mechanism(transport, offer) };
        // SAFETY: as above.
        unsafe { pnx_sasl_set_desired_state(transport, Stage::Init as c_uint) };
        true
    }

    unsafe extern "C" fn judge(transport: *mut pn_transport_t, _: *const c_char, _: *const pn_bytes_t) {
        // SAFETY: as above.
        unsafe { pnx_sasl_set_succeeded(transport, c"me".as_ptr(), null()) };
        // SAFETY: as above.
        unsafe { pnx_sasl_set_desired_state(transport, Stage::Outcome as c_uint) };
    }

    unsafe extern "C" fn free(transport: *mut pn_transport_t) {
        // SAFETY: as above.
        unsafe { count(transport) };
    }

    static TABLE: pnx_sasl_implementation = pnx_sasl_implementation {
        free: Some(free),
        list_mechanisms: Some(list),
        init_server: Some(init_server),
        init_client: Some(init_client),
        prepare_write: None,
        process_init: Some(judge),
        process_response: None,
        process_mechanisms: Some(choose),
        process_challenge: None,
        process_outcome: None,
        can_encrypt: None,
        max_encrypt_size: None,
        encode: None,
        decode: None,
    };

    /// # Safety
    /// Both are live.
    unsafe fn carry(from: *mut pn_transport_t, to: *mut pn_transport_t) {
        // SAFETY: passed on from the caller; so below.
        while let n @ 1.. = unsafe { pn_transport_pending(from) } {
            // SAFETY: as above.
            let head = unsafe { pn_transport_head(from) };
            // SAFETY: as many bytes wait at the head.
            unsafe { pn_transport_push(to, head, n.cast_unsigned()) };
            // SAFETY: as above.
            unsafe { pn_transport_pop(from, n.cast_unsigned()) };
        }
    }

    #[test]
    fn two_ends_led_by_a_table_of_functions_authenticate() {
        let mut calls = [0u32; 2];
        let [client, server] = &mut calls;
        let ends = [(pn_transport(), &raw mut *client), (pn_transport(), &raw mut *server)];
        // SAFETY: the transport is live.
        unsafe { pn_transport_set_server(ends[1].0) };
        for (transport, counter) in ends {
            // SAFETY: the transport is live; so below.
            unsafe { on_transport(transport, (), |wire| wire.sasl_mut().set_outcome(-1)) };
            // SAFETY: as above; table and counter outlive it.
            unsafe { pnx_sasl_set_implementation(transport, &raw const TABLE, counter.cast()) };
        }
        for _ in 0..3 {
            // SAFETY: both are live.
            unsafe { carry(ends[0].0, ends[1].0) };
            // SAFETY: as above.
            unsafe { carry(ends[1].0, ends[0].0) };
        }
        for (transport, _) in ends {
            // SAFETY: as above.
            assert!(unsafe { on_transport(transport, false, |wire| wire.is_authenticated()) });
            // SAFETY: as above.
            unsafe { pn_transport_free(transport) };
        }
        assert_eq!(calls, [1, 2], "the server was asked to begin, and both were told of the end");
    }

    #[test]
    fn an_implementation_that_goes_leaves_neutral_answers() {
        let transport = pn_transport();
        // SAFETY: the transport is live and has no implementation.
        assert!(matches!(unsafe { consult(transport, Ask::InitClient) }, Answer::Ready(false)));
        // SAFETY: as above.
        assert!(matches!(unsafe { consult(transport, Ask::CanEncrypt) }, Answer::Layer(None)));
        // SAFETY: as above.
        unsafe { pnx_sasl_set_implementation(transport, null(), null_mut()) };
        // SAFETY: as above.
        unsafe { pn_transport_free(transport) };
    }
}
