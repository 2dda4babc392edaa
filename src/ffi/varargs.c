/* Variadic functions, which stable Rust cannot define. No logic: each hands its arguments to Rust. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define PROTIUM_EXPORT __attribute__((visibility("default")))

/* Text made by a format: proton/error.h, logger.h, log.h and the strings of old headers. */

int pn_error_set(void *error, int code, const char *text);
int pn_string_set(void *string, const char *text);
int protium_string_append(void *string, const char *text);
void protium_logger_log(void *logger, unsigned subsystem, unsigned level, const char *text);
void protium_log(const char *text);

/* The whole text, to be freed; NULL for a bad format or without memory. */
static char *protium_vformat(const char *fmt, va_list ap) {
  va_list again;
  va_copy(again, ap);
  int size = vsnprintf(NULL, 0, fmt, ap);
  char *text = size < 0 ? NULL : malloc((size_t)size + 1);
  if (text) vsnprintf(text, (size_t)size + 1, fmt, again);
  va_end(again);
  return text;
}

PROTIUM_EXPORT int pn_error_vformat(void *error, int code, const char *fmt, va_list ap) {
  char text[1024];
  return pn_error_set(error, code, vsnprintf(text, sizeof text, fmt, ap) < 0 ? NULL : text);
}

PROTIUM_EXPORT int pn_error_format(void *error, int code, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  int result = pn_error_vformat(error, code, fmt, ap);
  va_end(ap);
  return result;
}

PROTIUM_EXPORT int pn_string_vformat(void *string, const char *format, va_list ap) {
  char *text = protium_vformat(format, ap);
  int result = text ? pn_string_set(string, text) : -2;
  free(text);
  return result;
}

PROTIUM_EXPORT int pn_string_format(void *string, const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  int result = pn_string_vformat(string, format, ap);
  va_end(ap);
  return result;
}

PROTIUM_EXPORT int pn_string_vaddf(void *string, const char *format, va_list ap) {
  char *text = protium_vformat(format, ap);
  int result = text ? protium_string_append(string, text) : -2;
  free(text);
  return result;
}

PROTIUM_EXPORT int pn_string_addf(void *string, const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  int result = pn_string_vaddf(string, format, ap);
  va_end(ap);
  return result;
}

PROTIUM_EXPORT void pn_logger_logf(void *logger, unsigned subsystem, unsigned level, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  char *text = protium_vformat(fmt, ap);
  va_end(ap);
  protium_logger_log(logger, subsystem, level, text);
  free(text);
}

PROTIUM_EXPORT void pni_vlogf_impl(const char *fmt, va_list ap) {
  char *text = protium_vformat(fmt, ap);
  protium_log(text);
  free(text);
}

PROTIUM_EXPORT void pni_logf_impl(const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  pni_vlogf_impl(fmt, ap);
  va_end(ap);
}
