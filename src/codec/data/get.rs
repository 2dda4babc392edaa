//! Getting the current value. Nothing is converted: a value of another type reads as zero or as nothing.

use super::node::Content;
use super::{Data, Type};

/// The getters of types whose content is the value itself.
macro_rules! scalars {
    ($($get:ident $variant:ident $type:ty;)*) => {
        impl Data {
            $(
                #[inline]
                pub(crate) fn $get(&self) -> $type {
                    match self.current_content() {
                        Some(Content::$variant(value)) => *value,
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
    get_decimal128 Decimal128 [u8; 16];
    get_uuid Uuid [u8; 16];
}

impl Data {
    pub(crate) fn is_null(&self) -> bool {
        self.current_content().is_some_and(Content::is_null)
    }

    pub(crate) fn is_described(&self) -> bool {
        matches!(self.current_content(), Some(Content::Described(_)))
    }

    #[inline]
    pub(crate) fn get_binary(&self) -> Option<&[u8]> {
        match self.current_content()? {
            Content::Binary(span) => Some(self.bytes(*span)),
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn get_string(&self) -> Option<&[u8]> {
        match self.current_content()? {
            Content::String(span) => Some(self.bytes(*span)),
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn get_symbol(&self) -> Option<&[u8]> {
        match self.current_content()? {
            Content::Symbol(span) => Some(self.bytes(*span)),
            _ => None,
        }
    }

    /// The bytes of a binary, string or symbol.
    #[inline]
    pub(crate) fn get_bytes(&self) -> Option<&[u8]> {
        match self.current_content()? {
            Content::Binary(span) | Content::String(span) | Content::Symbol(span) => Some(self.bytes(*span)),
            _ => None,
        }
    }

    /// The number of values in a list.
    pub(crate) fn get_list(&self) -> usize {
        match self.current_content() {
            Some(Content::List(children)) => children.count as usize,
            _ => 0,
        }
    }

    /// The number of keys and values in a map.
    pub(crate) fn get_map(&self) -> usize {
        match self.current_content() {
            Some(Content::Map(children)) => children.count as usize,
            _ => 0,
        }
    }

    /// The number of elements of an array, without its descriptor.
    pub(crate) fn get_array(&self) -> usize {
        match self.current_content() {
            Some(Content::Array { children, described, .. }) => {
                (children.count as usize).saturating_sub(usize::from(*described))
            }
            _ => 0,
        }
    }

    pub(crate) fn is_array_described(&self) -> bool {
        matches!(self.current_content(), Some(Content::Array { described: true, .. }))
    }

    /// The type of an array's elements.
    pub(crate) fn get_array_type(&self) -> Option<Type> {
        match self.current_content()? {
            Content::Array { element, .. } => *element,
            _ => None,
        }
    }
}
