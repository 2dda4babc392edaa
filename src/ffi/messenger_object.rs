//! What a messenger is, and how it works and waits (spec/legacy.md section 5).
//!
//! A messenger is a program of its own on top of a reactor: it opens connections and links for addresses, and its
//! handler (`messenger_net`) answers what comes. Messages, trackers and credit are in `messenger_mail`; the functions
//! that C calls in `messenger.rs`. The handler runs while events are shown, so nothing of a messenger is borrowed then:
//! [`pump`] and what calls it take a pointer.

use std::ffi::{CStr, CString, c_int, c_uint, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::{PN_ERR, PN_INPROGRESS, PN_INTR, PN_STATE_ERR, PN_TIMEOUT, pn_error_t};
use super::event::{pn_event_t, pn_event_type_t};
use super::handler_object::{self, pn_handler_t};
use super::handlers::wait_for;
use super::messenger_handles::{Connection, Held, Link};
use super::messenger_mail::{Credit, Incoming, Outgoing};
use super::reactor::{pn_reactor, pn_reactor_free, pn_reactor_set_handler, pn_reactor_start, pn_reactor_t};
use super::reactor_object::{bell_of, handle_all};
use super::selectable::pn_selectable_t;
use super::shell::{pn_connection_t, pn_link_t};
use super::ssl::pn_ssl_domain_t;
use super::transport::pn_tracer_t;
use crate::engine::{Password, Text};
use crate::legacy::pattern::Rules;
use crate::sys::clock;

use uuid::Uuid;

/// Sends and receives messages by address.
pub struct pn_messenger_t {
    pub(super) name: CString,
    pub(super) reactor: *mut pn_reactor_t,
    pub(super) error: pn_error_t,
    pub(super) timeout: c_int,
    pub(super) blocking: bool,
    pub(super) passive: bool,
    pub(super) flags: c_int,
    pub(super) certificate: Option<Text>,
    pub(super) private_key: Option<Text>,
    pub(super) password: Option<Password>,
    pub(super) trusted: Option<Text>,
    pub(super) peer_mode: c_uint,
    pub(super) sender_mode: Option<c_uint>,
    pub(super) receiver_mode: c_uint,
    pub(super) tracer: pn_tracer_t,
    pub(super) routes: Rules,
    pub(super) rewrites: Rules,
    pub(super) listeners: Vec<Listener>,
    pub(super) peers: Vec<Peer>,
    pub(super) links: Vec<LinkEntry>,
    /// Each where it was made.
    #[allow(clippy::vec_box, reason = "programs keep pointers to them")]
    pub(super) subscriptions: Vec<Box<pn_subscription_t>>,
    pub(super) outgoing: Outgoing,
    pub(super) incoming: Incoming,
    pub(super) credit: Credit,
    /// Set by any thread.
    interrupted: AtomicBool,
    /// Of listeners that were closed: their connections may still use them.
    pub(super) domains: Vec<*mut pn_ssl_domain_t>,
    /// Connections that have failed, with the reason.
    pub(super) lost: Vec<(Place, String)>,
    /// What a program that waits by itself was told of, each held once for it.
    pub(super) told: Vec<*mut pn_selectable_t>,
}

/// A source of messages that a program has asked for.
pub struct pn_subscription_t {
    pub(super) messenger: *mut pn_messenger_t,
    pub(super) context: *mut c_void,
    pub(super) address: Option<CString>,
    pub(super) scheme: Option<String>,
    pub(super) host: String,
    pub(super) port: Option<String>,
}

/// Where peers are awaited.
pub(super) struct Listener {
    pub(super) acceptor: Held<pn_selectable_t>,
    pub(super) subscription: *mut pn_subscription_t,
    pub(super) domain: *mut pn_ssl_domain_t,
}

/// The parts of an address that name a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) scheme: Option<String>,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) host: String,
    pub(super) port: Option<String>,
}

/// A connection.
pub(super) struct Peer {
    pub(super) place: Place,
    pub(super) connection: Connection,
    /// The subscription of the listener it came from.
    pub(super) subscription: *mut pn_subscription_t,
    /// Why it could not be made or went.
    pub(super) failure: Option<String>,
    /// Where the peer has sent us, host and port.
    pub(super) redirect: Option<(CString, CString)>,
    /// How often we were sent on.
    pub(super) hops: u8,
}

/// A link that messages go through.
pub(super) struct LinkEntry {
    pub(super) link: Link,
    pub(super) connection: *mut pn_connection_t,
    pub(super) name: String,
    pub(super) subscription: *mut pn_subscription_t,
    /// Since when it has had no credit while others had, by the clock.
    pub(super) dry_since: Option<u64>,
    pub(super) draining: bool,
}

/// Makes a messenger, null if there are no descriptors left.
pub(super) fn new(name: Option<&CStr>) -> *mut pn_messenger_t {
    let reactor = pn_reactor();
    if reactor.is_null() {
        return null_mut();
    }
    let messenger = Box::into_raw(Box::new(pn_messenger_t {
        name: name.map_or_else(random_name, CStr::to_owned),
        reactor,
        error: pn_error_t::new(),
        timeout: -1,
        blocking: true,
        passive: false,
        flags: super::messenger::PN_FLAGS_ALLOW_INSECURE_MECHS,
        certificate: None,
        private_key: None,
        password: None,
        trusted: None,
        peer_mode: super::ssl::names::pn_ssl_verify_mode_t::PN_SSL_VERIFY_PEER_NAME as c_uint,
        sender_mode: None,
        receiver_mode: 0,
        tracer: None,
        routes: Rules::default(),
        rewrites: Rules::default(),
        listeners: Vec::new(),
        peers: Vec::new(),
        links: Vec::new(),
        subscriptions: Vec::new(),
        outgoing: Outgoing::default(),
        incoming: Incoming::default(),
        credit: Credit::default(),
        interrupted: AtomicBool::new(false),
        domains: Vec::new(),
        lost: Vec::new(),
        told: Vec::new(),
    }));
    let handler = handler_object::new(Some(on_event), size_of::<*mut pn_messenger_t>(), None);
    // SAFETY: the handler is fresh.
    let memory = unsafe { &mut *handler }.memory();
    // SAFETY: the handler's memory has room for the pointer, and is aligned to 16.
    unsafe { memory.cast::<*mut pn_messenger_t>().write(messenger) };
    // SAFETY: both are live.
    unsafe { pn_reactor_set_handler(reactor, handler) };
    // SAFETY: the reactor holds it now.
    unsafe { crate::object::decref(handler) };
    // SAFETY: the reactor is live.
    unsafe { pn_reactor_start(reactor) };
    // SAFETY: as above.
    unsafe { handle_all(reactor) };
    messenger
}

/// A name that nobody else has: a random UUID (RFC 9562 section 5.4), in capitals.
fn random_name() -> CString {
    CString::new(format!("{:X}", Uuid::new_v4().hyphenated())).unwrap_or_default()
}

/// Frees a messenger and everything that is its own.
///
/// # Safety
/// `messenger` is live and given up.
pub(super) unsafe fn free(messenger: *mut pn_messenger_t) {
    // SAFETY: passed on from the caller.
    let this = unsafe { Box::from_raw(messenger) };
    let reactor = this.reactor;
    let listeners = this.listeners.iter().map(|listener| listener.domain);
    let domains: Vec<_> = listeners.chain(this.domains.iter().copied()).collect();
    for &selectable in &this.told {
        // SAFETY: a program that was told of it frees what it has been told has ended; the rest is ours again.
        unsafe { crate::object::decref(selectable) };
    }
    // SAFETY: the handler, which names the messenger, sees nothing any more.
    unsafe { pn_reactor_set_handler(reactor, null_mut()) };
    drop(this);
    // SAFETY: the messenger held its reactor.
    unsafe { pn_reactor_free(reactor) };
    for domain in domains {
        // SAFETY: the messenger owned its domains, and nothing that uses them is left.
        unsafe { super::ssl::pn_ssl_domain_free(domain) };
    }
}

unsafe extern "C" fn on_event(handler: *mut pn_handler_t, event: *mut pn_event_t, kind: pn_event_type_t) {
    // SAFETY: a handler's function gets a live handler.
    let memory = unsafe { &mut *handler }.memory();
    // SAFETY: this function belongs to handlers that were made with such memory.
    let messenger = unsafe { memory.cast::<*mut pn_messenger_t>().read() };
    // SAFETY: a messenger outlives what its handler sees, and nothing of it is borrowed while events are shown.
    let this = unsafe { &mut *messenger };
    // SAFETY: a handler gets a live event.
    unsafe { super::messenger_net::handle(this, event, kind) };
}

/// Shows what has happened to the messenger's handler, and has credit given where it is due.
///
/// # Safety
/// `messenger` is live, and nothing of it is borrowed.
pub(super) unsafe fn pump(messenger: *mut pn_messenger_t) {
    loop {
        // SAFETY: passed on from the caller.
        let reactor = unsafe { (*messenger).reactor };
        // SAFETY: the messenger holds its reactor.
        unsafe { handle_all(reactor) };
        // SAFETY: passed on from the caller.
        let changed = unsafe { &mut *messenger }.distribute_credit();
        if !changed {
            return;
        }
    }
}

/// Waits at most `timeout` milliseconds, for ever without one, and tells whether anything happened.
unsafe fn wait(messenger: *mut pn_messenger_t, timeout: Option<u64>) -> bool {
    // SAFETY: the caller passes a live messenger, nothing of which is borrowed.
    let this = unsafe { &mut *messenger };
    let drain = this.drain_deadline().map(|deadline| deadline.saturating_sub(clock::now()));
    let timeout = match (timeout, drain) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    let reactor = this.reactor;
    // SAFETY: the messenger holds its reactor.
    unsafe { wait_for(reactor, timeout) > 0 }
}

/// Works until `done` is true: as long as the messenger's time-out allows where it blocks, else as long as there is
/// something to do at once. 0, or PN_TIMEOUT, PN_INPROGRESS or PN_INTR.
///
/// # Safety
/// As for [`pump`].
pub(super) unsafe fn work_until(
    messenger: *mut pn_messenger_t,
    done: impl Fn(&mut pn_messenger_t) -> bool,
) -> c_int {
    // SAFETY: passed on from the caller.
    let this = unsafe { &mut *messenger };
    let (blocking, passive) = (this.blocking, this.passive);
    let deadline = u64::try_from(this.timeout).ok().map(|timeout| clock::now() + timeout);
    loop {
        // SAFETY: passed on from the caller.
        unsafe { pump(messenger) };
        // SAFETY: as above.
        if done(unsafe { &mut *messenger }) {
            return 0;
        }
        if passive {
            return PN_INPROGRESS;
        }
        let left =
            if blocking { deadline.map(|deadline| deadline.saturating_sub(clock::now())) } else { Some(0) };
        // SAFETY: as above.
        let happened = unsafe { wait(messenger, left) };
        // SAFETY: as above.
        if blocking && unsafe { &*messenger }.take_interrupt() {
            return PN_INTR;
        }
        if !happened && left == Some(0) {
            // SAFETY: as above.
            unsafe { pump(messenger) };
            // SAFETY: as above.
            if done(unsafe { &mut *messenger }) {
                return 0;
            }
            return if blocking { PN_TIMEOUT } else { PN_INPROGRESS };
        }
    }
}

/// One round of input and output. 1 if there was any, else PN_TIMEOUT, PN_INPROGRESS or PN_INTR.
///
/// # Safety
/// As for [`pump`].
pub(super) unsafe fn work(messenger: *mut pn_messenger_t, timeout: c_int) -> c_int {
    // SAFETY: passed on from the caller.
    unsafe { pump(messenger) };
    // SAFETY: as above.
    if unsafe { &*messenger }.passive {
        return PN_INPROGRESS;
    }
    let deadline = u64::try_from(timeout).ok().map(|timeout| clock::now() + timeout);
    loop {
        let left = deadline.map(|deadline| deadline.saturating_sub(clock::now()));
        // SAFETY: as above.
        let happened = unsafe { wait(messenger, left) };
        // SAFETY: as above.
        unsafe { pump(messenger) };
        // SAFETY: as above.
        if unsafe { &*messenger }.take_interrupt() {
            return PN_INTR;
        }
        if happened {
            return 1;
        }
        if left == Some(0) {
            return PN_TIMEOUT;
        }
    }
}

/// Has whoever waits in a messenger return, from any thread.
///
/// # Safety
/// `messenger` is live.
pub(super) unsafe fn interrupt(messenger: *mut pn_messenger_t) {
    // SAFETY: passed on from the caller; the field is made for any thread.
    unsafe { &(*messenger).interrupted }.store(true, Ordering::Release);
    // SAFETY: as above; the reactor's pointer never changes.
    let reactor = unsafe { (*messenger).reactor };
    // SAFETY: the messenger holds its reactor.
    if let Some(bell) = unsafe { bell_of(reactor) } {
        bell.ring();
    }
}

impl pn_messenger_t {
    fn take_interrupt(&self) -> bool {
        self.interrupted.swap(false, Ordering::Acquire)
    }

    /// Notes an error, and gives its code.
    pub(super) fn fail(&mut self, code: c_int, text: &str) -> c_int {
        self.error.set(code, text)
    }

    /// Notes that a connection could not be made.
    pub(super) fn fail_connection(&mut self, place: &Place, reason: &str) -> c_int {
        let port = place.port.as_deref().unwrap_or("(null)");
        self.fail(PN_ERR, &format!("CONNECTION ERROR ({}:{port}): {reason}\n", place.host))
    }

    /// Whether there is nobody to hear from, and nobody will come.
    pub(super) fn has_no_sources(&self) -> bool {
        self.listeners.is_empty() && self.peers.is_empty()
    }

    /// What there is to say when nothing can be received.
    pub(super) fn fail_without_sources(&mut self) -> c_int {
        self.fail(PN_STATE_ERR, "no valid sources")
    }

    /// The entry of a link.
    pub(super) fn entry(&mut self, link: *mut pn_link_t) -> Option<&mut LinkEntry> {
        self.links.iter_mut().find(|entry| entry.link.is(link))
    }
}
