//! The AMQP type system (part 1): encoded bytes, and the value tree that `pn_data_t` shows to applications.
//!
//! `reader` and `writer` are the wire path and build nothing; `data` is the tree; `field` holds content that
//! arrived encoded until somebody looks at it. Nothing here knows of frames, messages or C.
#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic, clippy::cast_possible_truncation)]
#![cfg_attr(
    test,
    allow(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::panic,
        reason = "a test may fail by panicking"
    )
)]

pub(crate) mod constructor;
pub(crate) mod data;
pub(crate) mod dump;
mod error;
mod field;
pub(crate) mod names;
pub(crate) mod quote;
mod reader;
pub(crate) mod writer;

pub(crate) use data::Data;
pub(crate) use error::{DecodeError, DecodeErrorKind, Decoded};
pub(crate) use field::{Content, Field};
pub(crate) use reader::{Compound, Reader};
pub(crate) use writer::{Append, Counter, FixedBuffer, Sink};
