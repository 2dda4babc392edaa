//! One session of OpenSSL, from the handshake to its end.
//!
//! OpenSSL works on memory and never waits: where it lacks bytes from the peer it says so and is asked again when there
//! are more. A session fails once; its fault stays, and the alert that OpenSSL has written about it waits in the wire.

use std::ffi::c_int;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use openssl::ssl::{Error, ErrorCode, Ssl, SslSessionRef, SslStream, SslVersion};
use openssl::x509::{X509StoreContextRef, X509VerifyResult};

use super::pipe::Pipe;
use super::resume::Name;
use super::{Context, NAMED, fault};
use crate::sys::openssl::KeptSession;
use crate::tls::backend::{Role, Verify};
use crate::tls::certificate::Certificate;
use crate::tls::{Agreed, Fault, LogLine, Read, Session, names};

/// One session.
pub(super) struct OpenSslSession {
    stream: SslStream<Pipe>,
    stage: Stage,
    /// Our stream should end.
    closing: bool,
    refused_peer: bool,
    context: Arc<Context>,
    log: Log,
}

/// How far a session is.
enum Stage {
    Handshake,
    Open,
    /// The peer has ended its stream.
    Ended,
    Failed(Fault),
}

/// What OpenSSL calls it that a certificate is not valid, or not there (its ssl.h).
const REFUSALS: [c_int; 2] = [134, 199];

impl OpenSslSession {
    /// Begins a session. A client's first bytes are in its wire.
    pub(super) fn new(
        context: Arc<Context>,
        peer_name: Option<&str>,
        name: Option<&str>,
    ) -> Result<Self, Fault> {
        let log = Log::default();
        let mut ssl = Ssl::new(&context.ssl)?;
        if context.verify == Verify::PeerName {
            demand_name(&mut ssl, peer_name, &log);
        }
        match context.role {
            Role::Server => ssl.set_accept_state(),
            Role::Client => set_up_client(&mut ssl, &context, peer_name, name)?,
        }
        let stream = SslStream::new(ssl, Pipe::default())?;
        let mut session =
            Self { stream, stage: Stage::Handshake, closing: false, refused_peer: false, context, log };
        if session.context.role == Role::Client {
            session.shake_hands()?;
        }
        Ok(session)
    }

    /// Goes on with the handshake.
    fn shake_hands(&mut self) -> Result<(), Fault> {
        fault::clear();
        match self.stream.do_handshake() {
            Ok(()) => {
                self.stage = Stage::Open;
                self.end_stream();
                Ok(())
            }
            Err(error) if error.code() == ErrorCode::WANT_READ => Ok(()),
            Err(error) => Err(self.fail(&error)),
        }
    }

    /// Decrypts into `plain`, or only looks whether there is something if it has no room.
    fn decrypt(&mut self, plain: &mut [u8]) -> Result<Read, Fault> {
        fault::clear();
        let result = if plain.is_empty() {
            self.stream.ssl_peek(&mut [0]).map(|_| Read::Nothing)
        } else {
            self.stream.ssl_read(plain).map(Read::Bytes)
        };
        match result {
            Ok(read) => Ok(read),
            Err(error) if error.code() == ErrorCode::WANT_READ => Ok(Read::Nothing),
            Err(error) if error.code() == ErrorCode::ZERO_RETURN => {
                self.stage = Stage::Ended;
                Ok(Read::Closed)
            }
            Err(error) => Err(self.fail(&error)),
        }
    }

    /// Sends the close_notify if the handshake is over and our stream should end.
    fn end_stream(&mut self) {
        if !self.closing || !matches!(self.stage, Stage::Open | Stage::Ended) {
            return;
        }
        self.keep();
        fault::clear();
        // Its result tells only whether the peer has done the same. What could fail is memory, and then the stream is
        // cut off, which is what the peer sees.
        let _ = self.stream.shutdown();
        fault::clear();
    }

    /// Keeps the session for later. With TLS 1.3 what can be continued comes in tickets and was kept then.
    fn keep(&self) {
        let ssl = self.stream.ssl();
        let (Some(named), Some(session)) = (*NAMED, ssl.session()) else { return };
        if let Some(name) = ssl.ex_data(named).filter(|_| session.protocol_version() != SslVersion::TLS1_3) {
            let session = SslSessionRef::to_owned(session);
            self.context.kept.save(name, KeptSession::new(ssl, session));
        }
    }

    fn fail(&mut self, error: &Error) -> Fault {
        let mut fault = match error.ssl_error() {
            Some(stack) => Fault::from(stack),
            None if self.stream.get_ref().is_at_end() => fault::cut_off(),
            None => Fault::new(fault::UNKNOWN),
        };
        let first = error.ssl_error().and_then(|stack| stack.errors().first());
        self.refused_peer = first.is_some_and(|first| REFUSALS.contains(&first.reason_code()));
        let verified = self.stream.ssl().verify_result();
        // Of names the log has spoken.
        let said = [X509VerifyResult::OK, X509VerifyResult::APPLICATION_VERIFICATION].contains(&verified);
        let unverified = matches!(self.stage, Stage::Handshake) && !said;
        if unverified && self.context.verify != Verify::Anonymous {
            fault.details.push(format!("The peer's certificate: {}", verified.error_string()));
        }
        self.stage = Stage::Failed(fault.clone());
        fault
    }
}

impl Session for OpenSslSession {
    fn feed(&mut self, wire: &[u8]) -> usize {
        if matches!(self.stage, Stage::Failed(_) | Stage::Ended) {
            // Nobody will look at them.
            return wire.len();
        }
        self.stream.get_mut().feed(wire)
    }

    fn feed_end(&mut self) {
        self.stream.get_mut().feed_end();
    }

    fn read(&mut self, plain: &mut [u8]) -> Result<Read, Fault> {
        if matches!(self.stage, Stage::Handshake) {
            self.shake_hands()?;
        }
        match &self.stage {
            Stage::Handshake => Ok(Read::Nothing),
            Stage::Open => self.decrypt(plain),
            Stage::Ended => Ok(Read::Closed),
            Stage::Failed(fault) => Err(fault.clone()),
        }
    }

    fn write(&mut self, plain: &[u8]) -> Result<usize, Fault> {
        match &self.stage {
            Stage::Failed(fault) => return Err(fault.clone()),
            Stage::Handshake => return Ok(0),
            Stage::Open | Stage::Ended if self.closing || plain.is_empty() => return Ok(0),
            Stage::Open | Stage::Ended => {}
        }
        let records = plain.len().div_ceil(LARGEST_RECORD);
        self.stream.get_mut().expect(plain.len() + records * MOST_ADDED);
        fault::clear();
        let written = self.stream.ssl_write(plain);
        written.map_err(|error| self.fail(&error))
    }

    fn close(&mut self) {
        if !self.closing {
            self.closing = true;
            self.end_stream();
        }
    }

    fn wire(&self) -> &[u8] {
        self.stream.get_ref().wire()
    }

    fn sent(&mut self, n: usize) {
        self.stream.get_mut().sent(n);
    }

    fn is_established(&self) -> bool {
        matches!(self.stage, Stage::Open | Stage::Ended)
    }

    fn holds_plain(&self) -> bool {
        matches!(self.stage, Stage::Open) && self.stream.ssl().pending() > 0
    }

    fn agreed(&self) -> Option<Agreed> {
        let ssl = self.stream.ssl();
        let cipher = ssl.current_cipher().filter(|_| self.is_established())?;
        Some(Agreed {
            cipher: cipher.name().to_owned(),
            strength: u16::try_from(cipher.bits().secret).unwrap_or_default(),
            protocol: ssl.version_str().to_owned(),
            application: ssl.selected_alpn_protocol().map(<[u8]>::to_vec),
        })
    }

    fn peer_certificate(&self) -> Option<Vec<u8>> {
        self.stream.ssl().peer_certificate()?.to_der().ok()
    }

    fn is_resumed(&self) -> bool {
        self.is_established() && self.stream.ssl().session_reused()
    }

    fn has_refused_peer(&self) -> bool {
        self.refused_peer
    }

    fn take_log(&mut self) -> Vec<LogLine> {
        std::mem::take(&mut *self.log.lines())
    }
}

fn set_up_client(
    ssl: &mut Ssl,
    context: &Context,
    peer_name: Option<&str>,
    name: Option<&str>,
) -> Result<(), Fault> {
    ssl.set_connect_state();
    if let Some(host) = peer_name.and_then(host_name) {
        ssl.set_hostname(host)?;
    }
    let (Some(named), Some(session)) = (*NAMED, name) else { return Ok(()) };
    let name = Name { session: session.to_owned(), peer: peer_name.map(str::to_owned) };
    if let Some(kept) = context.kept.find(&name) {
        kept.offer(ssl)?;
    }
    ssl.set_ex_data(named, name);
    Ok(())
}

/// What a client may tell the server of the name it looks for: names of hosts without the dot of the root, and no
/// addresses (RFC 6066 section 3).
fn host_name(name: &str) -> Option<&str> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_host = !name.is_empty() && names::address(name).is_none() && !name.contains('\0');
    is_host.then_some(name)
}

/// Refuses peers whose certificate is not made out to `name`, once OpenSSL has found it to be valid.
fn demand_name(ssl: &mut Ssl, name: Option<&str>, log: &Log) {
    let name = name.map(str::to_owned);
    let log = log.clone();
    let mode = ssl.verify_mode();
    ssl.set_verify_callback(mode, move |valid, store: &mut X509StoreContextRef| {
        if !valid || store.error_depth() > 0 {
            return valid;
        }
        let encoded = store.current_cert().and_then(|certificate| certificate.to_der().ok());
        let certificate = encoded.as_deref().and_then(Certificate::from_der);
        let verdict = certificate.map(|certificate| names::compare(&certificate, name.as_deref()));
        let is_meant = verdict.as_ref().is_some_and(|verdict| verdict.is_made_out);
        log.lines().extend(verdict.into_iter().flat_map(|verdict| verdict.log));
        if !is_meant {
            store.set_error(X509VerifyResult::APPLICATION_VERIFICATION);
        }
        is_meant
    });
}

/// Lines for the log, shared with what OpenSSL calls in the middle of a handshake.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<LogLine>>>);

impl Log {
    fn lines(&self) -> MutexGuard<'_, Vec<LogLine>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many plain bytes a record has at most.
const LARGEST_RECORD: usize = 16 * 1024;

/// How many bytes a record has at most besides: its header, and what the oldest suites add.
const MOST_ADDED: usize = 5 + 16 + 48 + 16;
