//! Calls from C into the engine: NULL checks, borrows, and what follows a call, each written once.
//!
//! Every exported function is one expression on a helper that takes a closure. The helper gives a neutral value for
//! NULL and for objects whose slot is gone, lends the engine to the closure for just that long, and settles events
//! and lifetimes afterwards. A panic on the paths that wire bytes take fails the one transport it happened on.

use std::ffi::c_int;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::connection::{
    PN_LOCAL_ACTIVE, PN_LOCAL_CLOSED, PN_LOCAL_MASK, PN_LOCAL_UNINIT, PN_REMOTE_ACTIVE, PN_REMOTE_CLOSED,
    PN_REMOTE_MASK, PN_REMOTE_UNINIT,
};
use super::error::{PN_ABORTED, PN_ARG_ERR, PN_EOS, PN_STATE_ERR, pn_error_t};
use super::logger;
use super::logger::names::{pn_log_level_t as Levels, pn_log_subsystem_t as Subsystems};
use super::settle::settle_if_needed;
use super::shell::{hold, let_go, pn_connection_t, pn_delivery_t, pn_link_t, pn_session_t, pn_transport_t};
use super::types::pn_state_t;
use crate::engine::{Connection, DeliveryKey, EndpointState, Half, LinkKey, Misuse, SessionKey};
use crate::transport::{Tracing, Transport};

/// Runs `f` on the engine of a connection.
///
/// # Safety
/// `connection` is null or live, and no other thread uses its tree. It may be gone afterwards if nobody holds it.
#[inline]
pub(super) unsafe fn on_connection<R>(
    connection: *mut pn_connection_t,
    neutral: R,
    f: impl FnOnce(&mut Connection) -> R,
) -> R {
    if connection.is_null() {
        return neutral;
    }
    // SAFETY: the caller passes a live connection; the borrow ends before anything else runs.
    let result = f(unsafe { &mut (*connection).engine });
    // SAFETY: as above.
    unsafe { settle_if_needed(connection) };
    result
}

/// Runs `f` on the engine and the key of a session.
///
/// # Safety
/// `session` is null or live, as for [`on_connection`].
#[inline]
pub(super) unsafe fn on_session<R>(
    session: *mut pn_session_t,
    neutral: R,
    f: impl FnOnce(&mut Connection, SessionKey) -> R,
) -> R {
    // SAFETY: the caller passes null or a live session.
    let Some(this) = (unsafe { session.as_ref() }) else { return neutral };
    let (connection, key) = (this.connection, this.key);
    // SAFETY: a session lives no longer than its connection.
    unsafe { on_connection(connection, neutral, |engine| f(engine, key)) }
}

/// Runs `f` on the engine and the key of a link.
///
/// # Safety
/// `link` is null or live, as for [`on_connection`].
#[inline]
pub(super) unsafe fn on_link<R>(
    link: *mut pn_link_t,
    neutral: R,
    f: impl FnOnce(&mut Connection, LinkKey) -> R,
) -> R {
    // SAFETY: the caller passes null or a live link.
    let Some(this) = (unsafe { link.as_ref() }) else { return neutral };
    let (connection, key) = (this.connection, this.key);
    // SAFETY: a link lives no longer than its connection.
    if unsafe { (*connection).engine.links.get(key) }.is_none() {
        return neutral;
    }
    // SAFETY: as above.
    unsafe { on_connection(connection, neutral, |engine| f(engine, key)) }
}

/// Runs `f` on the engine and the key of a delivery; the object of one that has ended gives the neutral value.
///
/// # Safety
/// `delivery` is null, live or spare, as for [`on_connection`].
#[inline]
pub(super) unsafe fn on_delivery<R>(
    delivery: *mut pn_delivery_t,
    neutral: R,
    f: impl FnOnce(&mut Connection, DeliveryKey) -> R,
) -> R {
    // SAFETY: the caller passes null, a live or a spare delivery.
    let Some(this) = (unsafe { delivery.as_ref() }) else { return neutral };
    let (connection, key) = (this.connection, this.key);
    // SAFETY: a delivery lives no longer than its connection.
    if unsafe { (*connection).engine.deliveries.get(key) }.is_none() {
        return neutral;
    }
    // SAFETY: as above.
    unsafe { on_connection(connection, neutral, |engine| f(engine, key)) }
}

/// Runs `f` on a transport alone: settings and what can be read.
///
/// # Safety
/// `transport` is null or live, and no other thread uses its tree.
#[inline]
pub(super) unsafe fn on_transport<R>(
    transport: *mut pn_transport_t,
    neutral: R,
    f: impl FnOnce(&mut Transport) -> R,
) -> R {
    if transport.is_null() {
        return neutral;
    }
    // SAFETY: the caller passes a live transport; the borrow ends before anything else runs.
    let result = f(unsafe { &mut (*transport).engine });
    // SAFETY: as above.
    unsafe { write_trace(transport) };
    result
}

/// Runs `f` on a transport and the connection bound to it, if any: the paths that wire bytes take. A panic there
/// fails this transport and gives the neutral value; the process lives on.
///
/// # Safety
/// As for [`on_transport`]. Neither side goes during the call.
#[inline]
pub(super) unsafe fn on_wire<R>(
    transport: *mut pn_transport_t,
    neutral: R,
    f: impl FnOnce(&mut Transport, Option<&mut Connection>) -> R,
) -> R {
    if transport.is_null() {
        return neutral;
    }
    // SAFETY: the caller passes a live transport, and its connection lives while it is bound.
    let connection = unsafe { (*transport).connection };
    // SAFETY: as above; the two engines are different objects, borrowed until the closure has ended.
    let wire = unsafe { &mut (*transport).engine };
    // SAFETY: as above; null is no connection.
    let engine = unsafe { connection.as_mut() }.map(|this| &mut this.engine);
    // SAFETY: as above.
    let logger = unsafe { &raw mut (*transport).logger };
    // SAFETY: as above.
    wire.set_tracing(unsafe { tracing_of(logger) });
    let result = catch_unwind(AssertUnwindSafe(|| f(wire, engine))).unwrap_or_else(|_| {
        // SAFETY: as above; the borrows of the closure ended with it.
        unsafe { fail(transport, connection) };
        neutral
    });
    // SAFETY: as above.
    if unsafe { (*transport).engine.has_ask() } {
        // SAFETY: as above; the program's code may unbind the connection, so what follows looks for it anew.
        unsafe { follow_questions(transport) };
    } else {
        // SAFETY: as above.
        unsafe { follow_up(transport, connection) };
    }
    result
}

/// What follows a call on the wire that a program's SASL implementation has to be asked about.
///
/// # Safety
/// `transport` is live and not borrowed.
#[cold]
unsafe fn follow_questions(transport: *mut pn_transport_t) {
    // SAFETY: passed on from the caller; it is held for as long as the program's code runs.
    unsafe { hold(transport) };
    // SAFETY: as above.
    unsafe { super::sasl_plugin::answer(transport) };
    // SAFETY: as above.
    let connection = unsafe { (*transport).connection };
    // SAFETY: as above; a transport's connection is live.
    unsafe { follow_up(transport, connection) };
    // SAFETY: as above.
    unsafe { let_go(transport) };
}

/// What follows a call on the wire: trace lines go to the log, events to the collector. A sink of the program's own
/// may end the connection meanwhile.
///
/// # Safety
/// `transport` is live, `connection` null or bound to it.
#[inline]
unsafe fn follow_up(transport: *mut pn_transport_t, connection: *mut pn_connection_t) {
    // SAFETY: passed on from the caller.
    let traced = unsafe { (*transport).engine.has_trace() };
    if connection.is_null() {
        if traced {
            // SAFETY: passed on from the caller.
            unsafe { write_trace(transport) };
        }
        return;
    }
    if !traced {
        // SAFETY: passed on from the caller.
        return unsafe { settle_if_needed(connection) };
    }
    // SAFETY: passed on from the caller; both are held for as long as the program's sink runs.
    unsafe { hold(connection) };
    // SAFETY: as above.
    unsafe { write_trace(transport) };
    // SAFETY: as above.
    unsafe { settle_if_needed(connection) };
    // SAFETY: as above.
    unsafe { let_go(connection) };
}

/// # Safety
/// `transport` is live, `connection` null or bound to it.
#[cold]
unsafe fn fail(transport: *mut pn_transport_t, connection: *mut pn_connection_t) {
    // SAFETY: passed on from the caller.
    let engine = if connection.is_null() { None } else { Some(unsafe { &mut (*connection).engine }) };
    // SAFETY: passed on from the caller.
    unsafe { &mut (*transport).engine }.fail_internally(engine);
}

/// What the transport's logger wants to hear.
///
/// # Safety
/// `logger` is live.
#[inline]
unsafe fn tracing_of(logger: *mut logger::pn_logger_t) -> Tracing {
    let finest = Levels::PN_LEVEL_FRAME as u32 | Levels::PN_LEVEL_RAW as u32 | Levels::PN_LEVEL_DEBUG as u32;
    // SAFETY: passed on from the caller.
    if !unsafe { logger::wants(logger, Subsystems::PN_SUBSYSTEM_ALL as _, finest) } {
        return Tracing::default();
    }
    // SAFETY: passed on from the caller.
    let wants =
        |subsystem: Subsystems, level: Levels| unsafe { logger::wants(logger, subsystem as _, level as _) };
    Tracing {
        frames: wants(Subsystems::PN_SUBSYSTEM_AMQP, Levels::PN_LEVEL_FRAME),
        marks: wants(Subsystems::PN_SUBSYSTEM_ALL, Levels::PN_LEVEL_FRAME),
        raw: wants(Subsystems::PN_SUBSYSTEM_IO, Levels::PN_LEVEL_RAW),
        debug: wants(Subsystems::PN_SUBSYSTEM_IO, Levels::PN_LEVEL_DEBUG),
    }
}

/// Writes the lines that the transport has queued for its log. The sink may be a program's own and may call back.
///
/// # Safety
/// `transport` is live and not borrowed.
pub(super) unsafe fn write_trace(transport: *mut pn_transport_t) {
    // SAFETY: passed on from the caller.
    let lines = unsafe { (*transport).engine.take_trace() };
    if lines.is_empty() {
        return;
    }
    // SAFETY: passed on from the caller; the sink must not end the transport under its own log.
    unsafe { hold(transport) };
    for line in lines {
        let (subsystem, level) = (line.subsystem as _, line.level as _);
        // SAFETY: as above.
        let logger = unsafe { &raw mut (*transport).logger };
        // SAFETY: as above.
        if unsafe { logger::wants(logger, subsystem, level) } {
            // SAFETY: as above.
            unsafe { super::transport::write_log(transport, subsystem, level, &line.text) };
        }
    }
    // SAFETY: as above.
    unsafe { let_go(transport) };
}

/// The bits that C knows an endpoint's state by.
pub(super) const fn state_bits(state: EndpointState) -> pn_state_t {
    let local = match state.local {
        Half::Uninit => PN_LOCAL_UNINIT,
        Half::Active => PN_LOCAL_ACTIVE,
        Half::Closed => PN_LOCAL_CLOSED,
    };
    let remote = match state.remote {
        Half::Uninit => PN_REMOTE_UNINIT,
        Half::Active => PN_REMOTE_ACTIVE,
        Half::Closed => PN_REMOTE_CLOSED,
    };
    local | remote
}

/// Whether a state fits a mask: any bit of a mask for one side, exactly a mask for both (spec/engine.md section 1.1).
pub(super) const fn matches_state(state: EndpointState, mask: pn_state_t) -> bool {
    let bits = state_bits(state);
    if mask & PN_LOCAL_MASK != 0 && mask & PN_REMOTE_MASK != 0 {
        bits == mask
    } else {
        mask == 0 || bits & mask != 0
    }
}

/// The error number for what a caller did wrong.
pub(super) const fn misuse_code(misuse: Misuse) -> c_int {
    match misuse {
        Misuse::EndOfStream => PN_EOS,
        Misuse::State => PN_STATE_ERR,
        Misuse::Argument => PN_ARG_ERR,
        Misuse::Aborted => PN_ABORTED,
    }
}

/// The error object of endpoints, which is never set.
pub(super) fn no_error() -> *mut pn_error_t {
    struct NoError(pn_error_t);
    // SAFETY: the error is only ever read; C is told not to write to it.
    unsafe impl Sync for NoError {}
    static NO_ERROR: NoError = NoError(pn_error_t::new());
    (&raw const NO_ERROR.0).cast_mut()
}
