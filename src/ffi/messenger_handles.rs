//! Connections, sessions, links and deliveries as a messenger holds them: by a reference, so that what is named can
//! always be used, and without a word of caution at every step.

use std::ffi::{CStr, CString, c_char, c_int};

use super::connection::*;
use super::data_object::text;
use super::delivery::*;
use super::link::*;
use super::reactor::{pn_reactor_set_connection_host, pn_reactor_t};
use super::session::*;
use super::shell::{pn_connection_t, pn_delivery_t, pn_link_t, pn_session_t};
use super::terminus::names::pn_expiry_policy_t as Expiry;
use super::terminus::*;
use super::types::{pn_bytes_t, pn_seconds_t, pn_state_t};
use crate::object::{decref, incref};

/// An object of the engine, and a reference to it.
pub(super) struct Held<T>(*mut T);

impl<T> Held<T> {
    /// Takes a reference; nothing for null.
    ///
    /// # Safety
    /// `object` is null or a live counted object.
    pub(super) unsafe fn new(object: *mut T) -> Option<Self> {
        if object.is_null() {
            return None;
        }
        // SAFETY: passed on from the caller.
        unsafe { incref(object) };
        Some(Self(object))
    }

    pub(super) const fn as_ptr(&self) -> *mut T {
        self.0
    }

    pub(super) fn is(&self, object: *mut T) -> bool {
        self.0 == object
    }
}

impl<T> Clone for Held<T> {
    fn clone(&self) -> Self {
        // SAFETY: the object is held.
        unsafe { incref(self.0) };
        Self(self.0)
    }
}

impl<T> Drop for Held<T> {
    fn drop(&mut self) {
        // SAFETY: the reference is this handle's.
        unsafe { decref(self.0) };
    }
}

impl<T> PartialEq for Held<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

/// Functions of the interface that need nothing but their object.
macro_rules! methods {
    ($object:ident { $( fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)? = $function:ident; )* }) => {
        impl Held<$object> {
            $(
                pub(super) fn $name(&self, $($argument: $type),*) $(-> $result)? {
                    // SAFETY: the object is held.
                    unsafe { $function(self.0, $($argument),*) }
                }
            )*
        }
    };
}

pub(super) type Connection = Held<pn_connection_t>;
pub(super) type Link = Held<pn_link_t>;
pub(super) type Delivery = Held<pn_delivery_t>;

methods!(pn_connection_t {
    fn open() = pn_connection_open;
    fn close() = pn_connection_close;
    fn release() = pn_connection_release;
    fn state() -> pn_state_t = pn_connection_state;
});

methods!(pn_link_t {
    fn open() = pn_link_open;
    fn close() = pn_link_close;
    fn state() -> pn_state_t = pn_link_state;
    fn is_sender() -> bool = pn_link_is_sender;
    fn remote_credit() -> c_int = pn_link_remote_credit;
    fn queued() -> c_int = pn_link_queued;
    fn flow(credit: c_int) = pn_link_flow;
    fn drained() -> c_int = pn_link_drained;
    fn set_drain(drain: bool) -> () = pn_link_set_drain;
    fn advance() -> bool = pn_link_advance;
    fn set_sender_mode(mode: pn_snd_settle_mode_t) = pn_link_set_snd_settle_mode;
    fn set_receiver_mode(mode: pn_rcv_settle_mode_t) = pn_link_set_rcv_settle_mode;
});

methods!(pn_delivery_t {
    fn settled() -> bool = pn_delivery_settled;
    fn buffered() -> bool = pn_delivery_buffered;
    fn readable() -> bool = pn_delivery_readable;
    fn partial() -> bool = pn_delivery_partial;
    fn pending() -> usize = pn_delivery_pending;
    fn local_state() -> u64 = pn_delivery_local_state;
    fn remote_state() -> u64 = pn_delivery_remote_state;
    fn update(state: u64) = pn_delivery_update;
    fn clear() = pn_delivery_clear;
    fn settle() = pn_delivery_settle;
});

impl Connection {
    pub(super) fn set_container(&self, name: &CStr) {
        // SAFETY: the object is held, and the name is a text.
        unsafe { pn_connection_set_container(self.0, name.as_ptr()) };
    }

    pub(super) fn set_hostname(&self, name: &CStr) {
        // SAFETY: as above.
        unsafe { pn_connection_set_hostname(self.0, name.as_ptr()) };
    }

    /// Begins anew with another host, with the links that there are.
    pub(super) fn go_to(&self, reactor: *mut pn_reactor_t, host: &CStr, port: &CStr) {
        // SAFETY: the object is held, and both are texts.
        unsafe { pn_reactor_set_connection_host(reactor, self.0, host.as_ptr(), port.as_ptr()) };
        // SAFETY: as above.
        unsafe { pn_connection_reset(self.0) };
        self.open();
    }

    /// Who to be for the peer; the texts are copied.
    pub(super) fn set_credentials(&self, user: &CStr, password: Option<&CStr>) {
        // SAFETY: as above.
        unsafe { pn_connection_set_user(self.0, user.as_ptr()) };
        if let Some(password) = password {
            // SAFETY: as above.
            unsafe { pn_connection_set_password(self.0, password.as_ptr()) };
        }
    }

    pub(super) fn remote_container(&self) -> Option<CString> {
        // SAFETY: the object is held.
        let name = unsafe { pn_connection_remote_container(self.0) };
        // SAFETY: the connection lends null or a text.
        unsafe { copied(name) }
    }

    /// A new session, opened.
    pub(super) fn open_session(&self) -> Option<Held<pn_session_t>> {
        // SAFETY: the object is held; a new session is live.
        let session = unsafe { pn_session(self.0) };
        // SAFETY: as above.
        unsafe { pn_session_open(session) };
        // SAFETY: as above.
        unsafe { Held::new(session) }
    }
}

impl Held<pn_session_t> {
    /// A new link.
    pub(super) fn link(&self, name: &CStr, sends: bool) -> Option<Link> {
        let make = if sends { pn_sender } else { pn_receiver };
        // SAFETY: the object is held, and the name is a text.
        let link = unsafe { make(self.0, name.as_ptr()) };
        // SAFETY: a new link is live.
        unsafe { Held::new(link) }
    }
}

/// One of the four termini of a link.
#[derive(Clone, Copy)]
pub(super) enum End {
    Source,
    Target,
    RemoteSource,
    RemoteTarget,
}

impl Link {
    pub(super) fn session(&self) -> *mut pn_session_t {
        // SAFETY: the object is held.
        unsafe { pn_link_session(self.0) }
    }

    /// The connection that the link belongs to.
    pub(super) fn connection(&self) -> *mut pn_connection_t {
        // SAFETY: a link keeps its session, and that its connection.
        unsafe { pn_session_connection(self.session()) }
    }

    fn terminus(&self, end: End) -> *mut pn_terminus_t {
        let get = match end {
            End::Source => pn_link_source,
            End::Target => pn_link_target,
            End::RemoteSource => pn_link_remote_source,
            End::RemoteTarget => pn_link_remote_target,
        };
        // SAFETY: the object is held; its termini live as long.
        unsafe { get(self.0) }
    }

    pub(super) fn address(&self, end: End) -> Option<CString> {
        // SAFETY: the terminus belongs to a held link.
        let address = unsafe { pn_terminus_get_address(self.terminus(end)) };
        // SAFETY: the terminus lends null or a text.
        unsafe { copied(address) }
    }

    pub(super) fn set_address(&self, end: End, address: &CStr) {
        // SAFETY: the terminus belongs to a held link, and the address is a text.
        unsafe { pn_terminus_set_address(self.terminus(end), address.as_ptr()) };
    }

    pub(super) fn set_dynamic(&self, end: End) {
        // SAFETY: the terminus belongs to a held link.
        unsafe { pn_terminus_set_dynamic(self.terminus(end), true) };
    }

    /// Has the terminus go some time after its link.
    pub(super) fn set_time_to_live(&self, end: End, seconds: pn_seconds_t) {
        let terminus = self.terminus(end);
        // SAFETY: the terminus belongs to a held link.
        unsafe { pn_terminus_set_expiry_policy(terminus, Expiry::PN_EXPIRE_WITH_LINK as _) };
        // SAFETY: as above.
        unsafe { pn_terminus_set_timeout(terminus, seconds) };
    }

    /// Has our termini be those of the peer.
    pub(super) fn mirror_termini(&self) {
        for (ours, theirs) in [(End::Source, End::RemoteSource), (End::Target, End::RemoteTarget)] {
            // SAFETY: both belong to a held link.
            unsafe { pn_terminus_copy(self.terminus(ours), self.terminus(theirs)) };
        }
    }

    /// Begins a delivery.
    pub(super) fn deliver(&self, tag: &[u8]) -> Option<Delivery> {
        let tag = pn_bytes_t::lend(tag);
        // SAFETY: the object is held, and the tag is copied.
        let delivery = unsafe { pn_delivery(self.0, tag) };
        // SAFETY: a new delivery is live.
        unsafe { Held::new(delivery) }
    }

    /// Gives bytes to the current delivery.
    pub(super) fn send(&self, bytes: &[u8]) {
        // SAFETY: the object is held, and the bytes are copied.
        unsafe { pn_link_send(self.0, bytes.as_ptr().cast(), bytes.len()) };
    }

    /// Takes all bytes of the current delivery.
    pub(super) fn receive(&self, size: usize) -> Vec<u8> {
        let mut bytes = vec![0; size];
        // SAFETY: the object is held, and the room is as large as told.
        let taken = unsafe { pn_link_recv(self.0, bytes.as_mut_ptr().cast(), size) };
        bytes.truncate(usize::try_from(taken).unwrap_or_default());
        bytes
    }
}

impl Delivery {
    /// The link of a delivery that has not ended, else null.
    pub(super) fn link(&self) -> *mut pn_link_t {
        // SAFETY: the object is held.
        unsafe { pn_delivery_link(self.0) }
    }
}

/// A copy of a text of C.
///
/// # Safety
/// `given` is null or a text.
unsafe fn copied(given: *const c_char) -> Option<CString> {
    // SAFETY: passed on from the caller.
    unsafe { text(given) }.and_then(|bytes| CString::new(bytes).ok())
}
