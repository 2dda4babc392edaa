/* Differential program: the events of the proactor itself, interrupts, time-outs, inactivity, disconnecting; and wakes. */
#include "proactor/scene.h"

static void self_shows_batches(void)
{
    scene.self->shows_batches = true;
}

static void interrupts(void)
{
    begin("nothing happens on a fresh proactor");
    self_shows_batches();
    say("batch %s", pn_proactor_get(scene.proactor) ? "there" : "null");
    say("batch %s", pn_proactor_get(scene.proactor) ? "there" : "null");
    finish();

    begin("interrupts before delivery are one");
    self_shows_batches();
    for (int i = 0; i < 3; i++) pn_proactor_interrupt(scene.proactor);
    await(scene.self, PN_PROACTOR_INTERRUPT);
    handle_ready();
    pn_proactor_interrupt(scene.proactor);
    await_times(scene.self, PN_PROACTOR_INTERRUPT, 2);
    handle_ready();
    finish();

    begin("an interrupt does not make the proactor inactive");
    self_shows_batches();
    party_t *listener = server("server", NULL);
    await(listener, PN_LISTENER_OPEN);
    pn_proactor_interrupt(scene.proactor);
    await(scene.self, PN_PROACTOR_INTERRUPT);
    handle_ready();
    finish();
}

static void set_again(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    if (type == PN_PROACTOR_TIMEOUT && party->step++ < 2) pn_proactor_set_timeout(scene.proactor, 1);
}

static void cancel_in_handler(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    if (type == PN_PROACTOR_TIMEOUT && party->step++ == 0) {
        pn_proactor_set_timeout(scene.proactor, 0);
        pn_proactor_cancel_timeout(scene.proactor);
    }
}

static void timeouts(void)
{
    begin("a time-out of nothing");
    self_shows_batches();
    pn_proactor_set_timeout(scene.proactor, 0);
    await(scene.self, PN_PROACTOR_INACTIVE);
    handle_ready();
    finish();

    begin("a time-out of a while, not early");
    self_shows_batches();
    int64_t start = pn_proactor_now_64();
    pn_proactor_set_timeout(scene.proactor, 20);
    await(scene.self, PN_PROACTOR_TIMEOUT);
    say("early: %d", pn_proactor_now_64() - start < 20);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();

    begin("a time-out and an interrupt come in one batch");
    self_shows_batches();
    pn_proactor_interrupt(scene.proactor);
    pn_proactor_set_timeout(scene.proactor, 0);
    await(scene.self, PN_PROACTOR_INACTIVE);
    handle_ready();
    finish();

    begin("the later setting of a time-out counts");
    self_shows_batches();
    pn_proactor_set_timeout(scene.proactor, 1000000);
    pn_proactor_set_timeout(scene.proactor, 1);
    await(scene.self, PN_PROACTOR_TIMEOUT);
    await(scene.self, PN_PROACTOR_INACTIVE);
    handle_ready();
    finish();

    begin("a time-out that is set again by its handler keeps the proactor active");
    self_shows_batches();
    scene.self->on = set_again;
    pn_proactor_set_timeout(scene.proactor, 1);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();

    begin("a cancelled time-out does not come");
    self_shows_batches();
    pn_proactor_set_timeout(scene.proactor, 1000000);
    pn_proactor_cancel_timeout(scene.proactor);
    await(scene.self, PN_PROACTOR_INACTIVE);
    handle_ready();
    finish();

    begin("a time-out that is due and cancelled does not come");
    self_shows_batches();
    pn_proactor_set_timeout(scene.proactor, 0);
    pn_proactor_cancel_timeout(scene.proactor);
    await(scene.self, PN_PROACTOR_INACTIVE);
    handle_ready();
    finish();

    begin("cancelling when nothing was set makes the proactor inactive");
    self_shows_batches();
    pn_proactor_cancel_timeout(scene.proactor);
    await(scene.self, PN_PROACTOR_INACTIVE);
    handle_ready();
    finish();

    begin("set and cancelled by the handler of a time-out");
    self_shows_batches();
    scene.self->on = cancel_in_handler;
    pn_proactor_set_timeout(scene.proactor, 1);
    await(scene.self, PN_PROACTOR_INACTIVE);
    handle_ready();
    finish();

    begin("a time-out below zero is far away");
    self_shows_batches();
    pn_proactor_set_timeout(scene.proactor, (pn_millis_t)-1);
    handle_ready();
    say("time-outs %u", scene.self->seen[PN_PROACTOR_TIMEOUT]);
    pn_proactor_cancel_timeout(scene.proactor);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();
}

static void inactivity(void)
{
    begin("a pending time-out keeps the proactor active when all else is gone");
    self_shows_batches();
    party_t *listener = server("server", NULL);
    pn_proactor_set_timeout(scene.proactor, 1000000);
    await(listener, PN_LISTENER_OPEN);
    close_listener(listener);
    handle_ready();
    say("inactive %u", scene.self->seen[PN_PROACTOR_INACTIVE]);
    pn_proactor_cancel_timeout(scene.proactor);
    await(scene.self, PN_PROACTOR_INACTIVE);
    handle_ready();
    finish();

    begin("a listener keeps the proactor active when its time-out comes");
    self_shows_batches();
    listener = server("server", NULL);
    pn_proactor_set_timeout(scene.proactor, 0);
    await(scene.self, PN_PROACTOR_TIMEOUT);
    handle_ready();
    say("inactive %u", scene.self->seen[PN_PROACTOR_INACTIVE]);
    close_listener(listener);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();

    begin("active and inactive by turns");
    self_shows_batches();
    for (unsigned i = 1; i <= 3; i++) {
        listener = server("server", NULL);
        close_listener(listener);
        await_times(scene.self, PN_PROACTOR_INACTIVE, i);
    }
    handle_ready();
    finish();
}

static void disconnect_with(const char *name, const char *description)
{
    pn_condition_t *condition = name ? pn_condition() : NULL;
    if (condition) {
        pn_condition_set_name(condition, name);
        if (description) pn_condition_set_description(condition, description);
    }
    pn_proactor_disconnect(scene.proactor, condition);
    if (condition) pn_condition_free(condition);
}

static void leave_alone(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)party, (void)event, (void)type;
}

static void disconnect_open(const char *scenario, const char *name, const char *description)
{
    begin(scenario);
    self_shows_batches();
    party_t *listener = listen_at("listener", "127.0.0.1:0", 8, NULL);
    listener->accepted_name = "server";
    listener->on_accepted = oblige;
    party_t *client = connect_to("client", listener->port, NULL);
    await(client, PN_CONNECTION_REMOTE_OPEN);
    disconnect_with(name, description);
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    await(listener, PN_LISTENER_CLOSE);
    await(scene.self, PN_PROACTOR_INACTIVE);
    handle_ready();
    finish();
}

static void disconnect_in_handler(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)party, (void)event;
    if (type == PN_CONNECTION_REMOTE_OPEN) disconnect_with("app:reason", "from a handler");
}

static void disconnects(void)
{
    begin("disconnecting nothing makes the proactor inactive");
    self_shows_batches();
    disconnect_with("n", "d");
    await(scene.self, PN_PROACTOR_INACTIVE);
    handle_ready();
    finish();

    disconnect_open("disconnecting with a condition", "n", "d");
    disconnect_open("disconnecting with a name alone", "n", NULL);
    disconnect_open("disconnecting without a condition", NULL, NULL);

    begin("disconnecting a listener");
    self_shows_batches();
    party_t *listener = listen_at("listener", "127.0.0.1:0", 8, NULL);
    disconnect_with("n", "d");
    await(listener, PN_LISTENER_CLOSE);
    await(scene.self, PN_PROACTOR_INACTIVE);
    handle_ready();
    finish();

    begin("disconnecting a client that has heard nothing");
    party_t *plain;
    int listening = listening_socket("plain", &plain);
    party_t *client = connect_to("client", plain->port, NULL);
    int fd = answer(listening);
    char header[8];
    hear(fd, header, sizeof header);
    disconnect_with("n", "d");
    await(client, PN_TRANSPORT_CLOSED);
    say("the socket hears %s", hear_end(fd));
    await(scene.self, PN_PROACTOR_INACTIVE);
    close(fd);
    close(listening);
    finish();

    begin("disconnecting by a handler of the connection");
    listener = listen_at("listener", "127.0.0.1:0", 8, NULL);
    listener->accepted_name = "server";
    listener->on_accepted = oblige;
    client = connect_to("client", listener->port, disconnect_in_handler);
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    await(listener, PN_LISTENER_CLOSE);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();

    begin("what is made behind a disconnect is not touched by it");
    listener = server(NULL, oblige);
    disconnect_with("n", "d");
    party_t *other = server("server", oblige);
    client = connect_to("client", other->port, close_when_open);
    await(client, PN_TRANSPORT_CLOSED);
    await(other->last_accepted, PN_TRANSPORT_CLOSED);
    say("the first is closed %u, the other %u", listener->seen[PN_LISTENER_CLOSE], other->seen[PN_LISTENER_CLOSE]);
    finish();

    begin("the application uses the condition again at once");
    listener = listen_at("listener", "127.0.0.1:0", 8, leave_alone);
    pn_condition_t *condition = pn_condition();
    pn_condition_set_name(condition, "first");
    pn_proactor_disconnect(scene.proactor, condition);
    pn_condition_set_name(condition, "second");
    await(listener, PN_LISTENER_CLOSE);
    pn_condition_free(condition);
    finish();
}

static void wake_again(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    if (type == PN_CONNECTION_WAKE && party->step++ < 3) pn_connection_wake(pn_event_connection(event));
}

static void open_session_on_wake(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)party;
    if (type == PN_CONNECTION_WAKE) pn_session_open(pn_session(pn_event_connection(event)));
    if (type == PN_SESSION_REMOTE_OPEN) pn_connection_close(pn_event_connection(event));
}

static void wake_in_last_handler(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    close_when_open(party, event, type);
    if (type == PN_TRANSPORT_CLOSED) pn_connection_wake(pn_event_connection(event));
}

static void wakes(void)
{
    begin("wakes before delivery are one");
    party_t *listener = server("server", oblige);
    party_t *client = connect_to("client", listener->port, NULL);
    await(client, PN_CONNECTION_REMOTE_OPEN);
    for (int i = 0; i < 5; i++) pn_connection_wake(client->connection);
    await(client, PN_CONNECTION_WAKE);
    handle_ready();
    pn_connection_wake(client->connection);
    await_times(client, PN_CONNECTION_WAKE, 2);
    handle_ready();
    finish();

    begin("a wake by the handler of a wake is another");
    listener = server("server", oblige);
    client = connect_to("client", listener->port, wake_again);
    await(client, PN_CONNECTION_REMOTE_OPEN);
    pn_connection_wake(client->connection);
    await_times(client, PN_CONNECTION_WAKE, 4);
    handle_ready();
    finish();

    begin("what the handler of a wake does goes out");
    listener = server("server", oblige);
    client = connect_to("client", listener->port, open_session_on_wake);
    await(client, PN_CONNECTION_REMOTE_OPEN);
    pn_connection_wake(client->connection);
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    finish();

    begin("a wake before the connection stands");
    listener = server("server", oblige);
    client = connect_to("client", listener->port, close_when_open);
    pn_connection_wake(client->connection);
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    finish();

    begin("a wake in the handler of the last event");
    listener = server("server", oblige);
    client = connect_to("client", listener->port, wake_in_last_handler);
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    close_listener(listener);
    await(scene.self, PN_PROACTOR_INACTIVE);
    handle_ready();
    finish();

    begin("a wake of what belongs to no proactor");
    pn_connection_t *connection = pn_connection();
    pn_connection_wake(connection);
    pn_connection_wake(NULL);
    say("proactor %s", pn_connection_proactor(connection) ? "set" : "null");
    pn_connection_free(connection);
    handle_ready();
    finish();

    begin("connections that are woken by turns");
    listener = server(NULL, oblige);
    party_t *clients[3];
    static const char *const names[] = {"first", "second", "third"};
    for (int i = 0; i < 3; i++) clients[i] = connect_to(names[i], listener->port, NULL);
    for (int i = 0; i < 3; i++) await(clients[i], PN_CONNECTION_REMOTE_OPEN);
    for (unsigned round = 1; round <= 3; round++) {
        for (int i = 0; i < 3; i++) pn_connection_wake(clients[i]->connection);
        for (int i = 0; i < 3; i++) await_times(clients[i], PN_CONNECTION_WAKE, round);
    }
    finish();
}

int main(void)
{
    interrupts();
    timeouts();
    inactivity();
    disconnects();
    wakes();
    return 0;
}
