/* Differential program: how things end. Detach, close and end with and without errors, what outlives what,
 * reference counts, iteration, SASL, idle time-outs and peers that vanish. */
#include "pair.h"

static void set_condition(pn_condition_t *condition, const char *name, const char *description)
{
    pn_condition_set_name(condition, name);
    pn_condition_set_description(condition, description);
    pn_data_fill(pn_condition_info(condition), "{si}", "code", 42);
}

static void links_detach_and_close_with_reasons(void)
{
    section("detach");
    open_pair(4096);
    trace_frames();
    attach("first", 2);
    pn_link_t *tx = A.link, *rx = B.link;
    pn_link_detach(tx);
    pn_link_detach(tx);
    settle();
    say_link("detached", &A, tx);
    pn_link_detach(rx);
    settle();
    pn_link_free(tx);
    pn_link_free(rx);
    settle();
    attach("second", 2);
    tx = A.link, rx = B.link;
    send_message(tx, "unsettled", "x", 1);
    settle();
    set_condition(pn_link_condition(rx), "app:gone", "queue was deleted");
    pn_link_close(rx);
    settle();
    say("remote %s", condition_text(pn_link_remote_condition(tx)));
    say("own %s", condition_text(pn_link_condition(rx)));
    say_link("told", &A, tx);
    pn_link_close(tx);
    settle();
    pn_delivery_update(B.delivery, PN_ACCEPTED);
    pn_delivery_settle(B.delivery);
    settle();
    say_link("after settling", &A, tx);
    pn_link_free(tx);
    pn_link_free(rx);
    settle();
    close_pair();
}

static void a_link_close_waits_for_what_was_sent(void)
{
    section("withheld");
    open_pair(4096);
    trace_frames();
    attach("slow", 1);
    for (int i = 0; i < 3; i++) {
        char tag[8];
        snprintf(tag, sizeof tag, "w%d", i);
        send_message(A.link, tag, "x", 1);
    }
    pn_link_close(A.link);
    settle();
    say_link("waiting", &A, A.link);
    pn_link_flow(B.link, 2);
    settle();
    say_link("gone", &A, A.link);
    close_pair();
}

static void sessions_end_with_reasons(void)
{
    section("end");
    open_pair(4096);
    trace_frames();
    attach("child", 2);
    set_condition(pn_session_condition(A.session), "amqp:internal-error", "tired");
    pn_session_close(A.session);
    settle();
    say("remote %s", condition_text(pn_session_remote_condition(B.session)));
    say_link("child", &A, A.link);
    say_link("child", &B, B.link);
    pn_session_close(B.session);
    settle();
    pn_session_free(A.session);
    settle();
    pn_session_free(B.session);
    settle();
    set_condition(pn_connection_condition(A.driver.connection), "amqp:connection:redirect", "elsewhere");
    pn_data_t *info = pn_condition_info(pn_connection_condition(A.driver.connection));
    pn_data_clear(info);
    pn_data_fill(info, "{sSsi}", "network-host", "other.example", "port", 5673);
    pn_connection_close(A.driver.connection);
    settle();
    pn_condition_t *remote = pn_connection_remote_condition(B.driver.connection);
    say("remote %s", condition_text(remote));
    say("redirect %d %s %d", pn_condition_is_redirect(remote), text(pn_condition_redirect_host(remote)),
        pn_condition_redirect_port(remote));
    close_pair();
}

static void say_counts(const char *what, pn_connection_t *connection, pn_session_t *session, pn_link_t *link)
{
    say("%s refcounts connection=%d session=%d link=%d", what, pn_refcount(connection), pn_refcount(session),
        pn_refcount(link));
}

static void references_keep_parents_alive(void)
{
    section("references");
    pn_connection_t *connection = pn_connection();
    pn_collector_t *collector = pn_collector();
    pn_connection_collect(connection, collector);
    pn_session_t *session = pn_session(connection);
    pn_link_t *link = pn_sender(session, "kept");
    while (pn_collector_pop(collector)) {}
    say_counts("made", connection, session, link);
    pn_incref(link);
    say_counts("link held", connection, session, link);
    pn_incref(link);
    say_counts("link held twice", connection, session, link);
    pn_incref(session);
    say_counts("session held", connection, session, link);
    pn_decref(link);
    say_counts("link let go once", connection, session, link);
    pn_decref(link);
    say_counts("link let go", connection, session, link);
    pn_decref(session);
    say_counts("session let go", connection, session, link);
    pn_incref(link);
    pn_delivery_t *delivery = pn_delivery(link, pn_dtag("d", 1));
    pn_incref(delivery);
    say("delivery refcount=%d", pn_refcount(delivery));
    say_counts("delivery held", connection, session, link);
    pn_session_free(session);
    pn_decref(delivery);
    pn_decref(link);
    pn_connection_free(connection);
    for (pn_event_t *event; (event = pn_collector_peek(collector)); pn_collector_pop(collector))
        say("%s", pn_event_type_name(pn_event_type(event)));
    pn_collector_free(collector);
}

static int count_links(pn_connection_t *connection, pn_state_t mask)
{
    int n = 0;
    for (pn_link_t *link = pn_link_head(connection, mask); link; link = pn_link_next(link, mask)) n++;
    return n;
}

static void iteration_follows_creation_and_masks(void)
{
    section("iteration");
    begin_pair(4096);
    settle();
    pn_connection_t *connection = A.driver.connection;
    pn_session_t *one = pn_session(connection), *two = pn_session(connection);
    pn_link_t *a = pn_sender(one, "a"), *b = pn_receiver(two, "b"), *c = pn_sender(one, "c");
    pn_session_open(two);
    pn_link_open(b);
    pn_link_open(c);
    pn_link_close(c);
    for (pn_link_t *link = pn_link_head(connection, 0); link; link = pn_link_next(link, 0)) say_link("walk", &A, link);
    int sessions = 0;
    for (pn_session_t *s = pn_session_head(connection, 0); s; s = pn_session_next(s, 0)) sessions++;
    say("sessions %d", sessions);
    static const pn_state_t masks[] = {PN_LOCAL_UNINIT, PN_LOCAL_ACTIVE, PN_LOCAL_CLOSED, PN_REMOTE_UNINIT,
                                       PN_LOCAL_ACTIVE | PN_REMOTE_UNINIT, PN_LOCAL_ACTIVE | PN_LOCAL_CLOSED,
                                       PN_LOCAL_UNINIT | PN_LOCAL_ACTIVE | PN_REMOTE_UNINIT};
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) say("mask %d: %d", masks[i], count_links(connection, masks[i]));
    pn_link_free(a);
    say("after free %d", count_links(connection, 0));
    say("parents %d %d", pn_link_session(b) == two, pn_session_connection(one) == connection);
    int tag;
    pn_link_set_context(b, &tag);
    say("context %d %d", pn_link_get_context(b) == &tag, pn_link_get_context(c) == NULL);
    pn_connection_open(connection);
    pn_session_open(one);
    settle();
    close_pair();
}

static void a_peer_that_vanishes_is_an_error(void)
{
    section("vanish");
    open_pair(4096);
    attach("lost", 1);
    pn_connection_driver_read_close(&B.driver);
    settle();
    say("B %s", condition_text(pn_transport_condition(B.driver.transport)));
    say("B error %s", error_text(pn_transport_error(B.driver.transport)));
    say("A remote %s", condition_text(pn_connection_remote_condition(A.driver.connection)));
    end_pair();

    section("errorf");
    open_pair(4096);
    pn_connection_driver_errorf(&A.driver, "app:broken", "number %d", 5);
    say("set %s", condition_text(pn_transport_condition(A.driver.transport)));
    pn_connection_driver_close(&A.driver);
    settle();
    say("A closed %d %d", pn_connection_driver_read_closed(&A.driver), pn_connection_driver_write_closed(&A.driver));
    end_pair();

    section("refused");
    begin_pair(4096);
    pn_connection_open(A.driver.connection);
    pn_connection_driver_errorf(&A.driver, "proton:io", "connection refused");
    pn_connection_driver_close(&A.driver);
    drain_events(&A);
    end_pair();
}

static void sasl_decides_who_the_client_is(void)
{
    section("anonymous");
    begin_pair(4096);
    trace_frames();
    pn_sasl_t *client = pn_sasl(A.driver.transport), *server = pn_sasl(B.driver.transport);
    pn_sasl_allowed_mechs(server, "ANONYMOUS");
    pn_connection_set_user(A.driver.connection, "guest");
    pn_connection_open(A.driver.connection);
    settle();
    say("outcome %d %d mech %s %s user %s %s", (int)pn_sasl_outcome(client), (int)pn_sasl_outcome(server),
        text(pn_sasl_get_mech(client)), text(pn_sasl_get_mech(server)), text(pn_sasl_get_user(client)),
        text(pn_sasl_get_user(server)));
    say("authenticated %d user %s", pn_transport_is_authenticated(B.driver.transport),
        text(pn_transport_get_user(B.driver.transport)));
    pn_connection_open(B.driver.connection);
    settle();
    close_pair();

    section("no mechanism");
    begin_pair(4096);
    client = pn_sasl(A.driver.transport);
    pn_sasl_allowed_mechs(client, "EXTERNAL");
    pn_sasl_allowed_mechs(pn_sasl(B.driver.transport), "ANONYMOUS");
    pn_connection_open(A.driver.connection);
    settle();
    say("outcome %d", (int)pn_sasl_outcome(client));
    end_pair();

    section("authentication required");
    begin_pair(4096);
    pn_transport_require_auth(B.driver.transport, true);
    pn_sasl(B.driver.transport);
    pn_connection_open(A.driver.connection);
    settle();
    end_pair();
}

static void silence_runs_into_the_time_out(void)
{
    section("idle");
    begin_pair(4096);
    pn_transport_set_idle_timeout(A.driver.transport, 1000);
    settle();
    say("before open %" PRId64, pn_transport_tick(A.driver.transport, 50));
    pn_connection_open(A.driver.connection);
    pn_connection_open(B.driver.connection);
    settle();
    say("remote timeout %u", pn_transport_get_remote_idle_timeout(B.driver.transport));
    for (int64_t now = 100; now <= 200; now += 50) say("A tick %" PRId64 " %" PRId64, now, pn_transport_tick(A.driver.transport, now));
    for (int64_t now = 100; now <= 400; now += 125) {
        say("B tick %" PRId64 " %" PRId64, now, pn_transport_tick(B.driver.transport, now));
        settle();
    }
    say_frames();
    say("A tick 500 %" PRId64, pn_transport_tick(A.driver.transport, 500));
    say("A tick 1500 %" PRId64, pn_transport_tick(A.driver.transport, 1500));
    settle();
    say("told %s", condition_text(pn_connection_remote_condition(B.driver.connection)));
    end_pair();
}

static void the_connection_can_be_taken_back(void)
{
    section("release");
    open_pair(4096);
    pn_connection_t *connection = pn_connection_driver_release_connection(&A.driver);
    say("released %d state %s", connection != NULL, state_text(pn_connection_state(connection)));
    drain_events(&A);
    pn_connection_free(connection);
    pn_connection_driver_destroy(&A.driver);
    pn_connection_driver_destroy(&A.driver);
    pn_connection_driver_read_close(&B.driver);
    drain_events(&B);
    pn_connection_driver_destroy(&B.driver);
}

int main(void)
{
    links_detach_and_close_with_reasons();
    a_link_close_waits_for_what_was_sent();
    sessions_end_with_reasons();
    references_keep_parents_alive();
    iteration_follows_creation_and_masks();
    a_peer_that_vanishes_is_an_error();
    sasl_decides_who_the_client_is();
    silence_runs_into_the_time_out();
    the_connection_can_be_taken_back();
    return 0;
}
