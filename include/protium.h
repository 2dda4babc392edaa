/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTIUM_H
#define PROTIUM_H 1

/**
 * @file
 * What this library has beyond Proton: things that AMQP lets an end say and Proton has no function for.
 *
 * A program that uses these runs on this library alone. Each part of the standard that Proton has a function for is
 * in Proton's headers, even where Proton itself does not do it: pn_link_offered() tells the peer, for one.
 */

#include <proton/codec.h>
#include <proton/import_export.h>
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

#ifdef __cplusplus
}
#endif

#endif /* PROTIUM_H */
