//! sasl
#![forbid(unsafe_code)]
