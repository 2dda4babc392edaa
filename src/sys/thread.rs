//! Threads of the library's own, which a program must not notice: signals are for the threads that the program made.

use std::io;
use std::mem::MaybeUninit;
use std::panic::{self, AssertUnwindSafe};
use std::process;
use std::ptr;
use std::thread::{Builder, JoinHandle};

/// Starts a thread that takes no signals but those for faults of its own. A panic in it ends the process, as a panic
/// at the boundary to C does.
pub(crate) fn spawn(
    name: &str,
    stack: usize,
    work: impl FnOnce() + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    let body = move || {
        if panic::catch_unwind(AssertUnwindSafe(work)).is_err() {
            process::abort();
        }
    };
    // A new thread inherits what its maker blocks, so there is no moment at which a signal could reach it.
    let before = Mask::block();
    let thread = Builder::new().name(name.to_owned()).stack_size(stack).spawn(body);
    before.restore();
    thread
}

/// The signals that a thread blocks.
struct Mask(libc::sigset_t);

impl Mask {
    /// Blocks all signals that come from outside; gives those blocked before.
    fn block() -> Self {
        let mut all = MaybeUninit::<libc::sigset_t>::uninit();
        // SAFETY: `all` is ours to write.
        unsafe { libc::sigfillset(all.as_mut_ptr()) };
        for fault in [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL] {
            // SAFETY: the set was filled above, and these are signals.
            unsafe { libc::sigdelset(all.as_mut_ptr(), fault) };
        }
        let mut before = MaybeUninit::<libc::sigset_t>::zeroed();
        // SAFETY: one set is filled, the other is ours to write.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr()) };
        // SAFETY: the call has written it, and even zeros are a set, of no signals.
        Self(unsafe { before.assume_init() })
    }

    fn restore(self) {
        // SAFETY: the set is one that the kernel gave us.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, ptr::null_mut()) };
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn blocked() -> (bool, bool) {
        let mut now = MaybeUninit::<libc::sigset_t>::zeroed();
        // SAFETY: with no new set the call only tells the present one.
        unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, ptr::null(), now.as_mut_ptr()) };
        // SAFETY: the set was written above.
        let interrupt = unsafe { libc::sigismember(now.as_ptr(), libc::SIGINT) };
        // SAFETY: as above.
        let fault = unsafe { libc::sigismember(now.as_ptr(), libc::SIGSEGV) };
        (interrupt == 1, fault == 1)
    }

    #[test]
    fn a_thread_of_ours_takes_no_signals_and_its_maker_still_does() {
        let (tell, hear) = mpsc::channel();
        let thread = spawn("quiet", 64 * 1024, move || tell.send(blocked()).expect("somebody listens"));
        thread.expect("there is room for a thread").join().expect("it does not panic");
        assert_eq!(hear.recv().expect("it has told"), (true, false));
        assert_eq!(blocked(), (false, false));
    }
}
