//! Byte buffers between uses: whoever has nothing to keep gives its buffer back, whoever starts takes one.
//!
//! The buffer given back last is the next one taken, so a busy connection works in memory that is hot, and an idle
//! one holds none. There is a pool a thread, so that connections need not know of each other; it is small, and what
//! does not fit is freed. Small buffers for short messages, middling ones for long messages, and large ones for the
//! input and output of busy connections are kept apart, so that none serves what a smaller one would do for. A
//! buffer's old content stays in it, and nobody may look at it.
//!
//! Short messages come and go so fast that the way to the pool is a good part of what they cost. So a connection keeps
//! some small buffers [at hand](AtHand) and puts them back, all at once, when it comes to rest.

use std::cell::RefCell;

/// Buffers of one class.
struct Shelf {
    buffers: Vec<Vec<u8>>,
    /// The capacity of all of them, and the most it may be.
    held: usize,
    most: usize,
}

impl Shelf {
    /// The latest buffer is too small; one of those before may do. If none does, the latest makes room for the larger
    /// one that comes in its place: a few small ones on top must not hide the large ones for good.
    #[cold]
    fn take_older(&mut self, wanted: usize) -> Option<Vec<u8>> {
        let mut latest = self.buffers.iter().rev().take(LOOKED_AT);
        match latest.position(|buffer| buffer.capacity() >= wanted) {
            Some(place) => Some(self.buffers.remove(self.buffers.len() - 1 - place)),
            None => {
                self.held -= self.buffers.pop().map_or(0, |buffer| buffer.capacity());
                None
            }
        }
    }
}

struct Pool {
    small: Shelf,
    /// What connections have put back that came to rest; it counts as held by `small`.
    bundles: Vec<AtHand>,
    middle: Shelf,
    large: Shelf,
}

/// Small buffers of a connection that is at work.
#[derive(Default)]
pub(crate) struct AtHand {
    buffers: Vec<Vec<u8>>,
    /// The capacity of all of them.
    held: usize,
}

impl AtHand {
    /// As [`take`].
    #[inline]
    pub(crate) fn take(&mut self, wanted: usize) -> Vec<u8> {
        match self.buffers.pop_if(|latest| latest.capacity() >= wanted) {
            Some(latest) => {
                self.held -= latest.capacity();
                latest
            }
            None => self.fetch(wanted),
        }
    }

    /// As [`give`].
    #[inline]
    pub(crate) fn give(&mut self, buffer: Vec<u8>) {
        let size = buffer.capacity();
        if self.buffers.capacity() == 0 {
            self.fetch_bundle();
        }
        if (*WORTH_KEEPING.start()..=SMALL).contains(&size) && self.held + size <= MOST_AT_HAND {
            self.held += size;
            self.buffers.push(buffer);
        } else {
            give(buffer);
        }
    }

    /// Puts everything back into the pool of the thread.
    #[inline]
    pub(crate) fn rest(&mut self) {
        if !self.buffers.is_empty() {
            self.put_back();
        }
    }

    /// There is none that fits; the pool may have some.
    #[cold]
    fn fetch(&mut self, wanted: usize) -> Vec<u8> {
        if self.buffers.is_empty() {
            self.fetch_bundle();
            if let Some(latest) = self.buffers.pop_if(|latest| latest.capacity() >= wanted) {
                self.held -= latest.capacity();
                return latest;
            }
        }
        take(wanted)
    }

    /// Takes over what a connection that came to rest has put back, its list included.
    #[cold]
    fn fetch_bundle(&mut self) {
        let _ = POOL.try_with(|pool| pool.borrow_mut().fetch(self));
    }

    #[cold]
    fn put_back(&mut self) {
        let bundle = std::mem::take(self);
        let _ = POOL.try_with(|pool| pool.borrow_mut().put_back(bundle));
    }
}

/// How much a connection may have at hand.
const MOST_AT_HAND: usize = 64 * 1024;

/// A buffer up to this size is small.
const SMALL: usize = 4 * 1024;
/// A buffer up to this size is middling: a large message or frame, but not the output of a busy connection.
const MIDDLE: usize = 80 * 1024;
/// A buffer smaller than this, or larger than that, is not worth keeping.
const WORTH_KEEPING: std::ops::RangeInclusive<usize> = 64..=1024 * 1024;

thread_local! {
    static POOL: RefCell<Pool> = const {
        RefCell::new(Pool {
            small: Shelf { buffers: Vec::new(), held: 0, most: 1024 * 1024 },
            bundles: Vec::new(),
            middle: Shelf { buffers: Vec::new(), held: 0, most: 4 * 1024 * 1024 },
            large: Shelf { buffers: Vec::new(), held: 0, most: 2 * 1024 * 1024 },
        })
    };
}

/// An empty or used buffer with room for `wanted` bytes: its length and content are anything.
pub(crate) fn take(wanted: usize) -> Vec<u8> {
    let wanted = wanted.max(*WORTH_KEEPING.start());
    POOL.try_with(|pool| pool.borrow_mut().take(wanted))
        .ok()
        .flatten()
        .unwrap_or_else(|| Vec::with_capacity(rounded(wanted)))
}

/// A new buffer that is not small is a little larger than wanted, so that it serves for those of nearly the same size.
fn rounded(wanted: usize) -> usize {
    if wanted > SMALL { wanted.saturating_add(GRAIN - 1) / GRAIN * GRAIN } else { wanted }
}

const GRAIN: usize = 1024;

/// Leaves a buffer to the next taker.
pub(crate) fn give(buffer: Vec<u8>) {
    if WORTH_KEEPING.contains(&buffer.capacity()) {
        // While a thread ends its pool is gone, and the buffer is just freed.
        let _ = POOL.try_with(|pool| pool.borrow_mut().give(buffer));
    }
}

impl Pool {
    /// The bundle put back last takes the place of an empty one, whose list waits until it is needed.
    fn fetch(&mut self, empty: &mut AtHand) {
        if let Some(bundle) = self.bundles.pop() {
            self.small.held -= bundle.held;
            let list = std::mem::replace(empty, bundle);
            if list.buffers.capacity() > 0 {
                self.bundles.insert(0, list);
            }
        }
    }

    fn put_back(&mut self, bundle: AtHand) {
        if self.small.held + bundle.held <= self.small.most && self.bundles.len() < MOST_BUNDLES {
            self.small.held += bundle.held;
            self.bundles.push(bundle);
        } else {
            bundle.buffers.into_iter().for_each(|buffer| self.give(buffer));
        }
    }

    /// Where buffers of this size are.
    fn shelf(&mut self, size: usize) -> &mut Shelf {
        if size <= SMALL {
            &mut self.small
        } else if size <= MIDDLE {
            &mut self.middle
        } else {
            &mut self.large
        }
    }

    fn take(&mut self, wanted: usize) -> Option<Vec<u8>> {
        let shelf = self.shelf(wanted);
        let buffer = match shelf.buffers.pop_if(|latest| latest.capacity() >= wanted) {
            Some(latest) => latest,
            None => shelf.take_older(wanted)?,
        };
        shelf.held -= buffer.capacity();
        Some(buffer)
    }

    fn give(&mut self, buffer: Vec<u8>) {
        let shelf = self.shelf(buffer.capacity());
        if shelf.held + buffer.capacity() <= shelf.most {
            shelf.held += buffer.capacity();
            shelf.buffers.push(buffer);
        }
    }
}

/// How many bundles are kept whole.
const MOST_BUNDLES: usize = 64;

/// How many buffers are tried for one that is large enough.
const LOOKED_AT: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_at_hand_are_bounded_and_go_back_to_the_pool() {
        std::thread::spawn(|| {
            let mut at_hand = AtHand::default();
            for _ in 0..1000 {
                at_hand.give(Vec::with_capacity(100));
            }
            assert_eq!((at_hand.held, at_hand.buffers.len()), (65_500, 655));
            POOL.with_borrow(|pool| assert_eq!(pool.small.held, 34_500));
            at_hand.rest();
            assert_eq!((at_hand.held, at_hand.buffers.capacity()), (0, 0));
            POOL.with_borrow(|pool| assert_eq!(pool.small.held, 100_000));
            at_hand.give(Vec::with_capacity(4000));
            assert_eq!((at_hand.held, at_hand.buffers.len()), (65_500, 655), "one too many for it");
            assert_eq!((at_hand.take(100).capacity(), at_hand.held), (100, 65_400));
            POOL.with_borrow(|pool| assert_eq!(pool.small.held, 38_500));
            let mut others: [AtHand; 2 * MOST_BUNDLES] = std::array::from_fn(|_| AtHand::default());
            others.iter_mut().for_each(|other| other.give(Vec::with_capacity(100)));
            others.iter_mut().for_each(AtHand::rest);
            POOL.with_borrow(|pool| {
                assert_eq!((pool.small.held, pool.bundles.len()), (51_300, MOST_BUNDLES));
            });
        })
        .join()
        .unwrap();
    }

    #[test]
    #[cfg_attr(miri, ignore = "takes an interpreter too long")]
    fn the_buffer_given_last_is_taken_first_and_the_pool_stays_small() {
        std::thread::spawn(|| {
            give(Vec::with_capacity(100));
            give(Vec::with_capacity(200));
            give(Vec::with_capacity(10_000));
            assert_eq!((take(50).capacity(), take(1).capacity()), (200, 100));
            assert_eq!(take(1).capacity(), 64, "no smaller than what is worth keeping");
            assert_eq!(take(9_000).capacity(), 10_000);
            assert_eq!(take(9_000).capacity(), 9_216, "there is none left that fits");
            give(Vec::with_capacity(2 << 20));
            assert!(take(5_000).capacity() < 2 << 20, "what is too large is not kept");
            for _ in 0..10_000 {
                give(Vec::with_capacity(100));
                give(Vec::with_capacity(100_000));
            }
            POOL.with_borrow(|pool| {
                assert!(pool.small.held <= pool.small.most && pool.large.held <= pool.large.most);
            });
        })
        .join()
        .unwrap();
    }
}
