//! The C objects of a connection tree: what a program holds while the engine has the state.
//!
//! An object is a class, a count, and the key of an engine slot; small parts of it (facets) stand for the conditions,
//! termini, dispositions and data that C addresses by pointers of their own. *Counts belong here*: a count is the
//! references from outside, a child whose count leaves 0 counts once on its parent, and so does a bound transport
//! on its connection. *Lifetimes belong to the engine*: it says when a slot is gone. The tree ends when the
//! connection's count reaches 0, in whatever order references went (spec/object-model.md section 3).
//! Neighbours: `boundary` for calls into the engine, `settle` for what follows them.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use super::codec::pn_data_t;
use super::condition::pn_condition_t;
use super::connection_driver::pn_connection_driver_t;
use super::data_object::retire_data;
use super::disposition::pn_disposition_t;
use super::error::pn_error_t;
use super::logger::pn_logger_t;
use super::protium_sasl::Judges;
use super::settle;
use super::subject::Seat;
use super::terminus::pn_terminus_t;
use super::transport::pn_tracer_t;
use crate::engine::{Connection, DeliveryKey, LinkKey, SessionKey, Subject};
use crate::object::header::release;
use crate::object::record::pn_record_t;
use crate::object::string::pn_string_t;
use crate::object::{ClassCell, decref, header, new_object, ordinary_class, pn_class_t, record};
use crate::transport::Transport;

/// A connection, with the engine in it.
pub struct pn_connection_t {
    pub(super) engine: Connection,
    pub(super) collector: *mut super::event::pn_collector_t,
    /// The transport bound to it; kept by it while nobody else does.
    pub(super) transport: *mut pn_transport_t,
    pub(super) driver: *mut pn_connection_driver_t,
    pub(super) record: *mut pn_record_t,
    pub(super) condition: Option<Box<pn_condition_t>>,
    pub(super) data: Option<Box<[*mut pn_data_t; 3]>>,
    pub(super) settling: bool,
    /// The proactor that drives it, for threads that do not.
    pub(super) seat: Seat,
}

/// A session.
pub struct pn_session_t {
    pub(super) connection: *mut pn_connection_t,
    pub(super) key: SessionKey,
    pub(super) record: *mut pn_record_t,
    /// Ours, and the peer's.
    pub(super) conditions: [Option<Box<pn_condition_t>>; 2],
    pub(super) extra_data: ExtraData,
}

/// What else an end lends, ours and the peer's; most ends lend none of it.
pub(super) type ExtraData = Option<Box<[*mut pn_data_t; 6]>>;

/// A link.
pub struct pn_link_t {
    pub(super) connection: *mut pn_connection_t,
    pub(super) session: *mut pn_session_t,
    pub(super) key: LinkKey,
    pub(super) record: *mut pn_record_t,
    /// Ours, and the peer's.
    pub(super) conditions: [Option<Box<pn_condition_t>>; 2],
    pub(super) termini: Option<Box<[pn_terminus_t; 4]>>,
    /// Our properties, and the peer's.
    pub(super) data: [*mut pn_data_t; 2],
    pub(super) extra_data: ExtraData,
}

/// A delivery.
pub struct pn_delivery_t {
    pub(super) connection: *mut pn_connection_t,
    pub(super) link: *mut pn_link_t,
    pub(super) key: DeliveryKey,
    pub(super) record: *mut pn_record_t,
    /// Ours, and the peer's.
    pub(super) dispositions: Option<Box<[pn_disposition_t; 2]>>,
}

/// A transport, bound or not.
pub struct pn_transport_t {
    pub(super) engine: Transport,
    pub(super) connection: *mut pn_connection_t,
    pub(super) record: *mut pn_record_t,
    pub(super) logger: pn_logger_t,
    pub(super) tracer: pn_tracer_t,
    /// What a server's program has to say about users.
    pub(super) judges: Option<Box<Judges>>,
    /// A program's SASL implementation is being asked.
    pub(super) answering: bool,
    pub(super) error: pn_error_t,
    pub(super) condition: Option<Box<pn_condition_t>>,
    /// The condition of the bound connection's peer.
    pub(super) remote_condition: Option<Box<pn_condition_t>>,
    /// What the peer's open offered, desired and said of itself.
    pub(super) data: Option<Box<[*mut pn_data_t; 3]>>,
}

/// An object that is part of a connection tree.
pub(super) trait Node: Sized {
    /// Its C class.
    const CLASS: &'static ClassCell;

    /// Counts once more or less on the object's parent, and tells the engine whether it is held.
    ///
    /// # Safety
    /// `node` is a live object whose count has just left or reached 0.
    unsafe fn hold(node: *mut Self, held: bool);
}

const fn tree_class<T: Node>(name: &'static std::ffi::CStr, cid: c_int) -> pn_class_t {
    pn_class_t {
        incref: Some(tree_incref::<T>),
        decref: Some(tree_decref::<T>),
        refcount: Some(tree_refcount),
        finalize: None,
        free: None,
        reify: None,
        ..ordinary_class::<T>(name, cid)
    }
}

pub(super) static CONNECTION: ClassCell = ClassCell(tree_class::<pn_connection_t>(c"pn_connection", 14));
pub(super) static SESSION: ClassCell = ClassCell(tree_class::<pn_session_t>(c"pn_session", 15));
pub(super) static LINK: ClassCell = ClassCell(tree_class::<pn_link_t>(c"pn_link", 16));
pub(super) static DELIVERY: ClassCell = ClassCell(pn_class_t {
    inspect: Some(inspect_delivery),
    ..tree_class::<pn_delivery_t>(c"pn_delivery", 17)
});
pub(super) static TRANSPORT: ClassCell = ClassCell(tree_class::<pn_transport_t>(c"pn_transport", 18));

/// The references from outside.
///
/// # Safety
/// `node` is a live object.
#[inline]
unsafe fn count<T>(node: *mut T) -> *mut c_int {
    // SAFETY: the caller passes a live object.
    let header = unsafe { header(node.cast()) };
    // SAFETY: as above; only the place of the field is taken.
    unsafe { &raw mut (*header).count }
}

/// How many references from outside there are.
///
/// # Safety
/// `node` is a live object.
#[inline]
pub(super) unsafe fn count_of<T>(node: *mut T) -> c_int {
    // SAFETY: passed on from the caller.
    let count = unsafe { count(node) };
    // SAFETY: the count of a live object.
    unsafe { *count }
}

/// Sets how many references from outside there are, without anything following from it.
///
/// # Safety
/// `node` is a live object.
pub(super) unsafe fn set_count<T>(node: *mut T, references: c_int) {
    // SAFETY: passed on from the caller.
    let count = unsafe { count(node) };
    // SAFETY: the count of a live object.
    unsafe { *count = references };
}

unsafe extern "C" fn tree_incref<T: Node>(object: *mut c_void) {
    let node = object.cast::<T>();
    // SAFETY: the slot belongs to live objects of this class.
    let count = unsafe { count(node) };
    // A count that cannot go higher stays, and its object with it.
    // SAFETY: as above.
    let more = unsafe { *count }.saturating_add(1);
    // SAFETY: as above.
    unsafe { *count = more };
    if more == 1 {
        // SAFETY: the count has just left 0.
        unsafe { T::hold(node, true) };
    }
}

unsafe extern "C" fn tree_decref<T: Node>(object: *mut c_void) {
    let node = object.cast::<T>();
    // SAFETY: the slot belongs to live objects of this class.
    let count = unsafe { count(node) };
    // A reference too many given up is the program's mistake, and changes nothing.
    // SAFETY: as above.
    let left = match unsafe { *count } {
        0 | c_int::MAX => return,
        count => count - 1,
    };
    // SAFETY: as above.
    unsafe { *count = left };
    if left == 0 {
        // SAFETY: the count has just reached 0.
        unsafe { T::hold(node, false) };
    }
}

/// An object nobody outside holds reports the one reference that its parent has.
unsafe extern "C" fn tree_refcount(object: *mut c_void) -> c_int {
    // SAFETY: the slot belongs to live objects of these classes.
    unsafe { count_of(object) }.max(1)
}

/// Adds a reference from outside.
///
/// # Safety
/// `node` is a live object.
#[inline]
pub(super) unsafe fn hold<T: Node>(node: *mut T) {
    // SAFETY: passed on from the caller.
    unsafe { tree_incref::<T>(node.cast()) };
}

/// Gives up a reference from outside.
///
/// # Safety
/// `node` is a live object; it may be gone afterwards.
#[inline]
pub(super) unsafe fn let_go<T: Node>(node: *mut T) {
    // SAFETY: passed on from the caller.
    let count = unsafe { count(node) };
    // SAFETY: the count of a live object.
    let left = unsafe { *count } - 1;
    if left > 0 && left < c_int::MAX - 1 {
        // SAFETY: as above.
        unsafe { *count = left };
    } else {
        // SAFETY: passed on from the caller.
        unsafe { tree_decref::<T>(node.cast()) };
    }
}

/// What [`let_go`] does, for an event about a node.
///
/// # Safety
/// `node` is a live `T`; it may be gone afterwards.
pub(super) unsafe fn let_go_of<T: Node>(_class: *const pn_class_t, node: *mut c_void) {
    // SAFETY: passed on from the caller.
    unsafe { tree_decref::<T>(node) };
}

impl Node for pn_connection_t {
    const CLASS: &'static ClassCell = &CONNECTION;

    unsafe fn hold(node: *mut Self, held: bool) {
        if !held {
            // SAFETY: the caller says that nobody holds the tree any more.
            unsafe { settle::unreferenced(node) };
        }
    }
}

impl Node for pn_session_t {
    const CLASS: &'static ClassCell = &SESSION;

    unsafe fn hold(node: *mut Self, held: bool) {
        // SAFETY: the caller passes a live object.
        let Self { connection, key, .. } = *unsafe { &*node };
        // SAFETY: an object lives no longer than its connection.
        unsafe { hold_slot(connection, Subject::Session(key), connection, held) };
    }
}

impl Node for pn_link_t {
    const CLASS: &'static ClassCell = &LINK;

    unsafe fn hold(node: *mut Self, held: bool) {
        // SAFETY: the caller passes a live object.
        let Self { connection, session, key, .. } = *unsafe { &*node };
        // SAFETY: an object lives no longer than its session and connection.
        unsafe { hold_slot(connection, Subject::Link(key), session, held) };
    }
}

impl Node for pn_delivery_t {
    const CLASS: &'static ClassCell = &DELIVERY;

    #[inline(always)]
    unsafe fn hold(node: *mut Self, held: bool) {
        // SAFETY: the caller passes a live object.
        let Self { connection, link, key, .. } = *unsafe { &*node };
        // SAFETY: an object lives no longer than its link and connection.
        unsafe { hold_slot(connection, Subject::Delivery(key), link, held) };
    }
}

impl Node for pn_transport_t {
    const CLASS: &'static ClassCell = &TRANSPORT;

    unsafe fn hold(node: *mut Self, held: bool) {
        // SAFETY: the caller passes a live object.
        let connection = unsafe { (*node).connection };
        match (connection.is_null(), held) {
            // SAFETY: a bound transport's connection is live.
            (false, true) => unsafe { hold(connection) },
            // SAFETY: as above.
            (false, false) => unsafe { let_go(connection) },
            // SAFETY: nobody holds an unbound transport any more.
            (true, false) => unsafe { end_transport(node) },
            (true, true) => {}
        }
    }
}

/// A child is held, or no longer: the engine hears of it and the parent counts it.
///
/// # Safety
/// `connection` and `parent` are live.
#[inline(always)]
unsafe fn hold_slot<P: Node>(connection: *mut pn_connection_t, slot: Subject, parent: *mut P, held: bool) {
    // SAFETY: the caller passes a live connection, whose engine nobody uses at this point.
    let engine = unsafe { &mut (*connection).engine };
    engine.set_held(slot, held);
    if held {
        // SAFETY: passed on from the caller.
        unsafe { hold(parent) };
    } else if engine.unsettled_business() {
        // SAFETY: passed on from the caller.
        unsafe { settle_and_let_go(connection, parent) };
    } else {
        // SAFETY: passed on from the caller; a parent outlives its children's slots.
        unsafe { let_go(parent) };
    }
}

/// Settles what the engine has queued and lets go of a parent. Its reference may be the last one of the tree, so slots
/// are settled first.
///
/// # Safety
/// As for [`hold_slot`].
#[inline(never)]
unsafe fn settle_and_let_go<P: Node>(connection: *mut pn_connection_t, parent: *mut P) {
    // SAFETY: the child's reference on its parent still keeps the tree.
    unsafe { settle::settle(connection) };
    // SAFETY: passed on from the caller; a parent outlives its children's slots.
    unsafe { let_go(parent) };
}

/// Makes an object that nobody outside holds yet.
pub(super) fn new_node<T: Node>(value: T) -> *mut T {
    let node = new_object(&raw const T::CLASS.0, value);
    // SAFETY: the object is fresh.
    unsafe { set_count(node, 0) };
    node
}

/// Ends an object whose slot is gone: its parts first, then its memory.
///
/// # Safety
/// `node` is an object that nobody uses any more, and its parts belong to it alone.
pub(super) unsafe fn end_node<T>(node: *mut T) {
    // SAFETY: passed on from the caller.
    unsafe { node.drop_in_place() };
    // SAFETY: as above; the memory came with the object's header.
    unsafe { release(node.cast()) };
}

/// Ends a transport that is not bound.
///
/// # Safety
/// `transport` is live, unbound, and nobody holds it.
pub(super) unsafe fn end_transport(transport: *mut pn_transport_t) {
    // SAFETY: passed on from the caller; nothing that runs meanwhile may end the transport a second time.
    unsafe { super::sasl_plugin::end(transport) };
    // SAFETY: passed on from the caller.
    unsafe { end_node(transport) };
}

/// Lets go of a record and of what is attached in it.
fn retire_record(record: *mut pn_record_t) {
    // SAFETY: the owner held one reference since it made the record; null is tolerated.
    unsafe { decref(record) };
}

fn retire_all(data: &[*mut pn_data_t]) {
    for &data in data {
        // SAFETY: the owner held one reference since it lent the data; null is tolerated.
        unsafe { retire_data(data) };
    }
}

impl Drop for pn_connection_t {
    fn drop(&mut self) {
        retire_record(self.record);
        retire_all(self.data.as_ref().map_or(&[], |data| data.as_slice()));
        // SAFETY: the connection held a reference since it was told to collect; null is tolerated.
        unsafe { decref(self.collector) };
    }
}

impl Drop for pn_session_t {
    fn drop(&mut self) {
        retire_record(self.record);
        retire_all(self.extra_data.as_ref().map_or(&[], |data| data.as_slice()));
    }
}

impl Drop for pn_link_t {
    fn drop(&mut self) {
        retire_record(self.record);
        retire_all(&self.data);
        retire_all(self.extra_data.as_ref().map_or(&[], |data| data.as_slice()));
    }
}

impl Drop for pn_delivery_t {
    fn drop(&mut self) {
        retire_record(self.record);
    }
}

impl Drop for pn_transport_t {
    fn drop(&mut self) {
        retire_record(self.record);
        retire_all(self.data.as_ref().map_or(&[], |data| data.as_slice()));
    }
}

/// The record in `place`, made on the first look.
pub(super) fn attachments(place: &mut *mut pn_record_t) -> *mut pn_record_t {
    if place.is_null() {
        *place = record::new();
    }
    *place
}

/// The application's pointer in a record that may not exist yet.
pub(super) fn context(record: *mut pn_record_t) -> *mut c_void {
    // SAFETY: an object's record is null or live.
    unsafe { record.as_ref() }.map_or(null_mut(), |record| record.get(LEGACY_CONTEXT))
}

/// Stores the application's pointer.
pub(super) fn set_context(place: &mut *mut pn_record_t, context: *mut c_void) {
    // SAFETY: the record is live; nothing is counted under this key, so nothing else runs.
    unsafe { record::set(attachments(place), LEGACY_CONTEXT, context) };
}

/// The key of the one pointer that the older functions store, `PN_LEGCTX`.
const LEGACY_CONTEXT: *const c_void = std::ptr::null();

/// What a delivery looks like as text: its direction, tag and both states.
unsafe extern "C" fn inspect_delivery(object: *mut c_void, text: *mut pn_string_t) -> c_int {
    use crate::codec::quote::quoted;
    let delivery = object.cast::<pn_delivery_t>();
    let describe = |engine: &mut Connection, key: DeliveryKey| {
        let slot = engine.deliveries.get(key)?;
        let sends = engine.links[slot.link].role == crate::performative::Role::Sender;
        let mut tag = String::new();
        quoted(&mut tag, &slot.tag).ok()?;
        let direction = if sends { "sending" } else { "receiving" };
        let name = |kind| super::disposition::type_name(kind).to_string_lossy().into_owned();
        let (local, remote) = (name(slot.local.kind()), name(slot.remote.kind()));
        Some(format!("{{{direction}, tag=b\"{tag}\", local={local}, remote={remote}}}"))
    };
    // SAFETY: the slot belongs to live deliveries.
    let state = unsafe { super::boundary::on_delivery(delivery, None, describe) };
    let line = format!("pn_delivery<{object:p}>{}", state.unwrap_or_default());
    // SAFETY: the caller passes a live string.
    unsafe { &mut *text }.append(line.as_bytes());
    0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::multiple_unsafe_ops_per_block, reason = "a test owns every object it uses")]

    use super::super::connection::{pn_connection, pn_connection_free};
    use super::*;

    #[test]
    fn a_count_that_is_full_neither_wraps_nor_comes_down() {
        let connection = pn_connection();
        // SAFETY: the connection is live, and its true count is restored before it is freed.
        unsafe {
            set_count(connection, c_int::MAX - 1);
            for _ in 0..3 {
                hold(connection);
            }
            for _ in 0..3 {
                let_go(connection);
            }
            assert_eq!(count_of(connection), c_int::MAX);
            set_count(connection, 1);
            pn_connection_free(connection);
        }
    }
}
