/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTIUM_H
#define PROTIUM_H 1

/**
 * @file
 * What this library has beyond Proton: things that AMQP lets an end say and Proton has no function for, and
 * domains of TLS that read their files anew.
 *
 * A program that uses these runs on this library alone. Each part of the standard that Proton has a function for is
 * in Proton's headers, even where Proton itself does not do it: pn_link_offered() tells the peer, for one.
 */

#include <proton/codec.h>
#include <proton/import_export.h>
#include <proton/sasl.h>
#include <proton/ssl.h>
#include <proton/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Returns the capabilities that this side offers on a link: a symbol or an array of symbols, to be filled before the
 * link is opened.
 *
 * @param[in] link a link, or NULL
 * @return the data, owned by the link and valid as long as it; NULL for NULL
 */
PN_EXTERN pn_data_t *protium_link_offered_capabilities(pn_link_t *link);

/**
 * Returns the capabilities that this side wishes for on a link: a symbol or an array of symbols, to be filled before
 * the link is opened.
 *
 * @param[in] link a link, or NULL
 * @return the data, owned by the link and valid as long as it; NULL for NULL
 */
PN_EXTERN pn_data_t *protium_link_desired_capabilities(pn_link_t *link);

/**
 * Returns the capabilities that the peer offers on a link.
 *
 * @param[in] link a link, or NULL
 * @return the data, owned by the link and valid as long as it; NULL if the peer told none
 */
PN_EXTERN pn_data_t *protium_link_remote_offered_capabilities(pn_link_t *link);

/**
 * Returns the capabilities that the peer wishes for on a link.
 *
 * @param[in] link a link, or NULL
 * @return the data, owned by the link and valid as long as it; NULL if the peer told none
 */
PN_EXTERN pn_data_t *protium_link_remote_desired_capabilities(pn_link_t *link);

/**
 * Returns the capabilities that this side offers on a session: a symbol or an array of symbols, to be filled before
 * the session is opened.
 *
 * @param[in] session a session, or NULL
 * @return the data, owned by the session and valid as long as it; NULL for NULL
 */
PN_EXTERN pn_data_t *protium_session_offered_capabilities(pn_session_t *session);

/**
 * Returns the capabilities that this side wishes for on a session: a symbol or an array of symbols, to be filled
 * before the session is opened.
 *
 * @param[in] session a session, or NULL
 * @return the data, owned by the session and valid as long as it; NULL for NULL
 */
PN_EXTERN pn_data_t *protium_session_desired_capabilities(pn_session_t *session);

/**
 * Returns the properties that this side tells of a session, a map, to be filled before the session is opened.
 *
 * @param[in] session a session, or NULL
 * @return the data, owned by the session and valid as long as it; NULL for NULL
 */
PN_EXTERN pn_data_t *protium_session_properties(pn_session_t *session);

/**
 * Returns the capabilities that the peer offers on a session.
 *
 * @param[in] session a session, or NULL
 * @return the data, owned by the session and valid as long as it; NULL if the peer told none
 */
PN_EXTERN pn_data_t *protium_session_remote_offered_capabilities(pn_session_t *session);

/**
 * Returns the capabilities that the peer wishes for on a session.
 *
 * @param[in] session a session, or NULL
 * @return the data, owned by the session and valid as long as it; NULL if the peer told none
 */
PN_EXTERN pn_data_t *protium_session_remote_desired_capabilities(pn_session_t *session);

/**
 * Returns the properties that the peer told of a session.
 *
 * @param[in] session a session, or NULL
 * @return the data, owned by the session and valid as long as it; NULL if the peer told none
 */
PN_EXTERN pn_data_t *protium_session_remote_properties(pn_session_t *session);

/**
 * Reads again all files that a domain was set up from: certificate, key, and authorities, the system's included. Sessions
 * that begin from now on use what the files now say; those that live go on with what they have, so no connection is
 * dropped. Unless all files are good, nothing changes.
 *
 * To exchange a certificate for a new one, put the new files in the place of the old ones, under the same names, and call
 * this; any thread may. Clients do not continue earlier sessions with the domain, so that all peers are verified anew.
 *
 * @param[in] domain a domain
 * @param[in] password the password of the key, or NULL; it is not kept, so a key that needs one needs it every time
 * @return 0; what the function would return that has set the first part that cannot be read, and the log says why
 */
PN_EXTERN int protium_ssl_domain_reload(pn_ssl_domain_t *domain,
                                        const char *password);

/** What is kept of a user, to be filled in by a protium_sasl_lookup_t during its call. */
typedef struct protium_sasl_kept_t protium_sasl_kept_t;

/**
 * A program's own function that looks up what is kept of a user. It says so by protium_sasl_kept_password() or
 * protium_sasl_kept_keys(), and returns true. For a user that is not there, or may not do what it wants, it returns
 * false: the exchange then goes on as it would with a wrong password, so that nobody can find out which users there
 * are.
 *
 * The mechanism is "PLAIN" or one of "SCRAM-SHA-1", "SCRAM-SHA-256" and "SCRAM-SHA-512". The authorization is the
 * user for whom this one wants to act, NULL for itself. Strings are valid during the call. The function may call
 * anything but what frees the transport.
 */
typedef bool (*protium_sasl_lookup_t)(void *context,
                                      pn_transport_t *transport,
                                      const char *mechanism,
                                      const char *user,
                                      const char *authorization,
                                      protium_sasl_kept_t *kept);

/**
 * A program's own function that judges a password or a token. It returns the name of the user that was authenticated,
 * which is copied, or NULL to refuse: `user` itself where the secret is a password that is right, or whoever a token
 * was made out to.
 *
 * The mechanism is "PLAIN", "OAUTHBEARER" or "XOAUTH2". The user is who the client says it is, and may be empty for
 * OAUTHBEARER, where the token says it. The authorization is the user for whom this one wants to act, NULL for itself.
 * Strings and the secret are valid during the call; the secret is followed by NUL, and overwritten afterwards.
 */
typedef const char *(*protium_sasl_judge_t)(void *context,
                                            pn_transport_t *transport,
                                            const char *mechanism,
                                            const char *user,
                                            const char *authorization,
                                            pn_bytes_t secret);

/**
 * Lets a server authenticate users by what the program keeps of them: SCRAM-SHA-1, SCRAM-SHA-256 and SCRAM-SHA-512
 * are offered from then on, and over an encrypted stream, or with pn_sasl_set_allow_insecure_mechs(), PLAIN. If
 * pn_transport_require_auth() was called as well, ANONYMOUS is not.
 *
 * A program whose keys are for one SCRAM mechanism alone names that one in pn_sasl_allowed_mechs().
 *
 * @param[in] sasl the authentication of a server's transport, before it has read anything
 * @param[in] lookup the function, NULL for none
 * @param[in] context what it gets as its first argument
 */
PN_EXTERN void protium_sasl_set_lookup(pn_sasl_t *sasl,
                                       protium_sasl_lookup_t lookup,
                                       void *context);

/**
 * Lets a server ask the program about passwords and tokens: over an encrypted stream, or with
 * pn_sasl_set_allow_insecure_mechs(), PLAIN is offered from then on, and so are OAUTHBEARER and XOAUTH2 if
 * pn_sasl_allowed_mechs() names them. If pn_transport_require_auth() was called as well, ANONYMOUS is not. Passwords of
 * PLAIN come here even where a protium_sasl_lookup_t is set.
 *
 * @param[in] sasl the authentication of a server's transport, before it has read anything
 * @param[in] judge the function, NULL for none
 * @param[in] context what it gets as its first argument
 */
PN_EXTERN void protium_sasl_set_judge(pn_sasl_t *sasl,
                                      protium_sasl_judge_t judge,
                                      void *context);

/**
 * Says that the password itself is kept of a user.
 *
 * @param[in] kept what a protium_sasl_lookup_t was given
 * @param[in] password the password, copied, and overwritten once the exchange is over
 */
PN_EXTERN void protium_sasl_kept_password(protium_sasl_kept_t *kept, pn_bytes_t password);

/**
 * Says that keys are kept of a user in place of the password, as RFC 5802 has them in section 3. They have 20 bytes
 * each for SCRAM-SHA-1, 32 for SCRAM-SHA-256 and 64 for SCRAM-SHA-512, and serve that mechanism and PLAIN.
 *
 * @param[in] kept what a protium_sasl_lookup_t was given
 * @param[in] salt the salt, copied
 * @param[in] iterations how often the hash function was applied, up to 2,000,000
 * @param[in] stored_key the key that a client's proof is checked with, copied
 * @param[in] server_key the key that the server proves itself with, copied
 * @return false if these cannot be the keys of any of the mechanisms; then the user is as one that is not there
 */
PN_EXTERN bool protium_sasl_kept_keys(protium_sasl_kept_t *kept,
                                      pn_bytes_t salt,
                                      uint32_t iterations,
                                      pn_bytes_t stored_key,
                                      pn_bytes_t server_key);

/**
 * Says, of a user that is not there, how many iterations the keys of others have. Without it such a user looks like
 * one whose password is kept.
 *
 * @param[in] kept what a protium_sasl_lookup_t was given, which then returns false
 * @param[in] iterations how many, up to 2,000,000
 */
PN_EXTERN void protium_sasl_kept_iterations(protium_sasl_kept_t *kept,
                                            uint32_t iterations);

#ifdef __cplusplus
}
#endif

#endif /* PROTIUM_H */
