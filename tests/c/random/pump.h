/* Moving bytes: out of one side, over the wire, into the other, whole or in chunks, by every door the interface has. */
#ifndef RANDOM_PUMP_H
#define RANDOM_PUMP_H

#include "random/events.h"

static void open_connection(side_t *side)
{
    if (!side->gone && pn_connection_state(side->connection) & PN_LOCAL_UNINIT) {
        line("  opens connection");
        pn_connection_open(side->connection);
    }
}

/* Opens what has opened children. */
static void open_parents(side_t *side)
{
    if (!applies(PARENTS_FIRST)) return;
    for (int i = 0; i < side->links.count; i++) {
        item_t *link = &side->links.items[i], *session = &side->sessions.items[link->parent];
        if (!link->opened || session->gone || !(pn_session_state(session->object) & PN_LOCAL_UNINIT)) continue;
        if (side->early_end && applies(CHANNELS_IN_TURN)) continue;
        if (applies(BEGIN_BEFORE_END) && pn_session_state(session->object) & PN_REMOTE_CLOSED) continue;
        line("  opens session");
        pn_session_open(session->object);
        session->opened = true;
    }
    for (int i = 0; i < side->sessions.count; i++)
        if (side->sessions.items[i].opened) open_connection(side);
}

static void bind_side(side_t *side)
{
    if (side->bound || side->gone || !side->transport) return;
    if (side->driven) num("bind", pn_connection_driver_bind(&side->driver));
    else num("bind", pn_transport_bind(side->transport, side->connection));
    side->bound = true;
}

/* What has to be so before a transport makes output or gets input. */
static bool ready(side_t *side)
{
    if (!side->transport) return false;
    open_parents(side);
    if (applies(BIND_FIRST)) bind_side(side);
    return true;
}

static pn_bytes_t waiting(side_t *side)
{
    if (side->driven) return pn_connection_driver_write_buffer(&side->driver);
    ssize_t size = pn_transport_pending(side->transport);
    return size > 0 ? pn_bytes((size_t)size, pn_transport_head(side->transport)) : pn_bytes(0, NULL);
}

static void took(side_t *side, size_t size)
{
    if (side->driven) pn_connection_driver_write_done(&side->driver, size);
    else pn_transport_pop(side->transport, size);
}

/* Takes output up to `frames` frames and a part of one more; all of it if `frames` is ~0. */
static bool take(side_t *side, unsigned frames, unsigned part)
{
    bool any = false;
    wire_t *wire = side->out;
    if (!ready(side)) return false;
    for (int rounds = 0; rounds < 200; rounds++) {
        pn_bytes_t out = waiting(side);
        if (!out.size) break;
        size_t from = wire->data.size;
        put(&wire->data, out.start, out.size);
        size_t to = frames == ~0u ? wire->data.size : cut(wire, wire->parsed, from, frames, part);
        wire->data.size = to;
        took(side, to - from);
        report_wire(wire, side->name);
        any = any || to > from;
        if (frames != ~0u) break;
    }
    if (pn_transport_head_closed(side->transport)) wire->ended = true;
    return any;
}

/* Gives a side bytes by one of the doors; what it does not take is lost. */
static void feed_some(side_t *side, const unsigned char *start, size_t size, unsigned door)
{
    while (size) {
        size_t taken;
        if (side->driven) {
            pn_rwbytes_t in = pn_connection_driver_read_buffer(&side->driver);
            taken = size < in.size ? size : in.size;
            if (taken) memcpy(in.start, start, taken);
            if (taken) pn_connection_driver_read_done(&side->driver, taken);
        } else if (door % 2 == 0) {
            ssize_t pushed = pn_transport_push(side->transport, (const char *)start, size);
            taken = pushed > 0 ? (size_t)pushed : 0;
        } else {
            ssize_t room = pn_transport_capacity(side->transport);
            taken = room <= 0 ? 0 : size < (size_t)room ? size : (size_t)room;
            if (taken) memcpy(pn_transport_tail(side->transport), start, taken);
            if (taken) pn_transport_process(side->transport, taken);
        }
        if (!taken) break;
        start += taken;
        size -= taken;
    }
}

static bool deliver(side_t *side, unsigned frames, unsigned part, unsigned door)
{
    wire_t *wire = side->in;
    if (wire->moved == wire->data.size || !side->transport || !ready(side)) return false;
    size_t unit = 0;
    for (size_t next; (next = unit_size(wire, unit)) && unit + next <= wire->moved;) unit += next;
    size_t to = frames == ~0u ? wire->data.size : cut(wire, unit, wire->moved, frames, part);
    bool any = to > wire->moved;
    while (wire->moved < to) {
        size_t next = to;
        if (applies(INPUT_ENDS_WITH_CLOSE))
            for (size_t size; (size = unit_size(wire, unit)) && unit < to; unit += size)
                if (is_close(wire->data.start + unit, size)) {
                    unit += size;
                    if (unit < next) next = unit;
                    break;
                }
        /* The library may look behind what it was given: let that be somebody else's memory. */
        unsigned char *copy = malloc(next - wire->moved);
        if (!copy) abort();
        memcpy(copy, wire->data.start + wire->moved, next - wire->moved);
        feed_some(side, copy, next - wire->moved, door);
        free(copy);
        wire->moved = next;
    }
    return any;
}

static bool inside_unit(const wire_t *wire)
{
    size_t unit = 0;
    for (size_t next; unit < wire->moved && (next = unit_size(wire, unit)); unit += next) {}
    return unit != wire->moved;
}

static void close_tail(side_t *side)
{
    if (!ready(side) || pn_transport_tail_closed(side->transport)) return;
    if (applies(END_BETWEEN_FRAMES) && inside_unit(side->in)) return;
    line("  close tail");
    if (side->driven) pn_connection_driver_read_close(&side->driver);
    else num("", pn_transport_close_tail(side->transport));
}

/* Moves everything until both sides are quiet. */
static void settle_all(void)
{
    bool moved = true;
    for (int rounds = 0; moved && rounds < 100; rounds++) {
        moved = false;
        for (int i = 0; i < 2; i++) {
            side_t *side = &world.sides[i];
            if (!side->connection || !side->transport) continue;
            if (side->eager) look(side, ~0u);
            moved = take(side, ~0u, 0) || moved;
            if (!side->peer) continue;
            moved = deliver(side->peer, ~0u, 0, 0) || moved;
            if (side->out->ended && side->peer->transport && side->in->data.size == side->in->moved) close_tail(side->peer);
        }
        if (world.solo) moved = deliver(&world.sides[0], ~0u, 0, 0) || moved;
    }
    for (int i = 0; i < 2; i++)
        if (world.sides[i].connection && world.sides[i].eager) look(&world.sides[i], ~0u);
}

#endif
