/* AMQP connections of the random soak: what they do at each event, and what has to be true then. */
#ifndef AMQP_H
#define AMQP_H

#include "soak/random/world.h"

/* ---- messages: their size and every byte follow from the lane and the place in it ---- */

static unsigned size_of(unsigned lane, unsigned number)
{
    uint64_t chance = mix(((uint64_t)lane << 20) + number);
    if (chance % 64 == 0) return 60000 + (unsigned)(chance >> 32) % 60000;
    if (chance % 8 == 0) return 1000 + (unsigned)(chance >> 32) % 9000;
    return 1 + (unsigned)(chance >> 32) % 200;
}

static unsigned char byte_of(unsigned lane, unsigned number, unsigned position)
{
    return (unsigned char)(lane * 7 + number * 13 + position + (position >> 8));
}

static bool lane_uses_up(lane_t *lane)
{
    return lane->sends ? lane->acknowledged == lane->total : lane->over && lane->next == lane->total;
}

static void send_some(pn_link_t *link)
{
    static _Thread_local char message[120000];
    lane_t *lane = pn_link_get_context(link);
    if (!lane) return;
    while (pn_link_credit(link) > 0 && lane->next < lane->total) {
        unsigned size = size_of(lane->number, lane->next);
        for (unsigned at = 0; at < size; at++) message[at] = (char)byte_of(lane->number, lane->next, at);
        pn_delivery_t *delivery = pn_delivery(link, pn_dtag((const char *)&lane->next, sizeof lane->next));
        REQUIRE(delivery != NULL, "no delivery although there is credit");
        unsigned first = one_in(4) ? any(size) : 0;
        REQUIRE(pn_link_send(link, message, first) == (ssize_t)first, "a part was not taken");
        REQUIRE(pn_link_send(link, message + first, size - first) == (ssize_t)(size - first), "a part was not taken");
        REQUIRE(pn_link_advance(link), "a message was not sent off");
        lane->next++;
        atomic_fetch_add_explicit(&ledger[lane->number].sent, 1, memory_order_relaxed);
    }
}

static void receive(pn_link_t *link, pn_delivery_t *delivery)
{
    unsigned char bytes[4096];
    lane_t *lane = pn_link_get_context(link);
    if (!lane) return;
    unsigned size = size_of(lane->number, lane->next);
    for (ssize_t got; (got = pn_link_recv(link, (char *)bytes, sizeof bytes)) > 0;) {
        REQUIRE(lane->position + got <= size, "lane %u, message %u: longer than sent", lane->number, lane->next);
        for (ssize_t at = 0; at < got; at++)
            if (bytes[at] != byte_of(lane->number, lane->next, lane->position + (unsigned)at))
                fail("lane %u, message %u of %u: not the byte sent at %u", lane->number, lane->next, lane->total,
                     lane->position + (unsigned)at);
        lane->position += (unsigned)got;
    }
    if (pn_delivery_partial(delivery)) return;
    REQUIRE(lane->position == size, "lane %u, message %u: %u bytes of %u", lane->number, lane->next, lane->position, size);
    REQUIRE(lane->next < lane->total, "lane %u: more than the %u messages sent", lane->number, lane->total);
    lane->next++;
    lane->position = 0;
    atomic_fetch_add_explicit(&ledger[lane->number].received, 1, memory_order_relaxed);
    COUNT(messages);
    pn_delivery_update(delivery, PN_ACCEPTED);
    pn_delivery_settle(delivery);
    if (pn_link_credit(link) < 3) pn_link_flow(link, 1 + (int)any(10));
}

static void acknowledged(pn_link_t *link, pn_delivery_t *delivery)
{
    lane_t *lane = pn_link_get_context(link);
    if (!lane || !pn_delivery_updated(delivery) || !pn_delivery_remote_state(delivery)) return;
    REQUIRE(pn_delivery_remote_state(delivery) == PN_ACCEPTED, "lane %u: not accepted", lane->number);
    pn_delivery_settle(delivery);
    lane->acknowledged++;
    REQUIRE(lane->acknowledged <= lane->next, "lane %u: more acknowledged than sent", lane->number);
    atomic_fetch_add_explicit(&ledger[lane->number].acknowledged, 1, memory_order_relaxed);
    if (lane->acknowledged == lane->total) pn_link_close(link);
}

/* ---- starting ---- */

static void start_lanes(subject_t *subject, pn_connection_t *connection)
{
    pn_session_t *session = pn_session(connection);
    pn_session_open(session);
    unsigned count = any(LANES_EACH + 1);
    while (subject->lane_count < count) {
        unsigned number = atomic_fetch_add(&lanes_used, 1);
        if (number >= LANES) break;
        lane_t *lane = &subject->lanes[subject->lane_count++];
        *lane = (lane_t){.number = number, .total = any(4) ? any(12) : any(80), .sends = any(2)};
        if (lane->total == 0) lane->total = 1;
        ledger[number].total = lane->total;
        char name[64];
        snprintf(name, sizeof name, "%s %u %u", lane->sends ? "from" : "to", number, lane->total);
        pn_link_t *link = lane->sends ? pn_sender(session, name) : pn_receiver(session, name);
        pn_link_set_context(link, lane);
        pn_link_open(link);
        if (!lane->sends) pn_link_flow(link, 1 + (int)any(20));
    }
}

/* The server learns from a link's name what will come. */
static void join_lane(subject_t *subject, pn_link_t *link)
{
    unsigned number = 0, total = 0;
    char direction[8] = "";
    int fields = sscanf(pn_link_name(link), "%7s %u %u", direction, &number, &total);
    REQUIRE(fields == 3, "a link called %s", pn_link_name(link));
    REQUIRE(subject->lane_count < LANES_EACH, "more links than opened");
    lane_t *lane = &subject->lanes[subject->lane_count++];
    *lane = (lane_t){.number = number, .total = total, .sends = pn_link_is_sender(link)};
    pn_link_set_context(link, lane);
    pn_link_open(link);
    if (!lane->sends) pn_link_flow(link, 1 + (int)any(20));
}

/* Of a round: the server's lets clients choose. NULL where there is no TLS. */
static pn_ssl_domain_t *secure_client, *secure_server;

static void make_domains(void)
{
    if (!pn_ssl_present()) return;
    secure_client = pn_ssl_domain(PN_SSL_MODE_CLIENT);
    secure_server = pn_ssl_domain(PN_SSL_MODE_SERVER);
    REQUIRE(!pn_ssl_domain_set_credentials(secure_server, CERTIFICATES "/server.pem", CERTIFICATES "/server.key", NULL)
                && !pn_ssl_domain_allow_unsecured_client(secure_server)
                && !pn_ssl_domain_set_trusted_ca_db(secure_client, CERTIFICATES "/ca.pem")
                && !pn_ssl_domain_set_peer_authentication(secure_client, PN_SSL_VERIFY_PEER, NULL),
            "no domains");
}

static void free_domains(void)
{
    if (!secure_client) return;
    pn_ssl_domain_free(secure_client);
    pn_ssl_domain_free(secure_server);
}

static void random_transport(pn_transport_t *transport, pn_ssl_domain_t *domain)
{
    if (domain && pn_ssl_init(pn_ssl(transport), domain, NULL)) fail("no session of TLS");
    if (one_in(6)) pn_transport_set_idle_timeout(transport, 200 + any(2000));
    if (one_in(4)) pn_transport_set_max_frame(transport, 512 + any(4096));
}

/* Hands a connection to the proactor. The lock is held meanwhile so that nobody wakes what may be gone. */
static void connect_subject(subject_t *subject, pn_connection_t *connection)
{
    char address[PN_MAX_ADDR];
    any_address(address, sizeof address, false);
    pn_transport_t *transport = one_in(3) ? pn_transport() : NULL;
    if (transport) random_transport(transport, one_in(3) ? secure_client : NULL);
    subject->early = any(2);
    pn_connection_set_context(connection, subject);
    pthread_mutex_lock(&subject->lock);
    pn_proactor_connect2(proactor, connection, transport, address);
    subject->object = connection;
    pthread_mutex_unlock(&subject->lock);
    COUNT(connects);
}

static manner_t any_manner(void)
{
    static const manner_t manners[] = {COMPLETE, COMPLETE, COMPLETE, COMPLETE, COMPLETE, COMPLETE,
                                       RELEASE,  RELEASE,  TAIL,     HEAD,     ABRUPT,   LINGER};
    manner_t manner = manners[any(sizeof manners / sizeof *manners)];
    return manner == HEAD && told.reference ? COMPLETE : manner;
}

/* ---- ending ---- */

static void release(subject_t *subject, pn_connection_t *connection)
{
    pthread_mutex_lock(&subject->lock);
    pn_proactor_release_connection(connection);
    subject->object = NULL;
    pthread_mutex_unlock(&subject->lock);
    ended(subject);
    COUNT(releases);
    REQUIRE(pn_connection_proactor(connection) == NULL, "released, and still of a proactor");
    /* Used again it would open again what it had open. */
    bool again = !atomic_load(&settling) && pn_session_head(connection, 0) == NULL;
    if (again) connect_subject(claim(CLIENT, any_manner()), connection);
    else pn_connection_free(connection);
}

static void finish(subject_t *subject, pn_connection_t *connection)
{
    switch (subject->manner) {
    case RELEASE: release(subject, connection); break;
    case TAIL: pn_transport_close_tail(pn_connection_transport(connection)); break;
    case HEAD: pn_transport_close_head(pn_connection_transport(connection)); break;
    case LINGER: break;
    default: pn_connection_close(connection);
    }
}

/* A client is through when all its lanes are. */
static void look_whether_through(subject_t *subject, pn_connection_t *connection)
{
    if (subject->kind_held != CLIENT || subject->finished || !subject->seen[PN_CONNECTION_REMOTE_OPEN]) return;
    for (unsigned at = 0; at < subject->lane_count; at++)
        if (!lane_uses_up(&subject->lanes[at])) return;
    for (unsigned at = 0; at < subject->lane_count; at++) atomic_store(&ledger[subject->lanes[at].number].complete, true);
    subject->finished = true;
    COUNT(completed);
    finish(subject, connection);
}

static void closed(subject_t *subject, pn_connection_t *connection)
{
    REQUIRE(subject->seen[PN_TRANSPORT_TAIL_CLOSED] == 1 && subject->seen[PN_TRANSPORT_HEAD_CLOSED] == 1,
            "%s %u: closed without both halves", kinds[subject->kind_held], subject->number);
    if (subject->seen[PN_TRANSPORT_ERROR]) COUNT(failures);
    if (subject->kind_held == CLIENT && one_in(12)) release(subject, connection);
    else ended(subject);
}

/* ---- events ---- */

static void on_wake(subject_t *subject, pn_connection_t *connection)
{
    woken(subject);
    if (atomic_load(&subject->ending)) pn_connection_close(connection);
    else if (subject->kind_held == SERVER && one_in(60)) pn_connection_close(connection);
    else if (pn_connection_write_flush && one_in(2)) pn_connection_write_flush(connection);
}

static void on_delivery(pn_event_t *event)
{
    pn_delivery_t *delivery = pn_event_delivery(event);
    pn_link_t *link = pn_delivery_link(delivery);
    if (pn_link_is_sender(link)) acknowledged(link, delivery);
    else if (pn_delivery_readable(delivery)) receive(link, delivery);
}

static void on_link_remote_close(pn_link_t *link)
{
    lane_t *lane = pn_link_get_context(link);
    if (lane) lane->over = true;
    pn_link_close(link);
}

/* What may come when. */
static void keeps_order(const subject_t *subject, pn_event_type_t type)
{
    const char *kind = kinds[subject->kind_held], *name = pn_event_type_name(type);
    REQUIRE(!subject->ended, "%s %u: %s after the end", kind, subject->number, name);
    REQUIRE((subject->events == 1) == (type == PN_CONNECTION_INIT), "%s %u: %s as event %u", kind, subject->number, name,
            subject->events);
    REQUIRE(type != PN_CONNECTION_UNBOUND && type != PN_CONNECTION_FINAL, "%s %u: %s", kind, subject->number, name);
    bool once = type == PN_CONNECTION_BOUND || type == PN_CONNECTION_REMOTE_OPEN || type == PN_CONNECTION_REMOTE_CLOSE ||
                type == PN_TRANSPORT_TAIL_CLOSED || type == PN_TRANSPORT_HEAD_CLOSED || type == PN_CONNECTION_LOCAL_OPEN;
    REQUIRE(!once || subject->seen[type] == 1, "%s %u: %s twice", kind, subject->number, name);
}

static void on_connection_event(subject_t *subject, pn_event_t *event)
{
    pn_connection_t *connection = pn_event_connection(event);
    pn_event_type_t type = pn_event_type(event);
    keeps_order(subject, type);
    switch (type) {
    case PN_CONNECTION_INIT:
        if (subject->kind_held == CLIENT && subject->early) start_lanes(subject, connection);
        break;
    case PN_CONNECTION_REMOTE_OPEN:
        if (pn_connection_state(connection) & PN_LOCAL_UNINIT) pn_connection_open(connection);
        if (subject->kind_held == CLIENT && !subject->early) start_lanes(subject, connection);
        break;
    case PN_SESSION_REMOTE_OPEN: pn_session_open(pn_event_session(event)); break;
    case PN_LINK_REMOTE_OPEN:
        if (subject->kind_held == SERVER) join_lane(subject, pn_event_link(event));
        break;
    case PN_LINK_FLOW:
        if (pn_link_is_sender(pn_event_link(event))) send_some(pn_event_link(event));
        break;
    case PN_DELIVERY: on_delivery(event); break;
    case PN_LINK_REMOTE_CLOSE: on_link_remote_close(pn_event_link(event)); break;
    case PN_SESSION_REMOTE_CLOSE: pn_session_close(pn_event_session(event)); break;
    case PN_CONNECTION_REMOTE_CLOSE: pn_connection_close(connection); break;
    case PN_CONNECTION_WAKE: on_wake(subject, connection); break;
    case PN_TRANSPORT_CLOSED: closed(subject, connection); return;
    default: break;
    }
    if (subject->manner == ABRUPT && one_in(10) && !subject->finished) {
        subject->finished = true;
        if (one_in(2)) release(subject, connection);
        else pn_connection_close(connection);
        return;
    }
    look_whether_through(subject, connection);
}

#endif
