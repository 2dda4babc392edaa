//! The two sections that are lists of numbered fields, header and properties, in both directions.
//!
//! A field at its default is null; nulls at the end are cut off, on either side. Fields are named in the order of the
//! specification, one line each, and the list takes its short form whenever it fits.

use super::id::MessageId;
use super::text::Text;
use crate::codec::constructor as code;
use crate::codec::{Compound, Counter, DecodeErrorKind, Decoded, Reader, Sink, writer};

/// A section that is a list of fields.
pub(super) trait FieldList {
    /// Whether any field differs from its default.
    fn is_set(&self) -> bool;

    /// At least as many bytes as the fields take; cheap to tell.
    fn bound(&self) -> usize;

    /// Writes all fields in their order.
    fn write(&self, fields: &mut FieldWriter<'_, impl Sink>);

    /// Takes over all fields in their order; those that are missing get their default.
    fn read(&mut self, fields: &mut FieldReader<'_>) -> Decoded<()>;

    /// Writes the section, empty or not.
    fn write_section(&self, descriptor: u64, sink: &mut impl Sink) {
        writer::descriptor(sink, descriptor);
        if self.is_set() && self.bound() < SHORT {
            return self.write_short(sink);
        }
        let mut size = Counter::default();
        let count = self.write_to(&mut size);
        writer::list_head(sink, count, size.position());
        self.write_to(sink);
    }

    /// Writes a list that is known to be short; size and count are filled in at the end.
    #[inline]
    fn write_short(&self, sink: &mut impl Sink) {
        let head = sink.position();
        sink.put(&[code::LIST8, 0, 0]);
        let count = self.write_to(sink);
        let size = sink.position() - head - 2;
        if let (Ok(size), Ok(count)) = (u8::try_from(size), u8::try_from(count)) {
            sink.patch(head + 1, &[size, count]);
        }
    }

    /// Writes the fields and tells how many there are, up to the last that is set.
    #[inline]
    fn write_to(&self, sink: &mut impl Sink) -> u32 {
        let mut fields = FieldWriter { sink, count: 0, nulls: 0 };
        self.write(&mut fields);
        fields.count
    }

    /// Takes over the section that comes next. A value that is no list leaves everything as it is; fields beyond those
    /// we know are stepped over.
    fn read_section(&mut self, from: &mut Reader<'_>) -> Decoded<()> {
        let Some(list) = from.list()? else { return Ok(()) };
        let mut fields = FieldReader { list };
        self.read(&mut fields)?;
        let Compound { count, mut body } = fields.list;
        for _ in 0..count {
            body.skip()?;
        }
        if body.is_empty() { Ok(()) } else { Err(from.error(DecodeErrorKind::Size)) }
    }
}

/// What a short list can hold, next to its count.
const SHORT: usize = 255;

/// Writes fields one after the other; holds nulls back until a field follows that is set.
pub(super) struct FieldWriter<'a, S> {
    sink: &'a mut S,
    count: u32,
    nulls: u32,
}

impl<S: Sink> FieldWriter<'_, S> {
    /// Writes one field, or null.
    #[inline]
    pub(super) fn field<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut S, T)) {
        let Some(value) = value else {
            self.nulls += 1;
            return;
        };
        for _ in 0..self.nulls {
            writer::null(self.sink);
        }
        self.count += self.nulls + 1;
        self.nulls = 0;
        write(self.sink, value);
    }

    #[inline]
    pub(super) fn flag(&mut self, value: bool) {
        self.field(value.then_some(true), writer::boolean);
    }

    #[inline]
    pub(super) fn uint(&mut self, value: u32) {
        self.field((value != 0).then_some(value), writer::uint);
    }

    #[inline]
    pub(super) fn time(&mut self, value: i64) {
        self.field((value != 0).then_some(value), writer::timestamp);
    }

    #[inline]
    pub(super) fn string(&mut self, text: &Text) {
        self.field(text.get(), writer::string);
    }

    #[inline]
    pub(super) fn symbol(&mut self, text: &Text) {
        self.field(text.get(), writer::symbol);
    }

    #[inline]
    pub(super) fn id(&mut self, id: &MessageId) {
        self.field(id.is_set().then_some(id), |sink, id| id.write(sink));
    }
}

/// Reads fields one after the other; behind the last one all are null.
pub(super) struct FieldReader<'a> {
    list: Compound<'a>,
}

impl<'a> FieldReader<'a> {
    #[inline]
    pub(super) fn field<T>(
        &mut self,
        read: impl FnOnce(&mut Reader<'a>) -> Decoded<Option<T>>,
    ) -> Decoded<Option<T>> {
        let Some(left) = self.list.count.checked_sub(1) else { return Ok(None) };
        self.list.count = left;
        read(&mut self.list.body)
    }

    #[inline]
    pub(super) fn flag(&mut self) -> Decoded<bool> {
        self.field(Reader::boolean).map(|value| value.unwrap_or(false))
    }

    #[inline]
    pub(super) fn uint(&mut self) -> Decoded<u32> {
        self.field(Reader::uint).map(|value| value.unwrap_or(0))
    }

    #[inline]
    pub(super) fn time(&mut self) -> Decoded<i64> {
        self.field(Reader::timestamp).map(|value| value.unwrap_or(0))
    }

    #[inline]
    pub(super) fn text(
        &mut self,
        text: &mut Text,
        read: impl FnOnce(&mut Reader<'a>) -> Decoded<Option<&'a [u8]>>,
    ) -> Decoded<()> {
        match self.field(read)? {
            Some(bytes) => text.set(bytes),
            None => text.unset(),
        }
        Ok(())
    }
}
