/* Frames made by hand, as if from the peer: right ones, answers to what the side has begun, and slightly wrong ones. */
#ifndef RANDOM_FORGE_H
#define RANDOM_FORGE_H

#include "random/transports.h"

typedef struct { bytes_t bytes; unsigned count; } fields_t;

static void field(fields_t *fields, const void *start, size_t size)
{
    put(&fields->bytes, start, size);
    fields->count++;
}

static void f_null(fields_t *fields) { field(fields, "\x40", 1); }
static void f_bool(fields_t *fields, bool value) { field(fields, value ? "\x41" : "\x42", 1); }

static void f_uint(fields_t *fields, uint32_t value)
{
    put_byte(&fields->bytes, 0x70);
    put_u32(&fields->bytes, value);
    fields->count++;
}

static void f_ushort(fields_t *fields, unsigned value)
{
    unsigned char out[3] = {0x60, (unsigned char)(value >> 8), (unsigned char)value};
    field(fields, out, 3);
}

static void f_octets(fields_t *fields, unsigned code, const char *start, size_t size)
{
    put_byte(&fields->bytes, code);
    put_byte(&fields->bytes, (unsigned)size);
    put(&fields->bytes, start, size);
    fields->count++;
}

/* Sends a frame; now and then with its last fields missing. */
static void forge(wire_t *wire, unsigned channel, unsigned code, fields_t *fields, const char *payload)
{
    put_performative(&wire->data, 0, channel, code, fields->count, fields->bytes.start, fields->bytes.size, payload);
    free(fields->bytes.start);
    report_wire(wire, "forged");
}

/* A number that is used, or one that is not. */
static unsigned some_channel(const wire_t *wire, uint32_t number)
{
    if (number % 32 == 0) return number / 32 % 5;
    for (unsigned i = 0; i < CHANNELS; i++)
        if (wire->channels[(number / 32 + i) % CHANNELS].begun) return (number / 32 + i) % CHANNELS;
    return 0;
}

static unsigned some_handle(const wire_t *wire, unsigned channel, uint32_t number)
{
    if (number % 32 == 0 || channel >= CHANNELS) return number / 32 % 5;
    for (unsigned i = 0; i < HANDLES; i++)
        if (wire->channels[channel].handles[(number / 32 + i) % HANDLES].attached) return (number / 32 + i) % HANDLES;
    return 0;
}

/* A number that a real peer does not use. */
static unsigned unused(uint32_t number, unsigned limit)
{
    return world.solo ? number % 5 : limit / 2 + number % (limit / 2);
}

static void forge_open(wire_t *wire, const step_t *step)
{
    fields_t fields = {0};
    if (wire->data.size == 0) put(&wire->data, "AMQP\0\1\0\0", 8);
    f_octets(&fields, 0xa1, "forged", step->b % 7);
    f_null(&fields);
    if (step->c % 4) f_uint(&fields, 512 + step->c % 1024);
    if (step->c % 4 > 1) f_ushort(&fields, 4 + step->c % 30);
    forge(wire, 0, 0x10, &fields, "");
}

static void forge_begin(wire_t *wire, const wire_t *other, const step_t *step)
{
    fields_t fields = {0};
    unsigned answers = ~0u, channel = unused(step->a, CHANNELS);
    for (unsigned i = 0; i < CHANNELS && answers == ~0u; i++) {
        if (!other->channels[i].begun || other->channels[i].remote != ~UINT64_C(0)) continue;
        bool answered = false;
        for (unsigned k = 0; k < CHANNELS; k++)
            answered = answered || (wire->channels[k].begun && wire->channels[k].remote == i);
        if (!answered) answers = i;
    }
    /* A second begin on a channel is for the rules. */
    if (wire->channels[channel].begun) return;
    if (step->b % 32 == 0) answers = 40 + step->b / 32 % 4;
    if (answers == ~0u) f_null(&fields);
    else f_ushort(&fields, answers);
    f_uint(&fields, step->c % 4 ? 0 : UINT32_C(0xfffffffe));
    f_uint(&fields, step->b % 4 ? 1000 : step->b % 5);
    f_uint(&fields, 1000);
    if (step->c % 3 == 0) f_uint(&fields, 20);
    forge(wire, channel, 0x11, &fields, "");
}

static void forge_attach(wire_t *wire, const wire_t *other, const step_t *step)
{
    fields_t fields = {0};
    unsigned channel = some_channel(wire, step->a), handle = unused(step->b, HANDLES);
    if (channel >= CHANNELS) return;
    const char *name = step->c % 4 ? names[step->c / 4 % 6] : "forged";
    bool receiver = step->c / 32 % 2;
    unsigned mine = wire->channels[channel].remote < CHANNELS ? (unsigned)wire->channels[channel].remote : 0;
    for (unsigned i = 0; i < CHANNELS; i++)
        if (other->channels[i].begun && other->channels[i].remote == channel) mine = i;
    for (unsigned i = 0; i < HANDLES && step->c % 16; i++) {
        const handle_state_t *wanted = &other->channels[mine].handles[i];
        if (!wanted->attached) continue;
        bool there = false;
        for (unsigned k = 0; k < HANDLES; k++) {
            const handle_state_t *had = &wire->channels[channel].handles[k];
            there = there || (had->attached && had->receiver != wanted->receiver && !strcmp(had->name, wanted->name));
        }
        if (there) continue;
        name = wanted->name;
        receiver = !wanted->receiver;
        break;
    }
    if (wire->channels[channel].handles[handle].attached) return;
    f_octets(&fields, 0xa1, name, strlen(name));
    f_uint(&fields, handle);
    f_bool(&fields, receiver);
    if (step->b % 3) {
        f_octets(&fields, 0x50, "", 0);
        fields.bytes.start[fields.bytes.size - 1] = (unsigned char)(step->b % 3);
        f_null(&fields);
        field(&fields, "\x00\x53\x28\xc0\x05\x01\xa1\x02qq", 10);
        field(&fields, "\x00\x53\x29\x45", 4);
        f_null(&fields);
        f_null(&fields);
        f_uint(&fields, 0);
    }
    forge(wire, channel, 0x12, &fields, "");
}

static void forge_flow(wire_t *wire, const wire_t *other, const step_t *step)
{
    fields_t fields = {0};
    unsigned channel = some_channel(wire, step->a), handle = some_handle(wire, channel, step->b);
    const handle_state_t *state = handle_at(wire, channel, handle);
    bool small = step->b % 3 == 0;
    world.windows = world.windows || small;
    if (step->c % 4 && !(small && applies(WINDOWS_AHEAD))) f_uint(&fields, 0);
    else f_null(&fields);
    f_uint(&fields, small ? step->b % 4 : 500);
    f_uint(&fields, channel < CHANNELS ? wire->channels[channel].next_delivery : 0);
    f_uint(&fields, 500);
    if (step->c % 8 && (world.solo || !applies(NEGATIVE_CREDIT))) {
        f_uint(&fields, handle);
        /* A receiver repeats what it has seen; a sender never goes back. */
        uint32_t count = state ? state->count : 0;
        if (state && state->receiver) {
            count = 0;
            for (unsigned i = 0; i < HANDLES && channel < CHANNELS; i++)
                for (unsigned k = 0; k < CHANNELS; k++) {
                    const handle_state_t *sender = &other->channels[k].handles[i];
                    if (sender->attached && !sender->receiver && !strcmp(sender->name, state->name)) count = sender->count;
                }
            if (step->c % 32 == 1) count++;
        }
        f_uint(&fields, count);
        f_uint(&fields, step->c / 8 % 6);
        f_uint(&fields, 0);
        f_bool(&fields, step->c / 64 % 4 == 0);
    }
    forge(wire, channel, 0x13, &fields, "");
}

static void forge_transfer(wire_t *wire, const step_t *step)
{
    fields_t fields = {0};
    unsigned channel = some_channel(wire, step->a), handle = some_handle(wire, channel, step->b);
    const handle_state_t *state = handle_at(wire, channel, handle);
    if (state && state->attached && state->receiver) return; /* it is theirs to receive */
    uint32_t id = !state ? 0 : state->partial ? state->partial_id : wire->channels[channel].next_delivery;
    if (state && !wire->channels[channel].transferred && step->c % 3 == 0) id = UINT32_C(0xffffffff);
    if (step->c % 32 == 0) id += step->c / 32 % 3;
    bool aborted = step->b % 16 == 1;
    f_uint(&fields, handle);
    bool given = applies(IDS_GIVEN) && (!state || !wire->channels[channel].transferred || step->a % 5 == 0);
    if (step->c % 8 == 1 && !given) f_null(&fields);
    else f_uint(&fields, id);
    f_octets(&fields, 0xa0, "tag-of-forgery", step->c / 8 % 15);
    f_uint(&fields, 0);
    f_bool(&fields, step->a % 4 == 0 || aborted);
    f_bool(&fields, !aborted && step->a % 5 == 0);
    if (step->b % 8 == 0 || aborted) {
        f_null(&fields);
        if (step->b % 16 == 0) field(&fields, "\x00\x53\x24\x45", 4);
        else f_null(&fields);
        f_null(&fields);
        f_bool(&fields, aborted);
    }
    forge(wire, channel, 0x14, &fields, aborted ? "" : "payload of a forged transfer" + step->c % 28);
}

static void forge_disposition(wire_t *wire, const wire_t *other, const step_t *step)
{
    static const char *const states[] = {"\x00\x53\x24\x45", "\x00\x53\x26\x45", "\x00\x53\x25\x45", "\x00\x53\x27\x45"};
    fields_t fields = {0};
    unsigned channel = some_channel(wire, step->a);
    bool receiver = step->b % 4, settled = step->b % 5 == 0;
    if (applies(SETTLED_FOR_GOOD) && wire->settled) {
        if (!world.solo) return;
        settled = true;
    }
    if (applies(SETTLED_FOR_GOOD) && !world.solo) settled = false;
    uint32_t next = 0;
    for (unsigned i = 0; i < CHANNELS; i++)
        if (other->channels[i].next_delivery > next) next = other->channels[i].next_delivery;
    if (!receiver && channel < CHANNELS) next = wire->channels[channel].next_delivery;
    uint32_t first = next - 1 - step->c % 3;
    f_bool(&fields, receiver);
    f_uint(&fields, first);
    if (step->c % 4) f_uint(&fields, step->c % 64 == 1 ? first - 1 : first + step->c / 4 % 3);
    else f_null(&fields);
    f_bool(&fields, settled);
    if (step->b % 3) field(&fields, states[step->b / 3 % 4], 4);
    forge(wire, channel, 0x15, &fields, "");
}

static void forge_end(wire_t *wire, const step_t *step)
{
    fields_t fields = {0};
    unsigned channel = some_channel(wire, step->a), kind = step->c % 8;
    unsigned code = kind < 5 ? 0x16 : kind < 7 ? 0x17 : 0x18;
    if (code == 0x16) {
        f_uint(&fields, some_handle(wire, channel, step->b));
        f_bool(&fields, step->b % 3);
    }
    if (step->b % 5 == 0) field(&fields, "\x00\x53\x1d\xc0\x06\x01\xa3\x03" "a:b", 11);
    forge(wire, code == 0x18 ? 0 : channel, code, &fields, "");
}

static void forge_any(side_t *side, const step_t *step)
{
    wire_t *wire = side->in;
    const wire_t *other = side->out;
    if (!at_boundary(wire) || wire->closed || wire->ended) return;
    if (world.sasl && applies(SASL_BY_LAYER)) return;
    step_t rest = {0, 0, step->a / 64, step->b, step->c};
    if (!wire->opened && (world.solo || !wire->data.size)) {
        if (world.solo) forge_open(wire, &rest);
        return;
    }
    if (!may_attach()) return;
    if (!world.solo && applies(FORGED_NUMBERS) && step->a % 64 < 20 && step->a % 64 > 1) return;
    switch (step->a % 64) {
    case 0: put_frame(&wire->data, 0, step->b % 3, "", 0), report_wire(wire, "forged"); break;
    case 1: forge_open(wire, &rest); break;
    case 2: case 3: case 4: case 5: case 6: case 7: forge_begin(wire, other, &rest); break;
    case 8: case 9: forge_end(wire, &rest); break;
    case 10: case 11: case 12: case 13: case 14: case 15: case 16: case 17: case 18: case 19:
        forge_attach(wire, other, &rest);
        break;
    default:
        if (step->a % 64 < 36) forge_flow(wire, other, &rest);
        else if (step->a % 64 < 54 && (world.solo || !applies(NEGATIVE_CREDIT))) forge_transfer(wire, &rest);
        else forge_disposition(wire, other, &rest);
        break;
    }
}

#endif
