//! Protium: libqpid-proton rebuilt in Rust. This file is the map of the house.
//!
//! **codec** is the AMQP type system: encoded values, the value tree behind `pn_data_t`, text forms, formats.
//! **performative** has one table for each performative, outcome and terminus, and reads and writes them.
//! **message** is the sections of a message.
//! **framing** is what stands around performatives: frame headers, protocol headers, recognising protocols.
//! **engine** is connections, sessions, links and deliveries: states, credit, windows, lifetimes. It knows no bytes.
//! **sasl** is the exchange that authenticates a peer, frame by frame.
//! **tls** is protected streams: sessions of a TLS library, what programs set up for them, certificates.
//! **transport** turns bytes into changes of the engine and changes of the engine into bytes.
//! **driver** is a transport with its connection: the unit that input and output loops work with.
//! **sys** is every call into the kernel: sockets, addresses, the poller and what wakes it.
//! **proactor** is network input and output for any number of threads.
//! **legacy** is what came before the proactor, as far as it needs nothing of C.
//! **object** is the C object model: counted objects, classes, records, strings, collectors.
//! **ffi** is the C interface, one file for each public header, and all that joins it to the rooms above.
//!
//! Who may import whom; `tests/layering.rs` holds the table, and `docs/architecture.md` explains it:
//!
//! ```text
//! codec, object, sys             ->  nothing of ours
//! performative, message, framing ->  codec
//! engine                         ->  codec, performative
//! sasl                           ->  engine, performative
//! tls                            ->  engine, sys
//! transport                      ->  engine, framing, performative, codec, sasl, tls
//! driver                         ->  transport, engine
//! proactor                       ->  driver, engine, transport, sys
//! ffi                            ->  all
//! ```
//!
//! Unsafe code lives in `object`, `sys` and `ffi` only; every other room forbids it.

mod codec;
mod driver;
mod engine;
pub mod ffi;
mod framing;
mod legacy;
mod message;
mod object;
mod performative;
mod proactor;
mod sasl;
mod sys;
#[allow(dead_code, reason = "what uses it comes with the backends")]
mod tls;
mod transport;

#[cfg(feature = "fuzz")]
#[doc(hidden)]
pub use legacy::fuzz::rewritten;
#[cfg(feature = "fuzz")]
#[doc(hidden)]
pub use tls::fuzz::{names_match, read_certificate};

#[cfg(test)]
mod tests;
