/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_CONNECTION_DRIVER_H
#define PROTON_CONNECTION_DRIVER_H 1

/**
 * @file
 * One connection with its transport and events, for programs that do their own input and output.
 */

#include <proton/annotations.h>
#include <proton/event.h>
#include <proton/import_export.h>
#include <proton/types.h>
#include <stdarg.h>

/**
 * The event that says that the driver takes no more bytes from the network.
 */
#define PN_TRANSPORT_READ_CLOSED PN_TRANSPORT_TAIL_CLOSED

/**
 * The event that says that the driver has no more bytes for the network.
 */
#define PN_TRANSPORT_WRITE_CLOSED PN_TRANSPORT_HEAD_CLOSED

#endif /* PROTON_CONNECTION_DRIVER_H */
