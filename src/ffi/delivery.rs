//! `proton/delivery.h`: deliveries, each one message on its way over a link.
//!
//! A delivery object stands for a delivery until that is settled and nobody holds it; its memory then serves the
//! next one (`settle`). Calls on the object of a delivery that has ended find nothing and give neutral values.

use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;

use super::boundary::{on_connection, on_delivery, on_link};
use super::data_object::print;
use super::disposition::{pn_disposition_t, recall};
use super::settle::delivery_object;
use super::shell::{attachments, context, pn_connection_t, pn_delivery_t, pn_link_t, set_context};
use super::types::pn_bytes_t;
use crate::codec::quote::quoted;
use crate::engine::{Connection, Delivery, DeliveryKey, LinkKey};
use crate::object::record::pn_record_t;
use crate::performative::Role;

/// The tag of a delivery: bytes that tell it from the others of its link that are not settled.
pub type pn_delivery_tag_t = pn_bytes_t;

/// Puts the address and size of a delivery tag together. Nothing is copied.
///
/// @param[in] bytes where the bytes are
/// @param[in] size how many
/// @return the tag, good for as long as the bytes are
#[unsafe(no_mangle)]
pub extern "C" fn pn_dtag(bytes: *const c_char, size: usize) -> pn_delivery_tag_t {
    pn_bytes_t { size, start: bytes }
}

/// Makes a delivery on a link, behind the ones it has. The link owns it; the caller gets no reference.
///
/// @param[in] link a link
/// @param[in] tag the tag, copied
/// @return the delivery, valid until it is settled, or longer while it is referenced; NULL for a NULL link
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery(link: *mut pn_link_t, tag: pn_delivery_tag_t) -> *mut pn_delivery_t {
    // SAFETY: the caller's tag is readable.
    let tag = unsafe { tag.as_slice() };
    // SAFETY: the caller passes null or a live link.
    unsafe { delivery_of_link(link, |engine, key| Some(engine.create_delivery(key, tag))) }
}

/// Returns the application's pointer on a delivery.
///
/// @param[in] delivery a delivery, or NULL
/// @return what pn_delivery_set_context() stored, NULL if nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_get_context(delivery: *mut pn_delivery_t) -> *mut c_void {
    // SAFETY: the caller passes null or a live delivery.
    unsafe { delivery.as_ref() }.map_or(null_mut(), |this| context(this.record))
}

/// Stores a pointer of the application's on a delivery. It is forgotten when the delivery ends.
///
/// @param[in] delivery a delivery
/// @param[in] context any pointer; it is never followed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_set_context(delivery: *mut pn_delivery_t, context: *mut c_void) {
    // SAFETY: the caller passes null or a live delivery.
    unsafe { mark_attached(delivery) };
    // SAFETY: as above.
    if let Some(this) = unsafe { delivery.as_mut() } {
        set_context(&mut this.record, context);
    }
}

/// Returns the record in which anything can be attached to a delivery. It is emptied when the delivery ends.
///
/// @param[in] delivery a delivery, or NULL
/// @return the record, valid as long as the delivery; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_attachments(delivery: *mut pn_delivery_t) -> *mut pn_record_t {
    // SAFETY: the caller passes null or a live delivery.
    unsafe { mark_attached(delivery) };
    // SAFETY: as above.
    unsafe { delivery.as_mut() }.map_or(null_mut(), |this| attachments(&mut this.record))
}

/// Notes that what is attached to the delivery has to go with it.
///
/// # Safety
/// `delivery` is null or live.
unsafe fn mark_attached(delivery: *mut pn_delivery_t) {
    // SAFETY: passed on from the caller.
    unsafe { on_delivery(delivery, (), |engine, key| engine.deliveries[key].attached = true) };
}

/// Returns the tag of a delivery.
///
/// @param[in] delivery a delivery, or NULL
/// @return the tag, valid as long as the delivery; no bytes at NULL if it is empty
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_tag(delivery: *mut pn_delivery_t) -> pn_delivery_tag_t {
    let lend = |delivery: &Delivery| match delivery.tag.as_slice() {
        [] => pn_bytes_t::NULL,
        tag => pn_bytes_t::lend(tag),
    };
    // SAFETY: the caller passes null or a live delivery.
    unsafe { look(delivery, pn_bytes_t::NULL, lend) }
}

/// Returns the link of a delivery.
///
/// @param[in] delivery a delivery, or NULL
/// @return the link, NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_link(delivery: *mut pn_delivery_t) -> *mut pn_link_t {
    // SAFETY: the caller passes null or a live delivery.
    unsafe { delivery.as_ref() }.map_or(null_mut(), |this| this.link)
}

/// Returns what this side says of a delivery. It is told to the peer by pn_delivery_update() or
/// pn_delivery_settle().
///
/// @param[in] delivery a delivery, or NULL
/// @return the disposition, valid as long as the delivery; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_local(delivery: *mut pn_delivery_t) -> *mut pn_disposition_t {
    // SAFETY: the caller passes null or a live delivery.
    unsafe { disposition(delivery, false) }
}

/// Returns what the peer says of a delivery.
///
/// @param[in] delivery a delivery, or NULL
/// @return the disposition, valid as long as the delivery; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_remote(delivery: *mut pn_delivery_t) -> *mut pn_disposition_t {
    // SAFETY: the caller passes null or a live delivery.
    unsafe { disposition(delivery, true) }
}

/// Returns the type of what this side says of a delivery, such as PN_ACCEPTED.
///
/// @param[in] delivery a delivery, or NULL
/// @return the type, 0 for none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_local_state(delivery: *mut pn_delivery_t) -> u64 {
    // SAFETY: the caller passes null or a live delivery.
    unsafe { look(delivery, 0, |delivery| delivery.local.kind()) }
}

/// Returns the type of what the peer says of a delivery, such as PN_ACCEPTED.
///
/// @param[in] delivery a delivery, or NULL
/// @return the type, 0 for none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_remote_state(delivery: *mut pn_delivery_t) -> u64 {
    // SAFETY: the caller passes null or a live delivery.
    unsafe { look(delivery, 0, |delivery| delivery.remote.kind()) }
}

/// Tells whether the peer has settled a delivery.
///
/// @param[in] delivery a delivery, or NULL
/// @return true if it has; false for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_settled(delivery: *mut pn_delivery_t) -> bool {
    // SAFETY: the caller passes null or a live delivery.
    unsafe { look(delivery, false, |delivery| delivery.remote_settled) }
}

/// Returns how many bytes of a delivery are buffered: received and not read, or given to pn_link_send() and not
/// sent.
///
/// @param[in] delivery a delivery, or NULL
/// @return the number, always 1 for an aborted delivery, 0 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_pending(delivery: *mut pn_delivery_t) -> usize {
    let pending = |delivery: &Delivery| if delivery.aborted { 1 } else { delivery.payload.len() };
    // SAFETY: the caller passes null or a live delivery.
    unsafe { look(delivery, 0, pending) }
}

/// Tells whether more of a message is to come: from this side's application, or from the peer.
///
/// @param[in] delivery a delivery, or NULL
/// @return true until a sender has advanced past it, or a receiver's last frame of it has arrived; false for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_partial(delivery: *mut pn_delivery_t) -> bool {
    // SAFETY: the caller passes null or a live delivery.
    unsafe { look(delivery, false, |delivery| !delivery.complete) }
}

/// Tells whether a delivery was given up before its message was complete, by either side.
///
/// @param[in] delivery a delivery, or NULL
/// @return true if it was; false for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_aborted(delivery: *mut pn_delivery_t) -> bool {
    // SAFETY: the caller passes null or a live delivery.
    unsafe { look(delivery, false, |delivery| delivery.aborted) }
}

/// Tells whether pn_link_send() makes sense on a delivery now.
///
/// @param[in] delivery a delivery, or NULL
/// @return true if it is the current one of a sender with credit; false for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_writable(delivery: *mut pn_delivery_t) -> bool {
    // SAFETY: the caller passes null or a live delivery.
    unsafe { look_around(delivery, writable) }
}

/// Tells whether pn_link_recv() makes sense on a delivery now.
///
/// @param[in] delivery a delivery, or NULL
/// @return true if it is the current one of a receiver; false for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_readable(delivery: *mut pn_delivery_t) -> bool {
    // SAFETY: the caller passes null or a live delivery.
    unsafe { look_around(delivery, readable) }
}

/// Tells whether the peer has said something about a delivery since pn_delivery_clear().
///
/// @param[in] delivery a delivery, or NULL
/// @return true if it has; false for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_updated(delivery: *mut pn_delivery_t) -> bool {
    // SAFETY: the caller passes null or a live delivery.
    unsafe { look(delivery, false, |delivery| delivery.updated) }
}

/// Sets the type of what this side says of a delivery and tells the peer with the next output. Fields that were set
/// for the same type before are told too.
///
/// @param[in] delivery a delivery
/// @param[in] state the type, such as PN_ACCEPTED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_update(delivery: *mut pn_delivery_t, state: u64) {
    // SAFETY: the caller passes null or a live delivery.
    unsafe { recall(delivery, state) };
    // SAFETY: as above.
    unsafe { on_delivery(delivery, (), |engine, key| engine.update_delivery(key, state)) }
}

/// Notes that the application has seen what the peer said of a delivery.
///
/// @param[in] delivery a delivery
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_clear(delivery: *mut pn_delivery_t) {
    // SAFETY: the caller passes null or a live delivery.
    unsafe { on_delivery(delivery, (), |engine, key| engine.clear_delivery(key)) }
}

/// Tells whether a delivery is the current one of its link.
///
/// @param[in] delivery a delivery, or NULL
/// @return true if it is; false for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_current(delivery: *mut pn_delivery_t) -> bool {
    // SAFETY: the caller passes null or a live delivery.
    unsafe { look_around(delivery, current) }
}

/// Settles a delivery: this side has nothing more to say or hear about it. One that is current is advanced past.
///
/// @param[in] delivery a delivery, not to be used afterwards unless it is referenced
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_settle(delivery: *mut pn_delivery_t) {
    // SAFETY: the caller passes null or a live delivery.
    unsafe { on_delivery(delivery, (), |engine, key| engine.settle_delivery(key)) }
}

/// Gives up on sending a delivery and settles it. The peer drops what it has of the message.
///
/// @param[in] delivery a delivery, not to be used afterwards unless it is referenced
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_abort(delivery: *mut pn_delivery_t) {
    // SAFETY: the caller passes null or a live delivery.
    unsafe { on_delivery(delivery, (), |engine, key| engine.abort_delivery(key)) }
}

/// Tells whether something of an outgoing delivery still waits to be sent.
///
/// @param[in] delivery a delivery, or NULL
/// @return true while a frame of it is due; false for receivers and NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_buffered(delivery: *mut pn_delivery_t) -> bool {
    let buffered = |engine: &mut Connection, key: DeliveryKey| {
        let delivery = &engine.deliveries[key];
        let sends = engine.links[delivery.link].role == Role::Sender;
        sends && !delivery.sent && (delivery.complete || !delivery.payload.is_empty())
    };
    // SAFETY: the caller passes null or a live delivery.
    unsafe { on_delivery(delivery, false, buffered) }
}

/// Writes the state of a delivery to the standard output, for debugging.
///
/// @param[in] delivery a delivery, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_delivery_dump(delivery: *mut pn_delivery_t) {
    // SAFETY: the caller passes null or a live delivery.
    let text = unsafe { on_delivery(delivery, String::new(), |engine, key| described(engine, key)) };
    print(text.as_bytes());
}

/// Returns the first delivery of a connection that the application can work on: one it can read or send, or that the
/// peer has said something new about.
///
/// @deprecated use PN_DELIVERY events
/// @param[in] connection a connection, or NULL
/// @return the delivery, NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_work_head(connection: *mut pn_connection_t) -> *mut pn_delivery_t {
    // SAFETY: the caller passes null or a live connection.
    let head = unsafe { on_connection(connection, None, |engine| engine.work_head()) };
    // SAFETY: as above.
    unsafe { object_of(connection, head) }
}

/// Returns the next delivery that the application can work on; the first one if this one no longer is.
///
/// @deprecated use PN_DELIVERY events
/// @param[in] delivery a delivery, or NULL
/// @return the delivery, NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_work_next(delivery: *mut pn_delivery_t) -> *mut pn_delivery_t {
    // SAFETY: the caller passes null or a live delivery.
    unsafe { delivery_beside(delivery, |engine, key| engine.work_next(key)) }
}

/// The delivery that `find` finds on a link.
///
/// # Safety
/// `link` is null or live.
pub(super) unsafe fn delivery_of_link(
    link: *mut pn_link_t,
    find: impl FnOnce(&mut Connection, LinkKey) -> Option<DeliveryKey>,
) -> *mut pn_delivery_t {
    // SAFETY: passed on from the caller.
    let Some(this) = (unsafe { link.as_ref() }) else { return null_mut() };
    let connection = this.connection;
    // SAFETY: passed on from the caller.
    let found = unsafe { on_link(link, None, find) };
    // SAFETY: a link lives no longer than its connection, and what was found is of the link.
    found.map_or(null_mut(), |key| unsafe { delivery_object(connection, key, link) })
}

/// The delivery that `find` finds from another one.
///
/// # Safety
/// `delivery` is null or live.
pub(super) unsafe fn delivery_beside(
    delivery: *mut pn_delivery_t,
    find: impl FnOnce(&mut Connection, DeliveryKey) -> Option<DeliveryKey>,
) -> *mut pn_delivery_t {
    // SAFETY: passed on from the caller.
    let Some(this) = (unsafe { delivery.as_ref() }) else { return null_mut() };
    let connection = this.connection;
    // SAFETY: passed on from the caller.
    let found = unsafe { on_delivery(delivery, None, find) };
    // SAFETY: a delivery lives no longer than its connection.
    unsafe { object_of(connection, found) }
}

/// # Safety
/// `connection` is live if there is a key.
unsafe fn object_of(connection: *mut pn_connection_t, key: Option<DeliveryKey>) -> *mut pn_delivery_t {
    // SAFETY: passed on from the caller.
    key.map_or(null_mut(), |key| unsafe { delivery_object(connection, key, null_mut()) })
}

/// Looks at what the engine has of a delivery.
///
/// # Safety
/// As for [`on_delivery`].
#[inline]
unsafe fn look<R>(delivery: *mut pn_delivery_t, neutral: R, f: impl FnOnce(&Delivery) -> R) -> R {
    // SAFETY: the caller passes null, a live or a spare delivery.
    let Some(this) = (unsafe { delivery.as_ref() }) else { return neutral };
    // SAFETY: a delivery lives no longer than its connection.
    unsafe { (*this.connection).engine.deliveries.get(this.key) }.map_or(neutral, f)
}

/// Looks at what the engine has of a delivery and of its link.
///
/// # Safety
/// As for [`on_delivery`].
#[inline]
unsafe fn look_around(delivery: *mut pn_delivery_t, f: fn(&Connection, DeliveryKey) -> bool) -> bool {
    // SAFETY: the caller passes null, a live or a spare delivery.
    let Some(this) = (unsafe { delivery.as_ref() }) else { return false };
    // SAFETY: a delivery lives no longer than its connection.
    let engine = unsafe { &(*this.connection).engine };
    engine.deliveries.get(this.key).is_some() && f(engine, this.key)
}

/// # Safety
/// `delivery` is null or live.
unsafe fn disposition(delivery: *mut pn_delivery_t, remote: bool) -> *mut pn_disposition_t {
    // SAFETY: passed on from the caller.
    let Some(this) = (unsafe { delivery.as_mut() }) else { return null_mut() };
    let facets = this.dispositions.get_or_insert_with(|| pn_disposition_t::both(delivery));
    &raw mut facets[usize::from(remote)]
}

fn current(engine: &Connection, key: DeliveryKey) -> bool {
    engine.links[engine.deliveries[key].link].current == Some(key)
}

fn writable(engine: &Connection, key: DeliveryKey) -> bool {
    let link = &engine.links[engine.deliveries[key].link];
    link.role == Role::Sender && link.current == Some(key) && link.credit > 0
}

fn readable(engine: &Connection, key: DeliveryKey) -> bool {
    let link = &engine.links[engine.deliveries[key].link];
    link.role == Role::Receiver && link.current == Some(key)
}

fn described(engine: &Connection, key: DeliveryKey) -> String {
    let delivery = &engine.deliveries[key];
    let mut tag = String::new();
    // Writing to a string cannot fail.
    let _ = quoted(&mut tag, &delivery.tag);
    let (writable, readable) = (writable(engine, key), readable(engine, key));
    let work = (delivery.updated && !delivery.local_settled) || writable || readable;
    let flag = c_int::from;
    format!(
        "{{tag={tag}, local.type={}, remote.type={}, local.settled={}, remote.settled={}, updated={}, \
         current={}, writable={}, readable={}, work={}}}",
        delivery.local.kind(),
        delivery.remote.kind(),
        flag(delivery.local_settled),
        flag(delivery.remote_settled),
        flag(delivery.updated),
        flag(current(engine, key)),
        flag(writable),
        flag(readable),
        flag(work),
    )
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::multiple_unsafe_ops_per_block,
        clippy::undocumented_unsafe_blocks,
        reason = "a test owns every object it uses"
    )]

    use super::*;
    use crate::ffi::connection::{pn_connection, pn_connection_free};
    use crate::ffi::link::{pn_link_current, pn_link_send, pn_link_unsettled, pn_sender, pn_unsettled_head};
    use crate::ffi::session::pn_session;

    #[test]
    fn a_settled_delivery_leaves_its_object_to_the_next_without_its_context() {
        let connection = pn_connection();
        unsafe {
            let link = pn_sender(pn_session(connection), c"link".as_ptr());
            let first = pn_delivery(link, pn_dtag(c"one".as_ptr(), 3));
            pn_delivery_set_context(first, connection.cast());
            assert_eq!(pn_link_send(link, c"hello".as_ptr(), 5), 5);
            assert_eq!((pn_delivery_pending(first), pn_delivery_buffered(first)), (5, true));
            assert!(pn_delivery_current(first) && pn_delivery_partial(first));
            pn_delivery_settle(first);
            assert_eq!(pn_link_unsettled(link), 0);
            assert!(pn_link_current(link).is_null());

            let second = pn_delivery(link, pn_bytes_t::NULL);
            assert_eq!(second, first);
            assert!(pn_delivery_get_context(second).is_null());
            assert!(pn_delivery_tag(second).start.is_null());
            assert_eq!(pn_unsettled_head(link), second);
            pn_connection_free(connection);
        }
    }

    #[test]
    fn the_dump_shows_tag_and_states() {
        let connection = pn_connection();
        unsafe {
            let link = pn_sender(pn_session(connection), c"link".as_ptr());
            let delivery = pn_delivery(link, pn_dtag(c"a\x01\"b".as_ptr(), 4));
            pn_delivery_update(delivery, 0x24);
            let text = on_delivery(delivery, String::new(), |engine, key| described(engine, key));
            assert_eq!(
                text,
                "{tag=a\\x01\\x22b, local.type=36, remote.type=0, local.settled=0, remote.settled=0, \
                 updated=0, current=1, writable=0, readable=0, work=0}"
            );
            pn_connection_free(connection);
        }
    }

    #[test]
    fn null_is_no_delivery() {
        unsafe {
            assert!(pn_delivery(null_mut(), pn_bytes_t::NULL).is_null());
            assert!(!pn_delivery_settled(null_mut()) && pn_delivery_link(null_mut()).is_null());
            pn_delivery_update(null_mut(), 0x24);
            pn_delivery_settle(null_mut());
            assert!(pn_work_head(null_mut()).is_null() && pn_work_next(null_mut()).is_null());
        }
    }
}
