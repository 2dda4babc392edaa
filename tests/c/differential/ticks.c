/* Differential program: idle time-outs, at times that are made up, and the frame sizes a peer asked for. */
#include "engine.h"

static void say_tick(engine_t *engine, int64_t now)
{
    say("%s tick %" PRId64 " -> %" PRId64, engine->name, now, pn_transport_tick(engine->transport, now));
}

/* Two engines, one of which sets a time-out in milliseconds. */
static void timed(engine_t *a, engine_t *b, pn_millis_t own, pn_millis_t peers)
{
    *a = bound_engine("A", false);
    *b = bound_engine("B", true);
    pn_transport_set_idle_timeout(a->transport, own);
    pn_transport_set_idle_timeout(b->transport, peers);
    pn_connection_open(a->connection);
    pn_connection_open(b->connection);
    muted = true;
    converse(a, b);
    muted = false;
}

static void before_anything(void)
{
    section("nothing is due before the first byte");
    engine_t a = bound_engine("A", false);
    pn_transport_set_idle_timeout(a.transport, 1000);
    say_tick(&a, 10);
    pn_transport_pending(a.transport);
    say_tick(&a, 20);
    speak(&a, NULL);
    say_tick(&a, 30);
    end_engine(&a);

    section("nothing is due without time-outs");
    engine_t b;
    timed(&a, &b, 0, 0);
    for (int64_t now = 0; now < 3000; now += 1000) say_tick(&a, now);
    converse(&a, &b);
    end_engines(&a, &b);
}

static void keepalives(void)
{
    section("a peer's time-out is kept from expiring by empty frames");
    engine_t a, b;
    timed(&a, &b, 1000, 0);
    say("own %u remote %u", pn_transport_get_idle_timeout(a.transport), pn_transport_get_remote_idle_timeout(b.transport));
    for (int64_t now = 100; now <= 1500; now += 50) {
        say_tick(&b, now);
        speak(&b, &a);
    }
    say_tick(&a, 1500);
    end_engines(&a, &b);

    section("what is said anyway counts as sign of life");
    timed(&a, &b, 1000, 0);
    say_tick(&b, 100);
    pn_session_open(pn_session(b.connection));
    converse(&a, &b);
    say_tick(&b, 340);
    say_tick(&b, 360);
    speak(&b, &a);
    say_tick(&b, 600);
    speak(&b, &a);
    end_engines(&a, &b);

    section("an empty frame is not added to output that waits");
    timed(&a, &b, 1000, 0);
    say_tick(&b, 100);
    pn_session_open(pn_session(b.connection));
    say("waits %d", pn_transport_pending(b.transport) > 0);
    say_tick(&b, 400);
    speak(&b, &a);
    end_engines(&a, &b);

    section("no signs of life behind our close");
    timed(&a, &b, 1000, 0);
    say_tick(&b, 100);
    pn_connection_close(b.connection);
    speak(&b, &a);
    say_tick(&b, 1000);
    say_tick(&b, 2000);
    speak(&b, &a);
    end_engines(&a, &b);
}

static void expiry(void)
{
    section("silence up to the deadline ends the connection");
    engine_t a, b;
    timed(&a, &b, 1000, 0);
    say_tick(&a, 100);
    say_tick(&a, 600);
    say_tick(&a, 1099);
    converse(&a, &b);
    say_tick(&a, 1100);
    say_tick(&a, 1101);
    say_tick(&a, 2500);
    converse(&a, &b);
    say("B is told %s", condition_text(pn_connection_remote_condition(b.connection)));
    end_engines(&a, &b);

    section("each byte moves the deadline");
    timed(&a, &b, 1000, 0);
    say_tick(&a, 100);
    for (int64_t now = 900; now < 4000; now += 800) {
        tell_bytes(&a, "\0\0\0\x08\x02\0\0\0", 8);
        say_tick(&a, now);
    }
    tell_bytes(&a, "\0\0\0", 3);
    say_tick(&a, 4000);
    say_tick(&a, 4999);
    say_tick(&a, 5000);
    hear(&a);
    end_engines(&a, &b);
}

static void both_sides(void)
{
    section("with both time-outs the earlier deadline counts");
    engine_t a, b;
    timed(&a, &b, 1000, 600);
    for (int64_t now = 0; now < 1400; now += 100) {
        say_tick(&a, now);
        speak(&a, &b);
        say_tick(&b, now);
        if (now < 800) speak(&b, &a);
    }
    say_events(&a);
    say_events(&b);
    end_engines(&a, &b);

    section("the smallest time-outs");
    static const pn_millis_t values[] = {1, 2, 3};
    for (int i = 0; i < 3; i++) {
        timed(&a, &b, values[i], 0);
        say("told %u", pn_transport_get_remote_idle_timeout(b.transport));
        say_tick(&a, 5);
        say_tick(&b, 5);
        say_tick(&b, 6);
        muted = true;
        converse(&a, &b);
        end_engines(&a, &b);
        muted = false;
    }

    section("the largest time-out");
    timed(&a, &b, 4294967295u, 0);
    say("told %u", pn_transport_get_remote_idle_timeout(b.transport));
    say_tick(&a, 5);
    say_tick(&b, 5);
    end_engines(&a, &b);
}

static void changing_late(void)
{
    section("a time-out set after open works here but is not told");
    engine_t a, b;
    timed(&a, &b, 0, 0);
    pn_transport_set_idle_timeout(a.transport, 500);
    converse(&a, &b);
    say("told %u", pn_transport_get_remote_idle_timeout(b.transport));
    say_tick(&a, 100);
    say_tick(&a, 600);
    converse(&a, &b);
    end_engines(&a, &b);

    section("a time-out taken back is forgotten");
    timed(&a, &b, 500, 0);
    say_tick(&a, 100);
    pn_transport_set_idle_timeout(a.transport, 0);
    say_tick(&a, 700);
    converse(&a, &b);
    end_engines(&a, &b);
}

static void frame_sizes(void)
{
    section("frames are cut to what the peer takes");
    static char body[1200];
    memset(body, 'f', sizeof body);
    static const char *const sizes[] = {"512", "513", "600", "0", "~", "100", "4294967295"};
    for (int i = 0; i < 7; i++) {
        char open[64];
        sprintf(open, "\"peer\" ~ %s", sizes[i]);
        engine_t a = bound_engine("A", false);
        pn_transport_set_max_frame(a.transport, 512);
        pn_connection_open(a.connection);
        a.session = pn_session(a.connection);
        pn_session_open(a.session);
        pn_link_t *tx = pn_sender(a.session, "tx");
        pn_link_open(tx);
        muted = true;
        hear(&a);
        tell_header(&a);
        tell(&a, 0, 0x10, open, "");
        tell(&a, 0, 0x11, "h0 0 100 100", "");
        tell(&a, 0, 0x12, "\"tx\" 0 + b2 b0 @28 [\"f\"] @29 [\"t\"]", "");
        tell(&a, 0, 0x13, "0 100 1 100 0 0 5", "");
        muted = false;
        say("max %s is %u", sizes[i], pn_transport_get_remote_max_frame(a.transport));
        send_bytes(tx, "t", body, sizeof body);
        pn_link_advance(tx);
        hear(&a);
        muted = true;
        end_engine(&a);
        muted = false;
    }

    section("a frame of the largest size is read and one byte more is not");
    for (int more = 0; more < 2; more++) {
        engine_t a = open_to_bytes();
        bytes_t frame = {0};
        put_u32(&frame, (uint32_t)(4096 + more));
        put(&frame, "\x02\x00\x00\x00\x00\x53\x13\xc0\x07\x04\x43\x52\x08\x43\x52\x08", 16);
        while (frame.size < (size_t)(4096 + more)) put_byte(&frame, 0);
        muted = true;
        frame.start[7] = 5;
        tell_bytes(&a, frame.start, frame.size);
        muted = false;
        say("condition %s", condition_text(pn_transport_condition(a.transport)));
        end_engine(&a);
        free(frame.start);
    }
}

int main(void)
{
    before_anything();
    keepalives();
    expiry();
    both_sides();
    changing_late();
    frame_sizes();
    return 0;
}
