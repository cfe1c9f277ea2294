//! The little Markdown of our documents, as plain text: paragraphs and list items without their marks.

/// A paragraph or a list item: to be wrapped, its further lines that much further in.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) hang: usize,
}

/// The pieces of a text, in order. Fences are dropped; what stands between them keeps its lines and its marks.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut paragraph = String::new();
    let mut fenced = false;
    for line in text.lines() {
        let said = line.trim();
        let is_fence = said.starts_with("```");
        if is_fence || fenced || said.is_empty() || said.starts_with("- ") {
            end(&mut paragraph, &mut pieces);
        }
        match said {
            _ if is_fence => fenced = !fenced,
            _ if fenced => pieces.push(Piece { text: said.to_owned(), hang: 2 }),
            _ => paragraph.extend([said, " "]),
        }
    }
    end(&mut paragraph, &mut pieces);
    pieces
}

fn end(paragraph: &mut String, pieces: &mut Vec<Piece>) {
    let text = plain(paragraph.trim());
    paragraph.clear();
    if !text.is_empty() {
        let hang = if text.starts_with("- ") { 2 } else { 0 };
        pieces.push(Piece { text, hang });
    }
}

/// Without the marks of code, emphasis and links. Within code a `*` is meant.
fn plain(text: &str) -> String {
    let part = |(at, part): (usize, &str)| if at % 2 == 1 { part.to_owned() } else { part.replace('*', "") };
    unlinked(&text.split('`').enumerate().map(part).collect::<String>())
}

/// `[text](target)` is its text.
fn unlinked(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("](") {
        let Some((label_from, (_, later))) = before.rfind('[').zip(after.split_once(')')) else { break };
        shown.push_str(&before[..label_from]);
        shown.push_str(&before[label_from + 1..]);
        rest = later;
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_and_code_keeps_its_stars() {
        let text =
            "*Error.* See [the `x` rule](rules.md#x) and\n`*.example.com`, **now**.\n\n- one `a*b`\n- two\n  lines\n";
        let shown: Vec<_> = pieces(text).into_iter().map(|piece| (piece.text, piece.hang)).collect();
        let wanted = [("Error. See the x rule and *.example.com, now.", 0), ("- one a*b", 2), ("- two lines", 2)];
        assert_eq!(shown, wanted.map(|(text, hang)| (text.to_owned(), hang)));
    }

    #[test]
    fn what_stands_between_fences_keeps_its_lines_and_marks() {
        let shown: Vec<_> = pieces("so:\n```sh\na *\n`b`\n```\nend").into_iter().map(|piece| piece.text).collect();
        assert_eq!(shown, ["so:", "a *", "`b`", "end"]);
    }
}
