//! Frames: a size, where the body starts, a type, a channel, a body (part 2.3).

/// What a frame belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameType {
    Amqp = 0,
    Sasl = 1,
}

/// A whole frame in the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    /// Bytes from the first of the header to the last of the body.
    pub(crate) size: usize,
    /// The type byte; the layer in use decides, not this.
    pub(crate) frame_type: u8,
    pub(crate) channel: u16,
    /// What follows the header and its extension; empty in a frame that only keeps the connection alive.
    pub(crate) body: &'a [u8],
}

/// A frame header that cannot be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MalformedFrame;

/// Finds the frame at the start of `bytes`; `None` while it is incomplete. The size is checked against
/// `max_frame_size` (0: no limit) as soon as the header is there, before the body arrives.
#[inline]
pub(crate) fn next_frame(bytes: &[u8], max_frame_size: u32) -> Result<Option<Frame<'_>>, MalformedFrame> {
    let Some(&[a, b, c, d, doff, frame_type, high, low]) = bytes.first_chunk() else { return Ok(None) };
    let size = u32::from_be_bytes([a, b, c, d]);
    if max_frame_size != 0 && size > max_frame_size {
        return Err(MalformedFrame);
    }
    let size = size as usize;
    let start = usize::from(doff) * 4;
    if start < HEADER || start > size {
        return Err(MalformedFrame);
    }
    let Some(frame) = bytes.get(..size) else { return Ok(None) };
    let body = frame.get(start..).unwrap_or_default();
    Ok(Some(Frame { size, frame_type, channel: u16::from_be_bytes([high, low]), body }))
}

/// Appends a frame whose body `body` writes.
#[inline]
pub(crate) fn write_frame(
    out: &mut Vec<u8>,
    frame_type: FrameType,
    channel: u16,
    body: impl FnOnce(&mut Vec<u8>),
) {
    let start = out.len();
    let [high, low] = channel.to_be_bytes();
    out.extend_from_slice(&[0, 0, 0, 0, 2, frame_type as u8, high, low]);
    body(out);
    patch_frame_size(out, start);
}

/// Sets the size of the frame that starts at `start` and is the last in `out`.
#[inline]
pub(crate) fn patch_frame_size(out: &mut [u8], start: usize) {
    let size = u32::try_from(out.len() - start).unwrap_or(u32::MAX);
    if let Some(place) = out.get_mut(start..start + 4) {
        place.copy_from_slice(&size.to_be_bytes());
    }
}

/// The size of a frame header without extension.
const HEADER: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_frame_reads_back_and_leaves_the_rest() {
        let mut out = Vec::new();
        write_frame(&mut out, FrameType::Sasl, 7, |out| out.extend_from_slice(b"body"));
        out.extend_from_slice(b"more");
        let frame = next_frame(&out, 512).unwrap().unwrap();
        assert_eq!(frame, Frame { size: 12, frame_type: 1, channel: 7, body: b"body" });
    }

    #[test]
    fn an_oversized_frame_is_refused_before_its_body_arrives() {
        assert_eq!(next_frame(&[0, 0, 2, 1, 2, 0, 0, 0], 512), Err(MalformedFrame));
        assert_eq!(next_frame(&[0, 0, 2, 0, 2, 0, 0, 0], 512), Ok(None));
        assert_eq!(next_frame(&[0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0], 0), Ok(None));
    }

    #[test]
    fn a_data_offset_outside_the_frame_is_malformed() {
        for (size, doff) in [(8u8, 1u8), (8, 0), (8, 3), (16, 5)] {
            let mut bytes = vec![0u8; 32];
            bytes[3] = size;
            bytes[4] = doff;
            assert_eq!(next_frame(&bytes, 0), Err(MalformedFrame), "{size} {doff}");
        }
    }

    #[test]
    fn an_extended_header_is_stepped_over() {
        let frame = [0, 0, 0, 14, 3, 0, 0, 1, 9, 9, 9, 9, b'h', b'i'];
        assert_eq!(next_frame(&frame, 0).unwrap().unwrap().body, b"hi");
    }
}
