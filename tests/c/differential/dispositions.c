/* Differential program: dispositions. Every kind both ways, updates with and without settling, ranges and batches,
 * states that travel with a transfer, and conditions. */
#include "engine.h"

/* Opens a link and sends `count` messages over it; the receiver has advanced past all. */
static void send_some(engine_t *a, engine_t *b, pn_delivery_t **sent, pn_delivery_t **received, int count)
{
    open_engines(a, b);
    join(a, b, "l", 20);
    muted = true;
    for (int i = 0; i < count; i++) {
        char tag[16];
        sprintf(tag, "d%d", i);
        sent[i] = send_whole(a->link, tag, tag);
    }
    converse(a, b);
    for (int i = 0; i < count; i++) {
        received[i] = pn_link_current(b->link);
        pn_link_advance(b->link);
    }
    muted = false;
}

static void fill(pn_delivery_t *delivery, int kind)
{
    pn_disposition_t *local = pn_delivery_local(delivery);
    pn_condition_t *condition;
    switch (kind) {
    case 0: pn_delivery_update(delivery, PN_ACCEPTED); break;
    case 1: pn_delivery_update(delivery, PN_RELEASED); break;
    case 2: pn_delivery_update(delivery, PN_REJECTED); break;
    case 3:
        condition = pn_disposition_condition(local);
        pn_condition_set_name(condition, "app:no");
        pn_condition_set_description(condition, "will not");
        pn_data_fill(pn_condition_info(condition), "{sS}", "why", "because");
        pn_delivery_update(delivery, PN_REJECTED);
        break;
    case 4: pn_delivery_update(delivery, PN_MODIFIED); break;
    case 5:
        pn_disposition_set_failed(local, true);
        pn_disposition_set_undeliverable(local, true);
        pn_data_fill(pn_disposition_annotations(local), "{si}", "tries", 3);
        pn_delivery_update(delivery, PN_MODIFIED);
        break;
    case 6: pn_delivery_update(delivery, PN_RECEIVED); break;
    case 7:
        pn_disposition_set_section_number(local, 70000);
        pn_disposition_set_section_offset(local, 5000000000);
        pn_delivery_update(delivery, PN_RECEIVED);
        break;
    case 8:
        pn_data_fill(pn_disposition_data(local), "[z]", (size_t)4, "txid");
        pn_delivery_update(delivery, 0x33);
        break;
    case 9:
        pn_data_fill(pn_disposition_data(local), "[zDL[]]", (size_t)4, "txid", (uint64_t)0x24);
        pn_delivery_update(delivery, 0x34);
        break;
    case 10:
        pn_data_fill(pn_disposition_data(local), "[Si]", "own", 7);
        pn_delivery_update(delivery, 0x55);
        break;
    default: pn_delivery_update(delivery, 0); break;
    }
}

static void every_kind(void)
{
    static const char *const names[] = {"accepted", "released", "rejected without a reason", "rejected with a reason",
        "modified with nothing", "modified with everything", "received with nothing", "received with numbers", "declared",
        "transactional", "a state of one's own", "an update without a state"};
    for (int kind = 0; kind < 12; kind++) {
        section(names[kind]);
        for (int settled = 0; settled < 2; settled++) {
            engine_t a, b;
            pn_delivery_t *sent, *received;
            send_some(&a, &b, &sent, &received, 1);
            fill(received, kind);
            if (settled) pn_delivery_settle(received);
            else say_disposition("local", pn_delivery_local(received));
            converse(&a, &b);
            say_disposition("remote", pn_delivery_remote(sent));
            say_delivery("sent", sent);
            muted = true;
            end_engines(&a, &b);
            muted = false;
        }
    }
}

static void repeated_updates(void)
{
    section("each update is sent although nothing changed");
    engine_t a, b;
    pn_delivery_t *sent, *received;
    send_some(&a, &b, &sent, &received, 1);
    for (int i = 0; i < 2; i++) {
        pn_delivery_update(received, PN_ACCEPTED);
        converse(&a, &b);
    }
    pn_delivery_update(received, PN_ACCEPTED);
    pn_delivery_update(received, PN_RELEASED);
    converse(&a, &b);
    say_disposition("remote", pn_delivery_remote(sent));
    pn_delivery_settle(received);
    converse(&a, &b);
    say_delivery("sent", sent);
    end_engines(&a, &b);

    section("a sender can update too");
    send_some(&a, &b, &sent, &received, 1);
    pn_delivery_update(sent, PN_RELEASED);
    converse(&a, &b);
    say_disposition("remote", pn_delivery_remote(received));
    pn_delivery_settle(sent);
    converse(&a, &b);
    say_delivery("received", received);
    pn_delivery_update(received, PN_ACCEPTED);
    converse(&a, &b);
    say("settled by the peer, so nothing was told");
    pn_delivery_settle(received);
    converse(&a, &b);
    end_engines(&a, &b);
}

static void ranges(void)
{
    section("ids join at both ends of a range");
    engine_t a, b;
    pn_delivery_t *sent[8], *received[8];
    static const int orders[3][5] = {{2, 1, 3, 5, 4}, {0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}};
    for (int i = 0; i < 3; i++) {
        send_some(&a, &b, sent, received, 6);
        for (int j = 0; j < 5; j++) pn_delivery_update(received[orders[i][j]], PN_ACCEPTED);
        muted = true;
        say_events(&b);
        muted = false;
        converse(&a, &b);
        muted = true;
        end_engines(&a, &b);
        muted = false;
    }

    section("a range ends where state or settlement changes, and the rest goes ahead of it");
    send_some(&a, &b, sent, received, 8);
    static const uint64_t states[] = {PN_ACCEPTED, PN_ACCEPTED, PN_RELEASED, PN_RELEASED, PN_REJECTED, PN_ACCEPTED,
                                      PN_ACCEPTED, PN_ACCEPTED};
    for (int i = 0; i < 8; i++) {
        pn_delivery_update(received[i], states[i]);
        if (i != 6) pn_delivery_settle(received[i]);
    }
    converse(&a, &b);
    end_engines(&a, &b);

    section("settling without a state tells each delivery");
    send_some(&a, &b, sent, received, 3);
    for (int i = 0; i < 3; i++) pn_delivery_settle(received[i]);
    converse(&a, &b);
    for (int i = 0; i < 3; i++) pn_delivery_settle(sent[i]);
    converse(&a, &b);
    end_engines(&a, &b);

    section("a range accepted without settling is settled one by one by the sender");
    send_some(&a, &b, sent, received, 3);
    for (int i = 0; i < 3; i++) pn_delivery_update(received[i], PN_ACCEPTED);
    converse(&a, &b);
    for (int i = 0; i < 3; i++) pn_delivery_settle(sent[i]);
    converse(&a, &b);
    for (int i = 0; i < 3; i++) {
        say("settled %d", pn_delivery_settled(received[i]));
        pn_delivery_settle(received[i]);
    }
    converse(&a, &b);
    end_engines(&a, &b);
}

static void states_in_transfers(void)
{
    section("a state set before sending travels with the transfer");
    for (int kind = 3; kind < 8; kind += 2) {
        engine_t a, b;
        open_engines(&a, &b);
        join(&a, &b, "l", 5);
        pn_delivery_t *delivery = pn_delivery(a.link, pn_dtag("t", 1));
        fill(delivery, kind);
        pn_link_send(a.link, "body", 4);
        pn_link_advance(a.link);
        converse(&a, &b);
        say_disposition("remote", pn_delivery_remote(b.delivery));
        muted = true;
        end_engines(&a, &b);
        muted = false;
    }
}

static engine_t receiver_to_bytes(void)
{
    engine_t a = open_to_bytes();
    muted = true;
    tell(&a, 5, 0x12, "\"rx\" 0 - b2 b0 @28 [\"f\"] @29 [\"t\"] ~ ~ 0", "");
    pn_link_open(a.link);
    pn_link_flow(a.link, 10);
    hear(&a);
    muted = false;
    return a;
}

static void dispositions_by_hand(void)
{
    section("a disposition names a range, and unknown ids in it are passed over");
    engine_t a = receiver_to_bytes();
    for (int i = 0; i < 3; i++) {
        char fields[32];
        sprintf(fields, "0 %d 'd%d' 0", i, i);
        tell(&a, 5, 0x14, fields, "x");
    }
    tell(&a, 5, 0x15, "- 1 9 - @24 []", "");
    tell(&a, 5, 0x15, "- 0 2 + @25 [@1d [:app:x \"why\"]]", "");
    say_disposition("last", pn_delivery_remote(a.delivery));
    tell(&a, 5, 0x15, "- 77", "");
    tell(&a, 5, 0x15, "+ 0", "");
    end_engine(&a);

    section("states of odd shape");
    a = receiver_to_bytes();
    tell(&a, 5, 0x14, "0 0 'd' 0", "x");
    static const char *const states[] = {"@24 []", "@23 [5 l6]", "@23 []", "@27 [+ + {:k 1}]", "@27 []",
                                         "@26 [1 2 3]", "@25 []", "@25 [@1d [:a]]", "@25 [7]", "@34 ['id' @24 []]", "@33 ['id']"};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        char fields[64];
        sprintf(fields, "- 0 ~ ~ %s", states[i]);
        tell(&a, 5, 0x15, fields, "");
        say_disposition("remote", pn_delivery_remote(a.delivery));
    }
    end_engine(&a);

    section("a state in a transfer is kept from the first frame");
    a = receiver_to_bytes();
    tell(&a, 5, 0x14, "0 0 'd' 0 ~ + ~ @23 [1 l2]", "x");
    say_disposition("remote", pn_delivery_remote(a.delivery));
    tell(&a, 5, 0x14, "0 ~ ~ ~ ~ - ~ @24 []", "y");
    say_disposition("remote", pn_delivery_remote(a.delivery));
    say_delivery("whole", a.delivery);
    end_engine(&a);
}

static void conditions(void)
{
    section("conditions are set, formatted, copied and cleared");
    pn_condition_t *one = pn_condition(), *two = pn_condition();
    say("fresh %s set %d", condition_text(one), pn_condition_is_set(one));
    say("name %d description %d", pn_condition_set_name(one, "a:b"), pn_condition_set_description(one, "text"));
    pn_data_fill(pn_condition_info(one), "{si}", "k", 1);
    say("copy %d", pn_condition_copy(two, one));
    say("cursor %d copied %s", pn_data_type(pn_condition_info(two)), condition_text(two));
    say("format %d", pn_condition_format(one, "c:d", "%s %d", "formatted", 5));
    say("formatted %s", condition_text(one));
    pn_condition_set_name(one, "");
    say("empty name is set %d %s", pn_condition_is_set(one), condition_text(one));
    pn_condition_set_name(one, NULL);
    say("no name is set %d description %s", pn_condition_is_set(one), text(pn_condition_get_description(one)));
    pn_condition_clear(two);
    say("cleared %s description %s info %s", condition_text(two), text(pn_condition_get_description(two)),
        value_text(pn_condition_info(two)));
    say("copy of nothing %d", pn_condition_copy(two, one));
    pn_condition_set_name(two, "amqp:link:redirect");
    pn_data_fill(pn_condition_info(two), "{sSsi}", "network-host", "there", "port", 5671);
    say("redirect %d %s %d", pn_condition_is_redirect(two), text(pn_condition_redirect_host(two)),
        pn_condition_redirect_port(two));
    pn_condition_free(one);
    pn_condition_free(two);

    section("a condition without a name is not sent and one received without a name is not set");
    engine_t a, b;
    open_engines(&a, &b);
    pn_condition_set_description(pn_session_condition(a.session), "nameless");
    pn_session_close(a.session);
    converse(&a, &b);
    say("remote %s", condition_text(pn_session_remote_condition(b.session)));
    end_engines(&a, &b);
    a = open_to_bytes();
    tell(&a, 5, 0x17, "@1d [~ \"nameless\"]", "");
    say("remote %s", condition_text(pn_session_remote_condition(a.session)));
    tell(&a, 0, 0x18, "@1d [:app:x \"because\" {:k [1 2]}]", "");
    say("remote %s", condition_text(pn_connection_remote_condition(a.connection)));
    end_engine(&a);
}

int main(void)
{
    every_kind();
    repeated_updates();
    ranges();
    states_in_transfers();
    dispositions_by_hand();
    conditions();
    return 0;
}
