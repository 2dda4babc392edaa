//! The targets: what is done with an input. A target returns normally whatever the input is, or has found something.

use std::ffi::c_char;

use crate::abi::*;
use crate::application::Application;

/// A target by name.
pub struct Target {
    pub name: &'static str,
    pub run: fn(&[u8]),
}

pub const TARGETS: [Target; 3] = [
    Target { name: "transport", run: transport },
    Target { name: "data_decode", run: data_decode },
    Target { name: "message_decode", run: message_decode },
];

/// The first byte of an input for `transport`: how the receiving end is set up.
pub mod setup {
    pub const CLIENT: u8 = 1;
    pub const SASL: u8 = 2;
    pub const SMALL_FRAMES: u8 = 4;
    pub const SMALL_CAPACITY: u8 = 8;
    /// Byte by byte, or in pieces of 64, or as much as goes in.
    pub const PIECES: [usize; 4] = [usize::MAX, 1, 64, 700];
}

/// A stream of bytes from a peer, to a transport bound to an application that obliges.
fn transport(input: &[u8]) {
    let Some((&flags, stream)) = input.split_first() else { return };
    let has = |flag: u8| flags & flag != 0;
    let piece = setup::PIECES[usize::from(flags >> 4) % 4];
    // SAFETY: the application keeps the C contract, see its story.
    unsafe {
        let mut application = Application::new(
            has(setup::CLIENT),
            has(setup::SASL),
            has(setup::SMALL_FRAMES),
            has(setup::SMALL_CAPACITY),
        );
        application.tick(1);
        application.drive(|_| {});
        feed(&mut application, stream, piece);
        application.tick(1000);
        pn_transport_close_tail(application.transport);
        application.drive(|_| {});
        pn_transport_close_head(application.transport);
        application.drive(|_| {});
        if let Some((name, description)) = application.error() {
            // A panic that was caught at the boundary shows as this; the capacity is the application's own doing.
            assert!(
                name != "amqp:internal-error" || description.starts_with("session capacity"),
                "the transport failed inside: {description}"
            );
        }
        application.free();
    }
}

unsafe fn feed(application: &mut Application, mut stream: &[u8], piece: usize) {
    while !stream.is_empty() && pn_transport_capacity(application.transport) >= 0 {
        let part = &stream[..stream.len().min(piece)];
        let taken = pn_transport_push(application.transport, part.as_ptr().cast(), part.len());
        application.drive(|_| {});
        match usize::try_from(taken) {
            Ok(taken) if taken > 0 => stream = &stream[taken..],
            _ => break,
        }
    }
}

/// Any bytes as values: what decodes must be readable, printable and encodable, and come out the same again.
fn data_decode(input: &[u8]) {
    // SAFETY: the objects are made and freed here; lengths belong to their pointers.
    unsafe {
        let (data, copy) = (pn_data(0), pn_data(0));
        let mut rest = input;
        let mut good = true;
        while !rest.is_empty() {
            let used = pn_data_decode(data, rest.as_ptr().cast(), rest.len());
            match usize::try_from(used) {
                Ok(used) if used > 0 => rest = &rest[used..],
                _ => {
                    good = false;
                    break;
                }
            }
        }
        pn_data_rewind(data);
        read_value(data, 0);
        format(data);
        scan(data, copy);
        pn_data_copy(copy, data);
        if good {
            again(data);
        }
        pn_data_free(copy);
        pn_data_clear(data);
        pn_data_free(data);
    }
}

/// Encodes, decodes and encodes: both encodings must be equal.
unsafe fn again(data: Object) {
    let size = pn_data_encoded_size(data);
    let Ok(size) = usize::try_from(size) else { return };
    let mut first = vec![0u8; size + 64];
    let written = pn_data_encode(data, first.as_mut_ptr().cast(), first.len());
    assert_eq!(usize::try_from(written).ok(), Some(size), "encoded size and encoding differ");
    let back = pn_data(0);
    let mut rest = &first[..size];
    while !rest.is_empty() {
        let used = pn_data_decode(back, rest.as_ptr().cast(), rest.len());
        assert!(used > 0, "what was encoded does not decode: {used}");
        rest = &rest[used as usize..];
    }
    let mut second = vec![0u8; first.len()];
    let written = pn_data_encode(back, second.as_mut_ptr().cast(), second.len());
    assert_eq!(usize::try_from(written).ok(), Some(size), "the second encoding has another length");
    assert_eq!(first[..size], second[..size], "the second encoding differs");
    pn_data_free(back);
}

unsafe fn format(data: Object) {
    let mut buffer = [0 as c_char; 300];
    let mut size = buffer.len();
    pn_data_format(data, buffer.as_mut_ptr(), &raw mut size);
    assert!(size <= buffer.len());
}

unsafe fn scan(data: Object, copy: Object) {
    let (mut flag, mut number, mut code) = (false, 0u32, 0u64);
    let mut bytes = Bytes { size: 0, start: std::ptr::null() };
    pn_data_scan(
        data,
        c"D?L[I?SC]".as_ptr(),
        &raw mut flag,
        &raw mut code,
        &raw mut number,
        &raw mut flag,
        &raw mut bytes,
        copy,
    );
    pn_data_rewind(data);
}

/// Looks at every node below the cursor. The depth is bounded here; the library bounds its own.
///
/// # Safety
/// `data` is null or a live value tree.
pub unsafe fn read_value(data: Object, depth: u32) {
    if data.is_null() {
        return;
    }
    if depth == 0 {
        pn_data_rewind(data);
    }
    while pn_data_next(data) {
        match pn_data_type(data) {
            19..=21 => {
                let bytes = pn_data_get_bytes(data);
                if bytes.size > 0 {
                    let slice = std::slice::from_raw_parts(bytes.start.cast::<u8>(), bytes.size);
                    std::hint::black_box(slice.iter().fold(0u8, |sum, byte| sum ^ byte));
                }
            }
            22..=25 if depth < 200 && pn_data_enter(data) => {
                if depth % 2 == 1 {
                    pn_data_lookup(data, c"key".as_ptr());
                }
                read_value(data, depth + 1);
                pn_data_exit(data);
            }
            _ => {}
        }
    }
}

/// Any bytes as a message: what decodes can be read and encoded again.
fn message_decode(input: &[u8]) {
    // SAFETY: as in `data_decode`.
    unsafe {
        let message = pn_message();
        let result = pn_message_decode(message, input.as_ptr().cast(), input.len());
        for data in [
            pn_message_instructions(message),
            pn_message_annotations(message),
            pn_message_properties(message),
            pn_message_body(message),
        ] {
            read_value(data, 0);
            format(data);
        }
        std::hint::black_box(pn_message_get_subject(message));
        let mut buffer = vec![0u8; 4 * input.len() + 1000];
        let mut size = buffer.len();
        let encoded = pn_message_encode(message, buffer.as_mut_ptr().cast(), &raw mut size);
        if result == 0 && encoded == 0 {
            let back = pn_message();
            let again = pn_message_decode(back, buffer.as_ptr().cast(), size);
            assert_eq!(again, 0, "an encoded message does not decode");
            pn_message_free(back);
        }
        pn_message_free(message);
    }
}
