//! Begin and end (parts 2.7.2 and 2.7.8).

use super::composite::composite;
use super::connection::Error;
use super::types::{Multiple, SequenceNo};
use crate::codec::Content;

composite! {
    /// Begins a session, or answers the peer's.
    pub(crate) struct Begin = 0x11 {
        /// The channel of the begin that this one answers.
        remote_channel: Option<u16>,
        next_outgoing_id: SequenceNo,
        incoming_window: u32,
        outgoing_window: u32,
        handle_max: Option<u32>,
        offered_capabilities: Multiple<'a>,
        desired_capabilities: Multiple<'a>,
        properties: Content<'a>,
    }
}

composite! {
    /// Ends a session.
    pub(crate) struct End = 0x17 {
        error: Option<Error<'a>>,
    }
}
