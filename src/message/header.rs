//! The header section (part 3.2.1): how the message is to be delivered.
//!
//! A field at its default is null on the wire, and a header of nothing but defaults is not sent at all.

use super::encode::FieldList;
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
        Self { durable: false, priority: Self::DEFAULT_PRIORITY, ttl: 0, first_acquirer: false, delivery_count: 0 }
    }
}

impl FieldList for Header {
    const FIELDS: u32 = 5;

    fn is_set(&self, field: u32) -> bool {
        match field {
            0 => self.durable,
            1 => self.priority != Self::DEFAULT_PRIORITY,
            2 => self.ttl != 0,
            3 => self.first_acquirer,
            4 => self.delivery_count != 0,
            _ => false,
        }
    }

    fn write_field(&self, field: u32, sink: &mut impl Sink) {
        match field {
            0 | 3 => writer::boolean(sink, true),
            1 => writer::ubyte(sink, self.priority),
            2 => writer::uint(sink, self.ttl),
            _ => writer::uint(sink, self.delivery_count),
        }
    }

    fn read_field(&mut self, field: u32, from: &mut Reader<'_>) -> Decoded<()> {
        match field {
            0 => self.durable = from.boolean()?.unwrap_or(false),
            1 => self.priority = from.ubyte()?.unwrap_or(Self::DEFAULT_PRIORITY),
            2 => self.ttl = from.uint()?.unwrap_or(0),
            3 => self.first_acquirer = from.boolean()?.unwrap_or(false),
            4 => self.delivery_count = from.uint()?.unwrap_or(0),
            _ => from.skip()?,
        }
        Ok(())
    }
}
