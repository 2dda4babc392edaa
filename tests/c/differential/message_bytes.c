/* Differential program: encoded messages: what is written for which property, and what is read from good and bad bytes.
 *
 * The reference leaves header and properties out of no message and writes maps in the long form; both are asked
 * with messages that have all three sections and no maps, where the bytes have to be equal. */
#include "legacy.h"

#include <proton/message.h>

static const char *hex(const char *start, size_t size)
{
    static char out[2000];
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < size && i < 300; i++) at += (size_t)sprintf(out + at, "%02x ", (unsigned char)start[i]);
    if (size > 300) sprintf(out + at, "+%zu", size - 300);
    return out;
}

static const char *id_text(pn_atom_t id)
{
    static char pool[4][200];
    static unsigned turn;
    char *out = pool[turn++ % 4];
    if (id.type == PN_ULONG) snprintf(out, sizeof pool[0], "ulong %" PRIu64, id.u.as_ulong);
    else if (id.type == PN_UUID) snprintf(out, sizeof pool[0], "uuid %s", shown(id.u.as_uuid.bytes, 16));
    else if (id.type == PN_STRING || id.type == PN_BINARY) snprintf(out, sizeof pool[0], "%s %s", pn_type_name(id.type), bytes(id.u.as_bytes));
    else snprintf(out, sizeof pool[0], "%s", id.type == PN_NULL ? "null" : "another type");
    return out;
}

static void say_message(const char *what, pn_message_t *m)
{
    say("%s: inferred %d header %d %d %u %d %u", what, pn_message_is_inferred(m), pn_message_is_durable(m), pn_message_get_priority(m),
        pn_message_get_ttl(m), pn_message_is_first_acquirer(m), pn_message_get_delivery_count(m));
    say("  %s %s %s", id_text(pn_message_get_id(m)), id_text(pn_message_get_correlation_id(m)), bytes(pn_message_get_user_id(m)));
    say("  %s %s %s %s %s", text(pn_message_get_address(m)), text(pn_message_get_subject(m)), text(pn_message_get_reply_to(m)),
        text(pn_message_get_content_type(m)), text(pn_message_get_content_encoding(m)));
    say("  %" PRId64 " %" PRId64 " %s %u %s", (int64_t)pn_message_get_expiry_time(m), (int64_t)pn_message_get_creation_time(m),
        text(pn_message_get_group_id(m)), pn_message_get_group_sequence(m), text(pn_message_get_reply_to_group_id(m)));
    say("  %s / %s / %s / %s", value_text(pn_message_instructions(m)), value_text(pn_message_annotations(m)),
        value_text(pn_message_properties(m)), value_text(pn_message_body(m)));
}

static void encode(const char *what, pn_message_t *m)
{
    char buffer[1000];
    size_t size = sizeof buffer;
    int result = pn_message_encode(m, buffer, &size);
    say("%s: %d %zu: %s", what, result, size, hex(buffer, result ? 0 : size));
}

/* A message that both libraries write with a header, properties and a body. */
static pn_message_t *base(void)
{
    pn_message_t *m = pn_message();
    pn_message_set_durable(m, true);
    pn_message_set_address(m, "q");
    pn_data_put_int(pn_message_body(m), 1);
    return m;
}

static void header_fields_are_written_when_they_say_something(void)
{
    section("header bytes");
    pn_message_t *m = base();
    encode("durable", m);
    for (int priority = 0; priority < 12; priority += 2) { pn_message_set_priority(m, (uint8_t)priority); encode("priority", m); }
    pn_message_set_priority(m, 4);
    static const uint32_t numbers[] = {0, 1, 255, 256, UINT32_MAX};
    for (size_t i = 0; i < 5; i++) { pn_message_set_ttl(m, numbers[i]); encode("ttl", m); }
    pn_message_set_ttl(m, 0);
    pn_message_set_first_acquirer(m, true);
    encode("first acquirer", m);
    for (size_t i = 0; i < 5; i++) { pn_message_set_delivery_count(m, numbers[i]); encode("count", m); }
    pn_message_free(m);
}

static void properties_are_written_in_order(void)
{
    section("property bytes");
    pn_message_t *m = base();
    pn_atom_t id = {.type = PN_ULONG, .u.as_ulong = 300};
    pn_message_set_id(m, id); encode("id", m);
    id.type = PN_UUID; memset(id.u.as_uuid.bytes, 7, 16);
    pn_message_set_id(m, id); pn_message_set_correlation_id(m, id); encode("uuid", m);
    id.type = PN_BINARY; id.u.as_bytes = pn_bytes(0, "");
    pn_message_set_id(m, id); encode("empty binary", m);
    id.type = PN_STRING; id.u.as_bytes = pn_bytes(3, "a\0b");
    pn_message_set_correlation_id(m, id); encode("string with NUL", m);
    id.type = PN_NULL; pn_message_set_id(m, id); pn_message_set_correlation_id(m, id); encode("none", m);
    pn_message_set_user_id(m, pn_bytes(0, "")); encode("empty user", m);
    pn_message_set_user_id(m, pn_bytes(0, NULL)); encode("no user", m);
    pn_message_set_subject(m, "s"); encode("subject", m);
    pn_message_set_reply_to(m, ""); encode("reply-to", m);
    pn_message_set_content_type(m, "t"); encode("type", m);
    pn_message_set_content_encoding(m, "e"); encode("encoding", m);
    pn_message_set_content_type(m, ""); encode("empty type", m);
    pn_message_set_expiry_time(m, -1); encode("expiry", m);
    pn_message_set_creation_time(m, 1); encode("creation", m);
    pn_message_set_group_sequence(m, 5); encode("sequence", m);
    pn_message_set_group_sequence(m, -1); encode("sequence -1", m);
    pn_message_set_group_sequence(m, 0); encode("sequence 0", m);
    pn_message_set_group_id(m, ""); encode("group", m);
    pn_message_set_reply_to_group_id(m, "r"); encode("reply group", m);
    static char large[300];
    for (size_t size = 244; size < 260; size += 3) {
        memset(large, 'x', size);
        large[size] = '\0';
        pn_message_t *one = base();
        pn_message_set_address(one, large);
        encode("long", one);
        pn_message_free(one);
    }
    pn_message_free(m);
}

static void the_body_chooses_its_section(void)
{
    section("body bytes");
    static const char *const formats[] = {"S", "Z", "[]", "n", "o", "DLS", "i", "Zi", "@T[]"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        for (int inferred = 0; inferred < 2; inferred++) {
            pn_message_t *m = base();
            pn_data_t *body = pn_message_body(m);
            pn_data_clear(body);
            switch (i) {
            case 1: case 7: pn_data_fill(body, formats[i], (size_t)2, "bb", 3); break;
            case 5: pn_data_fill(body, formats[i], (uint64_t)6, "d"); break;
            case 4: case 6: pn_data_fill(body, formats[i], 1); break;
            case 8: pn_data_fill(body, "S", "not an array"); break;
            default: pn_data_fill(body, formats[i], "text"); break;
            }
            pn_message_set_inferred(m, inferred);
            encode(formats[i], m);
            pn_message_free(m);
        }
    }
}

static void buffers_that_are_too_short(void)
{
    section("short buffers");
    pn_message_t *m = base();
    char buffer[64];
    size_t whole = sizeof buffer;
    pn_message_encode(m, buffer, &whole);
    say("whole %zu", whole);
    int overflows = 0;
    for (size_t room = 0; room < whole; room++) {
        char *small = malloc(room + 1);
        size_t size = room;
        overflows += pn_message_encode(m, small, &size) == PN_OVERFLOW && size == room;
        free(small);
    }
    say("all %d errno %d", overflows == (int)whole, pn_message_errno(m));
    char *exact = malloc(whole);
    size_t size = whole;
    say("exact %d", pn_message_encode(m, exact, &size));
    say("size %d same %d", size == whole, !memcmp(exact, buffer, whole));
    free(exact);
    pn_rwbytes_t grown = {0, NULL};
    say("encode2 %d", pn_message_encode2(m, &grown) == (ssize_t)whole);
    say("buffer %zu same %d", grown.size, !memcmp(grown.start, buffer, whole));
    say("encode2 again %d", pn_message_encode2(m, &grown) == (ssize_t)whole);
    free(grown.start);
    grown.start = malloc(1);
    grown.size = 1;
    say("from one byte %d", pn_message_encode2(m, &grown) == (ssize_t)whole);
    say("buffer %zu", grown.size);
    free(grown.start);
    pn_message_free(m);
}

static void decode(const char *what, const void *input, size_t size, bool brief)
{
    pn_message_t *m = pn_message();
    char *copy = malloc(size ? size : 1);
    memcpy(copy, input, size);
    int result = pn_message_decode(m, copy, size);
    memset(copy, '#', size);
    free(copy);
    if (brief) say("%s: %d address %s body %s", what, result, text(pn_message_get_address(m)), value_text(pn_message_body(m)));
    else { say("%s: %d", what, result); say_message("  it", m); }
    pn_message_free(m);
}

#define DECODE(what, literal) decode(what, literal, sizeof(literal) - 1, false)
#define BRIEF(what, literal) decode(what, literal, sizeof(literal) - 1, true)
#define BODY "\x00\x53\x77\xa1\x01" "b"

static void fields_take_only_their_types(void)
{
    section("field types");
    DECODE("all", "\x00\x53\x70\xc0\x0b\x05\x41\x50\x09\x70\0\0\x03\xe8\x42\x43" BODY);
    DECODE("wide booleans", "\x00\x53\x70\xc0\x09\x05\x56\x01\x40\x40\x56\x01\x52\x07" BODY);
    DECODE("wrong header types", "\x00\x53\x70\xc0\x0b\x05\x50\x01\x53\x05\xa1\x01x\x40\x53\x01" BODY);
    DECODE("too many fields", "\x00\x53\x70\xc0\x08\x07\x41\x40\x40\x40\x40\x41\x41" BODY);
    DECODE("strings for symbols", "\x00\x53\x73\xc0\x0d\x08\x40\x40\x40\x40\x40\x40\xa1\x01t\xa1\x01" "e" BODY);
    DECODE("symbols for strings", "\x00\x53\x73\xc0\x0d\x05\x40\xa3\x01u\xa3\x01t\xa3\x01s\xa3\x00" BODY);
    DECODE("ids", "\x00\x53\x73\xc0\x17\x06\x44\x40\x40\x40\x40\x98" "0123456789abcdef" BODY);
    DECODE("uint id", "\x00\x53\x73\xc0\x09\x06\x52\x07\x40\x40\x40\x40\x54\x07" BODY);
    DECODE("symbol id", "\x00\x53\x73\xc0\x09\x06\xa3\x01x\x40\x40\x40\x40\x41" BODY);
    DECODE("list id", "\x00\x53\x73\xc0\x0a\x03\xc0\x03\x01\x54\x01\x40\xa1\x01q" BODY);
    DECODE("described field", "\x00\x53\x73\xc0\x0a\x03\x00\x53\x01\x53\x02\x40\xa1\x01q" BODY);
    DECODE("times", "\x00\x53\x73\xc0\x1b\x0a\x40\x40\x40\x40\x40\x40\x40\x40\x83\0\0\0\0\0\0\0\x05\x83\xff\xff\xff\xff\xff\xff\xff\xff" BODY);
    DECODE("group", "\x00\x53\x73\xc0\x15\x0d\x40\x40\x40\x40\x40\x40\x40\x40\x40\x40\xa1\x01g\x70\xff\xff\xff\xff\xa1\x00" BODY);
    DECODE("null lists", "\x00\x53\x70\x40\x00\x53\x73\x40" BODY);
}

static void sections_come_in_any_order(void)
{
    section("section order");
    DECODE("annotations", "\x00\x53\x71\xc1\x06\x02\xa3\x01x\x52\x01\x00\x53\x72\xc1\x05\x02\xa3\x01y\x41" BODY);
    DECODE("application properties", "\x00\x53\x74\xd1\0\0\0\x09\0\0\0\x02\xa1\x01k\x52\x01" BODY);
    DECODE("backwards", BODY "\x00\x53\x74\xc1\x01\x00\x00\x53\x73\xc0\x05\x03\x40\x40\xa1\x00\x00\x53\x70\xc0\x02\x01\x41");
    DECODE("header twice", "\x00\x53\x70\xc0\x02\x01\x41\x00\x53\x70\xc0\x04\x02\x40\x50\x07" BODY);
    DECODE("annotation that is no map", "\x00\x53\x72\xa1\x01x" BODY);
    DECODE("footer", BODY "\x00\x53\x78\xc1\x06\x02\xa3\x01" "f\x52\x01");
    DECODE("wide descriptors", "\x00\x80\0\0\0\0\0\0\0\x70\xc0\x02\x01\x41\x00\x80\0\0\0\0\0\0\0\x77\x54\x05");
    DECODE("no body", "\x00\x53\x70\xc0\x02\x01\x41");
    DECODE("null body", "\x00\x53\x77\x40");
    DECODE("data", "\x00\x53\x75\xa0\x02" "ab");
    DECODE("data with a string", "\x00\x53\x75\xa1\x02" "ab");
    DECODE("sequence", "\x00\x53\x76\xc0\x03\x01\x54\x07");
    DECODE("two data", "\x00\x53\x75\xa0\x02" "ab\x00\x53\x75\xa0\x01" "c");
    DECODE("two sequences", "\x00\x53\x76\xc0\x03\x01\x54\x07\x00\x53\x76\xc0\x03\x01\x54\x08");
    DECODE("two values", "\x00\x53\x77\x54\x01\x00\x53\x77\x54\x02");
    DECODE("a map with an array", "\x00\x53\x77\xc1\x0b\x02\xa1\x01k\xe0\x05\x03\x54\x01\x02\x03");
}

static void malformed_messages_are_refused(void)
{
    section("malformed");
    static const char whole[] = "\x00\x53\x70\xc0\x02\x01\x41\x00\x53\x73\xc0\x06\x03\x40\x40\xa1\x01q" BODY;
    for (size_t size = 1; size < sizeof whole - 1; size++) {
        char what[32];
        snprintf(what, sizeof what, "to %zu", size);
        decode(what, whole, size, true);
    }
    BRIEF("a bare value", "\xa1\x01x" BODY);
    BRIEF("unknown section", "\x00\x53\x01\x41" BODY);
    BRIEF("unknown section behind", BODY "\x00\x53\x01\x41");
    BRIEF("symbolic descriptor", "\x00\xa3\x10" "amqp:header:list\xc0\x02\x01\x41" BODY);
    BRIEF("body described twice", "\x00\x53\x77\x00\x53\x05\x41");
    BRIEF("trailing garbage", BODY "\x46");
    BRIEF("header is a map", "\x00\x53\x70\xc1\x01\x00" BODY);
    BRIEF("only garbage", "\xff\xff");
}

static void decoding_may_be_repeated(void)
{
    section("decoding again");
    pn_message_t *m = pn_message();
    static const char first[] = "\x00\x53\x70\xc0\x02\x01\x41\x00\x53\x73\xc0\x06\x03\x40\x40\xa1\x01q\x00\x53\x74\xc1\x06\x02\xa1\x01k\x52\x01\x00\x53\x75\xa0\x02" "ab";
    static const char second[] = "\x00\x53\x73\xc0\x06\x04\x40\x40\x40\xa1\x00\x00\x53\x77\x54\x05";
    say("first %d", pn_message_decode(m, first, sizeof first - 1));
    say_message("first", m);
    pn_data_t *body = pn_message_body(m);
    say("first again %d", pn_message_decode(m, first, sizeof first - 1));
    say_message("again", m);
    pn_message_clear(m);
    say("second %d", pn_message_decode(m, second, sizeof second - 1));
    say_message("second", m);
    say("same body object %d at %d", pn_message_body(m) == body, (int)pn_data_type(body));
    pn_message_clear(m);
    say_message("cleared", m);
    pn_message_free(m);
}

int main(void)
{
    header_fields_are_written_when_they_say_something();
    properties_are_written_in_order();
    the_body_chooses_its_section();
    buffers_that_are_too_short();
    fields_take_only_their_types();
    sections_come_in_any_order();
    malformed_messages_are_refused();
    decoding_may_be_repeated();
    return 0;
}
