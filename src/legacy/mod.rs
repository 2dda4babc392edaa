//! The parts of Proton that came before the proactor, as far as they need nothing of C (spec/legacy.md): URLs,
//! and the patterns of messengers.
#![forbid(unsafe_code)]

#[cfg(feature = "fuzz")]
pub(crate) mod fuzz;
pub(crate) mod pattern;
pub(crate) mod url;
