/* Differential program: protocol headers. What a server makes of a peer's first bytes, what a client expects, and
 * policy: each with the condition and the farewell. */
#include "engine.h"

/* A server reads the bytes at once or one by one, and the stream may end behind them. */
static void server_reads(const void *start, size_t size, bool singly, bool ends)
{
    engine_t b = bound_engine("B", true);
    pn_connection_open(b.connection);
    muted = true;
    say_events(&b);
    muted = false;
    if (singly) {
        for (size_t i = 0; i < size; i++) {
            ssize_t taken = pn_transport_push(b.transport, (const char *)start + i, 1);
            if (taken != 1) say("byte %zu: %zd", i, taken);
        }
        hear(&b);
    } else {
        tell_bytes(&b, start, size);
    }
    if (ends) tell_end(&b);
    muted = true;
    end_engine(&b);
    muted = false;
}

static const struct {
    const char *name, *start;
    size_t size;
} openings[] = {
    {"http", "HTTP/1.1 200 OK\r\n", 17},
    {"a get request", "GET / HTTP/1.1\r\n\r\n", 18},
    {"an older AMQP", "AMQP\x00\x00\x09\x01", 8},
    {"AMQP 0-10", "AMQP\x01\x01\x00\x0a", 8},
    {"AMQP 1.1", "AMQP\x00\x01\x01\x00", 8},
    {"a revision more", "AMQP\x00\x01\x00\x01", 8},
    {"an unknown layer", "AMQP\x04\x01\x00\x00", 8},
    {"quotes, backslashes and controls", "\"'\\\x00\x7f\xff~A", 8},
    {"three zeros", "\x00\x00\x00", 3},
    {"AMQX", "AMQX\x00\x01\x00\x00", 8},
};

static void a_server_refuses_others(void)
{
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        char name[64];
        snprintf(name, sizeof name, "a server refuses %s", openings[i].name);
        section(name);
        server_reads(openings[i].start, openings[i].size, false, false);
        server_reads(openings[i].start, openings[i].size, true, true);
    }
}

static void streams_that_end_early(void)
{
    section("the stream ends inside the header");
    for (size_t size = 0; size < 8; size++) server_reads("AMQP\x00\x01\x00\x00", size, false, true);
    section("the stream ends behind the header");
    server_reads("AMQP\x00\x01\x00\x00", 8, false, true);
    section("the stream ends behind open");
    bytes_t bytes = {0};
    put(&bytes, "AMQP\x00\x01\x00\x00", 8);
    write_frame(&bytes, 0, 0, 0x10, "\"peer\"", "");
    server_reads(bytes.start, bytes.size, false, true);
    section("the stream ends behind close");
    write_frame(&bytes, 0, 0, 0x18, "", "");
    server_reads(bytes.start, bytes.size, false, true);
    free(bytes.start);
}

static void a_header_twice(void)
{
    section("a second AMQP header is no frame");
    server_reads("AMQP\x00\x01\x00\x00" "AMQP\x00\x01\x00\x00", 16, false, false);
    section("a SASL header behind the AMQP header is no frame");
    server_reads("AMQP\x00\x01\x00\x00" "AMQP\x03\x01\x00\x00", 16, false, false);
}

static void client_reads(const void *start, size_t size, bool ends)
{
    engine_t a = bound_engine("A", false);
    muted = true;
    hear(&a);
    muted = false;
    tell_bytes(&a, start, size);
    if (ends) tell_end(&a);
    muted = true;
    end_engine(&a);
    muted = false;
}

static void a_client_insists(void)
{
    section("a client expects the AMQP header");
    client_reads("HTTP/1.1", 8, false);
    client_reads("AMQP\x00\x00\x09\x01", 8, false);
    client_reads("AMQP\x02\x01\x00\x00", 8, false);
    client_reads("AMQP\x03\x01\x00\x00", 8, false);
    section("a client is told where its peer's stream ended");
    client_reads("", 0, true);
    client_reads("AMQ", 3, true);
    client_reads("AMQP\x00\x01\x00", 7, true);
    client_reads("AMQP\x00\x01\x00\x00", 8, true);
    client_reads("XXX", 3, true);

    section("a client that has not spoken yet is refused");
    engine_t a = bound_engine("A", false);
    pn_connection_open(a.connection);
    tell_bytes(&a, "HTTP/1.1", 8);
    end_engine(&a);

    section("a client sends its open without waiting for a header");
    a = bound_engine("A", false);
    pn_connection_open(a.connection);
    pn_session_open(pn_session(a.connection));
    hear(&a);
    tell_header(&a);
    end_engine(&a);
}

static void a_client_with_sasl_insists(void)
{
    section("a client with SASL expects the SASL header");
    static const struct { const char *start; size_t size; } answers[] = {
        {"AMQP\x00\x01\x00\x00", 8}, {"HTTP/1.1", 8}, {"AMQP\x02\x01\x00\x00", 8}, {"", 0}, {"AM", 2}};
    for (int i = 0; i < 5; i++) {
        engine_t a = make_engine("A", false);
        pn_sasl(a.transport);
        pn_transport_bind(a.transport, a.connection);
        pn_connection_open(a.connection);
        muted = true;
        hear(&a);
        muted = false;
        tell_bytes(&a, answers[i].start, answers[i].size);
        tell_end(&a);
        muted = true;
        end_engine(&a);
        muted = false;
    }
}

static void policy(void)
{
    section("a server that requires authentication refuses those who skip it");
    engine_t b = make_engine("B", true);
    pn_transport_require_auth(b.transport, true);
    pn_transport_bind(b.transport, b.connection);
    pn_connection_open(b.connection);
    tell_header(&b);
    say("user %s", text(pn_transport_get_user(b.transport)));
    end_engine(&b);

    section("a server that requires encryption refuses those in clear");
    b = make_engine("B", true);
    pn_transport_require_encryption(b.transport, true);
    pn_transport_bind(b.transport, b.connection);
    tell_header(&b);
    end_engine(&b);

    section("authentication is asked for before encryption");
    b = make_engine("B", true);
    pn_transport_require_encryption(b.transport, true);
    pn_transport_require_auth(b.transport, true);
    pn_transport_bind(b.transport, b.connection);
    tell_header(&b);
    end_engine(&b);

    section("a client that requires authentication is not refused anything");
    engine_t a = make_engine("A", false);
    pn_transport_require_auth(a.transport, true);
    pn_transport_bind(a.transport, a.connection);
    pn_connection_open(a.connection);
    hear(&a);
    tell_header(&a);
    tell(&a, 0, 0x10, "\"peer\"", "");
    say("user %s", text(pn_transport_get_user(a.transport)));
    end_engine(&a);
}

static void identity(void)
{
    section("a server knows its user once the header was read");
    engine_t b = bound_engine("B", true);
    say("user %s", text(pn_transport_get_user(b.transport)));
    tell_header(&b);
    say("user %s authenticated %d encrypted %d", text(pn_transport_get_user(b.transport)),
        pn_transport_is_authenticated(b.transport), pn_transport_is_encrypted(b.transport));
    end_engine(&b);
}

int main(void)
{
    a_server_refuses_others();
    streams_that_end_early();
    a_header_twice();
    a_client_insists();
    a_client_with_sasl_insists();
    policy();
    identity();
    return 0;
}
