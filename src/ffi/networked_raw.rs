//! A raw connection that a proactor drives: how it reaches its peer, and the way to what it does with its socket.
//!
//! Reaching the peer has a lock of its own, as addresses are left here by the thread that looked them up. Everything
//! else is the raw connection's (`raw_io`), and belongs to the thread that has the batch.

use std::cell::Cell;
use std::io;
use std::ptr::null_mut;
use std::sync::{Arc, Mutex};

use super::condition::{on_condition, pn_condition_t};
use super::event::pn_event_t;
use super::proactor::{pn_event_batch_t, pn_proactor_t};
use super::raw_connection::{free, io, pn_raw_connection_t};
use super::raw_io::{self, next_event};
use super::subject::{Body, Core, Left, Subject, SubjectTask, lock};
use crate::engine::Condition;
use crate::proactor::address::Address;
use crate::proactor::dial::{Dial, Fault, Progress};
use crate::proactor::lookup::Found;
use crate::proactor::raw::Ready;
use crate::proactor::scheduler::TaskKey;
use crate::proactor::task::Signals;
use crate::sys::address::SocketAddress;
use crate::sys::poll::Interest;
use crate::sys::socket::Socket;

/// A raw connection that a proactor drives.
pub(super) struct NetworkedRaw {
    raw: *mut pn_raw_connection_t,
    /// How its peer is reached; none once it was, or was not.
    dial: Mutex<Option<Dial>>,
    /// The address as the program gave it.
    text: String,
    /// The condition that a disconnect of the proactor gives.
    order: Mutex<Option<Condition>>,
    /// The event that a run has found, for the batch to begin with.
    first: Cell<*mut pn_event_t>,
}

/// Connects a raw connection.
///
/// # Safety
/// `proactor` is live; `raw` is live and handed over.
pub(super) unsafe fn connect(proactor: *mut pn_proactor_t, raw: *mut pn_raw_connection_t, address: &Address) {
    // SAFETY: passed on from the caller.
    let task = unsafe { start(proactor, raw, Some(Dial::default()), address.text.clone()) };
    let answered = |task: &SubjectTask, found: Found| {
        let Some(raw) = raw_of(task) else { return };
        if let Some(dial) = &mut *lock(&raw.dial) {
            dial.found(found);
        }
    };
    // SAFETY: passed on from the caller.
    let this = unsafe { &*proactor };
    if let Some(found) = this.look_up(address, task.key, answered) {
        answered(&task, found);
        this.core().scheduler.signal(&task, Signals::LOOKUP);
    }
}

/// Gives a raw connection what a listener has accepted, or the error if there was nothing.
///
/// # Safety
/// As for [`connect`].
pub(super) unsafe fn accept(
    proactor: *mut pn_proactor_t,
    raw: *mut pn_raw_connection_t,
    claimed: io::Result<(Socket, SocketAddress)>,
) {
    // SAFETY: passed on from the caller.
    let task = unsafe { start(proactor, raw, None, String::new()) };
    // SAFETY: as above.
    let core = unsafe { &*proactor }.core();
    // SAFETY: the task has not run yet.
    let Some(io) = (unsafe { io(raw) }) else { return };
    match claimed {
        Ok((socket, peer)) => {
            io.set_remote(peer);
            let watched = watch(core, task.key, &socket);
            io.connected(socket);
            if let Err(error) = watched {
                io.machine.failed(&Fault::new(&error, "on connect").describe(""));
            }
        }
        Err(error) => io.machine.connect_failed(&Fault::new(&error, "pn_listener_accept").describe("")),
    }
    core.scheduler.signal(&task, Signals::MORE);
}

/// # Safety
/// As for [`connect`].
unsafe fn start(
    proactor: *mut pn_proactor_t,
    raw: *mut pn_raw_connection_t,
    dial: Option<Dial>,
    text: String,
) -> SubjectTask {
    // SAFETY: passed on from the caller; nobody else uses the raw connection yet.
    if let Some(io) = unsafe { io(raw) } {
        io.machine.connecting();
    }
    // SAFETY: passed on from the caller.
    let core = unsafe { &*proactor }.core();
    lock(&core.activity).begin();
    let (dial, order, first) = (Mutex::new(dial), Mutex::new(None), Cell::new(null_mut()));
    core.scheduler.add(|key| {
        // SAFETY: passed on from the caller.
        unsafe { &(*raw).seat }.take(proactor, key);
        let body = Body::Raw(Box::new(NetworkedRaw { raw, dial, text, order, first }));
        Subject { batch: pn_event_batch_t::of_a_proactor(), proactor, key, body }
    })
}

fn watch(core: &Core, key: TaskKey, socket: &Socket) -> io::Result<()> {
    core.scheduler.watch(key, socket.fd(), Interest::Both)
}

impl NetworkedRaw {
    /// The raw connection, for the thread that has the batch.
    pub(super) fn object(&self) -> *mut pn_raw_connection_t {
        self.raw
    }

    /// Tells the raw connection what the task was signalled for.
    fn note(&self, core: &Core, key: TaskKey, signals: Signals) {
        // SAFETY: the raw connection lives until its last batch is done, and the caller has the batch.
        let Some(io) = (unsafe { io(self.raw) }) else { return };
        let mut dialling = lock(&self.dial);
        if let Some(dial) = &mut *dialling {
            let progress = dial.advance(signals, |socket| watch(core, key, socket));
            let tried = dial.tried().clone();
            if !matches!(progress, Progress::Waits) {
                *dialling = None;
            }
            match progress {
                Progress::Waits => {}
                Progress::Reached(socket, _) => io.connected(socket),
                Progress::Failed(fault) => io.machine.connect_failed(&self.describe(&fault, &tried)),
            }
            io.set_remote(tried);
        }
        io.ready(Ready {
            read: signals.any(Signals::READ),
            write: signals.any(Signals::WRITE),
            hangup: signals.any(Signals::HANGUP),
            error: signals.any(Signals::ERROR),
        });
        if signals.any(Signals::WAKE) {
            io.machine.wake();
        }
        if signals.any(Signals::CLOSE) {
            io.machine.disconnect(lock(&self.order).take().as_ref());
            *dialling = None;
        }
    }

    /// Why the peer could not be reached: an address that was tried is told in numbers, a name as it was given.
    fn describe(&self, fault: &Fault, tried: &SocketAddress) -> String {
        match tried.numeric() {
            Some((host, port)) => {
                Fault { phrase: "on connect", ..fault.clone() }.describe(&format!("{host}:{port}"))
            }
            None => fault.describe(&self.text),
        }
    }

    pub(super) fn run(&self, subject: &Subject, task: &SubjectTask, signals: Signals) -> bool {
        self.note(subject.core(), task.key, signals);
        if self.first.get().is_null() {
            // SAFETY: the raw connection lives until its last batch is done, and the caller has the batch.
            self.first.set(unsafe { next_event(self.raw) });
        }
        !self.first.get().is_null()
    }

    pub(super) fn next(&self, subject: &Subject) -> *mut pn_event_t {
        let first = self.first.replace(null_mut());
        if !first.is_null() {
            return first;
        }
        // SAFETY: as in `run`.
        let event = unsafe { next_event(self.raw) };
        if !event.is_null() {
            return event;
        }
        let core = subject.core();
        let Some(task) = core.scheduler.find(subject.key) else { return null_mut() };
        let signals = task.absorb();
        if signals.is_none() {
            return null_mut();
        }
        self.note(core, subject.key, signals);
        // SAFETY: as in `run`.
        unsafe { next_event(self.raw) }
    }

    pub(super) fn done(&self, task: &SubjectTask) -> Left {
        let untouched = !self.first.get().is_null();
        // SAFETY: as in `run`.
        let Some(io) = (unsafe { io(self.raw) }) else { return Left::Gone };
        if untouched {
            return Left::Stays(Signals::MORE);
        }
        match io.batch_done() {
            raw_io::Left::End => Left::Gone,
            raw_io::Left::More => Left::Stays(Signals::MORE | task.absorb()),
            raw_io::Left::Nothing => Left::Stays(task.absorb()),
        }
    }

    /// The proactor disconnects; a condition is copied.
    ///
    /// # Safety
    /// `condition` is null or live.
    pub(super) unsafe fn order(&self, condition: *mut pn_condition_t) {
        // SAFETY: passed on from the caller.
        *lock(&self.order) = unsafe {
            on_condition(condition, None, |given| {
                let mut copy = Condition::default();
                copy.copy_from(given);
                Some(copy)
            })
        };
    }

    /// Ends everything; nothing of it is used any more.
    pub(super) fn end(&self) {
        lock(&self.dial).take();
        // SAFETY: as in `run`; nobody has the batch any more.
        if let Some(io) = unsafe { io(self.raw) } {
            io.close();
        }
        // SAFETY: the subject owned the raw connection.
        unsafe { free(self.raw) };
    }
}

/// What `task` is, if it is a raw connection.
fn raw_of(task: &SubjectTask) -> Option<&NetworkedRaw> {
    match &Arc::as_ref(task).subject.body {
        Body::Raw(raw) => Some(raw),
        _ => None,
    }
}
