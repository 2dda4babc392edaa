//! Where an exchange goes beyond the built-in mechanisms: when Cyrus leads it, and what it leaves behind.
//!
//! A client turns to Cyrus with what is offered, allowed and not built in, if no built-in mechanism but ANONYMOUS fits.
//! A server has Cyrus from the start or not at all, as it was configured. What Cyrus says for the log, and the layer that
//! it agrees on, is kept here until the transport takes it.

use super::cyrus::{self, Declined, Layer, Line, Place, Server};
use super::exchange::Side;
use super::mechanism::{self, Begun, Fault, ServerExchange as _};
use super::stage::Stage;
use super::{OutcomeCode, Sasl};

/// What exchanges have that Cyrus leads or may lead.
#[derive(Default)]
pub(super) struct Beyond {
    place: Place,
    lines: Vec<Line>,
    layer: Option<Box<Layer>>,
}

impl Sasl {
    /// Where a server's configuration is; it counts until the mechanisms are offered.
    pub(crate) fn place(&mut self) -> &mut Place {
        &mut self.beyond().place
    }

    fn beyond(&mut self) -> &mut Beyond {
        self.beyond.get_or_insert_with(Box::default)
    }

    /// Settles who leads a server's exchange, once.
    fn settle_leader(&mut self) -> Result<(), Fault> {
        if !matches!(self.side, Side::Idle) {
            return Ok(());
        }
        let elsewhere = Place::default();
        let place = self.beyond.as_ref().map_or(&elsewhere, |beyond| &beyond.place);
        self.side = match Server::begin(place, &self.credentials) {
            Some(server) => Side::Offering(Box::new(server?)),
            None => Side::BuiltIn,
        };
        Ok(())
    }

    /// What Cyrus offers, where it leads. If it cannot, there is nothing to offer and the exchange ends with that.
    pub(super) fn offer_beyond(&mut self) -> Option<Vec<u8>> {
        if self.led_outside() {
            return None;
        }
        let offer = self.settle_leader().and_then(|()| match &mut self.side {
            Side::Offering(server) => server.offer().map(Some),
            _ => Ok(None),
        });
        offer.unwrap_or_else(|fault| {
            self.fail_at_start(fault);
            Some(Vec::new())
        })
    }

    /// A server that cannot judge anybody says that it is its own fault.
    fn fail_at_start(&mut self, fault: Fault) {
        self.side = Side::BuiltIn;
        self.refuse(fault);
        self.outcome = OutcomeCode::SYS;
    }

    /// Hands Cyrus the client's choice; tells whether it leads.
    pub(super) fn serve_beyond(&mut self, name: &[u8]) -> bool {
        if let Err(fault) = self.settle_leader() {
            self.fail_at_start(fault);
            return true;
        }
        match std::mem::replace(&mut self.side, Side::BuiltIn) {
            Side::Offering(mut server) => {
                server.choose(name);
                self.side = Side::Server(server);
                true
            }
            other => {
                self.side = other;
                false
            }
        }
    }

    /// Has Cyrus choose for a client among what is offered, allowed and not built in. Gives its words where it will not
    /// have any of that, and `None` where it was not asked, or has begun or ended the exchange.
    pub(super) fn choose_beyond(&mut self, offered: &[&[u8]]) -> Option<Fault> {
        let may_use = |name: &[u8]| self.allowed.client_may_use(&String::from_utf8_lossy(name));
        let rest: Vec<&[u8]> =
            offered.iter().copied().filter(|name| mechanism::find(name).is_none() && may_use(name)).collect();
        if rest.is_empty() || !cyrus::is_there() {
            return None;
        }
        match cyrus::begin(&rest, &mut self.credentials) {
            Ok((name, Begun { exchange, words })) => {
                self.selected = Some(name);
                self.side = Side::Client(exchange);
                self.words = words;
                self.desired = Stage::Init;
                self.hear_lines();
                None
            }
            Err(Declined { is_choice, why, lines }) => {
                self.keep_lines(lines);
                if is_choice {
                    return Some(why);
                }
                self.reason = Some(why);
                self.give_up();
                None
            }
        }
    }

    /// Takes over what there is to log.
    pub(super) fn hear_lines(&mut self) {
        let lines = match &mut self.side {
            Side::Client(exchange) => exchange.lines(),
            Side::Server(exchange) => exchange.lines(),
            Side::Offering(server) => server.lines(),
            Side::Idle | Side::BuiltIn => return,
        };
        self.keep_lines(lines);
    }

    fn keep_lines(&mut self, lines: Vec<Line>) {
        if !lines.is_empty() {
            self.beyond().lines.extend(lines);
        }
    }

    /// What there is to log since the last time.
    pub(crate) fn take_lines(&mut self) -> Vec<Line> {
        self.beyond.as_mut().map_or_else(Vec::new, |beyond| std::mem::take(&mut beyond.lines))
    }

    /// The exchange has succeeded: what stays of it is its layer.
    pub(super) fn keep_layer(&mut self) {
        self.hear_lines();
        let layer = match std::mem::replace(&mut self.side, Side::BuiltIn) {
            Side::Client(exchange) => exchange.into_layer(),
            Side::Server(exchange) => exchange.into_layer(),
            Side::Idle | Side::BuiltIn | Side::Offering(_) => None,
        };
        if let Some(layer) = layer {
            self.beyond().layer = Some(Box::new(layer));
        }
    }

    /// Whether a layer waits to be laid.
    pub(super) fn has_layer(&self) -> bool {
        self.beyond.as_ref().is_some_and(|beyond| beyond.layer.is_some())
    }

    /// The layer through which everything goes from here on, once the last frame of the exchange has been written.
    pub(crate) fn take_layer(&mut self) -> Option<Box<Layer>> {
        if !self.has_layer() || !self.is_over() {
            return None;
        }
        self.beyond.as_mut()?.layer.take()
    }
}

/// The names in a list.
pub(super) fn names(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|&byte| byte == b' ').filter(|name| !name.is_empty())
}
