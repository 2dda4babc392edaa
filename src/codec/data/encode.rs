//! Encoding: every value in the shortest form AMQP part 1.6 offers for it, array elements in the widest.
//!
//! Lists, maps and plain arrays take the 8-bit form when count byte and content fit into 255 bytes. Nulls at the
//! end of a described list are dropped: that list is a composite value, whose missing fields are null.

use super::measure::{Extent, Form, TOP};
use super::node::{Content, Index, NIL};
use super::{Data, Fault, Type};
use crate::codec::constructor as code;
use crate::codec::writer::{self, FixedBuffer, Sink};

impl Data {
    /// The number of bytes that all top-level values take.
    pub(crate) fn encoded_len(&self) -> Result<usize, Fault> {
        let mut extents = self.scratch.take();
        let size = self.measure(&mut extents, NIL);
        self.scratch.set(extents);
        size
    }

    /// Writes all top-level values. A tree that cannot be encoded writes nothing.
    pub(crate) fn encode(&self, sink: &mut impl Sink) -> Result<(), Fault> {
        self.encode_until(NIL, sink)
    }

    /// Writes the first top-level value, which is all that a field of a composite value has room for.
    pub(crate) fn encode_first(&self, sink: &mut impl Sink) -> Result<(), Fault> {
        self.encode_until(self.node(self.first_root()).map_or(NIL, |node| node.next), sink)
    }

    fn encode_until(&self, end: Index, sink: &mut impl Sink) -> Result<(), Fault> {
        let mut extents = self.scratch.take();
        let size = self.measure(&mut extents, end);
        if size.is_ok() {
            Emit { data: self, extents: &extents, entered: 0, sink }.run(end);
        }
        self.scratch.set(extents);
        size.map(|_| ())
    }

    /// Writes all top-level values to the beginning of `buffer`, or nothing if they do not fit; a fault stays with
    /// the tree.
    pub(crate) fn encode_into(&mut self, buffer: &mut [u8]) -> Result<usize, Fault> {
        let mut extents = self.scratch.take();
        let size = self.measure(&mut extents, NIL);
        let written = size.and_then(|size| match buffer.get_mut(..size) {
            Some(place) => {
                Emit { data: self, extents: &extents, entered: 0, sink: &mut FixedBuffer::new(place) }
                    .run(NIL);
                Ok(size)
            }
            None => Err(Fault::no_space()),
        });
        self.scratch.set(extents);
        written.or_else(|fault| self.fail(fault))
    }

    /// Like `encoded_len`; a fault stays with the tree.
    pub(crate) fn checked_len(&mut self) -> Result<usize, Fault> {
        self.encoded_len().or_else(|fault| self.fail(fault))
    }
}

/// The second pass: follows the same path as the first and writes.
struct Emit<'a, S> {
    data: &'a Data,
    extents: &'a [Extent],
    /// Extents entered so far.
    entered: usize,
    sink: &'a mut S,
}

impl<S: Sink> Emit<'_, S> {
    fn run(&mut self, top_end: Index) {
        let mut at = self.data.first_root();
        let mut open = TOP;
        let mut end = top_end;
        let mut element = None;
        loop {
            while at != end {
                at = self.scalars(at, end, element);
                let Some(node) = self.data.node(at).filter(|_| at != end) else { break };
                open = self.entered;
                let Some(extent) = self.extents.get(open) else { return };
                self.entered += 1;
                at = self.head(extent, &node.content);
                end = extent.end;
                element = extent.element;
            }
            let Some(extent) = self.extents.get(open) else { return };
            at = self.data.node(extent.node).map_or(NIL, |node| node.next);
            open = extent.outer;
            let outer = self.extents.get(open);
            end = outer.map_or(top_end, |e| e.end);
            element = outer.and_then(|e| e.element);
        }
    }

    /// Writes scalars up to `end` or to a value that is none, whose index it gives; see `Measure::scalars`.
    #[inline(always)]
    fn scalars(&mut self, mut at: Index, end: Index, element: Option<Type>) -> Index {
        'siblings: while at != end {
            let Some(nodes) = self.data.nodes.get(at as usize..) else { break };
            for node in nodes {
                let scalar = match element {
                    Some(kind) => self.element(&node.content, kind),
                    None => self.scalar(&node.content),
                };
                if !scalar {
                    break 'siblings;
                }
                at += 1;
                if node.next != at || at == end {
                    at = node.next;
                    continue 'siblings;
                }
            }
            break;
        }
        at
    }

    /// Writes what stands in front of a compound's values, and gives the first of these.
    #[inline(always)]
    fn head(&mut self, extent: &Extent, content: &Content) -> Index {
        let children = content.children().map_or(NIL, |c| c.first);
        let small = match content {
            Content::Map(_) => code::MAP8,
            Content::Array { .. } => code::ARRAY8,
            _ => code::LIST8,
        };
        match extent.form {
            Form::Empty => self.sink.put_byte(code::LIST0),
            Form::Described => self.sink.put_byte(code::DESCRIBED),
            Form::BareDescribed => {}
            Form::Small => {
                let byte = |n: usize| u8::try_from(n).unwrap_or(u8::MAX);
                self.sink.put(&[small, byte(extent.body + 1), byte(extent.count as usize)]);
            }
            Form::Wide => {
                self.sink.put_byte(small + (code::LIST32 - code::LIST8));
                self.wide_sizes(extent);
            }
            Form::Bare => self.wide_sizes(extent),
        }
        match extent.element {
            Some(element) => {
                let first = self.array_descriptor(content, children);
                self.sink.put_byte(element.element_constructor());
                first
            }
            None => children,
        }
    }

    #[inline(always)]
    fn wide_sizes(&mut self, extent: &Extent) {
        let size = u32::try_from(extent.body + 4).unwrap_or(u32::MAX);
        self.sink.put(&size.to_be_bytes());
        self.sink.put(&extent.count.to_be_bytes());
    }

    #[inline(always)]
    fn array_descriptor(&mut self, content: &Content, first: Index) -> Index {
        if !matches!(content, Content::Array { described: true, .. }) {
            return first;
        }
        let Some(node) = self.data.node(first) else { return first };
        self.sink.put_byte(code::DESCRIBED);
        if !self.scalar(&node.content) {
            self.sink.put_byte(code::LIST0);
        }
        node.next
    }

    /// Writes a scalar in its shortest form; false for a compound.
    #[inline(always)]
    fn scalar(&mut self, content: &Content) -> bool {
        let sink = &mut *self.sink;
        match *content {
            Content::Null | Content::Dropped(_) => sink.put_byte(code::NULL),
            Content::Bool(v) => writer::boolean(sink, v),
            Content::Ubyte(v) => sink.put(&[code::UBYTE, v]),
            Content::Byte(v) => sink.put(&[code::BYTE, v.cast_unsigned()]),
            Content::Ushort(v) => writer::ushort(sink, v),
            Content::Short(v) => put2(sink, code::SHORT, v.cast_unsigned()),
            Content::Uint(v) => writer::uint(sink, v),
            Content::Int(v) => match i8::try_from(v) {
                Ok(v) => sink.put(&[code::SMALL_INT, v.cast_unsigned()]),
                Err(_) => put4(sink, code::INT, v.cast_unsigned()),
            },
            Content::Char(v) => put4(sink, code::CHAR, v),
            Content::Ulong(v) => writer::ulong(sink, v),
            Content::Long(v) => match i8::try_from(v) {
                Ok(v) => sink.put(&[code::SMALL_LONG, v.cast_unsigned()]),
                Err(_) => put8(sink, code::LONG, v.cast_unsigned()),
            },
            Content::Timestamp(v) => put8(sink, code::TIMESTAMP, v.cast_unsigned()),
            Content::Float(v) => put4(sink, code::FLOAT, v.to_bits()),
            Content::Double(v) => put8(sink, code::DOUBLE, v.to_bits()),
            Content::Decimal32(v) => put4(sink, code::DECIMAL32, v),
            Content::Decimal64(v) => put8(sink, code::DECIMAL64, v),
            Content::Decimal128(v) => put16(sink, code::DECIMAL128, v),
            Content::Uuid(v) => put16(sink, code::UUID, v),
            Content::Binary(span) => writer::binary(sink, self.data.bytes(span)),
            Content::String(span) => writer::string(sink, self.data.bytes(span)),
            Content::Symbol(span) => writer::symbol(sink, self.data.bytes(span)),
            Content::Described(_)
            | Content::Array { .. }
            | Content::List(_)
            | Content::Map(_)
            | Content::Unknown(_) => return false,
        }
        true
    }

    /// Writes a scalar as the element of an array of `kind`; false for a compound.
    #[inline(always)]
    fn element(&mut self, content: &Content, kind: Type) -> bool {
        if content.kind() == Some(kind) {
            return self.wide_scalar(content);
        }
        content.as_element(kind).is_some_and(|content| self.wide_scalar(&content))
    }

    /// Writes a scalar as the element of an array: in its widest form, without a constructor.
    #[inline(always)]
    fn wide_scalar(&mut self, content: &Content) -> bool {
        let sink = &mut *self.sink;
        match *content {
            Content::Null | Content::Dropped(_) => {}
            Content::Bool(v) => sink.put_byte(u8::from(v)),
            Content::Ubyte(v) => sink.put_byte(v),
            Content::Byte(v) => sink.put_byte(v.cast_unsigned()),
            Content::Ushort(v) => sink.put(&v.to_be_bytes()),
            Content::Short(v) => sink.put(&v.to_be_bytes()),
            Content::Uint(v) | Content::Char(v) | Content::Decimal32(v) => sink.put(&v.to_be_bytes()),
            Content::Int(v) => sink.put(&v.to_be_bytes()),
            Content::Ulong(v) | Content::Decimal64(v) => sink.put(&v.to_be_bytes()),
            Content::Long(v) | Content::Timestamp(v) => sink.put(&v.to_be_bytes()),
            Content::Float(v) => sink.put(&v.to_be_bytes()),
            Content::Double(v) => sink.put(&v.to_be_bytes()),
            Content::Decimal128(v) | Content::Uuid(v) => sink.put(&v),
            Content::Binary(span) | Content::String(span) | Content::Symbol(span) => {
                let bytes = self.data.bytes(span);
                sink.put(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
                sink.put(bytes);
            }
            Content::Described(_)
            | Content::Array { .. }
            | Content::List(_)
            | Content::Map(_)
            | Content::Unknown(_) => return false,
        }
        true
    }
}

/// The size of a scalar in its shortest form; `None` for a compound, and for bytes that no form can hold.
#[inline]
pub(super) fn scalar_size(content: &Content) -> Option<usize> {
    Some(match *content {
        Content::Null | Content::Dropped(_) | Content::Bool(_) => 1,
        Content::Ubyte(_) | Content::Byte(_) => 2,
        Content::Ushort(_) | Content::Short(_) => 3,
        Content::Uint(v) => match v {
            0 => 1,
            1..=255 => 2,
            _ => 5,
        },
        Content::Int(v) => match v {
            -128..=127 => 2,
            _ => 5,
        },
        Content::Char(_) | Content::Float(_) | Content::Decimal32(_) => 5,
        Content::Ulong(v) => match v {
            0 => 1,
            1..=255 => 2,
            _ => 9,
        },
        Content::Long(v) => match v {
            -128..=127 => 2,
            _ => 9,
        },
        Content::Timestamp(_) | Content::Double(_) | Content::Decimal64(_) => 9,
        Content::Decimal128(_) | Content::Uuid(_) => 17,
        Content::Binary(span) | Content::String(span) | Content::Symbol(span) => match span.len {
            0..=255 => 2 + span.len,
            256..=MOST_BYTES => 5 + span.len,
            _ => return None,
        },
        Content::Described(_)
        | Content::Array { .. }
        | Content::List(_)
        | Content::Map(_)
        | Content::Unknown(_) => return None,
    })
}

/// The size of a scalar as the element of an array.
#[inline]
pub(super) fn wide_size(content: &Content) -> Option<usize> {
    Some(match *content {
        Content::Null | Content::Dropped(_) => 0,
        Content::Bool(_) | Content::Ubyte(_) | Content::Byte(_) => 1,
        Content::Ushort(_) | Content::Short(_) => 2,
        Content::Uint(_) | Content::Int(_) | Content::Char(_) | Content::Float(_) | Content::Decimal32(_) => {
            4
        }
        Content::Ulong(_)
        | Content::Long(_)
        | Content::Timestamp(_)
        | Content::Double(_)
        | Content::Decimal64(_) => 8,
        Content::Decimal128(_) | Content::Uuid(_) => 16,
        Content::Binary(span) | Content::String(span) | Content::Symbol(span) if span.len <= MOST_BYTES => {
            4 + span.len
        }
        _ => return None,
    })
}

/// The most that the 32-bit size of a string can say.
const MOST_BYTES: usize = u32::MAX as usize;

#[inline]
fn put2(sink: &mut impl Sink, code: u8, v: u16) {
    let [a, b] = v.to_be_bytes();
    sink.put(&[code, a, b]);
}

#[inline]
fn put4(sink: &mut impl Sink, code: u8, v: u32) {
    let [a, b, c, d] = v.to_be_bytes();
    sink.put(&[code, a, b, c, d]);
}

#[inline]
fn put8(sink: &mut impl Sink, code: u8, v: u64) {
    let [a, b, c, d, e, f, g, h] = v.to_be_bytes();
    sink.put(&[code, a, b, c, d, e, f, g, h]);
}

fn put16(sink: &mut impl Sink, code: u8, v: [u8; 16]) {
    sink.put_byte(code);
    sink.put(&v);
}
