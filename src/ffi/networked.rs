//! A connection that a proactor drives: its socket on one side, its driver with the program's objects on the other.
//!
//! The driver belongs to the thread that has the batch. The input and output have a lock of their own, which other
//! threads take only to leave addresses that were looked up. What the bytes lead to may run the program's code (a log
//! sink, a SASL plug-in), which may come back here: such a call finds the lock taken and does nothing.

use std::cell::UnsafeCell;
use std::ffi::{CString, c_uint};
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::sync::{Arc, Mutex};

use super::boundary::on_transport;
use super::condition::{pn_condition_is_set, pn_condition_set_description, pn_condition_set_name};
use super::connection::pn_connection_open;
use super::connection_driver::{
    follow_first_event, pn_connection_driver_close, pn_connection_driver_destroy,
    pn_connection_driver_finished, pn_connection_driver_has_event, pn_connection_driver_init,
    pn_connection_driver_next_event, pn_connection_driver_read_close,
    pn_connection_driver_release_connection, pn_connection_driver_t, pn_connection_driver_write_buffer,
    pn_connection_driver_write_done,
};
use super::event::names::pn_event_type_t as Events;
use super::event::{pn_event_t, put};
use super::netaddr::pn_netaddr_t;
use super::proactor::pn_proactor_t;
use super::shell::{CONNECTION, pn_connection_t, pn_transport_t};
use super::subject::{Body, Core, Left, Order, Subject, SubjectTask, lock};
use super::transport::{
    on_driver, pn_transport_closed, pn_transport_condition, pn_transport_head_closed,
    pn_transport_set_server, pn_transport_tick,
};
use crate::object::collector;
use crate::proactor::connection::{ConnectionIo, Site, Wire};
use crate::proactor::scheduler::Task;
use crate::proactor::task::Signals;
use crate::sys::clock;
use crate::sys::poll::Interest;
use crate::sys::socket::Socket;
use crate::transport::Transport;

/// A connection that a proactor drives.
pub(super) struct Networked {
    driver: UnsafeCell<pn_connection_driver_t>,
    io: Mutex<ConnectionIo>,
    /// Where both ends are, as C was told last, if it has asked.
    addresses: UnsafeCell<Option<Box<[pn_netaddr_t; 2]>>>,
}

/// Which side of the connection this is, as far as its first steps differ.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// It is opened at once.
    Connects,
    /// The program opens it.
    Accepts,
}

/// Gives a connection to a proactor. Its task does not run before it has been begun, or signalled.
///
/// # Safety
/// `proactor` is live; `connection` and `transport` are null or live, and handed over.
pub(super) unsafe fn start(
    proactor: *mut pn_proactor_t,
    connection: *mut pn_connection_t,
    transport: *mut pn_transport_t,
    side: Side,
    io: ConnectionIo,
) -> SubjectTask {
    let mut driver = MaybeUninit::<pn_connection_driver_t>::uninit();
    // SAFETY: passed on from the caller.
    unsafe { pn_connection_driver_init(driver.as_mut_ptr(), connection, transport) };
    // SAFETY: that has set it up.
    let driver = unsafe { driver.assume_init() };
    let (connection, transport) = (driver.connection, driver.transport);
    // Proton: up to 0.37 frames had no limit, so that programs which take the bytes of a message at its first event got
    // all of them. The example broker still does; `cargo xtask test "C examples"` sends large messages through it.
    // SAFETY: the transport is live.
    unsafe { on_transport(transport, (), Transport::prefer_large_frames) };
    // SAFETY: as above.
    unsafe { on_transport(transport, (), Transport::prefer_large_writes) };
    if side == Side::Accepts {
        // SAFETY: the transport is live.
        unsafe { pn_transport_set_server(transport) };
    } else {
        // SAFETY: the connection is live.
        unsafe { pn_connection_open(connection) };
    }
    // SAFETY: passed on from the caller.
    let core = unsafe { &*proactor }.core();
    lock(&core.activity).begin();
    let networked =
        Networked { driver: UnsafeCell::new(driver), io: Mutex::new(io), addresses: UnsafeCell::new(None) };
    core.scheduler.add(|key| {
        // SAFETY: the connection is live, and no other thread has it yet.
        unsafe { &*connection }.seat.take(proactor, key);
        let body = Body::Connection(networked);
        Subject::new(proactor, key, body)
    })
}

/// The socket's place in the scheduler.
struct Place<'a> {
    core: &'a Core,
    task: &'a Task<Subject>,
}

impl Site for Place<'_> {
    fn watch(&self, socket: &Socket) -> io::Result<()> {
        self.core.scheduler.watch(self.task.key, socket.fd(), Interest::Both)
    }

    fn wake_at(&self, time: u64) {
        self.core.scheduler.wake_at(self.task, time);
    }
}

impl Networked {
    /// Begins input and output, in the thread that has started the connection.
    pub(super) fn begin(&self, core: &Core, task: &SubjectTask) {
        if lock(&self.io).begin(&Place { core, task }) {
            core.scheduler.signal(task, Signals::MORE);
        }
    }

    /// Has `f` leave something for the next run.
    pub(super) fn leave<R>(&self, f: impl FnOnce(&mut ConnectionIo) -> R) -> R {
        f(&mut lock(&self.io))
    }

    fn driver(&self) -> *mut pn_connection_driver_t {
        self.driver.get()
    }

    /// The connection; null once it was released.
    pub(super) fn connection(&self) -> *mut pn_connection_t {
        // SAFETY: the driver is set up as long as the subject is there.
        unsafe { (*self.driver()).connection }
    }

    pub(super) fn run(&self, subject: &Subject, task: &SubjectTask, signals: Signals) -> bool {
        let core = subject.core();
        let mut io = lock(&self.io);
        io.begin_run(core.scheduler.is_busy());
        io.note(signals);
        let place = Place { core, task };
        io.dial(&place);
        if io.waits_for_peer() {
            return false;
        }
        let mut wire = Line { networked: self, order: &subject.order };
        if !wire.has_events() {
            io.advance(&mut wire, &place);
        }
        wire.has_events()
    }

    pub(super) fn next(&self, subject: &Subject) -> *mut pn_event_t {
        if self.connection().is_null() {
            return null_mut();
        }
        // SAFETY: the caller has the batch, and with it the driver.
        let event = unsafe { pn_connection_driver_next_event(self.driver()) };
        if !event.is_null() {
            return event;
        }
        let core = subject.core();
        let Some(task) = core.scheduler.find(subject.key) else { return null_mut() };
        let mut io = lock(&self.io);
        io.note(task.absorb());
        io.advance(&mut Line { networked: self, order: &subject.order }, &Place { core, task: &task });
        drop(io);
        // SAFETY: as above.
        unsafe { pn_connection_driver_next_event(self.driver()) }
    }

    pub(super) fn done(&self, subject: &Subject, task: &SubjectTask) -> Left {
        if self.connection().is_null() {
            return Left::Gone;
        }
        // SAFETY: the caller has the batch, and with it the driver.
        unsafe { follow_first_event(self.driver()) };
        let mut io = lock(&self.io);
        io.note(task.absorb());
        if io.waits_for_peer() {
            return Left::Stays(if io.can_dial() { Signals::LOOKUP } else { Signals::NONE });
        }
        let mut wire = Line { networked: self, order: &subject.order };
        io.send(&mut wire);
        // SAFETY: the caller has the batch, and with it the driver.
        if unsafe { pn_connection_driver_finished(self.driver()) } {
            return Left::Gone;
        }
        if let Some(time) = wire.tick() {
            subject.core().scheduler.wake_at(task, time);
        }
        if wire.has_events() || io.has_more(&mut wire) {
            return Left::Stays(Signals::MORE);
        }
        wire.rest();
        Left::Stays(Signals::NONE)
    }

    /// Writes what there is to be said, in the middle of a batch.
    pub(super) fn flush(&self, subject: &Subject) {
        if let Ok(mut io) = self.io.try_lock() {
            io.send(&mut Line { networked: self, order: &subject.order });
        }
    }

    /// Takes the connection out, as new, and closes its socket.
    ///
    /// Nothing of the connection is held afterwards, as it may be another thread's before the batch is done.
    pub(super) fn release(&self) {
        // SAFETY: the caller has the batch, and with it the driver.
        let connection = unsafe { pn_connection_driver_release_connection(self.driver()) };
        // SAFETY: it was given back live, or there is none.
        if let Some(connection) = unsafe { connection.as_ref() } {
            connection.seat.leave();
        }
        // SAFETY: as above.
        let events = unsafe { (*self.driver()).collector };
        // SAFETY: the collector is the driver's own.
        unsafe { collector::abandon(events) };
        lock(&self.io).close();
    }

    /// Where both ends are now.
    pub(super) fn addresses(&self) -> *mut [pn_netaddr_t; 2] {
        // SAFETY: only the thread that has the batch comes here.
        let place = unsafe { &mut *self.addresses.get() };
        let nowhere = || Box::new([pn_netaddr_t::empty(), pn_netaddr_t::empty()]);
        let addresses = place.get_or_insert_with(nowhere);
        if let Ok(io) = self.io.try_lock() {
            let [local, remote] = &mut **addresses;
            local.learn(io.local_address());
            remote.learn(io.peer_address());
        }
        &raw mut **addresses
    }

    /// Ends everything; nothing of it is used any more.
    pub(super) fn end(&self) {
        lock(&self.io).close();
        // SAFETY: the connection is live as long as the driver has it.
        if let Some(connection) = unsafe { self.connection().as_ref() } {
            connection.seat.leave();
        }
        // SAFETY: nobody uses the driver any more.
        unsafe { pn_connection_driver_destroy(self.driver()) };
    }
}

/// The driver as input and output see it. Whoever makes one has the batch of the connection.
struct Line<'a> {
    networked: &'a Networked,
    order: &'a Order,
}

impl Line<'_> {
    fn driver(&self) -> *mut pn_connection_driver_t {
        self.networked.driver()
    }

    fn transport(&self) -> *mut pn_transport_t {
        // SAFETY: the driver is set up as long as the subject is there.
        unsafe { (*self.driver()).transport }
    }

    /// Nothing is going on: an idle connection has no memory to work in.
    fn rest(&self) {
        // SAFETY: the driver is set up as long as the subject is there.
        let events = unsafe { (*self.driver()).collector };
        // SAFETY: the driver's collector is live.
        unsafe { collector::rest(events) };
        // SAFETY: the driver's connection is null or live, and this thread's.
        if let Some(connection) = unsafe { self.networked.connection().as_mut() } {
            connection.engine.rest();
        }
    }
}

impl Wire for Line<'_> {
    fn has_events(&mut self) -> bool {
        // SAFETY: the driver is set up, and this thread's.
        if unsafe { pn_connection_driver_has_event(self.driver()) } {
            return true;
        }
        // Behind its first event a connection is bound, which is another event.
        // SAFETY: as above.
        let events = unsafe { (*self.driver()).collector };
        // SAFETY: the driver's collector is live.
        let last = unsafe { &*events }.previous();
        // SAFETY: the collector holds the event it gave out last.
        unsafe { last.as_ref() }.is_some_and(|event| event.kind() == Events::PN_CONNECTION_INIT as c_uint)
    }

    fn wants_input(&mut self) -> bool {
        // SAFETY: the driver's transport is live, and this thread's.
        unsafe { (*self.transport()).engine.wants_input() }
    }

    fn take_in(&mut self, memory: &mut Vec<u8>, n: usize) {
        let transport = self.transport();
        // SAFETY: as above.
        unsafe { on_driver(transport, (), |unit| unit.take_in(memory, n)) };
        // What a SASL plug-in had to be asked about before more could be read is read now.
        // SAFETY: as above.
        while unsafe { (*transport).engine.is_led_outside() } {
            // SAFETY: as above.
            let held = unsafe { (*transport).engine.held_input() };
            // SAFETY: as above.
            unsafe { on_driver(transport, (), |unit| unit.take_in(memory, 0)) };
            // SAFETY: as above.
            if unsafe { (*transport).engine.held_input() } == held {
                return;
            }
        }
    }

    fn end_input(&mut self) {
        // SAFETY: the driver is set up, and this thread's.
        unsafe { pn_connection_driver_read_close(self.driver()) };
    }

    fn give_out(&mut self, write: &mut dyn FnMut(&[IoSlice<'_>]) -> usize) {
        // SAFETY: the driver is set up, and this thread's.
        let waiting = unsafe { pn_connection_driver_write_buffer(self.driver()) };
        if waiting.size > 0 {
            let mut write_pieces = |wire: &mut Transport| {
                let mut pieces = [IoSlice::new(&[]); MOST_PIECES];
                let places = pieces.iter_mut().zip(wire.head_pieces());
                let count = places.map(|(place, piece)| *place = IoSlice::new(piece)).count();
                write(pieces.get(..count).unwrap_or_default())
            };
            // SAFETY: the driver's transport is live, and this thread's; the writing runs nothing of the program's.
            let n = unsafe { on_transport(self.transport(), 0, &mut write_pieces) };
            // SAFETY: the driver is set up, and this thread's.
            unsafe { pn_connection_driver_write_done(self.driver(), n) };
        }
    }

    fn store_unread(&mut self) {
        // SAFETY: the driver's transport is live, and this thread's.
        unsafe { on_driver(self.transport(), (), |unit| unit.store_unread()) };
    }

    fn output_ended(&mut self) -> bool {
        // SAFETY: the driver's transport is live, and this thread's.
        unsafe { pn_transport_head_closed(self.transport()) }
    }

    fn closed(&mut self) -> bool {
        // SAFETY: as above.
        unsafe { pn_transport_closed(self.transport()) }
    }

    fn fail(&mut self, description: &str) {
        // SAFETY: as above.
        let condition = unsafe { pn_transport_condition(self.transport()) };
        // SAFETY: the transport lends its condition.
        if !unsafe { pn_condition_is_set(condition) } {
            let text = CString::new(description).unwrap_or_default();
            // SAFETY: as above.
            unsafe { pn_condition_set_name(condition, c"proton:io".as_ptr()) };
            // SAFETY: as above.
            unsafe { pn_condition_set_description(condition, text.as_ptr()) };
        }
        // SAFETY: the driver is set up, and this thread's.
        unsafe { pn_connection_driver_close(self.driver()) };
    }

    fn disconnect(&mut self) {
        // SAFETY: the driver's transport is live.
        let condition = unsafe { pn_transport_condition(self.transport()) };
        // SAFETY: the transport lends its condition.
        unsafe { self.order.carry_out(condition) };
        // SAFETY: the driver is set up, and this thread's.
        unsafe { pn_connection_driver_close(self.driver()) };
    }

    fn wake(&mut self) {
        let (kind, connection) = (Events::PN_CONNECTION_WAKE as c_uint, self.networked.connection());
        // SAFETY: the driver is set up, and this thread's.
        let events = unsafe { (*self.driver()).collector };
        // SAFETY: the driver's objects are live.
        unsafe { put(events, &raw const CONNECTION.0, connection.cast(), kind) };
    }

    fn established(&mut self) {
        // SAFETY: the driver's transport is live, and this thread's.
        unsafe { (*self.transport()).engine.establish() };
    }

    fn tick(&mut self) -> Option<u64> {
        if self.closed() {
            return None;
        }
        // SAFETY: the driver's transport is live, and this thread's.
        let next = unsafe { pn_transport_tick(self.transport(), clock::now().cast_signed()) };
        u64::try_from(next).ok().filter(|&next| next > 0)
    }
}

/// The connection that a transport is driven with; none if no proactor does.
///
/// # Safety
/// `transport` is null or live.
pub(super) unsafe fn of_transport(transport: *mut pn_transport_t) -> Option<SubjectTask> {
    // SAFETY: passed on from the caller.
    let connection = unsafe { transport.as_ref() }?.connection;
    // SAFETY: a bound transport's connection is live.
    let (_, task) = unsafe { connection.as_ref() }?.seat.find()?;
    Some(task)
}

/// What `task` is, if it is a connection.
pub(super) fn connection_of(task: &SubjectTask) -> Option<&Networked> {
    match &Arc::as_ref(task).subject.body {
        Body::Connection(networked) => Some(networked),
        _ => None,
    }
}

/// How many pieces of output one call writes: as many large messages as are made at a time, and the small frames between.
const MOST_PIECES: usize = 64;
