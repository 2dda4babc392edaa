//! One subject of events, and the word that says who runs it.
//!
//! A task is idle, queued, or running, and signals say what it has to look at. Whoever signals an idle task has to
//! queue it, and nobody else; signals for a queued or running task are kept for its run. At the end of a run the task
//! is idle again, or queued when signals came meanwhile. So a task never runs twice at a time, is never queued twice,
//! and no signal is lost; `models` has loom try every interleaving of that.

use std::ops::{BitOr, BitOrAssign};

use super::sync::{AtomicU32, Ordering};
use crate::sys::poll::Readiness;

/// What a task has to look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Signals(u32);

impl Signals {
    pub(crate) const NONE: Self = Self(0);
    /// The socket has bytes.
    pub(crate) const READ: Self = Self(Readiness::READ.0);
    /// The socket takes bytes.
    pub(crate) const WRITE: Self = Self(Readiness::WRITE.0);
    /// The peer has ended its direction, or both are over.
    pub(crate) const HANGUP: Self = Self(Readiness::HANGUP.0);
    /// The socket has an error.
    pub(crate) const ERROR: Self = Self(Readiness::ERROR.0);
    /// The program wants the subject to run.
    pub(crate) const WAKE: Self = Self(1 << 4);
    /// A time the task waits for has come.
    pub(crate) const TIMER: Self = Self(1 << 5);
    /// The proactor disconnects, or the program closes the subject.
    pub(crate) const CLOSE: Self = Self(1 << 6);
    /// Addresses have been found, or not.
    pub(crate) const LOOKUP: Self = Self(1 << 7);
    /// The last run left something to do.
    pub(crate) const MORE: Self = Self(1 << 8);
    /// A descriptor was closed: there may be one for who ran out of them.
    pub(crate) const DESCRIPTOR: Self = Self(1 << 9);

    /// All that sockets say.
    pub(crate) const OF_SOCKETS: Self = Self(Self::READ.0 | Self::WRITE.0 | Self::HANGUP.0 | Self::ERROR.0);

    pub(crate) const fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    pub(crate) fn remove(&mut self, these: Self) {
        self.0 &= !these.0;
    }

    pub(crate) const fn is_none(self) -> bool {
        self.0 == 0
    }
}

impl BitOr for Signals {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Signals {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl From<Readiness> for Signals {
    fn from(readiness: Readiness) -> Self {
        Self(readiness.0)
    }
}

const QUEUED: u32 = 1 << 31;
const RUNNING: u32 = 1 << 30;
const ENDED: u32 = 1 << 29;
const SIGNALS: u32 = ENDED - 1;

/// Who runs a task, and its signals.
#[derive(Debug)]
pub(super) struct State(AtomicU32);

impl State {
    pub(super) fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    /// Adds signals. True: the task was idle, and the caller has to queue it.
    #[must_use]
    pub(super) fn signal(&self, signals: Signals) -> bool {
        let before = self.0.fetch_or(signals.0 | QUEUED, Ordering::AcqRel);
        before & (QUEUED | RUNNING | ENDED) == 0
    }

    /// Begins a run of a task that came out of the queue, and takes its signals.
    pub(super) fn begin(&self) -> Signals {
        Signals(self.0.swap(RUNNING, Ordering::AcqRel) & SIGNALS)
    }

    /// Takes the signals that have come since the run began.
    pub(super) fn absorb(&self) -> Signals {
        if self.0.load(Ordering::Relaxed) == RUNNING {
            return Signals::NONE;
        }
        Signals(self.0.fetch_and(RUNNING | ENDED, Ordering::AcqRel) & SIGNALS)
    }

    /// Ends a run, with what it left to do. True: the caller has to queue the task again.
    #[must_use]
    pub(super) fn finish(&self, left: Signals) -> bool {
        let next = |now: u32| {
            let signals = (now & SIGNALS) | left.0;
            Some(if signals == 0 { 0 } else { signals | QUEUED })
        };
        // The closure never refuses, so this is the value before in either case.
        let before = match self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, next) {
            Ok(before) | Err(before) => before,
        };
        (before & SIGNALS) | left.0 != 0
    }

    /// Ends the task during its run: nothing queues it any more.
    pub(super) fn end(&self) {
        self.0.store(ENDED, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_signal_queues_a_task_and_its_run_gets_all() {
        let state = State::new();
        assert!(state.signal(Signals::READ));
        assert!(!state.signal(Signals::WAKE));
        assert_eq!(state.begin(), Signals::READ | Signals::WAKE);
        assert!(!state.finish(Signals::NONE));
        assert!(state.signal(Signals::WRITE));
    }

    #[test]
    fn a_signal_during_a_run_is_taken_by_it_or_queues_the_task_afterwards() {
        let state = State::new();
        assert!(state.signal(Signals::READ));
        state.begin();
        assert!(!state.signal(Signals::WAKE));
        assert_eq!(state.absorb(), Signals::WAKE);
        assert_eq!(state.absorb(), Signals::NONE);
        assert!(!state.signal(Signals::TIMER));
        assert!(state.finish(Signals::NONE));
        assert!(!state.signal(Signals::WAKE), "it is queued already");
        assert_eq!(state.begin(), Signals::TIMER | Signals::WAKE);
        assert!(state.finish(Signals::MORE));
    }

    #[test]
    fn an_ended_task_is_never_queued() {
        let state = State::new();
        assert!(state.signal(Signals::READ));
        state.begin();
        state.end();
        assert!(!state.signal(Signals::WAKE));
    }
}
