//! `data_decode`: any bytes as values. What decodes can be walked, printed, copied and encoded, and comes out the same.

use std::ffi::{CStr, c_char};
use std::ptr::{null, without_provenance};

use crate::abi::*;

/// The target.
pub fn data_decode(input: &[u8]) {
    // SAFETY: the objects are made and freed here; lengths belong to their pointers.
    unsafe {
        let (data, copy) = (pn_data(0), pn_data(0));
        let good = decode_all(data, input);
        pn_data_rewind(data);
        read_value(data);
        whole_text(data);
        scan(data, copy);
        pn_data_clear(copy);
        assert_eq!(pn_data_copy(copy, data), 0, "what was decoded cannot be copied");
        let (first, second) = (encoded(data), encoded(copy));
        assert_eq!(first, second, "a copy has another encoding");
        if good {
            decodes_again(&first.expect("what was decoded can be encoded"));
        }
        search(data);
        if pn_data_size(data) < 10_000 {
            // The harness itself shall not make trees as large as a peer may.
            grow(data, copy);
        }
        pn_data_free(copy);
        pn_data_clear(data);
        assert_eq!(pn_data_size(data), 0);
        pn_data_free(data);
    }
}

/// Decodes values one after the other; false if one of them cannot be.
///
/// # Safety
/// `data` is a live value tree.
pub unsafe fn decode_all(data: Object, mut rest: &[u8]) -> bool {
    while !rest.is_empty() {
        let used = pn_data_decode(data, rest.as_ptr().cast(), rest.len());
        match usize::try_from(used) {
            Ok(used) if used > 0 => rest = &rest[used..],
            _ => return false,
        }
    }
    true
}

/// The encoding, which has the length that was foretold; nothing for a tree that cannot be encoded.
///
/// # Safety
/// `data` is a live value tree.
pub unsafe fn encoded(data: Object) -> Option<Vec<u8>> {
    let size = pn_data_encoded_size(data);
    let mut bytes = vec![0u8; usize::try_from(size).unwrap_or(1 << 16)];
    let written = pn_data_encode(data, bytes.as_mut_ptr().cast(), bytes.len());
    assert_eq!(written, size, "encoded size and encoding differ");
    if size > 0 {
        let short = pn_data_encode(data, bytes.as_mut_ptr().cast(), bytes.len() - 1);
        assert_eq!(short, OVERFLOW, "one byte less is too little");
        pn_data_encode(data, bytes.as_mut_ptr().cast(), bytes.len());
    }
    usize::try_from(size).is_ok().then_some(bytes)
}

/// What was encoded decodes, and encodes to the same bytes.
///
/// # Safety
/// None beyond the library's own soundness.
pub unsafe fn decodes_again(first: &[u8]) {
    let back = pn_data(0);
    assert!(decode_all(back, first), "what was encoded does not decode");
    assert_eq!(encoded(back).as_deref(), Some(first), "the second encoding differs");
    pn_data_free(back);
}

/// The whole text, as bindings get it: with ever larger buffers.
///
/// # Safety
/// `data` is a live value tree.
pub unsafe fn whole_text(data: Object) -> Vec<u8> {
    let mut room = 64;
    loop {
        let mut buffer = vec![0u8; room];
        let mut size = room;
        let result = pn_data_format(data, buffer.as_mut_ptr().cast(), &raw mut size);
        if result == 0 {
            assert!(size < room && buffer[size] == 0, "the text does not end where it says");
            buffer.truncate(size);
            return buffer;
        }
        assert_eq!(result as isize, OVERFLOW, "formatting fails");
        assert!(room < 64 << 20, "the text has no end");
        room *= 8;
    }
}

unsafe fn scan(data: Object, copy: Object) {
    let (mut flag, mut number, mut code) = (false, 0u32, 0u64);
    let mut bytes = Bytes { size: 0, start: null() };
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
    look_at(bytes);
    pn_data_rewind(data);
}

/// Looks at every node, all the way down.
///
/// # Safety
/// `data` is null or a live value tree.
pub unsafe fn read_value(data: Object) {
    if data.is_null() {
        return;
    }
    pn_data_rewind(data);
    let mut depth = 0u32;
    loop {
        if pn_data_next(data) {
            read_node(data);
            if pn_data_enter(data) {
                depth += 1;
            }
        } else if depth > 0 {
            assert!(pn_data_exit(data), "what was entered can be left");
            depth -= 1;
        } else {
            return;
        }
    }
}

unsafe fn read_node(data: Object) {
    let kind = pn_data_type(data);
    look_at(pn_data_get_bytes(data));
    let counts = [pn_data_get_list(data), pn_data_get_map(data), pn_data_get_array(data)];
    assert!(counts.iter().filter(|count| **count > 0).count() <= 1, "one node, several kinds");
    if kind == ARRAY && !pn_data_is_array_described(data) {
        assert!(counts[2] <= pn_data_size(data), "more elements than nodes");
    }
    std::hint::black_box((pn_data_get_ulong(data), pn_data_get_array_type(data), pn_data_is_described(data)));
}

/// Reads bytes that were lent.
fn look_at(bytes: Bytes) {
    if bytes.size > 0 {
        // SAFETY: the library lends that many bytes until the tree changes; that is under test.
        let slice = unsafe { std::slice::from_raw_parts(bytes.start.cast::<u8>(), bytes.size) };
        std::hint::black_box(slice.iter().fold(0u8, |sum, byte| sum ^ byte));
    }
}

/// Bookmarks, narrowing and looking up names.
unsafe fn search(data: Object) {
    pn_data_rewind(data);
    for turn in 0..20 {
        if !pn_data_next(data) && !pn_data_exit(data) {
            break;
        }
        let point = pn_data_point(data);
        if pn_data_enter(data) {
            pn_data_lookup(data, c"key".as_ptr());
            if turn % 5 == 4 {
                pn_data_narrow(data);
                pn_data_rewind(data);
                pn_data_widen(data);
            } else {
                assert!(pn_data_restore(data, point), "a bookmark is lost");
                pn_data_enter(data);
            }
        }
        pn_data_prev(data);
    }
    pn_data_restore(data, without_provenance(usize::MAX >> 1));
    pn_data_restore(data, without_provenance(1 << 63));
    pn_data_widen(data);
    pn_data_rewind(data);
}

/// Goes on writing where reading ended, the tree's own bytes among it.
unsafe fn grow(data: Object, copy: Object) {
    pn_data_rewind(data);
    while pn_data_next(data) && pn_data_get_bytes(data).size == 0 {
        pn_data_enter(data);
    }
    let own = pn_data_get_bytes(data);
    pn_data_put_binary(data, own);
    pn_data_put_list(data);
    pn_data_enter(data);
    pn_data_append(data, copy);
    pn_data_appendn(data, data, 2);
    let text: *const c_char = c"more".as_ptr();
    pn_data_put_string(data, Bytes { size: CStr::from_ptr(text).count_bytes(), start: text });
    if let Some(bytes) = encoded(data) {
        let back = pn_data(0);
        decode_all(back, &bytes);
        pn_data_free(back);
    }
    read_value(data);
}
