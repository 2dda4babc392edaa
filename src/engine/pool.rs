//! Byte buffers between uses: whoever has nothing to keep gives its buffer back, whoever starts takes one.
//!
//! The buffer given back last is the next one taken, so a busy connection works in memory that is hot, and an idle
//! one holds none. There is a pool a thread, so that connections need not know of each other; it is small, and what
//! does not fit is freed. Small buffers for short messages, middling ones for long messages, and large ones for the
//! input and output of busy connections are kept apart, so that none serves what a smaller one would do for. A
//! buffer's old content stays in it, and nobody may look at it.

use std::cell::RefCell;

/// Buffers of one class.
struct Shelf {
    buffers: Vec<Vec<u8>>,
    /// The capacity of all of them, and the most it may be.
    held: usize,
    most: usize,
}

impl Shelf {
    /// The latest buffer is too small; one of those before may do.
    #[cold]
    fn take_older(&mut self, wanted: usize) -> Option<Vec<u8>> {
        let mut latest = self.buffers.iter().rev().take(LOOKED_AT);
        let place = latest.position(|buffer| buffer.capacity() >= wanted)?;
        Some(self.buffers.remove(self.buffers.len() - 1 - place))
    }
}

struct Pool {
    small: Shelf,
    middle: Shelf,
    large: Shelf,
}

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
            middle: Shelf { buffers: Vec::new(), held: 0, most: 4 * 1024 * 1024 },
            large: Shelf { buffers: Vec::new(), held: 0, most: 2 * 1024 * 1024 },
        })
    };
}

/// An empty or used buffer with room for `wanted` bytes: its length and content are anything.
pub(crate) fn take(wanted: usize) -> Vec<u8> {
    POOL.try_with(|pool| pool.borrow_mut().take(wanted))
        .ok()
        .flatten()
        .unwrap_or_else(|| Vec::with_capacity(wanted))
}

/// Leaves a buffer to the next taker.
pub(crate) fn give(buffer: Vec<u8>) {
    if WORTH_KEEPING.contains(&buffer.capacity()) {
        // While a thread ends its pool is gone, and the buffer is just freed.
        let _ = POOL.try_with(|pool| pool.borrow_mut().give(buffer));
    }
}

impl Pool {
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

/// How many buffers are tried for one that is large enough.
const LOOKED_AT: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "takes an interpreter too long")]
    fn the_buffer_given_last_is_taken_first_and_the_pool_stays_small() {
        std::thread::spawn(|| {
            give(Vec::with_capacity(100));
            give(Vec::with_capacity(200));
            give(Vec::with_capacity(10_000));
            assert_eq!(take(50).capacity(), 200);
            assert_eq!(take(9_000).capacity(), 10_000);
            assert_eq!(take(9_000).capacity(), 9_000, "there is none left that fits");
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
