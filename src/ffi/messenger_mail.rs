//! Messages on their way through a messenger, what is known of them afterwards, and credit (spec/legacy.md sections 5.4
//! to 5.6).
//!
//! A tracker is a sequence number, counted for each direction. A window keeps what is known of the last ones; what
//! leaves it is settled and forgotten.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::{c_int, c_uint};

use super::messenger::names::pn_status_t as Status;
use super::messenger::{PN_CUMULATIVE, pn_tracker_t};
use super::messenger_handles::{Delivery, Link};
use super::messenger_object::{LinkEntry, pn_messenger_t, pn_subscription_t};
use super::shell::{pn_connection_t, pn_link_t};
use crate::engine::disposition::{ACCEPTED, MODIFIED, REJECTED, RELEASED};
use crate::sys::clock;

/// What tells the trackers of received messages from those of sent ones.
const INCOMING: pn_tracker_t = 0x1000_0000_0000_0000;

/// Messages that were put.
#[derive(Default)]
pub(super) struct Outgoing {
    next: pn_tracker_t,
    pub(super) window: c_int,
    known: BTreeMap<pn_tracker_t, Sent>,
}

struct Sent {
    delivery: Option<Delivery>,
    connection: *mut pn_connection_t,
    aborted: bool,
}

/// Messages that have arrived.
#[derive(Default)]
pub(super) struct Incoming {
    next: pn_tracker_t,
    pub(super) window: c_int,
    pub(super) waiting: VecDeque<Arrived>,
    known: BTreeMap<pn_tracker_t, Delivery>,
    pub(super) subscription: Option<*mut pn_subscription_t>,
}

/// A message that nobody has got yet.
pub(super) struct Arrived {
    pub(super) bytes: Vec<u8>,
    delivery: Delivery,
    subscription: *mut pn_subscription_t,
}

/// How much may arrive.
#[derive(Default)]
pub(super) struct Credit {
    mode: Mode,
    /// Not given to any link yet.
    spare: c_int,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Mode {
    /// As much as was asked for.
    #[default]
    Explicit,
    /// As much as there is room for.
    Automatic,
    /// What the program gives to links itself.
    Manual,
}

/// What a receiver gets, and what may wait for each, where credit is automatic.
const BATCH: c_int = 1024;

/// How long a link may be without credit while others have it, before it is taken from them, in milliseconds.
const PATIENCE: u64 = 250;

/// A share of this part of its due is little enough to be topped up.
const LITTLE: c_int = 5;

/// What an outcome is as a status.
fn status_of(state: u64) -> Option<Status> {
    Some(match state {
        ACCEPTED => Status::PN_STATUS_ACCEPTED,
        REJECTED => Status::PN_STATUS_REJECTED,
        RELEASED => Status::PN_STATUS_RELEASED,
        MODIFIED => Status::PN_STATUS_MODIFIED,
        _ => return None,
    })
}

fn status_of_delivery(delivery: &Delivery) -> Status {
    let unknown = if delivery.settled() { Status::PN_STATUS_SETTLED } else { Status::PN_STATUS_PENDING };
    let local = if delivery.settled() { status_of(delivery.local_state()) } else { None };
    status_of(delivery.remote_state()).or(local).unwrap_or(unknown)
}

impl Sent {
    /// The receiver has said what became of it, or nobody ever will.
    fn is_determined(&self) -> bool {
        let delivery = self.delivery.as_ref();
        self.aborted
            || delivery
                .is_none_or(|delivery| delivery.settled() || status_of(delivery.remote_state()).is_some())
    }
}

/// Whether a tracker has left a window.
fn has_left(tracker: pn_tracker_t, next: pn_tracker_t, window: c_int) -> bool {
    next.saturating_sub(tracker) > pn_tracker_t::from(window.max(0))
}

impl Outgoing {
    /// Gives the next message its tracker.
    pub(super) fn track(&mut self) -> pn_tracker_t {
        let tracker = self.next;
        self.next += 1;
        self.known.insert(tracker, Sent { delivery: None, connection: std::ptr::null_mut(), aborted: false });
        self.slide();
        tracker
    }

    /// A message was handed to a link.
    pub(super) fn sent(&mut self, tracker: pn_tracker_t, delivery: Delivery, link: &Link) {
        match self.known.get_mut(&tracker) {
            Some(sent) => {
                sent.connection = link.connection();
                sent.delivery = Some(delivery);
            }
            // Nobody wants to know what becomes of it.
            None => delivery.settle(),
        }
    }

    /// A message could not be handed to anybody.
    pub(super) fn abort(&mut self, tracker: pn_tracker_t) {
        if let Some(sent) = self.known.get_mut(&tracker) {
            sent.aborted = true;
        }
    }

    /// A connection is gone: what its peer has not judged, it never will.
    pub(super) fn lose(&mut self, connection: *mut pn_connection_t) {
        for sent in self.known.values_mut().filter(|sent| sent.connection == connection) {
            if !sent.is_determined() {
                sent.aborted = true;
                sent.delivery = None;
            }
        }
    }

    pub(super) fn set_window(&mut self, window: c_int) {
        self.window = window;
        self.slide();
    }

    fn slide(&mut self) {
        while let Some(first) = self.known.first_entry() {
            if !has_left(*first.key(), self.next, self.window) {
                return;
            }
            if let Some(delivery) = first.remove().delivery {
                delivery.settle();
            }
        }
    }

    fn undetermined(&self) -> usize {
        self.known.values().filter(|sent| !sent.is_determined()).count()
    }

    /// The tracker of the message that was put last, -1 before there was one.
    pub(super) const fn latest(&self) -> pn_tracker_t {
        self.next - 1
    }
}

impl Incoming {
    /// A message has arrived whole.
    pub(super) fn arrive(
        &mut self,
        bytes: Vec<u8>,
        delivery: Delivery,
        subscription: *mut pn_subscription_t,
    ) {
        self.waiting.push_back(Arrived { bytes, delivery, subscription });
    }

    /// Takes the oldest message, which gets its tracker.
    pub(super) fn take(&mut self) -> Option<Vec<u8>> {
        let arrived = self.waiting.pop_front()?;
        self.known.insert(self.next, arrived.delivery);
        self.next += 1;
        self.subscription = Some(arrived.subscription).filter(|subscription| !subscription.is_null());
        self.slide();
        Some(arrived.bytes)
    }

    pub(super) fn set_window(&mut self, window: c_int) {
        self.window = window;
        self.slide();
    }

    fn slide(&mut self) {
        while let Some(first) = self.known.first_entry() {
            if !has_left(*first.key(), self.next, self.window) {
                return;
            }
            first.remove().settle();
        }
    }

    /// The tracker of the message that was taken last.
    pub(super) const fn latest(&self) -> pn_tracker_t {
        if self.next == 0 { -1 } else { INCOMING | (self.next - 1) }
    }

    /// What is known of messages up to `last`, or of that one alone.
    fn chosen(&self, last: pn_tracker_t, cumulative: bool) -> Vec<pn_tracker_t> {
        let first = if cumulative { 0 } else { last };
        if last < first {
            Vec::new()
        } else {
            self.known.range(first..=last).map(|(&tracker, _)| tracker).collect()
        }
    }
}

/// Whether a tracker is that of a received message, and its number.
fn direction(tracker: pn_tracker_t) -> (bool, pn_tracker_t) {
    (tracker & INCOMING != 0, tracker & !INCOMING)
}

impl pn_messenger_t {
    /// What is known of a message's fate.
    pub(super) fn status(&self, tracker: pn_tracker_t) -> c_uint {
        let status = match direction(tracker) {
            (true, number) => self.incoming.known.get(&number).map(status_of_delivery),
            (false, number) => self.outgoing.known.get(&number).map(|sent| match &sent.delivery {
                _ if sent.aborted => Status::PN_STATUS_ABORTED,
                Some(delivery) => status_of_delivery(delivery),
                None => Status::PN_STATUS_UNKNOWN,
            }),
        };
        status.unwrap_or(Status::PN_STATUS_UNKNOWN) as c_uint
    }

    /// The delivery of a message, while it is known.
    pub(super) fn delivery(&self, tracker: pn_tracker_t) -> Option<&Delivery> {
        match direction(tracker) {
            (true, number) => self.incoming.known.get(&number),
            (false, number) => self.outgoing.known.get(&number)?.delivery.as_ref(),
        }
    }

    /// Whether a message has not been written to the network yet.
    pub(super) fn is_buffered(&self, tracker: pn_tracker_t) -> bool {
        match direction(tracker) {
            (true, _) => false,
            (false, number) => self.outgoing.known.get(&number).is_some_and(|sent| {
                !sent.aborted && sent.delivery.as_ref().is_none_or(|delivery| delivery.buffered())
            }),
        }
    }

    /// Gives received messages an outcome, where they have none yet.
    pub(super) fn judge(&mut self, tracker: pn_tracker_t, flags: c_int, outcome: u64) -> c_int {
        let (true, number) = direction(tracker) else {
            return self.fail(super::error::PN_ARG_ERR, "invalid tracker, incoming tracker required");
        };
        for chosen in self.incoming.chosen(number, flags & PN_CUMULATIVE != 0) {
            if let Some(delivery) = self.incoming.known.get(&chosen).filter(|d| d.local_state() == 0) {
                delivery.update(outcome);
            }
        }
        0
    }

    /// Settles messages and forgets them. One without an outcome of its own gets its peer's.
    pub(super) fn settle(&mut self, tracker: pn_tracker_t, flags: c_int) {
        let settle = |delivery: &Delivery| {
            if delivery.local_state() == 0 && delivery.remote_state() != 0 {
                delivery.update(delivery.remote_state());
            }
            delivery.settle();
        };
        let cumulative = flags & PN_CUMULATIVE != 0;
        let (incoming, number) = direction(tracker);
        if incoming {
            for chosen in self.incoming.chosen(number, cumulative) {
                self.incoming.known.remove(&chosen).iter().for_each(settle);
            }
            return;
        }
        let first = if cumulative { 0 } else { number };
        let known = &mut self.outgoing.known;
        let chosen: Vec<_> =
            if number < first { Vec::new() } else { known.range(first..=number).map(|(&t, _)| t).collect() };
        for chosen in chosen {
            known.remove(&chosen).and_then(|sent| sent.delivery).iter().for_each(settle);
        }
    }

    /// The receiver of a sent message has said something: we say the same, so that it can settle.
    pub(super) fn hear_outcome(&self, delivery: &Delivery) {
        let state = delivery.remote_state();
        if state != 0 && !delivery.settled() && delivery.local_state() == 0 {
            delivery.update(state);
        }
        delivery.clear();
    }

    /// A delivery has something to read. A message counts when all of it is there.
    pub(super) fn hear_delivery(&mut self, link: *mut pn_link_t, delivery: Delivery) {
        let Some(entry) = self.entry(link) else { return };
        if !delivery.readable() || delivery.partial() {
            return;
        }
        let subscription = entry.subscription;
        let bytes = entry.link.receive(delivery.pending());
        entry.link.advance();
        self.incoming.arrive(bytes, delivery, subscription);
    }

    /// Messages that were put and have not left.
    pub(super) fn outgoing_count(&self) -> c_int {
        self.links.iter().filter(|entry| entry.link.is_sender()).map(|entry| entry.link.queued()).sum()
    }

    /// Messages that were put and of which nobody knows what becomes of them.
    pub(super) fn undetermined(&self) -> c_int {
        let tracked = c_int::try_from(self.outgoing.undetermined()).unwrap_or(c_int::MAX);
        let unwritten = c_int::from(self.has_unwritten());
        self.outgoing_count().max(tracked).max(unwritten)
    }

    /// Messages that have arrived.
    pub(super) fn incoming_count(&self) -> c_int {
        let queued: c_int = self.receivers().map(|entry| entry.link.queued()).sum();
        queued.saturating_add(c_int::try_from(self.incoming.waiting.len()).unwrap_or(c_int::MAX))
    }

    fn receivers(&self) -> impl Iterator<Item = &LinkEntry> {
        self.links.iter().filter(|entry| !entry.link.is_sender())
    }

    /// How much may still arrive.
    pub(super) fn receiving(&self) -> c_int {
        self.credit.spare.saturating_add(self.given())
    }

    /// Credit that links have.
    fn given(&self) -> c_int {
        self.receivers().map(|entry| entry.link.remote_credit()).sum()
    }

    /// Says how much may arrive: a number, -1 for what there is room for, -2 for what the program gives itself.
    pub(super) fn set_credit(&mut self, limit: c_int) {
        self.credit.mode = match limit {
            -1 => Mode::Automatic,
            i32::MIN..=-2 => Mode::Manual,
            _ => Mode::Explicit,
        };
        self.credit.spare = match self.credit.mode {
            Mode::Explicit => limit.saturating_sub(self.given()).max(0),
            Mode::Automatic | Mode::Manual => 0,
        };
    }

    /// Gives credit to receivers in equal shares, and has it given back where others wait for it. Tells whether any
    /// was moved.
    pub(super) fn distribute_credit(&mut self) -> bool {
        let receivers = c_int::try_from(self.receivers().count()).unwrap_or(c_int::MAX);
        if receivers == 0 || self.credit.mode == Mode::Manual {
            return false;
        }
        self.take_back_drained();
        if self.credit.mode == Mode::Automatic {
            let most = receivers.saturating_mul(BATCH);
            self.credit.spare =
                most.saturating_sub(self.incoming_count()).saturating_sub(self.given()).max(0);
        }
        let share = (self.receiving() / receivers).max(1);
        let mut moved = false;
        let takes = |entry: &&mut LinkEntry| !entry.link.is_sender() && !entry.draining;
        let mut takers: Vec<&mut LinkEntry> = self.links.iter_mut().filter(takes).collect();
        // Who has waited longest comes first, else what was taken back for it would go where it came from.
        takers.sort_by_key(|entry| entry.dry_since.unwrap_or(u64::MAX));
        for entry in takers {
            let has = entry.link.remote_credit();
            let more = share.saturating_sub(has).min(self.credit.spare);
            if has < (share / LITTLE).max(1) && more > 0 {
                entry.link.flow(more);
                self.credit.spare -= more;
                moved = true;
            }
            let dry = entry.link.remote_credit() <= 0;
            entry.dry_since = if dry { entry.dry_since.or_else(|| Some(clock::now())) } else { None };
        }
        self.drain_for_the_dry();
        moved
    }

    fn take_back_drained(&mut self) {
        for entry in self.links.iter_mut().filter(|entry| entry.draining) {
            if entry.link.remote_credit() <= 0 {
                entry.link.set_drain(false);
                entry.draining = false;
            }
            if self.credit.mode == Mode::Explicit {
                self.credit.spare = self.credit.spare.saturating_add(entry.link.drained());
            }
        }
    }

    /// Has others give their credit back when a link has waited long enough for some.
    fn drain_for_the_dry(&mut self) {
        if self.drain_deadline().is_none_or(|deadline| deadline > clock::now()) {
            return;
        }
        for entry in self.links.iter_mut().filter(|entry| !entry.link.is_sender()) {
            if entry.link.remote_credit() > 0 {
                entry.link.set_drain(true);
                entry.draining = true;
            }
        }
    }

    /// When credit is to be taken back from some links for others, by the clock.
    pub(super) fn drain_deadline(&self) -> Option<u64> {
        let scarce = self.credit.spare == 0 && self.credit.mode == Mode::Explicit;
        let others = self.receivers().any(|entry| entry.link.remote_credit() > 0 && !entry.draining);
        let dry = self.receivers().filter_map(|entry| entry.dry_since).min()?;
        (scarce && others).then(|| dry + PATIENCE)
    }
}
