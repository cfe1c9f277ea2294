//! Where nodes begin and end as written.

use super::{
    super::marks::{colon, dash, is_block_scalar},
    Splicer,
};
use crate::yaml::{Node, NodeKind};

impl Splicer<'_> {
    /// Start and end of a node as written, and the comment in a block scalar's header, with the blank before it.
    pub(super) fn token(&self, after: usize, node: &Node<'_>) -> (usize, usize, Option<&str>) {
        if !is_block_scalar(node) {
            let start = if node.start == node.end { after } else { self.first(node) };
            return (start, self.end(after, node), None);
        }
        let rest = &self.source[after..];
        let start = after + rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let header = &self.source[start..self.line_end(start)];
        let comment = header.find(" #").map(|at| header[at..].trim_end());
        let whole = &self.source[start..(node.end as usize).max(start + header.len())];
        (start, start + whole.trim_end().len(), comment)
    }

    /// Where a node begins; a block list does so at its dash.
    pub(super) fn first(&self, node: &Node<'_>) -> usize {
        match &node.kind {
            NodeKind::List(items) if !node.flow => {
                dash(self.source, items, 0).map_or(node.start as usize, |after| after - 1)
            }
            _ => node.start as usize,
        }
    }

    /// Where a node ends, without comments and line ends behind it.
    pub(super) fn end(&self, after: usize, node: &Node<'_>) -> usize {
        match &node.kind {
            NodeKind::Map(pairs) if !node.flow => {
                pairs.last().map_or(after, |(key, value)| self.end_of_pair(node, key, value))
            }
            NodeKind::List(items) if !node.flow => {
                items.last().map_or(after, |last| self.end(last.start as usize, last))
            }
            _ if is_block_scalar(node) && node.start < node.end => {
                // Blank lines at its end may belong to it (`|+`); what indents the next line does not.
                let whole = &self.source[..node.end as usize];
                let bare = whole.trim_end_matches([' ', '\t']);
                let whole = if bare.ends_with('\n') { bare } else { whole };
                let whole = whole.strip_suffix('\n').unwrap_or(whole);
                whole.strip_suffix('\r').unwrap_or(whole).len()
            }
            _ if node.start == node.end => after,
            _ => node.end as usize,
        }
    }

    pub(super) fn end_of_pair(&self, map: &Node<'_>, key: &Node<'_>, value: &Node<'_>) -> usize {
        let after = colon(self.source, key, map.flow).unwrap_or(key.end as usize);
        self.end(after, value)
    }

    /// The end of the line on which `at` lies, before its line break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let end = self.source[at..].find('\n').map_or(self.source.len(), |length| at + length);
        if end > at && self.source[..end].ends_with('\r') { end - 1 } else { end }
    }
}
