//! Exchanges in built-in mechanisms: what a mechanism says becomes frames, and frames become words for it.
//!
//! A client chooses, begins, answers and believes an outcome only as far as its mechanism does. A server offers what
//! it can serve, lets the mechanism of the client's choice hear and say, and asks its program about users in between:
//! as with an implementation outside, a question is queued and the transport waits (`outside`).

use super::choice::Choice;
use super::cyrus;
use super::mechanism::{self, Accepted, Begun, ClientExchange, Fault, Mechanism, Move, ServerExchange, Told};
use super::stage::Stage;
use super::text::shown;
use super::{Ask, OutcomeCode, Sasl};
use crate::engine::{Text, Violation};

/// What a mechanism has going.
pub(super) enum Side {
    /// Nothing was begun, and on a server it is open who leads.
    Idle,
    /// A built-in mechanism will be begun, or one has ended.
    BuiltIn,
    /// Cyrus waits for the client's choice.
    Offering(Box<cyrus::Server>),
    Client(Box<dyn ClientExchange>),
    Server(Box<dyn ServerExchange>),
}

impl Sasl {
    /// The built-in mechanisms that a server offers.
    pub(super) fn own_offer(&self) -> Vec<&'static [u8]> {
        let served = mechanism::ALL.into_iter().filter(|ours| self.obstacle(*ours).is_none());
        served.map(|ours| ours.name().as_bytes()).collect()
    }

    /// Why a server does not serve a mechanism.
    fn obstacle(&self, ours: &dyn Mechanism) -> Option<&'static str> {
        let name = ours.name();
        if !self.allowed.server_may_use(name) {
            return Some("is not allowed");
        }
        if ours.is_by_name_only() && !self.allowed.names(name) {
            return Some("has to be named in pn_sasl_allowed_mechs()");
        }
        ours.offered(&self.credentials).err()
    }

    /// A client takes the best mechanism that is offered, or none.
    pub(super) fn choose_own(&mut self, offered: Vec<&[u8]>) {
        let first = Choice::new(&offered, &self.allowed, &self.credentials).first();
        if let Some(ours) = first {
            return self.begin(ours);
        }
        let others = self.choose_beyond(&offered);
        if self.desired != Stage::Nothing {
            return;
        }
        let choice = Choice::new(&offered, &self.allowed, &self.credentials);
        match choice.last() {
            Some(ours) => self.begin(ours),
            None => {
                self.reason = Some(choice.complaint(others.as_deref()).into());
                self.give_up();
            }
        }
    }

    fn begin(&mut self, ours: &'static dyn Mechanism) {
        self.selected = Some(Text::new(ours.name().as_bytes()));
        match ours.begin(&mut self.credentials) {
            Ok(Begun { exchange, words }) => {
                self.side = Side::Client(exchange);
                self.words = words;
                self.desired = Stage::Init;
            }
            Err(fault) => self.break_off(fault),
        }
    }

    /// A client's mechanism cannot go on.
    fn break_off(&mut self, fault: Fault) {
        self.reason = Some(fault);
        self.side = Side::BuiltIn;
        self.words = None;
        self.outcome = OutcomeCode::AUTH;
        self.desired = Stage::Failed;
    }

    /// A client answers a challenge, and tells that there is something to send, or to end.
    pub(super) fn answer_challenge(&mut self, challenge: &[u8]) -> Result<bool, Violation> {
        if self.next_stage().is_some() {
            return Err(Violation::framing("sasl-challenge before the response to the last one"));
        }
        let Side::Client(exchange) = &mut self.side else { return Ok(false) };
        let answer = exchange.answer(challenge);
        self.hear_lines();
        match answer {
            Ok(words) => {
                self.words = Some(words);
                self.desired = Stage::Response;
                self.rearm();
            }
            Err(fault) => self.break_off(fault),
        }
        Ok(true)
    }

    /// A client believes that all is well if its mechanism does.
    pub(super) fn take_outcome(&mut self, data: Option<&[u8]>) {
        let accepted = self.outcome == OutcomeCode::OK;
        match &mut self.side {
            Side::Client(exchange) if accepted => {
                if let Err(fault) = exchange.conclude(data) {
                    self.hear_lines();
                    return self.break_off(fault);
                }
                self.keep_layer();
            }
            Side::Client(exchange) => self.reason = exchange.complaint(),
            // An implementation outside that went in the middle leaves nobody who could believe it.
            Side::Idle | Side::BuiltIn | Side::Offering(_) | Side::Server(_) if accepted => {
                return self.break_off("no exchange was begun".into());
            }
            Side::Idle | Side::BuiltIn | Side::Offering(_) | Side::Server(_) => {}
        }
        self.side = Side::BuiltIn;
        self.conclude();
    }

    /// A server begins an exchange in the mechanism of the client's choice.
    pub(super) fn serve(&mut self, name: &[u8], words: Option<&[u8]>) {
        if self.serve_beyond(name) {
            return self.hear(words);
        }
        let Some(ours) = mechanism::find(name) else {
            let offer = self.own_offer().join(&b' ');
            return self.refuse(format!("no such mechanism, offered {}", shown(&offer)).into());
        };
        if let Some(obstacle) = self.obstacle(ours) {
            return self.refuse(format!("{} {obstacle}", ours.name()).into());
        }
        self.side = Side::Server(ours.serve());
        self.hear(words);
    }

    /// A server hears an answer, and tells that there is something to send.
    pub(super) fn hear_response(&mut self, words: &[u8]) -> Result<bool, Violation> {
        if self.next_stage().is_some() {
            return Err(Violation::framing("sasl-response before the challenge"));
        }
        self.hear(Some(words));
        Ok(!self.waits())
    }

    fn hear(&mut self, words: Option<&[u8]>) {
        if let Side::Server(exchange) = &mut self.side {
            let next = exchange.hear(words, &self.credentials);
            self.follow(next);
        }
    }

    /// The program has answered a question.
    pub(super) fn told(&mut self, told: Told) {
        if let Side::Server(exchange) = &mut self.side {
            let next = exchange.told(told);
            self.follow(next);
        }
    }

    fn follow(&mut self, next: Move) {
        self.hear_lines();
        match next {
            Move::Say(words) => {
                self.words = Some(words);
                self.desired = Stage::Challenge;
                self.rearm();
            }
            Move::Ask(question) => self.ask(Ask::About(question)),
            Move::Accept(Accepted { user, authorization, data }) => {
                self.set_succeeded(Some(user.bytes()), Some(authorization.bytes()));
                self.words = data;
                self.keep_layer();
                self.desired = Stage::Outcome;
            }
            Move::Refuse(fault) => {
                self.side = Side::BuiltIn;
                self.refuse(fault);
            }
        }
    }

    /// Lets the same kind of frame be sent once more.
    fn rearm(&mut self) {
        if self.desired == self.sent {
            self.sent = self.sent.again().unwrap_or(self.sent);
        }
    }
}
