//! Putting values: onto the cursor's next place, over what is there.
//!
//! A value goes behind the current one (or becomes the first), takes the place of the sibling that is already
//! there, and becomes current. The children of an overwritten value are no longer reachable.

use super::node::{Children, Content, Index, NIL, Node, Span};
use super::{Data, Fault, FaultKind, Type};

/// The putters of types whose content is the value itself.
macro_rules! scalars {
    ($($put:ident $variant:ident $type:ty;)*) => {
        impl Data {
            $(
                #[inline]
                pub(crate) fn $put(&mut self, value: $type) -> Result<(), Fault> {
                    self.place(Content::$variant(value))
                }
            )*
        }
    };
}

scalars! {
    put_bool Bool bool;
    put_ubyte Ubyte u8;
    put_byte Byte i8;
    put_ushort Ushort u16;
    put_short Short i16;
    put_uint Uint u32;
    put_int Int i32;
    put_char Char u32;
    put_ulong Ulong u64;
    put_long Long i64;
    put_timestamp Timestamp i64;
    put_float Float f32;
    put_double Double f64;
    put_decimal32 Decimal32 u32;
    put_decimal64 Decimal64 u64;
}

/// The tree has all the nodes it may have.
pub(super) struct Full;

impl From<Full> for Fault {
    #[cold]
    fn from(_: Full) -> Self {
        Self::node_limit()
    }
}

impl Data {
    pub(crate) fn put_null(&mut self) -> Result<(), Fault> {
        self.place(Content::Null)
    }

    pub(crate) fn put_list(&mut self) -> Result<(), Fault> {
        self.place(Content::List(Children::NONE))
    }

    pub(crate) fn put_map(&mut self) -> Result<(), Fault> {
        self.place(Content::Map(Children::NONE))
    }

    pub(crate) fn put_described(&mut self) -> Result<(), Fault> {
        self.place(Content::Described(Children::NONE))
    }

    /// Puts an empty array; the first child put into a described one is its descriptor. Without an element type it
    /// can be looked at, but not encoded.
    pub(crate) fn put_array(&mut self, described: bool, element: Option<Type>) -> Result<(), Fault> {
        self.place(Content::Array { children: Children::NONE, described, element })
    }

    pub(crate) fn put_decimal128(&mut self, value: [u8; 16]) -> Result<(), Fault> {
        self.place(Content::Decimal128([0; 16]))?;
        self.charge(value.len())?;
        self.replace(Content::Decimal128(value));
        Ok(())
    }

    pub(crate) fn put_uuid(&mut self, value: [u8; 16]) -> Result<(), Fault> {
        self.place(Content::Uuid([0; 16]))?;
        self.charge(value.len())?;
        self.replace(Content::Uuid(value));
        Ok(())
    }

    pub(crate) fn put_binary(&mut self, value: &[u8]) -> Result<(), Fault> {
        self.place_bytes(Content::Binary, value)
    }

    pub(crate) fn put_string(&mut self, value: &[u8]) -> Result<(), Fault> {
        self.place_bytes(Content::String, value)
    }

    pub(crate) fn put_symbol(&mut self, value: &[u8]) -> Result<(), Fault> {
        self.place_bytes(Content::Symbol, value)
    }

    fn place_bytes(&mut self, content: fn(Span) -> Content, value: &[u8]) -> Result<(), Fault> {
        self.place(content(Span::EMPTY))?;
        match self.intern(value) {
            Ok(span) => {
                self.replace(content(span));
                Ok(())
            }
            Err(fault) => self.fail(fault),
        }
    }

    /// Puts `content` where the next value goes.
    #[inline]
    pub(super) fn place(&mut self, content: Content) -> Result<(), Fault> {
        let (parent, prev) = (self.parent, self.current);
        let made = self.next_index();
        match (self.node_mut(prev), made) {
            // Behind the last of several, which is the path that has to be fast.
            (Some(node), Ok(index)) if node.next == NIL => {
                node.next = index;
                self.current = index;
                if let Some(children) = self.node_mut(parent).and_then(|node| node.content.children_mut()) {
                    children.count += 1;
                }
                self.nodes.push(Node { content, parent, next: NIL, prev, complete_at: 0 });
                Ok(())
            }
            _ => self.place_elsewhere(content),
        }
    }

    /// Overwrites what comes next, or begins a new level.
    #[inline(never)]
    fn place_elsewhere(&mut self, content: Content) -> Result<(), Fault> {
        let next = self.following();
        if next != NIL {
            self.current = next;
            self.replace(content);
            return Ok(());
        }
        match self.first_node(content) {
            Ok(index) => {
                self.current = index;
                Ok(())
            }
            Err(fault) => self.fail(fault),
        }
    }

    /// Makes the first node of the level.
    fn first_node(&mut self, content: Content) -> Result<Index, Fault> {
        let index = self.next_index()?;
        let parent = self.parent;
        if let Some(node) = self.node_mut(parent) {
            let Some(children) = node.content.children_mut() else {
                return Err(Fault::new(FaultKind::Failed, "a scalar has no children"));
            };
            *children = Children { first: index, count: 1 };
        }
        self.nodes.push(Node { content, parent, next: NIL, prev: NIL, complete_at: 0 });
        Ok(index)
    }

    /// The index of the node made next, unless a limit forbids it.
    #[inline]
    pub(super) fn next_index(&self) -> Result<Index, Full> {
        match Index::try_from(self.nodes.len()) {
            Ok(index) if index < self.limits.nodes => Ok(index),
            _ => Err(Full),
        }
    }

    /// Gives the current node another content.
    #[inline]
    pub(super) fn replace(&mut self, content: Content) {
        if let Some(node) = self.node_mut(self.current) {
            node.content = content;
            node.complete_at = 0;
        }
    }

    /// Copies `bytes` into the buffer, with a NUL behind them.
    #[inline]
    pub(super) fn intern(&mut self, bytes: &[u8]) -> Result<Span, Fault> {
        self.charge_limit(bytes.len())?;
        let start = self.text.len();
        self.text.reserve(bytes.len() + 1);
        self.text.extend_from_slice(bytes);
        self.text.push(0);
        Ok(Span { start, len: bytes.len() })
    }

    /// Counts `len` bytes against the buffer limit.
    #[inline]
    pub(super) fn charge_limit(&mut self, len: usize) -> Result<(), Fault> {
        let used = self.interned.saturating_add(len);
        if used > self.limits.buffer {
            return Err(Fault::buffer_limit());
        }
        self.interned = used.saturating_add(1);
        Ok(())
    }

    fn charge(&mut self, len: usize) -> Result<(), Fault> {
        match self.charge_limit(len) {
            Ok(()) => Ok(()),
            Err(fault) => self.fail(fault),
        }
    }
}
