"""doorkeeper.py HOST:PORT: a broker that lets in who comes with TLS and a certificate, and says so in SASL.

It tells a line for each that it lets in.
"""
import sys

from proton import SSLDomain
from proton.reactor import Container

from login import file
from outcomes import Broker


class Doorkeeper(Broker):
    def on_start(self, event):
        domain = event.container.ssl.server
        domain.set_credentials(file("server.pem"), file("server.key"), None)
        domain.set_trusted_ca_db(file("ca.pem"))
        domain.set_peer_authentication(SSLDomain.VERIFY_PEER, file("ca.pem"))
        event.container.listen("amqps://" + self.address)

    def on_connection_init(self, event):
        event.transport.require_auth(True)
        event.transport.sasl().allowed_mechs("EXTERNAL")

    def on_connection_opening(self, event):
        transport = event.transport
        print("let in", transport.user, "by", transport.sasl().mech, "with", transport.ssl().get_cert_common_name(),
              flush=True)


Container(Doorkeeper(sys.argv[1])).run()
