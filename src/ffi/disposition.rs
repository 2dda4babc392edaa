//! `proton/disposition.h`: what either side says became of a delivery.
//!
//! A disposition is of one type and has that type's fields; setting, and on our own side looking at, the fields of
//! another type turns it into that type. Neighbours: `disposition_view` has the rules of such turns,
//! `engine::disposition` the types.

use std::ffi::{CStr, c_char, c_void};
use std::mem::discriminant;
use std::ptr::null_mut;

use super::boundary::on_delivery;
use super::codec::pn_data_t;
use super::condition::pn_condition_t;
use super::data_object::{Home, lent_data, retire_data};
use super::disposition_view::View;
use super::shell::pn_delivery_t;
use super::types::pn_bytes_t;
use crate::codec::Data;
use crate::engine::disposition::{
    ACCEPTED, DECLARED, MODIFIED, Modified, RECEIVED, REJECTED, RELEASED, TRANSACTIONAL,
};
use crate::engine::{Condition, DeliveryKey, Disposition};

/// The transfer has come this far; not an outcome.
pub const PN_RECEIVED: u64 = 0x23;
/// The message is taken.
pub const PN_ACCEPTED: u64 = 0x24;
/// The message is not acceptable.
pub const PN_REJECTED: u64 = 0x25;
/// The message is not taken, and may go elsewhere unchanged.
pub const PN_RELEASED: u64 = 0x26;
/// The message is not taken, and is changed before it may go elsewhere.
pub const PN_MODIFIED: u64 = 0x27;
/// A transaction has begun.
pub const PN_DECLARED: u64 = 0x33;
/// The outcome takes effect with a transaction.
pub const PN_TRANSACTIONAL_STATE: u64 = 0x34;

/// One side's view of what became of a delivery.
pub struct pn_disposition_t {
    delivery: *mut pn_delivery_t,
    remote: bool,
    condition: Option<Box<pn_condition_t>>,
    /// Annotations and raw data, once looked at.
    data: [*mut pn_data_t; 2],
    /// The delivery that `aside` is about; the object may serve another one later.
    of: Option<DeliveryKey>,
    /// States that are not the disposition's own: displaced ones, or empty ones to look at. One a form at most.
    aside: Vec<Disposition>,
}

/// A disposition seen as one of any type.
pub struct pn_custom_disposition_t {
    _facet: pn_disposition_t,
}
/// A disposition seen as received.
pub struct pn_received_disposition_t {
    _facet: pn_disposition_t,
}
/// A disposition seen as rejected.
pub struct pn_rejected_disposition_t {
    _facet: pn_disposition_t,
}
/// A disposition seen as modified.
pub struct pn_modified_disposition_t {
    _facet: pn_disposition_t,
}
/// A disposition seen as declared.
pub struct pn_declared_disposition_t {
    _facet: pn_disposition_t,
}
/// A disposition seen as transactional.
pub struct pn_transactional_disposition_t {
    _facet: pn_disposition_t,
}

const ANNOTATIONS: u32 = 0;
const RAW: u32 = 1;

impl pn_disposition_t {
    /// The objects for both sides' views of `delivery`, which owns them.
    pub(super) fn both(delivery: *mut pn_delivery_t) -> Box<[Self; 2]> {
        Box::new([false, true].map(|remote| {
            let (condition, data) = (None, [null_mut(); 2]);
            Self { delivery, remote, condition, data, of: None, aside: Vec::new() }
        }))
    }
}

impl Drop for pn_disposition_t {
    fn drop(&mut self) {
        for data in self.data {
            // SAFETY: the disposition held the one reference since it lent the data; null is tolerated.
            unsafe { retire_data(data) };
        }
    }
}

fn rejected() -> Disposition {
    Disposition::of_kind(REJECTED)
}

fn modified() -> Disposition {
    Disposition::of_kind(MODIFIED)
}

fn received() -> Disposition {
    Disposition::of_kind(RECEIVED)
}

fn raw() -> Disposition {
    Disposition::Custom(Box::default())
}

/// Runs `f` on a disposition.
///
/// # Safety
/// `disposition` is null or live, and no other thread uses its connection.
unsafe fn on_view<R>(disposition: *mut pn_disposition_t, neutral: R, f: impl FnOnce(View<'_>) -> R) -> R {
    // SAFETY: the caller passes null or a live disposition.
    let Some(this) = (unsafe { disposition.as_mut() }) else { return neutral };
    let (delivery, remote) = (this.delivery, this.remote);
    let (of, aside) = (&mut this.of, &mut this.aside);
    let view = |engine: &mut crate::engine::Connection, key: DeliveryKey| {
        if of.replace(key) != Some(key) {
            aside.clear();
        }
        let slot = &mut engine.deliveries[key];
        let state = if remote { &mut slot.remote } else { &mut slot.local };
        f(View { state, aside, remote })
    };
    // SAFETY: a disposition lives no longer than the object of its delivery.
    unsafe { on_delivery(delivery, neutral, view) }
}

/// Runs `f` on the state of a disposition.
///
/// # Safety
/// As for [`on_view`].
unsafe fn on_state<R>(
    disposition: *mut pn_disposition_t,
    neutral: R,
    f: impl FnOnce(&mut Disposition) -> R,
) -> R {
    // SAFETY: passed on from the caller.
    unsafe { on_view(disposition, neutral, |view| f(view.state)) }
}

/// Before our side of `delivery` gets the type `kind`: takes up what was put aside for it and forgets the rest.
///
/// # Safety
/// `delivery` is null or live.
pub(super) unsafe fn recall(delivery: *mut pn_delivery_t, kind: u64) {
    // SAFETY: passed on from the caller.
    let Some(this) = (unsafe { delivery.as_mut() }) else { return };
    let Some([facet, _]) = this.dispositions.as_deref_mut() else { return };
    let facet = &raw mut *facet;
    // SAFETY: the facet lives as long as the delivery's object.
    unsafe { on_view(facet, (), |view| view.recall(kind)) }
}

/// The name of a disposition type.
pub(super) fn type_name(kind: u64) -> &'static CStr {
    match kind {
        RECEIVED => c"received",
        ACCEPTED => c"accepted",
        REJECTED => c"rejected",
        RELEASED => c"released",
        MODIFIED => c"modified",
        DECLARED => c"transaction_declared",
        TRANSACTIONAL => c"transactional_state",
        _ => c"unknown",
    }
}

/// Returns the type of a disposition, such as PN_ACCEPTED.
///
/// @param[in] disposition a disposition, or NULL
/// @return the type, 0 for none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_disposition_type(disposition: *mut pn_disposition_t) -> u64 {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { on_state(disposition, 0, |state| state.kind()) }
}

/// Returns the name of a disposition type.
///
/// @param[in] disposition_type a type, such as PN_ACCEPTED
/// @return constant text such as "accepted"; "unknown" for any other number
#[unsafe(no_mangle)]
pub extern "C" fn pn_disposition_type_name(disposition_type: u64) -> *const c_char {
    type_name(disposition_type).as_ptr()
}

/// Makes a disposition say nothing: no type, no fields.
///
/// @param[in] disposition a disposition
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_disposition_clear(disposition: *mut pn_disposition_t) {
    let clear = |view: View<'_>| {
        view.aside.clear();
        *view.state = Disposition::None;
    };
    // SAFETY: the caller passes null or a live disposition.
    unsafe { on_view(disposition, (), clear) }
}

/// Returns the condition of a rejection. One's own disposition becomes a rejection by that.
///
/// @param[in] disposition a disposition, or NULL
/// @return the condition, valid as long as the delivery; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_disposition_condition(disposition: *mut pn_disposition_t) -> *mut pn_condition_t {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { on_view(disposition, (), |mut view| view.look(rejected())) };
    // SAFETY: as above.
    let Some(this) = (unsafe { disposition.as_mut() }) else { return null_mut() };
    let lend = || pn_condition_t::lent(disposition.cast(), 0, open_condition);
    &raw mut **this.condition.get_or_insert_with(lend)
}

/// Returns the fields of a disposition as a list, for types that have no functions of their own. The type of one's
/// own disposition stays, but its fields are only in the list from then on. A peer's disposition has no list if it
/// is of a type from PN_RECEIVED to PN_MODIFIED; see pn_custom_disposition() for those.
///
/// @param[in] disposition a disposition, or NULL
/// @return the data, owned by the disposition and valid as long as the delivery; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_disposition_data(disposition: *mut pn_disposition_t) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { on_view(disposition, (), |view| view.look_data()) };
    // SAFETY: as above.
    unsafe { lent(disposition, RAW) }
}

/// Returns how many sections of the message were received, for PN_RECEIVED.
///
/// @param[in] disposition a disposition, or NULL
/// @return the number; 0 for other types and NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_disposition_get_section_number(disposition: *mut pn_disposition_t) -> u32 {
    let number = |state: &mut Disposition| match state {
        Disposition::Received(received) => received.section_number,
        _ => 0,
    };
    // SAFETY: the caller passes null or a live disposition.
    unsafe { on_state(disposition, 0, number) }
}

/// Sets how many sections of the message were received; the type becomes PN_RECEIVED.
///
/// @param[in] disposition a disposition
/// @param[in] section_number the number
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_disposition_set_section_number(
    disposition: *mut pn_disposition_t,
    section_number: u32,
) {
    let number = section_number;
    let set = |mut view: View<'_>| {
        if let Disposition::Received(received) = view.turn(received()) {
            received.section_number = number;
        }
    };
    // SAFETY: the caller passes null or a live disposition.
    unsafe { on_view(disposition, (), set) }
}

/// Returns how many bytes of the section were received, for PN_RECEIVED.
///
/// @param[in] disposition a disposition, or NULL
/// @return the number; 0 for other types and NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_disposition_get_section_offset(disposition: *mut pn_disposition_t) -> u64 {
    let offset = |state: &mut Disposition| match state {
        Disposition::Received(received) => received.section_offset,
        _ => 0,
    };
    // SAFETY: the caller passes null or a live disposition.
    unsafe { on_state(disposition, 0, offset) }
}

/// Sets how many bytes of the section were received; the type becomes PN_RECEIVED.
///
/// @param[in] disposition a disposition
/// @param[in] section_offset the number
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_disposition_set_section_offset(
    disposition: *mut pn_disposition_t,
    section_offset: u64,
) {
    let offset = section_offset;
    let set = |mut view: View<'_>| {
        if let Disposition::Received(received) = view.turn(received()) {
            received.section_offset = offset;
        }
    };
    // SAFETY: the caller passes null or a live disposition.
    unsafe { on_view(disposition, (), set) }
}

/// Tells whether the delivery counts as a failed attempt, for PN_MODIFIED.
///
/// @param[in] disposition a disposition, or NULL
/// @return true if it does; false for other types and NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_disposition_is_failed(disposition: *mut pn_disposition_t) -> bool {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { on_state(disposition, false, |state| modification(state).is_some_and(|m| m.failed)) }
}

/// Sets whether the delivery counts as a failed attempt; the type becomes PN_MODIFIED.
///
/// @param[in] disposition a disposition
/// @param[in] failed true if it does
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_disposition_set_failed(disposition: *mut pn_disposition_t, failed: bool) {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { on_view(disposition, (), |mut view| view.turn(modified()).modified_mut().failed = failed) }
}

/// Tells whether the message must not come back to where it was refused, for PN_MODIFIED.
///
/// @param[in] disposition a disposition, or NULL
/// @return true if it must not; false for other types and NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_disposition_is_undeliverable(disposition: *mut pn_disposition_t) -> bool {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { on_state(disposition, false, |state| modification(state).is_some_and(|m| m.undeliverable)) }
}

/// Sets whether the message must not come back to where it was refused; the type becomes PN_MODIFIED.
///
/// @param[in] disposition a disposition
/// @param[in] undeliverable true if it must not
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_disposition_set_undeliverable(
    disposition: *mut pn_disposition_t,
    undeliverable: bool,
) {
    let set = |mut view: View<'_>| view.turn(modified()).modified_mut().undeliverable = undeliverable;
    // SAFETY: the caller passes null or a live disposition.
    unsafe { on_view(disposition, (), set) }
}

/// Returns the annotations that a modification adds to the message, a map. One's own disposition becomes a
/// modification by that.
///
/// @param[in] disposition a disposition, or NULL
/// @return the data, owned by the disposition and valid as long as the delivery; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_disposition_annotations(disposition: *mut pn_disposition_t) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { data(disposition, ANNOTATIONS) }
}

/// Sees a disposition as one of any type, its fields as a list.
///
/// @param[in] disposition a disposition, or NULL
/// @return the same disposition; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_custom_disposition(
    disposition: *mut pn_disposition_t,
) -> *mut pn_custom_disposition_t {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { on_view(disposition, (), |mut view| view.look(raw())) };
    disposition.cast()
}

/// Returns the type of a disposition.
///
/// @param[in] disposition a disposition, or NULL
/// @return the type, 0 for none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_custom_disposition_get_type(disposition: *mut pn_custom_disposition_t) -> u64 {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { pn_disposition_type(disposition.cast()) }
}

/// Sets the type of a disposition; its list stays.
///
/// @param[in] disposition a disposition
/// @param[in] type the type
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_custom_disposition_set_type(
    disposition: *mut pn_custom_disposition_t,
    r#type: u64,
) {
    let set = |mut view: View<'_>| view.turn_raw().custom_mut().kind = r#type;
    // SAFETY: the caller passes null or a live disposition.
    unsafe { on_view(disposition.cast(), (), set) }
}

/// Returns the fields of a disposition as a list; see pn_disposition_data().
///
/// @param[in] disposition a disposition, or NULL
/// @return the data, owned by the disposition and valid as long as the delivery; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_custom_disposition_data(
    disposition: *mut pn_custom_disposition_t,
) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { data(disposition.cast(), RAW) }
}

/// Sees a disposition as received; one that says nothing becomes so.
///
/// @param[in] disposition a disposition, or NULL
/// @return the same disposition; NULL for one of another type, and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_received_disposition(
    disposition: *mut pn_disposition_t,
) -> *mut pn_received_disposition_t {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { typed(disposition, RECEIVED) }.cast()
}

/// Returns how many sections of the message were received.
///
/// @param[in] disposition a disposition, or NULL
/// @return the number, 0 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_received_disposition_get_section_number(
    disposition: *mut pn_received_disposition_t,
) -> u32 {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { pn_disposition_get_section_number(disposition.cast()) }
}

/// Sets how many sections of the message were received.
///
/// @param[in] disposition a disposition
/// @param[in] section_number the number
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_received_disposition_set_section_number(
    disposition: *mut pn_received_disposition_t,
    section_number: u32,
) {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { pn_disposition_set_section_number(disposition.cast(), section_number) }
}

/// Returns how many bytes of the section were received.
///
/// @param[in] disposition a disposition, or NULL
/// @return the number, 0 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_received_disposition_get_section_offset(
    disposition: *mut pn_received_disposition_t,
) -> u64 {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { pn_disposition_get_section_offset(disposition.cast()) }
}

/// Sets how many bytes of the section were received.
///
/// @param[in] disposition a disposition
/// @param[in] section_offset the number
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_received_disposition_set_section_offset(
    disposition: *mut pn_received_disposition_t,
    section_offset: u64,
) {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { pn_disposition_set_section_offset(disposition.cast(), section_offset) }
}

/// Sees a disposition as rejected; one that says nothing becomes so.
///
/// @param[in] disposition a disposition, or NULL
/// @return the same disposition; NULL for one of another type, and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_rejected_disposition(
    disposition: *mut pn_disposition_t,
) -> *mut pn_rejected_disposition_t {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { typed(disposition, REJECTED) }.cast()
}

/// Returns the condition that says why the message was rejected.
///
/// @param[in] disposition a disposition, or NULL
/// @return the condition, valid as long as the delivery; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_rejected_disposition_condition(
    disposition: *mut pn_rejected_disposition_t,
) -> *mut pn_condition_t {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { pn_disposition_condition(disposition.cast()) }
}

/// Sees a disposition as modified; one that says nothing becomes so.
///
/// @param[in] disposition a disposition, or NULL
/// @return the same disposition; NULL for one of another type, and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_modified_disposition(
    disposition: *mut pn_disposition_t,
) -> *mut pn_modified_disposition_t {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { typed(disposition, MODIFIED) }.cast()
}

/// Tells whether the delivery counts as a failed attempt.
///
/// @param[in] disposition a disposition, or NULL
/// @return true if it does; false for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_modified_disposition_is_failed(
    disposition: *mut pn_modified_disposition_t,
) -> bool {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { pn_disposition_is_failed(disposition.cast()) }
}

/// Sets whether the delivery counts as a failed attempt.
///
/// @param[in] disposition a disposition
/// @param[in] failed true if it does
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_modified_disposition_set_failed(
    disposition: *mut pn_modified_disposition_t,
    failed: bool,
) {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { pn_disposition_set_failed(disposition.cast(), failed) }
}

/// Tells whether the message must not come back to where it was refused.
///
/// @param[in] disposition a disposition, or NULL
/// @return true if it must not; false for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_modified_disposition_is_undeliverable(
    disposition: *mut pn_modified_disposition_t,
) -> bool {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { pn_disposition_is_undeliverable(disposition.cast()) }
}

/// Sets whether the message must not come back to where it was refused.
///
/// @param[in] disposition a disposition
/// @param[in] undeliverable true if it must not
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_modified_disposition_set_undeliverable(
    disposition: *mut pn_modified_disposition_t,
    undeliverable: bool,
) {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { pn_disposition_set_undeliverable(disposition.cast(), undeliverable) }
}

/// Returns the annotations that a modification adds to the message, a map.
///
/// @param[in] disposition a disposition, or NULL
/// @return the data, owned by the disposition and valid as long as the delivery; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_modified_disposition_annotations(
    disposition: *mut pn_modified_disposition_t,
) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { data(disposition.cast(), ANNOTATIONS) }
}

/// Sees a disposition as declared; one that says nothing becomes so.
///
/// @param[in] disposition a disposition, or NULL
/// @return the same disposition; NULL for one of another type, and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_declared_disposition(
    disposition: *mut pn_disposition_t,
) -> *mut pn_declared_disposition_t {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { typed(disposition, DECLARED) }.cast()
}

/// Returns the id of the transaction that has begun.
///
/// @param[in] disposition a disposition, or NULL
/// @return the id, valid until it is set again or the delivery ends; no bytes at NULL if it is empty
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_declared_disposition_get_id(
    disposition: *mut pn_declared_disposition_t,
) -> pn_bytes_t {
    let id = |state: &mut Disposition| match state {
        Disposition::Declared(declared) => lend(&declared.id),
        _ => pn_bytes_t::NULL,
    };
    // SAFETY: the caller passes null or a live disposition.
    unsafe { on_state(disposition.cast(), pn_bytes_t::NULL, id) }
}

/// Sets the id of the transaction that has begun.
///
/// @param[in] disposition a disposition
/// @param[in] id the id, copied
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_declared_disposition_set_id(
    disposition: *mut pn_declared_disposition_t,
    id: pn_bytes_t,
) {
    // SAFETY: the caller's bytes are readable; they may be the disposition's own, so they are copied at once.
    let id = unsafe { id.as_slice() }.to_vec();
    let set = |mut view: View<'_>| {
        if let Disposition::Declared(declared) = view.turn(Disposition::of_kind(DECLARED)) {
            declared.id = id;
        }
    };
    // SAFETY: the caller passes null or a live disposition.
    unsafe { on_view(disposition.cast(), (), set) }
}

/// Sees a disposition as transactional; one that says nothing becomes so.
///
/// @param[in] disposition a disposition, or NULL
/// @return the same disposition; NULL for one of another type, and for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transactional_disposition(
    disposition: *mut pn_disposition_t,
) -> *mut pn_transactional_disposition_t {
    // SAFETY: the caller passes null or a live disposition.
    unsafe { typed(disposition, TRANSACTIONAL) }.cast()
}

/// Returns the id of the transaction that the outcome is part of.
///
/// @param[in] disposition a disposition, or NULL
/// @return the id, valid until it is set again or the delivery ends; no bytes at NULL if it is empty
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transactional_disposition_get_id(
    disposition: *mut pn_transactional_disposition_t,
) -> pn_bytes_t {
    let id = |state: &mut Disposition| match state {
        Disposition::Transactional(state) => lend(&state.id),
        _ => pn_bytes_t::NULL,
    };
    // SAFETY: the caller passes null or a live disposition.
    unsafe { on_state(disposition.cast(), pn_bytes_t::NULL, id) }
}

/// Sets the id of the transaction that the outcome is part of.
///
/// @param[in] disposition a disposition
/// @param[in] id the id, copied
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transactional_disposition_set_id(
    disposition: *mut pn_transactional_disposition_t,
    id: pn_bytes_t,
) {
    // SAFETY: the caller's bytes are readable; they may be the disposition's own, so they are copied at once.
    let id: Box<[u8]> = unsafe { id.as_slice() }.into();
    let empty = Disposition::of_kind(TRANSACTIONAL);
    // SAFETY: the caller passes null or a live disposition.
    unsafe { on_view(disposition.cast(), (), |mut view| view.turn(empty).transactional_mut().id = id) }
}

/// Returns the type of the outcome that takes effect with the transaction.
///
/// @param[in] disposition a disposition, or NULL
/// @return the type, such as PN_ACCEPTED; 0 for none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transactional_disposition_get_outcome_type(
    disposition: *mut pn_transactional_disposition_t,
) -> u64 {
    let kind = |state: &mut Disposition| match state {
        Disposition::Transactional(state) => state.outcome_kind(),
        _ => 0,
    };
    // SAFETY: the caller passes null or a live disposition.
    unsafe { on_state(disposition.cast(), 0, kind) }
}

/// Sets the outcome that takes effect with the transaction, without fields; PN_MODIFIED says that the delivery
/// failed.
///
/// @param[in] disposition a disposition
/// @param[in] outcome the type, such as PN_ACCEPTED; 0 for none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transactional_disposition_set_outcome_type(
    disposition: *mut pn_transactional_disposition_t,
    outcome: u64,
) {
    let empty = Disposition::of_kind(TRANSACTIONAL);
    let set = |mut view: View<'_>| view.turn(empty).transactional_mut().set_outcome_kind(outcome);
    // SAFETY: the caller passes null or a live disposition.
    unsafe { on_view(disposition.cast(), (), set) }
}

fn modification(state: &Disposition) -> Option<&Modified> {
    match state {
        Disposition::Modified(modified) => Some(modified),
        _ => None,
    }
}

fn lend(id: &[u8]) -> pn_bytes_t {
    if id.is_empty() { pn_bytes_t::NULL } else { pn_bytes_t::lend(id) }
}

/// The disposition itself if it is of `kind`, or becomes so because it says nothing yet.
///
/// # Safety
/// `disposition` is null or live.
unsafe fn typed(disposition: *mut pn_disposition_t, kind: u64) -> *mut pn_disposition_t {
    let fits = |state: &mut Disposition| {
        let wanted = Disposition::of_kind(kind);
        if matches!(state, Disposition::None) {
            *state = wanted;
            return true;
        }
        discriminant(state) == discriminant(&wanted)
    };
    // SAFETY: passed on from the caller.
    if unsafe { on_state(disposition, false, fits) } { disposition } else { null_mut() }
}

/// # Safety
/// `disposition` is null or live.
unsafe fn data(disposition: *mut pn_disposition_t, part: u32) -> *mut pn_data_t {
    let form = if part == RAW { raw() } else { modified() };
    // SAFETY: passed on from the caller.
    unsafe { on_view(disposition, (), |mut view| view.look(form)) };
    // SAFETY: passed on from the caller.
    unsafe { lent(disposition, part) }
}

/// The object for fields that [`View`] has made available.
///
/// # Safety
/// `disposition` is null or live.
unsafe fn lent(disposition: *mut pn_disposition_t, part: u32) -> *mut pn_data_t {
    // SAFETY: passed on from the caller.
    let Some(this) = (unsafe { disposition.as_mut() }) else { return null_mut() };
    let place = &mut this.data[part as usize];
    if place.is_null() {
        *place = lent_data(disposition.cast(), part, open_data, Home::Varying);
    }
    *place
}

unsafe fn open_condition(disposition: *mut c_void, _part: u32) -> *mut Condition {
    let open = |view: View<'_>| match view.find(&rejected()) {
        Some(Disposition::Rejected(condition)) => &raw mut **condition,
        _ => null_mut(),
    };
    // SAFETY: a disposition lives as long as the facets in it.
    unsafe { on_view(disposition.cast(), null_mut(), open) }
}

unsafe fn open_data(disposition: *mut c_void, part: u32) -> *mut Data {
    let form = if part == RAW { raw() } else { modified() };
    let open = |view: View<'_>| match view.find(&form) {
        Some(Disposition::Modified(modified)) => std::ptr::from_mut(modified.annotations.open()),
        Some(Disposition::Custom(custom)) => std::ptr::from_mut(custom.body.open()),
        _ => null_mut(),
    };
    // SAFETY: a disposition retires its data before it goes.
    unsafe { on_view(disposition.cast(), null_mut(), open) }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::multiple_unsafe_ops_per_block,
        clippy::undocumented_unsafe_blocks,
        reason = "a test owns every object it uses"
    )]

    use super::*;
    use crate::ffi::codec::{pn_data_put_int, pn_data_size};
    use crate::ffi::condition::{pn_condition_is_set, pn_condition_set_name};
    use crate::ffi::connection::{pn_connection, pn_connection_free};
    use crate::ffi::delivery::{pn_delivery, pn_delivery_local, pn_delivery_remote, pn_delivery_update};
    use crate::ffi::link::pn_receiver;
    use crate::ffi::session::pn_session;

    fn with_delivery(test: impl FnOnce(*mut pn_delivery_t)) {
        let connection = pn_connection();
        unsafe {
            let link = pn_receiver(pn_session(connection), c"link".as_ptr());
            test(pn_delivery(link, pn_bytes_t::NULL));
            pn_connection_free(connection);
        }
    }

    #[test]
    fn looking_at_every_field_before_the_update_loses_nothing() {
        with_delivery(|delivery| unsafe {
            let local = pn_delivery_local(delivery);
            pn_disposition_set_failed(local, true);
            pn_disposition_data(local);
            pn_data_put_int(pn_disposition_annotations(local), 1);
            pn_disposition_condition(local);
            assert_eq!(pn_disposition_type(local), PN_REJECTED, "the last look decides until the update");
            pn_delivery_update(delivery, PN_MODIFIED);
            assert_eq!(pn_disposition_type(local), PN_MODIFIED);
            assert!(pn_disposition_is_failed(local));
            assert_eq!(pn_data_size(pn_disposition_annotations(local)), 1);
        });
    }

    #[test]
    fn a_list_is_kept_for_a_type_of_the_programs_own_and_for_no_other() {
        with_delivery(|delivery| unsafe {
            let local = pn_delivery_local(delivery);
            pn_data_put_int(pn_disposition_data(local), 1);
            pn_disposition_annotations(local);
            pn_disposition_condition(local);
            pn_delivery_update(delivery, 0x99);
            assert_eq!((pn_disposition_type(local), pn_data_size(pn_disposition_data(local))), (0x99, 1));
            pn_delivery_update(delivery, PN_MODIFIED);
            pn_disposition_data(local);
            pn_disposition_condition(local);
            pn_delivery_update(delivery, 0x99);
            assert_eq!(pn_data_size(pn_disposition_data(local)), 0);
        });
    }

    #[test]
    fn a_transactional_state_may_be_given_as_a_raw_list() {
        with_delivery(|delivery| unsafe {
            let local = pn_delivery_local(delivery);
            pn_data_put_int(pn_disposition_data(local), 1);
            pn_disposition_annotations(local);
            pn_disposition_condition(local);
            pn_delivery_update(delivery, PN_DECLARED);
            assert_eq!(
                (pn_disposition_type(local), pn_data_size(pn_disposition_data(local))),
                (PN_DECLARED, 1)
            );
        });
    }

    #[test]
    fn an_update_to_a_type_without_fields_forgets_what_was_set_for_others() {
        with_delivery(|delivery| unsafe {
            let local = pn_delivery_local(delivery);
            pn_disposition_set_section_number(local, 7);
            pn_delivery_update(delivery, PN_ACCEPTED);
            assert_eq!(pn_disposition_get_section_number(local), 0);
            pn_delivery_update(delivery, PN_RECEIVED);
            assert_eq!(pn_disposition_get_section_number(local), 0);
        });
    }

    #[test]
    fn looking_does_not_change_what_the_peer_said() {
        with_delivery(|delivery| unsafe {
            let remote = pn_delivery_remote(delivery);
            pn_modified_disposition_set_failed(pn_modified_disposition(remote), true);
            assert!(!pn_condition_is_set(pn_disposition_condition(remote)));
            assert_eq!(pn_data_size(pn_disposition_data(remote)), 0, "the flags have functions of their own");
            let list = pn_custom_disposition_data(pn_custom_disposition(remote));
            assert_eq!(pn_data_size(list), 3, "a list of both flags");
            assert_eq!(pn_disposition_type(remote), PN_MODIFIED);
            assert!(pn_disposition_is_failed(remote));
        });
    }

    #[test]
    fn a_typed_view_exists_for_its_own_type_only() {
        with_delivery(|delivery| unsafe {
            let local = pn_delivery_local(delivery);
            let rejected = pn_rejected_disposition(local);
            pn_condition_set_name(pn_rejected_disposition_condition(rejected), c"amqp:not-found".as_ptr());
            assert_eq!(pn_disposition_type(local), PN_REJECTED);
            assert!(pn_modified_disposition(local).is_null());
            pn_disposition_clear(local);
            assert!(!pn_modified_disposition(local).is_null());
            assert_eq!(pn_custom_disposition_get_type(pn_custom_disposition(local)), PN_MODIFIED);
        });
    }
}
