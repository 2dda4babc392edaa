//! The primitive types of AMQP part 1.6 and the compounds, as the value tree tells them apart.

use super::super::constructor as code;

/// The type of a value; the numbers are those that applications see as `pn_type_t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Type {
    Null = 1,
    Bool = 2,
    Ubyte = 3,
    Byte = 4,
    Ushort = 5,
    Short = 6,
    Uint = 7,
    Int = 8,
    Char = 9,
    Ulong = 10,
    Long = 11,
    Timestamp = 12,
    Float = 13,
    Double = 14,
    Decimal32 = 15,
    Decimal64 = 16,
    Decimal128 = 17,
    Uuid = 18,
    Binary = 19,
    String = 20,
    Symbol = 21,
    Described = 22,
    Array = 23,
    List = 24,
    Map = 25,
}

/// Type, application-visible name, and the widest constructor, which array elements use.
const TABLE: [(Type, &str, u8); 25] = [
    (Type::Null, "PN_NULL", code::NULL),
    (Type::Bool, "PN_BOOL", code::BOOLEAN),
    (Type::Ubyte, "PN_UBYTE", code::UBYTE),
    (Type::Byte, "PN_BYTE", code::BYTE),
    (Type::Ushort, "PN_USHORT", code::USHORT),
    (Type::Short, "PN_SHORT", code::SHORT),
    (Type::Uint, "PN_UINT", code::UINT),
    (Type::Int, "PN_INT", code::INT),
    (Type::Char, "PN_CHAR", code::CHAR),
    (Type::Ulong, "PN_ULONG", code::ULONG),
    (Type::Long, "PN_LONG", code::LONG),
    (Type::Timestamp, "PN_TIMESTAMP", code::TIMESTAMP),
    (Type::Float, "PN_FLOAT", code::FLOAT),
    (Type::Double, "PN_DOUBLE", code::DOUBLE),
    (Type::Decimal32, "PN_DECIMAL32", code::DECIMAL32),
    (Type::Decimal64, "PN_DECIMAL64", code::DECIMAL64),
    (Type::Decimal128, "PN_DECIMAL128", code::DECIMAL128),
    (Type::Uuid, "PN_UUID", code::UUID),
    (Type::Binary, "PN_BINARY", code::BINARY32),
    (Type::String, "PN_STRING", code::STRING32),
    (Type::Symbol, "PN_SYMBOL", code::SYMBOL32),
    (Type::Described, "PN_DESCRIBED", code::DESCRIBED),
    (Type::Array, "PN_ARRAY", code::ARRAY32),
    (Type::List, "PN_LIST", code::LIST32),
    (Type::Map, "PN_MAP", code::MAP32),
];

impl Type {
    /// The type with this number, if there is one.
    pub(crate) fn from_number(number: i32) -> Option<Self> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        TABLE.get(index).map(|row| row.0)
    }

    /// The number that applications see.
    #[inline]
    pub(crate) const fn number(self) -> i32 {
        self as i32
    }

    fn row(self) -> &'static (Self, &'static str, u8) {
        TABLE.get(self as usize - 1).unwrap_or(&TABLE[0])
    }

    /// The name that text forms use, such as `PN_INT`.
    pub(crate) fn name(self) -> &'static str {
        self.row().1
    }

    /// The constructor of array elements of this type.
    pub(super) fn element_constructor(self) -> u8 {
        self.row().2
    }
}

/// The name of the type with this number; `<UNKNOWN>` where there is none.
pub(crate) fn name_of(number: i32) -> &'static str {
    Type::from_number(number).map_or("<UNKNOWN>", Type::name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_found_by_its_number() {
        for (kind, name, _) in TABLE {
            assert_eq!(Type::from_number(kind.number()), Some(kind));
            assert_eq!(name_of(kind.number()), name);
        }
        assert_eq!(name_of(0), "<UNKNOWN>");
        assert_eq!(name_of(26), "<UNKNOWN>");
        assert_eq!(name_of(-1), "<UNKNOWN>");
    }
}
