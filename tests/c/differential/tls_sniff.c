/* Differential program: what a server makes of a peer's first bytes when it has TLS, may have, or has not; and what it
 * demands: encryption, authentication. */
#include "tls.h"

static pn_ssl_domain_t *client, *server, *lenient;

typedef struct demands_t { const char *name; bool domain, unsecured, encryption, authentication; } demands_t;

static const demands_t servers[] = {
    {"no TLS", false, false, false, false},
    {"TLS", true, false, false, false},
    {"TLS, unsecured clients allowed", true, true, false, false},
    {"no TLS, encryption required", false, false, true, false},
    {"TLS, unsecured clients allowed, encryption required", true, true, true, false},
    {"TLS, authentication required", true, false, false, true},
    {"TLS, unsecured clients allowed, authentication required", true, true, false, true},
};

static void make_server(const demands_t *demands)
{
    if (demands->encryption) pn_transport_require_encryption(B.transport, true);
    if (demands->authentication) pn_transport_require_auth(B.transport, true);
    if (demands->domain && secure(&B, demands->unsecured ? lenient : server, NULL)) say("init failed");
}

static void go_on(void)
{
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

/* A byte stream of a program's own making in place of a client's. */
static void told_bytes(const demands_t *demands, const char *name, const char *start, size_t size, bool over)
{
    char title[160];
    snprintf(title, sizeof title, "%s: %s%s", demands->name, name, over ? ", and no more" : "");
    section(title);
    make_ends(NULL, NULL, NULL);
    make_server(demands);
    muted = true;
    pn_transport_bind(B.transport, B.connection);
    say_events(&B);
    muted = false;
    size_t pushed = 0;
    while (pushed < size) {
        ssize_t taken = pn_transport_push(B.transport, start + pushed, size - pushed);
        if (taken <= 0) break;
        pushed += (size_t)taken;
    }
    say_events(&B);
    if (over && pn_transport_capacity(B.transport) >= 0) say("tail %d", pn_transport_close_tail(B.transport));
    say_events(&B);
    ssize_t out;
    while ((out = pn_transport_pending(B.transport)) > 0) {
        /* A server that has not seen TLS answers in clear; an alert is the business of another program. */
        const char *head = pn_transport_head(B.transport);
        if (head[0] == 'A') say("answers %s", shown(head, out < 8 ? (size_t)out : 8));
        pn_transport_pop(B.transport, (size_t)out);
    }
    say_events(&B);
    say("output %s", out < 0 ? "ended" : "goes on");
    say("encrypted %d authenticated %d user %s", pn_transport_is_encrypted(B.transport),
        pn_transport_is_authenticated(B.transport), text(pn_transport_get_user(B.transport)));
    muted = true;
    free_ends();
    muted = false;
}

#define BYTES(text) text, sizeof text - 1

static void bytes_of_many_kinds(const demands_t *demands)
{
    static const struct { const char *name, *start; size_t size; } kinds[] = {
        {"nothing", BYTES("")},
        {"an AMQP header", BYTES("AMQP\x00\x01\x00\x00")},
        {"a SASL header", BYTES("AMQP\x03\x01\x00\x00")},
        {"a TLS header", BYTES("AMQP\x02\x01\x00\x00")},
        {"two TLS headers", BYTES("AMQP\x02\x01\x00\x00" "AMQP\x02\x01\x00\x00")},
        {"a TLS header and an AMQP header", BYTES("AMQP\x02\x01\x00\x00" "AMQP\x00\x01\x00\x00")},
        {"an old AMQP header", BYTES("AMQP\x01\x01\x00\x0a")},
        {"a wrong AMQP header", BYTES("AMQP\x00\x02\x00\x00")},
        {"HTTP", BYTES("GET / HTTP/1.1\r\nHost: example\r\n\r\n")},
        {"half an AMQP header", BYTES("AMQP")},
        {"one byte of TLS", BYTES("\x16")},
        {"two bytes of TLS", BYTES("\x16\x03")},
        {"three bytes of TLS", BYTES("\x16\x03\x01")},
        {"a hello of nothing", BYTES("\x16\x03\x01\x00\x00")},
        {"a hello that is none", BYTES("\x16\x03\x01\x00\x05hello")},
        {"a record of SSL 3", BYTES("\x16\x03\x00\x00\x04\x01\x00\x00\x00")},
        {"a record of no known version", BYTES("\x16\x03\x05\x00\x04\x01\x00\x00\x00")},
        {"an old hello", BYTES("\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x10")},
        {"an alert", BYTES("\x15\x03\x01\x00\x02\x02\x28")},
        {"zeros", BYTES("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (int over = 0; over < 2; over++) told_bytes(demands, kinds[i].name, kinds[i].start, kinds[i].size, over);
}

/* Real clients of three kinds. */
static void clients(const demands_t *demands)
{
    static const char *const kinds[] = {"a plain client", "a client with SASL", "a client with TLS",
                                        "a client with TLS and SASL"};
    for (int kind = 0; kind < 4; kind++) {
        char title[160];
        snprintf(title, sizeof title, "%s: %s", demands->name, kinds[kind]);
        section(title);
        make_ends(kind >= 2 ? client : NULL, NULL, "server.example.test");
        if (kind % 2) pn_sasl(A.transport);
        make_server(demands);
        go_on();
    }
}

/* A TLS header goes before the hello. */
static size_t header_first(end_t *from, char *start, size_t size)
{
    static bool done;
    if (!from) done = false;
    else if (from == &A && !done) {
        done = true;
        ssize_t taken = pn_transport_push(B.transport, "AMQP\x02\x01\x00\x00", 8);
        say("header %zd", taken);
        say_events(&B);
    }
    (void)start;
    return size;
}

int main(void)
{
    begin_tls();
    client = client_domain(PN_SSL_VERIFY_PEER, NULL);
    server = domain(PN_SSL_MODE_SERVER, "server");
    lenient = domain(PN_SSL_MODE_SERVER, "server");
    pn_ssl_domain_allow_unsecured_client(lenient);
    for (size_t s = 0; s < sizeof servers / sizeof *servers; s++) {
        clients(&servers[s]);
        if (s < 3) bytes_of_many_kinds(&servers[s]);
        char title[160];
        snprintf(title, sizeof title, "%s: a TLS header before the hello", servers[s].name);
        section(title);
        header_first(NULL, NULL, 0);
        make_ends(client, NULL, "server.example.test");
        on_the_way = header_first;
        make_server(&servers[s]);
        go_on();
    }
    section("a client that requires encryption");
    make_ends(NULL, NULL, NULL);
    pn_transport_require_encryption(A.transport, true);
    go_on();
    pn_ssl_domain_free(client);
    pn_ssl_domain_free(server);
    pn_ssl_domain_free(lenient);
    return 0;
}
