//! Scenarios: two ends joined in memory, told step by step.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may fail by panicking"
)]

mod cover;
mod credit;
mod deliveries;
mod endpoints;
mod extras;
mod hostile;
mod large;
mod lifetime;
mod pair;
mod windows;
