//! A server's side of SCRAM.
//!
//! A user that is not there goes through the same steps with the same work as one that is, with a salt that stays the
//! same, and fails like one with a wrong password. The server's last words go out as a challenge, which the client
//! answers with nothing: every client takes challenges, and not all of them look at the data of an outcome.

use super::super::secret::{ITERATIONS, salt_of};
use super::message::{decoded, encoded, take, take_header, unescaped};
use super::{Hash, Password, fresh_nonce, prepared};
use crate::engine::Text;
use crate::sasl::mechanism::{Credentials, Move, OUT_OF_TURN, Question, Secret, ServerExchange, Told};

pub(super) struct Server {
    hash: &'static Hash,
    state: State,
}

enum State {
    /// Nothing was heard; the client may have been asked to begin.
    Start {
        prompted: bool,
    },
    /// The program is looking the user up.
    Asked(Greeting),
    /// The client has to prove itself.
    Challenged {
        greeting: Greeting,
        salted: Salted,
        first: Vec<u8>,
        nonce: Vec<u8>,
    },
    /// It has, and so have we.
    Proven(Greeting),
    Failed,
}

/// What a client says first.
struct Greeting {
    user: Text,
    authorization: Option<Text>,
    /// What stands before the user and the nonce, and those two.
    header: Vec<u8>,
    bare: Vec<u8>,
    nonce: Vec<u8>,
}

/// What a proof is judged by.
struct Salted {
    salt: Vec<u8>,
    iterations: u32,
    by: Basis,
    /// There is such a user.
    known: bool,
}

enum Basis {
    Password(Password),
    Keys { stored: Password, server: Password },
}

impl Server {
    pub(super) fn new(hash: &'static Hash) -> Self {
        Self { hash, state: State::Start { prompted: false } }
    }

    fn greeted(&mut self, words: &[u8]) -> Result<Move, &'static str> {
        let greeting = parse(words)?;
        let question = Question {
            mechanism: self.hash.mechanism,
            user: greeting.user.clone(),
            authorization: greeting.authorization.clone(),
            secret: None,
        };
        self.state = State::Asked(greeting);
        Ok(Move::Ask(question))
    }

    /// Goes on with a nonce of our own.
    pub(super) fn challenge(&mut self, secret: Secret, nonce: &[u8]) -> Result<Move, &'static str> {
        let State::Asked(greeting) = std::mem::replace(&mut self.state, State::Failed) else {
            return Err(OUT_OF_TURN);
        };
        let salted = self.salted(secret, greeting.user.bytes()).ok_or(NO_NUMBERS)?;
        let nonce = [&*greeting.nonce, nonce].concat();
        let iterations = salted.iterations.to_string();
        let first = [b"r=", &*nonce, b",s=", &*encoded(&salted.salt), b",i=", iterations.as_bytes()].concat();
        let words = Password::new(&first);
        self.state = State::Challenged { greeting, salted, first, nonce };
        Ok(Move::Say(words))
    }

    fn salted(&self, secret: Secret, user: &[u8]) -> Option<Salted> {
        let salt = salt_of(self.hash.mechanism.as_bytes(), user)?;
        Some(match secret {
            Secret::Password(kept) => {
                let by = Basis::Password(prepared(kept.bytes()).unwrap_or(kept));
                Salted { salt, iterations: ITERATIONS, by, known: true }
            }
            Secret::Keys(keys) => {
                // Keys of another mechanism prove nothing here.
                let known = keys.stored.bytes().len() == self.hash.mac_size();
                let by = Basis::Keys { stored: keys.stored, server: keys.server };
                Salted { salt: keys.salt.into(), iterations: keys.iterations, by, known }
            }
            Secret::Unknown(None) => {
                let by = Basis::Password(Password::new(&salt));
                Salted { salt, iterations: ITERATIONS, by, known: false }
            }
            Secret::Unknown(Some(iterations)) => {
                let key = || self.hash.hmac(&salt, user);
                let by = Basis::Keys { stored: key(), server: key() };
                Salted { salt, iterations, by, known: false }
            }
        })
    }

    fn judge(&mut self, words: &[u8]) -> Result<Move, &'static str> {
        let State::Challenged { greeting, salted, first, nonce } =
            std::mem::replace(&mut self.state, State::Failed)
        else {
            return Err(OUT_OF_TURN);
        };
        let (reply, proof) = parse_proof(words, &greeting.header, &nonce)?;
        let (stored, server) = match salted.by {
            Basis::Password(password) => {
                let keys =
                    self.hash.keys(&self.hash.stretch(password.bytes(), &salted.salt, salted.iterations));
                (keys.stored, keys.server)
            }
            Basis::Keys { stored, server } => (stored, server),
        };
        let message = [&*greeting.bare, b",", &*first, b",", reply].concat();
        let proven = self.hash.proves(&stored, &message, proof.bytes());
        if !proven || !salted.known {
            return Err("user or password is wrong");
        }
        let signature = self.hash.hmac(server.bytes(), &message);
        self.state = State::Proven(greeting);
        Ok(Move::Say([b"v=", &*encoded(signature.bytes())].concat().into()))
    }
}

impl ServerExchange for Server {
    fn hear(&mut self, words: Option<&[u8]>, _credentials: &Credentials) -> Move {
        let next = match (&self.state, words) {
            (State::Start { prompted: false }, None) => {
                self.state = State::Start { prompted: true };
                Ok(Move::Say(Password::new(b"")))
            }
            (State::Start { .. }, words) => self.greeted(words.unwrap_or_default()),
            (State::Challenged { .. }, Some(words)) => self.judge(words),
            (State::Proven(greeting), Some([])) => {
                return Move::accept(greeting.user.bytes(), greeting.authorization.as_ref().map(Text::bytes));
            }
            _ => Err(OUT_OF_TURN),
        };
        next.unwrap_or_else(Move::refuse)
    }

    fn told(&mut self, told: Told) -> Move {
        let (Told::Kept(secret), Some(nonce)) = (told, fresh_nonce()) else {
            return Move::refuse(NO_NUMBERS);
        };
        self.challenge(secret, &nonce).unwrap_or_else(Move::refuse)
    }
}

fn parse(words: &[u8]) -> Result<Greeting, &'static str> {
    const MALFORMED: &str = "the client's first words are malformed";
    let mut rest = words;
    let authorization = take_header(&mut rest)?;
    let header = words.get(..words.len() - rest.len()).unwrap_or_default().to_vec();
    let bare = rest.to_vec();
    if rest.starts_with(b"m=") {
        return Err("the client wants an extension that is not known");
    }
    let user = take(&mut rest, b'n').and_then(unescaped).ok_or(MALFORMED)?;
    let user = prepared(&user).filter(|user| !user.bytes().is_empty()).ok_or(MALFORMED)?;
    let printable = |nonce: &&[u8]| !nonce.is_empty() && nonce.iter().all(u8::is_ascii_graphic);
    let nonce = take(&mut rest, b'r').filter(printable).ok_or(MALFORMED)?.to_vec();
    Ok(Greeting {
        user: Text::new(user.bytes()),
        authorization: authorization.as_deref().map(Text::new),
        header,
        bare,
        nonce,
    })
}

/// The part of a client's last message that is signed, and the proof behind it.
fn parse_proof<'a>(
    words: &'a [u8],
    header: &[u8],
    nonce: &[u8],
) -> Result<(&'a [u8], Password), &'static str> {
    const MALFORMED: &str = "the client's last words are malformed";
    const MARK: &[u8] = b",p=";
    let end = words.windows(MARK.len()).rposition(|window| window == MARK).ok_or(MALFORMED)?;
    let (mut signed, proof) = words.split_at_checked(end).ok_or(MALFORMED)?;
    let proof = proof.get(MARK.len()..).and_then(decoded).ok_or(MALFORMED)?;
    let reply = signed;
    let binding = take(&mut signed, b'c').and_then(decoded).ok_or(MALFORMED)?;
    if binding.bytes() != header {
        return Err("the client's words were changed on the way");
    }
    if take(&mut signed, b'r') != Some(nonce) {
        return Err("the client's nonce is not the one agreed on");
    }
    Ok((reply, proof))
}

const NO_NUMBERS: &str = "there are no random numbers";
