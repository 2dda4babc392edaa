/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_TLS_H
#define PROTON_TLS_H 1

/**
 * @file
 * TLS between buffers of the application's own, for raw connections or any other way to move bytes.
 *
 * A configuration says what sessions have in common: certificates, keys, whom to trust. A session made from it with
 * pn_tls() has four queues of buffers, all of them the application's memory, lent and taken back:
 *
 * - *encrypt input*: bytes that the application wants to send,
 * - *encrypt output*: room for what the peer is to get, to be written to a raw connection,
 * - *decrypt input*: what was read from a raw connection,
 * - *decrypt output*: room for bytes that the peer's application has sent.
 *
 * Bytes move in pn_tls_process() alone. After it, the application takes back what is done, lends more room while
 * pn_tls_need_encrypt_output_buffers() or pn_tls_need_decrypt_output_buffers() asks for it, and calls it again.
 *
 * A session knows no connection: it neither reads nor writes by itself, and is used by one thread at a time. Sessions
 * share nothing but their configuration.
 */

#include <proton/import_export.h>
#include <proton/raw_connection.h>

/**
 * Certificates, keys and rules for many sessions.
 */
typedef struct pn_tls_config_t pn_tls_config_t;

/**
 * A TLS session between buffers.
 */
typedef struct pn_tls_t pn_tls_t;

#ifdef __cplusplus
extern "C" {
#endif

/** Success. */
#define PN_TLS_OK 0

/** The session could not be made. */
#define PN_TLS_INIT_ERR -1

/** The session failed: a rule of TLS was broken, or the peer refused to go on. */
#define PN_TLS_PROTOCOL_ERR -2

/** The session failed because the peer is not who it should be. */
#define PN_TLS_AUTHENTICATION_ERR -3

/** The call does not fit the state of the session. */
#define PN_TLS_STATE_ERR -4

/** Which side of a session a configuration is for. */
typedef enum pn_tls_mode_t {
  /** The side that begins. */
  PN_TLS_MODE_CLIENT = 1,
  /** The side that answers. */
  PN_TLS_MODE_SERVER,
} pn_tls_mode_t;

/** How much is asked of the peer. */
typedef enum pn_tls_verify_mode_t {
  /** Not a mode. */
  PN_TLS_VERIFY_NULL,
  /** The peer's certificate has to lead to a trusted authority. */
  PN_TLS_VERIFY_PEER,
  /** The peer needs no certificate. */
  PN_TLS_ANONYMOUS_PEER,
  /** The peer's certificate has to lead to a trusted authority and be made out to the name of the peer. */
  PN_TLS_VERIFY_PEER_NAME,
} pn_tls_verify_mode_t;

/** A part of a certificate's subject. */
typedef enum pn_tls_cert_subject_subfield {
  /** The country. */
  PN_TLS_CERT_SUBJECT_COUNTRY_NAME,
  /** The state or province. */
  PN_TLS_CERT_SUBJECT_STATE_OR_PROVINCE,
  /** The city or locality. */
  PN_TLS_CERT_SUBJECT_CITY_OR_LOCALITY,
  /** The organization. */
  PN_TLS_CERT_SUBJECT_ORGANIZATION_NAME,
  /** The unit of the organization. */
  PN_TLS_CERT_SUBJECT_ORGANIZATION_UNIT,
  /** The common name. */
  PN_TLS_CERT_SUBJECT_COMMON_NAME,
} pn_tls_cert_subject_subfield;

/** A hash for fingerprints. */
typedef enum pn_tls_hash_alg {
  /** SHA-1. */
  PN_TLS_SHA1,
  /** SHA-256. */
  PN_TLS_SHA256,
  /** SHA-512. */
  PN_TLS_SHA512,
  /** MD5. */
  PN_TLS_MD5,
} pn_tls_hash_alg;

/**
 * Makes a configuration for one side of sessions.
 *
 * A client verifies the certificate and the name of its peer, a server asks for none; both trust the authorities of the
 * system.
 *
 * @param[in] mode the side
 * @return the configuration, to be freed with pn_tls_config_free(); NULL for another mode, and in a build without TLS
 */
PN_TLS_EXTERN pn_tls_config_t *pn_tls_config(pn_tls_mode_t mode);

/**
 * Frees a configuration. Sessions made from it go on.
 *
 * @param[in] domain a configuration, or NULL
 */
PN_TLS_EXTERN void pn_tls_config_free(pn_tls_config_t *domain);

/**
 * Sets the certificate that this side shows, and its key.
 *
 * @param[in] domain a configuration
 * @param[in] credential_1 a PEM file with the certificate and those that lead from it to its authority
 * @param[in] credential_2 a PEM file with the key; NULL if it is in the other file
 * @param[in] password the password of the key, NULL for none
 * @return 0; -1 for NULL, -3 if there is no such certificate, -4 if there is no such key, it needs another password or
 *         belongs to another certificate
 */
PN_TLS_EXTERN int pn_tls_config_set_credentials(pn_tls_config_t *domain,
                                                const char *credential_1,
                                                const char *credential_2,
                                                const char *password);

/**
 * Sets whom this side trusts, in the place of the system's authorities.
 *
 * @param[in] domain a configuration
 * @param[in] certificate_db a PEM file of authorities, or a folder of such files named as OpenSSL wants them
 * @return 0, or -1 if there is no such file
 */
PN_TLS_EXTERN int pn_tls_config_set_trusted_certs(pn_tls_config_t *domain, const char *certificate_db);

/**
 * Sets how much is asked of the peer.
 *
 * A server that verifies its clients needs credentials of its own first, and a list of authorities to tell them.
 *
 * @param[in] domain a configuration
 * @param[in] mode how much
 * @param[in] trusted_CAs a PEM file of the authorities that a server tells its clients; NULL for a client
 * @return 0, or -1 if the mode cannot be had
 */
PN_TLS_EXTERN int pn_tls_config_set_peer_authentication(pn_tls_config_t *domain,
                                                        pn_tls_verify_mode_t mode,
                                                        const char *trusted_CAs);

/**
 * Sets which ciphers may be used, in the words of the TLS library.
 *
 * @param[in] domain a configuration
 * @param[in] ciphers a list of ciphers as OpenSSL has them, for versions up to TLS 1.2
 * @return 0, or PN_ARG_ERR if the list means nothing
 */
PN_TLS_EXTERN int pn_tls_config_set_impl_ciphers(pn_tls_config_t *domain, const char *ciphers);

/**
 * Sets the protocols of the application that sessions made from now on offer or accept (ALPN).
 *
 * A client offers them. A server takes its own first one that the client offers too, and refuses the client if there is
 * none; a server without protocols takes no notice of what is offered.
 *
 * @param[in] domain a configuration
 * @param[in] protocols names of 1 to 255 bytes, the best first; NULL for none
 * @param[in] protocol_count how many there are
 * @return 0, or PN_ARG_ERR if a name or their number is not acceptable
 */
PN_TLS_EXTERN int pn_tls_config_set_alpn_protocols(pn_tls_config_t *domain,
                                                   const char **protocols,
                                                   size_t protocol_count);

/**
 * Makes a session, which pn_tls_start() then starts.
 *
 * @param[in] domain a configuration; it may be freed before the session
 * @return the session, to be freed with pn_tls_free(); NULL for NULL
 */
PN_TLS_EXTERN pn_tls_t *pn_tls(pn_tls_config_t *domain);

/**
 * Frees a session. Buffers that were not taken back are the application's again.
 *
 * @param[in] tls a session, or NULL
 */
PN_TLS_EXTERN void pn_tls_free(pn_tls_t *tls);

/**
 * Starts a session: from now on it takes buffers. A client has bytes for its peer right away.
 *
 * @param[in] tls a session
 * @return 0; PN_ARG_ERR if it was started before, or NULL; PN_TLS_INIT_ERR if it cannot be made of its configuration
 */
PN_TLS_EXTERN int pn_tls_start(pn_tls_t *tls);

/**
 * Stops a session as it is. All buffers can be taken back, those not used last and with a size of 0 if they were given
 * for output. No more are taken.
 *
 * @param[in] tls a session
 * @return 0; PN_ARG_ERR if it was stopped before, or NULL
 */
PN_TLS_EXTERN int pn_tls_stop(pn_tls_t *tls);

/**
 * Moves bytes as far as there are buffers: what has come from the peer is decrypted, what is to go to it is encrypted.
 * Goes on with the handshake, and reports what has failed, now or before.
 *
 * @param[in] tls a session
 * @return 0; PN_TLS_STATE_ERR if the session is not started or was stopped; otherwise as pn_tls_get_session_error()
 */
PN_TLS_EXTERN int pn_tls_process(pn_tls_t *tls);

/**
 * Ends this side's stream: no more is taken to be encrypted. Behind what was given before, once the handshake is over,
 * the peer is told so. What it sends is still decrypted.
 *
 * @param[in] tls a session
 */
PN_TLS_EXTERN void pn_tls_close_output(pn_tls_t *tls);

/**
 * Tells whether the handshake is complete and nothing has failed.
 *
 * @param[in] tls a session
 * @return true if so; false also once the session was stopped
 */
PN_TLS_EXTERN bool pn_tls_is_secure(pn_tls_t *tls);

/**
 * Tells whether the peer has ended its stream as it should. If its bytes end without that, somebody has cut them off.
 *
 * @param[in] tls a session
 * @return true if all that it sent was decrypted, and no more will come
 */
PN_TLS_EXTERN bool pn_tls_is_input_closed(pn_tls_t *tls);

/**
 * Tells whether a session has failed. It stays so. What it has for its peer should still be sent, until there is no
 * more of it; then the way to the peer should be closed.
 *
 * @param[in] tls a session
 * @return 0; PN_TLS_AUTHENTICATION_ERR if the peer is not who it should be, PN_TLS_PROTOCOL_ERR if anything else is wrong,
 *         PN_TLS_INIT_ERR if the session could not be started
 */
PN_TLS_EXTERN int pn_tls_get_session_error(pn_tls_t *tls);

/**
 * Writes why a session has failed.
 *
 * @param[in] tls a session
 * @param[out] buf room for the text, cut off where it does not fit; ends in NUL
 * @param[in] buf_len the size of `buf`
 * @return the length of the whole text without NUL; 0 and no text if nothing has failed
 */
PN_TLS_EXTERN size_t pn_tls_get_session_error_string(pn_tls_t *tls, char *buf, size_t buf_len);

/**
 * Sets the name of the peer: whom a client means to talk to, and what the peer's certificate has to be made out to.
 *
 * @param[in] tls a session that was not started
 * @param[in] hostname the name or the address in digits, NULL to unset it
 * @return 0, or -1 for NULL
 */
PN_TLS_EXTERN int pn_tls_set_peer_hostname(pn_tls_t *tls,
                                           const char *hostname);

/**
 * Gives the name of the peer that was set.
 *
 * @param[in] tls a session
 * @param[out] hostname room for the name and a NUL; NULL to ask for its length
 * @param[in,out] bufsize the size of `hostname`; receives the length of the name, 0 if there is none
 * @return 0, or -1 for NULL or if the name does not fit
 */
PN_TLS_EXTERN int pn_tls_get_peer_hostname(pn_tls_t *tls, char *hostname, size_t *bufsize);

/**
 * Tells how strong the cipher in use is.
 *
 * @param[in] tls a session
 * @return the bits of its key; 0 before the handshake
 */
PN_TLS_EXTERN int pn_tls_get_ssf(pn_tls_t *tls);

/**
 * Gives the name of the cipher in use.
 *
 * @param[in] tls a session
 * @param[out] cipher receives the name, valid as long as the session; NULL if there is none
 * @param[out] size receives its length
 * @return true if there is one
 */
PN_TLS_EXTERN bool pn_tls_get_cipher(pn_tls_t *tls, const char **cipher, size_t *size);

/**
 * Gives the version of TLS in use, as in "TLSv1.3".
 *
 * @param[in] tls a session
 * @param[out] version receives the name, valid as long as the session; NULL if there is none
 * @param[out] size receives its length
 * @return true if there is one
 */
PN_TLS_EXTERN bool pn_tls_get_protocol_version(pn_tls_t *tls, const char **version, size_t *size);

/**
 * Gives the application's protocol that was agreed on (ALPN).
 *
 * @param[in] tls a session
 * @param[out] protocol_name receives the name, valid as long as the session; NULL if there is none
 * @param[out] size receives its length
 * @return true if there is one
 */
PN_TLS_EXTERN bool pn_tls_get_alpn_protocol(pn_tls_t *tls, const char **protocol_name, size_t *size);

/**
 * Returns the subject of the peer's certificate, in the form of RFC 2253.
 *
 * @param[in] tls a session
 * @return the subject, valid as long as the session; NULL without a certificate
 */
PN_TLS_EXTERN const char *pn_tls_get_remote_subject(pn_tls_t *tls);

/**
 * Returns a part of the subject of the peer's certificate, the first one if there are several.
 *
 * @param[in] tls a session
 * @param[in] field the part
 * @return the text, valid as long as the session; NULL if there is none
 */
PN_TLS_EXTERN const char *pn_tls_get_remote_subject_subfield(pn_tls_t *tls, pn_tls_cert_subject_subfield field);

/**
 * Writes a fingerprint of the peer's certificate, in hexadecimal.
 *
 * @param[in] tls0 a session
 * @param[out] fingerprint room for it and a NUL: 33 bytes for MD5, 41 for SHA-1, 65 for SHA-256, 129 for SHA-512
 * @param[in] fingerprint_length how many there are
 * @param[in] hash_alg the hash
 * @return 0; PN_ERR without a certificate, with too little room or for another hash
 */
PN_TLS_EXTERN int pn_tls_get_cert_fingerprint(pn_tls_t *tls0,
                                              char *fingerprint,
                                              size_t fingerprint_length,
                                              pn_tls_hash_alg hash_alg);

/**
 * Sets how many buffers with bytes to encrypt a session holds, 4 if nobody says so. Has no effect once it has started.
 *
 * @param[in] tls a session
 * @param[in] s how many, 0 for 4
 */
PN_TLS_EXTERN void pn_tls_set_encrypt_input_buffer_max_capacity(pn_tls_t *tls,
                                                                size_t s);

/**
 * Sets how many buffers with bytes from the peer a session holds, 4 if nobody says so. Has no effect once it has started.
 *
 * @param[in] tls a session
 * @param[in] s how many, 0 for 4
 */
PN_TLS_EXTERN void pn_tls_set_decrypt_input_buffer_max_capacity(pn_tls_t *tls,
                                                                size_t s);

/**
 * Sets how many buffers with room for bytes to the peer a session holds, 4 if nobody says so. Has no effect once it has started.
 *
 * @param[in] tls a session
 * @param[in] s how many, 0 for 4
 */
PN_TLS_EXTERN void pn_tls_set_encrypt_output_buffer_max_capacity(pn_tls_t *tls,
                                                                 size_t s);

/**
 * Sets how many buffers with room for decrypted bytes a session holds, 4 if nobody says so. Has no effect once it has started.
 *
 * @param[in] tls a session
 * @param[in] s how many, 0 for 4
 */
PN_TLS_EXTERN void pn_tls_set_decrypt_output_buffer_max_capacity(pn_tls_t *tls,
                                                                 size_t s);

/**
 * Tells how many buffers pn_tls_give_encrypt_input_buffers() would take.
 *
 * @param[in] tls a session
 * @return how many; 0 before the session starts, once it was stopped or has failed, and behind pn_tls_close_output()
 */
PN_TLS_EXTERN size_t pn_tls_get_encrypt_input_buffer_capacity(pn_tls_t *tls);

/**
 * Tells how many buffers pn_tls_give_decrypt_input_buffers() would take.
 *
 * @param[in] tls a session
 * @return how many; 0 before the session starts, once it was stopped or has failed, and once the peer has ended its stream
 */
PN_TLS_EXTERN size_t pn_tls_get_decrypt_input_buffer_capacity(pn_tls_t *tls);

/**
 * Tells how many buffers pn_tls_give_encrypt_output_buffers() would take.
 *
 * @param[in] tls a session
 * @return how many; 0 before the session starts and once it was stopped
 */
PN_TLS_EXTERN size_t pn_tls_get_encrypt_output_buffer_capacity(pn_tls_t *tls);

/**
 * Tells how many buffers pn_tls_give_decrypt_output_buffers() would take.
 *
 * @param[in] tls a session
 * @return how many; 0 before the session starts and once it was stopped
 */
PN_TLS_EXTERN size_t pn_tls_get_decrypt_output_buffer_capacity(pn_tls_t *tls);

/**
 * Lends buffers with bytes to encrypt: as many as their size, from their offset on. They must not be changed before they
 * have been taken back. They may be given before the handshake is over, and are encrypted when it is.
 *
 * @param[in] tls a session
 * @param[in] bufs the buffers, copied
 * @param[in] count how many there are
 * @return how many were taken, from the front: as many as there is capacity for
 */
PN_TLS_EXTERN size_t pn_tls_give_encrypt_input_buffers(pn_tls_t *tls,
                                                       const pn_raw_buffer_t *bufs,
                                                       size_t count);

/**
 * Lends buffers with bytes from the peer, in the order in which they came: as many as their size, from their offset on.
 * They must not be changed before they have been taken back.
 *
 * @param[in] tls a session
 * @param[in] bufs the buffers, copied
 * @param[in] count how many there are
 * @return how many were taken, from the front: as many as there is capacity for
 */
PN_TLS_EXTERN size_t pn_tls_give_decrypt_input_buffers(pn_tls_t *tls,
                                                       const pn_raw_buffer_t *bufs,
                                                       size_t count);

/**
 * Lends buffers for bytes to the peer, which go behind their offset. They must not be touched before they have been taken
 * back. One without room can be taken back at once.
 *
 * @param[in] tls a session
 * @param[in] bufs the buffers, copied
 * @param[in] count how many there are
 * @return how many were taken, from the front: as many as there is capacity for
 */
PN_TLS_EXTERN size_t pn_tls_give_encrypt_output_buffers(pn_tls_t *tls,
                                                        const pn_raw_buffer_t *bufs,
                                                        size_t count);

/**
 * Lends buffers for decrypted bytes, which go behind their offset. They must not be touched before they have been taken
 * back. One without room can be taken back at once.
 *
 * @param[in] tls a session
 * @param[in] bufs the buffers, copied
 * @param[in] count how many there are
 * @return how many were taken, from the front: as many as there is capacity for
 */
PN_TLS_EXTERN size_t pn_tls_give_decrypt_output_buffers(pn_tls_t *tls,
                                                        const pn_raw_buffer_t *bufs,
                                                        size_t count);

/**
 * Takes back buffers all of whose bytes were encrypted, in the order in which they were given and as they were.
 *
 * @param[in] tls a session
 * @param[out] bufs room for the buffers
 * @param[in] count how many there is room for
 * @return how many were put there, 0 when there are no more at the moment
 */
PN_TLS_EXTERN size_t pn_tls_take_encrypt_input_buffers(pn_tls_t *tls,
                                                       pn_raw_buffer_t *bufs,
                                                       size_t count);

/**
 * Takes back buffers all of whose bytes were taken in, in the order in which they were given and as they were.
 *
 * @param[in] tls a session
 * @param[out] bufs room for the buffers
 * @param[in] count how many there is room for
 * @return how many were put there, 0 when there are no more at the moment
 */
PN_TLS_EXTERN size_t pn_tls_take_decrypt_input_buffers(pn_tls_t *tls,
                                                       pn_raw_buffer_t *bufs,
                                                       size_t count);

/**
 * Takes back buffers with bytes to be sent to the peer, the oldest bytes first. Their size tells how many there are.
 *
 * @param[in] tls a session
 * @param[out] bufs room for the buffers
 * @param[in] count how many there is room for
 * @return how many were put there, 0 when there are no more at the moment
 */
PN_TLS_EXTERN size_t pn_tls_take_encrypt_output_buffers(pn_tls_t *tls,
                                                        pn_raw_buffer_t *bufs,
                                                        size_t count);

/**
 * Takes back buffers with decrypted bytes, the oldest first. Their size tells how many there are.
 *
 * @param[in] tls a session
 * @param[out] bufs room for the buffers
 * @param[in] count how many there is room for
 * @return how many were put there, 0 when there are no more at the moment
 */
PN_TLS_EXTERN size_t pn_tls_take_decrypt_output_buffers(pn_tls_t *tls, pn_raw_buffer_t *bufs, size_t count);

/**
 * Tells how many buffers with bytes for the peer pn_tls_take_encrypt_output_buffers() would give.
 *
 * @param[in] tls a session
 * @return how many have bytes
 */
PN_TLS_EXTERN size_t pn_tls_get_encrypt_output_buffer_count(pn_tls_t *tls);

/**
 * Tells how many bytes the newest buffer with bytes for the peer has, which may get more.
 *
 * @param[in] tls a session
 * @return how many, 0 if there is no such buffer
 */
PN_TLS_EXTERN uint32_t pn_tls_get_last_encrypt_output_buffer_size(pn_tls_t *tls);

/**
 * Tells whether bytes for the peer wait that no buffer given so far has room for, and another one would be taken.
 *
 * @param[in] tls a session
 * @return true if so
 */
PN_TLS_EXTERN bool pn_tls_need_encrypt_output_buffers(pn_tls_t *tls);

/**
 * Tells whether bytes for the peer can be taken, or could be with more buffers.
 *
 * @param[in] tls a session
 * @return true if so
 */
PN_TLS_EXTERN bool pn_tls_is_encrypt_output_pending(pn_tls_t *tls);

/**
 * Tells how many buffers with decrypted bytes pn_tls_take_decrypt_output_buffers() would give.
 *
 * @param[in] tls a session
 * @return how many have bytes
 */
PN_TLS_EXTERN size_t pn_tls_get_decrypt_output_buffer_count(pn_tls_t *tls);

/**
 * Tells how many bytes the newest buffer with decrypted bytes has, which may get more.
 *
 * @param[in] tls a session
 * @return how many, 0 if there is no such buffer
 */
PN_TLS_EXTERN uint32_t pn_tls_get_last_decrypt_output_buffer_size(pn_tls_t *tls);

/**
 * Tells whether decrypted bytes wait that no buffer given so far has room for, and another one would be taken.
 *
 * @param[in] tls a session
 * @return true if so
 */
PN_TLS_EXTERN bool pn_tls_need_decrypt_output_buffers(pn_tls_t *tls);

/**
 * Tells whether decrypted bytes can be taken, or could be with more buffers.
 *
 * @param[in] tls a session
 * @return true if so
 */
PN_TLS_EXTERN bool pn_tls_is_decrypt_output_pending(pn_tls_t *tls);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_TLS_H */
