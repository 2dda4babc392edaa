//! SASL mechanisms: one trait, one file each, both sides of the exchange.
//!
//! A [`Mechanism`] says who can use it and begins exchanges. An exchange is what one connection has going in one
//! mechanism: it hears the peer's words and says the next ones, and knows neither frames nor the transport. What a
//! server must know of users it asks for ([`Move::Ask`]); the exchange goes on when it is told.

mod anonymous;
mod external;
mod oauthbearer;
mod plain;
mod prepare;
mod scram;
mod secret;
mod token;
mod xoauth2;

use std::borrow::Cow;

pub(crate) use secret::{Keys, Secret};

use super::cyrus::{Layer, Line};
use crate::engine::{Password, Text};

/// What a side has to authenticate with, or to judge by.
#[derive(Default)]
pub(super) struct Credentials {
    pub(super) user: Option<Text>,
    pub(super) authorization: Option<Text>,
    pub(super) password: Option<Password>,
    /// The host that the connection is meant for.
    pub(super) remote_host: Option<Text>,
    /// Words that can be read on the wire may be said without encryption.
    pub(super) allow_insecure: bool,
    /// The strength in bits of the encryption that the stream already has, 0 for none.
    pub(super) external_strength: u16,
    /// Who the layer below says the peer is.
    pub(super) external_identity: Option<Text>,
    /// A server takes nobody who has not authenticated.
    pub(super) required: bool,
    /// The program of a server looks up what it keeps of a user.
    pub(super) looks_up: bool,
    /// The program of a server judges passwords and tokens itself.
    pub(super) judges: bool,
}

impl Credentials {
    /// Whether words that anybody could use may be said on this stream.
    fn may_say_secrets(&self) -> Result<(), Obstacle> {
        match self.external_strength > 0 || self.allow_insecure {
            true => Ok(()),
            false => Err("needs encryption or pn_sasl_set_allow_insecure_mechs()"),
        }
    }

    fn has_password(&self) -> Result<(), Obstacle> {
        match self.user.is_some() && self.password.is_some() {
            true => Ok(()),
            false => Err("needs a user and a password"),
        }
    }
}

/// Why a side cannot use a mechanism.
pub(super) type Obstacle = &'static str;

/// Why an exchange failed. It never has anything secret.
pub(super) type Fault = Cow<'static, str>;

/// A way to authenticate.
pub(super) trait Mechanism: Sync {
    /// The registered name.
    fn name(&self) -> &'static str;

    /// Whether it is left alone unless the program allows it by name.
    fn is_by_name_only(&self) -> bool {
        false
    }

    /// Whether a server can offer it.
    fn offered(&self, credentials: &Credentials) -> Result<(), Obstacle>;

    /// Whether a client can take part with what it has.
    fn usable(&self, credentials: &Credentials) -> Result<(), Obstacle>;

    /// Begins a client's exchange. Secrets are taken out of the credentials.
    fn begin(&'static self, credentials: &mut Credentials) -> Result<Begun, Fault>;

    /// Begins a server's exchange.
    fn serve(&'static self) -> Box<dyn ServerExchange>;
}

/// A client's exchange and its first words, where it has some before it was asked.
pub(super) struct Begun {
    pub(super) exchange: Box<dyn ClientExchange>,
    pub(super) words: Option<Password>,
}

impl Begun {
    /// An exchange in which a client has nothing to say but this.
    fn said(words: &[u8]) -> Self {
        Self { exchange: Box::new(SaidAll { prompted: false }), words: Some(Password::new(words)) }
    }
}

/// A client's side of an exchange.
pub(super) trait ClientExchange: Send {
    /// The answer to a challenge.
    fn answer(&mut self, challenge: &[u8]) -> Result<Password, Fault>;

    /// The server says that all is well, with what it had still to say. Whoever wants the server to prove itself
    /// refuses here if it has not.
    fn conclude(&mut self, data: Option<&[u8]>) -> Result<(), Fault>;

    /// What the server has said of why it refuses, if anything.
    fn complaint(&self) -> Option<Fault> {
        None
    }

    /// What there is to log since the last time.
    fn lines(&mut self) -> Vec<Line> {
        Vec::new()
    }

    /// The security layer that was agreed on, if any, once all is well.
    fn into_layer(self: Box<Self>) -> Option<Layer> {
        None
    }
}

/// A server's side of an exchange.
pub(super) trait ServerExchange: Send {
    /// What follows from the client's words; `None` where an init had none.
    fn hear(&mut self, words: Option<&[u8]>, credentials: &Credentials) -> Move;

    /// What follows from the answer to a question.
    fn told(&mut self, told: Told) -> Move;

    /// What there is to log since the last time.
    fn lines(&mut self) -> Vec<Line> {
        Vec::new()
    }

    /// The security layer that was agreed on, if any, once the client is accepted.
    fn into_layer(self: Box<Self>) -> Option<Layer> {
        None
    }
}

/// What a server does next.
pub(super) enum Move {
    /// It says this and waits for the client.
    Say(Password),
    /// It has to know something of a user.
    Ask(Question),
    /// The client is who it says.
    Accept(Accepted),
    Refuse(Fault),
}

impl Move {
    fn refuse(why: &'static str) -> Self {
        Self::Refuse(Cow::Borrowed(why))
    }

    fn accept(user: &[u8], authorization: Option<&[u8]>) -> Self {
        let authorization = Text::new(authorization.unwrap_or(user));
        Self::Accept(Accepted { user: Text::new(user), authorization, data: None })
    }
}

/// Whom a server has authenticated, and its last words.
pub(super) struct Accepted {
    pub(super) user: Text,
    pub(super) authorization: Text,
    pub(super) data: Option<Password>,
}

/// What a server's program is asked about a user.
pub(crate) struct Question {
    pub(crate) mechanism: &'static str,
    pub(crate) user: Text,
    /// For whom the user wants to act; `None` for itself.
    pub(crate) authorization: Option<Text>,
    /// The password or token to judge; `None` to look up what is kept of the user.
    pub(crate) secret: Option<Password>,
}

/// What the program says.
pub(crate) enum Told {
    /// What it keeps of the user.
    Kept(Secret),
    /// Who the owner of the password or token is; `None` if it will not do.
    Judged(Option<Text>),
}

/// Every built-in mechanism, in a client's order of preference, which is also the order of a server's offer.
pub(super) static ALL: [&dyn Mechanism; 8] = [
    &external::External,
    &scram::SHA_512,
    &scram::SHA_256,
    &scram::SHA_1,
    &oauthbearer::OauthBearer,
    &xoauth2::Xoauth2,
    &plain::Plain,
    &anonymous::Anonymous,
];

/// The built-in mechanism of this name.
pub(super) fn find(name: &[u8]) -> Option<&'static dyn Mechanism> {
    ALL.into_iter().find(|mechanism| mechanism.name().as_bytes() == name)
}

/// A client that has said all there is to say with its first words. A server to which empty words are none may prompt
/// for them, once.
struct SaidAll {
    prompted: bool,
}

impl ClientExchange for SaidAll {
    fn answer(&mut self, challenge: &[u8]) -> Result<Password, Fault> {
        match challenge.is_empty() && !std::mem::replace(&mut self.prompted, true) {
            true => Ok(Password::new(b"")),
            false => Err("the server asks although everything was said".into()),
        }
    }

    fn conclude(&mut self, _data: Option<&[u8]>) -> Result<(), Fault> {
        Ok(())
    }
}

/// A server that decides by the client's first words alone.
struct OneWord(fn(Option<&[u8]>, &Credentials) -> Move);

impl ServerExchange for OneWord {
    fn hear(&mut self, words: Option<&[u8]>, credentials: &Credentials) -> Move {
        (self.0)(words, credentials)
    }

    fn told(&mut self, _told: Told) -> Move {
        Move::refuse(OUT_OF_TURN)
    }
}

/// What is said of a side that goes on where nothing can follow.
const OUT_OF_TURN: &str = "the exchange goes on after its end";
