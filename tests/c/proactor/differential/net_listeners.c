/* Differential program: listeners, from the first event to the last, and what they accept. */
#include "proactor/scene.h"

static void tell_addresses(party_t *party, const char *when)
{
    char text[100];
    int count = 0;
    for (const pn_netaddr_t *address = pn_listener_addr(party->listener); address; address = pn_netaddr_next(address)) {
        if (pn_netaddr_str(address, text, sizeof text) == 0) continue; /* a listener that failed may have an empty one */
        note(party, "%s: listens at %s", when, steady(text));
        count++;
    }
    note(party, "%s: %d addresses", when, count);
}

static void tell_and_accept(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    if (type == PN_LISTENER_OPEN) tell_addresses(party, "open");
    if (type == PN_LISTENER_ACCEPT) accept_here(party);
}

static void open_and_close(const char *name, const char *address)
{
    begin(name);
    party_t *listener = listen_at("listener", address, 5, tell_and_accept);
    tell_addresses(listener, "at once");
    await(listener, PN_LISTENER_OPEN);
    pn_listener_close(listener->listener);
    pn_listener_close(listener->listener);
    await(listener, PN_LISTENER_CLOSE);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();
}

static void addresses(void)
{
    open_and_close("any port of the loopback", "127.0.0.1:0");
    open_and_close("any port of every family", ":0");
    if (six()) open_and_close("the loopback of the other family", "::1:0");
    open_and_close("every address of one family", "0.0.0.0:0");
    open_and_close("a name with several addresses", "localhost:0");
}

static void fail_to_listen(const char *name, const char *address)
{
    begin(name);
    party_t *listener = listen_at("listener", address, 5, NULL);
    tell_addresses(listener, "at once");
    await(listener, PN_LISTENER_CLOSE);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();
}

static void failures(void)
{
    fail_to_listen("not an address of this host", "203.0.113.1:0");
    fail_to_listen("not an address of this host, and a fixed port", "203.0.113.1:5999");
    fail_to_listen("a host that does not exist", "no..such.host:0");
    fail_to_listen("a host that does not exist, and no port", "no..such.host");
    fail_to_listen("a service that does not exist", "127.0.0.1:no-such-service");
    fail_to_listen("a service that does not exist, on every address", ":no-such-service");

    begin("the address is in use");
    party_t *first = listen_at("first", "127.0.0.1:0", 5, NULL);
    party_t *second = listen_at("second", address_of_port(first->port), 5, NULL);
    await(second, PN_LISTENER_CLOSE);
    await(first, PN_LISTENER_OPEN);
    close_listener(first);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();

    begin("the address is in use by another proactor's listener, and free again");
    pn_proactor_t *other = pn_proactor();
    pn_listener_t *there = pn_listener();
    pn_proactor_listen(other, there, "127.0.0.1:0", 5);
    uint16_t port = port_of(pn_netaddr_sockaddr(pn_listener_addr(there)));
    first = listen_at("first", address_of_port(port), 5, NULL);
    first->port = port;
    await(first, PN_LISTENER_CLOSE);
    pn_proactor_free(other);
    second = listen_at("second", address_of_port(port), 5, NULL);
    await(second, PN_LISTENER_OPEN);
    finish();
}

static void accept_and_close_first(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    if (type == PN_LISTENER_ACCEPT) {
        accept_here(party);
        pn_listener_close(party->listener);
    }
}

static void close_in_open(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    if (type == PN_LISTENER_OPEN) pn_listener_close(party->listener);
}

static void close_in_accept(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    if (type == PN_LISTENER_ACCEPT) pn_listener_close(party->listener);
}

static void closing(void)
{
    begin("closed before it was ever heard of");
    party_t *listener = listen_at("listener", "127.0.0.1:0", 5, NULL);
    pn_listener_close(listener->listener);
    await(listener, PN_LISTENER_CLOSE);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();

    begin("closed by the handler of its opening");
    listener = listen_at("listener", "127.0.0.1:0", 5, close_in_open);
    await(listener, PN_LISTENER_CLOSE);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();

    begin("a close before listening changes nothing");
    listener = add_party("listener", NULL);
    listener->listener = pn_listener();
    pn_listener_set_context(listener->listener, listener);
    pn_listener_close(listener->listener);
    pn_proactor_listen(scene.proactor, listener->listener, "127.0.0.1:0", 5);
    await(listener, PN_LISTENER_OPEN);
    close_listener(listener);
    finish();

    begin("connections stay when their listener closes");
    listener = listen_at("listener", "127.0.0.1:0", 5, accept_and_close_first);
    listener->accepted_name = "server";
    listener->on_accepted = oblige;
    party_t *client = connect_to("client", listener->port, NULL);
    await(listener, PN_LISTENER_CLOSE);
    await(client, PN_CONNECTION_REMOTE_OPEN);
    say("inactive %u", scene.self->seen[PN_PROACTOR_INACTIVE]);
    pn_connection_wake(client->connection);
    client->on = NULL;
    await(client, PN_CONNECTION_WAKE);
    pn_proactor_disconnect(scene.proactor, NULL);
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();

    begin("a client that nobody has accepted is cut off when the listener closes");
    listener = listen_at("listener", "127.0.0.1:0", 5, close_in_accept);
    int fd = dial(listener->port);
    await(listener, PN_LISTENER_CLOSE);
    hear_end(fd); /* reset or end of stream, as the kernel pleases */
    close(fd);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();
}

static void accept_two_and_tell(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    (void)event;
    if (type == PN_LISTENER_ACCEPT && party->step++ >= 3) accept_here(party);
}

static void accepting(void)
{
    static const char *const names[] = {"first", "second", "third", "fourth"};

    begin("clients that wait before the listener is first looked at");
    party_t *listener = listen_at("listener", "127.0.0.1:0", 5, NULL);
    int fds[4];
    for (int i = 0; i < 4; i++) fds[i] = dial(listener->port);
    await_times(listener, PN_LISTENER_ACCEPT, 4);
    close_listener(listener);
    for (int i = 0; i < 4; i++) close(fds[i]);
    finish();

    begin("one that is not accepted is offered again");
    listener = listen_at("listener", "127.0.0.1:0", 5, accept_two_and_tell);
    listener->accepted_name = "server";
    fds[0] = dial(listener->port);
    await_times(listener, PN_LISTENER_ACCEPT, 4);
    await(listener->last_accepted, PN_CONNECTION_BOUND);
    close(fds[0]);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    close_listener(listener);
    finish();

    begin("more clients than the backlog has room for are all accepted in the end");
    listener = listen_at("listener", "127.0.0.1:0", 2, NULL);
    listener->quiet = true;
    party_t *clients[4];
    for (int i = 0; i < 4; i++) clients[i] = connect_to(names[i], listener->port, NULL);
    for (int i = 0; i < 4; i++) clients[i]->quiet = true;
    await_times(listener, PN_LISTENER_ACCEPT, 4);
    say("accepted %u", listener->seen[PN_LISTENER_ACCEPT]);
    finish();

    begin("a connection accepted when its client is gone already");
    listener = listen_at("listener", "127.0.0.1:0", 2, NULL);
    listener->accepted_name = "server";
    fds[0] = dial(listener->port);
    close(fds[0]);
    await(listener, PN_LISTENER_ACCEPT);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    close_listener(listener);
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();

    begin("a second listener of the same proactor on every family");
    party_t *listeners[2] = {listen_at("one", ":0", 5, tell_and_accept), listen_at("two", ":0", 5, tell_and_accept)};
    for (int i = 0; i < 2; i++) {
        listeners[i]->accepted_name = i ? "at two" : "at one";
        listeners[i]->on_accepted = oblige;
        clients[i] = connect_to(names[i], listeners[i]->port, close_when_open);
    }
    for (int i = 0; i < 2; i++) {
        await(clients[i], PN_TRANSPORT_CLOSED);
        await(listeners[i]->last_accepted, PN_TRANSPORT_CLOSED);
        close_listener(listeners[i]);
    }
    await(scene.self, PN_PROACTOR_INACTIVE);
    finish();
}

static void accessors(void)
{
    begin("a listener that is never used");
    pn_listener_t *listener = pn_listener();
    say("proactor %s, address %s, context %s, attachments %s, condition %s",
        pn_listener_proactor(listener) ? "set" : "null", address_text(pn_listener_addr(listener)),
        pn_listener_get_context(listener) ? "set" : "null", pn_listener_attachments(listener) ? "there" : "null",
        condition_of(pn_listener_condition(listener)));
    int thing;
    pn_listener_set_context(listener, &thing);
    say("context %d", pn_listener_get_context(listener) == &thing);
    pn_listener_close(listener);
    pn_listener_free(listener);
    pn_listener_free(NULL);
    finish();

    begin("what a listener knows");
    party_t *party = listen_at("listener", "127.0.0.1:0", 5, NULL);
    say("proactor %d, same as listening %d", pn_listener_proactor(party->listener) == scene.proactor,
        pn_netaddr_listening(party->listener) == pn_listener_addr(party->listener));
    await(party, PN_LISTENER_OPEN);
    say("condition %s", condition_of(pn_listener_condition(party->listener)));
    finish();
}

int main(void)
{
    addresses();
    failures();
    closing();
    accepting();
    accessors();
    return 0;
}
