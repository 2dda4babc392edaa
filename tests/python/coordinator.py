"""A small broker with transactions, for the example programs that need one.

Queues are kept in memory. A message or an outcome that belongs to a transaction waits until the transaction is
discharged; then it takes effect, or is forgotten. Any broker with a coordinator would do in its place.
"""
import collections
import optparse
import uuid

from proton import Delivery, Described, Disposition, Terminus, symbol, ulong
from proton.handlers import MessagingHandler
from proton.reactor import Container

DECLARE = ("amqp:declare:list", 0x31)
DISCHARGE = ("amqp:discharge:list", 0x32)
DECLARED = 0x33
TRANSACTIONAL = 0x34


class Transaction(object):
    def __init__(self):
        self.published = []  # (address, message)
        self.taken = []  # (address, message), returned if the transaction fails


class Coordinator(MessagingHandler):
    def __init__(self, url):
        super(Coordinator, self).__init__(auto_accept=False, auto_settle=False)
        self.url = url
        self.queues = collections.defaultdict(collections.deque)
        self.consumers = collections.defaultdict(list)
        self.transactions = {}
        self.sent = {}  # delivery tag of a message under way -> (address, message)
        self.tags = 0

    def on_start(self, event):
        event.container.listen(self.url)

    def on_link_opening(self, event):
        link = event.link
        if link.is_sender:
            link.source.address = str(uuid.uuid4()) if link.remote_source.dynamic else link.remote_source.address
            self.consumers[link.source.address].append(link)
        elif link.remote_target.type == Terminus.COORDINATOR:
            link.target.type = Terminus.COORDINATOR
            link.target.capabilities.put_object([symbol("amqp:local-transactions")])
        else:
            link.target.address = link.remote_target.address

    def on_link_closing(self, event):
        if event.link in self.consumers.get(event.link.source.address, ()):
            self.consumers[event.link.source.address].remove(event.link)

    def on_disconnected(self, event):
        for consumers in self.consumers.values():
            consumers[:] = [link for link in consumers if link.connection != event.connection]

    def on_sendable(self, event):
        self.dispatch(event.link.source.address)

    def dispatch(self, address):
        queue = self.queues[address]
        for link in list(self.consumers[address]):
            while queue and link.credit > 0:
                message = queue.popleft()
                self.tags += 1
                tag = str(self.tags)
                self.sent[tag] = (address, message)
                link.send(message, tag=tag)

    def publish(self, address, message):
        self.queues[address].append(message)
        self.dispatch(address)

    def on_message(self, event):
        if event.link.target.type == Terminus.COORDINATOR:
            self.on_control(event.delivery, event.message.body)
            return
        address = event.link.target.address or event.message.address
        remote = event.delivery.remote
        if remote.type == TRANSACTIONAL:
            identity = remote.data[0]
            self.transactions[identity].published.append((address, event.message))
            event.delivery.local.data = [identity, Described(ulong(Delivery.ACCEPTED), [])]
            event.delivery.update(TRANSACTIONAL)
        else:
            self.publish(address, event.message)
            event.delivery.update(Delivery.ACCEPTED)
        event.delivery.settle()

    def on_control(self, delivery, request):
        if request.descriptor in DECLARE:
            identity = uuid.uuid4().bytes
            self.transactions[identity] = Transaction()
            delivery.local.data = [identity]
            delivery.update(DECLARED)
        elif request.descriptor in DISCHARGE:
            identity, failed = bytes(request.value[0]), bool(request.value[1])
            transaction = self.transactions.pop(identity)
            for address, message in transaction.taken if failed else transaction.published:
                self.publish(address, message)
            delivery.update(Delivery.ACCEPTED)
        else:
            delivery.update(Delivery.REJECTED)
        delivery.settle()

    def on_delivery(self, event):
        delivery = event.delivery
        if not (event.link.is_sender and delivery.updated):
            return
        taken = self.sent.get(delivery.tag)
        if taken and delivery.remote_state == TRANSACTIONAL:
            self.transactions[bytes(delivery.remote.data[0])].taken.append(self.sent.pop(delivery.tag))
            delivery.local.data = [delivery.remote.data[0], Described(ulong(Delivery.ACCEPTED), [])]
            delivery.update(TRANSACTIONAL)
        elif taken and delivery.remote_state in (Delivery.RELEASED, Delivery.MODIFIED):
            self.queues[taken[0]].appendleft(self.sent.pop(delivery.tag)[1])
        elif taken and delivery.remote_state:
            del self.sent[delivery.tag]
        if delivery.settled or delivery.remote_state == TRANSACTIONAL:
            delivery.settle()
        else:
            delivery.clear()


if __name__ == "__main__":
    parser = optparse.OptionParser(usage="usage: %prog [options]")
    parser.add_option("-a", "--address", default="localhost:5672", help="where to listen (default %default)")
    options, _ = parser.parse_args()
    try:
        Container(Coordinator(options.address)).run()
    except KeyboardInterrupt:
        pass
