/* Differential program: which protocol and which cipher two domains agree on, anonymous ciphers, and what a server is told
 * of the name a client looks for. */
#include "tls.h"

static void meet(pn_ssl_domain_t *client, pn_ssl_domain_t *server)
{
    make_ends(client, server, "server.example.test");
    muted = true;
    bind_ends();
    pn_connection_open(A.connection);
    say_events(&A);
    say_events(&B);
    muted = false;
    settle();
    muted = true;
    free_ends();
    muted = false;
}

static void protocols(void)
{
    static const char *const sets[] = {NULL, "TLSv1.3", "TLSv1.2", "TLSv1.2 TLSv1.3", "TLSv1.1 TLSv1.2"};
    enum { SETS = sizeof sets / sizeof *sets };
    pn_ssl_domain_t *clients[SETS], *servers[SETS];
    for (size_t i = 0; i < SETS; i++) {
        clients[i] = client_domain(PN_SSL_VERIFY_PEER, NULL);
        servers[i] = domain(PN_SSL_MODE_SERVER, "server-rsa");
        if (sets[i]) pn_ssl_domain_set_protocols(clients[i], sets[i]);
        if (sets[i]) pn_ssl_domain_set_protocols(servers[i], sets[i]);
    }
    for (size_t c = 0; c < SETS; c++)
        for (size_t s = 0; s < SETS; s++) {
            char name[80];
            snprintf(name, sizeof name, "%s meets %s", sets[c] ? sets[c] : "any", sets[s] ? sets[s] : "any");
            section(name);
            meet(clients[c], servers[s]);
        }
    for (size_t i = 0; i < SETS; i++) {
        pn_ssl_domain_free(clients[i]);
        pn_ssl_domain_free(servers[i]);
    }
}

/* Protocols that a system may have forbidden; with a list of ciphers that lowers the level they may be used. */
static void old_protocols(void)
{
    static const char *const sets[] = {"TLSv1", "TLSv1.1"};
    for (size_t i = 0; i < 2; i++)
        for (size_t low = 0; low < 2; low++) {
            char name[80];
            snprintf(name, sizeof name, "%s%s", sets[i], low ? ", level 0" : "");
            section(name);
            pn_ssl_domain_t *client = client_domain(PN_SSL_VERIFY_PEER, NULL), *server = domain(PN_SSL_MODE_SERVER, "server-rsa");
            say("set %d %d", pn_ssl_domain_set_protocols(client, sets[i]), pn_ssl_domain_set_protocols(server, sets[i]));
            if (low) {
                say("ciphers %d", pn_ssl_domain_set_ciphers(client, "ALL:@SECLEVEL=0"));
                say("ciphers %d", pn_ssl_domain_set_ciphers(server, "ALL:@SECLEVEL=0"));
            }
            meet(client, server);
            pn_ssl_domain_free(client);
            pn_ssl_domain_free(server);
        }
}

static void ciphers(void)
{
    static const struct { const char *name, *certificate, *client, *server, *protocol; } cases[] = {
        {"a list of the client", "server", "ECDHE-ECDSA-AES128-GCM-SHA256", NULL, "TLSv1.2"},
        {"a list of the server", "server", NULL, "ECDHE-ECDSA-AES128-GCM-SHA256", "TLSv1.2"},
        {"lists that meet in one", "server", "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256",
         "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256", "TLSv1.2"},
        {"the order of the client", "server", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384",
         "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256", "TLSv1.2"},
        {"lists that do not meet", "server", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256", "TLSv1.2"},
        {"a list for another kind of key", "server", "ECDHE-RSA-AES128-GCM-SHA256", NULL, "TLSv1.2"},
        {"a list for RSA", "server-rsa", "ECDHE-RSA-AES128-GCM-SHA256", NULL, "TLSv1.2"},
        {"ephemeral keys", "server-rsa", "DHE-RSA-AES256-GCM-SHA384", NULL, "TLSv1.2"},
        {"a cipher older than the protocol", "server-rsa", "AES128-GCM-SHA256", NULL, "TLSv1.2"},
        {"a list does not matter in TLS 1.3", "server", "ECDHE-ECDSA-AES128-GCM-SHA256", NULL, "TLSv1.3"},
        {"a list and any protocol", "server", "ECDHE-ECDSA-AES128-GCM-SHA256", NULL, NULL},
        {"ChaCha20", "server", "ECDHE-ECDSA-CHACHA20-POLY1305", NULL, "TLSv1.2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        section(cases[i].name);
        pn_ssl_domain_t *client = client_domain(PN_SSL_VERIFY_PEER, NULL);
        pn_ssl_domain_t *server = domain(PN_SSL_MODE_SERVER, cases[i].certificate);
        if (cases[i].client) say("client's %d", pn_ssl_domain_set_ciphers(client, cases[i].client));
        if (cases[i].server) say("server's %d", pn_ssl_domain_set_ciphers(server, cases[i].server));
        if (cases[i].protocol) pn_ssl_domain_set_protocols(client, cases[i].protocol);
        meet(client, server);
        pn_ssl_domain_free(client);
        pn_ssl_domain_free(server);
    }
}

/* Two domains without a certificate, and what takes the anonymous ciphers away again. */
static void anonymous(void)
{
    static const char *const changes[] = {"nothing changes", "the server has a certificate", "the client verifies",
                                          "the client verified and no longer does", "the server has a certificate, then is anonymous",
                                          "the client has a list", "only TLS 1.3"};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char name[80];
        snprintf(name, sizeof name, "anonymous: %s", changes[i]);
        section(name);
        pn_ssl_domain_t *client = pn_ssl_domain(PN_SSL_MODE_CLIENT), *server = pn_ssl_domain(PN_SSL_MODE_SERVER);
        say("client %d", pn_ssl_domain_set_peer_authentication(client, PN_SSL_ANONYMOUS_PEER, NULL));
        if (i == 1 || i == 4) say("certificate %d", pn_ssl_domain_set_credentials(server, "server.pem", "server.key", NULL));
        if (i == 2 || i == 3) say("client %d", pn_ssl_domain_set_peer_authentication(client, PN_SSL_VERIFY_PEER, NULL));
        if (i == 3) say("client %d", pn_ssl_domain_set_peer_authentication(client, PN_SSL_ANONYMOUS_PEER, NULL));
        if (i == 4) say("server %d", pn_ssl_domain_set_peer_authentication(server, PN_SSL_ANONYMOUS_PEER, NULL));
        if (i == 5) say("ciphers %d", pn_ssl_domain_set_ciphers(client, "ADH-AES128-GCM-SHA256:@SECLEVEL=0"));
        if (i == 6) say("protocols %d", pn_ssl_domain_set_protocols(client, "TLSv1.3"));
        meet(client, server);
        pn_ssl_domain_free(client);
        pn_ssl_domain_free(server);
    }
}

/* The name in the hello, as it goes over the wire in clear. */
static char hello_name[64];

static size_t listen(end_t *from, char *start, size_t size)
{
    /* The extension: type 0, two lengths, type of name 0, length of name, name. */
    for (size_t at = 0; from == &A && !hello_name[0] && at + 9 < size; at++) {
        const unsigned char *x = (const unsigned char *)start + at;
        size_t length = (size_t)(x[7] << 8 | x[8]);
        if (x[0] || x[1] || (size_t)(x[2] << 8 | x[3]) != length + 5 || (size_t)(x[4] << 8 | x[5]) != length + 3 || x[6]
            || !length || length > sizeof hello_name - 1 || at + 9 + length > size)
            continue;
        memcpy(hello_name, x + 9, length);
        hello_name[length] = '\0';
    }
    return size;
}

static void looked_for(void)
{
    static const struct { const char *name, *connection, *session; } cases[] = {
        {"the connection's host", "server.example.test", NULL},
        {"no host", NULL, NULL},
        {"the session's name", "connection.example.test", "session.example.test"},
        {"an address", "127.0.0.1", NULL},
        {"an address of version 6", "::1", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[80];
        snprintf(name, sizeof name, "the name a client looks for: %s", cases[i].name);
        section(name);
        pn_ssl_domain_t *client = client_domain(PN_SSL_ANONYMOUS_PEER, NULL), *server = domain(PN_SSL_MODE_SERVER, "server");
        make_ends(client, server, cases[i].connection);
        if (cases[i].session) pn_ssl_set_peer_hostname(A.ssl, cases[i].session);
        hello_name[0] = '\0';
        on_the_way = listen;
        muted = true;
        bind_ends();
        pn_connection_open(A.connection);
        settle();
        muted = false;
        say("%s", hello_name[0] ? hello_name : "(none)");
        muted = true;
        free_ends();
        muted = false;
        pn_ssl_domain_free(client);
        pn_ssl_domain_free(server);
    }
}

int main(void)
{
    begin_tls();
    protocols();
    old_protocols();
    ciphers();
    anonymous();
    looked_for();
    return 0;
}
