//! Fill and scan formats.

use super::*;

fn text_after(format: &str, arguments: Vec<Argument>) -> String {
    text_of(&filled(format, arguments))
}

#[test]
fn every_letter_puts_its_type() {
    let texts = vec![Some(&b"x"[..]), None, Some(b"z")];
    let mut d = Data::new();
    fill(&mut d, "noBbHhIiLltfd", {
        let mut list: Vec<_> = [1, 300, -1, 65536 + 7, -2, 5, -5, 6, -6, 77].map(int).to_vec();
        list.extend([Argument::Double(1.5), Argument::Double(0.25)]);
        list
    })
    .unwrap();
    assert_eq!(text_of(&d), "null, true, 44, -1, 7, -2, 5, -5, 6, -6, 77, 1.5, 0.25");
    let nothing = || Argument::Text(None);
    assert_eq!(
        text_after("ZzzSsSsa*s", {
            let mut list =
                vec![words("b"), words(""), nothing(), words("t"), words("y"), nothing(), nothing()];
            list.extend([Argument::Atom(Some(Value::Char(65))), Argument::Texts(texts)]);
            list
        }),
        "b\"b\", b\"\", null, \"t\", :y, null, null, A, :x, null, :z"
    );
    assert_eq!(text_after("a", vec![Argument::Atom(None)]), "null");
}

#[test]
fn compounds_nest_and_described_values_end_by_themselves() {
    let d = filled("?DL[?SSnI]?S", {
        vec![
            int(1),
            int(16),
            int(0),
            words("container-1"),
            Argument::Text(None),
            int(965),
            int(1),
            words("extra"),
        ]
    });
    let mut described = d;
    described.next();
    assert!(described.is_described() && described.next());
    assert_eq!(described.get_string(), Some(&b"extra"[..]));
    assert_eq!(
        text_after("{S[iii]SI}", vec![words("foo"), int(1), int(987), int(3), words("bar"), int(965)]),
        "{\"foo\"=[1, 987, 3], \"bar\"=965}"
    );
    assert_eq!(text_after("DsDLii", vec![words("a"), int(1000), int(2), int(3)]), "@:a @1000 2, 3");
    assert_eq!(text_after("@T[ii]i", vec![int(8), int(7), int(8), int(9)]), "@PN_INT[7, 8], 9");
    assert_eq!(text_after("[i}i", vec![int(1), int(2)]), "[1], 2");
}

#[test]
fn a_question_mark_drops_the_next_value_whole() {
    assert_eq!(text_after("?[ii]i", vec![int(0), int(7), int(8), int(9)]), "null, 9");
    assert_eq!(text_after("?[ii]i", vec![int(1), int(7), int(8), int(9)]), "[7, 8], 9");
    assert_eq!(text_after("[?DL[i]i]", vec![int(0), int(1), int(7), int(8)]), "[null, 8]");
    assert_eq!(text_after("[?@T[ii]i]", vec![int(0), int(8), int(7), int(8), int(9)]), "[null, 9]");
    assert_eq!(text_after("??ii", vec![int(1), int(0), int(7), int(8)]), "null, 8");
    let d = filled("?i", vec![int(0), int(7)]);
    assert_eq!((d.size(), encoded(&d)), (2, vec![0x40]));
}

#[test]
fn a_later_call_goes_on_where_one_stopped() {
    let mut d = Data::new();
    fill(&mut d, "D", vec![]).unwrap();
    assert_eq!(text_of(&d), "@");
    fill(&mut d, "Li", vec![int(1000), int(2)]).unwrap();
    fill(&mut d, "i", vec![int(3)]).unwrap();
    assert_eq!(text_of(&d), "@1000 2, 3");
    let mut d = Data::new();
    fill(&mut d, "?", vec![int(0)]).unwrap();
    assert_eq!((text_of(&d).as_str(), encoded(&d)), ("null", vec![0x40]));
    fill(&mut d, "ii", vec![int(1), int(2)]).unwrap();
    assert_eq!(text_of(&d), "null, 2");
    let mut d = Data::new();
    fill(&mut d, "[i", vec![int(1)]).unwrap();
    d.put_int(2).unwrap();
    assert_eq!(text_of(&d), "[1, 2]");
}

#[test]
fn trees_are_put_by_their_first_value() {
    let tree = |d: &Data| Argument::Tree(Some(d.clone()));
    let many = filled("@T[ss]i", vec![int(21), words("a"), words("b"), int(1)]);
    let one = filled("@T[s]", vec![int(21), words("a")]);
    let none = filled("@T[]", vec![int(21)]);
    assert_eq!(text_after("CC", vec![tree(&many), tree(&one)]), "@PN_SYMBOL[:a, :b], @PN_SYMBOL[:a]");
    assert_eq!(
        text_after("MMMM", vec![tree(&many), tree(&one), tree(&none), Argument::Tree(None)]),
        "@PN_SYMBOL[:a, :b], :a, null, null"
    );
    assert_eq!(text_after("CC", vec![Argument::Tree(None), tree(&Data::new())]), "null, null");
    let mut at_end = filled("i", vec![int(1)]);
    at_end.next();
    at_end.narrow();
    assert_eq!(text_after("Ci", vec![tree(&at_end), int(5)]), "5");
}

#[test]
fn wrong_fill_formats_are_told() {
    let mut d = Data::new();
    let fault = fill(&mut d, "c", vec![]).unwrap_err();
    assert_eq!((fault.kind, fault.text.as_ref()), (FaultKind::Argument, "unrecognized fill code: 0x63 'c'"));
    assert_eq!(fill(&mut d, "*i", vec![]).unwrap_err().kind, FaultKind::Argument);
    assert_eq!(fill(&mut d, "]", vec![]).unwrap_err().text, "exit failed");
    assert_eq!(fill(&mut d, "T", vec![int(1)]).unwrap_err().text, "naked type");
    assert_eq!(d.fault().map(|f| f.text.as_ref()), Some("naked type"));
}

fn sample() -> Data {
    filled("DL[iSn[ii]]", vec![int(1000), int(9), words("str"), int(1), int(0)])
}

#[test]
fn a_scan_takes_what_matches_and_zero_for_the_rest() {
    let mut d = sample();
    assert_eq!(scanned(&mut d, "D?L[?iS]"), "yes 1000 yes 9 \"str\"");
    assert_eq!(scanned(&mut d, "DL[.S.[ii]]"), "1000 \"str\" 1 0");
    assert_eq!(scanned(&mut d, "D?LC"), "yes 1000 [9, \"str\", null, [1, 0]]");
    assert_eq!(scanned(&mut d, "DL[ii]"), "1000 9 0");
    assert_eq!(scanned(&mut d, "D.[.S]"), "\"str\"");
    let mut d = filled("i[ii]i", vec![int(1), int(2), int(3), int(4)]);
    assert_eq!(scanned(&mut d, "iiii"), "1 0 4 0");
    assert_eq!(scanned(&mut d, "?i?L?i"), "yes 1 no 0 yes 4");
}

#[test]
fn what_stands_in_a_compound_that_is_not_there_takes_nothing() {
    let mut d = filled("i[ii]i", vec![int(1), int(2), int(3), int(4)]);
    assert_eq!(scanned(&mut d, "[ii]ii"), "0 0 0 4");
    assert_eq!(scanned(&mut d, "i?{ii}i"), "1 no 0 0 4");
    assert_eq!(scanned(&mut d, "Diiii"), "0 0 0 4");
    assert_eq!(scanned(&mut d, "?Di[ii]ii"), "no 0 0 0 0 4");
    assert_eq!(scanned(&mut d, "D[ii]?i?i?i"), "0 0 no 0 no 0 yes 4");
    assert_eq!(scanned(&mut d, "DDiiii"), "0 0 4 0");
}

#[test]
fn described_values_are_left_at_their_end() {
    let arguments = [1000, 2, 1003, 1004, 5, 6].map(int).to_vec();
    let mut d = filled("DLiDLDLii", arguments);
    assert_eq!(scanned(&mut d, "D.iD.D.ii"), "2 5 6");
    assert_eq!(scanned(&mut d, "D[i].ii"), "0 0 6");
    assert_eq!(scanned(&mut d, "D..D..i"), "6");
}

#[test]
fn the_bracket_of_an_array_may_be_left_out() {
    let mut d = filled("@T[ii]i", vec![int(8), int(1), int(2), int(3)]);
    assert_eq!(scanned(&mut d, "@[ii]i"), "1 2 3");
    assert_eq!(scanned(&mut d, "@ii]i"), "1 2 3");
    assert_eq!(scanned(&mut d, "@i[i]i"), "1 2 3");
    assert_eq!(scanned(&mut d, "@iii"), "1 2 0");
}

#[test]
fn a_whole_value_needs_something_before_or_around_it() {
    let mut d = filled("i[i]i", vec![int(1), int(2), int(3)]);
    assert_eq!(scanned(&mut d, "?C?C?a"), "no - yes [2] yes Int(3)");
    assert_eq!(scanned(&mut d, "?a?a"), "no - no -");
}

#[test]
fn wrong_scan_formats_are_told() {
    let mut d = sample();
    let mut scan = |format: &str| d.scan(format.as_bytes(), &mut Found::default()).unwrap_err();
    assert_eq!(scan("x").text, "unrecognized scan code: 0x78 'x'");
    assert_eq!(scan("?").text, "codes must follow a ?");
    assert_eq!(scan("??i").kind, FaultKind::Argument);
    let fault = scan("]");
    assert_eq!((fault.kind, fault.text.as_ref()), (FaultKind::Failed, "exit failed"));
}

#[test]
#[cfg_attr(miri, ignore = "takes an interpreter too long")]
fn filling_bit_by_bit_keeps_what_was_lent_and_copies_it_seldom() {
    let mut d = Data::new();
    let mut moves = 0;
    for _ in 0..5000 {
        let before = d.text.as_ptr();
        d.with_text_kept(|d| {
            fill(d, "S", vec![words("word")]).unwrap();
            let kept =
                d.outgrown.as_ref().map(|outgrown| outgrown.0.iter().any(|old| old.as_ptr() == before));
            let moved = d.text.as_ptr() != before;
            assert!(!moved || d.text.len() == 5 || kept == Some(true));
            moves += usize::from(moved);
        });
        assert!(d.outgrown.is_none());
    }
    assert!(moves < 20, "{moves}");
}
