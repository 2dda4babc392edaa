//! What stands around performatives: frame headers, protocol headers, and telling protocols apart (parts 2.2, 2.3).
#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)]
#![cfg_attr(
    test,
    allow(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::panic,
        reason = "a test may fail by panicking"
    )
)]

mod frame;
mod protocol;

pub(crate) use frame::{Frame, FrameType, next_frame, patch_frame_size, write_frame};
pub(crate) use protocol::{Detected, Protocol, detect};
