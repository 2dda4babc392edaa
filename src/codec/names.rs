//! The names of the standard's composite types and their fields, by numeric descriptor.
//!
//! Text forms use them: `@open(16) [container-id="c"]`. The performative tables are checked against this list.

/// A composite type of the AMQP standard.
pub(crate) struct CompositeName {
    /// The type's name, such as `open`.
    pub(crate) name: &'static str,
    /// Its fields in the standard's order; empty for restricted types that are no lists.
    pub(crate) fields: &'static [&'static str],
}

/// The composite type with this descriptor code.
pub(crate) fn composite(_descriptor: u64) -> Option<&'static CompositeName> {
    None
}
