//! The arithmetic of SCRAM over one hash function (RFC 5802 section 2.2). Nothing here decides anything.

use ctutils::CtEq;
use hmac::{Hmac, KeyInit, Mac};
use sha1::{Digest, Sha1};
use sha2::{Sha256, Sha512};
use zeroize::Zeroize;

use crate::engine::Password;

/// A hash function, and with it a mechanism.
pub(in crate::sasl::mechanism) struct Hash {
    pub(super) mechanism: &'static str,
    size: usize,
    digest: fn(&[u8]) -> Password,
    mac: fn(&[u8], &[u8]) -> Password,
    stretch: fn(&[u8], &[u8], u32, &mut [u8]),
}

pub(in crate::sasl::mechanism) static SHA_1: Hash = Hash {
    mechanism: "SCRAM-SHA-1",
    size: 20,
    digest: digest_of::<Sha1>,
    mac: mac_of::<Hmac<Sha1>>,
    stretch: pbkdf2::pbkdf2_hmac::<Sha1>,
};

pub(in crate::sasl::mechanism) static SHA_256: Hash = Hash {
    mechanism: "SCRAM-SHA-256",
    size: 32,
    digest: digest_of::<Sha256>,
    mac: mac_of::<Hmac<Sha256>>,
    stretch: pbkdf2::pbkdf2_hmac::<Sha256>,
};

pub(in crate::sasl::mechanism) static SHA_512: Hash = Hash {
    mechanism: "SCRAM-SHA-512",
    size: 64,
    digest: digest_of::<Sha512>,
    mac: mac_of::<Hmac<Sha512>>,
    stretch: pbkdf2::pbkdf2_hmac::<Sha512>,
};

/// What the salted password leads to.
pub(in crate::sasl::mechanism) struct Derived {
    client: Password,
    pub(in crate::sasl::mechanism) stored: Password,
    pub(in crate::sasl::mechanism) server: Password,
}

impl Hash {
    /// The hash function with digests of this size.
    pub(in crate::sasl::mechanism) fn of_size(size: usize) -> Option<&'static Self> {
        [&SHA_1, &SHA_256, &SHA_512].into_iter().find(|hash| hash.size == size)
    }

    /// Bytes of a key.
    pub(super) const fn mac_size(&self) -> usize {
        self.size
    }

    /// The salted password. The time it takes grows with the iterations.
    pub(in crate::sasl::mechanism) fn stretch(
        &self,
        password: &[u8],
        salt: &[u8],
        iterations: u32,
    ) -> Password {
        let mut salted = vec![0; self.size];
        (self.stretch)(password, salt, iterations, &mut salted);
        salted.into()
    }

    pub(in crate::sasl::mechanism) fn hmac(&self, key: &[u8], message: &[u8]) -> Password {
        (self.mac)(key, message)
    }

    pub(in crate::sasl::mechanism) fn keys(&self, salted: &Password) -> Derived {
        let client = self.hmac(salted.bytes(), b"Client Key");
        let stored = (self.digest)(client.bytes());
        let server = self.hmac(salted.bytes(), b"Server Key");
        Derived { client, stored, server }
    }

    /// Whether two secrets are the same, in a time that tells neither where they differ nor how long they are.
    pub(in crate::sasl::mechanism) fn same(&self, one: &[u8], other: &[u8]) -> bool {
        let (one, other) = ((self.digest)(one), (self.digest)(other));
        one.bytes().ct_eq(other.bytes()).to_bool()
    }

    /// A client's proof that it has the key.
    pub(super) fn proof(&self, keys: &Derived, message: &[u8]) -> Password {
        exclusive_or(keys.client.bytes(), self.hmac(keys.stored.bytes(), message).bytes())
    }

    /// Whether a client's proof is one, by what the server keeps.
    pub(super) fn proves(&self, stored: &Password, message: &[u8], proof: &[u8]) -> bool {
        let signature = self.hmac(stored.bytes(), message);
        let client = exclusive_or(proof, signature.bytes());
        let fits = (self.digest)(client.bytes());
        proof.len() == self.size && fits.bytes().ct_eq(stored.bytes()).to_bool()
    }
}

fn digest_of<D: Digest>(bytes: &[u8]) -> Password {
    let mut digest = D::digest(bytes);
    let kept = Password::new(&digest);
    digest.as_mut_slice().zeroize();
    kept
}

fn mac_of<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Password {
    let mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    let mut code = mac.chain_update(message).finalize().into_bytes();
    let kept = Password::new(&code);
    code.as_mut_slice().zeroize();
    kept
}

fn exclusive_or(one: &[u8], other: &[u8]) -> Password {
    one.iter().zip(other).map(|(a, b)| a ^ b).collect::<Vec<_>>().into()
}
