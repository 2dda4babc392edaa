"""Differential script: two connections joined in memory through the Python binding."""
from proton import SASL, Condition, Delivery, Endpoint, Message, Terminus, Transport, symbol

from pair import Side, opened, pair, settle
from transcript import attempt, confirm_library, say, section


def open_and_close():
    section("open and close")
    a, b = pair()
    a.connection.hostname = "host"
    a.connection.offered_capabilities = [symbol("one"), symbol("two")]
    a.connection.properties = {symbol("product"): "script"}
    a.transport.idle_timeout = 30
    a.connection.open()
    settle(a, b)
    remote = b.connection
    say(remote.remote_container, remote.remote_hostname, remote.remote_offered_capabilities, remote.remote_properties)
    say(b.transport.remote_idle_timeout, b.transport.remote_max_frame_size, b.transport.channel_max)
    b.connection.open()
    b.connection.condition = Condition("app:over", "that is all", {symbol("k"): 1})
    b.connection.close()
    settle(a, b)
    say(a.connection.remote_condition, a.connection.state, b.connection.state)
    a.connection.close()
    settle(a, b)
    say(a.transport.closed, b.transport.closed, a.transport.frames_input, a.transport.frames_output)


def messages_and_outcomes():
    section("messages")
    a, b = opened()
    sender = a.session.sender("work")
    sender.target.address = "queue"
    sender.source.dynamic = True
    sender.open()
    settle(a, b)
    receiver = b.link
    say(receiver.remote_target.address, receiver.remote_source.dynamic, receiver.remote_source.type == Terminus.SOURCE)
    receiver.source.copy(receiver.remote_source)
    receiver.target.copy(receiver.remote_target)
    receiver.open()
    receiver.flow(6)
    settle(a, b)
    sent = []
    for n in range(5):
        delivery = sender.delivery("tag-%d" % n)
        sender.send(Message(id=n, body={"n": n, "text": "x" * n * 100}).encode())
        sender.advance()
        sent.append(delivery)
    settle(a, b)
    for n in range(5):
        delivery = receiver.current
        message = Message()
        message.decode(receiver.recv(delivery.pending))
        say(message.id, repr(message.body)[:60])
        receiver.advance()
        if n == 1:
            delivery.local.condition = Condition("app:no", "not this one")
        if n == 2:
            delivery.local.failed = True
            delivery.local.annotations = {symbol("tries"): 2}
        delivery.update([Delivery.ACCEPTED, Delivery.REJECTED, Delivery.MODIFIED, Delivery.RELEASED, 0][n])
        if n != 3:
            delivery.settle()
    settle(a, b)
    for delivery in sent:
        remote = delivery.remote
        say(delivery.remote_state, delivery.settled, remote.type)
        if remote.type == Delivery.REJECTED:
            say(remote.condition)
        if remote.type == Delivery.MODIFIED:
            say(remote.failed, remote.undeliverable, remote.annotations)
        delivery.settle()
    settle(a, b)
    say(sender.unsettled, receiver.unsettled, sender.credit, receiver.credit)
    receiver.drain(0)
    settle(a, b)
    say("drained", sender.drained())
    settle(a, b)
    sender.close()
    settle(a, b)
    receiver.condition = Condition("app:bye", "for good")
    receiver.close()
    settle(a, b)
    say(sender.remote_condition, sender.state)


def sasl():
    section("sasl")
    a, b = Side("a", Transport.CLIENT), Side("b", Transport.SERVER)
    a.transport.sasl().allowed_mechs("ANONYMOUS")
    b.transport.sasl().allowed_mechs("ANONYMOUS")
    a.bind()
    b.bind()
    a.connection.open()
    b.connection.open()
    settle(a, b)
    say(a.transport.sasl().outcome == SASL.OK, b.transport.sasl().mech, b.transport.user, b.transport.authenticated)


def nonsense():
    section("nonsense")
    a, _ = pair()
    a.connection.open()
    a.transport.pending()
    attempt("push", lambda: a.transport.push(b"HTTP/1.1 200 OK\r\n\r\n"))
    a.events()
    say(a.transport.condition, a.transport.capacity())
    attempt("push more", lambda: a.transport.push(b"more"))
    attempt("unbind", a.transport.unbind)
    a.events()


def references():
    section("references")
    a, b = opened()
    links = [a.session.sender("s%d" % n) for n in range(3)]
    say([link.name for link in walk(a.connection.link_head(Endpoint.LOCAL_UNINIT))])
    del links
    say(a.connection.session_head(0) == a.session, a.session.connection == a.connection)
    a.session.close()
    a.session.free()
    settle(a, b)
    a.connection.free()
    a.transport.unbind()
    a.events()


def walk(link):
    while link:
        yield link
        link = link.next(Endpoint.LOCAL_UNINIT)


open_and_close()
messages_and_outcomes()
sasl()
nonsense()
references()
confirm_library()
