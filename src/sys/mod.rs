//! Every call into the kernel, and into those parts of the C library that look names up.
//!
//! A file for each kind of thing the kernel keeps for us: the poller that waits for sockets, the bell and the alarm
//! that wake it, sockets themselves, addresses, threads of ours. They own their descriptors, close them once, and never leave them to a
//! child process. Nothing here decides anything: what is tried again, what an error means and whose turn it is belongs
//! to the proactor. Calls go through functions of the C library, so that programs which replace those are obeyed. For
//! the same reason unsafe code is allowed here, and nothing of ours is imported.

pub(crate) mod address;
pub(crate) mod alarm;
pub(crate) mod bell;
pub(crate) mod clock;
pub(crate) mod cyrus;
#[cfg(feature = "openssl")]
pub(crate) mod openssl;
pub(crate) mod poll;
pub(crate) mod socket;
pub(crate) mod thread;
pub(crate) mod wait;

use std::ffi::c_int;
use std::io;
use std::os::fd::{FromRawFd, OwnedFd};

/// The result of a call that gives -1 and sets `errno` when it fails.
fn checked(result: c_int) -> io::Result<c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// [`checked`], for calls that count bytes.
fn counted(result: isize) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}

/// Calls again as long as a signal got in the way.
fn retried<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Takes a descriptor that a call has just made.
///
/// # Safety
///
/// `result` is what a call returned that makes a descriptor for its caller alone, or gives a negative number.
unsafe fn owned(result: c_int) -> io::Result<OwnedFd> {
    let fd = checked(result)?;
    // SAFETY: the caller promises that a number that is not negative is a new descriptor which nobody else owns.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}
