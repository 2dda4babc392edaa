//! A descriptor that becomes readable when a deadline has passed: the one timer of a proactor.
//!
//! Deadlines are absolute, by [`clock`](super::clock). Setting the alarm takes back what it has told before, so it is
//! watched edge-triggered and never read.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::ptr;

pub(crate) struct Alarm(OwnedFd);

impl Alarm {
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: the call takes numbers and makes a new descriptor.
        let fd =
            unsafe { libc::timerfd_create(libc::CLOCK_MONOTONIC, libc::TFD_NONBLOCK | libc::TFD_CLOEXEC) };
        // SAFETY: `fd` is that call's result.
        unsafe { super::owned(fd) }.map(Self)
    }

    /// Replaces the deadline; one that has passed goes off at once, and none never.
    pub(crate) fn set(&self, deadline: Option<u64>) {
        let setting = libc::itimerspec {
            it_interval: libc::timespec { tv_sec: 0, tv_nsec: 0 },
            it_value: deadline.map_or(NEVER, moment),
        };
        let fd = self.0.as_raw_fd();
        // SAFETY: `setting` is ours to read and the old setting may be left out. The descriptor is open.
        let result = unsafe {
            libc::timerfd_settime(fd, libc::TFD_TIMER_ABSTIME, &raw const setting, ptr::null_mut())
        };
        debug_assert_eq!(result, 0, "a timer takes every moment that `moment` makes");
    }

    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// What the kernel takes as "no deadline".
const NEVER: libc::timespec = libc::timespec { tv_sec: 0, tv_nsec: 0 };

/// A deadline as the kernel wants it: never zero, which would mean none.
fn moment(deadline: u64) -> libc::timespec {
    let seconds = i64::try_from(deadline / 1000).unwrap_or(i64::MAX);
    let milliseconds = i64::try_from(deadline % 1000).unwrap_or_default();
    libc::timespec { tv_sec: seconds, tv_nsec: (milliseconds * 1_000_000).max(1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::clock;
    use crate::sys::poll::{Events, Interest, Poller};

    fn watched() -> (Alarm, Poller) {
        let alarm = Alarm::new().expect("there are descriptors");
        let poller = Poller::new().expect("there are descriptors");
        poller.add(alarm.fd(), 3, Interest::Read).expect("an alarm can be watched");
        (alarm, poller)
    }

    fn went_off(poller: &Poller, block: bool) -> bool {
        let mut events = Events::new();
        poller.wait(&mut events, 64, block).expect("polling works");
        events.iter().any(|(token, _)| token == 3)
    }

    #[test]
    fn deadlines_of_the_past_go_off_at_once_each_time_they_are_set() {
        let (alarm, poller) = watched();
        for deadline in [0, 1, clock::now()] {
            alarm.set(Some(deadline));
            assert!(went_off(&poller, true), "{deadline}");
            assert!(!went_off(&poller, false), "it goes off once");
        }
    }

    #[test]
    fn an_alarm_is_never_early_by_the_clock() {
        let (alarm, poller) = watched();
        for wait in 1..6 {
            let deadline = clock::now() + wait;
            alarm.set(Some(deadline));
            while !went_off(&poller, true) {}
            assert!(clock::now() >= deadline);
        }
    }

    #[test]
    fn taking_the_deadline_back_silences_the_alarm_even_after_it_went_off() {
        let (alarm, poller) = watched();
        alarm.set(Some(0));
        alarm.set(None);
        assert!(!went_off(&poller, false));
        alarm.set(Some(u64::MAX));
        assert!(!went_off(&poller, false), "a deadline beyond time is only far away");
    }
}
