//! `proton/netaddr.h`: where sockets are.
//!
//! An address belongs to what it is the address of, and is filled in when that is known: a connection has two, which
//! are empty until there is a socket, a listener has one for each of its sockets, in a list. What C reads is a copy, so
//! that it stays when the socket has gone.

use std::ffi::{c_char, c_int};
use std::ptr::null;

use libc::sockaddr;

use super::listener::{first_address, pn_listener_t};
use super::networked::{connection_of, of_transport};
use super::shell::pn_transport_t;
use crate::sys::address::SocketAddress;

/// The address of a socket.
pub struct pn_netaddr_t {
    address: SocketAddress,
    /// Whether another one of the same listener lies behind it in memory.
    followed: bool,
}

impl pn_netaddr_t {
    /// The address of a socket that is not there yet.
    pub(super) fn empty() -> Self {
        Self { address: SocketAddress::empty(), followed: false }
    }

    /// Takes what the socket says now. An address that was known once stays when the socket has gone.
    pub(super) fn learn(&mut self, now: SocketAddress) {
        if !now.is_empty() {
            self.address = now;
        }
    }

    /// What is known of it.
    pub(super) fn address(&self) -> &SocketAddress {
        &self.address
    }

    /// The addresses of a listener, which C goes through from the first one on.
    pub(super) fn list(addresses: impl IntoIterator<Item = SocketAddress>) -> Box<[Self]> {
        let mut list: Box<[Self]> =
            addresses.into_iter().map(|address| Self { address, followed: true }).collect();
        if let Some(last) = list.last_mut() {
            last.followed = false;
        }
        list
    }
}

/// Writes an address in numbers, "HOST:PORT", an IPv6 host without brackets.
///
/// @param[in] addr an address, or NULL
/// @param[out] buf room for the text, cut off where it does not fit; ends in NUL
/// @param[in] size the size of `buf`; PN_MAX_ADDR is always enough
/// @return the length of the whole text without NUL; 0 and no text for an address that is not known
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_netaddr_str(addr: *const pn_netaddr_t, buf: *mut c_char, size: usize) -> c_int {
    // SAFETY: the caller passes null or a live address.
    let numeric = unsafe { addr.as_ref() }.and_then(|this| this.address.numeric());
    let text = numeric.map_or_else(String::new, |(host, port)| format!("{host}:{port}"));
    // SAFETY: the caller passes a buffer with its size.
    unsafe { write_text(text.as_bytes(), buf, size) }
}

/// Writes the parts of an address in numbers.
///
/// @param[in] na an address, or NULL
/// @param[out] host room for the host, or NULL
/// @param[in] hlen the size of `host`
/// @param[out] port room for the port, or NULL
/// @param[in] plen the size of `port`
/// @return 0, or an error as of getnameinfo(): the address is not known or does not fit
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_netaddr_host_port(
    na: *const pn_netaddr_t,
    host: *mut c_char,
    hlen: usize,
    port: *mut c_char,
    plen: usize,
) -> c_int {
    // SAFETY: the caller passes null or a live address.
    let Some(parts) = (unsafe { na.as_ref() }).and_then(|this| this.address.numeric()) else {
        return libc::EAI_FAMILY;
    };
    for (text, room, size) in [(parts.0, host, hlen), (parts.1, port, plen)] {
        if room.is_null() || size == 0 {
            continue;
        }
        if text.len() >= size {
            return libc::EAI_OVERFLOW;
        }
        // SAFETY: the caller passes a buffer with its size.
        unsafe { write_text(text.as_bytes(), room, size) };
    }
    0
}

/// Returns an address as the operating system has it.
///
/// @param[in] na an address, or NULL
/// @return the address, valid as long as `na`; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_netaddr_sockaddr(na: *const pn_netaddr_t) -> *const sockaddr {
    // SAFETY: the caller passes null or a live address.
    unsafe { na.as_ref() }.map_or(null(), |this| this.address.as_ptr())
}

/// Returns the size of what pn_netaddr_sockaddr() returns.
///
/// @param[in] na an address, or NULL
/// @return bytes, 0 for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_netaddr_socklen(na: *const pn_netaddr_t) -> usize {
    // SAFETY: the caller passes null or a live address.
    unsafe { na.as_ref() }.map_or(0, |this| this.address.length() as usize)
}

/// Returns the next address of a listener, which has one for each socket it listens with.
///
/// @param[in] na an address, or NULL
/// @return the next one; NULL after the last and for any other address
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_netaddr_next(na: *const pn_netaddr_t) -> *const pn_netaddr_t {
    // SAFETY: the caller passes null or a live address.
    match unsafe { na.as_ref() } {
        Some(this) if this.followed => na.wrapping_add(1),
        _ => null(),
    }
}

/// Returns the address of this end of a connection.
///
/// @param[in] t a transport, or NULL
/// @return the address, empty until there is a socket, valid until PN_TRANSPORT_CLOSED has been handled; NULL if no
///   proactor drives the transport
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_local_addr(t: *mut pn_transport_t) -> *const pn_netaddr_t {
    // SAFETY: the caller passes null or a live transport.
    unsafe { ends(t) }.map_or(null(), |[local, _]| local)
}

/// Returns the address of the peer's end of a connection.
///
/// @param[in] t a transport, or NULL
/// @return the address, empty until the connection is made, valid until PN_TRANSPORT_CLOSED has been handled; NULL if
///   no proactor drives the transport
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_transport_remote_addr(t: *mut pn_transport_t) -> *const pn_netaddr_t {
    // SAFETY: the caller passes null or a live transport.
    unsafe { ends(t) }.map_or(null(), |[_, remote]| remote)
}

/// Returns the address of this end of a connection.
///
/// @param[in] t a transport, or NULL
/// @return what pn_transport_local_addr() returns
/// @deprecated use pn_transport_local_addr()
#[deprecated(note = "use pn_transport_local_addr()")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_netaddr_local(t: *mut pn_transport_t) -> *const pn_netaddr_t {
    // SAFETY: passed on from the caller.
    unsafe { pn_transport_local_addr(t) }
}

/// Returns the address of the peer's end of a connection.
///
/// @param[in] t a transport, or NULL
/// @return what pn_transport_remote_addr() returns
/// @deprecated use pn_transport_remote_addr()
#[deprecated(note = "use pn_transport_remote_addr()")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_netaddr_remote(t: *mut pn_transport_t) -> *const pn_netaddr_t {
    // SAFETY: passed on from the caller.
    unsafe { pn_transport_remote_addr(t) }
}

/// Returns the addresses that a listener listens at.
///
/// @param[in] l a listener, or NULL
/// @return the first address; pn_netaddr_next() gives the others. NULL before pn_proactor_listen(), and if there is no
///   address that could be listened at
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_listener_addr(l: *mut pn_listener_t) -> *const pn_netaddr_t {
    // SAFETY: the caller passes null or a live listener.
    unsafe { first_address(l) }
}

/// Returns the addresses that a listener listens at.
///
/// @param[in] l a listener, or NULL
/// @return what pn_listener_addr() returns
/// @deprecated use pn_listener_addr()
#[deprecated(note = "use pn_listener_addr()")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_netaddr_listening(l: *mut pn_listener_t) -> *const pn_netaddr_t {
    // SAFETY: passed on from the caller.
    unsafe { pn_listener_addr(l) }
}

/// Our end and the peer's of a connection that a proactor drives; nothing of any other.
///
/// # Safety
/// `transport` is null or live.
unsafe fn ends<'a>(transport: *mut pn_transport_t) -> Option<&'a [pn_netaddr_t; 2]> {
    // SAFETY: passed on from the caller.
    let task = unsafe { of_transport(transport) }?;
    let addresses = connection_of(&task)?.addresses();
    // SAFETY: they stay where they are as long as the connection is in the proactor.
    Some(unsafe { &*addresses })
}

/// Writes as much of `text` as there is room for, with a NUL, and gives the length of all of it.
///
/// # Safety
/// `room` is null or `size` bytes that may be written.
pub(super) unsafe fn write_text(text: &[u8], room: *mut c_char, size: usize) -> c_int {
    if !room.is_null() && size > 0 {
        let fits = text.len().min(size - 1);
        // SAFETY: the caller lends `size` bytes, which are more.
        unsafe { room.cast::<u8>().copy_from_nonoverlapping(text.as_ptr(), fits) };
        // SAFETY: as above; this place is the last one at most.
        let end = unsafe { room.add(fits) };
        // SAFETY: as above.
        unsafe { end.write(0) };
    }
    c_int::try_from(text.len()).unwrap_or(c_int::MAX)
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;
    use std::ptr::null_mut;

    use super::*;

    fn address(text: &str) -> pn_netaddr_t {
        let address = SocketAddress::from_std(text.parse().expect("an address"));
        pn_netaddr_t { address, followed: false }
    }

    /// What `write` leaves in a buffer, and what it returns.
    fn written(write: impl FnOnce(*mut c_char) -> c_int) -> (c_int, String) {
        let mut buffer = [c_char::MAX; 64];
        let result = write(buffer.as_mut_ptr());
        // SAFETY: every test here gets a text with its end.
        let text = unsafe { CStr::from_ptr(buffer.as_ptr()) };
        (result, text.to_str().expect("digits").to_owned())
    }

    fn text(address: *const pn_netaddr_t, size: usize) -> (c_int, String) {
        // SAFETY: null or live, and the size is not more than the buffer has.
        written(|buffer| unsafe { pn_netaddr_str(address, buffer, size) })
    }

    #[test]
    #[cfg_attr(miri, ignore = "calls the C library for numbers")]
    fn addresses_are_shown_in_numbers_without_brackets() {
        assert_eq!(text(&address("127.0.0.1:5672"), 64), (14, "127.0.0.1:5672".to_owned()));
        assert_eq!(text(&address("[::]:80"), 64), (5, ":::80".to_owned()));
        assert_eq!(text(&address("[::]:80"), 4), (5, ":::".to_owned()));
    }

    #[test]
    fn an_unknown_address_is_no_text_and_no_error() {
        assert_eq!(text(&pn_netaddr_t::empty(), 64), (0, String::new()));
        assert_eq!(text(null(), 64), (0, String::new()));
        // SAFETY: null is tolerated, for the buffers too.
        let code = unsafe { pn_netaddr_host_port(null(), null_mut(), 0, null_mut(), 0) };
        assert_eq!(code, libc::EAI_FAMILY);
    }

    #[test]
    #[cfg_attr(miri, ignore = "calls the C library for numbers")]
    fn a_part_is_written_where_there_is_room_for_all_of_it() {
        let address = address("127.0.0.1:5672");
        let host = |size| {
            // SAFETY: live, and the size is not more than the buffer has.
            written(|buffer| unsafe { pn_netaddr_host_port(&raw const address, buffer, size, null_mut(), 0) })
        };
        assert_eq!(host(10), (0, "127.0.0.1".to_owned()));
        // SAFETY: live, and the size is not more than the buffer has.
        let port = |buffer| unsafe { pn_netaddr_host_port(&raw const address, null_mut(), 64, buffer, 5) };
        assert_eq!(written(port), (0, "5672".to_owned()));
        let mut room = [0; 9];
        // SAFETY: live, and the buffer has its size.
        let result = unsafe { pn_netaddr_host_port(&raw const address, room.as_mut_ptr(), 9, null_mut(), 0) };
        assert_eq!(result, libc::EAI_OVERFLOW);
    }

    #[test]
    fn the_addresses_of_a_listener_lead_from_the_first_to_the_last() {
        let list = pn_netaddr_t::list(["127.0.0.1:1", "[::1]:1"].map(|text| address(text).address));
        let mut lengths = Vec::new();
        let mut at = list.as_ptr();
        while !at.is_null() {
            // SAFETY: an address of the list.
            lengths.push(unsafe { pn_netaddr_socklen(at) });
            // SAFETY: as above.
            at = unsafe { pn_netaddr_next(at) };
        }
        assert_eq!(lengths, [16, 28]);
        assert!(pn_netaddr_t::list([]).is_empty());
    }

    #[test]
    fn an_address_stays_known_when_its_socket_has_gone() {
        let mut this = address("127.0.0.1:1");
        this.learn(SocketAddress::empty());
        assert_eq!(this.address.length(), 16);
        this.learn(address("[::1]:1").address);
        assert_eq!(this.address.length(), 28);
    }
}
