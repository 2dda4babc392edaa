/* Self-checking: what a hostile peer can make the library hold, on a thread with a stack of 128 KiB.
 *
 * Each case plays a peer that wants the most for its bytes: deep nesting, lying counts and sizes, deliveries left open,
 * endpoints without end. The library ends it with a clear error where there is a rule to break, and holds a bounded
 * amount where there is none. What is held is asked of the C library's allocator after every piece of input; a checker
 * of memory that takes the allocator's place answers 0, and then only the errors count.
 */
#define _GNU_SOURCE
#include "check.h"
#include "peer.h"

#include <proton/error.h>
#include <proton/message.h>

#include <malloc.h>
#include <pthread.h>

/* Not in every release. */
extern void pn_data_set_decode_limits(pn_data_t *data, size_t nodes, size_t bytes) __attribute__((weak));

#define FIELDS(literal) literal, sizeof(literal) - 1
#define KIB ((size_t)1024)
#define MIB (1024 * KIB)

static int rounds = 200000; /* of a peer that never stops */

static size_t start_of_case, most_held;

static size_t held(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static void look(void)
{
    size_t now = held();
    if (now > start_of_case && now - start_of_case > most_held) most_held = now - start_of_case;
}

static void begin_case(void)
{
    start_of_case = held();
    most_held = 0;
}

static bool verbose;

static void end_case(const char *name, size_t limit)
{
    char what[200];
    look();
    if (verbose) printf("%-60s %8zu KiB of %zu\n", name, most_held / KIB, limit / KIB);
    snprintf(what, sizeof what, "%s: held %zu KiB, at most %zu", name, most_held / KIB, limit / KIB);
    check(most_held <= limit, what);
}

static void expect(const char *name, const char *got, const char *wanted)
{
    char what[500];
    snprintf(what, sizeof what, "%s: expected %s, got %s", name, wanted, got ? got : "(null)");
    check(got && !strcmp(got, wanted), what);
}

/* ---- values ---- */

/* Lists of one element each, as deep as `size` bytes allow. */
static void put_nested(bytes_t *to, size_t size)
{
    for (size_t depth = size / 9; depth > 0; depth--) {
        put_byte(to, 0xd0);
        put_u32(to, (uint32_t)(depth * 9 - 5));
        put_u32(to, depth > 1);
    }
}

static const char hollow[] = "\xf0\x00\x00\x00\x05\xff\xff\xff\xff\x43"; /* 2^32-1 zeros of no width */

static void deep_messages(void)
{
    bytes_t in = {0};
    put(&in, "\x00\x53\x77", 3);
    put_nested(&in, 5 * MIB);
    begin_case();
    pn_message_t *message = pn_message();
    CHECK(pn_message_decode(message, (char *)in.start, in.size) < 0);
    CHECK(pn_message_errno(message) < 0);
    const char *text = pn_error_text(pn_message_error(message));
    check(text && strstr(text, "value exceeds the decode limits"), text ? text : "a message too deep has no error text");
    CHECK(pn_data_size(pn_message_body(message)) == 0);
    pn_message_free(message);
    end_case("a message of nested lists", 64 * KIB);

    /* As application properties it is no better. */
    memcpy(in.start, "\x00\x53\x74", 3);
    message = pn_message();
    CHECK(pn_message_decode(message, (char *)in.start, in.size) < 0);
    CHECK(pn_data_size(pn_message_properties(message)) == 0);
    pn_message_free(message);
    free(in.start);
}

static void deep_values(void)
{
    bytes_t in = {0};
    put_nested(&in, 5 * MIB);
    begin_case();
    pn_data_t *data = pn_data(0), *copy = pn_data(0);
    CHECK(pn_data_decode(data, (char *)in.start, in.size) == (ssize_t)in.size);
    look();
    CHECK(pn_data_encoded_size(data) > 0);
    CHECK(pn_data_copy(copy, data) == 0);
    look();
    char text[100];
    size_t size = sizeof text;
    CHECK(pn_data_format(data, text, &size) == PN_OVERFLOW || size < sizeof text);
    size_t depth = 0;
    pn_data_rewind(data);
    while (pn_data_next(data) && pn_data_enter(data)) depth++;
    CHECK(depth == in.size / 9);
    while (pn_data_exit(data)) depth--;
    CHECK(depth == 0);
    pn_data_free(copy);
    /* Memory stays in proportion to the bytes: each tree at most 12 times as much. */
    end_case("a value of nested lists, and its copy", 2 * 12 * in.size);
    if (pn_data_set_decode_limits) {
        begin_case();
        pn_data_clear(data);
        pn_data_set_decode_limits(data, 1024, 0);
        CHECK(pn_data_decode(data, (char *)in.start, in.size) == PN_OUT_OF_MEMORY);
        expect("a limit of nodes", pn_error_text(pn_data_error(data)), "pn_data node limit exceeded");
        end_case("a value of nested lists, with a limit", 256 * KIB);
    }
    pn_data_free(data);
    free(in.start);
}

static void hollow_arrays(void)
{
    begin_case();
    pn_data_t *data = pn_data(0);
    CHECK(pn_data_decode(data, hollow, sizeof hollow - 1) == PN_OUT_OF_MEMORY);
    expect("a hollow array", pn_error_text(pn_data_error(data)), "pn_data node limit exceeded");
    look();
    pn_data_clear(data);
    /* Many of them that are allowed by themselves; together they are not. */
    int result = 0;
    for (int i = 0; i < 10000 && result >= 0; i++) {
        result = (int)pn_data_decode(data, FIELDS("\xf0\x00\x00\x00\x05\x00\x00\x7f\xff\x43"));
        look();
    }
    CHECK(result == PN_OUT_OF_MEMORY);
    pn_data_free(data);
    end_case("hollow arrays", 8 * MIB);

    begin_case();
    bytes_t in = {0};
    put(&in, "\x00\x53\x77", 3);
    put(&in, hollow, sizeof hollow - 1);
    pn_message_t *message = pn_message();
    CHECK(in.size == 13);
    CHECK(pn_message_decode(message, (char *)in.start, in.size) < 0);
    CHECK(pn_message_errno(message) < 0);
    pn_message_free(message);
    free(in.start);
    end_case("a message of a hollow array", 64 * KIB);
}

/* Counts and sizes that do not fit what is there: never more than the bytes that came. */
static void lies(void)
{
    static const struct { const char *bytes; size_t size; int code; } cases[] = {
        {FIELDS("\xd0\x00\x00\x00\x05\xff\xff\xff\xff\x40"), PN_UNDERFLOW},
        {FIELDS("\xd1\xff\xff\xff\xff\xff\xff\xff\xff\x40\x40"), PN_UNDERFLOW},
        {FIELDS("\xc0\x02\xff\x40"), PN_UNDERFLOW},
        {FIELDS("\xc1\xff\x02\x40\x40"), PN_UNDERFLOW},
        {FIELDS("\xe0\x03\xff\x50\x01"), PN_UNDERFLOW},
        {FIELDS("\xf0\x00\x00\x00\x07\x7f\xff\xff\xff\x70\x00\x00"), PN_UNDERFLOW},
        {FIELDS("\xf0\x00\x00\x00\x06\x80\x00\x00\x00\xb0\x00"), PN_UNDERFLOW},
        {FIELDS("\xf0\x00\x00\x00\x00\x00\x00\x00\x00\x40"), PN_ARG_ERR},
        {FIELDS("\xb0\xff\xff\xff\xff\x00"), PN_UNDERFLOW},
        {FIELDS("\xb1\x7f\xff\xff\xff\x00"), PN_UNDERFLOW},
    };
    begin_case();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pn_data_t *data = pn_data(0);
        ssize_t got = pn_data_decode(data, cases[i].bytes, cases[i].size);
        look();
        char what[100];
        snprintf(what, sizeof what, "lie %zu: expected %d, got %zd", i, cases[i].code, got);
        check(got == cases[i].code, what);
        pn_data_free(data);
        bytes_t in = {0};
        put(&in, "\x00\x53\x77", 3);
        put(&in, cases[i].bytes, cases[i].size);
        pn_message_t *message = pn_message();
        CHECK(pn_message_decode(message, (char *)in.start, in.size) < 0);
        pn_message_free(message);
        free(in.start);
    }
    end_case("lying counts and sizes", 64 * KIB);
}

/* ---- a peer on the wire ---- */

static pn_connection_driver_t driver;

static void start(uint32_t max_frame)
{
    memset(&driver, 0, sizeof driver);
    pn_connection_driver_init(&driver, NULL, NULL);
    pn_transport_set_server(driver.transport);
    pn_transport_set_max_frame(driver.transport, max_frame);
}

/* Bytes go in; the application answers everything. */
static void play(bytes_t *in)
{
    feed(&driver, in->start, in->size, 4096, NULL);
    in->size = 0;
    look();
}

static size_t capacity; /* what the application gives its sessions, if anything */

static void open_in_return(pn_event_t *event)
{
    switch (pn_event_type(event)) {
    case PN_CONNECTION_REMOTE_OPEN: pn_connection_open(pn_event_connection(event)); break;
    case PN_SESSION_REMOTE_OPEN:
        if (capacity) pn_session_set_incoming_capacity(pn_event_session(event), capacity);
        pn_session_open(pn_event_session(event));
        break;
    case PN_LINK_REMOTE_OPEN: pn_link_open(pn_event_link(event)); break;
    default: break;
    }
}

/* Bytes go in; an application that opens what is opened and nothing else. It reads, grants and settles nothing. */
static void play_idly(bytes_t *in)
{
    const unsigned char *at = in->start;
    while (in->size && !pn_connection_driver_read_closed(&driver)) {
        pn_rwbytes_t room = pn_connection_driver_read_buffer(&driver);
        size_t n = in->size < room.size ? in->size : room.size;
        if (!n) break;
        memcpy(room.start, at, n);
        pn_connection_driver_read_done(&driver, n);
        at += n;
        in->size -= n;
        pn_event_t *event;
        while ((event = pn_connection_driver_next_event(&driver))) open_in_return(event);
        pn_bytes_t out;
        while ((out = pn_connection_driver_write_buffer(&driver)).size) pn_connection_driver_write_done(&driver, out.size);
    }
    in->size = 0;
    look();
}

static void finish(const char *name, const char *condition, const char *description, size_t limit)
{
    pn_condition_t *got = pn_transport_condition(driver.transport);
    if (condition) {
        expect(name, pn_condition_get_name(got), condition);
        expect(name, pn_condition_get_description(got), description);
        CHECK(pn_connection_driver_read_closed(&driver));
    } else {
        const char *text = pn_condition_get_description(got);
        check(!pn_condition_is_set(got), text ? text : name);
    }
    pn_connection_driver_close(&driver);
    drive(&driver, NULL);
    CHECK(pn_connection_driver_finished(&driver));
    pn_connection_driver_destroy(&driver);
    end_case(name, limit);
}

static void put_open(bytes_t *in)
{
    put(in, "AMQP\x00\x01\x00\x00", 8);
    put_performative(in, 0, 0, 0x10, 1, FIELDS("\xa1\x01p"), "");
}

static void put_begin(bytes_t *in, unsigned channel)
{
    put_performative(in, 0, channel, 0x11, 4, FIELDS("\x40\x43\x70\x7f\xff\xff\xff\x70\x7f\xff\xff\xff"), "");
}

static void put_uint(bytes_t *to, uint32_t value)
{
    put_byte(to, 0x70);
    put_u32(to, value);
}

/* Attaches a sender on `handle` under the name `handle`, with a source of `source`. */
static void put_attach(bytes_t *in, uint32_t handle)
{
    bytes_t fields = {0};
    char name[20];
    int n = snprintf(name, sizeof name, "link-%u", handle);
    put_byte(&fields, 0xa1);
    put_byte(&fields, (unsigned)n);
    put(&fields, name, (size_t)n);
    put_uint(&fields, handle);
    put(&fields, FIELDS("\x42\x40\x40\x00\x53\x28\x45\x00\x53\x29\x45\x40\x40\x43"));
    put_performative(in, 0, 0, 0x12, 10, fields.start, fields.size, "");
    free(fields.start);
}

static void put_transfer(bytes_t *in, uint32_t handle, uint32_t id, bool more, const char *payload)
{
    bytes_t fields = {0};
    put_uint(&fields, handle);
    put_uint(&fields, id);
    put(&fields, FIELDS("\xa0\x01t\x43\x42"));
    put_byte(&fields, more ? 0x41 : 0x42);
    put_performative(in, 0, 0, 0x14, 6, fields.start, fields.size, payload);
    free(fields.start);
}

static char payload_of_1000[1001];

/* A connection with a session and `links` links, on which the application grants credit or does not. */
static void start_links(bytes_t *in, uint32_t links, bool with_credit)
{
    begin_case();
    start(32768);
    put_open(in);
    put_begin(in, 0);
    for (uint32_t i = 0; i < links; i++) put_attach(in, i);
    if (with_credit) play(in); /* for ten deliveries on each */
    else play_idly(in);
}

#define LIMIT_OF_CREDIT "more than 4096 deliveries beyond the credit of their links"
#define LIMIT_OF_BYTES "connection delivery buffer limit exceeded: 4194000 bytes buffered, limit 4194304"

static void partial_deliveries_on_many_links(void)
{
    bytes_t in = {0};
    start_links(&in, 10000, false);
    for (uint32_t i = 0; i < 10000; i++) put_transfer(&in, i, i, true, "");
    play_idly(&in);
    finish("10,000 empty partial deliveries without credit", "amqp:link:transfer-limit-exceeded", LIMIT_OF_CREDIT, 24 * MIB);

    start_links(&in, 10000, true);
    for (uint32_t i = 0; i < 10000; i++) put_transfer(&in, i, i, true, "x");
    play_idly(&in);
    finish("10,000 partial deliveries of one byte, with credit", NULL, NULL, 32 * MIB);

    start_links(&in, 10000, true);
    for (uint32_t i = 0; i < 10000; i++) put_transfer(&in, i, i, true, payload_of_1000);
    play_idly(&in);
    finish("10,000 partial deliveries of 1,000 bytes, with credit", "amqp:resource-limit-exceeded", LIMIT_OF_BYTES, 64 * MIB);
    free(in.start);
}

static void deliveries_on_one_link(void)
{
    bytes_t in = {0};
    start_links(&in, 1, false);
    for (uint32_t i = 0; i < 10000; i++) put_transfer(&in, 0, i, false, "");
    play_idly(&in);
    finish("10,000 deliveries nobody asked for", "amqp:link:transfer-limit-exceeded", LIMIT_OF_CREDIT, 8 * MIB);

    start_links(&in, 1, false);
    put_transfer(&in, 0, 0, true, "x");
    put_transfer(&in, 0, 1, true, "x");
    play_idly(&in);
    finish("a second delivery while the first is open", "amqp:invalid-field",
           "invalid delivery-id for a continuation transfer", 64 * KIB);

    start_links(&in, 1, false);
    for (uint32_t i = 0; i < 10000; i++) put_transfer(&in, 0, 0, true, payload_of_1000);
    play_idly(&in);
    finish("one delivery without end", "amqp:resource-limit-exceeded", LIMIT_OF_BYTES, 24 * MIB);

    start_links(&in, 1, false);
    pn_transport_set_max_frame(driver.transport, 1024);
    for (uint32_t i = 0; i < 10000; i++) put_transfer(&in, 0, 0, true, "");
    play_idly(&in);
    finish("one delivery of nothing, without end", NULL, NULL, 2 * MIB);

    capacity = 10 * 32768;
    start_links(&in, 1, false);
    for (uint32_t i = 0; i < 10000; i++) put_transfer(&in, 0, 0, true, "x");
    play_idly(&in);
    finish("10,000 transfers, a window of ten", "amqp:session:window-violation", "incoming session window exceeded", 1 * MIB);
    capacity = 0;
    free(in.start);
}

/* ---- values inside performatives ---- */

/* An attach whose properties are `value`. */
static void put_attach_with(bytes_t *in, const void *value, size_t size)
{
    bytes_t fields = {0};
    put(&fields, FIELDS("\xa1\x01L\x43\x42\x40\x40\x00\x53\x28\x45\x00\x53\x29\x45\x40\x40\x43\x40\x40\x40"));
    put(&fields, value, size);
    put_performative(in, 0, 0, 0x12, 14, fields.start, fields.size, "");
    free(fields.start);
}

static void values_in_performatives(void)
{
    bytes_t in = {0}, deep = {0};
    put_nested(&deep, 5 * MIB);

    put_open(&in);
    put_begin(&in, 0);
    put_attach_with(&in, deep.start, deep.size);
    begin_case();
    start(32768);
    play_idly(&in);
    finish("an attach of 5 MiB", "amqp:connection:framing-error", "malformed frame", 128 * KIB);

    begin_case();
    start(0); /* frames of any size, which is what the application asked for */
    put_open(&in);
    put_begin(&in, 0);
    put_attach_with(&in, deep.start, deep.size);
    play_idly(&in);
    pn_link_t *link = pn_link_head(driver.connection, 0);
    if (CHECK(link != NULL)) {
        pn_data_t *properties = pn_link_remote_properties(link);
        look();
        CHECK(pn_data_errno(properties) == PN_OUT_OF_MEMORY);
        expect("deep properties", pn_error_text(pn_data_error(properties)), "pn_data node limit exceeded");
        CHECK(pn_data_size(properties) <= 1024);
    }
    finish("an attach of 5 MiB, frames unlimited", NULL, NULL, 4 * deep.size + MIB);

    begin_case();
    start(32768);
    put_open(&in);
    put_begin(&in, 0);
    put_attach_with(&in, hollow, sizeof hollow - 1);
    play_idly(&in);
    link = pn_link_head(driver.connection, 0);
    if (CHECK(link != NULL)) {
        pn_data_t *properties = pn_link_remote_properties(link);
        CHECK(pn_data_errno(properties) == PN_OUT_OF_MEMORY);
        CHECK(pn_data_size(properties) <= 1024);
    }
    finish("an attach with a hollow array", NULL, NULL, 256 * KIB);

    begin_case();
    start(32768);
    put(&in, "AMQP\x00\x01\x00\x00", 8);
    bytes_t fields = {0};
    put(&fields, FIELDS("\xa1\x01p\x40\x40\x40\x40\x40\x40"));
    for (int i = 0; i < 3; i++) put(&fields, hollow, sizeof hollow - 1); /* capabilities twice, properties */
    put_performative(&in, 0, 0, 0x10, 10, fields.start, fields.size, "");
    play_idly(&in);
    CHECK(pn_data_errno(pn_connection_remote_properties(driver.connection)) == PN_OUT_OF_MEMORY);
    CHECK(pn_data_size(pn_connection_remote_offered_capabilities(driver.connection)) <= 1024);
    CHECK(pn_data_size(pn_connection_remote_desired_capabilities(driver.connection)) <= 1024);
    finish("an open with hollow arrays", NULL, NULL, 256 * KIB);
    free(fields.start);
    free(in.start);
    free(deep.start);
}

/* ---- frames ---- */

static void frames_of_any_size(void)
{
    static const struct { const char *name, *bytes; size_t size; uint32_t max_frame; } cases[] = {
        {"a frame of 4 GiB", FIELDS("AMQP\x00\x01\x00\x00\xff\xff\xff\xff\x02\x00\x00\x00"), 32768},
        {"a frame beyond the limit by one", FIELDS("AMQP\x00\x01\x00\x00\x00\x00\x80\x01\x02\x00\x00\x00"), 32768},
        {"a SASL frame of 4 GiB", FIELDS("AMQP\x03\x01\x00\x00\xff\xff\xff\xff\x02\x01\x00\x00"), 32768},
        {"a SASL frame of 1 MiB", FIELDS("AMQP\x03\x01\x00\x00\x00\x10\x00\x00\x02\x01\x00\x00"), 32768},
    };
    bytes_t in = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin_case();
        start(cases[i].max_frame);
        put(&in, cases[i].bytes, cases[i].size);
        play(&in);
        finish(cases[i].name, "amqp:connection:framing-error", "malformed frame", 128 * KIB);
    }
    /* Without a limit of its own the transport waits for what was announced, but does not provide for it. */
    begin_case();
    start(0);
    put(&in, cases[0].bytes, cases[0].size);
    play(&in);
    static const unsigned char some[64 * 1024];
    put(&in, some, sizeof some);
    play(&in);
    pn_connection_driver_read_close(&driver);
    finish("a frame of 4 GiB, frames unlimited, that ends", "amqp:connection:framing-error", "connection aborted", 512 * KIB);
    free(in.start);
}

static void empty_frames(void)
{
    bytes_t in = {0}, frames = {0};
    begin_case();
    start(32768);
    put_open(&in);
    play(&in);
    for (int i = 0; i < 10000; i++) put(&frames, "\x00\x00\x00\x08\x02\x00\x00\x00", 8);
    uint64_t count = 1;
    for (int i = 0; i < rounds / 1000; i++, count += 10000) {
        put(&in, frames.start, frames.size);
        play(&in);
    }
    CHECK(pn_transport_get_frames_input(driver.transport) == count);
    finish("two million empty frames", NULL, NULL, 512 * KIB);
    free(in.start);
    free(frames.start);
}

/* ---- endpoints without end ---- */

static void many_channels(void)
{
    bytes_t in = {0};
    begin_case();
    start(32768);
    put_open(&in);
    for (unsigned channel = 0; channel <= 65535; channel++) put_begin(&in, channel);
    play(&in);
    finish("sessions on 65,536 channels", "amqp:connection:framing-error",
           "remote channel 32768 is above negotiated channel_max 32767.", 32 * MIB);

    begin_case();
    start(32768);
    pn_transport_set_channel_max(driver.transport, 9);
    put_open(&in);
    for (unsigned channel = 0; channel <= 65535; channel++) put_begin(&in, channel);
    play(&in);
    finish("sessions on 65,536 channels, ten allowed", "amqp:connection:framing-error",
           "remote channel 10 is above negotiated channel_max 9.", 512 * KIB);
    free(in.start);
}

static void many_handles(void)
{
    bytes_t in = {0};
    begin_case();
    start(32768);
    put_open(&in);
    put_begin(&in, 0);
    for (uint32_t handle = 0; handle < 65536; handle++) put_attach(&in, handle);
    play(&in);
    put_attach(&in, 0x80000000);
    play(&in);
    finish("links on 65,536 handles, and one too high", "amqp:connection:framing-error",
           "remote handle 2147483648 is above handle_max 2147483647", 65536 * 2 * KIB);

    begin_case();
    start(32768);
    put_open(&in);
    put_begin(&in, 0);
    put_attach(&in, 0x7fffffff); /* a high number costs no more than a low one */
    put_attach(&in, 0x70000000);
    play(&in);
    finish("links on the highest handles", NULL, NULL, 256 * KIB);
    free(in.start);
}

static void names_of_a_megabyte(void)
{
    bytes_t in = {0}, fields = {0};
    begin_case();
    start(0);
    put_open(&in);
    put_begin(&in, 0);
    for (int round = 0; round < 20; round++) {
        fields.size = 0;
        put_byte(&fields, 0xb1);
        put_u32(&fields, MIB);
        for (size_t i = 0; i < MIB; i++) put_byte(&fields, 'n');
        put(&fields, FIELDS("\x43\x42"));
        put_performative(&in, 0, 0, 0x12, 3, fields.start, fields.size, "");
        put_performative(&in, 0, 0, 0x16, 2, FIELDS("\x43\x41"), "");
        play(&in);
    }
    finish("names of 1 MiB, again and again", NULL, NULL, 16 * MIB);
    free(in.start);
    free(fields.start);
}

/* What the library keeps for later use, whatever happens: a pool of buffers for each thread. */
#define POOL (5 * MIB)

/* A peer that never stops. A few bytes left behind by each round would show. */
static void for_ever(const char *name, void (*round)(bytes_t *in, uint32_t number), uint32_t first)
{
    bytes_t in = {0};
    start_links(&in, 1, true);
    for (int i = 0; i < rounds; i++) {
        round(&in, first + (uint32_t)i);
        if (in.size > 32 * KIB || i + 1 == rounds) play(&in);
    }
    finish(name, NULL, NULL, POOL + 512 * KIB);
    free(in.start);
}

static void begin_and_end(bytes_t *in, uint32_t number)
{
    put_begin(in, 1 + number % 3);
    put_performative(in, 0, 1 + number % 3, 0x17, 0, "", 0, "");
}

static void attach_and_detach(bytes_t *in, uint32_t number)
{
    put_attach(in, 1 + number);
    bytes_t fields = {0};
    put_uint(&fields, 1 + number);
    put_byte(&fields, 0x41);
    put_performative(in, 0, 0, 0x16, 2, fields.start, fields.size, "");
    free(fields.start);
}

static void disposition(bytes_t *in, uint32_t number)
{
    bytes_t fields = {0};
    put_byte(&fields, number % 2 ? 0x41 : 0x42);
    put_uint(&fields, number * 7919);
    put_uint(&fields, number * 7919 + 0x7ffffff0); /* a range of two billion costs no time either */
    put(&fields, FIELDS("\x41\x00\x53\x24\x45"));
    put_performative(in, 0, 0, 0x15, 5, fields.start, fields.size, "");
    free(fields.start);
}

static void flow(bytes_t *in, uint32_t number)
{
    bytes_t fields = {0};
    put_uint(&fields, number);
    put_uint(&fields, number * 13);
    put_uint(&fields, number * 17);
    put_uint(&fields, number * 19);
    put(&fields, FIELDS("\x43"));
    put_uint(&fields, number);
    put_uint(&fields, number * 23);
    put(&fields, FIELDS("\x43\x42\x41")); /* no drain, echo */
    put_performative(in, 0, 0, 0x13, 10, fields.start, fields.size, "");
    free(fields.start);
}

static void settled_transfer(bytes_t *in, uint32_t number)
{
    bytes_t fields = {0};
    put_uint(&fields, 0);
    put_uint(&fields, number);
    put(&fields, FIELDS("\xa0\x01t\x43\x41"));
    put_performative(in, 0, 0, 0x14, 5, fields.start, fields.size, "settled");
    free(fields.start);
}

static void aborted_transfer(bytes_t *in, uint32_t number)
{
    put_transfer(in, 0, number, true, "part");
    bytes_t fields = {0};
    put_uint(&fields, 0);
    put_uint(&fields, number);
    put(&fields, FIELDS("\xa0\x01t\x43\x42\x42\x40\x40\x40\x41"));
    put_performative(in, 0, 0, 0x14, 10, fields.start, fields.size, "");
    free(fields.start);
}

static void endless(void)
{
    for_ever("begin and end for ever", begin_and_end, 0);
    for_ever("attach and detach for ever", attach_and_detach, 0);
    for_ever("dispositions of nothing for ever", disposition, 0);
    for_ever("flows for ever", flow, 0);
    for_ever("settled transfers for ever", settled_transfer, 0xfffffff0);
    for_ever("aborted transfers for ever", aborted_transfer, 0);
}

static void *all(void *nothing)
{
    deep_messages();
    deep_values();
    hollow_arrays();
    lies();
    partial_deliveries_on_many_links();
    deliveries_on_one_link();
    values_in_performatives();
    frames_of_any_size();
    empty_frames();
    many_channels();
    many_handles();
    names_of_a_megabyte();
    endless();
    return nothing;
}

/* ROUNDS and anything: how long a peer that never stops goes on, and whether to print what was held. */
int main(int argc, char **argv)
{
    pthread_t thread;
    pthread_attr_t attributes;
    if (argc > 1) rounds = atoi(argv[1]);
    verbose = argc > 2;
    memset(payload_of_1000, 'p', 1000);
    if (pthread_attr_init(&attributes) || pthread_attr_setstacksize(&attributes, 128 * KIB)
        || pthread_create(&thread, &attributes, all, NULL))
        return 2;
    pthread_join(thread, NULL);
    return checks_result();
}
