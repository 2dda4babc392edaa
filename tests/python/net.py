"""Servers and clients over loopback TCP, each with a log of its own: what two threads do has no common order."""
import faulthandler
import socket
import threading

from proton.handlers import MessagingHandler
from proton.reactor import Container

from transcript import say

# How long a script may take, in seconds: then it ends and shows where it was.
faulthandler.dump_traceback_later(60, exit=True)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Log(object):
    """The lines of one role."""

    def __init__(self, role):
        self.role, self.lines = role, []

    def __call__(self, *things):
        self.lines.append(" ".join(str(thing) for thing in things))

    def tell(self):
        for line in self.lines:
            say(self.role, line)


class Told(MessagingHandler):
    """A handler that logs what it is called with."""

    # What is called, and what is told of it.
    CALLS = {
        "on_start": lambda event: "",
        "on_connection_opened": lambda event: event.connection.remote_container,
        "on_connection_closed": lambda event: "",
        "on_connection_closing": lambda event: "",
        "on_connection_error": lambda event: event.connection.remote_condition,
        "on_session_opened": lambda event: "",
        "on_session_closed": lambda event: "",
        "on_session_closing": lambda event: "",
        "on_session_error": lambda event: event.session.remote_condition,
        "on_link_opened": lambda event: event.link.name,
        "on_link_closed": lambda event: event.link.name,
        "on_link_closing": lambda event: event.link.name,
        "on_link_error": lambda event: "%s %s" % (event.link.name, event.link.remote_condition),
        "on_message": lambda event: event.message.body,
        "on_sendable": lambda event: "",
        "on_accepted": lambda event: event.delivery.tag,
        "on_rejected": lambda event: "%s %s" % (event.delivery.tag, event.delivery.remote.condition),
        "on_released": lambda event: "%s %s" % (event.delivery.tag, event.delivery.remote_state),
        "on_settled": lambda event: "",
        "on_aborted": lambda event: "",
        "on_disconnected": lambda event: "",
        "on_transport_error": lambda event: event.transport.condition.name,
        "on_timer_task": lambda event: "",
    }

    def __init__(self, log, quiet="", **options):
        super(Told, self).__init__(**options)
        self.log, self.quiet = log, quiet.split()

    def note(self, name, event):
        if name not in self.quiet:
            self.log(name, self.CALLS[name](event))


def _logging(name):
    inherited = getattr(MessagingHandler, name, None)

    def call(self, event):
        self.note(name, event)
        if inherited and name in ("on_connection_error", "on_session_error", "on_link_error"):
            inherited(self, event)
    return call


for _name in Told.CALLS:
    if _name not in ("on_timer_task", "on_aborted", "on_session_opened"):
        setattr(Told, _name, _logging(_name))


class Server(Told):
    """Listens until the given number of connections has ended."""

    def __init__(self, connections=1, log=None, **options):
        super(Server, self).__init__(log or Log("server"), **options)
        self.connections, self.port = connections, free_port()
        self.ready = threading.Event()
        self.acceptor = None
        self.thread = threading.Thread(target=self.work, daemon=True)

    def work(self):
        try:
            container = Container(self)
            container.container_id = "server"
            container.run()
        except Exception as error:
            self.log("ended by", type(error).__name__, error)

    def url(self, path=""):
        return "127.0.0.1:%d%s" % (self.port, path)

    def on_start(self, event):
        self.prepare(event)
        self.acceptor = event.container.listen(self.url())
        self.ready.set()

    def prepare(self, event):
        """Something for subclasses to do before the server listens."""

    def on_transport_closed(self, event):
        self.connections -= 1
        if self.connections == 0:
            self.acceptor.close()

    def __enter__(self):
        self.thread.start()
        self.ready.wait()
        return self

    def __exit__(self, failure, *_):
        if failure is None:
            self.thread.join()
        self.log.tell()


class Client(Told):
    """Connects to a server when it starts."""

    def __init__(self, server, log=None, connect=None, **options):
        super(Client, self).__init__(log or Log("client"), **options)
        self.server, self.options = server, dict(reconnect=False, sasl_enabled=False)
        self.options.update(connect or {})
        self.connection = None

    def on_start(self, event):
        self.connection = event.container.connect(self.server.url(), **self.options)
        self.begin(event)

    def begin(self, event):
        """Something for subclasses to do with the new connection."""

    def run(self):
        container = Container(self)
        container.container_id = "client"
        try:
            container.run()
        except Exception as error:
            self.log("ended by", type(error).__name__, error)
        self.log.tell()
