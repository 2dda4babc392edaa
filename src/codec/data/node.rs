//! The nodes of a value tree: one small, copyable record per value, linked by index.
//!
//! A scalar lives inside its node; strings, symbols and binaries are spans of the tree's one byte buffer, where
//! each is followed by a NUL. Links are checked indices, so that a stale one reads as "nothing there".

use super::types::Type;

/// The index of a node, or [`NIL`].
pub(super) type Index = u32;

/// No node.
pub(super) const NIL: Index = u32::MAX;

/// A piece of the tree's byte buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) len: usize,
}

impl Span {
    pub(super) const EMPTY: Self = Self { start: 0, len: 0 };
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

/// What a node holds, in the order of the type numbers.
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
    Decimal128([u8; 16]),
    Uuid([u8; 16]),
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
    /// The value's type; `None` for one that does not exist.
    #[inline]
    pub(super) const fn kind(&self) -> Option<Type> {
        Some(match self {
            Self::Null | Self::Dropped(_) => Type::Null,
            Self::Bool(_) => Type::Bool,
            Self::Ubyte(_) => Type::Ubyte,
            Self::Byte(_) => Type::Byte,
            Self::Ushort(_) => Type::Ushort,
            Self::Short(_) => Type::Short,
            Self::Uint(_) => Type::Uint,
            Self::Int(_) => Type::Int,
            Self::Char(_) => Type::Char,
            Self::Ulong(_) => Type::Ulong,
            Self::Long(_) => Type::Long,
            Self::Timestamp(_) => Type::Timestamp,
            Self::Float(_) => Type::Float,
            Self::Double(_) => Type::Double,
            Self::Decimal32(_) => Type::Decimal32,
            Self::Decimal64(_) => Type::Decimal64,
            Self::Decimal128(_) => Type::Decimal128,
            Self::Uuid(_) => Type::Uuid,
            Self::Binary(_) => Type::Binary,
            Self::String(_) => Type::String,
            Self::Symbol(_) => Type::Symbol,
            Self::Described(_) => Type::Described,
            Self::Array { .. } => Type::Array,
            Self::List(_) => Type::List,
            Self::Map(_) => Type::Map,
            Self::Unknown(_) => return None,
        })
    }

    /// The children of a compound; also those that a dropped null is still collecting.
    #[inline]
    pub(super) const fn children(&self) -> Option<&Children> {
        match self {
            Self::Described(c) | Self::List(c) | Self::Map(c) | Self::Dropped(c) => Some(c),
            Self::Array { children, .. } => Some(children),
            _ => None,
        }
    }

    #[inline]
    pub(super) const fn children_mut(&mut self) -> Option<&mut Children> {
        match self {
            Self::Described(c) | Self::List(c) | Self::Map(c) | Self::Dropped(c) => Some(c),
            Self::Array { children, .. } => Some(children),
            _ => None,
        }
    }

    pub(super) const fn is_null(&self) -> bool {
        matches!(self, Self::Null | Self::Dropped(_))
    }
}

/// One value and its place in the tree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) content: Content,
    pub(super) parent: Index,
    pub(super) next: Index,
    pub(super) prev: Index,
    /// A fill format leaves this value by itself once it has that many children; 0 means never.
    pub(super) complete_at: u8,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_stays_small() {
        assert!(size_of::<Node>() <= 40);
    }
}
