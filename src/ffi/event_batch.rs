//! Batches of events: what a proactor hands out, and what the connection driver of 0.30 and older held in itself.
//!
//! A batch is known by one function, its first word, that gives the next event. Programs built with the headers of
//! that time make batches of their own that way.

use std::ptr::null_mut;

use super::connection_driver::pn_connection_driver_t;
use super::event::pn_event_t;

/// Some events.
///
/// cbindgen:ignore
#[repr(C)]
pub struct pn_event_batch_t {
    /// Gives the next event, NULL when there are no more.
    next_event: Option<unsafe extern "C" fn(batch: *mut Self) -> *mut pn_event_t>,
}

/// Returns the next event of a batch.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_event_batch_next(batch: *mut pn_event_batch_t) -> *mut pn_event_t {
    // SAFETY: the caller passes null or a live batch.
    let Some(next) = (unsafe { batch.as_ref() }).and_then(|this| this.next_event) else { return null_mut() };
    // SAFETY: whoever made the batch keeps its function callable.
    unsafe { next(batch) }
}

/// Returns the connection driver that a batch belongs to: since 0.31 there is none.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn pn_event_batch_connection_driver(
    batch: *mut pn_event_batch_t,
) -> *mut pn_connection_driver_t {
    let _ = batch;
    null_mut()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_made_by_a_program_gives_what_its_function_gives() {
        unsafe extern "C" fn itself(batch: *mut pn_event_batch_t) -> *mut pn_event_t {
            batch.cast()
        }
        let mut batch = pn_event_batch_t { next_event: Some(itself) };
        let address = &raw mut batch;
        // SAFETY: the batch is live; the event is not looked at.
        assert_eq!(unsafe { pn_event_batch_next(address) }, address.cast());
        let mut empty = pn_event_batch_t { next_event: None };
        // SAFETY: as above.
        assert!(unsafe { pn_event_batch_next(&raw mut empty) }.is_null());
        // SAFETY: null is tolerated.
        assert!(unsafe { pn_event_batch_next(null_mut()) }.is_null());
    }
}
