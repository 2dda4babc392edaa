//! Attach and detach (parts 2.7.3 and 2.7.7).

use super::composite::composite;
use super::connection::Error;
use super::terminus::{Source, TargetArchetype};
use super::types::{Handle, Multiple, ReceiverSettleMode, Role, SenderSettleMode, SequenceNo, Str};
use crate::codec::Content;

composite! {
    /// Attaches a link to a session.
    pub(crate) struct Attach = 0x12 {
        name: Option<Str<'a>>,
        handle: Handle,
        role: Role,
        snd_settle_mode: Option<SenderSettleMode>,
        rcv_settle_mode: Option<ReceiverSettleMode>,
        source: Option<Source<'a>>,
        target: Option<TargetArchetype<'a>>,
        unsettled: Content<'a>,
        incomplete_unsettled: bool,
        initial_delivery_count: Option<SequenceNo>,
        /// Bytes; 0 or absent for no limit.
        max_message_size: Option<u64>,
        offered_capabilities: Multiple<'a>,
        desired_capabilities: Multiple<'a>,
        properties: Content<'a>,
    }
}

composite! {
    /// Detaches a link, for good if `closed`.
    pub(crate) struct Detach = 0x16 {
        handle: Handle,
        closed: bool,
        error: Option<Error<'a>>,
    }
}
