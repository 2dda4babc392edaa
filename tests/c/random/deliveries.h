/* Calls on deliveries and their dispositions, and walks over what there is. */
#ifndef RANDOM_DELIVERIES_H
#define RANDOM_DELIVERIES_H

#include "random/endpoints.h"

static bool may_send(void *object)
{
    pn_link_t *link = object;
    if (!pn_link_is_sender(link)) return false;
    if (!applies(SEND_BEFORE_CLOSE)) return true;
    return !(pn_link_state(link) & PN_LOCAL_CLOSED) &&
           !(pn_session_state(pn_link_session(link)) & (PN_LOCAL_CLOSED | PN_REMOTE_CLOSED));
}

static void delivery_make(side_t *side, const step_t *step)
{
    static const char tags[] = "a tag that is longer than the thirty-two bytes which the standard has as the limit";
    item_t *link = some_link(side, step->a, may_send);
    if (!link || link->left || pn_link_unsettled(link->object) > 12) return;
    size_t size = step->b % 8 == 0 ? 0 : step->b % 8 == 1 ? step->c % sizeof tags : 1 + step->c % 3;
    char tag[sizeof tags];
    memcpy(tag, tags, sizeof tags);
    if (size && step->b % 8 > 3) tag[0] = (char)('A' + side->deliveries.count % 26);
    pn_delivery_t *delivery = pn_delivery(link->object, pn_dtag(tag, size));
    num("delivery", delivery ? id_of_delivery(side, delivery) : -1);
}

static size_t amount(const step_t *step)
{
    /* Around the ends of frames as well as anything else. */
    uint32_t frame = world.frame_sizes[step->b % 2] ? world.frame_sizes[step->b % 2] : 600;
    if (world.windows && applies(LOW_WATER_MARK)) return step->c % 30;
    if (frame > 20000 && applies(SHORT_FRAMES)) frame = 20000;
    switch (step->b / 2 % 6) {
    case 0: return 0;
    case 1: return frame - 40 + step->c % 40;
    case 2: return (step->c / 64 % 3 + 1) * (frame - 30) + step->c % 64;
    default: return step->c % 300;
    }
}

static void link_send(side_t *side, const step_t *step)
{
    item_t *item = some_link(side, step->a, may_send);
    static char body[300000];
    if (!item || item->left) return;
    size_t size = amount(step);
    if (size > sizeof body) size = sizeof body;
    for (size_t i = 0; i < size; i++) body[i] = (char)('a' + (world.sent + i) % 23);
    world.sent += (unsigned)size;
    num("size", (int64_t)size);
    num("sent", pn_link_send(item->object, body, size));
}

static void link_recv(side_t *side, const step_t *step)
{
    bool any = step->b % 16 == 0;
    item_t *item = some_link(side, step->a, any ? NULL : is_receiver);
    static char body[300000];
    if (!item) return;
    if (applies(RECEIVE_ON_RECEIVERS) && pn_link_is_sender(item->object) && pn_link_current(item->object)) return;
    size_t size = step->b % 4 ? sizeof body : amount(step);
    ssize_t got = pn_link_recv(item->object, body, size < sizeof body ? size : sizeof body);
    num("got", got);
    octets("body", body, got > 0 ? (size_t)got : 0);
}

/* A received delivery whose end has not come: giving it up would leave its bytes counted. */
static bool unread(pn_delivery_t *delivery)
{
    pn_link_t *link = pn_delivery_link(delivery);
    if (!applies(READ_BEFORE_SETTLE) || !pn_link_is_receiver(link)) return false;
    if (pn_delivery_partial(delivery)) return true;
    pn_delivery_t *at = pn_link_current(link);
    if (!at || at == delivery) return false;
    for (at = pn_unsettled_next(at); at; at = pn_unsettled_next(at))
        if (at == delivery) return true;
    return false;
}

/* A delivery that is not advanced past: the current one of a closed link would be queued, a later one is for the rules. */
static bool unsendable(side_t *side, pn_delivery_t *delivery)
{
    pn_link_t *link = pn_delivery_link(delivery);
    if (!pn_link_is_sender(link)) return false;
    if (applies(SETTLE_WHEN_BOUND) && !side->bound) return true;
    if (!pn_delivery_partial(delivery)) return false;
    bool left = side->links.items[id_of_link(side, link)].left;
    return pn_delivery_current(delivery) ? left || !may_send(link) : applies(ABORT_IN_TURN);
}

static void link_advance(side_t *side, const step_t *step)
{
    item_t *item = some_link(side, step->a, NULL);
    if (!item) return;
    pn_delivery_t *current = pn_link_current(item->object);
    if (current && (unread(current) || (side->bound && unsendable(side, current)))) return;
    num("advanced", pn_link_advance(item->object));
}

static item_t *some_delivery(side_t *side, uint32_t number)
{
    int id = choose(&side->deliveries, number, NULL);
    num("delivery", id);
    return id < 0 ? NULL : &side->deliveries.items[id];
}

static void settle(item_t *item)
{
    pn_delivery_settle(item->object);
    item->gone = true;
}

static void delivery_settle(side_t *side, const step_t *step)
{
    item_t *item = some_delivery(side, step->a);
    if (item && !unread(item->object) && !unsendable(side, item->object)) settle(item);
}

static void delivery_abort(side_t *side, const step_t *step)
{
    item_t *item = some_delivery(side, step->a);
    if (!item || !pn_link_is_sender(pn_delivery_link(item->object))) return;
    if (applies(ABORT_IN_TURN) && !pn_delivery_current(item->object)) return;
    if (applies(ABORT_IN_TURN) && !sends_all(side, side->links.items[item->parent].parent)) return;
    pn_delivery_abort(item->object);
    item->gone = true;
}

static void fill_modified(pn_disposition_t *disposition, uint32_t number)
{
    pn_disposition_set_failed(disposition, number % 2);
    pn_disposition_set_undeliverable(disposition, number / 2 % 2);
    fill_map(pn_disposition_annotations(disposition), number / 4);
}

static uint64_t fill_disposition(pn_disposition_t *disposition, const step_t *step)
{
    switch (step->b % 12) {
    case 0: case 1: case 2: return PN_ACCEPTED;
    case 3: case 4: return PN_RELEASED;
    case 5:
        fill_condition(pn_disposition_condition(disposition), step->c);
        return PN_REJECTED;
    case 6: case 7:
        fill_modified(disposition, step->c);
        return PN_MODIFIED;
    case 8:
        pn_disposition_set_section_number(disposition, step->c % 7);
        pn_disposition_set_section_offset(disposition, step->c);
        return PN_RECEIVED;
    case 9: return applies(STATES_TOLD) ? PN_ACCEPTED : 0;
    default: break;
    }
    pn_data_t *data = pn_disposition_data(disposition);
    pn_data_clear(data);
    if (step->c % 4 || applies(NULL_STATES)) pn_data_fill(data, "[z]", (size_t)2, "tx");
    return 0x70 + step->c % 4;
}

/* A type once given to a delivery stays, since changing it does something else from release to release. */
static void delivery_update(side_t *side, const step_t *step)
{
    item_t *item = some_delivery(side, step->a);
    if (!item) return;
    step_t how = *step;
    int session = side->links.items[item->parent].parent;
    bool sends = pn_link_is_sender(pn_delivery_link(item->object)) &&
                 (pn_delivery_partial(item->object) || !sends_all(side, session) || pn_delivery_buffered(item->object));
    if (sends && applies(PLAIN_TRANSFERS)) how.b = step->b % 5;
    uint64_t type = fill_disposition(pn_delivery_local(item->object), &how);
    num("type", (int64_t)type);
    pn_delivery_update(item->object, type);
}

static void delivery_clear(side_t *side, const step_t *step)
{
    item_t *item = some_delivery(side, step->a);
    if (item) pn_delivery_clear(item->object);
}

static void delivery_read(side_t *side, const step_t *step)
{
    item_t *item = some_delivery(side, step->a);
    if (!item) return;
    pn_disposition_t *remote = pn_delivery_remote(item->object);
    num("type", (int64_t)pn_disposition_type(remote));
    switch (pn_disposition_type(remote)) {
    case PN_RECEIVED:
        num("section", pn_disposition_get_section_number(remote));
        num("offset", (int64_t)pn_disposition_get_section_offset(remote));
        break;
    case PN_REJECTED: report_condition("condition", pn_disposition_condition(remote)); break;
    case PN_MODIFIED:
        num("failed", pn_disposition_is_failed(remote));
        num("undeliverable", pn_disposition_is_undeliverable(remote));
        say_data("annotations", pn_disposition_annotations(remote));
        break;
    case PN_ACCEPTED: case PN_RELEASED: case 0: break;
    default: say_data("data", pn_disposition_data(remote)); break;
    }
}

/* What receivers do: read, judge, settle. */
static void consume(side_t *side, const step_t *step)
{
    int id = choose(&side->links, step->a, is_receiver);
    num("link", id);
    if (id < 0) return;
    pn_link_t *link = side->links.items[id].object;
    static char body[300000];
    for (pn_delivery_t *delivery; (delivery = pn_link_current(link)) && !pn_delivery_partial(delivery);) {
        ssize_t got;
        while ((got = pn_link_recv(link, body, sizeof body)) > 0) octets("body", body, (size_t)got);
        num("end", got);
        num("advanced", pn_link_advance(link));
        if (step->b % 4 == 0) continue;
        pn_delivery_update(delivery, step->b % 4 == 1 ? PN_RELEASED : PN_ACCEPTED);
        if (step->c % 4 == 0) continue;
        settle(&side->deliveries.items[id_of_delivery(side, delivery)]);
    }
}

/* What senders do: send while there is credit, drop what the peer has settled. */
static void produce(side_t *side, const step_t *step)
{
    int id = choose(&side->links, step->a, may_send);
    num("link", id);
    if (id < 0 || side->links.items[id].left) return;
    pn_link_t *link = side->links.items[id].object;
    for (uint32_t i = 0; i < 1 + step->b % 4; i++) {
        step_t part = *step;
        part.b = step->b / 4 + i;
        if (!pn_link_current(link)) {
            char tag = (char)('a' + i);
            id_of_delivery(side, pn_delivery(link, pn_dtag(&tag, 1)));
        }
        pn_delivery_t *delivery = pn_link_current(link);
        static char body[4096];
        memset(body, 'p', sizeof body);
        num("sent", pn_link_send(link, body, amount(&part) % sizeof body));
        num("advanced", pn_link_advance(link));
        if (step->c % 4 == 0 && (side->bound || !applies(SETTLE_WHEN_BOUND))) settle(&side->deliveries.items[id_of_delivery(side, delivery)]);
    }
}

static void settle_settled(side_t *side, const step_t *step)
{
    (void)step;
    for (int i = 0; i < side->deliveries.count; i++) {
        item_t *item = &side->deliveries.items[i];
        if (!item->gone && pn_delivery_settled(item->object) && !unread(item->object) &&
            !unsendable(side, item->object))
            settle(item);
    }
}

static void work(side_t *side, const step_t *step)
{
    int limit = 100;
    for (int i = 0; i < side->links.count; i++)
        if (side->links.items[i].gone && applies(WORK_BEFORE_FREE)) return;
    for (pn_delivery_t *at = pn_work_head(side->connection); at && limit--; at = pn_work_next(at)) {
        num("work", id_of_delivery(side, at));
        if (step->a % 3 == 0) pn_delivery_clear(at);
    }
}

static void walk(side_t *side, const step_t *step)
{
    static const pn_state_t masks[] = {0, PN_LOCAL_ACTIVE, PN_REMOTE_ACTIVE, PN_LOCAL_ACTIVE | PN_REMOTE_ACTIVE,
                                       PN_LOCAL_UNINIT | PN_REMOTE_ACTIVE, PN_LOCAL_CLOSED | PN_REMOTE_CLOSED,
                                       PN_LOCAL_ACTIVE | PN_LOCAL_CLOSED, 63};
    pn_state_t mask = masks[step->a % 8];
    num("mask", mask);
    pn_session_t *session = pn_session_head(side->connection, mask);
    for (; session; session = pn_session_next(session, mask)) num("session", id_of_session(side, session));
    pn_link_t *link = pn_link_head(side->connection, mask);
    for (; link; link = pn_link_next(link, mask)) {
        num("link", id_of_link(side, link));
        pn_delivery_t *delivery = pn_unsettled_head(link);
        for (; delivery; delivery = pn_unsettled_next(delivery)) num("unsettled", id_of_delivery(side, delivery));
    }
}

#endif
