//! Message ids and correlation ids (part 3.2.11 to 3.2.14): a ulong, a uuid, a binary or a string.
//!
//! An old interface shows an id as a tree; once asked for, the tree *is* the id for the rest of the message's life,
//! namely the value its cursor stands on, of whatever type.

use super::fields::FieldReader;
use super::text::Text;
use crate::codec::constructor as code;
use crate::codec::data::Value;
use crate::codec::{Data, Decoded, Reader, Sink, writer};

/// An id in a message.
#[derive(Default)]
pub(crate) struct MessageId {
    kind: Kind,
    /// Of a binary or string.
    bytes: Text,
    tree: Option<Box<Data>>,
}

#[derive(Clone, Copy, Default)]
enum Kind {
    #[default]
    Null,
    Ulong(u64),
    Uuid([u8; 16]),
    Binary,
    String,
}

impl MessageId {
    pub(crate) fn clear(&mut self) {
        self.kind = Kind::Null;
        if let Some(tree) = &mut self.tree {
            tree.clear();
        }
    }

    /// Sets the id. A type that AMQP does not allow unsets it, unless the id is shown as a tree, which holds any.
    pub(crate) fn set(&mut self, value: Value<'_>) {
        if let Some(tree) = &mut self.tree {
            return fill(tree, value);
        }
        self.kind = match value {
            Value::Ulong(number) => Kind::Ulong(number),
            Value::Uuid(bytes) => Kind::Uuid(bytes),
            Value::Binary(bytes) => {
                self.bytes.set(bytes);
                Kind::Binary
            }
            Value::String(bytes) => {
                self.bytes.set(bytes);
                Kind::String
            }
            _ => Kind::Null,
        };
    }

    pub(crate) fn get(&self) -> Value<'_> {
        if let Some(tree) = &self.tree {
            return tree.value();
        }
        match self.kind {
            Kind::Null => Value::Null,
            Kind::Ulong(number) => Value::Ulong(number),
            Kind::Uuid(bytes) => Value::Uuid(bytes),
            Kind::Binary => Value::Binary(self.bytes.get().unwrap_or_default()),
            Kind::String => Value::String(self.bytes.get().unwrap_or_default()),
        }
    }

    /// Whether bytes at `address` may be this id's own memory, which setting it would overwrite.
    pub(crate) fn may_own(&self, address: usize) -> bool {
        self.tree.is_some() || self.bytes.owns(address)
    }

    /// Shows the id as a tree from now on, the cursor on its present value.
    pub(crate) fn open(&mut self) -> &mut Data {
        if self.tree.is_none() {
            let mut tree = Data::new();
            fill(&mut tree, self.get());
            self.tree = Some(Box::new(tree));
        }
        self.tree.get_or_insert_default()
    }

    #[inline]
    pub(super) fn is_set(&self) -> bool {
        is_scalar(&self.get())
    }

    pub(super) fn write(&self, sink: &mut impl Sink) {
        match self.get() {
            Value::Ulong(number) => writer::ulong(sink, number),
            Value::Uuid(bytes) => {
                sink.put_byte(code::UUID);
                sink.put(&bytes);
            }
            Value::Binary(bytes) => writer::binary(sink, bytes),
            Value::String(bytes) => writer::string(sink, bytes),
            _ => match self.alone() {
                Some(tree) if tree.encode(sink).is_ok() => {}
                _ => writer::null(sink),
            },
        }
    }

    /// The id in a tree of its own, if it is set.
    pub(super) fn alone(&self) -> Option<Data> {
        let value = Some(self.get()).filter(is_scalar)?;
        let mut tree = Data::new();
        tree.put(value).ok().map(|()| tree)
    }

    /// At least as many bytes as the content takes on the wire.
    #[inline]
    pub(super) fn size(&self) -> usize {
        match self.get() {
            Value::Binary(bytes) | Value::String(bytes) | Value::Symbol(bytes) => bytes.len(),
            _ => 16,
        }
    }

    /// Takes over the field that comes next.
    pub(super) fn read(&mut self, fields: &mut FieldReader<'_>) -> Decoded<()> {
        let value = fields.field(read_value)?;
        self.set(value.unwrap_or(Value::Null));
        Ok(())
    }
}

/// Signed integers that are not negative count as ulong, because an old Ruby binding sends them; everything else that is
/// not of the four types is no id.
fn read_value<'a>(from: &mut Reader<'a>) -> Decoded<Option<Value<'a>>> {
    Ok(match from.peek() {
        Some(code::ULONG0 | code::SMALL_ULONG | code::ULONG) => from.ulong()?.map(Value::Ulong),
        Some(code::STRING8 | code::STRING32) => from.string()?.map(Value::String),
        Some(code::BINARY8 | code::BINARY32) => from.binary()?.map(Value::Binary),
        Some(code::UUID) => {
            from.byte()?;
            Some(Value::Uuid(from.sixteen()?))
        }
        Some(code::SMALL_INT | code::SMALL_LONG | code::INT | code::LONG) => signed(from)?,
        _ => {
            from.skip()?;
            None
        }
    })
}

fn signed(from: &mut Reader<'_>) -> Decoded<Option<Value<'static>>> {
    let number = match from.byte()? {
        code::SMALL_INT | code::SMALL_LONG => i64::from(from.byte()?.cast_signed()),
        code::INT => i64::from(from.be_u32()?.cast_signed()),
        _ => from.be_u64()?.cast_signed(),
    };
    Ok(u64::try_from(number).ok().map(Value::Ulong))
}

/// Makes `value` the only one in the tree; a null id leaves it empty.
fn fill(tree: &mut Data, value: Value<'_>) {
    tree.clear();
    if value != Value::Null {
        // Only the tree's own ceiling could refuse a single value, and the tree is empty.
        drop(tree.put(value));
    }
}

/// Whether the value can be written as an id: compounds lend their type only, and unknown types have no encoding.
fn is_scalar(value: &Value<'_>) -> bool {
    use Value::{Array, Described, List, Map, Null, Unknown};
    !matches!(value, Null | Described | Array | List | Map | Unknown(_))
}
