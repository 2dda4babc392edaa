//! `proton/connection_driver.h`: a connection, its transport and its collector as one unit, for programs that do
//! their own input and output.
//!
//! The struct lies in the program's memory and holds nothing but the three pointers. Events come from the collector,
//! with two rules of their own: the transport is bound once `PN_CONNECTION_INIT` has been seen, and nothing follows
//! `PN_TRANSPORT_CLOSED`.

use std::ffi::{CStr, c_char, c_int, c_uint};
use std::ptr::null_mut;

use super::condition::pn_condition_t;
use super::connection::{pn_connection, pn_connection_collect, pn_connection_free, pn_connection_reset};
use super::error::PN_ARG_ERR;
use super::event::names::pn_event_type_t as Events;
use super::event::{pn_collector_t, pn_event_t};
use super::logger;
use super::logger::names::{pn_log_level_t as Level, pn_log_subsystem_t as Subsystem};
use super::shell::{pn_connection_t, pn_transport_t};
use super::transport::{
    on_driver, on_output, pn_transport, pn_transport_bind, pn_transport_close_head, pn_transport_close_tail,
    pn_transport_closed, pn_transport_condition, pn_transport_free, pn_transport_head_closed,
    pn_transport_tail_closed, pn_transport_unbind,
};
use super::types::{pn_bytes_t, pn_rwbytes_t, va_list};
use crate::driver::Driver;
use crate::engine::Connection;
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
    let room = |driver: &mut Driver<'_>| match driver.room(n) {
        [] => pn_rwbytes_t::NULL,
        room => pn_rwbytes_t { size: room.len(), start: room.as_mut_ptr().cast() },
    };
    // SAFETY: the caller passes null or a driver that was set up.
    unsafe { drive(driver, pn_rwbytes_t::NULL, room) }
}

/// Says that bytes were read into the room.
///
/// @param[in] driver a driver
/// @param[in] n how many
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_read_done(driver: *mut pn_connection_driver_t, n: usize) {
    // SAFETY: the caller passes null or a driver that was set up.
    unsafe { drive(driver, (), |unit| unit.read(n)) }
}

/// Says that nothing more will be read.
///
/// @param[in] driver a driver
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_read_close(driver: *mut pn_connection_driver_t) {
    // SAFETY: the caller passes null or a driver that was set up.
    let transport = unsafe { transport_of(driver) };
    // SAFETY: a driver's transport is null or live.
    unsafe { pn_transport_close_tail(transport) };
}

/// Tells whether reading is over.
///
/// @param[in] driver a driver
/// @return true if nothing more will be taken in
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_read_closed(driver: *mut pn_connection_driver_t) -> bool {
    // SAFETY: the caller passes null or a driver that was set up.
    let transport = unsafe { transport_of(driver) };
    // SAFETY: a driver's transport is null or live.
    unsafe { pn_transport_tail_closed(transport) }
}

/// Returns bytes to be sent.
///
/// @param[in] driver a driver
/// @return the bytes, valid until the next call on the driver; none if there is nothing to say
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_write_buffer(
    driver: *mut pn_connection_driver_t,
) -> pn_bytes_t {
    let waiting = |unit: &mut Driver<'_>| lend(unit.output().unwrap_or_default());
    // SAFETY: the caller passes null or a driver that was set up.
    unsafe { drive_output(driver, waiting) }
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
    unsafe { drive_output(driver, |unit| lend(unit.written(n))) }
}

fn lend(bytes: &[u8]) -> pn_bytes_t {
    if bytes.is_empty() { pn_bytes_t::NULL } else { pn_bytes_t::lend(bytes) }
}

/// Says that nothing more can be sent.
///
/// @param[in] driver a driver
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_write_close(driver: *mut pn_connection_driver_t) {
    // SAFETY: the caller passes null or a driver that was set up.
    let transport = unsafe { transport_of(driver) };
    // SAFETY: a driver's transport is null or live.
    unsafe { pn_transport_close_head(transport) };
}

/// Tells whether writing is over.
///
/// @param[in] driver a driver
/// @return true if nothing more will be sent
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_write_closed(driver: *mut pn_connection_driver_t) -> bool {
    // SAFETY: the caller passes null or a driver that was set up.
    let transport = unsafe { transport_of(driver) };
    // SAFETY: a driver's transport is null or live.
    unsafe { pn_transport_head_closed(transport) }
}

/// Ends both directions.
///
/// @param[in] driver a driver
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_close(driver: *mut pn_connection_driver_t) {
    // SAFETY: the caller passes null or a driver that was set up.
    unsafe { drive(driver, (), |unit| unit.close()) }
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
    let handled = kind_taken(queue);
    if matches!(handled, CONNECTION_INIT | TRANSPORT_CLOSED) {
        // SAFETY: the driver's objects are live.
        unsafe { after_event(this, handled) };
    }
    // SAFETY: as above.
    let event = unsafe { collector::next(events) };
    if event.is_null() {
        // SAFETY: the driver's connection is null or live.
        unsafe { rest(this.connection) };
        return event;
    }
    // SAFETY: the driver's transport is null or live.
    if unsafe { logs_events(this.transport) } {
        // SAFETY: the driver's transport is live.
        unsafe { log_event(this.transport, event) };
    }
    event
}

const CONNECTION_INIT: c_uint = Events::PN_CONNECTION_INIT as c_uint;
const TRANSPORT_CLOSED: c_uint = Events::PN_TRANSPORT_CLOSED as c_uint;

/// The program has seen everything: what was kept at hand for more of the same goes back.
///
/// # Safety
/// `connection` is null or live.
unsafe fn rest(connection: *mut pn_connection_t) {
    // SAFETY: passed on from the caller.
    if let Some(this) = unsafe { connection.as_mut() } {
        this.engine.buffers.rest();
    }
}

/// The kind of the event that was taken last, 0 if it has been given back.
fn kind_taken(events: &pn_collector_t) -> c_uint {
    // SAFETY: the collector holds the event it gave out last; null is none.
    unsafe { events.previous().as_ref() }.map_or(0, |event| event.kind())
}

/// Has follow what follows the first event, if that has been seen and no other was asked for. Without it nothing tells
/// of the end of a transport that ends now.
///
/// # Safety
/// The driver was set up, and has its connection.
pub(super) unsafe fn follow_first_event(driver: *mut pn_connection_driver_t) {
    // SAFETY: passed on from the caller.
    let this = unsafe { &*driver };
    // SAFETY: the driver's collector is null or live.
    if unsafe { this.collector.as_ref() }.is_some_and(|events| kind_taken(events) == CONNECTION_INIT) {
        // SAFETY: the driver's objects are live.
        unsafe { after_event(this, CONNECTION_INIT) };
    }
}

/// What follows once the first or the last event has been seen.
///
/// # Safety
/// The driver's objects are live.
#[cold]
unsafe fn after_event(driver: &pn_connection_driver_t, handled: c_uint) {
    if handled == CONNECTION_INIT {
        // SAFETY: passed on from the caller; a program may have bound them itself.
        unsafe { pn_transport_bind(driver.transport, driver.connection) };
    } else {
        // SAFETY: the driver owns its collector.
        unsafe { collector::release(driver.collector) };
    }
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
    let transport = unsafe { transport_of(driver) };
    // SAFETY: a driver's transport is null or live.
    let closed = unsafe { pn_transport_closed(transport) };
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
    let transport = unsafe { transport_of(driver) };
    // SAFETY: a driver's transport is null or live.
    unsafe { pn_transport_unbind(transport) };
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
pub unsafe extern "C" fn protium_shim_driver_condition(
    driver: *mut pn_connection_driver_t,
) -> *mut pn_condition_t {
    // SAFETY: the caller passes null or a driver that was set up.
    let transport = unsafe { transport_of(driver) };
    // SAFETY: a driver's transport is null or live.
    unsafe { pn_transport_condition(transport) }
}

/// # Safety
/// `driver` is null or was set up.
unsafe fn transport_of(driver: *mut pn_connection_driver_t) -> *mut pn_transport_t {
    // SAFETY: passed on from the caller.
    unsafe { driver.as_ref() }.map_or(null_mut(), |this| this.transport)
}

/// Runs `f` on the unit that a driver drives.
///
/// # Safety
/// `driver` is null or was set up.
unsafe fn drive<R>(
    driver: *mut pn_connection_driver_t,
    neutral: R,
    f: impl FnOnce(&mut Driver<'_>) -> R,
) -> R {
    // SAFETY: passed on from the caller.
    let transport = unsafe { transport_of(driver) };
    // SAFETY: a driver's transport is null or live.
    unsafe { on_driver(transport, neutral, f) }
}

/// Runs `f`, which asks for output, on the unit that a driver drives.
///
/// # Safety
/// `driver` is null or was set up.
#[inline]
unsafe fn drive_output(
    driver: *mut pn_connection_driver_t,
    f: impl FnOnce(&mut Driver<'_>) -> pn_bytes_t,
) -> pn_bytes_t {
    // SAFETY: passed on from the caller.
    let transport = unsafe { transport_of(driver) };
    let act = |wire: &mut Transport, engine: Option<&mut Connection>| f(&mut Driver::new(wire, engine));
    // SAFETY: a driver's transport is null or live.
    unsafe { on_output(transport, pn_bytes_t::NULL, act, |wire| lend(wire.head())) }
}

/// Whether anybody wants to hear of events that are given out.
///
/// # Safety
/// `transport` is null or live.
#[inline]
unsafe fn logs_events(transport: *mut pn_transport_t) -> bool {
    if transport.is_null() {
        return false;
    }
    // SAFETY: passed on from the caller.
    let logger = unsafe { &raw mut (*transport).logger };
    // SAFETY: as above.
    unsafe { logger::wants(logger, EVENTS.0, EVENTS.1) }
}

/// What the log takes events for.
const EVENTS: (c_uint, c_uint) = (Subsystem::PN_SUBSYSTEM_EVENT as c_uint, Level::PN_LEVEL_DEBUG as c_uint);

/// Logs an event that is given out.
///
/// # Safety
/// Both are live.
#[cold]
unsafe fn log_event(transport: *mut pn_transport_t, event: *mut pn_event_t) {
    let mut text = pn_string_t::new(Some(b""));
    // SAFETY: the event is live and of this class.
    unsafe { call::inspect(&raw const collector::EVENT_CLASS.0, event.cast(), &raw mut text) };
    let line = String::from_utf8_lossy(text.text().unwrap_or_default()).into_owned();
    // SAFETY: passed on from the caller.
    unsafe { super::transport::write_log(transport, EVENTS.0, EVENTS.1, &line) };
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::multiple_unsafe_ops_per_block,
        clippy::undocumented_unsafe_blocks,
        reason = "a test owns every object it uses"
    )]

    use super::*;
    use crate::ffi::condition::{pn_condition_get_description, pn_condition_set_name};
    use crate::ffi::connection::{pn_connection_open, pn_connection_state};
    use crate::ffi::event::{pn_event_type, pn_event_type_name};
    use crate::ffi::object::pn_refcount;
    use crate::ffi::transport::{
        pn_transport_input, pn_transport_push, pn_transport_set_server, pn_transport_set_tracer,
        pn_transport_tail,
    };

    fn driver() -> pn_connection_driver_t {
        let mut driver =
            pn_connection_driver_t { connection: null_mut(), transport: null_mut(), collector: null_mut() };
        assert_eq!(unsafe { pn_connection_driver_init(&raw mut driver, null_mut(), null_mut()) }, 0);
        driver
    }

    /// The names of all events, without their common beginning.
    fn events(driver: &mut pn_connection_driver_t) -> Vec<&'static str> {
        let mut names = Vec::new();
        loop {
            let event = unsafe { pn_connection_driver_next_event(driver) };
            if event.is_null() {
                return names;
            }
            let name = unsafe { CStr::from_ptr(pn_event_type_name(pn_event_type(event))) };
            names.push(&name.to_str().unwrap()[3..]);
        }
    }

    /// Carries bytes both ways until neither side has any.
    fn exchange(a: &mut pn_connection_driver_t, b: &mut pn_connection_driver_t) {
        let carry = |from: &mut pn_connection_driver_t, to: &mut pn_connection_driver_t| unsafe {
            let bytes = pn_connection_driver_write_buffer(from);
            let room = pn_connection_driver_read_buffer(to);
            let n = bytes.size.min(room.size);
            if n > 0 {
                room.start.copy_from_nonoverlapping(bytes.start, n);
                pn_connection_driver_read_done(to, n);
                pn_connection_driver_write_done(from, n);
            }
            n
        };
        while carry(a, b) + carry(b, a) > 0 {}
    }

    const END: [&str; 4] =
        ["TRANSPORT_TAIL_CLOSED", "TRANSPORT_ERROR", "TRANSPORT_HEAD_CLOSED", "TRANSPORT_CLOSED"];

    #[test]
    fn the_transport_is_bound_after_the_first_event_and_nothing_follows_the_last() {
        let mut driver = driver();
        unsafe {
            assert!(pn_connection_driver_has_event(&raw mut driver));
            assert_eq!(events(&mut driver), ["CONNECTION_INIT", "CONNECTION_BOUND"]);
            assert_eq!(pn_connection_driver_bind(&raw mut driver), -5);
            pn_connection_driver_close(&raw mut driver);
            assert!(!pn_connection_driver_finished(&raw mut driver));
            assert_eq!(events(&mut driver), END);
            assert!(pn_connection_driver_finished(&raw mut driver));
            pn_connection_open(driver.connection);
            assert!(events(&mut driver).is_empty());
            pn_connection_driver_destroy(&raw mut driver);
            assert!(driver.connection.is_null() && driver.transport.is_null() && driver.collector.is_null());
            pn_connection_driver_destroy(&raw mut driver);
        }
    }

    #[test]
    fn a_connection_opens_over_two_drivers() {
        let (mut client, mut server) = (driver(), driver());
        unsafe {
            pn_transport_set_server(server.transport);
            pn_connection_open(client.connection);
            events(&mut client);
            events(&mut server);
            exchange(&mut client, &mut server);
            assert_eq!(events(&mut server), ["CONNECTION_REMOTE_OPEN"]);
            pn_connection_open(server.connection);
            exchange(&mut server, &mut client);
            assert!(events(&mut client).contains(&"CONNECTION_REMOTE_OPEN"));
            assert_eq!(pn_connection_state(client.connection), 2 | 16);
            pn_connection_driver_destroy(&raw mut client);
            pn_connection_driver_destroy(&raw mut server);
        }
    }

    #[test]
    fn a_released_connection_is_as_new_and_the_callers() {
        let mut driver = driver();
        unsafe {
            events(&mut driver);
            let connection = pn_connection_driver_release_connection(&raw mut driver);
            assert_eq!((driver.connection, pn_connection_state(connection)), (null_mut(), 1 | 8));
            assert!(!pn_connection_driver_has_event(&raw mut driver));
            assert!(pn_connection_driver_finished(&raw mut driver));
            assert_eq!(events(&mut driver), END);
            pn_connection_driver_destroy(&raw mut driver);
            assert_eq!(pn_refcount(connection.cast()), 1);
            pn_connection_free(connection);
        }
    }

    #[test]
    fn a_connection_released_before_the_first_event_gives_that_event_only() {
        let mut driver = driver();
        unsafe {
            let connection = pn_connection_driver_release_connection(&raw mut driver);
            assert_eq!(events(&mut driver), ["CONNECTION_INIT"]);
            pn_connection_driver_destroy(&raw mut driver);
            pn_connection_free(connection);
        }
    }

    #[test]
    fn an_error_of_the_driver_is_what_the_transport_reports() {
        let mut driver = driver();
        unsafe {
            events(&mut driver);
            let condition = protium_shim_driver_condition(&raw mut driver);
            pn_condition_set_name(condition, c"proton:io".as_ptr());
            pn_connection_driver_close(&raw mut driver);
            assert_eq!(events(&mut driver), END);
            assert!(pn_condition_get_description(condition).is_null(), "the stream's end adds nothing");
            pn_connection_driver_destroy(&raw mut driver);
        }
    }

    #[test]
    fn old_input_says_at_once_that_its_bytes_ended_the_stream() {
        let transport = pn_transport();
        unsafe {
            pn_transport_set_server(transport);
            assert!(!pn_transport_tail(transport).is_null(), "room before anybody asks how much");
            assert_eq!(pn_transport_push(transport, c"AMQP".as_ptr(), 4), 4);
            assert_eq!(pn_transport_input(transport, c"??????????".as_ptr(), 10), -1);
            pn_transport_free(transport);
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "takes an interpreter too long")]
    fn a_tracer_gets_every_line_of_its_transport() {
        static LINES: std::sync::Mutex<Vec<String>> = std::sync::Mutex::new(Vec::new());
        unsafe extern "C" fn tracer(_: *mut pn_transport_t, message: *const c_char) {
            let line = unsafe { CStr::from_ptr(message) };
            LINES.lock().unwrap().push(line.to_string_lossy().into_owned());
        }
        let mut driver = driver();
        unsafe {
            pn_transport_set_tracer(driver.transport, Some(tracer));
            pn_connection_driver_log(&raw mut driver, c"one".as_ptr());
            let long = std::ffi::CString::new("x".repeat(3000)).unwrap();
            crate::ffi::transport::pn_transport_log(driver.transport, long.as_ptr());
            let logger = crate::ffi::transport::pn_transport_logger(driver.transport);
            logger::pn_logger_set_mask(logger, 65535, 16);
            pn_connection_driver_next_event(&raw mut driver);
            let lines = LINES.lock().unwrap();
            assert_eq!((lines[0].as_str(), lines[1].len()), ("TRACE: one", "TRACE: ".len() + 2037));
            assert!(lines[2].starts_with("DEBUG: (PN_CONNECTION_INIT, pn_connection<"), "{}", lines[2]);
            drop(lines);
            pn_connection_driver_destroy(&raw mut driver);
        }
    }

    #[test]
    fn no_driver_does_nothing() {
        unsafe {
            assert!(pn_connection_driver_finished(null_mut()));
            assert!(pn_connection_driver_next_event(null_mut()).is_null());
            assert_eq!(pn_connection_driver_read_buffer(null_mut()).size, 0);
            pn_connection_driver_close(null_mut());
            pn_connection_driver_destroy(null_mut());
        }
    }
}
