//! A listener: sockets that accept, and the connections that wait to be claimed (spec/proactor.md section 6).
//!
//! Connections are taken from the kernel as they come, but no more than the backlog wait here; when they are claimed,
//! accepting goes on. A listener that finds no descriptor pauses and tries again when it is signalled.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};

use super::dial::Fault;
use super::task::Signals;
use crate::sys::address::SocketAddress;
use crate::sys::socket::Socket;

/// An event of a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListenerEvent {
    Open,
    Accept,
    Close,
}

struct Listening {
    socket: Socket,
    /// Whether the kernel may have connections.
    ready: bool,
}

/// A listener's sockets and what they have accepted.
pub(crate) struct ListenerIo {
    sockets: Vec<Listening>,
    waiting: VecDeque<(Socket, SocketAddress)>,
    backlog: usize,
    /// How many this batch may still take from the kernel, so that a flood of peers leaves time for others.
    left: usize,
    /// "HOST:PORT" as the program gave it.
    name: String,
    fault: Option<Fault>,
    opened: bool,
    closing: bool,
    closed: bool,
    starved: bool,
}

impl ListenerIo {
    /// Listens at all addresses that can be had. Those that cannot are passed over, unless there is none that can.
    pub(crate) fn open(addresses: Vec<SocketAddress>, backlog: i32, name: String) -> Result<Self, Fault> {
        let backlog = backlog.max(1);
        let mut sockets = Vec::new();
        let mut refusal = None;
        let mut port = None;
        for mut address in addresses {
            if address.port() == Some(0)
                && let Some(port) = port
            {
                address.set_port(port);
            }
            match Socket::listener(&address, backlog) {
                Ok(socket) => {
                    port = port.or_else(|| socket.local_address().port());
                    sockets.push(Listening { socket, ready: false });
                }
                Err(error) => refusal = Some(error),
            }
        }
        if sockets.is_empty() {
            let error = refusal.unwrap_or_else(|| io::Error::from_raw_os_error(libc::EADDRNOTAVAIL));
            return Err(Fault::new(&error, "listen on"));
        }
        let (waiting, fault) = (VecDeque::new(), None);
        let (opened, closing, closed, starved) = (false, false, false, false);
        let backlog = usize::try_from(backlog).unwrap_or(1);
        let left = MOST_IN_A_BATCH;
        Ok(Self { sockets, waiting, backlog, left, name, fault, opened, closing, closed, starved })
    }

    /// A listener that has no sockets, before it listens.
    pub(crate) fn closed() -> Self {
        let (sockets, waiting, name, fault) = (Vec::new(), VecDeque::new(), String::new(), None);
        let (opened, closing, closed, starved) = (true, true, false, false);
        let (backlog, left) = (1, MOST_IN_A_BATCH);
        Self { sockets, waiting, backlog, left, name, fault, opened, closing, closed, starved }
    }

    /// A listener that could not listen: it closes at once.
    pub(crate) fn failed(fault: Fault, name: String) -> Self {
        Self { fault: Some(fault), name, ..Self::closed() }
    }

    /// The listener closes of a fault.
    pub(crate) fn fail(&mut self, fault: Fault) {
        self.fault = Some(fault);
        self.closing = true;
    }

    pub(crate) fn sockets(&self) -> impl Iterator<Item = &Socket> {
        self.sockets.iter().map(|listening| &listening.socket)
    }

    /// A batch begins.
    pub(crate) fn begin_run(&mut self) {
        self.left = MOST_IN_A_BATCH;
    }

    /// Keeps what the task was signalled for.
    pub(crate) fn note(&mut self, signals: Signals) {
        if signals.any(Signals::READ | Signals::HANGUP | Signals::ERROR) {
            for listening in &mut self.sockets {
                listening.ready = true;
            }
        }
        if signals.any(Signals::DESCRIPTOR | Signals::TIMER) {
            self.starved = false;
        }
        self.closing |= signals.any(Signals::CLOSE);
    }

    /// Whether there is an event, once the kernel was asked.
    pub(crate) fn has_event(&mut self) -> bool {
        if !self.closing && self.waiting.is_empty() {
            self.accept();
        }
        !self.closed && (!self.opened || self.closing || !self.waiting.is_empty())
    }

    /// The next event; each one for a connection wants it to be claimed.
    pub(crate) fn next_event(&mut self) -> Option<ListenerEvent> {
        if !self.has_event() {
            return None;
        }
        if !std::mem::replace(&mut self.opened, true) {
            return Some(ListenerEvent::Open);
        }
        if !self.closing {
            return Some(ListenerEvent::Accept);
        }
        self.sockets.clear();
        self.waiting.clear();
        self.closed = true;
        Some(ListenerEvent::Close)
    }

    /// Takes connections from the kernel, up to the backlog.
    fn accept(&mut self) {
        for listening in &mut self.sockets {
            while listening.ready && !self.starved && self.left > 0 && self.waiting.len() < self.backlog {
                match listening.socket.accept() {
                    Ok(accepted) => {
                        self.left -= 1;
                        self.waiting.push_back(accepted);
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => listening.ready = false,
                    Err(error) if is_starvation(&error) => self.starved = true,
                    Err(error) if is_of_the_peer(&error) => {}
                    Err(error) => {
                        self.fault = Some(Fault::new(&error, "accept"));
                        self.closing = true;
                        return;
                    }
                }
            }
        }
    }

    /// The connection that has waited longest.
    pub(crate) fn claim(&mut self) -> io::Result<(Socket, SocketAddress)> {
        if self.closing {
            return Err(io::Error::from_raw_os_error(libc::EBADF));
        }
        self.waiting.pop_front().ok_or_else(|| io::Error::from_raw_os_error(libc::EAGAIN))
    }

    /// What the listener failed of, in the words of its condition.
    pub(crate) fn take_fault(&mut self) -> Option<String> {
        Some(self.fault.take()?.describe(&self.name))
    }

    /// Whether there is something to do even if nothing happens.
    pub(crate) fn has_more(&self) -> bool {
        let accepts = !self.starved && self.sockets.iter().any(|listening| listening.ready);
        !self.closed && (!self.opened || self.closing || !self.waiting.is_empty() || accepts)
    }

    /// Whether it waits for a descriptor.
    pub(crate) fn is_starved(&self) -> bool {
        self.starved && !self.closing
    }

    /// Whether its last event was given.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }
}

/// So many connections of a listener are handled before others have their turn.
const MOST_IN_A_BATCH: usize = 64;

/// There is no descriptor or memory for a connection.
fn is_starvation(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENFILE | libc::EMFILE | libc::ENOBUFS | libc::ENOMEM))
}

/// The connection has failed before it was accepted, and the listener is well: Linux hands on the network's own errors.
fn is_of_the_peer(error: &io::Error) -> bool {
    use libc::{
        ECONNABORTED, EHOSTDOWN, EHOSTUNREACH, ENETDOWN, ENETUNREACH, ENONET, ENOPROTOOPT, EPERM, EPROTO,
    };
    let passing =
        [ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, ENETUNREACH, EPERM];
    error.raw_os_error().is_some_and(|code| passing.contains(&code))
}

#[cfg(test)]
mod tests;
