//! Texts that a regular expression matches, made from the expression itself.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::value::Dice;

/// A text that matches, or `None` if the expression asks for something too special.
pub(super) fn text_matching(pattern: &str, name: &str) -> Option<String> {
    let hir = regex_syntax::parse(pattern).ok()?;
    let regex = regex::Regex::new(pattern).ok()?;
    // Word boundaries and the like are left to luck, of which there is more than one throw.
    (0..16).find_map(|attempt| {
        let mut dice = Dice::of(&format!("{name}#{attempt}"));
        let mut text = String::new();
        write_match(&hir, &mut dice, &mut text);
        regex.is_match(&text).then_some(text)
    })
}

fn write_match(hir: &Hir, dice: &mut Dice, text: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => text.push(member(class, dice)),
        HirKind::Repetition(repetition) => {
            for _ in 0..times(repetition.min, repetition.max, dice) {
                write_match(&repetition.sub, dice, text);
            }
        }
        HirKind::Capture(capture) => write_match(&capture.sub, dice, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write_match(part, dice, text)),
        // The first form is the one that people write first.
        HirKind::Alternation(forms) => forms.iter().take(1).for_each(|form| write_match(form, dice, text)),
    }
}

/// What may be left out is left out, and what has no end is made long enough to look real.
fn times(least: u32, most: Option<u32>, dice: &mut Dice) -> u32 {
    match most {
        Some(1) if least == 0 => 0,
        Some(most) => least + dice.below((most - least + 1).min(9)),
        None if least < 8 => least + 12,
        None => least + dice.below(9),
    }
}

/// A letter or digit if the class has any, else its first member.
fn member(class: &Class, dice: &mut Dice) -> char {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => class.iter().map(|range| (range.start().into(), range.end().into())).collect(),
        Class::Bytes(class) => class.iter().map(|range| (range.start().into(), range.end().into())).collect(),
    };
    let plain: Vec<char> = ('0'..='9')
        .chain('A'..='Z')
        .chain('a'..='z')
        .filter(|character| ranges.iter().any(|(start, end)| (*start..=*end).contains(&(*character).into())))
        .collect();
    if plain.is_empty() {
        return ranges.first().and_then(|(start, _)| char::from_u32(*start)).unwrap_or('-');
    }
    plain[dice.below(u32::try_from(plain.len()).expect("at most 62")) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_credentials_can_be_met() {
        for pattern in [
            "^sk-ant-api03-[A-Za-z0-9_-]{93}AA$",
            "^(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{82})$",
            r"^xox[bp]-\d{10,13}-\d{10,13}-[a-zA-Z0-9]{24,34}$",
            r"^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$",
            "^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
            r"^https://hooks\.slack\.com/services/T\w+/B\w+/\w{24}$",
            r"^\S{16,}$",
        ] {
            let text = text_matching(pattern, "NAME").expect(pattern);
            assert_eq!(Some(text), text_matching(pattern, "NAME"), "always the same");
            assert_ne!(text_matching(pattern, "NAME"), text_matching(pattern, "OTHER"));
        }
        assert_eq!(text_matching("^(", "NAME"), None);
    }
}
