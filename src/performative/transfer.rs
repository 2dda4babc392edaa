//! The transfers of everyday traffic, read and written without going through the table field by field.
//!
//! A plain transfer has a handle, an id, a short tag, message format 0 and perhaps `settled` and `more`; nothing else.
//! The bytes are the same either way, which the tests hold. Everything else takes the general way.

use super::delivery::Transfer;
use super::types::{Channel, Handle, SequenceNo};
use crate::codec::constructor as code;

/// A plain transfer and the channel it goes out on.
pub(crate) struct Plain<'a> {
    pub(crate) channel: Channel,
    pub(crate) handle: Handle,
    pub(crate) id: SequenceNo,
    pub(crate) tag: &'a [u8],
    pub(crate) settled: Option<bool>,
    pub(crate) more: bool,
}

impl<'a> Plain<'a> {
    /// The longest tag of a plain transfer, which is the longest that the standard allows.
    pub(crate) const LONGEST_TAG: usize = 32;

    /// Reads the body of a frame, if it is a plain transfer, and gives the payload too.
    #[inline]
    pub(crate) fn read(channel: Channel, body: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (head, rest) = body.split_first_chunk()?;
        let &[code::DESCRIBED, code::SMALL_ULONG, Transfer::DESCRIPTOR, code::LIST8, size, _count] = head
        else {
            return None;
        };
        let (fields, payload) = rest.split_at_checked(usize::from(size).checked_sub(1)?)?;
        let (handle, fields) = read_uint(fields)?;
        let (id, fields) = read_uint(fields)?;
        let (&[code::BINARY8, length], fields) = fields.split_first_chunk()? else { return None };
        let (tag, fields) = fields.split_at_checked(usize::from(length))?;
        let (settled, more) = match fields {
            [code::UINT0] => (None, false),
            [code::UINT0, code::TRUE] => (Some(true), false),
            [code::UINT0, code::FALSE] => (Some(false), false),
            [code::UINT0, code::NULL, code::TRUE] => (None, true),
            [code::UINT0, code::TRUE, code::TRUE] => (Some(true), true),
            [code::UINT0, code::FALSE, code::TRUE] => (Some(false), true),
            _ => return None,
        };
        let (handle, id) = (Handle(handle), SequenceNo(id));
        Some((Self { channel, handle, id, tag, settled, more }, payload))
    }

    /// What goes before the payload. The tag is not longer than [`Self::LONGEST_TAG`].
    #[inline(always)]
    pub(crate) fn head(&self) -> Head {
        let mut head = Head { bytes: [0; ROOM], len: 0 };
        let [high, low] = self.channel.0.to_be_bytes();
        head.put([0, 0, 0, 0, 2, 0, high, low]);
        head.put([code::DESCRIBED, code::SMALL_ULONG, Transfer::DESCRIPTOR, code::LIST8, 0, 0]);
        head.put_uint(self.handle.0);
        head.put_uint(self.id.0);
        head.put([code::BINARY8, self.tag.len() as u8]);
        head.put_slice(self.tag);
        let count = match (self.settled, self.more) {
            (None, false) => {
                head.put([code::UINT0]);
                4
            }
            (Some(settled), false) => {
                head.put([code::UINT0, flag(settled)]);
                5
            }
            (settled, true) => {
                head.put([code::UINT0, settled.map_or(code::NULL, flag), code::TRUE]);
                6
            }
        };
        let [_, _, _, _, _, _, _, _, _, _, _, _, size, number, ..] = &mut head.bytes;
        (*size, *number) = ((head.len - 13) as u8, count);
        head
    }
}

const fn flag(value: bool) -> u8 {
    if value { code::TRUE } else { code::FALSE }
}

/// The most that a frame header and a plain transfer take, and a little more.
const ROOM: usize = 64;

/// A frame header and a plain transfer.
pub(crate) struct Head {
    bytes: [u8; ROOM],
    len: usize,
}

impl Head {
    /// How many bytes there are.
    #[inline]
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Appends it as the head of a frame of `size` bytes.
    #[inline(always)]
    pub(crate) fn append(mut self, size: u32, out: &mut Vec<u8>) {
        let [a, b, c, d, ..] = &mut self.bytes;
        [*a, *b, *c, *d] = size.to_be_bytes();
        let end = out.len() + self.len;
        // All of the room, which takes fewer steps than just the right number of bytes.
        out.extend_from_slice(&self.bytes);
        out.truncate(end);
    }

    /// Writes it to the start of `frame`, as the head of that.
    pub(crate) fn put_before(&self, frame: &mut [u8]) {
        let size = u32::try_from(frame.len()).unwrap_or(u32::MAX);
        if let (Some(place), Some(head)) = (frame.get_mut(..self.len), self.bytes.get(4..self.len))
            && let Some((first, rest)) = place.split_first_chunk_mut()
        {
            *first = size.to_be_bytes();
            rest.copy_from_slice(head);
        }
    }

    #[inline]
    fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        if let Some(place) = self.bytes.get_mut(self.len..self.len + N) {
            place.copy_from_slice(&bytes);
            self.len += N;
        }
    }

    #[inline]
    fn put_slice(&mut self, bytes: &[u8]) {
        if let Some(place) = self.bytes.get_mut(self.len..self.len + bytes.len()) {
            place.copy_from_slice(bytes);
            self.len += bytes.len();
        }
    }

    #[inline]
    fn put_uint(&mut self, value: u32) {
        let [a, b, c, d] = value.to_be_bytes();
        match value {
            0 => self.put([code::UINT0]),
            1..=0xff => self.put([code::SMALL_UINT, d]),
            _ => self.put([code::UINT, a, b, c, d]),
        }
    }
}

#[inline(always)]
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
    use super::super::types::Binary;
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
        for transfer in transfers().filter(|transfer| !transfer.aborted) {
            let Transfer { handle, settled, more, .. } = transfer;
            let (id, tag) = (transfer.delivery_id.unwrap(), transfer.delivery_tag.unwrap().0);
            if tag.len() > Plain::LONGEST_TAG {
                continue;
            }
            let (mut short, mut general) = (Vec::new(), Vec::new());
            Plain { channel: Channel(0x102), handle, id, tag, settled, more }.head().append(7, &mut short);
            transfer.encode(&mut general);
            assert_eq!(short[..8], [0, 0, 0, 7, 2, 0, 1, 2]);
            assert_eq!(short[8..], general);
        }
    }

    #[test]
    fn the_short_way_reads_what_the_table_reads() {
        let mut plain = 0;
        for transfer in transfers() {
            let mut body = Vec::new();
            transfer.encode(&mut body);
            let whole = body.len();
            body.extend_from_slice(b"payload");
            for end in 0..=body.len() {
                let Some((short, payload)) = Plain::read(Channel(7), &body[..end]) else { continue };
                assert!(end >= whole && !transfer.aborted);
                assert_eq!((short.channel, payload), (Channel(7), &b"payload"[..end - whole]));
                assert_eq!((short.handle, Some(short.id)), (transfer.handle, transfer.delivery_id));
                assert_eq!(Some(Binary(short.tag)), transfer.delivery_tag);
                assert_eq!((short.settled, short.more), (transfer.settled, transfer.more));
                plain += 1;
            }
        }
        assert!(plain > 100);
    }
}
