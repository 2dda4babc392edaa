/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_SESSION_H
#define PROTON_SESSION_H 1

/**
 * @file
 * Sessions: opening and closing them, and their windows.
 */

#include <proton/condition.h>
#include <proton/error.h>
#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>
#include <stddef.h>

#endif /* PROTON_SESSION_H */
