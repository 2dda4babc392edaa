//! The properties section (part 3.2.4): the immutable facts about the bare message.
//!
//! Times are unset at 0, texts and ids have an unset state of their own, and a group sequence belongs to its group.

use super::fields::{FieldList, FieldReader, FieldWriter};
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
    #[inline]
    fn texts(&self) -> [&Text; 8] {
        [
            &self.user_id,
            &self.address,
            &self.subject,
            &self.reply_to,
            &self.content_type,
            &self.content_encoding,
            &self.group_id,
            &self.reply_to_group_id,
        ]
    }

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
    fn is_set(&self) -> bool {
        self.message_id.is_set()
            || self.correlation_id.is_set()
            || self.texts().iter().any(|text| text.is_set())
            || self.absolute_expiry_time != 0
            || self.creation_time != 0
            || self.group_sequence != 0
    }

    #[inline]
    fn bound(&self) -> usize {
        let texts: usize = self.texts().iter().map(|text| text.get().map_or(0, <[u8]>::len)).sum();
        MOST_FIXED + texts + self.message_id.size() + self.correlation_id.size()
    }

    #[inline]
    fn write(&self, fields: &mut FieldWriter<'_, impl Sink>) {
        fields.id(&self.message_id);
        fields.field(self.user_id.get(), writer::binary);
        fields.string(&self.address);
        fields.string(&self.subject);
        fields.string(&self.reply_to);
        fields.id(&self.correlation_id);
        fields.symbol(&self.content_type);
        fields.symbol(&self.content_encoding);
        fields.time(self.absolute_expiry_time);
        fields.time(self.creation_time);
        fields.string(&self.group_id);
        let in_group = self.group_sequence != 0 || self.group_id.is_set();
        fields.field(in_group.then_some(self.group_sequence), writer::uint);
        fields.string(&self.reply_to_group_id);
    }

    fn read(&mut self, fields: &mut FieldReader<'_>) -> Decoded<()> {
        self.message_id.read(fields)?;
        fields.text(&mut self.user_id, Reader::binary)?;
        fields.text(&mut self.address, Reader::string)?;
        fields.text(&mut self.subject, Reader::string)?;
        fields.text(&mut self.reply_to, Reader::string)?;
        self.correlation_id.read(fields)?;
        fields.text(&mut self.content_type, Reader::symbol)?;
        fields.text(&mut self.content_encoding, Reader::symbol)?;
        self.absolute_expiry_time = fields.time()?;
        self.creation_time = fields.time()?;
        fields.text(&mut self.group_id, Reader::string)?;
        self.group_sequence = fields.uint()?;
        fields.text(&mut self.reply_to_group_id, Reader::string)
    }
}

/// What is not the content of a text or an id: thirteen constructors with a size where there is one, and three
/// numbers. Only short lists ask, in which no text has a long size.
const MOST_FIXED: usize = 13 * 2 + 8 + 8 + 4;
