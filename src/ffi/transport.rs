//! `proton/transport.h`: a transport, bytes in and bytes out.
//!
//! Settings and what can be read go to the transport alone; everything that moves bytes, or that the connection has
//! to hear of, goes to both sides at once (`boundary`). The log of a transport is its logger; a tracer is a sink of
//! that logger.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr::{null, null_mut};

use super::boundary::{on_transport, on_wire};
use super::codec::pn_data_t;
use super::condition::pn_condition_t;
use super::data_object::{lent_data, slice};
use super::error::{PN_ARG_ERR, PN_EOS, PN_ERR, PN_STATE_ERR, pn_error_t};
use super::logger::names::{pn_log_level_t as Level, pn_log_subsystem_t as Subsystem};
use super::logger::{
    default_logger, log, log_text, pn_logger_level_name, pn_logger_set_log_sink, pn_logger_t,
};
use super::settle;
use super::shell::{
    attachments, context, count, hold, let_go, new_node, pn_connection_t, pn_transport_t, set_context,
};
use super::types::{pn_millis_t, va_list};
use crate::codec::Data;
use crate::driver::Driver;
use crate::engine::{Condition, Connection, Text};
use crate::object::record::pn_record_t;
use crate::transport::Transport;

/// What to trace, a sum of PN_TRACE_ bits.
pub type pn_trace_t = c_int;

/// Trace nothing.
pub const PN_TRACE_OFF: c_int = 0;
/// Trace the bytes that go in and out.
pub const PN_TRACE_RAW: c_int = 1;
/// Trace the frames that go in and out.
pub const PN_TRACE_FRM: c_int = 2;
/// Trace what drivers do; without effect.
pub const PN_TRACE_DRV: c_int = 4;
/// Trace events; without effect.
pub const PN_TRACE_EVT: c_int = 8;

/// A function of the application that takes the log lines of a transport.
///
/// @param[in] transport the transport that logs
/// @param[in] message the level, a colon and the text, valid during the call
pub type pn_tracer_t = Option<unsafe extern "C" fn(transport: *mut pn_transport_t, message: *const c_char)>;

/// Gives a line to the transport's tracer or log sink, unfiltered.
///
/// # Safety
/// `transport` is live and kept.
pub(super) unsafe fn write_log(transport: *mut pn_transport_t, subsystem: c_uint, level: c_uint, text: &str) {
    // SAFETY: the caller passes a live transport.
    let logger = unsafe { &raw mut (*transport).logger };
    // SAFETY: the logger lives as long as its transport.
    unsafe { log(logger, subsystem, level, text) };
}

/// The bytes of a message that a tracer gets.
const TRACED: usize = 2037;

/// The sink that calls a tracer.
unsafe extern "C" fn to_tracer(sink: isize, _subsystem: c_uint, level: c_uint, message: *const c_char) {
    let transport: *mut pn_transport_t = std::ptr::with_exposed_provenance_mut(sink.cast_unsigned());
    // SAFETY: only a transport's own logger has this sink, with that transport as its context.
    let Some(tracer) = (unsafe { (*transport).tracer }) else { return };
    // SAFETY: levels have constant names.
    let level = unsafe { CStr::from_ptr(pn_logger_level_name(level)) };
    // SAFETY: loggers pass a C string.
    let message = unsafe { CStr::from_ptr(message) }.to_bytes();
    let mut line = level.to_bytes().to_vec();
    line.extend_from_slice(b": ");
    line.extend(message.iter().take(TRACED));
    let line = Text::new(&line);
    // SAFETY: the program keeps its tracer callable as long as the transport has it.
    unsafe { tracer(transport, line.as_ptr()) };
}

/// Runs `f` on the unit of a transport and the connection bound to it.
///
/// # Safety
/// As for [`on_wire`].
pub(super) unsafe fn on_driver<R>(
    transport: *mut pn_transport_t,
    neutral: R,
    f: impl FnOnce(&mut Driver<'_>) -> R,
) -> R {
    // SAFETY: passed on from the caller.
    unsafe { on_wire(transport, neutral, |wire, connection| f(&mut Driver::new(wire, connection))) }
}

/// A number of bytes as C gets it; PN_EOS for an ended stream.
fn amount(n: Option<usize>) -> isize {
    n.map_or(PN_EOS as isize, usize::cast_signed)
}

/// Makes a transport. It is a client until pn_transport_set_server() is called.
///
/// @return a new transport with one reference, to be freed with pn_transport_free()
#[unsafe(no_mangle)]
pub extern "C" fn pn_transport() -> *mut pn_transport_t {
    let transport = new_node(pn_transport_t {
        engine: Transport::new(),
        connection: null_mut(),
        record: null_mut(),
        logger: pn_logger_t::inherit(),
        tracer: None,
        error: pn_error_t::new(),
        condition: None,
        remote_condition: None,
        data: [null_mut(); 3],
    });
    // SAFETY: the transport is fresh; the caller gets its first reference.
    unsafe { *count(transport) = 1 };
    transport
}

/// Makes a transport the server's side. To be called before any bytes move and before pn_sasl().
///
/// @param[in] transport a transport, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_set_server(transport: *mut pn_transport_t) {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, (), Transport::set_server) }
}

/// Gives up the caller's reference on a transport. A transport that is bound lives on in its connection, as long as
/// somebody holds that; otherwise it is unbound and goes.
///
/// @param[in] transport a transport, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_free(transport: *mut pn_transport_t) {
    if !transport.is_null() {
        // SAFETY: the caller passes a live transport and gives up a reference.
        unsafe { let_go(transport) };
    }
}

/// Returns who the other side is, or, on a client, who this side is.
///
/// @param[in] transport a transport, or NULL
/// @return the SASL user if SASL is used, `anonymous` if it is not; NULL if there is none, and on a server as long as
/// the protocol header of AMQP has not arrived. Valid as long as the transport
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_get_user(transport: *mut pn_transport_t) -> *const c_char {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, null(), |wire| wire.user().map_or(null(), CStr::as_ptr)) }
}

/// Says whether a server takes only clients that have authenticated themselves.
///
/// @param[in] transport a transport, or NULL
/// @param[in] required true to keep others out
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_require_auth(transport: *mut pn_transport_t, required: bool) {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, (), |wire| wire.set_require_auth(required)) }
}

/// Tells whether SASL has succeeded.
///
/// @param[in] transport a transport, or NULL
/// @return true once it has; false before, without SASL and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_is_authenticated(transport: *mut pn_transport_t) -> bool {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, false, |wire| wire.is_authenticated()) }
}

/// Says whether a server takes only connections that are encrypted.
///
/// @param[in] transport a transport, or NULL
/// @param[in] required true to keep others out
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_require_encryption(transport: *mut pn_transport_t, required: bool) {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, (), |wire| wire.set_require_encryption(required)) }
}

/// Tells whether the bytes of the connection are encrypted on their way.
///
/// @param[in] transport a transport, or NULL
/// @return true if they are
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_is_encrypted(transport: *mut pn_transport_t) -> bool {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, false, |wire| wire.is_encrypted()) }
}

/// Returns the condition that tells why a transport failed. Whoever moves the bytes may set it before closing either
/// side, to say what went wrong with the network.
///
/// @param[in] transport a transport, or NULL
/// @return the condition, owned by the transport and valid as long as it; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_condition(transport: *mut pn_transport_t) -> *mut pn_condition_t {
    // SAFETY: the caller passes null or a live transport.
    let Some(this) = (unsafe { transport.as_mut() }) else { return null_mut() };
    let lent = || pn_condition_t::lent(transport.cast(), 0, open_condition);
    &raw mut **this.condition.get_or_insert_with(lent)
}

/// The condition of the bound connection's peer; null for null.
///
/// # Safety
/// `transport` is null or live.
pub(super) unsafe fn remote_condition(transport: *mut pn_transport_t) -> *mut pn_condition_t {
    // SAFETY: passed on from the caller.
    let Some(this) = (unsafe { transport.as_mut() }) else { return null_mut() };
    let lent = || pn_condition_t::lent(transport.cast(), 1, open_condition);
    &raw mut **this.remote_condition.get_or_insert_with(lent)
}

/// What the peer's open offered (0), desired (1) or said of itself (2); null for null.
///
/// # Safety
/// `transport` is null or live.
pub(super) unsafe fn remote_data(transport: *mut pn_transport_t, part: usize) -> *mut pn_data_t {
    // SAFETY: passed on from the caller.
    let Some(this) = (unsafe { transport.as_mut() }) else { return null_mut() };
    let place = &mut this.data[part];
    if place.is_null() {
        *place = lent_data(transport.cast(), part as u32, open_data);
    }
    *place
}

/// Finds the conditions that a transport lends.
///
/// # Safety
/// `owner` is a live transport.
unsafe fn open_condition(owner: *mut c_void, part: u32) -> *mut Condition {
    // SAFETY: a transport lives at least as long as its conditions.
    let wire = unsafe { &mut (*owner.cast::<pn_transport_t>()).engine };
    if part == 0 { wire.condition_mut() } else { wire.remote_condition_mut() }
}

/// Finds the trees that a transport lends.
///
/// # Safety
/// `owner` is a live transport.
unsafe fn open_data(owner: *mut c_void, part: u32) -> *mut Data {
    // SAFETY: a transport retires its data before it goes.
    let remote = unsafe { &mut (*owner.cast::<pn_transport_t>()).engine }.remote_mut();
    let field = match part {
        0 => &mut remote.offered_capabilities,
        1 => &mut remote.desired_capabilities,
        _ => &mut remote.properties,
    };
    field.open()
}

/// Returns an error that repeats the transport's condition.
///
/// @deprecated use pn_transport_condition()
/// @param[in] transport a transport, or NULL
/// @return an error with code PN_ERR and name and description as its text, code 0 if there is no condition; owned by
/// the transport. NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_error(transport: *mut pn_transport_t) -> *mut pn_error_t {
    // SAFETY: the caller passes null or a live transport.
    let Some(this) = (unsafe { transport.as_mut() }) else { return null_mut() };
    let condition = this.engine.condition();
    let show = |text: &Text| String::from_utf8_lossy(text.bytes()).into_owned();
    let text = condition.name.as_ref().map(|name| match &condition.description {
        Some(description) => format!("{}: {}", show(name), show(description)),
        None => show(name),
    });
    match text {
        None => this.error.clear(),
        // A text that is lent already stays where it is.
        Some(text) if this.error.text().is_some_and(|old| old.to_bytes() == text.as_bytes()) => {}
        Some(text) => {
            this.error.set(PN_ERR, &text);
        }
    }
    &raw mut this.error
}

/// Binds a transport to a connection, of which it takes a reference: what the connection has to say goes out with
/// the next output. User, password and host name of the connection are read now.
///
/// @param[in] transport a transport
/// @param[in] connection a connection
/// @return 0; PN_STATE_ERR if either is bound already, PN_ARG_ERR if either is NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_bind(
    transport: *mut pn_transport_t,
    connection: *mut pn_connection_t,
) -> c_int {
    // SAFETY: the caller passes null or live objects.
    let (Some(this), Some(other)) = (unsafe { (transport.as_ref(), connection.as_ref()) }) else {
        return PN_ARG_ERR;
    };
    if !this.connection.is_null() || !other.transport.is_null() {
        return PN_STATE_ERR;
    }
    // The events of the binding have to find both sides tied.
    // SAFETY: both are live and not bound.
    unsafe { settle::tie(transport, connection) };
    let bind = |wire: &mut Transport, engine: Option<&mut Connection>| {
        let bound = engine.is_some_and(|engine| wire.bind(engine).is_ok());
        if bound { 0 } else { PN_STATE_ERR }
    };
    // SAFETY: as above.
    unsafe { on_wire(transport, PN_ERR, bind) }
}

/// Takes a transport off its connection, which may be bound to another one later.
///
/// @param[in] transport a transport, or NULL
/// @return 0, also if it is not bound
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_unbind(transport: *mut pn_transport_t) -> c_int {
    // SAFETY: the caller passes null or a live transport.
    let connection = unsafe { pn_transport_connection(transport) };
    if !connection.is_null() {
        // SAFETY: a bound connection is live; it is kept while it is being unbound.
        unsafe { hold(connection) };
        // SAFETY: as above.
        unsafe { settle::unbind(connection) };
        // SAFETY: the reference from above is given back.
        unsafe { let_go(connection) };
    }
    0
}

/// Says what a transport traces from now on, instead of what its logger let through before.
///
/// @param[in] transport a transport, or NULL
/// @param[in] trace a sum of PN_TRACE_FRM and PN_TRACE_RAW, or PN_TRACE_OFF
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_trace(transport: *mut pn_transport_t, trace: pn_trace_t) {
    let bit = |flag: pn_trace_t, level: Level| if trace & flag == 0 { 0 } else { level as u16 };
    let levels = bit(PN_TRACE_FRM, Level::PN_LEVEL_FRAME) | bit(PN_TRACE_RAW, Level::PN_LEVEL_RAW);
    // SAFETY: the caller passes null or a live transport.
    if let Some(this) = unsafe { transport.as_ref() } {
        this.logger.set_levels(levels);
    }
}

/// Gives the log lines of a transport to a function, instead of the sink of its logger.
///
/// @param[in] transport a transport, or NULL
/// @param[in] tracer called with every line; NULL sends them to stderr again
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_set_tracer(transport: *mut pn_transport_t, tracer: pn_tracer_t) {
    // SAFETY: the caller passes null or a live transport.
    let logger = unsafe { pn_transport_logger(transport) };
    if logger.is_null() {
        return;
    }
    // SAFETY: as above.
    unsafe { (*transport).tracer = tracer };
    let (sink, context) = match tracer {
        Some(_) => (Some(to_tracer as unsafe extern "C" fn(_, _, _, _)), transport.expose_provenance()),
        None => (None, 0),
    };
    // SAFETY: the logger lives as long as the transport.
    unsafe { pn_logger_set_log_sink(logger, sink, context.cast_signed()) };
}

/// Returns the function that the log lines of a transport go to.
///
/// @param[in] transport a transport, or NULL
/// @return what pn_transport_set_tracer() set, NULL if nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_get_tracer(transport: *mut pn_transport_t) -> pn_tracer_t {
    // SAFETY: the caller passes null or a live transport.
    unsafe { transport.as_ref() }?.tracer
}

/// Returns the logger of a transport, which began as a copy of the default logger.
///
/// @param[in] transport a transport, or NULL
/// @return the logger, owned by the transport and valid as long as it; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_logger(transport: *mut pn_transport_t) -> *mut pn_logger_t {
    if transport.is_null() {
        return null_mut();
    }
    // SAFETY: the caller passes a live transport; only the place of the field is taken.
    unsafe { &raw mut (*transport).logger }
}

/// Writes a message to the log of a transport, whatever its logger lets through.
///
/// @param[in] transport a transport; NULL means the default logger
/// @param[in] message the text, or NULL for nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_log(transport: *mut pn_transport_t, message: *const c_char) {
    // SAFETY: passed on from the caller.
    unsafe { log_line(transport, Subsystem::PN_SUBSYSTEM_ALL, message) }
}

/// Writes a message of level TRACE to the log of a transport, or of the default logger for null.
///
/// # Safety
/// `transport` is null or live, `message` null or a string.
pub(super) unsafe fn log_line(transport: *mut pn_transport_t, subsystem: Subsystem, message: *const c_char) {
    if message.is_null() {
        return;
    }
    // SAFETY: the caller passes a string.
    let message = unsafe { CStr::from_ptr(message) };
    let (subsystem, level) = (subsystem as c_uint, Level::PN_LEVEL_TRACE as c_uint);
    if transport.is_null() {
        // SAFETY: the default logger lives for ever.
        return unsafe { log_text(default_logger(), subsystem, level, message) };
    }
    // SAFETY: the caller passes a live transport. The sink must not end it under its own log.
    unsafe { hold(transport) };
    // SAFETY: as above.
    let logger = unsafe { pn_transport_logger(transport) };
    // SAFETY: as above.
    unsafe { log_text(logger, subsystem, level, message) };
    // SAFETY: the reference from above is given back.
    unsafe { let_go(transport) };
}

unsafe extern "C" {
    /// Writes a message made as by vprintf to the log of a transport, whatever its logger lets through.
    ///
    /// @param[in] transport a transport; NULL means the default logger
    /// @param[in] fmt a printf format
    /// @param[in] ap its arguments
    pub fn pn_transport_vlogf(transport: *mut pn_transport_t, fmt: *const c_char, ap: va_list);

    /// Writes a message made as by printf to the log of a transport, whatever its logger lets through.
    ///
    /// @param[in] transport a transport; NULL means the default logger
    /// @param[in] fmt a printf format, followed by its arguments
    pub fn pn_transport_logf(transport: *mut pn_transport_t, fmt: *const c_char, ...);
}

/// Returns the highest channel number that both sides allow, as far as known.
///
/// @param[in] transport a transport, or NULL
/// @return the number, at most 32767; 0 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_get_channel_max(transport: *mut pn_transport_t) -> u16 {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, 0, |wire| wire.channel_max()) }
}

/// Limits the channel numbers, and with them the sessions, that this side uses and accepts.
///
/// @param[in] transport a transport
/// @param[in] channel_max the highest number; more than 32767 counts as that
/// @return 0; PN_STATE_ERR once the open frame was sent, PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_set_channel_max(
    transport: *mut pn_transport_t,
    channel_max: u16,
) -> c_int {
    let set = |wire: &mut Transport| if wire.set_channel_max(channel_max).is_ok() { 0 } else { PN_STATE_ERR };
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, PN_ARG_ERR, set) }
}

/// Returns the highest channel number that the peer allows.
///
/// @param[in] transport a transport, or NULL
/// @return the number, 65535 as long as the peer has not said; 0 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_remote_channel_max(transport: *mut pn_transport_t) -> u16 {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, 0, |wire| wire.remote_channel_max()) }
}

/// Returns the size of the largest frame that this side takes.
///
/// @param[in] transport a transport, or NULL
/// @return the size in bytes, 0 for no limit and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_get_max_frame(transport: *mut pn_transport_t) -> u32 {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, 0, |wire| wire.max_frame()) }
}

/// Limits the size of the frames that this side takes. Without effect once the open frame was sent.
///
/// @param[in] transport a transport, or NULL
/// @param[in] size the size in bytes; 0 for no limit, anything else counts as at least 512
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_set_max_frame(transport: *mut pn_transport_t, size: u32) {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_wire(transport, (), |wire, connection| wire.set_max_frame(size, connection)) }
}

/// Returns the size of the largest frame that the peer takes.
///
/// @param[in] transport a transport, or NULL
/// @return the size in bytes, 0 for no limit and for NULL; 4294967295 as long as the peer has not said
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_get_remote_max_frame(transport: *mut pn_transport_t) -> u32 {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, 0, |wire| wire.remote_max_frame()) }
}

/// Returns how long the peer may be silent.
///
/// @param[in] transport a transport, or NULL
/// @return the time in milliseconds, 0 for ever and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_get_idle_timeout(transport: *mut pn_transport_t) -> pn_millis_t {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, 0, |wire| wire.idle_timeout()) }
}

/// Says how long the peer may be silent. Half of it is told to the peer when the connection opens.
///
/// @param[in] transport a transport, or NULL
/// @param[in] timeout the time in milliseconds, 0 for ever
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_set_idle_timeout(transport: *mut pn_transport_t, timeout: pn_millis_t) {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, (), |wire| wire.set_idle_timeout(timeout)) }
}

/// Returns how long the peer lets this side be silent.
///
/// @param[in] transport a transport, or NULL
/// @return the time in milliseconds, 0 if the peer has not said any
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_get_remote_idle_timeout(transport: *mut pn_transport_t) -> pn_millis_t {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, 0, |wire| wire.remote().idle_timeout) }
}

/// Returns how many bytes of deliveries may wait for the application to read them.
///
/// @param[in] transport a transport, or NULL
/// @return the bytes over all links together, 0 for no limit and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_get_max_buffered_delivery_bytes(
    transport: *mut pn_transport_t,
) -> usize {
    let get = |wire: &mut Transport| usize::try_from(wire.max_buffered_bytes()).unwrap_or(usize::MAX);
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, 0, get) }
}

/// Limits the bytes of deliveries that wait for the application to read them. A peer that sends more ends the
/// connection by it.
///
/// @param[in] transport a transport, or NULL
/// @param[in] limit the bytes over all links together, 0 for no limit
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_set_max_buffered_delivery_bytes(
    transport: *mut pn_transport_t,
    limit: usize,
) {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, (), |wire| wire.set_max_buffered_bytes(limit as u64)) }
}

/// Takes in bytes from the network; 0 bytes are the end of the stream.
///
/// @deprecated use pn_transport_push() and pn_transport_close_tail()
/// @param[in] transport a transport
/// @param[in] bytes the bytes
/// @param[in] available how many there are
/// @return how many were taken in; PN_EOS if reading has ended, even by these bytes; PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_input(
    transport: *mut pn_transport_t,
    bytes: *const c_char,
    available: usize,
) -> isize {
    if available == 0 {
        // SAFETY: passed on from the caller.
        let closed = unsafe { on_driver(transport, PN_ARG_ERR, close_tail) };
        return closed as isize;
    }
    // SAFETY: the caller passes that many bytes, or null.
    let bytes = unsafe { slice(bytes, available) };
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_driver(transport, PN_ARG_ERR as isize, |driver| amount(driver.input(bytes))) }
}

fn close_tail(driver: &mut Driver<'_>) -> c_int {
    driver.read_close();
    0
}

/// Copies bytes for the network to a buffer, and counts them as written.
///
/// @deprecated use pn_transport_pending(), pn_transport_head() and pn_transport_pop()
/// @param[in] transport a transport
/// @param[out] bytes the buffer
/// @param[in] size its size
/// @return how many were copied; PN_EOS if writing has ended, PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_output(
    transport: *mut pn_transport_t,
    bytes: *mut c_char,
    size: usize,
) -> isize {
    // SAFETY: passed on from the caller.
    let copied = unsafe { pn_transport_peek(transport, bytes, size) };
    if let Ok(n @ 1..) = usize::try_from(copied) {
        // SAFETY: as above.
        unsafe { pn_transport_pop(transport, n) };
    }
    copied
}

/// Returns how many bytes can be put at pn_transport_tail().
///
/// @param[in] transport a transport
/// @return the number; PN_EOS once reading has ended, PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_capacity(transport: *mut pn_transport_t) -> isize {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, PN_ARG_ERR as isize, |wire| amount(wire.capacity())) }
}

/// Returns where bytes from the network can be put, to be told of with pn_transport_process().
///
/// @param[in] transport a transport
/// @return the place for pn_transport_capacity() bytes, valid until the next call that moves bytes; NULL if there
/// is no room
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_tail(transport: *mut pn_transport_t) -> *mut c_char {
    let tail = |wire: &mut Transport| match wire.capacity() {
        Some(1..) => wire.tail().as_mut_ptr().cast(),
        _ => null_mut(),
    };
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, null_mut(), tail) }
}

/// Takes in bytes from the network.
///
/// @param[in] transport a transport
/// @param[in] src the bytes
/// @param[in] size how many there are
/// @return how many were taken in, which may be fewer; PN_EOS once reading has ended, PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_push(
    transport: *mut pn_transport_t,
    src: *const c_char,
    size: usize,
) -> isize {
    // SAFETY: the caller passes that many bytes, or null.
    let bytes = unsafe { slice(src, size) };
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_driver(transport, PN_ARG_ERR as isize, |driver| amount(driver.push(bytes))) }
}

/// Takes in bytes that were put at pn_transport_tail().
///
/// @param[in] transport a transport
/// @param[in] size how many; more than there was room for do not count
/// @return 0, also if the bytes end the stream; PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_process(transport: *mut pn_transport_t, size: usize) -> c_int {
    let process = |driver: &mut Driver<'_>| {
        driver.read(size);
        0
    };
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_driver(transport, PN_ARG_ERR, process) }
}

/// Says that the network will bring no more bytes.
///
/// @param[in] transport a transport, or NULL
/// @return 0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_close_tail(transport: *mut pn_transport_t) -> c_int {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_driver(transport, 0, close_tail) }
}

/// Produces what there is to say, and returns how many bytes wait for the network.
///
/// @param[in] transport a transport
/// @return the number, 0 for none now; PN_EOS if there will be none any more, PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_pending(transport: *mut pn_transport_t) -> isize {
    let pending = |driver: &mut Driver<'_>| amount(driver.output().map(<[u8]>::len));
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_driver(transport, PN_ARG_ERR as isize, pending) }
}

/// Returns the bytes that wait for the network, as many as pn_transport_pending() said last.
///
/// @param[in] transport a transport
/// @return the bytes, valid until the next call that moves bytes; NULL if there are none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_head(transport: *mut pn_transport_t) -> *const c_char {
    let head = |wire: &mut Transport| match wire.head() {
        [] => null(),
        bytes => bytes.as_ptr().cast(),
    };
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, null(), head) }
}

/// Copies bytes that wait for the network, and leaves them waiting.
///
/// @param[in] transport a transport
/// @param[out] dst the buffer
/// @param[in] size its size
/// @return how many were copied; PN_EOS if there will be none any more, PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_peek(
    transport: *mut pn_transport_t,
    dst: *mut c_char,
    size: usize,
) -> isize {
    let peek = |driver: &mut Driver<'_>| {
        let Some(bytes) = driver.output() else { return PN_EOS as isize };
        let n = if dst.is_null() { 0 } else { size.min(bytes.len()) };
        // SAFETY: the caller lends a buffer of at least that many bytes, which is not the transport's.
        unsafe { dst.cast::<u8>().copy_from_nonoverlapping(bytes.as_ptr(), n) };
        n.cast_signed()
    };
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_driver(transport, PN_ARG_ERR as isize, peek) }
}

/// Counts bytes as written. When none is left, more are produced at once.
///
/// @param[in] transport a transport, or NULL
/// @param[in] size how many; more than are waiting do not count
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_pop(transport: *mut pn_transport_t, size: usize) {
    let pop = |driver: &mut Driver<'_>| {
        driver.written(size);
    };
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_driver(transport, (), pop) }
}

/// Says that the network takes no more bytes; those that wait are dropped.
///
/// @param[in] transport a transport, or NULL
/// @return 0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_close_head(transport: *mut pn_transport_t) -> c_int {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_driver(transport, (), |driver| driver.write_close()) };
    0
}

/// Tells whether nothing waits for the network and nothing will without cause.
///
/// @param[in] transport a transport, or NULL
/// @return true if so, and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_quiesced(transport: *mut pn_transport_t) -> bool {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_wire(transport, true, |wire, connection| wire.quiesced(connection)) }
}

/// Tells whether writing has ended.
///
/// @param[in] transport a transport, or NULL
/// @return true once it has, and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_head_closed(transport: *mut pn_transport_t) -> bool {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, true, |wire| wire.head_closed()) }
}

/// Tells whether reading has ended.
///
/// @param[in] transport a transport, or NULL
/// @return true once it has, and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_tail_closed(transport: *mut pn_transport_t) -> bool {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, true, |wire| wire.tail_closed()) }
}

/// Tells whether both reading and writing have ended.
///
/// @param[in] transport a transport, or NULL
/// @return true once they have, and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_closed(transport: *mut pn_transport_t) -> bool {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, true, |wire| wire.closed()) }
}

/// Acts on the time: ends a connection whose peer has been silent for too long, and keeps a silent one alive.
///
/// @param[in] transport a transport, or NULL
/// @param[in] now the time in milliseconds, of any clock that does not go backwards
/// @return when to call next at the latest, by the same clock; 0 for no need
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_tick(transport: *mut pn_transport_t, now: i64) -> i64 {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_wire(transport, 0, |wire, connection| wire.tick(connection, now)) }
}

/// Returns how many frames have been written.
///
/// @param[in] transport a transport, or NULL
/// @return the number, 0 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_get_frames_output(transport: *const pn_transport_t) -> u64 {
    // SAFETY: the caller passes null or a live transport.
    unsafe { transport.as_ref() }.map_or(0, |this| this.engine.frames_out())
}

/// Returns how many frames have been read.
///
/// @param[in] transport a transport, or NULL
/// @return the number, 0 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_get_frames_input(transport: *const pn_transport_t) -> u64 {
    // SAFETY: the caller passes null or a live transport.
    unsafe { transport.as_ref() }.map_or(0, |this| this.engine.frames_in())
}

/// Returns the connection that a transport is bound to.
///
/// @param[in] transport a transport, or NULL
/// @return the connection, NULL if the transport is not bound
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_connection(transport: *mut pn_transport_t) -> *mut pn_connection_t {
    // SAFETY: the caller passes null or a live transport.
    unsafe { transport.as_ref() }.map_or(null_mut(), |this| this.connection)
}

/// Returns the application's pointer on a transport.
///
/// @param[in] transport a transport, or NULL
/// @return what pn_transport_set_context() stored, NULL if nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_get_context(transport: *mut pn_transport_t) -> *mut c_void {
    // SAFETY: the caller passes null or a live transport.
    unsafe { transport.as_ref() }.map_or(null_mut(), |this| context(this.record))
}

/// Stores the application's pointer on a transport, instead of an earlier one.
///
/// @param[in] transport a transport, or NULL
/// @param[in] context any pointer
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_set_context(transport: *mut pn_transport_t, context: *mut c_void) {
    // SAFETY: the caller passes null or a live transport.
    if let Some(this) = unsafe { transport.as_mut() } {
        set_context(&mut this.record, context);
    }
}

/// Returns the application's record of things attached to a transport.
///
/// @param[in] transport a transport, or NULL
/// @return the record, owned by the transport and valid as long as it; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_attachments(transport: *mut pn_transport_t) -> *mut pn_record_t {
    // SAFETY: the caller passes null or a live transport.
    unsafe { transport.as_mut() }.map_or(null_mut(), |this| attachments(&mut this.record))
}
