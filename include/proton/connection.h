/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_CONNECTION_H
#define PROTON_CONNECTION_H 1

/**
 * @file
 * Connections: opening and closing them, what the two ends say of themselves, and finding their endpoints.
 */

#include <proton/codec.h>
#include <proton/condition.h>
#include <proton/error.h>
#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** State bit: the endpoint has not been opened by this side. */
#define PN_LOCAL_UNINIT 1

/** State bit: this side has opened the endpoint. */
#define PN_LOCAL_ACTIVE 2

/** State bit: this side has closed the endpoint. */
#define PN_LOCAL_CLOSED 4

/** State bit: the peer has not opened the endpoint. */
#define PN_REMOTE_UNINIT 8

/** State bit: the peer has opened the endpoint. */
#define PN_REMOTE_ACTIVE 16

/** State bit: the peer has closed the endpoint. */
#define PN_REMOTE_CLOSED 32

/** All state bits of this side. */
#define PN_LOCAL_MASK ((PN_LOCAL_UNINIT | PN_LOCAL_ACTIVE) | PN_LOCAL_CLOSED)

/** All state bits of the peer's side. */
#define PN_REMOTE_MASK ((PN_REMOTE_UNINIT | PN_REMOTE_ACTIVE) | PN_REMOTE_CLOSED)

/**
 * Makes a connection, to be bound to a transport or given to a connection driver.
 *
 * @return a new connection with one reference, to be freed with pn_connection_free()
 */
PN_EXTERN pn_connection_t *pn_connection(void);

/**
 * Frees a connection and everything in it, and gives up the caller's reference. What events or other references
 * still hold stays readable.
 *
 * @param[in] connection a connection, or NULL
 */
PN_EXTERN void pn_connection_free(pn_connection_t *connection);

/**
 * Frees a connection and everything in it, but keeps the caller's reference.
 *
 * @param[in] connection a connection, or NULL
 */
PN_EXTERN void pn_connection_release(pn_connection_t *connection);

/**
 * Returns an error object that is never set; conditions tell what went wrong.
 *
 * @deprecated use pn_connection_condition()
 * @param[in] connection a connection
 * @return an error without code or text
 */
PN_EXTERN pn_error_t *pn_connection_error(pn_connection_t *connection);

/**
 * Tells a connection where its events go. Every endpoint that exists is announced there by its INIT event.
 *
 * @param[in] connection a connection
 * @param[in] collector the collector, of which the connection takes a reference; NULL for no events
 */
PN_EXTERN void pn_connection_collect(pn_connection_t *connection, pn_collector_t *collector);

/**
 * Returns the collector of a connection.
 *
 * @param[in] connection a connection, or NULL
 * @return the collector, NULL if there is none
 */
PN_EXTERN pn_collector_t *pn_connection_collector(pn_connection_t *connection);

/**
 * Returns the transport that a connection is bound to.
 *
 * @param[in] connection a connection, or NULL
 * @return the transport, NULL if the connection is not bound
 */
PN_EXTERN pn_transport_t *pn_connection_transport(pn_connection_t *connection);

/**
 * Returns the application's pointer on a connection.
 *
 * @param[in] connection a connection, or NULL
 * @return what pn_connection_set_context() stored, NULL if nothing
 */
PN_EXTERN void *pn_connection_get_context(pn_connection_t *connection);

/**
 * Stores a pointer of the application's on a connection.
 *
 * @param[in] connection a connection
 * @param[in] context any pointer; it is never followed
 */
PN_EXTERN void pn_connection_set_context(pn_connection_t *connection, void *context);

/**
 * Returns the record in which anything can be attached to a connection.
 *
 * @param[in] connection a connection, or NULL
 * @return the record, valid as long as the connection; NULL for NULL
 */
PN_EXTERN pn_record_t *pn_connection_attachments(pn_connection_t *connection);

/**
 * Returns the state of a connection, one bit of PN_LOCAL_MASK and one of PN_REMOTE_MASK.
 *
 * @param[in] connection a connection, or NULL
 * @return the bits, 0 for NULL
 */
PN_EXTERN pn_state_t pn_connection_state(pn_connection_t *connection);

/**
 * Opens a connection: the peer hears of it with the next output.
 *
 * @param[in] connection a connection
 */
PN_EXTERN void pn_connection_open(pn_connection_t *connection);

/**
 * Closes a connection: the peer hears of it once what was sent before is out.
 *
 * @param[in] connection a connection
 */
PN_EXTERN void pn_connection_close(pn_connection_t *connection);

/**
 * Puts the state of a connection back to before it was opened, so that it can be used with another transport.
 * Everything else stays as it is.
 *
 * @param[in] connection a connection
 */
PN_EXTERN void pn_connection_reset(pn_connection_t *connection);

/**
 * Returns the container-id that a connection tells its peer.
 *
 * @param[in] connection a connection, or NULL
 * @return the container-id, valid until it is set again; NULL if unset
 */
PN_EXTERN const char *pn_connection_get_container(pn_connection_t *connection);

/**
 * Sets the container-id that a connection tells its peer; it has to be set before the connection is opened.
 *
 * @param[in] connection a connection
 * @param[in] container the container-id, copied; NULL unsets it
 */
PN_EXTERN void pn_connection_set_container(pn_connection_t *connection, const char *container);

/**
 * Returns the user that a connection authenticates as.
 *
 * @param[in] connection a connection, or NULL
 * @return the user, valid until it is set again; NULL if unset
 */
PN_EXTERN const char *pn_connection_get_user(pn_connection_t *connection);

/**
 * Sets the user that a client authenticates as. Read when a transport is bound, where it calls for SASL.
 *
 * @param[in] connection a connection
 * @param[in] user the user name, copied; NULL unsets it
 */
PN_EXTERN void pn_connection_set_user(pn_connection_t *connection, const char *user);

/**
 * Returns the identity that a connection wants to act for.
 *
 * @param[in] connection a connection, or NULL
 * @return the authorization identity, valid until it is set again; NULL if unset
 */
PN_EXTERN const char *pn_connection_get_authorization(pn_connection_t *connection);

/**
 * Sets the identity that a client wants to act for, if not the user itself. Read when a transport is bound.
 *
 * @param[in] connection a connection
 * @param[in] authzid the authorization identity, copied; NULL unsets it
 */
PN_EXTERN void pn_connection_set_authorization(pn_connection_t *connection, const char *authzid);

/**
 * Sets the password that a client proves itself with. Read when a transport is bound; it cannot be read back.
 *
 * @param[in] connection a connection
 * @param[in] password the password, copied; NULL unsets it. The bytes of the old one are overwritten
 */
PN_EXTERN void pn_connection_set_password(pn_connection_t *connection, const char *password);

/**
 * Returns the name of the host that a connection asks for.
 *
 * @param[in] connection a connection, or NULL
 * @return the host name, valid until it is set again; NULL if unset
 */
PN_EXTERN const char *pn_connection_get_hostname(pn_connection_t *connection);

/**
 * Sets the name of the host that a connection asks for; it is told in the open and to security layers.
 *
 * @param[in] connection a connection
 * @param[in] hostname the host name, copied; NULL unsets it
 */
PN_EXTERN void pn_connection_set_hostname(pn_connection_t *connection, const char *hostname);

/**
 * Returns the container-id of the peer.
 *
 * @param[in] connection a connection, or NULL
 * @return the text, valid until the transport is unbound; NULL if there is none or it has not arrived
 */
PN_EXTERN const char *pn_connection_remote_container(pn_connection_t *connection);

/**
 * Returns the host name that the peer asked for.
 *
 * @param[in] connection a connection, or NULL
 * @return the text, valid until the transport is unbound; NULL if there is none or it has not arrived
 */
PN_EXTERN const char *pn_connection_remote_hostname(pn_connection_t *connection);

/**
 * Returns the capabilities that this side offers, to be filled before the connection is opened.
 *
 * @param[in] connection a connection, or NULL
 * @return the data, owned by the connection and valid as long as it; NULL for NULL
 */
PN_EXTERN pn_data_t *pn_connection_offered_capabilities(pn_connection_t *connection);

/**
 * Returns the capabilities that this side asks for, to be filled before the connection is opened.
 *
 * @param[in] connection a connection, or NULL
 * @return the data, owned by the connection and valid as long as it; NULL for NULL
 */
PN_EXTERN pn_data_t *pn_connection_desired_capabilities(pn_connection_t *connection);

/**
 * Returns the properties of this side, to be filled before the connection is opened.
 *
 * @param[in] connection a connection, or NULL
 * @return the data, owned by the connection and valid as long as it; NULL for NULL
 */
PN_EXTERN pn_data_t *pn_connection_properties(pn_connection_t *connection);

/**
 * Returns the capabilities that the peer offers; empty until the peer's open has arrived.
 *
 * @param[in] connection a connection, or NULL
 * @return the data, valid until the transport is unbound; NULL if none is bound
 */
PN_EXTERN pn_data_t *pn_connection_remote_offered_capabilities(pn_connection_t *connection);

/**
 * Returns the capabilities that the peer asks for; empty until the peer's open has arrived.
 *
 * @param[in] connection a connection, or NULL
 * @return the data, valid until the transport is unbound; NULL if none is bound
 */
PN_EXTERN pn_data_t *pn_connection_remote_desired_capabilities(pn_connection_t *connection);

/**
 * Returns the properties of the peer; empty until the peer's open has arrived.
 *
 * @param[in] connection a connection, or NULL
 * @return the data, valid until the transport is unbound; NULL if none is bound
 */
PN_EXTERN pn_data_t *pn_connection_remote_properties(pn_connection_t *connection);

/**
 * Returns the condition that a close will carry, to be set before closing.
 *
 * @param[in] connection a connection, or NULL
 * @return the condition, valid as long as the connection; NULL for NULL
 */
PN_EXTERN pn_condition_t *pn_connection_condition(pn_connection_t *connection);

/**
 * Returns the condition that the peer closed with.
 *
 * @param[in] connection a connection, or NULL
 * @return the condition, valid until the transport is unbound; NULL if none is bound
 */
PN_EXTERN pn_condition_t *pn_connection_remote_condition(pn_connection_t *connection);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_CONNECTION_H */
