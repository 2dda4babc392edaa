/* Self-checking: what the proactor has since 0.37, which the reference of the differential programs lacks. */
#include "proactor/story.h"

#include <proton/connection_driver.h>
#include <proton/proactor_ext.h>

#include <fcntl.h>
#include <pthread.h>
#include <sys/un.h>

pn_connection_driver_t *pn_event_batch_connection_driver(pn_event_batch_t *batch);

static char heard[4096];

/* Whether the batch in hand belongs to this and to nothing else. */
static void check_batch(const void *connection, const void *listener, const void *raw, const void *proactor)
{
    CHECK(pn_event_batch_connection(scene.batch) == connection);
    CHECK(pn_event_batch_listener(scene.batch) == listener);
    CHECK(pn_event_batch_raw_connection(scene.batch) == raw);
    CHECK(pn_event_batch_proactor(scene.batch) == proactor);
}

static void check_connection(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    check_batch(pn_event_connection(event), NULL, NULL, NULL);
    if (party->extra) close_when_open(party, event, type);
    else oblige(party, event, type);
}

static void check_listener(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    check_batch(NULL, pn_event_listener(event), NULL, NULL);
    if (type == PN_LISTENER_ACCEPT) accept_here(party);
}

static void check_proactor(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)party, (void)type;
    check_batch(NULL, NULL, NULL, pn_event_proactor(event));
}

static void check_raw(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    check_batch(NULL, NULL, pn_event_raw_connection(event), NULL);
    if (type == PN_RAW_CONNECTION_NEED_READ_BUFFERS) pn_raw_connection_close(party->raw);
}

static void check_released(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    if (type != PN_CONNECTION_REMOTE_OPEN) return;
    pn_connection_t *connection = pn_event_connection(event);
    CHECK(pn_event_batch_connection(scene.batch) == connection);
    pn_proactor_release_connection(connection);
    CHECK(pn_event_batch_connection(scene.batch) == NULL);
    pn_connection_free(connection);
    party->connection = NULL;
}

static void subjects_of_batches(void)
{
    open_scene("a batch knows whose it is");
    scene.self->on = check_proactor;
    party_t *listener = listen_at("listener", "127.0.0.1:0", 5, check_listener);
    listener->on_accepted = check_connection;
    party_t *client = connect_to("client", listener->port, check_connection);
    client->extra = client;
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    close_listener(listener);
    await(scene.self, PN_PROACTOR_INACTIVE);

    party_t *plain;
    int listening = listening_socket("plain", &plain);
    party_t *raw = add_party("raw", check_raw);
    raw->raw = pn_raw_connection();
    pn_raw_connection_set_context(raw->raw, raw);
    pn_proactor_raw_connect(scene.proactor, raw->raw, address_of_port(plain->port));
    await(raw, PN_RAW_CONNECTION_DISCONNECTED);
    close(listening);
    close_scene();

    open_scene("the batch of a connection that is released is nobody's");
    listener = server(NULL, oblige);
    client = connect_to("client", listener->port, check_released);
    await(client, PN_CONNECTION_REMOTE_OPEN);
    close_scene();

    CHECK(!pn_event_batch_connection(NULL) && !pn_event_batch_listener(NULL));
    CHECK(!pn_event_batch_raw_connection(NULL) && !pn_event_batch_proactor(NULL));
    CHECK(!pn_event_batch_connection_driver(NULL));
}

/* Flushing. */

static int peer = -1;

/* Reads what the other end of the socket gets, with nobody serving the proactor meanwhile. */
static size_t hear_now(size_t size)
{
    struct pollfd watched = {.fd = peer, .events = POLLIN};
    size_t got = 0;
    while (got < size && poll(&watched, 1, PATIENCE * 1000) > 0) {
        ssize_t now = recv(peer, heard + got, sizeof heard - got, 0);
        if (now <= 0) break;
        got += (size_t)now;
    }
    return got;
}

static void flush_when_open(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)party;
    if (type != PN_CONNECTION_REMOTE_OPEN) return;
    pn_connection_t *connection = pn_event_connection(event);
    pn_session_open(pn_session(connection));
    pn_connection_write_flush(connection);
    /* The begin is with the peer although the handler has not returned. */
    size_t size = hear_now(30);
    bool found = false;
    for (size_t i = 0; i + 2 < size; i++) found = found || !memcmp(heard + i, "\x53\x11", 2);
    CHECK(found);
    pn_connection_write_flush(connection);
    pn_connection_close(connection);
}

static void flushing(void)
{
    party_t *client;
    open_scene("what is flushed is with the peer before the handler returns");
    peer = serve_by_hand(&client, flush_when_open);
    /* Header and open. */
    hear(peer, heard, 8);
    unsigned char size[4];
    hear(peer, size, 4);
    hear(peer, heard, (size_t)(size[2] << 8 | size[3]) - 4);
    SPEAK(peer, AMQP_HEADER OPEN_FRAME);
    await(client, PN_TRANSPORT_HEAD_CLOSED);
    SPEAK(peer, CLOSE_FRAME);
    await(client, PN_TRANSPORT_CLOSED);
    close(peer);
    close_scene();

    pn_connection_t *connection = pn_connection();
    pn_connection_write_flush(connection);
    pn_connection_write_flush(NULL);
    pn_connection_free(connection);
}

/* Sockets that the application has connected. */

static party_t *import_here(int fd, handler_t *on)
{
    party_t *party = new_client("imported", on);
    pn_proactor_import_socket(scene.proactor, party->connection, NULL, fd);
    return party;
}

static void import_as_server(int fd, party_t **party)
{
    *party = add_party("server", oblige);
    (*party)->connection = pn_connection();
    pn_connection_set_context((*party)->connection, *party);
    pn_transport_t *transport = pn_transport();
    pn_transport_set_server(transport);
    pn_proactor_import_socket(scene.proactor, (*party)->connection, transport, fd);
}

static void importing(void)
{
    open_scene("a socket that is connected already");
    party_t *listener = server("server", oblige);
    party_t *client = import_here(dial(listener->port), close_when_open);
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    tells(client, "CONNECTION_INIT, CONNECTION_LOCAL_OPEN, CONNECTION_BOUND, CONNECTION_REMOTE_OPEN, CONNECTION_LOCAL_CLOSE, "
                  "TRANSPORT, TRANSPORT_HEAD_CLOSED, CONNECTION_REMOTE_CLOSE, TRANSPORT_TAIL_CLOSED, TRANSPORT_CLOSED");
    close_listener(listener);
    await(scene.self, PN_PROACTOR_INACTIVE);
    close_scene();

    open_scene("both ends of a pair of local sockets");
    int ends[2];
    party_t *other;
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
    client = import_here(ends[0], close_when_open);
    import_as_server(ends[1], &other);
    await(client, PN_TRANSPORT_CLOSED);
    await(other, PN_TRANSPORT_CLOSED);
    CHECK(!client->seen[PN_TRANSPORT_ERROR] && !other->seen[PN_TRANSPORT_ERROR]);
    await(scene.self, PN_PROACTOR_INACTIVE);
    CHECK(fcntl(ends[0], F_GETFD) < 0 && fcntl(ends[1], F_GETFD) < 0);
    close_scene();

    open_scene("a socket that is not connected");
    int fd = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
    client = import_here(fd, NULL);
    await(client, PN_TRANSPORT_CLOSED);
    CHECK(strstr(client->story, "CONNECTION_INIT\nCONNECTION_LOCAL_OPEN\nCONNECTION_BOUND\nTRANSPORT_TAIL_CLOSED\nTRANSPORT_ERROR proton:io: "));
    await(scene.self, PN_PROACTOR_INACTIVE);
    CHECK(fcntl(fd, F_GETFD) < 0);
    close_scene();

    open_scene("a descriptor that is none");
    client = import_here(-1, NULL);
    await(client, PN_TRANSPORT_CLOSED);
    CHECK(strstr(client->story, "TRANSPORT_ERROR proton:io: "));
    await(scene.self, PN_PROACTOR_INACTIVE);
    close_scene();

    open_scene("a descriptor of a file");
    fd = must(open("/dev/null", O_RDWR), "open");
    client = import_here(fd, NULL);
    await(client, PN_TRANSPORT_CLOSED);
    CHECK(strstr(client->story, "TRANSPORT_ERROR proton:io: "));
    await(scene.self, PN_PROACTOR_INACTIVE);
    close_scene();

    open_scene("an imported socket whose peer is gone");
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
    close(ends[1]);
    client = import_here(ends[0], NULL);
    await(client, PN_TRANSPORT_CLOSED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    close_scene();

    open_scene("a proactor is freed with imported sockets");
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
    import_here(ends[0], NULL);
    close_scene();
    CHECK(recv(ends[1], heard, sizeof heard, 0) == 0);
    close(ends[1]);
}

/* Several threads. */

static pn_proactor_t *shared;
static unsigned handled, running, overlaps;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pn_connection_t *woken;

static void *serve(void *nothing)
{
    (void)nothing;
    for (;;) {
        pn_event_batch_t *batch = pn_proactor_wait(shared);
        bool over = false;
        bool ours = pn_event_batch_connection(batch) == woken;
        pthread_mutex_lock(&lock);
        if (ours && running++) overlaps++;
        pthread_mutex_unlock(&lock);
        for (pn_event_t *event; (event = pn_event_batch_next(batch));) {
            handled++;
            if (pn_event_type(event) == PN_CONNECTION_WAKE) pn_connection_wake(pn_event_connection(event));
            over = over || pn_event_type(event) == PN_PROACTOR_INTERRUPT;
        }
        pthread_mutex_lock(&lock);
        if (ours) running--;
        pthread_mutex_unlock(&lock);
        pn_proactor_done(shared, batch);
        if (over) return NULL;
    }
}

/* An interrupt for each thread, one after the other, ends them all. */
static void threads(void)
{
    enum { THREADS = 4 };
    pthread_t ids[THREADS];
    open_scene("batches of one connection do not overlap, and each interrupt ends one thread");
    shared = scene.proactor;
    party_t *plain;
    int listening = listening_socket("plain", &plain);
    party_t *client = connect_to("client", plain->port, NULL);
    woken = client->connection;
    scene.awaited = "the threads";
    for (int i = 0; i < THREADS; i++) pthread_create(&ids[i], NULL, serve, NULL);
    pn_connection_wake(woken);
    int fd = must(accept(listening, NULL, NULL), "accept");
    CHECK(recv(fd, heard, sizeof heard, 0) > 0);
    for (int alive = THREADS; alive > 0;) {
        pn_proactor_interrupt(shared);
        for (int i = 0; i < THREADS; i++)
            if (ids[i] && !pthread_tryjoin_np(ids[i], NULL)) {
                ids[i] = 0;
                alive--;
            }
    }
    CHECK(overlaps == 0);
    CHECK(handled > 0);
    close(fd);
    close(listening);
    close_scene();
}

static void interrupt_from_signal(int number)
{
    (void)number;
    pn_proactor_interrupt(scene.proactor);
}

static void signals(void)
{
    open_scene("a signal handler interrupts");
    signal(SIGUSR1, interrupt_from_signal);
    raise(SIGUSR1);
    await(scene.self, PN_PROACTOR_INTERRUPT);
    signal(SIGUSR1, SIG_DFL);
    close_scene();
}

int main(void)
{
    subjects_of_batches();
    flushing();
    importing();
    threads();
    signals();
    return checks_result();
}
