/* Differential program: SASL over TLS. What is offered and chosen there, whose name a certificate gives, and what a server
 * demands. */
#include "tls.h"

static pn_ssl_domain_t *plain_client, *named_client, *plain_server, *asking_server;

typedef struct case_t {
    const char *name;
    bool named, asks; /* the client has a certificate; the server wants one */
    const char *allowed, *server_allowed, *user, *password, *authorization;
    bool require_auth;
} case_t;

static void say_sasl(end_t *end)
{
    pn_sasl_t *sasl = pn_sasl(end->transport);
    say("%s outcome=%d mech=%s user=%s authorization=%s transport user=%s authenticated=%d encrypted=%d", end->name,
        (int)pn_sasl_outcome(sasl), text(pn_sasl_get_mech(sasl)), text(pn_sasl_get_user(sasl)),
        text(pn_sasl_get_authorization(sasl)), text(pn_transport_get_user(end->transport)),
        pn_transport_is_authenticated(end->transport), pn_transport_is_encrypted(end->transport));
}

static void play(const case_t *one)
{
    section(one->name);
    make_ends(one->named ? named_client : plain_client, one->asks ? asking_server : plain_server, "server.example.test");
    pn_sasl_t *a = pn_sasl(A.transport), *b = pn_sasl(B.transport);
    if (one->allowed) pn_sasl_allowed_mechs(a, one->allowed);
    if (one->server_allowed) pn_sasl_allowed_mechs(b, one->server_allowed);
    pn_connection_set_user(A.connection, one->user);
    pn_connection_set_password(A.connection, one->password);
    pn_connection_set_authorization(A.connection, one->authorization);
    pn_transport_require_auth(B.transport, one->require_auth);
    muted = true;
    bind_ends();
    pn_connection_open(A.connection);
    pn_connection_open(B.connection);
    say_events(&A);
    say_events(&B);
    muted = false;
    settle();
    say_sasl(&A);
    say_sasl(&B);
    muted = true;
    free_ends();
    muted = false;
}

int main(void)
{
    static const case_t cases[] = {
        {.name = "anonymous"},
        {.name = "anonymous, authentication required", .require_auth = true},
        {.name = "a certificate that nobody asks for", .named = true},
        {.name = "external by certificate", .named = true, .asks = true},
        {.name = "external by certificate, authentication required", .named = true, .asks = true, .require_auth = true},
        {.name = "external for somebody else", .named = true, .asks = true, .authorization = "boss"},
        {.name = "external although there is a user", .named = true, .asks = true, .user = "fred", .password = "pw"},
        {.name = "external not allowed by the client", .named = true, .asks = true, .allowed = "ANONYMOUS"},
        {.name = "external not allowed by the server", .named = true, .asks = true, .server_allowed = "ANONYMOUS"},
        {.name = "only external allowed", .named = true, .asks = true, .allowed = "EXTERNAL"},
        {.name = "only external allowed, without a certificate", .allowed = "EXTERNAL"},
        {.name = "only external allowed by the server, without a certificate", .server_allowed = "EXTERNAL"},
        {.name = "no certificate where one is wanted", .asks = true},
        {.name = "a user and a password", .user = "fred", .password = "pw"},
        {.name = "only plain allowed", .user = "fred", .password = "pw", .allowed = "PLAIN"},
    };
    begin_tls();
    plain_client = client_domain(PN_SSL_VERIFY_PEER_NAME, NULL);
    named_client = client_domain(PN_SSL_VERIFY_PEER_NAME, "client");
    plain_server = domain(PN_SSL_MODE_SERVER, "server");
    asking_server = server_domain(PN_SSL_VERIFY_PEER, "server");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) play(&cases[i]);

    section("a certificate without SASL");
    make_ends(named_client, asking_server, "server.example.test");
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

    section("a certificate without SASL, authentication required");
    make_ends(named_client, asking_server, "server.example.test");
    pn_transport_require_auth(B.transport, true);
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

    pn_ssl_domain_free(plain_client);
    pn_ssl_domain_free(named_client);
    pn_ssl_domain_free(plain_server);
    pn_ssl_domain_free(asking_server);
    return 0;
}
