//! The properties section (part 3.2.4): the immutable facts about the bare message.
//!
//! Times are unset at 0, texts and ids have an unset state of their own, and a group sequence belongs to its group.

use super::encode::FieldList;
use super::id::MessageId;
use super::text::Text;
use crate::codec::{Decoded, Reader, Sink, writer};

/// The properties of a message.
#[derive(Default)]
pub(crate) struct Properties {
    pub(crate) message_id: MessageId,
    pub(crate) user_id: Text,
    /// The `to` field.
    pub(crate) address: Text,
    pub(crate) subject: Text,
    pub(crate) reply_to: Text,
    pub(crate) correlation_id: MessageId,
    pub(crate) content_type: Text,
    pub(crate) content_encoding: Text,
    /// Milliseconds since 1970; 0 is unset, as in the next field.
    pub(crate) absolute_expiry_time: i64,
    pub(crate) creation_time: i64,
    pub(crate) group_id: Text,
    /// Kept by its bits: sequence numbers wrap.
    pub(crate) group_sequence: u32,
    pub(crate) reply_to_group_id: Text,
}

impl Properties {
    pub(crate) fn clear(&mut self) {
        self.message_id.clear();
        self.correlation_id.clear();
        self.user_id.unset();
        self.address.unset();
        self.subject.unset();
        self.reply_to.unset();
        self.content_type.unset();
        self.content_encoding.unset();
        self.absolute_expiry_time = 0;
        self.creation_time = 0;
        self.group_id.unset();
        self.group_sequence = 0;
        self.reply_to_group_id.unset();
    }
}

impl FieldList for Properties {
    const FIELDS: u32 = 13;

    fn is_set(&self, field: u32) -> bool {
        match field {
            0 => self.message_id.is_set(),
            1 => self.user_id.is_set(),
            2 => self.address.is_set(),
            3 => self.subject.is_set(),
            4 => self.reply_to.is_set(),
            5 => self.correlation_id.is_set(),
            6 => self.content_type.is_set(),
            7 => self.content_encoding.is_set(),
            8 => self.absolute_expiry_time != 0,
            9 => self.creation_time != 0,
            10 => self.group_id.is_set(),
            11 => self.group_sequence != 0 || self.group_id.is_set(),
            12 => self.reply_to_group_id.is_set(),
            _ => false,
        }
    }

    fn write_field(&self, field: u32, sink: &mut impl Sink) {
        match field {
            0 => self.message_id.write(sink),
            1 => writer::binary(sink, bytes(&self.user_id)),
            2 => writer::string(sink, bytes(&self.address)),
            3 => writer::string(sink, bytes(&self.subject)),
            4 => writer::string(sink, bytes(&self.reply_to)),
            5 => self.correlation_id.write(sink),
            6 => writer::symbol(sink, bytes(&self.content_type)),
            7 => writer::symbol(sink, bytes(&self.content_encoding)),
            8 => writer::timestamp(sink, self.absolute_expiry_time),
            9 => writer::timestamp(sink, self.creation_time),
            10 => writer::string(sink, bytes(&self.group_id)),
            11 => writer::uint(sink, self.group_sequence),
            _ => writer::string(sink, bytes(&self.reply_to_group_id)),
        }
    }

    fn read_field(&mut self, field: u32, from: &mut Reader<'_>) -> Decoded<()> {
        match field {
            0 => self.message_id.read(from)?,
            1 => keep(&mut self.user_id, from.binary()?),
            2 => keep(&mut self.address, from.string()?),
            3 => keep(&mut self.subject, from.string()?),
            4 => keep(&mut self.reply_to, from.string()?),
            5 => self.correlation_id.read(from)?,
            6 => keep(&mut self.content_type, from.symbol()?),
            7 => keep(&mut self.content_encoding, from.symbol()?),
            8 => self.absolute_expiry_time = from.timestamp()?.unwrap_or(0),
            9 => self.creation_time = from.timestamp()?.unwrap_or(0),
            10 => keep(&mut self.group_id, from.string()?),
            11 => self.group_sequence = from.uint()?.unwrap_or(0),
            12 => keep(&mut self.reply_to_group_id, from.string()?),
            _ => from.skip()?,
        }
        Ok(())
    }
}

#[inline]
fn bytes(text: &Text) -> &[u8] {
    text.get().unwrap_or_default()
}

#[inline]
fn keep(text: &mut Text, value: Option<&[u8]>) {
    match value {
        Some(bytes) => text.set(bytes),
        None => text.unset(),
    }
}
