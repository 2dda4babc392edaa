//! The source or target of a link, as one side describes it (parts 3.5 and 4.5.1).

use super::text::Text;
use crate::codec::Field;
use crate::performative::{
    Coordinator, DistributionMode, ExpiryPolicy, Multiple, Source, Str, Target, TargetArchetype,
};

/// Which kind of node end a terminus is; the values of `pn_terminus_type_t`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TerminusKind {
    #[default]
    Unspecified,
    Source,
    Target,
    Coordinator,
}

/// One end of a link.
pub(crate) struct Terminus {
    pub(crate) kind: TerminusKind,
    pub(crate) address: Option<Text>,
    pub(crate) durability: u32,
    pub(crate) expiry_policy: Option<ExpiryPolicy>,
    /// Seconds.
    pub(crate) timeout: u32,
    pub(crate) dynamic: bool,
    pub(crate) distribution_mode: Option<DistributionMode>,
    pub(crate) properties: Field,
    pub(crate) capabilities: Field,
    pub(crate) outcomes: Field,
    pub(crate) filter: Field,
}

impl Terminus {
    pub(crate) fn new(kind: TerminusKind) -> Self {
        Self {
            kind,
            address: None,
            durability: 0,
            expiry_policy: None,
            timeout: 0,
            dynamic: false,
            distribution_mode: None,
            properties: Field::Empty,
            capabilities: Field::Empty,
            outcomes: Field::Empty,
            filter: Field::Empty,
        }
    }

    /// A deep copy of every field of `source`.
    pub(crate) fn copy_from(&mut self, source: &Self) {
        let copy = |field: &Field| Field::from_content(field.content());
        *self = Self {
            kind: source.kind,
            address: source.address.clone(),
            durability: source.durability,
            expiry_policy: source.expiry_policy,
            timeout: source.timeout,
            dynamic: source.dynamic,
            distribution_mode: source.distribution_mode,
            properties: copy(&source.properties),
            capabilities: copy(&source.capabilities),
            outcomes: copy(&source.outcomes),
            filter: copy(&source.filter),
        };
    }

    /// What the peer's source says, every field of it even where it has no address.
    pub(crate) fn from_source(source: &Source<'_>) -> Self {
        Self {
            kind: TerminusKind::Source,
            address: source.address.map(|address| Text::new(address.0)),
            durability: source.durable,
            expiry_policy: source.expiry_policy,
            timeout: source.timeout,
            dynamic: source.dynamic.unwrap_or(false),
            distribution_mode: source.distribution_mode,
            properties: Field::from_content(source.dynamic_node_properties),
            capabilities: Field::from_content(source.capabilities.0),
            outcomes: Field::from_content(source.outcomes.0),
            filter: Field::from_content(source.filter),
        }
    }

    /// What the peer's target says.
    pub(crate) fn from_target(target: &TargetArchetype<'_>) -> Self {
        match target {
            TargetArchetype::Coordinator(coordinator) => Self {
                capabilities: Field::from_content(coordinator.capabilities.0),
                ..Self::new(TerminusKind::Coordinator)
            },
            TargetArchetype::Target(target) => Self {
                address: target.address.map(|address| Text::new(address.0)),
                durability: target.durable,
                expiry_policy: target.expiry_policy,
                timeout: target.timeout,
                dynamic: target.dynamic.unwrap_or(false),
                properties: Field::from_content(target.dynamic_node_properties),
                capabilities: Field::from_content(target.capabilities.0),
                ..Self::new(TerminusKind::Target)
            },
        }
    }

    /// The wire form as a source; nothing for an unspecified terminus.
    pub(crate) fn to_source(&self) -> Option<Source<'_>> {
        (self.kind != TerminusKind::Unspecified).then(|| Source {
            address: self.address.as_ref().map(|address| Str(address.bytes())),
            durable: self.durability,
            expiry_policy: self.expiry_policy,
            timeout: self.timeout,
            dynamic: Some(self.dynamic),
            dynamic_node_properties: self.properties.content(),
            distribution_mode: self.distribution_mode,
            filter: self.filter.content(),
            outcomes: Multiple(self.outcomes.content()),
            capabilities: Multiple(self.capabilities.content()),
            ..Source::default()
        })
    }

    /// The wire form as a target; distribution mode, outcomes and filter have no place in one.
    pub(crate) fn to_target(&self) -> Option<TargetArchetype<'_>> {
        let capabilities = Multiple(self.capabilities.content());
        match self.kind {
            TerminusKind::Unspecified => None,
            TerminusKind::Coordinator => Some(TargetArchetype::Coordinator(Coordinator { capabilities })),
            TerminusKind::Source | TerminusKind::Target => Some(TargetArchetype::Target(Target {
                address: self.address.as_ref().map(|address| Str(address.bytes())),
                durable: self.durability,
                expiry_policy: self.expiry_policy,
                timeout: self.timeout,
                dynamic: Some(self.dynamic),
                dynamic_node_properties: self.properties.content(),
                capabilities,
            })),
        }
    }
}
