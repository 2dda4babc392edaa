//! Bytes on their way through a delivery: appended at the back, consumed at the front, never shifted per byte.
//!
//! The buffer comes from those that the connection has at hand with the first byte and goes back with the last, so a
//! delivery that only waits to be settled holds no memory for its message.
//!
//! A large message that is to be sent is stored *spaced*: with room for the head of each frame in front of the bytes
//! that the frame will carry. What writes the frames then fills in the heads and takes the buffer as it is, so that
//! the message is not copied once more. Whoever cannot do so [closes the gaps](Payload::close_up) and has a plain
//! payload.

use std::num::NonZeroU32;

use super::copy;
use super::pool::{self, AtHand};

/// A byte queue in one contiguous buffer.
#[derive(Default)]
pub(crate) struct Payload {
    bytes: Vec<u8>,
    start: usize,
    /// How the bytes are spaced, if they are; then nothing has been consumed.
    spacing: Option<Spacing>,
    /// How many more bytes there are that wait where they [arrived](super::arrived).
    late: usize,
}

/// Where heads of frames go between the bytes of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spacing {
    head: NonZeroU32,
    frame: NonZeroU32,
}

impl Spacing {
    /// For frames of `frame` bytes, of which the first `head` are the head; none if that leaves no room.
    pub(crate) fn new(head: usize, frame: u32) -> Option<Self> {
        let head = u32::try_from(head).ok().filter(|head| *head < frame)?;
        Some(Self { head: NonZeroU32::new(head)?, frame: NonZeroU32::new(frame)? })
    }

    pub(crate) const fn head(self) -> usize {
        self.head.get() as usize
    }

    pub(crate) const fn frame(self) -> usize {
        self.frame.get() as usize
    }

    /// How much room `n` bytes take.
    const fn spaced(self, n: usize) -> usize {
        n.saturating_add(n.div_ceil(self.frame() - self.head()).saturating_mul(self.head()))
    }
}

impl Payload {
    #[inline]
    pub(crate) fn len(&self) -> usize {
        let stored = self.bytes.len() - self.start + self.late;
        match self.spacing {
            None => stored,
            Some(spacing) => stored - self.frames(spacing) * spacing.head(),
        }
    }

    /// Counts `n` bytes that wait where they have arrived.
    pub(super) const fn add_late(&mut self, n: usize) {
        self.late += n;
    }

    /// Whether some bytes wait where they have arrived; those that come behind them have to do so too.
    #[inline]
    pub(crate) const fn waits_elsewhere(&self) -> bool {
        self.late > 0
    }

    /// So many of the late bytes have been read.
    pub(super) const fn read_late(&mut self, n: usize) {
        self.late -= n;
    }

    /// Takes over late bytes, unless they were dropped meanwhile.
    pub(super) fn store_late(&mut self, buffers: &mut AtHand, bytes: &[u8]) {
        if self.late > 0 {
            let expected = self.late;
            self.late = self.late.saturating_sub(bytes.len());
            self.push_part(buffers, bytes, expected);
        }
    }

    /// How many frames it will take, at the most.
    pub(crate) const fn frames(&self, spacing: Spacing) -> usize {
        self.bytes.len().div_ceil(spacing.frame())
    }

    /// The memory it holds.
    #[cfg(test)]
    pub(crate) fn room(&self) -> usize {
        self.bytes.capacity()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of a payload that is not spaced, but for the late ones.
    pub(crate) fn bytes(&self) -> &[u8] {
        debug_assert!(self.spacing.is_none());
        self.bytes.get(self.start..).unwrap_or_default()
    }

    #[inline]
    pub(crate) const fn spacing(&self) -> Option<Spacing> {
        self.spacing
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, buffers: &mut AtHand, bytes: &[u8]) {
        self.push_part(buffers, bytes, bytes.len());
    }

    /// As [`Self::push`], for bytes that are the beginning of at least `expected`.
    #[inline(always)]
    pub(crate) fn push_part(&mut self, buffers: &mut AtHand, bytes: &[u8], expected: usize) {
        if self.bytes.is_empty() {
            self.bytes = buffers.take(expected);
            self.bytes.clear();
        } else if self.start > 0 && self.start >= self.bytes.len() / 2 {
            self.move_to_front();
        }
        copy::append(&mut self.bytes, bytes);
    }

    /// As [`Self::push`], with room for the heads of frames; how much is for the first bytes to say.
    pub(crate) fn push_spaced(&mut self, buffers: &mut AtHand, bytes: &[u8], spacing: Spacing) {
        debug_assert!(self.bytes.is_empty() || self.spacing.is_some());
        let spacing = *self.spacing.get_or_insert(spacing);
        if self.bytes.is_empty() {
            self.bytes = buffers.take(spacing.spaced(bytes.len()));
            self.bytes.clear();
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            let mut filled = self.bytes.len() % spacing.frame();
            if filled == 0 {
                filled = spacing.head();
                self.bytes.resize(self.bytes.len() + filled, 0);
            }
            let (now, later) = rest.split_at(rest.len().min(spacing.frame() - filled));
            copy::append(&mut self.bytes, now);
            rest = later;
        }
    }

    /// Takes out the bytes of a spaced payload with the room between them.
    pub(crate) fn take_spaced(&mut self) -> Vec<u8> {
        self.spacing = None;
        std::mem::take(&mut self.bytes)
    }

    /// Closes the gaps of a spaced payload.
    #[cold]
    pub(crate) fn close_up(&mut self) {
        let Some(spacing) = self.spacing.take() else { return };
        let (mut from, mut to) = (0, 0);
        while from < self.bytes.len() {
            let end = self.bytes.len().min(from + spacing.frame());
            let carried = from + spacing.head()..end;
            from = end;
            let n = carried.len();
            self.bytes.copy_within(carried, to);
            to += n;
        }
        self.bytes.truncate(to);
    }

    #[cold]
    fn move_to_front(&mut self) {
        self.bytes.drain(..self.start);
        self.start = 0;
    }

    /// Drops up to `n` bytes from the front and tells how many; not of a spaced payload.
    #[inline]
    pub(crate) fn consume(&mut self, buffers: &mut AtHand, n: usize) -> usize {
        let n = n.min(self.bytes.len() - self.start);
        self.start += n;
        if n > 0 && self.start == self.bytes.len() {
            self.give_back(buffers);
        }
        n
    }

    /// Drops what is left and tells how much that was.
    #[inline(always)]
    pub(crate) fn clear(&mut self, buffers: &mut AtHand) -> usize {
        if self.spacing.is_some() {
            return self.clear_spaced(buffers);
        }
        let dropped = self.bytes.len() - self.start + std::mem::take(&mut self.late);
        if !self.bytes.is_empty() {
            self.give_back(buffers);
        }
        dropped
    }

    #[cold]
    fn clear_spaced(&mut self, buffers: &mut AtHand) -> usize {
        let dropped = self.len();
        self.spacing = None;
        self.give_back(buffers);
        dropped
    }

    #[inline]
    fn give_back(&mut self, buffers: &mut AtHand) {
        self.start = 0;
        buffers.give(std::mem::take(&mut self.bytes));
    }
}

impl Drop for Payload {
    fn drop(&mut self) {
        pool::give(std::mem::take(&mut self.bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "takes an interpreter too long")]
    fn a_stream_through_a_payload_keeps_order_and_bounded_room() {
        let (mut payload, mut buffers) = (Payload::default(), AtHand::default());
        let (mut written, mut read) = (0u32, 0u32);
        for _ in 0..10_000 {
            for _ in 0..3 {
                payload.push(&mut buffers, &written.to_be_bytes());
                written += 1;
            }
            while payload.len() > 40 {
                assert_eq!(payload.bytes()[..4], read.to_be_bytes());
                assert_eq!(payload.consume(&mut buffers, 4), 4);
                read += 1;
            }
        }
        assert!(payload.bytes.capacity() < 1024);
    }

    #[test]
    fn an_empty_payload_holds_no_memory() {
        let (mut payload, mut buffers) = (Payload::default(), AtHand::default());
        payload.push(&mut buffers, b"message");
        assert_eq!(payload.consume(&mut buffers, 100), 7);
        assert_eq!(payload.bytes.capacity(), 0);
    }
}
