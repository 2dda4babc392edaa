"""Differential script: two connections joined in memory through the Python binding."""
from proton import (SASL, Collector, Condition, Connection, Delivery, Endpoint, Message, Terminus, Transport, symbol)

from transcript import attempt, confirm_library, say, section


class Side(object):
    """A connection with its transport and events."""

    def __init__(self, name, mode):
        self.name = name
        self.connection = Connection()
        self.connection.container = name
        self.collector = Collector()
        self.connection.collect(self.collector)
        self.transport = Transport(mode)
        self.transport.max_frame_size = 4096
        self.session = self.link = self.delivery = None

    def bind(self):
        self.transport.bind(self.connection)

    def events(self):
        event = self.collector.peek()
        while event:
            link, delivery = event.link, event.delivery
            about = ""
            if delivery:
                about = "%s %s/%s settled=%s pending=%s" % (
                    delivery.tag, delivery.local_state, delivery.remote_state, delivery.settled, delivery.pending)
                self.delivery = delivery
            elif link:
                about = "%s credit=%s queued=%s state=%s" % (link.name, link.credit, link.queued, link.state)
            say(self.name, event.type, about)
            if str(event.type) == "PN_SESSION_REMOTE_OPEN":
                self.session = event.session
            if str(event.type) == "PN_LINK_REMOTE_OPEN":
                self.link = link
            self.collector.pop()
            event = self.collector.peek()


def carry(source, target):
    pending = source.transport.pending()
    if pending <= 0:
        if pending < 0 and target.transport.capacity() >= 0:
            target.transport.close_tail()
        return False
    octets = source.transport.peek(min(pending, 1024))
    accepted = target.transport.push(octets) if target.transport.capacity() > 0 else len(octets)
    source.transport.pop(len(octets) if accepted is None else accepted)
    return True


def settle(a, b):
    moved = True
    while moved:
        a.events()
        b.events()
        moved = carry(a, b)
        b.events()
        moved = carry(b, a) or moved
    a.events()
    b.events()


def pair():
    a, b = Side("a", Transport.CLIENT), Side("b", Transport.SERVER)
    a.bind()
    b.bind()
    return a, b


def opened():
    a, b = pair()
    a.connection.open()
    b.connection.open()
    a.session = a.connection.session()
    a.session.open()
    settle(a, b)
    b.session.open()
    settle(a, b)
    return a, b


def open_and_close():
    section("open and close")
    a, b = pair()
    a.connection.hostname = "host"
    a.connection.offered_capabilities = [symbol("one"), symbol("two")]
    a.connection.properties = {symbol("product"): "script"}
    a.transport.idle_timeout = 30
    a.connection.open()
    settle(a, b)
    remote = b.connection
    say(remote.remote_container, remote.remote_hostname, remote.remote_offered_capabilities, remote.remote_properties)
    say(b.transport.remote_idle_timeout, b.transport.remote_max_frame_size, b.transport.channel_max)
    b.connection.open()
    b.connection.condition = Condition("app:over", "that is all", {symbol("k"): 1})
    b.connection.close()
    settle(a, b)
    say(a.connection.remote_condition, a.connection.state, b.connection.state)
    a.connection.close()
    settle(a, b)
    say(a.transport.closed, b.transport.closed, a.transport.frames_input, a.transport.frames_output)


def messages_and_outcomes():
    section("messages")
    a, b = opened()
    sender = a.session.sender("work")
    sender.target.address = "queue"
    sender.source.dynamic = True
    sender.open()
    settle(a, b)
    receiver = b.link
    say(receiver.remote_target.address, receiver.remote_source.dynamic, receiver.remote_source.type == Terminus.SOURCE)
    receiver.source.copy(receiver.remote_source)
    receiver.target.copy(receiver.remote_target)
    receiver.open()
    receiver.flow(6)
    settle(a, b)
    sent = []
    for n in range(5):
        delivery = sender.delivery("tag-%d" % n)
        sender.send(Message(id=n, body={"n": n, "text": "x" * n * 100}).encode())
        sender.advance()
        sent.append(delivery)
    settle(a, b)
    for n in range(5):
        delivery = receiver.current
        message = Message()
        message.decode(receiver.recv(delivery.pending))
        say(message.id, repr(message.body)[:60])
        receiver.advance()
        if n == 1:
            delivery.local.condition = Condition("app:no", "not this one")
        if n == 2:
            delivery.local.failed = True
            delivery.local.annotations = {symbol("tries"): 2}
        delivery.update([Delivery.ACCEPTED, Delivery.REJECTED, Delivery.MODIFIED, Delivery.RELEASED, 0][n])
        if n != 3:
            delivery.settle()
    settle(a, b)
    for delivery in sent:
        remote = delivery.remote
        say(delivery.remote_state, delivery.settled, remote.type)
        if remote.type == Delivery.REJECTED:
            say(remote.condition)
        if remote.type == Delivery.MODIFIED:
            say(remote.failed, remote.undeliverable, remote.annotations)
        delivery.settle()
    settle(a, b)
    say(sender.unsettled, receiver.unsettled, sender.credit, receiver.credit)
    receiver.drain(0)
    settle(a, b)
    say("drained", sender.drained())
    settle(a, b)
    sender.close()
    settle(a, b)
    receiver.condition = Condition("app:bye", "for good")
    receiver.close()
    settle(a, b)
    say(sender.remote_condition, sender.state)


def sasl():
    section("sasl")
    a, b = Side("a", Transport.CLIENT), Side("b", Transport.SERVER)
    a.transport.sasl().allowed_mechs("ANONYMOUS")
    b.transport.sasl().allowed_mechs("ANONYMOUS")
    a.bind()
    b.bind()
    a.connection.open()
    b.connection.open()
    settle(a, b)
    say(a.transport.sasl().outcome == SASL.OK, b.transport.sasl().mech, b.transport.user, b.transport.authenticated)


def nonsense():
    section("nonsense")
    a, _ = pair()
    a.connection.open()
    a.transport.pending()
    attempt("push", lambda: a.transport.push(b"HTTP/1.1 200 OK\r\n\r\n"))
    a.events()
    say(a.transport.condition, a.transport.capacity())
    attempt("push more", lambda: a.transport.push(b"more"))
    attempt("unbind", a.transport.unbind)
    a.events()


def references():
    section("references")
    a, b = opened()
    links = [a.session.sender("s%d" % n) for n in range(3)]
    say([link.name for link in walk(a.connection.link_head(Endpoint.LOCAL_UNINIT))])
    del links
    say(a.connection.session_head(0) == a.session, a.session.connection == a.connection)
    a.session.close()
    a.session.free()
    settle(a, b)
    a.connection.free()
    a.transport.unbind()
    a.events()


def walk(link):
    while link:
        yield link
        link = link.next(Endpoint.LOCAL_UNINIT)


open_and_close()
messages_and_outcomes()
sasl()
nonsense()
references()
confirm_library()
