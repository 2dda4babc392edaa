/* Differential program: calls out of place. On endpoints that are closed, freed, ended, unbound or not open yet, and on
 * collectors and transports that serve more than one connection. */
#include "engine.h"

static void calls_on_closed_links(void)
{
    section("sending, granting and settling on a link that is closed");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 3);
    pn_delivery_t *sent = send_whole(a.link, "1", "x");
    converse(&a, &b);
    pn_delivery_t *received = b.delivery;
    pn_link_close(a.link);
    pn_link_close(b.link);
    converse(&a, &b);
    pn_delivery_t *late = send_whole(a.link, "2", "y");
    say_delivery("late", late);
    pn_link_flow(b.link, 5);
    pn_link_set_drain(b.link, true);
    say("drained %d", pn_link_drained(a.link));
    converse(&a, &b);
    say_link("sender", a.link);
    say_link("receiver", b.link);
    pn_delivery_update(received, PN_RELEASED);
    pn_delivery_settle(received);
    converse(&a, &b);
    say_delivery("sent", sent);
    char buffer[8];
    say("recv %zd", pn_link_recv(b.link, buffer, 8));
    end_engines(&a, &b);
}

static void calls_on_ended_sessions(void)
{
    section("links opened and deliveries made in a session that has ended");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 3);
    pn_session_close(a.session);
    pn_session_close(b.session);
    converse(&a, &b);
    pn_link_t *late = pn_sender(a.session, "late");
    pn_link_open(late);
    converse(&a, &b);
    say_link("late", late);
    send_whole(a.link, "1", "x");
    converse(&a, &b);
    say_link("sender", a.link);
    pn_link_close(a.link);
    pn_link_close(late);
    converse(&a, &b);
    pn_session_free(a.session);
    converse(&a, &b);
    end_engines(&a, &b);

    section("a session opened again after it has ended");
    open_engines(&a, &b);
    pn_session_close(a.session);
    pn_session_close(b.session);
    converse(&a, &b);
    pn_session_open(a.session);
    converse(&a, &b);
    say("states %d %d", pn_session_state(a.session), pn_session_state(b.session));
    end_engines(&a, &b);

    section("a link opened again after it was detached");
    open_engines(&a, &b);
    join(&a, &b, "l", 3);
    pn_link_t *tx = a.link;
    pn_link_close(tx);
    pn_link_close(b.link);
    converse(&a, &b);
    pn_link_open(tx);
    converse(&a, &b);
    say("states %d %d", pn_link_state(tx), pn_link_state(b.link));
    end_engines(&a, &b);
}

static void calls_behind_close(void)
{
    section("everything behind the close of a connection stays unsaid");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 3);
    pn_connection_close(a.connection);
    converse(&a, &b);
    send_whole(a.link, "1", "x");
    pn_link_close(a.link);
    pn_session_close(a.session);
    pn_session_open(pn_session(a.connection));
    converse(&a, &b);
    say("states %d %d", pn_session_state(b.session), pn_link_state(b.link));
    pn_connection_open(a.connection);
    converse(&a, &b);
    say("state %d", pn_connection_state(a.connection));
    end_engines(&a, &b);
}

static void before_the_peer_answers(void)
{
    section("deliveries made before the link is open wait for credit");
    engine_t a, b;
    open_engines(&a, &b);
    pn_link_t *tx = pn_sender(a.session, "early");
    send_whole(tx, "1", "x");
    pn_delivery_settle(send_bytes(tx, "2", "y", 1));
    say_link("unopened", tx);
    converse(&a, &b);
    pn_link_open(tx);
    converse(&a, &b);
    pn_link_open(b.link);
    pn_link_flow(b.link, 5);
    converse(&a, &b);
    say_link("sent", tx);
    end_engines(&a, &b);

    section("a receiver that was made and granted before anything is open");
    a = make_engine("A", false);
    b = bound_engine("B", true);
    pn_link_t *rx = pn_receiver(pn_session(a.connection), "rx");
    pn_link_flow(rx, 3);
    pn_link_drain(rx, 1);
    say_link("made", rx);
    pn_link_open(rx);
    pn_session_open(pn_link_session(rx));
    pn_connection_open(a.connection);
    say_events(&a);
    pn_transport_bind(a.transport, a.connection);
    converse(&a, &b);
    end_engines(&a, &b);

    section("settle modes, sizes and termini changed behind the attach are not told");
    open_engines(&a, &b);
    join(&a, &b, "l", 3);
    pn_link_set_snd_settle_mode(a.link, PN_SND_SETTLED);
    pn_link_set_max_message_size(a.link, 77);
    pn_terminus_set_address(pn_link_target(a.link), "elsewhere");
    converse(&a, &b);
    say("own %d %s remote %d %s", (int)pn_link_snd_settle_mode(a.link), text(pn_terminus_get_address(pn_link_target(a.link))),
        (int)pn_link_remote_snd_settle_mode(b.link), text(pn_terminus_get_address(pn_link_remote_target(b.link))));
    end_engines(&a, &b);
}

static void unbound_calls(void)
{
    section("deliveries sent, settled and read while unbound");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 5);
    send_whole(a.link, "1", "one");
    send_whole(a.link, "2", "two");
    converse(&a, &b);
    pn_transport_unbind(b.transport);
    say_events(&b);
    char buffer[8];
    say("recv %zd", pn_link_recv(b.link, buffer, sizeof buffer));
    say("advance %d", pn_link_advance(b.link));
    pn_delivery_update(b.delivery, PN_ACCEPTED);
    pn_delivery_settle(b.delivery);
    say("unsettled %d", pn_link_unsettled(b.link));
    say_events(&b);
    say("pending %zd", pn_transport_pending(b.transport));
    end_engines(&a, &b);

    section("endpoints closed and freed while unbound");
    open_engines(&a, &b);
    join(&a, &b, "l", 5);
    pn_transport_unbind(a.transport);
    pn_link_close(a.link);
    pn_link_free(a.link);
    pn_session_close(a.session);
    pn_session_free(a.session);
    pn_connection_close(a.connection);
    say_events(&a);
    end_engines(&a, &b);
}

static void collectors_and_transports_shared(void)
{
    section("one collector for two connections");
    engine_t a = make_engine("A", false), b = make_engine("B", true);
    pn_connection_collect(b.connection, a.collector);
    pn_transport_bind(a.transport, a.connection);
    pn_transport_bind(b.transport, b.connection);
    pn_connection_open(a.connection);
    pn_connection_open(b.connection);
    say_events(&a);
    while (speak(&a, &b) || speak(&b, &a)) say_events(&a);
    say_events(&a);
    end_engine(&b);
    say_events(&a);
    end_engine(&a);

    section("a transport that served one connection and is bound to another");
    a = open_to_bytes();
    pn_transport_unbind(a.transport);
    say_events(&a);
    pn_connection_t *second = pn_connection();
    pn_connection_set_container(second, "second");
    pn_connection_collect(second, a.collector);
    say("bind %d", pn_transport_bind(a.transport, second));
    say_events(&a);
    say("state %d remote %s", pn_connection_state(second), text(pn_connection_remote_container(second)));
    pn_connection_open(second);
    hear(&a);
    pn_transport_unbind(a.transport);
    pn_connection_free(second);
    end_engine(&a);
}

static void freed_and_still_used(void)
{
    section("a session and its link freed while both are held and open");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 5);
    pn_incref(a.link);
    pn_incref(a.session);
    pn_session_t *session = a.session;
    pn_link_t *link = a.link;
    pn_session_free(session);
    converse(&a, &b);
    say("states %d %d refcounts %d %d", pn_session_state(session), pn_link_state(link), pn_refcount(session), pn_refcount(link));
    pn_session_close(session);
    converse(&a, &b);
    pn_session_close(b.session);
    converse(&a, &b);
    say("refcounts %d %d", pn_refcount(session), pn_refcount(link));
    pn_decref(session);
    say("link's session %d", pn_link_session(link) == session);
    pn_decref(link);
    say_events(&a);
    end_engines(&a, &b);

    section("a delivery held beyond its settlement");
    open_engines(&a, &b);
    join(&a, &b, "l", 5);
    pn_delivery_t *delivery = send_whole(a.link, "held", "x");
    pn_incref(delivery);
    converse(&a, &b);
    pn_delivery_update(b.delivery, PN_ACCEPTED);
    pn_delivery_settle(b.delivery);
    converse(&a, &b);
    pn_delivery_settle(delivery);
    converse(&a, &b);
    say_delivery("held", delivery);
    say("refcount %d", pn_refcount(delivery));
    pn_delivery_t *next = send_whole(a.link, "next", "y");
    say("another %d", next != delivery);
    say("let go %d", pn_decref(delivery));
    converse(&a, &b);
    end_engines(&a, &b);
}

int main(void)
{
    calls_on_closed_links();
    calls_on_ended_sessions();
    calls_behind_close();
    before_the_peer_answers();
    unbound_calls();
    collectors_and_transports_shared();
    freed_and_still_used();
    return 0;
}
