/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_SASL_PLUGIN_H
#define PROTON_SASL_PLUGIN_H 1

/**
 * @file
 * Authentication by an implementation of the program's own, in place of the built-in mechanisms.
 *
 * The functions of an implementation are called when the exchange needs them, and answer by the pnx_sasl_set functions.
 */

#include <proton/annotations.h>
#include <proton/import_export.h>
#include <proton/logger.h>
#include <proton/type_compat.h>
#include <proton/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What is sent next in an exchange, in the order of rank: an exchange does not go back. */
typedef enum pnx_sasl_state {
  /** Nothing was decided yet. */
  SASL_NONE = 0,
  /** A client has chosen a mechanism. */
  SASL_POSTED_INIT = 1,
  /** A server offers its mechanisms. */
  SASL_POSTED_MECHANISMS = 2,
  /** A client answers. Setting it again sends another answer. */
  SASL_POSTED_RESPONSE = 3,
  /** A server asks. Setting it again sends another question. */
  SASL_POSTED_CHALLENGE = 4,
  /** A client was accepted. */
  SASL_RECVED_SUCCESS = 5,
  /** A client was not accepted. */
  SASL_RECVED_FAILURE = 6,
  /** A server has decided. */
  SASL_POSTED_OUTCOME = 7,
  /** The exchange cannot go on. */
  SASL_ERROR = 8,
} pnx_sasl_state;

/**
 * The functions of an implementation. Any of them may be NULL, which stands for one that does and has nothing.
 * The table has to stay where it is for as long as a transport uses it.
 */
typedef struct pnx_sasl_implementation {
  /** The transport ends; called if there is a context. */
  void (*free)(pn_transport_t *transport);
  /** What a server offers: names separated by blanks. */
  const char *(*list_mechanisms)(pn_transport_t *transport);
  /** A server's exchange begins. Called until it sets a state; the result is not used. */
  bool (*init_server)(pn_transport_t *transport);
  /** A client's exchange begins; false if it cannot. */
  bool (*init_client)(pn_transport_t *transport);
  /** A frame may be written next: the last chance to say which. */
  void (*prepare_write)(pn_transport_t *transport);
  /** A client has chosen a mechanism. */
  void (*process_init)(pn_transport_t *transport, const char *mechanism, const pn_bytes_t *recv);
  /** A client has answered. */
  void (*process_response)(pn_transport_t *transport, const pn_bytes_t *recv);
  /** A server offers mechanisms, of which those that are allowed are given; false if none will do. */
  bool (*process_mechanisms)(pn_transport_t *transport, const char *mechs);
  /** A server asks. */
  void (*process_challenge)(pn_transport_t *transport, const pn_bytes_t *recv);
  /** A server has decided. The outcome is set already and may be changed. */
  void (*process_outcome)(pn_transport_t *transport, const pn_bytes_t *recv);
  /** Whether everything after the exchange passes through encode and decode. */
  bool (*can_encrypt)(pn_transport_t *transport);
  /** How many bytes these take at a time. */
  ssize_t (*max_encrypt_size)(pn_transport_t *transport);
  /**
   * Protects bytes. The result is negative for a failure, 0 for no bytes yet, else the bytes are in out, valid
   * until the next call.
   */
  ssize_t (*encode)(pn_transport_t *transport, pn_bytes_t bytes, pn_bytes_t *out);
  /** Undoes what the peer's encode did; as encode. */
  ssize_t (*decode)(pn_transport_t *transport, pn_bytes_t bytes, pn_bytes_t *out);
} pnx_sasl_implementation;

/**
 * Lets an implementation lead the authentication of a transport, which pn_sasl() has asked for.
 *
 * @param[in] transport a transport
 * @param[in] implementation the implementation, NULL for the built-in mechanisms
 * @param[in] context what pnx_sasl_get_context() returns to it
 */
PN_EXTERN void pnx_sasl_set_implementation(pn_transport_t *transport,
                                           const pnx_sasl_implementation *implementation,
                                           void *context);

/**
 * Lets an implementation lead the authentications that begin from now on, in the whole process.
 *
 * @param[in] implementation the implementation, NULL for the built-in mechanisms
 */
PN_EXTERN void pnx_sasl_set_default_implementation(const pnx_sasl_implementation *implementation);

/**
 * Returns the implementation's own pointer.
 *
 * @param[in] transport a transport, or NULL
 * @return what was set with the implementation or by pnx_sasl_set_context(), NULL if nothing
 */
PN_EXTERN void *pnx_sasl_get_context(pn_transport_t *transport);

/**
 * Sets the implementation's own pointer.
 *
 * @param[in] transport a transport
 * @param[in] context any pointer; it is never followed
 */
PN_EXTERN void pnx_sasl_set_context(pn_transport_t *transport, void *context);

/**
 * Writes a line to the transport's log, made by a format as for printf.
 *
 * Programs built with the headers of 0.32 and older pass the format in the place of the level, and are understood.
 *
 * @param[in] transport a transport
 * @param[in] level how urgent it is
 * @param[in] format the format, followed by its arguments
 */
PN_EXTERN void pnx_sasl_logf(pn_transport_t *transport,
                             pn_log_level_t level,
                             const char *format,
                             ...)
  PN_PRINTF_FORMAT_ATTR(3, 4);

/**
 * Sets the condition that the transport ends with, and logs it. The exchange goes on until it is told otherwise.
 *
 * @param[in] transport a transport
 * @param[in] err what happened, for people
 * @param[in] condition_name the name of the condition
 */
PN_EXTERN void pnx_sasl_error(pn_transport_t *transport,
                              const char *err,
                              const char *condition_name);

/**
 * Tells which side of the exchange this is.
 *
 * @param[in] transport a transport, or NULL
 * @return true for the client
 */
PN_EXTERN bool pnx_sasl_is_client(pn_transport_t *transport);

/**
 * Tells whether a server may use a mechanism.
 *
 * @param[in] transport a transport, or NULL
 * @param[in] s the name of the mechanism
 * @return true if pn_sasl_allowed_mechs() lists it or was not called
 */
PN_EXTERN bool pnx_sasl_is_mechanism_included(pn_transport_t *transport, pn_bytes_t s);

/**
 * Tells whether the bytes of the exchange are protected by the layer below.
 *
 * @param[in] transport a transport, or NULL
 * @return true if they are
 */
PN_EXTERN bool pnx_sasl_is_transport_encrypted(pn_transport_t *transport);

/**
 * Tells whether passwords may be said in the clear.
 *
 * @param[in] transport a transport, or NULL
 * @return what pn_sasl_set_allow_insecure_mechs() set
 */
PN_EXTERN bool pnx_sasl_get_allow_insecure_mechanisms(pn_transport_t *transport);

/**
 * Tells whether peers have to authenticate.
 *
 * @param[in] transport a transport, or NULL
 * @return what pn_transport_require_auth() set
 */
PN_EXTERN bool pnx_sasl_get_authentication_required(pn_transport_t *transport);

/**
 * Returns who the peer is by what the layer below says.
 *
 * @param[in] transport a transport, or NULL
 * @return the name, valid as long as the transport; NULL if not known
 */
PN_EXTERN const char *pnx_sasl_get_external_username(pn_transport_t *transport);

/**
 * Returns the strength of the encryption of the layer below.
 *
 * @param[in] transport a transport, or NULL
 * @return the strength in bits, 0 for none
 */
PN_EXTERN int pnx_sasl_get_external_ssf(pn_transport_t *transport);

/**
 * Returns the user to authenticate as.
 *
 * @param[in] transport a transport, or NULL
 * @return what the connection had when it was bound, valid as long as the transport; NULL if nothing
 */
PN_EXTERN const char *pnx_sasl_get_username(pn_transport_t *transport);

/**
 * Returns the password to authenticate with.
 *
 * @param[in] transport a transport, or NULL
 * @return what the connection had when it was bound, valid until pnx_sasl_clear_password(); NULL if nothing
 */
PN_EXTERN const char *pnx_sasl_get_password(pn_transport_t *transport);

/**
 * Forgets the password: its bytes are overwritten.
 *
 * @param[in] transport a transport
 */
PN_EXTERN void pnx_sasl_clear_password(pn_transport_t *transport);

/**
 * Returns for whom to act.
 *
 * @param[in] transport a transport, or NULL
 * @return what the connection had when it was bound, valid as long as the transport; NULL if nothing
 */
PN_EXTERN const char *pnx_sasl_get_authorization(pn_transport_t *transport);

/**
 * Returns the host that the connection is meant for.
 *
 * @param[in] transport a transport, or NULL
 * @return the connection's host name when it was bound, valid as long as the transport; NULL if it had none
 */
PN_EXTERN const char *pnx_sasl_get_remote_fqdn(pn_transport_t *transport);

/**
 * Returns the mechanism in use.
 *
 * @param[in] transport a transport, or NULL
 * @return the name, valid until another one is chosen; NULL before one was
 */
PN_EXTERN const char *pnx_sasl_get_selected_mechanism(pn_transport_t *transport);

/**
 * Sets the words of the next frames that have room for some: init, challenge, response, outcome.
 *
 * @param[in] transport a transport
 * @param[in] bytes the words, copied
 */
PN_EXTERN void pnx_sasl_set_bytes_out(pn_transport_t *transport, pn_bytes_t bytes);

/**
 * Says what is sent next. A state that the side cannot have, or that lies behind, is refused with a line in the log.
 *
 * @param[in] transport a transport
 * @param[in] desired_state the state
 */
PN_EXTERN void pnx_sasl_set_desired_state(pn_transport_t *transport,
                                          pnx_sasl_state desired_state);

/**
 * Says which mechanism is used.
 *
 * @param[in] transport a transport
 * @param[in] mechanism the name, copied
 */
PN_EXTERN void pnx_sasl_set_selected_mechanism(pn_transport_t *transport, const char *mechanism);

/**
 * Says what a client calls the host it talks to, in its first words.
 *
 * @param[in] transport a transport
 * @param[in] fqdn the name, copied; NULL for none
 */
PN_EXTERN void pnx_sasl_set_local_hostname(pn_transport_t *transport, const char *fqdn);

/**
 * Says that the peer was authenticated. Nothing is sent by this alone.
 *
 * @param[in] transport a transport
 * @param[in] username who it is, copied
 * @param[in] authzid for whom it acts, copied; NULL for itself
 */
PN_EXTERN void pnx_sasl_set_succeeded(pn_transport_t *transport, const char *username, const char *authzid);

/**
 * Says that the peer was not authenticated. Nothing is sent by this alone.
 *
 * @param[in] transport a transport
 */
PN_EXTERN void pnx_sasl_set_failed(pn_transport_t *transport);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_SASL_PLUGIN_H */
