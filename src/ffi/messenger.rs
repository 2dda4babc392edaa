//! `proton/messenger.h`: messages by address, without a thought for connections. Older than the proactor.
//!
//! What a messenger is and does is in `messenger_object`, `messenger_net` and `messenger_mail`; this file gives it its C
//! names. Functions that show events to the messenger's handler take a pointer and borrow nothing meanwhile.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr::{null, null_mut};

use super::data_object::text;
use super::error::{PN_ARG_ERR, PN_EOS, pn_error_t};
use super::link::{pn_rcv_settle_mode_t, pn_snd_settle_mode_t};
use super::message::pn_message_t;
use super::messenger_handles::Held;
use super::messenger_object::{self, work_until};
use super::messenger_work;
use super::selectable::pn_selectable_t;
use super::shell::{pn_delivery_t, pn_link_t};
use super::ssl::pn_ssl_verify_mode_t;
use super::transport::pn_tracer_t;
use super::types::{pn_millis_t, pn_seconds_t, pn_timestamp_t};
use crate::engine::disposition::{ACCEPTED, REJECTED};
use crate::engine::{Password, Text};

pub use super::messenger_object::{pn_messenger_t, pn_subscription_t};

/// Names a message that was put or got.
pub type pn_tracker_t = i64;

/// cbindgen:ignore
pub type pn_status_t = c_uint;

/// For accept, reject and settle: all messages up to the one named.
pub const PN_CUMULATIVE: c_int = 1;

/// Connect to all routes when the messenger is started.
pub const PN_FLAGS_CHECK_ROUTES: c_int = 1;
/// Send passwords without encryption.
pub const PN_FLAGS_ALLOW_INSECURE_MECHS: c_int = 2;

/// The enumeration as C sees it.
pub mod names {
    /// What is known of a message's fate.
    #[repr(C)]
    pub enum pn_status_t {
        /// Nothing.
        PN_STATUS_UNKNOWN = 0,
        /// It is on its way.
        PN_STATUS_PENDING = 1,
        /// The receiver accepted it.
        PN_STATUS_ACCEPTED = 2,
        /// The receiver rejected it.
        PN_STATUS_REJECTED = 3,
        /// The receiver gave it back.
        PN_STATUS_RELEASED = 4,
        /// The receiver gave it back changed.
        PN_STATUS_MODIFIED = 5,
        /// It never left.
        PN_STATUS_ABORTED = 6,
        /// The receiver settled it without saying more.
        PN_STATUS_SETTLED = 7,
    }
}

/// Makes a messenger.
///
/// @param[in] name its name, which peers see as the container's; NULL for a random one
/// @return the messenger, to be freed with pn_messenger_free(); NULL if the system has no descriptors left
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger(name: *const c_char) -> *mut pn_messenger_t {
    let name = if name.is_null() {
        None
    } else {
        // SAFETY: the caller passes a text.
        Some(unsafe { CStr::from_ptr(name) })
    };
    messenger_object::new(name)
}

/// Returns the name of a messenger.
///
/// @param[in] messenger a messenger, or NULL
/// @return the name, valid as long as the messenger; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_name(messenger: *mut pn_messenger_t) -> *const c_char {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, null(), |this| this.name.as_ptr()) }
}

/// Returns the file of the certificate that peers are shown.
///
/// @param[in] messenger a messenger, or NULL
/// @return the text, valid until it is set; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_get_certificate(messenger: *mut pn_messenger_t) -> *const c_char {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, null(), |this| this.certificate.as_ref().map_or(null(), Text::as_ptr)) }
}

/// Sets the file of the certificate that peers are shown, for connections that are made from now on.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] certificate the text, copied; NULL for none
/// @return 0; PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_set_certificate(
    messenger: *mut pn_messenger_t,
    certificate: *const c_char,
) -> c_int {
    // SAFETY: the caller passes null or a text.
    let certificate = unsafe { text(certificate) }.map(Text::new);
    // SAFETY: the caller passes null or a live messenger.
    unsafe { set(messenger, |this| this.certificate = certificate) }
}

/// Returns the file of the key of the certificate.
///
/// @param[in] messenger a messenger, or NULL
/// @return the text, valid until it is set; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_get_private_key(messenger: *mut pn_messenger_t) -> *const c_char {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, null(), |this| this.private_key.as_ref().map_or(null(), Text::as_ptr)) }
}

/// Sets the file of the key of the certificate, for connections that are made from now on.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] private_key the text, copied; NULL for none
/// @return 0; PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_set_private_key(
    messenger: *mut pn_messenger_t,
    private_key: *const c_char,
) -> c_int {
    // SAFETY: the caller passes null or a text.
    let private_key = unsafe { text(private_key) }.map(Text::new);
    // SAFETY: the caller passes null or a live messenger.
    unsafe { set(messenger, |this| this.private_key = private_key) }
}

/// Returns the password of the key.
///
/// @param[in] messenger a messenger, or NULL
/// @return the text, valid until it is set; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_get_password(messenger: *mut pn_messenger_t) -> *const c_char {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, null(), |this| this.password.as_ref().map_or(null(), Password::as_ptr)) }
}

/// Sets the password of the key, for connections that are made from now on.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] password the text, copied; NULL for none
/// @return 0; PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_set_password(
    messenger: *mut pn_messenger_t,
    password: *const c_char,
) -> c_int {
    // SAFETY: the caller passes null or a text.
    let password = unsafe { text(password) }.map(Password::new);
    // SAFETY: the caller passes null or a live messenger.
    unsafe { set(messenger, |this| this.password = password) }
}

/// Returns the file or folder of certificates whose holders are trusted; without one, peers are not checked.
///
/// @param[in] messenger a messenger, or NULL
/// @return the text, valid until it is set; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_get_trusted_certificates(
    messenger: *mut pn_messenger_t,
) -> *const c_char {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, null(), |this| this.trusted.as_ref().map_or(null(), Text::as_ptr)) }
}

/// Sets the file or folder of certificates whose holders are trusted; without one, peers are not checked, for connections that are made from now on.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] cert_db the text, copied; NULL for none
/// @return 0; PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_set_trusted_certificates(
    messenger: *mut pn_messenger_t,
    cert_db: *const c_char,
) -> c_int {
    // SAFETY: the caller passes null or a text.
    let cert_db = unsafe { text(cert_db) }.map(Text::new);
    // SAFETY: the caller passes null or a live messenger.
    unsafe { set(messenger, |this| this.trusted = cert_db) }
}

/// Sets how long calls that block wait.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] timeout milliseconds; -1, as at first, for any time
/// @return 0; PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_set_timeout(messenger: *mut pn_messenger_t, timeout: c_int) -> c_int {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { set(messenger, |this| this.timeout = timeout) }
}

/// Returns how long calls that block wait.
///
/// @param[in] messenger a messenger, or NULL
/// @return milliseconds; -1 for any time
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_get_timeout(messenger: *mut pn_messenger_t) -> c_int {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, 0, |this| this.timeout) }
}

/// Tells whether calls block until they are done.
///
/// @param[in] messenger a messenger, or NULL
/// @return true, unless pn_messenger_set_blocking() said otherwise
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_is_blocking(messenger: *mut pn_messenger_t) -> bool {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, false, |this| this.blocking) }
}

/// Sets whether calls block until they are done.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] blocking true if they do; else they do what they can and give PN_INPROGRESS
/// @return 0; PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_set_blocking(messenger: *mut pn_messenger_t, blocking: bool) -> c_int {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { set(messenger, |this| this.blocking = blocking) }
}

/// Tells whether the program itself waits for a messenger.
///
/// @param[in] messenger a messenger, or NULL
/// @return what pn_messenger_set_passive() set, at first false
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_is_passive(messenger: *mut pn_messenger_t) -> bool {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, false, |this| this.passive) }
}

/// Sets whether the program itself waits, with pn_messenger_selectable().
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] passive true if it does
/// @return 0; PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_set_passive(messenger: *mut pn_messenger_t, passive: bool) -> c_int {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { set(messenger, |this| this.passive = passive) }
}

/// Frees a messenger and everything that is its own. Nothing is sent any more; see pn_messenger_stop().
///
/// @param[in] messenger a messenger, or NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_free(messenger: *mut pn_messenger_t) {
    if !messenger.is_null() {
        // SAFETY: the caller gives up a live messenger.
        unsafe { messenger_object::free(messenger) };
    }
}

/// Returns the code of the last error.
///
/// @param[in] messenger a messenger, or NULL
/// @return the code; 0 for none since pn_error_clear()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_errno(messenger: *mut pn_messenger_t) -> c_int {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, 0, |this| this.error.code()) }
}

/// Returns the last error, which stays until pn_error_clear().
///
/// @param[in] messenger a messenger, or NULL
/// @return the error, valid as long as the messenger; NULL for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_error(messenger: *mut pn_messenger_t) -> *mut pn_error_t {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, null_mut(), |this| &raw mut this.error) }
}

/// Returns of how many messages that were put last the fate is known.
///
/// @param[in] messenger a messenger, or NULL
/// @return their number
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_get_outgoing_window(messenger: *mut pn_messenger_t) -> c_int {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, 0, |this| this.outgoing.window) }
}

/// Sets of how many messages that were put last the fate is known. What leaves the window is settled.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] window their number, at first 0; links that are made from now on leave settling to it
/// @return 0; PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_set_outgoing_window(
    messenger: *mut pn_messenger_t,
    window: c_int,
) -> c_int {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { set(messenger, |this| this.outgoing.set_window(window)) }
}

/// Returns of how many messages that were got last the fate is known.
///
/// @param[in] messenger a messenger, or NULL
/// @return their number
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_get_incoming_window(messenger: *mut pn_messenger_t) -> c_int {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, 0, |this| this.incoming.window) }
}

/// Sets of how many messages that were got last the fate is known. What leaves the window is settled.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] window their number, at first 0; links that are made from now on leave settling to it
/// @return 0; PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_set_incoming_window(
    messenger: *mut pn_messenger_t,
    window: c_int,
) -> c_int {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { set(messenger, |this| this.incoming.set_window(window)) }
}

/// Starts a messenger. With PN_FLAGS_CHECK_ROUTES it connects to all routes that are plain addresses.
///
/// @param[in] messenger a messenger, or NULL
/// @return 0, or the error of a route that cannot be reached
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_start(messenger: *mut pn_messenger_t) -> c_int {
    if messenger.is_null() {
        return PN_ARG_ERR;
    }
    // SAFETY: the caller passes a live messenger.
    unsafe { messenger_work::start(messenger) }
}

/// Closes all links, connections and listeners.
///
/// @param[in] messenger a messenger, or NULL
/// @return 0 when that is done; PN_INPROGRESS, PN_TIMEOUT or PN_INTR while it is not
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_stop(messenger: *mut pn_messenger_t) -> c_int {
    if messenger.is_null() {
        return PN_ARG_ERR;
    }
    // SAFETY: the caller passes a live messenger.
    unsafe { messenger_work::stop(messenger) }
}

/// Tells whether a messenger has no connections and no listeners.
///
/// @param[in] messenger a messenger, or NULL
/// @return true if it has none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_stopped(messenger: *mut pn_messenger_t) -> bool {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, true, |this| this.has_no_sources()) }
}

/// Asks for messages from an address. A host that begins with '~' is one to listen on.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] source the address
/// @return the subscription, owned by the messenger; NULL if it cannot be, see pn_messenger_error()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_subscribe(
    messenger: *mut pn_messenger_t,
    source: *const c_char,
) -> *mut pn_subscription_t {
    // SAFETY: passed on from the caller.
    unsafe { pn_messenger_subscribe_ttl(messenger, source, 0) }
}

/// As pn_messenger_subscribe(), and the source at the peer is kept for some time after the link has gone.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] source the address
/// @param[in] timeout how long, in seconds
/// @return as pn_messenger_subscribe()
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_subscribe_ttl(
    messenger: *mut pn_messenger_t,
    source: *const c_char,
    timeout: pn_seconds_t,
) -> *mut pn_subscription_t {
    // SAFETY: the caller passes null or a text.
    let source = unsafe { text(source) }.unwrap_or_default();
    if messenger.is_null() {
        return null_mut();
    }
    // SAFETY: the caller passes a live messenger.
    unsafe { messenger_work::subscribe(messenger, source, timeout) }
}

/// Returns the program's own pointer of a subscription.
///
/// @param[in] sub a subscription, or NULL
/// @return what pn_subscription_set_context() set
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_subscription_get_context(sub: *mut pn_subscription_t) -> *mut c_void {
    // SAFETY: the caller passes null or a subscription of a live messenger.
    unsafe { sub.as_ref() }.map_or(null_mut(), |this| this.context)
}

/// Sets the program's own pointer of a subscription.
///
/// @param[in] sub a subscription, or NULL
/// @param[in] context the pointer
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_subscription_set_context(sub: *mut pn_subscription_t, context: *mut c_void) {
    // SAFETY: the caller passes null or a subscription of a live messenger.
    if let Some(this) = unsafe { sub.as_mut() } {
        this.context = context;
    }
}

/// Returns where messages of a subscription come from; where the peer chooses, waits until it has.
///
/// @param[in] sub a subscription, or NULL
/// @return the address, valid until the peer changes it; NULL if it is not known
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_subscription_address(sub: *mut pn_subscription_t) -> *const c_char {
    if sub.is_null() {
        return null();
    }
    // SAFETY: the caller passes a subscription of a live messenger.
    unsafe { messenger_work::subscription_address(sub) }
}

/// Puts a message, to be sent when its address can be reached. It is copied.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] msg the message; a reply address that begins with "~" gets the messenger's name
/// @return 0, or the error that keeps it from being sent
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_put(messenger: *mut pn_messenger_t, msg: *mut pn_message_t) -> c_int {
    if messenger.is_null() {
        return PN_ARG_ERR;
    }
    // SAFETY: the caller passes a live messenger, and null or a live message.
    unsafe { messenger_work::put(messenger, msg) }
}

/// Tells what is known of a message's fate.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] tracker a message
/// @return PN_STATUS_UNKNOWN for one that has left its window
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_status(
    messenger: *mut pn_messenger_t,
    tracker: pn_tracker_t,
) -> pn_status_t {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, 0, |this| this.status(tracker)) }
}

/// Returns the delivery of a message.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] tracker a message
/// @return the delivery, valid while the message is known; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_delivery(
    messenger: *mut pn_messenger_t,
    tracker: pn_tracker_t,
) -> *mut pn_delivery_t {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, null_mut(), |this| this.delivery(tracker).map_or(null_mut(), Held::as_ptr)) }
}

/// Tells whether a message still waits to be written to the network.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] tracker a message
/// @return true if it does
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_buffered(
    messenger: *mut pn_messenger_t,
    tracker: pn_tracker_t,
) -> bool {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, false, |this| this.is_buffered(tracker)) }
}

/// Forgets a message, and settles it.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] tracker a message
/// @param[in] flags PN_CUMULATIVE for all messages up to it, or 0
/// @return 0; PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_settle(
    messenger: *mut pn_messenger_t,
    tracker: pn_tracker_t,
    flags: c_int,
) -> c_int {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { set(messenger, |this| this.settle(tracker, flags)) }
}

/// Returns the tracker of the message that was put last.
///
/// @param[in] messenger a messenger, or NULL
/// @return the tracker; -1 if none was
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_outgoing_tracker(messenger: *mut pn_messenger_t) -> pn_tracker_t {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, -1, |this| this.outgoing.latest()) }
}

/// Does input and output once.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] timeout how long to wait for some, in milliseconds; -1 for any time
/// @return 1 if there was some; PN_TIMEOUT, PN_INTR or, for a passive messenger, PN_INPROGRESS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_work(messenger: *mut pn_messenger_t, timeout: c_int) -> c_int {
    if messenger.is_null() {
        return PN_ARG_ERR;
    }
    // SAFETY: the caller passes a live messenger.
    unsafe { messenger_object::work(messenger, timeout) }
}

/// Has a call that waits in a messenger return PN_INTR, or the next one if none does. Any thread may call it.
///
/// @param[in] messenger a messenger, or NULL
/// @return 0; PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_interrupt(messenger: *mut pn_messenger_t) -> c_int {
    if messenger.is_null() {
        return PN_ARG_ERR;
    }
    // SAFETY: the caller passes a live messenger.
    unsafe { messenger_object::interrupt(messenger) };
    0
}

/// Sends until at most so many messages fewer wait for their fate to be known.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] n how many to send; -1 for all
/// @return 0 when that is done; PN_TIMEOUT, PN_INPROGRESS or PN_INTR
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_send(messenger: *mut pn_messenger_t, n: c_int) -> c_int {
    if messenger.is_null() {
        return PN_ARG_ERR;
    }
    // SAFETY: the caller passes a live messenger.
    let waiting = unsafe { &*messenger }.undetermined();
    let left = if n < 0 { 0 } else { waiting.saturating_sub(n).max(0) };
    // SAFETY: as above.
    unsafe { work_until(messenger, |this| this.undetermined() <= left) }
}

/// Lets messages come, and waits for the first.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] limit how many at most; -1 for as many as there is room for, -2 to give credit to links oneself
/// @return 0 when there is one to get; PN_TIMEOUT, PN_INPROGRESS or PN_INTR; PN_STATE_ERR if none can come
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_recv(messenger: *mut pn_messenger_t, limit: c_int) -> c_int {
    if messenger.is_null() {
        return PN_ARG_ERR;
    }
    // SAFETY: the caller passes a live messenger.
    unsafe { messenger_work::receive(messenger, limit) }
}

/// Returns how many messages may still come.
///
/// @param[in] messenger a messenger, or NULL
/// @return their number
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_receiving(messenger: *mut pn_messenger_t) -> c_int {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, 0, |this| this.receiving()) }
}

/// Gets the oldest message that has come.
///
/// @param[in] messenger a messenger, or NULL
/// @param[out] message what it becomes; NULL to drop it
/// @return 0; PN_EOS if there is none; the error of a message that cannot be decoded, which is dropped
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_get(
    messenger: *mut pn_messenger_t,
    message: *mut pn_message_t,
) -> c_int {
    // SAFETY: the caller passes null or a live messenger.
    let taken = unsafe { on(messenger, None, |this| this.incoming.take()) };
    let Some(bytes) = taken else { return if messenger.is_null() { PN_ARG_ERR } else { PN_EOS } };
    if message.is_null() {
        return 0;
    }
    // SAFETY: the caller passes a live message, and the bytes are ours.
    unsafe { super::message::pn_message_decode(message, bytes.as_ptr().cast(), bytes.len()) }
}

/// Returns the tracker of the message that was got last.
///
/// @param[in] messenger a messenger, or NULL
/// @return the tracker; -1 if none was
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_incoming_tracker(messenger: *mut pn_messenger_t) -> pn_tracker_t {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, -1, |this| this.incoming.latest()) }
}

/// Returns the subscription of the message that was got last.
///
/// @param[in] messenger a messenger, or NULL
/// @return the subscription; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_incoming_subscription(
    messenger: *mut pn_messenger_t,
) -> *mut pn_subscription_t {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, null_mut(), |this| this.incoming.subscription.unwrap_or(null_mut())) }
}

/// Tells the sender that a message was accepted. What was said first counts.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] tracker a message that was got
/// @param[in] flags PN_CUMULATIVE for all messages up to it, or 0
/// @return 0; PN_ARG_ERR for a message that was put
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_accept(
    messenger: *mut pn_messenger_t,
    tracker: pn_tracker_t,
    flags: c_int,
) -> c_int {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, PN_ARG_ERR, |this| this.judge(tracker, flags, ACCEPTED)) }
}

/// Tells the sender that a message was rejected. What was said first counts.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] tracker a message that was got
/// @param[in] flags PN_CUMULATIVE for all messages up to it, or 0
/// @return 0; PN_ARG_ERR for a message that was put
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_reject(
    messenger: *mut pn_messenger_t,
    tracker: pn_tracker_t,
    flags: c_int,
) -> c_int {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, PN_ARG_ERR, |this| this.judge(tracker, flags, REJECTED)) }
}

/// Returns the link that a message went through.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] tracker a message
/// @return the link, valid as long as the delivery; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_tracker_link(
    messenger: *mut pn_messenger_t,
    tracker: pn_tracker_t,
) -> *mut pn_link_t {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, null_mut(), |this| this.delivery(tracker).map_or(null_mut(), |d| d.link())) }
}

/// Returns how many messages were put and have not been handed to the network.
///
/// @param[in] messenger a messenger, or NULL
/// @return their number
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_outgoing(messenger: *mut pn_messenger_t) -> c_int {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, 0, |this| this.outgoing_count()) }
}

/// Returns how many messages have come and were not got.
///
/// @param[in] messenger a messenger, or NULL
/// @return their number
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_incoming(messenger: *mut pn_messenger_t) -> c_int {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, 0, |this| this.incoming_count()) }
}

/// Has messages for addresses that fit a pattern go elsewhere. In the pattern, '*' stands for any text and '%' for
/// any without a slash; in the address, "$1" is what the first of them stood for.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] pattern the pattern
/// @param[in] address the address; NULL for none
/// @return 0; PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_route(
    messenger: *mut pn_messenger_t,
    pattern: *const c_char,
    address: *const c_char,
) -> c_int {
    // SAFETY: the caller passes null or texts.
    let (pattern, address) = (unsafe { text(pattern) }.unwrap_or_default(), unsafe { text(address) });
    // SAFETY: the caller passes null or a live messenger.
    unsafe { set(messenger, |this| this.routes.add(pattern, address)) }
}

/// Changes the addresses that messages carry when they are sent, by the same rules as pn_messenger_route(). Where no
/// rule fits, user and password are left out.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] pattern the pattern
/// @param[in] address the address; NULL for none
/// @return 0; PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_rewrite(
    messenger: *mut pn_messenger_t,
    pattern: *const c_char,
    address: *const c_char,
) -> c_int {
    // SAFETY: the caller passes null or texts.
    let (pattern, address) = (unsafe { text(pattern) }.unwrap_or_default(), unsafe { text(address) });
    // SAFETY: the caller passes null or a live messenger.
    unsafe { set(messenger, |this| this.rewrites.add(pattern, address)) }
}

/// Gives the next selectable that a program has to know of that waits by itself: first those that are new, then those
/// that it has marked as registered and that have changed. One that is terminal is the program's to free.
///
/// @param[in] messenger a messenger, or NULL
/// @return the selectable; NULL if there are no more for now
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_selectable(messenger: *mut pn_messenger_t) -> *mut pn_selectable_t {
    if messenger.is_null() {
        return null_mut();
    }
    // SAFETY: the caller passes a live messenger.
    unsafe { messenger_work::next_selectable(messenger) }
}

/// Returns when a messenger has to work at the latest.
///
/// @param[in] messenger a messenger, or NULL
/// @return milliseconds since the start of 1970; 0 for no need
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_deadline(messenger: *mut pn_messenger_t) -> pn_timestamp_t {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, 0, messenger_work::deadline) }
}

/// Sets what a messenger does.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] flags a sum of PN_FLAGS_CHECK_ROUTES and PN_FLAGS_ALLOW_INSECURE_MECHS, which are added to those set; 0 for
/// none at all
/// @return 0; PN_ARG_ERR if none of them is meant
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_set_flags(messenger: *mut pn_messenger_t, flags: c_int) -> c_int {
    let known = PN_FLAGS_CHECK_ROUTES | PN_FLAGS_ALLOW_INSECURE_MECHS;
    if flags != 0 && flags & known == 0 {
        return PN_ARG_ERR;
    }
    // SAFETY: the caller passes null or a live messenger.
    unsafe { set(messenger, |this| this.flags = if flags == 0 { 0 } else { this.flags | flags }) }
}

/// Returns what a messenger does.
///
/// @param[in] messenger a messenger, or NULL
/// @return a sum of flags, at first PN_FLAGS_ALLOW_INSECURE_MECHS
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_get_flags(messenger: *mut pn_messenger_t) -> c_int {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, 0, |this| this.flags) }
}

/// Sets how senders settle, on links that are made from now on while a window is set.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] mode how
/// @return 0; PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_set_snd_settle_mode(
    messenger: *mut pn_messenger_t,
    mode: pn_snd_settle_mode_t,
) -> c_int {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { set(messenger, |this| this.sender_mode = Some(mode)) }
}

/// Sets how receivers settle, on links that are made from now on while a window is set.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] mode how
/// @return 0; PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_set_rcv_settle_mode(
    messenger: *mut pn_messenger_t,
    mode: pn_rcv_settle_mode_t,
) -> c_int {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { set(messenger, |this| this.receiver_mode = mode) }
}

/// Sets what is called for the log lines of connections that are made from now on.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] tracer the function
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_set_tracer(messenger: *mut pn_messenger_t, tracer: pn_tracer_t) {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, (), |this| this.tracer = tracer) }
}

/// Returns after how long a silence a peer expects to be told that we are there.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] address an address at the peer
/// @return milliseconds; (pn_millis_t)-1 if there is no connection
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_get_remote_idle_timeout(
    messenger: *mut pn_messenger_t,
    address: *const c_char,
) -> pn_millis_t {
    // SAFETY: the caller passes null or a text.
    let address = unsafe { text(address) }.unwrap_or_default();
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, pn_millis_t::MAX, |this| messenger_work::remote_idle_timeout(this, address)) }
}

/// Sets how much is asked of peers over TLS where there are trusted certificates.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] mode how much
/// @return 0; PN_ARG_ERR for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_set_ssl_peer_authentication_mode(
    messenger: *mut pn_messenger_t,
    mode: pn_ssl_verify_mode_t,
) -> c_int {
    // SAFETY: the caller passes null or a live messenger.
    unsafe { set(messenger, |this| this.peer_mode = mode) }
}

/// Returns the link for an address.
///
/// @param[in] messenger a messenger, or NULL
/// @param[in] address the address
/// @param[in] sender true for the one that messages are sent through
/// @return the link; NULL if there is none
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pn_messenger_get_link(
    messenger: *mut pn_messenger_t,
    address: *const c_char,
    sender: bool,
) -> *mut pn_link_t {
    // SAFETY: the caller passes null or a text.
    let address = unsafe { text(address) }.unwrap_or_default();
    // SAFETY: the caller passes null or a live messenger.
    unsafe { on(messenger, null_mut(), |this| messenger_work::link_for(this, address, sender)) }
}

/// Runs `f` on a messenger, and gives `neutral` for null. Nothing shows events meanwhile.
///
/// # Safety
/// `messenger` is null or live.
unsafe fn on<R>(messenger: *mut pn_messenger_t, neutral: R, f: impl FnOnce(&mut pn_messenger_t) -> R) -> R {
    // SAFETY: passed on from the caller.
    unsafe { messenger.as_mut() }.map_or(neutral, f)
}

/// Changes a setting: 0, or PN_ARG_ERR for null.
///
/// # Safety
/// As for [`on`].
unsafe fn set(messenger: *mut pn_messenger_t, f: impl FnOnce(&mut pn_messenger_t)) -> c_int {
    let change = |this: &mut pn_messenger_t| {
        f(this);
        0
    };
    // SAFETY: passed on from the caller.
    unsafe { on(messenger, PN_ARG_ERR, change) }
}
