//! Encoding: every value in the shortest form AMQP part 1.6 offers for it, array elements in the widest.
//!
//! One pass writes the values, and a compound's size and count when its content is complete. Lists, maps and plain
//! arrays take the 8-bit form when count byte and content fit into 255 bytes. That is assumed until the content is
//! found to be larger; then it moves, together with all that is around it, so that every byte moves once at most.
//! Nothing ever takes more room than it does in the end. Nulls at the end of a described list are dropped: that list
//! is a composite value, whose missing fields are null.

use std::mem;

use super::node::{Children, Index, Kind, NIL, Node, Packed};
use super::{Data, Fault, FaultKind, Type};
use crate::codec::constructor as code;
use crate::codec::writer::{self, Append, Counter, FixedBuffer, Sink};

impl Data {
    /// The number of bytes that all top-level values take.
    pub(crate) fn encoded_len(&self) -> Result<usize, Fault> {
        let mut size = Counter::default();
        self.encode(&mut size)?;
        Ok(size.position())
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
        let start = sink.position();
        let mut outer = self.scratch.take();
        outer.clear();
        let level = Level { next: NIL, head: start, form: Form::Top, count: 0, end, element: None };
        let mut emit = Emit { data: self, sink, level, outer, assumed: 0 };
        let result = emit.run(self.first_root());
        self.scratch.set(emit.outer);
        if result.is_err() {
            sink.rewind(start);
        }
        result
    }

    /// Writes all top-level values to the beginning of `buffer`; a fault stays with the tree.
    pub(crate) fn encode_into(&mut self, buffer: &mut [u8]) -> Result<usize, Fault> {
        let mut sink = FixedBuffer::new(buffer);
        let written = match self.encode(&mut sink) {
            Ok(()) => sink.finish().map_err(|_| Fault::no_space()),
            Err(fault) => Err(fault),
        };
        written.or_else(|fault| self.fail(fault))
    }

    /// Like `encoded_len`; a fault stays with the tree.
    pub(crate) fn checked_len(&mut self) -> Result<usize, Fault> {
        self.encoded_len().or_else(|fault| self.fail(fault))
    }
}

/// A compound that is being written.
#[derive(Clone, Copy)]
pub(super) struct Level {
    /// The value that follows it.
    next: Index,
    /// Where its size and count go.
    head: usize,
    form: Form,
    /// Elements, without an array's descriptor.
    count: u32,
    /// The node to stop before: [`NIL`], or the first of the nulls that are dropped at the end of a list.
    end: Index,
    /// The type of its elements if it is an array: they have no constructors of their own.
    element: Option<Type>,
}

/// What stands in front of a compound's content.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Nothing: the top level, or a described value, whose constructor says all.
    Top,
    Described,
    /// This constructor, size and count, as long as the content is not found to be too large.
    Small(u8),
    /// The constructor of the 32-bit form that corresponds to this one of the 8-bit form, size and count.
    Wide(u8),
    /// Size and count in the 32-bit form: an element of an array, whose constructor speaks for it.
    Bare,
}

/// Room for a constructor, a 32-bit size and a 32-bit count.
const WIDE_HEAD: usize = 9;

/// Room for the same without the constructor.
const BARE_HEAD: usize = 8;

/// Room for a constructor, an 8-bit size and an 8-bit count.
const SMALL_HEAD: usize = 3;

struct Emit<'a, S> {
    data: &'a Data,
    sink: &'a mut S,
    level: Level,
    outer: Vec<Level>,
    /// The open compounds that are assumed to be small.
    assumed: usize,
}

impl<S: Sink> Emit<'_, S> {
    fn run(&mut self, first: Index) -> Result<(), Fault> {
        let mut at = first;
        loop {
            at = match self.level.element {
                None => scalars(self.data, self.sink, at, self.level.end),
                Some(kind) => elements(self.data, self.sink, at, self.level.end, kind),
            };
            if let Some(node) = self.data.node(at).filter(|_| at != self.level.end) {
                at = self.enter(node)?;
                continue;
            }
            // A chain that breaks off ends its level all the same.
            at = self.level.end;
            while at == self.level.end {
                if self.level.form == Form::Top {
                    return Ok(());
                }
                at = self.leave()?;
            }
        }
    }

    /// Begins a compound, and gives the first of its values.
    fn enter(&mut self, node: &Node) -> Result<Index, Fault> {
        let value = &node.value;
        let in_array = self.level.element;
        if in_array.is_some() && value.kind() != in_array {
            return Err(Fault::new(FaultKind::Failed, "array element of another type than the array's"));
        }
        let Some(Children { first, mut count }) = value.children() else { return Err(Fault::unencodable()) };
        let mut end = NIL;
        let form = match value.kind {
            Kind::Described => Form::Described,
            _ if in_array.is_some() => Form::Bare,
            Kind::Map => form_of(code::MAP8, count),
            Kind::Array if value.described => Form::Wide(code::ARRAY8),
            Kind::Array => form_of(code::ARRAY8, count),
            _ => {
                if self.is_described_value(node) {
                    (count, end) = self.without_trailing_nulls(first);
                }
                if count == 0 {
                    self.sink.put_byte(code::LIST0);
                    return Ok(node.next);
                }
                form_of(code::LIST8, count)
            }
        };
        let head = self.sink.position();
        match form {
            Form::Top => {}
            Form::Described if in_array.is_some() => {}
            Form::Described => self.sink.put_byte(code::DESCRIBED),
            Form::Bare => self.sink.grow(BARE_HEAD),
            Form::Small(_) => {
                self.sink.grow(SMALL_HEAD);
                self.assumed += 1;
            }
            Form::Wide(_) => self.sink.grow(WIDE_HEAD),
        }
        let inner = Level { next: node.next, head, form, count, end, element: None };
        self.outer.push(mem::replace(&mut self.level, inner));
        if value.kind == Kind::Array { self.array_head(value, first) } else { Ok(first) }
    }

    /// Writes the descriptor, if there is one, and the constructor of the elements; gives the first of these. The
    /// descriptor may be a scalar or an empty list.
    fn array_head(&mut self, array: &Packed, first: Index) -> Result<Index, Fault> {
        let kind = array.element.ok_or_else(Fault::unencodable)?;
        self.level.element = Some(kind);
        let mut elements = first;
        if array.described {
            let Some(node) = self.data.node(first) else { return Err(undescribed()) };
            self.level.count = self.level.count.saturating_sub(1);
            self.sink.put_byte(code::DESCRIBED);
            if !scalar(self.data, self.sink, &node.value) {
                if node.value.kind != Kind::List || node.value.get::<Children>().count > 0 {
                    return Err(undescribed());
                }
                self.sink.put_byte(code::LIST0);
            }
            elements = node.next;
        }
        self.sink.put_byte(kind.element_constructor());
        Ok(elements)
    }

    /// Completes a compound: its size is known now. Gives the value that follows it.
    fn leave(&mut self) -> Result<Index, Fault> {
        if let Form::Small(constructor) = self.level.form {
            let size = self.sink.position() - self.level.head - 2;
            if let (Ok(size), Ok(count)) = (u8::try_from(size), u8::try_from(self.level.count)) {
                self.sink.patch(self.level.head, &[constructor, size, count]);
                self.assumed -= 1;
                return Ok(self.close());
            }
            self.widen();
        }
        match self.level.form {
            Form::Top | Form::Described | Form::Small(_) => {}
            Form::Wide(constructor) => self.wide_head(self.level.head, constructor)?,
            Form::Bare => self.wide_sizes(self.level.head)?,
        }
        Ok(self.close())
    }

    /// Goes on in the compound around; gives the value that comes next there.
    fn close(&mut self) -> Index {
        let next = self.level.next;
        if let Some(outer) = self.outer.pop() {
            self.level = outer;
        }
        next
    }

    /// The content is too large for a small compound, and so is everything around it: makes room for long heads.
    #[cold]
    fn widen(&mut self) {
        let mut end = self.sink.position();
        let mut by = self.assumed * (WIDE_HEAD - SMALL_HEAD);
        self.sink.grow(by);
        self.assumed = 0;
        for level in std::iter::once(&mut self.level).chain(self.outer.iter_mut().rev()) {
            if let Form::Small(constructor) = level.form {
                let body = level.head + SMALL_HEAD;
                self.sink.shift(body..end, by);
                end = body;
                by -= WIDE_HEAD - SMALL_HEAD;
                level.form = Form::Wide(constructor);
            }
            level.head += by;
            if by == 0 {
                break;
            }
        }
    }

    fn wide_head(&mut self, head: usize, constructor: u8) -> Result<(), Fault> {
        self.sink.patch(head, &[constructor + (code::LIST32 - code::LIST8)]);
        self.wide_sizes(head + 1)
    }

    fn wide_sizes(&mut self, at: usize) -> Result<(), Fault> {
        let Ok(size) = u32::try_from(self.sink.position() - at - 4) else {
            return Err(Fault::new(FaultKind::Failed, "value too large to encode"));
        };
        self.sink.patch(at, &size.to_be_bytes());
        self.sink.patch(at + 4, &self.level.count.to_be_bytes());
        Ok(())
    }

    fn is_described_value(&self, node: &Node) -> bool {
        let in_described = |n: &Node| n.value.kind == Kind::Described;
        node.prev != NIL && self.data.node(node.parent).is_some_and(in_described)
    }

    /// How many values there are up to the last that is not null, and what follows it.
    fn without_trailing_nulls(&self, first: Index) -> (u32, Index) {
        let (mut count, mut end, mut seen, mut at) = (0, first, 0, first);
        while let Some(node) = self.data.node(at) {
            seen += 1;
            if !node.value.is_null() {
                (count, end) = (seen, node.next);
            }
            at = node.next;
        }
        (count, end)
    }
}

/// Writes scalars up to the end of their level or to a value that is none, whose index it gives. Functions by
/// themselves, these two have registers enough.
#[inline(never)]
fn scalars(data: &Data, sink: &mut impl Sink, at: Index, end: Index) -> Index {
    let mut tail = sink.tail();
    each(data, at, end, |value| scalar(data, &mut tail, value))
}

#[inline(never)]
fn elements(data: &Data, sink: &mut impl Sink, at: Index, end: Index, kind: Type) -> Index {
    let mut tail = sink.tail();
    each(data, at, end, |value| element(data, &mut tail, value, kind))
}

/// Siblings mostly lie side by side, and going on to the neighbour does not wait for the link to be read.
#[inline(always)]
fn each(data: &Data, mut at: Index, end: Index, mut write: impl FnMut(&Packed) -> bool) -> Index {
    while at != end {
        let Some(nodes) = data.nodes.get(at as usize..data.nodes.len().min(end as usize)) else { break };
        for node in nodes {
            if !write(&node.value) {
                return at;
            }
            at += 1;
            if node.next != at {
                at = node.next;
                break;
            }
        }
    }
    at
}

/// The form that a compound begins with.
fn form_of(constructor: u8, count: u32) -> Form {
    if count <= 255 { Form::Small(constructor) } else { Form::Wide(constructor) }
}

#[cold]
fn undescribed() -> Fault {
    Fault::new(FaultKind::Failed, "described array without a descriptor")
}

/// Writes a scalar in its shortest form; false for a compound.
#[inline(always)]
fn scalar(data: &Data, sink: &mut impl Append, value: &Packed) -> bool {
    match value.kind {
        Kind::Null | Kind::Dropped => sink.put_byte(code::NULL),
        Kind::Bool => writer::boolean(sink, value.get()),
        Kind::Ubyte => sink.put_coded(code::UBYTE, [value.get()]),
        Kind::Byte => sink.put_coded(code::BYTE, [value.get()]),
        Kind::Ushort => writer::ushort(sink, value.get()),
        Kind::Short => sink.put_coded(code::SHORT, value.get::<u16>().to_be_bytes()),
        Kind::Uint => writer::uint(sink, value.get()),
        Kind::Int => match i8::try_from(value.get::<i32>()) {
            Ok(v) => sink.put_coded(code::SMALL_INT, v.to_be_bytes()),
            Err(_) => sink.put_coded(code::INT, value.get::<u32>().to_be_bytes()),
        },
        Kind::Char => sink.put_coded(code::CHAR, value.get::<u32>().to_be_bytes()),
        Kind::Ulong => writer::ulong(sink, value.get()),
        Kind::Long => match i8::try_from(value.get::<i64>()) {
            Ok(v) => sink.put_coded(code::SMALL_LONG, v.to_be_bytes()),
            Err(_) => sink.put_coded(code::LONG, value.get::<u64>().to_be_bytes()),
        },
        Kind::Timestamp => sink.put_coded(code::TIMESTAMP, value.get::<u64>().to_be_bytes()),
        Kind::Float => sink.put_coded(code::FLOAT, value.get::<u32>().to_be_bytes()),
        Kind::Double => sink.put_coded(code::DOUBLE, value.get::<u64>().to_be_bytes()),
        Kind::Decimal32 => sink.put_coded(code::DECIMAL32, value.get::<u32>().to_be_bytes()),
        Kind::Decimal64 => sink.put_coded(code::DECIMAL64, value.get::<u64>().to_be_bytes()),
        Kind::Decimal128 => sink.put_coded(code::DECIMAL128, data.sixteen(value.get())),
        Kind::Uuid => sink.put_coded(code::UUID, data.sixteen(value.get())),
        Kind::Binary | Kind::String | Kind::Symbol => {
            writer::variable(sink, value.kind.short_constructor(), data.bytes(value.get()));
        }
        Kind::Described | Kind::Array | Kind::List | Kind::Map | Kind::Unknown => return false,
    }
    true
}

/// Writes a scalar as the element of an array of `kind`; false for a compound, and for what cannot be one.
#[inline(always)]
fn element(data: &Data, sink: &mut impl Append, value: &Packed, kind: Type) -> bool {
    if value.type_number() == kind.number() {
        return wide_scalar(data, sink, value);
    }
    value.content().as_element(kind).is_some_and(|converted| wide_scalar(data, sink, &converted.into()))
}

/// Writes a scalar as the element of an array: in its widest form, without a constructor.
#[inline(always)]
fn wide_scalar(data: &Data, sink: &mut impl Append, value: &Packed) -> bool {
    match value.kind {
        Kind::Null | Kind::Dropped => {}
        Kind::Bool | Kind::Ubyte | Kind::Byte => sink.put_byte(value.get()),
        Kind::Ushort | Kind::Short => sink.put(&value.get::<u16>().to_be_bytes()),
        Kind::Uint | Kind::Int | Kind::Char | Kind::Float | Kind::Decimal32 => {
            sink.put(&value.get::<u32>().to_be_bytes());
        }
        Kind::Ulong | Kind::Long | Kind::Timestamp | Kind::Double | Kind::Decimal64 => {
            sink.put(&value.get::<u64>().to_be_bytes());
        }
        Kind::Decimal128 | Kind::Uuid => sink.put(&data.sixteen(value.get())),
        Kind::Binary | Kind::String | Kind::Symbol => {
            let bytes = data.bytes(value.get());
            sink.put(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
            sink.put(bytes);
        }
        Kind::Described | Kind::Array | Kind::List | Kind::Map | Kind::Unknown => return false,
    }
    true
}
