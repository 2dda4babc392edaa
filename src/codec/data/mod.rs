//! The value tree behind `pn_data_t`: a forest of AMQP values and a cursor in it.
//!
//! Nodes live in one vector and name each other by index, in the order of their creation; bytes live in one
//! buffer. A tree is built with `put_*` or by decoding, looked at with the cursor and `get_*`, and encoded in one
//! pass. Nothing recurses, so nesting costs memory and never stack.
//! Spec: spec/codec.md. One file a concept: `cursor`, `put`, `get`, `encode`, `decode`, `copy`,
//! `fill`, `scan`, `text`, `listing`.

mod copy;
mod cursor;
mod decode;
mod element;
mod encode;
mod fault;
mod fill;
mod get;
mod listing;
mod node;
mod number;
mod put;
mod scan;
mod text;
mod types;
mod value;

use std::cell::Cell;

pub(crate) use cursor::Bookmark;
pub(crate) use fault::{Fault, FaultKind};
pub(crate) use fill::{Arguments, EachString, Tree};
pub(crate) use number::general;
pub(crate) use scan::Outputs;
pub(crate) use types::{Type, name_of};
pub(crate) use value::{Raw, Value};

use decode::Level;
use node::{Content, Index, NIL, Node, Packed, Span};

/// A forest of AMQP values with a cursor. What every step of the cursor needs comes first, in one cache line.
#[repr(C)]
pub(crate) struct Data {
    nodes: Vec<Node>,
    /// The node the cursor is on; [`NIL`] before the first sibling.
    current: Index,
    /// The compound the cursor is in; [`NIL`] at the top level.
    parent: Index,
    /// The content of strings, symbols and binaries, each followed by a NUL.
    text: Vec<u8>,
    /// Where `rewind` goes: parent and current.
    base: (Index, Index),
    limits: Limits,
    /// Bytes charged to the buffer limit.
    interned: usize,
    /// Array elements without content of their own that were decoded so far; see `decode`.
    hollow: u32,
    fault: Option<Fault>,
    /// Memory of the last encoding, kept for the next one.
    scratch: Cell<Vec<encode::Level>>,
    /// Memory of the last decoding, kept for the next one.
    levels: Vec<Level>,
    /// While bytes lent before have to stay valid: the byte buffers that became too small.
    outgrown: Option<Box<Outgrown>>,
}

/// Byte buffers that somebody may still look into.
#[derive(Default)]
struct Outgrown(Vec<Vec<u8>>);

/// What a tree may hold.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// The most nodes, which is also the first index that no node has.
    nodes: Index,
    buffer: usize,
}

/// The number of values that a peer's maps and capabilities may have; more is a fault of the tree.
const PEER_NODES: Index = 1024;

impl Limits {
    const NONE: Self = Self { nodes: NIL, buffer: usize::MAX };
}

impl Default for Data {
    fn default() -> Self {
        Self {
            nodes: Vec::new(),
            text: Vec::new(),
            parent: NIL,
            current: NIL,
            base: (NIL, NIL),
            limits: Limits::NONE,
            interned: 0,
            hollow: 0,
            fault: None,
            scratch: Cell::default(),
            levels: Vec::new(),
            outgrown: None,
        }
    }
}

impl Clone for Data {
    fn clone(&self) -> Self {
        Self {
            nodes: self.nodes.clone(),
            text: self.text.clone(),
            fault: self.fault.clone(),
            scratch: Cell::default(),
            levels: Vec::new(),
            outgrown: None,
            ..*self
        }
    }
}

impl Data {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Decodes one value that a peer sent, within the limits that apply to peers. What does not fit or cannot be
    /// decoded is left out, and the tree holds the fault. The limits end with the decoding.
    pub(crate) fn from_peer(bytes: &[u8]) -> Self {
        let mut data = Self::new();
        data.limits.nodes = PEER_NODES;
        if let Err(fault) = data.decode(bytes) {
            data.fault = Some(fault);
        }
        data.limits = Limits::NONE;
        data.rewind();
        data
    }

    /// Holds one encoded value, already checked, instead of what was there; keeps the memory. What cannot be decoded
    /// all the same is left out, and the tree holds the fault.
    pub(crate) fn open_encoded(&mut self, bytes: &[u8]) {
        self.clear();
        if let Err(fault) = self.decode(bytes) {
            self.fault = Some(fault);
        }
        self.rewind();
    }

    /// Removes all values, the narrowing and the fault; the limits and the memory stay.
    pub(crate) fn clear(&mut self) {
        self.nodes.clear();
        self.text.clear();
        self.parent = NIL;
        self.current = NIL;
        self.base = (NIL, NIL);
        self.interned = 0;
        self.hollow = 0;
        self.fault = None;
    }

    /// Bounds what later puts and decodings may add; 0 is no bound.
    pub(crate) fn set_limits(&mut self, nodes: usize, buffer: usize) {
        let nodes = if nodes == 0 { NIL } else { Index::try_from(nodes).unwrap_or(NIL) };
        self.limits = Limits { nodes, buffer: if buffer == 0 { usize::MAX } else { buffer } };
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The number of values made since the last clear, those no longer reachable included.
    pub(crate) fn size(&self) -> usize {
        self.nodes.len()
    }

    /// The fault that the last failing operation left.
    #[cfg(test)]
    pub(crate) fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    pub(crate) fn take_fault(&mut self) -> Option<Fault> {
        self.fault.take()
    }

    /// The type of the first top-level value.
    pub(crate) fn first_type(&self) -> Option<Type> {
        self.node(self.first_root())?.value.kind()
    }

    /// Keeps `fault` for the application to find, and hands it on.
    fn fail<T>(&mut self, fault: Fault) -> Result<T, Fault> {
        self.fault = Some(fault.clone());
        Err(fault)
    }

    /// Whether `start` points to bytes that the tree lent.
    #[inline]
    pub(crate) fn lends(&self, start: *const u8) -> bool {
        self.text.as_ptr_range().contains(&start)
    }

    /// Keeps bytes lent before valid while `act` puts values.
    pub(crate) fn with_text_kept<R>(&mut self, act: impl FnOnce(&mut Self) -> R) -> R {
        self.outgrown = Some(Box::default());
        let result = act(self);
        self.outgrown = None;
        result
    }

    /// Makes room for `more` bytes in the byte buffer.
    #[cold]
    fn grow_text(&mut self, more: usize) {
        let Some(outgrown) = &mut self.outgrown else { return self.text.reserve(more) };
        let room = (self.text.len() + more).max(self.text.capacity().saturating_mul(2));
        let mut larger = Vec::with_capacity(room);
        larger.extend_from_slice(&self.text);
        outgrown.0.push(std::mem::replace(&mut self.text, larger));
    }

    #[inline]
    fn node(&self, index: Index) -> Option<&Node> {
        self.nodes.get(index as usize)
    }

    #[inline]
    fn node_mut(&mut self, index: Index) -> Option<&mut Node> {
        self.nodes.get_mut(index as usize)
    }

    /// The first top-level value. Overwriting happens in place, so it is always the first node made.
    #[inline]
    fn first_root(&self) -> Index {
        if self.nodes.is_empty() { NIL } else { 0 }
    }

    /// The first child of `parent`, or the first top-level value for [`NIL`].
    #[inline]
    fn first_in(&self, parent: Index) -> Index {
        if parent == NIL {
            return self.first_root();
        }
        self.node(parent).and_then(|n| n.value.children()).map_or(NIL, |c| c.first)
    }

    #[inline]
    fn current_value(&self) -> Option<&Packed> {
        self.node(self.current).map(|n| &n.value)
    }

    #[inline]
    fn current_content(&self) -> Option<Content> {
        self.current_value().map(Packed::content)
    }

    #[inline]
    fn bytes(&self, span: Span) -> &[u8] {
        let start = span.start as usize;
        self.text.get(start..start + span.len as usize).unwrap_or_else(no_bytes)
    }

    /// The bytes of a uuid or decimal128.
    #[inline]
    fn sixteen(&self, span: Span) -> [u8; 16] {
        self.bytes(span).try_into().unwrap_or_default()
    }
}

/// A span always names bytes of the buffer.
#[cold]
#[inline(never)]
fn no_bytes<'a>() -> &'a [u8] {
    &[]
}

#[cfg(test)]
mod tests;
