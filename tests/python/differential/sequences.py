"""Differential script: random sequences of legal calls on a pair of connections, event by event.

A seed makes the same sequence on every library. What both libraries are known to do differently (docs/differences.md)
is kept out of the sequences: links are opened on open sessions only, and nothing is freed or aborted.
"""
import random

from proton import Collector, Connection, Delivery, Endpoint, Link, Session, Transport

from transcript import confirm_library, say, section

SEEDS = range(120)
STEPS = 60
CALLS = ("session link flow flow send send receive receive advance update settle pump pump "
         "half half drained").split()


class Side(object):
    """A connection with its transport, its events, and what the peer and we have opened."""

    def __init__(self, name, mode):
        self.name = name
        self.connection = Connection()
        self.connection.container = name
        self.collector = Collector()
        self.connection.collect(self.collector)
        self.transport = Transport(mode)
        self.transport.max_frame_size = 1024
        self.transport.bind(self.connection)
        self.sessions, self.links, self.deliveries = [], [], []

    def receivers(self):
        return [link for link in self.links if link.is_receiver]

    def senders(self):
        return [link for link in self.links if link.is_sender]

    def note(self, kind, context):
        known = {"PN_SESSION_REMOTE_OPEN": self.sessions, "PN_LINK_REMOTE_OPEN": self.links,
                 "PN_DELIVERY": self.deliveries}.get(kind)
        if known is not None and context not in known:
            known.append(context)

    def tell(self):
        """Prints what has happened on this side."""
        while self.collector.peek():
            event = self.collector.peek()
            kind, context = event.type.name, event.context
            say(self.name, kind, describe(context))
            self.note(kind, context)
            self.collector.pop()

    def status(self):
        links = ["%s %d/%d/%d/%d" % (link.name, link.credit, link.queued, link.unsettled, link.state)
                 for link in self.links]
        sessions = ["%d/%d" % (session.incoming_bytes, session.outgoing_bytes) for session in self.sessions]
        say(" ", self.name, " ".join(links), "|", " ".join(sessions), "|", self.transport.condition)


def describe(context):
    if isinstance(context, Delivery):
        return "%s local %s remote %s settled %s updated %s partial %s pending %d" % (
            context.tag, context.local_state, context.remote_state, context.settled, context.updated,
            context.partial, context.pending)
    if isinstance(context, Link):
        return "%s %s" % ("sender" if context.is_sender else "receiver", context.name)
    return "%d" % context.state if isinstance(context, (Connection, Session)) else ""


def carry(source, target):
    """Moves what fits from one side to the other, and tells how much."""
    size = min(source.transport.pending(), target.transport.capacity())
    if size <= 0:
        return 0
    octets = source.transport.peek(size)
    target.transport.push(octets)
    source.transport.pop(len(octets))
    return len(octets)


def pump(a, b):
    moved = 1
    while moved:
        moved = 0
        for source, target in ((a, b), (b, a)):
            moved += carry(source, target)
            a.tell()
            b.tell()


class Sequence(object):
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.sides = Side("A", Transport.CLIENT), Side("B", Transport.SERVER)
        self.number = 0

    def run(self):
        for side in self.sides:
            side.connection.open()
        pump(*self.sides)
        for step in range(STEPS):
            side, call = self.random.choice(self.sides), self.random.choice(CALLS)
            say("#%d %s %s" % (step, side.name, call), getattr(self, call)(side))
            for each in self.sides:
                each.tell()
            for each in self.sides:
                each.status()
        pump(*self.sides)

    def session(self, side):
        if len(side.sessions) < 3:
            side.sessions.append(side.connection.session())
        self.random.choice(side.sessions).open()

    def link(self, side):
        ready = [session for session in side.sessions if session.state & Endpoint.LOCAL_ACTIVE]
        waiting = [link for link in side.links
                   if link.state & Endpoint.LOCAL_UNINIT and link.session.state & Endpoint.LOCAL_ACTIVE]
        if waiting:
            self.random.choice(waiting).open()
        elif ready and len(side.links) < 4:
            self.number += 1
            session = self.random.choice(ready)
            make = session.sender if self.random.random() < 0.6 else session.receiver
            link = make("l%d" % self.number)
            side.links.append(link)
            link.open()

    def flow(self, side):
        if side.receivers():
            credit = self.random.randint(1, 5)
            self.random.choice(side.receivers()).flow(credit)
            return credit

    def send(self, side):
        if not side.senders():
            return None
        link = self.random.choice(side.senders())
        self.number += 1
        if not link.current:
            side.deliveries.append(link.delivery("t%d" % self.number))
        sent = link.send(b"x" * self.random.choice((1, 10, 500, 3000)))
        if self.random.random() < 0.8:
            link.advance()
        return sent

    def receive(self, side):
        ready = [link for link in side.receivers() if link.current]
        if ready:
            octets = self.random.choice(ready).recv(self.random.choice((1, 100, 5000)))
            return None if octets is None else len(octets)

    def advance(self, side):
        ready = [link for link in side.links if link.current and not link.current.partial]
        return self.random.choice(ready).advance() if ready else None

    def update(self, side):
        ready = [delivery for delivery in side.deliveries if delivery.link and not delivery.partial]
        if ready:
            state = self.random.choice((Delivery.ACCEPTED, Delivery.REJECTED, Delivery.RELEASED, Delivery.MODIFIED))
            self.random.choice(ready).update(state)

    def settle(self, side):
        ready = [delivery for delivery in side.deliveries if not delivery.partial]
        if ready:
            delivery = self.random.choice(ready)
            side.deliveries.remove(delivery)
            if delivery.link.current in (None, delivery):
                delivery.settle()

    def pump(self, side):
        pump(*self.sides)

    def half(self, side):
        other = self.sides[1] if side is self.sides[0] else self.sides[0]
        carry(side, other)

    def drained(self, side):
        return self.random.choice(side.links).drained() if side.links else None


for seed in SEEDS:
    section("seed %d" % seed)
    Sequence(seed).run()
confirm_library()
