//! `proton/raw_connection.h`: bytes over a network without AMQP, in buffers of the program's own.
//!
//! The object is a state machine (`proactor::raw`) with its socket, and what else C asks for. It belongs to the thread
//! that holds its batch, all but one field: any thread may wake it. Nobody counts it; the proactor it was handed to
//! frees it after its last event. `raw_io` has its socket,
//! `networked_raw` its place in the proactor.

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use super::cid::names::pn_cid_t;
use super::condition::pn_condition_t;
use super::event::{context_of, pn_collector_t, pn_event_t};
use super::netaddr::pn_netaddr_t;
use super::proactor::pn_event_batch_t;
use super::raw_io::RawIo;
use super::shell::{attachments, context, set_context};
use super::subject::{Body, Seat, Subject};
use crate::engine::Condition;
use crate::object::class::uncounted_class;
use crate::object::record::pn_record_t;
use crate::object::{ClassCell, collector, decref, header, new_object};
use crate::proactor::raw::RawBuffer;
use crate::proactor::task::Signals;

/// Memory of the application's, lent to a raw connection. C knows the first word as `uintptr_t`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pn_raw_buffer_t {
    /// The application's own; comes back as it was given.
    pub context: usize,
    /// Where the memory is.
    pub bytes: *mut std::ffi::c_char,
    /// How many bytes there are.
    pub capacity: u32,
    /// How many of them are data.
    pub size: u32,
    /// Where the data begins.
    pub offset: u32,
}

/// A raw connection.
///
/// cbindgen:ignore
pub struct pn_raw_connection_t {
    pub(super) io: RawIo,
    condition: Option<Box<pn_condition_t>>,
    record: *mut pn_record_t,
    /// Holds one event at a time.
    pub(super) events: *mut pn_collector_t,
    /// Its place in a proactor, once it has one. For all threads.
    pub(super) seat: Seat,
}

/// The class of raw connections.
pub(super) static CLASS: ClassCell =
    ClassCell(uncounted_class(c"pn_raw_connection", pn_cid_t::CID_pn_raw_connection as _));

/// Makes a raw connection.
///
/// It can be set up and given buffers right away. Once handed to a proactor it belongs to that, and lives until
/// PN_RAW_CONNECTION_DISCONNECTED has been handled.
///
/// @return a new raw connection, for pn_proactor_raw_connect() or pn_listener_raw_accept()
#[unsafe(no_mangle)]
pub extern "C" fn pn_raw_connection() -> *mut pn_raw_connection_t {
    let connection = pn_raw_connection_t {
        io: RawIo::new(),
        condition: None,
        record: null_mut(),
        events: collector::new(),
        seat: Seat::none(),
    };
    new_object(&raw const CLASS.0, connection)
}

/// Returns the address of this end. See pn_netaddr_str() and the other functions of proton/netaddr.h.
///
/// @param[in] connection a raw connection
/// @return the address, empty until it is known, valid as long as the raw connection; NULL for NULL
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_raw_connection_local_addr(
    connection: *mut pn_raw_connection_t,
) -> *const pn_netaddr_t {
    // SAFETY: the caller passes null or a live raw connection of its thread.
    unsafe { io(connection) }.map_or(null(), |io| &raw const io.local)
}

/// Returns the address of the other end: while connecting, the one that is being tried.
///
/// @param[in] connection a raw connection
/// @return the address, empty until it is known, valid as long as the raw connection; NULL for NULL
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_raw_connection_remote_addr(
    connection: *mut pn_raw_connection_t,
) -> *const pn_netaddr_t {
    // SAFETY: the caller passes null or a live raw connection of its thread.
    unsafe { io(connection) }.map_or(null(), |io| &raw const io.remote)
}

/// Closes both directions. What was given to be written is still written.
///
/// @param[in] connection a raw connection
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_raw_connection_close(connection: *mut pn_raw_connection_t) {
    // SAFETY: passed on from the caller.
    unsafe { pn_raw_connection_read_close(connection) };
    // SAFETY: passed on from the caller.
    unsafe { pn_raw_connection_write_close(connection) };
}

/// Closes the reading direction: nothing more will be read, and no more buffers are taken for it.
///
/// @param[in] connection a raw connection
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_raw_connection_read_close(connection: *mut pn_raw_connection_t) {
    // SAFETY: the caller passes null or a live raw connection of its thread.
    if let Some(io) = unsafe { io(connection) } {
        io.machine.read_close();
    }
}

/// Closes the writing direction: no more buffers are taken for it. Those given before are still written, and then the
/// peer is told that no more will come.
///
/// @param[in] connection a raw connection
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_raw_connection_write_close(connection: *mut pn_raw_connection_t) {
    // SAFETY: the caller passes null or a live raw connection of its thread.
    if let Some(io) = unsafe { io(connection) } {
        io.machine.write_close();
    }
}

/// Tells how many buffers pn_raw_connection_give_read_buffers() would take.
///
/// @param[in] connection a raw connection
/// @return how many, 0 if the direction is closed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_raw_connection_read_buffers_capacity(
    connection: *mut pn_raw_connection_t,
) -> usize {
    // SAFETY: the caller passes null or a live raw connection of its thread.
    unsafe { io(connection) }.map_or(0, |io| io.machine.read_capacity())
}

/// Tells how many buffers pn_raw_connection_write_buffers() would take.
///
/// @param[in] connection a raw connection
/// @return how many, 0 if the direction is closed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_raw_connection_write_buffers_capacity(
    connection: *mut pn_raw_connection_t,
) -> usize {
    // SAFETY: the caller passes null or a live raw connection of its thread.
    unsafe { io(connection) }.map_or(0, |io| io.machine.write_capacity())
}

/// Lends empty buffers to read into, from their offset to their capacity. They must not be touched before they have
/// been taken back.
///
/// A buffer without room comes back at once, with nothing in it.
///
/// @param[in] connection a raw connection
/// @param[in] buffers the buffers, copied
/// @param[in] num how many there are
/// @return how many were taken, from the front: as many as there is capacity for
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_raw_connection_give_read_buffers(
    connection: *mut pn_raw_connection_t,
    buffers: *const pn_raw_buffer_t,
    num: usize,
) -> usize {
    // SAFETY: the caller passes so many buffers.
    let given = unsafe { taken_in(buffers, num) };
    // SAFETY: the caller passes null or a live raw connection of its thread.
    unsafe { io(connection) }.map_or(0, |io| io.machine.give_read(given))
}

/// Takes back buffers that were read into, in the order of their data. Their size tells how much was read; none at all
/// says that the peer has ended its direction.
///
/// @param[in] connection a raw connection
/// @param[out] buffers room for the buffers
/// @param[in] num how many there is room for
/// @return how many were put there, 0 when there are no more at the moment
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_raw_connection_take_read_buffers(
    connection: *mut pn_raw_connection_t,
    buffers: *mut pn_raw_buffer_t,
    num: usize,
) -> usize {
    // SAFETY: the caller passes null or a live raw connection of its thread.
    let Some(io) = (unsafe { io(connection) }) else { return 0 };
    // SAFETY: the caller passes room for so many buffers.
    unsafe { give_out(buffers, num, || io.machine.take_read()) }
}

/// Lends full buffers to be written, as many bytes as their size from their offset on. They must not be changed before
/// they have been taken back.
///
/// @param[in] connection a raw connection
/// @param[in] buffers the buffers, copied
/// @param[in] num how many there are
/// @return how many were taken, from the front: as many as there is capacity for
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_raw_connection_write_buffers(
    connection: *mut pn_raw_connection_t,
    buffers: *const pn_raw_buffer_t,
    num: usize,
) -> usize {
    // SAFETY: the caller passes so many buffers.
    let given = unsafe { taken_in(buffers, num) };
    // SAFETY: the caller passes null or a live raw connection of its thread.
    unsafe { io(connection) }.map_or(0, |io| io.machine.give_written(given))
}

/// Takes back buffers that were written, in the order in which they were given and as they were.
///
/// @param[in] connection a raw connection
/// @param[out] buffers room for the buffers
/// @param[in] num how many there is room for
/// @return how many were put there, 0 when there are no more at the moment
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_raw_connection_take_written_buffers(
    connection: *mut pn_raw_connection_t,
    buffers: *mut pn_raw_buffer_t,
    num: usize,
) -> usize {
    // SAFETY: the caller passes null or a live raw connection of its thread.
    let Some(io) = (unsafe { io(connection) }) else { return 0 };
    // SAFETY: the caller passes room for so many buffers.
    unsafe { give_out(buffers, num, || io.machine.take_written()) }
}

/// Tells whether nothing more will be read, because either side said so.
///
/// @param[in] connection a raw connection
/// @return true if so, also for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_raw_connection_is_read_closed(connection: *mut pn_raw_connection_t) -> bool {
    // SAFETY: the caller passes null or a live raw connection of its thread.
    unsafe { io(connection) }.is_none_or(|io| io.machine.is_read_closed())
}

/// Tells whether no more buffers will be taken to be written.
///
/// @param[in] connection a raw connection
/// @return true if so, also for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_raw_connection_is_write_closed(connection: *mut pn_raw_connection_t) -> bool {
    // SAFETY: the caller passes null or a live raw connection of its thread.
    unsafe { io(connection) }.is_none_or(|io| io.machine.is_write_closed())
}

/// Has PN_RAW_CONNECTION_WAKE reported. Any thread may call this.
///
/// Several calls may be reported by one event. Until the raw connection is handed to a proactor, and after
/// PN_RAW_CONNECTION_DISCONNECTED, nothing happens; once that event has been handled the raw connection is gone.
///
/// @param[in] connection a raw connection, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_raw_connection_wake(connection: *mut pn_raw_connection_t) {
    if connection.is_null() {
        return;
    }
    // SAFETY: the caller passes a live raw connection; nobody ever has this field to himself.
    let seat = unsafe { &(*connection).seat };
    seat.signal(Signals::WAKE);
}

/// Returns the condition that tells why a raw connection ended, not set if it ended as planned.
///
/// @param[in] connection a raw connection
/// @return the condition, valid as long as the raw connection; NULL only for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_raw_connection_condition(
    connection: *mut pn_raw_connection_t,
) -> *mut pn_condition_t {
    if connection.is_null() {
        return null_mut();
    }
    // SAFETY: the caller passes a live raw connection of its thread.
    let place = unsafe { &mut (*connection).condition };
    &raw mut **place.get_or_insert_with(|| pn_condition_t::lent(connection.cast(), 0, open_condition))
}

/// Returns the application's pointer on a raw connection.
///
/// @param[in] connection a raw connection, or NULL
/// @return what pn_raw_connection_set_context() stored, NULL if nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_raw_connection_get_context(connection: *mut pn_raw_connection_t) -> *mut c_void {
    // SAFETY: the caller passes null or a live raw connection of its thread.
    unsafe { record(connection) }.map_or(null_mut(), |place| context(*place))
}

/// Stores a pointer of the application's on a raw connection.
///
/// @param[in] connection a raw connection
/// @param[in] context any pointer; it is never followed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_raw_connection_set_context(
    connection: *mut pn_raw_connection_t,
    context: *mut c_void,
) {
    // SAFETY: the caller passes null or a live raw connection of its thread.
    if let Some(place) = unsafe { record(connection) } {
        set_context(place, context);
    }
}

/// Returns the record in which anything can be attached to a raw connection.
///
/// @param[in] connection a raw connection, or NULL
/// @return the record, valid as long as the raw connection; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_raw_connection_attachments(
    connection: *mut pn_raw_connection_t,
) -> *mut pn_record_t {
    // SAFETY: the caller passes null or a live raw connection of its thread.
    unsafe { record(connection) }.map_or(null_mut(), attachments)
}

/// Gives the raw connection an event is about.
///
/// @param[in] event an event, or NULL
/// @return the raw connection; NULL if the event is not about one
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_event_raw_connection(event: *mut pn_event_t) -> *mut pn_raw_connection_t {
    // SAFETY: the caller passes null or a live event.
    unsafe { context_of(event, pn_cid_t::CID_pn_raw_connection) }
}

/// Tells whether a batch is about a raw connection.
///
/// @param[in] batch a batch
/// @return the raw connection; NULL if the batch is about something else
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_event_batch_raw_connection(
    batch: *mut pn_event_batch_t,
) -> *mut pn_raw_connection_t {
    // SAFETY: the caller passes null or a live batch.
    match unsafe { Subject::of(batch) } {
        Some(Subject { body: Body::Raw(raw), .. }) => raw.connection,
        _ => null_mut(),
    }
}

/// Ends a raw connection that nobody uses any more.
///
/// # Safety
/// `connection` is live and given up.
pub(super) unsafe fn free(connection: *mut pn_raw_connection_t) {
    // SAFETY: passed on from the caller; what is attached may run the program's code, which still finds the object.
    let record = unsafe { std::mem::replace(&mut (*connection).record, null_mut()) };
    // SAFETY: the object held its record; null is tolerated.
    unsafe { decref(record) };
    // SAFETY: as above; the last event goes, unless the program holds it.
    let events = unsafe { (*connection).events };
    // SAFETY: the object held its collector.
    unsafe { collector::release(events) };
    // SAFETY: as above.
    unsafe { decref(events) };
    // SAFETY: nobody uses the object any more.
    unsafe { connection.drop_in_place() };
    // SAFETY: as above; it came from `new_object`.
    unsafe { header::release(connection.cast()) };
}

/// The state and socket of a raw connection.
///
/// # Safety
/// `connection` is null, or live and used by no other thread but to wake it; the borrow is the only one.
pub(super) unsafe fn io<'a>(connection: *mut pn_raw_connection_t) -> Option<&'a mut RawIo> {
    // SAFETY: passed on from the caller; only this field is borrowed, as others may look at another one.
    (!connection.is_null()).then(|| unsafe { &mut (*connection).io })
}

/// The place of a raw connection's record.
///
/// # Safety
/// As for [`io`].
unsafe fn record<'a>(connection: *mut pn_raw_connection_t) -> Option<&'a mut *mut pn_record_t> {
    // SAFETY: passed on from the caller; only this field is borrowed, as others may look at another one.
    (!connection.is_null()).then(|| unsafe { &mut (*connection).record })
}

unsafe fn open_condition(owner: *mut c_void, _part: u32) -> *mut Condition {
    // SAFETY: a raw connection lives as long as the condition it lends.
    unsafe { io(owner.cast()) }.map_or(null_mut(), |io| &raw mut io.machine.condition)
}

/// Reads buffers that C passes, one by one and not before they are wanted.
///
/// # Safety
/// `buffers` are `num` buffers, or null.
pub(super) unsafe fn taken_in<B: From<pn_raw_buffer_t>>(
    buffers: *const pn_raw_buffer_t,
    num: usize,
) -> impl Iterator<Item = B> {
    let num = if buffers.is_null() { 0 } else { num };
    (0..num).map(move |position| {
        // SAFETY: the caller promises so many buffers.
        let place = unsafe { buffers.add(position) };
        // SAFETY: as above.
        B::from(unsafe { place.read() })
    })
}

/// Fills the room that C passes with what `next` gives.
///
/// # Safety
/// `buffers` is room for `num` buffers, or null.
pub(super) unsafe fn give_out<B: Into<pn_raw_buffer_t>>(
    buffers: *mut pn_raw_buffer_t,
    num: usize,
    mut next: impl FnMut() -> Option<B>,
) -> usize {
    let num = if buffers.is_null() { 0 } else { num };
    let given = (0..num).map_while(|position| {
        let buffer = next()?;
        // SAFETY: the caller promises room for so many buffers.
        let place = unsafe { buffers.add(position) };
        // SAFETY: as above.
        unsafe { place.write(buffer.into()) };
        Some(())
    });
    given.count()
}

impl From<pn_raw_buffer_t> for RawBuffer {
    fn from(buffer: pn_raw_buffer_t) -> Self {
        let pn_raw_buffer_t { context, bytes, capacity, size, offset } = buffer;
        Self { context, address: bytes.expose_provenance(), capacity, size, offset }
    }
}

impl From<RawBuffer> for pn_raw_buffer_t {
    fn from(buffer: RawBuffer) -> Self {
        let RawBuffer { context, address, capacity, size, offset } = buffer;
        Self { context, bytes: std::ptr::with_exposed_provenance_mut(address), capacity, size, offset }
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::multiple_unsafe_ops_per_block,
        clippy::undocumented_unsafe_blocks,
        reason = "a test owns every object it uses"
    )]

    use super::*;
    use crate::ffi::condition::{pn_condition_is_set, pn_condition_set_name};
    use crate::ffi::object::{pn_decref, pn_incref, pn_refcount};

    fn buffer(bytes: &mut [u8], size: u32) -> pn_raw_buffer_t {
        let capacity = u32::try_from(bytes.len()).unwrap();
        pn_raw_buffer_t { context: 7, bytes: bytes.as_mut_ptr().cast(), capacity, size, offset: 0 }
    }

    #[test]
    fn buffers_are_taken_up_to_the_capacity_and_come_back_as_they_were() {
        let connection = pn_raw_connection();
        let mut memory = [0_u8; 4];
        let none = buffer(&mut memory, 0);
        let twenty = [none; 20];
        let mut back = [pn_raw_buffer_t { context: 0, ..none }; 20];
        unsafe {
            assert_eq!(pn_raw_connection_write_buffers_capacity(connection), 16);
            assert_eq!(pn_raw_connection_write_buffers(connection, twenty.as_ptr(), 20), 16);
            assert_eq!(pn_raw_connection_give_read_buffers(connection, twenty.as_ptr(), 3), 3);
            assert_eq!(pn_raw_connection_read_buffers_capacity(connection), 13);
            assert_eq!(pn_raw_connection_take_read_buffers(connection, back.as_mut_ptr(), 20), 0);
            assert_eq!(pn_raw_connection_take_written_buffers(connection, back.as_mut_ptr(), 5), 5);
            assert_eq!(pn_raw_connection_take_written_buffers(connection, back.as_mut_ptr(), 20), 11);
            assert_eq!((back[10].context, back[10].bytes, back[11].context), (7, none.bytes, 0));
            free(connection);
        }
    }

    #[test]
    fn closing_one_direction_leaves_the_other_open() {
        let connection = pn_raw_connection();
        unsafe {
            pn_raw_connection_read_close(connection);
            assert!(pn_raw_connection_is_read_closed(connection));
            assert!(!pn_raw_connection_is_write_closed(connection));
            assert_eq!(pn_raw_connection_read_buffers_capacity(connection), 0);
            pn_raw_connection_close(connection);
            assert!(pn_raw_connection_is_write_closed(connection));
            free(connection);
        }
    }

    #[test]
    fn a_raw_connection_has_a_condition_a_context_and_attachments_but_no_count() {
        let connection = pn_raw_connection();
        let mut place = 0_u8;
        unsafe {
            let condition = pn_raw_connection_condition(connection);
            assert!(!pn_condition_is_set(condition));
            pn_condition_set_name(condition, c"n".as_ptr());
            assert!(pn_condition_is_set(pn_raw_connection_condition(connection)));
            pn_raw_connection_set_context(connection, (&raw mut place).cast());
            assert_eq!(pn_raw_connection_get_context(connection), (&raw mut place).cast());
            let record = pn_raw_connection_attachments(connection);
            assert_eq!(record, pn_raw_connection_attachments(connection));
            pn_incref(connection.cast());
            pn_decref(connection.cast());
            pn_decref(connection.cast());
            assert_eq!(pn_refcount(connection.cast()), -1);
            free(connection);
        }
    }

    #[test]
    fn no_raw_connection_is_closed_and_takes_nothing() {
        let mut memory = [0_u8; 4];
        let mut some = buffer(&mut memory, 1);
        unsafe {
            assert!(
                pn_raw_connection_is_read_closed(null_mut()) && pn_raw_connection_is_write_closed(null_mut())
            );
            assert_eq!(pn_raw_connection_give_read_buffers(null_mut(), &raw const some, 1), 0);
            assert_eq!(pn_raw_connection_write_buffers(null_mut(), &raw const some, 1), 0);
            assert_eq!(pn_raw_connection_take_read_buffers(null_mut(), &raw mut some, 1), 0);
            pn_raw_connection_close(null_mut());
            pn_raw_connection_wake(null_mut());
            assert!(pn_raw_connection_condition(null_mut()).is_null());
            assert!(pn_raw_connection_attachments(null_mut()).is_null());
            assert!(pn_event_raw_connection(null_mut()).is_null());
            let connection = pn_raw_connection();
            assert_eq!(pn_raw_connection_write_buffers(connection, null(), 1), 0);
            assert_eq!(pn_raw_connection_take_written_buffers(connection, null_mut(), 1), 0);
            free(connection);
        }
    }
}
