//! The C object behind `pn_message_t`: its class, its facets, and what the functions of `message` share.
//!
//! The data objects that a message lends resolve to their part on every use, so no pointer into the message is kept.
//! Memory for the caller, where asked for, lies behind the payload in the same allocation. Every function here that
//! takes a message tolerates NULL and is called under the contract of `ffi`: null, or a live object that nothing else
//! uses during the call.

use super::codec::{pn_atom_t, pn_data_t};
use super::data_object::{
    Home, ask_again, atom_value, fault_code, lent_data, on_data, retire_data, value_atom,
};
use super::error::{PN_ARG_ERR, PN_OUT_OF_MEMORY, PN_OVERFLOW, PN_UNDERFLOW, pn_error_t};
use super::link::{pn_link_advance, pn_link_send};
use super::message::pn_message_t;
use super::shell::pn_link_t;
use super::types::{pn_bytes_t, pn_rwbytes_t};
use crate::codec::data::{Fault, FaultKind, Value};
use crate::codec::{Data, DecodeError, DecodeErrorKind, FixedBuffer};
use crate::message::{Message, MessageId, Text};
use crate::object::header::allocate;
use crate::object::string::pn_string_t;
use crate::object::{ClassCell, ordinary_class, pn_class_t};
use libc::ssize_t;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;

/// The number of the message class in `cid.h`.
const CID_PN_MESSAGE: c_int = 19;

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
    let msg = allocate(&raw const CLASS.0, size).cast::<pn_message_t>();
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
    ..ordinary_class::<pn_message_t>(c"pn_message", CID_PN_MESSAGE)
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
pub(super) unsafe fn on_message<R>(
    msg: *mut pn_message_t,
    neutral: R,
    f: impl FnOnce(&mut pn_message_t) -> R,
) -> R {
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
pub(super) unsafe fn get_text(
    msg: *mut pn_message_t,
    field: impl FnOnce(&Message) -> &Text,
) -> *const c_char {
    let get =
        |msg: &mut pn_message_t| field(&msg.content).get().map_or(ptr::null(), |bytes| bytes.as_ptr().cast());
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
    let bytes = (!text.is_null()).then(|| {
        // SAFETY: the caller passes null or a C string.
        let size = unsafe { CStr::from_ptr(text) }.count_bytes();
        ptr::slice_from_raw_parts(text.cast(), size)
    });
    // SAFETY: the caller's bytes are readable, and no reference to them is left.
    let change = |msg: &mut Message| unsafe { change_text(field(msg), bytes) };
    // SAFETY: the caller's contract is ours.
    unsafe { set(msg, change) }
}

/// The bytes may be the text's own, handed back by the application: no reference to them may outlive their change.
///
/// # Safety
/// `bytes` are readable.
#[inline]
unsafe fn change_text(text: &mut Text, bytes: Option<*const [u8]>) {
    let Some(bytes) = bytes else { return text.unset() };
    // SAFETY: passed on from the caller.
    let given = unsafe { &*bytes };
    if text.owns(given.as_ptr().addr()) {
        let copy = given.to_vec();
        text.set(&copy);
    } else {
        text.set(given);
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
    let bytes = ptr::slice_from_raw_parts(user_id.start.cast(), user_id.size);
    let bytes = Some(bytes).filter(|_| !user_id.start.is_null());
    // SAFETY: the caller passes as many readable bytes as it says.
    let change = |msg: &mut Message| unsafe { change_text(&mut msg.properties.user_id, bytes) };
    // SAFETY: the caller's contract is ours.
    unsafe { set(msg, change) }
}

#[inline]
pub(super) unsafe fn get_id(msg: *mut pn_message_t, field: impl FnOnce(&Message) -> &MessageId) -> pn_atom_t {
    // SAFETY: the caller's contract is ours.
    unsafe { on_message(msg, value_atom(Value::Null), |msg| value_atom(field(&msg.content).get())) }
}

#[inline]
pub(super) unsafe fn set_id(
    msg: *mut pn_message_t,
    id: &pn_atom_t,
    field: impl FnOnce(&mut Message) -> &mut MessageId,
) -> c_int {
    // SAFETY: the caller passes an atom whose bytes are readable.
    let change = |msg: &mut Message| unsafe { change_id(field(msg), id) };
    // SAFETY: the caller's contract is ours.
    unsafe { set(msg, change) }
}

/// As with texts, the bytes may be the id's own.
///
/// # Safety
/// The bytes of the atom are readable.
#[inline]
unsafe fn change_id(id: &mut MessageId, atom: &pn_atom_t) {
    // SAFETY: passed on from the caller.
    let value = unsafe { atom_value(atom) };
    match value {
        Value::Binary(bytes) | Value::String(bytes) | Value::Symbol(bytes)
            if id.may_own(bytes.as_ptr().addr()) =>
        {
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
    // SAFETY: the caller's contract is ours.
    let known = unsafe { on_message(msg, ptr::null_mut(), |msg| msg.lent_part(part)) };
    if known.is_null() && !msg.is_null() {
        // SAFETY: the message is alive, or we would not be here.
        return unsafe { lend_first(msg, part) };
    }
    known
}

#[cold]
unsafe fn lend_first(msg: *mut pn_message_t, part: u32) -> *mut pn_data_t {
    // The tree of an id is not in the message itself, and few ask for it.
    let home = if part < part::MESSAGE_ID { Home::Fixed } else { Home::Varying };
    let data = lent_data(msg.cast(), part, open_part, home);
    // An id is a tree from the moment somebody asks for it.
    // SAFETY: the data object is fresh and its owner alive.
    unsafe { on_data(data, (), |_| ()) };
    // SAFETY: the message is alive.
    unsafe { on_message(msg, (), |msg| msg.lent.get_mut(part as usize).map_or((), |place| *place = data)) };
    data
}

impl pn_message_t {
    fn lent_part(&self, part: u32) -> *mut pn_data_t {
        self.lent.get(part as usize).copied().unwrap_or(ptr::null_mut())
    }
}

/// Finds the tree of a part.
unsafe fn open_part(owner: *mut c_void, part: u32) -> *mut Data {
    // SAFETY: a data object calls this only while its owner, a message, lives.
    let message = unsafe { &mut (*owner.cast::<pn_message_t>()).content };
    let tree = match part {
        part::INSTRUCTIONS => message.instructions.open(),
        part::ANNOTATIONS => message.annotations.open(),
        part::APPLICATION_PROPERTIES => message.application_properties.open(),
        part::BODY => message.body.open(),
        part::MESSAGE_ID => return message.properties.message_id.open(),
        _ => return message.properties.correlation_id.open(),
    };
    owner.cast::<Data>().with_addr(ptr::from_mut(tree).addr())
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
        // The parts are going to be as the peer encoded them, and opened on their next use.
        for data in self.lent {
            // SAFETY: each is null, or a data object that this message holds a reference to.
            unsafe { ask_again(data) };
        }
        match self.content.decode(bytes) {
            Ok(()) => 0,
            Err(error) => self.error.set(decode_code(&error), &format!("data error: {error}")),
        }
    }

    /// Keeps the fault of a part for the application to find.
    fn fail(&mut self, fault: &Fault) -> c_int {
        self.error.set(fault_code(fault), &format!("data error: {}", fault.text))
    }

    /// The content for encoding.
    // Proton: what is put into a message that has been encoded replaces its content and does not add to it. Pinned by
    // "refilling" in tests/c/differential/message_uses.c.
    fn rewound(&mut self) -> &Message {
        self.content.rewind();
        &self.content
    }

    fn encode_fixed(&mut self, space: &mut [u8]) -> Result<usize, EncodeFailure> {
        let mut sink = FixedBuffer::new(space);
        if let Err(fault) = self.rewound().encode(&mut sink) {
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

/// The bytes of a message, or the code of what keeps it from being encoded.
///
/// # Safety
/// `msg` is live.
pub(super) unsafe fn encoded(msg: *mut pn_message_t) -> Result<Vec<u8>, c_int> {
    // SAFETY: passed on from the caller.
    let message = unsafe { &mut *msg };
    let mut bytes = vec![0; FIRST_SIZE];
    loop {
        match message.encode_fixed(&mut bytes) {
            Ok(used) => {
                bytes.truncate(used);
                return Ok(bytes);
            }
            Err(EncodeFailure::Overflow { needed }) => bytes.resize(needed.max(bytes.len() + 1), 0),
            Err(EncodeFailure::Other(code)) => return Err(code),
        }
    }
}

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
        unsafe { on_message(msg, (), |msg| msg.refuse(code)) };
        return sent;
    }
    // SAFETY: the link is the caller's.
    ssize_t::from(unsafe { pn_link_advance(sender) })
}

impl pn_message_t {
    fn refuse(&mut self, code: c_int) {
        self.error.set(code, "the link takes no bytes: it has no current delivery, or is no sender");
    }

    /// Encodes into memory of the message's own, for one call of send.
    fn encode_outgoing(&mut self) -> Result<(*const c_char, usize), c_int> {
        self.outgoing.clear();
        self.content.rewind();
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
    let listed = unsafe {
        on_data(data, Err(Fault::new(FaultKind::Argument, "no data")), |data| decode_all(data, &encoded))
    };
    match listed {
        Ok(()) => 0,
        // SAFETY: the caller passes a live message, or we would have returned.
        Err(fault) => unsafe { on_message(msg, PN_ARG_ERR, |msg| msg.fail(&fault)) },
    }
}

impl pn_message_t {
    fn encode_sections(&mut self) -> Result<Vec<u8>, c_int> {
        self.rewound().encode_for_display().map_err(|fault| self.fail(&fault))
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

#[cfg(test)]
mod tests {
    use super::super::message::*;
    use super::*;

    /// A message that frees itself.
    struct Owned(*mut pn_message_t);

    impl Owned {
        fn new() -> Self {
            Self(pn_message())
        }

        fn encoded(&self) -> Vec<u8> {
            let mut bytes = vec![0u8; 4096];
            let mut size = bytes.len();
            // SAFETY: the message is alive, and the buffer as large as stated.
            let result = unsafe { pn_message_encode(self.0, bytes.as_mut_ptr().cast(), &raw mut size) };
            assert_eq!(result, 0);
            bytes.truncate(size);
            bytes
        }

        fn decode(&self, bytes: &[u8]) -> c_int {
            // SAFETY: the message is alive, and the bytes are readable.
            unsafe { pn_message_decode(self.0, bytes.as_ptr().cast(), bytes.len()) }
        }

        fn set_address(&self, address: &CStr) {
            // SAFETY: the message is alive.
            assert_eq!(unsafe { pn_message_set_address(self.0, address.as_ptr()) }, 0);
        }

        fn address(&self) -> *const c_char {
            // SAFETY: the message is alive.
            unsafe { pn_message_get_address(self.0) }
        }

        fn errno(&self) -> c_int {
            // SAFETY: the message is alive.
            unsafe { pn_message_errno(self.0) }
        }
    }

    impl Drop for Owned {
        fn drop(&mut self) {
            // SAFETY: the test holds the only reference.
            unsafe { pn_message_free(self.0) };
        }
    }

    const NULL_BODY: &[u8] = &[0, 0x53, 0x77, 0x40];

    #[test]
    fn memory_for_the_caller_is_zeroed_aligned_and_left_alone() {
        let msg = Owned(pni_message_with_extra(40));
        // SAFETY: the message is alive.
        let memory = unsafe { pni_message_get_extra(msg.0) };
        assert_eq!(memory.addr() % 16, 0);
        // SAFETY: forty bytes were asked for.
        let memory = unsafe { std::slice::from_raw_parts_mut(memory.cast::<u8>(), 40) };
        assert_eq!(memory, [0; 40]);
        memory.fill(0xaa);
        msg.set_address(c"somewhere");
        assert_eq!(msg.decode(NULL_BODY), 0);
        assert_eq!(memory, [0xaa; 40]);
    }

    #[test]
    fn a_text_may_be_set_to_itself() {
        let msg = Owned::new();
        msg.set_address(c"queue");
        // SAFETY: the message is alive and lends its address.
        assert_eq!(unsafe { pn_message_set_address(msg.0, msg.address()) }, 0);
        // SAFETY: the address is a C string of the message.
        assert_eq!(unsafe { CStr::from_ptr(msg.address()) }, c"queue");
    }

    #[test]
    fn an_id_may_be_set_to_itself_in_either_form() {
        let msg = Owned::new();
        // SAFETY: the atom holds readable bytes, and the message is alive.
        unsafe { pn_message_set_id(msg.0, value_atom(Value::String(b"an id"))) };
        for _ in 0..2 {
            // SAFETY: the message is alive.
            let id = unsafe { pn_message_get_id(msg.0) };
            // SAFETY: the atom's bytes belong to the message.
            assert_eq!(unsafe { pn_message_set_id(msg.0, id) }, 0);
            // SAFETY: the message is alive.
            let id = unsafe { pn_message_get_id(msg.0) };
            // SAFETY: the atom was filled by the library.
            assert_eq!(unsafe { atom_value(&id) }, Value::String(b"an id"));
            // SAFETY: the message is alive.
            assert!(!unsafe { pn_message_id(msg.0) }.is_null());
        }
    }

    #[test]
    fn asking_for_an_id_as_data_makes_it_hold_any_type_at_once() {
        let msg = Owned::new();
        // SAFETY: the message is alive.
        assert!(!unsafe { pn_message_correlation_id(msg.0) }.is_null());
        // SAFETY: the message is alive.
        unsafe { pn_message_set_correlation_id(msg.0, value_atom(Value::Uint(5))) };
        // SAFETY: the message is alive.
        let id = unsafe { pn_message_get_correlation_id(msg.0) };
        // SAFETY: the atom was filled by the library.
        assert_eq!(unsafe { atom_value(&id) }, Value::Uint(5));
    }

    #[test]
    fn data_objects_stay_the_same_and_follow_the_message() {
        let msg = Owned::new();
        // SAFETY: the message is alive.
        let body = unsafe { pn_message_body(msg.0) };
        assert_eq!(msg.decode(&[0, 0x53, 0x77, 0x54, 5]), 0);
        // SAFETY: the message is alive.
        assert_eq!(unsafe { pn_message_body(msg.0) }, body);
        let read = |tree: &mut Data| {
            tree.rewind();
            tree.next();
            tree.value() == Value::Int(5)
        };
        // SAFETY: the data object lives as long as its message.
        let shows = unsafe { on_data(body, false, read) };
        assert!(shows, "what was decoded shows in an object held from before");
        assert_eq!(msg.encoded(), [0, 0x53, 0x77, 0x54, 5]);
        // SAFETY: as above.
        let shows = unsafe { on_data(body, false, read) };
        assert!(shows, "encoding takes nothing away");
    }

    #[test]
    fn a_data_object_that_outlives_its_message_is_empty() {
        let msg = Owned::new();
        // SAFETY: the message is alive.
        let body = unsafe { pn_message_body(msg.0) };
        // SAFETY: the data object is alive.
        unsafe { crate::object::incref(body) };
        drop(msg);
        // SAFETY: the test holds a reference.
        assert!(unsafe { on_data(body, false, |tree| tree.is_empty()) });
        // SAFETY: the test gives up its reference.
        unsafe { crate::object::decref(body) };
    }

    #[test]
    fn no_bytes_and_malformed_bytes_are_errors_that_clearing_keeps() {
        let msg = Owned::new();
        assert_eq!(msg.decode(&[]), PN_ARG_ERR);
        // SAFETY: the message is alive.
        let error = unsafe { pn_message_error(msg.0) };
        // SAFETY: the error belongs to the live message.
        let text = unsafe { super::super::error::pn_error_text(error) };
        // SAFETY: an error's text is a C string.
        assert_eq!(unsafe { CStr::from_ptr(text) }, c"invalid message bytes");
        msg.set_address(c"old");
        assert_eq!(msg.decode(&[0, 0x53, 0x77, 0xa1, 9]), PN_UNDERFLOW);
        assert!(msg.address().is_null(), "nothing of the earlier message is left");
        // SAFETY: the message is alive.
        unsafe { pn_message_clear(msg.0) };
        assert_eq!(msg.errno(), PN_UNDERFLOW);
        assert_eq!(msg.decode(&[0, 0x53, 0x77, 0x46]), PN_ARG_ERR);
    }

    #[test]
    fn a_buffer_too_small_is_no_error_of_the_message() {
        let msg = Owned::new();
        let mut size = 3;
        let mut bytes = [0u8; 3];
        // SAFETY: the message is alive, and the buffer as large as stated.
        let result = unsafe { pn_message_encode(msg.0, bytes.as_mut_ptr().cast(), &raw mut size) };
        assert_eq!((result, size, msg.errno()), (PN_OVERFLOW, 3, 0));
        assert_eq!(msg.encoded(), NULL_BODY);
    }

    #[test]
    fn a_growing_buffer_begins_with_256_bytes_and_doubles() {
        let msg = Owned::new();
        let mut buffer = pn_rwbytes_t { size: 0, start: ptr::null_mut() };
        // SAFETY: the message is alive, and the buffer has no memory yet.
        assert_eq!(unsafe { pn_message_encode2(msg.0, &raw mut buffer) }, 4);
        assert_eq!(buffer.size, 256);
        let long = std::ffi::CString::new(vec![b'a'; 600]).expect("no NUL inside");
        msg.set_address(&long);
        // SAFETY: as above; the buffer's memory is malloc's.
        let used = unsafe { pn_message_encode2(msg.0, &raw mut buffer) };
        assert_eq!((used as usize, buffer.size), (msg.encoded().len(), 1024));
        // SAFETY: the buffer's memory is malloc's.
        unsafe { libc::free(buffer.start.cast()) };
    }

    #[test]
    fn a_part_that_cannot_be_encoded_is_reported() {
        let msg = Owned::new();
        // SAFETY: the message is alive.
        let body = unsafe { pn_message_body(msg.0) };
        // SAFETY: the data object belongs to the live message.
        unsafe { on_data(body, (), |tree| tree.put(Value::Unknown(99)).expect("an empty tree")) };
        let mut size = 100;
        let mut bytes = [0u8; 100];
        // SAFETY: the message is alive, and the buffer as large as stated.
        let result = unsafe { pn_message_encode(msg.0, bytes.as_mut_ptr().cast(), &raw mut size) };
        assert!(result < 0);
        assert_eq!((msg.errno(), size), (result, 100));
    }

    #[test]
    fn sections_are_listed_with_header_and_properties_always() {
        let msg = Owned::new();
        msg.set_address(c"q");
        let sections = super::super::codec::pn_data(0);
        // SAFETY: both objects are alive.
        assert_eq!(unsafe { pn_message_data(msg.0, sections) }, 0);
        let mut bytes = Vec::new();
        // SAFETY: the data object is alive.
        unsafe { on_data(sections, (), |tree| tree.encode(&mut bytes).expect("sections of a message")) };
        assert_eq!(bytes, *b"\0\x53\x70\x45\0\x53\x73\xc0\x06\x03\x40\x40\xa1\x01q");
        // SAFETY: the test gives up its reference.
        unsafe { crate::object::decref(sections) };
    }

    #[test]
    fn null_is_tolerated_everywhere() {
        let none = ptr::null_mut();
        // SAFETY: null is allowed.
        unsafe { pn_message_free(none) };
        // SAFETY: null is allowed.
        assert!(unsafe { pn_message_body(none) }.is_null());
        // SAFETY: null is allowed.
        assert_eq!(unsafe { pn_message_set_priority(none, 1) }, PN_ARG_ERR);
        // SAFETY: null is allowed.
        assert_eq!(unsafe { pn_message_get_priority(none) }, 4);
        // SAFETY: null is allowed.
        assert_eq!(unsafe { pn_message_encode2(none, ptr::null_mut()) }, PN_ARG_ERR as ssize_t);
    }
}
