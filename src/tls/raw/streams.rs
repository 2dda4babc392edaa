//! Whatever the sizes of buffers, the pieces in which bytes arrive and the order of calls: both ends read what the other
//! wrote, and nothing else.
//!
//! Two ends play from a seed. All that an end does is drawn: which queue is served, how many buffers it gets, how large
//! they are (often of one byte, now and then of none), how much of what the other end sent arrives. Buffers are places
//! in a memory of the end's own; a step that reaches outside its buffer fails the test.

use super::queue::{Buffer, Place};
use super::toy::Toy;
use super::{RawTls, Side, Step};
use crate::tls::{Fault, Session};

use Side::{Decrypt, Encrypt};

/// Numbers drawn from a seed.
pub(super) struct Draw(u64);

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// A number below `bound`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }

    /// A size for a buffer, mostly small.
    fn size(&mut self) -> usize {
        match self.below(8) {
            0 => 0,
            1 | 2 => 1,
            3 | 4 => self.below(20),
            5 | 6 => self.below(700),
            _ => self.below(40_000),
        }
    }
}

/// A raw session with the memory that its buffers are in, and what it has to say.
pub(super) struct End {
    pub(super) raw: RawTls,
    memory: Vec<Vec<u8>>,
    /// What is still to be given for encryption.
    unsaid: Vec<u8>,
    /// What was decrypted.
    pub(super) heard: Vec<u8>,
    /// Encrypted bytes on their way to the other end.
    pub(super) sent: Vec<u8>,
    /// Contexts of the buffers of input that are in the queues, in order.
    lent: [Vec<usize>; 2],
}

/// Memory is found by the upper bits of an address.
const SHIFT: u32 = 32;

/// Bytes in front of a buffer's data.
const OFFSET: usize = 3;

/// What no step may change.
const UNTOUCHED: u8 = 0xa5;

impl End {
    pub(super) fn new(session: Box<dyn Session>, unsaid: Vec<u8>) -> Self {
        Self::with(RawTls::default(), session, unsaid)
    }

    fn with(mut raw: RawTls, session: Box<dyn Session>, unsaid: Vec<u8>) -> Self {
        raw.start(|| Ok::<_, Fault>(session)).unwrap();
        let (heard, sent, memory) = (Vec::new(), Vec::new(), Vec::new());
        Self { raw, memory, unsaid, heard, sent, lent: [Vec::new(), Vec::new()] }
    }

    /// A buffer with `bytes`, and room for `room` more.
    fn buffer(&mut self, bytes: &[u8], room: usize) -> Buffer {
        let mut memory = vec![UNTOUCHED; OFFSET];
        memory.extend_from_slice(bytes);
        memory.resize(memory.len() + room, UNTOUCHED);
        self.memory.push(memory);
        Buffer {
            context: self.memory.len(),
            address: self.memory.len() << SHIFT,
            capacity: u32::try_from(OFFSET + bytes.len() + room).unwrap(),
            size: u32::try_from(bytes.len()).unwrap(),
            offset: u32::try_from(OFFSET).unwrap(),
        }
    }

    fn content(&self, buffer: &Buffer) -> Vec<u8> {
        let memory = &self.memory[buffer.context - 1];
        let end = (buffer.offset + buffer.size) as usize;
        assert!(memory[..OFFSET].iter().all(|byte| *byte == UNTOUCHED), "bytes before the offset stay");
        assert!(memory[end..].iter().all(|byte| *byte == UNTOUCHED), "bytes behind the data stay");
        memory[OFFSET..end].to_vec()
    }

    /// Gives `bytes` to a queue of input, if it takes them.
    pub(super) fn give(&mut self, side: Side, bytes: &[u8]) -> bool {
        let buffer = self.buffer(bytes, 0);
        let given = self.raw.give_input(side, std::iter::once(buffer)) == 1;
        if given {
            self.lent[side as usize].push(buffer.context);
        }
        given
    }

    pub(super) fn give_room(&mut self, side: Side, room: usize) -> bool {
        let buffer = self.buffer(&[], room);
        self.raw.give_output(side, std::iter::once(buffer)) == 1
    }

    /// One pass, with memory lent step by step.
    pub(super) fn pass(&mut self) {
        self.raw.begin_pass().unwrap();
        while let Some(step) = self.raw.step() {
            let (Step::Feed(place) | Step::Read(place) | Step::Write(place) | Step::Emit(place)) = step;
            let mut nothing = Vec::new();
            let (memory, start) = match place {
                Place { address: 0, length: 0 } => (&mut nothing, 0),
                Place { address, .. } => {
                    let index = (address >> SHIFT) - 1;
                    (&mut self.memory[index], address & ((1 << SHIFT) - 1))
                }
            };
            let lent = &mut memory[start..start + place.length];
            match step {
                Step::Feed(_) => self.raw.feed(lent),
                Step::Read(_) => self.raw.read(lent),
                Step::Write(_) => self.raw.write(lent),
                Step::Emit(_) => self.raw.emit(lent),
            }
        }
        for side in [Encrypt, Decrypt] {
            let (needs, pending) = (self.raw.needs_output(side), self.raw.is_pending(side));
            assert!(pending || !needs, "what needs room is pending");
        }
    }

    /// Takes back at most `most` buffers of each kind.
    pub(super) fn take(&mut self, most: usize) {
        for side in [Encrypt, Decrypt] {
            for _ in 0..most {
                let Some(buffer) = self.raw.take_input(side) else { break };
                assert_eq!(buffer.context, self.lent[side as usize].remove(0), "first in, first out");
            }
            for _ in 0..most {
                let newest = self.raw.newest_size(side);
                let Some(buffer) = self.raw.take_output(side) else { break };
                assert!(self.raw.filled(side) > 0 || newest == buffer.size, "the last one is the newest");
                let bytes = self.content(&buffer);
                if side == Encrypt { &mut self.sent } else { &mut self.heard }.extend(bytes);
            }
        }
    }

    /// Gives a piece of what is to be said; behind the last piece, ends.
    fn say(&mut self, size: usize) {
        let piece: Vec<u8> = self.unsaid[..size.min(self.unsaid.len())].to_vec();
        if self.unsaid.is_empty() {
            self.raw.close_output();
        } else if self.give(Encrypt, &piece) {
            self.unsaid.drain(..piece.len());
        }
    }

    /// Gives a piece of what `other` sent.
    fn receive(&mut self, other: &mut Self, size: usize) {
        let piece: Vec<u8> = other.sent[..size.min(other.sent.len())].to_vec();
        if self.give(Decrypt, &piece) {
            other.sent.drain(..piece.len());
        }
    }

    /// Does anything.
    fn play(&mut self, other: &mut Self, draw: &mut Draw) {
        match draw.below(7) {
            0 | 1 => self.pass(),
            2 => drop(self.give_room(Encrypt, draw.size())),
            3 => drop(self.give_room(Decrypt, draw.size())),
            4 => self.take(draw.below(4)),
            5 => self.say(draw.size()),
            _ => self.receive(other, draw.size()),
        }
    }

    fn is_done(&self) -> bool {
        self.raw.failure().is_some()
            || (self.raw.is_input_closed() && self.unsaid.is_empty() && !self.raw.is_pending(Encrypt))
    }
}

/// Plays until both ends are done.
pub(super) fn play(client: &mut End, server: &mut End, draw: &mut Draw) {
    let mut calls = 0;
    while !(client.is_done() && server.is_done())
        || client.raw.is_pending(Decrypt)
        || server.raw.is_pending(Decrypt)
    {
        if draw.below(2) == 0 {
            client.play(server, draw);
        } else {
            server.play(client, draw);
        }
        calls += 1;
        assert!(calls < 1_000_000, "they do not come to an end");
    }
    for end in [client, server] {
        end.take(usize::MAX);
    }
}

fn words(draw: &mut Draw, most: usize) -> Vec<u8> {
    let length = draw.below(most);
    (0..length).map(|_| u8::try_from(draw.below(256)).unwrap()).collect()
}

fn limits(draw: &mut Draw) -> RawTls {
    let mut raw = RawTls::default();
    for side in [Encrypt, Decrypt] {
        raw.set_input_limit(side, draw.below(6));
        raw.set_output_limit(side, draw.below(6));
    }
    raw
}

pub(super) type Pair = (Box<dyn Session>, Box<dyn Session>);

/// Both streams arrive, for any seed.
pub(super) fn both_streams_arrive(pair: impl Fn() -> Pair, seeds: u64, most: usize) {
    for seed in 0..seeds {
        let draw = &mut Draw::new(seed);
        let (client, server) = pair();
        let said = [words(draw, most), words(draw, most)];
        let mut client = End::with(limits(draw), client, said[0].clone());
        let mut server = End::with(limits(draw), server, said[1].clone());
        play(&mut client, &mut server, draw);
        for end in [&client, &server] {
            assert_eq!(end.raw.failure(), None, "seed {seed}");
            assert!(end.raw.is_input_closed(), "seed {seed}");
        }
        assert!(server.heard == said[0] && client.heard == said[1], "seed {seed}");
    }
}

/// However little of a stream arrives, what was decrypted is a beginning of it, and it has not ended.
pub(super) fn a_stream_that_is_cut_has_no_end(pair: impl Fn() -> Pair, seeds: u64) {
    for seed in 0..seeds {
        let draw = &mut Draw::new(seed);
        let (client, server) = pair();
        let said = words(draw, 3000);
        let mut client = End::new(client, said.clone());
        let mut server = End::new(server, Vec::new());
        exchange(&mut client, &mut server);
        client.say(usize::MAX);
        client.raw.close_output();
        let mut wire = flush(&mut client);
        wire.truncate(draw.below(wire.len()));
        for piece in wire.chunks(1 + draw.below(500)) {
            deliver(&mut server, piece);
        }
        assert!(!server.raw.is_input_closed(), "seed {seed}");
        assert_eq!(server.raw.failure(), None, "seed {seed}");
        assert!(said.starts_with(&server.heard), "seed {seed}");
    }
}

/// A stream in which one bit was changed: what was decrypted is a beginning of it, and its end is not believed.
pub(super) fn damage_is_found(pair: impl Fn() -> Pair, seeds: u64) {
    for seed in 0..seeds {
        let draw = &mut Draw::new(seed);
        let (client, server) = pair();
        let said = words(draw, 3000);
        let mut client = End::new(client, said.clone());
        let mut server = End::new(server, Vec::new());
        exchange(&mut client, &mut server);
        client.say(usize::MAX);
        client.raw.close_output();
        let mut wire = flush(&mut client);
        let place = draw.below(wire.len());
        wire[place] ^= 1 << draw.below(8);
        deliver(&mut server, &wire);
        assert!(!server.raw.is_input_closed(), "seed {seed}");
        assert!(said.starts_with(&server.heard), "seed {seed}");
        if server.raw.failure().is_some() {
            let alert = flush(&mut server);
            deliver(&mut client, &alert);
            assert!(client.raw.failure().is_some(), "seed {seed}: the alert arrives");
        }
    }
}

/// Moves bytes until neither end has any more for the other.
pub(super) fn exchange(client: &mut End, server: &mut End) {
    loop {
        let (there, back) = (flush(client), flush(server));
        if there.is_empty() && back.is_empty() {
            return;
        }
        deliver(server, &there);
        deliver(client, &back);
    }
}

/// Takes all that an end has for its peer.
pub(super) fn flush(end: &mut End) -> Vec<u8> {
    loop {
        end.pass();
        end.take(usize::MAX);
        if !end.raw.is_pending(Encrypt) {
            return std::mem::take(&mut end.sent);
        }
        end.give_room(Encrypt, 1000);
    }
}

/// Has an end decrypt all of `wire`.
pub(super) fn deliver(end: &mut End, wire: &[u8]) {
    end.give(Decrypt, wire);
    loop {
        end.pass();
        end.take(usize::MAX);
        if !end.raw.is_pending(Decrypt) && end.lent[Decrypt as usize].is_empty() {
            return;
        }
        if end.raw.failure().is_some() || end.raw.is_input_closed() && !end.raw.is_pending(Decrypt) {
            return;
        }
        end.give_room(Decrypt, 1000);
    }
}

fn toys() -> Pair {
    (Toy::client(), Toy::server())
}

#[test]
fn any_pieces_buffers_and_order_of_calls_give_the_same_streams() {
    both_streams_arrive(toys, if cfg!(miri) { 3 } else { 400 }, 6000);
}

#[test]
fn a_stream_that_is_cut_gives_its_beginning_and_no_end() {
    a_stream_that_is_cut_has_no_end(toys, if cfg!(miri) { 3 } else { 200 });
}
