/* Differential program: what two peers see of connections, sessions, links and deliveries. */
#include "pair.h"

static void connections_exchange_what_open_carries(void)
{
    section("open");
    begin_pair(4096);
    pn_connection_t *a = A.driver.connection;
    pn_transport_t *ta = A.driver.transport, *tb = B.driver.transport;
    trace_frames();
    say("refcount connection=%d transport=%d", pn_refcount(a), pn_refcount(ta));
    settle();
    say("bound refcount connection=%d transport=%d", pn_refcount(a), pn_refcount(ta));
    say("rebind %d", pn_transport_bind(ta, a));
    pn_connection_set_hostname(a, "example.org");
    pn_data_put_symbol(pn_connection_desired_capabilities(a), pn_bytes(3, "one"));
    pn_data_t *offered = pn_connection_offered_capabilities(a);
    pn_data_put_array(offered, false, PN_SYMBOL);
    pn_data_enter(offered);
    pn_data_put_symbol(offered, pn_bytes(3, "two"));
    pn_data_put_symbol(offered, pn_bytes(5, "three"));
    pn_data_exit(offered);
    pn_data_fill(pn_connection_properties(a), "{sSsi}", "product", "test", "build", 7);
    pn_transport_set_idle_timeout(ta, 20000);
    say("channel max %d", pn_transport_set_channel_max(tb, 100));
    say("remote before open: container=%s hostname=%s idle=%u max_frame=%u channel_max=%u/%u",
        text(pn_connection_remote_container(B.driver.connection)),
        text(pn_connection_remote_hostname(B.driver.connection)), pn_transport_get_remote_idle_timeout(tb),
        pn_transport_get_remote_max_frame(tb), pn_transport_remote_channel_max(tb), pn_transport_get_channel_max(tb));
    pn_connection_open(a);
    pn_connection_open(a);
    settle();
    pn_connection_t *b = B.driver.connection;
    say("remote: container=%s hostname=%s idle=%u max_frame=%u channel_max=%u/%u",
        text(pn_connection_remote_container(b)), text(pn_connection_remote_hostname(b)),
        pn_transport_get_remote_idle_timeout(tb), pn_transport_get_remote_max_frame(tb),
        pn_transport_remote_channel_max(tb), pn_transport_get_channel_max(tb));
    say("remote desired %s", value_text(pn_connection_remote_desired_capabilities(b)));
    say("remote offered %s", value_text(pn_connection_remote_offered_capabilities(b)));
    say("remote properties %s", value_text(pn_connection_remote_properties(b)));
    say("users %s %s authenticated=%d encrypted=%d", text(pn_transport_get_user(ta)), text(pn_transport_get_user(tb)),
        pn_transport_is_authenticated(tb), pn_transport_is_encrypted(tb));
    pn_connection_open(b);
    settle();
    say("A channel_max=%u/%u", pn_transport_remote_channel_max(ta), pn_transport_get_channel_max(ta));
    close_pair();
}

static void say_terminus(const char *what, pn_terminus_t *terminus)
{
    say("%s type=%d address=%s durability=%d expiry=%d/%d timeout=%u dynamic=%d distribution=%d", what,
        (int)pn_terminus_get_type(terminus), text(pn_terminus_get_address(terminus)),
        (int)pn_terminus_get_durability(terminus), pn_terminus_has_expiry_policy(terminus),
        (int)pn_terminus_get_expiry_policy(terminus), pn_terminus_get_timeout(terminus),
        pn_terminus_is_dynamic(terminus), (int)pn_terminus_get_distribution_mode(terminus));
    say("%s properties=%s capabilities=%s outcomes=%s filter=%s", what, value_text(pn_terminus_properties(terminus)),
        value_text(pn_terminus_capabilities(terminus)), value_text(pn_terminus_outcomes(terminus)),
        value_text(pn_terminus_filter(terminus)));
}

static void describe_source(pn_terminus_t *source)
{
    say("set %d %d %d %d %d", pn_terminus_set_address(source, "queue"),
        pn_terminus_set_durability(source, PN_DELIVERIES), pn_terminus_set_expiry_policy(source, PN_EXPIRE_NEVER),
        pn_terminus_set_timeout(source, 300), pn_terminus_set_distribution_mode(source, PN_DIST_MODE_COPY));
    pn_data_fill(pn_terminus_properties(source), "{sS}", "lifetime", "long");
    pn_data_fill(pn_terminus_filter(source), "{sDsS}", "selector", "apache.org:selector-filter:string", "colour = 'green'");
    pn_data_fill(pn_terminus_outcomes(source), "@T[ss]", PN_SYMBOL, "amqp:accepted:list", "amqp:released:list");
    pn_data_fill(pn_terminus_capabilities(source), "s", "queue");
}

static void links_carry_both_termini(void)
{
    section("termini");
    open_pair(4096);
    trace_frames();
    pn_link_t *sender = pn_sender(A.session, "full");
    say_terminus("fresh source", pn_link_source(sender));
    say_terminus("fresh target", pn_link_target(sender));
    say_terminus("fresh remote source", pn_link_remote_source(sender));
    describe_source(pn_link_source(sender));
    pn_terminus_set_dynamic(pn_link_target(sender), true);
    pn_terminus_set_expiry_policy(pn_link_target(sender), PN_EXPIRE_WITH_LINK);
    pn_link_set_snd_settle_mode(sender, PN_SND_UNSETTLED);
    pn_link_set_rcv_settle_mode(sender, PN_RCV_SECOND);
    pn_link_set_max_message_size(sender, 123456789012);
    pn_data_fill(pn_link_properties(sender), "{sI}", "weight", 12);
    pn_link_open(sender);
    settle();
    say_terminus("remote source", pn_link_remote_source(B.link));
    say_terminus("remote target", pn_link_remote_target(B.link));
    say("modes %d %d size %" PRIu64 " properties %s", (int)pn_link_remote_snd_settle_mode(B.link),
        (int)pn_link_remote_rcv_settle_mode(B.link), pn_link_remote_max_message_size(B.link),
        value_text(pn_link_remote_properties(B.link)));
    say("no properties %d", pn_link_remote_properties(sender) == NULL);
    say("copy %d %d", pn_terminus_copy(pn_link_source(B.link), pn_link_remote_source(B.link)),
        pn_terminus_copy(pn_link_target(B.link), pn_link_remote_target(B.link)));
    pn_terminus_set_address(pn_link_target(B.link), "made-up");
    pn_link_open(B.link);
    settle();
    say_terminus("echoed source", pn_link_remote_source(sender));
    say_terminus("echoed target", pn_link_remote_target(sender));

    pn_link_t *coordinator = pn_sender(A.session, "tx");
    pn_terminus_set_type(pn_link_target(coordinator), PN_COORDINATOR);
    pn_data_put_symbol(pn_terminus_capabilities(pn_link_target(coordinator)), pn_bytes(23, "amqp:local-transactions"));
    pn_terminus_set_type(pn_link_source(coordinator), PN_UNSPECIFIED);
    pn_link_open(coordinator);
    settle();
    say_terminus("coordinator", pn_link_remote_target(B.link));
    say_terminus("no source", pn_link_remote_source(B.link));

    pn_link_t *receiver = pn_receiver(A.session, "back");
    pn_terminus_set_address(pn_link_source(receiver), "replies");
    pn_link_open(receiver);
    settle();
    say("peer is sender=%d receiver=%d", pn_link_is_sender(B.link), pn_link_is_receiver(B.link));
    close_pair();
}

static void credit_and_counters_follow_the_messages(void)
{
    section("credit");
    open_pair(4096);
    trace_frames();
    attach("work", 5);
    pn_link_t *tx = A.link, *rx = B.link;
    send_message(tx, "m1", "first", 5);
    send_message(tx, "m2", "second", 6);
    say_link("before output", &A, tx);
    settle();
    say_link("after output", &A, tx);
    say_link("received", &B, rx);
    char buffer[64];
    say("recv %zd", pn_link_recv(rx, buffer, 3));
    say("recv %zd", pn_link_recv(rx, buffer, sizeof buffer));
    say("recv %zd", pn_link_recv(rx, buffer, sizeof buffer));
    say("advance %d", pn_link_advance(rx));
    say_link("advanced", &B, rx);
    for (int i = 3; i <= 7; i++) {
        char tag[8];
        snprintf(tag, sizeof tag, "m%d", i);
        send_message(tx, tag, tag, 2);
    }
    say_link("overdrawn", &A, tx);
    settle();
    say_link("held back", &A, tx);
    pn_link_flow(rx, 3);
    say_link("more credit", &B, rx);
    settle();
    say_link("released", &A, tx);
    say("bytes in=%zu out=%zu", pn_session_incoming_bytes(B.session), pn_session_outgoing_bytes(A.session));
    pn_link_offered(tx, 9);
    say("available %d %d", pn_link_available(tx), pn_link_available(rx));
    int unread = 0;
    while (pn_link_advance(rx)) unread++;
    say("unread %d bytes=%zu", unread, pn_session_incoming_bytes(B.session));
    say("nothing to recv %zd", pn_link_recv(rx, buffer, 1));
    say("nothing to send %zd", pn_link_send(tx, "x", 1));
    say("nothing to advance %d", pn_link_advance(tx));
    say("work A=%d B=%d", pn_work_head(A.driver.connection) != NULL, pn_work_head(B.driver.connection) != NULL);
    close_pair();
}

static void reject(pn_delivery_t *delivery)
{
    pn_condition_t *condition = pn_disposition_condition(pn_delivery_local(delivery));
    pn_condition_set_name(condition, "app:no");
    pn_condition_set_description(condition, "will not");
    pn_data_fill(pn_condition_info(condition), "{sS}", "why", "because");
    pn_delivery_update(delivery, PN_REJECTED);
}

static void answer(pn_delivery_t *delivery, int how)
{
    pn_disposition_t *local = pn_delivery_local(delivery);
    switch (how) {
    case 0: pn_delivery_update(delivery, PN_ACCEPTED); break;
    case 1: reject(delivery); break;
    case 2: pn_delivery_update(delivery, PN_RELEASED); break;
    case 3:
        pn_disposition_set_failed(local, true);
        pn_disposition_set_undeliverable(local, true);
        pn_data_fill(pn_disposition_annotations(local), "{si}", "tries", 3);
        pn_delivery_update(delivery, PN_MODIFIED);
        break;
    case 4:
        pn_disposition_set_section_number(local, 3);
        pn_disposition_set_section_offset(local, 40000000000);
        pn_delivery_update(delivery, PN_RECEIVED);
        break;
    case 5:
        pn_data_fill(pn_disposition_data(local), "[Si]", "odd", 5);
        pn_delivery_update(delivery, 0x99);
        break;
    default: break; /* settled without a state */
    }
}

static void every_disposition_reaches_the_sender(void)
{
    section("dispositions");
    open_pair(4096);
    attach("outcomes", 10);
    trace_frames();
    pn_delivery_t *sent[7];
    for (int i = 0; i < 7; i++) {
        char tag[8];
        snprintf(tag, sizeof tag, "d%d", i);
        sent[i] = send_message(A.link, tag, tag, 2);
    }
    settle();
    for (int i = 0; i < 7; i++) {
        pn_delivery_t *current = pn_link_current(B.link);
        pn_link_advance(B.link);
        answer(current, i);
        say_disposition("local", pn_delivery_local(current));
        if (i != 4) pn_delivery_settle(current);
        say("unsettled %d", pn_link_unsettled(B.link));
    }
    settle();
    int walked = 0;
    for (pn_delivery_t *d = pn_unsettled_head(A.link); d; d = pn_unsettled_next(d)) walked++;
    say("unsettled walked %d counted %d", walked, pn_link_unsettled(A.link));
    for (int i = 0; i < 7; i++) {
        say_delivery("sent", &A, sent[i]);
        say_disposition("remote", pn_delivery_remote(sent[i]));
        pn_delivery_clear(sent[i]);
        pn_delivery_settle(sent[i]);
    }
    settle();
    say_link("left", &A, A.link);
    say_link("left", &B, B.link);
    close_pair();
}

static void ranges_of_dispositions_are_joined(void)
{
    section("ranges");
    open_pair(4096);
    attach("ranges", 20);
    pn_delivery_t *received[12];
    for (int i = 0; i < 12; i++) {
        char tag[8];
        snprintf(tag, sizeof tag, "r%d", i);
        send_message(A.link, tag, "", 0);
    }
    settle();
    for (int i = 0; i < 12; i++) {
        received[i] = pn_link_current(B.link);
        pn_link_advance(B.link);
    }
    trace_frames();
    static const int order[] = {2, 1, 3, 5, 4};
    for (int i = 0; i < 5; i++) pn_delivery_update(received[order[i]], PN_ACCEPTED);
    settle();
    static const uint64_t states[] = {PN_ACCEPTED, PN_ACCEPTED, PN_RELEASED, PN_RELEASED, PN_REJECTED, PN_ACCEPTED};
    for (int i = 0; i < 6; i++) {
        pn_delivery_update(received[6 + i], states[i]);
        pn_delivery_settle(received[6 + i]);
    }
    settle();
    for (pn_delivery_t *d = pn_unsettled_head(A.link); d;) {
        pn_delivery_t *next = pn_unsettled_next(d);
        pn_delivery_settle(d);
        d = next;
    }
    settle();
    say_link("sender", &A, A.link);
    say_link("receiver", &B, B.link);
    close_pair();
}

static void settled_messages_leave_nothing_behind(void)
{
    section("presettled");
    open_pair(4096);
    attach("settled", 10);
    trace_frames();
    pn_delivery_t *delivery = send_message(A.link, "s1", "quick", 5);
    pn_delivery_settle(delivery);
    pn_delivery_t *stated = pn_delivery(A.link, pn_dtag("s2", 2));
    pn_delivery_update(stated, PN_RELEASED);
    pn_link_send(A.link, "with a state", 12);
    pn_link_advance(A.link);
    say_link("before", &A, A.link);
    settle();
    say_link("after", &A, A.link);
    for (pn_delivery_t *d = pn_link_current(B.link); d; d = pn_link_current(B.link)) {
        say_delivery("arrived", &B, d);
        say_disposition("remote", pn_delivery_remote(d));
        pn_link_advance(B.link);
        pn_delivery_settle(d);
    }
    settle();
    say_link("receiver", &B, B.link);
    close_pair();
}

static void a_large_message_crosses_in_frames(void)
{
    section("frames");
    open_pair(512);
    attach("large", 3);
    trace_frames();
    static char body[2500], got[4000];
    for (size_t i = 0; i < sizeof body; i++) body[i] = (char)('a' + i % 26);
    pn_delivery(A.link, pn_dtag("L", 1));
    say("send %zd", pn_link_send(A.link, body, 1000));
    settle();
    say("part %zd", pn_link_recv(B.link, got, 600));
    say_delivery("partial", &B, B.delivery);
    say("send %zd", pn_link_send(A.link, body + 1000, 1500));
    say("advance %d", pn_link_advance(A.link));
    settle();
    say("rest %zd", pn_link_recv(B.link, got + 600, sizeof got - 600));
    char more;
    say("end %zd", pn_link_recv(B.link, &more, 1));
    say("same %d", memcmp(body, got, sizeof body) == 0);
    pn_link_advance(B.link);
    pn_delivery_update(B.delivery, PN_ACCEPTED);
    pn_delivery_settle(B.delivery);
    settle();
    pn_delivery(A.link, pn_dtag("E", 1));
    say("nothing %zd", pn_link_send(A.link, NULL, 0));
    say("empty %zd", pn_link_send(A.link, body, 0));
    say("advance %d", pn_link_advance(A.link));
    settle();
    say("empty recv %zd", pn_link_recv(B.link, got, sizeof got));
    close_pair();
}

static void aborted_messages_are_taken_back(void)
{
    section("abort");
    open_pair(512);
    attach("abort", 5);
    trace_frames();
    static char body[800];
    memset(body, 'z', sizeof body);
    pn_delivery_t *begun = pn_delivery(A.link, pn_dtag("begun", 5));
    pn_link_send(A.link, body, sizeof body);
    settle();
    say_link("sender", &A, A.link);
    pn_delivery_abort(begun);
    settle();
    say_link("sender", &A, A.link);
    say_delivery("seen", &B, B.delivery);
    char got[16];
    say("recv %zd", pn_link_recv(B.link, got, sizeof got));
    pn_delivery_settle(B.delivery);
    say_link("receiver", &B, B.link);
    pn_delivery_t *unsent = pn_delivery(A.link, pn_dtag("unsent", 6));
    pn_link_send(A.link, body, 10);
    pn_delivery_abort(unsent);
    settle();
    say_link("sender", &A, A.link);
    send_message(A.link, "after", "ok", 2);
    settle();
    say_delivery("after", &B, B.delivery);
    close_pair();
}

static void a_receiver_can_drain_its_sender(void)
{
    section("drain");
    open_pair(4096);
    attach("drain", 4);
    trace_frames();
    send_message(A.link, "one", "1", 1);
    settle();
    say("drained while not asked %d", pn_link_drained(A.link));
    pn_link_set_drain(B.link, true);
    settle();
    say("draining %d", pn_link_draining(B.link));
    say("sender drained %d", pn_link_drained(A.link));
    settle();
    say("receiver drained %d", pn_link_drained(B.link));
    say("again %d", pn_link_drained(B.link));
    say("draining %d", pn_link_draining(B.link));
    pn_link_set_drain(B.link, false);
    pn_link_flow(B.link, 2);
    settle();
    pn_link_drain(B.link, 5);
    settle();
    say_link("asked", &A, A.link);
    send_message(A.link, "two", "2", 1);
    say("sender drained %d", pn_link_drained(A.link));
    settle();
    say("receiver drained %d", pn_link_drained(B.link));
    pn_link_flow(B.link, 2);
    settle();
    say_link("ends", &A, A.link);
    say_link("ends", &B, B.link);
    close_pair();
}

int main(void)
{
    connections_exchange_what_open_carries();
    links_carry_both_termini();
    credit_and_counters_follow_the_messages();
    every_disposition_reaches_the_sender();
    ranges_of_dispositions_are_joined();
    settled_messages_leave_nothing_behind();
    a_large_message_crosses_in_frames();
    aborted_messages_are_taken_back();
    a_receiver_can_drain_its_sender();
    return 0;
}
