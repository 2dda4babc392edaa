//! Bytes that nobody can foresee.

/// As many random bytes as fit.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let mut filled = 0;
    while filled < N {
        let rest = &mut bytes[filled..];
        // SAFETY: the room is ours to write, and as large as told.
        let taken = unsafe { libc::getrandom(rest.as_mut_ptr().cast(), rest.len(), 0) };
        // The kernel gives small numbers of bytes whole, once it has gathered any; only a signal gets in the way.
        filled += usize::try_from(taken).unwrap_or_default();
    }
    bytes
}

#[cfg(test)]
mod tests {
    #[test]
    fn two_draws_differ() {
        assert_ne!(super::bytes::<16>(), super::bytes::<16>());
    }
}
