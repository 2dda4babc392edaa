//! The ends of a link: source, target, and the coordinator of transactions (parts 3.5.3, 3.5.4, 4.5.1).

use super::composite::{WireField, composite};
use super::types::{DistributionMode, ExpiryPolicy, Multiple, Str};
use crate::codec::{Content, Decoded, Reader};

composite! {
    /// Where messages come from.
    pub(crate) struct Source = 0x28 {
        address: Option<Str<'a>>,
        durable: u32,
        expiry_policy: Option<ExpiryPolicy>,
        /// Seconds.
        timeout: u32,
        /// Always sent.
        dynamic: Option<bool>,
        dynamic_node_properties: Content<'a>,
        distribution_mode: Option<DistributionMode>,
        filter: Content<'a>,
        default_outcome: Content<'a>,
        outcomes: Multiple<'a>,
        capabilities: Multiple<'a>,
    }
}

composite! {
    /// Where messages go.
    pub(crate) struct Target = 0x29 {
        address: Option<Str<'a>>,
        durable: u32,
        expiry_policy: Option<ExpiryPolicy>,
        /// Seconds.
        timeout: u32,
        /// Always sent.
        dynamic: Option<bool>,
        dynamic_node_properties: Content<'a>,
        capabilities: Multiple<'a>,
    }
}

composite! {
    /// Where transactions are declared and discharged.
    pub(crate) struct Coordinator = 0x30 {
        capabilities: Multiple<'a>,
    }
}

/// What may stand in an attach's target field.
#[derive(Clone, Copy)]
pub(crate) enum TargetArchetype<'a> {
    Target(Target<'a>),
    Coordinator(Coordinator<'a>),
}

impl<'a> WireField<'a> for Option<TargetArchetype<'a>> {
    fn read(reader: &mut Reader<'a>) -> Decoded<Self> {
        let is_coordinator = { *reader }.descriptor() == Ok(u64::from(Coordinator::DESCRIPTOR));
        if is_coordinator {
            let coordinator: Option<Coordinator<'a>> = WireField::read(reader)?;
            Ok(coordinator.map(TargetArchetype::Coordinator))
        } else {
            let target: Option<Target<'a>> = WireField::read(reader)?;
            Ok(target.map(TargetArchetype::Target))
        }
    }

    fn is_null(&self) -> bool {
        self.is_none()
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Some(TargetArchetype::Target(target)) => target.encode(out),
            Some(TargetArchetype::Coordinator(coordinator)) => coordinator.encode(out),
            None => {}
        }
    }
}
