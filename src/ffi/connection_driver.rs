//! `proton/connection_driver.h`: a connection, its transport and its collector as one unit.
//!
//! The unit lies in the application's memory. Bytes go through `driver`; this file adds what events have to do with
//! it: binding once the application has seen the first event, and the end after the last.

use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

use super::condition::pn_condition_t;
use super::connection::{pn_connection, pn_connection_collect, pn_connection_free, pn_connection_reset};
use super::error::PN_ARG_ERR;
use super::event::names::pn_event_type_t as events;
use super::event::{pn_collector, pn_collector_release, pn_collector_t, pn_event_t};
use super::logger::names::{pn_log_level_t as Level, pn_log_subsystem_t as Subsystem};
use super::logger::{log, wants};
use super::shell::{pn_connection_t, pn_transport_t};
use super::transport::{
    log_line, on_driver, pn_transport, pn_transport_bind, pn_transport_closed, pn_transport_condition,
    pn_transport_free, pn_transport_head_closed, pn_transport_logger, pn_transport_tail_closed,
    pn_transport_unbind,
};
use super::types::{pn_bytes_t, pn_rwbytes_t, va_list};
use crate::driver::Driver;
use crate::object::string::pn_string_t;
use crate::object::{call, collector, decref};

/// Everything one connection needs. A driver that is all zero has nothing and does nothing.
#[repr(C)]
pub struct pn_connection_driver_t {
    /// The connection.
    pub connection: *mut pn_connection_t,
    /// Its transport.
    pub transport: *mut pn_transport_t,
    /// Its events.
    pub collector: *mut pn_collector_t,
}

impl pn_connection_driver_t {
    const EMPTY: Self = Self { connection: null_mut(), transport: null_mut(), collector: null_mut() };
}

/// The transport of a driver, null for null.
///
/// # Safety
/// `d` is null or an initialized driver.
unsafe fn transport_of(d: *mut pn_connection_driver_t) -> *mut pn_transport_t {
    // SAFETY: passed on from the caller.
    unsafe { d.as_ref() }.map_or(null_mut(), |this| this.transport)
}

/// Runs `f` on the unit that a driver drives.
///
/// # Safety
/// `d` is null or an initialized driver that no other thread uses.
unsafe fn drive<R>(d: *mut pn_connection_driver_t, neutral: R, f: impl FnOnce(&mut Driver<'_>) -> R) -> R {
    // SAFETY: passed on from the caller.
    let transport = unsafe { transport_of(d) };
    // SAFETY: a driver's transport is null or live.
    unsafe { on_driver(transport, neutral, f) }
}

/// Fills a driver: with a connection and a transport, which are its own from now on, and a collector that the
/// connection's events go to. The two are not bound to each other before the first event was taken.
///
/// @param[out] d the memory of the driver
/// @param[in] connection a connection, NULL for a new one
/// @param[in] transport a transport, NULL for a new one
/// @return 0, or PN_ARG_ERR for a NULL driver
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_init(
    d: *mut pn_connection_driver_t,
    connection: *mut pn_connection_t,
    transport: *mut pn_transport_t,
) -> c_int {
    if d.is_null() {
        return PN_ARG_ERR;
    }
    let connection = if connection.is_null() { pn_connection() } else { connection };
    let transport = if transport.is_null() { pn_transport() } else { transport };
    let collector = pn_collector();
    // SAFETY: the caller lends the memory of a driver.
    unsafe { d.write(pn_connection_driver_t { connection, transport, collector }) };
    // SAFETY: both are live.
    unsafe { pn_connection_collect(connection, collector) };
    0
}

/// Binds connection and transport before the first event was taken. Otherwise that happens by itself.
///
/// @param[in] d a driver
/// @return 0; PN_STATE_ERR if either is bound already, PN_ARG_ERR if either is not there
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_bind(d: *mut pn_connection_driver_t) -> c_int {
    // SAFETY: the caller passes null or a driver.
    let Some(this) = (unsafe { d.as_ref() }) else { return PN_ARG_ERR };
    // SAFETY: what a driver has is null or live.
    unsafe { pn_transport_bind(this.transport, this.connection) }
}

/// Frees everything a driver has and empties it. Doing so again does nothing.
///
/// @param[in] d a driver, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_destroy(d: *mut pn_connection_driver_t) {
    if d.is_null() {
        return;
    }
    // SAFETY: the caller passes a driver.
    let was = unsafe { d.replace(pn_connection_driver_t::EMPTY) };
    // SAFETY: here and below, what a driver had is null or live, and it gives up its own references.
    unsafe { pn_collector_release(was.collector) };
    // SAFETY: as above.
    unsafe { pn_transport_unbind(was.transport) };
    // SAFETY: as above.
    unsafe { pn_connection_collect(was.connection, null_mut()) };
    // SAFETY: as above.
    unsafe { pn_transport_free(was.transport) };
    // SAFETY: as above.
    unsafe { pn_connection_free(was.connection) };
    // SAFETY: as above.
    unsafe { decref(was.collector) };
}

/// Takes the connection out of a driver, to be used with another one. The transport is closed and unbound first; it
/// and the events that are waiting stay with the driver.
///
/// @param[in] d a driver, or NULL
/// @return the connection, now the caller's, as if it had never been open; NULL if the driver has none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_release_connection(
    d: *mut pn_connection_driver_t,
) -> *mut pn_connection_t {
    // SAFETY: the caller passes null or a driver.
    let Some((connection, transport)) = (unsafe { d.as_ref() }).map(|this| (this.connection, this.transport))
    else {
        return null_mut();
    };
    if connection.is_null() {
        return null_mut();
    }
    // SAFETY: passed on from the caller.
    unsafe { pn_connection_driver_close(d) };
    // SAFETY: a driver's transport is null or live.
    unsafe { pn_transport_unbind(transport) };
    // SAFETY: the driver holds the connection, and passes its reference on.
    unsafe { pn_connection_collect(connection, null_mut()) };
    // SAFETY: as above.
    unsafe { pn_connection_reset(connection) };
    // SAFETY: the caller passes a driver.
    unsafe { (*d).connection = null_mut() };
    connection
}

/// Returns where bytes from the network can be put.
///
/// @param[in] d a driver, or NULL
/// @return the place, valid until the next call that moves bytes; {0, NULL} if there is no room or reading has ended
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_read_buffer(d: *mut pn_connection_driver_t) -> pn_rwbytes_t {
    // SAFETY: passed on from the caller.
    unsafe { pn_connection_driver_read_buffer_sized(d, 0) }
}

/// Returns where bytes from the network can be put, with room for many if possible.
///
/// @param[in] d a driver, or NULL
/// @param[in] n how much room is wanted; the largest frame that is taken limits it
/// @return the place, valid until the next call that moves bytes; {0, NULL} if there is no room or reading has ended
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_read_buffer_sized(
    d: *mut pn_connection_driver_t,
    n: usize,
) -> pn_rwbytes_t {
    let room = |driver: &mut Driver<'_>| match driver.room(n) {
        [] => pn_rwbytes_t::NULL,
        room => pn_rwbytes_t { size: room.len(), start: room.as_mut_ptr().cast() },
    };
    // SAFETY: the caller passes null or a driver.
    unsafe { drive(d, pn_rwbytes_t::NULL, room) }
}

/// Takes in bytes that were put into the read buffer.
///
/// @param[in] d a driver, or NULL
/// @param[in] n how many; 0 does nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_read_done(d: *mut pn_connection_driver_t, n: usize) {
    // SAFETY: the caller passes null or a driver.
    unsafe { drive(d, (), |driver| driver.read(n)) }
}

/// Says that the network will bring no more bytes.
///
/// @param[in] d a driver, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_read_close(d: *mut pn_connection_driver_t) {
    // SAFETY: the caller passes null or a driver.
    unsafe { drive(d, (), |driver| driver.read_close()) }
}

/// Tells whether reading has ended.
///
/// @param[in] d a driver, or NULL
/// @return true once it has, and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_read_closed(d: *mut pn_connection_driver_t) -> bool {
    // SAFETY: the caller passes null or a driver.
    let transport = unsafe { transport_of(d) };
    // SAFETY: a driver's transport is null or live.
    unsafe { pn_transport_tail_closed(transport) }
}

/// Produces what there is to say, and returns the bytes that wait for the network.
///
/// @param[in] d a driver, or NULL
/// @return the bytes, valid until the next call that moves bytes; {0, NULL} if there are none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_write_buffer(d: *mut pn_connection_driver_t) -> pn_bytes_t {
    let output = |driver: &mut Driver<'_>| lend(driver.output().unwrap_or_default());
    // SAFETY: the caller passes null or a driver.
    unsafe { drive(d, pn_bytes_t::NULL, output) }
}

/// Counts bytes of the write buffer as written.
///
/// @param[in] d a driver, or NULL
/// @param[in] n how many
/// @return the bytes that wait already, which may not be all there is to say; see pn_connection_driver_write_buffer()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_write_done(
    d: *mut pn_connection_driver_t,
    n: usize,
) -> pn_bytes_t {
    // SAFETY: the caller passes null or a driver.
    unsafe { drive(d, pn_bytes_t::NULL, |driver| lend(driver.written(n))) }
}

fn lend(bytes: &[u8]) -> pn_bytes_t {
    if bytes.is_empty() { pn_bytes_t::NULL } else { pn_bytes_t::lend(bytes) }
}

/// Says that the network takes no more bytes; those that wait are dropped.
///
/// @param[in] d a driver, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_write_close(d: *mut pn_connection_driver_t) {
    // SAFETY: the caller passes null or a driver.
    unsafe { drive(d, (), |driver| driver.write_close()) }
}

/// Tells whether writing has ended.
///
/// @param[in] d a driver, or NULL
/// @return true once it has, and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_write_closed(d: *mut pn_connection_driver_t) -> bool {
    // SAFETY: the caller passes null or a driver.
    let transport = unsafe { transport_of(d) };
    // SAFETY: a driver's transport is null or live.
    unsafe { pn_transport_head_closed(transport) }
}

/// Ends reading and writing at once.
///
/// @param[in] d a driver, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_close(d: *mut pn_connection_driver_t) {
    // SAFETY: the caller passes null or a driver.
    unsafe { drive(d, (), |driver| driver.close()) }
}

/// Takes the next event. What the driver does by itself it does here: it binds connection and transport once
/// PN_CONNECTION_INIT was handled, and gives no more events after PN_TRANSPORT_CLOSED.
///
/// @param[in] d a driver, or NULL
/// @return the event, valid until the next call; NULL if there is none now
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_next_event(d: *mut pn_connection_driver_t) -> *mut pn_event_t {
    // SAFETY: the caller passes null or a driver.
    let Some(events) = (unsafe { d.as_ref() }).map(|this| this.collector) else { return null_mut() };
    if events.is_null() {
        return null_mut();
    }
    // SAFETY: a driver's collector is live.
    let handled = unsafe { (*events).previous() };
    // SAFETY: the collector keeps the event it gave last.
    match unsafe { handled.as_ref() }.map(pn_event_t::kind) {
        Some(INIT) => {
            // SAFETY: passed on from the caller. Being bound already is as good.
            unsafe { pn_connection_driver_bind(d) };
        }
        // SAFETY: a driver's collector is live.
        Some(CLOSED) => unsafe { collector::release(events) },
        _ => {}
    }
    // SAFETY: as above.
    let event = unsafe { collector::next(events) };
    if !event.is_null() {
        // SAFETY: the collector keeps the event, and a driver's transport is null or live.
        unsafe { log_event(transport_of(d), event) };
    }
    event
}

const INIT: u32 = events::PN_CONNECTION_INIT as u32;
const CLOSED: u32 = events::PN_TRANSPORT_CLOSED as u32;

/// Writes an event to the log of a transport, if that wants to read of it.
///
/// # Safety
/// `transport` is null or live, `event` is live.
unsafe fn log_event(transport: *mut pn_transport_t, event: *mut pn_event_t) {
    let (subsystem, level) = (Subsystem::PN_SUBSYSTEM_EVENT as u32, Level::PN_LEVEL_DEBUG as u32);
    // SAFETY: passed on from the caller.
    let logger = unsafe { pn_transport_logger(transport) };
    // SAFETY: the logger is null or lives as long as its transport.
    if !unsafe { wants(logger, subsystem, level) } {
        return;
    }
    let mut text = pn_string_t::new(None);
    // SAFETY: the event and the string are live.
    unsafe { call::inspect(&raw const collector::EVENT_CLASS.0, event.cast(), &raw mut text) };
    let text = String::from_utf8_lossy(text.text().unwrap_or_default());
    // SAFETY: as above.
    unsafe { log(logger, subsystem, level, &text) };
}

/// Tells whether events wait to be taken.
///
/// @param[in] d a driver, or NULL
/// @return true if there are any; false without a connection and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_has_event(d: *mut pn_connection_driver_t) -> bool {
    // SAFETY: the caller passes null or a driver.
    let Some(this) = (unsafe { d.as_ref() }).filter(|this| !this.connection.is_null()) else { return false };
    // SAFETY: a driver's collector is null or live.
    unsafe { this.collector.as_ref() }.is_some_and(|events| !events.peek().is_null())
}

/// Tells whether all is over: reading and writing have ended, and no events wait.
///
/// @param[in] d a driver, or NULL
/// @return true if so, and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_finished(d: *mut pn_connection_driver_t) -> bool {
    // SAFETY: the caller passes null or a driver.
    let transport = unsafe { transport_of(d) };
    // SAFETY: a driver's transport is null or live.
    let closed = unsafe { pn_transport_closed(transport) };
    // SAFETY: passed on from the caller.
    closed && !unsafe { pn_connection_driver_has_event(d) }
}

unsafe extern "C" {
    /// Says what went wrong with the network, in the condition of the transport. Nothing else happens: the usual next
    /// step is pn_connection_driver_close().
    ///
    /// @param[in] d a driver, or NULL
    /// @param[in] name the name of the condition
    /// @param[in] fmt a printf format for its description, followed by the arguments; cut at 1023 bytes
    pub fn pn_connection_driver_errorf(
        d: *mut pn_connection_driver_t,
        name: *const c_char,
        fmt: *const c_char,
        ...
    );

    /// As pn_connection_driver_errorf(), with the arguments as a va_list.
    ///
    /// @param[in] d a driver, or NULL
    /// @param[in] name the name of the condition
    /// @param[in] fmt a printf format for its description
    /// @param[in] ap the arguments
    pub fn pn_connection_driver_verrorf(
        d: *mut pn_connection_driver_t,
        name: *const c_char,
        fmt: *const c_char,
        ap: va_list,
    );

    /// Writes a message made as by printf to the log of the transport, whatever its logger lets through.
    ///
    /// @param[in] d a driver; NULL means the default logger
    /// @param[in] fmt a printf format, followed by its arguments
    pub fn pn_connection_driver_logf(d: *mut pn_connection_driver_t, fmt: *const c_char, ...);

    /// Writes a message made as by vprintf to the log of the transport, whatever its logger lets through.
    ///
    /// @param[in] d a driver; NULL means the default logger
    /// @param[in] fmt a printf format
    /// @param[in] ap its arguments
    pub fn pn_connection_driver_vlogf(d: *mut pn_connection_driver_t, fmt: *const c_char, ap: va_list);
}

/// The condition that the formatting functions set.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_driver_condition(d: *mut pn_connection_driver_t) -> *mut pn_condition_t {
    // SAFETY: the caller passes null or a driver.
    let transport = unsafe { transport_of(d) };
    // SAFETY: a driver's transport is null or live.
    unsafe { pn_transport_condition(transport) }
}

/// Writes a message to the log of the transport, whatever its logger lets through.
///
/// @param[in] d a driver; NULL means the default logger
/// @param[in] msg the text, or NULL for nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_log(d: *mut pn_connection_driver_t, msg: *const c_char) {
    // SAFETY: the caller passes null or a driver.
    let transport = unsafe { transport_of(d) };
    // SAFETY: a driver's transport is null or live; the text is passed on from the caller.
    unsafe { log_line(transport, Subsystem::PN_SUBSYSTEM_IO, msg) }
}

/// Returns a place in a connection where an application can note the driver that it is in.
///
/// @param[in] connection a connection, or NULL
/// @return the place, which holds NULL at first; valid as long as the connection. NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_driver_ptr(
    connection: *mut pn_connection_t,
) -> *mut *mut pn_connection_driver_t {
    if connection.is_null() {
        return null_mut();
    }
    // SAFETY: the caller passes a live connection; only the place of the field is taken.
    unsafe { &raw mut (*connection).driver }
}
