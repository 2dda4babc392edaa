//! The cursor: moving, putting, copying.

use super::*;

fn one_list() -> Data {
    filled("i[ii]i", vec![int(1), int(2), int(3), int(4)])
}

#[test]
fn the_cursor_walks_siblings_and_levels() {
    let mut d = one_list();
    assert_eq!(d.kind(), None);
    assert!(!d.enter() && !d.exit() && !d.prev());
    assert!(d.next() && d.next() && d.enter());
    assert_eq!(d.kind(), None);
    assert!(d.next() && d.next() && !d.next());
    assert_eq!(d.get_int(), 3);
    assert!(d.prev() && !d.prev());
    assert_eq!(d.get_int(), 2);
    assert!(d.exit());
    assert_eq!((d.kind(), d.get_list()), (Some(Type::List), 2));
    assert!(d.next() && !d.next());
    assert_eq!(d.get_int(), 4);
}

#[test]
fn getters_convert_nothing() {
    let d = built(|d| d.put_int(5));
    assert_eq!(d.get_int(), 0, "before the first value there is none");
    let mut d = d;
    d.next();
    assert_eq!((d.get_int(), d.get_long(), d.get_uint()), (5, 0, 0));
    assert_eq!((d.get_string(), d.get_array_type(), d.is_null()), (None, None, false));
}

#[test]
fn narrowing_starts_behind_the_current_value() {
    let mut d = one_list();
    d.next();
    d.narrow();
    d.rewind();
    assert!(d.next());
    assert_eq!(d.kind(), Some(Type::List));
    d.widen();
    d.rewind();
    assert!(d.next());
    assert_eq!(d.get_int(), 1);
}

#[test]
fn bookmarks_bring_the_cursor_back() {
    let mut d = one_list();
    assert_eq!(d.point(), 0);
    d.next();
    d.next();
    let on_list = d.point();
    d.enter();
    let in_list = d.point();
    d.next();
    assert!(d.restore(on_list));
    assert_eq!(d.kind(), Some(Type::List));
    assert!(d.restore(in_list) && d.next());
    assert_eq!(d.get_int(), 2);
    for garbage in [99, -99, i64::MAX, i64::MIN, i64::MIN + 1] {
        assert!(!d.restore(garbage));
    }
    assert!(d.restore(0) && d.next());
    assert_eq!(d.get_int(), 1);
}

#[test]
fn lookup_goes_from_key_to_value() {
    let mut d = filled("{SisiSi}", vec![words("a"), int(1), words("b"), int(2), words("c"), int(3)]);
    d.next();
    d.enter();
    assert!(d.lookup(b"b"));
    assert_eq!(d.get_int(), 2);
    assert!(!d.lookup(b"a"), "the search goes on from the cursor");
    assert_eq!(d.get_int(), 3);
}

#[test]
fn putting_over_a_value_keeps_what_follows_it() {
    let mut d = filled("[iii]i", vec![int(1), int(2), int(3), int(9)]);
    d.next();
    d.enter();
    d.next();
    d.put_string(b"x").unwrap();
    assert_eq!(text_of(&d), "[1, \"x\", 3], 9");
    d.rewind();
    d.put_symbol(b"s").unwrap();
    assert_eq!((text_of(&d).as_str(), d.size()), (":s, 9", 5));
    d.put_list().unwrap();
    d.enter();
    d.put_null().unwrap();
    assert_eq!(text_of(&d), ":s, [null]");
}

#[test]
fn nothing_can_be_put_into_a_scalar() {
    let mut d = built(|d| d.put_int(1));
    d.next();
    d.enter();
    assert_eq!(d.put_int(2).unwrap_err().kind, FaultKind::Failed);
    assert_eq!((text_of(&d).as_str(), d.size()), ("1", 1));
}

#[test]
fn bytes_are_followed_by_a_nul() {
    let mut d = built(|d| d.put_string(b"abc").and_then(|()| d.put_symbol(b"")));
    d.next();
    let start = d.get_string().unwrap().as_ptr();
    assert!(d.lends(start));
    assert_eq!(d.text, b"abc\0\0");
}

#[test]
fn copies_are_whole_and_limited() {
    let source = one_list();
    let mut d = Data::new();
    d.append(&source, Some(2)).unwrap();
    assert_eq!(text_of(&d), "1, [2, 3]");
    d.append(&source, Some(0)).unwrap();
    d.append(&source, None).unwrap();
    assert_eq!(text_of(&d), "1, [2, 3], 1, [2, 3], 4");
    d.copy(&source).unwrap();
    assert_eq!(text_of(&d), "1, [2, 3], 4");
    assert_eq!(d.kind(), None);
    let mut narrowed = one_list();
    narrowed.next();
    narrowed.narrow();
    d.copy(&narrowed).unwrap();
    assert_eq!(text_of(&d), "[2, 3], 4");
}

#[test]
fn a_copy_goes_over_what_is_there() {
    let mut d = filled("i[ii]i", vec![int(7), int(8), int(9), int(10)]);
    let source = filled("[S]", vec![words("x")]);
    d.append(&source, None).unwrap();
    assert_eq!(text_of(&d), "[\"x\"], [8, 9], 10");
}

#[test]
fn clearing_forgets_values_narrowing_and_fault() {
    let mut d = one_list();
    d.next();
    d.narrow();
    assert!(fill(&mut d, "]", vec![]).is_err());
    assert!(d.fault().is_some());
    d.clear();
    assert!(d.is_empty() && d.fault().is_none() && !d.next());
    d.put_int(3).unwrap();
    d.rewind();
    assert!(d.next());
    assert_eq!((d.get_int(), d.first_type()), (3, Some(Type::Int)));
}
