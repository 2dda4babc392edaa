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

#endif /* PROTON_CONNECTION_H */
