/* Differential program: the session of a transport: NULL and misuse, host names and buffers, queries at every stage,
 * subjects and fingerprints, lifetimes in every order. */
#include "tls.h"

static pn_ssl_domain_t *client, *server;

static void quietly_open(void)
{
    muted = true;
    bind_ends();
    pn_connection_open(A.connection);
    pn_connection_open(B.connection);
    settle();
    muted = false;
}

static void quietly_end(void)
{
    muted = true;
    free_ends();
    muted = false;
}

static void made(void)
{
    section("making a session");
    pn_transport_t *t = pn_transport();
    pn_ssl_t *ssl = pn_ssl(t);
    say("no transport: %s", pn_ssl(NULL) ? "a session" : "nothing");
    say("the same again %d, the transport itself %d", pn_ssl(t) == ssl, (void *)ssl == (void *)t);
    say("resumed %d", pn_ssl_resume_status(ssl));
    say("strength %d", pn_ssl_get_ssf(ssl));
    say("encrypted %d", pn_transport_is_encrypted(t));
    say("subject %s", text(pn_ssl_get_remote_subject(ssl)));
    say("init %d", pn_ssl_init(ssl, client, NULL));
    say("resumed %d", pn_ssl_resume_status(ssl));
    say("again %d", pn_ssl_init(ssl, client, NULL));
    say("with another domain %d", pn_ssl_init(ssl, server, NULL));
    say("without a domain %d", pn_ssl_init(ssl, NULL, NULL));
    pn_transport_free(t);

    section("no session");
    say("set name %d", pn_ssl_set_peer_hostname(NULL, "host"));
    size_t size = 0;
    say("get name %d", pn_ssl_get_peer_hostname(NULL, NULL, &size));
}

static void host_names(void)
{
    section("the name of the peer");
    pn_transport_t *t = pn_transport();
    pn_ssl_t *ssl = pn_ssl(t);
    static const char *const names[] = {"host", "", "another.example.test", NULL};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        if (n) say("set %s: %d", text(names[n - 1]), pn_ssl_set_peer_hostname(ssl, names[n - 1]));
        static const size_t sizes[] = {0, 1, 3, 4, 5, 20, 21, 100};
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            char buffer[100] = "before";
            size_t size = sizes[i];
            int got = pn_ssl_get_peer_hostname(ssl, buffer, &size);
            say("a buffer of %zu: %d, size %zu, %s", sizes[i], got, size, sizes[i] ? text(buffer) : "-");
        }
        size_t size = 77;
        int got = pn_ssl_get_peer_hostname(ssl, NULL, &size);
        say("no buffer: %d, size %zu", got, size);
    }
    say("cleared %d", pn_ssl_set_peer_hostname(ssl, NULL));
    size_t size = 10;
    char buffer[10] = "before";
    say("then %d size %zu %s", pn_ssl_get_peer_hostname(ssl, buffer, &size), size, text(buffer));
    pn_transport_free(t);

    section("the name comes from the connection");
    static const char *const orders[] = {"session first", "connection first", "set before", "set after"};
    for (int order = 0; order < 4; order++) {
        pn_connection_t *c = pn_connection();
        t = pn_transport();
        pn_connection_set_hostname(c, "of.connection");
        if (order == 1) pn_transport_bind(t, c);
        ssl = pn_ssl(t);
        if (order == 2) pn_ssl_set_peer_hostname(ssl, "of.session");
        if (order != 1) pn_transport_bind(t, c);
        if (order == 3) pn_ssl_set_peer_hostname(ssl, "of.session");
        char name[40] = "";
        size = sizeof name;
        int got = pn_ssl_get_peer_hostname(ssl, name, &size);
        say("%s: %d %s", orders[order], got, text(name));
        pn_transport_unbind(t);
        pn_transport_free(t);
        pn_connection_free(c);
    }
}

static void buffers(void)
{
    section("buffers for names and fingerprints");
    make_ends(client, server, "server.example.test");
    quietly_open();
    for (size_t size = 0; size <= 24; size += 6) {
        char cipher[24] = "before", protocol[24] = "before";
        bool has_cipher = pn_ssl_get_cipher_name(A.ssl, cipher, size);
        say("cipher in %zu: %d %s", size, has_cipher, size ? text(cipher) : "-");
        bool has_protocol = pn_ssl_get_protocol_name(A.ssl, protocol, size);
        say("protocol in %zu: %d %s", size, has_protocol, size ? text(protocol) : "-");
    }
    static const struct { const char *name; int hash; size_t needs; } hashes[] = {
        {"sha1", PN_SSL_SHA1, 41}, {"sha256", PN_SSL_SHA256, 65}, {"sha512", PN_SSL_SHA512, 129}, {"md5", PN_SSL_MD5, 33},
        {"none", 9, 100}, {"negative", -1, 100},
    };
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
        for (size_t less = 0; less < 2; less++) {
            char print[129], path[64], line[200] = "";
            memset(print, 'x', sizeof print);
            int got = pn_ssl_get_cert_fingerprint(A.ssl, print, hashes[i].needs - less, (pn_ssl_hash_alg)hashes[i].hash);
            snprintf(path, sizeof path, "server.%s", hashes[i].name);
            FILE *file = fopen(path, "r");
            if (file && fgets(line, sizeof line, file)) line[strcspn(line, " ")] = '\0';
            if (file) fclose(file);
            say("%s in %zu: %d, as openssl says %d", hashes[i].name, hashes[i].needs - less, got, !strcmp(line, print));
        }
    quietly_end();
}

static void subjects(void)
{
    section("the subject of a peer");
    pn_ssl_domain_t *asks = server_domain(PN_SSL_VERIFY_PEER, "server");
    pn_ssl_domain_t *shows = client_domain(PN_SSL_VERIFY_PEER, "subject");
    make_ends(shows, asks, "server.example.test");
    for (int stage = 0; stage < 2; stage++) {
        if (stage) quietly_open();
        const char *subject = pn_ssl_get_remote_subject(B.ssl);
        if (stage) printf("[the subject of a peer] %s\n", subject ? subject : "(null)");
        say("the same pointer %d", subject == pn_ssl_get_remote_subject(B.ssl));
        for (int field = -1; field < 8; field++)
            say("field %d of B's peer %s, of A's %s", field,
                text(pn_ssl_get_remote_subject_subfield(B.ssl, (pn_ssl_cert_subject_subfield)field)),
                text(pn_ssl_get_remote_subject_subfield(A.ssl, (pn_ssl_cert_subject_subfield)field)));
    }
    quietly_end();
    pn_ssl_domain_free(asks);
    pn_ssl_domain_free(shows);
}

static void stages(void)
{
    section("a session in every stage");
    at_every_step = true;
    make_ends(client, server, "server.example.test");
    whole_life();
    look(true);
    quietly_end();

    section("a session nobody has initialised");
    make_ends(NULL, server, "server.example.test");
    A.ssl = pn_ssl(A.transport);
    bind_ends();
    pn_connection_open(A.connection);
    settle();
    quietly_end();

    section("a session without a domain of its own");
    make_ends(NULL, server, "server.example.test");
    A.ssl = pn_ssl(A.transport);
    say("init %d", pn_ssl_init(A.ssl, NULL, NULL));
    bind_ends();
    pn_connection_open(A.connection);
    settle();
    quietly_end();

    section("two sessions without domains of their own");
    make_ends(NULL, NULL, "server.example.test");
    A.ssl = pn_ssl(A.transport);
    B.ssl = pn_ssl(B.transport);
    say("init %d %d", pn_ssl_init(A.ssl, NULL, NULL), pn_ssl_init(B.ssl, NULL, NULL));
    bind_ends();
    pn_connection_open(A.connection);
    settle();
    quietly_end();

    section("a client's domain for a server");
    make_ends(client, client, "server.example.test");
    bind_ends();
    pn_connection_open(A.connection);
    settle();
    quietly_end();

    section("a server's domain for a client");
    make_ends(server, server, "server.example.test");
    bind_ends();
    pn_connection_open(A.connection);
    settle();
    quietly_end();
}

static void lifetimes(void)
{
    static const char *const names[] = {"domains go before the handshake", "domains go during the handshake",
                                        "domains go when all is open"};
    for (int when = 0; when < 3; when++) {
        section(names[when]);
        pn_ssl_domain_t *mine = client_domain(PN_SSL_VERIFY_PEER_NAME, NULL), *theirs = domain(PN_SSL_MODE_SERVER, "server");
        make_ends(mine, theirs, "server.example.test");
        bind_ends();
        pn_connection_open(A.connection);
        if (when > 0) carry(&A, &B);
        if (when == 2) settle();
        pn_ssl_domain_free(mine);
        pn_ssl_domain_free(theirs);
        settle();
        pn_connection_open(B.connection);
        settle();
        quietly_end();
    }

    section("a domain that changes leaves its sessions alone");
    pn_ssl_domain_t *mine = client_domain(PN_SSL_VERIFY_PEER_NAME, NULL), *theirs = domain(PN_SSL_MODE_SERVER, "server");
    make_ends(mine, theirs, "server.example.test");
    say("credentials %d", pn_ssl_domain_set_credentials(theirs, "wrong-server.pem", "wrong-server.key", NULL));
    say("protocols %d", pn_ssl_domain_set_protocols(mine, "TLSv1.2"));
    bind_ends();
    pn_connection_open(A.connection);
    settle();
    quietly_end();
    section("later sessions see the change");
    make_ends(mine, theirs, "server.example.test");
    bind_ends();
    pn_connection_open(A.connection);
    settle();
    quietly_end();
    pn_ssl_domain_free(mine);
    pn_ssl_domain_free(theirs);

    static const char *const ends[] = {"transports go before the handshake", "transports go during the handshake",
                                       "transports go after the handshake", "transports go half closed"};
    for (int when = 0; when < 4; when++) {
        section(ends[when]);
        make_ends(client, server, "server.example.test");
        bind_ends();
        muted = true;
        pn_connection_open(A.connection);
        if (when == 1) carry(&A, &B);
        if (when >= 2) settle();
        if (when == 3) pn_connection_close(A.connection), settle();
        muted = false;
        pn_transport_unbind(A.transport);
        pn_transport_unbind(B.transport);
        say_events(&A);
        say_events(&B);
        pn_transport_free(A.transport);
        pn_transport_free(B.transport);
        A.transport = B.transport = NULL;
        pn_connection_free(A.connection);
        pn_connection_free(B.connection);
        A.connection = B.connection = NULL;
        say_events(&A);
        say_events(&B);
        free_ends();
    }

    section("a transport that never spoke");
    pn_transport_t *t = pn_transport();
    say("init %d", pn_ssl_init(pn_ssl(t), client, "some session"));
    pn_transport_free(t);

    section("a session made after the first bytes");
    make_ends(NULL, NULL, NULL);
    bind_ends();
    pn_connection_open(A.connection);
    carry(&A, &B);
    A.ssl = pn_ssl(A.transport);
    say("init %d", pn_ssl_init(A.ssl, client, NULL));
    settle();
    quietly_end();
}

int main(void)
{
    begin_tls();
    client = client_domain(PN_SSL_VERIFY_PEER_NAME, NULL);
    server = domain(PN_SSL_MODE_SERVER, "server");
    made();
    host_names();
    buffers();
    subjects();
    stages();
    lifetimes();
    pn_ssl_domain_free(client);
    pn_ssl_domain_free(server);
    return 0;
}
