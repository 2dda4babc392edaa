//! Bytes on their way through a delivery: appended at the back, consumed at the front, never shifted per byte.

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

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 && self.start >= self.bytes.len() / 2 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Drops up to `n` bytes from the front and tells how many.
    pub(crate) fn consume(&mut self, n: usize) -> usize {
        let n = n.min(self.len());
        self.start += n;
        if self.start == self.bytes.len() {
            self.clear();
        }
        n
    }

    /// Drops what is left and tells how much that was; the room stays.
    pub(crate) fn clear(&mut self) -> usize {
        let dropped = self.len();
        self.bytes.clear();
        self.start = 0;
        dropped
    }

    /// Empties it for another delivery, giving back room beyond what small messages need.
    pub(crate) fn recycle(&mut self) {
        self.clear();
        self.bytes.shrink_to(KEPT_ROOM);
    }
}

/// How much room a recycled payload may keep.
const KEPT_ROOM: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_through_a_payload_keeps_order_and_bounded_room() {
        let mut payload = Payload::default();
        let (mut written, mut read) = (0u32, 0u32);
        for _ in 0..10_000 {
            for _ in 0..3 {
                payload.push(&written.to_be_bytes());
                written += 1;
            }
            while payload.len() > 40 {
                assert_eq!(payload.bytes()[..4], read.to_be_bytes());
                assert_eq!(payload.consume(4), 4);
                read += 1;
            }
        }
        assert!(payload.bytes.capacity() < 1024);
    }
}
