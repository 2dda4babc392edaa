//! Two ends of an AMQP connection without sockets: what one writes the other reads, whenever the test says so.

use crate::engine::{Connection, DeliveryKey, Event, LinkKey, Notice, SessionKey};
use crate::performative::Role;
use crate::transport::Transport;

/// One end, with the events it has seen and the bytes it has written.
pub(super) struct Peer {
    pub(super) connection: Connection,
    pub(super) transport: Transport,
    pub(super) written: Vec<u8>,
    notices: Vec<Notice>,
}

/// Both ends.
pub(super) struct Pair {
    pub(super) client: Peer,
    pub(super) server: Peer,
}

impl Peer {
    pub(super) fn new(server: bool) -> Self {
        let mut peer = Self {
            connection: Connection::new(),
            transport: Transport::new(),
            written: Vec::new(),
            notices: Vec::new(),
        };
        if server {
            peer.transport.set_server();
        }
        peer.connection.announce();
        peer.transport.bind(&mut peer.connection).unwrap();
        peer
    }

    /// The events since the last look, merged as a collector would, and slots reclaimed as the boundary would.
    pub(super) fn events(&mut self) -> Vec<Event> {
        let mut seen = std::mem::take(&mut self.notices);
        self.settle_into(&mut seen);
        seen.into_iter().map(|notice| notice.event).collect()
    }

    fn settle_into(&mut self, seen: &mut Vec<Notice>) {
        loop {
            for notice in self.connection.take_notices() {
                if seen.last() != Some(&notice) {
                    seen.push(notice);
                }
            }
            while let Some(candidate) = self.connection.next_candidate() {
                self.connection.reclaim(candidate);
            }
            if !self.connection.business_goes_on() {
                return;
            }
        }
    }

    pub(super) fn settle(&mut self) {
        let mut seen = std::mem::take(&mut self.notices);
        self.settle_into(&mut seen);
        self.notices = seen;
    }

    /// Everything there is to write; nothing once the output has ended.
    pub(super) fn write(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        while let Some(n) = self.transport.pending(Some(&mut self.connection)) {
            if n == 0 {
                break;
            }
            bytes.extend_from_slice(&self.transport.head()[..n]);
            self.transport.pop(Some(&mut self.connection), n);
            self.settle();
        }
        self.written.extend_from_slice(&bytes);
        self.settle();
        bytes
    }

    /// Reads bytes in as many steps as the input buffer asks for.
    pub(super) fn read(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let Some(room) = self.transport.capacity() else { return };
            let n = bytes.len().min(room);
            if n == 0 {
                return;
            }
            self.transport.tail()[..n].copy_from_slice(&bytes[..n]);
            self.transport.process(Some(&mut self.connection), n);
            bytes = &bytes[n..];
            self.settle();
        }
    }

    /// The transport's condition as `name: description`.
    pub(super) fn failure(&self) -> Option<String> {
        let condition = self.transport.condition();
        let name = condition.name.as_ref()?;
        let text = |text: &crate::engine::Text| String::from_utf8_lossy(text.bytes()).into_owned();
        let description = condition.description.as_ref().map(text).unwrap_or_default();
        Some(format!("{}: {description}", text(name)))
    }

    pub(super) fn session(&self) -> SessionKey {
        self.connection.session_head().unwrap()
    }

    pub(super) fn link(&self) -> LinkKey {
        self.connection.link_head().unwrap()
    }

    pub(super) fn current(&self) -> DeliveryKey {
        self.connection.links[self.link()].current.unwrap()
    }
}

impl Pair {
    pub(super) fn new() -> Self {
        Self { client: Peer::new(false), server: Peer::new(true) }
    }

    /// Both connections and one session open, nothing left to hear of.
    pub(super) fn opened() -> Self {
        let mut pair = Self::new();
        pair.client.connection.open();
        pair.server.connection.open();
        let session = pair.client.connection.create_session();
        pair.client.connection.open_session(session);
        pair.pump();
        let session = pair.server.session();
        pair.server.connection.open_session(session);
        pair.pump();
        pair.forget_events();
        pair
    }

    /// As [`Self::opened`], with a link from client to server attached on both sides.
    pub(super) fn attached() -> Self {
        let mut pair = Self::opened();
        let session = pair.client.session();
        let link = pair.client.connection.create_link(session, Role::Sender, Some(b"link"));
        pair.client.connection.open_link(link);
        pair.pump();
        let link = pair.server.link();
        pair.server.connection.open_link(link);
        pair.pump();
        pair.forget_events();
        pair
    }

    /// Both ends opened from scratch, with a link from client to server; `prepare` sets up the server's session
    /// before it answers, and the server grants `credit`.
    pub(super) fn prepared(mut self, credit: i32, prepare: impl FnOnce(&mut Connection, SessionKey)) -> Self {
        self.client.connection.open();
        self.server.connection.open();
        let session = self.client.connection.create_session();
        self.client.connection.open_session(session);
        let link = self.client.connection.create_link(session, Role::Sender, Some(b"link"));
        self.client.connection.open_link(link);
        self.pump();
        let (session, link) = (self.server.session(), self.server.link());
        prepare(&mut self.server.connection, session);
        self.server.connection.open_session(session);
        self.server.connection.open_link(link);
        self.server.connection.grant(link, credit);
        self.pump();
        self.forget_events();
        self
    }

    /// As [`Self::attached`], with credit for `credit` deliveries.
    pub(super) fn with_credit(credit: i32) -> Self {
        let mut pair = Self::attached();
        let link = pair.server.link();
        pair.server.connection.grant(link, credit);
        pair.pump();
        pair.forget_events();
        pair
    }

    /// Carries bytes both ways until neither side has any.
    pub(super) fn pump(&mut self) {
        loop {
            let out = self.client.write();
            self.server.read(&out);
            let back = self.server.write();
            self.client.read(&back);
            if out.is_empty() && back.is_empty() {
                return;
            }
        }
    }

    pub(super) fn forget_events(&mut self) {
        self.client.events();
        self.server.events();
    }

    /// Sends one message from client to server without pumping.
    pub(super) fn send(&mut self, tag: &[u8], body: &[u8]) -> DeliveryKey {
        let link = self.client.link();
        let key = self.client.connection.create_delivery(link, tag);
        self.client.connection.send(link, body).unwrap();
        self.client.connection.advance(link);
        key
    }

    /// Everything unread of the server's current delivery.
    pub(super) fn receive(&mut self) -> Vec<u8> {
        let link = self.server.link();
        let mut buffer = vec![0; 1 << 20];
        let n = self.server.connection.receive(link, &mut buffer).unwrap_or(0);
        buffer.truncate(n);
        self.server.settle();
        buffer
    }
}
