//! Finding the place of a change in a definition: what a path may lead through, and where it ends.

use super::{
    Refusal,
    marks::{colon, dash, is_block_scalar},
    shape::{Shape, called, shape},
};
use crate::{
    model::{EscPath, Segment},
    yaml::{self, Limits, Node, NodeKind},
};

/// A definition, read.
pub(super) struct Document<'t> {
    pub(super) source: &'t str,
    pub(super) root: Option<Node<'t>>,
    /// `values` as it is written here: ESC does not care about its case.
    values: Box<str>,
}

/// Where a change goes.
pub(super) enum Spot<'n, 't> {
    /// The first `depth` elements of the path are there; if the last of them is a list, it has `length` items.
    Missing {
        depth: usize,
        length: usize,
    },
    There(Shape<'n, 't>),
}

/// What ESC keeps at the root of `${…}`.
const RESERVED: [&str; 3] = ["context", "environments", "imports"];

impl<'t> Document<'t> {
    pub(super) fn read(source: &'t str) -> Result<Self, Refusal> {
        let root = yaml::parse(source, Limits::default()).map_err(Refusal::Unreadable)?;
        if !source.ends_with('\n') && root.as_ref().is_some_and(ends_in_block_scalar) {
            // Readers differ on whether the missing line break belongs to it.
            return Err(Refusal::Unprovable);
        }
        let keys = root.iter().flat_map(|root| root.as_map().unwrap_or_default());
        let mut named = keys
            .filter_map(|(key, _)| key.as_scalar())
            .filter(|key| key.text.eq_ignore_ascii_case("values"))
            .map(|key| Box::from(&*key.text));
        let values = named.next().unwrap_or_else(|| "values".into());
        match named.next() {
            Some(_) => Err(Refusal::Ambiguous { at: "values".into() }),
            None => Ok(Self { source, root, values }),
        }
    }

    /// The path from the root of the document.
    pub(super) fn full(&self, path: &EscPath) -> Vec<Segment> {
        [Segment::Key(self.values.clone())].into_iter().chain(path.segments().iter().cloned()).collect()
    }

    /// The node at a path, whatever it is.
    pub(super) fn lookup(&self, path: &EscPath) -> Option<&Node<'t>> {
        self.full(path).iter().try_fold(self.root.as_ref()?, |node, segment| match segment {
            Segment::Key(key) => node.get(key),
            Segment::Index(index) => node.as_list()?.get(*index as usize),
        })
    }

    /// Where a change of `path` goes, if it may be made.
    pub(super) fn find(&self, path: &EscPath) -> Result<Spot<'_, 't>, Refusal> {
        self.permit(path)?;
        let Some(mut node) = self.root.as_ref() else { return Ok(Spot::Missing { depth: 0, length: 0 }) };
        for (depth, segment) in self.full(path).iter().enumerate() {
            let at = || told(path, depth);
            passable(node, at)?;
            match self.child(node, segment, at)? {
                Some(child) => node = child,
                None => {
                    let length = node.as_list().map_or(0, <[_]>::len);
                    return Ok(Spot::Missing { depth: depth.saturating_sub(1), length });
                }
            }
        }
        let at = || path.to_string();
        linked(node, at)?;
        let shape = shape(node).map_err(|what| Refusal::Opaque { at: at(), what })?;
        Ok(Spot::There(shape))
    }

    /// Refuses names that are not those of values.
    fn permit(&self, path: &EscPath) -> Result<(), Refusal> {
        for (at, segment) in path.segments().iter().enumerate() {
            if let Segment::Key(key) = segment
                && (key.starts_with("fn::") || &**key == "<<" || (at == 0 && RESERVED.contains(&&**key)))
            {
                return Err(Refusal::Reserved { at: path.start(at + 1).to_string() });
            }
        }
        Ok(())
    }

    fn child<'n>(
        &self,
        node: &'n Node<'t>,
        segment: &Segment,
        at: impl Fn() -> String,
    ) -> Result<Option<&'n Node<'t>>, Refusal> {
        let midway = |what| Err(Refusal::Midway { at: at(), what });
        match (&node.kind, segment) {
            (NodeKind::Map(pairs), Segment::Key(key)) => self.pair(node, pairs, key, at),
            (NodeKind::List(items), Segment::Index(index)) => {
                // Where a list is written and grows is seen by its dashes.
                let index = *index as usize;
                let seen = index.min(items.len().saturating_sub(1));
                if !node.flow && dash(self.source, items, seen).is_none() {
                    return Err(Refusal::Unusual { at: at() });
                }
                Ok(items.get(index))
            }
            (NodeKind::Scalar(scalar), _) if scalar.is_null() => Ok(None),
            (NodeKind::List(_), Segment::Key(_)) => midway("a list"),
            (NodeKind::Map(_), Segment::Index(_)) => midway("an object"),
            (NodeKind::Scalar(_) | NodeKind::Alias, _) => midway("a text or a number"),
        }
    }

    fn pair<'n>(
        &self,
        map: &Node<'t>,
        pairs: &'n [(Node<'t>, Node<'t>)],
        wanted: &str,
        at: impl Fn() -> String,
    ) -> Result<Option<&'n Node<'t>>, Refusal> {
        let mut found = pairs.iter().filter(|(key, _)| key.as_scalar().is_some_and(|scalar| scalar.text == wanted));
        let Some((key, value)) = found.next() else { return Ok(None) };
        let at = || format!("{} in {}", wanted.escape_debug(), at());
        if found.next().is_some() {
            return Err(Refusal::Ambiguous { at: at() });
        }
        if key.anchored || key.tagged {
            return Err(Refusal::Linked { at: at() });
        }
        if !map.flow && colon(self.source, key, false).is_none() {
            return Err(Refusal::Unusual { at: at() });
        }
        Ok(Some(value))
    }
}

fn ends_in_block_scalar(node: &Node<'_>) -> bool {
    match &node.kind {
        NodeKind::Map(pairs) if !node.flow => pairs.last().is_some_and(|(_, value)| ends_in_block_scalar(value)),
        NodeKind::List(items) if !node.flow => items.last().is_some_and(ends_in_block_scalar),
        _ => is_block_scalar(node),
    }
}

fn told(path: &EscPath, depth: usize) -> String {
    match depth {
        0 => "the document".into(),
        1 => "values".into(),
        deeper => path.start(deeper - 1).to_string(),
    }
}

/// Whether a path may lead through a node.
fn passable(node: &Node<'_>, at: impl Fn() -> String) -> Result<(), Refusal> {
    if node.anchored || node.tagged || matches!(node.kind, NodeKind::Alias) {
        return Err(Refusal::Linked { at: at() });
    }
    for (key, _) in node.as_map().unwrap_or_default() {
        let Some(scalar) = key.as_scalar() else { return Err(Refusal::Unusual { at: at() }) };
        if scalar.text == "<<" {
            return Err(Refusal::Linked { at: at() });
        }
        if scalar.text.starts_with("fn::") {
            return Err(Refusal::Opaque { at: at(), what: called(&scalar.text) });
        }
    }
    Ok(())
}

/// Refuses a subtree that others may point at, or that points at others.
fn linked(node: &Node<'_>, at: impl Fn() -> String + Copy) -> Result<(), Refusal> {
    if node.anchored || node.tagged || matches!(node.kind, NodeKind::Alias) {
        return Err(Refusal::Linked { at: at() });
    }
    match &node.kind {
        NodeKind::List(items) => items.iter().try_for_each(|item| linked(item, at)),
        NodeKind::Map(pairs) => pairs.iter().try_for_each(|(key, value)| {
            linked(key, at)?;
            linked(value, at)
        }),
        NodeKind::Alias | NodeKind::Scalar(_) => Ok(()),
    }
}
