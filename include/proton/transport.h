/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_TRANSPORT_H
#define PROTON_TRANSPORT_H 1

/**
 * @file
 * Transports: the bytes of a connection, produced for and taken from the network.
 */

#include <proton/annotations.h>
#include <proton/condition.h>
#include <proton/import_export.h>
#include <proton/logger.h>
#include <proton/type_compat.h>
#include <stddef.h>

#endif /* PROTON_TRANSPORT_H */
