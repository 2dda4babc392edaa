"""Differential script: deliveries and their dispositions, sent, read, settled and given up."""
from proton import Condition, Delivery, Disposition, Link, Message, symbol, ulong

from pair import attached, settle
from transcript import attempt, confirm_library, fields, plain, say, scenario

DELIVERY = ("tag readable writable updated pending partial aborted settled local_state remote_state")


def send(a, tag, octets=b"octets"):
    delivery = a.link.delivery(tag)
    a.link.stream(octets)
    a.link.advance()
    return delivery


def look(what, delivery):
    say(what, *("%s=%r" % (name, plain(getattr(delivery, name)) if name == "tag" else getattr(delivery, name))
                for name in DELIVERY.split()))


@scenario("a delivery goes through its life on both sides")
def life():
    a, b = attached(credit=1, quiet=False)
    sent = a.link.delivery("tag")
    look("new", sent)
    say(a.link.stream(b"one"), a.link.stream(b"two"), a.link.stream(b""))
    look("filled", sent)
    say(a.link.advance(), a.link.advance())
    look("advanced", sent)
    settle(a, b)
    got = b.link.current
    look("arrived", got)
    say(got.link == b.link, got.session == b.session, got.connection == b.connection, got.transport == b.transport)
    say(b.link.recv(4), b.link.recv(100), b.link.recv(1), b.link.advance())
    got.update(Delivery.ACCEPTED)
    look("accepted", got)
    settle(a, b)
    look("told", sent)
    sent.settle()
    settle(a, b)
    look("settled there", got)
    got.settle()
    settle(a, b)
    say(a.link.unsettled, b.link.unsettled)


@scenario("tags are any bytes")
def tags():
    a, b = attached(credit=9)
    for tag in ("text", "\u20ac", "", "x" * 32, "x" * 33, b"octets", 5):
        attempt(repr(tag), lambda: plain(send(a, tag).tag))
    settle(a, b)
    while b.link.current:
        say(plain(b.link.current.tag))
        b.link.advance()


@scenario("senders count their tags")
def counted():
    a, _ = attached(credit=5)
    say([plain(a.link.delivery_tag()) for _ in range(3)])
    say(plain(a.link.send(Message("m")).tag), plain(a.link.send(Message("m"), tag="own").tag))


def outcome(name, prepare):
    @scenario("the outcome %s is told" % name)
    def told():
        a, b = attached(credit=5, quiet=False)
        sent = send(a, "t")
        settle(a, b)
        got = b.link.current
        prepare(got)
        settle(a, b)
        look("sender", sent)
        for side in (got.local, sent.remote):
            fields(side, "type section_number section_offset failed undeliverable condition")
            say(plain(side.annotations), plain(side.data))
        got.settle()
        settle(a, b)
        look("settled", sent)


def rejected(delivery):
    delivery.local.condition = Condition("app:no", "not this one", {symbol("k"): 1})
    delivery.update(Delivery.REJECTED)


def modified(delivery):
    delivery.local.failed = delivery.local.undeliverable = True
    delivery.local.annotations = {symbol("tries"): 2, "text": [1]}
    delivery.update(Delivery.MODIFIED)


def received(delivery):
    delivery.local.section_number, delivery.local.section_offset = 3, 2 ** 40
    delivery.update(Delivery.RECEIVED)


def custom(delivery):
    delivery.local.data = [1, "two", ulong(3)]
    delivery.update(0x99)


for each, how in (("accepted", lambda got: got.update(Delivery.ACCEPTED)), ("rejected", rejected),
                  ("rejected without a condition", lambda got: got.update(Delivery.REJECTED)), ("modified", modified),
                  ("modified with nothing", lambda got: got.update(Delivery.MODIFIED)), ("received", received),
                  ("released", lambda got: got.update(Delivery.RELEASED)), ("of another number", custom)):
    outcome(each, how)


@scenario("a delivery may be settled without an outcome")
def no_outcome():
    a, b = attached(credit=5, quiet=False)
    sent = send(a, "t")
    settle(a, b)
    b.link.current.settle()
    settle(a, b)
    look("sender", sent)
    say(repr(sent.remote.type), a.link.unsettled, b.link.unsettled)


@scenario("a sender that settles at once hears nothing")
def presettled():
    a, b = attached(credit=5, quiet=False, prepare=lambda link: setattr(link, "snd_settle_mode", Link.SND_SETTLED))
    sent = send(a, "t")
    sent.settle()
    settle(a, b)
    look("got", b.link.current)
    b.link.current.update(Delivery.ACCEPTED)
    b.link.current.settle()
    settle(a, b)
    say(a.link.unsettled, b.link.unsettled)


@scenario("an update may follow another until the delivery is settled")
def updates():
    a, b = attached(credit=5)
    sent = send(a, "t")
    settle(a, b)
    got = b.link.current
    for state in (Delivery.RECEIVED, Delivery.ACCEPTED, Delivery.RELEASED):
        got.update(state)
        settle(a, b)
        say(repr(sent.remote_state), sent.updated, repr(got.local_state))
    got.settle()
    got.update(Delivery.ACCEPTED)
    settle(a, b)
    look("sender", sent)


@scenario("a sender can give a state too")
def sender_state():
    a, b = attached(credit=5)
    sent = send(a, "t")
    settle(a, b)
    sent.update(Delivery.RECEIVED)
    settle(a, b)
    look("receiver", b.link.current)
    sent.update(Delivery.ACCEPTED)
    sent.settle()
    settle(a, b)
    look("receiver", b.link.current)


@scenario("a long message comes in parts")
def parts():
    a, b = attached(credit=1, frame_size=512)
    sent = a.link.delivery("long")
    a.link.stream(b"x" * 1000)
    settle(a, b)
    got = b.link.current
    look("first part", got)
    say(len(b.link.recv(300)), b.link.queued)
    a.link.stream(b"y" * 600)
    a.link.advance()
    settle(a, b)
    look("the rest", got)
    octets = b.link.recv(5000)
    say(len(octets), octets.count(b"y"), b.link.recv(1), sent.writable)


@scenario("an aborted delivery is told to the receiver")
def aborted():
    a, b = attached(credit=2, frame_size=512, quiet=False)
    sent = a.link.delivery("long")
    a.link.stream(b"x" * 1000)
    settle(a, b)
    sent.abort()
    settle(a, b)
    look("receiver", b.link.current)
    attempt("read", lambda: b.link.recv(100))
    b.link.current.settle()
    settle(a, b)
    say(a.link.credit, b.link.credit, a.link.unsettled, b.link.unsettled)
    send(a, "next")
    settle(a, b)
    look("receiver", b.link.current)


@scenario("a delivery can be advanced past unread")
def unread():
    a, b = attached(credit=3)
    for number in range(3):
        send(a, "t%d" % number, b"x" * 10)
    settle(a, b)
    say(plain(b.link.current.tag), b.link.advance(), plain(b.link.current.tag), b.link.recv(4), b.link.advance())
    say(plain(b.link.current.tag), b.link.queued, b.link.unsettled)


@scenario("a message is sent and received by its link")
def messages():
    a, b = attached(credit=2)
    sent = Message({"k": [1, None]}, subject="s").send(a.link, tag="m")
    say(plain(sent.tag))
    got = Message()
    say(got.recv(b.link))
    settle(a, b)
    say(got.recv(b.link) is not None, plain(got.body), got.subject, b.link.current)
    attempt("receive from a sender", lambda: Message().recv(a.link))
    attempt("send what is no message", lambda: a.link.send("text"))


@scenario("dispositions are kept on the local side until told")
def local_side():
    a, b = attached(credit=2)
    sent = send(a, "t")
    settle(a, b)
    local = b.link.current.local
    for name, values in (("section_number", (0, 5, 2 ** 32 - 1, 2 ** 32, -1)), ("section_offset", (0, 2 ** 64 - 1, -1)),
                         ("failed", (True, False)), ("undeliverable", (True, False)), ("annotations", ({symbol("a"): 1}, None)),
                         ("condition", (Condition("x"), None)), ("data", ([1], None))):
        for value in values:
            def set_and_get():
                setattr(local, name, value)
                return plain(getattr(local, name))
            attempt("%s %r" % (name, value), set_and_get)
    attempt("the remote side", lambda: setattr(sent.remote, "failed", True))
    say([(name, repr(getattr(Disposition, name))) for name in sorted(dir(Disposition)) if name.isupper()])
    say([(name, repr(getattr(Delivery, name))) for name in sorted(dir(Delivery)) if name.isupper()])


@scenario("links and deliveries refuse what does not fit them")
def misfits():
    a, b = attached(credit=1)
    attempt("receive where nothing is", lambda: b.link.recv(10))
    attempt("receive without a limit", lambda: b.link.recv(0))
    attempt("stream without a delivery", lambda: a.link.stream(b"x"))
    sent = send(a, "t")
    settle(a, b)
    attempt("receive nothing", lambda: b.link.recv(0))
    attempt("receive less than nothing", lambda: b.link.recv(-1))
    attempt("a state of text", lambda: b.link.current.update("text"))
    sent.settle()
    say(sent.settled, a.link.unsettled)


confirm_library()
