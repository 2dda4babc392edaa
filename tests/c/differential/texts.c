/* Differential program: values as text, for people and for frame traces. */
#include "legacy.h"

static void show(const char *what, pn_data_t *data)
{
    char *buffer = malloc(20000);
    size_t size = 20000;
    int result = pn_data_format(data, buffer, &size);
    say("%s: %d %zu %s", what, result, size, buffer);
    pn_string_t *string = pn_string("");
    result = pn_inspect(data, string);
    if (result || strcmp(buffer, pn_string_get(string))) say("inspected: %d %s", result, pn_string_get(string));
    pn_free(string);
    free(buffer);
    pn_data_clear(data);
}

static void numbers_as_text(void)
{
    section("number texts");
    pn_data_t *data = pn_data(0);
    pn_data_fill(data, "noBbHhIiLlt", 1, 255, -128, 65535, -32768, UINT32_MAX, INT32_MIN, UINT64_MAX, INT64_MIN, INT64_MIN);
    show("integers", data);
    static const double values[] = {0.0, -0.0, 1.0, 0.1, 1e5, 1e6, 1e-4, 1e-5, 123456789.0, 1e100, 3.14159265358979, -2.5e-10, 100000.5,
                                    1.0 / 0.0, -1.0 / 0.0};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        pn_data_fill(data, "fd", values[i], values[i]);
        show("floating", data);
    }
    for (pn_char_t c = 33; c < 127; c += 31) { pn_data_put_char(data, c); show("char", data); }
    pn_data_put_decimal32(data, UINT32_MAX);
    pn_data_put_decimal64(data, UINT64_MAX);
    pn_decimal128_t decimal;
    pn_uuid_t uuid;
    for (int i = 0; i < 16; i++) { decimal.bytes[i] = (char)(i * 17); uuid.bytes[i] = (char)(0xff - i * 16); }
    pn_data_put_decimal128(data, decimal);
    pn_data_put_uuid(data, uuid);
    show("wide", data);
    pn_data_free(data);
}

static void bytes_as_text(void)
{
    section("byte texts");
    pn_data_t *data = pn_data(0);
    char all[256];
    for (int i = 0; i < 256; i++) all[i] = (char)i;
    for (int from = 0; from < 256; from += 32) {
        pn_data_put_binary(data, pn_bytes(32, all + from)); show("binary", data);
        pn_data_put_string(data, pn_bytes(32, all + from)); show("string", data);
        pn_data_put_symbol(data, pn_bytes(32, all + from)); show("symbol", data);
    }
    static const char *const symbols[] = {"", "a", "A1", "a-b", "amqp:list", "with space", "quo\"te", "Zz", "1a", "_"};
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        pn_data_put_symbol(data, pn_bytes(strlen(symbols[i]), symbols[i]));
        show("symbol", data);
    }
    pn_data_put_binary(data, pn_bytes(0, NULL)); show("no bytes", data);
    pn_data_free(data);
}

static void compounds_as_text(void)
{
    section("compound texts");
    pn_data_t *data = pn_data(0);
    pn_data_fill(data, "[][i][iS[n]]"  , 1, 2, "x"); show("lists", data);
    pn_data_fill(data, "{}{Si}{SiS}{[i]{Si}}", "k", 1, "k", 2, "odd", 3, "in", 4); show("maps", data);
    pn_data_fill(data, "@T[]@T[ii]@T[@T[S]]", PN_UUID, PN_INT, 1, 2, PN_ARRAY, PN_STRING, "s"); show("arrays", data);
    pn_data_put_array(data, true, PN_INT);
    show("described array, empty", data);
    pn_data_put_array(data, true, PN_INT);
    pn_data_enter(data);
    pn_data_put_symbol(data, pn_bytes(1, "d"));
    show("descriptor alone", data);
    pn_data_put_array(data, true, PN_INT);
    pn_data_enter(data);
    pn_data_fill(data, "Lii", (uint64_t)16, 1, 2);
    show("described array", data);
    pn_data_put_array(data, false, (pn_type_t)99);
    show("array of unknown", data);
    pn_data_fill(data, "DsiDsDsiDiiDn[n]", "d", 1, "o", "i", 2, 3, 4); show("described", data);
    pn_data_put_described(data);
    show("nothing described", data);
    pn_data_put_described(data);
    pn_data_enter(data);
    pn_data_put_int(data, 1);
    show("descriptor alone", data);
    pn_data_free(data);
}

static void known_lists_have_names(void)
{
    section("field names");
    pn_data_t *data = pn_data(0);
    for (uint64_t code = 0; code < 130; code++) {
        pn_data_fill(data, "DL[iiiiiiiiiiiiiiii]", code, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
        show("list", data);
    }
    pn_data_fill(data, "DL[nnini]", (uint64_t)16, 1, 2); show("nulls", data);
    pn_data_fill(data, "DL[]", (uint64_t)18); show("empty", data);
    pn_data_fill(data, "DLS", (uint64_t)119, "hi"); show("no list", data);
    pn_data_fill(data, "DLn", (uint64_t)16); show("null", data);
    pn_data_fill(data, "DL{Si}", (uint64_t)116, "k", 1); show("map", data);
    pn_data_fill(data, "DI[i]", 16u, 1); show("uint descriptor", data);
    pn_data_fill(data, "Ds[i]", "amqp:open:list", 1); show("symbolic", data);
    pn_data_fill(data, "DL[DL[SDL[i]]]", (uint64_t)24, (uint64_t)29, "cond", (uint64_t)16, 5); show("nested", data);
    pn_data_fill(data, "DL[i]", UINT64_MAX, 5); show("huge", data);
    pn_data_fill(data, "[DL[ni]DL[ni]]", (uint64_t)112, 1, (uint64_t)115, 2); show("in a list", data);
    pn_data_free(data);
}

/* Only a list has fields with names. */
static void other_values_of_known_types(void)
{
    section("no field names");
    pn_data_t *data = pn_data(0);
    pn_data_fill(data, "DL{Si}", (uint64_t)112, "k", 1); show("a map for a header", data);
    pn_data_fill(data, "DL@T[ii]", (uint64_t)115, PN_INT, 1, 2); show("an array for properties", data);
    pn_data_fill(data, "DL@T[nn]", (uint64_t)115, PN_NULL); show("nulls for properties", data);
    pn_data_fill(data, "DLDsi", (uint64_t)16, "d", 1); show("described for an open", data);
    pn_data_free(data);
}

static void a_text_needs_its_room(void)
{
    section("format room");
    pn_data_t *data = pn_data(0);
    pn_data_fill(data, "[iS]", 12345, "text");
    for (size_t room = 1; room < 20; room++) {
        char buffer[32];
        memset(buffer, '-', sizeof buffer);
        size_t size = room;
        int result = pn_data_format(data, buffer, &size);
        say("room %zu: %d size %zu %s", room, result, size, result ? shown(buffer, 2) : text(buffer));
    }
    char none[4] = "---";
    size_t size = 0;
    int result = pn_data_format(data, none, &size);
    say("no room: %d size %zu %s", result, size, none);
    pn_data_clear(data);
    size = 1;
    result = pn_data_format(data, none, &size);
    say("nothing: %d size %zu %s", result, size, text(none));
    pn_data_free(data);
}

static void printing_and_dumping(void)
{
    section("print");
    pn_data_t *data = pn_data(0);
    pn_data_fill(data, "[iS]{sL}Ds@T[oo]nZ", 1, "two", "k", (uint64_t)3, "d", PN_BOOL, 1, 0, (size_t)2, "zz");
    printf("[print] ");
    int result = pn_data_print(data);
    printf(" %d\n", result);
    section("dump");
    pn_data_dump(data);
    pn_data_rewind(data);
    pn_data_dump(data);
    pn_data_next(data);
    pn_data_enter(data);
    pn_data_next(data);
    pn_data_dump(data);
    pn_data_put_int(data, 5);
    pn_data_dump(data);
    section("long print");
    pn_data_clear(data);
    for (int i = 0; i < 400; i++) pn_data_put_int(data, i);
    printf("[long print] ");
    result = pn_data_print(data);
    printf(" %d\n", result);
    pn_data_free(data);
}

static void types_have_names(void)
{
    section("type names");
    for (int type = -3; type < 30; type++) if (type != 26) say("%d %s", type, pn_type_name((pn_type_t)type));
}

int main(void)
{
    numbers_as_text();
    bytes_as_text();
    compounds_as_text();
    known_lists_have_names();
    other_values_of_known_types();
    a_text_needs_its_room();
    printing_and_dumping();
    types_have_names();
    return 0;
}
