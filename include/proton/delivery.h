/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_DELIVERY_H
#define PROTON_DELIVERY_H 1

/**
 * @file
 * Deliveries: sending and receiving messages, and the state of their settlement.
 */

#include <proton/disposition.h>
#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The tag of a delivery: bytes that tell it from the others of its link that are not settled. */
typedef pn_bytes_t pn_delivery_tag_t;

/**
 * Puts the address and size of a delivery tag together. Nothing is copied.
 *
 * @param[in] bytes where the bytes are
 * @param[in] size how many
 * @return the tag, good for as long as the bytes are
 */
PN_EXTERN pn_delivery_tag_t pn_dtag(const char *bytes, size_t size);

/**
 * Makes a delivery on a link, behind the ones it has. The link owns it; the caller gets no reference.
 *
 * @param[in] link a link
 * @param[in] tag the tag, copied
 * @return the delivery, valid until it is settled, or longer while it is referenced; NULL for a NULL link
 */
PN_EXTERN pn_delivery_t *pn_delivery(pn_link_t *link, pn_delivery_tag_t tag);

/**
 * Returns the application's pointer on a delivery.
 *
 * @param[in] delivery a delivery, or NULL
 * @return what pn_delivery_set_context() stored, NULL if nothing
 */
PN_EXTERN void *pn_delivery_get_context(pn_delivery_t *delivery);

/**
 * Stores a pointer of the application's on a delivery. It is forgotten when the delivery ends.
 *
 * @param[in] delivery a delivery
 * @param[in] context any pointer; it is never followed
 */
PN_EXTERN void pn_delivery_set_context(pn_delivery_t *delivery, void *context);

/**
 * Returns the record in which anything can be attached to a delivery. It is emptied when the delivery ends.
 *
 * @param[in] delivery a delivery, or NULL
 * @return the record, valid as long as the delivery; NULL for NULL
 */
PN_EXTERN pn_record_t *pn_delivery_attachments(pn_delivery_t *delivery);

/**
 * Returns the tag of a delivery.
 *
 * @param[in] delivery a delivery, or NULL
 * @return the tag, valid as long as the delivery; no bytes at NULL if it is empty
 */
PN_EXTERN pn_delivery_tag_t pn_delivery_tag(pn_delivery_t *delivery);

/**
 * Returns the link of a delivery.
 *
 * @param[in] delivery a delivery, or NULL
 * @return the link, NULL for NULL
 */
PN_EXTERN pn_link_t *pn_delivery_link(pn_delivery_t *delivery);

/**
 * Returns what this side says of a delivery. It is told to the peer by pn_delivery_update() or
 * pn_delivery_settle().
 *
 * @param[in] delivery a delivery, or NULL
 * @return the disposition, valid as long as the delivery; NULL for NULL
 */
PN_EXTERN pn_disposition_t *pn_delivery_local(pn_delivery_t *delivery);

/**
 * Returns what the peer says of a delivery.
 *
 * @param[in] delivery a delivery, or NULL
 * @return the disposition, valid as long as the delivery; NULL for NULL
 */
PN_EXTERN pn_disposition_t *pn_delivery_remote(pn_delivery_t *delivery);

/**
 * Returns the type of what this side says of a delivery, such as PN_ACCEPTED.
 *
 * @param[in] delivery a delivery, or NULL
 * @return the type, 0 for none
 */
PN_EXTERN uint64_t pn_delivery_local_state(pn_delivery_t *delivery);

/**
 * Returns the type of what the peer says of a delivery, such as PN_ACCEPTED.
 *
 * @param[in] delivery a delivery, or NULL
 * @return the type, 0 for none
 */
PN_EXTERN uint64_t pn_delivery_remote_state(pn_delivery_t *delivery);

/**
 * Tells whether the peer has settled a delivery.
 *
 * @param[in] delivery a delivery, or NULL
 * @return true if it has; false for NULL
 */
PN_EXTERN bool pn_delivery_settled(pn_delivery_t *delivery);

/**
 * Returns how many bytes of a delivery are buffered: received and not read, or given to pn_link_send() and not
 * sent.
 *
 * @param[in] delivery a delivery, or NULL
 * @return the number, always 1 for an aborted delivery, 0 for NULL
 */
PN_EXTERN size_t pn_delivery_pending(pn_delivery_t *delivery);

/**
 * Tells whether more of a message is to come: from this side's application, or from the peer.
 *
 * @param[in] delivery a delivery, or NULL
 * @return true until a sender has advanced past it, or a receiver's last frame of it has arrived; false for NULL
 */
PN_EXTERN bool pn_delivery_partial(pn_delivery_t *delivery);

/**
 * Tells whether a delivery was given up before its message was complete, by either side.
 *
 * @param[in] delivery a delivery, or NULL
 * @return true if it was; false for NULL
 */
PN_EXTERN bool pn_delivery_aborted(pn_delivery_t *delivery);

/**
 * Tells whether pn_link_send() makes sense on a delivery now.
 *
 * @param[in] delivery a delivery, or NULL
 * @return true if it is the current one of a sender with credit; false for NULL
 */
PN_EXTERN bool pn_delivery_writable(pn_delivery_t *delivery);

/**
 * Tells whether pn_link_recv() makes sense on a delivery now.
 *
 * @param[in] delivery a delivery, or NULL
 * @return true if it is the current one of a receiver; false for NULL
 */
PN_EXTERN bool pn_delivery_readable(pn_delivery_t *delivery);

/**
 * Tells whether the peer has said something about a delivery since pn_delivery_clear().
 *
 * @param[in] delivery a delivery, or NULL
 * @return true if it has; false for NULL
 */
PN_EXTERN bool pn_delivery_updated(pn_delivery_t *delivery);

/**
 * Sets the type of what this side says of a delivery and tells the peer with the next output. Fields that were set
 * for the same type before are told too.
 *
 * @param[in] delivery a delivery
 * @param[in] state the type, such as PN_ACCEPTED
 */
PN_EXTERN void pn_delivery_update(pn_delivery_t *delivery,
                                  uint64_t state);

/**
 * Notes that the application has seen what the peer said of a delivery.
 *
 * @param[in] delivery a delivery
 */
PN_EXTERN void pn_delivery_clear(pn_delivery_t *delivery);

/**
 * Tells whether a delivery is the current one of its link.
 *
 * @param[in] delivery a delivery, or NULL
 * @return true if it is; false for NULL
 */
PN_EXTERN bool pn_delivery_current(pn_delivery_t *delivery);

/**
 * Settles a delivery: this side has nothing more to say or hear about it. One that is current is advanced past.
 *
 * @param[in] delivery a delivery, not to be used afterwards unless it is referenced
 */
PN_EXTERN void pn_delivery_settle(pn_delivery_t *delivery);

/**
 * Gives up on sending a delivery and settles it. The peer drops what it has of the message.
 *
 * @param[in] delivery a delivery, not to be used afterwards unless it is referenced
 */
PN_EXTERN void pn_delivery_abort(pn_delivery_t *delivery);

/**
 * Tells whether something of an outgoing delivery still waits to be sent.
 *
 * @param[in] delivery a delivery, or NULL
 * @return true while a frame of it is due; false for receivers and NULL
 */
PN_EXTERN bool pn_delivery_buffered(pn_delivery_t *delivery);

/**
 * Writes the state of a delivery to the standard output, for debugging.
 *
 * @param[in] delivery a delivery, or NULL
 */
PN_EXTERN void pn_delivery_dump(pn_delivery_t *delivery);

/**
 * Returns the first delivery of a connection that the application can work on: one it can read or send, or that the
 * peer has said something new about.
 *
 * @deprecated use PN_DELIVERY events
 * @param[in] connection a connection, or NULL
 * @return the delivery, NULL if there is none
 */
PN_EXTERN pn_delivery_t *pn_work_head(pn_connection_t *connection);

/**
 * Returns the next delivery that the application can work on; the first one if this one no longer is.
 *
 * @deprecated use PN_DELIVERY events
 * @param[in] delivery a delivery, or NULL
 * @return the delivery, NULL if there is none
 */
PN_EXTERN pn_delivery_t *pn_work_next(pn_delivery_t *delivery);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_DELIVERY_H */
