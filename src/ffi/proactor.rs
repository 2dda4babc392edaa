//! `proton/proactor.h`: connections and listeners for any number of threads.
//!
//! A program's threads take batches of events and give each back when they have handled it. What a batch is about is
//! that thread's alone meanwhile. Input, output and time-outs happen in the calls of this file only, in the threads
//! that make them (spec/proactor.md).

use std::ffi::{CStr, c_char, c_int, c_uint};
use std::ptr::null_mut;
use std::sync::{Arc, OnceLock};

use super::cid::names::pn_cid_t as cid;
use super::condition::pn_condition_t;
use super::connection_driver::pn_connection_driver_t;
use super::data_object::text;
use super::event::names::pn_event_type_t as Events;
use super::event::{pn_event_connection, pn_event_context, pn_event_t};
use super::listener::{pn_event_listener, pn_listener_proactor, pn_listener_t};
use super::netaddr::write_text;
use super::networked::{Networked, Side, connection_of, start};
use super::raw_connection::{pn_event_raw_connection, pn_raw_connection_t};
use super::shell::{pn_connection_t, pn_transport_t};
use super::subject::{Body, Core, Left, Subject, SubjectTask, lock};
use super::types::pn_millis_t;
use crate::object::class::uncounted_class;
use crate::object::{ClassCell, collector, pn_class_t};
use crate::proactor::activity::ProactorEvent;
use crate::proactor::address::Address;
use crate::proactor::connection::ConnectionIo;
use crate::proactor::lookup::{Found, Resolver};
use crate::proactor::scheduler::TaskKey;
use crate::proactor::task::Signals;
use crate::sys::clock;

/// Connections and listeners, and the threads that work for them.
pub struct pn_proactor_t {
    core: Arc<Core>,
    resolver: Resolver,
    /// The task of the proactor's own events.
    root: OnceLock<SubjectTask>,
}

/// Some events about one thing: a connection, a listener, a raw connection, or the proactor.
#[repr(C)]
pub struct pn_event_batch_t {
    /// Gives the next event, NULL when there are no more. Programs of 0.30 and older make batches of their own.
    next_event: Option<unsafe extern "C" fn(batch: *mut Self) -> *mut pn_event_t>,
}

impl pn_event_batch_t {
    pub(super) fn of_a_proactor() -> Self {
        Self { next_event: Some(next_of_subject) }
    }

    pub(super) fn is_of_a_proactor(&self) -> bool {
        let ours = next_of_subject as unsafe extern "C" fn(*mut Self) -> *mut pn_event_t;
        self.next_event.is_some_and(|next| std::ptr::fn_addr_eq(next, ours))
    }
}

/// One address tells the batches of proactors from others, so there has to be just one of it.
#[inline(never)]
unsafe extern "C" fn next_of_subject(batch: *mut pn_event_batch_t) -> *mut pn_event_t {
    // SAFETY: the caller passes a batch that has this function.
    unsafe { Subject::of(batch) }.map_or(null_mut(), Subject::next)
}

static CLASS: ClassCell = ClassCell(uncounted_class(c"pn_proactor", cid::CID_pn_proactor as _));

/// The class of what the proactor's own events are about.
pub(super) fn class() -> *const pn_class_t {
    &raw const CLASS.0
}

/// The number of one of the proactor's own events.
pub(super) fn kind_of(event: ProactorEvent) -> c_uint {
    (match event {
        ProactorEvent::Timeout => Events::PN_PROACTOR_TIMEOUT,
        ProactorEvent::Interrupt => Events::PN_PROACTOR_INTERRUPT,
        ProactorEvent::Inactive => Events::PN_PROACTOR_INACTIVE,
    }) as c_uint
}

impl pn_proactor_t {
    pub(super) fn core(&self) -> &Core {
        &self.core
    }

    /// The proactor has an event of its own.
    pub(super) fn announce(&self) {
        if let Some(root) = self.root.get() {
            self.core.scheduler.signal(root, Signals::MORE);
        }
    }

    /// Takes a task that has events; none if there are none and `block` is false.
    fn take(&self, block: bool) -> *mut pn_event_batch_t {
        let called = || {
            lock(&self.core.activity).interrupt();
            self.announce();
        };
        while let Some((task, signals)) = self.core.scheduler.next(block, called) {
            if task.subject.run(&task, signals) {
                // The registry keeps the task until the batch is done.
                return (&raw const task.subject.batch).cast_mut();
            }
            self.put_back(task);
        }
        null_mut()
    }

    fn put_back(&self, task: SubjectTask) {
        match task.subject.done(&task) {
            Left::Stays(signals) => self.core.scheduler.finish(task, signals),
            Left::Gone => task.subject.retire(&task),
        }
    }

    /// Finds the addresses of a task's peer: here, or later on another thread, which has `answered` take them.
    pub(super) fn look_up(
        &self,
        address: &Address,
        key: TaskKey,
        answered: fn(&SubjectTask, Found),
    ) -> Option<Found> {
        let core = Arc::downgrade(&self.core);
        let later = move |found| {
            let Some(core) = core.upgrade() else { return };
            if let Some(task) = core.scheduler.find(key) {
                answered(&task, found);
                core.scheduler.signal(&task, Signals::LOOKUP);
            }
        };
        self.resolver.ask(&address.host, &address.port, Box::new(later))
    }
}

/// The address that a program has passed; null is the empty one.
///
/// # Safety
/// `text` is null or a string.
pub(super) unsafe fn address_of(text: *const c_char) -> Address {
    if text.is_null() {
        return Address::parse("");
    }
    // SAFETY: passed on from the caller.
    Address::parse(&unsafe { CStr::from_ptr(text) }.to_string_lossy())
}

/// Makes a proactor.
///
/// @return a new proactor, to be freed with pn_proactor_free(); NULL if the system has no descriptors left for it
#[unsafe(no_mangle)]
pub extern "C" fn pn_proactor() -> *mut pn_proactor_t {
    let Ok(core) = Core::new() else { return null_mut() };
    let (core, resolver, root) = (Arc::new(core), Resolver::new(), OnceLock::new());
    let proactor = Box::into_raw(Box::new(pn_proactor_t { core, resolver, root }));
    // SAFETY: it is fresh.
    let this = unsafe { &*proactor };
    let root = this.core.scheduler.add(|key| Subject::new(proactor, key, Body::Proactor(collector::new())));
    // Nobody has set it before.
    let _ = this.root.set(root);
    proactor
}

/// Frees a proactor with its connections and listeners: they are aborted, and no events tell of it. No other thread may
/// be using any of them.
///
/// @param[in] proactor a proactor, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_proactor_free(proactor: *mut pn_proactor_t) {
    // SAFETY: the caller passes null or a live proactor.
    let Some(this) = (unsafe { proactor.as_ref() }) else { return };
    for task in this.core.scheduler.all() {
        this.core.scheduler.retire(&task);
        task.subject.end();
    }
    // SAFETY: the caller gives it up, and nothing refers to it any more.
    drop(unsafe { Box::from_raw(proactor) });
}

/// Connects, as pn_proactor_connect2() does with a transport of its own.
///
/// @deprecated use pn_proactor_connect2()
///
/// @param[in] proactor a proactor
/// @param[in] connection a connection, which the proactor owns from now on; NULL to make one
/// @param[in] addr the address
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_proactor_connect(
    proactor: *mut pn_proactor_t,
    connection: *mut pn_connection_t,
    addr: *const c_char,
) {
    // SAFETY: passed on from the caller.
    unsafe { pn_proactor_connect2(proactor, connection, null_mut(), addr) };
}

/// Connects to a peer. Events of the connection follow, `PN_TRANSPORT_CLOSED` as the last one, also if the peer cannot
/// be reached: the condition of the transport says why.
///
/// Thread safe. The proactor owns connection and transport from now on, and frees them when the last event has been
/// handled, unless pn_proactor_release_connection() takes the connection back.
///
/// @param[in] proactor a proactor
/// @param[in] connection a connection that is set up to be opened; NULL to make one
/// @param[in] transport a transport that is set up, for instance with TLS or SASL; NULL to make one
/// @param[in] addr "host:port", each part of which may be missing, as from pn_proactor_addr()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_proactor_connect2(
    proactor: *mut pn_proactor_t,
    connection: *mut pn_connection_t,
    transport: *mut pn_transport_t,
    addr: *const c_char,
) {
    // SAFETY: the caller passes null or a live proactor.
    let Some(this) = (unsafe { proactor.as_ref() }) else { return };
    // SAFETY: the caller passes null or a string.
    let address = unsafe { address_of(addr) };
    let io = ConnectionIo::looking(format!("{}:{}", address.host, address.port));
    // SAFETY: passed on from the caller.
    let task = unsafe { start(proactor, connection, transport, Side::Connects, io) };
    let Some(networked) = connection_of(&task) else { return };
    let answered = |task: &SubjectTask, found: Found| {
        if let Some(networked) = connection_of(task) {
            networked.leave(|io| io.found(found));
        }
    };
    if let Some(found) = this.look_up(&address, task.key, answered) {
        networked.leave(|io| io.found(found));
        networked.begin(&this.core, &task);
    }
}

/// Connects to a peer without AMQP. Events of the raw connection follow, `PN_RAW_CONNECTION_DISCONNECTED` as the last one,
/// also if the peer cannot be reached: the condition of the raw connection says why.
///
/// Thread safe. The proactor owns the raw connection from now on, and frees it when its last event has been handled.
///
/// @param[in] proactor a proactor
/// @param[in] raw_connection a raw connection from pn_raw_connection()
/// @param[in] addr "host:port", each part of which may be missing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_proactor_raw_connect(
    proactor: *mut pn_proactor_t,
    raw_connection: *mut pn_raw_connection_t,
    addr: *const c_char,
) {
    if proactor.is_null() || raw_connection.is_null() {
        return;
    }
    // SAFETY: the caller passes null or a string.
    let address = unsafe { address_of(addr) };
    // SAFETY: passed on from the caller.
    unsafe { super::networked_raw::connect(proactor, raw_connection, &address) };
}

/// Listens for peers. `PN_LISTENER_OPEN` follows, or `PN_LISTENER_CLOSE` with a condition that says what went wrong.
///
/// Thread safe. The proactor owns the listener from now on, and frees it when its `PN_LISTENER_CLOSE` has been handled.
/// A host name is looked up in this call. pn_listener_addr() tells right afterwards which addresses it came to.
///
/// @param[in] proactor a proactor
/// @param[in] listener a listener from pn_listener()
/// @param[in] addr "host:port"; no host for all networks, port 0 for any port that is free
/// @param[in] backlog how many peers may wait to be accepted, at least 1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_proactor_listen(
    proactor: *mut pn_proactor_t,
    listener: *mut pn_listener_t,
    addr: *const c_char,
    backlog: c_int,
) {
    if proactor.is_null() || listener.is_null() {
        return;
    }
    // SAFETY: the caller passes null or a string.
    let address = unsafe { address_of(addr) };
    // SAFETY: passed on from the caller.
    unsafe { super::listener::listen(proactor, listener, &address, backlog) };
}

/// Ends everything there is in a proactor at this moment: connections fail, listeners close, all with this condition.
/// Their last events follow, and then `PN_PROACTOR_INACTIVE` unless something was started meanwhile.
///
/// Thread safe.
///
/// @param[in] proactor a proactor
/// @param[in] condition what to tell them, copied; NULL for nothing in particular
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_proactor_disconnect(
    proactor: *mut pn_proactor_t,
    condition: *mut pn_condition_t,
) {
    // SAFETY: the caller passes null or a live proactor.
    let Some(this) = (unsafe { proactor.as_ref() }) else { return };
    for task in this.core.scheduler.all() {
        if let Body::Proactor(_) = task.subject.body {
            continue;
        }
        // SAFETY: passed on from the caller.
        unsafe { task.subject.order.leave(condition) };
        this.core.scheduler.signal(&task, Signals::CLOSE);
    }
    if lock(&this.core.activity).disconnect() {
        this.announce();
    }
}

/// Waits for events.
///
/// @param[in] proactor a proactor
/// @return a batch with at least one event, to be given back with pn_proactor_done()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_proactor_wait(proactor: *mut pn_proactor_t) -> *mut pn_event_batch_t {
    // SAFETY: the caller passes null or a live proactor.
    unsafe { proactor.as_ref() }.map_or(null_mut(), |this| this.take(true))
}

/// Gets events if there are any, without waiting.
///
/// @param[in] proactor a proactor
/// @return a batch with at least one event, to be given back with pn_proactor_done(); NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_proactor_get(proactor: *mut pn_proactor_t) -> *mut pn_event_batch_t {
    // SAFETY: the caller passes null or a live proactor.
    unsafe { proactor.as_ref() }.map_or(null_mut(), |this| this.take(false))
}

/// Gives a batch back: what was done in it is acted upon, and others may get what it is about. Any thread may do so,
/// once for each batch. Events that were not taken come in a later batch.
///
/// @param[in] proactor the proactor the batch is from
/// @param[in] events the batch, not valid any more afterwards
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_proactor_done(proactor: *mut pn_proactor_t, events: *mut pn_event_batch_t) {
    // SAFETY: the caller passes null or a live proactor.
    let Some(this) = (unsafe { proactor.as_ref() }) else { return };
    // SAFETY: the caller passes null or a live batch.
    let Some(subject) = (unsafe { Subject::of(events) }) else { return };
    if let Some(task) = this.core.scheduler.find(subject.key) {
        this.put_back(task);
    }
}

/// Returns the next event of a batch.
///
/// @param[in] batch a batch
/// @return the event, valid until the next call of this or of pn_proactor_done(); NULL if there are no more
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_event_batch_next(batch: *mut pn_event_batch_t) -> *mut pn_event_t {
    // SAFETY: the caller passes null or a live batch.
    let Some(next) = (unsafe { batch.as_ref() }).and_then(|this| this.next_event) else { return null_mut() };
    // SAFETY: whoever made the batch keeps its function callable.
    unsafe { next(batch) }
}

/// Tells whether a batch is about the proactor itself.
///
/// @param[in] batch a batch
/// @return the proactor; NULL if the batch is about something else
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_event_batch_proactor(batch: *mut pn_event_batch_t) -> *mut pn_proactor_t {
    // SAFETY: the caller passes null or a live batch.
    match unsafe { Subject::of(batch) } {
        Some(Subject { body: Body::Proactor(_), proactor, .. }) => *proactor,
        _ => null_mut(),
    }
}

/// Tells whether a batch is about a listener.
///
/// @param[in] batch a batch
/// @return the listener; NULL if the batch is about something else
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_event_batch_listener(batch: *mut pn_event_batch_t) -> *mut pn_listener_t {
    // SAFETY: the caller passes null or a live batch.
    match unsafe { Subject::of(batch) } {
        Some(Subject { body: Body::Listener(listener), .. }) => *listener,
        _ => null_mut(),
    }
}

/// Tells whether a batch is about a connection.
///
/// @param[in] batch a batch
/// @return the connection; NULL if the batch is about something else, or the connection was released
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_event_batch_connection(batch: *mut pn_event_batch_t) -> *mut pn_connection_t {
    // SAFETY: the caller passes null or a live batch.
    match unsafe { Subject::of(batch) } {
        Some(Subject { body: Body::Connection(connection), .. }) => connection.connection(),
        _ => null_mut(),
    }
}

/// Returns the connection driver that a batch belongs to: since 0.31 there is none.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn pn_event_batch_connection_driver(
    batch: *mut pn_event_batch_t,
) -> *mut pn_connection_driver_t {
    let _ = batch;
    null_mut()
}

/// Has a thread get `PN_PROACTOR_INTERRUPT`. Interrupts that nobody has got yet are one.
///
/// Thread safe, and may be called in a signal handler.
///
/// @param[in] proactor a proactor
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_proactor_interrupt(proactor: *mut pn_proactor_t) {
    // SAFETY: the caller passes null or a live proactor.
    if let Some(this) = unsafe { proactor.as_ref() } {
        this.core.scheduler.call();
    }
}

/// Has a thread get `PN_PROACTOR_TIMEOUT` after a time, instead of after the one set before. While it is awaited the
/// proactor is not inactive.
///
/// Thread safe.
///
/// @param[in] proactor a proactor
/// @param[in] timeout the time in milliseconds, 0 for at once
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_proactor_set_timeout(proactor: *mut pn_proactor_t, timeout: pn_millis_t) {
    // SAFETY: the caller passes null or a live proactor.
    let Some(this) = (unsafe { proactor.as_ref() }) else { return };
    let Some(root) = this.root.get() else { return };
    let time = clock::now() + u64::from(timeout);
    let mut activity = lock(&this.core.activity);
    activity.set_timeout(time);
    if timeout == 0 {
        this.core.scheduler.signal(root, Signals::TIMER);
    } else {
        this.core.scheduler.set_time(root, Some(time));
    }
}

/// Takes back what pn_proactor_set_timeout() asked for, if it has not been handed out yet. `PN_PROACTOR_INACTIVE` follows
/// if nothing else is left to do.
///
/// Thread safe.
///
/// @param[in] proactor a proactor
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_proactor_cancel_timeout(proactor: *mut pn_proactor_t) {
    // SAFETY: the caller passes null or a live proactor.
    let Some(this) = (unsafe { proactor.as_ref() }) else { return };
    if lock(&this.core.activity).cancel_timeout() {
        this.announce();
    }
}

/// Takes a connection out of its proactor, as new: its transport is closed, and no more events of it come. The caller
/// owns it, and frees it or connects it again.
///
/// Only for the thread that handles an event of the connection, `PN_TRANSPORT_CLOSED` included.
///
/// @param[in] connection a connection
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_proactor_release_connection(connection: *mut pn_connection_t) {
    // SAFETY: the caller passes null or a live connection.
    unsafe { on_networked(connection, |networked, _| networked.release()) }
}

/// Returns the proactor that drives a connection.
///
/// @param[in] connection a connection, or NULL
/// @return the proactor; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_proactor(connection: *mut pn_connection_t) -> *mut pn_proactor_t {
    // SAFETY: the caller passes null or a live connection.
    unsafe { connection.as_ref() }.map_or(null_mut(), |this| this.seat.proactor())
}

/// Has `PN_CONNECTION_WAKE` come for a connection. Wakes that have not been handed out yet are one.
///
/// Thread safe: the connection has to be in a proactor, whose thread must not be about to end it.
///
/// @param[in] connection a connection; nothing happens if no proactor drives it
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_wake(connection: *mut pn_connection_t) {
    // SAFETY: the caller passes null or a live connection.
    if let Some(this) = unsafe { connection.as_ref() } {
        this.seat.signal(Signals::WAKE);
    }
}

/// Writes what a connection has to say, without waiting for the end of the batch.
///
/// Only for the thread that handles an event of the connection.
///
/// @param[in] connection a connection; nothing happens if no proactor drives it
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_write_flush(connection: *mut pn_connection_t) {
    // SAFETY: the caller passes null or a live connection.
    unsafe { on_networked(connection, Networked::flush) }
}

/// Runs `f` on the input and output of a connection that a proactor drives.
///
/// # Safety
/// `connection` is null or live.
unsafe fn on_networked(connection: *mut pn_connection_t, f: impl FnOnce(&Networked, &Subject)) {
    // SAFETY: passed on from the caller.
    let found = unsafe { connection.as_ref() }.and_then(|this| this.seat.find());
    let Some((_, task)) = found else { return };
    if let Some(networked) = connection_of(&task) {
        f(networked, &task.subject);
    }
}

/// Returns the proactor that an event comes from.
///
/// @param[in] event an event, or NULL
/// @return the proactor; NULL if the event is about something that no proactor drives
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_event_proactor(event: *mut pn_event_t) -> *mut pn_proactor_t {
    // SAFETY: the caller passes null or a live event.
    if unsafe { event.as_ref() }.is_some_and(|event| event.class() == class()) {
        // SAFETY: as above.
        return unsafe { pn_event_context(event) }.cast();
    }
    // SAFETY: as above.
    let listener = unsafe { pn_event_listener(event) };
    if !listener.is_null() {
        // SAFETY: the listener of an event is live.
        return unsafe { pn_listener_proactor(listener) };
    }
    // SAFETY: as above.
    let raw = unsafe { pn_event_raw_connection(event) };
    if !raw.is_null() {
        // SAFETY: the raw connection of an event is live.
        return unsafe { &(*raw).seat }.proactor();
    }
    // SAFETY: as above.
    let connection = unsafe { pn_event_connection(event) };
    // SAFETY: the connection of an event is live; null is tolerated.
    unsafe { pn_connection_proactor(connection) }
}

/// Writes the address of a host and a port, "HOST:PORT".
///
/// @param[out] addr room for the address, cut off where it does not fit; ends in NUL
/// @param[in] size the size of `addr`; PN_MAX_ADDR is always enough
/// @param[in] host a name or a number, NULL for this host
/// @param[in] port a number or the name of a service, NULL for AMQP's own
/// @return the length of the whole address without NUL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_proactor_addr(
    addr: *mut c_char,
    size: usize,
    host: *const c_char,
    port: *const c_char,
) -> c_int {
    // SAFETY: the caller passes null or a string.
    let host = unsafe { text(host) }.unwrap_or_default();
    // SAFETY: as above.
    let port = unsafe { text(port) }.unwrap_or_default();
    // SAFETY: the caller passes a buffer with its size.
    unsafe { write_text(&[host, b":", port].concat(), addr, size) }
}

/// Returns the time by the clock that time-outs run by.
///
/// @deprecated use pn_proactor_now_64()
///
/// @return milliseconds since a moment in the past; the number starts anew every 49 days
#[unsafe(no_mangle)]
pub extern "C" fn pn_proactor_now() -> pn_millis_t {
    clock::now() as pn_millis_t
}

/// Returns the time by the clock that time-outs run by.
///
/// @return milliseconds since a moment in the past
#[unsafe(no_mangle)]
pub extern "C" fn pn_proactor_now_64() -> i64 {
    clock::now().cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_made_by_a_program_gives_what_its_function_gives() {
        unsafe extern "C" fn itself(batch: *mut pn_event_batch_t) -> *mut pn_event_t {
            batch.cast()
        }
        let mut batch = pn_event_batch_t { next_event: Some(itself) };
        let address = &raw mut batch;
        // SAFETY: the batch is live; the event is not looked at.
        assert_eq!(unsafe { pn_event_batch_next(address) }, address.cast());
        let mut empty = pn_event_batch_t { next_event: None };
        // SAFETY: as above.
        assert!(unsafe { pn_event_batch_next(&raw mut empty) }.is_null());
        // SAFETY: null is tolerated.
        assert!(unsafe { pn_event_batch_next(null_mut()) }.is_null());
    }
}
