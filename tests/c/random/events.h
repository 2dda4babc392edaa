/* Looking at events: each with everything it leads to, in order, early or late. */
#ifndef RANDOM_EVENTS_H
#define RANDOM_EVENTS_H

#include "random/world.h"

/* What is reported of an event. */
typedef struct { pn_event_type_t type; int session, link, delivery, session_state, link_state; } seen_t;

/* FINAL events that follow each other: a set, as long as its rule applies. */
static struct { seen_t events[128]; int count; } finals;

static bool is_final(pn_event_type_t type)
{
    return type == PN_CONNECTION_FINAL || type == PN_SESSION_FINAL || type == PN_LINK_FINAL;
}

static void report_seen(side_t *side, const seen_t *seen)
{
    line("  event");
    str("", side->name);
    str("", pn_event_type_name(seen->type));
    num("session", seen->session);
    num("link", seen->link);
    num("delivery", seen->delivery);
    num("session-state", seen->session_state);
    num("link-state", seen->link_state);
}

static int compare_seen(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(seen_t));
}

static void report_finals(side_t *side)
{
    if (applies(FINAL_ORDER)) qsort(finals.events, (size_t)finals.count, sizeof(seen_t), compare_seen);
    for (int i = 0; i < finals.count; i++) report_seen(side, &finals.events[i]);
    finals.count = 0;
}

/* False if it is passed over. */
static bool report_event(side_t *side, pn_event_t *event)
{
    pn_event_type_t type = pn_event_type(event);
    pn_session_t *session = pn_event_session(event);
    pn_link_t *link = pn_event_link(event);
    pn_delivery_t *delivery = pn_event_delivery(event);
    seen_t seen = {type, -1, -1, -1, 0, 0};
    if (session) seen.session = id_of_session(side, session), seen.session_state = pn_session_state(session);
    if (link) seen.link = id_of_link(side, link), seen.link_state = pn_link_state(link);
    if (type == PN_LINK_REMOTE_DETACH && seen.link >= 0) side->links.items[seen.link].left = true;
    if (delivery) seen.delivery = id_of_delivery(side, delivery);
    if (is_final(type) && finals.count < 128) {
        item_t *item = seen.link >= 0 ? &side->links.items[seen.link]
                     : seen.session >= 0 ? &side->sessions.items[seen.session] : NULL;
        if (item && applies(FINAL_ONCE)) {
            if (item->final) return false;
            item->final = true;
        }
        finals.events[finals.count++] = seen;
        return true;
    }
    report_finals(side);
    if (type == PN_TRANSPORT_ERROR && applies(ERROR_BEFORE_CLOSED) && pn_transport_head_closed(pn_event_transport(event)))
        return false;
    report_seen(side, &seen);
    num("connection", pn_event_connection(event) ? (int64_t)pn_connection_state(pn_event_connection(event)) : -1);
    num("transport", pn_event_transport(event) != NULL);
    if (tells_conditions(side)) report_condition("condition", pn_event_condition(event));
    return true;
}

static pn_event_t *next_event(side_t *side)
{
    if (side->driven) {
        if (!side->driver.connection) return NULL;
        pn_event_t *event = pn_connection_driver_next_event(&side->driver);
        if (!side->bound) side->bound = pn_transport_connection(side->transport) != NULL;
        return event;
    }
    return side->collector ? pn_collector_next(side->collector) : NULL;
}

/* Whether a FINAL event comes next, perhaps behind an event that is passed over. */
static bool final_waits(side_t *side)
{
    pn_event_t *event = side->collector ? pn_collector_peek(side->collector) : NULL;
    if (!event) return false;
    bool closed = !side->driven && pn_event_transport(event) && pn_transport_closed(pn_event_transport(event));
    bool passed_over = closed && pn_event_type(event) == PN_TRANSPORT_ERROR && applies(ERROR_BEFORE_CLOSED);
    return passed_over || is_final(pn_event_type(event));
}

/* Looks at up to `limit` events, and at FINAL events that follow. */
static void look(side_t *side, unsigned limit)
{
    pn_event_t *event;
    while ((limit || final_waits(side)) && (event = next_event(side))) {
        if (report_event(side, event) && limit) limit--;
    }
    report_finals(side);
}

#endif
