/* Calls on transports, collectors and references. */
#ifndef RANDOM_TRANSPORTS_H
#define RANDOM_TRANSPORTS_H

#include "random/deliveries.h"

static void pump(side_t *side, const step_t *step)
{
    (void)side;
    (void)step;
    settle_all();
}

static void take_all(side_t *side, const step_t *step)
{
    (void)step;
    take(side, ~0u, 0);
}

static void take_some(side_t *side, const step_t *step)
{
    bool whole = applies(SHORT_FRAMES) && (world.frame_sizes[0] - 1 > 2000 || world.frame_sizes[1] - 1 > 2000);
    take(side, whole ? ~0u : step->a % 4, step->b % 256);
}

static void deliver_all(side_t *side, const step_t *step)
{
    deliver(side, ~0u, 0, step->a);
}

static void deliver_some(side_t *side, const step_t *step)
{
    deliver(side, step->a % 4, step->b % 256, step->c);
}

static void tick(side_t *side, const step_t *step)
{
    if (!ready(side)) return;
    if (applies(TICK_WHILE_OPEN) && pn_transport_tail_closed(side->transport)) return;
    if (applies(TICK_BEFORE_FAILURE) && !side->out->data.size) return;
    if (applies(TICK_BEFORE_FAILURE) && pn_condition_is_set(pn_transport_condition(side->transport))) return;
    world.now += step->a % 8 ? step->b % 400 : step->b % 4000;
    num("now", world.now);
    num("deadline", pn_transport_tick(side->transport, world.now));
}

static void tail_close(side_t *side, const step_t *step)
{
    (void)step;
    close_tail(side);
}

static void head_close(side_t *side, const step_t *step)
{
    (void)step;
    if (!ready(side) || pn_transport_head_closed(side->transport)) return;
    if (side->driven) pn_connection_driver_write_close(&side->driver);
    else num("", pn_transport_close_head(side->transport));
}

static void fail(side_t *side, const step_t *step)
{
    if (!side->transport) return;
    if (!side->out->data.size && applies(ERROR_AFTER_HEADER)) return;
    if (side->driven) pn_connection_driver_errorf(&side->driver, "app:failed", "number %d", (int)(step->a % 10));
    else pn_condition_set_name(pn_transport_condition(side->transport), "app:failed");
    if (step->b % 2) tail_close(side, step);
    if (step->b % 4) head_close(side, step);
}

static void events(side_t *side, const step_t *step)
{
    look(side, step->a % 4 ? ~0u : step->b % 8);
}

static void hold(side_t *side, const step_t *step)
{
    table_t *const tables[] = {&side->sessions, &side->links, &side->deliveries};
    uint32_t kind = step->a % 4;
    if (kind == 3) {
        pn_incref(side->connection);
        side->held++;
        return;
    }
    int id = choose(tables[kind], step->b, NULL);
    num("kind", kind);
    num("id", id);
    if (id < 0) return;
    pn_incref(tables[kind]->items[id].object);
    tables[kind]->items[id].held++;
}

static void drop_one(item_t *item)
{
    item->held--;
    int left = pn_decref(item->object);
    if (!world.ending || !applies(FINAL_ONCE)) num("left", left);
}

static void drop(side_t *side, const step_t *step)
{
    table_t *const tables[] = {&side->sessions, &side->links, &side->deliveries};
    uint32_t kind = step->a % 4;
    num("kind", kind);
    if (kind == 3) {
        if (side->held) num("left", pn_decref(side->connection));
        if (side->held) side->held--;
        return;
    }
    table_t *table = tables[kind];
    for (int i = 0; i < table->count; i++) {
        item_t *item = &table->items[(i + (int)(step->b % 16)) % table->count];
        if (!item->held) continue;
        drop_one(item);
        return;
    }
}

static void new_transport(side_t *side)
{
    side->transport = pn_transport();
    if (side == &world.sides[1]) pn_transport_set_server(side->transport);
    pn_transport_set_max_frame(side->transport, world.frame_sizes[side == &world.sides[1]]);
}

/* Whether nothing is half open or half closed. */
static bool all_whole(side_t *side)
{
    const pn_state_t open = PN_LOCAL_ACTIVE | PN_REMOTE_ACTIVE, closed = PN_LOCAL_CLOSED | PN_REMOTE_CLOSED;
    if (side->gone || pn_connection_state(side->connection) != open) return false;
    for (int i = 0; i < side->sessions.count; i++) {
        const item_t *item = &side->sessions.items[i];
        if (item->gone && item->final) continue;
        if (item->gone) return false;
        pn_state_t state = pn_session_state(item->object);
        if (state != open && state != closed) return false;
    }
    for (int i = 0; i < side->links.count; i++) {
        const item_t *item = &side->links.items[i];
        if (item->gone && item->final) continue;
        if (item->gone) return false;
        pn_state_t state = pn_link_state(item->object);
        if (item->left || (state != open && state != closed)) return false;
    }
    return true;
}

/* Both sides lose their wire and get a new one. */
static void rebind(side_t *first, const step_t *step)
{
    (void)first;
    if (!world.rebinding || world.rebound) return;
    if (applies(REBIND_WHEN_QUIET) && !(all_whole(&world.sides[0]) && all_whole(&world.sides[1]))) return;
    if (applies(REBIND_WHEN_QUIET)) settle_all();
    for (int i = 0; i < 2; i++) {
        side_t *side = &world.sides[i];
        if (!side->connection || !side->transport) continue;
        bool same = step->a % 4 == 0;
        if (step->a % 2) close_tail(side);
        num("unbind", pn_transport_unbind(side->transport));
        side->bound = false;
        if (side->eager) look(side, ~0u);
        pn_transport_free(side->transport);
        new_transport(side);
        free(side->out->data.start);
        memset(side->out, 0, sizeof *side->out);
        pn_connection_reset(side->connection);
        if (!same) pn_connection_open(side->connection);
    }
    if (applies(REBIND_WHEN_QUIET)) settle_all();
    world.rebound = applies(REBIND_WHEN_QUIET);
}

/* The end: everything is given up, in any order. */
static void give_up(side_t *side, dice_t *dice)
{
    table_t *const tables[] = {&side->sessions, &side->links, &side->deliveries};
    for (int rounds = 0; rounds < 400; rounds++) {
        step_t step = {0, 0, below(dice, 1000), below(dice, 1000), 0};
        switch (below(dice, rounds < 60 ? 12 : 14)) {
        case 0: case 1: case 2:
            line("  frees link");
            if (!side->gone && side->connection) link_free(side, &step);
            break;
        case 3:
            line("  frees session");
            if (!side->gone && side->connection) session_free(side, &step);
            break;
        case 4: case 5: case 6: case 7:
            for (int kind = 0; kind < 3; kind++)
                for (int i = 0; i < tables[kind]->count; i++)
                    if (tables[kind]->items[i].held && below(dice, 3) == 0) drop_one(&tables[kind]->items[i]);
            break;
        case 8:
            if (side->held) pn_decref(side->connection);
            if (side->held) side->held--;
            break;
        case 9: look(side, below(dice, 4)); break;
        case 10:
            line("  releases connection");
            if (side->driven || side->gone || side->released) break;
            pn_connection_release(side->connection);
            lose_connection(side);
            side->released = true;
            break;
        case 11:
            if (side->driven || !side->transport || below(dice, 3)) break;
            line("  frees transport");
            if (applies(UNBIND_BEFORE_FREE) || below(dice, 2)) num("unbind", pn_transport_unbind(side->transport));
            pn_transport_free(side->transport);
            side->transport = NULL;
            break;
        case 12:
            if (side->driven || !side->collector) break;
            line("  frees collector");
            pn_collector_free(side->collector);
            side->collector = NULL;
            break;
        default: break;
        }
    }
    if (side->eager) look(side, ~0u);
    line("  the rest");
    for (int kind = 0; kind < 3; kind++)
        for (int i = 0; i < tables[kind]->count; i++)
            while (tables[kind]->items[i].held) drop_one(&tables[kind]->items[i]);
    while (side->held-- > 0) pn_decref(side->connection);
    if (side->driven) {
        pn_connection_driver_destroy(&side->driver);
        return;
    }
    if (side->released) pn_decref(side->connection);
    else pn_connection_free(side->connection);
    if (side->transport) pn_transport_free(side->transport);
    if (side->collector) {
        look(side, ~0u);
        pn_collector_free(side->collector);
    }
}

#endif
