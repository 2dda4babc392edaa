//! A queue that rarely has more than one value: that one takes no memory of its own.
//!
//! Most connections have one session with one link, so most lists of sessions and links have one member, if any.

use super::fifo::Fifo;

/// Values in the order in which they came.
pub(crate) struct Few<T> {
    /// The oldest, unless it came while there were others.
    first: Option<T>,
    rest: Option<Box<Fifo<T>>>,
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self { first: None, rest: None }
    }
}

impl<T: Copy> Few<T> {
    #[inline]
    fn in_rest(&self) -> usize {
        self.rest.as_ref().map_or(0, |rest| rest.len())
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.in_rest()
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_none() && self.in_rest() == 0
    }

    #[inline]
    pub(crate) fn get(&self, place: usize) -> Option<T> {
        match self.first {
            Some(first) if place == 0 => Some(first),
            first => self.rest.as_ref()?.as_slice().get(place - usize::from(first.is_some())).copied(),
        }
    }

    pub(crate) fn back(&self) -> Option<T> {
        self.rest.as_ref().and_then(|rest| rest.as_slice().last().copied()).or(self.first)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = T> {
        self.first.iter().chain(self.rest.iter().flat_map(|rest| rest.as_slice())).copied()
    }

    #[inline]
    pub(crate) fn push_back(&mut self, value: T) {
        if self.is_empty() {
            self.first = Some(value);
        } else {
            self.rest.get_or_insert_default().push_back(value);
        }
    }

    #[inline]
    pub(crate) fn pop_front(&mut self) -> Option<T> {
        self.first.take().or_else(|| self.rest.as_mut()?.pop_front())
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_leave_in_the_order_in_which_they_came() {
        let mut few = Few::default();
        let (mut put, mut taken) = (0, 0);
        for step in 0..1000 {
            for _ in 0..step % 4 {
                few.push_back(put);
                put += 1;
            }
            assert_eq!(few.iter().collect::<Vec<_>>(), (taken..put).collect::<Vec<_>>());
            let all: Vec<_> = (0..few.len()).filter_map(|place| few.get(place)).collect();
            assert_eq!(all, (taken..put).collect::<Vec<_>>());
            assert_eq!(few.back(), (taken..put).next_back());
            for _ in 0..2 {
                let next = few.pop_front();
                assert_eq!(next, (taken < put).then_some(taken));
                taken += i32::from(next.is_some());
            }
            assert_eq!(few.is_empty(), taken == put);
        }
        few.push_back(0);
        few.push_back(1);
        few.clear();
        assert!(few.is_empty() && few.get(0).is_none() && few.back().is_none());
    }

    #[test]
    fn one_value_takes_no_memory() {
        let mut few = Few::default();
        for value in 0..10 {
            few.push_back(value);
            assert_eq!(few.pop_front(), Some(value));
        }
        assert!(few.rest.is_none());
    }
}
