/* Self-checking: what TLS does better than the releases up to 0.37: errors reach the peer, names are compared by RFC 6125,
 * authorities replace those of the system, nothing is true before it is verified, and NULL is harmless. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "tls.h"

#include <strings.h>

static pn_ssl_domain_t *client, *server;

static const char *description(end_t *end)
{
    const char *text = pn_condition_get_description(pn_transport_condition(end->transport));
    return text ? text : "";
}

static const char *condition_name(end_t *end)
{
    const char *text = pn_condition_get_name(pn_transport_condition(end->transport));
    return text ? text : "";
}

/* Without regard to case, as the TLS libraries write differently. */
static bool mentions(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (; *text; text++)
        if (!strncasecmp(text, word, length)) return true;
    return false;
}

static void open_both(void)
{
    bind_ends();
    pn_connection_open(A.connection);
    pn_connection_open(B.connection);
    settle();
}

static void nulls(void)
{
    char buffer[70] = "before";
    size_t size = sizeof buffer;
    CHECK(!pn_ssl(NULL));
    pn_ssl_domain_free(NULL);
    CHECK(pn_ssl_domain_set_credentials(NULL, NULL, NULL, NULL) == -1);
    CHECK(pn_ssl_domain_set_trusted_ca_db(NULL, NULL) == -1);
    CHECK(pn_ssl_domain_set_peer_authentication(NULL, PN_SSL_VERIFY_PEER, NULL) == -1);
    CHECK(pn_ssl_domain_allow_unsecured_client(NULL) == -1);
    CHECK(pn_ssl_domain_set_ciphers(NULL, "HIGH") < 0);
    CHECK(pn_ssl_domain_set_protocols(NULL, "TLSv1.2") < 0);
    CHECK(pn_ssl_init(NULL, NULL, NULL) < 0);
    CHECK(pn_ssl_init(NULL, client, "id") < 0);
    CHECK(!pn_ssl_get_cipher_name(NULL, buffer, sizeof buffer));
    CHECK(!pn_ssl_get_protocol_name(NULL, buffer, sizeof buffer));
    CHECK(pn_ssl_get_ssf(NULL) == 0);
    CHECK(!pn_ssl_get_remote_subject(NULL));
    CHECK(!pn_ssl_get_remote_subject_subfield(NULL, PN_SSL_CERT_SUBJECT_COMMON_NAME));
    CHECK(pn_ssl_get_cert_fingerprint(NULL, buffer, sizeof buffer, PN_SSL_SHA256) < 0);
    CHECK(pn_ssl_resume_status(NULL) == PN_SSL_RESUME_UNKNOWN);
    CHECK(pn_ssl_set_peer_hostname(NULL, "host") == -1);
    CHECK(pn_ssl_get_peer_hostname(NULL, buffer, &size) == -1);

    pn_transport_t *t = pn_transport();
    pn_ssl_t *ssl = pn_ssl(t);
    CHECK(!pn_ssl_get_cipher_name(ssl, NULL, 0));
    CHECK(!pn_ssl_get_protocol_name(ssl, NULL, 0));
    CHECK(pn_ssl_get_cert_fingerprint(ssl, NULL, 0, PN_SSL_SHA256) < 0);
    CHECK(pn_ssl_get_peer_hostname(ssl, NULL, NULL) <= 0);
    CHECK(pn_ssl_init(ssl, client, NULL) == 0);
    CHECK(pn_ssl_get_cert_fingerprint(ssl, NULL, 100, PN_SSL_SHA256) < 0);
    pn_transport_free(t);

    pn_ssl_domain_t *domains[] = {pn_ssl_domain(PN_SSL_MODE_CLIENT), pn_ssl_domain(PN_SSL_MODE_SERVER)};
    for (int i = 0; i < 2; i++) {
        CHECK(pn_ssl_domain_set_credentials(domains[i], NULL, "server.key", NULL) < 0);
        int without_key = pn_ssl_domain_set_credentials(domains[i], "server.pem", NULL, NULL);
        CHECK(without_key == -4);
        CHECK(pn_ssl_domain_set_credentials(domains[i], NULL, NULL, NULL) < 0);
        CHECK(pn_ssl_domain_set_trusted_ca_db(domains[i], NULL) == -1);
        CHECK(pn_ssl_domain_set_ciphers(domains[i], NULL) < 0);
        CHECK(pn_ssl_domain_set_protocols(domains[i], NULL) < 0);
        CHECK(pn_ssl_domain_set_credentials(domains[i], "server.pem", "server.key", NULL) == 0);
        pn_ssl_domain_free(domains[i]);
    }
}

static void exact_protocols(void)
{
    static const char *const wrong[] = {"T", "TLS", "TLSv", "TLSv1.", "TLSv1.3 T", "TLSv1.2 TLSv1."};
    pn_ssl_domain_t *domain = pn_ssl_domain(PN_SSL_MODE_CLIENT);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK(pn_ssl_domain_set_protocols(domain, wrong[i]) == PN_ARG_ERR);
    CHECK(pn_ssl_domain_set_protocols(domain, "TLSv1.2 TLSv1.3") == 0);
    pn_ssl_domain_free(domain);
}

/* A key that needs a password is refused without one; nobody is asked at the terminal. */
static void no_password(void)
{
    pn_ssl_domain_t *domain = pn_ssl_domain(PN_SSL_MODE_SERVER);
    CHECK(pn_ssl_domain_set_credentials(domain, "server.pem", "server-pkcs8.key", NULL) == -4);
    CHECK(pn_ssl_domain_set_credentials(domain, "server.pem", "server-legacy.key", NULL) == -4);
    pn_ssl_domain_free(domain);
}

/* Does the end that is refused learn of it by an alert? */
static void alerts(const char *protocol)
{
    static const struct { const char *server, *client; bool asks; } cases[] = {
        {"wrong-server", NULL, false}, {"expired", NULL, false}, {"wrong-name", NULL, false},
        {"server", NULL, true}, {"server", "wrong-client", true}, {"server", "expired-client", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pn_ssl_domain_t *mine = client_domain(PN_SSL_VERIFY_PEER_NAME, cases[i].client);
        pn_ssl_domain_t *theirs = server_domain(cases[i].asks ? PN_SSL_VERIFY_PEER : PN_SSL_ANONYMOUS_PEER, cases[i].server);
        pn_ssl_domain_set_protocols(mine, protocol);
        make_ends(mine, theirs, "server.example.test");
        open_both();
        end_t *refuses = cases[i].asks ? &B : &A, *refused = cases[i].asks ? &A : &B;
        CHECK(!strcmp(condition_name(refuses), "amqp:connection:framing-error"));
        CHECK(!strncmp(description(refuses), "SSL Failure: ", 13));
        CHECK(!mentions(description(refuses), "alert"));
        CHECK(!strcmp(condition_name(refused), "amqp:connection:framing-error"));
        CHECK(mentions(description(refused), "alert"));
        CHECK(pn_transport_closed(A.transport) && pn_transport_closed(B.transport));
        CHECK(!pn_transport_is_encrypted(refuses->transport));
        free_ends();
        pn_ssl_domain_free(mine);
        pn_ssl_domain_free(theirs);
    }
}

/* Nothing is encrypted, and there is nobody on the other side, before the peer is believed. */
static bool early;

static size_t look_at_claims(end_t *from, char *start, size_t size)
{
    (void)from, (void)start;
    char name[64];
    bool refused = pn_condition_is_set(pn_transport_condition(A.transport));
    early = early || (refused && pn_transport_is_encrypted(A.transport));
    early = early || (refused && pn_ssl_get_cipher_name(A.ssl, name, sizeof name));
    return size;
}

static void claims(void)
{
    pn_ssl_domain_t *theirs = domain(PN_SSL_MODE_SERVER, "wrong-server");
    make_ends(client, theirs, "server.example.test");
    on_the_way = look_at_claims;
    early = false;
    open_both();
    CHECK(!early);
    CHECK(!pn_transport_is_encrypted(A.transport));
    CHECK(pn_condition_is_set(pn_transport_condition(A.transport)));
    free_ends();
    pn_ssl_domain_free(theirs);
}

/* The version that was negotiated, not the one in which a cipher was introduced. */
static void versions(void)
{
    static const char *const protocols[] = {"TLSv1.2", "TLSv1.3"};
    for (size_t i = 0; i < 2; i++) {
        char name[20] = "";
        pn_ssl_domain_t *mine = client_domain(PN_SSL_VERIFY_PEER, NULL), *theirs = domain(PN_SSL_MODE_SERVER, "server-rsa");
        pn_ssl_domain_set_protocols(mine, protocols[i]);
        pn_ssl_domain_set_ciphers(mine, "AES256-SHA:ECDHE-RSA-AES256-GCM-SHA384");
        pn_ssl_domain_set_ciphers(theirs, "AES256-SHA:ECDHE-RSA-AES256-GCM-SHA384");
        make_ends(mine, theirs, "server.example.test");
        open_both();
        CHECK(pn_ssl_get_protocol_name(A.ssl, name, sizeof name) && !strcmp(name, protocols[i]));
        CHECK(pn_ssl_get_protocol_name(B.ssl, name, sizeof name) && !strcmp(name, protocols[i]));
        free_ends();
        pn_ssl_domain_free(mine);
        pn_ssl_domain_free(theirs);
    }
}

/* A server that cannot speak TLS says why it ends. */
static void no_domain(void)
{
    make_ends(client, NULL, "server.example.test");
    open_both();
    CHECK(!strcmp(condition_name(&B), "amqp:connection:framing-error"));
    CHECK(description(&B)[0]);
    CHECK(pn_transport_closed(B.transport) && pn_transport_closed(A.transport));
    CHECK(pn_condition_is_set(pn_transport_condition(A.transport)));
    free_ends();

    make_ends(NULL, server, "server.example.test");
    A.ssl = pn_ssl(A.transport);
    open_both();
    CHECK(pn_condition_is_set(pn_transport_condition(A.transport)));
    CHECK(pn_transport_closed(A.transport));
    CHECK(A.written == 0);
    free_ends();
}

static size_t clear;

static size_t count_clear(end_t *from, char *start, size_t size)
{
    if (from == &A && size >= 4 && !memcmp(start, "AMQP", 4)) clear++;
    return size;
}

/* A client that was asked for TLS says nothing in clear, even if its stream is over before it began. */
static void never_in_clear(void)
{
    make_ends(client, NULL, "server.example.test");
    on_the_way = count_clear;
    clear = 0;
    bind_ends();
    pn_connection_open(A.connection);
    pn_transport_close_tail(A.transport);
    settle();
    CHECK(clear == 0);
    CHECK(pn_transport_closed(A.transport));
    free_ends();
}

/* Whether the last bytes of an end make the other one's stream end in order. */
static bool remote_closed;

static void note_close(end_t *end, pn_event_t *event)
{
    if (end == &B && pn_event_type(event) == PN_CONNECTION_REMOTE_CLOSE) remote_closed = true;
}

/* An error that the library raises between input and output reaches the peer as a close, and the stream ends in order. */
static void library_errors(const char *protocol)
{
    pn_ssl_domain_t *mine = client_domain(PN_SSL_VERIFY_PEER, NULL);
    pn_ssl_domain_set_protocols(mine, protocol);
    make_ends(mine, server, "server.example.test");
    pn_transport_set_idle_timeout(A.transport, 1000);
    on_event = note_close;
    open_both();
    remote_closed = false;
    pn_transport_tick(A.transport, 1);
    pn_transport_tick(A.transport, 500000);
    settle();
    CHECK(!strcmp(condition_name(&A), "amqp:resource-limit-exceeded"));
    CHECK(remote_closed);
    pn_condition_t *told = pn_connection_remote_condition(B.connection);
    CHECK(pn_condition_is_set(told) && !strcmp(pn_condition_get_name(told), "amqp:resource-limit-exceeded"));
    pn_connection_close(B.connection);
    settle();
    CHECK(!mentions(description(&B), "SSL"));
    CHECK(pn_transport_closed(A.transport) && pn_transport_closed(B.transport));
    free_ends();
    pn_ssl_domain_free(mine);
}

/* The outcome of a failed authentication reaches the client, and no stream is cut. */
static void sasl_errors(const char *protocol)
{
    pn_ssl_domain_t *mine = client_domain(PN_SSL_VERIFY_PEER, NULL);
    pn_ssl_domain_set_protocols(mine, protocol);
    make_ends(mine, server, "server.example.test");
    pn_sasl_allowed_mechs(pn_sasl(A.transport), "ANONYMOUS");
    pn_sasl_allowed_mechs(pn_sasl(B.transport), "EXTERNAL");
    open_both();
    CHECK(!strcmp(condition_name(&A), "amqp:unauthorized-access"));
    CHECK(!mentions(description(&B), "SSL"));
    CHECK(pn_transport_closed(A.transport) && pn_transport_closed(B.transport));
    free_ends();

    make_ends(mine, server, "server.example.test");
    pn_transport_require_auth(B.transport, true);
    open_both();
    CHECK(!strcmp(condition_name(&B), "amqp:connection:policy-error"));
    CHECK(!mentions(description(&A), "SSL"));
    CHECK(pn_transport_closed(A.transport) && pn_transport_closed(B.transport));
    free_ends();
    pn_ssl_domain_free(mine);
}

static bool fits(const char *certificate, const char *host)
{
    pn_ssl_domain_t *theirs = domain(PN_SSL_MODE_SERVER, certificate);
    make_ends(client, theirs, host);
    open_both();
    bool result = !pn_condition_is_set(pn_transport_condition(A.transport));
    free_ends();
    pn_ssl_domain_free(theirs);
    return result;
}

/* RFC 6125: addresses by addresses, a wildcard for the whole left-most label, common names only where nothing else is. */
static void names(void)
{
    CHECK(fits("ip", "127.0.0.1"));
    CHECK(fits("ip", "::1"));
    CHECK(fits("ip", "0:0:0:0:0:0:0:1"));
    CHECK(!fits("ip", "127.0.0.2"));
    CHECK(!fits("ip", "::2"));
    CHECK(!fits("ip-as-dns", "127.0.0.1"));
    CHECK(fits("wildcard", "server.example.test"));
    CHECK(!fits("wildcard", "a.server.example.test"));
    CHECK(!fits("wildcard", "example.test"));
    CHECK(!fits("wildcard", ".example.test"));
    CHECK(!fits("wildcard-inner", "server.example.test"));
    CHECK(!fits("wildcard-bare", "server"));
    CHECK(!fits("wildcard-overlap", "server.example.test"));
    CHECK(!fits("cn-besides-san", "server.example.test"));
    CHECK(fits("cn-besides-san", "other.example.test"));
    CHECK(fits("cn", "server.example.test"));
    CHECK(!fits("no-name", "server.example.test"));
}

/* An authority that a program names replaces those of the system, and an intermediate may be the one. */
static void authorities(void)
{
    static const struct { const char *database, *certificate; bool believed; } cases[] = {
        {NULL, "wrong-server", true}, {NULL, "server", false}, {"ca.pem", "wrong-server", false}, {"ca.pem", "server", true},
        {"ca.pem", "chain", true}, {"ca-directory", "server", true}, {"ca-directory", "wrong-server", false},
        {"intermediate.pem", "chain", true}, {"intermediate.pem", "leaf", true}, {"intermediate.pem", "server", false},
        {"bundle.pem", "server", true}, {"bundle.pem", "wrong-server", true}, {"wrong-ca.pem", "false-server", false},
    };
    setenv("SSL_CERT_FILE", "wrong-ca.pem", 1);
    setenv("SSL_CERT_DIR", "/nonexistent", 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pn_ssl_domain_t *mine = pn_ssl_domain(PN_SSL_MODE_CLIENT);
        pn_ssl_domain_t *theirs = domain(PN_SSL_MODE_SERVER, cases[i].certificate);
        if (cases[i].database) CHECK(pn_ssl_domain_set_trusted_ca_db(mine, cases[i].database) == 0);
        make_ends(mine, theirs, "server.example.test");
        open_both();
        bool believed = !pn_condition_is_set(pn_transport_condition(A.transport));
        if (!check(believed == cases[i].believed, "the authority decides"))
            printf("  %s and a server with %s: %s\n", cases[i].database ? cases[i].database : "the system's",
                   cases[i].certificate, description(&A));
        free_ends();
        pn_ssl_domain_free(mine);
        pn_ssl_domain_free(theirs);
    }
    unsetenv("SSL_CERT_FILE");
    unsetenv("SSL_CERT_DIR");
}

/* A session that goes on works with a server that wants a certificate, and the certificate is still known. */
static void resumed(const char *protocol)
{
    pn_ssl_domain_t *mine = client_domain(PN_SSL_VERIFY_PEER_NAME, "client"), *theirs = server_domain(PN_SSL_VERIFY_PEER, "server");
    pn_ssl_domain_set_protocols(mine, protocol);
    for (int i = 0; i < 3; i++) {
        make_ends(NULL, theirs, "server.example.test");
        secure(&A, mine, protocol);
        open_both();
        CHECK(pn_ssl_resume_status(A.ssl) == (i ? PN_SSL_RESUME_REUSED : PN_SSL_RESUME_NEW));
        CHECK(pn_ssl_resume_status(B.ssl) == (i ? PN_SSL_RESUME_REUSED : PN_SSL_RESUME_NEW));
        const char *subject = pn_ssl_get_remote_subject(B.ssl);
        CHECK(subject && !strcmp(subject, "CN=client,O=Protium tests"));
        pn_connection_close(A.connection);
        pn_connection_close(B.connection);
        settle();
        CHECK(!pn_condition_is_set(pn_transport_condition(A.transport)));
        CHECK(!pn_condition_is_set(pn_transport_condition(B.transport)));
        free_ends();
    }
    /* A session belongs to the domain that made it. */
    pn_ssl_domain_t *stranger = client_domain(PN_SSL_VERIFY_PEER_NAME, NULL);
    pn_ssl_domain_set_protocols(stranger, protocol);
    make_ends(NULL, theirs, "server.example.test");
    secure(&A, stranger, protocol);
    open_both();
    CHECK(pn_ssl_resume_status(A.ssl) == PN_SSL_RESUME_NEW);
    CHECK(pn_condition_is_set(pn_transport_condition(B.transport)));
    free_ends();
    pn_ssl_domain_free(stranger);
    pn_ssl_domain_free(mine);
    pn_ssl_domain_free(theirs);
}

int main(void)
{
    static const char *const protocols[] = {"TLSv1.3", "TLSv1.2"};
    begin_tls();
    muted = true;
    client = client_domain(PN_SSL_VERIFY_PEER_NAME, NULL);
    server = domain(PN_SSL_MODE_SERVER, "server");
    nulls();
    exact_protocols();
    no_password();
    claims();
    versions();
    no_domain();
    never_in_clear();
    names();
    authorities();
    for (size_t i = 0; i < 2; i++) {
        alerts(protocols[i]);
        library_errors(protocols[i]);
        sasl_errors(protocols[i]);
        resumed(protocols[i]);
    }
    pn_ssl_domain_free(client);
    pn_ssl_domain_free(server);
    return checks_result();
}
