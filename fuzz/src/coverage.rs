//! Which code an input reached, if the build counts it.
//!
//! LLVM's coverage pass (`-Cpasses=sancov-module`) puts a counter of eight bits at every branch and tells where they
//! are before `main`. Without the pass there are none, and the driver mutates blindly.

use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

static START: AtomicPtr<u8> = AtomicPtr::new(std::ptr::null_mut());
static SIZE: AtomicUsize = AtomicUsize::new(0);

/// Called once by the start-up code of an instrumented program.
#[unsafe(no_mangle)]
pub extern "C" fn __sanitizer_cov_8bit_counters_init(start: *mut u8, stop: *mut u8) {
    START.store(start, Ordering::Relaxed);
    SIZE.store((stop as usize).saturating_sub(start as usize), Ordering::Relaxed);
}

/// What has been reached so far, by counter and order of magnitude.
#[derive(Default)]
pub struct Coverage {
    seen: Vec<u8>,
}

impl Coverage {
    /// Forgets the counts of the last run.
    pub fn reset() {
        for counter in counters() {
            *counter = 0;
        }
    }

    /// Adds the last run; true if it reached something new.
    pub fn learn(&mut self) -> bool {
        let counters = counters();
        self.seen.resize(counters.len(), 0);
        let mut new = false;
        for (seen, count) in self.seen.iter_mut().zip(counters) {
            let bit = match *count {
                0 => 0,
                1 => 1,
                2 => 2,
                3..=7 => 4,
                8..=31 => 8,
                _ => 16,
            };
            if bit & !*seen != 0 {
                *seen |= bit;
                new = true;
            }
        }
        new
    }

    /// How many branches were reached, and how many there are.
    pub fn figures(&self) -> (usize, usize) {
        (self.seen.iter().filter(|seen| **seen != 0).count(), self.seen.len())
    }
}

fn counters() -> &'static mut [u8] {
    let (start, size) = (START.load(Ordering::Relaxed), SIZE.load(Ordering::Relaxed));
    if start.is_null() {
        return &mut [];
    }
    // SAFETY: LLVM's start-up code gave the section's bounds; one thread runs targets and nobody else keeps the slice.
    unsafe { std::slice::from_raw_parts_mut(start, size) }
}
