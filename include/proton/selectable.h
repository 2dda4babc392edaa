/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_SELECTABLE_H
#define PROTON_SELECTABLE_H 1

/**
 * @file
 * Selectables: descriptors, what is waited for on them, and what is called when it happens.
 *
 * @deprecated use the proactor
 */

#include <proton/import_export.h>
#include <proton/event.h>
#include <proton/type_compat.h>

/**
 * A descriptor as the system has it.
 */
typedef int pn_socket_t;

/**
 * No descriptor.
 */
#define PN_INVALID_SOCKET (-1)

/**
 * A descriptor and what is waited for on it.
 */
typedef struct pn_selectable_t pn_selectable_t;

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes a selectable without a descriptor, which waits for nothing.
 *
 * @return the selectable, to be freed with pn_selectable_free()
 */
PNX_EXTERN pn_selectable_t *pn_selectable(void);

/**
 * Sets what is called when the descriptor can be read.
 *
 * @param[in] sel a selectable, or NULL
 * @param[in] readable the function, or NULL for nothing
 */
PNX_EXTERN void pn_selectable_on_readable(pn_selectable_t *sel, void (*readable)(pn_selectable_t*));

/**
 * Sets what is called when the descriptor can be written.
 *
 * @param[in] sel a selectable, or NULL
 * @param[in] writable the function, or NULL for nothing
 */
PNX_EXTERN void pn_selectable_on_writable(pn_selectable_t *sel, void (*writable)(pn_selectable_t*));

/**
 * Sets what is called when the descriptor has an error.
 *
 * @param[in] sel a selectable, or NULL
 * @param[in] error the function, or NULL for nothing
 */
PNX_EXTERN void pn_selectable_on_error(pn_selectable_t *sel, void (*error)(pn_selectable_t*));

/**
 * Sets what is called when the deadline has passed.
 *
 * @param[in] sel a selectable, or NULL
 * @param[in] expired the function, or NULL for nothing
 */
PNX_EXTERN void pn_selectable_on_expired(pn_selectable_t *sel, void (*expired)(pn_selectable_t*));

/**
 * Sets what is called when whoever waits has let go of the selectable.
 *
 * @param[in] sel a selectable, or NULL
 * @param[in] release the function, or NULL for nothing
 */
PNX_EXTERN void pn_selectable_on_release(pn_selectable_t *sel, void (*release)(pn_selectable_t*));

/**
 * Sets what is called before the selectable goes: the place to close the descriptor.
 *
 * @param[in] sel a selectable, or NULL
 * @param[in] finalize the function, or NULL for nothing
 */
PNX_EXTERN void pn_selectable_on_finalize(pn_selectable_t *sel, void (*finalize)(pn_selectable_t*));

/**
 * Gives the record for the program's own data on a selectable.
 *
 * @param[in] sel a selectable, or NULL
 * @return a record that lives as long as the selectable; NULL for NULL
 */
PNX_EXTERN pn_record_t *pn_selectable_attachments(pn_selectable_t *sel);

/**
 * Returns the descriptor of a selectable.
 *
 * @param[in] selectable a selectable, or NULL
 * @return the descriptor; PN_INVALID_SOCKET if there is none
 */
PNX_EXTERN pn_socket_t pn_selectable_get_fd(pn_selectable_t *selectable);

/**
 * Sets the descriptor of a selectable. It stays the program's.
 *
 * @param[in] selectable a selectable, or NULL
 * @param[in] fd the descriptor, or PN_INVALID_SOCKET: one that is never ready
 */
PNX_EXTERN void pn_selectable_set_fd(pn_selectable_t *selectable, pn_socket_t fd);

/**
 * Tells whether a selectable waits until its descriptor can be read.
 *
 * @param[in] selectable a selectable, or NULL
 * @return true if it does
 */
PNX_EXTERN bool pn_selectable_is_reading(pn_selectable_t *selectable);

/**
 * Sets whether a selectable waits until its descriptor can be read.
 *
 * @param[in] sel a selectable, or NULL
 * @param[in] reading true if it does
 */
PNX_EXTERN void pn_selectable_set_reading(pn_selectable_t *sel, bool reading);

/**
 * Tells whether a selectable waits until its descriptor can be written.
 *
 * @param[in] selectable a selectable, or NULL
 * @return true if it does
 */
PNX_EXTERN bool pn_selectable_is_writing(pn_selectable_t *selectable);

/**
 * Sets whether a selectable waits until its descriptor can be written.
 *
 * @param[in] sel a selectable, or NULL
 * @param[in] writing true if it does
 */
PNX_EXTERN void pn_selectable_set_writing(pn_selectable_t *sel, bool writing);

/**
 * Returns the deadline of a selectable.
 *
 * @param[in] selectable a selectable, or NULL
 * @return milliseconds of the clock of whoever waits; 0 for none
 */
PNX_EXTERN pn_timestamp_t pn_selectable_get_deadline(pn_selectable_t *selectable);

/**
 * Sets the deadline of a selectable.
 *
 * @param[in] sel a selectable, or NULL
 * @param[in] deadline milliseconds of the clock of whoever waits; 0 for none
 */
PNX_EXTERN void pn_selectable_set_deadline(pn_selectable_t *sel, pn_timestamp_t deadline);

/**
 * Calls what was set for the case that the descriptor can be read.
 *
 * @param[in] selectable a selectable, or NULL
 */
PNX_EXTERN void pn_selectable_readable(pn_selectable_t *selectable);

/**
 * Calls what was set for the case that the descriptor can be written.
 *
 * @param[in] selectable a selectable, or NULL
 */
PNX_EXTERN void pn_selectable_writable(pn_selectable_t *selectable);

/**
 * Calls what was set for the case that the descriptor has an error.
 *
 * @param[in] selectable a selectable, or NULL
 */
PNX_EXTERN void pn_selectable_error(pn_selectable_t *selectable);

/**
 * Calls what was set for the case that the deadline has passed.
 *
 * @param[in] selectable a selectable, or NULL
 */
PNX_EXTERN void pn_selectable_expired(pn_selectable_t *selectable);

/**
 * Calls what was set for the case that whoever waited has let go of the selectable.
 *
 * @param[in] selectable a selectable, or NULL
 */
PNX_EXTERN void pn_selectable_release(pn_selectable_t *selectable);

/**
 * Tells whether somebody has noted that this selectable is known to it.
 *
 * @param[in] selectable a selectable, or NULL
 * @return what pn_selectable_set_registered() set, at first false
 */
PNX_EXTERN bool pn_selectable_is_registered(pn_selectable_t *selectable);

/**
 * Notes that a selectable is known to whoever waits.
 *
 * @param[in] selectable a selectable, or NULL
 * @param[in] registered true if it is
 */
PNX_EXTERN void pn_selectable_set_registered(pn_selectable_t *selectable, bool registered);

/**
 * Tells whether a selectable was terminated.
 *
 * @param[in] selectable a selectable, or NULL
 * @return true if it was
 */
PNX_EXTERN bool pn_selectable_is_terminal(pn_selectable_t *selectable);

/**
 * Notes that nothing is waited for any more, for good.
 *
 * @param[in] selectable a selectable, or NULL
 */
PNX_EXTERN void pn_selectable_terminate(pn_selectable_t *selectable);

/**
 * Gives up a reference to a selectable.
 *
 * @param[in] selectable a selectable, or NULL
 */
PNX_EXTERN void pn_selectable_free(pn_selectable_t *selectable);

/**
 * Has events put into a collector where nothing else is set to be called: PN_SELECTABLE_READABLE,
 * PN_SELECTABLE_WRITABLE, PN_SELECTABLE_ERROR and PN_SELECTABLE_EXPIRED.
 *
 * @param[in] selectable a selectable, or NULL
 * @param[in] collector the collector, which is held; NULL to put events nowhere
 */
PNX_EXTERN void pn_selectable_collect(pn_selectable_t *selectable, pn_collector_t *collector);

/** An iterator over nothing: a leftover that old programs may ask for. */
PNX_EXTERN pn_iterator_t *pn_selectables(void);

/** Gives nothing. */
PNX_EXTERN void *pn_selectables_next(pn_iterator_t *selectables);

/** Frees an iterator over nothing. */
PNX_EXTERN void pn_selectables_free(pn_iterator_t *selectables);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_SELECTABLE_H */
