/* The two sides of a sequence and what the program knows of them.
 *
 * An object is known by a number that is kept as its context, so that a pointer which is used again is not taken for
 * the object it was. The program uses no object that it has given up: `gone` is set by whatever frees it, and what
 * hangs on it is gone with it. A held object may still be asked how many hold it.
 */
#ifndef RANDOM_WORLD_H
#define RANDOM_WORLD_H

#include "random/wire.h"

#include <proton/object.h>

enum { SESSIONS = 32, LINKS = 96, DELIVERIES = 640 };

typedef struct {
    void *object;
    int parent;  /* the number of its session or link */
    int held;    /* references that the program took */
    bool gone;   /* given up, or with its parent */
    bool opened; /* opened or closed by the program at some time */
    bool left;   /* closed by the program, or detached by either side */
    bool final;  /* FINAL has been reported */
} item_t;

typedef struct { item_t *items; int count, room; } table_t;

typedef struct side_t {
    const char *name;
    struct side_t *peer; /* NULL if the peer is made of forged frames */
    bool driven;         /* by a connection driver */
    bool eager;          /* looks at its events at once */
    bool bound, gone, released;
    unsigned names_used;
    bool closed;    /* the connection was closed */
    bool early_end; /* a session was closed before the peer had answered it */
    pn_connection_driver_t driver;
    pn_connection_t *connection;
    pn_transport_t *transport;
    pn_collector_t *collector;
    int held;
    wire_t *out, *in;
    table_t sessions, links, deliveries;
} side_t;

typedef struct {
    uint64_t seed;
    unsigned theme;
    bool solo, sasl, rebinding;
    uint32_t frame_sizes[2];
    int64_t now;
    bool ending;       /* everything is given up */
    bool rebound;      /* once is enough: each time what both re-open doubles */
    bool windows;      /* a session's window may hold transfers back */
    bool session_lost; /* a session was freed before the peer ended it */
    unsigned sent; /* how many bytes have been sent, so that content tells its place */
    side_t sides[2];
    wire_t wires[2];
} world_t;

static world_t world;

static void make_table(table_t *table, int room)
{
    table->items = calloc((size_t)room, sizeof *table->items);
    if (!table->items) abort();
    table->room = room;
    table->count = 0;
}

static int enter(table_t *table, void *object, int parent)
{
    if (table->count == table->room) return -1;
    item_t *item = &table->items[table->count];
    memset(item, 0, sizeof *item);
    item->object = object;
    item->parent = parent;
    return table->count++;
}

static int id_of_session(side_t *side, pn_session_t *session)
{
    intptr_t id = (intptr_t)pn_session_get_context(session);
    if (id) return (int)id - 1;
    int fresh = enter(&side->sessions, session, -1);
    if (fresh < 0) return fresh;
    side->sessions.items[fresh].gone = side->gone;
    pn_session_set_context(session, (void *)(intptr_t)(fresh + 1));
    return fresh;
}

static bool is_gone(const table_t *table, int id)
{
    return id < 0 || table->items[id].gone;
}

static int id_of_link(side_t *side, pn_link_t *link)
{
    intptr_t id = (intptr_t)pn_link_get_context(link);
    if (id) return (int)id - 1;
    int session = id_of_session(side, pn_link_session(link));
    int fresh = enter(&side->links, link, session);
    if (fresh < 0) return fresh;
    side->links.items[fresh].gone = is_gone(&side->sessions, session);
    pn_link_set_context(link, (void *)(intptr_t)(fresh + 1));
    return fresh;
}

static int id_of_delivery(side_t *side, pn_delivery_t *delivery)
{
    intptr_t id = (intptr_t)pn_delivery_get_context(delivery);
    if (id) return (int)id - 1;
    int link = id_of_link(side, pn_delivery_link(delivery));
    int fresh = enter(&side->deliveries, delivery, link);
    if (fresh < 0) return fresh;
    side->deliveries.items[fresh].gone = is_gone(&side->links, link);
    pn_delivery_set_context(delivery, (void *)(intptr_t)(fresh + 1));
    return fresh;
}

static void lose_children(table_t *table, int parent)
{
    for (int i = 0; i < table->count; i++)
        if (table->items[i].parent == parent) table->items[i].gone = true;
}

static void lose_link(side_t *side, int link)
{
    side->links.items[link].gone = true;
    lose_children(&side->deliveries, link);
}

static void lose_session(side_t *side, int session)
{
    side->sessions.items[session].gone = true;
    for (int i = 0; i < side->links.count; i++)
        if (side->links.items[i].parent == session) lose_link(side, i);
}

static void lose_connection(side_t *side)
{
    side->gone = true;
    for (int i = 0; i < side->sessions.count; i++) lose_session(side, i);
}

typedef bool (*filter_t)(void *object);

/* One of the objects of a table that are there and pass, chosen by a number; -1 if there is none. */
static int choose(const table_t *table, uint32_t number, filter_t passes)
{
    int fitting = 0;
    for (int i = 0; i < table->count; i++)
        fitting += !table->items[i].gone && (!passes || passes(table->items[i].object));
    if (!fitting) return -1;
    int wanted = (int)(number % (uint32_t)fitting);
    for (int i = 0; i < table->count; i++)
        if (!table->items[i].gone && (!passes || passes(table->items[i].object)) && wanted-- == 0) return i;
    return -1;
}

static void report_condition(const char *name, pn_condition_t *condition)
{
    if (!condition || !pn_condition_is_set(condition)) {
        num(name, condition ? 0 : -1);
        return;
    }
    str(name, plain_name(pn_condition_get_name(condition)));
    str("", pn_condition_get_description(condition));
    char out[512];
    size_t size = sizeof out;
    if (pn_data_format(pn_condition_info(condition), out, &size) == 0) octets("", out, size);
}

static bool tells_conditions(side_t *side)
{
    return !applies(UNBOUND_CONDITIONS) || (!world.rebinding && side->transport && pn_transport_connection(side->transport));
}

/* Whether all that was given to the links of a session may still be sent. */
static bool sends_all(side_t *side, int session)
{
    if (!applies(OUTGOING_BYTES)) return true;
    if (!side->eager) return false; /* it may not know of a detach */
    const pn_state_t open = PN_LOCAL_ACTIVE | PN_REMOTE_ACTIVE;
    if (side->sessions.items[session].left) return false;
    if (pn_session_state(side->sessions.items[session].object) != open) return false;
    for (int i = 0; i < side->links.count; i++) {
        const item_t *link = &side->links.items[i];
        if (link->parent == session && (link->gone || link->left || pn_link_state(link->object) != open)) return false;
    }
    return true;
}

static void report_session(side_t *side, int id)
{
    pn_session_t *session = side->sessions.items[id].object;
    line("   ");
    str("", side->name);
    num("session", id);
    num("state", pn_session_state(session));
    num("in", (int64_t)pn_session_incoming_bytes(session));
    if (sends_all(side, id)) num("out", (int64_t)pn_session_outgoing_bytes(session));
    num("refs", pn_refcount(session));
    if (tells_conditions(side)) report_condition("remote", pn_session_remote_condition(session));
}

static void report_link(side_t *side, int id)
{
    pn_link_t *link = side->links.items[id].object;
    line("   ");
    str("", side->name);
    num("link", id);
    str("name", pn_link_name(link));
    num("sender", pn_link_is_sender(link));
    num("state", pn_link_state(link));
    num("credit", pn_link_credit(link));
    num("queued", pn_link_queued(link));
    num("remote_credit", pn_link_remote_credit(link));
    num("available", pn_link_available(link));
    num("unsettled", pn_link_unsettled(link));
    num("drain", pn_link_get_drain(link));
    if (pn_link_is_receiver(link)) num("draining", pn_link_draining(link));
    pn_delivery_t *current = pn_link_current(link);
    num("current", current ? id_of_delivery(side, current) : -1);
    num("refs", pn_refcount(link));
    if (tells_conditions(side)) report_condition("remote", pn_link_remote_condition(link));
}

static void report_delivery(side_t *side, int id)
{
    pn_delivery_t *delivery = side->deliveries.items[id].object;
    pn_delivery_tag_t tag = pn_delivery_tag(delivery);
    line("   ");
    str("", side->name);
    num("delivery", id);
    num("link", side->deliveries.items[id].parent);
    octets("tag", tag.size || !applies(EMPTY_TAGS) ? tag.start : NULL, tag.size);
    num("local", (int64_t)pn_delivery_local_state(delivery));
    num("remote", (int64_t)pn_delivery_remote_state(delivery));
    num("settled", pn_delivery_settled(delivery));
    num("updated", pn_delivery_updated(delivery));
    num("partial", pn_delivery_partial(delivery));
    num("readable", pn_delivery_readable(delivery));
    num("writable", pn_delivery_writable(delivery));
    num("current", pn_delivery_current(delivery));
    if (sends_all(side, side->links.items[side->deliveries.items[id].parent].parent))
        num("buffered", pn_delivery_buffered(delivery));
    num("pending", (int64_t)pn_delivery_pending(delivery));
    num("aborted", pn_delivery_aborted(delivery));
    num("refs", pn_refcount(delivery));
}

/* Ends the comparison where the sides have become different for good. */
static void end_comparison(side_t *side)
{
    const char *what = pn_condition_get_description(pn_transport_condition(side->transport));
    if (what && applies(WRONG_IDS) && (strstr(what, "sequencing error") || strstr(what, "delivery-id required for transfer")))
        report.muted = true;
}

static void report_transport(side_t *side)
{
    if (!side->transport) return;
    end_comparison(side);
    line("   ");
    str("", side->name);
    num("head", pn_transport_head_closed(side->transport));
    num("tail", pn_transport_tail_closed(side->transport));
    num("frames-in", (int64_t)pn_transport_get_frames_input(side->transport));
    if (!applies(FRAMES_BEFORE_FAILURE) || !pn_condition_is_set(pn_transport_condition(side->transport)))
        num("frames-out", (int64_t)pn_transport_get_frames_output(side->transport));
    if (side->eager || !applies(ERROR_BEFORE_CLOSED)) num("refs", pn_refcount(side->transport));
    report_condition("condition", pn_transport_condition(side->transport));
}

/* How everything stands on one side. */
static void report_side(side_t *side)
{
    if (!side->connection) return;
    report_transport(side);
    if (side->gone) return;
    line("   ");
    str("", side->name);
    num("connection", pn_connection_state(side->connection));
    num("refs", pn_refcount(side->connection));
    report_condition("remote", pn_connection_remote_condition(side->connection));
    for (int i = 0; i < side->sessions.count; i++)
        if (!side->sessions.items[i].gone) report_session(side, i);
    for (int i = 0; i < side->links.count; i++)
        if (!side->links.items[i].gone) report_link(side, i);
    for (int i = 0; i < side->deliveries.count; i++)
        if (!side->deliveries.items[i].gone) report_delivery(side, i);
}

#endif
