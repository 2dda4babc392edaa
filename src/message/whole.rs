//! Checks that an encoded value is whole in all its depth, without building anything.
//!
//! A part that is kept encoded must not turn out to be broken when somebody looks at it later: a decoder that
//! accepted the message cannot take that back. The walk is iterative, its stack is kept between messages, and it
//! agrees with the tree's decoder about what is well-formed. AMQP part 1.6.

use crate::codec::constructor as code;
use crate::codec::{DecodeError, DecodeErrorKind, Decoded, Reader};

/// Walks values; owns the stack, so that a message in its steady state allocates nothing.
#[derive(Default)]
pub(super) struct Inspector {
    outer: Vec<Level>,
    /// Array elements without any content of their own, of which the tree takes a limited number.
    hollow: u64,
}

/// One compound value being walked, or the outermost value.
#[derive(Clone, Copy)]
struct Level {
    /// Where the content ends, as declared.
    end: usize,
    /// Values that are still to come.
    values: u64,
    /// The constructor all values share, in an array.
    element: Option<u8>,
}

/// What stands behind a constructor.
#[derive(Clone, Copy)]
enum Shape {
    Fixed(u8),
    /// Bytes with a size in front.
    Variable(Prefix),
    /// Values with size and count in front.
    Values(Prefix),
    /// Elements with size, count and their constructor in front.
    Array(Prefix),
    Described,
    Undefined,
}

#[derive(Clone, Copy)]
enum Prefix {
    One,
    Four,
}

impl Inspector {
    /// Checks the one value that `bytes` holds.
    pub(super) fn check(&mut self, bytes: &[u8]) -> Decoded<()> {
        let mut walk = Walk { bytes, at: 0, level: Level { end: bytes.len(), values: 1, element: None } };
        self.outer.clear();
        self.hollow = 0;
        loop {
            walk.skip_scalars();
            while walk.level.values > 0 {
                walk.level.values -= 1;
                let constructor = match walk.level.element {
                    Some(shared) => shared,
                    None => walk.byte()?,
                };
                match SHAPES.get(usize::from(constructor)) {
                    Some(Shape::Fixed(width)) => walk.skip(usize::from(*width))?,
                    Some(Shape::Variable(prefix)) => {
                        let size = walk.number(*prefix)?;
                        walk.skip(size)?;
                    }
                    Some(shape) => {
                        self.enter(&mut walk, constructor, *shape)?;
                        walk.skip_scalars();
                    }
                    None => {}
                }
            }
            if walk.at != walk.level.end {
                return Err(walk.error(DecodeErrorKind::Size));
            }
            match self.outer.pop() {
                Some(outer) => walk.level = outer,
                None => return Ok(()),
            }
        }
    }

    /// Goes into what is more than a scalar.
    fn enter(&mut self, walk: &mut Walk<'_>, constructor: u8, shape: Shape) -> Decoded<()> {
        match shape {
            Shape::Values(prefix) => self.enter_compound(walk, prefix),
            Shape::Array(prefix) => {
                self.enter_compound(walk, prefix)?;
                self.enter_array(walk)
            }
            Shape::Described => {
                walk.level.values += 2;
                walk.check_descriptor()
            }
            _ => Err(walk.error(DecodeErrorKind::Constructor(constructor))),
        }
    }

    /// Makes the list, map or array whose size comes next the level that is walked.
    fn enter_compound(&mut self, walk: &mut Walk<'_>, prefix: Prefix) -> Decoded<()> {
        let size = walk.number(prefix)?;
        let end = walk.at.saturating_add(size);
        if end > walk.level.end {
            return Err(walk.short());
        }
        if self.outer.len() >= MAX_DEPTH {
            return Err(walk.error(DecodeErrorKind::Limit));
        }
        self.outer.push(walk.level);
        walk.level = Level { end, values: 0, element: None };
        walk.level.values = match walk.number(prefix) {
            Ok(count) => count as u64,
            Err(_) => return Err(walk.error(DecodeErrorKind::Size)),
        };
        Ok(())
    }

    /// Reads the element constructor; elements of a fixed width are then checked all at once, whatever their count.
    fn enter_array(&mut self, walk: &mut Walk<'_>) -> Decoded<()> {
        let mut element = walk.byte()?;
        if element == code::DESCRIBED {
            walk.check_descriptor()?;
            walk.skip_descriptor()?;
            element = walk.byte()?;
        }
        match SHAPES.get(usize::from(element)) {
            Some(Shape::Fixed(width)) => {
                let content = walk.level.end.saturating_sub(walk.at);
                if walk.level.values.saturating_mul(u64::from(*width)) != content as u64 {
                    return Err(walk.error(DecodeErrorKind::Size));
                }
                self.hollow += if *width == 0 { walk.level.values } else { 0 };
                if self.hollow > MOST_HOLLOW {
                    return Err(walk.error(DecodeErrorKind::Limit));
                }
                walk.level.values = 0;
                walk.skip(content)
            }
            None | Some(Shape::Described | Shape::Undefined) => {
                Err(walk.error(DecodeErrorKind::Constructor(element)))
            }
            Some(_) => {
                walk.level.element = Some(element);
                Ok(())
            }
        }
    }
}

/// A place in the bytes, which never leaves the level it is in.
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    level: Level,
}

impl Walk<'_> {
    #[cold]
    const fn error(&self, kind: DecodeErrorKind) -> DecodeError {
        DecodeError { offset: self.at, kind }
    }

    /// The fault of a value that does not fit: more input would help, or the size around it is wrong.
    #[cold]
    const fn short(&self) -> DecodeError {
        let at_end = self.level.end == self.bytes.len();
        self.error(if at_end { DecodeErrorKind::Truncated } else { DecodeErrorKind::Size })
    }

    /// Steps over the scalars that come next and are whole. This is the path that has to be fast; everything else is
    /// left to the walk.
    fn skip_scalars(&mut self) {
        let Some(mut rest) = self.bytes.get(self.at..self.level.end) else { return };
        if self.level.element.is_some() {
            return;
        }
        let mut values = self.level.values;
        while values > 0 {
            let behind = match rest {
                [constructor, body @ ..] => match (SHAPES.get(usize::from(*constructor)), body) {
                    (Some(Shape::Variable(Prefix::One)), [size, body @ ..]) => body.get(usize::from(*size)..),
                    (Some(Shape::Fixed(width)), _) => body.get(usize::from(*width)..),
                    _ => None,
                },
                [] => None,
            };
            let Some(behind) = behind else { break };
            rest = behind;
            values -= 1;
        }
        self.level.values = values;
        self.at = self.level.end - rest.len();
    }

    #[inline]
    fn skip(&mut self, n: usize) -> Decoded<()> {
        match self.at.checked_add(n) {
            Some(at) if at <= self.level.end => {
                self.at = at;
                Ok(())
            }
            _ => Err(self.short()),
        }
    }

    #[inline]
    fn byte(&mut self) -> Decoded<u8> {
        match self.bytes.get(self.at) {
            Some(&byte) if self.at < self.level.end => {
                self.at += 1;
                Ok(byte)
            }
            _ => Err(self.short()),
        }
    }

    #[inline]
    fn number(&mut self, prefix: Prefix) -> Decoded<usize> {
        match prefix {
            Prefix::One => self.byte().map(usize::from),
            Prefix::Four => {
                let start = self.at;
                self.skip(4)?;
                match self.bytes.get(start..self.at) {
                    Some(&[a, b, c, d]) => Ok(u32::from_be_bytes([a, b, c, d]) as usize),
                    _ => Err(self.short()),
                }
            }
        }
    }

    /// A descriptor is a scalar or an empty list.
    fn check_descriptor(&self) -> Decoded<()> {
        match self.bytes.get(self.at) {
            Some(&found @ (code::DESCRIBED | 0xc0..=0xff)) => {
                Err(self.error(DecodeErrorKind::Constructor(found)))
            }
            _ => Ok(()),
        }
    }

    fn skip_descriptor(&mut self) -> Decoded<()> {
        let mut rest = Reader::new(self.bytes.get(self.at..).unwrap_or_default());
        rest.skip()?;
        self.skip(rest.offset())
    }
}

const SHAPES: [Shape; 256] = {
    let mut shapes = [Shape::Undefined; 256];
    let mut constructor = 0;
    while constructor < shapes.len() {
        #[expect(
            clippy::indexing_slicing,
            clippy::cast_possible_truncation,
            reason = "evaluated by the compiler"
        )]
        {
            shapes[constructor] = shape(constructor as u8);
        }
        constructor += 1;
    }
    shapes
};

const fn shape(constructor: u8) -> Shape {
    match constructor {
        code::DESCRIBED => Shape::Described,
        0x40..=0x45 => Shape::Fixed(0),
        0x50..=0x56 => Shape::Fixed(1),
        0x60..=0x61 => Shape::Fixed(2),
        0x70..=0x74 => Shape::Fixed(4),
        0x80..=0x84 => Shape::Fixed(8),
        code::DECIMAL128 | code::UUID => Shape::Fixed(16),
        code::BINARY8 | code::STRING8 | code::SYMBOL8 => Shape::Variable(Prefix::One),
        code::BINARY32 | code::STRING32 | code::SYMBOL32 => Shape::Variable(Prefix::Four),
        code::LIST8 | code::MAP8 => Shape::Values(Prefix::One),
        code::LIST32 | code::MAP32 => Shape::Values(Prefix::Four),
        code::ARRAY8 => Shape::Array(Prefix::One),
        code::ARRAY32 => Shape::Array(Prefix::Four),
        _ => Shape::Undefined,
    }
}

/// Compounds inside compounds; far beyond what any application sends.
const MAX_DEPTH: usize = 1024;

/// What a tree takes of elements without content.
const MOST_HOLLOW: u64 = 65_535;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8]) -> Result<(), DecodeErrorKind> {
        Inspector::default().check(bytes).map_err(|error| error.kind)
    }

    #[test]
    fn well_formed_values_of_every_shape_pass() {
        for whole in [
            &[0x40][..],
            &[0xa1, 1, b'x'],
            &[0x45],
            &[0xc0, 3, 2, 0x43, 0x41],
            &[0xc1, 7, 2, 0xa1, 1, b'k', 0xc0, 1, 0],
            &[0xe0, 4, 2, 0x54, 1, 2],
            &[0xe0, 2, 200, 0x43],
            &[0xe0, 6, 2, 0xa1, 1, b'a', 1, b'b'],
            &[0xe0, 6, 2, 0xc0, 1, 0, 1, 0],
            &[0xe0, 6, 1, 0x00, 0x53, 5, 0x50, 9],
            &[0x00, 0x53, 5, 0x00, 0x53, 6, 0x43],
            &[0xf0, 0, 0, 0, 6, 0, 0, 0, 1, 0x50, 7],
        ] {
            assert_eq!(check(whole), Ok(()), "{whole:02x?}");
        }
    }

    #[test]
    fn an_element_may_not_leave_the_compound_that_holds_it() {
        assert_eq!(check(&[0xc0, 3, 1, 0xa1, 5]), Err(DecodeErrorKind::Truncated));
        assert_eq!(check(&[0xc0, 5, 2, 0xc0, 3, 1, 0x43]), Err(DecodeErrorKind::Truncated));
        assert_eq!(check(&[0xc0, 7, 2, 0xc0, 1, 1, 0x43, 0x43, 0x43]), Err(DecodeErrorKind::Size));
    }

    #[test]
    fn size_and_count_have_to_agree() {
        assert_eq!(check(&[0xc0, 3, 1, 0x43, 0x43]), Err(DecodeErrorKind::Size));
        assert_eq!(check(&[0xe0, 4, 1, 0x54, 1, 2]), Err(DecodeErrorKind::Size));
        assert_eq!(check(&[0xc0, 0, 0]), Err(DecodeErrorKind::Size));
    }

    #[test]
    fn undefined_constructors_are_refused_at_any_depth() {
        assert_eq!(check(&[0x46]), Err(DecodeErrorKind::Constructor(0x46)));
        assert_eq!(check(&[0xc0, 2, 1, 0x57]), Err(DecodeErrorKind::Constructor(0x57)));
        assert_eq!(check(&[0xe0, 2, 0, 0x01]), Err(DecodeErrorKind::Constructor(0x01)));
    }

    #[test]
    fn elements_of_no_width_cannot_be_claimed_without_end() {
        assert_eq!(check(&[0xf0, 0, 0, 0, 5, 0, 0, 0xff, 0xff, 0x43]), Ok(()));
        assert_eq!(check(&[0xf0, 0, 0, 0, 5, 0xff, 0xff, 0xff, 0xff, 0x43]), Err(DecodeErrorKind::Limit));
    }

    #[test]
    fn hostile_nesting_is_refused_without_recursion() {
        let mut bytes = Vec::new();
        for depth in (0..20_000u32).rev() {
            bytes.push(0xd0);
            bytes.extend((depth * 9 + 4).to_be_bytes());
            bytes.extend(u32::from(depth > 0).to_be_bytes());
        }
        assert_eq!(check(&bytes), Err(DecodeErrorKind::Limit));
    }
}
