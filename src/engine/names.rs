//! Which links bear a name: how an attach from the peer finds the link that waits for it.
//!
//! Links are found by a keyed hash of session, role and name, so a peer that chooses names cannot make them collide;
//! those whose hashes are equal hang on one another in the order of their creation. The hash is computed once a link.
//! Most connections have one link, so there is no map before the second.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::sync::LazyLock;

use super::connection::Connection;
use super::text::Text;
use super::{LinkKey, SessionKey};
use crate::performative::Role;

/// The oldest link of each hash.
#[derive(Default)]
pub(super) struct Names {
    first: Option<(u64, LinkKey)>,
    others: Option<Box<ByHash>>,
}

type ByHash = HashMap<u64, LinkKey, BuildHasherDefault<AlreadyHashed>>;

/// What keys the hashes.
static SECRET: LazyLock<RandomState> = LazyLock::new(RandomState::new);

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

fn hash_of(session: SessionKey, role: Role, name: Option<&[u8]>) -> u64 {
    let mut hasher = SECRET.build_hasher();
    let what = u8::from(role == Role::Sender) | (u8::from(name.is_some()) << 1);
    hasher.write_u64(session.bits() ^ (u64::from(what) << 62));
    hasher.write(name.unwrap_or_default());
    hasher.finish()
}

impl Names {
    fn get(&self, hash: u64) -> Option<LinkKey> {
        match self.first {
            Some((first, key)) if first == hash => Some(key),
            _ => self.others.as_ref()?.get(&hash).copied(),
        }
    }

    /// Sets or replaces the oldest link of a hash.
    fn set(&mut self, hash: u64, key: LinkKey) {
        let has_place = match self.first {
            Some((first, _)) => first == hash,
            None => self.others.as_ref().is_none_or(|others| !others.contains_key(&hash)),
        };
        if has_place {
            self.first = Some((hash, key));
        } else {
            self.others.get_or_insert_default().insert(hash, key);
        }
    }

    fn remove(&mut self, hash: u64) {
        if self.first.take_if(|(first, _)| *first == hash).is_none()
            && let Some(others) = &mut self.others
        {
            others.remove(&hash);
        }
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
        let mut next = self.names.get(hash_of(session, role, name));
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
        let hash = hash_of(link.session, link.role, link.name.as_ref().map(Text::bytes));
        self.links[key].name_hash = hash;
        let Some(mut last) = self.names.get(hash) else { return self.names.set(hash, key) };
        while let Some(next) = self.links[last].same_name {
            last = next;
        }
        self.links[last].same_name = Some(key);
    }

    /// Takes a link that no attach can be meant for any more out of the index of names.
    pub(crate) fn forget_name(&mut self, key: LinkKey) {
        let link = &mut self.links[key];
        let (hash, after) = (link.name_hash, link.same_name.take());
        let Some(head) = self.names.get(hash) else { return };
        if head == key {
            match after {
                Some(after) => self.names.set(hash, after),
                None => self.names.remove(hash),
            }
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
