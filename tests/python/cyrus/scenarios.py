"""Who tries to log in where, for exchange.py. The users and configurations are made by `cargo xtask test`."""
import os

from proton import SSLDomain

#: Small ones, one that a layer has to cut, and one that frames have to be cut for.
BODIES = [b"x" * 100, b"y" * 70000, bytes(range(256)) * 1200]


def alice(mechanisms, **more):
    return dict(dict(user="alice", password="secret", hostname=os.uname()[1], mechanisms=mechanisms), **more)


def talk(mechanism, server=None, **more):
    """An exchange in one mechanism, and letters after it."""
    return {"client": alice(mechanism, bodies=BODIES, **more), "server": server or {}}


OPEN = {"insecure": True}


def covered(mechanisms, identity=None, mode=None, **more):
    """An exchange inside TLS, with letters after it; how such a stream ends is not the point."""
    client = alice(mechanisms, bodies=BODIES, stays=True, tls=dict(identity=identity), **dict(dict(hostname="localhost"), **more))
    return {"client": client, "server": {"tls": dict(mode=mode)}}

ALL = [
    ("DIGEST-MD5", talk("DIGEST-MD5")),
    ("CRAM-MD5", talk("CRAM-MD5")),
    ("SCRAM-SHA-1", talk("SCRAM-SHA-1")),
    ("SCRAM-SHA-256", talk("SCRAM-SHA-256")),
    ("PLAIN", talk("PLAIN", server=OPEN, insecure=True)),
    ("ANONYMOUS", {"client": dict(hostname="there", bodies=BODIES)}),
    ("ANONYMOUS by name", {"client": dict(hostname="there", mechanisms="ANONYMOUS")}),
    ("a server that wants to know", {"client": dict(hostname="there"), "server": dict(required=True)}),
    ("PLAIN not offered", {"client": alice("PLAIN", insecure=True)}),
    ("PLAIN offered and not taken", {"client": alice("PLAIN"), "server": OPEN}),
    ("EXTERNAL without TLS", {"client": alice("EXTERNAL")}),
    ("wrong password, DIGEST-MD5", {"client": alice("DIGEST-MD5", password="guess")}),
    ("wrong password, CRAM-MD5", {"client": alice("CRAM-MD5", password="guess")}),
    ("wrong password, SCRAM-SHA-256", {"client": alice("SCRAM-SHA-256", password="guess")}),
    ("wrong password, PLAIN", {"client": alice("PLAIN", password="guess", insecure=True), "server": OPEN}),
    ("unknown user, DIGEST-MD5", {"client": alice("DIGEST-MD5", user="nobody")}),
    ("unknown user, CRAM-MD5", {"client": alice("CRAM-MD5", user="nobody")}),
    ("unknown user, SCRAM-SHA-256", {"client": alice("SCRAM-SHA-256", user="nobody")}),
    ("acting for another, DIGEST-MD5", {"client": alice("DIGEST-MD5", authorization="zoe")}),
    ("acting for another, SCRAM-SHA-1", {"client": alice("SCRAM-SHA-1", authorization="zoe")}),
    ("acting for another, PLAIN", {"client": alice("PLAIN", authorization="zoe", insecure=True), "server": OPEN}),
    ("a user of another realm, DIGEST-MD5", {"client": alice("DIGEST-MD5", user="bob@elsewhere")}),
    ("a user of another realm, SCRAM-SHA-1", {"client": alice("SCRAM-SHA-1", user="bob@elsewhere")}),
    ("no host, DIGEST-MD5", {"client": alice("DIGEST-MD5", hostname=None)}),
    ("nothing in common", {"client": alice("CRAM-MD5"), "server": dict(mechanisms="DIGEST-MD5")}),
    ("a server that allows nothing", {"client": alice("CRAM-MD5"), "server": dict(mechanisms="")}),
    ("long names", {"client": alice("DIGEST-MD5", user="a" * 300)}),
    ("PLAIN inside TLS", covered("PLAIN")),
    ("DIGEST-MD5 inside TLS", covered("DIGEST-MD5")),
    ("EXTERNAL by certificate", covered("EXTERNAL", "client", SSLDomain.VERIFY_PEER, user=None, password=None)),
    ("EXTERNAL by certificate, acting for another", covered(
        "EXTERNAL", "client", SSLDomain.VERIFY_PEER, user=None, password=None, authorization="zoe")),
    ("EXTERNAL without a certificate", covered("EXTERNAL", user=None, password=None)),
    ("GSSAPI", {"kerberos": True, "client": dict(hostname="localhost", mechanisms="GSSAPI", bodies=BODIES)}),
    ("GSSAPI, acting for another", {
        "kerberos": True, "client": dict(hostname="localhost", mechanisms="GSSAPI", authorization="zoe")}),
    ("GSSAPI with a host that has no ticket", {
        "kerberos": True, "client": dict(hostname="elsewhere.invalid", mechanisms="GSSAPI")}),
    ("GSSAPI is not taken unless named", {"kerberos": True, "client": dict(hostname="localhost")}),
]
