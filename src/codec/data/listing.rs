//! The listing of a tree for debugging: one line a node, in the order in which the nodes were made.

use super::node::{Content, Index, NIL};
use super::{Data, name_of};

impl Data {
    /// Appends the listing: the cursor, then the nodes with their links, numbered from 1; 0 is no node.
    pub(crate) fn write_listing(&self, out: &mut Vec<u8>) {
        let cursor = format!("{{current={}, parent={}}}\n", number(self.current), number(self.parent));
        out.extend_from_slice(cursor.as_bytes());
        for (i, node) in self.nodes.iter().enumerate() {
            let content = node.content();
            let (down, children) = match &content {
                Content::Dropped(_) => (NIL, 0),
                content => content.children().map_or((NIL, 0), |c| (c.first, c.count)),
            };
            let kind = node.value.type_number();
            let line = format!(
                "Node {}: prev={}, next={}, parent={}, down={}, children={children}, type={} (",
                i + 1,
                number(node.prev),
                number(node.next),
                number(node.parent),
                number(down),
                name_of(kind)
            );
            out.extend_from_slice(line.as_bytes());
            match content {
                Content::Described(_) => out.extend_from_slice(b"<described>"),
                Content::Array { .. } => out.extend_from_slice(b"<array>"),
                Content::List(_) => out.extend_from_slice(b"<list>"),
                Content::Map(_) => out.extend_from_slice(b"<map>"),
                ref scalar => self.write_scalar(scalar, out),
            }
            out.extend_from_slice(b")\n");
        }
    }
}

fn number(index: Index) -> u64 {
    if index == NIL { 0 } else { u64::from(index) + 1 }
}
