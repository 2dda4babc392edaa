/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_SASL_H
#define PROTON_SASL_H 1

/**
 * @file
 * The SASL layer of a transport: mechanisms, users and the outcome of the authentication.
 */

#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>

/**
 * The SASL layer of a transport. It belongs to the transport and lives as long.
 */
typedef struct pn_sasl_t pn_sasl_t;

#ifdef __cplusplus
extern "C" {
#endif

/** How an authentication ended. */
typedef enum pn_sasl_outcome_t {
  /** It has not ended. */
  PN_SASL_NONE = -1,
  /** It succeeded. */
  PN_SASL_OK = 0,
  /** The credentials were not accepted. */
  PN_SASL_AUTH = 1,
  /** The peer met an error of its own. */
  PN_SASL_SYS = 2,
  /** The peer met an error that will stay. */
  PN_SASL_PERM = 3,
  /** The peer met an error that may pass. */
  PN_SASL_TEMP = 4,
} pn_sasl_outcome_t;

/**
 * Asks for authentication on a transport. A client then insists on it; on a server it only opens the settings.
 *
 * @param[in] transport a transport, or NULL
 * @return its authentication, the same on every call, owned by the transport; NULL for NULL
 */
PN_EXTERN pn_sasl_t *pn_sasl(pn_transport_t *transport);

/**
 * Tells whether the library has mechanisms beyond the ones built in, from Cyrus SASL, which it takes into use where
 * the system has libsasl2.
 *
 * @return true if it has
 */
PN_EXTERN bool pn_sasl_extended(void);

/**
 * Overwrites the stored outcome. Nothing is sent, and an exchange that runs sets its own.
 *
 * @param[in] sasl the authentication, or NULL
 * @param[in] outcome the outcome
 */
PN_EXTERN void pn_sasl_done(pn_sasl_t *sasl, pn_sasl_outcome_t outcome);

/**
 * Returns how the authentication ended.
 *
 * @param[in] sasl the authentication, or NULL
 * @return the outcome, PN_SASL_NONE until it has ended
 */
PN_EXTERN pn_sasl_outcome_t pn_sasl_outcome(pn_sasl_t *sasl);

/**
 * Returns who was authenticated: on a server the client, on a client the user it was given.
 *
 * @param[in] sasl the authentication, or NULL
 * @return the user, valid as long as the transport; NULL if there is none
 */
PN_EXTERN const char *pn_sasl_get_user(pn_sasl_t *sasl);

/**
 * Returns for whom the authenticated user acts.
 *
 * @param[in] sasl the authentication, or NULL
 * @return the authorization identity, valid as long as the transport; NULL if there is none
 */
PN_EXTERN const char *pn_sasl_get_authorization(pn_sasl_t *sasl);

/**
 * Returns the mechanism in use.
 *
 * @param[in] sasl the authentication, or NULL
 * @return the name, valid as long as the transport; NULL before one was chosen
 */
PN_EXTERN const char *pn_sasl_get_mech(pn_sasl_t *sasl);

/**
 * Restricts the mechanisms that may be used.
 *
 * @param[in] sasl the authentication
 * @param[in] mechs names separated by blanks, in any case, copied; "" allows none, NULL lifts the restriction
 */
PN_EXTERN void pn_sasl_allowed_mechs(pn_sasl_t *sasl, const char *mechs);

/**
 * Allows mechanisms that show the password to whoever can read the bytes, such as PLAIN without encryption.
 *
 * @param[in] sasl the authentication
 * @param[in] insecure true to allow them; the default is false
 */
PN_EXTERN void pn_sasl_set_allow_insecure_mechs(pn_sasl_t *sasl, bool insecure);

/**
 * Tells whether insecure mechanisms are allowed.
 *
 * @param[in] sasl the authentication, or NULL
 * @return what pn_sasl_set_allow_insecure_mechs() set
 */
PN_EXTERN bool pn_sasl_get_allow_insecure_mechs(pn_sasl_t *sasl);

/**
 * Names the configuration of Cyrus SASL that a server has, and by that makes Cyrus lead the server's exchange. It
 * counts for this server, before it offers mechanisms; the first name that a process gives also counts for all its
 * servers of which it says nothing.
 *
 * @param[in] sasl the authentication, or NULL to say it of those servers alone
 * @param[in] name the name of the configuration, which is in a file NAME.conf, copied; without one it is proton-server
 */
PN_EXTERN void pn_sasl_config_name(pn_sasl_t *sasl,
                                   const char *name);

/**
 * Says in which folders the configuration of Cyrus SASL is that a server has, and by that makes Cyrus lead the server's
 * exchange. Otherwise as pn_sasl_config_name().
 *
 * @param[in] sasl the authentication, or NULL
 * @param[in] path folders, separated by colons, copied; without any it is the environment's PN_SASL_CONFIG_PATH, or the
 * usual ones
 */
PN_EXTERN void pn_sasl_config_path(pn_sasl_t *sasl,
                                   const char *path);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_SASL_H */
