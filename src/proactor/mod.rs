//! Network input and output for any number of threads: connections, listeners, raw connections.
//!
//! An **address** is what a program calls a place in the network; **lookup** finds the addresses of its name without
//! keeping anybody waiting. **raw** is a connection without AMQP.
#![forbid(unsafe_code)]

#[allow(dead_code, reason = "what listens and connects is not here yet")]
pub(crate) mod address;
#[allow(dead_code, reason = "what listens and connects is not here yet")]
pub(crate) mod lookup;
#[allow(dead_code, reason = "the proactor, which will use it, is not here yet")]
pub(crate) mod raw;
