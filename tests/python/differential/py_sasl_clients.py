"""Differential script: what a client says in SASL, octet by octet, to a server made of octets; with and without TLS."""
from proton import Connection, Transport, TransportException

import tls
from net import Client, Server
from pair import Side
from transcript import attempt, confirm_library, fields, say, scenario

HEADER = b"AMQP\x03\x01\x00\x00"


def performative(code, body, count):
    """A SASL frame with a list of so many values."""
    octets = b"\x00\x53" + bytes([code]) + b"\xc0" + bytes([len(body) + 1, count]) + body
    return (8 + len(octets)).to_bytes(4, "big") + b"\x02\x01\x00\x00" + octets


def mechanisms(names):
    symbols = b"".join(bytes([len(name)]) + name.encode() for name in names)
    array = b"\xe0" + bytes([len(symbols) + 2, len(names)]) + b"\xa3" + symbols
    return performative(0x40, array, 1)


def challenge(octets):
    return performative(0x42, b"\xa0" + bytes([len(octets)]) + octets, 1)


def outcome(code):
    return performative(0x44, b"\x50" + bytes([code]), 1)


def output(side):
    """What a side has to say, taken away."""
    taken = b""
    while side.transport.pending() > 0:
        octets = bytes(side.transport.peek(side.transport.pending()))
        side.transport.pop(len(octets))
        taken += octets
    return taken


def take(side, octets):
    """Has a side read; how it fails is told by its condition."""
    try:
        side.transport.push(octets)
    except TransportException:
        pass
    side.events()


def state(side):
    sasl = side.transport.sasl()
    say("outcome", sasl.outcome, "mech", sasl.mech, "user", sasl.user, "authorization", sasl.authorization,
        "authenticated", side.transport.authenticated, "transport user", side.transport.user,
        "condition", side.transport.condition and tls.failure(side.transport.condition))


def asked(offered, user=None, password=None, authorization=None, insecure=False, allowed=None, answer=(outcome(0),)):
    """A client that is offered mechanisms, and what it says."""
    side = Side("client", Transport.CLIENT)
    side.quiet = True
    for name, value in (("user", user), ("password", password), ("authorization", authorization)):
        if value is not None:
            setattr(side.connection, name, value)
    sasl = side.transport.sasl()
    sasl.allow_insecure_mechs = insecure
    if allowed is not None:
        sasl.allowed_mechs(allowed)
    side.bind()
    side.connection.open()
    say("offered", offered, "user", user, "password", password, "authorization", authorization, "insecure", insecure,
        "allowed", allowed)
    say("header", output(side))
    take(side, HEADER + mechanisms(offered))
    say("chosen", output(side))
    if side.transport.condition:
        answer = ()
    for octets in answer:
        take(side, octets)
        say("answered", output(side)[:8])
    state(side)
    return side


@scenario("without credentials a client is anonymous")
def anonymous():
    for offered in (["ANONYMOUS"], ["PLAIN", "ANONYMOUS"], ["ANONYMOUS", "PLAIN"], ["PLAIN"], []):
        asked(offered)


@scenario("PLAIN takes a user and a password, and leave to send them")
def plain():
    for user, password in (("me", "secret"), ("me", None), (None, "secret"), ("me", ""), ("", "secret")):
        for insecure in (True, False):
            asked(["PLAIN", "ANONYMOUS"], user, password, insecure=insecure)
    asked(["PLAIN"], "me", "secret", insecure=False)
    asked(["PLAIN"], "müller", "pässwort", insecure=True)
    asked(["PLAIN"], "u" * 60, "p" * 60, insecure=True)


@scenario("who acts for another says so")
def authorization():
    for offered in (["PLAIN"], ["EXTERNAL"], ["ANONYMOUS"]):
        for user, name in (("me", "boss"), ("me", ""), (None, "boss")):
            asked(offered, user, "secret", authorization=name, insecure=True)


@scenario("EXTERNAL goes before all others")
def external():
    asked(["ANONYMOUS", "PLAIN", "EXTERNAL"], "me", "secret", insecure=True)
    asked(["EXTERNAL"])
    asked(["EXTERNAL", "PLAIN"], "me", "secret", insecure=True, allowed="PLAIN")


@scenario("a client takes what it may, whatever the case")
def allowed():
    for names in ("PLAIN", "plain", "ANONYMOUS", "PLAIN ANONYMOUS", ["ANONYMOUS", "EXTERNAL"], "NONSENSE", "PLA", "PLAINER"):
        asked(["EXTERNAL", "PLAIN", "ANONYMOUS"], "me", "secret", insecure=True, allowed=names)


@scenario("mechanisms that nobody allowed are not for a client")
def others():
    asked(["GSSAPI", "GSS-SPNEGO", "ANONYMOUS"])
    asked(["X-UNHEARD-OF"], "me", "secret", insecure=True)


@scenario("every outcome is kept")
def outcomes():
    for code in (0, 1, 2, 3, 4):
        asked(["PLAIN"], "me", "wrong", insecure=True, answer=(outcome(code),))


@scenario("a challenge to who has nothing more to say")
def challenged():
    asked(["ANONYMOUS"], answer=(challenge(b"who are you?"), outcome(0)))


@scenario("the connection's credentials are taken when it is bound")
def latched():
    side = Side("client", Transport.CLIENT)
    side.quiet = True
    side.connection.user, side.connection.password = "early", "secret"
    side.transport.sasl().allow_insecure_mechs = True
    side.bind()
    side.connection.user, side.connection.password = "late", "other"
    take(side, HEADER + mechanisms(["PLAIN"]))
    say(output(side))
    state(side)


@scenario("a user makes a connection speak SASL, a password alone does not")
def implied():
    for user, password, authorization in ((None, None, None), ("me", None, None), (None, "secret", None), (None, None, "boss")):
        side = Side("client", Transport.CLIENT)
        for name, value in (("user", user), ("password", password), ("authorization", authorization)):
            if value:
                setattr(side.connection, name, value)
        side.quiet = True
        side.bind()
        side.connection.open()
        say(user, password, authorization, output(side)[:8], repr(side.connection.user), repr(side.connection.password),
            repr(side.connection.authorization))


@scenario("credentials of a connection are kept but for the password")
def credentials():
    connection = Connection()
    fields(connection, "user password authorization")
    for value in ("me", "", "ü", None):
        for name in ("user", "password", "authorization"):
            def put():
                setattr(connection, name, value)
                return repr(getattr(connection, name))
            attempt("%s %r" % (name, value), put)


@scenario("a password is in no trace")
def traced():
    lines = []
    side = Side("client", Transport.CLIENT)
    side.quiet = True
    side.transport.tracer = lambda transport, line: lines.append(line)
    side.transport.trace(Transport.TRACE_FRM | Transport.TRACE_DRV | Transport.TRACE_RAW)
    side.connection.user, side.connection.password = "me", "unspeakable"
    side.transport.sasl().allow_insecure_mechs = True
    side.bind()
    take(side, HEADER + mechanisms(["PLAIN"]))
    output(side)
    take(side, outcome(0))
    for line in lines:
        if not line.startswith("RAW"):
            say(line)
    say(any("unspeakable" in line or "75 6e 73 70" in line for line in lines))


@scenario("over TLS a password may be sent")
def secured():
    for user, password, allowed in (("me", "secret", None), ("me", "secret", "PLAIN"), ("me", "secret", "ANONYMOUS"), (None, None, None)):
        def prepare(a, b):
            if user:
                a.connection.user, a.connection.password = user, password
            sasl = a.transport.sasl()
            if allowed:
                sasl.allowed_mechs(allowed)
            b.transport.sasl()
        a, b = tls.meet(tls.client(), tls.server(), prepare=prepare)
        for side in (a, b):
            state(side)


@scenario("EXTERNAL takes the subject of the certificate")
def subject():
    def prepare(a, b):
        if name:
            a.connection.authorization = name
        a.transport.sasl().allowed_mechs("EXTERNAL")
        b.transport.sasl()
    for identity, name in (("subject", None), ("client", None), ("client", "boss"), ("client", "")):
        a, b = tls.meet(tls.client(identity=identity), tls.server(tls.SSLDomain.VERIFY_PEER), prepare=prepare)
        for side in (a, b):
            state(side)
        say(b.tls.remote_subject)


@scenario("EXTERNAL is not offered without a certificate")
def uncertified():
    def prepare(a, b):
        a.transport.sasl()
        b.transport.sasl()
    for mode, identity in ((None, None), (None, "client"), (tls.SSLDomain.VERIFY_PEER, "client")):
        a, b = tls.meet(tls.client(identity=identity), tls.server(mode), prepare=prepare)
        state(b)


@scenario("a server may insist on EXTERNAL")
def insisting():
    def prepare(a, b):
        a.transport.sasl()
        b.transport.sasl().allowed_mechs("EXTERNAL")
        b.transport.require_auth(True)
    for mode, identity in ((None, None), (tls.SSLDomain.VERIFY_PEER, "client")):
        a, b = tls.meet(tls.client(identity=identity), tls.server(mode), prepare=prepare)
        for side in (a, b):
            state(side)


class Accepting(Server):
    """Says who comes, and closes the connection."""

    def __init__(self, settings=None):
        super(Accepting, self).__init__()
        self.settings = settings or {}

    def prepare(self, event):
        for name, value in self.settings.items():
            setattr(event.container, name, value)

    def on_connection_opening(self, event):
        sasl = event.transport.sasl()
        self.log(sasl.mech, sasl.outcome, sasl.user, sasl.authorization, event.transport.user, event.transport.authenticated)

    def on_connection_opened(self, event):
        event.connection.close()


class Coming(Client):
    """Connects with a name before the address, having told its container what there is to tell."""

    def __init__(self, server, name, options, settings):
        super(Coming, self).__init__(server, quiet="on_disconnected")
        self.name, self.options, self.settings = name, options, settings

    def on_start(self, event):
        for name, value in self.settings.items():
            setattr(event.container, name, value)
        self.connection = event.container.connect(self.name + self.server.url(), reconnect=False, **self.options)

    def on_connection_opened(self, event):
        sasl = event.transport.sasl()
        self.log(sasl.mech, sasl.outcome, sasl.user, event.transport.user, event.transport.authenticated)

    def on_transport_error(self, event):
        self.log(tls.failure(event.transport.condition))


def coming(name, options, settings=None, serving=None):
    say(name or "-", sorted(options.items()), sorted((settings or {}).items()), sorted((serving or {}).items()))
    with Accepting(serving) as server:
        Coming(server, name, options, settings or {}).run()


@scenario("a container's clients say who they are")
def containers():
    for name, options in (("", {}), ("me@", {}), ("me:secret@", {}), ("", {"user": "me", "password": "secret"}),
                          ("url:secret@", {"user": "me", "password": "other"}), ("", {"password": "secret"})):
        for more in ({}, {"allowed_mechs": "ANONYMOUS"}, {"allowed_mechs": "PLAIN"},
                     {"allowed_mechs": "PLAIN", "allow_insecure_mechs": True}, {"sasl_enabled": False}):
            coming(name, dict(options, **more))


@scenario("a container says it for all its connections")
def settings():
    for given in ({"user": "me", "password": "secret"}, {"allowed_mechs": "ANONYMOUS"}, {"allowed_mechs": "EXTERNAL"},
                  {"sasl_enabled": False}, {"allow_insecure_mechs": False, "user": "me", "password": "secret"}):
        coming("", {}, given)
        coming("", {}, serving=given)
        coming("", {"allowed_mechs": "ANONYMOUS", "user": "other"}, given)


confirm_library()
