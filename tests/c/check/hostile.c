/* Self-checking: what a peer must not do ends in a transport error with the right condition and text.
 *
 * Each case brings a server up to a point with well-formed frames, sends one frame that breaks a rule, and
 * compares the transport's condition. `a|b` accepts either: the standard's spelling or the one Proton used. */
#include "check.h"
#include "peer.h"

/* Not in every release: the rows that need it are left out without it. */
extern void pn_transport_set_max_buffered_delivery_bytes(pn_transport_t *transport, size_t limit)
    __attribute__((weak));
extern size_t pn_transport_get_max_buffered_delivery_bytes(pn_transport_t *transport) __attribute__((weak));

enum { RAW, HEADER, OPEN, BEGIN, ATTACH, TRANSFER, PARTIAL };

#define FIELDS(literal) literal, sizeof(literal) - 1

static void bring_up_to(bytes_t *in, int level)
{
    if (level >= HEADER) put(in, "AMQP\x00\x01\x00\x00", 8);
    if (level >= OPEN) put_performative(in, 0, 0, 0x10, 1, FIELDS("\xa1\x01p"), "");
    if (level >= BEGIN) put_performative(in, 0, 0, 0x11, 4, FIELDS("\x40\x43\x52\x64\x52\x64"), "");
    if (level >= ATTACH)
        put_performative(in, 0, 0, 0x12, 10,
                         FIELDS("\xa1\x01L\x43\x42\x40\x40\x00\x53\x28\x45\x00\x53\x29\x45\x40\x40\x43"), "");
    if (level == TRANSFER)
        put_performative(in, 0, 0, 0x14, 4, FIELDS("\x43\x43\xa0\x01t\x43"), "whole");
    if (level == PARTIAL)
        put_performative(in, 0, 0, 0x14, 6, FIELDS("\x43\x43\xa0\x01t\x43\x41\x41"), "part");
}

/* True if `text` is one of the alternatives in `expected`, which are parted by '|'. */
static bool one_of(const char *text, const char *expected)
{
    size_t size = text ? strlen(text) : 0;
    while (text) {
        const char *bar = strchr(expected, '|');
        size_t n = bar ? (size_t)(bar - expected) : strlen(expected);
        if (n == size && !memcmp(text, expected, n)) return true;
        if (!bar) break;
        expected = bar + 1;
    }
    return false;
}

static void expect_condition(const char *name, pn_connection_driver_t *driver, bool failed, const char *condition,
                             const char *description)
{
    pn_condition_t *got = pn_transport_condition(driver->transport);
    const char *got_name = pn_condition_get_name(got), *got_text = pn_condition_get_description(got);
    char what[600];
    snprintf(what, sizeof what, "%s: expected %s / %s, got %s / %s", name, condition, description,
             got_name ? got_name : "(null)", got_text ? got_text : "(null)");
    check(one_of(got_name, condition) && (!*description || one_of(got_text, description)), what);
    snprintf(what, sizeof what, "%s: TRANSPORT_ERROR is posted", name);
    check(failed, what);
    snprintf(what, sizeof what, "%s: the input is closed", name);
    check(pn_connection_driver_read_closed(driver), what);
}

static void finish(const char *name, pn_connection_driver_t *driver)
{
    char what[200];
    pn_connection_driver_close(driver);
    drive(driver, NULL);
    snprintf(what, sizeof what, "%s: the driver finishes", name);
    check(pn_connection_driver_finished(driver), what);
    pn_connection_driver_destroy(driver);
}

static void start_server(pn_connection_driver_t *driver)
{
    memset(driver, 0, sizeof *driver);
    pn_connection_driver_init(driver, NULL, NULL);
    pn_transport_set_server(driver->transport);
    pn_transport_set_max_frame(driver->transport, 4096);
}

typedef struct case_t {
    const char *name;
    int level;
    unsigned channel, code, count;
    const char *fields;
    size_t size;
    const char *condition, *description;
} case_t;

#define FRAMING "amqp:connection:framing-error"
#define INVALID "amqp:invalid-field"
#define UNKNOWN_BODY "amqp:connection:framing-error|amqp:decode-error"

static const case_t cases[] = {
    {"begin on a channel too high", OPEN, 40000, 0x11, 4, FIELDS("\x40\x43\x52\x64\x52\x64"), FRAMING,
     "remote channel 40000 is above negotiated channel_max 32767."},
    {"begin that replies to nothing", OPEN, 0, 0x11, 4, FIELDS("\x60\x00\x03\x43\x52\x64\x52\x64"), INVALID,
     "begin reply to unknown channel 3."},
    {"attach on no channel", BEGIN, 7, 0x12, 3, FIELDS("\xa1\x01L\x43\x42"), "amqp:not-allowed", "no such channel: 7"},
    {"flow on no channel", BEGIN, 7, 0x13, 4, FIELDS("\x43\x52\x64\x43\x52\x64"), "amqp:not-allowed", "no such channel: 7"},
    {"transfer on no channel", BEGIN, 7, 0x14, 1, FIELDS("\x43"), "amqp:not-allowed", "no such channel: 7"},
    {"disposition on no channel", BEGIN, 7, 0x15, 2, FIELDS("\x41\x43"), "amqp:not-allowed", "no such channel: 7"},
    {"detach on no channel", BEGIN, 7, 0x16, 1, FIELDS("\x43"), "amqp:not-allowed", "no such channel: 7"},
    {"end on no channel", BEGIN, 7, 0x17, 0, FIELDS(""), "amqp:not-allowed", "no such channel: 7"},
    {"attach with a handle too high", BEGIN, 0, 0x12, 3, FIELDS("\xa1\x01L\x70\x80\x00\x00\x00\x42"), FRAMING,
     "remote handle 2147483648 is above handle_max 2147483647"},
    {"attach of an attached link", ATTACH, 0, 0x12, 3, FIELDS("\xa1\x01L\x52\x01\x42"), INVALID,
     "link name already attached: L"},
    {"flow on no handle", BEGIN, 0, 0x13, 7, FIELDS("\x43\x52\x64\x43\x52\x64\x52\x04\x43\x52\x01"), INVALID, "no such handle: 4"},
    {"transfer on no handle", BEGIN, 0, 0x14, 4, FIELDS("\x52\x04\x43\xa0\x01t\x43"), INVALID, "no such handle: 4"},
    {"detach on no handle", BEGIN, 0, 0x16, 1, FIELDS("\x52\x04"), INVALID, "no such handle: 4"},
    {"first transfer without delivery-id", ATTACH, 0, 0x14, 3, FIELDS("\x43\x40\xa0\x01t"), INVALID,
     "delivery-id required on initial transfer of session"},
    {"transfer out of sequence", TRANSFER, 0, 0x14, 4, FIELDS("\x43\x52\x02\xa0\x01u\x43"),
     "amqp:session:invalid-field|amqp:invalid-field", "sequencing error, expected delivery-id 1, got 2"},
    {"partial transfer without delivery-id", TRANSFER, 0, 0x14, 6, FIELDS("\x43\x40\xa0\x01u\x43\x42\x41"), INVALID,
     "delivery-id required for transfer"},
    {"continuation with another delivery-id", PARTIAL, 0, 0x14, 6, FIELDS("\x43\x52\x01\xa0\x01t\x43\x41\x42"), INVALID,
     "invalid delivery-id for a continuation transfer"},
    {"continuation that unsettles", PARTIAL, 0, 0x14, 6, FIELDS("\x43\x43\xa0\x01t\x43\x42\x42"), INVALID,
     "invalid transition from settled to unsettled"},
    {"disposition that runs backwards", BEGIN, 0, 0x15, 3, FIELDS("\x41\x52\x05\x52\x03"),
     "amqp:not allowed|amqp:not-allowed", "illegal delivery range: 5-3"},
    {"unknown performative", OPEN, 0, 0x19, 0, FIELDS(""), UNKNOWN_BODY, ""},
    {"a SASL performative after the AMQP header", OPEN, 0, 0x41, 1, FIELDS("\xa3\x05PLAIN"), UNKNOWN_BODY, ""},
};

static void run_case(const case_t *c, size_t piece)
{
    pn_connection_driver_t driver;
    bytes_t in = {0}, out = {0};
    bring_up_to(&in, c->level);
    start_server(&driver);
    feed(&driver, in.start, in.size, 1, NULL); /* byte by byte, so that the application answers each frame */
    in.size = 0;
    put_performative(&in, 0, c->channel, c->code, c->count, c->fields, c->size, "");
    bool failed = feed(&driver, in.start, in.size, piece, &out);
    expect_condition(c->name, &driver, failed, c->condition, c->description);
    char what[200];
    snprintf(what, sizeof what, "%s: the peer is told with CLOSE", c->name);
    bool told = false;
    for (size_t i = 0; i + 3 <= out.size; i++) told = told || !memcmp(out.start + i, "\x00\x53\x18", 3);
    check(told, what);
    finish(c->name, &driver);
    free(in.start);
    free(out.start);
}

typedef struct raw_t {
    const char *name;
    int level;
    const char *bytes;
    size_t size;
    bool end;
    const char *condition, *description;
} raw_t;

static const raw_t raws[] = {
    {"http", RAW, FIELDS("GET / HTTP/1.1\r\n"), false, FRAMING, ""},
    {"amqp 0-9-1", RAW, FIELDS("AMQP\x00\x00\x09\x01"), false, FRAMING,
     "Unknown protocol detected: 'AMQP\\x00\\x00\\x09\\x01'"},
    {"amqp 1.1", RAW, FIELDS("AMQP\x00\x01\x01\x00"), false, FRAMING,
     "Incompatible AMQP connection detected: 'AMQP\\x00\\x01\\x01\\x00'"},
    {"nothing at all", RAW, FIELDS(""), true, FRAMING, "No protocol header found (connection aborted)"},
    {"half a header", RAW, FIELDS("AMQP\x00"), true, FRAMING,
     "End of input stream before protocol detection: 'AMQP\\x00' (connection aborted)"},
    {"a header twice", HEADER, FIELDS("AMQP\x00\x01\x00\x00"), false, FRAMING, "malformed frame"},
    {"a frame too large", OPEN, FIELDS("\x00\x00\x10\x01\x02\x00\x00\x00"), false, FRAMING, "malformed frame"},
    {"a frame of 4 GiB", OPEN, FIELDS("\xff\xff\xff\xff\x02\x00\x00\x00"), false, FRAMING, "malformed frame"},
    {"a frame smaller than its header", OPEN, FIELDS("\x00\x00\x00\x07\x02\x00\x00\x00"), false, FRAMING, "malformed frame"},
    {"a frame of size zero", OPEN, FIELDS("\x00\x00\x00\x00\x02\x00\x00\x00"), false, FRAMING, "malformed frame"},
    {"doff below two", OPEN, FIELDS("\x00\x00\x00\x08\x01\x00\x00\x00"), false, FRAMING, "malformed frame"},
    {"doff beyond the frame", OPEN, FIELDS("\x00\x00\x00\x08\x03\x00\x00\x00"), false, FRAMING, "malformed frame"},
    {"a body that is no described value", OPEN, FIELDS("\x00\x00\x00\x09\x02\x00\x00\x00\x40"), false, UNKNOWN_BODY, ""},
    {"a body that is no list", OPEN, FIELDS("\x00\x00\x00\x0d\x02\x00\x00\x00\x00\x53\x10\x54\x01"), false, UNKNOWN_BODY, ""},
    {"a symbolic performative", OPEN, FIELDS("\x00\x00\x00\x0d\x02\x00\x00\x00\x00\xa3\x01x\x45"), false, UNKNOWN_BODY, ""},
    {"a list that leaves its frame", OPEN, FIELDS("\x00\x00\x00\x0e\x02\x00\x00\x00\x00\x53\x11\xc0\x20\x01"), false, UNKNOWN_BODY, ""},
    {"end of input without close", OPEN, FIELDS(""), true, FRAMING, "connection aborted"},
    {"end of input inside a frame", OPEN, FIELDS("\x00\x00\x00\x20\x02\x00\x00\x00\x00\x53"), true, FRAMING, "connection aborted"},
    {"sasl that ends", RAW, FIELDS("AMQP\x03\x01\x00\x00"), true, FRAMING, "connection aborted"},
};

static void run_raw(const raw_t *c, size_t piece)
{
    pn_connection_driver_t driver;
    bytes_t in = {0};
    bring_up_to(&in, c->level);
    put(&in, c->bytes, c->size);
    start_server(&driver);
    bool failed = feed(&driver, in.start, in.size, piece, NULL);
    if (c->end) {
        pn_connection_driver_read_close(&driver);
        failed = drive(&driver, NULL) || failed;
    }
    expect_condition(c->name, &driver, failed, c->condition, c->description);
    finish(c->name, &driver);
    free(in.start);
}

/* Gives bytes to the transport in one piece, with no chance for the application to act in between. */
static void feed_unheard(pn_connection_driver_t *driver, const bytes_t *in)
{
    pn_rwbytes_t room = pn_connection_driver_read_buffer(driver);
    if (!CHECK(room.size >= in->size)) return;
    memcpy(room.start, in->start, in->size);
    pn_connection_driver_read_done(driver, in->size);
}

static void put_transfers(bytes_t *in, int count)
{
    for (int id = 0; id < count; id++) {
        char fields[] = "\x43\x52\x00\xa0\x01t\x43";
        fields[2] = (char)id;
        put_performative(in, 0, 0, 0x14, 4, FIELDS(fields), "12345");
    }
}

static void the_session_window_is_held(void)
{
    pn_connection_driver_t driver;
    bytes_t in = {0};
    bring_up_to(&in, TRANSFER);
    start_server(&driver);
    drive(&driver, NULL);
    feed_unheard(&driver, &in); /* our BEGIN, which would open the window, has not been sent */
    bool failed = drive(&driver, NULL);
    expect_condition("a transfer before our begin", &driver, failed, "amqp:session:window-violation",
                     "incoming session window exceeded");
    finish("a transfer before our begin", &driver);
    free(in.start);
}

static void buffered_deliveries_are_limited(void)
{
    pn_connection_driver_t driver;
    bytes_t in = {0};
    if (!pn_transport_set_max_buffered_delivery_bytes) return;
    bring_up_to(&in, ATTACH);
    start_server(&driver);
    pn_transport_set_max_buffered_delivery_bytes(driver.transport, 10);
    CHECK(pn_transport_get_max_buffered_delivery_bytes(driver.transport) == 10);
    feed(&driver, in.start, in.size, 4096, NULL);
    in.size = 0;
    put_transfers(&in, 3);
    feed_unheard(&driver, &in);
    bool failed = drive(&driver, NULL);
    expect_condition("too many unread bytes", &driver, failed, "amqp:resource-limit-exceeded",
                     "connection delivery buffer limit exceeded: 10 bytes buffered, limit 10");
    finish("too many unread bytes", &driver);
    free(in.start);
}

static void capacity_and_silence(void)
{
    pn_connection_driver_t driver;
    bytes_t in = {0};
    bring_up_to(&in, BEGIN);
    start_server(&driver);
    drive(&driver, NULL);
    feed_unheard(&driver, &in);
    pn_session_t *session = pn_session_head(driver.connection, 0);
    if (CHECK(session != NULL)) pn_session_set_incoming_capacity(session, 100);
    bool failed = drive(&driver, NULL);
    expect_condition("capacity below a frame", &driver, failed, "amqp:internal-error",
                     "session capacity 100 is less than frame size 4096|"
                     "session capacity 100 is less than frame size 4096 (connection aborted)");
    finish("capacity below a frame", &driver);

    start_server(&driver);
    pn_transport_set_idle_timeout(driver.transport, 100);
    feed(&driver, in.start, in.size, 4096, NULL);
    pn_transport_tick(driver.transport, 1000);
    pn_transport_tick(driver.transport, 1100);
    failed = drive(&driver, NULL);
    expect_condition("silence", &driver, failed, "amqp:resource-limit-exceeded", "local-idle-timeout expired");
    finish("silence", &driver);
    free(in.start);
}

static void sasl_failures(void)
{
    pn_connection_driver_t driver;
    bytes_t in = {0};
    put(&in, "AMQP\x03\x01\x00\x00", 8);
    put_performative(&in, 1, 0, 0x41, 2, FIELDS("\xa3\x05PLAIN\xa0\x08\0fred\0pw"), "");
    start_server(&driver);
    pn_sasl_allowed_mechs(pn_sasl(driver.transport), "ANONYMOUS");
    bool failed = feed(&driver, in.start, in.size, 4096, NULL);
    expect_condition("an excluded mechanism", &driver, failed, "amqp:unauthorized-access",
                     "Client mechanism not in mechanism inclusion list. (Failed to authenticate client [mech=PLAIN])");
    finish("an excluded mechanism", &driver);

    in.size = 8;
    put_performative(&in, 0, 0, 0x10, 1, FIELDS("\xa1\x01p"), "");
    start_server(&driver);
    pn_sasl(driver.transport);
    feed(&driver, in.start, in.size, 4096, NULL);
    CHECK(pn_connection_state(driver.connection) & PN_REMOTE_UNINIT); /* OPEN may not pass inside SASL */
    pn_connection_driver_close(&driver);
    drive(&driver, NULL);
    pn_connection_driver_destroy(&driver);

    memset(&driver, 0, sizeof driver);
    in.size = 8;
    put_performative(&in, 1, 0, 0x40, 1, FIELDS("\xa3\x09" "ANONYMOUS"), "");
    put_performative(&in, 1, 0, 0x44, 1, FIELDS("\x50\x01"), "");
    pn_connection_driver_init(&driver, NULL, NULL);
    pn_sasl_allowed_mechs(pn_sasl(driver.transport), "ANONYMOUS");
    pn_connection_open(driver.connection);
    failed = feed(&driver, in.start, in.size, 4096, NULL);
    expect_condition("a refused client", &driver, failed, "amqp:unauthorized-access",
                     "Authentication failed [mech=ANONYMOUS]");
    finish("a refused client", &driver);
    free(in.start);
}

int main(void)
{
    static const size_t pieces[] = {4096, 1, 7};
    for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) run_case(&cases[i], pieces[p]);
        for (size_t i = 0; i < sizeof raws / sizeof *raws; i++)
            if (p == 0 || raws[i].level > RAW) run_raw(&raws[i], pieces[p]);
    }
    the_session_window_is_held();
    buffered_deliveries_are_limited();
    capacity_and_silence();
    sasl_failures();
    return checks_result();
}
