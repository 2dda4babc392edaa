//! The poller: threads sleep in it until a socket, a bell or an alarm has something for them.
//!
//! Everything is watched edge-triggered, with one call when it is made: an event says that something has changed and
//! is told to one of the sleeping threads, and who takes it goes on until the kernel says that it would block. What
//! is closed is forgotten by the kernel itself. Tokens are whatever the caller wants to know a source by.

use std::ffi::c_int;
use std::io;
use std::ops::BitOr;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

pub(crate) struct Poller(OwnedFd);

/// Which changes of a source are told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Interest {
    /// Something can be read, or the peer has ended.
    Read,
    /// That, and something can be written.
    Both,
}

impl Poller {
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: the call takes a number and makes a new descriptor.
        let fd = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        // SAFETY: `fd` is that call's result.
        unsafe { super::owned(fd) }.map(Self)
    }

    /// Watches `source` until it is closed. What it has to tell already is told first.
    pub(crate) fn add(&self, source: BorrowedFd<'_>, token: u64, interest: Interest) -> io::Result<()> {
        let mut event = libc::epoll_event { events: interest.bits() | EDGES, u64: token };
        self.control(libc::EPOLL_CTL_ADD, source, &raw mut event)
    }

    /// Fills `events` with at most `most` of what there is to tell. With `block`, sleeps until there is something; a
    /// signal ends the sleep with nothing.
    pub(crate) fn wait(&self, events: &mut Events, most: usize, block: bool) -> io::Result<()> {
        events.count = 0;
        let most = c_int::try_from(most.clamp(1, Events::MOST)).unwrap_or(1);
        let timeout = if block { -1 } else { 0 };
        let poller = self.0.as_raw_fd();
        // SAFETY: the list has room for `most` events, and the descriptor is open as long as `self` lives.
        let found = unsafe { libc::epoll_wait(poller, events.list.as_mut_ptr(), most, timeout) };
        match super::checked(found) {
            Ok(found) => events.count = found.unsigned_abs() as usize,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn control(
        &self,
        operation: c_int,
        source: BorrowedFd<'_>,
        event: *mut libc::epoll_event,
    ) -> io::Result<()> {
        // SAFETY: both descriptors are open, as `self` and the borrow say; the event is the caller's own, or null
        // where the operation has none.
        let result = unsafe { libc::epoll_ctl(self.0.as_raw_fd(), operation, source.as_raw_fd(), event) };
        super::checked(result).map(drop)
    }
}

impl Interest {
    fn bits(self) -> u32 {
        (match self {
            Self::Read => libc::EPOLLIN | libc::EPOLLRDHUP,
            Self::Both => libc::EPOLLIN | libc::EPOLLOUT | libc::EPOLLRDHUP,
        }) as u32
    }
}

const EDGES: u32 = libc::EPOLLET as u32;

/// Room for what one look at the poller finds.
pub(crate) struct Events {
    list: [libc::epoll_event; Self::MOST],
    count: usize,
}

impl Events {
    /// The most events that one look gives.
    pub(crate) const MOST: usize = 64;

    pub(crate) fn new() -> Self {
        Self { list: [libc::epoll_event { events: 0, u64: 0 }; Self::MOST], count: 0 }
    }

    /// What was found last: the token of each source, and how it is.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, Readiness)> {
        self.list.iter().take(self.count).map(|event| (event.u64, Readiness::of(event.events)))
    }
}

/// What a source is ready for: a set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Readiness(pub(crate) u32);

impl Readiness {
    pub(crate) const READ: Self = Self(1);
    pub(crate) const WRITE: Self = Self(2);
    /// The peer has ended its half, or both halves are closed.
    pub(crate) const HANGUP: Self = Self(4);
    pub(crate) const ERROR: Self = Self(8);

    fn of(events: u32) -> Self {
        let pairs = [
            (libc::EPOLLIN, Self::READ),
            (libc::EPOLLOUT, Self::WRITE),
            (libc::EPOLLRDHUP | libc::EPOLLHUP, Self::HANGUP),
            (libc::EPOLLERR, Self::ERROR),
        ];
        let told = pairs.iter().filter(|(bits, _)| events & *bits as u32 != 0);
        told.fold(Self(0), |all, (_, one)| all | *one)
    }
}

impl BitOr for Readiness {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{Shutdown, TcpListener, TcpStream};
    use std::os::fd::AsFd;

    use super::*;

    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let here = TcpStream::connect(listener.local_addr().expect("it is bound")).expect("it listens");
        here.set_nonblocking(true).expect("a socket");
        (here, listener.accept().expect("one is waiting").0)
    }

    fn told(poller: &Poller, block: bool) -> Vec<(u64, Readiness)> {
        let mut events = Events::new();
        poller.wait(&mut events, 64, block).expect("polling works");
        events.iter().collect()
    }

    #[test]
    fn a_change_is_told_once_and_the_next_change_again() {
        let poller = Poller::new().expect("there are descriptors");
        let (mut here, mut there) = pair();
        poller.add(here.as_fd(), 42, Interest::Both).expect("a socket can be watched");
        assert_eq!(told(&poller, true), [(42, Readiness::WRITE)]);
        assert_eq!(told(&poller, false), []);

        there.write_all(b"one").expect("it is connected");
        assert_eq!(told(&poller, true), [(42, Readiness::READ | Readiness::WRITE)]);
        assert_eq!(told(&poller, false), [], "unread bytes are no change");
        there.write_all(b"two").expect("it is connected");
        assert_eq!(told(&poller, true), [(42, Readiness::READ | Readiness::WRITE)]);
        assert_eq!(here.read(&mut [0; 9]).expect("bytes are there"), 6);
    }

    #[test]
    fn the_end_of_the_peer_is_a_hangup_with_something_to_read() {
        let poller = Poller::new().expect("there are descriptors");
        let (here, there) = pair();
        poller.add(here.as_fd(), 1, Interest::Read).expect("a socket can be watched");
        assert_eq!(told(&poller, false), [], "writing was not asked for");
        there.shutdown(Shutdown::Write).expect("it is connected");
        assert_eq!(told(&poller, true), [(1, Readiness::READ | Readiness::HANGUP)]);
    }

    #[test]
    fn a_reset_is_an_error() {
        let poller = Poller::new().expect("there are descriptors");
        let (mut here, there) = pair();
        poller.add(here.as_fd(), 1, Interest::Both).expect("a socket can be watched");
        here.write_all(b"unread").expect("it is connected");
        drop(there);
        while !told(&poller, true).iter().any(|(_, ready)| ready.0 & Readiness::ERROR.0 != 0) {}
    }

    #[test]
    fn a_look_takes_no_more_than_it_asks_for_and_leaves_the_rest() {
        let poller = Poller::new().expect("there are descriptors");
        let pairs: Vec<_> = (0..5).map(|_| pair()).collect();
        for (token, (here, _)) in (0..).zip(&pairs) {
            poller.add(here.as_fd(), token, Interest::Both).expect("a socket can be watched");
        }
        let mut events = Events::new();
        let mut tokens = Vec::new();
        for most in [0, 1, 2, 1000] {
            poller.wait(&mut events, most, true).expect("polling works");
            assert!(events.iter().count() <= most.max(1));
            tokens.extend(events.iter().map(|(token, _)| token));
        }
        tokens.sort_unstable();
        assert_eq!(tokens, [0, 1, 2, 3, 4]);
    }
}
