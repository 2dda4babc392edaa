/* What goes over the wire: the bytes of one direction, cut into protocol headers and frames.
 *
 * Frames are reported value by value with their type codes, so that both libraries can be held to the same encoding
 * but for what a rule excepts. Chunks are counted in frames and parts of a frame, because a frame may be longer on
 * one library than on the other. What the frames establish (channels, handles, ids) is kept for those who forge more.
 */
#ifndef RANDOM_WIRE_H
#define RANDOM_WIRE_H

#include "peer.h"
#include "random/report.h"
#include "random/rules.h"

/* The upper half is for forged frames where there is a real peer as well. */
enum { CHANNELS = 16, HANDLES = 32 };

typedef struct {
    bool attached, receiver, partial;
    char name[24];
    uint32_t count, partial_id;
} handle_state_t;

typedef struct {
    bool begun;
    uint64_t remote; /* the channel it answers, ~0 if none */
    uint32_t next_delivery;
    bool transferred;
    handle_state_t handles[HANDLES];
} channel_state_t;

typedef struct {
    bytes_t data;
    size_t parsed; /* reported up to here */
    size_t moved;  /* delivered up to here */
    bool opened, closed, ended, settled;
    channel_state_t channels[CHANNELS];
} wire_t;

typedef struct {
    unsigned char code;
    uint64_t descriptor; /* ~0 without one */
    uint64_t number;
    const unsigned char *start;
    size_t size;
} value_t;

static uint64_t big_endian(const unsigned char *start, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) value = value << 8 | start[i];
    return value;
}

/* Reads the value at `*at`; false if it does not end before `end`. */
static bool read_value(const unsigned char **at, const unsigned char *end, value_t *value)
{
    static const unsigned char widths[16] = {0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 0, 0, 0, 0, 0, 0};
    memset(value, 0, sizeof *value);
    value->descriptor = ~UINT64_C(0);
    if (*at >= end) return false;
    value->code = *(*at)++;
    if (value->code == 0) {
        value_t descriptor;
        if (!read_value(at, end, &descriptor) || !read_value(at, end, value)) return false;
        value->descriptor = descriptor.number;
        return true;
    }
    size_t size = widths[value->code >> 4];
    if (value->code >> 4 >= 10) {
        size_t prefix = value->code & 0x10 ? 4 : 1;
        if ((size_t)(end - *at) < prefix) return false;
        size = (size_t)big_endian(*at, prefix);
        *at += prefix;
    }
    if ((size_t)(end - *at) < size) return false;
    value->start = *at;
    value->size = size;
    value->number = size <= 8 ? big_endian(*at, size) : 0;
    if (value->code == 0x41) value->number = 1;
    *at += size;
    return true;
}

/* The values of a list or map; how many there are. */
static size_t read_items(const value_t *list, value_t *items, size_t room)
{
    if (list->code == 0x45 || list->size == 0) return 0;
    const unsigned char *at = list->start + (list->code & 0x10 ? 4 : 1), *end = list->start + list->size;
    size_t count = 0;
    while (count < room && at < end && read_value(&at, end, &items[count])) count++;
    return count;
}

/* The name that is meant where 0.37 has one of its own. */
static const char *plain_name(const char *name)
{
    if (!name || !applies(CONDITION_NAMES)) return name;
    if (!strcmp(name, "amqp:not allowed")) return "amqp:not-allowed";
    if (!strcmp(name, "amqp:session:invalid-field")) return "amqp:invalid-field";
    return name;
}

static bool is_compound(unsigned char code)
{
    return code == 0x45 || code == 0xc0 || code == 0xd0 || code == 0xc1 || code == 0xd1;
}

static bool is_null(const value_t *value)
{
    return value->code == 0x40 && value->descriptor == ~UINT64_C(0);
}

static void report_value(const value_t *value, int depth)
{
    char name[8];
    bool described = value->descriptor != ~UINT64_C(0);
    if (described) num("@", (int64_t)value->descriptor);
    if (described && value->code == 0x40 && applies(NULL_STATES)) {
        num("[", 0);
        octets("]", "", 0);
        return;
    }
    snprintf(name, sizeof name, "%02x", value->code);
    if (applies(SHORT_ARRAYS) && (value->code == 0xe0 || value->code == 0xf0)) {
        size_t count = value->code & 0x10 ? 4 : 1;
        if (value->size < count) return;
        num("array", (int64_t)big_endian(value->start, count));
        octets("", value->start + count, value->size - count);
        return;
    }
    if (!is_compound(value->code) || depth > 8) {
        if (value->size > 8 || value->code >> 4 >= 10) octets(name, value->start, value->size);
        else if (value->size) num(name, (int64_t)value->number);
        else num("", value->code);
        return;
    }
    value_t items[32];
    size_t count = read_items(value, items, 32);
    if (applies(BEGIN_HANDLE_MAX) && value->descriptor == 0x11 && count > 4) count = 4;
    if (applies(TRAILING_NULLS)) while (count && is_null(&items[count - 1])) count--;
    num("[", (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        char text[64];
        if (value->descriptor == 0x1d && i == 0 && items[0].size < sizeof text) {
            memcpy(text, items[0].start, items[0].size);
            text[items[0].size] = '\0';
            str("condition", plain_name(text));
        } else if (value->descriptor == 0x13 && i == 6 && applies(NEGATIVE_CREDIT) && (int32_t)items[i].number <= 0) {
            num("credit", 0);
        } else {
            report_value(&items[i], depth + 1);
        }
    }
    octets("]", "", 0);
}

static handle_state_t *handle_at(wire_t *wire, unsigned channel, uint64_t handle)
{
    return channel < CHANNELS && handle < HANDLES ? &wire->channels[channel].handles[handle] : NULL;
}

static void learn_attach(wire_t *wire, unsigned channel, const value_t *fields)
{
    handle_state_t *state = handle_at(wire, channel, fields[1].number);
    if (!state) return;
    memset(state, 0, sizeof *state);
    state->attached = true;
    state->receiver = fields[2].number;
    if (fields[0].size < sizeof state->name) memcpy(state->name, fields[0].start, fields[0].size);
}

static void learn_transfer(wire_t *wire, unsigned channel, const value_t *fields)
{
    handle_state_t *state = handle_at(wire, channel, fields[0].number);
    if (!state) return;
    channel_state_t *session = &wire->channels[channel];
    if (!state->partial) {
        state->partial_id = session->transferred ? session->next_delivery : (uint32_t)fields[1].number;
        session->next_delivery = state->partial_id + 1;
        session->transferred = true;
        state->count++;
    }
    state->partial = fields[5].number && !fields[9].number;
}

/* Keeps what a frame establishes. */
static void learn(wire_t *wire, unsigned channel, const value_t *body)
{
    value_t fields[16];
    memset(fields, 0, sizeof fields);
    size_t count = read_items(body, fields, 16);
    for (size_t i = count; i < 16; i++) fields[i].code = 0x40;
    handle_state_t *handle;
    switch (body->descriptor) {
    case 0x10: wire->opened = true; break;
    case 0x11:
        if (channel >= CHANNELS) break;
        memset(&wire->channels[channel], 0, sizeof wire->channels[channel]);
        wire->channels[channel].begun = true;
        wire->channels[channel].remote = fields[0].code == 0x40 ? ~UINT64_C(0) : fields[0].number;
        break;
    case 0x15: wire->settled = wire->settled || fields[3].number; break;
    case 0x12: learn_attach(wire, channel, fields); break;
    case 0x14:
        learn_transfer(wire, channel, fields);
        wire->settled = wire->settled || fields[4].number;
        break;
    case 0x16:
        if ((handle = handle_at(wire, channel, fields[0].number))) handle->attached = false;
        break;
    case 0x17:
        if (channel < CHANNELS) wire->channels[channel].begun = false;
        break;
    case 0x18: wire->closed = true; break;
    default: break;
    }
}

/* The length of the header or frame at `at`; 0 if its length is not there yet. */
static size_t unit_size(const wire_t *wire, size_t at)
{
    if (at + 8 > wire->data.size) return 0;
    const unsigned char *start = wire->data.start + at;
    size_t left = wire->data.size - at;
    if (!memcmp(start, "AMQP", 4)) return 8;
    size_t size = (size_t)big_endian(start, 4);
    return size < 8 ? left : size;
}

static void report_unit(wire_t *wire, const char *who, const unsigned char *start, size_t size)
{
    line(who);
    if (!memcmp(start, "AMQP", 4)) {
        octets("header", start, 8);
        return;
    }
    unsigned channel = (unsigned)big_endian(start + 6, 2);
    num("type", start[5]);
    num("channel", channel);
    const unsigned char *at = start + 8, *end = start + size;
    value_t body;
    if (!read_value(&at, end, &body)) return;
    report_value(&body, 0);
    num("payload", end - at);
    num("hash", (int64_t)(hash(at, (size_t)(end - at)) & 0xffff));
    if (start[5] == 0) learn(wire, channel, &body);
}

/* Reports the frames that are whole. */
static void report_wire(wire_t *wire, const char *who)
{
    for (;;) {
        size_t size = unit_size(wire, wire->parsed);
        if (!size || wire->data.size - wire->parsed < size) return;
        report_unit(wire, who, wire->data.start + wire->parsed, size);
        wire->parsed += size;
    }
}

static bool at_boundary(const wire_t *wire)
{
    return wire->parsed == wire->data.size;
}

/* Where `frames` whole frames and `part` 256ths of another one end, counting from `from`, which is in `unit`. */
static size_t cut(const wire_t *wire, size_t unit, size_t from, unsigned frames, unsigned part)
{
    for (;;) {
        size_t size = unit_size(wire, unit);
        if (!size) return wire->data.size;
        if (unit + size > from) {
            if (!frames) {
                size_t to = unit + size * part / 256 + (part && size * part < 256);
                return to < from ? from : to < wire->data.size ? to : wire->data.size;
            }
            frames--;
        }
        unit += size;
        if (unit >= wire->data.size) return wire->data.size;
    }
}

static bool is_close(const unsigned char *start, size_t size)
{
    return size > 10 && memcmp(start, "AMQP", 4) && start[5] == 0 && start[8] == 0 && start[9] == 0x53 && start[10] == 0x18;
}

#endif
