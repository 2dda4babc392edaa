/* Differential program: connections bound to transports, unbound, and bound again; what applications hang on
 * objects; and the collector with its events. */
#include "engine.h"

static void new_transport(engine_t *engine, bool server)
{
    engine->transport = pn_transport();
    engine->told = false;
    if (server) pn_transport_set_server(engine->transport);
    pn_transport_set_max_frame(engine->transport, 4096);
}

static void binding_twice_is_refused(void)
{
    section("binding twice is refused on either side");
    engine_t a = make_engine("A", false), b = make_engine("B", false);
    say("first %d", pn_transport_bind(a.transport, a.connection));
    say("transport again %d", pn_transport_bind(a.transport, b.connection));
    say("connection again %d", pn_transport_bind(b.transport, a.connection));
    say("B is bound %d", pn_connection_transport(b.connection) != NULL);
    say("unbind an unbound one %d", pn_transport_unbind(b.transport));
    say_events(&a);
    say_events(&b);
    end_engines(&a, &b);
}

static void binding_after_open_arrived(void)
{
    section("an open that came before binding is told when binding");
    engine_t b = make_engine("B", true);
    tell_header(&b);
    tell(&b, 0, 0x10, "\"early\" \"host\" 600 h7 5000", "");
    say("remote %s idle %u", text(pn_connection_remote_container(b.connection)),
        pn_transport_get_remote_idle_timeout(b.transport));
    say("bind %d", pn_transport_bind(b.transport, b.connection));
    hear(&b);
    say("remote %s %s max_frame=%u channel_max=%u state=%d", text(pn_connection_remote_container(b.connection)),
        text(pn_connection_remote_hostname(b.connection)), pn_transport_get_remote_max_frame(b.transport),
        pn_transport_remote_channel_max(b.transport), pn_connection_state(b.connection));
    end_engine(&b);

    section("frames held back until binding are read then");
    b = make_engine("B", true);
    bytes_t frames = {0};
    put(&frames, "AMQP\x00\x01\x00\x00", 8);
    write_frame(&frames, 0, 0, 0x10, "\"early\"", "");
    write_frame(&frames, 0, 1, 0x11, "~ 0 10 10", "");
    write_frame(&frames, 0, 1, 0x12, "\"lnk\" 0 - b0 b0 @28 [\"from\"] @29 [\"to\"] ~ ~ 0", "");
    tell_bytes(&b, frames.start, frames.size);
    say("bind %d", pn_transport_bind(b.transport, b.connection));
    hear(&b);
    free(frames.start);
    end_engine(&b);
}

static void unbinding_keeps_states(void)
{
    section("unbinding keeps states and forgets the peer");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 0);
    pn_condition_set_name(pn_link_condition(b.link), "app:gone");
    pn_link_close(b.link);
    pn_condition_set_name(pn_session_condition(a.session), "app:mine");
    converse(&a, &b);
    say("remote %s", condition_text(pn_link_remote_condition(a.link)));
    say("unbind %d", pn_transport_unbind(a.transport));
    say_events(&a);
    say("remote %s own %s", condition_text(pn_link_remote_condition(a.link)),
        condition_text(pn_session_condition(a.session)));
    say("states %d %d %d", pn_connection_state(a.connection), pn_session_state(a.session), pn_link_state(a.link));
    say("remote container %s properties %d", text(pn_connection_remote_container(a.connection)),
        pn_connection_remote_properties(a.connection) != NULL);
    say("transport %d connection %d", pn_connection_transport(a.connection) == NULL,
        pn_transport_connection(a.transport) == NULL);
    pn_connection_reset(a.connection);
    say("reset %d %d %d", pn_connection_state(a.connection), pn_session_state(a.session), pn_link_state(a.link));
    say("container %s", text(pn_connection_get_container(a.connection)));
    say_events(&a);
    end_engines(&a, &b);
}

static void rebinding_opens_everything_again(void)
{
    section("rebinding begins and attaches again what is open");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "one", 0);
    join(&a, &b, "two", 0);
    pn_link_close(a.link);
    converse(&a, &b);
    pn_transport_unbind(a.transport);
    pn_transport_free(a.transport);
    end_engine(&b);
    b = bound_engine("B", true);
    new_transport(&a, false);
    pn_connection_reset(a.connection);
    pn_connection_open(a.connection);
    say_events(&a);
    say("bind %d", pn_transport_bind(a.transport, a.connection));
    converse(&a, &b);
    pn_connection_open(b.connection);
    pn_session_open(b.session);
    converse(&a, &b);
    say("states %d %d %d", pn_connection_state(a.connection), pn_session_state(a.session), pn_link_state(a.link));
    end_engines(&a, &b);
}

static void contexts_and_attachments(void)
{
    section("every object carries a context and attachments");
    engine_t a = bound_engine("A", false);
    pn_session_t *session = pn_session(a.connection);
    pn_link_t *link = pn_sender(session, "l");
    pn_delivery_t *delivery = pn_delivery(link, pn_dtag("d", 1));
    static int marks[5];
    say("fresh %d %d %d %d %d", pn_connection_get_context(a.connection) == NULL, pn_session_get_context(session) == NULL,
        pn_link_get_context(link) == NULL, pn_delivery_get_context(delivery) == NULL,
        pn_transport_get_context(a.transport) == NULL);
    pn_connection_set_context(a.connection, &marks[0]);
    pn_session_set_context(session, &marks[1]);
    pn_link_set_context(link, &marks[2]);
    pn_delivery_set_context(delivery, &marks[3]);
    pn_transport_set_context(a.transport, &marks[4]);
    say("set %d %d %d %d %d", pn_connection_get_context(a.connection) == &marks[0],
        pn_session_get_context(session) == &marks[1], pn_link_get_context(link) == &marks[2],
        pn_delivery_get_context(delivery) == &marks[3], pn_transport_get_context(a.transport) == &marks[4]);
    pn_record_t *records[] = {pn_connection_attachments(a.connection), pn_session_attachments(session),
                              pn_link_attachments(link), pn_delivery_attachments(delivery),
                              pn_transport_attachments(a.transport)};
    static const char key;
    pn_data_t *thing = pn_data(1);
    for (int i = 0; i < 5; i++) {
        pn_record_def(records[i], (pn_handle_t)&key, pn_class(thing));
        say("record %d has %d get %d", i, pn_record_has(records[i], (pn_handle_t)&key),
            pn_record_get(records[i], (pn_handle_t)&key) == NULL);
        pn_record_set(records[i], (pn_handle_t)&key, thing);
        say("record %d get %d held %d", i, pn_record_get(records[i], (pn_handle_t)&key) == thing, pn_refcount(thing));
    }
    say("contexts stay %d %d", pn_link_get_context(link) == &marks[2], pn_delivery_get_context(delivery) == &marks[3]);
    pn_record_clear(records[2]);
    say("cleared has %d context %d", pn_record_has(records[2], (pn_handle_t)&key), pn_link_get_context(link) != NULL);
    pn_delivery_settle(delivery);
    say_events(&a);
    hear(&a);
    delivery = pn_delivery(link, pn_dtag("e", 1));
    say("next delivery context %d has %d", pn_delivery_get_context(delivery) == NULL,
        pn_record_has(pn_delivery_attachments(delivery), (pn_handle_t)&key));
    end_engine(&a);
    say("thing held %d", pn_refcount(thing));
    pn_data_free(thing);

    section("an attached object is held and let go");
    pn_connection_t *connection = pn_connection();
    pn_data_t *data = pn_data(1);
    pn_record_def(pn_connection_attachments(connection), (pn_handle_t)&key, pn_class(data));
    pn_record_set(pn_connection_attachments(connection), (pn_handle_t)&key, data);
    say("held %d", pn_refcount(data));
    pn_connection_free(connection);
    say("let go %d", pn_refcount(data));
    pn_data_free(data);
}

static void collecting_late(void)
{
    section("a collector that comes late is told of what exists");
    engine_t a = {.name = "A", .connection = pn_connection(), .collector = pn_collector()};
    pn_link_open(pn_sender(pn_session(a.connection), "one"));
    pn_session_open(pn_session(a.connection));
    say("collector %d", pn_connection_collector(a.connection) == NULL);
    pn_connection_collect(a.connection, a.collector);
    say("collector %d refcount %d", pn_connection_collector(a.connection) == a.collector, pn_refcount(a.collector));
    say_events(&a);
    pn_connection_collect(a.connection, NULL);
    pn_connection_open(a.connection);
    say("without %d", pn_collector_peek(a.collector) == NULL);
    pn_connection_collect(a.connection, a.collector);
    say_events(&a);
    pn_collector_t *other = pn_collector();
    pn_connection_collect(a.connection, other);
    say("refcounts %d %d", pn_refcount(a.collector), pn_refcount(other));
    pn_connection_close(a.connection);
    pn_collector_free(a.collector);
    a.collector = other;
    say_events(&a);
    end_engine(&a);
}

static void say_position(const char *what, pn_collector_t *collector)
{
    pn_event_t *head = pn_collector_peek(collector), *last = pn_collector_prev(collector);
    say("%s: head %s previous %s more %d", what, head ? pn_event_type_name(pn_event_type(head)) : "-",
        last ? pn_event_type_name(pn_event_type(last)) : "-", pn_collector_more(collector));
}

static void the_collector_is_a_queue(void)
{
    section("peek, pop, next, previous and more");
    engine_t a = make_engine("A", false);
    say_position("one", a.collector);
    pn_session_open(pn_session(a.connection));
    pn_connection_open(a.connection);
    say_position("four", a.collector);
    say("pop %d", pn_collector_pop(a.collector));
    say_position("popped", a.collector);
    for (pn_event_t *event; (event = pn_collector_next(a.collector));) {
        say("next %s", pn_event_type_name(pn_event_type(event)));
        say_position("after next", a.collector);
    }
    say_position("empty", a.collector);
    say("pop %d", pn_collector_pop(a.collector));
    pn_connection_close(a.connection);
    say_position("one more", a.collector);
    pn_connection_open(a.connection);
    pn_event_t *event = pn_collector_next(a.collector);
    say("next %s pop %d", pn_event_type_name(pn_event_type(event)), pn_collector_pop(a.collector));
    say_position("popped after next", a.collector);
    end_engine(&a);

    section("draining empties and releasing ends");
    a = make_engine("A", false);
    pn_connection_open(a.connection);
    pn_connection_close(a.connection);
    pn_collector_drain(a.collector);
    say_position("drained", a.collector);
    pn_connection_open(a.connection);
    say_position("still listens", a.collector);
    pn_collector_release(a.collector);
    say_position("released", a.collector);
    pn_connection_close(a.connection);
    say_position("deaf", a.collector);
    pn_collector_release(a.collector);
    say("refcount connection %d collector %d", pn_refcount(a.connection), pn_refcount(a.collector));
    end_engine(&a);
}

static void equal_events_coalesce(void)
{
    section("an event equal to the last queued one is dropped");
    pn_collector_t *collector = pn_collector();
    pn_data_t *one = pn_data(1), *two = pn_data(1);
    pn_data_t *order[] = {one, one, two, two, one};
    for (int i = 0; i < 5; i++)
        say("put %d", pn_collector_put(collector, pn_class(one), order[i], PN_DELIVERY) != NULL);
    say("another type %d", pn_collector_put(collector, pn_class(one), one, PN_LINK_FLOW) != NULL);
    say("refcounts %d %d", pn_refcount(one), pn_refcount(two));
    for (pn_event_t *event; (event = pn_collector_next(collector));)
        say("%s of %s", pn_event_type_name(pn_event_type(event)), pn_event_context(event) == one ? "one" : "two");
    say("one taken does not count %d", pn_collector_put(collector, pn_class(one), one, PN_LINK_FLOW) != NULL);
    pn_event_t *event = pn_collector_peek(collector);
    say("connection %d session %d link %d delivery %d transport %d", pn_event_connection(event) != NULL,
        pn_event_session(event) != NULL, pn_event_link(event) != NULL, pn_event_delivery(event) != NULL,
        pn_event_transport(event) != NULL);
    pn_collector_free(collector);
    say("refcounts %d %d", pn_refcount(one), pn_refcount(two));
    pn_data_free(one);
    pn_data_free(two);
}

static void held_events_outlive_the_queue(void)
{
    section("a held event outlives its turn and keeps its context");
    engine_t a = make_engine("A", false);
    pn_event_t *event = pn_collector_peek(a.collector);
    pn_incref(event);
    say("refcount %d", pn_refcount(event));
    pn_collector_pop(a.collector);
    say("refcount %d type %s context %d", pn_refcount(event), pn_event_type_name(pn_event_type(event)),
        pn_event_context(event) == a.connection);
    static const char key;
    pn_data_t *mark = pn_data(1);
    pn_record_def(pn_event_attachments(event), (pn_handle_t)&key, pn_class(mark));
    pn_record_set(pn_event_attachments(event), (pn_handle_t)&key, mark);
    say("attachment %d", pn_record_get(pn_event_attachments(event), (pn_handle_t)&key) == mark);
    say("connection refcount %d", pn_refcount(a.connection));
    pn_decref(event);
    say("connection refcount %d mark %d", pn_refcount(a.connection), pn_refcount(mark));
    pn_data_free(mark);
    pn_connection_open(a.connection);
    event = pn_collector_peek(a.collector);
    say("attachments of the next %d", pn_record_has(pn_event_attachments(event), (pn_handle_t)&key));
    end_engine(&a);
}

static void names_of_event_types(void)
{
    section("every event type has its name");
    for (int type = 0; type < 70; type++)
        if (type < 52 || type > 60) say("%d %s", type, text(pn_event_type_name((pn_event_type_t)type)));
}

static void say_accessors(pn_event_t *event)
{
    say("%s: connection %d session %d link %d delivery %d transport %d", pn_event_type_name(pn_event_type(event)),
        pn_event_connection(event) != NULL, pn_event_session(event) != NULL, pn_event_link(event) != NULL,
        pn_event_delivery(event) != NULL, pn_event_transport(event) != NULL);
    say("%s: condition %s", pn_event_type_name(pn_event_type(event)), condition_text(pn_event_condition(event)));
}

static void accessors_follow_the_parents(void)
{
    section("an event gives its context and the parents of that");
    engine_t a, b;
    open_engines(&a, &b);
    join(&a, &b, "l", 1);
    send_whole(a.link, "d", "x");
    say_accessors(pn_collector_peek(a.collector));
    converse(&a, &b);
    pn_delivery_update(b.delivery, PN_REJECTED);
    pn_delivery_settle(b.delivery);
    speak(&b, &a);
    say_accessors(pn_collector_peek(a.collector));
    say_events(&a);
    pn_condition_set_name(pn_link_condition(b.link), "app:remote");
    pn_condition_set_name(pn_link_condition(a.link), "app:local");
    pn_link_close(a.link);
    say_accessors(pn_collector_peek(a.collector));
    pn_link_close(b.link);
    speak(&b, &a);
    say_accessors(pn_collector_peek(a.collector));
    say_events(&a);
    pn_session_close(a.session);
    say_accessors(pn_collector_peek(a.collector));
    say_events(&a);
    pn_connection_close(a.connection);
    say_accessors(pn_collector_peek(a.collector));
    say_events(&a);
    pn_condition_set_name(pn_transport_condition(a.transport), "app:transport");
    pn_transport_close_tail(a.transport);
    for (pn_event_t *event; (event = pn_collector_peek(a.collector)); pn_collector_pop(a.collector)) say_accessors(event);
    pn_transport_unbind(a.transport);
    for (pn_event_t *event; (event = pn_collector_peek(a.collector)); pn_collector_pop(a.collector)) say_accessors(event);
    end_engines(&a, &b);
}

static void settings_read_back(void)
{
    section("settings of a connection read back and can be cleared");
    engine_t a = make_engine("A", false);
    pn_connection_t *c = a.connection;
    say("fresh hostname %s user %s authorization %s", text(pn_connection_get_hostname(c)),
        text(pn_connection_get_user(c)), text(pn_connection_get_authorization(c)));
    char name[] = "copied";
    pn_connection_set_hostname(c, name);
    pn_connection_set_user(c, name);
    pn_connection_set_authorization(c, name);
    pn_connection_set_password(c, name);
    name[0] = 'X';
    say("hostname %s user %s authorization %s", text(pn_connection_get_hostname(c)), text(pn_connection_get_user(c)),
        text(pn_connection_get_authorization(c)));
    pn_connection_set_hostname(c, NULL);
    pn_connection_set_user(c, NULL);
    pn_connection_set_authorization(c, NULL);
    pn_connection_set_password(c, NULL);
    pn_connection_set_container(c, NULL);
    say("hostname %s user %s authorization %s container %s", text(pn_connection_get_hostname(c)),
        text(pn_connection_get_user(c)), text(pn_connection_get_authorization(c)),
        text(pn_connection_get_container(c)));
    pn_transport_bind(a.transport, c);
    pn_connection_open(c);
    hear(&a);
    end_engine(&a);
}

int main(void)
{
    binding_twice_is_refused();
    binding_after_open_arrived();
    unbinding_keeps_states();
    rebinding_opens_everything_again();
    contexts_and_attachments();
    collecting_late();
    the_collector_is_a_queue();
    equal_events_coalesce();
    held_events_outlive_the_queue();
    names_of_event_types();
    accessors_follow_the_parents();
    settings_read_back();
    return 0;
}
