//! All changes of one edit as a tree, and the new nodes they make.

use std::collections::BTreeMap;

use super::quoting::{FROM_BASE64, Form, SECRET};
use crate::model::Segment;

/// What is wanted at one node: another value, or changes below it, or that it is gone.
pub(super) enum Wanted {
    Branch(BTreeMap<Segment, Wanted>),
    Gone,
    Leaf(Form),
}

/// Two changes are of one place, or one lies below the other.
pub(super) struct Overlap;

/// Nodes that are not there yet. Texts are as they are read back, before quoting.
pub(super) enum Fresh<'w> {
    List(Vec<Fresh<'w>>),
    Map(Vec<(&'w str, Fresh<'w>)>),
    Text(&'w str),
}

impl Default for Wanted {
    fn default() -> Self {
        Self::Branch(BTreeMap::new())
    }
}

impl Wanted {
    pub(super) fn insert(&mut self, path: &[Segment], leaf: Self) -> Result<(), Overlap> {
        let (Self::Branch(children), [first, rest @ ..]) = (self, path) else { return Err(Overlap) };
        match (children.get_mut(first), rest) {
            (Some(_), []) => Err(Overlap),
            (Some(child), rest) => child.insert(rest, leaf),
            (None, rest) => {
                let mut child = leaf;
                for segment in rest.iter().rev() {
                    child = Self::Branch(BTreeMap::from([(segment.clone(), child)]));
                }
                children.insert(first.clone(), child);
                Ok(())
            }
        }
    }

    pub(super) fn is_gone(&self) -> bool {
        matches!(self, Self::Gone)
    }

    /// The node this makes where there is none.
    pub(super) fn fresh(&self) -> Fresh<'_> {
        match self {
            Self::Leaf(form) => form.fresh(),
            // Only what is there is ever wanted gone, so that nothing is made for it.
            Self::Gone => Fresh::Map(Vec::new()),
            Self::Branch(children) if matches!(children.keys().next(), Some(Segment::Index(_))) => {
                Fresh::List(children.values().map(Self::fresh).collect())
            }
            Self::Branch(children) => Fresh::Map(fresh_pairs(children.iter())),
        }
    }
}

/// The children that are keys and not to be gone, as new pairs.
pub(super) fn fresh_pairs<'w>(children: impl Iterator<Item = (&'w Segment, &'w Wanted)>) -> Vec<(&'w str, Fresh<'w>)> {
    let pair = |(segment, child): (&'w Segment, &'w Wanted)| match segment {
        Segment::Key(key) if !child.is_gone() => Some((&**key, child.fresh())),
        Segment::Key(_) | Segment::Index(_) => None,
    };
    children.filter_map(pair).collect()
}

impl Form {
    pub(super) fn fresh(&self) -> Fresh<'_> {
        match self {
            Self::Text(text) => Fresh::Text(text),
            Self::Secret(text) => Fresh::Map(vec![(SECRET, Fresh::Text(text))]),
            Self::Encoded(text) => Fresh::Map(vec![(FROM_BASE64, Fresh::Map(vec![(SECRET, Fresh::Text(text))]))]),
        }
    }
}

impl Fresh<'_> {
    /// At least the bytes it takes when written at this depth: buffers with secrets should not grow.
    pub(super) fn room(&self, depth: usize) -> usize {
        let around = 64 + depth * 16;
        match self {
            Self::List(items) => around + items.iter().map(|item| item.room(depth + 1)).sum::<usize>(),
            Self::Map(pairs) => {
                around + pairs.iter().map(|(key, child)| key.len() * 6 + child.room(depth + 1)).sum::<usize>()
            }
            Self::Text(text) => around + text.len() * 6,
        }
    }
}
