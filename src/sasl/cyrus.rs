//! Exchanges that Cyrus SASL leads: a client's in mechanisms that are not built in, and a server's whose configuration
//! is one of Cyrus's (spec/security.md section 2.7).
//!
//! libsasl2 is there or not (`sys::cyrus`). It decides by itself and at once, so unlike an implementation of a program's
//! it is asked in place, as a mechanism is. What it reads of configurations is the process's: the one that the first
//! server is started with. A server with another one has that one's options first, and then those.

use std::ffi::{CStr, CString};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::mechanism::{Accepted, Begun, ClientExchange, Credentials, Fault, Move, ServerExchange, Told};
use crate::engine::{Password, Text};
use crate::sys::cyrus::{self, Configuration, Exchange, Identity, Options, Policy, Step};

pub(crate) use crate::sys::cyrus::{Level, Line};

/// Whether there are mechanisms beyond the built-in ones.
pub(crate) fn is_there() -> bool {
    cyrus::is_there()
}

/// Which configuration a server has; what is not said is the process's.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Place {
    name: Option<CString>,
    /// Folders, separated by colons.
    folders: Option<CString>,
}

/// What a program has said first, which stands for all servers of which it says nothing.
static FIRST_SAID: Mutex<Place> = Mutex::new(Place { name: None, folders: None });

/// The configuration that libsasl2 was started with.
static STARTED_WITH: OnceLock<(CString, Option<CString>)> = OnceLock::new();

impl Place {
    /// Runs `f` on what counts for servers of which nothing is said.
    pub(crate) fn first<R>(f: impl FnOnce(&mut Self) -> R) -> R {
        f(&mut FIRST_SAID.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set_name(&mut self, name: &CStr) {
        self.name = Some(name.to_owned());
    }

    pub(crate) fn set_folders(&mut self, folders: &CStr) {
        self.folders = Some(folders.to_owned());
    }

    pub(crate) fn name_if_unnamed(&mut self, name: &CStr) {
        if self.name.is_none() {
            self.set_name(name);
        }
    }

    pub(crate) fn lie_in_if_nowhere(&mut self, folders: &CStr) {
        if self.folders.is_none() {
            self.set_folders(folders);
        }
    }

    /// The name and the folders, if anybody has configured a server: the program, for this server or for all, the
    /// environment, or the system's owner by a file in the usual place.
    fn find(&self) -> Option<(CString, Option<CString>)> {
        static USUAL: OnceLock<bool> = OnceLock::new();
        let first = Self::first(|first| first.clone());
        let name = self.name.clone().or(first.name);
        let folders = self.folders.clone().or(first.folders).or_else(|| cyrus::environment(FOLDERS));
        let said = name.is_some() || folders.is_some();
        let is_configured = said || *USUAL.get_or_init(|| cyrus::is_usual(NAME));
        is_configured.then(|| (name.unwrap_or_else(|| NAME.to_owned()), folders))
    }
}

/// The name of a server's configuration if nobody says another.
const NAME: &CStr = c"proton-server";

/// The variable of the environment that says where configurations lie.
const FOLDERS: &str = "PN_SASL_CONFIG_PATH";

/// Why Cyrus did not begin a client's exchange.
pub(super) struct Declined {
    /// None of the mechanisms is possible, but others may be.
    pub(super) is_choice: bool,
    pub(super) why: Fault,
    pub(super) lines: Vec<Line>,
}

impl From<cyrus::Fault> for Declined {
    fn from(fault: cyrus::Fault) -> Self {
        Self { is_choice: fault.is_no_mechanism(), why: fault.text.into(), lines: Vec::new() }
    }
}

/// Has Cyrus choose among mechanisms and begin the exchange. The password is taken out of the credentials.
pub(super) fn begin(offered: &[&[u8]], credentials: &mut Credentials) -> Result<(Text, Begun), Declined> {
    let mut client = Client::new(credentials)?;
    let offered = CString::new(offered.join(&b' ')).unwrap_or_default();
    let (name, step) = client.exchange.choose(&offered).map_err(|fault| {
        let lines = client.exchange.take_lines();
        Declined { lines, ..fault.into() }
    })?;
    credentials.password = None;
    client.done = step.done;
    let words = step.words.map(Password::from);
    Ok((Text::new(&name), Begun { exchange: Box::new(client), words }))
}

/// A client's exchange.
struct Client {
    exchange: Exchange,
    /// The mechanism has nothing left to check.
    done: bool,
}

impl Client {
    fn new(credentials: &Credentials) -> Result<Self, cyrus::Fault> {
        let host = credentials.remote_host.as_ref().map(Text::as_c_str).filter(|host| !host.is_empty());
        let identity = Identity {
            user: credentials.user.as_ref().map(Text::as_c_str),
            authorization: credentials.authorization.as_ref().map(Text::as_c_str),
            password: credentials.password.as_ref().map(Password::bytes),
        };
        let mut exchange = Exchange::client(host, &identity)?;
        exchange.set_policy(&policy(credentials))?;
        Ok(Self { exchange, done: false })
    }

    fn step(&mut self, words: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let Step { done, words } = self.exchange.respond(words).map_err(|fault| fault.text)?;
        self.done = done;
        Ok(words)
    }
}

impl ClientExchange for Client {
    /// The last challenge has an answer too, if only an empty one.
    fn answer(&mut self, challenge: &[u8]) -> Result<Password, Fault> {
        Ok(self.step(challenge)?.unwrap_or_default().into())
    }

    fn conclude(&mut self, data: Option<&[u8]>) -> Result<(), Fault> {
        if !self.done
            && let Some(data) = data
        {
            self.step(data)?;
        }
        if self.done {
            Ok(())
        } else {
            Err("the server ends the exchange before it has proved itself".into())
        }
    }

    fn lines(&mut self) -> Vec<Line> {
        self.exchange.take_lines()
    }

    fn into_layer(self: Box<Self>) -> Option<Layer> {
        // What the layer adds to a piece has to fit in too.
        Layer::new(self.exchange, 60)
    }
}

/// A server's exchange.
pub(super) struct Server {
    exchange: Exchange,
    /// The client's choice, once it has made one.
    mechanism: Option<CString>,
}

impl Server {
    /// The exchange of a server with this configuration; `None` where nobody has configured one.
    pub(super) fn begin(place: &Place, credentials: &Credentials) -> Option<Result<Self, Fault>> {
        let (name, folders) = place.find()?;
        Some(Self::new(&name, folders.as_deref(), credentials).map_err(|fault| fault.text.into()))
    }

    fn new(name: &CStr, folders: Option<&CStr>, credentials: &Credentials) -> Result<Self, cyrus::Fault> {
        let (first_name, first_folders) =
            STARTED_WITH.get_or_init(|| (name.to_owned(), folders.map(CStr::to_owned)));
        let is_first = (first_name.as_c_str(), first_folders.as_deref()) == (name, folders);
        let options = if is_first { Options::default() } else { Options::read(name, folders)? };
        let started = Configuration { name: first_name, folders: first_folders.as_deref(), options };
        let mut exchange = Exchange::server(started)?;
        exchange.set_policy(&policy(credentials))?;
        Ok(Self { exchange, mechanism: None })
    }

    /// What it offers, in its order of preference, separated by blanks.
    pub(super) fn offer(&mut self) -> Result<Vec<u8>, Fault> {
        self.exchange.mechanisms().map_err(|fault| fault.text.into())
    }

    /// The client has chosen.
    pub(super) fn choose(&mut self, mechanism: &[u8]) {
        self.mechanism = CString::new(mechanism).ok();
    }

    fn next(&mut self, step: Result<Step, cyrus::Fault>) -> Move {
        match step {
            Err(fault) => Move::Refuse(fault.text.into()),
            Ok(Step { done: false, words }) => Move::Say(words.unwrap_or_default().into()),
            Ok(Step { done: true, words }) => self.accept(words),
        }
    }

    fn accept(&mut self, words: Option<Vec<u8>>) -> Move {
        let Some(user) = self.exchange.user() else {
            return Move::Refuse("Cyrus SASL has authenticated nobody".into());
        };
        let authorization = self.exchange.authorization();
        Move::Accept(Accepted {
            authorization: Text::new(authorization.as_ref().unwrap_or(&user)),
            user: Text::new(&user),
            data: words.filter(|words| !words.is_empty()).map(Password::from),
        })
    }
}

impl ServerExchange for Server {
    fn hear(&mut self, words: Option<&[u8]>, _credentials: &Credentials) -> Move {
        let step = match self.mechanism.take() {
            Some(mechanism) => self.exchange.accept(&mechanism, as_begun(&mechanism, words)),
            None => self.exchange.judge(words.unwrap_or_default()),
        };
        self.next(step)
    }

    fn told(&mut self, _told: Told) -> Move {
        Move::Refuse("Cyrus SASL asks the program nothing".into())
    }

    fn lines(&mut self) -> Vec<Line> {
        self.exchange.take_lines()
    }

    fn into_layer(self: Box<Self>) -> Option<Layer> {
        Layer::new(self.exchange, 0)
    }
}

/// The words of an init as Cyrus wants them: clients leave them out with ANONYMOUS, which has to have some, and some
/// send them with CRAM-MD5, which begins with the server.
fn as_begun<'a>(mechanism: &CStr, words: Option<&'a [u8]>) -> Option<&'a [u8]> {
    match mechanism.to_bytes() {
        b"ANONYMOUS" => Some(words.unwrap_or_default()),
        b"CRAM-MD5" => None,
        _ => words,
    }
}

fn policy(credentials: &Credentials) -> Policy<'_> {
    Policy {
        plain_text: credentials.allow_insecure,
        anonymous: !credentials.required,
        external_strength: u32::from(credentials.external_strength),
        external_identity: credentials.external_identity.as_ref().map(Text::as_c_str),
    }
}

/// A security layer that was agreed on: every byte after the exchange goes through it.
pub(crate) struct Layer {
    exchange: Exchange,
    most: usize,
}

impl Layer {
    /// `None` where none was agreed on.
    fn new(mut exchange: Exchange, reserve: u32) -> Option<Self> {
        if exchange.strength() == 0 {
            return None;
        }
        let most = exchange.most_at_once().saturating_sub(reserve).max(1);
        Some(Self { exchange, most: usize::try_from(most).unwrap_or(usize::MAX) })
    }

    /// How many bytes it takes at a time.
    pub(crate) const fn most(&self) -> usize {
        self.most
    }

    /// Bytes as they go over the wire.
    pub(crate) fn encode(&mut self, plain: &[u8]) -> Result<Vec<u8>, Fault> {
        self.exchange.encode(plain).map_err(|fault| fault.text.into())
    }

    /// Bytes as they were before; none while a piece of the layer's is not whole.
    pub(crate) fn decode(&mut self, encoded: &[u8]) -> Result<Vec<u8>, Fault> {
        self.exchange.decode(encoded).map_err(|fault| fault.text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sasl::mechanism::{self, Secret};

    /// A client of Cyrus's with a built-in server that knows the password `pencil`; tells whom the server accepts.
    fn log_in(
        mechanism: &[u8],
        password: &[u8],
        authorization: Option<&[u8]>,
    ) -> Result<(Text, Text), Fault> {
        let mut credentials = Credentials {
            user: Some(Text::new(b"fred")),
            authorization: Text::from_option(authorization),
            password: Some(Password::new(password)),
            remote_host: Some(Text::new(b"localhost")),
            ..Credentials::default()
        };
        let (name, Begun { mut exchange, words }) =
            begin(&[mechanism], &mut credentials).map_err(|declined| declined.why)?;
        assert_eq!(name.bytes(), mechanism);
        assert!(credentials.password.is_none(), "the password was taken over");
        let judge = Credentials { looks_up: true, ..Credentials::default() };
        let mut server = mechanism::find(mechanism).unwrap().serve();
        let mut next = server.hear(words.as_ref().map(Password::bytes), &judge);
        loop {
            next = match next {
                Move::Ask(_) => server.told(Told::Kept(Secret::Password(Password::new(b"pencil")))),
                Move::Say(words) => server.hear(Some(exchange.answer(words.bytes())?.bytes()), &judge),
                Move::Refuse(fault) => return Err(fault),
                Move::Accept(Accepted { user, authorization, data }) => {
                    exchange.conclude(data.as_ref().map(Password::bytes))?;
                    return Ok((user, authorization));
                }
            };
        }
    }

    /// Whether there is a libsasl2 with SCRAM, without which nothing can be said here.
    fn has_scram() -> bool {
        let mut nobody = Credentials { user: Some(Text::new(b"a")), ..Credentials::default() };
        nobody.password = Some(Password::new(b"b"));
        is_there() && begin(&[b"SCRAM-SHA-256"], &mut nobody).is_ok()
    }

    #[test]
    fn clients_of_cyrus_log_in_to_built_in_servers_and_are_sure_of_them() {
        if !has_scram() {
            return;
        }
        for mechanism in [&b"SCRAM-SHA-1"[..], b"SCRAM-SHA-256"] {
            let (user, authorization) = log_in(mechanism, b"pencil", None).unwrap();
            assert_eq!((user.bytes(), authorization.bytes()), (&b"fred"[..], &b"fred"[..]));
            let (user, authorization) = log_in(mechanism, b"pencil", Some(b"zoe")).unwrap();
            assert_eq!((user.bytes(), authorization.bytes()), (&b"fred"[..], &b"zoe"[..]));
            assert!(log_in(mechanism, b"pencils", None).is_err());
        }
    }

    #[test]
    fn a_server_that_says_all_is_well_too_early_is_not_believed() {
        if !has_scram() {
            return;
        }
        let mut credentials = Credentials {
            user: Some(Text::new(b"fred")),
            password: Some(Password::new(b"pencil")),
            ..Credentials::default()
        };
        let begun = begin(&[b"SCRAM-SHA-256"], &mut credentials);
        let Ok((_, Begun { mut exchange, .. })) = begun else { panic!("it can be begun") };
        assert!(exchange.conclude(None).is_err());
        assert!(exchange.conclude(Some(b"v=AAAA")).is_err());
    }

    #[test]
    fn a_mechanism_that_nobody_has_is_declined_for_that_reason() {
        if !is_there() {
            return;
        }
        let declined = begin(&[b"X-NOBODY-HAS"], &mut Credentials::default()).err().unwrap();
        assert!(declined.is_choice);
        assert_eq!(declined.why, "SASL(-4): no mechanism available: No worthy mechs found");
    }

    #[test]
    fn what_is_said_first_counts_where_nothing_else_is_said() {
        let mut first = Place::default();
        first.name_if_unnamed(c"one");
        first.name_if_unnamed(c"two");
        first.lie_in_if_nowhere(c"/here");
        first.lie_in_if_nowhere(c"/there");
        assert_eq!(first.name.as_deref(), Some(c"one"));
        assert_eq!(first.folders.as_deref(), Some(c"/here"));
        let mut own = Place::default();
        own.set_name(c"mine");
        own.set_folders(c"/mine");
        assert_eq!(own.find(), Some((c"mine".to_owned(), Some(c"/mine".to_owned()))));
    }

    #[test]
    fn words_of_an_init_are_as_cyrus_wants_them() {
        assert_eq!(as_begun(c"ANONYMOUS", None), Some(&b""[..]));
        assert_eq!(as_begun(c"ANONYMOUS", Some(b"me")), Some(&b"me"[..]));
        assert_eq!(as_begun(c"CRAM-MD5", Some(b"early")), None);
        assert_eq!(as_begun(c"PLAIN", Some(b"\0a\0b")), Some(&b"\0a\0b"[..]));
        assert_eq!(as_begun(c"GSSAPI", None), None);
    }
}
