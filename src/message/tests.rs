//! Messages over their whole way: bytes of every section, and what decoding accepts, joins and refuses.

use super::*;
use crate::codec::data::Value;
use crate::codec::{DecodeErrorKind, FixedBuffer};

fn encoded(message: &Message) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.encode(&mut bytes).unwrap();
    bytes
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn decoded(bytes: &[u8]) -> Message {
    let mut message = Message::new();
    message.decode(bytes).unwrap();
    message
}

fn shown(message: &mut Message) -> String {
    let mut text = Vec::new();
    message.show(&mut text);
    String::from_utf8(text).unwrap()
}

fn body_of(message: &mut Message) -> Value<'_> {
    let body = message.body.open();
    body.rewind();
    body.next();
    body.value()
}

/// Asserts what a message that was filled in by `fill` looks like on the wire.
#[track_caller]
fn assert_bytes(fill: impl FnOnce(&mut Message), expected: &str) {
    let mut message = Message::new();
    fill(&mut message);
    assert_eq!(encoded(&message), hex(expected));
}

fn put_list(part: &mut Part, elements: &[i32]) {
    let tree = part.open();
    tree.put(Value::List).unwrap();
    tree.enter();
    for &element in elements {
        tree.put(Value::Int(element)).unwrap();
    }
    tree.exit();
}

fn put_pair(part: &mut Part, key: Value<'_>, value: Value<'_>) {
    let tree = part.open();
    tree.put(Value::Map).unwrap();
    tree.enter();
    tree.put(key).unwrap();
    tree.put(value).unwrap();
    tree.exit();
}

/// A message with something in every section.
fn typical() -> Message {
    let mut message = Message::new();
    message.header =
        Header { durable: true, priority: 7, ttl: 60_000, first_acquirer: true, delivery_count: 2 };
    let properties = &mut message.properties;
    properties.message_id.set(Value::Ulong(1_234_567));
    properties.correlation_id.set(Value::Uuid([7; 16]));
    properties.user_id.set(b"guest");
    properties.address.set(b"orders.europe.new");
    properties.subject.set(b"order-created");
    properties.reply_to.set(b"replies");
    properties.content_type.set(b"application/octet-stream");
    properties.content_encoding.set(b"identity");
    properties.absolute_expiry_time = -5;
    properties.creation_time = 1_700_000_000_000;
    properties.group_id.set(b"g");
    properties.group_sequence = u32::MAX;
    properties.reply_to_group_id.set(b"h");
    put_pair(&mut message.instructions, Value::Symbol(b"x"), Value::Uint(1));
    put_pair(&mut message.annotations, Value::Symbol(b"y"), Value::Bool(true));
    put_pair(&mut message.application_properties, Value::String(b"k"), Value::Double(0.75));
    message.inferred = true;
    message.body.open().put(Value::Binary(&[b'b'; 300])).unwrap();
    message
}

#[test]
fn an_empty_message_is_a_null_body() {
    assert_bytes(|_| {}, "005377 40");
}

#[test]
fn only_header_fields_that_differ_from_their_default_are_written() {
    assert_bytes(|m| m.header.durable = true, "005370 c0 02 01 41 005377 40");
    assert_bytes(|m| m.header.priority = 0, "005370 c0 04 02 40 50 00 005377 40");
    assert_bytes(
        |m| m.header = Header { ttl: 1000, first_acquirer: true, delivery_count: 300, ..Header::default() },
        "005370 c0 0e 05 40 40 70 000003e8 41 70 0000012c 005377 40",
    );
}

#[test]
fn only_properties_that_are_set_are_written() {
    assert_bytes(|m| m.properties.address.set(b"q"), "005373 c0 06 03 40 40 a1 01 71 005377 40");
    assert_bytes(|m| m.properties.address.set(b""), "005373 c0 05 03 40 40 a1 00 005377 40");
    assert_bytes(|m| m.properties.message_id.set(Value::Ulong(0)), "005373 c0 02 01 44 005377 40");
}

#[test]
fn a_group_sequence_is_written_with_its_group_or_when_it_is_not_zero() {
    let nulls = "40 40 40 40 40 40 40 40 40 40";
    assert_bytes(|m| m.properties.group_sequence = 5, &format!("005373 c0 0e 0c {nulls} 40 52 05 005377 40"));
    assert_bytes(
        |m| m.properties.group_id.set(b"g"),
        &format!("005373 c0 0f 0c {nulls} a1 01 67 43 005377 40"),
    );
}

#[test]
fn a_property_list_takes_the_short_form_up_to_255_bytes() {
    let subject = |len: usize| {
        let mut message = Message::new();
        message.properties.subject.set(&vec![b's'; len]);
        encoded(&message)
    };
    assert_eq!(subject(249)[..9], hex("005373 c0 ff 04 40 40 40"));
    assert_eq!(subject(250)[..12], hex("005373 d0 00000103 00000004"));
}

#[test]
fn embedded_nul_bytes_survive() {
    assert_bytes(|m| m.properties.address.set(b"a\0b"), "005373 c0 08 03 40 40 a1 03 610062 005377 40");
    let message = decoded(&hex("005373 c0 08 03 40 40 a1 03 610062 005377 40"));
    assert_eq!(message.properties.address.get(), Some(&b"a\0b"[..]));
}

#[test]
fn the_body_section_follows_from_type_and_inferred_flag() {
    assert_bytes(|m| drop(m.body.open().put(Value::String(b"hello"))), "005377 a1 05 68656c6c6f");
    assert_bytes(|m| drop(m.body.open().put(Value::Binary(b"hello"))), "005377 a0 05 68656c6c6f");
    let inferred = |fill: fn(&mut Message), expected: &str| {
        assert_bytes(
            |m| {
                m.inferred = true;
                fill(m);
            },
            expected,
        );
    };
    inferred(|m| drop(m.body.open().put(Value::Binary(b"hello"))), "005375 a0 05 68656c6c6f");
    inferred(|m| put_list(&mut m.body, &[]), "005376 45");
    inferred(|m| put_list(&mut m.body, &[1, 2]), "005376 c0 05 02 54015402");
    inferred(
        |m| put_pair(&mut m.body, Value::String(b"a"), Value::String(b"b")),
        "005377 c1 07 02 a10161 a10162",
    );
    inferred(|m| drop(m.body.open().put(Value::String(b"hello"))), "005377 a1 05 68656c6c6f");
}

#[test]
fn annotations_are_written_between_header_and_properties() {
    assert_bytes(
        |m| {
            put_pair(&mut m.instructions, Value::Symbol(b"x"), Value::Uint(1));
            m.header.durable = true;
            m.properties.message_id.set(Value::Ulong(0));
        },
        "005370 c0 02 01 41 005371 c1 06 02 a30178 5201 005373 c0 02 01 44 005377 40",
    );
}

#[test]
fn a_buffer_of_exactly_the_encoded_size_suffices() {
    let message = typical();
    let expected = encoded(&message);
    let mut space = vec![0; expected.len()];
    let mut exact = FixedBuffer::new(&mut space);
    message.encode(&mut exact).unwrap();
    assert_eq!(exact.finish(), Ok(expected.len()));
    assert_eq!(space, expected);
}

#[test]
fn a_buffer_too_small_changes_nothing_and_tells_what_is_needed() {
    let message = typical();
    let expected = encoded(&message);
    for size in 0..expected.len() {
        let mut space = vec![0; size];
        let mut small = FixedBuffer::new(&mut space);
        message.encode(&mut small).unwrap();
        assert_eq!(small.finish().unwrap_err().needed, expected.len());
    }
    assert_eq!(encoded(&message), expected);
}

#[test]
fn a_message_survives_its_way_over_the_wire() {
    let mut before = typical();
    let bytes = encoded(&before);
    let mut after = decoded(&bytes);
    assert_eq!(encoded(&after), bytes, "as it arrived");
    assert_eq!(shown(&mut after), shown(&mut before));
    assert_eq!(encoded(&after), bytes, "after every part was opened");
    assert_eq!(after.properties.message_id.get(), Value::Ulong(1_234_567));
    assert_eq!(after.properties.group_sequence, u32::MAX);
}

#[test]
fn truncation_anywhere_is_reported_and_leaves_an_empty_message() {
    let bytes = encoded(&typical());
    let boundaries = section_starts(&bytes);
    assert_eq!(boundaries.len(), 6, "all six sections are there");
    for end in 1..bytes.len() {
        let mut message = typical();
        let result = message.decode(&bytes[..end]);
        if boundaries.contains(&end) {
            assert_eq!(result, Ok(()), "a message may end at {end}");
        } else {
            assert_eq!(result.unwrap_err().kind, DecodeErrorKind::Truncated, "cut at {end}");
            assert_eq!(shown(&mut message), "Message{}");
        }
    }
}

fn section_starts(bytes: &[u8]) -> Vec<usize> {
    let mut reader = crate::codec::Reader::new(bytes);
    let mut starts = Vec::new();
    while !reader.is_empty() {
        starts.push(reader.offset());
        reader.skip().unwrap();
    }
    starts
}

#[test]
fn no_change_of_a_byte_makes_decoding_panic_or_leave_a_part_that_cannot_be_opened() {
    let bytes = encoded(&typical());
    let mut message = Message::new();
    for at in 0..bytes.len().min(220) {
        for value in 0..=255 {
            let mut changed = bytes.clone();
            changed[at] = value;
            if message.decode(&changed).is_ok() {
                message.show(&mut Vec::new());
                for part in [&message.body, &message.annotations, &message.application_properties] {
                    assert_eq!(part.fault(), None, "byte {at} as {value:02x}");
                }
                encoded(&message);
            } else {
                assert_eq!(shown(&mut message), "Message{}");
            }
        }
    }
}

#[test]
fn malformed_content_deep_inside_a_part_is_refused_at_once() {
    let mut message = Message::new();
    let body = |value: &str| hex(&format!("005377 {value}"));
    let mut kind = |bytes: Vec<u8>| message.decode(&bytes).unwrap_err().kind;
    assert_eq!(kind(body("c0 03 01 a1 05")), DecodeErrorKind::Truncated);
    assert_eq!(kind(body("c0 04 02 c0 01 01")), DecodeErrorKind::Truncated);
    assert_eq!(kind(body("c0 02 01 57")), DecodeErrorKind::Constructor(0x57));
    assert_eq!(kind(body("46")), DecodeErrorKind::Constructor(0x46));
}

#[test]
fn decoding_clears_what_was_there_before() {
    let mut message = typical();
    message.decode(&hex("005377 a1 02 6869")).unwrap();
    assert_eq!(shown(&mut message), r#"Message{body="hi"}"#);
}

#[test]
fn sections_may_come_in_any_order_and_width_and_repeat() {
    let mut message = decoded(&hex(
        "005377 a1 02 6869 00 80 0000000000000073 c0 06 03 40 40 a1 01 70 005370 c0 02 01 41 005373 c0 06 03 40 40 a1 01 71",
    ));
    assert_eq!(shown(&mut message), r#"Message{address="q", durable=1, body="hi"}"#);
}

#[test]
fn unknown_sections_bare_values_and_footers_are_stepped_over() {
    let mut message = decoded(&hex("005377 a1 02 6869 005399 a1 01 61 00a30178 45 a10161 005378 c1 01 00"));
    assert_eq!(shown(&mut message), r#"Message{body="hi"}"#);
}

#[test]
fn fields_of_the_wrong_type_read_as_unset_and_shift_nothing() {
    let wrong_time = hex("005373 c0 15 0b 40 40 40 40 40 40 40 40 55 05 83 0000000000000009 40 005377 40");
    assert_eq!(decoded(&wrong_time).properties.creation_time, 9);
    let string_as_content_type = hex("005373 c0 0b 07 40 40 40 40 40 40 a1 01 78 005377 40");
    let mut message = Message::new();
    assert_eq!(message.decode(&string_as_content_type).unwrap_err().kind, DecodeErrorKind::Size);
    let string_as_content_type = hex("005373 c0 0a 07 40 40 40 40 40 40 a1 01 78 005377 40");
    assert!(!decoded(&string_as_content_type).properties.content_type.is_set());
    let header = hex("005370 c0 09 05 a10178 52 09 43 56 01 52 05 005377 40");
    let mut message = Message::new();
    assert!(message.decode(&header).is_err(), "the size does not fit");
    let header = hex("005370 c0 0b 05 a10178 52 09 43 56 01 52 05 005377 40");
    let expected = Header { first_acquirer: true, delivery_count: 5, ..Header::default() };
    assert_eq!(decoded(&header).header, expected);
}

#[test]
fn fields_beyond_those_we_know_are_stepped_over() {
    let header = hex("005370 c0 08 07 41 40 40 40 40 52 09 005377 40");
    let mut message = Message::new();
    assert!(message.decode(&header).is_err(), "a seventh field is promised");
    let header = hex("005370 c0 08 06 41 40 40 40 40 52 09 005377 40");
    assert!(decoded(&header).header.durable);
}

#[track_caller]
fn assert_id(wire: &str, expected: Value<'_>) {
    let id = hex(wire);
    let mut bytes = hex("005373 c0");
    bytes.extend([id.len() as u8 + 1, 1]);
    bytes.extend(id);
    assert_eq!(decoded(&bytes).properties.message_id.get(), expected);
}

#[test]
fn ids_of_the_four_types_and_counting_integers_are_accepted() {
    assert_id("44", Value::Ulong(0));
    assert_id("53 09", Value::Ulong(9));
    assert_id("98 07070707070707070707070707070707", Value::Uuid([7; 16]));
    assert_id("a0 01 00", Value::Binary(b"\0"));
    assert_id("a1 02 6964", Value::String(b"id"));
    assert_id("54 05", Value::Ulong(5));
    assert_id("71 00000100", Value::Ulong(256));
    assert_id("81 0000000000000100", Value::Ulong(256));
    for other in ["54 ff", "81 ffffffffffffffff", "52 05", "a3 01 61", "41", "45", "00 53 01 53 02"] {
        assert_id(other, Value::Null);
    }
}

#[test]
fn setting_an_id_of_another_type_unsets_it() {
    let mut id = MessageId::default();
    id.set(Value::String(b"x"));
    id.set(Value::Uint(5));
    assert_eq!(id.get(), Value::Null);
}

#[test]
fn an_id_shown_as_a_tree_is_the_value_the_cursor_stands_on() {
    let mut message = Message::new();
    message.properties.message_id.set(Value::Ulong(5));
    assert_eq!(message.properties.message_id.open().value(), Value::Ulong(5));
    message.properties.message_id.set(Value::Uint(6));
    assert_eq!(message.properties.message_id.get(), Value::Uint(6));
    assert_eq!(encoded(&message), hex("005373 c0 03 01 52 06 005377 40"));
    message.properties.message_id.open().rewind();
    assert_eq!(encoded(&message), hex("005377 40"));
    message.decode(&hex("005373 c0 02 01 44")).unwrap();
    assert_eq!(message.properties.message_id.open().value(), Value::Ulong(0));
}

#[test]
fn several_data_sections_are_one_binary() {
    let mut message = decoded(&hex("005375 a0 02 6869 005375 b0 00000001 21 005375 a0 00"));
    assert!(message.inferred);
    assert_eq!(body_of(&mut message), Value::Binary(b"hi!"));
    assert_eq!(encoded(&message), hex("005375 a0 03 686921"));
}

#[test]
fn several_sequences_are_one_list() {
    let mut message =
        decoded(&hex("005376 c0 03 01 54 01 005376 45 005376 d0 0000 0008 0000 0002 54 02 54 03"));
    assert!(message.inferred);
    assert_eq!(encoded(&message), hex("005376 c0 07 03 54 01 54 02 54 03"));
    assert_eq!(body_of(&mut message), Value::List);
    assert_eq!(message.body.open().get_list(), 3);
}

#[test]
fn body_sections_that_cannot_be_joined_are_refused() {
    for mixture in
        ["005375 a0 00 005376 45", "005377 40 005377 40", "005375 43 005375 a0 00", "005376 41 005376 45"]
    {
        let mut message = Message::new();
        assert_eq!(message.decode(&hex(mixture)).unwrap_err().kind, DecodeErrorKind::Unexpected, "{mixture}");
    }
}

#[test]
fn a_null_body_is_an_empty_one_and_the_section_sets_the_flag() {
    let message = decoded(&hex("005377 40"));
    assert!(message.body.is_empty());
    assert!(!message.inferred);
    let message = decoded(&hex("005375 43"));
    assert!(message.inferred);
    assert_eq!(encoded(&message), hex("005377 43"), "no binary, so no data section");
}

#[test]
fn values_described_twice_keep_both_descriptors() {
    let bytes = hex("005377 00 53 05 00 53 06 a1 01 78");
    let mut message = decoded(&bytes);
    assert_eq!(shown(&mut message), r#"Message{body=@5 @6 "x"}"#);
    assert_eq!(encoded(&message), bytes);
}

#[test]
fn encoding_and_looking_leave_the_content_where_it_is() {
    let bytes = encoded(&typical());
    let mut message = decoded(&bytes);
    let held = message.application_properties.open();
    held.next();
    assert_eq!(held.get_map(), 2);
    assert_eq!(encoded(&message), bytes);
    assert_eq!(message.application_properties.open().get_map(), 2, "the cursor is where it was");
}

#[test]
fn one_message_object_serves_many_messages() {
    let mut sent = typical();
    let mut received = Message::new();
    for round in 0..100u64 {
        sent.properties.message_id.set(Value::Ulong(round));
        let bytes = encoded(&sent);
        received.decode(&bytes).unwrap();
        assert_eq!(received.properties.message_id.get(), Value::Ulong(round));
        assert_eq!(received.properties.address.get(), Some(&b"orders.europe.new"[..]));
        assert_eq!(body_of(&mut received), Value::Binary(&[b'b'; 300]));
        received.decode(&hex("005377 40")).unwrap();
        assert_eq!(shown(&mut received), "Message{}");
    }
}

#[test]
fn large_maps_and_lists_are_kept_whole() {
    let mut message = Message::new();
    put_list(&mut message.body, &vec![1000; 70_000]);
    let bytes = encoded(&message);
    let mut message = decoded(&bytes);
    assert_eq!(body_of(&mut message), Value::List);
    assert_eq!(message.body.open().get_list(), 70_000);
    assert_eq!(message.body.fault(), None);
}

#[test]
fn the_text_form_shows_what_differs_from_the_default() {
    assert_eq!(shown(&mut Message::new()), "Message{}");
    let mut message = Message::new();
    message.inferred = true;
    message.properties.address.set(b"q");
    message.properties.message_id.set(Value::String(b"id"));
    message.properties.correlation_id.set(Value::Uuid([7; 16]));
    put_pair(&mut message.application_properties, Value::String(b"k"), Value::String(b"v"));
    message.body.open().put(Value::Binary(b"hello")).unwrap();
    let expected = r#"Message{address="q", id="id", correlation_id=UUID(07070707-0707-0707-0707-070707070707), inferred=1, properties={"k"="v"}, body=b"hello"}"#;
    assert_eq!(shown(&mut message), expected);
    assert_eq!(shown(&mut decoded(&encoded(&message))), expected, "whether the parts were opened or not");
}

#[test]
fn texts_are_escaped_only_where_they_cannot_be_printed() {
    let mut message = Message::new();
    message.properties.address.set(b"");
    message.properties.subject.set(b"a\"b\0\xff");
    message.properties.group_sequence = u32::MAX;
    assert_eq!(shown(&mut message), r#"Message{address="", subject="a"b\x00\xff", group_sequence=-1}"#);
}

#[test]
fn a_part_that_cannot_be_encoded_is_an_error() {
    let mut message = Message::new();
    message.body.open().put(Value::Unknown(99)).unwrap();
    assert!(message.encode(&mut Vec::new()).is_err());
}
