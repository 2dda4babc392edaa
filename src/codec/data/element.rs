//! Array elements of another type than the array's: programs put what their language has at hand.
//!
//! The wire has one type for all elements, so numbers are turned into it as C turns one type into another, and kinds
//! of bytes into each other. Everything else is an error of the program. What the program reads back stays as put.

use super::Type;
use super::node::Content;

impl Content {
    /// The value as an element of an array of `kind`; `None` if it cannot be one.
    #[cold]
    pub(super) fn as_element(&self, kind: Type) -> Option<Self> {
        match *self {
            Self::Binary(span) | Self::String(span) | Self::Symbol(span) => Some(match kind {
                Type::Binary => Self::Binary(span),
                Type::String => Self::String(span),
                Type::Symbol => Self::Symbol(span),
                _ => return None,
            }),
            Self::Float(v) => from_float(f64::from(v), kind),
            Self::Double(v) => from_float(v, kind),
            _ => from_integer(self.integer()?, kind),
        }
    }

    /// An integer of any width, sign extended.
    fn integer(&self) -> Option<i64> {
        Some(match *self {
            Self::Bool(v) => i64::from(v),
            Self::Ubyte(v) => i64::from(v),
            Self::Byte(v) => i64::from(v),
            Self::Ushort(v) => i64::from(v),
            Self::Short(v) => i64::from(v),
            Self::Uint(v) | Self::Char(v) | Self::Decimal32(v) => i64::from(v),
            Self::Int(v) => i64::from(v),
            Self::Ulong(v) | Self::Decimal64(v) => v.cast_signed(),
            Self::Long(v) | Self::Timestamp(v) => v,
            _ => return None,
        })
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "as C turns integers into others"
)]
fn from_integer(value: i64, kind: Type) -> Option<Content> {
    Some(match kind {
        Type::Bool => Content::Bool(value != 0),
        Type::Ubyte => Content::Ubyte(value as u8),
        Type::Byte => Content::Byte(value as i8),
        Type::Ushort => Content::Ushort(value as u16),
        Type::Short => Content::Short(value as i16),
        Type::Uint => Content::Uint(value as u32),
        Type::Int => Content::Int(value as i32),
        Type::Char => Content::Char(value as u32),
        Type::Ulong => Content::Ulong(value.cast_unsigned()),
        Type::Long => Content::Long(value),
        Type::Timestamp => Content::Timestamp(value),
        Type::Float => Content::Float(value as f32),
        Type::Double => Content::Double(value as f64),
        Type::Decimal32 => Content::Decimal32(value as u32),
        Type::Decimal64 => Content::Decimal64(value.cast_unsigned()),
        _ => return None,
    })
}

#[expect(clippy::cast_possible_truncation, reason = "as C turns numbers into others")]
fn from_float(value: f64, kind: Type) -> Option<Content> {
    match kind {
        Type::Float => Some(Content::Float(value as f32)),
        Type::Double => Some(Content::Double(value)),
        _ => from_integer(value as i64, kind),
    }
}
