/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_TERMINUS_H
#define PROTON_TERMINUS_H 1

/**
 * @file
 * The ends of a link: addresses, life time, distribution and filters of its source and target.
 */

#include <proton/codec.h>
#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <stddef.h>

/**
 * One end of a link as one peer sees it. It belongs to the link and lives as long.
 */
typedef struct pn_terminus_t pn_terminus_t;

#endif /* PROTON_TERMINUS_H */
