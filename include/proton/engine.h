/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_ENGINE_H
#define PROTON_ENGINE_H 1

/**
 * @file
 * The whole protocol engine in one include: connections, sessions, links, deliveries, events and transports.
 */

#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/event.h>
#include <proton/link.h>
#include <proton/session.h>
#include <proton/terminus.h>
#include <proton/transport.h>

#endif /* PROTON_ENGINE_H */
