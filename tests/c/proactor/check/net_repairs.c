/* Self-checking: where the reference's proactor crashes, stalls, loses events or sends them in the wrong order. */
#include "proactor/story.h"

#include <fcntl.h>
#include <netinet/tcp.h>

#define SETUP_OF_CLIENT "CONNECTION_INIT, CONNECTION_LOCAL_OPEN, CONNECTION_BOUND"

static char heard[4096];

/* Raw connections. */

static void take_all(party_t *party)
{
    pn_raw_buffer_t buffer;
    while (pn_raw_connection_take_read_buffers(party->raw, &buffer, 1)) party->step++;
    while (pn_raw_connection_take_written_buffers(party->raw, &buffer, 1)) party->step++;
}

/* Takes back every buffer at the last opportunity; `step` counts them. */
static void take_at_the_end(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    if (type == PN_RAW_CONNECTION_DRAIN_BUFFERS || type == PN_RAW_CONNECTION_DISCONNECTED) take_all(party);
}

static party_t *new_raw(const char *name, handler_t *on)
{
    party_t *party = add_party(name, on);
    party->raw = pn_raw_connection();
    pn_raw_connection_set_context(party->raw, party);
    return party;
}

static int serve_raw(party_t **client, handler_t *on)
{
    party_t *plain;
    int listening = listening_socket("plain", &plain);
    *client = new_raw("client", on);
    pn_proactor_raw_connect(scene.proactor, (*client)->raw, address_of_port(plain->port));
    int fd = answer(listening);
    close(listening);
    await(*client, PN_RAW_CONNECTION_NEED_READ_BUFFERS);
    (*client)->told = 0;
    return fd;
}

static char memory[64];
static const pn_raw_buffer_t room = {.bytes = memory, .capacity = sizeof memory};

static void disconnecting_raw_connections(void)
{
    party_t *client;
    pn_condition_t *condition = pn_condition();
    pn_condition_set_name(condition, "n");
    pn_condition_set_description(condition, "d");

    open_scene("a raw connection is disconnected");
    int fd = serve_raw(&client, take_at_the_end);
    pn_proactor_disconnect(scene.proactor, condition);
    await(client, PN_RAW_CONNECTION_DISCONNECTED);
    tells(client, "RAW_CONNECTION_CLOSED_READ, RAW_CONNECTION_CLOSED_WRITE, RAW_CONNECTION_DISCONNECTED n: d");
    await(scene.self, PN_PROACTOR_INACTIVE);
    CHECK(!strcmp(hear_end(fd), "end of stream"));
    close(fd);
    close_scene();

    open_scene("a raw connection with buffers is disconnected");
    fd = serve_raw(&client, take_at_the_end);
    CHECK(pn_raw_connection_give_read_buffers(client->raw, &room, 1) == 1);
    pn_proactor_disconnect(scene.proactor, NULL);
    await(client, PN_RAW_CONNECTION_DISCONNECTED);
    CHECK(told(client, "RAW_CONNECTION_DRAIN_BUFFERS"));
    CHECK(client->step == 1);
    await(scene.self, PN_PROACTOR_INACTIVE);
    close(fd);
    close_scene();

    open_scene("connections of both kinds and listeners are disconnected together");
    fd = serve_raw(&client, take_at_the_end);
    party_t *listener = listen_at("listener", "127.0.0.1:0", 5, NULL);
    listener->on_accepted = oblige;
    party_t *other = connect_to("other", listener->port, NULL);
    await(other, PN_CONNECTION_REMOTE_OPEN);
    pn_proactor_disconnect(scene.proactor, condition);
    await(client, PN_RAW_CONNECTION_DISCONNECTED);
    await(other, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    await(listener, PN_LISTENER_CLOSE);
    await(scene.self, PN_PROACTOR_INACTIVE);
    CHECK(told(other, "TRANSPORT_ERROR n: d (connection aborted)"));
    CHECK(told(listener, "LISTENER_CLOSE n: d"));
    close(fd);
    close_scene();
    pn_condition_free(condition);
}

static void raw_lookups_that_fail(void)
{
    static const char *const addresses[] = {"no..such.host:5672", "127.0.0.1:no-such-service"};
    static const char *const stories[] = {
        "RAW_CONNECTION_DISCONNECTED proton:io: Name or service not known - connect to  no..such.host:5672",
        "RAW_CONNECTION_DISCONNECTED proton:io: Servname not supported for ai_socktype - connect to  127.0.0.1:no-such-service"};
    for (int i = 0; i < 2; i++) {
        open_scene("a raw connection whose name is not known ends once");
        party_t *client = new_raw("client", take_at_the_end);
        pn_proactor_raw_connect(scene.proactor, client->raw, addresses[i]);
        await(client, PN_RAW_CONNECTION_DISCONNECTED);
        await(scene.self, PN_PROACTOR_INACTIVE);
        handle_ready();
        tells(client, stories[i]);
        close_scene();
    }
}

static void half_closed_before_connected(bool read)
{
    party_t *plain;
    open_scene(read ? "the read half is closed before the connection stands" : "the write half is closed before the connection stands");
    int listening = listening_socket("plain", &plain);
    party_t *client = new_raw("client", take_at_the_end);
    pn_proactor_raw_connect(scene.proactor, client->raw, address_of_port(plain->port));
    if (read) pn_raw_connection_read_close(client->raw);
    else pn_raw_connection_write_close(client->raw);
    int fd = answer(listening);
    await(client, read ? PN_RAW_CONNECTION_NEED_WRITE_BUFFERS : PN_RAW_CONNECTION_NEED_READ_BUFFERS);
    handle_ready();
    tells(client, read ? "RAW_CONNECTION_CONNECTED, RAW_CONNECTION_CLOSED_READ, RAW_CONNECTION_NEED_WRITE_BUFFERS"
                       : "RAW_CONNECTION_CONNECTED, RAW_CONNECTION_CLOSED_WRITE, RAW_CONNECTION_NEED_READ_BUFFERS");
    if (read) {
        CHECK(!client->seen[PN_RAW_CONNECTION_NEED_READ_BUFFERS]);
    } else {
        CHECK(!client->seen[PN_RAW_CONNECTION_NEED_WRITE_BUFFERS]);
        CHECK(!strcmp(hear_end(fd), "end of stream"));
    }
    close(fd);
    close(listening);
    close_scene();
}

static void close_on_wake(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    take_at_the_end(party, event, type);
    if (type == PN_RAW_CONNECTION_WAKE) pn_raw_connection_close(party->raw);
}

static void closed_before_connected(void)
{
    party_t *plain;
    open_scene("a raw connection is closed before it stands");
    int listening = listening_socket("plain", &plain);
    party_t *client = new_raw("client", take_at_the_end);
    pn_proactor_raw_connect(scene.proactor, client->raw, address_of_port(plain->port));
    pn_raw_connection_close(client->raw);
    await(client, PN_RAW_CONNECTION_DISCONNECTED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    close(listening);
    close_scene();
}

static void give_no_room(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    if (type == PN_RAW_CONNECTION_WAKE) {
        pn_raw_buffer_t full = {.bytes = memory, .capacity = 8, .offset = 8}, beyond = {.bytes = memory, .capacity = 8, .offset = 9};
        size_t taken = pn_raw_connection_give_read_buffers(party->raw, &full, 1);
        taken += pn_raw_connection_give_read_buffers(party->raw, &beyond, 1);
        party->step = (int)taken;
        pn_raw_connection_give_read_buffers(party->raw, &room, 1);
    }
    if (type == PN_RAW_CONNECTION_READ) {
        pn_raw_buffer_t buffer;
        while (pn_raw_connection_take_read_buffers(party->raw, &buffer, 1)) {
            if (buffer.size) note(party, "read %s", shown(buffer.bytes + buffer.offset, buffer.size));
            else party->step--;
        }
    }
    if (type == PN_RAW_CONNECTION_DRAIN_BUFFERS) take_all(party);
}

static void buffers_without_room(void)
{
    party_t *client;
    open_scene("a read buffer without room is not the end of the stream");
    int fd = serve_raw(&client, give_no_room);
    pn_raw_connection_wake(client->raw);
    await(client, PN_RAW_CONNECTION_WAKE);
    SPEAK(fd, "more");
    while (!strstr(client->story, "read <more>")) handle(pn_proactor_wait(scene.proactor));
    CHECK(client->step == 0); /* what was taken came back with nothing in it */
    CHECK(!client->seen[PN_RAW_CONNECTION_CLOSED_READ]);
    close(fd);
    close_scene();
}

static void write_early(party_t *party)
{
    pn_raw_buffer_t buffer = {.bytes = memory, .capacity = sizeof memory, .size = 5};
    memcpy(memory, "early", 5);
    CHECK(pn_raw_connection_write_buffers(party->raw, &buffer, 1) == 1);
}

static void nothing_before_connected(void)
{
    party_t *plain;
    open_scene("what was written early is reported behind the connecting");
    int listening = listening_socket("plain", &plain);
    party_t *client = new_raw("client", take_at_the_end);
    write_early(client);
    pn_proactor_raw_connect(scene.proactor, client->raw, address_of_port(plain->port));
    pn_raw_connection_wake(client->raw);
    await(client, PN_RAW_CONNECTION_WRITTEN);
    await(client, PN_RAW_CONNECTION_WAKE);
    char *connected = strstr(client->story, "CONNECTED"), *written = strstr(client->story, "WRITTEN");
    CHECK(connected && written && connected < written);
    int fd = answer(listening);
    CHECK(hear(fd, heard, 5) == 5 && !memcmp(heard, "early", 5));
    close(fd);
    close(listening);
    close_scene();

    open_scene("needs are not told before the connection stands");
    listening = listening_socket("plain", &plain);
    client = new_raw("client", take_at_the_end);
    pn_proactor_raw_connect(scene.proactor, client->raw, address_of_port(plain->port));
    pn_raw_connection_wake(client->raw);
    await(client, PN_RAW_CONNECTION_WAKE);
    await(client, PN_RAW_CONNECTION_NEED_READ_BUFFERS);
    connected = strstr(client->story, "CONNECTED");
    char *need = strstr(client->story, "NEED");
    CHECK(connected && need && connected < need);
    close(listening);
    close_scene();
}

static void tell_proactor(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    CHECK(pn_event_proactor(event) == scene.proactor);
    if (type == PN_RAW_CONNECTION_NEED_READ_BUFFERS) pn_raw_connection_close(party->raw);
}

static void raw_events_know_their_proactor(void)
{
    party_t *plain;
    open_scene("events of raw connections know their proactor");
    int listening = listening_socket("plain", &plain);
    party_t *client = new_raw("client", tell_proactor);
    pn_proactor_raw_connect(scene.proactor, client->raw, address_of_port(plain->port));
    await(client, PN_RAW_CONNECTION_DISCONNECTED);
    close(listening);
    close_scene();
}

static void wake_when_it_ends(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    close_on_wake(party, event, type);
    if (type == PN_RAW_CONNECTION_DISCONNECTED)
        for (int i = 0; i < 3; i++) pn_raw_connection_wake(party->raw);
}

static void late_wakes(void)
{
    party_t *client;
    open_scene("a raw connection is woken by the handler of its last event");
    int fd = serve_raw(&client, wake_when_it_ends);
    pn_raw_connection_wake(client->raw);
    await(client, PN_RAW_CONNECTION_DISCONNECTED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    handle_ready();
    CHECK(client->seen[PN_RAW_CONNECTION_WAKE] == 1);
    close(fd);
    close_scene();
}

/* Listeners. */

#define FAILED_ACCEPT(reason) \
    "CONNECTION_INIT, CONNECTION_BOUND, TRANSPORT_TAIL_CLOSED, TRANSPORT_ERROR proton:io: " reason \
    " - pn_listener_accept :5672, TRANSPORT_HEAD_CLOSED, TRANSPORT_CLOSED"

/* Accepts one more than there are. */
static void accept_too_many(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    if (type == PN_LISTENER_ACCEPT) {
        accept_here(party);
        if (party->step++ == 0) party->extra = accept_here(party);
    }
}

static void accept_when_closed(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    if (type == PN_LISTENER_CLOSE) accept_here(party);
}

static void raw_accept_when_closed(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    if (type == PN_LISTENER_CLOSE || (type == PN_LISTENER_OPEN && party->step)) {
        party->last_accepted = new_raw("server", take_at_the_end);
        pn_listener_raw_accept(party->listener, party->last_accepted->raw);
    }
}

static void accepting_nothing(void)
{
    open_scene("accepting when nothing waits");
    party_t *listener = listen_at("listener", "127.0.0.1:0", 5, accept_too_many);
    listener->accepted_name = "server";
    int fd = dial(listener->port);
    await(listener, PN_LISTENER_ACCEPT);
    party_t *second = listener->extra;
    await(second, PN_TRANSPORT_CLOSED);
    tells(second, FAILED_ACCEPT("Resource temporarily unavailable"));
    close(fd);
    close_listener(listener);
    await(scene.self, PN_PROACTOR_INACTIVE);
    close_scene();

    open_scene("accepting at a listener that is closed");
    listener = listen_at("listener", "127.0.0.1:0", 5, accept_when_closed);
    listener->accepted_name = "server";
    close_listener(listener);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    tells(listener->last_accepted, FAILED_ACCEPT("Bad file descriptor"));
    await(scene.self, PN_PROACTOR_INACTIVE);
    close_scene();

    open_scene("accepting a raw connection at a listener that is closed");
    listener = listen_at("listener", "127.0.0.1:0", 5, raw_accept_when_closed);
    close_listener(listener);
    await(listener->last_accepted, PN_RAW_CONNECTION_DISCONNECTED);
    CHECK(strstr(listener->last_accepted->story, "proton:io: Bad file descriptor - pn_listener_accept"));
    await(scene.self, PN_PROACTOR_INACTIVE);
    close_scene();

    open_scene("accepting a raw connection when nothing waits");
    listener = listen_at("listener", "127.0.0.1:0", 5, raw_accept_when_closed);
    listener->step = 1;
    await(listener, PN_LISTENER_OPEN);
    await(listener->last_accepted, PN_RAW_CONNECTION_DISCONNECTED);
    CHECK(strstr(listener->last_accepted->story, "proton:io: Resource temporarily unavailable - pn_listener_accept"));
    close_scene();
}

static void small_backlogs(void)
{
    for (int backlog = 0; backlog >= -5; backlog -= 5) {
        open_scene("a backlog of nothing or less is one of one");
        party_t *listener = listen_at("listener", "127.0.0.1:0", backlog, NULL);
        int fd = dial(listener->port);
        await(listener, PN_LISTENER_ACCEPT);
        close(fd);
        await(listener->last_accepted, PN_TRANSPORT_CLOSED);
        close_scene();
    }
}

static void long_addresses(void)
{
    static char address[5000];
    memset(address, 'h', sizeof address);
    memcpy(address + 4000, ":5672", 6);

    open_scene("an address that is too long");
    party_t *listener = listen_at("listener", address, 5, NULL);
    await(listener, PN_LISTENER_CLOSE);
    CHECK(strstr(listener->story, "LISTENER_CLOSE proton:io: "));
    party_t *client = new_client("client", NULL);
    pn_proactor_connect2(scene.proactor, client->connection, NULL, address);
    await(client, PN_TRANSPORT_CLOSED);
    CHECK(strstr(client->story, "TRANSPORT_ERROR proton:io: "));
    party_t *raw = new_raw("raw", take_at_the_end);
    pn_proactor_raw_connect(scene.proactor, raw->raw, address);
    await(raw, PN_RAW_CONNECTION_DISCONNECTED);
    CHECK(strstr(raw->story, "DISCONNECTED proton:io: "));
    close_scene();
}

static void failed_listeners_have_no_address(void)
{
    open_scene("a listener that failed has no address");
    party_t *listener = listen_at("listener", "127.0.0.1:no-such-service", 5, NULL);
    CHECK(!pn_listener_addr(listener->listener));
    await(listener, PN_LISTENER_CLOSE);
    close_scene();
}

static void bracketed_addresses(void)
{
    open_scene("an address in brackets");
    party_t *listener = listen_at("listener", "[::1]:0", 5, NULL);
    listener->on_accepted = oblige;
    char address[40];
    snprintf(address, sizeof address, "[::1]:%u", listener->port);
    party_t *client = new_client("client", close_when_open);
    pn_proactor_connect2(scene.proactor, client->connection, NULL, address);
    await(client, PN_TRANSPORT_CLOSED);
    CHECK(!client->seen[PN_TRANSPORT_ERROR]);
    close_scene();
}

/* Time-outs. */

static void replaced_timeouts(void)
{
    open_scene("a time-out that is due is replaced by a later one");
    pn_proactor_set_timeout(scene.proactor, 0);
    pn_proactor_set_timeout(scene.proactor, 30);
    await(scene.self, PN_PROACTOR_INACTIVE);
    handle_ready();
    tells(scene.self, "PROACTOR_TIMEOUT, PROACTOR_INACTIVE");
    close_scene();

    open_scene("a time-out that is due is replaced by one far away");
    pn_proactor_set_timeout(scene.proactor, 0);
    pn_proactor_set_timeout(scene.proactor, 10000000);
    handle_ready();
    CHECK(!scene.self->seen[PN_PROACTOR_TIMEOUT] && !scene.self->seen[PN_PROACTOR_INACTIVE]);
    pn_proactor_cancel_timeout(scene.proactor);
    await(scene.self, PN_PROACTOR_INACTIVE);
    CHECK(!scene.self->seen[PN_PROACTOR_TIMEOUT]);
    close_scene();
}

static void ask_again(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)party, (void)event;
    if (type == PN_PROACTOR_TIMEOUT) pn_proactor_set_timeout(scene.proactor, 0);
    if (type == PN_PROACTOR_INTERRUPT) pn_proactor_interrupt(scene.proactor);
    if (type == PN_PROACTOR_INACTIVE) pn_proactor_cancel_timeout(scene.proactor);
}

static void own_events_leave_time_for_others(void)
{
    open_scene("handlers that ask again for the event they got leave time for others");
    scene.self->on = ask_again;
    scene.self->quiet = true;
    pn_proactor_set_timeout(scene.proactor, 0);
    pn_proactor_interrupt(scene.proactor);
    await(scene.self, PN_PROACTOR_TIMEOUT);
    party_t *listener = server("server", oblige);
    party_t *client = connect_to("client", listener->port, close_when_open);
    await(client, PN_TRANSPORT_CLOSED);
    CHECK(!client->seen[PN_TRANSPORT_ERROR]);
    close_scene();

    open_scene("a handler that cancels nothing when told of inactivity comes to an end");
    scene.self->on = ask_again;
    scene.self->quiet = true;
    pn_proactor_cancel_timeout(scene.proactor);
    for (int i = 0; i < 5; i++) handle(pn_proactor_wait(scene.proactor));
    CHECK(scene.self->seen[PN_PROACTOR_INACTIVE] == 5);
    close_scene();
}

static void silent_peers(void)
{
    party_t *client;
    open_scene("a server that never says anything is given up");
    int fd = serve_with_timeout(&client, 50, NULL);
    await(client, PN_TRANSPORT_CLOSED);
    CHECK(told(client, "TRANSPORT_ERROR amqp:resource-limit-exceeded: local-idle-timeout expired"));
    close(fd);
    await(scene.self, PN_PROACTOR_INACTIVE);
    close_scene();
}

static void set_timeout_at_bound(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)party;
    if (type == PN_CONNECTION_BOUND) pn_transport_set_idle_timeout(pn_event_transport(event), 50);
}

static void silent_clients(void)
{
    open_scene("a client that never says anything is given up");
    party_t *listener = server("server", set_timeout_at_bound);
    int fd = dial(listener->port);
    await(listener, PN_LISTENER_ACCEPT);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    CHECK(told(listener->last_accepted, "TRANSPORT_ERROR amqp:resource-limit-exceeded: local-idle-timeout expired"));
    close(fd);
    close_scene();
}

/* Brings the deadline forward each time it is woken. */
static void hurry(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    if (type == PN_CONNECTION_WAKE) {
        static const pn_millis_t timeouts[] = {50000, 20000, 5000, 40};
        pn_transport_set_idle_timeout(pn_event_transport(event), timeouts[party->step++ % 4]);
    }
}

static void deadlines_that_come_nearer(void)
{
    party_t *client;
    open_scene("a deadline is brought forward more than once");
    int fd = serve_with_timeout(&client, 100000, hurry);
    SPEAK(fd, AMQP_HEADER OPEN_FRAME);
    await(client, PN_CONNECTION_REMOTE_OPEN);
    for (unsigned i = 1; i <= 4; i++) {
        pn_connection_wake(client->connection);
        await_times(client, PN_CONNECTION_WAKE, i);
        SPEAK(fd, EMPTY_FRAME);
        handle_ready();
    }
    await(client, PN_TRANSPORT_CLOSED);
    CHECK(told(client, "TRANSPORT_ERROR amqp:resource-limit-exceeded: local-idle-timeout expired"));
    close(fd);
    close_scene();
}

/* Connections. */

static void close_head(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)party;
    if (type == PN_CONNECTION_REMOTE_OPEN) pn_transport_close_head(pn_event_transport(event));
}

static void halves(void)
{
    party_t *client;
    open_scene("the peer hears the end when the application closes the head");
    int fd = serve_with_timeout(&client, 0, close_head);
    SPEAK(fd, AMQP_HEADER OPEN_FRAME);
    ssize_t size = hear(fd, heard, sizeof heard);
    CHECK(size >= 8 && !memcmp(heard, "AMQP\0\1\0\0", 8));
    CHECK(!client->seen[PN_TRANSPORT_CLOSED]);
    close(fd);
    await(client, PN_TRANSPORT_CLOSED);
    close_scene();

    open_scene("the peer hears the end behind our close without answering it");
    fd = serve_with_timeout(&client, 0, close_when_open);
    SPEAK(fd, AMQP_HEADER OPEN_FRAME);
    size = hear(fd, heard, sizeof heard);
    CHECK(size >= 12 && !memcmp(heard + size - 3, "\x53\x18", 2));
    CHECK(!client->seen[PN_TRANSPORT_CLOSED]);
    SPEAK(fd, CLOSE_FRAME);
    await(client, PN_TRANSPORT_CLOSED);
    CHECK(!client->seen[PN_TRANSPORT_ERROR]);
    close(fd);
    close_scene();
}

static void cut_frames(void)
{
    open_scene("a stream that ends inside a frame ends the connection");
    party_t *listener = server("server", oblige);
    int fd = dial(listener->port);
    SPEAK(fd, AMQP_HEADER OPEN_FRAME);
    await(listener, PN_LISTENER_ACCEPT);
    await(listener->last_accepted, PN_CONNECTION_REMOTE_OPEN);
    speak(fd, CLOSE_FRAME, 6);
    shutdown(fd, SHUT_WR);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    CHECK(told(listener->last_accepted, "TRANSPORT_ERROR amqp:connection:framing-error: connection aborted"));
    close(fd);
    close_scene();
}

static void leave_each_batch(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    party->leaves = type != PN_TRANSPORT_CLOSED;
    oblige(party, event, type);
}

static void batches_left_early(void)
{
    open_scene("no event is lost when an accepted connection's batches are left");
    party_t *listener = server("server", leave_each_batch);
    party_t *client = connect_to("client", listener->port, close_when_open);
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    CHECK(!listener->last_accepted->seen[PN_TRANSPORT_ERROR]);
    close_scene();
}

static void wake_again(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)party;
    if (type == PN_CONNECTION_WAKE) pn_connection_wake(pn_event_connection(event));
}

static void wakes_leave_time_for_others(void)
{
    open_scene("a connection that wakes itself for ever leaves time for others");
    party_t *listener = server("server", oblige);
    party_t *restless = connect_to("restless", listener->port, wake_again);
    restless->quiet = true;
    await(restless, PN_CONNECTION_REMOTE_OPEN);
    pn_connection_wake(restless->connection);
    pn_proactor_interrupt(scene.proactor);
    await(scene.self, PN_PROACTOR_INTERRUPT);
    party_t *client = connect_to("client", listener->port, close_when_open);
    await(client, PN_TRANSPORT_CLOSED);
    CHECK(!client->seen[PN_TRANSPORT_ERROR]);
    close_scene();
}

static void wake_raw_again(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    if (type == PN_RAW_CONNECTION_WAKE) pn_raw_connection_wake(party->raw);
}

static void raw_wakes_leave_time_for_others(void)
{
    party_t *restless;
    open_scene("a raw connection that wakes itself for ever leaves time for others");
    int fd = serve_raw(&restless, wake_raw_again);
    restless->quiet = true;
    pn_raw_connection_wake(restless->raw);
    await_times(restless, PN_RAW_CONNECTION_WAKE, 10);
    pn_proactor_interrupt(scene.proactor);
    await(scene.self, PN_PROACTOR_INTERRUPT);
    pn_proactor_disconnect(scene.proactor, NULL);
    await(restless, PN_RAW_CONNECTION_DISCONNECTED);
    close(fd);
    close_scene();
}

static void disconnected_on_the_way(void)
{
    pn_condition_t *condition = pn_condition();
    pn_condition_set_name(condition, "n");
    pn_condition_set_description(condition, "d");

    open_scene("disconnected before anything has happened");
    party_t *plain;
    int listening = listening_socket("plain", &plain);
    party_t *client = connect_to("client", plain->port, NULL);
    pn_proactor_disconnect(scene.proactor, condition);
    await(client, PN_TRANSPORT_CLOSED);
    tells(client, SETUP_OF_CLIENT ", TRANSPORT_TAIL_CLOSED, TRANSPORT_ERROR n: d, TRANSPORT_HEAD_CLOSED, TRANSPORT_CLOSED");
    await(scene.self, PN_PROACTOR_INACTIVE);
    close(listening);
    close_scene();

    open_scene("disconnected while connecting");
    listening = listening_socket("plain", &plain);
    client = connect_to("client", plain->port, NULL);
    int fd = answer(listening);
    pn_proactor_disconnect(scene.proactor, condition);
    await(client, PN_TRANSPORT_CLOSED);
    tells(client, SETUP_OF_CLIENT ", TRANSPORT_TAIL_CLOSED, TRANSPORT_ERROR n: d, TRANSPORT_HEAD_CLOSED, TRANSPORT_CLOSED");
    await(scene.self, PN_PROACTOR_INACTIVE);
    close(fd);
    close(listening);
    close_scene();
    pn_condition_free(condition);
}

static int option_of(int fd, int level, int name)
{
    int value = -1;
    socklen_t size = sizeof value;
    return getsockopt(fd, level, name, &value, &size) < 0 ? -1 : value;
}

static void options_of_sockets(void)
{
    bool before[256];
    for (int fd = 0; fd < 256; fd++) before[fd] = fcntl(fd, F_GETFD) >= 0;
    open_scene("the options of sockets");
    party_t *listener = listen_at("listener", ":0", 5, NULL);
    listener->on_accepted = oblige;
    party_t *client = connect_to("client", listener->port, NULL);
    await(client, PN_CONNECTION_REMOTE_OPEN);
    int listening = 0, connected = 0;
    for (int fd = 0; fd < 256; fd++) {
        struct sockaddr_storage address;
        socklen_t size = sizeof address;
        if (before[fd] || getsockname(fd, (struct sockaddr *)&address, &size) < 0) continue;
        CHECK(fcntl(fd, F_GETFL) & O_NONBLOCK);
        if (option_of(fd, SOL_SOCKET, SO_ACCEPTCONN)) {
            listening++;
            CHECK(option_of(fd, SOL_SOCKET, SO_REUSEADDR) == 1);
            CHECK(address.ss_family != AF_INET6 || option_of(fd, IPPROTO_IPV6, IPV6_V6ONLY) == 1);
        } else {
            connected++;
            CHECK(option_of(fd, IPPROTO_TCP, TCP_NODELAY) == 1);
            CHECK(option_of(fd, SOL_SOCKET, SO_KEEPALIVE) == 0);
        }
    }
    CHECK(listening >= 1 && connected == 2);
    close_scene();
}

/* Only what the proactor has opened since the first look counts. */
static void descriptors_are_not_inherited(void)
{
    bool before[256];
    for (int fd = 0; fd < 256; fd++) before[fd] = fcntl(fd, F_GETFD) >= 0;
    open_scene("no descriptor goes to child processes");
    party_t *listener = server("server", oblige);
    party_t *client = connect_to("client", listener->port, NULL);
    await(client, PN_CONNECTION_REMOTE_OPEN);
    int opened = 0, inherited = 0;
    for (int fd = 0; fd < 256; fd++) {
        int flags = fcntl(fd, F_GETFD);
        if (flags < 0 || before[fd]) continue;
        opened++;
        inherited += !(flags & FD_CLOEXEC);
    }
    CHECK(opened >= 4);
    CHECK(inherited == 0);
    close_scene();
    int left = 0;
    for (int fd = 0; fd < 256; fd++) left += !before[fd] && fcntl(fd, F_GETFD) >= 0;
    CHECK(left == 0);
}

static void dead_sockets_do_not_spin(void)
{
    party_t *client;
    open_scene("nothing is ready for ever when the peer keeps silent behind our close");
    int fd = serve_with_timeout(&client, 0, close_when_open);
    SPEAK(fd, AMQP_HEADER OPEN_FRAME);
    await(client, PN_TRANSPORT_HEAD_CLOSED);
    hear(fd, heard, sizeof heard);
    handle_ready();
    unsigned batches = 0;
    for (int i = 0; i < 100; i++) batches += handle(pn_proactor_get(scene.proactor));
    CHECK(batches == 0);
    close(fd);
    await(client, PN_TRANSPORT_CLOSED);
    close_scene();
}

static void resets_name_their_reason(void)
{
    open_scene("a reset of an accepted connection");
    party_t *listener = server("server", oblige);
    int fd = dial(listener->port);
    SPEAK(fd, AMQP_HEADER OPEN_FRAME);
    await(listener, PN_LISTENER_ACCEPT);
    await(listener->last_accepted, PN_CONNECTION_LOCAL_OPEN);
    hear(fd, heard, 9);
    reset(fd);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    CHECK(strstr(listener->last_accepted->story, "TRANSPORT_ERROR proton:io: RESET - noticed "));
    CHECK(strstr(listener->last_accepted->story, "(connection aborted)"));
    close_scene();
}

static void nulls(void)
{
    open_scene("nothing happens to nothing");
    pn_proactor_free(NULL);
    pn_proactor_interrupt(NULL);
    pn_proactor_set_timeout(NULL, 1);
    pn_proactor_cancel_timeout(NULL);
    pn_proactor_disconnect(NULL, NULL);
    pn_proactor_done(NULL, NULL);
    pn_proactor_done(scene.proactor, NULL);
    pn_proactor_release_connection(NULL);
    pn_connection_wake(NULL);
    pn_raw_connection_wake(NULL);
    pn_listener_close(NULL);
    pn_listener_free(NULL);
    pn_listener_set_context(NULL, NULL);
    pn_raw_connection_set_context(NULL, NULL);
    pn_raw_connection_close(NULL);
    pn_raw_connection_read_close(NULL);
    pn_raw_connection_write_close(NULL);
    pn_raw_buffer_t buffer = room;
    CHECK(!pn_proactor_get(NULL) && !pn_event_batch_next(NULL));
    CHECK(!pn_connection_proactor(NULL) && !pn_listener_proactor(NULL) && !pn_event_proactor(NULL));
    CHECK(!pn_event_listener(NULL) && !pn_event_raw_connection(NULL));
    CHECK(!pn_listener_get_context(NULL) && !pn_listener_attachments(NULL) && !pn_listener_condition(NULL));
    CHECK(!pn_listener_addr(NULL) && !pn_transport_local_addr(NULL) && !pn_transport_remote_addr(NULL));
    CHECK(!pn_raw_connection_get_context(NULL) && !pn_raw_connection_attachments(NULL) && !pn_raw_connection_condition(NULL));
    CHECK(!pn_raw_connection_local_addr(NULL) && !pn_raw_connection_remote_addr(NULL));
    CHECK(!pn_raw_connection_give_read_buffers(NULL, &buffer, 1) && !pn_raw_connection_write_buffers(NULL, &buffer, 1));
    CHECK(!pn_raw_connection_take_read_buffers(NULL, &buffer, 1) && !pn_raw_connection_take_written_buffers(NULL, &buffer, 1));
    CHECK(!pn_raw_connection_read_buffers_capacity(NULL) && !pn_raw_connection_write_buffers_capacity(NULL));
    CHECK(pn_proactor_addr(NULL, 0, "host", "port") == 9);
    close_scene();
}

int main(void)
{
    disconnecting_raw_connections();
    raw_lookups_that_fail();
    half_closed_before_connected(true);
    half_closed_before_connected(false);
    closed_before_connected();
    buffers_without_room();
    nothing_before_connected();
    raw_events_know_their_proactor();
    late_wakes();
    accepting_nothing();
    small_backlogs();
    long_addresses();
    failed_listeners_have_no_address();
    if (six()) bracketed_addresses();
    replaced_timeouts();
    own_events_leave_time_for_others();
    silent_peers();
    silent_clients();
    deadlines_that_come_nearer();
    halves();
    cut_frames();
    batches_left_early();
    wakes_leave_time_for_others();
    raw_wakes_leave_time_for_others();
    disconnected_on_the_way();
    descriptors_are_not_inherited();
    options_of_sockets();
    dead_sockets_do_not_spin();
    resets_name_their_reason();
    nulls();
    return checks_result();
}
