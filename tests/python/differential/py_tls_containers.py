"""Differential script: TLS by way of `proton.reactor`, its options and configuration files, and of `proton.utils`, over TCP."""
import contextlib
import json
import os
import tempfile

from proton import Message, ProtonException, SSLDomain
from proton.reactor import Container
from proton.utils import BlockingConnection

import tls
from net import Client, Server, free_port
from tls import HOST, failure, file
from transcript import attempt, confirm_library, fields, mask, say, scenario

mask(r"127\.0\.0\.1:[0-9]+", "ADDRESS")


class Secure(Server):
    """Listens with TLS, says what it learns of a client, and closes the connection unless it `stays`."""

    scheme = "amqps://"

    def __init__(self, connections=1, mode=None, identity="server", settings=None, stays=False, **options):
        super(Secure, self).__init__(connections, quiet="on_link_opened on_sendable on_link_closing on_link_closed", **options)
        self.mode, self.identity, self.settings, self.stays = mode, identity, settings or {}, stays

    def url(self, path=""):
        return self.scheme + self.address()

    def address(self):
        return "127.0.0.1:%d" % self.port

    def prepare(self, event):
        domain = event.container.ssl.server
        tls.identify(domain, self.identity)
        if self.mode:
            domain.set_trusted_ca_db(file("ca.pem"))
            domain.set_peer_authentication(self.mode, file("ca.pem"))
        for name, value in self.settings.items():
            setattr(event.container, name, value)

    def on_connection_opening(self, event):
        transport = event.transport
        self.log("encrypted", transport.encrypted, "authenticated", transport.authenticated, "user", transport.user,
                 "hostname", (event.connection.remote_hostname or "").replace(str(self.port), "PORT"))

    def on_connection_opened(self, event):
        super(Secure, self).on_connection_opened(event)
        if not self.stays:
            event.connection.close()


class Plain(Secure):
    """The same without TLS."""

    scheme = ""

    def prepare(self, event):
        for name, value in self.settings.items():
            setattr(event.container, name, value)


class Asking(Client):
    """Connects, and says what it learns of the server or how it failed. `dial` takes the place of the way to connect."""

    def __init__(self, server, connect=None, scheme=None, trust="ca", identity=None, mode=None, settings=None, dial=None):
        super(Asking, self).__init__(server, connect=connect, quiet="on_disconnected on_transport_error")
        self.trust, self.identity, self.mode, self.settings = trust, identity, mode, settings or {}
        self.scheme = server.scheme if scheme is None else scheme
        self.dial = dial or (lambda container, options: container.connect(self.scheme + server.address(), **options))

    def on_start(self, event):
        domain = event.container.ssl.client
        if self.trust:
            domain.set_trusted_ca_db(file(self.trust + ".pem"))
        if self.identity:
            tls.identify(domain, self.identity)
        if self.mode:
            domain.set_peer_authentication(self.mode)
        for name, value in self.settings.items():
            setattr(event.container, name, value)
        self.connection = self.dial(event.container, self.options)

    def on_connection_opened(self, event):
        transport = event.transport
        layer = transport.ssl() if transport.encrypted else None
        self.log("encrypted", transport.encrypted, "authenticated", transport.authenticated, "user", transport.user,
                 "subject", layer and layer.remote_subject, "for", layer and layer.peer_hostname)

    def on_transport_error(self, event):
        self.log(failure(event.transport.condition))


def asked(server=None, **options):
    with server or Secure() as listening:
        Asking(listening, **options).run()


@scenario("a container has a domain for each role")
def domains():
    container = Container()
    say(type(container.ssl).__name__, type(container.ssl.client).__name__, type(container.ssl.server).__name__)
    fields(container, "sasl_enabled allowed_mechs allow_insecure_mechs user password")
    container.ssl.set_credentials(file("server.pem"), file("server.key"), None)
    container.ssl.set_trusted_ca_db(file("ca.pem"))
    attempt("credentials", lambda: container.ssl.set_credentials(file("nothing.pem"), file("server.key"), None))
    attempt("authorities", lambda: container.ssl.set_trusted_ca_db(file("nothing.pem")))


@scenario("the name that is verified is the host's, the virtual host's, or one of its own")
def names():
    for options in ({"sni": HOST}, {"sni": "localhost"}, {"virtual_host": HOST}, {"virtual_host": "other.example.test"},
                    {"sni": "other.example.test"}, {"sni": HOST, "virtual_host": "other.example.test"},
                    {"sni": "other.example.test", "virtual_host": HOST}, {"virtual_host": ""}):
        say(sorted(options.items()))
        asked(connect=options)


@scenario("authorities have to know the server unless it may be anybody")
def trust():
    for authority in ("ca", "bundle", "wrong-ca", None):
        for mode in (None, SSLDomain.VERIFY_PEER, SSLDomain.ANONYMOUS_PEER):
            say(authority, mode)
            asked(trust=authority, mode=mode, connect={"sni": HOST})


@scenario("a server wants a certificate")
def mutual():
    for identity in ("client", "wrong-client"):
        say(identity)
        asked(Secure(mode=SSLDomain.VERIFY_PEER), identity=identity, connect={"sni": HOST})


@scenario("SASL runs inside TLS")
def sasl():
    for options in ({}, {"allowed_mechs": "ANONYMOUS"}, {"allowed_mechs": "EXTERNAL"}, {"allowed_mechs": "ANONYMOUS EXTERNAL"},
                    {"allowed_mechs": "PLAIN", "user": "me", "password": "secret"},
                    {"allowed_mechs": "ANONYMOUS", "user": "me", "password": "secret"}):
        for identity, mode in ((None, None), ("client", SSLDomain.VERIFY_PEER)):
            say(sorted(options.items()), identity)
            asked(Secure(mode=mode), identity=identity, connect=dict(options, sni=HOST, sasl_enabled=True))


@scenario("what mechanisms there are may be said on either container")
def mechanisms():
    for server, client in (({"allowed_mechs": "ANONYMOUS"}, {}), ({"allowed_mechs": "EXTERNAL"}, {}),
                           ({}, {"allowed_mechs": "ANONYMOUS"}), ({}, {"allowed_mechs": "EXTERNAL"}),
                           ({"sasl_enabled": False}, {}), ({"allow_insecure_mechs": False}, {"allow_insecure_mechs": False})):
        say(sorted(server.items()), sorted(client.items()))
        asked(Secure(mode=SSLDomain.VERIFY_PEER, settings=server), identity="client", settings=client,
              connect={"sni": HOST, "sasl_enabled": True})


@scenario("a container may have SASL off")
def without_sasl():
    with Secure() as server:
        Asking(server, settings={"sasl_enabled": False}, dial=lambda container, options: container.connect(
            server.url(), reconnect=False, sni=HOST)).run()


@scenario("a domain of the connection's own takes the place of the container's")
def own_domain():
    for scheme in ("amqps://", "amqp://", ""):
        for trusted in ("ca", "wrong-ca"):
            say(repr(scheme), trusted)
            asked(scheme=scheme, trust=None, connect={"ssl_domain": tls.client(trust=trusted), "sni": HOST})


@scenario("a listener may have a domain of its own")
def own_listener():
    class Own(Secure):
        def on_start(self, event):
            self.acceptor = event.container.listen(self.url(), ssl_domain=tls.server())
            self.ready.set()
    asked(Own(), connect={"sni": HOST})


@scenario("a server may let clients in without TLS")
def unsecured():
    class Lenient(Secure):
        def prepare(self, event):
            super(Lenient, self).prepare(event)
            event.container.ssl.server.allow_unsecured_client()
    for server in (Lenient, Secure):
        asked(server(), scheme="amqp://")


@scenario("a server without TLS ends a client that has it")
def one_sided():
    asked(Plain(), scheme="amqps://", connect={"sni": HOST})


@scenario("a second address is tried when nobody is at the first")
def several():
    with Secure() as server:
        urls = ["amqps://127.0.0.1:%d" % free_port(), server.url()]
        Asking(server, dial=lambda container, options: container.connect(
            urls=urls, sasl_enabled=False, sni=HOST)).run()


@contextlib.contextmanager
def configuration(settings):
    """A configuration file while the block runs."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as configuration:
        json.dump(settings, configuration)
        configuration.flush()
        os.environ["MESSAGING_CONNECT_FILE"] = configuration.name
        try:
            yield
        finally:
            del os.environ["MESSAGING_CONNECT_FILE"]


def configured(name, settings, server):
    """A client that is told everything by a file."""
    @scenario("a configuration file %s" % name)
    def run():
        with server() as listening:
            told = dict({"scheme": "amqps", "host": "127.0.0.1", "port": listening.port}, **settings)
            with configuration(told):
                Asking(listening, trust=None, dial=lambda container, options: container.connect(
                    reconnect=False, sni=HOST)).run()


WANTING = {"mode": SSLDomain.VERIFY_PEER}
CA, CERTIFICATE = {"ca": file("ca.pem")}, {"cert": file("client.pem"), "key": file("client.key")}
configured("names the authorities", {"tls": CA}, Secure)
configured("names none", {}, Secure)
configured("names the wrong ones", {"tls": {"ca": file("wrong-ca.pem")}}, Secure)
configured("switches verification off", {"tls": {"verify": False}}, Secure)
configured("switches verification on", {"tls": dict(CA, verify=True)}, Secure)
configured("names a certificate", {"tls": dict(CA, **CERTIFICATE)}, lambda: Secure(**WANTING))
configured("names a certificate for EXTERNAL", {"tls": dict(CA, **CERTIFICATE), "sasl": {"mechanisms": "EXTERNAL"}},
           lambda: Secure(**WANTING))
configured("names a certificate without SASL", {"tls": dict(CA, **CERTIFICATE), "sasl": {"enabled": False}},
           lambda: Secure(**WANTING))
configured("names mechanisms as a list", {"tls": CA, "sasl": {"mechanisms": ["ANONYMOUS", "PLAIN"]}}, Secure)
configured("names mechanisms that nobody knows", {"tls": CA, "sasl": {"mechanisms": "NONSENSE"}}, Secure)
configured("names a user", {"tls": CA, "user": "me", "password": "secret"}, Secure)
configured("without TLS names a mechanism", {"scheme": "amqp", "sasl": {"mechanisms": "ANONYMOUS"}}, Plain)
configured("without TLS switches SASL off", {"scheme": "amqp", "sasl": {"enabled": False}}, Plain)
configured("without TLS has insecure mechanisms", {
    "scheme": "amqp", "user": "me", "password": "secret", "sasl": {"mechanisms": "PLAIN", "allow_insecure": True}}, Plain)


@scenario("a configuration file that names what is not there, or half of it, is refused")
def misconfigured():
    for settings in ({"ca": file("nothing.pem")}, {"cert": file("nothing.pem"), "key": file("client.key")},
                     {"cert": file("client.pem"), "key": file("server.key")}, {"cert": file("client.pem")}):
        with configuration({"scheme": "amqps", "host": "127.0.0.1", "port": 1, "tls": settings}):
            attempt(sorted(settings), lambda: Container().connect(reconnect=False) is not None)


class Keeping(Secure):
    """Gives back what it gets."""

    def __init__(self, **options):
        super(Keeping, self).__init__(stays=True, **options)
        self.kept, self.out = [], None

    def on_link_opening(self, event):
        event.link.source.copy(event.link.remote_source)
        event.link.target.copy(event.link.remote_target)

    def on_message(self, event):
        self.kept.append(event.message)
        self.pump()

    def on_sendable(self, event):
        self.out = event.link
        self.pump()

    def pump(self):
        while self.kept and self.out and self.out.credit:
            self.out.send(self.kept.pop(0))


@scenario("a blocking connection has TLS")
def blocking():
    with Keeping() as server:
        server.note = lambda name, event: None
        connection = BlockingConnection(server.url(), timeout=20, ssl_domain=tls.client(), sni=HOST)
        transport = connection.conn.transport
        say(transport.encrypted, transport.authenticated, transport.ssl().remote_subject, transport.sasl().mech)
        sender, receiver = connection.create_sender("queue"), connection.create_receiver("queue", credit=1)
        for body in (b"", b"short", b"x" * 300000):
            sender.send(Message(body))
            got = receiver.receive(timeout=20)
            say(len(body), got.body == body)
            receiver.accept()
        connection.close()


@scenario("a blocking connection tells why there is none")
def blocking_failure():
    for options in ({"ssl_domain": tls.client(trust="wrong-ca"), "sni": HOST},
                    {"ssl_domain": tls.client(), "sni": "other.example.test"},
                    {"ssl_domain": tls.client(), "sni": HOST, "allowed_mechs": "EXTERNAL"}):
        with Secure() as server:
            server.note = lambda name, event: None

            def connect():
                try:
                    BlockingConnection(server.url(), timeout=20, reconnect=False, **options)
                except ProtonException as error:
                    return type(error).__name__, "SSL Failure" in str(error), "Authentication failed" in str(error)
            attempt(sorted(options), connect)


@scenario("a blocking connection takes the domain of its container")
def blocking_container():
    container = Container()
    container.ssl.client.set_trusted_ca_db(file("ca.pem"))
    with Keeping() as server:
        server.note = lambda name, event: None
        connection = BlockingConnection(server.url(), timeout=20, container=container, virtual_host=HOST)
        say(connection.conn.transport.encrypted, connection.conn.transport.ssl().remote_subject)
        connection.close()


confirm_library()
