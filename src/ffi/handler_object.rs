//! What a handler is: a function, memory of its own, and children that see every event after it.
//!
//! The functions that C calls are in `reactor.rs`. A handler's function may do anything, also to the handlers that are
//! being walked: no field is borrowed while one runs, and a walk holds those it is about to call.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use super::cid::names::pn_cid_t as cid;
use super::event::{pn_event_t, pn_event_type_t};
use super::object::pn_record_t;
use crate::object::class::OBJECT;
use crate::object::{ClassCell, decref, incref, new_object, ordinary_class, record};

/// The function of a handler.
pub(super) type Dispatch = unsafe extern "C" fn(*mut pn_handler_t, *mut pn_event_t, pn_event_type_t);

/// What is called before a handler goes.
pub(super) type Finalize = unsafe extern "C" fn(*mut pn_handler_t);

/// Something that events are shown to.
pub struct pn_handler_t {
    dispatch: Option<Dispatch>,
    finalize: Option<Finalize>,
    /// Held by one reference each.
    children: Vec<*mut Self>,
    /// The program's, as aligned as anything in C may want to be.
    memory: Box<[u128]>,
}

static CLASS: ClassCell =
    ClassCell(ordinary_class::<pn_handler_t>(c"pn_handler", cid::CID_pn_handler as c_int));

impl Drop for pn_handler_t {
    fn drop(&mut self) {
        if let Some(finalize) = self.finalize {
            // SAFETY: the program's function gets the handler before any of its parts goes.
            unsafe { finalize(self) };
        }
        drop_all(std::mem::take(&mut self.children));
    }
}

/// Makes a handler with `size` bytes of zeroed memory.
pub(super) fn new(dispatch: Option<Dispatch>, size: usize, finalize: Option<Finalize>) -> *mut pn_handler_t {
    let memory = vec![0; size.div_ceil(size_of::<u128>())].into_boxed_slice();
    new_object(&raw const CLASS.0, pn_handler_t { dispatch, finalize, children: Vec::new(), memory })
}

impl pn_handler_t {
    /// The memory that was asked for.
    pub(super) fn memory(&mut self) -> *mut c_void {
        self.memory.as_mut_ptr().cast()
    }
}

/// Shows an event to a handler and then to its children, each with its own, in the order in which they were added. What
/// is added meanwhile does not see it.
///
/// # Safety
/// `handler` is live, and so is `event`.
pub(super) unsafe fn dispatch(handler: *mut pn_handler_t, event: *mut pn_event_t, kind: pn_event_type_t) {
    let mut next = vec![hold(handler)];
    while let Some(handler) = next.pop() {
        // SAFETY: the walk holds the handler.
        if let Some(function) = unsafe { (*handler).dispatch } {
            // SAFETY: the function belongs to this handler, and the caller passes a live event.
            unsafe { function(handler, event, kind) };
        }
        // SAFETY: as above; the borrow ends before anything else runs.
        let children = unsafe { &(*handler).children };
        next.extend(children.iter().rev().map(|&child| hold(child)));
        // SAFETY: the walk held it.
        unsafe { decref(handler) };
    }
}

/// Adds a child, which is held.
///
/// # Safety
/// Both are live.
pub(super) unsafe fn add(handler: *mut pn_handler_t, child: *mut pn_handler_t) {
    // SAFETY: passed on from the caller.
    unsafe { &mut (*handler).children }.push(hold(child));
}

/// Lets go of all children.
///
/// # Safety
/// `handler` is live.
pub(super) unsafe fn clear(handler: *mut pn_handler_t) {
    // SAFETY: passed on from the caller; the borrow ends before anything else runs.
    drop_all(std::mem::take(unsafe { &mut (*handler).children }));
}

/// Gives up a handler, and with it the references that whoever made its children has left to it. A child that nobody
/// but its parent holds has none to give.
///
/// # Safety
/// `handler` is live, and the caller gives up a reference to it.
pub(super) unsafe fn give_up(handler: *mut pn_handler_t) {
    // SAFETY: passed on from the caller; a copy, because what goes may change the list.
    let children = unsafe { (*handler).children.clone() };
    for child in children {
        // SAFETY: the handler holds its child.
        if unsafe { crate::object::class::object_refcount(child.cast()) } > 1 {
            // SAFETY: the reference of whoever made it.
            unsafe { decref(child) };
        }
    }
    // SAFETY: passed on from the caller.
    unsafe { decref(handler) };
}

/// Attaches a handler, or with null none, to whatever the record belongs to. The record holds it.
///
/// # Safety
/// `record` is live, `handler` null or live.
pub(super) unsafe fn attach(record: *mut pn_record_t, handler: *mut pn_handler_t) {
    // SAFETY: passed on from the caller.
    unsafe { &mut *record }.define(key(), &raw const OBJECT.0);
    // SAFETY: passed on from the caller; a handler is a counted object.
    unsafe { record::set(record, key(), handler.cast()) };
}

/// The handler attached to whatever the record belongs to, null for none.
///
/// # Safety
/// `record` is null or live.
pub(super) unsafe fn attached(record: *mut pn_record_t) -> *mut pn_handler_t {
    // SAFETY: passed on from the caller.
    unsafe { record.as_ref() }.map_or(null_mut(), |record| record.get(key())).cast()
}

/// The key under which records have handlers: an address that is nobody else's.
fn key() -> *const c_void {
    (&raw const CLASS).cast()
}

fn hold(handler: *mut pn_handler_t) -> *mut pn_handler_t {
    // SAFETY: whoever names a handler here holds it.
    unsafe { incref(handler) };
    handler
}

fn drop_all(handlers: Vec<*mut pn_handler_t>) {
    for handler in handlers {
        // SAFETY: the list held one reference to each.
        unsafe { decref(handler) };
    }
}
