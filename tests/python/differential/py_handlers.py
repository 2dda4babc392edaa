"""Differential script: the handlers of `proton.handlers` over loopback TCP."""
from proton import Condition, Delivery, Message, symbol
from proton.handlers import MessagingHandler, Reject, Release

from net import Client, Log, Server
from transcript import attempt, confirm_library, fields, say, scenario


class Sending(Client):
    """Sends some messages, then closes when all are settled."""

    def __init__(self, server, count=3, **options):
        super(Sending, self).__init__(server, **options)
        self.count, self.sent, self.settled = count, 0, 0

    def begin(self, event):
        event.container.create_sender(self.connection, "queue", name="out")

    def on_sendable(self, event):
        while event.sender.credit and self.sent < self.count:
            event.sender.send(Message("m%d" % self.sent))
            self.sent += 1

    def on_settled(self, event):
        self.log("on_settled", event.delivery.tag)
        self.settled += 1
        if self.settled == self.count:
            event.connection.close()


@scenario("a sender and a receiver open, send, accept and close")
def plain_exchange():
    with Server() as server:
        Sending(server).run()


@scenario("a small prefetch is refilled")
def prefetch():
    with Server(prefetch=2) as server:
        Sending(server, count=4).run()


class ByHand(Server):
    """Gives each message another outcome by hand."""

    def __init__(self):
        super(ByHand, self).__init__(auto_accept=False)

    def on_message(self, event):
        super(ByHand, self).on_message(event)
        {"m0": lambda: self.accept(event.delivery), "m1": lambda: self.reject(event.delivery),
         "m2": lambda: self.release(event.delivery), "m3": lambda: self.release(event.delivery, delivered=False),
         "m4": lambda: self.settle(event.delivery, Delivery.ACCEPTED),
         "m5": lambda: self.settle(event.delivery)}[event.message.body]()


@scenario("messages are accepted, rejected, released and settled by hand")
def by_hand():
    with ByHand() as server:
        Sending(server, count=6).run()


class Raising(Server):
    """Rejects and releases by raising."""

    def on_message(self, event):
        super(Raising, self).on_message(event)
        if event.message.body == "m0":
            raise Reject("no")
        if event.message.body == "m1":
            raise Release("not now")


@scenario("raising Reject or Release in on_message gives that outcome")
def raising():
    with Raising() as server:
        Sending(server).run()


class SettlesByHand(Sending):
    def on_accepted(self, event):
        self.log("on_accepted", event.delivery.tag, event.delivery.settled)
        event.delivery.settle()
        self.settled += 1
        if self.settled == self.count:
            event.connection.close()


@scenario("without automatic settling the sender settles")
def no_auto_settle():
    with Server() as server:
        SettlesByHand(server, auto_settle=False).run()


class Refusing(Server):
    """Closes what the client opens, with an error or without."""

    def __init__(self, what, condition):
        super(Refusing, self).__init__()
        self.what, self.condition = what, condition

    def on_link_opened(self, event):
        super(Refusing, self).on_link_opened(event)
        endpoint = getattr(event, self.what)
        if self.condition:
            endpoint.condition = self.condition
        endpoint.close()


class Meeting(Client):
    """Opens a receiver and waits for what happens; answers every close, and closes the connection in the end."""

    def begin(self, event):
        event.container.create_receiver(self.connection, "queue", name="in")

    def note(self, name, event):
        super(Meeting, self).note(name, event)
        if name in ("on_link_closing", "on_link_error", "on_session_closing", "on_session_error"):
            event.connection.close()


def refusal(what, condition, **options):
    @scenario("the server closes the %s %s, client options %s" % (what, "with an error" if condition else "silently", options))
    def refused():
        with Refusing(what, condition) as server:
            Meeting(server, **options).run()


for each in ("link", "session", "connection"):
    refusal(each, Condition("app:refused", "go away", {symbol("k"): 1}))
    refusal(each, None)
    refusal(each, None, peer_close_is_error=True)


class Cutting(Server):
    """Cuts the connection instead of closing it."""

    def on_message(self, event):
        super(Cutting, self).on_message(event)
        event.transport.close_head()
        event.transport.close_tail()


@scenario("a connection that is cut is told to both sides")
def cut():
    with Cutting(quiet="on_transport_error") as server:
        Sending(server, quiet="on_transport_error on_sendable").run()


class Aborting(Client):
    """Sends a part of a message, then gives it up."""

    def begin(self, event):
        self.sender = event.container.create_sender(self.connection, "queue", name="out")

    def on_sendable(self, event):
        if self.sender.current is None and not self.sender.unsettled:
            delivery = self.sender.delivery("aborted")
            self.sender.stream(b"x" * 100)
            delivery.abort()
            self.sender.send(Message("whole"))

    def on_accepted(self, event):
        super(Aborting, self).on_accepted(event)
        event.connection.close()


@scenario("an aborted message is not given to on_message")
def aborted():
    with Server() as server:
        Aborting(server).run()


@scenario("a handler has its options")
def options():
    handler = MessagingHandler(prefetch=5, auto_accept=False, auto_settle=False, peer_close_is_error=True)
    say(len(handler.handlers), sorted(type(child).__name__ for child in handler.handlers))
    say(sorted(type(child).__name__ for child in MessagingHandler(prefetch=0).handlers))
    fields(Log("x"), "role lines")
    attempt("unknown", lambda: MessagingHandler(nonsense=1))


confirm_library()
