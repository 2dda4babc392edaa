/* Differential program: connections that the application takes back, and what it leaves behind for the proactor to free. */
#include "proactor/scene.h"

static void tell_released(party_t *party, pn_connection_t *connection)
{
    note(party, "released: state %d, proactor %s, transport %s, event %s", pn_connection_state(connection),
         pn_connection_proactor(connection) ? "set" : "null", pn_connection_transport(connection) ? "set" : "null",
         pn_event_batch_next(scene.batch) ? "there" : "null");
}

/* Releases the connection at the event whose number is in `step`, and says what has become of it. */
static void release_at(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    pn_connection_t *connection = pn_event_connection(event);
    if ((int)type == party->step) {
        party->step = 0;
        pn_proactor_release_connection(connection);
        tell_released(party, connection);
        if (party->extra) { /* the address to go to next */
            pn_proactor_connect2(scene.proactor, connection, NULL, party->extra);
        } else {
            pn_connection_free(connection);
            party->connection = NULL;
        }
    } else {
        close_when_open(party, event, type);
    }
}

static void release(const char *name, pn_event_type_t type)
{
    begin(name);
    party_t *listener = server("server", oblige);
    party_t *client = connect_to("client", listener->port, release_at);
    client->step = (int)type;
    await(client, type);
    await(listener->last_accepted ? listener->last_accepted : listener, listener->last_accepted ? PN_TRANSPORT_CLOSED : PN_LISTENER_ACCEPT);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    close_listener(listener);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();
}

static void release_and_connect(const char *name, pn_event_type_t type)
{
    begin(name);
    party_t *listener = server(NULL, oblige);
    party_t *client = connect_to("client", listener->port, release_at);
    client->step = (int)type;
    client->extra = strdup(address_of_port(listener->port));
    await_times(client, PN_CONNECTION_INIT, 2);
    await_times(client, PN_TRANSPORT_CLOSED, type == PN_TRANSPORT_CLOSED ? 2 : 1);
    free(client->extra);
    finish();
}

static void release_early(void)
{
    begin("released in the first event, before anybody has answered");
    party_t *plain;
    int listening = listening_socket("plain", &plain);
    party_t *client = connect_to("client", plain->port, release_at);
    client->step = PN_CONNECTION_INIT;
    await(client, PN_CONNECTION_INIT);
    await(scene.self, PN_PROACTOR_INACTIVE);
    close(listening);
    finish();
}

static void release_server_side(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    if (type == PN_CONNECTION_REMOTE_OPEN) {
        pn_connection_t *connection = pn_event_connection(event);
        pn_proactor_release_connection(connection);
        tell_released(party, connection);
        pn_connection_free(connection);
        party->connection = NULL;
    }
}

/* Objects that hang from the connection must not confuse the release. */
static void work_and_release(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    pn_connection_t *connection = pn_event_connection(event);
    if (type == PN_CONNECTION_INIT && party->step++ == 0) {
        pn_session_t *session = pn_session(connection);
        pn_session_open(session);
        pn_link_open(pn_sender(session, "link"));
    }
    if (type == PN_LINK_FLOW) {
        pn_link_t *link = pn_event_link(event);
        pn_delivery(link, pn_dtag("1", 1));
        pn_link_send(link, "hello", 5);
        pn_proactor_release_connection(connection);
        tell_released(party, connection);
        pn_connection_free(connection);
        party->connection = NULL;
    }
}

static void others(void)
{
    begin("the server releases what it has accepted");
    party_t *listener = server("server", release_server_side);
    party_t *client = connect_to("client", listener->port, NULL);
    await(client, PN_TRANSPORT_CLOSED);
    close_listener(listener);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();

    begin("released with a delivery half sent");
    listener = server(NULL, oblige);
    client = connect_to("client", listener->port, work_and_release);
    await(client, PN_LINK_FLOW);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    finish();

    begin("releasing what belongs to no proactor");
    pn_connection_t *connection = pn_connection();
    pn_proactor_release_connection(connection);
    say("state %d, references %d", pn_connection_state(connection), pn_refcount(connection));
    pn_connection_free(connection);
    finish();
}

int main(void)
{
    release("released when the peer has opened", PN_CONNECTION_REMOTE_OPEN);
    release("released when it has closed its side", PN_CONNECTION_LOCAL_CLOSE);
    release("released in the handler of the last event", PN_TRANSPORT_CLOSED);
    release_early();
    release_and_connect("released when the peer has opened, and connected again", PN_CONNECTION_REMOTE_OPEN);
    release_and_connect("released in the handler of the last event, and connected again", PN_TRANSPORT_CLOSED);
    others();
    return 0;
}
