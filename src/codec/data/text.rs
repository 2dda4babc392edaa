//! The text form of a tree: `@open(16) [container-id="c"], {"k"=1}`.
//!
//! One walk over the nodes with a list of the open compounds, so that the time is linear and no stack is used.
//! The text is bytes, not a Rust string: a char prints as the low byte of its code point. Spec: codec.md 6.

use std::fmt::{self, Write};

use super::node::{Content, NIL, Node};
use super::number::general;
use super::{Data, Type};
use crate::codec::names::{CompositeName, composite};
use crate::codec::quote::quoted;

/// Text that is collected in a byte vector.
struct Text<'a>(&'a mut Vec<u8>);

impl Write for Text<'_> {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.0.extend_from_slice(s.as_bytes());
        Ok(())
    }
}

/// A compound whose values are being written; the outermost stands for the top level.
struct Level {
    style: Style,
    close: &'static [u8],
    /// Values passed, and of these those written.
    seen: usize,
    written: usize,
    /// For the value of a known composite type, and for the list that it is: the type.
    composite: Option<&'static CompositeName>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    List,
    Map,
    Described,
}

impl Level {
    const fn new(style: Style, close: &'static [u8]) -> Self {
        Self { style, close, seen: 0, written: 0, composite: None }
    }

    /// Writes what stands between the value before and the next one; false if the next one is left out.
    fn begin_value(&mut self, content: &Content, out: &mut Vec<u8>) -> bool {
        let index = self.seen;
        self.seen += 1;
        let fields = if self.style == Style::List { self.composite } else { None };
        if fields.is_some() && content.is_null() {
            return false;
        }
        if self.written > 0 {
            out.extend_from_slice(match self.style {
                Style::Described if index == 1 => b" ",
                Style::Map if index % 2 == 1 => b"=",
                _ => b", ",
            });
        }
        self.written += 1;
        if let Some(field) = fields.and_then(|c| c.fields.get(index)) {
            out.extend_from_slice(field.as_bytes());
            out.push(b'=');
        }
        true
    }
}

impl Data {
    /// Appends the text form of all top-level values.
    pub(crate) fn write_text(&self, out: &mut Vec<u8>) {
        let mut levels = vec![Level::new(Style::List, b"")];
        let mut at = self.first_root();
        let mut parent = NIL;
        while let Some(level) = levels.last_mut() {
            let Some(node) = self.node(at) else {
                out.extend_from_slice(level.close);
                levels.pop();
                (at, parent) = self.node(parent).map_or((NIL, NIL), |n| (n.next, n.parent));
                continue;
            };
            if level.begin_value(&node.content(), out)
                && let Some(inner) = self.open(level, node, out)
            {
                levels.push(inner);
                parent = at;
                at = self.first_in(at);
                continue;
            }
            at = node.next;
        }
    }

    /// Writes a scalar, or the beginning of a compound, whose level it gives.
    fn open(&self, level: &mut Level, node: &Node, out: &mut Vec<u8>) -> Option<Level> {
        let (begin, inner) = match node.content() {
            Content::Described(_) => ("@", Level::new(Style::Described, b"")),
            Content::List(_) => ("[", Level { composite: level.of_value(), ..Level::new(Style::List, b"]") }),
            Content::Map(_) => ("{", Level::new(Style::Map, b"}")),
            Content::Array { element, .. } => {
                out.push(b'@');
                out.extend_from_slice(element.map_or("<UNKNOWN>", Type::name).as_bytes());
                ("[", Level::new(Style::List, b"]"))
            }
            Content::Ulong(code) if level.style == Style::Described && level.seen == 1 => {
                level.composite = composite(code);
                if let Some(known) = level.composite {
                    out.extend_from_slice(known.name.as_bytes());
                    out.extend_from_slice(format!("({code})").as_bytes());
                } else {
                    self.write_scalar(&node.content(), out);
                }
                return None;
            }
            ref scalar => {
                self.write_scalar(scalar, out);
                return None;
            }
        };
        out.extend_from_slice(begin.as_bytes());
        Some(inner)
    }

    /// Appends the text of one value that is not a compound.
    pub(super) fn write_scalar(&self, content: &Content, out: &mut Vec<u8>) {
        // Writing to a vector does not fail.
        let _ = match *content {
            Content::Char(v) => {
                out.push(v.to_le_bytes()[0]);
                Ok(())
            }
            Content::Symbol(span) => {
                let bytes = self.bytes(span);
                let plain = bytes.iter().all(u8::is_ascii_alphabetic);
                out.extend_from_slice(if plain { b":" } else { b":\"" });
                let quoted = quoted(&mut Text(out), bytes);
                out.extend_from_slice(if plain { b"" } else { b"\"" });
                quoted
            }
            Content::String(span) => {
                out.push(b'"');
                let quoted = quoted(&mut Text(out), self.bytes(span));
                out.push(b'"');
                quoted
            }
            Content::Binary(span) => {
                out.extend_from_slice(b"b\"");
                let quoted = quoted(&mut Text(out), self.bytes(span));
                out.push(b'"');
                quoted
            }
            Content::Decimal128(span) => write_decimal128(&mut Text(out), &self.sixteen(span)),
            Content::Uuid(span) => write_uuid(&mut Text(out), &self.sixteen(span)),
            ref number => write_number(&mut Text(out), number),
        };
    }
}

impl Level {
    /// The composite type of which the next value is the list.
    fn of_value(&self) -> Option<&'static CompositeName> {
        if self.style == Style::Described { self.composite } else { None }
    }
}

fn write_number(out: &mut Text<'_>, content: &Content) -> fmt::Result {
    match *content {
        Content::Null | Content::Dropped(_) => out.write_str("null"),
        Content::Bool(v) => write!(out, "{v}"),
        Content::Ubyte(v) => write!(out, "{v}"),
        Content::Byte(v) => write!(out, "{v}"),
        Content::Ushort(v) => write!(out, "{v}"),
        Content::Short(v) => write!(out, "{v}"),
        Content::Uint(v) => write!(out, "{v}"),
        Content::Int(v) => write!(out, "{v}"),
        Content::Ulong(v) => write!(out, "{v}"),
        Content::Long(v) | Content::Timestamp(v) => write!(out, "{v}"),
        Content::Float(v) => general(out, f64::from(v)),
        Content::Double(v) => general(out, v),
        Content::Decimal32(v) => write!(out, "D32({v})"),
        Content::Decimal64(v) => write!(out, "D64({v})"),
        Content::Unknown(_) => out.write_str("<UNKNOWN>"),
        _ => Ok(()),
    }
}

fn write_decimal128(out: &mut Text<'_>, bytes: &[u8; 16]) -> fmt::Result {
    out.write_str("D128(")?;
    bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}"))?;
    out.write_char(')')
}

fn write_uuid(out: &mut Text<'_>, bytes: &[u8; 16]) -> fmt::Result {
    out.write_str("UUID(")?;
    for (i, byte) in bytes.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            out.write_char('-')?;
        }
        write!(out, "{byte:02x}")?;
    }
    out.write_char(')')
}
