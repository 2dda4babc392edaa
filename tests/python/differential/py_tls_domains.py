"""Differential script: `proton.SSLDomain`, what it takes and what it refuses, and how `proton.SSL` layers are made of it."""
from proton import (SSL, ProtonException, SSLDomain, SSLException, SSLSessionDetails, SSLUnavailable, Transport,
                    TransportException)

from tls import HOST, client, close, file, identify, meet, server
from transcript import attempt, confirm_library, say, scenario

MODES = (SSLDomain.VERIFY_PEER, SSLDomain.ANONYMOUS_PEER, SSLDomain.VERIFY_PEER_NAME)


ROLES = (("client", SSLDomain.MODE_CLIENT), ("server", SSLDomain.MODE_SERVER))


def both():
    """A domain for each role, with its name."""
    return [(role, SSLDomain(mode)) for role, mode in ROLES]


@scenario("there is TLS, and its constants have their numbers")
def constants():
    say(SSL.present())
    for kind in (SSL, SSLDomain):
        say(kind.__name__, [(name, getattr(kind, name)) for name in sorted(dir(kind)) if name.isupper()])
    say(issubclass(SSLException, TransportException), issubclass(SSLUnavailable, SSLException),
        issubclass(SSLException, ProtonException))


@scenario("a file or a folder of authorities is taken, what is neither is refused")
def authorities():
    for role, domain in both():
        for name in ("ca.pem", "bundle.pem", "ca-directory", "server.pem", "combined.pem", "garbage.pem", "empty.pem",
                     "damaged.pem", "cut.pem", "ca.key", "ca-directory/nothing.pem", "nothing.pem"):
            attempt("%s %s" % (role, name), lambda: domain.set_trusted_ca_db(file(name)))
        attempt("%s None" % role, lambda: domain.set_trusted_ca_db(None))
        attempt("%s empty" % role, lambda: domain.set_trusted_ca_db(""))


@scenario("a certificate needs its key")
def credentials():
    for role, mode in ROLES:
        for certificate, key in (("server.pem", "server.key"), ("server-rsa.pem", "server-rsa.key"),
                                 ("server-ed25519.pem", "server-ed25519.key"), ("chain.pem", "leaf.key"),
                                 ("combined.pem", "combined.pem"), ("combined-key-first.pem", "combined-key-first.pem"),
                                 ("expired.pem", "expired.key"), ("self-signed.pem", "self-signed.key"),
                                 ("server.pem", "client.key"), ("server.pem", "server-rsa.key"),
                                 ("server.key", "server.key"), ("server.pem", "server.pem"),
                                 ("nothing.pem", "server.key"), ("server.pem", "nothing.key"), ("", ""),
                                 ("garbage.pem", "server.key"), ("server.pem", "garbage.pem"),
                                 ("empty.pem", "server.key"), ("cut.pem", "server.key"), ("damaged.pem", "server.key"),
                                 ("server.der", "server.key")):
            attempt("%s %s %s" % (role, certificate, key),
                    lambda: SSLDomain(mode).set_credentials(file(certificate), file(key), None))


@scenario("a key with a password needs it, and no other key minds one")
def passwords():
    for role, mode in ROLES:
        for key in ("server-pkcs8.key", "server-legacy.key", "server.key"):
            for password in ("secret", "wrong", "", "s" * 2000):
                attempt("%s %s %s" % (role, key, password[:10]),
                        lambda: SSLDomain(mode).set_credentials(file("server.pem"), file(key), password))


@scenario("a server needs a certificate and authorities to ask for certificates, a client nothing")
def authentication():
    for role, domain in both():
        for identity in (None, "server"):
            if identity:
                identify(domain, identity)
            for mode in (0,) + MODES + (4, -1):
                for authorities in (None, "ca.pem", "ca-directory", "nothing.pem", "garbage.pem"):
                    attempt("%s %s %s %s" % (role, identity, mode, authorities), lambda: domain.set_peer_authentication(
                        mode, authorities and file(authorities)))


@scenario("only a server may allow clients without TLS")
def unsecured():
    for role, domain in both():
        attempt(role, domain.allow_unsecured_client)
        attempt(role + " again", domain.allow_unsecured_client)


@scenario("arguments of the wrong type are refused")
def types():
    for role, domain in both():
        attempt(role + " authorities", lambda: domain.set_trusted_ca_db(5))
        attempt(role + " certificate", lambda: domain.set_credentials(5, file("server.key"), None))
        attempt(role + " key", lambda: domain.set_credentials(file("server.pem"), 5, None))
        attempt(role + " password", lambda: domain.set_credentials(file("server.pem"), file("server.key"), 5))
        attempt(role + " mode", lambda: domain.set_peer_authentication("strict"))
        attempt(role + " advertised", lambda: domain.set_peer_authentication(SSLDomain.VERIFY_PEER, 5))


@scenario("a transport has one layer, made once")
def layers():
    domain, other = client(), client()
    transport = Transport()
    layer = transport.ssl(domain)
    say(transport.ssl() is layer, transport.ssl(domain) is layer, SSL(transport, domain) is layer)
    attempt("other domain", lambda: SSL(transport, other))
    attempt("other domain by the transport", lambda: transport.ssl(other) is layer)
    attempt("other session", lambda: SSL(transport, domain, SSLSessionDetails("other")))
    say(Transport().ssl(domain) is not layer)
    say(SSLSessionDetails("one").get_session_id(), repr(SSLSessionDetails("").get_session_id()))


@scenario("the name of the peer is kept at any length")
def hostnames():
    transport = Transport()
    layer = transport.ssl(client())
    say(repr(layer.peer_hostname))
    for name in ("localhost", HOST, "127.0.0.1", "::1", "*.example.test", "h" * 300, "h" * 1023, "", "bücher.test", None):
        def named():
            layer.peer_hostname = name
            return repr(layer.peer_hostname)
        attempt(repr(name and name[:20]), named)
    for length in (1023, 1024, 5000):
        def long():
            layer.peer_hostname = "h" * length
            return len(layer.peer_hostname)
        attempt(length, long)


@scenario("the peer's name is the connection's unless it is set")
def names_of_connections():
    def seen(a, b):
        say(repr(a.tls.peer_hostname), repr(b.tls.peer_hostname))

    def named(a, b):
        a.tls.peer_hostname = HOST
        seen(a, b)
    for host in (HOST, "other.example.test", None):
        for prepare in (seen, named):
            a, b = meet(client(), server(), host=host, prepare=prepare)
            seen(a, b)


@scenario("a domain may go before the layers made of it, and what is set later does not touch them")
def lifetime():
    def drop(a, b):
        domains.clear()

    domains = [client(), server()]
    close(*meet(domains[0], domains[1], prepare=drop))
    early = client(), server()

    def change(a, b):
        early[0].set_trusted_ca_db(file("wrong-ca.pem"))
        identify(early[1], "wrong-server")
    close(*meet(early[0], early[1], prepare=change))
    close(*meet(early[0], early[1]))


@scenario("one domain serves many connections at once")
def shared():
    domains = client(), server()
    together = [meet(*domains) for _ in range(3)]
    for a, b in together:
        close(a, b)
        say(a.transport.closed, b.transport.closed)


confirm_library()
