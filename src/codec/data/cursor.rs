//! Moving about in the tree: siblings, levels, narrowing, bookmarks and looking up keys.
//!
//! The cursor is a parent and a current node in it. "No current" stands before the first sibling, which is where
//! `rewind` and `enter` leave it; only these two go back there.

use super::node::{Index, NIL};
use super::{Content, Data, Packed};

/// A place in a tree, as a number the application keeps: 0 is the start, `n` is on node n, `-n` inside it.
pub(crate) type Bookmark = i64;

impl Data {
    /// Goes to where the tree begins, or to where it was narrowed to.
    #[inline]
    pub(crate) fn rewind(&mut self) {
        (self.parent, self.current) = self.base;
    }

    /// Makes the present position the one that `rewind` returns to.
    pub(crate) fn narrow(&mut self) {
        self.base = (self.parent, self.current);
    }

    /// Undoes `narrow`.
    pub(crate) fn widen(&mut self) {
        self.base = (NIL, NIL);
    }

    /// The node that `next` would go to.
    #[inline]
    pub(super) fn following(&self) -> Index {
        match self.node(self.current) {
            Some(node) => node.next,
            None => self.first_in(self.parent),
        }
    }

    /// Steps to the next sibling, or to the first one; stays where it is at the end.
    #[inline]
    pub(crate) fn next(&mut self) -> bool {
        match self.node(self.current) {
            Some(node) if node.next != NIL => {
                self.current = node.next;
                true
            }
            Some(_) => false,
            None => self.first(),
        }
    }

    /// Steps to the first of the level.
    #[inline(never)]
    fn first(&mut self) -> bool {
        self.current = self.first_in(self.parent);
        self.current != NIL
    }

    /// Steps back to the sibling before, if there is one.
    pub(crate) fn prev(&mut self) -> bool {
        match self.node(self.current) {
            Some(node) if node.prev != NIL => {
                self.current = node.prev;
                true
            }
            _ => false,
        }
    }

    /// Goes into the current value, before its first child.
    #[inline]
    pub(crate) fn enter(&mut self) -> bool {
        if self.current == NIL {
            return false;
        }
        self.parent = self.current;
        self.current = NIL;
        true
    }

    /// Goes back to the value entered last.
    #[inline]
    pub(crate) fn exit(&mut self) -> bool {
        let Some(node) = self.node(self.parent) else { return false };
        let outer = node.parent;
        self.current = self.parent;
        self.parent = outer;
        true
    }

    /// Among pairs of keys and values, goes on to the value whose key is the string or symbol `name`.
    pub(crate) fn lookup(&mut self, name: &[u8]) -> bool {
        while self.next() {
            let found = match self.current_content() {
                Some(Content::String(span) | Content::Symbol(span)) => self.bytes(span) == name,
                _ => false,
            };
            if !self.next() {
                return false;
            }
            if found {
                return true;
            }
        }
        false
    }

    /// A bookmark of the present position.
    pub(crate) fn point(&self) -> Bookmark {
        if self.current != NIL {
            i64::from(self.current) + 1
        } else if self.parent != NIL {
            -(i64::from(self.parent) + 1)
        } else {
            0
        }
    }

    /// Goes back to a bookmark; false if it names no place in this tree.
    pub(crate) fn restore(&mut self, point: Bookmark) -> bool {
        if point == 0 {
            (self.parent, self.current) = (NIL, NIL);
            return true;
        }
        let Ok(index) = Index::try_from(point.unsigned_abs() - 1) else { return false };
        let Some(node) = self.node(index) else { return false };
        (self.parent, self.current) = if point > 0 { (node.parent, index) } else { (index, NIL) };
        true
    }

    /// The type of the current value.
    #[inline]
    #[cfg(test)]
    pub(crate) fn kind(&self) -> Option<super::Type> {
        self.current_value().and_then(Packed::kind)
    }

    /// Like `kind`, as a number, which tells types that do not exist apart.
    #[inline]
    pub(crate) fn type_number(&self) -> Option<i32> {
        self.current_value().map(Packed::type_number)
    }
}
