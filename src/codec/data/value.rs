//! One value on its own, outside any tree: what an application puts and gets when the type is not known beforehand.

use super::Data;
use super::fault::Fault;
use super::node::{Children, Content, Kind};
use super::types::Type;

/// A scalar with its content, or the mere type of a compound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
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
    Binary(&'a [u8]),
    String(&'a [u8]),
    Symbol(&'a [u8]),
    Described,
    Array,
    List,
    Map,
    /// A type number that means nothing.
    Unknown(i32),
}

/// What there is of a value besides its type.
pub(crate) enum Raw<'a> {
    /// Nothing: it is null, or a compound.
    Nothing,
    /// An integer, sign extended, or the bits of a number.
    Bits(u64),
    Sixteen([u8; 16]),
    Bytes(&'a [u8]),
}

impl Data {
    /// Puts a scalar, or an empty compound.
    pub(crate) fn put(&mut self, value: Value<'_>) -> Result<(), Fault> {
        let content = match value {
            Value::Null => Content::Null,
            Value::Bool(v) => Content::Bool(v),
            Value::Ubyte(v) => Content::Ubyte(v),
            Value::Byte(v) => Content::Byte(v),
            Value::Ushort(v) => Content::Ushort(v),
            Value::Short(v) => Content::Short(v),
            Value::Uint(v) => Content::Uint(v),
            Value::Int(v) => Content::Int(v),
            Value::Char(v) => Content::Char(v),
            Value::Ulong(v) => Content::Ulong(v),
            Value::Long(v) => Content::Long(v),
            Value::Timestamp(v) => Content::Timestamp(v),
            Value::Float(v) => Content::Float(v),
            Value::Double(v) => Content::Double(v),
            Value::Decimal32(v) => Content::Decimal32(v),
            Value::Decimal64(v) => Content::Decimal64(v),
            Value::Decimal128(v) => return self.put_decimal128(v),
            Value::Uuid(v) => return self.put_uuid(v),
            Value::Binary(v) => return self.put_binary(v),
            Value::String(v) => return self.put_string(v),
            Value::Symbol(v) => return self.put_symbol(v),
            Value::Described => Content::Described(Children::NONE),
            Value::Array => Content::Array { children: Children::NONE, described: false, element: None },
            Value::List => Content::List(Children::NONE),
            Value::Map => Content::Map(Children::NONE),
            Value::Unknown(number) => Content::Unknown(number),
        };
        self.place(content.into())
    }

    /// The current value as its bits, for those who know what to make of its type.
    #[inline]
    pub(crate) fn raw(&self) -> Raw<'_> {
        let Some(value) = self.current_value() else { return Raw::Nothing };
        match value.kind {
            Kind::Null | Kind::Dropped | Kind::Unknown => Raw::Nothing,
            Kind::Described | Kind::Array | Kind::List | Kind::Map => Raw::Nothing,
            Kind::Binary | Kind::String | Kind::Symbol => Raw::Bytes(self.bytes(value.get())),
            Kind::Decimal128 | Kind::Uuid => Raw::Sixteen(self.sixteen(value.get())),
            _ => Raw::Bits(value.get()),
        }
    }

    /// The current value; null when there is none.
    #[inline(always)]
    pub(crate) fn value(&self) -> Value<'_> {
        self.current_content().map_or(Value::Null, |content| self.lend(&content))
    }

    /// `content` with its bytes.
    #[inline(always)]
    pub(super) fn lend(&self, content: &Content) -> Value<'_> {
        match *content {
            Content::Null | Content::Dropped(_) => Value::Null,
            Content::Bool(v) => Value::Bool(v),
            Content::Ubyte(v) => Value::Ubyte(v),
            Content::Byte(v) => Value::Byte(v),
            Content::Ushort(v) => Value::Ushort(v),
            Content::Short(v) => Value::Short(v),
            Content::Uint(v) => Value::Uint(v),
            Content::Int(v) => Value::Int(v),
            Content::Char(v) => Value::Char(v),
            Content::Ulong(v) => Value::Ulong(v),
            Content::Long(v) => Value::Long(v),
            Content::Timestamp(v) => Value::Timestamp(v),
            Content::Float(v) => Value::Float(v),
            Content::Double(v) => Value::Double(v),
            Content::Decimal32(v) => Value::Decimal32(v),
            Content::Decimal64(v) => Value::Decimal64(v),
            Content::Decimal128(span) => Value::Decimal128(self.sixteen(span)),
            Content::Uuid(span) => Value::Uuid(self.sixteen(span)),
            Content::Binary(span) => Value::Binary(self.bytes(span)),
            Content::String(span) => Value::String(self.bytes(span)),
            Content::Symbol(span) => Value::Symbol(self.bytes(span)),
            Content::Described(_) => Value::Described,
            Content::Array { .. } => Value::Array,
            Content::List(_) => Value::List,
            Content::Map(_) => Value::Map,
            Content::Unknown(number) => Value::Unknown(number),
        }
    }
}

impl<'a> Value<'a> {
    /// The bytes of a binary, string or symbol.
    pub(crate) const fn bytes(&self) -> Option<&'a [u8]> {
        match *self {
            Value::Binary(v) | Value::String(v) | Value::Symbol(v) => Some(v),
            _ => None,
        }
    }

    /// The same with other bytes, if it has any.
    pub(crate) const fn with_bytes<'b>(self, bytes: &'b [u8]) -> Value<'b>
    where
        'a: 'b,
    {
        match self {
            Value::Binary(_) => Value::Binary(bytes),
            Value::String(_) => Value::String(bytes),
            Value::Symbol(_) => Value::Symbol(bytes),
            other => other,
        }
    }

    /// The value's type; `None` for one that does not exist.
    #[cfg(test)]
    pub(crate) fn kind(&self) -> Option<Type> {
        Type::from_number(self.type_number())
    }

    /// The type's number, whether it exists or not.
    pub(crate) const fn type_number(&self) -> i32 {
        match self {
            Value::Null => Type::Null.number(),
            Value::Bool(_) => Type::Bool.number(),
            Value::Ubyte(_) => Type::Ubyte.number(),
            Value::Byte(_) => Type::Byte.number(),
            Value::Ushort(_) => Type::Ushort.number(),
            Value::Short(_) => Type::Short.number(),
            Value::Uint(_) => Type::Uint.number(),
            Value::Int(_) => Type::Int.number(),
            Value::Char(_) => Type::Char.number(),
            Value::Ulong(_) => Type::Ulong.number(),
            Value::Long(_) => Type::Long.number(),
            Value::Timestamp(_) => Type::Timestamp.number(),
            Value::Float(_) => Type::Float.number(),
            Value::Double(_) => Type::Double.number(),
            Value::Decimal32(_) => Type::Decimal32.number(),
            Value::Decimal64(_) => Type::Decimal64.number(),
            Value::Decimal128(_) => Type::Decimal128.number(),
            Value::Uuid(_) => Type::Uuid.number(),
            Value::Binary(_) => Type::Binary.number(),
            Value::String(_) => Type::String.number(),
            Value::Symbol(_) => Type::Symbol.number(),
            Value::Described => Type::Described.number(),
            Value::Array => Type::Array.number(),
            Value::List => Type::List.number(),
            Value::Map => Type::Map.number(),
            Value::Unknown(number) => *number,
        }
    }
}
