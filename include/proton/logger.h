/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_LOGGER_H
#define PROTON_LOGGER_H 1

/**
 * @file
 * Where the library writes its log, and how much of it.
 */

#include <proton/annotations.h>
#include <proton/import_export.h>
#include <proton/object.h>
#include <proton/type_compat.h>
#include <stdarg.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How serious or detailed a message is: a bit mask. */
typedef enum pn_log_level_t {
  /** No level. */
  PN_LEVEL_NONE = 0,
  /** The process cannot go on as it should. Never filtered. */
  PN_LEVEL_CRITICAL = 1,
  /** Something failed. */
  PN_LEVEL_ERROR = 2,
  /** Something looks wrong. */
  PN_LEVEL_WARNING = 4,
  /** Something worth knowing. */
  PN_LEVEL_INFO = 8,
  /** For finding errors. */
  PN_LEVEL_DEBUG = 16,
  /** For following what happens. */
  PN_LEVEL_TRACE = 32,
  /** Every AMQP frame, as text. */
  PN_LEVEL_FRAME = 64,
  /** Every byte, in hexadecimal. */
  PN_LEVEL_RAW = 128,
  /** All levels. */
  PN_LEVEL_ALL = 65535,
} pn_log_level_t;

/** The part of the library a message comes from: a bit mask. */
typedef enum pn_log_subsystem_t {
  /** No subsystem. */
  PN_SUBSYSTEM_NONE = 0,
  /** Memory. */
  PN_SUBSYSTEM_MEMORY = 1,
  /** Bytes in and out. */
  PN_SUBSYSTEM_IO = 2,
  /** Events. */
  PN_SUBSYSTEM_EVENT = 4,
  /** The AMQP protocol. */
  PN_SUBSYSTEM_AMQP = 8,
  /** The TLS layer. */
  PN_SUBSYSTEM_SSL = 16,
  /** The SASL layer. */
  PN_SUBSYSTEM_SASL = 32,
  /** Language bindings. */
  PN_SUBSYSTEM_BINDING = 64,
  /** All subsystems. */
  PN_SUBSYSTEM_ALL = 65535,
} pn_log_subsystem_t;

/** A filter for messages with a place where they go. */
typedef struct pn_logger_t pn_logger_t;

/**
 * Where messages go.
 *
 * @param[in] sink_context the number given with the sink
 * @param[in] subsystem where the message comes from
 * @param[in] severity how serious it is
 * @param[in] message the text, valid during the call
 */
typedef void (*pn_log_sink_t)(intptr_t sink_context,
                              pn_log_subsystem_t subsystem,
                              pn_log_level_t severity,
                              const char *message);

/**
 * Gives the logger of everything that has no transport. New transports begin with a copy of it.
 *
 * @return the logger, which lives for ever
 */
PN_EXTERN pn_logger_t *pn_default_logger(void);

/**
 * Gives the name of a level.
 *
 * @param[in] level a level
 * @return constant text: "*ALL*" for all levels, the name of the most serious level in the mask, or "UNKNOWN"
 */
PN_EXTERN const char *pn_logger_level_name(pn_log_level_t level);

/**
 * Gives the name of a subsystem.
 *
 * @param[in] subsystem a subsystem
 * @return constant text: "*ALL*" for all subsystems, the name of the first one in the mask, or "UNKNOWN"
 */
PN_EXTERN const char *pn_logger_subsystem_name(pn_log_subsystem_t subsystem);

/**
 * Lets more messages through.
 *
 * @param[in] logger a logger, or NULL
 * @param[in] subsystem the subsystems to add
 * @param[in] level the levels to add
 */
PN_EXTERN void pn_logger_set_mask(pn_logger_t *logger, uint16_t subsystem, uint16_t level);

/**
 * Lets fewer messages through. Critical ones always pass.
 *
 * @param[in] logger a logger, or NULL
 * @param[in] subsystem the subsystems to take away
 * @param[in] level the levels to take away
 */
PN_EXTERN void pn_logger_reset_mask(pn_logger_t *logger, uint16_t subsystem, uint16_t level);

/**
 * Sets where the messages of a logger go.
 *
 * @param[in] logger a logger, or NULL
 * @param[in] sink called with every message that passes; NULL means stderr
 * @param[in] sink_context given to the sink each time
 */
PN_EXTERN void pn_logger_set_log_sink(pn_logger_t *logger, pn_log_sink_t sink, intptr_t sink_context);

/**
 * Tells where the messages of a logger go.
 *
 * @param[in] logger a logger, or NULL
 * @return the sink, also if it is the one for stderr; NULL for NULL
 */
PN_EXTERN pn_log_sink_t pn_logger_get_log_sink(pn_logger_t *logger);

/**
 * Tells what the sink of a logger is called with.
 *
 * @param[in] logger a logger, or NULL
 * @return the context; the address of the logger for the stderr sink, 0 for NULL
 */
PN_EXTERN intptr_t pn_logger_get_log_sink_context(pn_logger_t *logger);

/**
 * Logs a message made as by printf. It goes to the sink whatever the masks of the logger say.
 *
 * @param[in] logger a logger; NULL means the default logger
 * @param[in] subsystem where the message comes from
 * @param[in] level how serious it is
 * @param[in] fmt a printf format, followed by its arguments
 */
PN_EXTERN void pn_logger_logf(pn_logger_t *logger,
                              pn_log_subsystem_t subsystem,
                              pn_log_level_t level,
                              const char *fmt,
                              ...)
  PN_PRINTF_FORMAT_ATTR(4, 5);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_LOGGER_H */
