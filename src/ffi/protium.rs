//! `protium.h`: what AMQP lets an end say, and what a domain of TLS can do, that Proton has no function for. Everything
//! else is in the headers of Proton.

use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;

use super::boundary::{on_link, on_session};
use super::codec::pn_data_t;
use super::data_object::{Home, lent_data, text};
use super::shell::{ExtraData, pn_link_t, pn_session_t};
use super::ssl::{on_domain, pn_ssl_domain_t};
use crate::codec::{Data, Field};
use crate::engine::{BothExtras, Extras, Password, Side};
use crate::tls::domain::ERROR;

/// Returns the capabilities that this side offers on a link: a symbol or an array of symbols, to be filled before the
/// link is opened.
///
/// @param[in] link a link, or NULL
/// @return the data, owned by the link and valid as long as it; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_link_offered_capabilities(link: *mut pn_link_t) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live link.
    unsafe { of_link(link, Part { side: Side::Local, what: What::Offered }) }
}

/// Returns the capabilities that this side wishes for on a link: a symbol or an array of symbols, to be filled before
/// the link is opened.
///
/// @param[in] link a link, or NULL
/// @return the data, owned by the link and valid as long as it; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_link_desired_capabilities(link: *mut pn_link_t) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live link.
    unsafe { of_link(link, Part { side: Side::Local, what: What::Desired }) }
}

/// Returns the capabilities that the peer offers on a link.
///
/// @param[in] link a link, or NULL
/// @return the data, owned by the link and valid as long as it; NULL if the peer told none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_link_remote_offered_capabilities(link: *mut pn_link_t) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live link.
    unsafe { of_link(link, Part { side: Side::Remote, what: What::Offered }) }
}

/// Returns the capabilities that the peer wishes for on a link.
///
/// @param[in] link a link, or NULL
/// @return the data, owned by the link and valid as long as it; NULL if the peer told none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_link_remote_desired_capabilities(link: *mut pn_link_t) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live link.
    unsafe { of_link(link, Part { side: Side::Remote, what: What::Desired }) }
}

/// Returns the capabilities that this side offers on a session: a symbol or an array of symbols, to be filled before
/// the session is opened.
///
/// @param[in] session a session, or NULL
/// @return the data, owned by the session and valid as long as it; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_session_offered_capabilities(session: *mut pn_session_t) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live session.
    unsafe { of_session(session, Part { side: Side::Local, what: What::Offered }) }
}

/// Returns the capabilities that this side wishes for on a session: a symbol or an array of symbols, to be filled
/// before the session is opened.
///
/// @param[in] session a session, or NULL
/// @return the data, owned by the session and valid as long as it; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_session_desired_capabilities(session: *mut pn_session_t) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live session.
    unsafe { of_session(session, Part { side: Side::Local, what: What::Desired }) }
}

/// Returns the properties that this side tells of a session, a map, to be filled before the session is opened.
///
/// @param[in] session a session, or NULL
/// @return the data, owned by the session and valid as long as it; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_session_properties(session: *mut pn_session_t) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live session.
    unsafe { of_session(session, Part { side: Side::Local, what: What::Properties }) }
}

/// Returns the capabilities that the peer offers on a session.
///
/// @param[in] session a session, or NULL
/// @return the data, owned by the session and valid as long as it; NULL if the peer told none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_session_remote_offered_capabilities(
    session: *mut pn_session_t,
) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live session.
    unsafe { of_session(session, Part { side: Side::Remote, what: What::Offered }) }
}

/// Returns the capabilities that the peer wishes for on a session.
///
/// @param[in] session a session, or NULL
/// @return the data, owned by the session and valid as long as it; NULL if the peer told none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_session_remote_desired_capabilities(
    session: *mut pn_session_t,
) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live session.
    unsafe { of_session(session, Part { side: Side::Remote, what: What::Desired }) }
}

/// Returns the properties that the peer told of a session.
///
/// @param[in] session a session, or NULL
/// @return the data, owned by the session and valid as long as it; NULL if the peer told none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_session_remote_properties(session: *mut pn_session_t) -> *mut pn_data_t {
    // SAFETY: the caller passes null or a live session.
    unsafe { of_session(session, Part { side: Side::Remote, what: What::Properties }) }
}

/// Reads again all files that a domain was set up from: certificate, key, and authorities, the system's included. Sessions
/// that begin from now on use what the files now say; those that live go on with what they have, so no connection is
/// dropped. Unless all files are good, nothing changes.
///
/// To exchange a certificate for a new one, put the new files in the place of the old ones, under the same names, and call
/// this; any thread may. Clients do not continue earlier sessions with the domain, so that all peers are verified anew.
///
/// @param[in] domain a domain
/// @param[in] password the password of the key, or NULL; it is not kept, so a key that needs one needs it every time
/// @return 0; what the function would return that has set the first part that cannot be read, and the log says why
#[unsafe(no_mangle)]
pub unsafe extern "C" fn protium_ssl_domain_reload(
    domain: *mut pn_ssl_domain_t,
    password: *const c_char,
) -> c_int {
    // SAFETY: the caller passes null or a string.
    let password = unsafe { text(password) }.map(Password::new);
    // SAFETY: the caller passes null or a live domain.
    unsafe { on_domain(domain, ERROR, |domain| domain.reload(password.as_ref())) }
}

/// Which of the three is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Offered,
    Desired,
    Properties,
}

/// Which tree is meant.
#[derive(Clone, Copy)]
struct Part {
    side: Side,
    what: What,
}

impl Part {
    const ALL: [Self; 6] = {
        const fn of(side: Side, what: What) -> Part {
            Part { side, what }
        }
        [
            of(Side::Local, What::Offered),
            of(Side::Local, What::Desired),
            of(Side::Local, What::Properties),
            of(Side::Remote, What::Offered),
            of(Side::Remote, What::Desired),
            of(Side::Remote, What::Properties),
        ]
    };

    /// The number that stands for it where C's objects are lent.
    fn number(self) -> u32 {
        let first = if self.side == Side::Local { 0 } else { 3 };
        first + self.what as u32
    }

    fn field(self, extras: &mut Extras) -> &mut Field {
        match self.what {
            What::Offered => &mut extras.offered_capabilities,
            What::Desired => &mut extras.desired_capabilities,
            What::Properties => &mut extras.properties,
        }
    }

    /// Whether there is something to look at: our own is made on the first look, the peer's is there or not.
    fn is_there(self, extras: &mut BothExtras) -> bool {
        self.side == Side::Local
            || (extras.get(self.side).is_some()
                && !matches!(self.field(extras.open(self.side)), Field::Empty))
    }
}

/// The data object in its place, made on the first look.
fn lend(
    place: &mut ExtraData,
    owner: *mut c_void,
    part: Part,
    open: unsafe fn(*mut c_void, u32) -> *mut Data,
) -> *mut pn_data_t {
    let number = part.number();
    let places = place.get_or_insert_with(|| Box::new([null_mut(); 6]));
    let data = &mut places[number as usize];
    if data.is_null() {
        *data = lent_data(owner, number, open, Home::Varying);
    }
    *data
}

/// # Safety
/// `link` is null or live.
unsafe fn of_link(link: *mut pn_link_t, part: Part) -> *mut pn_data_t {
    // SAFETY: passed on from the caller.
    if !unsafe { on_link(link, false, |engine, key| part.is_there(&mut engine.links[key].extras)) } {
        return null_mut();
    }
    // SAFETY: as above; it is not null, or there would be nothing.
    lend(unsafe { &mut (*link).extra_data }, link.cast(), part, open_of_link)
}

/// # Safety
/// `session` is null or live.
unsafe fn of_session(session: *mut pn_session_t, part: Part) -> *mut pn_data_t {
    let is_there = |engine: &mut crate::engine::Connection, key| {
        engine.sessions.get_mut(key).is_some_and(|slot| part.is_there(&mut slot.extras))
    };
    // SAFETY: passed on from the caller.
    if !unsafe { on_session(session, false, is_there) } {
        return null_mut();
    }
    // SAFETY: as above; it is not null, or there would be nothing.
    lend(unsafe { &mut (*session).extra_data }, session.cast(), part, open_of_session)
}

/// The tree that a number stands for.
fn tree(extras: &mut BothExtras, number: u32) -> *mut Data {
    match Part::ALL.get(number as usize) {
        Some(part) => std::ptr::from_mut(part.field(extras.open(part.side)).open()),
        None => null_mut(),
    }
}

unsafe fn open_of_link(link: *mut c_void, number: u32) -> *mut Data {
    let open = |engine: &mut crate::engine::Connection, key| tree(&mut engine.links[key].extras, number);
    // SAFETY: a link retires its data before it goes.
    unsafe { on_link(link.cast(), null_mut(), open) }
}

unsafe fn open_of_session(session: *mut c_void, number: u32) -> *mut Data {
    let open = |engine: &mut crate::engine::Connection, key| {
        engine.sessions.get_mut(key).map_or(null_mut(), |slot| tree(&mut slot.extras, number))
    };
    // SAFETY: a session retires its data before it goes.
    unsafe { on_session(session.cast(), null_mut(), open) }
}
