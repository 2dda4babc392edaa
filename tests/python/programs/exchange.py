"""A client of a broker that does not give up: the binding's reactor connects again whenever the connection is lost.

exchange.py send HOST:PORT QUEUE FIRST COUNT            messages numbered from FIRST, until each has its outcome
exchange.py receive HOST:PORT QUEUE COUNT OUTCOME       until COUNT different numbers have come

What it says and does is the same as in tests/c/programs/exchange.c, but for the names of lost connections.
"""
import sys

from proton import Delivery, Message, Terminus
from proton.handlers import MessagingHandler
from proton.reactor import Container, LinkOption

WINDOW = 50
PAUSE = 0.1

OUTCOMES = {
    "accept": Delivery.ACCEPTED,
    "reject": Delivery.REJECTED,
    "release": Delivery.RELEASED,
    "modify": Delivery.MODIFIED,
}


def say(*words):
    print(*words, flush=True)


class Durable(LinkOption):
    """The queue has to be one that the broker keeps when it dies."""

    def apply(self, link):
        terminus = link.target if link.is_sender else link.source
        terminus.durability = Terminus.DELIVERIES


class Client(MessagingHandler):
    def __init__(self, address, queue):
        super().__init__(prefetch=0, auto_accept=False, auto_settle=False)
        self.address, self.queue, self.done = address, queue, 0

    def on_start(self, event):
        self.connection = event.container.connect(
            self.address, reconnect=[PAUSE] * 1000, allowed_mechs="ANONYMOUS")
        self.make_link(event.container)

    def on_disconnected(self, event):
        condition = event.transport.condition
        say("lost", condition.name if condition else "-")
        self.was_lost()

    def finish_if_done(self):
        if self.done == self.count:
            self.connection.close()


class Sender(Client):
    def __init__(self, address, queue, first, count):
        super().__init__(address, queue)
        self.count = int(count)
        self.waiting = list(range(int(first), int(first) + self.count))
        self.sent = {}

    def make_link(self, container):
        self.link = container.create_sender(self.connection, self.queue, name="exchange", options=Durable())

    def on_sendable(self, event):
        while self.waiting and self.link.credit > 0:
            number = self.waiting.pop(0)
            self.sent[self.link.send(Message(id=number, body=number, durable=True))] = number

    def was_lost(self):
        self.waiting = sorted(self.sent.values()) + self.waiting
        self.sent = {}

    def final(self, event, word, *more):
        number = self.sent.pop(event.delivery)
        event.delivery.settle()
        say(word, number, *more)
        return number

    def on_accepted(self, event):
        self.final(event, "accepted")
        self.done += 1
        self.finish_if_done()

    def on_rejected(self, event):
        condition = event.delivery.remote.condition
        self.final(event, "rejected", condition.name if condition else "-")
        self.done += 1
        self.finish_if_done()

    def on_released(self, event):
        word = "modified" if event.delivery.remote_state == Delivery.MODIFIED else "released"
        self.waiting.append(self.final(event, word))
        self.on_sendable(event)


class Receiver(Client):
    def __init__(self, address, queue, count, outcome):
        super().__init__(address, queue)
        self.count, self.outcome = int(count), OUTCOMES[outcome]
        self.seen = set()

    def make_link(self, container):
        self.link = container.create_receiver(self.connection, self.queue, name="exchange", options=Durable())

    def on_link_opened(self, event):
        self.link.flow(min(self.count - self.done, WINDOW))

    def was_lost(self):
        pass

    def on_message(self, event):
        number, delivery = event.message.body, event.delivery
        say("got", number, *(["again"] if number in self.seen else []))
        self.seen.add(number)
        self.done = len(self.seen)
        if self.outcome == Delivery.MODIFIED:
            delivery.local.failed = True
        delivery.update(self.outcome)
        delivery.settle()
        # Never more than is wanted: what is given back would come again.
        if self.count - self.done > self.link.credit:
            self.link.flow(1)
        self.finish_if_done()


Container({"send": Sender, "receive": Receiver}[sys.argv[1]](*sys.argv[2:])).run()
say("finished")
