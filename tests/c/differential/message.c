/* Differential program: a message's properties, its sections, encode and decode, every kind of body.
 *
 * Encoded bytes are not printed: releases differ in which empty sections they write. What comes back out is. */
#include "transcript.h"

#include <proton/message.h>

static const char *id_text(pn_atom_t id)
{
    static char pool[4][200];
    static unsigned turn;
    char *out = pool[turn++ % 4];
    switch (id.type) {
    case PN_NULL: snprintf(out, sizeof pool[0], "null"); break;
    case PN_ULONG: snprintf(out, sizeof pool[0], "ulong %" PRIu64, id.u.as_ulong); break;
    case PN_UUID: snprintf(out, sizeof pool[0], "uuid %s", shown(id.u.as_uuid.bytes, 16)); break;
    case PN_STRING: case PN_BINARY:
        snprintf(out, sizeof pool[0], "%s %s", pn_type_name(id.type), bytes(id.u.as_bytes));
        break;
    default: snprintf(out, sizeof pool[0], "type %d", (int)id.type); break;
    }
    return out;
}

static void say_message(const char *what, pn_message_t *m)
{
    say("%s inferred=%d durable=%d priority=%d ttl=%u first=%d count=%u", what, pn_message_is_inferred(m),
        pn_message_is_durable(m), pn_message_get_priority(m), pn_message_get_ttl(m), pn_message_is_first_acquirer(m),
        pn_message_get_delivery_count(m));
    say("%s id=%s correlation=%s user=%s", what, id_text(pn_message_get_id(m)), id_text(pn_message_get_correlation_id(m)),
        bytes(pn_message_get_user_id(m)));
    say("%s address=%s subject=%s reply_to=%s", what, text(pn_message_get_address(m)), text(pn_message_get_subject(m)),
        text(pn_message_get_reply_to(m)));
    say("%s type=%s encoding=%s", what, text(pn_message_get_content_type(m)), text(pn_message_get_content_encoding(m)));
    say("%s expiry=%" PRId64 " creation=%" PRId64, what, (int64_t)pn_message_get_expiry_time(m),
        (int64_t)pn_message_get_creation_time(m));
    say("%s group=%s/%u reply_group=%s", what, text(pn_message_get_group_id(m)), pn_message_get_group_sequence(m),
        text(pn_message_get_reply_to_group_id(m)));
    say("%s instructions=%s annotations=%s", what, value_text(pn_message_instructions(m)),
        value_text(pn_message_annotations(m)));
    say("%s properties=%s body=%s", what, value_text(pn_message_properties(m)), value_text(pn_message_body(m)));
    say("%s error=%s errno=%d", what, error_text(pn_message_error(m)), pn_message_errno(m));
}

/* Encodes, decodes into a fresh message and shows what arrived. */
static void round_trip(const char *what, pn_message_t *m)
{
    char buffer[8192];
    size_t size = sizeof buffer;
    int result = pn_message_encode(m, buffer, &size);
    say("%s encode %d", what, result);
    pn_message_t *back = pn_message();
    result = pn_message_decode(back, buffer, size);
    say("%s decode %d", what, result);
    say_message(what, back);
    pn_message_free(back);
}

static void set_everything(pn_message_t *m)
{
    say("set %d %d %d %d %d", pn_message_set_durable(m, true), pn_message_set_priority(m, 9), pn_message_set_ttl(m, 1000),
        pn_message_set_first_acquirer(m, true), pn_message_set_delivery_count(m, 300));
    pn_atom_t id = {.type = PN_STRING, .u.as_bytes = pn_bytes(5, "id-42")};
    pn_message_set_id(m, id);
    pn_atom_t correlation = {.type = PN_ULONG, .u.as_ulong = 77};
    pn_message_set_correlation_id(m, correlation);
    say("set %d %d %d %d", pn_message_set_user_id(m, pn_bytes(4, "us\0r")), pn_message_set_address(m, "queue/one"),
        pn_message_set_subject(m, "about"), pn_message_set_reply_to(m, "answers"));
    say("set %d %d %d %d", pn_message_set_content_type(m, "text/plain"), pn_message_set_content_encoding(m, "utf-8"),
        pn_message_set_expiry_time(m, 1700000000000), pn_message_set_creation_time(m, -1));
    say("set %d %d %d", pn_message_set_group_id(m, "group"), pn_message_set_group_sequence(m, 5),
        pn_message_set_reply_to_group_id(m, "other"));
    pn_data_fill(pn_message_instructions(m), "{sS}", "x-hop", "first");
    pn_data_fill(pn_message_annotations(m), "{sisS}", "x-opt-n", 5, "x-opt-s", "text");
    pn_data_fill(pn_message_properties(m), "{SoSiSS}", "flag", 1, "count", -2, "colour", "green");
    pn_data_put_string(pn_message_body(m), pn_bytes(5, "hello"));
}

static void every_property_survives_the_round_trip(void)
{
    section("properties");
    pn_message_t *m = pn_message();
    say("refcount %d", pn_refcount(m));
    say_message("fresh", m);
    round_trip("fresh", m);
    set_everything(m);
    say_message("set", m);
    round_trip("full", m);
    say_message("kept", m);
    round_trip("again", m);
    pn_message_set_address(m, NULL);
    pn_message_set_subject(m, "");
    pn_message_set_priority(m, 4);
    pn_message_set_user_id(m, pn_bytes(0, NULL));
    pn_atom_t none = {.type = PN_NULL};
    pn_message_set_id(m, none);
    round_trip("fewer", m);
    pn_message_clear(m);
    say_message("cleared", m);
    pn_message_set_group_id(m, "g");
    round_trip("group", m);
    pn_message_clear(m);
    pn_message_set_group_sequence(m, 6);
    round_trip("sequence", m);
    pn_message_free(m);
}

static void ids_come_in_four_types(void)
{
    section("ids");
    pn_message_t *m = pn_message();
    pn_atom_t id = {.type = PN_ULONG, .u.as_ulong = 0};
    say("%d", pn_message_set_id(m, id));
    round_trip("zero", m);
    id.u.as_ulong = UINT64_MAX;
    pn_message_set_id(m, id);
    round_trip("ulong", m);
    id.type = PN_UUID;
    memcpy(id.u.as_uuid.bytes, "0123456789abcdef", 16);
    pn_message_set_id(m, id);
    round_trip("uuid", m);
    id.type = PN_BINARY;
    id.u.as_bytes = pn_bytes(3, "b\0c");
    pn_message_set_id(m, id);
    pn_message_set_correlation_id(m, id);
    round_trip("binary", m);
    id.type = PN_INT;
    id.u.as_int = 7;
    say("int %d", pn_message_set_id(m, id));
    say("%s", id_text(pn_message_get_id(m)));
    pn_message_free(m);
}

static void put_body(pn_data_t *body, int kind)
{
    static char large[400];
    memset(large, 'y', sizeof large);
    switch (kind) {
    case 0: pn_data_put_string(body, pn_bytes(4, "text")); break;
    case 1: pn_data_put_binary(body, pn_bytes(5, "by\0te")); break;
    case 2: pn_data_fill(body, "[iS]", 1, "two"); break;
    case 3: pn_data_fill(body, "{SIsL}", "k", 1u, "s", (uint64_t)2); break;
    case 4: pn_data_fill(body, "DsS", "described", "value"); break;
    case 5: pn_data_fill(body, "@T[lll]", PN_LONG, (int64_t)1, (int64_t)2, (int64_t)3); break;
    case 6: pn_data_put_double(body, 2.5); break;
    case 7: pn_data_put_binary(body, pn_bytes(sizeof large, large)); break;
    case 8: pn_data_put_bool(body, false); break;
    default: pn_data_put_symbol(body, pn_bytes(3, "sym")); break;
    }
}

static void bodies_of_every_kind_survive(void)
{
    section("bodies");
    pn_message_t *m = pn_message();
    for (int inferred = 0; inferred < 2; inferred++) {
        for (int kind = 0; kind < 10; kind++) {
            char name[32];
            pn_message_clear(m);
            pn_message_set_inferred(m, inferred != 0);
            put_body(pn_message_body(m), kind);
            snprintf(name, sizeof name, "body %d/%d", kind, inferred);
            round_trip(name, m);
        }
    }
    pn_message_free(m);
}

static void decode(const char *what, const char *input, size_t size)
{
    pn_message_t *m = pn_message();
    say("%s %d", what, pn_message_decode(m, input, size));
    say_message(what, m);
    pn_message_free(m);
}

#define DECODE(what, literal) decode(what, literal, sizeof(literal) - 1)

static void sections_are_read_in_any_order_and_width(void)
{
    section("sections");
    DECODE("body alone", "\x00\x53\x77\xa1\x05hello");
    DECODE("body first", "\x00\x53\x77\xa1\x02hi\x00\x53\x70\xc0\x02\x01\x41");
    DECODE("wide descriptor", "\x00\x80\x00\x00\x00\x00\x00\x00\x00\x73\xc0\x06\x03\x40\x40\xa1\x01q\x00\x53\x77\x41");
    DECODE("wide list", "\x00\x53\x70\xd0\x00\x00\x00\x07\x00\x00\x00\x02\x40\x50\x07\x00\x53\x77\x42");
    DECODE("footer skipped", "\x00\x53\x77\x54\x07\x00\x53\x78\xc1\x01\x00");
    DECODE("data", "\x00\x53\x75\xa0\x03" "abc");
    DECODE("sequence", "\x00\x53\x76\xc0\x05\x02\x54\x01\x54\x02");
    DECODE("symbols as content type", "\x00\x53\x73\xc0\x0c\x08\x40\x40\x40\x40\x40\x40\xa3\x01t\xa1\x00\x00\x53\x77\x41");
    DECODE("empty header", "\x00\x53\x70\x45\x00\x53\x73\x45\x00\x53\x77\x44");
}

static void buffers_of_any_size(void)
{
    section("buffers");
    pn_message_t *m = pn_message();
    pn_message_set_address(m, "somewhere");
    pn_data_put_string(pn_message_body(m), pn_bytes(20, "twenty characters !!"));
    char small[16];
    size_t size = sizeof small;
    int result = pn_message_encode(m, small, &size);
    say("small %d size %zu errno %d", result, size, pn_message_errno(m));
    say_message("after overflow", m);
    pn_rwbytes_t grown = {0, NULL};
    say("encode2 %d", pn_message_encode2(m, &grown) > 0);
    say("grown %d", grown.start != NULL);
    free(grown.start);
    static char large[3000];
    memset(large, 'q', sizeof large);
    pn_data_clear(pn_message_body(m));
    pn_data_put_binary(pn_message_body(m), pn_bytes(sizeof large, large));
    grown.start = malloc(10);
    grown.size = 10;
    ssize_t used = pn_message_encode2(m, &grown);
    pn_message_t *back = pn_message();
    say("decode %d", used > 0 ? pn_message_decode(back, grown.start, (size_t)used) : -1);
    pn_data_next(pn_message_body(back));
    say("body %zu", pn_data_get_binary(pn_message_body(back)).size);
    free(grown.start);
    pn_message_free(back);
    pn_message_free(m);
}

int main(void)
{
    every_property_survives_the_round_trip();
    ids_come_in_four_types();
    bodies_of_every_kind_survive();
    sections_are_read_in_any_order_and_width();
    buffers_of_any_size();
    return 0;
}
