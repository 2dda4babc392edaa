//! The buffers of one direction of a raw connection, in the order in which the program gets them back.
//!
//! Those in front are done: read into, or written. Behind them wait the others, in the order in which they were
//! given; so bytes keep their order, and to be done is to move a border. At most [`SLOTS`] are kept.

use std::collections::VecDeque;

/// A program's buffer: an address and what is there, which nobody looks at here.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(crate) struct RawBuffer {
    /// The program's own.
    pub(crate) context: usize,
    pub(crate) address: usize,
    /// All the bytes there.
    pub(crate) capacity: u32,
    /// Those with data, from `offset` on.
    pub(crate) size: u32,
    pub(crate) offset: u32,
}

/// How many buffers a direction keeps.
pub(crate) const SLOTS: usize = 16;

/// The kernel ends a call after 2 GiB; one that asks for less is only cut short when the socket is.
const LARGEST_PART: usize = 1 << 26;

/// The row of buffers.
#[derive(Default)]
pub(super) struct Slots {
    row: VecDeque<RawBuffer>,
    /// How many in front are the program's to take.
    done: usize,
    /// Some became so since the program was told last.
    news: bool,
    /// How much of the first one that waits has been written.
    written: usize,
}

impl Slots {
    pub(super) fn free(&self) -> usize {
        SLOTS.saturating_sub(self.row.len())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.row.is_empty()
    }

    /// How many are still to be read into, or to be written.
    pub(super) fn waiting(&self) -> usize {
        self.row.len() - self.done
    }

    /// Whether the program has something to take that it was not told of.
    pub(super) fn has_news(&self) -> bool {
        self.news && self.done > 0
    }

    pub(super) fn tell(&mut self) {
        self.news = false;
    }

    pub(super) fn take(&mut self) -> Option<RawBuffer> {
        self.done = self.done.checked_sub(1)?;
        self.row.pop_front()
    }

    /// Everything is the program's to take, as it is.
    pub(super) fn release(&mut self) {
        self.done = self.row.len();
    }

    /// Takes a buffer to read into. One without room would look like the peer's end: it goes back at once, ahead of
    /// those that wait.
    pub(super) fn give_empty(&mut self, buffer: RawBuffer) {
        let buffer = RawBuffer { size: 0, ..buffer };
        if room_in(&buffer) == 0 {
            self.row.insert(self.done, buffer);
            self.done_with_one();
        } else {
            self.row.push_back(buffer);
        }
    }

    /// Where to put bytes: places and lengths.
    pub(super) fn room(&self) -> impl Iterator<Item = (usize, usize)> {
        let place = |buffer: &RawBuffer| (at(buffer, 0), room_in(buffer).min(LARGEST_PART));
        self.row.iter().skip(self.done).map(place)
    }

    /// Bytes were put there, which never fill a buffer twice.
    pub(super) fn fill(&mut self, mut bytes: usize) {
        while bytes > 0
            && let Some(buffer) = self.row.get_mut(self.done)
        {
            let here = bytes.min(room_in(buffer)).min(LARGEST_PART);
            buffer.size = u32::try_from(here).unwrap_or(u32::MAX);
            bytes -= here;
            self.done_with_one();
        }
    }

    /// The next buffer goes back empty.
    pub(super) fn finish_empty(&mut self) {
        if self.waiting() > 0 {
            self.done_with_one();
        }
    }

    /// Takes a buffer to write. One without content is written when its turn comes.
    pub(super) fn give_full(&mut self, buffer: RawBuffer) {
        self.row.push_back(buffer);
        self.pass_over_empty();
    }

    /// Where to take bytes from: places and lengths. Nothing follows a part that is not all of its buffer.
    pub(super) fn content(&self) -> impl Iterator<Item = (usize, usize)> {
        let mut whole = true;
        let waiting = self.row.iter().skip(self.done).enumerate();
        waiting.map_while(move |(position, buffer)| {
            let skipped = if position == 0 { self.written } else { 0 };
            let left = buffer.size as usize - skipped;
            let before = std::mem::replace(&mut whole, left <= LARGEST_PART);
            before.then(|| (at(buffer, skipped), left.min(LARGEST_PART)))
        })
    }

    /// Bytes were taken from there.
    pub(super) fn drain(&mut self, mut bytes: usize) {
        while bytes > 0
            && let Some(buffer) = self.row.get(self.done)
        {
            let here = bytes.min(buffer.size as usize - self.written);
            bytes -= here;
            self.written += here;
            if self.written == buffer.size as usize {
                self.done_with_one();
            }
        }
        self.pass_over_empty();
    }

    fn pass_over_empty(&mut self) {
        while self.row.get(self.done).is_some_and(|buffer| buffer.size == 0) {
            self.done_with_one();
        }
    }

    fn done_with_one(&mut self) {
        self.done += 1;
        self.written = 0;
        self.news = true;
    }
}

fn room_in(buffer: &RawBuffer) -> usize {
    buffer.capacity.saturating_sub(buffer.offset) as usize
}

/// Where the bytes of a buffer are, after some of them. Wraps as the program's own arithmetic would.
fn at(buffer: &RawBuffer, skipped: usize) -> usize {
    buffer.address.wrapping_add(buffer.offset as usize).wrapping_add(skipped)
}
