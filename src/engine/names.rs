//! Which links bear a name: how an attach from the peer finds the link that waits for it.
//!
//! Links are found by a keyed hash of session, role and name, so a peer that chooses names cannot make them collide;
//! those whose hashes are equal hang on one another in the order of their creation. The hash is computed once a link.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

use super::connection::Connection;
use super::text::Text;
use super::{LinkKey, SessionKey};
use crate::performative::Role;

/// The oldest link of each hash.
#[derive(Default)]
pub(super) struct Names {
    secret: RandomState,
    oldest: HashMap<u64, LinkKey, BuildHasherDefault<AlreadyHashed>>,
}

/// Takes keys that are hashes for what they are.
#[derive(Default)]
pub(super) struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 << 8) | u64::from(byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Names {
    fn hash(&self, session: SessionKey, role: Role, name: Option<&[u8]>) -> u64 {
        let mut hasher = self.secret.build_hasher();
        let what = u8::from(role == Role::Sender) | (u8::from(name.is_some()) << 1);
        hasher.write_u64(session.bits() ^ (u64::from(what) << 62));
        hasher.write(name.unwrap_or_default());
        hasher.finish()
    }
}

impl Connection {
    /// The link that an attach with this name and the peer's role is meant for: the oldest that waits for one.
    pub(crate) fn link_for_attach(
        &self,
        session: SessionKey,
        role: Role,
        name: Option<&[u8]>,
    ) -> Option<LinkKey> {
        let mut next = self.names.oldest.get(&self.names.hash(session, role, name)).copied();
        while let Some(key) = next {
            let link = self.links.get(key)?;
            let same = link.session == session
                && link.role == role
                && link.name.as_ref().map(Text::bytes) == name
                && link.awaits_attach();
            if same {
                return Some(key);
            }
            next = link.same_name;
        }
        None
    }

    pub(super) fn index_name(&mut self, key: LinkKey) {
        let link = &self.links[key];
        let hash = self.names.hash(link.session, link.role, link.name.as_ref().map(Text::bytes));
        self.links[key].name_hash = hash;
        let mut last = *self.names.oldest.entry(hash).or_insert(key);
        while let Some(next) = self.links[last].same_name {
            last = next;
        }
        if last != key {
            self.links[last].same_name = Some(key);
        }
    }

    /// Takes a link that no attach can be meant for any more out of the index of names.
    pub(crate) fn forget_name(&mut self, key: LinkKey) {
        let link = &mut self.links[key];
        let (hash, after) = (link.name_hash, link.same_name.take());
        let Some(&head) = self.names.oldest.get(&hash) else { return };
        if head == key {
            match after {
                Some(after) => self.names.oldest.insert(hash, after),
                None => self.names.oldest.remove(&hash),
            };
            return;
        }
        let mut place = head;
        while let Some(next) = self.links[place].same_name {
            if next == key {
                self.links[place].same_name = after;
                return;
            }
            place = next;
        }
    }
}
