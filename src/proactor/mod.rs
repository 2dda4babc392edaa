//! Network input and output for any number of threads. **raw** is a connection without AMQP.
#![forbid(unsafe_code)]

#[allow(dead_code, reason = "its socket comes with the C interface")]
pub(crate) mod raw;
