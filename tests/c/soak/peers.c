/* Peers that do not behave: they vanish, reset, stall within a frame, drip, close half, send nonsense or nothing.
 *
 * The peers are plain sockets in threads; against them stand servers, clients and raw connections of one proactor. Each
 * peer says beforehand, by its port, how the connection that it meets may end. All have to end, by a bounded time-out at
 * the latest, and nothing may be left.
 */
#define _GNU_SOURCE
#include "soak/serve.h"
#include "soak/soak.h"

#include <proton/connection_driver.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>

enum { SERVERS = 3, PEERS = 4, BUFFERS = 4, ROOM = 500, IDLE_MS = 400, FLOOD = 100, PIECE = 32768 };

/* How a connection may end. */
typedef enum { ANYHOW, WELL, BADLY, BY_FRAMING, BY_SILENCE } end_t;

enum { PATIENT, IMPATIENT, RAW, LISTENERS };

static pn_listener_t *listeners[LISTENERS];
static unsigned ports[LISTENERS], bad_port;
static atomic_uchar ends[65536]; /* by the peer's port */
static atomic_uint alive, ended, messages, inactive, listening, echoes;
static atomic_bool leaving;
static _Thread_local const char *doing = "a bad server";

typedef struct {
    char room[BUFFERS][ROOM];
    bool out[BUFFERS]; /* the library has it */
} echo_t;

/* ---- the proactor's side: AMQP ---- */

static end_t end_of(pn_transport_t *transport)
{
    char address[PN_MAX_ADDR];
    pn_netaddr_str(pn_transport_remote_addr(transport), address, sizeof address);
    const char *colon = strrchr(address, ':');
    return colon ? (end_t)atomic_load(&ends[atoi(colon + 1) & 0xffff]) : ANYHOW;
}

static void closed(pn_transport_t *transport, bool server)
{
    pn_condition_t *condition = pn_transport_condition(transport);
    const char *name = pn_condition_get_name(condition), *text = pn_condition_get_description(condition);
    end_t end = server ? end_of(transport) : BADLY;
    if (!name) name = "nothing";
    REQUIRE(end != WELL || !pn_condition_is_set(condition), "ended with %s: %s", name, text);
    REQUIRE(end != BADLY || pn_condition_is_set(condition), "ended without a condition");
    REQUIRE(end != BY_FRAMING || !strcmp(name, "amqp:connection:framing-error"), "ended with %s: %s", name, text);
    REQUIRE(end != BY_SILENCE || !strcmp(name, "amqp:resource-limit-exceeded"), "ended with %s: %s", name, text);
    atomic_fetch_add(&ended, 1);
    atomic_fetch_sub(&alive, 1);
}

static void flood(pn_link_t *link)
{
    static const char piece[PIECE] = {'x'};
    while (pn_link_credit(link) > 0) {
        pn_delivery(link, pn_dtag("f", 1));
        pn_link_send(link, piece, sizeof piece);
        pn_delivery_settle(pn_link_current(link));
    }
}

static void on_delivery(pn_delivery_t *delivery)
{
    char bytes[128];
    pn_link_t *link = pn_delivery_link(delivery);
    if (!pn_link_is_receiver(link) || !pn_delivery_readable(delivery)) return;
    while (pn_link_recv(link, bytes, sizeof bytes) > 0) continue;
    if (pn_delivery_partial(delivery)) return;
    pn_delivery_update(delivery, PN_ACCEPTED);
    pn_delivery_settle(delivery);
    atomic_fetch_add(&messages, 1);
}

static void on_connection(pn_event_t *event)
{
    pn_connection_t *connection = pn_event_connection(event);
    bool server = pn_connection_get_context(connection) == NULL;
    switch (pn_event_type(event)) {
    case PN_CONNECTION_REMOTE_OPEN: pn_connection_open(connection); break;
    case PN_SESSION_REMOTE_OPEN: pn_session_open(pn_event_session(event)); break;
    case PN_LINK_REMOTE_OPEN:
        pn_link_open(pn_event_link(event));
        if (pn_link_is_receiver(pn_event_link(event))) pn_link_flow(pn_event_link(event), 10);
        break;
    case PN_LINK_FLOW:
        if (pn_link_is_sender(pn_event_link(event))) flood(pn_event_link(event));
        break;
    case PN_DELIVERY: on_delivery(pn_event_delivery(event)); break;
    case PN_CONNECTION_REMOTE_CLOSE: pn_connection_close(connection); break;
    case PN_TRANSPORT_CLOSED: closed(pn_event_transport(event), server); break;
    default: break;
    }
}

/* ---- the proactor's side: raw ---- */

static void give_back(echo_t *echo, pn_raw_connection_t *raw)
{
    for (unsigned at = 0; at < BUFFERS; at++) {
        if (echo->out[at] || pn_raw_connection_read_buffers_capacity(raw) == 0) continue;
        pn_raw_buffer_t buffer = {.context = at, .bytes = echo->room[at], .capacity = ROOM};
        echo->out[at] = true;
        REQUIRE(pn_raw_connection_give_read_buffers(raw, &buffer, 1) == 1, "a read buffer was refused");
    }
}

static void take(echo_t *echo, pn_raw_connection_t *raw, bool read)
{
    pn_raw_buffer_t buffer;
    while (read ? pn_raw_connection_take_read_buffers(raw, &buffer, 1)
                : pn_raw_connection_take_written_buffers(raw, &buffer, 1)) {
        REQUIRE(buffer.context < BUFFERS && echo->out[buffer.context], "a strange buffer came back");
        bool goes_on = read && buffer.size && pn_raw_connection_write_buffers_capacity(raw) > 0;
        echo->out[buffer.context] = goes_on;
        if (goes_on) REQUIRE(pn_raw_connection_write_buffers(raw, &buffer, 1) == 1, "a write buffer was refused");
    }
}

static void on_raw(pn_event_t *event)
{
    pn_raw_connection_t *raw = pn_event_raw_connection(event);
    echo_t *echo = pn_raw_connection_get_context(raw);
    pn_event_type_t type = pn_event_type(event);
    take(echo, raw, true);
    take(echo, raw, false);
    if (type == PN_RAW_CONNECTION_DISCONNECTED) {
        for (unsigned at = 0; at < BUFFERS; at++) REQUIRE(!echo->out[at], "a buffer did not come back");
        free(echo);
        atomic_fetch_add(&ended, 1);
        atomic_fetch_sub(&alive, 1);
    } else if (type == PN_RAW_CONNECTION_CLOSED_READ) {
        pn_raw_connection_write_close(raw);
    } else if (!pn_raw_connection_is_read_closed(raw)) {
        give_back(echo, raw);
    }
}

/* ---- the proactor's side: threads ---- */

static void accept_one(pn_listener_t *listener)
{
    atomic_fetch_add(&alive, 1);
    if (listener == listeners[RAW]) {
        pn_raw_connection_t *raw = pn_raw_connection();
        pn_raw_connection_set_context(raw, calloc(1, sizeof(echo_t)));
        pn_listener_raw_accept(listener, raw);
        return;
    }
    pn_transport_t *transport = pn_transport();
    if (listener == listeners[IMPATIENT]) pn_transport_set_idle_timeout(transport, IDLE_MS);
    pn_listener_accept2(listener, NULL, transport);
}

static bool on_event(pn_event_t *event)
{
    switch (pn_event_type(event)) {
    case PN_LISTENER_OPEN: atomic_fetch_add(&listening, 1); return true;
    case PN_LISTENER_ACCEPT: accept_one(pn_event_listener(event)); return true;
    case PN_LISTENER_CLOSE: return true;
    case PN_PROACTOR_INACTIVE: atomic_fetch_add(&inactive, 1); return true;
    case PN_PROACTOR_INTERRUPT: return !atomic_load(&leaving);
    default: break;
    }
    if (pn_event_raw_connection(event)) on_raw(event);
    else if (pn_event_connection(event)) on_connection(event);
    return true;
}

/* ---- the peers: sockets ---- */

static void bind_here(int socket_, struct sockaddr_in *address)
{
    socklen_t size = sizeof *address;
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(socket_, (struct sockaddr *)address, size) || getsockname(socket_, (struct sockaddr *)address, &size))
        fail("a peer has no port");
}

static int connect_to(unsigned port, end_t end)
{
    struct sockaddr_in address;
    struct timeval patience = {.tv_sec = told.patience};
    int peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    bind_here(peer, &address);
    atomic_store(&ends[ntohs(address.sin_port)], (unsigned char)end);
    setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(peer, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    address.sin_port = htons((uint16_t)port);
    if (connect(peer, (struct sockaddr *)&address, sizeof address)) fail("a peer cannot connect");
    return peer;
}

static void reset(int peer)
{
    struct linger at_once = {.l_onoff = 1};
    setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(peer);
}

/* Whole or by single bytes; the other side may have gone. */
static void put(int peer, const void *bytes, size_t size, bool drip)
{
    for (size_t at = 0; at < size;) {
        ssize_t sent = send(peer, (const char *)bytes + at, drip ? 1 : size - at, MSG_NOSIGNAL);
        if (sent <= 0) return;
        at += (size_t)sent;
    }
}

/* Reads until the other side ends, and says whether `text` came by. */
static bool read_out(int peer, const char *text)
{
    char bytes[4096];
    size_t kept = 0;
    bool found = false;
    for (ssize_t got; (got = recv(peer, bytes + kept, sizeof bytes - kept, 0)) != 0;) {
        if (got < 0) {
            if (errno == EAGAIN) fail("%s: the connection is not ended", doing);
            break;
        }
        kept += (size_t)got;
        found |= text && memmem(bytes, kept, text, strlen(text));
        if (kept == sizeof bytes) kept = 0;
    }
    return found;
}

static const char opening[] = "AMQP\0\1\0\0\0\0\0\x11\2\0\0\0\0S\x10\xc0\4\1\xa1\1x";
static const char closing[] = "\0\0\0\x0e\2\0\0\0\0S\x18\xc0\1\0";

/* The reference forgets a peer that stalls within the header or ends within a frame. */
static size_t part_of_the_opening(void)
{
    size_t least = told.reference ? 8 : 1;
    return least + any(sizeof opening - 1 - least);
}

#define PUT(peer, text, drip) put(peer, text, sizeof text - 1, drip)

/* ---- the peers: what they do to a server ---- */

static void comes_and_goes(void) { close(connect_to(ports[PATIENT], BY_FRAMING)); }

static void resets_at_once(void) { reset(connect_to(ports[PATIENT], BADLY)); }

static void resets_within_a_frame(void)
{
    if (told.reference) return; /* it loses track of some */
    int peer = connect_to(ports[PATIENT], BADLY);
    put(peer, opening, 8 + any(17), one_in(2));
    reset(peer);
}

static void closes_half(void)
{
    int peer = connect_to(ports[PATIENT], BY_FRAMING);
    put(peer, opening, told.reference || one_in(2) ? sizeof opening - 1 : part_of_the_opening(), one_in(2));
    shutdown(peer, SHUT_WR);
    read_out(peer, NULL);
    close(peer);
}

static void sends_nonsense(void)
{
    char bytes[600];
    int peer = connect_to(ports[PATIENT], BY_FRAMING);
    for (unsigned at = 0; at < sizeof bytes; at++) bytes[at] = (char)any(256);
    bytes[0] = '!';
    put(peer, bytes, 8 + any(sizeof bytes - 8), one_in(2));
    read_out(peer, NULL);
    close(peer);
}

static void sends_a_nonsense_frame(void)
{
    int peer = connect_to(ports[PATIENT], BY_FRAMING);
    PUT(peer, opening, one_in(2));
    PUT(peer, "\0\0\0\3\2\0\0\0", false);
    REQUIRE(read_out(peer, "framing-error"), "a peer was not told of its error");
    close(peer);
}

static void closes_and_stays(void)
{
    int peer = connect_to(ports[PATIENT], WELL);
    PUT(peer, opening, one_in(2));
    PUT(peer, closing, one_in(2));
    read_out(peer, NULL);
    close(peer);
}

static void stalls_within_a_frame(void)
{
    int peer = connect_to(ports[IMPATIENT], BY_SILENCE);
    put(peer, opening, part_of_the_opening(), false);
    read_out(peer, NULL);
    close(peer);
}

static void says_nothing(void)
{
    if (told.reference) return; /* it would wait for ever */
    int peer = connect_to(ports[IMPATIENT], BY_SILENCE);
    read_out(peer, NULL);
    close(peer);
}

/* ---- the peers: an AMQP engine over a socket ---- */

static pn_link_t *engine_open(pn_connection_driver_t *engine, bool sends)
{
    pn_connection_driver_init(engine, NULL, NULL);
    pn_connection_open(engine->connection);
    pn_session_t *session = pn_session(engine->connection);
    pn_session_set_incoming_capacity(session, 1 << 30);
    pn_session_open(session);
    pn_link_t *link = sends ? pn_sender(session, "drip") : pn_receiver(session, "flood");
    pn_link_open(link);
    if (!sends) pn_link_flow(link, FLOOD);
    return link;
}

static void engine_send(pn_link_t *link)
{
    pn_delivery(link, pn_dtag("d", 1));
    pn_link_send(link, "a message, byte by byte", 23);
    pn_link_advance(link);
}

/* A whole conversation in single bytes. */
static void drips(void)
{
    pn_connection_driver_t engine;
    int peer = connect_to(ports[PATIENT], WELL);
    pn_link_t *link = engine_open(&engine, true);
    bool sent = false, taken = false;
    while (!pn_connection_driver_finished(&engine)) {
        for (pn_event_t *event; (event = pn_connection_driver_next_event(&engine));) {
            if (pn_event_type(event) == PN_LINK_FLOW && pn_link_credit(link) > 0 && !sent) engine_send(link), sent = true;
            if (pn_event_type(event) != PN_DELIVERY) continue;
            taken = pn_delivery_remote_state(pn_event_delivery(event)) == PN_ACCEPTED;
            pn_connection_close(engine.connection);
        }
        pn_bytes_t output = pn_connection_driver_write_buffer(&engine);
        if (output.size) {
            put(peer, output.start, output.size, true);
            pn_connection_driver_write_done(&engine, output.size);
            continue;
        }
        pn_rwbytes_t input = pn_connection_driver_read_buffer(&engine);
        if (!input.size) continue;
        ssize_t got = recv(peer, input.start, 1 + any((unsigned)input.size), 0);
        if (got <= 0) pn_connection_driver_close(&engine);
        else pn_connection_driver_read_done(&engine, (size_t)got);
    }
    REQUIRE(taken, "a message that dripped was not accepted");
    pn_connection_driver_destroy(&engine);
    close(peer);
}

/* Asks for a flood, reads nothing of it, and goes when the server must have lost patience; or does not wait for that. */
static void does_not_read(void)
{
    pn_connection_driver_t engine;
    int peer = connect_to(ports[IMPATIENT], BADLY);
    engine_open(&engine, false);
    while (pn_connection_driver_next_event(&engine)) continue;
    for (pn_bytes_t output; (output = pn_connection_driver_write_buffer(&engine)).size;) {
        put(peer, output.start, output.size, false);
        pn_connection_driver_write_done(&engine, output.size);
        while (pn_connection_driver_next_event(&engine)) continue;
    }
    pn_connection_driver_destroy(&engine);
    pause_ms(one_in(2) ? any(20) : 2 * IDLE_MS);
    if (one_in(2)) reset(peer);
    else close(peer);
}

/* ---- the peers: raw ---- */

static void echoes_and_closes_half(void)
{
    char sent[4000], got[4000];
    size_t size = any(sizeof sent), back = 0;
    bool drip = one_in(3);
    int peer = connect_to(ports[RAW], ANYHOW);
    for (size_t at = 0; at < size; at++) sent[at] = (char)any(256);
    put(peer, sent, size, drip);
    shutdown(peer, SHUT_WR);
    for (ssize_t more; back < size && (more = recv(peer, got + back, drip ? 1 : size - back, 0)) > 0;) back += (size_t)more;
    REQUIRE(back == size && !memcmp(sent, got, size), "%zu bytes of %zu came back", back, size);
    REQUIRE(recv(peer, got, 1, 0) == 0, "more than was sent came back, or no end");
    atomic_fetch_add(&echoes, 1);
    close(peer);
}

static void vanishes_from_an_echo(void)
{
    char bytes[2000] = {0};
    int peer = connect_to(ports[RAW], ANYHOW);
    put(peer, bytes, any(sizeof bytes), one_in(4));
    if (one_in(2)) reset(peer);
    else close(peer);
}

/* ---- the peers: servers that clients of the proactor meet ---- */

static int bad_listener;

static void *be_a_bad_server(void *nothing)
{
    chance_from(told.seed, 999);
    for (int peer; (peer = accept4(bad_listener, NULL, NULL, SOCK_CLOEXEC)) >= 0;) {
        switch (any(told.reference ? 5 : 6)) {
        case 0: reset(peer); continue;
        case 1: PUT(peer, "HTTP/1.1 400 Bad Request\r\n\r\n", one_in(2)); break;
        case 2: put(peer, opening, told.reference ? sizeof opening - 1 : part_of_the_opening(), true); break;
        case 3: shutdown(peer, SHUT_WR); read_out(peer, NULL); break;
        case 4: PUT(peer, opening, true); reset(peer); continue;
        case 5: read_out(peer, NULL); break; /* until the client has lost patience */
        }
        close(peer);
    }
    return nothing;
}

static void client_meets_a_bad_server(void)
{
    char address[64];
    static int client;
    pn_transport_t *transport = pn_transport();
    pn_connection_t *connection = pn_connection();
    snprintf(address, sizeof address, "127.0.0.1:%u", bad_port);
    pn_transport_set_idle_timeout(transport, IDLE_MS);
    pn_connection_set_context(connection, &client);
    atomic_fetch_add(&alive, 1);
    pn_proactor_connect2(proactor, connection, transport, address);
}

/* ---- all of it ---- */

#define BEHAVIOUR(name) {#name, name}
static const struct {
    const char *name;
    void (*behave)(void);
} behaviours[] = {
    BEHAVIOUR(comes_and_goes),         BEHAVIOUR(resets_at_once),
    BEHAVIOUR(resets_within_a_frame),  BEHAVIOUR(closes_half),
    BEHAVIOUR(sends_nonsense),         BEHAVIOUR(sends_a_nonsense_frame),
    BEHAVIOUR(closes_and_stays),       BEHAVIOUR(stalls_within_a_frame),
    BEHAVIOUR(says_nothing),           BEHAVIOUR(drips),
    BEHAVIOUR(does_not_read),          BEHAVIOUR(echoes_and_closes_half),
    BEHAVIOUR(vanishes_from_an_echo),  BEHAVIOUR(client_meets_a_bad_server),
};

static int64_t stop_at;

static void *misbehave(void *number)
{
    enum { KINDS = sizeof behaviours / sizeof *behaviours };
    chance_from(told.seed, (uintptr_t)number);
    for (unsigned at = 0; stop_at ? now_ms() < stop_at : at < told.operations / 50 / PEERS; at++) {
        unsigned kind = at < KINDS ? at : any(KINDS);
        doing = behaviours[kind].name;
        behaviours[kind].behave();
    }
    return NULL;
}

static void listen_here(void)
{
    char address[PN_MAX_ADDR];
    for (unsigned at = 0; at < LISTENERS; at++) {
        listeners[at] = pn_listener();
        pn_proactor_listen(proactor, listeners[at], "127.0.0.1:0", 64);
        pn_netaddr_str(pn_listener_addr(listeners[at]), address, sizeof address);
        ports[at] = (unsigned)atoi(strrchr(address, ':') + 1);
    }
    struct sockaddr_in here;
    bad_listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bind_here(bad_listener, &here);
    if (listen(bad_listener, 64)) fail("a bad server cannot listen");
    bad_port = ntohs(here.sin_port);
}

static void tell_counts(void)
{
    printf("seed %llu: %u connections ended, %u alive, %u messages, %u echoes\n", (unsigned long long)told.seed,
           atomic_load(&ended), atomic_load(&alive), atomic_load(&messages), atomic_load(&echoes));
}

int main(int count, char **arguments)
{
    pthread_t servers[SERVERS], peers[PEERS], bad;
    hear(count, arguments);
    tell_more = tell_counts;
    if (told.seconds) stop_at = now_ms() + (int64_t)told.seconds * 1000;
    unsigned descriptors_before = descriptors();
    proactor = pn_proactor();
    listen_here();
    for (unsigned at = 0; at < SERVERS; at++)
        if (pthread_create(&servers[at], NULL, serve, NULL)) fail("no thread");
    AWAIT(atomic_load(&listening) == LISTENERS, "the listeners do not open");
    size_t held_before = held();
    if (pthread_create(&bad, NULL, be_a_bad_server, NULL)) fail("no thread");
    for (uintptr_t at = 0; at < PEERS; at++)
        if (pthread_create(&peers[at], NULL, misbehave, (void *)at)) fail("no thread");
    for (unsigned at = 0; at < PEERS; at++) pthread_join(peers[at], NULL);
    AWAIT(atomic_load(&alive) == 0, "a connection does not end");
    shutdown(bad_listener, SHUT_RDWR);
    pthread_join(bad, NULL);
    close(bad_listener);
    for (unsigned at = 0; at < LISTENERS; at++) pn_listener_close(listeners[at]);
    AWAIT(atomic_load(&inactive) > 0, "the proactor does not say that it is inactive");
    atomic_store(&leaving, true);
    pn_proactor_interrupt(proactor);
    for (unsigned at = 0; at < SERVERS; at++) pthread_join(servers[at], NULL);
    REQUIRE(held() <= held_before + 512 * 1024, "%zu bytes held, %zu before", held(), held_before);
    pn_proactor_free(proactor);
    REQUIRE(descriptors() == descriptors_before, "%u descriptors, %u before", descriptors(), descriptors_before);
    tell_counts();
    return all_held();
}
