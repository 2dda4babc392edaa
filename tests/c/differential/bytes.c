/* Differential program: the transport as a pipe of bytes. Push, process, peek, pop, heads and tails in every state,
 * chunks of odd sizes, settings and their rules, and frames against the largest size. */
#include "engine.h"

static void say_transport(const char *what, pn_transport_t *t)
{
    ssize_t capacity = pn_transport_capacity(t), pending = pn_transport_pending(t);
    say("%s capacity=%zd tail=%d pending=%zd head=%d quiesced=%d closed=%d frames=%" PRIu64 "/%" PRIu64, what, capacity,
        capacity > 0 && pn_transport_tail(t), pending, pn_transport_head(t) != NULL, pn_transport_quiesced(t),
        pn_transport_closed(t), pn_transport_get_frames_input(t), pn_transport_get_frames_output(t));
}

static void defaults(void)
{
    section("a fresh transport has its defaults");
    pn_transport_t *t = pn_transport();
    say("remote_max=%u channel_max=%u remote=%u idle=%u remote=%u", pn_transport_get_remote_max_frame(t),
        pn_transport_get_channel_max(t), pn_transport_remote_channel_max(t), pn_transport_get_idle_timeout(t),
        pn_transport_get_remote_idle_timeout(t));
    say("user %s authenticated=%d encrypted=%d", text(pn_transport_get_user(t)), pn_transport_is_authenticated(t),
        pn_transport_is_encrypted(t));
    say("condition %s error %s", condition_text(pn_transport_condition(t)), error_text(pn_transport_error(t)));
    say("capacity %zd tail %d closed %d", pn_transport_capacity(t), pn_transport_tail(t) != NULL, pn_transport_closed(t));
    static const uint32_t frames[] = {1, 511, 512, 513, 0, 4294967295u};
    for (int i = 0; i < 6; i++) {
        pn_transport_set_max_frame(t, frames[i]);
        say("max frame %u -> %u", frames[i], pn_transport_get_max_frame(t));
    }
    pn_transport_set_idle_timeout(t, 12345);
    say("idle %u", pn_transport_get_idle_timeout(t));
    say("server user");
    pn_transport_set_server(t);
    say("user %s", text(pn_transport_get_user(t)));
    pn_transport_free(t);
}

static void without_a_connection(void)
{
    section("a client speaks first, also without a connection");
    engine_t a = make_engine("A", false);
    say_transport("client", a.transport);
    char bytes[16];
    say("peek %zd", pn_transport_peek(a.transport, bytes, 4));
    say("peek %zd", pn_transport_peek(a.transport, bytes, 16));
    say("peeked %s", hex((unsigned char *)bytes, 8));
    pn_transport_pop(a.transport, 3);
    say_transport("popped 3", a.transport);
    pn_transport_pop(a.transport, 5);
    say_transport("popped all", a.transport);
    end_engine(&a);

    section("a server waits for the client's header");
    a = make_engine("B", true);
    say_transport("server", a.transport);
    say("push %zd", pn_transport_push(a.transport, "AMQP\x00\x01\x00", 7));
    say_transport("seven bytes", a.transport);
    say("push %zd", pn_transport_push(a.transport, "\x00", 1));
    say_transport("eight bytes", a.transport);
    end_engine(&a);
}

static void heads_and_tails(void)
{
    section("closing the head throws away what is pending");
    engine_t a, b;
    open_engines(&a, &b);
    pn_session_close(a.session);
    say_transport("before", a.transport);
    say("close head %d", pn_transport_close_head(a.transport));
    say_transport("after", a.transport);
    say("peek %zd", pn_transport_peek(a.transport, NULL, 0));
    say("close head %d", pn_transport_close_head(a.transport));
    say_events(&a);
    say("close tail %d", pn_transport_close_tail(a.transport));
    say_transport("both", a.transport);
    say_events(&a);
    end_engines(&a, &b);

    section("closing the tail twice and pushing behind it");
    open_engines(&a, &b);
    say("close tail %d", pn_transport_close_tail(a.transport));
    muted = true;
    hear(&a);
    muted = false;
    say("close tail %d", pn_transport_close_tail(a.transport));
    say("push %zd", pn_transport_push(a.transport, "x", 1));
    say("capacity %zd", pn_transport_capacity(a.transport));
    say("process %d", pn_transport_process(a.transport, 1));
    say_transport("tail closed", a.transport);
    hear(&a);
    say_transport("heard", a.transport);
    end_engines(&a, &b);

    section("our close is followed by the end of output");
    open_engines(&a, &b);
    pn_connection_close(a.connection);
    say_transport("closed", a.transport);
    pn_transport_pop(a.transport, (size_t)pn_transport_pending(a.transport));
    say_transport("popped", a.transport);
    say_events(&a);
    say("input still open %zd", pn_transport_capacity(a.transport));
    end_engines(&a, &b);

    section("the peer's close ends the input");
    a = open_to_bytes();
    tell(&a, 0, 0x18, "", "");
    say_transport("peer closed", a.transport);
    say("push %zd", pn_transport_push(a.transport, "x", 1));
    pn_connection_close(a.connection);
    hear(&a);
    say_transport("closed", a.transport);
    end_engine(&a);
}

static void the_old_calls(void)
{
    section("input and output are the old way to push and pop");
    engine_t b = bound_engine("B", true);
    char out[64];
    say("output nothing %zd", pn_transport_output(b.transport, out, sizeof out));
    say("input %zd", pn_transport_input(b.transport, "AMQP\x00\x01\x00\x00", 8));
    say("output %zd", pn_transport_output(b.transport, out, 5));
    say("output %zd", pn_transport_output(b.transport, out, sizeof out));
    bytes_t frame = {0};
    write_frame(&frame, 0, 0, 0x10, "\"peer\"", "");
    say("input %zd of %zu", pn_transport_input(b.transport, (char *)frame.start, frame.size), frame.size);
    say_events(&b);
    say("end of input %zd", pn_transport_input(b.transport, "", 0));
    say_events(&b);
    say("input behind %zd", pn_transport_input(b.transport, "x", 1));
    ssize_t size;
    while ((size = pn_transport_output(b.transport, out, sizeof out)) > 0) say_bytes("B", out, (size_t)size);
    say("output %zd", size);
    say_events(&b);
    free(frame.start);
    end_engine(&b);
}

static void odd_chunks(void)
{
    section("frames may come in any pieces");
    bytes_t all = {0};
    put(&all, "AMQP\x00\x01\x00\x00", 8);
    write_frame(&all, 0, 0, 0x10, "\"peer\" ~ 700", "");
    write_frame(&all, 0, 5, 0x11, "h0 0 100 100", "");
    put(&all, "\0\0\0\x08\x02\0\0\0", 8);
    write_frame(&all, 0, 5, 0x12, "\"rx\" 0 - b2 b0 @28 [\"f\"] @29 [\"t\"] ~ ~ 0", "");
    write_frame(&all, 0, 5, 0x14, "0 0 'd' 0", "payload");
    write_frame(&all, 0, 0, 0x18, "", "");
    static const size_t sizes[] = {1, 3, 7, 8, 13, 1000};
    for (int i = 0; i < 6; i++) {
        engine_t b = bound_engine("B", false);
        pn_connection_open(b.connection);
        pn_session_open(pn_session(b.connection));
        hear(&b);
        for (size_t at = 0; at < all.size; at += sizes[i]) {
            size_t left = all.size - at, piece = left < sizes[i] ? left : sizes[i];
            ssize_t taken = pn_transport_push(b.transport, (char *)all.start + at, piece);
            if (taken != (ssize_t)piece) say("takes %zd of %zu", taken, piece);
        }
        hear(&b);
        end_engine(&b);
    }
    free(all.start);

    section("a server that has said nothing yet tells what was wrong");
    bytes_t wrong = {0};
    put(&wrong, "AMQP\x00\x01\x00\x00", 8);
    write_frame(&wrong, 0, 0, 0x10, "\"peer\"", "");
    write_frame(&wrong, 0, 5, 0x17, "", "");
    engine_t server = bound_engine("B", true);
    tell_bytes(&server, wrong.start, wrong.size);
    end_engine(&server);
    free(wrong.start);

    section("input written into the tail is processed in parts");
    engine_t b = bound_engine("B", true);
    memcpy(pn_transport_tail(b.transport), "AMQP\x00\x01\x00\x00", 8);
    say("process %d", pn_transport_process(b.transport, 5));
    say_transport("five", b.transport);
    memcpy(pn_transport_tail(b.transport), "\x01\x00\x00", 3);
    say("process %d", pn_transport_process(b.transport, 3));
    say_transport("three", b.transport);
    say("process none %d", pn_transport_process(b.transport, 0));
    say_transport("none", b.transport);
    end_engine(&b);
}

static void capacity_grows(void)
{
    section("input larger than the buffer makes it grow up to a frame");
    engine_t b = make_engine("B", true);
    pn_transport_set_max_frame(b.transport, 20000);
    pn_transport_bind(b.transport, b.connection);
    tell_header(&b);
    static char body[30000];
    bytes_t frame = {0};
    put_u32(&frame, 19000);
    put(&frame, "\x02\x00\x00\x00", 4);
    put(&frame, body, 18992);
    size_t at = 0;
    for (int i = 0; i < 5 && at < 18999; i++) {
        size_t left = 18999 - at;
        ssize_t taken = pn_transport_push(b.transport, (char *)frame.start + at, left);
        say("push %zu takes %zd capacity %zd", left, taken, pn_transport_capacity(b.transport));
        if (taken <= 0) break;
        at += (size_t)taken;
    }
    free(frame.start);
    end_engine(&b);
}

static void settings_after_open(void)
{
    section("what open has told can no longer be changed");
    engine_t a = bound_engine("A", false);
    pn_transport_set_max_frame(a.transport, 1000);
    pn_transport_set_idle_timeout(a.transport, 1001);
    pn_connection_open(a.connection);
    hear(&a);
    pn_transport_set_max_frame(a.transport, 2000);
    say("channel max %d", pn_transport_set_channel_max(a.transport, 5));
    pn_transport_set_idle_timeout(a.transport, 3000);
    say("max_frame=%u channel_max=%u idle=%u", pn_transport_get_max_frame(a.transport),
        pn_transport_get_channel_max(a.transport), pn_transport_get_idle_timeout(a.transport));
    end_engine(&a);
}

static void open_with_every_setting(void)
{
    section("open tells what is set and leaves out what is not");
    for (int i = 0; i < 5; i++) {
        engine_t a = make_engine(i == 3 ? "" : "A", false);
        static const uint32_t frames[] = {0, 512, 4294967295u, 300, 65536}, idles[] = {0, 1, 2, 60000, 4294967295u};
        pn_transport_set_max_frame(a.transport, frames[i]);
        pn_transport_set_idle_timeout(a.transport, idles[i]);
        pn_transport_set_channel_max(a.transport, (uint16_t)(i * 20000));
        pn_connection_set_hostname(a.connection, i == 2 ? "" : i ? "host" : NULL);
        pn_data_t *offered = pn_connection_offered_capabilities(a.connection);
        if (i == 1) pn_data_put_symbol(offered, pn_bytes(3, "one"));
        if (i == 2) pn_data_fill(offered, "@T[]", PN_SYMBOL);
        if (i == 3) pn_data_fill(offered, "@T[s]", PN_SYMBOL, "alone");
        if (i == 4) pn_data_fill(offered, "[s]", "listed");
        if (i == 4) pn_data_fill(pn_connection_properties(a.connection), "{sSsi}", "product", "p", "n", 1);
        pn_transport_bind(a.transport, a.connection);
        pn_connection_open(a.connection);
        muted = true;
        say_events(&a);
        muted = false;
        speak(&a, NULL);
        muted = true;
        end_engine(&a);
        muted = false;
    }
}

static void what_open_tells(void)
{
    section("a peer's open is read leniently");
    static const char *const opens[] = {"", "\"c\"", "\"c\" \"h\" 0 h0 0", "\"c\" ~ 100 h65535 1",
        "~ ~ ~ ~ ~ :en :fr :cap [:a :b] {:k 1}", "7 8 \"nine\" 10 :eleven", "\"c\" ~ 600 h1 9 ~ ~ :a :b {:k {:l 1}} 77 88",
        "'bytes' 'host' l600"};
    for (size_t i = 0; i < sizeof opens / sizeof *opens; i++) {
        engine_t b = bound_engine("B", true);
        tell_header(&b);
        tell(&b, 0, 0x10, opens[i], "");
        say("container %s host %s max_frame %u channel_max %u idle %u", text(pn_connection_remote_container(b.connection)),
            text(pn_connection_remote_hostname(b.connection)), pn_transport_get_remote_max_frame(b.transport),
            pn_transport_remote_channel_max(b.transport), pn_transport_get_remote_idle_timeout(b.transport));
        say("offered %s desired %s properties %s", value_text(pn_connection_remote_offered_capabilities(b.connection)),
            value_text(pn_connection_remote_desired_capabilities(b.connection)),
            value_text(pn_connection_remote_properties(b.connection)));
        muted = true;
        end_engine(&b);
        muted = false;
    }

    section("a second open overwrites the first");
    engine_t a = open_to_bytes();
    tell(&a, 0, 0x10, "\"another\" \"host\" 512", "");
    say("container %s max_frame %u", text(pn_connection_remote_container(a.connection)),
        pn_transport_get_remote_max_frame(a.transport));
    end_engine(&a);
}

int main(void)
{
    defaults();
    without_a_connection();
    heads_and_tails();
    the_old_calls();
    odd_chunks();
    capacity_grows();
    settings_after_open();
    open_with_every_setting();
    what_open_tells();
    return 0;
}
