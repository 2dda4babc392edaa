//! Input and output of a reactor: connections and acceptors as selectables (spec/legacy.md sections 2.5 and 2.6).
//!
//! A connection is driven through its transport like any other; what belongs to a reactor is only when. Sockets are
//! those of `sys`, and are closed with their selectable. Nothing here is borrowed while a program's code may run.

use std::ffi::{c_char, c_int};
use std::io;
use std::os::fd::AsRawFd;
use std::ptr::{null, null_mut};

use super::boundary::on_transport;
use super::connection::{
    PN_REMOTE_UNINIT, pn_connection_attachments, pn_connection_get_hostname, pn_connection_state,
};
use super::data_object::text;
use super::error::PN_ERR;
use super::handler_object::pn_handler_t;
use super::object::pn_record_t;
use super::reactor::pn_reactor_connection;
use super::reactor_object::{belong, new_selectable, owner_of, pn_reactor_t, update};
use super::selectable::{
    on, pn_selectable_on_expired, pn_selectable_on_readable, pn_selectable_on_writable,
    pn_selectable_set_deadline, pn_selectable_set_fd, pn_selectable_set_reading, pn_selectable_set_writing,
    pn_selectable_t, pn_selectable_terminate,
};
use super::shell::{pn_connection_t, pn_transport_t};
use super::ssl::{pn_ssl, pn_ssl_domain_t, pn_ssl_init};
use super::transport::{
    pn_transport, pn_transport_attachments, pn_transport_bind, pn_transport_capacity,
    pn_transport_close_head, pn_transport_close_tail, pn_transport_head, pn_transport_pending,
    pn_transport_pop, pn_transport_process, pn_transport_set_server, pn_transport_tail, pn_transport_tick,
    pn_transport_unbind,
};
use super::url::{pn_url_get_host, pn_url_get_port, pn_url_t};
use crate::engine::Violation;
use crate::object::class::{OBJECT, WEAKREF};
use crate::object::{decref, incref, record};
use crate::proactor::address;
use crate::sys::address::{Purpose, SocketAddress, error_text, lookup};
use crate::sys::socket::Socket;

/// What a reactor does with a selectable of its own.
pub(super) enum Io {
    Connection {
        socket: Socket,
        /// Held.
        transport: *mut pn_transport_t,
        /// Our side of the socket was shut down.
        finished: bool,
    },
    Acceptor {
        socket: Socket,
        /// For the connections it accepts; held, null for the reactor's own.
        handler: *mut pn_handler_t,
        /// The program's.
        domain: *mut pn_ssl_domain_t,
    },
}

impl Drop for Io {
    fn drop(&mut self) {
        match *self {
            Self::Connection { transport, .. } => {
                // SAFETY: it is held.
                let record = unsafe { pn_transport_attachments(transport) };
                // SAFETY: the record is the transport's.
                unsafe { Key::Selectable.set::<pn_selectable_t>(record, null_mut()) };
                // SAFETY: it was held.
                unsafe { decref(transport) };
            }
            Self::Acceptor { handler, .. } => {
                // SAFETY: it was held, or is null.
                unsafe { decref(handler) };
            }
        }
    }
}

/// The keys under which records have what a reactor needs of their objects: addresses that are nobody else's.
static KEYS: [u8; 3] = [0; 3];

#[derive(Clone, Copy)]
pub(super) enum Key {
    /// Of a connection: where it is to go, or where it came from; a `pn_url_t`.
    Address,
    /// Of a connection: the acceptor it came from.
    Acceptor,
    /// Of a transport: its selectable, without a reference.
    Selectable,
}

impl Key {
    fn address(self) -> *const std::ffi::c_void {
        (&raw const KEYS[self as usize]).cast()
    }

    /// # Safety
    /// `record` is null or live.
    pub(super) unsafe fn get<T>(self, record: *mut pn_record_t) -> *mut T {
        // SAFETY: passed on from the caller.
        unsafe { record.as_ref() }.map_or(null_mut(), |record| record.get(self.address())).cast()
    }

    /// # Safety
    /// `record` is live, `value` null or live.
    pub(super) unsafe fn set<T>(self, record: *mut pn_record_t, value: *mut T) {
        let class = if matches!(self, Self::Selectable) { &raw const WEAKREF.0 } else { &raw const OBJECT.0 };
        // SAFETY: passed on from the caller.
        unsafe { &mut *record }.define(self.address(), class);
        // SAFETY: passed on from the caller.
        unsafe { record::set(record, self.address(), value.cast()) };
    }
}

/// A connection was opened: it gets a transport, unless the peer opened it before.
///
/// # Safety
/// Both are live.
pub(super) unsafe fn opened(reactor: *mut pn_reactor_t, connection: *mut pn_connection_t) {
    // SAFETY: passed on from the caller.
    if unsafe { pn_connection_state(connection) } & PN_REMOTE_UNINIT == 0 {
        return;
    }
    // SAFETY: as above.
    unsafe { bind(reactor, connection, pn_transport()) };
}

/// Binds a fresh transport, whose reference passes to the binding.
unsafe fn bind(reactor: *mut pn_reactor_t, connection: *mut pn_connection_t, transport: *mut pn_transport_t) {
    // SAFETY: callers pass live objects.
    let record = unsafe { pn_transport_attachments(transport) };
    // SAFETY: the record is the transport's.
    unsafe { belong(record, reactor) };
    // SAFETY: as above.
    unsafe { pn_transport_bind(transport, connection) };
    // SAFETY: the caller's reference; a bound transport is held by its connection.
    unsafe { decref(transport) };
}

/// A connection was bound: it is connected, unless it was accepted.
///
/// # Safety
/// All are live, and the transport is bound to the connection.
pub(super) unsafe fn bound(
    reactor: *mut pn_reactor_t,
    connection: *mut pn_connection_t,
    transport: *mut pn_transport_t,
) {
    // SAFETY: passed on from the caller.
    let record = unsafe { pn_connection_attachments(connection) };
    // SAFETY: the record is the connection's.
    if !unsafe { Key::Acceptor.get::<pn_selectable_t>(record) }.is_null() {
        return;
    }
    // SAFETY: passed on from the caller.
    match unsafe { dial(connection, record) } {
        // SAFETY: passed on from the caller.
        Ok(socket) => unsafe { drive(reactor, transport, socket) },
        Err(text) => {
            // SAFETY: passed on from the caller.
            unsafe { fail(transport, text) };
        }
    }
}

/// Begins to connect to where a connection is to go. Addresses that cannot even be tried are passed over.
unsafe fn dial(connection: *mut pn_connection_t, record: *mut pn_record_t) -> Result<Socket, String> {
    // SAFETY: callers pass a live connection and its record.
    let url: *mut pn_url_t = unsafe { Key::Address.get(record) };
    // SAFETY: the record holds the URL.
    let (host, port) = (unsafe { pn_url_get_host(url) }, unsafe { pn_url_get_port(url) });
    // SAFETY: the URL lends null or texts.
    let (host, port) = (unsafe { lent(host) }, unsafe { lent(port) });
    let (host, port) = match host {
        Some(host) => (host, port.filter(|port| !port.is_empty()).unwrap_or_else(|| "5672".to_owned())),
        None => {
            // SAFETY: callers pass a live connection.
            let hostname = unsafe { pn_connection_get_hostname(connection) };
            // SAFETY: the connection lends null or a text.
            let Some(name) = unsafe { lent(hostname) }.filter(|name| !name.is_empty()) else {
                return Err("Connection failed: no address configured".to_owned());
            };
            let place = address::Address::parse(&name);
            (place.host, place.port)
        }
    };
    let addresses = lookup(Some(&host), &port, Purpose::Connect)
        .map_err(|error| format!("getaddrinfo({host}, {port}): {}", error.text))?;
    let mut reason = format!("getaddrinfo({host}, {port}): no address");
    for address in addresses {
        let socket = Socket::stream(&address).map_err(|error| ("socket", error));
        let connected = socket.and_then(|socket| match socket.connect(&address) {
            Ok(_) => Ok(socket),
            Err(error) => Err(("connect", error)),
        });
        match connected {
            Ok(socket) => return Ok(socket),
            Err((call, error)) => reason = format!("{call}: {}", error_text(&error)),
        }
    }
    Err(reason)
}

/// Lets a reactor move the bytes of a transport through a socket.
unsafe fn drive(reactor: *mut pn_reactor_t, transport: *mut pn_transport_t, socket: Socket) {
    // SAFETY: callers pass live objects.
    let selectable = unsafe { new_selectable(reactor) };
    // SAFETY: the selectable is live: the reactor holds it.
    unsafe { pn_selectable_set_fd(selectable, socket.fd().as_raw_fd()) };
    // SAFETY: as above.
    unsafe { pn_selectable_on_readable(selectable, Some(connection_readable)) };
    // SAFETY: as above.
    unsafe { pn_selectable_on_writable(selectable, Some(connection_writable)) };
    // SAFETY: as above.
    unsafe { super::selectable::pn_selectable_on_error(selectable, Some(connection_failed)) };
    // SAFETY: as above.
    unsafe { pn_selectable_on_expired(selectable, Some(connection_expired)) };
    // SAFETY: callers pass a live transport.
    unsafe { incref(transport) };
    let io = Io::Connection { socket, transport, finished: false };
    // SAFETY: as above.
    unsafe { on(selectable, (), |sel| sel.io = Some(Box::new(io))) };
    // SAFETY: callers pass a live transport.
    let record = unsafe { pn_transport_attachments(transport) };
    // SAFETY: the record is the transport's.
    unsafe { Key::Selectable.set(record, selectable) };
    // SAFETY: as above.
    unsafe { refresh(selectable) };
}

/// Something changed on a transport: its selectable waits for what it needs now.
///
/// # Safety
/// `transport` is null or live.
pub(super) unsafe fn transport_changed(transport: *mut pn_transport_t) {
    if transport.is_null() {
        return;
    }
    // SAFETY: passed on from the caller.
    let record = unsafe { pn_transport_attachments(transport) };
    // SAFETY: the record is the transport's; a selectable takes itself out of it before it goes.
    let selectable: *mut pn_selectable_t = unsafe { Key::Selectable.get(record) };
    if !selectable.is_null() {
        // SAFETY: as above.
        unsafe { refresh(selectable) };
    }
}

/// A transport is closed: it leaves its connection.
///
/// # Safety
/// `transport` is null or live.
pub(super) unsafe fn transport_closed(transport: *mut pn_transport_t) {
    // SAFETY: passed on from the caller.
    unsafe { transport_changed(transport) };
    // SAFETY: passed on from the caller.
    unsafe { pn_transport_unbind(transport) };
}

/// The transport that a selectable moves bytes for, null for any other selectable.
unsafe fn transport_of(selectable: *mut pn_selectable_t) -> *mut pn_transport_t {
    let find = |sel: &mut pn_selectable_t| match sel.io.as_deref() {
        Some(Io::Connection { transport, .. }) => *transport,
        _ => null_mut(),
    };
    // SAFETY: callers pass a live selectable.
    unsafe { on(selectable, null_mut(), find) }
}

/// Runs `f` on the socket of a connection's selectable.
unsafe fn with_socket<R>(selectable: *mut pn_selectable_t, f: impl FnOnce(&Socket) -> R) -> Option<R> {
    let run = |sel: &mut pn_selectable_t| match sel.io.as_deref() {
        Some(Io::Connection { socket, .. } | Io::Acceptor { socket, .. }) => Some(f(socket)),
        None => None,
    };
    // SAFETY: callers pass a live selectable.
    unsafe { on(selectable, None, run) }
}

unsafe extern "C" fn connection_readable(selectable: *mut pn_selectable_t) {
    // SAFETY: a callback gets a live selectable.
    let transport = unsafe { transport_of(selectable) };
    // SAFETY: the selectable holds its transport.
    let room = unsafe { pn_transport_capacity(transport) };
    if let Some(room) = usize::try_from(room).ok().filter(|&room| room > 0) {
        // SAFETY: as above.
        let tail = unsafe { pn_transport_tail(transport) };
        // SAFETY: the transport lends that much room at its tail, and nothing else uses it meanwhile.
        let read = |socket: &Socket| unsafe { socket.recv_at(&[(tail.cast(), room)]) };
        // SAFETY: as above.
        match unsafe { with_socket(selectable, read) } {
            Some(Ok(0)) => {
                // SAFETY: as above.
                unsafe { pn_transport_close_tail(transport) };
            }
            Some(Ok(n)) => {
                // SAFETY: as above.
                unsafe { pn_transport_process(transport, n) };
            }
            Some(Err(error)) if !passing(&error) => {
                // SAFETY: as above.
                unsafe { fail(transport, format!("recv: {}", error_text(&error))) };
            }
            _ => {}
        }
    }
    // SAFETY: as above.
    unsafe { refresh(selectable) };
}

unsafe extern "C" fn connection_writable(selectable: *mut pn_selectable_t) {
    // SAFETY: a callback gets a live selectable.
    let transport = unsafe { transport_of(selectable) };
    // SAFETY: the selectable holds its transport.
    let waiting = unsafe { pn_transport_pending(transport) };
    if let Ok(waiting) = usize::try_from(waiting) {
        // SAFETY: as above.
        let head = unsafe { pn_transport_head(transport) };
        // SAFETY: the transport lends that many bytes at its head, and nothing changes them meanwhile.
        let write = |socket: &Socket| unsafe { socket.send_from(&[(head.cast(), waiting)], false) };
        // SAFETY: as above.
        match unsafe { with_socket(selectable, write) } {
            Some(Ok(n)) => {
                // SAFETY: as above.
                unsafe { pn_transport_pop(transport, n) };
            }
            Some(Err(error)) if !passing(&error) => {
                // SAFETY: as above.
                unsafe { fail(transport, format!("send: {}", error_text(&error))) };
            }
            _ => {}
        }
    }
    // SAFETY: as above.
    unsafe { refresh(selectable) };
}

/// The system has found something wrong with the socket: reading tells what.
unsafe extern "C" fn connection_failed(selectable: *mut pn_selectable_t) {
    // SAFETY: a callback gets a live selectable.
    let transport = unsafe { transport_of(selectable) };
    // SAFETY: as above.
    if let Some(Ok(Some(error))) = unsafe { with_socket(selectable, Socket::take_error) } {
        // SAFETY: the selectable holds its transport.
        unsafe { fail(transport, format!("recv: {}", error_text(&error))) };
    }
    // SAFETY: as above.
    unsafe { refresh(selectable) };
}

unsafe extern "C" fn connection_expired(selectable: *mut pn_selectable_t) {
    // SAFETY: a callback gets a live selectable.
    unsafe { refresh(selectable) };
}

/// Nothing was ready after all.
fn passing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}

/// Ends a transport because the network failed.
unsafe fn fail(transport: *mut pn_transport_t, text: String) {
    let set = |wire: &mut crate::transport::Transport| {
        if !wire.condition().is_set() {
            wire.condition_mut().set_violation(&Violation::new(IO, text));
        }
    };
    // SAFETY: callers pass a live transport.
    unsafe { on_transport(transport, (), set) };
    // SAFETY: as above.
    unsafe { pn_transport_close_tail(transport) };
    // SAFETY: as above.
    unsafe { transport_changed(transport) };
    // SAFETY: as above.
    unsafe { pn_transport_close_head(transport) };
}

/// Has a selectable wait for what its transport needs, and tells the reactor.
unsafe fn refresh(selectable: *mut pn_selectable_t) {
    // SAFETY: callers pass a live selectable of a connection.
    let transport = unsafe { transport_of(selectable) };
    // SAFETY: as above.
    let reactor = unsafe { owner_of(selectable) };
    if transport.is_null() || reactor.is_null() {
        return;
    }
    // SAFETY: the reactor of a selectable is live.
    let now = unsafe { (*reactor).now };
    // SAFETY: the selectable holds its transport.
    let deadline = unsafe { pn_transport_tick(transport, now) };
    // SAFETY: as above.
    let room = unsafe { pn_transport_capacity(transport) };
    // SAFETY: as above.
    let waiting = unsafe { pn_transport_pending(transport) };
    // SAFETY: as above.
    unsafe { pn_selectable_set_deadline(selectable, deadline) };
    // SAFETY: as above.
    unsafe { pn_selectable_set_reading(selectable, room > 0) };
    // SAFETY: as above.
    unsafe { pn_selectable_set_writing(selectable, waiting > 0) };
    if waiting < 0 {
        // SAFETY: as above.
        unsafe { on(selectable, (), finish) };
    }
    if room < 0 && waiting < 0 {
        // SAFETY: as above.
        unsafe { pn_selectable_terminate(selectable) };
        // SAFETY: as above.
        let record = unsafe { pn_transport_attachments(transport) };
        // SAFETY: the record is the transport's.
        unsafe { Key::Selectable.set::<pn_selectable_t>(record, null_mut()) };
    }
    // SAFETY: as above.
    unsafe { update(reactor, selectable) };
}

/// Nothing more will be written: the peer is to know.
fn finish(sel: &mut pn_selectable_t) {
    if let Some(Io::Connection { socket, finished, .. }) = sel.io.as_deref_mut()
        && !std::mem::replace(finished, true)
    {
        // A socket that is gone already needs no end.
        let _ = socket.shutdown_write();
    }
}

/// Lets an acceptor's socket go with its reactor.
pub(super) fn stop_listening(sel: &mut pn_selectable_t) {
    if matches!(sel.io.as_deref(), Some(Io::Acceptor { .. })) {
        sel.io = None;
    }
}

/// Listens, and has connections accepted. Null if that cannot be; the reactor's error says why.
///
/// # Safety
/// `reactor` is live, `handler` null or live, and the texts are texts.
pub(super) unsafe fn listen(
    reactor: *mut pn_reactor_t,
    host: *const c_char,
    port: *const c_char,
    handler: *mut pn_handler_t,
) -> *mut pn_selectable_t {
    // SAFETY: passed on from the caller.
    let (host, port) = (unsafe { lent(host) }, unsafe { lent(port) });
    let socket = match open_listener(host.as_deref().filter(|host| !host.is_empty()), port.as_deref()) {
        Ok(socket) => socket,
        Err(text) => {
            // SAFETY: passed on from the caller.
            unsafe { (*reactor).error.set(PN_ERR, &text) };
            return null_mut();
        }
    };
    // SAFETY: passed on from the caller.
    let selectable = unsafe { new_selectable(reactor) };
    // SAFETY: the reactor holds the selectable.
    unsafe { pn_selectable_set_fd(selectable, socket.fd().as_raw_fd()) };
    // SAFETY: as above.
    unsafe { pn_selectable_on_readable(selectable, Some(acceptor_readable)) };
    // SAFETY: passed on from the caller.
    unsafe { incref(handler) };
    let io = Io::Acceptor { socket, handler, domain: null_mut() };
    // SAFETY: as above.
    unsafe { on(selectable, (), |sel| sel.io = Some(Box::new(io))) };
    // SAFETY: as above.
    unsafe { pn_selectable_set_reading(selectable, true) };
    // SAFETY: passed on from the caller.
    unsafe { update(reactor, selectable) };
    selectable
}

fn open_listener(host: Option<&str>, port: Option<&str>) -> Result<Socket, String> {
    let port = port.filter(|port| !port.is_empty()).unwrap_or("5672");
    let failed = |text: &str| format!("getaddrinfo({}, {port}): {text}\n", host.unwrap_or("(null)"));
    let addresses = lookup(host, port, Purpose::Listen).map_err(|error| failed(&error.text))?;
    let mut reason = failed("no address");
    for address in addresses {
        match Socket::listener(&address, BACKLOG) {
            Ok(socket) => return Ok(socket),
            Err(error) => reason = format!("bind: {}", error_text(&error)),
        }
    }
    Err(reason)
}

/// Connections that the kernel may keep for an acceptor. A client that finds no room tries again after a second, then
/// after more, so a thousand that come at once are to have room.
const BACKLOG: c_int = 4096;

/// Has the connections of an acceptor encrypted.
///
/// # Safety
/// `acceptor` is null or live, and the domain outlives it.
pub(super) unsafe fn set_domain(acceptor: *mut pn_selectable_t, to: *mut pn_ssl_domain_t) {
    let set = |sel: &mut pn_selectable_t| {
        if let Some(Io::Acceptor { domain, .. }) = sel.io.as_deref_mut() {
            *domain = to;
        }
    };
    // SAFETY: passed on from the caller.
    unsafe { on(acceptor, (), set) };
}

/// Ends an acceptor. Connections that it accepted live on.
///
/// # Safety
/// `acceptor` is null or live.
pub(super) unsafe fn close(acceptor: *mut pn_selectable_t) {
    // SAFETY: passed on from the caller.
    if acceptor.is_null() || unsafe { on(acceptor, true, |sel| sel.is_terminal()) } {
        return;
    }
    // SAFETY: passed on from the caller.
    let reactor = unsafe { owner_of(acceptor) };
    // SAFETY: passed on from the caller; the socket is closed with what belongs to it.
    unsafe { on(acceptor, (), |sel| sel.io = None) };
    // SAFETY: passed on from the caller.
    unsafe { pn_selectable_set_fd(acceptor, -1) };
    // SAFETY: passed on from the caller.
    unsafe { pn_selectable_terminate(acceptor) };
    if !reactor.is_null() {
        // SAFETY: an acceptor is disowned before its reactor goes.
        unsafe { update(reactor, acceptor) };
    }
}

unsafe extern "C" fn acceptor_readable(selectable: *mut pn_selectable_t) {
    // SAFETY: a callback gets a live selectable.
    let reactor = unsafe { owner_of(selectable) };
    if reactor.is_null() {
        return;
    }
    // SAFETY: as above.
    match unsafe { with_socket(selectable, Socket::accept) } {
        // SAFETY: as above; the reactor is live.
        Some(Ok((socket, peer))) => unsafe { accept(reactor, selectable, socket, &peer) },
        Some(Err(error)) if !passing(&error) => {
            // SAFETY: as above.
            unsafe { (*reactor).error.set(PN_ERR, &format!("accept: {}", error_text(&error))) };
        }
        _ => {}
    }
}

/// Makes a connection of an accepted socket.
unsafe fn accept(
    reactor: *mut pn_reactor_t,
    acceptor: *mut pn_selectable_t,
    socket: Socket,
    peer: &SocketAddress,
) {
    let settings = |sel: &mut pn_selectable_t| match sel.io.as_deref() {
        Some(Io::Acceptor { handler, domain, .. }) => (*handler, *domain),
        _ => (null_mut(), null_mut()),
    };
    // SAFETY: callers pass a live acceptor.
    let (handler, domain) = unsafe { on(acceptor, (null_mut(), null_mut()), settings) };
    // SAFETY: callers pass a live reactor.
    let handler = if handler.is_null() { unsafe { (*reactor).handler } } else { handler };
    // SAFETY: as above.
    let connection = unsafe { pn_reactor_connection(reactor, handler) };
    // SAFETY: the reactor holds the connection.
    let record = unsafe { pn_connection_attachments(connection) };
    // SAFETY: as above.
    unsafe { Key::Acceptor.set(record, acceptor) };
    if let Some((host, port)) = peer.numeric() {
        let url = super::url::of_place(&host, &port);
        // SAFETY: as above.
        unsafe { Key::Address.set(record, url) };
        // SAFETY: the record holds it now.
        unsafe { decref(url) };
    }
    let transport = pn_transport();
    // SAFETY: the transport is fresh.
    unsafe { pn_transport_set_server(transport) };
    if !domain.is_null() {
        // SAFETY: as above.
        let ssl = unsafe { pn_ssl(transport) };
        // SAFETY: the program vouches for the domain.
        unsafe { pn_ssl_init(ssl, domain, null()) };
    }
    // SAFETY: as above.
    unsafe { bind(reactor, connection, transport) };
    // SAFETY: a bound transport is held by its connection.
    unsafe { drive(reactor, transport, socket) };
}

/// A copy of a text of C.
///
/// # Safety
/// `given` is null or a text.
unsafe fn lent(given: *const c_char) -> Option<String> {
    // SAFETY: passed on from the caller.
    unsafe { text(given) }.map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

/// The condition of a network that failed.
const IO: &str = "proton:io";
