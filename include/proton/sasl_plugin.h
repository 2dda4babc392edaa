/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_SASL_PLUGIN_H
#define PROTON_SASL_PLUGIN_H 1

/**
 * @file
 * The interface of programs that bring their own SASL implementation.
 */

#include <proton/annotations.h>
#include <proton/import_export.h>
#include <proton/logger.h>
#include <proton/type_compat.h>
#include <proton/types.h>

#endif /* PROTON_SASL_PLUGIN_H */
