//! The SASL exchange: which mechanism, with which words, and how it ended (part 5.3, spec/security.md section 2).
//!
//! A state machine over SASL frames, without bytes or clock: the transport feeds it frames and asks it for the next
//! one to send. Who decides what to say is either a built-in mechanism (`mechanism`, one file each, led by `exchange`)
//! or an implementation outside the library, which is asked and answers (`outside`). Neighbours: `transport`,
//! `performative`.
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
mod beyond;
mod choice;
mod cyrus;
mod exchange;
mod mechanism;
mod outside;
mod stage;
#[cfg(test)]
mod tests;
mod text;

use std::borrow::Cow;

use allowed::AllowedMechanisms;
use beyond::{Beyond, names};
use exchange::Side;
use mechanism::Credentials;
use outside::Outside;

pub(crate) use cyrus::{Layer, Level, Line, Place, is_there as has_cyrus};
pub(crate) use mechanism::{Keys, Question, Secret, Told};
pub(crate) use outside::{Answer, Ask, Implementation};
pub(crate) use stage::Stage;

use crate::engine::{Password, Text, Violation};
use crate::performative::{
    Binary, Challenge, Init, MechanismList, Mechanisms, Outcome, Response, SaslFrame, Str, Symbol,
};

/// How an exchange ended; the values of `pn_sasl_outcome_t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutcomeCode(pub(crate) i32);

impl OutcomeCode {
    pub(crate) const NONE: Self = Self(-1);
    pub(crate) const OK: Self = Self(0);
    /// The credentials were not accepted.
    pub(crate) const AUTH: Self = Self(1);
    /// The server met an error of its own.
    pub(crate) const SYS: Self = Self(2);
    /// No way to authenticate will ever do.
    pub(crate) const PERM: Self = Self(3);
}

/// One side of a SASL exchange.
pub(crate) struct Sasl {
    server: bool,
    allowed: AllowedMechanisms,
    credentials: Credentials,
    /// What a built-in mechanism has going.
    side: Side,
    local_hostname: Option<Text>,
    selected: Option<Text>,
    /// What the next init, challenge, response or outcome says.
    words: Option<Password>,
    /// Who was authenticated (server), or who we said we are (client).
    user: Option<Text>,
    authorization: Option<Text>,
    outcome: OutcomeCode,
    authenticated: bool,
    /// What is to be sent next, and what was sent last.
    desired: Stage,
    sent: Stage,
    /// Why, where more is known than that it failed.
    reason: Option<Cow<'static, str>>,
    outside: Outside,
    /// What only exchanges that Cyrus leads have.
    beyond: Option<Box<Beyond>>,
}

impl Sasl {
    pub(crate) fn new(server: bool) -> Self {
        Self {
            server,
            allowed: AllowedMechanisms::default(),
            credentials: Credentials::default(),
            side: Side::Idle,
            local_hostname: None,
            selected: None,
            words: None,
            user: None,
            authorization: None,
            outcome: OutcomeCode::NONE,
            authenticated: false,
            desired: Stage::Nothing,
            sent: Stage::Nothing,
            reason: None,
            outside: Outside::new(),
            beyond: None,
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

    pub(crate) fn set_remote_host(&mut self, name: Option<Text>) {
        self.credentials.remote_host = name;
    }

    /// The host that the connection is meant for, as it was when it was bound.
    pub(crate) const fn remote_host(&self) -> Option<&Text> {
        self.credentials.remote_host.as_ref()
    }

    /// Who to authenticate as.
    pub(crate) const fn given_user(&self) -> Option<&Text> {
        self.credentials.user.as_ref()
    }

    /// For whom to act.
    pub(crate) const fn given_authorization(&self) -> Option<&Text> {
        self.credentials.authorization.as_ref()
    }

    pub(crate) const fn password(&self) -> Option<&Password> {
        self.credentials.password.as_ref()
    }

    pub(crate) fn forget_password(&mut self) {
        self.credentials.password = None;
    }

    /// What the layer below says of the peer, and the strength in bits of its encryption.
    pub(crate) fn set_external(&mut self, strength: u16, identity: Option<Text>) {
        self.credentials.external_strength = strength;
        self.credentials.external_identity = identity;
    }

    /// Who the layer below says the peer is.
    pub(crate) const fn external_identity(&self) -> Option<&Text> {
        self.credentials.external_identity.as_ref()
    }

    /// The strength of the encryption below in bits, 0 for none.
    pub(crate) const fn external_strength(&self) -> u16 {
        self.credentials.external_strength
    }

    pub(crate) const fn is_server(&self) -> bool {
        self.server
    }

    /// Which side this is, where that was settled after the exchange was made.
    pub(crate) fn become_server(&mut self) {
        if self.sent == Stage::Nothing && self.desired == Stage::Nothing {
            self.server = true;
        }
    }

    /// Says that a server takes nobody who has not authenticated.
    pub(crate) fn set_required(&mut self, required: bool) {
        self.credentials.required = required;
    }

    /// Says what a server's program can be asked about users: what it keeps of them, and what it thinks of passwords
    /// and tokens.
    pub(crate) fn set_askable(&mut self, looks_up: bool, judges: bool) {
        self.credentials.looks_up = looks_up;
        self.credentials.judges = judges;
    }

    /// Whether a server's program can be asked about users.
    pub(crate) const fn is_askable(&self) -> bool {
        self.credentials.looks_up || self.credentials.judges
    }

    /// Restricts the mechanisms to a list of names separated by blanks; `None` lifts the restriction.
    pub(crate) fn set_allowed(&mut self, names: Option<&[u8]>) {
        self.allowed = AllowedMechanisms::parse(names);
    }

    /// Whether a server may offer and take the mechanism.
    pub(crate) fn allows(&self, name: &[u8]) -> bool {
        self.allowed.server_may_use(&String::from_utf8_lossy(name))
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

    /// Whether the peer was authenticated, or as a client, we were. The last frame may not have been written yet.
    pub(crate) const fn is_authenticated(&self) -> bool {
        self.authenticated
    }

    /// Whether the exchange is to end well, even if the last frame has not been written yet.
    pub(crate) fn has_succeeded(&self) -> bool {
        matches!(self.desired, Stage::Succeeded | Stage::Outcome) && self.authenticated
    }

    /// Whether the exchange has ended well and everything was said.
    pub(crate) fn is_over(&self) -> bool {
        self.has_succeeded() && self.next_stage().is_none()
    }

    /// The client's SASL header has arrived: a built-in server offers its mechanisms.
    pub(crate) fn header_received(&mut self) {
        if self.outside.implementation.is_none() {
            self.desired = self.desired.max(Stage::Mechanisms);
        }
    }

    fn next_stage(&self) -> Option<Stage> {
        self.desired.next_after(self.sent)
    }

    /// Whether a frame is ready. An implementation outside is asked first.
    pub(crate) fn has_frame(&mut self) -> bool {
        self.next_stage().is_some() && self.may_write()
    }

    /// Asks an implementation outside what it has to say, where it was not asked in this output pass.
    pub(crate) fn begin_pass(&mut self) -> bool {
        self.may_write()
    }

    /// Writes the body of the next frame. A server's refusal after an early init still offers its mechanisms first.
    pub(crate) fn write_frame(&mut self, out: &mut Vec<u8>) {
        let Some(stage) = self.next_stage() else { return };
        if stage == Stage::Mechanisms {
            self.sent = stage;
            return self.offer(out);
        }
        let words = Binary(self.words.as_ref().map_or(&[][..], Password::bytes));
        match stage {
            Stage::Init => {
                let name = self.selected.as_ref().map_or(&[][..], Text::bytes);
                let initial_response = self.words.as_ref().map(|_| words);
                let hostname = self.local_hostname.as_ref().map(|name| Str(name.bytes()));
                Init { mechanism: Symbol(name), initial_response, hostname }.encode(out);
            }
            Stage::Challenge => Challenge { challenge: words }.encode(out),
            Stage::Response => Response { response: words }.encode(out),
            Stage::Outcome => {
                let code = match self.authenticated {
                    true => 0,
                    false => {
                        u8::try_from(self.outcome.0).ok().filter(|&code| code != 0).unwrap_or(SYSTEM_ERROR)
                    }
                };
                let additional_data = self.words.as_ref().map(|_| words);
                Outcome { code: Some(code), additional_data }.encode(out);
            }
            Stage::Nothing | Stage::Mechanisms | Stage::Succeeded | Stage::Failed | Stage::Error => {}
        }
        if self.outside.implementation.is_none() {
            self.words = None;
        }
        self.sent = stage;
    }

    fn offer(&mut self, out: &mut Vec<u8>) {
        let beyond = self.offer_beyond();
        let names: Vec<&[u8]> = match &beyond {
            Some(list) => names(list).filter(|name| self.allows(name)).collect(),
            None if self.led_outside() => self.offered_names().filter(|name| self.allows(name)).collect(),
            None => self.own_offer(),
        };
        Mechanisms { sasl_server_mechanisms: MechanismList::Names(&names) }.encode(out);
    }

    /// Takes in a frame and tells whether it changed what is to be sent. Frames of the other side's part of the
    /// exchange, and those that nobody asked for, are ignored.
    ///
    /// # Errors
    /// An outcome has to say whether it is a success: leaving that out must not read as one. Nor may a server accept
    /// a client that has not said who it is, or ask twice at once.
    pub(crate) fn receive(&mut self, frame: &SaslFrame<'_>) -> Result<bool, Violation> {
        let before = self.desired;
        if before >= Stage::Succeeded {
            return Ok(false);
        }
        match (self.server, frame) {
            (false, SaslFrame::Mechanisms(offer)) if self.selected.is_none() => self.choose(offer),
            (false, SaslFrame::Outcome(outcome)) => self.receive_outcome(outcome)?,
            (true, SaslFrame::Init(init)) if self.selected.is_none() => self.judge(init),
            (false, SaslFrame::Challenge(frame)) if self.sent >= Stage::Init => {
                if self.led_outside() {
                    self.ask(Ask::Challenge(owned(frame.challenge)));
                } else {
                    return self.answer_challenge(frame.challenge.0);
                }
            }
            (true, SaslFrame::Response(frame)) if self.sent == Stage::Challenge => {
                if self.led_outside() {
                    self.ask(Ask::Response(owned(frame.response)));
                } else {
                    return self.hear_response(frame.response.0);
                }
            }
            _ => {}
        }
        Ok(self.desired != before)
    }

    fn receive_outcome(&mut self, outcome: &Outcome<'_>) -> Result<(), Violation> {
        let Some(code) = outcome.code else {
            return Err(Violation::framing("sasl-outcome without a code"));
        };
        if code == 0 && self.sent < Stage::Init {
            return Err(Violation::framing("sasl-outcome before sasl-init"));
        }
        self.outcome = OutcomeCode(i32::from(code));
        match self.led_outside() {
            true => self.ask(Ask::Outcome(outcome.additional_data.map(owned))),
            false => self.take_outcome(outcome.additional_data.map(|data| data.0)),
        }
        Ok(())
    }

    const fn led_outside(&self) -> bool {
        self.outside.implementation.is_some()
    }

    /// What a client makes of an outcome.
    fn conclude(&mut self) {
        self.authenticated = self.outcome == OutcomeCode::OK;
        self.desired = if self.authenticated { Stage::Succeeded } else { Stage::Failed };
    }

    /// A client has no way to go on.
    fn give_up(&mut self) {
        self.outcome = OutcomeCode::PERM;
        self.desired = Stage::Failed;
    }

    /// A client picks a mechanism; an implementation outside hears of all that are allowed.
    fn choose(&mut self, offer: &Mechanisms<'_>) {
        let mut offered = offer.sasl_server_mechanisms.names();
        if !self.led_outside() {
            return self.choose_own(offered);
        }
        offered.retain(|name| self.allowed.client_may_use(&String::from_utf8_lossy(name)));
        self.ask(Ask::InitClient);
        if offered.is_empty() {
            self.give_up();
        } else {
            self.ask(Ask::Mechanisms(Text::new(&offered.join(&b' '))));
        }
    }

    /// A server accepts or refuses the client's choice.
    fn judge(&mut self, init: &Init<'_>) {
        let name = init.mechanism.0;
        self.selected = Some(Text::new(name));
        if !self.allows(name) {
            self.refuse("Client mechanism not in mechanism inclusion list.".into());
        } else if self.led_outside() {
            self.ask(Ask::Init(Text::new(name), init.initial_response.map(owned)));
        } else {
            self.serve(name, init.initial_response.map(|response| response.0));
        }
    }

    /// A server refuses, and keeps the reason to itself.
    fn refuse(&mut self, reason: Cow<'static, str>) {
        self.reason = Some(reason);
        self.words = None;
        self.set_failed();
        self.desired = Stage::Outcome;
    }

    /// Why the transport has to end, once the exchange has failed and the peer has been told.
    pub(crate) fn failure(&self) -> Option<String> {
        let failed = self.desired >= Stage::Succeeded && !self.has_succeeded();
        if !failed || self.next_stage().is_some() || self.waits() {
            return None;
        }
        let name = self.selected.as_ref().map_or(&b"none"[..], Text::bytes);
        let name = String::from_utf8_lossy(name);
        let text = if self.server {
            format!("Failed to authenticate client [mech={name}]")
        } else {
            format!("Authentication failed [mech={name}]")
        };
        Some(match &self.reason {
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

fn owned(bytes: Binary<'_>) -> Password {
    Password::new(bytes.0)
}

/// The outcome code for a server that has not decided and says it has: an error of its own.
const SYSTEM_ERROR: u8 = 2;
