//! The collector: a queue of events, and the pool that event objects come from and return to.
//!
//! Queued events are small values. Whoever looks at one gets an object for it: the event that is taken, as a rule, so
//! one object serves them all. An event holds a reference to its context. It is dropped when it was popped, or when
//! the next one is taken, but a program may hold its object longer. When the last reference to that goes, the context
//! goes first, and then the object returns to the pool: the next one needed is the one dropped last. The pool is the
//! thread's, and so is the memory of a queue [at rest](rest), so a collector that has nothing to do has neither. In the
//! steady state nothing is allocated. Dropping a context can end an endpoint, which can end a connection, which can drop this
//! collector's last reference but one; no borrow of the collector is held while that happens.

use std::cell::{Cell, RefCell};
use std::ffi::{c_int, c_uint, c_void};
use std::ptr::null_mut;

use super::call;
use super::class::{ClassCell, number, object_incref, ordinary_class, pn_class_t};
use super::header::{header, new_object};
use super::record::{self, pn_record_t};
use super::string::pn_string_t;

/// A queue of events.
pub struct pn_collector_t {
    queue: Queue,
    /// The event last taken with `next`, held until the one after it.
    previous: *mut pn_event_t,
    released: bool,
}

/// An event that waits. It holds its context through its class, or its object does if it has one.
#[derive(Clone, Copy)]
struct Queued {
    kind: c_uint,
    class: *const pn_class_t,
    context: *mut c_void,
    let_go: LetGo,
    /// The object of an event that somebody has looked at, else null.
    event: *mut pn_event_t,
}

/// How the reference to a context is given back, which is not null.
pub(crate) type LetGo = unsafe fn(*const pn_class_t, *mut c_void);

/// The events that wait, in order.
#[derive(Default)]
struct Queue {
    events: Vec<Queued>,
    /// How many at the front have been taken; none if that is all there were.
    taken: usize,
}

impl Queue {
    fn len(&self) -> usize {
        self.events.len() - self.taken
    }

    fn get(&self, position: usize) -> Option<Queued> {
        self.events.get(self.taken + position).copied()
    }

    #[inline]
    fn push(&mut self, event: Queued) {
        if self.events.len() == self.events.capacity() {
            self.make_room();
        }
        self.events.push(event);
    }

    /// Moves what waits to the front if that gives enough room to be worth it.
    #[cold]
    fn make_room(&mut self) {
        if self.events.capacity() == 0 {
            self.events = POOL.try_with(|pool| pool.queue.take()).unwrap_or_default();
        } else if self.taken > self.events.len() / 2 {
            self.events.drain(..self.taken);
            self.taken = 0;
        }
    }

    /// Leaves the memory of an empty queue to the next one.
    fn rest(&mut self) {
        if self.events.is_empty() && (1..=LARGEST_QUEUE).contains(&self.events.capacity()) {
            let memory = std::mem::take(&mut self.events);
            let _ = POOL.try_with(|pool| pool.queue.set(memory));
        }
    }

    #[inline]
    fn pop(&mut self) -> Option<Queued> {
        let head = *self.events.get(self.taken)?;
        self.taken += 1;
        if self.taken == self.events.len() {
            self.events.clear();
            self.taken = 0;
        }
        Some(head)
    }
}

/// Something that happened to an object.
pub struct pn_event_t {
    kind: c_uint,
    class: *const pn_class_t,
    context: *mut c_void,
    let_go: LetGo,
    /// Made when first asked for, kept for the next use of the object.
    attachments: *mut pn_record_t,
}

/// What collectors of a thread need while they are at work.
struct Pool {
    /// Event objects that wait for their next use, each with the one reference it will start with.
    events: RefCell<Vec<*mut pn_event_t>>,
    /// The memory of a queue.
    queue: Cell<Vec<Queued>>,
}

thread_local! {
    static POOL: Pool = const { Pool { events: RefCell::new(Vec::new()), queue: Cell::new(Vec::new()) } };
}

/// A burst of events must not stay in memory for ever.
const LARGEST_POOL: usize = 1024;

/// A queue that has had room for more events than this gives its memory to nobody else.
const LARGEST_QUEUE: usize = 1024;

/// The class of collectors.
pub(crate) static CLASS: ClassCell = ClassCell(pn_class_t {
    finalize: Some(finalize),
    inspect: Some(inspect),
    ..ordinary_class::<pn_collector_t>(c"pn_collector", number::COLLECTOR)
});

/// The class of events.
pub(crate) static EVENT_CLASS: ClassCell = ClassCell(pn_class_t {
    finalize: Some(finalize_event),
    inspect: Some(inspect_event),
    ..ordinary_class::<pn_event_t>(c"pn_event", number::EVENT)
});

/// Makes an empty collector.
pub(crate) fn new() -> *mut pn_collector_t {
    let collector = pn_collector_t { queue: Queue::default(), previous: null_mut(), released: false };
    new_object(&raw const CLASS.0, collector)
}

impl pn_collector_t {
    /// The event at the head of the queue, null if there is none.
    pub(crate) fn peek(&mut self) -> *mut pn_event_t {
        let Some(head) = self.queue.events.get_mut(self.queue.taken) else { return null_mut() };
        if head.event.is_null() {
            head.event = object_for(*head);
        }
        head.event
    }

    /// The event last taken.
    pub(crate) fn previous(&self) -> *mut pn_event_t {
        self.previous
    }

    /// How many events are queued.
    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    /// Whether the event queued last is this one.
    #[inline]
    pub(crate) fn merges(&self, context: *mut c_void, kind: c_uint) -> bool {
        self.queue.events.last().is_some_and(|tail| tail.kind == kind && tail.context == context)
    }

    #[inline]
    fn refuses(&self, context: *mut c_void, kind: c_uint) -> bool {
        self.merges(context, kind) || self.released || context.is_null()
    }
}

impl pn_event_t {
    /// Which event it is.
    pub(crate) fn kind(&self) -> c_uint {
        self.kind
    }

    /// The class the context is held through.
    pub(crate) fn class(&self) -> *const pn_class_t {
        self.class
    }

    /// The object it happened to.
    pub(crate) fn context(&self) -> *mut c_void {
        self.context
    }

    /// The program's own data on this event.
    pub(crate) fn attachments(&mut self) -> *mut pn_record_t {
        if self.attachments.is_null() {
            self.attachments = record::new();
        }
        self.attachments
    }
}

/// Queues an event unless the tail of the queue is the same event already.
///
/// `class` is a real class; the event holds a reference to `context` through it. Null when it was merged, when
/// the collector is null or released, or when there is no context.
///
/// # Safety
/// `collector` is null or live; `context` is null or an object of `class`.
pub(crate) unsafe fn put(
    collector: *mut pn_collector_t,
    class: *const pn_class_t,
    context: *mut c_void,
    kind: c_uint,
) -> *mut pn_event_t {
    // SAFETY: passed on from the caller.
    let Some(this) = (unsafe { collector.as_mut() }) else { return null_mut() };
    if this.refuses(context, kind) {
        return null_mut();
    }
    let mut queued = Queued { kind, class, context, let_go: call::let_go, event: null_mut() };
    queued.event = object_for(queued);
    this.queue.push(queued);
    // SAFETY: passed on from the caller.
    unsafe { call::incref(class, context) };
    queued.event
}

/// As [`put`], for one who knows how a reference to the context is taken.
///
/// # Safety
/// As for [`put`]; `hold` takes a reference that `class` and `let_go` can give back.
#[inline]
pub(crate) unsafe fn put_held(
    collector: *mut pn_collector_t,
    class: *const pn_class_t,
    context: *mut c_void,
    kind: c_uint,
    let_go: LetGo,
    hold: impl FnOnce(),
) {
    // SAFETY: passed on from the caller.
    let Some(this) = (unsafe { collector.as_mut() }) else { return };
    if !this.refuses(context, kind) {
        this.queue.push(Queued { kind, class, context, let_go, event: null_mut() });
        hold();
    }
}

/// Drops the event taken before, takes the head of the queue, and lends it until the next call.
///
/// # Safety
/// `collector` is live; the same goes for the functions below.
#[inline(always)]
pub(crate) unsafe fn next(collector: *mut pn_collector_t) -> *mut pn_event_t {
    // SAFETY: passed on from the caller; the borrow ends before anything is dropped.
    let previous = unsafe { std::mem::replace(&mut (*collector).previous, null_mut()) };
    // SAFETY: the collector held this event, unless it is null.
    if previous.is_null() || !unsafe { drop_for_reuse(previous) } {
        // SAFETY: passed on from the caller.
        return unsafe { next_anew(collector) };
    }
    // SAFETY: passed on from the caller.
    let this = unsafe { &mut *collector };
    if this.previous.is_null() {
        match this.queue.pop() {
            Some(head) if head.event.is_null() => {
                // SAFETY: the object has been given up by all who held it.
                unsafe { (*previous).become_event(head) };
                this.previous = previous;
            }
            head => {
                this.previous = head.map_or(null_mut(), |head| head.event);
                // SAFETY: this is the one reference to an event without context: nothing else runs.
                unsafe { drop_event(previous) };
            }
        }
        return this.previous;
    }
    // SAFETY: this is the one reference to the object.
    unsafe { drop_event(previous) };
    // SAFETY: passed on from the caller.
    unsafe { next_anew(collector) }
}

/// As [`next`], where no object is left of the event before, or a program's code has taken an event meanwhile.
#[cold]
unsafe fn next_anew(collector: *mut pn_collector_t) -> *mut pn_event_t {
    loop {
        // SAFETY: passed on from the caller; the borrow ends before anything is dropped.
        let previous = unsafe { std::mem::replace(&mut (*collector).previous, null_mut()) };
        if previous.is_null() {
            break;
        }
        // SAFETY: the collector held this event.
        unsafe { drop_event(previous) };
    }
    // SAFETY: passed on from the caller.
    let this = unsafe { &mut *collector };
    this.previous = match this.queue.pop() {
        None => null_mut(),
        Some(head) if head.event.is_null() => object_for(head),
        Some(head) => head.event,
    };
    this.previous
}

/// Drops the head of the queue, and tells whether there was one.
///
/// # Safety
/// See [`next`].
pub(crate) unsafe fn pop(collector: *mut pn_collector_t) -> bool {
    // SAFETY: passed on from the caller; the borrow ends before anything is dropped.
    let Some(head) = (unsafe { (*collector).queue.pop() }) else { return false };
    if head.event.is_null() {
        // SAFETY: the queue held this reference, which is given back this way.
        unsafe { (head.let_go)(head.class, head.context) };
    } else {
        // SAFETY: the queue held this event.
        unsafe { drop_event(head.event) };
    }
    true
}

/// Drops everything queued, and the event last taken.
///
/// # Safety
/// See [`next`].
pub(crate) unsafe fn drain(collector: *mut pn_collector_t) {
    // SAFETY: passed on from the caller.
    while !unsafe { next(collector) }.is_null() {}
}

/// Drops everything queued and what the event last taken is about, so that nothing of it is held; the event itself
/// stays lent.
///
/// # Safety
/// See [`next`].
pub(crate) unsafe fn abandon(collector: *mut pn_collector_t) {
    // SAFETY: passed on from the caller.
    while unsafe { pop(collector) } {}
    // SAFETY: passed on from the caller.
    let previous = unsafe { (*collector).previous };
    if !previous.is_null() {
        // SAFETY: the collector holds this event.
        unsafe { drop_context(previous) };
    }
}

/// Nothing is going on: a queue that is empty gives its memory back.
///
/// # Safety
/// See [`next`].
pub(crate) unsafe fn rest(collector: *mut pn_collector_t) {
    // SAFETY: passed on from the caller.
    unsafe { (*collector).queue.rest() };
}

/// Drops everything and refuses further events.
///
/// # Safety
/// See [`next`].
pub(crate) unsafe fn release(collector: *mut pn_collector_t) {
    // SAFETY: passed on from the caller.
    unsafe { (*collector).released = true };
    // SAFETY: passed on from the caller.
    unsafe { drain(collector) };
}

/// Gives up the collector's reference to an event, or just its context if nobody else holds the event and nothing is
/// attached to it: the object may then serve the next one, and the caller has the reference.
///
/// # Safety
/// As for [`drop_event`], with an event that is not null.
#[inline(always)]
unsafe fn drop_for_reuse(event: *mut pn_event_t) -> bool {
    // SAFETY: passed on from the caller.
    let header = unsafe { header(event.cast()) };
    // SAFETY: a live object's header.
    let shared = unsafe { (*header).count } != 1;
    // SAFETY: passed on from the caller.
    let attached = unsafe { (*event).attachments };
    if shared || !attached.is_null() {
        // SAFETY: passed on from the caller.
        unsafe { drop_event(event) };
        return false;
    }
    // SAFETY: passed on from the caller.
    unsafe { drop_context(event) };
    // What ran meanwhile may have taken the event.
    // SAFETY: the caller's reference still keeps it.
    if unsafe { (*header).count } == 1 {
        return true;
    }
    // SAFETY: passed on from the caller.
    unsafe { drop_event(event) };
    false
}

/// Gives back what an event holds, if it has not been given back before.
///
/// # Safety
/// `event` is live.
#[inline(always)]
unsafe fn drop_context(event: *mut pn_event_t) {
    // SAFETY: passed on from the caller; the borrow ends before anything else runs.
    let this = unsafe { &mut *event };
    let (class, let_go) = (this.class, this.let_go);
    let context = std::mem::replace(&mut this.context, null_mut());
    if !context.is_null() {
        // SAFETY: the event held this reference, which is given back this way.
        unsafe { let_go(class, context) };
    }
}

/// Takes one reference from an event; null is tolerated.
///
/// What `call::decref` would do, without asking an event for its class.
///
/// # Safety
/// `event` is null or live, and the caller gives up a reference.
#[inline(never)]
unsafe fn drop_event(event: *mut pn_event_t) {
    if event.is_null() {
        return;
    }
    let object = event.cast::<c_void>();
    // SAFETY: passed on from the caller.
    let header = unsafe { header(object) };
    // SAFETY: a live object's header, read and written in single steps.
    unsafe { (*header).count -= 1 };
    // SAFETY: as above.
    if unsafe { (*header).count } > 0 {
        return;
    }
    // SAFETY: that was the last reference.
    unsafe { finalize_event(object) };
    // SAFETY: the finalizer leaves the header alone, but for the pool's reference.
    if unsafe { (*header).count } == 0 {
        // SAFETY: not pooled, so nobody holds it.
        unsafe { super::header::release(object) };
    }
}

unsafe extern "C" fn finalize(object: *mut c_void) {
    let collector = object.cast::<pn_collector_t>();
    // SAFETY: the slot belongs to collectors, and this is its end.
    unsafe { release(collector) };
    // SAFETY: as above; the next collector is likely to need as much.
    unsafe { rest(collector) };
    // SAFETY: nobody uses the collector any more.
    unsafe { collector.drop_in_place() };
}

/// Ends an event: the context goes, the object returns to the pool if there is room.
unsafe extern "C" fn finalize_event(object: *mut c_void) {
    let event = object.cast::<pn_event_t>();
    // SAFETY: the slot belongs to events, and nobody holds this one.
    unsafe { drop_context(event) };
    // SAFETY: as above.
    let attachments = unsafe { (*event).attachments };
    if !attachments.is_null() {
        // SAFETY: the record is live, held by the event.
        unsafe { record::clear(attachments) };
    }
    // While a thread ends it has no pool, and the object is just freed.
    if POOL.try_with(|pool| pool.keep(event)).unwrap_or(false) {
        // The pool's reference: it resurrects the object, so that its memory stays.
        // SAFETY: the event is live until its class frees it.
        unsafe { object_incref(object) };
        return;
    }
    // SAFETY: the event held its attachments; null is tolerated.
    unsafe { super::decref(attachments) };
}

impl pn_event_t {
    /// An object that stands for nothing begins to stand for an event, whose reference it takes over.
    fn become_event(&mut self, queued: Queued) {
        let Queued { kind, class, context, let_go, .. } = queued;
        (self.kind, self.class, self.context, self.let_go) = (kind, class, context, let_go);
    }
}

/// An object for a queued event, whose reference it takes over.
fn object_for(queued: Queued) -> *mut pn_event_t {
    let Queued { kind, class, context, let_go, .. } = queued;
    match POOL.try_with(|pool| pool.events.borrow_mut().pop()) {
        Ok(Some(event)) => {
            // SAFETY: a pooled event is live and held by nobody else.
            unsafe { (*event).become_event(queued) };
            event
        }
        _ => {
            let event = pn_event_t { kind, class, context, let_go, attachments: null_mut() };
            new_object(&raw const EVENT_CLASS.0, event)
        }
    }
}

impl Pool {
    /// Takes an event that nobody holds, if there is room.
    fn keep(&self, event: *mut pn_event_t) -> bool {
        let mut events = self.events.borrow_mut();
        let room = events.len() < LARGEST_POOL;
        if room {
            events.push(event);
        }
        room
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        for event in self.events.take() {
            // SAFETY: the pool held this event; with no pool left its end is final.
            unsafe { drop_event(event) };
        }
    }
}

unsafe extern "C" fn inspect_event(object: *mut c_void, dst: *mut pn_string_t) -> c_int {
    // SAFETY: the slot belongs to events.
    let event = unsafe { &*object.cast::<pn_event_t>() };
    let (kind, class, context) = (event.kind, event.class, event.context);
    // SAFETY: the event holds its context through this class; the string is passed on.
    unsafe { describe(kind, class, context, dst) }
}

/// Appends what an event looks like.
///
/// # Safety
/// `context` is null or a live object of `class`, `dst` a live string.
unsafe fn describe(
    kind: c_uint,
    class: *const pn_class_t,
    context: *mut c_void,
    dst: *mut pn_string_t,
) -> c_int {
    // SAFETY: the caller lends the string.
    let append = |text: &[u8]| unsafe { (*dst).append(text) };
    append(b"(");
    append(super::event_name::event_name(kind).to_bytes());
    if !context.is_null() {
        append(b", ");
        // SAFETY: passed on from the caller.
        let result = unsafe { call::inspect(class, context, dst) };
        if result != 0 {
            return result;
        }
    }
    append(b")");
    0
}

unsafe extern "C" fn inspect(object: *mut c_void, dst: *mut pn_string_t) -> c_int {
    let collector = object.cast::<pn_collector_t>();
    // SAFETY: the caller lends the string.
    let append = |text: &[u8]| unsafe { (*dst).append(text) };
    append(b"EVENTS[");
    let mut position = 0;
    // SAFETY: the slot belongs to collectors; the borrow ends with this step.
    while let Some(queued) = unsafe { (*collector).queue.get(position) } {
        if position > 0 {
            append(b", ");
        }
        // SAFETY: the queue holds the context; the string is passed on.
        let result = unsafe { describe(queued.kind, queued.class, queued.context, dst) };
        if result != 0 {
            return result;
        }
        position += 1;
    }
    append(b"]");
    0
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::multiple_unsafe_ops_per_block,
        clippy::undocumented_unsafe_blocks,
        reason = "a test owns every object it uses"
    )]

    use std::ptr::without_provenance_mut;

    use super::super::class::{OBJECT, VOID, object_refcount};
    use super::super::{decref, incref};
    use super::*;

    const VOID_CLASS: *const pn_class_t = &raw const VOID.0;

    fn context(n: usize) -> *mut c_void {
        without_provenance_mut(n)
    }

    fn count<T>(object: *mut T) -> c_int {
        unsafe { object_refcount(object.cast()) }
    }

    fn string() -> *mut pn_string_t {
        pn_string_t::new(Some(b"s")).into_object()
    }

    /// Gives back a reference, and does not tolerate that there is none.
    unsafe fn strict(_class: *const pn_class_t, object: *mut c_void) {
        assert!(!object.is_null());
        unsafe { decref(object) };
    }

    #[test]
    fn an_abandoned_collector_holds_no_context_and_still_lends_its_event() {
        let (collector, taken, queued) = (new(), string(), string());
        unsafe {
            let hold = || incref(taken.cast::<c_void>());
            put_held(collector, &raw const OBJECT.0, taken.cast(), 5, strict, hold);
            put(collector, &raw const OBJECT.0, queued.cast(), 6);
            let event = next(collector);
            abandon(collector);
            assert!(count(taken) == 1 && count(queued) == 1);
            assert!((*event).kind() == 5 && (*event).context().is_null());
            assert!(next(collector).is_null());
            decref(taken.cast::<c_void>());
            decref(queued.cast::<c_void>());
            decref(collector);
        }
    }

    #[test]
    fn only_the_tail_merges() {
        let collector = new();
        unsafe {
            let first = put(collector, VOID_CLASS, context(1), 5);
            assert!(put(collector, VOID_CLASS, context(1), 5).is_null());
            assert!(!put(collector, VOID_CLASS, context(2), 5).is_null(), "another context");
            assert!(!put(collector, VOID_CLASS, context(1), 5).is_null(), "not the tail");
            assert!(!put(collector, VOID_CLASS, context(1), 6).is_null(), "another type");
            assert_eq!((*collector).peek(), first);
            drain(collector);
            assert!(!put(collector, VOID_CLASS, context(1), 6).is_null());
            next(collector);
            assert!(
                !put(collector, VOID_CLASS, context(1), 6).is_null(),
                "an event taken is out of the queue"
            );
            assert!(put(collector, VOID_CLASS, null_mut(), 7).is_null());
            assert!(put(null_mut(), VOID_CLASS, context(1), 7).is_null());
            decref(collector);
        }
    }

    #[test]
    fn an_event_holds_its_context_until_the_next_is_taken() {
        let (collector, object) = (new(), string());
        unsafe {
            put(collector, &raw const OBJECT.0, object.cast(), 5);
            assert_eq!(count(object), 2);
            let event = next(collector);
            assert_eq!(((*event).context(), (*collector).previous()), (object.cast(), event));
            assert!(!pop(collector));
            assert_eq!((count(object), (*collector).previous()), (2, event));
            assert!(next(collector).is_null());
            assert_eq!(count(object), 1);
            assert!((*collector).previous().is_null());
            decref(collector);
            decref(object);
        }
    }

    #[test]
    fn the_event_dropped_last_is_used_next() {
        let collector = new();
        unsafe {
            let a = put(collector, VOID_CLASS, context(1), 5);
            let b = put(collector, VOID_CLASS, context(2), 5);
            let key = context(16);
            (*(*b).attachments()).define(key, VOID_CLASS);
            assert!(pop(collector) && pop(collector));
            assert_eq!(put(collector, VOID_CLASS, context(3), 6), b);
            assert_eq!(put(collector, VOID_CLASS, context(4), 6), a);
            assert_eq!(((*b).kind(), (*b).context()), (6, context(3)));
            assert!(!(*(*b).attachments()).has(key), "attachments do not pass on");
            decref(collector);
        }
    }

    #[test]
    fn an_event_the_program_holds_survives_its_collector() {
        let (collector, object) = (new(), string());
        unsafe {
            let event = put(collector, &raw const OBJECT.0, object.cast(), 5);
            incref(event);
            release(collector);
            assert!(put(collector, VOID_CLASS, context(1), 5).is_null());
            release(collector);
            decref(collector);
            assert_eq!(((*event).kind(), (*event).context(), count(object)), (5, object.cast(), 2));
            decref(event);
            assert_eq!(count(object), 1);
            decref(object);
        }
    }

    #[test]
    fn a_finalizer_may_take_an_event_itself() {
        unsafe extern "C" fn take(object: *mut c_void) {
            // SAFETY: the object holds its collector, which is live.
            unsafe { next(object.cast::<*mut pn_collector_t>().read()) };
        }
        let class = pn_class_t { finalize: Some(take), ..ordinary_class::<u8>(c"taker", 1000) };
        let (collector, object) = (new(), string());
        unsafe {
            let taker = super::super::class::object_new(&raw const class, size_of::<*mut pn_collector_t>());
            taker.cast::<*mut pn_collector_t>().write(collector);
            put(collector, &raw const class, taker, 1);
            put(collector, &raw const OBJECT.0, object.cast(), 2);
            put(collector, &raw const OBJECT.0, object.cast(), 3);
            decref(taker);
            next(collector);
            assert_eq!((*next(collector)).kind(), 3, "the event in between was taken by the finalizer");
            assert!(next(collector).is_null());
            assert_eq!(count(object), 1, "and dropped when its turn was over");
            decref(collector);
            decref(object);
        }
    }

    #[test]
    fn a_collector_at_rest_has_no_memory_and_the_next_one_at_work_has_it() {
        let (first, second) = (new(), new());
        let room = |collector: *mut pn_collector_t| unsafe { (*collector).queue.events.capacity() };
        unsafe {
            for n in 1..100 {
                put(first, VOID_CLASS, context(n), 5);
            }
            let had = room(first);
            rest(first);
            assert_eq!(room(first), had, "there are events");
            drain(first);
            rest(first);
            rest(second);
            assert_eq!((room(first), room(second)), (0, 0));
            put(second, VOID_CLASS, context(1), 5);
            put(first, VOID_CLASS, context(2), 5);
            assert_eq!(room(second), had);
            assert_eq!((*next(second)).context(), context(1));
            assert_eq!((*next(first)).context(), context(2));
            decref(first);
            decref(second);
        }
    }

    #[test]
    fn dropping_a_collector_drops_what_is_queued() {
        let (collector, object) = (new(), string());
        unsafe {
            for kind in 0..3 {
                put(collector, &raw const OBJECT.0, object.cast(), kind);
            }
            next(collector);
            (*(*collector).previous()).attachments();
            assert_eq!(count(object), 4);
            decref(collector);
            assert_eq!(count(object), 1);
            decref(object);
        }
    }

    #[test]
    fn a_collector_shows_its_events() {
        let (collector, mut text) = (new(), pn_string_t::new(None));
        unsafe {
            put(collector, VOID_CLASS, context(16), 5);
            put(collector, VOID_CLASS, context(16), 1000);
            call::inspect(&raw const OBJECT.0, collector.cast(), &raw mut text);
            assert_eq!(text.text(), Some(&b"EVENTS[(PN_CONNECTION_INIT, 0x10), (PN_UNKNOWN, 0x10)]"[..]));
            decref(collector);
        }
    }
}
