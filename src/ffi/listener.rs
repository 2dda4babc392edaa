//! `proton/listener.h`: sockets that peers connect to.
//!
//! A listener is the program's until `pn_proactor_listen` gets it, and the proactor's from then on, until its
//! `PN_LISTENER_CLOSE` has been handled. Its sockets are behind a lock, because the program may claim what was accepted
//! in another thread than the one that has the batch.

use std::ffi::{c_uint, c_void};
use std::ptr::null_mut;
use std::sync::Mutex;

use super::cid::names::pn_cid_t as cid;
use super::condition::{
    pn_condition, pn_condition_free, pn_condition_set_description, pn_condition_set_name, pn_condition_t,
};
use super::event::names::pn_event_type_t as Events;
use super::event::{pn_collector_free, pn_collector_t, pn_event_context, pn_event_t};
use super::netaddr::pn_netaddr_t;
use super::networked::{Side, connection_of, start};
use super::object::pn_record_t;
use super::proactor::pn_proactor_t;
use super::raw_connection::pn_raw_connection_t;
use super::shell::{pn_connection_t, pn_transport_t};
use super::subject::{Body, Left, Order, Seat, Subject, SubjectTask, hand_out, lock};
use crate::object::class::uncounted_class;
use crate::object::{ClassCell, collector, decref, record};
use crate::proactor::address::Address;
use crate::proactor::connection::ConnectionIo;
use crate::proactor::dial::Fault;
use crate::proactor::listener::{ListenerEvent, ListenerIo};
use crate::proactor::lookup::{LookupError, to_listen_on};
use crate::proactor::scheduler::TaskKey;
use crate::proactor::task::Signals;
use crate::sys::poll::Interest;
use crate::sys::socket::Socket;

/// Sockets that peers connect to.
pub struct pn_listener_t {
    io: Mutex<ListenerIo>,
    pub(super) seat: Seat,
    condition: *mut pn_condition_t,
    events: *mut pn_collector_t,
    record: *mut pn_record_t,
    /// Where it listens; they stay where they are once the listener listens.
    addresses: Box<[pn_netaddr_t]>,
}

static CLASS: ClassCell = ClassCell(uncounted_class(c"pn_listener", cid::CID_pn_listener as _));

/// Makes a listener, for pn_proactor_listen().
///
/// @return a new listener, to be freed with pn_listener_free() unless it is given to pn_proactor_listen()
#[unsafe(no_mangle)]
pub extern "C" fn pn_listener() -> *mut pn_listener_t {
    Box::into_raw(Box::new(pn_listener_t {
        io: Mutex::new(ListenerIo::closed()),
        seat: Seat::none(),
        condition: pn_condition(),
        events: collector::new(),
        record: record::new(),
        addresses: Box::default(),
    }))
}

/// Frees a listener that was never given to pn_proactor_listen(). The proactor frees the others.
///
/// @param[in] l a listener, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_listener_free(l: *mut pn_listener_t) {
    // SAFETY: the caller passes null or a live listener.
    if unsafe { l.as_ref() }.is_some_and(|this| this.seat.proactor().is_null()) {
        // SAFETY: the caller gives it up.
        unsafe { end(l) };
    }
}

/// Accepts a connection, as pn_listener_accept2() does with a transport of its own.
///
/// @deprecated use pn_listener_accept2()
///
/// @param[in] listener a listener
/// @param[in] connection a connection, which the proactor owns from now on; NULL to make one
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_listener_accept(listener: *mut pn_listener_t, connection: *mut pn_connection_t) {
    // SAFETY: passed on from the caller.
    unsafe { pn_listener_accept2(listener, connection, null_mut()) };
}

/// Accepts the connection that a `PN_LISTENER_ACCEPT` tells of. Events of the new connection follow; the program opens
/// it with pn_connection_open(). Without a connection that waits, or on a closed listener, the new connection fails at
/// once, with a condition.
///
/// Thread safe, but for calls on one listener at the same time.
///
/// @param[in] listener a listener
/// @param[in] connection a connection, which the proactor owns from now on; NULL to make one
/// @param[in] transport a transport, which the proactor owns from now on; NULL to make one
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_listener_accept2(
    listener: *mut pn_listener_t,
    connection: *mut pn_connection_t,
    transport: *mut pn_transport_t,
) {
    // SAFETY: the caller passes null or a live listener.
    let Some(this) = (unsafe { listener.as_ref() }) else { return };
    let Some((core, _)) = this.seat.find() else { return };
    let io = match lock(&this.io).claim() {
        Ok((socket, peer)) => ConnectionIo::over(socket, peer),
        Err(error) => ConnectionIo::failed(Fault::new(&error, "pn_listener_accept")),
    };
    // SAFETY: passed on from the caller; the listener's proactor is live.
    let task = unsafe { start(this.seat.proactor(), connection, transport, Side::Accepts, io) };
    if let Some(accepted) = connection_of(&task) {
        accepted.begin(core, &task);
    }
}

/// Accepts the connection that a `PN_LISTENER_ACCEPT` tells of, as one without AMQP.
///
/// @param[in] listener a listener
/// @param[in] raw_connection a raw connection, which the proactor owns from now on
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_listener_raw_accept(
    listener: *mut pn_listener_t,
    raw_connection: *mut pn_raw_connection_t,
) {
    // SAFETY: the caller passes null or a live listener.
    let Some(this) = (unsafe { listener.as_ref() }) else { return };
    if this.seat.proactor().is_null() || raw_connection.is_null() {
        return;
    }
    let claimed = lock(&this.io).claim();
    // SAFETY: passed on from the caller; the listener's proactor is live.
    unsafe { super::networked_raw::accept(this.seat.proactor(), raw_connection, claimed) };
}

/// Returns the condition that a listener closed with.
///
/// @param[in] l a listener
/// @return the condition, not set if nothing went wrong, valid as long as the listener; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_listener_condition(l: *mut pn_listener_t) -> *mut pn_condition_t {
    // SAFETY: the caller passes null or a live listener.
    unsafe { l.as_ref() }.map_or(null_mut(), |this| this.condition)
}

/// Returns the program's own pointer on a listener.
///
/// @param[in] listener a listener
/// @return what pn_listener_set_context() set last, NULL at first
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_listener_get_context(listener: *mut pn_listener_t) -> *mut c_void {
    // SAFETY: the caller passes null or a live listener.
    let Some(this) = (unsafe { listener.as_ref() }) else { return null_mut() };
    super::shell::context(this.record)
}

/// Sets the program's own pointer on a listener.
///
/// @param[in] listener a listener
/// @param[in] context the pointer
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_listener_set_context(listener: *mut pn_listener_t, context: *mut c_void) {
    // SAFETY: the caller passes null or a live listener.
    let Some(this) = (unsafe { listener.as_ref() }) else { return };
    super::shell::set_context(&mut this.record.clone(), context);
}

/// Returns the record for the program's own data on a listener.
///
/// @param[in] listener a listener
/// @return the record, valid as long as the listener; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_listener_attachments(listener: *mut pn_listener_t) -> *mut pn_record_t {
    // SAFETY: the caller passes null or a live listener.
    unsafe { listener.as_ref() }.map_or(null_mut(), |this| this.record)
}

/// Closes a listener: it accepts no more, and what was accepted and not claimed is dropped. `PN_LISTENER_CLOSE` follows.
/// Doing it again, or before pn_proactor_listen(), changes nothing.
///
/// Thread safe.
///
/// @param[in] l a listener
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_listener_close(l: *mut pn_listener_t) {
    // SAFETY: the caller passes null or a live listener.
    if let Some(this) = unsafe { l.as_ref() } {
        this.seat.signal(Signals::CLOSE);
    }
}

/// Returns the proactor of a listener.
///
/// @param[in] c a listener
/// @return the proactor; NULL before pn_proactor_listen()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_listener_proactor(c: *mut pn_listener_t) -> *mut pn_proactor_t {
    // SAFETY: the caller passes null or a live listener.
    unsafe { c.as_ref() }.map_or(null_mut(), |this| this.seat.proactor())
}

/// Returns the listener that an event is about.
///
/// @param[in] event an event, or NULL
/// @return the listener; NULL if the event is about something else
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_event_listener(event: *mut pn_event_t) -> *mut pn_listener_t {
    // SAFETY: the caller passes null or a live event.
    if unsafe { event.as_ref() }.is_some_and(|event| event.class() == &raw const CLASS.0) {
        // SAFETY: as above.
        return unsafe { pn_event_context(event) }.cast();
    }
    null_mut()
}

/// Has a listener listen at an address, in a proactor that owns it from now on.
///
/// # Safety
/// `proactor` is live; `listener` is live and handed over.
pub(super) unsafe fn listen(
    proactor: *mut pn_proactor_t,
    listener: *mut pn_listener_t,
    address: &Address,
    backlog: i32,
) {
    // SAFETY: passed on from the caller; nobody else uses the listener yet.
    let this = unsafe { &mut *listener };
    let name = format!("{}:{}", address.host, address.port);
    let opened = sockets_at(address, backlog, &name);
    // SAFETY: passed on from the caller.
    let core = unsafe { &*proactor }.core();
    lock(&core.activity).begin();
    let failed = opened.is_err();
    let io = opened.unwrap_or_else(|fault| ListenerIo::failed(fault, name));
    this.addresses = pn_netaddr_t::list(io.sockets().map(Socket::local_address));
    *this.io.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner) = io;
    let task = core.scheduler.add(|key: TaskKey| {
        this.seat.take(proactor, key);
        Subject::new(proactor, key, Body::Listener(listener))
    });
    let watched = lock(&this.io)
        .sockets()
        .try_for_each(|socket| core.scheduler.watch(task.key, socket.fd(), Interest::Read));
    if let Err(error) = watched
        && !failed
    {
        lock(&this.io).fail(Fault::new(&error, "listen on"));
    }
    core.scheduler.signal(&task, Signals::MORE);
}

fn sockets_at(address: &Address, backlog: i32, name: &str) -> Result<ListenerIo, Fault> {
    let of_lookup = |error: LookupError| Fault { reason: error.text, phrase: "listen on" };
    ListenerIo::open(to_listen_on(address).map_err(of_lookup)?, backlog, name.to_owned())
}

/// The first address that a listener listens at; none before it listens, or if it could not.
///
/// # Safety
/// `listener` is null or live.
pub(super) unsafe fn first_address(listener: *mut pn_listener_t) -> *const pn_netaddr_t {
    // SAFETY: passed on from the caller.
    unsafe { listener.as_ref() }
        .and_then(|this| this.addresses.first())
        .map_or(std::ptr::null(), std::ptr::from_ref)
}

/// Runs a listener for signals. True: it has events.
///
/// # Safety
/// `listener` is live, and the caller has its task; so below.
pub(super) unsafe fn run(listener: *mut pn_listener_t, signals: Signals) -> bool {
    // SAFETY: passed on from the caller.
    let this = unsafe { &*listener };
    let mut io = lock(&this.io);
    io.begin_run();
    io.note(signals);
    io.has_event()
}

/// The next event of a listener's batch.
///
/// # Safety
/// See [`run`].
pub(super) unsafe fn next(listener: *mut pn_listener_t, subject: &Subject) -> *mut pn_event_t {
    // SAFETY: passed on from the caller.
    let this = unsafe { &*listener };
    let event = {
        let mut io = lock(&this.io);
        if let Some(task) = subject.core().scheduler.find(subject.key) {
            io.note(task.absorb());
        }
        io.next_event()
    };
    let kind = match event {
        None => return null_mut(),
        Some(ListenerEvent::Open) => Events::PN_LISTENER_OPEN,
        Some(ListenerEvent::Accept) => Events::PN_LISTENER_ACCEPT,
        Some(ListenerEvent::Close) => {
            // SAFETY: passed on from the caller.
            unsafe { explain(this, &subject.order) };
            Events::PN_LISTENER_CLOSE
        }
    };
    // SAFETY: the collector is the listener's own, and the class does not count.
    unsafe { hand_out(this.events, &raw const CLASS.0, listener.cast(), kind as c_uint) }
}

/// Sets the condition that the listener closes with: its own fault, or what a disconnect was told.
///
/// # Safety
/// The caller has the listener's task.
unsafe fn explain(this: &pn_listener_t, order: &Order) {
    // SAFETY: the condition is the listener's own.
    if unsafe { order.carry_out(this.condition) } {
        return;
    }
    if let Some(description) = lock(&this.io).take_fault() {
        let text = std::ffi::CString::new(description).unwrap_or_default();
        // SAFETY: the condition is the listener's own.
        unsafe { pn_condition_set_name(this.condition, c"proton:io".as_ptr()) };
        // SAFETY: as above.
        unsafe { pn_condition_set_description(this.condition, text.as_ptr()) };
    }
}

/// The program is done with a listener's batch.
///
/// # Safety
/// See [`run`].
pub(super) unsafe fn done(listener: *mut pn_listener_t, subject: &Subject, task: &SubjectTask) -> Left {
    // SAFETY: passed on from the caller.
    let this = unsafe { &*listener };
    let mut io = lock(&this.io);
    if io.is_closed() {
        return Left::Gone;
    }
    io.note(task.absorb());
    if io.is_starved() {
        subject.core().starve(task);
    }
    Left::Stays(if io.has_more() { Signals::MORE } else { Signals::NONE })
}

/// Ends a listener.
///
/// # Safety
/// `listener` is live and given up.
pub(super) unsafe fn end(listener: *mut pn_listener_t) {
    // SAFETY: passed on from the caller.
    let this = unsafe { Box::from_raw(listener) };
    // SAFETY: the listener owned its collector.
    unsafe { pn_collector_free(this.events) };
    // SAFETY: the listener owned its record.
    unsafe { decref(this.record) };
    // SAFETY: the listener owned its condition.
    unsafe { pn_condition_free(this.condition) };
}
