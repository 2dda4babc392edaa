/* Differential program: addresses, as text and as sockets have them. */
#include "proactor/scene.h"

#include <netdb.h>

static void join(const char *host, const char *port, size_t room)
{
    char buffer[1100];
    memset(buffer, '#', sizeof buffer - 1);
    buffer[sizeof buffer - 1] = '\0';
    int length = pn_proactor_addr(buffer, room, host, port);
    say("%s and %s into %zu: %d %s", text(host), text(port), room, length, room ? text(buffer) : "(no room)");
}

static void joining(void)
{
    section("host and port make an address");
    join("localhost", "5672", 100);
    join("", "amqp", 100);
    join(NULL, "amqps", 100);
    join("localhost", NULL, 100);
    join(NULL, NULL, 100);
    join("localhost", "", 100);
    join("::1", "1", 100);
    join("a:b", "c:d", 100);
    join("localhost", "5672", 15);
    join("localhost", "5672", 14);
    join("localhost", "5672", 5);
    join("localhost", "5672", 1);
    char host[1000];
    memset(host, 'h', sizeof host - 1);
    host[sizeof host - 1] = '\0';
    join(host, "5672", PN_MAX_ADDR);
    say("the longest address takes %d", PN_MAX_ADDR);
}

static void say_address(const char *what, const pn_netaddr_t *address)
{
    char host[NI_MAXHOST], port[NI_MAXSERV];
    if (!address) {
        say("%s: null", what);
        return;
    }
    const struct sockaddr *raw = pn_netaddr_sockaddr(address);
    int code = pn_netaddr_host_port(address, host, sizeof host, port, sizeof port);
    char small[4] = "###";
    int whole = pn_netaddr_str(address, small, sizeof small);
    say("%s: %s, length %zu, family %d, host %s, next %s", what, address_text(address), pn_netaddr_socklen(address),
        raw ? raw->sa_family : -1, code ? "(none)" : host, pn_netaddr_next(address) ? "there" : "null");
    say("%s: into four bytes %s, whole %s", what, text(small), whole > 3 ? "more" : "less");
    say("%s: without room, the same length %d", what, pn_netaddr_str(address, NULL, 0) == whole);
}

static void tell_addresses(party_t *party, const char *when, pn_transport_t *transport)
{
    note(party, "%s: local %s, remote %s", when, address_text(pn_transport_local_addr(transport)),
         address_text(pn_transport_remote_addr(transport)));
}

/* The local address of a client and the remote one of a server have a port that is nobody's name. */
static void tell_on_events(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    if (type == PN_CONNECTION_REMOTE_OPEN) tell_addresses(party, "open", pn_event_transport(event));
    if (type == PN_TRANSPORT_CLOSED) tell_addresses(party, "closed", pn_event_transport(event));
    oblige(party, event, type);
}

static void tell_and_close(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    tell_on_events(party, event, type);
    close_when_open(party, event, type);
}

static void of_connections(const char *name, const char *address)
{
    begin(name);
    party_t *listener = listen_at("listener", address, 8, NULL);
    listener->quiet = true;
    listener->accepted_name = "server";
    listener->on_accepted = tell_on_events;
    party_t *client = new_client("client", tell_and_close);
    char where[100];
    pn_netaddr_str(pn_listener_addr(listener->listener), where, sizeof where);
    pn_proactor_connect2(scene.proactor, client->connection, NULL, where);
    await(client, PN_CONNECTION_REMOTE_OPEN);
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    finish();
}

static void tell_relation(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    char own[100] = "", other[100] = "";
    pn_transport_t *transport = pn_event_transport(event);
    close_when_open(party, event, type);
    if (type == PN_CONNECTION_REMOTE_OPEN) {
        pn_netaddr_str(pn_transport_local_addr(transport), own, sizeof own);
        pn_netaddr_str(pn_transport_remote_addr(transport), other, sizeof other);
        note(party, "the old names give the same %d %d", pn_netaddr_local(transport) == pn_transport_local_addr(transport),
             pn_netaddr_remote(transport) == pn_transport_remote_addr(transport));
        note(party, "local and remote differ %d", strcmp(own, other) != 0);
        party->extra = strdup(own);
    }
}

static void tell_peer(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    char other[100] = "";
    oblige(party, event, type);
    if (type == PN_CONNECTION_REMOTE_OPEN) {
        pn_netaddr_str(pn_transport_remote_addr(pn_event_transport(event)), other, sizeof other);
        party->extra = strdup(other);
    }
}

static void relations(void)
{
    begin("what one end calls local the other calls remote");
    party_t *listener = server("server", tell_peer);
    party_t *client = connect_to("client", listener->port, tell_relation);
    await(client, PN_TRANSPORT_CLOSED);
    await(listener->last_accepted, PN_TRANSPORT_CLOSED);
    say("the same %d", !strcmp(client->extra, listener->last_accepted->extra));
    free(client->extra);
    free(listener->last_accepted->extra);
    finish();
}

static void plain(void)
{
    begin("addresses of nothing");
    char small[6] = "#####", port[6] = "#####";
    say("text %d %s", pn_netaddr_str(NULL, small, sizeof small), text(small));
    say("next %s", pn_netaddr_next(NULL) ? "there" : "null");
    say("socket address %s, length %zu", pn_netaddr_sockaddr(NULL) ? "there" : "null", pn_netaddr_socklen(NULL));
    say("host and port %s", pn_netaddr_host_port(NULL, small, sizeof small, port, sizeof port) ? "refused" : "given");
    pn_transport_t *transport = pn_transport();
    say("of a transport alone: local %s, remote %s", address_text(pn_transport_local_addr(transport)),
        address_text(pn_transport_remote_addr(transport)));
    pn_connection_t *connection = pn_connection();
    pn_transport_bind(transport, connection);
    say("of a transport without a proactor: local %s, remote %s", address_text(pn_transport_local_addr(transport)),
        address_text(pn_transport_remote_addr(transport)));
    pn_transport_unbind(transport);
    pn_connection_free(connection);
    pn_transport_free(transport);
    finish();

    begin("addresses of listeners");
    static const char *const listened[] = {"127.0.0.1:0", "0.0.0.0:0", "::1:0", ":::0"};
    for (int i = 0; i < (six() ? 4 : 2); i++) {
        party_t *party = listen_at("listener", listened[i], 1, NULL);
        party->quiet = true;
        say_address(listened[i], pn_listener_addr(party->listener));
    }
    finish();

    begin("addresses of a connection on its way");
    party_t *listener = server(NULL, oblige);
    party_t *client = connect_to("client", listener->port, NULL);
    await(client, PN_CONNECTION_REMOTE_OPEN);
    pn_transport_t *bound = pn_connection_transport(client->connection);
    say_address("remote", pn_transport_remote_addr(bound));
    finish();
}

static int family_of(pn_transport_t *transport)
{
    const struct sockaddr *address = pn_netaddr_sockaddr(pn_transport_remote_addr(transport));
    return address ? address->sa_family : -1;
}

static void tell_family(party_t *party, pn_event_t *event, pn_event_type_t type)
{
    close_when_open(party, event, type);
    if (type == PN_CONNECTION_REMOTE_OPEN)
        note(party, "family %s", family_of(pn_event_transport(event)) == AF_INET6 ? "six" : "four");
}

/* Connects to a host at the port of a listener on the wildcard of every family. */
static void by_host(const char *name, const char *host)
{
    begin(name);
    party_t *listener = listen_at("listener", ":0", 8, NULL);
    listener->quiet = true;
    listener->on_accepted = oblige;
    party_t *client = new_client("client", tell_family);
    char where[100];
    snprintf(where, sizeof where, "%s:%u", host, listener->port);
    pn_proactor_connect2(scene.proactor, client->connection, NULL, where);
    await(client, PN_TRANSPORT_CLOSED);
    finish();
}

int main(void)
{
    joining();
    of_connections("addresses of connections", "127.0.0.1:0");
    if (six()) of_connections("addresses of connections of the other family", "::1:0");
    relations();
    plain();
    by_host("no host is the loopback", "");
    by_host("the loopback of the older family", "127.0.0.1");
    if (six()) by_host("the loopback of the newer family", "::1");
    by_host("the loopback by its name", "localhost");
    return 0;
}
