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

#endif /* PROTON_SASL_H */
