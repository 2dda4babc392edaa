"""Differential script: senders, receivers and their termini, property by property, and credit between them."""
from proton import Condition, Connection, Data, Described, Link, Receiver, Sender, Terminus, symbol, ulong

from pair import attached, opened, settle
from transcript import attempt, confirm_library, fields, plain, say, scenario

LINK = ("name state is_sender is_receiver credit queued available unsettled current drain_mode snd_settle_mode "
        "rcv_settle_mode remote_snd_settle_mode remote_rcv_settle_mode max_message_size remote_max_message_size "
        "properties remote_properties remote_condition condition handler")
TERMINUS = "type address durability expiry_policy timeout dynamic distribution_mode"
TREES = "properties capabilities outcomes filter"


def tree(data):
    """The values of a `Data`."""
    data.rewind()
    values = []
    while data.next() is not None:
        values.append(plain(data.get_object()))
    return values


def say_terminus(what, terminus):
    say(what, *("%s=%r" % (name, getattr(terminus, name)) for name in TERMINUS.split()))
    say(what, *("%s=%s" % (name, tree(getattr(terminus, name))) for name in TREES.split()))


@scenario("a new link has nothing set")
def new_link():
    session = Connection().session()
    for link in (session.sender("s"), session.receiver("r")):
        fields(link, LINK)
        say(link.session == session, link.connection == session.connection, isinstance(link, Link))
        for terminus in (link.source, link.target, link.remote_source, link.remote_target):
            say_terminus("terminus", terminus)


@scenario("links of one name are different links")
def names():
    session = Connection().session()
    one, two = session.sender("same"), session.sender("same")
    say(one == two, one.name, two.name, isinstance(one, Sender), isinstance(session.receiver("same"), Receiver))
    for name in ("", "\u20ac", "x" * 300, None, 5):
        attempt(repr(name)[:20], lambda: session.sender(name).name[:20])


@scenario("the settings of a link are kept within their range")
def settings():
    link = Connection().session().receiver("r")
    for name, values in (("snd_settle_mode", (0, 1, 2, 3, "x")), ("rcv_settle_mode", (0, 1, 2, "x")),
                         ("max_message_size", (0, 1, 2 ** 32, 2 ** 64 - 1, 2 ** 64, -1)), ("drain_mode", (True, False, 1))):
        for value in values:
            def set_and_get():
                setattr(link, name, value)
                return getattr(link, name)
            attempt("%s %r" % (name, value), set_and_get)


@scenario("the settings of a terminus are kept within their range")
def terminus_settings():
    link = Connection().session().receiver("r")
    source = link.source
    for name, values in (("type", (0, 1, 2, 3, 4)), ("address", ("a", "", "\u20ac", None, 5)),
                         ("durability", (0, 1, 2, 3)), ("expiry_policy", (0, 1, 2, 3, 4)),
                         ("timeout", (0, 1, 2 ** 32 - 1, 2 ** 32, -1)), ("dynamic", (True, False, 1)),
                         ("distribution_mode", (0, 1, 2, 3))):
        for value in values:
            def set_and_get():
                setattr(source, name, value)
                return getattr(source, name)
            attempt("%s %r" % (name, value), set_and_get)
    say([(name, getattr(Terminus, name)) for name in sorted(dir(Terminus)) if name.isupper()])
    say([(name, getattr(Link, name)) for name in sorted(dir(Link)) if name.isupper()])


@scenario("what an attach carries arrives at the peer")
def attach_carries():
    a, b = opened()
    link = a.session.receiver("full")
    link.snd_settle_mode, link.rcv_settle_mode = Link.SND_SETTLED, Link.RCV_SECOND
    link.max_message_size = 12345
    link.properties = {"weight": 12, symbol("deep"): [1]}
    source, target = link.source, link.target
    source.address, target.address = "from", "to"
    source.durability, source.expiry_policy, source.timeout = Terminus.DELIVERIES, Terminus.EXPIRE_NEVER, 300
    source.distribution_mode = Terminus.DIST_MODE_COPY
    source.filter.put_dict({symbol("selector"): Described(symbol("apache.org:selector-filter:string"), "a = 1")})
    source.outcomes.put_object([symbol("amqp:accepted:list")])
    source.capabilities.put_object(symbol("queue"))
    target.dynamic = True
    target.properties.put_dict({symbol("lifetime"): Described(ulong(43), [])})
    link.open()
    settle(a, b)
    fields(b.link, LINK)
    say_terminus("source", b.link.remote_source)
    say_terminus("target", b.link.remote_target)
    b.link.source.copy(b.link.remote_source)
    b.link.target.copy(b.link.remote_target)
    b.link.target.address = "made up"
    b.link.open()
    settle(a, b)
    say_terminus("source", link.remote_source)
    say_terminus("target", link.remote_target)
    fields(link, LINK)


@scenario("a coordinator and an absent target are told apart")
def coordinators():
    for kind in (Terminus.UNSPECIFIED, Terminus.TARGET, Terminus.COORDINATOR):
        a, b = opened(quiet=True)
        link = a.session.sender("l%d" % kind)
        link.target.type = kind
        link.target.address = "somewhere"
        link.target.capabilities.put_object(symbol("amqp:local-transactions"))
        link.open()
        settle(a, b)
        say_terminus("target", b.link.remote_target)


@scenario("a terminus is copied with its trees and keeps its own")
def copies():
    session = Connection().session()
    links = session.receiver("one"), session.receiver("two")
    one, two = links[0].source, links[1].source
    one.address, one.timeout, one.dynamic = "one", 5, True
    one.properties.put_dict({symbol("k"): 1})
    one.capabilities.put_object(symbol("c"))
    two.address = "two"
    two.copy(one)
    say_terminus("copy", two)
    one.address = "changed"
    one.properties.clear()
    say_terminus("copy", two)


@scenario("a link is closed or detached, with a condition or without")
def closing():
    for how in ("close", "detach"):
        for condition in (None, Condition("app:gone", "for good", {symbol("where"): "there"})):
            a, b = attached(quiet=False)
            a.link.condition = condition
            getattr(a.link, how)()
            settle(a, b)
            say(b.link.state, b.link.remote_condition)
            getattr(b.link, how)()
            settle(a, b)
            say(a.link.state, b.link.state)
            a.link.free()
            b.link.free()
            settle(a, b)


@scenario("links are found by their state, in their order")
def heads():
    a, b = opened(quiet=True)
    links = [a.session.sender("s%d" % number) for number in range(3)] + [a.session.receiver("r")]
    links[1].open()
    links[3].open()
    settle(a, b)

    def found(mask):
        link, names_ = a.connection.link_head(mask), []
        while link:
            names_.append(link.name)
            link = link.next(mask)
        return names_
    for mask in (0, 1, 2, 4, 8, 16, 9, 10, 18):
        say(mask, found(mask))
    links[1].close()
    links[0].free()
    settle(a, b)
    say(found(0), found(4))


@scenario("credit is granted, spent and granted again")
def credit():
    a, b = attached(quiet=False)
    say(a.link.credit, b.link.credit)
    b.link.flow(3)
    say(b.link.credit)
    settle(a, b)
    say(a.link.credit, b.link.credit)
    for number in range(4):
        a.link.delivery("t%d" % number)
        a.link.stream(b"x")
        a.link.advance()
        say(a.link.credit, a.link.queued, a.link.unsettled)
    settle(a, b)
    say(a.link.credit, a.link.queued, b.link.credit, b.link.queued)
    b.link.flow(2)
    settle(a, b)
    say(a.link.credit, a.link.queued, b.link.credit, b.link.queued, b.link.unsettled)


@scenario("a drain takes back what is not used")
def drain():
    a, b = attached(quiet=False)
    b.link.drain(5)
    say(b.link.drain_mode, b.link.draining(), b.link.credit)
    settle(a, b)
    say(a.link.drain_mode, a.link.credit, b.link.draining())
    a.link.delivery("one")
    a.link.stream(b"x")
    a.link.advance()
    say("given back", a.link.drained())
    settle(a, b)
    say(a.link.credit, b.link.credit, b.link.draining(), "told", b.link.drained(), b.link.drained(), b.link.drain_mode)
    b.link.drain_mode = False
    b.link.flow(1)
    settle(a, b)
    say(a.link.credit, b.link.credit, a.link.drain_mode, a.link.drained())


@scenario("an offer tells the receiver what waits")
def offer():
    a, b = attached(credit=1)
    for number in (7, 0, -1):
        a.link.offered(number)
        b.link.flow(1)
        settle(a, b)
        a.link.delivery("t%d" % number)
        a.link.stream(b"x")
        a.link.advance()
        settle(a, b)
        say(a.link.available, b.link.available, b.link.credit)


@scenario("a link attached twice under one name is one link for the peer")
def same_name():
    a, b = attached(name="same")
    a.link.close()
    b.link.close()
    settle(a, b)
    again = a.session.sender("same")
    again.open()
    settle(a, b)
    say(b.link.name, b.link.state, again.state, a.link.state)


@scenario("handlers and attributes stay with a link")
def attributes():
    a, _ = attached()
    a.link.note = "kept"
    say(a.connection.link_head(0).note, a.connection.link_head(0) == a.link)
    attempt("one never set", lambda: a.link.nonsense)
    say(isinstance(a.link.source.properties, Data))


confirm_library()
