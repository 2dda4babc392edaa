/* Differential program: lists, heaps, maps, hashes, iterators and records, with the references they hold.
 *
 * Maps and hashes have no order of their own, so what is found in one is printed sorted or summed up. */
#include "legacy.h"

/* A counted number, ordered by value. */
typedef struct number_t { int value; int serial; } number_t;

static int alive;

static void number_initialize(void *object) { (void)object; alive++; }
static void number_finalize(void *object) { (void)object; alive--; }
static uintptr_t number_hashcode(void *object) { return (uintptr_t)((number_t *)object)->value % 3; }
static intptr_t number_compare(void *a, void *b) { return ((number_t *)a)->value - ((number_t *)b)->value; }

static int number_inspect(void *object, pn_string_t *dst)
{
    return pn_string_addf(dst, "%d", ((number_t *)object)->value);
}

static const pn_class_t number_class = {
    "number", CID_pn_object, pn_object_new, number_initialize, pn_object_incref, pn_object_decref, pn_object_refcount,
    number_finalize, pn_object_free, pn_object_reify, number_hashcode, number_compare, number_inspect};

static number_t *number(int value)
{
    number_t *made = pn_class_new(&number_class, sizeof *made);
    made->value = value;
    return made;
}

/* Adds a fresh number and leaves the only reference to the list. */
static number_t *give(pn_list_t *list, int value)
{
    number_t *made = number(value);
    pn_list_add(list, made);
    pn_decref(made);
    return made;
}

static int value_of(void *object) { return object ? ((number_t *)object)->value : -1; }

static void a_list_keeps_order_and_references(void)
{
    section("list");
    pn_list_t *list = pn_list(object_class, 0);
    say("empty size %zu pop %d index %zd", pn_list_size(list), pn_list_pop(list) != NULL, pn_list_index(list, list));
    number_t *one = number(1);
    say("add %d", pn_list_add(list, one));
    say("count %d size %zu", pn_refcount(one), pn_list_size(list));
    say("add again %d", pn_list_add(list, one));
    say("count %d", pn_refcount(one));
    for (int i = 2; i < 6; i++) give(list, i);
    say("%s", object_text(list));
    for (int i = -3; i < 9; i++) say("get %d: %d", i, value_of(pn_list_get(list, i)));
    say("index of one %zd", pn_list_index(list, one));
    number_t *equal = number(4);
    say("index of an equal %zd", pn_list_index(list, equal));
    say("remove an equal %d", pn_list_remove(list, equal));
    say("remove it again %d", pn_list_remove(list, equal));
    pn_list_set(list, 1, equal);
    say("set: %s count one %d equal %d", object_text(list), pn_refcount(one), pn_refcount(equal));
    pn_list_set(list, 1, equal);
    say("set the same: count %d", pn_refcount(equal));
    number_t *last = pn_list_pop(list);
    say("pop %d count %d size %zu", value_of(last), pn_refcount(last), pn_list_size(list));
    pn_decref(last);
    pn_list_clear(list);
    say("cleared %zu: %s count %d alive %d", pn_list_size(list), object_text(list), pn_refcount(equal), alive);
    pn_list_del(list, 0, 1);
    pn_list_add(list, equal);
    pn_free(list);
    say("freed: count %d", pn_refcount(equal));
    pn_free(equal);
    pn_free(one);
    say("alive %d", alive);
}

static void ranges_are_deleted(void)
{
    section("list ranges");
    pn_list_t *list = pn_list(object_class, 2);
    for (int i = 0; i < 10; i++) give(list, i);
    say("%s", object_text(list));
    pn_list_del(list, 0, 1);
    say("first gone %s", object_text(list));
    pn_list_del(list, 2, 3);
    say("three gone %s", object_text(list));
    pn_list_del(list, -1, 1);
    say("at -1 %s", object_text(list));
    pn_list_del(list, 7, 1);
    say("at 7 %s", object_text(list));
    pn_list_del(list, 1, 0);
    say("none %s", object_text(list));
    pn_list_del(list, 0, (int)pn_list_size(list));
    say("all %s alive %d", object_text(list), alive);
    pn_free(list);
}

static void a_list_grows(void)
{
    section("list growth");
    pn_list_t *list = pn_list(object_class, 1);
    for (int i = 0; i < 1000; i++) give(list, i);
    int wrong = 0;
    for (int i = 0; i < 1000; i++) wrong += value_of(pn_list_get(list, i)) != i;
    say("size %zu wrong %d alive %d", pn_list_size(list), wrong, alive);
    number_t *probe = number(777);
    say("index %zd", pn_list_index(list, probe));
    while (pn_list_size(list) > 500) pn_decref(pn_list_pop(list));
    say("index %zd size %zu", pn_list_index(list, probe), pn_list_size(list));
    pn_free(probe);
    pn_free(list);
    say("alive %d", alive);
}

static void null_elements_are_kept(void)
{
    section("null elements");
    pn_list_t *list = pn_list(object_class, 0);
    say("add %d", pn_list_add(list, NULL));
    give(list, 3);
    pn_list_add(list, NULL);
    say("size %zu %s", pn_list_size(list), object_text(list));
    say("index of NULL %zd remove %d", pn_list_index(list, NULL), pn_list_remove(list, NULL));
    say("size %zu %s", pn_list_size(list), object_text(list));
    pn_list_set(list, 0, NULL);
    say("alive %d %s", alive, object_text(list));
    pn_free(list);
}

static void lists_are_compared_by_their_elements(void)
{
    section("list equality");
    pn_list_t *a = pn_list(object_class, 0), *b = pn_list(object_class, 0);
    say("empty %d compare %d hash %d", pn_equals(a, b), (int)pn_compare(a, b), (int)pn_hashcode(a));
    give(a, 1);
    say("shorter %d %d", (int)pn_compare(a, b), (int)pn_compare(b, a));
    give(b, 1);
    give(a, 5);
    give(b, 8);
    say("same length %d %d equals %d", (int)pn_compare(a, b), (int)pn_compare(b, a), pn_equals(a, b));
    say("hash %d %d", (int)pn_hashcode(a), (int)pn_hashcode(b));
    pn_list_t *outer = pn_list(object_class, 0);
    pn_list_add(outer, a);
    pn_list_add(outer, b);
    say("nested %s hash %d", object_text(outer), (int)pn_hashcode(outer));
    say("index of b %zd", pn_list_index(outer, b));
    pn_decref(a);
    pn_decref(b);
    pn_free(outer);
    say("alive %d", alive);
}

static void weak_and_plain_lists_hold_nothing(void)
{
    section("weak lists");
    number_t *one = number(1), *equal = number(1);
    pn_list_t *weak = pn_list(weak_class, 0), *plain = pn_list(void_class, 0);
    pn_list_add(weak, one);
    pn_list_add(plain, one);
    say("count %d", pn_refcount(one));
    say("equal found: weak %zd plain %zd", pn_list_index(weak, equal), pn_list_index(plain, equal));
    say("same found: weak %zd plain %zd", pn_list_index(weak, one), pn_list_index(plain, one));
    say("weak %s plain %s", object_text(weak), object_text(plain));
    say("hash %d", (int)pn_hashcode(weak));
    pn_list_t *strong = pn_list(object_class, 0);
    pn_list_add(strong, equal);
    say("as the strong one %d %d", pn_equals(weak, strong), pn_equals(strong, weak));
    pn_free(strong);
    say("removed %d", pn_list_remove(weak, equal));
    pn_list_set(plain, 0, equal);
    say("pop %d", pn_list_pop(plain) == equal);
    pn_list_add(weak, one);
    pn_free(weak);
    pn_free(plain);
    say("counts %d %d", pn_refcount(one), pn_refcount(equal));
    pn_free(one);
    pn_free(equal);
}

static void a_list_serves_as_a_heap(void)
{
    section("heap");
    static const int values[] = {5, 3, 9, 1, 7, 3, 8, 2, 2, 6, 0, 4};
    pn_list_t *list = pn_list(object_class, 0);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        number_t *made = number(values[i]);
        pn_list_minpush(list, made);
        say("push %d count %d: %s", values[i], pn_refcount(made), object_text(list));
        pn_decref(made);
    }
    while (pn_list_size(list)) {
        number_t *least = pn_list_minpop(list);
        say("pop %d count %d: %s", value_of(least), pn_refcount(least), object_text(list));
        pn_decref(least);
    }
    unsigned seed = 7;
    for (int i = 0; i < 300; i++) {
        number_t *made = number((int)((seed = seed * 1103515245 + 12345) >> 16) % 1000);
        pn_list_minpush(list, made);
        pn_decref(made);
    }
    int before = -1, wrong = 0;
    while (pn_list_size(list)) {
        number_t *least = pn_list_minpop(list);
        wrong += least->value < before;
        before = least->value;
        pn_decref(least);
    }
    say("out of order %d alive %d", wrong, alive);
    pn_free(list);
}

static void iterators_walk_lists(void)
{
    section("iterator");
    pn_iterator_t *iterator = pn_iterator();
    say("fresh %d", pn_iterator_next(iterator) != NULL);
    pn_list_t *list = pn_list(object_class, 0);
    pn_list_iterator(list, iterator);
    say("empty %d", pn_iterator_next(iterator) != NULL);
    for (int i = 1; i <= 4; i++) give(list, i);
    pn_list_iterator(list, iterator);
    for (void *at; (at = pn_iterator_next(iterator));) say("at %d", value_of(at));
    give(list, 5);
    say("after the end %d", value_of(pn_iterator_next(iterator)));
    pn_list_iterator(list, iterator);
    say("first %d", value_of(pn_iterator_next(iterator)));
    pn_list_del(list, 0, 1);
    say("after deleting it %d", value_of(pn_iterator_next(iterator)));
    give(list, 6);
    for (void *at; (at = pn_iterator_next(iterator));) say("at %d", value_of(at));
    pn_list_set(list, 1, NULL);
    pn_list_iterator(list, iterator);
    say("before NULL %d", value_of(pn_iterator_next(iterator)));
    say("NULL ends it %d", value_of(pn_iterator_next(iterator)));
    say("and it stays %d", value_of(pn_iterator_next(iterator)));
    say("list count %d text %s", pn_refcount(list), object_text(iterator));
    pn_free(iterator);
    pn_free(list);
}

static void *count_down(void *state)
{
    int *left = state;
    return *left > 0 ? (void *)(intptr_t)(*left)-- : NULL;
}

static void iterators_take_a_function_of_the_program(void)
{
    section("own iterator");
    pn_iterator_t *iterator = pn_iterator();
    int *state = pn_iterator_start(iterator, count_down, sizeof *state);
    *state = 3;
    for (void *at; (at = pn_iterator_next(iterator));) say("left %d", (int)(intptr_t)at);
    char *large = pn_iterator_start(iterator, count_down, 5000);
    memset(large, 0, 5000);
    *(int *)large = 2;
    say("restarted %d", (int)(intptr_t)pn_iterator_next(iterator));
    state = pn_iterator_start(iterator, count_down, sizeof *state);
    *state = 1;
    say("once %d", (int)(intptr_t)pn_iterator_next(iterator));
    say("over %d", pn_iterator_next(iterator) != NULL);
    pn_free(iterator);
}

static void say_map(const char *what, pn_map_t *map)
{
    int keys = 0, values = 0, entries = 0;
    for (pn_handle_t at = pn_map_head(map); at; at = pn_map_next(map, at)) {
        keys += value_of(pn_map_key(map, at));
        values += value_of(pn_map_value(map, at));
        entries++;
    }
    say("%s: size %zu entries %d keys %d values %d", what, pn_map_size(map), entries, keys, values);
}

static void a_map_finds_by_equality(void)
{
    section("map");
    pn_map_t *map = pn_map(object_class, object_class, 0, 0.75f);
    say("empty size %zu head %d %s", pn_map_size(map), pn_map_head(map) != 0, object_text(map));
    number_t *key = number(1), *value = number(10), *equal = number(1), *other = number(20);
    say("missing %d", pn_map_get(map, key) != NULL);
    say("put %d", pn_map_put(map, key, value));
    say("counts %d %d", pn_refcount(key), pn_refcount(value));
    say("get by an equal %d", value_of(pn_map_get(map, equal)));
    say("%s", object_text(map));
    say("put over %d", pn_map_put(map, equal, other));
    say("counts key %d equal %d value %d other %d", pn_refcount(key), pn_refcount(equal), pn_refcount(value), pn_refcount(other));
    say("key kept %d value %d", pn_map_key(map, pn_map_head(map)) == key, value_of(pn_map_get(map, key)));
    say("put the same %d", pn_map_put(map, key, other));
    say("count %d", pn_refcount(other));
    pn_map_del(map, value);
    say("deleting what is not there %zu", pn_map_size(map));
    pn_map_del(map, equal);
    say("deleted %zu counts %d %d", pn_map_size(map), pn_refcount(key), pn_refcount(other));
    pn_map_put(map, key, value);
    pn_free(map);
    say("freed: counts %d %d", pn_refcount(key), pn_refcount(value));
    pn_free(key); pn_free(value); pn_free(equal); pn_free(other);
    say("alive %d", alive);
}

static void a_map_grows_and_shrinks(void)
{
    section("map growth");
    pn_map_t *map = pn_map(object_class, object_class, 4, 0.75f);
    for (int i = 0; i < 300; i++) {
        number_t *key = number(i), *value = number(i * 2);
        pn_map_put(map, key, value);
        pn_decref(key);
        pn_decref(value);
    }
    say_map("full", map);
    for (int i = 0; i < 300; i += 3) {
        number_t *key = number(i);
        pn_map_del(map, key);
        pn_decref(key);
    }
    say_map("thinned", map);
    int wrong = 0;
    for (int i = 0; i < 300; i++) {
        number_t *key = number(i);
        wrong += value_of(pn_map_get(map, key)) != (i % 3 ? i * 2 : -1);
        pn_decref(key);
    }
    say("wrong %d", wrong);
    pn_free(map);
    say("alive %d", alive);
}

static void strings_are_keys(void)
{
    section("map of strings");
    pn_map_t *map = pn_map(object_class, void_class, 0, 0.75f);
    static const char *const words[] = {"one", "two", "three", "", "one"};
    for (size_t i = 0; i < 5; i++) {
        pn_string_t *key = pn_string(words[i]);
        pn_map_put(map, key, (void *)(i + 1));
        say("%s count %d size %zu", words[i], pn_refcount(key), pn_map_size(map));
        pn_decref(key);
    }
    for (size_t i = 0; i < 4; i++) {
        pn_string_t *key = pn_string(words[i]);
        say("%s %d", words[i], (int)(intptr_t)pn_map_get(map, key));
        pn_free(key);
    }
    pn_string_t *null = pn_string(NULL);
    say("null string %d", pn_map_get(map, null) != NULL);
    pn_map_put(map, null, NULL);
    say("null value %d size %zu", pn_map_get(map, null) != NULL, pn_map_size(map));
    pn_decref(null);
    pn_free(map);
}

static void a_hash_has_numbers_for_keys(void)
{
    section("hash");
    pn_hash_t *hash = pn_hash(object_class, 0, 0.75f);
    say("empty %zu %d %s", pn_hash_size(hash), pn_hash_get(hash, 0) != NULL, object_text(hash));
    number_t *value = number(5);
    say("put %d", pn_hash_put(hash, 0, value));
    say("count %d", pn_refcount(value));
    say("put over itself %d", pn_hash_put(hash, 0, value));
    say("count %d", pn_refcount(value));
    say("%s", object_text(hash));
    pn_hash_put(hash, UINTPTR_MAX, value);
    say("size %zu get %d %d", pn_hash_size(hash), value_of(pn_hash_get(hash, 0)), value_of(pn_hash_get(hash, UINTPTR_MAX)));
    pn_hash_del(hash, 1);
    pn_hash_del(hash, 0);
    pn_handle_t head = pn_hash_head(hash);
    say("head key %d value %d next %d", pn_hash_key(hash, head) == UINTPTR_MAX, value_of(pn_hash_value(hash, head)),
        pn_hash_next(hash, head) != 0);
    pn_hash_del(hash, UINTPTR_MAX);
    say("count %d size %zu", pn_refcount(value), pn_hash_size(hash));
    for (uintptr_t i = 0; i < 200; i++) pn_hash_put(hash, i * 64, value);
    uintptr_t sum = 0;
    for (pn_handle_t at = pn_hash_head(hash); at; at = pn_hash_next(hash, at)) sum += pn_hash_key(hash, at);
    say("sum %zu size %zu count %d", (size_t)sum, pn_hash_size(hash), pn_refcount(value));
    pn_free(hash);
    say("count %d", pn_refcount(value));
    pn_free(value);
}

static void a_record_keeps_values_through_their_classes(void)
{
    section("record");
    pn_record_t *record = pn_record();
    pn_handle_t key = (pn_handle_t)&alive, other = (pn_handle_t)object_class;
    say("fresh: context %d %d other %d", pn_record_has(record, PN_LEGCTX), pn_record_get(record, PN_LEGCTX) != NULL,
        pn_record_has(record, key));
    number_t *one = number(1), *two = number(2);
    pn_record_set(record, key, one);
    say("not defined: has %d get %d count %d", pn_record_has(record, key), pn_record_get(record, key) != NULL, pn_refcount(one));
    pn_record_def(record, key, object_class);
    say("defined: has %d get %d", pn_record_has(record, key), pn_record_get(record, key) != NULL);
    pn_record_set(record, key, one);
    say("set %d count %d", value_of(pn_record_get(record, key)), pn_refcount(one));
    pn_record_def(record, key, object_class);
    say("defined again %d", value_of(pn_record_get(record, key)));
    pn_record_set(record, key, one);
    say("set the same: count %d", pn_refcount(one));
    pn_record_set(record, key, two);
    say("replaced: counts %d %d", pn_refcount(one), pn_refcount(two));
    pn_record_def(record, other, weak_class);
    pn_record_set(record, other, two);
    pn_record_set(record, PN_LEGCTX, two);
    say("weak %d context %d count %d", value_of(pn_record_get(record, other)), value_of(pn_record_get(record, PN_LEGCTX)),
        pn_refcount(two));
    pn_record_set(record, other, NULL);
    say("unset %d has %d", pn_record_get(record, other) != NULL, pn_record_has(record, other));
    pn_record_clear(record);
    say("cleared: has %d %d context %d %d", pn_record_has(record, key), pn_record_has(record, other),
        pn_record_has(record, PN_LEGCTX), pn_record_get(record, PN_LEGCTX) != NULL);
    say("counts %d %d", pn_refcount(one), pn_refcount(two));
    for (uintptr_t i = 1; i < 40; i++) {
        pn_record_def(record, (pn_handle_t)i, object_class);
        pn_record_set(record, (pn_handle_t)i, one);
    }
    say("many: count %d get %d", pn_refcount(one), value_of(pn_record_get(record, (pn_handle_t)39)));
    say("text %s", object_text(record));
    pn_free(record);
    say("freed: count %d", pn_refcount(one));
    pn_free(one);
    pn_free(two);
    say("alive %d", alive);
}

int main(void)
{
    find_classes();
    a_list_keeps_order_and_references();
    ranges_are_deleted();
    a_list_grows();
    null_elements_are_kept();
    lists_are_compared_by_their_elements();
    weak_and_plain_lists_hold_nothing();
    a_list_serves_as_a_heap();
    iterators_walk_lists();
    iterators_take_a_function_of_the_program();
    a_map_finds_by_equality();
    a_map_grows_and_shrinks();
    strings_are_keys();
    a_hash_has_numbers_for_keys();
    a_record_keeps_values_through_their_classes();
    return 0;
}
