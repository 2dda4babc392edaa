/* Differential program: encoded bytes as the frame trace shows them, good and malformed.
 *
 * pn_value_dump was never in a header. Up to 0.37 it appends to a string, from 0.38 on it writes into a buffer; which
 * of the two a library has is told by pn_tostring, which came with the second. */
#include "legacy.h"

typedef size_t (*old_dump_t)(pn_bytes_t, pn_string_t *);
typedef size_t (*new_dump_t)(pn_bytes_t, char *, uint32_t);

static void *value_dump;
static bool takes_buffer;

static void dump(const char *what, const void *input, size_t size)
{
    char *copy = malloc(size ? size : 1);
    memcpy(copy, input, size);
    if (takes_buffer) {
        char text[1024] = "";
        size_t used = ((new_dump_t)value_dump)(pn_bytes(size, copy), text, sizeof text);
        say("%s: %zu %s", what, used, text);
    } else {
        pn_string_t *string = pn_string("");
        size_t used = ((old_dump_t)value_dump)(pn_bytes(size, copy), string);
        say("%s: %zu %s", what, used, pn_string_get(string));
        pn_free(string);
    }
    free(copy);
}

#define DUMP(what, literal) dump(what, literal, sizeof(literal) - 1)

static void every_constructor(void)
{
    section("scalars");
    DUMP("null", "\x40"); DUMP("true", "\x41"); DUMP("false", "\x42"); DUMP("uint0", "\x43"); DUMP("ulong0", "\x44");
    DUMP("bool", "\x56\x01"); DUMP("bool 0", "\x56\x00"); DUMP("ubyte", "\x50\xff"); DUMP("byte", "\x51\xff");
    DUMP("smalluint", "\x52\x7f"); DUMP("smallulong", "\x53\x7f"); DUMP("smallint", "\x54\xff"); DUMP("smalllong", "\x55\x80");
    DUMP("ushort", "\x60\x01\x02"); DUMP("short", "\x61\xff\xfe"); DUMP("uint", "\x70\x01\x02\x03\x04"); DUMP("int", "\x71\xff\xff\xff\xfe");
    DUMP("float", "\x72\x3f\xc0\x00\x00"); DUMP("char", "\x73\0\0\0\x41"); DUMP("decimal32", "\x74\0\0\0\x07");
    DUMP("ulong", "\x80\0\0\0\0\0\0\1\0"); DUMP("long", "\x81\xff\xff\xff\xff\xff\xff\xff\xfe"); DUMP("double", "\x82\x3f\xf8\0\0\0\0\0\0");
    DUMP("timestamp", "\x83\0\0\0\0\0\0\1\0"); DUMP("decimal64", "\x84\0\0\0\0\0\0\0\x07"); DUMP("decimal128", "\x94" "0123456789abcdef");
    DUMP("uuid", "\x98" "0123456789abcdef"); DUMP("binary", "\xa0\x03" "a\0b"); DUMP("string", "\xa1\x04q\"\\'"); DUMP("symbol", "\xa3\x03" "a-1");
    DUMP("symbol quoted", "\xa3\x03" "1ab"); DUMP("symbol colon", "\xa3\x04" "am:l");
    /* Not an empty symbol: the reference looks at the byte behind it. */
    DUMP("binary32", "\xb0\0\0\0\x02" "ab"); DUMP("string32", "\xb1\0\0\0\x02" "ab"); DUMP("symbol32", "\xb3\0\0\0\x02" "ab");
}

static void compounds(void)
{
    section("compounds");
    DUMP("list0", "\x45"); DUMP("list", "\xc0\x04\x02\x54\x01\x40"); DUMP("list32", "\xd0\0\0\0\x06\0\0\0\x01\x54\x01");
    DUMP("map", "\xc1\x06\x02\xa1\x01k\x52\x01"); DUMP("map32", "\xd1\0\0\0\x04\0\0\0\0"); DUMP("odd map", "\xc1\x04\x01\xa1\x01k");
    DUMP("array", "\xe0\x04\x02\x54\x01\x02"); DUMP("array32", "\xf0\0\0\0\x09\0\0\0\x01\x70\0\0\0\x05"); DUMP("empty array", "\xe0\x02\x00\x50");
    DUMP("array of strings", "\xe0\x06\x02\xa1\x01" "a\x01" "b"); DUMP("array of symbols", "\xe0\x06\x02\xa3\x01" "a\x01" "b");
    DUMP("array of nothing", "\xe0\x02\x05\x43"); DUMP("array of one true", "\xe0\x02\x01\x41"); DUMP("array of lists", "\xe0\x05\x01\xc0\x02\x01\x41");
    DUMP("array of arrays", "\xe0\x06\x01\xe0\x03\x01\x50\x09"); DUMP("described array", "\xe0\x06\x02\x00\xa3\x01" "d\x41");
    DUMP("nested", "\xc0\x0a\x03\xc0\x01\x00\xc1\x03\x02\x41\x45\x40");
}

static void described(void)
{
    section("described");
    DUMP("open", "\x00\x53\x10\xc0\x0a\x04\xa1\x01" "c\x40\x52\x10\x60\0\x05"); DUMP("empty", "\x00\x53\x18\x45");
    DUMP("value", "\x00\x53\x77\xa1\x02hi"); DUMP("unknown", "\x00\x53\x7f\x41"); DUMP("unknown list", "\x00\x53\x7f\xc0\x04\x03\x40\x41\x40");
    DUMP("more fields than known", "\x00\x53\x18\xc0\x04\x03\x40\x41\x42"); DUMP("wide descriptor", "\x00\x80\0\0\0\0\0\0\0\x18\x45");
    DUMP("nested", "\x00\x53\x18\xc0\x0c\x01\x00\x53\x1d\xc0\x06\x02\xa3\x01" "c\xa1\x00"); DUMP("map", "\x00\x53\x74\xc1\x04\x02\xa1\x00\x41");
    DUMP("uint descriptor", "\x00\x52\x10\x41"); DUMP("twice", "\x00\x53\x01\x00\x53\x02\x41");
}

static void malformed(void)
{
    section("malformed");
    static const char whole[] = "\x00\x53\x10\xc0\x13\x05\xa1\x02me\x40\x52\x10\xc1\x05\x02\xa3\x01k\x41\xe0\x02\x01\x43";
    for (size_t size = 0; size < sizeof whole; size++) {
        char what[16];
        snprintf(what, sizeof what, "to %zu", size);
        dump(what, whole, size);
    }
    DUMP("unknown constructor", "\x46"); DUMP("unknown in a list", "\xc0\x03\x02\x46\x41"); DUMP("count too large", "\xc0\x02\x05\x41");
    DUMP("count too small", "\xc0\x03\x01\x41\x41"); DUMP("array count", "\xe0\x03\x05\x50\x01"); DUMP("map count", "\xc1\x03\x04\x41\x41");
    DUMP("size too small", "\xc0\x00\x01\x41"); DUMP("string too long", "\xa1\x05" "abc"); DUMP("trailing", "\x41\x42");
}

int main(void)
{
    void *self = dlopen(NULL, RTLD_LAZY);
    value_dump = dlsym(self, "pn_value_dump");
    takes_buffer = dlsym(self, "pn_tostring") != NULL;
    dlclose(self);
    if (!value_dump) return 1;
    every_constructor();
    compounds();
    described();
    malformed();
    return 0;
}
