/* Differential program: who is believed. Every way to verify with every certificate, from the client's side and from the
 * server's, in TLS 1.3 and 1.2: which end fails, with which words, which events come, and what the queries say then. */
#include "tls.h"

static const struct { const char *name; pn_ssl_verify_mode_t mode; } modes[] = {
    {"anonymous", PN_SSL_ANONYMOUS_PEER},
    {"verify", PN_SSL_VERIFY_PEER},
    {"verify name", PN_SSL_VERIFY_PEER_NAME},
    {"default", PN_SSL_VERIFY_NULL},
};

static const char *const protocols[] = {"TLSv1.3", "TLSv1.2"};

static void name_section(const char *protocol, const char *mode, const char *certificate, const char *more)
{
    static char name[100];
    snprintf(name, sizeof name, "%s, %s, %s%s", protocol, mode, certificate ? certificate : "none", more);
    section(name);
}

enum { MODES = sizeof modes / sizeof *modes };

static pn_ssl_domain_t *in_mode(pn_ssl_domain_t *made, size_t mode, const char *trusted)
{
    if (modes[mode].mode) pn_ssl_domain_set_peer_authentication(made, modes[mode].mode, trusted);
    return made;
}

/* As far as an open of both; what the end of a connection looks like is another scenario. */
static void meet(void)
{
    muted = true;
    bind_ends();
    pn_connection_open(A.connection);
    pn_connection_open(B.connection);
    say_events(&A);
    say_events(&B);
    muted = false;
    settle();
    muted = true;
    free_ends();
    muted = false;
}

static void servers(const char *protocol)
{
    static const char *const certificates[] = {
        "server", "server-rsa", "server-ed25519", "chain", "leaf", "wrong-server", "false-server", "self-signed",
        "expired", "future", "by-leaf", "for-clients", "wrong-name", "wildcard", "cn", "ip", NULL,
    };
    pn_ssl_domain_t *in_modes[MODES];
    for (size_t m = 0; m < MODES; m++) {
        in_modes[m] = in_mode(domain(PN_SSL_MODE_CLIENT, NULL), m, NULL);
        pn_ssl_domain_set_protocols(in_modes[m], protocol);
    }
    for (size_t c = 0; c < sizeof certificates / sizeof *certificates; c++) {
        pn_ssl_domain_t *server = domain(PN_SSL_MODE_SERVER, certificates[c]);
        for (size_t m = 0; m < MODES; m++) {
            name_section(protocol, modes[m].name, certificates[c], "");
            make_ends(in_modes[m], server, "server.example.test");
            meet();
        }
        pn_ssl_domain_free(server);
    }
    for (size_t m = 0; m < MODES; m++) pn_ssl_domain_free(in_modes[m]);
}

static void clients(const char *protocol)
{
    static const char *const certificates[] = {
        NULL, "client", "client-rsa", "client-chain", "client-leaf", "wrong-client", "self-signed", "expired-client",
        "subject", "server", "by-leaf",
    };
    pn_ssl_domain_t *in_modes[MODES];
    for (size_t m = 0; m < MODES; m++) in_modes[m] = in_mode(domain(PN_SSL_MODE_SERVER, "server"), m, "ca.pem");
    for (size_t c = 0; c < sizeof certificates / sizeof *certificates; c++) {
        pn_ssl_domain_t *client = client_domain(PN_SSL_VERIFY_PEER, certificates[c]);
        pn_ssl_domain_set_protocols(client, protocol);
        for (size_t m = 0; m < MODES; m++) {
            name_section(protocol, modes[m].name, certificates[c], " of a client");
            make_ends(client, in_modes[m], "server.example.test");
            meet();
        }
        pn_ssl_domain_free(client);
    }
    for (size_t m = 0; m < MODES; m++) pn_ssl_domain_free(in_modes[m]);
}

/* A server that verifies names compares with the one its session has been given. */
static void names_of_clients(const char *protocol)
{
    static const char *const names[] = {"client", "second", "other", ""};
    pn_ssl_domain_t *client = client_domain(PN_SSL_VERIFY_PEER, "subject");
    pn_ssl_domain_set_protocols(client, protocol);
    pn_ssl_domain_t *server = server_domain(PN_SSL_VERIFY_PEER_NAME, "server");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        name_section(protocol, "name of the client", names[i], "");
        make_ends(client, server, "server.example.test");
        say("set %d", pn_ssl_set_peer_hostname(B.ssl, names[i]));
        meet();
    }
    pn_ssl_domain_free(client);
    pn_ssl_domain_free(server);
}

/* Where the name to compare with comes from. */
static void names_of_servers(const char *protocol)
{
    static const struct { const char *name, *connection, *before, *after; } cases[] = {
        {"of the connection", "server.example.test", NULL, NULL},
        {"of the connection, wrong", "wrong.example.test", NULL, NULL},
        {"none", NULL, NULL, NULL},
        {"empty", "", NULL, NULL},
        {"of the session, before it is initialised", NULL, "server.example.test", NULL},
        {"of the session, after that", NULL, NULL, "server.example.test"},
        {"of both", "wrong.example.test", NULL, "server.example.test"},
        {"of both, the session's wrong", "server.example.test", "wrong.example.test", NULL},
        {"in capitals", "SERVER.Example.TEST", NULL, NULL},
        {"with a dot at its end", "server.example.test.", NULL, NULL},
    };
    pn_ssl_domain_t *client = client_domain(PN_SSL_VERIFY_PEER_NAME, NULL);
    pn_ssl_domain_set_protocols(client, protocol);
    pn_ssl_domain_t *server = domain(PN_SSL_MODE_SERVER, "server");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        name_section(protocol, "name to compare with", cases[i].name, "");
        make_ends(NULL, server, cases[i].connection);
        A.ssl = pn_ssl(A.transport);
        if (cases[i].before) pn_ssl_set_peer_hostname(A.ssl, cases[i].before);
        say("init %d", pn_ssl_init(A.ssl, client, NULL));
        if (cases[i].after) pn_ssl_set_peer_hostname(A.ssl, cases[i].after);
        meet();
    }
    pn_ssl_domain_free(client);
    pn_ssl_domain_free(server);
}

int main(void)
{
    begin_tls();
    for (size_t p = 0; p < 2; p++) {
        servers(protocols[p]);
        clients(protocols[p]);
        names_of_clients(protocols[p]);
        names_of_servers(protocols[p]);
    }
    return 0;
}
