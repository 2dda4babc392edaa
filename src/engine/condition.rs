//! An error condition as endpoints, transports and rejected deliveries carry it (part 2.8.15).

use super::error::Violation;
use super::rare::Blank;
use super::text::Text;
use crate::codec::Field;
use crate::performative::{Error, Str, Symbol};

/// Name, description and info map; set once it has a name, even an empty one.
#[derive(Default)]
pub(crate) struct Condition {
    pub(crate) name: Option<Text>,
    pub(crate) description: Option<Text>,
    pub(crate) info: Field,
}

impl Blank for Condition {
    const BLANK: &'static Self = &Self { name: None, description: None, info: Field::Empty };
}

impl Condition {
    pub(crate) const fn is_set(&self) -> bool {
        self.name.is_some()
    }

    /// Empties it; an info tree that was looked at stays, emptied.
    pub(crate) fn clear(&mut self) {
        self.name = None;
        self.description = None;
        self.info.clear();
    }

    pub(crate) fn set_violation(&mut self, violation: &Violation) {
        self.name = Some(Text::new(violation.condition().as_bytes()));
        self.description = Some(Text::new(violation.description().as_bytes()));
    }

    /// Takes over what a peer sent; an error without a name counts as none.
    pub(crate) fn set_from_wire(&mut self, error: Option<&Error<'_>>) {
        self.clear();
        let Some(error) = error else { return };
        if let Some(name) = error.condition {
            self.name = Some(Text::new(name.0));
            self.description = error.description.map(|d| Text::new(d.0));
            self.info = Field::from_content(error.info);
        }
    }

    /// The wire form; a condition without a name is not sent.
    pub(crate) fn to_wire(&self) -> Option<Error<'_>> {
        let name = self.name.as_ref()?;
        Some(Error {
            condition: Some(Symbol(name.bytes())).filter(|symbol| !symbol.0.is_empty()),
            description: self.description.as_ref().map(|d| Str(d.bytes())),
            info: self.info.content(),
        })
    }

    /// A deep copy of `source`.
    pub(crate) fn copy_from(&mut self, source: &Self) {
        self.name.clone_from(&source.name);
        self.description.clone_from(&source.description);
        self.info = Field::from_content(source.info.content());
    }
}
