/* Differential program: deliveries from tag to settlement. Sent in parts and frames, advanced, aborted at every stage,
 * settled in every order, and what the queries and the work queue say meanwhile. */
#include "engine.h"

static void say_work(const char *what, pn_connection_t *connection)
{
    char names[128] = "";
    for (pn_delivery_t *d = pn_work_head(connection); d && strlen(names) < 100; d = pn_work_next(d))
        sprintf(names + strlen(names), " %s", bytes(pn_delivery_tag(d)));
    say("%s work%s", what, names);
}

static void say_unsettled(const char *what, pn_link_t *link)
{
    char names[128] = "";
    for (pn_delivery_t *d = pn_unsettled_head(link); d && strlen(names) < 100; d = pn_unsettled_next(d))
        sprintf(names + strlen(names), " %s", bytes(pn_delivery_tag(d)));
    say("%s unsettled %d:%s", what, pn_link_unsettled(link), names);
}

static void tags(void)
{
    section("tags are any bytes and may repeat");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 9);
    static const char long_tag[] = "a tag that is longer than the thirty-two bytes of the standard";
    pn_delivery_tag_t tags[] = {pn_dtag("same", 4), pn_dtag("same", 4), pn_dtag("\0\xff\0", 3),
                                pn_dtag(long_tag, sizeof long_tag - 1)};
    for (int i = 0; i < 4; i++) {
        pn_delivery_t *delivery = pn_delivery(a.link, tags[i]);
        say("tag %s current %d link %d", bytes(pn_delivery_tag(delivery)), pn_link_current(a.link) == delivery,
            pn_delivery_link(delivery) == a.link);
        say("send %zd", pn_link_send(a.link, "x", 1));
        say("advance %d", pn_link_advance(a.link));
    }
    say_unsettled("sender", a.link);
    converse(&a, &b);
    say_unsettled("receiver", b.link);
    end_engines(&a, &b);
}

static void several_made_ahead(void)
{
    section("the first delivery made is current until advanced past");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 9);
    pn_delivery_t *d[3];
    for (int i = 0; i < 3; i++) d[i] = pn_delivery(a.link, pn_dtag(&"123"[i], 1));
    for (int turn = 0; turn < 3; turn++) {
        for (int i = 0; i < 3; i++) say_delivery("made", d[i]);
        say("send %zd", pn_link_send(a.link, "body", 4));
        say("advance %d", pn_link_advance(a.link));
        say_work("sender", a.connection);
    }
    say("send %zd", pn_link_send(a.link, "body", 4));
    say("advance %d", pn_link_advance(a.link));
    converse(&a, &b);
    for (int i = 0; i < 3; i++) say_delivery("sent", d[i]);
    end_engines(&a, &b);
}

static void sending_in_parts(void)
{
    section("parts of a delivery go out before it is complete");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 9);
    pn_delivery_t *delivery = send_bytes(a.link, "parts", "one ", 4);
    say_delivery("begun", delivery);
    converse(&a, &b);
    say_delivery("told", delivery);
    say("more %zd", pn_link_send(a.link, "two ", 4));
    say("more %zd", pn_link_send(a.link, "three", 5));
    say_delivery("more", delivery);
    converse(&a, &b);
    char buffer[64];
    say("recv %zd", pn_link_recv(b.link, buffer, 5));
    say("recv %zd", pn_link_recv(b.link, buffer, sizeof buffer));
    say("recv nothing yet %zd", pn_link_recv(b.link, buffer, sizeof buffer));
    say("advance %d", pn_link_advance(a.link));
    say_delivery("advanced", delivery);
    converse(&a, &b);
    say("recv end %zd", pn_link_recv(b.link, buffer, sizeof buffer));
    say("recv again %zd", pn_link_recv(b.link, buffer, 0));
    say_link("sender", a.link);
    say_link("receiver", b.link);
    end_engines(&a, &b);

    section("nothing sent makes an empty delivery");
    open_engines(&a, &b);
    join(&a, &b, "l", 9);
    pn_delivery(a.link, pn_dtag("e", 1));
    say("send nothing %zd", pn_link_send(a.link, NULL, 0));
    say("send no bytes %zd", pn_link_send(a.link, "x", 0));
    converse(&a, &b);
    say("advance %d", pn_link_advance(a.link));
    converse(&a, &b);
    say("recv %zd", pn_link_recv(b.link, buffer, 9));
    end_engines(&a, &b);
}

static void frames_of_a_large_delivery(void)
{
    section("a large delivery is cut to the peer's frames");
    static char body[1500];
    memset(body, 'b', sizeof body);
    engine_t a = bound_engine("A", false), b = bound_engine("B", true);
    pn_transport_set_max_frame(b.transport, 512);
    pn_connection_open(a.connection);
    pn_connection_open(b.connection);
    a.session = pn_session(a.connection);
    pn_session_open(a.session);
    muted = true;
    converse(&a, &b);
    pn_session_open(b.session);
    converse(&a, &b);
    join(&a, &b, "l", 3);
    send_bytes(a.link, "u", body, 1000);
    converse(&a, &b);
    say("advance %d", pn_link_advance(a.link));
    converse(&a, &b);
    send_bytes(a.link, "w", body, 1000);
    say("advance %d", pn_link_advance(a.link));
    converse(&a, &b);
    say_link("receiver", b.link);
    end_engines(&a, &b);
}

static void reading(void)
{
    section("reading without a delivery, in parts and past the end");
    engine_t a, b;
    char buffer[16];
    open_engines(&a, &b);
    join(&a, &b, "l", 9);
    say("no current %zd", pn_link_recv(b.link, buffer, 16));
    send_whole(a.link, "1", "0123456789");
    send_whole(a.link, "2", "abc");
    converse(&a, &b);
    say("recv none %zd", pn_link_recv(b.link, buffer, 0));
    for (int i = 0; i < 4; i++) {
        say("recv %zd", pn_link_recv(b.link, buffer, 4));
        say_delivery("reading", pn_link_current(b.link));
    }
    say("bytes %zu", pn_session_incoming_bytes(b.session));
    say("advance %d", pn_link_advance(b.link));
    say("advance past unread %d", pn_link_advance(b.link));
    say("bytes %zu", pn_session_incoming_bytes(b.session));
    say("advance %d", pn_link_advance(b.link));
    say("current %d", pn_link_current(b.link) != NULL);
    say_unsettled("receiver", b.link);
    say_work("receiver", b.connection);
    end_engines(&a, &b);

    section("advancing past a partial delivery drops what follows");
    open_engines(&a, &b);
    join(&a, &b, "l", 9);
    send_bytes(a.link, "1", "begin", 5);
    converse(&a, &b);
    say("advance %d", pn_link_advance(b.link));
    pn_delivery_t *left = b.delivery;
    pn_link_send(a.link, "end", 3);
    pn_link_advance(a.link);
    converse(&a, &b);
    say_delivery("left", left);
    say_link("receiver", b.link);
    send_whole(a.link, "2", "next");
    converse(&a, &b);
    say_delivery("current", pn_link_current(b.link));
    end_engines(&a, &b);
}

static void aborting(void)
{
    section("an abort before anything was framed leaves no trace");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 9);
    pn_delivery_t *delivery = send_bytes(a.link, "1", "unsent", 6);
    pn_incref(delivery);
    pn_delivery_abort(delivery);
    say_delivery("aborted", delivery);
    pn_delivery_abort(delivery);
    converse(&a, &b);
    say_link("sender", a.link);
    say("outgoing %zu", pn_session_outgoing_bytes(a.session));
    pn_decref(delivery);
    end_engines(&a, &b);

    section("an abort after some frames tells the peer");
    open_engines(&a, &b);
    join(&a, &b, "l", 9);
    delivery = send_bytes(a.link, "1", "sent", 4);
    converse(&a, &b);
    pn_link_send(a.link, "unsent", 6);
    pn_delivery_abort(delivery);
    say_events(&a);
    converse(&a, &b);
    char buffer[8];
    say_delivery("received", b.delivery);
    say("recv %zd", pn_link_recv(b.link, buffer, 8));
    say("bytes %zu", pn_session_incoming_bytes(b.session));
    say_link("sender", a.link);
    say_link("receiver", b.link);
    say_work("receiver", b.connection);
    pn_delivery_settle(b.delivery);
    say_link("settled", b.link);
    say("bytes %zu", pn_session_incoming_bytes(b.session));
    converse(&a, &b);
    end_engines(&a, &b);

    section("an abort after everything went is a settlement");
    open_engines(&a, &b);
    join(&a, &b, "l", 9);
    delivery = send_whole(a.link, "1", "sent");
    converse(&a, &b);
    pn_delivery_abort(delivery);
    converse(&a, &b);
    say_link("sender", a.link);
    say_delivery("received", b.delivery);
    end_engines(&a, &b);

    section("an abort after settling does nothing");
    open_engines(&a, &b);
    join(&a, &b, "l", 9);
    delivery = send_bytes(a.link, "1", "sent", 4);
    pn_incref(delivery);
    pn_delivery_settle(delivery);
    pn_delivery_abort(delivery);
    say("aborted %d", pn_delivery_aborted(delivery));
    converse(&a, &b);
    pn_decref(delivery);
    say_delivery("received", b.delivery);
    end_engines(&a, &b);
}

static void settling_first(void)
{
    section("settled before output it goes settled and is forgotten");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 9);
    pn_delivery_settle(send_whole(a.link, "1", "quick"));
    say_unsettled("sender", a.link);
    pn_delivery_settle(send_bytes(a.link, "2", "not advanced", 12));
    say_link("sender", a.link);
    converse(&a, &b);
    say_unsettled("receiver", b.link);
    say_delivery("first", pn_link_current(b.link));
    pn_link_advance(b.link);
    say_delivery("second", pn_link_current(b.link));
    pn_delivery_settle(pn_link_current(b.link));
    say_unsettled("receiver", b.link);
    converse(&a, &b);
    end_engines(&a, &b);

    section("a receiver that settles a partial delivery hears no more of it");
    open_engines(&a, &b);
    join(&a, &b, "l", 9);
    send_bytes(a.link, "1", "begin", 5);
    converse(&a, &b);
    pn_delivery_settle(b.delivery);
    converse(&a, &b);
    pn_link_send(a.link, "end", 3);
    pn_link_advance(a.link);
    converse(&a, &b);
    say_link("receiver", b.link);
    send_whole(a.link, "2", "next");
    converse(&a, &b);
    say_link("receiver", b.link);
    end_engines(&a, &b);
}

static void settling_orders(void)
{
    section("settlement by the receiver, by the sender and by both at once");
    for (int order = 0; order < 3; order++) {
        engine_t a, b;
        open_engines(&a, &b);
        join(&a, &b, "l", 9);
        pn_delivery_t *sent = send_whole(a.link, "d", "x");
        converse(&a, &b);
        pn_delivery_t *received = b.delivery;
        say("order %d", order);
        pn_delivery_update(received, PN_ACCEPTED);
        if (order == 0) {
            pn_delivery_settle(received);
            converse(&a, &b);
            say_delivery("sent", sent);
            say_work("sender", a.connection);
            pn_delivery_clear(sent);
            say_delivery("cleared", sent);
            say_work("sender", a.connection);
            pn_delivery_settle(sent);
        } else if (order == 1) {
            converse(&a, &b);
            pn_delivery_settle(sent);
            converse(&a, &b);
            say_delivery("received", received);
            say_work("receiver", b.connection);
            pn_delivery_settle(received);
        } else {
            pn_delivery_settle(sent);
            pn_delivery_settle(received);
        }
        converse(&a, &b);
        say_unsettled("sender", a.link);
        say_unsettled("receiver", b.link);
        end_engines(&a, &b);
    }
}

static void the_work_queue(void)
{
    section("the work queue holds what an application can act on");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 3);
    say_work("nothing", a.connection);
    pn_delivery_t *d[3];
    for (int i = 0; i < 3; i++) d[i] = pn_delivery(a.link, pn_dtag(&"abc"[i], 1));
    say_work("three made", a.connection);
    for (int i = 0; i < 3; i++) {
        pn_link_advance(a.link);
        say_work("advanced", a.connection);
    }
    converse(&a, &b);
    say_work("receiver", b.connection);
    pn_link_advance(b.link);
    say_work("receiver advanced", b.connection);
    while (pn_link_advance(b.link)) {}
    say_work("receiver advanced past all", b.connection);
    pn_delivery_t *received[3], *next = pn_unsettled_head(b.link);
    for (int i = 0; next; next = pn_unsettled_next(next)) received[i++] = next;
    pn_delivery_update(received[2], PN_ACCEPTED);
    pn_delivery_update(received[0], PN_RELEASED);
    converse(&a, &b);
    say_work("sender told", a.connection);
    pn_delivery_clear(d[2]);
    say_work("cleared", a.connection);
    pn_delivery_update(received[2], PN_ACCEPTED);
    converse(&a, &b);
    say_work("told again", a.connection);
    pn_delivery_settle(d[0]);
    say_work("settled", a.connection);
    say_unsettled("sender", a.link);
    end_engines(&a, &b);

    section("a sender's current delivery is work only while there is credit");
    open_engines(&a, &b);
    join(&a, &b, "l", 0);
    pn_delivery(a.link, pn_dtag("waits", 5));
    say_work("no credit", a.connection);
    pn_link_flow(b.link, 1);
    converse(&a, &b);
    say_work("credit", a.connection);
    say_delivery("writable", pn_link_current(a.link));
    end_engines(&a, &b);
}

static void settling_out_of_order(void)
{
    section("unsettled deliveries are walked in order whatever was settled");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 9);
    pn_delivery_t *d[5];
    for (int i = 0; i < 5; i++) {
        char tag[2] = {(char)('a' + i), 0};
        d[i] = send_whole(a.link, tag, tag);
    }
    converse(&a, &b);
    static const int order[] = {2, 4, 0, 3, 1};
    for (int i = 0; i < 5; i++) {
        pn_delivery_settle(d[order[i]]);
        say_unsettled("sender", a.link);
        converse(&a, &b);
    }
    for (int i = 0; i < 5; i++) {
        say("current %s", bytes(pn_delivery_tag(pn_link_current(b.link))));
        pn_delivery_settle(pn_link_current(b.link));
        say_unsettled("receiver", b.link);
    }
    converse(&a, &b);
    say_link("receiver", b.link);
    end_engines(&a, &b);
}

int main(void)
{
    tags();
    several_made_ahead();
    sending_in_parts();
    frames_of_a_large_delivery();
    reading();
    aborting();
    settling_first();
    settling_orders();
    the_work_queue();
    settling_out_of_order();
    return 0;
}
