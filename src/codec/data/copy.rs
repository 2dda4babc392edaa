//! Copying values from one tree to another, as if each were put.

use super::node::{Content, Index, NIL};
use super::{Data, Fault};

impl Data {
    /// Puts up to `limit` of the top-level values of `source`, counted from where it rewinds to.
    pub(crate) fn append(&mut self, source: &Self, limit: Option<usize>) -> Result<(), Fault> {
        let mut at = source.first_from_base();
        let mut left = limit.unwrap_or(usize::MAX);
        while at != NIL && left > 0 {
            self.append_value(source, at)?;
            at = source.node(at).map_or(NIL, |node| node.next);
            left -= 1;
        }
        Ok(())
    }

    /// Becomes a copy of the values of `source`, rewound.
    pub(crate) fn copy(&mut self, source: &Self) -> Result<(), Fault> {
        self.clear();
        self.append(source, None)?;
        self.rewind();
        Ok(())
    }

    /// The node after the place that `rewind` goes to.
    pub(super) fn first_from_base(&self) -> Index {
        let (parent, current) = self.base;
        match self.node(current) {
            Some(node) => node.next,
            None => self.first_in(parent),
        }
    }

    /// Puts a copy of the value at `top` in `source`, with all that is in it; the cursor ends on it.
    pub(super) fn append_value(&mut self, source: &Self, top: Index) -> Result<(), Fault> {
        let mut at = top;
        loop {
            let Some(node) = source.node(at) else { return Ok(()) };
            let content = node.content();
            self.put_copy(source, &content)?;
            let child = match &content {
                Content::Dropped(_) => NIL,
                content => content.children().map_or(NIL, |c| c.first),
            };
            if child != NIL {
                self.enter();
                at = child;
                continue;
            }
            loop {
                if at == top {
                    return Ok(());
                }
                let Some(node) = source.node(at) else { return Ok(()) };
                if node.next != NIL {
                    at = node.next;
                    break;
                }
                at = node.parent;
                self.exit();
            }
        }
    }

    fn put_copy(&mut self, source: &Self, content: &Content) -> Result<(), Fault> {
        match content {
            Content::Array { described, element, .. } => self.put_array(*described, *element),
            content => self.put(source.lend(content)),
        }
    }
}
