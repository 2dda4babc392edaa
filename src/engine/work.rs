//! The work queue: the deliveries that an application can do something with, in the order in which that began to be
//! so (spec/engine.md section 7.1).
//!
//! Programs that live on events never look at it, so until one asks, a delivery just notes when it became work. The
//! first look sorts what there is; from then on the queue is kept.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::ops::Bound;

use super::DeliveryKey;
use super::arena::Arena;
use super::delivery::Delivery;

/// The place of a delivery in the queue, while it is work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct WorkSince(Option<NonZeroU64>);

impl WorkSince {
    /// Whether the delivery is work.
    pub(crate) const fn is_work(self) -> bool {
        self.0.is_some()
    }
}

/// The work of a connection.
#[derive(Default)]
pub(crate) struct Work {
    /// How many times a delivery has become work.
    so_far: u64,
    /// The queue itself, once somebody has asked for it.
    #[allow(clippy::box_collection, reason = "hardly anybody asks")]
    queue: Option<Box<BTreeMap<NonZeroU64, DeliveryKey>>>,
}

impl Work {
    /// The delivery is work; one that already was keeps its place.
    #[inline]
    pub(super) fn add(&mut self, key: DeliveryKey, since: &mut WorkSince) {
        if since.is_work() {
            return;
        }
        self.so_far += 1;
        since.0 = NonZeroU64::new(self.so_far);
        if let (Some(queue), Some(since)) = (&mut self.queue, since.0) {
            queue.insert(since, key);
        }
    }

    /// The delivery is no work any more.
    #[inline]
    pub(super) fn remove(&mut self, since: &mut WorkSince) {
        if let (Some(since), Some(queue)) = (since.0.take(), &mut self.queue) {
            queue.remove(&since);
        }
    }

    /// The first of the queue behind `since`, or of all.
    pub(super) fn next(&mut self, deliveries: &Arena<Delivery>, since: WorkSince) -> Option<DeliveryKey> {
        let queue = self.queue.get_or_insert_with(|| {
            let work = deliveries.keys().filter_map(|key| Some((deliveries.get(key)?.work.0?, key)));
            Box::new(work.collect())
        });
        let start = since.0.map_or(Bound::Unbounded, Bound::Excluded);
        queue.range((start, Bound::Unbounded)).next().map(|(_, key)| *key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queue_is_the_same_whether_it_was_asked_for_before_or_after() {
        let mut deliveries = Arena::default();
        let keys: [_; 4] = std::array::from_fn(|_| deliveries.insert(Delivery::for_tests()));
        let mut work = Work::default();
        let mut change = |work: &mut Work, key: DeliveryKey, is: bool| match is {
            true => work.add(key, &mut deliveries[key].work),
            false => work.remove(&mut deliveries[key].work),
        };
        for (place, is) in [(2, true), (0, true), (1, true), (2, true), (0, false), (0, true)] {
            change(&mut work, keys[place], is);
        }
        let all = |work: &mut Work, deliveries: &Arena<Delivery>| {
            let mut since = WorkSince::default();
            std::iter::from_fn(|| {
                let key = work.next(deliveries, since)?;
                since = deliveries[key].work;
                Some(key)
            })
            .collect::<Vec<_>>()
        };
        assert_eq!(all(&mut work, &deliveries), [keys[2], keys[1], keys[0]]);
        work.remove(&mut deliveries[keys[1]].work);
        work.add(keys[3], &mut deliveries[keys[3]].work);
        work.add(keys[2], &mut deliveries[keys[2]].work);
        assert_eq!(all(&mut work, &deliveries), [keys[2], keys[0], keys[3]]);
    }
}
