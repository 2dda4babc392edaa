/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_LINK_H
#define PROTON_LINK_H 1

/**
 * @file
 * Links: senders and receivers, their ends, their settlement modes and their credit.
 */

#include <proton/condition.h>
#include <proton/import_export.h>
#include <proton/terminus.h>
#include <proton/type_compat.h>
#include <proton/types.h>
#include <stddef.h>

#endif /* PROTON_LINK_H */
