//! Putting values: onto the cursor's next place, over what is there.
//!
//! A value goes behind the current one (or becomes the first), takes the place of the sibling that is already
//! there, and becomes current. The children of an overwritten value are no longer reachable.

use super::node::{Children, Index, Kind, NIL, Node, Packed, Span};
use super::{Data, Fault, FaultKind, Type};

/// The putters of types whose content is the value itself.
macro_rules! scalars {
    ($($put:ident $variant:ident $type:ty;)*) => {
        impl Data {
            $(
                #[inline]
                pub(crate) fn $put(&mut self, value: $type) -> Result<(), Fault> {
                    self.place(Packed::new(Kind::$variant, value))
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

/// Room for the nodes of a small tree.
const FIRST_NODES: usize = 8;

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
        self.place(Packed::NULL)
    }

    pub(crate) fn put_list(&mut self) -> Result<(), Fault> {
        self.place(Packed::new(Kind::List, Children::NONE))
    }

    pub(crate) fn put_map(&mut self) -> Result<(), Fault> {
        self.place(Packed::new(Kind::Map, Children::NONE))
    }

    pub(crate) fn put_described(&mut self) -> Result<(), Fault> {
        self.place(Packed::new(Kind::Described, Children::NONE))
    }

    /// Puts an empty array; the first child put into a described one is its descriptor. Without an element type it
    /// can be looked at, but not encoded.
    pub(crate) fn put_array(&mut self, described: bool, element: Option<Type>) -> Result<(), Fault> {
        self.place(Packed::array(described, element))
    }

    pub(crate) fn put_decimal128(&mut self, value: [u8; 16]) -> Result<(), Fault> {
        self.place_bytes(Kind::Decimal128, &value)
    }

    pub(crate) fn put_uuid(&mut self, value: [u8; 16]) -> Result<(), Fault> {
        self.place_bytes(Kind::Uuid, &value)
    }

    pub(crate) fn put_binary(&mut self, value: &[u8]) -> Result<(), Fault> {
        self.place_bytes(Kind::Binary, value)
    }

    pub(crate) fn put_string(&mut self, value: &[u8]) -> Result<(), Fault> {
        self.place_bytes(Kind::String, value)
    }

    pub(crate) fn put_symbol(&mut self, value: &[u8]) -> Result<(), Fault> {
        self.place_bytes(Kind::Symbol, value)
    }

    #[inline(never)]
    fn place_bytes(&mut self, kind: Kind, value: &[u8]) -> Result<(), Fault> {
        match self.intern(value) {
            Ok(span) if self.place_behind(Packed::new(kind, span)) => Ok(()),
            interned => self.place_interned(kind, interned),
        }
    }

    /// Bytes beyond the limit leave a value without any; a value beyond the limit leaves no bytes.
    #[inline(never)]
    fn place_interned(&mut self, kind: Kind, interned: Result<Span, Fault>) -> Result<(), Fault> {
        let span = match interned {
            Ok(span) => span,
            Err(fault) => {
                self.place(Packed::new(kind, Span::EMPTY))?;
                return self.fail(fault);
            }
        };
        let placed = self.place(Packed::new(kind, span));
        if placed.is_err() {
            self.text.truncate(span.start as usize);
            self.interned -= span.len as usize + 1;
        }
        placed
    }

    /// Puts `value` where the next value goes.
    #[inline]
    pub(super) fn place(&mut self, value: Packed) -> Result<(), Fault> {
        if self.place_behind(value) {
            return Ok(());
        }
        self.place_elsewhere(value.kind, value.get())?;
        if value.kind == Kind::Array {
            self.replace(value);
        }
        Ok(())
    }

    /// Puts `value` behind the current value if that is the last of its level and memory is at hand, which is the
    /// path that has to be fast; false if not.
    #[inline(always)]
    fn place_behind(&mut self, value: Packed) -> bool {
        let (parent, prev) = (self.parent, self.current);
        let has_room = self.nodes.len() < self.nodes.capacity();
        let Ok(index) = self.next_index() else { return false };
        let Some(node) = self.node_mut(prev) else { return false };
        if node.next != NIL || !has_room {
            return false;
        }
        node.next = index;
        self.current = index;
        if let Some(node) = self.node_mut(parent) {
            node.value.count_child();
        }
        self.nodes.push(Node { value, parent, next: NIL, prev });
        true
    }

    /// Makes room for a node; puts a value over what comes next, or begins a new level with it.
    #[inline(never)]
    fn place_elsewhere(&mut self, kind: Kind, bits: u64) -> Result<(), Fault> {
        let value = Packed::new(kind, bits);
        if self.nodes.len() == self.nodes.capacity() {
            self.nodes.reserve(FIRST_NODES);
            if self.place_behind(value) {
                return Ok(());
            }
        }
        let next = self.following();
        if next != NIL {
            self.current = next;
            self.replace(value);
            return Ok(());
        }
        match self.first_node(value) {
            Ok(index) => {
                self.current = index;
                Ok(())
            }
            Err(fault) => self.fail(fault),
        }
    }

    /// Makes the first node of the level.
    fn first_node(&mut self, value: Packed) -> Result<Index, Fault> {
        let index = self.next_index()?;
        let parent = self.parent;
        if let Some(node) = self.node_mut(parent)
            && !node.value.set_children(Children { first: index, count: 1 })
        {
            return Err(Fault::new(FaultKind::Failed, "a scalar has no children"));
        }
        self.nodes.push(Node { value, parent, next: NIL, prev: NIL });
        Ok(index)
    }

    /// The index of the node made next, unless a limit forbids it.
    #[inline]
    pub(super) fn next_index(&self) -> Result<Index, Full> {
        let made = self.nodes.len();
        if made >= self.limits.nodes as usize {
            return Err(Full);
        }
        #[expect(clippy::cast_possible_truncation, reason = "the limit is an index")]
        Ok(made as Index)
    }

    /// Gives the current node another value.
    #[inline]
    pub(super) fn replace(&mut self, value: Packed) {
        if let Some(node) = self.node_mut(self.current) {
            node.value = value;
        }
    }

    /// Copies `bytes` into the buffer, with a NUL behind them.
    #[inline(always)]
    pub(super) fn intern(&mut self, bytes: &[u8]) -> Result<Span, Fault> {
        self.charge_limit(bytes.len())?;
        let span = Span::new(self.text.len(), bytes.len()).ok_or_else(Fault::buffer_limit)?;
        if self.text.capacity() - self.text.len() <= bytes.len() {
            self.grow_text(bytes.len() + 1);
        }
        self.text.extend_from_slice(bytes);
        self.text.push(0);
        Ok(span)
    }

    /// Counts `len` bytes against the buffer limit.
    #[inline]
    pub(super) fn charge_limit(&mut self, len: usize) -> Result<(), Fault> {
        let used = self.interned + len;
        if used > self.limits.buffer {
            return Err(Fault::buffer_limit());
        }
        self.interned = used + 1;
        Ok(())
    }
}
