"""Differential script: `proton.reactor`, its container, options of connections and links, timers and events of one's own."""
import threading

from proton import Condition, Delivery, Link, Message, Terminus, symbol
from proton.handlers import MessagingHandler
from proton.reactor import (ApplicationEvent, AtLeastOnce, AtMostOnce, Backoff, Container, Copy, DurableSubscription,
                            DynamicNodeProperties, EventInjector, Filter, LinkOption, Move, ReceiverOption, Selector,
                            SenderOption)

from net import Client, Log, Server, free_port
from pair import opened
from transcript import attempt, confirm_library, plain, say, scenario


def tree(data):
    data.rewind()
    values = []
    while data.next() is not None:
        values.append(plain(data.get_object()))
    return values


class Telling(Server):
    """Tells how links arrive, gives dynamic ones an address, and closes the connection then."""

    def __init__(self, links=1, **options):
        super(Telling, self).__init__(quiet="on_link_opened on_sendable", **options)
        self.links = links

    def on_link_opening(self, event):
        link = event.link
        source, target = link.remote_source, link.remote_target
        self.log(link.name, "sender" if link.is_sender else "receiver", link.remote_snd_settle_mode,
                 link.remote_rcv_settle_mode)
        for what, terminus in (("source", source), ("target", target)):
            self.log(what, terminus.type, terminus.address, terminus.dynamic, terminus.durability, terminus.expiry_policy,
                     terminus.timeout, terminus.distribution_mode)
            self.log(what, tree(terminus.properties), tree(terminus.capabilities), tree(terminus.filter))
        link.source.copy(source)
        link.target.copy(target)
        if source.dynamic:
            link.source.address = "made-up"

    def on_link_opened(self, event):
        super(Telling, self).on_link_opened(event)
        self.links -= 1
        if self.links == 0:
            event.connection.close()


class Opening(Client):
    def __init__(self, server, make, **options):
        super(Opening, self).__init__(server, **options)
        self.make = make

    def begin(self, event):
        self.make(event.container, self.connection)

    def on_link_opened(self, event):
        super(Opening, self).on_link_opened(event)
        self.log(event.link.source.address, event.link.remote_source.address, event.link.remote_target.address)


def link_of(name, make):
    @scenario("a link made with %s asks for that" % name)
    def asked():
        with Telling() as server:
            Opening(server, make).run()


RECEIVING = {
    "no options": {}, "a target": {"target": "there"}, "dynamic": {"dynamic": True, "source": None},
    "Selector": {"options": Selector("colour = 'green'")}, "Copy": {"options": Copy()}, "Move": {"options": Move()},
    "DurableSubscription": {"options": [DurableSubscription(), Copy()]}, "AtMostOnce": {"options": AtMostOnce()},
    "AtLeastOnce": {"options": AtLeastOnce()},
    "Filter": {"options": Filter({symbol("mine"): "text"})},
    "DynamicNodeProperties": {"dynamic": True, "source": None, "options": DynamicNodeProperties({"x": 1, symbol("y"): "z"})},
}
for each, how in RECEIVING.items():
    link_of("a receiver and %s" % each, lambda container, connection, how=how: container.create_receiver(
        connection, **dict({"source": "queue", "name": "in"}, **how)))
SENDING = {
    "no options": {}, "a source": {"source": "here"}, "AtMostOnce": {"options": AtMostOnce()},
    "AtLeastOnce": {"options": [AtLeastOnce()]}, "an option for receivers": {"options": Copy()}, "no target": {"target": None},
}
for each, how in SENDING.items():
    link_of("a sender and %s" % each, lambda container, connection, how=how: container.create_sender(
        connection, **dict({"target": "queue", "name": "out"}, **how)))


@scenario("a link is named after the container unless a name is given")
def names():
    connection = opened(quiet=True)[0].connection
    container = Container()
    container.container_id = "container"
    sender, receiver = container.create_sender(connection, "queue"), container.create_receiver(connection, "queue")
    say(sender.name.endswith("queue"), receiver.name.endswith("queue"))
    say(sender.name != container.create_sender(connection, "queue").name, container.create_sender(connection).name != "")
    say(sender.session == receiver.session)


@scenario("options of links know whom they fit")
def fits():
    session = opened(quiet=True)[0].session
    links = session.sender("s"), session.receiver("r")
    for option in (LinkOption(), SenderOption(), ReceiverOption(), AtMostOnce(), AtLeastOnce(), Copy(), Move(), Selector("x"),
                   DurableSubscription(), DynamicNodeProperties(), Filter()):
        say(type(option).__name__, [option.test(link) for link in links])

    class Own(LinkOption):
        def apply(self, link):
            link.snd_settle_mode = Link.SND_MIXED
    say(Container().create_sender(links[0].connection, "x", name="own", options=[Own(), AtMostOnce()]).snd_settle_mode)
    say(Terminus.SOURCE, links[1].source.type)


class Connecting(Server):
    def on_connection_opening(self, event):
        connection = event.connection
        self.log(connection.remote_container, (connection.remote_hostname or "").replace(str(self.port), "PORT"),
                 plain(connection.remote_properties), plain(connection.remote_offered_capabilities),
                 plain(connection.remote_desired_capabilities))
        self.log(event.transport.remote_max_frame_size, event.transport.remote_idle_timeout, event.transport.sasl().mech,
                 event.transport.user)

    def on_connection_opened(self, event):
        super(Connecting, self).on_connection_opened(event)
        event.connection.close()


def connection_with(options):
    @scenario("a connection made with %s tells the server so" % ", ".join(sorted(options)))
    def told():
        with Connecting() as server:
            Client(server, connect=options).run()


for each in ({"virtual_host": "virtual"}, {"virtual_host": ""}, {"heartbeat": 30}, {"properties": {"product": "script"}},
             {"offered_capabilities": "one"}, {"desired_capabilities": ["one", symbol("two")]},
             {"sasl_enabled": True, "allowed_mechs": "ANONYMOUS"}, {"sasl_enabled": True}, {"max_frame_size": 1024},
             {"sasl_enabled": True, "user": "me", "allowed_mechs": "ANONYMOUS"}):
    connection_with(each)


@scenario("a nonsensical set of options is refused")
def nonsense():
    for options in ({"url": "a", "urls": ["b"]}, {"url": "h", "address": "b"}, {"url": 5}):
        attempt(sorted(options), lambda: Container().connect(**options) is not None)
    attempt("url", lambda: Container().connect("127.0.0.1:1", reconnect=False) is not None)
    attempt("handler", lambda: Container().create_sender("127.0.0.1:1/queue", name="x").target.address)


class ByUrl(Client):
    """Makes a link from a URL alone."""

    def on_start(self, event):
        self.sender = event.container.create_sender(self.server.url("/queue"), name="out")

    def on_sendable(self, event):
        if not self.sender.unsettled:
            self.sender.send(Message("by url"))

    def on_accepted(self, event):
        super(ByUrl, self).on_accepted(event)
        event.connection.close()


@scenario("a link is made from a URL alone")
def by_url():
    with Server(quiet="on_session_closing") as server:
        ByUrl(server).run()


class Persistent(MessagingHandler):
    """Connects again and again until a connection is opened."""

    def __init__(self, server, log, urls):
        super(Persistent, self).__init__()
        self.server, self.log, self.urls = server, log, urls

    def on_start(self, event):
        event.container.container_id = "client"
        event.container.connect(urls=self.urls, reconnect=Backoff(initial=0.01, max_delay=0.02), sasl_enabled=False)

    def on_connection_opened(self, event):
        self.log("opened")
        event.connection.close()

    def on_disconnected(self, event):
        self.log("disconnected", event.connection.state)


class CutTwice(Server):
    def on_connection_opened(self, event):
        super(CutTwice, self).on_connection_opened(event)
        if self.connections > 1:
            event.transport.close_tail()
            event.transport.close_head()


@scenario("a cut connection is made again")
def reconnect():
    with CutTwice(connections=3, quiet="on_disconnected on_transport_error") as server:
        log = Log("client")
        Container(Persistent(server, log, [server.url()])).run()
        log.tell()


@scenario("the next URL is tried when one does not answer")
def failover():
    with Server() as server:
        log = Log("client")
        Container(Persistent(server, log, ["127.0.0.1:%d" % free_port(), server.url()])).run()
        log.tell()


@scenario("back-off grows up to its limit")
def backoff():
    delay = iter(Backoff(initial=0.1, max_delay=1, factor=2)) if hasattr(Backoff, "__iter__") else None
    if delay:
        say([round(next(delay), 3) for _ in range(6)])
    attempt("defaults", lambda: isinstance(Backoff(), Backoff))


class Refused(MessagingHandler):
    def __init__(self, port):
        super(Refused, self).__init__()
        self.port = port

    def on_start(self, event):
        event.container.connect("127.0.0.1:%d" % self.port, reconnect=False)

    def on_transport_error(self, event):
        say("error", event.transport.condition.name)

    def on_disconnected(self, event):
        say("disconnected")


@scenario("a connection that nobody takes is told as an error")
def refused():
    Container(Refused(free_port())).run()


class Timed(MessagingHandler):
    def on_start(self, event):
        self.count = 0
        self.first = event.container.schedule(0.02, self)
        self.second = event.container.schedule(0.01, self)
        self.never = event.container.schedule(100, self)
        self.never.cancel()
        say("scheduled")

    def on_timer_task(self, event):
        self.count += 1
        say("timer", self.count, event.container is not None)
        if self.count == 2:
            event.container.stop()

    def on_reactor_final(self, event):
        say("final")


@scenario("timers come in the order of their times")
def timers():
    Container(Timed()).run()


class Injected(MessagingHandler):
    def __init__(self):
        super(Injected, self).__init__()
        self.injector = EventInjector()

    def on_start(self, event):
        event.container.selectable(self.injector)
        threading.Thread(target=self.inject, args=(event.container,), daemon=True).start()

    def inject(self, _container):
        for number in range(2):
            self.injector.trigger(ApplicationEvent("own_event", subject="subject %d" % number))
        self.injector.close()

    def on_own_event(self, event):
        say("own", event.subject, event.type.name if hasattr(event.type, "name") else event.type, event.connection)


@scenario("events of one's own come in from another thread")
def injected():
    Container(Injected()).run()
    say(repr(ApplicationEvent("shown", subject=5).subject), ApplicationEvent("shown").context is None)


class Stages(MessagingHandler):
    def on_reactor_init(self, event):
        say("init")
        super(Stages, self).on_reactor_init(event)

    def on_start(self, event):
        say("start")

    def on_reactor_quiesced(self, event):
        say("quiesced")

    def on_reactor_final(self, event):
        say("final")


@scenario("a container with nothing to do starts and ends")
def nothing():
    Container(Stages()).run()
    container = Container(Stages())
    container.container_id = "mine"
    say(container.container_id, Container().container_id != Container().container_id)
    container.start()
    say([container.process() for _ in range(2)])
    container.stop()
    attempt("timeout", lambda: setattr(container, "timeout", 1.5) or container.timeout)


class Peers(Server):
    """A server that sends to whom asks for it."""

    def on_sendable(self, event):
        if event.sender.credit and not event.sender.unsettled:
            event.sender.send(Message("for you", annotations={symbol("a"): 1}))

    def on_settled(self, event):
        self.log("on_settled", event.delivery.tag)
        event.connection.close()


@scenario("a server sends what a client asks for")
def asks():
    with Peers() as server:
        Opening(server, lambda container, connection: container.create_receiver(connection, "q", name="in")).run()


@scenario("outcomes and conditions have their names")
def named():
    say(repr(Delivery.ACCEPTED), Condition("a") == Condition("a"))


confirm_library()
