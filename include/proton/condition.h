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

#endif /* PROTON_CONDITION_H */
