/* Differential program: streams that come in crumbs, stall or are larger than any buffer, and work that handlers start
 * on the proactor they are called by. */
#include "proactor/scene.h"

static char heard[65536];

static void crumbs(void)
{
    static const char said[] = AMQP_HEADER OPEN_FRAME EMPTY_FRAME CLOSE_FRAME;
    party_t *client;

    begin("a peer that says one byte at a time");
    int fd = serve_by_hand(&client, oblige);
    for (size_t i = 0; i + 1 < sizeof said; i++) {
        speak(fd, said + i, 1);
        handle_ready();
    }
    await(client, PN_TRANSPORT_CLOSED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    hear_end(fd);
    close(fd);
    finish();

    begin("a client that says one byte at a time");
    party_t *listener = server("server", oblige);
    fd = dial(listener->port);
    for (size_t i = 0; i + 1 < sizeof said; i++) {
        speak(fd, said + i, 1);
        handle_ready();
    }
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    hear_end(fd);
    close(fd);
    finish();
}

/* A sender with a large window whose peer does not read for a while. */

enum { LARGE = 6000000 };

static void send_large(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    if (type == PN_CONNECTION_INIT) {
        pn_session_t *session = pn_session(party->connection);
        pn_session_open(session);
        pn_link_open(pn_sender(session, "large"));
    }
    if (type == PN_LINK_FLOW && !party->step) {
        pn_link_t *link = pn_event_link(event);
        char *body = malloc(LARGE);
        if (!body) abort();
        for (int i = 0; i < LARGE; i++) body[i] = (char)(i * 13 >> 5);
        pn_delivery(link, pn_dtag("1", 1));
        party->step = (int)pn_link_send(link, body, LARGE);
        pn_link_advance(link);
        free(body);
    }
    if (type == PN_DELIVERY) {
        pn_delivery_settle(pn_event_delivery(event));
        pn_connection_close(party->connection);
    }
}

static void receive_large(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    oblige(party, event, type);
    if (type != PN_DELIVERY) return;
    pn_delivery_t *delivery = pn_event_delivery(event);
    for (ssize_t size; (size = pn_link_recv(pn_event_link(event), heard, sizeof heard)) > 0;)
        for (ssize_t i = 0; i < size; i++, party->step++)
            if (heard[i] != (char)(party->step * 13 >> 5)) party->extra = party;
    if (pn_delivery_partial(delivery)) return;
    pn_delivery_update(delivery, PN_ACCEPTED);
    pn_delivery_settle(delivery);
}

static void large(void)
{
    begin("a message larger than all buffers of the sockets");
    party_t *listener = server(NULL, receive_large);
    party_t *client = connect_to("client", listener->port, send_large);
    client->quiet = true;
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    say("sent %d, received %d, %s", client->step, listener->last_accepted->step,
        listener->last_accepted->extra ? "NOT as it was sent" : "as it was sent");
    finish();

    begin("two proactors, and the one that receives sleeps while the other sends");
    pn_proactor_t *sending = scene.proactor, *receiving = pn_proactor();
    scene.proactor = receiving;
    listener = server(NULL, receive_large);
    scene.proactor = sending;
    client = connect_to("client", listener->port, send_large);
    client->quiet = true;
    while (!client->seen[PN_TRANSPORT_CLOSED] || !listener->last_accepted || !listener->last_accepted->seen[PN_TRANSPORT_CLOSED]) {
        scene.proactor = sending;
        handle_ready();
        scene.proactor = receiving;
        handle_ready();
    }
    say("sent %d, received %d, %s", client->step, listener->last_accepted->step,
        listener->last_accepted->extra ? "NOT as it was sent" : "as it was sent");
    pn_proactor_free(receiving);
    scene.proactor = sending;
    finish();
}

/* Raw connections against a socket that does not read. */

static char block[100000];

static void write_blocks(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    pn_raw_buffer_t buffer = {.bytes = block, .capacity = sizeof block, .size = sizeof block};
    if (type == PN_RAW_CONNECTION_CONNECTED) {
        for (int i = 0; i < 16; i++) {
            buffer.context = (uintptr_t)i;
            party->step += (int)pn_raw_connection_write_buffers(party->raw, &buffer, 1);
        }
        pn_raw_connection_close(party->raw);
    }
    if (type == PN_RAW_CONNECTION_WRITTEN || type == PN_RAW_CONNECTION_DRAIN_BUFFERS)
        while (pn_raw_connection_take_written_buffers(party->raw, &buffer, 1))
            if (buffer.context != (uintptr_t)party->port++) party->extra = party; /* not in order */
}

static void raw_stalls(void)
{
    begin("a raw connection that is closed waits until all is written");
    party_t *plain;
    int listening = bound_socket("plain", &plain), small = 4096;
    must(setsockopt(listening, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), "setsockopt");
    must(listen(listening, 1), "listen");
    party_t *client = add_party("client", write_blocks);
    client->quiet = true;
    client->raw = pn_raw_connection();
    pn_raw_connection_set_context(client->raw, client);
    pn_proactor_raw_connect(scene.proactor, client->raw, address_of_port(plain->port));
    int fd = answer(listening);
    size_t total = 0;
    for (ssize_t size; (size = hear(fd, heard, sizeof heard)) > 0;) total += (size_t)size;
    await(client, PN_RAW_CONNECTION_DISCONNECTED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    say("written %d blocks, heard %zu bytes, buffers came back %s", client->step, total, client->extra ? "in disorder" : "in order");
    say("closed %u %u", client->seen[PN_RAW_CONNECTION_CLOSED_READ], client->seen[PN_RAW_CONNECTION_CLOSED_WRITE]);
    client->port = 0;
    close(fd);
    close(listening);
    finish();
}

static char pieces[3][4];

static void give_three(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    if (type == PN_RAW_CONNECTION_WAKE) {
        pn_raw_buffer_t buffers[3];
        for (int i = 0; i < 3; i++) buffers[i] = (pn_raw_buffer_t){.bytes = pieces[i], .capacity = 4};
        note(party, "given %zu", pn_raw_connection_give_read_buffers(party->raw, buffers, 3));
    }
    if (type == PN_RAW_CONNECTION_READ || type == PN_RAW_CONNECTION_DRAIN_BUFFERS) {
        pn_raw_buffer_t buffers[3];
        size_t count = pn_raw_connection_take_read_buffers(party->raw, buffers, 3);
        for (size_t i = 0; i < count; i++) note(party, "read %s", shown(buffers[i].bytes, buffers[i].size));
    }
}

static void raw_pieces(void)
{
    begin("what comes fills one buffer after the other");
    party_t *plain;
    int listening = listening_socket("plain", &plain);
    party_t *client = add_party("client", give_three);
    client->raw = pn_raw_connection();
    pn_raw_connection_set_context(client->raw, client);
    pn_proactor_raw_connect(scene.proactor, client->raw, address_of_port(plain->port));
    int fd = answer(listening);
    await(client, PN_RAW_CONNECTION_NEED_READ_BUFFERS);
    SPEAK(fd, "0123456789");
    pn_raw_connection_wake(client->raw);
    await(client, PN_RAW_CONNECTION_READ);
    finish();
    close(fd);
    close(listening);
}

/* Handlers that start things. */

static void connect_from_accept(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    if (type == PN_LISTENER_OPEN) party->extra = connect_to("client", party->port, close_when_open);
    if (type == PN_LISTENER_ACCEPT) accept_here(party);
}

static void listen_from_handler(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    if (type == PN_CONNECTION_REMOTE_OPEN) {
        party_t *second = server("second server", oblige);
        party->extra = second;
        connect_to("second client", second->port, close_when_open);
    }
    close_when_open(party, event, type);
}

static void timeout_from_handler(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    if (type == PN_CONNECTION_REMOTE_OPEN) {
        pn_proactor_set_timeout(scene.proactor, 0);
        pn_proactor_interrupt(scene.proactor);
    }
    close_when_open(party, event, type);
}

static void free_listener_late(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)party;
    if (type == PN_CONNECTION_REMOTE_OPEN) {
        pn_listener_close(((party_t *)party->extra)->listener);
        pn_connection_close(pn_event_connection(event));
    }
}

static void leave_at_once(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    party->leaves = type == PN_LISTENER_ACCEPT && !party->last_accepted;
}

static void from_handlers(void)
{
    begin("a handler of a listener connects to it");
    party_t *listener = listen_at("listener", "127.0.0.1:0", 5, connect_from_accept);
    listener->accepted_name = "server";
    listener->on_accepted = oblige;
    await(listener, PN_LISTENER_ACCEPT);
    await(listener->extra, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    finish();

    begin("a handler of a connection listens and connects");
    listener = server("server", oblige);
    party_t *client = connect_to("client", listener->port, listen_from_handler);
    await(client, PN_TRANSPORT_CLOSED);
    await(client->extra, PN_LISTENER_ACCEPT);
    await(((party_t *)client->extra)->last_accepted, PN_TRANSPORT_CLOSED);
    finish();

    begin("a handler of a connection interrupts and sets a time-out");
    listener = server("server", oblige);
    client = connect_to("client", listener->port, timeout_from_handler);
    await(client, PN_TRANSPORT_CLOSED);
    await(scene.self, PN_PROACTOR_TIMEOUT);
    await(scene.self, PN_PROACTOR_INTERRUPT);
    finish();

    begin("a handler of a connection closes the listener it came by");
    listener = listen_at("listener", "127.0.0.1:0", 5, NULL);
    listener->accepted_name = "server";
    listener->on_accepted = oblige;
    client = connect_to("client", listener->port, free_listener_late);
    client->extra = listener;
    await(client, PN_TRANSPORT_CLOSED);
    await(listener, PN_LISTENER_CLOSE);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();

    begin("accepted outside the handler");
    listener = listen_at("listener", "127.0.0.1:0", 5, leave_at_once);
    listener->quiet = true;
    listener->accepted_name = "server";
    listener->on_accepted = oblige;
    client = connect_to("client", listener->port, close_when_open);
    await(listener, PN_LISTENER_ACCEPT);
    accept_here(listener);
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    finish();
}

static void more_of_disconnecting(void)
{
    begin("the later condition of two disconnects counts");
    party_t *listener = server(NULL, oblige);
    party_t *client = connect_to("client", listener->port, NULL);
    await(client, PN_CONNECTION_REMOTE_OPEN);
    pn_condition_t *condition = pn_condition();
    pn_condition_set_name(condition, "first");
    pn_proactor_disconnect(scene.proactor, condition);
    pn_condition_set_name(condition, "second");
    pn_proactor_disconnect(scene.proactor, condition);
    pn_condition_free(condition);
    await(client, PN_TRANSPORT_CLOSED);
    finish();

    begin("a hundred connections are disconnected");
    listener = listen_at("listener", "127.0.0.1:0", 128, NULL);
    listener->quiet = true;
    listener->on_accepted = oblige;
    static party_t *clients[100];
    for (int i = 0; i < 100; i++) {
        clients[i] = connect_to("client", listener->port, NULL);
        clients[i]->quiet = true;
    }
    for (int i = 0; i < 100; i++) await(clients[i], PN_CONNECTION_REMOTE_OPEN);
    pn_proactor_disconnect(scene.proactor, NULL);
    await(scene.self, PN_PROACTOR_INACTIVE);
    unsigned closed = 0;
    for (int i = 0; i < 100; i++) closed += clients[i]->seen[PN_TRANSPORT_CLOSED];
    say("closed %u", closed);
    finish();
}

static void families(void)
{
    begin("an address that is in use for one family is had for the other");
    party_t *first = listen_at("first", "0.0.0.0:0", 5, NULL);
    char address[20];
    snprintf(address, sizeof address, ":%u", first->port);
    party_t *second = listen_at("second", address, 5, NULL);
    say("listens at %s, next %s", address_text(pn_listener_addr(second->listener)),
        address_text(pn_netaddr_next(pn_listener_addr(second->listener))));
    await(second, PN_LISTENER_OPEN);
    close_listener(second);
    close_listener(first);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();
}

int main(void)
{
    crumbs();
    large();
    raw_stalls();
    raw_pieces();
    from_handlers();
    more_of_disconnecting();
    if (six()) families();
    return 0;
}
