//! What a transport has read and not parsed yet. The memory comes from the thread's pool when it is needed and goes back
//! when it is empty: an idle transport holds none.

use crate::engine::{copy, pool};

/// Bytes read and not parsed yet, and room for more.
///
/// The rest of a frame that is not whole yet stays where it is while there is memory behind it, and is moved to the
/// front when there is none: with large frames, every few reads instead of after each.
pub(super) struct InputBuffer {
    bytes: Vec<u8>,
    /// Where the bytes that count begin, and how many they are.
    start: usize,
    filled: usize,
    /// How much is offered to the driver, empty or not; it only grows.
    room: usize,
}

/// The room an empty input buffer offers at first.
const INITIAL_ROOM: usize = 8192;

/// The size of a protocol header, and of the header of a frame.
const UNIT: usize = 8;

/// Rooms for which memory is taken for several reads.
const LARGE_ROOM: std::ops::RangeInclusive<usize> = 16 * 1024..=256 * 1024;

impl Default for InputBuffer {
    fn default() -> Self {
        Self { bytes: Vec::new(), start: 0, filled: 0, room: INITIAL_ROOM }
    }
}

impl InputBuffer {
    pub(super) fn filled(&self) -> &[u8] {
        self.bytes.get(self.start..self.start + self.filled).unwrap_or_default()
    }

    /// Room for more. A full buffer doubles, up to `max_frame` unless that is 0.
    pub(super) fn room(&mut self, max_frame: u32) -> usize {
        if self.filled == self.room {
            self.grow(self.room.saturating_mul(2), max_frame);
        }
        self.provide();
        self.room - self.filled
    }

    /// Makes the whole buffer `size` bytes if it is smaller and the frame limit allows.
    pub(super) fn grow(&mut self, size: usize, max_frame: u32) {
        let limit = if max_frame == 0 { usize::MAX } else { (max_frame as usize).max(INITIAL_ROOM) };
        self.room = self.room.max(size.min(limit));
    }

    /// The room itself, to be filled from its start.
    pub(super) fn spare(&mut self) -> &mut [u8] {
        self.provide();
        self.bytes.get_mut(self.start + self.filled..self.start + self.room).unwrap_or_default()
    }

    /// Sees to it that the memory offered is there.
    fn provide(&mut self) {
        let mut memory = self.start + self.room;
        if self.bytes.is_empty() {
            memory = if LARGE_ROOM.contains(&self.room) { self.room * 4 } else { self.room };
            self.bytes = pool::take(memory);
        }
        if self.bytes.len() < memory {
            self.bytes.resize(memory, 0);
        }
    }

    /// Adds bytes that were read into memory of the reader's own; the frame they belong to is not whole yet.
    pub(super) fn append(&mut self, bytes: &[u8]) {
        let needed = self.start.saturating_add(self.filled + bytes.len());
        if self.bytes.capacity() < needed {
            let size = if self.filled == 0 { frame_size(bytes) } else { 0 };
            // A frame that has come in good part is made room for as a whole.
            let wanted = if size / 8 < bytes.len() { size } else { 0 };
            pool::give(self.move_to(pool::take(wanted.max(needed - self.start).max(INITIAL_ROOM))));
        }
        // What the buffer was used for before is cut off rather than written over: nothing has to be zeroed.
        self.bytes.truncate(self.start + self.filled);
        copy::append(&mut self.bytes, bytes);
        self.filled += bytes.len();
        self.room = self.room.max(self.filled);
    }

    /// How many bytes are missing of what is at the front: a protocol header or the header of a frame, which have one
    /// size, or the rest of a frame. None of a unit that is whole and cannot be handled yet.
    pub(super) fn missing(&self) -> usize {
        if self.filled < UNIT {
            UNIT - self.filled
        } else {
            frame_size(self.filled()).saturating_sub(self.filled)
        }
    }

    /// The first `n` bytes of the room have been filled; what does not fit is not counted.
    pub(super) fn fill(&mut self, n: usize) {
        let there = self.bytes.len().saturating_sub(self.start);
        self.filled = self.filled.saturating_add(n).min(self.room.min(there));
    }

    /// Drops `n` parsed bytes from the front.
    pub(super) fn consume(&mut self, n: usize) {
        let n = n.min(self.filled);
        self.start += n;
        self.filled -= n;
        if self.filled == 0 {
            self.start = 0;
            pool::give(std::mem::take(&mut self.bytes));
        } else if self.start + self.room > self.bytes.len() {
            self.bytes.copy_within(self.start..self.start + self.filled, 0);
            self.start = 0;
        }
    }

    /// The memory that the bytes are in.
    pub(super) fn memory(&self) -> &[u8] {
        &self.bytes
    }

    /// Drops `n` parsed bytes from the front, and gives away the memory that they are in.
    pub(super) fn part_with(&mut self, n: usize) -> Vec<u8> {
        let n = n.min(self.filled);
        self.start += n;
        self.filled -= n;
        let place = if self.filled == 0 { Vec::new() } else { pool::take(self.room) };
        self.move_to(place)
    }

    /// Moves what there is into other memory, and gives that in which it was.
    fn move_to(&mut self, mut place: Vec<u8>) -> Vec<u8> {
        place.clear();
        copy::append(&mut place, self.filled());
        self.start = 0;
        std::mem::replace(&mut self.bytes, place)
    }

    /// Drops everything, memory included.
    pub(super) fn release(&mut self) {
        self.consume(usize::MAX);
    }
}

/// The size of the frame that starts with `bytes`; 0 if there are too few of them.
fn frame_size(bytes: &[u8]) -> usize {
    bytes.first_chunk().map_or(0, |size| u32::from_be_bytes(*size) as usize)
}

impl Drop for InputBuffer {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_that_never_end_with_a_read_come_through_in_bounded_memory() {
        let mut input = InputBuffer::default();
        input.grow(32 * 1024, 0);
        let (mut written, mut read) = (0u32, 0u32);
        for _ in 0..1000 {
            let room = input.room(32 * 1024);
            for place in input.spare().chunks_exact_mut(4) {
                place.copy_from_slice(&written.to_be_bytes());
                written += 1;
            }
            input.fill(room / 4 * 4);
            let some = input.filled().len() / 3 * 2 / 4 * 4;
            for word in input.filled()[..some].chunks_exact(4) {
                assert_eq!(word, read.to_be_bytes());
                read += 1;
            }
            input.consume(some);
        }
        assert!(read > 1_000_000 && input.bytes.capacity() <= 128 * 1024);
    }

    #[test]
    fn an_emptied_input_holds_no_memory_and_offers_the_same_room_again() {
        let mut input = InputBuffer::default();
        assert_eq!(input.room(0), INITIAL_ROOM);
        input.spare()[..3].copy_from_slice(b"abc");
        input.fill(3);
        input.consume(1);
        assert_eq!(input.filled(), b"bc");
        input.consume(2);
        assert_eq!(input.bytes.capacity(), 0);
        assert_eq!(input.room(0), INITIAL_ROOM);
        input.fill(INITIAL_ROOM);
        assert_eq!(input.room(512), 0, "a full buffer does not pass the frame limit");
        assert_eq!(input.room(0), INITIAL_ROOM, "without a limit it doubles");
    }
}
