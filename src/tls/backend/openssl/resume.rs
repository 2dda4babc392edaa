//! Sessions that a client may continue, kept by the name that the program gives a session and the name of the peer.
//!
//! The last four are kept, with the context that made them: a session never goes on under other settings than those it
//! was verified with, nor with another peer.

use std::sync::{Mutex, PoisonError};

use crate::sys::openssl::KeptSession;

/// Which sessions are the same to the program, and with whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) session: String,
    pub(super) peer: Option<String>,
}

/// The sessions of one context, the newest last.
#[derive(Default)]
pub(super) struct Kept(Mutex<Vec<(Name, KeptSession)>>);

impl Kept {
    /// Keeps a session in place of an older one of its name.
    pub(super) fn save(&self, name: &Name, session: KeptSession) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(other, _)| other != name);
        if kept.len() == MOST {
            kept.remove(0);
        }
        kept.push((name.clone(), session));
    }

    pub(super) fn find(&self, name: &Name) -> Option<KeptSession> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(other, _)| other == name).map(|(_, session)| session.clone())
    }
}

/// How many sessions are kept.
const MOST: usize = 4;
