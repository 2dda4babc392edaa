"""Differential script: the blocking calls of `proton.utils` against a small broker in a thread."""
from proton import Condition, ConnectionException, Delivery, Message, ProtonException, Timeout, symbol
from proton.reactor import AtMostOnce, Copy
from proton.utils import (BlockingConnection, ConnectionClosed, LinkDetached, SendException, SyncRequestResponse)

from net import Server, free_port
from transcript import attempt, confirm_library, mask, plain, say, scenario

# Names of links begin with the name of the container, and ports are what is free.
mask(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "CONTAINER")
mask(r"127\.0\.0\.1:[0-9]+", "ADDRESS")


class Broker(Server):
    """Queues by name; the names `refuse`, `reject`, `release`, `cut`, `drop` and `upper` do what they say."""

    def __init__(self, connections=1):
        super(Broker, self).__init__(connections, auto_accept=False)
        self.queues, self.takers, self.dynamic = {}, {}, 0

    def note(self, name, event):
        pass

    def on_link_opening(self, event):
        link = event.link
        link.source.copy(link.remote_source)
        link.target.copy(link.remote_target)
        if link.remote_source.dynamic:
            self.dynamic += 1
            link.source.address = "dynamic-%d" % self.dynamic
        self.log("link", link.source.address, link.target.address)

    def on_link_opened(self, event):
        if "refuse" in (event.link.source.address, event.link.target.address):
            event.link.condition = Condition("amqp:not-found", "no such node", {symbol("k"): 1})
            event.link.close()
        elif event.link.is_sender:
            self.takers.setdefault(event.link.source.address, []).append(event.link)
            self.pump(event.link.source.address)

    def on_sendable(self, event):
        self.pump(event.link.source.address)

    def pump(self, name):
        waiting = self.queues.setdefault(name, [])
        for link in self.takers.get(name, ()):
            while waiting and link.credit > 0 and not link.state & link.LOCAL_CLOSED:
                link.send(waiting.pop(0))

    def on_message(self, event):
        name, delivery, message = event.link.target.address, event.delivery, event.message
        self.log("message for", name, plain(message.body), delivery.settled)
        if name == "cut":
            event.transport.close_tail()
            event.transport.close_head()
        elif name == "drop":
            event.link.condition = Condition("app:dropped", "enough")
            event.link.close()
        elif name == "close":
            event.connection.condition = Condition("app:closed", "good night")
            event.connection.close()
        elif name == "reject":
            delivery.local.condition = Condition("app:no")
            self.reject(delivery)
        elif name == "release":
            self.release(delivery, delivered=False)
        elif name == "modify":
            self.release(delivery)
        elif name is None:
            self.accept(delivery)
            self.queues.setdefault(message.reply_to, []).append(
                Message("answer", correlation_id=message.correlation_id))
            self.pump(message.reply_to)
        elif name == "silent":
            pass
        else:
            if name == "upper":
                message = Message(message.body.upper(), correlation_id=message.correlation_id, address=message.reply_to)
            self.accept(delivery)
            name = message.address if name == "upper" else name
            self.queues.setdefault(name, []).append(message)
            self.pump(name)

    def on_settled(self, event):
        self.log("settled", event.delivery.remote_state)


def broker(name, connections=1, **options):
    """A scenario with a broker and an open connection to it."""
    def decorate(function):
        @scenario(name)
        def run():
            with Broker(connections) as server:
                settings = dict({"timeout": 10, "sasl_enabled": False}, **options)
                connection = BlockingConnection(server.url(), **settings)
                try:
                    function(connection)
                finally:
                    connection.close()
        return function
    return decorate


@broker("a message is sent and fetched")
def send_and_fetch(connection):
    sender = connection.create_sender("queue")
    receiver = connection.create_receiver("queue")
    sent = sender.send(Message("one"))
    say(sent.remote_state, sent.settled)
    message = receiver.receive(timeout=5)
    say(plain(message.body))
    receiver.accept()
    sender.close()
    receiver.close()


@broker("credit lets several messages come")
def credit(connection):
    receiver = connection.create_receiver("queue", credit=10)
    sender = connection.create_sender("queue")
    for number in range(5):
        sender.send(Message(number))
    for number in range(5):
        say(receiver.receive(timeout=5).body)
        [receiver.accept, receiver.reject, receiver.release, lambda: receiver.release(delivered=False),
         lambda: receiver.settle(Delivery.MODIFIED)][number]()
    attempt("nothing left to accept", receiver.accept)


@broker("receiving ends with a timeout")
def timeout(connection):
    receiver = connection.create_receiver("queue")
    attempt("receive", lambda: receiver.receive(timeout=0.05))
    say(issubclass(Timeout, ProtonException))
    sender = connection.create_sender("queue")
    sender.send(Message("late"))
    say(receiver.receive(timeout=5).body)


@broker("sending ends with a timeout when nobody answers")
def send_timeout(connection):
    sender = connection.create_sender("silent")
    attempt("send", lambda: sender.send(Message("m"), timeout=0.05))


@broker("outcomes that are not accepted are raised")
def outcomes(connection):
    for name in ("reject", "release", "modify"):
        sender = connection.create_sender(name, name=name)

        def send():
            try:
                sender.send(Message(name))
            except SendException as error:
                return "state", error.state
        attempt(name, send)
    sender = connection.create_sender("reject")
    attempt("allowed", lambda: sender.send(Message("m"), error_states=[]).remote_state)


@broker("a link that is refused is raised as detached")
def refused(connection):
    for make in (lambda: connection.create_sender("refuse"), lambda: connection.create_receiver("refuse")):
        def made():
            try:
                return type(make()).__name__
            except LinkDetached as error:
                return repr(error.condition), str(error)
        attempt("make", made)


@broker("a link that is closed later is raised as detached")
def dropped(connection):
    sender = connection.create_sender("drop")
    attempt("send", lambda: sender.send(Message("m")))


@broker("a connection that the peer closes is raised as closed")
def closed(connection):
    sender = connection.create_sender("close")

    def send():
        try:
            return sender.send(Message("m"))
        except ConnectionClosed as error:
            return repr(error.condition), str(error)
    attempt("send", send)


@broker("a connection that is cut is raised as an error", reconnect=False)
def cut(connection):
    sender = connection.create_sender("cut")

    def send():
        try:
            return sender.send(Message("m"))
        except (ConnectionException, ConnectionClosed) as error:
            return type(error).__name__
    attempt("send", send)


@broker("dynamic receivers get an address")
def dynamic(connection):
    receiver = connection.create_receiver(None, dynamic=True)
    say(receiver.link.remote_source.address)
    sender = connection.create_sender(receiver.link.remote_source.address)
    sender.send(Message("to a dynamic address"))
    say(receiver.receive(timeout=5).body)


@broker("options of links are heard")
def options(connection):
    sender = connection.create_sender("queue", options=AtMostOnce(), name="named")
    say(sender.link.name, sender.link.snd_settle_mode, sender.link.remote_snd_settle_mode)
    receiver = connection.create_receiver("queue", options=Copy(), name="reader")
    say(receiver.link.name, receiver.link.source.distribution_mode)


@broker("requests are answered one after the other")
def requests(connection):
    client = SyncRequestResponse(connection, "upper")
    say(client.reply_to)
    for text in ("one", "two"):
        answer = client.call(Message(text))
        say(plain(answer.body), answer.correlation_id)
    anonymous = SyncRequestResponse(connection)
    say(plain(anonymous.call(Message("three", address="upper")).body), anonymous.reply_to)
    attempt("without an address", lambda: anonymous.call(Message("three")))
    client.connection.wait(lambda: True, msg="nothing")


@broker("a wait ends when its condition holds or its time is over")
def waits(connection):
    connection.wait(lambda: True)
    attempt("never", lambda: connection.wait(lambda: False, timeout=0.05, msg="waiting for nothing"))
    say(connection.timeout)


@scenario("a connection that nobody takes is raised")
def nobody():
    def connect():
        try:
            BlockingConnection("127.0.0.1:%d" % free_port(), timeout=5, reconnect=False)
        except ProtonException as error:
            return type(error).__name__
    attempt("connect", connect)


@scenario("SASL and a heartbeat are agreed on")
def agreed():
    with Broker() as server:
        connection = BlockingConnection(server.url(), timeout=10, heartbeat=30, allowed_mechs="ANONYMOUS")
        say(connection.conn.transport.sasl().mech, connection.conn.transport.remote_idle_timeout)
        connection.close()


confirm_library()
