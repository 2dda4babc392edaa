//! The nodes of a value tree: one small, copyable record per value, linked by index.
//!
//! A node keeps its value packed: a kind and eight bytes, which are the scalar itself, a span of the tree's byte buffer
//! (there strings, symbols and binaries are followed by a NUL), or the chain of a compound's children. [`Content`] is
//! the same unpacked, for everything that need not be fast. Links are checked indices, so that a stale one reads as
//! "nothing there".

use super::types::Type;
use crate::codec::constructor as code;

/// The index of a node, or [`NIL`].
pub(super) type Index = u32;

/// No node.
pub(super) const NIL: Index = u32::MAX;

/// A piece of the tree's byte buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) len: u32,
}

impl Span {
    pub(super) const EMPTY: Self = Self { start: 0, len: 0 };

    /// The piece of `len` bytes at `start`; none beyond 4 GiB, which is what the wire can say of one value.
    #[inline(always)]
    pub(super) fn new(start: usize, len: usize) -> Option<Self> {
        u32::try_from(start.saturating_add(len)).ok()?;
        #[expect(clippy::cast_possible_truncation, reason = "checked together")]
        let span = Self { start: start as u32, len: len as u32 };
        Some(span)
    }
}

/// The chain of a compound's children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Children {
    pub(super) first: Index,
    pub(super) count: u32,
}

impl Children {
    pub(super) const NONE: Self = Self { first: NIL, count: 0 };
}

/// What sort of value a node holds; the numbers of those that are types are the types' numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Unknown = 0,
    Null = Type::Null as u8,
    Bool = Type::Bool as u8,
    Ubyte = Type::Ubyte as u8,
    Byte = Type::Byte as u8,
    Ushort = Type::Ushort as u8,
    Short = Type::Short as u8,
    Uint = Type::Uint as u8,
    Int = Type::Int as u8,
    Char = Type::Char as u8,
    Ulong = Type::Ulong as u8,
    Long = Type::Long as u8,
    Timestamp = Type::Timestamp as u8,
    Float = Type::Float as u8,
    Double = Type::Double as u8,
    Decimal32 = Type::Decimal32 as u8,
    Decimal64 = Type::Decimal64 as u8,
    Decimal128 = Type::Decimal128 as u8,
    Uuid = Type::Uuid as u8,
    Binary = Type::Binary as u8,
    String = Type::String as u8,
    Symbol = Type::Symbol as u8,
    Described = Type::Described as u8,
    Array = Type::Array as u8,
    List = Type::List as u8,
    Map = Type::Map as u8,
    Dropped,
}

impl Kind {
    /// Whether values of this kind have children.
    #[inline]
    const fn has_children(self) -> bool {
        matches!(self, Self::Described | Self::Array | Self::List | Self::Map | Self::Dropped)
    }

    /// The constructor of a few bytes of this kind.
    #[inline(always)]
    pub(super) const fn short_constructor(self) -> u8 {
        match self {
            Self::String => code::STRING8,
            Self::Symbol => code::SYMBOL8,
            _ => code::BINARY8,
        }
    }
}

/// What a node holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Content {
    Null,
    Bool(bool),
    Ubyte(u8),
    Byte(i8),
    Ushort(u16),
    Short(i16),
    Uint(u32),
    Int(i32),
    Char(u32),
    Ulong(u64),
    Long(i64),
    Timestamp(i64),
    Float(f32),
    Double(f64),
    Decimal32(u32),
    Decimal64(u64),
    /// Sixteen bytes, or none for zeros; so is a uuid.
    Decimal128(Span),
    Uuid(Span),
    Binary(Span),
    String(Span),
    Symbol(Span),
    Described(Children),
    Array {
        children: Children,
        described: bool,
        element: Option<Type>,
    },
    List(Children),
    Map(Children),
    /// A null whose children were put only to be dropped (`?` of a fill format).
    Dropped(Children),
    /// An atom of a type that does not exist, kept for the caller to see; it cannot be encoded.
    Unknown(i32),
}

impl Content {
    /// The children of a compound; also those that a dropped null is still collecting.
    pub(super) const fn children(&self) -> Option<Children> {
        match *self {
            Self::Described(c) | Self::List(c) | Self::Map(c) | Self::Dropped(c) => Some(c),
            Self::Array { children, .. } => Some(children),
            _ => None,
        }
    }

    pub(super) const fn is_null(&self) -> bool {
        matches!(self, Self::Null | Self::Dropped(_))
    }
}

/// A value as eight bytes.
pub(super) trait Bits {
    fn to_bits(self) -> u64;
    fn from_bits(bits: u64) -> Self;
}

/// The integers, whose value is in the low bytes.
macro_rules! integers {
    ($($type:ty)*) => {$(
        impl Bits for $type {
            #[inline(always)]
            #[allow(clippy::cast_lossless, clippy::cast_sign_loss, reason = "one body for all integers")]
            fn to_bits(self) -> u64 {
                self as u64
            }

            #[inline(always)]
            #[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "undoes `to_bits`")]
            fn from_bits(bits: u64) -> Self {
                bits as Self
            }
        }
    )*};
}

integers! { u8 i8 u16 i16 u32 i32 u64 i64 }

impl Bits for bool {
    #[inline(always)]
    fn to_bits(self) -> u64 {
        u64::from(self)
    }

    #[inline(always)]
    fn from_bits(bits: u64) -> Self {
        bits != 0
    }
}

impl Bits for f32 {
    #[inline(always)]
    fn to_bits(self) -> u64 {
        u64::from(Self::to_bits(self))
    }

    #[inline(always)]
    fn from_bits(bits: u64) -> Self {
        Self::from_bits(u32::from_bits(bits))
    }
}

impl Bits for f64 {
    #[inline(always)]
    fn to_bits(self) -> u64 {
        Self::to_bits(self)
    }

    #[inline(always)]
    fn from_bits(bits: u64) -> Self {
        Self::from_bits(bits)
    }
}

impl Bits for Span {
    #[inline(always)]
    fn to_bits(self) -> u64 {
        u64::from(self.start) | u64::from(self.len) << 32
    }

    #[inline(always)]
    fn from_bits(bits: u64) -> Self {
        Self { start: u32::from_bits(bits), len: u32::from_bits(bits >> 32) }
    }
}

impl Bits for Children {
    #[inline(always)]
    fn to_bits(self) -> u64 {
        u64::from(self.first) | u64::from(self.count) << 32
    }

    #[inline(always)]
    fn from_bits(bits: u64) -> Self {
        Self { first: u32::from_bits(bits), count: u32::from_bits(bits >> 32) }
    }
}

/// A content in twelve bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packed {
    pub(super) kind: Kind,
    /// Of an array: whether it has a descriptor, and the type of its elements.
    pub(super) described: bool,
    pub(super) element: Option<Type>,
    /// A fill format leaves this value by itself once it has that many children; 0 means never.
    pub(super) complete_at: u8,
    /// The halves of the bits; of a compound, its first child and how many there are.
    low: u32,
    high: u32,
}

impl Packed {
    pub(super) const NULL: Self =
        Self { kind: Kind::Null, described: false, element: None, complete_at: 0, low: 0, high: 0 };

    #[inline(always)]
    pub(super) fn new(kind: Kind, value: impl Bits) -> Self {
        let bits = value.to_bits();
        Self { kind, low: u32::from_bits(bits), high: u32::from_bits(bits >> 32), ..Self::NULL }
    }

    /// An empty array.
    pub(super) fn array(described: bool, element: Option<Type>) -> Self {
        Self { described, element, ..Self::new(Kind::Array, Children::NONE) }
    }

    /// The value, which is of the type that the kind stands for.
    #[inline(always)]
    pub(super) fn get<T: Bits>(&self) -> T {
        T::from_bits(u64::from(self.low) | u64::from(self.high) << 32)
    }

    /// The children of a compound; also those that a dropped null is still collecting.
    #[inline(always)]
    pub(super) fn children(&self) -> Option<Children> {
        self.kind.has_children().then(|| self.get())
    }

    /// Changes the children of a compound; false if it is none.
    #[inline(always)]
    pub(super) fn set_children(&mut self, children: Children) -> bool {
        if self.kind.has_children() {
            (self.low, self.high) = (children.first, children.count);
        }
        self.kind.has_children()
    }

    /// Counts one child more, if it is a compound.
    #[inline(always)]
    pub(super) fn count_child(&mut self) {
        if self.kind.has_children() {
            self.high = self.high.wrapping_add(1);
        }
    }

    #[inline]
    pub(super) const fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null | Kind::Dropped)
    }
}

/// Both directions between the packed and the unpacked form of all that is one value.
macro_rules! contents {
    ($($variant:ident)*) => {
        impl From<Content> for Packed {
            #[inline]
            fn from(content: Content) -> Self {
                match content {
                    Content::Null => Self::NULL,
                    $(Content::$variant(value) => Self::new(Kind::$variant, value),)*
                    Content::Array { children, described, element } => {
                        Self { described, element, ..Self::new(Kind::Array, children) }
                    }
                }
            }
        }

        impl Packed {
            #[inline]
            pub(super) fn content(&self) -> Content {
                match self.kind {
                    Kind::Null => Content::Null,
                    $(Kind::$variant => Content::$variant(self.get()),)*
                    Kind::Array => Content::Array {
                        children: self.get(),
                        described: self.described,
                        element: self.element,
                    },
                }
            }

            /// The value's type; `None` for one that does not exist.
            #[inline]
            pub(super) fn kind(&self) -> Option<Type> {
                Type::from_number(self.type_number())
            }
        }
    };
}

contents! {
    Bool Ubyte Byte Ushort Short Uint Int Char Ulong Long Timestamp Float Double Decimal32 Decimal64 Decimal128 Uuid
    Binary String Symbol Described List Map Dropped Unknown
}

impl Packed {
    /// The number of the value's type, which may be one that does not exist.
    #[inline]
    pub(super) fn type_number(&self) -> i32 {
        match self.kind {
            Kind::Unknown | Kind::Dropped => self.odd_type_number(),
            kind => kind as i32,
        }
    }

    #[cold]
    fn odd_type_number(&self) -> i32 {
        if self.kind == Kind::Unknown { self.get() } else { Type::Null.number() }
    }
}

/// One value and its place in the tree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) value: Packed,
    pub(super) parent: Index,
    pub(super) next: Index,
    pub(super) prev: Index,
}

impl Node {
    #[inline]
    pub(super) fn content(&self) -> Content {
        self.value.content()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_stays_small() {
        assert!(size_of::<Node>() <= 24);
    }

    #[test]
    fn packing_keeps_every_value() {
        let children = Children { first: 3, count: u32::MAX };
        for content in [
            Content::Null,
            Content::Bool(true),
            Content::Byte(-1),
            Content::Short(i16::MIN),
            Content::Int(-5),
            Content::Long(i64::MIN),
            Content::Ulong(u64::MAX),
            Content::Float(-0.5),
            Content::Double(f64::MIN_POSITIVE),
            Content::Symbol(Span { start: u32::MAX, len: 7 }),
            Content::Array { children, described: true, element: Some(Type::Uuid) },
            Content::Dropped(children),
            Content::Unknown(-100),
        ] {
            assert_eq!(Packed::from(content).content(), content);
        }
    }
}
