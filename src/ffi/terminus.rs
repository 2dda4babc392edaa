//! `proton/terminus.h`: the ends of a link.
use super::shell::pn_link_t;
use crate::engine::End;

/// One end of a link, as one side describes it.
pub struct pn_terminus_t {
    pub(super) link: *mut pn_link_t,
    pub(super) end: End,
}
