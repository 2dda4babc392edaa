//! One session of rustls, from the handshake to its end.
//!
//! rustls keeps the bytes from the peer and what it has decrypted of them; both are bounded there. What it has for the
//! peer is taken out at once and waits in the wire. A session fails once; its fault stays, what was decrypted before it
//! can still be read, and the alert about it waits in the wire.

use std::io::{BufRead, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use rustls::client::{ClientConnection, Resumption};
use rustls::pki_types::{DnsName, ServerName};
use rustls::server::ServerConnection;
use rustls::{Connection, Error, HandshakeKind, ProtocolVersion};

use super::resume::{Name, Share};
use super::verifier::at_desk;
use super::{Context, Side, ciphers, fault};
use crate::engine::pool;
use crate::tls::{Agreed, Fault, LogLine, Read, Session, names};

/// One session.
pub(super) struct RustlsSession {
    connection: Connection,
    context: Arc<Context>,
    peer_name: Option<String>,
    wire: Wire,
    /// Bytes from the peer wait that rustls has not looked at.
    fed: bool,
    /// Decrypted bytes wait.
    holds_plain: bool,
    /// The peer has ended its stream as it should.
    closed: bool,
    /// Nothing more comes from the peer.
    ended: bool,
    /// Our stream should end.
    closing: bool,
    fault: Option<Fault>,
    refused_peer: bool,
    /// The certificate that was judged, also if the verdict was no.
    certificate: Option<Vec<u8>>,
    log: Vec<LogLine>,
}

impl RustlsSession {
    /// Begins a session. A client's first bytes are in its wire.
    pub(super) fn new(
        context: Arc<Context>,
        peer_name: Option<&str>,
        name: Option<&str>,
    ) -> Result<Self, Fault> {
        let peer_name = peer_name.map(str::to_owned);
        let connection = connect(&context, peer_name.as_deref(), name).map_err(|error| fault::of(&error))?;
        let mut session = Self {
            connection,
            context,
            peer_name,
            wire: Wire::default(),
            fed: false,
            holds_plain: false,
            closed: false,
            ended: false,
            closing: false,
            fault: None,
            refused_peer: false,
            certificate: None,
            log: Vec::new(),
        };
        session.connection.set_buffer_limit(None);
        session.take_wire();
        Ok(session)
    }

    /// Has rustls look at what was fed.
    fn advance(&mut self) {
        if !std::mem::take(&mut self.fed) || self.fault.is_some() {
            return;
        }
        let connection = &mut self.connection;
        let (result, desk) = at_desk(self.peer_name.as_deref(), || connection.process_new_packets());
        self.log.extend(desk.log);
        self.certificate = desk.certificate.or_else(|| self.certificate.take());
        match result {
            Ok(state) => {
                self.closed = state.peer_has_closed();
                self.end_stream();
            }
            Err(error) => {
                self.refused_peer =
                    matches!(error, Error::InvalidCertificate(_) | Error::NoCertificatesPresented);
                self.fault = Some(self.explain(&error));
            }
        }
        self.look();
        self.take_wire();
    }

    /// What went wrong, and that a certificate would have helped if that is so.
    fn explain(&self, error: &Error) -> Fault {
        let mut fault = fault::of(error);
        if self.context.without_certificate && self.connection.is_handshaking() {
            match (&self.context.side, error) {
                (Side::Server(_), Error::General(_)) => fault = Fault::new(fault::NO_CERTIFICATE),
                (Side::Client(_), Error::AlertReceived(_)) => {
                    fault.details.push(fault::NO_CERTIFICATE.into())
                }
                _ => {}
            }
        }
        fault
    }

    /// Looks whether decrypted bytes wait.
    fn look(&mut self) {
        self.holds_plain = self.connection.reader().fill_buf().is_ok_and(|plain| !plain.is_empty());
    }

    /// Takes what rustls has for the peer.
    fn take_wire(&mut self) {
        while self.connection.wants_write() {
            // It writes to memory, which takes everything.
            if !self.connection.write_tls(&mut self.wire).is_ok_and(|n| n > 0) {
                break;
            }
        }
    }

    /// Sends the close_notify if the handshake is over and our stream should end.
    fn end_stream(&mut self) {
        if self.closing && !self.connection.is_handshaking() && self.fault.is_none() {
            self.connection.send_close_notify();
        }
    }
}

impl Session for RustlsSession {
    fn feed(&mut self, wire: &[u8]) -> usize {
        if self.fault.is_some() || self.closed {
            // Nobody will look at them.
            return wire.len();
        }
        let mut rest = wire;
        while !rest.is_empty() {
            match self.connection.read_tls(&mut rest) {
                Ok(n) if n > 0 => self.fed = true,
                _ => break,
            }
        }
        wire.len() - rest.len()
    }

    fn feed_end(&mut self) {
        self.ended = true;
    }

    fn read(&mut self, plain: &mut [u8]) -> Result<Read, Fault> {
        if !self.holds_plain {
            self.advance();
        }
        if self.holds_plain {
            let n = std::io::Read::read(&mut self.connection.reader(), plain).unwrap_or_default();
            self.look();
            return Ok(if n > 0 { Read::Bytes(n) } else { Read::Nothing });
        }
        if self.ended && !self.closed && self.fault.is_none() {
            self.fault = Some(fault::cut_off());
        }
        match &self.fault {
            Some(fault) => Err(fault.clone()),
            None if self.closed => Ok(Read::Closed),
            None => Ok(Read::Nothing),
        }
    }

    fn write(&mut self, plain: &[u8]) -> Result<usize, Fault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        if self.closing || self.connection.is_handshaking() {
            return Ok(0);
        }
        let written = self.connection.writer().write(plain).map_err(|error| Fault::new(error.to_string()));
        self.take_wire();
        written
    }

    fn close(&mut self) {
        if !self.closing {
            self.closing = true;
            self.end_stream();
            self.take_wire();
        }
    }

    fn wire(&self) -> &[u8] {
        self.wire.bytes.get(self.wire.sent..).unwrap_or_default()
    }

    fn sent(&mut self, n: usize) {
        self.wire.sent = self.wire.bytes.len().min(self.wire.sent.saturating_add(n));
        if self.wire.sent == self.wire.bytes.len() {
            self.wire.give_back();
        }
    }

    fn is_established(&self) -> bool {
        self.fault.is_none() && !self.connection.is_handshaking()
    }

    fn holds_plain(&self) -> bool {
        self.holds_plain
    }

    fn agreed(&self) -> Option<Agreed> {
        let suite = self.connection.negotiated_cipher_suite().filter(|_| self.is_established())?;
        let facts = ciphers::facts(suite.suite())?;
        Some(Agreed {
            cipher: facts.name.to_owned(),
            strength: facts.bits,
            protocol: match self.connection.protocol_version() {
                Some(ProtocolVersion::TLSv1_3) => "TLSv1.3".to_owned(),
                _ => "TLSv1.2".to_owned(),
            },
            application: self.connection.alpn_protocol().map(<[u8]>::to_vec),
        })
    }

    fn peer_certificate(&self) -> Option<Vec<u8>> {
        let shown = self.connection.peer_certificates().and_then(<[_]>::first);
        shown.map(|certificate| certificate.to_vec()).or_else(|| self.certificate.clone())
    }

    fn is_resumed(&self) -> bool {
        self.is_established() && self.connection.handshake_kind() == Some(HandshakeKind::Resumed)
    }

    fn has_refused_peer(&self) -> bool {
        self.refused_peer
    }

    fn take_log(&mut self) -> Vec<LogLine> {
        std::mem::take(&mut self.log)
    }
}

fn connect(context: &Context, peer: Option<&str>, name: Option<&str>) -> Result<Connection, Error> {
    match &context.side {
        Side::Server(config) => Ok(ServerConnection::new(Arc::clone(config))?.into()),
        Side::Client(config) => {
            let mut config = Arc::clone(config);
            if let Some(session) = name {
                let name = Name { session: session.to_owned(), peer: peer.map(str::to_owned) };
                let share = Share { kept: Arc::clone(&context.kept), name };
                Arc::make_mut(&mut config).resumption = Resumption::store(Arc::new(share));
            }
            Ok(ClientConnection::new(config, server_name(peer))?.into())
        }
    }
}

/// What a client tells the server of the name it looks for: names of hosts without the dot of the root, and no
/// addresses (RFC 6066 section 3). rustls wants a name in any case and never tells an address.
fn server_name(peer: Option<&str>) -> ServerName<'static> {
    let host = peer.filter(|name| names::address(name).is_none());
    let host = host.map(|name| name.strip_suffix('.').unwrap_or(name));
    match host.and_then(|name| DnsName::try_from(name.to_owned()).ok()) {
        Some(name) => ServerName::DnsName(name),
        None => ServerName::IpAddress(IpAddr::from(Ipv4Addr::UNSPECIFIED).into()),
    }
}

/// Bytes for the peer. The buffer comes from the pool of the thread with the first and goes back with the last.
#[derive(Default)]
struct Wire {
    bytes: Vec<u8>,
    /// How many have been taken.
    sent: usize,
}

impl Wire {
    fn give_back(&mut self) {
        self.sent = 0;
        pool::give(std::mem::take(&mut self.bytes));
    }
}

impl Write for Wire {
    fn write(&mut self, more: &[u8]) -> std::io::Result<usize> {
        if self.bytes.capacity() == 0 {
            self.bytes = pool::take(more.len());
            self.bytes.clear();
        } else if self.bytes.capacity() - self.bytes.len() < more.len() && self.sent > 0 {
            self.bytes.drain(..std::mem::take(&mut self.sent));
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.give_back();
    }
}
