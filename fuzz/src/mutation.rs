//! Making new inputs out of old ones: flips, interesting numbers, repeats, gaps, moves and splices.
//!
//! The same seed gives the same inputs, so a run can be repeated.

/// A generator of numbers: xorshift, which is random enough for this.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `bound`; 0 if there is none.
    pub fn below(&mut self, bound: usize) -> usize {
        ((self.next() >> 11) as usize).checked_rem(bound).unwrap_or(0)
    }
}

/// The largest input that is made.
const MOST: usize = 8192;

/// Bytes that mean something: AMQP constructors, frame types, performatives, limits.
const BYTES: &[u8] = b"\x00\x01\x02\x40\x41\x42\x43\x44\x45\x50\x52\x53\x54\x56\x60\x70\x71\x80\x83\x98\xa0\xa1\xa3\xb0\xb1\
\xb3\xc0\xc1\xd0\xd1\xe0\xf0\x10\x11\x12\x13\x14\x15\x16\x17\x18\x1d\x23\x24\x25\x26\x27\x28\x29\x30\x33\x34\x40\x44\x70\x77\
\x7f\xff";

/// Numbers at the edge of something.
const NUMBERS: [u32; 9] = [0, 1, 7, 8, 255, 256, 65_535, 0x7fff_ffff, 0xffff_ffff];

/// A new input from `parent`, with parts of `other`.
pub fn mutate(random: &mut Random, parent: &[u8], other: &[u8]) -> Vec<u8> {
    let mut input = parent.to_vec();
    for _ in 0..1 + random.below(5) {
        once(random, &mut input, other);
    }
    input.truncate(MOST);
    input
}

fn once(random: &mut Random, input: &mut Vec<u8>, other: &[u8]) {
    let at = random.below(input.len());
    let length = (1 + random.below(16)).min(input.len() - at.min(input.len()));
    match random.below(9) {
        0 if !input.is_empty() => input[at] ^= 1 << random.below(8),
        1 if !input.is_empty() => input[at] = random.below(256) as u8,
        2 if !input.is_empty() => input[at] = BYTES[random.below(BYTES.len())],
        3 if input.len() >= at + 4 => {
            let number = NUMBERS[random.below(NUMBERS.len())];
            input[at..at + 4].copy_from_slice(&number.to_be_bytes());
        }
        4 => drop(input.drain(at..at + length)),
        5 => {
            let part = input[at..at + length].to_vec();
            let to = random.below(input.len() + 1);
            input.splice(to..to, part);
        }
        6 => input.insert(at, BYTES[random.below(BYTES.len())]),
        7 if !other.is_empty() => {
            let from = random.below(other.len());
            let part = &other[from..(from + 1 + random.below(64)).min(other.len())];
            input.splice(at..(at + length * random.below(2)).min(input.len()), part.iter().copied());
        }
        8 if !other.is_empty() => {
            input.truncate(at);
            input.extend_from_slice(&other[random.below(other.len())..]);
        }
        _ => input.push(BYTES[random.below(BYTES.len())]),
    }
}
