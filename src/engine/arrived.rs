//! Message bytes that are still where they arrived.
//!
//! A program usually reads a message while it handles the event that tells of it, before anything else arrives. So a
//! large part of a message is not copied to its delivery: the connection takes over the memory that the part was read
//! into, and the program's own read copies out of that. What has not been read by the time of the next input or output
//! goes to the deliveries after all ([`Connection::settle_arrived`]), so that no connection holds more memory while it
//! rests than its unread messages take.

use super::DeliveryKey;
use super::connection::Connection;
use super::copy;
use super::fifo::Fifo;
use super::pool;

/// The memory taken over, and what counts in it.
#[derive(Default)]
pub(crate) struct Arrived {
    /// Where the memory begins that is being parsed and can be taken over; 0 if there is none.
    lent: usize,
    kept: Option<Box<Kept>>,
}

#[derive(Default)]
struct Kept {
    buffers: Vec<Vec<u8>>,
    parts: Fifo<Part>,
    /// There are parts in the memory that is being parsed.
    some_lent: bool,
}

/// Where memory goes that is taken over.
pub(crate) struct Place(usize);

/// Bytes of a delivery.
#[derive(Clone, Copy)]
struct Part {
    delivery: DeliveryKey,
    buffer: usize,
    start: usize,
    length: usize,
}

impl Arrived {
    /// What is parsed next lies in `memory`, which can be taken over.
    #[inline]
    pub(crate) fn lend(&mut self, memory: &[u8]) {
        self.lent = memory.as_ptr().addr();
    }

    /// Whether `payload`, which is being parsed, is worth to be left where it is.
    #[inline]
    pub(crate) const fn is_worth_keeping(&self, payload: &[u8]) -> bool {
        payload.len() >= LARGE && self.lent != 0
    }

    fn keep(&mut self, delivery: DeliveryKey, payload: &[u8]) {
        let kept = self.kept.get_or_insert_default();
        kept.some_lent = true;
        let start = payload.as_ptr().addr().wrapping_sub(self.lent);
        kept.parts.push_back(Part { delivery, buffer: kept.buffers.len(), start, length: payload.len() });
    }

    /// All has been parsed. If something is kept, its place is told, to which the memory has to be [given](Self::adopt).
    #[inline]
    pub(crate) fn return_lent(&mut self) -> Option<Place> {
        self.lent = 0;
        let kept = self.kept.as_mut().filter(|kept| kept.some_lent)?;
        kept.some_lent = false;
        kept.buffers.push(Vec::new());
        Some(Place(kept.buffers.len() - 1))
    }

    pub(crate) fn adopt(&mut self, place: Place, memory: Vec<u8>) {
        if let Some(buffer) = self.kept.as_mut().and_then(|kept| kept.buffers.get_mut(place.0)) {
            *buffer = memory;
        }
    }

    /// How much memory it holds.
    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.kept.iter().flat_map(|kept| &kept.buffers).map(Vec::capacity).sum()
    }

    /// Copies the next bytes of a delivery into `place` and tells how many.
    pub(super) fn read(&mut self, delivery: DeliveryKey, place: &mut [u8]) -> usize {
        let Some(kept) = &mut self.kept else { return 0 };
        let mut read = 0;
        let mut number = 0;
        while let Some(part) = kept.parts.get_mut(number)
            && read < place.len()
        {
            number += 1;
            if part.delivery == delivery {
                let rest = place.get_mut(read..).unwrap_or_default();
                let n = part.length.min(rest.len());
                copy::fill(rest, bytes(&kept.buffers, part).get(..n).unwrap_or_default());
                (part.start, part.length) = (part.start + n, part.length - n);
                read += n;
            }
        }
        while kept.parts.front().is_some_and(|part| part.length == 0) {
            kept.parts.pop_front();
        }
        if kept.parts.is_empty() {
            kept.buffers.drain(..).for_each(pool::give);
        }
        read
    }
}

fn bytes<'a>(buffers: &'a [Vec<u8>], part: &Part) -> &'a [u8] {
    let buffer = buffers.get(part.buffer).map(Vec::as_slice).unwrap_or_default();
    buffer.get(part.start..part.start + part.length).unwrap_or_default()
}

impl Connection {
    /// Leaves a delivery's next bytes where they are.
    pub(crate) fn keep_arrived(&mut self, delivery: DeliveryKey, payload: &[u8]) {
        self.arrived.keep(delivery, payload);
        self.deliveries[delivery].payload.add_late(payload.len());
    }

    /// Copies what has not been read to the deliveries, and gives the memory back.
    #[inline]
    pub(crate) fn settle_arrived(&mut self) {
        if self.arrived.kept.as_ref().is_some_and(|kept| !kept.buffers.is_empty()) {
            self.store_arrived();
        }
    }

    #[cold]
    fn store_arrived(&mut self) {
        let Some(kept) = &mut self.arrived.kept else { return };
        while let Some(part) = kept.parts.pop_front() {
            if let Some(delivery) = self.deliveries.get_mut(part.delivery) {
                delivery.payload.store_late(&mut self.buffers, bytes(&kept.buffers, &part));
            }
        }
        kept.buffers.drain(..).for_each(pool::give);
    }
}

/// A part of this many bytes is worth more than the memory around it.
const LARGE: usize = 2048;
