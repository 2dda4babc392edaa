/* Self-checking: what limits a peer since 0.40. Session windows by frames with their low-water mark, the bytes a
 * transport buffers, the handles and channels it gives, and how much of a peer's data is decoded. */
#include "check.h"
#include "engine.h"

static engine_t A, B;
static bytes_t heard; /* what B said last */

/* Moves bytes both ways until both are quiet; B's are kept. */
static void talk(void)
{
    bool moved = true;
    heard.size = 0;
    muted = true;
    while (moved) {
        say_events(&A);
        say_events(&B);
        moved = speak(&A, &B);
        say_events(&B);
        ssize_t size = pn_transport_pending(B.transport);
        if (size > 0) put(&heard, pn_transport_head(B.transport), (size_t)size);
        moved = speak(&B, &A) || moved;
    }
    say_events(&A);
    say_events(&B);
}

/* How many frames with this code B said last. */
static int frames_heard(unsigned code)
{
    int n = 0;
    for (size_t at = 0; at + 8 <= heard.size;) {
        const unsigned char *frame = heard.start + at;
        size_t size = (size_t)frame[0] << 24 | (size_t)frame[1] << 16 | (size_t)frame[2] << 8 | frame[3];
        n += size > 10 && frame[10] == code;
        if (size < 8) break;
        at += size;
    }
    return n;
}

static void begin(pn_frame_count_t window, pn_frame_count_t mark, int expected)
{
    muted = true;
    A = bound_engine("A", false);
    B = bound_engine("B", true);
    pn_transport_set_max_frame(B.transport, 512);
    pn_connection_open(A.connection);
    pn_connection_open(B.connection);
    A.session = pn_session(A.connection);
    pn_session_open(A.session);
    talk();
    CHECK(pn_session_set_incoming_window_and_lwm(B.session, window, mark) == expected);
    pn_session_open(B.session);
    talk();
    join(&A, &B, "l", 100);
    muted = true;
}

static void end(void)
{
    muted = true;
    end_engines(&A, &B);
    free(heard.start);
    heard = (bytes_t){0};
}

static void send_frames(int count, size_t size)
{
    static char body[512];
    for (int i = 0; i < count; i++) {
        send_bytes(A.link, "t", body, size);
        pn_link_advance(A.link);
    }
}

static void windows_are_set_before_opening(void)
{
    muted = true;
    engine_t a = make_engine("A", false);
    pn_session_t *session = pn_session(a.connection);
    CHECK(pn_session_incoming_window(session) == 0 && pn_session_incoming_window_lwm(session) == 0);
    CHECK(pn_session_set_incoming_window_and_lwm(session, 0, 0) == PN_ARG_ERR);
    CHECK(pn_session_set_incoming_window_and_lwm(session, 5, 6) == PN_ARG_ERR);
    pn_session_set_incoming_capacity(session, 10000);
    CHECK(pn_session_set_incoming_window_and_lwm(session, 5, 5) == 0);
    CHECK(pn_session_incoming_window(session) == 5 && pn_session_incoming_window_lwm(session) == 5);
    CHECK(pn_session_get_incoming_capacity(session) == 0);
    CHECK(pn_session_set_incoming_window_and_lwm(session, 8, 0) == 0);
    CHECK(pn_session_incoming_window(session) == 8 && pn_session_incoming_window_lwm(session) == 0);
    pn_session_set_incoming_capacity(session, 10000);
    CHECK(pn_session_incoming_window(session) == 0 && pn_session_get_incoming_capacity(session) == 10000);
    pn_session_open(session);
    CHECK(pn_session_set_incoming_window_and_lwm(session, 5, 0) == PN_STATE_ERR);
    CHECK(pn_session_get_incoming_capacity(session) == 10000);
    end_engine(&a);
    CHECK(pn_session_incoming_window(NULL) == 0 && pn_session_incoming_window_lwm(NULL) == 0);
    CHECK(pn_session_remote_incoming_window(NULL) == 0);
}

static void a_window_counts_frames_and_is_renewed_at_its_mark(void)
{
    begin(4, 0, 0); /* the default mark: two */
    CHECK(pn_session_remote_incoming_window(A.session) == 4);
    send_frames(2, 10);
    talk();
    CHECK(frames_heard(0x13) == 0 && pn_session_remote_incoming_window(A.session) == 2);
    send_frames(1, 10);
    talk(); /* one left, below the mark, and thirty bytes take one frame's room */
    CHECK(frames_heard(0x13) == 1 && pn_session_remote_incoming_window(A.session) == 3);
    end();

    begin(4, 4, 0); /* the highest mark: after each frame, as soon as there is room to tell of */
    send_frames(1, 10);
    talk();
    CHECK(frames_heard(0x13) == 0);
    pn_link_advance(B.link);
    talk();
    CHECK(frames_heard(0x13) == 1 && pn_session_remote_incoming_window(A.session) == 4);
    end();

    begin(4, 1, 0); /* the lowest: only when nothing is left */
    send_frames(4, 400);
    talk();
    CHECK(frames_heard(0x13) == 0 && pn_session_remote_incoming_window(A.session) == 0);
    pn_link_advance(B.link);
    talk();
    CHECK(frames_heard(0x13) == 1 && pn_session_remote_incoming_window(A.session) == 1);
    end();
}

static void a_sender_waits_for_the_window(void)
{
    begin(2, 0, 0);
    send_frames(5, 400);
    talk();
    CHECK(pn_link_queued(A.link) == 3 && pn_link_queued(B.link) == 2);
    CHECK(pn_session_outgoing_bytes(A.session) == 1200 && pn_session_incoming_bytes(B.session) == 800);
    int passed = 0;
    while (pn_link_current(B.link)) {
        passed += pn_link_advance(B.link);
        talk();
    }
    CHECK(passed == 5 && pn_link_queued(A.link) == 0);
    CHECK(pn_session_incoming_bytes(B.session) == 0);
    end();
}

static void what_is_dropped_stops_counting(void)
{
    begin(8, 0, 0);
    send_bytes(A.link, "t", "begun", 5);
    talk();
    pn_delivery_settle(B.delivery);
    pn_link_send(A.link, "more", 4);
    talk();
    pn_link_advance(A.link);
    talk();
    CHECK(pn_session_incoming_bytes(B.session) == 0);
    send_bytes(A.link, "u", "begun", 5);
    talk();
    pn_link_advance(B.link);
    pn_link_send(A.link, "more", 4);
    pn_link_advance(A.link);
    talk();
    CHECK(pn_session_incoming_bytes(B.session) == 0);
    send_frames(2, 10);
    talk();
    pn_delivery_settle(pn_unsettled_next(pn_link_current(B.link)));
    CHECK(pn_session_incoming_bytes(B.session) == 10);
    CHECK(pn_link_queued(B.link) == 1);
    end();
}

static void buffered_bytes_are_limited(void)
{
    muted = true;
    pn_transport_t *fresh = pn_transport();
    CHECK(pn_transport_get_max_buffered_delivery_bytes(fresh) == 4194304);
    pn_transport_set_max_buffered_delivery_bytes(fresh, 0);
    CHECK(pn_transport_get_max_buffered_delivery_bytes(fresh) == 0);
    pn_transport_free(fresh);

    begin(100, 0, 0);
    pn_transport_set_max_buffered_delivery_bytes(B.transport, 100);
    send_frames(10, 10);
    talk();
    CHECK(!pn_condition_is_set(pn_transport_condition(B.transport)));
    send_frames(1, 0);
    talk();
    CHECK(!pn_condition_is_set(pn_transport_condition(B.transport)));
    pn_link_advance(B.link);
    send_frames(1, 10);
    talk();
    CHECK(!pn_condition_is_set(pn_transport_condition(B.transport)));
    char buffer[4];
    pn_link_recv(B.link, buffer, 4);
    send_frames(1, 5);
    talk();
    const char *text = pn_condition_get_description(pn_transport_condition(B.transport));
    CHECK(text && !strcmp(text, "connection delivery buffer limit exceeded: 96 bytes buffered, limit 100"));
    CHECK(!strcmp(pn_condition_get_name(pn_connection_remote_condition(A.connection)), "amqp:resource-limit-exceeded"));
    end();
}

static void channels_and_handles_run_out(void)
{
    muted = true;
    engine_t a = bound_engine("A", false);
    pn_transport_set_channel_max(a.transport, 1);
    pn_connection_open(a.connection);
    pn_session_t *sessions[3];
    for (int i = 0; i < 3; i++) pn_session_open(sessions[i] = pn_session(a.connection));
    hear(&a);
    CHECK(pn_session_state(sessions[1]) == (PN_LOCAL_ACTIVE | PN_REMOTE_UNINIT));
    CHECK(pn_session_state(sessions[2]) == (PN_LOCAL_ACTIVE | PN_REMOTE_CLOSED));
    CHECK(!strcmp(pn_condition_get_name(pn_session_remote_condition(sessions[2])), "amqp:resource-limit-exceeded"));
    tell_header(&a);
    tell(&a, 0, 0x10, "\"peer\"", "");
    tell(&a, 0, 0x11, "h0 0 10 10 1", "");
    pn_link_t *links[3];
    for (int i = 0; i < 3; i++) pn_link_open(links[i] = pn_sender(sessions[0], &"abc"[i]));
    hear(&a);
    CHECK(pn_link_state(links[1]) == (PN_LOCAL_ACTIVE | PN_REMOTE_UNINIT));
    CHECK(pn_link_state(links[2]) == (PN_LOCAL_ACTIVE | PN_REMOTE_CLOSED));
    CHECK(!strcmp(pn_condition_get_name(pn_link_remote_condition(links[2])), "amqp:resource-limit-exceeded"));
    pn_connection_close(a.connection);
    hear(&a);
    CHECK(pn_transport_pending(a.transport) < 0);
    end_engine(&a);
}

static void a_peers_data_is_decoded_within_bounds(void)
{
    muted = true;
    engine_t b = bound_engine("B", true);
    tell_header(&b);
    bytes_t fields = {0}, content = {0};
    put(&fields, "\xa1\x01p", 3);
    for (int i = 0; i < 8; i++) put_byte(&fields, 0x40);
    put(&content, "\xa3\x01k", 3);
    put_byte(&content, 0xd0);
    put_u32(&content, 4 + 3000);
    put_u32(&content, 3000);
    for (int i = 0; i < 3000; i++) put_byte(&content, 0x43);
    put_byte(&fields, 0xd1);
    put_u32(&fields, (uint32_t)content.size + 4);
    put_u32(&fields, 2);
    put(&fields, content.start, content.size);
    bytes_t frame = {0};
    put_performative(&frame, 0, 0, 0x10, 10, fields.start, fields.size, "");
    tell_bytes(&b, frame.start, frame.size);
    pn_data_t *properties = pn_connection_remote_properties(b.connection);
    CHECK(pn_data_size(properties) == 1024);
    CHECK(pn_error_code(pn_data_error(properties)) == PN_OUT_OF_MEMORY);
    CHECK(!strcmp(pn_error_text(pn_data_error(properties)), "pn_data node limit exceeded"));
    CHECK(!pn_condition_is_set(pn_transport_condition(b.transport)));
    end_engine(&b);
    free(fields.start);
    free(content.start);
    free(frame.start);
}

int main(void)
{
    windows_are_set_before_opening();
    a_window_counts_frames_and_is_renewed_at_its_mark();
    a_sender_waits_for_the_window();
    what_is_dropped_stops_counting();
    buffered_bytes_are_limited();
    channels_and_handles_run_out();
    a_peers_data_is_decoded_within_bounds();
    return checks_result();
}
