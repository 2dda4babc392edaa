//! A queue in one piece of memory: what is taken from the front leaves a gap, which is closed when room is needed.
//!
//! It does what `VecDeque` does, with fewer steps for each of the very many that go through: places follow each other,
//! and a queue that runs empty, as most do all the time, starts again from the beginning.

/// Values in the order in which they came.
pub(crate) struct Fifo<T> {
    values: Vec<T>,
    /// How many at the front have been taken; none if that is all there were.
    taken: usize,
}

impl<T> Default for Fifo<T> {
    fn default() -> Self {
        Self { values: Vec::new(), taken: 0 }
    }
}

impl<T: Copy> Fifo<T> {
    #[inline]
    pub(crate) fn as_slice(&self) -> &[T] {
        self.values.get(self.taken..).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, place: usize) -> Option<&mut T> {
        self.values.get_mut(self.taken..)?.get_mut(place)
    }

    #[inline]
    pub(crate) const fn len(&self) -> usize {
        self.values.len() - self.taken
    }

    #[inline]
    pub(crate) const fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    #[inline]
    pub(crate) fn push_back(&mut self, value: T) {
        if self.values.len() == self.values.capacity() {
            self.make_room();
        }
        self.values.push(value);
    }

    #[inline]
    pub(crate) fn front(&self) -> Option<T> {
        self.values.get(self.taken).copied()
    }

    #[inline]
    pub(crate) fn pop_front(&mut self) -> Option<T> {
        let value = self.front()?;
        self.taken += 1;
        if self.taken == self.values.len() {
            self.values.clear();
            self.taken = 0;
        }
        Some(value)
    }

    /// Closes the gap if it is large enough for that to pay; the vector grows otherwise.
    #[cold]
    fn make_room(&mut self) {
        if self.taken > self.values.len() / 2 {
            self.values.drain(..self.taken);
            self.taken = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_that_never_runs_empty_keeps_its_order_and_does_not_grow() {
        let mut queue = Fifo::default();
        let mut taken = 0;
        for put in 0..2_000 {
            queue.push_back(put);
            while queue.len() > 10 + put % 7 {
                assert_eq!((queue.front(), queue.pop_front()), (Some(taken), Some(taken)));
                taken += 1;
            }
        }
        assert_eq!(queue.as_slice(), (taken..2_000).collect::<Vec<_>>());
        assert_eq!(queue.get_mut(3), Some(&mut (taken + 3)));
        assert!(queue.values.capacity() <= 64);
        while queue.pop_front().is_some() {}
        assert!(queue.is_empty() && queue.front().is_none());
    }
}
