"""Authentication through Cyrus SASL between two processes, each with a binding and a library of its own: what either
side learns, what can be seen on the wire, and whether messages get through.

exchange.py WORLD PYTHON [LIBRARIES] runs the clients, those in a "kerberos" WORLD as well; PYTHON runs this script again as the servers, with the
libraries in LIBRARIES. The transcript is the same whoever is on which side, but for the differences that are meant.
"""
import hashlib
import os
import re
import struct
import subprocess
import sys

from proton import Collector, Connection, Message, SASL, Transport

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import scenarios
import tls

HEADER, OPEN = b"AMQP\0\1\0\0", b"\0S\x10"
FRAMES = {0x40: "mechanisms", 0x41: "init", 0x42: "challenge", 0x43: "response", 0x44: "outcome"}


class Side(object):
    """One end of a connection: it eats octets and gives some, and remembers what has come to it."""

    def __init__(self, mode, settings):
        self.is_server = mode == Transport.SERVER
        self.connection = Connection()
        self.collector = Collector()
        self.connection.collect(self.collector)
        self.connection.container = "server" if self.is_server else "client"
        self.transport = Transport(mode)
        for name in ("user", "password", "authorization", "hostname"):
            if settings.get(name):
                setattr(self.connection, name, settings[name])
        sasl = self.transport.sasl()
        if "mechanisms" in settings:
            sasl.allowed_mechs(settings["mechanisms"])
        sasl.allow_insecure_mechs = settings.get("insecure", False)
        if "tls" in settings:
            domain = tls.server if self.is_server else tls.client
            self.transport.ssl(domain(**settings["tls"]))
        if settings.get("required"):
            self.transport.require_auth(True)
        self.transport.bind(self.connection)
        self.connection.open()
        self.bodies, self.received = settings.get("bodies", []), []
        if not self.is_server and self.bodies:
            session = self.connection.session()
            session.open()
            self.sender = session.sender("letters")
            self.sender.open()
        self.stays = settings.get("stays", False)
        self.heard_end = False

    def take(self, octets):
        while octets and self.transport.capacity() > 0:
            n = min(self.transport.capacity(), len(octets))
            self.transport.push(octets[:n])
            octets = octets[n:]
            self.events()

    def end(self):
        if not self.heard_end and self.transport.capacity() >= 0:
            self.transport.close_tail()
        self.heard_end = True
        self.events()

    def give(self):
        """Octets, or None at the end."""
        self.events()
        octets = b""
        while True:
            pending = self.transport.pending()
            if pending < 0 and not octets:
                return None
            if pending <= 0:
                return octets
            octets += self.transport.peek(pending)
            self.transport.pop(pending)
            self.events()

    def events(self):
        event = self.collector.peek()
        while event:
            self.handle(str(event.type), event)
            self.collector.pop()
            event = self.collector.peek()

    def handle(self, kind, event):
        if kind in ("PN_SESSION_REMOTE_OPEN", "PN_LINK_REMOTE_OPEN") and self.is_server:
            endpoint = event.link or event.session
            endpoint.open()
            if event.link:
                event.link.flow(len(scenarios.BODIES))
        elif kind == "PN_LINK_FLOW" and not self.is_server and self.bodies:
            bodies, self.bodies = self.bodies, []
            for number, body in enumerate(bodies):
                delivery = self.sender.delivery(str(number))
                self.sender.send(Message(body=body).encode())
                self.sender.advance()
        elif kind == "PN_DELIVERY":
            delivery = event.delivery
            if self.is_server and delivery.readable and not delivery.partial:
                message = Message()
                message.decode(event.link.recv(delivery.pending))
                self.received.append((len(message.body), hashlib.sha1(message.body).hexdigest()))
                event.link.advance()
                delivery.update(delivery.ACCEPTED)
                delivery.settle()
            elif not self.is_server and delivery.remote_state:
                delivery.settle()
                self.received.append(str(delivery.remote_state))
                if len(self.received) == len(scenarios.BODIES) and not self.stays:
                    self.connection.close()
        elif kind == "PN_CONNECTION_REMOTE_OPEN":
            if not self.is_server and not self.bodies:
                self.connection.close()
        elif kind == "PN_CONNECTION_REMOTE_CLOSE":
            self.connection.close()

    def story(self):
        sasl, transport = self.transport.sasl(), self.transport
        condition = transport.condition
        lines = [
            "outcome %s mechanism %s user %s authorization %s" % (sasl.outcome, sasl.mech, sasl.user, sasl.authorization),
            "transport's user %s authenticated %s encrypted %s" % (transport.user, transport.authenticated, transport.encrypted),
            "condition %s" % (condition and "%s: %s" % (condition.name, in_short(condition.description))),
        ]
        return lines + ["received %s" % (thing,) for thing in self.received]


def in_short(text):
    """A description without what this library says about each mechanism that does not fit."""
    return re.sub(r": offered .* \(Auth", " (Auth", text)


def frames(octets):
    """The SASL frames at the beginning of a stream, and what follows them."""
    if octets[:2] == b"\x16\3":
        return ["TLS"], b""
    if octets[:4] != b"AMQP" or octets[4:5] != b"\3":
        return ["no SASL header"], octets
    names, octets = [], octets[8:]
    while len(octets) >= 8 and octets[4:6] == b"\2\1":
        size = struct.unpack(">I", octets[:4])[0]
        name = FRAMES.get(octets[10], octets[10])
        if name == "outcome":
            # Its one field that matters is the code: a small list whose first item it is.
            name += " %d" % octets[15]
        names.append(name)
        octets = octets[size:]
    return names, octets


def wire(octets):
    """What an eavesdropper sees of a stream."""
    names, rest = frames(octets)
    if rest.startswith(HEADER):
        names.append("AMQP, readable" if OPEN in rest[:24] else "AMQP without an open")
    elif rest:
        names.append("AMQP somewhere" if HEADER in rest else "something else")
    return ", ".join(names)


def write(pipe, kind, octets=b""):
    pipe.write(struct.pack(">cI", kind, len(octets)) + octets)
    pipe.flush()


def read(pipe):
    head = pipe.read(5)
    if len(head) < 5:
        raise EOFError("the other side is gone")
    kind, size = struct.unpack(">cI", head)
    return kind, pipe.read(size)


def serve(given, taken):
    """The servers: a scenario's number, then octets and answers to them in turn, until the story is wanted."""
    side = None
    while True:
        kind, octets = read(given)
        if kind == b"Q":
            return
        if kind == b"N":
            side = Side(Transport.SERVER, dict(scenarios.ALL)[octets.decode()].get("server", {}))
        elif kind == b"S":
            write(taken, b"S", "\n".join(side.story()).encode())
            continue
        elif kind == b"B":
            side.take(octets)
        elif kind == b"E":
            side.end()
        reply = side.give()
        write(taken, b"E" if reply is None else b"B", reply or b"")


def converse(name, settings, server):
    """One scenario. Whoever has nothing to say is asked again until neither has."""
    side = Side(Transport.CLIENT, settings.get("client", {}))
    sent, got = b"", b""
    write(server.stdin, b"N", name.encode())
    kind, octets = read(server.stdout)
    silent = 0
    while silent < 3:
        got += octets
        side.take(octets)
        if kind == b"E":
            side.end()
        mine = side.give()
        silent = silent + 1 if not mine and not octets else 0
        sent += mine or b""
        write(server.stdin, b"E" if mine is None else b"B", mine or b"")
        kind, octets = read(server.stdout)
    write(server.stdin, b"S")
    theirs = read(server.stdout)[1].decode().splitlines()
    for whose, lines in (("client", side.story() + ["sent: " + wire(sent)]), ("server", theirs + ["sent: " + wire(got)])):
        for line in lines:
            print("[%s] %s %s" % (name, whose, line.replace("@" + os.uname()[1], "@HOST")))
    sys.stdout.flush()


def main():
    if sys.argv[1:] == ["--serve"]:
        return serve(sys.stdin.buffer, sys.stdout.buffer)
    world, interpreter, libraries = sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else ""
    environment = dict(os.environ, LD_LIBRARY_PATH=libraries)
    command = [interpreter, "-B", os.path.abspath(__file__), "--serve"]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    print("[extended] %s" % SASL.extended())
    for name, settings in scenarios.ALL:
        if world == "kerberos" or not settings.get("kerberos"):
            print("[%s]" % name)
            converse(name, settings, server)
    write(server.stdin, b"Q")
    server.wait()


if __name__ == "__main__":
    main()
