/* Differential program: who frees what. Everything that hangs from an object ends with it, exactly once, and a proactor
 * can be freed at any moment. */
#include "legacy.h"
#include "proactor/scene.h"

/* Things that hang from the objects of a scene tell when they end. */
static unsigned made, ended;

static void note_end(void *object)
{
    (void)object;
    ended++;
}

static const pn_class_t thing_class = {
    "thing", CID_pn_object, NULL, NULL, pn_object_incref, pn_object_decref, pn_object_refcount, note_end, pn_object_free,
    pn_object_reify, NULL, NULL, NULL};

static void hang_from(pn_record_t *record)
{
    static const char key;
    pn_record_def(record, (pn_handle_t)&key, object_class);
    void *thing = pn_object_new(&thing_class, 8);
    pn_record_set(record, (pn_handle_t)&key, thing);
    pn_object_decref(thing);
    made++;
}

static void begin_counting(const char *name)
{
    begin(name);
    made = ended = 0;
}

static void finish_counting(void)
{
    say("before: made %u, ended %u", made, ended);
    finish();
    say("after: made %u, ended %u", made, ended);
}

/* Hangs a thing from everything that an event is about. */
static void hang(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)party;
    if (type == PN_CONNECTION_INIT) hang_from(pn_connection_attachments(pn_event_connection(event)));
    if (type == PN_CONNECTION_BOUND) hang_from(pn_transport_attachments(pn_event_transport(event)));
    if (type == PN_SESSION_REMOTE_OPEN) hang_from(pn_session_attachments(pn_event_session(event)));
    if (type == PN_LINK_REMOTE_OPEN) hang_from(pn_link_attachments(pn_event_link(event)));
    if (type == PN_LISTENER_OPEN) hang_from(pn_listener_attachments(pn_event_listener(event)));
}

static void hang_and_accept(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    hang(party, event, type);
    if (type == PN_LISTENER_ACCEPT) accept_here(party);
}

static void hang_and_oblige(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    hang(party, event, type);
    oblige(party, event, type);
}

static void hang_and_close(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    hang(party, event, type);
    close_when_open(party, event, type);
}

static void hang_and_work(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    hang(party, event, type);
    if (type == PN_CONNECTION_INIT) {
        pn_session_t *session = pn_session(party->connection);
        pn_session_open(session);
        pn_link_open(pn_sender(session, "link"));
    }
    if (type == PN_LINK_FLOW && !party->extra) {
        party->extra = party;
        pn_link_t *link = pn_event_link(event);
        hang_from(pn_delivery_attachments(pn_delivery(link, pn_dtag("1", 1))));
        pn_link_send(link, "hello", 5);
        if (party->step == 0) pn_link_advance(link);
    }
}

static party_t *listener_with_things(handler_t *on)
{
    party_t *listener = listen_at("listener", "127.0.0.1:0", 8, hang_and_accept);
    listener->quiet = true;
    listener->on_accepted = on;
    return listener;
}

static void ended_in_order(void)
{
    begin_counting("what hangs from connections and listeners ends with them");
    party_t *listener = listener_with_things(hang_and_oblige);
    party_t *client = connect_to("client", listener->port, hang_and_close);
    client->quiet = true;
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    close_listener(listener);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish_counting();

    begin_counting("a transport of which the application keeps a reference outlives its connection");
    listener = listener_with_things(hang_and_oblige);
    client = new_client("client", hang_and_close);
    client->quiet = true;
    pn_transport_t *transport = pn_transport();
    pn_incref(transport);
    pn_proactor_connect2(scene.proactor, client->connection, transport, address_of_port(listener->port));
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    close_listener(listener);
    await(scene.self, PN_PROACTOR_INACTIVE);
    say("made %u, ended %u, closed %d", made, ended, pn_transport_closed(transport));
    say("local %s, remote %s", address_text(pn_transport_local_addr(transport)), address_text(pn_transport_remote_addr(transport)));
    pn_decref(transport);
    finish_counting();

    begin_counting("a connection of which the application keeps a reference outlives its socket");
    listener = listener_with_things(hang_and_oblige);
    client = new_client("client", hang_and_close);
    client->quiet = true;
    pn_connection_t *connection = client->connection;
    pn_incref(connection);
    pn_proactor_connect2(scene.proactor, connection, NULL, address_of_port(listener->port));
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    close_listener(listener);
    await(scene.self, PN_PROACTOR_INACTIVE);
    say("made %u, ended %u, proactor %s", made, ended, pn_connection_proactor(connection) ? "set" : "null");
    pn_decref(connection);
    finish_counting();
}

/* Frees the proactor when a client has come to an event. */
static void freed_at(const char *name, pn_event_type_t type, int step)
{
    begin_counting(name);
    party_t *listener = listener_with_things(hang_and_oblige);
    party_t *client = connect_to("client", listener->port, hang_and_work);
    client->quiet = true;
    client->step = step;
    await(client, type);
    if (step) await(listener->last_accepted, PN_LINK_REMOTE_OPEN);
    finish();
    /* How far the other side has come meanwhile is chance. */
    say("some were made %d, all of them ended %d", made > 0, made == ended);
}

/* One that is not accepted is offered again and again, so the batch has to be left. */
static void leave_at_once(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event, (void)type;
    party->leaves = true;
}

static void freed(void)
{
    begin_counting("freed at once");
    finish_counting();

    begin_counting("freed with a listener that nobody has looked at");
    party_t *listener = listener_with_things(NULL);
    hang_from(pn_listener_attachments(listener->listener));
    finish_counting();

    begin_counting("freed with a connection that nobody has looked at");
    listener = listener_with_things(NULL);
    party_t *client = connect_to("client", listener->port, NULL);
    hang_from(pn_connection_attachments(client->connection));
    finish_counting();

    begin_counting("freed with a connection that failed and that nobody has looked at");
    client = new_client("client", NULL);
    hang_from(pn_connection_attachments(client->connection));
    pn_proactor_connect2(scene.proactor, client->connection, NULL, "127.0.0.1:no-such-service");
    finish_counting();

    begin_counting("freed with clients that nobody has accepted");
    listener = listen_at("listener", "127.0.0.1:0", 8, leave_at_once);
    listener->quiet = true;
    int fds[3];
    for (int i = 0; i < 3; i++) fds[i] = dial(listener->port);
    await(listener, PN_LISTENER_OPEN);
    finish_counting();
    for (int i = 0; i < 3; i++) close(fds[i]);

    begin_counting("freed with a pending time-out, interrupt, wake and disconnect");
    listener = server(NULL, NULL);
    client = connect_to("client", listener->port, NULL);
    client->quiet = true;
    await(client, PN_CONNECTION_BOUND);
    pn_proactor_set_timeout(scene.proactor, 0);
    pn_proactor_interrupt(scene.proactor);
    pn_connection_wake(client->connection);
    pn_proactor_disconnect(scene.proactor, NULL);
    finish_counting();

    freed_at("freed when connections are open", PN_CONNECTION_REMOTE_OPEN, 0);
    freed_at("freed when a link has credit", PN_LINK_FLOW, 1);

    begin_counting("the socket of a connection is closed when its proactor is freed");
    party_t *plain;
    int listening = listening_socket("plain", &plain);
    client = connect_to("client", plain->port, NULL);
    client->quiet = true;
    int fd = answer(listening);
    char header[8];
    hear(fd, header, sizeof header);
    finish_counting();
    char rest[256];
    ssize_t size;
    while ((size = recv(fd, rest, sizeof rest, 0)) > 0) {}
    say("the socket hears %s", size ? "a reset" : "the end");
    close(fd);
    close(listening);
}

static void several(void)
{
    begin("two proactors have nothing to do with one another");
    pn_proactor_t *other = pn_proactor();
    party_t *listener = server(NULL, oblige);
    pn_proactor_interrupt(other);
    party_t *client = connect_to("client", listener->port, close_when_open);
    await(client, PN_TRANSPORT_CLOSED);
    pn_event_batch_t *batch = pn_proactor_get(other);
    say("the other has %s", pn_event_type_name(pn_event_type(pn_event_batch_next(batch))));
    pn_proactor_done(other, batch);
    say("and then %s", pn_proactor_get(other) ? "more" : "nothing");
    pn_proactor_free(other);
    finish();
}

int main(void)
{
    find_classes();
    ended_in_order();
    freed();
    several();
    return 0;
}
