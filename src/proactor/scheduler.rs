//! Hands tasks to threads. Every thread that waits does so in the kernel's queue of ready sockets; what has to run for
//! another reason goes through the queue in `ready`.
//!
//! Sockets are registered once, edge-triggered: a socket that nothing happens to costs nothing, one that is busy costs
//! no calls but reading, writing and waiting. The kernel gives an edge to one thread. A thread that is alone takes many
//! at a time; one that others wait beside takes one, and leaves the rest to them.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use super::ready::{Ready, Ring};
use super::registry::Registry;
pub(crate) use super::registry::TaskKey;
use super::task::{Signals, State};
use super::timer::Timers;
use crate::sys::alarm::Alarm;
use crate::sys::bell::Bell;
use crate::sys::clock;
use crate::sys::poll::{Events, Interest, Poller};

/// One subject of events.
pub(crate) struct Task<T> {
    state: State,
    pub(crate) key: TaskKey,
    /// When the task will be signalled, [`NEVER`] if it will not; changed with the timers locked.
    time: AtomicU64,
    pub(crate) subject: T,
}

const NEVER: u64 = u64::MAX;

impl<T> Task<T> {
    /// Takes the signals that have come since the task began to run.
    pub(crate) fn absorb(&self) -> Signals {
        self.state.absorb()
    }
}

impl Ring for Bell {
    fn ring(&self) {
        Self::ring(self);
    }
}

/// All tasks of a proactor.
pub(crate) struct Scheduler<T> {
    poller: Poller,
    alarm: Alarm,
    ready: Ready<Arc<Task<T>>, Bell>,
    registry: RwLock<Registry<T>>,
    timers: Mutex<Timers>,
    /// Tasks taken from the queue since the sockets were looked at.
    taken: AtomicU32,
}

/// What the kernel says when the bell rings, and the alarm: no task has these keys.
const BELL: u64 = u64::MAX;
const ALARM: u64 = u64::MAX - 1;

/// The sockets are looked at after this many tasks from the queue.
const LOOK_EVERY: u32 = 16;

/// Edges that a thread takes at a time when no other thread waits.
const MANY: usize = Events::MOST;

impl<T> Scheduler<T> {
    pub(crate) fn new() -> io::Result<Self> {
        let (poller, alarm, bell) = (Poller::new()?, Alarm::new()?, Bell::new()?);
        poller.add(bell.fd(), BELL, Interest::Read)?;
        poller.add(alarm.fd(), ALARM, Interest::Read)?;
        Ok(Self {
            poller,
            alarm,
            ready: Ready::new(bell),
            registry: RwLock::new(Registry::new()),
            timers: Mutex::new(Timers::default()),
            taken: AtomicU32::new(0),
        })
    }

    /// Adds an idle task.
    pub(crate) fn add(&self, make: impl FnOnce(TaskKey) -> T) -> Arc<Task<T>> {
        let mut registry = self.registry.write().unwrap_or_else(PoisonError::into_inner);
        registry.add(|key| {
            let (state, time) = (State::new(), AtomicU64::new(NEVER));
            Arc::new(Task { state, key, time, subject: make(key) })
        })
    }

    fn registry(&self) -> RwLockReadGuard<'_, Registry<T>> {
        self.registry.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn find(&self, key: TaskKey) -> Option<Arc<Task<T>>> {
        self.registry().find(key).cloned()
    }

    /// All tasks there are at this moment.
    pub(crate) fn all(&self) -> Vec<Arc<Task<T>>> {
        self.registry().all()
    }

    /// Has the task signalled for everything that happens to its socket.
    pub(crate) fn watch(&self, key: TaskKey, socket: BorrowedFd<'_>, interest: Interest) -> io::Result<()> {
        self.poller.add(socket, key.0, interest)
    }

    /// Tells a task what it has to look at, now or after its present run.
    pub(crate) fn signal(&self, task: &Arc<Task<T>>, signals: Signals) {
        if task.state.signal(signals) {
            self.ready.push([Arc::clone(task)]);
        }
    }

    /// As [`Self::signal`], if the task is still there.
    pub(crate) fn signal_key(&self, key: TaskKey, signals: Signals) {
        if let Some(task) = self.find(key) {
            self.signal(&task, signals);
        }
    }

    /// Says that something happened, even in a signal handler; [`Self::next`] gives it to `called`.
    pub(crate) fn call(&self) {
        self.ready.call();
    }

    /// Has the task signalled at `time`, or somewhat earlier; it sets its time anew then.
    pub(crate) fn wake_at(&self, task: &Task<T>, time: u64) {
        if time < task.time.load(Ordering::Relaxed) {
            self.set_time(task, Some(time));
        }
    }

    /// Sets or takes back the time of a task.
    pub(crate) fn set_time(&self, task: &Task<T>, time: Option<u64>) {
        let mut timers = self.timers.lock().unwrap_or_else(PoisonError::into_inner);
        let old = task.time.swap(time.unwrap_or(NEVER), Ordering::Relaxed);
        let alarm = timers.set(task.key, Some(old).filter(|&old| old != NEVER), time);
        // With the lock held, so that of two threads the one with the earlier time is the last.
        if alarm.is_some() {
            self.alarm.set(alarm);
        }
    }

    /// Gives a task to run with its signals, and runs `called` after [`Self::call`]. Without `block` there may be none.
    pub(crate) fn next(&self, block: bool, called: impl Fn()) -> Option<(Arc<Task<T>>, Signals)> {
        loop {
            if self.ready.was_called() {
                called();
            }
            if self.taken.load(Ordering::Relaxed) >= LOOK_EVERY {
                self.look();
            }
            if let Some(task) = self.ready.pop() {
                self.taken.fetch_add(1, Ordering::Relaxed);
                let signals = task.state.begin();
                return Some((task, signals));
            }
            if block {
                self.sleep();
            } else if !self.look() {
                return None;
            }
        }
    }

    /// Looks at the sockets, and tells whether there is anything to run.
    fn look(&self) -> bool {
        let mut events = Events::new();
        self.poll(&mut events, MANY, false);
        self.bring(&events);
        !self.ready.is_empty()
    }

    /// Sleeps until a socket is ready or the bell rings, unless there is something to run.
    fn sleep(&self) {
        let mut events = Events::new();
        let slept = self.ready.sleep(|| {
            let most = if self.ready.others_sleep() { 1 } else { MANY };
            self.poll(&mut events, most, true);
        });
        if slept {
            self.bring(&events);
        }
    }

    /// Without its poller a proactor would wait for nothing, for ever: somebody has closed descriptors that are not his.
    fn poll(&self, events: &mut Events, most: usize, block: bool) {
        if let Err(error) = self.poller.wait(events, most, block) {
            eprintln!("pn_proactor: the descriptor it waits with is gone: {error}");
            std::process::abort();
        }
    }

    /// Queues the tasks whose sockets are ready.
    fn bring(&self, events: &Events) {
        self.taken.store(0, Ordering::Relaxed);
        let registry = self.registry();
        let mut alarm = false;
        let mut tasks: [Option<Arc<Task<T>>>; MANY] = [const { None }; MANY];
        let mut places = tasks.iter_mut();
        for (token, readiness) in events.iter() {
            match token {
                BELL => {}
                ALARM => alarm = true,
                token => {
                    let task = registry.find(TaskKey(token));
                    if let Some(task) = task.filter(|task| task.state.signal(readiness.into()))
                        && let Some(place) = places.next()
                    {
                        *place = Some(Arc::clone(task));
                    }
                }
            }
        }
        drop(registry);
        if tasks[0].is_some() {
            self.ready.bring(tasks.into_iter().flatten());
        }
        if alarm {
            self.after_alarm();
        }
    }

    fn after_alarm(&self) {
        let mut timers = self.timers.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock::now();
        let mut tasks = Vec::new();
        while let Some(key) = timers.due(now) {
            if let Some(task) = self.find(key) {
                task.time.store(NEVER, Ordering::Relaxed);
                tasks.push(task);
            }
        }
        let next = timers.after_alarm();
        if next.is_some() {
            self.alarm.set(next);
        }
        drop(timers);
        for task in tasks {
            self.signal(&task, Signals::TIMER);
        }
    }

    /// Whether other tasks wait for this thread.
    pub(crate) fn is_busy(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Ends a run; the task runs again, behind the others, if it left something or was signalled meanwhile.
    pub(crate) fn finish(&self, task: Arc<Task<T>>, left: Signals) {
        if task.state.finish(left) {
            self.ready.push([task]);
        }
    }

    /// Ends a task during its run: nothing reaches it any more.
    pub(crate) fn retire(&self, task: &Task<T>) {
        task.state.end();
        self.set_time(task, None);
        self.registry.write().unwrap_or_else(PoisonError::into_inner).remove(task.key);
    }
}

#[cfg(test)]
mod tests;
