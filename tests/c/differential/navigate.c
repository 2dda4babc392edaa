/* Differential program: the cursor of a value tree: moving, marking, narrowing, overwriting, looking up, copying. */
#include "legacy.h"

static const char *here(pn_data_t *data)
{
    static char pool[4][64];
    static unsigned turn;
    char *out = pool[turn++ % 4];
    pn_type_t type = pn_data_type(data);
    if (type == PN_INVALID) snprintf(out, sizeof pool[0], "nowhere");
    else if (type == PN_INT) snprintf(out, sizeof pool[0], "int %d", pn_data_get_int(data));
    else if (type == PN_STRING) snprintf(out, sizeof pool[0], "string %.*s", (int)pn_data_get_string(data).size, pn_data_get_string(data).start);
    else snprintf(out, sizeof pool[0], "%s", pn_type_name(type));
    return out;
}

static void say_here(const char *what, bool result, pn_data_t *data)
{
    say("%s %d: %s", what, result, here(data));
}

static pn_data_t *sample(void)
{
    pn_data_t *data = pn_data(0);
    pn_data_fill(data, "i[i[i]i]{SiSi}Dsi@T[ii]S", 1, 2, 3, 4, "a", 5, "b", 6, "desc", 7, PN_INT, 8, 9, "end");
    pn_data_rewind(data);
    return data;
}

static void moving_in_every_direction(void)
{
    section("moving");
    pn_data_t *data = sample();
    say_here("at the start", true, data);
    say_here("prev", pn_data_prev(data), data);
    say_here("exit", pn_data_exit(data), data);
    say_here("enter", pn_data_enter(data), data);
    for (int i = 0; i < 8; i++) say_here("next", pn_data_next(data), data);
    for (int i = 0; i < 7; i++) say_here("prev", pn_data_prev(data), data);
    pn_data_next(data);
    say_here("enter list", pn_data_enter(data), data);
    say_here("prev", pn_data_prev(data), data);
    say_here("next", pn_data_next(data), data);
    say_here("enter int", pn_data_enter(data), data);
    say_here("next", pn_data_next(data), data);
    say_here("exit int", pn_data_exit(data), data);
    say_here("next", pn_data_next(data), data);
    say_here("enter inner", pn_data_enter(data), data);
    say_here("next", pn_data_next(data), data);
    say_here("next", pn_data_next(data), data);
    say_here("exit", pn_data_exit(data), data);
    say_here("exit", pn_data_exit(data), data);
    say_here("exit", pn_data_exit(data), data);
    say_here("next", pn_data_next(data), data);
    pn_data_rewind(data);
    say_here("rewound", true, data);
    pn_data_free(data);
}

static void counting_what_is_inside(void)
{
    section("counting");
    pn_data_t *data = sample();
    do {
        say("%s: list %zu map %zu array %zu of %d described %d/%d null %d", here(data), pn_data_get_list(data), pn_data_get_map(data),
            pn_data_get_array(data), (int)pn_data_get_array_type(data), pn_data_is_array_described(data),
            pn_data_is_described(data), pn_data_is_null(data));
    } while (pn_data_next(data));
    say("size %zu", pn_data_size(data));
    pn_data_clear(data);
    pn_data_put_array(data, true, PN_SYMBOL);
    say("described array, empty %zu", pn_data_get_array_type(data) == PN_SYMBOL ? pn_data_size(data) : 99);
    pn_data_enter(data);
    pn_data_put_int(data, 1);
    pn_data_put_symbol(data, pn_bytes(1, "s"));
    pn_data_exit(data);
    say("described array %zu %d", pn_data_get_array(data), pn_data_is_array_described(data));
    pn_data_free(data);
}

static void marks_are_restored(void)
{
    section("marks");
    pn_data_t *data = sample();
    pn_handle_t start = pn_data_point(data);
    pn_data_next(data);
    pn_handle_t first = pn_data_point(data);
    pn_data_next(data);
    pn_data_enter(data);
    pn_handle_t inside = pn_data_point(data);
    pn_data_next(data);
    pn_data_next(data);
    pn_handle_t inner = pn_data_point(data);
    say_here("restore first", pn_data_restore(data, first), data);
    say_here("next", pn_data_next(data), data);
    say_here("restore inside", pn_data_restore(data, inside), data);
    say_here("next", pn_data_next(data), data);
    say_here("exit", pn_data_exit(data), data);
    say_here("restore inner", pn_data_restore(data, inner), data);
    say_here("next", pn_data_next(data), data);
    say_here("restore start", pn_data_restore(data, start), data);
    say_here("next", pn_data_next(data), data);
    say_here("unknown", pn_data_restore(data, (pn_handle_t)(intptr_t)5000), data);
    pn_data_free(data);
}

static void narrowing_moves_the_start(void)
{
    section("narrowing");
    pn_data_t *data = sample(), *copy = pn_data(0);
    pn_data_next(data);
    pn_data_next(data);
    pn_data_narrow(data);
    say_here("narrowed", true, data);
    pn_data_rewind(data);
    say_here("rewound", true, data);
    say_here("next", pn_data_next(data), data);
    say_here("prev", pn_data_prev(data), data);
    say_here("prev", pn_data_prev(data), data);
    pn_data_rewind(data);
    say_here("enter", pn_data_enter(data), data);
    pn_data_narrow(data);
    say_here("next", pn_data_next(data), data);
    say_here("next", pn_data_next(data), data);
    pn_data_rewind(data);
    say_here("rewound inside", true, data);
    say_here("next", pn_data_next(data), data);
    say_here("exit", pn_data_exit(data), data);
    say_here("next", pn_data_next(data), data);
    say("text %s", value_text(data));
    char buffer[200];
    say("encoded whole %d", pn_data_encode(data, buffer, sizeof buffer) == pn_data_encoded_size(data));
    say("append %d: %s", pn_data_append(copy, data), value_text(copy));
    say_here("source", true, data);
    pn_data_widen(data);
    say_here("widened", true, data);
    pn_data_rewind(data);
    say_here("rewound", true, data);
    say_here("next", pn_data_next(data), data);
    say("append %d: %s", pn_data_append(copy, data), value_text(copy));
    pn_data_next(data);
    pn_data_narrow(data);
    pn_data_clear(data);
    pn_data_put_int(data, 1);
    pn_data_rewind(data);
    say_here("after clear", pn_data_next(data), data);
    pn_data_free(data);
    pn_data_free(copy);
}

static void keys_are_looked_up(void)
{
    section("lookup");
    pn_data_t *data = pn_data(0);
    pn_data_fill(data, "{SisiSiziIiSi}", "one", 1, "two", 2, "", 3, (size_t)5, "three", 4, 7u, 5, "one", 6);
    pn_data_rewind(data);
    pn_data_next(data);
    static const char *const keys[] = {"one", "two", "", "three", "missing", "on", "one "};
    for (size_t i = 0; i < 7; i++) {
        pn_data_enter(data);
        bool found = pn_data_lookup(data, keys[i]);
        say("%s: %d %s", text(keys[i]), found, here(data));
        pn_data_exit(data);
    }
    pn_data_enter(data);
    bool found = pn_data_lookup(data, "one");
    say_here("one", found, data);
    found = pn_data_lookup(data, "one");
    say_here("one again", found, data);
    found = pn_data_lookup(data, "one");
    say_here("no third", found, data);
    pn_data_clear(data);
    pn_data_fill(data, "[SiS]", "k", 1, "last");
    pn_data_rewind(data);
    pn_data_next(data);
    pn_data_enter(data);
    found = pn_data_lookup(data, "k");
    say_here("in a list", found, data);
    found = pn_data_lookup(data, "last");
    say_here("a key without a value", found, data);
    pn_data_clear(data);
    found = pn_data_lookup(data, "k");
    say_here("in nothing", found, data);
    pn_data_fill(data, "SiSi", "a", 1, "b", 2);
    pn_data_rewind(data);
    found = pn_data_lookup(data, "b");
    say_here("at the root", found, data);
    pn_data_free(data);
}

static void putting_overwrites_what_follows(void)
{
    section("overwriting");
    pn_data_t *data = sample();
    pn_data_put_string(data, pn_bytes(3, "one"));
    say("scalar over scalar %s nodes %zu", value_text(data), pn_data_size(data));
    pn_data_put_int(data, 2);
    say("scalar over list %s nodes %zu", value_text(data), pn_data_size(data));
    pn_data_put_list(data);
    say("list over map %s nodes %zu entry %zu", value_text(data), pn_data_size(data), pn_data_get_list(data));
    pn_data_enter(data);
    pn_data_put_int(data, 3);
    pn_data_exit(data);
    pn_data_put_array(data, false, PN_INT);
    say("array over described %s", value_text(data));
    pn_data_put_described(data);
    say("described over array %s", value_text(data));
    pn_data_put_null(data);
    pn_data_put_null(data);
    say("over the last and behind %s nodes %zu", value_text(data), pn_data_size(data));
    pn_data_prev(data);
    pn_data_prev(data);
    pn_data_enter(data);
    pn_data_put_symbol(data, pn_bytes(1, "d"));
    pn_data_put_ulong(data, 1);
    pn_data_put_ulong(data, 2);
    say("three in described %s", value_text(data));
    pn_data_rewind(data);
    pn_data_next(data);
    pn_data_next(data);
    pn_data_next(data);
    pn_data_enter(data);
    pn_data_put_bool(data, true);
    say("first in list %s count", value_text(data));
    pn_data_put_bool(data, false);
    pn_data_exit(data);
    say("second in list %zu", pn_data_get_list(data));
    pn_data_free(data);
}

static void trees_are_copied_and_appended(void)
{
    section("copying");
    pn_data_t *data = sample(), *copy = pn_data(0);
    pn_data_next(data);
    pn_data_next(data);
    say("copy %d: %s", pn_data_copy(copy, data), value_text(copy));
    say_here("source", true, data);
    say_here("copy", true, copy);
    say("nodes %zu %zu", pn_data_size(data), pn_data_size(copy));
    pn_data_clear(copy);
    for (int limit = -1; limit < 4; limit++) {
        say("append %d: %d", limit, pn_data_appendn(copy, data, limit));
        say("%s", value_text(copy));
        pn_data_clear(copy);
    }
    pn_data_put_list(copy);
    pn_data_enter(copy);
    pn_data_put_int(copy, 0);
    pn_data_appendn(copy, data, 2);
    pn_data_exit(copy);
    say("into a list %s count %zu", value_text(copy), pn_data_get_list(copy));
    pn_data_rewind(copy);
    pn_data_appendn(copy, data, 1);
    say("over the list %s", value_text(copy));
    pn_data_clear(data);
    say("append nothing %d: %s", pn_data_append(copy, data), value_text(copy));
    say("copy nothing %d: %s size %zu", pn_data_copy(copy, data), value_text(copy), pn_data_size(copy));
    pn_data_free(data);
    pn_data_free(copy);
}

static void getters_on_the_wrong_type(void)
{
    section("wrong getters");
    pn_data_t *data = pn_data(0);
    pn_data_fill(data, "noBbHhIiLltfdzSs[i]{Si}@T[i]Dsi", 1, 2, -2, 3, -3, 4u, -4, (uint64_t)5, (int64_t)-5, (int64_t)6, 0.5, 0.25,
                 (size_t)1, "z", "S", "s", 1, "k", 2, PN_INT, 3, "d", 4);
    pn_data_put_char(data, 'c');
    pn_data_put_decimal32(data, 32);
    pn_data_put_decimal64(data, 64);
    pn_data_rewind(data);
    do {
        say("%s: %d %u %d %u %d %u %d %c", pn_type_name(pn_data_type(data)), pn_data_get_bool(data), pn_data_get_ubyte(data),
            pn_data_get_byte(data), pn_data_get_ushort(data), pn_data_get_short(data), pn_data_get_uint(data), pn_data_get_int(data),
            pn_data_get_char(data) ? (int)pn_data_get_char(data) : '-');
        say("  %" PRIu64 " %" PRId64 " %" PRId64 " %g %g %u %" PRIu64 " %d %d", pn_data_get_ulong(data), pn_data_get_long(data),
            (int64_t)pn_data_get_timestamp(data), (double)pn_data_get_float(data), pn_data_get_double(data),
            pn_data_get_decimal32(data), pn_data_get_decimal64(data), pn_data_get_decimal128(data).bytes[0], pn_data_get_uuid(data).bytes[0]);
        say("  %s %s %s %s atom %d", bytes(pn_data_get_binary(data)), bytes(pn_data_get_string(data)), bytes(pn_data_get_symbol(data)),
            bytes(pn_data_get_bytes(data)), (int)pn_data_get_atom(data).type);
    } while (pn_data_next(data));
    pn_data_free(data);
}

int main(void)
{
    moving_in_every_direction();
    counting_what_is_inside();
    marks_are_restored();
    narrowing_moves_the_start();
    keys_are_looked_up();
    putting_overwrites_what_follows();
    trees_are_copied_and_appended();
    getters_on_the_wrong_type();
    return 0;
}
