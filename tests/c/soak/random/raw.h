/* Raw connections of the random soak: a client sends a pattern that starts with its number, the server echoes it.
 *
 * Every buffer is in one of three uses, and at the end all of them are back. What comes back has to be the pattern, in
 * order; a client that was not broken off gets all of it.
 */
#ifndef RAW_H
#define RAW_H

#include "soak/random/world.h"

enum { PROLOGUE = 5 }; /* a byte that no AMQP header starts with, and the number */

static unsigned char raw_byte(unsigned lane, unsigned position)
{
    if (position == 0) return 1;
    if (position < PROLOGUE) return (unsigned char)(lane >> (8 * (position - 1)));
    return (unsigned char)(lane * 5 + position * 3 + (position >> 8));
}

/* ---- buffers ---- */

static pn_raw_buffer_t buffer_of(subject_t *subject, unsigned at, unsigned size)
{
    unsigned offset = size < ROOM ? any(8) % (ROOM - size) : 0;
    return (pn_raw_buffer_t){
        .context = at + 1, .bytes = (char *)subject->room[at], .capacity = ROOM, .size = size, .offset = offset};
}

static unsigned come_back(subject_t *subject, const pn_raw_buffer_t *buffer, use_t use)
{
    unsigned at = (unsigned)buffer->context - 1;
    REQUIRE(at < BUFFERS && buffer->bytes == (char *)subject->room[at], "%s %u: a strange buffer came back",
            kinds[subject->kind_held], subject->number);
    REQUIRE(subject->uses[at] == use, "%s %u: buffer %u came back from a use it had not", kinds[subject->kind_held],
            subject->number, at);
    REQUIRE(buffer->size <= buffer->capacity - buffer->offset, "%s %u: buffer %u has more than its room",
            kinds[subject->kind_held], subject->number, at);
    subject->uses[at] = IDLE;
    return at;
}

static void give_read_buffers(subject_t *subject, pn_raw_connection_t *raw)
{
    unsigned most = subject->kind_held == RAW_CLIENT ? BUFFERS / 2 : BUFFERS;
    for (unsigned at = 0; at < most && pn_raw_connection_read_buffers_capacity(raw) > 0; at++) {
        if (subject->uses[at] != IDLE) continue;
        pn_raw_buffer_t buffer = buffer_of(subject, at, 0);
        subject->uses[at] = READING;
        REQUIRE(pn_raw_connection_give_read_buffers(raw, &buffer, 1) == 1, "a read buffer was refused");
    }
}

static void write_buffer(subject_t *subject, pn_raw_connection_t *raw, const pn_raw_buffer_t *buffer)
{
    subject->uses[buffer->context - 1] = WRITING;
    REQUIRE(pn_raw_connection_write_buffers(raw, buffer, 1) == 1, "a write buffer was refused");
    subject->sent += buffer->size;
}

/* A client fills what it may. */
static void send_pattern(subject_t *subject, pn_raw_connection_t *raw)
{
    for (unsigned at = BUFFERS / 2; at < BUFFERS && subject->sent < subject->total; at++) {
        if (subject->uses[at] != IDLE || pn_raw_connection_write_buffers_capacity(raw) == 0) continue;
        unsigned left = subject->total - subject->sent;
        unsigned size = any(ROOM) + 1;
        if (one_in(20)) size = 0;
        pn_raw_buffer_t buffer = buffer_of(subject, at, size < left ? size : left);
        for (unsigned byte = 0; byte < buffer.size; byte++)
            buffer.bytes[buffer.offset + byte] = (char)raw_byte(subject->lane, subject->sent + byte);
        write_buffer(subject, raw, &buffer);
    }
    if (subject->sent == subject->total && !pn_raw_connection_is_write_closed(raw) &&
        (subject->manner != LINGER || atomic_load(&subject->ending)))
        pn_raw_connection_write_close(raw);
}

static void break_off(subject_t *subject, pn_raw_connection_t *raw)
{
    if (subject->lane < LANES) atomic_store(&ledger[subject->lane].disturbed, true);
    subject->finished = true;
    pn_raw_connection_close(raw);
}

/* The server reads the client's number off the stream. */
static void learn_number(subject_t *subject, unsigned char byte)
{
    if (subject->got >= PROLOGUE) return;
    if (subject->got == 0) subject->foreign = byte != 1;
    else subject->lane |= (unsigned)byte << (8 * (subject->got - 1));
    if (subject->got == PROLOGUE - 1 && !subject->foreign) {
        REQUIRE(subject->lane < LANES, "a stream of lane %u", subject->lane);
        atomic_store(&ledger[subject->lane].met, true);
        if (subject->finished) atomic_store(&ledger[subject->lane].disturbed, true);
    }
}

static void came(subject_t *subject, pn_raw_connection_t *raw, const pn_raw_buffer_t *buffer)
{
    const unsigned char *bytes = (const unsigned char *)buffer->bytes + buffer->offset;
    for (unsigned at = 0; at < buffer->size && !subject->foreign; at++, subject->got++) {
        if (subject->kind_held == RAW_SERVER) learn_number(subject, bytes[at]);
        else if (subject->got == 0) subject->foreign = bytes[at] != 1;
        if (!subject->foreign && bytes[at] != raw_byte(subject->lane, subject->got))
            fail("%s %u: byte %u of lane %u is %u", kinds[subject->kind_held], subject->number, subject->got,
                 subject->lane, bytes[at]);
    }
    if (subject->foreign) {
        COUNT(foreigners);
        if (!pn_raw_connection_is_write_closed(raw)) pn_raw_connection_close(raw);
        return;
    }
    if (subject->kind_held == RAW_SERVER && buffer->size && !subject->finished) {
        if (pn_raw_connection_write_buffers_capacity(raw) > 0) write_buffer(subject, raw, buffer);
        else if (subject->lane < LANES) atomic_store(&ledger[subject->lane].disturbed, true);
    }
}

static void take_read(subject_t *subject, pn_raw_connection_t *raw)
{
    pn_raw_buffer_t buffers[BUFFERS];
    size_t most = 1 + any(BUFFERS);
    for (size_t count; (count = pn_raw_connection_take_read_buffers(raw, buffers, most)) > 0;)
        for (size_t at = 0; at < count; at++) {
            come_back(subject, &buffers[at], READING);
            came(subject, raw, &buffers[at]);
        }
}

static void take_written(subject_t *subject, pn_raw_connection_t *raw)
{
    pn_raw_buffer_t buffers[BUFFERS];
    size_t most = 1 + any(BUFFERS);
    for (size_t count; (count = pn_raw_connection_take_written_buffers(raw, buffers, most)) > 0;)
        for (size_t at = 0; at < count; at++) come_back(subject, &buffers[at], WRITING);
}

/* ---- life ---- */

static void raw_connect_subject(subject_t *subject)
{
    char address[PN_MAX_ADDR];
    any_address(address, sizeof address, true);
    pn_raw_connection_t *raw = pn_raw_connection();
    subject->total = PROLOGUE + any(one_in(4) ? 60000 : 3000);
    subject->lane = atomic_fetch_add(&lanes_used, 1) % LANES;
    pn_raw_connection_set_context(raw, subject);
    if (one_in(3)) give_read_buffers(subject, raw);
    pthread_mutex_lock(&subject->lock);
    pn_proactor_raw_connect(proactor, raw, address);
    subject->object = raw;
    pthread_mutex_unlock(&subject->lock);
    COUNT(raws);
}

static void disconnected(subject_t *subject, pn_raw_connection_t *raw)
{
    take_read(subject, raw);
    take_written(subject, raw);
    for (unsigned at = 0; at < BUFFERS; at++)
        REQUIRE(subject->uses[at] == IDLE, "%s %u: buffer %u did not come back", kinds[subject->kind_held],
                subject->number, at);
    REQUIRE(pn_raw_connection_is_read_closed(raw) && pn_raw_connection_is_write_closed(raw),
            "%s %u: disconnected, and not closed", kinds[subject->kind_held], subject->number);
    const struct ledger *lane = &ledger[subject->lane % LANES];
    if (subject->kind_held == RAW_CLIENT && atomic_load(&lane->met) && !atomic_load(&lane->disturbed) &&
        !subject->foreign && atomic_load(&disconnects) == 0) {
        REQUIRE(subject->got == subject->total, "raw client %u: %u bytes of %u came back, %u were sent", subject->number,
                subject->got, subject->total, subject->sent);
        REQUIRE(!pn_condition_is_set(pn_raw_connection_condition(raw)), "raw client %u: %s", subject->number,
                pn_condition_get_description(pn_raw_connection_condition(raw)));
        COUNT(echoes);
    } else if (pn_condition_is_set(pn_raw_connection_condition(raw))) {
        COUNT(failures);
    }
    ended(subject);
}

static void raw_keeps_order(const subject_t *subject, pn_event_type_t type)
{
    const char *kind = kinds[subject->kind_held], *name = pn_event_type_name(type);
    const unsigned char *seen = subject->seen;
    REQUIRE(!subject->ended, "%s %u: %s after the end", kind, subject->number, name);
    bool once = type == PN_RAW_CONNECTION_CONNECTED || type == PN_RAW_CONNECTION_CLOSED_READ ||
                type == PN_RAW_CONNECTION_CLOSED_WRITE || type == PN_RAW_CONNECTION_DRAIN_BUFFERS;
    REQUIRE(!once || seen[type] == 1, "%s %u: %s twice", kind, subject->number, name);
    if (told.reference) return; /* releases before 0.39 have another order */
    bool open = type == PN_RAW_CONNECTION_READ || type == PN_RAW_CONNECTION_WRITTEN ||
                type == PN_RAW_CONNECTION_NEED_READ_BUFFERS || type == PN_RAW_CONNECTION_NEED_WRITE_BUFFERS;
    REQUIRE(!open || seen[PN_RAW_CONNECTION_CONNECTED], "%s %u: %s before it is connected", kind, subject->number, name);
    REQUIRE(type != PN_RAW_CONNECTION_NEED_READ_BUFFERS || !seen[PN_RAW_CONNECTION_CLOSED_READ],
            "%s %u: wants read buffers after the close", kind, subject->number);
    REQUIRE(type != PN_RAW_CONNECTION_NEED_WRITE_BUFFERS || !seen[PN_RAW_CONNECTION_CLOSED_WRITE],
            "%s %u: wants write buffers after the close", kind, subject->number);
    REQUIRE(!seen[PN_RAW_CONNECTION_DRAIN_BUFFERS] || type == PN_RAW_CONNECTION_DRAIN_BUFFERS ||
                type == PN_RAW_CONNECTION_WAKE || type == PN_RAW_CONNECTION_DISCONNECTED,
            "%s %u: %s after the buffers were drained", kind, subject->number, name);
}

static void on_raw_wake(subject_t *subject, pn_raw_connection_t *raw)
{
    woken(subject);
    if (atomic_load(&subject->ending) && subject->seen[PN_RAW_CONNECTION_CONNECTED]) {
        if (subject->kind_held == RAW_SERVER || one_in(2)) break_off(subject, raw);
        else send_pattern(subject, raw);
    } else if (subject->kind_held == RAW_SERVER && one_in(60)) {
        break_off(subject, raw);
    }
}

/* A client that breaks off does so anywhere, whole or by halves. */
static void perhaps_break_off(subject_t *subject, pn_raw_connection_t *raw)
{
    if (subject->manner != ABRUPT || subject->finished || !one_in(6)) return;
    if (!subject->seen[PN_RAW_CONNECTION_CONNECTED]) return;
    atomic_store(&ledger[subject->lane].disturbed, true);
    if (one_in(3)) pn_raw_connection_read_close(raw);
    else break_off(subject, raw);
}

static void on_raw_event(subject_t *subject, pn_event_t *event)
{
    pn_raw_connection_t *raw = pn_event_raw_connection(event);
    pn_event_type_t type = pn_event_type(event);
    raw_keeps_order(subject, type);
    switch (type) {
    case PN_RAW_CONNECTION_NEED_READ_BUFFERS: give_read_buffers(subject, raw); break;
    case PN_RAW_CONNECTION_NEED_WRITE_BUFFERS: break; /* below */
    case PN_RAW_CONNECTION_READ:
        take_read(subject, raw);
        give_read_buffers(subject, raw);
        break;
    case PN_RAW_CONNECTION_WRITTEN:
        take_written(subject, raw);
        if (!pn_raw_connection_is_read_closed(raw)) give_read_buffers(subject, raw);
        break;
    case PN_RAW_CONNECTION_CLOSED_READ:
        take_read(subject, raw);
        if (!pn_raw_connection_is_write_closed(raw) &&
            (subject->kind_held == RAW_SERVER || subject->sent == subject->total || subject->finished))
            pn_raw_connection_write_close(raw);
        else if (!pn_raw_connection_is_write_closed(raw))
            break_off(subject, raw); /* the server went first */
        break;
    case PN_RAW_CONNECTION_WAKE: on_raw_wake(subject, raw); break;
    case PN_RAW_CONNECTION_DRAIN_BUFFERS:
        take_read(subject, raw);
        take_written(subject, raw);
        break;
    case PN_RAW_CONNECTION_DISCONNECTED: disconnected(subject, raw); return;
    default: break;
    }
    if (subject->kind_held == RAW_CLIENT && subject->seen[PN_RAW_CONNECTION_CONNECTED] && !subject->finished)
        send_pattern(subject, raw);
    perhaps_break_off(subject, raw);
}

#endif
