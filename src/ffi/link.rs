//! `proton/link.h`: links, which carry deliveries one way between two termini.
//!
//! Link objects are made by `settle::link_object`; conditions, termini and properties are facets that look up the
//! link's slot on every call. Credit arithmetic is the engine's (`engine::credit`).

use std::ffi::{c_char, c_int, c_uint, c_void};
use std::ptr::null_mut;

use super::boundary::{matches_state, misuse_code, no_error, on_connection, on_link, state_bits};
use super::codec::pn_data_t;
use super::condition::pn_condition_t;
use super::data_object::{Home, lent_data, slice, text};
use super::delivery::{delivery_beside, delivery_of_link};
use super::error::{PN_ARG_ERR, pn_error_t};
use super::settle::{link_object, settle_if_needed};
use super::shell::{
    attachments, context, pn_connection_t, pn_delivery_t, pn_link_t, pn_session_t, set_context,
};
use super::terminus::pn_terminus_t;
use super::types::pn_state_t;
use crate::codec::Data;
use crate::engine::{Condition, Connection, End, Link, LinkKey, Misuse, Side, Text};
use crate::object::record::pn_record_t;
use crate::performative::{ReceiverSettleMode, Role, SenderSettleMode};

/// cbindgen:ignore
pub type pn_snd_settle_mode_t = c_uint;
/// cbindgen:ignore
pub type pn_rcv_settle_mode_t = c_uint;

/// The enumerations as C sees them.
pub mod names {
    /// How the sender of a link settles.
    #[repr(C)]
    pub enum pn_snd_settle_mode_t {
        /// Every delivery is sent unsettled.
        PN_SND_UNSETTLED = 0,
        /// Every delivery is sent settled.
        PN_SND_SETTLED = 1,
        /// Both kinds occur.
        PN_SND_MIXED = 2,
    }

    /// How the receiver of a link settles.
    #[repr(C)]
    pub enum pn_rcv_settle_mode_t {
        /// The receiver settles as soon as it knows the outcome.
        PN_RCV_FIRST = 0,
        /// The receiver tells the outcome, and settles after the sender has.
        PN_RCV_SECOND = 1,
    }
}

use names::{pn_rcv_settle_mode_t as ReceiverMode, pn_snd_settle_mode_t as SenderMode};

/// Makes a link that sends. The session owns it; the caller gets no reference.
///
/// @param[in] session a session
/// @param[in] name the name, copied; NULL for none. It should differ from those of the session's other senders
/// @return the link, to be freed with pn_link_free() or with the session; NULL for a NULL session
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_sender(session: *mut pn_session_t, name: *const c_char) -> *mut pn_link_t {
    // SAFETY: the caller passes null or a live session, and null or a string.
    unsafe { create(session, Role::Sender, name) }
}

/// Makes a link that receives. The session owns it; the caller gets no reference.
///
/// @param[in] session a session
/// @param[in] name the name, copied; NULL for none. It should differ from those of the session's other receivers
/// @return the link, to be freed with pn_link_free() or with the session; NULL for a NULL session
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_receiver(session: *mut pn_session_t, name: *const c_char) -> *mut pn_link_t {
    // SAFETY: the caller passes null or a live session, and null or a string.
    unsafe { create(session, Role::Receiver, name) }
}

/// Frees a link and settles its deliveries. It stays readable while something holds it, and attached until it is
/// closed or detached.
///
/// @param[in] link a link, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_free(link: *mut pn_link_t) {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_link(link, (), |engine, key| engine.free_link(key)) }
}

/// Returns the application's pointer on a link.
///
/// @param[in] link a link, or NULL
/// @return what pn_link_set_context() stored, NULL if nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_get_context(link: *mut pn_link_t) -> *mut c_void {
    // SAFETY: the caller passes null or a live link.
    unsafe { link.as_ref() }.map_or(null_mut(), |this| context(this.record))
}

/// Stores a pointer of the application's on a link.
///
/// @param[in] link a link
/// @param[in] context any pointer; it is never followed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_set_context(link: *mut pn_link_t, context: *mut c_void) {
    // SAFETY: the caller passes null or a live link.
    if let Some(this) = unsafe { link.as_mut() } {
        set_context(&mut this.record, context);
    }
}

/// Returns the record in which anything can be attached to a link.
///
/// @param[in] link a link, or NULL
/// @return the record, valid as long as the link; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_attachments(link: *mut pn_link_t) -> *mut pn_record_t {
    // SAFETY: the caller passes null or a live link.
    unsafe { link.as_mut() }.map_or(null_mut(), |this| attachments(&mut this.record))
}

/// Returns the name of a link.
///
/// @param[in] link a link, or NULL
/// @return the name, valid as long as the link; NULL if it has none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_name(link: *mut pn_link_t) -> *const c_char {
    let lend = |link: &mut Link| link.name.as_ref().map_or(std::ptr::null(), Text::as_ptr);
    // SAFETY: the caller passes null or a live link.
    unsafe { on_slot(link, std::ptr::null(), lend) }
}

/// Tells whether a link sends.
///
/// @param[in] link a link, or NULL
/// @return true for a sender; false for a receiver and NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_is_sender(link: *mut pn_link_t) -> bool {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_slot(link, false, |link| link.role == Role::Sender) }
}

/// Tells whether a link receives.
///
/// @param[in] link a link, or NULL
/// @return true for a receiver; false for a sender and NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_is_receiver(link: *mut pn_link_t) -> bool {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_slot(link, false, |link| link.role == Role::Receiver) }
}

/// Returns the state of a link, one bit of PN_LOCAL_MASK and one of PN_REMOTE_MASK. A detach that does not close
/// leaves it unchanged.
///
/// @param[in] link a link, or NULL
/// @return the bits, 0 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_state(link: *mut pn_link_t) -> pn_state_t {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_slot(link, 0, |link| state_bits(link.state)) }
}

/// Returns an error object that is never set; conditions tell what went wrong.
///
/// @deprecated use pn_link_condition()
/// @param[in] link a link
/// @return an error without code or text
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_error(link: *mut pn_link_t) -> *mut pn_error_t {
    let _ = link;
    no_error()
}

/// Returns the condition that a detach will carry, to be set before closing or detaching.
///
/// @param[in] link a link, or NULL
/// @return the condition, valid as long as the link; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_condition(link: *mut pn_link_t) -> *mut pn_condition_t {
    // SAFETY: the caller passes null or a live link.
    unsafe { condition(link, LOCAL) }
}

/// Returns the condition that the peer closed or detached the link with.
///
/// @param[in] link a link, or NULL
/// @return the condition, valid as long as the link; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_remote_condition(link: *mut pn_link_t) -> *mut pn_condition_t {
    // SAFETY: the caller passes null or a live link.
    unsafe { condition(link, REMOTE) }
}

/// Returns the session of a link.
///
/// @param[in] link a link, or NULL
/// @return the session, NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_session(link: *mut pn_link_t) -> *mut pn_session_t {
    // SAFETY: the caller passes null or a live link.
    unsafe { link.as_ref() }.map_or(null_mut(), |this| this.session)
}

/// Returns the first link of a connection, over all its sessions, in a certain state. Links come in the order in
/// which they were made; freed ones are passed over.
///
/// @param[in] connection a connection, or NULL
/// @param[in] state a mask: 0 for any state; bits of one side for any of them; bits of both for just this state
/// @return the link, NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_head(connection: *mut pn_connection_t, state: pn_state_t) -> *mut pn_link_t {
    // SAFETY: the caller passes null or a live connection.
    unsafe { link_in_state(connection, state, Connection::link_head) }
}

/// Returns the next link of the same connection in a certain state; see pn_link_head().
///
/// @param[in] link a link, or NULL
/// @param[in] state a mask
/// @return the link, NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_next(link: *mut pn_link_t, state: pn_state_t) -> *mut pn_link_t {
    // SAFETY: the caller passes null or a live link.
    let Some(this) = (unsafe { link.as_ref() }) else { return null_mut() };
    let (connection, key) = (this.connection, this.key);
    // SAFETY: a link lives no longer than its connection.
    unsafe { link_in_state(connection, state, |engine| engine.next_link(key)) }
}

/// Opens a link: the peer hears of it with the next output.
///
/// @param[in] link a link
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_open(link: *mut pn_link_t) {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_link(link, (), |engine, key| engine.open_link(key)) }
}

/// Closes a link: the peer hears of it once what was sent before is out.
///
/// @param[in] link a link
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_close(link: *mut pn_link_t) {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_link(link, (), |engine, key| engine.close_link(key)) }
}

/// Detaches a link without closing it, so that both termini stay as they are. Its state does not change.
///
/// @param[in] link a link
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_detach(link: *mut pn_link_t) {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_link(link, (), |engine, key| engine.detach_link(key)) }
}

/// Returns where this side wants messages to come from, to be filled before the link is opened.
///
/// @param[in] link a link, or NULL
/// @return the terminus, valid as long as the link; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_source(link: *mut pn_link_t) -> *mut pn_terminus_t {
    // SAFETY: the caller passes null or a live link.
    unsafe { terminus(link, End::Source) }
}

/// Returns where this side wants messages to go, to be filled before the link is opened.
///
/// @param[in] link a link, or NULL
/// @return the terminus, valid as long as the link; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_target(link: *mut pn_link_t) -> *mut pn_terminus_t {
    // SAFETY: the caller passes null or a live link.
    unsafe { terminus(link, End::Target) }
}

/// Returns where the peer says that messages come from.
///
/// @param[in] link a link, or NULL
/// @return the terminus, valid as long as the link, unspecified until the peer attaches; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_remote_source(link: *mut pn_link_t) -> *mut pn_terminus_t {
    // SAFETY: the caller passes null or a live link.
    unsafe { terminus(link, End::RemoteSource) }
}

/// Returns where the peer says that messages go.
///
/// @param[in] link a link, or NULL
/// @return the terminus, valid as long as the link, unspecified until the peer attaches; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_remote_target(link: *mut pn_link_t) -> *mut pn_terminus_t {
    // SAFETY: the caller passes null or a live link.
    unsafe { terminus(link, End::RemoteTarget) }
}

/// Returns the current delivery of a link: the first one that was not advanced past.
///
/// @param[in] link a link, or NULL
/// @return the delivery, NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_current(link: *mut pn_link_t) -> *mut pn_delivery_t {
    // SAFETY: the caller passes null or a live link.
    unsafe { delivery_of_link(link, |engine, key| engine.links[key].current) }
}

/// Moves on to the next delivery of a link. A sender thereby ends the message of the current one; a receiver gives
/// up what it has not read of it.
///
/// @param[in] link a link, or NULL
/// @return true if there was a current delivery
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_advance(link: *mut pn_link_t) -> bool {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_link(link, false, |engine, key| engine.advance(key)) }
}

/// Returns the credit of a link: how many more deliveries this side may send or expects. It is negative for a sender
/// that went beyond it.
///
/// @param[in] link a link, or NULL
/// @return the credit, 0 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_credit(link: *mut pn_link_t) -> c_int {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_slot(link, 0, |link| link.credit) }
}

/// Returns how many deliveries are between this side's application and the wire: advanced past but not yet sent, or
/// received but not yet advanced past.
///
/// @param[in] link a link, or NULL
/// @return the number, 0 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_queued(link: *mut pn_link_t) -> c_int {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_slot(link, 0, |link| link.queued) }
}

/// Returns the credit as the peer knows it: pn_link_credit() less pn_link_queued().
///
/// @param[in] link a link, or NULL
/// @return the credit, 0 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_remote_credit(link: *mut pn_link_t) -> c_int {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_slot(link, 0, |link| link.credit.saturating_sub(link.queued)) }
}

/// Returns how many deliveries the sender could send if it had the credit: for a sender what pn_link_offered() stored,
/// for a receiver what the peer said last.
///
/// @param[in] link a link, or NULL
/// @return the number, 0 if nobody said any and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_available(link: *mut pn_link_t) -> c_int {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_slot(link, 0, |link| link.available) }
}

/// Returns how many deliveries of a link this side has not settled.
///
/// @param[in] link a link, or NULL
/// @return the number, 0 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_unsettled(link: *mut pn_link_t) -> c_int {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_slot(link, 0, |link| link.unsettled) }
}

/// Returns the first delivery of a link that this side has not settled.
///
/// @param[in] link a link, or NULL
/// @return the delivery, NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_unsettled_head(link: *mut pn_link_t) -> *mut pn_delivery_t {
    // SAFETY: the caller passes null or a live link.
    unsafe { delivery_of_link(link, |engine, key| engine.unsettled_head(key)) }
}

/// Returns the delivery of the same link after this one that this side has not settled.
///
/// @param[in] delivery a delivery, or NULL
/// @return the delivery, NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_unsettled_next(delivery: *mut pn_delivery_t) -> *mut pn_delivery_t {
    // SAFETY: the caller passes null or a live delivery.
    unsafe { delivery_beside(delivery, |engine, key| engine.next_unsettled(key)) }
}

/// Says how many deliveries a sender could send if it had the credit. The peer is told with the next output; a number
/// below 0 stays here.
///
/// @param[in] sender a link that sends
/// @param[in] credit the number
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_offered(sender: *mut pn_link_t, credit: c_int) {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_link(sender, (), |engine, key| engine.offer(key, credit)) }
}

/// Adds bytes to the message of a sender's current delivery. They are copied, and may be sent before the message
/// ends, which pn_link_advance() does.
///
/// @param[in] sender a link that sends
/// @param[in] bytes the bytes
/// @param[in] n how many
/// @return n, or 0 for NULL bytes; PN_EOS if there is no current delivery, PN_STATE_ERR for a receiver, PN_ARG_ERR
///         for a NULL link
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_send(sender: *mut pn_link_t, bytes: *const c_char, n: usize) -> isize {
    // SAFETY: the caller passes null or readable bytes.
    let bytes = unsafe { slice(bytes, n) };
    // SAFETY: the caller passes null or a live link.
    unsafe { on_link(sender, PN_ARG_ERR as isize, |engine, key| size(engine.send(key, bytes))) }
}

/// Reads message bytes of a receiver's current delivery; they are given up by that.
///
/// @param[in] receiver a link that receives
/// @param[out] bytes where to put them
/// @param[in] n how many there is room for
/// @return how many were read; 0 if none are there but more are expected, PN_EOS at the end of the message,
///         PN_ABORTED if the sender gave up on it, PN_STATE_ERR if there is no current delivery, PN_ARG_ERR for a
///         sender or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_recv(receiver: *mut pn_link_t, bytes: *mut c_char, n: usize) -> isize {
    let room: &mut [u8] = if bytes.is_null() {
        &mut []
    } else {
        // SAFETY: the caller passes null or room for `n` bytes, which are only written.
        unsafe { std::slice::from_raw_parts_mut(bytes.cast(), n.min(isize::MAX.cast_unsigned())) }
    };
    // SAFETY: the caller passes null or a live link.
    unsafe { on_link(receiver, PN_ARG_ERR as isize, |engine, key| size(engine.receive(key, room))) }
}

/// Grants the sender of a link more credit.
///
/// @param[in] receiver a link that receives
/// @param[in] credit how many deliveries more
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_flow(receiver: *mut pn_link_t, credit: c_int) {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_link(receiver, (), |engine, key| engine.grant(key, credit)) }
}

/// Grants credit that the sender uses at once or gives back. The next pn_link_flow() ends the drain.
///
/// @param[in] receiver a link that receives
/// @param[in] credit how many deliveries more, 0 to drain what was granted before
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_drain(receiver: *mut pn_link_t, credit: c_int) {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_link(receiver, (), |engine, key| engine.drain(key, credit)) }
}

/// Sets whether the sender is to use its credit at once or give it back.
///
/// @param[in] receiver a link that receives
/// @param[in] drain true to drain
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_set_drain(receiver: *mut pn_link_t, drain: bool) {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_link(receiver, (), |engine, key| engine.set_drain(key, drain)) }
}

/// Tells whether a link is in drain mode: as the peer last said for a sender, as was set for a receiver.
///
/// @param[in] link a link, or NULL
/// @return true in drain mode; false for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_get_drain(link: *mut pn_link_t) -> bool {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_slot(link, false, |link| link.drain) }
}

/// Sender: gives unused credit back if the receiver asked for it. Receiver: asks how much came back.
///
/// @param[in] link a link, or NULL
/// @return for a sender the credit given back now, for a receiver the credit given back since the last call
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_drained(link: *mut pn_link_t) -> c_int {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_link(link, 0, |engine, key| engine.drained(key)) }
}

/// Tells whether a receiver drains and the sender still has credit to use or give back.
///
/// @param[in] receiver a link that receives, or NULL
/// @return true while it drains; false for a sender and NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_draining(receiver: *mut pn_link_t) -> bool {
    let draining = |link: &mut Link| link.role == Role::Receiver && link.drain && link.credit > link.queued;
    // SAFETY: the caller passes null or a live link.
    unsafe { on_slot(receiver, false, draining) }
}

/// Returns how the sender of a link is to settle, as this side sees it.
///
/// @param[in] link a link, or NULL
/// @return the mode; PN_SND_MIXED for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_snd_settle_mode(link: *mut pn_link_t) -> pn_snd_settle_mode_t {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_slot(link, SenderMode::PN_SND_MIXED as _, |link| link.settle_modes.sender as _) }
}

/// Returns how the receiver of a link is to settle, as this side sees it.
///
/// @param[in] link a link, or NULL
/// @return the mode; PN_RCV_FIRST for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_rcv_settle_mode(link: *mut pn_link_t) -> pn_rcv_settle_mode_t {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_slot(link, ReceiverMode::PN_RCV_FIRST as _, |link| link.settle_modes.receiver as _) }
}

/// Sets how the sender of a link is to settle, before the link is opened. It is a promise to the peer that the
/// application keeps; nothing is settled by it. A number that is no mode changes nothing.
///
/// @param[in] link a link
/// @param[in] mode the mode
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_set_snd_settle_mode(link: *mut pn_link_t, mode: pn_snd_settle_mode_t) {
    const MODES: [SenderSettleMode; 3] =
        [SenderSettleMode::Unsettled, SenderSettleMode::Settled, SenderSettleMode::Mixed];
    let Some(&mode) = MODES.get(mode as usize) else { return };
    // SAFETY: the caller passes null or a live link.
    unsafe { on_slot(link, (), |link| link.settle_modes.sender = mode) }
}

/// Sets how the receiver of a link is to settle; as pn_link_set_snd_settle_mode().
///
/// @param[in] link a link
/// @param[in] mode the mode
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_set_rcv_settle_mode(link: *mut pn_link_t, mode: pn_rcv_settle_mode_t) {
    const MODES: [ReceiverSettleMode; 2] = [ReceiverSettleMode::First, ReceiverSettleMode::Second];
    let Some(&mode) = MODES.get(mode as usize) else { return };
    // SAFETY: the caller passes null or a live link.
    unsafe { on_slot(link, (), |link| link.settle_modes.receiver = mode) }
}

/// Returns how the sender of a link is to settle, as the peer sees it.
///
/// @param[in] link a link, or NULL
/// @return the mode; PN_SND_MIXED for NULL and until the peer attaches
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_remote_snd_settle_mode(link: *mut pn_link_t) -> pn_snd_settle_mode_t {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_slot(link, SenderMode::PN_SND_MIXED as _, |link| link.remote_settle_modes.sender as _) }
}

/// Returns how the receiver of a link is to settle, as the peer sees it.
///
/// @param[in] link a link, or NULL
/// @return the mode; PN_RCV_FIRST for NULL and until the peer attaches
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_remote_rcv_settle_mode(link: *mut pn_link_t) -> pn_rcv_settle_mode_t {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_slot(link, ReceiverMode::PN_RCV_FIRST as _, |link| link.remote_settle_modes.receiver as _) }
}

/// Returns the size of message that this side says it takes.
///
/// @param[in] link a link, or NULL
/// @return the size in bytes, 0 for no limit and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_max_message_size(link: *mut pn_link_t) -> u64 {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_slot(link, 0, |link| link.max_message_size) }
}

/// Sets the size of message that this side says it takes, before the link is opened. Larger ones are not refused.
///
/// @param[in] link a link
/// @param[in] size the size in bytes, 0 for no limit
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_set_max_message_size(link: *mut pn_link_t, size: u64) {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_slot(link, (), |link| link.max_message_size = size) }
}

/// Returns the size of message that the peer says it takes.
///
/// @param[in] link a link, or NULL
/// @return the size in bytes; 0 for no limit, for NULL, and until the peer attaches
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_remote_max_message_size(link: *mut pn_link_t) -> u64 {
    // SAFETY: the caller passes null or a live link.
    unsafe { on_slot(link, 0, |link| link.remote_max_message_size) }
}

/// Returns the properties that this side tells of a link, a map, to be filled before the link is opened.
///
/// @param[in] link a link, or NULL
/// @return the data, owned by the link and valid as long as it; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_properties(link: *mut pn_link_t) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live link.
    unsafe { properties(link, LOCAL) }
}

/// Returns the properties that the peer told of a link.
///
/// @param[in] link a link, or NULL
/// @return the data, owned by the link and valid as long as it; NULL if the peer told none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_link_remote_properties(link: *mut pn_link_t) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live link.
    let told = unsafe { on_slot(link, false, |link| link.extras.tells_properties(Side::Remote)) };
    if !told {
        return null_mut();
    }
    // SAFETY: as above.
    unsafe { properties(link, REMOTE) }
}

const LOCAL: u32 = 0;
const REMOTE: u32 = 1;

/// Looks at what the engine has of a link, or sets what nobody has to hear of.
///
/// # Safety
/// As for [`on_link`].
#[inline]
unsafe fn on_slot<R>(link: *mut pn_link_t, neutral: R, f: impl FnOnce(&mut Link) -> R) -> R {
    // SAFETY: the caller passes null or a live link.
    let Some(this) = (unsafe { link.as_ref() }) else { return neutral };
    // SAFETY: a link lives no longer than its connection; the borrow ends with the closure.
    unsafe { (*this.connection).engine.links.get_mut(this.key) }.map_or(neutral, f)
}

/// # Safety
/// `session` is null or live, `name` null or a string.
unsafe fn create(session: *mut pn_session_t, role: Role, name: *const c_char) -> *mut pn_link_t {
    // SAFETY: passed on from the caller.
    let Some(this) = (unsafe { session.as_ref() }) else { return null_mut() };
    let (connection, parent) = (this.connection, this.key);
    // SAFETY: passed on from the caller.
    let name = unsafe { text(name) };
    // SAFETY: a session lives no longer than its connection.
    let engine = unsafe { &mut (*connection).engine };
    if engine.sessions.get(parent).is_none() {
        return null_mut();
    }
    let key = engine.create_link(parent, role, name);
    // SAFETY: as above.
    let link = unsafe { link_object(connection, key) };
    // SAFETY: as above; a new link is not freed by settling.
    unsafe { settle_if_needed(connection) };
    link
}

/// The first link from where `start` says that is in a state.
///
/// # Safety
/// `connection` is null or live.
unsafe fn link_in_state(
    connection: *mut pn_connection_t,
    mask: pn_state_t,
    start: impl FnOnce(&Connection) -> Option<LinkKey>,
) -> *mut pn_link_t {
    let find = |engine: &mut Connection| {
        let mut next = start(engine);
        while let Some(key) = next {
            if matches_state(engine.links.get(key)?.state, mask) {
                return Some(key);
            }
            next = engine.next_link(key);
        }
        None
    };
    // SAFETY: passed on from the caller.
    let Some(key) = (unsafe { on_connection(connection, None, find) }) else { return null_mut() };
    // SAFETY: as above; a connection with a link in it is not null.
    unsafe { link_object(connection, key) }
}

/// # Safety
/// `link` is null or live.
unsafe fn condition(link: *mut pn_link_t, side: u32) -> *mut pn_condition_t {
    // SAFETY: passed on from the caller.
    let Some(this) = (unsafe { link.as_mut() }) else { return null_mut() };
    let place = &mut this.conditions[side as usize];
    let facet = place.get_or_insert_with(|| pn_condition_t::lent(link.cast(), side, open_condition));
    &raw mut **facet
}

unsafe fn open_condition(link: *mut c_void, side: u32) -> *mut Condition {
    let open = |link: &mut Link| {
        let place = if side == LOCAL { &mut link.condition } else { &mut link.remote_condition };
        std::ptr::from_mut(&mut **place.get_or_insert_default())
    };
    // SAFETY: a link lives as long as the facets in it.
    unsafe { on_slot(link.cast(), null_mut(), open) }
}

/// # Safety
/// `link` is null or live.
unsafe fn terminus(link: *mut pn_link_t, end: End) -> *mut pn_terminus_t {
    // SAFETY: passed on from the caller.
    let Some(this) = (unsafe { link.as_mut() }) else { return null_mut() };
    let facets = this.termini.get_or_insert_with(|| pn_terminus_t::all_of(link));
    &raw mut facets[end as usize]
}

/// # Safety
/// `link` is null or live.
unsafe fn properties(link: *mut pn_link_t, side: u32) -> *mut pn_data_t {
    // SAFETY: passed on from the caller.
    let Some(this) = (unsafe { link.as_mut() }) else { return null_mut() };
    let place = &mut this.data[side as usize];
    if place.is_null() {
        *place = lent_data(link.cast(), side, open_properties, Home::Varying);
    }
    *place
}

unsafe fn open_properties(link: *mut c_void, side: u32) -> *mut Data {
    let open = |link: &mut Link| {
        let side = if side == LOCAL { Side::Local } else { Side::Remote };
        std::ptr::from_mut(link.extras.open(side).properties.open())
    };
    // SAFETY: a link retires its data before it goes.
    unsafe { on_slot(link.cast(), null_mut(), open) }
}

/// A size, or the error number.
fn size(result: Result<usize, Misuse>) -> isize {
    match result {
        Ok(size) => isize::try_from(size).unwrap_or(isize::MAX),
        Err(misuse) => misuse_code(misuse) as isize,
    }
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
    use crate::ffi::connection::{pn_connection, pn_connection_free};
    use crate::ffi::error::{PN_EOS, PN_STATE_ERR};
    use crate::ffi::session::pn_session;
    use crate::ffi::terminus::{
        pn_terminus_copy, pn_terminus_get_address, pn_terminus_get_expiry_policy, pn_terminus_get_type,
        pn_terminus_has_expiry_policy, pn_terminus_set_address, pn_terminus_set_expiry_policy,
    };

    #[test]
    fn links_come_in_creation_order_by_state_and_without_freed_ones() {
        let connection = pn_connection();
        unsafe {
            let session = pn_session(connection);
            let [a, b, c] = [c"a", c"b", c"c"].map(|name| pn_sender(session, name.as_ptr()));
            pn_link_open(b);
            assert_eq!((pn_link_head(connection, 0), pn_link_next(a, 0)), (a, b));
            assert_eq!((pn_link_head(connection, 2), pn_link_next(a, 1)), (b, c));
            assert_eq!((pn_link_head(connection, 2 | 8), pn_link_next(b, 2 | 8)), (b, null_mut()));
            pn_link_free(b);
            assert_eq!((pn_link_next(a, 0), pn_link_head(connection, 2)), (c, null_mut()));
            pn_connection_free(connection);
        }
    }

    #[test]
    fn a_terminus_is_copied_with_all_it_says() {
        let connection = pn_connection();
        unsafe {
            let session = pn_session(connection);
            let (from, to) = (pn_sender(session, c"from".as_ptr()), pn_receiver(session, std::ptr::null()));
            assert!(pn_link_name(to).is_null());
            let (source, copy) = (pn_link_source(from), pn_link_target(to));
            assert_eq!((pn_terminus_get_type(source), pn_terminus_get_type(copy)), (1, 2));
            assert!(!pn_terminus_has_expiry_policy(source));
            assert_eq!(pn_terminus_get_expiry_policy(source), 1);
            pn_terminus_set_address(source, c"node".as_ptr());
            pn_terminus_set_expiry_policy(source, 3);
            assert_eq!(pn_terminus_set_expiry_policy(source, 4), PN_ARG_ERR);
            assert_eq!(pn_terminus_copy(copy, source), 0);
            assert_eq!(pn_terminus_copy(copy, null_mut()), PN_ARG_ERR);
            assert_eq!(CStr::from_ptr(pn_terminus_get_address(copy)), c"node");
            assert_eq!((pn_terminus_get_type(copy), pn_terminus_get_expiry_policy(copy)), (1, 3));
            pn_connection_free(connection);
        }
    }

    #[test]
    fn sending_and_receiving_without_a_delivery_say_why_not() {
        let connection = pn_connection();
        unsafe {
            let session = pn_session(connection);
            let (sender, receiver) = (pn_sender(session, c"l".as_ptr()), pn_receiver(session, c"l".as_ptr()));
            let mut byte = 0;
            assert_eq!(pn_link_send(sender, c"x".as_ptr(), 1), PN_EOS as isize);
            assert_eq!(pn_link_recv(receiver, &raw mut byte, 1), PN_STATE_ERR as isize);
            assert_eq!(pn_link_recv(sender, &raw mut byte, 1), PN_STATE_ERR as isize);
            assert_eq!(pn_link_recv(null_mut(), &raw mut byte, 1), PN_ARG_ERR as isize);
            assert!(pn_link_remote_properties(sender).is_null() && !pn_link_properties(sender).is_null());
            pn_link_flow(receiver, 5);
            assert_eq!((pn_link_credit(receiver), pn_link_credit(sender)), (5, 0));
            pn_connection_free(connection);
        }
    }
}
