//! A bell that any thread, and a signal handler too, may ring to have one waiting thread look up.
//!
//! The poller watches it edge-triggered, so each ring is an event of its own and nobody has to read the counter behind
//! it. That counter would be full after 2^64 rings; the one who finds it full empties it.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

pub(crate) struct Bell(OwnedFd);

impl Bell {
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: the call takes numbers and makes a new descriptor.
        let fd = unsafe { libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC) };
        // SAFETY: `fd` is that call's result.
        unsafe { super::owned(fd) }.map(Self)
    }

    /// Rings. Neither allocates nor locks, and leaves `errno` as it was, so a signal handler may do it.
    pub(crate) fn ring(&self) {
        // SAFETY: the C library's own address of this thread's `errno`.
        let errno = unsafe { libc::__errno_location() };
        // SAFETY: as above; the address is good for as long as the thread lives.
        let before = unsafe { *errno };
        while !self.add_one() {
            // SAFETY: as above.
            match unsafe { *errno } {
                libc::EAGAIN => self.silence(),
                libc::EINTR => {}
                _ => break,
            }
        }
        // SAFETY: as above.
        unsafe { *errno = before };
    }

    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    fn add_one(&self) -> bool {
        let one = 1_u64;
        // SAFETY: `one` is eight bytes of ours to read, and the descriptor is open as long as `self` lives.
        unsafe { libc::write(self.0.as_raw_fd(), (&raw const one).cast(), size_of::<u64>()) == 8 }
    }

    /// Stops the sound, for one who watches the descriptor for as long as it can be read.
    pub(crate) fn silence(&self) {
        let mut count = 0_u64;
        // SAFETY: `count` is eight bytes of ours to write, and the descriptor is open as long as `self` lives.
        unsafe { libc::read(self.0.as_raw_fd(), (&raw mut count).cast(), size_of::<u64>()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::poll::{Events, Interest, Poller, Readiness};

    fn watched() -> (Bell, Poller) {
        let bell = Bell::new().expect("there are descriptors");
        let poller = Poller::new().expect("there are descriptors");
        poller.add(bell.fd(), 7, Interest::Read).expect("a bell can be watched");
        (bell, poller)
    }

    fn heard(poller: &Poller) -> Vec<(u64, bool)> {
        let mut events = Events::new();
        poller.wait(&mut events, 64, false).expect("polling works");
        events.iter().map(|(token, ready)| (token, ready.0 & Readiness::READ.0 != 0)).collect()
    }

    #[test]
    fn every_ring_after_a_look_is_heard_though_nobody_reads() {
        let (bell, poller) = watched();
        assert_eq!(heard(&poller), []);
        for _ in 0..3 {
            bell.ring();
            assert_eq!(heard(&poller), [(7, true)]);
            assert_eq!(heard(&poller), [], "one ring is heard once");
        }
    }

    #[test]
    fn a_bell_rung_to_the_brim_still_rings() {
        let (bell, poller) = watched();
        let nearly_full = u64::MAX - 1;
        // SAFETY: `nearly_full` is eight bytes to read.
        let written = unsafe { libc::write(bell.0.as_raw_fd(), (&raw const nearly_full).cast(), 8) };
        assert_eq!(written, 8);
        assert_eq!(heard(&poller), [(7, true)]);
        bell.ring();
        assert_eq!(heard(&poller), [(7, true)]);
        bell.ring();
        assert_eq!(heard(&poller), [(7, true)]);
    }

    #[test]
    fn ringing_leaves_errno_alone() {
        let (bell, _poller) = watched();
        let full = u64::MAX - 1;
        // SAFETY: `full` is eight bytes to read.
        unsafe { libc::write(bell.0.as_raw_fd(), (&raw const full).cast(), 8) };
        // SAFETY: this thread's `errno`.
        let errno = unsafe { libc::__errno_location() };
        // SAFETY: as above.
        unsafe { *errno = libc::EDOM };
        bell.ring();
        assert_eq!(io::Error::last_os_error().raw_os_error(), Some(libc::EDOM));
    }
}
