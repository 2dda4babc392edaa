//! Decoding one value into the tree, whatever the bytes say.
//!
//! Every compound is confined to its declared size and has to fill it exactly. Open compounds are kept in a list,
//! not on the stack. Memory stays in proportion to the input: a node needs at least one byte of it, but for array
//! elements of no width (`40` to `45`), of which a tree takes [`MOST_HOLLOW`] in all.

use super::node::{Bits, Children, Index, Kind, NIL, Node, Packed, Span};
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
    inside: Inside,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
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
    /// Where the outermost list, map or array ends.
    compound_end: usize,
    copied: Copied,
}

/// The piece of the input that is in the tree's buffer.
#[derive(Default)]
struct Copied {
    /// Where it ends in the input; 0 if there is none yet.
    end: usize,
    /// What makes a place in the input one in the buffer, when added.
    shift: usize,
}

impl Data {
    /// Decodes one value and puts it like any other; gives the number of bytes it took. After a fault, what was
    /// decoded so far remains, and the cursor is on it.
    pub(crate) fn decode(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        if bytes.is_empty() {
            return self.fail(Fault::truncated());
        }
        let level = Level { node: NIL, last: NIL, count: 1, left: 1, end: bytes.len(), inside: Inside::Top };
        let mut outer = std::mem::take(&mut self.levels);
        outer.clear();
        let copied = Copied::default();
        let mut decoder = Decoder { data: self, bytes, at: 0, level, outer, compound_end: 0, copied };
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
            } else if self.level.inside == Inside::Top {
                return Ok(());
            } else {
                self.leave()?;
            }
        }
    }

    /// Reads a value of any kind, or the beginning of a compound.
    fn value(&mut self) -> Result<(), Fault> {
        self.level.left -= 1;
        let code = match self.level.inside {
            Inside::Array(code) => code,
            Inside::Described => self.described_part()?,
            Inside::Top | Inside::Sized => self.byte()?,
        };
        match self.scalar(code)? {
            Some(value) => self.add(value),
            None => self.compound(code),
        }
    }

    /// Reads the scalars that come next, up to the first value that needs a closer look: a compound, one that is
    /// not complete, one beyond a limit. This is the path that has to be fast.
    fn run_of_scalars(&mut self) {
        match self.level.inside {
            Inside::Sized => self.run_of_values(),
            Inside::Array(code) => self.run_of_elements(code),
            Inside::Top | Inside::Described => {}
        }
    }

    /// The elements of an array of the most common types.
    fn run_of_elements(&mut self, code: u8) {
        let Some(rest) = self.bytes.get(self.at..self.level.end) else { return };
        let Ok(first) = self.data.next_index() else { return };
        let most = self.level.left.min(self.data.limits.nodes - first);
        let behind = run_of_type::<false>(&mut self.data.nodes, self.level.node, most as usize, rest, code);
        self.end_run(first, behind);
    }

    /// The scalars of a list or map. A function by itself, it has registers enough, as has [`run_of_fixed`].
    #[inline(never)]
    fn run_of_values(&mut self) {
        let Some(mut rest) = self.bytes.get(self.at..self.level.end) else { return };
        let Ok(first) = self.data.next_index() else { return };
        let parent = self.level.node;
        let end = (first + self.level.left.min(self.data.limits.nodes - first)) as usize;
        while self.data.nodes.len() < end {
            if let Some(behind) = self.variable_width(rest) {
                rest = behind;
                continue;
            }
            let behind = run_of_fixed(&mut self.data.nodes, parent, end, rest);
            if behind.len() == rest.len() {
                break;
            }
            rest = behind;
        }
        self.end_run(first, rest);
    }

    /// Takes the new nodes from `first` on into the level, which goes on with `rest`.
    #[inline]
    fn end_run(&mut self, first: Index, rest: &[u8]) {
        let Ok(index) = Index::try_from(self.data.nodes.len()) else { return };
        if index > first {
            self.link(first, index - 1);
            self.level.left -= index - first;
            self.at = self.level.end - rest.len();
        }
    }

    /// Adds the complete binary, string, symbol or uuid in front; gives what follows it.
    #[inline(always)]
    fn variable_width<'b>(&mut self, rest: &'b [u8]) -> Option<&'b [u8]> {
        let (kind, len, body) = match rest {
            [code::STRING8, len, body @ ..] => (Kind::String, usize::from(*len), body),
            [code::SYMBOL8, len, body @ ..] => (Kind::Symbol, usize::from(*len), body),
            [code::BINARY8, len, body @ ..] => (Kind::Binary, usize::from(*len), body),
            [code::STRING32, a, b, c, d, body @ ..] => (Kind::String, wide([*a, *b, *c, *d]), body),
            [code::SYMBOL32, a, b, c, d, body @ ..] => (Kind::Symbol, wide([*a, *b, *c, *d]), body),
            [code::BINARY32, a, b, c, d, body @ ..] => (Kind::Binary, wide([*a, *b, *c, *d]), body),
            [code::UUID, body @ ..] => (Kind::Uuid, 16, body),
            _ => return None,
        };
        let (_, behind) = body.split_at_checked(len)?;
        let span = self.keep(kind, self.level.end - body.len(), len).ok()?;
        add_beside(&mut self.data.nodes, self.level.node, Packed::new(kind, span));
        Some(behind)
    }

    /// Keeps `len` bytes of the input in the tree's buffer. They mostly are there already, because a whole compound is
    /// copied with the first bytes that are kept of it.
    #[inline(always)]
    fn keep(&mut self, kind: Kind, start: usize, len: usize) -> Result<Span, Fault> {
        if start + len > self.copied.end && !self.copy_compound(start, len) {
            let bytes = self.bytes.get(start..start + len).ok_or_else(Fault::truncated)?;
            return self.data.intern(bytes);
        }
        self.data.charge_limit(len)?;
        let at = start.wrapping_add(self.copied.shift);
        // A NUL goes over what stands behind the bytes: a constructor or a size, never content. Only uuids and the like
        // may have content next to them, and need no NUL.
        if !matches!(kind, Kind::Uuid | Kind::Decimal128)
            && let Some(end) = self.data.text.get_mut(at + len)
        {
            *end = 0;
        }
        #[expect(clippy::cast_possible_truncation, reason = "the whole of the copy is within 4 GiB")]
        Ok(Span { start: at as u32, len: len as u32 })
    }

    /// Copies what is left of the outermost compound, unless the value is beyond it. Under a limit of bytes, only what
    /// is kept is copied.
    #[inline(never)]
    fn copy_compound(&mut self, start: usize, len: usize) -> bool {
        let end = self.compound_end;
        let text = self.data.text.len();
        let Some(bytes) = self.bytes.get(start..end).filter(|bytes| bytes.len() >= len) else { return false };
        if self.data.limits.buffer != usize::MAX || Span::new(text, bytes.len()).is_none() {
            return false;
        }
        self.copied = Copied { end, shift: text.wrapping_sub(start) };
        self.data.text.extend_from_slice(bytes);
        self.data.text.push(0);
        true
    }

    /// Takes the chain of new nodes from `first` to `last` into the level.
    fn link(&mut self, first: Index, last: Index) {
        if let Some(node) = self.data.node_mut(first) {
            node.prev = self.level.last;
        }
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

    /// Reads what follows the constructor of a scalar; `None` for any other.
    #[inline]
    fn scalar(&mut self, code: u8) -> Result<Option<Packed>, Fault> {
        let rest = self.bytes.get(self.at..self.level.end).unwrap_or_default();
        if let Some((value, behind)) = fixed_width(code, rest) {
            self.at = self.level.end - behind.len();
            return Ok(Some(value));
        }
        let (kind, width) = match code {
            code::UUID => (Kind::Uuid, 16),
            code::DECIMAL128 => (Kind::Decimal128, 16),
            code::BINARY8 => (Kind::Binary, usize::from(self.byte()?)),
            code::STRING8 => (Kind::String, usize::from(self.byte()?)),
            code::SYMBOL8 => (Kind::Symbol, usize::from(self.byte()?)),
            code::BINARY32 => (Kind::Binary, self.be_u32()? as usize),
            code::STRING32 => (Kind::String, self.be_u32()? as usize),
            code::SYMBOL32 => (Kind::Symbol, self.be_u32()? as usize),
            code::LIST0 => return Ok(Some(Packed::new(Kind::List, Children::NONE))),
            _ => return self.no_scalar(code),
        };
        let start = self.at;
        self.take(width)?;
        self.data.next_index()?;
        let span = self.keep(kind, start, width)?;
        Ok(Some(Packed::new(kind, span)))
    }

    /// The value is a compound, of no type at all, or not complete.
    fn no_scalar(&self, code: u8) -> Result<Option<Packed>, Fault> {
        match Width::of(code) {
            Some(Width::Fixed(_)) if element_type(code).is_some() => Err(self.short()),
            _ => Ok(None),
        }
    }

    /// Adds a value behind the last one of the level; the value asked for goes where the cursor says.
    #[inline]
    fn add(&mut self, value: Packed) -> Result<(), Fault> {
        if self.level.inside == Inside::Top {
            self.data.place(value)?;
            self.level.last = self.data.current;
            return Ok(());
        }
        let index = self.data.next_index()?;
        let prev = self.level.last;
        match self.data.node_mut(prev) {
            Some(node) => node.next = index,
            None => self.first_child(index),
        }
        self.data.nodes.push(Node { value, parent: self.level.node, next: NIL, prev });
        self.level.last = index;
        Ok(())
    }

    fn first_child(&mut self, index: Index) {
        if let Some(node) = self.data.node_mut(self.level.node) {
            node.value.set_children(Children { first: index, count: 0 });
        }
    }

    /// Reads the head of a compound and makes it the level to read in.
    fn compound(&mut self, constructor: u8) -> Result<(), Fault> {
        if constructor == code::DESCRIBED {
            self.add(Packed::new(Kind::Described, Children::NONE))?;
            let end = self.level.end;
            self.enter(2, end, Inside::Described);
            return Ok(());
        }
        let kind = match constructor {
            code::LIST8 | code::LIST32 => Kind::List,
            code::MAP8 | code::MAP32 => Kind::Map,
            code::ARRAY8 | code::ARRAY32 => Kind::Array,
            _ => return Err(unknown()),
        };
        let (count, end) = self.head(constructor)?;
        self.add(Packed::new(kind, Children::NONE))?;
        if self.compound_end == 0 {
            self.compound_end = end;
        }
        self.enter(count, end, Inside::Sized);
        if kind == Kind::Array { self.array_head(count) } else { Ok(()) }
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

    fn enter(&mut self, count: u32, end: usize, inside: Inside) {
        let node = self.level.last;
        self.outer.push(self.level);
        self.level = Level { node, last: NIL, count, left: count, end, inside };
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
            node.value.described = described;
            node.value.element = Some(kind);
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
        self.level.inside = Inside::Array(constructor);
        Ok(())
    }

    /// Completes a compound, which has to end where it said it would.
    fn leave(&mut self) -> Result<(), Fault> {
        if self.level.inside != Inside::Described && self.at != self.level.end {
            return Err(Fault::malformed("compound size does not fit its content"));
        }
        self.close();
        Ok(())
    }

    fn close(&mut self) {
        let done = self.level.count.saturating_sub(self.level.left);
        if let Some(node) = self.data.node_mut(self.level.node)
            && let Some(Children { first, .. }) = node.value.children()
        {
            node.value.set_children(Children { first, count: done });
        }
        if let Some(outer) = self.outer.pop() {
            self.level = outer;
        }
    }

    /// After a fault: the compounds that are still open count what they got.
    fn unwind(&mut self) {
        while self.level.inside != Inside::Top {
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

fn wide(len: [u8; 4]) -> usize {
    u32::from_be_bytes(len) as usize
}

/// A node between its neighbours in memory; the ends of a run are linked differently.
#[inline(always)]
fn beside(value: Packed, parent: Index, index: Index) -> Node {
    Node { value, parent, next: index + 1, prev: index.wrapping_sub(1) }
}

/// Adds a node to a run, within the limit of nodes.
#[inline(always)]
fn add_beside(nodes: &mut Vec<Node>, parent: Index, value: Packed) {
    #[expect(clippy::cast_possible_truncation, reason = "there are no more nodes than indices")]
    let index = nodes.len() as Index;
    nodes.push(beside(value, parent, index));
}

/// Adds the scalars of fixed width that come next, until there are `end` nodes; gives what follows them.
#[inline(never)]
fn run_of_fixed<'a>(nodes: &mut Vec<Node>, parent: Index, end: usize, mut rest: &'a [u8]) -> &'a [u8] {
    while nodes.len() < end {
        let [code, body @ ..] = rest else { break };
        let Some((value, behind)) = fixed_width(*code, body) else { break };
        rest = behind;
        add_beside(nodes, parent, value);
        if rest.first() == Some(code) {
            rest = run_of_type::<true>(nodes, parent, end - nodes.len(), rest, *code);
        }
    }
    rest
}

/// Adds up to `most` values of one of the most common types, as long as they have this constructor: each its own
/// (`CODED`), or all of them. Gives what follows them.
#[inline(never)]
fn run_of_type<'a, const CODED: bool>(
    nodes: &mut Vec<Node>,
    parent: Index,
    most: usize,
    rest: &'a [u8],
    code: u8,
) -> &'a [u8] {
    let run = Run::<'_, '_, CODED> { nodes, parent, most, rest, code };
    match code {
        code::SMALL_INT => run.of(Kind::Int, |[v]| i32::from(v.cast_signed())),
        code::INT => run.of(Kind::Int, i32::from_be_bytes),
        code::UINT => run.of(Kind::Uint, u32::from_be_bytes),
        code::LONG => run.of(Kind::Long, i64::from_be_bytes),
        code::ULONG => run.of(Kind::Ulong, u64::from_be_bytes),
        code::FLOAT => run.of(Kind::Float, f32::from_be_bytes),
        code::DOUBLE => run.of(Kind::Double, f64::from_be_bytes),
        code::TIMESTAMP => run.of(Kind::Timestamp, i64::from_be_bytes),
        _ => rest,
    }
}

/// What [`run_of_type`] was asked for.
struct Run<'a, 'n, const CODED: bool> {
    nodes: &'n mut Vec<Node>,
    parent: Index,
    most: usize,
    rest: &'a [u8],
    code: u8,
}

impl<'a, const CODED: bool> Run<'a, '_, CODED> {
    /// Counts the values first, so that there are neither decisions nor growing memory among the making of the nodes.
    #[inline(always)]
    fn of<const N: usize, T: Bits>(self, kind: Kind, value: impl Fn([u8; N]) -> T) -> &'a [u8] {
        let width = N + usize::from(CODED);
        let most = self.most.min(self.rest.len() / width);
        let values = self.rest.get(..most * width).unwrap_or_default().chunks_exact(width);
        let same = |value: &&[u8]| value.first() == Some(&self.code);
        let count = if CODED { values.clone().take_while(same).count() } else { most };
        #[expect(clippy::cast_possible_truncation, reason = "there are no more nodes than indices")]
        let first = self.nodes.len() as Index;
        self.nodes.extend(values.take(count).zip(first..).map(|(bytes, index)| {
            let bytes = bytes.last_chunk().copied().unwrap_or([0; N]);
            beside(Packed::new(kind, value(bytes)), self.parent, index)
        }));
        self.rest.get(count * width..).unwrap_or_default()
    }
}

/// The complete scalar of fixed width in front, of a type that no limit concerns; and what follows it.
#[inline(always)]
fn fixed_width(code: u8, body: &[u8]) -> Option<(Packed, &[u8])> {
    match code {
        code::NULL => Some((Packed::NULL, body)),
        code::TRUE => Some((Packed::new(Kind::Bool, true), body)),
        code::FALSE => Some((Packed::new(Kind::Bool, false), body)),
        code::UINT0 => Some((Packed::new(Kind::Uint, 0u32), body)),
        code::ULONG0 => Some((Packed::new(Kind::Ulong, 0u64), body)),
        code::BOOLEAN => fixed(body, Kind::Bool, |[v]| v != 0),
        code::UBYTE => fixed(body, Kind::Ubyte, u8::from_be_bytes),
        code::BYTE => fixed(body, Kind::Byte, i8::from_be_bytes),
        code::SMALL_UINT => fixed(body, Kind::Uint, |[v]| v),
        code::SMALL_INT => fixed(body, Kind::Int, |[v]| i32::from(v.cast_signed())),
        code::SMALL_ULONG => fixed(body, Kind::Ulong, |[v]| v),
        code::SMALL_LONG => fixed(body, Kind::Long, |[v]| i64::from(v.cast_signed())),
        code::USHORT => fixed(body, Kind::Ushort, u16::from_be_bytes),
        code::SHORT => fixed(body, Kind::Short, i16::from_be_bytes),
        code::UINT => fixed(body, Kind::Uint, u32::from_be_bytes),
        code::INT => fixed(body, Kind::Int, i32::from_be_bytes),
        code::FLOAT => fixed(body, Kind::Float, f32::from_be_bytes),
        code::CHAR => fixed(body, Kind::Char, u32::from_be_bytes),
        code::DECIMAL32 => fixed(body, Kind::Decimal32, u32::from_be_bytes),
        code::ULONG => fixed(body, Kind::Ulong, u64::from_be_bytes),
        code::LONG => fixed(body, Kind::Long, i64::from_be_bytes),
        code::DOUBLE => fixed(body, Kind::Double, f64::from_be_bytes),
        code::TIMESTAMP => fixed(body, Kind::Timestamp, i64::from_be_bytes),
        code::DECIMAL64 => fixed(body, Kind::Decimal64, u64::from_be_bytes),
        _ => None,
    }
}

#[inline(always)]
fn fixed<const N: usize, T: Bits>(
    body: &[u8],
    kind: Kind,
    value: impl Fn([u8; N]) -> T,
) -> Option<(Packed, &[u8])> {
    let (bytes, behind) = body.split_first_chunk()?;
    Some((Packed::new(kind, value(*bytes)), behind))
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
