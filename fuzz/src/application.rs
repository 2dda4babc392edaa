//! An application that obliges any peer: it opens what the peer opens, grants credit, reads and accepts what arrives,
//! sends when it may, looks at every field it can get, and closes what the peer closes.
//!
//! All functions keep the C contract among themselves: objects come from the library, live until they are freed here,
//! and are used by one thread.

use std::ffi::{CStr, c_char};
use std::ptr;

use crate::abi::*;
use crate::target::values::read_value;
use crate::wild::{Wild, Wish};

/// How an end is set up.
#[derive(Clone, Copy, Default)]
pub struct Setup {
    pub client: bool,
    pub sasl: Option<Sasl>,
    pub small_frames: bool,
    pub small_capacity: bool,
    /// Does anything instead of obliging; the number says what.
    pub wild: Option<u8>,
    /// Reads the traces of frames and bytes.
    pub traced: bool,
}

/// How an end authenticates.
#[derive(Clone, Copy, Default)]
pub struct Sasl {
    /// The mechanisms that are allowed; without a list, those of the library's choice.
    pub allowed: Option<&'static CStr>,
    pub insecure: bool,
    pub required: bool,
    pub user: Option<&'static CStr>,
    pub password: Option<&'static CStr>,
    pub authorization: Option<&'static CStr>,
    /// A server's program knows fred and his secret, and is asked about tokens if told so.
    pub knows: Option<Knowledge>,
}

/// How a server's program tells users apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Knowledge {
    /// It looks up what it keeps of them.
    Kept,
    /// It judges passwords and tokens.
    Judged,
}

/// One end of a connection.
pub struct Application {
    pub connection: Object,
    pub transport: Object,
    collector: Object,
    setup: Setup,
    wild: Option<Wild>,
    /// Messages still to be sent, so that two obliging applications come to an end.
    budget: u32,
}

impl Application {
    /// # Safety
    /// None beyond the library's own soundness, which is what is under test.
    pub unsafe fn new(setup: Setup) -> Self {
        let (connection, collector) = (pn_connection(), pn_collector());
        pn_connection_collect(connection, collector);
        pn_connection_set_container(connection, if setup.client { c"client" } else { c"server" }.as_ptr());
        if let Some(sasl) = setup.sasl {
            let start = |text: Option<&CStr>| text.map_or(ptr::null(), CStr::as_ptr);
            pn_connection_set_user(connection, start(sasl.user));
            pn_connection_set_password(connection, start(sasl.password));
            pn_connection_set_authorization(connection, start(sasl.authorization));
        }
        let wild = setup.wild.map(Wild::new);
        if wild.is_some() {
            pn_incref(connection);
        }
        let transport = new_transport(&setup);
        pn_transport_bind(transport, connection);
        let application = Self { connection, transport, collector, setup, wild, budget: 40 };
        if setup.client {
            application.open_everything();
        }
        application
    }

    unsafe fn open_everything(&self) {
        pn_connection_open(self.connection);
        let session = pn_session(self.connection);
        if self.setup.small_capacity {
            pn_session_set_incoming_capacity(session, 70_000);
        }
        pn_session_open(session);
        let (sender, receiver) = (pn_sender(session, c"out".as_ptr()), pn_receiver(session, c"in".as_ptr()));
        pn_terminus_set_address(pn_link_target(sender), c"queue".as_ptr());
        pn_terminus_set_address(pn_link_source(receiver), c"queue".as_ptr());
        let filter = pn_terminus_filter(pn_link_source(receiver));
        pn_data_fill(filter, c"{sS}".as_ptr(), c"selector".as_ptr(), c"colour = 'green'".as_ptr());
        pn_link_open(sender);
        pn_link_open(receiver);
        pn_link_flow(receiver, 5);
    }

    /// Handles what waits and takes what is to be sent.
    ///
    /// # Safety
    /// As for `new`.
    pub unsafe fn drive(&mut self, mut sent: impl FnMut(&[u8])) {
        if self.wild.is_some() {
            self.answer(ptr::null_mut());
        }
        for _ in 0..100 {
            let mut busy = false;
            loop {
                let event = pn_collector_peek(self.collector);
                if event.is_null() {
                    break;
                }
                // A wild application may take the event away while it looks at it.
                pn_incref(event);
                self.answer(event);
                let same = pn_collector_peek(self.collector) == event;
                pn_decref(event);
                if same {
                    pn_collector_pop(self.collector);
                }
                busy = true;
            }
            let pending = pn_transport_pending(self.transport);
            if let Some(size) = usize::try_from(pending).ok().filter(|size| *size > 0) {
                let head = pn_transport_head(self.transport);
                sent(std::slice::from_raw_parts(head.cast(), size));
                pn_transport_pop(self.transport, size);
                busy = true;
            }
            if !busy {
                break;
            }
        }
    }

    unsafe fn answer(&mut self, event: Object) {
        if let Some(wild) = &mut self.wild {
            match wild.act(self.connection, self.transport, self.collector, event) {
                Wish::Reconnect => self.reconnect(),
                // Half of the time there is sense in what it does.
                Wish::Nothing if wild.obliges() => {}
                Wish::Nothing => return,
            }
            let of_this =
                pn_event_transport(event) == self.transport || pn_event_connection(event) == self.connection;
            if event.is_null() || !of_this {
                return;
            }
        }
        let (session, link) = (pn_event_session(event), pn_event_link(event));
        match pn_event_type(event) {
            event::CONNECTION_REMOTE_OPEN => {
                read_value(pn_connection_remote_properties(self.connection));
                pn_connection_open(self.connection);
            }
            event::SESSION_REMOTE_OPEN => {
                if self.setup.small_capacity {
                    pn_session_set_incoming_capacity(session, 70_000);
                }
                pn_session_open(session);
            }
            event::LINK_REMOTE_OPEN => self.answer_link(link),
            event::LINK_FLOW => self.send(link),
            event::DELIVERY => self.answer_delivery(link, pn_event_delivery(event)),
            event::LINK_REMOTE_DETACH => pn_link_detach(link),
            event::LINK_REMOTE_CLOSE => {
                pn_link_close(link);
                pn_link_free(link);
            }
            event::SESSION_REMOTE_CLOSE => {
                pn_session_close(session);
                pn_session_free(session);
            }
            event::CONNECTION_REMOTE_CLOSE => {
                let condition = pn_connection_remote_condition(pn_event_connection(event));
                if !condition.is_null() {
                    read_value(pn_condition_info(condition));
                }
                pn_connection_close(self.connection);
            }
            _ => {}
        }
    }

    unsafe fn answer_link(&mut self, link: Object) {
        pn_terminus_copy(pn_link_source(link), pn_link_remote_source(link));
        pn_terminus_copy(pn_link_target(link), pn_link_remote_target(link));
        read_value(pn_terminus_filter(pn_link_remote_source(link)));
        read_value(pn_link_remote_properties(link));
        pn_link_open(link);
        if pn_link_is_sender(link) { self.send(link) } else { pn_link_flow(link, 10) }
    }

    unsafe fn answer_delivery(&mut self, link: Object, delivery: Object) {
        if !pn_link_is_sender(link) && pn_delivery_readable(delivery) {
            let mut buffer = [0 as c_char; 200];
            while pn_link_recv(link, buffer.as_mut_ptr(), buffer.len()) > 0 {}
            if !pn_delivery_partial(delivery) {
                pn_link_advance(link);
                pn_delivery_update(delivery, ACCEPTED);
                pn_delivery_settle(delivery);
            }
        } else if pn_delivery_updated(delivery) {
            let remote = pn_delivery_remote(delivery);
            match pn_disposition_type(remote) {
                0x25 => read_value(pn_condition_info(pn_disposition_condition(remote))),
                0x27 => read_value(pn_disposition_annotations(remote)),
                0x23 | 0x24 | 0x26 | 0 => {}
                _ => read_value(pn_disposition_data(remote)),
            }
            if pn_delivery_settled(delivery) {
                pn_delivery_settle(delivery)
            } else {
                pn_delivery_clear(delivery)
            }
        }
    }

    unsafe fn send(&mut self, link: Object) {
        static BODY: [u8; 700] = [b'z'; 700];
        while self.budget > 0 && pn_link_is_sender(link) && pn_link_credit(link) > 0 {
            self.budget -= 1;
            let tag = self.budget.to_be_bytes();
            let delivery = pn_delivery(link, Bytes { size: 4, start: tag.as_ptr().cast() });
            if delivery.is_null() {
                return;
            }
            pn_link_send(link, BODY.as_ptr().cast(), BODY.len() * (self.budget as usize % 3) / 2);
            pn_link_advance(link);
            if self.budget % 4 == 1 {
                pn_delivery_settle(delivery);
            }
        }
        if pn_link_is_sender(link) && pn_link_get_drain(link) {
            pn_link_drained(link);
        }
    }

    /// A new transport for the same connection.
    unsafe fn reconnect(&mut self) {
        pn_transport_unbind(self.transport);
        pn_transport_free(self.transport);
        self.transport = new_transport(&self.setup);
        pn_transport_bind(self.transport, self.connection);
        let header = b"AMQP\x00\x01\x00\x00";
        pn_transport_push(self.transport, header.as_ptr().cast(), header.len());
    }

    /// Lets time pass.
    ///
    /// # Safety
    /// As for `new`.
    pub unsafe fn tick(&mut self, now: i64) {
        pn_transport_tick(self.transport, now);
    }

    /// The error that ended the transport: name and description.
    ///
    /// # Safety
    /// As for `new`.
    pub unsafe fn error(&self) -> Option<(String, String)> {
        let condition = pn_transport_condition(self.transport);
        let name = text(pn_condition_get_name(condition))?;
        Some((name, text(pn_condition_get_description(condition)).unwrap_or_default()))
    }

    /// Gives everything back.
    ///
    /// # Safety
    /// As for `new`.
    pub unsafe fn free(mut self) {
        let Some(wild) = &mut self.wild else {
            pn_transport_unbind(self.transport);
            pn_connection_collect(self.connection, ptr::null_mut());
            pn_transport_free(self.transport);
            pn_connection_free(self.connection);
            return pn_collector_free(self.collector);
        };
        match wild.order() {
            0 => {
                wild.free(self.connection);
                wild.let_go();
                pn_collector_free(self.collector);
                pn_transport_free(self.transport);
            }
            1 => {
                pn_transport_free(self.transport);
                pn_collector_free(self.collector);
                wild.free(self.connection);
                wild.let_go();
            }
            _ => {
                pn_collector_free(self.collector);
                wild.let_go();
                wild.free(self.connection);
                pn_transport_free(self.transport);
            }
        }
        pn_decref(self.connection);
    }
}

unsafe fn new_transport(setup: &Setup) -> Object {
    let transport = pn_transport();
    if !setup.client {
        pn_transport_set_server(transport);
    }
    if setup.small_frames {
        pn_transport_set_max_frame(transport, 512);
    }
    if let Some(sasl) = setup.sasl {
        let exchange = pn_sasl(transport);
        if let Some(allowed) = sasl.allowed {
            pn_sasl_allowed_mechs(exchange, allowed.as_ptr());
        }
        pn_sasl_set_allow_insecure_mechs(exchange, sasl.insecure);
        pn_transport_require_auth(transport, sasl.required);
        if let Some(knowledge) = sasl.knows.filter(|_| !setup.client) {
            know(exchange, knowledge);
        }
    }
    if setup.traced {
        pn_transport_set_tracer(transport, read_line);
        pn_transport_trace(transport, 7);
    }
    pn_transport_set_idle_timeout(transport, 60_000);
    transport
}

#[cfg(feature = "protium")]
unsafe fn know(exchange: Object, knowledge: Knowledge) {
    match knowledge {
        Knowledge::Kept => protium_sasl_set_lookup(exchange, look_up, ptr::null_mut()),
        Knowledge::Judged => protium_sasl_set_judge(exchange, judge, ptr::null_mut()),
    }
}

#[cfg(not(feature = "protium"))]
unsafe fn know(_exchange: Object, _knowledge: Knowledge) {}

#[cfg(feature = "protium")]
unsafe extern "C" fn look_up(
    _context: Object,
    transport: Object,
    mechanism: *const c_char,
    user: *const c_char,
    authorization: *const c_char,
    kept: Object,
) -> bool {
    std::hint::black_box(text(authorization));
    pn_transport_pending(transport);
    protium_sasl_kept_iterations(kept, FEW);
    if CStr::from_ptr(user) != c"fred" {
        return false;
    }
    let Some((_, stored, server)) = KEYS.iter().find(|row| row.0 == CStr::from_ptr(mechanism)) else {
        protium_sasl_kept_password(kept, lend(b"secret"));
        return true;
    };
    let key = |digits: &str| -> Vec<u8> {
        let pairs = digits.as_bytes().chunks_exact(2).map(|pair| std::str::from_utf8(pair).unwrap_or("0"));
        pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap_or(0)).collect()
    };
    let (stored, server) = (key(stored), key(server));
    protium_sasl_kept_keys(kept, lend(b"salt"), FEW, lend(&stored), lend(&server))
}

#[cfg(feature = "protium")]
fn lend(bytes: &[u8]) -> Bytes {
    Bytes { size: bytes.len(), start: bytes.as_ptr().cast() }
}

/// The least iterations that a client takes: counted code makes slow work of them.
#[cfg(feature = "protium")]
const FEW: u32 = 1000;

/// The stored key and the server's key of fred's secret with the salt "salt".
#[cfg(feature = "protium")]
const KEYS: [(&CStr, &str, &str); 3] = [
    (c"SCRAM-SHA-1", "26e4b0655fd1a8a0bf114f56cce500b223d6b63e", "69d108dd6da3c8c72b0fbfe1e747478e9703fa0c"),
    (
        c"SCRAM-SHA-256",
        "02f858d8559244a7f07341724b75332ec9329f4e31ffab7e8821c0c77b746a71",
        "7218a10f6f494351cc2dfe046e1e4f9f28493858f87e939934912aecdbd39fdf",
    ),
    (
        c"SCRAM-SHA-512",
        "7473de32d61c48379b733915c4dd6150806b4066122c27fb2fe0d19771a44a35d1561a82228e36f33fb68a457cb3749524c6bd348df65a6c9d75b1072842ac3f",
        "d53567d5b112fde1041792f3462587504bbdf98bf21e7fdef2a493b459df674a65697736db8da5a652e177909d223a15d5019270a5105d99425d151f8bb5aad5",
    ),
];

#[cfg(feature = "protium")]
unsafe extern "C" fn judge(
    _context: Object,
    transport: Object,
    _mechanism: *const c_char,
    user: *const c_char,
    _authorization: *const c_char,
    secret: Bytes,
) -> *const c_char {
    std::hint::black_box(text(user));
    pn_transport_pending(transport);
    let right = std::slice::from_raw_parts(secret.start.cast::<u8>(), secret.size) == b"secret";
    if right { c"fred".as_ptr() } else { ptr::null() }
}

extern "C" fn read_line(_transport: Object, line: *const c_char) {
    // SAFETY: the library lends a string for the time of the call.
    std::hint::black_box(unsafe { CStr::from_ptr(line) }.count_bytes());
}

/// A string of the library's; nothing for null.
///
/// # Safety
/// `start` is null or a string.
pub unsafe fn text(start: *const c_char) -> Option<String> {
    if start.is_null() {
        return None;
    }
    Some(CStr::from_ptr(start).to_string_lossy().into_owned())
}
