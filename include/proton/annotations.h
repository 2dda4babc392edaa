/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_ANNOTATIONS_H
#define PROTON_ANNOTATIONS_H 1

/**
 * @file
 * Annotations that let compilers check a program more closely.
 *
 * Each macro expands to what the compiler at hand understands and to nothing elsewhere, so a program may use them
 * without looking at the compiler.
 */

#include <stddef.h>

/**
 * Marks the `switch` case that goes on into the next one on purpose.
 */
#if defined(__cplusplus) && __cplusplus >= 201703L
#define PN_FALLTHROUGH [[fallthrough]]
#elif !defined(__cplusplus) && defined(__STDC_VERSION__) && __STDC_VERSION__ > 201710L
#define PN_FALLTHROUGH [[fallthrough]]
#elif defined(__GNUC__) && (__GNUC__ >= 7 || defined(__clang__))
#define PN_FALLTHROUGH __attribute__((__fallthrough__))
#else
#define PN_FALLTHROUGH ((void)0)
#endif

/**
 * Asks for a warning where the result of the function is not used.
 */
#if defined(__cplusplus) && __cplusplus >= 201703L
#define PN_NODISCARD [[nodiscard]]
#elif defined(__GNUC__)
#define PN_NODISCARD __attribute__((__warn_unused_result__))
#else
#define PN_NODISCARD
#endif

/**
 * Says which argument of a function is a printf format and which is the first to be formatted.
 *
 * Arguments count from one; the second number is 0 for a function that takes a `va_list`.
 */
#if defined(__GNUC__)
#define PN_PRINTF_FORMAT_ATTR(format, first) __attribute__((__format__(__printf__, format, first)))
#else
#define PN_PRINTF_FORMAT_ATTR(format, first)
#endif

/**
 * Stands before the format parameter itself, for the one compiler that wants it there.
 */
#if defined(_MSC_VER)
#include <sal.h>
#define PN_PRINTF_FORMAT _Printf_format_string_
#else
#define PN_PRINTF_FORMAT
#endif

/**
 * @def PN_PUSH_WARNING
 * Remembers which warnings are on.
 *
 * @def PN_POP_WARNING
 * Goes back to the warnings remembered by #PN_PUSH_WARNING.
 *
 * @def PN_GNU_DISABLE_WARNING(option)
 * Switches one warning option, given without quotes as in `-Wshadow`, off for GCC and Clang.
 *
 * @def PN_GCC_DISABLE_WARNING(option)
 * Switches one warning option off for GCC alone.
 *
 * @def PN_CLANG_DISABLE_WARNING(option)
 * Switches one warning option off for Clang alone.
 *
 * @def PN_MSVC_DISABLE_WARNING(number)
 * Switches one warning number off for Microsoft's compiler.
 *
 * @def PN_GNU_DISABLE_WARNING_INTERNAL2(text)
 * Makes a string literal of its argument; the macros above need it.
 */
#define PN_GNU_DISABLE_WARNING_INTERNAL2(text) #text

#if defined(__GNUC__)
#define PN_PUSH_WARNING _Pragma("GCC diagnostic push")
#define PN_POP_WARNING _Pragma("GCC diagnostic pop")
#define PN_GNU_DISABLE_WARNING(option) _Pragma(PN_GNU_DISABLE_WARNING_INTERNAL2(GCC diagnostic ignored #option))
#elif defined(_MSC_VER)
#define PN_PUSH_WARNING __pragma(warning(push))
#define PN_POP_WARNING __pragma(warning(pop))
#define PN_GNU_DISABLE_WARNING(option)
#else
#define PN_PUSH_WARNING
#define PN_POP_WARNING
#define PN_GNU_DISABLE_WARNING(option)
#endif

#if defined(__GNUC__) && !defined(__clang__)
#define PN_GCC_DISABLE_WARNING(option) PN_GNU_DISABLE_WARNING(option)
#else
#define PN_GCC_DISABLE_WARNING(option)
#endif

#if defined(__clang__)
#define PN_CLANG_DISABLE_WARNING(option) PN_GNU_DISABLE_WARNING(option)
#else
#define PN_CLANG_DISABLE_WARNING(option)
#endif

#if defined(_MSC_VER)
#define PN_MSVC_DISABLE_WARNING(number) __pragma(warning(disable : number))
#else
#define PN_MSVC_DISABLE_WARNING(number)
#endif

#endif /* PROTON_ANNOTATIONS_H */
