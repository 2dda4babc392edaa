//! Addresses of sockets: as the kernel has them, in numbers as text, and looked up by name.
//!
//! An address is always as long as its family says, so only the storage is kept, and C may be handed a pointer to it.
//! Names are looked up by the C library, because hosts, services and the order of addresses are the system's to
//! configure. That may take seconds, so it belongs on a thread that can wait; numbers alone are never looked up.

use std::ffi::{CStr, CString, c_char, c_int};
use std::io;
use std::mem;
use std::net::{IpAddr, SocketAddr};
use std::ptr;

use libc::{sockaddr, sockaddr_in, sockaddr_in6, sockaddr_storage, socklen_t};

/// The address of a socket, or none: the family that is not specified.
#[derive(Clone)]
pub(crate) struct SocketAddress(sockaddr_storage);

impl Default for SocketAddress {
    fn default() -> Self {
        Self::empty()
    }
}

impl SocketAddress {
    /// No address.
    pub(crate) fn empty() -> Self {
        // SAFETY: the structure is made of integers, for which zero is a value.
        Self(unsafe { mem::zeroed() })
    }

    pub(crate) fn from_std(address: SocketAddr) -> Self {
        let whole = socket2::SockAddr::from(address);
        // SAFETY: the other crate's type says that it holds a whole storage, of which the tail is zero.
        unsafe { Self::copied(whole.as_ptr().cast(), whole.len()) }
    }

    /// # Safety
    ///
    /// `length` bytes can be read at `address`.
    pub(super) unsafe fn copied(address: *const sockaddr, length: socklen_t) -> Self {
        let mut copy = Self::empty();
        let length = (length as usize).min(size_of::<sockaddr_storage>());
        // SAFETY: the caller promises the bytes at `address`, and the copy has room for a whole storage.
        unsafe { ptr::copy_nonoverlapping(address.cast::<u8>(), (&raw mut copy.0).cast::<u8>(), length) };
        copy
    }

    /// The address that `call` writes with its length, as `getsockname` does; a call that fails gives its error.
    pub(super) fn filled<T>(
        call: impl FnOnce(*mut sockaddr, *mut socklen_t) -> io::Result<T>,
    ) -> io::Result<(T, Self)> {
        let mut address = Self::empty();
        let mut length = WHOLE;
        let result = call((&raw mut address.0).cast(), &raw mut length)?;
        Ok((result, address))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.family() == libc::AF_UNSPEC
    }

    pub(crate) fn family(&self) -> c_int {
        c_int::from(self.0.ss_family)
    }

    /// For C, which reads [`length`](Self::length) bytes there as long as this address lives in its place.
    pub(crate) fn as_ptr(&self) -> *const sockaddr {
        (&raw const self.0).cast()
    }

    /// The bytes that the family takes; the whole storage for families that are neither version of IP.
    pub(crate) fn length(&self) -> socklen_t {
        match self.family() {
            libc::AF_INET => size_of::<sockaddr_in>() as socklen_t,
            libc::AF_INET6 => size_of::<sockaddr_in6>() as socklen_t,
            _ => WHOLE,
        }
    }

    /// The port of an address that has one.
    pub(crate) fn port(&self) -> Option<u16> {
        let has_port = matches!(self.family(), libc::AF_INET | libc::AF_INET6);
        // SAFETY: the storage is large enough for either version of IP, which have the port in one place.
        has_port.then(|| u16::from_be(unsafe { (*self.as_ptr().cast::<sockaddr_in>()).sin_port }))
    }

    /// Sets the port of an address that has one.
    pub(crate) fn set_port(&mut self, port: u16) {
        if self.port().is_some() {
            // SAFETY: as in `port`.
            unsafe { (*(&raw mut self.0).cast::<sockaddr_in>()).sin_port = port.to_be() };
        }
    }

    /// Host and port in numbers, an IPv6 host with its scope but without brackets. None for what has no port.
    pub(crate) fn numeric(&self) -> Option<(String, String)> {
        if !matches!(self.family(), libc::AF_INET | libc::AF_INET6) {
            return None;
        }
        let mut host: [c_char; HOST] = [0; HOST];
        let mut port: [c_char; PORT] = [0; PORT];
        let flags = libc::NI_NUMERICHOST | libc::NI_NUMERICSERV;
        let (host_room, port_room) = (HOST as socklen_t, PORT as socklen_t);
        let (host_at, port_at) = (host.as_mut_ptr(), port.as_mut_ptr());
        // SAFETY: the address has its length, and both texts have the room that is told.
        let failed = unsafe {
            libc::getnameinfo(self.as_ptr(), self.length(), host_at, host_room, port_at, port_room, flags)
        };
        (failed == 0).then(|| (text_of(&host), text_of(&port)))
    }
}

/// An address that is kept for long: of either version of IP, it takes no more room than it has to.
pub(crate) enum KeptAddress {
    Ip([u8; IP]),
    Other(Box<SocketAddress>),
}

/// The longer version's.
const IP: usize = size_of::<sockaddr_in6>();

impl From<&SocketAddress> for KeptAddress {
    fn from(address: &SocketAddress) -> Self {
        if !address.is_empty() && address.length() as usize > IP {
            return Self::Other(Box::new(address.clone()));
        }
        let mut bytes = [0; IP];
        // SAFETY: the storage is larger, and zero where it was not written.
        unsafe { ptr::copy_nonoverlapping(address.as_ptr().cast(), bytes.as_mut_ptr(), IP) };
        Self::Ip(bytes)
    }
}

impl KeptAddress {
    pub(crate) fn get(&self) -> SocketAddress {
        match self {
            // SAFETY: the bytes are as many as that.
            Self::Ip(bytes) => unsafe { SocketAddress::copied(bytes.as_ptr().cast(), IP as socklen_t) },
            Self::Other(address) => SocketAddress::clone(address),
        }
    }
}

const WHOLE: socklen_t = size_of::<sockaddr_storage>() as socklen_t;

/// Room for a host in numbers with a scope, and for a port.
const HOST: usize = 1025;
const PORT: usize = 32;

/// What an address is looked up for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Purpose {
    /// No host is this one.
    Connect,
    /// No host is every network this one is on.
    Listen,
}

/// Why a name could not be looked up, in the words of the system.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct LookupError {
    pub(crate) text: String,
}

/// The addresses of a host and a port, either of them a name or a number, in the order in which to try them. Waits for
/// servers of names.
pub(crate) fn lookup(
    host: Option<&str>,
    port: &str,
    purpose: Purpose,
) -> Result<Vec<SocketAddress>, LookupError> {
    if let Some(address) = host.and_then(|host| in_numbers(host, port)) {
        return Ok(vec![SocketAddress::from_std(address)]);
    }
    let host = host.map(CString::new).transpose().map_err(|_| LookupError::of(libc::EAI_NONAME))?;
    let port = CString::new(port).map_err(|_| LookupError::of(libc::EAI_SERVICE))?;
    // SAFETY: the structure is made of integers and pointers, for which zero is a value.
    let mut hints: libc::addrinfo = unsafe { mem::zeroed() };
    hints.ai_socktype = libc::SOCK_STREAM;
    hints.ai_flags = libc::AI_V4MAPPED | libc::AI_ADDRCONFIG;
    if purpose == Purpose::Listen {
        hints.ai_flags |= libc::AI_PASSIVE | libc::AI_ALL;
    }
    let mut list = ptr::null_mut();
    let host = host.as_ref().map_or(ptr::null(), |host| host.as_ptr());
    // SAFETY: both texts end in NUL and outlive the call, and the list is ours to write.
    let failed = unsafe { libc::getaddrinfo(host, port.as_ptr(), &raw const hints, &raw mut list) };
    if failed != 0 {
        return Err(LookupError::of(failed));
    }
    // SAFETY: the call has succeeded, so `list` is a list that it has made for us.
    Ok(unsafe { taken(list) })
}

/// Host and port, if both are plain numbers and nothing needs to be looked up.
fn in_numbers(host: &str, port: &str) -> Option<SocketAddr> {
    let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let port = if digits { port.parse().ok()? } else { return None };
    Some(SocketAddr::new(host.parse::<IpAddr>().ok()?, port))
}

/// The addresses of a list, which is freed.
///
/// # Safety
///
/// `list` comes from `getaddrinfo` and is given up.
unsafe fn taken(list: *mut libc::addrinfo) -> Vec<SocketAddress> {
    let mut addresses = Vec::new();
    let mut at = list;
    while !at.is_null() {
        // SAFETY: the members of the list are whole until it is freed.
        let entry = unsafe { &*at };
        // SAFETY: a member's address has the length that the member tells.
        addresses.push(unsafe { SocketAddress::copied(entry.ai_addr, entry.ai_addrlen) });
        at = entry.ai_next;
    }
    // SAFETY: the caller gives the list up, and only copies are left of it.
    unsafe { libc::freeaddrinfo(list) };
    addresses
}

impl LookupError {
    fn of(code: c_int) -> Self {
        if code == libc::EAI_SYSTEM {
            return Self { text: error_text(&io::Error::last_os_error()) };
        }
        // SAFETY: the call takes any number.
        let text = unsafe { libc::gai_strerror(code) };
        // SAFETY: what it gives is a text that lives for ever.
        let text = unsafe { CStr::from_ptr(text) };
        Self { text: text.to_string_lossy().into_owned() }
    }
}

/// The system's words for an error, without its number.
pub(crate) fn error_text(error: &io::Error) -> String {
    let Some(code) = error.raw_os_error() else { return error.to_string() };
    let mut text: [c_char; 256] = [0; 256];
    // SAFETY: the text has the room that is told.
    unsafe { libc::strerror_r(code, text.as_mut_ptr(), text.len()) };
    text_of(&text)
}

/// The text up to the first NUL.
fn text_of(text: &[c_char]) -> String {
    let bytes: Vec<u8> =
        text.iter().map(|&unit| unit.cast_unsigned()).take_while(|&byte| byte != 0).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(host: Option<&str>, port: &str, purpose: Purpose) -> Vec<(String, String)> {
        let list = lookup(host, port, purpose).expect("it is found");
        list.iter().map(|address| address.numeric().expect("it has numbers")).collect()
    }

    fn pair(host: &str, port: &str) -> (String, String) {
        (host.to_owned(), port.to_owned())
    }

    #[test]
    fn an_address_is_as_long_as_its_family_says() {
        let of = |text: &str| SocketAddress::from_std(text.parse().expect("an address"));
        assert_eq!((of("127.0.0.1:1").length(), of("[::1]:1").length()), (16, 28));
        assert_eq!(SocketAddress::empty().length(), 128);
        assert_eq!(size_of::<SocketAddress>(), 128);
        assert!(SocketAddress::empty().is_empty());
        assert!(!of("127.0.0.1:1").is_empty());
    }

    #[test]
    fn the_port_of_either_version_of_ip_can_be_replaced() {
        for text in ["127.0.0.1:1", "[::1]:1"] {
            let mut address = SocketAddress::from_std(text.parse().expect("an address"));
            assert_eq!(address.port(), Some(1));
            address.set_port(60_000);
            assert_eq!(address.numeric().map(|(_, port)| port), Some("60000".to_owned()));
        }
        let mut none = SocketAddress::empty();
        none.set_port(5);
        assert!(none.port().is_none() && none.is_empty());
    }

    #[test]
    fn numbers_are_shown_without_brackets_and_with_the_scope() {
        let shown = |text: &str| SocketAddress::from_std(text.parse().expect("an address")).numeric();
        assert_eq!(shown("127.0.0.1:5672"), Some(pair("127.0.0.1", "5672")));
        assert_eq!(shown("[::]:80"), Some(pair("::", "80")));
        assert_eq!(shown("[fe80::1%4711]:80"), Some(pair("fe80::1%4711", "80")));
        assert_eq!(SocketAddress::empty().numeric(), None);
    }

    #[test]
    fn what_is_neither_version_of_ip_has_no_numbers() {
        let address = socket2::SockAddr::unix("/nowhere").expect("a short path");
        // SAFETY: the crate's type holds the bytes that it counts.
        let address = unsafe { SocketAddress::copied(address.as_ptr().cast(), address.len()) };
        assert!(!address.is_empty());
        assert_eq!((address.numeric(), address.length()), (None, 128));
    }

    #[test]
    fn an_address_that_is_kept_stays_what_it_is() {
        let kept = |address: &SocketAddress| KeptAddress::from(address).get();
        for text in ["127.0.0.1:5672", "[fe80::1%4711]:80"] {
            let address = SocketAddress::from_std(text.parse().expect("an address"));
            assert_eq!(kept(&address).numeric(), address.numeric());
        }
        assert!(kept(&SocketAddress::empty()).is_empty());
        let path = socket2::SockAddr::unix("/longer/than/an/address/of/ip/is").expect("a short path");
        // SAFETY: the crate's type holds the bytes that it counts.
        let path = unsafe { SocketAddress::copied(path.as_ptr().cast(), path.len()) };
        let bytes = |address: &SocketAddress| {
            // SAFETY: an address is that long.
            unsafe { std::slice::from_raw_parts(address.as_ptr().cast::<u8>(), 128) }.to_vec()
        };
        assert_eq!(bytes(&kept(&path)), bytes(&path));
    }

    #[test]
    fn numbers_stand_for_themselves() {
        for purpose in [Purpose::Connect, Purpose::Listen] {
            assert_eq!(found(Some("127.0.0.1"), "5672", purpose), [pair("127.0.0.1", "5672")]);
            assert_eq!(found(Some("::1"), "0", purpose), [pair("::1", "0")]);
        }
    }

    #[test]
    fn no_host_is_loopback_to_connect_to_and_every_network_to_listen_on() {
        let connect = found(None, "7", Purpose::Connect);
        assert!(connect.contains(&pair("127.0.0.1", "7")), "{connect:?}");
        let listen = found(None, "7", Purpose::Listen);
        assert!(listen.contains(&pair("0.0.0.0", "7")), "{listen:?}");
    }

    #[test]
    fn only_digits_are_a_port_that_needs_no_lookup() {
        assert_eq!(in_numbers("127.0.0.1", "+80"), None);
        assert_eq!(in_numbers("127.0.0.1", ""), None);
        assert_eq!(in_numbers("127.0.0.1", "65536"), None);
        assert_eq!(in_numbers("[::1]", "80"), None);
    }

    #[test]
    fn what_cannot_be_found_is_told_in_the_words_of_the_system() {
        let text = |host, port| lookup(Some(host), port, Purpose::Connect).err().map(|error| error.text);
        assert_eq!(
            text("127.0.0.1", "no-such-service").as_deref(),
            Some("Servname not supported for ai_socktype")
        );
        assert_eq!(text("nul\0in it", "80").as_deref(), Some("Name or service not known"));
    }

    #[test]
    fn errors_are_told_without_their_number() {
        let refused = io::Error::from_raw_os_error(libc::ECONNREFUSED);
        assert_eq!(error_text(&refused), "Connection refused");
        assert_eq!(error_text(&io::Error::other("ours")), "ours");
    }
}
