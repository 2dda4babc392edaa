//! `proton/event.h`: what happened, and the queue it is learned from.
//!
//! The engine puts events into the collector of a connection, the program takes them out. Queue and event objects
//! are in `object::collector`; this file gives them their C names, and finds the endpoints an event belongs to by
//! the class of its context.

use std::ffi::{c_char, c_uint, c_void};
use std::ptr::null_mut;

use super::cid::names::pn_cid_t as cid;
use super::condition::{pn_condition_is_set, pn_condition_t};
use super::connection::{pn_connection_condition, pn_connection_remote_condition, pn_connection_transport};
use super::delivery::pn_delivery_link;
use super::link::{pn_link_condition, pn_link_remote_condition, pn_link_session};
use super::object::{pn_class_t, pn_record_t};
use super::session::{pn_session_condition, pn_session_connection, pn_session_remote_condition};
use super::shell::{pn_connection_t, pn_delivery_t, pn_link_t, pn_session_t, pn_transport_t};
use super::transport::{pn_transport_condition, pn_transport_connection};
use crate::object::{call, class, class_argument, collector, event_name};

pub(crate) use crate::object::collector::put;
pub use crate::object::collector::{pn_collector_t, pn_event_t};

/// cbindgen:ignore
pub type pn_event_type_t = c_uint;

/// The enumerations as C sees them.
pub mod names {
    /// The type of an event.
    #[repr(C)]
    pub enum pn_event_type_t {
        /// No event; the type of a NULL event.
        PN_EVENT_NONE = 0,
        /// A reactor starts. The first event of a reactor.
        PN_REACTOR_INIT = 1,
        /// A reactor has handled everything and is about to wait.
        PN_REACTOR_QUIESCED = 2,
        /// A reactor has stopped. Its last event.
        PN_REACTOR_FINAL = 3,
        /// A scheduled task is due.
        PN_TIMER_TASK = 4,
        /// A connection begins to report to the collector. Its first event.
        PN_CONNECTION_INIT = 5,
        /// A connection was bound to a transport.
        PN_CONNECTION_BOUND = 6,
        /// A connection was separated from its transport.
        PN_CONNECTION_UNBOUND = 7,
        /// The program opened the connection.
        PN_CONNECTION_LOCAL_OPEN = 8,
        /// The peer opened the connection.
        PN_CONNECTION_REMOTE_OPEN = 9,
        /// The program closed the connection.
        PN_CONNECTION_LOCAL_CLOSE = 10,
        /// The peer closed the connection; the remote condition may say why.
        PN_CONNECTION_REMOTE_CLOSE = 11,
        /// The connection was freed and is done. Its last event.
        PN_CONNECTION_FINAL = 12,
        /// A session was made, by the program or by the peer.
        PN_SESSION_INIT = 13,
        /// The program opened the session.
        PN_SESSION_LOCAL_OPEN = 14,
        /// The peer opened the session.
        PN_SESSION_REMOTE_OPEN = 15,
        /// The program closed the session.
        PN_SESSION_LOCAL_CLOSE = 16,
        /// The peer closed the session; the remote condition may say why.
        PN_SESSION_REMOTE_CLOSE = 17,
        /// The session was freed and is done. Its last event.
        PN_SESSION_FINAL = 18,
        /// A link was made, by the program or by the peer.
        PN_LINK_INIT = 19,
        /// The program opened the link.
        PN_LINK_LOCAL_OPEN = 20,
        /// The peer opened the link.
        PN_LINK_REMOTE_OPEN = 21,
        /// The program closed the link.
        PN_LINK_LOCAL_CLOSE = 22,
        /// The peer closed the link; the remote condition may say why.
        PN_LINK_REMOTE_CLOSE = 23,
        /// The program detached the link without closing it.
        PN_LINK_LOCAL_DETACH = 24,
        /// The peer detached the link without closing it.
        PN_LINK_REMOTE_DETACH = 25,
        /// The credit of the link, or what is queued for it, changed.
        PN_LINK_FLOW = 26,
        /// The link was freed and is done. Its last event.
        PN_LINK_FINAL = 27,
        /// The peer sent bytes, a state or a settlement for a delivery.
        PN_DELIVERY = 28,
        /// The transport may have bytes to write. Repeats are merged while one is queued.
        PN_TRANSPORT = 29,
        /// The peer is authenticated; the transport tells as whom.
        PN_TRANSPORT_AUTHENTICATED = 30,
        /// The transport failed; its condition says why.
        PN_TRANSPORT_ERROR = 31,
        /// The transport has no more bytes to write.
        PN_TRANSPORT_HEAD_CLOSED = 32,
        /// The transport takes no more bytes.
        PN_TRANSPORT_TAIL_CLOSED = 33,
        /// Both directions of the transport are closed.
        PN_TRANSPORT_CLOSED = 34,
        /// A selectable was made.
        PN_SELECTABLE_INIT = 35,
        /// What a selectable waits for changed.
        PN_SELECTABLE_UPDATED = 36,
        /// The descriptor of a selectable can be read.
        PN_SELECTABLE_READABLE = 37,
        /// The descriptor of a selectable can be written.
        PN_SELECTABLE_WRITABLE = 38,
        /// The descriptor of a selectable has an error.
        PN_SELECTABLE_ERROR = 39,
        /// The deadline of a selectable has passed.
        PN_SELECTABLE_EXPIRED = 40,
        /// A selectable was terminated. Its last event.
        PN_SELECTABLE_FINAL = 41,
        /// pn_connection_wake() was called.
        PN_CONNECTION_WAKE = 42,
        /// A peer connects to a listener.
        PN_LISTENER_ACCEPT = 43,
        /// A listener is closed; its condition may say why. Its last event.
        PN_LISTENER_CLOSE = 44,
        /// pn_proactor_interrupt() was called.
        PN_PROACTOR_INTERRUPT = 45,
        /// The time set with pn_proactor_set_timeout() is up.
        PN_PROACTOR_TIMEOUT = 46,
        /// The proactor has no connections, listeners or timeouts left.
        PN_PROACTOR_INACTIVE = 47,
        /// A listener is listening.
        PN_LISTENER_OPEN = 48,
        /// A raw connection is established.
        PN_RAW_CONNECTION_CONNECTED = 49,
        /// A raw connection has no more bytes to read.
        PN_RAW_CONNECTION_CLOSED_READ = 50,
        /// A raw connection takes no more bytes.
        PN_RAW_CONNECTION_CLOSED_WRITE = 51,
        /// A raw connection is gone. Its last event.
        PN_RAW_CONNECTION_DISCONNECTED = 52,
        /// A raw connection has bytes but no buffer for them.
        PN_RAW_CONNECTION_NEED_READ_BUFFERS = 53,
        /// A raw connection could write but has nothing to.
        PN_RAW_CONNECTION_NEED_WRITE_BUFFERS = 54,
        /// A raw connection has filled buffers to take.
        PN_RAW_CONNECTION_READ = 55,
        /// A raw connection is done with buffers that were written.
        PN_RAW_CONNECTION_WRITTEN = 56,
        /// pn_raw_connection_wake() was called.
        PN_RAW_CONNECTION_WAKE = 57,
        /// A raw connection is ending; all buffers must be taken back.
        PN_RAW_CONNECTION_DRAIN_BUFFERS = 58,
    }
}

const OBJECT: *const pn_class_t = &raw const class::OBJECT.0;

/// Gives the name of an event type.
///
/// @param[in] type an event type
/// @return constant text such as "PN_CONNECTION_INIT"; "PN_UNKNOWN" for a number that is no event
#[unsafe(no_mangle)]
pub extern "C" fn pn_event_type_name(r#type: pn_event_type_t) -> *const c_char {
    event_name::event_name(r#type).as_ptr()
}

/// Makes an empty collector.
///
/// @return a new counted object, to be released with pn_collector_free()
#[unsafe(no_mangle)]
pub extern "C" fn pn_collector() -> *mut pn_collector_t {
    collector::new()
}

/// Releases a collector: drops everything queued, takes no more events, and gives up the caller's reference.
///
/// @param[in] collector a collector, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_collector_free(collector: *mut pn_collector_t) {
    // SAFETY: the caller passes null or a live collector.
    unsafe { pn_collector_release(collector) };
    // SAFETY: the caller gives up its reference.
    unsafe { crate::object::decref(collector) };
}

/// Drops everything queued and takes no more events. The caller keeps its reference.
///
/// Events that the program holds a reference to stay as they are. Doing it again changes nothing.
///
/// @param[in] collector a collector, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_collector_release(collector: *mut pn_collector_t) {
    if !collector.is_null() {
        // SAFETY: the caller passes a live collector.
        unsafe { collector::release(collector) };
    }
}

/// Drops everything queued, and the event pn_collector_next() gave last.
///
/// @param[in] collector a collector, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_collector_drain(collector: *mut pn_collector_t) {
    if !collector.is_null() {
        // SAFETY: the caller passes a live collector.
        unsafe { collector::drain(collector) };
    }
}

/// Puts an event at the end of the queue, unless the last one queued has the same type and context.
///
/// The event holds a reference to the context while it lives.
///
/// @param[in] collector a collector, or NULL
/// @param[in] clazz the class of the context
/// @param[in] context the object the event is about, not NULL
/// @param[in] type the type of the event
/// @return the event, valid as one from pn_collector_peek(); NULL if it was merged with the last one, or if
/// the collector is NULL or released
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_collector_put(
    collector: *mut pn_collector_t,
    clazz: *const pn_class_t,
    context: *mut c_void,
    r#type: pn_event_type_t,
) -> *mut pn_event_t {
    // Proton: the value of PN_OBJECT, which only programs since 0.38 pass, is kept as the class of the event;
    // pinned by `an_event_keeps_the_class_it_was_put_with`.
    let real = if clazz == OBJECT {
        OBJECT
    } else {
        // SAFETY: the caller passes a class in either form.
        let given = unsafe { class_argument(clazz) };
        // SAFETY: the caller passes an object of the class, or null, which is refused below.
        unsafe { call::reify(given, context) }
    };
    // SAFETY: the caller passes null or a live collector, and an object of the class.
    unsafe { put(collector, real, context, r#type) }
}

/// Puts an event about a counted object at the end of the queue, as pn_collector_put() does with its own class.
///
/// @param[in] collector a collector, or NULL
/// @param[in] object the counted object the event is about, not NULL
/// @param[in] type the type of the event
/// @return the event, or NULL as from pn_collector_put()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_collector_put_object(
    collector: *mut pn_collector_t,
    object: *mut c_void,
    r#type: pn_event_type_t,
) -> *mut pn_event_t {
    // SAFETY: the caller passes null or a live counted object.
    let class = unsafe { class::object_reify(object) };
    // SAFETY: the caller passes null or a live collector.
    unsafe { put(collector, class, object, r#type) }
}

/// Gives the event at the head of the queue and leaves it there.
///
/// @param[in] collector a collector, or NULL
/// @return the event, valid until it is popped; NULL if the queue is empty
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_collector_peek(collector: *mut pn_collector_t) -> *mut pn_event_t {
    // SAFETY: the caller passes null or a live collector.
    unsafe { collector.as_mut() }.map_or(null_mut(), pn_collector_t::peek)
}

/// Drops the event at the head of the queue.
///
/// @param[in] collector a collector, or NULL
/// @return true if there was one
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_collector_pop(collector: *mut pn_collector_t) -> bool {
    // SAFETY: the caller passes null or a live collector.
    !collector.is_null() && unsafe { collector::pop(collector) }
}

/// Takes the event at the head out of the queue, and drops the one this call gave before.
///
/// @param[in] collector a collector, or NULL
/// @return the event, valid until the next such call, drain or release; NULL if the queue is empty
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_collector_next(collector: *mut pn_collector_t) -> *mut pn_event_t {
    if collector.is_null() {
        return null_mut();
    }
    // SAFETY: the caller passes a live collector.
    unsafe { collector::next(collector) }
}

/// Gives the event that pn_collector_next() gave last.
///
/// @param[in] collector a collector, or NULL
/// @return the event; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_collector_prev(collector: *mut pn_collector_t) -> *mut pn_event_t {
    // SAFETY: the caller passes null or a live collector.
    unsafe { collector.as_ref() }.map_or(null_mut(), pn_collector_t::previous)
}

/// Tells whether there are more events after the one at the head of the queue.
///
/// @param[in] collector a collector, or NULL
/// @return true if at least two events are queued
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_collector_more(collector: *mut pn_collector_t) -> bool {
    // SAFETY: the caller passes null or a live collector.
    unsafe { collector.as_ref() }.is_some_and(|collector| collector.len() > 1)
}

/// Gives the type of an event.
///
/// @param[in] event an event, or NULL
/// @return the type; PN_EVENT_NONE for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_event_type(event: *mut pn_event_t) -> pn_event_type_t {
    // SAFETY: the caller passes null or a live event.
    unsafe { event.as_ref() }.map_or(0, pn_event_t::kind)
}

/// Gives the class of the context of an event: the one it was put with.
///
/// @param[in] event an event, or NULL
/// @return the class; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_event_class(event: *mut pn_event_t) -> *const pn_class_t {
    // SAFETY: the caller passes null or a live event.
    unsafe { event.as_ref() }.map_or(std::ptr::null(), pn_event_t::class)
}

/// Gives the object an event is about.
///
/// @param[in] event an event, or NULL
/// @return the object, which the event holds; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_event_context(event: *mut pn_event_t) -> *mut c_void {
    // SAFETY: the caller passes null or a live event.
    unsafe { event.as_ref() }.map_or(null_mut(), pn_event_t::context)
}

/// Gives the record for the program's own data on an event.
///
/// @param[in] event an event, or NULL
/// @return a record that lives as long as the event; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_event_attachments(event: *mut pn_event_t) -> *mut pn_record_t {
    // SAFETY: the caller passes null or a live event.
    unsafe { event.as_mut() }.map_or(null_mut(), pn_event_t::attachments)
}

/// The context of an event if its class has the given number, else null.
pub(super) unsafe fn context_of<T>(event: *mut pn_event_t, wanted: cid) -> *mut T {
    // SAFETY: callers pass null or a live event.
    let Some(event) = (unsafe { event.as_ref() }) else { return null_mut() };
    // SAFETY: an event keeps a real class.
    let number = unsafe { (*event.class()).cid };
    if number == wanted as c_uint { event.context().cast() } else { null_mut() }
}

/// Gives the delivery an event is about.
///
/// @param[in] event an event, or NULL
/// @return the delivery; NULL if the event is not about one
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_event_delivery(event: *mut pn_event_t) -> *mut pn_delivery_t {
    // SAFETY: the caller passes null or a live event.
    unsafe { context_of(event, cid::CID_pn_delivery) }
}

/// Gives the link an event is about, or the link of its delivery.
///
/// @param[in] event an event, or NULL
/// @return the link; NULL if the event has none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_event_link(event: *mut pn_event_t) -> *mut pn_link_t {
    // SAFETY: the caller passes null or a live event.
    let link = unsafe { context_of::<pn_link_t>(event, cid::CID_pn_link) };
    // SAFETY: as above.
    let delivery = unsafe { pn_event_delivery(event) };
    if delivery.is_null() {
        return link;
    }
    // SAFETY: the event holds the delivery.
    unsafe { pn_delivery_link(delivery) }
}

/// Gives the session an event is about, or the session of its link or delivery.
///
/// @param[in] event an event, or NULL
/// @return the session; NULL if the event has none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_event_session(event: *mut pn_event_t) -> *mut pn_session_t {
    // SAFETY: the caller passes null or a live event.
    let session = unsafe { context_of::<pn_session_t>(event, cid::CID_pn_session) };
    // SAFETY: as above.
    let link = unsafe { pn_event_link(event) };
    if link.is_null() {
        return session;
    }
    // SAFETY: the event holds the link, or a delivery of it.
    unsafe { pn_link_session(link) }
}

/// Gives the connection an event is about, or the one its session, link, delivery or transport belongs to.
///
/// @param[in] event an event, or NULL
/// @return the connection; NULL if the event has none, as for a transport without a connection
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_event_connection(event: *mut pn_event_t) -> *mut pn_connection_t {
    // SAFETY: the caller passes null or a live event.
    let connection = unsafe { context_of::<pn_connection_t>(event, cid::CID_pn_connection) };
    if !connection.is_null() {
        return connection;
    }
    // SAFETY: as above.
    let transport = unsafe { context_of::<pn_transport_t>(event, cid::CID_pn_transport) };
    if !transport.is_null() {
        // SAFETY: the event holds the transport.
        return unsafe { pn_transport_connection(transport) };
    }
    // SAFETY: as above.
    let session = unsafe { pn_event_session(event) };
    if session.is_null() {
        return null_mut();
    }
    // SAFETY: the event holds the session, or something inside it.
    unsafe { pn_session_connection(session) }
}

/// Gives the transport an event is about, or the one its connection is bound to at the moment.
///
/// @param[in] event an event, or NULL
/// @return the transport; NULL if the event has none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_event_transport(event: *mut pn_event_t) -> *mut pn_transport_t {
    // SAFETY: the caller passes null or a live event.
    let transport = unsafe { context_of::<pn_transport_t>(event, cid::CID_pn_transport) };
    if !transport.is_null() {
        return transport;
    }
    // SAFETY: as above.
    let connection = unsafe { pn_event_connection(event) };
    if connection.is_null() {
        return null_mut();
    }
    // SAFETY: the event holds the connection, or something inside it.
    unsafe { pn_connection_transport(connection) }
}

/// Gives the error condition that goes with an event.
///
/// For an endpoint this is the remote condition if it is set, else the local one; for a transport its condition.
///
/// @param[in] event an event, or NULL
/// @return the condition, which belongs to the object of the event; NULL if none is set
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_event_condition(event: *mut pn_event_t) -> *mut pn_condition_t {
    // SAFETY: the caller passes null or a live event.
    let Some(this) = (unsafe { event.as_ref() }) else { return null_mut() };
    let context = this.context();
    // SAFETY: an event keeps a real class.
    let number = unsafe { (*this.class()).cid };
    let conditions = match number {
        // SAFETY: the number of the class says what the context is.
        n if n == cid::CID_pn_connection as c_uint => unsafe { connection_conditions(context.cast()) },
        // SAFETY: as above.
        n if n == cid::CID_pn_session as c_uint => unsafe { session_conditions(context.cast()) },
        // SAFETY: as above.
        n if n == cid::CID_pn_link as c_uint => unsafe { link_conditions(context.cast()) },
        n if n == cid::CID_pn_transport as c_uint => {
            // SAFETY: as above.
            let condition = unsafe { pn_transport_condition(context.cast()) };
            [condition, null_mut()]
        }
        _ => [null_mut(); 2],
    };
    // SAFETY: conditions live as long as the object, which the event holds; null is not set.
    let set = |condition: &*mut pn_condition_t| unsafe { pn_condition_is_set(*condition) };
    conditions.into_iter().find(set).unwrap_or(null_mut())
}

unsafe fn connection_conditions(connection: *mut pn_connection_t) -> [*mut pn_condition_t; 2] {
    // SAFETY: the caller passes a live connection.
    let remote = unsafe { pn_connection_remote_condition(connection) };
    // SAFETY: as above.
    [remote, unsafe { pn_connection_condition(connection) }]
}

unsafe fn session_conditions(session: *mut pn_session_t) -> [*mut pn_condition_t; 2] {
    // SAFETY: the caller passes a live session.
    let remote = unsafe { pn_session_remote_condition(session) };
    // SAFETY: as above.
    [remote, unsafe { pn_session_condition(session) }]
}

unsafe fn link_conditions(link: *mut pn_link_t) -> [*mut pn_condition_t; 2] {
    // SAFETY: the caller passes a live link.
    let remote = unsafe { pn_link_remote_condition(link) };
    // SAFETY: as above.
    [remote, unsafe { pn_link_condition(link) }]
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::multiple_unsafe_ops_per_block,
        clippy::undocumented_unsafe_blocks,
        reason = "a test owns every object it uses"
    )]

    use std::ffi::CStr;

    use super::*;
    use crate::ffi::object::{PN_OBJECT, pn_free, pn_refcount, pn_string_t};

    #[test]
    fn every_event_has_the_name_of_its_constant() {
        let name = |kind| unsafe { CStr::from_ptr(pn_event_type_name(kind)) };
        assert_eq!((name(0), name(28)), (c"PN_EVENT_NONE", c"PN_DELIVERY"));
        assert_eq!(
            name(names::pn_event_type_t::PN_RAW_CONNECTION_DRAIN_BUFFERS as _),
            c"PN_RAW_CONNECTION_DRAIN_BUFFERS"
        );
        assert_eq!(name(59), c"PN_UNKNOWN");
    }

    #[test]
    fn an_event_keeps_the_class_it_was_put_with() {
        let (collector, object) = (pn_collector(), pn_string_t::new(None).into_object().cast::<c_void>());
        let own = unsafe { class::object_reify(object) };
        unsafe {
            let event = pn_collector_put(collector, PN_OBJECT, object, 5);
            assert!(pn_event_class(event) == OBJECT, "the value, as new programs pass it");
            let event = pn_collector_put(collector, (&raw const PN_OBJECT).cast(), object, 6);
            assert_eq!(pn_event_class(event), own, "the address, as old programs pass it");
            let event = pn_collector_put_object(collector, object, 7);
            assert_eq!((pn_event_class(event), pn_refcount(object)), (own, 4));
            pn_collector_free(collector);
            assert_eq!(pn_refcount(object), 1);
            pn_free(object);
        }
    }

    #[test]
    fn more_means_at_least_two() {
        let collector = pn_collector();
        let void = &raw const class::VOID.0;
        unsafe {
            let context = std::ptr::without_provenance_mut(1);
            pn_collector_put(collector, void, context, 5);
            assert!(!pn_collector_more(collector));
            pn_collector_put(collector, void, context, 6);
            assert!(pn_collector_more(collector));
            assert_eq!(pn_event_type(pn_collector_peek(collector)), 5);
            pn_free(collector.cast());
        }
    }

    #[test]
    fn null_has_no_events() {
        unsafe {
            assert!(pn_collector_peek(null_mut()).is_null() && pn_collector_next(null_mut()).is_null());
            assert!(!pn_collector_pop(null_mut()) && !pn_collector_more(null_mut()));
            assert_eq!(pn_event_type(null_mut()), 0);
            assert!(pn_event_context(null_mut()).is_null() && pn_event_attachments(null_mut()).is_null());
            pn_collector_free(null_mut());
        }
    }
}
