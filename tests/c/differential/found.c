/* Differential program: what random sequences of calls have found. Each section is the shortest way to one difference
 * that was there and is mended. */
#include "pair.h"

/* A pair with an attached link, and frames told. */
static void begin(const char *name, int credit)
{
    section(name);
    open_pair(1024);
    attach("link", credit);
    trace_frames();
}

static void a_condition_set_before_the_header_follows_it(void)
{
    section("condition before header");
    begin_pair(1024);
    pn_condition_t *condition = pn_transport_condition(B.driver.transport);
    pn_condition_set_name(condition, "app:early");
    pn_condition_set_description(condition, "before anything was said");
    trace_frames();
    settle();
    say("remote %s", condition_text(pn_connection_remote_condition(A.driver.connection)));
    end_pair();
}

static void a_server_that_has_seen_the_header_says_good_bye(void)
{
    section("end behind header");
    begin_pair(1024);
    drain_events(&A);
    drain_events(&B);
    pn_transport_push(B.driver.transport, "AMQP\0\1\0\0", 8);
    pn_transport_close_tail(B.driver.transport);
    pn_bytes_t out = pn_connection_driver_write_buffer(&B.driver);
    say("farewell %d %s", out.size > 24, shown(out.start, out.size < 24 ? out.size : 24));
    drain_events(&B);
    end_pair();
}

static void sends_in_order_after_the_peer_has_ended(void)
{
    begin("order behind end", 0);
    pn_delivery_t *first = send_message(A.link, "a", "one", 3);
    pn_delivery_t *second = send_message(A.link, "b", "two", 3);
    settle();
    pn_link_flow(B.link, 5);
    pn_session_close(B.session);
    pn_delivery_update(second, PN_MODIFIED);
    settle();
    say_delivery("then", &A, first);
    say_delivery("then", &A, second);
    close_pair();
}

static void an_abort_before_the_first_frame_says_nothing_even_with_credit(void)
{
    begin("abort and credit", 0);
    pn_delivery_t *delivery = pn_delivery(A.link, pn_dtag("x", 1));
    say("send %zd", pn_link_send(A.link, "partial", 7));
    settle();
    pn_delivery_abort(delivery);
    pn_link_flow(B.link, 3);
    drain_events(&B);
    carry(&B, &A);
    settle();
    say_link("then", &A, A.link);
    close_pair();
}

static void the_last_of_several_frames_leaves_room_for_more(void)
{
    static char body[489 + 490];
    section("room for more");
    open_pair(512);
    attach("link", 3);
    trace_frames();
    memset(body, 'x', sizeof body);
    send_message(A.link, "a", "", 0);
    send_message(A.link, "b", "", 0);
    send_message(A.link, "c", body, sizeof body);
    settle();
    close_pair();
}

static void nothing_is_said_of_received_deliveries_behind_the_peers_end(void)
{
    begin("disposition behind end", 2);
    send_message(A.link, "a", "one", 3);
    settle();
    pn_delivery_t *received = B.delivery;
    pn_session_close(A.session);
    settle();
    pn_delivery_update(received, PN_REJECTED);
    settle();
    pn_session_close(B.session);
    settle();
    close_pair();
}

static void a_flow_behind_the_peers_end_has_no_incoming_id(void)
{
    begin("flow behind end", 1);
    pn_session_close(A.session);
    settle();
    pn_link_flow(B.link, 4);
    settle();
    pn_session_close(B.session);
    settle();
    close_pair();
}

static void an_end_does_not_wait_for_a_freed_link(void)
{
    begin("end and free", 1);
    for (int i = 0; i < 3; i++) send_message(A.link, "m", "x", 1);
    settle();
    pn_session_close(A.session);
    pn_link_free(A.link);
    settle();
    close_pair();
}

static void a_drain_is_answered_when_its_credit_is_used_up(void)
{
    begin("drain used up", 2);
    pn_link_set_drain(B.link, true);
    settle();
    say("drained %d", pn_link_drained(A.link));
    send_message(A.link, "a", "one", 3);
    send_message(A.link, "b", "two", 3);
    settle();
    say_link("then", &A, A.link);
    say_link("then", &B, B.link);
    close_pair();
}

static void giving_credit_back_leaves_the_work_queue_alone(void)
{
    begin("work and drain", 2);
    pn_delivery_t *delivery = pn_delivery(A.link, pn_dtag("w", 1));
    pn_link_set_drain(B.link, true);
    settle();
    say("work %d", pn_work_head(A.driver.connection) == delivery);
    say("drained %d", pn_link_drained(A.link));
    say("work %d", pn_work_head(A.driver.connection) == delivery);
    settle();
    close_pair();
}

static void a_sender_without_delivery_has_nothing_to_receive(void)
{
    char buffer[4];
    begin("receive on sender", 1);
    say("recv %zd", pn_link_recv(A.link, buffer, sizeof buffer));
    say("recv %zd", pn_link_recv(B.link, buffer, sizeof buffer));
    close_pair();
}

static void deadlines_go_on_while_the_tail_is_open(void)
{
    section("deadlines");
    begin_pair(1024);
    pn_transport_set_idle_timeout(A.driver.transport, 4000);
    pn_connection_open(A.driver.connection);
    pn_connection_open(B.driver.connection);
    settle();
    say("tick %" PRId64, pn_transport_tick(B.driver.transport, 1000));
    pn_connection_driver_write_close(&B.driver);
    drain_events(&B);
    say("tick %" PRId64, pn_transport_tick(B.driver.transport, 1500));
    pn_connection_driver_destroy(&A.driver);
    pn_connection_driver_destroy(&B.driver);
}

int main(void)
{
    a_condition_set_before_the_header_follows_it();
    a_server_that_has_seen_the_header_says_good_bye();
    sends_in_order_after_the_peer_has_ended();
    an_abort_before_the_first_frame_says_nothing_even_with_credit();
    the_last_of_several_frames_leaves_room_for_more();
    nothing_is_said_of_received_deliveries_behind_the_peers_end();
    a_flow_behind_the_peers_end_has_no_incoming_id();
    an_end_does_not_wait_for_a_freed_link();
    a_drain_is_answered_when_its_credit_is_used_up();
    giving_credit_back_leaves_the_work_queue_alone();
    a_sender_without_delivery_has_nothing_to_receive();
    deadlines_go_on_while_the_tail_is_open();
    return 0;
}
