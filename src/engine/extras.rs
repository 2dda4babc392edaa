//! What an attach or a begin may say beyond the ordinary: capabilities, and the properties of a session
//! (parts 2.7.2 and 2.7.3). Few ends say any, so there is nothing of it until somebody does.

use super::session::Side;
use crate::codec::{Content, Field};

/// What one side says of an end.
#[derive(Default)]
pub(crate) struct Extras {
    pub(crate) offered_capabilities: Field,
    pub(crate) desired_capabilities: Field,
    /// Of a session; those of a link are ordinary.
    pub(crate) properties: Field,
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

    /// What we say.
    pub(crate) fn own(&self) -> ExtraContents<'_> {
        self.get(Side::Local).map_or_else(ExtraContents::default, |own| ExtraContents {
            offered_capabilities: own.offered_capabilities.content(),
            desired_capabilities: own.desired_capabilities.content(),
            properties: own.properties.content(),
        })
    }

    /// The peer has said this; what it said before is forgotten.
    pub(crate) fn receive(&mut self, told: ExtraContents<'_>) {
        let ExtraContents { offered_capabilities, desired_capabilities, properties } = told;
        let nothing = [offered_capabilities, desired_capabilities, properties].iter().all(Content::is_absent);
        if nothing && self.0.is_none() {
            return;
        }
        *self.open(Side::Remote) = Extras {
            offered_capabilities: Field::from_content(offered_capabilities),
            desired_capabilities: Field::from_content(desired_capabilities),
            properties: Field::from_content(properties),
        };
    }
}

/// The same as [`Extras`], on its way in or out.
#[derive(Clone, Copy, Default)]
pub(crate) struct ExtraContents<'a> {
    pub(crate) offered_capabilities: Content<'a>,
    pub(crate) desired_capabilities: Content<'a>,
    pub(crate) properties: Content<'a>,
}
