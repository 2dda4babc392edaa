//! Stream sockets that never block, never raise a signal and never outlive the process in a child.
//!
//! What happens once in a socket's life goes through the `socket2` crate; what happens for every piece of data or
//! every accepted connection is one system call, made here. A call that a signal interrupts is made again; every other
//! error is the caller's to judge, "would block" included.

use std::io::{self, IoSlice, Read};
use std::mem;
use std::net::Shutdown;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use libc::{c_int, c_void, iovec, msghdr};
use socket2::{Domain, Type};

use super::address::SocketAddress;
use super::{checked, counted, retried};

pub(crate) struct Socket(socket2::Socket);

impl Socket {
    /// A socket that can connect to `address`, without delay for small pieces.
    pub(crate) fn stream(address: &SocketAddress) -> io::Result<Self> {
        let socket = Self::of_family(address)?;
        socket.0.set_tcp_nodelay(true)?;
        Ok(socket)
    }

    /// A socket that listens on `address`; those accepted inherit that they do not delay.
    pub(crate) fn listener(address: &SocketAddress, backlog: c_int) -> io::Result<Self> {
        let socket = Self::of_family(address)?;
        socket.0.set_reuse_address(true)?;
        if address.family() == libc::AF_INET6 {
            socket.0.set_only_v6(true)?;
        }
        socket.0.set_tcp_nodelay(true)?;
        // SAFETY: the address has its length.
        checked(unsafe { libc::bind(socket.raw(), address.as_ptr(), address.length()) })?;
        socket.0.listen(backlog)?;
        Ok(socket)
    }

    /// Takes over a descriptor that a program gives away. Only what sockets of TCP alone can do may fail unnoticed.
    ///
    /// # Safety
    ///
    /// If `fd` is an open descriptor, it is given up by whoever owned it.
    pub(crate) unsafe fn adopt(fd: RawFd) -> io::Result<Self> {
        // SAFETY: the call takes any numbers; what is no descriptor is an error.
        checked(unsafe { libc::fcntl(fd, libc::F_GETFD) })?;
        // SAFETY: it is open, as the call before says, and the caller gives it up.
        let socket = socket2::Socket::from(unsafe { OwnedFd::from_raw_fd(fd) });
        socket.set_nonblocking(true)?;
        socket.set_cloexec(true)?;
        let _ = socket.set_tcp_nodelay(true);
        Ok(Self(socket))
    }

    /// Begins to connect: true if that is all, false if the socket will be writable when it is done.
    pub(crate) fn connect(&self, address: &SocketAddress) -> io::Result<bool> {
        // SAFETY: the address has its length.
        match checked(unsafe { libc::connect(self.raw(), address.as_ptr(), address.length()) }) {
            Ok(_) => Ok(true),
            // A signal does not stop what the kernel has begun.
            Err(error) if matches!(error.raw_os_error(), Some(libc::EINPROGRESS | libc::EINTR)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The next waiting connection and the address of its peer.
    pub(crate) fn accept(&self) -> io::Result<(Self, SocketAddress)> {
        retried(|| {
            let (fd, peer) = SocketAddress::filled(|address, length| {
                let flags = libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
                // SAFETY: the address and its length are to be written.
                let fd = unsafe { libc::accept4(self.raw(), address, length, flags) };
                // SAFETY: `fd` is that call's result.
                unsafe { super::owned(fd) }
            })?;
            Ok((Self(fd.into()), peer))
        })
    }

    /// Takes what has arrived, 0 at the end.
    pub(crate) fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        retried(|| (&self.0).read(buffer))
    }

    /// Sends what the kernel has room for. With `more`, small pieces may wait for the next one.
    pub(crate) fn send(&self, bytes: &[u8], more: bool) -> io::Result<usize> {
        retried(|| self.0.send_with_flags(bytes, sending(more)))
    }

    /// [`send`](Self::send) from several places.
    pub(crate) fn send_pieces(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        match pieces {
            [piece] => self.send(piece, false),
            _ => retried(|| self.0.send_vectored_with_flags(pieces, sending(false))),
        }
    }

    /// [`recv`](Self::recv) into memory of a program, at most [`MOST_PARTS`] places.
    ///
    /// # Safety
    ///
    /// Every part may be written, for as many bytes as it says.
    pub(crate) unsafe fn recv_at(&self, parts: &[(*mut u8, usize)]) -> io::Result<usize> {
        let mut list = [NOTHING; MOST_PARTS];
        let count = listed(parts.iter().copied(), &mut list);
        let mut message = message_of(&mut list, count);
        // SAFETY: the caller vouches for the parts, and the message lists as many as it says.
        retried(|| counted(unsafe { libc::recvmsg(self.raw(), &raw mut message, 0) }))
    }

    /// [`send`](Self::send) from memory of a program, at most [`MOST_PARTS`] places.
    ///
    /// # Safety
    ///
    /// Every part may be read, for as many bytes as it says.
    pub(crate) unsafe fn send_from(&self, parts: &[(*const u8, usize)], more: bool) -> io::Result<usize> {
        let mut list = [NOTHING; MOST_PARTS];
        let count = listed(parts.iter().map(|&(at, length)| (at.cast_mut(), length)), &mut list);
        let message = message_of(&mut list, count);
        // SAFETY: the caller vouches for the parts, which are only read, and the message lists as many as it says.
        retried(|| counted(unsafe { libc::sendmsg(self.raw(), &raw const message, sending(more)) }))
    }

    pub(crate) fn shutdown_write(&self) -> io::Result<()> {
        self.0.shutdown(Shutdown::Write)
    }

    pub(crate) fn shutdown_read(&self) -> io::Result<()> {
        self.0.shutdown(Shutdown::Read)
    }

    /// The error that the kernel keeps for the socket, which is told once.
    pub(crate) fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.0.take_error()
    }

    /// This end's address, empty if it has none.
    pub(crate) fn local_address(&self) -> SocketAddress {
        let found = SocketAddress::filled(|address, length| {
            // SAFETY: the address and its length are to be written.
            checked(unsafe { libc::getsockname(self.raw(), address, length) })
        });
        found.map_or_else(|_| SocketAddress::empty(), |(_, address)| address)
    }

    /// The other end's address, empty if there is none.
    pub(crate) fn peer_address(&self) -> SocketAddress {
        let found = SocketAddress::filled(|address, length| {
            // SAFETY: the address and its length are to be written.
            checked(unsafe { libc::getpeername(self.raw(), address, length) })
        });
        found.map_or_else(|_| SocketAddress::empty(), |(_, address)| address)
    }

    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    fn of_family(address: &SocketAddress) -> io::Result<Self> {
        socket2::Socket::new(Domain::from(address.family()), Type::STREAM.nonblocking().cloexec(), None)
            .map(Self)
    }

    fn raw(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

/// The most places that one call reads from or writes to: as many as a raw connection has buffers.
pub(crate) const MOST_PARTS: usize = 16;

const NOTHING: iovec = iovec { iov_base: std::ptr::null_mut(), iov_len: 0 };

/// Puts the first parts into the kernel's form; gives how many they are.
fn listed(parts: impl Iterator<Item = (*mut u8, usize)>, list: &mut [iovec; MOST_PARTS]) -> usize {
    let places = list.iter_mut().zip(parts);
    places
        .map(|(place, (at, length))| *place = iovec { iov_base: at.cast::<c_void>(), iov_len: length })
        .count()
}

fn message_of(list: &mut [iovec; MOST_PARTS], count: usize) -> msghdr {
    // SAFETY: the structure is made of integers and pointers, for which zero is a value.
    let mut message: msghdr = unsafe { mem::zeroed() };
    message.msg_iov = list.as_mut_ptr();
    message.msg_iovlen = count;
    message
}

fn sending(more: bool) -> c_int {
    if more { libc::MSG_NOSIGNAL | libc::MSG_MORE } else { libc::MSG_NOSIGNAL }
}

#[cfg(test)]
mod tests;
