"""Differential script: transactions of `proton.reactor` against a coordinator, and the handlers that belong to them."""
from proton import Condition, Delivery, Described, Message, Terminus, symbol, ulong
from proton.handlers import MessagingHandler, TransactionalClientHandler, TransactionHandler

from net import Client, Server
from transcript import confirm_library, plain, say, scenario

DECLARE, DISCHARGE, DECLARED = ulong(0x31), ulong(0x32), 0x33


class Coordinator(Server):
    """Declares and discharges, or refuses to; tells which messages come with which transaction."""

    def __init__(self, refuse=(), **options):
        super(Coordinator, self).__init__(auto_accept=False, quiet="on_link_opened on_sendable", **options)
        self.refuse, self.number = refuse, 0

    def on_link_opening(self, event):
        link = event.link
        link.source.copy(link.remote_source)
        link.target.copy(link.remote_target)
        self.log("link", link.remote_target.type == Terminus.COORDINATOR, link.remote_target.address)

    def on_message(self, event):
        delivery, body = event.delivery, event.message.body
        if event.link.remote_target.type != Terminus.COORDINATOR:
            self.log("message", plain(body), "state", delivery.remote_state, plain(delivery.remote.data))
            self.accept(delivery)
            return
        what = "declare" if body.descriptor in (DECLARE, symbol("amqp:declare:list")) else "discharge"
        self.log(what, plain([value for value in body.value if value is not None]))
        if what in self.refuse:
            delivery.local.condition = Condition("amqp:transaction:rollback", "no %s here" % what)
            delivery.update(Delivery.REJECTED)
        elif what == "declare":
            self.number += 1
            delivery.local.data = [b"txn-%d" % self.number]
            delivery.update(DECLARED)
        else:
            delivery.update(Delivery.ACCEPTED)
        delivery.settle()


class Acting(Client, TransactionHandler):
    """Declares, sends in the transaction, and ends it as told; a second one follows when asked for."""

    def __init__(self, server, act, rounds=1):
        super(Acting, self).__init__(server, quiet="on_sendable on_settled")
        self.act, self.rounds, self.transaction, self.container = act, rounds, None, None

    def begin(self, event):
        self.container = event.container
        self.sender = event.container.create_sender(self.connection, "queue", name="out")
        self.container.declare_transaction(self.connection, handler=self)

    def on_transaction_declared(self, event):
        self.transaction = event.transaction
        self.log("declared", plain(event.transaction.id))
        self.transaction.send(self.sender, Message("in transaction"))
        self.act(self.transaction)

    def ended(self, how):
        self.log(how)
        self.rounds -= 1
        if self.rounds:
            self.container.declare_transaction(self.connection, handler=self)
        else:
            self.connection.close()

    def on_transaction_committed(self, event):
        self.ended("committed")

    def on_transaction_aborted(self, event):
        self.ended("aborted")

    def on_transaction_declare_failed(self, event):
        self.ended("declare failed")

    def on_transaction_commit_failed(self, event):
        self.ended("commit failed")


def acting(name, act, rounds=1, **options):
    @scenario(name)
    def acted():
        with Coordinator(**options) as server:
            Acting(server, act, rounds).run()


acting("a transaction is committed", lambda transaction: transaction.commit())
acting("a transaction is aborted", lambda transaction: transaction.abort())
acting("transactions follow one another", lambda transaction: transaction.commit(), rounds=3)
acting("a declaration is refused", lambda transaction: transaction.commit(), refuse=("declare",))
acting("a commit is refused", lambda transaction: transaction.commit(), refuse=("discharge",))


@scenario("the handlers of transactions have their methods")
def methods():
    for kind in (TransactionHandler, TransactionalClientHandler):
        say(kind.__name__, sorted(name for name in dir(kind) if name.startswith("on_transaction") or name == "accept"))
    handler = TransactionalClientHandler(prefetch=0)
    say(isinstance(handler, MessagingHandler), sorted(type(child).__name__ for child in handler.handlers))
    say(repr(Described(DECLARE, [None])))


confirm_library()
