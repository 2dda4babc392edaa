//! Raw connections in a proactor: how they begin, run, and end there.
//!
//! The object of a raw connection belongs to the thread that has its batch. The addresses of its peer,
//! which another thread looks up, are left here, with the task, which lives as long as anybody has it.

use std::ffi::c_uint;
use std::io;
use std::ptr::null_mut;
use std::sync::{Arc, Mutex};

use super::event::names::pn_event_type_t as Events;
use super::event::pn_event_t;
use super::proactor::pn_proactor_t;
use super::raw_connection::{CLASS, free, pn_raw_connection_t};
use super::raw_io::{RawIo, Rest};
use super::subject::{Body, Left, Subject, SubjectTask, hand_out, lock};
use crate::proactor::address::Address;
use crate::proactor::lookup::Found;
use crate::proactor::raw::RawEvent;
use crate::proactor::scheduler::Task;
use crate::proactor::task::Signals;
use crate::sys::address::SocketAddress;
use crate::sys::poll::Interest;
use crate::sys::socket::Socket;

/// A raw connection that a proactor drives, and what other threads have left for it.
pub(super) struct NetworkedRaw {
    pub(super) connection: *mut pn_raw_connection_t,
    answer: Mutex<Option<Found>>,
}

/// Connects a raw connection, which the proactor owns from now on.
///
/// # Safety
/// `proactor` is live, `connection` live and handed over.
pub(super) unsafe fn connect(
    proactor: *mut pn_proactor_t,
    connection: *mut pn_raw_connection_t,
    address: &Address,
) {
    // SAFETY: passed on from the caller; nobody else has the connection yet.
    unsafe { &mut (*connection).io }.connect(address.text.clone());
    // SAFETY: as above.
    let task = unsafe { start(proactor, connection) };
    let answered = |task: &SubjectTask, found: Found| {
        if let Body::Raw(raw) = &Arc::as_ref(task).subject.body {
            *lock(&raw.answer) = Some(found);
        }
    };
    // SAFETY: as above.
    let this = unsafe { &*proactor };
    if let Some(found) = this.look_up(address, task.key, answered) {
        answered(&task, found);
        this.core().scheduler.signal(&task, Signals::LOOKUP);
    }
}

/// Has a raw connection, which the proactor owns from now on, take what a listener gave.
///
/// # Safety
/// `proactor` is live, `connection` live and handed over.
pub(super) unsafe fn accept(
    proactor: *mut pn_proactor_t,
    connection: *mut pn_raw_connection_t,
    claimed: io::Result<(Socket, SocketAddress)>,
) {
    // SAFETY: passed on from the caller; nobody else has the connection yet.
    unsafe { &mut (*connection).io }.accept(claimed);
    // SAFETY: passed on from the caller.
    let task = unsafe { start(proactor, connection) };
    // SAFETY: as above.
    unsafe { &*proactor }.core().scheduler.signal(&task, Signals::MORE);
}

/// # Safety
/// As for [`connect`].
unsafe fn start(proactor: *mut pn_proactor_t, connection: *mut pn_raw_connection_t) -> SubjectTask {
    // SAFETY: passed on from the caller.
    let core = unsafe { &*proactor }.core();
    lock(&core.activity).begin();
    core.scheduler.add(|key| {
        // SAFETY: passed on from the caller.
        unsafe { &(*connection).seat }.take(proactor, key);
        let raw = NetworkedRaw { connection, answer: Mutex::new(None) };
        Subject::new(proactor, key, Body::Raw(Box::new(raw)))
    })
}

impl NetworkedRaw {
    /// State and socket. Only for the thread that has the batch, once at a time.
    #[allow(clippy::mut_from_ref, reason = "they lie behind the program's pointer, not in this struct")]
    fn io(&self) -> &mut RawIo {
        // SAFETY: the connection lives until its subject ends, and its thread does not borrow it twice.
        unsafe { &mut (*self.connection).io }
    }

    /// Runs for signals. True: there is an event.
    pub(super) fn run(&self, subject: &Subject, task: &Task<Subject>, signals: Signals) -> bool {
        self.note(subject, task, signals);
        let io = self.io();
        if !io.machine.has_event() && io.machine.begin_round() {
            io.advance();
        }
        io.machine.has_event()
    }

    /// The next event of the batch, from the socket if none is due.
    pub(super) fn next(&self, subject: &Subject) -> *mut pn_event_t {
        if !self.io().machine.has_event() && self.io().machine.begin_round() {
            let Some(task) = subject.core().scheduler.find(subject.key) else { return null_mut() };
            self.note(subject, &task, task.absorb());
            self.io().advance();
        }
        let Some(event) = self.io().machine.next_event() else { return null_mut() };
        // SAFETY: the connection lives until its subject ends.
        let events = unsafe { (*self.connection).events };
        // SAFETY: the collector is the connection's own, and its class does not count.
        unsafe { hand_out(events, &raw const CLASS.0, self.connection.cast(), number_of(event)) }
    }

    /// The program is done with a batch.
    pub(super) fn done(&self, subject: &Subject, task: &Task<Subject>) -> Left {
        self.note(subject, task, task.absorb());
        match self.io().batch_done() {
            Rest::End => Left::Gone,
            Rest::More => Left::Stays(Signals::MORE),
            Rest::Nothing => Left::Stays(Signals::NONE),
        }
    }

    fn note(&self, subject: &Subject, task: &Task<Subject>, signals: Signals) {
        let watch = |socket: &Socket| subject.core().scheduler.watch(task.key, socket.fd(), Interest::Both);
        let io = self.io();
        if signals.any(Signals::LOOKUP)
            && let Some(found) = lock(&self.answer).take()
        {
            io.found(found);
        }
        io.note(signals, &watch);
        if signals.any(Signals::CLOSE) {
            io.disconnect(subject.order.take().as_deref());
        }
        if signals.any(Signals::WAKE) {
            io.machine.wake();
        }
    }

    /// Ends the raw connection; nobody uses it any more.
    pub(super) fn end(&self) {
        // SAFETY: the connection lives until here.
        unsafe { &(*self.connection).seat }.leave();
        // SAFETY: the proactor owned it.
        unsafe { free(self.connection) };
    }
}

fn number_of(event: RawEvent) -> c_uint {
    (match event {
        RawEvent::Connected => Events::PN_RAW_CONNECTION_CONNECTED,
        RawEvent::Wake => Events::PN_RAW_CONNECTION_WAKE,
        RawEvent::Read => Events::PN_RAW_CONNECTION_READ,
        RawEvent::Written => Events::PN_RAW_CONNECTION_WRITTEN,
        RawEvent::ClosedRead => Events::PN_RAW_CONNECTION_CLOSED_READ,
        RawEvent::ClosedWrite => Events::PN_RAW_CONNECTION_CLOSED_WRITE,
        RawEvent::DrainBuffers => Events::PN_RAW_CONNECTION_DRAIN_BUFFERS,
        RawEvent::Disconnected => Events::PN_RAW_CONNECTION_DISCONNECTED,
        RawEvent::NeedWriteBuffers => Events::PN_RAW_CONNECTION_NEED_WRITE_BUFFERS,
        RawEvent::NeedReadBuffers => Events::PN_RAW_CONNECTION_NEED_READ_BUFFERS,
    }) as c_uint
}
