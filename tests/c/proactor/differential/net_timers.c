/* Differential program: idle time-outs, signs of life, and what the application does to the halves of a transport. */
#include "proactor/scene.h"

static char heard[4096];

/* An open that asks for signs of life every 40 ms. */
#define OPEN_WITH_TIMEOUT "\0\0\0\x1c\2\0\0\0\0\x53\x10\xc0\x0f\5\xa1\4peer\x40\x40\x40\x70\0\0\0\x28"

static void idle(void)
{
    party_t *client;

    begin("a peer that falls silent is given up");
    int fd = serve_with_timeout(&client, 60, NULL);
    SPEAK(fd, AMQP_HEADER OPEN_FRAME);
    await(client, PN_TRANSPORT_CLOSED);
    hear_end(fd);
    close(fd);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();

    begin("signs of life are sent to a peer that wants them");
    fd = serve_with_timeout(&client, 0, NULL);
    SPEAK(fd, AMQP_HEADER OPEN_WITH_TIMEOUT);
    await(client, PN_CONNECTION_REMOTE_OPEN);
    for (int empty = 0; empty < 3;) {
        unsigned char frame[8];
        hear(fd, frame, 8);
        if (!memcmp(frame, "AMQP", 4)) continue;
        size_t size = (size_t)frame[2] << 8 | frame[3];
        if (size == 8) empty++;
        else hear(fd, heard, size - 8);
    }
    say("three of them");
    SPEAK(fd, CLOSE_FRAME);
    await(client, PN_CONNECTION_REMOTE_CLOSE);
    close(fd);
    await(client, PN_TRANSPORT_CLOSED);
    finish();
}

static void tell_timeouts(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    close_when_open(party, event, type);
    if (type == PN_CONNECTION_REMOTE_OPEN)
        note(party, "own %u, the peer's %u", pn_transport_get_idle_timeout(pn_event_transport(event)),
             pn_transport_get_remote_idle_timeout(pn_event_transport(event)));
}

static void set_at_bound(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    if (type == PN_CONNECTION_BOUND) pn_transport_set_idle_timeout(pn_event_transport(event), 50000);
    if (type == PN_CONNECTION_REMOTE_OPEN)
        note(party, "own %u, the peer's %u", pn_transport_get_idle_timeout(pn_event_transport(event)),
             pn_transport_get_remote_idle_timeout(pn_event_transport(event)));
    oblige(party, event, type);
}

static void announced(void)
{
    begin("half of an idle time-out is announced");
    party_t *listener = server("server", set_at_bound);
    party_t *client = new_client("client", tell_timeouts);
    pn_transport_t *transport = pn_transport();
    pn_transport_set_idle_timeout(transport, 80000);
    pn_proactor_connect2(scene.proactor, client->connection, transport, address_of_port(listener->port));
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    finish();
}

/* Closing halves. */

static void close_tail(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)party;
    if (type == PN_CONNECTION_REMOTE_OPEN) pn_transport_close_tail(pn_event_transport(event));
}

static void close_tail_with_condition(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)party;
    if (type == PN_CONNECTION_BOUND) {
        pn_transport_t *transport = pn_event_transport(event);
        pn_condition_set_name(pn_transport_condition(transport), "app:reason");
        pn_condition_set_description(pn_transport_condition(transport), "had enough");
        pn_transport_close_tail(transport);
    }
}

static void close_both(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)party;
    if (type == PN_CONNECTION_REMOTE_OPEN) {
        pn_transport_close_tail(pn_event_transport(event));
        pn_transport_close_head(pn_event_transport(event));
    }
}

static void halves(const char *name, handler_t *on, bool oblige_server)
{
    begin(name);
    party_t *listener = server("server", oblige_server ? oblige : NULL);
    party_t *client = connect_to("client", listener->port, on);
    await(client, PN_TRANSPORT_CLOSED);
    await(listener, PN_LISTENER_ACCEPT);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    close_listener(listener);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();
}

int main(void)
{
    idle();
    announced();
    halves("the application closes the tail", close_tail, true);
    halves("the application closes the tail before anything is heard, with a condition", close_tail_with_condition, true);
    halves("the application closes both halves", close_both, true);
    return 0;
}
