//! What most owners never have: a value that takes no memory until somebody writes to it. To who reads, it is there
//! from the start, with nothing in it.

use std::ops::{Deref, DerefMut};

/// A value with nothing in it.
pub(crate) trait Blank: Default + 'static {
    const BLANK: &'static Self;
}

/// Reads as a blank value until it is written.
#[derive(Default)]
pub(crate) struct Rare<T>(Option<Box<T>>);

impl<T> Rare<T> {
    /// The value, if it was ever written.
    pub(crate) fn written(&mut self) -> Option<&mut T> {
        self.0.as_deref_mut()
    }
}

impl<T: Blank> Deref for Rare<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or(T::BLANK)
    }
}

impl<T: Blank> DerefMut for Rare<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.get_or_insert_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Blank for [u64; 4] {
        const BLANK: &'static Self = &[0; 4];
    }

    #[test]
    fn reading_takes_no_memory_and_writing_stays() {
        let mut rare = Rare::<[u64; 4]>::default();
        assert_eq!((*rare, rare.written()), ([0; 4], None));
        rare[2] = 7;
        assert_eq!((*rare, rare.written()), ([0, 0, 7, 0], Some(&mut [0, 0, 7, 0])));
    }
}
