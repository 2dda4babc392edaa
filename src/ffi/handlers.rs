//! `proton/handlers.h`: handlers that most programs with a reactor want.
//!
//! One answers the peer's opens and closes, one keeps receivers in credit, and one does input and output: it is what a
//! reactor waits in.

use std::ffi::{c_int, c_uint};

use super::cid::names::pn_cid_t as cid;
use super::connection::{
    PN_LOCAL_CLOSED, PN_LOCAL_UNINIT, pn_connection_close, pn_connection_open, pn_connection_state,
};
use super::event::names::pn_event_type_t as events;
use super::event::{
    context_of, pn_event_connection, pn_event_link, pn_event_session, pn_event_t, pn_event_transport,
    pn_event_type_t,
};
use super::handler_object::{self, pn_handler_t};
use super::link::{
    pn_link_close, pn_link_credit, pn_link_drained, pn_link_flow, pn_link_get_drain, pn_link_is_receiver,
    pn_link_open, pn_link_remote_source, pn_link_remote_target, pn_link_source, pn_link_state,
    pn_link_target,
};
use super::reactor::{pn_event_reactor, pn_reactor_t};
use super::reactor_net;
use super::reactor_object::quiesced;
use super::selectable::{
    on, pn_selectable_error, pn_selectable_expired, pn_selectable_get_deadline, pn_selectable_get_fd,
    pn_selectable_is_reading, pn_selectable_is_writing, pn_selectable_readable, pn_selectable_release,
    pn_selectable_t, pn_selectable_writable,
};
use super::session::{pn_session_close, pn_session_open, pn_session_state};
use super::shell::pn_link_t;
use super::terminus::pn_terminus_copy;
use super::types::pn_state_t;
use crate::object::{decref, incref};
use crate::sys::address::error_text;
use crate::sys::wait::{Watch, wait};

/// Answers the peer's opens and closes.
pub type pn_handshaker_t = pn_handler_t;

/// Keeps receivers in credit.
pub type pn_flowcontroller_t = pn_handler_t;

/// Does input and output.
pub type pn_iohandler_t = pn_handler_t;

/// Makes a handler that opens what the peer opens, links with the peer's termini, and closes what it closes.
///
/// @return the handler, to be freed with pn_handler_free() or passed on
#[unsafe(no_mangle)]
pub extern "C" fn pn_handshaker() -> *mut pn_handshaker_t {
    handler_object::new(Some(shake_hands), 0, None)
}

/// Makes a handler that keeps receivers at a credit, until one of them was drained.
///
/// @param[in] window the credit
/// @return the handler, to be freed with pn_handler_free() or passed on
#[unsafe(no_mangle)]
pub extern "C" fn pn_flowcontroller(window: c_int) -> *mut pn_flowcontroller_t {
    let handler = handler_object::new(Some(control_flow), size_of::<Flow>(), None);
    // SAFETY: the handler is fresh.
    let flow = unsafe { &mut *handler }.memory().cast::<Flow>();
    // SAFETY: the handler's memory is of that size, and aligned to 16.
    unsafe { flow.write(Flow { window, drained: 0 }) };
    handler
}

/// Makes a handler that connects, accepts, reads and writes for a reactor, and waits.
///
/// @return the handler, to be freed with pn_handler_free() or passed on
#[unsafe(no_mangle)]
pub extern "C" fn pn_iohandler() -> *mut pn_iohandler_t {
    handler_object::new(Some(do_io), 0, None)
}

const fn is(kind: pn_event_type_t, event: events) -> bool {
    kind == event as c_uint
}

const fn unopened(state: pn_state_t) -> bool {
    state & PN_LOCAL_UNINIT != 0
}

const fn unclosed(state: pn_state_t) -> bool {
    state & PN_LOCAL_CLOSED == 0
}

unsafe extern "C" fn shake_hands(_handler: *mut pn_handler_t, event: *mut pn_event_t, kind: pn_event_type_t) {
    // SAFETY: a handler gets a live event; what an event gives is live, and a null endpoint has no state.
    let connection = unsafe { pn_event_connection(event) };
    // SAFETY: as above.
    let session = unsafe { pn_event_session(event) };
    // SAFETY: as above.
    let link = unsafe { pn_event_link(event) };
    if is(kind, events::PN_CONNECTION_REMOTE_OPEN) {
        // SAFETY: as above.
        if unopened(unsafe { pn_connection_state(connection) }) {
            // SAFETY: as above.
            unsafe { pn_connection_open(connection) };
        }
    } else if is(kind, events::PN_SESSION_REMOTE_OPEN) {
        // SAFETY: as above.
        if unopened(unsafe { pn_session_state(session) }) {
            // SAFETY: as above.
            unsafe { pn_session_open(session) };
        }
    } else if is(kind, events::PN_LINK_REMOTE_OPEN) {
        // SAFETY: as above.
        unsafe { answer_attach(link) };
    } else if is(kind, events::PN_CONNECTION_REMOTE_CLOSE) {
        // SAFETY: as above.
        if unclosed(unsafe { pn_connection_state(connection) }) {
            // SAFETY: as above.
            unsafe { pn_connection_close(connection) };
        }
    } else if is(kind, events::PN_SESSION_REMOTE_CLOSE) {
        // SAFETY: as above.
        if unclosed(unsafe { pn_session_state(session) }) {
            // SAFETY: as above.
            unsafe { pn_session_close(session) };
        }
    } else if is(kind, events::PN_LINK_REMOTE_CLOSE) {
        // SAFETY: as above.
        if unclosed(unsafe { pn_link_state(link) }) {
            // SAFETY: as above.
            unsafe { pn_link_close(link) };
        }
    }
}

unsafe fn answer_attach(link: *mut pn_link_t) {
    // SAFETY: the caller passes a live link, whose termini live as long.
    if !unopened(unsafe { pn_link_state(link) }) {
        return;
    }
    // SAFETY: as above.
    let (source, remote_source) = (unsafe { pn_link_source(link) }, unsafe { pn_link_remote_source(link) });
    // SAFETY: as above.
    unsafe { pn_terminus_copy(source, remote_source) };
    // SAFETY: as above.
    let (target, remote_target) = (unsafe { pn_link_target(link) }, unsafe { pn_link_remote_target(link) });
    // SAFETY: as above.
    unsafe { pn_terminus_copy(target, remote_target) };
    // SAFETY: as above.
    unsafe { pn_link_open(link) };
}

/// The memory of a flow controller.
#[repr(C)]
struct Flow {
    window: c_int,
    /// How much credit drains have given back; once there is any, no more is given.
    drained: c_int,
}

unsafe extern "C" fn control_flow(handler: *mut pn_handler_t, event: *mut pn_event_t, kind: pn_event_type_t) {
    let concerned =
        [events::PN_LINK_LOCAL_OPEN, events::PN_LINK_REMOTE_OPEN, events::PN_LINK_FLOW, events::PN_DELIVERY];
    // SAFETY: a handler gets a live event.
    let link = unsafe { pn_event_link(event) };
    // SAFETY: what an event gives is live, and null is no receiver.
    if !concerned.into_iter().any(|event| is(kind, event)) || !unsafe { pn_link_is_receiver(link) } {
        return;
    }
    // SAFETY: a handler's function gets a live handler.
    let memory = unsafe { &mut *handler }.memory();
    // SAFETY: this function belongs to handlers that were made with such memory.
    let flow = unsafe { &mut *memory.cast::<Flow>() };
    // SAFETY: as above.
    flow.drained = flow.drained.saturating_add(unsafe { pn_link_drained(link) });
    if flow.drained == 0 {
        // SAFETY: as above.
        let missing = flow.window.saturating_sub(unsafe { pn_link_credit(link) });
        // SAFETY: as above.
        if missing > 0 && !unsafe { pn_link_get_drain(link) } {
            // SAFETY: as above.
            unsafe { pn_link_flow(link, missing) };
        }
    }
}

unsafe extern "C" fn do_io(_handler: *mut pn_handler_t, event: *mut pn_event_t, kind: pn_event_type_t) {
    // SAFETY: a handler gets a live event.
    let reactor = unsafe { pn_event_reactor(event) };
    if reactor.is_null() {
        return;
    }
    // SAFETY: as above; what an event gives is live.
    let connection = unsafe { pn_event_connection(event) };
    // SAFETY: as above.
    let transport = unsafe { pn_event_transport(event) };
    // SAFETY: as above.
    let selectable: *mut pn_selectable_t = unsafe { context_of(event, cid::CID_pn_selectable) };
    if is(kind, events::PN_SELECTABLE_INIT) {
        // SAFETY: as above.
        unsafe { watch(reactor, selectable) };
    } else if is(kind, events::PN_SELECTABLE_FINAL) {
        // SAFETY: as above.
        unsafe { unwatch(reactor, selectable) };
    } else if is(kind, events::PN_CONNECTION_LOCAL_OPEN) {
        // SAFETY: as above.
        unsafe { reactor_net::opened(reactor, connection) };
    } else if is(kind, events::PN_CONNECTION_BOUND) {
        // SAFETY: as above.
        unsafe { reactor_net::bound(reactor, connection, transport) };
    } else if is(kind, events::PN_TRANSPORT) {
        // SAFETY: as above.
        unsafe { reactor_net::transport_changed(transport) };
    } else if is(kind, events::PN_TRANSPORT_CLOSED) {
        // SAFETY: as above.
        unsafe { reactor_net::transport_closed(transport) };
    } else if is(kind, events::PN_REACTOR_QUIESCED) {
        // SAFETY: as above.
        unsafe { rest(reactor) };
    }
}

/// Begins to wait for a selectable.
unsafe fn watch(reactor: *mut pn_reactor_t, selectable: *mut pn_selectable_t) {
    // SAFETY: callers pass live objects.
    let watched = unsafe { &mut (*reactor).watched };
    if !watched.contains(&selectable) {
        // SAFETY: as above.
        unsafe { incref(selectable) };
        watched.push(selectable);
    }
}

/// Waits for a selectable no more, and lets go of it.
unsafe fn unwatch(reactor: *mut pn_reactor_t, selectable: *mut pn_selectable_t) {
    // SAFETY: callers pass live objects.
    let watched = unsafe { &mut (*reactor).watched };
    let Some(place) = watched.iter().position(|&known| known == selectable) else { return };
    watched.remove(place);
    // SAFETY: it was held for being watched.
    unsafe { pn_selectable_release(selectable) };
    // SAFETY: as above.
    unsafe { decref(selectable) };
}

/// Waits until something happens, and has it handled.
unsafe fn rest(reactor: *mut pn_reactor_t) {
    // SAFETY: callers pass a live reactor.
    if !unsafe { quiesced(reactor) } {
        return;
    }
    // SAFETY: as above.
    let timeout = u64::try_from(unsafe { (*reactor).timeout }).ok();
    // SAFETY: as above.
    unsafe { wait_for(reactor, timeout) };
    // SAFETY: as above.
    unsafe { (*reactor).yielding = true };
}

/// Waits until a selectable of a reactor is ready or expires, at most `timeout` milliseconds, for ever without one. Has
/// all that are called, and tells how many there were.
///
/// # Safety
/// `reactor` is live.
pub(super) unsafe fn wait_for(reactor: *mut pn_reactor_t, timeout: Option<u64>) -> usize {
    // SAFETY: passed on from the caller.
    let this = unsafe { &mut *reactor };
    let watched = this.watched.clone();
    let mut watches: Vec<Watch> = watched.iter().map(|&selectable| watch_of(selectable)).collect();
    let now = this.mark();
    let first = watched.iter().filter_map(|&selectable| deadline_of(selectable)).min();
    let until_first = first.map(|deadline| u64::try_from(deadline.saturating_sub(now)).unwrap_or_default());
    let timeout = match (timeout, until_first) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    if let Err(error) = wait(&mut watches, timeout) {
        this.error.set(super::error::PN_ERR, &format!("poll: {}", error_text(&error)));
    }
    let now = this.mark();
    for &selectable in &watched {
        // SAFETY: it is watched, so it is held; a callback before it may end it, not free it.
        unsafe { incref(selectable) };
    }
    let mut ready = 0;
    for (&selectable, found) in watched.iter().zip(&watches) {
        // SAFETY: it is held.
        ready += usize::from(unsafe { tell(selectable, found, now) });
    }
    for &selectable in &watched {
        // SAFETY: the reference taken above.
        unsafe { decref(selectable) };
    }
    ready
}

/// Calls what a selectable has for what was found, and tells whether there was anything.
unsafe fn tell(selectable: *mut pn_selectable_t, found: &Watch, now: i64) -> bool {
    let expired = deadline_of(selectable).is_some_and(|deadline| deadline <= now);
    if found.read {
        // SAFETY: the caller holds the selectable.
        unsafe { pn_selectable_readable(selectable) };
    }
    if found.write {
        // SAFETY: as above.
        unsafe { pn_selectable_writable(selectable) };
    }
    if expired {
        // SAFETY: as above.
        unsafe { pn_selectable_expired(selectable) };
    }
    if found.failed {
        // SAFETY: as above.
        unsafe { pn_selectable_error(selectable) };
    }
    found.read || found.write || found.failed || expired
}

fn watch_of(selectable: *mut pn_selectable_t) -> Watch {
    // SAFETY: a watched selectable is held.
    let ended = unsafe { on(selectable, true, |sel| sel.is_terminal()) };
    // SAFETY: as above.
    let fd = if ended { -1 } else { unsafe { pn_selectable_get_fd(selectable) } };
    // SAFETY: as above.
    let reading = unsafe { pn_selectable_is_reading(selectable) };
    // SAFETY: as above.
    let writing = unsafe { pn_selectable_is_writing(selectable) };
    Watch::new(fd, reading, writing)
}

fn deadline_of(selectable: *mut pn_selectable_t) -> Option<i64> {
    // SAFETY: a watched selectable is held.
    Some(unsafe { pn_selectable_get_deadline(selectable) }).filter(|&deadline| deadline != 0)
}
