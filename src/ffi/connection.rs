//! `proton/connection.h`: connections, and the bits that show the state of every endpoint.
//!
//! What the peer said of itself lives in the transport; its accessors are NULL while none is bound.

use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;

use super::boundary::{no_error, on_connection, state_bits};
use super::codec::pn_data_t;
use super::condition::pn_condition_t;
use super::data_object::{Home, lent_data, text};
use super::error::pn_error_t;
use super::event::pn_collector_t;
use super::settle::settle_if_needed;
use super::shell::{
    attachments, context, let_go, new_node, pn_connection_t, pn_transport_t, set_context, set_count,
};
use super::subject::Seat;
use super::types::pn_state_t;
use crate::codec::{Data, Field};
use crate::engine::{Condition, Connection, Password, Text};
use crate::object::record::pn_record_t;
use crate::object::{decref, incref};

/// State bit: the endpoint has not been opened by this side.
pub const PN_LOCAL_UNINIT: c_int = 1;
/// State bit: this side has opened the endpoint.
pub const PN_LOCAL_ACTIVE: c_int = 2;
/// State bit: this side has closed the endpoint.
pub const PN_LOCAL_CLOSED: c_int = 4;
/// State bit: the peer has not opened the endpoint.
pub const PN_REMOTE_UNINIT: c_int = 8;
/// State bit: the peer has opened the endpoint.
pub const PN_REMOTE_ACTIVE: c_int = 16;
/// State bit: the peer has closed the endpoint.
pub const PN_REMOTE_CLOSED: c_int = 32;
/// All state bits of this side.
pub const PN_LOCAL_MASK: c_int = PN_LOCAL_UNINIT | PN_LOCAL_ACTIVE | PN_LOCAL_CLOSED;
/// All state bits of the peer's side.
pub const PN_REMOTE_MASK: c_int = PN_REMOTE_UNINIT | PN_REMOTE_ACTIVE | PN_REMOTE_CLOSED;

/// Makes a connection, to be bound to a transport or given to a connection driver.
///
/// @return a new connection with one reference, to be freed with pn_connection_free()
#[unsafe(no_mangle)]
pub extern "C" fn pn_connection() -> *mut pn_connection_t {
    let connection = new_node(pn_connection_t {
        engine: Connection::new(),
        collector: null_mut(),
        transport: null_mut(),
        driver: null_mut(),
        record: null_mut(),
        condition: None,
        data: None,
        settling: false,
        seat: Seat::none(),
    });
    // SAFETY: the connection is fresh; the caller gets its first reference.
    unsafe { set_count(connection, 1) };
    connection
}

/// Frees a connection and everything in it, and gives up the caller's reference. What events or other references
/// still hold stays readable.
///
/// @param[in] connection a connection, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_free(connection: *mut pn_connection_t) {
    if connection.is_null() {
        return;
    }
    // SAFETY: the caller passes a live connection and gives up a reference.
    unsafe { pn_connection_release(connection) };
    // SAFETY: as above.
    unsafe { let_go(connection) };
}

/// Frees a connection and everything in it, but keeps the caller's reference.
///
/// @param[in] connection a connection, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_release(connection: *mut pn_connection_t) {
    // SAFETY: the caller passes null or a live connection.
    unsafe { on_connection(connection, (), Connection::release) }
}

/// Returns an error object that is never set; conditions tell what went wrong.
///
/// @deprecated use pn_connection_condition()
/// @param[in] connection a connection
/// @return an error without code or text
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_error(connection: *mut pn_connection_t) -> *mut pn_error_t {
    let _ = connection;
    no_error()
}

/// Tells a connection where its events go. Every endpoint that exists is announced there by its INIT event.
///
/// @param[in] connection a connection
/// @param[in] collector the collector, of which the connection takes a reference; NULL for no events
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_collect(
    connection: *mut pn_connection_t,
    collector: *mut pn_collector_t,
) {
    // SAFETY: the caller passes null or a live connection.
    let Some(this) = (unsafe { connection.as_mut() }) else { return };
    // SAFETY: the caller passes null or a live collector. It is held before the old one, which may be the same, goes.
    unsafe { incref(collector) };
    let old = std::mem::replace(&mut this.collector, collector);
    this.engine.collecting = !collector.is_null();
    if !collector.is_null() {
        this.engine.announce();
    }
    // SAFETY: the connection is live.
    unsafe { settle_if_needed(connection) };
    // SAFETY: the connection held the old collector; null is tolerated.
    unsafe { decref(old) };
}

/// Returns the collector of a connection.
///
/// @param[in] connection a connection, or NULL
/// @return the collector, NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_collector(connection: *mut pn_connection_t) -> *mut pn_collector_t {
    // SAFETY: the caller passes null or a live connection.
    unsafe { connection.as_ref() }.map_or(null_mut(), |this| this.collector)
}

/// Returns the transport that a connection is bound to.
///
/// @param[in] connection a connection, or NULL
/// @return the transport, NULL if the connection is not bound
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_transport(connection: *mut pn_connection_t) -> *mut pn_transport_t {
    // SAFETY: the caller passes null or a live connection.
    unsafe { connection.as_ref() }.map_or(null_mut(), |this| this.transport)
}

/// Returns the application's pointer on a connection.
///
/// @param[in] connection a connection, or NULL
/// @return what pn_connection_set_context() stored, NULL if nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_get_context(connection: *mut pn_connection_t) -> *mut c_void {
    // SAFETY: the caller passes null or a live connection.
    unsafe { connection.as_ref() }.map_or(null_mut(), |this| context(this.record))
}

/// Stores a pointer of the application's on a connection.
///
/// @param[in] connection a connection
/// @param[in] context any pointer; it is never followed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_set_context(connection: *mut pn_connection_t, context: *mut c_void) {
    // SAFETY: the caller passes null or a live connection.
    if let Some(this) = unsafe { connection.as_mut() } {
        set_context(&mut this.record, context);
    }
}

/// Returns the record in which anything can be attached to a connection.
///
/// @param[in] connection a connection, or NULL
/// @return the record, valid as long as the connection; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_attachments(connection: *mut pn_connection_t) -> *mut pn_record_t {
    // SAFETY: the caller passes null or a live connection.
    unsafe { connection.as_mut() }.map_or(null_mut(), |this| attachments(&mut this.record))
}

/// Returns the state of a connection, one bit of PN_LOCAL_MASK and one of PN_REMOTE_MASK.
///
/// @param[in] connection a connection, or NULL
/// @return the bits, 0 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_state(connection: *mut pn_connection_t) -> pn_state_t {
    // SAFETY: the caller passes null or a live connection.
    unsafe { on_connection(connection, 0, |engine| state_bits(engine.state)) }
}

/// Opens a connection: the peer hears of it with the next output.
///
/// @param[in] connection a connection
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_open(connection: *mut pn_connection_t) {
    // SAFETY: the caller passes null or a live connection.
    unsafe { on_connection(connection, (), Connection::open) }
}

/// Closes a connection: the peer hears of it once what was sent before is out.
///
/// @param[in] connection a connection
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_close(connection: *mut pn_connection_t) {
    // SAFETY: the caller passes null or a live connection.
    unsafe { on_connection(connection, (), Connection::close) }
}

/// Puts the state of a connection back to before it was opened, so that it can be used with another transport.
/// Everything else stays as it is.
///
/// @param[in] connection a connection
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_reset(connection: *mut pn_connection_t) {
    // SAFETY: the caller passes null or a live connection.
    unsafe { on_connection(connection, (), Connection::reset) }
}

/// Returns the container-id that a connection tells its peer.
///
/// @param[in] connection a connection, or NULL
/// @return the container-id, valid until it is set again; NULL if unset
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_get_container(connection: *mut pn_connection_t) -> *const c_char {
    // SAFETY: the caller passes null or a live connection.
    unsafe { on_connection(connection, std::ptr::null(), |engine| lend(&engine.container)) }
}

/// Sets the container-id that a connection tells its peer; it has to be set before the connection is opened.
///
/// @param[in] connection a connection
/// @param[in] container the container-id, copied; NULL unsets it
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_set_container(
    connection: *mut pn_connection_t,
    container: *const c_char,
) {
    // SAFETY: the caller passes null or a string.
    let container = unsafe { text(container) };
    // SAFETY: the caller passes null or a live connection.
    unsafe { on_connection(connection, (), |engine| engine.container = Text::from_option(container)) }
}

/// Returns the user that a connection authenticates as.
///
/// @param[in] connection a connection, or NULL
/// @return the user, valid until it is set again; NULL if unset
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_get_user(connection: *mut pn_connection_t) -> *const c_char {
    // SAFETY: the caller passes null or a live connection.
    unsafe { on_connection(connection, std::ptr::null(), |engine| lend(&engine.identity.user)) }
}

/// Sets the user that a client authenticates as. Read when a transport is bound, where it calls for SASL.
///
/// @param[in] connection a connection
/// @param[in] user the user name, copied; NULL unsets it
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_set_user(connection: *mut pn_connection_t, user: *const c_char) {
    // SAFETY: the caller passes null or a string.
    let user = unsafe { text(user) };
    // SAFETY: the caller passes null or a live connection.
    unsafe { on_connection(connection, (), |engine| engine.identity.user = Text::from_option(user)) }
}

/// Returns the identity that a connection wants to act for.
///
/// @param[in] connection a connection, or NULL
/// @return the authorization identity, valid until it is set again; NULL if unset
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_get_authorization(connection: *mut pn_connection_t) -> *const c_char {
    // SAFETY: the caller passes null or a live connection.
    unsafe { on_connection(connection, std::ptr::null(), |engine| lend(&engine.identity.authorization)) }
}

/// Sets the identity that a client wants to act for, if not the user itself. Read when a transport is bound.
///
/// @param[in] connection a connection
/// @param[in] authzid the authorization identity, copied; NULL unsets it
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_set_authorization(
    connection: *mut pn_connection_t,
    authzid: *const c_char,
) {
    // SAFETY: the caller passes null or a string.
    let authzid = unsafe { text(authzid) };
    // SAFETY: the caller passes null or a live connection.
    unsafe {
        on_connection(connection, (), |engine| engine.identity.authorization = Text::from_option(authzid))
    }
}

/// Sets the password that a client proves itself with. Read when a transport is bound; it cannot be read back.
///
/// @param[in] connection a connection
/// @param[in] password the password, copied; NULL unsets it. The bytes of the old one are overwritten
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_set_password(
    connection: *mut pn_connection_t,
    password: *const c_char,
) {
    // SAFETY: the caller passes null or a string.
    let password = unsafe { text(password) }.map(Password::new);
    // SAFETY: the caller passes null or a live connection.
    unsafe { on_connection(connection, (), |engine| engine.identity.password = password) }
}

/// Returns the name of the host that a connection asks for.
///
/// @param[in] connection a connection, or NULL
/// @return the host name, valid until it is set again; NULL if unset
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_get_hostname(connection: *mut pn_connection_t) -> *const c_char {
    // SAFETY: the caller passes null or a live connection.
    unsafe { on_connection(connection, std::ptr::null(), |engine| lend(&engine.hostname)) }
}

/// Sets the name of the host that a connection asks for; it is told in the open and to security layers.
///
/// @param[in] connection a connection
/// @param[in] hostname the host name, copied; NULL unsets it
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_set_hostname(
    connection: *mut pn_connection_t,
    hostname: *const c_char,
) {
    // SAFETY: the caller passes null or a string.
    let hostname = unsafe { text(hostname) };
    // SAFETY: the caller passes null or a live connection.
    unsafe { on_connection(connection, (), |engine| engine.hostname = Text::from_option(hostname)) }
}

/// Returns the container-id of the peer.
///
/// @param[in] connection a connection, or NULL
/// @return the text, valid until the transport is unbound; NULL if there is none or it has not arrived
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_remote_container(connection: *mut pn_connection_t) -> *const c_char {
    // SAFETY: the caller passes null or a live connection.
    let transport = unsafe { pn_connection_transport(connection) };
    // SAFETY: a bound transport is live.
    unsafe { transport.as_ref() }.map_or(std::ptr::null(), |this| lend(&this.engine.remote().container))
}

/// Returns the host name that the peer asked for.
///
/// @param[in] connection a connection, or NULL
/// @return the text, valid until the transport is unbound; NULL if there is none or it has not arrived
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_remote_hostname(connection: *mut pn_connection_t) -> *const c_char {
    // SAFETY: the caller passes null or a live connection.
    let transport = unsafe { pn_connection_transport(connection) };
    // SAFETY: a bound transport is live.
    unsafe { transport.as_ref() }.map_or(std::ptr::null(), |this| lend(&this.engine.remote().hostname))
}

/// Returns the capabilities that this side offers, to be filled before the connection is opened.
///
/// @param[in] connection a connection, or NULL
/// @return the data, owned by the connection and valid as long as it; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_offered_capabilities(
    connection: *mut pn_connection_t,
) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live connection.
    unsafe { own_data(connection, 0) }
}

/// Returns the capabilities that this side asks for, to be filled before the connection is opened.
///
/// @param[in] connection a connection, or NULL
/// @return the data, owned by the connection and valid as long as it; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_desired_capabilities(
    connection: *mut pn_connection_t,
) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live connection.
    unsafe { own_data(connection, 1) }
}

/// Returns the properties of this side, to be filled before the connection is opened.
///
/// @param[in] connection a connection, or NULL
/// @return the data, owned by the connection and valid as long as it; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_properties(connection: *mut pn_connection_t) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live connection.
    unsafe { own_data(connection, 2) }
}

/// Returns the capabilities that the peer offers; empty until the peer's open has arrived.
///
/// @param[in] connection a connection, or NULL
/// @return the data, valid until the transport is unbound; NULL if none is bound
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_remote_offered_capabilities(
    connection: *mut pn_connection_t,
) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live connection.
    let transport = unsafe { pn_connection_transport(connection) };
    // SAFETY: a bound transport is live; null is tolerated.
    unsafe { super::transport::remote_data(transport, 0) }
}

/// Returns the capabilities that the peer asks for; empty until the peer's open has arrived.
///
/// @param[in] connection a connection, or NULL
/// @return the data, valid until the transport is unbound; NULL if none is bound
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_remote_desired_capabilities(
    connection: *mut pn_connection_t,
) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live connection.
    let transport = unsafe { pn_connection_transport(connection) };
    // SAFETY: a bound transport is live; null is tolerated.
    unsafe { super::transport::remote_data(transport, 1) }
}

/// Returns the properties of the peer; empty until the peer's open has arrived.
///
/// @param[in] connection a connection, or NULL
/// @return the data, valid until the transport is unbound; NULL if none is bound
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_remote_properties(connection: *mut pn_connection_t) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live connection.
    let transport = unsafe { pn_connection_transport(connection) };
    // SAFETY: a bound transport is live; null is tolerated.
    unsafe { super::transport::remote_data(transport, 2) }
}

/// Returns the condition that a close will carry, to be set before closing.
///
/// @param[in] connection a connection, or NULL
/// @return the condition, valid as long as the connection; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_condition(connection: *mut pn_connection_t) -> *mut pn_condition_t {
    // SAFETY: the caller passes null or a live connection.
    let Some(this) = (unsafe { connection.as_mut() }) else { return null_mut() };
    let lent = || pn_condition_t::lent(connection.cast(), 0, open_condition);
    &raw mut **this.condition.get_or_insert_with(lent)
}

/// Returns the condition that the peer closed with.
///
/// @param[in] connection a connection, or NULL
/// @return the condition, valid until the transport is unbound; NULL if none is bound
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_connection_remote_condition(
    connection: *mut pn_connection_t,
) -> *mut pn_condition_t {
    // SAFETY: the caller passes null or a live connection.
    let transport = unsafe { pn_connection_transport(connection) };
    // SAFETY: a bound transport is live; null is tolerated.
    unsafe { super::transport::remote_condition(transport) }
}

fn lend(text: &Option<Text>) -> *const c_char {
    text.as_ref().map_or(std::ptr::null(), Text::as_ptr)
}

unsafe fn open_condition(owner: *mut c_void, _part: u32) -> *mut Condition {
    // SAFETY: the connection is live as long as the conditions it lends.
    let engine = unsafe { &mut (*owner.cast::<pn_connection_t>()).engine };
    &raw mut *engine.condition
}

/// The data object for one of the connection's own fields.
///
/// # Safety
/// `connection` is null or live.
unsafe fn own_data(connection: *mut pn_connection_t, part: u32) -> *mut pn_data_t {
    // SAFETY: passed on from the caller.
    let Some(this) = (unsafe { connection.as_mut() }) else { return null_mut() };
    let data = this.data.get_or_insert_with(|| Box::new([null_mut(); 3]));
    let place = &mut data[part as usize];
    if place.is_null() {
        *place = lent_data(connection.cast(), part, open_data, Home::Varying);
    }
    *place
}

unsafe fn open_data(owner: *mut c_void, part: u32) -> *mut Data {
    // SAFETY: the connection retires its data before it goes.
    let engine = unsafe { &mut (*owner.cast::<pn_connection_t>()).engine };
    let field: &mut Field = match part {
        0 => &mut engine.extras.offered_capabilities,
        1 => &mut engine.extras.desired_capabilities,
        _ => &mut engine.extras.properties,
    };
    field.open()
}
