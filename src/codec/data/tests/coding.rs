//! Encoding and decoding: the bytes of every type, both ways.

use super::*;

/// Every scalar with its bytes.
fn scalars() -> Vec<(Value<'static>, &'static str)> {
    vec![
        (Value::Null, "40"),
        (Value::Bool(true), "41"),
        (Value::Bool(false), "42"),
        (Value::Ubyte(255), "50 ff"),
        (Value::Byte(-1), "51 ff"),
        (Value::Ushort(0xffff), "60 ffff"),
        (Value::Short(-2), "61 fffe"),
        (Value::Uint(0), "43"),
        (Value::Uint(255), "52 ff"),
        (Value::Uint(256), "70 00000100"),
        (Value::Int(-128), "54 80"),
        (Value::Int(127), "54 7f"),
        (Value::Int(-129), "71 ffffff7f"),
        (Value::Char(65), "73 00000041"),
        (Value::Ulong(0), "44"),
        (Value::Ulong(255), "53 ff"),
        (Value::Ulong(256), "80 0000000000000100"),
        (Value::Long(0), "55 00"),
        (Value::Long(128), "81 0000000000000080"),
        (Value::Timestamp(1), "83 0000000000000001"),
        (Value::Float(1.5), "72 3fc00000"),
        (Value::Double(-0.1), "82 bfb999999999999a"),
        (Value::Decimal32(7), "74 00000007"),
        (Value::Decimal64(7), "84 0000000000000007"),
        (Value::Decimal128([7; 16]), "94 07070707070707070707070707070707"),
        (Value::Uuid([9; 16]), "98 09090909090909090909090909090909"),
        (Value::Binary(b"ab"), "a0 02 6162"),
        (Value::String(b""), "a1 00"),
        (Value::Symbol(b"s"), "a3 01 73"),
    ]
}

#[test]
fn scalars_take_their_shortest_form_and_come_back() {
    for (value, hex) in scalars() {
        let data = built(|d| d.put(value));
        assert_eq!(encoded(&data), bytes(hex), "{value:?}");
        assert_eq!(decoded(hex).value(), value);
    }
}

#[test]
fn scalars_come_back_from_lists_and_arrays_too() {
    let mut list = Data::new();
    list.put_list().unwrap();
    list.enter();
    for (value, _) in scalars() {
        list.put(value).unwrap();
    }
    let mut again = Data::new();
    again.decode(&encoded(&list)).unwrap();
    again.enter();
    for (value, _) in scalars() {
        assert!(again.next());
        assert_eq!(again.value(), value);
        let array = built(|d| {
            d.put_array(false, value.kind())?;
            d.enter();
            d.put(value)?;
            d.put(value)
        });
        let bytes = encoded(&array);
        let mut back = Data::new();
        assert_eq!(back.decode(&bytes), Ok(bytes.len()));
        assert_eq!((back.get_array(), back.get_array_type()), (2, value.kind()));
        back.enter();
        assert!(back.next() && back.next());
        assert_eq!(back.value(), value);
        assert_eq!(encoded(&back), bytes);
    }
}

#[test]
fn long_strings_take_a_long_size() {
    let long = vec![b'x'; 256];
    let data = built(|d| d.put_binary(&long));
    assert_eq!(encoded(&data)[..5], [0xb0, 0, 0, 1, 0]);
    let mut back = Data::new();
    back.decode(&encoded(&data)).unwrap();
    assert_eq!(back.get_binary(), Some(&long[..]));
}

#[test]
fn compounds_take_their_shortest_form() {
    for (hex, text) in [
        ("45", "[]"),
        ("c0 05 02 54 01 54 02", "[1, 2]"),
        ("c1 01 00", "{}"),
        ("c1 06 02 a1 01 6b 52 01", "{\"k\"=1}"),
        ("e0 02 00 71", "@PN_INT[]"),
        ("e0 0a 02 71 00000001 00000002", "@PN_INT[1, 2]"),
        ("e0 0d 02 b1 00000001 61 00000002 6263", "@PN_STRING[\"a\", \"bc\"]"),
        ("f0 00000011 00000002 00 a3 01 64 71 00000001 00000002", "@PN_INT[:d, 1, 2]"),
        ("f0 00000009 00000000 00 a3 01 64 71", "@PN_INT[:d]"),
        ("00 53 01 54 02", "@1 2"),
        ("e0 0a 01 d0 00000004 00000000", "@PN_LIST[[]]"),
    ] {
        let data = decoded(hex);
        assert_eq!(text_of(&data), text);
        assert_eq!(encoded(&data), bytes(hex));
    }
}

#[test]
fn long_forms_are_understood_and_shortened() {
    for (long, short) in [
        ("d0 00000008 00000002 54 01 54 02", "c0 05 02 54 01 54 02"),
        ("d1 00000004 00000000", "c1 01 00"),
        ("f0 0000000d 00000002 71 00000001 00000002", "e0 0a 02 71 00000001 00000002"),
        ("e0 03 01 56 01", "e0 03 01 56 01"),
        ("e0 02 05 41", "e0 07 05 56 01 01 01 01 01"),
        ("c0 01 00", "45"),
    ] {
        assert_eq!(encoded(&decoded(long)), bytes(short));
    }
}

#[test]
fn a_body_of_254_bytes_is_small_and_one_of_255_is_not() {
    let list = |len: usize| {
        built(|d| {
            d.put_list()?;
            d.enter();
            d.put_binary(&vec![0; len])
        })
    };
    assert_eq!(encoded(&list(252))[..3], [0xc0, 255, 1]);
    assert_eq!(encoded(&list(253))[..9], [0xd0, 0, 0, 1, 3, 0, 0, 0, 1]);
    for count in [255, 256] {
        let nulls = built(|d| {
            d.put_array(false, Some(Type::Null))?;
            d.enter();
            (0..count).try_for_each(|_| d.put_null())
        });
        assert_eq!(encoded(&nulls)[0], if count == 255 { 0xe0 } else { 0xf0 });
    }
}

#[test]
fn trailing_nulls_go_from_described_lists_only() {
    let trimmed = decoded("00 53 70 c0 05 04 40 41 40 40");
    assert_eq!(encoded(&trimmed), bytes("00 53 70 c0 03 02 40 41"));
    assert_eq!(encoded(&decoded("00 53 70 c0 03 02 40 40")), bytes("00 53 70 45"));
    assert_eq!(encoded(&decoded("c0 03 02 41 40")), bytes("c0 03 02 41 40"));
    assert_eq!(encoded(&decoded("00 53 70 c1 03 02 41 40")), bytes("00 53 70 c1 03 02 41 40"));
}

#[test]
fn siblings_after_a_doubly_described_value_stay_in_the_list() {
    let hex = "c0 09 02 00 53 01 00 53 02 43 41";
    let mut data = decoded(hex);
    assert_eq!(data.get_list(), 2);
    assert_eq!(encoded(&data), bytes(hex));
    data.enter();
    assert!(data.next() && data.is_described() && data.next());
    assert!(data.get_bool());
}

#[test]
fn values_of_one_type_in_a_list_end_where_the_type_the_count_or_the_limit_does() {
    let mut data = decoded("c0 12 06 71 00000100 71 ffffff00 54 05 54 ff 41 52 07");
    assert_eq!(text_of(&data), "[256, -256, 5, -1, true, 7]");
    data.enter();
    while data.next() {}
    let backwards: Vec<i32> = std::iter::from_fn(|| data.prev().then(|| data.get_int())).collect();
    assert_eq!(backwards, [0, -1, 5, -256, 256]);
    let mut cut = Data::new();
    assert!(cut.decode(&bytes("c0 0a 02 71 00000100 71 000001")).is_err());
    assert!(cut.decode(&bytes("c0 0b 01 71 00000100 71 00000100")).is_err());
    cut.clear();
    cut.set_limits(3, 0);
    assert_eq!(cut.decode(&bytes("c0 09 04 54 01 54 02 54 03 54 04")).unwrap_err().kind, FaultKind::Limit);
    assert_eq!(text_of(&cut), "[1, 2]");
}

#[test]
fn strings_of_any_length_are_written_whole() {
    for len in (0..40).chain(250..260) {
        let words: Vec<u8> = (0..len).map(|i| u8::try_from(i % 251).unwrap()).collect();
        let mut data = built(|d| {
            d.put_string(&words)?;
            d.put_symbol(b"end")
        });
        let mut again = Data::new();
        assert!(again.decode(&encoded(&data)).is_ok());
        again.rewind();
        assert!(data.next() && again.next());
        assert_eq!(again.get_string(), Some(&words[..]));
    }
}

#[test]
fn all_top_level_values_are_encoded_wherever_the_cursor_is() {
    let mut data = filled("iS", vec![int(1), words("a")]);
    data.next();
    data.narrow();
    assert_eq!(encoded(&data), bytes("54 01 a1 01 61"));
    assert_eq!(data.get_int(), 1);
    let mut first = Vec::new();
    data.encode_first(&mut first).unwrap();
    assert_eq!(first, bytes("54 01"));
}

#[test]
fn a_buffer_of_exactly_the_encoded_size_suffices() {
    let mut data = filled("[ii]", vec![int(1), int(2)]);
    let mut buffer = [0; 7];
    assert_eq!(data.encode_into(&mut buffer), Ok(7));
    let fault = data.encode_into(&mut buffer[..6]).unwrap_err();
    assert_eq!((fault.kind, fault.text.as_ref()), (FaultKind::Overflow, "not enough space to encode"));
    assert_eq!(data.take_fault(), Some(fault));
}

#[test]
fn what_cannot_be_encoded_is_refused() {
    let untyped = built(|d| d.put_array(false, None));
    assert_eq!(untyped.encoded_len().unwrap_err().text, "unrecognized encoding: 254");
    let undescribed = built(|d| d.put_array(true, Some(Type::Int)));
    assert!(undescribed.encoded_len().is_err());
    let mixed = built(|d| {
        d.put_array(false, Some(Type::String))?;
        d.enter();
        d.put_ulong(u64::MAX)
    });
    let mut out = Vec::new();
    assert!(mixed.encode(&mut out).is_err());
    assert!(out.is_empty());
    assert!(built(|d| d.put(Value::Unknown(77))).encoded_len().is_err());
}

#[test]
fn an_array_may_hold_described_values() {
    let data = built(|d| {
        d.put_array(false, Some(Type::Described))?;
        d.enter();
        d.put_described()?;
        d.enter();
        d.put_ulong(1)?;
        d.put_int(2)
    });
    assert_eq!(encoded(&data), bytes("e0 06 01 00 53 01 54 02"));
}

#[test]
#[cfg_attr(miri, ignore = "takes an interpreter too long")]
fn large_bodies_are_kept_whole() {
    let mut bytes = vec![0xd0];
    bytes.extend((100_000u32 + 4).to_be_bytes());
    bytes.extend(100_000u32.to_be_bytes());
    bytes.extend([0x43; 100_000]);
    let mut data = Data::new();
    assert_eq!(data.decode(&bytes), Ok(bytes.len()));
    assert_eq!(data.get_list(), 100_000);
    assert_eq!(encoded(&data), bytes);
}

#[test]
fn elements_of_another_type_are_turned_into_the_arrays_type_on_the_wire_only() {
    let mut data = Data::new();
    data.put_array(false, Some(Type::Int)).unwrap();
    data.enter();
    data.put(Value::Long(-1)).unwrap();
    data.put(Value::Ubyte(7)).unwrap();
    data.put(Value::Double(2.5)).unwrap();
    let mut wire = Vec::new();
    data.encode(&mut wire).unwrap();
    assert_eq!(wire, [0xe0, 14, 3, 0x71, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 7, 0, 0, 0, 2]);
    data.rewind();
    assert!(data.next() && data.enter() && data.next());
    assert_eq!(data.value(), Value::Long(-1));
}

#[test]
fn an_element_that_cannot_be_turned_into_the_arrays_type_is_an_error() {
    let mut data = Data::new();
    data.put_array(false, Some(Type::Int)).unwrap();
    data.enter();
    data.put(Value::String(b"one")).unwrap();
    let fault = data.encode(&mut Vec::new()).unwrap_err();
    assert_eq!(fault.text, "array element of another type than the array's");
}

/// Lists in lists, `depth` of them, with a string of `len` bytes in the innermost.
fn nested(depth: usize, len: usize) -> Data {
    built(|d| {
        for _ in 0..depth {
            d.put_list()?;
            d.enter();
        }
        d.put_string(&vec![b'x'; len])
    })
}

#[test]
fn every_size_of_buffer_is_used_to_its_last_byte() {
    for (depth, len) in
        [(1, 0), (1, 251), (1, 252), (3, 240), (3, 246), (3, 247), (60, 70), (84, 0), (120, 300)]
    {
        let mut data = nested(depth, len);
        let whole = encoded(&data);
        for size in whole.len().saturating_sub(600)..whole.len() + 20 {
            let mut buffer = vec![0xaa; size];
            match data.encode_into(&mut buffer) {
                Ok(used) => assert_eq!(buffer[..used], whole, "depth {depth}, {len} bytes, room for {size}"),
                Err(fault) => {
                    assert!(fault.kind == FaultKind::Overflow && size < whole.len(), "{depth} {len}")
                }
            }
        }
    }
}

#[test]
fn lists_in_lists_are_short_as_long_as_they_fit() {
    let whole = encoded(&nested(3, 246));
    assert_eq!(whole[..6], [0xc0, 255, 1, 0xc0, 252, 1]);
    let whole = encoded(&nested(3, 247));
    assert_eq!(whole[..12], [0xd0, 0, 0, 1, 3, 0, 0, 0, 1, 0xc0, 253, 1]);
}

#[test]
fn what_stands_in_front_stays_when_a_tree_cannot_be_encoded() {
    let mut out = vec![1, 2, 3];
    assert!(built(|d| d.put_array(false, None)).encode(&mut out).is_err());
    assert_eq!(out, [1, 2, 3]);
}

#[test]
fn decoded_bytes_end_with_a_nul_wherever_they_stand() {
    let mut data = Data::new();
    data.put_list().unwrap();
    data.enter();
    data.put_string(b"one").unwrap();
    data.put_array(false, Some(Type::Symbol)).unwrap();
    data.enter();
    data.put_symbol(b"two").unwrap();
    data.put_symbol(b"").unwrap();
    data.exit();
    data.put_uuid([9; 16]).unwrap();
    data.put_binary(b"three").unwrap();
    let mut data = decoded(&encoded(&data).iter().map(|b| format!("{b:02x}")).collect::<String>());
    data.rewind();
    assert!(data.next() && data.enter());
    let mut seen = Vec::new();
    while data.next() || (data.exit() && data.next()) {
        if let Some(bytes) = data.get_bytes() {
            let end = bytes.as_ptr_range().end.addr() - data.text.as_ptr().addr();
            assert_eq!(data.text[end], 0);
            seen.push(bytes.to_vec());
        }
        if data.get_array_type().is_some() {
            data.enter();
        }
    }
    assert_eq!(seen, [&b"one"[..], b"two", b"", b"three"]);
}

/// Some tree of many shapes; the same for the same `seed`.
fn grown(mut seed: u64) -> Data {
    let mut below = |bound: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % bound
    };
    built(|d| {
        for _ in 0..40 + below(200) {
            match below(9) {
                0 => d.put_list()?,
                1 => d.put_map()?,
                2 => d.put_array(false, Some(Type::List))?,
                3 => d.put_string(&vec![b's'; usize::try_from(below(300)).unwrap()])?,
                4 | 5 => {
                    d.exit();
                    continue;
                }
                _ => d.put_long(i64::try_from(below(400)).unwrap())?,
            }
            let in_array = d.node(d.parent).is_some_and(|node| node.value.element.is_some());
            if in_array {
                d.replace(Packed::new(node::Kind::List, node::Children::NONE));
            }
            if d.node(d.current).is_some_and(|node| node.value.children().is_some()) {
                d.enter();
            }
        }
        Ok(())
    })
}

#[test]
#[cfg_attr(miri, ignore = "takes an interpreter too long")]
fn trees_of_any_shape_come_back_in_the_same_bytes() {
    for seed in 0..300 {
        let whole = encoded(&grown(seed));
        let mut back = Data::new();
        let mut rest = &whole[..];
        while !rest.is_empty() {
            rest = &rest[back.decode(rest).unwrap()..];
        }
        assert_eq!(text_of(&back), text_of(&grown(seed)), "tree {seed}");
        assert_eq!(encoded(&back), whole, "tree {seed}");
    }
}
