/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_LINK_H
#define PROTON_LINK_H 1

/**
 * @file
 * Links: senders and receivers, their ends, their settlement modes and their credit.
 */

#include <proton/condition.h>
#include <proton/import_export.h>
#include <proton/object.h>
#include <proton/terminus.h>
#include <proton/type_compat.h>
#include <proton/types.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How the sender of a link settles. */
typedef enum pn_snd_settle_mode_t {
  /** Every delivery is sent unsettled. */
  PN_SND_UNSETTLED = 0,
  /** Every delivery is sent settled. */
  PN_SND_SETTLED = 1,
  /** Both kinds occur. */
  PN_SND_MIXED = 2,
} pn_snd_settle_mode_t;

/** How the receiver of a link settles. */
typedef enum pn_rcv_settle_mode_t {
  /** The receiver settles as soon as it knows the outcome. */
  PN_RCV_FIRST = 0,
  /** The receiver tells the outcome, and settles after the sender has. */
  PN_RCV_SECOND = 1,
} pn_rcv_settle_mode_t;

/**
 * Makes a link that sends. The session owns it; the caller gets no reference.
 *
 * @param[in] session a session
 * @param[in] name the name, copied; NULL for none. It should differ from those of the session's other senders
 * @return the link, to be freed with pn_link_free() or with the session; NULL for a NULL session
 */
PN_EXTERN pn_link_t *pn_sender(pn_session_t *session, const char *name);

/**
 * Makes a link that receives. The session owns it; the caller gets no reference.
 *
 * @param[in] session a session
 * @param[in] name the name, copied; NULL for none. It should differ from those of the session's other receivers
 * @return the link, to be freed with pn_link_free() or with the session; NULL for a NULL session
 */
PN_EXTERN pn_link_t *pn_receiver(pn_session_t *session,
                                 const char *name);

/**
 * Frees a link and settles its deliveries. It stays readable while something holds it, and attached until it is
 * closed or detached.
 *
 * @param[in] link a link, or NULL
 */
PN_EXTERN void pn_link_free(pn_link_t *link);

/**
 * Returns the application's pointer on a link.
 *
 * @param[in] link a link, or NULL
 * @return what pn_link_set_context() stored, NULL if nothing
 */
PN_EXTERN void *pn_link_get_context(pn_link_t *link);

/**
 * Stores a pointer of the application's on a link.
 *
 * @param[in] link a link
 * @param[in] context any pointer; it is never followed
 */
PN_EXTERN void pn_link_set_context(pn_link_t *link, void *context);

/**
 * Returns the record in which anything can be attached to a link.
 *
 * @param[in] link a link, or NULL
 * @return the record, valid as long as the link; NULL for NULL
 */
PN_EXTERN pn_record_t *pn_link_attachments(pn_link_t *link);

/**
 * Returns the name of a link.
 *
 * @param[in] link a link, or NULL
 * @return the name, valid as long as the link; NULL if it has none
 */
PN_EXTERN const char *pn_link_name(pn_link_t *link);

/**
 * Tells whether a link sends.
 *
 * @param[in] link a link, or NULL
 * @return true for a sender; false for a receiver and NULL
 */
PN_EXTERN bool pn_link_is_sender(pn_link_t *link);

/**
 * Tells whether a link receives.
 *
 * @param[in] link a link, or NULL
 * @return true for a receiver; false for a sender and NULL
 */
PN_EXTERN bool pn_link_is_receiver(pn_link_t *link);

/**
 * Returns the state of a link, one bit of PN_LOCAL_MASK and one of PN_REMOTE_MASK. A detach that does not close
 * leaves it unchanged.
 *
 * @param[in] link a link, or NULL
 * @return the bits, 0 for NULL
 */
PN_EXTERN pn_state_t pn_link_state(pn_link_t *link);

/**
 * Returns an error object that is never set; conditions tell what went wrong.
 *
 * @deprecated use pn_link_condition()
 * @param[in] link a link
 * @return an error without code or text
 */
PN_EXTERN pn_error_t *pn_link_error(pn_link_t *link);

/**
 * Returns the condition that a detach will carry, to be set before closing or detaching.
 *
 * @param[in] link a link, or NULL
 * @return the condition, valid as long as the link; NULL for NULL
 */
PN_EXTERN pn_condition_t *pn_link_condition(pn_link_t *link);

/**
 * Returns the condition that the peer closed or detached the link with.
 *
 * @param[in] link a link, or NULL
 * @return the condition, valid as long as the link; NULL for NULL
 */
PN_EXTERN pn_condition_t *pn_link_remote_condition(pn_link_t *link);

/**
 * Returns the session of a link.
 *
 * @param[in] link a link, or NULL
 * @return the session, NULL for NULL
 */
PN_EXTERN pn_session_t *pn_link_session(pn_link_t *link);

/**
 * Returns the first link of a connection, over all its sessions, in a certain state. Links come in the order in
 * which they were made; freed ones are passed over.
 *
 * @param[in] connection a connection, or NULL
 * @param[in] state a mask: 0 for any state; bits of one side for any of them; bits of both for just this state
 * @return the link, NULL if there is none
 */
PN_EXTERN pn_link_t *pn_link_head(pn_connection_t *connection,
                                  pn_state_t state);

/**
 * Returns the next link of the same connection in a certain state; see pn_link_head().
 *
 * @param[in] link a link, or NULL
 * @param[in] state a mask
 * @return the link, NULL if there is none
 */
PN_EXTERN pn_link_t *pn_link_next(pn_link_t *link, pn_state_t state);

/**
 * Opens a link: the peer hears of it with the next output.
 *
 * @param[in] link a link
 */
PN_EXTERN void pn_link_open(pn_link_t *link);

/**
 * Closes a link: the peer hears of it once what was sent before is out.
 *
 * @param[in] link a link
 */
PN_EXTERN void pn_link_close(pn_link_t *link);

/**
 * Detaches a link without closing it, so that both termini stay as they are. Its state does not change.
 *
 * @param[in] link a link
 */
PN_EXTERN void pn_link_detach(pn_link_t *link);

/**
 * Returns where this side wants messages to come from, to be filled before the link is opened.
 *
 * @param[in] link a link, or NULL
 * @return the terminus, valid as long as the link; NULL for NULL
 */
PN_EXTERN pn_terminus_t *pn_link_source(pn_link_t *link);

/**
 * Returns where this side wants messages to go, to be filled before the link is opened.
 *
 * @param[in] link a link, or NULL
 * @return the terminus, valid as long as the link; NULL for NULL
 */
PN_EXTERN pn_terminus_t *pn_link_target(pn_link_t *link);

/**
 * Returns where the peer says that messages come from.
 *
 * @param[in] link a link, or NULL
 * @return the terminus, valid as long as the link, unspecified until the peer attaches; NULL for NULL
 */
PN_EXTERN pn_terminus_t *pn_link_remote_source(pn_link_t *link);

/**
 * Returns where the peer says that messages go.
 *
 * @param[in] link a link, or NULL
 * @return the terminus, valid as long as the link, unspecified until the peer attaches; NULL for NULL
 */
PN_EXTERN pn_terminus_t *pn_link_remote_target(pn_link_t *link);

/**
 * Returns the current delivery of a link: the first one that was not advanced past.
 *
 * @param[in] link a link, or NULL
 * @return the delivery, NULL if there is none
 */
PN_EXTERN pn_delivery_t *pn_link_current(pn_link_t *link);

/**
 * Moves on to the next delivery of a link. A sender thereby ends the message of the current one; a receiver gives
 * up what it has not read of it.
 *
 * @param[in] link a link, or NULL
 * @return true if there was a current delivery
 */
PN_EXTERN bool pn_link_advance(pn_link_t *link);

/**
 * Returns the credit of a link: how many more deliveries this side may send or expects. It is negative for a sender
 * that went beyond it.
 *
 * @param[in] link a link, or NULL
 * @return the credit, 0 for NULL
 */
PN_EXTERN int pn_link_credit(pn_link_t *link);

/**
 * Returns how many deliveries are between this side's application and the wire: advanced past but not yet sent, or
 * received but not yet advanced past.
 *
 * @param[in] link a link, or NULL
 * @return the number, 0 for NULL
 */
PN_EXTERN int pn_link_queued(pn_link_t *link);

/**
 * Returns the credit as the peer knows it: pn_link_credit() less pn_link_queued().
 *
 * @param[in] link a link, or NULL
 * @return the credit, 0 for NULL
 */
PN_EXTERN int pn_link_remote_credit(pn_link_t *link);

/**
 * Returns how many deliveries the sender could send if it had the credit: for a sender what pn_link_offered() stored,
 * for a receiver what the peer said last.
 *
 * @param[in] link a link, or NULL
 * @return the number, 0 if nobody said any and for NULL
 */
PN_EXTERN int pn_link_available(pn_link_t *link);

/**
 * Returns how many deliveries of a link this side has not settled.
 *
 * @param[in] link a link, or NULL
 * @return the number, 0 for NULL
 */
PN_EXTERN int pn_link_unsettled(pn_link_t *link);

/**
 * Returns the first delivery of a link that this side has not settled.
 *
 * @param[in] link a link, or NULL
 * @return the delivery, NULL if there is none
 */
PN_EXTERN pn_delivery_t *pn_unsettled_head(pn_link_t *link);

/**
 * Returns the delivery of the same link after this one that this side has not settled.
 *
 * @param[in] delivery a delivery, or NULL
 * @return the delivery, NULL if there is none
 */
PN_EXTERN pn_delivery_t *pn_unsettled_next(pn_delivery_t *delivery);

/**
 * Says how many deliveries a sender could send if it had the credit. The peer is told with the next output; a number
 * below 0 stays here.
 *
 * @param[in] sender a link that sends
 * @param[in] credit the number
 */
PN_EXTERN void pn_link_offered(pn_link_t *sender,
                               int credit);

/**
 * Adds bytes to the message of a sender's current delivery. They are copied, and may be sent before the message
 * ends, which pn_link_advance() does.
 *
 * @param[in] sender a link that sends
 * @param[in] bytes the bytes
 * @param[in] n how many
 * @return n, or 0 for NULL bytes; PN_EOS if there is no current delivery, PN_STATE_ERR for a receiver, PN_ARG_ERR
 *         for a NULL link
 */
PN_EXTERN ssize_t pn_link_send(pn_link_t *sender,
                                 const char *bytes,
                                 size_t n);

/**
 * Reads message bytes of a receiver's current delivery; they are given up by that.
 *
 * @param[in] receiver a link that receives
 * @param[out] bytes where to put them
 * @param[in] n how many there is room for
 * @return how many were read; 0 if none are there but more are expected, PN_EOS at the end of the message,
 *         PN_ABORTED if the sender gave up on it, PN_STATE_ERR if there is no current delivery, PN_ARG_ERR for a
 *         sender or NULL
 */
PN_EXTERN ssize_t pn_link_recv(pn_link_t *receiver,
                                 char *bytes,
                                 size_t n);

/**
 * Grants the sender of a link more credit.
 *
 * @param[in] receiver a link that receives
 * @param[in] credit how many deliveries more
 */
PN_EXTERN void pn_link_flow(pn_link_t *receiver, int credit);

/**
 * Grants credit that the sender uses at once or gives back. The next pn_link_flow() ends the drain.
 *
 * @param[in] receiver a link that receives
 * @param[in] credit how many deliveries more, 0 to drain what was granted before
 */
PN_EXTERN void pn_link_drain(pn_link_t *receiver, int credit);

/**
 * Sets whether the sender is to use its credit at once or give it back.
 *
 * @param[in] receiver a link that receives
 * @param[in] drain true to drain
 */
PN_EXTERN void pn_link_set_drain(pn_link_t *receiver, bool drain);

/**
 * Tells whether a link is in drain mode: as the peer last said for a sender, as was set for a receiver.
 *
 * @param[in] link a link, or NULL
 * @return true in drain mode; false for NULL
 */
PN_EXTERN bool pn_link_get_drain(pn_link_t *link);

/**
 * Sender: gives unused credit back if the receiver asked for it. Receiver: asks how much came back.
 *
 * @param[in] link a link, or NULL
 * @return for a sender the credit given back now, for a receiver the credit given back since the last call
 */
PN_EXTERN int pn_link_drained(pn_link_t *link);

/**
 * Tells whether a receiver drains and the sender still has credit to use or give back.
 *
 * @param[in] receiver a link that receives, or NULL
 * @return true while it drains; false for a sender and NULL
 */
PN_EXTERN bool pn_link_draining(pn_link_t *receiver);

/**
 * Returns how the sender of a link is to settle, as this side sees it.
 *
 * @param[in] link a link, or NULL
 * @return the mode; PN_SND_MIXED for NULL
 */
PN_EXTERN pn_snd_settle_mode_t pn_link_snd_settle_mode(pn_link_t *link);

/**
 * Returns how the receiver of a link is to settle, as this side sees it.
 *
 * @param[in] link a link, or NULL
 * @return the mode; PN_RCV_FIRST for NULL
 */
PN_EXTERN pn_rcv_settle_mode_t pn_link_rcv_settle_mode(pn_link_t *link);

/**
 * Sets how the sender of a link is to settle, before the link is opened. It is a promise to the peer that the
 * application keeps; nothing is settled by it. A number that is no mode changes nothing.
 *
 * @param[in] link a link
 * @param[in] mode the mode
 */
PN_EXTERN void pn_link_set_snd_settle_mode(pn_link_t *link, pn_snd_settle_mode_t mode);

/**
 * Sets how the receiver of a link is to settle; as pn_link_set_snd_settle_mode().
 *
 * @param[in] link a link
 * @param[in] mode the mode
 */
PN_EXTERN void pn_link_set_rcv_settle_mode(pn_link_t *link, pn_rcv_settle_mode_t mode);

/**
 * Returns how the sender of a link is to settle, as the peer sees it.
 *
 * @param[in] link a link, or NULL
 * @return the mode; PN_SND_MIXED for NULL and until the peer attaches
 */
PN_EXTERN pn_snd_settle_mode_t pn_link_remote_snd_settle_mode(pn_link_t *link);

/**
 * Returns how the receiver of a link is to settle, as the peer sees it.
 *
 * @param[in] link a link, or NULL
 * @return the mode; PN_RCV_FIRST for NULL and until the peer attaches
 */
PN_EXTERN pn_rcv_settle_mode_t pn_link_remote_rcv_settle_mode(pn_link_t *link);

/**
 * Returns the size of message that this side says it takes.
 *
 * @param[in] link a link, or NULL
 * @return the size in bytes, 0 for no limit and for NULL
 */
PN_EXTERN uint64_t pn_link_max_message_size(pn_link_t *link);

/**
 * Sets the size of message that this side says it takes, before the link is opened. Larger ones are not refused.
 *
 * @param[in] link a link
 * @param[in] size the size in bytes, 0 for no limit
 */
PN_EXTERN void pn_link_set_max_message_size(pn_link_t *link,
                                            uint64_t size);

/**
 * Returns the size of message that the peer says it takes.
 *
 * @param[in] link a link, or NULL
 * @return the size in bytes; 0 for no limit, for NULL, and until the peer attaches
 */
PN_EXTERN uint64_t pn_link_remote_max_message_size(pn_link_t *link);

/**
 * Returns the properties that this side tells of a link, a map, to be filled before the link is opened.
 *
 * @param[in] link a link, or NULL
 * @return the data, owned by the link and valid as long as it; NULL for NULL
 */
PN_EXTERN pn_data_t *pn_link_properties(pn_link_t *link);

/**
 * Returns the properties that the peer told of a link.
 *
 * @param[in] link a link, or NULL
 * @return the data, owned by the link and valid as long as it; NULL if the peer told none
 */
PN_EXTERN pn_data_t *pn_link_remote_properties(pn_link_t *link);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_LINK_H */
