/* Differential program: sessions. Windows by capacity, channels and handles and their limits, and how sessions end. */
#include "engine.h"

static void say_session(const char *what, pn_session_t *session)
{
    say("%s state=%d capacity=%zu outgoing_window=%zu in=%zu out=%zu", what, pn_session_state(session),
        pn_session_get_incoming_capacity(session), pn_session_get_outgoing_window(session),
        pn_session_incoming_bytes(session), pn_session_outgoing_bytes(session));
}

static void defaults(void)
{
    section("a fresh session has no limits");
    engine_t a = make_engine("A", false);
    pn_session_t *session = pn_session(a.connection);
    say_session("fresh", session);
    pn_session_set_incoming_capacity(session, 100000);
    pn_session_set_outgoing_window(session, 77);
    say_session("set", session);
    say_events(&a);
    end_engine(&a);
}

/* Two engines with frames of 512 bytes; B's session has the capacity. */
static void limited(engine_t *a, engine_t *b, size_t capacity)
{
    muted = true;
    *a = bound_engine("A", false);
    *b = bound_engine("B", true);
    pn_transport_set_max_frame(a->transport, 512);
    pn_transport_set_max_frame(b->transport, 512);
    pn_connection_open(a->connection);
    pn_connection_open(b->connection);
    a->session = pn_session(a->connection);
    pn_session_open(a->session);
    converse(a, b);
    muted = false;
    pn_session_set_incoming_capacity(b->session, capacity);
    pn_session_open(b->session);
    converse(a, b);
    join(a, b, "l", 100);
}

static void windows_by_capacity(void)
{
    static char body[100];
    memset(body, 'c', sizeof body);
    section("a window shrinks with what is not read and grows when it is");
    engine_t a, b;
    limited(&a, &b, 2048);
    for (int i = 0; i < 6; i++) {
        char tag[2] = {(char)('a' + i), 0};
        send_bytes(a.link, tag, body, sizeof body);
        pn_link_advance(a.link);
        converse(&a, &b);
        say_session("receiver", b.session);
    }
    say_session("sender", a.session);
    char buffer[64];
    while (pn_link_current(b.link)) {
        say("recv %zd", pn_link_recv(b.link, buffer, sizeof buffer));
        say("advance %d", pn_link_advance(b.link));
        say_session("receiver", b.session);
        converse(&a, &b);
    }
    end_engines(&a, &b);

    section("a window of one frame stops the sender after each");
    limited(&a, &b, 512);
    for (int i = 0; i < 3; i++) {
        char tag[2] = {(char)('a' + i), 0};
        send_bytes(a.link, tag, body, sizeof body);
        pn_link_advance(a.link);
    }
    converse(&a, &b);
    say_session("sender", a.session);
    for (int i = 0; i < 3; i++) {
        pn_link_advance(b.link);
        converse(&a, &b);
        say_session("receiver", b.session);
    }
    end_engines(&a, &b);

    section("a large delivery crosses a small window as it is read");
    limited(&a, &b, 1024);
    static char large[2000], got[3000];
    send_bytes(a.link, "L", large, sizeof large);
    pn_link_advance(a.link);
    converse(&a, &b);
    for (int i = 0; i < 5; i++) {
        say("recv %zd", pn_link_recv(b.link, got, sizeof got));
        converse(&a, &b);
    }
    say_session("receiver", b.session);
    end_engines(&a, &b);
}

static void changing_the_capacity(void)
{
    section("a new capacity is told in a flow without a handle");
    engine_t a, b;
    limited(&a, &b, 1024);
    say_events(&b);
    pn_session_set_incoming_capacity(b.session, 4096);
    say_events(&b);
    converse(&a, &b);
    pn_session_set_incoming_capacity(b.session, 0);
    converse(&a, &b);
    end_engines(&a, &b);

    section("outgoing windows are told as they are");
    a = bound_engine("A", false);
    pn_connection_open(a.connection);
    a.session = pn_session(a.connection);
    pn_session_set_outgoing_window(a.session, 5);
    pn_session_set_incoming_capacity(a.session, 8192);
    pn_session_open(a.session);
    hear(&a);
    pn_session_set_outgoing_window(a.session, 9);
    hear(&a);
    pn_link_t *rx = pn_receiver(a.session, "r");
    pn_link_open(rx);
    pn_link_flow(rx, 1);
    hear(&a);
    end_engine(&a);
}

static void a_capacity_below_a_frame(void)
{
    section("a capacity below the frame size is an error");
    engine_t a = bound_engine("A", false);
    pn_connection_open(a.connection);
    a.session = pn_session(a.connection);
    pn_session_set_incoming_capacity(a.session, 100);
    hear(&a);
    pn_session_open(a.session);
    hear(&a);
    end_engine(&a);
}

static void channels(void)
{
    section("channels are the lowest free and follow the order of opening");
    engine_t a = open_to_bytes();
    pn_session_t *s[4];
    for (int i = 0; i < 4; i++) s[i] = pn_session(a.connection);
    pn_session_open(s[2]);
    pn_session_open(s[0]);
    hear(&a);
    pn_session_open(s[1]);
    hear(&a);
    tell(&a, 9, 0x11, "h1 0 10 10", "");
    say("states %d %d %d", pn_session_state(s[0]), pn_session_state(s[1]), pn_session_state(s[2]));
    tell(&a, 9, 0x17, "", "");
    pn_session_close(s[2]);
    hear(&a);
    pn_session_open(s[3]);
    hear(&a);
    tell(&a, 9, 0x11, "~ 0 10 10", "");
    pn_session_open(a.session);
    hear(&a);
    end_engine(&a);

    section("the channel maximum is the lower of both");
    a = bound_engine("A", false);
    say("set %d", pn_transport_set_channel_max(a.transport, 40000));
    say("get %d %d", pn_transport_get_channel_max(a.transport), pn_transport_remote_channel_max(a.transport));
    say("set %d", pn_transport_set_channel_max(a.transport, 10));
    say("get %d", pn_transport_get_channel_max(a.transport));
    pn_connection_open(a.connection);
    hear(&a);
    say("late %d", pn_transport_set_channel_max(a.transport, 3));
    say("get %d", pn_transport_get_channel_max(a.transport));
    tell_header(&a);
    tell(&a, 0, 0x10, "\"peer\" ~ ~ h4", "");
    say("known %d %d", pn_transport_get_channel_max(a.transport), pn_transport_remote_channel_max(a.transport));
    tell(&a, 3, 0x11, "~ 0 10 10", "");
    tell(&a, 4, 0x11, "~ 0 10 10", "");
    tell(&a, 5, 0x11, "~ 0 10 10", "");
    end_engine(&a);
}

static void ending(void)
{
    section("a session ends while its link has queued deliveries");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 1);
    send_whole(a.link, "1", "x");
    send_whole(a.link, "2", "y");
    pn_session_close(a.session);
    converse(&a, &b);
    pn_link_flow(b.link, 1);
    converse(&a, &b);
    pn_session_close(b.session);
    converse(&a, &b);
    end_engines(&a, &b);

    section("a link closes while it has queued deliveries");
    open_engines(&a, &b);
    join(&a, &b, "l", 1);
    send_whole(a.link, "1", "x");
    send_whole(a.link, "2", "y");
    pn_link_close(a.link);
    converse(&a, &b);
    pn_link_close(b.link);
    converse(&a, &b);
    end_engines(&a, &b);

    section("a connection closes over sessions, links and queued deliveries");
    open_engines(&a, &b);
    join(&a, &b, "l", 1);
    send_whole(a.link, "1", "x");
    send_whole(a.link, "2", "y");
    pn_connection_close(a.connection);
    converse(&a, &b);
    say("states %d %d", pn_session_state(b.session), pn_link_state(b.link));
    pn_connection_close(b.connection);
    converse(&a, &b);
    say("states %d %d", pn_session_state(a.session), pn_link_state(a.link));
    end_engines(&a, &b);

    section("unsettled deliveries outlive their link and are settled through the session");
    open_engines(&a, &b);
    join(&a, &b, "l", 1);
    pn_delivery_t *sent = send_whole(a.link, "1", "x");
    converse(&a, &b);
    pn_link_close(a.link);
    pn_link_close(b.link);
    converse(&a, &b);
    pn_delivery_update(b.delivery, PN_ACCEPTED);
    pn_delivery_settle(b.delivery);
    converse(&a, &b);
    say_delivery("sent", sent);
    end_engines(&a, &b);

    section("end waits for the peer's open");
    a = bound_engine("A", false);
    pn_connection_open(a.connection);
    a.session = pn_session(a.connection);
    pn_session_open(a.session);
    pn_session_close(a.session);
    pn_connection_close(a.connection);
    hear(&a);
    tell_header(&a);
    tell(&a, 0, 0x10, "\"peer\"", "");
    end_engine(&a);

    section("an end with a reason, and frames behind it on its channel");
    a = open_to_bytes();
    tell(&a, 5, 0x17, "@1d [:app:tired \"enough\" {:k 1}]", "");
    say("remote %s", condition_text(pn_session_remote_condition(a.session)));
    pn_session_close(a.session);
    hear(&a);
    tell(&a, 5, 0x11, "~ 0 10 10", "");
    tell(&a, 5, 0x17, "", "");
    end_engine(&a);
}

static void handles(void)
{
    section("handles are counted per session");
    engine_t a = open_to_bytes();
    pn_session_t *other = pn_session(a.connection);
    pn_session_open(other);
    for (int i = 0; i < 2; i++) {
        pn_link_open(pn_sender(a.session, i ? "a1" : "a0"));
        pn_link_open(pn_receiver(other, i ? "b1" : "b0"));
    }
    hear(&a);
    tell(&a, 6, 0x11, "h1 0 10 10 1", "");
    tell(&a, 6, 0x12, "\"b1\" 4000 - ~ ~ @28 [\"f\"] @29 [\"t\"] ~ ~ 0", "");
    end_engine(&a);
}

static void windows_by_hand(void)
{
    section("a peer's window limits the frames and a flow opens it");
    engine_t a = open_to_bytes();
    a.link = pn_sender(a.session, "tx");
    pn_link_open(a.link);
    muted = true;
    hear(&a);
    tell(&a, 5, 0x12, "\"tx\" 0 + b2 b0 @28 [\"f\"] @29 [\"t\"]", "");
    muted = false;
    tell(&a, 5, 0x13, "0 2 1 100 0 0 50", "");
    for (int i = 0; i < 4; i++) send_whole(a.link, "t", "x");
    hear(&a);
    tell(&a, 5, 0x13, "1 2 1 100", "");
    tell(&a, 5, 0x13, "~ 1 1 100", "");
    say_link("sender", a.link);
    end_engine(&a);
}

int main(void)
{
    defaults();
    windows_by_capacity();
    changing_the_capacity();
    a_capacity_below_a_frame();
    channels();
    ending();
    handles();
    windows_by_hand();
    return 0;
}
