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
 * @return true if it was built with TLS; without it no domain can be made, and no transport has security
 */
PN_EXTERN bool pn_ssl_present(void);

/**
 * Makes a domain for one side of sessions.
 *
 * Until something else is set, sessions trust the authorities that the system trusts. A client's verify the peer's
 * certificate and that it is made out to the peer's name; a server's show no certificate and ask for none. Any thread
 * may use a domain.
 *
 * @param[in] mode the side
 * @return the domain, for pn_ssl_domain_free(); NULL for a side that does not exist, and in a build without TLS
 */
PN_EXTERN pn_ssl_domain_t *pn_ssl_domain(pn_ssl_mode_t mode);

/**
 * Frees a domain; transports that use it go on.
 *
 * @param[in] domain a domain, or NULL
 */
PN_EXTERN void pn_ssl_domain_free(pn_ssl_domain_t *domain);

/**
 * Sets the certificate that this side shows, and its key. Sessions begun before keep what they have, as with every
 * change of a domain.
 *
 * The files are in PEM form; the certificate's may have more certificates behind the first, up to an authority that
 * peers trust. Where the library was built with OpenSSL 3, each of the two may also be a URI that begins with
 * "pkcs11:", and the password is then the PIN. The password is not kept.
 *
 * @param[in] domain a domain
 * @param[in] credential_1 the file of the certificate
 * @param[in] credential_2 the file of the key, NULL if it is in the file of the certificate
 * @param[in] password the password of the key, NULL for none
 * @return 0; -3 if the certificate cannot be used, -4 if the key cannot, needs another password or belongs to
 *         another certificate, -5 if it is of another kind than the certificate's; -1 for a NULL domain. The log says why
 */
PN_EXTERN int pn_ssl_domain_set_credentials(pn_ssl_domain_t *domain,
                                            const char *credential_1,
                                            const char *credential_2,
                                            const char *password);

/**
 * Sets whose certificates this side trusts. They replace those that were trusted before, the system's included.
 *
 * @param[in] domain a domain
 * @param[in] certificate_db a file of certificates in PEM form, or a folder of such files, named by the hashes of
 *            their subjects as OpenSSL's `rehash` does
 * @return 0; -1 if nothing can be read there, which changes nothing, or for NULL
 */
PN_EXTERN int pn_ssl_domain_set_trusted_ca_db(pn_ssl_domain_t *domain,
                                              const char *certificate_db);

/**
 * Sets how much is asked of the peer.
 *
 * A server that verifies needs a certificate of its own, set before, and asks every client for one. The file
 * `trusted_CAs` tells clients which authorities it would take; whom it does take is what
 * pn_ssl_domain_set_trusted_ca_db() says.
 *
 * @param[in] domain a domain
 * @param[in] mode how much. PN_SSL_ANONYMOUS_PEER, which asks for nothing, also allows ciphers without certificates
 *            until credentials are set
 * @param[in] trusted_CAs a file of certificate authorities that a server names to its clients; clients ignore it
 * @return 0, or -1
 */
PN_EXTERN int pn_ssl_domain_set_peer_authentication(pn_ssl_domain_t *domain,
                                                    pn_ssl_verify_mode_t mode,
                                                    const char *trusted_CAs);

/**
 * Sets which versions of TLS may be used: exactly those that are named.
 *
 * @param[in] domain a domain
 * @param[in] protocols "TLSv1", "TLSv1.1", "TLSv1.2" and "TLSv1.3", separated by blanks, commas or semicolons
 * @return 0; PN_ARG_ERR for anything else, which changes nothing
 */
PN_EXTERN int pn_ssl_domain_set_protocols(pn_ssl_domain_t *domain, const char *protocols);

/**
 * Sets which ciphers may be used with TLS up to 1.2. Later changes to credentials and peer authentication leave them.
 *
 * @param[in] domain a domain
 * @param[in] ciphers a list in OpenSSL's words
 * @return 0; PN_ARG_ERR if no cipher fits, which changes nothing
 */
PN_EXTERN int pn_ssl_domain_set_ciphers(pn_ssl_domain_t *domain,
                                        const char *ciphers);

/**
 * Lets a server also take clients that do not encrypt.
 *
 * @deprecated use pn_transport_require_encryption()
 *
 * @param[in] domain a domain
 * @return 0; -1 for NULL and for the domain of a client
 */
PN_EXTERN int pn_ssl_domain_allow_unsecured_client(pn_ssl_domain_t *domain);

/**
 * Asks for security on a transport. A client then has to be given a domain with pn_ssl_init(), before its first bytes.
 * The hostname of a connection that is bound to the transport becomes the name that the peer has to have.
 *
 * @param[in] transport a transport, or NULL
 * @return its security, the same on every call, owned by the transport; NULL for NULL, and in a build without TLS
 */
PN_EXTERN pn_ssl_t *pn_ssl(pn_transport_t *transport);

/**
 * Sets up the security of a transport from a domain, once: a second time changes nothing. The domain may be changed or
 * freed afterwards. The transport then requires encryption, unless the domain allows unsecured clients.
 *
 * @param[in] ssl the security of a transport
 * @param[in] domain the domain, or NULL for what pn_ssl_domain() makes
 * @param[in] session_id a client continues the last session of this name with the same domain and peer, if the server
 *            agrees; NULL begins a new one. The last four sessions are kept
 * @return 0; -1 if the domain cannot be used, for which the log has the reason, and for NULL
 */
PN_EXTERN int pn_ssl_init(pn_ssl_t *ssl,
                          pn_ssl_domain_t *domain,
                          const char *session_id);

/**
 * Gives the name of the cipher in use, as OpenSSL calls it.
 *
 * @param[in] ssl the security of a transport
 * @param[in] buffer where to put the name, which is cut short where it does not fit
 * @param[in] size bytes there
 * @return true if there is one; else the buffer is empty
 */
PN_EXTERN bool pn_ssl_get_cipher_name(pn_ssl_t *ssl, char *buffer, size_t size);

/**
 * Tells how strong the cipher in use is.
 *
 * @param[in] ssl the security of a transport
 * @return the bits of its key; 0 before the peer was found to be who it should be, and without security
 */
PN_EXTERN int pn_ssl_get_ssf(pn_ssl_t *ssl);

/**
 * Gives the name of the version of TLS in use, such as "TLSv1.3".
 *
 * @param[in] ssl the security of a transport
 * @param[in] buffer where to put the name, which is cut short where it does not fit
 * @param[in] size bytes there
 * @return true if there is one; else the buffer is empty
 */
PN_EXTERN bool pn_ssl_get_protocol_name(pn_ssl_t *ssl, char *buffer, size_t size);

/**
 * Tells whether an earlier session was continued.
 *
 * @param[in] ssl the security of a transport
 * @return PN_SSL_RESUME_UNKNOWN before pn_ssl_init()
 */
PN_EXTERN pn_ssl_resume_status_t pn_ssl_resume_status(pn_ssl_t *ssl);

/**
 * Sets the name that the peer has to have: a host name, or an address in digits. A client also tells the server which
 * host it looks for. It counts until the first bytes of the session.
 *
 * @param[in] ssl the security of a transport
 * @param[in] hostname the name, copied; NULL to unset it
 * @return 0; -1 for NULL
 */
PN_EXTERN int pn_ssl_set_peer_hostname(pn_ssl_t *ssl,
                                       const char *hostname);

/**
 * Gives the name that the peer has to have.
 *
 * @param[in] ssl the security of a transport
 * @param[in] hostname where to put the name, with NUL; NULL to ask for its size
 * @param[in] bufsize bytes there; receives the size of the name without NUL, 0 if there is none
 * @return 0; -1 for NULL, and if the name does not fit
 */
PN_EXTERN int pn_ssl_get_peer_hostname(pn_ssl_t *ssl, char *hostname, size_t *bufsize);

/**
 * Returns the subject of the peer's certificate in the form of RFC 2253, the most specific part first.
 *
 * @param[in] ssl the security of a transport
 * @return the subject, valid as long as the transport; NULL if the peer has shown no certificate, or not yet
 */
PN_EXTERN const char *pn_ssl_get_remote_subject(pn_ssl_t *ssl);

/**
 * Returns a part of the subject of the peer's certificate.
 *
 * @param[in] ssl0 the security of a transport
 * @param[in] field the part
 * @return the first text of that kind, valid as long as the transport; NULL if there is none
 */
PN_EXTERN const char *pn_ssl_get_remote_subject_subfield(pn_ssl_t *ssl0, pn_ssl_cert_subject_subfield field);

/**
 * Gives a fingerprint of the peer's certificate.
 *
 * @param[in] ssl0 the security of a transport
 * @param[in] fingerprint where to put it, in small hexadecimal digits with NUL; emptied first
 * @param[in] fingerprint_length bytes there: 33 for MD5, 41 for SHA-1, 65 for SHA-256, 129 for SHA-512, or more
 * @param[in] hash_alg the hash
 * @return 0; PN_ERR if there is no certificate, no such hash, or too little room
 */
PN_EXTERN int pn_ssl_get_cert_fingerprint(pn_ssl_t *ssl0,
                                          char *fingerprint,
                                          size_t fingerprint_length,
                                          pn_ssl_hash_alg hash_alg);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_SSL_H */
