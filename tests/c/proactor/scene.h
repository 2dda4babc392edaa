/* A scene: one proactor, everything that lives on it, and plain sockets as peers, driven by one thread.
 *
 * What happens in which order between objects is a matter of the network and the scheduler; what happens to one of them
 * is not. So each has a story of its own, and the stories are printed one behind the other when the scene ends. Nothing
 * waits for time to pass: a scene waits for the event that must come, and an alarm ends a scene where it does not.
 */
#ifndef SCENE_H
#define SCENE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "transcript.h"

#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/event.h>
#include <proton/link.h>
#include <proton/listener.h>
#include <proton/netaddr.h>
#include <proton/proactor.h>
#include <proton/raw_connection.h>
#include <proton/sasl.h>
#include <proton/session.h>
#include <proton/terminus.h>
#include <proton/transport.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

/* How long an event may take. It is only ever reached where one is missing. */
#ifndef PATIENCE
#define PATIENCE 150
#endif

typedef struct party_t party_t;
typedef void handler_t(party_t *party, pn_event_t *event, pn_event_type_t type);

/* Something that events are about. */
struct party_t {
    const char *name;
    handler_t *on; /* what the application does */
    char *story;
    size_t told, room;
    unsigned seen[64];
    pn_event_type_t last;
    pn_connection_t *connection; /* NULL once the proactor has freed them */
    pn_listener_t *listener;
    pn_raw_connection_t *raw;
    handler_t *on_accepted; /* of a listener: what those do that it accepts, and what they are called */
    const char *accepted_name;
    party_t *last_accepted, *next;
    uint16_t port;
    bool quiet, shows_batches, leaves; /* tells nothing; marks where its batches end; leaves the batch after this event */
    bool sasl;                          /* what it accepts gets a SASL layer that takes anybody */
    int step;                           /* whatever the handler counts */
    void *extra;
};

static struct {
    pn_proactor_t *proactor;
    party_t *first, **last, *self; /* `self` tells of the proactor */
    party_t *nameless[2];          /* who gets the next connection that has no context: one accepted, one that connects */
    const char *awaited;
    pn_event_batch_t *batch;
} scene;

static MAYBE __attribute__((format(printf, 2, 3))) void note(party_t *party, const char *format, ...)
{
    char line[2048];
    va_list arguments;
    if (party->quiet) return;
    va_start(arguments, format);
    size_t size = (size_t)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (size >= sizeof line) size = sizeof line - 1;
    if (party->told + size + 2 > party->room) {
        party->room = 2 * (party->told + size + 2);
        party->story = realloc(party->story, party->room);
        if (!party->story) abort();
    }
    memcpy(party->story + party->told, line, size);
    party->told += size;
    party->story[party->told++] = '\n';
    party->story[party->told] = '\0';
}

static MAYBE party_t *add_party(const char *name, handler_t *on)
{
    party_t *party = calloc(1, sizeof *party);
    if (!party) abort();
    party->name = name;
    party->on = on;
    *scene.last = party;
    scene.last = &party->next;
    return party;
}

static void print_stories(void)
{
    for (party_t *party = scene.first; party; party = party->next)
        for (char *line = party->story, *end; line && *line; line = end) {
            end = line + strcspn(line, "\n");
            say("%s %.*s", party->name, (int)(end - line), line);
            end += *end == '\n';
        }
}

static void give_up(int number)
{
    (void)number;
    /* The program is stuck and single-threaded: it does not matter that printing is not for signal handlers. */
    print_stories();
    say("NO END: still waiting for %s", scene.awaited ? scene.awaited : "nothing");
    fflush(stdout);
    _exit(1);
}

/* Opens a scene of this name with a fresh proactor. */
static MAYBE void begin(const char *name)
{
    section(name);
    fflush(stdout);
    memset(&scene, 0, sizeof scene);
    scene.last = &scene.first;
    scene.proactor = pn_proactor();
    scene.self = add_party("proactor", NULL);
    signal(SIGALRM, give_up);
    alarm(PATIENCE);
}

/* Prints what happened and frees everything. */
static MAYBE void finish(void)
{
    scene.awaited = "pn_proactor_free";
    if (scene.proactor) pn_proactor_free(scene.proactor);
    scene.proactor = NULL;
    print_stories();
    while (scene.first) {
        party_t *party = scene.first;
        scene.first = party->next;
        free(party->story);
        free(party);
    }
    alarm(0);
}

/* Gives a port a name that is the same in each run. */
static const char *port_name(unsigned port)
{
    static char other[16];
    for (party_t *party = scene.first; party; party = party->next)
        if (party->port && party->port == port) return party->name;
    if (port >= 10000) return "other";
    snprintf(other, sizeof other, "%u", port);
    return other;
}

/* A text without what varies from run to run: ports have names, and which call notices an error does not matter. */
static MAYBE const char *steady(const char *from)
{
    static char pool[4][1100];
    static unsigned turn;
    char *out = pool[turn++ % 4], *end = out + sizeof pool[0] - 64;
    static const char *const phrases[] = {" - disconnected ", " - on read from ", " - on write to ", " - recv error ",
                                          " - send error ", " - async disconnect "};
    static const char *const reasons[] = {"Connection reset by peer", "Broken pipe"};
    char *at = out;
    if (!from) return "(null)";
    while (*from && at < end) {
        unsigned port;
        int length = 0;
        size_t skip = 0;
        for (int i = 0; i < 6 && !skip; i++)
            if (!strncmp(from, phrases[i], strlen(phrases[i]))) {
                skip = strlen(phrases[i]);
                at += sprintf(at, " - noticed ");
            }
        for (int i = 0; i < 2 && !skip; i++)
            if (!strncmp(from, reasons[i], strlen(reasons[i]))) {
                skip = strlen(reasons[i]);
                at += sprintf(at, "RESET");
            }
        if (!skip && *from == ':' && sscanf(from, ":%5u%n", &port, &length) == 1) {
            skip = (size_t)length;
            at += sprintf(at, ":%s", port_name(port));
        }
        if (skip) from += skip;
        else *at++ = *from++;
    }
    *at = '\0';
    return out;
}

static MAYBE const char *condition_of(pn_condition_t *condition)
{
    static char pool[2][1300];
    static unsigned turn;
    if (!condition) return "(null)";
    if (!pn_condition_is_set(condition)) return "(unset)";
    char *out = pool[turn++ % 2];
    snprintf(out, sizeof pool[0], "%s: %s", pn_condition_get_name(condition),
             steady(pn_condition_get_description(condition)));
    return out;
}

static MAYBE const char *address_text(const pn_netaddr_t *address)
{
    char buffer[200];
    if (!address) return "(null)";
    pn_netaddr_str(address, buffer, sizeof buffer);
    return *buffer ? steady(buffer) : "(empty)";
}

static party_t *party_of(pn_event_t *event)
{
    pn_listener_t *listener = pn_event_listener(event);
    if (listener) return (party_t *)pn_listener_get_context(listener);
    pn_raw_connection_t *raw = pn_event_raw_connection(event);
    if (raw) return (party_t *)pn_raw_connection_get_context(raw);
    pn_connection_t *connection = pn_event_connection(event);
    if (!connection) return scene.self;
    party_t *party = (party_t *)pn_connection_get_context(connection);
    if (!party) {
        bool connects = pn_connection_state(connection) & PN_LOCAL_ACTIVE;
        party = scene.nameless[connects] ? scene.nameless[connects] : add_party("stranger", NULL);
        scene.nameless[connects] = NULL;
        party->connection = connection;
        pn_connection_set_context(connection, party);
    }
    return party;
}

static void tell_event(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    const char *name = pn_event_type_name(type) + 3; /* without PN_ */
    /* How often in a row the transport has news depends on how much came at a time. */
    if (type == PN_TRANSPORT && party->last == PN_TRANSPORT) return;
    party->last = type;
    if (type == PN_TRANSPORT_ERROR)
        note(party, "%s %s", name, condition_of(pn_transport_condition(pn_event_transport(event))));
    else if (type == PN_LISTENER_CLOSE)
        note(party, "%s %s", name, condition_of(pn_listener_condition(party->listener)));
    else if (type == PN_RAW_CONNECTION_DISCONNECTED)
        note(party, "%s %s", name, condition_of(pn_raw_connection_condition(party->raw)));
    else if (type == PN_CONNECTION_REMOTE_CLOSE
             && pn_condition_is_set(pn_connection_remote_condition(pn_event_connection(event))))
        note(party, "%s %s", name, condition_of(pn_connection_remote_condition(pn_event_connection(event))));
    else note(party, "%s", name);
}

/* Prepares what a listener accepts: it is told of under a name of its own. */
static MAYBE party_t *accept_here(party_t *at)
{
    party_t *party = add_party(at->accepted_name ? at->accepted_name : "server", at->on_accepted);
    party->quiet = !at->accepted_name;
    party->connection = pn_connection();
    pn_connection_set_context(party->connection, party);
    pn_connection_set_container(party->connection, party->name);
    pn_transport_t *transport = NULL;
    if (at->sasl) {
        transport = pn_transport();
        pn_transport_set_server(transport);
        pn_sasl_allowed_mechs(pn_sasl(transport), "ANONYMOUS");
    }
    pn_listener_accept2(at->listener, party->connection, transport);
    at->last_accepted = party;
    return party;
}

/* The proactor is about to free what this event was the last of. */
static void forget(party_t *party, pn_event_type_t type)
{
    if (type == PN_TRANSPORT_CLOSED) party->connection = NULL;
    if (type == PN_LISTENER_CLOSE) party->listener = NULL;
    if (type == PN_RAW_CONNECTION_DISCONNECTED) party->raw = NULL;
}

static void happened(party_t *party, pn_event_t *event)
{
    pn_event_type_t type = pn_event_type(event);
    tell_event(party, event, type);
    party->seen[type]++;
    if (party->on) party->on(party, event, type);
    else if (type == PN_LISTENER_ACCEPT) accept_here(party);
    forget(party, type);
}

/* Handles a batch, if there is one. */
static MAYBE bool handle(pn_event_batch_t *batch)
{
    party_t *last = NULL;
    if (!batch) return false;
    scene.batch = batch;
    for (pn_event_t *event; (event = pn_event_batch_next(batch));) {
        last = party_of(event);
        happened(last, event);
        if (last->leaves) {
            last->leaves = false;
            break;
        }
    }
    if (last && last->shows_batches) note(last, "--");
    pn_proactor_done(scene.proactor, batch);
    scene.batch = NULL;
    return true;
}

/* Lets the proactor work until an event has come to a party so many times. */
static MAYBE void await_times(party_t *party, pn_event_type_t type, unsigned times)
{
    char what[120];
    snprintf(what, sizeof what, "%u %s at %s", times, pn_event_type_name(type), party->name);
    scene.awaited = what;
    while (party->seen[type] < times) handle(pn_proactor_wait(scene.proactor));
    scene.awaited = NULL;
}

static MAYBE void await(party_t *party, pn_event_type_t type)
{
    await_times(party, type, 1);
}

/* Waits until nothing lives on the proactor any more. */
static MAYBE void await_inactive(void)
{
    await_times(scene.self, PN_PROACTOR_INACTIVE, scene.self->seen[PN_PROACTOR_INACTIVE] + 1);
}

/* Handles what is ready by now. */
static MAYBE void handle_ready(void)
{
    while (handle(pn_proactor_get(scene.proactor))) {}
}

static MAYBE uint16_t port_of(const struct sockaddr *address)
{
    uint16_t port;
    memcpy(&port, (const char *)address + 2, 2); /* at the same place for both families */
    return ntohs(port);
}

static MAYBE party_t *listen_at(const char *name, const char *address, int backlog, handler_t *on)
{
    party_t *party = add_party(name, on);
    party->listener = pn_listener();
    pn_listener_set_context(party->listener, party);
    pn_proactor_listen(scene.proactor, party->listener, address, backlog);
    const pn_netaddr_t *listening = pn_listener_addr(party->listener);
    if (listening && pn_netaddr_socklen(listening) <= sizeof(struct sockaddr_in6))
        party->port = port_of(pn_netaddr_sockaddr(listening));
    return party;
}

/* A listener on the loopback that tells nothing, whose connections do as `on` says and are called `name`. */
static MAYBE party_t *server(const char *name, handler_t *on)
{
    party_t *party = listen_at("listener", "127.0.0.1:0", 8, NULL);
    party->quiet = true;
    party->accepted_name = name;
    party->on_accepted = on;
    return party;
}

static MAYBE const char *address_of_port(uint16_t port)
{
    static char out[40];
    snprintf(out, sizeof out, "127.0.0.1:%u", port);
    return out;
}

static MAYBE party_t *new_client(const char *name, handler_t *on)
{
    party_t *party = add_party(name, on);
    party->connection = pn_connection();
    pn_connection_set_context(party->connection, party);
    pn_connection_set_container(party->connection, name);
    return party;
}

static MAYBE party_t *connect_to(const char *name, uint16_t port, handler_t *on)
{
    party_t *party = new_client(name, on);
    pn_proactor_connect2(scene.proactor, party->connection, NULL, address_of_port(port));
    return party;
}

static MAYBE void close_listener(party_t *party)
{
    pn_listener_close(party->listener);
    await(party, PN_LISTENER_CLOSE);
}

/* The handler of a peer that does as it is done to. */
static MAYBE void oblige(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)party;
    if (type == PN_CONNECTION_REMOTE_OPEN) pn_connection_open(pn_event_connection(event));
    if (type == PN_SESSION_REMOTE_OPEN) pn_session_open(pn_event_session(event));
    if (type == PN_LINK_REMOTE_OPEN) {
        pn_link_t *link = pn_event_link(event);
        pn_terminus_copy(pn_link_source(link), pn_link_remote_source(link));
        pn_terminus_copy(pn_link_target(link), pn_link_remote_target(link));
        pn_link_open(link);
        if (pn_link_is_receiver(link)) pn_link_flow(link, 10);
    }
    if (type == PN_LINK_REMOTE_CLOSE) pn_link_close(pn_event_link(event));
    if (type == PN_SESSION_REMOTE_CLOSE) pn_session_close(pn_event_session(event));
    if (type == PN_CONNECTION_REMOTE_CLOSE) pn_connection_close(pn_event_connection(event));
}

/* The handler of one that closes as soon as it is open. */
static MAYBE void close_when_open(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)party;
    if (type == PN_CONNECTION_REMOTE_OPEN) pn_connection_close(pn_event_connection(event));
}

/* Plain sockets. */

static MAYBE int must(int result, const char *what)
{
    if (result < 0) {
        perror(what);
        exit(1);
    }
    return result;
}

/* Whether this host has the newer family of addresses. */
static MAYBE bool six(void)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    bool there = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0) close(fd);
    return there;
}

/* A bound socket that nobody answers at, until `listen` is called; its port gets a name. */
static MAYBE int bound_socket(const char *name, party_t **party)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    int fd = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
    must(bind(fd, (struct sockaddr *)&address, size), "bind");
    must(getsockname(fd, (struct sockaddr *)&address, &size), "getsockname");
    *party = add_party(name, NULL);
    (*party)->port = ntohs(address.sin_port);
    return fd;
}

/* A plain socket that listens. */
static MAYBE int listening_socket(const char *name, party_t **party)
{
    int fd = bound_socket(name, party);
    must(listen(fd, 8), "listen");
    return fd;
}

/* A plain connection to a port. */
static MAYBE int dial(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
    must(connect(fd, (struct sockaddr *)&address, sizeof address), "connect");
    return fd;
}

/* Lets the proactor work until a socket is ready. */
static MAYBE void await_socket(int fd, short events)
{
    struct pollfd watched = {.fd = fd, .events = events};
    scene.awaited = events == POLLOUT ? "a socket that can be written" : "a socket that can be read";
    while (poll(&watched, 1, 0) == 0)
        if (!handle(pn_proactor_get(scene.proactor))) poll(&watched, 1, 1);
    scene.awaited = NULL;
}

static MAYBE int answer(int listening)
{
    await_socket(listening, POLLIN);
    return must(accept(listening, NULL, NULL), "accept");
}

/* Reads up to `size` bytes; fewer at the end of the stream. -1 if it was reset. */
static MAYBE ssize_t hear(int fd, void *to, size_t size)
{
    size_t heard = 0;
    while (heard < size) {
        await_socket(fd, POLLIN);
        ssize_t now = recv(fd, (char *)to + heard, size - heard, 0);
        if (now < 0) return -1;
        if (now == 0) break;
        heard += (size_t)now;
    }
    return (ssize_t)heard;
}

/* Reads until the stream ends and tells how it did. */
static MAYBE const char *hear_end(int fd)
{
    char rest[4096];
    for (;;) {
        ssize_t size = hear(fd, rest, sizeof rest);
        if (size < 0) return "reset";
        if ((size_t)size < sizeof rest) return "end of stream";
    }
}

static MAYBE void speak(int fd, const void *bytes, size_t size)
{
    must((int)send(fd, bytes, size, MSG_NOSIGNAL), "send");
}

#define SPEAK(fd, literal) speak(fd, literal, sizeof literal - 1)

#define AMQP_HEADER "AMQP\0\1\0\0"
#define SASL_HEADER "AMQP\3\1\0\0"
#define OPEN_FRAME "\0\0\0\x14\2\0\0\0\0\x53\x10\xc0\7\1\xa1\4peer"
#define CLOSE_FRAME "\0\0\0\x0c\2\0\0\0\0\x53\x18\x45"
#define EMPTY_FRAME "\0\0\0\x08\2\0\0\0"

/* Closes a socket so that the peer sees a reset. */
static MAYBE void reset(int fd)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    must(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), "setsockopt");
    close(fd);
}

/* A client whose peer is a plain socket, which is returned. */
static MAYBE int serve_by_hand(party_t **client, handler_t *on)
{
    party_t *plain;
    int listening = listening_socket("plain", &plain);
    *client = connect_to("client", plain->port, on);
    int fd = answer(listening);
    close(listening);
    return fd;
}

/* The same, with an idle time-out of the client's own, 0 for none. */
static MAYBE int serve_with_timeout(party_t **client, pn_millis_t timeout, handler_t *on)
{
    party_t *plain;
    int listening = listening_socket("plain", &plain);
    *client = new_client("client", on);
    pn_transport_t *transport = pn_transport();
    if (timeout) pn_transport_set_idle_timeout(transport, timeout);
    pn_proactor_connect2(scene.proactor, (*client)->connection, transport, address_of_port(plain->port));
    int fd = answer(listening);
    close(listening);
    return fd;
}

#endif
