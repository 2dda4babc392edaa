/* Variadic functions, which stable Rust cannot define. No logic: each hands its arguments to Rust. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define PROTIUM_EXPORT __attribute__((visibility("default")))

/* The body of a variadic function: `call` with the arguments after `last` in `ap`. */
#define FORWARD(last, call) va_list ap; va_start(ap, last); call; va_end(ap)

/* As vsnprintf(), for which no format at all is undefined. */
static int protium_print(char *text, size_t room, const char *fmt, va_list ap) {
  return fmt ? vsnprintf(text, room, fmt, ap) : -1;
}

/* The whole text, to be freed; NULL for a bad format or without memory. */
static char *protium_shim_vformat(const char *fmt, va_list ap) {
  va_list again;
  va_copy(again, ap);
  int size = protium_print(NULL, 0, fmt, ap);
  char *text = size < 0 ? NULL : malloc((size_t)size + 1);
  if (text) protium_print(text, (size_t)size + 1, fmt, again);
  va_end(again);
  return text;
}

/* PN_LEVEL_TRACE of proton/logger.h */
#define PROTIUM_LEVEL_TRACE 32

/* The body of a function that makes a text and uses it. */
#define WITH_TEXT(fmt, ap, use) char *text = protium_shim_vformat(fmt, ap); use; free(text)

/* proton/error.h */
int pn_error_set(void *error, int code, const char *text);

PROTIUM_EXPORT int pn_error_vformat(void *error, int code, const char *fmt, va_list ap) {
  char text[1024];
  return pn_error_set(error, code, protium_print(text, sizeof text, fmt, ap) < 0 ? NULL : text);
}
PROTIUM_EXPORT int pn_error_format(void *error, int code, const char *fmt, ...) {
  FORWARD(fmt, int result = pn_error_vformat(error, code, fmt, ap));
  return result;
}

/* The strings of old headers. */
int pn_string_set(void *string, const char *text);
int protium_shim_string_append(void *string, const char *text);

PROTIUM_EXPORT int pn_string_vformat(void *string, const char *format, va_list ap) {
  WITH_TEXT(format, ap, int result = text ? pn_string_set(string, text) : -2);
  return result;
}
PROTIUM_EXPORT int pn_string_format(void *string, const char *format, ...) {
  FORWARD(format, int result = pn_string_vformat(string, format, ap));
  return result;
}
PROTIUM_EXPORT int pn_string_vaddf(void *string, const char *format, va_list ap) {
  WITH_TEXT(format, ap, int result = text ? protium_shim_string_append(string, text) : -2);
  return result;
}
PROTIUM_EXPORT int pn_string_addf(void *string, const char *format, ...) {
  FORWARD(format, int result = pn_string_vaddf(string, format, ap));
  return result;
}

/* proton/logger.h and log.h */
void protium_shim_logger_log(void *logger, unsigned subsystem, unsigned level, const char *text);
void protium_shim_log(const char *text);

static void logger_vlogf(void *logger, unsigned subsystem, unsigned level, const char *fmt, va_list ap) {
  WITH_TEXT(fmt, ap, protium_shim_logger_log(logger, subsystem, level, text));
}
PROTIUM_EXPORT void pn_logger_logf(void *logger, unsigned subsystem, unsigned level, const char *fmt, ...) {
  FORWARD(fmt, logger_vlogf(logger, subsystem, level, fmt, ap));
}
PROTIUM_EXPORT void pni_vlogf_impl(const char *fmt, va_list ap) {
  WITH_TEXT(fmt, ap, protium_shim_log(text));
}
PROTIUM_EXPORT void pni_logf_impl(const char *fmt, ...) {
  FORWARD(fmt, pni_vlogf_impl(fmt, ap));
}

/* proton/sasl_plugin.h. Up to 0.32 the format came first; a level is at most 65535, and no format lies there. */
void protium_shim_sasl_log(void *transport, unsigned level, const char *text);

static void sasl_vlogf(void *transport, unsigned level, const char *fmt, va_list ap) {
  WITH_TEXT(fmt, ap, protium_shim_sasl_log(transport, level, text));
}
PROTIUM_EXPORT void pnx_sasl_logf(void *transport, uintptr_t level, ...) {
  va_list ap;
  va_start(ap, level);
  if (level > 65535) {
    sasl_vlogf(transport, PROTIUM_LEVEL_TRACE, (const char *)level, ap);
  } else {
    const char *fmt = va_arg(ap, const char *);
    sasl_vlogf(transport, (unsigned)level, fmt, ap);
  }
  va_end(ap);
}

/* proton/condition.h */
int protium_shim_condition_set(void *condition, const char *name, const char *text);

PROTIUM_EXPORT int pn_condition_vformat(void *condition, const char *name, const char *fmt, va_list ap) {
  char text[1024];
  return protium_shim_condition_set(condition, name, protium_print(text, sizeof text, fmt, ap) < 0 ? NULL : text);
}
PROTIUM_EXPORT int pn_condition_format(void *condition, const char *name, const char *fmt, ...) {
  FORWARD(fmt, int result = pn_condition_vformat(condition, name, fmt, ap));
  return result;
}

/* proton/transport.h and connection_driver.h */
void pn_transport_log(void *transport, const char *message);
void pn_connection_driver_log(void *driver, const char *message);
void *protium_shim_driver_condition(void *driver);

PROTIUM_EXPORT void pn_transport_vlogf(void *transport, const char *fmt, va_list ap) {
  WITH_TEXT(fmt, ap, pn_transport_log(transport, text));
}
PROTIUM_EXPORT void pn_transport_logf(void *transport, const char *fmt, ...) {
  FORWARD(fmt, pn_transport_vlogf(transport, fmt, ap));
}
PROTIUM_EXPORT void pn_connection_driver_vlogf(void *d, const char *fmt, va_list ap) {
  WITH_TEXT(fmt, ap, pn_connection_driver_log(d, text));
}
PROTIUM_EXPORT void pn_connection_driver_logf(void *d, const char *fmt, ...) {
  FORWARD(fmt, pn_connection_driver_vlogf(d, fmt, ap));
}
PROTIUM_EXPORT void pn_connection_driver_verrorf(void *d, const char *name, const char *fmt, va_list ap) {
  pn_condition_vformat(protium_shim_driver_condition(d), name, fmt, ap);
}
PROTIUM_EXPORT void pn_connection_driver_errorf(void *d, const char *name, const char *fmt, ...) {
  FORWARD(fmt, pn_connection_driver_verrorf(d, name, fmt, ap));
}

/* proton/codec.h: arguments that Rust fetches one by one. */
typedef struct protium_shim_args { va_list list; } protium_shim_args;

int protium_shim_va_int(protium_shim_args *args) { return va_arg(args->list, int); }
uint64_t protium_shim_va_u64(protium_shim_args *args) { return va_arg(args->list, uint64_t); }
size_t protium_shim_va_size(protium_shim_args *args) { return va_arg(args->list, size_t); }
double protium_shim_va_double(protium_shim_args *args) { return va_arg(args->list, double); }
void *protium_shim_va_pointer(protium_shim_args *args) { return va_arg(args->list, void *); }

int protium_shim_data_fill(void *data, const char *fmt, protium_shim_args *args);
int protium_shim_data_scan(void *data, const char *fmt, protium_shim_args *args);

PROTIUM_EXPORT int pn_data_vfill(void *data, const char *fmt, va_list ap) {
  protium_shim_args args;
  va_copy(args.list, ap);
  int result = protium_shim_data_fill(data, fmt, &args);
  va_end(args.list);
  return result;
}
PROTIUM_EXPORT int pn_data_fill(void *data, const char *fmt, ...) {
  FORWARD(fmt, int result = pn_data_vfill(data, fmt, ap));
  return result;
}
PROTIUM_EXPORT int pn_data_vscan(void *data, const char *fmt, va_list ap) {
  protium_shim_args args;
  va_copy(args.list, ap);
  int result = protium_shim_data_scan(data, fmt, &args);
  va_end(args.list);
  return result;
}
PROTIUM_EXPORT int pn_data_scan(void *data, const char *fmt, ...) {
  FORWARD(fmt, int result = pn_data_vscan(data, fmt, ap));
  return result;
}
