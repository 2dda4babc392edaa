/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_LOG_H
#define PROTON_LOG_H 1

/**
 * @file
 * The older way to send the log somewhere.
 */

#include <proton/import_export.h>
#include <proton/logger.h>
#include <proton/type_compat.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Turns the process-wide log on or off, whatever PN_TRACE_LOG says.
 *
 * @param[in] enabled true for on
 */
PNX_EXTERN void pn_log_enable(bool enabled);

/**
 * Turns the process-wide log off when given NULL. Any function is accepted and ignored: messages go to the
 * default logger, see pn_default_logger().
 *
 * @param[in] logger a function, or NULL
 */
PNX_EXTERN void pn_log_logger(void (*logger)(const char *message));

/**
 * Logs a message made as by printf, whether the log is on or not.
 *
 */
PNX_EXTERN void pni_logf_impl(const char *fmt, ...)
  PN_PRINTF_FORMAT_ATTR(1, 2);

/**
 * Logs a message made as by vprintf, whether the log is on or not.
 *
 */
PNX_EXTERN void pni_vlogf_impl(const char *fmt, va_list ap)
  PN_PRINTF_FORMAT_ATTR(1, 0);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_LOG_H */
