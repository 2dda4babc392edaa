/* Self-checking: what several threads may rely on. A batch belongs to one thread, subjects do not wait for one another,
 * nothing that a thread asked for is lost, and what one handler wrote the next one sees. */
#include "proactor/story.h"

#include <pthread.h>
#include <stdatomic.h>

enum { THREADS = 4, MESSAGES = 2000, ROUNDS = 50 };

static pn_proactor_t *shared;

/* One application for all: answers as `oblige`, counts in its connections' contexts without any lock. */
typedef struct tally_t {
    atomic_int inside;
    int overlaps, received, sent, accepted, wakes;
    int asked_at_wake;
    bool over;
} tally_t;

static atomic_int asked, connections_left;

static tally_t *tally_of(pn_event_t *event)
{
    pn_connection_t *connection = pn_event_connection(event);
    return connection ? pn_connection_get_context(connection) : NULL;
}

static void send_some(pn_link_t *link, tally_t *tally)
{
    while (pn_link_credit(link) > 0 && tally->sent < MESSAGES) {
        char tag[8];
        pn_delivery(link, pn_dtag(tag, (size_t)snprintf(tag, sizeof tag, "%d", tally->sent++)));
        pn_link_send(link, "payload", 7);
        pn_link_advance(link);
    }
}

static void on_delivery(pn_event_t *event, tally_t *tally)
{
    pn_delivery_t *delivery = pn_event_delivery(event);
    pn_link_t *link = pn_event_link(event);
    char buffer[64];
    if (pn_link_is_sender(link)) {
        tally->accepted += pn_delivery_remote_state(delivery) == PN_ACCEPTED;
        pn_delivery_settle(delivery);
        if (tally->accepted == MESSAGES) pn_connection_close(pn_event_connection(event));
    } else if (!pn_delivery_partial(delivery)) {
        tally->received += pn_link_recv(link, buffer, sizeof buffer) == 7;
        pn_delivery_update(delivery, PN_ACCEPTED);
        pn_delivery_settle(delivery);
        pn_link_flow(link, 1);
    }
}

static void on_event(pn_event_t *event, tally_t *tally)
{
    pn_connection_t *connection = pn_event_connection(event);
    switch (pn_event_type(event)) {
    case PN_LISTENER_ACCEPT: {
        pn_connection_t *accepted = pn_connection();
        pn_connection_set_context(accepted, calloc(1, sizeof(tally_t)));
        pn_listener_accept2(pn_event_listener(event), accepted, NULL);
        break;
    }
    case PN_CONNECTION_INIT:
        if (pn_connection_state(connection) & PN_LOCAL_ACTIVE) {
            pn_session_t *session = pn_session(connection);
            pn_session_open(session);
            pn_link_open(pn_sender(session, "many"));
        }
        break;
    case PN_LINK_FLOW:
        if (pn_link_is_sender(pn_event_link(event))) send_some(pn_event_link(event), tally);
        break;
    case PN_DELIVERY: on_delivery(event, tally); break;
    case PN_CONNECTION_WAKE:
        tally->wakes++;
        tally->asked_at_wake = atomic_load(&asked);
        break;
    case PN_TRANSPORT_CLOSED:
        tally->over = true;
        if (tally->sent) {
            CHECK(tally->accepted == MESSAGES && !tally->overlaps);
        } else if (tally->received) {
            CHECK(tally->received == MESSAGES && !tally->overlaps);
        }
        free(tally);
        pn_connection_set_context(connection, NULL);
        atomic_fetch_sub(&connections_left, 1);
        break;
    default: oblige(NULL, event, pn_event_type(event)); break;
    }
}

static pthread_mutex_t checking = PTHREAD_MUTEX_INITIALIZER;

/* Handles batches until an interrupt or the end of all connections. */
static void *work(void *nothing)
{
    (void)nothing;
    for (bool over = false; !over;) {
        pn_event_batch_t *batch = pn_proactor_wait(shared);
        tally_t *tally = NULL;
        pn_connection_t *connection = pn_event_batch_connection(batch);
        if (connection) tally = pn_connection_get_context(connection);
        if (tally && atomic_fetch_add(&tally->inside, 1)) tally->overlaps++;
        for (pn_event_t *event; (event = pn_event_batch_next(batch));) {
            over = over || pn_event_type(event) == PN_PROACTOR_INTERRUPT;
            bool last = pn_event_type(event) == PN_TRANSPORT_CLOSED;
            if (last) pthread_mutex_lock(&checking);
            on_event(event, tally_of(event));
            if (last) {
                tally = NULL;
                pthread_mutex_unlock(&checking);
            }
        }
        if (tally) atomic_fetch_sub(&tally->inside, 1);
        pn_proactor_done(shared, batch);
        if (atomic_load(&connections_left) == 0) pn_proactor_interrupt(shared);
    }
    pn_proactor_interrupt(shared); /* the next one */
    return NULL;
}

static void run_threads(void)
{
    pthread_t ids[THREADS];
    for (int i = 0; i < THREADS; i++) pthread_create(&ids[i], NULL, work, NULL);
    for (int i = 0; i < THREADS; i++) pthread_join(ids[i], NULL);
}

static uint16_t shared_listener(const char *address)
{
    pn_listener_t *listener = pn_listener();
    pn_proactor_listen(shared, listener, address, 64);
    return port_of(pn_netaddr_sockaddr(pn_listener_addr(listener)));
}

static pn_connection_t *counted_connection(const char *address)
{
    pn_connection_t *connection = pn_connection();
    pn_connection_set_context(connection, calloc(1, sizeof(tally_t)));
    pn_proactor_connect2(shared, connection, NULL, address);
    return connection;
}

static void messages_over_many_threads(void)
{
    begin("counting without locks over four threads");
    shared = scene.proactor;
    scene.awaited = "the threads";
    uint16_t port = shared_listener("127.0.0.1:0");
    atomic_store(&connections_left, 6);
    for (int i = 0; i < 3; i++) counted_connection(address_of_port(port));
    run_threads();
    CHECK(atomic_load(&connections_left) == 0);
    finish();
}

/* Waking from several threads: after the last call there is a wake that sees all of them. */

static pn_connection_t *target;

static void *wake_often(void *nothing)
{
    (void)nothing;
    for (int i = 0; i < 1000; i++) {
        atomic_fetch_add(&asked, 1);
        pn_connection_wake(target);
    }
    return NULL;
}

static void no_wake_is_lost(void)
{
    begin("after the last wake of four threads there is an event");
    shared = scene.proactor;
    party_t *plain;
    int listening = listening_socket("plain", &plain);
    atomic_store(&asked, 0);
    tally_t *tally = calloc(1, sizeof *tally);
    target = pn_connection();
    pn_connection_set_context(target, tally);
    pn_proactor_connect2(shared, target, NULL, address_of_port(plain->port));
    pthread_t ids[THREADS];
    for (int i = 0; i < THREADS; i++) pthread_create(&ids[i], NULL, wake_often, NULL);
    scene.awaited = "the last wake";
    while (tally->asked_at_wake < 1000 * THREADS) {
        pn_event_batch_t *batch = pn_proactor_wait(shared);
        for (pn_event_t *event; (event = pn_event_batch_next(batch));) on_event(event, tally);
        pn_proactor_done(shared, batch);
    }
    for (int i = 0; i < THREADS; i++) pthread_join(ids[i], NULL);
    CHECK(tally->wakes >= 1 && tally->wakes <= 1000 * THREADS);
    finish();
    free(tally);
    close(listening);
}

/* A batch that is held, and one that another thread gives back. */

static void *exchange(void *port)
{
    pn_connection_t *connection = pn_connection();
    tally_t *tally = calloc(1, sizeof *tally);
    pn_connection_set_context(connection, tally);
    atomic_store(&connections_left, 2);
    pn_proactor_connect2(shared, connection, NULL, address_of_port(*(uint16_t *)port));
    while (atomic_load(&connections_left)) {
        pn_event_batch_t *batch = pn_proactor_wait(shared);
        for (pn_event_t *event; (event = pn_event_batch_next(batch));) on_event(event, tally_of(event));
        pn_proactor_done(shared, batch);
    }
    return NULL;
}

static pn_event_batch_t *held;

static void *give_back(void *nothing)
{
    (void)nothing;
    pn_proactor_done(shared, held);
    return NULL;
}

static void a_held_batch_delays_nobody_else(void)
{
    begin("a thread that does not give its batch back delays its subject alone");
    shared = scene.proactor;
    party_t *other = listen_at("other", "127.0.0.1:0", 5, NULL);
    scene.awaited = "the other listener";
    held = pn_proactor_wait(shared);
    CHECK(pn_event_batch_listener(held) == other->listener);
    CHECK(pn_event_type(pn_event_batch_next(held)) == PN_LISTENER_OPEN);
    int fd = dial(other->port); /* nobody gets to know of it meanwhile */
    pthread_t id;
    uint16_t port = shared_listener("127.0.0.1:0");
    pthread_create(&id, NULL, exchange, &port);
    pthread_join(id, NULL);
    CHECK(atomic_load(&connections_left) == 0);
    CHECK(!pn_proactor_get(shared));
    pthread_create(&id, NULL, give_back, NULL);
    pthread_join(id, NULL);
    await(other, PN_LISTENER_ACCEPT);
    close(fd);
    finish();
}

/* Threads that come for one batch each. */

static void *one_batch(void *nothing)
{
    (void)nothing;
    pn_event_batch_t *batch = pn_proactor_wait(shared);
    for (pn_event_t *event; (event = pn_event_batch_next(batch));) on_event(event, tally_of(event));
    pn_proactor_done(shared, batch);
    return NULL;
}

static void threads_come_and_go(void)
{
    begin("each batch in a thread of its own");
    shared = scene.proactor;
    scene.awaited = "threads of one batch";
    uint16_t port = shared_listener("127.0.0.1:0");
    atomic_store(&connections_left, 2);
    counted_connection(address_of_port(port));
    while (atomic_load(&connections_left)) {
        pthread_t id;
        pthread_create(&id, NULL, one_batch, NULL);
        pthread_join(id, NULL);
    }
    CHECK(true);
    finish();
}

/* Time-outs that threads set and take back while another waits. */

static void *set_and_cancel(void *nothing)
{
    (void)nothing;
    for (int i = 0; i < 500; i++) {
        pn_proactor_set_timeout(shared, (pn_millis_t)(i % 3));
        pn_proactor_cancel_timeout(shared);
    }
    return NULL;
}

static void timeouts_of_many_threads(void)
{
    begin("time-outs set and cancelled by four threads");
    shared = scene.proactor;
    pthread_t ids[THREADS];
    for (int i = 0; i < THREADS; i++) pthread_create(&ids[i], NULL, set_and_cancel, NULL);
    for (int i = 0; i < THREADS; i++) pthread_join(ids[i], NULL);
    pn_proactor_set_timeout(shared, 1);
    scene.awaited = "a time-out";
    bool timed_out = false;
    while (!timed_out) {
        pn_event_batch_t *batch = pn_proactor_wait(shared);
        unsigned events = 0;
        for (pn_event_t *event; (event = pn_event_batch_next(batch)); events++)
            timed_out = timed_out || pn_event_type(event) == PN_PROACTOR_TIMEOUT;
        CHECK(events > 0);
        pn_proactor_done(shared, batch);
    }
    finish();
}

/* Names that are looked up while the proactor goes. */

static void freed_during_lookups(void)
{
    begin("a proactor is freed while it looks names up");
    finish();
    for (int i = 0; i < ROUNDS; i++) {
        pn_proactor_t *proactor = pn_proactor();
        for (int j = 0; j < 3; j++) pn_proactor_connect2(proactor, NULL, NULL, "localhost:1");
        pn_proactor_raw_connect(proactor, pn_raw_connection(), "localhost:1");
        if (i % 2) pn_proactor_disconnect(proactor, NULL);
        pn_proactor_free(proactor);
    }
    CHECK(true);
}

int main(void)
{
    messages_over_many_threads();
    no_wake_is_lost();
    a_held_batch_delays_nobody_else();
    threads_come_and_go();
    timeouts_of_many_threads();
    freed_during_lookups();
    return checks_result();
}
