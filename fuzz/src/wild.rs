//! An application that does anything that C allows, in any order: it opens, closes, frees, aborts, drains, settles,
//! unbinds and connects again as a row of random numbers says, whether it makes sense or not.
//!
//! It keeps the C contract by holding a reference to every object it uses; what it does to an object that has been freed
//! or whose connection is over has to have no effect. The numbers come from the input, so an input is repeatable.

use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

use crate::abi::*;
use crate::mutation::Random;
use crate::target::values::read_value;

/// What the application holds.
pub struct Wild {
    random: Random,
    sessions: Vec<Object>,
    links: Vec<Object>,
    deliveries: Vec<Object>,
    /// Links and sessions still to be made, so that the application comes to an end.
    budget: u32,
    freed: bool,
}

/// How many objects of a kind are held; the oldest is let go.
const HELD: usize = 12;

const PAYLOAD: [u8; 3000] = [b'w'; 3000];

/// What the transport is to be put through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Nothing,
    /// A new transport takes the place of the old one.
    Reconnect,
}

impl Wild {
    pub fn new(seed: u8) -> Self {
        Self {
            random: Random::new(u64::from(seed)),
            sessions: vec![],
            links: vec![],
            deliveries: vec![],
            budget: 40,
            freed: false,
        }
    }

    /// Does some things, to what an event named and to what is held.
    ///
    /// # Safety
    /// All objects are null or live and belong together.
    pub unsafe fn act(
        &mut self,
        connection: Object,
        transport: Object,
        collector: Object,
        event: Object,
    ) -> Wish {
        if !event.is_null() {
            hold(&mut self.sessions, pn_event_session(event));
            hold(&mut self.links, pn_event_link(event));
            hold(&mut self.deliveries, pn_event_delivery(event));
        }
        for _ in 0..self.random.below(4) {
            match self.random.below(16) {
                0 => self.on_connection(connection, collector),
                1 if self.random.below(8) == 0 => return Wish::Reconnect,
                1 => self.on_transport(transport, connection),
                2..=4 => self.on_session(connection),
                5..=10 => self.on_link(),
                _ => self.on_delivery(),
            }
        }
        Wish::Nothing
    }

    /// Whether an event gets its proper answer as well.
    pub fn obliges(&mut self) -> bool {
        self.random.below(2) == 0
    }

    /// In which order to give everything back.
    pub fn order(&mut self) -> usize {
        self.random.below(3)
    }

    /// Frees the connection, once: that gives up a reference.
    ///
    /// # Safety
    /// As for `act`.
    pub unsafe fn free(&mut self, connection: Object) {
        if !std::mem::replace(&mut self.freed, true) {
            pn_connection_free(connection);
        }
    }

    fn pick(&mut self, from: fn(&Self) -> &Vec<Object>) -> Object {
        let at = self.random.below(from(self).len());
        from(self).get(at).copied().unwrap_or(null_mut())
    }

    unsafe fn on_connection(&mut self, connection: Object, collector: Object) {
        match self.random.below(24) {
            0 => pn_connection_close(connection),
            1 => pn_connection_release(connection),
            2 => self.free(connection),
            3 => pn_connection_collect(connection, null_mut()),
            4..=6 => pn_connection_collect(connection, collector),
            7 => pn_collector_release(collector),
            8 => hold(&mut self.deliveries, pn_work_head(connection)),
            9 => hold(&mut self.sessions, pn_session_head(connection, 0)),
            10 => hold(&mut self.links, pn_link_head(connection, 0)),
            11 => read_value(pn_connection_remote_properties(connection)),
            _ => pn_connection_open(connection),
        }
    }

    unsafe fn on_transport(&mut self, transport: Object, connection: Object) {
        match self.random.below(8) {
            0 => drop(pn_transport_unbind(transport)),
            1 => drop(pn_transport_close_tail(transport)),
            2 => drop(pn_transport_close_head(transport)),
            3 => pn_transport_set_max_buffered_delivery_bytes(transport, 1 + self.random.below(4000)),
            4 => drop(pn_transport_tick(transport, 10_000 * self.random.below(30) as i64)),
            5 => drop(pn_transport_push(transport, PAYLOAD.as_ptr().cast(), self.random.below(20))),
            _ => drop(pn_transport_bind(transport, connection)),
        }
    }

    unsafe fn on_session(&mut self, connection: Object) {
        let session = self.pick(|this| &this.sessions);
        match self.random.below(14) {
            0 => pn_session_close(session),
            1 => pn_session_free(session),
            2 => pn_session_set_incoming_capacity(session, self.random.below(200_000)),
            3 => drop(pn_session_set_incoming_window_and_lwm(session, 1 + self.random.below(9) as u32, 1)),
            4 => pn_session_set_outgoing_window(session, self.random.below(9)),
            5 => hold(&mut self.sessions, pn_session_next(session, 0)),
            6 if self.budget > 0 => {
                self.budget -= 1;
                hold(&mut self.sessions, pn_session(connection));
            }
            7 | 8 if self.budget > 0 => {
                self.budget -= 1;
                let make = [pn_sender, pn_receiver][self.random.below(2)];
                let name = [c"a", c"b", c"L", c"R", c"in", c"out", c""][self.random.below(7)];
                hold(&mut self.links, make(session, name.as_ptr()));
            }
            _ => pn_session_open(session),
        }
    }

    unsafe fn on_link(&mut self) {
        let link = self.pick(|this| &this.links);
        match self.random.below(26) {
            0 => pn_link_close(link),
            1 => pn_link_detach(link),
            2 => pn_link_free(link),
            3 => pn_link_set_drain(link, self.random.below(2) == 0),
            4 => pn_link_drain(link, self.random.below(20) as c_int),
            5 => drop(pn_link_drained(link)),
            6 => pn_link_offered(link, self.random.below(20) as c_int),
            7 => drop(pn_link_advance(link)),
            8 => hold(&mut self.deliveries, pn_link_current(link)),
            9 => hold(&mut self.deliveries, pn_unsettled_head(link)),
            10 => pn_link_set_snd_settle_mode(link, self.random.below(4) as c_int),
            11 => pn_link_set_rcv_settle_mode(link, self.random.below(3) as c_int),
            12 => pn_link_set_max_message_size(link, self.random.below(5000) as u64),
            13 => drop(pn_terminus_copy(pn_link_source(link), pn_link_remote_source(link))),
            14 => read_value(pn_link_remote_properties(link)),
            15..=17 => {
                let tag = Bytes { size: self.random.below(40), start: PAYLOAD.as_ptr().cast() };
                hold(&mut self.deliveries, pn_delivery(link, tag));
            }
            18..=20 => drop(pn_link_send(link, PAYLOAD.as_ptr().cast(), self.random.below(PAYLOAD.len()))),
            21 => {
                let mut buffer = [0 as c_char; 600];
                pn_link_recv(link, buffer.as_mut_ptr(), self.random.below(buffer.len()));
            }
            22 => pn_link_flow(link, self.random.below(30) as c_int),
            _ => pn_link_open(link),
        }
    }

    unsafe fn on_delivery(&mut self) {
        let delivery = self.pick(|this| &this.deliveries);
        match self.random.below(14) {
            0 => pn_delivery_abort(delivery),
            1 | 2 => pn_delivery_settle(delivery),
            3 => pn_delivery_clear(delivery),
            4 => hold(&mut self.deliveries, pn_unsettled_next(delivery)),
            5 => hold(&mut self.deliveries, pn_work_next(delivery)),
            6 => {
                let local = pn_delivery_local(delivery);
                pn_data_put_binary(
                    pn_disposition_data(local),
                    Bytes { size: 9, start: PAYLOAD.as_ptr().cast() },
                );
                pn_disposition_set_failed(local, true);
            }
            7 => read_value(pn_disposition_data(pn_delivery_remote(delivery))),
            8 => pn_delivery_current_advance(delivery),
            _ => {
                let states = [0, 0x23, ACCEPTED, ACCEPTED, 0x25, 0x26, 0x27, 0x33, 0x34, 0x99];
                pn_delivery_update(delivery, states[self.random.below(states.len())]);
            }
        }
    }

    /// Gives up everything that is held, oldest or newest first.
    ///
    /// # Safety
    /// As for `act`.
    pub unsafe fn let_go(&mut self) {
        let lists = [&mut self.sessions, &mut self.links, &mut self.deliveries];
        let mut all: Vec<Object> = lists.into_iter().flat_map(|list| list.drain(..)).collect();
        while !all.is_empty() {
            let at = self.random.below(all.len());
            pn_decref(all.swap_remove(at));
        }
    }
}

/// Adds a reference to what is not held yet.
unsafe fn hold(list: &mut Vec<Object>, object: Object) {
    if object.is_null() || list.contains(&object) {
        return;
    }
    list.push(pn_incref(object));
    if list.len() > HELD {
        pn_decref(list.remove(0));
    }
}

/// Takes the delivery off its link if the link stands on it.
unsafe fn pn_delivery_current_advance(delivery: Object) {
    let link = pn_delivery_link(delivery);
    if pn_delivery_current(delivery) {
        pn_link_advance(link);
    }
}
