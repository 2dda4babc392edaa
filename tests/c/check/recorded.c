/* Self-checking: frames byte for byte as releases from 0.40 on write them, raw traces, and events in the log. */
#include "check.h"
#include "engine.h"

#include <proton/logger.h>

/* The bytes an engine wrote last, and the same in hex. */
static bytes_t written;

static void take(engine_t *engine)
{
    ssize_t size;
    written.size = 0;
    muted = true;
    while ((size = pn_transport_pending(engine->transport)) > 0) {
        put(&written, pn_transport_head(engine->transport), (size_t)size);
        pn_transport_pop(engine->transport, (size_t)size);
    }
    say_events(engine);
}

/* Whether exactly these bytes were written; blanks between them do not count. */
static void expect(const char *what, const char *expected)
{
    bytes_t wanted = {0};
    unsigned byte;
    for (int read; sscanf(expected, " %2x%n", &byte, &read) == 1; expected += read) put_byte(&wanted, byte);
    if (!check(wanted.size == written.size && !memcmp(wanted.start, written.start, wanted.size), what))
        printf("wrote %s\n", hex(written.start, written.size));
    free(wanted.start);
}

static void deliver(pn_link_t *link, const char *tag, const char *body)
{
    pn_delivery(link, pn_dtag(tag, strlen(tag)));
    pn_link_send(link, body, strlen(body));
}

static void frames_of_a_client(void)
{
    muted = true;
    engine_t a = make_engine("cA", false);
    pn_transport_set_max_frame(a.transport, 32768);
    pn_transport_set_idle_timeout(a.transport, 20000);
    pn_connection_set_hostname(a.connection, "host");
    pn_transport_bind(a.transport, a.connection);
    take(&a);
    expect("header", "41 4d 51 50 00 01 00 00");
    pn_connection_open(a.connection);
    take(&a);
    expect("open", "00 00 00 25 02 00 00 00 00 53 10 c0 18 05 a1 02 63 41 a1 04 68 6f 73 74 70 00 00 80 00 60 7f ff 70"
                   "00 00 27 10");
    pn_session_t *session = pn_session(a.connection);
    pn_session_open(session);
    take(&a);
    expect("begin", "00 00 00 1f 02 00 00 00 00 53 11 c0 12 05 40 43 70 7f ff ff ff 70 7f ff ff ff 70 7f ff ff ff");
    pn_link_t *tx = pn_sender(session, "lnk");
    pn_terminus_set_address(pn_link_target(tx), "q");
    pn_link_open(tx);
    take(&a);
    expect("attach", "00 00 00 35 02 00 00 00 00 53 12 c0 28 0b a1 03 6c 6e 6b 43 42 50 02 50 00 00 53 28 c0 06 05 40 43"
                     "40 43 42 00 53 29 c0 08 05 a1 01 71 43 40 43 42 40 40 43 44");
    tell_header(&a);
    tell(&a, 0, 0x10, "\"cB\"", "");
    tell(&a, 0, 0x11, "h0 0 2147483647 2147483647", "");
    tell(&a, 0, 0x12, "\"lnk\" 0 + b2 b0 @28 [] @29 []", "");
    tell(&a, 0, 0x13, "0 2147483647 0 2147483647 0 0 300 ~ -", "");
    deliver(tx, "t1", "hello");
    pn_link_advance(tx);
    take(&a);
    expect("transfer", "00 00 00 1a 02 00 00 00 00 53 14 c0 08 04 43 43 a0 02 74 31 43 68 65 6c 6c 6f");
    deliver(tx, "t2", "he");
    pn_delivery_settle(pn_link_current(tx));
    take(&a);
    expect("settled", "00 00 00 19 02 00 00 00 00 53 14 c0 0a 05 43 52 01 a0 02 74 32 43 41 68 65");
    deliver(tx, "t3", "he");
    take(&a);
    expect("more", "00 00 00 1a 02 00 00 00 00 53 14 c0 0b 06 43 52 02 a0 02 74 33 43 40 41 68 65");
    pn_delivery_abort(pn_link_current(tx));
    take(&a);
    expect("aborted", "00 00 00 1c 02 00 00 00 00 53 14 c0 0f 0a 43 52 02 a0 02 74 33 43 41 40 40 40 40 41");
    pn_link_t *other = pn_receiver(session, "o");
    pn_link_open(other);
    take(&a);
    pn_link_detach(other);
    take(&a);
    expect("detach", "00 00 00 10 02 00 00 00 00 53 16 c0 03 01 52 01");
    pn_condition_set_name(pn_link_condition(tx), "a:b");
    pn_condition_set_description(pn_link_condition(tx), "d");
    pn_link_close(tx);
    take(&a);
    expect("close of a link", "00 00 00 1e 02 00 00 00 00 53 16 c0 11 03 43 41 00 53 1d c0 09 02 a3 03 61 3a 62 a1 01 64");
    pn_session_close(session);
    take(&a);
    expect("end", "00 00 00 0c 02 00 00 00 00 53 17 45");
    pn_connection_close(a.connection);
    take(&a);
    expect("close", "00 00 00 0c 02 00 00 00 00 53 18 45");
    end_engine(&a);
}

static void frames_of_a_server(void)
{
    muted = true;
    engine_t b = make_engine("cB", true);
    pn_transport_set_max_frame(b.transport, 32768);
    pn_transport_bind(b.transport, b.connection);
    pn_connection_open(b.connection);
    pn_transport_push(b.transport, "AMQP\x00\x01\x00\x00", 8);
    take(&b);
    expect("header and open", "41 4d 51 50 00 01 00 00 00 00 00 1b 02 00 00 00 00 53 10 c0 0e 04 a1 02 63 42 40 70 00 00"
                              "80 00 60 7f ff");
    tell(&b, 0, 0x10, "\"cA\"", "");
    tell(&b, 0, 0x11, "~ 0 2147483647 2147483647", "");
    pn_session_open(b.session);
    take(&b);
    expect("begin in answer", "00 00 00 21 02 00 00 00 00 53 11 c0 14 05 60 00 00 43 70 7f ff ff ff 70 7f ff ff ff 70 7f ff"
                              "ff ff");
    tell(&b, 0, 0x12, "\"lnk\" 0 - b2 b0 @28 [\"f\"] @29 [\"q\"] ~ ~ 0", "");
    pn_link_open(b.link);
    take(&b);
    expect("attach in answer", "00 00 00 33 02 00 00 00 00 53 12 c0 26 0b a1 03 6c 6e 6b 43 41 50 02 50 00 00 53 28 c0 06"
                               "05 40 43 40 43 42 00 53 29 c0 06 05 40 43 40 43 42 40 40 43 44");
    pn_link_flow(b.link, 300);
    take(&b);
    expect("flow", "00 00 00 23 02 00 00 00 00 53 13 c0 16 09 43 70 7f ff ff ff 43 70 7f ff ff ff 43 43 70 00 00 01 2c 40 42");
    tell(&b, 0, 0x14, "0 0 't' 0", "x");
    pn_delivery_update(b.delivery, PN_ACCEPTED);
    pn_delivery_settle(b.delivery);
    take(&b);
    expect("disposition", "00 00 00 16 02 00 00 00 00 53 15 c0 09 05 41 43 40 41 00 53 24 45");
    end_engine(&b);
}

static void frames_of_sasl(void)
{
    muted = true;
    engine_t b = make_engine("B", true);
    pn_sasl(b.transport);
    pn_transport_bind(b.transport, b.connection);
    pn_transport_push(b.transport, "AMQP\x03\x01\x00\x00", 8);
    take(&b);
    expect("mechanisms", "41 4d 51 50 03 01 00 00 00 00 00 1c 02 01 00 00 00 53 40 c0 0f 01 e0 0c 01 a3 09 41 4e 4f 4e 59 4d"
                         "4f 55 53");
    bytes_t init = {0};
    write_frame(&init, 1, 0, 0x41, ":ANONYMOUS 'me'", "");
    pn_transport_push(b.transport, (char *)init.start, init.size);
    free(init.start);
    take(&b);
    expect("outcome", "00 00 00 10 02 01 00 00 00 53 44 c0 03 01 50 00");
    end_engine(&b);

    engine_t a = make_engine("A", false);
    pn_connection_set_user(a.connection, "fred");
    pn_connection_set_password(a.connection, "pw");
    pn_sasl_set_allow_insecure_mechs(pn_sasl(a.transport), true);
    pn_transport_bind(a.transport, a.connection);
    take(&a);
    bytes_t mechanisms = {0};
    put(&mechanisms, "AMQP\x03\x01\x00\x00", 8);
    write_frame(&mechanisms, 1, 0, 0x40, ":PLAIN", "");
    pn_transport_push(a.transport, (char *)mechanisms.start, mechanisms.size);
    free(mechanisms.start);
    take(&a);
    expect("init", "00 00 00 1f 02 01 00 00 00 53 41 c0 12 02 a3 05 50 4c 41 49 4e a0 08 00 66 72 65 64 00 70 77");
    end_engine(&a);
}

static void farewells(void)
{
    muted = true;
    pn_connection_driver_t driver;
    pn_connection_driver_init(&driver, NULL, NULL);
    pn_connection_driver_errorf(&driver, "x", "y");
    pn_connection_driver_read_close(&driver);
    written.size = 0;
    for (pn_bytes_t out; (out = pn_connection_driver_write_buffer(&driver)).size;) {
        put(&written, out.start, out.size);
        pn_connection_driver_write_done(&driver, out.size);
    }
    expect("farewell", "41 4d 51 50 00 01 00 00 00 00 00 10 02 00 00 00 00 53 10 c0 03 01 a1 00 00 00 00 1a 02 00 00 00 00"
                       "53 18 c0 0d 01 00 53 1d c0 07 02 a3 01 78 a1 01 79");
    CHECK(pn_connection_driver_write_closed(&driver));
    pn_connection_driver_destroy(&driver);
}

/* What a sink was told last, by subsystem. */
static char raw_lines[2000], events_told[4000], traces[400];

static void sink(intptr_t context, pn_log_subsystem_t subsystem, pn_log_level_t level, const char *message)
{
    (void)context;
    char *to = subsystem == PN_SUBSYSTEM_EVENT ? events_told : level == PN_LEVEL_RAW ? raw_lines
               : level == PN_LEVEL_TRACE ? traces : NULL;
    size_t room = to == events_told ? sizeof events_told : to == raw_lines ? sizeof raw_lines : sizeof traces;
    if (to && strlen(to) + strlen(message) + 2 < room) strcat(strcat(to, message), "\n");
}

static void raw_traces_and_events_in_the_log(void)
{
    muted = true;
    pn_connection_driver_t driver;
    pn_connection_driver_init(&driver, NULL, NULL);
    pn_logger_t *logger = pn_transport_logger(driver.transport);
    pn_logger_set_log_sink(logger, sink, 0);
    pn_logger_set_mask(logger, PN_SUBSYSTEM_ALL, PN_LEVEL_RAW | PN_LEVEL_DEBUG);
    pn_connection_set_container(driver.connection, "a-container");
    pn_connection_open(driver.connection);
    pn_session_t *session = pn_session(driver.connection);
    pn_sender(session, "l");
    while (pn_connection_driver_next_event(&driver)) {}
    pn_connection_driver_write_done(&driver, pn_connection_driver_write_buffer(&driver).size);
    CHECK(!strcmp(raw_lines,
                  "->0000/0024: 00 00 00 24 02 00 00 00 00 53 10 c0 17 04 a1 0b ...$.....S......\n"
                  "->0010/0024: 61 2d 63 6f 6e 74 61 69 6e 65 72 40 70 00 00 80 a-container@p...\n"
                  "->0020/0024: 00 60 7f ff                                     .`\x7f.\n"));
    CHECK(strstr(events_told, "(PN_CONNECTION_INIT, pn_connection<0x"));
    CHECK(strstr(events_told, "(PN_SESSION_INIT, pn_session<0x"));
    CHECK(strstr(events_told, "(PN_LINK_INIT, pn_link<0x"));
    CHECK(strstr(events_told, "(PN_CONNECTION_BOUND, pn_connection<0x"));
    pn_connection_driver_destroy(&driver);
}

static void drivers_log_whatever_the_mask(void)
{
    muted = true;
    pn_connection_driver_t driver;
    pn_connection_driver_init(&driver, NULL, NULL);
    pn_logger_t *logger = pn_transport_logger(driver.transport);
    pn_logger_set_log_sink(logger, sink, 0);
    pn_logger_reset_mask(logger, PN_SUBSYSTEM_ALL, PN_LEVEL_ALL);
    pn_connection_driver_log(&driver, "one");
    pn_connection_driver_logf(&driver, "%d", 2);
    CHECK(!strcmp(traces, "one\n2\n"));
    pn_connection_driver_destroy(&driver);
}

int main(void)
{
    frames_of_a_client();
    frames_of_a_server();
    frames_of_sasl();
    farewells();
    raw_traces_and_events_in_the_log();
    drivers_log_whatever_the_mask();
    free(written.start);
    return checks_result();
}
