/* Self-checking: calls on the wrong kind of link, amounts that are too large, and objects used in the wrong order.
 * The reference ends the process over most of them; here nothing breaks, and what works goes on working. */
#include "check.h"
#include "engine.h"

static engine_t A, B;
static pn_link_t *sender, *receiver;

static void begin(void)
{
    muted = true;
    open_engines(&A, &B);
    muted = true;
    join(&A, &B, "l", 3);
    muted = true;
    sender = A.link;
    receiver = B.link;
}

/* One more message crosses, and both ends are well. */
static void end(void)
{
    send_whole(sender, "last", "works");
    converse(&A, &B);
    CHECK(B.delivery && pn_delivery_pending(B.delivery) == 5);
    CHECK(!pn_condition_is_set(pn_transport_condition(A.transport)));
    CHECK(!pn_condition_is_set(pn_transport_condition(B.transport)));
    end_engines(&A, &B);
}

static void receivers_calls_on_a_sender(void)
{
    begin();
    char buffer[8];
    CHECK(pn_link_recv(sender, buffer, sizeof buffer) < 0);
    pn_link_flow(sender, 10);
    pn_link_drain(sender, 10);
    pn_link_set_drain(sender, true);
    CHECK(!pn_link_draining(sender));
    converse(&A, &B);
    CHECK(pn_link_credit(sender) == 3);
    end();
}

static void senders_calls_on_a_receiver(void)
{
    begin();
    CHECK(pn_link_send(receiver, "x", 1) < 0);
    pn_link_offered(receiver, 5);
    CHECK(!pn_link_advance(receiver));
    converse(&A, &B);
    CHECK(pn_link_credit(B.link) == 3 && pn_link_queued(B.link) == 0);
    end();
}

static void deliveries_made_on_a_receiver(void)
{
    begin();
    pn_delivery_t *own = pn_delivery(B.link, pn_dtag("own", 3));
    converse(&A, &B);
    CHECK(own == NULL || pn_unsettled_head(B.link) == own);
    if (own) {
        pn_delivery_update(own, PN_ACCEPTED);
        pn_delivery_abort(own);
    }
    converse(&A, &B);
    CHECK(pn_link_unsettled(B.link) == 0);
    muted = true;
    end_engines(&A, &B);
}

static void amounts_that_are_too_large(void)
{
    begin();
    pn_session_open(pn_session(A.connection));
    ssize_t pending = pn_transport_pending(A.transport);
    CHECK(pending > 0);
    pn_transport_pop(A.transport, (size_t)pending + 100000);
    CHECK(pn_transport_pending(A.transport) == 0);
    CHECK(pn_transport_push(A.transport, NULL, 0) == 0);
    CHECK(pn_transport_peek(A.transport, NULL, 0) == 0);
    end_engines(&A, &B);

    pn_connection_driver_t driver;
    pn_connection_driver_init(&driver, NULL, NULL);
    pn_connection_driver_write_done(&driver, 1000000);
    pn_rwbytes_t room = pn_connection_driver_read_buffer(&driver);
    memset(room.start, 0, room.size);
    pn_connection_driver_read_done(&driver, room.size + 1000000);
    while (pn_connection_driver_next_event(&driver)) {}
    CHECK(pn_connection_driver_read_closed(&driver));
    pn_connection_driver_destroy(&driver);
}

static void credit_beyond_all_bounds(void)
{
    begin();
    for (int i = 0; i < 4; i++) pn_link_flow(B.link, 0x7fffffff);
    converse(&A, &B);
    CHECK(pn_link_credit(sender) > 0 && pn_link_credit(B.link) > 0);
    for (int i = 0; i < 8; i++) pn_link_flow(B.link, -0x7fffffff - 1);
    converse(&A, &B);
    CHECK(pn_link_credit(B.link) <= 0);
    muted = true;
    end_engines(&A, &B);
}

static void nameless_links(void)
{
    muted = true;
    open_engines(&A, &B);
    muted = true;
    pn_link_t *tx = pn_sender(A.session, NULL);
    CHECK(tx && pn_link_name(tx) == NULL);
    pn_link_open(tx);
    converse(&A, &B);
    CHECK(B.link && pn_link_name(B.link) == NULL);
    pn_link_open(B.link);
    pn_link_flow(B.link, 1);
    converse(&A, &B);
    CHECK(pn_link_credit(tx) == 1);
    end_engines(&A, &B);
}

static void settled_twice_and_freed_twice(void)
{
    begin();
    pn_delivery_t *delivery = send_whole(sender, "d", "x");
    pn_incref(delivery);
    pn_delivery_settle(delivery);
    pn_delivery_settle(delivery);
    pn_delivery_abort(delivery);
    pn_delivery_update(delivery, PN_ACCEPTED);
    pn_delivery_clear(delivery);
    CHECK(pn_link_unsettled(sender) == 0);
    converse(&A, &B);
    pn_decref(delivery);
    pn_link_t *extra = pn_sender(A.session, "extra");
    pn_incref(extra);
    pn_link_free(extra);
    pn_link_free(extra);
    pn_link_open(extra);
    pn_link_detach(extra);
    pn_link_close(extra);
    converse(&A, &B);
    pn_decref(extra);
    pn_session_t *session = pn_session(A.connection);
    pn_incref(session);
    pn_session_free(session);
    pn_session_free(session);
    pn_session_open(session);
    pn_session_close(session);
    converse(&A, &B);
    pn_decref(session);
    say_events(&A);
    end();
}

static void children_of_freed_parents(void)
{
    begin();
    pn_session_t *session = pn_session(A.connection);
    pn_incref(session);
    pn_session_free(session);
    pn_link_t *link = pn_sender(session, "orphan");
    CHECK(link == NULL || pn_link_session(link) == session);
    if (link) {
        pn_link_open(link);
        pn_delivery(link, pn_dtag("d", 1));
        pn_link_free(link);
    }
    pn_decref(session);
    converse(&A, &B);
    end();
}

static void closed_tails_and_heads(void)
{
    begin();
    CHECK(pn_transport_close_tail(A.transport) == 0 && pn_transport_close_tail(A.transport) == 0);
    CHECK(pn_transport_close_head(A.transport) == 0 && pn_transport_close_head(A.transport) == 0);
    CHECK(pn_transport_process(A.transport, 10) <= 0);
    CHECK(pn_transport_push(A.transport, "x", 1) < 0 && pn_transport_pending(A.transport) < 0);
    pn_transport_pop(A.transport, 10);
    CHECK(pn_transport_closed(A.transport) && pn_transport_quiesced(A.transport));
    CHECK(pn_transport_tick(A.transport, 5) >= 0);
    end_engines(&A, &B);
}

int main(void)
{
    receivers_calls_on_a_sender();
    senders_calls_on_a_receiver();
    deliveries_made_on_a_receiver();
    amounts_that_are_too_large();
    credit_beyond_all_bounds();
    nameless_links();
    settled_twice_and_freed_twice();
    children_of_freed_parents();
    closed_tails_and_heads();
    return checks_result();
}
