/* Differential program: fields of a type that was not expected. Every field of every performative is replaced in turn
 * by a value of each kind; a line tells what was made of it. */
#include "engine.h"

static const char *const odd[] = {"~", "+", "-", "#5601", "b3", "h3", "3", "#43", "#5203", "l3", "#44", "#5303", "#5403",
    "#7100000003", "\"s\"", ":y", "'b'", "[]", "[1]", "{}", "{:k 1}", "#e00401a30161", "@24 []", "@77 3", "#7300000041",
    "#723f800000", "#8300000000000000ff", "#9800112233445566778899aabbccddeeff", "#b10000000173", "#b3000000026162"};

/* The fields with the one at `place` replaced. */
static const char *with_odd(const char *const *fields, int place, const char *value)
{
    static char out[400];
    out[0] = '\0';
    for (int i = 0; fields[i]; i++) sprintf(out + strlen(out), "%s ", i == place ? value : fields[i]);
    return out;
}

/* Absent and empty are told apart by newer releases alone. */
static const char *named(const char *value)
{
    return value && *value ? text(value) : "nothing";
}

static const char *failure(engine_t *engine)
{
    pn_condition_t *condition = pn_transport_condition(engine->transport);
    return pn_condition_is_set(condition) ? pn_condition_get_description(condition) : "fine";
}

/* An engine with a receiver on the peer's handle 0 that has taken delivery 7, and a sender on handle 1. */
static engine_t prepared(pn_link_t **rx, pn_link_t **tx)
{
    engine_t a = open_to_bytes();
    muted = true;
    *rx = pn_receiver(a.session, "rx");
    *tx = pn_sender(a.session, "tx");
    pn_link_open(*rx);
    pn_link_open(*tx);
    pn_link_flow(*rx, 10);
    hear(&a);
    tell(&a, 5, 0x12, "\"rx\" 0 - b2 b0 @28 [\"f\"] @29 [\"t\"] ~ ~ 0", "");
    tell(&a, 5, 0x12, "\"tx\" 1 + b2 b0 @28 [\"f\"] @29 [\"t\"]", "");
    tell(&a, 5, 0x13, "0 100 0 100 1 0 10", "");
    tell(&a, 5, 0x14, "0 7 'first' 0", "x");
    a.delivery = NULL;
    return a;
}

static void end(engine_t *a)
{
    muted = true;
    end_engine(a);
    muted = false;
}

/* Whether there is a field at this place; the first opens the section. */
static bool each(const char *name, const char *const *fields, int place)
{
    if (!place) section(name);
    return fields[place];
}

static void opens(void)
{
    static const char *const fields[] = {"\"c\"", "\"h\"", "600", "h9", "1000", "~", "~", ":o", ":d", "{:k 1}", NULL};
    for (int place = 0; each("open", fields, place); place++)
        for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
            engine_t b = bound_engine("B", true);
            muted = true;
            tell_header(&b);
            tell(&b, 0, 0x10, with_odd(fields, place, odd[i]), "");
            muted = false;
            pn_connection_t *c = b.connection;
            say("field %d as %s: %s; %s %s %u %u %u %s %s %s", place, odd[i], failure(&b),
                text(pn_connection_remote_container(c)), text(pn_connection_remote_hostname(c)),
                pn_transport_get_remote_max_frame(b.transport), pn_transport_remote_channel_max(b.transport),
                pn_transport_get_remote_idle_timeout(b.transport),
                value_text(pn_connection_remote_offered_capabilities(c)),
                value_text(pn_connection_remote_desired_capabilities(c)), value_text(pn_connection_remote_properties(c)));
            end(&b);
        }
}

static void begins(void)
{
    static const char *const fields[] = {"~", "0", "3", "4", "5", "~", "~", "~", NULL};
    for (int place = 1; place < 8; place++) {
        if (place == 1) section("begin");
        for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
            engine_t a = open_to_bytes();
            muted = true;
            tell(&a, 6, 0x11, with_odd(fields, place, odd[i]), "");
            pn_session_open(a.session);
            pn_link_t *link = pn_sender(a.session, "l");
            pn_link_open(link);
            hear(&a);
            tell(&a, 6, 0x12, "\"l\" 0 + b2 b0 @28 [\"f\"] @29 [\"t\"]", "");
            tell(&a, 6, 0x13, "~ 2 0 9 0 0 5", "");
            muted = false;
            say("field %d as %s: %s; state %d credit %d", place, odd[i], failure(&a), pn_session_state(a.session),
                pn_link_credit(link));
            end(&a);
        }
    }
}

static void attaches(void)
{
    static const char *const fields[] = {"\"l\"", "0", "-", "b0", "b1", "@28 [\"f\" 2]", "@29 [\"t\" 1]", "~", "-", "0", "l9",
                                         "~", "~", "{:k 1}", NULL};
    for (int place = 0; each("attach", fields, place); place++)
        for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
            engine_t a = open_to_bytes();
            muted = true;
            tell(&a, 5, 0x12, with_odd(fields, place, odd[i]), "");
            muted = false;
            pn_link_t *l = a.link;
            if (!l) say("field %d as %s: %s; none", place, odd[i], failure(&a));
            else
                say("field %d as %s: %s; %s %d %d %d %d %s %d %s %d %" PRIu64 " %s", place, odd[i], failure(&a),
                    named(pn_link_name(l)), pn_link_is_sender(l), (int)pn_link_remote_snd_settle_mode(l),
                    (int)pn_link_remote_rcv_settle_mode(l), (int)pn_terminus_get_type(pn_link_remote_source(l)),
                    text(pn_terminus_get_address(pn_link_remote_source(l))),
                    (int)pn_terminus_get_type(pn_link_remote_target(l)),
                    text(pn_terminus_get_address(pn_link_remote_target(l))),
                    (int)pn_terminus_get_durability(pn_link_remote_target(l)), pn_link_remote_max_message_size(l),
                    value_text(pn_link_remote_properties(l)));
            end(&a);
        }
}

static void termini(void)
{
    static const char *const fields[] = {"\"a\"", "1", ":never", "9", "-", "{:k 1}", ":copy", "~", "{:f 1}", ":o", ":c", NULL};
    section("source");
    for (int place = 1; fields[place]; place++) /* one without an address is shown in links.c */
        for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
            char attach[500];
            snprintf(attach, sizeof attach, "\"l\" 0 - ~ ~ @28 [%s] @29 [\"t\"] ~ ~ 0", with_odd(fields, place, odd[i]));
            engine_t a = open_to_bytes();
            muted = true;
            tell(&a, 5, 0x12, attach, "");
            muted = false;
            pn_terminus_t *t = a.link ? pn_link_remote_source(a.link) : NULL;
            say("field %d as %s: %s; %s %d %d %d %u %d %d %s %s %s %s", place, odd[i], failure(&a),
                text(pn_terminus_get_address(t)), (int)pn_terminus_get_durability(t), pn_terminus_has_expiry_policy(t),
                (int)pn_terminus_get_expiry_policy(t), pn_terminus_get_timeout(t), pn_terminus_is_dynamic(t),
                (int)pn_terminus_get_distribution_mode(t), value_text(pn_terminus_properties(t)),
                value_text(pn_terminus_filter(t)), value_text(pn_terminus_outcomes(t)),
                value_text(pn_terminus_capabilities(t)));
            end(&a);
        }
}

static void flows(void)
{
    static const char *const fields[] = {"0", "50", "8", "60", "1", "0", "20", "4", "+", "-", NULL};
    for (int place = 0; each("flow", fields, place); place++)
        for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
            if (place == 9) continue; /* an echo is answered here, and not there */
            pn_link_t *rx, *tx;
            engine_t a = prepared(&rx, &tx);
            tell(&a, 5, 0x13, with_odd(fields, place, odd[i]), "");
            muted = false;
            say("field %d as %s: %s; credit %d drain %d available %d", place, odd[i], failure(&a), pn_link_credit(tx),
                pn_link_get_drain(tx), pn_link_available(tx));
            end(&a);
        }
}

static void transfers(void)
{
    static const char *const fields[] = {"0", "8", "'t'", "0", "-", "-", "~", "~", "-", "-", "-", NULL};
    for (int place = 0; each("transfer", fields, place); place++)
        for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
            pn_link_t *rx, *tx;
            engine_t a = prepared(&rx, &tx);
            tell(&a, 5, 0x14, with_odd(fields, place, odd[i]), "payload");
            muted = false;
            pn_delivery_t *d = a.delivery;
            if (!d) say("field %d as %s: %s; none", place, odd[i], failure(&a));
            else
                say("field %d as %s: %s; %s settled %d partial %d remote %" PRIx64 " aborted %d pending %zu", place, odd[i],
                    failure(&a), pn_delivery_tag(d).size ? bytes(pn_delivery_tag(d)) : "nothing",
                    pn_delivery_settled(d), pn_delivery_partial(d), pn_delivery_remote_state(d), pn_delivery_aborted(d), pn_delivery_pending(d));
            end(&a);
        }
}

static void dispositions(void)
{
    static const char *const fields[] = {"-", "7", "7", "+", "@24 []", "-", NULL};
    for (int place = 0; each("disposition", fields, place); place++)
        for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
            pn_link_t *rx, *tx;
            engine_t a = prepared(&rx, &tx);
            pn_delivery_t *d = pn_link_current(rx);
            tell(&a, 5, 0x15, with_odd(fields, place, odd[i]), "");
            muted = false;
            say("field %d as %s: %s; updated %d settled %d remote %" PRIx64, place, odd[i], failure(&a),
                pn_delivery_updated(d), pn_delivery_settled(d), pn_delivery_remote_state(d));
            end(&a);
        }
}

static void endings(void)
{
    static const char *const detach[] = {"1", "+", "@1d [:a:b \"d\" {:k 1}]", NULL};
    for (int place = 0; each("detach", detach, place); place++)
        for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
            pn_link_t *rx, *tx;
            engine_t a = prepared(&rx, &tx);
            tell(&a, 5, 0x16, with_odd(detach, place, odd[i]), "");
            muted = false;
            say("field %d as %s: %s; states %d %d %s", place, odd[i], failure(&a), pn_link_state(rx), pn_link_state(tx),
                condition_text(pn_link_remote_condition(tx)));
            end(&a);
        }
    static const char *const error[] = {":a:b", "\"d\"", "{:k 1}", NULL};
    for (int place = 0; each("error", error, place); place++)
        for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
            char close[450];
            snprintf(close, sizeof close, "@1d [%s]", with_odd(error, place, odd[i]));
            engine_t a = open_to_bytes();
            muted = true;
            tell(&a, 0, 0x18, close, "");
            muted = false;
            say("field %d as %s: %s; %s", place, odd[i], failure(&a),
                condition_text(pn_connection_remote_condition(a.connection)));
            end(&a);
        }
}

int main(void)
{
    opens();
    begins();
    attaches();
    termini();
    flows();
    transfers();
    dispositions();
    endings();
    return 0;
}
