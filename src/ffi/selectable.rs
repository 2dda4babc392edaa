//! `proton/selectable.h`: a descriptor, what is waited for on it, and what is called when it happens.
//!
//! The program's own loop, a reactor or a messenger waits; a selectable only remembers. Callbacks get the selectable
//! and may do anything with it, so none of its fields is borrowed while one runs.

use std::ffi::{c_int, c_uint, c_void};
use std::ptr::null_mut;

use super::cid::names::pn_cid_t as cid;
use super::collections::{pn_iterator, pn_iterator_t};
use super::event::names::pn_event_type_t as events;
use super::event::{pn_collector_t, put};
use super::object::pn_record_t;
use super::reactor_net::Io;
use super::shell::attachments;
use super::types::pn_timestamp_t;
use crate::object::{ClassCell, decref, incref, new_object, ordinary_class};

/// A descriptor as the system has it.
///
/// cbindgen:ignore
pub type pn_socket_t = c_int;

type Callback = unsafe extern "C" fn(*mut pn_selectable_t);

/// What is called when. All of them may be missing.
#[derive(Clone, Copy, Default)]
struct Callbacks {
    readable: Option<Callback>,
    writable: Option<Callback>,
    error: Option<Callback>,
    expired: Option<Callback>,
    release: Option<Callback>,
    finalize: Option<Callback>,
}

/// A descriptor and what is waited for on it.
pub struct pn_selectable_t {
    fd: pn_socket_t,
    callbacks: Callbacks,
    collector: *mut pn_collector_t,
    record: *mut pn_record_t,
    /// Milliseconds of the clock of whoever waits; 0 for none.
    deadline: pn_timestamp_t,
    reading: bool,
    writing: bool,
    registered: bool,
    terminal: bool,
    /// What a reactor does with it: a connection, an acceptor, or nothing.
    pub(super) io: Option<Box<Io>>,
    /// A reactor has told that it was terminated.
    pub(super) finished: bool,
}

static CLASS: ClassCell =
    ClassCell(ordinary_class::<pn_selectable_t>(c"pn_selectable", cid::CID_pn_selectable as c_int));

impl pn_selectable_t {
    /// Nothing is waited for any more, for good.
    pub(super) const fn is_terminal(&self) -> bool {
        self.terminal
    }

    const fn new() -> Self {
        Self {
            fd: -1,
            callbacks: Callbacks {
                readable: None,
                writable: None,
                error: None,
                expired: None,
                release: None,
                finalize: None,
            },
            collector: null_mut(),
            record: null_mut(),
            deadline: 0,
            reading: false,
            writing: false,
            registered: false,
            terminal: false,
            io: None,
            finished: false,
        }
    }
}

impl Drop for pn_selectable_t {
    fn drop(&mut self) {
        if let Some(finalize) = self.callbacks.finalize {
            // SAFETY: the program's function gets the selectable before any of its parts goes.
            unsafe { finalize(self) };
        }
        // SAFETY: the selectable held this reference, if it has a record.
        unsafe { decref(self.record) };
        // SAFETY: the selectable held this reference, if it was told to collect.
        unsafe { decref(self.collector) };
    }
}

/// Makes a selectable without a descriptor, which waits for nothing.
///
/// @return the selectable, to be freed with pn_selectable_free()
#[unsafe(no_mangle)]
pub extern "C" fn pn_selectable() -> *mut pn_selectable_t {
    new_object(&raw const CLASS.0, pn_selectable_t::new())
}

/// Sets what is called when the descriptor can be read.
///
/// @param[in] sel a selectable, or NULL
/// @param[in] readable the function, or NULL for nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_on_readable(
    sel: *mut pn_selectable_t,
    readable: Option<unsafe extern "C" fn(*mut pn_selectable_t)>,
) {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { on(sel, (), |sel| sel.callbacks.readable = readable) }
}

/// Sets what is called when the descriptor can be written.
///
/// @param[in] sel a selectable, or NULL
/// @param[in] writable the function, or NULL for nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_on_writable(
    sel: *mut pn_selectable_t,
    writable: Option<unsafe extern "C" fn(*mut pn_selectable_t)>,
) {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { on(sel, (), |sel| sel.callbacks.writable = writable) }
}

/// Sets what is called when the descriptor has an error.
///
/// @param[in] sel a selectable, or NULL
/// @param[in] error the function, or NULL for nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_on_error(
    sel: *mut pn_selectable_t,
    error: Option<unsafe extern "C" fn(*mut pn_selectable_t)>,
) {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { on(sel, (), |sel| sel.callbacks.error = error) }
}

/// Sets what is called when the deadline has passed.
///
/// @param[in] sel a selectable, or NULL
/// @param[in] expired the function, or NULL for nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_on_expired(
    sel: *mut pn_selectable_t,
    expired: Option<unsafe extern "C" fn(*mut pn_selectable_t)>,
) {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { on(sel, (), |sel| sel.callbacks.expired = expired) }
}

/// Sets what is called when whoever waits has let go of the selectable.
///
/// @param[in] sel a selectable, or NULL
/// @param[in] release the function, or NULL for nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_on_release(
    sel: *mut pn_selectable_t,
    release: Option<unsafe extern "C" fn(*mut pn_selectable_t)>,
) {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { on(sel, (), |sel| sel.callbacks.release = release) }
}

/// Sets what is called before the selectable goes: the place to close the descriptor.
///
/// @param[in] sel a selectable, or NULL
/// @param[in] finalize the function, or NULL for nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_on_finalize(
    sel: *mut pn_selectable_t,
    finalize: Option<unsafe extern "C" fn(*mut pn_selectable_t)>,
) {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { on(sel, (), |sel| sel.callbacks.finalize = finalize) }
}

/// Gives the record for the program's own data on a selectable.
///
/// @param[in] sel a selectable, or NULL
/// @return a record that lives as long as the selectable; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_attachments(sel: *mut pn_selectable_t) -> *mut pn_record_t {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { on(sel, null_mut(), |sel| attachments(&mut sel.record)) }
}

/// Returns the descriptor of a selectable.
///
/// @param[in] selectable a selectable, or NULL
/// @return the descriptor; PN_INVALID_SOCKET if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_get_fd(selectable: *mut pn_selectable_t) -> pn_socket_t {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { on(selectable, -1, |sel| sel.fd) }
}

/// Sets the descriptor of a selectable. It stays the program's.
///
/// @param[in] selectable a selectable, or NULL
/// @param[in] fd the descriptor, or PN_INVALID_SOCKET: one that is never ready
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_set_fd(selectable: *mut pn_selectable_t, fd: pn_socket_t) {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { on(selectable, (), |sel| sel.fd = fd) }
}

/// Tells whether a selectable waits until its descriptor can be read.
///
/// @param[in] selectable a selectable, or NULL
/// @return true if it does
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_is_reading(selectable: *mut pn_selectable_t) -> bool {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { on(selectable, false, |sel| sel.reading) }
}

/// Sets whether a selectable waits until its descriptor can be read.
///
/// @param[in] sel a selectable, or NULL
/// @param[in] reading true if it does
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_set_reading(sel: *mut pn_selectable_t, reading: bool) {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { on(sel, (), |sel| sel.reading = reading) }
}

/// Tells whether a selectable waits until its descriptor can be written.
///
/// @param[in] selectable a selectable, or NULL
/// @return true if it does
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_is_writing(selectable: *mut pn_selectable_t) -> bool {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { on(selectable, false, |sel| sel.writing) }
}

/// Sets whether a selectable waits until its descriptor can be written.
///
/// @param[in] sel a selectable, or NULL
/// @param[in] writing true if it does
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_set_writing(sel: *mut pn_selectable_t, writing: bool) {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { on(sel, (), |sel| sel.writing = writing) }
}

/// Returns the deadline of a selectable.
///
/// @param[in] selectable a selectable, or NULL
/// @return milliseconds of the clock of whoever waits; 0 for none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_get_deadline(selectable: *mut pn_selectable_t) -> pn_timestamp_t {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { on(selectable, 0, |sel| sel.deadline) }
}

/// Sets the deadline of a selectable.
///
/// @param[in] sel a selectable, or NULL
/// @param[in] deadline milliseconds of the clock of whoever waits; 0 for none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_set_deadline(sel: *mut pn_selectable_t, deadline: pn_timestamp_t) {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { on(sel, (), |sel| sel.deadline = deadline) }
}

/// Calls what was set for the case that the descriptor can be read.
///
/// @param[in] selectable a selectable, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_readable(selectable: *mut pn_selectable_t) {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { call(selectable, |callbacks| callbacks.readable) }
}

/// Calls what was set for the case that the descriptor can be written.
///
/// @param[in] selectable a selectable, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_writable(selectable: *mut pn_selectable_t) {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { call(selectable, |callbacks| callbacks.writable) }
}

/// Calls what was set for the case that the descriptor has an error.
///
/// @param[in] selectable a selectable, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_error(selectable: *mut pn_selectable_t) {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { call(selectable, |callbacks| callbacks.error) }
}

/// Calls what was set for the case that the deadline has passed.
///
/// @param[in] selectable a selectable, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_expired(selectable: *mut pn_selectable_t) {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { call(selectable, |callbacks| callbacks.expired) }
}

/// Calls what was set for the case that whoever waited has let go of the selectable.
///
/// @param[in] selectable a selectable, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_release(selectable: *mut pn_selectable_t) {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { call(selectable, |callbacks| callbacks.release) }
}

/// Tells whether somebody has noted that this selectable is known to it.
///
/// @param[in] selectable a selectable, or NULL
/// @return what pn_selectable_set_registered() set, at first false
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_is_registered(selectable: *mut pn_selectable_t) -> bool {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { on(selectable, false, |sel| sel.registered) }
}

/// Notes that a selectable is known to whoever waits.
///
/// @param[in] selectable a selectable, or NULL
/// @param[in] registered true if it is
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_set_registered(selectable: *mut pn_selectable_t, registered: bool) {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { on(selectable, (), |sel| sel.registered = registered) }
}

/// Tells whether a selectable was terminated.
///
/// @param[in] selectable a selectable, or NULL
/// @return true if it was
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_is_terminal(selectable: *mut pn_selectable_t) -> bool {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { on(selectable, false, |sel| sel.terminal) }
}

/// Notes that nothing is waited for any more, for good.
///
/// @param[in] selectable a selectable, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_terminate(selectable: *mut pn_selectable_t) {
    // SAFETY: the caller passes null or a live selectable.
    unsafe { on(selectable, (), |sel| sel.terminal = true) }
}

/// Gives up a reference to a selectable.
///
/// @param[in] selectable a selectable, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_free(selectable: *mut pn_selectable_t) {
    // SAFETY: the caller gives up its reference to a live selectable, or passes null.
    unsafe { decref(selectable) };
}

/// Has events put into a collector where nothing else is set to be called: PN_SELECTABLE_READABLE,
/// PN_SELECTABLE_WRITABLE, PN_SELECTABLE_ERROR and PN_SELECTABLE_EXPIRED.
///
/// @param[in] selectable a selectable, or NULL
/// @param[in] collector the collector, which is held; NULL to put events nowhere
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectable_collect(
    selectable: *mut pn_selectable_t,
    collector: *mut pn_collector_t,
) {
    // SAFETY: the caller passes null or a live collector.
    unsafe { incref(collector) };
    let install = |sel: &mut pn_selectable_t| {
        if !collector.is_null() {
            sel.callbacks.readable = Some(post_readable);
            sel.callbacks.writable = Some(post_writable);
            sel.callbacks.error = Some(post_error);
            sel.callbacks.expired = Some(post_expired);
        }
        std::mem::replace(&mut sel.collector, collector)
    };
    // SAFETY: the caller passes null or a live selectable.
    let before = unsafe { on(selectable, collector, install) };
    // SAFETY: the selectable held this reference, or it was just taken for nothing.
    unsafe { decref(before) };
}

unsafe extern "C" fn post_readable(selectable: *mut pn_selectable_t) {
    // SAFETY: a callback gets a live selectable.
    unsafe { post(selectable, events::PN_SELECTABLE_READABLE) };
}

unsafe extern "C" fn post_writable(selectable: *mut pn_selectable_t) {
    // SAFETY: a callback gets a live selectable.
    unsafe { post(selectable, events::PN_SELECTABLE_WRITABLE) };
}

unsafe extern "C" fn post_error(selectable: *mut pn_selectable_t) {
    // SAFETY: a callback gets a live selectable.
    unsafe { post(selectable, events::PN_SELECTABLE_ERROR) };
}

unsafe extern "C" fn post_expired(selectable: *mut pn_selectable_t) {
    // SAFETY: a callback gets a live selectable.
    unsafe { post(selectable, events::PN_SELECTABLE_EXPIRED) };
}

/// Puts an event about a selectable into the collector that it was given.
///
/// # Safety
/// `selectable` is null or live.
unsafe fn post(selectable: *mut pn_selectable_t, event: events) {
    // SAFETY: passed on from the caller.
    let collector = unsafe { on(selectable, null_mut(), |sel| sel.collector) };
    // SAFETY: the selectable holds its collector, and the class is its own.
    unsafe { put(collector, &raw const CLASS.0, selectable.cast::<c_void>(), event as c_uint) };
}

/// As [`post`], into a collector of the caller's choice.
///
/// # Safety
/// `selectable` is live, `collector` null or live.
pub(super) unsafe fn announce(
    selectable: *mut pn_selectable_t,
    collector: *mut pn_collector_t,
    event: events,
) {
    // SAFETY: passed on from the caller; the class is the selectable's own.
    unsafe { put(collector, &raw const CLASS.0, selectable.cast::<c_void>(), event as c_uint) };
}

/// Runs `f` on a selectable, and gives `neutral` for null.
///
/// # Safety
/// `selectable` is null or live.
pub(super) unsafe fn on<R>(
    selectable: *mut pn_selectable_t,
    neutral: R,
    f: impl FnOnce(&mut pn_selectable_t) -> R,
) -> R {
    // SAFETY: passed on from the caller.
    unsafe { selectable.as_mut() }.map_or(neutral, f)
}

/// Calls one of the callbacks, if it is set.
///
/// # Safety
/// `selectable` is null or live.
unsafe fn call(selectable: *mut pn_selectable_t, which: impl FnOnce(&Callbacks) -> Option<Callback>) {
    // SAFETY: passed on from the caller; the borrow ends before the program's function runs.
    if let Some(callback) = unsafe { on(selectable, None, |sel| which(&sel.callbacks)) } {
        // SAFETY: the program has set this function for its selectables.
        unsafe { callback(selectable) };
    }
}

/// An iterator over nothing: a leftover that old programs may ask for.
#[unsafe(no_mangle)]
pub extern "C" fn pn_selectables() -> *mut pn_iterator_t {
    pn_iterator()
}

/// Gives nothing.
#[unsafe(no_mangle)]
pub extern "C" fn pn_selectables_next(selectables: *mut pn_iterator_t) -> *mut c_void {
    let _ = selectables;
    null_mut()
}

/// Frees an iterator over nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_selectables_free(selectables: *mut pn_iterator_t) {
    // SAFETY: the caller gives up its reference to a live iterator, or passes null.
    unsafe { decref(selectables) };
}
