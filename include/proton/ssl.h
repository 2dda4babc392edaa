/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_SSL_H
#define PROTON_SSL_H 1

/**
 * @file
 * The TLS layer of a transport: domains with certificates and rules, and sessions made from them.
 */

#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>

/**
 * Certificates, keys and rules for many TLS sessions.
 */
typedef struct pn_ssl_domain_t pn_ssl_domain_t;

/**
 * The TLS layer of a transport. It belongs to the transport and lives as long.
 */
typedef struct pn_ssl_t pn_ssl_t;

#endif /* PROTON_SSL_H */
