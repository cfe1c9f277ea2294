//! Texts of a mapping as Markdown that shows them and does nothing else.

/// A text between backticks inside a table.
pub(super) fn code(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let mut run = 0;
    let longest = text.chars().fold(0, |longest: usize, letter| {
        run = if letter == '`' { run + 1 } else { 0 };
        longest.max(run)
    });
    let fence = "`".repeat(longest + 1);
    let blank = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    // A bar ends a cell, even within backticks.
    format!("{fence}{blank}{}{blank}{fence}", text.replace('|', "\\|"))
}

/// A text as prose.
pub(super) fn prose(text: &str) -> String {
    let mut shown = String::new();
    for letter in text.chars() {
        match letter {
            letter if letter.is_control() => shown.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&' | '@' => {
                shown.push('\\');
                shown.push(letter);
            }
            letter => shown.push(letter),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x7_nothing_leaves_its_cell() {
        assert_eq!(code("a|b\nc"), "`a\\|b c`");
        assert_eq!(code("``x"), "``` ``x ```");
        assert_eq!(prose("<b>|[x](y)"), "\\<b\\>\\|\\[x\\](y)");
    }
}
