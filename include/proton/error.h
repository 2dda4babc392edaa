/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_ERROR_H
#define PROTON_ERROR_H 1

/**
 * @file
 * Error codes, and the object that keeps the last error with its text.
 */

#include <proton/annotations.h>
#include <proton/import_export.h>
#include <stdarg.h>

/**
 * Returns `code` from the function around it if it is an error, that is below zero; evaluates it once.
 */
#define PN_RETURN_IF_ERROR(code) \
  do { \
    int pn_error_code_ = (code); \
    if (pn_error_code_ < 0) return pn_error_code_; \
  } while (0)

#ifdef __cplusplus
extern "C" {
#endif

/** Success. */
#define PN_OK 0

/** End of a stream or of the data. */
#define PN_EOS -1

/** An error without a better code. */
#define PN_ERR -2

/** A buffer was too small. */
#define PN_OVERFLOW -3

/** There were fewer bytes than needed. */
#define PN_UNDERFLOW -4

/** The call does not fit the state of the object. */
#define PN_STATE_ERR -5

/** An argument is not acceptable. */
#define PN_ARG_ERR -6

/** The time is up. */
#define PN_TIMEOUT -7

/** The wait was interrupted. */
#define PN_INTR -8

/** The operation has begun but not finished. */
#define PN_INPROGRESS -9

/** There is no memory left. */
#define PN_OUT_OF_MEMORY -10

/** The operation was given up. */
#define PN_ABORTED -11

/** An error: a code with a text. */
typedef struct pn_error_t pn_error_t;

/**
 * Gives the name of an error code.
 *
 * @param[in] code an error code
 * @return constant text such as "PN_EOS"; "<ok>" for 0 and "<unknown>" for any other number
 */
PN_EXTERN const char *pn_code(int code);

/**
 * Makes an error object that says "no error".
 *
 * @return a new object that the caller releases with pn_error_free()
 */
PN_EXTERN pn_error_t *pn_error(void);

/**
 * Releases an error object.
 *
 * @param[in] error an object from pn_error(), or NULL
 */
PN_EXTERN void pn_error_free(pn_error_t *error);

/**
 * Forgets code and text, so that the object says "no error" again.
 *
 * @param[in] error an error object, or NULL
 */
PN_EXTERN void pn_error_clear(pn_error_t *error);

/**
 * Records an error. Code 0 clears the object, whatever the text.
 *
 * @param[in] error an error object, or NULL
 * @param[in] code the error code
 * @param[in] text a description that is copied, or NULL for none
 * @return the code
 */
PN_EXTERN int pn_error_set(pn_error_t *error, int code, const char *text);

/**
 * Gives the code of an error.
 *
 * @param[in] error an error object, or NULL
 * @return the code; 0 for no error and for NULL
 */
PN_EXTERN int pn_error_code(pn_error_t *error);

/**
 * Gives the text of an error.
 *
 * @param[in] error an error object, or NULL
 * @return the text, valid until the error changes; NULL if there is none
 */
PN_EXTERN const char *pn_error_text(pn_error_t *error);

/**
 * Copies one error into another.
 *
 * @param[in] error the object to overwrite, or NULL
 * @param[in] src the error to copy; NULL clears
 * @return the code copied, 0 for a NULL source
 */
PN_EXTERN int pn_error_copy(pn_error_t *error, pn_error_t *src);

/**
 * Records an error with a text made as by printf. The text is cut at 1023 bytes.
 *
 * @param[in] error an error object, or NULL
 * @param[in] code the error code; 0 clears
 * @param[in] fmt a printf format, followed by its arguments
 * @return the code
 */
PN_EXTERN int pn_error_format(pn_error_t *error, int code, const char *fmt, ...)
  PN_PRINTF_FORMAT_ATTR(3, 4);

/**
 * Records an error with a text made as by vprintf. The text is cut at 1023 bytes.
 *
 * @param[in] error an error object, or NULL
 * @param[in] code the error code; 0 clears
 * @param[in] fmt a printf format
 * @param[in] ap its arguments
 * @return the code
 */
PN_EXTERN int pn_error_vformat(pn_error_t *error, int code, const char *fmt, va_list ap)
  PN_PRINTF_FORMAT_ATTR(3, 0);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_ERROR_H */
