/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_CONDITION_H
#define PROTON_CONDITION_H 1

/**
 * @file
 * Error conditions: what an endpoint tells its peer when it closes because something went wrong.
 */

#include <proton/annotations.h>
#include <proton/codec.h>
#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <stddef.h>

/**
 * Why an endpoint or a transport closed, or why a message was rejected: a name, a text and more. It belongs to the
 * object it was asked from and lives as long.
 */
typedef struct pn_condition_t pn_condition_t;

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes a condition of the program's own.
 *
 * @return a new condition that is not set, to be freed with pn_condition_free()
 */
PN_EXTERN pn_condition_t *pn_condition(void);

/**
 * Frees a condition made by pn_condition(). Conditions of endpoints and transports go with their owners.
 *
 * @param[in] c a condition of the program's own, or NULL
 */
PN_EXTERN void pn_condition_free(pn_condition_t *c);

/**
 * Tells whether a condition is set, which it is as soon as it has a name, even an empty one.
 *
 * @param[in] condition a condition, or NULL
 * @return true if it is set; false for NULL
 */
PN_EXTERN bool pn_condition_is_set(pn_condition_t *condition);

/**
 * Empties a condition: no name, no description, no information.
 *
 * @param[in] condition a condition, or NULL
 */
PN_EXTERN void pn_condition_clear(pn_condition_t *condition);

/**
 * Returns the name of a condition, such as `amqp:not-found`.
 *
 * @param[in] condition a condition, or NULL
 * @return the name, valid until the condition changes or goes; NULL if none is set
 */
PN_EXTERN const char *pn_condition_get_name(pn_condition_t *condition);

/**
 * Sets the name of a condition.
 *
 * @param[in] condition a condition
 * @param[in] name the name, copied; NULL unsets the condition
 * @return 0, or PN_ARG_ERR for a NULL condition
 */
PN_EXTERN int pn_condition_set_name(pn_condition_t *condition, const char *name);

/**
 * Returns the description of a condition.
 *
 * @param[in] condition a condition, or NULL
 * @return the description, valid until the condition changes or goes; NULL if none is set
 */
PN_EXTERN const char *pn_condition_get_description(pn_condition_t *condition);

/**
 * Sets the description of a condition.
 *
 * @param[in] condition a condition
 * @param[in] description the description, copied; NULL removes it
 * @return 0, or PN_ARG_ERR for a NULL condition
 */
PN_EXTERN int pn_condition_set_description(pn_condition_t *condition, const char *description);

/**
 * Returns the information that goes with a condition, a map, to be read or filled.
 *
 * @param[in] condition a condition, or NULL
 * @return the data, owned by the condition and valid as long as it; NULL for NULL
 */
PN_EXTERN pn_data_t *pn_condition_info(pn_condition_t *condition);

/**
 * Sets name and description at once, the description by a format as for printf.
 *
 * @param[in] condition a condition
 * @param[in] name the name, copied
 * @param[in] fmt the format, followed by its arguments; the text is cut at 1023 bytes
 * @return 0, or an error code
 */
PN_EXTERN int pn_condition_format(pn_condition_t *condition, const char *name, const char *fmt, ...)
  PN_PRINTF_FORMAT_ATTR(3, 4);

/**
 * As pn_condition_format(), with the arguments as a va_list.
 *
 * @param[in] condition a condition
 * @param[in] name the name, copied
 * @param[in] fmt the format
 * @param[in] ap its arguments
 * @return 0, or an error code
 */
PN_EXTERN int pn_condition_vformat(pn_condition_t *condition, const char *name, const char *fmt, va_list ap)
  PN_PRINTF_FORMAT_ATTR(3, 0);

/**
 * Tells whether a condition sends its reader to another host.
 *
 * @param[in] condition a condition, or NULL
 * @return true if the name is `amqp:connection:redirect` or `amqp:link:redirect`
 */
PN_EXTERN bool pn_condition_is_redirect(pn_condition_t *condition);

/**
 * Returns the host that a redirect leads to, the value of `network-host` in the information.
 *
 * @param[in] condition a condition, or NULL
 * @return the host, valid until the information changes; NULL if there is none
 */
PN_EXTERN const char *pn_condition_redirect_host(pn_condition_t *condition);

/**
 * Returns the port that a redirect leads to, the value of `port` in the information.
 *
 * @param[in] condition a condition, or NULL
 * @return the port, 0 if there is none
 */
PN_EXTERN int pn_condition_redirect_port(pn_condition_t *condition);

/**
 * Copies a condition with all that is in it.
 *
 * @param[in] dest the condition to change
 * @param[in] src the condition to copy
 * @return 0, or PN_ARG_ERR if either is NULL
 */
PN_EXTERN int pn_condition_copy(pn_condition_t *dest, pn_condition_t *src);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_CONDITION_H */
