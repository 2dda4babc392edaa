//! Filling a tree from a format string: `"DL[SIn]"` and the values it names.
//!
//! Each letter is a put at the cursor. The letters are spec/codec.md section 4; the values come through
//! [`Arguments`], whatever they are made of. A described value begun with `D` and a value replaced by `?` remember
//! in their nodes when they are complete, so that a later format can go on where this one stops.

use super::node::{Children, Content, Kind, NIL, Node, Packed};
use super::{Data, Fault, FaultKind, Type, Value};

/// The values that a fill format names, in order.
pub(crate) trait Arguments {
    fn int(&mut self) -> i32;
    fn uint(&mut self) -> u32;
    fn long(&mut self) -> i64;
    fn ulong(&mut self) -> u64;
    fn double(&mut self) -> f64;
    /// A size and that many bytes; `None` for a null pointer.
    fn sized_bytes(&mut self) -> Option<&[u8]>;
    /// A string that ends at its NUL; `None` for a null pointer.
    fn string(&mut self) -> Option<&[u8]>;
    /// A count and an array of strings, given one by one.
    fn strings(&mut self, each: &mut EachString<'_>) -> Result<(), Fault>;
    fn atom(&mut self) -> Option<Value<'_>>;
    fn tree(&mut self) -> Tree;
}

/// What is done with each of several strings; `None` for a null pointer.
pub(crate) type EachString<'a> = dyn FnMut(Option<&[u8]>) -> Result<(), Fault> + 'a;

/// A tree among the arguments.
pub(crate) enum Tree {
    Absent,
    /// The very tree that is being filled.
    Same,
    Other(Data),
}

impl Data {
    /// Puts the values that `format` names; stops at the first fault.
    pub(crate) fn fill(&mut self, format: &[u8], arguments: &mut impl Arguments) -> Result<(), Fault> {
        let mut codes = format.iter().copied().peekable();
        while let Some(code) = codes.next() {
            match code {
                b'*' => self.fill_repeated(codes.next(), arguments)?,
                b'T' => {
                    self.fill_element_type(arguments.int())?;
                    codes.next_if_eq(&b'[');
                }
                b']' | b'}' => {
                    if !self.exit() {
                        return self.fail(Fault::exit());
                    }
                    self.leave_complete();
                }
                code => {
                    self.fill_value(code, arguments)?;
                    self.leave_complete();
                }
            }
        }
        Ok(())
    }

    fn fill_value(&mut self, code: u8, arguments: &mut impl Arguments) -> Result<(), Fault> {
        match code {
            b'n' => self.put_null(),
            b'o' => self.put_bool(arguments.int() != 0),
            b'B' => self.put_ubyte(arguments.uint().to_le_bytes()[0]),
            b'b' => self.put_byte(arguments.uint().to_le_bytes()[0].cast_signed()),
            b'H' => self.put_ushort(low_half(arguments.uint())),
            b'h' => self.put_short(low_half(arguments.uint()).cast_signed()),
            b'I' => self.put_uint(arguments.uint()),
            b'i' => self.put_int(arguments.int()),
            b'L' => self.put_ulong(arguments.ulong()),
            b'l' => self.put_long(arguments.long()),
            b't' => self.put_timestamp(arguments.long()),
            #[expect(clippy::cast_possible_truncation, reason = "C passes a float as a double")]
            b'f' => self.put_float(arguments.double() as f32),
            b'd' => self.put_double(arguments.double()),
            b'Z' => self.put_binary(arguments.sized_bytes().unwrap_or_default()),
            b'z' => match arguments.sized_bytes() {
                Some(bytes) => self.put_binary(bytes),
                None => self.put_null(),
            },
            b'S' => match arguments.string() {
                Some(bytes) => self.put_string(bytes),
                None => self.put_null(),
            },
            b's' => self.fill_symbol(arguments.string()),
            b'a' => match arguments.atom() {
                Some(value) => self.put(value),
                None => self.put_null(),
            },
            b'C' => self.fill_tree(arguments.tree(), false),
            b'M' => self.fill_tree(arguments.tree(), true),
            b'[' => self.fill_compound(Content::List(Children::NONE), 0),
            b'{' => self.fill_compound(Content::Map(Children::NONE), 0),
            b'@' => self.fill_compound(
                Content::Array { children: Children::NONE, described: false, element: None },
                0,
            ),
            b'D' => self.fill_compound(Content::Described(Children::NONE), 2),
            b'?' if arguments.int() != 0 => Ok(()),
            b'?' => self.fill_compound(Content::Dropped(Children::NONE), 1),
            code => Err(unrecognized("fill", code)),
        }
    }

    fn fill_symbol(&mut self, bytes: Option<&[u8]>) -> Result<(), Fault> {
        match bytes {
            Some(bytes) => self.put_symbol(bytes),
            None => self.put_null(),
        }
    }

    /// Puts a compound and goes inside; a format leaves it by itself after `complete_at` values.
    fn fill_compound(&mut self, content: Content, complete_at: u8) -> Result<(), Fault> {
        self.place(content.into())?;
        if let Some(node) = self.node_mut(self.current) {
            node.value.complete_at = complete_at;
        }
        self.enter();
        Ok(())
    }

    /// Leaves what has got all its values by the last one put.
    fn leave_complete(&mut self) {
        while let Some(node) = self.node(self.parent) {
            let count = node.value.children().map_or(0, |c| c.count);
            if node.value.complete_at == 0 || self.current == NIL || count < u32::from(node.value.complete_at)
            {
                return;
            }
            let dropped = node.value.kind == Kind::Dropped;
            self.exit();
            if let Some(node) = self.node_mut(self.current) {
                node.value.complete_at = 0;
            }
            if dropped {
                self.replace(Packed::NULL);
            }
        }
    }

    fn fill_repeated(&mut self, code: Option<u8>, arguments: &mut impl Arguments) -> Result<(), Fault> {
        if code != Some(b's') {
            return Err(unrecognized("*", code.unwrap_or_default()));
        }
        arguments.strings(&mut |symbol| {
            self.fill_symbol(symbol)?;
            self.leave_complete();
            Ok(())
        })
    }

    fn fill_element_type(&mut self, number: i32) -> Result<(), Fault> {
        match self.node_mut(self.parent) {
            Some(node) if node.value.kind == Kind::Array => {
                node.value.element = Type::from_number(number);
                Ok(())
            }
            _ => self.fail(Fault::new(FaultKind::Failed, "naked type")),
        }
    }

    /// Puts the first value of another tree; with `collapse`, a list of choices is as short as it can be.
    fn fill_tree(&mut self, tree: Tree, collapse: bool) -> Result<(), Fault> {
        let source = match tree {
            Tree::Absent => return self.put_null(),
            Tree::Same => self.clone(),
            Tree::Other(data) => data,
        };
        if source.is_empty() {
            return self.put_null();
        }
        let first = source.first_from_base();
        let content = source.node(first).map(Node::content);
        if let (true, Some(Content::Array { children, described, .. })) = (collapse, content) {
            let mut element = children.first;
            if described {
                element = source.node(element).map_or(NIL, |n| n.next);
            }
            match children.count.saturating_sub(u32::from(described)) {
                0 => return self.put_null(),
                1 => return self.append_value(&source, element),
                _ => {}
            }
        }
        self.append(&source, Some(1))
    }
}

/// The fault of a letter that no format knows; it is a mistake in the program, which is told in the log.
pub(super) fn unrecognized(what: &str, code: u8) -> Fault {
    let shown = if (0x20..0x7f).contains(&code) { char::from(code) } else { '.' };
    Fault::with_text(FaultKind::Argument, format!("unrecognized {what} code: 0x{code:02X} '{shown}'"))
}

fn low_half(value: u32) -> u16 {
    let [a, b, ..] = value.to_le_bytes();
    u16::from_le_bytes([a, b])
}
