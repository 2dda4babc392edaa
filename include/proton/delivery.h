/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_DELIVERY_H
#define PROTON_DELIVERY_H 1

/**
 * @file
 * Deliveries: sending and receiving messages, and the state of their settlement.
 */

#include <proton/disposition.h>
#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <stddef.h>

#endif /* PROTON_DELIVERY_H */
