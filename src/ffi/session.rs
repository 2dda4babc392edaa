//! `proton/session.h`: sessions, on which links live.

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use super::boundary::{matches_state, no_error, on_connection, on_session, state_bits};
use super::condition::pn_condition_t;
use super::error::{PN_ARG_ERR, PN_STATE_ERR, pn_error_t};
use super::settle::{session_object, settle_if_needed};
use super::shell::{attachments, context, pn_connection_t, pn_session_t, set_context};
use super::types::{pn_frame_count_t, pn_state_t};
use crate::engine::{Condition, Half, SessionKey, WindowLimit};
use crate::object::record::pn_record_t;

/// Makes a session on a connection. The connection owns it; the caller gets no reference.
///
/// @param[in] connection a connection
/// @return the session, to be freed with pn_session_free() or with the connection; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session(connection: *mut pn_connection_t) -> *mut pn_session_t {
    // SAFETY: the caller passes null or a live connection.
    let Some(this) = (unsafe { connection.as_mut() }) else { return null_mut() };
    let key = this.engine.create_session();
    // SAFETY: as above.
    let session = unsafe { session_object(connection, key) };
    // SAFETY: as above; a new session is not freed by settling.
    unsafe { settle_if_needed(connection) };
    session
}

/// Frees a session and its links. It stays readable while something holds it, and attached until it is ended.
///
/// @param[in] session a session, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_free(session: *mut pn_session_t) {
    // SAFETY: the caller passes null or a live session.
    unsafe { on_session(session, (), |engine, key| engine.free_session(key)) }
}

/// Returns the application's pointer on a session.
///
/// @param[in] session a session, or NULL
/// @return what pn_session_set_context() stored, NULL if nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_get_context(session: *mut pn_session_t) -> *mut c_void {
    // SAFETY: the caller passes null or a live session.
    unsafe { session.as_ref() }.map_or(null_mut(), |this| context(this.record))
}

/// Stores a pointer of the application's on a session.
///
/// @param[in] session a session
/// @param[in] context any pointer; it is never followed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_set_context(session: *mut pn_session_t, context: *mut c_void) {
    // SAFETY: the caller passes null or a live session.
    if let Some(this) = unsafe { session.as_mut() } {
        set_context(&mut this.record, context);
    }
}

/// Returns the record in which anything can be attached to a session.
///
/// @param[in] session a session, or NULL
/// @return the record, valid as long as the session; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_attachments(session: *mut pn_session_t) -> *mut pn_record_t {
    // SAFETY: the caller passes null or a live session.
    unsafe { session.as_mut() }.map_or(null_mut(), |this| attachments(&mut this.record))
}

/// Returns the state of a session, one bit of PN_LOCAL_MASK and one of PN_REMOTE_MASK.
///
/// @param[in] session a session, or NULL
/// @return the bits, 0 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_state(session: *mut pn_session_t) -> pn_state_t {
    // SAFETY: the caller passes null or a live session.
    unsafe { on_session(session, 0, |engine, key| state_bits(engine.sessions[key].state)) }
}

/// Returns an error object that is never set; conditions tell what went wrong.
///
/// @deprecated use pn_session_condition()
/// @param[in] session a session
/// @return an error without code or text
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_error(session: *mut pn_session_t) -> *mut pn_error_t {
    let _ = session;
    no_error()
}

/// Returns the condition that an end will carry, to be set before closing.
///
/// @param[in] session a session, or NULL
/// @return the condition, valid as long as the session; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_condition(session: *mut pn_session_t) -> *mut pn_condition_t {
    // SAFETY: the caller passes null or a live session.
    unsafe { condition(session, 0) }
}

/// Returns the condition that the peer ended the session with.
///
/// @param[in] session a session, or NULL
/// @return the condition, valid as long as the session; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_remote_condition(session: *mut pn_session_t) -> *mut pn_condition_t {
    // SAFETY: the caller passes null or a live session.
    unsafe { condition(session, 1) }
}

/// Returns the connection of a session.
///
/// @param[in] session a session, or NULL
/// @return the connection, NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_connection(session: *mut pn_session_t) -> *mut pn_connection_t {
    // SAFETY: the caller passes null or a live session.
    unsafe { session.as_ref() }.map_or(null_mut(), |this| this.connection)
}

/// Opens a session: the peer hears of it with the next output.
///
/// @param[in] session a session
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_open(session: *mut pn_session_t) {
    // SAFETY: the caller passes null or a live session.
    unsafe { on_session(session, (), |engine, key| engine.open_session(key)) }
}

/// Closes a session: the peer hears of it once what was sent before is out.
///
/// @param[in] session a session
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_close(session: *mut pn_session_t) {
    // SAFETY: the caller passes null or a live session.
    unsafe { on_session(session, (), |engine, key| engine.close_session(key)) }
}

/// Returns the limit on bytes received and not read, as set.
///
/// @param[in] session a session, or NULL
/// @return bytes; 0 for no limit in bytes
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_get_incoming_capacity(session: *mut pn_session_t) -> usize {
    // SAFETY: the caller passes null or a live session.
    let limit = unsafe { window_limit(session) };
    if let WindowLimit::Bytes(capacity) = limit { capacity } else { 0 }
}

/// Limits the bytes that a session takes before they are read. It replaces a limit in frames, and has to be at least
/// one frame of the transport's max-frame-size, or the connection fails with `amqp:internal-error`.
///
/// @param[in] session a session
/// @param[in] capacity bytes; 0 for no limit
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_set_incoming_capacity(session: *mut pn_session_t, capacity: usize) {
    let limit = if capacity == 0 { WindowLimit::None } else { WindowLimit::Bytes(capacity) };
    // SAFETY: the caller passes null or a live session.
    unsafe { on_session(session, (), |engine, key| engine.set_window_limit(key, limit)) }
}

/// Returns the limit on frames received and not read, as set.
///
/// @param[in] session a session, or NULL
/// @return frames; 0 for no limit in frames
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_incoming_window(session: *mut pn_session_t) -> pn_frame_count_t {
    // SAFETY: the caller passes null or a live session.
    let limit = unsafe { window_limit(session) };
    if let WindowLimit::Frames { window, .. } = limit { window } else { 0 }
}

/// Returns the low-water mark of the incoming window, as set.
///
/// @param[in] session a session, or NULL
/// @return frames; 0 if the default is in use
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_incoming_window_lwm(session: *mut pn_session_t) -> pn_frame_count_t {
    // SAFETY: the caller passes null or a live session.
    let limit = unsafe { window_limit(session) };
    if let WindowLimit::Frames { low_water_mark, .. } = limit { low_water_mark } else { 0 }
}

/// Limits the frames that a session takes before they are read, and says when the peer is told of new room. It
/// replaces a limit in bytes, and has to be set before the session is opened.
///
/// @param[in] session a session
/// @param[in] window frames, at least 1
/// @param[in] lwm the peer is told when it has fewer frames left than this; 0 for half the window
/// @return 0, PN_ARG_ERR for a window of 0 or one below the mark, PN_STATE_ERR for an open session
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_set_incoming_window_and_lwm(
    session: *mut pn_session_t,
    window: pn_frame_count_t,
    lwm: pn_frame_count_t,
) -> c_int {
    if window == 0 || lwm > window {
        return PN_ARG_ERR;
    }
    // SAFETY: the caller passes null or a live session.
    unsafe {
        on_session(session, PN_ARG_ERR, |engine, key| {
            if engine.sessions[key].state.local == Half::Active {
                return PN_STATE_ERR;
            }
            engine.set_window_limit(key, WindowLimit::Frames { window, low_water_mark: lwm });
            0
        })
    }
}

/// Returns the frames that the peer takes at present, as far as it has told.
///
/// @param[in] session a session, or NULL
/// @return frames; 0 before the peer has begun the session
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_remote_incoming_window(session: *mut pn_session_t) -> pn_frame_count_t {
    // SAFETY: the caller passes null or a live session.
    unsafe { on_session(session, 0, |engine, key| engine.sessions[key].wire.remote_incoming_window) }
}

/// Returns the outgoing window that the peer is told.
///
/// @param[in] session a session, or NULL
/// @return frames
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_get_outgoing_window(session: *mut pn_session_t) -> usize {
    // SAFETY: the caller passes null or a live session.
    unsafe { on_session(session, 0, |engine, key| engine.sessions[key].outgoing_window as usize) }
}

/// Sets the outgoing window that the peer is told; it limits nothing.
///
/// @param[in] session a session
/// @param[in] window frames
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_set_outgoing_window(session: *mut pn_session_t, window: usize) {
    let window = u32::try_from(window).unwrap_or(u32::MAX);
    // SAFETY: the caller passes null or a live session.
    unsafe { on_session(session, (), |engine, key| engine.sessions[key].outgoing_window = window) }
}

/// Returns the bytes given to links of a session and not yet put into frames.
///
/// @param[in] session a session, or NULL
/// @return bytes
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_outgoing_bytes(session: *mut pn_session_t) -> usize {
    // SAFETY: the caller passes null or a live session.
    unsafe { on_session(session, 0, |engine, key| engine.sessions[key].outgoing_bytes) }
}

/// Returns the bytes received on links of a session and not yet read.
///
/// @param[in] session a session, or NULL
/// @return bytes
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_incoming_bytes(session: *mut pn_session_t) -> usize {
    // SAFETY: the caller passes null or a live session.
    unsafe { on_session(session, 0, |engine, key| engine.sessions[key].incoming_bytes) }
}

/// Returns the first session of a connection that is in a certain state, in the order of creation.
///
/// @param[in] connection a connection, or NULL
/// @param[in] state bits to match: with bits of one side only, any of them; with bits of both sides, exactly
///            these; 0 for every session
/// @return the session, NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_head(
    connection: *mut pn_connection_t,
    state: pn_state_t,
) -> *mut pn_session_t {
    // SAFETY: the caller passes null or a live connection.
    let head = unsafe { on_connection(connection, None, |engine| engine.session_head()) };
    // SAFETY: as above.
    unsafe { first_match(connection, head, state) }
}

/// Returns the next session of the same connection that is in a certain state, in the order of creation.
///
/// @param[in] session a session, or NULL
/// @param[in] state bits to match, as for pn_session_head()
/// @return the session, NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_session_next(session: *mut pn_session_t, state: pn_state_t) -> *mut pn_session_t {
    // SAFETY: the caller passes null or a live session.
    let connection = unsafe { pn_session_connection(session) };
    // SAFETY: as above.
    let next = unsafe { on_session(session, None, |engine, key| engine.next_session(key)) };
    // SAFETY: as above.
    unsafe { first_match(connection, next, state) }
}

/// # Safety
/// `connection` is null or live.
unsafe fn first_match(
    connection: *mut pn_connection_t,
    mut key: Option<SessionKey>,
    mask: pn_state_t,
) -> *mut pn_session_t {
    while let Some(candidate) = key {
        // SAFETY: a key comes from a live connection.
        let engine = unsafe { &(*connection).engine };
        if matches_state(engine.sessions[candidate].state, mask) {
            // SAFETY: as above.
            return unsafe { session_object(connection, candidate) };
        }
        key = engine.next_session(candidate);
    }
    null_mut()
}

/// # Safety
/// `session` is null or live.
unsafe fn window_limit(session: *mut pn_session_t) -> WindowLimit {
    // SAFETY: passed on from the caller.
    unsafe { on_session(session, WindowLimit::None, |engine, key| engine.sessions[key].window_limit) }
}

/// Our condition (0) or the peer's (1).
///
/// # Safety
/// `session` is null or live.
unsafe fn condition(session: *mut pn_session_t, part: u32) -> *mut pn_condition_t {
    // SAFETY: passed on from the caller.
    let Some(this) = (unsafe { session.as_mut() }) else { return null_mut() };
    let lent = || pn_condition_t::lent(session.cast(), part, open_condition);
    &raw mut **this.conditions[part as usize].get_or_insert_with(lent)
}

unsafe fn open_condition(owner: *mut c_void, part: u32) -> *mut Condition {
    let find = |engine: &mut crate::engine::Connection, key: SessionKey| {
        let slot = &mut engine.sessions[key];
        let place = if part == 0 { &mut slot.condition } else { &mut slot.remote_condition };
        std::ptr::from_mut(&mut **place.get_or_insert_default())
    };
    // SAFETY: the session is live as long as the conditions it lends.
    unsafe { on_session(owner.cast(), null_mut(), find) }
}
