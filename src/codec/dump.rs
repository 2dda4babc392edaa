//! The text of encoded values in a frame trace: `@begin(17) [next-outgoing-id=0x0, incoming-window=0x7fffffff]`.
//!
//! Works on any bytes: what is cut short or undefined shows as `!!`, a wrong count as `<actual!=stated>`. One pass with
//! a cursor and a short list of the open compounds; nesting deeper than that list shows as `...`. All text is
//! ASCII. The forms differ from those of a tree (`data::text`): spec/codec.md section 9.

mod scalar;

use super::constructor::{self as code, Width};
use super::names::{CompositeName, composite};
use super::reader::Reader;
use scalar::{element_name, write_scalar};

/// Appends the text of the value that `bytes` start with, and gives the bytes it takes (all of them if it is cut
/// short or broken).
#[cfg(test)]
pub(crate) fn dump(out: &mut String, bytes: &[u8]) -> usize {
    dump_within(out, bytes, usize::MAX)
}

/// The same, but stops when `out` is `limit` bytes long.
pub(crate) fn dump_within(out: &mut String, bytes: &[u8], limit: usize) -> usize {
    let limit = limit.max(out.len());
    let mut dump = Dump { bytes, at: 0, out, limit, levels: Vec::new() };
    dump.value(Shape::Plain);
    while dump.out.len() < limit && dump.step() {}
    out.truncate(limit);
    let mut whole = Reader::new(bytes);
    whole.skip().map_or(bytes.len(), |()| whole.offset())
}

struct Dump<'a, 'o> {
    bytes: &'a [u8],
    at: usize,
    out: &'o mut String,
    limit: usize,
    levels: Vec<Level>,
}

/// A value of which only a part has been written.
struct Level {
    style: Style,
    /// Where its bytes end.
    end: usize,
    /// Elements as the peer says, and as found; for a described value the parts begun.
    stated: u32,
    seen: u32,
    /// Whether an element has been written, so that the next one needs a separator.
    begun: bool,
}

#[derive(Clone, Copy)]
enum Style {
    List(Shape),
    Map,
    /// With the constructor of all its elements.
    Array(u8),
    /// With what the descriptor says of the value.
    Described(Shape),
}

/// What a descriptor says of the list that it describes.
#[derive(Clone, Copy)]
enum Shape {
    /// Nothing.
    Plain,
    /// It is a composite: nulls are fields that are not there. Fields have names if the type is known.
    Composite(Option<&'static CompositeName>),
}

impl<'a> Dump<'a, '_> {
    /// Where the innermost open value ends.
    fn end(&self) -> usize {
        self.levels.last().map_or(self.bytes.len(), |level| level.end)
    }

    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Consumes `n` bytes of the innermost open value.
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let to = self.at.checked_add(n).filter(|&to| to <= self.end())?;
        let taken = self.bytes.get(self.at..to)?;
        self.at = to;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    /// Consumes a size or count of one byte or four.
    fn number(&mut self, wide: bool) -> Option<u32> {
        let bytes = self.take(if wide { 4 } else { 1 })?;
        Some(bytes.iter().fold(0, |value, &byte| value << 8 | u32::from(byte)))
    }

    /// What cannot be read ends the value around it.
    fn broken(&mut self) {
        self.text("!!");
        self.at = self.end();
    }

    /// Writes the next piece of the innermost open value; false when none is open.
    fn step(&mut self) -> bool {
        let (at, end) = (self.at, self.end());
        let Some(level) = self.levels.last_mut() else { return false };
        match level.style {
            Style::Described(shape) => {
                level.seen += 1;
                match level.seen {
                    1 => self.descriptor(),
                    2 => {
                        self.text(" ");
                        self.value(shape);
                    }
                    _ => drop(self.levels.pop()),
                }
            }
            _ if at >= end => self.close(),
            Style::List(shape) => self.list_element(shape),
            Style::Map => self.map_element(),
            Style::Array(code) => {
                level.seen += 1;
                if std::mem::replace(&mut level.begun, true) {
                    self.text(", ");
                }
                self.content(code, Shape::Plain);
            }
        }
        true
    }

    fn list_element(&mut self, shape: Shape) {
        let Some(level) = self.levels.last_mut() else { return };
        let index = level.seen as usize;
        level.seen += 1;
        if matches!(shape, Shape::Composite(_)) && self.bytes.get(self.at) == Some(&code::NULL) {
            self.at += 1;
            return;
        }
        if std::mem::replace(&mut level.begun, true) {
            self.text(", ");
        }
        if let Shape::Composite(Some(known)) = shape
            && let Some(field) = known.fields.get(index)
        {
            self.text(field);
            self.text("=");
        }
        self.value(Shape::Plain);
    }

    fn map_element(&mut self) {
        let Some(level) = self.levels.last_mut() else { return };
        let is_value = level.seen % 2 == 1;
        level.seen += 1;
        if std::mem::replace(&mut level.begun, true) {
            self.text(if is_value { "=" } else { ", " });
        }
        self.value(Shape::Plain);
    }

    /// Ends a compound.
    fn close(&mut self) {
        let Some(Level { style, seen, stated, .. }) = self.levels.pop() else { return };
        self.text(if matches!(style, Style::Map) { "}" } else { "]" });
        if seen != stated {
            self.text(&format!("<{seen}!={stated}>"));
        }
    }

    /// Writes a descriptor. A number names the type that follows; anything else is shown as the value that it is.
    fn descriptor(&mut self) {
        let rest = self.bytes.get(self.at..self.end()).unwrap_or_default();
        let mut reader = Reader::new(rest);
        let is_number = matches!(reader.peek(), Some(code::ULONG0 | code::SMALL_ULONG | code::ULONG));
        let (true, Ok(Some(number))) = (is_number, reader.ulong()) else {
            if is_number || rest.is_empty() {
                // No value can follow.
                self.broken();
                self.levels.pop();
            } else {
                self.value(Shape::Plain);
            }
            return;
        };
        self.at += reader.offset();
        let known = composite(number);
        self.text(&match known {
            Some(known) => format!("{}({number})", known.name),
            None => number.to_string(),
        });
        if let Some(level) = self.levels.last_mut() {
            level.style = Style::Described(Shape::Composite(known));
        }
    }

    /// Writes the next value, or its beginning.
    fn value(&mut self, shape: Shape) {
        match self.byte() {
            Some(code) => self.content(code, shape),
            None => self.broken(),
        }
    }

    /// Writes what follows the constructor `code`.
    fn content(&mut self, code: u8, shape: Shape) {
        let compound = match code {
            code::DESCRIBED => None,
            code::LIST0 => return self.text("[]"),
            code::LIST8 | code::LIST32 => Some(Style::List(shape)),
            code::MAP8 | code::MAP32 => Some(Style::Map),
            code::ARRAY8 | code::ARRAY32 => Some(Style::Array(code::NULL)),
            _ => return self.scalar(code),
        };
        if self.levels.len() >= MAX_DEPTH {
            return self.leave_out(code);
        }
        match compound {
            Some(style) => self.open(code, style),
            None => {
                self.text("@");
                let (style, end) = (Style::Described(Shape::Plain), self.end());
                self.levels.push(Level { style, end, stated: 0, seen: 0, begun: false });
            }
        }
    }

    fn scalar(&mut self, code: u8) {
        let content = match Width::of(code) {
            Some(Width::Fixed(n)) => self.take(n),
            Some(Width::Sized8) => self.number(false).and_then(|n| self.take(n as usize)),
            Some(Width::Sized32) => self.number(true).and_then(|n| self.take(n as usize)),
            None => None,
        };
        match content {
            Some(content) => write_scalar(self.out, code, content, self.limit),
            None => self.broken(),
        }
    }

    /// Begins a list, map or array: everything inside is confined to its size.
    fn open(&mut self, code: u8, style: Style) {
        let wide = is_wide(code);
        let outer = self.end();
        let size = self.number(wide).map_or(usize::MAX, |size| size as usize);
        let end = self.at.checked_add(size).filter(|&end| end <= outer);
        let inner = end.unwrap_or(outer);
        self.levels.push(Level { style, end: inner, stated: 0, seen: 0, begun: false });
        let stated = if end.is_some() { self.number(wide) } else { None };
        self.text(match (style, stated) {
            (Style::Array(_), Some(_)) => "@<",
            (Style::Array(_), None) => "@<>[",
            (Style::Map, _) => "{",
            _ => "[",
        });
        match (stated, self.levels.last_mut()) {
            (Some(stated), Some(level)) => {
                level.stated = stated;
                if let Style::Array(_) = style {
                    self.array_elements(stated);
                }
            }
            _ => self.broken(),
        }
    }

    /// Writes the type of an array's elements. Elements of no width need not be there to be counted: one is shown.
    fn array_elements(&mut self, stated: u32) {
        let Some(code) = self.element_constructor() else {
            self.text("!!>[");
            self.at = self.end();
            return;
        };
        match element_name(code) {
            Some(name) => self.text(name),
            None => self.text(&format!("{code:02x}")),
        }
        self.text(">[");
        match (Width::of(code), self.levels.last_mut()) {
            (None, _) => self.broken(),
            (Some(Width::Fixed(0)), Some(level)) => {
                level.seen = stated;
                if stated > 0 {
                    self.content(code, Shape::Plain);
                }
                if stated > 1 {
                    self.text(&format!(", ...({} more)", stated - 1));
                }
                self.at = self.end();
            }
            (_, Some(level)) => level.style = Style::Array(code),
            (_, None) => {}
        }
    }

    /// The constructor of an array's elements, behind any descriptor, which is not shown.
    fn element_constructor(&mut self) -> Option<u8> {
        loop {
            match self.byte()? {
                code::DESCRIBED => {
                    let mut rest = Reader::new(self.bytes.get(self.at..self.end())?);
                    rest.skip().ok()?;
                    self.take(rest.offset())?;
                }
                code => return Some(code),
            }
        }
    }

    /// Steps over a value that is nested too deep to be shown.
    fn leave_out(&mut self, code: u8) {
        self.text("...");
        let skipped = if code == code::DESCRIBED {
            let mut rest = Reader::new(self.bytes.get(self.at..self.end()).unwrap_or_default());
            let whole = rest.skip().and_then(|()| rest.skip());
            whole.ok().and_then(|()| self.take(rest.offset()))
        } else {
            self.number(is_wide(code)).and_then(|size| self.take(size as usize))
        };
        if skipped.is_none() {
            self.at = self.end();
        }
    }
}

/// Whether size and count of the compound take four bytes each.
fn is_wide(code: u8) -> bool {
    Width::of(code) == Some(Width::Sized32)
}

/// Compounds that are shown inside one another.
const MAX_DEPTH: usize = 64;

#[cfg(test)]
mod tests;
