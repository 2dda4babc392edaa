//! `proton/reactor.h`: reactors, handlers, timers and acceptors, which are older than the proactor.
//!
//! What they are and do is in `reactor_object`, `handler_object`, `reactor_timer` and `reactor_net`; this file gives them
//! their C names.

use std::ffi::{c_char, c_int, c_uint, c_void};
use std::ptr::{null, null_mut};

use super::cid::names::pn_cid_t as cid;
use super::collections::pn_list_t;
use super::connection::{pn_connection, pn_connection_attachments, pn_connection_collect};
use super::delivery::pn_delivery_link;
use super::error::{PN_ARG_ERR, pn_error_t};
use super::event::{
    pn_collector_release, pn_collector_t, pn_event_attachments, pn_event_class, pn_event_context, pn_event_t,
    pn_event_type_t,
};
use super::handler_object;
use super::handlers::pn_iohandler;
use super::link::pn_link_session;
use super::object::{pn_class_t, pn_record_t};
use super::reactor_net::{self, Key};
use super::reactor_object::{self, belong, owner, root_key};
use super::reactor_timer;
use super::selectable::{pn_selectable_attachments, pn_selectable_t};
use super::session::pn_session_connection;
use super::shell::pn_connection_t;
use super::ssl::pn_ssl_domain_t;
use super::transport::{pn_transport_attachments, pn_transport_connection};
use super::types::{pn_millis_t, pn_timestamp_t};
use super::url::{pn_url, pn_url_set_host, pn_url_set_port, pn_url_str, pn_url_t};
use crate::object::{decref, incref};

pub use super::handler_object::pn_handler_t;
pub use super::reactor_object::pn_reactor_t;
pub use super::reactor_timer::{pn_task_t, pn_timer_t};

/// What accepts connections for a reactor: a selectable under another name.
///
/// cbindgen:ignore
pub struct pn_acceptor_t {
    _facet: (),
}

/// Makes a handler.
///
/// @param[in] dispatch what is called for every event, or NULL
/// @return the handler, to be freed with pn_handler_free() or passed on
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_handler(
    dispatch: Option<unsafe extern "C" fn(*mut pn_handler_t, *mut pn_event_t, pn_event_type_t)>,
) -> *mut pn_handler_t {
    handler_object::new(dispatch, 0, None)
}

/// Makes a handler with memory of its own.
///
/// @param[in] dispatch what is called for every event, or NULL
/// @param[in] size bytes of memory, at first zero; see pn_handler_mem()
/// @param[in] finalize what is called before the handler goes, or NULL
/// @return the handler, to be freed with pn_handler_free() or passed on
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_handler_new(
    dispatch: Option<unsafe extern "C" fn(*mut pn_handler_t, *mut pn_event_t, pn_event_type_t)>,
    size: usize,
    finalize: Option<unsafe extern "C" fn(*mut pn_handler_t)>,
) -> *mut pn_handler_t {
    handler_object::new(dispatch, size, finalize)
}

/// Gives up a handler, and with it the references that its maker has left to its children: those that pn_handler_add()
/// did not take.
///
/// @param[in] handler a handler, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_handler_free(handler: *mut pn_handler_t) {
    if !handler.is_null() {
        // SAFETY: the caller gives up its reference to a live handler.
        unsafe { handler_object::give_up(handler) };
    }
}

/// Gives the memory of a handler.
///
/// @param[in] handler a handler, or NULL
/// @return the memory, as aligned as anything needs it, valid as long as the handler; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_handler_mem(handler: *mut pn_handler_t) -> *mut c_void {
    // SAFETY: the caller passes null or a live handler.
    unsafe { handler.as_mut() }.map_or(null_mut(), pn_handler_t::memory)
}

/// Adds a child: it sees every event after its parent and the children before it.
///
/// @param[in] handler a handler, or NULL
/// @param[in] child the child, which is held, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_handler_add(handler: *mut pn_handler_t, child: *mut pn_handler_t) {
    if !handler.is_null() && !child.is_null() {
        // SAFETY: the caller passes live handlers.
        unsafe { handler_object::add(handler, child) };
    }
}

/// Lets go of all children.
///
/// @param[in] handler a handler, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_handler_clear(handler: *mut pn_handler_t) {
    if !handler.is_null() {
        // SAFETY: the caller passes a live handler.
        unsafe { handler_object::clear(handler) };
    }
}

/// Shows an event to a handler and its children.
///
/// @param[in] handler a handler, or NULL
/// @param[in] event the event
/// @param[in] type its type
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_handler_dispatch(
    handler: *mut pn_handler_t,
    event: *mut pn_event_t,
    r#type: pn_event_type_t,
) {
    if !handler.is_null() {
        // SAFETY: the caller passes a live handler and a live event.
        unsafe { handler_object::dispatch(handler, event, r#type) };
    }
}

/// Makes a reactor with an empty handler, whose global handler is pn_iohandler().
///
/// @return the reactor, to be freed with pn_reactor_free(); NULL if the system has no descriptors left
#[unsafe(no_mangle)]
pub extern "C" fn pn_reactor() -> *mut pn_reactor_t {
    reactor_object::new(pn_iohandler())
}

/// Gives the record for the program's own data on a reactor.
///
/// @param[in] reactor a reactor, or NULL
/// @return a record that lives as long as the reactor; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_attachments(reactor: *mut pn_reactor_t) -> *mut pn_record_t {
    // SAFETY: the caller passes null or a live reactor.
    unsafe { on(reactor, null_mut(), |this| this.record) }
}

/// Returns how long a reactor may wait for something to happen.
///
/// @param[in] reactor a reactor, or NULL
/// @return milliseconds; as a negative number, any time
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_get_timeout(reactor: *mut pn_reactor_t) -> pn_millis_t {
    // SAFETY: the caller passes null or a live reactor.
    unsafe { on(reactor, 0, |this| this.timeout.cast_unsigned()) }
}

/// Sets how long a reactor may wait for something to happen.
///
/// @param[in] reactor a reactor, or NULL
/// @param[in] timeout milliseconds, at first 0: not at all; -1 for any time
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_set_timeout(reactor: *mut pn_reactor_t, timeout: pn_millis_t) {
    // SAFETY: the caller passes null or a live reactor.
    unsafe { on(reactor, (), |this| this.timeout = timeout.cast_signed()) }
}

/// Takes the time.
///
/// @param[in] reactor a reactor, or NULL
/// @return milliseconds since the start of 1970, by a clock that is not set while the reactor lives
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_mark(reactor: *mut pn_reactor_t) -> pn_timestamp_t {
    // SAFETY: the caller passes null or a live reactor.
    unsafe { on(reactor, 0, pn_reactor_t::mark) }
}

/// Returns the time that was taken last, by pn_reactor_mark(), pn_reactor_process() or after a wait.
///
/// @param[in] reactor a reactor, or NULL
/// @return as pn_reactor_mark()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_now(reactor: *mut pn_reactor_t) -> pn_timestamp_t {
    // SAFETY: the caller passes null or a live reactor.
    unsafe { on(reactor, 0, |this| this.now) }
}

/// Has pn_reactor_process() return before the next event.
///
/// @param[in] reactor a reactor, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_yield(reactor: *mut pn_reactor_t) {
    // SAFETY: the caller passes null or a live reactor.
    unsafe { on(reactor, (), |this| this.yielding = true) }
}

/// Ends a wait that goes on, or the next one. The only function that another thread may call.
///
/// @param[in] reactor a reactor, or NULL
/// @return 0; PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_wakeup(reactor: *mut pn_reactor_t) -> c_int {
    // SAFETY: the caller passes null or a live reactor; nothing but the bell is touched.
    let Some(bell) = (unsafe { reactor_object::bell_of(reactor) }) else { return PN_ARG_ERR };
    bell.ring();
    0
}

/// Has a reactor start.
///
/// @param[in] reactor a reactor, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_start(reactor: *mut pn_reactor_t) {
    if !reactor.is_null() {
        // SAFETY: the caller passes a live reactor.
        unsafe { reactor_object::start(reactor) };
    }
}

/// Tells whether nothing is queued, besides PN_REACTOR_QUIESCED.
///
/// @param[in] reactor a reactor, or NULL
/// @return true if nothing is
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_quiesced(reactor: *mut pn_reactor_t) -> bool {
    // SAFETY: the caller passes null or a live reactor.
    reactor.is_null() || unsafe { reactor_object::quiesced(reactor) }
}

/// Shows events to handlers, and waits for more where the I/O handler does.
///
/// @param[in] reactor a reactor, or NULL
/// @return true while there is more to do; after false, one more call shows PN_REACTOR_FINAL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_process(reactor: *mut pn_reactor_t) -> bool {
    // SAFETY: the caller passes null or a live reactor.
    !reactor.is_null() && unsafe { reactor_object::process(reactor) }
}

/// Has a reactor end as soon as nothing is queued, whatever else it has.
///
/// @param[in] reactor a reactor, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_stop(reactor: *mut pn_reactor_t) {
    // SAFETY: the caller passes null or a live reactor.
    unsafe { on(reactor, (), |this| this.stopped = true) }
}

/// Starts a reactor and has it work until there is nothing left to do.
///
/// @param[in] reactor a reactor, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_run(reactor: *mut pn_reactor_t) {
    if reactor.is_null() {
        return;
    }
    // SAFETY: the caller passes a live reactor; a handler may let go of it.
    unsafe { incref(reactor) };
    // SAFETY: it is held.
    unsafe { pn_reactor_set_timeout(reactor, RUN_TIMEOUT) };
    // SAFETY: as above.
    unsafe { pn_reactor_start(reactor) };
    // SAFETY: as above.
    while unsafe { pn_reactor_process(reactor) } {}
    // SAFETY: as above.
    unsafe { pn_reactor_process(reactor) };
    // SAFETY: as above.
    let collector = unsafe { reactor_object::collector_of(reactor) };
    // SAFETY: the reactor holds its collector.
    unsafe { pn_collector_release(collector) };
    // SAFETY: the reference taken above.
    unsafe { decref(reactor) };
}

/// Frees a reactor, with all connections and selectables that nobody else holds, and gives up its handler as
/// pn_handler_free() does.
///
/// @param[in] reactor a reactor, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_free(reactor: *mut pn_reactor_t) {
    if reactor.is_null() {
        return;
    }
    // SAFETY: the caller passes a live reactor.
    let this = unsafe { &mut *reactor };
    let (collector, handler) = (this.collector, std::mem::replace(&mut this.handler, null_mut()));
    // SAFETY: the reactor holds its collector.
    unsafe { pn_collector_release(collector) };
    // SAFETY: the reactor held its handler.
    unsafe { pn_handler_free(handler) };
    // SAFETY: the caller gives up its reference.
    unsafe { decref(reactor) };
}

/// Returns where a reactor's events are queued.
///
/// @param[in] reactor a reactor, or NULL
/// @return the collector, held by the reactor; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_collector(reactor: *mut pn_reactor_t) -> *mut pn_collector_t {
    // SAFETY: the caller passes null or a live reactor.
    unsafe { on(reactor, null_mut(), |this| this.collector) }
}

/// Returns the error of the last attempt to listen or to accept.
///
/// @param[in] reactor a reactor, or NULL
/// @return the error, valid as long as the reactor; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_error(reactor: *mut pn_reactor_t) -> *mut pn_error_t {
    // SAFETY: the caller passes null or a live reactor.
    unsafe { on(reactor, null_mut(), |this| &raw mut this.error) }
}

/// Returns the handler for events of objects that have no handler of their own.
///
/// @param[in] reactor a reactor, or NULL
/// @return the handler, held by the reactor; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_get_handler(reactor: *mut pn_reactor_t) -> *mut pn_handler_t {
    // SAFETY: the caller passes null or a live reactor.
    unsafe { on(reactor, null_mut(), |this| this.handler) }
}

/// Sets the handler for events of objects that have no handler of their own.
///
/// @param[in] reactor a reactor, or NULL
/// @param[in] handler the handler, which is held, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_set_handler(reactor: *mut pn_reactor_t, handler: *mut pn_handler_t) {
    // SAFETY: the caller passes null or a live reactor and handler.
    unsafe { exchange(reactor, |this| &mut this.handler, handler) }
}

/// Returns the handler that sees every event after the handler it is for: input and output.
///
/// @param[in] reactor a reactor, or NULL
/// @return the handler, held by the reactor; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_get_global_handler(reactor: *mut pn_reactor_t) -> *mut pn_handler_t {
    // SAFETY: the caller passes null or a live reactor.
    unsafe { on(reactor, null_mut(), |this| this.global) }
}

/// Sets the handler that sees every event after the handler it is for: input and output.
///
/// @param[in] reactor a reactor, or NULL
/// @param[in] handler the handler, which is held, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_set_global_handler(
    reactor: *mut pn_reactor_t,
    handler: *mut pn_handler_t,
) {
    // SAFETY: the caller passes null or a live reactor and handler.
    unsafe { exchange(reactor, |this| &mut this.global, handler) }
}

/// Returns the connections and selectables that a reactor has.
///
/// @param[in] reactor a reactor, or NULL
/// @return the list, held by the reactor; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_children(reactor: *mut pn_reactor_t) -> *mut pn_list_t {
    // SAFETY: the caller passes null or a live reactor.
    unsafe { on(reactor, null_mut(), |this| this.children) }
}

/// Makes a selectable that a reactor waits for. Unless other callbacks are set, it reports by events.
///
/// @param[in] reactor a reactor
/// @return the selectable, held by the reactor until it has ended; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_selectable(reactor: *mut pn_reactor_t) -> *mut pn_selectable_t {
    if reactor.is_null() {
        return null_mut();
    }
    // SAFETY: the caller passes a live reactor.
    unsafe { reactor_object::new_selectable(reactor) }
}

/// Applies what was changed on a selectable. A terminated one has its last event then.
///
/// @param[in] reactor a reactor, or NULL
/// @param[in] selectable a selectable of the reactor, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_update(reactor: *mut pn_reactor_t, selectable: *mut pn_selectable_t) {
    if !reactor.is_null() {
        // SAFETY: the caller passes a live reactor, and null or a live selectable.
        unsafe { reactor_object::update(reactor, selectable) };
    }
}

/// Listens for connections.
///
/// @param[in] reactor a reactor
/// @param[in] host the host to listen on; NULL for every network this host is on
/// @param[in] port the port
/// @param[in] handler the handler of the connections, which is held; NULL for the reactor's
/// @return the acceptor, held by the reactor until it has ended; NULL if it cannot be, see pn_reactor_error()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_acceptor(
    reactor: *mut pn_reactor_t,
    host: *const c_char,
    port: *const c_char,
    handler: *mut pn_handler_t,
) -> *mut pn_acceptor_t {
    if reactor.is_null() {
        return null_mut();
    }
    // SAFETY: the caller passes a live reactor, null or texts, and null or a live handler.
    unsafe { reactor_net::listen(reactor, host, port, handler) }.cast()
}

/// Makes a connection, which goes to its host when it is opened.
///
/// @param[in] reactor a reactor
/// @param[in] handler the handler of its events, which is held; NULL for the reactor's
/// @return the connection, held by the reactor until it has ended; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_connection(
    reactor: *mut pn_reactor_t,
    handler: *mut pn_handler_t,
) -> *mut pn_connection_t {
    if reactor.is_null() {
        return null_mut();
    }
    let connection = pn_connection();
    // SAFETY: the connection is fresh.
    let record = unsafe { pn_connection_attachments(connection) };
    // SAFETY: the caller passes null or a live handler.
    unsafe { handler_object::attach(record, handler) };
    // SAFETY: the caller passes a live reactor.
    unsafe { belong(record, reactor) };
    // SAFETY: as above.
    let collector = unsafe { reactor_object::collector_of(reactor) };
    // SAFETY: the reactor holds its collector.
    unsafe { pn_connection_collect(connection, collector) };
    // SAFETY: as above.
    unsafe { reactor_object::add_child(reactor, connection.cast()) };
    // SAFETY: the list holds it now.
    unsafe { decref(connection) };
    connection
}

/// Makes a connection to a host.
///
/// @param[in] reactor a reactor
/// @param[in] host the host
/// @param[in] port the port, a number or the name of a service
/// @param[in] handler the handler of its events, which is held; NULL for the reactor's
/// @return as pn_reactor_connection()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_connection_to_host(
    reactor: *mut pn_reactor_t,
    host: *const c_char,
    port: *const c_char,
    handler: *mut pn_handler_t,
) -> *mut pn_connection_t {
    // SAFETY: the caller passes null or live objects.
    let connection = unsafe { pn_reactor_connection(reactor, handler) };
    // SAFETY: the reactor holds the connection.
    unsafe { pn_reactor_set_connection_host(reactor, connection, host, port) };
    connection
}

/// Sets where a connection goes when it is opened. One that was accepted keeps its address.
///
/// @param[in] reactor the reactor of the connection
/// @param[in] connection a connection, or NULL
/// @param[in] host the host; NULL to go by pn_connection_set_hostname()
/// @param[in] port the port, a number or the name of a service; NULL for 5672
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_set_connection_host(
    reactor: *mut pn_reactor_t,
    connection: *mut pn_connection_t,
    host: *const c_char,
    port: *const c_char,
) {
    let _ = reactor;
    // SAFETY: the caller passes null or a live connection.
    if connection.is_null() || !unsafe { pn_connection_acceptor(connection) }.is_null() {
        return;
    }
    let url = pn_url();
    // SAFETY: the URL is fresh, and the caller passes null or a text.
    unsafe { pn_url_set_host(url, host) };
    // SAFETY: as above.
    unsafe { pn_url_set_port(url, port) };
    // SAFETY: the caller passes a live connection.
    let record = unsafe { pn_connection_attachments(connection) };
    // SAFETY: the record is the connection's.
    unsafe { Key::Address.set(record, url) };
    // SAFETY: the record holds it now.
    unsafe { decref(url) };
}

/// Returns where a connection goes, or for one that was accepted, where it came from, in numbers.
///
/// @param[in] reactor the reactor of the connection
/// @param[in] connection a connection, or NULL
/// @return "host:port", an IPv6 host in brackets, valid until it is set or asked for again; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_get_connection_address(
    reactor: *mut pn_reactor_t,
    connection: *mut pn_connection_t,
) -> *const c_char {
    let _ = reactor;
    if connection.is_null() {
        return null();
    }
    // SAFETY: the caller passes a live connection.
    let record = unsafe { pn_connection_attachments(connection) };
    // SAFETY: the record is the connection's.
    let url: *mut pn_url_t = unsafe { Key::Address.get(record) };
    // SAFETY: the record holds the URL.
    unsafe { pn_url_str(url) }
}

/// Has a handler called once.
///
/// @param[in] reactor a reactor
/// @param[in] delay milliseconds from pn_reactor_now()
/// @param[in] handler the handler of PN_TIMER_TASK, which is held; NULL for the reactor's
/// @return the task, valid until its event has been handled; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_reactor_schedule(
    reactor: *mut pn_reactor_t,
    delay: c_int,
    handler: *mut pn_handler_t,
) -> *mut pn_task_t {
    if reactor.is_null() {
        return null_mut();
    }
    // SAFETY: the caller passes a live reactor, and null or a live handler.
    unsafe { reactor_object::schedule(reactor, delay, handler) }
}

/// Makes a timer of the program's own.
///
/// @param[in] collector where it reports, which is held
/// @return the timer, to be freed with pn_decref()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_timer(collector: *mut pn_collector_t) -> *mut pn_timer_t {
    reactor_timer::new(collector)
}

/// Returns when the first task is due.
///
/// @param[in] timer a timer, or NULL
/// @return the deadline; 0 if there is no task
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_timer_deadline(timer: *mut pn_timer_t) -> pn_timestamp_t {
    // SAFETY: the caller passes null or a live timer.
    unsafe { timer.as_mut() }.map_or(0, pn_timer_t::deadline)
}

/// Reports the tasks that are due.
///
/// @param[in] timer a timer, or NULL
/// @param[in] now the time
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_timer_tick(timer: *mut pn_timer_t, now: pn_timestamp_t) {
    if !timer.is_null() {
        // SAFETY: the caller passes a live timer.
        unsafe { reactor_timer::tick(timer, now) };
    }
}

/// Makes a task.
///
/// @param[in] timer a timer
/// @param[in] deadline when it is due
/// @return the task, valid until its event has been handled; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_timer_schedule(
    timer: *mut pn_timer_t,
    deadline: pn_timestamp_t,
) -> *mut pn_task_t {
    // SAFETY: the caller passes null or a live timer.
    unsafe { timer.as_mut() }.map_or(null_mut(), |this| this.schedule(deadline))
}

/// Tells how many tasks wait.
///
/// @param[in] timer a timer, or NULL
/// @return their number; cancelled ones count until those before them are done
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_timer_tasks(timer: *mut pn_timer_t) -> c_int {
    // SAFETY: the caller passes null or a live timer.
    let count = unsafe { timer.as_mut() }.map_or(0, pn_timer_t::count);
    c_int::try_from(count).unwrap_or(c_int::MAX)
}

/// Gives the record for the program's own data on a task.
///
/// @param[in] task a task, or NULL
/// @return a record that lives as long as the task; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_task_attachments(task: *mut pn_task_t) -> *mut pn_record_t {
    // SAFETY: the caller passes null or a live task.
    unsafe { task.as_mut() }.map_or(null_mut(), pn_task_t::attachments)
}

/// Takes a task back: nothing will be reported.
///
/// @param[in] task a task that is not due yet, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_task_cancel(task: *mut pn_task_t) {
    // SAFETY: the caller passes null or a live task.
    if let Some(task) = unsafe { task.as_mut() } {
        task.cancel();
    }
}

/// Has the connections of an acceptor encrypted.
///
/// @param[in] acceptor an acceptor, or NULL
/// @param[in] domain the settings; they have to outlive the acceptor
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_acceptor_set_ssl_domain(
    acceptor: *mut pn_acceptor_t,
    domain: *mut pn_ssl_domain_t,
) {
    // SAFETY: the caller passes null or a live acceptor.
    unsafe { reactor_net::set_domain(acceptor.cast(), domain) };
}

/// Stops listening. Connections that were accepted live on.
///
/// @param[in] acceptor an acceptor, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_acceptor_close(acceptor: *mut pn_acceptor_t) {
    // SAFETY: the caller passes null or a live acceptor.
    unsafe { reactor_net::close(acceptor.cast()) };
}

/// Returns the acceptor that a connection came from.
///
/// @param[in] connection a connection, or NULL
/// @return the acceptor, held by the connection; NULL if it was not accepted
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_acceptor(connection: *mut pn_connection_t) -> *mut pn_acceptor_t {
    if connection.is_null() {
        return null_mut();
    }
    // SAFETY: the caller passes a live connection.
    let record = unsafe { pn_connection_attachments(connection) };
    // SAFETY: the record is the connection's.
    unsafe { Key::Acceptor.get(record) }
}

/// Returns the handler attached to whatever a record belongs to.
///
/// @param[in] record a record, or NULL
/// @return the handler, held by the record; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_record_get_handler(record: *mut pn_record_t) -> *mut pn_handler_t {
    // SAFETY: the caller passes null or a live record.
    unsafe { handler_object::attached(record) }
}

/// Attaches a handler to whatever a record belongs to: a connection, session, link, task or selectable. It sees the
/// events of that object in place of any other.
///
/// @param[in] record a record, or NULL
/// @param[in] handler the handler, which is held, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_record_set_handler(record: *mut pn_record_t, handler: *mut pn_handler_t) {
    if !record.is_null() {
        // SAFETY: the caller passes a live record, and null or a live handler.
        unsafe { handler_object::attach(record, handler) };
    }
}

/// Returns the reactor that an object belongs to.
///
/// @param[in] clazz the class of the object
/// @param[in] object a reactor, task, transport, delivery, link, session, connection or selectable, or anything else
/// @return the reactor; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_class_reactor(
    clazz: *const pn_class_t,
    object: *mut c_void,
) -> *mut pn_reactor_t {
    if object.is_null() {
        return null_mut();
    }
    // SAFETY: the caller passes a class in either form.
    let class = unsafe { crate::object::class_argument(clazz) };
    // SAFETY: the caller passes a live object of the class.
    let class = unsafe { crate::object::call::reify(class, object) };
    // SAFETY: every class has a number.
    let number = unsafe { class.as_ref() }.map_or(0, |class| class.cid);
    // SAFETY: as above.
    unsafe { reactor_of(number, object) }
}

/// Returns the reactor that a counted object belongs to.
///
/// @param[in] object as pn_class_reactor(), or NULL
/// @return the reactor; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_object_reactor(object: *mut c_void) -> *mut pn_reactor_t {
    // SAFETY: the caller passes null or a live counted object.
    let class = unsafe { crate::object::class::object_reify(object) };
    // SAFETY: as above.
    unsafe { pn_class_reactor(class, object) }
}

/// Returns the reactor that an event comes from.
///
/// @param[in] event an event, or NULL
/// @return the reactor; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_event_reactor(event: *mut pn_event_t) -> *mut pn_reactor_t {
    // SAFETY: the caller passes null or a live event.
    let class = unsafe { pn_event_class(event) };
    // SAFETY: as above.
    let context = unsafe { pn_event_context(event) };
    // SAFETY: the event holds its context, which is of that class.
    unsafe { pn_class_reactor(class, context) }
}

/// Returns the handler that an event was shown to first, whose children see it now.
///
/// @param[in] event an event, or NULL
/// @return the handler; NULL if no reactor shows the event
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_event_root(event: *mut pn_event_t) -> *mut pn_handler_t {
    // SAFETY: the caller passes null or a live event.
    let record = unsafe { pn_event_attachments(event) };
    // SAFETY: the record is null or the event's.
    unsafe { record.as_ref() }.map_or(null_mut(), |record| record.get(root_key())).cast()
}

/// How long pn_reactor_run() waits at a time, in milliseconds.
const RUN_TIMEOUT: pn_millis_t = 3141;

/// The reactor of an object, by the number of its class.
///
/// # Safety
/// `object` is live and of a class with that number.
unsafe fn reactor_of(number: c_uint, object: *mut c_void) -> *mut pn_reactor_t {
    let is = |wanted: cid| number == wanted as c_uint;
    if is(cid::CID_pn_reactor) {
        return object.cast();
    }
    let record = if is(cid::CID_pn_task) {
        // SAFETY: the caller vouches for the object here and below; what an object gives of those above it lives as it.
        unsafe { pn_task_attachments(object.cast()) }
    } else if is(cid::CID_pn_selectable) {
        // SAFETY: as above.
        unsafe { pn_selectable_attachments(object.cast()) }
    } else if is(cid::CID_pn_transport) {
        // SAFETY: as above.
        let connection = unsafe { pn_transport_connection(object.cast()) };
        if connection.is_null() {
            // SAFETY: as above.
            unsafe { pn_transport_attachments(object.cast()) }
        } else {
            // SAFETY: as above.
            unsafe { pn_connection_attachments(connection) }
        }
    } else {
        // SAFETY: as above.
        let connection = unsafe { connection_of(number, object) };
        // SAFETY: as above.
        unsafe { pn_connection_attachments(connection) }
    };
    // SAFETY: the record is null or that of a live object.
    unsafe { owner(record) }
}

/// The connection that an endpoint or delivery belongs to, null for any other object.
unsafe fn connection_of(number: c_uint, object: *mut c_void) -> *mut pn_connection_t {
    let is = |wanted: cid| number == wanted as c_uint;
    if is(cid::CID_pn_connection) {
        return object.cast();
    }
    let link = match number {
        // SAFETY: callers pass a live object of the class with that number.
        _ if is(cid::CID_pn_delivery) => unsafe { pn_delivery_link(object.cast()) },
        _ if is(cid::CID_pn_link) => object.cast(),
        _ => null_mut(),
    };
    // SAFETY: as above; null has no session.
    let session = if is(cid::CID_pn_session) { object.cast() } else { unsafe { pn_link_session(link) } };
    // SAFETY: as above; null has no connection.
    unsafe { pn_session_connection(session) }
}

/// Runs `f` on a reactor, and gives `neutral` for null.
///
/// # Safety
/// `reactor` is null or live.
unsafe fn on<R>(reactor: *mut pn_reactor_t, neutral: R, f: impl FnOnce(&mut pn_reactor_t) -> R) -> R {
    // SAFETY: passed on from the caller.
    unsafe { reactor.as_mut() }.map_or(neutral, f)
}

/// Puts a handler in the place of another one.
///
/// # Safety
/// Both are null or live.
unsafe fn exchange(
    reactor: *mut pn_reactor_t,
    place: impl FnOnce(&mut pn_reactor_t) -> &mut *mut pn_handler_t,
    handler: *mut pn_handler_t,
) {
    if reactor.is_null() {
        return;
    }
    // SAFETY: passed on from the caller.
    unsafe { incref(handler) };
    // SAFETY: passed on from the caller; the borrow ends with the line.
    let before = std::mem::replace(place(unsafe { &mut *reactor }), handler);
    // SAFETY: the reactor held it.
    unsafe { decref(before) };
}
