/* Listeners of the random soak: what they do at each event, and what has to be true then. */
#ifndef LISTEN_H
#define LISTEN_H

#include "soak/random/amqp.h"
#include "soak/random/raw.h"

static void listen_somewhere(void)
{
    char address[PN_MAX_ADDR];
    subject_t *subject = claim(LISTENER, LINGER);
    subject->raw = has_raw() && one_in(2);
    if (one_in(10)) snprintf(address, sizeof address, "127.0.0.1:%u", dead_port);
    else if (one_in(15)) snprintf(address, sizeof address, "127.0.0.1:no-such-service");
    else snprintf(address, sizeof address, "%s:0", one_in(3) ? "localhost" : "127.0.0.1");
    pn_listener_t *listener = pn_listener();
    pn_listener_set_context(listener, subject);
    pthread_mutex_lock(&subject->lock);
    /* More than ever connect at a time: a peer that the kernel has no place for tries again after seconds, or a minute. */
    pn_proactor_listen(proactor, listener, address, 2 * MOST_CLIENTS);
    subject->object = listener;
    pthread_mutex_unlock(&subject->lock);
    COUNT(listens);
}

static void close_listener(subject_t *subject)
{
    pthread_mutex_lock(&subject->lock);
    if (subject->object && subject->kind == LISTENER) pn_listener_close(subject->object);
    pthread_mutex_unlock(&subject->lock);
}

static void accept_raw(pn_listener_t *listener)
{
    subject_t *subject = claim(RAW_SERVER, LINGER);
    pn_raw_connection_t *raw = pn_raw_connection();
    pn_raw_connection_set_context(raw, subject);
    pthread_mutex_lock(&subject->lock);
    pn_listener_raw_accept(listener, raw);
    subject->object = raw;
    pthread_mutex_unlock(&subject->lock);
}

static void accept_connection(pn_listener_t *listener)
{
    subject_t *subject = claim(SERVER, LINGER);
    pn_connection_t *connection = pn_connection();
    pn_connection_set_context(connection, subject);
    pn_transport_t *transport = one_in(3) ? NULL : pn_transport();
    if (transport) random_transport(transport, secure_server);
    pthread_mutex_lock(&subject->lock);
    pn_listener_accept2(listener, connection, transport);
    subject->object = connection;
    pthread_mutex_unlock(&subject->lock);
}

static unsigned port_of(const pn_netaddr_t *address)
{
    char text[PN_MAX_ADDR];
    pn_netaddr_str(address, text, sizeof text);
    const char *colon = strrchr(text, ':');
    return colon ? (unsigned)atoi(colon + 1) : 0;
}

static void on_listener_event(subject_t *subject, pn_event_t *event)
{
    pn_listener_t *listener = pn_event_listener(event);
    pn_event_type_t type = pn_event_type(event);
    const char *name = pn_event_type_name(type);
    REQUIRE(!subject->ended, "listener %u: %s after the end", subject->number, name);
    REQUIRE(type == PN_LISTENER_CLOSE || (subject->events == 1) == (type == PN_LISTENER_OPEN), "listener %u: %s as event %u",
            subject->number, name, subject->events);
    switch (type) {
    case PN_LISTENER_OPEN:
        if (!add_port(port_of(pn_listener_addr(listener)), subject)) close_listener(subject);
        break;
    case PN_LISTENER_ACCEPT:
        REQUIRE(!subject->closed_by_handler, "listener %u: ACCEPT after the close", subject->number);
        if (subject->raw) accept_raw(listener);
        else accept_connection(listener);
        if (one_in(80)) {
            close_listener(subject);
            subject->closed_by_handler = true;
            if (!told.reference && one_in(4)) { /* the condition comes by way of events */
                if (subject->raw) accept_raw(listener);
                else accept_connection(listener);
            }
        }
        break;
    case PN_LISTENER_CLOSE:
        if (pn_condition_is_set(pn_listener_condition(listener))) COUNT(failures);
        drop_port(subject);
        ended(subject);
        break;
    default: fail("listener %u: %s", subject->number, name);
    }
}

#endif
