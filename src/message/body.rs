//! The body sections of a message that is being decoded.
//!
//! Part 3.2 allows one amqp-value, or any number of data sections, or any number of amqp-sequence sections. The
//! application sees one value whichever it was: the data of all sections joined into one binary, the elements of all
//! sequences joined into one list, in their order. Any other mixture is refused rather than losing a part of it.

use super::{Message, section};
use crate::codec::{Append, DecodeErrorKind, Decoded, Reader, constructor, writer};

/// What has been seen of the body so far; borrows the bytes that are decoded.
#[derive(Default)]
pub(super) struct BodySections<'a> {
    /// The section's descriptor and its value.
    first: Option<(u64, &'a [u8])>,
    /// Values of further sections of the same kind.
    more: Vec<&'a [u8]>,
}

impl<'a> BodySections<'a> {
    pub(super) fn add(&mut self, descriptor: u64, value: &'a [u8]) -> Decoded<()> {
        match self.first {
            None => self.first = Some((descriptor, value)),
            Some((kind, _)) if kind == descriptor && kind != section::AMQP_VALUE => self.more.push(value),
            Some(_) => return Err(Reader::new(value).error(DecodeErrorKind::Unexpected)),
        }
        Ok(())
    }

    /// Hands the body over to the message.
    pub(super) fn keep(self, message: &mut Message) -> Decoded<()> {
        let Some((kind, first)) = self.first else { return Ok(()) };
        message.inferred = kind != section::AMQP_VALUE;
        if self.more.is_empty() {
            message.body.store(first);
            return Ok(());
        }
        let values = || std::iter::once(first).chain(self.more.iter().copied());
        if kind == section::DATA {
            join_data(values, message.body.encoded_mut())
        } else {
            join_sequences(values, message.body.encoded_mut())
        }
    }
}

fn join_data<'a, I: Iterator<Item = &'a [u8]>>(values: impl Fn() -> I, out: &mut Vec<u8>) -> Decoded<()> {
    let mut size = 0;
    for value in values() {
        size += data(value)?.len();
    }
    check_size(size)?;
    match u8::try_from(size) {
        Ok(size) => out.put(&[constructor::BINARY8, size]),
        Err(_) => {
            out.put_byte(constructor::BINARY32);
            out.put(&u32::try_from(size).unwrap_or(u32::MAX).to_be_bytes());
        }
    }
    for value in values() {
        out.put(data(value)?);
    }
    Ok(())
}

fn join_sequences<'a, I: Iterator<Item = &'a [u8]>>(
    values: impl Fn() -> I,
    out: &mut Vec<u8>,
) -> Decoded<()> {
    let (mut count, mut size) = (0u32, 0);
    for value in values() {
        let (elements, bytes) = sequence(value)?;
        count =
            count.checked_add(elements).ok_or_else(|| Reader::new(value).error(DecodeErrorKind::Limit))?;
        size += bytes.len();
    }
    check_size(size)?;
    writer::list_head(out, count, size);
    for value in values() {
        out.put(sequence(value)?.1);
    }
    Ok(())
}

fn data(value: &[u8]) -> Decoded<&[u8]> {
    let mut reader = Reader::new(value);
    reader.binary()?.ok_or_else(|| reader.error(DecodeErrorKind::Unexpected))
}

fn sequence(value: &[u8]) -> Decoded<(u32, &[u8])> {
    let mut reader = Reader::new(value);
    let list = reader.list()?.ok_or_else(|| reader.error(DecodeErrorKind::Unexpected))?;
    Ok((list.count, list.body.rest()))
}

/// What is joined still has to have a size that AMQP can express.
fn check_size(size: usize) -> Decoded<()> {
    if u32::try_from(size.saturating_add(LIST_HEAD)).is_ok() {
        Ok(())
    } else {
        Err(Reader::new(&[]).error(DecodeErrorKind::Limit))
    }
}

/// The part of a long list's head that counts as content.
const LIST_HEAD: usize = 4;
