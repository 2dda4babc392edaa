/* Variadic functions, which stable Rust cannot define. No logic: each hands its arguments to Rust. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#define PROTIUM_EXPORT __attribute__((visibility("default")))

/* Arguments that Rust fetches one by one. */
typedef struct protium_args { va_list list; } protium_args;

int protium_va_int(protium_args *args) { return va_arg(args->list, int); }
uint64_t protium_va_u64(protium_args *args) { return va_arg(args->list, uint64_t); }
size_t protium_va_size(protium_args *args) { return va_arg(args->list, size_t); }
double protium_va_double(protium_args *args) { return va_arg(args->list, double); }
void *protium_va_pointer(protium_args *args) { return va_arg(args->list, void *); }

/* proton/codec.h */
typedef struct pn_data_t pn_data_t;
int protium_data_fill(pn_data_t *data, const char *fmt, protium_args *args);
int protium_data_scan(pn_data_t *data, const char *fmt, protium_args *args);

PROTIUM_EXPORT int pn_data_vfill(pn_data_t *data, const char *fmt, va_list ap) {
  protium_args args;
  va_copy(args.list, ap);
  int result = protium_data_fill(data, fmt, &args);
  va_end(args.list);
  return result;
}

PROTIUM_EXPORT int pn_data_fill(pn_data_t *data, const char *fmt, ...) {
  protium_args args;
  va_start(args.list, fmt);
  int result = protium_data_fill(data, fmt, &args);
  va_end(args.list);
  return result;
}

PROTIUM_EXPORT int pn_data_vscan(pn_data_t *data, const char *fmt, va_list ap) {
  protium_args args;
  va_copy(args.list, ap);
  int result = protium_data_scan(data, fmt, &args);
  va_end(args.list);
  return result;
}

PROTIUM_EXPORT int pn_data_scan(pn_data_t *data, const char *fmt, ...) {
  protium_args args;
  va_start(args.list, fmt);
  int result = protium_data_scan(data, fmt, &args);
  va_end(args.list);
  return result;
}
