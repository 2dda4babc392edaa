//! Protium: libqpid-proton rebuilt in Rust. This file is the map of the house.
#![allow(dead_code, unused_imports, reason = "rooms are being moved into")]

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
