//! Messages on the way out: which sections are written, and in which form.
//!
//! A section of nothing but defaults is left out; the body never is, because a message without one is not legal
//! (an empty body is a null value). Nothing changes in the message, so an encoding that did not fit can be repeated.

use super::part::{Part, Shape};
use super::{Message, section};
use crate::codec::data::Fault;
use crate::codec::{Counter, Decoded, DecodeErrorKind, Reader, Sink, writer};

/// A section that is a list of numbered fields.
pub(super) trait FieldList {
    /// How many fields the specification defines.
    const FIELDS: u32;

    /// Whether the field has to be written; a field that need not be is null, or cut off at the end.
    fn is_set(&self, field: u32) -> bool;

    /// Writes a field that is set.
    fn write_field(&self, field: u32, sink: &mut impl Sink);

    /// Takes over the field that comes next.
    fn read_field(&mut self, field: u32, from: &mut Reader<'_>) -> Decoded<()>;

    /// The number of fields up to the last one that is set.
    #[inline]
    fn count(&self) -> u32 {
        (0..Self::FIELDS).rev().find(|&field| self.is_set(field)).map_or(0, |last| last + 1)
    }

    #[inline]
    fn write_fields(&self, count: u32, sink: &mut impl Sink) {
        for field in 0..count {
            if self.is_set(field) {
                self.write_field(field, sink);
            } else {
                writer::null(sink);
            }
        }
    }

    /// Writes the section, empty or not.
    fn write_section(&self, descriptor: u64, sink: &mut impl Sink) {
        let count = self.count();
        let mut content = Counter::default();
        self.write_fields(count, &mut content);
        writer::descriptor(sink, descriptor);
        writer::list_head(sink, count, content.position());
        self.write_fields(count, sink);
    }

    /// Takes over all fields of the list that comes next. A value that is no list leaves everything as it is; fields
    /// beyond those we know are stepped over.
    fn read_section(&mut self, from: &mut Reader<'_>) -> Decoded<()> {
        let Some(mut list) = from.list()? else { return Ok(()) };
        for field in 0..list.count {
            self.read_field(field, &mut list.body)?;
        }
        if list.body.is_empty() { Ok(()) } else { Err(from.error(DecodeErrorKind::Size)) }
    }
}

/// Whether sections without content are written all the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Defaults {
    Omitted,
    /// The form of older releases, which `pn_message_data` still shows.
    Shown,
}

impl Message {
    /// Writes all sections that are needed.
    pub(crate) fn encode(&self, sink: &mut impl Sink) -> Result<(), Fault> {
        self.write_head(Defaults::Omitted, sink)?;
        self.write_body(sink)
    }

    /// All sections, with header and properties even where they say nothing, and without a body that is empty.
    pub(crate) fn encode_for_display(&self) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        self.write_head(Defaults::Shown, &mut bytes)?;
        if !self.body.is_empty() {
            self.write_body(&mut bytes)?;
        }
        Ok(bytes)
    }

    fn write_head(&self, defaults: Defaults, sink: &mut impl Sink) -> Result<(), Fault> {
        if defaults == Defaults::Shown || self.header.count() > 0 {
            self.header.write_section(section::HEADER, sink);
        }
        write_part(&self.instructions, section::DELIVERY_ANNOTATIONS, sink)?;
        write_part(&self.annotations, section::MESSAGE_ANNOTATIONS, sink)?;
        if defaults == Defaults::Shown || self.properties.count() > 0 {
            self.properties.write_section(section::PROPERTIES, sink);
        }
        write_part(&self.application_properties, section::APPLICATION_PROPERTIES, sink)
    }

    fn write_body(&self, sink: &mut impl Sink) -> Result<(), Fault> {
        writer::descriptor(sink, self.body_section());
        if self.body.is_empty() {
            writer::null(sink);
            return Ok(());
        }
        self.body.write(sink)
    }

    /// Only an inferred body gets another section than amqp-value, and only if its type asks for it.
    fn body_section(&self) -> u64 {
        match self.body.shape() {
            Shape::Binary if self.inferred => section::DATA,
            Shape::List if self.inferred => section::AMQP_SEQUENCE,
            _ => section::AMQP_VALUE,
        }
    }
}

fn write_part(part: &Part, descriptor: u64, sink: &mut impl Sink) -> Result<(), Fault> {
    if part.is_empty() {
        return Ok(());
    }
    writer::descriptor(sink, descriptor);
    part.write(sink)
}
