"""outcomes.py HOST:PORT: a broker that gives outcomes and heeds them.

To what is sent to "picky" it answers by the number of the message: of 0 to 3 modulo 4 it accepts, rejects, releases and
modifies; what it gave back it accepts the second time. Every other address is a queue, to which a message comes back that
its receiver releases or modifies, with its failures counted.
"""
import collections
import sys

from proton import Condition, Delivery
from proton.handlers import MessagingHandler
from proton.reactor import Container

ANSWERS = (Delivery.ACCEPTED, Delivery.REJECTED, Delivery.RELEASED, Delivery.MODIFIED)


class Broker(MessagingHandler):
    def __init__(self, address):
        super().__init__(auto_accept=False, auto_settle=False)
        self.address, self.seen = address, set()
        self.queues = collections.defaultdict(collections.deque)
        self.sent = {}

    def on_start(self, event):
        event.container.listen(self.address)

    def on_link_opening(self, event):
        event.link.source.address = event.link.remote_source.address
        event.link.target.address = event.link.remote_target.address

    def on_message(self, event):
        target, delivery = event.link.target.address, event.delivery
        outcome = Delivery.ACCEPTED
        if target == "picky":
            number = event.message.body
            outcome = Delivery.ACCEPTED if number in self.seen else ANSWERS[number % 4]
            self.seen.add(number)
        else:
            self.queues[target].append(event.message)
        if outcome == Delivery.REJECTED:
            delivery.local.condition = Condition("test:odd", "of no use")
        delivery.update(outcome)
        delivery.settle()

    def on_sendable(self, event):
        queue = self.queues[event.link.source.address]
        while queue and event.link.credit > 0:
            message = queue.popleft()
            self.sent[event.link.send(message)] = message

    def on_accepted(self, event):
        self.sent.pop(event.delivery)
        event.delivery.settle()

    on_rejected = on_accepted

    def on_released(self, event):
        message = self.sent.pop(event.delivery)
        if event.delivery.remote_state == Delivery.MODIFIED and event.delivery.remote.failed:
            message.delivery_count += 1
        self.queues[event.link.source.address].append(message)
        event.delivery.settle()


if __name__ == "__main__":
    Container(Broker(sys.argv[1])).run()
