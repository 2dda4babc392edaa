//! The forms of the spec, broken bytes, and bytes at random.

use super::*;

fn text(hex: &str) -> String {
    let bytes: Vec<u8> = hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
    let mut out = String::new();
    assert_eq!(dump(&mut out, &bytes), bytes.len(), "{hex}");
    out
}

/// Each line: bytes, a bar, text.
fn check(table: &str) {
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (hex, expected) = line.split_once('|').unwrap();
        assert_eq!(text(hex), expected.trim(), "{hex}");
    }
}

#[test]
fn scalars_show_unsigned_in_hex_and_signed_in_decimal() {
    check(
        r#"
        40 | null
        41 | true
        42 | false
        56 02 | true
        43 | 0x0
        44 | 0x0
        50 1f | 0x1f
        70 00 00 01 00 | 0x100
        80 00 00 00 00 00 00 00 99 | 0x99
        51 ff | -1
        54 85 | -123
        61 ff 00 | -256
        81 ff ff ff ff ff ff ff 00 | -256
        83 00 00 00 00 00 00 03 e8 | 1000
        72 3f c0 00 00 | 1.5
        82 bf b9 99 99 99 99 99 9a | -0.1
        73 00 00 00 41 | A
        73 00 00 00 e9 | \xe9
        74 00 00 00 07 | D32(0007)
        84 00 00 00 00 00 00 00 07 | D64(00000007)
        94 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f | D128(000102030405060708090a0b0c0d0e0f)
        98 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f | UUID(00010203-0405-0607-0809-0a0b0c0d0e0f)
        a0 03 61 22 ff | b"a\x22\xff"
        a1 03 61 27 5c | "a\x27\x5c"
        a3 03 61 2d 31 | :a-1
        a3 03 31 61 62 | :"1ab"
        a3 03 61 3a 62 | :"a:b"
        a3 00 | :""
        b3 00 00 00 02 61 62 | :ab
        "#,
    );
}

#[test]
fn compounds_show_their_elements_and_a_wrong_count() {
    check(
        r#"
        45 | []
        c0 01 00 | []
        c0 05 02 54 01 54 02 | [1, 2]
        c0 05 02 40 43 40 40 | [null, 0x0, null, null]<4!=2>
        c0 05 03 54 01 54 02 | [1, 2]<2!=3>
        d0 00 00 00 04 00 00 00 00 | []
        c1 06 02 a1 01 6b 52 01 | {"k"=0x1}
        c1 04 01 a1 01 6b | {"k"}
        c1 06 03 a1 01 6b 52 01 | {"k"=0x1}<2!=3>
        c1 0a 04 a1 01 6b 52 01 43 c1 01 00 | {"k"=0x1, 0x0={}}
        e0 02 00 71 | @<int>[]
        e0 04 02 51 01 02 | @<byte>[1, 2]
        e0 06 02 a3 01 61 01 62 | @<symbol>[:a, :b]
        e0 02 05 43 | @<uint>[0x0, ...(4 more)]
        e0 02 01 43 | @<uint>[0x0]
        e0 02 05 41 | @<true>[true, ...(4 more)]
        e0 02 05 45 | @<list>[[], ...(4 more)]
        e0 03 02 56 01 | @<bool>[true]<1!=2>
        e0 04 01 50 05 06 | @<ubyte>[0x5, 0x6]<2!=1>
        e0 08 02 00 a3 01 64 54 01 02 | @<int>[1, 2]
        e0 06 02 c0 01 00 01 00 | @<list>[[], []]
        f0 00 00 00 0d 00 00 00 02 71 00 00 00 01 00 00 00 02 | @<int>[1, 2]
        "#,
    );
}

#[test]
fn described_values_show_names_and_hide_what_is_null() {
    check(
        r#"
        00 53 10 c0 0a 03 a1 01 63 40 70 00 00 10 00 | @open(16) [container-id="c", max-frame-size=0x1000]
        00 80 00 00 00 00 00 00 00 10 45 | @open(16) []
        00 53 24 45 | @accepted(36) []
        00 53 17 c0 04 03 43 40 41 | @end(23) [error=0x0, true]
        00 53 77 a1 02 68 69 | @amqp-value(119) "hi"
        00 53 7f 41 | @127 true
        00 53 7f c0 03 02 40 41 | @127 [true]
        00 53 99 45 | @153 []
        00 44 45 | @0 []
        00 53 10 c1 01 00 | @open(16) {}
        00 a3 01 61 54 02 | @:a 2
        00 a3 01 61 c0 02 01 40 | @:a [null]
        00 54 05 54 02 | @5 2
        00 00 53 01 53 02 53 03 | @@1 0x2 0x3
        00 c0 03 01 54 01 41 | @[1] true
        c0 09 02 00 53 01 00 53 02 43 41 | [@1 @2 0x0, true]
        00 53 11 c0 12 05 40 43 70 7f ff ff ff 70 7f ff ff ff 70 7f ff ff ff | @begin(17) [next-outgoing-id=0x0, incoming-window=0x7fffffff, outgoing-window=0x7fffffff, handle-max=0x7fffffff]
        00 53 15 c0 0a 05 41 43 52 05 41 00 53 24 45 | @disposition(21) [role=true, first=0x0, last=0x5, settled=true, state=@accepted(36) []]
        00 53 16 c0 13 03 43 41 00 53 1d c0 0b 02 a3 03 78 3a 79 a1 03 77 68 79 | @detach(22) [handle=0x0, closed=true, error=@error(29) [condition=:"x:y", description="why"]]
        "#,
    );
}

#[test]
fn what_is_broken_shows_as_two_exclamation_marks() {
    check(
        r#"
        00 | @!!
        00 53 | @!!
        00 53 10 | @open(16) !!
        01 | !!
        46 | !!
        57 00 | !!
        52 | !!
        a0 05 61 | !!
        c0 00 | [!!]
        c0 05 | [!!]
        c0 05 02 54 | [!!]
        c0 02 02 54 | [!!]<1!=2>
        c0 04 02 01 02 03 | [!!]<1!=2>
        c1 03 02 41 | {!!}
        c1 04 02 a1 05 6b | {!!}<1!=2>
        d0 ff ff ff ff 00 00 00 01 | [!!]
        e0 00 | @<>[!!]
        e0 01 00 | @<!!>[]
        e0 02 02 ff | @<ff>[]<0!=2>
        e0 02 02 01 | @<01>[!!]<0!=2>
        "#,
    );
}

#[test]
fn only_the_first_value_is_consumed() {
    let mut out = String::new();
    assert_eq!(dump(&mut out, &[0x52, 0x61, 0x43]), 2);
    assert_eq!(dump(&mut out, &[]), 0);
    assert_eq!(out, "0x61!!");
}

#[test]
#[cfg_attr(miri, ignore = "takes an interpreter too long")]
fn nesting_beyond_the_ceiling_is_left_out_but_still_consumed() {
    let mut lists = vec![0x45];
    while lists.len() < 200 {
        lists.splice(0..0, [0xc0, u8::try_from(lists.len() + 1).unwrap(), 1]);
    }
    let mut out = String::new();
    assert_eq!(dump(&mut out, &lists), lists.len());
    assert!(out.ends_with(&format!("[...{}", "]".repeat(MAX_DEPTH))), "{out}");
    let mut descriptors = vec![0x00; 100_000];
    descriptors.resize(200_001, 0x40);
    let mut out = String::new();
    assert_eq!(dump(&mut out, &descriptors), descriptors.len());
    assert!(out.len() < 1000);
}

#[test]
fn text_is_cut_at_its_limit_however_long_the_value() {
    let mut long = vec![0xb0, 0, 1, 0, 0];
    long.resize(5 + 65536, 0xff);
    let mut out = String::from("é ");
    assert_eq!(dump_within(&mut out, &long, 20), long.len());
    assert_eq!(out, r#"é b"\xff\xff\xff\xf"#);
    let mut full = String::from("four");
    assert_eq!(dump_within(&mut full, &[0x41], 2), 1);
    assert_eq!(full, "four");
}

#[test]
#[cfg_attr(miri, ignore = "takes an interpreter too long")]
fn no_bytes_make_the_dump_panic_or_the_text_explode() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[4]
    };
    const CODES: [u8; 16] =
        [0x00, 0x40, 0x41, 0x43, 0x45, 0x52, 0x53, 0x73, 0xa0, 0xa1, 0xa3, 0xc0, 0xc1, 0xd0, 0xe0, 0xf0];
    for _ in 0..100_000 {
        let len = usize::from(next() % 64);
        let bytes: Vec<u8> = (0..len)
            .map(|_| match next() % 4 {
                0 => next(),
                1 => next() % 32,
                _ => CODES[usize::from(next() % 16)],
            })
            .collect();
        let mut out = String::new();
        assert!(dump(&mut out, &bytes) <= bytes.len());
        assert!(out.len() <= 64 + bytes.len() * 64, "{out}");
        assert!(out.is_ascii());
    }
}
