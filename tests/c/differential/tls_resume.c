/* Differential program: sessions that go on where an earlier one ended. */
#include "tls.h"

static pn_ssl_domain_t *client, *server;

/* One connection with an id, from open to close. Says what the queries made of it. */
static void meet(const char *id, bool clean)
{
    pn_ssl_resume_status_t a, b;
    make_ends(NULL, server, "server.example.test");
    secure(&A, client, id);
    muted = true;
    bind_ends();
    pn_connection_open(A.connection);
    pn_connection_open(B.connection);
    settle();
    a = pn_ssl_resume_status(A.ssl), b = pn_ssl_resume_status(B.ssl);
    char cipher[64] = "-";
    pn_ssl_get_cipher_name(A.ssl, cipher, sizeof cipher);
    const char *subject = pn_ssl_get_remote_subject(A.ssl);
    bool failed = pn_condition_is_set(pn_transport_condition(A.transport));
    muted = false;
    say("%s: client %d server %d %s subject %s%s", text(id), (int)a, (int)b, cipher, text(subject), failed ? " failed" : "");
    muted = true;
    if (clean) {
        pn_connection_close(A.connection);
        settle();
        pn_connection_close(B.connection);
        settle();
    }
    free_ends();
    muted = false;
}

static void begin(const char *name, const char *protocol)
{
    section(name);
    client = client_domain(PN_SSL_VERIFY_PEER_NAME, NULL);
    server = domain(PN_SSL_MODE_SERVER, "server");
    pn_ssl_domain_set_protocols(client, protocol);
}

static void end(void)
{
    pn_ssl_domain_free(client);
    pn_ssl_domain_free(server);
}

static void in(const char *protocol)
{
    char name[80], ids[8][40];
    for (int i = 0; i < 8; i++) snprintf(ids[i], sizeof ids[i], "%s %d", protocol, i);

    snprintf(name, sizeof name, "%s: no id", protocol);
    begin(name, protocol);
    for (int i = 0; i < 3; i++) meet(NULL, true);
    end();

    snprintf(name, sizeof name, "%s: one id", protocol);
    begin(name, protocol);
    for (int i = 0; i < 4; i++) meet(ids[0], true);
    end();

    snprintf(name, sizeof name, "%s: two ids", protocol);
    begin(name, protocol);
    for (int i = 0; i < 6; i++) meet(ids[1 + i % 2], true);
    end();

    snprintf(name, sizeof name, "%s: a session that was not closed", protocol);
    begin(name, protocol);
    meet(ids[3], false);
    meet(ids[3], true);
    end();

    snprintf(name, sizeof name, "%s: the empty id", protocol);
    begin(name, protocol);
    for (int i = 0; i < 2; i++) meet("", true);
    end();

    snprintf(name, sizeof name, "%s: the server has forgotten", protocol);
    begin(name, protocol);
    meet(ids[4], true);
    pn_ssl_domain_free(server);
    server = domain(PN_SSL_MODE_SERVER, "server");
    for (int i = 0; i < 2; i++) meet(ids[4], true);
    end();

    snprintf(name, sizeof name, "%s: more ids than are kept", protocol);
    begin(name, protocol);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 8; i++) meet(ids[i], true);
    end();
}

int main(void)
{
    begin_tls();
    in("TLSv1.2");
    in("TLSv1.3");

    begin("the protocol changes between sessions", "TLSv1.2");
    meet("changing", true);
    pn_ssl_domain_set_protocols(client, "TLSv1.3");
    for (int i = 0; i < 2; i++) meet("changing", true);
    end();

    begin("the client's certificate survives", "TLSv1.2 TLSv1.3");
    pn_ssl_domain_set_credentials(client, "client.pem", "client.key", NULL);
    pn_ssl_domain_set_peer_authentication(server, PN_SSL_VERIFY_PEER, "ca.pem");
    for (int i = 0; i < 3; i++) meet("with certificate", true);
    end();
    return 0;
}
