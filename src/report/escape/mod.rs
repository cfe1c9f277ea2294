//! Making text from outside harmless, one function for each language it is printed in.
//!
//! Everything goes through [`visible`] first, so that what reaches a page, a log or
//! a terminal can be seen; then through the escape of the language around it.
//! Reading the escaped text back gives the visible text, never a second meaning.

mod hidden;
pub mod markdown;

use std::{borrow::Cow, fmt::Write as _};

pub use hidden::is_hidden;

/// Text with everything that acts instead of being seen written as `\u{…}`.
///
/// That is: control characters (so ANSI and OSC sequences, C1, line breaks), bidi
/// controls, zero-width and invisible characters, blanks other than the space.
/// Also broken up: the two forms in which the Actions runner finds commands in a
/// log, `##[` anywhere in a line and `::` after leading blanks (`actions/runner`
/// `src/Runner.Common/ActionCommand.cs`, read 2026-11).
pub fn visible(text: &str) -> Cow<'_, str> {
    let command = command_start(text);
    if command.is_none() && is_harmless(text) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for (at, character) in text.char_indices() {
        if is_hidden(character) || command == Some(at) || text[at..].starts_with(LEGACY_COMMAND) {
            push_code_point(&mut shown, character);
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// Whether nothing in `text` has to be made visible, wherever it may stand in a line.
pub(super) fn is_harmless(text: &str) -> bool {
    let plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    (plain || !text.chars().any(is_hidden)) && !text.contains(LEGACY_COMMAND)
}

/// Where a workflow command would start if `text` stood at the start of a line.
pub(super) fn command_start(text: &str) -> Option<usize> {
    let blanks = text.len() - text.trim_start_matches(' ').len();
    text[blanks..].starts_with("::").then_some(blanks)
}

/// At most `limit` characters of `text`, and how many more there were.
pub fn clipped(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            let rest = text[end..].chars().count();
            Cow::Owned(format!("{}… ({rest} more characters)", &text[..end]))
        }
    }
}

/// Visible text for HTML and XML 1.0, as content or inside a quoted attribute.
/// All that XML forbids was made visible before.
pub fn markup(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in visible(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Visible text as the message of a workflow command (`actions/toolkit`
/// `packages/core/src/command.ts`, `escapeData`).
pub fn workflow_data(text: &str) -> String {
    percent(&visible(text), &['%', '\r', '\n'])
}

/// Visible text as a property of a workflow command (`escapeProperty`).
pub fn workflow_property(text: &str) -> String {
    percent(&visible(text), &['%', '\r', '\n', ':', ','])
}

fn percent(text: &str, reserved: &[char]) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if reserved.contains(&character) {
            write!(escaped, "%{:02X}", u32::from(character)).expect("a string takes all");
        } else {
            escaped.push(character);
        }
    }
    escaped
}

pub(super) fn push_code_point(out: &mut String, character: char) {
    write!(out, "\\u{{{:x}}}", u32::from(character)).expect("a string takes all");
}

pub(super) const LEGACY_COMMAND: &str = "##[";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn x7_what_acts_is_made_visible() {
        let cases = [
            ("\u{1b}[31mred\u{1b}[0m", r"\u{1b}[31mred\u{1b}[0m"),
            ("\u{1b}]52;c;aGk=\u{7}", r"\u{1b}]52;c;aGk=\u{7}"),
            ("\u{1b}]8;;https://evil.example\u{1b}\\link", r"\u{1b}]8;;https://evil.example\u{1b}\link"),
            ("c1 \u{9b}31m \u{9d}52", r"c1 \u{9b}31m \u{9d}52"),
            ("user\u{202e}nimda", r"user\u{202e}nimda"),
            ("a\u{2066}b\u{2069}", r"a\u{2066}b\u{2069}"),
            ("pay\u{200b}ments\u{feff}", r"pay\u{200b}ments\u{feff}"),
            ("tag\u{e0041}", r"tag\u{e0041}"),
            ("line\r\nbreak\ttab\0", r"line\u{d}\u{a}break\u{9}tab\u{0}"),
            ("\u{2028}\u{2029}\u{85}", r"\u{2028}\u{2029}\u{85}"),
            ("no\u{a0}break \u{3000}\u{2800}\u{3164}", r"no\u{a0}break \u{3000}\u{2800}\u{3164}"),
            ("zalgo\u{301}", r"zalgo\u{301}"),
        ];
        for (text, expected) in cases {
            assert_eq!(visible(text), expected);
        }
    }

    #[test]
    fn plain_text_is_left_alone() {
        for text in ["", "STRIPE_API_KEY", "fn::secret", "Zürich 東京 🙂", "a ## b # [c]", "x :: y", r"C:\path"] {
            assert!(matches!(visible(text), Cow::Borrowed(same) if same == text), "{text:?}");
        }
    }

    #[test]
    fn x8_no_text_can_start_a_workflow_command() {
        assert_eq!(visible("::error::boo"), r"\u{3a}:error::boo");
        assert_eq!(visible("  ::set-output name=x::y"), r"  \u{3a}:set-output name=x::y");
        assert_eq!(visible("say ##[add-mask]x"), r"say \u{23}#[add-mask]x");
        assert_eq!(workflow_data("100%\r\n::stop-commands::x"), r"100%25\u{d}\u{a}::stop-commands::x");
        assert_eq!(workflow_property("a,b:c%0A"), "a%2Cb%3Ac%250A");
    }

    #[test]
    fn x9_markup_is_inert() {
        let text = r#"<script>alert("1")</script> ]]> & 'x' --> =HYPERLINK("http://evil.example")"#;
        let escaped = markup(text);
        assert!(!escaped.contains(['<', '>', '"', '\'']), "{escaped}");
        assert!(escaped.starts_with("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; ]]&gt; &amp; &#39;x&#39;"));
    }

    #[test]
    fn clipping_counts_characters() {
        assert_eq!(clipped("äöü", 3), "äöü");
        assert_eq!(clipped("äöüß!", 3), "äöü… (2 more characters)");
    }

    proptest! {
        #[test]
        fn x7_visible_text_holds_nothing_hidden(text in any::<String>()) {
            let shown = visible(&text);
            prop_assert!(!shown.chars().any(is_hidden));
            prop_assert!(command_start(&shown).is_none() && !shown.contains(LEGACY_COMMAND));
            prop_assert!(visible(&shown) == shown);
        }

        #[test]
        fn x8_a_command_stays_one_line(text in any::<String>()) {
            for escaped in [workflow_data(&text), workflow_property(&text)] {
                prop_assert!(!escaped.chars().any(char::is_control));
            }
            prop_assert!(!workflow_property(&text).contains([':', ',']));
        }
    }
}
