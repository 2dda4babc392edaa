//! Every interleaving of the hand-overs between threads, tried by loom: run with `RUSTFLAGS="--cfg loom"`.
//!
//! The kernel's queue is modelled by what is used of it: a bell that wakes one sleeper, and whose rings while nobody
//! has heard it yet are one. A lost wake-up shows as a deadlock, which loom reports.

use std::collections::VecDeque;

use loom::model;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;

use super::ready::{Ready, Ring};
use super::sync::lock;
use super::task::{Signals, State};

/// The eventfd, watched edge-triggered.
struct Bell {
    rung: Mutex<bool>,
    heard: Condvar,
}

impl Bell {
    fn new() -> Self {
        Self { rung: Mutex::new(false), heard: Condvar::new() }
    }

    fn wait(&self) {
        let mut rung = lock(&self.rung);
        while !*rung {
            rung = self.heard.wait(rung).unwrap();
        }
        *rung = false;
    }
}

impl Ring for Bell {
    fn ring(&self) {
        *lock(&self.rung) = true;
        self.heard.notify_one();
    }
}

/// A thread in the proactor's wait: it takes the next task, asleep until there is one.
fn next(ready: &Ready<usize, Bell>) -> usize {
    loop {
        if let Some(task) = ready.pop() {
            return task;
        }
        ready.sleep(|| ready.bell.wait());
    }
}

/// One task with its queue; what runs it counts what it has seen.
struct World {
    state: State,
    queue: Mutex<VecDeque<()>>,
    running: AtomicUsize,
    wakes: AtomicUsize,
    timers: AtomicUsize,
}

impl World {
    fn new() -> Self {
        let (running, wakes, timers) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        Self { state: State::new(), queue: Mutex::new(VecDeque::new()), running, wakes, timers }
    }

    fn signal(&self, signals: Signals) {
        if self.state.signal(signals) {
            lock(&self.queue).push_back(());
        }
    }

    fn note(&self, signals: Signals) {
        let count = |of, counter: &AtomicUsize| {
            if signals.any(of) {
                counter.fetch_add(1, Ordering::Relaxed);
            }
        };
        count(Signals::WAKE, &self.wakes);
        count(Signals::TIMER, &self.timers);
    }

    /// Runs what is in the queue.
    fn work(&self) {
        while lock(&self.queue).pop_front().is_some() {
            assert_eq!(self.running.fetch_add(1, Ordering::Relaxed), 0, "two runs at a time");
            self.note(self.state.begin());
            self.note(self.state.absorb());
            self.running.fetch_sub(1, Ordering::Relaxed);
            if self.state.finish(Signals::NONE) {
                lock(&self.queue).push_back(());
            }
        }
    }
}

#[test]
fn a_task_runs_once_at_a_time_and_hears_every_signal() {
    model(|| {
        let world = Arc::new(World::new());
        let threads = [Signals::WAKE, Signals::TIMER].map(|signals| {
            let world = Arc::clone(&world);
            thread::spawn(move || {
                world.signal(signals);
                world.work();
            })
        });
        for thread in threads {
            thread.join().unwrap();
        }
        world.work();
        assert_eq!(world.wakes.load(Ordering::Relaxed), 1);
        assert_eq!(world.timers.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn nothing_queues_a_task_that_has_ended() {
    model(|| {
        let world = Arc::new(World::new());
        world.signal(Signals::READ);
        lock(&world.queue).clear();
        world.state.begin();
        let other = {
            let world = Arc::clone(&world);
            thread::spawn(move || world.signal(Signals::WAKE))
        };
        world.state.end();
        other.join().unwrap();
        world.signal(Signals::TIMER);
        assert!(lock(&world.queue).is_empty());
    });
}

#[test]
fn a_task_that_is_queued_while_a_thread_goes_to_sleep_wakes_it() {
    model(|| {
        let ready = Arc::new(Ready::new(Bell::new()));
        let sleeper = {
            let ready = Arc::clone(&ready);
            thread::spawn(move || next(&ready))
        };
        ready.push([7]);
        assert_eq!(sleeper.join().unwrap(), 7);
    });
}

#[test]
fn two_tasks_reach_two_sleepers_even_if_the_bell_was_heard_once() {
    let mut builder = model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(|| {
        let ready = Arc::new(Ready::new(Bell::new()));
        let sleepers = [(), ()].map(|()| {
            let ready = Arc::clone(&ready);
            thread::spawn(move || next(&ready))
        });
        ready.push([1, 2]);
        let taken: usize = sleepers.into_iter().map(|sleeper| sleeper.join().unwrap()).sum();
        assert_eq!(taken, 3);
    });
}

#[test]
fn what_one_thread_brings_reaches_another_that_sleeps() {
    let mut builder = model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(|| {
        let ready = Arc::new(Ready::new(Bell::new()));
        let sleeper = {
            let ready = Arc::clone(&ready);
            thread::spawn(move || next(&ready))
        };
        ready.bring([1, 2]);
        let taken = next(&ready) + sleeper.join().unwrap();
        assert_eq!(taken, 3);
    });
}

#[test]
fn a_call_from_a_signal_handler_wakes_a_thread_that_goes_to_sleep() {
    model(|| {
        let ready = Arc::new(Ready::<usize, Bell>::new(Bell::new()));
        let sleeper = {
            let ready = Arc::clone(&ready);
            thread::spawn(move || {
                while !ready.was_called() {
                    ready.sleep(|| ready.bell.wait());
                }
            })
        };
        ready.call();
        sleeper.join().unwrap();
    });
}
