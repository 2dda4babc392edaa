/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_SESSION_H
#define PROTON_SESSION_H 1

/**
 * @file
 * Sessions: opening and closing them, and their windows.
 */

#include <proton/condition.h>
#include <proton/error.h>
#include <proton/import_export.h>
#include <proton/object.h>
#include <proton/type_compat.h>
#include <proton/types.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes a session on a connection. The connection owns it; the caller gets no reference.
 *
 * @param[in] connection a connection
 * @return the session, to be freed with pn_session_free() or with the connection; NULL for NULL
 */
PN_EXTERN pn_session_t *pn_session(pn_connection_t *connection);

/**
 * Frees a session and its links. It stays readable while something holds it, and attached until it is ended.
 *
 * @param[in] session a session, or NULL
 */
PN_EXTERN void pn_session_free(pn_session_t *session);

/**
 * Returns the application's pointer on a session.
 *
 * @param[in] session a session, or NULL
 * @return what pn_session_set_context() stored, NULL if nothing
 */
PN_EXTERN void *pn_session_get_context(pn_session_t *session);

/**
 * Stores a pointer of the application's on a session.
 *
 * @param[in] session a session
 * @param[in] context any pointer; it is never followed
 */
PN_EXTERN void pn_session_set_context(pn_session_t *session, void *context);

/**
 * Returns the record in which anything can be attached to a session.
 *
 * @param[in] session a session, or NULL
 * @return the record, valid as long as the session; NULL for NULL
 */
PN_EXTERN pn_record_t *pn_session_attachments(pn_session_t *session);

/**
 * Returns the state of a session, one bit of PN_LOCAL_MASK and one of PN_REMOTE_MASK.
 *
 * @param[in] session a session, or NULL
 * @return the bits, 0 for NULL
 */
PN_EXTERN pn_state_t pn_session_state(pn_session_t *session);

/**
 * Returns an error object that is never set; conditions tell what went wrong.
 *
 * @deprecated use pn_session_condition()
 * @param[in] session a session
 * @return an error without code or text
 */
PN_EXTERN pn_error_t *pn_session_error(pn_session_t *session);

/**
 * Returns the condition that an end will carry, to be set before closing.
 *
 * @param[in] session a session, or NULL
 * @return the condition, valid as long as the session; NULL for NULL
 */
PN_EXTERN pn_condition_t *pn_session_condition(pn_session_t *session);

/**
 * Returns the condition that the peer ended the session with.
 *
 * @param[in] session a session, or NULL
 * @return the condition, valid as long as the session; NULL for NULL
 */
PN_EXTERN pn_condition_t *pn_session_remote_condition(pn_session_t *session);

/**
 * Returns the connection of a session.
 *
 * @param[in] session a session, or NULL
 * @return the connection, NULL for NULL
 */
PN_EXTERN pn_connection_t *pn_session_connection(pn_session_t *session);

/**
 * Opens a session: the peer hears of it with the next output.
 *
 * @param[in] session a session
 */
PN_EXTERN void pn_session_open(pn_session_t *session);

/**
 * Closes a session: the peer hears of it once what was sent before is out.
 *
 * @param[in] session a session
 */
PN_EXTERN void pn_session_close(pn_session_t *session);

/**
 * Returns the limit on bytes received and not read, as set.
 *
 * @param[in] session a session, or NULL
 * @return bytes; 0 for no limit in bytes
 */
PN_EXTERN size_t pn_session_get_incoming_capacity(pn_session_t *session);

/**
 * Limits the bytes that a session takes before they are read. It replaces a limit in frames, and has to be at least
 * one frame of the transport's max-frame-size, or the connection fails with `amqp:internal-error`.
 *
 * @param[in] session a session
 * @param[in] capacity bytes; 0 for no limit
 */
PN_EXTERN void pn_session_set_incoming_capacity(pn_session_t *session,
                                                size_t capacity);

/**
 * Returns the limit on frames received and not read, as set.
 *
 * @param[in] session a session, or NULL
 * @return frames; 0 for no limit in frames
 */
PN_EXTERN pn_frame_count_t pn_session_incoming_window(pn_session_t *session);

/**
 * Returns the low-water mark of the incoming window, as set.
 *
 * @param[in] session a session, or NULL
 * @return frames; 0 if the default is in use
 */
PN_EXTERN pn_frame_count_t pn_session_incoming_window_lwm(pn_session_t *session);

/**
 * Limits the frames that a session takes before they are read, and says when the peer is told of new room. It
 * replaces a limit in bytes, and has to be set before the session is opened.
 *
 * @param[in] session a session
 * @param[in] window frames, at least 1
 * @param[in] lwm the peer is told when it has fewer frames left than this; 0 for half the window
 * @return 0, PN_ARG_ERR for a window of 0 or one below the mark, PN_STATE_ERR for an open session
 */
PN_EXTERN int pn_session_set_incoming_window_and_lwm(pn_session_t *session,
                                                     pn_frame_count_t window,
                                                     pn_frame_count_t lwm);

/**
 * Returns the frames that the peer takes at present, as far as it has told.
 *
 * @param[in] session a session, or NULL
 * @return frames; 0 before the peer has begun the session
 */
PN_EXTERN pn_frame_count_t pn_session_remote_incoming_window(pn_session_t *session);

/**
 * Returns the outgoing window that the peer is told.
 *
 * @param[in] session a session, or NULL
 * @return frames
 */
PN_EXTERN size_t pn_session_get_outgoing_window(pn_session_t *session);

/**
 * Sets the outgoing window that the peer is told; it limits nothing.
 *
 * @param[in] session a session
 * @param[in] window frames
 */
PN_EXTERN void pn_session_set_outgoing_window(pn_session_t *session, size_t window);

/**
 * Returns the bytes given to links of a session and not yet put into frames.
 *
 * @param[in] session a session, or NULL
 * @return bytes
 */
PN_EXTERN size_t pn_session_outgoing_bytes(pn_session_t *session);

/**
 * Returns the bytes received on links of a session and not yet read.
 *
 * @param[in] session a session, or NULL
 * @return bytes
 */
PN_EXTERN size_t pn_session_incoming_bytes(pn_session_t *session);

/**
 * Returns the first session of a connection that is in a certain state, in the order of creation.
 *
 * @param[in] connection a connection, or NULL
 * @param[in] state bits to match: with bits of one side only, any of them; with bits of both sides, exactly
 *            these; 0 for every session
 * @return the session, NULL if there is none
 */
PN_EXTERN pn_session_t *pn_session_head(pn_connection_t *connection, pn_state_t state);

/**
 * Returns the next session of the same connection that is in a certain state, in the order of creation.
 *
 * @param[in] session a session, or NULL
 * @param[in] state bits to match, as for pn_session_head()
 * @return the session, NULL if there is none
 */
PN_EXTERN pn_session_t *pn_session_next(pn_session_t *session, pn_state_t state);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_SESSION_H */
