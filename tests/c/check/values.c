/* Self-checking: value trees and messages used as no program should, and what is better here than it was.
 *
 * The calls below crash older releases, write where they should not, or give what is wrong without a word. */
#include "check.h"
#include "legacy.h"

#include <proton/message.h>

static void bytes_may_come_from_the_same_tree(void)
{
    pn_data_t *data = pn_data(1);
    pn_data_put_string(data, pn_bytes(5, "bytes"));
    for (int i = 0; i < 300; i++) {
        pn_data_rewind(data);
        pn_data_next(data);
        pn_bytes_t first = pn_data_get_string(data);
        while (pn_data_next(data)) {}
        if (i % 3 == 0) pn_data_put_string(data, first);
        else if (i % 3 == 1) pn_data_put_symbol(data, first);
        else pn_data_put_binary(data, first);
    }
    int wrong = 0, count = 0;
    pn_data_rewind(data);
    while (pn_data_next(data)) {
        pn_bytes_t each = pn_data_get_bytes(data);
        wrong += each.size != 5 || memcmp(each.start, "bytes", 6) != 0; /* a NUL follows */
        count++;
    }
    CHECK(wrong == 0 && count == 301);
    pn_data_append(data, data);
    pn_data_copy(data, data);
    CHECK(pn_data_encoded_size(data) > 0);
    pn_data_free(data);
}

static void unknown_marks_and_rooms_are_refused(void)
{
    pn_data_t *data = pn_data(0);
    pn_data_fill(data, "[ii]", 1, 2);
    static const intptr_t marks[] = {1, 77, -77, INTPTR_MAX, INTPTR_MIN, -1};
    for (int i = 1; i < 5; i++) CHECK(!pn_data_restore(data, (pn_handle_t)marks[i]));
    pn_data_clear(data);
    CHECK(!pn_data_restore(data, (pn_handle_t)marks[0]));
    char text[4] = "---";
    size_t size = 0;
    pn_data_put_int(data, 5);
    CHECK(pn_data_format(data, text, &size) == PN_OVERFLOW && size == 0 && !strcmp(text, "---"));
    CHECK(pn_data_format(data, NULL, &size) == PN_OVERFLOW);
    CHECK(pn_data_enter(data));
    CHECK(pn_data_put_int(data, 6) == PN_ERR);
    CHECK(pn_data_exit(data));
    CHECK(pn_data_get_int(data) == 5);
    pn_data_free(data);
}

static void arrays_convert_or_refuse(void)
{
    char buffer[64];
    pn_data_t *data = pn_data(0), *back = pn_data(0);
    pn_data_fill(data, "@T[iI]", PN_LONG, -5, 7u);
    ssize_t size = pn_data_encode(data, buffer, sizeof buffer);
    CHECK(size > 0 && size == pn_data_encoded_size(data));
    CHECK(pn_data_decode(back, buffer, (size_t)size) == size);
    pn_data_rewind(back);
    CHECK(pn_data_next(back) && pn_data_enter(back) && pn_data_next(back) && pn_data_get_long(back) == -5);
    CHECK(pn_data_next(back) && pn_data_get_long(back) == 7);
    static const pn_type_t types[] = {PN_INT, PN_STRING, PN_LIST, PN_MAP, PN_ARRAY, PN_UUID, PN_DESCRIBED, (pn_type_t)99, (pn_type_t)0};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        pn_data_clear(data);
        pn_error_clear(pn_data_error(data));
        pn_data_fill(data, "@T[iS[]{}]", types[i], 1, "two");
        CHECK(pn_data_encode(data, buffer, sizeof buffer) == PN_ERR);
        CHECK(pn_data_encoded_size(data) == PN_ERR);
        CHECK(pn_data_errno(data) == PN_ERR);
    }
    pn_data_clear(data);
    pn_data_put_array(data, true, PN_INT);
    CHECK(pn_data_get_array(data) == 0); /* described, without its descriptor */
    pn_data_free(data);
    pn_data_free(back);
}

static void compounds_of_255_bytes_are_written_right(void)
{
    static const char *const formats[] = {"[z]", "{nz}", "@T[z]"};
    pn_data_t *data = pn_data(0), *back = pn_data(0);
    char bytes[256], *buffer = malloc(400);
    memset(bytes, 'b', sizeof bytes);
    for (int kind = 0; kind < 3; kind++) {
        for (size_t length = 240; length < 256; length++) {
            pn_data_clear(data);
            pn_data_clear(back);
            if (kind == 2) pn_data_fill(data, formats[kind], PN_BINARY, length, bytes);
            else pn_data_fill(data, formats[kind], length, bytes);
            ssize_t size = pn_data_encoded_size(data);
            if (!check(pn_data_encode(data, buffer, (size_t)size) == size, "an exact buffer is enough")) continue;
            check((unsigned char)buffer[0] >= 0xd0 || (unsigned char)buffer[1] == size - 2, "the short form states its size");
            check(pn_data_decode(back, buffer, (size_t)size) == size, "it can be read again");
        }
    }
    free(buffer);
    pn_data_free(data);
    pn_data_free(back);
}

static void siblings_of_a_doubly_described_value_stay_in_the_list(void)
{
    static const char input[] = "\xc0\x09\x02\x00\x53\x01\x00\x53\x02\x43\x41";
    char buffer[32];
    pn_data_t *data = pn_data(0);
    CHECK(pn_data_decode(data, input, sizeof input - 1) == sizeof input - 1);
    CHECK(pn_data_get_list(data) == 2);
    CHECK(pn_data_encode(data, buffer, sizeof buffer) == sizeof input - 1 && !memcmp(buffer, input, sizeof input - 1));
    pn_data_free(data);
}

static void limits_hold_for_decoding_and_putting(void)
{
    pn_data_t *data = pn_data(0);
    pn_data_set_decode_limits(NULL, 1, 1);
    pn_data_set_decode_limits(data, 3, 0);
    CHECK(pn_data_decode(data, "\xc0\x04\x03\x41\x41\x41", 6) == PN_OUT_OF_MEMORY);
    CHECK(pn_data_errno(data) == PN_OUT_OF_MEMORY);
    pn_error_clear(pn_data_error(data));
    pn_data_clear(data);
    CHECK(pn_data_decode(data, "\xc0\x03\x02\x41\x41", 5) == 5);
    CHECK(pn_data_put_int(data, 1) == PN_OUT_OF_MEMORY); /* the limit outlives clear and counts what is put */
    pn_error_clear(pn_data_error(data));
    pn_data_clear(data);
    pn_data_set_decode_limits(data, 0, 8);
    CHECK(pn_data_put_string(data, pn_bytes(7, "1234567")) == 0);
    CHECK(pn_data_put_string(data, pn_bytes(1, "8")) == PN_OUT_OF_MEMORY);
    pn_error_clear(pn_data_error(data));
    pn_data_clear(data);
    pn_data_set_decode_limits(data, 0, 0);
    CHECK(pn_data_put_string(data, pn_bytes(20, "12345678901234567890")) == 0);
    pn_data_free(data);
}

static void large_bodies_stay_whole(void)
{
    enum { COUNT = 100000 };
    pn_message_t *m = pn_message(), *back = pn_message();
    pn_data_t *body = pn_message_body(m);
    pn_data_put_list(body);
    pn_data_enter(body);
    for (int i = 0; i < COUNT; i++) pn_data_put_int(body, i);
    pn_rwbytes_t buffer = {0, NULL};
    ssize_t size = pn_message_encode2(m, &buffer);
    CHECK(size > COUNT);
    CHECK(pn_message_decode(back, buffer.start, (size_t)size) == 0);
    CHECK(pn_data_next(pn_message_body(back)) && pn_data_get_list(pn_message_body(back)) == COUNT);
    pn_message_clear(back);
    CHECK(pn_data_put_string(pn_message_body(back), pn_bytes(300, buffer.start)) == 0); /* no limit sticks */
    free(buffer.start);
    pn_message_free(m);
    pn_message_free(back);
}

static void what_cannot_be_encoded_is_an_error(void)
{
    pn_message_t *m = pn_message();
    pn_data_t *const parts[] = {pn_message_body(m), pn_message_properties(m), pn_message_annotations(m), pn_message_instructions(m)};
    pn_data_t *listed = pn_data(0);
    for (int i = 0; i < 4; i++) {
        char buffer[100];
        size_t size = sizeof buffer;
        pn_rwbytes_t grown = {0, NULL};
        pn_message_clear(m);
        pn_error_clear(pn_message_error(m));
        pn_data_fill(parts[i], "@T[S]", PN_UUID, "no uuid");
        CHECK(pn_message_encode(m, buffer, &size) == PN_ERR && size == sizeof buffer);
        CHECK(pn_message_errno(m) == PN_ERR);
        CHECK(pn_message_encode2(m, &grown) == PN_ERR);
        CHECK(pn_message_data(m, listed) == PN_ERR);
        free(grown.start);
    }
    pn_message_clear(m);
    pn_data_put_int(parts[0], 1);
    size_t size = 0;
    CHECK(pn_message_encode(m, NULL, &size) == PN_OVERFLOW);
    pn_rwbytes_t none = {0, malloc(1)};
    CHECK(pn_message_encode2(m, &none) == 5); /* memory of size 0 is not lost */
    free(none.start);
    pn_data_free(listed);
    pn_message_free(m);
}

static void malformed_messages_leave_nothing(void)
{
    static const char whole[] = "\x00\x53\x70\xc0\x02\x01\x41\x00\x53\x73\xc0\x06\x03\x40\x40\xa1\x01q\x00\x53\x74\xc1\x06\x02\xa1\x01k\x52\x01"
                                "\x00\x53\x77\xc0\x07\x02\xa1\x02hi\xe0\x00";
    pn_message_t *m = pn_message();
    size_t size = sizeof whole - 1;
    for (size_t at = 0; at < size; at++) {
        for (int byte = 0; byte < 256; byte++) {
            char *input = malloc(size);
            memcpy(input, whole, size);
            input[at] = (char)byte;
            pn_message_set_address(m, "left over");
            int result = pn_message_decode(m, input, size);
            free(input);
            pn_data_t *body = pn_message_body(m);
            if (result) check(!pn_message_get_address(m) && !pn_data_size(body) && pn_message_errno(m) == result, "nothing is left");
            else check(!pn_message_get_address(m) || strcmp(pn_message_get_address(m), "left over") != 0, "nothing of before");
            (void)value_text(body);
            pn_error_clear(pn_message_error(m));
        }
    }
    CHECK(pn_message_decode(m, NULL, 0) == PN_ARG_ERR);
    CHECK(pn_message_decode(m, whole, 0) == PN_ARG_ERR);
    pn_message_free(m);
}

static void nothing_recurses_on_depth(void)
{
    enum { DEPTH = 30000 };
    char *input = malloc(9 * DEPTH + 1);
    size_t at = 0;
    for (uint32_t i = 0; i < DEPTH; i++) {
        uint32_t size = (DEPTH - i - 1) * 9 + 4 + 1;
        unsigned char head[9] = {0xd0, (unsigned char)(size >> 24), (unsigned char)(size >> 16), (unsigned char)(size >> 8), (unsigned char)size, 0, 0, 0, 1};
        memcpy(input + at, head, 9);
        at += 9;
    }
    input[at++] = 0x40;
    pn_data_t *data = pn_data(0), *copy = pn_data(0);
    ssize_t used = pn_data_decode(data, input, at);
    CHECK(used == (ssize_t)at || used < 0);
    if (used > 0) {
        char *text = malloc(3 * DEPTH);
        size_t size = 3 * DEPTH;
        CHECK(pn_data_format(data, text, &size) == 0 && size == 2 * DEPTH + 4);
        CHECK(pn_data_copy(copy, data) == 0);
        CHECK(pn_data_encoded_size(copy) > 0 && pn_data_encoded_size(copy) <= (ssize_t)at);
        free(text);
    }
    pn_message_t *m = pn_message();
    char *body = malloc(at + 3);
    memcpy(body, "\x00\x53\x77", 3);
    memcpy(body + 3, input, at);
    CHECK(pn_message_decode(m, body, at + 3) == PN_OUT_OF_MEMORY);
    free(body);
    free(input);
    pn_message_free(m);
    pn_data_free(data);
    pn_data_free(copy);
}

static void scanning_and_filling_survive_abuse(void)
{
    pn_data_t *data = pn_data(0);
    int32_t i = 5;
    bool found = true;
    CHECK(pn_data_fill(data, "T", PN_INT) == PN_ERR);
    pn_error_clear(pn_data_error(data));
    pn_data_clear(data);
    pn_data_fill(data, "iS", 1, "x");
    CHECK(pn_data_scan(data, "{?ii}S", &found, &i, &i, (pn_bytes_t[1]){{0, NULL}}) == 0);
    CHECK(!found && i == 0);
    pn_data_clear(data);
    CHECK(pn_data_fill(data, "[D") == 0);
    char buffer[32];
    CHECK(pn_data_encode(data, buffer, sizeof buffer) > 0);
    pn_data_clear(data);
    CHECK(pn_data_fill(data, "[?", 0) == 0);
    CHECK(pn_data_encode(data, buffer, sizeof buffer) > 0);
    pn_data_free(data);
}

int main(void)
{
    bytes_may_come_from_the_same_tree();
    unknown_marks_and_rooms_are_refused();
    arrays_convert_or_refuse();
    compounds_of_255_bytes_are_written_right();
    siblings_of_a_doubly_described_value_stay_in_the_list();
    limits_hold_for_decoding_and_putting();
    large_bodies_stay_whole();
    what_cannot_be_encoded_is_an_error();
    malformed_messages_leave_nothing();
    nothing_recurses_on_depth();
    scanning_and_filling_survive_abuse();
    return checks_result();
}
