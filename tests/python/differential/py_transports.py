"""Differential script: `proton.Transport`, its limits, clocks, buffers, log and errors."""
from proton import Connection, Delivery, Session, Transport

from pair import Side, attached, carry, opened, pair, settle
from transcript import attempt, confirm_library, fields, say, scenario

TRANSPORT = ("authenticated channel_max closed condition connection encrypted frames_input frames_output idle_timeout "
             "max_frame_size remote_channel_max remote_idle_timeout remote_max_frame_size tracer user")


@scenario("a new transport has its defaults")
def new_transport():
    for mode in (None, Transport.CLIENT, Transport.SERVER):
        fields(Transport(mode), TRANSPORT)
        say(Transport(mode).pending(), Transport(mode).capacity())
    for mode in (0, 3, "client"):
        attempt(repr(mode), lambda: Transport(mode).closed)
    say([(name, getattr(Transport, name)) for name in sorted(dir(Transport)) if name.isupper()])


@scenario("the limits of a transport are kept within their range")
def limits():
    transport = Transport()
    for name, values in (("max_frame_size", (0, 1, 512, 511, 65536, 2 ** 32 - 1, 2 ** 32, -1, "x")),
                         ("channel_max", (0, 1, 32767, 32768, 65535, 65536, -1)),
                         ("idle_timeout", (0, 1, 0.5, 0.0001, 4294967, -1, "x"))):
        for value in values:
            def set_and_get():
                setattr(transport, name, value)
                return getattr(transport, name)
            attempt("%s %r" % (name, value), set_and_get)


@scenario("both transports learn the limits of the other")
def remote_limits():
    a, b = Side("a", Transport.CLIENT), Side("b", Transport.SERVER)
    for side, size, channels, idle in ((a, 1000, 10, 30), (b, 2000, 20, 0)):
        side.transport.max_frame_size, side.transport.channel_max, side.transport.idle_timeout = size, channels, idle
        side.bind()
        side.connection.open()
    settle(a, b)
    for side in (a, b):
        fields(side.transport, "max_frame_size remote_max_frame_size channel_max remote_channel_max idle_timeout "
                               "remote_idle_timeout frames_input frames_output")
    attempt("too late", lambda: setattr(a.transport, "channel_max", 5))
    attempt("too late for frames", lambda: setattr(a.transport, "max_frame_size", 600))
    say(a.transport.channel_max, a.transport.max_frame_size)


@scenario("sessions beyond the last channel are refused")
def channels():
    a, b = Side("a", Transport.CLIENT), Side("b", Transport.SERVER)
    a.transport.channel_max = 1
    for side in (a, b):
        side.bind()
        side.connection.open()
    settle(a, b)
    sessions = []
    for _ in range(3):
        def open_one():
            sessions.append(a.connection.session())
            sessions[-1].open()
            return isinstance(sessions[-1], Session)
        attempt("session", open_one)
        settle(a, b)
    say([session.state for session in sessions])


@scenario("a transport is bound to one connection")
def binding():
    transport, connection = Transport(), Connection()
    transport.bind(connection)
    say(transport.connection == connection, connection.transport == transport)
    attempt("again", lambda: transport.bind(connection))
    attempt("another transport", lambda: Transport().bind(connection))
    attempt("another connection", lambda: transport.bind(Connection()))
    attempt("without a word", lambda: transport.bind_nothrow(Connection()))
    transport.unbind()
    say(transport.connection, connection.transport)
    attempt("unbind again", transport.unbind)


@scenario("octets are looked at before they are taken")
def peeking():
    side = Side("a", Transport.CLIENT)
    side.bind()
    transport = side.transport
    say(transport.pending(), transport.peek(8), transport.peek(3), transport.pending())
    transport.pop(3)
    say(transport.peek(5), transport.pending())
    attempt("too much", lambda: transport.peek(10000) is not None)
    attempt("nothing", lambda: transport.peek(0))
    side.connection.open()
    waiting = transport.pending()
    transport.pop(waiting)
    say(waiting > 20, transport.pending(), transport.peek(100))


@scenario("octets may come one by one")
def one_by_one():
    a, b = pair()
    a.connection.open()
    a.connection.session().open()
    octets = a.transport.peek(a.transport.pending())
    for position in range(len(octets)):
        b.transport.push(octets[position:position + 1])
    b.events()
    say(b.connection.state, b.transport.frames_input)


@scenario("more octets than there is room for are not taken at once")
def overflow():
    _, b = pair()
    say(b.transport.capacity() > 0)
    attempt("far too much", lambda: b.transport.push(b"AMQP\0\1\0\0" + b"\0" * 10000000) is None)
    for value in (None, 5, "text", bytearray(b"AM"), memoryview(b"AM")):
        attempt(type(value).__name__, lambda: Transport().push(value))


@scenario("a closed tail before the close of the connection is an error")
def tail():
    a, b = opened()
    a.transport.close_tail()
    a.events()
    say(a.transport.condition, a.transport.closed, a.transport.capacity())
    attempt("push", lambda: a.transport.push(b"more"))
    while carry(a, b):
        b.events()
    say(b.connection.remote_condition, b.transport.closed)


@scenario("a closed head takes what was waiting with it")
def head():
    a, b = pair()
    a.connection.open()
    a.transport.close_head()
    a.events()
    say(a.transport.pending(), a.transport.closed, a.transport.condition)
    attempt("peek", lambda: a.transport.peek(10))
    a.transport.close_tail()
    a.events()
    say(a.transport.closed)
    settle(a, b)


@scenario("what is not AMQP is answered with the header and an error")
def nonsense():
    for octets in (b"HTTP/1.1 200 OK\r\n\r\n", b"AMQP\x00\x00\x09\x01", b"AMQP\x05\x01\x00\x00", b"\x16\x03\x01\x00\x05",
                   b"AMQP\x00\x01\x00\x00\x00\x00\x00\x04\x02\x00\x00\x00"):
        a, _ = pair()
        a.quiet = True
        a.connection.open()
        a.transport.pending()
        attempt(repr(octets), lambda: a.transport.push(octets))
        a.events()
        say(repr(a.transport.condition), a.transport.capacity(), a.transport.closed)


@scenario("an idle transport sends empty frames and expects some")
def idle():
    a, b = Side("a", Transport.CLIENT), Side("b", Transport.SERVER)
    a.transport.idle_timeout = 10
    for side in (a, b):
        side.bind()
        say(side.name, side.transport.tick(0), side.transport.tick(1))
        side.connection.open()
    settle(a, b)
    for now in (2, 3, 6.9, 7, 7.5, 8):
        say(now, a.transport.tick(now), b.transport.tick(now), a.transport.pending(), b.transport.pending())
    settle(a, b)
    for now in (9, 11, 13, 17, 20):
        say(now, a.transport.tick(now), repr(a.transport.condition))
    settle(a, b)
    say(a.transport.frames_input, b.transport.frames_output, b.connection.remote_condition)


@scenario("an empty frame that was taken does not count as speech")
def idle_frames():
    for taken in (0, 3, 8):
        a, b = Side("a", Transport.CLIENT), Side("b", Transport.SERVER)
        a.transport.idle_timeout = 10
        for side in (a, b):
            side.quiet = True
            side.bind()
            side.connection.open()
        settle(a, b)
        say(b.transport.tick(2), b.transport.tick(6.9), b.transport.pending())
        b.transport.pop(taken)
        say(taken, b.transport.tick(7), b.transport.tick(7.5))
        b.transport.pop(b.transport.pending())
        say(b.transport.tick(8), b.transport.tick(9))
        b.connection.session().open()
        b.transport.pop(b.transport.pending())
        say(b.transport.tick(9.2), b.transport.tick(9.3))


@scenario("a tracer hears every frame")
def tracer():
    lines = []
    a, b = Side("a", Transport.CLIENT), Side("b", Transport.SERVER)
    a.transport.tracer = lambda transport, line: lines.append(line)
    a.transport.trace(Transport.TRACE_FRM)
    for side in (a, b):
        side.quiet = True
        side.bind()
        side.connection.open()
    a.session = a.connection.session()
    a.session.open()
    settle(a, b)
    b.session.open()
    link = a.session.sender("l")
    link.open()
    settle(a, b)
    b.link.open()
    b.link.flow(1)
    settle(a, b)
    link.delivery("t")
    link.stream(b"octets")
    link.advance()
    settle(a, b)
    b.delivery.update(Delivery.ACCEPTED)
    b.delivery.settle()
    a.connection.close()
    settle(a, b)
    b.connection.close()
    settle(a, b)
    for line in lines:
        say(line)
    say(a.transport.tracer is not None, b.transport.tracer)


@scenario("what is logged by hand reaches the tracer")
def logged():
    lines = []
    transport = Transport()
    transport.tracer = lambda _, line: lines.append(line)
    transport.log("a line")
    transport.trace(Transport.TRACE_OFF)
    transport.log("another")
    attempt("a number", lambda: transport.log(5))
    say(lines)


@scenario("frames keep to the size the peer can take")
def frame_sizes():
    a, b = attached(credit=1, frame_size=512)
    before = a.transport.frames_output
    a.link.delivery("t")
    a.link.stream(b"x" * 3000)
    a.link.advance()
    settle(a, b)
    say(a.transport.frames_output - before, len(b.link.recv(5000)))


@scenario("authentication and encryption can be required")
def requirements():
    for name in ("require_auth", "require_encryption"):
        a, b = Side("a", Transport.CLIENT), Side("b", Transport.SERVER)
        getattr(b.transport, name)(True)
        for side in (a, b):
            side.bind()
            side.connection.open()
        settle(a, b)
        say(repr(b.transport.condition), repr(a.transport.condition), repr(a.connection.remote_condition))
        fields(b.transport, "authenticated encrypted user closed")


confirm_library()
