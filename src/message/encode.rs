//! Messages on the way out: which sections are written, and in which form.
//!
//! A section of nothing but defaults is left out; the body never is, because a message without one is not legal
//! (an empty body is a null value). Nothing changes in the message, so an encoding that did not fit can be repeated.

use super::fields::FieldList;
use super::part::{Part, Shape};
use super::{Message, section};
use crate::codec::data::Fault;
use crate::codec::{Sink, writer};

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
        if defaults == Defaults::Shown || self.header.is_set() {
            self.header.write_section(section::HEADER, sink);
        }
        write_part(&self.instructions, section::DELIVERY_ANNOTATIONS, sink)?;
        write_part(&self.annotations, section::MESSAGE_ANNOTATIONS, sink)?;
        if defaults == Defaults::Shown || self.properties.is_set() {
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
