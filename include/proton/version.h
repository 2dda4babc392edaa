/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_VERSION_H
#define PROTON_VERSION_H 1

/**
 * @file
 * The version of the programming interface, as numbers that the preprocessor can compare.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** The major part of the version. */
#define PN_VERSION_MAJOR 0

/** The minor part of the version. */
#define PN_VERSION_MINOR 41

/** The point release. */
#define PN_VERSION_POINT 0

#ifdef __cplusplus
}
#endif

#endif /* PROTON_VERSION_H */
