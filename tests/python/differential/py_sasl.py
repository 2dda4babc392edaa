"""Differential script: `proton.SASL` between two transports."""
from proton import SASL, Transport

from pair import Side, settle
from transcript import attempt, confirm_library, fields, say, scenario


def exchange(client=None, server=None, user=None, password=None, insecure=True, quiet=True):
    """Lets two sides find a mechanism and says what they came to."""
    a, b = Side("a", Transport.CLIENT), Side("b", Transport.SERVER)
    a.quiet = b.quiet = quiet
    if user:
        a.connection.user = user
    if password:
        a.connection.password = password
    for side, mechanisms in ((a, client), (b, server)):
        sasl = side.transport.sasl()
        sasl.allow_insecure_mechs = insecure
        if mechanisms:
            sasl.allowed_mechs(mechanisms)
        side.bind()
        side.connection.open()
    settle(a, b)
    for side in (a, b):
        sasl = side.transport.sasl()
        say(side.name, sasl.outcome, sasl.mech, sasl.user, side.transport.user, side.transport.authenticated,
            side.connection.state, repr(side.transport.condition))
    return a, b


@scenario("a new SASL layer has agreed on nothing")
def new_sasl():
    for mode in (Transport.CLIENT, Transport.SERVER):
        sasl = Transport(mode).sasl()
        fields(sasl, "outcome mech user authorization allow_insecure_mechs")
    say([(name, getattr(SASL, name)) for name in sorted(dir(SASL)) if name.isupper()])
    transport = Transport()
    transport.note = transport.sasl()
    attempt("the same again", lambda: transport.sasl() == transport.note)


@scenario("ANONYMOUS is agreed on")
def anonymous():
    exchange("ANONYMOUS", "ANONYMOUS", quiet=False)
    exchange("ANONYMOUS", "ANONYMOUS", user="me")
    exchange("ANONYMOUS PLAIN", "ANONYMOUS")


@scenario("mechanisms come as a text or a list")
def lists():
    exchange(["ANONYMOUS"], ["ANONYMOUS", "EXTERNAL"])
    exchange("anonymous", "ANONYMOUS")
    for value in ("", None, 5, [], "NONSENSE"):
        attempt(repr(value), lambda: Transport().sasl().allowed_mechs(value))


@scenario("no common mechanism is an error for both")
def nothing_common():
    exchange("EXTERNAL", "ANONYMOUS", quiet=False)


@scenario("a server offers what it allows and no more")
def offered():
    exchange("PLAIN", "ANONYMOUS", user="me", password="secret")


@scenario("a password is not sent in the clear unless allowed")
def insecure():
    exchange("PLAIN", "PLAIN", user="me", password="secret", insecure=False)


@scenario("a server that needs SASL meets a client without it")
def server_only():
    for required in (False, True):
        a, b = Side("a", Transport.CLIENT), Side("b", Transport.SERVER)
        b.transport.sasl().allowed_mechs("ANONYMOUS")
        b.transport.require_auth(required)
        for side in (a, b):
            side.bind()
            side.connection.open()
        settle(a, b)
        say(required, b.transport.sasl().outcome, b.transport.authenticated, repr(b.transport.condition),
            repr(a.connection.remote_condition))


@scenario("a client that needs SASL meets a server without it")
def client_only():
    a, b = Side("a", Transport.CLIENT), Side("b", Transport.SERVER)
    a.transport.sasl().allowed_mechs("ANONYMOUS")
    for side in (a, b):
        side.bind()
        side.connection.open()
    settle(a, b)
    say(a.transport.sasl().outcome, a.transport.authenticated, repr(a.transport.condition), repr(b.transport.condition))


@scenario("frames in trace show the exchange without secrets")
def traced():
    lines = []
    a, b = Side("a", Transport.CLIENT), Side("b", Transport.SERVER)
    a.transport.tracer = lambda transport, line: lines.append(line)
    a.transport.trace(Transport.TRACE_FRM)
    for side in (a, b):
        side.quiet = True
        side.transport.sasl().allowed_mechs("ANONYMOUS")
        side.bind()
        side.connection.open()
    settle(a, b)
    for line in lines:
        say(line)


@scenario("the names of configurations are taken")
def configuration():
    sasl = Transport().sasl()
    for name in ("config_name", "config_path"):
        for value in ("/nowhere", "", None, 5):
            attempt("%s %r" % (name, value), lambda: getattr(sasl, name)(value))


@scenario("a server can set the outcome")
def done():
    for outcome in (SASL.OK, SASL.AUTH, SASL.SYS):
        sasl = Transport(Transport.SERVER).sasl()
        attempt(outcome, lambda: (sasl.done(outcome), sasl.outcome))


confirm_library()
