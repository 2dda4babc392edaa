/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_TYPE_COMPAT_H
#define PROTON_TYPE_COMPAT_H 1

/**
 * @file
 * The types of the C standard that the declarations of the library rely on: `bool`, `ssize_t`, `uint32_t` and the like.
 *
 * A program whose platform brings its own may define, before the first header is included, `PN_NOINCLUDE_STDINT` to
 * keep `stdint.h` out (`PN_INCLUDE_STDINT` overrules it), and `PN_DEFINE_SSIZE_T` or `PN_NODEFINE_SSIZE_T` to have
 * `ssize_t` defined here or not.
 */

#ifndef __cplusplus
#include <stdbool.h>
#endif

#include <sys/types.h>

#if defined(PN_INCLUDE_STDINT) || !defined(PN_NOINCLUDE_STDINT)
#include <stdint.h>
#endif

#if defined(PN_DEFINE_SSIZE_T) || (defined(_MSC_VER) && !defined(PN_NODEFINE_SSIZE_T))
#include <stddef.h>
typedef ptrdiff_t ssize_t;
#endif

#endif /* PROTON_TYPE_COMPAT_H */
