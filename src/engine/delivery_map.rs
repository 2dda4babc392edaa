//! Which delivery a delivery-id names, for one direction of a session (part 2.6.12).
//!
//! Ids are consecutive, so the map is a ring indexed by `id - base`. A delivery left open while many others pass is
//! moved aside, so the ring stays as short as what is really in flight.

use std::collections::BTreeMap;

use super::DeliveryKey;
use super::fifo::Fifo;
use crate::performative::SequenceNo;

/// Unsettled deliveries by id.
#[derive(Default)]
pub(crate) struct DeliveryMap {
    /// The id of the ring's first place.
    base: SequenceNo,
    ring: Fifo<Option<DeliveryKey>>,
    /// Deliveries still open far behind the others.
    #[allow(clippy::box_collection, reason = "there are two maps a session, and hardly ever a straggler")]
    stragglers: Option<Box<BTreeMap<u32, DeliveryKey>>>,
    live: usize,
    /// The id after the last one used; `None` before the first.
    next: Option<SequenceNo>,
}

impl DeliveryMap {
    /// The id that follows the last one, or `None` if there was none.
    pub(crate) const fn next(&self) -> Option<SequenceNo> {
        self.next
    }

    /// The id to register the next delivery under: 0 for the first.
    #[inline]
    pub(crate) fn next_or_first(&self) -> SequenceNo {
        self.next.unwrap_or_default()
    }

    /// Registers `delivery` under `id`, which has to be the next one if there is a next one.
    #[inline(always)]
    pub(crate) fn insert(&mut self, id: SequenceNo, delivery: DeliveryKey) {
        if self.ring.is_empty() {
            self.base = id;
        }
        self.ring.push_back(Some(delivery));
        self.live += 1;
        self.next = Some(id.next());
        if self.ring.len() > SHORT && self.live < self.ring.len() / 4 {
            self.set_stragglers_aside();
        }
    }

    #[inline]
    pub(crate) fn get(&self, id: SequenceNo) -> Option<DeliveryKey> {
        match self.ring.as_slice().get(self.index(id)) {
            Some(place) => *place,
            None => self.stragglers.as_ref()?.get(&id.0).copied(),
        }
    }

    #[inline(always)]
    pub(crate) fn remove(&mut self, id: SequenceNo) {
        let index = self.index(id);
        if index == 0
            && let Some(place) = self.ring.pop_front()
        {
            self.live -= usize::from(place.is_some());
            self.base = self.base.next();
            return self.trim();
        }
        match self.ring.get_mut(index) {
            Some(place) => self.live -= usize::from(place.take().is_some()),
            None => {
                self.forget_straggler(id);
            }
        }
    }

    #[cold]
    fn forget_straggler(&mut self, id: SequenceNo) {
        if let Some(stragglers) = &mut self.stragglers {
            stragglers.remove(&id.0);
        }
    }

    /// Drops the places before the first delivery.
    #[inline(always)]
    fn trim(&mut self) {
        while let Some(None) = self.ring.front() {
            self.ring.pop_front();
            self.base = self.base.next();
        }
    }

    /// Adds the deliveries with ids from `first` to `last` to `found`, in ascending order. The walk is over what is
    /// in flight, however wide a range the peer names.
    pub(crate) fn range_into(&self, first: SequenceNo, last: SequenceNo, found: &mut Vec<DeliveryKey>) {
        let span = last.0.wrapping_sub(first.0);
        let within = |id: u32| id.wrapping_sub(first.0) <= span;
        let stragglers = self.stragglers.iter().flat_map(|stragglers| stragglers.iter());
        found.extend(stragglers.filter(|(id, _)| within(**id)).map(|(_, key)| *key));
        let ring = self.ring.as_slice();
        let start = first.0.wrapping_sub(self.base.0) as usize;
        if start < ring.len() {
            let count = (span as usize).saturating_add(1).min(ring.len() - start);
            found.extend(ring[start..start + count].iter().flatten());
        } else if within(self.base.0) {
            let count = (last.0.wrapping_sub(self.base.0) as usize).saturating_add(1).min(ring.len());
            found.extend(ring[..count].iter().flatten());
        }
    }

    fn index(&self, id: SequenceNo) -> usize {
        id.0.wrapping_sub(self.base.0) as usize
    }

    #[cold]
    fn set_stragglers_aside(&mut self) {
        while self.live < self.ring.len() / 2 {
            match self.ring.pop_front() {
                Some(Some(key)) => {
                    self.stragglers.get_or_insert_default().insert(self.base.0, key);
                    self.live -= 1;
                }
                Some(None) => {}
                None => break,
            }
            self.base = self.base.next();
        }
    }
}

/// A ring up to this long is never tidied.
const SHORT: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::arena::Arena;

    fn range(map: &DeliveryMap, first: u32, last: u32) -> Vec<DeliveryKey> {
        let mut found = Vec::new();
        map.range_into(SequenceNo(first), SequenceNo(last), &mut found);
        found
    }

    fn keys(n: usize) -> Vec<DeliveryKey> {
        let mut arena = Arena::default();
        (0..n).map(|_| arena.insert(crate::engine::Delivery::for_tests())).collect()
    }

    #[test]
    fn ids_wrap_around() {
        let keys = keys(3);
        let mut map = DeliveryMap::default();
        map.insert(SequenceNo(u32::MAX), keys[0]);
        map.insert(SequenceNo(0), keys[1]);
        map.insert(SequenceNo(1), keys[2]);
        assert_eq!(range(&map, u32::MAX, 0), keys[..2]);
        map.remove(SequenceNo(u32::MAX));
        assert_eq!(map.get(SequenceNo(u32::MAX)), None);
        assert_eq!(map.get(SequenceNo(1)), Some(keys[2]));
        assert_eq!(map.next(), Some(SequenceNo(2)));
    }

    #[test]
    #[cfg_attr(miri, ignore = "takes an interpreter too long")]
    fn one_delivery_left_open_does_not_make_the_ring_grow() {
        let keys = keys(2);
        let mut map = DeliveryMap::default();
        map.insert(SequenceNo(0), keys[0]);
        for id in 1..100_000 {
            map.insert(SequenceNo(id), keys[1]);
            map.remove(SequenceNo(id));
        }
        assert!(map.ring.len() <= SHORT + 1);
        assert_eq!(map.get(SequenceNo(0)), Some(keys[0]));
        assert_eq!(range(&map, 0, 99_999), [keys[0]]);
    }

    #[test]
    fn a_range_wider_than_what_is_in_flight_finds_just_that() {
        let keys = keys(2);
        let mut map = DeliveryMap::default();
        map.insert(SequenceNo(5), keys[0]);
        map.insert(SequenceNo(6), keys[1]);
        assert_eq!(range(&map, 0, u32::MAX >> 1), keys);
        assert_eq!(range(&map, 6, 6), [keys[1]]);
        assert!(range(&map, 7, 9).is_empty());
    }
}
