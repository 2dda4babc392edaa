/* Reactors: `serve HOST PORT` accepts messages and tells of each; `send HOST PORT COUNT` sends that many, waits for all
 * to be accepted and closes. A line for each message. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/handlers.h>
#include <proton/link.h>
#include <proton/reactor.h>
#include <proton/session.h>
#include <proton/transport.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int count, sent, accepted;

static void on_server(pn_handler_t *handler, pn_event_t *event, pn_event_type_t type)
{
    (void)handler;
    if (type == PN_DELIVERY) {
        pn_delivery_t *delivery = pn_event_delivery(event);
        if (!pn_delivery_readable(delivery) || pn_delivery_partial(delivery)) return;
        char text[32];
        ssize_t size = pn_link_recv(pn_event_link(event), text, sizeof text - 1);
        printf("got %.*s\n", size > 0 ? (int)size : 0, text);
        pn_delivery_update(delivery, PN_ACCEPTED);
        pn_delivery_settle(delivery);
    } else if (type == PN_TRANSPORT_CLOSED) {
        pn_connection_release(pn_event_connection(event));
    }
}

static void on_client(pn_handler_t *handler, pn_event_t *event, pn_event_type_t type)
{
    (void)handler;
    pn_connection_t *connection = pn_event_connection(event);
    if (type == PN_CONNECTION_INIT) {
        pn_session_t *session = pn_session(connection);
        pn_link_t *sender = pn_sender(session, "sender");
        pn_connection_set_container(connection, "client");
        pn_terminus_set_address(pn_link_target(sender), "target");
        pn_connection_open(connection);
        pn_session_open(session);
        pn_link_open(sender);
    } else if (type == PN_LINK_FLOW) {
        pn_link_t *sender = pn_event_link(event);
        while (sent < count && pn_link_credit(sender) > 0) {
            char text[16];
            int size = snprintf(text, sizeof text, "%d", ++sent);
            pn_delivery(sender, pn_dtag(text, (size_t)size));
            pn_link_send(sender, text, (size_t)size);
            pn_link_advance(sender);
        }
    } else if (type == PN_DELIVERY) {
        pn_delivery_t *delivery = pn_event_delivery(event);
        if (!pn_delivery_updated(delivery)) return;
        printf("%s %d\n", pn_delivery_remote_state(delivery) == PN_ACCEPTED ? "accepted" : "not accepted", ++accepted);
        pn_delivery_settle(delivery);
        if (accepted == count) pn_connection_close(connection);
    } else if (type == PN_TRANSPORT_ERROR) {
        printf("error %s\n", pn_condition_get_description(pn_transport_condition(pn_event_transport(event))));
    } else if (type == PN_TRANSPORT_CLOSED) {
        pn_connection_release(connection);
    }
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc < 4) return 2;
    pn_reactor_t *reactor = pn_reactor();
    if (!strcmp(argv[1], "serve")) {
        pn_handler_t *handler = pn_reactor_get_handler(reactor);
        pn_handler_add(handler, pn_handshaker());
        pn_handler_add(handler, pn_flowcontroller(10));
        pn_handler_add(handler, pn_handler(on_server));
        if (!pn_reactor_acceptor(reactor, argv[2], argv[3], NULL)) return 1;
    } else {
        count = argc > 4 ? atoi(argv[4]) : 1;
        pn_handler_t *handler = pn_handler(on_client);
        pn_reactor_connection_to_host(reactor, argv[2], argv[3], handler);
        pn_decref(handler);
    }
    pn_reactor_run(reactor);
    pn_reactor_free(reactor);
    printf("finished\n");
    return 0;
}
