//! link

/// A link.
pub struct pn_link_t {
    _private: (),
}
