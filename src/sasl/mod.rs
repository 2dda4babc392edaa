//! The SASL exchange: which mechanism, with which words, and how it ended (part 5.3, spec/security.md section 2).
//!
//! A state machine over SASL frames, without bytes or clock: the transport feeds it frames and asks it for the next
//! one to send. Mechanisms are one file each behind [`Mechanism`]. Neighbours: `transport`, `performative`.
#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)]
#![cfg_attr(
    test,
    allow(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::panic,
        reason = "a test may fail by panicking"
    )
)]

mod allowed;
mod mechanism;
#[cfg(test)]
mod tests;

use allowed::AllowedMechanisms;
use mechanism::{Credentials, Verdict};

use crate::engine::{Password, Text};
use crate::performative::{Binary, Init, MechanismList, Mechanisms, Outcome, SaslFrame, Symbol};

/// How an exchange ended; the values of `pn_sasl_outcome_t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutcomeCode(pub(crate) i32);

impl OutcomeCode {
    pub(crate) const NONE: Self = Self(-1);
    pub(crate) const OK: Self = Self(0);
    /// The credentials were not accepted.
    pub(crate) const AUTH: Self = Self(1);
    /// No way to authenticate will ever do.
    pub(crate) const PERM: Self = Self(3);
}

/// What has to be sent next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pending {
    Nothing,
    Mechanisms,
    Init,
    Outcome,
}

/// How far the exchange is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Running,
    Succeeded,
    Failed,
}

/// One side of a SASL exchange.
pub(crate) struct Sasl {
    server: bool,
    allowed: AllowedMechanisms,
    credentials: Credentials,
    selected: Option<Text>,
    initial_response: Option<Vec<u8>>,
    /// Who was authenticated (server), or who we said we are (client).
    user: Option<Text>,
    authorization: Option<Text>,
    outcome: OutcomeCode,
    pending: Pending,
    progress: Progress,
    /// Why, where more is known than that it failed.
    reason: Option<&'static str>,
}

impl Sasl {
    pub(crate) fn new(server: bool) -> Self {
        Self {
            server,
            allowed: AllowedMechanisms::default(),
            credentials: Credentials::default(),
            selected: None,
            initial_response: None,
            user: None,
            authorization: None,
            outcome: OutcomeCode::NONE,
            pending: Pending::Nothing,
            progress: Progress::Running,
            reason: None,
        }
    }

    /// Who to authenticate as, for whom to act, and the proof; `None` where not given.
    pub(crate) fn set_credentials(
        &mut self,
        user: Option<Text>,
        authorization: Option<Text>,
        password: Option<Password>,
    ) {
        self.user.clone_from(&user);
        self.authorization.clone_from(&authorization);
        self.credentials.user = user;
        self.credentials.authorization = authorization;
        self.credentials.password = password;
    }

    /// Restricts the mechanisms to a list of names separated by blanks; `None` lifts the restriction.
    pub(crate) fn set_allowed(&mut self, names: Option<&[u8]>) {
        self.allowed = AllowedMechanisms::parse(names);
    }

    pub(crate) fn set_allow_insecure(&mut self, allow: bool) {
        self.credentials.allow_insecure = allow;
    }

    pub(crate) const fn allows_insecure(&self) -> bool {
        self.credentials.allow_insecure
    }

    pub(crate) const fn outcome(&self) -> OutcomeCode {
        self.outcome
    }

    /// Overwrites the stored outcome; the exchange itself is not touched.
    pub(crate) fn set_outcome(&mut self, code: i32) {
        self.outcome = OutcomeCode(code);
    }

    /// The mechanism in use, once chosen, NUL-terminated.
    pub(crate) const fn mechanism(&self) -> Option<&Text> {
        self.selected.as_ref()
    }

    /// The authenticated user on a server, the configured one on a client.
    pub(crate) const fn user(&self) -> Option<&Text> {
        self.user.as_ref()
    }

    pub(crate) const fn authorization(&self) -> Option<&Text> {
        self.authorization.as_ref()
    }

    pub(crate) fn is_authenticated(&self) -> bool {
        self.progress == Progress::Succeeded && self.pending == Pending::Nothing
    }

    /// Whether the exchange has succeeded, even if the last frame has not been written yet.
    pub(crate) fn has_succeeded(&self) -> bool {
        self.progress == Progress::Succeeded
    }

    /// The client's SASL header has arrived: the server offers its mechanisms.
    pub(crate) fn header_received(&mut self) {
        self.pending = Pending::Mechanisms;
    }

    pub(crate) fn has_frame(&self) -> bool {
        self.pending != Pending::Nothing
    }

    /// Writes the body of the next frame. A server's refusal after an early init still offers its mechanisms first.
    pub(crate) fn write_frame(&mut self, out: &mut Vec<u8>) {
        match self.pending {
            Pending::Nothing => {}
            Pending::Mechanisms => {
                self.offer(out);
                self.pending =
                    if self.progress == Progress::Running { Pending::Nothing } else { Pending::Outcome };
            }
            Pending::Init => {
                let name = self.selected.as_ref().map_or(&[][..], Text::bytes);
                let initial_response = self.initial_response.as_deref().map(Binary);
                Init { mechanism: Symbol(name), initial_response, hostname: None }.encode(out);
                if let Some(secret) = self.initial_response.take() {
                    drop(Password::from(secret));
                }
                self.pending = Pending::Nothing;
            }
            Pending::Outcome => {
                let code = u8::try_from(self.outcome.0).unwrap_or(1);
                Outcome { code, additional_data: None }.encode(out);
                self.pending = Pending::Nothing;
            }
        }
    }

    fn offer(&self, out: &mut Vec<u8>) {
        let names: Vec<&[u8]> = mechanism::ALL
            .iter()
            .filter(|mechanism| {
                mechanism.offered(&self.credentials) && self.allowed.server_may_use(mechanism.name())
            })
            .map(|mechanism| mechanism.name().as_bytes())
            .collect();
        Mechanisms { sasl_server_mechanisms: MechanismList::Names(&names) }.encode(out);
    }

    /// Takes in a frame. Frames of the other side's part of the exchange are ignored.
    pub(crate) fn receive(&mut self, frame: &SaslFrame<'_>) {
        if self.progress != Progress::Running {
            return;
        }
        match (self.server, frame) {
            (false, SaslFrame::Mechanisms(offer)) if self.selected.is_none() => self.choose(offer),
            (false, SaslFrame::Outcome(outcome)) => {
                self.outcome = OutcomeCode(i32::from(outcome.code));
                self.progress = if outcome.code == 0 { Progress::Succeeded } else { Progress::Failed };
            }
            (true, SaslFrame::Init(init)) if self.selected.is_none() => self.judge(init),
            _ => {}
        }
    }

    /// A client picks the first mechanism of its own preference that is offered, allowed and possible.
    fn choose(&mut self, offer: &Mechanisms<'_>) {
        let offered = offer.sasl_server_mechanisms.names();
        let usable = mechanism::ALL.iter().find(|mechanism| {
            let name = mechanism.name().as_bytes();
            offered.contains(&name)
                && self.allowed.client_may_use(mechanism.name())
                && mechanism.usable(&self.credentials)
        });
        match usable {
            Some(mechanism) => {
                self.selected = Some(Text::new(mechanism.name().as_bytes()));
                self.initial_response = Some(mechanism.initial_response(&mut self.credentials));
                self.pending = Pending::Init;
            }
            None => {
                self.outcome = OutcomeCode::PERM;
                self.progress = Progress::Failed;
            }
        }
    }

    /// A server accepts or refuses the client's choice.
    fn judge(&mut self, init: &Init<'_>) {
        let name = init.mechanism.0;
        self.selected = Some(Text::new(name));
        let response = init.initial_response.map(|response| response.0);
        let known = mechanism::ALL.iter().find(|mechanism| mechanism.name().as_bytes() == name);
        let verdict = if self.allowed.server_may_use(&String::from_utf8_lossy(name)) {
            known.map_or(Verdict::Refused, |mechanism| mechanism.judge(&self.credentials, response))
        } else {
            self.reason = Some("Client mechanism not in mechanism inclusion list.");
            Verdict::Refused
        };
        match verdict {
            Verdict::Accepted { user, authorization } => {
                self.user = Some(user);
                self.authorization = Some(authorization);
                self.outcome = OutcomeCode::OK;
                self.progress = Progress::Succeeded;
            }
            Verdict::Refused => {
                self.outcome = OutcomeCode::AUTH;
                self.progress = Progress::Failed;
            }
        }
        if self.pending == Pending::Nothing {
            self.pending = Pending::Outcome;
        }
    }

    /// Why the transport has to end, once the exchange has failed and the peer has been told.
    pub(crate) fn failure(&self) -> Option<String> {
        if self.progress != Progress::Failed || self.has_frame() {
            return None;
        }
        let name = self.selected.as_ref().map_or(&b"none"[..], Text::bytes);
        let name = String::from_utf8_lossy(name);
        let text = if self.server {
            format!("Failed to authenticate client [mech={name}]")
        } else {
            format!("Authentication failed [mech={name}]")
        };
        Some(match self.reason {
            Some(reason) => format!("{reason} ({text})"),
            None => text,
        })
    }

    /// What the log says of a success.
    pub(crate) fn success_text(&self) -> String {
        let show = |text: &Option<Text>| {
            text.as_ref().map_or_else(String::new, |t| String::from_utf8_lossy(t.bytes()).into_owned())
        };
        let (user, mechanism) = (show(&self.user), show(&self.selected));
        match &self.authorization {
            Some(_) => {
                let whom = show(&self.authorization);
                format!("Authenticated user: {user} for {whom} with mechanism {mechanism}")
            }
            None => format!("Authenticated user: {user} with mechanism {mechanism}"),
        }
    }
}
