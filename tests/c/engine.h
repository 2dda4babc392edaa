/* Engines without a driver: a connection, its transport and its collector, moved by hand.
 *
 * Everything that happens is printed: each event with the class of its context and the state of what it is about,
 * and each frame in hex, in both directions. The other side is either a second engine (`converse`) or a peer made
 * of bytes (`tell`), whose frames are written in a small notation:
 *
 *   ~ null   + true   - false   7 uint   l7 ulong   h7 ushort   b7 ubyte   "text" string   :name symbol
 *   'tag' binary   #c0ff raw bytes of one value   [ ] list   { } map   @24 the next value, described by 0x24
 */
#ifndef ENGINE_H
#define ENGINE_H

#include "transcript.h"

#include "peer.h"

#include <ctype.h>

typedef struct engine_t {
    const char *name;
    pn_connection_t *connection;
    pn_transport_t *transport;
    pn_collector_t *collector;
    pn_session_t *session; /* the last that an event was about */
    pn_link_t *link;
    pn_delivery_t *delivery;
    bool told; /* that its output has ended */
} engine_t;

/* Writes a value that begins at `*text`. */
static void write_value(bytes_t *to, const char **text);

static unsigned write_values(bytes_t *to, const char **text, char end)
{
    unsigned count = 0;
    for (;;) {
        while (**text == ' ') ++*text;
        if (!**text) break;
        if (**text == end) {
            ++*text;
            break;
        }
        write_value(to, text);
        count++;
    }
    return count;
}

static void write_compound(bytes_t *to, const char **text, unsigned code, char end)
{
    bytes_t content = {0};
    unsigned count = write_values(&content, text, end);
    put_byte(to, code);
    put_u32(to, (uint32_t)content.size + 4);
    put_u32(to, count);
    put(to, content.start, content.size);
    free(content.start);
}

static void write_text(bytes_t *to, const char **text, unsigned code, const char *ends)
{
    size_t size = strcspn(*text, ends);
    put_byte(to, code);
    put_byte(to, (unsigned)size);
    put(to, *text, size);
    *text += size;
}

static void write_hex(bytes_t *to, const char **text)
{
    unsigned byte;
    while (sscanf(*text, "%2x", &byte) == 1 && isxdigit((unsigned char)**text)) {
        put_byte(to, byte);
        *text += 2;
    }
}

static void write_number(bytes_t *to, const char **text, unsigned code, int width)
{
    char *end;
    unsigned long long value = strtoull(*text, &end, 10);
    *text = end;
    put_byte(to, code);
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) put_byte(to, (unsigned)(value >> shift));
}

static void write_value(bytes_t *to, const char **text)
{
    char first = *(*text)++;
    switch (first) {
    case '~': put_byte(to, 0x40); break;
    case '+': put_byte(to, 0x41); break;
    case '-': put_byte(to, 0x42); break;
    case 'l': write_number(to, text, 0x80, 8); break;
    case 'h': write_number(to, text, 0x60, 2); break;
    case 'b': write_number(to, text, 0x50, 1); break;
    case '"': write_text(to, text, 0xa1, "\""), ++*text; break;
    case '\'': write_text(to, text, 0xa0, "'"), ++*text; break;
    case ':': write_text(to, text, 0xa3, " ]}"); break;
    case '#': write_hex(to, text); break;
    case '[': write_compound(to, text, 0xd0, ']'); break;
    case '{': write_compound(to, text, 0xd1, '}'); break;
    case '@':
        put(to, "\x00\x53", 2);
        put_byte(to, (unsigned)strtoul(*text, (char **)text, 16));
        while (**text == ' ') ++*text;
        write_value(to, text);
        break;
    default:
        --*text;
        write_number(to, text, 0x70, 4);
        break;
    }
}

/* A frame in the notation above. */
static MAYBE void write_frame(bytes_t *to, unsigned type, unsigned channel, unsigned code, const char *fields,
                              const char *payload)
{
    bytes_t content = {0};
    unsigned count = write_values(&content, &fields, '\0');
    put_performative(to, type, channel, code, count, content.start, content.size, payload);
    free(content.start);
}

static const char *hex(const unsigned char *start, size_t size)
{
    static char pool[2][2100];
    static unsigned turn;
    char *out = pool[turn++ % 2];
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < size && i < 1000; i++) at += (size_t)sprintf(out + at, "%02x", start[i]);
    if (size > 1000) sprintf(out + at, "+%zu", size - 1000);
    return out;
}

static const char *frame_name(const unsigned char *frame, size_t size)
{
    static const char *const names[] = {"open", "begin", "attach", "flow", "transfer", "disposition", "detach",
                                        "end", "close"};
    static const char *const sasl[] = {"mechanisms", "init", "challenge", "response", "outcome"};
    if (size == 8) return "empty";
    if (size < 11 || frame[8] != 0 || frame[9] != 0x53) return "frame";
    unsigned code = frame[10];
    if (code >= 0x10 && code <= 0x18) return names[code - 0x10];
    if (code >= 0x40 && code <= 0x44) return sasl[code - 0x40];
    return "frame";
}

/* How many bytes a value other than a list takes, its constructor included. */
static size_t width_of(const unsigned char *from, size_t size)
{
    static const size_t fixed[] = {1, 2, 3, 5, 9, 17};
    unsigned class = from[0] >> 4;
    if (from[0] == 0x00) return 0;
    if (class >= 0x4 && class <= 0x9) return fixed[class - 4];
    if (class & 1) return size < 5 ? 0 : 5 + ((size_t)from[1] << 24 | (size_t)from[2] << 16 | (size_t)from[3] << 8 | from[4]);
    return size < 2 ? 0 : 2 + (size_t)from[1];
}

/* Copies a value in its smallest form, without the nulls at the end of lists. How many bytes were read; 0 if it is none. */
static size_t trim(bytes_t *to, const unsigned char *from, size_t size)
{
    if (!size) return 0;
    if (from[0] == 0x00) { /* described: the descriptor and the value */
        put_byte(to, 0);
        size_t descriptor = trim(to, from + 1, size - 1);
        size_t value = descriptor ? trim(to, from + 1 + descriptor, size - 1 - descriptor) : 0;
        return value ? 1 + descriptor + value : 0;
    }
    size_t whole = width_of(from, size);
    if (!whole || whole > size) return 0;
    unsigned class = from[0] >> 4;
    if (class < 0xc || from[0] == 0x45) {
        put(to, from, whole);
        return whole;
    }
    bool small = !(class & 1), list = (from[0] & 15) == 0;
    size_t at = small ? 3 : 9, kept = 0;
    unsigned count = small ? from[2] : from[8], last = count;
    bytes_t content = {0};
    if (list && class < 0xe) {
        last = 0;
        for (count = 0; at < whole; count++) {
            size_t read = trim(&content, from + at, whole - at);
            if (!read) break;
            if (from[at] != 0x40) kept = content.size, last = count + 1;
            at += read;
        }
    } else {
        put(&content, from + at, whole - at);
        kept = content.size;
    }
    if (!last && list) {
        put_byte(to, 0x45);
    } else if (kept < 255) {
        put_byte(to, (class & 0xe) << 4 | (from[0] & 15));
        put_byte(to, (unsigned)kept + 1);
        put_byte(to, last);
    } else {
        put_byte(to, (class | 1) << 4 | (from[0] & 15));
        put_u32(to, (uint32_t)kept + 4);
        put_u32(to, last);
    }
    put(to, content.start, kept);
    free(content.start);
    return whole;
}

/* Prints one frame. What newer releases say otherwise is evened out: nulls at the end of lists and the handle-max of
 * a begin are cut, and compounds are shown in their small form. */
static void say_frame(const char *from, unsigned char *frame, size_t size)
{
    const char *name = frame_name(frame, size);
    bytes_t body = {0};
    if (!strcmp(name, "begin") && frame[11] == 0xc0 && frame[13] == 5
        && !memcmp(frame + size - 5, "\x70\x7f\xff\xff\xff", 5))
        frame[size - 5] = 0x40, frame[12] -= 4, size -= 4;
    size_t read = size > 8 ? trim(&body, frame + 8, size - 8) : 0;
    if (!read) body.size = 0;
    put(&body, frame + 8 + read, size - 8 - read);
    unsigned char head[8];
    memcpy(head, frame, 8);
    for (int i = 0; i < 4; i++) head[i] = (unsigned char)((body.size + 8) >> (24 - 8 * i));
    say("%s -> %s %s %s", from, name, hex(head, 8), hex(body.start, body.size));
    free(body.start);
}

/* Prints bytes, frame by frame. */
static MAYBE void say_bytes(const char *from, const void *bytes, size_t size)
{
    unsigned char *copy = malloc(size + 1), *start = copy;
    if (size) memcpy(copy, bytes, size);
    while (size >= 8) {
        size_t frame = (size_t)start[0] << 24 | (size_t)start[1] << 16 | (size_t)start[2] << 8 | start[3];
        if (!memcmp(start, "AMQP", 4)) {
            say("%s -> header %s", from, hex(start, 8));
            frame = 8;
        } else if (frame < 8 || frame > size) {
            break;
        } else {
            say_frame(from, start, frame);
        }
        start += frame;
        size -= frame;
    }
    if (size) say("%s -> bytes %s", from, hex(start, size));
    free(copy);
}

static void say_context(engine_t *engine, pn_event_t *event)
{
    const char *name = engine->name, *type = pn_event_type_name(pn_event_type(event));
    const char *class = pn_class_name(pn_event_class(event));
    pn_connection_t *connection = pn_event_connection(event);
    pn_session_t *session = pn_event_session(event);
    pn_link_t *link = pn_event_link(event);
    pn_delivery_t *delivery = pn_event_delivery(event);
    if (delivery)
        say("%s %s (%s) %s local=%" PRIx64 " remote=%" PRIx64 " settled=%d updated=%d partial=%d readable=%d"
            " writable=%d aborted=%d pending=%zu", name, type, class, bytes(pn_delivery_tag(delivery)),
            pn_delivery_local_state(delivery), pn_delivery_remote_state(delivery), pn_delivery_settled(delivery),
            pn_delivery_updated(delivery), pn_delivery_partial(delivery), pn_delivery_readable(delivery),
            pn_delivery_writable(delivery), pn_delivery_aborted(delivery), pn_delivery_pending(delivery));
    else if (link && pn_event_type(event) == PN_LINK_FINAL)
        say("%s %s (%s) %s state=%d", name, type, class, text(pn_link_name(link)), pn_link_state(link));
    else if (link)
        say("%s %s (%s) %s state=%d credit=%d queued=%d remote_credit=%d drain=%d", name, type, class,
            text(pn_link_name(link)), pn_link_state(link), pn_link_credit(link), pn_link_queued(link),
            pn_link_remote_credit(link), pn_link_get_drain(link));
    else if (session) say("%s %s (%s) state=%d", name, type, class, pn_session_state(session));
    else if (connection) say("%s %s (%s) state=%d", name, type, class, pn_connection_state(connection));
    else say("%s %s (%s)", name, type, class);
}

/* Prints the events that wait, in order. */
static MAYBE void say_events(engine_t *engine)
{
    for (pn_event_t *event; (event = pn_collector_peek(engine->collector)); pn_collector_pop(engine->collector)) {
        say_context(engine, event);
        if (pn_event_session(event)) engine->session = pn_event_session(event);
        if (pn_event_link(event)) engine->link = pn_event_link(event);
        if (pn_event_delivery(event)) engine->delivery = pn_event_delivery(event);
        if (pn_event_type(event) == PN_TRANSPORT_ERROR)
            say("%s error %s", engine->name, condition_text(pn_transport_condition(engine->transport)));
    }
}

/* Prints what one engine has to say and hands it to the other, if there is one. True if there was anything. */
static MAYBE bool speak(engine_t *from, engine_t *to)
{
    bool moved = false;
    bytes_t said = {0};
    ssize_t size;
    while ((size = pn_transport_pending(from->transport)) > 0) {
        put(&said, pn_transport_head(from->transport), (size_t)size);
        pn_transport_pop(from->transport, (size_t)size);
        moved = true;
    }
    say_bytes(from->name, said.start, said.size);
    if (to && said.size) {
        ssize_t taken = pn_transport_push(to->transport, (const char *)said.start, said.size);
        if (taken != (ssize_t)said.size) say("%s takes %zd of %zu", to->name, taken, said.size);
    }
    if (size < 0 && !from->told) {
        from->told = moved = true;
        say("%s -> EOS %zd", from->name, size);
        if (to) pn_transport_close_tail(to->transport);
    }
    free(said.start);
    return moved;
}

/* Lets two engines talk until both are quiet. */
static MAYBE void converse(engine_t *a, engine_t *b)
{
    bool moved;
    int rounds = 0;
    do {
        say_events(a);
        say_events(b);
        moved = speak(a, b);
        say_events(a);
        say_events(b);
        moved = speak(b, a) || moved;
    } while (moved && ++rounds < 100);
    say_events(a);
    say_events(b);
}

/* Prints an engine's events and output until it is quiet. */
static MAYBE void hear(engine_t *engine)
{
    say_events(engine);
    while (speak(engine, NULL)) say_events(engine);
    say_events(engine);
}

/* The peer says these bytes. */
static MAYBE void tell_bytes(engine_t *engine, const void *start, size_t size)
{
    say_bytes("peer", start, size);
    ssize_t taken = pn_transport_push(engine->transport, start, size);
    if (taken != (ssize_t)size) say("%s takes %zd of %zu", engine->name, taken, size);
    hear(engine);
}

/* The peer says a frame in the notation above. */
static MAYBE void tell(engine_t *engine, unsigned channel, unsigned code, const char *fields, const char *payload)
{
    bytes_t frame = {0};
    write_frame(&frame, code >= 0x40, channel, code, fields, payload);
    tell_bytes(engine, frame.start, frame.size);
    free(frame.start);
}

static MAYBE void tell_header(engine_t *engine)
{
    tell_bytes(engine, "AMQP\x00\x01\x00\x00", 8);
}

/* The peer's stream ends. */
static MAYBE void tell_end(engine_t *engine)
{
    say("peer -> EOS %d", pn_transport_close_tail(engine->transport));
    hear(engine);
}

/* A connection with a collector and a transport, not bound. */
static MAYBE engine_t make_engine(const char *name, bool server)
{
    engine_t engine = {.name = name};
    engine.connection = pn_connection();
    engine.collector = pn_collector();
    engine.transport = pn_transport();
    if (server) pn_transport_set_server(engine.transport);
    pn_transport_set_max_frame(engine.transport, 4096);
    pn_connection_set_container(engine.connection, name);
    pn_connection_collect(engine.connection, engine.collector);
    return engine;
}

/* The same, bound, with its first events printed. */
static MAYBE engine_t bound_engine(const char *name, bool server)
{
    engine_t engine = make_engine(name, server);
    pn_transport_bind(engine.transport, engine.connection);
    say_events(&engine);
    return engine;
}

/* Two engines with a session each, all open; what they say meanwhile is in other scenarios. */
static MAYBE void open_engines(engine_t *a, engine_t *b)
{
    muted = true;
    *a = bound_engine("A", false);
    *b = bound_engine("B", true);
    pn_connection_open(a->connection);
    pn_connection_open(b->connection);
    a->session = pn_session(a->connection);
    pn_session_open(a->session);
    converse(a, b);
    pn_session_open(b->session);
    converse(a, b);
    muted = false;
}

/* A client whose peer is made of bytes: connection and session are open on both sides. */
static MAYBE engine_t open_to_bytes(void)
{
    muted = true;
    engine_t engine = bound_engine("A", false);
    pn_connection_open(engine.connection);
    engine.session = pn_session(engine.connection);
    pn_session_open(engine.session);
    hear(&engine);
    tell_header(&engine);
    tell(&engine, 0, 0x10, "\"peer\" ~ 4096", "");
    tell(&engine, 5, 0x11, "h0 0 100 100", "");
    muted = false;
    return engine;
}

static MAYBE void say_link(const char *what, pn_link_t *link)
{
    say("%s %s state=%d credit=%d queued=%d remote_credit=%d available=%d unsettled=%d drain=%d", what,
        text(pn_link_name(link)), pn_link_state(link), pn_link_credit(link), pn_link_queued(link),
        pn_link_remote_credit(link), pn_link_available(link), pn_link_unsettled(link), pn_link_get_drain(link));
}

static MAYBE void say_delivery(const char *what, pn_delivery_t *delivery)
{
    say("%s %s local=%" PRIx64 " remote=%" PRIx64 " settled=%d updated=%d partial=%d readable=%d writable=%d current=%d"
        " pending=%zu buffered=%d aborted=%d", what, bytes(pn_delivery_tag(delivery)), pn_delivery_local_state(delivery),
        pn_delivery_remote_state(delivery), pn_delivery_settled(delivery), pn_delivery_updated(delivery),
        pn_delivery_partial(delivery), pn_delivery_readable(delivery), pn_delivery_writable(delivery),
        pn_delivery_current(delivery), pn_delivery_pending(delivery), pn_delivery_buffered(delivery),
        pn_delivery_aborted(delivery));
}

/* Attaches a link both ways: `a` sends, `b` receives and grants credit. Nothing is printed. */
static MAYBE void join(engine_t *a, engine_t *b, const char *name, int credit)
{
    muted = true;
    pn_link_t *sender = pn_sender(a->session, name);
    pn_terminus_set_address(pn_link_source(sender), "from");
    pn_terminus_set_address(pn_link_target(sender), "to");
    pn_link_open(sender);
    converse(a, b);
    pn_link_open(b->link);
    if (credit) pn_link_flow(b->link, credit);
    converse(a, b);
    muted = false;
    a->link = sender;
}

static MAYBE pn_delivery_t *send_bytes(pn_link_t *sender, const char *tag, const char *body, size_t size)
{
    pn_delivery_t *delivery = pn_delivery(sender, pn_dtag(tag, strlen(tag)));
    say("send %s %zd", tag, pn_link_send(sender, body, size));
    return delivery;
}

static MAYBE pn_delivery_t *send_whole(pn_link_t *sender, const char *tag, const char *body)
{
    pn_delivery_t *delivery = send_bytes(sender, tag, body, strlen(body));
    say("advance %d", pn_link_advance(sender));
    return delivery;
}

/* Ends an engine: unbinds, frees, and prints what comes of that. */
static MAYBE void end_engine(engine_t *engine)
{
    if (engine->transport) {
        say("%s frames in=%" PRIu64 " out=%" PRIu64 " error %s", engine->name,
            pn_transport_get_frames_input(engine->transport), pn_transport_get_frames_output(engine->transport),
            error_text(pn_transport_error(engine->transport)));
        pn_transport_unbind(engine->transport);
    }
    if (engine->connection) pn_connection_free(engine->connection);
    if (engine->transport) pn_transport_free(engine->transport);
    say_events(engine);
    pn_collector_free(engine->collector);
}

static MAYBE void end_engines(engine_t *a, engine_t *b)
{
    end_engine(a);
    end_engine(b);
}

#endif
