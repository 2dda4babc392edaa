//! How much memory a run takes: every allocation of the process is counted, and a run has a ceiling.
//!
//! The C allocator's functions are defined here and handed on to the C library's own, which glibc has under other names;
//! so what the library allocates from Rust, from C and as C objects counts alike. A run that needs more than
//! [`CEILING`], or that leaves more behind each time it is repeated, has found something.

use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What one input of at most a few kilobytes may make the process hold, beyond what it held before.
pub const CEILING: usize = 24 << 20;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static LIMIT: AtomicUsize = AtomicUsize::new(usize::MAX);

unsafe extern "C" {
    fn __libc_malloc(size: usize) -> *mut c_void;
    fn __libc_calloc(count: usize, size: usize) -> *mut c_void;
    fn __libc_realloc(old: *mut c_void, size: usize) -> *mut c_void;
    fn __libc_memalign(align: usize, size: usize) -> *mut c_void;
    fn __libc_free(old: *mut c_void);
    fn malloc_usable_size(block: *mut c_void) -> usize;
    fn write(file: c_int, bytes: *const c_void, size: usize) -> isize;
    fn abort() -> !;
}

/// The most that the library keeps for later use: buffers that nobody needs at present.
const KEPT: usize = 6 << 20;

/// Enough runs to fill what is kept with the smallest buffers.
const RUNS: usize = 20_000;

/// Runs `run` and holds it to the ceiling; then, as long as each run leaves more behind than it found, runs it again.
/// What is kept for later use is bounded, so growth without end is a leak.
pub fn bounded(run: impl Fn()) {
    let first = LIVE.load(Ordering::Relaxed);
    for _ in 0..RUNS {
        let before = LIVE.load(Ordering::Relaxed);
        LIMIT.store(before + CEILING, Ordering::Relaxed);
        run();
        LIMIT.store(usize::MAX, Ordering::Relaxed);
        if LIVE.load(Ordering::Relaxed) <= before {
            return;
        }
        if LIVE.load(Ordering::Relaxed) > first + KEPT {
            break;
        }
    }
    let more = LIVE.load(Ordering::Relaxed) - first;
    panic!("every run of this input leaves more memory behind: {more} bytes");
}

unsafe fn taken(block: *mut c_void) -> *mut c_void {
    if !block.is_null() {
        let size = malloc_usable_size(block);
        let live = LIVE.fetch_add(size, Ordering::Relaxed) + size;
        if live > LIMIT.load(Ordering::Relaxed) {
            const TEXT: &[u8] = b"this input takes more memory than it may\n";
            write(2, TEXT.as_ptr().cast(), TEXT.len());
            abort();
        }
    }
    block
}

unsafe fn given(block: *mut c_void) {
    if !block.is_null() {
        LIVE.fetch_sub(malloc_usable_size(block), Ordering::Relaxed);
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
    taken(__libc_malloc(size))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    taken(__libc_calloc(count, size))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn realloc(old: *mut c_void, size: usize) -> *mut c_void {
    let old_size = if old.is_null() { 0 } else { malloc_usable_size(old) };
    let new = __libc_realloc(old, size);
    if !new.is_null() || size == 0 {
        LIVE.fetch_sub(old_size, Ordering::Relaxed);
    }
    taken(new)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn aligned_alloc(align: usize, size: usize) -> *mut c_void {
    taken(__libc_memalign(align, size))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn posix_memalign(block: *mut *mut c_void, align: usize, size: usize) -> c_int {
    let new = taken(__libc_memalign(align, size));
    if new.is_null() {
        return 12;
    }
    block.write(new);
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn free(block: *mut c_void) {
    given(block);
    __libc_free(block);
}
