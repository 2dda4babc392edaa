//! `proton/connection_driver.h`: a connection, its transport and its collector as one unit, for programs that do
//! their own input and output.
//!
//! The struct lies in the program's memory and holds nothing but the three pointers. Events come from the collector,
//! with two rules of their own: the transport is bound once `PN_CONNECTION_INIT` has been seen, and nothing follows
//! `PN_TRANSPORT_CLOSED`.

use std::ffi::{CStr, c_char, c_int, c_uint};
use std::ptr::null_mut;

use super::boundary::on_wire;
use super::condition::pn_condition_t;
use super::connection::{pn_connection, pn_connection_collect, pn_connection_free, pn_connection_reset};
use super::error::PN_ARG_ERR;
use super::event::names::pn_event_type_t as Events;
use super::event::{pn_collector_t, pn_event_t};
use super::logger;
use super::logger::names::{pn_log_level_t as Level, pn_log_subsystem_t as Subsystem};
use super::shell::{pn_connection_t, pn_transport_t};
use super::transport::{
    pn_transport, pn_transport_bind, pn_transport_close_head, pn_transport_close_tail, pn_transport_closed,
    pn_transport_condition, pn_transport_free, pn_transport_head_closed, pn_transport_pop,
    pn_transport_process, pn_transport_tail_closed, pn_transport_unbind,
};
use super::types::{pn_bytes_t, pn_rwbytes_t, va_list};
use crate::object::string::pn_string_t;
use crate::object::{call, collector, decref};
use crate::transport::Transport;

/// Everything one connection needs. The members may be read; only the functions here change them.
#[repr(C)]
pub struct pn_connection_driver_t {
    /// The connection, NULL once it was released.
    pub connection: *mut pn_connection_t,
    /// Its transport.
    pub transport: *mut pn_transport_t,
    /// Its events.
    pub collector: *mut pn_collector_t,
}

/// Sets up a driver. Its connection and transport belong to it from then on.
///
/// @param[out] driver the driver, in any state
/// @param[in] connection a connection, NULL to make one
/// @param[in] transport a transport, NULL to make one
/// @return 0, PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_init(
    driver: *mut pn_connection_driver_t,
    connection: *mut pn_connection_t,
    transport: *mut pn_transport_t,
) -> c_int {
    if driver.is_null() {
        return PN_ARG_ERR;
    }
    let connection = if connection.is_null() { pn_connection() } else { connection };
    let transport = if transport.is_null() { pn_transport() } else { transport };
    let collector = collector::new();
    // SAFETY: the caller passes room for a driver.
    unsafe { driver.write(pn_connection_driver_t { connection, transport, collector }) };
    // SAFETY: all three are live.
    unsafe { pn_connection_collect(connection, collector) };
    0
}

/// Binds the transport to the connection, which otherwise happens when the first event has been handled.
///
/// @param[in] driver a driver
/// @return 0, PN_STATE_ERR if it is bound already
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_bind(driver: *mut pn_connection_driver_t) -> c_int {
    // SAFETY: the caller passes null or a driver that was set up.
    let Some(this) = (unsafe { driver.as_ref() }) else { return PN_ARG_ERR };
    // SAFETY: the driver's objects are live; null is tolerated.
    unsafe { pn_transport_bind(this.transport, this.connection) }
}

/// Frees everything a driver holds. Safe to repeat.
///
/// @param[in] driver a driver
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_destroy(driver: *mut pn_connection_driver_t) {
    // SAFETY: the caller passes null or a driver that was set up, or zeroed.
    let Some(this) = (unsafe { driver.as_mut() }) else { return };
    let pn_connection_driver_t { connection, transport, collector } = *this;
    *this = pn_connection_driver_t { connection: null_mut(), transport: null_mut(), collector: null_mut() };
    if !transport.is_null() {
        // SAFETY: the driver owned it.
        unsafe { pn_transport_unbind(transport) };
        // SAFETY: as above.
        unsafe { pn_transport_free(transport) };
    }
    if !collector.is_null() {
        // SAFETY: the driver owned it; what is queued may hold the connection.
        unsafe { collector::release(collector) };
    }
    if !connection.is_null() {
        // SAFETY: the driver owned it.
        unsafe { pn_connection_free(connection) };
    }
    // SAFETY: the driver owned it; null is tolerated.
    unsafe { decref(collector) };
}

/// Returns room for bytes that arrive.
///
/// @param[in] driver a driver
/// @return the room, valid until the next call on the driver; none if reading is over or has to wait
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_read_buffer(
    driver: *mut pn_connection_driver_t,
) -> pn_rwbytes_t {
    // SAFETY: passed on from the caller.
    unsafe { pn_connection_driver_read_buffer_sized(driver, 0) }
}

/// As pn_connection_driver_read_buffer(), with a wish for its size, granted up to the largest frame.
///
/// @param[in] driver a driver
/// @param[in] n bytes wished for
/// @return the room, valid until the next call on the driver; none if reading is over or has to wait
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_read_buffer_sized(
    driver: *mut pn_connection_driver_t,
    n: usize,
) -> pn_rwbytes_t {
    let room = |wire: &mut Transport, _: Option<&mut _>| {
        wire.grow_input(n);
        match wire.capacity() {
            Some(size) if size > 0 => pn_rwbytes_t { size, start: wire.tail().as_mut_ptr().cast() },
            _ => pn_rwbytes_t::NULL,
        }
    };
    // SAFETY: the caller passes null or a driver that was set up.
    unsafe { on_wire(transport_of(driver), pn_rwbytes_t::NULL, room) }
}

/// Says that bytes were read into the room.
///
/// @param[in] driver a driver
/// @param[in] n how many
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_read_done(driver: *mut pn_connection_driver_t, n: usize) {
    if n > 0 {
        // SAFETY: the caller passes null or a driver that was set up.
        unsafe { pn_transport_process(transport_of(driver), n) };
    }
}

/// Says that nothing more will be read.
///
/// @param[in] driver a driver
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_read_close(driver: *mut pn_connection_driver_t) {
    // SAFETY: the caller passes null or a driver that was set up.
    unsafe { pn_transport_close_tail(transport_of(driver)) };
}

/// Tells whether reading is over.
///
/// @param[in] driver a driver
/// @return true if nothing more will be taken in
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_read_closed(driver: *mut pn_connection_driver_t) -> bool {
    // SAFETY: the caller passes null or a driver that was set up.
    unsafe { pn_transport_tail_closed(transport_of(driver)) }
}

/// Returns bytes to be sent.
///
/// @param[in] driver a driver
/// @return the bytes, valid until the next call on the driver; none if there is nothing to say
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_write_buffer(
    driver: *mut pn_connection_driver_t,
) -> pn_bytes_t {
    let waiting = |wire: &mut Transport, engine: Option<&mut _>| match wire.pending(engine) {
        Some(n) if n > 0 => pn_bytes_t::lend(wire.head()),
        _ => pn_bytes_t::NULL,
    };
    // SAFETY: the caller passes null or a driver that was set up.
    unsafe { on_wire(transport_of(driver), pn_bytes_t::NULL, waiting) }
}

/// Says that bytes were sent.
///
/// @param[in] driver a driver
/// @param[in] n how many
/// @return what still waits, valid until the next call on the driver
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_write_done(
    driver: *mut pn_connection_driver_t,
    n: usize,
) -> pn_bytes_t {
    // SAFETY: the caller passes null or a driver that was set up.
    let transport = unsafe { transport_of(driver) };
    if n > 0 {
        // SAFETY: as above.
        unsafe { pn_transport_pop(transport, n) };
    }
    let left = |wire: &mut Transport, _: Option<&mut _>| {
        if wire.head().is_empty() { pn_bytes_t::NULL } else { pn_bytes_t::lend(wire.head()) }
    };
    // SAFETY: as above.
    unsafe { on_wire(transport, pn_bytes_t::NULL, left) }
}

/// Says that nothing more can be sent.
///
/// @param[in] driver a driver
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_write_close(driver: *mut pn_connection_driver_t) {
    // SAFETY: the caller passes null or a driver that was set up.
    unsafe { pn_transport_close_head(transport_of(driver)) };
}

/// Tells whether writing is over.
///
/// @param[in] driver a driver
/// @return true if nothing more will be sent
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_write_closed(driver: *mut pn_connection_driver_t) -> bool {
    // SAFETY: the caller passes null or a driver that was set up.
    unsafe { pn_transport_head_closed(transport_of(driver)) }
}

/// Ends both directions.
///
/// @param[in] driver a driver
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_close(driver: *mut pn_connection_driver_t) {
    // SAFETY: passed on from the caller.
    unsafe { pn_connection_driver_read_close(driver) };
    // SAFETY: as above.
    unsafe { pn_connection_driver_write_close(driver) };
}

/// Returns the next event.
///
/// @param[in] driver a driver
/// @return the event, valid until the next call of this function; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_next_event(
    driver: *mut pn_connection_driver_t,
) -> *mut pn_event_t {
    // SAFETY: the caller passes null or a driver that was set up.
    let Some(this) = (unsafe { driver.as_ref() }) else { return null_mut() };
    let events = this.collector;
    // SAFETY: the driver's collector is null or live.
    let Some(queue) = (unsafe { events.as_ref() }) else { return null_mut() };
    // SAFETY: the collector holds the event it gave out last; null is none.
    let handled = unsafe { queue.previous().as_ref() }.map_or(0, |event| event.kind());
    if handled == Events::PN_CONNECTION_INIT as c_uint {
        // SAFETY: the driver's objects are live; a program may have bound them itself.
        unsafe { pn_transport_bind(this.transport, this.connection) };
    } else if handled == Events::PN_TRANSPORT_CLOSED as c_uint {
        // SAFETY: the driver owns its collector.
        unsafe { collector::release(events) };
    }
    // SAFETY: as above.
    let event = unsafe { collector::next(events) };
    // SAFETY: the driver's transport is live.
    unsafe { log_event(this.transport, event) };
    event
}

/// Tells whether an event waits.
///
/// @param[in] driver a driver
/// @return true if pn_connection_driver_next_event() has something to return
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_has_event(driver: *mut pn_connection_driver_t) -> bool {
    // SAFETY: the caller passes null or a driver that was set up.
    let Some(this) = (unsafe { driver.as_ref() }) else { return false };
    // SAFETY: the driver's collector is null or live.
    !this.connection.is_null() && unsafe { this.collector.as_ref() }.is_some_and(|queue| queue.len() > 0)
}

/// Tells whether a driver has nothing more to do: both directions have ended and no event waits.
///
/// @param[in] driver a driver
/// @return true if so
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_finished(driver: *mut pn_connection_driver_t) -> bool {
    // SAFETY: the caller passes null or a driver that was set up.
    let closed = unsafe { pn_transport_closed(transport_of(driver)) };
    // SAFETY: as above.
    closed && !unsafe { pn_connection_driver_has_event(driver) }
}

unsafe extern "C" {
    /// Sets the condition that the transport ends with, the description by a format as for printf. Nothing else
    /// happens; close the driver to end it.
    ///
    /// @param[in] driver a driver
    /// @param[in] name the name of the condition
    /// @param[in] fmt the format, followed by its arguments
    pub fn pn_connection_driver_errorf(
        driver: *mut pn_connection_driver_t,
        name: *const c_char,
        fmt: *const c_char,
        ...
    );

    /// As pn_connection_driver_errorf(), with the arguments as a va_list.
    ///
    /// @param[in] driver a driver
    /// @param[in] name the name of the condition
    /// @param[in] fmt the format
    /// @param[in] ap its arguments
    pub fn pn_connection_driver_verrorf(
        driver: *mut pn_connection_driver_t,
        name: *const c_char,
        fmt: *const c_char,
        ap: va_list,
    );

    /// As pn_connection_driver_log(), with the line made by a format as for printf.
    ///
    /// @param[in] driver a driver
    /// @param[in] fmt the format, followed by its arguments
    pub fn pn_connection_driver_logf(driver: *mut pn_connection_driver_t, fmt: *const c_char, ...);

    /// As pn_connection_driver_logf(), with the arguments as a va_list.
    ///
    /// @param[in] driver a driver
    /// @param[in] fmt the format
    /// @param[in] ap its arguments
    pub fn pn_connection_driver_vlogf(driver: *mut pn_connection_driver_t, fmt: *const c_char, ap: va_list);
}

/// Writes a line to the log of a driver's transport, whatever its filter says.
///
/// @param[in] driver a driver
/// @param[in] msg the line
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_log(driver: *mut pn_connection_driver_t, msg: *const c_char) {
    // SAFETY: the caller passes null or a driver that was set up.
    let transport = unsafe { transport_of(driver) };
    if transport.is_null() || msg.is_null() {
        return;
    }
    // SAFETY: the caller passes a string.
    let text = unsafe { CStr::from_ptr(msg) }.to_string_lossy();
    let (subsystem, level) = (Subsystem::PN_SUBSYSTEM_IO as c_uint, Level::PN_LEVEL_TRACE as c_uint);
    // SAFETY: the driver's transport is live.
    unsafe { super::transport::write_log(transport, subsystem, level, &text) };
}

/// Takes the connection out of a driver, as new: its transport is closed and unbound, and no event follows.
///
/// @param[in] driver a driver
/// @return the connection, which the caller owns now; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_release_connection(
    driver: *mut pn_connection_driver_t,
) -> *mut pn_connection_t {
    // SAFETY: the caller passes null or a driver that was set up.
    let Some(this) = (unsafe { driver.as_mut() }) else { return null_mut() };
    let connection = this.connection;
    if connection.is_null() {
        return null_mut();
    }
    // SAFETY: passed on from the caller; the objects of the driver are live, and the connection is handed over.
    unsafe { pn_connection_driver_close(driver) };
    // SAFETY: as above.
    unsafe { pn_transport_unbind(transport_of(driver)) };
    // SAFETY: as above.
    unsafe { (*driver).connection = null_mut() };
    // SAFETY: as above.
    unsafe { pn_connection_collect(connection, null_mut()) };
    // SAFETY: as above.
    unsafe { pn_connection_reset(connection) };
    connection
}

/// Returns a place on a connection where whoever drives it may keep its driver.
///
/// @param[in] connection a connection
/// @return the place, NULL at first, valid as long as the connection; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_ptr(
    connection: *mut pn_connection_t,
) -> *mut *mut pn_connection_driver_t {
    // SAFETY: the caller passes null or a live connection.
    unsafe { connection.as_mut() }.map_or(null_mut(), |this| &raw mut this.driver)
}

/// The condition of a driver's transport, for the formatting functions.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_driver_condition(
    driver: *mut pn_connection_driver_t,
) -> *mut pn_condition_t {
    // SAFETY: the caller passes null or a driver that was set up.
    unsafe { pn_transport_condition(transport_of(driver)) }
}

/// # Safety
/// `driver` is null or was set up.
unsafe fn transport_of(driver: *mut pn_connection_driver_t) -> *mut pn_transport_t {
    // SAFETY: passed on from the caller.
    unsafe { driver.as_ref() }.map_or(null_mut(), |this| this.transport)
}

/// Logs an event that is given out, if anybody wants to hear of events.
///
/// # Safety
/// Both are null or live.
unsafe fn log_event(transport: *mut pn_transport_t, event: *mut pn_event_t) {
    let (subsystem, level) = (Subsystem::PN_SUBSYSTEM_EVENT as c_uint, Level::PN_LEVEL_DEBUG as c_uint);
    if transport.is_null() || event.is_null() {
        return;
    }
    // SAFETY: passed on from the caller.
    let logger = unsafe { &raw mut (*transport).logger };
    // SAFETY: as above.
    if !unsafe { logger::wants(logger, subsystem, level) } {
        return;
    }
    let mut text = pn_string_t::new(Some(b""));
    // SAFETY: the event is live and of this class.
    unsafe { call::inspect(&raw const collector::EVENT_CLASS.0, event.cast(), &raw mut text) };
    let line = String::from_utf8_lossy(text.text().unwrap_or_default()).into_owned();
    // SAFETY: passed on from the caller.
    unsafe { super::transport::write_log(transport, subsystem, level, &line) };
}
