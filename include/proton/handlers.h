/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_HANDLERS_H
#define PROTON_HANDLERS_H 1

/**
 * @file
 * Handlers that most programs with a reactor want.
 *
 * @deprecated use the proactor
 */

#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/reactor.h>

/**
 * Answers the peer's opens and closes.
 */
typedef pn_handler_t pn_handshaker_t;

/**
 * Keeps receivers in credit.
 */
typedef pn_handler_t pn_flowcontroller_t;

/**
 * Does input and output.
 */
typedef pn_handler_t pn_iohandler_t;

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes a handler that opens what the peer opens, links with the peer's termini, and closes what it closes.
 *
 * @return the handler, to be freed with pn_handler_free() or passed on
 */
PNX_EXTERN pn_handshaker_t *pn_handshaker(void);

/**
 * Makes a handler that keeps receivers at a credit, until one of them was drained.
 *
 * @param[in] window the credit
 * @return the handler, to be freed with pn_handler_free() or passed on
 */
PNX_EXTERN pn_flowcontroller_t *pn_flowcontroller(int window);

/**
 * Makes a handler that connects, accepts, reads and writes for a reactor, and waits.
 *
 * @return the handler, to be freed with pn_handler_free() or passed on
 */
PNX_EXTERN pn_iohandler_t *pn_iohandler(void);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_HANDLERS_H */
