/* Differential program: the stream itself. Pieces of every size, large messages, truncation and damage at every stage,
 * close_notify, time-outs, and errors of AMQP above TLS. */
#include "tls.h"

static pn_ssl_domain_t *client, *server;
static const char *protocol;

static void name_section(const char *what)
{
    static char name[100];
    snprintf(name, sizeof name, "%s: %s", protocol, what);
    section(name);
}

static void quietly(void (*act)(void))
{
    muted = true;
    act();
    muted = false;
}

static void open_both(void)
{
    bind_ends();
    pn_connection_open(A.connection);
    pn_connection_open(B.connection);
    settle();
}

static void start(void)
{
    make_ends(client, server, "server.example.test");
}

static void finish(void)
{
    quietly(free_ends);
}

static void in_pieces(void)
{
    static const size_t sizes[] = {1, 2, 3, 7, 64, 1000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char what[40];
        snprintf(what, sizeof what, "in pieces of %zu", sizes[i]);
        name_section(what);
        start();
        piece = sizes[i];
        ends_aside = true;
        whole_life();
        finish();
    }
}

/* The receiver's application: opens what the peer opens and counts what comes. */
static size_t received, whole;
static uint32_t sum;

static void receive(end_t *end, pn_event_t *event)
{
    char buffer[4096];
    ssize_t size;
    if (end != &B) return;
    switch (pn_event_type(event)) {
    case PN_CONNECTION_REMOTE_OPEN: pn_connection_open(B.connection); break;
    case PN_SESSION_REMOTE_OPEN: pn_session_open(pn_event_session(event)); break;
    case PN_LINK_REMOTE_OPEN:
        pn_link_open(pn_event_link(event));
        pn_link_flow(pn_event_link(event), 1000);
        break;
    case PN_DELIVERY: {
        pn_delivery_t *delivery = pn_event_delivery(event);
        while ((size = pn_link_recv(pn_event_link(event), buffer, sizeof buffer)) > 0) {
            received += (size_t)size;
            for (ssize_t at = 0; at < size; at++) sum = sum * 31 + (unsigned char)buffer[at];
        }
        if (pn_delivery_readable(delivery) && !pn_delivery_partial(delivery)) {
            whole++;
            pn_link_advance(pn_event_link(event));
            pn_delivery_update(delivery, PN_ACCEPTED);
            pn_delivery_settle(delivery);
        }
        break;
    }
    default: break;
    }
}

static void large(void)
{
    static const struct { size_t size, count, piece; uint32_t frame; } cases[] = {
        {100, 200, 0, 0}, {20000, 20, 0, 0}, {1500000, 2, 0, 0}, {300000, 2, 0, 4096}, {100000, 1, 1000, 0}, {10000, 1, 1, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char what[60];
        snprintf(what, sizeof what, "%zu messages of %zu, frames %u, pieces %zu", cases[i].count, cases[i].size, cases[i].frame,
                 cases[i].piece);
        name_section(what);
        received = whole = sum = 0;
        start();
        if (cases[i].frame) pn_transport_set_max_frame(B.transport, cases[i].frame);
        piece = cases[i].piece;
        on_event = receive;
        muted = true;
        bind_ends();
        pn_connection_open(A.connection);
        pn_session_t *session = pn_session(A.connection);
        pn_session_open(session);
        pn_link_t *sender = pn_sender(session, "sender");
        pn_link_open(sender);
        settle();
        char *body = malloc(cases[i].size);
        uint32_t expected = 0;
        for (size_t n = 0; n < cases[i].count; n++) {
            for (size_t at = 0; at < cases[i].size; at++) {
                body[at] = (char)(at * 7 + n);
                expected = expected * 31 + (unsigned char)body[at];
            }
            pn_delivery(sender, pn_dtag((const char *)&n, sizeof n));
            pn_link_send(sender, body, cases[i].size);
            pn_link_advance(sender);
        }
        free(body);
        settle();
        muted = false;
        say("received %zu whole %zu as sent %d queued %d", received, whole, sum == expected, pn_link_queued(sender));
        finish();
    }
}

/* The stream of one end is cut after so many bytes, or a byte is changed there. */
static end_t *victim;
static size_t place, seen;
static bool cut;

static size_t harm(end_t *from, char *bytes, size_t size)
{
    if (from != victim) return size;
    size_t before = seen;
    seen += size;
    if (place < before || place >= seen) return cut && place < before ? 0 : size;
    if (cut) return place - before;
    bytes[place - before] ^= 0x55;
    return size;
}

/* Cuts or changes the stream of an end after some records. */
static void harmed(end_t *end, const char *what, size_t at, bool cuts)
{
    name_section(what);
    start();
    victim = end, place = at, seen = 0, cut = cuts;
    on_the_way = harm;
    muted = true;
    bind_ends();
    pn_connection_open(A.connection);
    pn_connection_open(B.connection);
    say_events(&A);
    say_events(&B);
    muted = false;
    settle();
    if (cuts) {
        /* What was cut off never comes: the stream ends. */
        end_t *other = end == &A ? &B : &A;
        if (pn_transport_capacity(other->transport) >= 0) pn_transport_close_tail(other->transport);
        settle();
    }
    finish();
}

static void damage(void)
{
    harmed(&A, "the type of the hello changes", 5, false);
    harmed(&A, "the session id of the hello changes", 44, false);
    harmed(&B, "the answer's first byte changes", 0, false);
    harmed(&B, "the answer's version changes", 1, false);
    harmed(&B, "the answer's type changes", 5, false);
    harmed(&A, "nothing comes of the client", 0, true);
    harmed(&A, "a byte comes of the client", 1, true);
    harmed(&A, "the hello is cut", 50, true);
    harmed(&B, "nothing comes of the server", 0, true);
    harmed(&B, "the answer is cut", 50, true);
    harmed(&B, "the answer's second record is cut", 200, true);
}

/* A fully open pair whose stream of one end goes wrong later. */
static void broken_later(end_t *end, const char *what, bool cuts, bool in_the_middle)
{
    name_section(what);
    end_t *other = end == &A ? &B : &A;
    start();
    quietly(open_both);
    say_state(&A);
    if (!cuts || in_the_middle) {
        pn_session_open(pn_session(end->connection));
        victim = end, seen = 0, cut = cuts, place = 12;
        on_the_way = harm;
        settle();
    }
    if (cuts) {
        say("tail %d", pn_transport_close_tail(other->transport));
        settle();
    }
    finish();
}

static void later(void)
{
    broken_later(&A, "a record of the client changes", false, false);
    broken_later(&B, "a record of the server changes", false, false);
    broken_later(&A, "the client's stream ends without a word", true, false);
    broken_later(&B, "the server's stream ends without a word", true, false);
    broken_later(&A, "the client's stream ends within a record", true, true);
    broken_later(&B, "the server's stream ends within a record", true, true);

    name_section("plain bytes after the handshake");
    start();
    quietly(open_both);
    ssize_t taken = pn_transport_push(B.transport, "AMQP\x00\x01\x00\x00", 8);
    say("taken %zd", taken);
    settle();
    finish();

    name_section("the stream ends before the peer has closed");
    start();
    quietly(open_both);
    pn_connection_close(A.connection);
    on_the_way = NULL;
    carry(&A, &B);
    say_events(&B);
    say("tail %d", pn_transport_close_tail(B.transport));
    settle();
    finish();

    name_section("the head is closed");
    start();
    quietly(open_both);
    say("head %d", pn_transport_close_head(A.transport));
    settle();
    finish();

    name_section("the tail is closed before anything came");
    start();
    bind_ends();
    pn_connection_open(A.connection);
    say("tail %d", pn_transport_close_tail(A.transport));
    settle();
    finish();

    name_section("the server closes");
    start();
    quietly(open_both);
    pn_connection_close(B.connection);
    settle();
    pn_connection_close(A.connection);
    settle();
    finish();

    name_section("both close at once, with conditions");
    start();
    quietly(open_both);
    pn_condition_set_name(pn_connection_condition(A.connection), "a:reason");
    pn_condition_set_name(pn_connection_condition(B.connection), "b:reason");
    pn_connection_close(A.connection);
    pn_connection_close(B.connection);
    settle();
    finish();
}

int main(void)
{
    static const char *const protocols[] = {"TLSv1.3", "TLSv1.2"};
    begin_tls();
    for (size_t p = 0; p < 2; p++) {
        protocol = protocols[p];
        client = client_domain(PN_SSL_VERIFY_PEER_NAME, NULL);
        server = domain(PN_SSL_MODE_SERVER, "server");
        pn_ssl_domain_set_protocols(client, protocol);
        in_pieces();
        large();
        damage();
        later();
        pn_ssl_domain_free(client);
        pn_ssl_domain_free(server);
    }
    return 0;
}
