/* Differential program: what a session logs of names and errors. */
#include "tls.h"

static void meet(const char *name, pn_ssl_verify_mode_t mode, const char *certificate, const char *host)
{
    section(name);
    pn_ssl_domain_t *client = client_domain(mode, NULL);
    pn_ssl_domain_t *server = domain(PN_SSL_MODE_SERVER, certificate);
    logs = ends_aside = true;
    make_ends(client, server, host);
    whole_life();
    free_ends();
    pn_ssl_domain_free(client);
    pn_ssl_domain_free(server);
}

int main(void)
{
    begin_tls();
    meet("a name that fits", PN_SSL_VERIFY_PEER_NAME, "server", "server.example.test");
    meet("a second name that fits", PN_SSL_VERIFY_PEER_NAME, "server", "localhost");
    meet("a common name that fits", PN_SSL_VERIFY_PEER_NAME, "cn", "server.example.test");
    meet("a wildcard that fits", PN_SSL_VERIFY_PEER_NAME, "wildcard", "server.example.test");
    meet("a name that does not fit", PN_SSL_VERIFY_PEER_NAME, "wrong-name", "server.example.test");
    meet("no name to compare with", PN_SSL_VERIFY_PEER_NAME, "server", NULL);
    meet("an unknown authority", PN_SSL_VERIFY_PEER, "wrong-server", "server.example.test");
    meet("an expired certificate", PN_SSL_VERIFY_PEER, "expired", "server.example.test");
    meet("nothing verified", PN_SSL_ANONYMOUS_PEER, "self-signed", "server.example.test");

    section("what the queries log");
    pn_ssl_domain_t *client = client_domain(PN_SSL_VERIFY_PEER, NULL), *server = domain(PN_SSL_MODE_SERVER, "server");
    make_ends(client, server, "server.example.test");
    logs = true;
    char print[65];
    say("fingerprint %d", pn_ssl_get_cert_fingerprint(A.ssl, print, sizeof print, PN_SSL_SHA256));
    muted = true;
    bind_ends();
    pn_connection_open(A.connection);
    settle();
    muted = false;
    say("fingerprint %d", pn_ssl_get_cert_fingerprint(A.ssl, print, sizeof print, PN_SSL_SHA256));
    say("short fingerprint %d", pn_ssl_get_cert_fingerprint(A.ssl, print, 64, PN_SSL_SHA256));
    say("unknown fingerprint %d", pn_ssl_get_cert_fingerprint(A.ssl, print, 65, (pn_ssl_hash_alg)9));
    say("unknown field %s", text(pn_ssl_get_remote_subject_subfield(A.ssl, (pn_ssl_cert_subject_subfield)9)));
    muted = true;
    free_ends();
    muted = false;
    pn_ssl_domain_free(client);
    pn_ssl_domain_free(server);
    return 0;
}
