//! What the proactor itself has to say: a time is up, it was interrupted, nothing is left to do (spec/proactor.md
//! section 7).
//!
//! Several of them that are due at once come in one batch, in this order. Being without anything to do is noticed at
//! certain moments only: when a subject has gone, when a batch with a time-out is done, and when the program asks for
//! it by cancelling the time-out or by disconnecting.

/// An event of the proactor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProactorEvent {
    Timeout,
    Interrupt,
    Inactive,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Timeout {
    #[default]
    None,
    At(u64),
    /// It was handed out in the batch that is being handled.
    HandedOut,
}

/// What is going on in a proactor.
#[derive(Debug, Default)]
pub(crate) struct Activity {
    /// Connections, listeners and raw connections.
    subjects: usize,
    timeout: Timeout,
    interrupted: bool,
    inactive: bool,
    /// The first event of a batch that a thread has: no other thread takes it back.
    promised: Option<ProactorEvent>,
    /// What the present batch has given. Each comes once in it, or a handler that asks for it again would never end.
    given: [bool; 3],
}

impl Activity {
    /// A subject has begun.
    pub(crate) fn begin(&mut self) {
        self.subjects += 1;
    }

    /// A subject has gone. True: there is an event.
    pub(crate) fn end(&mut self) -> bool {
        self.subjects = self.subjects.saturating_sub(1);
        self.check()
    }

    /// The program disconnects everything. True: there is an event.
    pub(crate) fn disconnect(&mut self) -> bool {
        self.check()
    }

    pub(crate) fn interrupt(&mut self) {
        self.interrupted = true;
    }

    /// The program wants to hear at `time`; a time set before means nothing any more.
    pub(crate) fn set_timeout(&mut self, time: u64) {
        self.timeout = Timeout::At(time);
        self.inactive = false;
    }

    /// The program does not want to hear any more. True: there is an event.
    pub(crate) fn cancel_timeout(&mut self) -> bool {
        self.timeout = Timeout::None;
        self.check()
    }

    /// When the proactor has something to say at the latest.
    pub(crate) fn deadline(&self) -> Option<u64> {
        match self.timeout {
            Timeout::At(time) => Some(time),
            Timeout::None | Timeout::HandedOut => None,
        }
    }

    pub(crate) fn has_event(&self, now: u64) -> bool {
        let promised = self.promised.is_some();
        promised || self.interrupted || self.inactive || self.deadline().is_some_and(|time| time <= now)
    }

    /// A thread wants a batch. True: there is one, which is not empty whatever other threads do meanwhile.
    pub(crate) fn begin_batch(&mut self, now: u64) -> bool {
        self.given = [false; 3];
        self.promised = self.next_event(now);
        self.promised.is_some()
    }

    /// The next event of a batch.
    pub(crate) fn next_event(&mut self, now: u64) -> Option<ProactorEvent> {
        if let Some(event) = self.promised.take() {
            return Some(event);
        }
        let [timeout, interrupt, inactive] = self.given;
        let event = if !timeout && self.deadline().is_some_and(|time| time <= now) {
            self.timeout = Timeout::HandedOut;
            ProactorEvent::Timeout
        } else if !interrupt && std::mem::take(&mut self.interrupted) {
            ProactorEvent::Interrupt
        } else if !inactive && std::mem::take(&mut self.inactive) {
            ProactorEvent::Inactive
        } else {
            return None;
        };
        self.given[event as usize] = true;
        Some(event)
    }

    /// The program has handled a batch.
    pub(crate) fn batch_done(&mut self) {
        self.given = [false; 3];
        if self.timeout == Timeout::HandedOut && self.promised.is_none() {
            self.timeout = Timeout::None;
            self.check();
        }
    }

    fn check(&mut self) -> bool {
        if self.subjects == 0 && self.timeout == Timeout::None {
            self.inactive = true;
        }
        self.inactive
    }
}

#[cfg(test)]
mod tests {
    use super::ProactorEvent::{Inactive, Interrupt, Timeout};
    use super::*;

    fn batch(activity: &mut Activity, now: u64) -> Vec<ProactorEvent> {
        let events = std::iter::from_fn(|| activity.next_event(now)).collect();
        activity.batch_done();
        events
    }

    #[test]
    fn what_is_due_comes_in_one_batch_and_being_idle_after_it() {
        let mut activity = Activity::default();
        activity.interrupt();
        activity.interrupt();
        activity.set_timeout(5);
        assert_eq!(batch(&mut activity, 5), [Timeout, Interrupt]);
        assert_eq!(batch(&mut activity, 5), [Inactive]);
        assert_eq!(batch(&mut activity, 5), []);
    }

    #[test]
    fn a_timeout_is_never_early_and_the_last_one_set_counts() {
        let mut activity = Activity::default();
        activity.set_timeout(0);
        activity.set_timeout(10);
        assert!(!activity.has_event(9), "the first was replaced");
        assert_eq!(batch(&mut activity, 10), [Timeout]);
        assert_eq!(batch(&mut activity, 10), [Inactive]);
    }

    #[test]
    fn a_batch_that_has_begun_has_its_first_event_although_another_thread_takes_the_reason_back() {
        let mut activity = Activity::default();
        activity.begin();
        activity.set_timeout(1);
        assert!(activity.begin_batch(1));
        activity.cancel_timeout();
        assert_eq!(batch(&mut activity, 1), [Timeout]);
        assert!(!activity.begin_batch(1));
        activity.interrupt();
        assert!(activity.begin_batch(1));
        activity.batch_done();
        assert!(activity.has_event(1), "nobody has taken it");
        assert_eq!(batch(&mut activity, 1), [Interrupt]);
    }

    #[test]
    fn a_timeout_set_while_one_is_handled_keeps_the_proactor_active() {
        let mut activity = Activity::default();
        activity.set_timeout(1);
        assert_eq!(activity.next_event(1), Some(Timeout));
        activity.set_timeout(2);
        activity.batch_done();
        assert!(!activity.has_event(1));
        assert!(activity.cancel_timeout());
    }

    #[test]
    fn a_handler_that_asks_again_for_what_it_got_gets_it_in_the_next_batch() {
        let mut activity = Activity::default();
        activity.set_timeout(1);
        assert_eq!(activity.next_event(1), Some(Timeout));
        activity.set_timeout(1);
        activity.interrupt();
        assert_eq!(activity.next_event(1), Some(Interrupt));
        assert_eq!(activity.next_event(1), None);
        activity.batch_done();
        assert_eq!(batch(&mut activity, 1), [Timeout]);
    }

    #[test]
    fn the_last_subject_to_go_and_cancelling_tell_of_being_idle() {
        let mut activity = Activity::default();
        activity.begin();
        activity.begin();
        assert!(!activity.cancel_timeout() && !activity.end());
        assert!(activity.end());
        assert_eq!(batch(&mut activity, 0), [Inactive]);
        assert!(activity.cancel_timeout());
        assert_eq!(batch(&mut activity, 0), [Inactive]);
    }
}
