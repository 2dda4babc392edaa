//! Locks for libsasl2, which has none until it is given some: its plug-ins share caches between connections.

use std::cell::UnsafeCell;
use std::ffi::{c_int, c_void};

pub(super) type Make = unsafe extern "C" fn() -> *mut c_void;
pub(super) type Turn = unsafe extern "C" fn(*mut c_void) -> c_int;
pub(super) type Unmake = unsafe extern "C" fn(*mut c_void);

/// A lock that one call takes and another gives back, which Rust's own are not made for.
struct Lock(UnsafeCell<libc::pthread_mutex_t>);

/// Makes a lock.
pub(super) unsafe extern "C" fn make() -> *mut c_void {
    Box::into_raw(Box::new(Lock(UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER)))).cast()
}

/// Waits for a lock; -1 if it is none.
pub(super) unsafe extern "C" fn lock(lock: *mut c_void) -> c_int {
    // SAFETY: libsasl2 passes null or what `make` gave.
    let Some(lock) = (unsafe { lock.cast::<Lock>().as_ref() }) else { return -1 };
    // SAFETY: the mutex was initialised by `make` and has not moved.
    if unsafe { libc::pthread_mutex_lock(lock.0.get()) } == 0 { 0 } else { -1 }
}

/// Gives a lock back; -1 if it is none.
pub(super) unsafe extern "C" fn unlock(lock: *mut c_void) -> c_int {
    // SAFETY: libsasl2 passes null or what `make` gave.
    let Some(lock) = (unsafe { lock.cast::<Lock>().as_ref() }) else { return -1 };
    // SAFETY: the mutex was initialised by `make` and has not moved.
    if unsafe { libc::pthread_mutex_unlock(lock.0.get()) } == 0 { 0 } else { -1 }
}

/// Ends a lock that nobody has.
pub(super) unsafe extern "C" fn unmake(lock: *mut c_void) {
    if lock.is_null() {
        return;
    }
    // SAFETY: libsasl2 gives back, once, what `make` gave.
    let lock = unsafe { Box::from_raw(lock.cast::<Lock>()) };
    // SAFETY: nobody has it, as libsasl2 ends it.
    unsafe { libc::pthread_mutex_destroy(lock.0.get()) };
}
