//! `tls_records`: two ends of TLS and somebody between them who cuts, damages, repeats and forges what they send.
//!
//! Records are made with fresh keys in every run, so an input cannot hold them: it is a row of orders that make,
//! move and damage them. The first byte says who the ends are: two raw sessions, or one and a transport under TLS; or
//! one raw session that gets the input itself. Whatever happens, what an end hears is a beginning of what the other one
//! said, and a stream that ends is whole.
//!
//! Certificates are those of the tests, which `cargo xtask fuzz` makes first.

use std::ffi::{CString, c_char};
use std::ptr::{null, null_mut};
use std::sync::OnceLock;

use crate::abi::*;
use crate::application::{Application, Setup};
use crate::target::transport::{feed, finish, setup::PIECES};

/// The first byte of an input.
pub mod ends {
    /// The lowest two bits.
    pub const RAW: u8 = 0;
    pub const SERVER_ALONE: u8 = 1;
    pub const CLIENT_ALONE: u8 = 2;
    pub const TRANSPORT: u8 = 3;
    /// The transport is the client.
    pub const ASKS: u8 = 4;
    /// TLS 1.2.
    pub const OLDER: u8 = 8;
    /// The handshake is over when the orders begin.
    pub const SECURE: u8 = 32;
}

/// The target.
pub fn tls_records(input: &[u8]) {
    let Some((&flags, orders)) = input.split_first() else { return };
    // SAFETY: buffers are memory of this end until it has taken them back; the rest is the library's to keep.
    unsafe {
        match flags & 3 {
            ends::RAW => between_sessions(flags, orders),
            ends::TRANSPORT => over_a_transport(flags, orders),
            alone => {
                let mut end = End::new(alone == ends::CLIENT_ALONE);
                for piece in orders.chunks(PIECES[usize::from(flags >> 4) % 4].min(orders.len().max(1))) {
                    end.receive(piece);
                    end.work(1000);
                }
                assert!(end.heard.is_empty(), "nobody has said anything");
                end.free();
            }
        }
    }
}

const CLIENT: u32 = 1;
const SERVER: u32 = 2;
const ANONYMOUS: u32 = 2;

/// Bytes before and behind what an end may touch.
const GUARD: [u8; 4] = [0xa5; 4];

/// One raw session and its memory.
struct End {
    tls: Object,
    /// Buffers that the session has, by their context.
    lent: Vec<Option<Box<[u8]>>>,
    said: Vec<u8>,
    heard: Vec<u8>,
    /// On the way to the other end.
    sent: Vec<u8>,
    closed: bool,
}

impl End {
    unsafe fn new(client: bool) -> Self {
        let tls = pn_tls(configuration(client) as Object);
        assert_eq!(pn_tls_start(tls), 0);
        Self { tls, lent: Vec::new(), said: Vec::new(), heard: Vec::new(), sent: Vec::new(), closed: false }
    }

    fn buffer(&mut self, bytes: &[u8], room: usize) -> RawBuffer {
        let memory = [&GUARD, bytes, &vec![0; room], &GUARD].concat().into_boxed_slice();
        self.lent.push(Some(memory));
        let context = self.lent.len() - 1;
        let start = self.lent[context].as_mut().map_or(null_mut(), |memory| memory.as_mut_ptr());
        let capacity = (GUARD.len() + bytes.len() + room) as u32;
        RawBuffer { context, start, capacity, size: bytes.len() as u32, offset: GUARD.len() as u32 }
    }

    /// What a buffer holds that comes back.
    fn back(&mut self, buffer: &RawBuffer) -> Vec<u8> {
        let memory = self.lent[buffer.context].take().expect("a buffer comes back once");
        let end = (buffer.offset + buffer.size) as usize;
        assert!(memory.starts_with(&GUARD) && memory.ends_with(&GUARD), "bytes beside a buffer were changed");
        assert!(end <= memory.len() - GUARD.len(), "a buffer is fuller than it can be");
        memory[GUARD.len()..end].to_vec()
    }

    unsafe fn give(&mut self, function: Give, bytes: &[u8], room: usize) -> bool {
        let buffer = self.buffer(bytes, room);
        let given = function(self.tls, &raw const buffer, 1) == 1;
        if !given {
            self.lent.pop();
        }
        given
    }

    unsafe fn say(&mut self, bytes: &[u8]) {
        if self.give(pn_tls_give_encrypt_input_buffers, bytes, 0) {
            self.said.extend_from_slice(bytes);
        }
    }

    unsafe fn receive(&mut self, bytes: &[u8]) -> bool {
        self.give(pn_tls_give_decrypt_input_buffers, bytes, 0)
    }

    unsafe fn close(&mut self) {
        self.closed = true;
        pn_tls_close_output(self.tls);
    }

    unsafe fn take(&mut self) {
        let mut buffer = RawBuffer { context: 0, start: null_mut(), capacity: 0, size: 0, offset: 0 };
        for function in [pn_tls_take_encrypt_input_buffers, pn_tls_take_decrypt_input_buffers] {
            while function(self.tls, &raw mut buffer, 1) == 1 {
                self.back(&buffer);
            }
        }
        while pn_tls_take_encrypt_output_buffers(self.tls, &raw mut buffer, 1) == 1 {
            let bytes = self.back(&buffer);
            self.sent.extend(bytes);
        }
        while pn_tls_take_decrypt_output_buffers(self.tls, &raw mut buffer, 1) == 1 {
            let bytes = self.back(&buffer);
            self.heard.extend(bytes);
        }
    }

    /// Goes on as far as it can, with buffers of one size.
    unsafe fn work(&mut self, room: usize) {
        loop {
            pn_tls_process(self.tls);
            self.take();
            let mut more = false;
            if pn_tls_need_encrypt_output_buffers(self.tls) {
                more |= self.give(pn_tls_give_encrypt_output_buffers, b"", room);
            }
            if pn_tls_need_decrypt_output_buffers(self.tls) {
                more |= self.give(pn_tls_give_decrypt_output_buffers, b"", room);
            }
            if !more {
                return;
            }
        }
    }

    /// What must be true whatever has come in.
    unsafe fn examine(&mut self, said: &[u8], whole: bool) {
        assert!(said.starts_with(&self.heard), "something was heard that nobody said");
        let ended = pn_tls_is_input_closed(self.tls);
        assert!(!ended || (whole && said == self.heard), "a stream looks whole and is not");
        let mut text: [c_char; 300] = [0; 300];
        let failed = pn_tls_get_session_error(self.tls) != 0;
        assert_eq!(failed, pn_tls_get_session_error_string(self.tls, text.as_mut_ptr(), text.len()) > 0);
        assert!(!failed || !pn_tls_is_secure(self.tls), "what has failed is not secure");
        std::hint::black_box(pn_tls_get_remote_subject(self.tls));
    }

    unsafe fn free(mut self) {
        pn_tls_stop(self.tls);
        self.take();
        assert!(self.lent.iter().all(Option::is_none), "every buffer comes back");
        pn_tls_free(self.tls);
    }
}

/// Orders, byte by byte.
struct Orders<'a>(&'a [u8]);

impl<'a> Orders<'a> {
    fn next(&mut self) -> Option<usize> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(usize::from(*first))
    }

    /// A size: small ones exactly, large ones roughly.
    fn size(&mut self) -> usize {
        match self.next().unwrap_or_default() {
            small @ 0..64 => small,
            large => (large - 63) * (large - 63),
        }
    }

    fn bytes(&mut self) -> &'a [u8] {
        let size = self.next().unwrap_or_default().min(self.0.len());
        let (bytes, rest) = self.0.split_at(size);
        self.0 = rest;
        bytes
    }
}

/// Does something to bytes on their way. Tells how many of them arrive now.
fn meddle(order: usize, line: &mut Vec<u8>, orders: &mut Orders<'_>) -> usize {
    match order {
        0 => return orders.size().min(line.len()),
        1 => {
            let at = orders.size();
            if let Some(byte) = line.get_mut(at) {
                *byte ^= 1 << (orders.next().unwrap_or_default() % 8);
            }
        }
        2 => drop(line.drain(..orders.size().min(line.len()))),
        3 => {
            let again = line[..orders.size().min(line.len())].to_vec();
            line.splice(..0, again);
        }
        4 => line.truncate(line.len().saturating_sub(orders.size())),
        _ => drop(line.splice(..0, orders.bytes().iter().copied())),
    }
    0
}

/// Two raw sessions.
unsafe fn between_sessions(flags: u8, input: &[u8]) {
    let (mut client, mut server) = (End::new(true), End::new(false));
    let mut orders = Orders(input);
    if flags & ends::SECURE != 0 {
        settle(&mut client, &mut server);
    }
    while let Some(order) = orders.next() {
        let (from, to) =
            if order & 128 == 0 { (&mut client, &mut server) } else { (&mut server, &mut client) };
        match order % 16 {
            0..6 => {
                let now = meddle(order % 16, &mut from.sent, &mut orders);
                let piece: Vec<u8> = from.sent.iter().copied().take(now).collect();
                if now > 0 && to.receive(&piece) {
                    from.sent.drain(..now);
                }
            }
            6 => drop(to.give(pn_tls_give_encrypt_output_buffers, b"", orders.size())),
            7 => drop(to.give(pn_tls_give_decrypt_output_buffers, b"", orders.size())),
            8 => drop(pn_tls_process(to.tls)),
            9 => to.take(),
            10 => from.say(orders.bytes()),
            11 => from.say(&vec![order as u8; orders.size()]),
            12 => from.close(),
            13 => to.work(1 + orders.size()),
            14 if orders.next() == Some(0) => drop(pn_tls_stop(to.tls)),
            _ => settle(&mut client, &mut server),
        }
    }
    settle(&mut client, &mut server);
    client.examine(&server.said, server.closed);
    server.examine(&client.said, client.closed);
    client.free();
    server.free();
}

/// Lets everything arrive that is on its way.
unsafe fn settle(client: &mut End, server: &mut End) {
    loop {
        client.work(2000);
        server.work(2000);
        let (there, back) = (std::mem::take(&mut client.sent), std::mem::take(&mut server.sent));
        let arrived =
            (!there.is_empty() && server.receive(&there)) | (!back.is_empty() && client.receive(&back));
        if !arrived {
            return;
        }
    }
}

/// A raw session, and a transport under TLS bound to an obliging application. What is said is AMQP, or should be.
unsafe fn over_a_transport(flags: u8, input: &[u8]) {
    let asks = flags & ends::ASKS != 0;
    let mut application = Application::new(Setup { client: asks, ..Setup::default() });
    let ssl = pn_ssl(application.transport);
    if ssl.is_null() || pn_ssl_init(ssl, domain(asks, flags & ends::OLDER != 0) as Object, null()) != 0 {
        return finish(application);
    }
    let mut end = End::new(!asks);
    let mut orders = Orders(input);
    let mut back = Vec::new();
    application.tick(1);
    while let Some(order) = orders.next() {
        let mut now = 0;
        match order % 16 {
            step @ 0..6 if order & 128 == 0 => now = meddle(step, &mut end.sent, &mut orders),
            step @ 0..6 => {
                let now = meddle(step, &mut back, &mut orders);
                let piece: Vec<u8> = back.iter().copied().take(now).collect();
                if now > 0 && end.receive(&piece) {
                    back.drain(..now);
                }
                end.work(700);
            }
            6..11 => end.say(orders.bytes()),
            11 => end.close(),
            12 => application.tick(2),
            _ => {
                end.work(2000);
                now = end.sent.len();
                application.drive(|bytes| back.extend_from_slice(bytes));
                if end.receive(&back) {
                    back.clear();
                }
            }
        }
        let piece: Vec<u8> = end.sent.drain(..now).collect();
        feed_through(&mut application, &piece, &mut back);
    }
    finish(application);
    end.free();
}

/// Gives a transport bytes, and keeps what it answers.
unsafe fn feed_through(application: &mut Application, bytes: &[u8], back: &mut Vec<u8>) {
    application.drive(|bytes| back.extend_from_slice(bytes));
    feed(application, bytes, usize::MAX);
}

/// The name of a file of certificates.
fn file(name: &str) -> CString {
    let folder = std::env::var("CERTIFICATES").unwrap_or_else(|_| "build/certificates".into());
    CString::new(format!("{folder}/{name}")).expect("a path has no NUL")
}

/// A configuration for raw sessions, made once and kept. A client believes anybody: who is at the other end is not what
/// is tried here.
fn configuration(client: bool) -> usize {
    static MADE: [OnceLock<usize>; 2] = [OnceLock::new(), OnceLock::new()];
    *MADE[usize::from(client)].get_or_init(|| {
        // SAFETY: strings live as long as the calls.
        unsafe {
            let config = pn_tls_config(if client { CLIENT } else { SERVER });
            if client {
                pn_tls_config_set_peer_authentication(config, ANONYMOUS, null());
            } else {
                let (certificate, key) = (file("server.pem"), file("server.key"));
                let set = pn_tls_config_set_credentials(config, certificate.as_ptr(), key.as_ptr(), null());
                assert_eq!(set, 0, "there are certificates (cargo xtask fuzz makes them)");
            }
            config as usize
        }
    })
}

/// The same for transports, with a version of TLS.
fn domain(client: bool, older: bool) -> usize {
    static MADE: [OnceLock<usize>; 4] = [const { OnceLock::new() }; 4];
    *MADE[usize::from(client) + 2 * usize::from(older)].get_or_init(|| {
        // SAFETY: strings live as long as the calls.
        unsafe {
            let domain = pn_ssl_domain(if client { CLIENT } else { SERVER });
            let version = if older { c"TLSv1.2" } else { c"TLSv1.3" };
            pn_ssl_domain_set_protocols(domain, version.as_ptr());
            if client {
                pn_ssl_domain_set_peer_authentication(domain, ANONYMOUS, null());
            } else {
                let (certificate, key) = (file("server.pem"), file("server.key"));
                pn_ssl_domain_set_credentials(domain, certificate.as_ptr(), key.as_ptr(), null());
            }
            domain as usize
        }
    })
}
