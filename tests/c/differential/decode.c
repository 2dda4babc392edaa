/* Differential program: what is read from bytes, good and bad, and where in the tree it lands. */
#include "legacy.h"

static void decode(const char *what, const void *input, size_t size)
{
    pn_data_t *data = pn_data(0);
    char *copy = malloc(size ? size : 1); /* so that reading past the end is seen by tools */
    memcpy(copy, input, size);
    ssize_t result = pn_data_decode(data, copy, size);
    memset(copy, '#', size);
    free(copy);
    if (result >= 0) say("%s: %zd %s nodes %zu", what, result, value_text(data), pn_data_size(data));
    else say("%s: %zd %s", what, result, error_text(pn_data_error(data)));
    pn_data_free(data);
}

#define DECODE(what, literal) decode(what, literal, sizeof(literal) - 1)

static void every_byte_may_be_a_constructor(void)
{
    section("constructors");
    for (int code = 0; code < 256; code++) {
        char input[40], what[8];
        memset(input, 0, sizeof input);
        input[0] = (char)code;
        snprintf(what, sizeof what, "%02x", code);
        if ((code & 0xf0) == 0xd0) memcpy(input + 1, "\0\0\0\4", 4);
        if (code == 0xc0 || code == 0xc1) input[1] = 1;
        if (code == 0xe0) memcpy(input + 1, "\2\0\x40", 3);
        if (code == 0xf0) memcpy(input + 1, "\0\0\0\5\0\0\0\0\x40", 9);
        if (code == 0) memcpy(input + 1, "\x40\x40", 2);
        decode(what, input, sizeof input);
    }
}

static void every_byte_may_be_the_constructor_of_an_array(void)
{
    section("array constructors");
    for (int code = 1; code < 256; code++) {
        char input[24], what[8];
        memset(input, 0, sizeof input);
        input[0] = (char)0xe0;
        input[2] = 1;
        input[3] = (char)code;
        /* One element, as wide as its type: zero bytes, or an empty compound. */
        static const unsigned char fixed[] = {0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 1, 4, 1, 4, 2, 5};
        unsigned char wide = fixed[code >> 4];
        if (code == 0xc0 || code == 0xc1) { input[4] = 1; wide = 2; }
        if (code == 0xd0 || code == 0xd1) { input[7] = 4; wide = 8; }
        if (code == 0xe0) { memcpy(input + 4, "\2\0\x40", 3); wide = 3; }
        if (code == 0xf0) { memcpy(input + 4, "\0\0\0\5\0\0\0\0\x40", 9); wide = 9; }
        input[1] = (char)(2 + wide);
        snprintf(what, sizeof what, "%02x", code);
        decode(what, input, 4u + wide);
    }
}

static const struct { const char *name, *start; size_t size; } good[] = {
#define GOOD(name, literal) {name, literal, sizeof(literal) - 1}
    GOOD("list", "\xc0\x0a\x03\x54\x01\xa1\x02hi\x60\x01\x02\x43"),
    GOOD("map", "\xd1\0\0\0\x0f\0\0\0\x04\xa3\x01k\x52\x01\xa1\x01s\xa0\x01\xff"),
    GOOD("array", "\xf0\0\0\0\x0d\0\0\0\x02\x71\0\0\0\x01\xff\xff\xff\xff"),
    GOOD("array of strings", "\xe0\x07\x02\xa1\x02hi\x01!"),
    GOOD("described array", "\xe0\x07\x02\x00\xa3\x01" "d\x50\x07"),
    GOOD("array of arrays", "\xe0\x0a\x02\xe0\x03\x01\x50\x09\x03\x01\x51\xff"),
    GOOD("described list", "\x00\x80\0\0\0\0\0\0\0\x70\xc0\x05\x03\x41\x40\x50\x04"),
    GOOD("nested", "\xc0\x10\x02\xc0\x04\x02\x54\x01\x41\xd0\0\0\0\x04\0\0\0\0"),
    GOOD("wide", "\x98" "0123456789abcdef"),
};
enum { GOODS = sizeof good / sizeof *good };

static void truncated_values_are_told_apart(void)
{
    section("truncated");
    for (size_t i = 0; i < GOODS; i++) {
        decode(good[i].name, good[i].start, good[i].size);
        for (size_t size = 0; size < good[i].size; size++) {
            char what[64];
            snprintf(what, sizeof what, "%s to %zu", good[i].name, size);
            decode(what, good[i].start, size);
        }
    }
}

static void a_wrong_byte_at_every_position(void)
{
    section("wrong bytes");
    static const unsigned char wrong[] = {0x00, 0x40, 0xa1, 0xff};
    for (size_t i = 0; i < GOODS; i++) {
        for (size_t at = 0; at < good[i].size; at++) {
            for (size_t k = 0; k < sizeof wrong; k++) {
                char what[64], input[64];
                memcpy(input, good[i].start, good[i].size);
                if (input[at] == (char)wrong[k]) continue;
                input[at] = (char)wrong[k];
                snprintf(what, sizeof what, "%s, %02x at %zu", good[i].name, wrong[k], at);
                decode(what, input, good[i].size);
            }
        }
    }
}

static void descriptors_may_be_any_scalar(void)
{
    section("descriptors");
    DECODE("null", "\x00\x40\x41");
    DECODE("list0", "\x00\x45\x41");
    DECODE("string", "\x00\xa1\x01" "d\x54\x01");
    DECODE("uuid", "\x00\x98" "0123456789abcdef\x41");
    DECODE("list8", "\x00\xc0\x01\x00\x41");
    DECODE("map32", "\x00\xd1\0\0\0\x04\0\0\0\0\x41");
    DECODE("array8", "\x00\xe0\x02\x00\x40\x41");
    DECODE("described", "\x00\x00\x40\x41\x42");
    DECODE("value described", "\x00\x53\x01\x00\x53\x02\x43");
    DECODE("value missing", "\x00\x53\x01");
    DECODE("both missing", "\x00");
    DECODE("in a list", "\xc0\x08\x02\x00\x53\x01\x41\xa1\x01x");
    DECODE("array of described", "\xe0\x07\x02\x00\xa3\x01" "d\x41");
    DECODE("array described twice", "\xe0\x09\x01\x00\x53\x01\x00\x53\x02\x50\x07");
}

static void values_land_at_the_cursor(void)
{
    section("where it lands");
    pn_data_t *data = pn_data(0);
    say("first %zd %s", pn_data_decode(data, "\x54\x01\x54\x02", 4), value_text(data));
    say("second %zd %s", pn_data_decode(data, "\x54\x02", 2), value_text(data));
    say("on it %d", pn_data_get_int(data));
    pn_data_rewind(data);
    ssize_t result = pn_data_decode(data, "\xc0\x03\x01\xa1\x00", 5);
    say("over the first %zd %s type %d", result, value_text(data), (int)pn_data_type(data));
    pn_data_enter(data);
    result = pn_data_decode(data, "\x41", 1);
    say("over an element %zd %s", result, value_text(data));
    result = pn_data_decode(data, "\x42", 1);
    say("after it %zd %s", result, value_text(data));
    say("exit %d next %d %d", pn_data_exit(data), pn_data_next(data), pn_data_get_int(data));
    result = pn_data_decode(data, "\x46", 1);
    say("bad %zd %s", result, value_text(data));
    pn_data_clear(data);
    pn_data_put_list(data);
    pn_data_enter(data);
    for (int i = 0; i < 3; i++) pn_data_decode(data, "\x00\x53\x09\xc0\x03\x01\x54\x05", 8);
    pn_data_exit(data);
    say("three inside %s count %zu", value_text(data), pn_data_get_list(data));
    pn_data_clear(data);
    static const char stream[] = "\x54\x01\xa1\x01s\x45\x00\x53\x01\x40";
    for (size_t at = 0; at < sizeof stream - 1; at += (size_t)result) {
        result = pn_data_decode(data, stream + at, sizeof stream - 1 - at);
        say("at %zu: %zd", at, result);
        if (result <= 0) break;
    }
    say("all %s", value_text(data));
    pn_data_free(data);
}

static void errors_stay_until_cleared(void)
{
    section("decode errors");
    pn_data_t *data = pn_data(0);
    say("cut %zd", pn_data_decode(data, "\x70\x00", 2));
    say("error %s errno %d", error_text(pn_data_error(data)), pn_data_errno(data));
    say("good %zd", pn_data_decode(data, "\x41", 1));
    say("error %s", error_text(pn_data_error(data)));
    pn_error_clear(pn_data_error(data));
    pn_data_clear(data);
    say("usable %zd %s %s", pn_data_decode(data, "\x41", 1), value_text(data), error_text(pn_data_error(data)));
    pn_data_free(data);
}

static void deep_and_wide_values_are_read(void)
{
    section("deep and wide");
    enum { DEPTH = 200, WIDTH = 60000 };
    static char input[5 * DEPTH + 1], large[WIDTH + 9];
    size_t at = 0;
    for (int i = 0; i < DEPTH; i++) {
        uint32_t size = (uint32_t)((DEPTH - i - 1) * 3 + 1 + 1);
        if (size > 255) { memcpy(input + at, "\x00\x43", 2); at += 2; continue; }
        input[at++] = (char)0xc0;
        input[at++] = (char)size;
        input[at++] = 1;
    }
    input[at++] = 0x41;
    pn_data_t *data = pn_data(0);
    say("deep whole %d nodes %zu", pn_data_decode(data, input, at) == (ssize_t)at, pn_data_size(data));
    int levels = 0;
    pn_data_rewind(data);
    while (pn_data_next(data) && (pn_data_type(data) == PN_LIST || pn_data_type(data) == PN_DESCRIBED)) {
        bool described = pn_data_type(data) == PN_DESCRIBED;
        pn_data_enter(data);
        if (described) pn_data_next(data);
        levels++;
    }
    say("levels %d bool %d", levels, pn_data_get_bool(data));
    pn_data_clear(data);
    memset(large, 0x41, sizeof large);
    memcpy(large, "\xd0\0\0\xea\x64\0\0\xea\x60", 9);
    say("wide %zd list", pn_data_decode(data, large, sizeof large));
    say("list %zu nodes %zu", pn_data_get_list(data), pn_data_size(data));
    pn_data_free(data);
}

static void a_tree_has_65535_nodes_at_most(void)
{
    section("node limit");
    pn_data_t *data = pn_data(0);
    int result = 0, count = 0;
    while (count < 70000 && !(result = pn_data_put_int(data, count))) count++;
    say("put %d then %d size %zu", count, result, pn_data_size(data));
    say("last %d", pn_data_get_int(data));
    say("text %s", pn_data_put_list(data) ? "refused" : "taken");
    pn_data_clear(data);
    say("usable %d", pn_data_put_int(data, 1));
    enum { WIDTH = 70000 };
    static char large[WIDTH + 9];
    memset(large, 0x41, sizeof large);
    memcpy(large, "\xd0\0\x01\x11\x74\0\x01\x11\x70", 9);
    pn_data_clear(data);
    say("list of 70000 %zd", pn_data_decode(data, large, sizeof large));
    pn_data_clear(data);
    pn_data_free(data);
}

int main(void)
{
    every_byte_may_be_a_constructor();
    every_byte_may_be_the_constructor_of_an_array();
    truncated_values_are_told_apart();
    a_wrong_byte_at_every_position();
    descriptors_may_be_any_scalar();
    values_land_at_the_cursor();
    errors_stay_until_cleared();
    deep_and_wide_values_are_read();
    a_tree_has_65535_nodes_at_most();
    return 0;
}
