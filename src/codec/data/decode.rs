//! Decoding one value into the tree, whatever the bytes say.
//!
//! Every compound is confined to its declared size and has to fill it exactly. Open compounds are kept in a list,
//! not on the stack. Memory stays in proportion to the input: a node needs at least one byte of it, but for array
//! elements of no width (`40` to `45`), of which a tree takes [`MOST_HOLLOW`] in all.

use super::node::{Children, Content, Index, NIL, Node, Span};
use super::{Data, Fault, FaultKind, Type};
use crate::codec::constructor::{self as code, Width};

/// How many array elements without any content of their own a tree takes from encoded bytes.
const MOST_HOLLOW: u32 = 65_535;

/// The depth for which memory is kept from one decoding to the next.
const KEPT_LEVELS: usize = 32;

/// The compound being read.
#[derive(Clone, Copy)]
pub(super) struct Level {
    node: Index,
    /// Its last child so far.
    last: Index,
    count: u32,
    left: u32,
    /// Where its content ends.
    end: usize,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The value that was asked for.
    Top,
    /// A list or map.
    Sized,
    /// An array with elements of this constructor.
    Array(u8),
    /// A descriptor and a value.
    Described,
}

struct Decoder<'a> {
    data: &'a mut Data,
    bytes: &'a [u8],
    at: usize,
    level: Level,
    outer: Vec<Level>,
}

impl Data {
    /// Decodes one value and puts it like any other; gives the number of bytes it took. After a fault, what was
    /// decoded so far remains, and the cursor is on it.
    pub(crate) fn decode(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        if bytes.is_empty() {
            return self.fail(Fault::truncated());
        }
        let level = Level { node: NIL, last: NIL, count: 1, left: 1, end: bytes.len(), kind: Kind::Top };
        let mut outer = std::mem::take(&mut self.levels);
        outer.clear();
        let mut decoder = Decoder { data: self, bytes, at: 0, level, outer };
        let result = decoder.run();
        decoder.unwind();
        let consumed = decoder.at;
        let outer = std::mem::take(&mut decoder.outer);
        if outer.capacity() <= KEPT_LEVELS {
            self.levels = outer;
        }
        match result {
            Ok(()) => Ok(consumed),
            Err(fault) if fault.kind == FaultKind::Argument => Err(fault),
            Err(fault) => self.fail(fault),
        }
    }
}

impl Decoder<'_> {
    fn run(&mut self) -> Result<(), Fault> {
        loop {
            self.run_of_scalars();
            if self.level.left > 0 {
                self.value()?;
            } else if self.level.kind == Kind::Top {
                return Ok(());
            } else {
                self.leave()?;
            }
        }
    }

    /// Reads a value of any kind, or the beginning of a compound.
    fn value(&mut self) -> Result<(), Fault> {
        self.level.left -= 1;
        let code = match self.level.kind {
            Kind::Array(code) => code,
            Kind::Described => self.described_part()?,
            Kind::Top | Kind::Sized => self.byte()?,
        };
        match self.scalar(code)? {
            Some(content) => self.add(content),
            None => self.compound(code),
        }
    }

    /// Reads the scalars that come next, up to the first value that needs a closer look: a compound, one that is
    /// not complete, one beyond a limit. This is the path that has to be fast.
    fn run_of_scalars(&mut self) {
        match self.level.kind {
            Kind::Sized => self.run_of_values(),
            Kind::Array(code) => self.run_of_elements(code),
            Kind::Top | Kind::Described => {}
        }
    }

    /// The elements of an array of the most common types.
    fn run_of_elements(&mut self, code: u8) {
        match code {
            code::SMALL_INT => self.elements(|[v]| Content::Int(i32::from(v.cast_signed()))),
            code::INT => self.elements(|v| Content::Int(i32::from_be_bytes(v))),
            code::UINT => self.elements(|v| Content::Uint(u32::from_be_bytes(v))),
            code::LONG => self.elements(|v| Content::Long(i64::from_be_bytes(v))),
            code::ULONG => self.elements(|v| Content::Ulong(u64::from_be_bytes(v))),
            code::FLOAT => self.elements(|v| Content::Float(f32::from_be_bytes(v))),
            code::DOUBLE => self.elements(|v| Content::Double(f64::from_be_bytes(v))),
            code::TIMESTAMP => self.elements(|v| Content::Timestamp(i64::from_be_bytes(v))),
            _ => {}
        }
    }

    /// Adds the complete elements of `N` bytes that are left, as far as the limit allows.
    fn elements<const N: usize>(&mut self, make: impl Fn([u8; N]) -> Content) {
        let Some(rest) = self.bytes.get(self.at..self.level.end) else { return };
        let Ok(first) = self.data.next_index() else { return };
        let most = self.level.left.min(self.data.limits.nodes - first);
        let parent = self.level.node;
        let (chunks, _) = rest.as_chunks::<N>();
        let nodes = chunks.iter().take(most as usize).zip(first..).map(|(bytes, index)| Node {
            content: make(*bytes),
            parent,
            next: index + 1,
            prev: index.wrapping_sub(1),
            complete_at: 0,
        });
        self.data.nodes.extend(nodes);
        let Ok(index) = Index::try_from(self.data.nodes.len()) else { return };
        if index > first {
            if let Some(node) = self.data.node_mut(first) {
                node.prev = self.level.last;
            }
            self.link(first, index - 1);
            self.level.left -= index - first;
            self.at += N * (index - first) as usize;
        }
    }

    /// The scalars of a list or map.
    fn run_of_values(&mut self) {
        let Some(mut rest) = self.bytes.get(self.at..self.level.end) else { return };
        let Ok(first) = self.data.next_index() else { return };
        let most = self.level.left.min(self.data.limits.nodes - first);
        let parent = self.level.node;
        let (mut index, mut prev) = (first, self.level.last);
        while index - first < most {
            let [code, body @ ..] = rest else { break };
            let nodes = &mut self.data.nodes;
            nodes.push(Node { content: Content::Null, parent, next: index + 1, prev, complete_at: 0 });
            let Some(node) = nodes.last_mut() else { break };
            if let Some(behind) = fixed_width(*code, body, &mut node.content) {
                rest = behind;
            } else if let Some(behind) = self.data.variable_width(*code, body) {
                rest = behind;
            } else {
                self.data.nodes.pop();
                break;
            }
            prev = index;
            index += 1;
        }
        if index > first {
            self.link(first, index - 1);
            self.level.left -= index - first;
            self.at = self.level.end - rest.len();
        }
    }

    /// Takes the chain of new nodes from `first` to `last` into the level.
    fn link(&mut self, first: Index, last: Index) {
        if let Some(node) = self.data.node_mut(last) {
            node.next = NIL;
        }
        match self.data.node_mut(self.level.last) {
            Some(node) => node.next = first,
            None => self.first_child(first),
        }
        self.level.last = last;
    }

    /// The next byte of a descriptor may not begin a described value or a compound with content.
    fn described_part(&mut self) -> Result<u8, Fault> {
        let code = self.byte()?;
        if self.level.left == 1 {
            check_descriptor(code)?;
        }
        Ok(code)
    }

    #[inline]
    fn take(&mut self, n: usize) -> Result<&[u8], Fault> {
        let end = self.at.saturating_add(n);
        if end > self.level.end {
            return Err(self.short());
        }
        let taken = self.bytes.get(self.at..end).ok_or_else(Fault::truncated)?;
        self.at = end;
        Ok(taken)
    }

    /// The fault of a value that does not fit: more input would help, or the size around it is wrong.
    #[cold]
    fn short(&self) -> Fault {
        if self.level.end == self.bytes.len() {
            Fault::truncated()
        } else {
            Fault::malformed("compound size does not fit its content")
        }
    }

    #[inline]
    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let taken = self.take(N)?;
        <[u8; N]>::try_from(taken).map_err(|_| Fault::truncated())
    }

    #[inline]
    fn byte(&mut self) -> Result<u8, Fault> {
        self.fixed::<1>().map(|[byte]| byte)
    }

    #[inline]
    fn be_u32(&mut self) -> Result<u32, Fault> {
        self.fixed().map(u32::from_be_bytes)
    }

    #[inline]
    fn be_u64(&mut self) -> Result<u64, Fault> {
        self.fixed().map(u64::from_be_bytes)
    }

    /// Reads what follows the constructor of a scalar; `None` for any other.
    #[inline]
    fn scalar(&mut self, code: u8) -> Result<Option<Content>, Fault> {
        Ok(Some(match code {
            code::NULL => Content::Null,
            code::TRUE => Content::Bool(true),
            code::FALSE => Content::Bool(false),
            code::BOOLEAN => Content::Bool(self.byte()? != 0),
            code::UBYTE => Content::Ubyte(self.byte()?),
            code::BYTE => Content::Byte(self.byte()?.cast_signed()),
            code::USHORT => Content::Ushort(u16::from_be_bytes(self.fixed()?)),
            code::SHORT => Content::Short(i16::from_be_bytes(self.fixed()?)),
            code::UINT0 => Content::Uint(0),
            code::SMALL_UINT => Content::Uint(u32::from(self.byte()?)),
            code::UINT => Content::Uint(self.be_u32()?),
            code::SMALL_INT => Content::Int(i32::from(self.byte()?.cast_signed())),
            code::INT => Content::Int(self.be_u32()?.cast_signed()),
            code::CHAR => Content::Char(self.be_u32()?),
            code::ULONG0 => Content::Ulong(0),
            code::SMALL_ULONG => Content::Ulong(u64::from(self.byte()?)),
            code::ULONG => Content::Ulong(self.be_u64()?),
            code::SMALL_LONG => Content::Long(i64::from(self.byte()?.cast_signed())),
            code::LONG => Content::Long(self.be_u64()?.cast_signed()),
            code::TIMESTAMP => Content::Timestamp(self.be_u64()?.cast_signed()),
            code::FLOAT => Content::Float(f32::from_bits(self.be_u32()?)),
            code::DOUBLE => Content::Double(f64::from_bits(self.be_u64()?)),
            code::DECIMAL32 => Content::Decimal32(self.be_u32()?),
            code::DECIMAL64 => Content::Decimal64(self.be_u64()?),
            code::DECIMAL128 => Content::Decimal128(self.charged()?),
            code::UUID => Content::Uuid(self.charged()?),
            code::LIST0 => Content::List(Children::NONE),
            0xa0..=0xbf => return self.variable(code).map(Some),
            _ => return Ok(None),
        }))
    }

    fn charged(&mut self) -> Result<[u8; 16], Fault> {
        self.data.charge_limit(16)?;
        self.fixed()
    }

    fn variable(&mut self, code: u8) -> Result<Content, Fault> {
        let len = match code {
            code::BINARY8 | code::STRING8 | code::SYMBOL8 => usize::from(self.byte()?),
            code::BINARY32 | code::STRING32 | code::SYMBOL32 => self.be_u32()? as usize,
            _ => return Err(unknown()),
        };
        let end = self.at.saturating_add(len);
        if end > self.level.end {
            return Err(self.short());
        }
        let bytes = self.bytes.get(self.at..end).ok_or_else(Fault::truncated)?;
        self.at = end;
        self.data.next_index()?;
        let span = self.data.intern(bytes)?;
        Ok(match code {
            code::BINARY8 | code::BINARY32 => Content::Binary(span),
            code::STRING8 | code::STRING32 => Content::String(span),
            _ => Content::Symbol(span),
        })
    }

    /// Adds a value behind the last one of the level; the value asked for goes where the cursor says.
    #[inline]
    fn add(&mut self, content: Content) -> Result<(), Fault> {
        if self.level.kind == Kind::Top {
            self.data.place(content)?;
            self.level.last = self.data.current;
            return Ok(());
        }
        let index = self.data.next_index()?;
        let prev = self.level.last;
        match self.data.node_mut(prev) {
            Some(node) => node.next = index,
            None => self.first_child(index),
        }
        self.data.nodes.push(Node { content, parent: self.level.node, next: NIL, prev, complete_at: 0 });
        self.level.last = index;
        Ok(())
    }

    fn first_child(&mut self, index: Index) {
        if let Some(children) = self.data.node_mut(self.level.node).and_then(|n| n.content.children_mut()) {
            children.first = index;
        }
    }

    /// Reads the head of a compound and makes it the level to read in.
    fn compound(&mut self, constructor: u8) -> Result<(), Fault> {
        if constructor == code::DESCRIBED {
            self.add(Content::Described(Children::NONE))?;
            let end = self.level.end;
            self.enter(2, end, Kind::Described);
            return Ok(());
        }
        let content = match constructor {
            code::LIST8 | code::LIST32 => Content::List(Children::NONE),
            code::MAP8 | code::MAP32 => Content::Map(Children::NONE),
            code::ARRAY8 | code::ARRAY32 => {
                Content::Array { children: Children::NONE, described: false, element: None }
            }
            _ => return Err(unknown()),
        };
        let (count, end) = self.head(constructor)?;
        self.add(content)?;
        self.enter(count, end, Kind::Sized);
        if matches!(content, Content::Array { .. }) {
            self.array_head(count)?;
        }
        Ok(())
    }

    /// Reads size and count: the count and where the content ends.
    fn head(&mut self, constructor: u8) -> Result<(u32, usize), Fault> {
        let wide = Width::of(constructor) == Some(Width::Sized32);
        let width = if wide { 4 } else { 1 };
        let size = if wide { self.be_u32()? as usize } else { usize::from(self.byte()?) };
        let least = if matches!(constructor, code::ARRAY8 | code::ARRAY32) { width + 1 } else { width };
        let available = self.level.end - self.at;
        if size < least {
            return Err(if available < least {
                self.short()
            } else {
                Fault::malformed("compound too small")
            });
        }
        if size > available {
            return Err(self.short());
        }
        let end = self.at + size;
        let count = if wide { self.be_u32()? } else { u32::from(self.byte()?) };
        Ok((count, end))
    }

    fn enter(&mut self, count: u32, end: usize, kind: Kind) {
        let node = self.level.last;
        self.outer.push(self.level);
        self.level = Level { node, last: NIL, count, left: count, end, kind };
    }

    /// Reads the descriptor, if there is one, and the constructor of an array's elements.
    fn array_head(&mut self, count: u32) -> Result<(), Fault> {
        let mut constructor = self.byte()?;
        let described = constructor == code::DESCRIBED;
        if described {
            let code = self.byte()?;
            check_descriptor(code)?;
            let descriptor = self.scalar(code)?.ok_or_else(unknown)?;
            self.level.count = count.saturating_add(1);
            self.level.left = count;
            self.add(descriptor)?;
            constructor = self.byte()?;
        }
        let kind = element_type(constructor).ok_or_else(unknown)?;
        if let Some(node) = self.data.node_mut(self.level.node) {
            let children = node.content.children().copied().unwrap_or(Children::NONE);
            node.content = Content::Array { children, described, element: Some(kind) };
        }
        if Width::of(constructor) == Some(Width::Fixed(0)) {
            let hollow = self.data.hollow.saturating_add(count);
            if hollow > MOST_HOLLOW {
                self.level.count = self.level.count.saturating_sub(count);
                self.level.left = 0;
                return Err(Fault::node_limit());
            }
            self.data.hollow = hollow;
        }
        self.level.kind = Kind::Array(constructor);
        Ok(())
    }

    /// Completes a compound, which has to end where it said it would.
    fn leave(&mut self) -> Result<(), Fault> {
        if self.level.kind != Kind::Described && self.at != self.level.end {
            return Err(Fault::malformed("compound size does not fit its content"));
        }
        self.close();
        Ok(())
    }

    fn close(&mut self) {
        let done = self.level.count.saturating_sub(self.level.left);
        let children = self.data.node_mut(self.level.node).and_then(|n| n.content.children_mut());
        if let Some(children) = children {
            children.count = done;
        }
        if let Some(outer) = self.outer.pop() {
            self.level = outer;
        }
    }

    /// After a fault: the compounds that are still open count what they got.
    fn unwind(&mut self) {
        while self.level.kind != Kind::Top {
            self.level.left = 0;
            self.level.count = self.children_of(self.level.node);
            self.close();
        }
    }

    fn children_of(&self, parent: Index) -> u32 {
        let (mut at, mut count) = (self.data.first_in(parent), 0);
        while let Some(node) = self.data.node(at) {
            count += 1;
            at = node.next;
        }
        count
    }
}

impl Data {
    /// Gives the last node the complete binary, string, symbol or uuid in front; gives what follows it.
    #[inline(never)]
    fn variable_width<'a>(&mut self, code: u8, body: &'a [u8]) -> Option<&'a [u8]> {
        let (make, len, body): (fn(Span) -> Content, usize, &[u8]) = match (code, body) {
            (code::BINARY8, [len, body @ ..]) => (Content::Binary, usize::from(*len), body),
            (code::STRING8, [len, body @ ..]) => (Content::String, usize::from(*len), body),
            (code::SYMBOL8, [len, body @ ..]) => (Content::Symbol, usize::from(*len), body),
            (code::BINARY32, [a, b, c, d, body @ ..]) => (Content::Binary, wide([*a, *b, *c, *d]), body),
            (code::STRING32, [a, b, c, d, body @ ..]) => (Content::String, wide([*a, *b, *c, *d]), body),
            (code::SYMBOL32, [a, b, c, d, body @ ..]) => (Content::Symbol, wide([*a, *b, *c, *d]), body),
            (code::UUID, _) => {
                let (bytes, behind) = body.split_first_chunk()?;
                self.charge_limit(bytes.len()).ok()?;
                return store(&mut self.nodes.last_mut()?.content, Content::Uuid(*bytes), behind);
            }
            _ => return None,
        };
        let (bytes, behind) = body.split_at_checked(len)?;
        let content = make(self.intern(bytes).ok()?);
        self.nodes.last_mut()?.content = content;
        Some(behind)
    }
}

fn wide(len: [u8; 4]) -> usize {
    u32::from_be_bytes(len) as usize
}

/// Stores the complete scalar of fixed width in front, of a type that no limit concerns; gives what follows it.
#[inline(always)]
fn fixed_width<'a>(code: u8, body: &'a [u8], place: &mut Content) -> Option<&'a [u8]> {
    match (code, body) {
        (code::NULL, _) => store(place, Content::Null, body),
        (code::TRUE, _) => store(place, Content::Bool(true), body),
        (code::FALSE, _) => store(place, Content::Bool(false), body),
        (code::UINT0, _) => store(place, Content::Uint(0), body),
        (code::ULONG0, _) => store(place, Content::Ulong(0), body),
        (code::BOOLEAN, [v, body @ ..]) => store(place, Content::Bool(*v != 0), body),
        (code::UBYTE, [v, body @ ..]) => store(place, Content::Ubyte(*v), body),
        (code::BYTE, [v, body @ ..]) => store(place, Content::Byte(v.cast_signed()), body),
        (code::SMALL_UINT, [v, body @ ..]) => store(place, Content::Uint(u32::from(*v)), body),
        (code::SMALL_INT, [v, body @ ..]) => store(place, Content::Int(i32::from(v.cast_signed())), body),
        (code::SMALL_ULONG, [v, body @ ..]) => store(place, Content::Ulong(u64::from(*v)), body),
        (code::SMALL_LONG, [v, body @ ..]) => store(place, Content::Long(i64::from(v.cast_signed())), body),
        (code::UINT, _) => store4(place, body, Content::Uint),
        (code::INT, _) => store4(place, body, |v| Content::Int(v.cast_signed())),
        (code::FLOAT, _) => store4(place, body, |v| Content::Float(f32::from_bits(v))),
        (code::ULONG, _) => store8(place, body, Content::Ulong),
        (code::LONG, _) => store8(place, body, |v| Content::Long(v.cast_signed())),
        (code::TIMESTAMP, _) => store8(place, body, |v| Content::Timestamp(v.cast_signed())),
        (code::DOUBLE, _) => store8(place, body, |v| Content::Double(f64::from_bits(v))),
        _ => None,
    }
}

#[inline(always)]
fn store<'a>(place: &mut Content, content: Content, behind: &'a [u8]) -> Option<&'a [u8]> {
    *place = content;
    Some(behind)
}

#[inline(always)]
fn store4<'a>(place: &mut Content, body: &'a [u8], make: impl Fn(u32) -> Content) -> Option<&'a [u8]> {
    let (v, behind) = body.split_first_chunk()?;
    store(place, make(u32::from_be_bytes(*v)), behind)
}

#[inline(always)]
fn store8<'a>(place: &mut Content, body: &'a [u8], make: impl Fn(u64) -> Content) -> Option<&'a [u8]> {
    let (v, behind) = body.split_first_chunk()?;
    store(place, make(u64::from_be_bytes(*v)), behind)
}

#[cold]
fn unknown() -> Fault {
    Fault::malformed("unexpected constructor")
}

/// A descriptor is a scalar or an empty list.
fn check_descriptor(constructor: u8) -> Result<(), Fault> {
    let compound = constructor == code::DESCRIBED || matches!(constructor >> 4, 0xc..=0xf);
    if compound { Err(unknown()) } else { Ok(()) }
}

/// The type of elements with this constructor.
fn element_type(constructor: u8) -> Option<Type> {
    Some(match constructor {
        code::NULL => Type::Null,
        code::TRUE | code::FALSE | code::BOOLEAN => Type::Bool,
        code::UBYTE => Type::Ubyte,
        code::BYTE => Type::Byte,
        code::USHORT => Type::Ushort,
        code::SHORT => Type::Short,
        code::UINT0 | code::SMALL_UINT | code::UINT => Type::Uint,
        code::SMALL_INT | code::INT => Type::Int,
        code::CHAR => Type::Char,
        code::ULONG0 | code::SMALL_ULONG | code::ULONG => Type::Ulong,
        code::SMALL_LONG | code::LONG => Type::Long,
        code::TIMESTAMP => Type::Timestamp,
        code::FLOAT => Type::Float,
        code::DOUBLE => Type::Double,
        code::DECIMAL32 => Type::Decimal32,
        code::DECIMAL64 => Type::Decimal64,
        code::DECIMAL128 => Type::Decimal128,
        code::UUID => Type::Uuid,
        code::BINARY8 | code::BINARY32 => Type::Binary,
        code::STRING8 | code::STRING32 => Type::String,
        code::SYMBOL8 | code::SYMBOL32 => Type::Symbol,
        code::LIST0 | code::LIST8 | code::LIST32 => Type::List,
        code::MAP8 | code::MAP32 => Type::Map,
        code::ARRAY8 | code::ARRAY32 => Type::Array,
        _ => return None,
    })
}
