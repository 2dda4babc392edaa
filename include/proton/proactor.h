/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_PROACTOR_H
#define PROTON_PROACTOR_H 1

/**
 * @file
 * Connections and listeners for any number of threads: programs take batches of events and give them back.
 */

#include <proton/condition.h>
#include <proton/event.h>
#include <proton/import_export.h>
#include <proton/types.h>

/**
 * Room for any address that the proactor deals with, in text, with its terminating zero.
 */
#define PN_MAX_ADDR 1060

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes a proactor.
 *
 * @return a new proactor, to be freed with pn_proactor_free(); NULL if the system has no descriptors left for it
 */
PNP_EXTERN pn_proactor_t *pn_proactor(void);

/**
 * Frees a proactor with its connections and listeners: they are aborted, and no events tell of it. No other thread may
 * be using any of them.
 *
 * @param[in] proactor a proactor, or NULL
 */
PNP_EXTERN void pn_proactor_free(pn_proactor_t *proactor);

/**
 * Connects, as pn_proactor_connect2() does with a transport of its own.
 *
 * @deprecated use pn_proactor_connect2()
 *
 * @param[in] proactor a proactor
 * @param[in] connection a connection, which the proactor owns from now on; NULL to make one
 * @param[in] addr the address
 */
PNP_EXTERN void pn_proactor_connect(pn_proactor_t *proactor, pn_connection_t *connection, const char *addr);

/**
 * Connects to a peer. Events of the connection follow, `PN_TRANSPORT_CLOSED` as the last one, also if the peer cannot
 * be reached: the condition of the transport says why.
 *
 * Thread safe. The proactor owns connection and transport from now on, and frees them when the last event has been
 * handled, unless pn_proactor_release_connection() takes the connection back.
 *
 * @param[in] proactor a proactor
 * @param[in] connection a connection that is set up to be opened; NULL to make one
 * @param[in] transport a transport that is set up, for instance with TLS or SASL; NULL to make one
 * @param[in] addr "host:port", each part of which may be missing, as from pn_proactor_addr()
 */
PNP_EXTERN void pn_proactor_connect2(pn_proactor_t *proactor,
                                     pn_connection_t *connection,
                                     pn_transport_t *transport,
                                     const char *addr);

/**
 * Connects to a peer without AMQP. Events of the raw connection follow, `PN_RAW_CONNECTION_DISCONNECTED` as the last one,
 * also if the peer cannot be reached: the condition of the raw connection says why.
 *
 * Thread safe. The proactor owns the raw connection from now on, and frees it when its last event has been handled.
 *
 * @param[in] proactor a proactor
 * @param[in] raw_connection a raw connection from pn_raw_connection()
 * @param[in] addr "host:port", each part of which may be missing
 */
PNP_EXTERN void pn_proactor_raw_connect(pn_proactor_t *proactor,
                                        pn_raw_connection_t *raw_connection,
                                        const char *addr);

/**
 * Listens for peers. `PN_LISTENER_OPEN` follows, or `PN_LISTENER_CLOSE` with a condition that says what went wrong.
 *
 * Thread safe. The proactor owns the listener from now on, and frees it when its `PN_LISTENER_CLOSE` has been handled.
 * A host name is looked up in this call. pn_listener_addr() tells right afterwards which addresses it came to.
 *
 * @param[in] proactor a proactor
 * @param[in] listener a listener from pn_listener()
 * @param[in] addr "host:port"; no host for all networks, port 0 for any port that is free
 * @param[in] backlog how many peers may wait to be accepted, at least 1
 */
PNP_EXTERN void pn_proactor_listen(pn_proactor_t *proactor,
                                   pn_listener_t *listener,
                                   const char *addr,
                                   int backlog);

/**
 * Ends everything there is in a proactor at this moment: connections fail, listeners close, all with this condition.
 * Their last events follow, and then `PN_PROACTOR_INACTIVE` unless something was started meanwhile.
 *
 * Thread safe.
 *
 * @param[in] proactor a proactor
 * @param[in] condition what to tell them, copied; NULL for nothing in particular
 */
PNP_EXTERN void pn_proactor_disconnect(pn_proactor_t *proactor,
                                       pn_condition_t *condition);

/**
 * Waits for events.
 *
 * @param[in] proactor a proactor
 * @return a batch with at least one event, to be given back with pn_proactor_done()
 */
PNP_EXTERN pn_event_batch_t *pn_proactor_wait(pn_proactor_t *proactor);

/**
 * Gets events if there are any, without waiting.
 *
 * @param[in] proactor a proactor
 * @return a batch with at least one event, to be given back with pn_proactor_done(); NULL if there is none
 */
PNP_EXTERN pn_event_batch_t *pn_proactor_get(pn_proactor_t *proactor);

/**
 * Gives a batch back: what was done in it is acted upon, and others may get what it is about. Any thread may do so,
 * once for each batch. Events that were not taken come in a later batch.
 *
 * @param[in] proactor the proactor the batch is from
 * @param[in] events the batch, not valid any more afterwards
 */
PNP_EXTERN void pn_proactor_done(pn_proactor_t *proactor,
                                 pn_event_batch_t *events);

/**
 * Returns the next event of a batch.
 *
 * @param[in] batch a batch
 * @return the event, valid until the next call of this or of pn_proactor_done(); NULL if there are no more
 */
PNP_EXTERN pn_event_t *pn_event_batch_next(pn_event_batch_t *batch);

/**
 * Tells whether a batch is about the proactor itself.
 *
 * @param[in] batch a batch
 * @return the proactor; NULL if the batch is about something else
 */
PNP_EXTERN pn_proactor_t *pn_event_batch_proactor(pn_event_batch_t *batch);

/**
 * Tells whether a batch is about a listener.
 *
 * @param[in] batch a batch
 * @return the listener; NULL if the batch is about something else
 */
PNP_EXTERN pn_listener_t *pn_event_batch_listener(pn_event_batch_t *batch);

/**
 * Tells whether a batch is about a connection.
 *
 * @param[in] batch a batch
 * @return the connection; NULL if the batch is about something else, or the connection was released
 */
PNP_EXTERN pn_connection_t *pn_event_batch_connection(pn_event_batch_t *batch);

/**
 * Has a thread get `PN_PROACTOR_INTERRUPT`. Interrupts that nobody has got yet are one.
 *
 * Thread safe, and may be called in a signal handler.
 *
 * @param[in] proactor a proactor
 */
PNP_EXTERN void pn_proactor_interrupt(pn_proactor_t *proactor);

/**
 * Has a thread get `PN_PROACTOR_TIMEOUT` after a time, instead of after the one set before. While it is awaited the
 * proactor is not inactive.
 *
 * Thread safe.
 *
 * @param[in] proactor a proactor
 * @param[in] timeout the time in milliseconds, 0 for at once
 */
PNP_EXTERN void pn_proactor_set_timeout(pn_proactor_t *proactor,
                                        pn_millis_t timeout);

/**
 * Takes back what pn_proactor_set_timeout() asked for, if it has not been handed out yet. `PN_PROACTOR_INACTIVE` follows
 * if nothing else is left to do.
 *
 * Thread safe.
 *
 * @param[in] proactor a proactor
 */
PNP_EXTERN void pn_proactor_cancel_timeout(pn_proactor_t *proactor);

/**
 * Takes a connection out of its proactor, as new: its transport is closed, and no more events of it come. The caller
 * owns it, and frees it or connects it again.
 *
 * Only for the thread that handles an event of the connection, `PN_TRANSPORT_CLOSED` included.
 *
 * @param[in] connection a connection
 */
PNP_EXTERN void pn_proactor_release_connection(pn_connection_t *connection);

/**
 * Returns the proactor that drives a connection.
 *
 * @param[in] connection a connection, or NULL
 * @return the proactor; NULL if there is none
 */
PNP_EXTERN pn_proactor_t *pn_connection_proactor(pn_connection_t *connection);

/**
 * Has `PN_CONNECTION_WAKE` come for a connection. Wakes that have not been handed out yet are one.
 *
 * Thread safe: the connection has to be in a proactor, whose thread must not be about to end it.
 *
 * @param[in] connection a connection; nothing happens if no proactor drives it
 */
PNP_EXTERN void pn_connection_wake(pn_connection_t *connection);

/**
 * Writes what a connection has to say, without waiting for the end of the batch.
 *
 * Only for the thread that handles an event of the connection.
 *
 * @param[in] connection a connection; nothing happens if no proactor drives it
 */
PNP_EXTERN void pn_connection_write_flush(pn_connection_t *connection);

/**
 * Returns the proactor that an event comes from.
 *
 * @param[in] event an event, or NULL
 * @return the proactor; NULL if the event is about something that no proactor drives
 */
PNP_EXTERN pn_proactor_t *pn_event_proactor(pn_event_t *event);

/**
 * Writes the address of a host and a port, "HOST:PORT".
 *
 * @param[out] addr room for the address, cut off where it does not fit; ends in NUL
 * @param[in] size the size of `addr`; PN_MAX_ADDR is always enough
 * @param[in] host a name or a number, NULL for this host
 * @param[in] port a number or the name of a service, NULL for AMQP's own
 * @return the length of the whole address without NUL
 */
PNP_EXTERN int pn_proactor_addr(char *addr, size_t size, const char *host, const char *port);

/**
 * Returns the time by the clock that time-outs run by.
 *
 * @deprecated use pn_proactor_now_64()
 *
 * @return milliseconds since a moment in the past; the number starts anew every 49 days
 */
PNP_EXTERN pn_millis_t pn_proactor_now(void);

/**
 * Returns the time by the clock that time-outs run by.
 *
 * @return milliseconds since a moment in the past
 */
PNP_EXTERN int64_t pn_proactor_now_64(void);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_PROACTOR_H */
