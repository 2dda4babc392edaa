/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_REACTOR_H
#define PROTON_REACTOR_H 1

/**
 * @file
 * Reactors: loops that show events to handlers and wait for more.
 *
 * @deprecated use the proactor
 */

#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/error.h>
#include <proton/event.h>
#include <proton/object.h>
#include <proton/selectable.h>
#include <proton/ssl.h>

/**
 * Something that events are shown to.
 */
typedef struct pn_handler_t pn_handler_t;

/**
 * A loop that shows events to handlers.
 */
typedef struct pn_reactor_t pn_reactor_t;

/**
 * What accepts connections for a reactor.
 */
typedef struct pn_acceptor_t pn_acceptor_t;

/**
 * A set of tasks that become due.
 */
typedef struct pn_timer_t pn_timer_t;

/**
 * Something that becomes due once.
 */
typedef struct pn_task_t pn_task_t;

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes a handler.
 *
 * @param[in] dispatch what is called for every event, or NULL
 * @return the handler, to be freed with pn_handler_free() or passed on
 */
PNX_EXTERN pn_handler_t *pn_handler(void (*dispatch)(pn_handler_t*, pn_event_t*, pn_event_type_t));

/**
 * Makes a handler with memory of its own.
 *
 * @param[in] dispatch what is called for every event, or NULL
 * @param[in] size bytes of memory, at first zero; see pn_handler_mem()
 * @param[in] finalize what is called before the handler goes, or NULL
 * @return the handler, to be freed with pn_handler_free() or passed on
 */
PNX_EXTERN pn_handler_t *pn_handler_new(void (*dispatch)(pn_handler_t*, pn_event_t*, pn_event_type_t),
                                        size_t size,
                                        void (*finalize)(pn_handler_t*));

/**
 * Gives up a handler, and with it the references that its maker has left to its children: those that pn_handler_add()
 * did not take.
 *
 * @param[in] handler a handler, or NULL
 */
PNX_EXTERN void pn_handler_free(pn_handler_t *handler);

/**
 * Gives the memory of a handler.
 *
 * @param[in] handler a handler, or NULL
 * @return the memory, as aligned as anything needs it, valid as long as the handler; NULL for NULL
 */
PNX_EXTERN void *pn_handler_mem(pn_handler_t *handler);

/**
 * Adds a child: it sees every event after its parent and the children before it.
 *
 * @param[in] handler a handler, or NULL
 * @param[in] child the child, which is held, or NULL
 */
PNX_EXTERN void pn_handler_add(pn_handler_t *handler, pn_handler_t *child);

/**
 * Lets go of all children.
 *
 * @param[in] handler a handler, or NULL
 */
PNX_EXTERN void pn_handler_clear(pn_handler_t *handler);

/**
 * Shows an event to a handler and its children.
 *
 * @param[in] handler a handler, or NULL
 * @param[in] event the event
 * @param[in] type its type
 */
PNX_EXTERN void pn_handler_dispatch(pn_handler_t *handler, pn_event_t *event, pn_event_type_t type);

/**
 * Makes a reactor with an empty handler, whose global handler is pn_iohandler().
 *
 * @return the reactor, to be freed with pn_reactor_free(); NULL if the system has no descriptors left
 */
PNX_EXTERN pn_reactor_t *pn_reactor(void);

/**
 * Gives the record for the program's own data on a reactor.
 *
 * @param[in] reactor a reactor, or NULL
 * @return a record that lives as long as the reactor; NULL for NULL
 */
PNX_EXTERN pn_record_t *pn_reactor_attachments(pn_reactor_t *reactor);

/**
 * Returns how long a reactor may wait for something to happen.
 *
 * @param[in] reactor a reactor, or NULL
 * @return milliseconds; as a negative number, any time
 */
PNX_EXTERN pn_millis_t pn_reactor_get_timeout(pn_reactor_t *reactor);

/**
 * Sets how long a reactor may wait for something to happen.
 *
 * @param[in] reactor a reactor, or NULL
 * @param[in] timeout milliseconds, at first 0: not at all; -1 for any time
 */
PNX_EXTERN void pn_reactor_set_timeout(pn_reactor_t *reactor, pn_millis_t timeout);

/**
 * Takes the time.
 *
 * @param[in] reactor a reactor, or NULL
 * @return milliseconds since the start of 1970, by a clock that is not set while the reactor lives
 */
PNX_EXTERN pn_timestamp_t pn_reactor_mark(pn_reactor_t *reactor);

/**
 * Returns the time that was taken last, by pn_reactor_mark(), pn_reactor_process() or after a wait.
 *
 * @param[in] reactor a reactor, or NULL
 * @return as pn_reactor_mark()
 */
PNX_EXTERN pn_timestamp_t pn_reactor_now(pn_reactor_t *reactor);

/**
 * Has pn_reactor_process() return before the next event.
 *
 * @param[in] reactor a reactor, or NULL
 */
PNX_EXTERN void pn_reactor_yield(pn_reactor_t *reactor);

/**
 * Ends a wait that goes on, or the next one. The only function that another thread may call.
 *
 * @param[in] reactor a reactor, or NULL
 * @return 0; PN_ARG_ERR for NULL
 */
PNX_EXTERN int pn_reactor_wakeup(pn_reactor_t *reactor);

/**
 * Has a reactor start.
 *
 * @param[in] reactor a reactor, or NULL
 */
PNX_EXTERN void pn_reactor_start(pn_reactor_t *reactor);

/**
 * Tells whether nothing is queued, besides PN_REACTOR_QUIESCED.
 *
 * @param[in] reactor a reactor, or NULL
 * @return true if nothing is
 */
PNX_EXTERN bool pn_reactor_quiesced(pn_reactor_t *reactor);

/**
 * Shows events to handlers, and waits for more where the I/O handler does.
 *
 * @param[in] reactor a reactor, or NULL
 * @return true while there is more to do; after false, one more call shows PN_REACTOR_FINAL
 */
PNX_EXTERN bool pn_reactor_process(pn_reactor_t *reactor);

/**
 * Has a reactor end as soon as nothing is queued, whatever else it has.
 *
 * @param[in] reactor a reactor, or NULL
 */
PNX_EXTERN void pn_reactor_stop(pn_reactor_t *reactor);

/**
 * Starts a reactor and has it work until there is nothing left to do.
 *
 * @param[in] reactor a reactor, or NULL
 */
PNX_EXTERN void pn_reactor_run(pn_reactor_t *reactor);

/**
 * Frees a reactor, with all connections and selectables that nobody else holds, and gives up its handler as
 * pn_handler_free() does.
 *
 * @param[in] reactor a reactor, or NULL
 */
PNX_EXTERN void pn_reactor_free(pn_reactor_t *reactor);

/**
 * Returns where a reactor's events are queued.
 *
 * @param[in] reactor a reactor, or NULL
 * @return the collector, held by the reactor; NULL for NULL
 */
PNX_EXTERN pn_collector_t *pn_reactor_collector(pn_reactor_t *reactor);

/**
 * Returns the error of the last attempt to listen or to accept.
 *
 * @param[in] reactor a reactor, or NULL
 * @return the error, valid as long as the reactor; NULL for NULL
 */
PNX_EXTERN pn_error_t *pn_reactor_error(pn_reactor_t *reactor);

/**
 * Returns the handler for events of objects that have no handler of their own.
 *
 * @param[in] reactor a reactor, or NULL
 * @return the handler, held by the reactor; NULL if there is none
 */
PNX_EXTERN pn_handler_t *pn_reactor_get_handler(pn_reactor_t *reactor);

/**
 * Sets the handler for events of objects that have no handler of their own.
 *
 * @param[in] reactor a reactor, or NULL
 * @param[in] handler the handler, which is held, or NULL
 */
PNX_EXTERN void pn_reactor_set_handler(pn_reactor_t *reactor, pn_handler_t *handler);

/**
 * Returns the handler that sees every event after the handler it is for: input and output.
 *
 * @param[in] reactor a reactor, or NULL
 * @return the handler, held by the reactor; NULL if there is none
 */
PNX_EXTERN pn_handler_t *pn_reactor_get_global_handler(pn_reactor_t *reactor);

/**
 * Sets the handler that sees every event after the handler it is for: input and output.
 *
 * @param[in] reactor a reactor, or NULL
 * @param[in] handler the handler, which is held, or NULL
 */
PNX_EXTERN void pn_reactor_set_global_handler(pn_reactor_t *reactor, pn_handler_t *handler);

/**
 * Returns the connections and selectables that a reactor has.
 *
 * @param[in] reactor a reactor, or NULL
 * @return the list, held by the reactor; NULL for NULL
 */
PNX_EXTERN pn_list_t *pn_reactor_children(pn_reactor_t *reactor);

/**
 * Makes a selectable that a reactor waits for. Unless other callbacks are set, it reports by events.
 *
 * @param[in] reactor a reactor
 * @return the selectable, held by the reactor until it has ended; NULL for NULL
 */
PNX_EXTERN pn_selectable_t *pn_reactor_selectable(pn_reactor_t *reactor);

/**
 * Applies what was changed on a selectable. A terminated one has its last event then.
 *
 * @param[in] reactor a reactor, or NULL
 * @param[in] selectable a selectable of the reactor, or NULL
 */
PNX_EXTERN void pn_reactor_update(pn_reactor_t *reactor, pn_selectable_t *selectable);

/**
 * Listens for connections.
 *
 * @param[in] reactor a reactor
 * @param[in] host the host to listen on; NULL for every network this host is on
 * @param[in] port the port
 * @param[in] handler the handler of the connections, which is held; NULL for the reactor's
 * @return the acceptor, held by the reactor until it has ended; NULL if it cannot be, see pn_reactor_error()
 */
PNX_EXTERN pn_acceptor_t *pn_reactor_acceptor(pn_reactor_t *reactor,
                                              const char *host,
                                              const char *port,
                                              pn_handler_t *handler);

/**
 * Makes a connection, which goes to its host when it is opened.
 *
 * @param[in] reactor a reactor
 * @param[in] handler the handler of its events, which is held; NULL for the reactor's
 * @return the connection, held by the reactor until it has ended; NULL for NULL
 */
PNX_EXTERN pn_connection_t *pn_reactor_connection(pn_reactor_t *reactor, pn_handler_t *handler);

/**
 * Makes a connection to a host.
 *
 * @param[in] reactor a reactor
 * @param[in] host the host
 * @param[in] port the port, a number or the name of a service
 * @param[in] handler the handler of its events, which is held; NULL for the reactor's
 * @return as pn_reactor_connection()
 */
PNX_EXTERN pn_connection_t *pn_reactor_connection_to_host(pn_reactor_t *reactor,
                                                          const char *host,
                                                          const char *port,
                                                          pn_handler_t *handler);

/**
 * Sets where a connection goes when it is opened. One that was accepted keeps its address.
 *
 * @param[in] reactor the reactor of the connection
 * @param[in] connection a connection, or NULL
 * @param[in] host the host; NULL to go by pn_connection_set_hostname()
 * @param[in] port the port, a number or the name of a service; NULL for 5672
 */
PNX_EXTERN void pn_reactor_set_connection_host(pn_reactor_t *reactor,
                                               pn_connection_t *connection,
                                               const char *host,
                                               const char *port);

/**
 * Returns where a connection goes, or for one that was accepted, where it came from, in numbers.
 *
 * @param[in] reactor the reactor of the connection
 * @param[in] connection a connection, or NULL
 * @return "host:port", an IPv6 host in brackets, valid until it is set or asked for again; NULL if there is none
 */
PNX_EXTERN const char *pn_reactor_get_connection_address(pn_reactor_t *reactor,
                                                         pn_connection_t *connection);

/**
 * Has a handler called once.
 *
 * @param[in] reactor a reactor
 * @param[in] delay milliseconds from pn_reactor_now()
 * @param[in] handler the handler of PN_TIMER_TASK, which is held; NULL for the reactor's
 * @return the task, valid until its event has been handled; NULL for NULL
 */
PNX_EXTERN pn_task_t *pn_reactor_schedule(pn_reactor_t *reactor, int delay, pn_handler_t *handler);

/**
 * Makes a timer of the program's own.
 *
 * @param[in] collector where it reports, which is held
 * @return the timer, to be freed with pn_decref()
 */
PNX_EXTERN pn_timer_t *pn_timer(pn_collector_t *collector);

/**
 * Returns when the first task is due.
 *
 * @param[in] timer a timer, or NULL
 * @return the deadline; 0 if there is no task
 */
PNX_EXTERN pn_timestamp_t pn_timer_deadline(pn_timer_t *timer);

/**
 * Reports the tasks that are due.
 *
 * @param[in] timer a timer, or NULL
 * @param[in] now the time
 */
PNX_EXTERN void pn_timer_tick(pn_timer_t *timer, pn_timestamp_t now);

/**
 * Makes a task.
 *
 * @param[in] timer a timer
 * @param[in] deadline when it is due
 * @return the task, valid until its event has been handled; NULL for NULL
 */
PNX_EXTERN pn_task_t *pn_timer_schedule(pn_timer_t *timer, pn_timestamp_t deadline);

/**
 * Tells how many tasks wait.
 *
 * @param[in] timer a timer, or NULL
 * @return their number; cancelled ones count until those before them are done
 */
PNX_EXTERN int pn_timer_tasks(pn_timer_t *timer);

/**
 * Gives the record for the program's own data on a task.
 *
 * @param[in] task a task, or NULL
 * @return a record that lives as long as the task; NULL for NULL
 */
PNX_EXTERN pn_record_t *pn_task_attachments(pn_task_t *task);

/**
 * Takes a task back: nothing will be reported.
 *
 * @param[in] task a task that is not due yet, or NULL
 */
PNX_EXTERN void pn_task_cancel(pn_task_t *task);

/**
 * Has the connections of an acceptor encrypted.
 *
 * @param[in] acceptor an acceptor, or NULL
 * @param[in] domain the settings; they have to outlive the acceptor
 */
PNX_EXTERN void pn_acceptor_set_ssl_domain(pn_acceptor_t *acceptor, pn_ssl_domain_t *domain);

/**
 * Stops listening. Connections that were accepted live on.
 *
 * @param[in] acceptor an acceptor, or NULL
 */
PNX_EXTERN void pn_acceptor_close(pn_acceptor_t *acceptor);

/**
 * Returns the acceptor that a connection came from.
 *
 * @param[in] connection a connection, or NULL
 * @return the acceptor, held by the connection; NULL if it was not accepted
 */
PNX_EXTERN pn_acceptor_t *pn_connection_acceptor(pn_connection_t *connection);

/**
 * Returns the handler attached to whatever a record belongs to.
 *
 * @param[in] record a record, or NULL
 * @return the handler, held by the record; NULL if there is none
 */
PNX_EXTERN pn_handler_t *pn_record_get_handler(pn_record_t *record);

/**
 * Attaches a handler to whatever a record belongs to: a connection, session, link, task or selectable. It sees the
 * events of that object in place of any other.
 *
 * @param[in] record a record, or NULL
 * @param[in] handler the handler, which is held, or NULL
 */
PNX_EXTERN void pn_record_set_handler(pn_record_t *record,
                                      pn_handler_t *handler);

/**
 * Returns the reactor that an object belongs to.
 *
 * @param[in] clazz the class of the object
 * @param[in] object a reactor, task, transport, delivery, link, session, connection or selectable, or anything else
 * @return the reactor; NULL if there is none
 */
PNX_EXTERN pn_reactor_t *pn_class_reactor(const pn_class_t *clazz,
                                          void *object);

/**
 * Returns the reactor that a counted object belongs to.
 *
 * @param[in] object as pn_class_reactor(), or NULL
 * @return the reactor; NULL if there is none
 */
PNX_EXTERN pn_reactor_t *pn_object_reactor(void *object);

/**
 * Returns the reactor that an event comes from.
 *
 * @param[in] event an event, or NULL
 * @return the reactor; NULL if there is none
 */
PNX_EXTERN pn_reactor_t *pn_event_reactor(pn_event_t *event);

/**
 * Returns the handler that an event was shown to first, whose children see it now.
 *
 * @param[in] event an event, or NULL
 * @return the handler; NULL if no reactor shows the event
 */
PNX_EXTERN pn_handler_t *pn_event_root(pn_event_t *event);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_REACTOR_H */
