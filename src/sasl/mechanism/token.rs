//! What the mechanisms that carry an OAuth 2.0 bearer token have in common: the token is the password of the
//! connection, a server's program judges it, and a refusal is told and answered before the outcome.

use super::{
    Begun, ClientExchange, Credentials, Fault, Move, OUT_OF_TURN, Obstacle, Question, ServerExchange, Told,
};
use crate::engine::{Password, Text};
use crate::sasl::text::shown;

/// What makes one mechanism different from the other.
pub(super) struct Manner {
    pub(super) mechanism: &'static str,
    /// What a client answers to a server that tells why it refuses.
    pub(super) resignation: &'static [u8],
    pub(super) parse: fn(&[u8]) -> Option<Claim>,
}

/// What a client claims, and the token that shows it.
pub(super) struct Claim {
    pub(super) user: Option<Vec<u8>>,
    pub(super) authorization: Option<Vec<u8>>,
    pub(super) token: Password,
}

pub(super) fn usable(credentials: &Credentials) -> Result<(), Obstacle> {
    let Some(token) = &credentials.password else { return Err("needs a token as the password") };
    let proper = |bytes: &[u8]| !bytes.is_empty() && bytes.iter().all(u8::is_ascii_graphic);
    let names = [&credentials.user, &credentials.authorization];
    if !proper(token.bytes()) || names.into_iter().flatten().any(|name| name.bytes().contains(&SEPARATOR)) {
        return Err("needs a token without characters that no token has");
    }
    credentials.may_say_secrets()
}

pub(super) fn offered(credentials: &Credentials) -> Result<(), Obstacle> {
    if !credentials.judges {
        return Err("needs protium_sasl_set_judge()");
    }
    credentials.may_say_secrets()
}

/// A client's exchange whose first words are these fields, behind one another.
pub(super) fn begun(manner: &'static Manner, words: &[&[u8]]) -> Begun {
    let words = Some(Password::from(words.concat()));
    Begun { exchange: Box::new(Client { manner, complaint: None }), words }
}

struct Client {
    manner: &'static Manner,
    /// What the server finds wrong with the token.
    complaint: Option<String>,
}

impl ClientExchange for Client {
    fn answer(&mut self, challenge: &[u8]) -> Result<Password, Fault> {
        match self.complaint.replace(format!("the server refuses the token: {}", shown(challenge))) {
            None => Ok(Password::new(self.manner.resignation)),
            Some(_) => Err(OUT_OF_TURN.into()),
        }
    }

    fn conclude(&mut self, _data: Option<&[u8]>) -> Result<(), Fault> {
        match self.complaint {
            None => Ok(()),
            Some(_) => Err("the server accepts a token that it has refused".into()),
        }
    }

    fn complaint(&self) -> Option<Fault> {
        self.complaint.clone().map(Fault::from)
    }
}

/// A server that has heard a token.
pub(super) struct Server {
    manner: &'static Manner,
    state: State,
}

enum State {
    Start,
    /// The program looks at it.
    Asked(Option<Vec<u8>>),
    Accepted,
    /// The client was told why not, and has still to answer.
    Refused,
}

impl Server {
    pub(super) const fn new(manner: &'static Manner) -> Self {
        Self { manner, state: State::Start }
    }
}

impl ServerExchange for Server {
    fn hear(&mut self, words: Option<&[u8]>, _credentials: &Credentials) -> Move {
        match self.state {
            State::Start => {}
            State::Refused => return Move::refuse("the token is not accepted"),
            State::Asked(_) | State::Accepted => return Move::refuse(OUT_OF_TURN),
        }
        let Some(claim) = words.and_then(self.manner.parse) else {
            return Move::refuse("the client's words are malformed");
        };
        let question = Question {
            mechanism: self.manner.mechanism,
            user: Text::new(claim.user.as_deref().unwrap_or_default()),
            authorization: claim.authorization.as_deref().map(Text::new),
            secret: Some(claim.token),
        };
        self.state = State::Asked(claim.authorization);
        Move::Ask(question)
    }

    fn told(&mut self, told: Told) -> Move {
        match (std::mem::replace(&mut self.state, State::Accepted), told) {
            (State::Asked(authorization), Told::Judged(Some(user))) => {
                Move::accept(user.bytes(), authorization.as_deref())
            }
            (State::Asked(_), Told::Judged(None)) => {
                self.state = State::Refused;
                Move::Say(Password::new(REFUSAL))
            }
            _ => Move::refuse(OUT_OF_TURN),
        }
    }
}

/// The fields between separators, of which two end the message.
pub(super) fn fields(words: &[u8]) -> Option<impl Iterator<Item = &[u8]>> {
    let body = words.strip_suffix(&[SEPARATOR, SEPARATOR])?;
    Some(body.split(|&byte| byte == SEPARATOR))
}

/// The token of a field `auth=Bearer TOKEN`, with the scheme in any case.
pub(super) fn bearer(field: &[u8]) -> Option<Password> {
    const SCHEME: &[u8] = b"Bearer ";
    let (scheme, token) = field.strip_prefix(b"auth=")?.split_at_checked(SCHEME.len())?;
    let proper = !token.is_empty() && token.iter().all(u8::is_ascii_graphic);
    (scheme.eq_ignore_ascii_case(SCHEME) && proper).then(|| Password::new(token))
}

/// Stands between fields.
const SEPARATOR: u8 = 1;

/// What a refused client is told (RFC 7628 section 3.2.2).
const REFUSAL: &[u8] = br#"{"status":"invalid_token"}"#;
