/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_SSL_H
#define PROTON_SSL_H 1

/**
 * @file
 * The TLS layer of a transport: domains with certificates and rules, and sessions made from them.
 */

#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>

/**
 * Certificates, keys and rules for many TLS sessions.
 */
typedef struct pn_ssl_domain_t pn_ssl_domain_t;

/**
 * The TLS layer of a transport. It belongs to the transport and lives as long.
 */
typedef struct pn_ssl_t pn_ssl_t;

#ifdef __cplusplus
extern "C" {
#endif

/** Which side of a session a domain is for. */
typedef enum pn_ssl_mode_t {
  /** The side that connects. */
  PN_SSL_MODE_CLIENT = 1,
  /** The side that accepts. */
  PN_SSL_MODE_SERVER,
} pn_ssl_mode_t;

/** How much is asked of the peer. */
typedef enum pn_ssl_verify_mode_t {
  /** Internal use only. */
  PN_SSL_VERIFY_NULL,
  /** The peer's certificate has to be valid. */
  PN_SSL_VERIFY_PEER,
  /** The peer needs no certificate. */
  PN_SSL_ANONYMOUS_PEER,
  /** The peer's certificate has to be valid and made out to the expected name. */
  PN_SSL_VERIFY_PEER_NAME,
} pn_ssl_verify_mode_t;

/** Whether a session was continued from an earlier one. */
typedef enum pn_ssl_resume_status_t {
  /** Not known. */
  PN_SSL_RESUME_UNKNOWN,
  /** A new session. */
  PN_SSL_RESUME_NEW,
  /** An earlier session went on. */
  PN_SSL_RESUME_REUSED,
} pn_ssl_resume_status_t;

/** A part of a certificate's subject. */
typedef enum pn_ssl_cert_subject_subfield {
  /** The country. */
  PN_SSL_CERT_SUBJECT_COUNTRY_NAME,
  /** The state or province. */
  PN_SSL_CERT_SUBJECT_STATE_OR_PROVINCE,
  /** The city or locality. */
  PN_SSL_CERT_SUBJECT_CITY_OR_LOCALITY,
  /** The organization. */
  PN_SSL_CERT_SUBJECT_ORGANIZATION_NAME,
  /** The unit of the organization. */
  PN_SSL_CERT_SUBJECT_ORGANIZATION_UNIT,
  /** The common name. */
  PN_SSL_CERT_SUBJECT_COMMON_NAME,
} pn_ssl_cert_subject_subfield;

/** A hash for fingerprints. */
typedef enum pn_ssl_hash_alg {
  /** SHA-1. */
  PN_SSL_SHA1,
  /** SHA-256. */
  PN_SSL_SHA256,
  /** SHA-512. */
  PN_SSL_SHA512,
  /** MD5. */
  PN_SSL_MD5,
} pn_ssl_hash_alg;

/**
 * Tells whether the library can encrypt transports.
 *
 * @return true if it was built with TLS
 */
PN_EXTERN bool pn_ssl_present(void);

/**
 * Makes a domain for one side of sessions.
 *
 * @param[in] mode the side
 * @return the domain; NULL in a build without TLS
 */
PN_EXTERN pn_ssl_domain_t *pn_ssl_domain(pn_ssl_mode_t mode);

/**
 * Frees a domain; transports that use it go on.
 *
 * @param[in] domain a domain, or NULL
 */
PN_EXTERN void pn_ssl_domain_free(pn_ssl_domain_t *domain);

/**
 * Sets the certificate that this side shows, and its key.
 *
 * @param[in] domain a domain
 * @param[in] credential_1 the file of the certificate
 * @param[in] credential_2 the file of the key
 * @param[in] password the password of the key, NULL for none
 * @return 0, or a negative code; in a build without TLS always that
 */
PN_EXTERN int pn_ssl_domain_set_credentials(pn_ssl_domain_t *domain,
                                            const char *credential_1,
                                            const char *credential_2,
                                            const char *password);

/**
 * Sets whose certificates this side trusts.
 *
 * @param[in] domain a domain
 * @param[in] certificate_db a file or folder of certificates
 * @return 0, or a negative code; in a build without TLS always that
 */
PN_EXTERN int pn_ssl_domain_set_trusted_ca_db(pn_ssl_domain_t *domain, const char *certificate_db);

/**
 * Sets how much is asked of the peer.
 *
 * @param[in] domain a domain
 * @param[in] mode how much
 * @param[in] trusted_CAs a file of certificate authorities that a server names to its clients, or NULL
 * @return 0, or a negative code; in a build without TLS always that
 */
PN_EXTERN int pn_ssl_domain_set_peer_authentication(pn_ssl_domain_t *domain,
                                                    pn_ssl_verify_mode_t mode,
                                                    const char *trusted_CAs);

/**
 * Sets which versions of TLS may be used.
 *
 * @param[in] domain a domain
 * @param[in] protocols names such as "TLSv1.2 TLSv1.3"
 * @return 0, or a negative code; in a build without TLS always that
 */
PN_EXTERN int pn_ssl_domain_set_protocols(pn_ssl_domain_t *domain, const char *protocols);

/**
 * Sets which ciphers may be used.
 *
 * @param[in] domain a domain
 * @param[in] ciphers a list of ciphers
 * @return 0, or a negative code; in a build without TLS always that
 */
PN_EXTERN int pn_ssl_domain_set_ciphers(pn_ssl_domain_t *domain, const char *ciphers);

/**
 * Lets a server also take clients that do not encrypt.
 *
 * @deprecated use pn_transport_require_encryption()
 *
 * @param[in] domain a domain
 * @return 0, or a negative code; in a build without TLS always that
 */
PN_EXTERN int pn_ssl_domain_allow_unsecured_client(pn_ssl_domain_t *domain);

/**
 * Asks for security on a transport.
 *
 * @param[in] transport a transport, or NULL
 * @return its security, owned by the transport; NULL in a build without TLS
 */
PN_EXTERN pn_ssl_t *pn_ssl(pn_transport_t *transport);

/**
 * Sets up the security of a transport from a domain.
 *
 * @param[in] ssl the security of a transport
 * @param[in] domain the domain, or NULL for defaults
 * @param[in] session_id names the session to continue, or NULL
 * @return 0, or a negative code; in a build without TLS always that
 */
PN_EXTERN int pn_ssl_init(pn_ssl_t *ssl, pn_ssl_domain_t *domain, const char *session_id);

/**
 * Gives the name of the cipher in use.
 *
 * @param[in] ssl the security of a transport
 * @param[in] buffer where to put the name
 * @param[in] size bytes there
 * @return true if there is one; in a build without TLS false
 */
PN_EXTERN bool pn_ssl_get_cipher_name(pn_ssl_t *ssl, char *buffer, size_t size);

/**
 * Tells how strong the cipher in use is.
 *
 * @param[in] ssl the security of a transport
 * @return bits; 0 in a build without TLS
 */
PN_EXTERN int pn_ssl_get_ssf(pn_ssl_t *ssl);

/**
 * Gives the name of the protocol in use.
 *
 * @param[in] ssl the security of a transport
 * @param[in] buffer where to put the name
 * @param[in] size bytes there
 * @return true if there is one; in a build without TLS false
 */
PN_EXTERN bool pn_ssl_get_protocol_name(pn_ssl_t *ssl, char *buffer, size_t size);

/**
 * Tells whether an earlier session was continued.
 *
 * @param[in] ssl the security of a transport
 * @return PN_SSL_RESUME_UNKNOWN in a build without TLS
 */
PN_EXTERN pn_ssl_resume_status_t pn_ssl_resume_status(pn_ssl_t *ssl);

/**
 * Sets the name that the peer has to have.
 *
 * @param[in] ssl the security of a transport
 * @param[in] hostname the name, NULL to unset it
 * @return 0, or a negative code; in a build without TLS always that
 */
PN_EXTERN int pn_ssl_set_peer_hostname(pn_ssl_t *ssl, const char *hostname);

/**
 * Gives the name that the peer has to have.
 *
 * @param[in] ssl the security of a transport
 * @param[in] hostname where to put the name, NULL to ask for its size
 * @param[in] bufsize bytes there; receives the size of the name
 * @return 0, or a negative code; in a build without TLS always that
 */
PN_EXTERN int pn_ssl_get_peer_hostname(pn_ssl_t *ssl, char *hostname, size_t *bufsize);

/**
 * Returns the subject of the peer's certificate.
 *
 * @param[in] ssl the security of a transport
 * @return the subject; NULL in a build without TLS
 */
PN_EXTERN const char *pn_ssl_get_remote_subject(pn_ssl_t *ssl);

/**
 * Returns a part of the subject of the peer's certificate.
 *
 * @param[in] ssl0 the security of a transport
 * @param[in] field the part
 * @return the text; NULL in a build without TLS
 */
PN_EXTERN const char *pn_ssl_get_remote_subject_subfield(pn_ssl_t *ssl0, pn_ssl_cert_subject_subfield field);

/**
 * Gives a fingerprint of the peer's certificate.
 *
 * @param[in] ssl0 the security of a transport
 * @param[in] fingerprint where to put it, in hexadecimal
 * @param[in] fingerprint_length bytes there
 * @param[in] hash_alg the hash
 * @return 0, or a negative code; in a build without TLS always that
 */
PN_EXTERN int pn_ssl_get_cert_fingerprint(pn_ssl_t *ssl0,
                                          char *fingerprint,
                                          size_t fingerprint_length,
                                          pn_ssl_hash_alg hash_alg);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_SSL_H */
