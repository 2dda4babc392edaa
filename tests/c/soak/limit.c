/* The limit of descriptors: reached by a listener and by connections that go out, and recovered from.
 *
 * A child process plays the peers, so that the descriptors of this one are all the library's but for a few that are held
 * to be given up on purpose. The reference is let off where it keeps, or aborts at, a listener that was once without a
 * descriptor.
 */
#define _GNU_SOURCE
#include "soak/serve.h"
#include "soak/soak.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { PEERS = 60, FREE = 24, HELD = 6, THREADS = 2, MOST = 256 };

static pn_listener_t *listener;
static atomic_uint accepted, ended, failed, inactive, events, opened, listeners_open, listeners_closed, raws_ended;
static atomic_bool leaving, close_at_once;
static char reason[300];                 /* of the last connection, listener or raw connection that failed */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pn_connection_t *servers[MOST];   /* those alive, by the order of their coming */

static void remember(pn_condition_t *condition)
{
    pthread_mutex_lock(&lock);
    snprintf(reason, sizeof reason, "%s: %s", pn_condition_get_name(condition), pn_condition_get_description(condition));
    pthread_mutex_unlock(&lock);
}

static bool reason_has(const char *text)
{
    pthread_mutex_lock(&lock);
    bool has = strstr(reason, text) != NULL;
    pthread_mutex_unlock(&lock);
    return has;
}

static void accept_one(pn_listener_t *from)
{
    pn_connection_t *connection = pn_connection();
    unsigned number = atomic_load(&accepted);
    REQUIRE(number < MOST, "more connections than peers");
    pn_connection_set_context(connection, &servers[number]);
    pthread_mutex_lock(&lock);
    pn_listener_accept2(from, connection, NULL);
    servers[number] = connection;
    pthread_mutex_unlock(&lock);
    atomic_fetch_add(&accepted, 1);
}

static void connection_closed(pn_connection_t *connection, pn_transport_t *transport)
{
    pn_connection_t **server = pn_connection_get_context(connection);
    if (server) {
        pthread_mutex_lock(&lock);
        *server = NULL;
        pthread_mutex_unlock(&lock);
    }
    if (!server && pn_condition_is_set(pn_transport_condition(transport))) {
        remember(pn_transport_condition(transport));
        atomic_fetch_add(&failed, 1);
    }
    atomic_fetch_add(&ended, 1);
}

static void see_off(pn_connection_t *connection)
{
    pn_connection_open(connection);
    pn_connection_close(connection);
}

static bool on_event(pn_event_t *event)
{
    pn_connection_t *connection = pn_event_connection(event);
    atomic_fetch_add(&events, 1);
    switch (pn_event_type(event)) {
    case PN_LISTENER_OPEN: atomic_fetch_add(&listeners_open, 1); break;
    case PN_LISTENER_ACCEPT: accept_one(pn_event_listener(event)); break;
    case PN_LISTENER_CLOSE:
        if (pn_condition_is_set(pn_listener_condition(pn_event_listener(event))))
            remember(pn_listener_condition(pn_event_listener(event)));
        atomic_fetch_add(&listeners_closed, 1);
        break;
    case PN_CONNECTION_WAKE: see_off(connection); break;
    case PN_CONNECTION_REMOTE_OPEN:
        if (pn_connection_get_context(connection)) pn_connection_open(connection);
        if (pn_connection_get_context(connection) && atomic_load(&close_at_once)) pn_connection_close(connection);
        atomic_fetch_add(&opened, 1);
        break;
    case PN_CONNECTION_REMOTE_CLOSE: pn_connection_close(connection); break;
    case PN_TRANSPORT_CLOSED: connection_closed(connection, pn_event_transport(event)); break;
    case PN_RAW_CONNECTION_DISCONNECTED:
        remember(pn_raw_connection_condition(pn_event_raw_connection(event)));
        atomic_fetch_add(&raws_ended, 1);
        break;
    case PN_PROACTOR_INACTIVE: atomic_fetch_add(&inactive, 1); break;
    case PN_PROACTOR_INTERRUPT: return !atomic_load(&leaving);
    default: break;
    }
    return true;
}

/* ---- this process and its limit ---- */

static unsigned limit_before;

static void limit_to(unsigned count)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    if (!limit_before) limit_before = (unsigned)limit.rlim_cur;
    limit.rlim_cur = count;
    if (setrlimit(RLIMIT_NOFILE, &limit)) fail("the limit of descriptors cannot be set");
}

/* ---- the other process: connects, opens, and hangs up when it is told goodbye ---- */

/* A header and an Open: a server says nothing before the one, and no Close before the other. */
static const char greeting[] = "AMQP\0\1\0\0\0\0\0\x11\2\0\0\0\0S\x10\xc0\4\1\xa1\1x";

static void play_peers(unsigned port)
{
    struct pollfd peers[PEERS];
    limit_to(limit_before);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (unsigned at = 0; at < PEERS; at++) {
        peers[at] = (struct pollfd){.fd = socket(AF_INET, SOCK_STREAM, 0), .events = POLLIN};
        if (connect(peers[at].fd, (struct sockaddr *)&address, sizeof address)) _exit(3);
        if (write(peers[at].fd, greeting, sizeof greeting - 1) != sizeof greeting - 1) _exit(3);
    }
    for (unsigned left = PEERS; left > 0;) {
        if (poll(peers, PEERS, (int)told.patience * 1000) <= 0) _exit(4);
        for (unsigned at = 0; at < PEERS; at++) {
            char bytes[256];
            if (peers[at].fd < 0 || !peers[at].revents) continue;
            ssize_t got = read(peers[at].fd, bytes, sizeof bytes);
            if (got > 0 && !memmem(bytes, (size_t)got, "\0S\x18", 3)) continue; /* not yet a Close */
            close(peers[at].fd);
            peers[at].fd = -1;
            left--;
        }
    }
    exit(0);
}

static bool full(void)
{
    int one = dup(0);
    if (one >= 0) close(one);
    return one < 0 && errno == EMFILE;
}

/* Takes all descriptors there are, and says how many that were. */
static unsigned take_all(int *taken)
{
    unsigned count = 0;
    while (count < MOST && (taken[count] = dup(0)) >= 0) count++;
    return count;
}

static void give_all(const int *taken, unsigned count)
{
    while (count > 0) close(taken[--count]);
}

/* Leaves room for so many descriptors; those that are open need not be the lowest. */
static void leave_room_for(unsigned count)
{
    int taken[MOST];
    for (unsigned limit = descriptors() + count, room = count + 1; room != count; limit += count - room) {
        limit_to(limit);
        room = take_all(taken);
        give_all(taken, room);
    }
}

static void wake_servers(unsigned count)
{
    pthread_mutex_lock(&lock);
    for (unsigned at = 0; at < MOST && count > 0; at++) {
        if (!servers[at]) continue;
        pn_connection_wake(servers[at]);
        count--;
    }
    pthread_mutex_unlock(&lock);
}

/* While there is nothing to be done, nothing is done. */
static void is_quiet(const char *when)
{
    unsigned before = atomic_load(&events);
    pause_ms(200);
    unsigned came = atomic_load(&events) - before;
    REQUIRE(came < 200, "%u events %s", came, when);
}

static unsigned port_of(pn_listener_t *of)
{
    char text[PN_MAX_ADDR];
    pn_netaddr_str(pn_listener_addr(of), text, sizeof text);
    return (unsigned)atoi(strrchr(text, ':') + 1);
}

static unsigned listen_here(void)
{
    unsigned before = atomic_load(&listeners_open);
    listener = pn_listener();
    pn_proactor_listen(proactor, listener, "127.0.0.1:0", PEERS);
    AWAIT(atomic_load(&listeners_open) > before, "the listener does not open");
    return port_of(listener);
}

/* A listener that runs out: those who wait are served as descriptors come back. */
static void listener_at_the_limit(void)
{
    int held_back[HELD];
    unsigned port = listen_here();
    for (unsigned at = 0; at < HELD; at++) held_back[at] = dup(0);
    leave_room_for(FREE);
    pid_t child = fork();
    if (child < 0) fail("no process for the peers");
    if (child == 0) play_peers(port);
    AWAIT(full() && atomic_load(&accepted) == FREE, "%u accepted of the %d that there is room for", accepted, FREE);
    is_quiet("at the limit");
    REQUIRE(atomic_load(&listeners_closed) == 0, "the listener gave up: %s", reason);

    wake_servers(5);
    AWAIT(atomic_load(&accepted) == FREE + 5, "%u accepted after 5 had been closed", accepted);
    AWAIT(full(), "not full again");
    is_quiet("at the limit again");

    give_all(held_back, HELD);
    if (told.reference) wake_servers(1); /* it looks only when it has closed something itself */
    AWAIT(atomic_load(&accepted) == FREE + 5 + HELD + (unsigned)told.reference, "%u accepted after %d descriptors came back",
          accepted, HELD);

    atomic_store(&close_at_once, true);
    wake_servers(MOST);
    AWAIT(atomic_load(&accepted) == PEERS, "%u of the peers were accepted", accepted);
    AWAIT(atomic_load(&ended) == PEERS, "%u of the peers were seen off", ended);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child && status == 0, "the peers ended with %d", status);
    limit_to(limit_before);
    unsigned before = atomic_load(&inactive);
    if (told.reference) return; /* it would abort */
    pn_listener_close(listener);
    AWAIT(atomic_load(&listeners_closed) == 1, "the listener does not close");
    AWAIT(atomic_load(&inactive) > before, "the proactor does not say that it is inactive");
}

/* Each way out fails with a condition as long as there is no descriptor, and works again after that. */
static void ways_out_at_the_limit(void)
{
    int taken[MOST];
    char address[64];
    unsigned port = listen_here(), ended_before = atomic_load(&ended);
    unsigned closed_before = atomic_load(&listeners_closed), inactive_before;
    snprintf(address, sizeof address, "127.0.0.1:%u", port);
    atomic_store(&close_at_once, false);
    leave_room_for(FREE);
    unsigned count = take_all(taken);

    for (unsigned at = 0; at < 20; at++) pn_proactor_connect2(proactor, NULL, NULL, address);
    AWAIT(atomic_load(&failed) == 20, "%u connections failed of 20 without a descriptor", failed);
    REQUIRE(reason_has("proton:io: Too many open files"), "%s", reason);
    pn_raw_connection_t *raw = pn_raw_connection();
    pn_proactor_raw_connect(proactor, raw, address);
    AWAIT(atomic_load(&raws_ended) == 1, "a raw connection without a descriptor does not end");
    REQUIRE(told.reference || reason_has("Too many open files"), "%s", reason); /* there it says Success */
    pn_proactor_listen(proactor, pn_listener(), "127.0.0.1:0", 5);
    AWAIT(atomic_load(&listeners_closed) == closed_before + 1, "a listener without a descriptor does not close");
    REQUIRE(reason_has("Too many open files"), "%s", reason);
    if (!told.reference) REQUIRE(pn_proactor() == NULL, "a proactor without a descriptor");
    is_quiet("without descriptors");

    give_all(taken, count);
    unsigned opened_before = atomic_load(&opened);
    pn_connection_t *connection = pn_connection();
    pn_proactor_connect2(proactor, connection, NULL, address);
    AWAIT(atomic_load(&opened) > opened_before, "no connection although there are descriptors again");
    inactive_before = atomic_load(&inactive);
    pn_listener_close(listener);
    wake_servers(MOST);
    AWAIT(atomic_load(&ended) == ended_before + 22, "%u connections ended", ended - ended_before);
    limit_to(limit_before);
    if (told.reference) return;
    AWAIT(atomic_load(&inactive) > inactive_before, "the proactor does not say that it is inactive");
}

int main(int count, char **arguments)
{
    pthread_t threads[THREADS];
    hear(count, arguments);
    unsigned descriptors_before = descriptors();
    proactor = pn_proactor();
    for (unsigned at = 0; at < THREADS; at++)
        if (pthread_create(&threads[at], NULL, serve, NULL)) fail("no thread");
    listener_at_the_limit();
    ways_out_at_the_limit();
    atomic_store(&leaving, true);
    pn_proactor_interrupt(proactor);
    for (unsigned at = 0; at < THREADS; at++) pthread_join(threads[at], NULL);
    if (told.reference) return all_held(); /* it would abort at the listener that was without a descriptor */
    pn_proactor_free(proactor);
    REQUIRE(descriptors() == descriptors_before, "%u descriptors, %u before", descriptors(), descriptors_before);
    return all_held();
}
