//! `formats`: any text as a format of `pn_data_fill` and `pn_data_scan`, and as the content of strings.
//!
//! A `va_list` cannot be damaged at random: what a format asks for has to be there. The formats are read from left to
//! right, each letter taking what its manual says, so the arguments are made by the same rule: words in one row,
//! floating-point numbers in another, which is how C passes them on 64-bit machines. What no letter asked for is poison.
//!
//! An input is a byte of options, a format to fill with, NUL, a format to scan with, NUL, and bytes of which arguments
//! and earlier values are made.

use std::ffi::{CStr, CString, c_char, c_int, c_uint};
use std::ptr::{null, null_mut};

use crate::abi::*;
use crate::target::values::{decode_all, encoded, read_value, whole_text};

const DECODE_FIRST: u8 = 1;
const NARROW: u8 = 2;
const FILL_AGAIN: u8 = 4;
const SCAN_FIRST: u8 = 8;

/// The target.
pub fn formats(input: &[u8]) {
    let Some((&options, rest)) = input.split_first() else { return };
    let mut parts = rest.splitn(3, |byte| *byte == 0);
    let [fill, scan, bytes] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    // SAFETY: the objects are made and freed here; arguments are made for the formats.
    unsafe {
        pn_logger_set_log_sink(pn_default_logger(), read_line, 0);
        let (data, other, empty) = (pn_data(0), pn_data(0), pn_data(0));
        decode_all(other, bytes);
        if options & DECODE_FIRST != 0 {
            decode_all(data, bytes);
        }
        for tree in [data, other] {
            // Each letter may copy a whole tree; large ones are another target's business.
            if pn_data_size(tree) > LARGE {
                pn_data_clear(tree);
            }
        }
        if options & NARROW != 0 {
            pn_data_rewind(data);
            pn_data_next(data);
            pn_data_enter(data);
            pn_data_narrow(data);
            pn_data_narrow(other);
        }
        let trees = [other, data, empty, null_mut()];
        if options & SCAN_FIRST != 0 {
            scan_with(data, trees, scan);
        }
        for _ in 0..1 + u8::from(options & FILL_AGAIN != 0) {
            fill_with(data, trees, fill, bytes);
        }
        scan_with(data, trees, scan);
        let point = pn_data_point(data);
        whole_text(data);
        if let Some(bytes) = encoded(data) {
            // A map or a described value may be incomplete, so this need not decode; if it does, it is the same.
            decode_all(empty, &bytes);
        }
        pn_data_restore(data, point);
        strings(data, bytes);
        read_value(data);
        for tree in [data, other, empty] {
            pn_data_free(tree);
        }
    }
}

/// Letters that do not exist are told in the log.
extern "C" fn read_line(_context: isize, _subsystem: c_uint, _level: c_uint, text: *const c_char) {
    // SAFETY: the library lends a string for the time of the call.
    std::hint::black_box(unsafe { CStr::from_ptr(text) }.count_bytes());
}

/// The most values of a tree that is copied.
const LARGE: usize = 500;

/// How many words and floating-point numbers a call passes.
const WORDS: usize = 24;
const NUMBERS: usize = 8;

/// What no letter asks for: no address anything lives at.
const POISON: u64 = 0xdead_dead_dead_dea1;

/// Arguments in the making, and what they point to.
struct Arguments<'a> {
    entropy: std::iter::Copied<std::slice::Iter<'a, u8>>,
    words: Vec<u64>,
    numbers: Vec<f64>,
    texts: Vec<CString>,
    arrays: Vec<Vec<*const c_char>>,
    #[expect(clippy::vec_box, reason = "the library gets their addresses")]
    atoms: Vec<Box<Atom>>,
    /// How often the tree may still be copied into itself, which doubles it.
    doublings: u32,
}

impl<'a> Arguments<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            entropy: bytes.iter().copied(),
            words: Vec::new(),
            numbers: Vec::new(),
            texts: Vec::new(),
            arrays: Vec::new(),
            atoms: Vec::new(),
            doublings: 3,
        }
    }

    fn byte(&mut self) -> u8 {
        self.entropy.next().unwrap_or_default()
    }

    fn number(&mut self) -> u64 {
        match self.byte() {
            0xff => u64::MAX,
            0x80 => 1 << 63,
            0x7f => 0xffff_ffff,
            small => u64::from(small),
        }
    }

    /// A string; now and then none.
    fn text(&mut self) -> *const c_char {
        let length = self.byte();
        if length == 0xee {
            return null();
        }
        let text: Vec<u8> =
            self.entropy.by_ref().take(usize::from(length % 40)).filter(|byte| *byte != 0).collect();
        self.texts.push(CString::new(text).unwrap_or_default());
        self.texts.last().map_or(null(), |text| text.as_ptr())
    }

    fn bytes(&mut self) -> Bytes {
        let start = self.text();
        // SAFETY: null, or a string made just now.
        let size = if start.is_null() { 0 } else { unsafe { CStr::from_ptr(start) }.count_bytes() };
        Bytes { size, start }
    }

    fn atom(&mut self) -> u64 {
        let kind = c_int::from(self.byte().cast_signed());
        if kind == 127 {
            return 0;
        }
        let mut atom = Box::new(Atom { kind, content: [0; 2] });
        if (19..=21).contains(&kind) {
            let Bytes { size, start } = self.bytes();
            atom.content = [size as u64, start as u64];
        } else {
            atom.content = [self.number(), self.number()];
        }
        self.atoms.push(atom);
        self.atoms.last().map_or(0, |atom| &raw const **atom as u64)
    }

    fn strings(&mut self) {
        let count = self.byte() % 5;
        let array: Vec<*const c_char> = (0..count).map(|_| self.text()).collect();
        self.words.push(u64::from(count));
        self.words.push(array.as_ptr() as u64);
        self.arrays.push(array);
    }

    fn tree(&mut self, trees: [Object; 4]) {
        let mut which = usize::from(self.byte() % 4);
        if which == 1 {
            self.doublings = self.doublings.saturating_sub(1);
            which = if self.doublings == 0 { 2 } else { 1 };
        }
        self.words.push(trees[which] as u64);
    }

    /// Makes what `format` asks for; gives as much of the format as there is room for.
    fn for_fill(&mut self, format: &[u8], trees: [Object; 4]) -> usize {
        let mut repeated = false;
        for (at, letter) in format.iter().enumerate() {
            if self.words.len() + 2 > WORDS || self.numbers.len() == NUMBERS {
                return at;
            }
            match letter {
                b's' if repeated => self.strings(),
                _ if repeated => return at + 1,
                b'o' | b'B' | b'b' | b'H' | b'h' | b'I' | b'i' | b'L' | b'l' | b't' | b'?' => {
                    let number = self.number();
                    self.words.push(number);
                }
                // Element types are of interest from bool to map, and one beyond.
                b'T' => {
                    let number = self.number() % 27;
                    self.words.push(number);
                }
                b'f' | b'd' => {
                    let number = self.number();
                    self.numbers.push(f64::from_bits(number << 40));
                }
                b'Z' | b'z' => {
                    let bytes = self.bytes();
                    self.words.extend([bytes.size as u64, bytes.start as u64]);
                }
                b'S' | b's' => {
                    let text = self.text();
                    self.words.push(text as u64);
                }
                b'a' => {
                    let atom = self.atom();
                    self.words.push(atom);
                }
                b'C' | b'M' => self.tree(trees),
                _ => {}
            }
            repeated = *letter == b'*';
        }
        format.len()
    }

    fn words(&self) -> [u64; WORDS] {
        std::array::from_fn(|at| self.words.get(at).copied().unwrap_or(POISON))
    }

    fn numbers(&self) -> [f64; NUMBERS] {
        std::array::from_fn(|at| self.numbers.get(at).copied().unwrap_or(f64::NAN))
    }
}

unsafe fn fill_with(data: Object, trees: [Object; 4], format: &[u8], bytes: &[u8]) {
    let mut arguments = Arguments::new(bytes);
    let size = arguments.for_fill(format, trees);
    let format = CString::new(&format[..size]).unwrap_or_default();
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x] = arguments.words();
    let [y0, y1, y2, y3, y4, y5, y6, y7] = arguments.numbers();
    let format = format.as_ptr();
    pn_data_fill(
        data, format, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y0, y1, y2, y3,
        y4, y5, y6, y7,
    );
}

/// What a place holds before the scan.
const UNTOUCHED: u8 = 0xa5;

/// Places for the results of a scan, with how many bytes each may get.
#[derive(Default)]
struct Places {
    slots: Box<[[u64; 4]; WORDS]>,
    sizes: Vec<usize>,
    letters: Vec<u8>,
}

impl Places {
    fn new() -> Self {
        let slots = Box::new([[u64::from_ne_bytes([UNTOUCHED; 8]); 4]; WORDS]);
        Self { slots, ..Self::default() }
    }

    /// Makes room for what `format` names; gives the words to pass and how much of the format there was room for.
    fn for_scan(&mut self, format: &[u8], trees: [Object; 4]) -> (usize, [u64; WORDS]) {
        let mut words = [POISON; WORDS];
        for (at, letter) in format.iter().enumerate() {
            let next = self.sizes.len();
            if next == WORDS {
                return (at, words);
            }
            let size = match letter {
                b'o' | b'B' | b'b' | b'?' => 1,
                b'H' | b'h' => 2,
                b'I' | b'i' | b'c' | b'f' => 4,
                b'L' | b'l' | b't' | b'd' => 8,
                b'z' | b'S' | b's' => 16,
                b'a' => 24,
                b'C' => 0,
                _ => continue,
            };
            // A place now and then is null: the result is not wanted.
            words[next] = match letter {
                b'C' => trees[at % 4] as u64,
                _ if at % 7 == 6 => 0,
                _ => self.slots[next].as_mut_ptr() as u64,
            };
            self.sizes.push(size);
            self.letters.push(*letter);
        }
        (format.len(), words)
    }

    /// Nothing was written beyond what a letter stands for, and bytes that were lent can be read.
    fn inspect(&self) {
        for ((slot, size), letter) in self.slots.iter().zip(&self.sizes).zip(&self.letters) {
            let bytes: Vec<u8> = slot.iter().flat_map(|word| word.to_ne_bytes()).collect();
            assert!(bytes[*size..].iter().all(|byte| *byte == UNTOUCHED), "a result is larger than its type");
            if matches!(letter, b'z' | b'S' | b's') && bytes[0] != UNTOUCHED && slot[0] > 0 {
                // SAFETY: the library lends that many bytes until the tree changes; that is under test.
                let lent = unsafe { std::slice::from_raw_parts(slot[1] as *const u8, slot[0] as usize) };
                std::hint::black_box(lent.iter().fold(0u8, |sum, byte| sum ^ byte));
            }
        }
    }
}

unsafe fn scan_with(data: Object, trees: [Object; 4], format: &[u8]) {
    let mut places = Places::new();
    let (size, words) = places.for_scan(format, trees);
    let format = CString::new(&format[..size]).unwrap_or_default();
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x] = words;
    let format = format.as_ptr();
    pn_data_scan(data, format, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x);
    if !words.contains(&(data as u64)) {
        places.inspect();
    }
}

/// Strings of old headers: set, format, append, grow, and the text of any object.
unsafe fn strings(data: Object, bytes: &[u8]) {
    let (string, other) = (pn_string(null()), pn_stringn(bytes.as_ptr().cast(), bytes.len()));
    assert_eq!(pn_string_size(other), bytes.len(), "a string keeps every byte");
    let text = CString::new(bytes.iter().copied().filter(|byte| *byte != 0).collect::<Vec<u8>>())
        .unwrap_or_default();
    for (turn, byte) in bytes.iter().take(40).enumerate() {
        match byte % 11 {
            0 => pn_string_set(string, text.as_ptr()),
            1 => pn_string_setn(string, text.as_ptr(), usize::from(*byte).min(text.count_bytes())),
            2 => pn_string_addf(string, c"%s|%d".as_ptr(), text.as_ptr(), turn as c_int),
            3 => pn_string_format(string, c"%.*s%5lld".as_ptr(), c_int::from(*byte), text.as_ptr(), -1i64),
            4 => pn_inspect(data, string),
            5 => pn_inspect(other, string),
            6 => pn_string_copy(string, other),
            7 => pn_string_grow(string, usize::from(*byte) * 8),
            8 => pn_string_addf(string, c"%s".as_ptr(), pn_string_get(other)),
            9 => pn_inspect(string, string),
            _ => pn_string_set(string, null()),
        };
        assert!(pn_string_size(string) < 4 << 20, "a string without end");
        if pn_string_size(string) > 1 << 16 {
            pn_string_clear(string);
        }
    }
    let text = pn_tostring(data);
    libc_free(text.cast());
    pn_decref(string);
    pn_decref(other);
}
