/* SPDX-License-Identifier: Apache-2.0 */
/* Written by `cargo xtask headers`: change src/ffi or xtask/headers instead. */

#ifndef PROTON_MESSAGE_H
#define PROTON_MESSAGE_H 1

/**
 * @file
 * Messages: their header, properties and content, encoded to and decoded from bytes.
 */

#include <proton/codec.h>
#include <proton/error.h>
#include <proton/import_export.h>
#include <proton/type_compat.h>
#include <proton/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The priority of a message that sets none. */
#define PN_DEFAULT_PRIORITY 4

/**
 * A message: header, properties, annotations and body.
 *
 * Make one and use it over and over: a message that is cleared or decoded into keeps its memory.
 */
typedef struct pn_message_t pn_message_t;

/**
 * Makes an empty message.
 *
 * @return a new message that the caller releases with pn_message_free()
 */
PN_EXTERN pn_message_t *pn_message(void);

/**
 * Gives up the caller's reference to a message; the last one frees it.
 *
 * The data objects of the message must not be used afterwards.
 *
 * @param[in] msg a message, or NULL
 */
PN_EXTERN void pn_message_free(pn_message_t *msg);

/**
 * Empties a message: every field gets its default, and the data objects are emptied.
 *
 * The data objects stay valid, and so does an error from earlier. Strings and bytes that were returned do not.
 *
 * @param[in] msg a message, or NULL
 */
PN_EXTERN void pn_message_clear(pn_message_t *msg);

/**
 * Returns the code of the last error of a message.
 *
 * @param[in] msg a message, or NULL
 * @return a negative code, 0 if there was no error
 */
PN_EXTERN int pn_message_errno(pn_message_t *msg);

/**
 * Returns the last error of a message.
 *
 * @param[in] msg a message, or NULL
 * @return the error, which belongs to the message and is empty if nothing went wrong; NULL for NULL
 */
PN_EXTERN pn_error_t *pn_message_error(pn_message_t *msg);

/**
 * Tells whether the section of the body follows from its type.
 *
 * If so, a binary is sent as data and a list as amqp-sequence; everything else is an amqp-value. Decoding sets the flag
 * from the section that the body came in.
 *
 * @param[in] msg a message, or NULL
 * @return the flag, false for a new message
 */
PN_EXTERN bool pn_message_is_inferred(pn_message_t *msg);

/**
 * Sets whether the section of the body follows from its type.
 *
 * @param[in] msg a message
 * @param[in] inferred true to send binaries as data and lists as amqp-sequence
 * @return 0, or PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_message_set_inferred(pn_message_t *msg, bool inferred);

/**
 * Tells whether the message is to survive a failure of those that hold it.
 *
 * @param[in] msg a message, or NULL
 * @return the flag, false for a new message
 */
PN_EXTERN bool pn_message_is_durable(pn_message_t *msg);

/**
 * Sets whether the message is to survive a failure of those that hold it.
 *
 * @param[in] msg a message
 * @param[in] durable the flag
 * @return 0, or PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_message_set_durable(pn_message_t *msg, bool durable);

/**
 * Returns the priority of a message.
 *
 * @param[in] msg a message, or NULL
 * @return the priority, PN_DEFAULT_PRIORITY for a new message; higher is more urgent
 */
PN_EXTERN uint8_t pn_message_get_priority(pn_message_t *msg);

/**
 * Sets the priority of a message.
 *
 * @param[in] msg a message
 * @param[in] priority the priority; higher is more urgent
 * @return 0, or PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_message_set_priority(pn_message_t *msg, uint8_t priority);

/**
 * Returns how long the message is worth delivering.
 *
 * @param[in] msg a message, or NULL
 * @return milliseconds; 0, as in a new message, is without limit
 */
PN_EXTERN pn_millis_t pn_message_get_ttl(pn_message_t *msg);

/**
 * Sets how long the message is worth delivering.
 *
 * @param[in] msg a message
 * @param[in] ttl milliseconds; 0 is without limit
 * @return 0, or PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_message_set_ttl(pn_message_t *msg, pn_millis_t ttl);

/**
 * Tells whether nobody else has acquired the message before.
 *
 * @param[in] msg a message, or NULL
 * @return the flag, false for a new message
 */
PN_EXTERN bool pn_message_is_first_acquirer(pn_message_t *msg);

/**
 * Sets whether nobody else has acquired the message before.
 *
 * @param[in] msg a message
 * @param[in] first the flag
 * @return 0, or PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_message_set_first_acquirer(pn_message_t *msg, bool first);

/**
 * Returns how many earlier attempts to deliver the message failed.
 *
 * @param[in] msg a message, or NULL
 * @return the count, 0 for a new message
 */
PN_EXTERN uint32_t pn_message_get_delivery_count(pn_message_t *msg);

/**
 * Sets how many earlier attempts to deliver the message failed.
 *
 * @param[in] msg a message
 * @param[in] count the count
 * @return 0, or PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_message_set_delivery_count(pn_message_t *msg, uint32_t count);

/**
 * Returns the id of a message.
 *
 * @param[in] msg a message, or NULL
 * @return the id: an unsigned long, a UUID, a binary or a string, PN_NULL if unset. Bytes it points to belong to the
 * message and stay valid until the id is set or the message is cleared, decoded or freed; no NUL ends them
 */
PN_EXTERN pn_msgid_t pn_message_get_id(pn_message_t *msg);

/**
 * Sets the id of a message.
 *
 * @param[in] msg a message
 * @param[in] id an unsigned long, a UUID, a binary or a string, whose bytes are copied; any other type unsets the id
 * @return 0, or PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_message_set_id(pn_message_t *msg,
                                pn_msgid_t id);

/**
 * Returns the id of a message as a data object.
 *
 * From this call on the object is the id: the value its cursor stands on is what is returned and encoded.
 *
 * @deprecated use pn_message_get_id() and pn_message_set_id()
 *
 * @param[in] msg a message, or NULL
 * @return the data object, which belongs to the message and is the same in every call; NULL for NULL
 */
PN_EXTERN pn_data_t *pn_message_id(pn_message_t *msg);

/**
 * Returns the identity of the user who made the message.
 *
 * @param[in] msg a message, or NULL
 * @return the bytes, with a NULL start if unset; valid until the user id is set or the message is cleared, decoded or
 * freed
 */
PN_EXTERN pn_bytes_t pn_message_get_user_id(pn_message_t *msg);

/**
 * Sets the identity of the user who made the message.
 *
 * @param[in] msg a message
 * @param[in] user_id the bytes, which are copied; a NULL start unsets the user id
 * @return 0, or PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_message_set_user_id(pn_message_t *msg, pn_bytes_t user_id);

/**
 * Returns the address the message is sent to.
 *
 * @param[in] msg a message, or NULL
 * @return the text, NULL if unset; valid until it is set or the message is cleared, decoded or freed
 */
PN_EXTERN const char *pn_message_get_address(pn_message_t *msg);

/**
 * Sets the address the message is sent to.
 *
 * @param[in] msg a message
 * @param[in] address the text, which is copied; NULL unsets it
 * @return 0, or PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_message_set_address(pn_message_t *msg, const char *address);

/**
 * Returns the subject of a message.
 *
 * @param[in] msg a message, or NULL
 * @return the text, NULL if unset; valid until it is set or the message is cleared, decoded or freed
 */
PN_EXTERN const char *pn_message_get_subject(pn_message_t *msg);

/**
 * Sets the subject of a message.
 *
 * @param[in] msg a message
 * @param[in] subject the text, which is copied; NULL unsets it
 * @return 0, or PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_message_set_subject(pn_message_t *msg, const char *subject);

/**
 * Returns the address that replies go to.
 *
 * @param[in] msg a message, or NULL
 * @return the text, NULL if unset; valid until it is set or the message is cleared, decoded or freed
 */
PN_EXTERN const char *pn_message_get_reply_to(pn_message_t *msg);

/**
 * Sets the address that replies go to.
 *
 * @param[in] msg a message
 * @param[in] reply_to the text, which is copied; NULL unsets it
 * @return 0, or PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_message_set_reply_to(pn_message_t *msg, const char *reply_to);

/**
 * Returns the correlation id of a message.
 *
 * @param[in] msg a message, or NULL
 * @return the id: an unsigned long, a UUID, a binary or a string, PN_NULL if unset. Bytes it points to belong to the
 * message and stay valid until the id is set or the message is cleared, decoded or freed; no NUL ends them
 */
PN_EXTERN pn_msgid_t pn_message_get_correlation_id(pn_message_t *msg);

/**
 * Sets the correlation id of a message.
 *
 * @param[in] msg a message
 * @param[in] id an unsigned long, a UUID, a binary or a string, whose bytes are copied; any other type unsets the id
 * @return 0, or PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_message_set_correlation_id(pn_message_t *msg,
                                            pn_msgid_t id);

/**
 * Returns the correlation id of a message as a data object.
 *
 * From this call on the object is the id: the value its cursor stands on is what is returned and encoded.
 *
 * @deprecated use pn_message_get_correlation_id() and pn_message_set_correlation_id()
 *
 * @param[in] msg a message, or NULL
 * @return the data object, which belongs to the message and is the same in every call; NULL for NULL
 */
PN_EXTERN pn_data_t *pn_message_correlation_id(pn_message_t *msg);

/**
 * Returns the MIME type of the body.
 *
 * @param[in] msg a message, or NULL
 * @return the text, NULL if unset; valid until it is set or the message is cleared, decoded or freed
 */
PN_EXTERN const char *pn_message_get_content_type(pn_message_t *msg);

/**
 * Sets the MIME type of the body.
 *
 * @param[in] msg a message
 * @param[in] type the text, which is copied; NULL unsets it
 * @return 0, or PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_message_set_content_type(pn_message_t *msg, const char *type);

/**
 * Returns the MIME content encoding of the body.
 *
 * @param[in] msg a message, or NULL
 * @return the text, NULL if unset; valid until it is set or the message is cleared, decoded or freed
 */
PN_EXTERN const char *pn_message_get_content_encoding(pn_message_t *msg);

/**
 * Sets the MIME content encoding of the body.
 *
 * @param[in] msg a message
 * @param[in] encoding the text, which is copied; NULL unsets it
 * @return 0, or PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_message_set_content_encoding(pn_message_t *msg, const char *encoding);

/**
 * Returns when the message stops being of use.
 *
 * @param[in] msg a message, or NULL
 * @return milliseconds since 1970, 0 if unset
 */
PN_EXTERN pn_timestamp_t pn_message_get_expiry_time(pn_message_t *msg);

/**
 * Sets when the message stops being of use.
 *
 * @param[in] msg a message
 * @param[in] time milliseconds since 1970; 0 unsets it
 * @return 0, or PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_message_set_expiry_time(pn_message_t *msg, pn_timestamp_t time);

/**
 * Returns when the message was made.
 *
 * @param[in] msg a message, or NULL
 * @return milliseconds since 1970, 0 if unset
 */
PN_EXTERN pn_timestamp_t pn_message_get_creation_time(pn_message_t *msg);

/**
 * Sets when the message was made.
 *
 * @param[in] msg a message
 * @param[in] time milliseconds since 1970; 0 unsets it
 * @return 0, or PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_message_set_creation_time(pn_message_t *msg, pn_timestamp_t time);

/**
 * Returns the group that the message belongs to.
 *
 * @param[in] msg a message, or NULL
 * @return the text, NULL if unset; valid until it is set or the message is cleared, decoded or freed
 */
PN_EXTERN const char *pn_message_get_group_id(pn_message_t *msg);

/**
 * Sets the group that the message belongs to.
 *
 * @param[in] msg a message
 * @param[in] group_id the text, which is copied; NULL unsets it
 * @return 0, or PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_message_set_group_id(pn_message_t *msg, const char *group_id);

/**
 * Returns the place of the message in its group.
 *
 * @param[in] msg a message, or NULL
 * @return the sequence number, 0 if unset
 */
PN_EXTERN pn_sequence_t pn_message_get_group_sequence(pn_message_t *msg);

/**
 * Sets the place of the message in its group.
 *
 * @param[in] msg a message
 * @param[in] n the sequence number
 * @return 0, or PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_message_set_group_sequence(pn_message_t *msg, pn_sequence_t n);

/**
 * Returns the group that replies are to belong to.
 *
 * @param[in] msg a message, or NULL
 * @return the text, NULL if unset; valid until it is set or the message is cleared, decoded or freed
 */
PN_EXTERN const char *pn_message_get_reply_to_group_id(pn_message_t *msg);

/**
 * Sets the group that replies are to belong to.
 *
 * @param[in] msg a message
 * @param[in] reply_to_group_id the text, which is copied; NULL unsets it
 * @return 0, or PN_ARG_ERR for NULL
 */
PN_EXTERN int pn_message_set_reply_to_group_id(pn_message_t *msg, const char *reply_to_group_id);

/**
 * Returns the delivery annotations as a data object.
 *
 * They are meant for the next hop. Put one map into it, or nothing; decoding leaves the cursor before the map.
 *
 * @param[in] msg a message, or NULL
 * @return the data object, which belongs to the message and is the same in every call; NULL for NULL
 */
PN_EXTERN pn_data_t *pn_message_instructions(pn_message_t *msg);

/**
 * Returns the message annotations as a data object.
 *
 * They travel with the message. Put one map into it, or nothing; decoding leaves the cursor before the map.
 *
 * @param[in] msg a message, or NULL
 * @return the data object, which belongs to the message and is the same in every call; NULL for NULL
 */
PN_EXTERN pn_data_t *pn_message_annotations(pn_message_t *msg);

/**
 * Returns the application properties as a data object.
 *
 * Put one map from strings to simple values into it, or nothing; decoding leaves the cursor before the map.
 *
 * @param[in] msg a message, or NULL
 * @return the data object, which belongs to the message and is the same in every call; NULL for NULL
 */
PN_EXTERN pn_data_t *pn_message_properties(pn_message_t *msg);

/**
 * Returns the body as a data object.
 *
 * Put one value into it, or nothing for a null body; decoding leaves the cursor before the value. The data of several
 * data sections comes as one binary, the elements of several amqp-sequence sections as one list.
 *
 * @param[in] msg a message, or NULL
 * @return the data object, which belongs to the message and is the same in every call; NULL for NULL
 */
PN_EXTERN pn_data_t *pn_message_body(pn_message_t *msg);

/**
 * Takes over the message that some bytes hold.
 *
 * Everything the message held before is gone, as after pn_message_clear(), also if the bytes turn out to be malformed.
 *
 * @param[in] msg a message
 * @param[in] bytes the encoded message, which is not needed after the call
 * @param[in] size how many bytes there are
 * @return 0; PN_UNDERFLOW if the bytes end too early, PN_ARG_ERR if they are malformed or there are none; the message's
 * error then says more
 */
PN_EXTERN int pn_message_decode(pn_message_t *msg,
                                const char *bytes,
                                size_t size);

/**
 * Encodes a message into a buffer of fixed size.
 *
 * The message is not changed, so the call can be repeated with a larger buffer. Its data objects are rewound: what is
 * put into them next replaces what is there.
 *
 * @param[in] msg a message
 * @param[out] bytes where the encoded message goes
 * @param[in,out] size the size of the buffer; becomes the size of the encoded message
 * @return 0; PN_OVERFLOW if the buffer is too small, which leaves size as it is; another negative code if a part of the
 * message cannot be encoded, and the message's error then says which
 */
PN_EXTERN int pn_message_encode(pn_message_t *msg,
                                char *bytes,
                                size_t *size);

/**
 * Encodes a message into a buffer that grows as needed.
 *
 * A buffer without memory gets some from malloc(), one that is too small is enlarged with realloc(); start and size are
 * updated, and the caller releases it with free(). It may end up larger than the message.
 *
 * @param[in] msg a message
 * @param[in,out] buf the buffer
 * @return the size of the encoded message, PN_OUT_OF_MEMORY, or another negative code if a part of the message cannot
 * be encoded
 */
PN_EXTERN ssize_t pn_message_encode2(pn_message_t *msg,
                                     pn_rwbytes_t *buf);

/**
 * Encodes a message, sends it as the current delivery of a link, and moves on to the next delivery.
 *
 * Make the delivery with pn_delivery() first.
 *
 * @param[in] msg a message
 * @param[in] sender the link to send on
 * @param[in,out] buf a buffer for pn_message_encode2(), which can be used again for the next message; or NULL
 * @return 1 if the message was sent, 0 if the delivery could not be advanced, or a negative code: PN_EOS if there is no
 * current delivery. The message's error then says more
 */
PN_EXTERN ssize_t pn_message_send(pn_message_t *msg,
                                  pn_link_t *sender,
                                  pn_rwbytes_t *buf);

/**
 * Writes the sections of a message into a data object as described values.
 *
 * @deprecated use pn_message_encode()
 *
 * @param[in] msg a message
 * @param[out] data where the sections go; what it held before is gone
 * @return 0, or a negative code if a part of the message cannot be encoded
 */
PN_EXTERN int pn_message_data(pn_message_t *msg, pn_data_t *data);

#ifdef __cplusplus
}
#endif

#endif /* PROTON_MESSAGE_H */
