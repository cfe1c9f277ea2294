//! The comments of a text, in their order.

use crate::yaml::{Node, NodeKind};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Comment<'t> {
    /// Where its `#` stands.
    pub(super) start: usize,
    /// Characters in front of it on its line, from 0.
    pub(super) column: usize,
    /// With its `#`, without blanks at its end.
    pub(super) text: &'t str,
    /// Whether nothing else stands on its line.
    pub(super) alone: bool,
}

/// A `#` begins a comment at a line's start or behind a blank, and never within a scalar.
pub(super) fn find<'t>(root: &Node<'_>, text: &'t str) -> Vec<Comment<'t>> {
    let mut scalars = Vec::new();
    spans(root, &mut scalars);
    let mut scalars = scalars.into_iter().peekable();
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(at) = text[from..].find('#').map(|offset| from + offset) {
        while scalars.next_if(|(_, end)| *end <= at).is_some() {}
        if let Some((start, end)) = scalars.peek().copied().filter(|(start, _)| *start <= at) {
            debug_assert!(start <= at);
            from = end.max(at + 1);
            continue;
        }
        let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let before = &text[line..at];
        if !(before.is_empty() || before.ends_with([' ', '\t'])) {
            from = at + 1;
            continue;
        }
        let end = text[at..].find('\n').map_or(text.len(), |offset| at + offset);
        let alone = before.trim().is_empty();
        found.push(Comment { start: at, column: before.chars().count(), text: text[at..end].trim_end(), alone });
        from = end;
    }
    found
}

fn spans(node: &Node<'_>, found: &mut Vec<(usize, usize)>) {
    match &node.kind {
        NodeKind::Alias => {}
        NodeKind::Scalar(_) => found.push((node.start as usize, node.end as usize)),
        NodeKind::List(items) => items.iter().for_each(|item| spans(item, found)),
        NodeKind::Map(pairs) => {
            for (key, value) in pairs {
                spans(key, found);
                spans(value, found);
            }
        }
    }
}
