//! Messages (AMQP part 3.2): what an application fills in, and the sections that carry it on the wire.
//!
//! A [`Message`] is made once and reused: clearing and decoding keep every buffer, so that the steady state of a
//! sender or receiver allocates nothing. The four parts of no fixed type (body, both annotations, application
//! properties) stay as the peer encoded them until somebody looks ([`Part`]); encoding takes either form and
//! changes neither. `decode` and `encode` know the sections, `header` and `properties` their fields, `show` the
//! text form. Nothing here knows of C or of deliveries.
#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic, clippy::cast_possible_truncation)]
#![cfg_attr(
    test,
    allow(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::panic,
        clippy::cast_possible_truncation,
        reason = "a test may fail by panicking"
    )
)]

mod body;
mod decode;
mod encode;
mod fields;
mod header;
mod id;
mod part;
mod properties;
mod show;
mod text;
mod whole;

#[cfg(test)]
mod tests;

pub(crate) use header::Header;
pub(crate) use id::MessageId;
pub(crate) use part::Part;
pub(crate) use properties::Properties;
pub(crate) use text::Text;

use whole::Inspector;

/// A message, as the application sees it.
#[derive(Default)]
pub(crate) struct Message {
    /// Whether the body's section follows from its type: binary as data, a list as amqp-sequence. Not on the wire.
    pub(crate) inferred: bool,
    pub(crate) header: Header,
    pub(crate) properties: Properties,
    /// Delivery annotations, which `pn_message_instructions` shows.
    pub(crate) instructions: Part,
    /// Message annotations.
    pub(crate) annotations: Part,
    pub(crate) application_properties: Part,
    pub(crate) body: Part,
    inspector: Inspector,
}

impl Message {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Back to the state of a new message; buffers, and trees somebody may hold on to, are emptied and kept.
    pub(crate) fn clear(&mut self) {
        self.inferred = false;
        self.header = Header::default();
        self.properties.clear();
        self.instructions.clear();
        self.annotations.clear();
        self.application_properties.clear();
        self.body.clear();
    }

    /// Puts the cursors of what has no fixed type before the first value.
    pub(crate) fn rewind(&mut self) {
        self.instructions.rewind();
        self.annotations.rewind();
        self.application_properties.rewind();
        self.body.rewind();
    }
}

/// The numeric descriptors of the sections, part 3.2.
mod section {
    pub(super) const HEADER: u64 = 0x70;
    pub(super) const DELIVERY_ANNOTATIONS: u64 = 0x71;
    pub(super) const MESSAGE_ANNOTATIONS: u64 = 0x72;
    pub(super) const PROPERTIES: u64 = 0x73;
    pub(super) const APPLICATION_PROPERTIES: u64 = 0x74;
    pub(super) const DATA: u64 = 0x75;
    pub(super) const AMQP_SEQUENCE: u64 = 0x76;
    pub(super) const AMQP_VALUE: u64 = 0x77;
}
