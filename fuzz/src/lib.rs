//! The fuzz harness: targets, an application that talks to anybody, mutations, coverage.
//!
//! The targets call the exported C functions, as a program would, so everything from the C boundary inwards is under
//! test. `cargo xtask fuzz` builds this crate with coverage counters and runs the driver (`src/bin/fuzz.rs`), which
//! keeps inputs that reach new code. It needs nothing but stable Rust.

pub mod abi;
pub mod application;
pub mod coverage;
pub mod memory;
pub mod mutation;
pub mod target;
pub mod wild;

#[cfg(feature = "protium")]
use protium as _;
