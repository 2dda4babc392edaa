//! Text forms.

use super::*;

#[test]
fn every_type_has_its_text() {
    for (value, text) in [
        (Value::Null, "null"),
        (Value::Bool(true), "true"),
        (Value::Byte(-7), "-7"),
        (Value::Double(1e100), "1e+100"),
        (Value::Char(0x1_0041), "A"),
        (Value::Decimal32(7), "D32(7)"),
        (Value::Decimal64(8), "D64(8)"),
        (Value::Decimal128([0xab; 16]), "D128(abababababababababababababababab)"),
        (
            Value::Uuid([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
            "UUID(01020304-0506-0708-090a-0b0c0d0e0f10)",
        ),
        (Value::Binary(b"a\0\xff"), r#"b"a\x00\xff""#),
        (Value::String(b"a\"b'\\"), r#""a\x22b\x27\x5c""#),
        (Value::Symbol(b"abc"), ":abc"),
        (Value::Symbol(b""), ":"),
        (Value::Symbol(b"ab-c1"), ":\"ab-c1\""),
        (Value::Unknown(77), "<UNKNOWN>"),
    ] {
        assert_eq!(text_of(&built(|d| d.put(value))), text);
    }
}

#[test]
fn compounds_show_their_content() {
    let odd = filled("{iii}", vec![int(1), int(2), int(3)]);
    assert_eq!(text_of(&odd), "{1=2, 3}");
    assert_eq!(text_of(&decoded("00 a3 01 61 00 80 0000000000001000 54 02")), "@:a @4096 2");
    assert_eq!(text_of(&built(Data::put_described)), "@");
    assert_eq!(text_of(&built(|d| d.put_array(false, None))), "@<UNKNOWN>[]");
}

#[test]
fn standard_composites_are_named_and_omit_null_fields() {
    let d = filled("DL[SnnI]", vec![int(16), words("c"), int(5)]);
    assert_eq!(text_of(&d), "@open(16) [container-id=\"c\", channel-max=5]");
    let d = filled("DLS", vec![int(119), words("hi")]);
    assert_eq!(text_of(&d), "@amqp-value(119) \"hi\"");
    let d = filled("DL[nInInI]", vec![int(35), int(3), int(4), int(5)]);
    assert_eq!(text_of(&d), "@received(35) [section-offset=3, 4, 5]");
    let d = filled("DL[n[n]nDL[nI]]", vec![int(16), int(16), int(3)]);
    assert_eq!(text_of(&d), "@open(16) [hostname=[null], channel-max=@open(16) [hostname=3]]");
}

#[test]
fn the_listing_names_every_link() {
    let d = filled("[i]S", vec![int(1), words("a")]);
    let mut out = Vec::new();
    d.write_listing(&mut out);
    let expected = "{current=0, parent=0}\n\
        Node 1: prev=0, next=3, parent=0, down=2, children=1, type=PN_LIST (<list>)\n\
        Node 2: prev=0, next=0, parent=1, down=0, children=0, type=PN_INT (1)\n\
        Node 3: prev=1, next=0, parent=0, down=0, children=0, type=PN_STRING (\"a\")\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}
