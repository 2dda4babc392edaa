//! The first pass of encoding: the exact size of every compound, in the order in which they will be written.
//!
//! Sizes decide between the 8-bit and the 32-bit form of a compound, and stand in front of its content, so they
//! have to be known before a byte is written. What cannot be encoded is found here; the second pass cannot fail.

use super::encode::{scalar_size, wide_size};
use super::node::{Content, Index, NIL, Node};
use super::{Data, Fault, FaultKind, Type};

/// A compound that is going to be written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    pub(super) node: Index,
    /// The extent around this one.
    pub(super) outer: usize,
    /// The node to stop before: [`NIL`], or the first of the nulls that are dropped at the end of a list.
    pub(super) end: Index,
    /// Elements, without an array's descriptor.
    pub(super) count: u32,
    /// The bytes behind the count; until the compound is complete, the size of what came before it.
    pub(super) body: usize,
    pub(super) form: Form,
    /// The type of its elements if it is an array: they have no constructors of their own.
    pub(super) element: Option<Type>,
}

/// What stands in front of a compound's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The constructor alone: an empty list.
    Empty,
    /// Size and count in one byte each.
    Small,
    /// Size and count in four bytes each.
    Wide,
    /// Like `Wide`, inside an array, whose constructor speaks for it.
    Bare,
    /// A described value: the constructor.
    Described,
    /// A described value inside an array: nothing.
    BareDescribed,
}

impl Form {
    const fn head(self) -> usize {
        match self {
            Self::Empty | Self::Described => 1,
            Self::Small => 3,
            Self::Wide => 9,
            Self::Bare => 8,
            Self::BareDescribed => 0,
        }
    }
}

/// No extent: the top level.
pub(super) const TOP: usize = usize::MAX;

/// The state of the pass.
struct Measure<'a> {
    data: &'a Data,
    extents: &'a mut Vec<Extent>,
    open: usize,
    top_end: Index,
    end: Index,
    element: Option<Type>,
    /// Bytes so far in the open compound.
    size: usize,
    at: Index,
}

impl Data {
    /// Measures the top-level values before `end`: their size, and in `extents` that of every compound.
    pub(super) fn measure(&self, extents: &mut Vec<Extent>, end: Index) -> Result<usize, Fault> {
        extents.clear();
        let at = self.first_root();
        let mut pass =
            Measure { data: self, extents, open: TOP, top_end: end, end, element: None, size: 0, at };
        pass.run()?;
        Ok(pass.size)
    }
}

impl Measure<'_> {
    fn run(&mut self) -> Result<(), Fault> {
        loop {
            while self.at != self.end {
                match self.element {
                    None => self.scalars(scalar_size),
                    Some(kind) => {
                        self.scalars(|content| {
                            if content.kind() == Some(kind) {
                                wide_size(content)
                            } else {
                                content.as_element(kind).as_ref().and_then(wide_size)
                            }
                        });
                    }
                }
                let Some(node) = self.data.node(self.at).filter(|_| self.at != self.end) else { break };
                if self.element.is_some_and(|kind| node.content.kind() != Some(kind)) {
                    return Err(Fault::new(
                        FaultKind::Failed,
                        "array element of another type than the array's",
                    ));
                }
                self.enter(node, self.element.is_some())?;
            }
            if !self.leave()? {
                return Ok(());
            }
        }
    }

    /// Measures scalars up to the next value that is none. This is the path that has to be fast: siblings mostly
    /// lie side by side, and going on to the neighbour does not wait for the link to be read.
    fn scalars(&mut self, size_of: impl Fn(&Content) -> Option<usize>) {
        let (mut at, mut size) = (self.at, self.size);
        'siblings: while at != self.end {
            let Some(nodes) = self.data.nodes.get(at as usize..) else { break };
            for node in nodes {
                let Some(more) = size_of(&node.content) else { break 'siblings };
                size += more;
                at += 1;
                if node.next != at || at == self.end {
                    at = node.next;
                    continue 'siblings;
                }
            }
            break;
        }
        (self.at, self.size) = (at, size);
    }

    fn enter(&mut self, node: &Node, bare: bool) -> Result<(), Fault> {
        let Some(children) = node.content.children() else { return Err(Fault::unencodable()) };
        let mut extent = Extent {
            node: self.at,
            outer: self.open,
            end: NIL,
            count: children.count,
            body: self.size,
            form: if bare { Form::Bare } else { Form::Wide },
            element: None,
        };
        let mut first = children.first;
        self.size = 0;
        match node.content {
            Content::Described(_) => extent.form = if bare { Form::BareDescribed } else { Form::Described },
            Content::List(_) if !bare && self.is_described_value(node) => {
                (extent.count, extent.end) = self.without_trailing_nulls(first);
            }
            Content::Array { described, element, .. } => {
                extent.element = Some(element.ok_or_else(Fault::unencodable)?);
                self.size = 1;
                if described {
                    extent.count = children.count.saturating_sub(1);
                    first = self.array_descriptor(first)?;
                }
            }
            _ => {}
        }
        self.open = self.extents.len();
        self.end = extent.end;
        self.element = extent.element;
        self.extents.push(extent);
        self.at = first;
        Ok(())
    }

    fn leave(&mut self) -> Result<bool, Fault> {
        let Some(extent) = self.extents.get_mut(self.open) else { return Ok(false) };
        let body = self.size;
        if u32::try_from(body).map_or(true, |n| n > u32::MAX - 4) {
            return Err(Fault::new(FaultKind::Failed, "value too large to encode"));
        }
        let Some(node) = self.data.node(extent.node) else { return Ok(false) };
        if extent.form == Form::Wide {
            extent.form = match node.content {
                Content::List(_) if extent.count == 0 => Form::Empty,
                Content::Array { described: true, .. } => Form::Wide,
                _ if extent.count <= 255 && body <= 254 => Form::Small,
                _ => Form::Wide,
            };
        }
        self.size = extent.body + body + extent.form.head();
        extent.body = body;
        self.at = node.next;
        self.open = extent.outer;
        let outer = self.extents.get(self.open);
        self.end = outer.map_or(self.top_end, |e| e.end);
        self.element = outer.and_then(|e| e.element);
        Ok(true)
    }

    /// The descriptor stands in front of the element constructor; it may be a scalar or an empty list.
    fn array_descriptor(&mut self, at: Index) -> Result<Index, Fault> {
        let descriptor =
            self.data.node(at).and_then(|node| Some((node.next, descriptor_size(&node.content)?)));
        let Some((next, size)) = descriptor else {
            return Err(Fault::new(FaultKind::Failed, "described array without a descriptor"));
        };
        self.size += 1 + size;
        Ok(next)
    }

    fn is_described_value(&self, node: &Node) -> bool {
        let in_described = |n: &Node| matches!(n.content, Content::Described(_));
        node.prev != NIL && self.data.node(node.parent).is_some_and(in_described)
    }

    /// How many values there are up to the last that is not null, and what follows it.
    fn without_trailing_nulls(&self, first: Index) -> (u32, Index) {
        let (mut count, mut end, mut seen, mut at) = (0, first, 0, first);
        while let Some(node) = self.data.node(at) {
            seen += 1;
            if !node.content.is_null() {
                (count, end) = (seen, node.next);
            }
            at = node.next;
        }
        (count, end)
    }
}

/// The size of what may describe an array.
pub(super) fn descriptor_size(content: &Content) -> Option<usize> {
    match content {
        Content::List(children) if children.count == 0 => Some(1),
        content => scalar_size(content),
    }
}
