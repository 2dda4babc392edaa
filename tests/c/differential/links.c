/* Differential program: links. How attaches find their link, what they carry, and how links go. */
#include "engine.h"

static void say_terminus(const char *what, pn_terminus_t *t)
{
    say("%s type=%d address=%s durability=%d expiry=%d/%d timeout=%u dynamic=%d distribution=%d properties=%s"
        " capabilities=%s outcomes=%s filter=%s", what, (int)pn_terminus_get_type(t), text(pn_terminus_get_address(t)),
        (int)pn_terminus_get_durability(t), pn_terminus_has_expiry_policy(t), (int)pn_terminus_get_expiry_policy(t),
        pn_terminus_get_timeout(t), pn_terminus_is_dynamic(t), (int)pn_terminus_get_distribution_mode(t),
        value_text(pn_terminus_properties(t)), value_text(pn_terminus_capabilities(t)),
        value_text(pn_terminus_outcomes(t)), value_text(pn_terminus_filter(t)));
}

static void say_remote(pn_link_t *link)
{
    say("name %s sender %d modes %d %d size %" PRIu64 " properties %s", text(pn_link_name(link)), pn_link_is_sender(link),
        (int)pn_link_remote_snd_settle_mode(link), (int)pn_link_remote_rcv_settle_mode(link),
        pn_link_remote_max_message_size(link), value_text(pn_link_remote_properties(link)));
    say_terminus("source", pn_link_remote_source(link));
    say_terminus("target", pn_link_remote_target(link));
}

static void defaults_of_a_link(void)
{
    section("a fresh link has its defaults");
    engine_t a = make_engine("A", false);
    pn_session_t *session = pn_session(a.connection);
    pn_link_t *links[] = {pn_sender(session, "s"), pn_receiver(session, "r"), pn_sender(session, "")};
    for (int i = 0; i < 3; i++) {
        say("sender %d receiver %d modes %d %d size %" PRIu64 " drained %d drain %d", pn_link_is_sender(links[i]),
            pn_link_is_receiver(links[i]), (int)pn_link_snd_settle_mode(links[i]),
            (int)pn_link_rcv_settle_mode(links[i]), pn_link_max_message_size(links[i]), pn_link_drained(links[i]),
            pn_link_get_drain(links[i]));
        say_link("fresh", links[i]);
        say_remote(links[i]);
        say_terminus("own source", pn_link_source(links[i]));
        say("parts differ %d %d", pn_link_source(links[i]) != pn_link_target(links[i]),
            pn_link_remote_source(links[i]) != pn_link_source(links[i]));
    }
    end_engine(&a);
}

static void settle_modes_cross(void)
{
    section("every pair of settle modes crosses");
    engine_t a, b;
    open_engines(&a, &b);
    for (int snd = 0; snd < 3; snd++)
        for (int rcv = 0; rcv < 2; rcv++) {
            pn_link_t *link = pn_sender(a.session, "modes");
            pn_terminus_set_address(pn_link_source(link), "from");
            pn_link_set_snd_settle_mode(link, (pn_snd_settle_mode_t)snd);
            pn_link_set_rcv_settle_mode(link, (pn_rcv_settle_mode_t)rcv);
            say("own %d %d", (int)pn_link_snd_settle_mode(link), (int)pn_link_rcv_settle_mode(link));
            pn_link_open(link);
            converse(&a, &b);
            say_remote(b.link);
            pn_link_close(b.link);
            pn_link_close(link);
            converse(&a, &b);
            pn_link_free(b.link);
            pn_link_free(link);
        }
    end_engines(&a, &b);
}

static void fill_terminus(pn_terminus_t *t, int expiry, int durability, int distribution)
{
    say("set %d %d %d %d %d %d", pn_terminus_set_address(t, "node"), pn_terminus_set_durability(t, (pn_durability_t)durability),
        pn_terminus_set_expiry_policy(t, (pn_expiry_policy_t)expiry), pn_terminus_set_timeout(t, 70000),
        pn_terminus_set_distribution_mode(t, (pn_distribution_mode_t)distribution), pn_terminus_set_dynamic(t, false));
    pn_data_fill(pn_terminus_properties(t), "{sS}", "key", "value");
    pn_data_fill(pn_terminus_filter(t), "{si}", "f", 1);
    pn_data_fill(pn_terminus_outcomes(t), "@T[s]", PN_SYMBOL, "amqp:accepted:list");
    pn_data_fill(pn_terminus_capabilities(t), "@T[ss]", PN_SYMBOL, "queue", "topic");
}

static void termini_with_every_field(void)
{
    section("termini with every field filled");
    engine_t a, b;
    open_engines(&a, &b);
    static const int policies[] = {PN_EXPIRE_WITH_LINK, PN_EXPIRE_WITH_SESSION, PN_EXPIRE_WITH_CONNECTION, PN_EXPIRE_NEVER};
    for (int i = 0; i < 4; i++) {
        pn_link_t *link = pn_receiver(a.session, "full");
        fill_terminus(pn_link_source(link), policies[i], i % 3, i % 3);
        fill_terminus(pn_link_target(link), policies[3 - i], 2 - i % 3, 2);
        say_terminus("own source", pn_link_source(link));
        pn_link_set_max_message_size(link, 1ull << (i * 20));
        pn_link_open(link);
        converse(&a, &b);
        say_remote(b.link);
        pn_link_close(link);
        pn_link_free(link);
        pn_link_close(b.link);
        converse(&a, &b);
    }
    end_engines(&a, &b);
}

static void kinds_of_termini(void)
{
    section("a terminus of unspecified type is left out");
    engine_t a, b;
    open_engines(&a, &b);
    pn_link_t *link = pn_sender(a.session, "none");
    say("types %d %d", pn_terminus_set_type(pn_link_source(link), PN_UNSPECIFIED),
        pn_terminus_set_type(pn_link_target(link), PN_UNSPECIFIED));
    pn_link_open(link);
    converse(&a, &b);
    say_remote(b.link);

    section("a coordinator has capabilities alone");
    link = pn_sender(a.session, "coordinator");
    pn_terminus_t *target = pn_link_target(link);
    pn_terminus_set_type(target, PN_COORDINATOR);
    pn_terminus_set_address(target, "not sent");
    pn_terminus_set_address(pn_link_source(link), "from");
    pn_data_put_symbol(pn_terminus_capabilities(target), pn_bytes(23, "amqp:local-transactions"));
    pn_link_set_max_message_size(link, 5);
    pn_data_fill(pn_link_properties(link), "{si}", "not sent", 1);
    pn_link_open(link);
    converse(&a, &b);
    say_remote(b.link);

    section("a dynamic terminus has no address until the peer gives one");
    link = pn_receiver(a.session, "dynamic");
    pn_terminus_set_dynamic(pn_link_source(link), true);
    pn_terminus_set_dynamic(pn_link_target(link), true);
    pn_link_open(link);
    converse(&a, &b);
    say_remote(b.link);
    say("copy %d", pn_terminus_copy(pn_link_source(b.link), pn_link_remote_source(b.link)));
    pn_terminus_set_address(pn_link_source(b.link), "made-up");
    pn_link_open(b.link);
    converse(&a, &b);
    say_remote(link);
    end_engines(&a, &b);
}

static void a_terminus_is_copied_whole(void)
{
    section("a terminus is copied whole and deep");
    engine_t a = make_engine("A", false);
    pn_session_t *session = pn_session(a.connection);
    pn_terminus_t *from = pn_link_source(pn_sender(session, "a")), *to = pn_link_target(pn_sender(session, "b"));
    fill_terminus(from, PN_EXPIRE_NEVER, PN_DELIVERIES, PN_DIST_MODE_COPY);
    pn_data_put_int(pn_terminus_capabilities(to), 5);
    say("copy %d", pn_terminus_copy(to, from));
    say("cursor %d", pn_data_type(pn_terminus_capabilities(to)));
    pn_terminus_set_address(from, NULL);
    pn_data_clear(pn_terminus_filter(from));
    say_terminus("from", from);
    say_terminus("to", to);
    say("onto itself %d", pn_terminus_copy(to, to));
    say_terminus("to", to);
    end_engine(&a);
}

static void properties_cross(void)
{
    section("link properties and sizes cross both ways");
    engine_t a, b;
    open_engines(&a, &b);
    pn_link_t *link = pn_sender(a.session, "props");
    pn_terminus_set_address(pn_link_source(link), "from");
    pn_data_fill(pn_link_properties(link), "{sSsi}", "one", "1", "two", 2);
    pn_link_set_max_message_size(link, 4096);
    say("size %" PRIu64 " remote %" PRIu64, pn_link_max_message_size(link), pn_link_remote_max_message_size(link));
    pn_link_open(link);
    converse(&a, &b);
    say_remote(b.link);
    pn_data_fill(pn_link_properties(b.link), "{}");
    pn_link_open(b.link);
    converse(&a, &b);
    say("remote properties %s", value_text(pn_link_remote_properties(link)));
    end_engines(&a, &b);
}

static void attaches_find_their_link(void)
{
    section("an attach finds the open link of its name and other role");
    engine_t a = open_to_bytes();
    pn_link_t *tx = pn_sender(a.session, "twin"), *rx = pn_receiver(a.session, "twin");
    pn_link_open(tx);
    pn_link_open(rx);
    hear(&a);
    tell(&a, 5, 0x12, "\"twin\" 7 + b2 b0 ~ ~", "");
    say("states %d %d", pn_link_state(tx), pn_link_state(rx));
    tell(&a, 5, 0x12, "\"twin\" 8 - b1 b1 @28 [\"f\"] @29 [\"t\"] ~ ~ 3", "");
    say("states %d %d", pn_link_state(tx), pn_link_state(rx));
    say_remote(tx);
    say_remote(rx);
    tell(&a, 5, 0x12, "\"other\" 9 - ~ ~ ~ ~ ~ ~ 3 l77 [:off] :des {:k 5}", "");
    say_remote(a.link);
    end_engine(&a);

    section("an attach finds a link of its name that is not open yet");
    a = open_to_bytes();
    tx = pn_sender(a.session, "late");
    tell(&a, 5, 0x12, "\"late\" 0 + b1 b1 @28 [] @29 [\"t\"]", "");
    say("same %d state %d", a.link == tx, pn_link_state(tx));
    pn_link_open(tx);
    hear(&a);
    end_engine(&a);

    section("a terminus without an address is one all the same");
    a = open_to_bytes();
    tell(&a, 5, 0x12, "\"null\" 0 - ~ ~ @28 [~ 1 :never 5 - ~ :copy] @29 [~ 1 :never 5]", "");
    say_remote(a.link);
    tell(&a, 5, 0x12, "\"dynamic\" 1 - ~ ~ @28 [~ 1 :never 5 +] @29 [~ 1 :never 5 +]", "");
    say_remote(a.link);
    tell(&a, 5, 0x12, "\"odd words\" 2 - ~ ~ @28 [\"a\" 2 :someday 5 - ~ :borrow] @29 [\"b\" 2 :someday 5]", "");
    say_remote(a.link);
    end_engine(&a);

    section("a detached link is not found again");
    a = open_to_bytes();
    tx = pn_sender(a.session, "again");
    pn_link_open(tx);
    hear(&a);
    tell(&a, 5, 0x12, "\"again\" 0 +", "");
    tell(&a, 5, 0x16, "0", "");
    say("state %d", pn_link_state(tx));
    tell(&a, 5, 0x12, "\"again\" 0 +", "");
    say("same %d state %d", a.link == tx, pn_link_state(a.link));
    tell(&a, 5, 0x16, "0 +", "");
    say("state %d", pn_link_state(a.link));
    end_engine(&a);
}

static void detach_and_close(void)
{
    section("detaching leaves the states and closing afterwards says nothing");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "d", 0);
    pn_link_detach(a.link);
    pn_link_detach(a.link);
    converse(&a, &b);
    say_link("detached", a.link);
    pn_link_close(a.link);
    converse(&a, &b);
    say_link("closed", a.link);
    pn_link_close(b.link);
    converse(&a, &b);
    pn_link_free(a.link);
    pn_link_free(b.link);
    converse(&a, &b);

    section("detach and close in one go send one detach");
    for (int i = 0; i < 2; i++) {
        join(&a, &b, i ? "close first" : "detach first", 0);
        if (i) pn_link_close(a.link);
        pn_link_detach(a.link);
        pn_link_close(a.link);
        converse(&a, &b);
        pn_link_detach(b.link);
        converse(&a, &b);
        say("states %d %d", pn_link_state(a.link), pn_link_state(b.link));
        pn_link_free(a.link);
        pn_link_free(b.link);
        converse(&a, &b);
    }
    end_engines(&a, &b);

    section("a detach and a close carry the condition");
    open_engines(&a, &b);
    for (int i = 0; i < 2; i++) {
        join(&a, &b, i ? "close" : "detach", 0);
        pn_condition_format(pn_link_condition(a.link), "app:why", "number %d", i);
        pn_data_fill(pn_condition_info(pn_link_condition(a.link)), "{si}", "code", i);
        if (i) pn_link_close(a.link);
        else pn_link_detach(a.link);
        converse(&a, &b);
        say("remote %s", condition_text(pn_link_remote_condition(b.link)));
    }
    end_engines(&a, &b);

    section("a detach before the attach was answered");
    open_engines(&a, &b);
    pn_link_t *link = pn_sender(a.session, "hasty");
    pn_link_open(link);
    pn_link_detach(link);
    converse(&a, &b);
    say("states %d %d", pn_link_state(link), pn_link_state(b.link));
    end_engines(&a, &b);
}

static void names_are_bytes(void)
{
    section("names and addresses cross byte by byte");
    engine_t a, b;
    open_engines(&a, &b);
    static const char *const names[] = {"", "\xc3\xa9t\xc3\xa9", "with \"quotes\" and \\", "\x01\x7f",
        "a name that is longer than two hundred and fifty-five bytes needs the long form of a string, which is four"
        " bytes of length instead of one; nobody uses such names, but some brokers build them out of addresses, dates"
        " and counters, so they exist: here is the end at last"};
    for (int i = 0; i < 5; i++) {
        pn_link_t *link = pn_sender(a.session, names[i]);
        pn_terminus_set_address(pn_link_target(link), names[i]);
        pn_link_open(link);
        converse(&a, &b);
        say("equal %d %d", !strcmp(pn_link_name(b.link), names[i]),
            !strcmp(pn_terminus_get_address(pn_link_remote_target(b.link)), names[i]));
    }
    end_engines(&a, &b);
}

static void handles_are_reused(void)
{
    section("a handle is free once its detach was sent");
    engine_t a = open_to_bytes();
    pn_link_t *links[3];
    for (int i = 0; i < 3; i++) {
        links[i] = pn_sender(a.session, i == 0 ? "x" : i == 1 ? "y" : "z");
        pn_link_open(links[i]);
    }
    hear(&a);
    pn_link_close(links[1]);
    hear(&a);
    pn_link_open(pn_sender(a.session, "new"));
    hear(&a);
    pn_link_open(pn_receiver(a.session, "newer"));
    hear(&a);
    end_engine(&a);
}

int main(void)
{
    defaults_of_a_link();
    settle_modes_cross();
    termini_with_every_field();
    kinds_of_termini();
    a_terminus_is_copied_whole();
    properties_cross();
    attaches_find_their_link();
    detach_and_close();
    names_are_bytes();
    handles_are_reused();
    return 0;
}
