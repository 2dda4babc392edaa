//! Reaching a peer: its addresses are tried in order until one answers. Only the last refusal is told; that an address
//! could not even be tried is told only if none could.

use std::collections::VecDeque;
use std::io;

use super::lookup::{Found, LookupError};
use super::task::Signals;
use crate::sys::address::{SocketAddress, error_text};
use crate::sys::socket::Socket;

/// Why input or output ended, in the words of spec/proactor.md section 5.5: "REASON - PHRASE ADDRESS".
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) reason: String,
    pub(crate) phrase: &'static str,
}

impl Fault {
    pub(crate) fn new(error: &io::Error, phrase: &'static str) -> Self {
        Self { reason: error_text(error), phrase }
    }

    /// The name has no address. The blank at the end is part of what programs see.
    pub(crate) fn lookup(error: LookupError) -> Self {
        Self { reason: error.text, phrase: "connect to " }
    }

    pub(crate) fn describe(&self, address: &str) -> String {
        format!("{} - {} {address}", self.reason, self.phrase)
    }
}

/// On the way to a peer.
#[derive(Default)]
pub(crate) struct Dial {
    answer: Option<Found>,
    left: VecDeque<SocketAddress>,
    trying: Option<Socket>,
    /// The address tried last.
    tried: SocketAddress,
    refusal: Option<Fault>,
}

/// How far it has come.
pub(crate) enum Progress {
    /// Something has to happen first.
    Waits,
    Reached(Socket, SocketAddress),
    Failed(Fault),
}

impl Dial {
    /// The peer's addresses have been found, or not.
    pub(crate) fn found(&mut self, answer: Found) {
        self.answer = Some(answer);
    }

    /// Whether addresses have come that were not tried yet.
    pub(crate) fn has_answer(&self) -> bool {
        self.answer.is_some()
    }

    /// The address tried last, empty if there was none.
    pub(crate) fn tried(&self) -> &SocketAddress {
        &self.tried
    }

    /// The socket of the address that is being tried.
    pub(crate) fn socket(&self) -> Option<&Socket> {
        self.trying.as_ref()
    }

    /// Goes on, `signals` being what the socket has said. `watch` has the socket of a new attempt watched.
    pub(crate) fn advance(
        &mut self,
        signals: Signals,
        watch: impl Fn(&Socket) -> io::Result<()>,
    ) -> Progress {
        match self.answer.take() {
            Some(Ok(addresses)) => self.left = addresses.into(),
            Some(Err(error)) => return Progress::Failed(Fault::lookup(error)),
            None => {
                let failed = signals.any(Signals::ERROR | Signals::HANGUP);
                if !failed && !signals.any(Signals::WRITE) {
                    return Progress::Waits;
                }
                let Some(socket) = self.trying.take() else { return Progress::Waits };
                match failed.then(|| socket.take_error().unwrap_or_else(Some)).flatten() {
                    Some(error) => self.refusal = Some(Fault::new(&error, REFUSED)),
                    None if socket.peer_address().is_empty() => {
                        // That was said by the socket of the attempt before.
                        self.trying = Some(socket);
                        return Progress::Waits;
                    }
                    None => return Progress::Reached(socket, self.tried.clone()),
                }
            }
        }
        self.try_next(watch)
    }

    /// Tries the next address, and those after it as long as they are refused at once.
    fn try_next(&mut self, watch: impl Fn(&Socket) -> io::Result<()>) -> Progress {
        while let Some(address) = self.left.pop_front() {
            match Self::begin(&address, &watch) {
                Ok(socket) => {
                    (self.trying, self.tried) = (Some(socket), address);
                    return Progress::Waits;
                }
                Err(_) if self.refusal.as_ref().is_some_and(|fault| fault.phrase == REFUSED) => {}
                Err(error) => {
                    (self.refusal, self.tried) = (Some(Fault::new(&error, "on connect")), address);
                }
            }
        }
        let not_tried = || Fault::new(&io::Error::from_raw_os_error(libc::ENOTCONN), "on connect");
        Progress::Failed(self.refusal.take().unwrap_or_else(not_tried))
    }

    /// A socket that becomes writable, or has an error, when the peer has answered.
    fn begin(address: &SocketAddress, watch: impl Fn(&Socket) -> io::Result<()>) -> io::Result<Socket> {
        let socket = Socket::stream(address)?;
        socket.connect(address)?;
        watch(&socket)?;
        Ok(socket)
    }
}

/// The phrase for an address that was tried, and refused.
const REFUSED: &str = "disconnected";

#[cfg(test)]
mod tests {
    use super::*;

    /// Tries these addresses until all have failed, and gives what is told of it and the address it is told of.
    fn refusal_of(addresses: &[&str]) -> (&'static str, String) {
        let mut dial = Dial::default();
        let addresses = addresses.iter().map(|text| SocketAddress::from_std(text.parse().unwrap()));
        dial.found(Ok(addresses.collect()));
        loop {
            // A refusal takes its time to come, even from this host.
            let failed = dial.socket().is_some_and(|socket| socket.peer_address().is_empty());
            let signals = if failed { Signals::ERROR } else { Signals::NONE };
            match dial.advance(signals, |_| Ok(())) {
                Progress::Waits => std::thread::yield_now(),
                Progress::Reached(..) => panic!("nobody is there"),
                Progress::Failed(fault) => {
                    let (host, port) = dial.tried().numeric().unwrap();
                    return (fault.phrase, format!("{host}:{port}"));
                }
            }
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "needs sockets")]
    fn a_refusal_counts_for_more_than_an_address_that_could_not_be_tried() {
        let (nobody, nowhere) = ("127.0.0.1:1", "255.255.255.255:1");
        assert_eq!(refusal_of(&[nobody, nowhere]), (REFUSED, nobody.to_owned()));
        assert_eq!(refusal_of(&[nowhere, nobody]), (REFUSED, nobody.to_owned()));
        assert_eq!(refusal_of(&[nowhere]), ("on connect", nowhere.to_owned()));
    }
}
