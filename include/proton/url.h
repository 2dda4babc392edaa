/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_URL_H
#define PROTON_URL_H 1

/**
 * @file
 * URLs and their parts, as addresses of AMQP nodes.
 *
 * @deprecated use a library made for URLs
 */

#include <proton/import_export.h>

/**
 * A URL.
 */
typedef struct pn_url_t pn_url_t;

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes a URL without any part.
 *
 * @return the URL, to be freed with pn_url_free()
 */
PNX_EXTERN pn_url_t *pn_url(void);

/**
 * Takes a text apart: `[scheme://][user[:password]@]host[:port][/path]`. User and password are decoded, an IPv6
 * address may stand in brackets, and what fits nowhere is part of the host.
 *
 * @param[in] url the text
 * @return the URL, to be freed with pn_url_free(); NULL for an empty text or NULL
 */
PNX_EXTERN pn_url_t *pn_url_parse(const char *url);

/**
 * Frees a URL.
 *
 * @param[in] url a URL, or NULL
 */
PNX_EXTERN void pn_url_free(pn_url_t *url);

/**
 * Removes all parts of a URL.
 *
 * @param[in] url a URL, or NULL
 */
PNX_EXTERN void pn_url_clear(pn_url_t *url);

/**
 * Puts a URL together. In user and password, '@', ':' and '/' are escaped, and '%' where it would be read as an
 * escape; a host with a colon is put into brackets.
 *
 * @param[in] url a URL, or NULL
 * @return the text, owned by the URL and valid until it is asked for again; NULL for NULL
 */
PNX_EXTERN const char *pn_url_str(pn_url_t *url);

/**
 * Returns the scheme.
 *
 * @param[in] url a URL, or NULL
 * @return the text, owned by the URL and valid until the part is set; NULL if there is none
 */
PNX_EXTERN const char *pn_url_get_scheme(pn_url_t *url);

/**
 * Returns the name of the user.
 *
 * @param[in] url a URL, or NULL
 * @return the text, owned by the URL and valid until the part is set; NULL if there is none
 */
PNX_EXTERN const char *pn_url_get_username(pn_url_t *url);

/**
 * Returns the password.
 *
 * @param[in] url a URL, or NULL
 * @return the text, owned by the URL and valid until the part is set; NULL if there is none
 */
PNX_EXTERN const char *pn_url_get_password(pn_url_t *url);

/**
 * Returns the host.
 *
 * @param[in] url a URL, or NULL
 * @return the text, owned by the URL and valid until the part is set; NULL if there is none
 */
PNX_EXTERN const char *pn_url_get_host(pn_url_t *url);

/**
 * Returns the port.
 *
 * @param[in] url a URL, or NULL
 * @return the text, owned by the URL and valid until the part is set; NULL if there is none
 */
PNX_EXTERN const char *pn_url_get_port(pn_url_t *url);

/**
 * Returns the path, without the slash in front.
 *
 * @param[in] url a URL, or NULL
 * @return the text, owned by the URL and valid until the part is set; NULL if there is none
 */
PNX_EXTERN const char *pn_url_get_path(pn_url_t *url);

/**
 * Sets the scheme.
 *
 * @param[in] url a URL, or NULL
 * @param[in] scheme the text, copied; NULL removes the part
 */
PNX_EXTERN void pn_url_set_scheme(pn_url_t *url, const char *scheme);

/**
 * Sets the name of the user.
 *
 * @param[in] url a URL, or NULL
 * @param[in] username the text, copied; NULL removes the part
 */
PNX_EXTERN void pn_url_set_username(pn_url_t *url, const char *username);

/**
 * Sets the password.
 *
 * @param[in] url a URL, or NULL
 * @param[in] password the text, copied; NULL removes the part
 */
PNX_EXTERN void pn_url_set_password(pn_url_t *url, const char *password);

/**
 * Sets the host.
 *
 * @param[in] url a URL, or NULL
 * @param[in] host the text, copied; NULL removes the part
 */
PNX_EXTERN void pn_url_set_host(pn_url_t *url, const char *host);

/**
 * Sets the port.
 *
 * @param[in] url a URL, or NULL
 * @param[in] port the text, copied; NULL removes the part
 */
PNX_EXTERN void pn_url_set_port(pn_url_t *url, const char *port);

/**
 * Sets the path, without the slash in front.
 *
 * @param[in] url a URL, or NULL
 * @param[in] path the text, copied; NULL removes the part
 */
PNX_EXTERN void pn_url_set_path(pn_url_t *url, const char *path);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_URL_H */
