/* Differential program: every letter of pn_data_fill and pn_data_scan, alone and in company, right and wrong. */
#include "legacy.h"

static pn_data_t *data;

static void say_data(const char *what, int result)
{
    say("%s: %d %s nodes %zu type %d error %s", what, result, value_text(data), pn_data_size(data), (int)pn_data_type(data),
        error_text(pn_data_error(data)));
}

static void fresh(void)
{
    pn_error_clear(pn_data_error(data));
    pn_data_clear(data);
}

#define FILL(...) (fresh(), say_data(#__VA_ARGS__, pn_data_fill(data, __VA_ARGS__)))

static void letters_of_numbers(void)
{
    section("fill numbers");
    FILL("n");
    FILL("oo", 1, 0);
    FILL("o", 256);
    FILL("BBB", 0, 255, 300);
    FILL("bbb", -128, 127, 200);
    FILL("HH", 65535, 65536);
    FILL("hh", -32768, 40000);
    FILL("II", 0u, 4294967295u);
    FILL("ii", INT32_MIN, INT32_MAX);
    FILL("LL", (uint64_t)0, UINT64_MAX);
    FILL("ll", INT64_MIN, INT64_MAX);
    FILL("tt", (int64_t)-1, (int64_t)1700000000000);
    FILL("ff", 0.5, 1e10);
    FILL("dd", -0.25, 1e100);
    FILL("");
}

static void letters_of_bytes(void)
{
    section("fill bytes");
    FILL("z", (size_t)3, "a\0b");
    FILL("z", (size_t)0, "x");
    FILL("z", (size_t)0, (char *)NULL);
    FILL("Z", (size_t)2, "ab");
    FILL("Z", (size_t)0, "ab");
    FILL("SS", "text", "");
    FILL("S", (char *)NULL);
    FILL("ss", "sym", "");
    FILL("s", (char *)NULL);
    FILL("[zSs]", (size_t)0, (char *)NULL, (char *)NULL, (char *)NULL);
}

static void letters_of_compounds(void)
{
    section("fill compounds");
    FILL("[]");
    FILL("{}");
    FILL("[[[i]]i]i", 1, 2, 3);
    FILL("{S[ii]S{Si}}", "a", 1, 2, "b", "c", 3);
    FILL("@T[]", PN_ULONG);
    FILL("@T[iii]", PN_INT, 1, 2, 3);
    FILL("@T[@T[i]@T[]]", PN_ARRAY, PN_INT, 1, PN_LONG);
    FILL("@T[[i][]]i", PN_LIST, 1, 2);
    FILL("@T[{Si}]", PN_MAP, "k", 1);
    FILL("[@T[ss]n]", PN_SYMBOL, "a", "b");
    FILL("Dsi", "d", 1);
    FILL("Dsii", "d", 1, 2);
    FILL("DL[i]i", (uint64_t)1, 2, 3);
    FILL("DsDsDsi", "a", "b", "c", 1);
    FILL("[Dsii]", "d", 1, 2);
    FILL("DDsisi", "inner", 1, "outer", 2);
    FILL("[DL{SDL[i]}n]", (uint64_t)1, "k", (uint64_t)2, 3);
    FILL("[i}i", 1, 2);
    FILL("{ii]i", 1, 2, 3);
}

static void the_question_mark_leaves_out(void)
{
    section("fill conditions");
    FILL("?i", 1, 5);
    FILL("?i", 0, 5);
    FILL("?i?i?i", 1, 5, 0, 6, 1, 7);
    FILL("[?i?S]", 0, 5, 1, "kept");
    FILL("?[ii]i", 0, 1, 2, 3);
    FILL("?[ii]i", 1, 1, 2, 3);
    FILL("?{Si}i", 0, "k", 1, 2);
    FILL("?@T[ii]i", 0, PN_INT, 1, 2, 3);
    FILL("?DL[i]i", 0, (uint64_t)1, 2, 3);
    FILL("?DL?[i]i", 1, (uint64_t)1, 0, 2, 3);
    FILL("??i", 0, 1, 5);
    FILL("??ii", 1, 0, 5, 6);
    FILL("?Di?ii", 1, 2, 0, 3, 4);
    FILL("?n?o", 0, 0, 1);
    FILL("[?[?i]?i]", 1, 0, 1, 1, 2);
}

static void trees_go_into_trees(void)
{
    section("fill trees");
    pn_data_t *source = pn_data(0), *empty = pn_data(0);
    pn_data_fill(source, "[iS]S", 1, "two", "second");
    FILL("C", source);
    FILL("CC", source, source);
    FILL("[CiC]", source, 5, empty);
    FILL("C", empty);
    FILL("C", (pn_data_t *)NULL);
    FILL("?Ci", 0, source, 1);
    FILL("DLC", (uint64_t)5, source);
    FILL("M", source);
    FILL("M", empty);
    FILL("M", (pn_data_t *)NULL);
    pn_data_clear(source);
    pn_data_fill(source, "@T[]", PN_SYMBOL);
    FILL("MC", source, source);
    pn_data_clear(source);
    pn_data_fill(source, "@T[s]s", PN_SYMBOL, "alone", "not this");
    FILL("MC", source, source);
    pn_data_clear(source);
    pn_data_fill(source, "@T[ss]", PN_SYMBOL, "one", "two");
    FILL("[M]", source);
    pn_data_clear(source);
    pn_data_fill(source, "@T[[i]]", PN_LIST, 1);
    FILL("M", source);
    pn_data_clear(source);
    pn_data_fill(source, "iii", 1, 2, 3);
    pn_data_rewind(source);
    pn_data_next(source);
    pn_data_narrow(source);
    FILL("C", source);
    say("source at %d", pn_data_get_int(source));
    pn_data_free(source);
    pn_data_free(empty);
}

static void atoms_of_every_type(void)
{
    section("fill atoms");
    pn_atom_t atom = {.type = PN_NULL};
    FILL("a", &atom);
    FILL("a", (pn_atom_t *)NULL);
    for (int type = PN_BOOL; type <= PN_SYMBOL; type++) {
        memset(&atom, 0, sizeof atom);
        atom.type = (pn_type_t)type;
        if (type >= PN_BINARY) atom.u.as_bytes = pn_bytes(2, "hi");
        else memset(&atom.u, 1, 1);
        fresh();
        say_data(pn_type_name(atom.type), pn_data_fill(data, "[a]", &atom));
        pn_data_rewind(data);
        pn_atom_t back = pn_data_get_atom(data);
        say("no current %d", (int)back.type);
        pn_data_next(data);
        pn_data_enter(data);
        pn_data_next(data);
        back = pn_data_get_atom(data);
        say("back %d same %d", (int)back.type, type >= PN_BINARY ? back.u.as_bytes.size == 2 : !memcmp(&back.u, &atom.u, 1));
    }
}

static void many_symbols_at_once(void)
{
    section("fill stars");
    char *symbols[] = {"one", NULL, "three"};
    FILL("*s", 3, symbols);
    FILL("[*si]", 2, symbols, 9);
    FILL("*s", 0, symbols);
    FILL("@T[*s]", PN_SYMBOL, 1, symbols);
    FILL("*S", 1, symbols);
    FILL("*", 1, symbols);
}

static void filling_goes_on_where_it_was(void)
{
    section("fill in parts");
    fresh();
    say_data("open list", pn_data_fill(data, "[i", 1));
    say_data("more", pn_data_fill(data, "i", 2));
    say_data("closed", pn_data_fill(data, "]i", 3));
    fresh();
    say_data("open array", pn_data_fill(data, "@T[i", PN_INT, 1));
    say_data("more", pn_data_fill(data, "i]", 2));
    fresh();
    pn_data_fill(data, "iii", 1, 2, 3);
    pn_data_rewind(data);
    say_data("over the first two", pn_data_fill(data, "SS", "one", "two"));
    pn_data_rewind(data);
    pn_data_next(data);
    say_data("a list over the second", pn_data_fill(data, "[S]", "in"));
    fresh();
    pn_data_put_map(data);
    pn_data_enter(data);
    say_data("inside a map", pn_data_fill(data, "sIsI", "a", 1u, "b", 2u));
}

static void wrong_formats_are_refused(void)
{
    section("fill errors");
    FILL("c", 'x');
    FILL("ixi", 1, 2);
    FILL("]");
    FILL("}");
    FILL("i]i", 1, 2);
    FILL(" ");
    FILL("[T]", PN_INT);
    FILL("[i", 1);
    FILL("[i i]", 1, 2);
    FILL("%d", 1);
}

#define SCAN(...) say("%s: %d error %s", #__VA_ARGS__, pn_data_scan(data, __VA_ARGS__), error_text(pn_data_error(data)))

static void scanning_matches_types_exactly(void)
{
    section("scan types");
    fresh();
    pn_data_fill(data, "noBbHhIiLltfdzSs", 1, 2, -2, 3, -3, 4u, -4, (uint64_t)5, (int64_t)-5, (int64_t)6, 0.5, 0.25, (size_t)1, "z", "S", "s");
    pn_data_put_char(data, 'c');
    static const char letters[] = "noBbHhIiLltfdzSsc";
    for (const char *letter = letters; *letter; letter++) {
        char format[40];
        uint64_t slots[17][2];
        bool matched[17];
        memset(slots, 0x55, sizeof slots);
        memset(matched, 0x55, sizeof matched);
        size_t at = 0;
        for (int i = 0; i < 17; i++) { format[at++] = '?'; format[at++] = *letter; }
        format[at] = '\0';
        int result = *letter == 'n'
            ? pn_data_scan(data, format, &matched[0], &matched[1], &matched[2], &matched[3], &matched[4], &matched[5], &matched[6],
                           &matched[7], &matched[8], &matched[9], &matched[10], &matched[11], &matched[12], &matched[13],
                           &matched[14], &matched[15], &matched[16])
            : pn_data_scan(data, format, &matched[0], slots[0], &matched[1], slots[1], &matched[2], slots[2], &matched[3], slots[3],
                           &matched[4], slots[4], &matched[5], slots[5], &matched[6], slots[6], &matched[7], slots[7], &matched[8], slots[8],
                           &matched[9], slots[9], &matched[10], slots[10], &matched[11], slots[11], &matched[12], slots[12],
                           &matched[13], slots[13], &matched[14], slots[14], &matched[15], slots[15], &matched[16], slots[16]);
        char flags[18] = "", zeros[18] = "";
        for (int i = 0; i < 17; i++) {
            flags[i] = matched[i] ? '1' : '0';
            zeros[i] = *(char *)slots[i] ? '1' : '0';
        }
        say("%c: %d matched %.17s set %.17s", *letter, result, flags, zeros);
    }
}

static void scanning_goes_in_and_out(void)
{
    section("scan compounds");
    int32_t i = 0, j = 0, k = 0;
    pn_bytes_t s = {0, NULL}, S = {0, NULL};
    bool q[4];
    uint64_t L = 0;
    fresh();
    pn_data_fill(data, "[i[ii]i]i", 1, 2, 3, 4, 5);
    SCAN("[i[ii]i]i", &i, &j, &k, &i, &j);
    say("%d %d %d", i, j, k);
    SCAN("[.[.i]i].", &j, &k);
    say("%d %d", j, k);
    SCAN("[i]i", &i, &j);
    say("leaving early %d %d", i, j);
    SCAN("[iiii]i", &i, &j, &k, &i, &j);
    say("wrong type inside %d %d %d", i, j, k);
    SCAN("..?i", &q[0], &i);
    say("past the end %d %d", q[0], i);
    SCAN("?[i?i]?i", &q[0], &i, &q[1], &j, &q[2], &k);
    say("%d %d %d: %d %d %d", q[0], q[1], q[2], i, j, k);
    SCAN("?Si", &q[0], &S, &i);
    say("a list for a string %d %d", q[0], i);
    fresh();
    pn_data_fill(data, "{sSsS}DsDL[iS]@T[ii]i", "k", "v", "l", "w", "outer", (uint64_t)9, 6, "in", PN_INT, 7, 8, 9);
    SCAN("{sSsS}", &s, &S, &s, &S);
    say("%s %s", bytes(s), bytes(S));
    SCAN(".DsDL[iS]@[ii]i", &s, &L, &i, &S, &j, &k, &i);
    say("%s %" PRIu64 " %s %d %d %d", bytes(s), L, bytes(S), i, j, k);
    SCAN(".D?s?.@[i]?i", &q[0], &s, &q[1], &j, &q[2], &i);
    say("%d %d %d: %d %d", q[0], q[1], q[2], i, j);
    SCAN(".D.D.[.S]@[.i]", &S, &i);
    say("%s %d", bytes(S), i);
    SCAN("..@[ii].", &i, &j);
    say("%d %d", i, j);
}

static void what_does_not_match_is_zeroed(void)
{
    section("scan mismatches");
    int32_t i = 7, j = 7;
    pn_bytes_t S = {7, "seventh"};
    bool q[4] = {true, true, true, true};
    uint64_t L = 7;
    fresh();
    pn_data_fill(data, "i[i]S", 1, 2, "end");
    SCAN("D?L[?i]?S", &q[0], &L, &q[1], &i, &q[2], &S);
    say("no described: %d %d %d: %" PRIu64 " %d %s", q[0], q[1], q[2], L, i, bytes(S));
    i = j = 7;
    SCAN("[?i]?[i]S", &q[0], &i, &q[1], &j, &S);
    say("no list first: %d %d: %d %d %s", q[0], q[1], i, j, bytes(S));
    i = j = 7;
    SCAN("@[i]i", &i, &j);
    say("no array: %d %d", i, j);
    i = j = 7;
    SCAN("i@[?i]?S", &i, &q[0], &j, &q[1], &S);
    say("no array second: %d %d: %d %d %s", q[0], q[1], i, j, bytes(S));
    fresh();
    i = 7;
    SCAN("?i", &q[0], &i);
    say("nothing at all: %d %d", q[0], i);
    fresh();
    pn_data_fill(data, "DL[n]", (uint64_t)16);
    i = 7;
    SCAN("D?L[?SiI]", &q[0], &L, &q[1], &S, &i, &j);
    say("fields missing: %d %d: %" PRIu64 " %s %d %d", q[0], q[1], L, bytes(S), i, j);
}

static void trees_and_atoms_are_taken_out(void)
{
    section("scan trees");
    pn_data_t *copy = pn_data(0);
    bool q = false;
    pn_atom_t atom;
    int32_t i = 0;
    fresh();
    pn_data_fill(data, "[i[iS]n{Si}]", 1, 2, "in", "k", 3);
    SCAN("[iC]", &i, copy);
    say("%d %s", i, value_text(copy));
    SCAN("[...C]", copy);
    say("appended %s", value_text(copy));
    pn_data_clear(copy);
    SCAN("[..?C]", &q, copy);
    say("null %d %s", q, value_text(copy));
    SCAN("[C.C]", copy, copy);
    say("two %s", value_text(copy));
    memset(&atom, 0, sizeof atom);
    fresh();
    pn_data_fill(data, "[SinL]", "text", 4, (uint64_t)5);
    SCAN("[.a]", &atom);
    say("atom %d %d", (int)atom.type, atom.u.as_int);
    SCAN("[a]", &atom);
    say("atom %d", (int)atom.type);
    SCAN("[..a]", &atom);
    say("null %d", (int)atom.type);
    SCAN("[...a]", &atom);
    say("atom %d %" PRIu64, (int)atom.type, atom.u.as_ulong);
    pn_data_free(copy);
}

static void wrong_scan_formats_are_refused(void)
{
    section("scan errors");
    int32_t i = 0;
    bool q = false, r = false;
    fresh();
    pn_data_fill(data, "[i]i", 1, 2);
    SCAN("x", &i);
    fresh();
    pn_data_fill(data, "[i]i", 1, 2);
    SCAN(".?", &q);
    fresh();
    pn_data_fill(data, "[i]i", 1, 2);
    SCAN("??i", &q, &r, &i);
    fresh();
    pn_data_fill(data, "[i]i", 1, 2);
    SCAN("]", &i);
    fresh();
    pn_data_fill(data, "[i]i", 1, 2);
    SCAN("[i]]", &i);
    SCAN("", &i);
    say("%d", i);
}

int main(void)
{
    data = pn_data(0);
    letters_of_numbers();
    letters_of_bytes();
    letters_of_compounds();
    the_question_mark_leaves_out();
    trees_go_into_trees();
    atoms_of_every_type();
    many_symbols_at_once();
    filling_goes_on_where_it_was();
    wrong_formats_are_refused();
    scanning_matches_types_exactly();
    scanning_goes_in_and_out();
    what_does_not_match_is_zeroed();
    trees_and_atoms_are_taken_out();
    wrong_scan_formats_are_refused();
    pn_data_free(data);
    return 0;
}
