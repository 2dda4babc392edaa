//! Copies of message bytes, at the same speed wherever they come from and go to.
//!
//! For more than about 2 KiB the C library's `memcpy` uses one string instruction, which some processors of today
//! (Zen 4, for one) carry out up to 15 times more slowly when the destination lies 1 to 15 bytes beyond the source,
//! modulo the size of a page. Between pieces of a stream that distance takes every value in time, and sometimes keeps
//! one. Smaller copies use vector instructions, which do not mind and are no slower; so a copy over such a distance goes
//! in pieces.

/// Appends `bytes` to `out`.
#[inline]
pub(crate) fn append(out: &mut Vec<u8>, bytes: &[u8]) {
    if bytes.len() > PIECE {
        out.reserve(bytes.len());
        if is_slow(out.as_ptr().addr().wrapping_add(out.len()), bytes) {
            return bytes.chunks(PIECE).for_each(|piece| out.extend_from_slice(piece));
        }
    }
    out.extend_from_slice(bytes);
}

/// Writes `bytes` over `place`, as far as both go.
#[inline]
pub(crate) fn fill(place: &mut [u8], bytes: &[u8]) {
    let n = place.len().min(bytes.len());
    let (place, bytes) = (&mut place[..n], &bytes[..n]);
    if n > PIECE && is_slow(place.as_ptr().addr(), bytes) {
        let pieces = place.chunks_mut(PIECE).zip(bytes.chunks(PIECE));
        return pieces.for_each(|(place, piece)| place.copy_from_slice(piece));
    }
    place.copy_from_slice(bytes);
}

/// Whether a copy to `place` in one go may be a slow one.
#[inline]
fn is_slow(place: usize, bytes: &[u8]) -> bool {
    let distance = place.wrapping_sub(bytes.as_ptr().addr()) % PAGE;
    cfg!(target_arch = "x86_64") && (1..VECTOR).contains(&distance)
}

const PAGE: usize = 4096;

/// The longest vector that `memcpy` uses.
const VECTOR: usize = 64;

/// The C library copies this many bytes by vector instructions.
const PIECE: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_whole_over_every_distance() {
        let source: Vec<u8> = (0..3 * PAGE).map(|n| (n % 251) as u8).collect();
        for distance in (0..200).chain(PAGE - 70..PAGE).step_by(if cfg!(miri) { 60 } else { 1 }) {
            let from = &source[7..7 + 2 * PAGE + distance % 3];
            let start = (from.as_ptr().addr() + distance) % PAGE;
            let mut place = vec![0; 4 * PAGE];
            let start = (start + PAGE - place.as_ptr().addr() % PAGE) % PAGE;
            fill(&mut place[start..], from);
            assert_eq!(&place[start..start + from.len()], from, "{distance}");
            assert!(place[start + from.len()..].iter().all(|byte| *byte == 0));
            let mut out: Vec<u8> = Vec::with_capacity(4 * PAGE);
            let start = (from.as_ptr().addr() + distance).wrapping_sub(out.as_ptr().addr()) % PAGE;
            out.resize(start, 0);
            append(&mut out, from);
            assert_eq!(&out[start..], from, "{distance}");
        }
    }
}
