/* Differential program: the lives of endpoints. Opened, closed, freed, released and held in every order, bound and
 * not, and what iteration sees of them. */
#include "engine.h"

static void say_state(const char *what, engine_t *engine, pn_session_t *session, pn_link_t *link)
{
    say("%s connection=%d session=%d link=%d", what, pn_connection_state(engine->connection),
        session ? pn_session_state(session) : -1, link ? pn_link_state(link) : -1);
}

static void say_counts(const char *what, pn_connection_t *connection, pn_session_t *session, pn_link_t *link,
                       pn_delivery_t *delivery)
{
    say("%s refcounts connection=%d session=%d link=%d delivery=%d", what, connection ? pn_refcount(connection) : -1,
        session ? pn_refcount(session) : -1, link ? pn_refcount(link) : -1, delivery ? pn_refcount(delivery) : -1);
}

static void unbound_endpoints_open_and_close(void)
{
    section("unbound endpoints post no transport event");
    engine_t a = make_engine("A", false);
    pn_session_t *session = pn_session(a.connection);
    pn_link_t *link = pn_sender(session, "l");
    say_state("fresh", &a, session, link);
    for (int i = 0; i < 2; i++) {
        pn_connection_open(a.connection);
        pn_session_open(session);
        pn_link_open(link);
    }
    say_state("open", &a, session, link);
    for (int i = 0; i < 2; i++) {
        pn_link_close(link);
        pn_session_close(session);
        pn_connection_close(a.connection);
    }
    say_state("closed", &a, session, link);
    pn_connection_open(a.connection);
    pn_session_open(session);
    pn_link_open(link);
    say_state("open again", &a, session, link);
    say_events(&a);
    end_engine(&a);
}

static void closing_first_sends_the_opening_frame_too(void)
{
    section("an endpoint closed before it was opened is opened on the wire first");
    engine_t a, b;
    a = bound_engine("A", false);
    b = bound_engine("B", true);
    pn_session_t *session = pn_session(a.connection);
    pn_link_t *link = pn_receiver(session, "never");
    pn_connection_open(a.connection);
    pn_connection_open(b.connection);
    pn_link_close(link);
    pn_session_close(session);
    say_state("closed", &a, session, link);
    converse(&a, &b);
    pn_connection_close(a.connection);
    converse(&a, &b);
    end_engines(&a, &b);

    section("a connection closed before it was opened says open and close");
    a = bound_engine("A", false);
    b = bound_engine("B", true);
    pn_connection_close(a.connection);
    converse(&a, &b);
    pn_connection_close(b.connection);
    converse(&a, &b);
    end_engines(&a, &b);
}

static void everything_opened_before_binding(void)
{
    section("endpoints opened before binding go out at once in order");
    engine_t a = make_engine("A", false), b = bound_engine("B", true);
    pn_connection_open(a.connection);
    pn_session_t *session = pn_session(a.connection);
    pn_session_open(session);
    pn_link_open(pn_sender(session, "one"));
    pn_link_open(pn_receiver(session, "two"));
    say_events(&a);
    for (int i = 0; i < 2; i++) say("bind %d", pn_transport_bind(a.transport, a.connection));
    converse(&a, &b);
    end_engines(&a, &b);

    section("endpoints opened while bound post a transport event each");
    a = bound_engine("A", false);
    pn_connection_open(a.connection);
    session = pn_session(a.connection);
    pn_session_open(session);
    pn_link_open(pn_sender(session, "one"));
    hear(&a);
    end_engine(&a);
}

static void the_recorded_scenario(void)
{
    section("a link from open to final");
    engine_t a, b;
    open_engines(&a, &b);
    pn_link_t *tx = pn_sender(a.session, "lnk"), *rx;
    pn_link_open(tx);
    converse(&a, &b);
    rx = b.link;
    pn_link_open(rx);
    pn_link_flow(rx, 10);
    converse(&a, &b);
    pn_delivery_t *sent = send_whole(tx, "t", "hello");
    converse(&a, &b);
    pn_delivery_update(b.delivery, PN_ACCEPTED);
    pn_delivery_settle(b.delivery);
    converse(&a, &b);
    pn_delivery_settle(sent);
    converse(&a, &b);
    pn_link_close(tx);
    converse(&a, &b);
    pn_link_close(rx);
    converse(&a, &b);
    pn_link_free(tx);
    pn_link_free(rx);
    converse(&a, &b);
    pn_session_close(a.session);
    pn_session_close(b.session);
    converse(&a, &b);
    pn_session_free(a.session);
    pn_session_free(b.session);
    converse(&a, &b);
    pn_connection_close(a.connection);
    converse(&a, &b);
    pn_connection_close(b.connection);
    converse(&a, &b);
    end_engines(&a, &b);
}

static void close_then_free_before_the_peer_answers(void)
{
    section("a link closed and freed at once is final when the peer detaches");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 1);
    pn_link_close(a.link);
    pn_link_free(a.link);
    converse(&a, &b);
    pn_link_close(b.link);
    converse(&a, &b);
    pn_link_free(b.link);
    converse(&a, &b);
    end_engines(&a, &b);

    section("a session closed and freed with an open link is final when the peer ends");
    open_engines(&a, &b);
    join(&a, &b, "l", 1);
    pn_session_close(a.session);
    pn_session_free(a.session);
    converse(&a, &b);
    pn_session_close(b.session);
    converse(&a, &b);
    pn_session_free(b.session);
    converse(&a, &b);
    end_engines(&a, &b);
}

static void freeing_without_closing(void)
{
    section("a link freed but not closed stays attached and hears its peer");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 3);
    pn_delivery_t *unsettled = send_whole(a.link, "d", "x");
    converse(&a, &b);
    pn_link_free(b.link);
    say("receiver unsettled %d", pn_link_unsettled(b.link));
    converse(&a, &b);
    say_delivery("sent", unsettled);
    send_whole(a.link, "e", "y");
    converse(&a, &b);
    pn_link_close(a.link);
    converse(&a, &b);
    pn_link_free(a.link);
    converse(&a, &b);
    end_engines(&a, &b);

    section("a session freed but not closed says nothing");
    open_engines(&a, &b);
    join(&a, &b, "l", 3);
    pn_session_free(a.session);
    converse(&a, &b);
    pn_session_close(b.session);
    converse(&a, &b);
    end_engines(&a, &b);
}

static void a_never_bound_connection_ends(void)
{
    section("a connection that was never bound ends with all its children");
    engine_t a = make_engine("A", false);
    for (int i = 0; i < 2; i++) pn_sender(pn_session(a.connection), "l");
    say_events(&a);
    pn_connection_release(a.connection);
    say("refcount %d state %d", pn_refcount(a.connection), pn_connection_state(a.connection));
    say_events(&a);
    say("left %d", pn_session_head(a.connection, 0) != NULL);
    pn_decref(a.connection);
    a.connection = NULL;
    end_engine(&a);
}

static void freeing_a_bound_connection_waits(void)
{
    section("a connection freed while bound is final when unbound");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 0);
    pn_connection_free(a.connection);
    a.connection = NULL;
    say_events(&a);
    say("unbind %d", pn_transport_unbind(a.transport));
    say_events(&a);
    say("transport %d", pn_refcount(a.transport));
    end_engines(&a, &b);

    section("unbinding first, then freeing");
    open_engines(&a, &b);
    join(&a, &b, "l", 0);
    say("unbind %d", pn_transport_unbind(a.transport));
    say("again %d", pn_transport_unbind(a.transport));
    say_events(&a);
    pn_connection_free(a.connection);
    a.connection = NULL;
    say_events(&a);
    end_engines(&a, &b);
}

/* Lets the references to a connection, session, link and delivery go in the order of the digits. */
static void let_go(const char *order)
{
    pn_connection_t *connection = pn_connection();
    pn_session_t *session = pn_session(connection);
    pn_link_t *link = pn_receiver(session, "l");
    pn_delivery_t *delivery = pn_delivery(link, pn_dtag("d", 1));
    void *held[4] = {connection, session, link, delivery};
    say("%s fresh counts %d %d %d %d", order, pn_refcount(connection), pn_refcount(session), pn_refcount(link),
        pn_refcount(delivery));
    for (int i = 3; i >= 1; i--) {
        pn_incref(held[i]);
        say("%s held %d: %d %d %d %d", order, i, pn_refcount(connection), pn_refcount(session), pn_refcount(link),
            pn_refcount(delivery));
    }
    bool gone[4] = {false};
    for (const char *digit = order; *digit; digit++) {
        int which = *digit - '0';
        int left = pn_decref(held[which]);
        gone[which] = true;
        char counts[64] = "";
        for (int i = 0; i < 4; i++)
            if (!gone[i]) sprintf(counts + strlen(counts), " %d:%d", i, pn_refcount(held[i]));
        say("%s let go of %d: %d, others%s", order, which, left, counts);
    }
}

static void references_go_in_every_order(void)
{
    section("references to connection, session, link and delivery go in every order");
    char order[5] = "0123";
    for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++)
            for (int c = 0; c < 4; c++) {
                int d = 6 - a - b - c;
                if (a == b || a == c || b == c) continue;
                sprintf(order, "%d%d%d%d", a, b, c, d);
                let_go(order);
            }
}

static void events_hold_their_context(void)
{
    section("each queued event holds its context");
    engine_t a = make_engine("A", false);
    pn_session_t *session = pn_session(a.connection);
    pn_link_t *link = pn_sender(session, "l");
    say_counts("init events wait", a.connection, session, link, NULL);
    pn_session_open(session);
    pn_link_open(link);
    say_counts("open events wait", a.connection, session, link, NULL);
    while (pn_collector_peek(a.collector)) {
        pn_collector_pop(a.collector);
        say_counts("popped", a.connection, session, link, NULL);
    }
    pn_link_close(link);
    pn_link_free(link);
    pn_session_free(session);
    say_events(&a);
    end_engine(&a);

    section("binding holds the connection");
    a = make_engine("A", false);
    say("refcounts %d %d", pn_refcount(a.connection), pn_refcount(a.transport));
    pn_transport_bind(a.transport, a.connection);
    say("bound refcounts %d %d", pn_refcount(a.connection), pn_refcount(a.transport));
    say_events(&a);
    say("quiet refcounts %d %d", pn_refcount(a.connection), pn_refcount(a.transport));
    say("transport %d connection %d", pn_connection_transport(a.connection) == a.transport,
        pn_transport_connection(a.transport) == a.connection);
    pn_decref(a.transport);
    say("after letting the transport go %d %d", pn_refcount(a.connection), pn_refcount(a.transport));
    a.transport = NULL;
    end_engine(&a);
}

static void children_freed_twice_or_held(void)
{
    section("a freed link that is held stays readable");
    engine_t a = make_engine("A", false);
    pn_session_t *session = pn_session(a.connection);
    pn_link_t *link = pn_sender(session, "held");
    say_events(&a);
    pn_incref(link);
    say_counts("held", a.connection, session, link, NULL);
    pn_link_free(link);
    say_events(&a);
    say("name %s state %d session %d", text(pn_link_name(link)), pn_link_state(link), pn_link_session(link) == session);
    say("seen by iteration %d", pn_link_head(a.connection, 0) != NULL);
    say_counts("freed", a.connection, session, link, NULL);
    pn_session_free(session);
    say_events(&a);
    say("let go %d", pn_decref(link));
    say_events(&a);
    say("connection %d", pn_refcount(a.connection));
    end_engine(&a);
}

static void say_walk(const char *what, pn_connection_t *connection, pn_state_t mask)
{
    char names[128] = "";
    for (pn_link_t *link = pn_link_head(connection, mask); link; link = pn_link_next(link, mask))
        sprintf(names + strlen(names), " %s", pn_link_name(link));
    int sessions = 0;
    for (pn_session_t *s = pn_session_head(connection, mask); s; s = pn_session_next(s, mask)) sessions++;
    say("%s mask %d: sessions %d links%s", what, mask, sessions, names);
}

static void iteration_by_every_mask(void)
{
    section("iteration sees each state by each mask");
    engine_t a, b;
    open_engines(&a, &b);
    pn_session_t *other = pn_session(a.connection);
    pn_link_t *uninit = pn_sender(a.session, "uninit");
    pn_link_t *closed = pn_receiver(other, "closed");
    pn_link_close(closed);
    join(&a, &b, "open", 1);
    pn_link_t *half = pn_receiver(a.session, "half");
    pn_link_open(half);
    join(&a, &b, "told", 1);
    pn_link_close(b.link);
    converse(&a, &b);
    for (pn_state_t mask = 0; mask < 64; mask++) say_walk("all", a.connection, mask);
    pn_link_free(uninit);
    pn_link_free(half);
    say_walk("two freed", a.connection, 0);
    pn_session_free(other);
    say_walk("session freed", a.connection, 0);
    say("next of the last %d", pn_link_next(a.link, 0) != NULL);
    end_engines(&a, &b);
}

int main(void)
{
    unbound_endpoints_open_and_close();
    closing_first_sends_the_opening_frame_too();
    everything_opened_before_binding();
    the_recorded_scenario();
    close_then_free_before_the_peer_answers();
    freeing_without_closing();
    a_never_bound_connection_ends();
    freeing_a_bound_connection_waits();
    references_go_in_every_order();
    events_hold_their_context();
    children_freed_twice_or_held();
    iteration_by_every_mask();
    return 0;
}
