/* Differential program: classes as programs of 0.28 to 0.37 make them, and which of their functions run when.
 *
 * Every slot of the test classes says that it was called, so the transcript has the exact sequences. */
#include "legacy.h"

#include <proton/event.h>

static const pn_class_t *loud_reify(void *object);

static const char *which(void *object)
{
    return object ? (const char *)object : "NULL";
}

static void *loud_new(const pn_class_t *class, size_t size)
{
    say("  newinst %s %zu", class->name, size);
    return pn_object_new(class, size);
}

static void loud_initialize(void *object)
{
    say("  initialize zeroed=%d aligned=%d count=%d", *(char *)object == 0, (uintptr_t)object % 16 == 0,
        pn_object_refcount(object));
}

static void loud_incref(void *object) { say("  incref %s", which(object)); pn_object_incref(object); }
static void loud_decref(void *object) { say("  decref %s", which(object)); pn_object_decref(object); }

static int loud_refcount(void *object)
{
    say("  refcount %s", which(object));
    return pn_object_refcount(object);
}

static bool resurrect;

static void loud_finalize(void *object)
{
    say("  finalize %s count=%d", which(object), pn_object_refcount(object));
    if (resurrect) pn_object_incref(object);
}

static void loud_free(void *object) { say("  free %s", which(object)); pn_object_free(object); }

static uintptr_t loud_hashcode(void *object) { say("  hashcode %s", which(object)); return strlen(object); }

static intptr_t loud_compare(void *a, void *b)
{
    say("  compare %s %s", which(a), which(b));
    return strcmp(a, b);
}

static int loud_inspect(void *object, pn_string_t *dst)
{
    say("  inspect %s", which(object));
    pn_string_addf(dst, "loud(%s)", which(object));
    return 7;
}

static const pn_class_t loud = {"loud", CID_pn_void, loud_new, loud_initialize, loud_incref, loud_decref, loud_refcount,
                                loud_finalize, loud_free, loud_reify, loud_hashcode, loud_compare, loud_inspect};

static const pn_class_t *loud_reify(void *object) { say("  reify %s", which(object)); return &loud; }

/* As PN_CLASSDEF made them, with everything optional left out. */
static const pn_class_t plain = {"plain", CID_pn_object, pn_object_new, NULL, pn_object_incref, pn_object_decref,
                                 pn_object_refcount, NULL, pn_object_free, pn_object_reify, NULL, NULL, NULL};

/* As the Python binding makes them: objects somebody else owns. */
static int one_reference(void *object) { (void)object; return 1; }
static const pn_class_t *foreign_reify(void *object);
static void foreign_count(void *object) { say("  foreign %s", which(object)); }
static const pn_class_t foreign = {"foreign", CID_pn_void, NULL, NULL, foreign_count, foreign_count, one_reference,
                                   NULL, NULL, foreign_reify, pn_void_hashcode, pn_void_compare, pn_void_inspect};
static const pn_class_t *foreign_reify(void *object) { (void)object; return &foreign; }

static void *make_loud(const char *name)
{
    void *object = pn_class_new(&loud, 32);
    strcpy(object, name);
    return object;
}

static void built_in_classes_have_names_and_numbers(void)
{
    section("built-in classes");
    say("object %s %d", class_text(object_class), (int)pn_class_id(object_class));
    say("void %s %d", class_text(void_class), (int)pn_class_id(void_class));
    say("weak %s %d", class_text(weak_class), (int)pn_class_id(weak_class));
    void *objects[] = {pn_string("s"), pn_list(object_class, 0), pn_map(object_class, object_class, 0, 0.75f),
                       pn_hash(object_class, 0, 0.75f), pn_iterator(), pn_record(), pn_collector(), pn_data(0)};
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        const pn_class_t *class = pn_class(objects[i]);
        say("%s %d count=%d same=%d", class_text(class), (int)pn_class_id(class), pn_refcount(objects[i]),
            pn_class_reify(object_class, objects[i]) == class);
        pn_free(objects[i]);
    }
    say("class of NULL %s", class_text(pn_class(NULL)));
    say("reify NULL %s", class_text(pn_object_reify(NULL)));
}

static void an_object_lives_through_its_class(void)
{
    section("life");
    say("new");
    char *object = make_loud("one");
    say("class %d id %d", pn_class(object) == &loud, (int)pn_class_id(pn_class(object)));
    say("incref");
    say("same %d", pn_class_incref(&loud, object) == object);
    say("refcount %d", pn_class_refcount(&loud, object));
    say("decref %d", pn_class_decref(&loud, object));
    say("pn_incref");
    say("same %d", pn_incref(object) == object);
    say("pn_refcount %d", pn_refcount(object));
    say("pn_decref %d", pn_decref(object));
    say("last decref %d", pn_decref(object));
    say("free");
    object = make_loud("two");
    pn_free(object);
    say("class free");
    object = make_loud("three");
    pn_class_free(&loud, object);
    say("through PN_OBJECT");
    object = make_loud("four");
    say("refcount %d", pn_class_refcount(object_class, object));
    pn_class_free(object_class, object);
}

static void a_finalizer_may_resurrect(void)
{
    section("resurrection");
    char *object = make_loud("phoenix");
    resurrect = true;
    say("decref %d", pn_decref(object));
    say("count %d", pn_object_refcount(object));
    say("free");
    pn_free(object);
    say("count %d", pn_object_refcount(object));
    resurrect = false;
    say("decref %d", pn_class_decref(&loud, object));
}

static void objects_are_compared_hashed_and_shown(void)
{
    section("comparing");
    char *a = make_loud("a"), *b = make_loud("b"), *same = make_loud("a");
    say("a b %d", (int)pn_class_compare(&loud, a, b));
    say("a same %d", (int)pn_class_compare(&loud, a, same));
    say("a a %d", (int)pn_class_compare(&loud, a, a));
    say("a NULL %d", pn_class_compare(&loud, a, NULL) == (intptr_t)a);
    say("NULL a %d", pn_class_compare(&loud, NULL, a) == -(intptr_t)a);
    say("NULL NULL %d", (int)pn_class_compare(&loud, NULL, NULL));
    say("equals %d %d", pn_class_equals(&loud, a, same), pn_class_equals(&loud, a, b));
    say("pn_equals %d", pn_equals(a, same));
    say("pn_compare %d", (int)pn_compare(b, a));
    say("hash %d", (int)pn_class_hashcode(&loud, a));
    say("pn_hash %d", (int)pn_hashcode(b));
    say("hash of NULL %d %d", (int)pn_class_hashcode(&loud, NULL), (int)pn_hashcode(NULL));
    pn_string_t *string = pn_string(NULL);
    say("inspect %d", pn_class_inspect(&loud, a, string));
    say("text %s", text(pn_string_get(string)));
    say("again %d", pn_inspect(b, string));
    say("text %s", text(pn_string_get(string)));
    pn_free(string);
    pn_free(a);
    pn_free(b);
    pn_free(same);
}

static void slots_may_be_empty(void)
{
    section("empty slots");
    char *a = pn_class_new(&plain, 8), *b = pn_class_new(&plain, 8);
    say("zeroed %d class %d", *(uint64_t *)a == 0, pn_class(a) == &plain);
    say("text %s", object_text(a));
    say("hash is address %d", pn_hashcode(a) == (uintptr_t)a);
    say("order is distance %d", pn_compare(a, b) == (intptr_t)a - (intptr_t)b);
    say("equals %d %d", pn_equals(a, a), pn_equals(a, b));
    say("incref %d", pn_incref(a) == a);
    say("counts %d %d", pn_refcount(a), pn_class_refcount(&plain, a));
    pn_object_decref(a);
    say("raw %d", pn_object_refcount(a));
    pn_object_incref(a);
    say("decref %d", pn_decref(a));
    say("decref %d", pn_decref(a));
    pn_free(b);
    void *empty = pn_class_new(&plain, 0);
    say("no bytes %d count %d", empty != NULL, pn_refcount(empty));
    pn_free(empty);
    pn_class_t nameless = plain;
    nameless.name = NULL;
    pn_string_t *string = pn_string("before ");
    say("nameless NULL %d %s", pn_class_inspect(&nameless, NULL, string), text(pn_string_get(string)));
    pn_free(string);
    void *raw = pn_object_new(&plain, 16);
    say("raw new %d %d %d", pn_object_refcount(raw), pn_object_reify(raw) == &plain, *(uint64_t *)raw == 0);
    pn_object_free(raw);
}

static void null_objects_are_neutral(void)
{
    section("null objects");
    say("incref %d decref %d", pn_incref(NULL) == NULL, pn_decref(NULL));
    pn_free(NULL);
    say("class incref %d decref %d", pn_class_incref(&loud, NULL) == NULL, pn_class_decref(&loud, NULL));
    pn_class_free(&loud, NULL);
    pn_string_t *string = pn_string("");
    say("inspect %d %s", pn_class_inspect(&loud, NULL, string), text(pn_string_get(string)));
    say("inspect %d %s", pn_inspect(NULL, string), text(pn_string_get(string)));
    pn_free(string);
    say("text %s", object_text(NULL));
    say("equals %d %d", pn_equals(NULL, NULL), pn_class_equals(&loud, NULL, NULL));
}

static void plain_pointers_are_not_counted(void)
{
    section("void");
    static char somewhere[4];
    say("incref %d decref %d count %d", pn_class_incref(void_class, somewhere) == somewhere,
        pn_class_decref(void_class, somewhere), pn_class_refcount(void_class, somewhere));
    say("direct count %d", pn_void_refcount(somewhere));
    pn_void_incref(somewhere);
    pn_void_decref(somewhere);
    say("hash %d %d", pn_class_hashcode(void_class, somewhere) == (uintptr_t)somewhere,
        pn_void_hashcode(somewhere) == (uintptr_t)somewhere);
    say("compare %d %d", (int)pn_class_compare(void_class, somewhere + 2, somewhere), (int)pn_void_compare(somewhere, somewhere + 1));
    say("reify %d", pn_class_reify(void_class, somewhere) == pn_class_reify(void_class, NULL));
    pn_string_t *string = pn_string(NULL);
    say("inspect %d %s", pn_class_inspect(void_class, (void *)0x10, string), text(pn_string_get(string)));
    say("direct %d %s", pn_void_inspect((void *)0x20, string), text(pn_string_get(string)));
    pn_free(string);
    void *memory = pn_class_new(void_class, 24);
    say("memory %d", memory != NULL);
    pn_class_free(void_class, memory);
    memory = pn_void_new(void_class, 24);
    free(memory);
}

static void weak_references_do_not_count_but_compare(void)
{
    section("weak");
    char *a = make_loud("w1"), *b = make_loud("w1");
    say("incref %d", pn_class_incref(weak_class, a) == a);
    say("count %d", pn_class_refcount(weak_class, a));
    say("real count %d", pn_refcount(a));
    say("decref %d", pn_class_decref(weak_class, a));
    say("compare %d", (int)pn_class_compare(weak_class, a, b));
    say("hash %d", (int)pn_class_hashcode(weak_class, a));
    pn_string_t *string = pn_string("");
    say("inspect %d", pn_class_inspect(weak_class, a, string));
    say("text %s", text(pn_string_get(string)));
    pn_free(string);
    pn_free(a);
    pn_free(b);
}

static void foreign_objects_are_told_of_references(void)
{
    section("foreign");
    static char thing[] = "thing";
    pn_record_t *record = pn_record();
    pn_record_def(record, (pn_handle_t)77, &foreign);
    pn_record_set(record, (pn_handle_t)77, thing);
    say("get %d", pn_record_get(record, (pn_handle_t)77) == thing);
    pn_record_set(record, (pn_handle_t)77, thing);
    pn_record_clear(record);
    pn_free(record);
    pn_collector_t *collector = pn_collector();
    pn_event_t *event = pn_collector_put(collector, &foreign, thing, PN_LINK_FLOW);
    say("event %d class %d context %d", event != NULL, pn_event_class(event) == &foreign, pn_event_context(event) == thing);
    say("connection %d link %d", pn_event_connection(event) != NULL, pn_event_link(event) != NULL);
    say("merged %d", pn_collector_put(collector, &foreign, thing, PN_LINK_FLOW) == NULL);
    say("pop %d", pn_collector_pop(collector));
    pn_collector_free(collector);
    say("free");
    say("decref %d", pn_class_decref(&foreign, thing));
}

static const pn_class_t *shy_reify(void *object) { (void)object; return &plain; }
static const pn_class_t shy = {"shy", CID_pn_object, pn_object_new, NULL, pn_object_incref, pn_object_decref,
                               pn_object_refcount, NULL, pn_object_free, shy_reify, NULL, NULL, NULL};

static void the_class_that_reify_names_is_used(void)
{
    section("reify");
    void *object = pn_class_new(&shy, 8);
    say("made as %s", class_text(pn_class(object)));
    say("reify %s", class_text(pn_class_reify(&shy, object)));
    pn_string_t *string = pn_string("");
    say("inspect %d %s", pn_class_inspect(&shy, object, string), without_addresses(pn_string_get(string)));
    pn_free(string);
    pn_collector_t *collector = pn_collector();
    pn_event_t *event = pn_collector_put(collector, object_class, object, PN_LINK_FLOW);
    say("event class %s count %d", class_text(pn_event_class(event)), pn_refcount(object));
    event = pn_collector_put(collector, &shy, object, PN_LINK_INIT);
    say("event class %s count %d", class_text(pn_event_class(event)), pn_refcount(object));
    pn_collector_free(collector);
    say("count %d", pn_refcount(object));
    say("weak reify %s", class_text(pn_class_reify(weak_class, object)));
    pn_free(object);
}

int main(void)
{
    find_classes();
    built_in_classes_have_names_and_numbers();
    an_object_lives_through_its_class();
    a_finalizer_may_resurrect();
    objects_are_compared_hashed_and_shown();
    slots_may_be_empty();
    null_objects_are_neutral();
    plain_pointers_are_not_counted();
    weak_references_do_not_count_but_compare();
    foreign_objects_are_told_of_references();
    the_class_that_reify_names_is_used();
    return 0;
}
