//! The queue of tasks that wait for a thread, and the bell for threads that sleep.
//!
//! Threads sleep in the kernel's queue of sockets, so a task that is called in another way has to wake one of them.
//! Whoever queues looks for sleepers afterwards; whoever sleeps looks at the queue after it has said so: one of the two
//! always sees the other. A bell that rings several times may wake one thread only, so whoever takes a task and
//! leaves others rings again. The lock is held for a push or a pop, never during a call of the system's or a batch.

use std::collections::VecDeque;

use super::sync::{AtomicBool, AtomicUsize, Mutex, Ordering, fence, lock};

/// Wakes one thread that sleeps, or the next one that is about to. Callable in a signal handler.
pub(super) trait Ring {
    fn ring(&self);
}

/// Tasks in the order they became ready.
pub(super) struct Ready<T, B> {
    queue: Mutex<VecDeque<T>>,
    /// How many there are, for a look without the lock.
    queued: AtomicUsize,
    /// How many threads sleep or are about to.
    sleepers: AtomicUsize,
    /// Something was said without the queue's lock.
    called: AtomicBool,
    pub(super) bell: B,
}

impl<T, B: Ring> Ready<T, B> {
    pub(super) fn new(bell: B) -> Self {
        Self {
            queue: Mutex::new(VecDeque::new()),
            queued: AtomicUsize::new(0),
            sleepers: AtomicUsize::new(0),
            called: AtomicBool::new(false),
            bell,
        }
    }

    /// Queues tasks, and wakes a thread if one sleeps.
    pub(super) fn push(&self, tasks: impl IntoIterator<Item = T>) {
        self.bring(tasks);
        self.wake_a_sleeper();
    }

    /// Queues tasks by a thread that is awake and takes one next, which wakes others for the rest.
    pub(super) fn bring(&self, tasks: impl IntoIterator<Item = T>) {
        let mut queue = lock(&self.queue);
        queue.extend(tasks);
        self.queued.store(queue.len(), Ordering::Relaxed);
    }

    /// Takes the task that has waited longest.
    pub(super) fn pop(&self) -> Option<T> {
        if self.queued.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let mut queue = lock(&self.queue);
        let task = queue.pop_front();
        let left = queue.len();
        self.queued.store(left, Ordering::Relaxed);
        drop(queue);
        if left > 0 {
            self.wake_a_sleeper();
        }
        task
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queued.load(Ordering::Relaxed) == 0
    }

    /// Says that something happened; one thread gets to know by [`Self::was_called`]. Callable in a signal handler.
    pub(super) fn call(&self) {
        self.called.store(true, Ordering::Release);
        self.wake_a_sleeper();
    }

    /// Whether something was said since this was last asked.
    pub(super) fn was_called(&self) -> bool {
        self.called.load(Ordering::Relaxed) && self.called.swap(false, Ordering::AcqRel)
    }

    /// Sleeps by `sleep`, which the bell ends, unless there is something to do. Tells whether it slept.
    pub(super) fn sleep(&self, sleep: impl FnOnce()) -> bool {
        self.sleepers.fetch_add(1, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let idle = self.queued.load(Ordering::Relaxed) == 0 && !self.called.load(Ordering::Relaxed);
        if idle {
            sleep();
        }
        self.sleepers.fetch_sub(1, Ordering::Relaxed);
        idle
    }

    /// Whether another thread sleeps, besides one that calls this while it counts as asleep itself.
    pub(super) fn others_sleep(&self) -> bool {
        self.sleepers.load(Ordering::Relaxed) > 1
    }

    fn wake_a_sleeper(&self) {
        fence(Ordering::SeqCst);
        if self.sleepers.load(Ordering::Relaxed) > 0 {
            self.bell.ring();
        }
    }
}
