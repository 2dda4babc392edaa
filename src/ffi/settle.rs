//! What follows a call into the engine: its events go to the collector, and objects of reclaimed slots end.
//!
//! The engine only queues; nothing here runs while it is borrowed, so an event's or attachment's own code may call
//! the library again. A call made that way leaves its notices to the outer pass.

use std::ffi::c_uint;
use std::mem;
use std::ptr::{NonNull, null_mut};

use super::event::names::pn_event_type_t as names;
use super::shell::{
    DELIVERY, Node, count_of, end_node, end_transport, hold, let_go, let_go_of, new_node, pn_connection_t,
    pn_delivery_t, pn_link_t, pn_session_t, set_count,
};
use crate::engine::{Connection, DeliveryKey, Event, LinkKey, Notice, Object, SessionKey, Subject};
use crate::object::{collector, record};

/// Settles what the engine has queued, if anything.
///
/// # Safety
/// `connection` is live and its engine is not borrowed. It may be gone afterwards if nobody holds it.
#[inline]
pub(super) unsafe fn settle_if_needed(connection: *mut pn_connection_t) {
    // SAFETY: passed on from the caller.
    let engine = unsafe { &mut (*connection).engine };
    if engine.unsettled_business() {
        // SAFETY: passed on from the caller.
        unsafe { settle_something(connection) };
    }
}

/// By far the most frequent news are those that are the last told already.
///
/// # Safety
/// As for [`settle_if_needed`].
#[inline(never)]
unsafe fn settle_something(connection: *mut pn_connection_t) {
    // SAFETY: passed on from the caller.
    let this = unsafe { &mut *connection };
    if !this.engine.take_sole_transport_news() {
        // SAFETY: passed on from the caller.
        return unsafe { settle(connection) };
    }
    // SAFETY: the connection holds its collector; null is tolerated.
    let queue = unsafe { this.collector.as_ref() };
    if !queue.is_some_and(|queue| queue.merges(this.transport.cast(), TRANSPORT)) {
        // SAFETY: passed on from the caller; queueing an event runs no code of the program's.
        unsafe { tell_of_transport(connection) };
    }
}

/// # Safety
/// `connection` is live.
#[cold]
unsafe fn tell_of_transport(connection: *mut pn_connection_t) {
    // SAFETY: passed on from the caller.
    let transport = unsafe { (*connection).transport };
    // SAFETY: as above.
    unsafe { tell(connection, transport, Event::Transport) };
}

/// Hands queued events to the collector, and ends the objects of slots that are released.
///
/// # Safety
/// As for [`settle_if_needed`].
#[inline(never)]
pub(super) unsafe fn settle(connection: *mut pn_connection_t) {
    // SAFETY: passed on from the caller.
    if mem::replace(unsafe { &mut (*connection).settling }, true) {
        return;
    }
    // SAFETY: as above; what follows may run a program's code, so this pass keeps the connection.
    unsafe { keep(connection) };
    loop {
        // SAFETY: the connection is kept by this pass; here and below, no borrow outlives its statement.
        let notices = unsafe { (*connection).engine.take_notices() };
        for notice in &notices {
            // SAFETY: as above.
            unsafe { deliver(connection, *notice) };
        }
        // SAFETY: as above.
        unsafe { (*connection).engine.notices_told(notices) };
        // SAFETY: as above.
        unsafe { reclaim(connection) };
        // SAFETY: as above.
        unsafe { detach_records(connection) };
        // SAFETY: as above.
        if !unsafe { (*connection).engine.business_goes_on() } {
            break;
        }
    }
    // SAFETY: as above.
    unsafe { (*connection).settling = false };
    // SAFETY: this pass gives its reference back.
    unsafe { let_go(connection) };
}

/// # Safety
/// `connection` is live and kept.
unsafe fn deliver(connection: *mut pn_connection_t, notice: Notice) {
    let kind = notice.event;
    match notice.subject {
        // SAFETY: passed on from the caller; so below.
        Subject::Connection => unsafe { tell(connection, connection, kind) },
        Subject::Session(key) => {
            // SAFETY: as above.
            let session = unsafe { session_object(connection, key) };
            // SAFETY: as above.
            unsafe { tell(connection, session, kind) };
        }
        Subject::Link(key) => {
            // SAFETY: as above.
            let link = unsafe { link_object(connection, key) };
            // SAFETY: as above.
            unsafe { tell(connection, link, kind) };
        }
        // SAFETY: as above.
        Subject::Delivery(key) => unsafe { tell_of_delivery(connection, key, kind) },
        Subject::Transport => {
            // SAFETY: as above.
            let transport = unsafe { (*connection).transport };
            // SAFETY: as above.
            unsafe { tell(connection, transport, kind) };
        }
    }
}

/// Queues an event about `subject`, which is held from then on.
///
/// # Safety
/// `connection` is live, and `subject` null or a live object of its tree.
unsafe fn tell<T: Node>(connection: *mut pn_connection_t, subject: *mut T, event: Event) {
    // SAFETY: passed on from the caller.
    let collector = unsafe { (*connection).collector };
    // SAFETY: passed on from the caller.
    let keep = || unsafe { hold(subject) };
    let (class, kind) = (&raw const T::CLASS.0, number(event));
    // SAFETY: the collector is null or held by the connection, the subject null or an object of the class.
    unsafe { collector::put_held(collector, class, subject.cast(), kind, let_go_of::<T>, keep) };
}

/// As [`tell`], of a delivery: this runs for every message.
///
/// # Safety
/// `connection` is live.
#[inline]
unsafe fn tell_of_delivery(connection: *mut pn_connection_t, key: DeliveryKey, event: Event) {
    // SAFETY: passed on from the caller; nobody else uses the engine before the reference is taken.
    let Connection { deliveries, links, .. } = unsafe { &mut (*connection).engine };
    let Some(slot) = deliveries.get_mut(key) else { return };
    let link = links.get(slot.link).and_then(|link| link.object.0);
    let (Some(object), Some(link)) = (slot.object.0, link) else {
        // SAFETY: passed on from the caller.
        return unsafe { tell_of_new_delivery(connection, key, event) };
    };
    let (object, link) = (object.cast::<pn_delivery_t>().as_ptr(), link.cast::<pn_link_t>().as_ptr());
    // SAFETY: the objects of an engine's slots live as long as the connection.
    let delivery = unsafe { &mut *object };
    if delivery.key != key {
        if !delivery.record.is_null() {
            // SAFETY: passed on from the caller.
            return unsafe { tell_of_new_delivery(connection, key, event) };
        }
        // Its last delivery is gone, so it is nobody's.
        (delivery.key, delivery.link) = (key, link);
    }
    let keep = || {
        // SAFETY: the object is live.
        let count = unsafe { count_of(object) };
        if count > 0 {
            // SAFETY: as above.
            return unsafe { hold(object) };
        }
        slot.held = true;
        // SAFETY: as above.
        unsafe { set_count(object, 1) };
        // SAFETY: so is the object of its link.
        unsafe { hold(link) };
    };
    // SAFETY: passed on from the caller.
    let collector = unsafe { (*connection).collector };
    let (class, kind) = (&raw const DELIVERY.0, number(event));
    // SAFETY: the collector is null or held by the connection, the subject an object of the class.
    unsafe { collector::put_held(collector, class, object.cast(), kind, let_go_of::<pn_delivery_t>, keep) };
}

/// As [`tell_of_delivery`], where the object is not there or has something attached from before.
///
/// # Safety
/// `connection` is live.
#[cold]
unsafe fn tell_of_new_delivery(connection: *mut pn_connection_t, key: DeliveryKey, event: Event) {
    // SAFETY: passed on from the caller.
    let delivery = unsafe { delivery_object(connection, key, null_mut()) };
    // SAFETY: as above.
    unsafe { tell(connection, delivery, event) };
}

/// # Safety
/// `connection` is live and kept.
unsafe fn reclaim(connection: *mut pn_connection_t) {
    loop {
        // SAFETY: passed on from the caller.
        let Some(candidate) = (unsafe { (*connection).engine.next_candidate() }) else { return };
        // SAFETY: passed on from the caller.
        let Some(Object(Some(object))) = (unsafe { (*connection).engine.reclaim(candidate) }) else {
            continue;
        };
        match candidate {
            // SAFETY: the engine gives back the object of a slot that is gone; nobody holds it. So below.
            Subject::Link(_) => unsafe { end_node(object.cast::<pn_link_t>().as_ptr()) },
            // SAFETY: as above.
            Subject::Session(_) => unsafe { end_node(object.cast::<pn_session_t>().as_ptr()) },
            Subject::Connection | Subject::Transport | Subject::Delivery(_) => {}
        }
    }
}

/// Ends what is attached to deliveries that have gone; their objects stay for the next ones.
///
/// # Safety
/// `connection` is live and kept.
unsafe fn detach_records(connection: *mut pn_connection_t) {
    // SAFETY: passed on from the caller.
    while let Some(object) = unsafe { (*connection).engine.next_attached() } {
        let Some(object) = object.0 else { continue };
        // SAFETY: the objects of an engine's slots live as long as the connection.
        let attached = unsafe { (*object.cast::<pn_delivery_t>().as_ptr()).record };
        if !attached.is_null() {
            // SAFETY: the delivery holds its record; clearing may run a program's finalizers.
            unsafe { record::clear(attached) };
        }
    }
}

/// The object that stands for a session, made on the first look; null for a slot that is gone.
///
/// # Safety
/// `connection` is live.
pub(super) unsafe fn session_object(connection: *mut pn_connection_t, key: SessionKey) -> *mut pn_session_t {
    // SAFETY: passed on from the caller.
    let engine: &mut Connection = unsafe { &mut (*connection).engine };
    let Some(slot) = engine.sessions.get_mut(key) else { return null_mut() };
    if let Some(object) = slot.object.0 {
        return object.cast().as_ptr();
    }
    let object = new_node(pn_session_t {
        connection,
        key,
        record: null_mut(),
        conditions: [const { None }; 2],
        extra_data: None,
    });
    slot.object = Object(NonNull::new(object.cast()));
    object
}

/// The object that stands for a link; as [`session_object`].
///
/// # Safety
/// `connection` is live.
#[inline]
pub(super) unsafe fn link_object(connection: *mut pn_connection_t, key: LinkKey) -> *mut pn_link_t {
    // SAFETY: passed on from the caller.
    let Some(slot) = (unsafe { (*connection).engine.links.get(key) }) else { return null_mut() };
    match slot.object.0 {
        Some(object) => object.cast().as_ptr(),
        // SAFETY: passed on from the caller.
        None => unsafe { new_link_object(connection, key) },
    }
}

/// # Safety
/// `connection` is live.
#[cold]
unsafe fn new_link_object(connection: *mut pn_connection_t, key: LinkKey) -> *mut pn_link_t {
    // SAFETY: passed on from the caller.
    let engine = unsafe { &(*connection).engine };
    let session = engine.links[key].session;
    // SAFETY: passed on from the caller.
    let session = unsafe { session_object(connection, session) };
    let object = new_node(pn_link_t {
        connection,
        session,
        key,
        record: null_mut(),
        conditions: [const { None }; 2],
        termini: None,
        data: [null_mut(); 2],
        extra_data: None,
    });
    // SAFETY: passed on from the caller.
    let engine: &mut Connection = unsafe { &mut (*connection).engine };
    engine.links[key].object = Object(NonNull::new(object.cast()));
    object
}

/// The object that stands for a delivery; as [`session_object`].
///
/// # Safety
/// `connection` is live, and `link` the object of the delivery's link, or null to look for it.
#[inline]
pub(super) unsafe fn delivery_object(
    connection: *mut pn_connection_t,
    key: DeliveryKey,
    link: *mut pn_link_t,
) -> *mut pn_delivery_t {
    // SAFETY: passed on from the caller.
    let Some(slot) = (unsafe { (*connection).engine.deliveries.get(key) }) else { return null_mut() };
    let Some(object) = slot.object.0 else {
        // SAFETY: passed on from the caller.
        return unsafe { new_delivery_object(connection, key) };
    };
    let object = object.cast::<pn_delivery_t>().as_ptr();
    // SAFETY: the objects of an engine's slots live as long as the connection.
    let this = unsafe { &mut *object };
    if this.key != key {
        // Its last delivery is gone, so it is nobody's.
        // SAFETY: passed on from the caller.
        this.link = if link.is_null() { unsafe { link_object(connection, slot.link) } } else { link };
        this.key = key;
        if !this.record.is_null() {
            // What a program attached after the end.
            // SAFETY: the delivery holds its record; clearing may run a program's finalizers.
            unsafe { record::clear(this.record) };
        }
    }
    object
}

/// # Safety
/// `connection` is live.
#[cold]
unsafe fn new_delivery_object(connection: *mut pn_connection_t, key: DeliveryKey) -> *mut pn_delivery_t {
    // SAFETY: passed on from the caller.
    let engine = unsafe { &(*connection).engine };
    let link = engine.deliveries[key].link;
    // SAFETY: passed on from the caller.
    let link = unsafe { link_object(connection, link) };
    let object = new_node(pn_delivery_t { connection, link, key, record: null_mut(), dispositions: None });
    // SAFETY: passed on from the caller.
    let engine: &mut Connection = unsafe { &mut (*connection).engine };
    engine.deliveries[key].object = Object(NonNull::new(object.cast()));
    object
}

/// Nobody holds the connection any more. What its end has to tell may revive it for as long as it takes to be heard;
/// otherwise it goes with everything in it.
///
/// # Safety
/// `connection` is live and its count is 0.
pub(super) unsafe fn unreferenced(connection: *mut pn_connection_t) {
    // SAFETY: passed on from the caller.
    if unsafe { (*connection).settling } {
        return;
    }
    // SAFETY: the end itself keeps the connection until it is decided.
    unsafe { keep(connection) };
    // SAFETY: as above.
    unsafe { unbind(connection) };
    // SAFETY: as above.
    unsafe { (*connection).engine.release() };
    // SAFETY: as above.
    unsafe { settle(connection) };
    // SAFETY: as above.
    let left = unsafe { count_of(connection) } - 1;
    // SAFETY: as above.
    unsafe { set_count(connection, left) };
    if left == 0 {
        // SAFETY: nothing that was told keeps it.
        unsafe { end_connection(connection) };
    }
}

/// Takes the transport off a connection; one that nobody holds goes.
///
/// # Safety
/// `connection` is live and held.
pub(super) unsafe fn unbind(connection: *mut pn_connection_t) {
    // SAFETY: passed on from the caller.
    let transport = unsafe { (*connection).transport };
    if transport.is_null() {
        return;
    }
    // SAFETY: a connection's transport is live.
    let wire = unsafe { &mut (*transport).engine };
    // SAFETY: passed on from the caller; a different object than the transport.
    let engine = unsafe { &mut (*connection).engine };
    wire.unbind(engine);
    // SAFETY: passed on from the caller.
    unsafe { settle(connection) };
    // SAFETY: as above.
    unsafe { (*connection).transport = null_mut() };
    // SAFETY: as above.
    unsafe { (*transport).connection = null_mut() };
    // SAFETY: as above.
    if unsafe { count_of(transport) } == 0 {
        // SAFETY: unbound, and nobody holds it.
        unsafe { end_transport(transport) };
    } else {
        // SAFETY: the caller holds the connection beyond this reference of the transport's.
        unsafe { let_go(connection) };
    }
}

/// Binds both sides, which are not bound; a transport that is held counts on its connection from now on.
///
/// # Safety
/// Both are live.
pub(super) unsafe fn tie(transport: *mut super::shell::pn_transport_t, connection: *mut pn_connection_t) {
    // SAFETY: passed on from the caller.
    unsafe { (*transport).connection = connection };
    // SAFETY: passed on from the caller.
    unsafe { (*connection).transport = transport };
    // SAFETY: passed on from the caller.
    if unsafe { count_of(transport) } > 0 {
        // SAFETY: passed on from the caller.
        unsafe { hold(connection) };
    }
}

/// # Safety
/// Nobody holds the connection or anything in it.
unsafe fn end_connection(connection: *mut pn_connection_t) {
    // SAFETY: passed on from the caller; attached objects may run a program's code, but find nothing to hold.
    let engine = unsafe { mem::take(&mut (*connection).engine) };
    for object in engine.deliveries.all_values().filter_map(|slot| slot.object.0) {
        // SAFETY: the engine's objects are live, each stands for one slot, and nobody holds them.
        unsafe { end_node(object.cast::<pn_delivery_t>().as_ptr()) };
    }
    for object in engine.links.values().filter_map(|slot| slot.object.0) {
        // SAFETY: as above.
        unsafe { end_node(object.cast::<pn_link_t>().as_ptr()) };
    }
    for object in engine.sessions.values().filter_map(|slot| slot.object.0) {
        // SAFETY: as above.
        unsafe { end_node(object.cast::<pn_session_t>().as_ptr()) };
    }
    // SAFETY: passed on from the caller.
    unsafe { end_node(connection) };
}

const TRANSPORT: c_uint = number(Event::Transport);

/// The number that C knows an event by.
const fn number(event: Event) -> c_uint {
    let name = match event {
        Event::ConnectionInit => names::PN_CONNECTION_INIT,
        Event::ConnectionBound => names::PN_CONNECTION_BOUND,
        Event::ConnectionUnbound => names::PN_CONNECTION_UNBOUND,
        Event::ConnectionLocalOpen => names::PN_CONNECTION_LOCAL_OPEN,
        Event::ConnectionRemoteOpen => names::PN_CONNECTION_REMOTE_OPEN,
        Event::ConnectionLocalClose => names::PN_CONNECTION_LOCAL_CLOSE,
        Event::ConnectionRemoteClose => names::PN_CONNECTION_REMOTE_CLOSE,
        Event::ConnectionFinal => names::PN_CONNECTION_FINAL,
        Event::SessionInit => names::PN_SESSION_INIT,
        Event::SessionLocalOpen => names::PN_SESSION_LOCAL_OPEN,
        Event::SessionRemoteOpen => names::PN_SESSION_REMOTE_OPEN,
        Event::SessionLocalClose => names::PN_SESSION_LOCAL_CLOSE,
        Event::SessionRemoteClose => names::PN_SESSION_REMOTE_CLOSE,
        Event::SessionFinal => names::PN_SESSION_FINAL,
        Event::LinkInit => names::PN_LINK_INIT,
        Event::LinkLocalOpen => names::PN_LINK_LOCAL_OPEN,
        Event::LinkRemoteOpen => names::PN_LINK_REMOTE_OPEN,
        Event::LinkLocalClose => names::PN_LINK_LOCAL_CLOSE,
        Event::LinkRemoteClose => names::PN_LINK_REMOTE_CLOSE,
        Event::LinkLocalDetach => names::PN_LINK_LOCAL_DETACH,
        Event::LinkRemoteDetach => names::PN_LINK_REMOTE_DETACH,
        Event::LinkFlow => names::PN_LINK_FLOW,
        Event::LinkFinal => names::PN_LINK_FINAL,
        Event::Delivery => names::PN_DELIVERY,
        Event::Transport => names::PN_TRANSPORT,
        Event::TransportError => names::PN_TRANSPORT_ERROR,
        Event::TransportHeadClosed => names::PN_TRANSPORT_HEAD_CLOSED,
        Event::TransportTailClosed => names::PN_TRANSPORT_TAIL_CLOSED,
        Event::TransportClosed => names::PN_TRANSPORT_CLOSED,
    };
    name as c_uint
}

/// Counts once more on a connection, whatever that means to it; [`let_go`] takes it back.
///
/// # Safety
/// `connection` is live.
unsafe fn keep(connection: *mut pn_connection_t) {
    // SAFETY: passed on from the caller.
    let count = unsafe { count_of(connection) };
    // SAFETY: passed on from the caller.
    unsafe { set_count(connection, count + 1) };
}
