//! Where the marks stand that the parser does not tell of: colons, dashes, headers of block scalars.

use crate::yaml::{Node, Scalar, ScalarStyle};

/// Just after the colon of a key; in a block it has to be on the key's line.
pub(super) fn colon(source: &str, key: &Node<'_>, flow: bool) -> Option<usize> {
    let end = key.end as usize;
    let rest = source.get(end..)?;
    let blanks: &[char] = if flow { &[' ', '\t', '\r', '\n'] } else { &[' ', '\t'] };
    let trimmed = rest.trim_start_matches(blanks);
    trimmed.starts_with(':').then(|| end + rest.len() - trimmed.len() + 1)
}

/// Just after the dash of a block list's item.
pub(super) fn dash(source: &str, items: &[Node<'_>], index: usize) -> Option<usize> {
    let item = items.get(index)?;
    let start = item.start as usize;
    let upto = if is_block_scalar(item) {
        header(source, start)?
    } else if item.start == item.end {
        let line = source.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
        source[line..start].find('#').map_or(start, |at| line + at)
    } else {
        start
    };
    let before = source.get(..upto)?.trim_end_matches([' ', '\t']);
    before.ends_with('-').then_some(before.len())
}

/// Where the `|` or `>` stands of a block scalar whose text starts at `start`.
fn header(source: &str, start: usize) -> Option<usize> {
    let above = source.get(..start)?;
    let lines = above.rfind('\n').map_or("", |end| &above[..end]).trim_end();
    let from = lines.rfind('\n').map_or(0, |at| at + 1);
    let line = &lines[from..];
    let code = line.find(" #").map_or(line, |at| &line[..at]);
    code.rfind(['|', '>']).map(|at| from + at)
}

pub(super) fn is_block_scalar(node: &Node<'_>) -> bool {
    let block = |scalar: &Scalar<'_>| matches!(scalar.style, ScalarStyle::Literal | ScalarStyle::Folded);
    node.as_scalar().is_some_and(block)
}
