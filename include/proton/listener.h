/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_LISTENER_H
#define PROTON_LISTENER_H 1

/**
 * @file
 * Listeners: the sockets of a proactor that peers connect to.
 */

#include <proton/condition.h>
#include <proton/event.h>
#include <proton/import_export.h>
#include <proton/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes a listener, for pn_proactor_listen().
 *
 * @return a new listener, to be freed with pn_listener_free() unless it is given to pn_proactor_listen()
 */
PNP_EXTERN pn_listener_t *pn_listener(void);

/**
 * Frees a listener that was never given to pn_proactor_listen(). The proactor frees the others.
 *
 * @param[in] l a listener, or NULL
 */
PNP_EXTERN void pn_listener_free(pn_listener_t *l);

/**
 * Accepts a connection, as pn_listener_accept2() does with a transport of its own.
 *
 * @deprecated use pn_listener_accept2()
 *
 * @param[in] listener a listener
 * @param[in] connection a connection, which the proactor owns from now on; NULL to make one
 */
PNP_EXTERN void pn_listener_accept(pn_listener_t *listener, pn_connection_t *connection);

/**
 * Accepts the connection that a `PN_LISTENER_ACCEPT` tells of. Events of the new connection follow; the program opens
 * it with pn_connection_open(). Without a connection that waits, or on a closed listener, the new connection fails at
 * once, with a condition.
 *
 * Thread safe, but for calls on one listener at the same time.
 *
 * @param[in] listener a listener
 * @param[in] connection a connection, which the proactor owns from now on; NULL to make one
 * @param[in] transport a transport, which the proactor owns from now on; NULL to make one
 */
PNP_EXTERN void pn_listener_accept2(pn_listener_t *listener,
                                    pn_connection_t *connection,
                                    pn_transport_t *transport);

/**
 * Accepts the connection that a `PN_LISTENER_ACCEPT` tells of, as one without AMQP.
 *
 * @param[in] listener a listener
 * @param[in] raw_connection a raw connection, which the proactor owns from now on
 */
PNP_EXTERN void pn_listener_raw_accept(pn_listener_t *listener, pn_raw_connection_t *raw_connection);

/**
 * Returns the condition that a listener closed with.
 *
 * @param[in] l a listener
 * @return the condition, not set if nothing went wrong, valid as long as the listener; NULL for NULL
 */
PNP_EXTERN pn_condition_t *pn_listener_condition(pn_listener_t *l);

/**
 * Returns the program's own pointer on a listener.
 *
 * @param[in] listener a listener
 * @return what pn_listener_set_context() set last, NULL at first
 */
PNP_EXTERN void *pn_listener_get_context(pn_listener_t *listener);

/**
 * Sets the program's own pointer on a listener.
 *
 * @param[in] listener a listener
 * @param[in] context the pointer
 */
PNP_EXTERN void pn_listener_set_context(pn_listener_t *listener, void *context);

/**
 * Returns the record for the program's own data on a listener.
 *
 * @param[in] listener a listener
 * @return the record, valid as long as the listener; NULL for NULL
 */
PNP_EXTERN pn_record_t *pn_listener_attachments(pn_listener_t *listener);

/**
 * Closes a listener: it accepts no more, and what was accepted and not claimed is dropped. `PN_LISTENER_CLOSE` follows.
 * Doing it again, or before pn_proactor_listen(), changes nothing.
 *
 * Thread safe.
 *
 * @param[in] l a listener
 */
PNP_EXTERN void pn_listener_close(pn_listener_t *l);

/**
 * Returns the proactor of a listener.
 *
 * @param[in] c a listener
 * @return the proactor; NULL before pn_proactor_listen()
 */
PNP_EXTERN pn_proactor_t *pn_listener_proactor(pn_listener_t *c);

/**
 * Returns the listener that an event is about.
 *
 * @param[in] event an event, or NULL
 * @return the listener; NULL if the event is about something else
 */
PNP_EXTERN pn_listener_t *pn_event_listener(pn_event_t *event);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_LISTENER_H */
