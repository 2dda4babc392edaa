//! Bytes on their way through a delivery: appended at the back, consumed at the front, never shifted per byte.
//!
//! The buffer comes from those that the connection has at hand with the first byte and goes back with the last, so a
//! delivery that only waits to be settled holds no memory for its message.

use super::pool::{self, AtHand};

/// A byte queue in one contiguous buffer.
#[derive(Default)]
pub(crate) struct Payload {
    bytes: Vec<u8>,
    start: usize,
}

impl Payload {
    pub(crate) fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// The memory it holds.
    #[cfg(test)]
    pub(crate) fn room(&self) -> usize {
        self.bytes.capacity()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
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
        self.bytes.extend_from_slice(bytes);
    }

    #[cold]
    fn move_to_front(&mut self) {
        self.bytes.drain(..self.start);
        self.start = 0;
    }

    /// Drops up to `n` bytes from the front and tells how many.
    #[inline]
    pub(crate) fn consume(&mut self, buffers: &mut AtHand, n: usize) -> usize {
        let n = n.min(self.len());
        self.start += n;
        if self.start == self.bytes.len() {
            self.clear(buffers);
        }
        n
    }

    /// Drops what is left and tells how much that was.
    #[inline]
    pub(crate) fn clear(&mut self, buffers: &mut AtHand) -> usize {
        if self.bytes.is_empty() {
            return 0;
        }
        let dropped = self.len();
        self.start = 0;
        buffers.give(std::mem::take(&mut self.bytes));
        dropped
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
