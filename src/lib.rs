//! Protium: libqpid-proton rebuilt in Rust. This file is the map of the house.

mod codec;
mod driver;
mod engine;
pub mod ffi;
mod framing;
mod message;
mod object;
mod performative;
mod sasl;
mod transport;

#[cfg(test)]
mod tests;
