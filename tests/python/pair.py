"""Two connections joined in memory, for the differential scripts: whatever happens on either side is told."""
from proton import Collector, Connection, Transport

from transcript import say


class Side(object):
    """A connection with its transport and events."""

    def __init__(self, name, mode, frame_size=4096):
        self.name = name
        self.connection = Connection()
        self.connection.container = name
        self.collector = Collector()
        self.connection.collect(self.collector)
        self.transport = Transport(mode)
        self.transport.max_frame_size = frame_size
        self.session = self.link = self.delivery = None
        self.quiet = False

    def bind(self):
        self.transport.bind(self.connection)

    def events(self):
        """Tells and remembers what has happened."""
        event = self.collector.peek()
        while event:
            if not self.quiet:
                say(self.name, event.type, self.describe(event))
            if event.delivery:
                self.delivery = event.delivery
            if str(event.type) == "PN_SESSION_REMOTE_OPEN":
                self.session = event.session
            if str(event.type) == "PN_LINK_REMOTE_OPEN":
                self.link = event.link
            self.collector.pop()
            event = self.collector.peek()

    @staticmethod
    def describe(event):
        link, delivery = event.link, event.delivery
        if delivery:
            return "%s %s/%s settled=%s pending=%s" % (
                delivery.tag, delivery.local_state, delivery.remote_state, delivery.settled, delivery.pending)
        if link:
            return "%s credit=%s queued=%s state=%s" % (link.name, link.credit, link.queued, link.state)
        return ""


def carry(source, target):
    """Moves some octets; says whether there were any."""
    pending = source.transport.pending()
    if pending <= 0:
        if pending < 0 and target.transport.capacity() >= 0:
            target.transport.close_tail()
        return False
    octets = source.transport.peek(min(pending, 1024))
    accepted = target.transport.push(octets) if target.transport.capacity() > 0 else len(octets)
    source.transport.pop(len(octets) if accepted is None else accepted)
    return True


def settle(a, b):
    """Carries octets until both sides are silent."""
    moved = True
    while moved:
        a.events()
        b.events()
        moved = carry(a, b)
        b.events()
        moved = carry(b, a) or moved
    a.events()
    b.events()


def pair(**options):
    a, b = Side("a", Transport.CLIENT, **options), Side("b", Transport.SERVER, **options)
    a.bind()
    b.bind()
    return a, b


def opened(quiet=False, **options):
    """Two sides with connections and a session open."""
    a, b = pair(**options)
    a.quiet = b.quiet = True
    a.connection.open()
    b.connection.open()
    a.session = a.connection.session()
    a.session.open()
    settle(a, b)
    b.session.open()
    settle(a, b)
    a.quiet = b.quiet = quiet
    return a, b


def attached(credit=0, name="work", prepare=None, quiet=True, **options):
    """Two sides with a link open from `a`, its sender, to `b`."""
    a, b = opened(quiet=True, **options)
    a.link = a.session.sender(name)
    if prepare:
        prepare(a.link)
    a.link.open()
    settle(a, b)
    b.link.source.copy(b.link.remote_source)
    b.link.target.copy(b.link.remote_target)
    b.link.open()
    if credit:
        b.link.flow(credit)
    settle(a, b)
    a.quiet = b.quiet = quiet
    return a, b
