//! What OpenSSL reads from and writes to in place of a socket: bytes from the peer that wait to be looked at, and bytes
//! for the peer that wait to be taken.
//!
//! Both buffers come from the pool of the thread with the first byte and go back with the last.

use std::io;

use crate::engine::pool;

/// Two buffers, one each way.
#[derive(Default)]
pub(super) struct Pipe {
    inbound: Vec<u8>,
    /// How much of `inbound` OpenSSL has read.
    read: usize,
    /// Nothing will come behind `inbound`.
    ended: bool,
    outbound: Vec<u8>,
    /// How much of `outbound` has been taken.
    sent: usize,
}

impl Pipe {
    /// Takes in bytes from the peer, as many as there is room for.
    pub(super) fn feed(&mut self, wire: &[u8]) -> usize {
        let taken = wire.len().min(ROOM.saturating_sub(self.inbound.len() - self.read));
        let Some(bytes) = wire.get(..taken).filter(|bytes| !bytes.is_empty()) else { return 0 };
        append(&mut self.inbound, &mut self.read, bytes);
        taken
    }

    pub(super) const fn feed_end(&mut self) {
        self.ended = true;
    }

    /// The peer's bytes have ended, and all of them were read.
    pub(super) const fn is_at_end(&self) -> bool {
        self.ended && self.inbound.is_empty()
    }

    /// Bytes for the peer.
    pub(super) fn wire(&self) -> &[u8] {
        self.outbound.get(self.sent..).unwrap_or_default()
    }

    pub(super) fn sent(&mut self, n: usize) {
        advance(&mut self.outbound, &mut self.sent, n);
    }

    /// Makes room for `more` bytes to the peer at once, where they would else be copied as the buffer grows.
    pub(super) fn expect(&mut self, more: usize) {
        make_room(&mut self.outbound, &mut self.sent, more);
    }
}

impl io::Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let held = self.inbound.get(self.read..).unwrap_or_default();
        let n = held.len().min(into.len());
        match (into.get_mut(..n), held.get(..n)) {
            (Some(into), Some(held)) if n > 0 => into.copy_from_slice(held),
            _ if self.ended => return Ok(0),
            _ => return Err(io::ErrorKind::WouldBlock.into()),
        }
        advance(&mut self.inbound, &mut self.read, n);
        Ok(n)
    }
}

impl io::Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        append(&mut self.outbound, &mut self.sent, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        pool::give(std::mem::take(&mut self.inbound));
        pool::give(std::mem::take(&mut self.outbound));
    }
}

/// Drops `n` bytes more from the front; the buffer goes with the last.
fn advance(buffer: &mut Vec<u8>, used: &mut usize, n: usize) {
    *used = buffer.len().min(used.saturating_add(n));
    if *used == buffer.len() {
        *used = 0;
        pool::give(std::mem::take(buffer));
    }
}

fn append(buffer: &mut Vec<u8>, used: &mut usize, bytes: &[u8]) {
    make_room(buffer, used, bytes.len());
    buffer.extend_from_slice(bytes);
}

fn make_room(buffer: &mut Vec<u8>, used: &mut usize, more: usize) {
    if buffer.capacity() == 0 {
        *buffer = pool::take(more);
        buffer.clear();
    } else if buffer.capacity() - buffer.len() < more && *used > 0 {
        buffer.drain(..std::mem::take(used));
    }
    buffer.reserve(more);
}

/// How many bytes from the peer may wait: more than two of the largest records.
const ROOM: usize = 40 * 1024;
