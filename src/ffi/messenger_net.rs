//! Where a messenger's messages go and come from: places, connections, links, and what peers do with them
//! (spec/legacy.md sections 5.2, 5.3 and 5.8).

use std::ffi::{CStr, CString, c_char, c_int, c_uint};
use std::ptr::{null, null_mut};

use super::condition::{pn_condition_is_redirect, pn_condition_redirect_host, pn_condition_redirect_port};
use super::connection::{PN_LOCAL_CLOSED, PN_LOCAL_UNINIT, PN_REMOTE_CLOSED};
use super::error::{PN_ARG_ERR, PN_ERR};
use super::event::names::pn_event_type_t as events;
use super::event::{
    pn_event_connection, pn_event_delivery, pn_event_link, pn_event_session, pn_event_t, pn_event_transport,
    pn_event_type_t,
};
use super::messenger::PN_FLAGS_ALLOW_INSECURE_MECHS;
use super::messenger_handles::{Connection, Delivery, End, Held, Link};
use super::messenger_object::{LinkEntry, Listener, Peer, Place, pn_messenger_t, pn_subscription_t};
use super::reactor::{
    pn_acceptor_set_ssl_domain, pn_connection_acceptor, pn_reactor_acceptor, pn_reactor_connection_to_host,
    pn_reactor_error,
};
use super::sasl::{pn_sasl, pn_sasl_set_allow_insecure_mechs};
use super::selectable::pn_selectable_t;
use super::session::{pn_session_close, pn_session_open, pn_session_state};
use super::shell::{pn_link_t, pn_session_t, pn_transport_t};
use super::ssl::{
    names::pn_ssl_mode_t, names::pn_ssl_verify_mode_t, pn_ssl, pn_ssl_domain,
    pn_ssl_domain_allow_unsecured_client, pn_ssl_domain_free, pn_ssl_domain_set_credentials,
    pn_ssl_domain_set_peer_authentication, pn_ssl_domain_set_trusted_ca_db, pn_ssl_domain_t, pn_ssl_init,
};
use super::transport::{pn_transport_condition, pn_transport_pending, pn_transport_set_tracer};
use crate::engine::{Password, Text};
use crate::legacy::pattern::Outcome;
use crate::legacy::url::Url;

/// An address taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) place: Place,
    /// The node there.
    pub(super) name: String,
    /// Peers are to come here.
    pub(super) listens: bool,
}

impl Address {
    /// A place and a name, by the rules of URLs.
    pub(super) fn parse(text: &[u8]) -> Self {
        let url = Url::parse(text);
        let text =
            |part: Option<std::borrow::Cow<'_, [u8]>>| part.map(|p| String::from_utf8_lossy(&p).into_owned());
        let host = text(url.host).unwrap_or_default();
        let (listens, host) = match host.strip_prefix('~') {
            Some(host) => (true, host.to_owned()),
            None => (false, host),
        };
        let place = Place {
            scheme: text(url.scheme),
            user: text(url.user),
            password: text(url.password),
            host,
            port: text(url.port),
        };
        Self { place, name: text(url.path).unwrap_or_default(), listens }
    }
}

impl Place {
    /// Whether bytes are to be encrypted there.
    pub(super) fn is_encrypted(&self) -> bool {
        self.scheme.as_deref() == Some("amqps")
    }

    /// The port to connect to, or to listen on.
    pub(super) fn real_port(&self) -> &str {
        match self.port.as_deref() {
            Some(port) if !port.is_empty() => port,
            _ if self.is_encrypted() => "5671",
            _ => "5672",
        }
    }

    /// What a container at this place may be called: `[user@]host[:port]`.
    fn domain(&self) -> String {
        let user = self.user.as_ref().map_or_else(String::new, |user| format!("{user}@"));
        let port = self.port.as_ref().map_or_else(String::new, |port| format!(":{port}"));
        format!("{user}{}{port}", self.host)
    }
}

/// A text for C; what stands behind a NUL is cut off.
pub(super) fn c_text(text: &str) -> CString {
    CString::new(text.split('\0').next().unwrap_or_default()).unwrap_or_default()
}

const fn is(kind: pn_event_type_t, event: events) -> bool {
    kind == event as c_uint
}

/// Answers an event.
///
/// # Safety
/// `event` is live.
pub(super) unsafe fn handle(this: &mut pn_messenger_t, event: *mut pn_event_t, kind: pn_event_type_t) {
    // SAFETY: passed on from the caller; what an event gives is null or live, here and below.
    let connection = unsafe { pn_event_connection(event) };
    // SAFETY: as above.
    let connection = unsafe { Held::new(connection) };
    // SAFETY: as above.
    let transport = unsafe { pn_event_transport(event) };
    // SAFETY: as above.
    let link = unsafe { pn_event_link(event) };
    // SAFETY: as above.
    let link = unsafe { Held::new(link) };
    // SAFETY: as above.
    let session = unsafe { pn_event_session(event) };
    let Some(connection) = connection else { return };
    if is(kind, events::PN_CONNECTION_BOUND) {
        // SAFETY: as above.
        unsafe { this.bound(&connection, transport) };
    } else if is(kind, events::PN_CONNECTION_REMOTE_OPEN) {
        if connection.state() & PN_LOCAL_UNINIT != 0 {
            connection.set_container(&this.name);
            connection.open();
        }
    } else if is(kind, events::PN_SESSION_REMOTE_OPEN) {
        // SAFETY: as above.
        unsafe { answer_session(session, true) };
    } else if is(kind, events::PN_SESSION_REMOTE_CLOSE) {
        // SAFETY: as above.
        unsafe { answer_session(session, false) };
    } else if is(kind, events::PN_CONNECTION_REMOTE_CLOSE) {
        // SAFETY: as above.
        unsafe { this.remote_closed(&connection) };
    } else if is(kind, events::PN_TRANSPORT_ERROR) {
        // SAFETY: as above.
        unsafe { this.broken(&connection, transport) };
    } else if is(kind, events::PN_TRANSPORT_CLOSED) {
        this.gone(&connection);
    } else if let Some(link) = link {
        // SAFETY: as above.
        unsafe { this.handle_link(&link, event, kind) };
    }
}

/// Says whether passwords may go over a stream that anybody can read.
unsafe fn allow_insecure(transport: *mut pn_transport_t, insecure: bool) {
    // SAFETY: the caller passes a live transport.
    let sasl = unsafe { pn_sasl(transport) };
    // SAFETY: as above.
    unsafe { pn_sasl_set_allow_insecure_mechs(sasl, insecure) };
}

unsafe fn answer_session(session: *mut pn_session_t, open: bool) {
    // SAFETY: the caller passes a live session.
    let state = unsafe { pn_session_state(session) };
    if open && state & PN_LOCAL_UNINIT != 0 {
        // SAFETY: as above.
        unsafe { pn_session_open(session) };
    } else if !open && state & PN_LOCAL_CLOSED == 0 {
        // SAFETY: as above.
        unsafe { pn_session_close(session) };
    }
}

impl pn_messenger_t {
    /// A connection has its transport: how it is to be protected, and who we are, can be said now.
    unsafe fn bound(&mut self, connection: &Connection, transport: *mut pn_transport_t) {
        // SAFETY: callers pass a live transport, here and below.
        let acceptor = unsafe { pn_connection_acceptor(connection.as_ptr()) };
        if self.tracer.is_some() {
            // SAFETY: as above.
            unsafe { pn_transport_set_tracer(transport, self.tracer) };
        }
        let insecure = self.flags & PN_FLAGS_ALLOW_INSECURE_MECHS != 0;
        if !acceptor.is_null() {
            let from = |listener: &&Listener| listener.acceptor.is(acceptor.cast());
            let subscription = self.listeners.iter().find(from).map_or(null_mut(), |l| l.subscription);
            let peer = Peer {
                place: Place::default(),
                connection: connection.clone(),
                subscription,
                failure: None,
                redirect: None,
                hops: 0,
            };
            self.peers.push(peer);
            // SAFETY: as above.
            unsafe { allow_insecure(transport, insecure) };
            return;
        }
        let Some(place) = self.peer(connection).map(|peer| peer.place.clone()) else { return };
        if place.user.is_some() && place.password.is_some() {
            // SAFETY: as above.
            unsafe { allow_insecure(transport, insecure) };
        }
        if place.is_encrypted() {
            // SAFETY: as above.
            if let Err(reason) = unsafe { self.encrypt(transport) }
                && let Some(peer) = self.peer(connection)
            {
                peer.failure = Some(reason);
            }
        }
    }

    /// Has a client's transport encrypted.
    unsafe fn encrypt(&self, transport: *mut pn_transport_t) -> Result<(), String> {
        let domain = self.domain(pn_ssl_mode_t::PN_SSL_MODE_CLIENT)?;
        // SAFETY: callers pass a live transport.
        let ssl = unsafe { pn_ssl(transport) };
        // SAFETY: as above, and the domain is ours.
        let code = unsafe { pn_ssl_init(ssl, domain, null()) };
        // SAFETY: a session that was set up needs its domain no more.
        unsafe { pn_ssl_domain_free(domain) };
        if code == 0 { Ok(()) } else { Err("the connection cannot be encrypted".to_owned()) }
    }

    /// The settings of TLS, from those of the messenger.
    fn domain(&self, mode: pn_ssl_mode_t) -> Result<*mut pn_ssl_domain_t, String> {
        let client = matches!(mode, pn_ssl_mode_t::PN_SSL_MODE_CLIENT);
        // SAFETY: the call takes a number.
        let domain = unsafe { pn_ssl_domain(mode as c_uint) };
        if domain.is_null() {
            return Err("this library was built without TLS".to_owned());
        }
        let text = |text: &Option<Text>| text.as_ref().map_or(null(), Text::as_ptr);
        let password = self.password.as_ref().map_or(null(), Password::as_ptr);
        let mut failed = None;
        if self.certificate.is_some() {
            let (certificate, key) = (text(&self.certificate), text(&self.private_key));
            // SAFETY: the domain is ours, and the texts are the messenger's.
            if unsafe { pn_ssl_domain_set_credentials(domain, certificate, key, password) } != 0 {
                failed = Some("the certificate or its key cannot be used");
            }
        }
        if failed.is_none() && self.trusted.is_some() {
            // SAFETY: as above.
            if unsafe { pn_ssl_domain_set_trusted_ca_db(domain, text(&self.trusted)) } != 0 {
                failed = Some("the trusted certificates cannot be used");
            }
        }
        let mode = match (client, &self.trusted) {
            (true, Some(_)) => Some((self.peer_mode, null())),
            (true, None) => Some((pn_ssl_verify_mode_t::PN_SSL_ANONYMOUS_PEER as c_uint, null())),
            (false, _) => None,
        };
        if let Some((mode, names)) = mode.filter(|_| failed.is_none()) {
            // SAFETY: as above.
            if unsafe { pn_ssl_domain_set_peer_authentication(domain, mode, names) } != 0 {
                failed = Some("the peer cannot be authenticated in this way");
            }
        }
        match failed {
            None => Ok(domain),
            Some(reason) => {
                // SAFETY: the domain is ours and used by nobody.
                unsafe { pn_ssl_domain_free(domain) };
                Err(reason.to_owned())
            }
        }
    }

    fn peer(&mut self, connection: &Connection) -> Option<&mut Peer> {
        self.peers.iter_mut().find(|peer| peer.connection == *connection)
    }

    /// The peer has closed the connection: so do we, and go where it sends us.
    unsafe fn remote_closed(&mut self, connection: &Connection) {
        // SAFETY: callers pass a live connection, whose condition lives as long.
        let condition = unsafe { super::connection::pn_connection_remote_condition(connection.as_ptr()) };
        // SAFETY: as above.
        let redirect = unsafe { redirection(condition) };
        // SAFETY: as above.
        let failure = unsafe { described(condition) };
        if let Some(peer) = self.peer(connection) {
            peer.redirect = redirect.filter(|_| peer.subscription.is_null() && peer.hops < MOST_HOPS);
            peer.failure = failure.filter(|_| peer.redirect.is_none());
        }
        if connection.state() & PN_LOCAL_CLOSED == 0 {
            connection.close();
        }
    }

    /// A transport has failed.
    unsafe fn broken(&mut self, connection: &Connection, transport: *mut pn_transport_t) {
        // SAFETY: callers pass a live transport.
        let condition = unsafe { pn_transport_condition(transport) };
        // SAFETY: the condition lives as long as its transport.
        let reason = unsafe { described(condition) };
        if let Some(peer) = self.peer(connection) {
            peer.failure = peer.failure.take().or(reason);
        }
    }

    /// A connection has ended: what depends on it goes.
    fn gone(&mut self, connection: &Connection) {
        if self.follow(connection) {
            return;
        }
        self.outgoing.lose(connection.as_ptr());
        self.links.retain(|entry| entry.connection != connection.as_ptr());
        if let Some(place) = self.peers.iter().position(|peer| peer.connection == *connection) {
            let peer = self.peers.remove(place);
            // Nobody asks after those that came by themselves.
            let failure = peer.failure.filter(|_| peer.subscription.is_null());
            self.lost.extend(failure.map(|reason| (peer.place, reason)));
        }
        connection.release();
    }

    /// Goes where the peer has sent us, with all links and what they have to send.
    fn follow(&mut self, connection: &Connection) -> bool {
        let reactor = self.reactor;
        let Some(peer) = self.peer(connection) else { return false };
        let Some((host, port)) = peer.redirect.take() else { return false };
        peer.hops += 1;
        connection.go_to(reactor, &host, &port);
        true
    }

    unsafe fn handle_link(&mut self, link: &Link, event: *mut pn_event_t, kind: pn_event_type_t) {
        if is(kind, events::PN_LINK_REMOTE_OPEN) {
            self.link_opened(link);
        } else if is(kind, events::PN_LINK_REMOTE_CLOSE) || is(kind, events::PN_LINK_REMOTE_DETACH) {
            if link.state() & PN_LOCAL_CLOSED == 0 {
                link.close();
            }
            self.links.retain(|entry| entry.link != *link);
        } else if is(kind, events::PN_LINK_FLOW) {
            // A receiver that wants its credit back gets it: all that was put has been handed to the link.
            if link.is_sender() {
                link.drained();
            }
        } else if is(kind, events::PN_DELIVERY) {
            // SAFETY: callers pass a live event.
            let delivery = unsafe { pn_event_delivery(event) };
            // SAFETY: an event's delivery is null or live.
            let Some(delivery): Option<Delivery> = (unsafe { Held::new(delivery) }) else { return };
            if link.is_sender() {
                self.hear_outcome(&delivery);
            } else {
                self.hear_delivery(link.as_ptr(), delivery);
            }
        }
    }

    /// The peer has attached a link, or answered ours.
    fn link_opened(&mut self, link: &Link) {
        if link.state() & PN_LOCAL_UNINIT != 0 {
            link.mirror_termini();
            self.set_modes(link);
            let end = if link.is_sender() { End::RemoteSource } else { End::RemoteTarget };
            let name = link.address(end).map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let connection = link.connection();
            let of = |peer: &&Peer| peer.connection.is(connection);
            let subscription = self.peers.iter().find(of).map_or(null_mut(), |peer| peer.subscription);
            let entry = LinkEntry {
                link: link.clone(),
                connection,
                name,
                subscription,
                dry_since: None,
                draining: false,
            };
            self.links.push(entry);
            link.open();
        }
        let subscription = self.entry(link.as_ptr()).map_or(null_mut(), |entry| entry.subscription);
        if link.is_sender() || subscription.is_null() {
            return;
        }
        let address = link.address(End::RemoteSource).or_else(|| link.address(End::RemoteTarget));
        if let Some(known) =
            self.subscriptions.iter_mut().find(|known| std::ptr::eq(&raw const ***known, subscription))
        {
            known.learn_address(address.as_deref());
        }
    }

    /// What is agreed on settling follows from the windows.
    fn set_modes(&self, link: &Link) {
        use super::link::names::pn_snd_settle_mode_t;
        let window = if link.is_sender() { self.outgoing.window } else { self.incoming.window };
        if window == 0 {
            return;
        }
        let usual = if link.is_sender() {
            pn_snd_settle_mode_t::PN_SND_MIXED
        } else {
            pn_snd_settle_mode_t::PN_SND_UNSETTLED
        };
        link.set_sender_mode(self.sender_mode.unwrap_or(usual as c_uint));
        link.set_receiver_mode(self.receiver_mode);
    }

    /// Whether bytes wait for the network.
    pub(super) fn has_unwritten(&self) -> bool {
        self.peers.iter().any(|peer| {
            // SAFETY: the connection is held; its transport is null or live.
            let transport = unsafe { super::connection::pn_connection_transport(peer.connection.as_ptr()) };
            // SAFETY: as above.
            !transport.is_null() && unsafe { pn_transport_pending(transport) } > 0
        })
    }

    /// What routing makes of an address; `None` if it leads nowhere.
    pub(super) fn route_address(&self, address: &[u8]) -> Option<Address> {
        match self.routes.apply(address) {
            Outcome::Same => Some(Address::parse(address)),
            Outcome::Changed(routed) => Some(Address::parse(&routed)),
            Outcome::Nowhere => None,
        }
    }

    /// The connection to a place, where there is one.
    pub(super) fn known_connection(&self, place: &Place) -> Option<Connection> {
        let fits = |peer: &&Peer| {
            let closed = peer.connection.state() & (PN_LOCAL_CLOSED | PN_REMOTE_CLOSED) != 0;
            let named = || {
                let container = peer.connection.remote_container();
                container.is_some_and(|name| name.as_bytes() == place.domain().as_bytes())
            };
            !closed && ((peer.subscription.is_null() && peer.place == *place) || named())
        };
        self.peers.iter().find(fits).map(|peer| peer.connection.clone())
    }

    /// A new connection to a place. It may fail as soon as events are shown.
    pub(super) fn connect(&mut self, place: &Place) -> Option<Connection> {
        let (host, port) = (c_text(&place.host), c_text(place.real_port()));
        // SAFETY: the messenger holds its reactor, and the texts are texts.
        let connection =
            unsafe { pn_reactor_connection_to_host(self.reactor, host.as_ptr(), port.as_ptr(), null_mut()) };
        // SAFETY: the reactor holds the new connection.
        let connection: Connection = unsafe { Held::new(connection) }?;
        connection.set_container(&self.name);
        connection.set_hostname(&host);
        if let Some(user) = &place.user {
            let password = place.password.as_deref().map(c_text);
            connection.set_credentials(&c_text(user), password.as_deref());
        }
        let place = place.clone();
        self.peers.push(Peer {
            place,
            connection: connection.clone(),
            subscription: null_mut(),
            failure: None,
            redirect: None,
            hops: 0,
        });
        connection.open();
        Some(connection)
    }

    /// The link of a connection for a name and a direction, if there is one.
    pub(super) fn known_link(&self, connection: &Connection, name: &str, sends: bool) -> Option<Link> {
        let fits = |entry: &&LinkEntry| {
            connection.is(entry.connection) && entry.link.is_sender() == sends && entry.name == name
        };
        self.links.iter().find(fits).map(|entry| entry.link.clone())
    }

    /// The link of a connection for a name and a direction, made if there is none.
    pub(super) fn open_link(
        &mut self,
        connection: &Connection,
        name: &str,
        sends: bool,
        subscription: *mut pn_subscription_t,
        time_to_live: c_uint,
    ) -> Option<Link> {
        if let Some(known) = self.known_link(connection, name, sends) {
            return Some(known);
        }
        let session = connection.open_session()?;
        let address = c_text(name);
        let link = session.link(if sends { c"sender-xxx" } else { &address }, sends)?;
        self.set_modes(&link);
        if name == "#" {
            link.set_dynamic(if sends { End::Target } else { End::Source });
        } else {
            link.set_address(End::Source, &address);
            link.set_address(End::Target, &address);
        }
        if time_to_live > 0 {
            link.set_time_to_live(End::Source, time_to_live);
            link.set_time_to_live(End::Target, time_to_live);
        }
        let entry = LinkEntry {
            link: link.clone(),
            connection: connection.as_ptr(),
            name: name.to_owned(),
            subscription,
            dry_since: None,
            draining: false,
        };
        self.links.push(entry);
        link.open();
        Some(link)
    }

    /// Listens at a place.
    pub(super) fn listen(&mut self, place: &Place, subscription: *mut pn_subscription_t) -> c_int {
        let (host, port) = (c_text(&place.host), c_text(place.real_port()));
        let domain = match self.domain(pn_ssl_mode_t::PN_SSL_MODE_SERVER) {
            Ok(domain) => domain,
            Err(reason) if place.is_encrypted() || self.certificate.is_some() => {
                return self.fail(PN_ARG_ERR, &reason);
            }
            Err(_) => null_mut(),
        };
        let host = if place.host.is_empty() { null() } else { host.as_ptr() };
        // SAFETY: the messenger holds its reactor, and the texts are texts.
        let acceptor = unsafe { pn_reactor_acceptor(self.reactor, host, port.as_ptr(), null_mut()) };
        // SAFETY: the reactor holds the acceptor, which is a selectable.
        let Some(held) = (unsafe { Held::new(acceptor.cast::<pn_selectable_t>()) }) else {
            // SAFETY: the domain is ours and used by nobody.
            unsafe { pn_ssl_domain_free(domain) };
            // SAFETY: the messenger holds its reactor.
            let error = unsafe { pn_reactor_error(self.reactor) };
            // SAFETY: the error lives as long as its reactor.
            let reason = unsafe { &*error }.text().map(CStr::to_owned).unwrap_or_default();
            return self.fail_connection(place, &reason.to_string_lossy());
        };
        if !place.is_encrypted() {
            // SAFETY: the domain is ours.
            unsafe { pn_ssl_domain_allow_unsecured_client(domain) };
        }
        // SAFETY: the acceptor is held, and its domain is kept with it.
        unsafe { pn_acceptor_set_ssl_domain(acceptor, domain) };
        self.listeners.push(Listener { acceptor: held, subscription, domain });
        0
    }

    /// Why a connection to a place has just failed, told once.
    pub(super) fn take_loss(&mut self, place: &Place) -> Option<String> {
        let at = self.lost.iter().position(|(lost, _)| lost == place)?;
        Some(self.lost.remove(at).1)
    }
}

impl pn_subscription_t {
    /// The peer has said where messages come from: a name at that place, or an address of its own.
    fn learn_address(&mut self, address: Option<&CStr>) {
        let Some(address) = address else { return };
        let text = address.to_string_lossy();
        let absolute = text.contains("://");
        let scheme = self.scheme.as_ref().map_or_else(String::new, |scheme| format!("{scheme}://"));
        let port = self.port.as_ref().map_or_else(String::new, |port| format!(":{port}"));
        let whole = if absolute { text.into_owned() } else { format!("{scheme}{}{port}/{text}", self.host) };
        self.address = Some(c_text(&whole));
    }
}

/// Where a condition sends its reader.
unsafe fn redirection(condition: *mut super::condition::pn_condition_t) -> Option<(CString, CString)> {
    // SAFETY: callers pass a live condition.
    if !unsafe { pn_condition_is_redirect(condition) } {
        return None;
    }
    // SAFETY: as above.
    let host = unsafe { pn_condition_redirect_host(condition) };
    // SAFETY: as above.
    let port = unsafe { pn_condition_redirect_port(condition) };
    if host.is_null() {
        return None;
    }
    // SAFETY: a condition lends a text.
    let host = unsafe { CStr::from_ptr(host) }.to_owned();
    Some((host, c_text(&if port > 0 { port } else { 5672 }.to_string())))
}

/// How often a messenger lets itself be sent on.
const MOST_HOPS: u8 = 8;

/// The description of a condition, or its name where it has none.
unsafe fn described(condition: *mut super::condition::pn_condition_t) -> Option<String> {
    let copy = |text: *const c_char| {
        // SAFETY: a condition lends null or a text.
        (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
    };
    // SAFETY: callers pass a live condition.
    let description = unsafe { super::condition::pn_condition_get_description(condition) };
    // SAFETY: as above.
    let name = unsafe { super::condition::pn_condition_get_name(condition) };
    copy(description).or_else(|| copy(name))
}

/// What is wrong with an address that routing leads nowhere.
pub(super) const NO_ROUTE: (c_int, &str) = (PN_ERR, "no route to address");

/// The link that a program means.
pub(super) fn pointer_of(link: Option<Link>) -> *mut pn_link_t {
    link.map_or(null_mut(), |link| link.as_ptr())
}
