//! The states of an endpoint: two independent halves, ours and the peer's (spec/engine.md section 1).

/// One side's view of an endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Half {
    #[default]
    Uninit,
    Active,
    Closed,
}

/// Both sides' views.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct EndpointState {
    pub(crate) local: Half,
    pub(crate) remote: Half,
}

impl EndpointState {
    /// Moves the local half to `half`; false if it was there already.
    pub(crate) fn set_local(&mut self, half: Half) -> bool {
        std::mem::replace(&mut self.local, half) != half
    }
}
