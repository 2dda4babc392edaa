/* Self-checking: where the reference crashes, stalls or loses count, and this library does not. Each scenario is one
 * that cannot be told to the reference, or whose outcome there is listed among its defects. */
#include "check.h"
#include "engine.h"

static bool is_text(const char *text, const char *expected)
{
    return text && !strcmp(text, expected);
}

/* The last frames an engine wrote. */
static bytes_t taken(engine_t *engine)
{
    bytes_t said = {0};
    ssize_t size;
    while ((size = pn_transport_pending(engine->transport)) > 0) {
        put(&said, pn_transport_head(engine->transport), (size_t)size);
        pn_transport_pop(engine->transport, (size_t)size);
    }
    say_events(engine);
    return said;
}

/* How many frames with this code were said; what was said is forgotten. */
static int count_frames(bytes_t said, unsigned code)
{
    int n = 0;
    for (size_t at = 0; at + 8 <= said.size;) {
        const unsigned char *frame = said.start + at;
        size_t size = (size_t)frame[0] << 24 | (size_t)frame[1] << 16 | (size_t)frame[2] << 8 | frame[3];
        if (!memcmp(frame, "AMQP", 4)) size = 8;
        n += size > 10 && frame[10] == code;
        if (size < 8) break;
        at += size;
    }
    free(said.start);
    return n;
}

static bool failed_with(engine_t *engine, const char *name, const char *description)
{
    pn_condition_t *condition = pn_transport_condition(engine->transport);
    bool holds = is_text(pn_condition_get_name(condition), name)
                 && (!description || is_text(pn_condition_get_description(condition), description));
    if (!holds)
        printf("got %s: %s\n", pn_condition_get_name(condition) ? pn_condition_get_name(condition) : "nothing",
               pn_condition_get_description(condition) ? pn_condition_get_description(condition) : "");
    return holds;
}

static void quiet_join(engine_t *a, engine_t *b, int credit)
{
    join(a, b, "l", credit);
    muted = true;
}

static void quiet_open(engine_t *a, engine_t *b)
{
    open_engines(a, b);
    muted = true;
}

/* A sender (our handle 0) and a receiver (handle 1) on the peer's channel 5. */
static engine_t with_links(pn_link_t **tx, pn_link_t **rx)
{
    engine_t a = open_to_bytes();
    muted = true;
    *tx = pn_sender(a.session, "tx");
    *rx = pn_receiver(a.session, "rx");
    pn_link_open(*tx);
    pn_link_open(*rx);
    pn_link_flow(*rx, 10);
    hear(&a);
    tell(&a, 5, 0x12, "\"tx\" 0 + b2 b0 @28 [\"f\"] @29 [\"t\"]", "");
    tell(&a, 5, 0x12, "\"rx\" 1 - b2 b0 @28 [\"f\"] @29 [\"t\"] ~ ~ 0", "");
    tell(&a, 5, 0x13, "0 100 0 100 0 0 10", "");
    return a;
}

static void frames_that_older_releases_do_not_survive(void)
{
    static const struct { unsigned channel, code; const char *fields, *name, *description; } cases[] = {
        {5, 0x12, "\"x\" 2147483648 -", "amqp:connection:framing-error",
         "remote handle 2147483648 is above handle_max 2147483647"},
        {5, 0x12, "\"x\" 0 -", "amqp:invalid-field", NULL},
        {5, 0x11, "~ 0 10 10", "amqp:not-allowed", NULL},
        {5, 0x14, "1 ~ 'd' 0", "amqp:invalid-field", "delivery-id required on initial transfer of session"},
        {5, 0x14, "0 0 'd' 0", "amqp:not-allowed", NULL},
        {5, 0x15, "+ 5 3", "amqp:not-allowed", "illegal delivery range: 5-3"},
        {0, 0x19, "", "amqp:connection:framing-error", NULL},
        {0, 0x41, ":ANONYMOUS", "amqp:connection:framing-error", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pn_link_t *tx, *rx;
        engine_t a = with_links(&tx, &rx);
        bytes_t frame = {0};
        write_frame(&frame, 0, cases[i].channel, cases[i].code, cases[i].fields, "x");
        pn_transport_push(a.transport, (char *)frame.start, frame.size);
        free(frame.start);
        char what[64];
        sprintf(what, "case %zu fails with %s", i, cases[i].name);
        check(failed_with(&a, cases[i].name, cases[i].description), what);
        CHECK(count_frames(taken(&a), 0x18) == 1);
        CHECK(pn_transport_closed(a.transport));
        end_engine(&a);
    }

    pn_link_t *tx, *rx;
    engine_t a = with_links(&tx, &rx);
    tell(&a, 5, 0x14, "1 7 'd' 0", "x");
    tell(&a, 5, 0x14, "1 ~ 'e' 0 ~ +", "x");
    CHECK(failed_with(&a, "amqp:invalid-field", "delivery-id required for transfer"));
    end_engine(&a);
}

static void streams_that_end_inside_a_frame(void)
{
    engine_t a = open_to_bytes();
    muted = true;
    tell_bytes(&a, "\0\0\0\x20\x02\0\0\0", 8);
    tell_end(&a);
    CHECK(failed_with(&a, "amqp:connection:framing-error", "connection aborted"));
    end_engine(&a);
}

static void frames_behind_close(void)
{
    engine_t a = open_to_bytes();
    muted = true;
    bytes_t frames = {0};
    write_frame(&frames, 0, 0, 0x18, "", "");
    write_frame(&frames, 0, 9, 0x11, "~ 0 10 10", "");
    tell_bytes(&a, frames.start, frames.size);
    int sessions = 0;
    for (pn_session_t *s = pn_session_head(a.connection, 0); s; s = pn_session_next(s, 0)) sessions++;
    CHECK(sessions == 1 && !pn_condition_is_set(pn_transport_condition(a.transport)));
    free(frames.start);
    end_engine(&a);
}

static void flows(void)
{
    pn_link_t *tx, *rx;
    engine_t a = with_links(&tx, &rx);
    bytes_t frame = {0};
    write_frame(&frame, 0, 5, 0x13, "0 100 0 100 ~ ~ ~ ~ ~ +", "");
    pn_transport_push(a.transport, (char *)frame.start, frame.size);
    CHECK(count_frames(taken(&a), 0x13) == 1); /* an echo is answered, once */
    CHECK(count_frames(taken(&a), 0x13) == 0);
    free(frame.start);
    for (int i = 0; i < 4; i++) tell(&a, 5, 0x13, "0 100 0 100 1 2 8", "");
    CHECK(pn_link_credit(rx) == 8 && pn_link_drained(rx) == 2);
    tell(&a, 5, 0x13, "0 100 0 100 1 1 9", ""); /* going back is no advance */
    tell(&a, 5, 0x13, "0 100 0 100 1 ~ 9", "");
    CHECK(pn_link_credit(rx) == 8 && pn_link_drained(rx) == 0);
    pn_link_set_drain(rx, true);
    CHECK(count_frames(taken(&a), 0x13) == 1);
    pn_link_set_drain(rx, false);
    CHECK(count_frames(taken(&a), 0x13) == 1); /* the end of a drain is told */
    end_engine(&a);
}

static void tags_that_fit_no_frame(void)
{
    static char tag[600];
    memset(tag, 't', sizeof tag);
    engine_t a, b;
    quiet_open(&a, &b);
    end_engines(&a, &b);
    a = bound_engine("A", false);
    pn_connection_open(a.connection);
    a.session = pn_session(a.connection);
    pn_session_open(a.session);
    pn_link_t *tx = pn_sender(a.session, "tx");
    pn_link_open(tx);
    hear(&a);
    tell_header(&a);
    tell(&a, 0, 0x10, "\"peer\" ~ 512", "");
    tell(&a, 0, 0x11, "h0 0 100 100", "");
    tell(&a, 0, 0x12, "\"tx\" 0 + b2 b0 @28 [\"f\"] @29 [\"t\"]", "");
    tell(&a, 0, 0x13, "0 100 1 100 0 0 5", "");
    pn_delivery(tx, pn_dtag(tag, sizeof tag));
    pn_link_send(tx, "x", 1);
    pn_link_advance(tx);
    hear(&a);
    CHECK(failed_with(&a, "amqp:internal-error", NULL));
    end_engine(&a);
}

static void frames_before_binding(void)
{
    static const struct { unsigned code; const char *fields; } first[] = {
        {0x11, "~ 0 10 10"}, {0x18, ""}, {0x13, "0 1 0 1"}, {0x14, "0 0 'd' 0"}, {0x17, ""}, {0x12, "\"x\" 0 -"}};
    muted = true;
    for (int i = 0; i < 6; i++) {
        engine_t b = make_engine("B", true);
        tell_header(&b);
        tell(&b, 0, first[i].code, first[i].fields, "");
        CHECK(pn_transport_bind(b.transport, b.connection) == 0);
        hear(&b);
        tell_end(&b);
        end_engine(&b);
    }
    engine_t a = open_to_bytes(); /* and behind unbinding */
    muted = true;
    pn_transport_unbind(a.transport);
    tell(&a, 5, 0x12, "\"x\" 0 -", "");
    tell(&a, 5, 0x17, "", "");
    tell(&a, 0, 0x18, "", "");
    tell_end(&a);
    end_engine(&a);
}

static void aborts_of_what_was_never_framed(void)
{
    engine_t a, b;
    quiet_open(&a, &b);
    quiet_join(&a, &b, 0);
    pn_delivery_t *delivery = send_whole(a.link, "d", "x");
    CHECK(pn_link_credit(a.link) == -1 && pn_link_queued(a.link) == 1);
    pn_delivery_abort(delivery);
    converse(&a, &b);
    CHECK(pn_link_credit(a.link) == 0 && pn_link_queued(a.link) == 0 && pn_link_unsettled(a.link) == 0);
    pn_link_close(a.link);
    converse(&a, &b);
    CHECK(pn_link_state(b.link) & PN_REMOTE_CLOSED);
    end_engines(&a, &b);
}

static void parents_opened_late(void)
{
    muted = true;
    engine_t a = bound_engine("A", false);
    pn_session_t *session = pn_session(a.connection);
    pn_link_open(pn_sender(session, "l"));
    hear(&a);
    pn_session_open(session);
    hear(&a);
    pn_connection_open(a.connection);
    bytes_t said = taken(&a);
    bytes_t copy = {0};
    put(&copy, said.start, said.size);
    CHECK(count_frames(said, 0x11) == 1);
    CHECK(count_frames(copy, 0x12) == 1);
    end_engine(&a);
}

static void what_was_set_stays_readable(void)
{
    engine_t a, b;
    quiet_open(&a, &b);
    a.link = pn_sender(a.session, "l");
    pn_data_fill(pn_link_properties(a.link), "{si}", "k", 1);
    pn_link_open(a.link);
    converse(&a, &b);
    CHECK(is_text(value_text(pn_link_properties(a.link)), "{:k=1}"));
    pn_condition_t *copy = pn_condition();
    pn_condition_set_name(pn_link_condition(b.link), "a:b");
    pn_data_fill(pn_condition_info(pn_link_condition(b.link)), "{si}", "k", 2);
    pn_link_close(b.link);
    pn_link_t *sender = a.link;
    converse(&a, &b);
    CHECK(pn_condition_copy(copy, pn_link_remote_condition(sender)) == 0);
    CHECK(is_text(value_text(pn_condition_info(copy)), "{:k=2}"));
    pn_condition_free(copy);
    end_engines(&a, &b);
}

static void rebinding(void)
{
    engine_t a, b;
    quiet_open(&a, &b);
    quiet_join(&a, &b, 5);
    pn_delivery_t *sent = send_whole(a.link, "old", "x");
    pn_link_t *tx = a.link;
    converse(&a, &b);
    pn_transport_unbind(a.transport);
    pn_transport_free(a.transport);
    end_engine(&b);
    b = bound_engine("B", true);
    a.transport = pn_transport();
    a.told = false;
    pn_connection_reset(a.connection);
    pn_connection_open(a.connection);
    pn_transport_bind(a.transport, a.connection);
    pn_delivery_settle(sent);
    pn_connection_open(b.connection);
    converse(&a, &b);
    pn_session_open(b.session);
    pn_link_open(b.link);
    pn_link_flow(b.link, 3);
    pn_link_t *rx = b.link;
    b.delivery = NULL;
    converse(&a, &b);
    CHECK(pn_link_credit(tx) == 3);
    CHECK(b.delivery == NULL && pn_link_queued(rx) == 0);
    send_whole(tx, "new", "y");
    converse(&a, &b);
    CHECK(b.delivery && pn_link_queued(rx) == 1 && pn_link_credit(tx) == 2);
    end_engines(&a, &b);
}

static void names_reused_in_one_go(void)
{
    engine_t a, b;
    quiet_open(&a, &b);
    quiet_join(&a, &b, 0);
    pn_link_t *old = b.link;
    pn_link_close(a.link);
    pn_link_open(pn_sender(a.session, "l"));
    converse(&a, &b);
    CHECK(!pn_condition_is_set(pn_transport_condition(b.transport)));
    CHECK(pn_link_state(old) & PN_REMOTE_CLOSED);
    CHECK(b.link != old);
    end_engines(&a, &b);
}

static void transaction_ids_survive_a_look(void)
{
    engine_t a, b;
    quiet_open(&a, &b);
    quiet_join(&a, &b, 5);
    pn_delivery_t *sent = send_whole(a.link, "d", "x");
    converse(&a, &b);
    pn_declared_disposition_set_id(pn_declared_disposition(pn_delivery_local(b.delivery)), pn_bytes(2, "id"));
    pn_delivery_update(b.delivery, 0x33);
    converse(&a, &b);
    CHECK(is_text(value_text(pn_disposition_data(pn_delivery_remote(sent))), "[b\"id\"]"));
    end_engines(&a, &b);
}

static void events_of_settled_deliveries(void)
{
    engine_t a, b;
    quiet_open(&a, &b);
    quiet_join(&a, &b, 5);
    send_bytes(a.link, "d", "begin", 5);
    converse(&a, &b);
    pn_delivery_settle(b.delivery);
    pn_link_send(a.link, "end", 3);
    pn_link_advance(a.link);
    say_events(&a);
    say_events(&b);
    speak(&a, &b); /* before B's next output */
    bool told = false;
    for (pn_event_t *event; (event = pn_collector_peek(b.collector)); pn_collector_pop(b.collector))
        told = told || pn_event_type(event) == PN_DELIVERY;
    CHECK(!told);
    end_engines(&a, &b);
}

static void empty_tags_are_sent(void)
{
    engine_t a, b;
    quiet_open(&a, &b);
    quiet_join(&a, &b, 5);
    pn_delivery(a.link, pn_dtag("", 0));
    pn_link_send(a.link, "x", 1);
    pn_link_advance(a.link);
    say_events(&a);
    bytes_t said = taken(&a);
    static const unsigned char expected[] = {0, 0, 0, 0x14, 2, 0, 0, 0, 0, 0x53, 0x14, 0xc0, 6, 4, 0x43, 0x43, 0xa0, 0,
                                             0x43, 'x'};
    CHECK(said.size == sizeof expected && !memcmp(said.start, expected, sizeof expected));
    free(said.start);
    end_engines(&a, &b);
}

static void a_released_driver_goes_on(void)
{
    pn_connection_driver_t driver;
    CHECK(pn_connection_driver_init(&driver, NULL, NULL) == 0);
    pn_connection_t *connection = pn_connection_driver_release_connection(&driver);
    CHECK(connection && !pn_connection_driver_release_connection(&driver));
    while (pn_connection_driver_next_event(&driver)) {}
    CHECK(pn_connection_driver_finished(&driver));
    pn_connection_driver_destroy(&driver);
    CHECK(pn_refcount(connection) == 1);
    pn_connection_free(connection);
}

int main(void)
{
    frames_that_older_releases_do_not_survive();
    streams_that_end_inside_a_frame();
    frames_behind_close();
    flows();
    tags_that_fit_no_frame();
    frames_before_binding();
    aborts_of_what_was_never_framed();
    parents_opened_late();
    what_was_set_stays_readable();
    rebinding();
    names_reused_in_one_go();
    transaction_ids_survive_a_look();
    events_of_settled_deliveries();
    empty_tags_are_sent();
    a_released_driver_goes_on();
    return checks_result();
}
