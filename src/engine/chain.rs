//! Doubly linked lists through arena slots: a slot is added or taken out of any of its lists in constant time.
//!
//! A slot that can be in several lists has one [`Chain`] per list; a marker type says which is meant, so one
//! list can never follow another's links.

use super::arena::{Arena, Key};

/// A slot's place in one list.
pub(crate) struct Chain<T> {
    /// [`Key::NONE`] if the slot is not in the list.
    prev: Option<Key<T>>,
    next: Option<Key<T>>,
}

impl<T> Default for Chain<T> {
    fn default() -> Self {
        Self { prev: Some(Key::NONE), next: None }
    }
}

impl<T> Chain<T> {
    fn linked(&self) -> bool {
        self.prev != Some(Key::NONE)
    }

    pub(crate) const fn next(&self) -> Option<Key<T>> {
        self.next
    }
}

/// A slot type that can be in the list called `L`.
pub(crate) trait Chained<L>: Sized {
    fn chain_mut(&mut self) -> &mut Chain<Self>;
}

/// The two ends of a list.
pub(crate) struct List<T> {
    head: Option<Key<T>>,
    tail: Option<Key<T>>,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { head: None, tail: None }
    }
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for List<T> {}

impl<T> List<T> {
    pub(crate) const fn head(&self) -> Option<Key<T>> {
        self.head
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.head.is_none()
    }

    /// Appends `key`; nothing happens if it is in the list already.
    pub(crate) fn push_back<L>(&mut self, arena: &mut Arena<T>, key: Key<T>)
    where
        T: Chained<L>,
    {
        let chain = arena[key].chain_mut();
        if chain.linked() {
            return;
        }
        *chain = self.last_place();
        self.append(arena, key);
    }

    /// The place of a slot that is about to be appended with [`Self::append`].
    #[inline]
    pub(crate) const fn last_place(&self) -> Chain<T> {
        Chain { prev: self.tail, next: None }
    }

    /// Appends `key`, whose slot has taken the last place.
    #[inline]
    pub(crate) fn append<L>(&mut self, arena: &mut Arena<T>, key: Key<T>)
    where
        T: Chained<L>,
    {
        match self.tail.replace(key) {
            Some(tail) => arena[tail].chain_mut().next = Some(key),
            None => self.head = Some(key),
        }
    }

    /// Joins what is on both sides of a slot that has left its place.
    #[inline]
    pub(crate) fn close_gap<L>(&mut self, arena: &mut Arena<T>, place: &Chain<T>)
    where
        T: Chained<L>,
    {
        match place.prev {
            Some(prev) => arena[prev].chain_mut().next = place.next,
            None => self.head = place.next,
        }
        match place.next {
            Some(next) => arena[next].chain_mut().prev = place.prev,
            None => self.tail = place.prev,
        }
    }

    /// Takes `key` out; nothing happens if it is not in the list.
    #[inline]
    pub(crate) fn remove<L>(&mut self, arena: &mut Arena<T>, key: Key<T>)
    where
        T: Chained<L>,
    {
        if arena[key].chain_mut().linked() {
            self.unlink(arena, key);
        }
    }

    fn unlink<L>(&mut self, arena: &mut Arena<T>, key: Key<T>)
    where
        T: Chained<L>,
    {
        let place = std::mem::take(arena[key].chain_mut());
        self.close_gap(arena, &place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Item(Chain<Self>);
    struct Only;

    impl Chained<Only> for Item {
        fn chain_mut(&mut self) -> &mut Chain<Self> {
            &mut self.0
        }
    }

    fn keys(list: &List<Item>, arena: &Arena<Item>) -> Vec<Key<Item>> {
        std::iter::successors(list.head(), |&key| arena[key].0.next()).collect()
    }

    #[test]
    fn items_leave_from_the_head_the_middle_and_the_tail() {
        let mut arena = Arena::default();
        let mut list = List::default();
        let [a, b, c, d] = std::array::from_fn(|_| arena.insert(Item::default()));
        for key in [a, b, c, d, b] {
            list.push_back::<Only>(&mut arena, key);
        }
        assert_eq!(keys(&list, &arena), [a, b, c, d]);
        list.remove::<Only>(&mut arena, b);
        list.remove::<Only>(&mut arena, b);
        assert_eq!(keys(&list, &arena), [a, c, d]);
        list.remove::<Only>(&mut arena, d);
        list.remove::<Only>(&mut arena, a);
        assert_eq!(keys(&list, &arena), [c]);
        list.push_back::<Only>(&mut arena, a);
        assert_eq!(keys(&list, &arena), [c, a]);
    }
}
