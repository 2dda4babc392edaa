//! Flow, transfer and disposition: the performatives that messages cost (parts 2.7.4 to 2.7.6).

use super::composite::composite;
use super::delivery_state::DeliveryState;
use super::types::{Binary, Handle, ReceiverSettleMode, Role, SequenceNo};
use crate::codec::Content;

composite! {
    /// Grants credit or reports it; with no handle it speaks for the session window only.
    pub(crate) struct Flow = 0x13 {
        next_incoming_id: Option<SequenceNo>,
        incoming_window: u32,
        next_outgoing_id: SequenceNo,
        outgoing_window: u32,
        handle: Option<Handle>,
        delivery_count: Option<SequenceNo>,
        link_credit: Option<u32>,
        available: Option<u32>,
        /// Sent with every link state, even when false.
        drain: Option<bool>,
        echo: bool,
        properties: Content<'a>,
    }
}

composite! {
    /// Carries a message or a part of one; the payload follows it in the frame.
    pub(crate) struct Transfer = 0x14 {
        handle: Handle,
        delivery_id: Option<SequenceNo>,
        delivery_tag: Option<Binary<'a>>,
        message_format: Option<u32>,
        /// Absent is not false: a later transfer may not take back what an earlier one said.
        settled: Option<bool>,
        more: bool,
        rcv_settle_mode: Option<ReceiverSettleMode>,
        state: Option<DeliveryState<'a>>,
        resume: bool,
        aborted: bool,
        batchable: bool,
    }
}

composite! {
    /// Tells the state of the deliveries from `first` to `last`.
    pub(crate) struct Disposition = 0x15 {
        role: Role,
        first: SequenceNo,
        last: Option<SequenceNo>,
        settled: bool,
        state: Option<DeliveryState<'a>>,
        batchable: bool,
    }
}
