//! The C object behind `pn_message_t`: its class, its facets, and what the functions of `message` share.
//!
//! The data objects that a message lends resolve to their part on every use, so no pointer into the message is kept.
//! Memory for the caller, where asked for, lies behind the payload in the same allocation. Every function here that
//! takes a message tolerates NULL and is called under the contract of `ffi`: null, or a live object that nothing else
//! uses during the call.

use super::codec::{atom_from, fault_code, lent_data, on_data, pn_atom_t, pn_data_t, retire_data, value_of};
use super::error::{PN_ARG_ERR, PN_OUT_OF_MEMORY, PN_OVERFLOW, PN_UNDERFLOW, pn_error_t};
use super::link::pn_link_t;
use super::message::pn_message_t;
use super::types::{pn_bytes_t, pn_rwbytes_t};
use crate::codec::data::{Fault, FaultKind, Value};
use crate::codec::{Data, DecodeError, DecodeErrorKind, FixedBuffer};
use crate::message::{Message, MessageId, Text};
use crate::object::{self, ClassCell, ordinary_class, pn_class_t, pn_string_t};
use libc::ssize_t;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;

/// The parts of a message that are shown as data objects.
pub(super) mod part {
    pub(in crate::ffi) const INSTRUCTIONS: u32 = 0;
    pub(in crate::ffi) const ANNOTATIONS: u32 = 1;
    pub(in crate::ffi) const APPLICATION_PROPERTIES: u32 = 2;
    pub(in crate::ffi) const BODY: u32 = 3;
    pub(in crate::ffi) const MESSAGE_ID: u32 = 4;
    pub(in crate::ffi) const CORRELATION_ID: u32 = 5;
}

/// How many parts there are.
pub(super) const PARTS: usize = 6;

/// Makes a message with `extra` zeroed bytes behind it.
pub(super) fn new_message(extra: usize) -> *mut pn_message_t {
    let value = pn_message_t {
        content: Message::new(),
        error: pn_error_t::new(),
        lent: [ptr::null_mut(); PARTS],
        outgoing: Vec::new(),
    };
    let Some(size) = EXTRA_AT.checked_add(extra) else { return ptr::null_mut() };
    let msg = object::allocate(&raw const CLASS.0, size).cast::<pn_message_t>();
    if !msg.is_null() {
        // SAFETY: the payload is fresh, at least as large as a message, and aligned to 16.
        unsafe { msg.write(value) };
    }
    msg
}

/// The caller's memory behind a message.
pub(super) fn extra(msg: *mut pn_message_t) -> *mut c_void {
    if msg.is_null() { ptr::null_mut() } else { msg.wrapping_byte_add(EXTRA_AT).cast() }
}

/// Where the caller's memory begins; payloads are aligned to 16, and this keeps it so.
const EXTRA_AT: usize = size_of::<pn_message_t>().next_multiple_of(16);

static CLASS: ClassCell = ClassCell(pn_class_t {
    inspect: Some(inspect),
    ..ordinary_class::<pn_message_t>(c"pn_message", super::cid::names::pn_cid_t::CID_pn_message as c_int)
});

impl Drop for pn_message_t {
    fn drop(&mut self) {
        for data in self.lent {
            // SAFETY: each is null, or a data object that this message made and still holds a reference to.
            unsafe { retire_data(data) };
        }
    }
}

unsafe extern "C" fn inspect(msg: *mut c_void, text: *mut pn_string_t) -> c_int {
    let mut shown = Vec::new();
    // SAFETY: the class slot is called with a live object of the class.
    unsafe { on_message(msg.cast(), (), |msg| msg.content.show(&mut shown)) };
    // SAFETY: the caller of the slot hands in a live string.
    if let Some(text) = unsafe { text.as_mut() } {
        text.append(&shown);
    }
    0
}

/// Runs `f` on the message, or returns `neutral` for NULL.
#[inline]
pub(super) unsafe fn on_message<R>(msg: *mut pn_message_t, neutral: R, f: impl FnOnce(&mut pn_message_t) -> R) -> R {
    // SAFETY: the caller passes null or a live message that nothing else uses meanwhile.
    match unsafe { msg.as_mut() } {
        Some(msg) => f(msg),
        None => neutral,
    }
}

/// Changes one field.
#[inline]
pub(super) unsafe fn set(msg: *mut pn_message_t, change: impl FnOnce(&mut Message)) -> c_int {
    let change = |msg: &mut pn_message_t| {
        change(&mut msg.content);
        0
    };
    // SAFETY: the caller's contract is ours.
    unsafe { on_message(msg, PN_ARG_ERR, change) }
}

/// A text as C string.
#[inline]
pub(super) unsafe fn get_text(msg: *mut pn_message_t, field: impl FnOnce(&Message) -> &Text) -> *const c_char {
    let get = |msg: &mut pn_message_t| field(&msg.content).get().map_or(ptr::null(), |bytes| bytes.as_ptr().cast());
    // SAFETY: the caller's contract is ours.
    unsafe { on_message(msg, ptr::null(), get) }
}

/// Sets a text from a C string; NULL unsets it.
#[inline]
pub(super) unsafe fn set_text(
    msg: *mut pn_message_t,
    text: *const c_char,
    field: impl FnOnce(&mut Message) -> &mut Text,
) -> c_int {
    let bytes = if text.is_null() {
        None
    } else {
        // SAFETY: the caller passes null or a C string.
        Some(unsafe { CStr::from_ptr(text) }.to_bytes())
    };
    let change = |msg: &mut Message| change_text(field(msg), bytes);
    // SAFETY: the caller's contract is ours.
    unsafe { set(msg, change) }
}

/// The bytes may be the text's own, handed back by the application.
#[inline]
fn change_text(text: &mut Text, bytes: Option<&[u8]>) {
    match bytes {
        None => text.unset(),
        Some(own) if text.owns(own.as_ptr().addr()) => text.set(&own.to_vec()),
        Some(bytes) => text.set(bytes),
    }
}

pub(super) unsafe fn user_id(msg: *mut pn_message_t) -> pn_bytes_t {
    let none = pn_bytes_t { size: 0, start: ptr::null() };
    let get = |msg: &mut pn_message_t| match msg.content.properties.user_id.get() {
        Some(bytes) => pn_bytes_t { size: bytes.len(), start: bytes.as_ptr().cast() },
        None => none,
    };
    // SAFETY: the caller's contract is ours.
    unsafe { on_message(msg, none, get) }
}

pub(super) unsafe fn set_user_id(msg: *mut pn_message_t, user_id: pn_bytes_t) -> c_int {
    let bytes = if user_id.start.is_null() {
        None
    } else {
        // SAFETY: the caller passes as many readable bytes as it says.
        Some(unsafe { std::slice::from_raw_parts(user_id.start.cast::<u8>(), user_id.size) })
    };
    // SAFETY: the caller's contract is ours.
    unsafe { set(msg, |msg| change_text(&mut msg.properties.user_id, bytes)) }
}

#[inline]
pub(super) unsafe fn get_id(msg: *mut pn_message_t, field: impl FnOnce(&Message) -> &MessageId) -> pn_atom_t {
    // SAFETY: the caller's contract is ours.
    unsafe { on_message(msg, atom_from(Value::Null), |msg| atom_from(field(&msg.content).get())) }
}

#[inline]
pub(super) unsafe fn set_id(
    msg: *mut pn_message_t,
    id: &pn_atom_t,
    field: impl FnOnce(&mut Message) -> &mut MessageId,
) -> c_int {
    // SAFETY: the caller passes an atom whose bytes are readable.
    let value = unsafe { value_of(id) };
    // SAFETY: the caller's contract is ours.
    unsafe { set(msg, |msg| change_id(field(msg), value)) }
}

/// As with texts, the bytes may be the id's own.
#[inline]
fn change_id(id: &mut MessageId, value: Value<'_>) {
    match value {
        Value::Binary(bytes) | Value::String(bytes) | Value::Symbol(bytes) if id.may_own(bytes.as_ptr().addr()) => {
            let mut copy = Data::new();
            if copy.put(value).is_ok() {
                id.set(copy.value());
            }
        }
        _ => id.set(value),
    }
}

/// The data object of a part, made on the first call.
#[inline]
pub(super) unsafe fn lend(msg: *mut pn_message_t, part: u32) -> *mut pn_data_t {
    let find = |message: &mut pn_message_t| match message.lent.get_mut(part as usize) {
        Some(data) => {
            if data.is_null() {
                *data = lent_data(msg.cast(), part, open_part);
            }
            *data
        }
        None => ptr::null_mut(),
    };
    // SAFETY: the caller's contract is ours.
    unsafe { on_message(msg, ptr::null_mut(), find) }
}

/// Finds the tree behind a data object that a message lent.
unsafe fn open_part(owner: *mut c_void, part: u32) -> *mut Data {
    // SAFETY: a data object calls this only while its owner, a message, lives.
    let message = unsafe { &mut (*owner.cast::<pn_message_t>()).content };
    match part {
        part::INSTRUCTIONS => message.instructions.open(),
        part::ANNOTATIONS => message.annotations.open(),
        part::APPLICATION_PROPERTIES => message.application_properties.open(),
        part::BODY => message.body.open(),
        part::MESSAGE_ID => message.properties.message_id.open(),
        _ => message.properties.correlation_id.open(),
    }
}

pub(super) unsafe fn decode(msg: *mut pn_message_t, bytes: *const c_char, size: usize) -> c_int {
    let bytes: &[u8] = if bytes.is_null() {
        &[]
    } else {
        // SAFETY: the caller passes as many readable bytes as it says.
        unsafe { std::slice::from_raw_parts(bytes.cast(), size) }
    };
    // SAFETY: the caller's contract is ours.
    unsafe { on_message(msg, PN_ARG_ERR, |msg| msg.take_over(bytes)) }
}

impl pn_message_t {
    fn take_over(&mut self, bytes: &[u8]) -> c_int {
        if bytes.is_empty() {
            self.content.clear();
            return self.error.set(PN_ARG_ERR, "invalid message bytes");
        }
        match self.content.decode(bytes) {
            Ok(()) => 0,
            Err(error) => self.error.set(decode_code(&error), &format!("data error: {error}")),
        }
    }

    /// Keeps the fault of a part for the application to find.
    fn fail(&mut self, fault: &Fault) -> c_int {
        self.error.set(fault_code(fault.kind), &format!("data error: {}", fault.text))
    }

    fn encode_fixed(&mut self, space: &mut [u8]) -> Result<usize, EncodeFailure> {
        let mut sink = FixedBuffer::new(space);
        if let Err(fault) = self.content.encode(&mut sink) {
            return Err(EncodeFailure::Other(self.fail(&fault)));
        }
        sink.finish().map_err(|overflow| EncodeFailure::Overflow { needed: overflow.needed })
    }
}

/// Why nothing was encoded.
enum EncodeFailure {
    /// The buffer is too small.
    Overflow { needed: usize },
    /// The code of the error that the message now holds.
    Other(c_int),
}

const fn decode_code(error: &DecodeError) -> c_int {
    match error.kind {
        DecodeErrorKind::Truncated => PN_UNDERFLOW,
        DecodeErrorKind::Limit => PN_OUT_OF_MEMORY,
        _ => PN_ARG_ERR,
    }
}

pub(super) unsafe fn encode_into(msg: *mut pn_message_t, bytes: *mut c_char, size: *mut usize) -> c_int {
    // SAFETY: the caller passes null or a readable and writable size.
    let Some(size) = (unsafe { size.as_mut() }) else { return PN_ARG_ERR };
    // SAFETY: the caller passes as much writable memory as it says.
    let space = unsafe { space(bytes, *size) };
    // SAFETY: the caller's contract is ours.
    match unsafe { on_message(msg, Err(EncodeFailure::Other(PN_ARG_ERR)), |msg| msg.encode_fixed(space)) } {
        Ok(used) => {
            *size = used;
            0
        }
        Err(EncodeFailure::Overflow { .. }) => PN_OVERFLOW,
        Err(EncodeFailure::Other(code)) => code,
    }
}

/// A caller's buffer; no memory is no space.
unsafe fn space<'a>(bytes: *mut c_char, size: usize) -> &'a mut [u8] {
    if bytes.is_null() {
        return &mut [];
    }
    // SAFETY: the caller passes as much writable memory as it says; more than that does not exist.
    unsafe { std::slice::from_raw_parts_mut(bytes.cast(), size.min(isize::MAX as usize)) }
}

/// What a buffer gets that has no memory yet.
const FIRST_SIZE: usize = 256;

pub(super) unsafe fn encode_growing(msg: *mut pn_message_t, buf: *mut pn_rwbytes_t) -> ssize_t {
    // SAFETY: the caller passes null or a live message.
    let message = unsafe { msg.as_mut() };
    // SAFETY: the caller passes null or a buffer.
    let buffer = unsafe { buf.as_mut() };
    let (Some(message), Some(buffer)) = (message, buffer) else { return PN_ARG_ERR as ssize_t };
    if buffer.start.is_null() {
        buffer.size = 0;
    }
    loop {
        // SAFETY: the buffer has no memory, or as much of malloc's as it says.
        let space = unsafe { space(buffer.start, buffer.size) };
        let needed = match message.encode_fixed(space) {
            Ok(used) => return used as ssize_t,
            Err(EncodeFailure::Overflow { needed }) => needed,
            Err(EncodeFailure::Other(code)) => return code as ssize_t,
        };
        // SAFETY: as above.
        if !unsafe { grow(buffer, needed) } {
            return PN_OUT_OF_MEMORY as ssize_t;
        }
    }
}

/// Doubles the buffer until `needed` fits; leaves it as it is if there is no memory.
unsafe fn grow(buffer: &mut pn_rwbytes_t, needed: usize) -> bool {
    let mut size = if buffer.size == 0 { FIRST_SIZE } else { buffer.size };
    while size < needed {
        let Some(double) = size.checked_mul(2) else { return false };
        size = double;
    }
    // SAFETY: the caller passes null or memory from malloc.
    let start = unsafe { libc::realloc(buffer.start.cast(), size) };
    if start.is_null() {
        return false;
    }
    *buffer = pn_rwbytes_t { size, start: start.cast() };
    true
}

pub(super) unsafe fn send(msg: *mut pn_message_t, sender: *mut pn_link_t, buf: *mut pn_rwbytes_t) -> ssize_t {
    if msg.is_null() || sender.is_null() {
        return PN_ARG_ERR as ssize_t;
    }
    let encoded = if buf.is_null() {
        // SAFETY: the caller passes a live message.
        unsafe { on_message(msg, Err(PN_ARG_ERR), pn_message_t::encode_outgoing) }
    } else {
        // SAFETY: the caller's contract is ours.
        match unsafe { encode_growing(msg, buf) } {
            // SAFETY: the buffer was just encoded into.
            used @ 0.. => Ok((unsafe { (*buf).start.cast_const() }, used as usize)),
            code => Err(code as c_int),
        }
    };
    let (bytes, size) = match encoded {
        Ok(encoded) => encoded,
        Err(code) => return code as ssize_t,
    };
    // SAFETY: the link is the caller's; the bytes were just encoded and lie in no memory of the link.
    let sent = unsafe { pn_link_send(sender, bytes, size) };
    if sent < 0 {
        let code = sent as c_int;
        // SAFETY: the caller passes a live message.
        unsafe { on_message(msg, (), |msg| drop(msg.error.set(code, "the link accepts no bytes for a delivery"))) };
        return sent;
    }
    // SAFETY: the link is the caller's.
    ssize_t::from(unsafe { pn_link_advance(sender) })
}

impl pn_message_t {
    /// Encodes into memory of the message's own, for one call of send.
    fn encode_outgoing(&mut self) -> Result<(*const c_char, usize), c_int> {
        self.outgoing.clear();
        match self.content.encode(&mut self.outgoing) {
            Ok(()) => Ok((self.outgoing.as_ptr().cast(), self.outgoing.len())),
            Err(fault) => Err(self.fail(&fault)),
        }
    }
}

pub(super) unsafe fn list_sections(msg: *mut pn_message_t, data: *mut pn_data_t) -> c_int {
    // SAFETY: the caller passes null or a live message.
    let encoded = unsafe { on_message(msg, Err(PN_ARG_ERR), pn_message_t::encode_sections) };
    let encoded = match encoded {
        Ok(encoded) => encoded,
        Err(code) => return code,
    };
    // SAFETY: the caller passes null or a live data object.
    let listed = unsafe { on_data(data, Err(Fault::new(FaultKind::Argument, "no data")), |data| decode_all(data, &encoded)) };
    match listed {
        Ok(()) => 0,
        // SAFETY: the caller passes a live message, or we would have returned.
        Err(fault) => unsafe { on_message(msg, PN_ARG_ERR, |msg| msg.fail(&fault)) },
    }
}

impl pn_message_t {
    fn encode_sections(&mut self) -> Result<Vec<u8>, c_int> {
        self.content.encode_for_display().map_err(|fault| self.fail(&fault))
    }
}

fn decode_all(data: &mut Data, mut bytes: &[u8]) -> Result<(), Fault> {
    data.clear();
    while !bytes.is_empty() {
        let used = data.decode(bytes)?;
        bytes = bytes.get(used.max(1)..).unwrap_or_default();
    }
    Ok(())
}

unsafe extern "C" {
    fn pn_link_send(sender: *mut pn_link_t, bytes: *const c_char, n: usize) -> ssize_t;
    fn pn_link_advance(link: *mut pn_link_t) -> bool;
}
