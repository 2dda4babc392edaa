//! An application that obliges any peer: it opens what the peer opens, grants credit, reads and accepts what arrives,
//! sends when it may, looks at every field it can get, and closes what the peer closes.
//!
//! All functions keep the C contract among themselves: objects come from the library, live until they are freed here,
//! and are used by one thread.

use std::ffi::c_char;
use std::ptr;

use crate::abi::*;
use crate::target::read_value;

/// One end of a connection.
pub struct Application {
    pub connection: Object,
    pub transport: Object,
    collector: Object,
    small_capacity: bool,
    /// Messages still to be sent, so that two obliging applications come to an end.
    budget: u32,
}

impl Application {
    /// # Safety
    /// None beyond the library's own soundness, which is what is under test.
    pub unsafe fn new(client: bool, sasl: bool, small_frames: bool, small_capacity: bool) -> Self {
        let (connection, transport, collector) = (pn_connection(), pn_transport(), pn_collector());
        pn_connection_collect(connection, collector);
        pn_connection_set_container(connection, if client { c"client" } else { c"server" }.as_ptr());
        if !client {
            pn_transport_set_server(transport);
        }
        if small_frames {
            pn_transport_set_max_frame(transport, 512);
        }
        if sasl {
            pn_sasl_allowed_mechs(pn_sasl(transport), c"ANONYMOUS PLAIN".as_ptr());
        }
        pn_transport_set_idle_timeout(transport, 60_000);
        pn_transport_bind(transport, connection);
        let application = Self { connection, transport, collector, small_capacity, budget: 40 };
        if client {
            application.open_everything();
        }
        application
    }

    unsafe fn open_everything(&self) {
        pn_connection_open(self.connection);
        let session = pn_session(self.connection);
        if self.small_capacity {
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
        for _ in 0..100 {
            let mut busy = false;
            loop {
                let event = pn_collector_peek(self.collector);
                if event.is_null() {
                    break;
                }
                self.answer(event);
                pn_collector_pop(self.collector);
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
        let (session, link) = (pn_event_session(event), pn_event_link(event));
        match pn_event_type(event) {
            event::CONNECTION_REMOTE_OPEN => {
                read_value(pn_connection_remote_properties(self.connection), 0);
                pn_connection_open(self.connection);
            }
            event::SESSION_REMOTE_OPEN => {
                if self.small_capacity {
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
                    read_value(pn_condition_info(condition), 0);
                }
                pn_connection_close(self.connection);
            }
            _ => {}
        }
    }

    unsafe fn answer_link(&mut self, link: Object) {
        pn_terminus_copy(pn_link_source(link), pn_link_remote_source(link));
        pn_terminus_copy(pn_link_target(link), pn_link_remote_target(link));
        read_value(pn_terminus_filter(pn_link_remote_source(link)), 0);
        read_value(pn_link_remote_properties(link), 0);
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
                0x25 => read_value(pn_condition_info(pn_disposition_condition(remote)), 0),
                0x27 => read_value(pn_disposition_annotations(remote), 0),
                0x23 | 0x24 | 0x26 | 0 => {}
                _ => read_value(pn_disposition_data(remote), 0),
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
    pub unsafe fn free(self) {
        pn_transport_unbind(self.transport);
        pn_connection_collect(self.connection, ptr::null_mut());
        pn_transport_free(self.transport);
        pn_connection_free(self.connection);
        pn_collector_free(self.collector);
    }
}

unsafe fn text(start: *const c_char) -> Option<String> {
    if start.is_null() {
        return None;
    }
    Some(std::ffi::CStr::from_ptr(start).to_string_lossy().into_owned())
}
