//! The text form of a message: every field that differs from its default, in a fixed order.

use super::{Header, Message, MessageId, Part, Text};
use std::fmt::{self, Display, Write};

impl Message {
    /// Appends the text form. It does not depend on which parts have been looked at before.
    pub(crate) fn show(&mut self, out: &mut impl Write) -> fmt::Result {
        out.write_str("Message{")?;
        let mut fields = Fields { out, any: false };
        self.show_header(&mut fields)?;
        self.show_properties(&mut fields)?;
        fields.flag("inferred", self.inferred)?;
        fields.part("instructions", &mut self.instructions)?;
        fields.part("annotations", &mut self.annotations)?;
        fields.part("properties", &mut self.application_properties)?;
        fields.part("body", &mut self.body)?;
        fields.out.write_char('}')
    }

    fn show_header<W: Write>(&self, fields: &mut Fields<'_, W>) -> fmt::Result {
        let header = &self.header;
        fields.text("address", &self.properties.address)?;
        fields.flag("durable", header.durable)?;
        fields.number("priority", i64::from(header.priority), i64::from(Header::DEFAULT_PRIORITY))?;
        fields.number("ttl", i64::from(header.ttl), 0)?;
        fields.flag("first_acquirer", header.first_acquirer)?;
        fields.number("delivery_count", i64::from(header.delivery_count), 0)
    }

    fn show_properties<W: Write>(&self, fields: &mut Fields<'_, W>) -> fmt::Result {
        let properties = &self.properties;
        fields.id("id", &properties.message_id)?;
        fields.text("user_id", &properties.user_id)?;
        fields.text("subject", &properties.subject)?;
        fields.text("reply_to", &properties.reply_to)?;
        fields.id("correlation_id", &properties.correlation_id)?;
        fields.text("content_type", &properties.content_type)?;
        fields.text("content_encoding", &properties.content_encoding)?;
        fields.number("expiry_time", properties.absolute_expiry_time, 0)?;
        fields.number("creation_time", properties.creation_time, 0)?;
        fields.text("group_id", &properties.group_id)?;
        fields.number("group_sequence", i64::from(properties.group_sequence.cast_signed()), 0)?;
        fields.text("reply_to_group_id", &properties.reply_to_group_id)
    }
}

/// Writes `name=value` with commas between.
struct Fields<'a, W> {
    out: &'a mut W,
    any: bool,
}

impl<W: Write> Fields<'_, W> {
    fn field(&mut self, name: &str, value: impl Display) -> fmt::Result {
        let comma = if self.any { ", " } else { "" };
        self.any = true;
        write!(self.out, "{comma}{name}={value}")
    }

    fn flag(&mut self, name: &str, value: bool) -> fmt::Result {
        if value { self.field(name, 1) } else { Ok(()) }
    }

    fn number(&mut self, name: &str, value: i64, default: i64) -> fmt::Result {
        if value == default { Ok(()) } else { self.field(name, value) }
    }

    fn text(&mut self, name: &str, text: &Text) -> fmt::Result {
        match text.get() {
            Some(bytes) => self.field(name, Quoted(bytes)),
            None => Ok(()),
        }
    }

    fn id(&mut self, name: &str, id: &MessageId) -> fmt::Result {
        match id.alone() {
            Some(tree) => self.field(name, tree),
            None => Ok(()),
        }
    }

    fn part(&mut self, name: &str, part: &mut Part) -> fmt::Result {
        if part.is_empty() { Ok(()) } else { self.field(name, &*part.open()) }
    }
}

/// Only what cannot be printed is escaped here, unlike in the text form of values.
struct Quoted<'a>(&'a [u8]);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for &byte in self.0 {
            match byte {
                0x20..=0x7e => f.write_char(char::from(byte))?,
                _ => write!(f, "\\x{byte:02x}")?,
            }
        }
        f.write_char('"')
    }
}
