//! `proton/message.h`: messages, filled in and read by the application, encoded to and decoded from bytes.
//!
//! The object holds a [`Message`] and lends its parts as data objects, which stay the same for its whole life. The
//! other half of this file, everything that C does not see, is `message_object`.

use super::codec::{pn_data_t, pn_msgid_t};
use super::error::pn_error_t;
use super::message_object::{
    PARTS, decode, encode_growing, encode_into, extra, get_id, get_text, lend, list_sections, new_message,
    on_message, part, send, set, set_id, set_text, set_user_id, user_id,
};
use super::shell::pn_link_t;
use super::types::{pn_bytes_t, pn_millis_t, pn_rwbytes_t, pn_sequence_t, pn_timestamp_t};
use crate::message::{Header, Message};
use libc::ssize_t;
use std::ffi::{c_char, c_int, c_void};

/// A message: header, properties, annotations and body.
///
/// Make one and use it over and over: a message that is cleared or decoded into keeps its memory.
pub struct pn_message_t {
    pub(super) content: Message,
    pub(super) error: pn_error_t,
    /// Data objects handed out so far, by part.
    pub(super) lent: [*mut pn_data_t; PARTS],
    /// Where `pn_message_send` encodes when the caller brings no buffer.
    pub(super) outgoing: Vec<u8>,
}

/// The priority of a message that sets none.
pub const PN_DEFAULT_PRIORITY: c_int = 4;

/// Makes an empty message.
///
/// @return a new message that the caller releases with pn_message_free()
#[unsafe(no_mangle)]
pub extern "C" fn pn_message() -> *mut pn_message_t {
    new_message(0)
}

/// Makes an empty message with memory for the caller's own use in the same object.
///
/// The memory is zeroed, aligned to 16 bytes, and never touched by the library.
///
/// cbindgen:ignore
///
/// @param[in] extra how many bytes the caller wants
/// @return a new message
#[unsafe(no_mangle)]
pub extern "C" fn pni_message_with_extra(extra: usize) -> *mut pn_message_t {
    new_message(extra)
}

/// Returns the memory that pni_message_with_extra() set aside.
///
/// cbindgen:ignore
///
/// @param[in] msg a message, or NULL
/// @return the first of the caller's bytes, which goes with the message; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pni_message_get_extra(msg: *mut pn_message_t) -> *mut c_void {
    extra(msg)
}

/// Gives up the caller's reference to a message; the last one frees it.
///
/// The data objects of the message must not be used afterwards.
///
/// @param[in] msg a message, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_free(msg: *mut pn_message_t) {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live object it holds a reference to).
    unsafe { crate::object::decref(msg) }
}

/// Empties a message: every field gets its default, and the data objects are emptied.
///
/// The data objects stay valid, and so does an error from earlier. Strings and bytes that were returned do not.
///
/// @param[in] msg a message, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_clear(msg: *mut pn_message_t) {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { on_message(msg, (), |msg| msg.content.clear()) }
}

/// Returns the code of the last error of a message.
///
/// @param[in] msg a message, or NULL
/// @return a negative code, 0 if there was no error
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_errno(msg: *mut pn_message_t) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { on_message(msg, 0, |msg| msg.error.code()) }
}

/// Returns the last error of a message.
///
/// @param[in] msg a message, or NULL
/// @return the error, which belongs to the message and is empty if nothing went wrong; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_error(msg: *mut pn_message_t) -> *mut pn_error_t {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { on_message(msg, std::ptr::null_mut(), |msg| &raw mut msg.error) }
}

/// Tells whether the section of the body follows from its type.
///
/// If so, a binary is sent as data and a list as amqp-sequence; everything else is an amqp-value. Decoding sets the flag
/// from the section that the body came in.
///
/// @param[in] msg a message, or NULL
/// @return the flag, false for a new message
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_is_inferred(msg: *mut pn_message_t) -> bool {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { on_message(msg, false, |msg| msg.content.inferred) }
}

/// Sets whether the section of the body follows from its type.
///
/// @param[in] msg a message
/// @param[in] inferred true to send binaries as data and lists as amqp-sequence
/// @return 0, or PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_set_inferred(msg: *mut pn_message_t, inferred: bool) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { set(msg, |msg| msg.inferred = inferred) }
}

/// Tells whether the message is to survive a failure of those that hold it.
///
/// @param[in] msg a message, or NULL
/// @return the flag, false for a new message
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_is_durable(msg: *mut pn_message_t) -> bool {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { on_message(msg, false, |msg| msg.content.header.durable) }
}

/// Sets whether the message is to survive a failure of those that hold it.
///
/// @param[in] msg a message
/// @param[in] durable the flag
/// @return 0, or PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_set_durable(msg: *mut pn_message_t, durable: bool) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { set(msg, |msg| msg.header.durable = durable) }
}

/// Returns the priority of a message.
///
/// @param[in] msg a message, or NULL
/// @return the priority, PN_DEFAULT_PRIORITY for a new message; higher is more urgent
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_get_priority(msg: *mut pn_message_t) -> u8 {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { on_message(msg, Header::DEFAULT_PRIORITY, |msg| msg.content.header.priority) }
}

/// Sets the priority of a message.
///
/// @param[in] msg a message
/// @param[in] priority the priority; higher is more urgent
/// @return 0, or PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_set_priority(msg: *mut pn_message_t, priority: u8) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { set(msg, |msg| msg.header.priority = priority) }
}

/// Returns how long the message is worth delivering.
///
/// @param[in] msg a message, or NULL
/// @return milliseconds; 0, as in a new message, is without limit
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_get_ttl(msg: *mut pn_message_t) -> pn_millis_t {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { on_message(msg, 0, |msg| msg.content.header.ttl) }
}

/// Sets how long the message is worth delivering.
///
/// @param[in] msg a message
/// @param[in] ttl milliseconds; 0 is without limit
/// @return 0, or PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_set_ttl(msg: *mut pn_message_t, ttl: pn_millis_t) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { set(msg, |msg| msg.header.ttl = ttl) }
}

/// Tells whether nobody else has acquired the message before.
///
/// @param[in] msg a message, or NULL
/// @return the flag, false for a new message
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_is_first_acquirer(msg: *mut pn_message_t) -> bool {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { on_message(msg, false, |msg| msg.content.header.first_acquirer) }
}

/// Sets whether nobody else has acquired the message before.
///
/// @param[in] msg a message
/// @param[in] first the flag
/// @return 0, or PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_set_first_acquirer(msg: *mut pn_message_t, first: bool) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { set(msg, |msg| msg.header.first_acquirer = first) }
}

/// Returns how many earlier attempts to deliver the message failed.
///
/// @param[in] msg a message, or NULL
/// @return the count, 0 for a new message
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_get_delivery_count(msg: *mut pn_message_t) -> u32 {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { on_message(msg, 0, |msg| msg.content.header.delivery_count) }
}

/// Sets how many earlier attempts to deliver the message failed.
///
/// @param[in] msg a message
/// @param[in] count the count
/// @return 0, or PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_set_delivery_count(msg: *mut pn_message_t, count: u32) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { set(msg, |msg| msg.header.delivery_count = count) }
}

/// Returns the id of a message.
///
/// @param[in] msg a message, or NULL
/// @return the id: an unsigned long, a UUID, a binary or a string, PN_NULL if unset. Bytes it points to belong to the
/// message and stay valid until the id is set or the message is cleared, decoded or freed; no NUL ends them
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_get_id(msg: *mut pn_message_t) -> pn_msgid_t {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { get_id(msg, |msg| &msg.properties.message_id) }
}

/// Sets the id of a message.
///
/// @param[in] msg a message
/// @param[in] id an unsigned long, a UUID, a binary or a string, whose bytes are copied; any other type unsets the id
/// @return 0, or PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_set_id(msg: *mut pn_message_t, id: pn_msgid_t) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message; an atom's bytes are readable).
    unsafe { set_id(msg, &id, |msg| &mut msg.properties.message_id) }
}

/// Returns the id of a message as a data object.
///
/// From this call on the object is the id: the value its cursor stands on is what is returned and encoded.
///
/// @deprecated use pn_message_get_id() and pn_message_set_id()
///
/// @param[in] msg a message, or NULL
/// @return the data object, which belongs to the message and is the same in every call; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_id(msg: *mut pn_message_t) -> *mut pn_data_t {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { lend(msg, part::MESSAGE_ID) }
}

/// Returns the identity of the user who made the message.
///
/// @param[in] msg a message, or NULL
/// @return the bytes, with a NULL start if unset; valid until the user id is set or the message is cleared, decoded or
/// freed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_get_user_id(msg: *mut pn_message_t) -> pn_bytes_t {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { user_id(msg) }
}

/// Sets the identity of the user who made the message.
///
/// @param[in] msg a message
/// @param[in] user_id the bytes, which are copied; a NULL start unsets the user id
/// @return 0, or PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_set_user_id(msg: *mut pn_message_t, user_id: pn_bytes_t) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message; the bytes are readable).
    unsafe { set_user_id(msg, user_id) }
}

/// Returns the address the message is sent to.
///
/// @param[in] msg a message, or NULL
/// @return the text, NULL if unset; valid until it is set or the message is cleared, decoded or freed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_get_address(msg: *mut pn_message_t) -> *const c_char {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { get_text(msg, |msg| &msg.properties.address) }
}

/// Sets the address the message is sent to.
///
/// @param[in] msg a message
/// @param[in] address the text, which is copied; NULL unsets it
/// @return 0, or PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_set_address(msg: *mut pn_message_t, address: *const c_char) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message; null, or a C string).
    unsafe { set_text(msg, address, |msg| &mut msg.properties.address) }
}

/// Returns the subject of a message.
///
/// @param[in] msg a message, or NULL
/// @return the text, NULL if unset; valid until it is set or the message is cleared, decoded or freed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_get_subject(msg: *mut pn_message_t) -> *const c_char {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { get_text(msg, |msg| &msg.properties.subject) }
}

/// Sets the subject of a message.
///
/// @param[in] msg a message
/// @param[in] subject the text, which is copied; NULL unsets it
/// @return 0, or PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_set_subject(msg: *mut pn_message_t, subject: *const c_char) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message; null, or a C string).
    unsafe { set_text(msg, subject, |msg| &mut msg.properties.subject) }
}

/// Returns the address that replies go to.
///
/// @param[in] msg a message, or NULL
/// @return the text, NULL if unset; valid until it is set or the message is cleared, decoded or freed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_get_reply_to(msg: *mut pn_message_t) -> *const c_char {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { get_text(msg, |msg| &msg.properties.reply_to) }
}

/// Sets the address that replies go to.
///
/// @param[in] msg a message
/// @param[in] reply_to the text, which is copied; NULL unsets it
/// @return 0, or PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_set_reply_to(msg: *mut pn_message_t, reply_to: *const c_char) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message; null, or a C string).
    unsafe { set_text(msg, reply_to, |msg| &mut msg.properties.reply_to) }
}

/// Returns the correlation id of a message.
///
/// @param[in] msg a message, or NULL
/// @return the id: an unsigned long, a UUID, a binary or a string, PN_NULL if unset. Bytes it points to belong to the
/// message and stay valid until the id is set or the message is cleared, decoded or freed; no NUL ends them
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_get_correlation_id(msg: *mut pn_message_t) -> pn_msgid_t {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { get_id(msg, |msg| &msg.properties.correlation_id) }
}

/// Sets the correlation id of a message.
///
/// @param[in] msg a message
/// @param[in] id an unsigned long, a UUID, a binary or a string, whose bytes are copied; any other type unsets the id
/// @return 0, or PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_set_correlation_id(msg: *mut pn_message_t, id: pn_msgid_t) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message; an atom's bytes are readable).
    unsafe { set_id(msg, &id, |msg| &mut msg.properties.correlation_id) }
}

/// Returns the correlation id of a message as a data object.
///
/// From this call on the object is the id: the value its cursor stands on is what is returned and encoded.
///
/// @deprecated use pn_message_get_correlation_id() and pn_message_set_correlation_id()
///
/// @param[in] msg a message, or NULL
/// @return the data object, which belongs to the message and is the same in every call; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_correlation_id(msg: *mut pn_message_t) -> *mut pn_data_t {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { lend(msg, part::CORRELATION_ID) }
}

/// Returns the MIME type of the body.
///
/// @param[in] msg a message, or NULL
/// @return the text, NULL if unset; valid until it is set or the message is cleared, decoded or freed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_get_content_type(msg: *mut pn_message_t) -> *const c_char {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { get_text(msg, |msg| &msg.properties.content_type) }
}

/// Sets the MIME type of the body.
///
/// @param[in] msg a message
/// @param[in] type the text, which is copied; NULL unsets it
/// @return 0, or PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_set_content_type(msg: *mut pn_message_t, r#type: *const c_char) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message; null, or a C string).
    unsafe { set_text(msg, r#type, |msg| &mut msg.properties.content_type) }
}

/// Returns the MIME content encoding of the body.
///
/// @param[in] msg a message, or NULL
/// @return the text, NULL if unset; valid until it is set or the message is cleared, decoded or freed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_get_content_encoding(msg: *mut pn_message_t) -> *const c_char {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { get_text(msg, |msg| &msg.properties.content_encoding) }
}

/// Sets the MIME content encoding of the body.
///
/// @param[in] msg a message
/// @param[in] encoding the text, which is copied; NULL unsets it
/// @return 0, or PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_set_content_encoding(
    msg: *mut pn_message_t,
    encoding: *const c_char,
) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message; null, or a C string).
    unsafe { set_text(msg, encoding, |msg| &mut msg.properties.content_encoding) }
}

/// Returns when the message stops being of use.
///
/// @param[in] msg a message, or NULL
/// @return milliseconds since 1970, 0 if unset
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_get_expiry_time(msg: *mut pn_message_t) -> pn_timestamp_t {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { on_message(msg, 0, |msg| msg.content.properties.absolute_expiry_time) }
}

/// Sets when the message stops being of use.
///
/// @param[in] msg a message
/// @param[in] time milliseconds since 1970; 0 unsets it
/// @return 0, or PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_set_expiry_time(msg: *mut pn_message_t, time: pn_timestamp_t) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { set(msg, |msg| msg.properties.absolute_expiry_time = time) }
}

/// Returns when the message was made.
///
/// @param[in] msg a message, or NULL
/// @return milliseconds since 1970, 0 if unset
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_get_creation_time(msg: *mut pn_message_t) -> pn_timestamp_t {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { on_message(msg, 0, |msg| msg.content.properties.creation_time) }
}

/// Sets when the message was made.
///
/// @param[in] msg a message
/// @param[in] time milliseconds since 1970; 0 unsets it
/// @return 0, or PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_set_creation_time(msg: *mut pn_message_t, time: pn_timestamp_t) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { set(msg, |msg| msg.properties.creation_time = time) }
}

/// Returns the group that the message belongs to.
///
/// @param[in] msg a message, or NULL
/// @return the text, NULL if unset; valid until it is set or the message is cleared, decoded or freed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_get_group_id(msg: *mut pn_message_t) -> *const c_char {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { get_text(msg, |msg| &msg.properties.group_id) }
}

/// Sets the group that the message belongs to.
///
/// @param[in] msg a message
/// @param[in] group_id the text, which is copied; NULL unsets it
/// @return 0, or PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_set_group_id(msg: *mut pn_message_t, group_id: *const c_char) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message; null, or a C string).
    unsafe { set_text(msg, group_id, |msg| &mut msg.properties.group_id) }
}

/// Returns the place of the message in its group.
///
/// @param[in] msg a message, or NULL
/// @return the sequence number, 0 if unset
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_get_group_sequence(msg: *mut pn_message_t) -> pn_sequence_t {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { on_message(msg, 0, |msg| msg.content.properties.group_sequence) }
}

/// Sets the place of the message in its group.
///
/// @param[in] msg a message
/// @param[in] n the sequence number
/// @return 0, or PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_set_group_sequence(msg: *mut pn_message_t, n: pn_sequence_t) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { set(msg, |msg| msg.properties.group_sequence = n) }
}

/// Returns the group that replies are to belong to.
///
/// @param[in] msg a message, or NULL
/// @return the text, NULL if unset; valid until it is set or the message is cleared, decoded or freed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_get_reply_to_group_id(msg: *mut pn_message_t) -> *const c_char {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { get_text(msg, |msg| &msg.properties.reply_to_group_id) }
}

/// Sets the group that replies are to belong to.
///
/// @param[in] msg a message
/// @param[in] reply_to_group_id the text, which is copied; NULL unsets it
/// @return 0, or PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_set_reply_to_group_id(
    msg: *mut pn_message_t,
    reply_to_group_id: *const c_char,
) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message; null, or a C string).
    unsafe { set_text(msg, reply_to_group_id, |msg| &mut msg.properties.reply_to_group_id) }
}

/// Returns the delivery annotations as a data object.
///
/// They are meant for the next hop. Put one map into it, or nothing; decoding leaves the cursor before the map.
///
/// @param[in] msg a message, or NULL
/// @return the data object, which belongs to the message and is the same in every call; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_instructions(msg: *mut pn_message_t) -> *mut pn_data_t {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { lend(msg, part::INSTRUCTIONS) }
}

/// Returns the message annotations as a data object.
///
/// They travel with the message. Put one map into it, or nothing; decoding leaves the cursor before the map.
///
/// @param[in] msg a message, or NULL
/// @return the data object, which belongs to the message and is the same in every call; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_annotations(msg: *mut pn_message_t) -> *mut pn_data_t {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { lend(msg, part::ANNOTATIONS) }
}

/// Returns the application properties as a data object.
///
/// Put one map from strings to simple values into it, or nothing; decoding leaves the cursor before the map.
///
/// @param[in] msg a message, or NULL
/// @return the data object, which belongs to the message and is the same in every call; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_properties(msg: *mut pn_message_t) -> *mut pn_data_t {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { lend(msg, part::APPLICATION_PROPERTIES) }
}

/// Returns the body as a data object.
///
/// Put one value into it, or nothing for a null body; decoding leaves the cursor before the value. The data of several
/// data sections comes as one binary, the elements of several amqp-sequence sections as one list.
///
/// @param[in] msg a message, or NULL
/// @return the data object, which belongs to the message and is the same in every call; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_body(msg: *mut pn_message_t) -> *mut pn_data_t {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message).
    unsafe { lend(msg, part::BODY) }
}

/// Takes over the message that some bytes hold.
///
/// Everything the message held before is gone, as after pn_message_clear(), also if the bytes turn out to be malformed.
///
/// @param[in] msg a message
/// @param[in] bytes the encoded message, which is not needed after the call
/// @param[in] size how many bytes there are
/// @return 0; PN_UNDERFLOW if the bytes end too early, PN_ARG_ERR if they are malformed or there are none; the message's
/// error then says more
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_decode(
    msg: *mut pn_message_t,
    bytes: *const c_char,
    size: usize,
) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message; `size` readable bytes).
    unsafe { decode(msg, bytes, size) }
}

/// Encodes a message into a buffer of fixed size.
///
/// The message is not changed, so the call can be repeated with a larger buffer. Its data objects are rewound: what is
/// put into them next replaces what is there.
///
/// @param[in] msg a message
/// @param[out] bytes where the encoded message goes
/// @param[in,out] size the size of the buffer; becomes the size of the encoded message
/// @return 0; PN_OVERFLOW if the buffer is too small, which leaves size as it is; another negative code if a part of the
/// message cannot be encoded, and the message's error then says which
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_encode(
    msg: *mut pn_message_t,
    bytes: *mut c_char,
    size: *mut usize,
) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message; `*size` writable bytes).
    unsafe { encode_into(msg, bytes, size) }
}

/// Encodes a message into a buffer that grows as needed.
///
/// A buffer without memory gets some from malloc(), one that is too small is enlarged with realloc(); start and size are
/// updated, and the caller releases it with free(). It may end up larger than the message.
///
/// @param[in] msg a message
/// @param[in,out] buf the buffer
/// @return the size of the encoded message, PN_OUT_OF_MEMORY, or another negative code if a part of the message cannot
/// be encoded
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_encode2(msg: *mut pn_message_t, buf: *mut pn_rwbytes_t) -> ssize_t {
    // SAFETY: the caller keeps the contract of `ffi` (null, or a live message; null, or memory from malloc).
    unsafe { encode_growing(msg, buf) }
}

/// Encodes a message, sends it as the current delivery of a link, and moves on to the next delivery.
///
/// Make the delivery with pn_delivery() first.
///
/// @param[in] msg a message
/// @param[in] sender the link to send on
/// @param[in,out] buf a buffer for pn_message_encode2(), which can be used again for the next message; or NULL
/// @return 1 if the message was sent, 0 if the delivery could not be advanced, or a negative code: PN_EOS if there is no
/// current delivery. The message's error then says more
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_send(
    msg: *mut pn_message_t,
    sender: *mut pn_link_t,
    buf: *mut pn_rwbytes_t,
) -> ssize_t {
    // SAFETY: the caller keeps the contract of `ffi` (null, or live objects; null, or memory from malloc).
    unsafe { send(msg, sender, buf) }
}

/// Writes the sections of a message into a data object as described values.
///
/// @deprecated use pn_message_encode()
///
/// @param[in] msg a message
/// @param[out] data where the sections go; what it held before is gone
/// @return 0, or a negative code if a part of the message cannot be encoded
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_message_data(msg: *mut pn_message_t, data: *mut pn_data_t) -> c_int {
    // SAFETY: the caller keeps the contract of `ffi` (null, or live objects).
    unsafe { list_sections(msg, data) }
}
