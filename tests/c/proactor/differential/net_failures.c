/* Differential program: connections that never come about, and peers that go away, stall or speak nonsense. */
#include "proactor/scene.h"

/* Hears the socket out, and ends the scene. */
static void socket_ends(int fd)
{
    say("the socket hears %s", hear_end(fd));
    close(fd);
    finish();
}

/* The same for a connection that was made to the socket, and was all there was. */
static void client_ends(party_t *client, int fd)
{
    await(client, PN_TRANSPORT_CLOSED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    socket_ends(fd);
}

/* The same for a connection that was accepted from the socket. */
static void accepted_ends(party_t *listener, int fd)
{
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    socket_ends(fd);
}

static void fail_to_connect(const char *name, const char *address)
{
    begin(name);
    party_t *client = new_client("client", NULL);
    client->shows_batches = true;
    pn_proactor_connect2(scene.proactor, client->connection, NULL, address);
    await(client, PN_TRANSPORT_CLOSED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();
}

/* Names with an empty part: the resolver refuses them without asking anybody. */
static void lookups(void)
{
    fail_to_connect("no such host", "no..such.host:5672");
    fail_to_connect("no such host, and no port", "no..such.host");
    fail_to_connect("no such host, and an empty port", "no..such.host:");
    fail_to_connect("the port called amqp", "no..such.host:amqp");
    fail_to_connect("the port called amqps", "no..such.host:amqps");
    fail_to_connect("no such service", "127.0.0.1:no-such-service");
    fail_to_connect("no such service, and no host", ":no-such-service");
    fail_to_connect("a port below zero", "127.0.0.1:-1");
    fail_to_connect("blanks in the name", "no such host:1");
    fail_to_connect("more than one colon", "no:such:host:1");
}

/* Nobody listens at a port that is bound. */
static void refused(void)
{
    begin("the connection is refused");
    party_t *nobody;
    int fd = bound_socket("nobody", &nobody);
    party_t *client = connect_to("client", nobody->port, NULL);
    await(client, PN_TRANSPORT_CLOSED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();

    begin("many connections are refused at once");
    (void)close(fd);
    fd = bound_socket("nobody", &nobody);
    party_t *clients[5];
    static const char *const names[] = {"first", "second", "third", "fourth", "fifth"};
    for (int i = 0; i < 5; i++) clients[i] = connect_to(names[i], nobody->port, NULL);
    for (int i = 0; i < 5; i++) await(clients[i], PN_TRANSPORT_CLOSED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();
    close(fd);
}

static void tell_peer(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    if (type == PN_CONNECTION_REMOTE_OPEN)
        note(party, "remote %s", address_text(pn_transport_remote_addr(pn_event_transport(event))));
    close_when_open(party, event, type);
}

/* Without a host both loopbacks are tried, the newer one first where there is one. */
static void several_addresses(void)
{
    begin("the next address is tried when one refuses");
    party_t *listener = server("server", oblige);
    char address[20];
    snprintf(address, sizeof address, ":%u", listener->port);
    party_t *client = new_client("client", tell_peer);
    pn_proactor_connect2(scene.proactor, client->connection, NULL, address);
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    finish();

    begin("all addresses refuse");
    party_t *nobody;
    int fd = bound_socket("nobody", &nobody);
    snprintf(address, sizeof address, ":%u", nobody->port);
    client = new_client("client", NULL);
    pn_proactor_connect2(scene.proactor, client->connection, NULL, address);
    await(client, PN_TRANSPORT_CLOSED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    close(fd);
    finish();

    begin("the next address is tried for a raw connection");
    listener = listen_at("listener", "127.0.0.1:0", 5, NULL);
    listener->quiet = true;
    snprintf(address, sizeof address, ":%u", listener->port);
    client = add_party("client", NULL);
    client->raw = pn_raw_connection();
    pn_raw_connection_set_context(client->raw, client);
    pn_proactor_raw_connect(scene.proactor, client->raw, address);
    await(client, PN_RAW_CONNECTION_CONNECTED);
    say("remote %s", address_text(pn_raw_connection_remote_addr(client->raw)));
    finish();

    begin("all addresses refuse a raw connection");
    fd = bound_socket("nobody", &nobody);
    snprintf(address, sizeof address, ":%u", nobody->port);
    client = add_party("client", NULL);
    client->raw = pn_raw_connection();
    pn_raw_connection_set_context(client->raw, client);
    pn_proactor_raw_connect(scene.proactor, client->raw, address);
    await(client, PN_RAW_CONNECTION_DISCONNECTED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    close(fd);
    finish();
}

static void set_condition_at_bound(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)party;
    if (type == PN_CONNECTION_BOUND) {
        pn_condition_t *condition = pn_transport_condition(pn_event_transport(event));
        pn_condition_set_name(condition, "app:reason");
        pn_condition_set_description(condition, "there already");
    }
}

static void tell_state(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    pn_transport_t *transport = pn_event_transport(event);
    if (type == PN_TRANSPORT_ERROR || type == PN_TRANSPORT_CLOSED)
        note(party, "state %d, head closed %d, tail closed %d, local %s, remote %s",
             pn_connection_state(pn_event_connection(event)), pn_transport_head_closed(transport),
             pn_transport_tail_closed(transport), address_text(pn_transport_local_addr(transport)),
             address_text(pn_transport_remote_addr(transport)));
}

static void with_state(void)
{
    begin("what can be asked of a connection that failed");
    party_t *client = new_client("client", tell_state);
    pn_proactor_connect2(scene.proactor, client->connection, NULL, "127.0.0.1:no-such-service");
    await(client, PN_TRANSPORT_CLOSED);
    finish();

    begin("an earlier condition stays");
    client = new_client("client", set_condition_at_bound);
    pn_proactor_connect2(scene.proactor, client->connection, NULL, "127.0.0.1:no-such-service");
    await(client, PN_TRANSPORT_CLOSED);
    finish();

    begin("the next connection works after one has failed");
    party_t *listener = server("server", oblige);
    client = new_client("failing", NULL);
    pn_proactor_connect2(scene.proactor, client->connection, NULL, "127.0.0.1:no-such-service");
    party_t *other = connect_to("working", listener->port, close_when_open);
    await(client, PN_TRANSPORT_CLOSED);
    await(other, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    finish();
}

/* A server whose peer is a plain socket. */
static int dial_by_hand(party_t **listener, handler_t *on)
{
    *listener = server("server", on);
    int fd = dial((*listener)->port);
    await(*listener, PN_LISTENER_ACCEPT);
    return fd;
}

static char heard[4096];

static void the_end_comes_early(void)
{
    party_t *client, *listener;

    begin("the server vanishes before it has said anything");
    int fd = serve_by_hand(&client, NULL);
    hear(fd, heard, 8);
    shutdown(fd, SHUT_WR);
    client_ends(client, fd);

    begin("the client vanishes before it has said anything");
    fd = dial_by_hand(&listener, NULL);
    shutdown(fd, SHUT_WR);
    accepted_ends(listener, fd);

    begin("the server vanishes behind its header");
    fd = serve_by_hand(&client, NULL);
    hear(fd, heard, 8);
    SPEAK(fd, AMQP_HEADER);
    shutdown(fd, SHUT_WR);
    client_ends(client, fd);

    begin("the server vanishes in its header");
    fd = serve_by_hand(&client, NULL);
    hear(fd, heard, 8);
    SPEAK(fd, "AMQP\0");
    shutdown(fd, SHUT_WR);
    client_ends(client, fd);

    begin("the server vanishes when it is open");
    fd = serve_by_hand(&client, NULL);
    SPEAK(fd, AMQP_HEADER OPEN_FRAME);
    await(client, PN_CONNECTION_REMOTE_OPEN);
    shutdown(fd, SHUT_WR);
    client_ends(client, fd);

    begin("the client vanishes when it is open");
    fd = dial_by_hand(&listener, oblige);
    SPEAK(fd, AMQP_HEADER OPEN_FRAME);
    await(listener->last_accepted, PN_CONNECTION_REMOTE_OPEN);
    shutdown(fd, SHUT_WR);
    accepted_ends(listener, fd);

    begin("the client says everything there is to say in one go");
    fd = dial_by_hand(&listener, oblige);
    SPEAK(fd, AMQP_HEADER OPEN_FRAME CLOSE_FRAME);
    accepted_ends(listener, fd);

    begin("the server closes without waiting for an answer");
    fd = serve_by_hand(&client, oblige);
    SPEAK(fd, AMQP_HEADER OPEN_FRAME CLOSE_FRAME);
    client_ends(client, fd);

    begin("a peer keeps its end open behind both closes");
    fd = serve_by_hand(&client, close_when_open);
    SPEAK(fd, AMQP_HEADER OPEN_FRAME);
    await(client, PN_TRANSPORT_HEAD_CLOSED);
    SPEAK(fd, CLOSE_FRAME);
    client_ends(client, fd);
}

static void behind_our_close(void)
{
    party_t *client;

    begin("the peer vanishes behind our close");
    int fd = serve_by_hand(&client, close_when_open);
    SPEAK(fd, AMQP_HEADER OPEN_FRAME);
    await(client, PN_TRANSPORT_HEAD_CLOSED);
    shutdown(fd, SHUT_WR);
    await(client, PN_TRANSPORT_CLOSED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    close(fd);
    finish();

    begin("the peer resets behind our close");
    fd = serve_by_hand(&client, close_when_open);
    SPEAK(fd, AMQP_HEADER OPEN_FRAME);
    await(client, PN_TRANSPORT_HEAD_CLOSED);
    handle_ready();
    reset(fd);
    await(client, PN_TRANSPORT_CLOSED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();

    begin("the peer says more behind its close");
    fd = serve_by_hand(&client, oblige);
    SPEAK(fd, AMQP_HEADER OPEN_FRAME CLOSE_FRAME EMPTY_FRAME EMPTY_FRAME);
    await(client, PN_TRANSPORT_CLOSED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    hear_end(fd); /* what was not read any more makes it a reset */
    close(fd);
    finish();
}

static void resets(void)
{
    party_t *client, *listener;

    begin("the server resets when it is open");
    int fd = serve_by_hand(&client, NULL);
    SPEAK(fd, AMQP_HEADER OPEN_FRAME);
    await(client, PN_CONNECTION_REMOTE_OPEN);
    hear(fd, heard, 9);
    reset(fd);
    await(client, PN_TRANSPORT_CLOSED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();

    begin("the client resets when it is open");
    fd = dial_by_hand(&listener, oblige);
    SPEAK(fd, AMQP_HEADER OPEN_FRAME);
    await(listener->last_accepted, PN_CONNECTION_LOCAL_OPEN);
    hear(fd, heard, 9);
    reset(fd);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    finish();

    begin("the client resets before it has said anything");
    fd = dial_by_hand(&listener, oblige);
    handle_ready();
    reset(fd);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    finish();
}

/* Sends bytes that no client should, and hears what comes back. */
static void nonsense(const char *name, const void *bytes, size_t size, handler_t *on, const char *condition)
{
    party_t *listener;
    begin(name);
    int fd = dial_by_hand(&listener, on);
    speak(fd, bytes, size);
    await(listener->last_accepted, PN_TRANSPORT_ERROR);
    ssize_t length = hear(fd, heard, sizeof heard);
    size_t size_heard = length > 0 ? (size_t)length : 0;
    say("the socket hears %s, the condition %s and the end", shown(heard, size_heard < 8 ? size_heard : 8),
        memmem(heard, size_heard, condition, strlen(condition)) ? condition : "NOT THERE");
    close(fd);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    finish();
}

#define NONSENSE(name, bytes, on, condition) nonsense(name, bytes, sizeof bytes - 1, on, condition)

static void wrong_bytes(void)
{
    NONSENSE("a client of another protocol", "GET / HTTP/1.1\r\n\r\n", NULL, "amqp:connection:framing-error");
    NONSENSE("a client of another version", "AMQP\0\0\11\1", NULL, "amqp:connection:framing-error");
    NONSENSE("a frame behind the open that breaks a rule", AMQP_HEADER OPEN_FRAME "\0\0\0\x0c\2\0\0\5\0\x53\x16\x45", oblige,
             "amqp:not-allowed");

    party_t *client;
    begin("a server of another protocol");
    int fd = serve_by_hand(&client, NULL);
    SPEAK(fd, "HTTP/1.1 400 Bad Request\r\n\r\n");
    await(client, PN_TRANSPORT_ERROR);
    hear_end(fd);
    close(fd);
    await(client, PN_TRANSPORT_CLOSED);
    finish();
}

int main(void)
{
    lookups();
    refused();
    several_addresses();
    with_state();
    the_end_comes_early();
    behind_our_close();
    resets();
    wrong_bytes();
    return 0;
}
