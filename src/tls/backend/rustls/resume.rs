//! Sessions that a client may continue, kept by the name that the program gives a session and the name of the peer.
//!
//! The last four names are kept, with the context that made them: a session never goes on under other settings than
//! those it was verified with, nor with another peer.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::NamedGroup;
use rustls::client::{ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::ServerName;

/// Which sessions are the same to the program, and with whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) session: String,
    pub(super) peer: Option<String>,
}

/// The sessions of one context, the newest last.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<VecDeque<(Name, Sessions)>>);

/// What is kept by one name.
#[derive(Debug, Default)]
struct Sessions {
    tls_1_2: Option<Tls12ClientSessionValue>,
    /// Tickets of TLS 1.3, each good for one time, the newest last.
    tickets: VecDeque<Tls13ClientSessionValue>,
    /// The group of keys that the server wanted the last time.
    group: Option<NamedGroup>,
}

impl Kept {
    fn lock(&self) -> MutexGuard<'_, VecDeque<(Name, Sessions)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One name's share of what is kept, which is all that a session sees.
#[derive(Debug)]
pub(super) struct Share {
    pub(super) kept: Arc<Kept>,
    pub(super) name: Name,
}

impl Share {
    fn look<R>(&self, look: impl FnOnce(&mut Sessions) -> R) -> Option<R> {
        let mut kept = self.kept.lock();
        kept.iter_mut().find(|(name, _)| *name == self.name).map(|(_, sessions)| look(sessions))
    }

    fn save(&self, save: impl FnOnce(&mut Sessions)) {
        let mut kept = self.kept.lock();
        let place = kept.iter().position(|(name, _)| *name == self.name);
        let known = place.and_then(|place| kept.remove(place));
        let (name, mut sessions) = known.unwrap_or_else(|| (self.name.clone(), Sessions::default()));
        save(&mut sessions);
        if kept.len() == MOST {
            kept.pop_front();
        }
        kept.push_back((name, sessions));
    }
}

/// The name of the server is part of the name of the share.
impl ClientSessionStore for Share {
    fn set_kx_hint(&self, _server: ServerName<'static>, group: NamedGroup) {
        self.save(|sessions| sessions.group = Some(group));
    }

    fn kx_hint(&self, _server: &ServerName<'_>) -> Option<NamedGroup> {
        self.look(|sessions| sessions.group).flatten()
    }

    fn set_tls12_session(&self, _server: ServerName<'static>, value: Tls12ClientSessionValue) {
        self.save(|sessions| sessions.tls_1_2 = Some(value));
    }

    fn tls12_session(&self, _server: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.look(|sessions| sessions.tls_1_2.clone()).flatten()
    }

    fn remove_tls12_session(&self, _server: &ServerName<'static>) {
        self.look(|sessions| sessions.tls_1_2 = None);
    }

    fn insert_tls13_ticket(&self, _server: ServerName<'static>, value: Tls13ClientSessionValue) {
        self.save(|sessions| {
            if sessions.tickets.len() == MOST_TICKETS {
                sessions.tickets.pop_front();
            }
            sessions.tickets.push_back(value);
        });
    }

    fn take_tls13_ticket(&self, _server: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.look(|sessions| sessions.tickets.pop_back()).flatten()
    }
}

/// How many names are kept.
const MOST: usize = 4;

/// How many tickets are kept by one name; servers send two.
const MOST_TICKETS: usize = 4;
