//! Tasks and the threads that take them, with the kernel's own queue.

use std::sync::atomic::AtomicUsize;
use std::sync::mpsc;
use std::thread;

use super::*;

fn keyed() -> (Arc<Scheduler<usize>>, [Arc<Task<usize>>; 2]) {
    let scheduler = Arc::new(Scheduler::new().unwrap());
    let tasks = [10, 20].map(|subject| scheduler.add(|_| subject));
    (scheduler, tasks)
}

fn get(scheduler: &Scheduler<usize>) -> Option<usize> {
    let (task, _) = scheduler.next(false, || {})?;
    let subject = task.subject;
    scheduler.finish(task, Signals::NONE);
    Some(subject)
}

#[test]
#[cfg_attr(miri, ignore = "needs the kernel's queue")]
fn tasks_come_in_the_order_they_were_signalled_and_idle_ones_not_at_all() {
    let (scheduler, [a, b]) = keyed();
    assert_eq!(get(&scheduler), None);
    scheduler.signal(&b, Signals::WAKE);
    scheduler.signal(&a, Signals::WAKE);
    scheduler.signal(&b, Signals::CLOSE);
    assert_eq!((get(&scheduler), get(&scheduler), get(&scheduler)), (Some(20), Some(10), None));
}

#[test]
#[cfg_attr(miri, ignore = "needs the kernel's queue")]
fn a_task_that_goes_on_comes_behind_the_others() {
    let (scheduler, [a, b]) = keyed();
    scheduler.signal(&a, Signals::WAKE);
    scheduler.signal(&b, Signals::WAKE);
    let (first, _) = scheduler.next(false, || {}).unwrap();
    assert_eq!(first.subject, 10);
    scheduler.finish(first, Signals::MORE);
    assert_eq!((get(&scheduler), get(&scheduler), get(&scheduler)), (Some(20), Some(10), None));
}

#[test]
#[cfg_attr(miri, ignore = "needs the kernel's queue")]
fn a_task_that_has_gone_is_reached_by_nobody() {
    let (scheduler, [a, _]) = keyed();
    scheduler.signal(&a, Signals::WAKE);
    let (running, _) = scheduler.next(false, || {}).unwrap();
    scheduler.retire(&running);
    scheduler.signal(&running, Signals::WAKE);
    scheduler.signal_key(running.key, Signals::WAKE);
    assert!(scheduler.find(running.key).is_none());
    let next = scheduler.add(|_| 30);
    assert_ne!(next.key, running.key, "its place has another key now");
    assert_eq!(get(&scheduler), None);
}

#[test]
#[cfg_attr(miri, ignore = "needs the kernel's queue")]
fn a_time_signals_its_task_and_one_taken_back_does_not() {
    let (scheduler, [a, b]) = keyed();
    scheduler.set_time(&a, Some(clock::now()));
    scheduler.set_time(&b, Some(clock::now()));
    scheduler.set_time(&b, None);
    let (task, signals) = scheduler.next(true, || {}).unwrap();
    assert_eq!((task.subject, signals), (10, Signals::TIMER));
    scheduler.finish(task, Signals::NONE);
    assert_eq!(get(&scheduler), None);
}

#[test]
#[cfg_attr(miri, ignore = "needs the kernel's queue")]
fn a_sleeping_thread_hears_a_call_and_a_signal() {
    let (scheduler, [a, _]) = keyed();
    let (heard, hearing) = mpsc::channel();
    let sleeper = {
        let scheduler = Arc::clone(&scheduler);
        thread::spawn(move || scheduler.next(true, || heard.send(()).unwrap()).map(|(task, _)| task.subject))
    };
    scheduler.call();
    hearing.recv().unwrap();
    scheduler.signal(&a, Signals::WAKE);
    assert_eq!(sleeper.join().unwrap(), Some(10));
}

#[test]
#[cfg_attr(miri, ignore = "needs the kernel's queue")]
fn many_threads_run_each_task_alone_and_lose_no_signal() {
    const ROUNDS: usize = 2000;
    let scheduler = Arc::new(Scheduler::<AtomicUsize>::new().unwrap());
    let tasks: Vec<_> = (0..3).map(|_| scheduler.add(|_| AtomicUsize::new(0))).collect();
    let (done, finished) = mpsc::channel();
    for _ in 0..4 {
        let (scheduler, done) = (Arc::clone(&scheduler), done.clone());
        thread::spawn(move || {
            while let Some((task, signals)) = scheduler.next(true, || {}) {
                assert_eq!(task.subject.fetch_add(1, Ordering::Relaxed), 0, "two threads run one task");
                task.subject.fetch_sub(1, Ordering::Relaxed);
                let key = task.key;
                scheduler.finish(task, Signals::NONE);
                if done.send((key, signals)).is_err() {
                    return;
                }
            }
        });
    }
    for _ in 0..ROUNDS {
        for task in &tasks {
            scheduler.signal(task, Signals::WAKE);
        }
        let mut waiting: Vec<_> = tasks.iter().map(|task| task.key).collect();
        while !waiting.is_empty() {
            let (key, signals) = finished.recv().unwrap();
            assert_eq!(signals, Signals::WAKE);
            waiting.retain(|other| *other != key);
        }
    }
    // The threads end when what they report is heard by nobody.
    drop(finished);
    for task in tasks.iter().cycle().take(12) {
        scheduler.signal(task, Signals::WAKE);
    }
}
