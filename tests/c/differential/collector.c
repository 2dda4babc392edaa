/* Differential program: collectors and their events, the references both hold, and what the endpoint tree holds. */
#include "legacy.h"

#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/event.h>
#include <proton/link.h>
#include <proton/session.h>
#include <proton/transport.h>

static int finalized;

static void count_end(void *object) { (void)object; finalized++; }

static const pn_class_t counted = {"counted", CID_pn_object, pn_object_new, NULL, pn_object_incref, pn_object_decref,
                                   pn_object_refcount, count_end, pn_object_free, pn_object_reify, NULL, NULL, NULL};

static const char *event_text(pn_event_t *event)
{
    return event ? pn_event_type_name(pn_event_type(event)) : "nothing";
}

static void only_the_tail_of_the_queue_merges(void)
{
    section("merging");
    pn_collector_t *collector = pn_collector();
    void *a = pn_class_new(&counted, 8), *b = pn_class_new(&counted, 8);
    say("no collector %d", pn_collector_put(NULL, &counted, a, PN_LINK_FLOW) != NULL);
    say("empty peek %d pop %d more %d next %d prev %d", pn_collector_peek(collector) != NULL, pn_collector_pop(collector),
        pn_collector_more(collector), pn_collector_next(collector) != NULL, pn_collector_prev(collector) != NULL);
    static const struct { int object; pn_event_type_t type; } puts[] = {
        {0, PN_LINK_FLOW}, {0, PN_LINK_FLOW}, {1, PN_LINK_FLOW}, {0, PN_LINK_FLOW}, {0, PN_LINK_INIT}, {0, PN_LINK_INIT}, {0, PN_LINK_FLOW}};
    for (size_t i = 0; i < sizeof puts / sizeof *puts; i++) {
        void *object = puts[i].object ? b : a;
        bool made = pn_collector_put(collector, &counted, object, puts[i].type) != NULL;
        say("put %d: %d counts %d %d more %d", (int)i, made, pn_refcount(a), pn_refcount(b), pn_collector_more(collector));
    }
    pn_event_t *event;
    while ((event = pn_collector_peek(collector))) {
        say("peek %s of %c same %d", event_text(event), pn_event_context(event) == a ? 'a' : 'b', pn_collector_peek(collector) == event);
        say("pop %d more %d", pn_collector_pop(collector), pn_collector_more(collector));
        say("counts %d %d", pn_refcount(a), pn_refcount(b));
    }
    say("pop %d", pn_collector_pop(collector));
    pn_collector_free(collector);
    pn_free(a);
    pn_free(b);
    say("finalized %d", finalized);
}

static void next_keeps_an_event_until_the_next(void)
{
    section("next");
    pn_collector_t *collector = pn_collector();
    void *a = pn_class_new(&counted, 8);
    static const pn_event_type_t types[] = {PN_LINK_INIT, PN_LINK_FLOW, PN_DELIVERY, PN_LINK_FINAL};
    for (int i = 0; i < 4; i++) pn_collector_put(collector, &counted, a, types[i]);
    say("count %d", pn_refcount(a));
    pn_event_t *event = pn_collector_next(collector);
    say("next %s prev %s count %d peek %s", event_text(event), event_text(pn_collector_prev(collector)), pn_refcount(a),
        event_text(pn_collector_peek(collector)));
    pn_incref(event);
    say("event count %d", pn_refcount(event));
    pn_event_t *second = pn_collector_next(collector);
    say("next %s prev %s count %d", event_text(second), event_text(pn_collector_prev(collector)), pn_refcount(a));
    say("kept %s context %d count %d", event_text(event), pn_event_context(event) == a, pn_refcount(event));
    pn_record_set(pn_event_attachments(event), PN_LEGCTX, a);
    say("attached %d", pn_record_get(pn_event_attachments(event), PN_LEGCTX) == a);
    pn_decref(event);
    say("released: count %d", pn_refcount(a));
    say("pop %d prev %s", pn_collector_pop(collector), event_text(pn_collector_prev(collector)));
    say("put again %d", pn_collector_put(collector, &counted, a, PN_LINK_FINAL) != NULL);
    event = pn_collector_next(collector);
    say("next %s", event_text(event));
    say("put the same %d", pn_collector_put(collector, &counted, a, PN_LINK_FINAL) != NULL);
    say("recycled attachment %d", pn_record_get(pn_event_attachments(event), PN_LEGCTX) != NULL);
    event = pn_collector_next(collector);
    say("next %s", event_text(event));
    say("end %s prev %s count %d", event_text(pn_collector_next(collector)), event_text(pn_collector_prev(collector)), pn_refcount(a));
    for (int i = 0; i < 4; i++) pn_collector_put(collector, &counted, a, types[i]);
    pn_collector_drain(collector);
    say("drained: peek %s count %d", event_text(pn_collector_peek(collector)), pn_refcount(a));
    pn_collector_free(collector);
    pn_free(a);
}

static void a_released_collector_takes_nothing(void)
{
    section("released");
    pn_collector_t *collector = pn_collector();
    void *a = pn_class_new(&counted, 8);
    finalized = 0;
    pn_collector_put(collector, &counted, a, PN_LINK_INIT);
    pn_collector_put(collector, &counted, a, PN_LINK_FLOW);
    pn_event_t *kept = pn_collector_next(collector);
    pn_incref(kept);
    pn_incref(collector);
    pn_decref(a);
    pn_collector_release(collector);
    say("alive %d kept %s", finalized == 0, event_text(kept));
    say("put %d peek %d", pn_collector_put(collector, &counted, pn_event_context(kept), PN_LINK_INIT) != NULL, pn_collector_peek(collector) != NULL);
    pn_collector_release(collector);
    pn_collector_free(collector);
    say("count %d", pn_refcount(collector));
    pn_decref(kept);
    say("finalized %d", finalized);
    pn_decref(collector);
    collector = pn_collector();
    a = pn_class_new(&counted, 8);
    pn_collector_put(collector, &counted, a, PN_LINK_INIT);
    pn_decref(a);
    say("before %d", finalized);
    pn_free(collector);
    say("freed with its events %d", finalized);
}

static void events_and_collectors_as_text(void)
{
    section("event text");
    pn_collector_t *collector = pn_collector();
    pn_connection_t *connection = pn_connection();
    pn_connection_collect(connection, collector);
    pn_session_t *session = pn_session(connection);
    pn_sender(session, "l");
    say("%s", object_text(collector));
    pn_event_t *event;
    while ((event = pn_collector_peek(collector))) {
        say("%s class %s %d", object_text(event), class_text(pn_event_class(event)), (int)pn_class_id(pn_event_class(event)));
        pn_collector_pop(collector);
    }
    say("%s", object_text(collector));
    event = pn_collector_put(collector, void_class, (void *)0x10, (pn_event_type_t)1234);
    say("%s", object_text(event));
    say("null %d %d", pn_event_type(NULL), pn_event_context(event) == (void *)0x10);
    pn_connection_free(connection);
    pn_collector_free(collector);
}

static void an_event_finds_its_relatives(void)
{
    section("relatives");
    pn_collector_t *collector = pn_collector();
    pn_connection_t *connection = pn_connection();
    pn_transport_t *transport = pn_transport();
    pn_transport_bind(transport, connection);
    pn_session_t *session = pn_session(connection);
    pn_link_t *link = pn_sender(session, "l");
    pn_delivery_t *delivery = pn_delivery(link, pn_dtag("t", 1));
    void *const objects[] = {connection, session, link, delivery, transport};
    static const char *const names[] = {"connection", "session", "link", "delivery", "transport"};
    for (int i = 0; i < 5; i++) {
        pn_event_t *event = pn_collector_put(collector, object_class, objects[i], PN_LINK_FLOW);
        say("%s: class %s connection %d session %d link %d delivery %d transport %d condition %d", names[i],
            class_text(pn_event_class(event)), pn_event_connection(event) == connection, pn_event_session(event) == session,
            pn_event_link(event) == link, pn_event_delivery(event) == delivery, pn_event_transport(event) == transport,
            pn_event_condition(event) != NULL);
        pn_condition_t *const conditions[] = {pn_connection_condition(connection), pn_session_condition(session), pn_link_condition(link),
                                              NULL, pn_transport_condition(transport)};
        if (conditions[i]) {
            pn_condition_set_name(conditions[i], "n");
            say("with a condition %d", pn_event_condition(event) == conditions[i]);
        }
        pn_collector_pop(collector);
    }
    pn_collector_free(collector);
    pn_transport_unbind(transport);
    pn_transport_free(transport);
    pn_connection_free(connection);
}

static void every_event_has_a_name(void)
{
    section("event names");
    for (int type = -1; type < 70; type++) say("%d %s", type, text(pn_event_type_name((pn_event_type_t)type)));
}

static void say_counts(const char *what, pn_connection_t *connection, pn_session_t *session, pn_link_t *link, pn_delivery_t *delivery)
{
    say("%s: %d %d %d %d", what, pn_refcount(connection), pn_refcount(session), pn_refcount(link), delivery ? pn_refcount(delivery) : 0);
}

static void children_raise_the_count_of_their_parent(void)
{
    section("tree counts");
    pn_connection_t *connection = pn_connection();
    pn_session_t *session = pn_session(connection);
    pn_link_t *link = pn_receiver(session, "l");
    pn_delivery_t *delivery = NULL;
    say_counts("fresh", connection, session, link, delivery);
    pn_incref(session);
    say_counts("session", connection, session, link, delivery);
    pn_incref(link);
    say_counts("link", connection, session, link, delivery);
    delivery = pn_delivery(link, pn_dtag("t", 1));
    say_counts("delivery", connection, session, link, delivery);
    pn_incref(delivery);
    say_counts("held", connection, session, link, delivery);
    pn_incref(delivery);
    say_counts("twice", connection, session, link, delivery);
    pn_decref(connection);
    say_counts("without the connection", connection, session, link, delivery);
    pn_incref(connection);
    pn_decref(session);
    pn_decref(link);
    say_counts("only the delivery", connection, session, link, delivery);
    pn_decref(delivery);
    pn_decref(delivery);
    say_counts("nothing", connection, session, link, delivery);
    pn_collector_t *collector = pn_collector();
    pn_connection_collect(connection, collector);
    say_counts("collected", connection, session, link, delivery);
    say("collector %d same %d", pn_refcount(collector), pn_connection_collector(connection) == collector);
    while (pn_collector_pop(collector)) say_counts("popped", connection, session, link, delivery);
    pn_incref(link);
    pn_link_free(link);
    say_counts("freed", connection, session, link, delivery);
    say("%s", object_text(collector));
    while (pn_collector_pop(collector)) {}
    say("still %s %d", text(pn_link_name(link)), pn_link_session(link) == session);
    say("listed %d", pn_link_head(connection, 0) != NULL);
    pn_decref(link);
    pn_connection_collect(connection, collector);
    say("again %s", object_text(collector));
    pn_connection_collect(connection, NULL);
    say("detached %d", pn_connection_collector(connection) != NULL);
    pn_collector_free(collector);
    pn_connection_free(connection);
}

static void contexts_and_attachments(void)
{
    section("attachments");
    pn_connection_t *connection = pn_connection();
    pn_session_t *session = pn_session(connection);
    pn_link_t *link = pn_sender(session, "l");
    pn_delivery_t *delivery = pn_delivery(link, pn_dtag("t", 1));
    pn_transport_t *transport = pn_transport();
    pn_record_t *const records[] = {pn_connection_attachments(connection), pn_session_attachments(session), pn_link_attachments(link),
                                    pn_delivery_attachments(delivery), pn_transport_attachments(transport)};
    pn_connection_set_context(connection, (void *)1);
    pn_session_set_context(session, (void *)2);
    pn_link_set_context(link, (void *)3);
    pn_delivery_set_context(delivery, (void *)4);
    pn_transport_set_context(transport, (void *)5);
    say("contexts %d %d %d %d %d", (int)(intptr_t)pn_connection_get_context(connection), (int)(intptr_t)pn_session_get_context(session),
        (int)(intptr_t)pn_link_get_context(link), (int)(intptr_t)pn_delivery_get_context(delivery), (int)(intptr_t)pn_transport_get_context(transport));
    finalized = 0;
    for (int i = 0; i < 5; i++) {
        void *value = pn_class_new(&counted, 8);
        say("%d: context %d", i, (int)(intptr_t)pn_record_get(records[i], PN_LEGCTX));
        pn_record_def(records[i], (pn_handle_t)&finalized, object_class);
        pn_record_set(records[i], (pn_handle_t)&finalized, value);
        say("count %d", pn_refcount(value));
        pn_decref(value);
    }
    pn_delivery_settle(delivery);
    pn_delivery_t *again = pn_delivery(link, pn_dtag("u", 1));
    say("pooled: context %d attached %d finalized %d", pn_delivery_get_context(again) != NULL,
        pn_record_has(pn_delivery_attachments(again), (pn_handle_t)&finalized), finalized);
    pn_transport_free(transport);
    say("finalized %d", finalized);
    pn_connection_free(connection);
    say("finalized %d", finalized);
}

int main(void)
{
    find_classes();
    only_the_tail_of_the_queue_merges();
    next_keeps_an_event_until_the_next();
    a_released_collector_takes_nothing();
    events_and_collectors_as_text();
    an_event_finds_its_relatives();
    every_event_has_a_name();
    children_raise_the_count_of_their_parent();
    contexts_and_attachments();
    return 0;
}
