//! What takes a messenger more than one step: putting, subscribing, receiving, starting and stopping, and being waited
//! for by the program.
//!
//! Between the steps events are shown to the messenger's handler, so each step borrows it anew.

use std::ffi::{c_char, c_int};
use std::ptr::{null, null_mut};

use super::data_object::text;
use super::error::{PN_ARG_ERR, PN_ERR};
use super::message::pn_message_t;
use super::message::{
    pn_message_get_address, pn_message_get_reply_to, pn_message_set_address, pn_message_set_reply_to,
};
use super::messenger::PN_FLAGS_CHECK_ROUTES;
use super::messenger_handles::Connection;
use super::messenger_net::{Address, NO_ROUTE, c_text, pointer_of};
use super::messenger_object::{Place, pn_messenger_t, pn_subscription_t, pump, work_until};
use super::reactor::pn_acceptor_close;
use super::selectable::{
    on, pn_selectable_get_deadline, pn_selectable_is_registered, pn_selectable_set_registered,
    pn_selectable_t,
};
use super::shell::pn_link_t;
use super::transport::pn_transport_get_remote_idle_timeout;
use super::types::{pn_millis_t, pn_seconds_t, pn_timestamp_t};
use crate::legacy::pattern::Outcome;
use crate::object::incref;
use crate::sys::clock;

/// Puts a message on its way.
///
/// # Safety
/// `messenger` is live and nothing of it borrowed, `msg` is null or live.
pub(super) unsafe fn put(messenger: *mut pn_messenger_t, msg: *mut pn_message_t) -> c_int {
    // SAFETY: passed on from the caller, here and below; each borrow lasts for a statement.
    let this = unsafe { &mut *messenger };
    if msg.is_null() {
        return this.fail(PN_ARG_ERR, "null message");
    }
    // SAFETY: as above.
    unsafe { complete_reply_to(this, msg) };
    // SAFETY: as above.
    let address = unsafe { pn_message_get_address(msg) };
    // SAFETY: the message lends null or a text.
    let address = unsafe { text(address) }.unwrap_or_default().to_vec();
    // SAFETY: as above.
    let bytes = match unsafe { encoded(this, msg, &address) } {
        Ok(bytes) => bytes,
        Err(code) => return this.fail(code, "the message cannot be encoded"),
    };
    let tracker = this.outgoing.track();
    let Some(Address { place, name, .. }) = this.route_address(&address) else {
        this.outgoing.abort(tracker);
        return this.fail(NO_ROUTE.0, NO_ROUTE.1);
    };
    // SAFETY: as above.
    let reached = unsafe { reach(messenger, &place) };
    // SAFETY: as above.
    let this = unsafe { &mut *messenger };
    let link = reached.and_then(|connection| {
        let link = this.open_link(&connection, &name, true, null_mut(), 0);
        link.ok_or_else(|| this.fail(PN_ERR, "no link for the address"))
    });
    let link = match link {
        Ok(link) => link,
        Err(code) => {
            this.outgoing.abort(tracker);
            return code;
        }
    };
    if let Some(delivery) = link.deliver(&tracker.to_le_bytes()) {
        link.send(&bytes);
        link.advance();
        this.outgoing.sent(tracker, delivery, &link);
    }
    // SAFETY: as above.
    unsafe { pump(messenger) };
    0
}

/// The connection to a place, made if there is none; the code of what keeps it from being made.
unsafe fn reach(messenger: *mut pn_messenger_t, place: &Place) -> Result<Connection, c_int> {
    // SAFETY: the caller passes a live messenger, here and below; each borrow lasts for a statement.
    let this = unsafe { &mut *messenger };
    if let Some(known) = this.known_connection(place) {
        return Ok(known);
    }
    // What has failed before says nothing of this attempt.
    this.lost.clear();
    let made = this.connect(place);
    // SAFETY: as above.
    unsafe { pump(messenger) };
    // SAFETY: as above.
    let this = unsafe { &mut *messenger };
    match this.take_loss(place) {
        Some(reason) => Err(this.fail_connection(place, &reason)),
        None => made.ok_or_else(|| this.fail(PN_ERR, "no connection for the address")),
    }
}

/// A reply address that begins with "~" gets the messenger's name.
unsafe fn complete_reply_to(this: &pn_messenger_t, msg: *mut pn_message_t) {
    // SAFETY: the caller passes a live message.
    let reply_to = unsafe { pn_message_get_reply_to(msg) };
    // SAFETY: the message lends null or a text.
    let reply_to = unsafe { text(reply_to) }.unwrap_or_default().to_vec();
    let rest = match reply_to.as_slice() {
        b"~" => &b""[..],
        [b'~', rest @ ..] if rest.starts_with(b"/") => rest,
        _ => return,
    };
    let whole = format!("amqp://{}{}", this.name.to_string_lossy(), String::from_utf8_lossy(rest));
    // SAFETY: as above; the text is copied.
    unsafe { pn_message_set_reply_to(msg, c_text(&whole).as_ptr()) };
}

/// The bytes of a message with the address that its receiver is to see.
unsafe fn encoded(this: &pn_messenger_t, msg: *mut pn_message_t, address: &[u8]) -> Result<Vec<u8>, c_int> {
    let shown = match this.rewrites.apply(address) {
        Outcome::Changed(text) => Some(text),
        Outcome::Nowhere => None,
        Outcome::Same => Some(without_credentials(address)),
    };
    let changed = shown.as_deref() != Some(address);
    let original = c_text(&String::from_utf8_lossy(address));
    if changed {
        let shown = shown.map(|text| c_text(&String::from_utf8_lossy(&text)));
        // SAFETY: the caller passes a live message; the text is copied.
        unsafe { pn_message_set_address(msg, shown.as_ref().map_or(null(), |text| text.as_ptr())) };
    }
    // SAFETY: as above.
    let bytes = unsafe { super::message_object::encoded(msg) };
    if changed {
        // SAFETY: as above.
        unsafe { pn_message_set_address(msg, original.as_ptr()) };
    }
    bytes
}

/// An address as others may see it.
fn without_credentials(address: &[u8]) -> Vec<u8> {
    if !address.contains(&b'@') {
        return address.to_vec();
    }
    let mut url = crate::legacy::url::Url::parse(address);
    (url.user, url.password) = (None, None);
    url.text()
}

/// Asks for messages from an address. Null if that cannot be.
///
/// # Safety
/// `messenger` is live and nothing of it borrowed.
pub(super) unsafe fn subscribe(
    messenger: *mut pn_messenger_t,
    source: &[u8],
    time_to_live: pn_seconds_t,
) -> *mut pn_subscription_t {
    // SAFETY: passed on from the caller, here and below; each borrow lasts for a statement.
    let this = unsafe { &mut *messenger };
    if this.error.code() != 0 {
        return null_mut();
    }
    let Some(Address { place, name, listens }) = this.route_address(source) else {
        this.fail(NO_ROUTE.0, NO_ROUTE.1);
        return null_mut();
    };
    // SAFETY: as above.
    let reached = (!listens).then(|| unsafe { reach(messenger, &place) });
    let Ok(connection) = reached.transpose() else { return null_mut() };
    // SAFETY: as above.
    let this = unsafe { &mut *messenger };
    let mut subscription = Box::new(pn_subscription_t {
        messenger,
        context: null_mut(),
        address: None,
        scheme: place.scheme.clone(),
        host: place.host.clone(),
        port: place.port.clone(),
    });
    let pointer = &raw mut *subscription;
    this.subscriptions.push(subscription);
    let made = match connection {
        Some(connection) => this.open_link(&connection, &name, false, pointer, time_to_live).is_some(),
        None => this.listen(&place, pointer) == 0,
    };
    if !made {
        this.subscriptions.pop();
        return null_mut();
    }
    // SAFETY: as above.
    unsafe { pump(messenger) };
    pointer
}

/// Where a subscription's messages come from, as soon as the peer has said so.
///
/// # Safety
/// `subscription` is one of a live messenger, nothing of which is borrowed.
pub(super) unsafe fn subscription_address(subscription: *mut pn_subscription_t) -> *const c_char {
    // SAFETY: passed on from the caller, here and below.
    let messenger = unsafe { (*subscription).messenger };
    // SAFETY: as above; what is looked at belongs to the messenger and is not borrowed otherwise.
    let known = || unsafe { &(*subscription).address }.as_ref().map(|address| address.as_ptr());
    let settled = |this: &mut pn_messenger_t| {
        let comes = this.listeners.iter().any(|listener| listener.subscription == subscription)
            || this.links.iter().any(|entry| entry.subscription == subscription);
        known().is_some() || !comes
    };
    // SAFETY: as above.
    unsafe { work_until(messenger, settled) };
    known().unwrap_or(null())
}

/// Lets messages come, and waits for one.
///
/// # Safety
/// `messenger` is live and nothing of it borrowed.
pub(super) unsafe fn receive(messenger: *mut pn_messenger_t, limit: c_int) -> c_int {
    // SAFETY: passed on from the caller, here and below; each borrow lasts for a statement.
    let this = unsafe { &mut *messenger };
    let waits = this.blocking && !this.passive;
    if waits && this.has_no_sources() && this.incoming_count() == 0 {
        return this.fail_without_sources();
    }
    this.set_credit(limit);
    let done = |this: &mut pn_messenger_t| this.incoming_count() > 0 || this.has_no_sources();
    // SAFETY: as above.
    let code = unsafe { work_until(messenger, done) };
    // SAFETY: as above.
    let this = unsafe { &mut *messenger };
    if code == 0 && waits && this.incoming_count() == 0 { this.fail_without_sources() } else { code }
}

/// Whether a route leads to one place, whatever fits its pattern.
fn is_plain(place: &Place) -> bool {
    let parts = [place.scheme.as_deref(), Some(place.host.as_str()), place.port.as_deref()];
    parts.iter().all(|part| part.is_some_and(|text| !text.is_empty() && !text.contains('$')))
}

/// Connects to all routes that are plain addresses, where that was asked for.
///
/// # Safety
/// `messenger` is live and nothing of it borrowed.
pub(super) unsafe fn start(messenger: *mut pn_messenger_t) -> c_int {
    // SAFETY: passed on from the caller, here and below; each borrow lasts for a statement.
    let this = unsafe { &mut *messenger };
    if this.flags & PN_FLAGS_CHECK_ROUTES == 0 {
        return 0;
    }
    let places: Vec<Place> = this.routes.substitutions().map(|route| Address::parse(route).place).collect();
    for place in places.into_iter().filter(is_plain) {
        // SAFETY: as above.
        if let Err(code) = unsafe { reach(messenger, &place) } {
            return code;
        }
        let settled = |this: &mut pn_messenger_t| {
            this.lost.iter().any(|(lost, _)| *lost == place)
                || this
                    .known_connection(&place)
                    .is_none_or(|known| known.state() & super::connection::PN_REMOTE_UNINIT == 0)
        };
        // SAFETY: as above.
        let code = unsafe { work_until(messenger, settled) };
        // SAFETY: as above.
        let this = unsafe { &mut *messenger };
        if let Some(reason) = this.take_loss(&place) {
            return this.fail_connection(&place, &reason);
        }
        if code != 0 {
            return code;
        }
    }
    0
}

/// Closes everything, and waits until it is closed.
///
/// # Safety
/// `messenger` is live and nothing of it borrowed.
pub(super) unsafe fn stop(messenger: *mut pn_messenger_t) -> c_int {
    // SAFETY: passed on from the caller, here and below; each borrow lasts for a statement.
    let this = unsafe { &mut *messenger };
    for entry in &this.links {
        entry.link.close();
    }
    for peer in &this.peers {
        peer.connection.close();
    }
    for listener in this.listeners.drain(..) {
        // SAFETY: the acceptor is held.
        unsafe { pn_acceptor_close(listener.acceptor.as_ptr().cast()) };
        this.domains.push(listener.domain);
    }
    // SAFETY: as above.
    unsafe { work_until(messenger, |this| this.has_no_sources()) }
}

/// The next selectable that a program has to know of.
///
/// # Safety
/// `messenger` is live and nothing of it borrowed.
pub(super) unsafe fn next_selectable(messenger: *mut pn_messenger_t) -> *mut pn_selectable_t {
    // SAFETY: passed on from the caller, here and below; each borrow lasts for a statement.
    unsafe { pump(messenger) };
    // SAFETY: as above.
    let this = unsafe { &mut *messenger };
    // SAFETY: the messenger holds its reactor.
    let watched = unsafe { &(*this.reactor).watched };
    if let Some(&fresh) = watched.iter().find(|selectable| !this.told.contains(selectable)) {
        // SAFETY: what is watched is held; this reference is for the program.
        unsafe { incref(fresh) };
        this.told.push(fresh);
        return fresh;
    }
    for (place, &selectable) in this.told.iter().enumerate() {
        // SAFETY: it is held for the program.
        let ended = unsafe { on(selectable, true, |sel| sel.is_terminal()) };
        // SAFETY: as above.
        if unsafe { pn_selectable_is_registered(selectable) } {
            // SAFETY: as above; it is told of once for each time that the program has marked it.
            unsafe { pn_selectable_set_registered(selectable, false) };
            if ended {
                this.told.remove(place);
            }
            return selectable;
        }
    }
    null_mut()
}

/// When the messenger has to work at the latest, by the clock on the wall.
pub(super) fn deadline(this: &mut pn_messenger_t) -> pn_timestamp_t {
    // SAFETY: the messenger holds its reactor, and that what it watches.
    let reactor = unsafe { &mut *this.reactor };
    let now = reactor.mark();
    let times = reactor.watched.iter().map(|&selectable| {
        // SAFETY: as above.
        unsafe { pn_selectable_get_deadline(selectable) }
    });
    let first = times.filter(|&time| time != 0).min();
    let drain = this
        .drain_deadline()
        .map(|deadline| now.saturating_add_unsigned(deadline.saturating_sub(clock::now())));
    first.into_iter().chain(drain).min().unwrap_or(0)
}

/// What the peer of an address expects to hear within; all ones without one.
pub(super) fn remote_idle_timeout(this: &pn_messenger_t, address: &[u8]) -> pn_millis_t {
    let wanted = Address::parse(address).place;
    let fits = |place: &Place| {
        (&place.scheme, &place.host, &place.port) == (&wanted.scheme, &wanted.host, &wanted.port)
    };
    let Some(peer) = this.peers.iter().find(|peer| peer.subscription.is_null() && fits(&peer.place)) else {
        return pn_millis_t::MAX;
    };
    // SAFETY: the connection is held; its transport is null or live.
    let transport = unsafe { super::connection::pn_connection_transport(peer.connection.as_ptr()) };
    // SAFETY: as above.
    unsafe { pn_transport_get_remote_idle_timeout(transport) }
}

/// The link for an address, null if there is none.
pub(super) fn link_for(this: &pn_messenger_t, address: &[u8], sends: bool) -> *mut pn_link_t {
    let Some(Address { place, name, .. }) = this.route_address(address) else { return null_mut() };
    let connection = this.known_connection(&place);
    pointer_of(connection.and_then(|connection| this.known_link(&connection, &name, sends)))
}
