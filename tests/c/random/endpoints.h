/* Calls on connections, sessions and links. */
#ifndef RANDOM_ENDPOINTS_H
#define RANDOM_ENDPOINTS_H

#include "random/pump.h"

/* A call: what it is made on is found when it is made, so that a sequence stays one when calls are left out. */
typedef struct { unsigned call; unsigned side; uint32_t a, b, c; } step_t;

static bool is_sender(void *link) { return pn_link_is_sender(link); }
static bool is_receiver(void *link) { return pn_link_is_receiver(link); }

static const char *const names[] = {"x", "y", "a-longer-name-of-a-link", "", "\xc3\xa9", "z"};

static void fill_condition(pn_condition_t *condition, uint32_t number)
{
    static const char *const kinds[] = {"amqp:internal-error", "app:why", "amqp:link:redirect", ""};
    if (number % 8 == 7) {
        pn_condition_clear(condition);
        return;
    }
    num("name", pn_condition_set_name(condition, kinds[number % (applies(NAMED_CONDITIONS) ? 3 : 4)]));
    num("description", pn_condition_set_description(condition, number % 3 ? "it \"broke\"" : NULL));
    pn_data_clear(pn_condition_info(condition));
    if (number % 5 == 0) num("info", pn_data_fill(pn_condition_info(condition), "{sisS}", "code", 7, "host", "else"));
}

static void fill_symbols(pn_data_t *data, uint32_t number)
{
    pn_data_clear(data);
    if (number % 4 == 0) return;
    if (number % 4 == 1) pn_data_put_symbol(data, pn_bytes(3, "one"));
    else pn_data_fill(data, "@T[ss]", PN_SYMBOL, "one", "two");
}

static void fill_map(pn_data_t *data, uint32_t number)
{
    pn_data_clear(data);
    if (number % 3 == 0) return;
    pn_data_fill(data, "{sisS}", "weight", (int)number % 1000, "text", number % 2 ? "short" : names[2]);
}

static void connection_open(side_t *side, const step_t *step)
{
    (void)step;
    pn_connection_open(side->connection);
}

static void connection_close(side_t *side, const step_t *step)
{
    if (step->b % 3 == 0) fill_condition(pn_connection_condition(side->connection), step->a);
    pn_connection_close(side->connection);
    side->closed = true;
}

static void connection_describe(side_t *side, const step_t *step)
{
    pn_connection_t *connection = side->connection;
    pn_connection_set_hostname(connection, step->b % 2 ? "host" : NULL);
    if (step->b % 3 == 0) pn_connection_set_container(connection, names[step->b % 6]);
    fill_symbols(pn_connection_offered_capabilities(connection), step->a);
    fill_symbols(pn_connection_desired_capabilities(connection), step->a >> 4);
    fill_map(pn_connection_properties(connection), step->a >> 8);
}

static void say_data(const char *name, pn_data_t *data)
{
    char out[512];
    size_t size = sizeof out;
    if (!data) num(name, -1);
    else if (pn_data_format(data, out, &size) == 0) octets(name, out, size);
}

static void connection_read(side_t *side, const step_t *step)
{
    pn_connection_t *connection = side->connection;
    (void)step;
    str("container", pn_connection_remote_container(connection));
    str("host", pn_connection_remote_hostname(connection));
    say_data("offered", pn_connection_remote_offered_capabilities(connection));
    say_data("desired", pn_connection_remote_desired_capabilities(connection));
    say_data("properties", pn_connection_remote_properties(connection));
    say_data("own", pn_connection_properties(connection));
    if (!side->transport) return;
    num("max-frame", pn_transport_get_remote_max_frame(side->transport));
    num("channel-max", pn_transport_get_channel_max(side->transport));
    num("remote-channel-max", pn_transport_remote_channel_max(side->transport));
    num("idle", pn_transport_get_remote_idle_timeout(side->transport));
    str("user", pn_transport_get_user(side->transport));
    num("authenticated", pn_transport_is_authenticated(side->transport));
    if (ready(side)) num("quiesced", pn_transport_quiesced(side->transport));
}

/* A begin behind the end of the peer is a new session to the peer. */
static bool may_begin(side_t *side, const item_t *item)
{
    if (side->early_end && !item->opened && applies(CHANNELS_IN_TURN)) return false;
    return !applies(BEGIN_BEFORE_END) || item->opened || !(pn_session_state(item->object) & PN_REMOTE_CLOSED);
}

static void session_make(side_t *side, const step_t *step)
{
    int there = 0;
    for (int i = 0; i < side->sessions.count; i++) there += !side->sessions.items[i].gone;
    if (there >= 4 || side->sessions.count >= CHANNELS / 2) return;
    pn_session_t *session = pn_session(side->connection);
    num("session", id_of_session(side, session));
    if (step->b % 4 == 0 || !may_begin(side, &side->sessions.items[side->sessions.count - 1])) return;
    pn_session_open(session);
    side->sessions.items[side->sessions.count - 1].opened = true;
}

static item_t *some_session(side_t *side, uint32_t number)
{
    int id = choose(&side->sessions, number, NULL);
    num("session", id);
    return id < 0 ? NULL : &side->sessions.items[id];
}

static void session_open(side_t *side, const step_t *step)
{
    item_t *item = some_session(side, step->a);
    if (!item || !may_begin(side, item)) return;
    pn_session_open(item->object);
    item->opened = true;
}

/* Whether a link that is not open has something to send. */
static bool holds_back(side_t *side, const item_t *session)
{
    for (int i = 0; i < side->links.count && applies(SEND_BEFORE_CLOSE); i++) {
        const item_t *link = &side->links.items[i];
        if (link->gone || link->parent != session - side->sessions.items || !pn_link_is_sender(link->object)) continue;
        if (pn_link_state(link->object) & PN_LOCAL_UNINIT && pn_link_queued(link->object)) return true;
    }
    return false;
}

static void session_close(side_t *side, const step_t *step)
{
    item_t *item = some_session(side, step->a);
    if (!item || !may_begin(side, item) || holds_back(side, item)) return;
    if (applies(WINDOW_WHILE_OPEN) && pn_session_get_incoming_capacity(item->object)) return;
    if (step->b % 3 == 0) fill_condition(pn_session_condition(item->object), step->c);
    side->early_end = side->early_end || pn_session_state(item->object) & PN_REMOTE_UNINIT;
    pn_session_close(item->object);
    item->opened = item->left = true;
}

/* Lets the begin or attach of what is about to be freed go out. */
static void write_first(side_t *side, const item_t *item, pn_state_t state)
{
    if (applies(FINAL_ONCE) && item->opened && state & PN_REMOTE_UNINIT && !world.ending) take(side, ~0u, 0);
}

/* Whether part of a message is still to come on a link. */
static bool expects(pn_link_t *link)
{
    pn_delivery_t *delivery = pn_link_is_receiver(link) ? pn_unsettled_head(link) : NULL;
    while (delivery && !pn_delivery_partial(delivery)) delivery = pn_unsettled_next(delivery);
    return delivery != NULL;
}

/* Freeing settles: that is for the rules where part is still to come, or where one side has left. */
static bool may_free(side_t *side, int id)
{
    const item_t *item = &side->links.items[id];
    pn_link_t *link = item->object;
    if (world.ending) return true;
    if (applies(FREE_WHOLE) && expects(link)) return false;
    bool open = !item->left && pn_link_state(link) == (PN_LOCAL_ACTIVE | PN_REMOTE_ACTIVE) &&
                pn_session_state(pn_link_session(link)) == (PN_LOCAL_ACTIVE | PN_REMOTE_ACTIVE);
    if (!applies(SETTLE_AND_FREE)) return true;
    if (pn_link_is_sender(link) && (pn_link_queued(link) || pn_link_current(link))) return false;
    return open || pn_link_unsettled(link) == 0;
}

static void free_link(side_t *side, int id)
{
    pn_link_t *link = side->links.items[id].object;
    if (!may_free(side, id)) return;
    if (applies(SETTLE_AND_FREE) && !world.ending) take(side, ~0u, 0);
    write_first(side, &side->links.items[id], pn_link_state(link));
    pn_link_free(link);
    lose_link(side, id);
}

/* A session that is freed before the peer has ended it; links that the peer attaches to it are for the rules. */
static void free_session(side_t *side, int id)
{
    item_t *item = &side->sessions.items[id];
    pn_session_t *session = item->object;
    if (applies(ATTACH_BEFORE_FREE) && !world.ending && !(pn_session_state(session) & PN_REMOTE_CLOSED)) {
        settle_all();
        world.session_lost = true;
    }
    write_first(side, item, pn_session_state(session));
    for (int i = 0; i < side->links.count; i++) {
        const item_t *link = &side->links.items[i];
        if (link->parent != id || link->gone) continue;
        if (!may_free(side, i)) return;
        write_first(side, link, pn_link_state(link->object));
    }
    pn_session_free(session);
    lose_session(side, id);
}

static bool may_attach(void)
{
    return !applies(ATTACH_BEFORE_FREE) || !world.session_lost;
}

static void session_free(side_t *side, const step_t *step)
{
    int id = choose(&side->sessions, step->a, NULL);
    num("session", id);
    if (id < 0) return;
    free_session(side, id);
}

static void session_capacity(side_t *side, const step_t *step)
{
    item_t *item = some_session(side, step->a);
    if (!item) return;
    if (applies(CAPACITY_BEFORE_OPEN) && item->opened) return;
    uint32_t frame = pn_transport_get_max_frame(side->transport);
    if (!frame) frame = 1000;
    uint32_t size = applies(LOW_WATER_MARK) ? 3 * frame + step->c % frame : frame + step->c % (12 * frame);
    if (!applies(CAPACITY_OF_A_FRAME) && step->b % 64 == 0) size = frame - 1;
    pn_session_set_incoming_capacity(item->object, step->b % 16 == 1 ? 0 : size);
    world.windows = true;
    num("capacity", (int64_t)pn_session_get_incoming_capacity(item->object));
}

static void session_window(side_t *side, const step_t *step)
{
    item_t *item = some_session(side, step->a);
    if (!item) return;
    pn_session_set_outgoing_window(item->object, step->b % 2 ? step->c % 100 : 2147483647);
    num("window", (int64_t)pn_session_get_outgoing_window(item->object));
}

static void fill_terminus(pn_terminus_t *terminus, uint32_t number)
{
    static const pn_distribution_mode_t modes[] = {PN_DIST_MODE_UNSPECIFIED, PN_DIST_MODE_COPY, PN_DIST_MODE_MOVE};
    static const pn_expiry_policy_t policies[] = {PN_EXPIRE_WITH_LINK, PN_EXPIRE_WITH_SESSION,
                                                  PN_EXPIRE_WITH_CONNECTION, PN_EXPIRE_NEVER};
    num("address", pn_terminus_set_address(terminus, names[number % 6]));
    if (number % 3 == 0) num("durable", pn_terminus_set_durability(terminus, (pn_durability_t)(number / 3 % 3)));
    if (number % 5 == 0) num("expiry", pn_terminus_set_expiry_policy(terminus, policies[number / 5 % 4]));
    if (number % 4 == 0) num("timeout", pn_terminus_set_timeout(terminus, number % 300));
    if (number % 7 == 0) num("dynamic", pn_terminus_set_dynamic(terminus, true));
    if (number % 6 == 0) num("mode", pn_terminus_set_distribution_mode(terminus, modes[number / 6 % 3]));
    if (number % 3 == 1) fill_symbols(pn_terminus_capabilities(terminus), number / 3);
    if (number % 9 == 1) fill_symbols(pn_terminus_outcomes(terminus), number / 9);
    if (number % 8 == 1) fill_map(pn_terminus_filter(terminus), number / 8);
    if (number % 10 == 1) fill_map(pn_terminus_properties(terminus), number / 10);
}

static void say_terminus(const char *name, pn_terminus_t *terminus)
{
    str(name, pn_terminus_get_address(terminus));
    num("type", pn_terminus_get_type(terminus));
    num("durable", pn_terminus_get_durability(terminus));
    num("expiry", pn_terminus_get_expiry_policy(terminus));
    num("has-expiry", pn_terminus_has_expiry_policy(terminus));
    num("timeout", pn_terminus_get_timeout(terminus));
    num("dynamic", pn_terminus_is_dynamic(terminus));
    num("mode", pn_terminus_get_distribution_mode(terminus));
    say_data("capabilities", pn_terminus_capabilities(terminus));
    say_data("outcomes", pn_terminus_outcomes(terminus));
    say_data("filter", pn_terminus_filter(terminus));
    say_data("properties", pn_terminus_properties(terminus));
}

static void describe_link(pn_link_t *link, uint32_t number)
{
    if (number % 2) pn_link_set_snd_settle_mode(link, (pn_snd_settle_mode_t)(number / 2 % 3));
    if (number % 3) pn_link_set_rcv_settle_mode(link, (pn_rcv_settle_mode_t)(number / 3 % 2));
    if (number % 5 == 0) pn_link_set_max_message_size(link, UINT64_C(1) << number / 5 % 64);
    if (number % 7 == 0) fill_map(pn_link_properties(link), number / 7);
    if (number % 2 || applies(SOURCE_ADDRESSES)) fill_terminus(pn_link_source(link), number / 2);
    if (number % 3) fill_terminus(pn_link_target(link), number / 3);
    if (number % 31 == 0) num("coordinator", pn_terminus_set_type(pn_link_target(link), PN_COORDINATOR));
    if (number % 29 == 0) num("none", pn_terminus_set_type(pn_link_source(link), PN_UNSPECIFIED));
}

/* Whether a link of this side has or had the name. */
static bool name_is_used(side_t *side, const char *name)
{
    if (!applies(NAMES_ONCE)) return false;
    unsigned bit = 0;
    while (names[bit] != name) bit++;
    bool used = side->names_used >> bit & 1;
    side->names_used |= 1u << bit;
    return used;
}

static void link_make(side_t *side, const step_t *step)
{
    item_t *session = some_session(side, step->a);
    int there = 0;
    for (int i = 0; i < side->links.count; i++) there += !side->links.items[i].gone;
    if (!session || there >= 8 || side->links.count >= HANDLES / 2) return;
    /* Names of a few, so that two links may have the same; mostly one of its own. */
    char own[16];
    snprintf(own, sizeof own, "%s%d", side->name, side->links.count);
    const char *name = step->b % 4 || name_is_used(side, names[step->b / 4 % 6]) ? own : names[step->b / 4 % 6];
    pn_link_t *link = step->c & 1 ? pn_sender(session->object, name) : pn_receiver(session->object, name);
    int id = id_of_link(side, link);
    num("link", id);
    describe_link(link, step->c >> 3);
    if ((step->c & 6) == 0 || !may_attach()) return;
    pn_link_open(link);
    side->links.items[id].opened = true;
}

static item_t *some_link(side_t *side, uint32_t number, filter_t passes)
{
    int id = choose(&side->links, number, passes);
    num("link", id);
    return id < 0 ? NULL : &side->links.items[id];
}

/* Opens, closes or detaches a link; what has no address yet gets one. */
static void leave(item_t *item, void (*how)(pn_link_t *))
{
    pn_link_t *link = item->object;
    if (applies(SOURCE_ADDRESSES) && !item->opened && !pn_terminus_get_address(pn_link_source(link)))
        num("address", pn_terminus_set_address(pn_link_source(link), "dressed"));
    how(link);
    item->opened = true;
    if (how != pn_link_open) item->left = true;
}

static void link_open(side_t *side, const step_t *step)
{
    item_t *item = some_link(side, step->a, NULL);
    if (!item || !may_attach()) return;
    leave(item, pn_link_open);
}

static void link_close(side_t *side, const step_t *step)
{
    item_t *item = some_link(side, step->a, NULL);
    if (!item || !(item->opened || may_attach())) return;
    if (step->b % 3 == 0) fill_condition(pn_link_condition(item->object), step->c);
    leave(item, pn_link_close);
}

static void link_detach(side_t *side, const step_t *step)
{
    item_t *item = some_link(side, step->a, NULL);
    if (!item || !(item->opened || may_attach())) return;
    if (step->b % 5 == 0) fill_condition(pn_link_condition(item->object), step->c);
    leave(item, pn_link_detach);
}

static void link_free(side_t *side, const step_t *step)
{
    int id = choose(&side->links, step->a, NULL);
    num("link", id);
    if (id < 0) return;
    free_link(side, id);
}

static void link_read(side_t *side, const step_t *step)
{
    item_t *item = some_link(side, step->a, NULL);
    if (!item || (world.rebinding && applies(UNBOUND_CONDITIONS))) return;
    pn_link_t *link = item->object;
    num("snd", pn_link_snd_settle_mode(link));
    num("rcv", pn_link_rcv_settle_mode(link));
    num("remote-snd", pn_link_remote_snd_settle_mode(link));
    num("remote-rcv", pn_link_remote_rcv_settle_mode(link));
    num("max", (int64_t)pn_link_max_message_size(link));
    num("remote-max", (int64_t)pn_link_remote_max_message_size(link));
    say_data("properties", pn_link_remote_properties(link));
    say_terminus("source", pn_link_source(link));
    say_terminus("target", pn_link_target(link));
    say_terminus("remote-source", pn_link_remote_source(link));
    say_terminus("remote-target", pn_link_remote_target(link));
}

static void link_flow(side_t *side, const step_t *step)
{
    item_t *item = some_link(side, step->a, is_receiver);
    if (!item || (applies(PARENTS_FIRST) && !item->opened)) return;
    static const int amounts[] = {1, 2, 3, 5, 10, 100, 0, -1};
    int credit = amounts[step->b % 64 < 60 ? step->b % 6 : step->b % (applies(NEGATIVE_CREDIT) ? 7 : 8)];
    if (applies(DRAIN_ENDS_WITH_CREDIT) && credit <= 0 && pn_link_get_drain(item->object)) credit = 1;
    num("credit", credit);
    if (step->c % 8 == 0) pn_link_drain(item->object, credit);
    else pn_link_flow(item->object, credit);
}

static void link_set_drain(side_t *side, const step_t *step)
{
    item_t *item = some_link(side, step->a, is_receiver);
    if (!item || (applies(PARENTS_FIRST) && !item->opened)) return;
    bool drain = step->b % 3 != 0;
    num("drain", drain);
    bool ends = !drain && pn_link_get_drain(item->object);
    pn_link_set_drain(item->object, drain);
    if (ends && applies(DRAIN_ENDS_WITH_CREDIT)) pn_link_flow(item->object, 1);
}

/* Whether the last delivery of a link is settled. */
static bool last_is_settled(side_t *side, const item_t *link)
{
    for (int i = side->deliveries.count - 1; i >= 0; i--)
        if (side->deliveries.items[i].parent == link - side->links.items) return side->deliveries.items[i].gone;
    return false;
}

static void link_drained(side_t *side, const step_t *step)
{
    item_t *item = some_link(side, step->a, step->b % 4 ? is_sender : NULL);
    if (!item || (applies(NEGATIVE_CREDIT) && pn_link_credit(item->object) < 0)) return;
    if (applies(DRAIN_UNSETTLED) && pn_link_is_sender(item->object) && last_is_settled(side, item)) return;
    pn_state_t open = PN_LOCAL_ACTIVE | PN_REMOTE_ACTIVE;
    if (applies(DRAINED_AT_ONCE) && (item->left || pn_link_state(item->object) != open)) return;
    num("drained", pn_link_drained(item->object));
    if (applies(DRAINED_AT_ONCE)) take(side, ~0u, 0);
}

static void link_offered(side_t *side, const step_t *step)
{
    item_t *item = some_link(side, step->a, is_sender);
    if (item && !applies(NOTHING_OFFERED)) pn_link_offered(item->object, (int)(step->b % 1000));
}

/* What servers do: open what the peer has opened, as the peer described it. */
static void answer(side_t *side, const step_t *step)
{
    if (pn_connection_state(side->connection) & PN_LOCAL_UNINIT) pn_connection_open(side->connection);
    for (int i = 0; i < side->sessions.count; i++) {
        item_t *item = &side->sessions.items[i];
        if (item->gone || pn_session_state(item->object) != (PN_LOCAL_UNINIT | PN_REMOTE_ACTIVE)) continue;
        if (!may_begin(side, item)) continue;
        pn_session_open(item->object);
        item->opened = true;
    }
    for (int i = 0; i < side->links.count && may_attach(); i++) {
        item_t *item = &side->links.items[i];
        if (item->gone || pn_link_state(item->object) != (PN_LOCAL_UNINIT | PN_REMOTE_ACTIVE)) continue;
        pn_link_t *link = item->object;
        num("source", pn_terminus_copy(pn_link_source(link), pn_link_remote_source(link)));
        num("target", pn_terminus_copy(pn_link_target(link), pn_link_remote_target(link)));
        leave(item, pn_link_open);
        if (world.rebinding && applies(REBIND_WITHOUT_CREDIT)) continue;
        if (pn_link_is_receiver(link)) pn_link_flow(link, 1 + (int)(step->a % 5));
    }
}

/* And when the peer closes: close, and perhaps free. */
static void answer_close(side_t *side, const step_t *step)
{
    for (int i = 0; i < side->links.count; i++) {
        item_t *item = &side->links.items[i];
        if (item->gone || !(pn_link_state(item->object) & PN_REMOTE_CLOSED)) continue;
        if (!item->opened && !may_attach()) continue;
        leave(item, pn_link_close);
        if (step->a % 2) continue;
        free_link(side, i);
    }
    for (int i = 0; i < side->sessions.count; i++) {
        item_t *item = &side->sessions.items[i];
        if (item->gone || !(pn_session_state(item->object) & PN_REMOTE_CLOSED)) continue;
        if (!may_begin(side, item) || holds_back(side, item)) continue;
        pn_session_close(item->object);
        item->opened = item->left = true;
        if (step->b % 2) continue;
        free_session(side, i);
    }
    if (!(pn_connection_state(side->connection) & PN_REMOTE_CLOSED)) return;
    pn_connection_close(side->connection);
    side->closed = true;
}

#endif
