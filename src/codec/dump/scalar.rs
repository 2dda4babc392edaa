//! Values that hold no others, in the forms of a frame trace.

use std::fmt::{self, Write};

use crate::codec::constructor as code;
use crate::codec::data::general;
use crate::codec::quote::quoted;

/// Appends the value that the constructor `code` makes of `content`, which has the width that `code` promises. Of a
/// long string no more is written than brings `out` past `limit`.
pub(super) fn write_scalar(out: &mut String, code: u8, content: &[u8], limit: usize) {
    let room = limit.saturating_sub(out.len()).min(content.len());
    // Writing to a string does not fail.
    let _ = match code {
        code::BINARY8 | code::BINARY32 => write_quoted(out, "b\"", content, room),
        code::STRING8 | code::STRING32 => write_quoted(out, "\"", content, room),
        code::SYMBOL8 | code::SYMBOL32 if is_plain_symbol(content) => write_plain(out, content, room),
        code::SYMBOL8 | code::SYMBOL32 => write_quoted(out, ":\"", content, room),
        _ => write_fixed(out, code, content),
    };
}

fn write_fixed(out: &mut String, code: u8, content: &[u8]) -> fmt::Result {
    match code {
        code::NULL => out.write_str("null"),
        code::TRUE => out.write_str("true"),
        code::FALSE => out.write_str("false"),
        code::BOOLEAN => write!(out, "{}", unsigned(content) != 0),
        code::UINT0 | code::ULONG0 => out.write_str("0x0"),
        code::UBYTE | code::USHORT | code::SMALL_UINT | code::UINT | code::SMALL_ULONG | code::ULONG => {
            write!(out, "{:#x}", unsigned(content))
        }
        code::BYTE
        | code::SHORT
        | code::SMALL_INT
        | code::INT
        | code::SMALL_LONG
        | code::LONG
        | code::TIMESTAMP => write!(out, "{}", signed(content)),
        code::FLOAT => general(out, content.try_into().map_or(0.0, |bytes| f32::from_be_bytes(bytes).into())),
        code::DOUBLE => general(out, content.try_into().map_or(0.0, f64::from_be_bytes)),
        code::CHAR => write_char(out, content.last().copied().unwrap_or_default()),
        code::DECIMAL32 => write!(out, "D32({:04x})", unsigned(content)),
        code::DECIMAL64 => write!(out, "D64({:08x})", unsigned(content)),
        code::DECIMAL128 => {
            out.write_str("D128(")?;
            write_hex(out, content)?;
            out.write_str(")")
        }
        code::UUID => write_uuid(out, content),
        _ => out.write_str("!!"),
    }
}

/// The name of a type as an array's element type, by its constructor.
pub(super) fn element_name(code: u8) -> Option<&'static str> {
    Some(match code {
        code::NULL => "null",
        code::TRUE => "true",
        code::FALSE => "false",
        code::BOOLEAN => "bool",
        code::UBYTE => "ubyte",
        code::BYTE => "byte",
        code::USHORT => "ushort",
        code::SHORT => "short",
        code::UINT0 | code::SMALL_UINT | code::UINT => "uint",
        code::SMALL_INT | code::INT => "int",
        code::ULONG0 | code::SMALL_ULONG | code::ULONG => "ulong",
        code::SMALL_LONG | code::LONG => "long",
        code::FLOAT => "float",
        code::DOUBLE => "double",
        code::CHAR => "char",
        code::DECIMAL32 => "decimal32",
        code::DECIMAL64 => "decimal64",
        code::DECIMAL128 => "decimal128",
        code::UUID => "uuid",
        code::TIMESTAMP => "timestamp",
        code::BINARY8 | code::BINARY32 => "binary",
        code::STRING8 | code::STRING32 => "string",
        code::SYMBOL8 | code::SYMBOL32 => "symbol",
        code::LIST0 | code::LIST8 | code::LIST32 => "list",
        code::MAP8 | code::MAP32 => "map",
        code::ARRAY8 | code::ARRAY32 => "array",
        _ => return None,
    })
}

/// Writes the first `room` bytes between `begin` and a quote.
fn write_quoted(out: &mut String, begin: &str, content: &[u8], room: usize) -> fmt::Result {
    out.write_str(begin)?;
    quoted(out, content.get(..room).unwrap_or(content))?;
    out.write_str("\"")
}

fn write_plain(out: &mut String, content: &[u8], room: usize) -> fmt::Result {
    out.write_str(":")?;
    quoted(out, content.get(..room).unwrap_or(content))
}

/// A symbol that needs no quotes: a letter, then letters, digits and hyphens.
fn is_plain_symbol(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

/// A char shows as the low byte of its code point, as in the text form of trees.
fn write_char(out: &mut String, byte: u8) -> fmt::Result {
    match byte {
        0x20..=0x7e => out.write_char(byte.into()),
        _ => write!(out, "\\x{byte:02x}"),
    }
}

fn write_uuid(out: &mut String, content: &[u8]) -> fmt::Result {
    out.write_str("UUID(")?;
    for (index, byte) in content.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            out.write_str("-")?;
        }
        write!(out, "{byte:02x}")?;
    }
    out.write_str(")")
}

fn write_hex(out: &mut String, content: &[u8]) -> fmt::Result {
    content.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
}

fn unsigned(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

fn signed(bytes: &[u8]) -> i64 {
    let sign = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
    bytes.iter().fold(sign, |value, &byte| value << 8 | i64::from(byte))
}
