//! The `composite!` tables: one declaration a wire type gives its struct, its decoding and its encoding.
//!
//! Decoding is lenient as peers rely on (spec/transport.md section 4): a field that is null, missing or of another
//! type reads as its default, fields beyond the table are ignored. Encoding writes the shortest list form with
//! trailing nulls cut, straight into the output.

use crate::codec::constructor as code;
use crate::codec::{Compound, Decoded, Reader};

/// What a field type knows about its own wire form.
pub(crate) trait WireField<'a>: Sized {
    /// Reads the next value; another type than expected reads as the default.
    fn read(reader: &mut Reader<'a>) -> Decoded<Self>;

    /// Whether the field is sent as null, or left out at the end of the list.
    fn is_null(&self) -> bool;

    /// Writes a value that is not null.
    fn write(&self, out: &mut Vec<u8>);
}

/// Declares a composite type: `field: Type` in the standard's order. `Option` and `bool` fields are left out when
/// they are `None` or false; all others are always written.
macro_rules! composite {
    ($(#[$doc:meta])* $visibility:vis struct $name:ident = $code:literal {
        $($(#[$field_doc:meta])* $field:ident: $kind:ty,)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default)]
        $visibility struct $name<'a> {
            $($(#[$field_doc])* pub(crate) $field: $kind,)*
        }

        impl<'a> $name<'a> {
            /// The descriptor code.
            pub(crate) const DESCRIPTOR: u8 = $code;
            /// The fields in the standard's order.
            #[cfg(test)]
            pub(crate) const FIELDS: &'static [&'static str] = &[$(stringify!($field)),*];

            /// Reads the fields from a list's content.
            #[inline]
            pub(crate) fn decode(mut body: $crate::codec::Reader<'a>) -> $crate::codec::Decoded<Self> {
                let mut fields = Self::default();
                $(
                    if body.is_empty() {
                        return Ok(fields);
                    }
                    fields.$field = $crate::performative::composite::WireField::read(&mut body)?;
                )*
                Ok(fields)
            }

            /// Appends descriptor and list.
            #[inline]
            pub(crate) fn encode(&self, out: &mut Vec<u8>) {
                use $crate::performative::composite::{WireField, begin_list, end_list, nulls};
                let start = begin_list(out, Self::DESCRIPTOR);
                // Nulls are written when something follows them.
                let (mut seen, mut count) = (0u8, 0u8);
                $(
                    if !WireField::is_null(&self.$field) {
                        nulls(out, seen - count);
                        WireField::write(&self.$field, out);
                        count = seen + 1;
                    }
                    seen += 1;
                )*
                debug_assert!(count <= seen, "no more fields than the table has");
                end_list(out, start, count);
            }
        }

        impl<'a> $crate::performative::composite::WireField<'a> for Option<$name<'a>> {
            fn read(reader: &mut $crate::codec::Reader<'a>) -> $crate::codec::Decoded<Self> {
                match $crate::performative::composite::nested(reader, u64::from($name::DESCRIPTOR))? {
                    Some(list) => $name::decode(list.body).map(Some),
                    None => Ok(None),
                }
            }

            fn is_null(&self) -> bool {
                self.is_none()
            }

            fn write(&self, out: &mut Vec<u8>) {
                if let Some(value) = self {
                    value.encode(out);
                }
            }
        }
    };
}
pub(crate) use composite;

/// Appends a small descriptor and the head of a small list; gives where the list's content starts.
#[inline]
pub(crate) fn begin_list(out: &mut Vec<u8>, descriptor: u8) -> usize {
    out.extend_from_slice(&[code::DESCRIBED, code::SMALL_ULONG, descriptor, code::LIST8, 0, 0]);
    out.len()
}

/// Appends `count` nulls.
#[inline]
pub(crate) fn nulls(out: &mut Vec<u8>, count: u8) {
    for _ in 0..count {
        out.push(code::NULL);
    }
}

/// Completes the head of the list whose content starts at `start`; it grows if a small one does not do.
#[inline]
pub(crate) fn end_list(out: &mut Vec<u8>, start: usize, count: u8) {
    let size = out.len() - start + 1;
    match (u8::try_from(size), out.get_mut(start - 3..start)) {
        _ if count == 0 => {
            out.truncate(start - 3);
            out.push(code::LIST0);
        }
        (Ok(size), Some(head)) => head.copy_from_slice(&[code::LIST8, size, count]),
        _ => widen_list(out, start, count),
    }
}

#[cold]
fn widen_list(out: &mut Vec<u8>, start: usize, count: u8) {
    let size = u32::try_from(out.len() - start + 4).unwrap_or(u32::MAX).to_be_bytes();
    let [a, b, c, d] = size;
    out.splice(start - 3..start, [code::LIST32, a, b, c, d, 0, 0, 0, count]);
}

/// Steps over one value and, if it is a list described by `descriptor`, gives the list.
pub(crate) fn nested<'a>(reader: &mut Reader<'a>, descriptor: u64) -> Decoded<Option<Compound<'a>>> {
    let mut ahead = *reader;
    reader.skip()?;
    match ahead.descriptor() {
        Ok(found) if found == descriptor => ahead.list(),
        _ => Ok(None),
    }
}
