//! The connection: the root that owns every endpoint and delivery in arenas, and the queues between them and the
//! wire.
//!
//! `changed` lists what the next output has to look at, so an output pass costs what has changed and not what
//! exists. `notices` lists what the application has to hear; the boundary takes them when its borrow has ended.

use super::arena::Arena;
use super::arrived::Arrived;
use super::chain::List;
use super::condition::Condition;
use super::delivery::Delivery;
use super::event::{Event, Notice, Subject};
use super::extras::Extras;
use super::few::Few;
use super::fifo::Fifo;
use super::link::Link;
use super::names::Names;
use super::pool::AtHand;
use super::rare::{Blank, Rare};
use super::session::Session;
use super::state::{EndpointState, Half};
use super::text::Text;
use super::work::Work;
use super::{DeliveryKey, LinkKey, Object, SessionKey};

/// A connection and everything in it.
#[derive(Default)]
pub(crate) struct Connection {
    pub(crate) sessions: Arena<Session>,
    pub(crate) links: Arena<Link>,
    pub(crate) deliveries: Arena<Delivery>,
    pub(crate) state: EndpointState,
    pub(crate) container: Option<Text>,
    pub(crate) hostname: Option<Text>,
    pub(crate) identity: Rare<Identity>,
    pub(crate) extras: Rare<Extras>,
    pub(crate) condition: Rare<Condition>,
    /// A transport is attached.
    pub(crate) bound: bool,
    /// Somebody collects events.
    pub(crate) collecting: bool,
    /// The transport's own max-frame-size while bound.
    pub(crate) max_frame_size: u32,
    /// The largest frame that the peer takes, once it has said so; 0 before.
    pub(crate) peer_max_frame_size: u32,
    /// Bytes of deliveries received and not read, over all links.
    pub(crate) buffered_bytes: usize,
    /// Deliveries that began without credit and are still here.
    pub(crate) uncredited: u32,
    /// How many deliveries have had to wait for credit or window.
    pub(crate) parked_so_far: u64,
    pub(crate) freed: bool,
    pub(crate) finalized: bool,
    pub(crate) changed: Changed,
    pub(super) session_order: List<Session>,
    pub(super) link_order: List<Link>,
    pub(crate) work: Work,
    pub(super) unfreed_sessions: usize,
    pub(super) names: Names,
    /// Parts of messages that have not been copied to their deliveries yet.
    pub(crate) arrived: Arrived,
    /// Buffers for the messages of deliveries.
    pub(crate) buffers: AtHand,
    /// Objects of deliveries that have gone, with something attached that has to go too.
    pub(super) attached: Vec<Object>,
    notices: Vec<Notice>,
    /// A transport event is due behind the notices.
    transport_news: bool,
    /// Notices, candidates or attached objects may wait for the boundary.
    pub(super) business: bool,
    /// One of the notices is about a delivery, which has to stay until that is told.
    pub(super) tells_of_deliveries: bool,
    candidates: Vec<Subject>,
}

/// Who a client says it is.
#[derive(Default)]
pub(crate) struct Identity {
    pub(crate) user: Option<Text>,
    pub(crate) authorization: Option<Text>,
    pub(crate) password: Option<Password>,
}

impl Blank for Identity {
    const BLANK: &'static Self = &Self { user: None, authorization: None, password: None };
}

/// What the next output has to look at, in the order of first change.
#[derive(Default)]
pub(crate) struct Changed {
    pub(crate) connection: bool,
    pub(crate) sessions: Few<SessionKey>,
    pub(crate) links: Few<LinkKey>,
    pub(crate) deliveries: Fifo<DeliveryKey>,
    /// Links whose parked deliveries may go on.
    pub(crate) resumed: Few<LinkKey>,
}

impl Changed {
    /// Lists a delivery, once.
    #[inline]
    pub(crate) fn add_delivery(&mut self, key: DeliveryKey, delivery: &mut Delivery) {
        if !delivery.changed {
            delivery.changed = true;
            self.deliveries.push_back(key);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.connection
            && self.sessions.is_empty()
            && self.links.is_empty()
            && self.deliveries.is_empty()
            && self.resumed.is_empty()
    }
}

/// A secret whose bytes are overwritten when it goes, followed by NUL.
pub(crate) struct Password(Vec<u8>);

impl Password {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        // Room for all at once: a vector that grows leaves a copy behind.
        let mut whole = Vec::with_capacity(bytes.len() + 1);
        whole.extend_from_slice(bytes);
        whole.push(0);
        Self(whole)
    }

    /// The start of the bytes and the NUL, valid while this `Password` lives.
    pub(crate) fn as_ptr(&self) -> *const std::ffi::c_char {
        self.0.as_ptr().cast()
    }

    /// The bytes without the NUL.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.split_last().map_or(&[], |(_, bytes)| bytes)
    }
}

impl From<Vec<u8>> for Password {
    fn from(bytes: Vec<u8>) -> Self {
        let kept = Self::new(&bytes);
        drop(Self(bytes));
        kept
    }
}

impl Drop for Password {
    fn drop(&mut self) {
        self.0.fill(0);
        std::hint::black_box(&mut self.0);
    }
}

impl Connection {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Queues an event, if anybody collects them. The same news twice in a row is told once.
    #[inline(never)]
    pub(crate) fn post(&mut self, event: Event, subject: Subject) {
        self.post_often(event, subject);
    }

    /// As [`Self::post`], for what happens with every message.
    #[inline]
    pub(crate) fn post_often(&mut self, event: Event, subject: Subject) {
        if !self.collecting {
            return;
        }
        if self.transport_news {
            self.queue_transport_news();
        }
        match self.notices.last() {
            Some(last) if last.event == event && last.subject == subject => {}
            _ => {
                self.notices.push(Notice { event, subject });
                self.business = true;
            }
        }
    }

    /// Something the wire has to hear of has changed.
    #[inline]
    pub(crate) fn modified(&mut self) {
        self.transport_news |= self.bound && self.collecting;
    }

    /// Puts news of the transport where they belong among the others.
    #[cold]
    fn queue_transport_news(&mut self) {
        if std::mem::take(&mut self.transport_news) {
            let notice = Notice { event: Event::Transport, subject: Subject::Transport };
            if self.notices.last() != Some(&notice) {
                self.notices.push(notice);
                self.business = true;
            }
        }
    }

    /// Hands out the queued events; their memory is for [`Self::notices_told`] to give back.
    #[inline]
    pub(crate) fn take_notices(&mut self) -> Vec<Notice> {
        self.queue_transport_news();
        self.tells_of_deliveries = false;
        std::mem::take(&mut self.notices)
    }

    /// These events have been told.
    #[inline]
    pub(crate) fn notices_told(&mut self, mut notices: Vec<Notice>) {
        if self.notices.capacity() == 0 {
            notices.clear();
            self.notices = notices;
        }
    }

    /// Nothing is going on: what only work needs is given back.
    pub(crate) fn rest(&mut self) {
        self.buffers.rest();
        if self.notices.is_empty() {
            self.notices = Vec::new();
        }
    }

    /// Takes the news that the transport has something to do, if that is all there is: by far the most frequent case.
    #[inline]
    pub(crate) fn take_sole_transport_news(&mut self) -> bool {
        if self.business || !self.transport_news {
            return false;
        }
        self.transport_news = false;
        true
    }

    /// Whether events or slots wait to be settled by the boundary.
    #[inline]
    pub(crate) const fn unsettled_business(&self) -> bool {
        self.business | self.transport_news
    }

    /// What there was has been seen to; tells whether that brought something new.
    pub(crate) fn business_goes_on(&mut self) -> bool {
        self.business = !self.notices.is_empty() || !self.candidates.is_empty() || !self.attached.is_empty();
        self.unsettled_business()
    }

    /// An object whose delivery has gone and that still has something attached.
    pub(crate) fn next_attached(&mut self) -> Option<Object> {
        self.attached.pop()
    }

    /// Notes that a slot may be free to go once the application has heard of everything.
    pub(crate) fn candidate(&mut self, subject: Subject) {
        self.candidates.push(subject);
        self.business = true;
    }

    pub(crate) fn next_candidate(&mut self) -> Option<Subject> {
        self.candidates.pop()
    }

    pub(crate) fn open(&mut self) {
        if self.state.set_local(Half::Active) {
            self.post(Event::ConnectionLocalOpen, Subject::Connection);
            self.changed.connection = true;
            self.modified();
        }
    }

    pub(crate) fn close(&mut self) {
        if self.state.set_local(Half::Closed) {
            self.post(Event::ConnectionLocalClose, Subject::Connection);
            self.changed.connection = true;
            self.modified();
        }
    }

    /// Makes the connection look as if it had never been opened; everything else stays.
    pub(crate) fn reset(&mut self) {
        self.state = EndpointState::default();
    }

    /// Whether a session limits what may come in.
    pub(crate) fn limits_windows(&self) -> bool {
        self.sessions.values().any(Session::limits_window)
    }

    /// The transport's frame limit, which turns byte limits of sessions into windows.
    pub(crate) fn set_max_frame_size(&mut self, size: u32) {
        self.max_frame_size = size;
        let mut next = self.session_head();
        while let Some(key) = next {
            self.sessions[key].max_frame_size = size;
            next = self.next_session(key);
        }
    }

    /// Starts collecting: every endpoint that exists is announced once more, in the order of creation.
    pub(crate) fn announce(&mut self) {
        self.collecting = true;
        self.post(Event::ConnectionInit, Subject::Connection);
        let mut next = self.session_head();
        while let Some(key) = next {
            self.post(Event::SessionInit, Subject::Session(key));
            self.announce_links(key);
            next = self.next_session(key);
        }
    }

    fn announce_links(&mut self, session: SessionKey) {
        let mut next = self.sessions[session].links.head();
        while let Some(key) = next {
            let link = &self.links[key];
            let (freed, after) = (link.freed, link.in_session.next());
            if !freed {
                self.post(Event::LinkInit, Subject::Link(key));
            }
            next = after;
        }
    }
}
