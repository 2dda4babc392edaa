//! The text form of a message: every field that differs from its default, in a fixed order.
//!
//! It is bytes rather than a `str`: the text form of a character is its low byte, whatever that is.

use super::{Header, Message, MessageId, Part, Text};
use std::io::Write;

impl Message {
    /// Appends the text form. It does not depend on which parts have been looked at before.
    pub(crate) fn show(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"Message{");
        let mut fields = Fields { out, any: false };
        self.show_header(&mut fields);
        self.show_properties(&mut fields);
        fields.flag("inferred", self.inferred);
        fields.part("instructions", &mut self.instructions);
        fields.part("annotations", &mut self.annotations);
        fields.part("properties", &mut self.application_properties);
        fields.part("body", &mut self.body);
        out.push(b'}');
    }

    fn show_header(&self, fields: &mut Fields<'_>) {
        let header = &self.header;
        fields.text("address", &self.properties.address);
        fields.flag("durable", header.durable);
        fields.number("priority", i64::from(header.priority), i64::from(Header::DEFAULT_PRIORITY));
        fields.number("ttl", i64::from(header.ttl), 0);
        fields.flag("first_acquirer", header.first_acquirer);
        fields.number("delivery_count", i64::from(header.delivery_count), 0);
    }

    fn show_properties(&self, fields: &mut Fields<'_>) {
        let properties = &self.properties;
        fields.id("id", &properties.message_id);
        fields.text("user_id", &properties.user_id);
        fields.text("subject", &properties.subject);
        fields.text("reply_to", &properties.reply_to);
        fields.id("correlation_id", &properties.correlation_id);
        fields.text("content_type", &properties.content_type);
        fields.text("content_encoding", &properties.content_encoding);
        fields.number("expiry_time", properties.absolute_expiry_time, 0);
        fields.number("creation_time", properties.creation_time, 0);
        fields.text("group_id", &properties.group_id);
        fields.number("group_sequence", i64::from(properties.group_sequence.cast_signed()), 0);
        fields.text("reply_to_group_id", &properties.reply_to_group_id);
    }
}

/// Writes `name=value` with commas between.
struct Fields<'a> {
    out: &'a mut Vec<u8>,
    any: bool,
}

impl Fields<'_> {
    fn name(&mut self, name: &str) {
        if self.any {
            self.out.extend_from_slice(b", ");
        }
        self.any = true;
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b'=');
    }

    fn flag(&mut self, name: &str, value: bool) {
        self.number(name, i64::from(value), 0);
    }

    fn number(&mut self, name: &str, value: i64, default: i64) {
        if value != default {
            self.name(name);
            self.out.extend_from_slice(value.to_string().as_bytes());
        }
    }

    fn text(&mut self, name: &str, text: &Text) {
        if let Some(bytes) = text.get() {
            self.name(name);
            quote(self.out, bytes);
        }
    }

    fn id(&mut self, name: &str, id: &MessageId) {
        if let Some(tree) = id.alone() {
            self.name(name);
            tree.write_text(self.out);
        }
    }

    fn part(&mut self, name: &str, part: &mut Part) {
        if !part.is_empty() {
            self.name(name);
            part.open().write_text(self.out);
        }
    }
}

/// Only what cannot be printed is escaped here, unlike in the text form of values.
fn quote(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    for &byte in bytes {
        match byte {
            0x20..=0x7e => out.push(byte),
            _ => {
                // Writing to a vector does not fail.
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push(b'"');
}
