"""Differential script: the building blocks of `proton.handlers` on two connections in memory."""
from proton import Condition, Delivery, Message, Transport
from proton.handlers import EndpointStateHandler, FlowController, Handshaker, IncomingMessageHandler, OutgoingMessageHandler

from pair import Side, carry
from transcript import confirm_library, say, scenario


class Handled(Side):
    """A side whose events go to handlers before they are told."""

    def __init__(self, name, mode, *handlers):
        super(Handled, self).__init__(name, mode)
        self.handlers = handlers
        self.bind()

    def events(self):
        while self.collector.peek():
            event = self.collector.peek()
            say(self.name, event.type, self.describe(event))
            for handler in self.handlers:
                event.dispatch(handler)
            self.collector.pop()


class Delegate(object):
    """Logs whatever it is called with."""

    def __init__(self, name):
        self.name = name

    def __getattr__(self, method):
        if not method.startswith("on_"):
            raise AttributeError(method)
        return lambda event: say(self.name, method)


def converse(a, b):
    moved = True
    while moved:
        a.events()
        b.events()
        moved = carry(a, b)
        moved = carry(b, a) or moved


def opening(a, b):
    a.connection.open()
    session = a.connection.session()
    session.open()
    link = session.sender("s")
    link.open()
    converse(a, b)
    return session, link


@scenario("Handshaker opens and closes what the peer opens and closes")
def handshaker():
    a, b = Handled("a", Transport.CLIENT), Handled("b", Transport.SERVER, Handshaker())
    session, link = opening(a, b)
    say(a.connection.state, session.state, link.state)
    link.close()
    session.close()
    a.connection.close()
    converse(a, b)
    say(a.connection.state, session.state, link.state)


@scenario("FlowController keeps its window of credit open")
def flow_controller():
    a, b = Handled("a", Transport.CLIENT), Handled("b", Transport.SERVER, Handshaker(), FlowController(4))
    _, link = opening(a, b)
    say(link.credit)
    for number in range(3):
        link.send(Message(number))
        converse(a, b)
        say(link.credit)


@scenario("IncomingMessageHandler accepts and OutgoingMessageHandler settles")
def messages():
    incoming, outgoing = IncomingMessageHandler(delegate=Delegate("incoming")), OutgoingMessageHandler(delegate=Delegate("outgoing"))
    a = Handled("a", Transport.CLIENT, outgoing)
    b = Handled("b", Transport.SERVER, Handshaker(), FlowController(2), incoming)
    _, link = opening(a, b)
    sent = link.send(Message("m"))
    converse(a, b)
    say(sent.remote_state, sent.settled, link.unsettled)


@scenario("EndpointStateHandler tells of every turn of an endpoint")
def endpoint_states():
    for error in (False, True):
        a = Handled("a", Transport.CLIENT, EndpointStateHandler(peer_close_is_error=error, delegate=Delegate("state a")))
        b = Handled("b", Transport.SERVER, EndpointStateHandler(delegate=Delegate("state b")))
        _, link = opening(a, b)
        remote = b.connection.link_head(0)
        remote.condition = Condition("app:over", "enough") if error else None
        remote.close()
        converse(a, b)
        remote.session.close()
        converse(a, b)
        b.connection.close()
        converse(a, b)
        say(link.state, a.connection.state, b.connection.state)


@scenario("a delivery that is settled by the sender is told to the receiver's handler")
def presettled():
    a = Handled("a", Transport.CLIENT)
    b = Handled("b", Transport.SERVER, Handshaker(), FlowController(2), IncomingMessageHandler(delegate=Delegate("incoming")))
    _, link = opening(a, b)
    link.send(Message("m")).settle()
    converse(a, b)
    link.send(Message("n"))
    converse(a, b)
    say(link.credit, Delivery.ACCEPTED)


confirm_library()
