//! A session without secrets, for tests of what stands around sessions: it has a handshake of three bytes, records of
//! at most 255, an end of stream and an alert, and it takes little in at a time.

use crate::tls::{Agreed, Fault, LogLine, Read, Session};

/// One side of it.
pub(crate) struct Toy {
    client: bool,
    established: bool,
    failed: bool,
    /// Our stream is to end.
    closing: bool,
    closed: bool,
    peer_closed: bool,
    input: Vec<u8>,
    plain: Vec<u8>,
    wire: Vec<u8>,
}

/// How many bytes it keeps that it has not acted on.
const ROOM: usize = 2 + 255;

impl Toy {
    pub(crate) fn client() -> Box<dyn Session> {
        Box::new(Self { client: true, wire: vec![b'C'], ..Self::server_state() })
    }

    pub(crate) fn server() -> Box<dyn Session> {
        Box::new(Self::server_state())
    }

    fn server_state() -> Self {
        Self {
            client: false,
            established: false,
            failed: false,
            closing: false,
            closed: false,
            peer_closed: false,
            input: Vec::new(),
            plain: Vec::new(),
            wire: Vec::new(),
        }
    }

    /// Acts on one record, if there is a whole one.
    fn advance(&mut self) -> Result<bool, Fault> {
        let length = match self.input.as_slice() {
            [] => return Ok(false),
            [b'C' | b'S' | b'F' | b'X' | b'!', ..] => 1,
            [b'D', length, ..] => 2 + usize::from(*length),
            [b'D'] => return Ok(false),
            _ => return Err(self.fail("wrong version number")),
        };
        if self.input.len() < length {
            return Ok(false);
        }
        let record: Vec<u8> = self.input.drain(..length).collect();
        match (record[0], self.client, self.established) {
            (b'C', false, false) => self.wire.push(b'S'),
            (b'S', true, false) => {
                self.wire.push(b'F');
                self.establish();
            }
            (b'F', false, false) => self.establish(),
            (b'D', _, true) => self.plain.extend_from_slice(&record[2..]),
            (b'X', _, true) => self.peer_closed = true,
            (b'!', ..) => {
                self.failed = true;
                return Err(Fault::new("alert"));
            }
            _ => return Err(self.fail("unexpected message")),
        }
        Ok(true)
    }

    fn establish(&mut self) {
        self.established = true;
        self.end_stream();
    }

    fn end_stream(&mut self) {
        if self.established && self.closing && !self.closed && !self.failed {
            self.closed = true;
            self.wire.push(b'X');
        }
    }

    fn fail(&mut self, text: &str) -> Fault {
        self.failed = true;
        self.wire.push(b'!');
        Fault::new(text)
    }
}

impl Session for Toy {
    fn feed(&mut self, wire: &[u8]) -> usize {
        let taken = wire.len().min(ROOM - self.input.len());
        self.input.extend_from_slice(&wire[..taken]);
        taken
    }

    fn feed_end(&mut self) {}

    fn read(&mut self, plain: &mut [u8]) -> Result<Read, Fault> {
        if self.failed {
            return Err(Fault::new("failed before"));
        }
        while self.plain.is_empty() && !self.peer_closed && self.advance()? {}
        if self.plain.is_empty() {
            return Ok(if self.peer_closed { Read::Closed } else { Read::Nothing });
        }
        let bytes = plain.len().min(self.plain.len());
        plain[..bytes].copy_from_slice(&self.plain[..bytes]);
        self.plain.drain(..bytes);
        Ok(if bytes > 0 { Read::Bytes(bytes) } else { Read::Nothing })
    }

    fn write(&mut self, plain: &[u8]) -> Result<usize, Fault> {
        assert!(!self.closed && !self.failed, "nothing is written behind the end");
        if !self.established {
            return Ok(0);
        }
        for record in plain.chunks(255) {
            self.wire.extend([b'D', u8::try_from(record.len()).unwrap()]);
            self.wire.extend_from_slice(record);
        }
        Ok(plain.len())
    }

    fn close(&mut self) {
        self.closing = true;
        self.end_stream();
    }

    fn wire(&self) -> &[u8] {
        &self.wire
    }

    fn sent(&mut self, n: usize) {
        self.wire.drain(..n);
    }

    fn is_established(&self) -> bool {
        self.established && !self.failed
    }

    fn holds_plain(&self) -> bool {
        !self.plain.is_empty()
    }

    fn agreed(&self) -> Option<Agreed> {
        self.is_established().then(|| Agreed {
            cipher: "TOY".into(),
            strength: 1,
            protocol: "TOYv1".into(),
            application: None,
        })
    }

    fn peer_certificate(&self) -> Option<Vec<u8>> {
        None
    }

    fn is_resumed(&self) -> bool {
        false
    }

    fn take_log(&mut self) -> Vec<LogLine> {
        Vec::new()
    }
}
