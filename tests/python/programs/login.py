"""A client that says who it is, sends a message to a queue, and fetches it.

login.py HOST:PORT QUEUE [NAME=VALUE]...   `mechs`, `insecure`, `user` and `password` for SASL; `tls` is the name that
                                           the server's certificate has to be for, `ca` who has to have signed it,
                                           and `identity` the client's own certificate and key, without their endings

It ends well whether it is let in or not, and says which.
"""
import os
import sys

from proton import Message, ProtonException, SSLDomain
from proton.utils import BlockingConnection

CERTIFICATES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "build", "certificates")

BODY = "a message\n" * 10000


def file(name):
    return os.path.join(CERTIFICATES, name)


def connect(address, tls=None, ca="ca", identity=None, mechs=None, insecure=None, **credentials):
    options = dict(credentials, reconnect=False, timeout=20, allowed_mechs=mechs, allow_insecure_mechs=bool(insecure))
    if tls:
        domain = SSLDomain(SSLDomain.MODE_CLIENT)
        domain.set_trusted_ca_db(file(ca + ".pem"))
        if identity:
            domain.set_credentials(file(identity + ".pem"), file(identity + ".key"), None)
        options.update(ssl_domain=domain, sni=tls)
    return BlockingConnection(("amqps://" if tls else "amqp://") + address, **options)


def exchange(connection, queue):
    connection.create_sender(queue).send(Message(BODY))
    receiver = connection.create_receiver(queue)
    body = receiver.receive(timeout=20).body
    receiver.accept()
    return body


def main(address, queue, *options):
    try:
        connection = connect(address, **dict(option.split("=", 1) for option in options))
    except ProtonException as error:
        known = [word for word in ("SSL Failure", "Authentication failed") if word in str(error)]
        print("refused:", ", ".join(known) or error)
        return
    transport = connection.conn.transport
    print("in with", transport.sasl().mech, "as", transport.user)
    print("encrypted" if transport.encrypted else "in the clear")
    print("message came back" if exchange(connection, queue) == BODY else "message came back changed")
    connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
