//! The header section (part 3.2.1): how the message is to be delivered.
//!
//! A field at its default is null on the wire, and a header of nothing but defaults is not sent at all.

use super::fields::{FieldList, FieldReader, FieldWriter};
use crate::codec::{Decoded, Reader, Sink, writer};

/// Delivery details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) durable: bool,
    pub(crate) priority: u8,
    /// Milliseconds; 0 is "no limit".
    pub(crate) ttl: u32,
    pub(crate) first_acquirer: bool,
    pub(crate) delivery_count: u32,
}

impl Header {
    pub(crate) const DEFAULT_PRIORITY: u8 = 4;
}

impl Default for Header {
    fn default() -> Self {
        Self {
            durable: false,
            priority: Self::DEFAULT_PRIORITY,
            ttl: 0,
            first_acquirer: false,
            delivery_count: 0,
        }
    }
}

impl FieldList for Header {
    fn is_set(&self) -> bool {
        *self != Self::default()
    }

    fn bound(&self) -> usize {
        MOST_BYTES
    }

    #[inline]
    fn write(&self, fields: &mut FieldWriter<'_, impl Sink>) {
        fields.flag(self.durable);
        fields.field((self.priority != Self::DEFAULT_PRIORITY).then_some(self.priority), writer::ubyte);
        fields.uint(self.ttl);
        fields.flag(self.first_acquirer);
        fields.uint(self.delivery_count);
    }

    fn read(&mut self, fields: &mut FieldReader<'_>) -> Decoded<()> {
        self.durable = fields.flag()?;
        self.priority = fields.field(Reader::ubyte)?.unwrap_or(Self::DEFAULT_PRIORITY);
        self.ttl = fields.uint()?;
        self.first_acquirer = fields.flag()?;
        self.delivery_count = fields.uint()?;
        Ok(())
    }
}

/// Two booleans, a ubyte and two uints.
const MOST_BYTES: usize = 1 + 2 + 5 + 1 + 5;
