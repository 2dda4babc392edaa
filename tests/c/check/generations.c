/* Self-checking: classes of both generations in one process.
 *
 * Up to 0.37 a program passes the address of PN_OBJECT and brings class structs of its own; from 0.38 on it passes
 * what is stored in PN_OBJECT and asks the library to make classes. Objects of either kind meet in the same lists,
 * records and collectors. Also here: what crashed or aborted in older releases. */
#include "check.h"
#include "legacy.h"

#include <proton/connection.h>
#include <proton/event.h>
#include <proton/session.h>

pn_event_t *pn_collector_put_object(pn_collector_t *collector, void *object, pn_event_type_t type);

static int initialized, finalized, raised, lowered;
static pn_class_t *volatile made, *volatile bare, *volatile reference, *volatile other; /* classes live until the process ends */

static void on_initialize(void *object) { initialized += *(char *)object == 0; }
static void on_finalize(void *object) { (void)object; finalized++; }
static void on_incref(void *object) { (void)object; raised++; }
static void on_decref(void *object) { (void)object; lowered++; }
static int on_refcount(void *object) { (void)object; return 1; }

static void classes_are_made_by_the_library(void)
{
    static const char name[] = "made";
    made = pn_class_create(name, on_initialize, on_finalize, NULL, NULL, NULL);
    CHECK(pn_class_name(made) == name);
    CHECK(pn_class_id(made) == CID_pn_void);
    char *object = pn_class_new(made, 24);
    CHECK(initialized == 1);
    CHECK((uintptr_t)object % 16 == 0);
    CHECK(pn_class(object) == made);
    CHECK(pn_refcount(object) == 1);
    CHECK(pn_incref(object) == object);
    CHECK(pn_refcount(object) == 2);
    CHECK(pn_decref(object) == 1);
    char *shown_as = pn_tostring(object), expected[64];
    snprintf(expected, sizeof expected, "made<%p>", (void *)object);
    CHECK(!strcmp(shown_as, expected));
    free(shown_as);
    CHECK(pn_compare(object, object) == 0);
    CHECK(pn_hashcode(object) == (uintptr_t)object);
    pn_free(object);
    CHECK(finalized == 1);
    bare = pn_class_create("bare", NULL, NULL, NULL, NULL, NULL);
    object = pn_class_new(bare, 0);
    CHECK(object && pn_refcount(object) == 1);
    CHECK(pn_decref(object) == 0);
}

static void foreign_objects_are_held_through_a_made_class(void)
{
    static int thing;
    reference = pn_class_create("pn_pyref", NULL, NULL, on_incref, on_decref, on_refcount);
    pn_record_t *record = pn_record();
    pn_record_def(record, (pn_handle_t)&thing, reference);
    pn_record_set(record, (pn_handle_t)&thing, &thing);
    CHECK(raised == 1 && lowered == 0);
    pn_record_set(record, (pn_handle_t)&thing, NULL);
    CHECK(raised == 1 && lowered == 1);
    pn_record_set(record, (pn_handle_t)&thing, &thing);
    pn_free(record);
    CHECK(raised == 2 && lowered == 2);
    pn_collector_t *collector = pn_collector();
    pn_event_t *event = pn_collector_put(collector, reference, &thing, PN_LINK_FLOW);
    CHECK(pn_event_class(event) == reference);
    CHECK(pn_event_context(event) == &thing);
    CHECK(raised == 3);
    CHECK(pn_collector_pop(collector));
    CHECK(lowered == 3);
    pn_collector_free(collector);
}

static void the_symbol_serves_by_value_and_by_address(void)
{
    pn_connection_t *connection = pn_connection();
    pn_session_t *session = pn_session(connection);
    const pn_class_t *const objects[] = {PN_OBJECT, object_class}, *const voids[] = {PN_VOID, void_class};
    CHECK(PN_OBJECT != object_class);
    for (int i = 0; i < 2; i++) {
        CHECK(pn_class_id(objects[i]) == CID_pn_object);
        CHECK(pn_class_id(voids[i]) == CID_pn_void);
        CHECK(!strcmp(pn_class_name(voids[i]), "pn_void"));
        pn_list_t *list = pn_list(objects[i], 0);
        pn_list_add(list, session);
        CHECK(pn_refcount(session) == 1 && pn_refcount(connection) == 2); /* the session's own counting is honoured */
        pn_free(list);
        CHECK(pn_refcount(connection) == 1);
        list = pn_list(voids[i], 0);
        pn_list_add(list, session);
        CHECK(pn_refcount(connection) == 1);
        pn_free(list);
        pn_record_t *record = pn_record();
        pn_record_def(record, (pn_handle_t)&raised, objects[i]);
        pn_record_def(record, (pn_handle_t)&raised, objects[1 - i]);
        pn_record_set(record, (pn_handle_t)&raised, connection);
        CHECK(pn_refcount(connection) == 2);
        pn_free(record);
        CHECK(pn_refcount(connection) == 1);
        char *object = pn_class_new(objects[i], 16);
        CHECK(object && pn_refcount(object) == 1);
        pn_free(object);
        object = pn_class_new(voids[i], 16);
        CHECK(object);
        pn_class_free(voids[i], object);
        pn_collector_t *collector = pn_collector();
        pn_event_t *event = pn_collector_put(collector, objects[i], session, PN_SESSION_FINAL);
        /* The old generation gets the object's own class, the new one what it passed. */
        CHECK(pn_event_class(event) == (i ? pn_class(session) : PN_OBJECT));
        CHECK(pn_event_context(event) == session);
        pn_collector_free(collector);
    }
    CHECK(!strcmp(pn_class_name(PN_OBJECT), "pn_strongref"));
    CHECK(!strcmp(pn_class_name(object_class), "pn_object"));
    pn_connection_free(connection);
}

static void an_object_is_put_with_its_own_class(void)
{
    pn_collector_t *collector = pn_collector();
    pn_connection_t *connection = pn_connection();
    pn_event_t *event = pn_collector_put_object(collector, connection, PN_CONNECTION_INIT);
    CHECK(pn_event_class(event) == pn_class(connection));
    CHECK(pn_event_connection(event) == connection);
    CHECK(pn_collector_put_object(collector, connection, PN_CONNECTION_INIT) == NULL);
    pn_collector_free(collector);
    pn_connection_free(connection);
}

static void old_and_new_objects_meet(void)
{
    static const pn_class_t old = {"old", CID_pn_object, pn_object_new, NULL, pn_object_incref, pn_object_decref,
                                   pn_object_refcount, on_finalize, pn_object_free, pn_object_reify, NULL, NULL, NULL};
    other = pn_class_create("other", NULL, on_finalize, NULL, NULL, NULL);
    void *one = pn_class_new(&old, 8), *two = pn_class_new(other, 8);
    finalized = 0;
    pn_list_t *list = pn_list(PN_OBJECT, 0);
    pn_list_add(list, one);
    pn_list_add(list, two);
    CHECK(pn_class(pn_list_get(list, 0)) == &old && pn_class(pn_list_get(list, 1)) == other);
    CHECK(pn_list_index(list, two) == 1);
    CHECK(!pn_equals(one, two));
    pn_object_incref(two);
    pn_object_decref(two);
    pn_decref(one);
    pn_decref(two);
    CHECK(finalized == 0);
    pn_free(list);
    CHECK(finalized == 2);
}

static void collections_survive_abuse(void)
{
    pn_list_t *list = pn_list(object_class, 0);
    CHECK(pn_list_get(list, 0) == NULL);
    CHECK(pn_list_get(list, -1) == NULL);
    CHECK(pn_list_minpop(list) == NULL);
    pn_list_set(list, 3, NULL);
    pn_list_del(list, 5, 5);
    CHECK(pn_list_size(list) == 0);
    void *object = pn_class_new(object_class, 8);
    pn_list_add(list, object);
    pn_decref(object);
    pn_list_set(list, 0, object); /* the only reference is the list's */
    CHECK(pn_list_size(list) == 1 && pn_refcount(object) == 1);
    pn_list_del(list, 0, 100);
    CHECK(pn_list_size(list) == 0);
    pn_list_add(list, list); /* a circle */
    char *shown_as = pn_tostring(list);
    CHECK(shown_as && strlen(shown_as) < 100000);
    free(shown_as);
    pn_list_clear(list);
    pn_free(list);
    pn_list_t *outer = pn_list(object_class, 0), *inner = outer;
    for (int i = 0; i < 100000; i++) { /* far deeper than any stack */
        pn_list_t *next = pn_list(object_class, 1);
        pn_list_add(inner, next);
        pn_decref(next);
        inner = next;
    }
    (void)pn_hashcode(outer);
    pn_free(outer);
    pn_map_t *map = pn_map(object_class, object_class, 0, 0.0f);
    CHECK(pn_map_get(map, NULL) == NULL);
    pn_map_del(map, NULL);
    CHECK(pn_map_next(map, (pn_handle_t)12345) == 0);
    pn_free(map);
    CHECK(pn_refcount(NULL) == 0);
    CHECK(pn_class_refcount(object_class, NULL) == 0);
}

static void a_collector_may_be_collected_again(void)
{
    pn_connection_t *connection = pn_connection();
    pn_collector_t *collector = pn_collector();
    pn_connection_collect(connection, collector);
    pn_decref(collector);                         /* the connection holds the only reference now */
    pn_connection_collect(connection, collector); /* which must not go on the way */
    CHECK(pn_refcount(collector) == 1);
    CHECK(pn_collector_peek(collector) != NULL);
    while (pn_collector_pop(collector)) {}
    pn_connection_collect(connection, NULL);
    pn_connection_free(connection);
}

int main(void)
{
    find_classes();
    classes_are_made_by_the_library();
    foreign_objects_are_held_through_a_made_class();
    the_symbol_serves_by_value_and_by_address();
    an_object_is_put_with_its_own_class();
    old_and_new_objects_meet();
    collections_survive_abuse();
    a_collector_may_be_collected_again();
    return checks_result();
}
