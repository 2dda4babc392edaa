//! Open and close, and the error that closing performatives carry (parts 2.7.1, 2.7.9, 2.8.14).

use super::composite::composite;
use super::types::{Multiple, Str, Symbol};
use crate::codec::Content;

composite! {
    /// Negotiates what a connection can take.
    pub(crate) struct Open = 0x10 {
        container_id: Option<Str<'a>>,
        hostname: Option<Str<'a>>,
        /// Bytes; absent for no limit.
        max_frame_size: Option<u32>,
        channel_max: Option<u16>,
        /// Milliseconds.
        idle_time_out: Option<u32>,
        outgoing_locales: Multiple<'a>,
        incoming_locales: Multiple<'a>,
        offered_capabilities: Multiple<'a>,
        desired_capabilities: Multiple<'a>,
        properties: Content<'a>,
    }
}

composite! {
    /// Ends a connection.
    pub(crate) struct Close = 0x18 {
        error: Option<Error<'a>>,
    }
}

composite! {
    /// Why an endpoint was closed or a delivery rejected.
    pub(crate) struct Error = 0x1d {
        condition: Option<Symbol<'a>>,
        description: Option<Str<'a>>,
        info: Content<'a>,
    }
}
