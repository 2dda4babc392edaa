//! What a proactor hands out batches of: itself, connections, listeners, raw connections.
//!
//! A subject is the content of a scheduler's task, and the batch that C holds is its first word, so that a batch leads
//! to its subject without a search. *One thread has a subject at a time*: the one that the scheduler gave its task to,
//! until it is done with the batch. What other threads may do to a subject goes through the task's signals, or through
//! the lock of the part it concerns. Objects that C holds know their subject by its key, which leads nowhere once the
//! subject has gone (spec/proactor.md sections 1 and 2).

use std::ffi::{CStr, c_uint, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::condition::{on_condition, pn_condition_t};
use super::event::{pn_collector_t, pn_event_t, put};
use super::listener::pn_listener_t;
use super::logger;
use super::logger::names::{pn_log_level_t as Level, pn_log_subsystem_t as Subsystem};
use super::networked::Networked;
use super::networked_raw::NetworkedRaw;
use super::proactor::{pn_event_batch_t, pn_proactor_t};
use crate::engine::Condition;
use crate::object::collector;
use crate::object::event_name::event_name;
use crate::object::pn_class_t;
use crate::proactor::activity::Activity;
use crate::proactor::scheduler::{Scheduler, Task, TaskKey};
use crate::proactor::task::Signals;

/// Locks; what our locks guard is whole whenever a thread could have panicked.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What all threads of a proactor share.
pub(super) struct Core {
    pub(super) scheduler: Scheduler<Subject>,
    pub(super) activity: Mutex<Activity>,
    /// Listeners that wait for a descriptor, and how many they are.
    starved: Mutex<Vec<TaskKey>>,
    starving: AtomicUsize,
}

/// A task of a proactor.
pub(super) type SubjectTask = Arc<Task<Subject>>;

/// One thing that has events.
#[repr(C)]
pub(super) struct Subject {
    pub(super) batch: pn_event_batch_t,
    pub(super) proactor: *mut pn_proactor_t,
    pub(super) key: TaskKey,
    pub(super) order: Order,
    pub(super) body: Body,
}

/// The condition that a disconnect of the proactor gives. It lies with the task, which lives as long as anybody has it,
/// because a disconnect comes from any thread, while the subject's own objects may be ending.
#[derive(Default)]
pub(super) struct Order(Mutex<Option<Box<Condition>>>);

impl Order {
    /// Leaves a copy of a condition.
    ///
    /// # Safety
    /// `condition` is null or live.
    pub(super) unsafe fn leave(&self, condition: *mut pn_condition_t) {
        let copied = |given: &mut Condition| {
            let mut copy = Box::new(Condition::default());
            copy.copy_from(given);
            Some(copy)
        };
        // SAFETY: passed on from the caller.
        *lock(&self.0) = unsafe { on_condition(condition, None, copied) };
    }

    pub(super) fn take(&self) -> Option<Box<Condition>> {
        lock(&self.0).take()
    }

    /// Sets a condition to what was left, if anything was, and tells whether it did.
    ///
    /// # Safety
    /// `condition` is null or live.
    pub(super) unsafe fn carry_out(&self, condition: *mut pn_condition_t) -> bool {
        let Some(order) = self.take() else { return false };
        // SAFETY: passed on from the caller.
        unsafe { on_condition(condition, (), |place| place.copy_from(&order)) };
        true
    }
}

/// What it is.
pub(super) enum Body {
    /// The proactor itself, with the queue its events go through.
    Proactor(*mut pn_collector_t),
    Connection(Networked),
    Listener(*mut pn_listener_t),
    Raw(Box<NetworkedRaw>),
}

// SAFETY: the pointers in a subject are used by the thread that has its batch, or set it up before its task could run;
// everything else in it is behind a lock.
unsafe impl Send for Subject {}
// SAFETY: as above.
unsafe impl Sync for Subject {}

/// What is left of a subject after a batch.
pub(super) enum Left {
    /// It runs again for these signals, or for others that come.
    Stays(Signals),
    /// It has had its last event.
    Gone,
}

impl Core {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self {
            scheduler: Scheduler::new()?,
            activity: Mutex::new(Activity::default()),
            starved: Mutex::new(Vec::new()),
            starving: AtomicUsize::new(0),
        })
    }

    /// A listener has found no descriptor: it hears when one of ours is closed, and tries on its own after a while, as
    /// the program may close others.
    pub(super) fn starve(&self, task: &Task<Subject>) {
        let mut starved = lock(&self.starved);
        if !starved.contains(&task.key) {
            starved.push(task.key);
        }
        self.starving.store(starved.len(), Ordering::Relaxed);
        drop(starved);
        self.scheduler.wake_at(task, crate::sys::clock::now() + RETRY);
    }

    /// A descriptor was closed.
    pub(super) fn feed_the_starved(&self) {
        if self.starving.load(Ordering::Relaxed) == 0 {
            return;
        }
        let starved = std::mem::take(&mut *lock(&self.starved));
        self.starving.store(0, Ordering::Relaxed);
        for key in starved {
            self.scheduler.signal_key(key, Signals::DESCRIPTOR);
        }
    }
}

/// How long a listener without a descriptor waits before it tries by itself, in milliseconds.
const RETRY: u64 = 100;

/// Where an object that C holds finds its subject. Any thread may look.
pub(super) struct Seat {
    proactor: AtomicPtr<pn_proactor_t>,
    key: AtomicU64,
}

impl Seat {
    pub(super) const fn none() -> Self {
        Self { proactor: AtomicPtr::new(null_mut()), key: AtomicU64::new(0) }
    }

    pub(super) fn take(&self, proactor: *mut pn_proactor_t, key: TaskKey) {
        self.key.store(key.number(), Ordering::Relaxed);
        self.proactor.store(proactor, Ordering::Release);
    }

    pub(super) fn leave(&self) {
        self.proactor.store(null_mut(), Ordering::Release);
    }

    /// The proactor; null if there is none.
    pub(super) fn proactor(&self) -> *mut pn_proactor_t {
        self.proactor.load(Ordering::Acquire)
    }

    /// The subject's task, and the proactor it belongs to.
    pub(super) fn find(&self) -> Option<(&Core, SubjectTask)> {
        // SAFETY: objects leave their proactor before it ends.
        let core = unsafe { self.proactor().as_ref() }?.core();
        let task = core.scheduler.find(TaskKey::from_number(self.key.load(Ordering::Relaxed)))?;
        Some((core, task))
    }

    /// Signals the subject, if there is one.
    pub(super) fn signal(&self, signals: Signals) {
        if let Some((core, task)) = self.find() {
            core.scheduler.signal(&task, signals);
        }
    }
}

impl Subject {
    pub(super) fn new(proactor: *mut pn_proactor_t, key: TaskKey, body: Body) -> Self {
        Self { batch: pn_event_batch_t::of_a_proactor(), proactor, key, order: Order::default(), body }
    }

    /// The subject of a batch; none for null, and for what is no batch of ours.
    ///
    /// # Safety
    /// `batch` is null or live.
    pub(super) unsafe fn of<'a>(batch: *mut pn_event_batch_t) -> Option<&'a Self> {
        // SAFETY: passed on from the caller.
        if unsafe { batch.as_ref() }?.is_of_a_proactor() {
            // SAFETY: only batches that are the first word of a subject have that function.
            return Some(unsafe { &*batch.cast::<Self>() });
        }
        None
    }

    pub(super) fn core(&self) -> &Core {
        // SAFETY: a proactor outlives its subjects.
        unsafe { &*self.proactor }.core()
    }

    /// Runs the subject for signals. True: there is a batch.
    pub(super) fn run(&self, task: &SubjectTask, signals: Signals) -> bool {
        match &self.body {
            Body::Proactor(_) => lock(&self.core().activity).begin_batch(crate::sys::clock::now()),
            Body::Connection(connection) => connection.run(self, task, signals),
            // SAFETY: a listener lives until its last batch is done.
            Body::Listener(listener) => unsafe { super::listener::run(*listener, signals) },
            Body::Raw(raw) => raw.run(self, task, signals),
        }
    }

    /// The next event of the batch.
    pub(super) fn next(&self) -> *mut pn_event_t {
        match &self.body {
            Body::Proactor(events) => self.next_of_proactor(*events),
            Body::Connection(connection) => connection.next(self),
            // SAFETY: as in `run`.
            Body::Listener(listener) => unsafe { super::listener::next(*listener, self) },
            Body::Raw(raw) => raw.next(self),
        }
    }

    fn next_of_proactor(&self, events: *mut pn_collector_t) -> *mut pn_event_t {
        let event = lock(&self.core().activity).next_event(crate::sys::clock::now());
        let Some(event) = event else { return null_mut() };
        let kind = super::proactor::kind_of(event);
        // SAFETY: the collector is the proactor's own, and the class is that of what is not counted.
        unsafe { hand_out(events, super::proactor::class(), self.proactor.cast(), kind) }
    }

    /// The program is done with a batch.
    pub(super) fn done(&self, task: &SubjectTask) -> Left {
        match &self.body {
            Body::Proactor(events) => {
                // SAFETY: the collector is the proactor's own.
                unsafe { collector::drain(*events) };
                Left::Stays(self.proactor_done(task))
            }
            Body::Connection(connection) => connection.done(self, task),
            // SAFETY: as in `run`.
            Body::Listener(listener) => unsafe { super::listener::done(*listener, self, task) },
            Body::Raw(raw) => raw.done(self, task),
        }
    }

    fn proactor_done(&self, task: &SubjectTask) -> Signals {
        let mut activity = lock(&self.core().activity);
        activity.batch_done();
        if activity.has_event(crate::sys::clock::now()) {
            return Signals::MORE;
        }
        self.core().scheduler.set_time(task, activity.deadline());
        Signals::NONE
    }

    /// Ends what the subject holds: nothing of it is used any more.
    pub(super) fn end(&self) {
        match &self.body {
            // SAFETY: the subject owned its collector.
            Body::Proactor(events) => unsafe { super::event::pn_collector_free(*events) },
            Body::Connection(connection) => connection.end(),
            // SAFETY: the subject owned the listener.
            Body::Listener(listener) => unsafe { super::listener::end(*listener) },
            Body::Raw(raw) => raw.end(),
        }
    }

    /// Takes the subject out of its proactor, after its last batch.
    pub(super) fn retire(&self, task: &SubjectTask) {
        let core = self.core();
        core.scheduler.retire(task);
        self.end();
        core.feed_the_starved();
        if lock(&core.activity).end() {
            // SAFETY: a proactor outlives its subjects.
            unsafe { &*self.proactor }.announce();
        }
    }
}

/// Queues an event about something that is not counted, takes it out again, and tells the log.
///
/// # Safety
/// `events` is a live collector and `class` a class that does not count.
pub(super) unsafe fn hand_out(
    events: *mut pn_collector_t,
    class: *const pn_class_t,
    context: *mut c_void,
    kind: c_uint,
) -> *mut pn_event_t {
    log_event(context, event_name(kind));
    // SAFETY: passed on from the caller.
    unsafe { put(events, class, context, kind) };
    // SAFETY: passed on from the caller.
    unsafe { collector::next(events) }
}

/// Tells the log of an event that belongs to no connection.
pub(super) fn log_event(context: *mut c_void, name: &CStr) {
    let (subsystem, level) = (Subsystem::PN_SUBSYSTEM_EVENT as c_uint, Level::PN_LEVEL_DEBUG as c_uint);
    let logger = logger::default_logger();
    // SAFETY: the default logger lives for ever.
    if unsafe { logger::wants(logger, subsystem, level) } {
        let line = format!("[{context:p}]:({})", name.to_string_lossy());
        // SAFETY: as above.
        unsafe { logger::log(logger, subsystem, level, &line) };
    }
}
