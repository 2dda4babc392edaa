//! The field types of performatives: numbers with units, enumerations, and bytes that know which type they are.

use super::composite::WireField;
use crate::codec::constructor as code;
use crate::codec::{Content, Decoded, Reader, writer};

/// A number that identifies a session in one direction of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Channel(pub(crate) u16);

/// A number that identifies a link in one direction of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Handle(pub(crate) u32);

/// A serial number (RFC 1982): transfer ids, delivery ids and delivery counts. It wraps around.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct SequenceNo(pub(crate) u32);

impl SequenceNo {
    pub(crate) const fn next(self) -> Self {
        self.plus(1)
    }

    pub(crate) const fn plus(self, n: u32) -> Self {
        Self(self.0.wrapping_add(n))
    }

    /// How far `self` is ahead of `earlier`; negative if it is behind.
    pub(crate) const fn distance_from(self, earlier: Self) -> i32 {
        self.0.wrapping_sub(earlier.0).cast_signed()
    }

    pub(crate) const fn precedes(self, other: Self) -> bool {
        self.distance_from(other) < 0
    }
}

/// What an end of a link does; on the wire false is the sender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    #[default]
    Sender,
    Receiver,
}

/// How a sender promises to settle (part 2.8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SenderSettleMode {
    Unsettled = 0,
    Settled = 1,
    Mixed = 2,
}

/// How a receiver promises to settle (part 2.8.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReceiverSettleMode {
    First = 0,
    Second = 1,
}

/// When a terminus expires (part 3.5.6); the values of `pn_expiry_policy_t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExpiryPolicy {
    LinkDetach = 0,
    SessionEnd = 1,
    ConnectionClose = 2,
    Never = 3,
}

/// How a source hands out messages (part 3.5.7); the values of `pn_distribution_mode_t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DistributionMode {
    Copy = 1,
    Move = 2,
}

/// The bytes of a string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Str<'a>(pub(crate) &'a [u8]);

/// The bytes of a symbol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Symbol<'a>(pub(crate) &'a [u8]);

/// The bytes of a binary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Binary<'a>(pub(crate) &'a [u8]);

/// One value or an array of them; an empty array is as good as nothing.
#[derive(Clone, Copy, Default)]
pub(crate) struct Multiple<'a>(pub(crate) Content<'a>);

/// Fields that are always written: reading a missing one gives the default.
macro_rules! mandatory {
    ($($kind:ty: $read:expr, $write:expr;)*) => {$(
        impl<'a> WireField<'a> for $kind {
            #[inline]
            fn read(reader: &mut Reader<'a>) -> Decoded<Self> {
                let read: fn(&mut Reader<'a>) -> Decoded<Option<Self>> = $read;
                Ok(read(reader)?.unwrap_or_default())
            }

            #[inline]
            fn is_null(&self) -> bool {
                false
            }

            #[inline]
            fn write(&self, out: &mut Vec<u8>) {
                let write: fn(&mut Vec<u8>, Self) = $write;
                write(out, *self);
            }
        }
    )*};
}

/// Fields that may be absent.
macro_rules! optional {
    ($($kind:ty: $read:expr, $write:expr;)*) => {$(
        impl<'a> WireField<'a> for Option<$kind> {
            #[inline]
            fn read(reader: &mut Reader<'a>) -> Decoded<Self> {
                let read: fn(&mut Reader<'a>) -> Decoded<Self> = $read;
                read(reader)
            }

            #[inline]
            fn is_null(&self) -> bool {
                self.is_none()
            }

            #[inline]
            fn write(&self, out: &mut Vec<u8>) {
                let write: fn(&mut Vec<u8>, $kind) = $write;
                if let Some(value) = *self {
                    write(out, value);
                }
            }
        }
    )*};
}

mandatory! {
    u32: |r| r.uint(), |out, v| writer::uint(out, v);
    Handle: |r| Ok(r.uint()?.map(Handle)), |out, v| writer::uint(out, v.0);
    SequenceNo: |r| Ok(r.uint()?.map(SequenceNo)), |out, v| writer::uint(out, v.0);
    Role: |r| Ok(r.boolean()?.map(Role::from_wire)), |out, v| writer::boolean(out, v == Role::Receiver);
    Binary<'a>: |r| Ok(r.binary()?.map(Binary)), |out, v| writer::binary(out, v.0);
    Symbol<'a>: |r| Ok(r.symbol()?.map(Symbol)), |out, v| writer::symbol(out, v.0);
}

optional! {
    bool: |r| r.boolean(), |out, v| writer::boolean(out, v);
    u8: |r| r.ubyte(), |out, v| writer::ubyte(out, v);
    u16: |r| r.ushort(), |out, v| writer::ushort(out, v);
    u32: |r| r.uint(), |out, v| writer::uint(out, v);
    u64: |r| r.ulong(), |out, v| writer::ulong(out, v);
    Handle: |r| Ok(r.uint()?.map(Handle)), |out, v| writer::uint(out, v.0);
    SequenceNo: |r| Ok(r.uint()?.map(SequenceNo)), |out, v| writer::uint(out, v.0);
    Str<'a>: |r| Ok(r.string()?.map(Str)), |out, v| writer::string(out, v.0);
    Symbol<'a>: |r| Ok(r.symbol()?.map(Symbol)), |out, v| writer::symbol(out, v.0);
    Binary<'a>: |r| Ok(r.binary()?.map(Binary)), |out, v| writer::binary(out, v.0);
    SenderSettleMode: |r| Ok(r.ubyte()?.and_then(SenderSettleMode::from_wire)), |out, v| writer::ubyte(out, v as u8);
    ReceiverSettleMode: |r| Ok(r.ubyte()?.and_then(ReceiverSettleMode::from_wire)), |out, v| writer::ubyte(out, v as u8);
    ExpiryPolicy: |r| Ok(r.symbol()?.and_then(ExpiryPolicy::from_symbol)), |out, v| writer::symbol(out, v.symbol());
    DistributionMode: |r| Ok(r.symbol()?.and_then(DistributionMode::from_symbol)), |out, v| writer::symbol(out, v.symbol());
}

/// A flag: false is the default and is not sent.
impl<'a> WireField<'a> for bool {
    #[inline]
    fn read(reader: &mut Reader<'a>) -> Decoded<Self> {
        Ok(reader.boolean()?.unwrap_or(false))
    }

    #[inline]
    fn is_null(&self) -> bool {
        !self
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>) {
        writer::boolean(out, *self);
    }
}

impl<'a> WireField<'a> for Content<'a> {
    #[inline]
    fn read(reader: &mut Reader<'a>) -> Decoded<Self> {
        Ok(reader.value()?.map_or(Content::Absent, Content::Encoded))
    }

    #[inline]
    fn is_null(&self) -> bool {
        self.is_absent()
    }

    fn write(&self, out: &mut Vec<u8>) {
        Content::write(self, out);
    }
}

impl<'a> WireField<'a> for Multiple<'a> {
    #[inline]
    fn read(reader: &mut Reader<'a>) -> Decoded<Self> {
        WireField::read(reader).map(Self)
    }

    fn is_null(&self) -> bool {
        self.0.is_absent() || self.is_empty_array()
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }
}

impl Multiple<'_> {
    fn is_empty_array(&self) -> bool {
        let mut encoded = Vec::new();
        let bytes = match self.0 {
            Content::Absent => return true,
            Content::Encoded(bytes) => bytes,
            Content::Open(_) => {
                self.0.write(&mut encoded);
                &encoded
            }
        };
        let mut reader = Reader::new(bytes);
        matches!(reader.peek(), Some(code::ARRAY8 | code::ARRAY32))
            && reader.compound().is_ok_and(|array| array.count == 0)
    }
}

impl Role {
    const fn from_wire(receiver: bool) -> Self {
        if receiver { Self::Receiver } else { Self::Sender }
    }
}

impl SenderSettleMode {
    pub(crate) const fn from_wire(mode: u8) -> Option<Self> {
        Some(match mode {
            0 => Self::Unsettled,
            1 => Self::Settled,
            2 => Self::Mixed,
            _ => return None,
        })
    }
}

impl ReceiverSettleMode {
    pub(crate) const fn from_wire(mode: u8) -> Option<Self> {
        Some(match mode {
            0 => Self::First,
            1 => Self::Second,
            _ => return None,
        })
    }
}

impl ExpiryPolicy {
    const fn symbol(self) -> &'static [u8] {
        match self {
            Self::LinkDetach => b"link-detach",
            Self::SessionEnd => b"session-end",
            Self::ConnectionClose => b"connection-close",
            Self::Never => b"never",
        }
    }

    fn from_symbol(symbol: &[u8]) -> Option<Self> {
        [Self::LinkDetach, Self::SessionEnd, Self::ConnectionClose, Self::Never]
            .into_iter()
            .find(|policy| policy.symbol() == symbol)
    }
}

impl DistributionMode {
    const fn symbol(self) -> &'static [u8] {
        match self {
            Self::Copy => b"copy",
            Self::Move => b"move",
        }
    }

    fn from_symbol(symbol: &[u8]) -> Option<Self> {
        [Self::Copy, Self::Move].into_iter().find(|mode| mode.symbol() == symbol)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_compare_across_the_wrap() {
        assert!(SequenceNo(u32::MAX).precedes(SequenceNo(0)));
        assert!(!SequenceNo(0).precedes(SequenceNo(u32::MAX)));
        assert_eq!(SequenceNo(2).distance_from(SequenceNo(u32::MAX)), 3);
        assert_eq!(SequenceNo(u32::MAX).next(), SequenceNo(0));
    }
}
