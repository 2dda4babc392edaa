//! `proton/transport.h`: transports, which turn the bytes of one connection into its events and back.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr::{null, null_mut};

use libc::ssize_t;

use super::boundary::{on_transport, on_wire};
use super::codec::pn_data_t;
use super::condition::pn_condition_t;
use super::data_object::{Home, lent_data, slice};
use super::error::{PN_ARG_ERR, PN_EOS, PN_ERR, PN_STATE_ERR, pn_error_t};
use super::logger::names::{pn_log_level_t as Level, pn_log_subsystem_t as Subsystem};
use super::logger::{self, pn_log_sink_t, pn_logger_level_name, pn_logger_set_log_sink, pn_logger_t};
use super::settle;
use super::shell::{
    attachments, context, hold, let_go, new_node, pn_connection_t, pn_transport_t, set_context, set_count,
};
use super::types::{pn_millis_t, va_list};
use crate::codec::Data;
use crate::driver::Driver;
use crate::engine::{Condition, Text};
use crate::object::record::pn_record_t;
use crate::transport::Transport;

/// What a transport traces, a sum of the PN_TRACE constants.
pub type pn_trace_t = c_int;

/// Trace nothing.
pub const PN_TRACE_OFF: c_int = 0;
/// Trace bytes.
pub const PN_TRACE_RAW: c_int = 1;
/// Trace frames.
pub const PN_TRACE_FRM: c_int = 2;
/// Trace what a driver does.
pub const PN_TRACE_DRV: c_int = 4;
/// Trace events.
pub const PN_TRACE_EVT: c_int = 8;

/// A program's own function for the lines of one transport's log. The message is valid during the call.
pub type pn_tracer_t = Option<unsafe extern "C" fn(transport: *mut pn_transport_t, message: *const c_char)>;

/// Makes a transport for the side that connects; pn_transport_set_server() makes it the side that accepts.
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
        judges: None,
        answering: false,
        error: pn_error_t::new(),
        condition: None,
        remote_condition: None,
        data: None,
    });
    // SAFETY: the transport is fresh; the caller gets its first reference.
    unsafe { set_count(transport, 1) };
    transport
}

/// Makes a transport the side that accepts. Has to be called before any input or output.
///
/// @param[in] transport a transport
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_set_server(transport: *mut pn_transport_t) {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, (), Transport::set_server) }
}

/// Gives up a transport. While it is bound and its connection is held, the connection keeps it.
///
/// @param[in] transport a transport, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_free(transport: *mut pn_transport_t) {
    if !transport.is_null() {
        // SAFETY: the caller passes a live transport and gives up its reference.
        unsafe { let_go(transport) };
    }
}

/// Returns who the other side is, or for a client who it is itself. A server knows once the AMQP header has arrived.
///
/// @param[in] transport a transport
/// @return the user, valid as long as the transport; NULL if not known
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_get_user(transport: *mut pn_transport_t) -> *const c_char {
    let user = |wire: &mut Transport| wire.user().map_or(null(), |user| user.as_ptr());
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, null(), user) }
}

/// Makes a server refuse clients that do not authenticate.
///
/// @param[in] transport a transport
/// @param[in] required true to refuse them; the default is false
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_require_auth(transport: *mut pn_transport_t, required: bool) {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, (), |wire| wire.set_require_auth(required)) }
}

/// Tells whether the client was authenticated, or as a client, accepted.
///
/// @param[in] transport a transport
/// @return true once SASL has succeeded
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_is_authenticated(transport: *mut pn_transport_t) -> bool {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, false, |wire| wire.is_authenticated()) }
}

/// Makes a server refuse clients that do not encrypt.
///
/// @param[in] transport a transport
/// @param[in] required true to refuse them; the default is false
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_require_encryption(transport: *mut pn_transport_t, required: bool) {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, (), |wire| wire.set_require_encryption(required)) }
}

/// Tells whether the bytes are protected on their way.
///
/// @param[in] transport a transport
/// @return true if TLS with a cipher is in use
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_is_encrypted(transport: *mut pn_transport_t) -> bool {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, false, |wire| wire.is_encrypted()) }
}

/// Returns the condition that a transport failed with; it is not set while nothing went wrong.
///
/// @param[in] transport a transport
/// @return the condition, valid as long as the transport; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_condition(transport: *mut pn_transport_t) -> *mut pn_condition_t {
    // SAFETY: the caller passes null or a live transport.
    let Some(this) = (unsafe { transport.as_mut() }) else { return null_mut() };
    let lent = || pn_condition_t::lent(transport.cast(), OWN, open_condition);
    &raw mut **this.condition.get_or_insert_with(lent)
}

/// Returns the error of a transport, made from its condition.
///
/// @deprecated use pn_transport_condition()
///
/// @param[in] transport a transport
/// @return the error, valid as long as the transport; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_error(transport: *mut pn_transport_t) -> *mut pn_error_t {
    // SAFETY: the caller passes null or a live transport.
    let Some(this) = (unsafe { transport.as_mut() }) else { return null_mut() };
    let condition = this.engine.condition();
    match &condition.name {
        Some(name) => {
            let show = |text: &Text| String::from_utf8_lossy(text.bytes()).into_owned();
            let description = condition.description.as_ref().map(show).unwrap_or_default();
            this.error.set(PN_ERR, &format!("{}: {description}", show(name)));
        }
        None => this.error.clear(),
    }
    &raw mut this.error
}

/// Binds a transport to a connection: what is opened there goes out with the next output, and what has arrived is read.
///
/// @param[in] transport a transport
/// @param[in] connection a connection, which the transport holds from now on
/// @return 0, PN_STATE_ERR if either is bound already, PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_bind(
    transport: *mut pn_transport_t,
    connection: *mut pn_connection_t,
) -> c_int {
    if transport.is_null() || connection.is_null() {
        return PN_ARG_ERR;
    }
    // SAFETY: the caller passes live objects.
    let transport_bound = unsafe { !(*transport).connection.is_null() };
    // SAFETY: as above.
    if transport_bound || unsafe { !(*connection).transport.is_null() } {
        return PN_STATE_ERR;
    }
    // SAFETY: as above; neither is bound.
    unsafe { settle::tie(transport, connection) };
    let bind = |wire: &mut Transport, engine: Option<&mut _>| match engine.map(|engine| wire.bind(engine)) {
        Some(Ok(())) => 0,
        _ => PN_STATE_ERR,
    };
    // SAFETY: as above.
    unsafe { on_wire(transport, PN_STATE_ERR, bind) }
}

/// Takes a transport off its connection, which can then be bound to another one.
///
/// @param[in] transport a transport
/// @return 0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_unbind(transport: *mut pn_transport_t) -> c_int {
    // SAFETY: the caller passes null or a live transport.
    let connection = unsafe { pn_transport_connection(transport) };
    if !connection.is_null() {
        // SAFETY: a bound transport's connection is live; it is held until this is done.
        unsafe { hold(connection) };
        // SAFETY: as above.
        unsafe { settle::unbind(connection) };
        // SAFETY: as above.
        unsafe { let_go(connection) };
    }
    0
}

/// Returns the logger of a transport, a copy of the default logger made with the transport.
///
/// @param[in] transport a transport
/// @return the logger, valid as long as the transport; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_logger(transport: *mut pn_transport_t) -> *mut pn_logger_t {
    // SAFETY: the caller passes null or a live transport.
    unsafe { transport.as_mut() }.map_or(null_mut(), |this| &raw mut this.logger)
}

/// Chooses what a transport traces; everything else it logged by level is switched off.
///
/// @param[in] transport a transport
/// @param[in] trace a sum of the PN_TRACE constants
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_trace(transport: *mut pn_transport_t, trace: pn_trace_t) {
    let mut levels = 0;
    if trace & PN_TRACE_FRM != 0 {
        levels |= Level::PN_LEVEL_FRAME as u16;
    }
    if trace & PN_TRACE_RAW != 0 {
        levels |= Level::PN_LEVEL_RAW as u16;
    }
    // SAFETY: the caller passes null or a live transport.
    if let Some(this) = unsafe { transport.as_ref() } {
        this.logger.set_levels(levels);
    }
}

/// Gives the lines of a transport's log to a function, each with its level in front.
///
/// @param[in] transport a transport
/// @param[in] tracer the function; NULL for the log sink again
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_set_tracer(transport: *mut pn_transport_t, tracer: pn_tracer_t) {
    // SAFETY: the caller passes null or a live transport.
    let Some(this) = (unsafe { transport.as_mut() }) else { return };
    this.tracer = tracer;
    let (sink, context): (pn_log_sink_t, usize) = match tracer {
        Some(_) => (Some(to_tracer), transport.expose_provenance()),
        None => (None, 0),
    };
    // SAFETY: the logger is live, as part of the transport.
    unsafe { pn_logger_set_log_sink(&raw mut this.logger, sink, context.cast_signed()) };
}

/// Returns the function that gets the lines of a transport's log.
///
/// @param[in] transport a transport
/// @return the function, NULL if none was set
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_get_tracer(transport: *mut pn_transport_t) -> pn_tracer_t {
    // SAFETY: the caller passes null or a live transport.
    unsafe { transport.as_ref() }.and_then(|this| this.tracer)
}

/// Returns the application's pointer on a transport.
///
/// @param[in] transport a transport
/// @return what pn_transport_set_context() stored, NULL if nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_get_context(transport: *mut pn_transport_t) -> *mut c_void {
    // SAFETY: the caller passes null or a live transport.
    unsafe { transport.as_ref() }.map_or(null_mut(), |this| context(this.record))
}

/// Stores a pointer of the application's on a transport.
///
/// @param[in] transport a transport
/// @param[in] context any pointer; it is never followed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_set_context(transport: *mut pn_transport_t, context: *mut c_void) {
    // SAFETY: the caller passes null or a live transport.
    if let Some(this) = unsafe { transport.as_mut() } {
        set_context(&mut this.record, context);
    }
}

/// Returns the record in which anything can be attached to a transport.
///
/// @param[in] transport a transport
/// @return the record, valid as long as the transport; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_attachments(transport: *mut pn_transport_t) -> *mut pn_record_t {
    // SAFETY: the caller passes null or a live transport.
    unsafe { transport.as_mut() }.map_or(null_mut(), |this| attachments(&mut this.record))
}

/// Writes a line to a transport's log, whatever its filter says.
///
/// @param[in] transport a transport
/// @param[in] message the line
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_log(transport: *mut pn_transport_t, message: *const c_char) {
    if message.is_null() {
        return;
    }
    let (subsystem, level) = (Subsystem::PN_SUBSYSTEM_ALL as c_uint, Level::PN_LEVEL_TRACE as c_uint);
    // SAFETY: the caller passes a string.
    let text = unsafe { CStr::from_ptr(message) };
    // SAFETY: the caller passes null or a live transport.
    let logger = unsafe { pn_transport_logger(transport) };
    // SAFETY: a logger lives as long as its transport; null stands for the default logger.
    unsafe { logger::log_text(logger, subsystem, level, text) };
}

unsafe extern "C" {
    /// As pn_transport_log(), with the line made by a format as for printf.
    ///
    /// @param[in] transport a transport
    /// @param[in] fmt the format, followed by its arguments
    pub fn pn_transport_logf(transport: *mut pn_transport_t, fmt: *const c_char, ...);

    /// As pn_transport_logf(), with the arguments as a va_list.
    ///
    /// @param[in] transport a transport
    /// @param[in] fmt the format
    /// @param[in] ap its arguments
    pub fn pn_transport_vlogf(transport: *mut pn_transport_t, fmt: *const c_char, ap: va_list);
}

/// Returns the highest channel number that both sides allow, as far as known.
///
/// @param[in] transport a transport
/// @return the number
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_get_channel_max(transport: *mut pn_transport_t) -> u16 {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, 0, |wire| wire.channel_max()) }
}

/// Sets the highest channel number that this side allows.
///
/// @param[in] transport a transport
/// @param[in] channel_max the number, taken as 32767 if above
/// @return 0, PN_STATE_ERR once the open was sent
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
/// @param[in] transport a transport
/// @return the number; 65535 until the open has arrived, or if it named none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_remote_channel_max(transport: *mut pn_transport_t) -> u16 {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, 0, |wire| wire.remote_channel_max()) }
}

/// Returns the size of the largest frame that this side takes.
///
/// @param[in] transport a transport
/// @return bytes; 0 for no limit
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_get_max_frame(transport: *mut pn_transport_t) -> u32 {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, 0, |wire| wire.max_frame()) }
}

/// Sets the size of the largest frame that this side takes. Without effect once the open was sent.
///
/// @param[in] transport a transport
/// @param[in] size bytes, taken as 512 if below; 0 for no limit
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_set_max_frame(transport: *mut pn_transport_t, size: u32) {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_wire(transport, (), |wire, engine| wire.set_max_frame(size, engine)) }
}

/// Returns the size of the largest frame that the peer takes.
///
/// @param[in] transport a transport
/// @return bytes; 0 for no limit, 4294967295 if the peer has named none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_get_remote_max_frame(transport: *mut pn_transport_t) -> u32 {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, 0, |wire| wire.remote_max_frame()) }
}

/// Returns how long the peer may be silent.
///
/// @param[in] transport a transport
/// @return milliseconds; 0 for ever
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_get_idle_timeout(transport: *mut pn_transport_t) -> pn_millis_t {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, 0, |wire| wire.idle_timeout()) }
}

/// Sets how long the peer may be silent before the transport fails; the peer is told half of it. pn_transport_tick() has to be called for it to work.
///
/// @param[in] transport a transport
/// @param[in] timeout milliseconds; 0 for ever
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_set_idle_timeout(transport: *mut pn_transport_t, timeout: pn_millis_t) {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, (), |wire| wire.set_idle_timeout(timeout)) }
}

/// Returns how long the peer lets this side be silent.
///
/// @param[in] transport a transport
/// @return milliseconds; 0 for ever, or until the open has arrived
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_get_remote_idle_timeout(transport: *mut pn_transport_t) -> pn_millis_t {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, 0, |wire| wire.remote().idle_timeout) }
}

/// Returns the limit on bytes of messages received and not read.
///
/// @param[in] transport a transport
/// @return bytes, over all links; 0 for no limit
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_get_max_buffered_delivery_bytes(
    transport: *mut pn_transport_t,
) -> usize {
    let limit = |wire: &mut Transport| usize::try_from(wire.max_buffered_bytes()).unwrap_or(usize::MAX);
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, 0, limit) }
}

/// Limits the bytes of messages received and not read. A peer that sends more is cut off with `amqp:resource-limit-exceeded`.
///
/// @param[in] transport a transport
/// @param[in] limit bytes, over all links; 0 for no limit
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_set_max_buffered_delivery_bytes(
    transport: *mut pn_transport_t,
    limit: usize,
) {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, (), |wire| wire.set_max_buffered_bytes(limit as u64)) }
}

/// Takes in bytes; none at all close the tail.
///
/// @deprecated use pn_transport_push() and pn_transport_close_tail()
///
/// @param[in] transport a transport
/// @param[in] bytes the bytes
/// @param[in] available how many
/// @return how many were taken, or a negative code
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_input(
    transport: *mut pn_transport_t,
    bytes: *const c_char,
    available: usize,
) -> ssize_t {
    if available == 0 {
        // SAFETY: passed on from the caller.
        return unsafe { pn_transport_close_tail(transport) } as ssize_t;
    }
    // SAFETY: the caller passes as many bytes as stated.
    let bytes = unsafe { slice(bytes, available) };
    // SAFETY: the caller passes null or a live transport.
    unsafe { take_in(transport, bytes, |driver, bytes| driver.input(bytes)) }
}

/// Gives out bytes and forgets them.
///
/// @deprecated use pn_transport_peek() and pn_transport_pop()
///
/// @param[in] transport a transport
/// @param[in] bytes where to put them
/// @param[in] size how many fit
/// @return how many were given, or PN_EOS when there will be no more
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_output(
    transport: *mut pn_transport_t,
    bytes: *mut c_char,
    size: usize,
) -> ssize_t {
    if transport.is_null() {
        return PN_ARG_ERR as ssize_t;
    }
    // SAFETY: passed on from the caller.
    let n = unsafe { pn_transport_peek(transport, bytes, size) };
    if n > 0 {
        // SAFETY: as above.
        unsafe { pn_transport_pop(transport, n.cast_unsigned()) };
    }
    n
}

/// Tells how many bytes fit at pn_transport_tail().
///
/// @param[in] transport a transport
/// @return the number, which may be 0; PN_EOS once the tail is closed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_capacity(transport: *mut pn_transport_t) -> ssize_t {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, PN_EOS as ssize_t, |wire| amount(wire.capacity())) }
}

/// Returns where input goes: write up to pn_transport_capacity() bytes there, then call pn_transport_process().
///
/// @param[in] transport a transport
/// @return the place, valid until the next call on the transport; NULL if there is no room
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_tail(transport: *mut pn_transport_t) -> *mut c_char {
    let tail = |driver: &mut Driver<'_>| match driver.room(0) {
        [] => null_mut(),
        room => room.as_mut_ptr().cast(),
    };
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_driver(transport, null_mut(), tail) }
}

/// Takes in as many bytes as fit.
///
/// @param[in] transport a transport
/// @param[in] src the bytes
/// @param[in] size how many
/// @return how many were taken; PN_EOS once the tail is closed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_push(
    transport: *mut pn_transport_t,
    src: *const c_char,
    size: usize,
) -> ssize_t {
    // SAFETY: the caller passes as many bytes as stated.
    let bytes = unsafe { slice(src, size) };
    // SAFETY: the caller passes null or a live transport.
    unsafe { take_in(transport, bytes, |driver, bytes| driver.push(bytes)) }
}

/// Takes in the bytes that were written at pn_transport_tail().
///
/// @param[in] transport a transport
/// @param[in] size how many
/// @return 0, PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_process(transport: *mut pn_transport_t, size: usize) -> c_int {
    let process = |driver: &mut Driver<'_>| {
        driver.read(size);
        0
    };
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_driver(transport, PN_ARG_ERR, process) }
}

/// Says that the peer will send nothing more.
///
/// @param[in] transport a transport
/// @return 0, PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_close_tail(transport: *mut pn_transport_t) -> c_int {
    let close = |wire: &mut Transport, engine: Option<&mut _>| {
        wire.close_tail(engine);
        0
    };
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_wire(transport, PN_ARG_ERR, close) }
}

/// Makes output and tells how many bytes of it wait.
///
/// @param[in] transport a transport
/// @return the number, 0 if there is nothing to say; PN_EOS when there will be no more
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_pending(transport: *mut pn_transport_t) -> ssize_t {
    let pending = |wire: &mut Transport, engine: Option<&mut _>| amount(wire.pending(engine));
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_output(transport, PN_ARG_ERR as ssize_t, pending, |wire| amount(wire.waiting())) }
}

/// Returns the bytes that wait to be sent, pn_transport_pending() of them.
///
/// @param[in] transport a transport
/// @return the bytes, valid until the next call on the transport; NULL if there are none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_head(transport: *mut pn_transport_t) -> *const c_char {
    let head = |wire: &mut Transport| {
        let waiting = wire.head();
        if waiting.is_empty() { null() } else { waiting.as_ptr().cast() }
    };
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, null(), head) }
}

/// Copies bytes that wait to be sent.
///
/// @param[in] transport a transport
/// @param[in] dst where to put them
/// @param[in] size how many fit
/// @return how many were copied; PN_EOS when there will be no more
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_peek(
    transport: *mut pn_transport_t,
    dst: *mut c_char,
    size: usize,
) -> ssize_t {
    // SAFETY: passed on from the caller.
    let waiting = unsafe { pn_transport_pending(transport) };
    let Ok(waiting) = usize::try_from(waiting) else { return waiting };
    let n = waiting.min(size);
    if n > 0 && !dst.is_null() {
        // SAFETY: the caller passes a live transport.
        let head = unsafe { pn_transport_head(transport) };
        // SAFETY: at least `n` bytes wait at the head, and fit at the destination, which the caller owns.
        unsafe { std::ptr::copy_nonoverlapping(head, dst, n) };
    }
    n.cast_signed()
}

/// Says that bytes have been sent. Once none are left, more output is made.
///
/// @param[in] transport a transport
/// @param[in] size how many, no more than wait
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_pop(transport: *mut pn_transport_t, size: usize) {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_wire(transport, (), |wire, engine| wire.pop(engine, size)) }
}

/// Says that nothing more can be sent; what waits is dropped.
///
/// @param[in] transport a transport
/// @return 0, PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_close_head(transport: *mut pn_transport_t) -> c_int {
    let close = |wire: &mut Transport, engine: Option<&mut _>| {
        wire.close_head(engine);
        0
    };
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_wire(transport, PN_ARG_ERR, close) }
}

/// Tells whether nothing waits to be sent.
///
/// @param[in] transport a transport
/// @return true if so, or if there will be no more; true for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_quiesced(transport: *mut pn_transport_t) -> bool {
    let quiet = |wire: &mut Transport| wire.waiting().is_none_or(|n| n == 0);
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_output(transport, true, |wire, engine| wire.quiesced(engine), quiet) }
}

/// Tells whether nothing more will be sent.
///
/// @param[in] transport a transport
/// @return true once the head is closed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_head_closed(transport: *mut pn_transport_t) -> bool {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, true, |wire| wire.is_head_closed()) }
}

/// Tells whether nothing more will be taken in.
///
/// @param[in] transport a transport
/// @return true once the tail is closed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_tail_closed(transport: *mut pn_transport_t) -> bool {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, true, |wire| wire.is_tail_closed()) }
}

/// Tells whether both directions have ended.
///
/// @param[in] transport a transport
/// @return true once head and tail are closed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_closed(transport: *mut pn_transport_t) -> bool {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_transport(transport, true, |wire| wire.closed()) }
}

/// Acts on the passing of time: fails if the peer was silent too long, and keeps this side from being silent too long.
///
/// @param[in] transport a transport
/// @param[in] now milliseconds on any clock that does not go back
/// @return when to call next, on the same clock; 0 for no need
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_tick(transport: *mut pn_transport_t, now: i64) -> i64 {
    // SAFETY: the caller passes null or a live transport.
    unsafe { on_wire(transport, 0, |wire, engine| wire.tick(engine, now)) }
}

/// Counts the frames sent, empty ones and those of SASL included.
///
/// @param[in] transport a transport, or NULL
/// @return the number, 0 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_get_frames_output(transport: *const pn_transport_t) -> u64 {
    // SAFETY: the caller passes null or a live transport.
    unsafe { transport.as_ref() }.map_or(0, |this| this.engine.frames_out())
}

/// Counts the frames received, empty ones and those of SASL included.
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
/// @param[in] transport a transport
/// @return the connection, NULL if none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_connection(transport: *mut pn_transport_t) -> *mut pn_connection_t {
    // SAFETY: the caller passes null or a live transport.
    unsafe { transport.as_ref() }.map_or(null_mut(), |this| this.connection)
}

/// Gives a line to the transport's tracer, or to the sink of its log.
///
/// # Safety
/// `transport` is live and not borrowed.
pub(super) unsafe fn write_log(transport: *mut pn_transport_t, subsystem: c_uint, level: c_uint, text: &str) {
    // SAFETY: passed on from the caller.
    let logger = unsafe { &raw mut (*transport).logger };
    // SAFETY: as above.
    unsafe { logger::log(logger, subsystem, level, text) };
}

/// The bytes of a message that a tracer gets.
const TRACED: usize = 2037;

/// The sink of a logger whose transport has a tracer.
unsafe extern "C" fn to_tracer(sink: isize, _subsystem: c_uint, level: c_uint, message: *const c_char) {
    let transport: *mut pn_transport_t = std::ptr::with_exposed_provenance_mut(sink.cast_unsigned());
    // SAFETY: only a transport's own logger has this sink, with that transport as its context.
    let Some(tracer) = (unsafe { (*transport).tracer }) else { return };
    // SAFETY: names of levels are constant texts.
    let mut line = unsafe { CStr::from_ptr(pn_logger_level_name(level)) }.to_bytes().to_vec();
    line.extend_from_slice(b": ");
    // SAFETY: loggers pass a string.
    line.extend(unsafe { CStr::from_ptr(message) }.to_bytes().iter().take(TRACED));
    let line = Text::new(&line);
    // SAFETY: the program keeps its tracer callable as long as the transport has it.
    unsafe { tracer(transport, line.as_ptr()) };
}

/// Asks for output by `act`. Where a program's SASL implementation had to be asked, what there is comes only
/// afterwards, and `look` tells.
///
/// # Safety
/// As for [`on_wire`].
#[inline]
pub(super) unsafe fn on_output<R>(
    transport: *mut pn_transport_t,
    neutral: R,
    act: impl FnOnce(&mut Transport, Option<&mut crate::engine::Connection>) -> R,
    look: impl FnOnce(&mut Transport) -> R,
) -> R
where
    R: Copy,
{
    // SAFETY: passed on from the caller.
    let result = unsafe { on_wire(transport, neutral, act) };
    // SAFETY: as above.
    match unsafe { transport.as_ref() } {
        // SAFETY: as above.
        Some(this) if this.engine.is_led_outside() => unsafe { on_transport(transport, neutral, look) },
        _ => result,
    }
}

/// Takes in bytes by `take`, again where a program's SASL implementation had to be asked before more could be read.
///
/// # Safety
/// As for [`on_wire`].
unsafe fn take_in(
    transport: *mut pn_transport_t,
    bytes: &[u8],
    take: fn(&mut Driver<'_>, &[u8]) -> Option<usize>,
) -> ssize_t {
    let mut taken = 0;
    loop {
        let rest = bytes.get(taken..).unwrap_or_default();
        // SAFETY: passed on from the caller.
        let n = unsafe { on_driver(transport, PN_ARG_ERR as ssize_t, |driver| amount(take(driver, rest))) };
        let Ok(n) = usize::try_from(n) else { return if taken > 0 { taken.cast_signed() } else { n } };
        taken += n;
        // SAFETY: as above; a transport that gave a number is live.
        let again = n > 0 && taken < bytes.len() && unsafe { (*transport).engine.is_led_outside() };
        if !again {
            return taken.cast_signed();
        }
    }
}

/// Runs `f` on the unit of a transport and its connection.
///
/// # Safety
/// As for [`on_wire`].
pub(super) unsafe fn on_driver<R>(
    transport: *mut pn_transport_t,
    neutral: R,
    f: impl FnOnce(&mut Driver<'_>) -> R,
) -> R {
    // SAFETY: passed on from the caller.
    unsafe { on_wire(transport, neutral, |wire, engine| f(&mut Driver::new(wire, engine))) }
}

/// A number of bytes as C gets it; `PN_EOS` for an ended stream.
fn amount(n: Option<usize>) -> ssize_t {
    n.map_or(PN_EOS as ssize_t, usize::cast_signed)
}

/// Which of a transport's two conditions a facet stands for.
const OWN: u32 = 0;
const REMOTE: u32 = 1;

unsafe fn open_condition(owner: *mut c_void, part: u32) -> *mut Condition {
    // SAFETY: the transport is live as long as the conditions it lends.
    let wire = unsafe { &mut (*owner.cast::<pn_transport_t>()).engine };
    if part == OWN { wire.condition_mut() } else { wire.remote_condition_mut() }
}

/// The condition that the bound connection's peer closed with; null for null.
///
/// # Safety
/// `transport` is null or live.
pub(super) unsafe fn remote_condition(transport: *mut pn_transport_t) -> *mut pn_condition_t {
    // SAFETY: passed on from the caller.
    let Some(this) = (unsafe { transport.as_mut() }) else { return null_mut() };
    let lent = || pn_condition_t::lent(transport.cast(), REMOTE, open_condition);
    &raw mut **this.remote_condition.get_or_insert_with(lent)
}

/// What the peer's open offered (0), desired (1), and said of itself (2); null for null.
///
/// # Safety
/// `transport` is null or live.
pub(super) unsafe fn remote_data(transport: *mut pn_transport_t, part: u32) -> *mut pn_data_t {
    // SAFETY: passed on from the caller.
    let Some(this) = (unsafe { transport.as_mut() }) else { return null_mut() };
    let data = this.data.get_or_insert_with(|| Box::new([null_mut(); 3]));
    let place = &mut data[part as usize];
    if place.is_null() {
        *place = lent_data(transport.cast(), part, open_remote_data, Home::Varying);
    }
    *place
}

unsafe fn open_remote_data(owner: *mut c_void, part: u32) -> *mut Data {
    // SAFETY: the transport retires its data before it goes.
    let remote = unsafe { &mut (*owner.cast::<pn_transport_t>()).engine }.remote_mut();
    let field = match part {
        0 => &mut remote.extras.offered_capabilities,
        1 => &mut remote.extras.desired_capabilities,
        _ => &mut remote.extras.properties,
    };
    field.open()
}
