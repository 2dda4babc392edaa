//! The small tables that numbers on the wire are looked up in: free channels and handles, and what a handle names.
//!
//! All stay flat with ten thousands of entries, and none lets a peer reserve memory by naming a large number. Most have
//! the number 0 and no other, which takes no memory of its own.

use std::collections::HashMap;

/// Hands out the lowest free number; the choice is visible on the wire.
#[derive(Default)]
pub(crate) struct LowestFree {
    /// One bit a number, set while it is taken.
    first: u64,
    more: Option<Box<More>>,
}

/// The numbers behind the first word.
#[derive(Default)]
struct More {
    words: Vec<u64>,
    /// Every word before this one is full.
    hint: usize,
}

impl LowestFree {
    /// The lowest free number up to `max`, now taken.
    pub(crate) fn take(&mut self, max: u32) -> Option<u32> {
        if self.first == u64::MAX {
            let max = max.checked_sub(u64::BITS)?;
            return self.more.get_or_insert_default().take(max)?.checked_add(u64::BITS);
        }
        let number = self.first.trailing_ones();
        if number > max {
            return None;
        }
        self.first |= 1 << number;
        Some(number)
    }

    pub(crate) fn release(&mut self, number: u32) {
        match number.checked_sub(u64::BITS) {
            None => self.first &= !(1 << number),
            Some(number) => {
                if let Some(more) = &mut self.more {
                    more.release(number);
                }
            }
        }
    }
}

impl More {
    fn take(&mut self, max: u32) -> Option<u32> {
        while let Some(word) = self.words.get(self.hint) {
            if *word != u64::MAX {
                break;
            }
            self.hint += 1;
        }
        if self.hint == self.words.len() {
            self.words.push(0);
        }
        let word = self.words.get_mut(self.hint)?;
        let bit = word.trailing_ones();
        let number = u32::try_from(self.hint * 64).ok()?.checked_add(bit)?;
        if number > max {
            return None;
        }
        *word |= 1 << bit;
        Some(number)
    }

    fn release(&mut self, number: u32) {
        let index = number as usize / 64;
        if let Some(word) = self.words.get_mut(index) {
            *word &= !(1 << (number % 64));
            self.hint = self.hint.min(index);
        }
    }
}

/// What the peer's numbers name.
pub(crate) struct NumberMap<V> {
    /// What 0 names.
    first: Option<V>,
    others: Option<Box<Others<V>>>,
}

/// What the others name: first those that follow 0 without large gaps.
struct Others<V> {
    dense: Vec<Option<V>>,
    sparse: HashMap<u32, V>,
}

impl<V> Default for NumberMap<V> {
    fn default() -> Self {
        Self { first: None, others: None }
    }
}

impl<V> Default for Others<V> {
    fn default() -> Self {
        Self { dense: Vec::new(), sparse: HashMap::new() }
    }
}

impl<V: Copy> NumberMap<V> {
    #[inline]
    pub(crate) fn get(&self, number: u32) -> Option<V> {
        match number.checked_sub(1) {
            None => self.first,
            Some(number) => self.others.as_ref()?.get(number),
        }
    }

    pub(crate) fn insert(&mut self, number: u32, value: V) {
        match number.checked_sub(1) {
            None => self.first = Some(value),
            Some(number) => self.others.get_or_insert_default().insert(number, value),
        }
    }

    pub(crate) fn remove(&mut self, number: u32) -> Option<V> {
        match number.checked_sub(1) {
            None => self.first.take(),
            Some(number) => self.others.as_mut()?.remove(number),
        }
    }

    /// All values, in the order of their numbers where peers count up.
    pub(crate) fn values(&self) -> impl Iterator<Item = V> {
        self.first.into_iter().chain(self.others.iter().flat_map(|others| others.values()))
    }
}

impl<V: Copy> Others<V> {
    #[inline(never)]
    fn get(&self, number: u32) -> Option<V> {
        match self.dense.get(number as usize) {
            Some(Some(value)) => Some(*value),
            _ if self.sparse.is_empty() => None,
            _ => self.sparse.get(&number).copied(),
        }
    }

    fn insert(&mut self, number: u32, value: V) {
        let index = number as usize;
        if index >= self.dense.len() && index <= self.dense.len() + NEAR {
            self.dense.resize_with(index + 1, || None);
        }
        match self.dense.get_mut(index) {
            Some(place) => {
                *place = Some(value);
                self.sparse.remove(&number);
            }
            None => {
                self.sparse.insert(number, value);
            }
        }
    }

    fn remove(&mut self, number: u32) -> Option<V> {
        let dense = self.dense.get_mut(number as usize).and_then(Option::take);
        while matches!(self.dense.last(), Some(None)) {
            self.dense.pop();
        }
        dense.or_else(|| self.sparse.remove(&number))
    }

    fn values(&self) -> impl Iterator<Item = V> {
        self.dense.iter().flatten().chain(self.sparse.values()).copied()
    }
}

/// How far beyond the known numbers a new one may lie and still be kept in the vector.
const NEAR: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_free_number_is_handed_out_again() {
        let mut free = LowestFree::default();
        let taken: Vec<_> = (0..200).map(|_| free.take(u32::MAX).unwrap()).collect();
        assert_eq!(taken, (0..200).collect::<Vec<_>>());
        free.release(130);
        free.release(5);
        assert_eq!(free.take(u32::MAX), Some(5));
        assert_eq!(free.take(u32::MAX), Some(130));
        assert_eq!(free.take(u32::MAX), Some(200));
        assert_eq!(free.take(200), None);
        assert_eq!(free.take(63), None);
        free.release(0);
        assert_eq!(free.take(0), Some(0));
        assert_eq!(LowestFree::default().take(0), Some(0));
    }

    #[test]
    fn a_peer_cannot_reserve_memory_by_naming_a_large_number() {
        let mut map = NumberMap::default();
        map.insert(u32::MAX, 'z');
        map.insert(0, 'a');
        map.insert(1, 'b');
        assert!(map.others.as_ref().unwrap().dense.len() < 32);
        assert_eq!(map.values().collect::<String>(), "abz");
        assert_eq!((map.get(u32::MAX), map.get(0), map.get(7)), (Some('z'), Some('a'), None));
        assert_eq!(map.remove(u32::MAX), Some('z'));
        assert_eq!(map.get(u32::MAX), None);
        assert_eq!((map.remove(0), map.remove(0), map.get(0)), (Some('a'), None, None));
    }
}
