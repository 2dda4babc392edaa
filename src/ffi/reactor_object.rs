//! What a reactor is, and its loop: which handler sees which event, when there is nothing left, and how it ends
//! (spec/legacy.md sections 2.2 and 2.3).
//!
//! The functions that C calls are in `reactor.rs`, input and output in `reactor_net.rs`. Handlers may do anything with
//! the reactor, so none of its fields is borrowed while one runs.

use std::ffi::{c_int, c_uint, c_void};
use std::os::fd::AsRawFd;
use std::ptr::null_mut;
use std::time::{SystemTime, UNIX_EPOCH};

use super::cid::names::pn_cid_t as cid;
use super::connection::pn_connection_attachments;
use super::error::pn_error_t;
use super::event::names::pn_event_type_t as events;
use super::event::{
    context_of, pn_collector_free, pn_collector_peek, pn_collector_pop, pn_collector_t, pn_event_attachments,
    pn_event_connection, pn_event_link, pn_event_session, pn_event_t, pn_event_type, pn_event_type_t, put,
};
use super::handler_object::{self, pn_handler_t};
use super::link::pn_link_attachments;
use super::object::pn_record_t;
use super::reactor_net::stop_listening;
use super::reactor_timer::{self, pn_task_t, pn_timer_t};
use super::selectable::{
    self, announce, pn_selectable, pn_selectable_attachments, pn_selectable_collect,
    pn_selectable_on_expired, pn_selectable_on_readable, pn_selectable_on_release,
    pn_selectable_set_deadline, pn_selectable_set_fd, pn_selectable_set_reading, pn_selectable_t,
    pn_selectable_terminate,
};
use super::session::pn_session_attachments;
use super::shell::pn_connection_t;
use super::types::pn_timestamp_t;
use crate::object::class::{OBJECT, WEAKREF};
use crate::object::list::{self, pn_list_t};
use crate::object::{ClassCell, decref, incref, new_object, ordinary_class, record};
use crate::sys::bell::Bell;
use crate::sys::clock;

/// A loop that shows events to handlers.
pub struct pn_reactor_t {
    pub(super) record: *mut pn_record_t,
    /// What objects of this reactor know it by.
    anchor: *mut Anchor,
    pub(super) collector: *mut pn_collector_t,
    pub(super) handler: *mut pn_handler_t,
    pub(super) global: *mut pn_handler_t,
    /// Connections and selectables that live.
    pub(super) children: *mut pn_list_t,
    pub(super) timer: *mut pn_timer_t,
    pub(super) error: pn_error_t,
    /// What waits for the timer and for wake-ups; held.
    pub(super) own: *mut pn_selectable_t,
    pub(super) bell: Bell,
    /// What the I/O handler waits for; held by one reference each.
    pub(super) watched: Vec<*mut pn_selectable_t>,
    previous: pn_event_type_t,
    /// Selectables that have not ended, the reactor's own among them.
    selectables: usize,
    clock: Clock,
    pub(super) now: pn_timestamp_t,
    /// Milliseconds that a wait may take; negative for any time.
    pub(super) timeout: c_int,
    pub(super) yielding: bool,
    pub(super) stopped: bool,
}

/// A clock that looks like the one on the wall and never jumps.
struct Clock {
    wall: pn_timestamp_t,
    start: u64,
}

impl Clock {
    fn new() -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        Self { wall: pn_timestamp_t::try_from(wall).unwrap_or_default(), start: clock::now() }
    }

    fn now(&self) -> pn_timestamp_t {
        self.wall.saturating_add_unsigned(clock::now() - self.start)
    }
}

static CLASS: ClassCell =
    ClassCell(ordinary_class::<pn_reactor_t>(c"pn_reactor", cid::CID_pn_reactor as c_int));

/// Makes a reactor with nothing to do; `global` passes to it. Null if there are no descriptors left.
pub(super) fn new(global: *mut pn_handler_t) -> *mut pn_reactor_t {
    let Ok(bell) = Bell::new() else {
        // SAFETY: the caller has passed its reference on.
        unsafe { decref(global) };
        return null_mut();
    };
    let collector = super::event::pn_collector();
    let clock = Clock::new();
    let reactor = pn_reactor_t {
        record: record::new(),
        anchor: new_object(&raw const ANCHOR.0, Anchor { reactor: null_mut() }),
        collector,
        handler: handler_object::new(None, 0, None),
        global,
        children: list::new(&raw const OBJECT.0, 0),
        timer: reactor_timer::new(collector),
        error: pn_error_t::new(),
        own: null_mut(),
        bell,
        watched: Vec::new(),
        previous: events::PN_EVENT_NONE as c_uint,
        selectables: 0,
        now: clock.now(),
        clock,
        timeout: 0,
        yielding: false,
        stopped: false,
    };
    let reactor = new_object(&raw const CLASS.0, reactor);
    // SAFETY: the reactor is fresh.
    let anchor = unsafe { (*reactor).anchor };
    // SAFETY: so is its anchor, and nobody else has it.
    unsafe { (*anchor).reactor = reactor };
    reactor
}

/// What objects of a reactor hold of it. They may outlive it, wherever they are kept: it is empty then.
pub(super) struct Anchor {
    reactor: *mut pn_reactor_t,
}

static ANCHOR: ClassCell = ClassCell(ordinary_class::<Anchor>(c"pn_anchor", cid::CID_pn_void as c_int));

impl Drop for pn_reactor_t {
    fn drop(&mut self) {
        self.disown();
        for selectable in std::mem::take(&mut self.watched) {
            // SAFETY: each was held for being watched.
            unsafe { decref(selectable) };
        }
        // SAFETY: the reactor held one reference to each of its parts; those it does not have are null.
        unsafe { decref(self.own) };
        // SAFETY: as above.
        unsafe { decref(self.anchor) };
        // SAFETY: as above.
        unsafe { decref(self.children) };
        // SAFETY: as above.
        unsafe { decref(self.timer) };
        // SAFETY: as above.
        unsafe { decref(self.handler) };
        // SAFETY: as above.
        unsafe { decref(self.global) };
        // SAFETY: as above. Whoever still has the collector gets nothing more from it.
        unsafe { pn_collector_free(self.collector) };
        // SAFETY: as above.
        unsafe { decref(self.record) };
    }
}

impl pn_reactor_t {
    /// Takes the time.
    pub(super) fn mark(&mut self) -> pn_timestamp_t {
        self.now = self.clock.now();
        self.now
    }

    /// The program may hold children for longer than the reactor lives: they belong to none then.
    fn disown(&self) {
        // SAFETY: the reactor holds its anchor, and nobody looks into it meanwhile.
        unsafe { (*self.anchor).reactor = null_mut() };
        // SAFETY: the reactor holds the list of its children.
        let children = unsafe { &*self.children };
        for place in 0..children.size() {
            let child = children.get(c_int::try_from(place).unwrap_or(c_int::MAX));
            // SAFETY: the list holds its elements.
            if unsafe { class_number(child) } == cid::CID_pn_selectable as c_uint {
                // SAFETY: as above; it is a selectable.
                unsafe { selectable::on(child.cast(), (), stop_listening) };
            }
        }
    }

    /// Whether there is something to wait for, besides the reactor's own selectable.
    fn has_more(&mut self) -> bool {
        // SAFETY: the reactor holds its timer.
        let tasks = unsafe { &mut *self.timer }.count();
        tasks > 0 || self.selectables > usize::from(!self.own.is_null())
    }
}

/// The number of the class of a live counted object.
unsafe fn class_number(object: *mut c_void) -> c_uint {
    // SAFETY: callers pass a live counted object.
    let class = unsafe { crate::object::class::object_reify(object) };
    // SAFETY: every object has a class.
    unsafe { (*class).cid }
}

/// Remembers in a record to which reactor its object belongs, without a reference to the reactor.
///
/// # Safety
/// `record` and `reactor` are live.
pub(super) unsafe fn belong(record: *mut pn_record_t, reactor: *mut pn_reactor_t) {
    // SAFETY: passed on from the caller.
    unsafe { &mut *record }.define(key(), &raw const OBJECT.0);
    // SAFETY: passed on from the caller.
    let anchor = unsafe { (*reactor).anchor };
    // SAFETY: passed on from the caller; the reactor holds its anchor.
    unsafe { record::set(record, key(), anchor.cast()) };
}

/// The reactor that an object belongs to, from its record; null for none.
///
/// # Safety
/// `record` is null or live.
pub(super) unsafe fn owner(record: *mut pn_record_t) -> *mut pn_reactor_t {
    // SAFETY: passed on from the caller.
    let anchor: *mut Anchor =
        unsafe { record.as_ref() }.map_or(null_mut(), |record| record.get(key())).cast();
    // SAFETY: the record holds the anchor.
    unsafe { anchor.as_ref() }.map_or(null_mut(), |anchor| anchor.reactor)
}

/// The key under which records name their reactor.
fn key() -> *const c_void {
    (&raw const CLASS).cast()
}

/// The key under which an event names the handler that its walk started with.
pub(super) fn root_key() -> *const c_void {
    (&raw const CLASS).cast::<u8>().wrapping_add(1).cast()
}

/// Where a reactor's events go.
///
/// # Safety
/// `reactor` is live.
pub(super) unsafe fn collector_of(reactor: *mut pn_reactor_t) -> *mut pn_collector_t {
    // SAFETY: passed on from the caller.
    unsafe { (*reactor).collector }
}

/// Adds a child to a reactor, or removes it.
///
/// # Safety
/// Both are live.
pub(super) unsafe fn add_child(reactor: *mut pn_reactor_t, child: *mut c_void) {
    // SAFETY: passed on from the caller.
    let children = unsafe { (*reactor).children };
    // SAFETY: the reactor holds the list, whose elements are counted objects.
    unsafe { list::add(children, child) };
}

/// As [`add_child`].
unsafe fn remove_child(reactor: *mut pn_reactor_t, child: *mut c_void) {
    // SAFETY: passed on from the caller.
    let children = unsafe { (*reactor).children };
    // SAFETY: the reactor holds the list; nothing of the object is used but its address.
    unsafe { list::remove(children, child) };
}

/// The reactor that a selectable belongs to, null for none.
///
/// # Safety
/// `selectable` is live.
pub(super) unsafe fn owner_of(selectable: *mut pn_selectable_t) -> *mut pn_reactor_t {
    // SAFETY: passed on from the caller.
    let record = unsafe { pn_selectable_attachments(selectable) };
    // SAFETY: the record is the selectable's.
    unsafe { owner(record) }
}

/// Puts an event about the reactor itself, and tells whether anybody will see it.
///
/// # Safety
/// `reactor` is live.
pub(super) unsafe fn post(reactor: *mut pn_reactor_t, event: events) -> bool {
    // SAFETY: passed on from the caller.
    let collector = unsafe { collector_of(reactor) };
    // SAFETY: a reactor holds its collector, and the class is its own.
    !unsafe { put(collector, &raw const CLASS.0, reactor.cast(), event as c_uint) }.is_null()
}

/// Makes a selectable of the reactor, which reports to it; the reactor holds it until it has ended.
///
/// # Safety
/// `reactor` is live.
pub(super) unsafe fn new_selectable(reactor: *mut pn_reactor_t) -> *mut pn_selectable_t {
    let selectable = pn_selectable();
    // SAFETY: passed on from the caller.
    let this = unsafe { &mut *reactor };
    this.selectables += 1;
    let (collector, children) = (this.collector, this.children);
    // SAFETY: the reactor holds its collector.
    unsafe { pn_selectable_collect(selectable, collector) };
    // SAFETY: the selectable is fresh.
    unsafe { pn_selectable_on_release(selectable, Some(leave)) };
    // SAFETY: as above.
    let record = unsafe { pn_selectable_attachments(selectable) };
    // SAFETY: the record belongs to the selectable.
    unsafe { belong(record, reactor) };
    // SAFETY: the reactor holds the list, whose elements are counted objects.
    unsafe { list::add(children, selectable.cast()) };
    // SAFETY: the reactor holds its collector.
    unsafe { announce(selectable, collector, events::PN_SELECTABLE_INIT) };
    // SAFETY: the list holds it now.
    unsafe { decref(selectable) };
    selectable
}

/// What the I/O handler calls when it has let go of a reactor's selectable: so does the reactor.
unsafe extern "C" fn leave(selectable: *mut pn_selectable_t) {
    // SAFETY: a callback gets a live selectable.
    let reactor = unsafe { owner_of(selectable) };
    if !reactor.is_null() {
        // SAFETY: a selectable is disowned before its reactor goes.
        unsafe { remove_child(reactor, selectable.cast()) };
    }
}

/// Tells that what a selectable waits for has changed, or once, that it has ended.
///
/// # Safety
/// Both are live.
pub(super) unsafe fn update(reactor: *mut pn_reactor_t, selectable: *mut pn_selectable_t) {
    let next = |this: &mut pn_selectable_t| {
        if this.finished {
            return None;
        }
        this.finished = this.is_terminal();
        Some(this.finished)
    };
    // SAFETY: passed on from the caller.
    let Some(ended) = (unsafe { selectable::on(selectable, None, next) }) else { return };
    // SAFETY: passed on from the caller.
    let this = unsafe { &mut *reactor };
    let event = if ended {
        this.selectables = this.selectables.saturating_sub(1);
        events::PN_SELECTABLE_FINAL
    } else {
        events::PN_SELECTABLE_UPDATED
    };
    // SAFETY: passed on from the caller; the reactor holds its collector.
    unsafe { announce(selectable, this.collector, event) };
}

/// The bell of a reactor, which other threads may ring.
///
/// # Safety
/// `reactor` is null or live.
pub(super) unsafe fn bell_of<'a>(reactor: *mut pn_reactor_t) -> Option<&'a Bell> {
    // SAFETY: passed on from the caller; the thread that runs the reactor never writes to this field.
    if reactor.is_null() { None } else { Some(unsafe { &(*reactor).bell }) }
}

/// Has a reactor begin: its first event, and its own selectable.
///
/// # Safety
/// `reactor` is live.
pub(super) unsafe fn start(reactor: *mut pn_reactor_t) {
    // SAFETY: passed on from the caller.
    unsafe { post(reactor, events::PN_REACTOR_INIT) };
    // SAFETY: as above.
    let own = unsafe { new_selectable(reactor) };
    // SAFETY: the reactor holds it; one reference is for its own use.
    unsafe { incref(own) };
    // SAFETY: passed on from the caller.
    let this = unsafe { &mut *reactor };
    let before = std::mem::replace(&mut this.own, own);
    let fd = this.bell.fd().as_raw_fd();
    // SAFETY: the reactor holds its timer.
    let deadline = unsafe { &mut *this.timer }.deadline();
    // SAFETY: the reactor held it, if it was started before.
    unsafe { decref(before) };
    // SAFETY: as above, here and below.
    unsafe { pn_selectable_set_fd(own, fd) };
    // SAFETY: as above.
    unsafe { pn_selectable_set_reading(own, true) };
    // SAFETY: as above.
    unsafe { pn_selectable_on_readable(own, Some(own_readable)) };
    // SAFETY: as above.
    unsafe { pn_selectable_on_expired(own, Some(own_expired)) };
    // SAFETY: as above.
    unsafe { pn_selectable_set_deadline(own, deadline) };
    // SAFETY: as above.
    unsafe { update(reactor, own) };
}

unsafe extern "C" fn own_readable(selectable: *mut pn_selectable_t) {
    // SAFETY: a callback gets a live selectable.
    let reactor = unsafe { owner_of(selectable) };
    // SAFETY: a selectable is disowned before its reactor goes.
    if let Some(bell) = unsafe { bell_of(reactor) } {
        bell.silence();
    }
    // SAFETY: as above.
    unsafe { own_expired(selectable) };
}

/// Time has passed: tasks may be due.
unsafe extern "C" fn own_expired(selectable: *mut pn_selectable_t) {
    // SAFETY: a callback gets a live selectable.
    let reactor = unsafe { owner_of(selectable) };
    if reactor.is_null() {
        return;
    }
    // SAFETY: a selectable is disowned before its reactor goes.
    let this = unsafe { &mut *reactor };
    let (timer, now) = (this.timer, this.now);
    // SAFETY: the reactor holds its timer.
    unsafe { reactor_timer::tick(timer, now) };
    // SAFETY: as above.
    unsafe { set_own_deadline(reactor) };
}

/// Has the reactor's own selectable wait for the first task.
unsafe fn set_own_deadline(reactor: *mut pn_reactor_t) {
    // SAFETY: callers pass a live reactor.
    let this = unsafe { &mut *reactor };
    // SAFETY: the reactor holds its timer.
    let deadline = unsafe { &mut *this.timer }.deadline();
    let own = this.own;
    if !own.is_null() {
        // SAFETY: the reactor holds its selectable.
        unsafe { pn_selectable_set_deadline(own, deadline) };
        // SAFETY: as above.
        unsafe { update(reactor, own) };
    }
}

/// Makes a task that is due in `delay` milliseconds.
///
/// # Safety
/// `reactor` is live, `handler` null or live.
pub(super) unsafe fn schedule(
    reactor: *mut pn_reactor_t,
    delay: c_int,
    handler: *mut pn_handler_t,
) -> *mut pn_task_t {
    // SAFETY: passed on from the caller.
    let this = unsafe { &mut *reactor };
    let deadline = this.now.saturating_add(pn_timestamp_t::from(delay));
    // SAFETY: the reactor holds its timer.
    let task = unsafe { &mut *this.timer }.schedule(deadline);
    // SAFETY: the timer holds the task.
    let record = unsafe { &mut *task }.attachments();
    // SAFETY: the record is the task's; the caller passes null or a live handler.
    unsafe { handler_object::attach(record, handler) };
    // SAFETY: as above.
    unsafe { belong(record, reactor) };
    // SAFETY: passed on from the caller.
    unsafe { set_own_deadline(reactor) };
    task
}

/// Whether nothing is queued, or nothing but that.
///
/// # Safety
/// `reactor` is live.
pub(super) unsafe fn quiesced(reactor: *mut pn_reactor_t) -> bool {
    // SAFETY: passed on from the caller; a reactor holds its collector.
    let collector = unsafe { (*reactor).collector };
    // SAFETY: as above.
    let event = unsafe { pn_collector_peek(collector) };
    if event.is_null() {
        return true;
    }
    // SAFETY: as above.
    let alone = !unsafe { super::event::pn_collector_more(collector) };
    // SAFETY: the event is at the head of the queue.
    alone && unsafe { pn_event_type(event) } == events::PN_REACTOR_QUIESCED as c_uint
}

/// Shows events to handlers until there is nothing left but to wait, which the I/O handler does, or until a handler
/// asks for a pause. False when nothing will ever happen again.
///
/// # Safety
/// `reactor` is live.
pub(super) unsafe fn process(reactor: *mut pn_reactor_t) -> bool {
    // SAFETY: passed on from the caller; a handler may let go of it.
    unsafe { incref(reactor) };
    // SAFETY: passed on from the caller.
    unsafe { (*reactor).mark() };
    // SAFETY: it is held.
    let goes_on = unsafe { go_on(reactor) };
    // SAFETY: the reference taken above.
    unsafe { decref(reactor) };
    goes_on
}

unsafe fn go_on(reactor: *mut pn_reactor_t) -> bool {
    let mut quiesced = false;
    loop {
        // SAFETY: the caller holds the reactor, and each borrow here lasts for a line.
        let collector = unsafe { collector_of(reactor) };
        // SAFETY: the reactor holds its collector.
        let event = unsafe { pn_collector_peek(collector) };
        if !event.is_null() {
            // SAFETY: as above.
            if std::mem::take(unsafe { &mut (*reactor).yielding }) {
                return true;
            }
            // SAFETY: as above.
            unsafe { handle(reactor, event) };
            continue;
        }
        // SAFETY: as above.
        let this = unsafe { &mut *reactor };
        if !this.stopped && this.has_more() {
            if std::mem::replace(&mut quiesced, true) {
                return true;
            }
            // SAFETY: as above. A reactor that has run has no use for events: it has nothing to wait for either.
            if !unsafe { post(reactor, events::PN_REACTOR_QUIESCED) } {
                return false;
            }
        } else if !this.own.is_null() {
            // SAFETY: as above.
            unsafe { end_own_selectable(reactor) };
        } else {
            if this.previous != events::PN_REACTOR_FINAL as c_uint {
                // SAFETY: as above.
                unsafe { post(reactor, events::PN_REACTOR_FINAL) };
            }
            return false;
        }
    }
}

unsafe fn end_own_selectable(reactor: *mut pn_reactor_t) {
    // SAFETY: the caller passes a live reactor.
    let own = std::mem::replace(unsafe { &mut (*reactor).own }, null_mut());
    // SAFETY: the reactor held it.
    unsafe { pn_selectable_terminate(own) };
    // SAFETY: as above.
    unsafe { update(reactor, own) };
    // SAFETY: as above.
    unsafe { decref(own) };
}

/// Shows all events that are queued to handlers, without waiting for more.
///
/// # Safety
/// `reactor` is live, and stays so whatever the handlers do.
pub(super) unsafe fn handle_all(reactor: *mut pn_reactor_t) {
    // SAFETY: passed on from the caller.
    let collector = unsafe { collector_of(reactor) };
    loop {
        // SAFETY: the reactor holds its collector.
        let event = unsafe { pn_collector_peek(collector) };
        if event.is_null() {
            return;
        }
        // SAFETY: passed on from the caller.
        unsafe { handle(reactor, event) };
    }
}

/// Shows the event at the head of the queue to its handlers, and drops it.
unsafe fn handle(reactor: *mut pn_reactor_t, event: *mut pn_event_t) {
    // SAFETY: the caller passes the event at the head of a live reactor's queue.
    unsafe { incref(event) };
    // SAFETY: as above.
    let kind = unsafe { pn_event_type(event) };
    // SAFETY: as above.
    let root = unsafe { handler_for(reactor, event) };
    // SAFETY: as above.
    unsafe { show(event, kind, root) };
    // SAFETY: as above; it may have been replaced by the handler before it.
    let global = unsafe { (*reactor).global };
    // SAFETY: as above.
    unsafe { show(event, kind, global) };
    if kind == events::PN_CONNECTION_FINAL as c_uint {
        // SAFETY: as above.
        let connection: *mut pn_connection_t = unsafe { context_of(event, cid::CID_pn_connection) };
        // SAFETY: as above; the event holds its context.
        unsafe { remove_child(reactor, connection.cast()) };
    }
    // SAFETY: as above.
    let this = unsafe { &mut *reactor };
    this.previous = kind;
    let collector = this.collector;
    // SAFETY: the reference taken above.
    unsafe { decref(event) };
    // SAFETY: the reactor holds its collector.
    unsafe { pn_collector_pop(collector) };
}

unsafe fn show(event: *mut pn_event_t, kind: pn_event_type_t, handler: *mut pn_handler_t) {
    if handler.is_null() {
        return;
    }
    // SAFETY: the caller passes a live event.
    let record = unsafe { pn_event_attachments(event) };
    // SAFETY: the record is the event's.
    unsafe { &mut *record }.define(root_key(), &raw const WEAKREF.0);
    // SAFETY: as above; the handler is held by the object or reactor that it was found with.
    unsafe { record::set(record, root_key(), handler.cast()) };
    // SAFETY: as above, and a walk holds what it visits.
    unsafe { handler_object::dispatch(handler, event, kind) };
}

/// The one handler that an event is for: that of the nearest object that has one.
unsafe fn handler_for(reactor: *mut pn_reactor_t, event: *mut pn_event_t) -> *mut pn_handler_t {
    // SAFETY: callers pass a live event; endpoints that an event gives are live, as is a null one's lack of a record.
    let link = unsafe { pn_event_link(event) };
    // SAFETY: as above.
    let session = unsafe { pn_event_session(event) };
    // SAFETY: as above.
    let connection = unsafe { pn_event_connection(event) };
    // SAFETY: as above.
    let of_link = || unsafe { pn_link_attachments(link) };
    // SAFETY: as above.
    let of_session = || unsafe { pn_session_attachments(session) };
    // SAFETY: as above.
    let of_connection = || unsafe { pn_connection_attachments(connection) };
    // SAFETY: as above.
    let of_context = || unsafe { record_of_context(event) };
    let records: [&dyn Fn() -> *mut pn_record_t; 4] = [&of_link, &of_session, &of_connection, &of_context];
    for record in records {
        // SAFETY: the record is null or that of a live object.
        let handler = unsafe { handler_object::attached(record()) };
        if !handler.is_null() {
            return handler;
        }
    }
    // SAFETY: callers pass a live reactor.
    unsafe { (*reactor).handler }
}

/// The record of the task or selectable that an event is about, else null.
unsafe fn record_of_context(event: *mut pn_event_t) -> *mut pn_record_t {
    // SAFETY: callers pass a live event, which holds its context.
    let task: *mut pn_task_t = unsafe { context_of(event, cid::CID_pn_task) };
    // SAFETY: as above.
    if let Some(task) = unsafe { task.as_mut() } {
        return task.attachments();
    }
    // SAFETY: as above.
    let selectable: *mut pn_selectable_t = unsafe { context_of(event, cid::CID_pn_selectable) };
    // SAFETY: as above; null has no record.
    unsafe { pn_selectable_attachments(selectable) }
}
