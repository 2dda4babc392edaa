/* Differential program: the order of things. What one output pass writes first, which events coalesce, how deliveries
 * of several links and sessions interleave, and what becomes of everything when one side goes. */
#include "engine.h"

static void one_pass(void)
{
    section("everything changed since the last output is written in one order");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "old", 5);
    pn_link_t *tx = a.link, *rx = b.link;
    pn_delivery_t *d = send_whole(tx, "first", "1");
    converse(&a, &b);
    pn_delivery_t *received = b.delivery;
    pn_link_flow(rx, 3);
    pn_delivery_update(received, PN_ACCEPTED);
    pn_link_t *back = pn_sender(b.session, "back");
    pn_link_open(back);
    pn_session_open(pn_session(b.connection));
    pn_session_t *gone = pn_session(b.connection);
    pn_session_open(gone);
    pn_session_close(gone);
    say_events(&b);
    speak(&b, NULL);
    pn_link_close(rx);
    pn_delivery_settle(received);
    pn_connection_close(b.connection);
    pn_session_close(b.session);
    speak(&b, NULL);
    (void)d;
    end_engines(&a, &b);

    section("transfers go before the detach, the end and the close that came with them");
    open_engines(&a, &b);
    join(&a, &b, "l", 5);
    pn_session_t *session = a.session;
    send_whole(a.link, "1", "x");
    pn_connection_close(a.connection);
    pn_session_close(session);
    pn_link_close(a.link);
    send_whole(a.link, "2", "y");
    converse(&a, &b);
    end_engines(&a, &b);

    section("endpoints opened in another order than they were made go out as they were opened");
    a = bound_engine("A", false);
    pn_connection_open(a.connection);
    pn_session_t *one = pn_session(a.connection), *two = pn_session(a.connection);
    pn_link_t *l1 = pn_sender(one, "1"), *l2 = pn_sender(two, "2"), *l3 = pn_receiver(one, "3");
    pn_link_open(l3);
    pn_link_flow(l3, 2);
    pn_link_open(l2);
    pn_session_open(two);
    pn_session_open(one);
    pn_link_open(l1);
    hear(&a);
    end_engine(&a);
}

static void coalescing(void)
{
    section("three messages in one output are three deliveries and one flow");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 5);
    for (int i = 0; i < 3; i++) send_whole(a.link, &"abc"[i], "x");
    converse(&a, &b);
    end_engines(&a, &b);

    section("frames of one delivery coalesce when they come together");
    a = open_to_bytes();
    tell(&a, 5, 0x12, "\"rx\" 0 - b2 b0 @28 [\"f\"] @29 [\"t\"] ~ ~ 0", "");
    pn_link_open(a.link);
    pn_link_flow(a.link, 10);
    hear(&a);
    bytes_t frames = {0};
    write_frame(&frames, 0, 5, 0x14, "0 0 'd' 0 ~ +", "one");
    write_frame(&frames, 0, 5, 0x14, "0 0 'd' 0 ~ +", "two");
    write_frame(&frames, 0, 5, 0x14, "0 0 'd' 0", "three");
    tell_bytes(&a, frames.start, frames.size);
    say_delivery("whole", a.delivery);
    frames.size = 0;
    write_frame(&frames, 0, 5, 0x14, "0 1 'e' 0 ~ +", "one");
    write_frame(&frames, 0, 5, 0x13, "0 100 1 100 0 2 5", "");
    write_frame(&frames, 0, 5, 0x14, "0 1 'e' 0", "two");
    tell_bytes(&a, frames.start, frames.size);
    free(frames.start);
    end_engine(&a);

    section("flows in a row coalesce, and flows of two links do not");
    a = open_to_bytes();
    pn_link_open(pn_sender(a.session, "one"));
    pn_link_open(pn_sender(a.session, "two"));
    hear(&a);
    tell(&a, 5, 0x12, "\"one\" 0 + b2 b0 @28 [\"f\"] @29 [\"t\"]", "");
    tell(&a, 5, 0x12, "\"two\" 1 + b2 b0 @28 [\"f\"] @29 [\"t\"]", "");
    frames = (bytes_t){0};
    static const char *const flows[] = {"0 9 0 9 0 0 1", "0 9 0 9 0 0 2", "0 9 0 9", "0 9 0 9 1 0 3", "0 9 0 9 0 0 4"};
    for (int i = 0; i < 5; i++) write_frame(&frames, 0, 5, 0x13, flows[i], "");
    tell_bytes(&a, frames.start, frames.size);
    free(frames.start);
    end_engine(&a);
}

static void interleaving(void)
{
    section("deliveries of two links interleave frame by frame");
    engine_t a = open_to_bytes();
    tell(&a, 5, 0x12, "\"one\" 0 - b2 b0 @28 [\"f\"] @29 [\"t\"] ~ ~ 0", "");
    pn_link_t *one = a.link;
    tell(&a, 5, 0x12, "\"two\" 1 - b2 b0 @28 [\"f\"] @29 [\"t\"] ~ ~ 0", "");
    pn_link_t *two = a.link;
    pn_link_open(one);
    pn_link_open(two);
    pn_link_flow(one, 5);
    pn_link_flow(two, 5);
    hear(&a);
    static const char *const transfers[] = {"0 0 'a' 0 ~ +", "1 1 'b' 0 ~ +", "0 0 ~ ~ ~ +", "1 1", "0 0", "1 2 'c' 0"};
    for (int i = 0; i < 6; i++) tell(&a, 5, 0x14, transfers[i], &"123456"[i]);
    char buffer[16];
    for (int i = 0; i < 2; i++) {
        pn_link_t *link = i ? two : one;
        while (pn_link_current(link)) {
            ssize_t size = pn_link_recv(link, buffer, sizeof buffer);
            say("recv %zd %s", size, size > 0 ? shown(buffer, (size_t)size) : "");
            pn_delivery_t *current = pn_link_current(link);
            pn_link_advance(link);
            pn_delivery_update(current, PN_ACCEPTED);
            pn_delivery_settle(current);
        }
    }
    hear(&a);
    end_engine(&a);

    section("two sessions number their deliveries by themselves");
    a = open_to_bytes();
    pn_session_t *other = pn_session(a.connection);
    pn_session_open(other);
    hear(&a);
    tell(&a, 6, 0x11, "h1 0 100 100", "");
    pn_link_t *links[2] = {pn_sender(a.session, "same"), pn_sender(other, "same")};
    for (int i = 0; i < 2; i++) pn_link_open(links[i]);
    hear(&a);
    for (int i = 0; i < 2; i++) {
        tell(&a, 5 + (unsigned)i, 0x12, "\"same\" 0 + b2 b0 @28 [\"f\"] @29 [\"t\"]", "");
        tell(&a, 5 + (unsigned)i, 0x13, "0 100 0 100 0 0 5", "");
    }
    for (int i = 0; i < 4; i++) send_whole(links[i % 2], &"wxyz"[i], "!");
    hear(&a);
    tell(&a, 6, 0x15, "+ 0 1 + @24 []", "");
    for (int i = 0; i < 2; i++) say_link("sender", links[i]);
    end_engine(&a);

    section("two senders share the session's window in turn");
    a = open_to_bytes();
    for (int i = 0; i < 2; i++) pn_link_open(links[i] = pn_sender(a.session, i ? "two" : "one"));
    muted = true;
    hear(&a);
    tell(&a, 5, 0x12, "\"one\" 0 + b2 b0 @28 [\"f\"] @29 [\"t\"]", "");
    tell(&a, 5, 0x12, "\"two\" 1 + b2 b0 @28 [\"f\"] @29 [\"t\"]", "");
    tell(&a, 5, 0x13, "0 1 0 100 0 0 5", "");
    tell(&a, 5, 0x13, "0 1 0 100 1 0 5", "");
    muted = false;
    for (int i = 0; i < 6; i++) send_whole(links[i % 2], &"uvwxyz"[i], "!");
    hear(&a);
    for (int i = 1; i < 4; i++) {
        char flow[40];
        sprintf(flow, "%d 2 0 100", 2 * i - 1);
        tell(&a, 5, 0x13, flow, "");
    }
    end_engine(&a);
}

static void the_peer_goes(void)
{
    section("the peer detaches while deliveries wait for credit");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 1);
    send_whole(a.link, "1", "x");
    send_whole(a.link, "2", "y");
    converse(&a, &b);
    pn_link_detach(b.link);
    converse(&a, &b);
    say_link("left", a.link);
    pn_link_close(a.link);
    converse(&a, &b);
    say_link("closed", a.link);
    end_engines(&a, &b);

    section("the peer closes a link in the middle of a delivery");
    open_engines(&a, &b);
    join(&a, &b, "l", 5);
    pn_delivery_t *delivery = send_bytes(a.link, "1", "begin", 5);
    converse(&a, &b);
    pn_link_close(b.link);
    converse(&a, &b);
    say_delivery("cut", delivery);
    pn_link_send(a.link, "end", 3);
    pn_link_advance(a.link);
    converse(&a, &b);
    pn_link_close(a.link);
    converse(&a, &b);
    say_delivery("received", b.delivery);
    end_engines(&a, &b);

    section("the peer ends a session with unsettled deliveries both ways");
    open_engines(&a, &b);
    join(&a, &b, "l", 5);
    delivery = send_whole(a.link, "1", "x");
    converse(&a, &b);
    pn_session_close(b.session);
    converse(&a, &b);
    pn_delivery_settle(delivery);
    pn_delivery_update(b.delivery, PN_ACCEPTED);
    pn_delivery_settle(b.delivery);
    converse(&a, &b);
    say("unsettled %d %d", pn_link_unsettled(a.link), pn_link_unsettled(b.link));
    pn_session_close(a.session);
    converse(&a, &b);
    end_engines(&a, &b);

    section("the peer closes the connection with an error");
    open_engines(&a, &b);
    join(&a, &b, "l", 5);
    pn_condition_format(pn_connection_condition(b.connection), "amqp:connection:forced", "going %s", "down");
    pn_connection_close(b.connection);
    converse(&a, &b);
    say("remote %s transport %s", condition_text(pn_connection_remote_condition(a.connection)),
        pn_condition_is_set(pn_transport_condition(a.transport)) ? "set" : "unset");
    send_whole(a.link, "late", "x");
    pn_link_close(a.link);
    pn_session_close(a.session);
    converse(&a, &b);
    pn_connection_close(a.connection);
    converse(&a, &b);
    end_engines(&a, &b);

    section("the peer vanishes behind our close");
    open_engines(&a, &b);
    pn_connection_close(a.connection);
    say_events(&a);
    while (speak(&a, NULL)) say_events(&a);
    tell_end(&a);
    end_engines(&a, &b);
}

static void obsolete_errors(void)
{
    section("the error objects of endpoints are never set");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 1);
    say("connection %s", error_text(pn_connection_error(a.connection)));
    say("session %s", error_text(pn_session_error(a.session)));
    say("link %s", error_text(pn_link_error(a.link)));
    say("sent without a delivery %zd", pn_link_send(a.link, "x", 1));
    say("link %s", error_text(pn_link_error(a.link)));
    end_engines(&a, &b);
}

int main(void)
{
    one_pass();
    coalescing();
    interleaving();
    the_peer_goes();
    obsolete_errors();
    return 0;
}
