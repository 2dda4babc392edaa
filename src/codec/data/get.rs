//! Getting the current value. Nothing is converted: a value of another type reads as zero or as nothing.

use super::node::{Children, Kind, Packed, Span};
use super::{Data, Type};

/// The getters of types whose content is the value itself.
macro_rules! scalars {
    ($($get:ident $variant:ident $type:ty;)*) => {
        impl Data {
            $(
                #[inline]
                pub(crate) fn $get(&self) -> $type {
                    match self.current_value() {
                        Some(value) if value.kind == Kind::$variant => value.get(),
                        _ => <$type>::default(),
                    }
                }
            )*
        }
    };
}

scalars! {
    get_bool Bool bool;
    get_ubyte Ubyte u8;
    get_byte Byte i8;
    get_ushort Ushort u16;
    get_short Short i16;
    get_uint Uint u32;
    get_int Int i32;
    get_char Char u32;
    get_ulong Ulong u64;
    get_long Long i64;
    get_timestamp Timestamp i64;
    get_float Float f32;
    get_double Double f64;
    get_decimal32 Decimal32 u32;
    get_decimal64 Decimal64 u64;
}

impl Data {
    #[inline]
    pub(crate) fn get_decimal128(&self) -> [u8; 16] {
        self.span_of(&[Kind::Decimal128]).map_or([0; 16], |span| self.sixteen(span))
    }

    #[inline]
    pub(crate) fn get_uuid(&self) -> [u8; 16] {
        self.span_of(&[Kind::Uuid]).map_or([0; 16], |span| self.sixteen(span))
    }

    pub(crate) fn is_null(&self) -> bool {
        self.current_value().is_some_and(Packed::is_null)
    }

    pub(crate) fn is_described(&self) -> bool {
        self.current_value().is_some_and(|value| value.kind == Kind::Described)
    }

    #[inline]
    pub(crate) fn get_binary(&self) -> Option<&[u8]> {
        self.span_of(&[Kind::Binary]).map(|span| self.bytes(span))
    }

    #[inline]
    pub(crate) fn get_string(&self) -> Option<&[u8]> {
        self.span_of(&[Kind::String]).map(|span| self.bytes(span))
    }

    #[inline]
    pub(crate) fn get_symbol(&self) -> Option<&[u8]> {
        self.span_of(&[Kind::Symbol]).map(|span| self.bytes(span))
    }

    /// The bytes of a binary, string or symbol.
    #[inline]
    pub(crate) fn get_bytes(&self) -> Option<&[u8]> {
        self.span_of(&[Kind::Binary, Kind::String, Kind::Symbol]).map(|span| self.bytes(span))
    }

    /// The span of the current value if it is of one of the `kinds`, all of which have one.
    #[inline(always)]
    fn span_of(&self, kinds: &[Kind]) -> Option<Span> {
        self.current_value().filter(|value| kinds.contains(&value.kind)).map(Packed::get)
    }

    /// The number of values in a list.
    pub(crate) fn get_list(&self) -> usize {
        self.count_of(Kind::List)
    }

    /// The number of keys and values in a map.
    pub(crate) fn get_map(&self) -> usize {
        self.count_of(Kind::Map)
    }

    /// The number of elements of an array, without its descriptor.
    pub(crate) fn get_array(&self) -> usize {
        self.count_of(Kind::Array).saturating_sub(usize::from(self.is_array_described()))
    }

    #[inline]
    fn count_of(&self, kind: Kind) -> usize {
        let value = self.current_value().filter(|value| value.kind == kind);
        value.map_or(0, |value| value.get::<Children>().count as usize)
    }

    pub(crate) fn is_array_described(&self) -> bool {
        self.current_value().is_some_and(|value| value.described)
    }

    /// The type of an array's elements.
    pub(crate) fn get_array_type(&self) -> Option<Type> {
        self.current_value()?.element
    }
}
