//! Waiting for descriptors of any kind, a list at a time: for loops that are not the proactor's.

use std::io;
use std::os::fd::RawFd;

use libc::{c_short, pollfd};

/// A descriptor, what is waited for, and what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Watch {
    /// Negative for none; it is never ready.
    pub(crate) fd: RawFd,
    pub(crate) read: bool,
    pub(crate) write: bool,
    /// An error, a hang-up, or no descriptor at all: found whether waited for or not.
    pub(crate) failed: bool,
}

/// Waits until one of `watches` is ready, at most `timeout` milliseconds, for ever without one. Leaves in them what is
/// ready, and tells how many are. A signal ends the wait.
pub(crate) fn wait(watches: &mut [Watch], timeout: Option<u64>) -> io::Result<usize> {
    let mut list: Vec<pollfd> = watches.iter().map(Watch::asked).collect();
    let timeout = timeout.map_or(-1, |milliseconds| i32::try_from(milliseconds).unwrap_or(i32::MAX));
    // SAFETY: the list is as long as it says and ours to write.
    let found = unsafe { libc::poll(list.as_mut_ptr(), list.len() as libc::nfds_t, timeout) };
    let found = match super::checked(found) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
        found => found?,
    };
    for (watch, entry) in watches.iter_mut().zip(&list) {
        let ready = if found > 0 { entry.revents } else { 0 };
        watch.read = ready & libc::POLLIN != 0;
        watch.write = ready & libc::POLLOUT != 0;
        watch.failed = ready & (libc::POLLERR | libc::POLLHUP | libc::POLLNVAL) != 0;
    }
    Ok(found.unsigned_abs() as usize)
}

impl Watch {
    pub(crate) const fn new(fd: RawFd, read: bool, write: bool) -> Self {
        Self { fd, read, write, failed: false }
    }

    fn asked(&self) -> pollfd {
        let flag = |wanted: bool, flag: c_short| if wanted { flag } else { 0 };
        let events = flag(self.read, libc::POLLIN) | flag(self.write, libc::POLLOUT);
        pollfd { fd: self.fd, events, revents: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsRawFd;

    #[test]
    fn what_is_ready_is_found_and_nothing_else() {
        let (reader, mut writer) = io::pipe().unwrap();
        let watch = || [Watch::new(reader.as_raw_fd(), true, false), Watch::new(-1, true, true)];
        let mut watches = watch();
        assert_eq!(wait(&mut watches, Some(0)).unwrap(), 0);
        assert_eq!(watches, watch().map(|watch| Watch::new(watch.fd, false, false)));
        io::Write::write_all(&mut writer, b"x").unwrap();
        let mut watches = watch();
        assert_eq!(wait(&mut watches, None).unwrap(), 1);
        assert!(watches[0].read && !watches[0].failed && !watches[1].read);
        drop(writer);
        let mut watches = watch();
        wait(&mut watches, None).unwrap();
        assert!(watches[0].read && watches[0].failed);
    }

    #[test]
    fn what_is_no_descriptor_has_failed() {
        let mut watches = [Watch::new(1 << 20, false, false)];
        assert_eq!(wait(&mut watches, None).unwrap(), 1);
        assert!(watches[0].failed);
    }
}
