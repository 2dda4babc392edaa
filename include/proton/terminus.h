/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_TERMINUS_H
#define PROTON_TERMINUS_H 1

/**
 * @file
 * The ends of a link: addresses, life time, distribution and filters of its source and target.
 */

#include <proton/codec.h>
#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <stddef.h>

/**
 * One end of a link as one peer sees it. It belongs to the link and lives as long.
 */
typedef struct pn_terminus_t pn_terminus_t;

#ifdef __cplusplus
extern "C" {
#endif

/** What kind of end a terminus is. */
typedef enum pn_terminus_type_t {
  /** None: the link has no such end. */
  PN_UNSPECIFIED = 0,
  /** Messages come from it. */
  PN_SOURCE = 1,
  /** Messages go to it. */
  PN_TARGET = 2,
  /** A target that coordinates transactions. */
  PN_COORDINATOR = 3,
} pn_terminus_type_t;

/** What becomes of a message at its source when a receiver gets it. */
typedef enum pn_distribution_mode_t {
  /** The node decides. */
  PN_DIST_MODE_UNSPECIFIED = 0,
  /** The message stays for other receivers. */
  PN_DIST_MODE_COPY = 1,
  /** The message goes to one receiver only. */
  PN_DIST_MODE_MOVE = 2,
} pn_distribution_mode_t;

/** How much of a terminus survives when its peer fails. */
typedef enum pn_durability_t {
  /** Nothing. */
  PN_NONDURABLE = 0,
  /** The terminus itself, not the state of its deliveries. */
  PN_CONFIGURATION = 1,
  /** The terminus and the state of its deliveries. */
  PN_DELIVERIES = 2,
} pn_durability_t;

/** What ends the life of a terminus, once its timeout has passed as well. */
typedef enum pn_expiry_policy_t {
  /** The link is detached. */
  PN_EXPIRE_WITH_LINK = 0,
  /** The session ends. */
  PN_EXPIRE_WITH_SESSION = 1,
  /** The connection is closed. */
  PN_EXPIRE_WITH_CONNECTION = 2,
  /** Nothing does. */
  PN_EXPIRE_NEVER = 3,
} pn_expiry_policy_t;

/**
 * Returns what kind of end a terminus is.
 *
 * @param[in] terminus a terminus, or NULL
 * @return the kind; PN_UNSPECIFIED for NULL and for an end that the peer has not described
 */
PN_EXTERN pn_terminus_type_t pn_terminus_get_type(pn_terminus_t *terminus);

/**
 * Sets what kind of end a terminus is. An unspecified one is left out when the link attaches.
 *
 * @param[in] terminus a terminus
 * @param[in] type the kind
 * @return 0, or PN_ARG_ERR for NULL or a number that is no kind
 */
PN_EXTERN int pn_terminus_set_type(pn_terminus_t *terminus, pn_terminus_type_t type);

/**
 * Returns the address of the node at a terminus.
 *
 * @param[in] terminus a terminus, or NULL
 * @return the address, valid until it is set again or the link goes; NULL if there is none
 */
PN_EXTERN const char *pn_terminus_get_address(pn_terminus_t *terminus);

/**
 * Sets the address of the node at a terminus.
 *
 * @param[in] terminus a terminus
 * @param[in] address the address, copied; NULL removes it
 * @return 0, or PN_ARG_ERR for a NULL terminus
 */
PN_EXTERN int pn_terminus_set_address(pn_terminus_t *terminus, const char *address);

/**
 * Returns how a source hands out its messages.
 *
 * @param[in] terminus a terminus, or NULL
 * @return the mode; PN_DIST_MODE_UNSPECIFIED for NULL
 */
PN_EXTERN pn_distribution_mode_t pn_terminus_get_distribution_mode(const pn_terminus_t *terminus);

/**
 * Sets how a source hands out its messages. A target has no place for it.
 *
 * @param[in] terminus a terminus
 * @param[in] mode the mode
 * @return 0, or PN_ARG_ERR for NULL or a number that is no mode
 */
PN_EXTERN int pn_terminus_set_distribution_mode(pn_terminus_t *terminus, pn_distribution_mode_t mode);

/**
 * Returns how much of a terminus survives a failure.
 *
 * @param[in] terminus a terminus, or NULL
 * @return the durability; PN_NONDURABLE for NULL
 */
PN_EXTERN pn_durability_t pn_terminus_get_durability(pn_terminus_t *terminus);

/**
 * Sets how much of a terminus is to survive a failure.
 *
 * @param[in] terminus a terminus
 * @param[in] durability the durability
 * @return 0, or PN_ARG_ERR for a NULL terminus
 */
PN_EXTERN int pn_terminus_set_durability(pn_terminus_t *terminus, pn_durability_t durability);

/**
 * Tells whether an expiry policy was set or sent; only then does an attach carry one.
 *
 * @param[in] terminus a terminus, or NULL
 * @return true if there is one; false for NULL
 */
PN_EXTERN bool pn_terminus_has_expiry_policy(const pn_terminus_t *terminus);

/**
 * Returns what ends the life of a terminus.
 *
 * @param[in] terminus a terminus, or NULL
 * @return the policy; PN_EXPIRE_WITH_SESSION, the default of AMQP, if there is none, and PN_EXPIRE_WITH_LINK for NULL
 */
PN_EXTERN pn_expiry_policy_t pn_terminus_get_expiry_policy(pn_terminus_t *terminus);

/**
 * Sets what ends the life of a terminus.
 *
 * @param[in] terminus a terminus
 * @param[in] policy the policy
 * @return 0, or PN_ARG_ERR for NULL or a number that is no policy
 */
PN_EXTERN int pn_terminus_set_expiry_policy(pn_terminus_t *terminus, pn_expiry_policy_t policy);

/**
 * Returns how long a terminus lives on after it could expire.
 *
 * @param[in] terminus a terminus, or NULL
 * @return the time in seconds; 0 for NULL
 */
PN_EXTERN pn_seconds_t pn_terminus_get_timeout(pn_terminus_t *terminus);

/**
 * Sets how long a terminus lives on after it could expire.
 *
 * @param[in] terminus a terminus
 * @param[in] timeout the time in seconds
 * @return 0, or PN_ARG_ERR for a NULL terminus
 */
PN_EXTERN int pn_terminus_set_timeout(pn_terminus_t *terminus, pn_seconds_t timeout);

/**
 * Tells whether the peer is asked to make the node, or has made it, under an address of its choice.
 *
 * @param[in] terminus a terminus, or NULL
 * @return true if the node is dynamic; false for NULL
 */
PN_EXTERN bool pn_terminus_is_dynamic(pn_terminus_t *terminus);

/**
 * Sets whether the peer is asked to make the node.
 *
 * @param[in] terminus a terminus
 * @param[in] dynamic true to ask for it
 * @return 0, or PN_ARG_ERR for a NULL terminus
 */
PN_EXTERN int pn_terminus_set_dynamic(pn_terminus_t *terminus, bool dynamic);

/**
 * Returns the properties of a dynamic node, a map, to be read or filled.
 *
 * @param[in] terminus a terminus, or NULL
 * @return the data, owned by the terminus and valid as long as its link; NULL for NULL
 */
PN_EXTERN pn_data_t *pn_terminus_properties(pn_terminus_t *terminus);

/**
 * Returns the capabilities of a terminus, a symbol or an array of symbols, to be read or filled.
 *
 * @param[in] terminus a terminus, or NULL
 * @return the data, owned by the terminus and valid as long as its link; NULL for NULL
 */
PN_EXTERN pn_data_t *pn_terminus_capabilities(pn_terminus_t *terminus);

/**
 * Returns the outcomes that a source supports, a symbol or an array of symbols, to be read or filled.
 *
 * @param[in] terminus a terminus, or NULL
 * @return the data, owned by the terminus and valid as long as its link; NULL for NULL
 */
PN_EXTERN pn_data_t *pn_terminus_outcomes(pn_terminus_t *terminus);

/**
 * Returns the filters of a source, a map of symbols to described values, to be read or filled.
 *
 * @param[in] terminus a terminus, or NULL
 * @return the data, owned by the terminus and valid as long as its link; NULL for NULL
 */
PN_EXTERN pn_data_t *pn_terminus_filter(pn_terminus_t *terminus);

/**
 * Copies everything that one terminus says into another, of the same link or a different one.
 *
 * @param[in] terminus the terminus to change
 * @param[in] src the terminus to copy
 * @return 0, or PN_ARG_ERR if either is NULL
 */
PN_EXTERN int pn_terminus_copy(pn_terminus_t *terminus, pn_terminus_t *src);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_TERMINUS_H */
