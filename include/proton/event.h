/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_EVENT_H
#define PROTON_EVENT_H 1

/**
 * @file
 * Events: what happened to a connection, its endpoints and its transport, in order.
 */

#include <proton/condition.h>
#include <proton/import_export.h>
#include <proton/object.h>
#include <proton/type_compat.h>
#include <proton/types.h>
#include <stddef.h>

/**
 * Something that happened, with the object it happened to.
 */
typedef struct pn_event_t pn_event_t;

#ifdef __cplusplus
extern "C" {
#endif

/** The type of an event. */
typedef enum pn_event_type_t {
  /** No event; the type of a NULL event. */
  PN_EVENT_NONE = 0,
  /** A reactor starts. The first event of a reactor. */
  PN_REACTOR_INIT = 1,
  /** A reactor has handled everything and is about to wait. */
  PN_REACTOR_QUIESCED = 2,
  /** A reactor has stopped. Its last event. */
  PN_REACTOR_FINAL = 3,
  /** A scheduled task is due. */
  PN_TIMER_TASK = 4,
  /** A connection begins to report to the collector. Its first event. */
  PN_CONNECTION_INIT = 5,
  /** A connection was bound to a transport. */
  PN_CONNECTION_BOUND = 6,
  /** A connection was separated from its transport. */
  PN_CONNECTION_UNBOUND = 7,
  /** The program opened the connection. */
  PN_CONNECTION_LOCAL_OPEN = 8,
  /** The peer opened the connection. */
  PN_CONNECTION_REMOTE_OPEN = 9,
  /** The program closed the connection. */
  PN_CONNECTION_LOCAL_CLOSE = 10,
  /** The peer closed the connection; the remote condition may say why. */
  PN_CONNECTION_REMOTE_CLOSE = 11,
  /** The connection was freed and is done. Its last event. */
  PN_CONNECTION_FINAL = 12,
  /** A session was made, by the program or by the peer. */
  PN_SESSION_INIT = 13,
  /** The program opened the session. */
  PN_SESSION_LOCAL_OPEN = 14,
  /** The peer opened the session. */
  PN_SESSION_REMOTE_OPEN = 15,
  /** The program closed the session. */
  PN_SESSION_LOCAL_CLOSE = 16,
  /** The peer closed the session; the remote condition may say why. */
  PN_SESSION_REMOTE_CLOSE = 17,
  /** The session was freed and is done. Its last event. */
  PN_SESSION_FINAL = 18,
  /** A link was made, by the program or by the peer. */
  PN_LINK_INIT = 19,
  /** The program opened the link. */
  PN_LINK_LOCAL_OPEN = 20,
  /** The peer opened the link. */
  PN_LINK_REMOTE_OPEN = 21,
  /** The program closed the link. */
  PN_LINK_LOCAL_CLOSE = 22,
  /** The peer closed the link; the remote condition may say why. */
  PN_LINK_REMOTE_CLOSE = 23,
  /** The program detached the link without closing it. */
  PN_LINK_LOCAL_DETACH = 24,
  /** The peer detached the link without closing it. */
  PN_LINK_REMOTE_DETACH = 25,
  /** The credit of the link, or what is queued for it, changed. */
  PN_LINK_FLOW = 26,
  /** The link was freed and is done. Its last event. */
  PN_LINK_FINAL = 27,
  /** The peer sent bytes, a state or a settlement for a delivery. */
  PN_DELIVERY = 28,
  /** The transport may have bytes to write. Repeats are merged while one is queued. */
  PN_TRANSPORT = 29,
  /** The peer is authenticated; the transport tells as whom. */
  PN_TRANSPORT_AUTHENTICATED = 30,
  /** The transport failed; its condition says why. */
  PN_TRANSPORT_ERROR = 31,
  /** The transport has no more bytes to write. */
  PN_TRANSPORT_HEAD_CLOSED = 32,
  /** The transport takes no more bytes. */
  PN_TRANSPORT_TAIL_CLOSED = 33,
  /** Both directions of the transport are closed. */
  PN_TRANSPORT_CLOSED = 34,
  /** A selectable was made. */
  PN_SELECTABLE_INIT = 35,
  /** What a selectable waits for changed. */
  PN_SELECTABLE_UPDATED = 36,
  /** The descriptor of a selectable can be read. */
  PN_SELECTABLE_READABLE = 37,
  /** The descriptor of a selectable can be written. */
  PN_SELECTABLE_WRITABLE = 38,
  /** The descriptor of a selectable has an error. */
  PN_SELECTABLE_ERROR = 39,
  /** The deadline of a selectable has passed. */
  PN_SELECTABLE_EXPIRED = 40,
  /** A selectable was terminated. Its last event. */
  PN_SELECTABLE_FINAL = 41,
  /** pn_connection_wake() was called. */
  PN_CONNECTION_WAKE = 42,
  /** A peer connects to a listener. */
  PN_LISTENER_ACCEPT = 43,
  /** A listener is closed; its condition may say why. Its last event. */
  PN_LISTENER_CLOSE = 44,
  /** pn_proactor_interrupt() was called. */
  PN_PROACTOR_INTERRUPT = 45,
  /** The time set with pn_proactor_set_timeout() is up. */
  PN_PROACTOR_TIMEOUT = 46,
  /** The proactor has no connections, listeners or timeouts left. */
  PN_PROACTOR_INACTIVE = 47,
  /** A listener is listening. */
  PN_LISTENER_OPEN = 48,
  /** A raw connection is established. */
  PN_RAW_CONNECTION_CONNECTED = 49,
  /** A raw connection has no more bytes to read. */
  PN_RAW_CONNECTION_CLOSED_READ = 50,
  /** A raw connection takes no more bytes. */
  PN_RAW_CONNECTION_CLOSED_WRITE = 51,
  /** A raw connection is gone. Its last event. */
  PN_RAW_CONNECTION_DISCONNECTED = 52,
  /** A raw connection has bytes but no buffer for them. */
  PN_RAW_CONNECTION_NEED_READ_BUFFERS = 53,
  /** A raw connection could write but has nothing to. */
  PN_RAW_CONNECTION_NEED_WRITE_BUFFERS = 54,
  /** A raw connection has filled buffers to take. */
  PN_RAW_CONNECTION_READ = 55,
  /** A raw connection is done with buffers that were written. */
  PN_RAW_CONNECTION_WRITTEN = 56,
  /** pn_raw_connection_wake() was called. */
  PN_RAW_CONNECTION_WAKE = 57,
  /** A raw connection is ending; all buffers must be taken back. */
  PN_RAW_CONNECTION_DRAIN_BUFFERS = 58,
} pn_event_type_t;

/**
 * Gives the name of an event type.
 *
 * @param[in] type an event type
 * @return constant text such as "PN_CONNECTION_INIT"; "PN_UNKNOWN" for a number that is no event
 */
PN_EXTERN const char *pn_event_type_name(pn_event_type_t type);

/**
 * Makes an empty collector.
 *
 * @return a new counted object, to be released with pn_collector_free()
 */
PN_EXTERN pn_collector_t *pn_collector(void);

/**
 * Releases a collector: drops everything queued, takes no more events, and gives up the caller's reference.
 *
 * @param[in] collector a collector, or NULL
 */
PN_EXTERN void pn_collector_free(pn_collector_t *collector);

/**
 * Drops everything queued and takes no more events. The caller keeps its reference.
 *
 * Events that the program holds a reference to stay as they are. Doing it again changes nothing.
 *
 * @param[in] collector a collector, or NULL
 */
PN_EXTERN void pn_collector_release(pn_collector_t *collector);

/**
 * Drops everything queued, and the event pn_collector_next() gave last.
 *
 * @param[in] collector a collector, or NULL
 */
PN_EXTERN void pn_collector_drain(pn_collector_t *collector);

/**
 * Puts an event at the end of the queue, unless the last one queued has the same type and context.
 *
 * The event holds a reference to the context while it lives.
 *
 * @param[in] collector a collector, or NULL
 * @param[in] clazz the class of the context
 * @param[in] context the object the event is about, not NULL
 * @param[in] type the type of the event
 * @return the event, valid as one from pn_collector_peek(); NULL if it was merged with the last one, or if
 * the collector is NULL or released
 */
PN_EXTERN pn_event_t *pn_collector_put(pn_collector_t *collector,
                                       const pn_class_t *clazz,
                                       void *context,
                                       pn_event_type_t type);

/**
 * Puts an event about a counted object at the end of the queue, as pn_collector_put() does with its own class.
 *
 * @param[in] collector a collector, or NULL
 * @param[in] object the counted object the event is about, not NULL
 * @param[in] type the type of the event
 * @return the event, or NULL as from pn_collector_put()
 */
PN_EXTERN pn_event_t *pn_collector_put_object(pn_collector_t *collector,
                                              void *object,
                                              pn_event_type_t type);

/**
 * Gives the event at the head of the queue and leaves it there.
 *
 * @param[in] collector a collector, or NULL
 * @return the event, valid until it is popped; NULL if the queue is empty
 */
PN_EXTERN pn_event_t *pn_collector_peek(pn_collector_t *collector);

/**
 * Drops the event at the head of the queue.
 *
 * @param[in] collector a collector, or NULL
 * @return true if there was one
 */
PN_EXTERN bool pn_collector_pop(pn_collector_t *collector);

/**
 * Takes the event at the head out of the queue, and drops the one this call gave before.
 *
 * @param[in] collector a collector, or NULL
 * @return the event, valid until the next such call, drain or release; NULL if the queue is empty
 */
PN_EXTERN pn_event_t *pn_collector_next(pn_collector_t *collector);

/**
 * Gives the event that pn_collector_next() gave last.
 *
 * @param[in] collector a collector, or NULL
 * @return the event; NULL if there is none
 */
PN_EXTERN pn_event_t *pn_collector_prev(pn_collector_t *collector);

/**
 * Tells whether there are more events after the one at the head of the queue.
 *
 * @param[in] collector a collector, or NULL
 * @return true if at least two events are queued
 */
PN_EXTERN bool pn_collector_more(pn_collector_t *collector);

/**
 * Gives the type of an event.
 *
 * @param[in] event an event, or NULL
 * @return the type; PN_EVENT_NONE for NULL
 */
PN_EXTERN pn_event_type_t pn_event_type(pn_event_t *event);

/**
 * Gives the class of the context of an event: the one it was put with.
 *
 * @param[in] event an event, or NULL
 * @return the class; NULL for NULL
 */
PN_EXTERN const pn_class_t *pn_event_class(pn_event_t *event);

/**
 * Gives the object an event is about.
 *
 * @param[in] event an event, or NULL
 * @return the object, which the event holds; NULL for NULL
 */
PN_EXTERN void *pn_event_context(pn_event_t *event);

/**
 * Gives the record for the program's own data on an event.
 *
 * @param[in] event an event, or NULL
 * @return a record that lives as long as the event; NULL for NULL
 */
PN_EXTERN pn_record_t *pn_event_attachments(pn_event_t *event);

/**
 * Gives the delivery an event is about.
 *
 * @param[in] event an event, or NULL
 * @return the delivery; NULL if the event is not about one
 */
PN_EXTERN pn_delivery_t *pn_event_delivery(pn_event_t *event);

/**
 * Gives the link an event is about, or the link of its delivery.
 *
 * @param[in] event an event, or NULL
 * @return the link; NULL if the event has none
 */
PN_EXTERN pn_link_t *pn_event_link(pn_event_t *event);

/**
 * Gives the session an event is about, or the session of its link or delivery.
 *
 * @param[in] event an event, or NULL
 * @return the session; NULL if the event has none
 */
PN_EXTERN pn_session_t *pn_event_session(pn_event_t *event);

/**
 * Gives the connection an event is about, or the one its session, link, delivery or transport belongs to.
 *
 * @param[in] event an event, or NULL
 * @return the connection; NULL if the event has none, as for a transport without a connection
 */
PN_EXTERN pn_connection_t *pn_event_connection(pn_event_t *event);

/**
 * Gives the transport an event is about, or the one its connection is bound to at the moment.
 *
 * @param[in] event an event, or NULL
 * @return the transport; NULL if the event has none
 */
PN_EXTERN pn_transport_t *pn_event_transport(pn_event_t *event);

/**
 * Gives the error condition that goes with an event.
 *
 * For an endpoint this is the remote condition if it is set, else the local one; for a transport its condition.
 *
 * @param[in] event an event, or NULL
 * @return the condition, which belongs to the object of the event; NULL if none is set
 */
PN_EXTERN pn_condition_t *pn_event_condition(pn_event_t *event);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_EVENT_H */
