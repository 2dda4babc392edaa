/* Differential program: messages in use: sent over a link, shown as text, with ids held as data, turned into data. */
#include "legacy.h"
#include "pair.h"

#include <proton/message.h>

pn_message_t *pni_message_with_extra(size_t extra);
void *pni_message_get_extra(pn_message_t *message);

static void fill_message(pn_message_t *m)
{
    pn_atom_t id = {.type = PN_STRING, .u.as_bytes = pn_bytes(2, "id")};
    pn_message_set_durable(m, true);
    pn_message_set_priority(m, 7);
    pn_message_set_ttl(m, 5000);
    pn_message_set_first_acquirer(m, true);
    pn_message_set_delivery_count(m, 3);
    pn_message_set_id(m, id);
    pn_message_set_user_id(m, pn_bytes(3, "u\0r"));
    pn_message_set_address(m, "to \"quoted\"");
    pn_message_set_subject(m, "");
    pn_message_set_reply_to(m, "back");
    id.type = PN_ULONG;
    id.u.as_ulong = 9;
    pn_message_set_correlation_id(m, id);
    pn_message_set_content_type(m, "text/plain");
    pn_message_set_content_encoding(m, "zip");
    pn_message_set_expiry_time(m, 12);
    pn_message_set_creation_time(m, 11);
    pn_message_set_group_id(m, "g");
    pn_message_set_group_sequence(m, 4);
    pn_message_set_reply_to_group_id(m, "rg");
    pn_data_fill(pn_message_instructions(m), "{si}", "hop", 1);
    pn_data_fill(pn_message_annotations(m), "{sS}", "note", "x");
    pn_data_fill(pn_message_properties(m), "{SoSs}", "flag", 1, "sym", "s");
    pn_data_fill(pn_message_body(m), "[iS]", 1, "two");
}

static void a_message_as_text(void)
{
    section("message text");
    pn_message_t *m = pn_message();
    say("%s", object_text(m));
    pn_message_set_address(m, "");
    say("%s", object_text(m));
    pn_message_set_priority(m, 0);
    pn_message_set_inferred(m, true);
    pn_message_set_user_id(m, pn_bytes(0, ""));
    say("%s", object_text(m));
    fill_message(m);
    say("%s", object_text(m));
    pn_message_clear(m);
    say("%s", object_text(m));
    pn_atom_t id = {.type = PN_UUID};
    memset(id.u.as_uuid.bytes, 0x5a, 16);
    pn_message_set_id(m, id);
    id.type = PN_BINARY;
    id.u.as_bytes = pn_bytes(2, "\0\1");
    pn_message_set_correlation_id(m, id);
    pn_message_set_expiry_time(m, -5);
    pn_data_put_null(pn_message_body(m));
    say("%s", object_text(m));
    pn_message_free(m);
}

static void a_message_as_data(void)
{
    section("message data");
    pn_message_t *m = pn_message();
    pn_data_t *data = pn_data(0);
    pn_data_put_int(data, 1);
    say("empty %d: %s", pn_message_data(m, data), value_text(data));
    pn_message_set_address(m, "q");
    pn_data_fill(pn_message_body(m), "S", "hi");
    say("small %d: %s", pn_message_data(m, data), value_text(data));
    fill_message(m);
    say("full %d: %s", pn_message_data(m, data), value_text(data));
    say("body still %s", value_text(pn_message_body(m)));
    pn_message_clear(m);
    pn_message_set_inferred(m, true);
    pn_data_put_binary(pn_message_body(m), pn_bytes(2, "bb"));
    say("data %d: %s", pn_message_data(m, data), value_text(data));
    pn_data_clear(pn_message_body(m));
    pn_data_fill(pn_message_body(m), "[i]", 1);
    say("sequence %d: %s", pn_message_data(m, data), value_text(data));
    pn_data_free(data);
    pn_message_free(m);
}

static void say_id(const char *what, pn_message_t *m)
{
    pn_atom_t id = pn_message_get_id(m), other = pn_message_get_correlation_id(m);
    say("%s: id %s %" PRIu64 " correlation %s", what, pn_type_name(id.type), id.type == PN_ULONG ? id.u.as_ulong : 0, pn_type_name(other.type));
}

static void ids_may_be_held_as_data(void)
{
    section("ids as data");
    pn_message_t *m = pn_message();
    pn_atom_t atom = {.type = PN_ULONG, .u.as_ulong = 5};
    pn_message_set_id(m, atom);
    pn_data_t *id = pn_message_id(m), *correlation = pn_message_correlation_id(m);
    say("holds %s / %s at %d", value_text(id), value_text(correlation), (int)pn_data_type(id));
    say_id("now", m);
    pn_data_clear(id);
    pn_data_put_int(id, -7);
    say_id("an int", m);
    pn_data_put_string(correlation, pn_bytes(1, "c"));
    say_id("a string", m);
    pn_data_rewind(id);
    say_id("rewound", m);
    atom.u.as_ulong = 6;
    say("set %d", pn_message_set_id(m, atom));
    say("holds %s same %d", value_text(pn_message_id(m)), pn_message_id(m) == id);
    atom.type = PN_BOOL;
    atom.u.as_bool = true;
    say("set bool %d", pn_message_set_id(m, atom));
    say("holds %s", value_text(id));
    say_id("bool", m);
    atom.type = PN_ULONG;
    atom.u.as_ulong = 8;
    pn_message_set_id(m, atom);
    pn_message_set_address(m, "q");
    char buffer[200];
    size_t size = sizeof buffer;
    say("encode %d", pn_message_encode(m, buffer, &size));
    pn_message_t *back = pn_message();
    say("decode %d", pn_message_decode(back, buffer, size));
    say_id("arrived", back);
    say("decode into it %d", pn_message_decode(m, buffer, size));
    say_id("itself", m);
    say("holds %s", value_text(pn_message_id(m)));
    pn_message_clear(m);
    say("cleared %s", value_text(pn_message_id(m)));
    say_id("cleared", m);
    pn_message_free(back);
    pn_message_free(m);
}

static void ids_of_other_types_are_null(void)
{
    section("wrong ids");
    pn_message_t *m = pn_message();
    for (int type = PN_NULL; type <= PN_MAP; type++) {
        pn_atom_t atom = {.type = (pn_type_t)type};
        if (type >= PN_BINARY && type <= PN_SYMBOL) atom.u.as_bytes = pn_bytes(1, "x");
        say("%s: %d", pn_type_name(atom.type), pn_message_set_id(m, atom));
        say_id("id", m);
        say("correlation %d", pn_message_set_correlation_id(m, atom));
        say_id("correlation", m);
    }
    pn_message_free(m);
}

static void setters_copy_and_unset(void)
{
    section("setters");
    pn_message_t *m = pn_message();
    int (*const setters[])(pn_message_t *, const char *) = {
        pn_message_set_address, pn_message_set_subject, pn_message_set_reply_to, pn_message_set_content_type,
        pn_message_set_content_encoding, pn_message_set_group_id, pn_message_set_reply_to_group_id};
    const char *(*const getters[])(pn_message_t *) = {
        pn_message_get_address, pn_message_get_subject, pn_message_get_reply_to, pn_message_get_content_type,
        pn_message_get_content_encoding, pn_message_get_group_id, pn_message_get_reply_to_group_id};
    for (size_t i = 0; i < 7; i++) {
        char value[] = "value";
        say("%zu: %d", i, setters[i](m, value));
        value[0] = '!';
        say("%s", text(getters[i](m)));
        say("empty %d %s", setters[i](m, ""), text(getters[i](m)));
        setters[i](m, "");
        say("is %s", text(getters[i](m)));
        setters[i](m, NULL);
        say("is %s", text(getters[i](m)));
        setters[i](m, "again");
        setters[i](m, getters[i](m));
        say("own %s", text(getters[i](m)));
    }
    say("user %d", pn_message_set_user_id(m, pn_bytes(2, "u\0")));
    say("%s", bytes(pn_message_get_user_id(m)));
    pn_message_clear(m);
    for (size_t i = 0; i < 7; i++) say("cleared %s", text(getters[i](m)));
    say("user %s error %s", bytes(pn_message_get_user_id(m)), error_text(pn_message_error(m)));
    say("same objects %d %d", pn_message_body(m) == pn_message_body(m), pn_message_properties(m) == pn_message_properties(m));
    pn_message_free(m);
}

static void inferred_follows_the_body(void)
{
    section("inferred");
    char buffer[100];
    pn_message_t *m = pn_message();
    static const char good[] = "\x00\x53\x70\xc0\x02\x01\x41\x00\x53\x73\xc0\x05\x03\x40\x40\xa1\x00\x00\x53\x77\xa0\x01x";
    say("decode %d inferred %d", pn_message_decode(m, good, sizeof good - 1), pn_message_is_inferred(m));
    for (int inferred = 1; inferred >= 0; inferred--) {
        size_t size = sizeof buffer;
        pn_message_set_inferred(m, inferred);
        say("encode %d", pn_message_encode(m, buffer, &size));
        say("%s", shown(buffer, size));
        pn_message_t *back = pn_message();
        say("decode %d", pn_message_decode(back, buffer, size));
        say("inferred %d body %s", pn_message_is_inferred(back), value_text(pn_message_body(back)));
        pn_message_free(back);
    }
    pn_message_free(m);
}

static void bodies_are_read_at_the_start(void)
{
    section("accessors");
    pn_message_t *m = pn_message(), *back = pn_message();
    fill_message(m);
    say("at %d", (int)pn_data_type(pn_message_body(m)));
    char buffer[500];
    size_t size = sizeof buffer;
    say("encode %d", pn_message_encode(m, buffer, &size));
    say("at %d next %d list %zu", (int)pn_data_type(pn_message_body(m)), pn_data_next(pn_message_body(m)), pn_data_get_list(pn_message_body(m)));
    say("decode %d", pn_message_decode(back, buffer, size));
    pn_data_t *const parts[] = {pn_message_instructions(back), pn_message_annotations(back), pn_message_properties(back), pn_message_body(back)};
    for (int i = 0; i < 4; i++) {
        say("part %d: at %d size %zu errno %d", i, (int)pn_data_type(parts[i]), pn_data_size(parts[i]), pn_data_errno(parts[i]));
        bool moved = pn_data_next(parts[i]);
        say("next %d type %d", moved, (int)pn_data_type(parts[i]));
    }
    pn_data_clear(pn_message_body(back));
    pn_data_put_string(pn_message_body(back), pn_bytes(3, "new"));
    size = sizeof buffer;
    say("encode %d", pn_message_encode(back, buffer, &size));
    say("decode %d", pn_message_decode(m, buffer, size));
    say("%s %s %s", value_text(pn_message_annotations(m)), value_text(pn_message_properties(m)), value_text(pn_message_body(m)));
    pn_message_free(m);
    pn_message_free(back);
}

/* Programs that send in a loop put the next body over the last one. */
static void an_encoded_message_is_filled_anew(void)
{
    section("refilling");
    pn_message_t *m = pn_message();
    pn_data_t *data = pn_data(0);
    char buffer[300];
    for (int i = 0; i < 4; i++) {
        pn_data_put_int(pn_message_body(m), i);
        pn_data_fill(pn_message_properties(m), "{Si}", "i", i);
        pn_data_fill(pn_message_annotations(m), "{si}", "i", i);
        pn_data_fill(pn_message_instructions(m), "{si}", "i", i);
        if (i == 2) {
            say("listed %d: %s", pn_message_data(m, data), value_text(data));
            continue;
        }
        size_t size = sizeof buffer;
        say("encode %d", pn_message_encode(m, buffer, &size));
        say("at %d %d %d %d", (int)pn_data_type(pn_message_instructions(m)), (int)pn_data_type(pn_message_annotations(m)),
            (int)pn_data_type(pn_message_properties(m)), (int)pn_data_type(pn_message_body(m)));
        say("%s %s %s %s", value_text(pn_message_instructions(m)), value_text(pn_message_annotations(m)),
            value_text(pn_message_properties(m)), value_text(pn_message_body(m)));
    }
    pn_data_free(data);
    pn_message_free(m);
}

static void messages_carry_memory_of_the_program(void)
{
    section("extra");
    for (size_t extra = 0; extra < 100; extra += 33) {
        pn_message_t *m = pni_message_with_extra(extra);
        unsigned char *memory = pni_message_get_extra(m);
        int zero = 1;
        for (size_t i = 0; i < extra; i++) zero &= memory[i] == 0;
        say("%zu: class %s count %d zero %d aligned %d", extra, class_text(pn_class(m)), pn_refcount(m), zero, (uintptr_t)memory % 16 == 0);
        memset(memory, 0xee, extra);
        pn_message_set_address(m, "q");
        pn_message_clear(m);
        int kept = 1;
        for (size_t i = 0; i < extra; i++) kept &= memory[i] == 0xee;
        say("kept %d", kept && pni_message_get_extra(m) == memory);
        pn_message_free(m);
    }
}

static void messages_are_sent_over_links(void)
{
    section("sending");
    open_pair(0);
    attach("work", 10);
    pn_message_t *m = pn_message(), *back = pn_message();
    pn_message_set_durable(m, true);
    pn_message_set_address(m, "to");
    pn_data_put_string(pn_message_body(m), pn_bytes(7, "content"));
    say("without a delivery %zd errno %d", pn_message_send(m, A.link, NULL), pn_message_errno(m));
    pn_delivery(A.link, pn_dtag("1", 1));
    say("own buffer %zd", pn_message_send(m, A.link, NULL));
    pn_rwbytes_t buffer = {0, NULL};
    for (int i = 2; i < 4; i++) {
        char tag[2] = {(char)('0' + i), 0};
        pn_delivery(A.link, pn_dtag(tag, 1));
        say("my buffer %zd", pn_message_send(m, A.link, &buffer));
    }
    say("buffer %d", buffer.start != NULL);
    free(buffer.start);
    settle();
    for (pn_delivery_t *d; (d = pn_link_current(B.link));) {
        char received[200];
        ssize_t size = pn_link_recv(B.link, received, sizeof received);
        say("received %zd decode %d", size, pn_message_decode(back, received, (size_t)size));
        say("%s %s", text(pn_message_get_address(back)), value_text(pn_message_body(back)));
        pn_delivery_settle(d);
    }
    pn_message_free(m);
    pn_message_free(back);
    close_pair();
}

int main(void)
{
    find_classes();
    a_message_as_text();
    a_message_as_data();
    ids_may_be_held_as_data();
    ids_of_other_types_are_null();
    setters_copy_and_unset();
    inferred_follows_the_body();
    bodies_are_read_at_the_start();
    an_encoded_message_is_filled_anew();
    messages_carry_memory_of_the_program();
    messages_are_sent_over_links();
    return 0;
}
