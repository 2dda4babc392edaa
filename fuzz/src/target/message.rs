//! `message_decode`: any bytes as a message. What decodes can be read, copied and encoded, and decodes to the same.

use std::ffi::CStr;

use crate::abi::*;
use crate::target::values::{read_value, whole_text};

/// The target.
pub fn message_decode(input: &[u8]) {
    // SAFETY: the message is made and freed here; lengths belong to their pointers.
    unsafe {
        let message = pn_message();
        let result = pn_message_decode(message, input.as_ptr().cast(), input.len());
        assert!(result == 0 || pn_message_errno(message) == result, "a failure without its error");
        if input.first().is_some_and(|first| first % 2 == 0) {
            // Encoded as it came, before anything has looked inside.
            let bytes = encoded(message).filter(|_| result == 0);
            if let Some(bytes) = bytes {
                decodes_again(&bytes);
            }
        }
        read(message);
        if let Some(bytes) = encoded(message).filter(|_| result == 0) {
            decodes_again(&bytes);
        }
        // An empty message after a failure, and a message that is used again.
        pn_message_decode(message, input.as_ptr().cast(), input.len() / 2);
        read(message);
        pn_message_clear(message);
        pn_message_free(message);
    }
}

unsafe fn read(message: Object) {
    for data in parts(message) {
        read_value(data);
        whole_text(data);
    }
    let texts =
        [pn_message_get_subject, pn_message_get_address, pn_message_get_group_id, pn_message_get_reply_to];
    for text in texts.map(|get| get(message)).into_iter().filter(|text| !text.is_null()) {
        std::hint::black_box(CStr::from_ptr(text).count_bytes());
    }
    let user = pn_message_get_user_id(message);
    if user.size > 0 {
        std::hint::black_box(std::slice::from_raw_parts(user.start.cast::<u8>(), user.size).len());
    }
    let text = pn_tostring(message);
    assert!(!text.is_null(), "a message has a text");
    libc_free(text.cast());
}

unsafe fn parts(message: Object) -> [Object; 6] {
    [
        pn_message_instructions(message),
        pn_message_annotations(message),
        pn_message_properties(message),
        pn_message_body(message),
        pn_message_id(message),
        pn_message_correlation_id(message),
    ]
}

unsafe fn encoded(message: Object) -> Option<Vec<u8>> {
    let mut room = 512;
    loop {
        let mut buffer = vec![0u8; room];
        let mut size = buffer.len();
        match pn_message_encode(message, buffer.as_mut_ptr().cast(), &raw mut size) {
            0 => {
                buffer.truncate(size);
                return Some(buffer);
            }
            result if result as isize == OVERFLOW => room *= 2,
            _ => return None,
        }
        assert!(room < 16 << 20, "the encoding has no end");
    }
}

unsafe fn decodes_again(first: &[u8]) {
    let back = pn_message();
    assert_eq!(
        pn_message_decode(back, first.as_ptr().cast(), first.len()),
        0,
        "an encoded message does not decode"
    );
    assert_eq!(encoded(back).as_deref(), Some(first), "the second encoding differs");
    pn_message_free(back);
}
