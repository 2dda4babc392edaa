//! What a transport has framed and nobody has taken yet.
//!
//! Frames are written one behind the other into one piece of memory. A large message that was stored with room for the
//! heads of its frames joins them as a piece of its own, so that it is not copied: the output is a queue of pieces, of
//! which the last is still written to. Programs that take one piece at a time see large messages one by one; sockets of
//! ours take several at once. Memory comes from the thread's pool when it is needed and goes back when it is empty: an
//! idle transport holds none.

use std::collections::VecDeque;

use super::output::ENOUGH_OUTPUT;
use crate::engine::pool;

/// Bytes in the order in which they go out.
#[derive(Default)]
pub(super) struct OutputBuffer {
    /// Where frames are written.
    pub(super) bytes: Vec<u8>,
    /// How many of those have been taken.
    start: usize,
    /// The memory that was enough of late.
    usual: usize,
    /// What goes out before.
    ahead: VecDeque<Piece>,
    /// How many bytes that is.
    ahead_length: usize,
}

/// Bytes that are written and wait.
struct Piece {
    bytes: Vec<u8>,
    start: usize,
}

impl Piece {
    fn pending(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }
}

/// Whoever makes this much output often makes as much as there may be.
const MUCH: usize = 32 * 1024;

/// Bytes taken from the front are dropped in one go when there are as many as this.
const WORTH_MOVING: usize = 64 * 1024;

impl OutputBuffer {
    /// Makes ready for writing.
    pub(super) fn prepare(&mut self) {
        if self.bytes.capacity() == 0 {
            // What is likely to outgrow a middling buffer starts with a large one.
            let wanted = if self.usual < MUCH { self.usual } else { self.usual.max(ENOUGH_OUTPUT) };
            self.bytes = pool::take(wanted);
            self.bytes.clear();
        } else if self.start >= WORTH_MOVING && self.start >= self.bytes.len() / 2 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
    }

    /// Adds bytes that are written already, from `start` on, and takes over their memory.
    pub(super) fn append(&mut self, bytes: Vec<u8>, start: usize) {
        if self.start < self.bytes.len() {
            let written = std::mem::replace(&mut self.bytes, pool::take(FEW));
            self.bytes.clear();
            let start = std::mem::take(&mut self.start);
            self.push(Piece { bytes: written, start });
        }
        self.push(Piece { bytes, start });
    }

    fn push(&mut self, piece: Piece) {
        self.ahead_length += piece.pending().len();
        self.ahead.push_back(piece);
    }

    /// The first bytes that wait; all of them, unless there are large messages.
    #[inline]
    pub(super) fn pending(&self) -> &[u8] {
        if self.ahead_length == 0 { self.written() } else { self.first_ahead() }
    }

    fn first_ahead(&self) -> &[u8] {
        self.ahead.front().map(Piece::pending).unwrap_or_default()
    }

    /// All bytes that wait.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let last = Some(self.written()).filter(|written| !written.is_empty());
        self.ahead.iter().map(Piece::pending).chain(last)
    }

    #[inline]
    fn written(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.start >= self.bytes.len() && self.ahead_length == 0
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.written().len() + self.ahead_length
    }

    /// Drops up to `n` bytes from the front and tells how many.
    #[inline]
    pub(super) fn take(&mut self, n: usize) -> usize {
        let before = if self.ahead_length == 0 { 0 } else { self.take_ahead(n) };
        let rest = (n - before).min(self.written().len());
        self.start += rest;
        before + rest
    }

    #[cold]
    fn take_ahead(&mut self, n: usize) -> usize {
        let n = n.min(self.ahead_length);
        let mut rest = n;
        while let Some(piece) = self.ahead.front_mut() {
            let waiting = piece.bytes.len() - piece.start;
            if rest < waiting {
                piece.start += rest;
                break;
            }
            rest -= waiting;
            pool::give(std::mem::take(&mut piece.bytes));
            self.ahead.pop_front();
        }
        self.ahead_length -= n;
        n
    }

    /// Gives the memory back if nothing is left.
    pub(super) fn rest(&mut self) {
        if self.is_empty() {
            self.release();
        }
    }

    /// Drops everything, memory included.
    pub(super) fn release(&mut self) {
        self.start = 0;
        if !self.bytes.is_empty() {
            // A little output now and then does not make the next burst start small.
            self.usual = self.bytes.len().max(self.usual - self.usual / 8);
        }
        pool::give(std::mem::take(&mut self.bytes));
        if self.ahead_length > 0 {
            self.take_ahead(usize::MAX);
        }
    }
}

/// Room for the few small frames that come between large ones.
const FEW: usize = 512;

impl Drop for OutputBuffer {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_that_never_runs_empty_does_not_grow() {
        let mut output = OutputBuffer::default();
        for _ in 0..10_000 {
            output.prepare();
            output.bytes.extend_from_slice(&[7; 1000]);
            if output.len() > 50_000 {
                output.take(1000);
            }
        }
        assert!(output.bytes.capacity() < 1 << 20);
    }

    #[test]
    fn pieces_go_out_in_order_whatever_is_taken_at_a_time() {
        for step in 1..20 {
            let mut output = OutputBuffer::default();
            output.prepare();
            output.bytes.extend_from_slice(b"ab");
            output.append(b"..cd".to_vec(), 2);
            output.append(b"e".to_vec(), 0);
            output.bytes.extend_from_slice(b"fgh");
            let mut taken = Vec::new();
            while !output.is_empty() {
                let all = output.pieces().collect::<Vec<_>>().concat();
                assert_eq!(all.len(), output.len());
                assert!(all.starts_with(output.pending()) && !output.pending().is_empty());
                taken.extend_from_slice(&all[..step.min(all.len())]);
                assert_eq!(output.take(step), step.min(all.len()));
                output.rest();
            }
            assert_eq!((&taken[..], output.len(), output.pending()), (&b"abcdefgh"[..], 0, &b""[..]));
            assert_eq!((output.bytes.capacity(), output.ahead.len()), (0, 0));
        }
    }
}
