//! The change as people read it: the lines that went and came, in unified form.
//!
//! No line around them is shown: user data may hold what belongs on the machine alone.

use std::fmt::Write as _;

use super::envelope::Envelope;

/// Above this, the middle is shown as replaced whole.
const LARGEST_TABLE: usize = 4_000_000;

/// A unified diff without context; empty if nothing changed.
pub fn diff(before: &[u8], after: &[u8]) -> String {
    let text = |bytes| Envelope::open(bytes).map(|envelope| envelope.text).unwrap_or_default();
    let (before, after) = (text(before), text(after));
    let (old, new): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let tails = old[head..].iter().rev().zip(new[head..].iter().rev());
    let tail = tails.take_while(|(old, new)| old == new).count();
    let (middle_old, middle_new) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let mut out = String::new();
    for hunk in hunks(middle_old, middle_new) {
        let (from, to) = (head + hunk.old, head + hunk.new);
        let _ = writeln!(out, "@@ -{} +{} @@", place(from, hunk.gone), place(to, hunk.come));
        old[from..from + hunk.gone].iter().for_each(|line| _ = writeln!(out, "-{line}"));
        new[to..to + hunk.come].iter().for_each(|line| _ = writeln!(out, "+{line}"));
    }
    out
}

/// A hunk's place, as diff writes it: a hunk of no lines is placed after the line before it.
fn place(start: usize, lines: usize) -> String {
    match lines {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        _ => format!("{},{lines}", start + 1),
    }
}

struct Hunk {
    old: usize,
    gone: usize,
    new: usize,
    come: usize,
}

/// What is not in the longest common run of lines.
fn hunks(old: &[&str], new: &[&str]) -> Vec<Hunk> {
    if old.is_empty() && new.is_empty() {
        return Vec::new();
    }
    if old.len().saturating_mul(new.len()) > LARGEST_TABLE {
        return vec![Hunk { old: 0, gone: old.len(), new: 0, come: new.len() }];
    }
    let common = common_lengths(old, new);
    let (mut found, mut i, mut j) = (Vec::new(), 0, 0);
    while i < old.len() || j < new.len() {
        let (from_i, from_j) = (i, j);
        while i < old.len() || j < new.len() {
            if i < old.len() && j < new.len() && old[i] == new[j] {
                break;
            }
            let skips_old = j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]);
            if skips_old { i += 1 } else { j += 1 }
        }
        found.push(Hunk { old: from_i, gone: i - from_i, new: from_j, come: j - from_j });
        while i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        }
    }
    found.retain(|hunk| hunk.gone + hunk.come > 0);
    found
}

fn common_lengths(old: &[&str], new: &[&str]) -> Vec<Vec<u32>> {
    let mut table = vec![vec![0_u32; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            table[i][j] = if old[i] == new[j] { table[i + 1][j + 1] + 1 } else { table[i + 1][j].max(table[i][j + 1]) };
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_shown() {
        let diff = diff(b"a\nb\nsecret\nc\nd\n", b"a\nx\nb\nsecret\nc\ny\n");
        assert_eq!(diff, "@@ -1,0 +2 @@\n+x\n@@ -5 +6 @@\n-d\n+y\n");
        assert_eq!(super::diff(b"a\n", b"a\n"), "");
    }
}
