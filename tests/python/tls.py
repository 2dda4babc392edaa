"""Certificates, domains, and two connections in memory with TLS between them, for the differential scripts."""
import os

from proton import SSLDomain, Transport

from pair import Side, settle
from transcript import say

# What there is says the table in xtask/src/test/certificates.rs.
CERTIFICATES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "build", "certificates")

# A name that the server's certificate is for.
HOST = "server.example.test"


def file(name):
    return os.path.join(CERTIFICATES, name)


def identify(domain, name):
    """Gives a domain a certificate with its key."""
    domain.set_credentials(file(name + ".pem"), file(name + ".key"), None)


def client(mode=None, trust="ca", identity=None):
    """A client's domain. The mode is what a new one has, unless given."""
    domain = SSLDomain(SSLDomain.MODE_CLIENT)
    if trust:
        domain.set_trusted_ca_db(file(trust + ".pem"))
    if identity:
        identify(domain, identity)
    if mode:
        domain.set_peer_authentication(mode)
    return domain


def server(mode=None, trust="ca", identity="server"):
    """A server's domain; it tells clients whom it trusts if it wants their certificates."""
    domain = SSLDomain(SSLDomain.MODE_SERVER)
    if identity:
        identify(domain, identity)
    if mode:
        domain.set_trusted_ca_db(file(trust + ".pem"))
        domain.set_peer_authentication(mode, file(trust + ".pem"))
    return domain


def sides(client_domain, server_domain, host=HOST, quiet=True, session=None, prepare=None):
    """Two bound sides; one whose domain is None has no TLS. `prepare` is called with both before they are bound."""
    a, b = Side("a", Transport.CLIENT), Side("b", Transport.SERVER)
    a.quiet = b.quiet = quiet
    if host:
        a.connection.hostname = host
    a.tls = a.transport.ssl(client_domain, session) if client_domain else None
    b.tls = b.transport.ssl(server_domain) if server_domain else None
    if prepare:
        prepare(a, b)
    for side in (a, b):
        side.bind()
        side.connection.open()
    return a, b


def meet(client_domain, server_domain, **options):
    """Lets two sides talk until they are silent, and says what they came to."""
    a, b = sides(client_domain, server_domain, **options)
    settle(a, b)
    for side in (a, b):
        say(side.name, outcome(side.transport), "state", side.connection.state)
    return a, b


def outcome(transport):
    """What a transport says of its security, or how it failed."""
    if transport.condition:
        return failure(transport.condition)
    return "encrypted=%s authenticated=%s user=%s closed=%s" % (
        transport.encrypted, transport.authenticated, transport.user, transport.closed)


def failure(condition):
    """The name of a condition and its text, but for the TLS library's own words and the mechanisms there were."""
    description = condition.description or ""
    for known in ("SSL Failure", "Authentication failed"):
        if known in description:
            description = known
    return "%s, %s" % (condition.name, description)


def close(a, b):
    """Closes both connections; an orderly end."""
    a.connection.close()
    b.connection.close()
    settle(a, b)
