//! Scanning a tree with a format string: `"D.[.S]"` takes the second field of a composite value.
//!
//! The scan starts from the beginning, and each letter takes the next value. A value that does not match reads as
//! zero and the scan goes on; a compound that does not match suppresses the letters for its content, which then
//! read as zero and take nothing. The letters are spec/codec.md section 5; results go to [`Outputs`].

use super::fill::unrecognized;
use super::node::{Content, Kind, NIL};
use super::{Data, Fault, FaultKind, Value};

/// Where the values go that a scan format names, in order.
pub(crate) trait Outputs {
    /// Takes the next place for a "found" flag, which `set_flag` will fill.
    fn flag(&mut self);
    fn set_flag(&mut self, found: bool);
    fn bool(&mut self, value: bool);
    fn ubyte(&mut self, value: u8);
    fn byte(&mut self, value: i8);
    fn ushort(&mut self, value: u16);
    fn short(&mut self, value: i16);
    fn uint(&mut self, value: u32);
    fn int(&mut self, value: i32);
    fn char(&mut self, value: u32);
    fn ulong(&mut self, value: u64);
    fn long(&mut self, value: i64);
    fn timestamp(&mut self, value: i64);
    fn float(&mut self, value: f32);
    fn double(&mut self, value: f64);
    /// Bytes of the tree, valid as long as it does not change; `None` if there are none.
    fn bytes(&mut self, value: Option<&[u8]>);
    fn atom(&mut self, value: Option<Value<'_>>);
    /// A copy of a whole value; `None` leaves the destination alone.
    fn tree(&mut self, value: Option<Data>);
}

/// Letters that take nothing because what they stand in did not match.
struct Suppressed {
    /// How many more at the level of the mismatch; brackets with their content count as one.
    codes: u32,
    /// Open brackets.
    depth: u32,
}

struct Scan<'a, O> {
    data: &'a mut Data,
    outputs: &'a mut O,
    suppressed: Option<Suppressed>,
    /// An array was entered; the bracket that follows says nothing new.
    in_array: bool,
}

impl Data {
    /// Takes the values that `format` names.
    pub(crate) fn scan(&mut self, format: &[u8], outputs: &mut impl Outputs) -> Result<(), Fault> {
        self.rewind();
        let mut scan = Scan { data: self, outputs, suppressed: None, in_array: false };
        let result = scan.run(format);
        result.or_else(|fault| self.fail(fault))
    }
}

impl<O: Outputs> Scan<'_, O> {
    fn run(&mut self, format: &[u8]) -> Result<(), Fault> {
        let mut codes = format.iter().copied();
        while let Some(code) = codes.next() {
            if code != b'?' {
                self.step(code)?;
                continue;
            }
            self.outputs.flag();
            let Some(code) = codes.next().filter(|code| *code != b'?') else {
                return Err(Fault::new(FaultKind::Argument, "codes must follow a ?"));
            };
            let found = self.step(code)?;
            self.outputs.set_flag(found);
        }
        Ok(())
    }

    /// Does what one letter says; true if it matched.
    fn step(&mut self, code: u8) -> Result<bool, Fault> {
        match self.suppressed.take() {
            Some(suppressed) => self.suppress(suppressed, code),
            None => self.take(code),
        }
    }

    fn suppress(&mut self, mut state: Suppressed, code: u8) -> Result<bool, Fault> {
        match code {
            b'[' | b'{' => state.depth += 1,
            b']' | b'}' if state.depth == 0 => return self.take(code),
            b']' | b'}' => {
                state.depth -= 1;
                state.codes -= u32::from(state.depth == 0);
            }
            code => {
                if !matches!(code, b'D' | b'@') {
                    self.output(code, None)?;
                }
                state.codes -= u32::from(state.depth == 0);
            }
        }
        if state.codes > 0 {
            self.suppressed = Some(state);
        }
        Ok(false)
    }

    fn take(&mut self, code: u8) -> Result<bool, Fault> {
        match code {
            b']' | b'}' => {
                self.in_array = false;
                if self.data.exit() { Ok(true) } else { Err(Fault::exit()) }
            }
            b'[' if self.in_array => {
                self.in_array = false;
                Ok(true)
            }
            b'[' | b'{' | b'D' | b'@' => Ok(self.enter(code)),
            code => {
                let content = if self.advance() { self.data.current_content() } else { None };
                self.output(code, content)
            }
        }
    }

    /// Enters the next value if it is the compound that `code` means.
    fn enter(&mut self, code: u8) -> bool {
        let matched = self.advance()
            && matches!(
                (code, self.data.current_value().map(|value| value.kind)),
                (b'[', Some(Kind::List))
                    | (b'{', Some(Kind::Map))
                    | (b'D', Some(Kind::Described))
                    | (b'@', Some(Kind::Array))
            );
        if matched {
            self.in_array = code == b'@';
            self.data.enter();
        } else {
            let bracket = matches!(code, b'[' | b'{');
            self.suppressed = Some(if bracket {
                Suppressed { codes: 1, depth: 1 }
            } else {
                Suppressed { codes: 2, depth: 0 }
            });
        }
        matched
    }

    /// Goes to the next value; described values are left at their end without being asked to.
    fn advance(&mut self) -> bool {
        loop {
            if self.data.next() {
                return true;
            }
            let parent = self.data.node(self.data.parent);
            if !parent.is_some_and(|node| node.value.kind == Kind::Described) {
                return false;
            }
            self.data.exit();
        }
    }

    /// Stores the value if it has the type of `code`, zero otherwise; true if it has.
    fn output(&mut self, code: u8, content: Option<Content>) -> Result<bool, Fault> {
        macro_rules! scalar {
            ($variant:ident, $output:ident) => {{
                let value = if let Some(Content::$variant(v)) = content { Some(v) } else { None };
                self.outputs.$output(value.unwrap_or_default());
                value.is_some()
            }};
        }
        macro_rules! bytes {
            ($variant:ident) => {{
                let span = if let Some(Content::$variant(span)) = content { Some(span) } else { None };
                self.outputs.bytes(span.map(|span| self.data.bytes(span)));
                span.is_some()
            }};
        }
        Ok(match code {
            b'n' => content.is_some_and(|c| c.is_null()),
            b'.' => content.is_some(),
            b'o' => scalar!(Bool, bool),
            b'B' => scalar!(Ubyte, ubyte),
            b'b' => scalar!(Byte, byte),
            b'H' => scalar!(Ushort, ushort),
            b'h' => scalar!(Short, short),
            b'I' => scalar!(Uint, uint),
            b'i' => scalar!(Int, int),
            b'c' => scalar!(Char, char),
            b'L' => scalar!(Ulong, ulong),
            b'l' => scalar!(Long, long),
            b't' => scalar!(Timestamp, timestamp),
            b'f' => scalar!(Float, float),
            b'd' => scalar!(Double, double),
            b'z' => bytes!(Binary),
            b'S' => bytes!(String),
            b's' => bytes!(Symbol),
            b'C' => self.tree(content),
            b'a' => self.atom(content),
            code => return Err(unrecognized("scan", code)),
        })
    }

    // Proton: the very first top-level value never matches `C` or `a`;
    // pinned by `a_whole_value_needs_something_before_or_around_it`.
    fn has_surroundings(&self) -> bool {
        self.data.node(self.data.current).is_some_and(|node| node.parent != NIL || node.prev != NIL)
    }

    fn tree(&mut self, content: Option<Content>) -> bool {
        let matched = content.is_some_and(|c| !c.is_null()) && self.has_surroundings();
        let copy = matched.then(|| {
            let mut copy = Data::new();
            copy.append_value(self.data, self.data.current).map(|()| copy).unwrap_or_default()
        });
        self.outputs.tree(copy);
        matched
    }

    fn atom(&mut self, content: Option<Content>) -> bool {
        let scalar = content.filter(|c| c.children().is_none() && !c.is_null() && self.has_surroundings());
        self.outputs.atom(scalar.map(|c| self.data.lend(&c)));
        scalar.is_some()
    }
}
