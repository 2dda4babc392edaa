/* Differential program: what a tracer and a transport's sink hear, and in which words: headers, frames, values of
 * every type, errors and long lines. What the environment lets through is in logging.c. */
#include "engine.h"

#include <proton/logger.h>

/* Prints a message with the parts that are the same in every release. */
static void say_message(const char *what, const char *message)
{
    char line[2400];
    snprintf(line, sizeof line, "%s", message);
    char *handle_max = strstr(line, ", handle-max=0x7fffffff");
    if (handle_max) memmove(handle_max, handle_max + 23, strlen(handle_max + 23) + 1);
    say("%s %s", what, line);
}

static void trace(pn_transport_t *transport, const char *message)
{
    (void)transport;
    say_message("tracer", message);
}

/* Long lines: how long, and how they end. */
static void measure(pn_transport_t *transport, const char *message)
{
    (void)transport;
    size_t size = strlen(message);
    if (strstr(message, "@transfer")) say("%zu characters to %s", size, message + size - 20);
}

static void sink(intptr_t context, pn_log_subsystem_t subsystem, pn_log_level_t level, const char *message)
{
    char what[64];
    snprintf(what, sizeof what, "sink %d %s %s", (int)context, pn_logger_subsystem_name(subsystem),
             pn_logger_level_name(level));
    if (subsystem != PN_SUBSYSTEM_EVENT) say_message(what, message);
}

static void vlog(pn_transport_t *transport, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    pn_transport_vlogf(transport, format, arguments);
    va_end(arguments);
}

static void tracers(void)
{
    section("a tracer gets what the application logs, whatever the mask");
    pn_transport_t *t = pn_transport();
    say("fresh %d", pn_transport_get_tracer(t) == NULL);
    pn_transport_set_tracer(t, trace);
    say("set %d", pn_transport_get_tracer(t) == trace);
    pn_transport_log(t, "one");
    pn_transport_logf(t, "%s %d", "two", 2);
    vlog(t, "%c%c", '3', '!');
    pn_transport_log(t, "with \"quotes\"\nand lines\t");
    static const pn_trace_t masks[] = {PN_TRACE_OFF, PN_TRACE_FRM, PN_TRACE_RAW, PN_TRACE_DRV};
    for (int i = 0; i < 4; i++) {
        pn_transport_trace(t, masks[i]);
        pn_transport_log(t, "masked");
    }
    pn_transport_free(t);
}

static engine_t traced(pn_trace_t mask)
{
    engine_t a = make_engine("A", false);
    pn_transport_set_tracer(a.transport, trace);
    pn_transport_trace(a.transport, mask);
    pn_transport_bind(a.transport, a.connection);
    return a;
}

static void open_link(engine_t *a)
{
    pn_connection_open(a->connection);
    a->session = pn_session(a->connection);
    pn_session_open(a->session);
    a->link = pn_sender(a->session, "tx");
    pn_terminus_set_address(pn_link_target(a->link), "to");
    pn_link_open(a->link);
    muted = true;
    say_events(a);
    muted = false;
    while (pn_transport_pending(a->transport) > 0)
        pn_transport_pop(a->transport, (size_t)pn_transport_pending(a->transport));
}

static void push(engine_t *a, const void *start, size_t size)
{
    pn_transport_push(a->transport, start, size);
    while (pn_transport_pending(a->transport) > 0)
        pn_transport_pop(a->transport, (size_t)pn_transport_pending(a->transport));
}

static void push_frame(engine_t *a, unsigned channel, unsigned code, const char *fields, const char *payload)
{
    bytes_t frame = {0};
    write_frame(&frame, code >= 0x40, channel, code, fields, payload);
    push(a, frame.start, frame.size);
    free(frame.start);
}

static void frames_as_text(void)
{
    section("frames are traced in both directions");
    engine_t a = traced(PN_TRACE_FRM);
    open_link(&a);
    push(&a, "AMQP\x00\x01\x00\x00", 8);
    push_frame(&a, 0, 0x10, "\"peer\" \"host\" 4096 h7 5000 [:en-US :de] ~ :cap [:a :b] {:k 1}", "");
    push_frame(&a, 5, 0x11, "h0 0 100 100 9", "");
    push_frame(&a, 5, 0x12, "\"tx\" 0 + b2 b0 @28 [\"f\"] @29 [\"t\"]", "");
    push_frame(&a, 5, 0x12, "\"r\" 1 - b2 b0 @28 [\"f\" 2 :never 9 + {:k \"v\"} :copy ~ @24 [] ~ :x] @30 [:tx] {:u ~} - 3 l4 :o :d {}", "");
    push_frame(&a, 5, 0x13, "0 100 0 100 0 0 10 3 - - {:p 1}", "");
    send_whole(a.link, "t\x01\xff", "pay\"load\" \\ \x01");
    push(&a, "\0\0\0\x08\x02\0\0\0", 8);
    push_frame(&a, 5, 0x15, "- 0 5 + @24 []", "");
    push_frame(&a, 5, 0x15, "+ 0 ~ - @25 [@1d [:a:b \"why\" {:k 1}]] +", "");
    push_frame(&a, 5, 0x15, "+ 0 0 - @27 [+ ~ {:k 1}]", "");
    push_frame(&a, 5, 0x15, "+ 0 0 - @23 [1 l2]", "");
    push_frame(&a, 5, 0x15, "+ 0 0 - @34 ['tx' @26 []]", "");
    push_frame(&a, 5, 0x15, "+ 0 0 - @33 ['tx']", "");
    push_frame(&a, 5, 0x15, "+ 0 0 - @55 [1 \"two\"]", "");
    push_frame(&a, 5, 0x16, "0 + @1d [:a:b]", "");
    push_frame(&a, 5, 0x17, "@1d [:a:b \"d\"]", "");
    pn_connection_close(a.connection);
    push_frame(&a, 0, 0x18, "", "");
    pn_transport_pending(a.transport);
    muted = true;
    end_engine(&a);
    muted = false;
}

static void values_as_text(void)
{
    section("values of every type are traced");
    static const char *const values[] = {"~", "+ -", "b7 h7 7 l7", "#5580 #61ff00 #71ffffff00 #81ffffffffffffff00",
        "#5405 #5505 #43 #44 #5307 #5205", "#72 3f800000", "#723f800000 #823ff8000000000000", "#8300000000000003e8",
        "#9800112233445566778899aabbccddeeff", "#7410203040 #841020304050607080 #9410010203040506078809101112131415",
        "\"text\" \"\" :sym #a300 #a30131 #a303612d62 'bin' ''", "#a308010203225c27807f", "[1 [2 [3]]] [] {1 2 :k {}} {}",
        "#e00601a3016101 #e00602a30161016 2", "#e00301 40 #e0020070", "#f000000009000000027000000001 00000002",
        "#560 #5601 #5600", "@24 [] @77 5", "#00a3016143"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char fields[200];
        if (i == 5 || i == 13 || i == 14 || i == 15 || i == 16) continue;
        engine_t a = traced(PN_TRACE_FRM);
        pn_connection_open(a.connection);
        push(&a, "AMQP\x00\x01\x00\x00", 8);
        snprintf(fields, sizeof fields, "\"peer\" ~ ~ ~ ~ ~ ~ ~ ~ {:v [%s]}", values[i]);
        push_frame(&a, 0, 0x10, fields, "");
        muted = true;
        end_engine(&a);
        muted = false;
    }
}

static void long_lines(void)
{
    section("payloads are traced up to the length of a line");
    engine_t a = traced(PN_TRACE_FRM);
    open_link(&a);
    push(&a, "AMQP\x00\x01\x00\x00", 8);
    push_frame(&a, 0, 0x10, "\"peer\"", "");
    push_frame(&a, 5, 0x11, "h0 0 100 100", "");
    push_frame(&a, 5, 0x12, "\"tx\" 0 + b2 b0 @28 [\"f\"] @29 [\"t\"]", "");
    push_frame(&a, 5, 0x13, "0 100 0 100 0 0 10", "");
    pn_transport_set_tracer(a.transport, measure);
    static char body[3000];
    static const size_t sizes[] = {100, 400, 930, 960, 1200, 3000};
    for (int i = 0; i < 6; i++) {
        memset(body, 'x', sizeof body);
        pn_delivery(a.link, pn_dtag("t", 1));
        pn_link_send(a.link, body, sizes[i]);
        pn_link_advance(a.link);
        push(&a, "", 0);
    }
    memset(body, 1, sizeof body);
    pn_delivery(a.link, pn_dtag("t", 1));
    pn_link_send(a.link, body, 300);
    pn_link_advance(a.link);
    push(&a, "", 0);
    muted = true;
    end_engine(&a);
    muted = false;
}

static void errors_in_the_log(void)
{
    section("a transport's sink hears of headers, frames and errors by its masks");
    static const struct { pn_log_subsystem_t subsystems; pn_log_level_t levels; } masks[] = {
        {PN_SUBSYSTEM_ALL, PN_LEVEL_ALL}, {PN_SUBSYSTEM_AMQP, PN_LEVEL_ALL}, {PN_SUBSYSTEM_IO, PN_LEVEL_ALL},
        {PN_SUBSYSTEM_ALL, PN_LEVEL_ERROR}, {PN_SUBSYSTEM_NONE, PN_LEVEL_ALL}, {PN_SUBSYSTEM_ALL, PN_LEVEL_FRAME}};
    for (int i = 0; i < 6; i++) {
        engine_t b = make_engine("B", true);
        pn_logger_t *logger = pn_transport_logger(b.transport);
        pn_logger_set_log_sink(logger, sink, i);
        say("sink %d context %d", pn_logger_get_log_sink(logger) == sink, (int)pn_logger_get_log_sink_context(logger));
        pn_logger_reset_mask(logger, PN_SUBSYSTEM_ALL, PN_LEVEL_ALL);
        pn_logger_set_mask(logger, masks[i].subsystems, masks[i].levels);
        pn_logger_reset_mask(logger, PN_SUBSYSTEM_NONE, PN_LEVEL_RAW); /* other words in every release */
        pn_transport_bind(b.transport, b.connection);
        push(&b, "AMQP\x00\x01\x00\x00", 8);
        push_frame(&b, 0, 0x10, "\"peer\"", "");
        push_frame(&b, 3, 0x17, "", "");
        pn_transport_pending(b.transport);
        pn_logger_logf(logger, PN_SUBSYSTEM_BINDING, PN_LEVEL_INFO, "own %d", i);
        pn_logger_logf(logger, PN_SUBSYSTEM_AMQP | PN_SUBSYSTEM_SASL, PN_LEVEL_ERROR, "two subsystems");
        pn_transport_log(b.transport, "application");
        muted = true;
        end_engine(&b);
        muted = false;
    }
}

static void names(void)
{
    section("subsystems and levels have names");
    for (int bit = 0; bit < 8; bit++)
        say("%d %s", 1 << bit, text(pn_logger_subsystem_name((pn_log_subsystem_t)(1 << bit))));
    say("none %s all %s", text(pn_logger_subsystem_name(PN_SUBSYSTEM_NONE)), text(pn_logger_subsystem_name(PN_SUBSYSTEM_ALL)));
    say("two %s", text(pn_logger_subsystem_name(PN_SUBSYSTEM_SASL | PN_SUBSYSTEM_IO)));
    static const int levels[] = {0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 3, 0xffff};
    for (int i = 0; i < 12; i++) say("%d %s", levels[i], text(pn_logger_level_name((pn_log_level_t)levels[i])));
}

int main(void)
{
    tracers();
    frames_as_text();
    values_as_text();
    long_lines();
    errors_in_the_log();
    names();
    return 0;
}
