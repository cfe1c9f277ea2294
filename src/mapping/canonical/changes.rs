//! How much of a text its form changes, so that a person knows what to expect of it.

/// The lines of a text that are not in its form.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Changes {
    /// The first of them, from 1.
    pub first: usize,
    pub lines: usize,
}

/// Above this, all that lies between the first and the last change counts as changed.
const LARGEST_TABLE: usize = 4_000_000;

/// Compares a text with its form, which is another.
pub fn changes(before: &str, after: &str) -> Changes {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let tails = old[head..].iter().rev().zip(new[head..].iter().rev());
    let tail = tails.take_while(|(old, new)| old == new).count();
    let (old_middle, new_middle) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let gone = old_middle.len() - kept(old_middle, new_middle);
    // Where lines only come, nothing of the text goes, and there is one place all the same.
    Changes { first: (head + 1).min(old.len().max(1)), lines: gone.max(1) }
}

/// How many lines both have in the same order.
fn kept(old: &[&str], new: &[&str]) -> usize {
    if old.len().saturating_mul(new.len()) > LARGEST_TABLE {
        return 0;
    }
    let mut row = vec![0_usize; new.len() + 1];
    for line in old {
        let mut before = 0;
        for (at, other) in new.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if line == other { before + 1 } else { above.max(row[at]) };
            before = above;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_stay_do_not_count() {
        let told = |before: &str, after: &str| {
            let Changes { first, lines } = changes(before, after);
            (first, lines)
        };
        assert_eq!(told("a\nb\nc\nd\n", "a\nB\nc\nD\n"), (2, 2));
        assert_eq!(told("a\nb\nc\n", "a\nb1\nb2\nb3\nc\n"), (2, 1));
        assert_eq!(told("a\n\n\nb\n", "a\n\nb\n"), (3, 1));
        assert_eq!(told("a\nb", "a\nb\n"), (2, 1));
        assert_eq!(told("a\r\nb\r\n", "a\nb\n"), (1, 2));
        assert_eq!(told("a\nb\n", "a\nx\nb\n"), (2, 1));
    }
}
