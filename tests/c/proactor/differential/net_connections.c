/* Differential program: the life of connections over sockets, from the first event to the last. */
#include "proactor/scene.h"

/* A client and a server of the loopback meet, do as their handlers say, and end. */
static void meet(const char *name, handler_t *on_client, handler_t *on_server)
{
    begin(name);
    party_t *listener = server("server", on_server);
    party_t *client = connect_to("client", listener->port, on_client);
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    close_listener(listener);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();
}

static void open_and_oblige(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    if (type == PN_CONNECTION_REMOTE_OPEN) {
        pn_connection_open(pn_event_connection(event));
        pn_connection_close(pn_event_connection(event));
    } else {
        oblige(party, event, type);
    }
}

static void close_with_condition(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)party;
    if (type == PN_CONNECTION_REMOTE_OPEN) {
        pn_condition_set_name(pn_connection_condition(pn_event_connection(event)), "app:reason");
        pn_condition_set_description(pn_connection_condition(pn_event_connection(event)), "as it happens");
        pn_connection_close(pn_event_connection(event));
    }
}

static void close_at_once(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)party;
    if (type == PN_CONNECTION_BOUND) {
        pn_connection_open(pn_event_connection(event));
        pn_connection_close(pn_event_connection(event));
    }
}

static void close_early(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)party;
    if (type == PN_CONNECTION_INIT) {
        pn_connection_open(pn_event_connection(event));
        pn_connection_close(pn_event_connection(event));
    }
}

static void endings(void)
{
    meet("the client closes first", close_when_open, oblige);
    meet("the server closes first", oblige, open_and_oblige);
    meet("a close with a condition", close_with_condition, oblige);
    meet("the client closes before it has opened", close_at_once, oblige);
    meet("the client closes in its first event", close_early, oblige);
    meet("the server closes before it has heard anything", oblige, close_at_once);
    meet("both close before they have heard anything", close_at_once, close_at_once);
}

static void talk(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    if (type == PN_CONNECTION_INIT) {
        pn_session_t *session = pn_session(party->connection);
        pn_session_open(session);
        pn_link_t *link = pn_sender(session, "orders");
        pn_terminus_set_address(pn_link_target(link), "here");
        pn_link_open(link);
    }
    if (type == PN_LINK_FLOW && party->step == 0) {
        pn_link_t *link = pn_event_link(event);
        party->step = 1;
        pn_delivery(link, pn_dtag("1", 1));
        pn_link_send(link, "hello", 5);
        pn_link_advance(link);
    }
    if (type == PN_DELIVERY) {
        pn_delivery_t *delivery = pn_event_delivery(event);
        note(party, "remote=%" PRIx64 " settled=%d", pn_delivery_remote_state(delivery), pn_delivery_settled(delivery));
        pn_delivery_settle(delivery);
        pn_link_close(pn_event_link(event));
    }
    if (type == PN_LINK_REMOTE_CLOSE) pn_session_close(pn_event_session(event));
    if (type == PN_SESSION_REMOTE_CLOSE) pn_connection_close(party->connection);
}

static void take(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    oblige(party, event, type);
    if (type == PN_DELIVERY && !pn_delivery_partial(pn_event_delivery(event))) {
        char buffer[64];
        ssize_t size = pn_link_recv(pn_event_link(event), buffer, sizeof buffer);
        note(party, "received %s", shown(buffer, size > 0 ? (size_t)size : 0));
        pn_delivery_update(pn_event_delivery(event), PN_ACCEPTED);
        pn_delivery_settle(pn_event_delivery(event));
    }
}

enum { LARGE = 3000000 };

/* Sends one large delivery, a piece for each event, as long as little waits. */
static void pour(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    static char piece[100000];
    if (type == PN_LINK_FLOW || type == PN_TRANSPORT) {
        pn_link_t *link = pn_link_head(party->connection, 0);
        if (!link || pn_link_credit(link) <= 0 || party->step >= LARGE) return;
        if (!pn_link_current(link)) pn_delivery(link, pn_dtag("1", 1));
        while (party->step < LARGE) {
            memset(piece, party->step / (int)sizeof piece, sizeof piece);
            party->step += (int)pn_link_send(link, piece, sizeof piece);
        }
        pn_link_advance(link);
    } else {
        talk(party, event, type);
    }
}

/* Sums up what it receives, in whatever pieces it comes. */
static void sum_up(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    oblige(party, event, type);
    if (type != PN_DELIVERY) return;
    static unsigned sum;
    unsigned char buffer[5000];
    pn_delivery_t *delivery = pn_event_delivery(event);
    if (!party->step) sum = 0;
    for (ssize_t size; (size = pn_link_recv(pn_event_link(event), (char *)buffer, sizeof buffer)) > 0;) {
        party->step += (int)size;
        for (ssize_t i = 0; i < size; i++) sum = sum * 31 + buffer[i];
    }
    if (pn_delivery_partial(delivery)) return;
    printf("[%s] server received %d bytes, sum %u\n", section_name, party->step, sum);
    pn_delivery_update(delivery, PN_ACCEPTED);
    pn_delivery_settle(delivery);
}

static void messages(void)
{
    meet("one message, and everything closed in order", talk, take);

    begin("a message of three million bytes");
    party_t *listener = server(NULL, sum_up);
    party_t *client = connect_to("client", listener->port, pour);
    client->quiet = true;
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    say("sent %d, errors %u %u", client->step, client->seen[PN_TRANSPORT_ERROR], listener->last_accepted->seen[PN_TRANSPORT_ERROR]);
    finish();
}

/* Sends as many as there is credit for, until there were a thousand; settles what comes back. */
static void send_many(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    if (type == PN_LINK_FLOW) {
        pn_link_t *link = pn_event_link(event);
        while (pn_link_credit(link) > 0 && party->step < 1000) {
            char tag[8];
            pn_delivery(link, pn_dtag(tag, (size_t)snprintf(tag, sizeof tag, "%d", party->step++)));
            pn_link_send(link, "payload", 7);
            pn_link_advance(link);
        }
    } else if (type == PN_DELIVERY) {
        pn_delivery_t *delivery = pn_event_delivery(event);
        if (pn_delivery_remote_state(delivery) == PN_ACCEPTED) party->extra = (char *)party->extra + 1;
        pn_delivery_settle(delivery);
        if ((intptr_t)party->extra == 1000) pn_connection_close(party->connection);
    } else {
        talk(party, event, type);
    }
}

static void take_many(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    oblige(party, event, type);
    if (type == PN_DELIVERY && !pn_delivery_partial(pn_event_delivery(event))) {
        char buffer[64];
        party->step += pn_link_recv(pn_event_link(event), buffer, sizeof buffer) == 7;
        pn_delivery_update(pn_event_delivery(event), PN_ACCEPTED);
        pn_delivery_settle(pn_event_delivery(event));
        pn_link_flow(pn_event_link(event), 1);
    }
}

static void many(void)
{
    begin("a thousand messages over one connection");
    party_t *listener = server(NULL, take_many);
    party_t *client = connect_to("client", listener->port, send_many);
    client->quiet = true;
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    say("sent %d, accepted %d, received %d", client->step, (int)(intptr_t)client->extra, listener->last_accepted->step);
    finish();

    begin("eight connections to two listeners at once");
    party_t *listeners[2] = {server("at one", oblige), server("at two", oblige)};
    static const char *const names[] = {"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"};
    party_t *clients[8];
    for (int i = 0; i < 8; i++) clients[i] = connect_to(names[i], listeners[i % 2]->port, close_when_open);
    for (int i = 0; i < 8; i++) await(clients[i], PN_TRANSPORT_CLOSED);
    for (party_t *party = scene.first; party; party = party->next)
        if (party->on == oblige) await(party, PN_TRANSPORT_CLOSED);
    for (int i = 0; i < 2; i++) close_listener(listeners[i]);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();
}

/* With a security layer. */

static void meet_with_sasl(const char *name, bool of_client, bool of_server, bool required, const char *mechanisms)
{
    begin(name);
    party_t *listener = server("server", oblige);
    listener->sasl = of_server;
    party_t *client = new_client("client", close_when_open);
    pn_transport_t *transport = pn_transport();
    if (of_client) pn_sasl_allowed_mechs(pn_sasl(transport), mechanisms);
    pn_transport_require_auth(transport, required);
    pn_proactor_connect2(scene.proactor, client->connection, transport, address_of_port(listener->port));
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    finish();
}

static void security(void)
{
    meet_with_sasl("anonymous on both sides", true, true, false, "ANONYMOUS");
    meet_with_sasl("a client without a security layer", false, true, false, "");
    meet_with_sasl("a server without a security layer", true, false, false, "ANONYMOUS");
    meet_with_sasl("mechanisms that do not meet", true, true, true, "EXTERNAL");
}

/* Objects of the application's own making. */

static void tell_objects(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    pn_connection_t *connection = pn_event_connection(event);
    if (type == PN_CONNECTION_INIT || type == PN_CONNECTION_BOUND || type == PN_TRANSPORT_CLOSED)
        note(party, "own connection %d, own transport %d, proactor %d, of the event %d, state %d",
             connection == party->connection, pn_event_transport(event) == party->extra,
             pn_connection_proactor(connection) == scene.proactor, pn_event_proactor(event) == scene.proactor,
             pn_connection_state(connection));
}

static void tell_and_close(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    tell_objects(party, event, type);
    close_when_open(party, event, type);
}

static void tell_and_oblige(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    tell_objects(party, event, type);
    oblige(party, event, type);
}

static void accept_with_transport(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    if (type != PN_LISTENER_ACCEPT) return;
    party_t *accepted = add_party("server", tell_and_oblige);
    pn_transport_t *transport = pn_transport();
    pn_transport_set_max_frame(transport, 2048);
    accepted->extra = transport;
    party->last_accepted = accepted;
    if (party->step == 1) {
        accepted->connection = pn_connection();
        pn_connection_set_context(accepted->connection, accepted);
        pn_listener_accept2(party->listener, accepted->connection, transport);
    } else if (party->step == 2) {
        scene.nameless[false] = accepted;
        pn_listener_accept2(party->listener, NULL, transport);
    } else {
        pn_transport_free(transport);
        scene.nameless[false] = accepted;
        accepted->extra = NULL;
        pn_listener_accept(party->listener, NULL);
    }
}

static void own_objects(const char *name, int step)
{
    begin(name);
    party_t *listener = listen_at("listener", "127.0.0.1:0", 8, accept_with_transport);
    listener->quiet = true;
    listener->step = step;
    party_t *client;
    if (step == 1) {
        client = new_client("client", tell_and_close);
        pn_transport_t *transport = pn_transport();
        pn_transport_set_max_frame(transport, 1024);
        client->extra = transport;
        pn_proactor_connect2(scene.proactor, client->connection, transport, address_of_port(listener->port));
        await(client, PN_CONNECTION_REMOTE_OPEN);
        say("the peer's frames are at most %u", pn_transport_get_remote_max_frame(transport));
    } else {
        client = add_party("client", tell_and_close);
        scene.nameless[true] = client;
        if (step == 2) pn_proactor_connect2(scene.proactor, NULL, NULL, address_of_port(listener->port));
        else pn_proactor_connect(scene.proactor, NULL, address_of_port(listener->port));
        await(client, PN_CONNECTION_INIT);
    }
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    finish();
}

static void objects(void)
{
    own_objects("connection and transport of the application's own making", 1);
    own_objects("a transport of the application's own making, the rest from the proactor", 2);
    own_objects("everything from the proactor, by the old functions", 3);
}

int main(void)
{
    endings();
    messages();
    many();
    security();
    objects();
    return 0;
}
