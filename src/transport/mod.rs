//! The transport: bytes in, frames, engine; engine, frames, bytes out. No clock, no socket, no callbacks.
//!
//! Input and output are two state machines over the layers TLS, SASL and AMQP (`input`, `output`). Each performative
//! has one file for what it does on arrival (`receive`), each step of an output pass one for what it writes (`emit`).
//! A bound connection is passed in by the caller for the time of a call. Behaviour: spec/transport.md.
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

mod binding;
#[allow(dead_code, reason = "what uses it comes with the domains")]
mod cover;
mod emit;
mod failure;
mod idle;
mod input;
mod input_buffer;
mod output;
mod output_buffer;
mod protection;
mod receive;
mod settings;
mod trace;

use std::collections::BinaryHeap;

pub(crate) use cover::Cover;
use failure::Farewell;
use idle::Idle;
use input::InputLayer;
use input_buffer::InputBuffer;
use output::OutputLayer;
use output_buffer::OutputBuffer;
use protection::Protection;

pub(crate) use settings::RemoteOpen;
use trace::TraceLine;
pub(crate) use trace::Tracing;

use crate::engine::{
    Condition, Connection, DeliveryKey, Event, LowestFree, NumberMap, Rare, SessionKey, Subject,
};
use crate::sasl::Sasl;

/// One end of an AMQP byte stream.
pub(crate) struct Transport {
    server: bool,
    input: InputBuffer,
    output: OutputBuffer,
    /// How much output is enough for now.
    burst: usize,
    input_layer: InputLayer,
    output_layer: OutputLayer,
    farewell: Farewell,
    /// Nothing more is read.
    tail_closed: bool,
    /// Nothing more is written.
    head_closed: bool,
    /// Output ends once what is buffered has been taken.
    output_ends: bool,
    /// A fatal error has been raised.
    failed: bool,
    /// The first input or output has happened; the layers are fixed from then on.
    started: bool,
    amqp_header_received: bool,
    sasl_header_received: bool,
    open_sent: bool,
    open_received: bool,
    close_sent: bool,
    close_received: bool,
    bound: bool,
    require_auth: bool,
    require_encryption: bool,
    local_max_frame: u32,
    frame_size: settings::FrameSize,
    remote_max_frame: u32,
    local_channel_max: u16,
    max_buffered_bytes: u64,
    remote: RemoteOpen,
    condition: Rare<Condition>,
    remote_condition: Rare<Condition>,
    local_channels: LowestFree,
    local_sessions: NumberMap<SessionKey>,
    remote_sessions: NumberMap<SessionKey>,
    /// Sessions that hold a run of dispositions back until the end of the output pass.
    batched: Vec<SessionKey>,
    /// Room reused between dispositions.
    scratch: Vec<DeliveryKey>,
    /// Room reused between output passes.
    turns: BinaryHeap<emit::Turn>,
    /// TLS, below everything else.
    cover: Option<Box<Cover>>,
    sasl: Option<Box<Sasl>>,
    /// A security layer between us and the wire.
    protection: Option<Box<Protection>>,
    /// An output pass stopped for an answer from outside.
    output_waits: bool,
    idle: Idle,
    frames_in: u64,
    frames_out: u64,
    tracing: Tracing,
    trace: Vec<TraceLine>,
}

impl Transport {
    pub(crate) fn new() -> Self {
        Self {
            server: false,
            input: InputBuffer::default(),
            output: OutputBuffer::default(),
            burst: output::ENOUGH_OUTPUT,
            input_layer: InputLayer::Start,
            output_layer: OutputLayer::Start,
            farewell: Farewell::ByRole,
            tail_closed: false,
            head_closed: false,
            output_ends: false,
            failed: false,
            started: false,
            amqp_header_received: false,
            sasl_header_received: false,
            open_sent: false,
            open_received: false,
            close_sent: false,
            close_received: false,
            bound: false,
            require_auth: false,
            require_encryption: false,
            local_max_frame: settings::DEFAULT_MAX_FRAME,
            frame_size: settings::FrameSize::Ordinary,
            remote_max_frame: u32::MAX,
            local_channel_max: settings::CHANNEL_LIMIT,
            max_buffered_bytes: settings::DEFAULT_BUFFERED_BYTES,
            remote: RemoteOpen::default(),
            condition: Rare::default(),
            remote_condition: Rare::default(),
            local_channels: LowestFree::default(),
            local_sessions: NumberMap::default(),
            remote_sessions: NumberMap::default(),
            batched: Vec::new(),
            scratch: Vec::new(),
            turns: BinaryHeap::new(),
            cover: None,
            sasl: None,
            protection: None,
            output_waits: false,
            idle: Idle::default(),
            frames_in: 0,
            frames_out: 0,
            tracing: Tracing::default(),
            trace: Vec::new(),
        }
    }

    /// Both directions have ended.
    pub(crate) const fn closed(&self) -> bool {
        self.tail_closed && self.head_closed
    }

    pub(crate) const fn is_tail_closed(&self) -> bool {
        self.tail_closed
    }

    pub(crate) const fn is_head_closed(&self) -> bool {
        self.head_closed
    }

    /// Queues a transport event; without a connection there is nobody to tell.
    fn post(&self, connection: Option<&mut Connection>, event: Event) {
        if let Some(connection) = connection.filter(|_| self.bound) {
            connection.post(event, Subject::Transport);
        }
    }
}
