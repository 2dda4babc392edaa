//! The source or target of a link, as one side describes it (parts 3.5 and 4.5.1).

use super::text::Text;
use crate::codec::{Content, Field};
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

/// The parts of a terminus that can hold any value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Those of the node, where it is made on demand.
    Properties,
    Capabilities,
    Outcomes,
    Filter,
}

/// One end of a link.
#[derive(Default)]
pub(crate) struct Terminus {
    pub(crate) kind: TerminusKind,
    pub(crate) address: Option<Text>,
    pub(crate) durability: u32,
    pub(crate) expiry_policy: Option<ExpiryPolicy>,
    /// Seconds.
    pub(crate) timeout: u32,
    pub(crate) dynamic: bool,
    pub(crate) distribution_mode: Option<DistributionMode>,
    /// One field for each [`Part`]; most termini have none of them.
    parts: Option<Box<[Field; 4]>>,
}

impl Terminus {
    pub(crate) fn new(kind: TerminusKind) -> Self {
        Self { kind, ..Self::default() }
    }

    /// What the terminus says of `part`.
    pub(crate) fn part(&self, part: Part) -> Content<'_> {
        self.parts.as_ref().map_or(Content::Absent, |parts| parts[part as usize].content())
    }

    /// Where `part` is kept.
    pub(crate) fn part_mut(&mut self, part: Part) -> &mut Field {
        &mut self.parts.get_or_insert_default()[part as usize]
    }

    fn with_parts<const N: usize>(mut self, parts: [(Part, Content<'_>); N]) -> Self {
        for (part, content) in parts {
            if !matches!(content, Content::Absent) {
                *self.part_mut(part) = Field::from_content(content);
            }
        }
        self
    }

    /// A deep copy of every field of `source`.
    pub(crate) fn copy_from(&mut self, source: &Self) {
        *self = Self {
            kind: source.kind,
            address: source.address.clone(),
            durability: source.durability,
            expiry_policy: source.expiry_policy,
            timeout: source.timeout,
            dynamic: source.dynamic,
            distribution_mode: source.distribution_mode,
            parts: None,
        }
        .with_parts(
            [Part::Properties, Part::Capabilities, Part::Outcomes, Part::Filter]
                .map(|part| (part, source.part(part))),
        );
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
            parts: None,
        }
        .with_parts([
            (Part::Properties, source.dynamic_node_properties),
            (Part::Capabilities, source.capabilities.0),
            (Part::Outcomes, source.outcomes.0),
            (Part::Filter, source.filter),
        ])
    }

    /// What the peer's target says.
    pub(crate) fn from_target(target: &TargetArchetype<'_>) -> Self {
        match target {
            TargetArchetype::Coordinator(coordinator) => Self::new(TerminusKind::Coordinator)
                .with_parts([(Part::Capabilities, coordinator.capabilities.0)]),
            TargetArchetype::Target(target) => Self {
                address: target.address.map(|address| Text::new(address.0)),
                durability: target.durable,
                expiry_policy: target.expiry_policy,
                timeout: target.timeout,
                dynamic: target.dynamic.unwrap_or(false),
                ..Self::new(TerminusKind::Target)
            }
            .with_parts([
                (Part::Properties, target.dynamic_node_properties),
                (Part::Capabilities, target.capabilities.0),
            ]),
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
            dynamic_node_properties: self.part(Part::Properties),
            distribution_mode: self.distribution_mode,
            filter: self.part(Part::Filter),
            outcomes: Multiple(self.part(Part::Outcomes)),
            capabilities: Multiple(self.part(Part::Capabilities)),
            ..Source::default()
        })
    }

    /// The wire form as a target; distribution mode, outcomes and filter have no place in one.
    pub(crate) fn to_target(&self) -> Option<TargetArchetype<'_>> {
        let capabilities = Multiple(self.part(Part::Capabilities));
        match self.kind {
            TerminusKind::Unspecified => None,
            TerminusKind::Coordinator => Some(TargetArchetype::Coordinator(Coordinator { capabilities })),
            TerminusKind::Source | TerminusKind::Target => Some(TargetArchetype::Target(Target {
                address: self.address.as_ref().map(|address| Str(address.bytes())),
                durable: self.durability,
                expiry_policy: self.expiry_policy,
                timeout: self.timeout,
                dynamic: Some(self.dynamic),
                dynamic_node_properties: self.part(Part::Properties),
                capabilities,
            })),
        }
    }
}
