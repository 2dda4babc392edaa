/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_PROACTOR_EXT_H
#define PROTON_PROACTOR_EXT_H 1

/**
 * @file
 * Sockets that a program has connected itself.
 */

#include <proton/import_export.h>
#include <proton/types.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A socket as the system knows it. */
typedef int pn_socket_t;

/**
 * Has a proactor drive a connection over a socket that is connected already. The same events follow as for
 * pn_proactor_connect2().
 *
 * Thread safe. The proactor owns all three from now on, and closes the socket in the end.
 *
 * @param[in] proactor a proactor
 * @param[in] connection a connection; NULL to make one
 * @param[in] transport a transport, which may have been made a server's; NULL to make one
 * @param[in] fd a stream socket that is connected
 */
PNP_EXTERN void pn_proactor_import_socket(pn_proactor_t *proactor,
                                          pn_connection_t *connection,
                                          pn_transport_t *transport,
                                          pn_socket_t fd);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_PROACTOR_EXT_H */
