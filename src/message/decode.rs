//! Messages on the way in: sections in any order, each recognised by its numeric descriptor.
//!
//! The message is cleared first, and cleared again if the bytes turn out to be malformed, so that nothing of an
//! earlier message and nothing half-read is ever seen. Sections nobody defined, and the footer, are stepped over.
//! Values are checked in all their depth here, because the parts stay encoded and are opened much later.

use super::body::BodySections;
use super::fields::FieldList;
use super::{Header, Message, section};
use crate::codec::{DecodeError, Decoded, Reader};

impl Message {
    /// Takes over the message that `bytes` hold; keeps no reference to them.
    pub(crate) fn decode(&mut self, bytes: &[u8]) -> Decoded<()> {
        self.clear();
        let result = self.read_sections(bytes);
        if result.is_err() {
            self.clear();
        }
        result
    }

    fn read_sections(&mut self, bytes: &[u8]) -> Decoded<()> {
        let mut reader = Reader::new(bytes);
        let mut body = BodySections::default();
        while !reader.is_empty() {
            match reader.descriptor() {
                Ok(section::HEADER) => {
                    self.header = Header::default();
                    self.header.read_section(&mut reader)?;
                }
                Ok(section::PROPERTIES) => {
                    self.properties.clear();
                    self.properties.read_section(&mut reader)?;
                }
                Ok(descriptor) => {
                    let start = reader.offset();
                    reader.skip()?;
                    let value = bytes.get(start..reader.offset()).unwrap_or_default();
                    self.inspector.check(value).map_err(|error| error.behind(start))?;
                    self.keep_value(descriptor, value, &mut body).map_err(|error| error.behind(start))?;
                }
                Err(_) => reader.skip()?,
            }
        }
        body.keep(self)
    }

    fn keep_value<'a>(
        &mut self,
        descriptor: u64,
        value: &'a [u8],
        body: &mut BodySections<'a>,
    ) -> Decoded<()> {
        match descriptor {
            section::DELIVERY_ANNOTATIONS => self.instructions.store(value),
            section::MESSAGE_ANNOTATIONS => self.annotations.store(value),
            section::APPLICATION_PROPERTIES => self.application_properties.store(value),
            section::DATA | section::AMQP_SEQUENCE | section::AMQP_VALUE => {
                return body.add(descriptor, value);
            }
            _ => {}
        }
        Ok(())
    }
}

impl DecodeError {
    /// The same fault, seen from `start` bytes further ahead.
    fn behind(self, start: usize) -> Self {
        Self { offset: self.offset + start, ..self }
    }
}
