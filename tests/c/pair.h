/* Two connection drivers joined in memory: A is the client, B the server.
 *
 * `settle` moves bytes between them until both are quiet and prints every event on the way with the state of
 * the endpoint it is about. Nothing waits and nothing is timed, so a run always gives the same transcript.
 */
#ifndef PAIR_H
#define PAIR_H

#include "transcript.h"

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

typedef struct side_t {
    const char *name;
    pn_connection_driver_t driver;
    pn_session_t *session; /* the last one the peer opened */
    pn_link_t *link;       /* likewise */
    pn_delivery_t *delivery;
    bool over;
} side_t;

static side_t A, B;

static MAYBE const char *state_text(pn_state_t state)
{
    static char out[8][12];
    static unsigned turn;
    static const char *const halves[] = {"?", "uninit", "active", "?", "closed"};
    char *text = out[turn++ % 8];
    snprintf(text, sizeof out[0], "%.3s/%.3s", halves[state & 7], halves[(state >> 3) & 7]);
    return text;
}

static MAYBE void say_link(const char *what, const side_t *side, pn_link_t *link)
{
    say("%s %s link=%s %s state=%s credit=%d queued=%d remote_credit=%d unsettled=%d drain=%d", side->name, what,
        text(pn_link_name(link)), pn_link_is_sender(link) ? "sender" : "receiver", state_text(pn_link_state(link)),
        pn_link_credit(link), pn_link_queued(link), pn_link_remote_credit(link), pn_link_unsettled(link),
        pn_link_get_drain(link));
}

static MAYBE void say_delivery(const char *what, const side_t *side, pn_delivery_t *delivery)
{
    pn_delivery_tag_t tag = pn_delivery_tag(delivery);
    say("%s %s delivery=%s local=%" PRIu64 " remote=%" PRIu64
        " settled=%d updated=%d partial=%d readable=%d writable=%d current=%d pending=%zu aborted=%d",
        side->name, what, bytes(tag), pn_delivery_local_state(delivery), pn_delivery_remote_state(delivery),
        pn_delivery_settled(delivery), pn_delivery_updated(delivery), pn_delivery_partial(delivery),
        pn_delivery_readable(delivery), pn_delivery_writable(delivery), pn_delivery_current(delivery),
        pn_delivery_pending(delivery), pn_delivery_aborted(delivery));
}

static void say_event(side_t *side, pn_event_t *event)
{
    const char *name = pn_event_type_name(pn_event_type(event)) + 3; /* without PN_ */
    switch (pn_event_type(event)) {
    case PN_SESSION_INIT: case PN_SESSION_LOCAL_OPEN: case PN_SESSION_REMOTE_OPEN: case PN_SESSION_LOCAL_CLOSE:
    case PN_SESSION_REMOTE_CLOSE:
        say("%s %s state=%s", side->name, name, state_text(pn_session_state(pn_event_session(event))));
        break;
    case PN_LINK_INIT: case PN_LINK_LOCAL_OPEN: case PN_LINK_REMOTE_OPEN: case PN_LINK_LOCAL_CLOSE:
    case PN_LINK_REMOTE_CLOSE: case PN_LINK_LOCAL_DETACH: case PN_LINK_REMOTE_DETACH: case PN_LINK_FLOW:
        say_link(name, side, pn_event_link(event));
        break;
    case PN_DELIVERY:
        say_delivery(name, side, pn_event_delivery(event));
        break;
    case PN_TRANSPORT_ERROR:
        say("%s %s %s", side->name, name, condition_text(pn_transport_condition(pn_event_transport(event))));
        break;
    case PN_SESSION_FINAL: case PN_LINK_FINAL: case PN_CONNECTION_FINAL: case PN_CONNECTION_UNBOUND:
        say("%s %s", side->name, name);
        break;
    default:
        say("%s %s state=%s", side->name, name,
            pn_event_connection(event) ? state_text(pn_connection_state(pn_event_connection(event))) : "-");
        break;
    }
}

/* Prints the events that wait and remembers what the peer made. */
static void drain_events(side_t *side)
{
    pn_event_t *event;
    while ((event = pn_connection_driver_next_event(&side->driver))) {
        say_event(side, event);
        switch (pn_event_type(event)) {
        case PN_SESSION_REMOTE_OPEN: side->session = pn_event_session(event); break;
        case PN_LINK_REMOTE_OPEN: side->link = pn_event_link(event); break;
        case PN_DELIVERY: side->delivery = pn_event_delivery(event); break;
        case PN_TRANSPORT_CLOSED: side->over = true; break;
        default: break;
        }
    }
}

/* Carries what one side has to say to the other; true if there was anything. */
static bool carry(side_t *from, side_t *to)
{
    bool moved = false;
    for (;;) {
        pn_bytes_t out = pn_connection_driver_write_buffer(&from->driver);
        pn_rwbytes_t in = pn_connection_driver_read_buffer(&to->driver);
        size_t size = out.size < in.size ? out.size : in.size;
        if (out.size && !in.size) { /* nobody listens any more */
            pn_connection_driver_write_done(&from->driver, out.size);
            continue;
        }
        if (!size) break;
        memcpy(in.start, out.start, size);
        pn_connection_driver_write_done(&from->driver, size);
        pn_connection_driver_read_done(&to->driver, size);
        moved = true;
    }
    if (pn_connection_driver_write_closed(&from->driver) && !pn_connection_driver_read_closed(&to->driver)) {
        pn_connection_driver_read_close(&to->driver);
        moved = true;
    }
    return moved;
}

static void settle(void)
{
    bool moved;
    int rounds = 0;
    do {
        drain_events(&A);
        drain_events(&B);
        moved = carry(&A, &B);
        drain_events(&B);
        moved = carry(&B, &A) || moved;
        drain_events(&A);
        drain_events(&B);
    } while (moved && ++rounds < 1000);
    if (rounds == 1000) say("no end in sight");
}

static MAYBE void say_frames(void)
{
    for (side_t *side = &A;; side = &B) {
        pn_transport_t *transport = side->driver.transport;
        if (transport)
            say("%s frames in=%" PRIu64 " out=%" PRIu64, side->name, pn_transport_get_frames_input(transport),
                pn_transport_get_frames_output(transport));
        if (side == &B) break;
    }
}

/* The frames A sends and receives, as text. BEGIN's handle-max is cut: only newer releases send it. */
static void trace(pn_transport_t *transport, const char *message)
{
    (void)transport;
    char line[2200];
    snprintf(line, sizeof line, "%s", message);
    char *handle_max = strstr(line, ", handle-max=0x7fffffff");
    if (handle_max) memmove(handle_max, handle_max + 23, strlen(handle_max + 23) + 1);
    char *payload = strstr(line, ": ");
    say("trace %s", payload ? payload + 2 : line);
}

static MAYBE void trace_frames(void)
{
    pn_transport_set_tracer(A.driver.transport, trace);
    pn_transport_trace(A.driver.transport, PN_TRACE_FRM);
}

/* A fresh pair, nothing opened. Frames are limited to `max_frame` bytes on both sides. */
static void begin_pair(uint32_t max_frame)
{
    memset(&A, 0, sizeof A);
    memset(&B, 0, sizeof B);
    A.name = "A";
    B.name = "B";
    say("init A %d", pn_connection_driver_init(&A.driver, NULL, NULL));
    say("init B %d", pn_connection_driver_init(&B.driver, NULL, NULL));
    pn_transport_set_server(B.driver.transport);
    pn_transport_set_max_frame(A.driver.transport, max_frame);
    pn_transport_set_max_frame(B.driver.transport, max_frame);
    pn_connection_set_container(A.driver.connection, "client");
    pn_connection_set_container(B.driver.connection, "server");
}

/* A pair whose connections and one session each are open. */
static MAYBE void open_pair(uint32_t max_frame)
{
    begin_pair(max_frame);
    settle();
    pn_connection_open(A.driver.connection);
    A.session = pn_session(A.driver.connection);
    pn_session_open(A.session);
    settle();
    pn_connection_open(B.driver.connection);
    pn_session_open(B.session);
    settle();
}

/* Attaches a link both ways: A sends, B receives and grants `credit`. */
static MAYBE void attach(const char *name, int credit)
{
    A.link = pn_sender(A.session, name);
    pn_link_t *sender = A.link;
    pn_terminus_set_address(pn_link_source(sender), "from");
    pn_terminus_set_address(pn_link_target(sender), "to");
    pn_link_open(sender);
    settle();
    pn_terminus_copy(pn_link_source(B.link), pn_link_remote_source(B.link));
    pn_terminus_copy(pn_link_target(B.link), pn_link_remote_target(B.link));
    pn_link_open(B.link);
    if (credit) pn_link_flow(B.link, credit);
    settle();
    A.link = sender;
}

static MAYBE pn_delivery_t *send_message(pn_link_t *sender, const char *tag, const char *body, size_t size)
{
    pn_delivery_t *delivery = pn_delivery(sender, pn_dtag(tag, strlen(tag)));
    ssize_t sent = pn_link_send(sender, body, size);
    say("send %s: %zd advance %d", tag, sent, pn_link_advance(sender));
    return delivery;
}

static MAYBE void end_pair(void)
{
    say_frames();
    say("finished A=%d B=%d", pn_connection_driver_finished(&A.driver), pn_connection_driver_finished(&B.driver));
    pn_connection_driver_destroy(&A.driver);
    pn_connection_driver_destroy(&B.driver);
}

/* Closes both connections in the ordinary way. */
static MAYBE void close_pair(void)
{
    pn_connection_close(A.driver.connection);
    settle();
    pn_connection_close(B.driver.connection);
    settle();
    end_pair();
}

#endif
