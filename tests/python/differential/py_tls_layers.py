"""Differential script: `proton.SSL` on two connections in memory, from before the handshake to the end of the stream."""
import hashlib

from proton import SSL, Message, SSLDomain, SSLSessionDetails, Transport

from pair import carry, settle
from tls import HOST, client, close, file, meet, outcome, server, sides
from transcript import attempt, confirm_library, say, scenario

VERIFY, ANONYMOUS, BY_NAME = SSLDomain.VERIFY_PEER, SSLDomain.ANONYMOUS_PEER, SSLDomain.VERIFY_PEER_NAME

FIELDS = "COUNTRY_NAME STATE_OR_PROVINCE CITY_OR_LOCALITY ORGANIZATION_NAME ORGANIZATION_UNIT COMMON_NAME".split()
GETTERS = "country state_or_province locality_or_city organization organization_unit common_name subject".split()
HASHES = "md5 sha1 sha256 sha512".split()


def certificate(layer):
    """Says everything about the peer's certificate."""
    say(repr(layer.remote_subject))
    for name in GETTERS:
        attempt(name, lambda: repr(getattr(layer, "get_cert_" + name)()))
    for name in FIELDS:
        attempt(name, lambda: repr(layer.get_cert_subject_subfield(getattr(SSL, "CERT_" + name))))
    for number in (6, -1, 100):
        attempt("field %d" % number, lambda: repr(layer.get_cert_subject_subfield(number)))


def fingerprints(layer, name):
    """Says whether the fingerprints of the peer's certificate are those of a file."""
    with open(file(name + ".der"), "rb") as der:
        octets = der.read()
    for each in HASHES:
        digest = hashlib.new(each, octets).hexdigest()
        number = getattr(SSL, each.upper())
        say(each, getattr(layer, "get_cert_fingerprint_" + each)() == digest)
        for length in (len(digest) + 1, len(digest), len(digest) - 1, 1, 1000):
            given = layer.get_cert_fingerprint(length, number)
            say(each, length, None if given is None else given == digest)
    for number in (4, -1):
        attempt("hash %d" % number, lambda: layer.get_cert_fingerprint(200, number))


def session(side):
    layer = side.tls
    say(side.name, "cipher", layer.cipher_name() is not None, layer.protocol_name(), "resumed", layer.resume_status(),
        "subject", layer.remote_subject)


@scenario("a layer knows nothing before the handshake")
def before():
    for mode, domain in ((Transport.CLIENT, client()), (Transport.SERVER, server())):
        transport = Transport(mode)
        layer = transport.ssl(domain)
        say(layer.cipher_name(), layer.protocol_name(), layer.resume_status(), repr(layer.peer_hostname))
        certificate(layer)
        for name in HASHES:
            attempt(name, getattr(layer, "get_cert_fingerprint_" + name))
            attempt(name, lambda: layer.get_cert_fingerprint(1000, getattr(SSL, name.upper())))


@scenario("two sides agree on a cipher and a protocol")
def agreed():
    a, b = meet(client(), server(), quiet=False)
    for side in (a, b):
        session(side)
    say(a.tls.cipher_name() == b.tls.cipher_name(), a.tls.cipher_name())
    close(a, b)
    for side in (a, b):
        say(side.name, outcome(side.transport))
        session(side)


@scenario("a transport is encrypted as soon as the handshake allows, and stays so")
def encrypted():
    a, b = sides(client(), server())
    say(a.transport.encrypted, b.transport.encrypted)
    carry(a, b)
    say(a.transport.encrypted, a.tls.cipher_name(), a.tls.protocol_name())
    settle(a, b)
    say(a.transport.encrypted, b.transport.encrypted)
    close(a, b)
    say(a.transport.encrypted, b.transport.encrypted, a.transport.closed, b.transport.closed)


@scenario("messages go both ways, large ones too")
def messages():
    a, b = meet(client(), server())
    links = a.connection.session(), None
    links[0].open()
    sender, receiver = links[0].sender("out"), links[0].receiver("in")
    sender.open()
    receiver.open()
    settle(a, b)
    theirs = [b.connection.link_head(0), b.connection.link_head(0).next(0)]
    b.connection.session_head(0).open()
    for link in theirs:
        link.open()
    pairs = (sender, next(link for link in theirs if link.is_receiver)), (
        next(link for link in theirs if link.is_sender), receiver)
    for source, target in pairs:
        for size in (0, 1, 1000, 16384, 16385, 100000, 1000000):
            target.flow(1)
            settle(a, b)
            message = Message(body=b"x" * size)
            source.send(message)
            settle(a, b)
            delivery = target.current
            got = Message()
            got.recv(target)
            say(source.name, size, len(got.body), delivery.partial)
            delivery.settle()
    close(a, b)


@scenario("the stream may come octet by octet")
def dribble():
    a, b = sides(client(), server())

    def move(source, target):
        moved = False
        while source.transport.pending() > 0:
            octets = source.transport.peek(1)
            target.transport.push(octets)
            source.transport.pop(1)
            source.events()
            target.events()
            moved = True
        return moved
    while move(a, b) | move(b, a):
        pass
    for side in (a, b):
        say(side.name, outcome(side.transport), side.connection.state)


@scenario("the subject of a certificate is told whole and by its fields")
def subject():
    a, b = meet(client(identity="subject"), server(VERIFY))
    for side in (a, b):
        say(side.name)
        certificate(side.tls)
    say(b.transport.user)


@scenario("a certificate may lack everything but an organization")
def sparse():
    a, b = meet(client(VERIFY), server(identity="no-name"))
    certificate(a.tls)


@scenario("the fingerprints of a certificate are hashes of its octets")
def hashes():
    a, b = meet(client(identity="client"), server(VERIFY))
    fingerprints(a.tls, "server")
    fingerprints(b.tls, "client")


@scenario("a client verifies the chain and the name unless told otherwise")
def verification():
    for mode in (None, VERIFY, BY_NAME, ANONYMOUS):
        for host in (HOST, "localhost", "SERVER.example.TEST", "other.example.test", "example.test", None):
            say("mode", mode, "host", host)
            meet(client(mode), server(), host=host)


@scenario("a client does not take every certificate")
def certificates():
    for name in ("server-rsa", "server-ed25519", "wrong-server", "false-server", "self-signed", "expired", "future",
                 "by-leaf", "for-clients", "leaf", "wrong-name", "wildcard", "cn", "cn-second", "no-name"):
        for mode in (BY_NAME, VERIFY, ANONYMOUS):
            say(name, mode)
            a, b = meet(client(mode), server(identity=name))
            say(repr(a.tls.remote_subject))


@scenario("a chain may have a link between, from the server or among the authorities")
def chains():
    def chained():
        domain = server(identity=None)
        domain.set_credentials(file("chain.pem"), file("leaf.key"), None)
        return domain
    meet(client(), chained())
    domain = client()
    domain.set_trusted_ca_db(file("bundle.pem"))
    meet(domain, chained())
    domain = client(trust=None)
    domain.set_trusted_ca_db(file("ca-directory"))
    meet(domain, chained())
    meet(client(trust="wrong-ca"), chained())
    meet(client(trust=None), chained())


@scenario("a server that wants a certificate gets one or ends")
def mutual():
    for identity in (None, "client", "client-rsa", "wrong-client", "expired-client", "client-leaf", "server"):
        for mode in (VERIFY, BY_NAME, ANONYMOUS):
            say(identity, mode)
            a, b = meet(client(identity=identity), server(mode))
            say(b.tls.remote_subject, b.transport.user)


@scenario("a server can expect a client's name")
def named_client():
    for expected in (HOST, "other.example.test"):
        def expect(a, b):
            b.tls.peer_hostname = expected
        meet(client(identity="server"), server(BY_NAME), prepare=expect)


@scenario("two sides without certificates meet if neither wants one")
def without():
    a, b = meet(client(ANONYMOUS), server(identity=None))
    for side in (a, b):
        session(side)
    meet(client(), server(identity=None))
    meet(client(ANONYMOUS), server(identity=None), host=None)


@scenario("the name goes to the server in the clear, an address as well")
def indication():
    def hello(host, prepare=None):
        a, _ = sides(client(), server(), host=host, prepare=prepare)
        octets = a.transport.peek(4096)
        return [name for name in (HOST, "other.example.test", "127.0.0.1", "::1") if name.encode() in bytes(octets)]

    def override(a, b):
        a.tls.peer_hostname = "other.example.test"

    def clear(a, b):
        override(a, b)
        a.tls.peer_hostname = None
    for host in (HOST, None, "127.0.0.1", "::1"):
        say(host, hello(host), hello(host, override), hello(host, clear))


def pair_of(name):
    """Two meetings under a name for the session, with an orderly end between."""
    def run(first, second=None, end=close, **options):
        second = second or first
        for domains, details in ((first, name), (second, name)):
            a, b = meet(*domains, session=SSLSessionDetails(details), **options)
            say(a.tls.resume_status(), b.tls.resume_status(), a.tls.protocol_name(), a.tls.remote_subject)
            end(a, b)
    return run


@scenario("a session is resumed by its name")
def resumed():
    domains = client(), server()
    pair_of("one")(domains)
    for details in (SSLSessionDetails("other"), None, SSLSessionDetails("one")):
        a, b = meet(*domains, session=details)
        say(a.tls.resume_status(), b.tls.resume_status())
        close(a, b)


@scenario("a session whose connection was cut is not resumed")
def not_resumed():
    def cut(a, b):
        a.transport.close_tail()
        b.transport.close_tail()
        settle(a, b)
    pair_of("cut")((client(), server()), end=cut)


@scenario("a server that knows nothing of a session makes a new one")
def forgotten():
    domain = client()
    pair_of("forgotten")((domain, server()), (domain, server()))


@scenario("a session with a client's certificate is resumed with it")
def resumed_client():
    domains = client(identity="client"), server(VERIFY)
    for _ in range(2):
        a, b = meet(*domains, session=SSLSessionDetails("mutual"))
        say(a.tls.resume_status(), b.tls.resume_status(), b.tls.remote_subject, b.transport.user)
        close(a, b)


@scenario("a domain does not resume what another made")
def foreign():
    servers = server()
    pair_of("foreign")((client(), servers), (client(), servers))


@scenario("one side alone has TLS")
def one_sided():
    meet(None, server(), quiet=False)
    meet(client(), None, quiet=False)


@scenario("a server may let clients in without TLS")
def unsecured():
    for domain in (None, client()):
        servers = server()
        servers.allow_unsecured_client()
        a, b = meet(domain, servers)
        say(b.tls.cipher_name(), b.tls.protocol_name(), b.tls.resume_status(), b.tls.remote_subject)


@scenario("encryption may be required")
def required():
    def require(a, b):
        b.transport.require_encryption(True)

    def release(a, b):
        b.transport.require_encryption(False)

    def of_client(a, b):
        a.transport.require_encryption(True)
    meet(None, None, prepare=require)
    meet(client(), server(), prepare=require)
    meet(None, server(), prepare=release)
    meet(None, None, prepare=of_client)
    open_domain = server()
    open_domain.allow_unsecured_client()
    meet(None, open_domain, prepare=require)


@scenario("authentication may be required, and a certificate alone is none")
def authentication():
    def require(a, b):
        b.transport.require_auth(True)

    def external(a, b):
        require(a, b)
        a.transport.sasl().allowed_mechs("EXTERNAL")
    meet(client(identity="client"), server(VERIFY), prepare=require)
    meet(client(identity="client"), server(VERIFY), prepare=external)
    meet(client(), server(), prepare=require)


@scenario("a domain of the wrong role makes no connection")
def roles():
    meet(server(), server())
    meet(client(), client())


@scenario("a stream that ends too early is an error")
def truncated():
    for side in (0, 1):
        for steps in (0, 1, 2, 3):
            pair = sides(client(), server())
            for _ in range(steps):
                carry(pair[0], pair[1])
                carry(pair[1], pair[0])
            pair[side].transport.close_tail()
            pair[side].events()
            say("ab"[side], steps, outcome(pair[side].transport))
    a, b = meet(client(), server())
    for side in (a, b):
        side.quiet = False
        side.transport.close_tail()
        side.events()
        say(side.name, outcome(side.transport))


@scenario("octets that are not TLS are an error")
def garbage():
    for octets in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x05hello", b"\x15\x03\x01\x00\x02\x02\x28",
                   b"AMQP\x00\x01\x00\x00", b"AMQP\x02\x01\x00\x00", b"\x00" * 20, b"\xff" * 20):
        for index in (0, 1):
            side = sides(client(), server())[index]
            say(side.name, octets)
            if index == 0:
                side.transport.pop(side.transport.pending())
            attempt("push", lambda: side.transport.push(octets))
            side.events()
            say(side.name, outcome(side.transport), side.transport.capacity() < 0)


@scenario("a damaged record is an error")
def damaged():
    a, b = meet(client(), server())
    a.connection.session().open()
    a.events()
    octets = bytearray(a.transport.peek(a.transport.pending()))
    octets[-1] ^= 1
    b.transport.push(bytes(octets))
    b.events()
    say(outcome(b.transport), b.connection.state)


@scenario("a header that announces TLS is taken by a server")
def announced():
    a, b = sides(client(), server())
    b.transport.push(b"AMQP\x02\x01\x00\x00")
    settle(a, b)
    say(outcome(a.transport), outcome(b.transport))


@scenario("failures are told in the words of OpenSSL")
def words():
    def told(*domains, **options):
        a, b = sides(*domains, **options)
        settle(a, b)
        say(a.transport.condition)
        say(b.transport.condition)
    told(client(), server(identity="wrong-server"))
    told(client(), server(), host="other.example.test")
    told(client(), server(VERIFY))
    told(client(ANONYMOUS, identity="wrong-client"), server(VERIFY))
    told(client(), None)
    told(None, server())


@scenario("the cipher has OpenSSL's name")
def ciphers():
    for identity in ("server", "server-rsa", "server-ed25519"):
        a, b = meet(client(), server(identity=identity))
        say(a.tls.cipher_name(), b.tls.cipher_name(), a.tls.protocol_name(), b.tls.protocol_name())


confirm_library()
