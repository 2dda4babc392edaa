"""Differential script: connections and sessions of `proton`, property by property and state by state."""
from proton import (Condition, Connection, Data, Endpoint, PropertyDict, Session, SymbolList, Transport, symbol, ulong)

from pair import opened, pair, settle
from transcript import attempt, confirm_library, fields, plain, say, scenario

CONNECTION = ("state container hostname user password authorization properties offered_capabilities desired_capabilities "
              "remote_container remote_hostname remote_condition condition handler connected_address error")
REMOTE = ("remote_container remote_hostname remote_properties remote_offered_capabilities remote_desired_capabilities "
          "remote_condition state")
SESSION = "state incoming_capacity outgoing_window incoming_bytes outgoing_bytes remote_condition condition handler"


@scenario("a new connection has nothing set")
def new_connection():
    fields(Connection(), CONNECTION)
    for name in ("remote_properties", "remote_offered_capabilities", "remote_desired_capabilities"):
        attempt(name, lambda: plain(getattr(Connection(), name)))


@scenario("the texts of a connection are set, kept and taken back")
def texts():
    connection = Connection()
    for name in ("container", "hostname", "user", "password", "authorization"):
        for value in ("text", "\u20ac", "", None, 5, b"octets"):
            def set_and_get():
                setattr(connection, name, value)
                return repr(getattr(connection, name))
            attempt("%s %r" % (name, value), set_and_get)


@scenario("what an open carries arrives at the peer")
def open_carries():
    a, b = pair()
    a.connection.container, a.connection.hostname = "container", "host"
    a.connection.properties = PropertyDict(product="script", number=ulong(1))
    a.connection.offered_capabilities = SymbolList(["one", "two"])
    a.connection.desired_capabilities = [symbol("three")]
    a.connection.open()
    settle(a, b)
    for name in REMOTE.split():
        attempt(name, lambda: plain(getattr(b.connection, name)))
    b.connection.open()
    settle(a, b)
    for name in REMOTE.split():
        attempt(name, lambda: plain(getattr(a.connection, name)))


@scenario("properties and capabilities of odd kinds are carried or refused")
def odd_kinds():
    for name, value in (("properties", {"text": 1}), ("properties", {}), ("properties", {5: 1}), ("properties", "text"),
                        ("offered_capabilities", symbol("alone")), ("offered_capabilities", "text"),
                        ("offered_capabilities", []), ("offered_capabilities", [1]), ("desired_capabilities", ("a", "b")),
                        ("properties", {symbol("deep"): {"list": [1, {"m": None}]}})):
        a, b = pair()
        a.quiet = b.quiet = True

        def carried():
            setattr(a.connection, name, value)
            a.connection.open()
            settle(a, b)
            got = getattr(b.connection, "remote_" + name)
            return plain(got) if not isinstance(got, Data) else (got.type(), plain(got.get_object()) if got.type() else None)
        attempt("%s %r" % (name, value), carried)


@scenario("a connection goes from uninit over active to closed on both sides")
def states():
    a, b = pair()
    say(a.connection.state, b.connection.state)
    a.connection.open()
    say(a.connection.state)
    settle(a, b)
    say(a.connection.state, b.connection.state)
    b.connection.open()
    settle(a, b)
    say(a.connection.state, b.connection.state)
    b.connection.close()
    settle(a, b)
    say(a.connection.state, b.connection.state)
    a.connection.close()
    settle(a, b)
    say(a.connection.state, b.connection.state, a.transport.closed, b.transport.closed)
    say([(name, getattr(Endpoint, name)) for name in sorted(dir(Endpoint)) if name.isupper()])


@scenario("opening and closing twice is the same as once")
def twice():
    a, b = pair()
    for _ in range(2):
        a.connection.open()
    b.connection.open()
    settle(a, b)
    session = a.connection.session()
    for action in (session.open, session.open, session.close, session.close, a.connection.close, a.connection.close):
        action()
        settle(a, b)
    say(session.state, a.connection.state, b.connection.state)
    session.open()
    a.connection.open()
    settle(a, b)
    say(session.state, a.connection.state)


@scenario("a close without an open opens first")
def close_alone():
    a, b = pair()
    a.connection.close()
    settle(a, b)
    say(a.connection.state, b.connection.state, b.connection.remote_container)


@scenario("the condition of a close arrives with all its parts")
def conditions():
    for condition in (Condition("app:over"), Condition("app:over", "that is all"), Condition("", ""), None,
                      Condition("app:over", "\u20ac", {symbol("k"): [1, None]}), Condition("app:over", None, {})):
        a, b = pair()
        a.quiet = b.quiet = True
        a.connection.open()
        b.connection.open()
        settle(a, b)
        a.connection.condition = condition
        a.connection.close()
        settle(a, b)
        attempt(repr(condition), lambda: repr(b.connection.remote_condition))
        if b.connection.remote_condition:
            say(plain(b.connection.remote_condition.info))


@scenario("a new session has windows and nothing else")
def new_session():
    connection = Connection()
    session = connection.session()
    fields(session, SESSION)
    say(session.connection == connection, session.transport, isinstance(session, Session), session == connection.session())


@scenario("the windows of a session are set before it opens")
def windows():
    session = Connection().session()
    for name in ("incoming_capacity", "outgoing_window"):
        for value in (0, 1, 1024, 2 ** 31 - 1, 2 ** 32 - 1, 2 ** 32, -1, "5"):
            def set_and_get():
                setattr(session, name, value)
                return getattr(session, name)
            attempt("%s %r" % (name, value), set_and_get)


@scenario("sessions are found by their state, in their order")
def heads():
    a, b = pair()
    sessions = [a.connection.session() for _ in range(4)]
    sessions[1].open()
    sessions[2].open()
    sessions[2].close()

    def found(mask):
        session, numbers = a.connection.session_head(mask), []
        while session:
            numbers.append(sessions.index(session))
            session = session.next(mask)
        return numbers
    for mask in (0, 1, 2, 4, 8, 16, 32, 9, 10, 12, 3, 255):
        say(mask, found(mask))
    sessions[0].free()
    say(found(0))
    a.connection.open()
    b.connection.open()
    settle(a, b)
    say([found(mask) for mask in (0, 1, 2, 4, 8)], b.connection.session_head(0) is not None)


@scenario("the errors of a session reach the peer and leave the connection open")
def session_condition():
    a, b = opened()
    b.session.condition = Condition("amqp:session:window-violation", "too much")
    b.session.close()
    settle(a, b)
    say(a.session.remote_condition, a.session.state, a.connection.state)
    a.session.close()
    settle(a, b)
    say(a.session.state, b.session.state)
    a.session.free()
    settle(a, b)


@scenario("bytes of a session are counted until they are sent and read")
def session_bytes():
    a, b = opened(quiet=True)
    sender = a.session.sender("s")
    sender.open()
    settle(a, b)
    b.link.open()
    b.link.flow(5)
    settle(a, b)
    sender.delivery("one")
    sender.stream(b"x" * 1000)
    say(a.session.outgoing_bytes, b.session.incoming_bytes)
    sender.advance()
    say(a.session.outgoing_bytes)
    settle(a, b)
    say(a.session.outgoing_bytes, b.session.incoming_bytes)
    b.link.recv(400)
    say(b.session.incoming_bytes)
    b.link.advance()
    say(b.session.incoming_bytes)


@scenario("endpoints know their handlers, connections and transports")
def belongings():
    a, b = opened(quiet=True)
    say(a.session.connection == a.connection, a.session.transport == a.transport, a.connection.transport == a.transport)
    say(a.connection.connection == a.connection, a.transport.connection == a.connection, a.connection == b.connection)

    class Handler(object):
        pass
    handler = Handler()
    for endpoint in (a.connection, a.session):
        def set_handler():
            endpoint.handler = handler
            return endpoint.handler is not None
        attempt(type(endpoint).__name__, set_handler)
        endpoint.note = "kept"
        say(endpoint.note)
    say(a.connection.session_head(0).note)
    attempt("an attribute never set", lambda: a.session.nonsense)


@scenario("a freed connection ends with all that is in it")
def freed():
    a, b = opened()
    link = a.session.sender("s")
    link.open()
    settle(a, b)
    a.connection.free()
    a.events()
    say(a.connection.state, link.name, a.session.state)
    a.transport.unbind()
    a.events()


@scenario("a connection can be bound again to another transport")
def rebound():
    a, b = opened(quiet=True)
    a.quiet = b.quiet = False
    a.transport.unbind()
    a.events()
    say(a.connection.transport, a.connection.state, a.session.state)
    again = Transport(Transport.CLIENT)
    again.bind(a.connection)
    a.transport = again
    b.transport.unbind()
    b.transport = Transport(Transport.SERVER)
    attempt("bind an opened connection", lambda: b.transport.bind(b.connection))
    settle(a, b)
    say(a.connection.state, b.connection.state)


confirm_library()
