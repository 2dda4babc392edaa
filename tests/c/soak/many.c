/* Thousands of connections at a time: each opens, sends a message, waits until it is accepted, and idles.
 *
 * Clients and servers are in one process with one proactor, or in two where the limit of descriptors forbids that. What
 * a connection costs while it idles is printed; when all are closed, descriptors and memory have to be back.
 */
#define _GNU_SOURCE
#include "soak/serve.h"
#include "soak/soak.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { IN_FLIGHT = 400, THREADS = 4, SPARE = 64 };

typedef struct {
    pn_connection_t *connection; /* of a client, until it is closed */
    pthread_mutex_t lock;
} client_t;

static client_t *clients;
static pn_listener_t *listener;
static unsigned port;
static atomic_uint opened, accepted, received, ended_clients, ended_servers, inactive, events;
static atomic_bool listening, closing, leaving;

static void fill(pn_link_t *link)
{
    if (pn_link_credit(link) < 1) return;
    pn_delivery(link, pn_dtag("m", 1));
    REQUIRE(pn_link_send(link, "one message of thirty-two bytes.", 32) == 32, "a message was not taken");
    REQUIRE(pn_link_advance(link), "a message was not sent off");
}

static void drain(pn_link_t *link, pn_delivery_t *delivery)
{
    char bytes[64];
    if (!pn_delivery_readable(delivery) || pn_delivery_partial(delivery)) return;
    REQUIRE(pn_link_recv(link, bytes, sizeof bytes) == 32, "a message of another size");
    pn_delivery_update(delivery, PN_ACCEPTED);
    pn_delivery_settle(delivery);
    atomic_fetch_add(&received, 1);
}

static void on_delivery(pn_event_t *event)
{
    pn_delivery_t *delivery = pn_event_delivery(event);
    pn_link_t *link = pn_delivery_link(delivery);
    if (pn_link_is_receiver(link)) {
        drain(link, delivery);
    } else if (pn_delivery_remote_state(delivery) == PN_ACCEPTED) {
        pn_delivery_settle(delivery);
        atomic_fetch_add(&accepted, 1);
    }
}

static void start(pn_connection_t *connection)
{
    pn_session_t *session = pn_session(connection);
    pn_session_open(session);
    pn_link_open(pn_sender(session, "one"));
}

static void closed(pn_event_t *event)
{
    pn_connection_t *connection = pn_event_connection(event);
    pn_condition_t *condition = pn_transport_condition(pn_event_transport(event));
    client_t *client = pn_connection_get_context(connection);
    REQUIRE(!pn_condition_is_set(condition), "%s ended with %s: %s", client ? "a client" : "a server",
            pn_condition_get_name(condition), pn_condition_get_description(condition));
    if (client) {
        pthread_mutex_lock(&client->lock);
        client->connection = NULL;
        pthread_mutex_unlock(&client->lock);
        atomic_fetch_add(&ended_clients, 1);
    } else if (atomic_fetch_add(&ended_servers, 1) + 1 == told.connections) {
        pn_listener_close(listener);
    }
}

static bool on_event(pn_event_t *event)
{
    pn_connection_t *connection = pn_event_connection(event);
    bool client = connection && pn_connection_get_context(connection);
    atomic_fetch_add_explicit(&events, 1, memory_order_relaxed);
    switch (pn_event_type(event)) {
    case PN_LISTENER_OPEN: atomic_store(&listening, true); break;
    case PN_LISTENER_ACCEPT: pn_listener_accept2(pn_event_listener(event), NULL, NULL); break;
    case PN_LISTENER_CLOSE:
        REQUIRE(!pn_condition_is_set(pn_listener_condition(pn_event_listener(event))), "the listener failed: %s",
                pn_condition_get_description(pn_listener_condition(pn_event_listener(event))));
        break;
    case PN_CONNECTION_INIT:
        if (client) start(connection);
        break;
    case PN_CONNECTION_REMOTE_OPEN:
        if (client) atomic_fetch_add(&opened, 1);
        else pn_connection_open(connection);
        break;
    case PN_SESSION_REMOTE_OPEN:
        if (!client) pn_session_open(pn_event_session(event));
        break;
    case PN_LINK_REMOTE_OPEN:
        if (!client) pn_link_open(pn_event_link(event));
        if (!client) pn_link_flow(pn_event_link(event), 1);
        break;
    case PN_LINK_FLOW:
        if (client) fill(pn_event_link(event));
        break;
    case PN_DELIVERY: on_delivery(event); break;
    case PN_CONNECTION_WAKE:
        if (atomic_load(&closing)) pn_connection_close(connection);
        break;
    case PN_CONNECTION_REMOTE_CLOSE: pn_connection_close(connection); break;
    case PN_TRANSPORT_CLOSED: closed(event); break;
    case PN_PROACTOR_INACTIVE: atomic_fetch_add(&inactive, 1); break;
    case PN_PROACTOR_INTERRUPT: return !atomic_load(&leaving);
    default: break;
    }
    return true;
}

static void listen_here(void)
{
    char address[PN_MAX_ADDR];
    listener = pn_listener();
    pn_proactor_listen(proactor, listener, "127.0.0.1:0", 1024);
    AWAIT(atomic_load(&listening), "the listener does not open");
    pn_netaddr_str(pn_listener_addr(listener), address, sizeof address);
    port = (unsigned)atoi(strrchr(address, ':') + 1);
}

static void connect_all(void)
{
    char address[PN_MAX_ADDR];
    snprintf(address, sizeof address, "127.0.0.1:%u", port);
    for (unsigned at = 0; at < told.connections; at++) {
        AWAIT(at < atomic_load(&opened) + IN_FLIGHT, "connections do not open: %u of %u", atomic_load(&opened), at);
        pn_connection_t *connection = pn_connection();
        pn_connection_set_context(connection, &clients[at]);
        pthread_mutex_lock(&clients[at].lock);
        pn_proactor_connect2(proactor, connection, NULL, address);
        clients[at].connection = connection;
        pthread_mutex_unlock(&clients[at].lock);
    }
}

static void close_all(void)
{
    atomic_store(&closing, true);
    for (unsigned at = 0; at < told.connections; at++) {
        pthread_mutex_lock(&clients[at].lock);
        if (clients[at].connection) pn_connection_wake(clients[at].connection);
        pthread_mutex_unlock(&clients[at].lock);
    }
}

static size_t resident(void)
{
    size_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%*s %zu", &pages) != 1) pages = 0;
    if (file) fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* Serves one side or both, from an empty process to an empty process. */
static void run(bool servers_here, bool clients_here, int tell_port, int hear_port)
{
    pthread_t threads[THREADS];
    const char *side = servers_here && clients_here ? "pair of ends" : servers_here ? "server" : "client";
    unsigned descriptors_before = descriptors();
    size_t held_at_first = held();
    proactor = pn_proactor();
    for (unsigned at = 0; at < THREADS; at++)
        if (pthread_create(&threads[at], NULL, serve, NULL)) fail("no thread");
    if (servers_here) listen_here();
    if (tell_port >= 0 && write(tell_port, &port, sizeof port) != sizeof port) fail("the port cannot be told");
    if (hear_port >= 0 && read(hear_port, &port, sizeof port) != sizeof port) fail("the port is not told");
    size_t held_before = held(), resident_before = resident();
    int64_t began = now_ms();
    if (clients_here) connect_all();
    if (clients_here) AWAIT(atomic_load(&accepted) == told.connections, "%u accepted", atomic_load(&accepted));
    if (servers_here) AWAIT(atomic_load(&received) == told.connections, "%u received", atomic_load(&received));
    size_t now_held = held(), now_resident = resident();
    printf("%u connections in %lld ms, %u descriptors; bytes for an idle %s: %zu allocated, %zu resident\n",
           told.connections, (long long)(now_ms() - began), descriptors(), side,
           now_held > held_before ? (now_held - held_before) / told.connections : 0,
           now_resident > resident_before ? (now_resident - resident_before) / told.connections : 0);
    fflush(stdout);
    if (clients_here) {
        close_all();
        AWAIT(atomic_load(&ended_clients) == told.connections, "%u clients closed", atomic_load(&ended_clients));
    }
    if (servers_here)
        AWAIT(atomic_load(&ended_servers) == told.connections, "%u servers closed", atomic_load(&ended_servers));
    AWAIT(atomic_load(&inactive) > 0, "the proactor does not say that it is inactive");
    REQUIRE(atomic_load(&received) == (servers_here ? told.connections : 0), "messages came twice");
    atomic_store(&leaving, true);
    pn_proactor_interrupt(proactor);
    for (unsigned at = 0; at < THREADS; at++) pthread_join(threads[at], NULL);
    pn_proactor_free(proactor);
    size_t left = held(), slack = 64 * 1024;
    REQUIRE(left <= held_at_first + slack, "%zu bytes held, %zu at first", left, held_at_first);
    REQUIRE(descriptors() == descriptors_before, "%u descriptors, %u before", descriptors(), descriptors_before);
}

/* Raises the limit as far as it goes, and says whether it is enough for `count`. */
static bool room_for(unsigned count)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit)) fail("no limit of descriptors");
    if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < count) limit.rlim_cur = limit.rlim_max;
    else if (limit.rlim_cur < count) limit.rlim_cur = count;
    if (setrlimit(RLIMIT_NOFILE, &limit)) fail("the limit of descriptors cannot be raised");
    return limit.rlim_cur >= count;
}

int main(int count, char **arguments)
{
    hear(count, arguments);
    bool together = room_for(2 * told.connections + SPARE);
    int channel[2] = {-1, -1};
    pid_t servers = 0;
    if (!together && !room_for(told.connections + SPARE)) {
        struct rlimit limit;
        getrlimit(RLIMIT_NOFILE, &limit);
        told.connections = (unsigned)limit.rlim_cur - SPARE;
        printf("only %u connections: the limit of descriptors forbids more\n", told.connections);
        fflush(stdout);
    }
    if (!together && (pipe(channel) || (servers = fork()) < 0)) fail("no process for the servers");
    clients = calloc(told.connections, sizeof *clients);
    for (unsigned at = 0; at < told.connections; at++) pthread_mutex_init(&clients[at].lock, NULL);
    if (together) run(true, true, -1, -1);
    else if (servers == 0) run(true, false, channel[1], -1);
    else run(false, true, -1, channel[0]);
    free(clients);
    if (!together && servers == 0) return 0;
    int status = 0;
    if (!together) REQUIRE(waitpid(servers, &status, 0) == servers && status == 0, "the servers ended with %d", status);
    return all_held();
}
