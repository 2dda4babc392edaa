//! The two kinds of queues that a raw session has: buffers with bytes to take in, and buffers to put bytes into.
//!
//! Both know buffers by their descriptions alone; the memory is lent for the time of a step. Bytes keep the order of
//! the buffers they came in, and come out in the order in which the buffers are taken.

use std::collections::VecDeque;

/// A program's buffer: an address and what is there, which nobody looks at here.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(crate) struct Buffer {
    /// The program's own.
    pub(crate) context: usize,
    pub(crate) address: usize,
    /// All the bytes there.
    pub(crate) capacity: u32,
    /// Those with data, from `offset` on.
    pub(crate) size: u32,
    pub(crate) offset: u32,
}

/// Bytes of a program's buffer: where, and how many. Without an address there are none.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) address: usize,
    pub(crate) length: usize,
}

/// How many buffers a queue keeps if the program does not say.
const USUAL: usize = 4;

/// How many buffers a queue keeps: none before the session starts and after it was stopped.
#[derive(Clone, Copy)]
pub(super) struct Limit(usize);

impl Default for Limit {
    fn default() -> Self {
        Self(USUAL)
    }
}

impl Limit {
    /// The program says how many; 0 stands for the usual number.
    pub(super) fn set(&mut self, buffers: usize) {
        self.0 = if buffers == 0 { USUAL } else { buffers };
    }
}

/// Buffers with bytes to take in. Those in front are done, and the program's to take.
#[derive(Default)]
pub(super) struct Inputs {
    pub(super) limit: Limit,
    row: VecDeque<Buffer>,
    done: usize,
    /// How much of the first one that waits has been taken in.
    used: usize,
}

impl Inputs {
    pub(super) fn free(&self) -> usize {
        self.limit.0.saturating_sub(self.row.len())
    }

    pub(super) fn give(&mut self, buffer: Buffer) {
        self.row.push_back(buffer);
    }

    pub(super) fn take(&mut self) -> Option<Buffer> {
        self.done = self.done.checked_sub(1)?;
        self.row.pop_front()
    }

    /// Everything is the program's to take, as it is.
    pub(super) fn release(&mut self) {
        self.done = self.row.len();
        self.used = 0;
    }

    /// What is to be taken in next, never nothing. Buffers without bytes are done when it is their turn.
    pub(super) fn next(&mut self) -> Option<Place> {
        loop {
            let buffer = self.row.get(self.done)?;
            let left = content(buffer).saturating_sub(self.used);
            if left > 0 {
                return Some(Place { address: at(buffer, self.used), length: left });
            }
            self.done += 1;
            self.used = 0;
        }
    }

    /// So many bytes of what came next were taken in.
    pub(super) fn consume(&mut self, bytes: usize) {
        self.used = self.used.saturating_add(bytes);
        self.next();
    }
}

/// Buffers to put bytes into: those with some, the oldest first, and blank ones.
#[derive(Default)]
pub(super) struct Outputs {
    pub(super) limit: Limit,
    /// The program's to take. Only the last one may have room left.
    ready: VecDeque<Buffer>,
    blank: VecDeque<Buffer>,
}

impl Outputs {
    pub(super) fn free(&self) -> usize {
        self.limit.0.saturating_sub(self.ready.len() + self.blank.len())
    }

    /// Takes a buffer in. One without room would wait for ever: it can be taken back at once, ahead of the others, so
    /// that the last one still is the one to go on with.
    pub(super) fn give(&mut self, buffer: Buffer) {
        let buffer = Buffer { size: 0, ..buffer };
        if room(&buffer) > 0 {
            self.blank.push_back(buffer);
        } else {
            self.ready.push_front(buffer);
        }
    }

    pub(super) fn take(&mut self) -> Option<Buffer> {
        self.ready.pop_front()
    }

    /// Everything is the program's to take, blank buffers last.
    pub(super) fn release(&mut self) {
        self.ready.append(&mut self.blank);
    }

    /// How many buffers have bytes.
    pub(super) fn filled(&self) -> usize {
        self.ready.iter().filter(|buffer| buffer.size > 0).count()
    }

    /// How many bytes the newest of them has.
    pub(super) fn newest(&self) -> u32 {
        self.ready.iter().rev().find(|buffer| buffer.size > 0).map_or(0, |buffer| buffer.size)
    }

    /// Where bytes go next, if there is room for any.
    pub(super) fn next(&self) -> Option<Place> {
        let partly = self.ready.back().filter(|buffer| room(buffer) > 0);
        let buffer = partly.or_else(|| self.blank.front())?;
        Some(Place { address: at(buffer, buffer.size as usize), length: room(buffer) })
    }

    /// So many bytes were put where they go next.
    pub(super) fn fill(&mut self, bytes: usize) {
        if bytes == 0 {
            return;
        }
        if self.ready.back().is_none_or(|buffer| room(buffer) == 0) {
            self.ready.extend(self.blank.pop_front());
        }
        if let Some(buffer) = self.ready.back_mut() {
            let bytes = u32::try_from(bytes.min(room(buffer))).unwrap_or(u32::MAX);
            buffer.size = buffer.size.saturating_add(bytes);
        }
    }
}

/// How many bytes there are to take in.
fn content(buffer: &Buffer) -> usize {
    if buffer.address == 0 { 0 } else { buffer.size as usize }
}

/// How many bytes there is room for.
fn room(buffer: &Buffer) -> usize {
    let used = u64::from(buffer.offset) + u64::from(buffer.size);
    let left = u64::from(buffer.capacity).saturating_sub(used);
    if buffer.address == 0 { 0 } else { usize::try_from(left).unwrap_or(usize::MAX) }
}

/// Where the bytes of a buffer are, after some of them. Wraps as the program's own arithmetic would.
fn at(buffer: &Buffer, skipped: usize) -> usize {
    buffer.address.wrapping_add(buffer.offset as usize).wrapping_add(skipped)
}
