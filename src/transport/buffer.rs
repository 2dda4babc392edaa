//! The two byte buffers of a transport. Neither holds memory before it is used.

/// Bytes read and not parsed yet, and room for more.
#[derive(Default)]
pub(super) struct InputBuffer {
    bytes: Vec<u8>,
    filled: usize,
}

/// The room an empty input buffer offers.
const INITIAL_ROOM: usize = 8192;

impl InputBuffer {
    pub(super) fn filled(&self) -> &[u8] {
        self.bytes.get(..self.filled).unwrap_or_default()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.filled == 0
    }

    /// Room for more. A full buffer doubles, up to `max_frame` unless that is 0.
    pub(super) fn room(&mut self, max_frame: u32) -> usize {
        if self.bytes.is_empty() {
            self.bytes.resize(INITIAL_ROOM, 0);
        } else if self.filled == self.bytes.len() {
            let doubled = self.bytes.len().saturating_mul(2);
            self.grow(doubled, max_frame);
        }
        self.bytes.len() - self.filled
    }

    /// Makes the whole buffer `size` bytes if it is smaller and the frame limit allows.
    pub(super) fn grow(&mut self, size: usize, max_frame: u32) {
        let limit = if max_frame == 0 { usize::MAX } else { (max_frame as usize).max(INITIAL_ROOM) };
        let size = size.min(limit);
        if size > self.bytes.len() {
            self.bytes.resize(size, 0);
        }
    }

    /// The room itself, to be filled from its start.
    pub(super) fn spare(&mut self) -> &mut [u8] {
        self.bytes.get_mut(self.filled..).unwrap_or_default()
    }

    /// The first `n` bytes of the room have been filled; what does not fit is not counted.
    pub(super) fn fill(&mut self, n: usize) {
        self.filled = self.filled.saturating_add(n).min(self.bytes.len());
    }

    /// Drops `n` parsed bytes from the front.
    pub(super) fn consume(&mut self, n: usize) {
        let n = n.min(self.filled);
        if n < self.filled {
            self.bytes.copy_within(n..self.filled, 0);
        }
        self.filled -= n;
    }

    /// Drops everything, memory included.
    pub(super) fn release(&mut self) {
        *self = Self::default();
    }
}

/// Bytes framed and not taken yet.
#[derive(Default)]
pub(super) struct OutputBuffer {
    pub(super) bytes: Vec<u8>,
    start: usize,
}

/// What an emptied output buffer may keep.
const KEPT_ROOM: usize = 64 * 1024;

impl OutputBuffer {
    pub(super) fn pending(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.start >= self.bytes.len()
    }

    pub(super) fn len(&self) -> usize {
        self.pending().len()
    }

    /// Drops up to `n` bytes from the front and tells how many.
    pub(super) fn take(&mut self, n: usize) -> usize {
        let n = n.min(self.len());
        self.start += n;
        if self.is_empty() {
            self.bytes.clear();
            self.bytes.shrink_to(KEPT_ROOM);
            self.start = 0;
        }
        n
    }

    /// Drops everything, memory included.
    pub(super) fn release(&mut self) {
        *self = Self::default();
    }
}
