//! Slot arenas: where the engine keeps its endpoints and deliveries, and the keys that name them.
//!
//! A key is an index and the generation it was issued for; a reused slot never answers to an old key. Nothing
//! outside the engine ever holds a reference into a slot, so slots may move when the arena grows.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::num::NonZeroU32;
use std::ops::{Index, IndexMut};

/// Names a slot of an `Arena<T>`.
pub(crate) struct Key<T> {
    index: u32,
    generation: NonZeroU32,
    of: PhantomData<fn() -> T>,
}

struct Slot<T> {
    generation: NonZeroU32,
    content: Content<T>,
}

enum Content<T> {
    Vacant { next_free: Option<u32> },
    Occupied(T),
}

/// Slots with a free list; inserting and removing cost the same however many there are.
pub(crate) struct Arena<T> {
    slots: Vec<Slot<T>>,
    first_free: Option<u32>,
    len: usize,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Arena<T> {
    pub(crate) const fn new() -> Self {
        Self { slots: Vec::new(), first_free: None, len: 0 }
    }

    pub(crate) fn insert(&mut self, value: T) -> Key<T> {
        self.len += 1;
        if let Some(index) = self.first_free
            && let Some(slot) = self.slots.get_mut(index as usize)
            && let Content::Vacant { next_free } = slot.content
        {
            self.first_free = next_free;
            slot.content = Content::Occupied(value);
            return Key { index, generation: slot.generation, of: PhantomData };
        }
        let index = u32::try_from(self.slots.len()).expect("an arena never holds 2^32 slots");
        self.slots.push(Slot { generation: NonZeroU32::MIN, content: Content::Occupied(value) });
        Key { index, generation: NonZeroU32::MIN, of: PhantomData }
    }

    /// Takes the value out; every key to it is stale from now on.
    pub(crate) fn remove(&mut self, key: Key<T>) -> Option<T> {
        let slot = self.slots.get_mut(key.index as usize).filter(|slot| slot.generation == key.generation)?;
        let vacant = Content::Vacant { next_free: self.first_free };
        match std::mem::replace(&mut slot.content, vacant) {
            Content::Occupied(value) => {
                slot.generation = slot.generation.checked_add(1).unwrap_or(NonZeroU32::MIN);
                self.first_free = Some(key.index);
                self.len -= 1;
                Some(value)
            }
            already => {
                slot.content = already;
                None
            }
        }
    }

    #[inline]
    pub(crate) fn get(&self, key: Key<T>) -> Option<&T> {
        match self.slots.get(key.index as usize) {
            Some(Slot { generation, content: Content::Occupied(value) }) if *generation == key.generation => {
                Some(value)
            }
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, key: Key<T>) -> Option<&mut T> {
        match self.slots.get_mut(key.index as usize) {
            Some(Slot { generation, content: Content::Occupied(value) }) if *generation == key.generation => {
                Some(value)
            }
            _ => None,
        }
    }

    #[cfg(test)]
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// The keys of all slots in use.
    pub(crate) fn keys(&self) -> impl Iterator<Item = Key<T>> {
        self.slots.iter().zip(0u32..).filter_map(|(slot, index)| match slot.content {
            Content::Occupied(_) => Some(Key { index, generation: slot.generation, of: PhantomData }),
            Content::Vacant { .. } => None,
        })
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().filter_map(|slot| match &slot.content {
            Content::Occupied(value) => Some(value),
            Content::Vacant { .. } => None,
        })
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
    fn a_reused_slot_does_not_answer_to_an_old_key() {
        let mut arena = Arena::new();
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
