/* Differential program: large deliveries and many of them, across frames of every size and small windows. What arrives
 * is summed up; how many bytes one call gives is each library's own affair. */
#include "engine.h"

static engine_t A, B;

/* Two engines whose frames have a largest size, and a link with credit. */
static void begin(uint32_t frame, size_t capacity, int credit)
{
    muted = true;
    A = bound_engine("A", false);
    B = bound_engine("B", true);
    pn_transport_set_max_frame(A.transport, frame);
    pn_transport_set_max_frame(B.transport, frame);
    pn_connection_open(A.connection);
    pn_connection_open(B.connection);
    A.session = pn_session(A.connection);
    pn_session_open(A.session);
    converse(&A, &B);
    pn_session_set_incoming_capacity(B.session, capacity);
    pn_session_open(B.session);
    converse(&A, &B);
    join(&A, &B, "l", credit);
}

/* What B has read, and a sum that tells orders apart. */
static size_t total;
static uint32_t sum;

/* Reads and settles what is there. How many deliveries that finished. */
static int read_all(pn_link_t *rx)
{
    static char buffer[7000];
    int finished = 0;
    for (pn_delivery_t *d; (d = pn_link_current(rx));) {
        ssize_t size;
        while ((size = pn_link_recv(rx, buffer, sizeof buffer)) > 0) {
            for (ssize_t i = 0; i < size; i++) sum = sum * 31 + (unsigned char)buffer[i];
            total += (size_t)size;
        }
        if (pn_delivery_partial(d)) break;
        pn_link_advance(rx);
        pn_delivery_update(d, PN_ACCEPTED);
        pn_delivery_settle(d);
        finished++;
    }
    return finished;
}

/* Moves bytes until nothing moves, reading on the way. How many deliveries arrived. */
static int transport_all(pn_link_t *rx)
{
    int arrived = 0;
    muted = true;
    for (bool moved = true; moved;) {
        say_events(&A);
        moved = speak(&A, &B);
        arrived += read_all(rx);
        say_events(&B);
        moved = speak(&B, &A) || moved;
    }
    muted = false;
    return arrived;
}

static void one_large_delivery(void)
{
    section("one delivery of any size crosses frames of any size");
    static const uint32_t frames[] = {512, 600, 4096, 65536, 0};
    static const size_t sizes[] = {0, 1, 470, 500, 9000, 200000, 3000000};
    for (int f = 0; f < 5; f++)
        for (int s = 0; s < 7; s++) {
            begin(frames[f], 0, 3);
            char *body = malloc(sizes[s] + 1);
            for (size_t i = 0; i < sizes[s]; i++) body[i] = (char)(i * 7 + i / 251);
            pn_link_t *tx = A.link, *rx = B.link;
            total = 0, sum = 1;
            pn_delivery(tx, pn_dtag("large", 5));
            pn_link_send(tx, body, sizes[s]);
            pn_link_advance(tx);
            uint64_t before = pn_transport_get_frames_output(A.transport);
            int arrived = transport_all(rx);
            say("frame %u size %zu: arrived %d, %zu bytes, sum %08x, in %" PRIu64 " frames, credit %d unsettled %d", frames[f],
                sizes[s], arrived, total, (unsigned)sum, pn_transport_get_frames_output(A.transport) - before,
                pn_link_credit(tx), pn_link_unsettled(rx));
            say("left %zu %zu", pn_session_outgoing_bytes(A.session), pn_session_incoming_bytes(B.session));
            free(body);
            muted = true;
            end_engines(&A, &B);
            muted = false;
        }
}

static void many_deliveries(void)
{
    section("many deliveries cross a small window in order");
    static const size_t capacities[] = {0, 512, 1024, 100000};
    for (int c = 0; c < 4; c++) {
        begin(512, capacities[c], 300);
        pn_link_t *tx = A.link, *rx = B.link;
        total = 0, sum = 1;
        int sent = 0;
        for (int i = 0; i < 200; i++) {
            char body[2000];
            memset(body, i, sizeof body);
            pn_delivery(tx, pn_dtag((char *)&i, sizeof i));
            pn_link_send(tx, body, (size_t)(i * 37) % sizeof body);
            sent += pn_link_advance(tx);
        }
        int arrived = transport_all(rx);
        int settled = 0;
        for (pn_delivery_t *d = pn_unsettled_head(tx); d;) {
            pn_delivery_t *next = pn_unsettled_next(d);
            settled += pn_delivery_settled(d) && pn_delivery_remote_state(d) == PN_ACCEPTED;
            pn_delivery_settle(d);
            d = next;
        }
        say("capacity %zu: sent %d arrived %d settled %d, %zu bytes, sum %08x, credit %d %d", capacities[c], sent, arrived,
            settled, total, (unsigned)sum, pn_link_credit(tx), pn_link_credit(rx));
        muted = true;
        end_engines(&A, &B);
        muted = false;
    }
}

static void written_in_pieces(void)
{
    section("a delivery written bit by bit while it is sent");
    begin(1024, 4096, 5);
    pn_link_t *tx = A.link, *rx = B.link;
    total = 0, sum = 1;
    int arrived = 0;
    pn_delivery(tx, pn_dtag("stream", 6));
    for (int i = 0; i < 100; i++) {
        char piece[999];
        memset(piece, i, sizeof piece);
        pn_link_send(tx, piece, (size_t)(i * 101) % sizeof piece);
        arrived += transport_all(rx);
    }
    say("before the end: arrived %d, %zu bytes", arrived, total);
    pn_link_advance(tx);
    arrived += transport_all(rx);
    say("arrived %d, %zu bytes, sum %08x, frames %" PRIu64, arrived, total, (unsigned)sum,
        pn_transport_get_frames_output(A.transport));
    muted = true;
    end_engines(&A, &B);
    muted = false;
}

static void wrapping_numbers(void)
{
    section("delivery-ids and counts wrap around");
    engine_t a = open_to_bytes();
    muted = true;
    tell(&a, 5, 0x12, "\"rx\" 0 - b2 b0 @28 [\"f\"] @29 [\"t\"] ~ ~ 4294967290", "");
    pn_link_open(a.link);
    pn_link_flow(a.link, 50);
    hear(&a);
    pn_link_t *rx = a.link;
    for (uint32_t i = 0; i < 12; i++) {
        char fields[40];
        sprintf(fields, "0 %u 'd' 0", 4294967290u + i);
        tell(&a, 5, 0x14, fields, "x");
    }
    muted = false;
    say_link("received", rx);
    for (pn_delivery_t *d; (d = pn_link_current(rx));) {
        pn_link_advance(rx);
        pn_delivery_update(d, PN_ACCEPTED);
    }
    hear(&a);
    tell(&a, 5, 0x15, "- 4294967294 1 + @24 []", "");
    pn_link_flow(rx, 1);
    hear(&a);
    end_engine(&a);
}

int main(void)
{
    one_large_delivery();
    many_deliveries();
    written_in_pieces();
    wrapping_numbers();
    return 0;
}
