/* Differential program: what is written, byte for byte where the releases agree.
 *
 * Small lists, maps and arrays take the short form from 0.41 on, and the long one before. So they are shown as
 * `long_form` finds them: every compound rewritten with a size and count of four bytes each. */
#include "legacy.h"

static const char *hex(const unsigned char *start, size_t size)
{
    static char pool[4][1200];
    static unsigned turn;
    char *out = pool[turn++ % 4];
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < size && i < 300; i++) at += (size_t)sprintf(out + at, "%02x ", start[i]);
    if (size > 300) sprintf(out + at, "+%zu", size - 300);
    return out;
}

/* The bytes after a constructor of a scalar, by the standard's rule for constructors. */
static size_t width(unsigned char code, const unsigned char *start)
{
    static const unsigned char fixed[] = {0, 1, 2, 4, 8, 16};
    if (code >> 4 < 0xa) return fixed[(code >> 4) - 4];
    return code >> 4 == 0xa ? 1u + start[0] : 4u + ((uint32_t)start[0] << 24 | start[1] << 16 | start[2] << 8 | start[3]);
}

static void put_number(unsigned char *out, uint32_t value)
{
    for (int i = 0; i < 4; i++) out[i] = (unsigned char)(value >> (24 - 8 * i));
}

/* Copies one value with its compounds in the long form; gives how much was read. */
static size_t long_form(const unsigned char *in, unsigned char *out, size_t *written)
{
    unsigned char code = in[0];
    if (code == 0x00) {
        *out = 0;
        size_t some = 0, rest = 0, used = 1 + long_form(in + 1, out + 1, &some);
        used += long_form(in + used, out + 1 + some, &rest);
        *written = 1 + some + rest;
        return used;
    }
    bool is_short = code == 0xc0 || code == 0xc1 || code == 0xe0, is_long = code == 0xd0 || code == 0xd1 || code == 0xf0;
    if (!is_short && !is_long) {
        size_t size = 1 + width(code, in + 1);
        memcpy(out, in, size);
        *written = size;
        return size;
    }
    uint32_t size = is_short ? in[1] : width(0xb0, in + 1) - 4, count = is_short ? in[2] : width(0xb0, in + 5) - 4;
    size_t used = is_short ? 3 : 9, end = (is_short ? 2 : 5) + size, at = 9;
    out[0] = (unsigned char)(is_short ? code + 0x10 : code);
    if (code == 0xe0 || code == 0xf0) {
        memcpy(out + at, in + used, end - used);
        at += end - used;
    } else {
        for (uint32_t i = 0; i < count; i++) {
            size_t one = 0;
            used += long_form(in + used, out + at, &one);
            at += one;
        }
    }
    put_number(out + 1, (uint32_t)at - 5);
    put_number(out + 5, count);
    *written = at;
    return end;
}

/* Encodes all values, checks sizes on the way, and shows the bytes. Empties the tree. */
static void encode(const char *what, pn_data_t *data)
{
    static unsigned char buffer[200000], wide[400000];
    ssize_t size = pn_data_encode(data, (char *)buffer, sizeof buffer), expected = pn_data_encoded_size(data);
    if (size < 0 || size != expected) {
        say("%s: %zd, expected %zd, error %s", what, size, expected, error_text(pn_data_error(data)));
    } else {
        size_t at = 0, out = 0;
        while (at < (size_t)size) {
            size_t one = 0;
            at += long_form(buffer + at, wide + out, &one);
            out += one;
        }
        say("%s: %zu bytes read to the end %d: %s", what, out, at == (size_t)size, hex(wide, out));
    }
    pn_error_clear(pn_data_error(data));
    pn_data_clear(data);
}

static void numbers_at_the_edges_of_their_width(void)
{
    section("number widths");
    pn_data_t *data = pn_data(0);
    static const int64_t edges[] = {0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, -32768, 65535, 65536, INT32_MAX, INT32_MIN,
                                    UINT32_MAX, (int64_t)UINT32_MAX + 1, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        int64_t at = edges[i];
        say("at %" PRId64, at);
        pn_data_put_ubyte(data, (uint8_t)at); pn_data_put_byte(data, (int8_t)at);
        pn_data_put_ushort(data, (uint16_t)at); pn_data_put_short(data, (int16_t)at);
        encode("small", data);
        pn_data_put_uint(data, (uint32_t)at); encode("uint", data);
        pn_data_put_int(data, (int32_t)at); encode("int", data);
        pn_data_put_ulong(data, (uint64_t)at); encode("ulong", data);
        pn_data_put_long(data, at); encode("long", data);
        pn_data_put_timestamp(data, at); encode("timestamp", data);
        pn_data_put_char(data, (pn_char_t)at); encode("char", data);
    }
    pn_data_free(data);
}

static void floating_numbers_keep_their_bits(void)
{
    section("floating numbers");
    pn_data_t *data = pn_data(0);
    static const double values[] = {0.0, -0.0, 1.5, -0.1, 1e300, 1e-300, 5e-324, 1.0 / 0.0, -1.0 / 0.0};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        pn_data_put_double(data, values[i]);
        pn_data_put_float(data, (float)values[i]);
        encode("both", data);
    }
    pn_data_put_decimal32(data, 0xfffffff0); encode("decimal32", data);
    pn_data_put_decimal64(data, 0xfedcba9876543210); encode("decimal64", data);
    pn_decimal128_t decimal = {"0123456789abcde"};
    pn_data_put_decimal128(data, decimal); encode("decimal128", data);
    pn_uuid_t uuid = {"\xff\xfe\xfd"};
    pn_data_put_uuid(data, uuid); encode("uuid", data);
    pn_data_put_bool(data, true); pn_data_put_bool(data, false); pn_data_put_null(data); encode("constants", data);
    pn_data_free(data);
}

static void bytes_take_a_wide_length_from_256_on(void)
{
    section("byte lengths");
    static char large[70000];
    memset(large, 'b', sizeof large);
    pn_data_t *data = pn_data(0);
    static const size_t sizes[] = {0, 1, 254, 255, 256, 257, 65535, 65536};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char buffer[6] = {0};
        for (int kind = 0; kind < 3; kind++) {
            if (kind == 0) pn_data_put_binary(data, pn_bytes(sizes[i], large));
            else if (kind == 1) pn_data_put_string(data, pn_bytes(sizes[i], large));
            else pn_data_put_symbol(data, pn_bytes(sizes[i], large));
            static char out[80000];
            ssize_t size = pn_data_encode(data, out, sizeof out);
            memcpy(buffer, out, size < 6 ? (size_t)size : 6);
            say("kind %d of %zu: %zd %zd %s", kind, sizes[i], size, pn_data_encoded_size(data), hex(buffer, 6));
            pn_data_clear(data);
        }
    }
    pn_data_put_binary(data, pn_bytes(0, NULL));
    encode("no bytes", data);
    pn_data_free(data);
}

static void compounds_at_the_edge_of_the_short_form(void)
{
    section("compounds of 255 bytes");
    static char large[300];
    memset(large, 'e', sizeof large);
    pn_data_t *data = pn_data(0), *back = pn_data(0);
    static const char *const names[] = {"list", "map", "array", "described list"};
    for (int kind = 0; kind < 4; kind++) {
        for (size_t size = 236; size < 262; size++) {
            char buffer[600];
            if (kind == 0) pn_data_fill(data, "[z]", size, large);
            else if (kind == 1) pn_data_fill(data, "{Iz}", 1u, size, large);
            else if (kind == 2) pn_data_fill(data, "@T[z]", PN_BINARY, size, large);
            else pn_data_fill(data, "DL[z]", (uint64_t)1, size, large);
            ssize_t written = pn_data_encode(data, buffer, sizeof buffer);
            ssize_t read = pn_data_decode(back, buffer, (size_t)written);
            pn_data_rewind(back);
            pn_data_next(back);
            pn_data_enter(back);
            pn_data_next(back);
            if (kind == 1) pn_data_next(back);
            if (kind == 3) { pn_data_next(back); pn_data_enter(back); pn_data_next(back); }
            say("%s of %zu: whole %d size %d content %zu", names[kind], size, read == written,
                pn_data_encoded_size(data) == written, pn_data_get_binary(back).size);
            pn_data_clear(data);
            pn_data_clear(back);
        }
    }
    for (int count = 253; count < 259; count++) {
        pn_data_put_list(data);
        pn_data_enter(data);
        for (int i = 0; i < count; i++) pn_data_put_null(data);
        encode("nulls", data);
        pn_data_put_array(data, false, PN_UBYTE);
        pn_data_enter(data);
        for (int i = 0; i < count; i++) pn_data_put_ubyte(data, 1);
        encode("ubytes", data);
    }
    pn_data_free(data);
    pn_data_free(back);
}

static void put_by_type(pn_data_t *data, pn_type_t type, int i)
{
    pn_decimal128_t decimal = {"decimal-of-128b"};
    pn_uuid_t uuid = {"uuid-of-16-byte"};
    switch (type) {
    case PN_NULL: pn_data_put_null(data); break;
    case PN_BOOL: pn_data_put_bool(data, i % 2); break;
    case PN_UBYTE: pn_data_put_ubyte(data, (uint8_t)i); break;
    case PN_BYTE: pn_data_put_byte(data, (int8_t)-i); break;
    case PN_USHORT: pn_data_put_ushort(data, (uint16_t)i); break;
    case PN_SHORT: pn_data_put_short(data, (int16_t)-i); break;
    case PN_UINT: pn_data_put_uint(data, (uint32_t)i); break;
    case PN_INT: pn_data_put_int(data, -i); break;
    case PN_CHAR: pn_data_put_char(data, (pn_char_t)i); break;
    case PN_ULONG: pn_data_put_ulong(data, (uint64_t)i); break;
    case PN_LONG: pn_data_put_long(data, -i); break;
    case PN_TIMESTAMP: pn_data_put_timestamp(data, i); break;
    case PN_FLOAT: pn_data_put_float(data, (float)i / 2); break;
    case PN_DOUBLE: pn_data_put_double(data, i / 4.0); break;
    case PN_DECIMAL32: pn_data_put_decimal32(data, (uint32_t)i); break;
    case PN_DECIMAL64: pn_data_put_decimal64(data, (uint64_t)i); break;
    case PN_DECIMAL128: pn_data_put_decimal128(data, decimal); break;
    case PN_UUID: pn_data_put_uuid(data, uuid); break;
    case PN_BINARY: pn_data_put_binary(data, pn_bytes((size_t)i % 4, "b\0n")); break;
    case PN_STRING: pn_data_put_string(data, pn_bytes((size_t)i % 4, "str")); break;
    case PN_SYMBOL: pn_data_put_symbol(data, pn_bytes((size_t)i % 4, "sym")); break;
    case PN_DESCRIBED: pn_data_fill(data, "DLi", (uint64_t)i, -i); break;
    case PN_ARRAY: pn_data_fill(data, "@T[iii]", PN_INT, i, i + 1, i + 2); break;
    case PN_LIST: pn_data_fill(data, i % 2 ? "[iS]" : "[]", i, "x"); break;
    case PN_MAP: pn_data_fill(data, i % 2 ? "{Si}" : "{}", "k", i); break;
    default: break;
    }
}

static void arrays_of_every_type(void)
{
    section("arrays");
    pn_data_t *data = pn_data(0), *back = pn_data(0);
    for (int type = PN_NULL; type <= PN_MAP; type++) {
        for (int described = 0; described < 2; described++) {
            char what[64], buffer[1000];
            pn_data_put_array(data, described, (pn_type_t)type);
            pn_data_enter(data);
            if (described) pn_data_put_symbol(data, pn_bytes(1, "d"));
            for (int i = 1; i <= 3; i++) put_by_type(data, (pn_type_t)type, i);
            pn_data_exit(data);
            say("%s", value_text(data));
            ssize_t size = pn_data_encode(data, buffer, sizeof buffer);
            snprintf(what, sizeof what, "%s %d", pn_type_name((pn_type_t)type), described);
            encode(what, data);
            if (size < 0 || type == PN_DESCRIBED) continue; /* which is no valid array of described values */
            say("read %d", pn_data_decode(back, buffer, (size_t)size) == size);
            say("%s elements %zu described %d", value_text(back), pn_data_get_array(back), pn_data_is_array_described(back));
            encode("again", back);
        }
    }
    pn_data_free(data);
    pn_data_free(back);
}

static void empty_compounds(void)
{
    section("empty compounds");
    pn_data_t *data = pn_data(0);
    pn_data_put_list(data); encode("list", data);
    pn_data_put_map(data); encode("map", data);
    for (int type = PN_NULL; type <= PN_MAP; type++) {
        pn_data_put_array(data, false, (pn_type_t)type);
        encode(pn_type_name((pn_type_t)type), data);
        pn_data_put_array(data, true, (pn_type_t)type);
        pn_data_enter(data);
        pn_data_put_ulong(data, 9);
        encode("described", data);
    }
    pn_data_fill(data, "[[[]]{}@T[]]", PN_SYMBOL); encode("nested", data);
    pn_data_fill(data, "{S{}S[]}", "a", "b"); encode("in a map", data);
    pn_data_put_array(data, false, PN_LIST);
    pn_data_enter(data);
    pn_data_put_list(data);
    pn_data_put_list(data);
    encode("lists in an array", data);
    pn_data_put_map(data);
    pn_data_enter(data);
    pn_data_put_string(data, pn_bytes(1, "k"));
    encode("a key without a value", data);
    pn_data_free(data);
}

static void described_values_nest(void)
{
    section("described values");
    pn_data_t *data = pn_data(0);
    pn_data_fill(data, "DsDLi", "outer", (uint64_t)300, 7); encode("value described twice", data);
    pn_data_fill(data, "DL[Ds[Dsi]n]", (uint64_t)0, "a", "b", 1); encode("lists", data);
    pn_data_fill(data, "{DsSDsS}", "k", "key", "v", "value"); encode("in a map", data);
    pn_data_fill(data, "DnnDoiDzs", true, 5, (size_t)2, "bb", "sym"); encode("odd descriptors", data);
    pn_data_fill(data, "DL[nn]", (uint64_t)112); encode("nulls at the end", data);
    pn_data_fill(data, "DL[nonn]", (uint64_t)112, true); encode("more of them", data);
    pn_data_fill(data, "[nonn]", true); encode("plain list", data);
    pn_data_fill(data, "DL[i[nn]{Sn}]", (uint64_t)1, 1, "k"); encode("inner nulls", data);
    pn_data_free(data);
}

static void nulls_at_the_end_of_described_lists(void)
{
    section("trailing nulls");
    pn_data_t *data = pn_data(0);
    static const int counts[][2] = {{0, 2}, {1, 0}, {1, 1}, {2, 3}};
    for (size_t i = 0; i < 4; i++) {
        pn_data_put_described(data);
        pn_data_enter(data);
        pn_data_put_ulong(data, 112);
        pn_data_put_list(data);
        pn_data_enter(data);
        for (int k = 0; k < counts[i][0]; k++) pn_data_put_bool(data, true);
        for (int k = 0; k < counts[i][1]; k++) pn_data_put_null(data);
        pn_data_exit(data);
        pn_data_exit(data);
        encode("by hand", data);
    }
    pn_data_decode(data, "\x00\x53\x70\xc0\x03\x02\x41\x40", 8);
    say("still there %s", value_text(data));
    encode("decoded", data);
    pn_data_free(data);
}

static void every_short_buffer_overflows(void)
{
    section("short buffers");
    pn_data_t *data = pn_data(0);
    pn_data_fill(data, "iSZ[iS]{SI}@T[II]DLS", 1000000, "string", (size_t)3, "bin", -1, "in", "k", 70000u, PN_UINT, 1u, 2u,
                 (uint64_t)70000, "described");
    ssize_t whole = pn_data_encoded_size(data);
    int overflows = 0, other = 0;
    for (ssize_t size = 0; size < whole; size++) {
        char *buffer = malloc((size_t)size + 1);
        ssize_t result = pn_data_encode(data, buffer, (size_t)size);
        if (result == PN_OVERFLOW) overflows++;
        else other++;
        if (size == 3) say("error %s", error_text(pn_data_error(data)));
        free(buffer);
    }
    say("all overflow %d other %d", overflows == whole, other);
    char *buffer = malloc((size_t)whole);
    say("exact %d", pn_data_encode(data, buffer, (size_t)whole) == whole);
    say("error stays %s", error_text(pn_data_error(data)));
    free(buffer);
    pn_data_free(data);
}

static void the_cursor_does_not_matter(void)
{
    section("encoding and cursor");
    pn_data_t *data = pn_data(0);
    char first[64], second[64];
    pn_data_fill(data, "i[iS]S", 1, 2, "in", "end");
    ssize_t size = pn_data_encode(data, first, sizeof first);
    say("at the end: type %d", (int)pn_data_type(data));
    pn_data_rewind(data);
    pn_data_next(data);
    pn_data_next(data);
    pn_data_enter(data);
    pn_data_next(data);
    pn_data_narrow(data);
    say("inside: same %d", pn_data_encode(data, second, sizeof second) == size && !memcmp(first, second, (size_t)size));
    say("still there %d", pn_data_get_int(data));
    say("size %d", pn_data_encoded_size(data) == size);
    pn_data_clear(data);
    say("nothing %zd", pn_data_encode(data, NULL, 0));
    pn_data_free(data);
}

int main(void)
{
    numbers_at_the_edges_of_their_width();
    floating_numbers_keep_their_bits();
    bytes_take_a_wide_length_from_256_on();
    compounds_at_the_edge_of_the_short_form();
    arrays_of_every_type();
    empty_compounds();
    described_values_nest();
    nulls_at_the_end_of_described_lists();
    every_short_buffer_overflows();
    the_cursor_does_not_matter();
    return 0;
}
