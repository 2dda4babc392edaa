//! Two sessions joined in memory, for tests.

use super::{Fault, Read, Session};

/// Two ends and what each has read.
pub(crate) struct Pair {
    pub(crate) client: End,
    pub(crate) server: End,
}

pub(crate) struct End {
    pub(crate) session: Box<dyn Session>,
    pub(crate) heard: Vec<u8>,
    /// How reading has ended.
    pub(crate) ended: Option<Result<(), Fault>>,
}

impl End {
    pub(crate) fn new(session: Box<dyn Session>) -> Self {
        Self { session, heard: Vec::new(), ended: None }
    }

    pub(crate) fn read_all(&mut self, room: usize) {
        let mut plain = vec![0; room];
        while self.ended.is_none() {
            match self.session.read(&mut plain) {
                Ok(Read::Bytes(n)) => self.heard.extend_from_slice(&plain[..n]),
                Ok(Read::Nothing) => break,
                Ok(Read::Closed) => self.ended = Some(Ok(())),
                Err(fault) => self.ended = Some(Err(fault)),
            }
        }
    }

    /// Hands at most `most` bytes to the other end; tells how many.
    pub(crate) fn pass(&mut self, other: &mut Self, most: usize, room: usize) -> usize {
        let wire = self.session.wire();
        let taken = other.session.feed(&wire[..wire.len().min(most)]);
        self.session.sent(taken);
        other.read_all(room);
        taken
    }

    pub(crate) fn fault(&self) -> &Fault {
        self.ended.as_ref().unwrap().as_ref().unwrap_err()
    }

    pub(crate) fn write_all(&mut self, mut plain: &[u8], other: &mut Self) {
        while !plain.is_empty() {
            let n = self.session.write(plain).unwrap();
            plain = &plain[n..];
            while self.pass(other, usize::MAX, 20_000) > 0 {}
        }
    }

    pub(crate) fn log(&mut self) -> Vec<String> {
        self.session.take_log().into_iter().map(|line| line.text).collect()
    }
}

impl Pair {
    pub(crate) fn new(client: Box<dyn Session>, server: Box<dyn Session>) -> Self {
        Self { client: End::new(client), server: End::new(server) }
    }

    /// Until nobody has anything to say.
    pub(crate) fn settle(&mut self) -> &mut Self {
        self.settle_in(usize::MAX, 20_000)
    }

    pub(crate) fn settle_in(&mut self, most: usize, room: usize) -> &mut Self {
        self.client.read_all(room);
        self.server.read_all(room);
        while self.client.pass(&mut self.server, most, room) + self.server.pass(&mut self.client, most, room)
            > 0
        {}
        self
    }

    pub(crate) fn is_established(&self) -> bool {
        self.client.session.is_established() && self.server.session.is_established()
    }

    pub(crate) fn close(&mut self) {
        self.client.session.close();
        self.server.session.close();
        self.settle();
    }
}
