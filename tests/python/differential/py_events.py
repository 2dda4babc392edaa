"""Differential script: `proton.Collector`, `proton.Event` and how events reach handlers."""
from proton import Collector, Connection, Delivery, Event, EventType, Handler, Link, Session, Transport

from pair import attached, settle
from transcript import attempt, confirm_library, say, scenario


def events(collector):
    names = []
    while collector.peek():
        names.append(str(collector.peek().type))
        collector.pop()
    return names


class Recorder(Handler):
    """Remembers the names of the methods that were called."""

    def __init__(self, name="", only=None):
        self.name, self.only = name, only

    def on_unhandled(self, method, *args):
        say(self.name, "unhandled", method, len(args))


class Some(Recorder):
    def on_connection_init(self, event):
        say(self.name, "init", str(event.type), event.connection is not None)

    def on_link_init(self, event):
        say(self.name, "link", event.link.name)


@scenario("a collector gives events in their order")
def order():
    collector, connection = Collector(), Connection()
    say(collector.peek(), collector.more(), collector.pop())
    connection.collect(collector)
    session = connection.session()
    session.sender("s")
    say(str(collector.peek().type), collector.more(), str(collector.peek().type))
    collector.pop()
    say(events(collector), collector.peek(), collector.more())


@scenario("a collector can be given up and taken again")
def given_up():
    one, two, connection = Collector(), Collector(), Connection()
    connection.collect(one)
    connection.open()
    connection.collect(two)
    connection.close()
    say(events(one), events(two))
    connection.collect(None)
    connection.session()
    say(events(two))
    connection.collect(two)
    say(events(two))


@scenario("a released collector takes nothing more")
def released():
    collector, connection = Collector(), Connection()
    connection.collect(collector)
    connection.open()
    collector.release()
    say(collector.peek(), collector.more())
    connection.close()
    say(events(collector))


@scenario("events know what they are about")
def about():
    a, b = attached(credit=1, quiet=True)
    a.link.delivery("t")
    a.link.stream(b"x")
    a.link.advance()
    a.transport.pending()
    seen = []
    b.transport.push(a.transport.peek(a.transport.pending()))
    event = b.collector.peek()
    say(event.type, event.type.name, event.type.number, event.type.method, event.clazz)
    say(event.delivery is not None, event.link == b.link, event.session == b.session, event.connection == b.connection)
    say(event.transport == b.transport, event.receiver == b.link, event.sender, isinstance(event.context, Delivery))
    say(event.delivery.tag, seen)
    for name in ("reactor", "container", "handler"):
        attempt(name, lambda: getattr(event, name))
    b.collector.pop()
    a.collector.peek()
    settle(a, b)


@scenario("the contexts of events are of their kinds")
def contexts():
    collector, connection = Collector(), Connection()
    connection.collect(collector)
    session = connection.session()
    session.sender("s")
    transport = Transport()
    transport.bind(connection)
    while collector.peek():
        event = collector.peek()
        kinds = [kind.__name__ for kind in (Connection, Session, Link, Delivery, Transport) if isinstance(event.context, kind)]
        say(event.type, event.clazz, kinds, event.connection == connection, event.session == session, event.link is None)
        collector.pop()


@scenario("every kind of event has a number, a name and a method")
def kinds():
    for number, kind in sorted(EventType.TYPES.items()):
        say(number, kind.name, kind.method, repr(kind))
    say(sorted(name for name in dir(Event) if name.isupper()))
    say(Event.DELIVERY == EventType.TYPES[28], Event.DELIVERY, EventType("an_own").method)


@scenario("events are dispatched to the methods of handlers and to their children")
def dispatch():
    collector, connection = Collector(), Connection()
    connection.collect(collector)
    connection.session().sender("s")
    parent, child, grandchild = Some("parent"), Some("child"), Recorder("grandchild")
    parent.add(child)
    child.add(grandchild)
    while collector.peek():
        collector.peek().dispatch(parent)
        collector.pop()


@scenario("events are dispatched as another kind when asked")
def dispatch_as():
    collector, connection = Collector(), Connection()
    connection.collect(collector)
    handler = Some("handler")
    collector.peek().dispatch(handler, Event.CONNECTION_INIT)
    collector.peek().dispatch(handler, EventType("own_kind", method="on_own_kind"))


@scenario("handlers of links, sessions and connections are found nearest first")
def nearest():
    collector, connection = Collector(), Connection()
    connection.collect(collector)
    session = connection.session()
    link = session.sender("s")
    of_connection, of_session, of_link = Some("connection"), Some("session"), Some("link")

    def found():
        connection.collect(collector)
        names = []
        while collector.peek():
            handler = collector.peek().handler
            names.append(getattr(handler, "name", None) if handler else None)
            collector.pop()
        return names
    say(found())
    for endpoint, handler in ((connection, of_connection), (session, of_session), (link, of_link)):
        endpoint.handler = handler
        say(found())
    for endpoint in (connection, session, link):
        endpoint.handler = None
    say(found())


@scenario("an event is merged with the last one when both are the same")
def merged():
    collector, connection = Collector(), Connection()
    connection.collect(collector)
    transport = Transport()
    transport.bind(connection)
    connection.open()
    session = connection.session()
    session.open()
    session.close()
    say(events(collector))
    transport.close_tail()
    transport.close_tail()
    transport.close_head()
    say(events(collector))


@scenario("objects in events are the same objects every time")
def identity():
    collector, connection = Collector(), Connection()
    connection.collect(collector)
    connection.note = "kept"
    say(collector.peek().connection == connection, collector.peek().connection.note, collector.peek().context.note)
    say(collector.peek().connection == collector.peek().connection, hash(connection) == hash(collector.peek().connection))
    del connection
    say(collector.peek().connection.note)
    collector.pop()


confirm_library()
