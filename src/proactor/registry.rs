//! Finds tasks by key. A key names a place and how often it was used, so that what the kernel or a program still says
//! of a task that has gone reaches nobody.

use std::sync::Arc;

use super::scheduler::Task;

/// The key of a task. The kernel keeps it for each socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TaskKey(pub(super) u64);

impl TaskKey {
    /// The key as a number, as objects of C keep it.
    pub(crate) const fn number(self) -> u64 {
        self.0
    }

    pub(crate) const fn from_number(number: u64) -> Self {
        Self(number)
    }

    fn new(place: usize, use_: u32) -> Self {
        Self((place as u64) << 32 | u64::from(use_))
    }

    fn place(self) -> usize {
        (self.0 >> 32) as usize
    }

    fn use_(self) -> u32 {
        self.0 as u32
    }
}

struct Place<T> {
    use_: u32,
    task: Option<Arc<Task<T>>>,
}

/// All tasks.
pub(super) struct Registry<T> {
    places: Vec<Place<T>>,
    free: Vec<usize>,
}

impl<T> Registry<T> {
    pub(super) const fn new() -> Self {
        Self { places: Vec::new(), free: Vec::new() }
    }

    /// Adds the task that `make` makes of its key.
    pub(super) fn add(&mut self, make: impl FnOnce(TaskKey) -> Arc<Task<T>>) -> Arc<Task<T>> {
        let place = self.free.pop().unwrap_or_else(|| {
            self.places.push(Place { use_: 0, task: None });
            self.places.len() - 1
        });
        let slot = &mut self.places[place];
        let task = make(TaskKey::new(place, slot.use_));
        slot.task = Some(Arc::clone(&task));
        task
    }

    pub(super) fn find(&self, key: TaskKey) -> Option<&Arc<Task<T>>> {
        self.places.get(key.place()).filter(|slot| slot.use_ == key.use_())?.task.as_ref()
    }

    /// Takes a task out. Its key will never be used again.
    pub(super) fn remove(&mut self, key: TaskKey) -> Option<Arc<Task<T>>> {
        let slot = self.places.get_mut(key.place()).filter(|slot| slot.use_ == key.use_())?;
        let task = slot.task.take()?;
        slot.use_ = slot.use_.wrapping_add(1);
        self.free.push(key.place());
        Some(task)
    }

    pub(super) fn all(&self) -> Vec<Arc<Task<T>>> {
        self.places.iter().filter_map(|slot| slot.task.clone()).collect()
    }
}
