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

#endif /* PROTON_DISPOSITION_H */
