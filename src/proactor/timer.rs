//! The one place where time is kept: which task is to be signalled when.
//!
//! A task has one time at most. It may fire early, when the task has meanwhile put its time off: the task looks at
//! the clock itself and sets its time anew, so putting off, which every read does, costs nothing.

use std::collections::BTreeSet;

use super::registry::TaskKey;

/// Times, the earliest first.
#[derive(Default)]
pub(super) struct Timers {
    times: BTreeSet<(u64, TaskKey)>,
    /// What the alarm is set to.
    alarm: Option<u64>,
}

impl Timers {
    /// Replaces the time `old` of a task, if it has one, by `new`, if it gets one. Gives what the alarm has to be set
    /// to, if that changes: only an earlier time does, as a late one is found out when it rings.
    pub(super) fn set(&mut self, task: TaskKey, old: Option<u64>, new: Option<u64>) -> Option<u64> {
        if let Some(old) = old {
            self.times.remove(&(old, task));
        }
        let new = new?;
        self.times.insert((new, task));
        if self.alarm.is_some_and(|alarm| alarm <= new) {
            return None;
        }
        self.alarm = Some(new);
        self.alarm
    }

    /// Takes a task whose time has come.
    pub(super) fn due(&mut self, now: u64) -> Option<TaskKey> {
        let &(time, task) = self.times.first()?;
        if time > now {
            return None;
        }
        self.times.pop_first();
        Some(task)
    }

    /// What the alarm has to be set to after it has rung.
    pub(super) fn after_alarm(&mut self) -> Option<u64> {
        self.alarm = self.times.first().map(|&(time, _)| time);
        self.alarm
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: TaskKey = TaskKey(1);
    const B: TaskKey = TaskKey(2);

    #[test]
    fn the_alarm_is_only_set_to_earlier_times() {
        let mut timers = Timers::default();
        assert_eq!(timers.set(A, None, Some(50)), Some(50));
        assert_eq!(timers.set(B, None, Some(70)), None);
        assert_eq!(timers.set(A, Some(50), Some(90)), None);
        assert_eq!(timers.set(A, Some(90), Some(20)), Some(20));
        assert_eq!(
            timers.set(A, Some(20), Some(10)),
            Some(10),
            "a time may be lowered as often as one likes"
        );
    }

    #[test]
    fn due_tasks_come_in_order_and_once_and_the_alarm_goes_to_the_next() {
        let mut timers = Timers::default();
        timers.set(A, None, Some(50));
        timers.set(B, None, Some(40));
        assert_eq!(timers.due(39), None);
        assert_eq!((timers.due(50), timers.due(50), timers.due(50)), (Some(B), Some(A), None));
        assert_eq!(timers.after_alarm(), None);
        assert_eq!(timers.set(A, None, Some(60)), Some(60), "after a silent alarm every time is earlier");
    }

    #[test]
    fn a_time_that_was_taken_back_does_not_come() {
        let mut timers = Timers::default();
        timers.set(A, None, Some(50));
        timers.set(A, Some(50), None);
        assert_eq!(timers.due(100), None);
    }
}
