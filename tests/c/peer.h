/* A peer made of raw bytes, and an application that answers anything: what the hostile programs share.
 *
 * The application under test is as obliging as applications are: it opens what the peer opens, grants credit,
 * reads and accepts what arrives, sends when it may and closes what the peer closes.
 */
#ifndef PEER_H
#define PEER_H

#include <proton/codec.h>
#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/connection_driver.h>
#include <proton/delivery.h>
#include <proton/disposition.h>
#include <proton/event.h>
#include <proton/link.h>
#include <proton/sasl.h>
#include <proton/session.h>
#include <proton/terminus.h>
#include <proton/transport.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAYBE __attribute__((unused))

typedef struct bytes_t { unsigned char *start; size_t size, room; } bytes_t;

static MAYBE void put(bytes_t *to, const void *from, size_t size)
{
    if (to->size + size > to->room) {
        to->room = 2 * (to->size + size) + 64;
        to->start = realloc(to->start, to->room);
        if (!to->start) abort();
    }
    if (size) memcpy(to->start + to->size, from, size);
    to->size += size;
}

static MAYBE void put_byte(bytes_t *to, unsigned value)
{
    unsigned char byte = (unsigned char)value;
    put(to, &byte, 1);
}

static MAYBE void put_u32(bytes_t *to, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8) put_byte(to, value >> shift);
}

/* A frame with `body` as it is. */
static MAYBE void put_frame(bytes_t *to, unsigned type, unsigned channel, const void *body, size_t size)
{
    put_u32(to, (uint32_t)size + 8);
    put_byte(to, 2);
    put_byte(to, type);
    put_byte(to, channel >> 8);
    put_byte(to, channel);
    put(to, body, size);
}

/* A frame with one performative: `fields` is the content of its list. */
static MAYBE void put_performative(bytes_t *to, unsigned type, unsigned channel, unsigned code, unsigned count,
                                   const void *fields, size_t size, const char *payload)
{
    bytes_t body = {0};
    put(&body, "\x00\x53", 2);
    put_byte(&body, code);
    put_byte(&body, 0xd0);
    put_u32(&body, (uint32_t)size + 4);
    put_u32(&body, count);
    put(&body, fields, size);
    put(&body, payload, strlen(payload));
    put_frame(to, type, channel, body.start, body.size);
    free(body.start);
}

static void answer_link(pn_link_t *link)
{
    if (!(pn_link_state(link) & PN_LOCAL_UNINIT)) return;
    pn_terminus_copy(pn_link_source(link), pn_link_remote_source(link));
    pn_terminus_copy(pn_link_target(link), pn_link_remote_target(link));
    pn_link_open(link);
    if (pn_link_is_receiver(link)) pn_link_flow(link, 10);
}

static void answer_delivery(pn_link_t *link, pn_delivery_t *delivery)
{
    char buffer[256];
    if (pn_link_is_receiver(link) && pn_delivery_readable(delivery)) {
        while (pn_link_recv(link, buffer, sizeof buffer) > 0) {}
        if (!pn_delivery_partial(delivery)) {
            pn_link_advance(link);
            pn_delivery_update(delivery, PN_ACCEPTED);
            pn_delivery_settle(delivery);
        }
    } else if (pn_delivery_updated(delivery)) {
        pn_disposition_t *remote = pn_delivery_remote(delivery);
        switch (pn_disposition_type(remote)) {
        case PN_REJECTED: pn_condition_is_set(pn_disposition_condition(remote)); break;
        case PN_MODIFIED: pn_data_next(pn_disposition_annotations(remote)); break;
        default: break;
        }
        if (pn_delivery_settled(delivery)) pn_delivery_settle(delivery);
        else pn_delivery_clear(delivery);
    }
}

static void send_while_possible(pn_link_t *link)
{
    static char body[700];
    for (int i = 0; i < 3 && pn_link_is_sender(link) && pn_link_credit(link) > 0; i++) {
        char tag = (char)('a' + i);
        pn_delivery_t *delivery = pn_delivery(link, pn_dtag(&tag, 1));
        if (!delivery) return;
        pn_link_send(link, body, (size_t)i * 300);
        pn_link_advance(link);
        if (i == 1) pn_delivery_settle(delivery);
    }
    if (pn_link_is_sender(link) && pn_link_get_drain(link)) pn_link_drained(link);
}

static void answer_event(pn_event_t *event)
{
    pn_connection_t *connection = pn_event_connection(event);
    pn_session_t *session = pn_event_session(event);
    pn_link_t *link = pn_event_link(event);
    switch (pn_event_type(event)) {
    case PN_CONNECTION_REMOTE_OPEN:
        pn_data_next(pn_connection_remote_properties(connection));
        pn_connection_open(connection);
        break;
    case PN_SESSION_REMOTE_OPEN: pn_session_open(session); break;
    case PN_LINK_REMOTE_OPEN: answer_link(link); break;
    case PN_LINK_FLOW: send_while_possible(link); break;
    case PN_DELIVERY: answer_delivery(link, pn_event_delivery(event)); break;
    case PN_LINK_REMOTE_DETACH: pn_link_detach(link); break;
    case PN_LINK_REMOTE_CLOSE:
        pn_link_close(link);
        pn_link_free(link);
        break;
    case PN_SESSION_REMOTE_CLOSE:
        pn_session_close(session);
        pn_session_free(session);
        break;
    case PN_CONNECTION_REMOTE_CLOSE: pn_connection_close(connection); break;
    default: break;
    }
}

/* Handles what waits; what goes out is kept in `output` if there is one. True if TRANSPORT_ERROR was among it. */
static MAYBE bool drive(pn_connection_driver_t *driver, bytes_t *output)
{
    bool failed = false;
    for (int round = 0; round < 1000; round++) {
        pn_event_t *event;
        while ((event = pn_connection_driver_next_event(driver))) {
            failed = failed || pn_event_type(event) == PN_TRANSPORT_ERROR;
            answer_event(event);
        }
        pn_bytes_t out = pn_connection_driver_write_buffer(driver);
        if (!out.size) {
            if (!pn_connection_driver_has_event(driver)) break;
            continue;
        }
        if (output) put(output, out.start, out.size);
        pn_connection_driver_write_done(driver, out.size);
    }
    return failed;
}

/* Feeds bytes as a socket would, in pieces of at most `piece`. */
static MAYBE bool feed(pn_connection_driver_t *driver, const unsigned char *start, size_t size, size_t piece,
                       bytes_t *output)
{
    bool failed = drive(driver, output);
    while (size && !pn_connection_driver_read_closed(driver)) {
        pn_rwbytes_t in = pn_connection_driver_read_buffer(driver);
        size_t n = size < piece ? size : piece;
        if (n > in.size) n = in.size;
        if (!n) break;
        memcpy(in.start, start, n);
        pn_connection_driver_read_done(driver, n);
        start += n;
        size -= n;
        failed = drive(driver, output) || failed;
    }
    return failed;
}

#endif
