/* Differential program: credit. Granting, spending, overdrawing, draining, offering, and the flows on the wire. */
#include "engine.h"

static void credit_in_both_directions(void)
{
    section("credit, queued and remote credit follow every step");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 5);
    pn_link_t *tx = a.link, *rx = b.link;
    send_whole(tx, "1", "one");
    send_whole(tx, "2", "two");
    say_link("sent", tx);
    converse(&a, &b);
    say_link("written", tx);
    say_link("received", rx);
    say("advance %d", pn_link_advance(rx));
    say_link("advanced", rx);
    for (int i = 3; i < 8; i++) {
        char tag[2] = {(char)('0' + i), 0};
        send_whole(tx, tag, "more");
    }
    say_link("overdrawn", tx);
    converse(&a, &b);
    say_link("held back", tx);
    pn_link_flow(rx, 3);
    say_link("granted", rx);
    converse(&a, &b);
    say_link("freed", tx);
    say_link("got them", rx);
    end_engines(&a, &b);
}

static void flows_that_say_nothing(void)
{
    section("granting nothing sends nothing and negative credit takes back");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 0);
    pn_link_flow(b.link, 0);
    converse(&a, &b);
    pn_link_flow(b.link, 10);
    pn_link_flow(b.link, -10);
    converse(&a, &b);
    pn_link_flow(b.link, 10);
    converse(&a, &b);
    pn_link_flow(b.link, -4);
    say_link("taken back", b.link);
    converse(&a, &b);
    say_link("told", a.link);
    pn_link_flow(b.link, -8);
    say_link("below zero", b.link);
    end_engines(&a, &b);

    section("credit granted to a link that closes in the same go is not sent");
    open_engines(&a, &b);
    join(&a, &b, "l", 0);
    pn_link_flow(b.link, 10);
    pn_link_close(b.link);
    converse(&a, &b);
    say_link("told", a.link);
    end_engines(&a, &b);

    section("credit granted before the link is open goes behind the attach");
    open_engines(&a, &b);
    pn_link_t *rx = pn_receiver(a.session, "early");
    pn_link_flow(rx, 7);
    say_events(&a);
    pn_link_open(rx);
    converse(&a, &b);
    say_link("sender", b.link);
    end_engines(&a, &b);
}

static void deliveries_beyond_credit(void)
{
    section("deliveries beyond credit wait and go with the flow");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 0);
    for (int i = 0; i < 3; i++) {
        char tag[2] = {(char)('a' + i), 0};
        pn_delivery_t *delivery = send_whole(a.link, tag, tag);
        say_delivery("made", delivery);
    }
    converse(&a, &b);
    say_link("waiting", a.link);
    for (int i = 0; i < 3; i++) {
        pn_link_flow(b.link, 1);
        converse(&a, &b);
        say_link("one more", a.link);
    }
    end_engines(&a, &b);
}

static void drain_by_flag(void)
{
    section("set drain asks once and drained answers");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 4);
    say("not asked %d", pn_link_drained(a.link));
    pn_link_set_drain(b.link, true);
    say("draining %d drain %d", pn_link_draining(b.link), pn_link_get_drain(b.link));
    converse(&a, &b);
    say("sender drain %d", pn_link_get_drain(a.link));
    send_whole(a.link, "d", "x");
    for (int i = 0; i < 2; i++) say("drained %d", pn_link_drained(a.link));
    say_link("after", a.link);
    converse(&a, &b);
    for (int i = 0; i < 2; i++) say("receiver drained %d", pn_link_drained(b.link));
    say("draining %d", pn_link_draining(b.link));
    say_link("drained", b.link);
    end_engines(&a, &b);

    section("set drain repeated repeats the flow");
    open_engines(&a, &b);
    join(&a, &b, "l", 0);
    for (int i = 0; i < 2; i++) {
        pn_link_set_drain(b.link, true);
        converse(&a, &b);
    }
    say("drained without credit %d", pn_link_drained(a.link));
    converse(&a, &b);
    end_engines(&a, &b);
}

static void drain_by_amount(void)
{
    section("drain grants with the flag and the next flow clears it");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 0);
    pn_link_drain(b.link, 5);
    say_link("asked", b.link);
    converse(&a, &b);
    pn_link_flow(b.link, 2);
    say("drain %d", pn_link_get_drain(b.link));
    converse(&a, &b);
    say_link("plain again", a.link);
    say("nothing drained %d", pn_link_drained(a.link));
    end_engines(&a, &b);

    section("set drain cancels the mode in which the next flow clears it");
    open_engines(&a, &b);
    join(&a, &b, "l", 0);
    pn_link_drain(b.link, 5);
    pn_link_set_drain(b.link, true);
    converse(&a, &b);
    pn_link_flow(b.link, 2);
    say("drain %d", pn_link_get_drain(b.link));
    converse(&a, &b);
    say_link("still draining", a.link);
    say("drained %d", pn_link_drained(a.link));
    converse(&a, &b);
    say("receiver %d", pn_link_drained(b.link));
    end_engines(&a, &b);

    section("drain behind what is queued takes only what is left");
    open_engines(&a, &b);
    join(&a, &b, "l", 3);
    send_whole(a.link, "1", "1");
    send_whole(a.link, "2", "2");
    pn_link_drain(b.link, 1);
    speak(&b, &a);
    say_link("asked", a.link);
    say("drained %d", pn_link_drained(a.link));
    converse(&a, &b);
    say_link("receiver", b.link);
    say("receiver drained %d", pn_link_drained(b.link));
    while (pn_link_advance(b.link)) {}
    say_link("advanced", b.link);
    end_engines(&a, &b);
}

static void drain_all_used(void)
{
    section("a drain that is used up needs no answer");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 0);
    pn_link_drain(b.link, 1);
    converse(&a, &b);
    send_whole(a.link, "1", "x");
    say("drained %d", pn_link_drained(a.link));
    converse(&a, &b);
    say("receiver drained %d", pn_link_drained(b.link));
    say("draining %d", pn_link_draining(b.link));
    say_link("receiver", b.link);
    end_engines(&a, &b);
}

static void what_is_offered(void)
{
    section("what is offered");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 2);
    say("available %d", pn_link_available(a.link));
    pn_link_offered(a.link, 12);
    say("available %d remote %d", pn_link_available(a.link), pn_link_available(b.link));
    converse(&a, &b);
    send_whole(a.link, "1", "x");
    converse(&a, &b);
    say("available %d remote %d", pn_link_available(a.link), pn_link_available(b.link));
    end_engines(&a, &b);
}

static engine_t sender_to_bytes(void)
{
    engine_t a = open_to_bytes();
    muted = true;
    a.link = pn_sender(a.session, "tx");
    pn_terminus_set_address(pn_link_source(a.link), "from");
    pn_link_open(a.link);
    hear(&a);
    tell(&a, 5, 0x12, "\"tx\" 0 + b2 b0 @28 [\"f\"] @29 [\"t\"]", "");
    muted = false;
    return a;
}

static void flows_by_hand(void)
{
    section("a flow counts from the delivery-count it knows");
    engine_t a = sender_to_bytes();
    tell(&a, 5, 0x13, "0 100 1 100 0 0 5", "");
    send_whole(a.link, "1", "x");
    hear(&a);
    tell(&a, 5, 0x13, "0 100 1 100 0 0 5", "");
    say_link("not yet seen", a.link);
    tell(&a, 5, 0x13, "1 100 1 100 0 1 5", "");
    say_link("seen", a.link);
    tell(&a, 5, 0x13, "1 100 1 100 0 ~ 9", "");
    say_link("without a count", a.link);
    tell(&a, 5, 0x13, "1 100 1 100 0 1", "");
    say_link("without credit", a.link);
    tell(&a, 5, 0x13, "1 100 1 100 0 1 0 33 +", "");
    say_link("drain of nothing", a.link);
    end_engine(&a);

    section("a flow can take credit below what is queued");
    a = sender_to_bytes();
    tell(&a, 5, 0x13, "0 0 1 100 0 0 5", "");
    for (int i = 0; i < 3; i++) send_whole(a.link, "t", "x");
    say_link("queued", a.link);
    hear(&a);
    tell(&a, 5, 0x13, "0 0 1 100 0 0 1", "");
    say_link("taken back", a.link);
    tell(&a, 5, 0x13, "0 2 1 100 0 0 1", "");
    say_link("window opened", a.link);
    end_engine(&a);

    section("credit of four thousand million");
    a = sender_to_bytes();
    tell(&a, 5, 0x13, "0 4294967295 1 100 0 0 2147483647", "");
    say_link("half", a.link);
    send_whole(a.link, "t", "x");
    hear(&a);
    say_link("one less", a.link);
    end_engine(&a);

    section("a flow with a handle on a session without one sends nothing");
    a = sender_to_bytes();
    tell(&a, 5, 0x13, "0 100 1 100", "");
    tell(&a, 5, 0x13, "~ 100 1 100", "");
    say("session window moved, no event");
    end_engine(&a);
}

static void counts_at_the_wrap(void)
{
    section("a receiver follows a sender whose count starts near the end");
    engine_t a = open_to_bytes();
    tell(&a, 5, 0x12, "\"rx\" 0 - b2 b0 @28 [\"f\"] @29 [\"t\"] ~ ~ 4294967294", "");
    pn_link_open(a.link);
    pn_link_flow(a.link, 4);
    hear(&a);
    for (int i = 0; i < 3; i++) {
        char fields[64];
        sprintf(fields, "0 %d 'd%d' 0", i, i);
        tell(&a, 5, 0x14, fields, "body");
        say_link("received", a.link);
    }
    pn_link_flow(a.link, 1);
    hear(&a);
    pn_link_set_drain(a.link, true);
    hear(&a);
    tell(&a, 5, 0x13, "0 100 3 100 0 3 0 ~ +", "");
    say("drained %d", pn_link_drained(a.link));
    say_link("drained", a.link);
    end_engine(&a);
}

int main(void)
{
    credit_in_both_directions();
    flows_that_say_nothing();
    deliveries_beyond_credit();
    drain_by_flag();
    drain_by_amount();
    drain_all_used();
    what_is_offered();
    flows_by_hand();
    counts_at_the_wrap();
    return 0;
}
