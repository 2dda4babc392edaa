/* Differential program: every function of pn_data_t, fill and scan with every letter, the text form, errors.
 *
 * Encoded bytes are printed for scalars and for compounds too large for the short form; small compounds are
 * described by what they decode to, since releases differ in which form they write. */
#include "transcript.h"

static void say_hex(const char *what, const char *start, ssize_t size)
{
    char out[3 * 64 + 16] = "";
    for (ssize_t i = 0; i < size && i < 64; i++) sprintf(out + strlen(out), " %02x", (unsigned char)start[i]);
    say("%s %zd:%s", what, size, out);
}

static void encode_one(const char *what, pn_data_t *data)
{
    char buffer[4096];
    ssize_t size = pn_data_encode(data, buffer, sizeof buffer);
    say("%s text=%s size=%zd", what, value_text(data), pn_data_encoded_size(data));
    say_hex(what, buffer, size);
    pn_data_t *back = pn_data(0);
    say("%s decoded=%zd", what, pn_data_decode(back, buffer, size > 0 ? (size_t)size : 0));
    say("%s again=%s type=%d", what, value_text(back), (int)pn_data_type(back));
    pn_data_free(back);
    pn_data_clear(data);
}

static void integers_take_their_shortest_form(void)
{
    section("integers");
    pn_data_t *data = pn_data(8);
    static const uint64_t values[] = {0, 1, 127, 128, 255, 256, 65535, 65536, 4294967295u, 4294967296u, UINT64_MAX};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        pn_data_put_uint(data, (uint32_t)values[i]); encode_one("uint", data);
        pn_data_put_ulong(data, values[i]); encode_one("ulong", data);
        pn_data_put_int(data, (int32_t)values[i]); encode_one("int", data);
        pn_data_put_long(data, -(int64_t)values[i]); encode_one("long", data);
        pn_data_put_ushort(data, (uint16_t)values[i]); encode_one("ushort", data);
        pn_data_put_short(data, (int16_t)values[i]); encode_one("short", data);
        pn_data_put_ubyte(data, (uint8_t)values[i]); encode_one("ubyte", data);
        pn_data_put_byte(data, (int8_t)values[i]); encode_one("byte", data);
    }
    pn_data_free(data);
}

static void other_scalars(void)
{
    section("scalars");
    pn_data_t *data = pn_data(8);
    pn_uuid_t uuid;
    pn_decimal128_t decimal;
    for (int i = 0; i < 16; i++) uuid.bytes[i] = decimal.bytes[i] = (char)(i * 17);
    pn_data_put_null(data); encode_one("null", data);
    pn_data_put_bool(data, true); encode_one("true", data);
    pn_data_put_bool(data, false); encode_one("false", data);
    pn_data_put_char(data, 'A'); encode_one("char", data);
    pn_data_put_timestamp(data, -5); encode_one("timestamp", data);
    pn_data_put_float(data, 1.5f); encode_one("float", data);
    pn_data_put_double(data, -0.1); encode_one("double", data);
    pn_data_put_double(data, 1e100); encode_one("big double", data);
    pn_data_put_decimal32(data, 7); encode_one("decimal32", data);
    pn_data_put_decimal64(data, 7); encode_one("decimal64", data);
    pn_data_put_decimal128(data, decimal); encode_one("decimal128", data);
    pn_data_put_uuid(data, uuid); encode_one("uuid", data);
    pn_data_put_binary(data, pn_bytes(5, "a\0\xff\"b")); encode_one("binary", data);
    pn_data_put_string(data, pn_bytes(6, "it's \\")); encode_one("string", data);
    pn_data_put_symbol(data, pn_bytes(3, "abc")); encode_one("symbol", data);
    pn_data_put_symbol(data, pn_bytes(5, "ab-c1")); encode_one("quoted symbol", data);
    pn_data_put_symbol(data, pn_bytes(0, "")); encode_one("empty symbol", data);
    pn_data_put_string(data, pn_bytes(0, NULL)); encode_one("empty string", data);
    static char large[300];
    memset(large, 'x', sizeof large);
    pn_data_put_string(data, pn_bytes(255, large)); encode_one("255", data);
    pn_data_put_string(data, pn_bytes(256, large)); encode_one("256", data);
    pn_data_put_binary(data, pn_bytes(300, large)); encode_one("300", data);
    pn_data_free(data);
}

/* A compound that no short form can hold. */
static void put_large(pn_data_t *data, int kind)
{
    if (kind == 0) pn_data_put_list(data);
    if (kind == 1) pn_data_put_map(data);
    if (kind == 2) pn_data_put_array(data, false, PN_INT);
    if (kind == 3) pn_data_put_array(data, true, PN_SYMBOL);
    pn_data_enter(data);
    if (kind == 3) pn_data_put_symbol(data, pn_bytes(4, "desc"));
    for (int i = 0; i < 100; i++) {
        char text[16];
        snprintf(text, sizeof text, "k%d", i);
        if (kind == 0) pn_data_put_long(data, i * 1000);
        if (kind == 1) {
            pn_data_put_symbol(data, pn_bytes(strlen(text), text));
            pn_data_put_uint(data, (uint32_t)i);
        }
        if (kind == 2) pn_data_put_int(data, i);
        if (kind == 3) pn_data_put_symbol(data, pn_bytes(strlen(text), text));
    }
    pn_data_exit(data);
}

static void compounds(void)
{
    section("compounds");
    pn_data_t *data = pn_data(8);
    static const char *const names[] = {"list", "map", "array", "described array"};
    for (int kind = 0; kind < 4; kind++) {
        put_large(data, kind);
        say("%s list=%zu map=%zu array=%zu described=%d/%d type=%d", names[kind], pn_data_get_list(data),
            pn_data_get_map(data), pn_data_get_array(data), pn_data_is_array_described(data), pn_data_is_described(data),
            (int)pn_data_get_array_type(data));
        encode_one(names[kind], data);
    }
    pn_data_put_list(data); encode_one("empty list", data);
    pn_data_put_described(data);
    say("described %d", pn_data_is_described(data));
    pn_data_enter(data);
    pn_data_put_ulong(data, 1);
    pn_data_put_int(data, 2);
    pn_data_exit(data);
    encode_one("described int", data);
    pn_data_put_int(data, 1);
    pn_data_put_string(data, pn_bytes(3, "two"));
    pn_data_put_null(data);
    encode_one("three values", data);
    pn_data_free(data);
}

static void walk(pn_data_t *data, int depth)
{
    while (pn_data_next(data)) {
        pn_type_t type = pn_data_type(data);
        say("%*s%s null=%d size=%zu", depth * 2, "", pn_type_name(type), pn_data_is_null(data), pn_data_size(data));
        if (type == PN_LIST || type == PN_MAP || type == PN_ARRAY || type == PN_DESCRIBED) {
            say("enter %d", pn_data_enter(data));
            walk(data, depth + 1);
            say("exit %d", pn_data_exit(data));
        }
    }
    say("next at the end %d", pn_data_next(data));
}

static void the_cursor_walks_the_tree(void)
{
    section("cursor");
    pn_data_t *data = pn_data(8);
    say("fill %d", pn_data_fill(data, "[iS{sI}n]Di[ii]@T[LLL]", 1, "two", "k", 3, 4, 5, 6, PN_ULONG, (uint64_t)7,
                                (uint64_t)8, (uint64_t)9));
    say("exit at root %d", pn_data_exit(data));
    pn_data_rewind(data);
    say("no current: type %d enter %d prev %d", (int)pn_data_type(data), pn_data_enter(data), pn_data_prev(data));
    walk(data, 0);
    say("prev %d", pn_data_prev(data));
    say("type %d", (int)pn_data_type(data));
    pn_data_rewind(data);
    pn_data_next(data);
    pn_handle_t mark = pn_data_point(data);
    pn_data_enter(data);
    pn_data_next(data);
    pn_data_narrow(data);
    pn_data_next(data);
    pn_data_rewind(data);
    bool narrowed = pn_data_next(data);
    say("narrowed %d %s", narrowed, bytes(pn_data_get_string(data)));
    pn_data_widen(data);
    say("restore %d", pn_data_restore(data, mark));
    say("type %d", (int)pn_data_type(data));
    pn_data_clear(data);
    pn_data_fill(data, "{sIsIsI}", "a", 1, "b", 2, "c", 3);
    pn_data_rewind(data);
    pn_data_next(data);
    pn_data_enter(data);
    bool found = pn_data_lookup(data, "b");
    say("lookup %d %u", found, pn_data_get_uint(data));
    found = pn_data_lookup(data, "c");
    say("lookup %d %u", found, pn_data_get_uint(data));
    say("lookup missing %d", pn_data_lookup(data, "a"));
    pn_data_clear(data);
    pn_data_put_int(data, 1);
    pn_data_put_int(data, 2);
    pn_data_rewind(data);
    pn_data_put_string(data, pn_bytes(4, "over"));
    say("overwritten %s size %zu", value_text(data), pn_data_size(data));
    pn_data_free(data);
}

static void getters_do_not_convert(void)
{
    section("getters");
    pn_data_t *data = pn_data(8);
    pn_data_put_int(data, -3);
    say("on int: %d %u %" PRId64 " %" PRIu64 " %d %g %s %zu", pn_data_get_int(data), pn_data_get_uint(data),
        pn_data_get_long(data), pn_data_get_ulong(data), pn_data_get_bool(data), pn_data_get_double(data),
        bytes(pn_data_get_string(data)), pn_data_get_list(data));
    pn_data_put_symbol(data, pn_bytes(3, "sym"));
    say("on symbol: %s %s %s %s", bytes(pn_data_get_symbol(data)), bytes(pn_data_get_string(data)),
        bytes(pn_data_get_binary(data)), bytes(pn_data_get_bytes(data)));
    pn_atom_t atom = pn_data_get_atom(data);
    say("atom type %d %s", (int)atom.type, bytes(atom.u.as_bytes));
    atom.type = PN_UBYTE;
    atom.u.as_ubyte = 200;
    say("put atom %d", pn_data_put_atom(data, atom));
    say("get %d", pn_data_get_ubyte(data));
    pn_data_put_char(data, 0x20ac);
    say("char %x", pn_data_get_char(data));
    pn_data_put_timestamp(data, 123456789012);
    say("timestamp %" PRId64, (int64_t)pn_data_get_timestamp(data));
    pn_data_put_float(data, 0.25f);
    say("float %g", (double)pn_data_get_float(data));
    pn_data_put_ushort(data, 60000);
    say("ushort %d", pn_data_get_ushort(data));
    pn_data_put_short(data, -6);
    say("short %d", pn_data_get_short(data));
    pn_data_put_byte(data, -7);
    say("byte %d", pn_data_get_byte(data));
    pn_data_put_decimal32(data, 5);
    say("decimal32 %u", pn_data_get_decimal32(data));
    pn_data_put_decimal64(data, 6);
    say("decimal64 %" PRIu64, pn_data_get_decimal64(data));
    pn_data_rewind(data);
    say("no current: null %d int %d atom %d", pn_data_is_null(data), pn_data_get_int(data), (int)pn_data_get_atom(data).type);
    for (int type = -1; type <= 27; type++)
        if (type < 26) say("type name %d %s", type, pn_type_name((pn_type_t)type));
    pn_data_free(data);
}

static void fill_takes_every_letter(void)
{
    section("fill");
    pn_data_t *data = pn_data(8), *other = pn_data(8);
    pn_atom_t atom = {.type = PN_LONG, .u.as_long = -9};
    const char *const symbols[] = {"x", NULL, "z"};
    say("%d", pn_data_fill(data, "noBbHhIiLltfd", 1, 300, -3, 70000, -4, 5u, -6, (uint64_t)7, (int64_t)-8, (int64_t)9, 1.5, 2.5));
    say("%s", value_text(data)); pn_data_clear(data);
    say("%d", pn_data_fill(data, "ZzzSSss", (size_t)3, "bin", (size_t)0, (char *)NULL, (size_t)0, "", "str", (char *)NULL, "sym", (char *)NULL));
    say("%s", value_text(data)); pn_data_clear(data);
    say("%d", pn_data_fill(data, "a", &atom));
    say("%s", value_text(data)); pn_data_clear(data);
    pn_data_fill(other, "[ii]S", 1, 2, "not copied");
    say("%d", pn_data_fill(data, "CCC", other, (pn_data_t *)NULL, other));
    say("%s", value_text(data)); pn_data_clear(data); pn_data_clear(other);
    pn_data_fill(other, "@T[s]", PN_SYMBOL, "alone");
    say("%d", pn_data_fill(data, "CM", other, other));
    say("%s", value_text(data)); pn_data_clear(data);
    say("%d", pn_data_fill(data, "?DL[?SSnI]?S", 1, (uint64_t)16, 0, "container-1", (char *)NULL, 965u, 1, "extra"));
    say("%s", value_text(data)); pn_data_clear(data);
    say("%d", pn_data_fill(data, "{S[iii]SI}", "foo", 1, 987, 3, "bar", 965u));
    say("%s", value_text(data)); pn_data_clear(data);
    say("%d", pn_data_fill(data, "*s@T[ii]DsDLi", 3, symbols, PN_INT, 4, 5, "outer", (uint64_t)1, 6));
    say("%s", value_text(data)); pn_data_clear(data);
    say("%d", pn_data_fill(data, "?[ii]?@T[ii]?i", 0, 1, 2, 0, PN_INT, 3, 4, 1, 5));
    say("%s", value_text(data)); pn_data_clear(data);
    say("open list %d", pn_data_fill(data, "[i", 1));
    pn_data_put_int(data, 2);
    say("%s", value_text(data)); pn_data_clear(data);
    say("unknown letter %d", pn_data_fill(data, "x"));
    pn_error_clear(pn_data_error(data)); pn_data_clear(data);
    say("exit at root %d", pn_data_fill(data, "]"));
    say("error %s", error_text(pn_data_error(data)));
    pn_data_free(data);
    pn_data_free(other);
}

static void scan_takes_every_letter(void)
{
    section("scan");
    pn_data_t *data = pn_data(8), *copy = pn_data(8);
    bool o = false, q[4] = {false, false, false, false};
    uint8_t B = 0; int8_t b = 0; uint16_t H = 0; int16_t h = 0; uint32_t I = 0; int32_t i = 0, j = 0; uint64_t L = 0; int64_t l = 0;
    pn_timestamp_t t = 0; float f = 0; double d = 0; pn_bytes_t z = {0, 0}, S = {0, 0}, s = {0, 0}; pn_char_t c = 0;
    pn_data_fill(data, "noBbHhIiLltfd", 1, 200, -3, 60000, -4, 5u, -6, (uint64_t)7, (int64_t)-8, (int64_t)9, 1.5, 2.5);
    pn_data_put_char(data, 'c');
    say("%d", pn_data_scan(data, "noBbHhIiLltfdc", &o, &B, &b, &H, &h, &I, &i, &L, &l, &t, &f, &d, &c));
    say("%d %d %d %d %d %u %d %" PRIu64 " %" PRId64 " %" PRId64 " %g %g %c", o, B, b, H, h, I, i, L, l, (int64_t)t, (double)f, d, (int)c);
    pn_data_clear(data);
    pn_data_fill(data, "ZSs", (size_t)3, "bin", "str", "sym");
    say("%d", pn_data_scan(data, "zSs", &z, &S, &s));
    say("%s %s %s", bytes(z), bytes(S), bytes(s));
    pn_data_clear(data);
    pn_data_fill(data, "DL[iSn[ii]]", (uint64_t)9, 1, "str", 3, 4);
    say("%d", pn_data_scan(data, "D?L[?iS]", &q[0], &L, &q[1], &i, &S));
    say("%d %" PRIu64 " %d %d %s", q[0], L, q[1], i, bytes(S));
    say("%d", pn_data_scan(data, "DL[.S.[ii]]", &L, &S, &i, &j));
    say("%" PRIu64 " %s %d %d", L, bytes(S), i, j);
    say("%d", pn_data_scan(data, "D?LC", &q[0], &L, copy));
    say("%d %s", q[0], value_text(copy));
    say("%d", pn_data_scan(data, "DL[ii]", &L, &i, &j));
    say("%d %d", i, j);
    say("%d", pn_data_scan(data, "D.[.S]", &S));
    say("%s", bytes(S));
    say("%d", pn_data_scan(data, "?[?i]?S", &q[0], &q[1], &i, &q[2], &S));
    say("%d %d %d", q[0], q[1], q[2]);
    pn_data_clear(data);
    pn_data_fill(data, "@T[ii]{SI}", PN_INT, 7, 8, "k", 9u);
    say("%d", pn_data_scan(data, "@[ii]{SI}", &i, &j, &S, &I));
    say("%d %d %s %u", i, j, bytes(S), I);
    say("nothing left %d", pn_data_scan(data, "..?i", &q[0], &i));
    say("%d %d", q[0], i);
    say("unknown letter %d", pn_data_scan(data, "x"));
    say("error %s", error_text(pn_data_error(data)));
    say("dangling mark %d", pn_data_scan(data, ".?", &q[0]));
    pn_data_free(data);
    pn_data_free(copy);
}

static void decode_one(const char *what, const char *input, size_t size)
{
    pn_data_t *data = pn_data(0);
    ssize_t result = pn_data_decode(data, input, size);
    say("%s: %zd error %s", what, result, error_text(pn_data_error(data)));
    if (result > 0) say("%s: %s size %zu", what, value_text(data), pn_data_size(data));
    pn_data_free(data);
}

#define DECODE(what, literal) decode_one(what, literal, sizeof(literal) - 1)

static void every_constructor_is_decoded(void)
{
    section("decode");
    decode_one("nothing", "", 0);
    DECODE("null", "\x40"); DECODE("true", "\x41"); DECODE("false", "\x42"); DECODE("uint0", "\x43");
    DECODE("ulong0", "\x44"); DECODE("list0", "\x45"); DECODE("ubyte", "\x50\xff"); DECODE("byte", "\x51\xff");
    DECODE("smalluint", "\x52\xff"); DECODE("smallulong", "\x53\xff"); DECODE("smallint", "\x54\xff");
    DECODE("smalllong", "\x55\xff"); DECODE("bool1", "\x56\x01"); DECODE("bool2", "\x56\x02"); DECODE("bool0", "\x56\x00");
    DECODE("ushort", "\x60\x01\x02"); DECODE("short", "\x61\xff\xfe"); DECODE("uint", "\x70\x00\x01\x02\x03");
    DECODE("int", "\x71\xff\xff\xff\xfe"); DECODE("float", "\x72\x3f\xc0\x00\x00"); DECODE("char", "\x73\x00\x00\x00\x41");
    DECODE("dec32", "\x74\x00\x00\x00\x07"); DECODE("ulong", "\x80\x00\x00\x00\x00\x00\x00\x01\x00");
    DECODE("long", "\x81\xff\xff\xff\xff\xff\xff\xff\xfe"); DECODE("double", "\x82\x3f\xf8\x00\x00\x00\x00\x00\x00");
    DECODE("timestamp", "\x83\x00\x00\x00\x00\x00\x00\x00\x05"); DECODE("dec64", "\x84\x00\x00\x00\x00\x00\x00\x00\x07");
    DECODE("dec128", "\x94" "0123456789abcdef"); DECODE("uuid", "\x98" "0123456789abcdef");
    DECODE("bin8", "\xa0\x02\x00\x01"); DECODE("str8", "\xa1\x02hi"); DECODE("sym8", "\xa3\x02hi");
    DECODE("bin32", "\xb0\x00\x00\x00\x02\x00\x01"); DECODE("str32", "\xb1\x00\x00\x00\x02hi");
    DECODE("sym32", "\xb3\x00\x00\x00\x02hi"); DECODE("list8", "\xc0\x05\x02\x54\x01\x54\x02");
    DECODE("list32", "\xd0\x00\x00\x00\x08\x00\x00\x00\x02\x54\x01\x54\x02"); DECODE("map8", "\xc1\x06\x02\xa1\x01k\x52\x01");
    DECODE("map32", "\xd1\x00\x00\x00\x09\x00\x00\x00\x02\xa1\x01k\x52\x01"); DECODE("array8", "\xe0\x04\x02\x54\x01\x02");
    DECODE("array32", "\xf0\x00\x00\x00\x07\x00\x00\x00\x02\x54\x01\x02"); DECODE("described", "\x00\x53\x10\xc0\x03\x01\xa1\x00");
    DECODE("described array", "\xe0\x08\x02\x00\xa3\x01" "d\x54\x01\x02"); DECODE("array of true", "\xe0\x02\x03\x41");
    DECODE("nested", "\xc0\x09\x02\xc0\x03\x01\x54\x01\xc0\x01\x00"); DECODE("trailing", "\x40\x40\x40");
    static const unsigned char bad[] = {0x01, 0x46, 0x57, 0x62, 0x75, 0xa2, 0xc2, 0xe1, 0xff};
    for (size_t k = 0; k < sizeof bad; k++) {
        char one[8] = {(char)bad[k], 0, 0, 0, 0, 0, 0, 0}, name[16];
        snprintf(name, sizeof name, "bad %02x", bad[k]);
        decode_one(name, one, sizeof one);
    }
    static const char whole[] = "\xd0\x00\x00\x00\x11\x00\x00\x00\x03\xa1\x02hi\x80\x00\x00\x00\x00\x00\x00\x00\x01\x40";
    for (size_t k = 1; k < sizeof whole - 1; k += 3) {
        pn_data_t *data = pn_data(0);
        say("cut at %zu: %d", k, pn_data_decode(data, whole, k) == PN_UNDERFLOW);
        pn_data_free(data);
    }
}

static void errors_and_copies(void)
{
    section("errors");
    pn_data_t *data = pn_data(8), *other = pn_data(8);
    char buffer[64];
    say("empty encode %zd size %zd", pn_data_encode(data, buffer, 0), pn_data_encoded_size(data));
    pn_data_put_long(data, 1234567890123);
    say("overflow %zd", pn_data_encode(data, buffer, 4));
    say("error %s errno %d", error_text(pn_data_error(data)), pn_data_errno(data));
    pn_error_clear(pn_data_error(data));
    pn_data_clear(data);
    pn_data_fill(data, "iS[ii]", 1, "two", 3, 4);
    pn_data_put_string(other, pn_bytes(5, "start"));
    say("append %d", pn_data_append(other, data));
    say("%s", value_text(other));
    say("appendn %d", pn_data_appendn(other, data, 2));
    say("%s", value_text(other));
    say("appendn none %d", pn_data_appendn(other, data, 0));
    say("%s", value_text(other));
    say("copy %d", pn_data_copy(other, data));
    say("%s type %d size %zu", value_text(other), (int)pn_data_type(other), pn_data_size(other));
    size_t size = 5;
    memset(buffer, '-', sizeof buffer);
    int result = pn_data_format(data, buffer, &size);
    say("format overflow %d size %zu", result, size);
    size = 17;
    result = pn_data_format(data, buffer, &size);
    say("format %d size %zu %s", result, size, text(buffer));
    printf("[errors] print: ");
    result = pn_data_print(data);
    printf(" %d\n", result);
    pn_data_dump(data);
    pn_data_clear(data);
    pn_data_dump(data);
    pn_data_free(data);
    pn_data_free(other);

    pn_error_t *error = pn_error(), *second = pn_error();
    say("fresh %s", error_text(error));
    say("set %d", pn_error_set(error, PN_ARG_ERR, "not this"));
    say("%s", error_text(error));
    say("format %d", pn_error_format(error, PN_STATE_ERR, "%s %d", "number", 7));
    say("%s", error_text(error));
    pn_error_copy(second, error);
    say("copy %s", error_text(second));
    pn_error_clear(error);
    say("cleared %s", error_text(error));
    for (int code = 1; code >= -12; code--) say("code %d %s", code, pn_code(code));
    pn_error_free(error);
    pn_error_free(second);
}

int main(void)
{
    integers_take_their_shortest_form();
    other_scalars();
    compounds();
    the_cursor_walks_the_tree();
    getters_do_not_convert();
    fill_takes_every_letter();
    scan_takes_every_letter();
    every_constructor_is_decoded();
    errors_and_copies();
    return 0;
}
