//! Timers and their tasks: which event comes when.
//!
//! The functions that C calls are in `reactor.rs`. A timer knows no clock: whoever has one says what time it is.

use std::collections::BTreeMap;
use std::ffi::{c_int, c_uint};
use std::ptr::null_mut;

use super::cid::names::pn_cid_t as cid;
use super::event::names::pn_event_type_t as events;
use super::event::{pn_collector_t, put};
use super::object::pn_record_t;
use super::shell::attachments;
use super::types::pn_timestamp_t;
use crate::object::{ClassCell, decref, incref, new_object, ordinary_class};

/// A set of tasks that become due.
pub struct pn_timer_t {
    collector: *mut pn_collector_t,
    /// Held by one reference each, by deadline and then by age.
    tasks: BTreeMap<(pn_timestamp_t, u64), *mut pn_task_t>,
    scheduled: u64,
}

/// Something that becomes due once.
pub struct pn_task_t {
    record: *mut pn_record_t,
    cancelled: bool,
}

static TIMER: ClassCell = ClassCell(ordinary_class::<pn_timer_t>(c"pn_timer", cid::CID_pn_timer as c_int));
static TASK: ClassCell = ClassCell(ordinary_class::<pn_task_t>(c"pn_task", cid::CID_pn_task as c_int));

impl Drop for pn_timer_t {
    fn drop(&mut self) {
        for task in std::mem::take(&mut self.tasks).into_values() {
            // SAFETY: the timer held one reference to each of its tasks.
            unsafe { decref(task) };
        }
        // SAFETY: the timer held this reference.
        unsafe { decref(self.collector) };
    }
}

impl Drop for pn_task_t {
    fn drop(&mut self) {
        // SAFETY: the task held this reference, if it has a record.
        unsafe { decref(self.record) };
    }
}

/// Makes a timer that reports to a collector, null or live.
pub(super) fn new(collector: *mut pn_collector_t) -> *mut pn_timer_t {
    // SAFETY: the caller passes null or a live collector.
    unsafe { incref(collector) };
    new_object(&raw const TIMER.0, pn_timer_t { collector, tasks: BTreeMap::new(), scheduled: 0 })
}

impl pn_timer_t {
    /// Makes a task, which the timer holds until it is due.
    pub(super) fn schedule(&mut self, deadline: pn_timestamp_t) -> *mut pn_task_t {
        let task = new_object(&raw const TASK.0, pn_task_t { record: null_mut(), cancelled: false });
        self.scheduled += 1;
        self.tasks.insert((deadline, self.scheduled), task);
        task
    }

    /// When the first task is due, 0 for none. Cancelled tasks that come before are forgotten.
    pub(super) fn deadline(&mut self) -> pn_timestamp_t {
        self.forget_cancelled();
        self.tasks.first_key_value().map_or(0, |(&(deadline, _), _)| deadline)
    }

    /// How many tasks wait.
    pub(super) fn count(&mut self) -> usize {
        self.forget_cancelled();
        self.tasks.len()
    }

    fn forget_cancelled(&mut self) {
        while let Some(first) = self.tasks.first_entry() {
            let task = *first.get();
            // SAFETY: the timer holds its tasks.
            if !unsafe { (*task).cancelled } {
                return;
            }
            first.remove();
            // SAFETY: the timer held this reference.
            unsafe { decref(task) };
        }
    }

    fn take_due(&mut self, now: pn_timestamp_t) -> Option<*mut pn_task_t> {
        self.forget_cancelled();
        let first = self.tasks.first_entry().filter(|first| first.key().0 <= now)?;
        Some(first.remove())
    }
}

impl pn_task_t {
    pub(super) fn cancel(&mut self) {
        self.cancelled = true;
    }

    pub(super) fn attachments(&mut self) -> *mut pn_record_t {
        attachments(&mut self.record)
    }
}

/// Reports all tasks that are due at `now`.
///
/// # Safety
/// `timer` is live.
pub(super) unsafe fn tick(timer: *mut pn_timer_t, now: pn_timestamp_t) {
    // SAFETY: passed on from the caller; the borrow ends before anything else runs.
    while let Some(task) = unsafe { (*timer).take_due(now) } {
        // SAFETY: as above.
        let collector = unsafe { (*timer).collector };
        // SAFETY: the timer holds its collector; the task is held by the reference just taken out.
        unsafe { put(collector, &raw const TASK.0, task.cast(), events::PN_TIMER_TASK as c_uint) };
        // SAFETY: that reference.
        unsafe { decref(task) };
    }
}
