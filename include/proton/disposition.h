/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_DISPOSITION_H
#define PROTON_DISPOSITION_H 1

/**
 * @file
 * Dispositions: what the two ends of a link say about the outcome of a delivery.
 */

#include <proton/condition.h>
#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <stddef.h>

/**
 * What one end says about the outcome of a delivery. It belongs to the delivery and lives as long.
 */
typedef struct pn_disposition_t pn_disposition_t;

/**
 * A disposition seen as one of any type, known by its number.
 */
typedef struct pn_custom_disposition_t pn_custom_disposition_t;

/**
 * A disposition seen as received: how far the transfer has come.
 */
typedef struct pn_received_disposition_t pn_received_disposition_t;

/**
 * A disposition seen as rejected: why the message is not taken.
 */
typedef struct pn_rejected_disposition_t pn_rejected_disposition_t;

/**
 * A disposition seen as modified: what changes before the message is tried again.
 */
typedef struct pn_modified_disposition_t pn_modified_disposition_t;

/**
 * A disposition seen as declared: the transaction that was begun.
 */
typedef struct pn_declared_disposition_t pn_declared_disposition_t;

/**
 * A disposition seen as transactional: the transaction, and the outcome it will have.
 */
typedef struct pn_transactional_disposition_t pn_transactional_disposition_t;

#ifdef __cplusplus
extern "C" {
#endif

/** The transfer has come this far; not an outcome. */
#define PN_RECEIVED 35

/** The message is taken. */
#define PN_ACCEPTED 36

/** The message is not acceptable. */
#define PN_REJECTED 37

/** The message is not taken, and may go elsewhere unchanged. */
#define PN_RELEASED 38

/** The message is not taken, and is changed before it may go elsewhere. */
#define PN_MODIFIED 39

/** A transaction has begun. */
#define PN_DECLARED 51

/** The outcome takes effect with a transaction. */
#define PN_TRANSACTIONAL_STATE 52

/**
 * Returns the type of a disposition, such as PN_ACCEPTED.
 *
 * @param[in] disposition a disposition, or NULL
 * @return the type, 0 for none
 */
PN_EXTERN uint64_t pn_disposition_type(pn_disposition_t *disposition);

/**
 * Returns the name of a disposition type.
 *
 * @param[in] disposition_type a type, such as PN_ACCEPTED
 * @return constant text such as "accepted"; "unknown" for any other number
 */
PN_EXTERN const char *pn_disposition_type_name(uint64_t disposition_type);

/**
 * Makes a disposition say nothing: no type, no fields.
 *
 * @param[in] disposition a disposition
 */
PN_EXTERN void pn_disposition_clear(pn_disposition_t *disposition);

/**
 * Returns the condition of a rejection. One's own disposition becomes a rejection by that.
 *
 * @param[in] disposition a disposition, or NULL
 * @return the condition, valid as long as the delivery; NULL for NULL
 */
PN_EXTERN pn_condition_t *pn_disposition_condition(pn_disposition_t *disposition);

/**
 * Returns the fields of a disposition as a list, for types that have no functions of their own. The type of one's
 * own disposition stays, but its fields are only in the list from then on. A peer's disposition has no list if it
 * is of a type from PN_RECEIVED to PN_MODIFIED; see pn_custom_disposition() for those.
 *
 * @param[in] disposition a disposition, or NULL
 * @return the data, owned by the disposition and valid as long as the delivery; NULL for NULL
 */
PN_EXTERN pn_data_t *pn_disposition_data(pn_disposition_t *disposition);

/**
 * Returns how many sections of the message were received, for PN_RECEIVED.
 *
 * @param[in] disposition a disposition, or NULL
 * @return the number; 0 for other types and NULL
 */
PN_EXTERN uint32_t pn_disposition_get_section_number(pn_disposition_t *disposition);

/**
 * Sets how many sections of the message were received; the type becomes PN_RECEIVED.
 *
 * @param[in] disposition a disposition
 * @param[in] section_number the number
 */
PN_EXTERN void pn_disposition_set_section_number(pn_disposition_t *disposition, uint32_t section_number);

/**
 * Returns how many bytes of the section were received, for PN_RECEIVED.
 *
 * @param[in] disposition a disposition, or NULL
 * @return the number; 0 for other types and NULL
 */
PN_EXTERN uint64_t pn_disposition_get_section_offset(pn_disposition_t *disposition);

/**
 * Sets how many bytes of the section were received; the type becomes PN_RECEIVED.
 *
 * @param[in] disposition a disposition
 * @param[in] section_offset the number
 */
PN_EXTERN void pn_disposition_set_section_offset(pn_disposition_t *disposition, uint64_t section_offset);

/**
 * Tells whether the delivery counts as a failed attempt, for PN_MODIFIED.
 *
 * @param[in] disposition a disposition, or NULL
 * @return true if it does; false for other types and NULL
 */
PN_EXTERN bool pn_disposition_is_failed(pn_disposition_t *disposition);

/**
 * Sets whether the delivery counts as a failed attempt; the type becomes PN_MODIFIED.
 *
 * @param[in] disposition a disposition
 * @param[in] failed true if it does
 */
PN_EXTERN void pn_disposition_set_failed(pn_disposition_t *disposition, bool failed);

/**
 * Tells whether the message must not come back to where it was refused, for PN_MODIFIED.
 *
 * @param[in] disposition a disposition, or NULL
 * @return true if it must not; false for other types and NULL
 */
PN_EXTERN bool pn_disposition_is_undeliverable(pn_disposition_t *disposition);

/**
 * Sets whether the message must not come back to where it was refused; the type becomes PN_MODIFIED.
 *
 * @param[in] disposition a disposition
 * @param[in] undeliverable true if it must not
 */
PN_EXTERN void pn_disposition_set_undeliverable(pn_disposition_t *disposition, bool undeliverable);

/**
 * Returns the annotations that a modification adds to the message, a map. One's own disposition becomes a
 * modification by that.
 *
 * @param[in] disposition a disposition, or NULL
 * @return the data, owned by the disposition and valid as long as the delivery; NULL for NULL
 */
PN_EXTERN pn_data_t *pn_disposition_annotations(pn_disposition_t *disposition);

/**
 * Sees a disposition as one of any type, its fields as a list.
 *
 * @param[in] disposition a disposition, or NULL
 * @return the same disposition; NULL for NULL
 */
PN_EXTERN pn_custom_disposition_t *pn_custom_disposition(pn_disposition_t *disposition);

/**
 * Returns the type of a disposition.
 *
 * @param[in] disposition a disposition, or NULL
 * @return the type, 0 for none
 */
PN_EXTERN uint64_t pn_custom_disposition_get_type(pn_custom_disposition_t *disposition);

/**
 * Sets the type of a disposition; its list stays.
 *
 * @param[in] disposition a disposition
 * @param[in] type the type
 */
PN_EXTERN void pn_custom_disposition_set_type(pn_custom_disposition_t *disposition, uint64_t type);

/**
 * Returns the fields of a disposition as a list; see pn_disposition_data().
 *
 * @param[in] disposition a disposition, or NULL
 * @return the data, owned by the disposition and valid as long as the delivery; NULL for NULL
 */
PN_EXTERN pn_data_t *pn_custom_disposition_data(pn_custom_disposition_t *disposition);

/**
 * Sees a disposition as received; one that says nothing becomes so.
 *
 * @param[in] disposition a disposition, or NULL
 * @return the same disposition; NULL for one of another type, and for NULL
 */
PN_EXTERN pn_received_disposition_t *pn_received_disposition(pn_disposition_t *disposition);

/**
 * Returns how many sections of the message were received.
 *
 * @param[in] disposition a disposition, or NULL
 * @return the number, 0 for NULL
 */
PN_EXTERN uint32_t pn_received_disposition_get_section_number(pn_received_disposition_t *disposition);

/**
 * Sets how many sections of the message were received.
 *
 * @param[in] disposition a disposition
 * @param[in] section_number the number
 */
PN_EXTERN void pn_received_disposition_set_section_number(pn_received_disposition_t *disposition,
                                                          uint32_t section_number);

/**
 * Returns how many bytes of the section were received.
 *
 * @param[in] disposition a disposition, or NULL
 * @return the number, 0 for NULL
 */
PN_EXTERN uint64_t pn_received_disposition_get_section_offset(pn_received_disposition_t *disposition);

/**
 * Sets how many bytes of the section were received.
 *
 * @param[in] disposition a disposition
 * @param[in] section_offset the number
 */
PN_EXTERN void pn_received_disposition_set_section_offset(pn_received_disposition_t *disposition,
                                                          uint64_t section_offset);

/**
 * Sees a disposition as rejected; one that says nothing becomes so.
 *
 * @param[in] disposition a disposition, or NULL
 * @return the same disposition; NULL for one of another type, and for NULL
 */
PN_EXTERN pn_rejected_disposition_t *pn_rejected_disposition(pn_disposition_t *disposition);

/**
 * Returns the condition that says why the message was rejected.
 *
 * @param[in] disposition a disposition, or NULL
 * @return the condition, valid as long as the delivery; NULL for NULL
 */
PN_EXTERN pn_condition_t *pn_rejected_disposition_condition(pn_rejected_disposition_t *disposition);

/**
 * Sees a disposition as modified; one that says nothing becomes so.
 *
 * @param[in] disposition a disposition, or NULL
 * @return the same disposition; NULL for one of another type, and for NULL
 */
PN_EXTERN pn_modified_disposition_t *pn_modified_disposition(pn_disposition_t *disposition);

/**
 * Tells whether the delivery counts as a failed attempt.
 *
 * @param[in] disposition a disposition, or NULL
 * @return true if it does; false for NULL
 */
PN_EXTERN bool pn_modified_disposition_is_failed(pn_modified_disposition_t *disposition);

/**
 * Sets whether the delivery counts as a failed attempt.
 *
 * @param[in] disposition a disposition
 * @param[in] failed true if it does
 */
PN_EXTERN void pn_modified_disposition_set_failed(pn_modified_disposition_t *disposition, bool failed);

/**
 * Tells whether the message must not come back to where it was refused.
 *
 * @param[in] disposition a disposition, or NULL
 * @return true if it must not; false for NULL
 */
PN_EXTERN bool pn_modified_disposition_is_undeliverable(pn_modified_disposition_t *disposition);

/**
 * Sets whether the message must not come back to where it was refused.
 *
 * @param[in] disposition a disposition
 * @param[in] undeliverable true if it must not
 */
PN_EXTERN void pn_modified_disposition_set_undeliverable(pn_modified_disposition_t *disposition, bool undeliverable);

/**
 * Returns the annotations that a modification adds to the message, a map.
 *
 * @param[in] disposition a disposition, or NULL
 * @return the data, owned by the disposition and valid as long as the delivery; NULL for NULL
 */
PN_EXTERN pn_data_t *pn_modified_disposition_annotations(pn_modified_disposition_t *disposition);

/**
 * Sees a disposition as declared; one that says nothing becomes so.
 *
 * @param[in] disposition a disposition, or NULL
 * @return the same disposition; NULL for one of another type, and for NULL
 */
PN_EXTERN pn_declared_disposition_t *pn_declared_disposition(pn_disposition_t *disposition);

/**
 * Returns the id of the transaction that has begun.
 *
 * @param[in] disposition a disposition, or NULL
 * @return the id, valid until it is set again or the delivery ends; no bytes at NULL if it is empty
 */
PN_EXTERN pn_bytes_t pn_declared_disposition_get_id(pn_declared_disposition_t *disposition);

/**
 * Sets the id of the transaction that has begun.
 *
 * @param[in] disposition a disposition
 * @param[in] id the id, copied
 */
PN_EXTERN void pn_declared_disposition_set_id(pn_declared_disposition_t *disposition, pn_bytes_t id);

/**
 * Sees a disposition as transactional; one that says nothing becomes so.
 *
 * @param[in] disposition a disposition, or NULL
 * @return the same disposition; NULL for one of another type, and for NULL
 */
PN_EXTERN pn_transactional_disposition_t *pn_transactional_disposition(pn_disposition_t *disposition);

/**
 * Returns the id of the transaction that the outcome is part of.
 *
 * @param[in] disposition a disposition, or NULL
 * @return the id, valid until it is set again or the delivery ends; no bytes at NULL if it is empty
 */
PN_EXTERN pn_bytes_t pn_transactional_disposition_get_id(pn_transactional_disposition_t *disposition);

/**
 * Sets the id of the transaction that the outcome is part of.
 *
 * @param[in] disposition a disposition
 * @param[in] id the id, copied
 */
PN_EXTERN void pn_transactional_disposition_set_id(pn_transactional_disposition_t *disposition, pn_bytes_t id);

/**
 * Returns the type of the outcome that takes effect with the transaction.
 *
 * @param[in] disposition a disposition, or NULL
 * @return the type, such as PN_ACCEPTED; 0 for none
 */
PN_EXTERN uint64_t pn_transactional_disposition_get_outcome_type(pn_transactional_disposition_t *disposition);

/**
 * Sets the outcome that takes effect with the transaction, without fields; PN_MODIFIED says that the delivery
 * failed.
 *
 * @param[in] disposition a disposition
 * @param[in] outcome the type, such as PN_ACCEPTED; 0 for none
 */
PN_EXTERN void pn_transactional_disposition_set_outcome_type(pn_transactional_disposition_t *disposition,
                                                             uint64_t outcome);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_DISPOSITION_H */
