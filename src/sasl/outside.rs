//! An exchange led by an implementation outside the library, such as a program's own.
//!
//! The machine never calls it. It asks: what has to be decided goes into a queue, the transport stops where the
//! answer matters, and whoever lends the transport to the caller takes the questions out, has them answered and
//! hands the answers in. While a question waits, nothing is read and no frame is written.

use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, Ordering};

use super::mechanism::{Question, Told};
use super::stage::Stage;
use super::{OutcomeCode, Sasl};
use crate::engine::{Password, Text};

/// Where an implementation's functions are. It belongs to whoever made it and is never followed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Implementation(pub(crate) NonNull<c_void>);

/// What exchanges made from now on are led by; null for the built-in mechanisms.
static DEFAULT: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());

impl Implementation {
    /// Sets who leads exchanges that are made from now on.
    pub(crate) fn set_default(implementation: Option<Self>) {
        DEFAULT.store(implementation.map_or(std::ptr::null_mut(), |it| it.0.as_ptr()), Ordering::Release);
    }
}

/// A question to the implementation, with what came over the wire; `None` where a frame had nothing.
pub(crate) enum Ask {
    InitServer,
    InitClient,
    /// A frame may be written soon: the last chance to say what.
    PrepareWrite,
    ListMechanisms,
    /// What the server offers and we allow, separated by blanks.
    Mechanisms(Text),
    Init(Text, Option<Password>),
    Response(Password),
    Challenge(Password),
    Outcome(Option<Password>),
    CanEncrypt,
    Encode(Password),
    Decode(Password),
    /// A built-in mechanism has to know something of a user.
    About(Question),
}

/// What it says.
pub(crate) enum Answer {
    /// It has said what it wanted by way of the settings.
    Done,
    /// Whether a client can go on.
    Ready(bool),
    /// What a server offers, separated by blanks.
    Offer(Option<Vec<u8>>),
    /// It has seen the outcome, and may have changed it.
    Seen,
    /// How many bytes at a time its security layer takes; `None` without one.
    Layer(Option<usize>),
    /// Bytes as they go over the wire, or as they were before; `None` if the layer is broken.
    Encoded(Option<Vec<u8>>),
    Decoded(Option<Vec<u8>>),
    /// What a built-in mechanism had to know.
    Told(Told),
}

/// What is remembered for an implementation outside.
#[derive(Default)]
pub(super) struct Outside {
    pub(super) implementation: Option<Implementation>,
    /// The implementation's own pointer, handed back to it.
    pub(super) context: Option<NonNull<c_void>>,
    asks: std::collections::VecDeque<Ask>,
    /// A question has been taken out and not been answered.
    busy: bool,
    /// It was told that a frame may be written.
    prepared: bool,
    /// What a server offers, once told.
    offer: Option<Vec<u8>>,
    /// It was asked for a security layer.
    layer_asked: bool,
}

impl Outside {
    /// Nothing has been asked; whoever leads exchanges by default leads this one.
    pub(super) fn new() -> Self {
        let implementation = NonNull::new(DEFAULT.load(Ordering::Acquire)).map(Implementation);
        Self { implementation, ..Self::default() }
    }
}

impl Sasl {
    /// Puts the exchange into the hands of `implementation`; `None` for the built-in mechanisms.
    pub(crate) fn set_implementation(&mut self, implementation: Option<Implementation>) {
        self.outside.implementation = implementation;
    }

    pub(crate) const fn implementation(&self) -> Option<Implementation> {
        self.outside.implementation
    }

    pub(crate) const fn context(&self) -> Option<NonNull<c_void>> {
        self.outside.context
    }

    pub(crate) fn set_context(&mut self, context: Option<NonNull<c_void>>) {
        self.outside.context = context;
    }

    /// Whether the transport has to wait for an answer.
    pub(crate) fn waits(&self) -> bool {
        self.outside.busy || !self.outside.asks.is_empty()
    }

    pub(crate) fn has_ask(&self) -> bool {
        !self.outside.busy && !self.outside.asks.is_empty()
    }

    pub(crate) fn ask(&mut self, ask: Ask) {
        self.outside.asks.push_back(ask);
    }

    /// Takes the next question out, to be answered before anything goes on.
    pub(crate) fn take_ask(&mut self) -> Option<Ask> {
        let ask = self.outside.asks.pop_front();
        self.outside.busy = ask.is_some();
        ask
    }

    /// Goes on after an answer and tells whether that changed what is to be sent. What concerns bytes and layers is
    /// for the transport.
    pub(crate) fn answered(&mut self, answer: &mut Answer) -> bool {
        let before = (self.desired, self.sent);
        self.outside.busy = false;
        match answer {
            Answer::Told(told) => {
                let told = std::mem::replace(told, Told::Judged(None));
                self.told(told);
            }
            Answer::Ready(false) => {
                self.outside.asks.clear();
                self.give_up();
            }
            Answer::Offer(offer) => self.outside.offer = Some(offer.take().unwrap_or_default()),
            Answer::Seen => self.conclude(),
            Answer::Done | Answer::Ready(true) | Answer::Layer(_) => {}
            Answer::Encoded(_) | Answer::Decoded(_) => {}
        }
        (self.desired, self.sent) != before
    }

    /// Whether frames may be written now; if not, questions have been asked.
    pub(super) fn may_write(&mut self) -> bool {
        if self.waits() {
            return false;
        }
        if self.outside.implementation.is_none() {
            return true;
        }
        if !std::mem::replace(&mut self.outside.prepared, true) {
            if self.server && self.desired == Stage::Nothing {
                self.ask(Ask::InitServer);
            }
            self.ask(Ask::PrepareWrite);
            return false;
        }
        if self.next_stage() == Some(Stage::Mechanisms) && self.outside.offer.is_none() {
            self.ask(Ask::ListMechanisms);
            return false;
        }
        true
    }

    /// An output pass is over.
    pub(crate) fn pass_over(&mut self) {
        self.outside.prepared = false;
    }

    /// Whether it is settled what bytes look like after the exchange; if not, the question has been asked.
    pub(crate) fn layer_settled(&mut self) -> bool {
        if self.outside.implementation.is_some() && !std::mem::replace(&mut self.outside.layer_asked, true) {
            self.ask(Ask::CanEncrypt);
        }
        !self.waits() && !self.has_layer()
    }

    /// Whether bytes after the exchange can be read: nobody has yet to say what they look like.
    pub(crate) fn layer_known(&self) -> bool {
        match self.outside.implementation {
            Some(_) => self.outside.layer_asked && !self.waits(),
            None => !self.has_layer(),
        }
    }

    /// The names a server offers.
    pub(super) fn offered_names(&self) -> impl Iterator<Item = &[u8]> {
        let offer = self.outside.offer.as_deref().unwrap_or_default();
        offer.split(|&byte| byte == b' ').filter(|name| !name.is_empty())
    }

    /// Sets what a plug-in wants to be sent next. A refusal says why.
    ///
    /// # Errors
    /// What to write to the log.
    pub(crate) fn set_desired(&mut self, stage: Stage) -> Result<bool, String> {
        let reached = if self.next_stage().is_none() { self.desired.max(self.sent) } else { self.sent };
        if let Some(objection) = stage.objection(reached, self.server) {
            return Err(objection);
        }
        if let Some(before) = stage.again().filter(|_| stage == self.sent) {
            self.sent = before;
        }
        Ok(std::mem::replace(&mut self.desired, stage) != stage)
    }

    /// The words of the next frame that has room for them.
    pub(crate) fn set_words(&mut self, words: Option<&[u8]>) {
        self.words = words.map(Password::new);
    }

    pub(crate) fn set_mechanism(&mut self, name: Option<&[u8]>) {
        self.selected = Text::from_option(name);
    }

    /// What a client calls the host it talks to, in its init.
    pub(crate) fn set_local_hostname(&mut self, name: Option<&[u8]>) {
        self.local_hostname = Text::from_option(name);
    }

    /// The peer is who it says it is.
    pub(crate) fn set_succeeded(&mut self, user: Option<&[u8]>, authorization: Option<&[u8]>) {
        self.user = Text::from_option(user);
        self.authorization = Text::from_option(authorization);
        self.outcome = OutcomeCode::OK;
        self.authenticated = true;
    }

    /// The peer is not, or not any more.
    pub(crate) fn set_failed(&mut self) {
        self.outcome = OutcomeCode::AUTH;
        self.authenticated = false;
    }
}
