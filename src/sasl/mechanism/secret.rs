//! What a server's program keeps of its users: a password, the keys that SCRAM derives from one, or nothing.

use std::sync::OnceLock;

use super::prepare::prepared;
use super::scram::{Hash, SHA_256};
use crate::engine::Password;

/// What is kept of one user.
pub(crate) enum Secret {
    /// The password itself.
    Password(Password),
    /// What SCRAM needs in its place (RFC 5802 section 3).
    Keys(Keys),
    /// There is no such user. Those that there are have keys with so many iterations, or passwords.
    Unknown(Option<u32>),
}

/// The keys that one SCRAM mechanism makes of a password. They let a server judge, and not log in elsewhere.
pub(crate) struct Keys {
    pub(super) salt: Box<[u8]>,
    pub(super) iterations: u32,
    pub(super) stored: Password,
    pub(super) server: Password,
}

impl Keys {
    /// `None` for what cannot be the keys of any SCRAM mechanism.
    pub(crate) fn new(salt: &[u8], iterations: u32, stored: &[u8], server: &[u8]) -> Option<Self> {
        let fits = Hash::of_size(stored.len()).is_some() && server.len() == stored.len();
        let plausible = !salt.is_empty() && Secret::may_have(iterations);
        (fits && plausible).then(|| Self {
            salt: salt.into(),
            iterations,
            stored: Password::new(stored),
            server: Password::new(server),
        })
    }
}

impl Secret {
    /// Whether keys with so many iterations are used.
    pub(crate) fn may_have(iterations: u32) -> bool {
        (1..=MOST_ITERATIONS).contains(&iterations)
    }

    /// Whether it is the secret of this password. That takes as long for a user who is not there as for one who is.
    pub(super) fn fits(&self, password: &Password) -> bool {
        let compare = |kept: &[u8]| SHA_256.same(kept, password.bytes());
        let derive = |hash: &Hash, salt: &[u8], iterations: u32| {
            hash.keys(&hash.stretch(password.bytes(), salt, iterations)).stored
        };
        match self {
            Self::Password(kept) => match prepared(kept.bytes()) {
                Some(prepared) => compare(prepared.bytes()),
                None => compare(kept.bytes()),
            },
            Self::Keys(keys) => Hash::of_size(keys.stored.bytes().len()).is_some_and(|hash| {
                let stored = derive(hash, &keys.salt, keys.iterations);
                hash.same(stored.bytes(), keys.stored.bytes())
            }),
            Self::Unknown(None) => {
                std::hint::black_box(compare(b""));
                false
            }
            Self::Unknown(Some(iterations)) => {
                let salt = salt_of(b"PLAIN", password.bytes()).unwrap_or_default();
                std::hint::black_box(derive(&SHA_256, &salt, *iterations));
                false
            }
        }
    }
}

/// A salt for a user of whom a password is kept, or nothing: the same on every attempt while the process lives, so
/// that nobody can tell the two apart. `None` without a source of random numbers.
pub(super) fn salt_of(mechanism: &[u8], user: &[u8]) -> Option<Vec<u8>> {
    static KEY: OnceLock<Option<[u8; 32]>> = OnceLock::new();
    let key = (*KEY.get_or_init(|| {
        let mut key = [0; 32];
        getrandom::fill(&mut key).ok().map(|()| key)
    }))?;
    let message = [mechanism, b"\0", user].concat();
    Some(SHA_256.hmac(&key, &message).bytes().get(..SALT)?.to_vec())
}

/// Bytes of salt.
const SALT: usize = 16;

/// Iterations where a password is kept and the keys are made on demand: the least that RFC 7677 section 4 wants.
pub(super) const ITERATIONS: u32 = 4096;

/// More iterations than this are refused: they take a second or two, and are above everything recommended.
pub(super) const MOST_ITERATIONS: u32 = 2_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_what_is_kept_of_it_in_any_form_and_no_other() {
        let (right, wrong) = (Password::new(b"pencil"), Password::new(b"pen"));
        let kept = Secret::Password(Password::new(b"pen\xc2\xadcil"));
        assert!(kept.fits(&right) && !kept.fits(&wrong), "compared as SASLprep has it");
        for hash in [&super::super::scram::SHA_1, &SHA_256, &super::super::scram::SHA_512] {
            let keys = hash.keys(&hash.stretch(b"pencil", b"salt", 10));
            let kept =
                Keys::new(b"salt", 10, keys.stored.bytes(), keys.server.bytes()).map(Secret::Keys).unwrap();
            assert!(kept.fits(&right) && !kept.fits(&wrong));
        }
        for nobody in [None, Some(10)] {
            assert!(!Secret::Unknown(nobody).fits(&Password::new(b"")));
        }
    }

    #[test]
    fn what_cannot_be_keys_is_none() {
        let key = [1; 32];
        assert!(Keys::new(b"salt", 4096, &key, &key).is_some());
        assert!(Keys::new(b"", 4096, &key, &key).is_none());
        assert!(Keys::new(b"salt", 0, &key, &key).is_none());
        assert!(Keys::new(b"salt", u32::MAX, &key, &key).is_none());
        assert!(Keys::new(b"salt", 4096, &key, &key[..20]).is_none());
        assert!(Keys::new(b"salt", 4096, &key[..7], &key[..7]).is_none());
    }
}
