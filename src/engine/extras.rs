//! What an open, a begin or an attach may say beyond the ordinary: capabilities and properties (parts 2.7.1 to 2.7.3).
//! Few ends say any, so there is nothing of it until somebody does.

use super::rare::{Blank, Rare};
use super::session::Side;
use crate::codec::{Content, Field};

/// What one side says of an end.
#[derive(Default)]
pub(crate) struct Extras {
    pub(crate) offered_capabilities: Field,
    pub(crate) desired_capabilities: Field,
    pub(crate) properties: Field,
}

impl Blank for Extras {
    const BLANK: &'static Self = &Self {
        offered_capabilities: Field::Empty,
        desired_capabilities: Field::Empty,
        properties: Field::Empty,
    };
}

/// What both sides say.
#[derive(Default)]
pub(crate) struct BothExtras(Option<Box<[Extras; 2]>>);

impl BothExtras {
    pub(crate) fn get(&self, side: Side) -> Option<&Extras> {
        let [local, remote] = self.0.as_deref()?;
        Some(match side {
            Side::Local => local,
            Side::Remote => remote,
        })
    }

    /// The same to be filled, made on the first look.
    pub(crate) fn open(&mut self, side: Side) -> &mut Extras {
        let [local, remote] = &mut **self.0.get_or_insert_default();
        match side {
            Side::Local => local,
            Side::Remote => remote,
        }
    }

    /// Whether a side has said anything of properties, or is about to.
    pub(crate) fn tells_properties(&self, side: Side) -> bool {
        self.get(side).is_some_and(|extras| !matches!(extras.properties, Field::Empty))
    }

    /// What we say.
    pub(crate) fn own(&self) -> ExtraContents<'_> {
        self.get(Side::Local).map_or_else(ExtraContents::default, Extras::contents)
    }

    /// The peer has said this; what it said before is forgotten.
    pub(crate) fn receive(&mut self, told: ExtraContents<'_>) {
        if self.0.is_some() || !told.are_absent() {
            *self.open(Side::Remote) = Extras::of(told);
        }
    }
}

impl Extras {
    pub(crate) fn contents(&self) -> ExtraContents<'_> {
        ExtraContents {
            offered_capabilities: self.offered_capabilities.content(),
            desired_capabilities: self.desired_capabilities.content(),
            properties: self.properties.content(),
        }
    }

    fn of(told: ExtraContents<'_>) -> Self {
        Self {
            offered_capabilities: Field::from_content(told.offered_capabilities),
            desired_capabilities: Field::from_content(told.desired_capabilities),
            properties: Field::from_content(told.properties),
        }
    }
}

impl ExtraContents<'_> {
    fn are_absent(&self) -> bool {
        [self.offered_capabilities, self.desired_capabilities, self.properties].iter().all(Content::is_absent)
    }

    /// A copy to keep.
    pub(crate) fn keep(self) -> Rare<Extras> {
        let mut kept = Rare::default();
        if !self.are_absent() {
            *kept = Extras::of(self);
        }
        kept
    }
}

/// The same as [`Extras`], on its way in or out.
#[derive(Clone, Copy, Default)]
pub(crate) struct ExtraContents<'a> {
    pub(crate) offered_capabilities: Content<'a>,
    pub(crate) desired_capabilities: Content<'a>,
    pub(crate) properties: Content<'a>,
}
