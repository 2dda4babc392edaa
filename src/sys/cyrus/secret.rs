//! A password as libsasl2 wants to read it (`sasl_secret_t`): a length and the bytes behind it, in memory of ours that
//! is wiped.

use std::ffi::{c_ulong, c_void};
use std::mem::size_of;

/// The length, then the bytes and a NUL, in whole words so that the length is where C reads one.
pub(super) struct Secret(Vec<c_ulong>);

impl Secret {
    pub(super) fn new(bytes: &[u8]) -> Self {
        const WORD: usize = size_of::<c_ulong>();
        // Room for all at once: a vector that grows leaves a copy behind.
        let mut words = Vec::with_capacity(2 + bytes.len() / WORD);
        words.push(bytes.len() as c_ulong);
        for chunk in bytes.chunks(WORD) {
            let mut word = [0; WORD];
            for (place, byte) in word.iter_mut().zip(chunk) {
                *place = *byte;
            }
            words.push(c_ulong::from_ne_bytes(word));
        }
        if bytes.len().is_multiple_of(WORD) {
            words.push(0);
        }
        Self(words)
    }

    /// Where C finds it, for reading.
    pub(super) fn as_ptr(&self) -> *mut c_void {
        self.0.as_ptr().cast_mut().cast()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.fill(0);
        std::hint::black_box(&mut self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_reads_as_its_length_its_bytes_and_a_nul() {
        for text in [&b""[..], b"short", b"exactly8", b"a little longer than a word"] {
            let secret = Secret::new(text);
            let bytes: Vec<u8> = secret.0.iter().flat_map(|word| word.to_ne_bytes()).collect();
            let (length, rest) = bytes.split_at(size_of::<c_ulong>());
            assert_eq!(length, (text.len() as c_ulong).to_ne_bytes());
            assert_eq!(rest.get(..text.len()), Some(text));
            assert_eq!(rest.get(text.len()), Some(&0));
            assert_eq!(secret.0.capacity(), 2 + text.len() / size_of::<c_ulong>(), "nothing was moved");
        }
    }
}
