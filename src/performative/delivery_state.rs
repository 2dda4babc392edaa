//! Delivery states: what a transfer or disposition says became of a message (parts 3.4 and 4.5).

use super::composite::{WireField, begin_list, composite, end_list};
use super::connection::Error;
use super::types::Binary;
use crate::codec::constructor as code;
use crate::codec::{Content, Decoded, Reader, writer};

/// A delivery state, known or not. States with a symbolic descriptor are ignored on receipt.
#[derive(Clone, Copy)]
pub(crate) enum DeliveryState<'a> {
    Received { section_number: u32, section_offset: u64 },
    Accepted,
    Rejected { error: Option<Error<'a>> },
    Released,
    Modified { delivery_failed: bool, undeliverable_here: bool, message_annotations: Content<'a> },
    Declared { transaction_id: &'a [u8] },
    Transactional { transaction_id: &'a [u8], outcome: Content<'a> },
    Custom { descriptor: u64, body: Content<'a> },
}

composite! {
    struct Received = 0x23 {
        section_number: u32,
        section_offset: Option<u64>,
        /// The standard has no third field; what a peer adds is not kept.
        beyond: Content<'a>,
    }
}

composite! {
    struct Rejected = 0x25 {
        error: Option<Error<'a>>,
    }
}

composite! {
    struct Modified = 0x27 {
        delivery_failed: Option<bool>,
        undeliverable_here: Option<bool>,
        message_annotations: Content<'a>,
    }
}

composite! {
    struct Declared = 0x33 {
        txn_id: Binary<'a>,
    }
}

composite! {
    struct Transactional = 0x34 {
        txn_id: Binary<'a>,
        outcome: Content<'a>,
    }
}

impl<'a> DeliveryState<'a> {
    /// Appends the described state.
    #[inline]
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        match *self {
            Self::Accepted => empty(out, 0x24),
            Self::Released => empty(out, 0x26),
            _ => self.encode_with_fields(out),
        }
    }

    fn encode_with_fields(&self, out: &mut Vec<u8>) {
        match *self {
            Self::Accepted | Self::Released => {}
            Self::Received { section_number, section_offset } => {
                Received { section_number, section_offset: Some(section_offset), ..Received::default() }
                    .encode(out);
            }
            Self::Rejected { error } => Rejected { error }.encode(out),
            Self::Modified { delivery_failed, undeliverable_here, message_annotations } => Modified {
                delivery_failed: Some(delivery_failed),
                undeliverable_here: Some(undeliverable_here),
                message_annotations,
            }
            .encode(out),
            Self::Declared { transaction_id } => Declared { txn_id: Binary(transaction_id) }.encode(out),
            Self::Transactional { transaction_id, outcome } => {
                Transactional { txn_id: Binary(transaction_id), outcome }.encode(out);
            }
            Self::Custom { descriptor, body } => {
                writer::descriptor(out, descriptor);
                if body.is_absent() {
                    out.push(code::LIST0);
                } else {
                    body.write(out);
                }
            }
        }
    }

    fn from_described(descriptor: u64, value: &Reader<'a>) -> Decoded<Self> {
        let mut value = *value;
        let mut fields = || Ok(value.list()?.map_or(Reader::new(&[]), |list| list.body));
        Ok(match descriptor {
            0x23 => {
                let Received { section_number, section_offset, .. } = Received::decode(fields()?)?;
                Self::Received { section_number, section_offset: section_offset.unwrap_or(0) }
            }
            0x24 => Self::Accepted,
            0x25 => Self::Rejected { error: Rejected::decode(fields()?)?.error },
            0x26 => Self::Released,
            0x27 => {
                let modified = Modified::decode(fields()?)?;
                Self::Modified {
                    delivery_failed: modified.delivery_failed.unwrap_or(false),
                    undeliverable_here: modified.undeliverable_here.unwrap_or(false),
                    message_annotations: modified.message_annotations,
                }
            }
            0x33 => Self::Declared { transaction_id: Declared::decode(fields()?)?.txn_id.0 },
            0x34 => {
                let state = Transactional::decode(fields()?)?;
                Self::Transactional { transaction_id: state.txn_id.0, outcome: state.outcome }
            }
            descriptor => Self::Custom { descriptor, body: WireField::read(&mut value)? },
        })
    }
}

/// A state without fields.
#[inline]
fn empty(out: &mut Vec<u8>, descriptor: u8) {
    let start = begin_list(out, descriptor);
    end_list(out, start, 0);
}

impl<'a> WireField<'a> for Option<DeliveryState<'a>> {
    #[inline]
    fn read(reader: &mut Reader<'a>) -> Decoded<Self> {
        let mut ahead = *reader;
        reader.skip()?;
        match ahead.descriptor() {
            Ok(descriptor) => DeliveryState::from_described(descriptor, &ahead).map(Some),
            Err(_) => Ok(None),
        }
    }

    #[inline]
    fn is_null(&self) -> bool {
        self.is_none()
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>) {
        if let Some(state) = self {
            state.encode(out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_name_their_fields_as_the_standard_does() {
        for (code, fields) in [
            (Received::DESCRIPTOR, &Received::FIELDS[..2]),
            (Rejected::DESCRIPTOR, Rejected::FIELDS),
            (Modified::DESCRIPTOR, Modified::FIELDS),
            (Declared::DESCRIPTOR, Declared::FIELDS),
            (Transactional::DESCRIPTOR, Transactional::FIELDS),
        ] {
            let ours: Vec<_> = fields.iter().map(|field| field.replace('_', "-")).collect();
            let known = crate::codec::names::composite(u64::from(code)).expect("every state has a name");
            assert_eq!(ours, known.fields, "{}", known.name);
        }
    }
}
