//! The transfers of everyday traffic, read and written without going through the table field by field.
//!
//! A plain transfer has a handle, an id, a short tag, message format 0 and perhaps `settled` and `more`; nothing else.
//! The bytes are the same either way, which the tests hold. Everything else takes the general way.

use super::delivery::Transfer;
use super::types::{Binary, Handle, SequenceNo};
use crate::codec::constructor as code;
use crate::codec::{Decoded, Reader};

/// The longest tag of a plain transfer, which is the longest that the standard allows.
const SHORT_TAG: usize = 32;

impl<'a> Transfer<'a> {
    /// Reads the fields from a list's content.
    #[inline]
    pub(crate) fn read(fields: Reader<'a>) -> Decoded<Self> {
        match read_plain(fields.rest()) {
            Some(transfer) => Ok(transfer),
            None => Self::decode(fields),
        }
    }

    /// Appends descriptor and list.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match self.delivery_tag {
            Some(Binary(tag)) if tag.len() <= SHORT_TAG && self.is_plain() => self.write_plain(tag, out),
            _ => self.encode(out),
        }
    }

    fn is_plain(&self) -> bool {
        self.delivery_id.is_some()
            && self.message_format == Some(0)
            && self.state.is_none()
            && self.rcv_settle_mode.is_none()
            && !(self.resume | self.aborted | self.batchable)
    }

    fn write_plain(&self, tag: &[u8], out: &mut Vec<u8>) {
        let mut head = Head { bytes: [0; 64], len: 0 };
        head.put(&[code::DESCRIBED, code::SMALL_ULONG, Self::DESCRIPTOR, code::LIST8, 0, 0]);
        head.put_uint(self.handle.0);
        head.put_uint(self.delivery_id.unwrap_or_default().0);
        head.put(&[code::BINARY8, tag.len() as u8]);
        head.put(tag);
        head.put(&[code::UINT0]);
        let count = match (self.settled, self.more) {
            (None, false) => 4,
            (Some(settled), false) => {
                head.put(&[flag(settled)]);
                5
            }
            (settled, true) => {
                head.put(&[settled.map_or(code::NULL, flag), code::TRUE]);
                6
            }
        };
        if let Some([size, number]) = head.bytes.get_mut(4..6) {
            (*size, *number) = (head.len as u8 - 5, count);
        }
        out.extend_from_slice(head.bytes.get(..head.len).unwrap_or_default());
    }
}

const fn flag(value: bool) -> u8 {
    if value { code::TRUE } else { code::FALSE }
}

/// Bytes put together before they are appended to what may have to grow.
struct Head {
    bytes: [u8; 64],
    len: usize,
}

impl Head {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        if let Some(place) = self.bytes.get_mut(self.len..self.len + bytes.len()) {
            place.copy_from_slice(bytes);
            self.len += bytes.len();
        }
    }

    #[inline]
    fn put_uint(&mut self, value: u32) {
        let [a, b, c, d] = value.to_be_bytes();
        match value {
            0 => self.put(&[code::UINT0]),
            1..=0xff => self.put(&[code::SMALL_UINT, d]),
            _ => self.put(&[code::UINT, a, b, c, d]),
        }
    }
}

fn read_plain(bytes: &[u8]) -> Option<Transfer<'_>> {
    let (handle, bytes) = read_uint(bytes)?;
    let (id, bytes) = read_uint(bytes)?;
    let (&[code::BINARY8, length], bytes) = bytes.split_first_chunk()? else { return None };
    let (tag, bytes) = bytes.split_at_checked(usize::from(length))?;
    let (&code::UINT0, bytes) = bytes.split_first()? else { return None };
    let (settled, more) = match bytes {
        [] => (None, false),
        [code::TRUE] => (Some(true), false),
        [code::FALSE] => (Some(false), false),
        [code::NULL, code::TRUE] => (None, true),
        [code::TRUE, code::TRUE] => (Some(true), true),
        [code::FALSE, code::TRUE] => (Some(false), true),
        _ => return None,
    };
    Some(Transfer {
        handle: Handle(handle),
        delivery_id: Some(SequenceNo(id)),
        delivery_tag: Some(Binary(tag)),
        message_format: Some(0),
        settled,
        more,
        ..Transfer::default()
    })
}

#[inline]
fn read_uint(bytes: &[u8]) -> Option<(u32, &[u8])> {
    match bytes {
        [code::UINT0, rest @ ..] => Some((0, rest)),
        [code::SMALL_UINT, value, rest @ ..] => Some((u32::from(*value), rest)),
        [code::UINT, a, b, c, d, rest @ ..] => Some((u32::from_be_bytes([*a, *b, *c, *d]), rest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: [u8; 33] = [b't'; 33];

    fn transfers() -> impl Iterator<Item = Transfer<'static>> {
        let numbers = [0, 1, 255, 256, u32::MAX];
        let tags: [&[u8]; 4] = [b"", b"t", LONG.first_chunk::<32>().unwrap(), &LONG];
        let flags = [None, Some(false), Some(true)];
        numbers.into_iter().flat_map(move |number| {
            tags.into_iter().flat_map(move |tag| {
                flags.into_iter().flat_map(move |settled| {
                    [(false, false), (true, false), (false, true), (true, true)].map(|(more, aborted)| {
                        Transfer {
                            handle: Handle(number),
                            delivery_id: Some(SequenceNo(number)),
                            delivery_tag: Some(Binary(tag)),
                            message_format: Some(0),
                            settled,
                            more,
                            aborted,
                            ..Transfer::default()
                        }
                    })
                })
            })
        })
    }

    #[test]
    fn the_short_way_writes_the_same_bytes_as_the_table() {
        for transfer in transfers() {
            let (mut short, mut general) = (Vec::new(), Vec::new());
            transfer.write(&mut short);
            transfer.encode(&mut general);
            assert_eq!(short, general);
        }
    }

    #[test]
    fn the_short_way_reads_what_the_table_reads() {
        for transfer in transfers() {
            let mut bytes = Vec::new();
            transfer.encode(&mut bytes);
            for end in 6..=bytes.len() {
                let fields = Reader::new(&bytes[6..end]);
                let again = |read: Decoded<Transfer<'_>>| {
                    read.map(|transfer| {
                        let mut bytes = Vec::new();
                        transfer.encode(&mut bytes);
                        bytes
                    })
                };
                assert_eq!(again(Transfer::read(fields)), again(Transfer::decode(fields)));
            }
        }
    }
}
