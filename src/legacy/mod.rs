//! The parts of Proton that came before the proactor, as far as they need nothing of C (spec/legacy.md): URLs.
#![forbid(unsafe_code)]

pub(crate) mod pattern;
pub(crate) mod url;
