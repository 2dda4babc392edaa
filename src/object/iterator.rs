//! The iterator of the old headers: a function with a piece of state that belongs to the iterator.
//!
//! Once the function gave null the iterator is finished, and stays so until it is started again.

use std::ffi::c_void;
use std::ptr::null_mut;

use super::class::{ClassCell, number, ordinary_class};
use super::header::new_object;

/// Gives the next element from the state, null at the end.
pub type pn_iterator_next_t = Option<unsafe extern "C" fn(state: *mut c_void) -> *mut c_void>;

/// An iterator.
pub struct pn_iterator_t {
    next: pn_iterator_next_t,
    /// Storage for the state, in words of the largest alignment.
    state: Vec<u128>,
}

/// The class of iterators.
pub(crate) static CLASS: ClassCell =
    ClassCell(ordinary_class::<pn_iterator_t>(c"pn_iterator", number::OBJECT));

/// Makes an iterator over nothing.
pub(crate) fn new() -> *mut pn_iterator_t {
    new_object(&raw const CLASS.0, pn_iterator_t { next: None, state: Vec::new() })
}

impl pn_iterator_t {
    /// Begins anew, and lends the state for filling in: at least `size` zeroed bytes.
    pub(crate) fn start(&mut self, next: pn_iterator_next_t, size: usize) -> *mut c_void {
        self.next = next;
        self.state.clear();
        self.state.resize(size.div_ceil(size_of::<u128>()).max(1), 0);
        self.state.as_mut_ptr().cast()
    }
}

/// The next element, null at the end.
///
/// # Safety
/// `iterator` is live, and its function fits its state.
pub(crate) unsafe fn next(iterator: *mut pn_iterator_t) -> *mut c_void {
    // SAFETY: passed on from the caller; the borrow ends before the function runs.
    let this = unsafe { &mut *iterator };
    let Some(next) = this.next else { return null_mut() };
    let state = this.state.as_mut_ptr().cast();
    // SAFETY: whoever started the iterator gave a function that fits the state.
    let element = unsafe { next(state) };
    if element.is_null() {
        // SAFETY: passed on from the caller.
        unsafe { (*iterator).next = None };
    }
    element
}
