//! What fuzzing reaches that has no function of C.

use super::pattern::{Outcome, Rules};

/// What one rule makes of an address; nothing if it does not fit.
#[must_use]
pub fn rewritten(pattern: &[u8], substitution: &[u8], address: &[u8]) -> Option<Vec<u8>> {
    let mut rules = Rules::default();
    rules.add(pattern, Some(substitution));
    match rules.apply(address) {
        Outcome::Changed(address) => Some(address),
        Outcome::Same | Outcome::Nowhere => None,
    }
}
