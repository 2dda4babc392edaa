//! Tests of the tree by concept; this file has what they share.

mod coding;
mod formats;
mod hostile;
mod navigation;
mod text;

use super::*;
use crate::codec::writer::{FixedBuffer, Overflow};

/// The bytes of `hex`, which may have blanks.
fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn encoded(data: &Data) -> Vec<u8> {
    let mut out = Vec::new();
    data.encode(&mut out).unwrap();
    let len = out.len();
    assert_eq!(data.encoded_len().unwrap(), len, "the size foretold is the size written");
    let mut place = vec![0; len];
    assert_eq!(into_place(data, &mut place), Ok(len));
    assert_eq!(place, out, "a buffer gets the same bytes as a vector");
    if let Some(short) = place.get_mut(1..) {
        assert_eq!(into_place(data, short), Err(Overflow { needed: len }));
    }
    out
}

fn into_place(data: &Data, place: &mut [u8]) -> Result<usize, Overflow> {
    let mut sink = FixedBuffer::new(place);
    data.encode(&mut sink).unwrap();
    sink.finish()
}

fn decoded(hex: &str) -> Data {
    let input = bytes(hex);
    let mut data = Data::new();
    assert_eq!(data.decode(&input), Ok(input.len()), "{hex}");
    data
}

fn text_of(data: &Data) -> String {
    let mut out = Vec::new();
    data.write_text(&mut out);
    String::from_utf8(out).unwrap()
}

/// Builds a tree and gives it rewound.
fn built(build: impl FnOnce(&mut Data) -> Result<(), Fault>) -> Data {
    let mut data = Data::new();
    build(&mut data).unwrap();
    data.rewind();
    data
}

/// One argument of a fill format.
#[derive(Clone)]
enum Argument {
    Int(i64),
    Double(f64),
    Text(Option<&'static [u8]>),
    Texts(Vec<Option<&'static [u8]>>),
    Tree(Option<Data>),
    Atom(Option<Value<'static>>),
}

/// Arguments given as a list.
struct Listed(std::vec::IntoIter<Argument>);

impl Listed {
    fn integer(&mut self) -> i64 {
        match self.0.next() {
            Some(Argument::Int(v)) => v,
            _ => panic!("the format asks for an integer"),
        }
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "as C would pass them")]
impl Arguments for Listed {
    fn int(&mut self) -> i32 {
        self.integer() as i32
    }
    fn uint(&mut self) -> u32 {
        self.integer() as u32
    }
    fn long(&mut self) -> i64 {
        self.integer()
    }
    fn ulong(&mut self) -> u64 {
        self.integer() as u64
    }
    fn double(&mut self) -> f64 {
        match self.0.next() {
            Some(Argument::Double(v)) => v,
            _ => panic!("the format asks for a number"),
        }
    }
    fn sized_bytes(&mut self) -> Option<&[u8]> {
        self.string()
    }
    fn string(&mut self) -> Option<&[u8]> {
        match self.0.next() {
            Some(Argument::Text(v)) => v,
            _ => panic!("the format asks for text"),
        }
    }
    fn strings(&mut self, each: &mut EachString<'_>) -> Result<(), Fault> {
        match self.0.next() {
            Some(Argument::Texts(texts)) => texts.into_iter().try_for_each(each),
            _ => panic!("the format asks for texts"),
        }
    }
    fn atom(&mut self) -> Option<Value<'_>> {
        match self.0.next() {
            Some(Argument::Atom(v)) => v,
            _ => panic!("the format asks for an atom"),
        }
    }
    fn tree(&mut self) -> Tree {
        match self.0.next() {
            Some(Argument::Tree(v)) => v.map_or(Tree::Absent, Tree::Other),
            _ => panic!("the format asks for a tree"),
        }
    }
}

fn int(value: i64) -> Argument {
    Argument::Int(value)
}

fn words(text: &'static str) -> Argument {
    Argument::Text(Some(text.as_bytes()))
}

fn fill(data: &mut Data, format: &str, arguments: Vec<Argument>) -> Result<(), Fault> {
    data.fill(format.as_bytes(), &mut Listed(arguments.into_iter()))
}

fn filled(format: &str, arguments: Vec<Argument>) -> Data {
    built(|data| fill(data, format, arguments))
}

/// What a scan found, in words: `9`, `"str"`, `yes`, `no`, `-` for nothing.
#[derive(Default)]
struct Found {
    words: Vec<String>,
    flag: usize,
}

impl Found {
    fn show(&mut self, value: impl ToString) {
        self.words.push(value.to_string());
    }
}

impl Outputs for Found {
    fn flag(&mut self) {
        self.flag = self.words.len();
        self.show("?");
    }
    fn set_flag(&mut self, found: bool) {
        self.words[self.flag] = if found { "yes" } else { "no" }.to_owned();
    }
    fn bool(&mut self, value: bool) {
        self.show(value);
    }
    fn ubyte(&mut self, value: u8) {
        self.show(value);
    }
    fn byte(&mut self, value: i8) {
        self.show(value);
    }
    fn ushort(&mut self, value: u16) {
        self.show(value);
    }
    fn short(&mut self, value: i16) {
        self.show(value);
    }
    fn uint(&mut self, value: u32) {
        self.show(value);
    }
    fn int(&mut self, value: i32) {
        self.show(value);
    }
    fn char(&mut self, value: u32) {
        self.show(value);
    }
    fn ulong(&mut self, value: u64) {
        self.show(value);
    }
    fn long(&mut self, value: i64) {
        self.show(value);
    }
    fn timestamp(&mut self, value: i64) {
        self.show(value);
    }
    fn float(&mut self, value: f32) {
        self.show(value);
    }
    fn double(&mut self, value: f64) {
        self.show(value);
    }
    fn bytes(&mut self, value: Option<&[u8]>) {
        self.show(value.map_or_else(|| "-".into(), |v| format!("\"{}\"", String::from_utf8_lossy(v))));
    }
    fn atom(&mut self, value: Option<Value<'_>>) {
        self.show(value.map_or_else(|| "-".into(), |v| format!("{v:?}")));
    }
    fn tree(&mut self, value: Option<Data>) {
        self.show(value.map_or_else(|| "-".into(), |v| text_of(&v)));
    }
}

fn scanned(data: &mut Data, format: &str) -> String {
    let mut found = Found::default();
    data.scan(format.as_bytes(), &mut found).unwrap();
    found.words.join(" ")
}
