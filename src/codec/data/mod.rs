//! The value tree behind `pn_data_t`.

use super::writer::Sink;

/// A forest of AMQP values with a cursor.
#[derive(Clone, Default)]
pub(crate) struct Data {}

impl Data {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Decodes one value that a peer sent, within the limits that apply to peers.
    pub(crate) fn from_peer(_bytes: &[u8]) -> Self {
        Self::default()
    }

    pub(crate) fn is_empty(&self) -> bool {
        true
    }

    pub(crate) fn clear(&mut self) {}

    /// Writes all top-level values.
    pub(crate) fn encode(&self, _sink: &mut impl Sink) {}
}
