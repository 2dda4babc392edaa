//! Slot arenas: where the engine keeps its endpoints and deliveries, and the keys that name them.
//!
//! A key is an index and the generation it was issued for; a reused slot never answers to an old key. Generations are
//! odd while a slot is in use and even while it is vacant, so one comparison tells everything. A vacant slot keeps
//! its value, for what is worth using again in it. Nothing outside the engine ever holds a reference into a slot, so
//! slots may move when the arena grows.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::num::NonZeroU32;
use std::ops::{Index, IndexMut};

/// Names a slot of an `Arena<T>`.
pub(crate) struct Key<T> {
    index: u32,
    /// Odd, but in a key that names nothing.
    generation: NonZeroU32,
    of: PhantomData<fn() -> T>,
}

struct Slot<T> {
    generation: u32,
    next_free: u32,
    value: T,
}

/// Slots with a free list; inserting and removing cost the same however many there are.
pub(crate) struct Arena<T> {
    slots: Vec<Slot<T>>,
    first_free: u32,
    #[cfg(test)]
    len: usize,
}

/// The end of the free list.
const NONE: u32 = u32::MAX;

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            first_free: NONE,
            #[cfg(test)]
            len: 0,
        }
    }
}

impl<T> Slot<T> {
    const fn in_use(&self) -> bool {
        self.generation % 2 == 1
    }
}

impl<T> Arena<T> {
    #[inline]
    pub(crate) fn get(&self, key: Key<T>) -> Option<&T> {
        let slot = self.slots.get(key.index as usize)?;
        if slot.generation == key.generation.get() { Some(&slot.value) } else { None }
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, key: Key<T>) -> Option<&mut T> {
        let slot = self.slots.get_mut(key.index as usize)?;
        if slot.generation == key.generation.get() { Some(&mut slot.value) } else { None }
    }

    #[cfg(test)]
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// The keys of all slots in use.
    pub(crate) fn keys(&self) -> impl Iterator<Item = Key<T>> {
        let used = self.slots.iter().zip(0u32..).filter(|(slot, _)| slot.in_use());
        used.filter_map(|(slot, index)| Some(Key::new(index, NonZeroU32::new(slot.generation)?)))
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().filter(|slot| slot.in_use()).map(|slot| &slot.value)
    }
}

impl<T> Arena<T> {
    /// The values of all slots, with what vacant ones keep for their next use.
    pub(crate) fn all_values(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().map(|slot| &slot.value)
    }
}

impl<T: Default> Arena<T> {
    pub(crate) fn insert(&mut self, value: T) -> Key<T> {
        let (key, place) = self.claim();
        *place = value;
        key
    }

    /// Puts a slot to use with the value that [`Self::vacate`] left in it, or a default one.
    #[inline]
    pub(crate) fn claim(&mut self) -> (Key<T>, &mut T) {
        if self.first_free == NONE {
            self.add_vacant();
        }
        #[cfg(test)]
        {
            self.len += 1;
        }
        let index = self.first_free;
        let slot = &mut self.slots[index as usize];
        self.first_free = slot.next_free;
        slot.generation = slot.generation.wrapping_add(1);
        let generation = NonZeroU32::new(slot.generation).expect("a generation in use is odd");
        (Key::new(index, generation), &mut slot.value)
    }

    #[cold]
    fn add_vacant(&mut self) {
        self.first_free = u32::try_from(self.slots.len()).expect("an arena never holds 2^32 slots");
        if self.slots.is_empty() {
            // Most connections have one session and one link, and slots are large.
            self.slots.reserve_exact(1);
        }
        self.slots.push(Slot { generation: 0, next_free: NONE, value: T::default() });
    }

    /// Takes the value out; every key to it is stale from now on.
    pub(crate) fn remove(&mut self, key: Key<T>) -> Option<T> {
        self.vacate(key).map(std::mem::take)
    }

    /// Makes every key to the slot stale, and lends its value to be made ready for the next use.
    pub(crate) fn vacate(&mut self, key: Key<T>) -> Option<&mut T> {
        self.vacate_if(key, |_| true)
    }

    /// As [`Self::vacate`], if the value says so.
    #[inline]
    pub(crate) fn vacate_if(&mut self, key: Key<T>, done: impl FnOnce(&T) -> bool) -> Option<&mut T> {
        let slot = self.slots.get_mut(key.index as usize)?;
        if slot.generation != key.generation.get() || !done(&slot.value) {
            return None;
        }
        slot.generation = slot.generation.wrapping_add(1);
        slot.next_free = self.first_free;
        self.first_free = key.index;
        #[cfg(test)]
        {
            self.len -= 1;
        }
        Some(&mut slot.value)
    }
}

/// For keys that the engine itself stored and whose slot its own bookkeeping keeps.
impl<T> Index<Key<T>> for Arena<T> {
    type Output = T;

    #[inline]
    fn index(&self, key: Key<T>) -> &T {
        self.get(key).expect("the engine only stores keys of live slots")
    }
}

impl<T> IndexMut<Key<T>> for Arena<T> {
    #[inline]
    fn index_mut(&mut self, key: Key<T>) -> &mut T {
        self.get_mut(key).expect("the engine only stores keys of live slots")
    }
}

impl<T> Key<T> {
    const fn new(index: u32, generation: NonZeroU32) -> Self {
        Self { index, generation, of: PhantomData }
    }

    /// The key as a number that no other key of the arena has.
    pub(crate) const fn bits(self) -> u64 {
        (self.index as u64) << 32 | self.generation.get() as u64
    }
}

impl<T> Key<T> {
    /// A key that names no slot of any arena.
    pub(crate) const NONE: Self = Self::new(u32::MAX, NonZeroU32::new(u32::MAX - 1).expect("not 0"));
}

impl<T> Default for Key<T> {
    fn default() -> Self {
        Self::NONE
    }
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Key<T> {}

impl<T> PartialEq for Key<T> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index && self.generation == other.generation
    }
}

impl<T> Eq for Key<T> {}

impl<T> Hash for Key<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.index.hash(state);
        self.generation.hash(state);
    }
}

impl<T> fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}v{}", self.index, self.generation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_key_names_nothing() {
        let mut arena = Arena::default();
        arena.insert("only");
        assert_eq!(arena.get(Key::default()), None);
        assert_eq!(arena.remove(Key::default()), None);
    }

    #[test]
    fn an_arena_with_one_slot_has_no_room_for_more() {
        let mut arena = Arena::default();
        arena.insert([0u64; 32]);
        assert_eq!(arena.slots.capacity(), 1);
    }

    #[test]
    fn a_vacated_slot_hands_its_value_on() {
        let mut arena = Arena::default();
        let old = arena.insert(String::from("room"));
        arena.vacate(old).unwrap().clear();
        assert_eq!((arena.values().count(), arena.keys().count()), (0, 0));
        assert!(arena.vacate(old).is_none());
        let (new, value) = arena.claim();
        assert_eq!((value.capacity(), value.is_empty()), (4, true));
        assert_eq!((arena.get(old), arena.keys().collect::<Vec<_>>()), (None, vec![new]));
    }

    #[test]
    fn a_reused_slot_does_not_answer_to_an_old_key() {
        let mut arena = Arena::default();
        let old = arena.insert("old");
        assert_eq!(arena.remove(old), Some("old"));
        let new = arena.insert("new");
        assert_eq!(new.index, old.index, "the slot is reused");
        assert_eq!(arena.get(old), None);
        assert_eq!(arena.remove(old), None);
        assert_eq!(arena.get(new), Some(&"new"));
    }

    #[test]
    fn an_optional_key_takes_no_more_room_than_a_key() {
        assert_eq!(size_of::<Option<Key<u8>>>(), 8);
    }
}
