/* Differential program: frames that break a rule, each told to an engine with an open session and both kinds of link:
 * the condition, the farewell, the events, and what is let pass. */
#include "engine.h"

/* An engine whose session on our channel 0 and the peer's 5 has a sender (handle 0) and a receiver (handle 1). */
static engine_t with_links(void)
{
    engine_t a = open_to_bytes();
    muted = true;
    pn_link_t *tx = pn_sender(a.session, "tx");
    pn_link_t *rx = pn_receiver(a.session, "rx");
    pn_link_open(tx);
    pn_link_open(rx);
    pn_link_flow(rx, 10);
    hear(&a);
    tell(&a, 5, 0x12, "\"tx\" 0 + b2 b0 @28 [\"f\"] @29 [\"t\"]", "");
    tell(&a, 5, 0x12, "\"rx\" 1 - b2 b0 @28 [\"f\"] @29 [\"t\"] ~ ~ 0", "");
    tell(&a, 5, 0x13, "0 100 0 100 0 0 10", "");
    muted = false;
    a.link = rx;
    return a;
}

typedef struct telling_t {
    const char *name;
    unsigned channel, code;
    const char *fields, *payload;
} telling_t;

/* Tells up to three frames of one name in a row, then ends. */
static void tell_all(const telling_t *frames, size_t count)
{
    for (size_t i = 0; i < count;) {
        section(frames[i].name);
        engine_t a = with_links();
        size_t first = i;
        for (; i < count && !strcmp(frames[i].name, frames[first].name); i++)
            tell(&a, frames[i].channel, frames[i].code, frames[i].fields, frames[i].payload);
        say("condition %s", condition_text(pn_transport_condition(a.transport)));
        say("closed %d error %s", pn_transport_closed(a.transport), error_text(pn_transport_error(a.transport)));
        muted = true;
        end_engine(&a);
        muted = false;
    }
}

static const telling_t broken[] = {
    {"begin above the channel maximum", 40000, 0x11, "~ 0 10 10", ""},
    {"begin that answers an unknown channel", 6, 0x11, "h3 0 10 10", ""},
    {"begin without any field", 6, 0x11, "", ""},
    {"begin with every field wrong", 6, 0x11, "\"a\" \"b\" \"c\" \"d\" \"e\" 1 2 3 4", ""},
    {"attach on a channel that is not mapped", 7, 0x12, "\"x\" 2 -", ""},
    {"attach at the handle maximum", 5, 0x12, "\"x\" 2147483647 -", ""},
    {"attach of a name that is attached", 5, 0x12, "\"tx\" 7 +", ""},
    {"attach of the same name in the other role", 5, 0x12, "\"tx\" 7 - ~ ~ @28 [\"f\"] @29 [\"t\"] ~ ~ 0", ""},
    {"attach with termini of the wrong kind", 5, 0x12, "\"w\" 9 - b9 b9 @29 [\"f\"] @28 [\"t\"] ~ ~ 0", ""},
    {"attach with termini that are no lists", 5, 0x12, "\"w\" 9 + b1 b1 @28 5 @29 \"t\"", ""},
    {"flow on a channel that is not mapped", 7, 0x13, "0 10 0 10", ""},
    {"flow on a handle that is not attached", 5, 0x13, "0 10 0 10 4 0 1", ""},
    {"flow without any field", 5, 0x13, "", ""},
    {"flow to a receiver that counts on", 5, 0x13, "0 10 0 10 1 3 0", ""},
    {"transfer on a channel that is not mapped", 7, 0x14, "1 0 'd' 0", "x"},
    {"transfer on a handle that is not attached", 5, 0x14, "4 0 'd' 0", "x"},
    {"transfer with an id out of sequence", 5, 0x14, "1 7 'd' 0", "x"},
    {"transfer with an id out of sequence", 5, 0x14, "1 9 'e' 0", "y"},
    {"transfer without an id that is not the first", 5, 0x14, "1 7 'd' 0", "x"},
    {"transfer without an id that is not the first", 5, 0x14, "1 ~ 'e' 0", "y"},
    {"continuation with another id", 5, 0x14, "1 7 'd' 0 ~ +", "x"},
    {"continuation with another id", 5, 0x14, "1 8 'd' 0", "y"},
    {"continuation that takes settled back", 5, 0x14, "1 7 'd' 0 + +", "x"},
    {"continuation that takes settled back", 5, 0x14, "1 7 'd' 0 - -", "y"},
    {"continuation that leaves settled out", 5, 0x14, "1 7 'd' 0 + +", "x"},
    {"continuation that leaves settled out", 5, 0x14, "1", "y"},
    {"continuation that settles", 5, 0x14, "1 7 'd' 0 - +", "x"},
    {"continuation that settles", 5, 0x14, "1 ~ ~ ~ +", "y"},
    {"transfer aborted in its first frame", 5, 0x14, "1 7 'd' 0 ~ ~ ~ ~ ~ +", ""},
    {"transfer aborted with a payload", 5, 0x14, "1 7 'd' 0 ~ + ~ ~ ~ ~", "begun"},
    {"transfer aborted with a payload", 5, 0x14, "1 7 ~ ~ ~ + ~ ~ ~ +", "dropped"},
    {"transfer without a tag", 5, 0x14, "1 7", "x"},
    {"transfer with an empty payload", 5, 0x14, "1 7 'd' 0", ""},
    {"transfer with a message-format", 5, 0x14, "1 7 'd' 66 ~ ~ b0 ~ + ~ + 1 2", "x"},
    {"disposition on a channel that is not mapped", 7, 0x15, "+ 0", ""},
    {"disposition with a range that runs backwards", 5, 0x15, "+ 5 3", ""},
    {"disposition without any field", 5, 0x15, "", ""},
    {"disposition of deliveries nobody knows", 5, 0x15, "+ 0 4294967295 + @24 []", ""},
    {"detach on a channel that is not mapped", 7, 0x16, "0", ""},
    {"detach on a handle that is not attached", 5, 0x16, "9", ""},
    {"detach without any field", 5, 0x16, "", ""},
    {"detach twice", 5, 0x16, "0", ""},
    {"detach twice", 5, 0x16, "0", ""},
    {"end on a channel that is not mapped", 7, 0x17, "", ""},
    {"end with links attached", 5, 0x17, "", ""},
    {"end with links attached", 5, 0x16, "0", ""},
    {"close on another channel with an error", 9, 0x18, "@1d [:app:x]", ""},
    {"close with something that is no error", 0, 0x18, "@28 [:app:x]", ""},
};

/* A frame as bytes, told in place of a performative. */
static void tell_raw(const char *name, const char *frame_hex)
{
    section(name);
    engine_t a = with_links();
    bytes_t frame = {0};
    write_hex(&frame, &frame_hex);
    tell_bytes(&a, frame.start, frame.size);
    say("condition %s", condition_text(pn_transport_condition(a.transport)));
    muted = true;
    end_engine(&a);
    muted = false;
    free(frame.start);
}

static void shapes_of_frames(void)
{
    tell_raw("a frame below eight bytes", "0000000702000000");
    tell_raw("a frame of size zero", "0000000002000000");
    tell_raw("a frame above the largest size", "0000100102000000");
    tell_raw("a data offset of one", "0000000801000000");
    tell_raw("a data offset behind the end", "0000000803000000");
    tell_raw("an extended header is passed over", "000000100400000000000000ffffffff");
    tell_raw("an extended header before a flow", "0000001d0300000511223344005313d0000000080000000443434343");
    tell_raw("empty frames of any type on any channel", "0000000802000000" "0000000802070009" "000000080201ffff");
    tell_raw("a body in lists of every width", "0000000c0200000500531345" "000000130200000500531"
             "3c0060443434343");
    tell_raw("a descriptor as a wide ulong", "000000190200000500800000000000000013c00504" "43434343");
}

static void transfers_without_begin(void)
{
    section("a transfer before our begin exceeds the window");
    engine_t b = bound_engine("B", true);
    pn_connection_open(b.connection);
    tell_header(&b);
    tell(&b, 0, 0x10, "\"peer\"", "");
    tell(&b, 0, 0x11, "~ 0 10 10", "");
    tell(&b, 0, 0x12, "\"rx\" 0 - ~ ~ @28 [\"f\"] @29 [\"t\"] ~ ~ 0", "");
    tell(&b, 0, 0x14, "0 0 'd' 0", "x");
    end_engine(&b);

    section("more transfers than the window allows");
    engine_t a = with_links();
    pn_session_set_incoming_capacity(a.session, 4096);
    pn_link_flow(a.link, 1);
    hear(&a);
    for (int i = 0; i < 3; i++) {
        char fields[32];
        sprintf(fields, "1 %d 'd' 0", i);
        tell(&a, 5, 0x14, fields, "x");
    }
    end_engine(&a);

    section("more transfers than credit are taken");
    a = with_links();
    for (int i = 0; i < 12; i++) {
        char fields[32];
        sprintf(fields, "1 %d 'd' 0", i);
        muted = i < 11;
        tell(&a, 5, 0x14, fields, "x");
    }
    say_link("overdrawn", a.link);
    end_engine(&a);
}

int main(void)
{
    tell_all(broken, sizeof broken / sizeof *broken);
    shapes_of_frames();
    transfers_without_begin();
    return 0;
}
