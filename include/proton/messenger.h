/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_MESSENGER_H
#define PROTON_MESSENGER_H 1

/**
 * @file
 * Messengers: messages by address, without a thought for connections.
 *
 * @deprecated use the proactor
 */

#include <proton/import_export.h>
#include <proton/message.h>
#include <proton/selectable.h>
#include <proton/link.h>
#include <proton/transport.h>
#include <proton/ssl.h>

/**
 * Sends and receives messages by address.
 */
typedef struct pn_messenger_t pn_messenger_t;

/**
 * A source of messages that a program has asked for.
 */
typedef struct pn_subscription_t pn_subscription_t;

#ifdef __cplusplus
extern "C" {
#endif

/** For accept, reject and settle: all messages up to the one named. */
#define PN_CUMULATIVE 1

/** Connect to all routes when the messenger is started. */
#define PN_FLAGS_CHECK_ROUTES 1

/** Send passwords without encryption. */
#define PN_FLAGS_ALLOW_INSECURE_MECHS 2

/** What is known of a message's fate. */
typedef enum pn_status_t {
  /** Nothing. */
  PN_STATUS_UNKNOWN = 0,
  /** It is on its way. */
  PN_STATUS_PENDING = 1,
  /** The receiver accepted it. */
  PN_STATUS_ACCEPTED = 2,
  /** The receiver rejected it. */
  PN_STATUS_REJECTED = 3,
  /** The receiver gave it back. */
  PN_STATUS_RELEASED = 4,
  /** The receiver gave it back changed. */
  PN_STATUS_MODIFIED = 5,
  /** It never left. */
  PN_STATUS_ABORTED = 6,
  /** The receiver settled it without saying more. */
  PN_STATUS_SETTLED = 7,
} pn_status_t;

/** Names a message that was put or got. */
typedef int64_t pn_tracker_t;

/**
 * Makes a messenger.
 *
 * @param[in] name its name, which peers see as the container's; NULL for a random one
 * @return the messenger, to be freed with pn_messenger_free(); NULL if the system has no descriptors left
 */
PNX_EXTERN pn_messenger_t *pn_messenger(const char *name);

/**
 * Returns the name of a messenger.
 *
 * @param[in] messenger a messenger, or NULL
 * @return the name, valid as long as the messenger; NULL for NULL
 */
PNX_EXTERN const char *pn_messenger_name(pn_messenger_t *messenger);

/**
 * Returns the file of the certificate that peers are shown.
 *
 * @param[in] messenger a messenger, or NULL
 * @return the text, valid until it is set; NULL if there is none
 */
PNX_EXTERN const char *pn_messenger_get_certificate(pn_messenger_t *messenger);

/**
 * Sets the file of the certificate that peers are shown, for connections that are made from now on.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] certificate the text, copied; NULL for none
 * @return 0; PN_ARG_ERR for NULL
 */
PNX_EXTERN int pn_messenger_set_certificate(pn_messenger_t *messenger, const char *certificate);

/**
 * Returns the file of the key of the certificate.
 *
 * @param[in] messenger a messenger, or NULL
 * @return the text, valid until it is set; NULL if there is none
 */
PNX_EXTERN const char *pn_messenger_get_private_key(pn_messenger_t *messenger);

/**
 * Sets the file of the key of the certificate, for connections that are made from now on.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] private_key the text, copied; NULL for none
 * @return 0; PN_ARG_ERR for NULL
 */
PNX_EXTERN int pn_messenger_set_private_key(pn_messenger_t *messenger, const char *private_key);

/**
 * Returns the password of the key.
 *
 * @param[in] messenger a messenger, or NULL
 * @return the text, valid until it is set; NULL if there is none
 */
PNX_EXTERN const char *pn_messenger_get_password(pn_messenger_t *messenger);

/**
 * Sets the password of the key, for connections that are made from now on.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] password the text, copied; NULL for none
 * @return 0; PN_ARG_ERR for NULL
 */
PNX_EXTERN int pn_messenger_set_password(pn_messenger_t *messenger, const char *password);

/**
 * Returns the file or folder of certificates whose holders are trusted; without one, peers are not checked.
 *
 * @param[in] messenger a messenger, or NULL
 * @return the text, valid until it is set; NULL if there is none
 */
PNX_EXTERN const char *pn_messenger_get_trusted_certificates(pn_messenger_t *messenger);

/**
 * Sets the file or folder of certificates whose holders are trusted; without one, peers are not checked, for connections that are made from now on.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] cert_db the text, copied; NULL for none
 * @return 0; PN_ARG_ERR for NULL
 */
PNX_EXTERN int pn_messenger_set_trusted_certificates(pn_messenger_t *messenger,
                                                     const char *cert_db);

/**
 * Sets how long calls that block wait.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] timeout milliseconds; -1, as at first, for any time
 * @return 0; PN_ARG_ERR for NULL
 */
PNX_EXTERN int pn_messenger_set_timeout(pn_messenger_t *messenger, int timeout);

/**
 * Returns how long calls that block wait.
 *
 * @param[in] messenger a messenger, or NULL
 * @return milliseconds; -1 for any time
 */
PNX_EXTERN int pn_messenger_get_timeout(pn_messenger_t *messenger);

/**
 * Tells whether calls block until they are done.
 *
 * @param[in] messenger a messenger, or NULL
 * @return true, unless pn_messenger_set_blocking() said otherwise
 */
PNX_EXTERN bool pn_messenger_is_blocking(pn_messenger_t *messenger);

/**
 * Sets whether calls block until they are done.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] blocking true if they do; else they do what they can and give PN_INPROGRESS
 * @return 0; PN_ARG_ERR for NULL
 */
PNX_EXTERN int pn_messenger_set_blocking(pn_messenger_t *messenger, bool blocking);

/**
 * Tells whether the program itself waits for a messenger.
 *
 * @param[in] messenger a messenger, or NULL
 * @return what pn_messenger_set_passive() set, at first false
 */
PNX_EXTERN bool pn_messenger_is_passive(pn_messenger_t *messenger);

/**
 * Sets whether the program itself waits, with pn_messenger_selectable().
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] passive true if it does
 * @return 0; PN_ARG_ERR for NULL
 */
PNX_EXTERN int pn_messenger_set_passive(pn_messenger_t *messenger, bool passive);

/**
 * Frees a messenger and everything that is its own. Nothing is sent any more; see pn_messenger_stop().
 *
 * @param[in] messenger a messenger, or NULL
 */
PNX_EXTERN void pn_messenger_free(pn_messenger_t *messenger);

/**
 * Returns the code of the last error.
 *
 * @param[in] messenger a messenger, or NULL
 * @return the code; 0 for none since pn_error_clear()
 */
PNX_EXTERN int pn_messenger_errno(pn_messenger_t *messenger);

/**
 * Returns the last error, which stays until pn_error_clear().
 *
 * @param[in] messenger a messenger, or NULL
 * @return the error, valid as long as the messenger; NULL for NULL
 */
PNX_EXTERN pn_error_t *pn_messenger_error(pn_messenger_t *messenger);

/**
 * Returns of how many messages that were put last the fate is known.
 *
 * @param[in] messenger a messenger, or NULL
 * @return their number
 */
PNX_EXTERN int pn_messenger_get_outgoing_window(pn_messenger_t *messenger);

/**
 * Sets of how many messages that were put last the fate is known. What leaves the window is settled.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] window their number, at first 0; links that are made from now on leave settling to it
 * @return 0; PN_ARG_ERR for NULL
 */
PNX_EXTERN int pn_messenger_set_outgoing_window(pn_messenger_t *messenger, int window);

/**
 * Returns of how many messages that were got last the fate is known.
 *
 * @param[in] messenger a messenger, or NULL
 * @return their number
 */
PNX_EXTERN int pn_messenger_get_incoming_window(pn_messenger_t *messenger);

/**
 * Sets of how many messages that were got last the fate is known. What leaves the window is settled.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] window their number, at first 0; links that are made from now on leave settling to it
 * @return 0; PN_ARG_ERR for NULL
 */
PNX_EXTERN int pn_messenger_set_incoming_window(pn_messenger_t *messenger, int window);

/**
 * Starts a messenger. With PN_FLAGS_CHECK_ROUTES it connects to all routes that are plain addresses.
 *
 * @param[in] messenger a messenger, or NULL
 * @return 0, or the error of a route that cannot be reached
 */
PNX_EXTERN int pn_messenger_start(pn_messenger_t *messenger);

/**
 * Closes all links, connections and listeners.
 *
 * @param[in] messenger a messenger, or NULL
 * @return 0 when that is done; PN_INPROGRESS, PN_TIMEOUT or PN_INTR while it is not
 */
PNX_EXTERN int pn_messenger_stop(pn_messenger_t *messenger);

/**
 * Tells whether a messenger has no connections and no listeners.
 *
 * @param[in] messenger a messenger, or NULL
 * @return true if it has none
 */
PNX_EXTERN bool pn_messenger_stopped(pn_messenger_t *messenger);

/**
 * Asks for messages from an address. A host that begins with '~' is one to listen on.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] source the address
 * @return the subscription, owned by the messenger; NULL if it cannot be, see pn_messenger_error()
 */
PNX_EXTERN pn_subscription_t *pn_messenger_subscribe(pn_messenger_t *messenger, const char *source);

/**
 * As pn_messenger_subscribe(), and the source at the peer is kept for some time after the link has gone.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] source the address
 * @param[in] timeout how long, in seconds
 * @return as pn_messenger_subscribe()
 */
PNX_EXTERN pn_subscription_t *pn_messenger_subscribe_ttl(pn_messenger_t *messenger,
                                                         const char *source,
                                                         pn_seconds_t timeout);

/**
 * Returns the program's own pointer of a subscription.
 *
 * @param[in] sub a subscription, or NULL
 * @return what pn_subscription_set_context() set
 */
PNX_EXTERN void *pn_subscription_get_context(pn_subscription_t *sub);

/**
 * Sets the program's own pointer of a subscription.
 *
 * @param[in] sub a subscription, or NULL
 * @param[in] context the pointer
 */
PNX_EXTERN void pn_subscription_set_context(pn_subscription_t *sub, void *context);

/**
 * Returns where messages of a subscription come from; where the peer chooses, waits until it has.
 *
 * @param[in] sub a subscription, or NULL
 * @return the address, valid until the peer changes it; NULL if it is not known
 */
PNX_EXTERN const char *pn_subscription_address(pn_subscription_t *sub);

/**
 * Puts a message, to be sent when its address can be reached. It is copied.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] msg the message; a reply address that begins with "~" gets the messenger's name
 * @return 0, or the error that keeps it from being sent
 */
PNX_EXTERN int pn_messenger_put(pn_messenger_t *messenger, pn_message_t *msg);

/**
 * Tells what is known of a message's fate.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] tracker a message
 * @return PN_STATUS_UNKNOWN for one that has left its window
 */
PNX_EXTERN pn_status_t pn_messenger_status(pn_messenger_t *messenger, pn_tracker_t tracker);

/**
 * Returns the delivery of a message.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] tracker a message
 * @return the delivery, valid while the message is known; NULL if there is none
 */
PNX_EXTERN pn_delivery_t *pn_messenger_delivery(pn_messenger_t *messenger, pn_tracker_t tracker);

/**
 * Tells whether a message still waits to be written to the network.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] tracker a message
 * @return true if it does
 */
PNX_EXTERN bool pn_messenger_buffered(pn_messenger_t *messenger, pn_tracker_t tracker);

/**
 * Forgets a message, and settles it.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] tracker a message
 * @param[in] flags PN_CUMULATIVE for all messages up to it, or 0
 * @return 0; PN_ARG_ERR for NULL
 */
PNX_EXTERN int pn_messenger_settle(pn_messenger_t *messenger, pn_tracker_t tracker, int flags);

/**
 * Returns the tracker of the message that was put last.
 *
 * @param[in] messenger a messenger, or NULL
 * @return the tracker; -1 if none was
 */
PNX_EXTERN pn_tracker_t pn_messenger_outgoing_tracker(pn_messenger_t *messenger);

/**
 * Does input and output once.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] timeout how long to wait for some, in milliseconds; -1 for any time
 * @return 1 if there was some; PN_TIMEOUT, PN_INTR or, for a passive messenger, PN_INPROGRESS
 */
PNX_EXTERN int pn_messenger_work(pn_messenger_t *messenger, int timeout);

/**
 * Has a call that waits in a messenger return PN_INTR, or the next one if none does. Any thread may call it.
 *
 * @param[in] messenger a messenger, or NULL
 * @return 0; PN_ARG_ERR for NULL
 */
PNX_EXTERN int pn_messenger_interrupt(pn_messenger_t *messenger);

/**
 * Sends until at most so many messages fewer wait for their fate to be known.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] n how many to send; -1 for all
 * @return 0 when that is done; PN_TIMEOUT, PN_INPROGRESS or PN_INTR
 */
PNX_EXTERN int pn_messenger_send(pn_messenger_t *messenger, int n);

/**
 * Lets messages come, and waits for the first.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] limit how many at most; -1 for as many as there is room for, -2 to give credit to links oneself
 * @return 0 when there is one to get; PN_TIMEOUT, PN_INPROGRESS or PN_INTR; PN_STATE_ERR if none can come
 */
PNX_EXTERN int pn_messenger_recv(pn_messenger_t *messenger, int limit);

/**
 * Returns how many messages may still come.
 *
 * @param[in] messenger a messenger, or NULL
 * @return their number
 */
PNX_EXTERN int pn_messenger_receiving(pn_messenger_t *messenger);

/**
 * Gets the oldest message that has come.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[out] message what it becomes; NULL to drop it
 * @return 0; PN_EOS if there is none; the error of a message that cannot be decoded, which is dropped
 */
PNX_EXTERN int pn_messenger_get(pn_messenger_t *messenger, pn_message_t *message);

/**
 * Returns the tracker of the message that was got last.
 *
 * @param[in] messenger a messenger, or NULL
 * @return the tracker; -1 if none was
 */
PNX_EXTERN pn_tracker_t pn_messenger_incoming_tracker(pn_messenger_t *messenger);

/**
 * Returns the subscription of the message that was got last.
 *
 * @param[in] messenger a messenger, or NULL
 * @return the subscription; NULL if there is none
 */
PNX_EXTERN pn_subscription_t *pn_messenger_incoming_subscription(pn_messenger_t *messenger);

/**
 * Tells the sender that a message was accepted. What was said first counts.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] tracker a message that was got
 * @param[in] flags PN_CUMULATIVE for all messages up to it, or 0
 * @return 0; PN_ARG_ERR for a message that was put
 */
PNX_EXTERN int pn_messenger_accept(pn_messenger_t *messenger, pn_tracker_t tracker, int flags);

/**
 * Tells the sender that a message was rejected. What was said first counts.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] tracker a message that was got
 * @param[in] flags PN_CUMULATIVE for all messages up to it, or 0
 * @return 0; PN_ARG_ERR for a message that was put
 */
PNX_EXTERN int pn_messenger_reject(pn_messenger_t *messenger, pn_tracker_t tracker, int flags);

/**
 * Returns the link that a message went through.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] tracker a message
 * @return the link, valid as long as the delivery; NULL if there is none
 */
PNX_EXTERN pn_link_t *pn_messenger_tracker_link(pn_messenger_t *messenger, pn_tracker_t tracker);

/**
 * Returns how many messages were put and have not been handed to the network.
 *
 * @param[in] messenger a messenger, or NULL
 * @return their number
 */
PNX_EXTERN int pn_messenger_outgoing(pn_messenger_t *messenger);

/**
 * Returns how many messages have come and were not got.
 *
 * @param[in] messenger a messenger, or NULL
 * @return their number
 */
PNX_EXTERN int pn_messenger_incoming(pn_messenger_t *messenger);

/**
 * Has messages for addresses that fit a pattern go elsewhere. In the pattern, '*' stands for any text and '%' for
 * any without a slash; in the address, "$1" is what the first of them stood for.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] pattern the pattern
 * @param[in] address the address; NULL for none
 * @return 0; PN_ARG_ERR for NULL
 */
PNX_EXTERN int pn_messenger_route(pn_messenger_t *messenger,
                                  const char *pattern,
                                  const char *address);

/**
 * Changes the addresses that messages carry when they are sent, by the same rules as pn_messenger_route(). Where no
 * rule fits, user and password are left out.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] pattern the pattern
 * @param[in] address the address; NULL for none
 * @return 0; PN_ARG_ERR for NULL
 */
PNX_EXTERN int pn_messenger_rewrite(pn_messenger_t *messenger,
                                    const char *pattern,
                                    const char *address);

/**
 * Gives the next selectable that a program has to know of that waits by itself: first those that are new, then those
 * that it has marked as registered and that have changed. One that is terminal is the program's to free.
 *
 * @param[in] messenger a messenger, or NULL
 * @return the selectable; NULL if there are no more for now
 */
PNX_EXTERN pn_selectable_t *pn_messenger_selectable(pn_messenger_t *messenger);

/**
 * Returns when a messenger has to work at the latest.
 *
 * @param[in] messenger a messenger, or NULL
 * @return milliseconds since the start of 1970; 0 for no need
 */
PNX_EXTERN pn_timestamp_t pn_messenger_deadline(pn_messenger_t *messenger);

/**
 * Sets what a messenger does.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] flags a sum of PN_FLAGS_CHECK_ROUTES and PN_FLAGS_ALLOW_INSECURE_MECHS, which are added to those set; 0 for
 * none at all
 * @return 0; PN_ARG_ERR if none of them is meant
 */
PNX_EXTERN int pn_messenger_set_flags(pn_messenger_t *messenger,
                                      int flags);

/**
 * Returns what a messenger does.
 *
 * @param[in] messenger a messenger, or NULL
 * @return a sum of flags, at first PN_FLAGS_ALLOW_INSECURE_MECHS
 */
PNX_EXTERN int pn_messenger_get_flags(pn_messenger_t *messenger);

/**
 * Sets how senders settle, on links that are made from now on while a window is set.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] mode how
 * @return 0; PN_ARG_ERR for NULL
 */
PNX_EXTERN int pn_messenger_set_snd_settle_mode(pn_messenger_t *messenger, pn_snd_settle_mode_t mode);

/**
 * Sets how receivers settle, on links that are made from now on while a window is set.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] mode how
 * @return 0; PN_ARG_ERR for NULL
 */
PNX_EXTERN int pn_messenger_set_rcv_settle_mode(pn_messenger_t *messenger, pn_rcv_settle_mode_t mode);

/**
 * Sets what is called for the log lines of connections that are made from now on.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] tracer the function
 */
PNX_EXTERN void pn_messenger_set_tracer(pn_messenger_t *messenger, pn_tracer_t tracer);

/**
 * Returns after how long a silence a peer expects to be told that we are there.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] address an address at the peer
 * @return milliseconds; (pn_millis_t)-1 if there is no connection
 */
PNX_EXTERN pn_millis_t pn_messenger_get_remote_idle_timeout(pn_messenger_t *messenger, const char *address);

/**
 * Sets how much is asked of peers over TLS where there are trusted certificates.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] mode how much
 * @return 0; PN_ARG_ERR for NULL
 */
PNX_EXTERN int pn_messenger_set_ssl_peer_authentication_mode(pn_messenger_t *messenger, pn_ssl_verify_mode_t mode);

/**
 * Returns the link for an address.
 *
 * @param[in] messenger a messenger, or NULL
 * @param[in] address the address
 * @param[in] sender true for the one that messages are sent through
 * @return the link; NULL if there is none
 */
PNX_EXTERN pn_link_t *pn_messenger_get_link(pn_messenger_t *messenger, const char *address, bool sender);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_MESSENGER_H */
