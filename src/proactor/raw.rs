//! A raw connection: a stream socket whose bytes go into and come from buffers of the program's own.
//!
//! The state machine only, without a socket and without looking into a buffer: it is told what the socket did and
//! what the program asked for, and says what to do with the socket next and which event is due. Each direction is a
//! row of at most 16 buffers with those to be given back in front (`slots`), and either still open, closed, or closed
//! and told. The connection is over when both directions are closed and nothing is left to write, or when it broke.
//! What is due follows from the state in one fixed order (spec/proactor.md section 9), so an event is never queued,
//! and nothing has to be taken back when the state changes before the program hears of it.

mod slots;
#[cfg(test)]
mod tests;

pub(crate) use slots::RawBuffer;
use slots::Slots;

use crate::engine::{Condition, Text};

/// What happened, in the words of the C interface without their common beginning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RawEvent {
    Connected,
    Wake,
    Read,
    Written,
    ClosedRead,
    ClosedWrite,
    DrainBuffers,
    Disconnected,
    NeedWriteBuffers,
    NeedReadBuffers,
}

/// What a poller says of a socket. Each is told once, when it begins.
#[derive(Clone, Copy, Default)]
pub(crate) struct Ready {
    /// It has bytes, or an end to tell.
    pub(crate) read: bool,
    /// It takes bytes.
    pub(crate) write: bool,
    /// The peer sends no more.
    pub(crate) hangup: bool,
    /// It broke.
    pub(crate) error: bool,
}

/// The state of a raw connection.
pub(crate) struct RawConnection {
    phase: Phase,
    /// Why it ended, if it did not end as planned.
    pub(crate) condition: Condition,
    /// The program has not heard yet that it is connected.
    announce: bool,
    woken: bool,
    /// It broke: what is not written stays so.
    broken: bool,
    /// The program was told to take all buffers back.
    drained: bool,
    ready: Ready,
    rounds: u8,
    read: Direction,
    write: Direction,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// Nobody has asked to connect it.
    Created,
    Connecting,
    Open,
    /// It never came to be open.
    Failed,
    /// The program has had the last event.
    Ended,
}

#[derive(Default)]
struct Direction {
    slots: Slots,
    half: Half,
    /// The program knows that buffers are missing.
    asked: bool,
    shutdown: Shutdown,
}

/// Whether a direction is open. It only ever moves down this list.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Half {
    #[default]
    Open,
    /// Closed, which the program has still to be told.
    Closing,
    Closed,
}

/// What becomes of the socket's own direction. It only ever moves down this list.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Shutdown {
    #[default]
    No,
    Due,
    Done,
}

/// How often one batch turns to the socket again: a busy connection must not keep a thread from others.
const ROUNDS_IN_A_BATCH: u8 = 4;

impl RawConnection {
    pub(crate) fn new() -> Self {
        Self {
            phase: Phase::Created,
            condition: Condition::default(),
            announce: false,
            woken: false,
            broken: false,
            drained: false,
            ready: Ready::default(),
            rounds: 0,
            read: Direction::default(),
            write: Direction::default(),
        }
    }

    /// A proactor begins to connect it, or accepts it.
    pub(crate) fn connecting(&mut self) {
        if self.phase == Phase::Created {
            self.phase = Phase::Connecting;
            self.condition.clear();
        }
    }

    /// Its socket is connected, and takes bytes at first. Whether it has some is for the poller to say.
    pub(crate) fn connected(&mut self) {
        if self.phase == Phase::Connecting {
            self.phase = Phase::Open;
            self.announce = true;
            self.ready.write = true;
        }
    }

    /// It could not be connected. The program hears of that by one event, whatever it closed before.
    pub(crate) fn connect_failed(&mut self, description: &str) {
        if matches!(self.phase, Phase::Created | Phase::Connecting) {
            self.set_condition(description);
            self.give_up();
        }
    }

    /// Its socket broke.
    pub(crate) fn failed(&mut self, description: &str) {
        if !self.broken && self.phase == Phase::Open {
            self.set_condition(description);
            self.break_off();
        }
    }

    /// The proactor ends it at once, saying why if `condition` does. Buffers not yet written stay unwritten: to wait
    /// for a peer that does not read would take for ever.
    pub(crate) fn disconnect(&mut self, condition: Option<&Condition>) {
        if matches!(self.phase, Phase::Failed | Phase::Ended) {
            return;
        }
        if let Some(condition) = condition {
            self.condition.copy_from(condition);
        }
        if self.phase == Phase::Open {
            self.break_off();
        } else {
            self.give_up();
        }
    }

    /// The program wants to hear of it. Before it is handed to a proactor, and after its end, nobody would; and nothing
    /// comes between the draining of buffers and the last event.
    pub(crate) fn wake(&mut self) {
        self.woken |= !matches!(self.phase, Phase::Created | Phase::Ended) && !self.drained;
    }

    /// The program reads no more.
    pub(crate) fn read_close(&mut self) {
        self.read.close();
    }

    /// The program writes no more than it has.
    pub(crate) fn write_close(&mut self) {
        self.write.close();
    }

    /// Takes buffers to read into, as many as there is room for; gives how many.
    pub(crate) fn give_read(&mut self, buffers: impl Iterator<Item = RawBuffer>) -> usize {
        let capacity = self.read_capacity();
        let given = buffers.take(capacity).map(|buffer| self.read.slots.give_empty(buffer)).count();
        self.read.asked &= given == 0;
        given
    }

    /// Takes buffers to write, as many as there is room for; gives how many.
    pub(crate) fn give_written(&mut self, buffers: impl Iterator<Item = RawBuffer>) -> usize {
        let capacity = self.write_capacity();
        let given = buffers.take(capacity).map(|buffer| self.write.slots.give_full(buffer)).count();
        self.write.asked &= given == 0;
        given
    }

    /// Gives back a buffer that was read into, or any once the program was told to drain.
    pub(crate) fn take_read(&mut self) -> Option<RawBuffer> {
        self.read.slots.take()
    }

    /// Gives back a buffer that was written, or any once the program was told to drain.
    pub(crate) fn take_written(&mut self) -> Option<RawBuffer> {
        self.write.slots.take()
    }

    pub(crate) fn read_capacity(&self) -> usize {
        self.read.capacity()
    }

    pub(crate) fn write_capacity(&self) -> usize {
        self.write.capacity()
    }

    pub(crate) fn is_read_closed(&self) -> bool {
        self.read.half != Half::Open
    }

    pub(crate) fn is_write_closed(&self) -> bool {
        self.write.half != Half::Open
    }

    /// The poller saw something.
    pub(crate) fn ready(&mut self, ready: Ready) {
        self.ready.read |= ready.read || ready.hangup;
        self.ready.write |= ready.write;
        self.ready.hangup |= ready.hangup;
        self.ready.error |= ready.error;
    }

    /// Whether the socket should be read from now, into [`Self::receive_parts`].
    pub(crate) fn may_receive(&self) -> bool {
        let open = self.phase == Phase::Open && self.read.half == Half::Open;
        open && self.ready.read && self.read.slots.waiting() > 0
    }

    /// Where to put bytes: places and lengths.
    pub(crate) fn receive_parts(&self) -> impl Iterator<Item = (usize, usize)> {
        self.read.slots.room()
    }

    /// The socket gave bytes. Fewer than there was room for means that it has no more, unless its end follows them.
    pub(crate) fn received(&mut self, bytes: usize) {
        if bytes == 0 {
            return self.end_of_file();
        }
        let room: usize = self.read.slots.room().map(|(_, length)| length).sum();
        self.ready.read &= bytes >= room || self.ready.hangup;
        self.read.slots.fill(bytes);
    }

    /// The peer sends no more. An empty buffer says so in its turn.
    pub(crate) fn end_of_file(&mut self) {
        self.read.slots.finish_empty();
        self.read.shutdown = Shutdown::Done;
        self.read.close();
    }

    /// The socket has nothing to read at the moment.
    pub(crate) fn receive_blocked(&mut self) {
        self.ready.read = false;
    }

    /// Whether the socket should be written to now, from [`Self::send_parts`].
    pub(crate) fn may_send(&self) -> bool {
        self.phase == Phase::Open && !self.broken && self.ready.write && self.write.slots.waiting() > 0
    }

    /// Where to take bytes from: places and lengths.
    pub(crate) fn send_parts(&self) -> impl Iterator<Item = (usize, usize)> {
        self.write.slots.content()
    }

    /// Whether more is left to send than the first `parts` places.
    pub(crate) fn has_more_than(&self, parts: usize) -> bool {
        self.write.slots.waiting() > parts
    }

    /// The socket took bytes. Fewer than there were means that it takes no more.
    pub(crate) fn sent(&mut self, bytes: usize) {
        let offered: usize = self.write.slots.content().map(|(_, length)| length).sum();
        self.ready.write &= bytes >= offered;
        self.write.slots.drain(bytes);
    }

    /// The socket takes nothing at the moment.
    pub(crate) fn send_blocked(&mut self) {
        self.ready.write = false;
    }

    /// Whether the socket broke and nobody noticed by reading or writing. Told once.
    pub(crate) fn take_error(&mut self) -> bool {
        let broke = std::mem::take(&mut self.ready.error);
        broke && self.phase == Phase::Open && !self.broken && !self.is_over()
    }

    /// Whether the socket's reading side is to be shut down. Told once; asked when a batch is done.
    pub(crate) fn take_read_shutdown(&mut self) -> bool {
        self.phase == Phase::Open && self.read.take_shutdown()
    }

    /// Whether the socket's writing side is to be shut down, all that was given being written. Told once.
    pub(crate) fn take_write_shutdown(&mut self) -> bool {
        self.phase == Phase::Open && !self.broken && self.nothing_to_write() && self.write.take_shutdown()
    }

    /// The event that is due. It counts as told.
    pub(crate) fn next_event(&mut self) -> Option<RawEvent> {
        let event = self.due()?;
        match event {
            RawEvent::Connected => self.announce = false,
            RawEvent::Wake => self.woken = false,
            RawEvent::Read => self.read.slots.tell(),
            RawEvent::Written => self.write.slots.tell(),
            RawEvent::ClosedRead => self.read.half = Half::Closed,
            RawEvent::ClosedWrite => self.write.half = Half::Closed,
            RawEvent::DrainBuffers => self.drain(),
            RawEvent::Disconnected => self.phase = Phase::Ended,
            RawEvent::NeedWriteBuffers => self.write.asked = true,
            RawEvent::NeedReadBuffers => self.read.asked = true,
        }
        Some(event)
    }

    /// Whether the batch may go on without an event: look at what has happened, and at the socket.
    pub(crate) fn begin_round(&mut self) -> bool {
        let more = self.rounds < ROUNDS_IN_A_BATCH;
        self.rounds += u8::from(more);
        more
    }

    /// Whether there is something to do with the socket at once.
    pub(crate) fn wants_socket(&self) -> bool {
        let shutdown = self.write.shutdown == Shutdown::Due && self.nothing_to_write() && !self.broken;
        let open = self.phase == Phase::Open;
        self.may_receive() || self.may_send() || (open && (shutdown || self.ready.error))
    }

    /// The program is done with a batch. Tells whether there is more to do at once.
    pub(crate) fn batch_done(&mut self) -> bool {
        self.rounds = 0;
        self.has_event() || self.wants_socket()
    }

    /// Whether the program has had its last event.
    pub(crate) fn is_finished(&self) -> bool {
        self.phase == Phase::Ended
    }

    /// Whether an event is due.
    pub(crate) fn has_event(&self) -> bool {
        self.due().is_some()
    }

    fn due(&self) -> Option<RawEvent> {
        match self.phase {
            Phase::Created | Phase::Ended => None,
            Phase::Connecting => self.woken.then_some(RawEvent::Wake),
            Phase::Open | Phase::Failed => self.first_due(),
        }
    }

    /// The order of section 9.2. A connection that failed had none of the first events but a wake.
    fn first_due(&self) -> Option<RawEvent> {
        let (read, write, over) = (&self.read, &self.write, self.is_over());
        let buffers = !read.slots.is_empty() || !write.slots.is_empty();
        let needs = |direction: &Direction| direction.half == Half::Open && direction.needs_buffers();
        let candidates = [
            (self.announce, RawEvent::Connected),
            (self.woken, RawEvent::Wake),
            (read.slots.has_news(), RawEvent::Read),
            (write.slots.has_news(), RawEvent::Written),
            (read.half == Half::Closing, RawEvent::ClosedRead),
            (write.half == Half::Closing, RawEvent::ClosedWrite),
            (over && !self.drained && buffers, RawEvent::DrainBuffers),
            (over, RawEvent::Disconnected),
            (needs(write), RawEvent::NeedWriteBuffers),
            (needs(read), RawEvent::NeedReadBuffers),
        ];
        candidates.into_iter().find_map(|(due, event)| due.then_some(event))
    }

    /// Whether only the last events are left to tell.
    fn is_over(&self) -> bool {
        let closed = self.is_read_closed() && self.is_write_closed();
        self.phase == Phase::Failed || (closed && (self.broken || self.nothing_to_write()))
    }

    fn nothing_to_write(&self) -> bool {
        self.write.slots.waiting() == 0
    }

    /// An earlier reason is the one that counts.
    fn set_condition(&mut self, description: &str) {
        if !self.condition.is_set() {
            self.condition.name = Some(Text::new(b"proton:io"));
            self.condition.description = Some(Text::new(description.as_bytes()));
        }
    }

    /// Ends what was connected.
    fn break_off(&mut self) {
        self.broken = true;
        self.read.close();
        self.write.close();
    }

    /// Ends what never was: nothing that was closed or done on the way is told.
    fn give_up(&mut self) {
        self.phase = Phase::Failed;
        for direction in [&mut self.read, &mut self.write] {
            direction.half = Half::Closed;
            direction.slots.tell();
        }
    }

    fn drain(&mut self) {
        self.drained = true;
        self.read.slots.release();
        self.write.slots.release();
    }
}

impl Direction {
    fn close(&mut self) {
        if self.half == Half::Open {
            self.half = Half::Closing;
            if self.shutdown == Shutdown::No {
                self.shutdown = Shutdown::Due;
            }
        }
    }

    fn capacity(&self) -> usize {
        if self.half == Half::Open { self.slots.free() } else { 0 }
    }

    fn needs_buffers(&self) -> bool {
        !self.asked && self.slots.waiting() == 0
    }

    fn take_shutdown(&mut self) -> bool {
        let due = self.shutdown == Shutdown::Due;
        if due {
            self.shutdown = Shutdown::Done;
        }
        due
    }
}
