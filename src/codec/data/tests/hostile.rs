//! Bytes that nobody should send, and limits.

use super::*;

fn kind_of(hex: &str) -> FaultKind {
    Data::new().decode(&bytes(hex)).unwrap_err().kind
}

#[test]
fn incomplete_values_ask_for_more() {
    for whole in
        ["70 00000001", "a1 03 616263", "b0 00000001 00", "c0 03 01 54 07", "98 00", "00 53 01", "00"]
    {
        let whole = bytes(whole);
        for cut in 0..whole.len() {
            let mut data = Data::new();
            let fault = data.decode(&whole[..cut]).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Underflow, "{:02x?}", &whole[..cut]);
            assert_eq!(fault.text, "not enough data to decode");
        }
    }
}

#[test]
fn malformed_values_are_refused() {
    for hex in [
        "01",
        "46",
        "57",
        "62",
        "75",
        "a2 00",
        "c2 00",
        "e1 01 00",
        "ff", // no such constructors
        "c0 00 00",
        "d0 00000003 00000000",
        "e0 01 00 41", // sizes without room for the count
        "c0 02 01 54 07",
        "c0 04 01 54 07 41",
        "c0 02 00 41", // sizes that are not those of the content
        "e0 02 00 46",
        "e0 02 00 ff", // no such elements
        "00 00 53 01 40 40",
        "00 c0 01 00 40",
        "00 c1 01 00 40",
        "00 e0 02 00 41 40", // no descriptors
        "f0 00000009 00000000 00 c0 01 00 71",
    ] {
        assert_eq!(kind_of(hex), FaultKind::Argument, "{hex}");
    }
}

#[test]
fn odd_but_harmless_values_are_taken() {
    for (hex, text) in [
        ("56 02", "true"),
        ("a1 01 ff", "\"\\xff\""),
        ("c1 02 01 41", "{true}"),
        ("73 7fffff41", "A"),
        ("00 45 41", "@[] true"),
        ("00 40 41", "@null true"),
        ("e0 02 02 45", "@PN_LIST[[], []]"),
        ("e0 02 01 40", "@PN_NULL[null]"),
        ("f0 00000007 00000001 00 45 44", "@PN_ULONG[[], 0]"),
    ] {
        assert_eq!(text_of(&decoded(hex)), text);
    }
}

#[test]
fn what_follows_a_value_is_left() {
    assert_eq!(Data::new().decode(&bytes("54 07 ff ff")), Ok(2));
}

#[test]
fn a_fault_leaves_what_was_decoded_before_it() {
    let mut data = Data::new();
    assert!(data.decode(&bytes("c0 06 03 41 c0 02 01 54")).is_err());
    assert_eq!(text_of(&data), "[true, []]");
    assert_eq!(encoded(&data), bytes("c0 03 02 41 45"));
}

#[test]
fn deep_nesting_costs_no_stack() {
    let mut deep = Vec::new();
    for _ in 0..200_000 {
        deep.extend([0x00, 0x40]);
    }
    deep.push(0x41);
    let mut data = Data::new();
    assert_eq!(data.decode(&deep), Ok(deep.len()));
    assert_eq!(encoded(&data), deep);
    let mut copy = Data::new();
    copy.copy(&data).unwrap();
    assert_eq!(encoded(&copy), deep);
    let mut text = Vec::new();
    copy.write_text(&mut text);
    assert!(text.ends_with(b"@null true"));
}

#[test]
fn elements_of_no_width_are_bounded() {
    let array = |count: u32| [&[0xf0, 0, 0, 0, 5][..], &count.to_be_bytes(), &[0x40]].concat();
    let mut data = Data::new();
    assert!(data.decode(&array(65_535)).is_ok());
    assert_eq!(data.decode(&array(1)).unwrap_err().kind, FaultKind::Limit);
    assert_eq!(Data::new().decode(&array(u32::MAX)).unwrap_err().kind, FaultKind::Limit);
}

#[test]
fn a_stated_count_reserves_no_memory() {
    let mut data = Data::new();
    assert!(data.decode(&bytes("f0 00000006 ffffffff 50 01")).is_err());
    assert!(data.decode(&bytes("d0 00000005 ffffffff 41")).is_err());
    assert!(data.nodes.capacity() < 100);
}

#[test]
fn limits_hold_for_puts_and_decoding() {
    let mut data = Data::new();
    data.set_limits(2, 4);
    data.put_string(b"abc").unwrap();
    let fault = data.put_string(b"d").unwrap_err();
    assert_eq!((fault.kind, fault.text.as_ref()), (FaultKind::Limit, "pn_data string buffer limit exceeded"));
    assert_eq!(data.get_string(), Some(&b""[..]));
    let fault = data.put_int(1).unwrap_err();
    assert_eq!(fault.text, "pn_data node limit exceeded");
    assert_eq!(data.fault(), Some(&fault));
    data.clear();
    assert_eq!(data.decode(&bytes("c0 04 03 41 41 41")).unwrap_err().kind, FaultKind::Limit);
    assert_eq!(text_of(&data), "[true]");
    data.set_limits(0, 0);
    data.clear();
    assert!(data.decode(&bytes("c0 04 03 41 41 41")).is_ok());
}

#[test]
fn a_peer_gets_1024_values_and_the_application_more() {
    let list = |count: usize| {
        built(|d| {
            d.put_list()?;
            d.enter();
            (0..count).try_for_each(|_| d.put_uuid([1; 16]))
        })
    };
    let mut data = Data::from_peer(&encoded(&list(1023)));
    assert_eq!(data.fault(), None);
    assert_eq!((data.size(), data.kind()), (1024, None));
    data.put_int(1).unwrap();
    let over = Data::from_peer(&encoded(&list(1024)));
    assert_eq!(over.fault().map(|f| f.kind), Some(FaultKind::Limit));
    assert_eq!(over.size(), 1024);
}

/// A small deterministic source of numbers.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: u64) -> usize {
        usize::try_from(self.next() % n).unwrap()
    }
}

const CONSTRUCTORS: &[u8] = &[
    0x00, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x60, 0x61, 0x70,
    0x71, 0x72, 0x73, 0x74, 0x80, 0x81, 0x82, 0x83, 0x84, 0x94, 0x98, 0xa0, 0xa1, 0xa3, 0xb0, 0xb1, 0xb3,
    0xc0, 0xc1, 0xd0, 0xd1, 0xe0, 0xf0,
];

#[test]
fn no_bytes_whatsoever_upset_the_decoder() {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut understood = 0;
    for _ in 0..60_000 {
        let len = 1 + numbers.below(40);
        let input: Vec<u8> = (0..len)
            .map(|_| match numbers.below(3) {
                0 => CONSTRUCTORS[numbers.below(CONSTRUCTORS.len() as u64)],
                1 => u8::try_from(numbers.below(12)).unwrap(),
                _ => u8::try_from(numbers.below(256)).unwrap(),
            })
            .collect();
        let mut data = Data::new();
        let result = data.decode(&input);
        let mut text = Vec::new();
        data.write_text(&mut text);
        data.write_listing(&mut text);
        let Ok(out) = ({
            let mut out = Vec::new();
            data.encode(&mut out).map(|()| out)
        }) else {
            continue;
        };
        if result.is_ok() {
            understood += 1;
            let mut again = Data::new();
            assert_eq!(again.decode(&out), Ok(out.len()), "{input:02x?} became {out:02x?}");
            assert_eq!(encoded(&again), out);
        }
    }
    assert!(understood > 1000, "{understood}");
}
