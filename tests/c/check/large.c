/* Self-checking: messages of every size, sent in pieces of every size and read whenever and however a program may.
 *
 * Two drivers joined in memory. What is said of a message and where its bytes wait is the library's business; what the
 * program reads has to be what was sent, in order and once, and what it does not want has to leave no trace. Rounds end
 * in any state, with messages unsent, half sent, unread and half read. Numbers come from a seed, so a run repeats.
 */
#include "check.h"

#include <proton/connection.h>
#include <proton/connection_driver.h>
#include <proton/delivery.h>
#include <proton/event.h>
#include <proton/link.h>
#include <proton/session.h>
#include <proton/transport.h>

#include <stdint.h>
#include <stdlib.h>

#define ROUNDS 60
#define MESSAGES 12
#define LONGEST 300000

static uint32_t dice;

static uint32_t below(uint32_t limit)
{
    dice = dice * 1664525 + 1013904223;
    return (dice >> 8) % limit;
}

/* The byte at a place of a message. */
static char byte_at(unsigned number, size_t place)
{
    return (char)(place * 31 + (place >> 8) * 7 + number * 101);
}

typedef struct message_t {
    size_t length, sent, read;
    bool aborted, unwanted;
} message_t;

typedef struct round_t {
    pn_connection_driver_t from, to;
    pn_session_t *session;
    pn_link_t *sender, *receiver;
    message_t messages[MESSAGES];
    unsigned made, over;
    bool wrong;
} round_t;

static size_t some_length(void)
{
    static const uint32_t around[] = {0, 1, 2047, 4000, 8192, 32768, 65536, 200000};
    return around[below(8)] + below(300);
}

/* Goes on with the message that is being sent, or begins the next one. */
static void send_some(round_t *round)
{
    static char bytes[LONGEST];
    message_t *message = &round->messages[round->made];
    if (round->made == MESSAGES || pn_link_credit(round->sender) <= 0) return;
    if (!pn_link_current(round->sender)) {
        uint32_t tag = round->made;
        pn_delivery(round->sender, pn_dtag((char *)&tag, sizeof tag));
        message->length = some_length();
    }
    size_t n = below(3) ? message->length - message->sent : below((uint32_t)(message->length - message->sent) + 1);
    for (size_t i = 0; i < n; i++) bytes[i] = byte_at(round->made, message->sent + i);
    round->wrong |= n > 0 && pn_link_send(round->sender, bytes, n) != (ssize_t)n;
    message->sent += n;
    pn_delivery_t *delivery = pn_link_current(round->sender);
    if (message->sent < message->length && below(8) == 0) {
        message->aborted = true;
        pn_delivery_abort(delivery);
        round->made++;
    } else if (message->sent == message->length) {
        if (below(6) == 0) pn_delivery_update(delivery, PN_RECEIVED);
        if (below(2)) pn_delivery_settle(delivery);
        else pn_link_advance(round->sender);
        round->made++;
    }
}

/* The message that a delivery is. */
static message_t *message_of(round_t *round, pn_delivery_t *delivery, unsigned *number)
{
    pn_delivery_tag_t tag = pn_delivery_tag(delivery);
    uint32_t value = MESSAGES;
    if (tag.size == sizeof value) memcpy(&value, tag.start, sizeof value);
    round->wrong |= value >= MESSAGES;
    *number = value % MESSAGES;
    return &round->messages[*number];
}

/* Reads some of the current delivery, and is done with it at its end, or when it has had enough. */
static void read_some(round_t *round)
{
    static char room[LONGEST];
    static const uint32_t amounts[] = {1, 100, 5000, LONGEST};
    pn_delivery_t *delivery = pn_link_current(round->receiver);
    if (!delivery) return;
    unsigned number;
    message_t *message = message_of(round, delivery, &number);
    size_t pending = pn_delivery_pending(delivery);
    if (below(25) == 0) {
        message->unwanted = true;
        if (below(2)) pn_delivery_settle(delivery);
        else pn_link_advance(round->receiver);
        return;
    }
    size_t most = amounts[below(4)];
    ssize_t n = pn_link_recv(round->receiver, room, most);
    if (n >= 0) {
        round->wrong |= (size_t)n != (pending < most ? pending : most);
        round->wrong |= pn_delivery_pending(delivery) != pending - (size_t)n;
        for (ssize_t i = 0; i < n; i++) round->wrong |= room[i] != byte_at(number, message->read + (size_t)i);
        message->read += (size_t)n;
        return;
    }
    round->wrong |= n != PN_EOS && n != PN_ABORTED;
    round->wrong |= (n == PN_EOS) != !message->aborted;
    round->wrong |= n == PN_EOS && message->read != message->length;
    pn_delivery_update(delivery, PN_ACCEPTED);
    pn_delivery_settle(delivery);
    round->over++;
}

static void handle(round_t *round, pn_connection_driver_t *driver)
{
    pn_event_t *event;
    while ((event = pn_connection_driver_next_event(driver))) {
        switch (pn_event_type(event)) {
        case PN_SESSION_REMOTE_OPEN:
            if (driver == &round->to) pn_session_open(pn_event_session(event));
            break;
        case PN_LINK_REMOTE_OPEN:
            if (driver == &round->to) {
                round->receiver = pn_event_link(event);
                pn_link_open(round->receiver);
                pn_link_flow(round->receiver, MESSAGES);
            }
            break;
        case PN_DELIVERY: {
            pn_delivery_t *delivery = pn_event_delivery(event);
            if (driver == &round->to) {
                for (uint32_t n = below(4); n > 0; n--) read_some(round);
            } else if (pn_delivery_settled(delivery)) {
                /* The peer may have had enough before it was all sent. */
                round->made += delivery == pn_link_current(round->sender);
                pn_delivery_settle(delivery);
            }
            break;
        }
        case PN_TRANSPORT_ERROR: round->wrong = true; break;
        default: break;
        }
    }
}

/* Carries a piece of what one side has to say; false if there is none. */
static bool carry(pn_connection_driver_t *from, pn_connection_driver_t *to)
{
    pn_bytes_t out = pn_connection_driver_write_buffer(from);
    pn_rwbytes_t in = below(4) ? pn_connection_driver_read_buffer(to)
                               : pn_connection_driver_read_buffer_sized(to, below(200000));
    size_t n = out.size < in.size ? out.size : in.size;
    if (n > 1 && below(3) == 0) n = 1 + below((uint32_t)n);
    if (!n) return false;
    memcpy(in.start, out.start, n);
    pn_connection_driver_read_done(to, n);
    pn_connection_driver_write_done(from, n);
    return true;
}

static void begin(round_t *round)
{
    static const uint32_t frames[] = {0, 512, 4096, 32768, 100000};
    memset(round, 0, sizeof *round);
    pn_connection_driver_init(&round->from, NULL, NULL);
    pn_connection_driver_init(&round->to, NULL, NULL);
    pn_transport_set_server(round->to.transport);
    uint32_t frame = frames[below(5)];
    if (frame) pn_transport_set_max_frame(round->to.transport, frame);
    pn_connection_open(round->from.connection);
    pn_connection_open(round->to.connection);
    round->session = pn_session(round->from.connection);
    pn_session_open(round->session);
    round->sender = pn_sender(round->session, "large");
    pn_link_open(round->sender);
}

static void end(round_t *round)
{
    pn_connection_driver_destroy(&round->from);
    pn_connection_driver_destroy(&round->to);
}

static void play(round_t *round, unsigned steps)
{
    for (unsigned step = 0; step < steps && !round->wrong && round->over < MESSAGES; step++) {
        if (round->sender && below(3) == 0) send_some(round);
        carry(&round->from, &round->to);
        if (below(3)) handle(round, &round->to);
        if (round->receiver && below(3) == 0) read_some(round);
        carry(&round->to, &round->from);
        handle(round, &round->from);
    }
}

int main(void)
{
    unsigned whole = 0, given_up = 0;
    for (unsigned number = 0; number < ROUNDS; number++) {
        round_t round;
        char what[100];
        dice = number;
        begin(&round);
        play(&round, number % 3 == 0 ? 10 + below(100) : 20000);
        snprintf(what, sizeof what, "round %u: what was read is what was sent", number);
        check(!round.wrong, what);
        for (unsigned i = 0; i < MESSAGES; i++) {
            const message_t *message = &round.messages[i];
            whole += message->length > 0 && message->read == message->length;
            given_up += message->aborted || message->unwanted;
        }
        end(&round);
    }
    CHECK(whole > 200);
    CHECK(given_up > 20);
    return checks_result();
}
