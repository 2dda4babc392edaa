/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_IMPORT_EXPORT_H
#define PROTON_IMPORT_EXPORT_H 1

/**
 * @file
 * The words that stand before every declaration of the library.
 *
 * A program may define `PROTON_DECLARE_STATIC` when it links the static archive, and `PN_USE_DEPRECATED_API` when it
 * wants no warnings about deprecated functions. Both must be defined before the first header is included.
 */

/**
 * @def PN_EXPORT
 * Makes a symbol visible outside the library that defines it.
 *
 * @def PN_IMPORT
 * Says that a symbol comes from another library.
 */
#if defined(PROTON_DECLARE_STATIC)
#define PN_EXPORT
#define PN_IMPORT
#elif defined(_WIN32)
#define PN_EXPORT __declspec(dllexport)
#define PN_IMPORT __declspec(dllimport)
#elif defined(__GNUC__)
#define PN_EXPORT __attribute__((visibility("default")))
#define PN_IMPORT
#else
#define PN_EXPORT
#define PN_IMPORT
#endif

/**
 * @def PN_EXTERN
 * Stands before the declarations of the protocol engine, the codec and the messages.
 */
#if defined(qpid_proton_core_EXPORTS) || defined(qpid_proton_EXPORTS)
#define PN_EXTERN PN_EXPORT
#else
#define PN_EXTERN PN_IMPORT
#endif

/**
 * @def PNP_EXTERN
 * Stands before the declarations of the proactor.
 */
#if defined(qpid_proton_proactor_EXPORTS) || defined(qpid_proton_EXPORTS)
#define PNP_EXTERN PN_EXPORT
#else
#define PNP_EXTERN PN_IMPORT
#endif

/**
 * @def PNX_EXTERN
 * Stands before the declarations that only the full library has: reactor, messenger, URL, old logging.
 */
#if defined(qpid_proton_EXPORTS)
#define PNX_EXTERN PN_EXPORT
#else
#define PNX_EXTERN PN_IMPORT
#endif

/**
 * @def PN_TLS_EXTERN
 * Stands before the declarations of the TLS library.
 */
#if defined(qpid_proton_tls_EXPORTS)
#define PN_TLS_EXTERN PN_EXPORT
#else
#define PN_TLS_EXTERN PN_IMPORT
#endif

/**
 * @def PN_DEPRECATED(message)
 * Warns with `message` where the function declared next is used.
 */
#if defined(PN_USE_DEPRECATED_API)
#define PN_DEPRECATED(message)
#elif defined(__GNUC__)
#define PN_DEPRECATED(message) __attribute__((__deprecated__(message)))
#elif defined(_MSC_VER)
#define PN_DEPRECATED(message) __declspec(deprecated(message))
#else
#define PN_DEPRECATED(message)
#endif

#endif /* PROTON_IMPORT_EXPORT_H */
