//! Names looked up off the caller's thread, so that a slow server of names delays only those who asked for its names.
//!
//! The C library's lookup blocks, so a few threads of ours do it, started when there is something to look up and gone
//! when there has been nothing for a while. Numbers and the empty host are known without asking anybody and need no
//! thread. A request is never lost: where no thread can be had, the caller looks up itself.
//!
//! Giving up the resolver waits for nobody's server. Requests in the queue are dropped, threads that wait for requests
//! are seen off, and one that is in the middle of a lookup finds that nobody wants the result and ends.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::sys::address::{Purpose, SocketAddress, lookup};
use crate::sys::thread;

use super::address::{self, Address};

pub(crate) use crate::sys::address::LookupError;

/// What a lookup finds: addresses in the order in which to try them.
pub(crate) type Found = Result<Vec<SocketAddress>, LookupError>;

/// Who wants to know. Called on a thread of the resolver, or dropped with the resolver.
type Done = Box<dyn FnOnce(Found) + Send>;

/// Finds the addresses of a host and a port, however long that takes.
type Lookup = Box<dyn Fn(&str, &str) -> Found + Send + Sync>;

/// Looks names up.
pub(crate) struct Resolver {
    office: Arc<Office>,
}

impl Resolver {
    pub(crate) fn new() -> Self {
        Self::with(|host, port| lookup(Some(host), port, Purpose::Connect), IDLE)
    }

    /// Finds the addresses to connect to. What needs no lookup is answered at once, and `done` dropped; for everything
    /// else `done` has the answer later, on another thread and possibly before this call returns.
    pub(crate) fn ask(&self, host: &str, port: &str, done: Done) -> Option<Found> {
        if let Err(error) = fits(host, port) {
            return Some(Err(error));
        }
        if host.is_empty() || host.parse::<IpAddr>().is_ok() {
            return Some(lookup(some(host), port, Purpose::Connect));
        }
        let request = Request { host: host.to_owned(), port: port.to_owned(), done };
        match self.office.queue(request) {
            Ok(()) => None,
            Err(request) => Some((self.office.lookup)(&request.host, &request.port)),
        }
    }

    fn with(lookup: impl Fn(&str, &str) -> Found + Send + Sync + 'static, patience: Duration) -> Self {
        let state =
            Mutex::new(State { queue: VecDeque::new(), clerks: [const { None }; MOST], closed: false });
        Self {
            office: Arc::new(Office { state, called: Condvar::new(), lookup: Box::new(lookup), patience }),
        }
    }
}

impl Drop for Resolver {
    fn drop(&mut self) {
        let mut state = self.office.lock();
        state.closed = true;
        let unanswered = std::mem::take(&mut state.queue);
        let clerks = std::mem::take(&mut state.clerks);
        drop(state);
        self.office.called.notify_all();
        drop(unanswered);
        // Those at work may have to wait for a server; the others end as soon as they are told.
        for clerk in clerks.into_iter().flatten().filter(|clerk| !clerk.busy) {
            let _ = clerk.thread.join();
        }
    }
}

/// The addresses to listen on, looked up by the caller itself: listening tells its addresses when it returns.
pub(crate) fn to_listen_on(address: &Address) -> Found {
    fits(&address.host, &address.port)?;
    lookup(some(&address.host), &address.port, Purpose::Listen)
}

/// Refuses what is longer than an address may be.
fn fits(host: &str, port: &str) -> Result<(), LookupError> {
    if host.len() + 1 + port.len() < address::MOST {
        return Ok(());
    }
    Err(LookupError { text: "File name too long".to_owned() })
}

fn some(host: &str) -> Option<&str> {
    (!host.is_empty()).then_some(host)
}

/// The most threads that look up at the same time.
const MOST: usize = 4;

/// How long a thread waits for another name before it ends.
const IDLE: Duration = Duration::from_secs(10);

/// Enough for the system's modules for names, which keep large things elsewhere.
const STACK: usize = 256 * 1024;

struct Request {
    host: String,
    port: String,
    done: Done,
}

/// What the resolver and its threads share.
struct Office {
    state: Mutex<State>,
    called: Condvar,
    lookup: Lookup,
    patience: Duration,
}

struct State {
    queue: VecDeque<Request>,
    clerks: [Option<Clerk>; MOST],
    /// The resolver is gone, and nobody waits for an answer any more.
    closed: bool,
}

/// A thread that looks up.
struct Clerk {
    thread: JoinHandle<()>,
    /// It has taken a request and has not come back yet.
    busy: bool,
}

impl Office {
    /// Leaves a request to the threads, with a new one if all of them have enough to do. It comes back if there is
    /// nobody to take it.
    fn queue(self: &Arc<Self>, request: Request) -> Result<(), Request> {
        let mut state = self.lock();
        let free = state.clerks.iter().flatten().filter(|clerk| !clerk.busy).count();
        if state.queue.len() >= free {
            self.hire(&mut state);
        }
        if state.clerks.iter().all(Option::is_none) {
            return Err(request);
        }
        state.queue.push_back(request);
        drop(state);
        self.called.notify_one();
        Ok(())
    }

    /// Starts one more thread, if there may be and can be one more.
    fn hire(self: &Arc<Self>, state: &mut State) {
        let Some(desk) = state.clerks.iter().position(Option::is_none) else { return };
        let office = Arc::clone(self);
        // It begins by waiting for the lock that the caller holds, so it finds itself in the list.
        if let Ok(thread) = thread::spawn("pn-lookup", STACK, move || office.work(desk)) {
            state.clerks[desk] = Some(Clerk { thread, busy: false });
        }
    }

    /// The life of a thread.
    fn work(&self, desk: usize) {
        let mut state = self.lock();
        while !state.closed {
            if let Some(request) = state.queue.pop_front() {
                state.set_busy(desk, true);
                drop(state);
                self.answer(request);
                state = self.lock();
                state.set_busy(desk, false);
                continue;
            }
            let waited = self.called.wait_timeout(state, self.patience);
            let (back, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            state = back;
            if timeout.timed_out() && state.queue.is_empty() && !state.closed {
                state.clerks[desk] = None;
                return;
            }
        }
    }

    fn answer(&self, request: Request) {
        let found = (self.lookup)(&request.host, &request.port);
        if !self.lock().closed {
            (request.done)(found);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn set_busy(&mut self, desk: usize, busy: bool) {
        if let Some(clerk) = &mut self.clerks[desk] {
            clerk.busy = busy;
        }
    }
}

#[cfg(test)]
mod tests;
